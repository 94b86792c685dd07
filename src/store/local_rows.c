/* Rows of officers and settings: see local_rows.h. */
#include "store/local_rows.h"

#include "store/rows.h"

static const char officer_put_sql[] =
    "insert into officers (id, name, unit, role, is_active) values ($1, $2, $3, $4, $5)"
    " on conflict (id) do update set name = excluded.name, unit = excluded.unit, role = excluded.role,"
    " is_active = excluded.is_active";

bool officer_put(struct database *db, const struct officer_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, officer_put_sql, err);
    if (s == NULL)
        return false;
    database_note_change(db);
    statement_text(s, 1, row->id);
    statement_text(s, 2, row->name);
    statement_text(s, 3, row->unit);
    statement_text(s, 4, row->role);
    statement_integer(s, 5, row->is_active);
    return row_write(s, err);
}

static bool officer_read(const struct statement *s, struct arena *arena, void *out)
{
    struct officer_row *row = out;

    row->is_active = column_integer(s, 4) != 0;
    return row_text(s, 0, arena, &row->id) && row_text(s, 1, arena, &row->name) &&
           row_text(s, 2, arena, &row->unit) && row_text(s, 3, arena, &row->role);
}

static const char officer_find_sql[] =
    "select id, name, unit, role, is_active from officers where id = $1";

bool officer_find(struct database *db, struct arena *arena, struct span id, struct officer_row *out,
                  struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, officer_find_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, id);
    return row_read(s, arena, officer_read, out, "officer", err);
}

static const char officer_list_sql[] =
    "select id, name, unit, role, is_active from officers where id > $1 order by id limit $2";

bool officer_list(struct database *db, struct arena *arena, struct span after,
                  struct officer_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, officer_list_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, after);
    statement_integer(s, 2, (int64_t)limit);
    return rows_read(s, arena, officer_read, out, sizeof *out, limit, count, err);
}

static const char officer_count_role_sql[] =
    "select count(*) from officers where role = $1 and is_active = 1";

bool officer_count_role(struct database *db, struct span role, int64_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, officer_count_role_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, role);
    return row_integer(s, count, err);
}

static const char setting_put_sql[] =
    "insert into settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value";

bool setting_put(struct database *db, const char *name, struct span value, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, setting_put_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, span_text(name));
    statement_bytes(s, 2, value);
    return row_write(s, err);
}

static bool setting_read(const struct statement *s, struct arena *arena, void *out)
{
    return row_bytes(s, 0, arena, out);
}

static const char setting_get_sql[] = "select value from settings where name = $1";

bool setting_get(struct database *db, struct arena *arena, const char *name, struct span *out,
                 struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, setting_get_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, span_text(name));
    return row_read(s, arena, setting_read, out, "setting", err);
}

static const char setting_drop_sql[] = "delete from settings where name = $1";

bool setting_drop(struct database *db, const char *name, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, setting_drop_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, span_text(name));
    return statement_run(s, err);
}
