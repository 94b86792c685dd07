/* Rows of the night: see duty_rows.h. */
#include "store/duty_rows.h"

#include "store/rows.h"

static const char on_call_next_sql[] = "select coalesce(max(id), 0) + 1 from on_call";
static const char on_call_insert_sql[] =
    "insert into on_call (id, officer, from_ms, until_ms, telephone, put_by, made_ms)"
    " values ($1, $2, $3, $4, $5, $6, $7)";

bool on_call_insert(struct database *db, struct on_call_row *row, struct error *err)
{
    struct statement *next CLEANUP(statement_give) = statement_take(db, on_call_next_sql, err);
    struct statement *s CLEANUP(statement_give) = NULL;

    if (next == NULL || !row_integer(next, &row->id, err))
        return false;
    s = statement_take(db, on_call_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->id);
    statement_text(s, 2, row->officer);
    statement_integer(s, 3, row->from_ms);
    statement_integer(s, 4, row->until_ms);
    statement_text(s, 5, row->telephone);
    statement_text(s, 6, row->put_by);
    statement_integer(s, 7, row->made_ms);
    return row_write(s, err);
}

static bool on_call_read(const struct statement *s, struct arena *arena, void *out)
{
    struct on_call_row *row = out;

    *row = (struct on_call_row){.id = column_integer(s, 0),
                                .from_ms = column_integer(s, 2),
                                .until_ms = column_integer(s, 3),
                                .made_ms = column_integer(s, 6)};
    return row_text(s, 1, arena, &row->officer) && row_text(s, 4, arena, &row->telephone) &&
           row_text(s, 5, arena, &row->put_by);
}

static const char on_call_list_sql[] =
    "select id, officer, from_ms, until_ms, telephone, put_by, made_ms from on_call"
    " where until_ms > $1 order by from_ms, id limit $2";

bool on_call_list(struct database *db, struct arena *arena, int64_t now_ms, struct on_call_row *out,
                  size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, on_call_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, now_ms);
    statement_integer(s, 2, (int64_t)limit);
    return rows_read(s, arena, on_call_read, out, sizeof *out, limit, count, err);
}

static const char on_call_find_sql[] =
    "select id, officer, from_ms, until_ms, telephone, put_by, made_ms from on_call where id = $1";

bool on_call_find(struct database *db, struct arena *arena, int64_t id, struct on_call_row *out,
                  struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, on_call_find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    return row_read(s, arena, on_call_read, out, "time on call", err);
}

static bool integer_write(struct database *db, const char *sql, int64_t value, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, value);
    return row_write(s, err);
}

static const char on_call_remove_sql[] = "delete from on_call where id = $1";

bool on_call_remove(struct database *db, int64_t id, struct error *err)
{
    return integer_write(db, on_call_remove_sql, id, err);
}

static const char on_call_old_sql[] = "delete from on_call where until_ms < $1";

bool on_call_remove_old(struct database *db, int64_t ended_before_ms, struct error *err)
{
    return integer_write(db, on_call_old_sql, ended_before_ms, err);
}

static const char emergency_insert_sql[] =
    "insert into emergencies (entry, ground, officer, case_number, sent_ms, review_until_ms, review,"
    " reviewed_by, reviewed_ms, reviewed_reason) values ($1, $2, $3, $4, $5, $6, 0, '', 0, '')";

bool emergency_insert(struct database *db, const struct emergency_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, emergency_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->entry);
    statement_integer(s, 2, row->ground);
    statement_text(s, 3, row->officer);
    statement_text(s, 4, row->case_number);
    statement_integer(s, 5, row->sent_ms);
    statement_integer(s, 6, row->review_until_ms);
    return row_write(s, err);
}

static bool emergency_read(const struct statement *s, struct arena *arena, void *out)
{
    struct emergency_row *row = out;

    *row = (struct emergency_row){.entry = column_integer(s, 0),
                                  .ground = column_integer(s, 1),
                                  .sent_ms = column_integer(s, 4),
                                  .review_until_ms = column_integer(s, 5),
                                  .review = (enum emergency_review)column_integer(s, 6),
                                  .reviewed_ms = column_integer(s, 8),
                                  .log = column_integer(s, 10)};
    return row_text(s, 2, arena, &row->officer) && row_text(s, 3, arena, &row->case_number) &&
           row_text(s, 7, arena, &row->reviewed_by) &&
           row_text(s, 9, arena, &row->reviewed_reason) &&
           row_bytes(s, 11, arena, &row->message_id);
}

static const char emergency_find_sql[] =
    "select m.entry, m.ground, m.officer, m.case_number, m.sent_ms, m.review_until_ms, m.review,"
    " m.reviewed_by, m.reviewed_ms, m.reviewed_reason, e.log, e.message_id from emergencies m"
    " join entries e on e.id = m.entry where m.entry = $1";

bool emergency_find(struct database *db, struct arena *arena, int64_t entry,
                    struct emergency_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, emergency_find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    return row_read(s, arena, emergency_read, out, "emergency", err);
}

/* Index emergencies_review. $1: 0 for the open ones alone, else 2. */
static const char emergency_list_sql[] =
    "select m.entry, m.ground, m.officer, m.case_number, m.sent_ms, m.review_until_ms, m.review,"
    " m.reviewed_by, m.reviewed_ms, m.reviewed_reason, e.log, e.message_id from emergencies m"
    " join entries e on e.id = m.entry where m.review <= $1"
    " and (m.review > $2 or (m.review = $2 and (m.review_until_ms > $3"
    " or (m.review_until_ms = $3 and m.entry > $4))))"
    " order by m.review, m.review_until_ms, m.entry limit $5";

bool emergency_list(struct database *db, struct arena *arena, bool only_open,
                    const struct emergency_place *after, struct emergency_row *out, size_t limit,
                    size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, emergency_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, only_open ? EMERGENCY_OPEN : EMERGENCY_QUESTIONED);
    statement_integer(s, 2, after == NULL ? -1 : after->review); /* below every one */
    statement_integer(s, 3, after == NULL ? 0 : after->review_until_ms);
    statement_integer(s, 4, after == NULL ? 0 : after->entry);
    statement_integer(s, 5, (int64_t)limit);
    return rows_read(s, arena, emergency_read, out, sizeof *out, limit, count, err);
}

static const char emergency_decide_sql[] =
    "update emergencies set review = $1, reviewed_by = $2, reviewed_ms = $3, reviewed_reason = $4"
    " where entry = $5 and review = 0";

bool emergency_decide(struct database *db, const struct emergency_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, emergency_decide_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->review);
    statement_text(s, 2, row->reviewed_by);
    statement_integer(s, 3, row->reviewed_ms);
    statement_text(s, 4, row->reviewed_reason);
    statement_integer(s, 5, row->entry);
    return row_write(s, err);
}

static const char emergency_old_sql[] =
    "delete from emergencies where review <> 0 and sent_ms < $1";

bool emergency_remove_old(struct database *db, int64_t sent_before_ms, struct error *err)
{
    return integer_write(db, emergency_old_sql, sent_before_ms, err);
}
