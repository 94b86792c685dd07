/*
 * Rows of broken glass: restricted cases that an officer of another unit opened for reading, for an hour, until somebody else
 * has looked at it (docs/safeguards.md g9). LOCAL.
 */
#ifndef BESA_STORE_GLASS_ROWS_H
#define BESA_STORE_GLASS_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

/* Stored: numbers are never reused. */
enum glass_review {
    GLASS_OPEN = 0, /* nobody looked yet */
    GLASS_CONFIRMED = 1,
    GLASS_QUESTIONED = 2,
    GLASS_REVIEW_COUNT
};

struct glass_row {
    int64_t id; /* given by counter_next "glass" */
    struct span case_number;
    struct span agreement; /* whose items are read, too */
    struct span officer;
    struct span reason;
    struct span second; /* who allowed another one within the month; may be empty */
    int64_t made_ms;
    int64_t until_ms;
    int64_t latest_ms; /* of the clock, as the newest read found it */
    int64_t ended_ms;  /* 0: not yet */
    enum glass_review review;
    struct span reviewed_by;
    int64_t reviewed_ms;
    struct span reviewed_reason;
};
bool glass_insert(struct database *db, const struct glass_row *row, struct error *err);
/* MISSING when there is none. */
bool glass_find(struct database *db, struct arena *arena, int64_t id, struct glass_row *out,
                struct error *err);
/* The newest of this officer for this case that has not ended; MISSING. Whether its hour is over, the caller asks. */
bool glass_find_open(struct database *db, struct arena *arena, struct span officer,
                     struct span case_number, struct glass_row *out, struct error *err);
/* How many of this officer's were made from then on, and how many at any time nobody has looked at. */
bool glass_count(struct database *db, struct span officer, int64_t since_ms, int64_t *since,
                 int64_t *unreviewed, struct error *err);
/* How many there are that nobody has looked at, and the number of the newest of them; 0 when there is none. */
bool glass_count_open(struct database *db, int64_t *count, int64_t *newest, struct error *err);
/* The clock as a read found it. */
bool glass_note(struct database *db, int64_t id, int64_t latest_ms, struct error *err);
/* Those whose time is over end, for good. */
bool glass_end_over(struct database *db, int64_t now_ms, struct error *err);
/* Those that nobody looked at, or all, the oldest first; from behind `after` (0: from the first). */
bool glass_list(struct database *db, struct arena *arena, bool only_open, int64_t after,
                struct glass_row *out, size_t limit, size_t *count, struct error *err);
/* What somebody else found: review, reviewed_by, reviewed_ms, reviewed_reason. */
bool glass_decide(struct database *db, const struct glass_row *row, struct error *err);
/* Reviewed ones that were made before are forgotten. */
bool glass_remove_old(struct database *db, int64_t made_before_ms, struct error *err);

#endif
