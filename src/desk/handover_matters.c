/* What a hand-over is about: see handover_matters.h. */
#include "desk/handover_matters.h"

#include "desk/crosscheck.h"

static bool matters_make(struct arena *arena, struct handover_matters *out, struct error *err)
{
    *out = (struct handover_matters){
        .cases = arena_array(arena, HANDOVER_MATTER_MAX + 1, sizeof *out->cases),
        .tasks = arena_array(arena, HANDOVER_MATTER_MAX + 1, sizeof *out->tasks)};
    return (out->cases != NULL && out->tasks != NULL) ||
           error_set(err, ERROR_LIMIT, "out of memory");
}

bool handover_open(struct journal *journal, struct span officer, struct arena *arena,
                   struct handover_matters *out, struct error *err)
{
    size_t limit = HANDOVER_MATTER_MAX + 1;
    struct case_row *cases = arena_array(arena, limit, sizeof *cases);
    struct case_task_row *tasks = arena_array(arena, limit, sizeof *tasks);
    struct case_filter filter = {.state = CASE_STATE_OPEN, .officer = officer};

    if (cases == NULL || tasks == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!matters_make(arena, out, err) ||
        !case_list(journal->db, arena, &filter, span_text(""), cases, limit, &out->case_count,
                   err) ||
        !case_task_open(journal->db, arena, officer, 0, 0, tasks, limit, &out->task_count, err))
        return false;
    for (size_t i = 0; i < out->case_count; i++)
        out->cases[i] = cases[i].number;
    for (size_t i = 0; i < out->task_count; i++)
        out->tasks[i] = tasks[i].id;
    return true;
}

void handover_matters_write(const struct handover_matters *matters, struct json_writer *out)
{
    json_key(out, "cases");
    json_begin_array(out);
    for (size_t i = 0; i < matters->case_count; i++)
        json_write_text(out, matters->cases[i]);
    json_end_array(out);
    json_key(out, "tasks");
    json_begin_array(out);
    for (size_t i = 0; i < matters->task_count; i++)
        json_write_integer(out, matters->tasks[i]);
    json_end_array(out);
}

/* --- the list, as both sign it --- */

static bool list_read(const struct handover_row *row, struct arena *arena,
                      struct handover_matters *out, struct error *err)
{
    struct json *json CLEANUP(json_free) = NULL;
    struct problems problems = {.count = 0};
    struct json_object object;

    if (!matters_make(arena, out, err) || !json_parse(row->matters, &json, err))
        return false;
    json_object_begin(&object, json_root(json), arena, &problems);
    struct json_list cases = json_get_array(&object, "cases", 0, HANDOVER_MATTER_MAX);
    struct json_list tasks = json_get_array(&object, "tasks", 0, HANDOVER_MATTER_MAX);
    for (; out->case_count < cases.count; out->case_count++)
        out->cases[out->case_count] = json_array_text(&cases, out->case_count, 1, NAME_SIZE_MAX);
    for (; out->task_count < tasks.count; out->task_count++)
        out->tasks[out->task_count] =
            json_array_integer(&tasks, out->task_count, 1, JSON_INTEGER_MAX);
    return problems_to_error(&problems, err) || error_add(err, "the list of a hand-over");
}

static bool has_case(const struct handover_matters *matters, struct span number)
{
    for (size_t i = 0; i < matters->case_count; i++)
        if (span_equal(matters->cases[i], number))
            return true;
    return false;
}

static bool has_task(const struct handover_matters *matters, int64_t task)
{
    for (size_t i = 0; i < matters->task_count; i++)
        if (matters->tasks[i] == task)
            return true;
    return false;
}

bool handover_names(const struct handover_row *row, struct span number, struct arena *arena,
                    bool *is_named, struct error *err)
{
    struct handover_matters listed;

    if (!list_read(row, arena, &listed, err))
        return false;
    *is_named = has_case(&listed, number);
    return true;
}

/* --- what stands --- */

/* What is erased since is no error. */
static bool was_found(bool ok, struct error *err)
{
    if (!ok && err->kind == ERROR_MISSING)
        error_clear(err);
    return ok;
}

static bool cases_divide(struct journal *journal, const struct handover_row *row,
                         const struct handover_matters *listed, struct arena *arena,
                         struct handover_standing *out, struct error *err)
{
    for (size_t i = 0; i < listed->case_count; i++) {
        struct case_row found;
        bool is_there =
            was_found(case_read(journal->db, arena, listed->cases[i], &found, err), err);
        if (err->kind != ERROR_NONE)
            return false;
        bool stands = is_there && !found.is_closed && found.erased_ms == 0 &&
                      span_equal(found.officer, row->giver);
        struct handover_matters *to = stands ? &out->passes : &out->stayed;
        to->cases[to->case_count++] = listed->cases[i];
    }
    return true;
}

static bool tasks_divide(struct journal *journal, const struct handover_row *row,
                         const struct handover_matters *listed, struct arena *arena,
                         struct handover_standing *out, struct error *err)
{
    for (size_t i = 0; i < listed->task_count; i++) {
        struct case_task_row found;
        bool is_there =
            was_found(case_task_find(journal->db, arena, listed->tasks[i], &found, err), err);
        if (err->kind != ERROR_NONE)
            return false;
        bool stands = is_there && found.done_ms == 0 && span_equal(found.officer, row->giver);
        struct handover_matters *to = stands ? &out->passes : &out->stayed;
        to->tasks[to->task_count++] = listed->tasks[i];
    }
    return true;
}

static bool task_is_for(struct journal *journal, int64_t task, const struct officer_row *reader,
                        struct arena *arena, bool *out, struct error *err)
{
    struct case_task_row found;
    struct case_row of;

    if (!case_task_find(journal->db, arena, task, &found, err) ||
        !case_read(journal->db, arena, found.number, &of, err))
        return false;
    *out = case_may_see(&of, reader);
    return true;
}

/* Whose a restricted case is, is for those who may see it. */
static bool meanwhile_take(struct journal *journal, const struct handover_matters *listed,
                           const struct handover_matters *open, const struct officer_row *reader,
                           struct arena *arena, struct handover_matters *out, struct error *err)
{
    for (size_t i = 0; i < open->case_count && i < HANDOVER_MATTER_MAX; i++) {
        struct case_row of;
        if (has_case(listed, open->cases[i]))
            continue;
        if (!case_read(journal->db, arena, open->cases[i], &of, err))
            return false;
        if (case_may_see(&of, reader))
            out->cases[out->case_count++] = open->cases[i];
    }
    for (size_t i = 0; i < open->task_count && i < HANDOVER_MATTER_MAX; i++) {
        bool is_for = false;
        if (has_task(listed, open->tasks[i]))
            continue;
        if (!task_is_for(journal, open->tasks[i], reader, arena, &is_for, err))
            return false;
        if (is_for)
            out->tasks[out->task_count++] = open->tasks[i];
    }
    return true;
}

bool handover_stand(struct journal *journal, const struct handover_row *row,
                    const struct officer_row *reader, struct arena *arena,
                    struct handover_standing *out, struct error *err)
{
    struct handover_matters listed, open;

    return list_read(row, arena, &listed, err) &&
           handover_open(journal, row->giver, arena, &open, err) &&
           matters_make(arena, &out->passes, err) && matters_make(arena, &out->stayed, err) &&
           matters_make(arena, &out->meanwhile, err) &&
           cases_divide(journal, row, &listed, arena, out, err) &&
           tasks_divide(journal, row, &listed, arena, out, err) &&
           meanwhile_take(journal, &listed, &open, reader, arena, &out->meanwhile, err);
}

/* With its officer a case changes its unit, and what was noted under `touched` with it, as when it is assigned. */
static bool case_pass(struct journal *journal, const struct handover_row *row,
                      const struct officer_row *taker, struct span number, struct arena *arena,
                      struct handover_standing *standing, struct error *err)
{
    struct case_row of;

    if (!case_read(journal->db, arena, number, &of, err) ||
        !handover_move_case(journal->db, number, row->giver, row->taker, taker->unit, err))
        return false;
    if (span_equal(of.unit, taker->unit))
        return true;
    standing->moved[standing->moved_count++] =
        (struct handover_moved){.number = number, .from = of.unit};
    return crosscheck_touches_follow(journal, number, of.unit, arena, err);
}

bool handover_pass(struct journal *journal, const struct handover_row *row,
                   const struct officer_row *taker, struct arena *arena,
                   struct handover_standing *standing, struct error *err)
{
    struct handover_matters *passes = &standing->passes;
    struct handover_matters *stayed = &standing->stayed;
    size_t kept = 0;

    standing->moved_count = 0;
    standing->moved = arena_array(arena, HANDOVER_MATTER_MAX, sizeof *standing->moved);
    if (standing->moved == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < passes->case_count; i++)
        if (!case_pass(journal, row, taker, passes->cases[i], arena, standing, err))
            return false;
    for (size_t i = 0; i < passes->task_count; i++) {
        bool is_for = false;
        if (!task_is_for(journal, passes->tasks[i], taker, arena, &is_for, err))
            return false;
        if (!is_for) {
            stayed->tasks[stayed->task_count++] = passes->tasks[i];
            continue;
        }
        if (!handover_move_task(journal->db, passes->tasks[i], row->giver, row->taker, err))
            return false;
        passes->tasks[kept++] = passes->tasks[i];
    }
    passes->task_count = kept;
    return true;
}
