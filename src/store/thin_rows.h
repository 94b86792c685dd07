/*
 * Rows of witness statements and of the checkpoints below them, as thinning reads them: by origin, in the order of their sizes,
 * and how far a pass came in each origin. The place is a setting: where it is lost, the pass begins anew and finds what it
 * left.
 */
#ifndef BESA_STORE_THIN_ROWS_H
#define BESA_STORE_THIN_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

/* The first origin behind `after` of which there are witness statements; MISSING: there is none. */
bool thin_origin_next(struct database *db, struct arena *arena, struct span after, struct span *out,
                      struct error *err);

struct thin_row {
    int64_t size;
    struct span witness; /* note key name of the cosigner */
    int64_t time_s;
};
/* Statements about `origin` above size `above`, smallest first, at most `limit`. */
bool thin_list(struct database *db, struct arena *arena, struct span origin, int64_t above,
               struct thin_row *out, size_t limit, size_t *count, struct error *err);
bool thin_statement(struct database *db, struct span origin, const struct thin_row *row,
                    struct error *err);
/* Checkpoints of `log`, whose origin this is, of sizes (above, to] about which no statement is left. */
bool thin_checkpoints(struct database *db, int64_t log, struct span origin, int64_t above,
                      int64_t to, struct error *err);

/* Sizes of `origin` up to it need no look any more; 0: none was made yet. */
bool thin_place_get(struct database *db, struct span origin, int64_t *out, struct error *err);
bool thin_place_put(struct database *db, struct span origin, int64_t size, struct error *err);

#endif
