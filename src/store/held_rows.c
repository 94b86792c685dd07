/* Rows of held entries: see held_rows.h. */
#include "store/held_rows.h"

#include "store/rows.h"

static const char held_insert_sql[] =
    "insert into held (entry, log, thread_log, thread, ground) values ($1, $2, $3, $4, $5)"
    " on conflict (entry) do update set ground = excluded.ground";

bool held_insert(struct database *db, const struct held_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, held_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->entry);
    statement_integer(s, 2, row->log);
    statement_integer(s, 3, row->thread_log);
    statement_bytes(s, 4, row->thread);
    statement_text(s, 5, row->ground);
    return row_write(s, err);
}

static const char held_delete_sql[] = "delete from held where entry = $1";

bool held_delete(struct database *db, int64_t entry, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, held_delete_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    return row_write(s, err);
}

/* Index held_thread. */
static const char held_has_thread_sql[] =
    "select count(*) from (select 1 from held where thread_log = $1 and thread = $2 and entry < $3 limit 1) as found";

bool held_has_thread(struct database *db, int64_t thread_log, struct span thread, int64_t entry,
                     bool *is_held, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, held_has_thread_sql, err);
    int64_t count = 0;
    if (s == NULL)
        return false;
    statement_integer(s, 1, thread_log);
    statement_bytes(s, 2, thread);
    statement_integer(s, 3, entry);
    if (!row_integer(s, &count, err))
        return false;
    *is_held = count > 0;
    return true;
}

static bool held_read(const struct statement *s, struct arena *arena, void *out)
{
    struct held_row *row = out;

    row->entry = column_integer(s, 0);
    row->log = column_integer(s, 1);
    row->thread_log = column_integer(s, 2);
    return row_bytes(s, 3, arena, &row->thread) && row_text(s, 4, arena, &row->ground);
}

/* Index held_log. */
static const char held_list_sql[] =
    "select entry, log, thread_log, thread, ground from held where log = $1 and entry > $2 order by entry limit $3";

bool held_list(struct database *db, struct arena *arena, int64_t log, int64_t above,
               struct held_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, held_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, above);
    statement_integer(s, 3, (int64_t)limit);
    return rows_read(s, arena, held_read, out, sizeof *out, limit, count, err);
}

static const char held_count_sql[] = "select count(*) from held where log = $1";

bool held_count(struct database *db, int64_t log, int64_t *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, held_count_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    return row_integer(s, out, err);
}
