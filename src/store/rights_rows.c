/* Rows of requests that may be of ground j: see rights_rows.h. */
#include "store/rights_rows.h"

#include "store/rows.h"

static const char put_sql[] =
    "insert into rights_flags (entry, state, flagged_by, flagged_ms, flag_reason, decided_by,"
    " decided_ms, decided_reason) values ($1, $2, $3, $4, $5, $6, $7, $8)"
    " on conflict (entry) do update set state = excluded.state, flagged_by = excluded.flagged_by,"
    " flagged_ms = excluded.flagged_ms, flag_reason = excluded.flag_reason,"
    " decided_by = excluded.decided_by, decided_ms = excluded.decided_ms,"
    " decided_reason = excluded.decided_reason";

bool rights_put(struct database *db, const struct rights_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, put_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->entry);
    statement_integer(s, 2, row->state);
    statement_text(s, 3, row->flagged_by);
    statement_integer(s, 4, row->flagged_ms);
    statement_text(s, 5, row->flag_reason);
    statement_text(s, 6, row->decided_by);
    statement_integer(s, 7, row->decided_ms);
    statement_text(s, 8, row->decided_reason);
    return row_write(s, err);
}

static bool rights_read(const struct statement *s, struct arena *arena, void *out)
{
    struct rights_row *row = out;

    row->entry = column_integer(s, 0);
    row->state = column_integer(s, 1);
    row->flagged_ms = column_integer(s, 3);
    row->decided_ms = column_integer(s, 6);
    return row_text(s, 2, arena, &row->flagged_by) && row_text(s, 4, arena, &row->flag_reason) &&
           row_text(s, 5, arena, &row->decided_by) && row_text(s, 7, arena, &row->decided_reason);
}

static const char find_sql[] =
    "select entry, state, flagged_by, flagged_ms, flag_reason, decided_by, decided_ms,"
    " decided_reason from rights_flags where entry = $1";

bool rights_find(struct database *db, struct arena *arena, int64_t entry, struct rights_row *out,
                 struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    return row_read(s, arena, rights_read, out, "flag", err);
}

static bool line_read(const struct statement *s, struct arena *arena, void *out)
{
    struct rights_line *line = out;

    line->log = column_integer(s, 8);
    return rights_read(s, arena, &line->rights) && row_bytes(s, 9, arena, &line->message_id);
}

#define LINE_SQL                                                                                   \
    "select f.entry, f.state, f.flagged_by, f.flagged_ms, f.flag_reason, f.decided_by,"            \
    " f.decided_ms, f.decided_reason, e.log, e.message_id"                                         \
    " from rights_flags f join entries e on e.id = f.entry"
/* Index rights_flags_state. */
static const char list_sql[] =
    LINE_SQL " where f.state <= $1 and (f.flagged_ms > $2 or (f.flagged_ms = $2 and f.entry > $3))"
             " order by f.flagged_ms, f.entry limit $4";

bool rights_list(struct database *db, struct arena *arena, bool only_undecided,
                 const struct rights_place *after, struct rights_line *out, size_t limit,
                 size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, only_undecided ? RIGHTS_UNDECIDED : RIGHTS_STATE_COUNT);
    statement_integer(s, 2, after == NULL ? -1 : after->flagged_ms);
    statement_integer(s, 3, after == NULL ? -1 : after->entry);
    statement_integer(s, 4, (int64_t)limit);
    return rows_read(s, arena, line_read, out, sizeof *out, limit, count, err);
}

static const char list_case_sql[] =
    LINE_SQL " join case_items c on c.entry = f.entry where c.number = $1 and f.state <> $2"
             " order by f.entry limit $3";

bool rights_list_case(struct database *db, struct arena *arena, struct span number,
                      struct rights_line *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, list_case_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, number);
    statement_integer(s, 2, RIGHTS_MAY_ANSWER);
    statement_integer(s, 3, (int64_t)limit);
    return rows_read(s, arena, line_read, out, sizeof *out, limit, count, err);
}

/* By the keys of flags, answers and case_items. */
static const char list_item_sql[] = LINE_SQL
    " where (f.entry = $1 or f.entry in (select target from answers where entry = $1)"
    " or f.entry in (select c.entry from case_items i join case_items c on c.number = i.number"
    " where i.entry = $1)) and f.state <> $2 order by f.entry limit $3";

bool rights_list_item(struct database *db, struct arena *arena, int64_t entry,
                      struct rights_line *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, list_item_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    statement_integer(s, 2, RIGHTS_MAY_ANSWER);
    statement_integer(s, 3, (int64_t)limit);
    return rows_read(s, arena, line_read, out, sizeof *out, limit, count, err);
}
