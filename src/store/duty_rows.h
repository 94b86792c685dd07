/*
 * Rows of the LOCAL class for the night: who is on call to approve, and what one officer sent alone in an emergency until
 * somebody else has looked at it.
 */
#ifndef BESA_STORE_DUTY_ROWS_H
#define BESA_STORE_DUTY_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

/* From `from_ms` on and before `until_ms`. */
struct on_call_row {
    int64_t id; /* given by on_call_insert */
    struct span officer;
    int64_t from_ms;
    int64_t until_ms;
    struct span telephone;
    struct span put_by;
    int64_t made_ms;
};
bool on_call_insert(struct database *db, struct on_call_row *row, struct error *err);
/* Whose time is not over, the soonest first; at most `limit`. */
bool on_call_list(struct database *db, struct arena *arena, int64_t now_ms, struct on_call_row *out,
                  size_t limit, size_t *count, struct error *err);
/* MISSING when there is none. */
bool on_call_find(struct database *db, struct arena *arena, int64_t id, struct on_call_row *out,
                  struct error *err);
bool on_call_remove(struct database *db, int64_t id, struct error *err);
/* Those that ended before are forgotten. */
bool on_call_remove_old(struct database *db, int64_t ended_before_ms, struct error *err);

/* Stored: numbers are never reused. */
enum emergency_review {
    EMERGENCY_OPEN = 0,
    EMERGENCY_CONFIRMED = 1,
    EMERGENCY_QUESTIONED = 2,
    EMERGENCY_REVIEW_COUNT
};
struct emergency_row {
    int64_t entry;  /* the answer */
    int64_t ground; /* enum urgency_ground */
    struct span officer;
    struct span case_number;
    int64_t sent_ms;
    int64_t review_until_ms;
    enum emergency_review review;
    struct span reviewed_by;
    int64_t reviewed_ms;
    struct span reviewed_reason;
    int64_t log;            /* read only */
    struct span message_id; /* read only */
};
bool emergency_insert(struct database *db, const struct emergency_row *row, struct error *err);
/* MISSING when the entry was sent by no one alone. */
bool emergency_find(struct database *db, struct arena *arena, int64_t entry,
                    struct emergency_row *out, struct error *err);
/* The place of a row in the list. */
struct emergency_place {
    int64_t review;
    int64_t review_until_ms;
    int64_t entry;
};
/* Open ones first, by their time; at most `limit` behind `after`, NULL: from the first. */
bool emergency_list(struct database *db, struct arena *arena, bool only_open,
                    const struct emergency_place *after, struct emergency_row *out, size_t limit,
                    size_t *count, struct error *err);
/* Says what the second officer found. */
bool emergency_decide(struct database *db, const struct emergency_row *row, struct error *err);
/* Reviewed ones that were sent before are forgotten. */
bool emergency_remove_old(struct database *db, int64_t sent_before_ms, struct error *err);

#endif
