/* Rows of cases and their items: see case_rows.h. What officers keep of a case: case_work_rows.c. */
#include "store/case_rows.h"

#include "store/rows.h"

/* --- the case --- */

static const char write_sql[] =
    "insert into cases (number, title, opened_ms, unit, authority, officer, offences, is_restricted, is_closed,"
    " closed_ms, review_ms, erased_ms) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    " on conflict (number) do update set title = excluded.title, unit = excluded.unit,"
    " authority = excluded.authority, officer = excluded.officer, offences = excluded.offences,"
    " is_restricted = excluded.is_restricted, is_closed = excluded.is_closed, closed_ms = excluded.closed_ms,"
    " review_ms = excluded.review_ms, erased_ms = excluded.erased_ms";

bool case_write(struct database *db, const struct case_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, write_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, row->number);
    statement_text(s, 2, row->title);
    statement_integer(s, 3, row->opened_ms);
    statement_text(s, 4, row->unit);
    statement_text(s, 5, row->authority);
    statement_text(s, 6, row->officer);
    statement_integer(s, 7, (int64_t)row->offences);
    statement_integer(s, 8, row->is_restricted);
    statement_integer(s, 9, row->is_closed);
    statement_integer(s, 10, row->closed_ms);
    statement_integer(s, 11, row->review_ms);
    statement_integer(s, 12, row->erased_ms);
    return row_write(s, err);
}

static const char put_sql[] = "insert into cases (number, title, opened_ms) values ($1, $2, $3)"
                              " on conflict (number) do update set title = excluded.title";

bool case_put(struct database *db, struct span number, struct span title, int64_t opened_ms,
              struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, put_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, number);
    statement_text(s, 2, title);
    statement_integer(s, 3, opened_ms);
    return row_write(s, err);
}

static const char find_sql[] = "select count(*) from cases where number = $1";

bool case_find(struct database *db, struct span number, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, find_sql, err);
    int64_t count = 0;
    if (s == NULL)
        return false;
    statement_text(s, 1, number);
    if (!row_integer(s, &count, err))
        return false;
    return count > 0 || error_set(err, ERROR_MISSING, "no such case");
}

#define CASE_COLUMNS                                                                               \
    "c.number, c.title, c.opened_ms, c.unit, c.authority, c.officer, c.offences, c.is_restricted," \
    " c.is_closed, c.closed_ms, c.review_ms, c.erased_ms"

static bool row_take(const struct statement *s, struct arena *arena, void *out)
{
    struct case_row *row = out;

    *row = (struct case_row){.opened_ms = column_integer(s, 2),
                             .offences = (uint64_t)column_integer(s, 6),
                             .is_restricted = column_integer(s, 7) != 0,
                             .is_closed = column_integer(s, 8) != 0,
                             .closed_ms = column_integer(s, 9),
                             .review_ms = column_integer(s, 10),
                             .erased_ms = column_integer(s, 11)};
    return row_text(s, 0, arena, &row->number) && row_text(s, 1, arena, &row->title) &&
           row_text(s, 3, arena, &row->unit) && row_text(s, 4, arena, &row->authority) &&
           row_text(s, 5, arena, &row->officer);
}

static const char read_sql[] = "select " CASE_COLUMNS " from cases c where c.number = $1";

bool case_read(struct database *db, struct arena *arena, struct span number, struct case_row *out,
               struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, read_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, number);
    return row_read(s, arena, row_take, out, "case", err);
}

/* --- lists --- */

/* The nearer of two, each absent as 2^53: the first open task, and the first request without an answer. */
#define CASE_DUE                                                                                        \
    " coalesce((select min(t.until_ms) from case_tasks t where t.number = c.number and t.done_ms = 0)," \
    " 9007199254740992),"                                                                               \
    " coalesce((select min(r.due_ms) from case_items i join requests r on r.entry = i.entry"            \
    " where i.number = c.number and r.is_answered = 0), 9007199254740992)"

/* One half for each state, so that both walk an index in the order of the numbers and the rows are never sorted out of
 * all; $1 and `other` are the two states wanted, 0, 1 or none (-1). Written out for each filter: the statement cache keeps
 * the address of the text. */
#define CASE_HALF(state, also, limit)                                                              \
    "(select * from cases where is_closed = " state " and number > $2 and erased_ms = 0" also      \
    " order by number limit " limit ")"
#define CASE_LIST(also, limit, other)                                                              \
    "select " CASE_COLUMNS "," CASE_DUE " from (select * from " CASE_HALF(                         \
        "$1", also,                                                                                \
        limit) " as a union all select * from " CASE_HALF(other, also,                             \
                                                          limit) " as b) as c order by c.number"   \
                                                                 " limit " limit

static const char list_sql[] = CASE_LIST("", "$3", "$4");
static const char list_unit_sql[] = CASE_LIST(" and unit = $3", "$4", "$5");
static const char list_officer_sql[] = CASE_LIST(" and officer = $3", "$4", "$5");
static const char list_both_sql[] = CASE_LIST(" and officer = $3 and unit = $4", "$5", "$6");

static bool listed_take(const struct statement *s, struct arena *arena, void *out)
{
    struct case_row *row = out;

    if (!row_take(s, arena, row))
        return false;
    int64_t task = column_integer(s, 12);
    int64_t request = column_integer(s, 13);
    int64_t nearer = task < request ? task : request;
    row->due_ms = nearer == INT64_C(9007199254740992) ? 0 : nearer;
    return true;
}

bool case_list(struct database *db, struct arena *arena, const struct case_filter *filter,
               struct span after, struct case_row *out, size_t limit, size_t *count,
               struct error *err)
{
    bool of_unit = filter->unit.size > 0;
    bool of_officer = filter->officer.size > 0;
    const char *sql = of_unit && of_officer ? list_both_sql
                      : of_unit             ? list_unit_sql
                      : of_officer          ? list_officer_sql
                                            : list_sql;
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, err);
    if (s == NULL)
        return false;
    int at = 1;
    statement_integer(s, at++, filter->state == CASE_STATE_CLOSED ? -1 : 0);
    statement_text(s, at++, after);
    if (of_officer)
        statement_text(s, at++, filter->officer);
    if (of_unit)
        statement_text(s, at++, filter->unit);
    statement_integer(s, at++, (int64_t)limit);
    statement_integer(s, at, filter->state == CASE_STATE_OPEN ? -1 : 1);
    return rows_read(s, arena, listed_take, out, sizeof *out, limit, count, err);
}

static const char list_review_sql[] =
    "select " CASE_COLUMNS " from cases c where c.is_closed = 1 and c.review_ms > 0"
    " and c.review_ms <= $1 order by c.review_ms, c.number limit $2";

bool case_list_review(struct database *db, struct arena *arena, int64_t until_ms,
                      struct case_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, list_review_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, until_ms);
    statement_integer(s, 2, (int64_t)limit);
    return rows_read(s, arena, row_take, out, sizeof *out, limit, count, err);
}

static const char *const erase_sql[] = {
    "delete from match_keys where side = 2 and object in (select id from register where case_number = $1)",
    "delete from touches where side = 2 and object in (select id from register where case_number = $1)",
    "delete from translations where side = 1 and object in (select id from register where case_number = $1)",
    "update register set sender = '', subject = '', original = '', scan = '' where case_number = $1",
    "delete from match_keys where side = 1 and object in (select id from case_people where number = $1)",
    "delete from touches where side = 1 and object in (select id from case_people where number = $1)",
    "delete from asylum_keys where person in (select id from case_people where number = $1)",
    "delete from asylum where person in (select id from case_people where number = $1)",
    "delete from case_people where number = $1",
    "delete from case_notes where number = $1",
    "delete from case_tasks where number = $1",
    "delete from case_references where number = $1",
    "delete from case_items where number = $1",
    "update own_joins set reason = '' where case_number = $1",
    "update own_joins set parted_reason = '' where parted_case = $1",
    "update glasses set reason = '', reviewed_reason = '' where case_number = $1",
};
static const char erased_sql[] =
    "update cases set title = '', authority = '', officer = '', offences = 0, review_ms = 0,"
    " is_closed = 1, erased_ms = $1 where number = $2";

bool case_erase(struct database *db, struct span number, int64_t at_ms, struct error *err)
{
    for (size_t i = 0; i < ARRAY_COUNT(erase_sql); i++) {
        struct statement *s CLEANUP(statement_give) = statement_take(db, erase_sql[i], err);
        if (s == NULL)
            return false;
        statement_text(s, 1, number);
        if (!row_write(s, err))
            return false;
    }
    struct statement *s CLEANUP(statement_give) = statement_take(db, erased_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, at_ms);
    statement_text(s, 2, number);
    return row_write(s, err);
}

static const char counter_sql[] =
    "insert into counters (name, value) values ($1, 1)"
    " on conflict (name) do update set value = counters.value + 1 returning value";

bool counter_next(struct database *db, const char *name, int64_t *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, counter_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, span_text(name));
    return row_integer(s, out, err);
}

/* --- items --- */

static const char add_item_sql[] =
    "insert into case_items (number, entry) values ($1, $2) on conflict (number, entry) do nothing";

bool case_add_item(struct database *db, struct span number, int64_t entry, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, add_item_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, number);
    statement_integer(s, 2, entry);
    return row_write(s, err);
}

static const char has_item_sql[] =
    "select count(*) from case_items where number = $1 and entry = $2";

bool case_has_item(struct database *db, struct span number, int64_t entry, bool *is_in,
                   struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, has_item_sql, err);
    int64_t count = 0;
    if (s == NULL)
        return false;
    statement_text(s, 1, number);
    statement_integer(s, 2, entry);
    if (!row_integer(s, &count, err))
        return false;
    *is_in = count > 0;
    return true;
}

static bool item_take(const struct statement *s, struct arena *arena, void *out)
{
    struct case_item_row *row = out;

    *row = (struct case_item_row){.entry = column_integer(s, 0),
                                  .log = column_integer(s, 1),
                                  .type = column_integer(s, 3),
                                  .created_ms = column_integer(s, 4),
                                  .body_state = column_integer(s, 5),
                                  .due_ms = column_integer(s, 6),
                                  .is_request = !column_is_null(s, 7),
                                  .is_answered = column_integer(s, 7) != 0};
    return row_bytes(s, 2, arena, &row->message_id) && row_text(s, 8, arena, &row->reference);
}

static const char item_list_sql[] =
    "select e.id, e.log, e.message_id, e.type, e.created_ms, e.body_state, coalesce(d.due_ms, 0),"
    " r.is_answered, r.reference from case_items i join entries e on e.id = i.entry"
    " left join requests r on r.entry = i.entry left join dues d on d.entry = i.entry"
    " where i.number = $1 order by i.entry desc limit $2";

bool case_item_list(struct database *db, struct arena *arena, struct span number,
                    struct case_item_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, item_list_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, number);
    statement_integer(s, 2, (int64_t)limit);
    return rows_read(s, arena, item_take, out, sizeof *out, limit, count, err);
}

static const char count_unanswered_sql[] =
    "select count(*) from case_items i join requests r on r.entry = i.entry"
    " where i.number = $1 and r.is_own = 0 and r.is_answered = 0";

bool case_count_unanswered(struct database *db, struct span number, int64_t *count,
                           struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, count_unanswered_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, number);
    return row_integer(s, count, err);
}

static const char list_of_item_sql[] =
    "select " CASE_COLUMNS " from case_items i join cases c on c.number = i.number"
    " where i.entry = $1 order by c.number limit $2";

bool case_list_of_item(struct database *db, struct arena *arena, int64_t entry,
                       struct case_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, list_of_item_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    statement_integer(s, 2, (int64_t)limit);
    return rows_read(s, arena, row_take, out, sizeof *out, limit, count, err);
}
