/*
 * Rows of what is held and must go (DERIVED: written by apply from one entry, gone with it), and of holds that keep an item
 * from being erased (LOCAL). A row knows its class and from when its time counts, not its day: the day follows from the
 * agreement, so a stricter amendment touches no row. The walks below read the indexes from the oldest on.
 */
#ifndef BESA_STORE_RETENTION_ROWS_H
#define BESA_STORE_RETENTION_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

/* No such time yet: not received by the partner, not answered, no date of its own. After all others. */
#define RETENTION_OPEN (INT64_C(1) << 53)

/* A body may have several rows: one for each class of what stands in it. */
struct retention_row {
    int64_t entry;
    int64_t number; /* part; 0: the body with all parts */
    int64_t class;  /* enum retention_class of agreement */
    struct span agreement;
    int64_t version; /* under which it was judged */
    int64_t start_ms;
    int64_t erase_at_ms; /* its own date, from its marking */
};
bool retention_insert(struct database *db, const struct retention_row *row, struct error *err);
/* All rows of an entry. */
bool retention_delete(struct database *db, int64_t entry, struct error *err);
bool retention_delete_part(struct database *db, int64_t entry, int64_t number, struct error *err);
/* Our entries [from, to) of `log` were received at `at_ms`: that is when their time begins. Requests follow their exchange. */
bool retention_received(struct database *db, int64_t log, int64_t from, int64_t to, int64_t at_ms,
                        struct error *err);
/* When the exchange of a request ended: its newest answer, else the day on which one was due. */
bool retention_request(struct database *db, int64_t entry, struct error *err);

/* Where a walk stands. */
struct retention_place {
    int64_t at_ms; /* start_ms or erase_at_ms */
    int64_t entry;
    int64_t number;
};
#define RETENTION_FIRST ((struct retention_place){-1, 0, 0})
/* Rows of one class under one version that began at or before `upto_ms`, oldest first, behind `after`. */
bool retention_list_start(struct database *db, struct arena *arena, struct span agreement,
                          int64_t version, int64_t class, const struct retention_place *after,
                          int64_t upto_ms, struct retention_row *out, size_t limit, size_t *count,
                          struct error *err);
/* How many rows of one class stand under one version, and when the time of the first began; RETENTION_OPEN: of none. */
bool retention_count_class(struct database *db, struct span agreement, int64_t version,
                           int64_t class, int64_t *count, int64_t *first_ms, struct error *err);
/* Rows whose own date is at or before `upto_ms` (RETENTION_OPEN: all of the agreement). */
bool retention_list_date(struct database *db, struct arena *arena, struct span agreement,
                         const struct retention_place *after, int64_t upto_ms,
                         struct retention_row *out, size_t limit, size_t *count, struct error *err);
/* All rows of one entry. */
bool retention_list_entry(struct database *db, struct arena *arena, int64_t entry,
                          struct retention_row *out, size_t limit, size_t *count,
                          struct error *err);
/* For the test of their plans. */
extern const char retention_list_start_sql[];
extern const char retention_list_date_sql[];

/* Why an item stays although its time is over. Until then it is restricted, not used. */
struct hold_row {
    int64_t entry;
    int64_t ground;
    struct span officer;
    struct span case_number;
    struct span reason;
    int64_t until_ms; /* RETENTION_OPEN: until it is released */
    int64_t made_ms;
};
bool hold_put(struct database *db, const struct hold_row *row, struct error *err);
/* MISSING when there is none. */
bool hold_find(struct database *db, struct arena *arena, int64_t entry, struct hold_row *out,
               struct error *err);
bool hold_delete(struct database *db, int64_t entry, struct error *err);

#endif
