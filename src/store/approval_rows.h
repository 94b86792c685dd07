/*
 * Rows of the LOCAL class for what waits for a second officer. The draft stands sealed as long as it waits; a decision
 * erases it, and what remains says who asked whom for which act and how it ended. Of an answer that was refused a digest of
 * its content stays in the draft's place, and outlives the rest: it is not sent by one officer alone.
 */
#ifndef BESA_STORE_APPROVAL_ROWS_H
#define BESA_STORE_APPROVAL_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

#define APPROVAL_ID_SIZE 16

/* Stored: numbers are never reused. */
enum approval_state {
    APPROVAL_WAITS = 0,
    APPROVAL_CONFIRMED = 1,
    APPROVAL_REFUSED = 2,
    APPROVAL_WITHDRAWN = 3,
    APPROVAL_EXPIRED = 4,
    APPROVAL_ALONE = 5, /* sent by its own officer, in an emergency */
    APPROVAL_STATE_COUNT
};

struct approval_row {
    struct span id; /* APPROVAL_ID_SIZE bytes */
    struct span act;
    struct span officer;  /* who drafted it */
    struct span approver; /* who is asked; empty: any officer who may approve this act */
    struct span case_number;
    struct span digest; /* SHA-256 of the draft */
    struct span sealed; /* empty once decided, but for approval_bar */
    struct span salt;
    struct span key;
    int64_t made_ms;
    int64_t until_ms;
    enum approval_state state;
    struct span decided_by;
    int64_t decided_ms;
    struct span decided_reason;
};
bool approval_insert(struct database *db, const struct approval_row *row, struct error *err);
/* MISSING when there is none. */
bool approval_find(struct database *db, struct arena *arena, struct span id,
                   struct approval_row *out, struct error *err);
/* The place of a row in the list. */
struct approval_place {
    int64_t state;
    int64_t made_ms;
    struct span id;
};
/* All that wait, and what became of the officer's own; the newest first; without their drafts; at most `limit` behind
 * `after`, NULL: from the first. */
bool approval_list(struct database *db, struct arena *arena, struct span officer,
                   const struct approval_place *after, struct approval_row *out, size_t limit,
                   size_t *count, struct error *err);
/* How many of the officer's wait. */
bool approval_count(struct database *db, struct span officer, int64_t *count, struct error *err);
/* Ends the waiting and erases the draft. */
bool approval_decide(struct database *db, struct span id, enum approval_state state,
                     struct span decided_by, int64_t decided_ms, struct span reason,
                     struct error *err);
/* What a refused draft would have given, as a digest. */
bool approval_bar(struct database *db, struct span id, struct span content, struct error *err);
bool approval_is_barred(struct database *db, struct span content, bool *is_barred,
                        struct error *err);
/* All whose time is over: EXPIRED, and their drafts erased. */
bool approval_expire(struct database *db, int64_t now_ms, struct error *err);
/* All that wait, whatever their time: EXPIRED, and their drafts erased. *count: how many. */
bool approval_end_all(struct database *db, int64_t now_ms, int64_t *count, struct error *err);
/* Decided ones made before `made_before_ms` are forgotten; of those that bar a content the digest alone stays, until they were
 * made before `barred_before_ms`. */
bool approval_remove_old(struct database *db, int64_t made_before_ms, int64_t barred_before_ms,
                         struct error *err);

#endif
