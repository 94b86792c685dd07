/*
 * Rows of joins: that two people of the own index are one, as an officer said, and that they are not, as one said later. Nothing
 * of the people is merged; both sayings are kept until one of the two goes.
 */
#ifndef BESA_STORE_OWN_JOIN_ROWS_H
#define BESA_STORE_OWN_JOIN_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

struct own_join_row {
    int64_t id;
    int64_t one; /* the smaller number of the two */
    int64_t other;
    struct span case_number;
    struct span officer;
    struct span reason;
    int64_t joined_ms;
    struct span parted_case; /* empty as long as the join stands, as below */
    struct span parted_by;
    struct span parted_reason;
    int64_t parted_ms; /* 0: the join stands */
};

bool own_join_put(struct database *db, const struct own_join_row *row, struct error *err);
/* Says of a standing join that it is undone: id and the parted_ fields. */
bool own_join_part(struct database *db, const struct own_join_row *row, struct error *err);
/* The join of these two that stands, in either order; MISSING. */
bool own_join_find(struct database *db, struct arena *arena, int64_t one, int64_t other,
                   struct own_join_row *out, struct error *err);
/* All joins of a person, undone ones too when `is_all`: in order of their making, behind the one with id `after`. */
bool own_join_list(struct database *db, struct arena *arena, int64_t person, bool is_all,
                   int64_t after, struct own_join_row *out, size_t limit, size_t *count,
                   struct error *err);
/* All joins of a person who goes. */
bool own_joins_drop(struct database *db, int64_t person, struct error *err);

#endif
