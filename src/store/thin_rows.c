/* Rows of thinning: see thin_rows.h. */
#include "store/thin_rows.h"

#include "base/limits.h"
#include "base/text.h"
#include "store/local_rows.h"
#include "store/rows.h"

#include <inttypes.h>
#include <stdio.h>

/* The primary key begins with the origin. */
static const char thin_origin_next_sql[] =
    "select origin from witnessed where origin > $1 order by origin limit 1";

static bool origin_read(const struct statement *s, struct arena *arena, void *out)
{
    return row_text(s, 0, arena, out);
}

bool thin_origin_next(struct database *db, struct arena *arena, struct span after, struct span *out,
                      struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, thin_origin_next_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, after);
    return row_read(s, arena, origin_read, out, "origin", err);
}

static bool thin_read(const struct statement *s, struct arena *arena, void *out)
{
    struct thin_row *row = out;

    row->size = column_integer(s, 0);
    row->time_s = column_integer(s, 2);
    return row_text(s, 1, arena, &row->witness);
}

static const char thin_list_sql[] =
    "select size, witness, time_s from witnessed where origin = $1 and size > $2"
    " order by size, witness limit $3";

bool thin_list(struct database *db, struct arena *arena, struct span origin, int64_t above,
               struct thin_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, thin_list_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, origin);
    statement_integer(s, 2, above);
    statement_integer(s, 3, (int64_t)limit);
    return rows_read(s, arena, thin_read, out, sizeof *out, limit, count, err);
}

static const char thin_statement_sql[] =
    "delete from witnessed where origin = $1 and size = $2 and witness = $3";

bool thin_statement(struct database *db, struct span origin, const struct thin_row *row,
                    struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, thin_statement_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, origin);
    statement_integer(s, 2, row->size);
    statement_text(s, 3, row->witness);
    return row_write(s, err);
}

static const char thin_checkpoints_sql[] =
    "delete from checkpoints where log = $1 and size > $2 and size <= $3"
    " and not exists (select 1 from witnessed w where w.origin = $4 and w.size = checkpoints.size)";

bool thin_checkpoints(struct database *db, int64_t log, struct span origin, int64_t above,
                      int64_t to, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, thin_checkpoints_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, above);
    statement_integer(s, 3, to);
    statement_text(s, 4, origin);
    return row_write(s, err);
}

#define PLACE_NAME_SIZE (ORIGIN_SIZE_MAX + 16)

static const char *place_name(struct span origin, char out[PLACE_NAME_SIZE])
{
    snprintf(out, PLACE_NAME_SIZE, "thin-place-%.*s", SPAN_ARG(origin));
    return out;
}

bool thin_place_get(struct database *db, struct span origin, int64_t *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    char name[PLACE_NAME_SIZE];
    struct span value;
    uint64_t number = 0;

    *out = 0;
    if (!setting_get(db, &arena, place_name(origin, name), &value, err)) {
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

bool thin_place_put(struct database *db, struct span origin, int64_t size, struct error *err)
{
    char name[PLACE_NAME_SIZE];
    char value[24];

    snprintf(value, sizeof value, "%" PRId64, size);
    return setting_put(db, place_name(origin, name), span_text(value), err);
}
