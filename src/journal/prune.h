/*
 * Retention of the books. Access entries, which name our officers, lose their bodies when the agreements' `domestic_days`
 * are over. The entry stays, and with it the tree and what was signed of it (thin.h); what the body said can be read by
 * nobody any more, since its key is gone; unless a hold keeps it (act_hold.h). A node has one domestic log for all its partners: an entry stays as long
 * as the agreement that keeps longest says, because it is the proof of who looked.
 *
 * Heads of the logs between two parties are traffic data and go `head_days` after custody (docs/protocol.md 4b: both sides prune,
 * the tree stays whole): the head and all rows of it, here alone and without a word, since the partner counts the same days.
 * The leaf stays, so that every proof about what is kept still leads to a signed root. Receipts and checkpoints go with the
 * last head between them and the ones before. What stays: what the agreement rests on (amendments, suspensions, successions),
 * a head whose body is here or whose handling waits, and the newest head of a log that goes on.
 */
#ifndef BESA_JOURNAL_PRUNE_H
#define BESA_JOURNAL_PRUNE_H

#include "journal/journal.h"

#define PRUNE_STEP 256u /* entries looked at in one transaction: a few ms of the writer */
#define PRUNE_HEADS_STEP                                                                           \
    32u /* heads that go in one: some 20 statements each, 15 ms of the writer */

/* What one step did. */
struct pruned {
    size_t erased;      /* bodies */
    size_t kept;        /* access entries whose time is over and that a hold keeps */
    const char *origin; /* of the log; the journal's */
    uint64_t from;      /* indexes [from, to) were looked at */
    uint64_t to;
};

/* How long access entries are kept, in days; 0: no agreement says so yet, and nothing goes. */
int64_t journal_acts_days(const struct journal *journal);
/* Access entries made before this time are due at `now_ms`: whole days of UTC, so that a pass finds some once a day. */
int64_t journal_acts_due_ms(const struct journal *journal, int64_t now_ms);

/* A pass over what holds kept that are over, then over the domestic logs, oldest first. Begin with zeroes. */
struct acts_walk {
    int64_t hold;  /* that is over and whose entries are gone through; 0: before the first */
    int64_t entry; /* of this hold: behind which it stands */
    bool holds_are_over;
    size_t log;
    bool is_over;
};
/* In a transaction of the writer: erases what is due among the next PRUNE_STEP entries. `now_ms`: the clock of
 * journal_retention_clock. */
//= dir-2016-680 art 4(1)(e)
bool journal_acts_prune(struct journal *journal, int64_t now_ms, struct acts_walk *walk,
                        struct pruned *out, struct error *err);
/* When the oldest access entry was made whose body is here; 0: there is none. */
bool journal_acts_oldest(struct journal *journal, int64_t *out, struct error *err);

/* Heads in custody before this day are due at `now_ms`, by the version in force; whole days of UTC. */
int64_t journal_heads_due_ms(const struct journal_line *line, int64_t now_ms);

/* A pass over the logs of all lines. Begin with zeroes. */
struct heads_walk {
    size_t line;
    size_t log;    /* of this line: ours that ended and the current one, then the partner's */
    int64_t at;    /* index; below the place: not yet known */
    int64_t stays; /* the first index that is to be looked at again; -1: none yet */
    bool is_over;
};
//= dir-2016-680 art 4(1)(e)
bool journal_heads_prune(struct journal *journal, int64_t now_ms, struct heads_walk *walk,
                         struct pruned *out, struct error *err);

#endif
