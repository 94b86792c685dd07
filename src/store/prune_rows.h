/*
 * Rows as retention of the books reads them: entries of a log in their order without what they carry, heads that go, the
 * signatures that nothing is proved with any more, and how far a pass came in each log. The place is a setting: where it is
 * lost, the pass begins anew and finds what it left.
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
    bool is_held; /* its handling waits (held_rows.h) */
};
/* Entries of `log` from index `from` on, at most `limit`. */
bool prune_list(struct database *db, int64_t log, int64_t from, struct prune_row *out, size_t limit,
                size_t *count, struct error *err);

/* Entries of `log` with index [from, to) that still have a head, at most `limit`. */
bool prune_list_heads(struct database *db, int64_t log, int64_t from, int64_t to,
                      struct prune_row *out, size_t limit, size_t *count, struct error *err);
/* The head goes, and with it all that this node holds of the entry but its place and its leaf: message id, times, body,
 * parts, its row of the journal sequence, every row derived from it or about it. An empty head is the mark. */
bool prune_head(struct database *db, int64_t entry, struct error *err);

/* Largest receipted size of `log` whose T is at or before `time_s`; 0: none. */
bool prune_receipted(struct database *db, int64_t log, int64_t time_s, int64_t *out,
                     struct error *err);
/* Receipted sizes of `log` in (above, to], rising. */
bool prune_list_receipts(struct database *db, int64_t log, int64_t above, int64_t to, int64_t *out,
                         size_t limit, size_t *count, struct error *err);
bool prune_receipt(struct database *db, int64_t log, int64_t size, struct error *err);
/* Checkpoints of sizes (above, to] under which no receipt stands. */
bool prune_checkpoints(struct database *db, int64_t log, int64_t above, int64_t to,
                       struct error *err);

/* Entries of `log` below it need no look any more; 0 when none was made yet. */
bool prune_place_get(struct database *db, int64_t log, int64_t *out, struct error *err);
bool prune_place_put(struct database *db, int64_t log, int64_t index, struct error *err);

#endif
