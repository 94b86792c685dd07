/* Rows of checkpoints, receipts, witness cosignatures and the journal sequence: see log_rows.h. */
#include "store/log_rows.h"

#include "store/rows.h"

static const char checkpoint_insert_sql[] =
    "insert into checkpoints (log, size, root, signature) values ($1, $2, $3, $4)"
    " on conflict (log, size) do nothing";

bool checkpoint_insert(struct database *db, const struct checkpoint_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, checkpoint_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->log);
    statement_integer(s, 2, row->size);
    statement_bytes(s, 3, row->root);
    statement_bytes(s, 4, row->signature);
    return row_write(s, err);
}

static bool checkpoint_read(const struct statement *s, struct arena *arena, void *out)
{
    struct checkpoint_row *row = out;

    row->log = column_integer(s, 0);
    row->size = column_integer(s, 1);
    return row_bytes(s, 2, arena, &row->root) && row_bytes(s, 3, arena, &row->signature);
}

static const char checkpoint_newest_sql[] =
    "select log, size, root, signature from checkpoints where log = $1 order by size desc limit 1";

bool checkpoint_newest(struct database *db, struct arena *arena, int64_t log,
                       struct checkpoint_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, checkpoint_newest_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    return row_read(s, arena, checkpoint_read, out, "checkpoint", err);
}

static const char checkpoint_from_sql[] =
    "select log, size, root, signature from checkpoints where log = $1 and size >= $2"
    " order by size limit 1";

bool checkpoint_from(struct database *db, struct arena *arena, int64_t log, int64_t at_least,
                     struct checkpoint_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, checkpoint_from_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, at_least);
    return row_read(s, arena, checkpoint_read, out, "checkpoint", err);
}

static const char checkpoint_upto_sql[] =
    "select log, size, root, signature from checkpoints where log = $1 and size <= $2"
    " order by size desc limit 1";

bool checkpoint_upto(struct database *db, struct arena *arena, int64_t log, int64_t at_most,
                     struct checkpoint_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, checkpoint_upto_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, at_most);
    return row_read(s, arena, checkpoint_read, out, "checkpoint", err);
}

static const char fork_insert_sql[] =
    "insert into forks (log, size, root, signature, noticed_ms) values ($1, $2, $3, $4, $5)"
    " on conflict (log, size, root) do nothing";

bool fork_insert(struct database *db, const struct fork_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, fork_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->log);
    statement_integer(s, 2, row->size);
    statement_bytes(s, 3, row->root);
    statement_bytes(s, 4, row->signature);
    statement_integer(s, 5, row->noticed_ms);
    return row_write(s, err);
}

static bool fork_read(const struct statement *s, struct arena *arena, void *out)
{
    struct fork_row *row = out;

    row->log = column_integer(s, 0);
    row->size = column_integer(s, 1);
    row->noticed_ms = column_integer(s, 4);
    return row_bytes(s, 2, arena, &row->root) && row_bytes(s, 3, arena, &row->signature);
}

static const char fork_list_sql[] =
    "select log, size, root, signature, noticed_ms from forks where log = $1"
    " order by noticed_ms, size, root limit $2";

bool fork_list(struct database *db, struct arena *arena, int64_t log, struct fork_row *out,
               size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, fork_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, (int64_t)limit);
    return rows_read(s, arena, fork_read, out, sizeof *out, limit, count, err);
}

static const char receipt_insert_sql[] =
    "insert into receipts (log, size, root, time_s, signature) values ($1, $2, $3, $4, $5)"
    " on conflict (log, size) do nothing";

bool receipt_insert(struct database *db, const struct receipt_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, receipt_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->log);
    statement_integer(s, 2, row->size);
    statement_bytes(s, 3, row->root);
    statement_integer(s, 4, row->time_s);
    row_bind_bytes(s, 5, row->signature);
    return row_write(s, err);
}

static const char receipt_sign_sql[] =
    "update receipts set signature = $1"
    " where log = $2 and size = $3 and time_s = $4 and signature is null";

bool receipt_sign(struct database *db, const struct receipt_row *row, bool *has_changed,
                  struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, receipt_sign_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, row->signature);
    statement_integer(s, 2, row->log);
    statement_integer(s, 3, row->size);
    statement_integer(s, 4, row->time_s);
    if (!row_write(s, err))
        return false;
    *has_changed = statement_changes(s) > 0;
    return true;
}

static const char receipt_return_sql[] =
    "insert into receipts (log, size, root, time_s, signature) values ($1, $2, $3, $4, $5)"
    " on conflict (log, size) do update set time_s = excluded.time_s, signature = excluded.signature"
    " where receipts.signature is null";

bool receipt_return(struct database *db, const struct receipt_row *row, bool *has_changed,
                    struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, receipt_return_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->log);
    statement_integer(s, 2, row->size);
    statement_bytes(s, 3, row->root);
    statement_integer(s, 4, row->time_s);
    statement_bytes(s, 5, row->signature);
    if (!row_write(s, err))
        return false;
    *has_changed = statement_changes(s) > 0;
    return true;
}

static const char receipt_drop_unsigned_sql[] =
    "delete from receipts where log = $1 and signature is null and size < $2";

bool receipt_drop_unsigned(struct database *db, int64_t log, int64_t below, struct error *err)
{
    struct statement *s CLEANUP(statement_give) =
        statement_take(db, receipt_drop_unsigned_sql, err);

    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, below);
    return row_write(s, err);
}

static bool receipt_read(const struct statement *s, struct arena *arena, void *out)
{
    struct receipt_row *row = out;

    row->log = column_integer(s, 0);
    row->size = column_integer(s, 1);
    row->time_s = column_integer(s, 3);
    return row_bytes(s, 2, arena, &row->root) && row_bytes(s, 4, arena, &row->signature);
}

static const char receipt_list_sql[] =
    "select log, size, root, time_s, signature from receipts where log = $1 and size > $2"
    " order by size limit $3";

bool receipt_list(struct database *db, struct arena *arena, int64_t log, int64_t above,
                  struct receipt_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, receipt_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, above);
    statement_integer(s, 3, (int64_t)limit);
    return rows_read(s, arena, receipt_read, out, sizeof *out, limit, count, err);
}

static const char receipt_newest_sql[] =
    "select log, size, root, time_s, signature from receipts where log = $1 order by size desc limit 1";

bool receipt_newest(struct database *db, struct arena *arena, int64_t log, struct receipt_row *out,
                    struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, receipt_newest_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    return row_read(s, arena, receipt_read, out, "receipt", err);
}

static const char receipt_newest_signed_sql[] =
    "select log, size, root, time_s, signature from receipts where log = $1 and signature is not null"
    " order by size desc limit 1";

bool receipt_newest_signed(struct database *db, struct arena *arena, int64_t log,
                           struct receipt_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) =
        statement_take(db, receipt_newest_signed_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    return row_read(s, arena, receipt_read, out, "receipt", err);
}

static const char witness_insert_sql[] =
    "insert into witnessed (origin, size, witness, root, time_s, signature) values ($1, $2, $3, $4, $5, $6)"
    " on conflict (origin, size, witness) do nothing";

bool witness_insert(struct database *db, const struct witness_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, witness_insert_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, row->origin);
    statement_integer(s, 2, row->size);
    statement_text(s, 3, row->witness);
    statement_bytes(s, 4, row->root);
    statement_integer(s, 5, row->time_s);
    statement_bytes(s, 6, row->signature);
    return row_write(s, err);
}

static bool witness_read(const struct statement *s, struct arena *arena, void *out)
{
    struct witness_row *row = out;

    row->size = column_integer(s, 1);
    row->time_s = column_integer(s, 4);
    return row_text(s, 0, arena, &row->origin) && row_text(s, 2, arena, &row->witness) &&
           row_bytes(s, 3, arena, &row->root) && row_bytes(s, 5, arena, &row->signature);
}

static const char witness_newest_sql[] =
    "select origin, size, witness, root, time_s, signature from witnessed"
    " where origin = $1 and witness = $2 order by size desc limit 1";

bool witness_newest(struct database *db, struct arena *arena, struct span origin,
                    struct span witness, struct witness_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, witness_newest_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, origin);
    statement_text(s, 2, witness);
    return row_read(s, arena, witness_read, out, "witness cosignature", err);
}

static const char sequence_last_sql[] = "select max(n) from sequence";

bool sequence_last(struct database *db, int64_t *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, sequence_last_sql, err);
    if (s == NULL)
        return false;
    return row_integer(s, out, err);
}

static const char sequence_insert_sql[] =
    "insert into sequence (n, kind, entry, log, size, time_s, version, outcome, ground, ruling)"
    " values ($1, $2, nullif($3, 0), $4, $5, $6, $7, $8, $9, $10)";

bool sequence_insert(struct database *db, const struct sequence_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, sequence_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->n);
    statement_integer(s, 2, row->kind);
    statement_integer(s, 3, row->entry);
    statement_integer(s, 4, row->log);
    statement_integer(s, 5, row->size);
    statement_integer(s, 6, row->time_s);
    statement_integer(s, 7, row->version);
    statement_integer(s, 8, row->outcome);
    row_bind_text(s, 9, row->ground);
    row_bind_text(s, 10, row->ruling);
    return row_write(s, err);
}

static bool sequence_read(const struct statement *s, struct arena *arena, void *out)
{
    struct sequence_row *row = out;

    row->n = column_integer(s, 0);
    row->kind = (enum sequence_kind)column_integer(s, 1);
    row->entry = column_integer(s, 2);
    row->log = column_integer(s, 3);
    row->size = column_integer(s, 4);
    row->time_s = column_integer(s, 5);
    row->version = column_integer(s, 6);
    row->outcome = (enum outcome_kind)column_integer(s, 7);
    return row_text(s, 8, arena, &row->ground) && row_text(s, 9, arena, &row->ruling);
}

static const char sequence_list_sql[] =
    "select n, kind, coalesce(entry, 0), log, size, time_s, version, outcome, ground, ruling from sequence"
    " where n > $1 order by n limit $2";

bool sequence_list(struct database *db, struct arena *arena, int64_t above,
                   struct sequence_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, sequence_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, above);
    statement_integer(s, 2, (int64_t)limit);
    return rows_read(s, arena, sequence_read, out, sizeof *out, limit, count, err);
}

static const char sequence_of_entry_sql[] =
    "select n, kind, coalesce(entry, 0), log, size, time_s, version, outcome, ground, ruling from sequence"
    " where entry = $1 order by n desc limit 1";

bool sequence_of_entry(struct database *db, struct arena *arena, int64_t entry,
                       struct sequence_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, sequence_of_entry_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    return row_read(s, arena, sequence_read, out, "journal row", err);
}

static const char sequence_retime_sql[] =
    "update sequence set time_s = $1 where kind = 2 and log = $2 and time_s <> $1"
    " and entry in (select id from entries where log = $2 and idx >= $3 and idx < $4)";

bool sequence_retime(struct database *db, int64_t log, int64_t from, int64_t to, int64_t time_s,
                     bool *has_changed, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, sequence_retime_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, time_s);
    statement_integer(s, 2, log);
    statement_integer(s, 3, from);
    statement_integer(s, 4, to);
    if (!row_write(s, err))
        return false;
    *has_changed = statement_changes(s) > 0;
    return true;
}

static const char receipt_below_sql[] =
    "select max(size) from receipts where log = $1 and size < $2";

bool receipt_size_below(struct database *db, int64_t log, int64_t size, int64_t *out,
                        struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, receipt_below_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, size);
    return row_integer(s, out, err);
}
