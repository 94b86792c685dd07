/*
 * Rows of the LOCAL class: officers and settings. Cases: case_rows.h.
 */
#ifndef BESA_STORE_LOCAL_ROWS_H
#define BESA_STORE_LOCAL_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

struct officer_row {
    struct span id;
    struct span name;
    struct span unit;
    struct span role;
    bool is_active;
};
bool officer_put(struct database *db, const struct officer_row *row, struct error *err);
bool officer_find(struct database *db, struct arena *arena, struct span id, struct officer_row *out,
                  struct error *err);
/* By id: those behind `after`, which is empty for the first. */
bool officer_list(struct database *db, struct arena *arena, struct span after,
                  struct officer_row *out, size_t limit, size_t *count, struct error *err);
/* Active officers in this role. */
bool officer_count_role(struct database *db, struct span role, int64_t *count, struct error *err);

bool setting_put(struct database *db, const char *name, struct span value, struct error *err);
/* MISSING when it was never put. */
bool setting_get(struct database *db, struct arena *arena, const char *name, struct span *out,
                 struct error *err);
/* Absent is fine. */
bool setting_drop(struct database *db, const char *name, struct error *err);

#endif
