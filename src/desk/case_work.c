/* What officers keep of a case: people in it, notes, references to other channels, tasks. */
#include "desk/case.h"

#include "agreement/agreement.h"
#include "base/text.h"
#include "desk/asylum.h"
#include "desk/match_key.h"
#include "desk/own_form.h"

#include <inttypes.h>
#include <stdio.h>

const char *const case_task_kind_names[TASK_KIND_COUNT] = {"plain", "confirm_in_writing"};

/* The number of what was made or changed. */
static void made_write(const struct case_act *act, const char *name, int64_t id,
                       struct json_writer *out)
{
    json_begin_object(out);
    json_text_field(out, "case", act->row.number);
    json_integer_field(out, name, id);
    json_end_object(out);
}

/* --- people --- */

/* The narrower list of a protected person stands also in our own cases: what nobody needs is not kept. */
//= dir-2023-977 art 10(b)
static bool fields_check(const struct person *person, struct error *err)
{
    uint64_t excess = person_fields(person) & ~person_category_fields_max(person->category);

    for (size_t i = 0; i < PERSON_FIELD_COUNT; i++)
        if ((excess >> i & 1) != 0)
            return error_set(err, ERROR_RULE, "person: '%s' is not kept about a %s",
                             person_field_names[i], person_category_names[person->category]);
    return true;
}

bool case_person_standing(struct journal *journal, const struct case_act *act, int64_t id,
                          struct case_person_row *out, struct error *err)
{
    bool is_for = false;

    if (!case_person_find(journal->db, act->call.arena, id, out, err))
        return false;
    if (!span_equal(out->number, act->row.number))
        return error_set(err, ERROR_MISSING, "no such person in this case");
    if (!case_person_is_for(journal, &act->row, out, &act->officer, &is_for, err))
        return false;
    return is_for || error_set(err, ERROR_RULE, "this person is protected: ask unit %.*s",
                               SPAN_ARG(act->row.unit));
}

/* The one who is replaced must stand in this case and be shown to this officer; *is_shielded: as it was. *id 0: a new one. */
static bool place_find(struct journal *journal, const struct case_act *act, int64_t *id,
                       bool *is_shielded, struct error *err)
{
    size_t count = 0;

    if (*id > 0) {
        struct case_person_row standing;
        if (!case_person_standing(journal, act, *id, &standing, err))
            return false;
        *is_shielded = standing.is_shielded;
        return true;
    }
    struct case_person_row *rows = arena_array(act->call.arena, CASE_PEOPLE_MAX, sizeof *rows);
    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!case_person_list(journal->db, act->call.arena, act->row.number, rows, CASE_PEOPLE_MAX,
                          &count, err))
        return false;
    if (count == CASE_PEOPLE_MAX)
        return error_set(err, ERROR_LIMIT, "a case has at most %d people", CASE_PEOPLE_MAX);
    return counter_next(journal->db, "case-person", id, err);
}

bool case_person_keys_put(struct journal *journal, const struct case_act *act,
                          const struct case_person_row *row, const struct person *person,
                          struct error *err)
{
    struct match_keys *keys = arena_alloc(act->call.arena, sizeof *keys);
    bool is_guarded = act->row.is_restricted || case_person_is_protected(row);

    if (keys == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    return key_drop(journal->db, KEY_CASE_PERSON, row->id, err) &&
           match_keys_begin(journal, act->call.arena, keys, err) &&
           match_keys_of_person(keys, person, 0, err) &&
           match_keys_put(keys, span_text(is_guarded ? KEY_SCOPE_GUARD : KEY_SCOPE_DESK),
                          KEY_CASE_PERSON, row->id, err);
}

bool act_case_person_put(struct journal *journal, const struct desk_call *call,
                         struct json_writer *out, struct error *err)
{
    int64_t id = json_get_integer_optional(call->arguments, "person", 1, JSON_INTEGER_MAX, 0);
    bool is_shielded = false;
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    bool is_set = false;
    struct asylum_states feared;
    struct person person;
    struct case_act act;

    if (!case_begin_open(journal, call, &act, err))
        return false;
    if (!own_person_read(call->body, call->arena, &person, call->problems))
        return problems_to_error(call->problems, err) || error_add(err, "person");
    if (!fields_check(&person, err) || !place_find(journal, &act, &id, &is_shielded, err) ||
        !asylum_is_set(journal, call->arena, id, &is_set, err) ||
        !asylum_before(journal, call->arena, id, &feared, err))
        return false;
    /* What is not said stays: a shield is never lost by silence, nor while g3 asks for it. */
    is_shielded = json_get_boolean_optional(call->arguments, "shielded", is_shielded) ||
                  (is_set && is_shielded);
    if (!problems_to_error(call->problems, err))
        return false;
    if (!own_person_write(&person, &body))
        return error_set(err, ERROR_LIMIT, "a person is too long");
    struct case_person_row row = {.id = id,
                                  .number = act.row.number,
                                  .category = (int64_t)person.category,
                                  .is_minor = person.is_minor,
                                  .is_shielded = is_shielded,
                                  .body = buffer_span(&body),
                                  .officer = act.officer.id,
                                  .put_ms = journal->env->now_ms(journal->env->context)};
    if (!case_person_put(journal->db, &row, err) ||
        !case_person_keys_put(journal, &act, &row, &person, err) ||
        !asylum_follow(journal, call->arena, &row, &person, &feared, err) ||
        !case_access(journal, &act, "case-person-put", case_object("case-person", id, call->arena),
                     err))
        return false;
    made_write(&act, "person", id, out);
    return true;
}

//= dir-2016-680 art 16(2)
bool act_case_person_remove(struct journal *journal, const struct desk_call *call,
                            struct json_writer *out, struct error *err)
{
    int64_t id = json_get_integer(call->arguments, "person", 1, JSON_INTEGER_MAX);
    bool is_shielded = false;
    struct case_act act;

    if (!case_begin(journal, call, &act, err) ||
        !place_find(journal, &act, &id, &is_shielded, err) ||
        !asylum_person_may_go(journal, call->arena, id, err) ||
        !case_person_remove(journal->db, id, err) ||
        !case_access(journal, &act, "case-person-remove",
                     case_object("case-person", id, call->arena), err))
        return false;
    made_write(&act, "person", id, out);
    return true;
}

/* --- notes and references --- */

bool act_case_note(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                   struct error *err)
{
    struct case_note_row row = {.text =
                                    json_get_text(call->arguments, "text", 1, CASE_NOTE_SIZE_MAX)};
    struct case_act act;

    if (!case_begin_open(journal, call, &act, err) ||
        !counter_next(journal->db, "case-note", &row.id, err))
        return false;
    row.number = act.row.number;
    row.officer = act.officer.id;
    row.at_ms = journal->env->now_ms(journal->env->context);
    if (!case_note_put(journal->db, &row, err) ||
        !case_access(journal, &act, "case-note", case_object("case-note", row.id, call->arena),
                     err))
        return false;
    made_write(&act, "note", row.id, out);
    return true;
}

/* The same reference twice is one. */
static bool reference_is_new(struct journal *journal, const struct case_act *act,
                             const struct case_note_row *row, bool *is_new, struct error *err)
{
    struct case_note_row *rows = arena_array(act->call.arena, CASE_REFERENCE_MAX, sizeof *rows);
    size_t count = 0;

    *is_new = true;
    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!case_reference_list(journal->db, act->call.arena, act->row.number, rows,
                             CASE_REFERENCE_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        *is_new =
            *is_new && (rows[i].channel != row->channel || !span_equal(rows[i].text, row->text));
    return !*is_new || count < CASE_REFERENCE_MAX ||
           error_set(err, ERROR_LIMIT, "a case has at most %d references", CASE_REFERENCE_MAX);
}

bool act_case_reference(struct journal *journal, const struct desk_call *call,
                        struct json_writer *out, struct error *err)
{
    struct case_note_row row = {
        .channel = (int64_t)json_get_choice(call->arguments, "channel", case_channel_names,
                                            CASE_CHANNEL_COUNT),
        .text = json_get_text(call->arguments, "reference", 1, CASE_REFERENCE_SIZE_MAX)};
    bool is_new = false;
    struct case_act act;

    if (!case_begin_open(journal, call, &act, err) ||
        !reference_is_new(journal, &act, &row, &is_new, err))
        return false;
    row.number = act.row.number;
    row.officer = act.officer.id;
    row.at_ms = journal->env->now_ms(journal->env->context);
    if (is_new && (!counter_next(journal->db, "case-reference", &row.id, err) ||
                   !case_reference_put(journal->db, &row, err)))
        return false;
    if (!case_access(journal, &act, "case-reference", span_text(""), err))
        return false;
    json_begin_object(out);
    json_text_field(out, "case", act.row.number);
    json_string_field(out, "channel", case_channel_names[row.channel]);
    json_text_field(out, "reference", row.text);
    json_end_object(out);
    return true;
}

/* --- tasks --- */

static void time_left_write(const struct case_task_row *row, int64_t now_ms,
                            struct json_writer *out)
{
    json_time_field(out, "until", row->until_ms);
    json_integer_field(out, "minutes_left", (row->until_ms - now_ms) / 60000);
    json_boolean_field(out, "overdue", row->until_ms < now_ms);
}

void case_task_write(const struct case_task_row *row, int64_t now_ms, struct json_writer *out)
{
    json_begin_object(out);
    json_integer_field(out, "task", row->id);
    json_text_field(out, "case", row->number);
    json_string_field(out, "kind", case_task_kind_names[row->kind]);
    json_text_field(out, "officer", row->officer);
    json_text_field(out, "text", row->text);
    json_text_field(out, "made_by", row->made_by);
    json_time_field(out, "made", row->made_ms);
    if (row->done_ms > 0) {
        json_time_field(out, "until", row->until_ms);
        json_time_field(out, "done", row->done_ms);
        json_text_field(out, "done_by", row->done_by);
    } else {
        time_left_write(row, now_ms, out);
    }
    json_end_object(out);
}

bool case_task_make(struct journal *journal, const struct case_act *act, enum case_task_kind kind,
                    struct span officer, struct span text, int64_t until_ms, int64_t *id,
                    struct error *err)
{
    struct case_task_row row = {.number = act->row.number,
                                .kind = kind,
                                .officer = officer,
                                .text = text,
                                .made_by = act->officer.id,
                                .made_ms = journal->env->now_ms(journal->env->context),
                                .until_ms = until_ms};

    if (!counter_next(journal->db, "case-task", &row.id, err))
        return false;
    *id = row.id;
    return case_task_put(journal->db, &row, err);
}

bool act_case_task(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                   struct error *err)
{
    struct span text = json_get_text(call->arguments, "text", 1, CASE_TASK_SIZE_MAX);
    struct span who = json_get_text(call->arguments, "officer", 1, NAME_SIZE_MAX);
    int64_t until_ms = json_get_time(call->arguments, "until");
    struct officer_row officer;
    struct case_act act;
    int64_t id = 0;

    if (!case_begin_open(journal, call, &act, err) ||
        !access_officer(journal, who, call->arena, &officer, err))
        return false;
    if (!case_may_see(&act.row, &officer))
        return error_set(err, ERROR_RULE, "officer %.*s does not see this case", SPAN_ARG(who));
    if (!case_task_make(journal, &act, TASK_PLAIN, officer.id, text, until_ms, &id, err) ||
        !case_access(journal, &act, "case-task", case_object("case-task", id, call->arena), err))
        return false;
    made_write(&act, "task", id, out);
    return true;
}

bool act_case_task_done(struct journal *journal, const struct desk_call *call,
                        struct json_writer *out, struct error *err)
{
    int64_t id = json_get_integer(call->arguments, "task", 1, JSON_INTEGER_MAX);
    struct case_task_row row;
    struct case_act act;

    if (!case_begin_open(journal, call, &act, err) ||
        !case_task_find(journal->db, call->arena, id, &row, err))
        return false;
    if (!span_equal(row.number, act.row.number))
        return error_set(err, ERROR_MISSING, "no such task in this case");
    if (row.done_ms > 0)
        return error_set(err, ERROR_CONFLICT, "this task is done already");
    if (!case_task_done(journal->db, id, journal->env->now_ms(journal->env->context),
                        act.officer.id, err) ||
        !case_access(journal, &act, "case-task-done", case_object("case-task", id, call->arena),
                     err))
        return false;
    made_write(&act, "task", id, out);
    return true;
}

/* A task whose case is not for this officer shows its time alone: who works on what is restricted is part of it. */
static void hidden_write(const struct case_task_row *row, struct span unit, int64_t now_ms,
                         struct json_writer *out)
{
    json_begin_object(out);
    json_integer_field(out, "task", row->id);
    json_text_field(out, "case", row->number);
    json_text_field_optional(out, "ask_unit", unit);
    time_left_write(row, now_ms, out);
    json_end_object(out);
}

static bool listed_write(struct journal *journal, const struct case_task_row *row,
                         const struct officer_row *viewer, bool is_by_officer, struct arena *arena,
                         struct json_writer *out, struct error *err)
{
    int64_t now_ms = journal->env->now_ms(journal->env->context);
    struct case_row of;

    if (!case_read(journal->db, arena, row->number, &of, err))
        return false;
    if (case_may_see(&of, viewer))
        case_task_write(row, now_ms, out);
    /* Asked for by officer, the row itself would tell whose it is. */
    else if (!is_by_officer || span_equal(row->officer, viewer->id))
        hidden_write(row, of.unit, now_ms, out);
    return true;
}

bool act_task_list(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                   struct error *err)
{
    struct case_task_row *rows = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *rows);
    struct span who = json_get_text_optional(call->arguments, "officer", NAME_SIZE_MAX);
    struct officer_row officer;
    int64_t place[2] = {0, 0};
    struct page page;
    struct span next = span_text("");
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, DESK_PAGE, &page, err) ||
        (page.after.size > 0 && !page_numbers_read(page.after, place, 2, err)) ||
        !access_officer(journal, call->access.officer, call->arena, &officer, err) ||
        !case_list_is_for(journal, call, who, &officer, err) ||
        !case_task_open(journal->db, call->arena, who, place[0], place[1], rows, page.limit + 1,
                        &count, err))
        return false;
    size_t shown = count > page.limit ? page.limit : count;
    if (shown > 0) {
        const int64_t last[] = {rows[shown - 1].until_ms, rows[shown - 1].id};
        if (!page_numbers_write(last, ARRAY_COUNT(last), call->arena, &next, err))
            return false;
    }
    if (!access_view(journal, call, "task-list", NULL, 0, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < shown; i++)
        if (!listed_write(journal, &rows[i], &officer, who.size > 0, call->arena, out, err))
            return false;
    page_end(out, count > shown, next);
    return true;
}
