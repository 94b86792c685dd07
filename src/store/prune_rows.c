/* Rows of retention of the books: see prune_rows.h. */
#include "store/prune_rows.h"

#include "base/text.h"
#include "store/local_rows.h"
#include "store/rows.h"

#include <inttypes.h>
#include <stdio.h>

static bool prune_read(const struct statement *s, struct arena *arena, void *out)
{
    struct prune_row *row = out;
    (void)arena;

    *row = (struct prune_row){.id = column_integer(s, 0),
                              .index = column_integer(s, 1),
                              .type = column_integer(s, 2),
                              .created_ms = column_integer(s, 3),
                              .body_state = (enum body_state)column_integer(s, 4)};
    return true;
}

static const char prune_list_sql[] =
    "select id, idx, type, created_ms, body_state from entries where log = $1 and idx >= $2"
    " order by idx limit $3";

bool prune_list(struct database *db, int64_t log, int64_t from, struct prune_row *out, size_t limit,
                size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, prune_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, from);
    statement_integer(s, 3, (int64_t)limit);
    return rows_read(s, NULL, prune_read, out, sizeof *out, limit, count, err);
}

#define PLACE_NAME_SIZE 48

static const char *place_name(int64_t log, char out[PLACE_NAME_SIZE])
{
    snprintf(out, PLACE_NAME_SIZE, "retention-place-%" PRId64, log);
    return out;
}

bool prune_place_get(struct database *db, int64_t log, int64_t *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    char name[PLACE_NAME_SIZE];
    struct span value;
    uint64_t number = 0;

    *out = 0;
    if (!setting_get(db, &arena, place_name(log, name), &value, err)) {
        bool is_absent = err->kind == ERROR_MISSING;
        if (is_absent)
            error_clear(err);
        return is_absent;
    }
    if (!number_read(value, &number) || number > (uint64_t)INT64_MAX)
        return error_set(err, ERROR_STORE, "setting %s is damaged", name);
    *out = (int64_t)number;
    return true;
}

bool prune_place_put(struct database *db, int64_t log, int64_t index, struct error *err)
{
    char name[PLACE_NAME_SIZE];
    char value[24];

    snprintf(value, sizeof value, "%" PRId64, index);
    return setting_put(db, place_name(log, name), span_text(value), err);
}
