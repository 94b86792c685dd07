/*
 * Retention at the desk: the pass that erases what is due, and how many items are. The acts of officers are in the table of
 * desk.h: retention-status, retention-list, retention-run, retention-hold, retention-release, retention-clock.
 */
#ifndef BESA_DESK_RETENTION_H
#define BESA_DESK_RETENTION_H

#include "journal/prune.h"
#include "journal/retention.h"
#include "journal/thin.h"
#include "store/own_rows.h"

#define RETENTION_STEP 32u /* erased in one transaction: some 20 ms of the writer */
/* An item that is due stands until the next pass; what stands longer is overdue. */
#define RETENTION_PASS_MS INT64_C(3600000)
#define RETENTION_LATE_MS (2 * RETENTION_PASS_MS)
/* Officers look at what will go before it goes. */
#define RETENTION_SOON_MS INT64_C(2592000000)

/* Where a pass stands; begin with zeroes. In the writer, a step at a time, until it is over. */
struct desk_retention_pass {
    size_t line;
    struct retention_walk walk;
    struct heads_walk heads; /* behind all lines: heads, */
    struct acts_walk acts;   /* then access entries, */
    struct thin_walk thin;   /* then witness statements, */
    struct own_due people;   /* then people of the own index: behind whom it stands */
    bool is_over;
    bool is_careful; /* a step failed: one item at a time from here on */
    bool must_skip;  /* that one item failed: past it */
    size_t erased;
    size_t heads_erased;
    size_t acts_erased; /* access entries that lost their body */
    size_t thinned;     /* witness statements that a later one covers */
    size_t people_erased;
    size_t failed;
    size_t waiting[RETENTION_WAIT_COUNT];
};
bool desk_retention_step(struct journal *journal, struct desk_retention_pass *pass,
                         struct error *err);
/* After a step that failed: what it moved is undone by the caller, who puts the pass back as it was before. */
void desk_retention_failed(struct desk_retention_pass *pass);

/* Items of a line that are due at a time, by what is in their way; at most RETENTION_COUNT_MAX are counted. */
#define RETENTION_COUNT_MAX 1000u
struct retention_count {
    size_t due[RETENTION_WAIT_COUNT];
    int64_t first_ms; /* the day of the first; 0: none */
    bool is_cut;      /* there are more */
};
bool desk_retention_count(struct journal *journal, struct journal_line *line, int64_t at_ms,
                          struct retention_count *out, struct error *err);

/* Why an item stays although its time is over. Stored: numbers are never reused. */
enum hold_ground { HOLD_EVIDENCE, HOLD_CONTESTED, HOLD_EXCULPATORY, HOLD_GROUND_COUNT };
extern const char *const hold_ground_names[HOLD_GROUND_COUNT];
/* RULE when the entry is on hold: then it is neither erased by hand nor, once its time is over, read by the desk. */
bool desk_hold_forbids_erasing(struct journal *journal, int64_t entry, struct error *err);
/* RULE when the entry is on hold or its time is over: what is kept for the proof alone, or is about to go, goes to nobody else,
 * whoever asks. */
bool desk_hold_forbids_passing_on(struct journal *journal, struct journal_line *line, int64_t entry,
                                  struct error *err);
bool desk_hold_restricts(struct journal *journal, struct journal_line *line, int64_t entry,
                         struct span role, struct error *err);

#endif
