/*
 * Governance: what the two parties say about the agreement itself. Proposals, second signatures, refusals, suspensions and
 * terminations are entries like others; this file checks them (the same for sender and receiver), lets them take effect,
 * and appends our own. Private to journal, but for the acts in journal.h.
 */
#ifndef BESA_JOURNAL_GOVERNANCE_H
#define BESA_JOURNAL_GOVERNANCE_H

#include "journal/private.h"
#include "message/outcomes.h"

/* One entry about the agreement, from either side. */
struct governance_entry {
    bool is_own;
    int64_t entry;     /* row id; 0: not appended yet */
    uint64_t position; /* of a partner's entry in its log */
    uint64_t seen;
    enum message_type type;
    int64_t created_ms;
    int64_t version; /* that rules it */
    const void *parsed;
    const struct entry_row *target; /* of in-reply-to; NULL: none */
};

/* Why it is refused. */
struct governance_refusal {
    bool is_refused;
    enum outcome_ground ground;
    const char *clause;         /* with NOT_PERMITTED */
    char text[ERROR_TEXT_SIZE]; /* for our own officers */
};
/* False only for an error of ours. */
bool governance_check(struct journal *journal, struct journal_line *line,
                      const struct governance_entry *entry, struct governance_refusal *refusal,
                      struct error *err);
/* Our own, checked as the partner will check it, appended, and in effect here at once. */
struct governance_draft {
    enum message_type type;
    struct span body;
    const void *parsed;
    int64_t target; /* row id; 0: none */
    bool may_wait;  /* in a log that stands still: its successor numbers it */
};
bool governance_append(struct journal *journal, struct journal_line *line,
                       const struct governance_draft *given, struct appended *out,
                       struct error *err);
/* Where our log says something else about our own suspension than what holds, it says so anew: when it ends, for the
 * successor to tell. */
bool suspension_settle(struct journal *journal, struct journal_line *line, struct error *err);
/* The rows of one entry; see apply.c. */
bool governance_apply(struct journal *journal, const struct apply_input *input, const void *parsed,
                      struct arena *arena, struct error *err);
/* After a partner's entry was accepted and applied: it takes effect. */
bool governance_settle(struct journal *journal, struct journal_line *line,
                       const struct governance_entry *entry, struct error *err);
/* At open, and after a transaction that was undone: suspensions and terminations. */
bool governance_load(struct journal *journal, struct journal_line *line, struct error *err);

/* From when nothing new may be sent by an entry at this place; 0: never. */
int64_t governance_ends(const struct journal_line *line, bool is_own, uint64_t position,
                        uint64_t seen);

/* Our waiting signature or termination got its number. */
void governance_numbered(struct journal_line *line, int64_t entry, uint64_t position);

/* What a batch may move in memory, and back again when its rows are undone. */
struct governance_marks {
    size_t versions;
    bool is_suspended;
    bool is_suspended_by_us;
    bool is_suspended_by_partner;
    struct line_end ends[2];
};
struct governance_marks governance_mark(const struct journal_line *line);
void governance_restore(struct journal_line *line, const struct governance_marks *marks);

#endif
