/* Cases: opened, listed, assigned, closed with a day of review, opened again, erased. */
#include "desk/case.h"

#include "base/text.h"
#include "desk/asylum.h"
#include "desk/crosscheck.h"
#include "desk/glass.h"
#include "desk/handover_matters.h"
#include "desk/protection.h"
#include "desk/roles.h"
#include "message/offence.h"
#include "store/key_rows.h"
#include "store/part_rows.h"
#include "store/register_rows.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY_MS INT64_C(86400000)

const char *const case_channel_names[CASE_CHANNEL_COUNT] = {
    "siena",   "interpol",   "selec", "eurojust",      "frontex",
    "liaison", "prosecutor", "other", "jits_platform", "direct"};
const char *const case_state_names[CASE_STATE_COUNT] = {NULL, "open", "closed"};

/* --- who sees what --- */

static bool looks_over(const struct officer_row *officer)
{
    enum role role;

    return role_read(officer->role, &role) &&
           (role == ROLE_HEAD_OF_DESK || role == ROLE_DPO || role == ROLE_SUPERVISORY_AUTHORITY);
}

/* Cases from before there were units have none: they were everybody's. */
static bool is_of_case(const struct case_row *row, const struct officer_row *officer)
{
    return row->unit.size == 0 || span_equal(row->unit, officer->unit) ||
           span_equal(row->officer, officer->id);
}

bool case_is_keeper(const struct case_row *row, const struct officer_row *officer)
{
    return (row->unit.size > 0 && is_of_case(row, officer)) || looks_over(officer);
}

bool case_may_see(const struct case_row *row, const struct officer_row *officer)
{
    return !row->is_restricted || is_of_case(row, officer) || looks_over(officer);
}

bool case_own_number(struct journal *journal, const struct desk_call *call, struct span *out,
                     struct error *err)
{
    struct officer_row officer;
    struct case_row row;

    *out = span_text("");
    if (call->access.case_number.size == 0)
        return true;
    if (!case_read(journal->db, call->arena, call->access.case_number, &row, err) ||
        !access_officer(journal, call->access.officer, call->arena, &officer, err))
        return false;
    if (is_of_case(&row, &officer) || looks_over(&officer))
        *out = call->access.case_number;
    return true;
}

bool case_person_is_protected(const struct case_person_row *person)
{
    return person->is_minor || person->is_shielded ||
           person_category_is_protected((enum person_category)person->category);
}

//= dir-2016-680 art 6
bool case_person_may_see(const struct case_row *row, const struct case_person_row *person,
                         const struct officer_row *officer)
{
    return !case_person_is_protected(person) || is_of_case(row, officer) || looks_over(officer);
}

bool case_person_is_for(struct journal *journal, const struct case_row *row,
                        const struct case_person_row *person, const struct officer_row *officer,
                        bool *out, struct error *err)
{
    enum own_guard guard = OWN_GUARD_OPEN;

    *out = is_of_case(row, officer) || looks_over(officer);
    if (*out)
        return true;
    if (!protection_of_case_person(journal, person, &guard, err))
        return false;
    *out = guard == OWN_GUARD_OPEN;
    return true;
}

/* Its own unit decides about a case, and who looks over the units. */
static bool own_check(const struct case_act *act, struct error *err)
{
    return is_of_case(&act->row, &act->officer) || looks_over(&act->officer) ||
           error_set(err, ERROR_RULE, "this case is kept by unit %.*s: ask there",
                     SPAN_ARG(act->row.unit));
}

/* --- what the acts share --- */

bool case_begin(struct journal *journal, const struct desk_call *call, struct case_act *out,
                struct error *err)
{
    return case_begin_of(journal, call, json_get_text(call->arguments, "number", 1, NAME_SIZE_MAX),
                         out, err);
}

static bool case_load(struct journal *journal, const struct desk_call *call, struct span number,
                      struct case_act *out, struct error *err)
{
    *out = (struct case_act){.call = *call};
    out->call.access.case_number = number;
    if (!problems_to_error(call->problems, err) ||
        !case_read(journal->db, call->arena, number, &out->row, err) ||
        !access_officer(journal, call->access.officer, call->arena, &out->officer, err))
        return false;
    out->call.access.glass = 0; /* that of this case, or none */
    return out->row.erased_ms == 0 || error_set(err, ERROR_GONE, "this case is erased");
}

static bool closed_say(const struct case_act *act, struct error *err)
{
    return error_set(err, ERROR_RULE, "this case is restricted: ask unit %.*s",
                     SPAN_ARG(act->row.unit));
}

bool case_begin_of(struct journal *journal, const struct desk_call *call, struct span number,
                   struct case_act *out, struct error *err)
{
    return case_load(journal, call, number, out, err) &&
           (case_may_see(&out->row, &out->officer) || closed_say(out, err));
}

bool case_begin_read(struct journal *journal, const struct desk_call *call, struct case_act *out,
                     struct error *err)
{
    if (!case_load(journal, call, json_get_text(call->arguments, "number", 1, NAME_SIZE_MAX), out,
                   err))
        return false;
    return case_may_see(&out->row, &out->officer) ||
           glass_take(journal, &out->call, out->row.number, err) ||
           (err->kind == ERROR_NONE && closed_say(out, err));
}

bool case_begin_open(struct journal *journal, const struct desk_call *call, struct case_act *out,
                     struct error *err)
{
    return case_begin(journal, call, out, err) &&
           (!out->row.is_closed ||
            error_set(err, ERROR_RULE, "this case is closed: open it again first"));
}

bool case_access(struct journal *journal, const struct case_act *act, const char *name,
                 struct span object, struct error *err)
{
    if (object.size == 0)
        object = act->row.number;
    return access_write(journal, &act->call, name, &object, 1, err);
}

struct span case_object(const char *kind, int64_t id, struct arena *arena)
{
    char text[64];
    struct span object = {NULL, 0};

    snprintf(text, sizeof text, "%s %" PRId64, kind, id);
    arena_copy(arena, span_text(text), &object);
    return object;
}

static void done_write(const struct case_act *act, struct json_writer *out)
{
    json_begin_object(out);
    json_text_field(out, "case", act->row.number);
    json_end_object(out);
}

/* Writes the row, the access entry, and tells the number. */
static bool row_end(struct journal *journal, const struct case_act *act, const char *name,
                    struct span object, struct json_writer *out, struct error *err)
{
    if (!case_write(journal->db, &act->row, err) || !case_access(journal, act, name, object, err))
        return false;
    done_write(act, out);
    return true;
}

/* --- opening and changing --- */

/* What is not named stays as it was. */
static bool put_read(const struct desk_call *call, struct case_row *row, struct error *err)
{
    struct json_object *arguments = call->arguments;

    row->title = json_get_text(arguments, "title", 1, CASE_TITLE_SIZE_MAX);
    if (json_has(arguments, "authority"))
        row->authority = json_get_text_optional(arguments, "authority", CASE_AUTHORITY_SIZE_MAX);
    if (json_has(arguments, "offences"))
        row->offences = json_get_choices(arguments, "offences", offence_names, OFFENCE_COUNT, 0);
    row->is_restricted = json_get_boolean_optional(arguments, "restricted", row->is_restricted);
    return problems_to_error(call->problems, err);
}

/* A new case is of the unit and officer who open it. */
static bool open_new(struct journal *journal, const struct desk_call *call, struct case_act *act,
                     struct error *err)
{
    struct span number = json_get_text(call->arguments, "number", 1, NAME_SIZE_MAX);

    *act = (struct case_act){.call = *call};
    if (!problems_to_error(call->problems, err) ||
        !access_officer(journal, call->access.officer, call->arena, &act->officer, err))
        return false;
    act->call.access.case_number = number;
    act->row = (struct case_row){.number = number,
                                 .unit = act->officer.unit,
                                 .officer = act->officer.id,
                                 .opened_ms = journal->env->now_ms(journal->env->context)};
    return true;
}

//= dir-2023-977 art 16(1)(a)
bool act_case_put(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                  struct error *err)
{
    struct case_act act;

    if (!case_begin_open(journal, call, &act, err)) {
        if (err->kind != ERROR_MISSING || act.officer.id.size > 0)
            return false;
        error_clear(err);
        if (!open_new(journal, call, &act, err))
            return false;
    }
    if (!own_check(&act, err))
        return false;
    bool was_restricted = act.row.is_restricted;
    if (!put_read(call, &act.row, err))
        return false;
    return (was_restricted == act.row.is_restricted ||
            key_rescope_case(journal->db, act.row.number, act.row.is_restricted, err)) &&
           row_end(journal, &act, "case-put", span_text(""), out, err);
}

bool act_case_assign(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                     struct error *err)
{
    struct span name = json_get_text(call->arguments, "officer", 1, NAME_SIZE_MAX);
    char text[NAME_SIZE_MAX + 16];
    struct officer_row officer;
    struct case_act act;

    if (!case_begin_open(journal, call, &act, err) || !own_check(&act, err) ||
        !access_officer(journal, name, call->arena, &officer, err))
        return false;
    struct span before = act.row.unit;
    act.row.officer = officer.id;
    act.row.unit = officer.unit;
    snprintf(text, sizeof text, "assigned-to %.*s", SPAN_ARG(officer.id));
    return row_end(journal, &act, "case-assign", span_text(text), out, err) &&
           crosscheck_touches_follow(journal, act.row.number, before, call->arena, err);
}

/* --- closing, opening again, erasing --- */

/* The day named, or the last one that the law allows; not before now. */
static bool review_read(const struct desk_call *call, int64_t now_ms, int64_t *out,
                        struct error *err)
{
    struct span day = json_get_text_optional(call->arguments, "review", 10);
    int64_t last_ms = now_ms + CASE_REVIEW_DAYS_MAX * DAY_MS;

    *out = last_ms;
    if (!problems_to_error(call->problems, err) || day.size == 0)
        return err->kind == ERROR_NONE;
    if (!date_read(day, out))
        return error_set(err, ERROR_INPUT, "review: a day is wanted, such as 2026-01-31");
    return (*out >= now_ms - DAY_MS && *out <= last_ms) ||
           error_set(err, ERROR_RULE,
                     "review: from now on, and within %d days of closing: what is in the case is "
                     "looked at again within six months",
                     CASE_REVIEW_DAYS_MAX);
}

/* What is still owed keeps a case open. */
static bool owed_check(struct journal *journal, const struct case_act *act, struct error *err)
{
    struct case_task_row task;
    int64_t unanswered = 0;
    size_t count = 0;

    if (!case_count_unanswered(journal->db, act->row.number, &unanswered, err) ||
        !case_task_list(journal->db, act->call.arena, act->row.number, &task, 1, &count, err))
        return false;
    if (unanswered > 0)
        return error_set(err, ERROR_RULE, "%" PRId64 " requests in this case wait for our answer",
                         unanswered);
    return count == 0 || task.done_ms > 0 ||
           error_set(err, ERROR_RULE, "task %" PRId64 " of this case is not done", task.id);
}

//= dir-2016-680 art 5
bool act_case_close(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    int64_t now_ms = journal->env->now_ms(journal->env->context);
    struct case_act act;

    if (!case_begin_open(journal, call, &act, err) || !own_check(&act, err) ||
        !review_read(call, now_ms, &act.row.review_ms, err) || !owed_check(journal, &act, err))
        return false;
    act.row.is_closed = true;
    act.row.closed_ms = now_ms;
    return row_end(journal, &act, "case-close", span_text(""), out, err);
}

bool act_case_reopen(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                     struct error *err)
{
    struct case_act act;

    if (!case_begin(journal, call, &act, err) || !own_check(&act, err))
        return false;
    if (!act.row.is_closed)
        return error_set(err, ERROR_CONFLICT, "this case is open");
    act.row.is_closed = false;
    act.row.review_ms = 0;
    return row_end(journal, &act, "case-reopen", span_text(""), out, err);
}

#define ERASE_STEP 64u

/* Scans of what is registered in the case, with their files. */
static bool scans_erase(struct journal *journal, const struct case_act *act, struct error *err)
{
    struct register_row *rows = arena_array(act->call.arena, ERASE_STEP, sizeof *rows);
    int64_t before = 0;
    size_t count = ERASE_STEP;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    while (count == ERASE_STEP) {
        if (!register_list(journal->db, act->call.arena, act->row.number, before, rows, ERASE_STEP,
                           &count, err))
            return false;
        for (size_t i = 0; i < count; i++) {
            before = rows[i].id;
            if (rows[i].scan.size == 0)
                continue;
            /* The file goes after the commit. */
            if (!upload_remove(journal->db, rows[i].scan, err) ||
                !buffer_add(&journal->drops, rows[i].scan))
                return error_set(err, ERROR_LIMIT, "scans of the case cannot be removed");
        }
    }
    return true;
}

//= dir-2016-680 art 4(1)(e)
bool act_case_erase(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    struct case_act act;

    if (!case_begin(journal, call, &act, err) || !own_check(&act, err))
        return false;
    if (!act.row.is_closed)
        return error_set(err, ERROR_RULE, "this case is open: close it first");
    if (!asylum_case_may_go(journal, call->arena, act.row.number, err) ||
        !scans_erase(journal, &act, err) || !handover_notes_forget(journal, act.row.number, err) ||
        !case_erase(journal->db, act.row.number, journal->env->now_ms(journal->env->context),
                    err) ||
        !case_access(journal, &act, "case-erase", span_text(""), err))
        return false;
    done_write(&act, out);
    return true;
}

/* --- the list --- */

/* Whose a restricted case is, even that it is there, would show in where a page ends. */
bool case_list_is_for(struct journal *journal, const struct desk_call *call, struct span officer,
                      const struct officer_row *viewer, struct error *err)
{
    struct officer_row named;

    if (officer.size == 0 || span_equal(officer, viewer->id) || looks_over(viewer))
        return true;
    return access_officer(journal, officer, call->arena, &named, err) &&
           (span_equal(named.unit, viewer->unit) ||
            error_set(err, ERROR_RULE,
                      "officer: one's own cases, or those of an officer of one's own unit"));
}

static void listed_write(const struct case_row *row, const struct officer_row *officer,
                         int64_t now_ms, struct json_writer *out)
{
    bool may_see = case_may_see(row, officer);

    json_begin_object(out);
    json_text_field(out, "case", row->number);
    json_string_field(out, "state", case_state_names[row->is_closed ? 2 : 1]);
    json_text_field_optional(out, "unit", row->unit);
    if (may_see) {
        json_text_field(out, "title", row->title);
        json_text_field_optional(out, "officer", row->officer);
        json_choices_field(out, "offences", offence_names, OFFENCE_COUNT, row->offences);
        if (row->due_ms > 0) {
            json_time_field(out, "due", row->due_ms);
            json_integer_field(out, "minutes_left", (row->due_ms - now_ms) / 60000);
        }
    } else {
        json_text_field(out, "ask_unit", row->unit);
    }
    json_time_field(out, "opened", row->opened_ms);
    if (row->is_closed)
        json_time_field(out, "closed", row->closed_ms);
    if (row->review_ms > 0) {
        json_time_field(out, "review", row->review_ms);
        json_boolean_field(out, "review_due", row->review_ms <= now_ms);
    }
    json_end_object(out);
}

static bool filter_read(const struct desk_call *call, struct case_filter *out, struct error *err)
{
    *out = (struct case_filter){
        .state = (enum case_state)json_get_choice_optional(
            call->arguments, "state", case_state_names, CASE_STATE_COUNT, CASE_STATE_ANY),
        .unit = json_get_text_optional(call->arguments, "unit", NAME_SIZE_MAX),
        .officer = json_get_text_optional(call->arguments, "officer", NAME_SIZE_MAX)};
    return problems_to_error(call->problems, err);
}

bool act_case_list(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                   struct error *err)
{
    struct case_row *rows = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *rows);
    struct span *objects = arena_array(call->arena, DESK_LIST_MAX, sizeof *objects);
    struct officer_row officer;
    struct case_filter filter;
    struct page page;
    size_t count = 0;

    if (rows == NULL || objects == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, DESK_PAGE, &page, err) || !filter_read(call, &filter, err) ||
        !access_officer(journal, call->access.officer, call->arena, &officer, err) ||
        !case_list_is_for(journal, call, filter.officer, &officer, err) ||
        !case_list(journal->db, call->arena, &filter, page.after, rows, page.limit + 1, &count,
                   err))
        return false;
    size_t shown = count > page.limit ? page.limit : count;
    for (size_t i = 0; i < shown; i++)
        objects[i] = rows[i].number;
    if (!access_view(journal, call, "case-list", objects, shown, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < shown; i++)
        /* Asked for by officer, the row itself would tell whose the case is. */
        if (filter.officer.size == 0 || case_may_see(&rows[i], &officer))
            listed_write(&rows[i], &officer, journal->env->now_ms(journal->env->context), out);
    page_end(out, count > shown, shown == 0 ? span_text("") : rows[shown - 1].number);
    return true;
}
