/* Rows of broken glass: see glass_rows.h. */
#include "store/glass_rows.h"

#include "store/rows.h"

#define COLUMNS                                                                                    \
    "id, case_number, agreement, officer, reason, second, made_ms, until_ms, latest_ms, ended_ms," \
    " review, reviewed_by, reviewed_ms, reviewed_reason"

static const char insert_sql[] = "insert into glasses (" COLUMNS
                                 ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, '', 0, '')";

bool glass_insert(struct database *db, const struct glass_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->id);
    statement_text(s, 2, row->case_number);
    statement_text(s, 3, row->agreement);
    statement_text(s, 4, row->officer);
    statement_text(s, 5, row->reason);
    statement_text(s, 6, row->second);
    statement_integer(s, 7, row->made_ms);
    statement_integer(s, 8, row->until_ms);
    statement_integer(s, 9, row->latest_ms);
    return row_write(s, err);
}

static bool row_take(const struct statement *s, struct arena *arena, void *out)
{
    struct glass_row *row = out;

    *row = (struct glass_row){.id = column_integer(s, 0),
                              .made_ms = column_integer(s, 6),
                              .until_ms = column_integer(s, 7),
                              .latest_ms = column_integer(s, 8),
                              .ended_ms = column_integer(s, 9),
                              .review = (enum glass_review)column_integer(s, 10),
                              .reviewed_ms = column_integer(s, 12)};
    return row_text(s, 1, arena, &row->case_number) && row_text(s, 2, arena, &row->agreement) &&
           row_text(s, 3, arena, &row->officer) && row_text(s, 4, arena, &row->reason) &&
           row_text(s, 5, arena, &row->second) && row_text(s, 11, arena, &row->reviewed_by) &&
           row_text(s, 13, arena, &row->reviewed_reason);
}

static const char find_sql[] = "select " COLUMNS " from glasses where id = $1";

bool glass_find(struct database *db, struct arena *arena, int64_t id, struct glass_row *out,
                struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    return row_read(s, arena, row_take, out, "broken glass", err);
}

/* Index glasses_officer. */
static const char find_open_sql[] =
    "select " COLUMNS
    " from glasses where officer = $1 and case_number = $2 and ended_ms = 0 order by id"
    " desc limit 1";

bool glass_find_open(struct database *db, struct arena *arena, struct span officer,
                     struct span case_number, struct glass_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, find_open_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, officer);
    statement_text(s, 2, case_number);
    return row_read(s, arena, row_take, out, "broken glass", err);
}

static const char count_since_sql[] =
    "select count(*) from glasses where officer = $1 and made_ms >= $2";
static const char count_unreviewed_sql[] =
    "select count(*) from glasses where officer = $1 and review = 0";

bool glass_count(struct database *db, struct span officer, int64_t since_ms, int64_t *since,
                 int64_t *unreviewed, struct error *err)
{
    struct statement *made CLEANUP(statement_give) = statement_take(db, count_since_sql, err);
    if (made == NULL)
        return false;
    statement_text(made, 1, officer);
    statement_integer(made, 2, since_ms);
    if (!row_integer(made, since, err))
        return false;
    struct statement *open CLEANUP(statement_give) = statement_take(db, count_unreviewed_sql, err);
    if (open == NULL)
        return false;
    statement_text(open, 1, officer);
    return row_integer(open, unreviewed, err);
}

/* Index glasses_review. */
static const char count_open_sql[] = "select count(*) from glasses where review = 0";
static const char newest_open_sql[] = "select coalesce(max(id), 0) from glasses where review = 0";

bool glass_count_open(struct database *db, int64_t *count, int64_t *newest, struct error *err)
{
    struct statement *all CLEANUP(statement_give) = statement_take(db, count_open_sql, err);
    if (all == NULL || !row_integer(all, count, err))
        return false;
    struct statement *last CLEANUP(statement_give) = statement_take(db, newest_open_sql, err);
    return last != NULL && row_integer(last, newest, err);
}

static const char note_sql[] = "update glasses set latest_ms = $1 where id = $2 and latest_ms < $1";

bool glass_note(struct database *db, int64_t id, int64_t latest_ms, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, note_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, latest_ms);
    statement_integer(s, 2, id);
    return row_write(s, err);
}

static const char end_over_sql[] =
    "update glasses set ended_ms = $1 where ended_ms = 0 and until_ms <= $1";

bool glass_end_over(struct database *db, int64_t now_ms, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, end_over_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, now_ms);
    return row_write(s, err);
}

/* $1: 0 for those that nobody looked at alone, else 2. */
static const char list_sql[] =
    "select " COLUMNS " from glasses where review <= $1 and id > $2 order by id limit $3";

bool glass_list(struct database *db, struct arena *arena, bool only_open, int64_t after,
                struct glass_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, only_open ? GLASS_OPEN : GLASS_QUESTIONED);
    statement_integer(s, 2, after);
    statement_integer(s, 3, (int64_t)limit);
    return rows_read(s, arena, row_take, out, sizeof *out, limit, count, err);
}

static const char decide_sql[] =
    "update glasses set review = $1, reviewed_by = $2, reviewed_ms = $3, reviewed_reason = $4"
    " where id = $5 and review = 0";

bool glass_decide(struct database *db, const struct glass_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, decide_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->review);
    statement_text(s, 2, row->reviewed_by);
    statement_integer(s, 3, row->reviewed_ms);
    statement_text(s, 4, row->reviewed_reason);
    statement_integer(s, 5, row->id);
    return row_write(s, err);
}

static const char old_sql[] = "delete from glasses where review <> 0 and made_ms < $1";

bool glass_remove_old(struct database *db, int64_t made_before_ms, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, old_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, made_before_ms);
    return row_write(s, err);
}
