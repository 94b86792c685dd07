/*
 * Rows of held entries: DERIVED, written by apply from the journal sequence. A row names no person and stands until a new
 * journal row handles its entry, also when the body is erased meanwhile: what waits behind it is released with it.
 */
#ifndef BESA_STORE_HELD_ROWS_H
#define BESA_STORE_HELD_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

struct held_row {
    int64_t entry;
    int64_t log;        /* mirror in which it stands */
    int64_t thread_log; /* where the thread's first message stands */
    struct span thread; /* its message id */
    struct span ground; /* "type", "thread", "failed" */
};
bool held_insert(struct database *db, const struct held_row *row, struct error *err);
bool held_delete(struct database *db, int64_t entry, struct error *err);
/* *is_held: an entry before `entry` of the same thread is held. */
bool held_has_thread(struct database *db, int64_t thread_log, struct span thread, int64_t entry,
                     bool *is_held, struct error *err);
/* Of mirror `log` above `above`, oldest first. */
bool held_list(struct database *db, struct arena *arena, int64_t log, int64_t above,
               struct held_row *out, size_t limit, size_t *count, struct error *err);
bool held_count(struct database *db, int64_t log, int64_t *out, struct error *err);

#endif
