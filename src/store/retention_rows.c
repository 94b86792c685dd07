/* Rows of retention: see retention_rows.h. */
#include "store/retention_rows.h"

#include "store/rows.h"

static const char retention_insert_sql[] =
    "insert into retention (entry, number, class, agreement, version, start_ms, erase_at_ms)"
    " values ($1, $2, $3, $4, $5, $6, $7)";

bool retention_insert(struct database *db, const struct retention_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, retention_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->entry);
    statement_integer(s, 2, row->number);
    statement_integer(s, 3, row->class);
    statement_text(s, 4, row->agreement);
    statement_integer(s, 5, row->version);
    statement_integer(s, 6, row->start_ms);
    statement_integer(s, 7, row->erase_at_ms);
    return row_write(s, err);
}

static bool run_with(struct database *db, const char *sql, const int64_t *numbers, int count,
                     struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, err);
    if (s == NULL)
        return false;
    for (int i = 0; i < count; i++)
        statement_integer(s, i + 1, numbers[i]);
    return row_write(s, err);
}

static const char retention_delete_sql[] = "delete from retention where entry = $1";

bool retention_delete(struct database *db, int64_t entry, struct error *err)
{
    return run_with(db, retention_delete_sql, &entry, 1, err);
}

static const char retention_delete_part_sql[] =
    "delete from retention where entry = $1 and number = $2";

bool retention_delete_part(struct database *db, int64_t entry, int64_t number, struct error *err)
{
    return run_with(db, retention_delete_part_sql, (const int64_t[]){entry, number}, 2, err);
}

/* Class 0 is the request. */
/* The receiver says when it received; that it was before we wrote, nobody believes. */
static const char retention_received_sql[] =
    "update retention set start_ms = (select case when e.created_ms > $1 then e.created_ms else $1 end"
    " from entries e where e.id = retention.entry) where start_ms = 9007199254740992 and class <> 0"
    " and entry in (select id from entries where log = $2 and idx >= $3 and idx < $4)";

bool retention_received(struct database *db, int64_t log, int64_t from, int64_t to, int64_t at_ms,
                        struct error *err)
{
    return run_with(db, retention_received_sql, (const int64_t[]){at_ms, log, from, to}, 4, err);
}

static const char retention_request_sql[] =
    "update retention set start_ms ="
    " coalesce((select max(a.at_ms) from answers a where a.target = retention.entry and a.counts <> 0),"
    " (select d.due_ms from dues d where d.entry = retention.entry), 9007199254740992)"
    " where entry = $1 and number = 0 and class = 0"
    " and exists (select 1 from requests r where r.entry = retention.entry)";

/* A deadline of ours counts from the receiver's word, too. */
static const char retention_written_sql[] =
    "update retention set start_ms = (select e.created_ms from entries e where e.id = retention.entry)"
    " where entry = $1 and number = 0 and class = 0"
    " and start_ms < (select e.created_ms from entries e join requests r on r.entry = e.id"
    " where e.id = retention.entry and r.is_own = 1)";

bool retention_request(struct database *db, int64_t entry, struct error *err)
{
    return run_with(db, retention_request_sql, &entry, 1, err) &&
           run_with(db, retention_written_sql, &entry, 1, err);
}

static bool retention_read(const struct statement *s, struct arena *arena, void *out)
{
    struct retention_row *row = out;
    (void)arena;

    *row = (struct retention_row){.entry = column_integer(s, 0),
                                  .number = column_integer(s, 1),
                                  .class = column_integer(s, 2),
                                  .version = column_integer(s, 3),
                                  .start_ms = column_integer(s, 4),
                                  .erase_at_ms = column_integer(s, 5)};
    return true;
}

/* Index retention_start. */
const char retention_list_start_sql[] =
    "select entry, number, class, version, start_ms, erase_at_ms from retention"
    " where agreement = $1 and version = $2 and class = $3 and (start_ms, entry, number) > ($4, $5, $6)"
    " and start_ms <= $7 order by start_ms, entry, number limit $8";

bool retention_list_start(struct database *db, struct arena *arena, struct span agreement,
                          int64_t version, int64_t class, const struct retention_place *after,
                          int64_t upto_ms, struct retention_row *out, size_t limit, size_t *count,
                          struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, retention_list_start_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, agreement);
    statement_integer(s, 2, version);
    statement_integer(s, 3, class);
    statement_integer(s, 4, after->at_ms);
    statement_integer(s, 5, after->entry);
    statement_integer(s, 6, after->number);
    statement_integer(s, 7, upto_ms);
    statement_integer(s, 8, (int64_t)limit);
    return rows_read(s, arena, retention_read, out, sizeof *out, limit, count, err);
}

/* Index retention_start. */
static const char retention_count_class_sql[] =
    "select count(*), coalesce(min(start_ms), 9007199254740992) from retention"
    " where agreement = $1 and version = $2 and class = $3";

struct class_count {
    int64_t count;
    int64_t first_ms;
};

static bool class_count_read(const struct statement *s, struct arena *arena, void *out)
{
    (void)arena;
    *(struct class_count *)out = (struct class_count){column_integer(s, 0), column_integer(s, 1)};
    return true;
}

bool retention_count_class(struct database *db, struct span agreement, int64_t version,
                           int64_t class, int64_t *count, int64_t *first_ms, struct error *err)
{
    struct statement *s CLEANUP(statement_give) =
        statement_take(db, retention_count_class_sql, err);
    struct arena arena CLEANUP(arena_free) = arena_make(1024);
    struct class_count found;
    if (s == NULL)
        return false;
    statement_text(s, 1, agreement);
    statement_integer(s, 2, version);
    statement_integer(s, 3, class);
    if (!row_read(s, &arena, class_count_read, &found, "count", err))
        return false;
    *count = found.count;
    *first_ms = found.first_ms;
    return true;
}

/* Index retention_date. */
const char retention_list_date_sql[] =
    "select entry, number, class, version, start_ms, erase_at_ms from retention"
    " where agreement = $1 and (erase_at_ms, entry, number) > ($2, $3, $4)"
    " and erase_at_ms <= $5 order by erase_at_ms, entry, number limit $6";

bool retention_list_date(struct database *db, struct arena *arena, struct span agreement,
                         const struct retention_place *after, int64_t upto_ms,
                         struct retention_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, retention_list_date_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, agreement);
    statement_integer(s, 2, after->at_ms);
    statement_integer(s, 3, after->entry);
    statement_integer(s, 4, after->number);
    statement_integer(s, 5, upto_ms);
    statement_integer(s, 6, (int64_t)limit);
    return rows_read(s, arena, retention_read, out, sizeof *out, limit, count, err);
}

static const char retention_list_entry_sql[] =
    "select entry, number, class, version, start_ms, erase_at_ms from retention where entry = $1"
    " order by number, class limit $2";

bool retention_list_entry(struct database *db, struct arena *arena, int64_t entry,
                          struct retention_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, retention_list_entry_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    statement_integer(s, 2, (int64_t)limit);
    return rows_read(s, arena, retention_read, out, sizeof *out, limit, count, err);
}

/* --- holds --- */

static const char hold_put_sql[] =
    "insert into holds (entry, ground, officer, case_number, reason, until_ms, made_ms)"
    " values ($1, $2, $3, $4, $5, $6, $7) on conflict (entry) do update set ground = excluded.ground,"
    " officer = excluded.officer, case_number = excluded.case_number, reason = excluded.reason,"
    " until_ms = excluded.until_ms, made_ms = excluded.made_ms";

bool hold_put(struct database *db, const struct hold_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, hold_put_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->entry);
    statement_integer(s, 2, row->ground);
    statement_text(s, 3, row->officer);
    statement_text(s, 4, row->case_number);
    statement_text(s, 5, row->reason);
    statement_integer(s, 6, row->until_ms);
    statement_integer(s, 7, row->made_ms);
    return row_write(s, err);
}

static bool hold_read(const struct statement *s, struct arena *arena, void *out)
{
    struct hold_row *row = out;

    row->entry = column_integer(s, 0);
    row->ground = column_integer(s, 1);
    row->until_ms = column_integer(s, 5);
    row->made_ms = column_integer(s, 6);
    return row_text(s, 2, arena, &row->officer) && row_text(s, 3, arena, &row->case_number) &&
           row_text(s, 4, arena, &row->reason);
}

static const char hold_find_sql[] =
    "select entry, ground, officer, case_number, reason, until_ms, made_ms from holds where entry = $1";

bool hold_find(struct database *db, struct arena *arena, int64_t entry, struct hold_row *out,
               struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, hold_find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    return row_read(s, arena, hold_read, out, "hold", err);
}

static const char hold_delete_sql[] = "delete from holds where entry = $1";

bool hold_delete(struct database *db, int64_t entry, struct error *err)
{
    return run_with(db, hold_delete_sql, &entry, 1, err);
}
