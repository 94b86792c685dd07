/*
 * What a reader is told of a cross-check, and the warning before a request is sent twice. Whoever may not read a record is
 * told nothing of it: the answer has the same bytes as if there were none.
 */
#include "desk/crosscheck.h"

#include "base/text.h"
#include "desk/codes.h"
#include "desk/crosscheck_near.h"
#include "desk/ground.h"
#include "desk/own.h"
#include "desk/own_least.h"
#include "desk/roles.h"
#include "store/register_rows.h"

#include <inttypes.h>
#include <stdio.h>

#define ANSWER_MAX    64u
#define ELSEWHERE_MAX 20u
#define OBJECT_MAX                                                                                 \
    (2u * CROSSCHECK_SHOWN_MAX +                                                                   \
     (CROSSCHECK_OWN_MAX + CROSSCHECK_NEAR_MAX) * (1u + OWN_JOINED_MAX) + 1u)

struct telling {
    struct journal *journal;
    const struct desk_call *call;
    struct officer_row officer;
    struct answer_row *answers; /* of the request itself: no news */
    size_t answer_count;
    struct span *objects;
    size_t object_count;
    struct buffer rows; /* the list's elements, commas between */
    struct json_writer out;
    struct span cases[ELSEWHERE_MAX]; /* that were shown */
    size_t case_count;
    size_t shown;
    bool is_cut;
};

static bool telling_begin(struct journal *journal, const struct desk_call *call,
                          struct telling *out, struct error *err)
{
    *out = (struct telling){.journal = journal, .call = call, .rows = buffer_make(BODY_SIZE_MAX)};
    out->out = json_writer_make(&out->rows);
    out->answers = arena_array(call->arena, ANSWER_MAX, sizeof *out->answers);
    out->objects = arena_array(call->arena, OBJECT_MAX, sizeof *out->objects);
    if (out->answers == NULL || out->objects == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    return access_officer(journal, call->access.officer, call->arena, &out->officer, err);
}

static void kinds_write(struct telling *telling, uint32_t kinds)
{
    json_key(&telling->out, "by");
    json_begin_array(&telling->out);
    for (int i = 0; i < (int)MATCH_KIND_COUNT; i++)
        if ((kinds >> i & 1) != 0)
            json_write_text(&telling->out, span_text(match_kind_name(i)));
    json_end_array(&telling->out);
}

/* False when the answer is full. */
static bool row_begin(struct telling *telling, const char *what, struct span object)
{
    if (telling->shown == CROSSCHECK_SHOWN_MAX || telling->object_count == OBJECT_MAX) {
        telling->is_cut = true;
        return false;
    }
    telling->shown++;
    if (object.size > 0)
        telling->objects[telling->object_count++] = object;
    json_begin_object(&telling->out);
    json_string_field(&telling->out, "what", what);
    return true;
}

static void case_note(struct telling *telling, struct span number)
{
    for (size_t i = 0; i < telling->case_count; i++)
        if (span_equal(telling->cases[i], number))
            return;
    if (telling->case_count < ELSEWHERE_MAX)
        telling->cases[telling->case_count++] = number;
}

/* --- one record --- */

static bool item_hit_write(struct telling *telling, const struct crosscheck_hit *hit,
                           struct error *err)
{
    struct arena *arena = telling->call->arena;
    struct error hidden = {0};
    struct request_row request;
    struct entry_row row;
    char id[UUID_TEXT_SIZE] = "";

    for (size_t i = 0; i < telling->answer_count; i++)
        if (telling->answers[i].entry == hit->object)
            return true;
    if (!entry_find(telling->journal->db, arena, hit->object, &row, err))
        return false;
    struct journal_line *line = line_of_entry(telling->journal, row.log);
    if (line == NULL || row.message_id.size != UUID_SIZE ||
        !item_may_open(telling->journal, telling->call, line, row.id, &hidden))
        return hidden.kind == ERROR_NONE || hidden.kind == ERROR_RULE ||
               error_set(err, hidden.kind, "%s", hidden.text);
    if (!row_begin(telling, message_type_name((enum message_type)row.type),
                   item_name(line, row.log, row.message_id, arena)))
        return true;
    uuid_write(row.message_id.data, id);
    json_string_field(&telling->out, "item", id);
    json_string_field(&telling->out, "partner", line->partner);
    json_boolean_field(&telling->out, "own", journal_side(line, row.log) == SIDE_OWN);
    json_time_field(&telling->out, "created", row.created_ms);
    if (row.type == MESSAGE_REQUEST &&
        request_find(telling->journal->db, arena, row.id, &request, &hidden))
        json_text_field(&telling->out, "reference", request.reference);
    codes_row_write(telling->journal, row.id, &telling->out);
    kinds_write(telling, hit->kinds);
    json_end_object(&telling->out);
    return true;
}

static void person_write(struct telling *telling, const struct case_row *of,
                         const struct case_person_row *person, uint32_t kinds)
{
    if (!row_begin(telling, "case_person",
                   case_object("case-person", person->id, telling->call->arena)))
        return;
    json_text_field(&telling->out, "case", person->number);
    json_integer_field(&telling->out, "person", person->id);
    json_string_field(&telling->out, "category", person_category_names[person->category]);
    json_text_field_optional(&telling->out, "unit", of->unit);
    kinds_write(telling, kinds);
    json_end_object(&telling->out);
    case_note(telling, person->number);
}

static bool registered_write(struct telling *telling, int64_t id, uint32_t kinds, struct error *err)
{
    struct register_row row;

    if (!register_find(telling->journal->db, telling->call->arena, id, &row, err))
        return false;
    if (!row_begin(telling, "registered", case_object("registered", id, telling->call->arena)))
        return true;
    json_integer_field(&telling->out, "register", id);
    json_text_field(&telling->out, "case", row.case_number);
    json_time_field(&telling->out, "created", row.received_ms);
    kinds_write(telling, kinds);
    json_end_object(&telling->out);
    case_note(telling, row.case_number);
    return true;
}

static bool case_person_load(struct telling *telling, int64_t id, struct case_row *of,
                             struct case_person_row *person, struct error *err)
{
    return case_person_find(telling->journal->db, telling->call->arena, id, person, err) &&
           case_read(telling->journal->db, telling->call->arena, person->number, of, err);
}

static bool desk_hit_write(struct telling *telling, const struct crosscheck_hit *hit,
                           struct error *err)
{
    struct case_person_row person;
    struct case_row of;

    if (hit->side == KEY_ITEM)
        return item_hit_write(telling, hit, err);
    if (hit->side == KEY_REGISTERED)
        return registered_write(telling, hit->object, hit->kinds, err);
    if (!case_person_load(telling, hit->object, &of, &person, err))
        return false;
    person_write(telling, &of, &person, hit->kinds);
    return true;
}

static void ask_write(struct telling *telling, struct span unit, uint32_t kinds)
{
    if (!row_begin(telling, "ask_unit", span_text("")))
        return;
    json_text_field(&telling->out, "ask_unit", unit);
    kinds_write(telling, kinds);
    json_end_object(&telling->out);
}

/* What is of no case is kept by those who look over the whole desk. */
static bool looks_over_all(const struct officer_row *officer)
{
    const struct case_row none = {.number = span_text("")};

    return case_is_keeper(&none, officer);
}

static bool keeper_hit_write(struct telling *telling, const struct crosscheck_hit *hit,
                             struct error *err)
{
    struct case_row keepers[CROSSCHECK_KEEPER_MAX];
    struct case_person_row person;
    size_t count = 0;

    if (!crosscheck_keepers(telling->journal, hit, telling->call->arena, keepers, &count, err))
        return false;
    if (hit->side == KEY_REGISTERED && count == 1 &&
        span_equal(keepers[0].number, telling->call->access.case_number) &&
        case_may_see(&keepers[0], &telling->officer))
        return registered_write(telling, hit->object, hit->kinds, err);
    if (hit->side == KEY_CASE_PERSON && count == 1 &&
        span_equal(keepers[0].number, telling->call->access.case_number) &&
        case_may_see(&keepers[0], &telling->officer)) {
        if (!case_person_find(telling->journal->db, telling->call->arena, hit->object, &person,
                              err))
            return false;
        if (case_person_may_see(&keepers[0], &person, &telling->officer))
            person_write(telling, &keepers[0], &person, hit->kinds);
        return true;
    }
    for (size_t i = 0; i < count; i++)
        if (case_is_keeper(&keepers[i], &telling->officer)) {
            ask_write(telling, keepers[i].unit, hit->kinds);
            return true;
        }
    if (count == 0 && looks_over_all(&telling->officer))
        ask_write(telling, telling->officer.unit, hit->kinds);
    return true;
}

/* Who else they are, as officers said: told, and so named in the access entry. */
static bool joined_write(struct telling *telling, struct crosscheck *check, int64_t person,
                         struct error *err)
{
    struct own_seeing seeing = crosscheck_seeing(check);
    struct own_joined joined;

    if (!own_joined_find(telling->journal, person, &seeing, &joined, err))
        return false;
    for (size_t i = 0; i < joined.count && telling->object_count < OBJECT_MAX; i++)
        telling->objects[telling->object_count++] =
            case_object("own-person", joined.people[i], telling->call->arena);
    own_joined_write(&joined, &telling->out);
    return true;
}

static bool own_write(struct telling *telling, struct crosscheck *check,
                      const struct crosscheck_own *own, struct error *err)
{
    struct own_row row;

    if (!own_find(telling->journal->db, telling->call->arena, own->person, &row, err)) {
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
        return true;
    }
    if (!row_begin(telling, "own_person",
                   case_object("own-person", own->person, telling->call->arena)))
        return true;
    json_integer_field(&telling->out, "person", row.id);
    json_string_field(&telling->out, "category", person_category_names[row.category]);
    json_text_field(&telling->out, "source", row.source);
    json_text_field_optional(&telling->out, "case", row.case_number);
    kinds_write(telling, own->kinds);
    if (!joined_write(telling, check, row.id, err))
        return false;
    json_end_object(&telling->out);
    return true;
}

/* --- who is only like --- */

static bool near_tell(void *context, const struct own_finding *finding,
                      const struct own_candidate *candidate, struct error *err)
{
    struct telling *telling = context;
    size_t count = telling->object_count;

    if (!row_begin(telling, "own_person", span_text("")))
        return true;
    if (!own_candidate_objects(candidate, telling->call->arena, telling->objects, &count, err))
        return false;
    telling->object_count = count;
    json_integer_field(&telling->out, "person", candidate->id);
    json_string_field(&telling->out, "category", person_category_names[candidate->row.category]);
    json_text_field(&telling->out, "source", candidate->row.source);
    json_text_field_optional(&telling->out, "case", candidate->row.case_number);
    kinds_write(telling, 0);
    json_boolean_field(&telling->out, "near", true);
    own_candidate_write(finding, candidate, &telling->out);
    json_end_object(&telling->out);
    return true;
}

static bool near_write(struct telling *telling, struct crosscheck *check, struct error *err)
{
    struct crosscheck_near near = {.tell = near_tell, .context = telling};

    if (!crosscheck_near(check, &near, err))
        return false;
    telling->is_cut = telling->is_cut || near.is_cut;
    return !telling->rows.failed ||
           error_set(err, ERROR_LIMIT, "the answer does not fit in memory");
}

/* --- all of them --- */

static bool rows_write(struct telling *telling, struct crosscheck *check, struct error *err)
{
    telling->is_cut = check->desk.is_cut || check->keys.is_cut;
    for (size_t i = 0; i < check->desk.count; i++)
        if (!desk_hit_write(telling, &check->desk.list[i], err))
            return false;
    for (size_t i = 0; i < check->own_count; i++)
        if (!own_write(telling, check, &check->own[i], err))
            return false;
    for (size_t i = 0; i < check->keeper.count; i++)
        if (!keeper_hit_write(telling, &check->keeper.list[i], err))
            return false;
    return !telling->rows.failed ||
           error_set(err, ERROR_LIMIT, "the answer does not fit in memory");
}

static void list_write(const struct telling *telling, struct json_writer *out)
{
    json_key(out, "list");
    json_begin_array(out);
    buffer_add(out->buffer, buffer_span(&telling->rows));
    out->needs_comma = true;
    json_end_array(out);
    json_boolean_field(out, "more", telling->is_cut);
}

/* --- a request --- */

static bool item_check(struct telling *telling, struct crosscheck *check,
                       const struct journal_line *line, const struct entry_row *row,
                       struct error *err)
{
    struct arena *arena = telling->call->arena;
    struct own_viewer viewer;
    struct span own_case;

    if (!case_own_number(telling->journal, telling->call, &own_case, err) ||
        !match_keys_begin(telling->journal, arena, &check->keys, err) ||
        !match_keys_of_entry(&check->keys, line, row, err) ||
        !crosscheck_find(check, span_text(line->agreement_id), row->id, err))
        return false;
    viewer = own_viewer_of(own_case, check->keys.purpose);
    return crosscheck_own(check, &viewer, err) &&
           answer_list(telling->journal->db, arena, row->id, telling->answers, ANSWER_MAX,
                       &telling->answer_count, err);
}

//= dir-2023-977 art 16(1)(d)
//= dir-2016-680 art 25(1)
bool act_crosscheck_show(struct journal *journal, const struct desk_call *call,
                         struct json_writer *out, struct error *err)
{
    struct span item = json_get_text(call->arguments, "item", 1, UUID_TEXT_SIZE);
    struct crosscheck *check = arena_alloc(call->arena, sizeof *check);
    struct journal_line *line = NULL;
    struct telling telling;
    struct entry_row row;

    if (check == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!problems_to_error(call->problems, err) ||
        !item_find(journal, item, call->arena, &line, &row, err) ||
        !item_may_open(journal, call, line, row.id, err))
        return false;
    if (row.type != MESSAGE_REQUEST && row.type != MESSAGE_SPONTANEOUS)
        return error_set(err, ERROR_INPUT, "item %.*s is neither a request nor given unasked",
                         SPAN_ARG(item));
    bool ok = telling_begin(journal, call, &telling, err);
    if (ok)
        telling.objects[telling.object_count++] =
            item_name(line, row.log, row.message_id, call->arena);
    ok = ok && item_check(&telling, check, line, &row, err) && rows_write(&telling, check, err) &&
         near_write(&telling, check, err) &&
         access_view(journal, call, "crosscheck-show", telling.objects, telling.object_count, err);
    if (ok) {
        json_begin_object(out);
        json_text_field(out, "item", item);
        list_write(&telling, out);
        own_least_write(OWN_LEAST_NEAR, out);
        json_end_object(out);
    }
    buffer_free(&telling.rows);
    return ok;
}

/* --- before one is sent --- */

/* Where the cases that were shown, and the officer's own, are known already. */
static bool elsewhere_write(struct telling *telling, struct json_writer *out, struct error *err)
{
    struct arena *arena = telling->call->arena;
    struct case_note_row *rows = arena_array(arena, CASE_REFERENCE_MAX, sizeof *rows);

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    json_key(out, "elsewhere");
    json_begin_array(out);
    for (size_t i = 0; i < telling->case_count; i++) {
        size_t count = 0;
        if (!case_reference_list(telling->journal->db, arena, telling->cases[i], rows,
                                 ELSEWHERE_MAX, &count, err))
            return false;
        for (size_t k = 0; k < count; k++) {
            json_begin_object(out);
            json_text_field(out, "case", telling->cases[i]);
            json_string_field(out, "channel", case_channel_names[rows[k].channel]);
            json_text_field(out, "reference", rows[k].text);
            json_end_object(out);
        }
    }
    json_end_array(out);
    return true;
}

static bool draft_check(struct telling *telling, struct crosscheck *check,
                        const struct journal_line *line, struct error *err)
{
    struct arena *arena = telling->call->arena;
    struct request *request = arena_alloc(arena, sizeof *request);
    struct journal *journal = telling->journal;
    struct span body = telling->call->body;
    struct transfer proposed;

    if (request == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    /* Nothing is sent: whether its ground was confirmed is no matter yet. */
    ground_splice(&line->agreement, span_text(journal->party),
                  journal->env->now_ms(journal->env->context), body, arena, &body, &proposed);
    if (!request_read(body, arena, request, telling->call->problems))
        return problems_to_error(telling->call->problems, err) || error_add(err, "request");
    check->own_count = 0;
    return match_keys_begin(telling->journal, arena, &check->keys, err) &&
           match_keys_of_request(&check->keys, line, request, err) &&
           crosscheck_find(check, span_text(line->agreement_id), 0, err);
}

bool act_duplicate_check(struct journal *journal, const struct desk_call *call,
                         struct json_writer *out, struct error *err)
{
    struct journal_line *line = line_pick(
        journal, json_get_text_optional(call->arguments, "agreement", NAME_SIZE_MAX), err);
    struct crosscheck *check = arena_alloc(call->arena, sizeof *check);
    struct telling telling;

    if (check == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!problems_to_error(call->problems, err) || line == NULL)
        return false;
    bool ok = telling_begin(journal, call, &telling, err);
    case_note(&telling, call->access.case_number);
    ok = ok && draft_check(&telling, check, line, err) && rows_write(&telling, check, err) &&
         access_view(journal, call, "duplicate-check", telling.objects, telling.object_count, err);
    if (ok) {
        json_begin_object(out);
        list_write(&telling, out);
        ok = elsewhere_write(&telling, out, err);
        json_end_object(out);
    }
    buffer_free(&telling.rows);
    return ok;
}

/* --- for those who keep what was touched --- */

/* Who works on the request: the unit that it was given to last, else the desk's own. */
static bool asked_unit(struct journal *journal, int64_t entry, struct arena *arena,
                       struct span *out, struct error *err)
{
    struct notice_row *rows = arena_array(arena, ANSWER_MAX, sizeof *rows);
    struct entry_row row;
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!entry_find(journal->db, arena, entry, &row, err) ||
        !notice_list(journal->db, arena, entry, rows, ANSWER_MAX, &count, err))
        return false;
    const struct journal_line *line = line_of_entry(journal, row.log);
    *out = line == NULL ? span_text("desk") : journal_unit(journal, line);
    for (size_t i = 0; i < count; i++)
        if (rows[i].kind == MESSAGE_ASSIGNED)
            *out = rows[i].unit;
    return true;
}

static bool touched_write(struct journal *journal, const struct touch_row *touch,
                          struct arena *arena, struct json_writer *out, struct error *err)
{
    struct case_person_row person;
    struct entry_row row;
    struct span unit;
    char id[UUID_TEXT_SIZE] = "";

    if (!asked_unit(journal, touch->entry, arena, &unit, err))
        return false;
    json_begin_object(out);
    json_integer_field(out, "touch", touch->id);
    json_time_field(out, "at", touch->at_ms);
    if (touch->side == KEY_CASE_PERSON) {
        if (!case_person_find(journal->db, arena, touch->object, &person, err))
            return false;
        json_string_field(out, "what", "case_person");
        json_text_field(out, "case", person.number);
        json_integer_field(out, "person", person.id);
    } else if (touch->side == KEY_REGISTERED) {
        json_string_field(out, "what", "registered");
        json_integer_field(out, "register", touch->object);
    } else {
        if (!entry_find(journal->db, arena, touch->object, &row, err))
            return false;
        if (row.message_id.size == UUID_SIZE)
            uuid_write(row.message_id.data, id);
        json_string_field(out, "what", "item");
        json_string_field(out, "item", id);
    }
    json_text_field(out, "ask_unit", unit);
    json_end_object(out);
    return true;
}

bool act_crosscheck_touched(struct journal *journal, const struct desk_call *call,
                            struct json_writer *out, struct error *err)
{
    struct touch_row *rows = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *rows);
    struct span *objects = arena_array(call->arena, DESK_LIST_MAX, sizeof *objects);
    struct span next = span_text("");
    struct officer_row officer;
    struct page page;
    int64_t before = 0;
    size_t count = 0;

    if (rows == NULL || objects == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, DESK_PAGE, &page, err) ||
        (page.after.size > 0 && !page_numbers_read(page.after, &before, 1, err)) ||
        !access_officer(journal, call->access.officer, call->arena, &officer, err) ||
        !touch_list(journal->db, call->arena,
                    looks_over_all(&officer) ? span_text("") : officer.unit, before, rows,
                    page.limit + 1, &count, err))
        return false;
    size_t shown = count > page.limit ? page.limit : count;
    for (size_t i = 0; i < shown; i++)
        objects[i] = case_object("touch", rows[i].id, call->arena);
    if ((shown > 0 && !page_numbers_write(&rows[shown - 1].id, 1, call->arena, &next, err)) ||
        !access_view(journal, call, "crosscheck-touched", objects, shown, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < shown; i++)
        if (!touched_write(journal, &rows[i], call->arena, out, err))
            return false;
    page_end(out, count > shown, next);
    return true;
}
