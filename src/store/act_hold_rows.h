/*
 * Rows of holds over access entries (LOCAL): what an oversight officer wants kept beyond its time, and which entries stand
 * for that alone. An entry gets a row only when its time is over, so that a hold over years costs nothing before.
 */
#ifndef BESA_STORE_ACT_HOLD_ROWS_H
#define BESA_STORE_ACT_HOLD_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"
#include "store/prune_rows.h"

/* What an entry must have, each where it is named, to be kept. */
struct act_hold_row {
    int64_t id;
    struct span about_officer; /* empty: anybody */
    struct span about_item;    /* UUID in text; empty: anything */
    struct span about_case;    /* empty: any */
    int64_t from_ms;           /* made in [from_ms, to_ms) */
    int64_t to_ms;
    struct span officer; /* who ordered it, in which role, why */
    struct span role;
    struct span case_number;
    struct span reason;
    int64_t until_ms; /* 0: released */
    int64_t made_ms;
};
bool act_hold_insert(struct database *db, const struct act_hold_row *row, struct error *err);
/* MISSING when there is none. */
bool act_hold_find(struct database *db, struct arena *arena, int64_t id, struct act_hold_row *out,
                   struct error *err);
/* Those that are not over at `now_ms` (-1: all that are remembered), newest first, of ids below `before`. */
#define ACT_HOLD_NEWEST (INT64_C(1) << 53)
bool act_hold_list(struct database *db, struct arena *arena, int64_t now_ms, int64_t before,
                   struct act_hold_row *out, size_t limit, size_t *count, struct error *err);
bool act_hold_release(struct database *db, int64_t id, struct error *err);
/* Those that are over at `now_ms` and keep nothing any more. */
bool act_hold_delete_over(struct database *db, int64_t now_ms, struct error *err);

/* The entry stands for this hold from now on. */
bool acts_held_put(struct database *db, int64_t entry, int64_t hold, struct error *err);
bool acts_held_delete(struct database *db, int64_t entry, struct error *err);
/* Of one hold; 0: of all. */
bool acts_held_count(struct database *db, int64_t hold, int64_t *out, struct error *err);

/* The next hold behind the id `after` that is over at `now_ms`; 0: none. */
bool act_hold_next_over(struct database *db, int64_t now_ms, int64_t after, int64_t *out,
                        struct error *err);
/* Entries that stand for one hold, behind the entry `after`, in their order. */
struct acts_held_row {
    int64_t log;
    struct prune_row entry;
};
bool acts_held_list(struct database *db, int64_t hold, int64_t after, struct acts_held_row *out,
                    size_t limit, size_t *count, struct error *err);

/* Does the log named `origin` still have the body of its entry `index`? False of what these books do not know. Any thread
 * with a connection of its own. */
bool act_has_body(struct database *db, struct span origin, int64_t index, bool *out,
                  struct error *err);

#endif
