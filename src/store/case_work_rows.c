/* Rows of what officers keep of a case: people, notes, references, tasks, hand-overs: see case_rows.h. */
#include "store/case_rows.h"

#include "store/asylum_rows.h"
#include "store/key_rows.h"
#include "store/rows.h"

/* --- people --- */

static const char person_put_sql[] =
    "insert into case_people (id, number, category, is_minor, is_shielded, body, officer, put_ms)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do update set category = excluded.category,"
    " is_minor = excluded.is_minor, is_shielded = excluded.is_shielded, body = excluded.body,"
    " officer = excluded.officer, put_ms = excluded.put_ms";

bool case_person_put(struct database *db, const struct case_person_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, person_put_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->id);
    statement_text(s, 2, row->number);
    statement_integer(s, 3, row->category);
    statement_integer(s, 4, row->is_minor);
    statement_integer(s, 5, row->is_shielded);
    statement_bytes(s, 6, row->body);
    statement_text(s, 7, row->officer);
    statement_integer(s, 8, row->put_ms);
    return row_write(s, err);
}

static bool person_take(const struct statement *s, struct arena *arena, void *out)
{
    struct case_person_row *row = out;

    *row = (struct case_person_row){.id = column_integer(s, 0),
                                    .category = column_integer(s, 2),
                                    .is_minor = column_integer(s, 3) != 0,
                                    .is_shielded = column_integer(s, 4) != 0,
                                    .put_ms = column_integer(s, 7)};
    return row_text(s, 1, arena, &row->number) && row_bytes(s, 5, arena, &row->body) &&
           row_text(s, 6, arena, &row->officer);
}

static const char person_find_sql[] =
    "select id, number, category, is_minor, is_shielded, body, officer, put_ms from case_people"
    " where id = $1";

bool case_person_find(struct database *db, struct arena *arena, int64_t id,
                      struct case_person_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, person_find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    return row_read(s, arena, person_take, out, "person", err);
}

static const char person_list_sql[] =
    "select id, number, category, is_minor, is_shielded, body, officer, put_ms from case_people"
    " where number = $1 order by id limit $2";

bool case_person_list(struct database *db, struct arena *arena, struct span number,
                      struct case_person_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, person_list_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, number);
    statement_integer(s, 2, (int64_t)limit);
    return rows_read(s, arena, person_take, out, sizeof *out, limit, count, err);
}

static const char person_remove_sql[] = "delete from case_people where id = $1";

bool case_person_remove(struct database *db, int64_t id, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, person_remove_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    return row_write(s, err) && key_drop(db, KEY_CASE_PERSON, id, err) && asylum_drop(db, id, err);
}

/* --- notes and references --- */

static const char note_put_sql[] =
    "insert into case_notes (id, number, officer, at_ms, channel, text) values ($1, $2, $3, $4, $5, $6)";
static const char reference_put_sql[] =
    "insert into case_references (id, number, officer, at_ms, channel, text)"
    " values ($1, $2, $3, $4, $5, $6)";

static bool note_write(struct database *db, const char *sql, const struct case_note_row *row,
                       struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->id);
    statement_text(s, 2, row->number);
    statement_text(s, 3, row->officer);
    statement_integer(s, 4, row->at_ms);
    statement_integer(s, 5, row->channel);
    statement_text(s, 6, row->text);
    return row_write(s, err);
}

bool case_note_put(struct database *db, const struct case_note_row *row, struct error *err)
{
    return note_write(db, note_put_sql, row, err);
}

bool case_reference_put(struct database *db, const struct case_note_row *row, struct error *err)
{
    return note_write(db, reference_put_sql, row, err);
}

static bool note_take(const struct statement *s, struct arena *arena, void *out)
{
    struct case_note_row *row = out;

    *row = (struct case_note_row){
        .id = column_integer(s, 0), .at_ms = column_integer(s, 3), .channel = column_integer(s, 4)};
    return row_text(s, 1, arena, &row->number) && row_text(s, 2, arena, &row->officer) &&
           row_text(s, 5, arena, &row->text);
}

static bool notes_read(struct database *db, const char *sql, struct arena *arena,
                       struct span number, struct case_note_row *out, size_t limit, size_t *count,
                       struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, number);
    statement_integer(s, 2, (int64_t)limit);
    return rows_read(s, arena, note_take, out, sizeof *out, limit, count, err);
}

static const char note_list_sql[] =
    "select id, number, officer, at_ms, channel, text from case_notes"
    " where number = $1 order by id desc limit $2";

bool case_note_list(struct database *db, struct arena *arena, struct span number,
                    struct case_note_row *out, size_t limit, size_t *count, struct error *err)
{
    return notes_read(db, note_list_sql, arena, number, out, limit, count, err);
}

static const char reference_list_sql[] =
    "select id, number, officer, at_ms, channel, text from case_references"
    " where number = $1 order by id limit $2";

bool case_reference_list(struct database *db, struct arena *arena, struct span number,
                         struct case_note_row *out, size_t limit, size_t *count, struct error *err)
{
    return notes_read(db, reference_list_sql, arena, number, out, limit, count, err);
}

/* --- tasks --- */

static const char task_put_sql[] =
    "insert into case_tasks (id, number, kind, officer, text, made_by, made_ms, until_ms, done_ms, done_by)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

bool case_task_put(struct database *db, const struct case_task_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, task_put_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->id);
    statement_text(s, 2, row->number);
    statement_integer(s, 3, row->kind);
    statement_text(s, 4, row->officer);
    statement_text(s, 5, row->text);
    statement_text(s, 6, row->made_by);
    statement_integer(s, 7, row->made_ms);
    statement_integer(s, 8, row->until_ms);
    statement_integer(s, 9, row->done_ms);
    statement_text(s, 10, row->done_by);
    return row_write(s, err);
}

#define TASK_COLUMNS "id, number, kind, officer, text, made_by, made_ms, until_ms, done_ms, done_by"

static bool task_take(const struct statement *s, struct arena *arena, void *out)
{
    struct case_task_row *row = out;

    *row = (struct case_task_row){.id = column_integer(s, 0),
                                  .kind = column_integer(s, 2),
                                  .made_ms = column_integer(s, 6),
                                  .until_ms = column_integer(s, 7),
                                  .done_ms = column_integer(s, 8)};
    return row_text(s, 1, arena, &row->number) && row_text(s, 3, arena, &row->officer) &&
           row_text(s, 4, arena, &row->text) && row_text(s, 5, arena, &row->made_by) &&
           row_text(s, 9, arena, &row->done_by);
}

static const char task_find_sql[] = "select " TASK_COLUMNS " from case_tasks where id = $1";

bool case_task_find(struct database *db, struct arena *arena, int64_t id, struct case_task_row *out,
                    struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, task_find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    return row_read(s, arena, task_take, out, "task", err);
}

static const char task_done_sql[] =
    "update case_tasks set done_ms = $1, done_by = $2 where id = $3";

bool case_task_done(struct database *db, int64_t id, int64_t at_ms, struct span officer,
                    struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, task_done_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, at_ms);
    statement_text(s, 2, officer);
    statement_integer(s, 3, id);
    return row_write(s, err);
}

static const char task_list_sql[] =
    "select " TASK_COLUMNS " from case_tasks where number = $1"
    " order by case when done_ms = 0 then 0 else 1 end, until_ms, id limit $2";

bool case_task_list(struct database *db, struct arena *arena, struct span number,
                    struct case_task_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, task_list_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, number);
    statement_integer(s, 2, (int64_t)limit);
    return rows_read(s, arena, task_take, out, sizeof *out, limit, count, err);
}

/* Indexes case_tasks_open and case_tasks_officer. */
static const char task_open_sql[] =
    "select " TASK_COLUMNS " from case_tasks where done_ms = 0 and (until_ms, id) > ($1, $2)"
    " order by until_ms, id limit $3";
static const char task_open_of_sql[] =
    "select " TASK_COLUMNS " from case_tasks where officer = $1 and done_ms = 0"
    " and (until_ms, id) > ($2, $3) order by until_ms, id limit $4";

bool case_task_open(struct database *db, struct arena *arena, struct span officer, int64_t after_ms,
                    int64_t after_id, struct case_task_row *out, size_t limit, size_t *count,
                    struct error *err)
{
    bool is_of_one = officer.size > 0;
    struct statement *s CLEANUP(statement_give) =
        statement_take(db, is_of_one ? task_open_of_sql : task_open_sql, err);
    if (s == NULL)
        return false;
    int at = 1;
    if (is_of_one)
        statement_text(s, at++, officer);
    statement_integer(s, at++, after_ms);
    statement_integer(s, at++, after_id);
    statement_integer(s, at, (int64_t)limit);
    return rows_read(s, arena, task_take, out, sizeof *out, limit, count, err);
}

static const char task_overdue_sql[] =
    "select count(*) from case_tasks where done_ms = 0 and until_ms < $1 and kind = $2";

bool case_task_overdue(struct database *db, enum case_task_kind kind, int64_t now_ms,
                       int64_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, task_overdue_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, now_ms);
    statement_integer(s, 2, kind);
    return row_integer(s, count, err);
}

/* --- hand-overs --- */

static const char handover_put_sql[] =
    "insert into handovers (id, unit, giver, taker, note, made_ms, taken_ms, matters)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8)";

bool handover_put(struct database *db, const struct handover_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, handover_put_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->id);
    statement_text(s, 2, row->unit);
    statement_text(s, 3, row->giver);
    statement_text(s, 4, row->taker);
    statement_text(s, 5, row->note);
    statement_integer(s, 6, row->made_ms);
    statement_integer(s, 7, row->taken_ms);
    statement_bytes(s, 8, row->matters);
    return row_write(s, err);
}

static bool handover_row_take(const struct statement *s, struct arena *arena, void *out)
{
    struct handover_row *row = out;

    *row = (struct handover_row){.id = column_integer(s, 0),
                                 .made_ms = column_integer(s, 5),
                                 .taken_ms = column_integer(s, 6)};
    return row_text(s, 1, arena, &row->unit) && row_text(s, 2, arena, &row->giver) &&
           row_text(s, 3, arena, &row->taker) && row_text(s, 4, arena, &row->note) &&
           row_bytes(s, 7, arena, &row->matters);
}

static const char handover_find_sql[] =
    "select id, unit, giver, taker, note, made_ms, taken_ms, matters from handovers where id = $1";

bool handover_find(struct database *db, struct arena *arena, int64_t id, struct handover_row *out,
                   struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, handover_find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    return row_read(s, arena, handover_row_take, out, "hand-over", err);
}

static const char handover_take_sql[] = "update handovers set taken_ms = $1 where id = $2";

bool handover_take(struct database *db, int64_t id, int64_t at_ms, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, handover_take_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, at_ms);
    statement_integer(s, 2, id);
    return row_write(s, err);
}

static const char handover_list_sql[] =
    "select id, unit, giver, taker, note, made_ms, taken_ms, matters from handovers"
    " where id < $1 order by id desc limit $2";

bool handover_list(struct database *db, struct arena *arena, int64_t before,
                   struct handover_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, handover_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, before == 0 ? INT64_MAX : before);
    statement_integer(s, 2, (int64_t)limit);
    return rows_read(s, arena, handover_row_take, out, sizeof *out, limit, count, err);
}

/* Index handovers_noted. */
static const char handover_list_noted_sql[] =
    "select id, unit, giver, taker, note, made_ms, taken_ms, matters from handovers"
    " where note <> '' and (made_ms, id) > ($1, $2) and made_ms < $3 order by made_ms, id limit $4";

bool handover_list_noted(struct database *db, struct arena *arena, int64_t after_ms,
                         int64_t after_id, int64_t before_ms, struct handover_row *out,
                         size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, handover_list_noted_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, after_ms);
    statement_integer(s, 2, after_id);
    statement_integer(s, 3, before_ms);
    statement_integer(s, 4, (int64_t)limit);
    return rows_read(s, arena, handover_row_take, out, sizeof *out, limit, count, err);
}

static const char handover_note_drop_sql[] = "update handovers set note = '' where id = $1";

bool handover_note_drop(struct database *db, int64_t id, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, handover_note_drop_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    return row_write(s, err);
}

static const char move_case_sql[] =
    "update cases set officer = $1, unit = $2 where officer = $3 and number = $4 and is_closed = 0";

bool handover_move_case(struct database *db, struct span number, struct span from, struct span to,
                        struct span unit, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, move_case_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, to);
    statement_text(s, 2, unit);
    statement_text(s, 3, from);
    statement_text(s, 4, number);
    return row_write(s, err);
}

static const char move_task_sql[] =
    "update case_tasks set officer = $1 where officer = $2 and id = $3 and done_ms = 0";

bool handover_move_task(struct database *db, int64_t task, struct span from, struct span to,
                        struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, move_task_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, to);
    statement_text(s, 2, from);
    statement_integer(s, 3, task);
    return row_write(s, err);
}
