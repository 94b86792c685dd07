/* Refusal for rights: see rights.h. */
#include "desk/rights.h"

#include "base/attributes.h"
#include "base/text.h"
#include "desk/crosscheck.h"
#include "desk/roles.h"
#include "desk/spoc.h"

#include <stdio.h>

#define ANSWER_MAX 64u /* counted to here */
#define ROW_SIZE   (64u * 1024u)
#define PERSON_SIZE                                                                                \
    (4u * 1024u * 1024u) /* of one person, their keys, and the entries that have them */

const char *const rights_decision_names[RIGHTS_DECISION_COUNT] = {"may_be_answered",
                                                                  "must_be_refused"};
const char *const rights_state_names[RIGHTS_STATE_NAME_COUNT] = {
    [RIGHTS_UNDECIDED] = "undecided",
    [RIGHTS_MAY_ANSWER] = "may_be_answered",
    [RIGHTS_MUST_REFUSE] = "must_be_refused"};
_Static_assert(RIGHTS_STATE_NAME_COUNT == RIGHTS_STATE_COUNT, "one for each");

static const char *state_name(const struct rights_row *row)
{
    return rights_state_names[row->state >= 0 && row->state < RIGHTS_STATE_COUNT
                                  ? row->state
                                  : RIGHTS_UNDECIDED];
}

/* *is_there false: it was never flagged. */
static bool flag_find(struct journal *journal, int64_t request, struct arena *arena,
                      struct rights_row *out, bool *is_there, struct error *err)
{
    *is_there = rights_find(journal->db, arena, request, out, err);
    if (*is_there || err->kind != ERROR_MISSING)
        return *is_there;
    error_clear(err);
    return true;
}

/* --- what it holds shut --- */

static bool refuse(const struct rights_row *row, const char *what, struct error *err)
{
    if (row->state == RIGHTS_MUST_REFUSE)
        return error_set(
            err, ERROR_RULE,
            "%s: the head of the Single Point of Contact decided that the request must "
            "be refused (docs/safeguards.md g2)",
            what);
    return error_set(err, ERROR_RULE,
                     "%s: the request may be of political or the like character, ground j; the "
                     "head of the Single Point of Contact decides first, besa rights decide "
                     "(docs/safeguards.md g2)",
                     what);
}

bool rights_permit_answer(struct journal *journal, int64_t request, bool gives, struct arena *arena,
                          struct error *err)
{
    struct rights_row row;
    bool is_there = false;

    if (!flag_find(journal, request, arena, &row, &is_there, err))
        return false;
    return !is_there || !gives || row.state == RIGHTS_MAY_ANSWER || refuse(&row, "answer", err);
}

bool rights_permit_in_case(struct journal *journal, const struct desk_call *call,
                           const struct journal_line *line, struct error *err)
{
    struct rights_line *lines = arena_array(call->arena, DESK_LIST_MAX, sizeof *lines);
    size_t count = 0;

    if (lines == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (call->access.case_number.size == 0)
        return true;
    if (!rights_list_case(journal->db, call->arena, call->access.case_number, lines, DESK_LIST_MAX,
                          &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (line == NULL || journal_side(line, lines[i].log) != SIDE_NONE)
            return refuse(&lines[i].rights, "in the case of the request", err);
    return true;
}

bool rights_permit_item(struct journal *journal, int64_t entry, struct arena *arena,
                        struct error *err)
{
    struct rights_line first;
    size_t count = 0;

    return rights_list_item(journal->db, arena, entry, &first, 1, &count, err) &&
           (count == 0 || refuse(&first.rights, "in a case of the request", err));
}

/* Whether this key, which names one person, stands in a request of the line that holds shut. */
static bool key_permit(struct journal *journal, const struct journal_line *line,
                       const struct match_key *key, struct arena *arena, struct error *err)
{
    struct key_row *rows = arena_array(arena, DESK_LIST_MAX, sizeof *rows);
    struct rights_row row;
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!key_find(journal->db, span_make(key->bytes, sizeof key->bytes),
                  span_text(line->agreement_id), rows, DESK_LIST_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool is_there = false;
        if (rows[i].side != KEY_ITEM)
            continue;
        if (!flag_find(journal, rows[i].object, arena, &row, &is_there, err))
            return false;
        if (is_there && row.state != RIGHTS_MAY_ANSWER)
            return refuse(&row, "about somebody of the request", err);
    }
    return true;
}

static bool person_permit(struct journal *journal, const struct journal_line *line,
                          const struct person *person, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(PERSON_SIZE);
    struct match_keys *keys = arena_alloc(&arena, sizeof *keys);

    if (keys == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!match_keys_begin(journal, &arena, keys, err) ||
        !match_keys_of_person(keys, person, 0, err))
        return false;
    for (size_t i = 0; i < keys->count; i++)
        if (match_kind_is_of_one(keys->list[i].kind) &&
            !key_permit(journal, line, &keys->list[i], &arena, err))
            return false;
    return true;
}

bool rights_permit_people(struct journal *journal, const struct desk_call *call,
                          const struct journal_line *line, const struct item *items, size_t count,
                          struct error *err)
{
    struct rights_line first;
    size_t flagged = 0;

    if (!rights_list(journal->db, call->arena, false, NULL, &first, 1, &flagged, err))
        return false;
    for (size_t i = 0; flagged > 0 && i < count; i++)
        if (items[i].has_person && !person_permit(journal, line, &items[i].person, err))
            return false;
    return true;
}

/* Whom the request names is known from now on, also where nothing was cross-checked yet. */
static bool people_remember(struct journal *journal, const struct desk_call *call,
                            const struct journal_line *line, const struct entry_row *entry,
                            struct error *err)
{
    struct match_keys *keys = arena_alloc(call->arena, sizeof *keys);

    if (keys == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    return match_keys_begin(journal, call->arena, keys, err) &&
           crosscheck_remember(keys, line, entry, err);
}

/* --- telling at home --- */

static void row_members(const struct rights_row *row, struct json_writer *out)
{
    json_string_field(out, "state", state_name(row));
    json_time_field(out, "flagged", row->flagged_ms);
    json_text_field_optional(out, "flagged_by", row->flagged_by);
    json_text_field_optional(out, "flag_reason", row->flag_reason);
    if (row->decided_ms == 0)
        return;
    json_time_field(out, "decided", row->decided_ms);
    json_text_field_optional(out, "decided_by", row->decided_by);
    json_text_field_optional(out, "why", row->decided_reason);
}

static void line_write(const struct journal_line *line, struct span message_id,
                       const struct rights_row *row, struct json_writer *out)
{
    char id[UUID_TEXT_SIZE] = "";

    if (message_id.size == UUID_SIZE)
        uuid_write(message_id.data, id);
    json_string_field(out, "item", id);
    json_string_field(out, "partner", line->partner);
    row_members(row, out);
}

void rights_row_write(struct journal *journal, int64_t request, struct json_writer *out)
{
    struct arena arena CLEANUP(arena_free) = arena_make(ROW_SIZE);
    struct error unread = {0};
    struct rights_row row;

    if (rights_find(journal->db, &arena, request, &row, &unread))
        json_string_field(out, "rights", state_name(&row));
}

bool rights_show(struct journal *journal, int64_t request, struct arena *arena,
                 struct json_writer *out, struct error *err)
{
    struct rights_row row;
    bool is_there = false;

    if (!flag_find(journal, request, arena, &row, &is_there, err))
        return false;
    if (!is_there)
        return true;
    json_key(out, "rights");
    json_begin_object(out);
    row_members(&row, out);
    json_end_object(out);
    return true;
}

void rights_alarm_write(struct journal *journal, const struct rights_line *flagged, int64_t now_ms,
                        struct json_writer *out)
{
    const struct journal_line *line = line_of_entry(journal, flagged->log);
    char id[UUID_TEXT_SIZE] = "";

    if (line == NULL || flagged->message_id.size != UUID_SIZE)
        return;
    uuid_write(flagged->message_id.data, id);
    json_begin_object(out);
    json_string_field(out, "alarm", "undecided");
    json_string_field(out, "item", id);
    json_string_field(out, "partner", line->partner);
    json_time_field(out, "created", flagged->rights.flagged_ms);
    json_integer_field(out, "minutes", (now_ms - flagged->rights.flagged_ms) / 60000);
    json_end_object(out);
}

/* --- acts --- */

/* A request of the partner's, whatever became of its body. */
static bool request_find_to_us(struct journal *journal, const struct desk_call *call,
                               struct journal_line **line, struct entry_row *row, struct error *err)
{
    struct span item = json_get_text(call->arguments, "item", 1, UUID_TEXT_SIZE);

    if (!problems_to_error(call->problems, err) ||
        !item_find(journal, item, call->arena, line, row, err))
        return false;
    return (row->type == MESSAGE_REQUEST && journal_side(*line, row->log) == SIDE_PARTNER) ||
           error_set(err, ERROR_INPUT, "item %.*s is not a request to us", SPAN_ARG(item));
}

static bool done_write(struct journal *journal, const struct journal_line *line,
                       const struct entry_row *entry, const struct rights_row *row,
                       struct arena *arena, struct json_writer *out, struct error *err)
{
    struct answer_row *answers = arena_array(arena, ANSWER_MAX, sizeof *answers);
    size_t count = 0;

    if (answers == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!answer_list(journal->db, arena, entry->id, answers, ANSWER_MAX, &count, err))
        return false;
    json_begin_object(out);
    line_write(line, entry->message_id, row, out);
    json_integer_field(out, "answers", (int64_t)count);
    json_end_object(out);
    return true;
}

/* Also of a request whose flag was decided before: what is new is decided anew; a refusal stays one until the head of desk takes
 * it back. */
//= dir-2023-977 art 6(1)
bool act_rights_flag(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                     struct error *err)
{
    struct journal_line *line = NULL;
    struct entry_row entry;
    struct rights_row row;
    bool is_there = false;

    if (!request_find_to_us(journal, call, &line, &entry, err) ||
        !item_may_open(journal, call, line, entry.id, err) ||
        !flag_find(journal, entry.id, call->arena, &row, &is_there, err))
        return false;
    if (is_there && row.state != RIGHTS_MAY_ANSWER)
        return error_set(err, ERROR_CONFLICT, "this request is flagged already: %s",
                         state_name(&row));
    row = (struct rights_row){.entry = entry.id,
                              .state = RIGHTS_UNDECIDED,
                              .flagged_by = call->access.officer,
                              .flagged_ms = journal->env->now_ms(journal->env->context),
                              .flag_reason = call->access.reason};
    struct span object = item_name(line, entry.log, entry.message_id, call->arena);
    if (!rights_put(journal->db, &row, err) || !people_remember(journal, call, line, &entry, err) ||
        !case_add_item(journal->db, call->access.case_number, entry.id, err) ||
        !access_write(journal, call, "rights-flag", &object, 1, err))
        return false;
    journal_event_add(journal, JOURNAL_ALARM, NULL, 0, 0); /* to the head of desk */
    return done_write(journal, line, &entry, &row, call->arena, out, err);
}

/* The role says head of desk; the unit, of which. */
static bool head_check(struct journal *journal, const struct desk_call *call, struct error *err)
{
    struct officer_row officer;

    return access_officer(journal, call->access.officer, call->arena, &officer, err) &&
           (spoc_is_unit(officer.unit) ||
            error_set(err, ERROR_RULE,
                      "the head of the Single Point of Contact decides: of unit spoc, or one that "
                      "begins with spoc- (docs/copies.md)"));
}

bool act_rights_decide(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    size_t decision =
        json_get_choice(call->arguments, "decision", rights_decision_names, RIGHTS_DECISION_COUNT);
    struct journal_line *line = NULL;
    struct entry_row entry;
    struct rights_row row;
    struct span objects[2];
    char text[48];
    bool is_there = false;

    if (!request_find_to_us(journal, call, &line, &entry, err) || !head_check(journal, call, err) ||
        !flag_find(journal, entry.id, call->arena, &row, &is_there, err))
        return false;
    if (!is_there)
        return error_set(err, ERROR_CONFLICT,
                         "this request is not flagged: there is nothing to "
                         "decide");
    row.state = decision == 0 ? RIGHTS_MAY_ANSWER : RIGHTS_MUST_REFUSE;
    row.decided_by = call->access.officer;
    row.decided_ms = journal->env->now_ms(journal->env->context);
    row.decided_reason = call->access.reason;
    snprintf(text, sizeof text, "decision %s", rights_decision_names[decision]);
    objects[0] = item_name(line, entry.log, entry.message_id, call->arena);
    if (!arena_copy(call->arena, span_text(text), &objects[1]))
        return error_set(err, ERROR_LIMIT, "out of memory");
    return rights_put(journal->db, &row, err) &&
           access_write(journal, call, "rights-decide", objects, ARRAY_COUNT(objects), err) &&
           done_write(journal, line, &entry, &row, call->arena, out, err);
}

static bool place_read(struct span text, struct rights_place *out, struct error *err)
{
    int64_t numbers[2];

    if (!page_numbers_read(text, numbers, ARRAY_COUNT(numbers), err))
        return false;
    *out = (struct rights_place){numbers[0], numbers[1]};
    return true;
}

bool act_rights_list(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                     struct error *err)
{
    bool with_all = json_get_boolean_optional(call->arguments, "all", false);
    struct rights_line *lines = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *lines);
    struct span *objects = arena_array(call->arena, DESK_LIST_MAX, sizeof *objects);
    struct span next = span_text("");
    struct rights_place after;
    struct page page;
    size_t count = 0, object_count = 0;

    if (lines == NULL || objects == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, DESK_PAGE, &page, err) ||
        (page.after.size > 0 && !place_read(page.after, &after, err)) ||
        !rights_list(journal->db, call->arena, !with_all, page.after.size > 0 ? &after : NULL,
                     lines, page.limit + 1, &count, err))
        return false;
    size_t shown = count > page.limit ? page.limit : count;
    for (size_t i = 0; i < shown; i++) {
        const struct journal_line *line = line_of_entry(journal, lines[i].log);
        if (line != NULL)
            objects[object_count++] =
                item_name(line, lines[i].log, lines[i].message_id, call->arena);
    }
    if (count > shown) {
        const int64_t place[] = {lines[shown - 1].rights.flagged_ms, lines[shown - 1].rights.entry};
        if (!page_numbers_write(place, ARRAY_COUNT(place), call->arena, &next, err))
            return false;
    }
    if (!access_view(journal, call, "rights-list", objects, object_count, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < shown; i++) {
        const struct journal_line *line = line_of_entry(journal, lines[i].log);
        if (line == NULL)
            continue;
        json_begin_object(out);
        line_write(line, lines[i].message_id, &lines[i].rights, out);
        json_end_object(out);
    }
    page_end(out, count > shown, next);
    return true;
}
