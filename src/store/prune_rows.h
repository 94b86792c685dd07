/*
 * Rows as retention of the books reads them: entries of a log in their order without what they carry, and how far a pass
 * came in each log. The place is a setting: where it is lost, the pass begins anew and finds what it left.
 */
#ifndef BESA_STORE_PRUNE_ROWS_H
#define BESA_STORE_PRUNE_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/log_rows.h"

struct prune_row {
    int64_t id;
    int64_t index;
    int64_t type;
    int64_t created_ms;
    enum body_state body_state;
};
/* Entries of `log` from index `from` on, at most `limit`. */
bool prune_list(struct database *db, int64_t log, int64_t from, struct prune_row *out, size_t limit,
                size_t *count, struct error *err);

/* Entries of `log` below it need no look any more; 0 when none was made yet. */
bool prune_place_get(struct database *db, int64_t log, int64_t *out, struct error *err);
bool prune_place_put(struct database *db, int64_t log, int64_t index, struct error *err);

#endif
