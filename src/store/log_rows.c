/* Rows of agreements and logs: see log_rows.h. */
#include "store/log_rows.h"

#include "store/rows.h"

static const char agreement_insert_sql[] =
    "insert into agreements (agreement, version, cms, fingerprint, imported_ms) values ($1, $2, $3, $4, $5)";

bool agreement_insert(struct database *db, const struct agreement_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, agreement_insert_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, row->agreement);
    statement_integer(s, 2, row->version);
    statement_bytes(s, 3, row->cms);
    statement_bytes(s, 4, row->fingerprint);
    statement_integer(s, 5, row->imported_ms);
    return row_write(s, err);
}

static bool agreement_read(const struct statement *s, struct arena *arena, void *out)
{
    struct agreement_row *row = out;

    row->version = column_integer(s, 1);
    row->imported_ms = column_integer(s, 4);
    row->suspended_ms = column_integer(s, 5);
    return row_text(s, 0, arena, &row->agreement) && row_bytes(s, 2, arena, &row->cms) &&
           row_bytes(s, 3, arena, &row->fingerprint);
}

/* Newest version of each agreement. */
static const char agreement_list_sql[] =
    "select agreement, version, cms, fingerprint, imported_ms, coalesce(suspended_ms, 0) from agreements a"
    " where version = (select max(b.version) from agreements b where b.agreement = a.agreement) order by agreement";

bool agreement_list(struct database *db, struct arena *arena, struct agreement_row *out,
                    size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, agreement_list_sql, err);
    if (s == NULL)
        return false;
    return rows_read(s, arena, agreement_read, out, sizeof *out, limit, count, err);
}

static const char agreement_suspend_sql[] =
    "update agreements set suspended_ms = nullif($1, 0) where agreement = $2";

bool agreement_suspend(struct database *db, struct span agreement, int64_t suspended_ms,
                       struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, agreement_suspend_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, suspended_ms);
    statement_text(s, 2, agreement);
    return row_write(s, err);
}

static const char log_insert_sql[] =
    "insert into logs (id, origin, kind, agreement, partner, size, frontier, handled, before, keys, custody)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9, 0), $10, $11)";

bool log_insert(struct database *db, const struct log_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, log_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->id);
    statement_text(s, 2, row->origin);
    statement_integer(s, 3, row->kind);
    statement_text(s, 4, row->agreement);
    statement_text(s, 5, row->partner);
    statement_integer(s, 6, row->size);
    statement_bytes(s, 7, row->frontier);
    statement_integer(s, 8, row->handled);
    statement_integer(s, 9, row->before);
    row_bind_bytes(s, 10, row->keys);
    statement_integer(s, 11, row->custody);
    return row_write(s, err);
}

static bool log_read(const struct statement *s, struct arena *arena, void *out)
{
    struct log_row *row = out;

    row->id = column_integer(s, 0);
    row->kind = (enum log_kind)column_integer(s, 2);
    row->size = column_integer(s, 5);
    row->handled = column_integer(s, 7);
    row->seen = column_is_null(s, 9) ? LOG_SEEN_UNKNOWN : column_integer(s, 9);
    row->ends = column_integer(s, 10);
    row->before = column_integer(s, 11);
    row->custody = column_integer(s, 13);
    return row_text(s, 1, arena, &row->origin) && row_text(s, 3, arena, &row->agreement) &&
           row_text(s, 4, arena, &row->partner) && row_bytes(s, 6, arena, &row->frontier) &&
           row_text(s, 8, arena, &row->read_only) && row_bytes(s, 12, arena, &row->keys);
}

static const char log_list_sql[] =
    "select id, origin, kind, agreement, partner, size, frontier, handled, read_only, seen,"
    " coalesce(ends, -1), coalesce(before, 0), keys, coalesce(custody, 0) from logs order by id";

bool log_list(struct database *db, struct arena *arena, struct log_row *out, size_t limit,
              size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, log_list_sql, err);
    if (s == NULL)
        return false;
    return rows_read(s, arena, log_read, out, sizeof *out, limit, count, err);
}

static bool log_head_read(const struct statement *s, struct arena *arena, void *out)
{
    struct log_row *row = out;

    *row = (struct log_row){.id = column_integer(s, 0), .size = column_integer(s, 2)};
    return row_text(s, 1, arena, &row->origin) && row_bytes(s, 3, arena, &row->frontier);
}

static const char log_heads_sql[] = "select id, origin, size, frontier from logs order by id";

bool log_list_heads(struct database *db, struct arena *arena, struct log_row *out, size_t limit,
                    size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, log_heads_sql, err);
    if (s == NULL)
        return false;
    return rows_read(s, arena, log_head_read, out, sizeof *out, limit, count, err);
}

static const char log_grow_sql[] = "update logs set size = $1, frontier = $2 where id = $3";

bool log_grow(struct database *db, int64_t log, int64_t size, struct span frontier,
              struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, log_grow_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, size);
    statement_bytes(s, 2, frontier);
    statement_integer(s, 3, log);
    return row_write(s, err);
}

static const char log_handled_sql[] = "update logs set handled = $1, seen = $2 where id = $3";

bool log_set_handled(struct database *db, int64_t log, int64_t handled, int64_t seen,
                     struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, log_handled_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, handled);
    statement_integer(s, 2, seen);
    statement_integer(s, 3, log);
    return row_write(s, err);
}

static const char log_read_only_sql[] = "update logs set read_only = $1 where id = $2";

bool log_set_read_only(struct database *db, int64_t log, struct span reason, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, log_read_only_sql, err);
    if (s == NULL)
        return false;
    row_bind_text(s, 1, reason);
    statement_integer(s, 2, log);
    return row_write(s, err);
}

static const char log_end_sql[] =
    "update logs set ends = $1, size = $1, frontier = $2, read_only = null where id = $3";

bool log_end(struct database *db, int64_t log, int64_t ends, struct span frontier,
             struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, log_end_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, ends);
    statement_bytes(s, 2, frontier);
    statement_integer(s, 3, log);
    return row_write(s, err);
}

/* With the sequence and the derived rows that name the log of an entry. */
static const struct {
    const char *sql;
    bool has_size;
} log_hand_over_sql[] = {
    {"update entries set log = $1, idx = null where log = $2 and (idx is null or idx >= $3)", true},
    {"update sequence set log = $1 where log = $2 and kind = 0 and entry in"
     " (select id from entries where log = $1 and idx is null)",
     false},
    {"update requests set log = $1 where log = $2 and entry in"
     " (select id from entries where log = $1 and idx is null)",
     false},
    {"update spontaneous set log = $1 where log = $2 and entry in"
     " (select id from entries where log = $1 and idx is null)",
     false},
};

bool log_hand_over(struct database *db, int64_t log, int64_t ends, int64_t successor,
                   struct error *err)
{
    for (size_t i = 0; i < sizeof log_hand_over_sql / sizeof log_hand_over_sql[0]; i++) {
        struct statement *s CLEANUP(statement_give) =
            statement_take(db, log_hand_over_sql[i].sql, err);
        if (s == NULL)
            return false;
        statement_integer(s, 1, successor);
        statement_integer(s, 2, log);
        if (log_hand_over_sql[i].has_size)
            statement_integer(s, 3, ends);
        if (!row_write(s, err))
            return false;
    }
    return true;
}
