/* Rows of the log-in: see session_rows.h. */
#include "store/session_rows.h"

#include "store/rows.h"

static const char credential_put_sql[] =
    "insert into credentials (officer, kind, secret, made_ms, set_by, confirmed_by)"
    " values ($1, $2, $3, $4, $5, $6) on conflict (officer, kind) do update set secret = excluded.secret,"
    " made_ms = excluded.made_ms, set_by = excluded.set_by, confirmed_by = excluded.confirmed_by";

bool credential_put(struct database *db, const struct credential_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, credential_put_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, row->officer);
    statement_integer(s, 2, row->kind);
    statement_bytes(s, 3, row->secret);
    statement_integer(s, 4, row->made_ms);
    statement_text(s, 5, row->set_by);
    statement_text(s, 6, row->confirmed_by);
    return row_write(s, err);
}

static bool credential_read(const struct statement *s, struct arena *arena, void *out)
{
    struct credential_row *row = out;

    row->kind = (enum credential_kind)column_integer(s, 1);
    row->made_ms = column_integer(s, 3);
    return row_text(s, 0, arena, &row->officer) && row_bytes(s, 2, arena, &row->secret) &&
           row_text(s, 4, arena, &row->set_by) && row_text(s, 5, arena, &row->confirmed_by);
}

static const char credential_find_sql[] =
    "select officer, kind, secret, made_ms, set_by, confirmed_by from credentials"
    " where officer = $1 and kind = $2";

bool credential_find(struct database *db, struct arena *arena, struct span officer,
                     enum credential_kind kind, struct credential_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, credential_find_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, officer);
    statement_integer(s, 2, kind);
    return row_read(s, arena, credential_read, out, "credential", err);
}

static const char credential_remove_sql[] = "delete from credentials where officer = $1";

bool credential_remove_officer(struct database *db, struct span officer, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, credential_remove_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, officer);
    return row_write(s, err);
}

static const char session_insert_sql[] =
    "insert into sessions (token_hash, officer, csrf, made_ms, used_ms, client, is_limited)"
    " values ($1, $2, $3, $4, $5, $6, $7)";

bool session_insert(struct database *db, const struct session_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, session_insert_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, row->token_hash);
    statement_text(s, 2, row->officer);
    statement_bytes(s, 3, row->csrf);
    statement_integer(s, 4, row->made_ms);
    statement_integer(s, 5, row->used_ms);
    statement_text(s, 6, row->client);
    statement_integer(s, 7, row->is_limited);
    return row_write(s, err);
}

static bool session_read(const struct statement *s, struct arena *arena, void *out)
{
    struct session_row *row = out;

    row->made_ms = column_integer(s, 3);
    row->used_ms = column_integer(s, 4);
    row->is_limited = column_integer(s, 6) != 0;
    return row_bytes(s, 0, arena, &row->token_hash) && row_text(s, 1, arena, &row->officer) &&
           row_bytes(s, 2, arena, &row->csrf) && row_text(s, 5, arena, &row->client);
}

static const char session_find_sql[] =
    "select token_hash, officer, csrf, made_ms, used_ms, client, is_limited from sessions"
    " where token_hash = $1";

bool session_find(struct database *db, struct arena *arena, struct span token_hash,
                  struct session_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, session_find_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, token_hash);
    return row_read(s, arena, session_read, out, "session", err);
}

static const char session_touch_sql[] = "update sessions set used_ms = $1 where token_hash = $2";

bool session_touch(struct database *db, struct span token_hash, int64_t used_ms, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, session_touch_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, used_ms);
    statement_bytes(s, 2, token_hash);
    return row_write(s, err);
}

static const char session_remove_sql[] = "delete from sessions where token_hash = $1";

bool session_remove(struct database *db, struct span token_hash, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, session_remove_sql, err);
    if (s == NULL)
        return false;
    database_note_change(db);
    statement_bytes(s, 1, token_hash);
    return row_write(s, err);
}

static const char session_remove_officer_sql[] = "delete from sessions where officer = $1";

bool session_remove_officer(struct database *db, struct span officer, struct error *err)
{
    struct statement *s CLEANUP(statement_give) =
        statement_take(db, session_remove_officer_sql, err);
    if (s == NULL)
        return false;
    database_note_change(db);
    statement_text(s, 1, officer);
    return row_write(s, err);
}

static const char session_remove_client_sql[] =
    "delete from sessions where officer = $1 and client = $2";

bool session_remove_client(struct database *db, struct span officer, struct span client,
                           struct error *err)
{
    struct statement *s CLEANUP(statement_give) =
        statement_take(db, session_remove_client_sql, err);
    if (s == NULL)
        return false;
    database_note_change(db);
    statement_text(s, 1, officer);
    statement_text(s, 2, client);
    return row_write(s, err);
}

static const char session_remove_old_sql[] =
    "delete from sessions where used_ms < $1 or made_ms < $2";

bool session_remove_old(struct database *db, int64_t used_before_ms, int64_t made_before_ms,
                        struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, session_remove_old_sql, err);
    if (s == NULL)
        return false;
    database_note_change(db);
    statement_integer(s, 1, used_before_ms);
    statement_integer(s, 2, made_before_ms);
    return row_write(s, err);
}

static const char session_count_sql[] = "select count(*) from sessions";

bool session_remove_all(struct database *db, int64_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, session_count_sql, err);

    return s != NULL && row_integer(s, count, err) &&
           session_remove_old(db, INT64_MAX, INT64_MAX, err);
}

static const char session_remove_others_sql[] =
    "delete from sessions where officer = $1 and token_hash <> $2";

bool session_remove_others(struct database *db, struct span officer, struct span token_hash,
                           struct error *err)
{
    struct statement *s CLEANUP(statement_give) =
        statement_take(db, session_remove_others_sql, err);
    if (s == NULL)
        return false;
    database_note_change(db);
    statement_text(s, 1, officer);
    statement_bytes(s, 2, token_hash);
    return row_write(s, err);
}

static const char session_unlimit_sql[] =
    "update sessions set is_limited = 0 where token_hash = $1";

bool session_unlimit(struct database *db, struct span token_hash, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, session_unlimit_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, token_hash);
    return row_write(s, err);
}

#define TOKEN_HASH_SIZE 32

static const char session_list_sql[] =
    "select token_hash, officer, csrf, made_ms, used_ms, client, is_limited from sessions"
    " where officer > $1 or (officer = $1 and (made_ms > $2 or (made_ms = $2 and token_hash > $3)))"
    " order by officer, made_ms, token_hash limit $4";

bool session_list(struct database *db, struct arena *arena, const struct session_place *after,
                  struct session_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, session_list_sql, err);
    uint8_t last[TOKEN_HASH_SIZE]; /* the last hash that begins with the mark */
    if (s == NULL)
        return false;
    memset(last, 0xFF, sizeof last);
    if (after != NULL)
        memcpy(last, after->mark, sizeof after->mark);
    statement_text(s, 1, after == NULL ? span_text("") : after->officer);
    statement_integer(s, 2, after == NULL ? 0 : after->made_ms);
    statement_bytes(s, 3, span_make(last, sizeof last));
    statement_integer(s, 4, (int64_t)limit);
    return rows_read(s, arena, session_read, out, sizeof *out, limit, count, err);
}

static const char once_insert_sql[] =
    "insert into once (officer, key, digest, status, answer, made_ms)"
    " values ($1, $2, $3, $4, $5, $6)";

bool once_insert(struct database *db, const struct once_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, once_insert_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, row->officer);
    statement_text(s, 2, row->key);
    statement_bytes(s, 3, row->digest);
    statement_integer(s, 4, row->status);
    statement_bytes(s, 5, row->answer);
    statement_integer(s, 6, row->made_ms);
    return row_write(s, err);
}

static bool once_read(const struct statement *s, struct arena *arena, void *out)
{
    struct once_row *row = out;

    row->status = column_integer(s, 3);
    row->made_ms = column_integer(s, 5);
    return row_text(s, 0, arena, &row->officer) && row_text(s, 1, arena, &row->key) &&
           row_bytes(s, 2, arena, &row->digest) && row_bytes(s, 4, arena, &row->answer);
}

static const char once_find_sql[] =
    "select officer, key, digest, status, answer, made_ms from once where officer = $1 and key = $2";

bool once_find(struct database *db, struct arena *arena, struct span officer, struct span key,
               struct once_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, once_find_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, officer);
    statement_text(s, 2, key);
    return row_read(s, arena, once_read, out, "request", err);
}

static bool count_read(const struct statement *s, struct arena *arena, void *out)
{
    int64_t *numbers = out;
    (void)arena;

    numbers[0] = column_integer(s, 0);
    numbers[1] = column_integer(s, 1);
    return true;
}

static const char once_count_sql[] =
    "select count(*), coalesce(sum(length(answer)), 0) from once where officer = $1";

bool once_count(struct database *db, struct span officer, int64_t *count, int64_t *bytes,
                struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, once_count_sql, err);
    int64_t numbers[2] = {0, 0};

    if (s == NULL)
        return false;
    statement_text(s, 1, officer);
    if (!row_read(s, NULL, count_read, numbers, "count", err))
        return false;
    *count = numbers[0];
    *bytes = numbers[1];
    return true;
}

static const char once_remove_sql[] = "delete from once where officer = $1 and key = $2";

bool once_remove(struct database *db, struct span officer, struct span key, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, once_remove_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, officer);
    statement_text(s, 2, key);
    return row_write(s, err);
}

static const char once_remove_old_sql[] =
    "delete from once where (officer, key) in"
    " (select officer, key from once where made_ms < $1 order by made_ms limit $2)";

bool once_remove_old(struct database *db, int64_t made_before_ms, size_t limit, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, once_remove_old_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, made_before_ms);
    statement_integer(s, 2, (int64_t)limit);
    return row_write(s, err);
}
