/* Rows of clocks: see clock_rows.h. */
#include "store/clock_rows.h"

#include "store/derived_rows.h"
#include "store/log_rows.h"
#include "store/rows.h"

static const char clock_insert_sql[] =
    "insert into clocks (entry, target, kind, about, is_own, seen, is_yes, expected_ms, time_s, counts)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

bool clock_insert(struct database *db, const struct clock_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, clock_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->entry);
    statement_integer(s, 2, row->target);
    statement_integer(s, 3, row->kind);
    statement_integer(s, 4, row->about);
    statement_integer(s, 5, row->is_own);
    statement_integer(s, 6, row->seen);
    statement_integer(s, 7, row->is_yes);
    statement_integer(s, 8, row->expected_ms);
    statement_integer(s, 9, row->time_s);
    statement_integer(s, 10, row->counts);
    return row_write(s, err);
}

static bool clock_read(const struct statement *s, struct arena *arena, void *out)
{
    struct clock_row *row = out;
    (void)arena;

    *row = (struct clock_row){
        .entry = column_integer(s, 0),
        .target = column_integer(s, 1),
        .kind = column_integer(s, 2),
        .about = column_integer(s, 3),
        .is_own = column_integer(s, 4) != 0,
        .seen = column_integer(s, 5),
        .is_yes = column_integer(s, 6) != 0,
        .expected_ms = column_integer(s, 7),
        .time_s = column_integer(s, 8),
        .counts = column_integer(s, 9) != 0,
        .log = column_integer(s, 10),
        .index = column_is_null(s, 11) ? ENTRY_WAITING : column_integer(s, 11),
    };
    return true;
}

static const char clock_find_sql[] =
    "select c.entry, c.target, c.kind, c.about, c.is_own, c.seen, c.is_yes, c.expected_ms, c.time_s,"
    " c.counts, e.log, e.idx from clocks c join entries e on e.id = c.entry where c.entry = $1";

bool clock_find(struct database *db, int64_t entry, struct clock_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, clock_find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    return row_read(s, NULL, clock_read, out, "clock", err);
}

/* Index clocks_target. */
static const char clock_list_sql[] =
    "select c.entry, c.target, c.kind, c.about, c.is_own, c.seen, c.is_yes, c.expected_ms, c.time_s,"
    " c.counts, e.log, e.idx from clocks c join entries e on e.id = c.entry where c.target = $1"
    " and c.kind <> $2 order by c.entry";

bool clock_list(struct database *db, int64_t target, struct clock_row *out, size_t limit,
                size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, clock_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, target);
    statement_integer(s, 2, CLOCK_ALONE);
    return rows_read(s, NULL, clock_read, out, sizeof *out, limit, count, err);
}

static const char clock_count_sql[] =
    "select count(*) from clocks where target = $1 and is_own = $2"
    " and (kind = $3 or ($3 = 0 and kind <> $4))";

bool clock_count(struct database *db, int64_t target, bool is_own, int64_t kind, int64_t *count,
                 struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, clock_count_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, target);
    statement_integer(s, 2, is_own);
    statement_integer(s, 3, kind);
    statement_integer(s, 4, CLOCK_ALONE);
    return row_integer(s, count, err);
}

static const char clock_alone_sql[] =
    "select cast(coalesce(sum(expected_ms), 0) as bigint) from clocks"
    " where target = $1 and is_own = $2 and kind = $3 and counts = 1";

bool clock_alone_sum(struct database *db, int64_t target, bool is_own, int64_t *count,
                     struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, clock_alone_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, target);
    statement_integer(s, 2, is_own);
    statement_integer(s, 3, CLOCK_ALONE);
    return row_integer(s, count, err);
}

static const char clock_received_sql[] =
    "update clocks set time_s = $1 where time_s = 0 and entry in"
    " (select id from entries where log = $2 and idx >= $3 and idx < $4)";

bool clock_received(struct database *db, int64_t log, int64_t from, int64_t to, int64_t time_s,
                    struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, clock_received_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, time_s);
    statement_integer(s, 2, log);
    statement_integer(s, 3, from);
    statement_integer(s, 4, to);
    return row_write(s, err);
}

static bool number_read_row(const struct statement *s, struct arena *arena, void *out)
{
    int64_t *number = out;
    (void)arena;

    *number = column_integer(s, 0);
    return true;
}

static const char clock_targets_sql[] =
    "select distinct c.target from entries e join clocks c on c.entry = e.id"
    " where e.log = $1 and e.idx >= $2 and e.idx < $3 and c.target > $4 order by c.target limit $5";

bool clock_targets(struct database *db, int64_t log, int64_t from, int64_t to, int64_t above,
                   int64_t *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, clock_targets_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, from);
    statement_integer(s, 3, to);
    statement_integer(s, 4, above);
    statement_integer(s, 5, (int64_t)limit);
    return rows_read(s, NULL, number_read_row, out, sizeof *out, limit, count, err);
}

static const char clock_settle_sql[] = "update clocks set counts = $1 where entry = $2";

bool clock_settle(struct database *db, int64_t entry, bool counts, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, clock_settle_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, counts);
    statement_integer(s, 2, entry);
    return row_write(s, err);
}

static const char clock_delete_sql[] = "delete from clocks where entry = $1";

bool clock_delete(struct database *db, int64_t entry, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, clock_delete_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    return row_write(s, err);
}

static const char due_set_sql[] =
    "update dues set due_ms = $1, deadline_row = $2, suspended_ms = $3, left_ms = $4, delayed_to_ms = $5"
    " where entry = $6";

bool due_set(struct database *db, int64_t entry, const struct due_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, due_set_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->due_ms);
    statement_integer(s, 2, row->deadline_row);
    statement_integer(s, 3, row->suspended_ms);
    statement_integer(s, 4, row->left_ms);
    statement_integer(s, 5, row->delayed_to_ms);
    statement_integer(s, 6, entry);
    return row_write(s, err) && request_place(db, entry, err);
}

static const char due_row_find_sql[] =
    "select received_s, due_ms, deadline_row, suspended_ms, left_ms, delayed_to_ms from dues"
    " where entry = $1";

bool due_row_find(struct database *db, int64_t entry, struct due_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, due_row_find_sql, err);
    *out = (struct due_row){.received_s = 0};
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    enum statement_step step = statement_step(s, err);
    if (step == STEP_ROW)
        *out = (struct due_row){column_integer(s, 0), column_integer(s, 1), column_integer(s, 2),
                                column_integer(s, 3), column_integer(s, 4), column_integer(s, 5)};
    return step != STEP_FAILED;
}
