/* Rows of joins: see own_join_rows.h. */
#include "store/own_join_rows.h"

#include "store/rows.h"

static const char put_sql[] =
    "insert into own_joins (id, one, other, case_number, officer, reason, joined_ms, parted_case, parted_by,"
    " parted_reason, parted_ms) values ($1, $2, $3, $4, $5, $6, $7, '', '', '', 0)";

bool own_join_put(struct database *db, const struct own_join_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, put_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->id);
    statement_integer(s, 2, row->one < row->other ? row->one : row->other);
    statement_integer(s, 3, row->one < row->other ? row->other : row->one);
    statement_text(s, 4, row->case_number);
    statement_text(s, 5, row->officer);
    statement_text(s, 6, row->reason);
    statement_integer(s, 7, row->joined_ms);
    return row_write(s, err);
}

static const char part_sql[] = "update own_joins set parted_case = $1, parted_by = $2,"
                               " parted_reason = $3, parted_ms = $4 where id = $5";

bool own_join_part(struct database *db, const struct own_join_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, part_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, row->parted_case);
    statement_text(s, 2, row->parted_by);
    statement_text(s, 3, row->parted_reason);
    statement_integer(s, 4, row->parted_ms);
    statement_integer(s, 5, row->id);
    return row_write(s, err);
}

static bool join_read(const struct statement *s, struct arena *arena, void *out)
{
    struct own_join_row *row = out;

    *row = (struct own_join_row){.id = column_integer(s, 0),
                                 .one = column_integer(s, 1),
                                 .other = column_integer(s, 2),
                                 .joined_ms = column_integer(s, 6),
                                 .parted_ms = column_integer(s, 10)};
    return row_text(s, 3, arena, &row->case_number) && row_text(s, 4, arena, &row->officer) &&
           row_text(s, 5, arena, &row->reason) && row_text(s, 7, arena, &row->parted_case) &&
           row_text(s, 8, arena, &row->parted_by) && row_text(s, 9, arena, &row->parted_reason);
}

#define COLUMNS                                                                                    \
    "select id, one, other, case_number, officer, reason, joined_ms, parted_case, parted_by,"      \
    " parted_reason, parted_ms from own_joins "

static const char find_sql[] = COLUMNS "where one = $1 and other = $2 and parted_ms = 0";

bool own_join_find(struct database *db, struct arena *arena, int64_t one, int64_t other,
                   struct own_join_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, one < other ? one : other);
    statement_integer(s, 2, one < other ? other : one);
    return row_read(s, arena, join_read, out, "join of these two", err);
}

/* Both halves walk an index: the first columns and the place. */
static const char list_sql[] =
    COLUMNS "where one = $1 and id > $2 and (parted_ms = 0 or $3 = 1) union all " COLUMNS
            "where other = $1 and id > $2 and (parted_ms = 0 or $3 = 1) order by 1 limit $4";

bool own_join_list(struct database *db, struct arena *arena, int64_t person, bool is_all,
                   int64_t after, struct own_join_row *out, size_t limit, size_t *count,
                   struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, person);
    statement_integer(s, 2, after);
    statement_integer(s, 3, is_all);
    statement_integer(s, 4, (int64_t)limit);
    return rows_read(s, arena, join_read, out, sizeof *out, limit, count, err);
}

static const char drop_sql[] = "delete from own_joins where one = $1 or other = $1";

bool own_joins_drop(struct database *db, int64_t person, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, drop_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, person);
    return row_write(s, err);
}
