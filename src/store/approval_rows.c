/* Rows of approvals: see approval_rows.h. */
#include "store/approval_rows.h"

#include "store/rows.h"

static const char insert_sql[] =
    "insert into approvals (id, act, officer, approver, case_number, digest, sealed, salt, draft_key,"
    " made_ms, until_ms, state, decided_by, decided_ms, decided_reason)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, '', 0, '')";

bool approval_insert(struct database *db, const struct approval_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, insert_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, row->id);
    statement_text(s, 2, row->act);
    statement_text(s, 3, row->officer);
    statement_text(s, 4, row->approver);
    statement_text(s, 5, row->case_number);
    statement_bytes(s, 6, row->digest);
    statement_bytes(s, 7, row->sealed);
    statement_bytes(s, 8, row->salt);
    statement_bytes(s, 9, row->key);
    statement_integer(s, 10, row->made_ms);
    statement_integer(s, 11, row->until_ms);
    return row_write(s, err);
}

static bool brief_read(const struct statement *s, struct arena *arena, void *out)
{
    struct approval_row *row = out;

    *row = (struct approval_row){.made_ms = column_integer(s, 6),
                                 .until_ms = column_integer(s, 7),
                                 .state = (enum approval_state)column_integer(s, 8),
                                 .decided_ms = column_integer(s, 10)};
    return row_bytes(s, 0, arena, &row->id) && row_text(s, 1, arena, &row->act) &&
           row_text(s, 2, arena, &row->officer) && row_text(s, 3, arena, &row->approver) &&
           row_text(s, 4, arena, &row->case_number) && row_bytes(s, 5, arena, &row->digest) &&
           row_text(s, 9, arena, &row->decided_by) && row_text(s, 11, arena, &row->decided_reason);
}

static bool whole_read(const struct statement *s, struct arena *arena, void *out)
{
    struct approval_row *row = out;

    return brief_read(s, arena, out) && row_bytes(s, 12, arena, &row->sealed) &&
           row_bytes(s, 13, arena, &row->salt) && row_bytes(s, 14, arena, &row->key);
}

static const char find_sql[] =
    "select id, act, officer, approver, case_number, digest, made_ms, until_ms, state, decided_by,"
    " decided_ms, decided_reason, sealed, salt, draft_key from approvals where id = $1";

bool approval_find(struct database *db, struct arena *arena, struct span id,
                   struct approval_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, find_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, id);
    return row_read(s, arena, whole_read, out, "approval", err);
}

/* Index approvals_state. */
static const char list_sql[] =
    "select id, act, officer, approver, case_number, digest, made_ms, until_ms, state, decided_by,"
    " decided_ms, decided_reason from approvals where (officer = $1 or state = 0)"
    " and (state > $2 or (state = $2 and (made_ms < $3 or (made_ms = $3 and id > $4))))"
    " order by state, made_ms desc, id limit $5";

bool approval_list(struct database *db, struct arena *arena, struct span officer,
                   const struct approval_place *after, struct approval_row *out, size_t limit,
                   size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, list_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, officer);
    statement_integer(s, 2, after == NULL ? -1 : after->state); /* below every state */
    statement_integer(s, 3, after == NULL ? 0 : after->made_ms);
    statement_bytes(s, 4, after == NULL ? span_text("") : after->id);
    statement_integer(s, 5, (int64_t)limit);
    return rows_read(s, arena, brief_read, out, sizeof *out, limit, count, err);
}

static const char count_sql[] = "select count(*) from approvals where officer = $1 and state = 0";

bool approval_count(struct database *db, struct span officer, int64_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, count_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, officer);
    return row_integer(s, count, err);
}

static const char decide_sql[] =
    "update approvals set state = $1, decided_by = $2, decided_ms = $3, decided_reason = $4,"
    " sealed = $5, draft_key = $5 where id = $6 and state = 0";

bool approval_decide(struct database *db, struct span id, enum approval_state state,
                     struct span decided_by, int64_t decided_ms, struct span reason,
                     struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, decide_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, state);
    statement_text(s, 2, decided_by);
    statement_integer(s, 3, decided_ms);
    statement_text(s, 4, reason);
    statement_bytes(s, 5, span_text(""));
    statement_bytes(s, 6, id);
    return row_write(s, err);
}

static const char expire_sql[] =
    "update approvals set state = 4, decided_ms = $1, sealed = $2, draft_key = $2"
    " where state = 0 and until_ms <= $1";

bool approval_expire(struct database *db, int64_t now_ms, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, expire_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, now_ms);
    statement_bytes(s, 2, span_text(""));
    return row_write(s, err);
}

static const char count_all_sql[] = "select count(*) from approvals where state = 0";
static const char end_all_sql[] =
    "update approvals set state = 4, decided_ms = $1, sealed = $2, draft_key = $2 where state = 0";

bool approval_end_all(struct database *db, int64_t now_ms, int64_t *count, struct error *err)
{
    struct statement *counting CLEANUP(statement_give) = statement_take(db, count_all_sql, err);
    struct statement *s CLEANUP(statement_give) = NULL;

    if (counting == NULL || !row_integer(counting, count, err))
        return false;
    s = statement_take(db, end_all_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, now_ms);
    statement_bytes(s, 2, span_text(""));
    return row_write(s, err);
}

static const char bar_sql[] = "update approvals set sealed = $1 where id = $2 and state = 2";

bool approval_bar(struct database *db, struct span id, struct span content, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, bar_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, content);
    statement_bytes(s, 2, id);
    return row_write(s, err);
}

/* Index approvals_state. */
static const char is_barred_sql[] =
    "select count(*) from approvals where state = 2 and sealed = $1";

bool approval_is_barred(struct database *db, struct span content, bool *is_barred,
                        struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, is_barred_sql, err);
    int64_t count = 0;

    if (s == NULL)
        return false;
    statement_bytes(s, 1, content);
    if (!row_integer(s, &count, err))
        return false;
    *is_barred = count > 0;
    return true;
}

/* In this order: what is left of the second is none of the first. */
static const char remove_old_sql[] =
    "delete from approvals where state <> 0 and made_ms < $1 and (state <> 2 or length(sealed) = 0"
    " or made_ms < $2)";
static const char bare_old_sql[] =
    "update approvals set officer = '', approver = '', case_number = '', decided_by = '',"
    " decided_reason = '' where state = 2 and made_ms < $1 and officer <> ''";

bool approval_remove_old(struct database *db, int64_t made_before_ms, int64_t barred_before_ms,
                         struct error *err)
{
    struct statement *removing CLEANUP(statement_give) = statement_take(db, remove_old_sql, err);
    struct statement *s CLEANUP(statement_give) = NULL;

    if (removing == NULL)
        return false;
    statement_integer(removing, 1, made_before_ms);
    statement_integer(removing, 2, barred_before_ms);
    if (!row_write(removing, err))
        return false;
    s = statement_take(db, bare_old_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, made_before_ms);
    return row_write(s, err);
}
