/*
 * What is said of somebody's protection. Setting it is one officer's act, at once; taking any of it back (the status, a state,
 * the tie to family) wants a second officer. The entry in the log has one name for all of it, so that it lists nobody.
 */
#include "desk/asylum.h"

#include "base/text.h"
#include "desk/asylum_key.h"
#include "desk/asylum_state.h"
#include "desk/own_form.h"

#include <inttypes.h>
#include <stdio.h>

/* --- the row of a person --- */

/* None is one of which nothing is said. */
static bool row_find(struct journal *journal, struct arena *arena, int64_t person,
                     struct asylum_row *out, struct error *err)
{
    if (asylum_find(journal->db, arena, person, out, err))
        return true;
    bool is_missing = err->kind == ERROR_MISSING;
    if (is_missing)
        error_clear(err);
    *out = (struct asylum_row){.person = person};
    return is_missing;
}

static bool row_is_set(const struct asylum_row *row)
{
    return row->status != PROTECTION_NONE_KNOWN || row->family_of != 0;
}

bool asylum_is_set(struct journal *journal, struct arena *arena, int64_t person, bool *is_set,
                   struct error *err)
{
    struct asylum_row row;

    if (!row_find(journal, arena, person, &row, err))
        return false;
    *is_set = row_is_set(&row);
    return true;
}

/* --- keys --- */

struct putting {
    struct journal *journal;
    int64_t person;
};

static bool put_visit(void *context, const uint8_t key[MATCH_KEY_SIZE], struct error *err)
{
    const struct putting *putting = context;

    return asylum_key_put(putting->journal->db, putting->person, span_make(key, MATCH_KEY_SIZE),
                          err);
}

static bool keys_put(struct journal *journal, struct arena *arena, int64_t id,
                     const struct person *person, struct error *err)
{
    struct match_keys *keys = arena_alloc(arena, sizeof *keys);
    struct putting putting = {journal, id};

    if (keys == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    return match_keys_begin(journal, arena, keys, err) &&
           asylum_keys_exact(keys, person, put_visit, &putting, err) &&
           asylum_keys_sound(keys, person, put_visit, &putting, err) &&
           asylum_keys_written(keys, person, put_visit, &putting, err);
}

bool asylum_before(struct journal *journal, struct arena *arena, int64_t person,
                   struct asylum_states *out, struct error *err)
{
    struct asylum_row row;

    memset(out, 0, sizeof *out);
    return row_find(journal, arena, person, &row, err) &&
           (row.states.size > 0 || asylum_states_of(journal, arena, &row, out, err));
}

static void states_write(const struct asylum_states *states, const struct asylum_states *more,
                         char out[ASYLUM_STATES_SIZE_MAX + 1])
{
    const struct asylum_states *both[] = {states, more};
    size_t size = 0;

    out[0] = '\0';
    for (size_t i = 0; i < ARRAY_COUNT(both); i++)
        for (size_t k = 0; k < both[i]->count && size + ASYLUM_CODE_SIZE < ASYLUM_STATES_SIZE_MAX;
             k++)
            size += (size_t)snprintf(out + size, ASYLUM_STATES_SIZE_MAX + 1 - size, "%s%s",
                                     size == 0 ? "" : " ", both[i]->codes[k]);
}

/* What a corrected record would take back without a second officer, is named from now on. */
static bool states_keep(struct journal *journal, struct arena *arena, struct asylum_row *said,
                        const struct asylum_states *before, struct error *err)
{
    char text[ASYLUM_STATES_SIZE_MAX + 1];
    struct asylum_states now;

    if (before->is_any || said->states.size > 0)
        return true; /* of unknown origin: known now */
    if (!asylum_states_of(journal, arena, said, &now, err))
        return false;
    if (asylum_states_cover(&now, before))
        return true;
    states_write(before, &now, text);
    said->states = span_text(text);
    return asylum_put(journal->db, said, err);
}

bool asylum_follow(struct journal *journal, struct arena *arena, const struct case_person_row *row,
                   const struct person *person, const struct asylum_states *before,
                   struct error *err)
{
    struct asylum_row said;

    if (!asylum_find(journal->db, arena, row->id, &said, err)) {
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
        said = (struct asylum_row){.person = row->id,
                                   .status = PROTECTION_UNKNOWN,
                                   .states = span_text(""),
                                   .officer = span_text(""),
                                   .put_ms = row->put_ms};
        if (person->category != PERSON_SMUGGLED_MIGRANT)
            return true;
        if (!asylum_put(journal->db, &said, err))
            return false;
    }
    return !row_is_set(&said) || (states_keep(journal, arena, &said, before, err) &&
                                  keys_put(journal, arena, row->id, person, err));
}

/* --- what is said --- */

struct saying {
    struct case_act act;
    struct case_person_row person;
    struct person record;
    struct asylum_row before;
    struct asylum_row after;
    char states[ASYLUM_STATES_SIZE_MAX + 1];
};

static bool states_read(const struct desk_call *call, struct saying *saying, struct error *err)
{
    struct json_list list = json_get_array(call->arguments, "fears", 0, ASYLUM_FEARED_MAX);
    size_t size = 0;

    for (size_t i = 0; i < list.count; i++) {
        char code[ASYLUM_CODE_SIZE];
        if (!asylum_code_read(json_array_text(&list, i, 2, 2), code)) {
            json_problem(call->arguments, "fears", ERROR_INPUT, "must be codes of two letters");
            break;
        }
        size += (size_t)snprintf(saying->states + size, sizeof saying->states - size, "%s%s",
                                 size == 0 ? "" : " ", code);
    }
    saying->after.states = span_text(saying->states);
    return problems_to_error(call->problems, err);
}

/* Another person of the case, who is family of nobody else: one step, so that whose row counts is plain. */
static bool family_check(struct journal *journal, struct saying *saying, struct error *err)
{
    struct arena *arena = saying->act.call.arena;
    struct case_person_row other;
    struct asylum_row of;

    if (saying->after.family_of == 0)
        return true;
    if (saying->after.family_of == saying->person.id)
        return error_set(err, ERROR_INPUT, "family_of: another person of the case");
    if (!case_person_find(journal->db, arena, saying->after.family_of, &other, err) ||
        !row_find(journal, arena, saying->after.family_of, &of, err))
        return false;
    if (!span_equal(other.number, saying->act.row.number))
        return error_set(err, ERROR_MISSING, "no such person in this case");
    return of.family_of == 0 ||
           error_set(err, ERROR_INPUT,
                     "family_of: that person is entered as family of person %" PRId64
                     ": name this one",
                     of.family_of);
}

/* Something that was protected would be so no more. */
static bool is_lifted(struct journal *journal, const struct saying *saying, bool *is_it,
                      struct error *err)
{
    struct arena *arena = saying->act.call.arena;
    struct asylum_states before, after;

    if (!asylum_states_of(journal, arena, &saying->before, &before, err) ||
        !asylum_states_of(journal, arena, &saying->after, &after, err))
        return false;
    *is_it = !asylum_states_cover(&after, &before) ||
             (saying->before.family_of != 0 && saying->after.family_of != saying->before.family_of);
    return true;
}

static bool review_check(struct journal *journal, const struct saying *saying, struct error *err)
{
    bool is_it = false;

    if (!is_lifted(journal, saying, &is_it, err))
        return false;
    return !is_it || saying->act.call.access.approver.size > 0 || saying->act.call.is_trial ||
           error_set(err, ERROR_RULE,
                     "safeguard g3, person %" PRId64
                     ": what protects somebody is taken back by two officers; name the second",
                     saying->person.id);
}

static bool saying_read(struct journal *journal, const struct desk_call *call,
                        struct saying *saying, struct error *err)
{
    int64_t id = json_get_integer(call->arguments, "person", 1, JSON_INTEGER_MAX);

    saying->after = (struct asylum_row){
        .person = id,
        .status = (enum protection_status)json_get_choice(
            call->arguments, "status", protection_status_names, PROTECTION_STATUS_COUNT),
        .family_of =
            json_get_integer_optional(call->arguments, "family_of", 1, JSON_INTEGER_MAX, 0),
        .officer = call->access.officer,
        .put_ms = journal->env->now_ms(journal->env->context)};
    if (!states_read(call, saying, err) || !case_begin(journal, call, &saying->act, err) ||
        !case_person_standing(journal, &saying->act, id, &saying->person, err) ||
        !row_find(journal, call->arena, id, &saying->before, err))
        return false;
    if (saying->after.status == PROTECTION_NONE_KNOWN && saying->after.states.size > 0)
        return error_set(err, ERROR_INPUT, "fears: goes with a status that protects");
    if (!own_person_read(saying->person.body, call->arena, &saying->record, call->problems))
        return problems_to_error(call->problems, err) || error_add(err, "person");
    return family_check(journal, saying, err) && review_check(journal, saying, err);
}

/* Shielded from now on: shown in this case alone, as in case-person-put. Lifting it leaves the shield to that act. */
static bool saying_put(struct journal *journal, struct saying *saying, struct error *err)
{
    struct arena *arena = saying->act.call.arena;

    if (!asylum_put(journal->db, &saying->after, err))
        return false;
    if (!row_is_set(&saying->after))
        return asylum_keys_drop(journal->db, saying->person.id, err);
    saying->person.is_shielded = true;
    return keys_put(journal, arena, saying->person.id, &saying->record, err) &&
           case_person_put(journal->db, &saying->person, err) &&
           case_person_keys_put(journal, &saying->act, &saying->person, &saying->record, err);
}

/* What went to such a state from this case before: it is the officer's to withdraw or erase. */
static bool sent_write(struct journal *journal, const struct saying *saying,
                       struct json_writer *out, struct error *err)
{
    struct arena *arena = saying->act.call.arena;
    struct case_item_row *rows = arena_array(arena, CASE_ROWS_MAX, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!case_item_list(journal->db, arena, saying->act.row.number, rows, CASE_ROWS_MAX, &count,
                        err))
        return false;
    json_key(out, "sent");
    json_begin_array(out);
    for (size_t i = 0; i < count; i++) {
        const struct journal_line *line = line_of_entry(journal, rows[i].log);
        char id[UUID_TEXT_SIZE] = "";
        bool is_feared = false;
        if (line == NULL || journal_side(line, rows[i].log) != SIDE_OWN ||
            rows[i].message_id.size != UUID_SIZE)
            continue;
        if (!asylum_fears(journal, arena, saying->person.id, span_text(line->partner), &is_feared,
                          err))
            return false;
        uuid_write(rows[i].message_id.data, id);
        if (is_feared)
            json_write_text(out, span_text(id));
    }
    json_end_array(out);
    return true;
}

bool act_case_person_protection(struct journal *journal, const struct desk_call *call,
                                struct json_writer *out, struct error *err)
{
    struct saying *saying = arena_alloc(call->arena, sizeof *saying);

    if (saying == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    memset(saying, 0, sizeof *saying);
    if (!saying_read(journal, call, saying, err))
        return false;
    if (call->is_trial)
        return true;
    if (!saying_put(journal, saying, err) ||
        !case_access(journal, &saying->act, "case-person-protection",
                     case_object("case-person", saying->person.id, call->arena), err))
        return false;
    json_begin_object(out);
    json_text_field(out, "case", saying->act.row.number);
    json_integer_field(out, "person", saying->person.id);
    bool ok = sent_write(journal, saying, out, err);
    json_end_object(out);
    return ok;
}

/* --- who may go --- */

bool asylum_person_may_go(struct journal *journal, struct arena *arena, int64_t person,
                          struct error *err)
{
    struct asylum_row row;
    bool has_family = false;

    if (!row_find(journal, arena, person, &row, err) ||
        !asylum_has_family(journal->db, person, &has_family, err))
        return false;
    if (has_family)
        return error_set(err, ERROR_RULE,
                         "safeguard g3, person %" PRId64
                         ": others are entered as their family; the tie is taken back first, by "
                         "two officers",
                         person);
    return !row_is_set(&row) || row.officer.size == 0 ||
           error_set(err, ERROR_RULE,
                     "safeguard g3, person %" PRId64
                     ": what protects somebody is taken back first, by two officers",
                     person);
}

bool asylum_case_may_go(struct journal *journal, struct arena *arena, struct span number,
                        struct error *err)
{
    struct case_person_row *rows = arena_array(arena, CASE_PEOPLE_MAX, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!case_person_list(journal->db, arena, number, rows, CASE_PEOPLE_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!asylum_person_may_go(journal, arena, rows[i].id, err))
            return false;
    return true;
}

/* --- what their keeper reads --- */

bool asylum_write(struct journal *journal, struct arena *arena, int64_t person,
                  struct json_writer *out, struct error *err)
{
    struct asylum_states states;
    struct asylum_row row;

    if (!asylum_find(journal->db, arena, person, &row, err)) {
        bool is_missing = err->kind == ERROR_MISSING;
        if (is_missing)
            error_clear(err);
        return is_missing;
    }
    if (!asylum_states_of(journal, arena, &row, &states, err))
        return false;
    json_string_field(out, "protection_status", protection_status_names[row.status]);
    if (row.family_of != 0)
        json_integer_field(out, "family_of", row.family_of);
    if (row.status == PROTECTION_NONE_KNOWN)
        return true;
    json_key(out, "fears");
    json_begin_array(out);
    if (states.is_any)
        json_write_text(out, span_text("any"));
    for (size_t i = 0; !states.is_any && i < states.count; i++)
        json_write_text(out, span_text(states.codes[i]));
    json_end_array(out);
    return true;
}
