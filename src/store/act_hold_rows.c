/* Rows of holds over access entries: see act_hold_rows.h. */
#include "store/act_hold_rows.h"

#include "base/attributes.h"
#include "store/rows.h"

static bool run_with(struct database *db, const char *sql, int64_t first, int64_t second,
                     struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, first);
    if (second >= 0)
        statement_integer(s, 2, second);
    return row_write(s, err);
}

/* --- holds --- */

static const char act_hold_insert_sql[] =
    "insert into act_holds (id, about_officer, about_item, about_case, from_ms, to_ms, officer, role, case_number,"
    " reason, until_ms, made_ms) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

bool act_hold_insert(struct database *db, const struct act_hold_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, act_hold_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->id);
    statement_text(s, 2, row->about_officer);
    statement_text(s, 3, row->about_item);
    statement_text(s, 4, row->about_case);
    statement_integer(s, 5, row->from_ms);
    statement_integer(s, 6, row->to_ms);
    statement_text(s, 7, row->officer);
    statement_text(s, 8, row->role);
    statement_text(s, 9, row->case_number);
    statement_text(s, 10, row->reason);
    statement_integer(s, 11, row->until_ms);
    statement_integer(s, 12, row->made_ms);
    return row_write(s, err);
}

static bool act_hold_read(const struct statement *s, struct arena *arena, void *out)
{
    struct act_hold_row *row = out;

    *row = (struct act_hold_row){.id = column_integer(s, 0),
                                 .from_ms = column_integer(s, 4),
                                 .to_ms = column_integer(s, 5),
                                 .until_ms = column_integer(s, 10),
                                 .made_ms = column_integer(s, 11)};
    return row_text(s, 1, arena, &row->about_officer) && row_text(s, 2, arena, &row->about_item) &&
           row_text(s, 3, arena, &row->about_case) && row_text(s, 6, arena, &row->officer) &&
           row_text(s, 7, arena, &row->role) && row_text(s, 8, arena, &row->case_number) &&
           row_text(s, 9, arena, &row->reason);
}

static const char act_hold_find_sql[] =
    "select id, about_officer, about_item, about_case, from_ms, to_ms, officer, role, case_number, reason, until_ms,"
    " made_ms from act_holds where id = $1";

bool act_hold_find(struct database *db, struct arena *arena, int64_t id, struct act_hold_row *out,
                   struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, act_hold_find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    return row_read(s, arena, act_hold_read, out, "hold over access entries", err);
}

static const char act_hold_list_sql[] =
    "select id, about_officer, about_item, about_case, from_ms, to_ms, officer, role, case_number, reason, until_ms,"
    " made_ms from act_holds where until_ms > $1 and id < $2 order by id desc limit $3";

bool act_hold_list(struct database *db, struct arena *arena, int64_t now_ms, int64_t before,
                   struct act_hold_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, act_hold_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, now_ms);
    statement_integer(s, 2, before);
    statement_integer(s, 3, (int64_t)limit);
    return rows_read(s, arena, act_hold_read, out, sizeof *out, limit, count, err);
}

static const char act_hold_release_sql[] = "update act_holds set until_ms = 0 where id = $1";

bool act_hold_release(struct database *db, int64_t id, struct error *err)
{
    return run_with(db, act_hold_release_sql, id, -1, err);
}

static const char act_hold_delete_over_sql[] =
    "delete from act_holds where until_ms <= $1"
    " and not exists (select 1 from acts_held h where h.hold = act_holds.id)";

bool act_hold_delete_over(struct database *db, int64_t now_ms, struct error *err)
{
    return run_with(db, act_hold_delete_over_sql, now_ms, -1, err);
}

/* --- what they keep --- */

static const char acts_held_put_sql[] = "insert into acts_held (entry, hold) values ($1, $2)"
                                        " on conflict (entry) do update set hold = excluded.hold";

bool acts_held_put(struct database *db, int64_t entry, int64_t hold, struct error *err)
{
    return run_with(db, acts_held_put_sql, entry, hold, err);
}

static const char acts_held_delete_sql[] = "delete from acts_held where entry = $1";

bool acts_held_delete(struct database *db, int64_t entry, struct error *err)
{
    return run_with(db, acts_held_delete_sql, entry, -1, err);
}

static const char acts_held_count_sql[] = "select count(*) from acts_held where hold = $1";
static const char acts_held_count_all_sql[] = "select count(*) from acts_held";

bool acts_held_count(struct database *db, int64_t hold, int64_t *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) =
        statement_take(db, hold == 0 ? acts_held_count_all_sql : acts_held_count_sql, err);
    if (s == NULL)
        return false;
    if (hold != 0)
        statement_integer(s, 1, hold);
    return row_integer(s, out, err);
}

static bool acts_held_read(const struct statement *s, struct arena *arena, void *out)
{
    struct acts_held_row *row = out;
    (void)arena;

    *row = (struct acts_held_row){.log = column_integer(s, 0),
                                  .entry = {.id = column_integer(s, 1),
                                            .index = column_integer(s, 2),
                                            .type = column_integer(s, 3),
                                            .created_ms = column_integer(s, 4),
                                            .body_state = (enum body_state)column_integer(s, 5)}};
    return true;
}

/* Few holds stand at a time; what each keeps may be much. */
static const char act_hold_next_over_sql[] =
    "select min(id) from act_holds where until_ms <= $1 and id > $2";

bool act_hold_next_over(struct database *db, int64_t now_ms, int64_t after, int64_t *out,
                        struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, act_hold_next_over_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, now_ms);
    statement_integer(s, 2, after);
    return row_integer(s, out, err);
}

/* Index acts_held_hold. */
static const char acts_held_list_sql[] =
    "select e.log, e.id, e.idx, e.type, e.created_ms, e.body_state from acts_held h"
    " join entries e on e.id = h.entry where h.hold = $1 and h.entry > $2 order by h.entry limit $3";

bool acts_held_list(struct database *db, int64_t hold, int64_t after, struct acts_held_row *out,
                    size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, acts_held_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, hold);
    statement_integer(s, 2, after);
    statement_integer(s, 3, (int64_t)limit);
    return rows_read(s, NULL, acts_held_read, out, sizeof *out, limit, count, err);
}

static const char act_has_body_sql[] =
    "select count(*) from entries e join logs l on l.id = e.log where l.origin = $1 and e.idx = $2"
    " and e.body_state = 1";

bool act_has_body(struct database *db, struct span origin, int64_t index, bool *out,
                  struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, act_has_body_sql, err);
    int64_t count = 0;

    if (s == NULL)
        return false;
    statement_text(s, 1, origin);
    statement_integer(s, 2, index);
    if (!row_integer(s, &count, err))
        return false;
    *out = count > 0;
    return true;
}
