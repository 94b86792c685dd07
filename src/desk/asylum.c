/* Asylum: see asylum.h. What an officer sets and lifts: asylum_act.c. */
#include "desk/asylum.h"

#include "base/json_walk.h"
#include "base/text.h"
#include "desk/asylum_key.h"
#include "desk/asylum_state.h"
#include "desk/own_form.h"
#include "match/birth.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#define SCRATCH_SIZE   (16u * 1024u * 1024u) /* of one message with its people */
#define CANDIDATE_SIZE (4u * 1024u * 1024u)  /* of one person who is like one of them */
#define PEOPLE_STEP    64u                   /* who have one key, read at once */
#define CLEARED_MAX    256u /* namesakes in one message; of more, nobody else is cleared */
#define NEAR_CASE_MAX  16u
#define ASKED_MAX      8192u /* keys of words that are not asked twice */

const char *const protection_status_names[PROTECTION_STATUS_COUNT] = {
    [PROTECTION_NONE_KNOWN] = "none_known",
    [PROTECTION_APPLICANT] = "applicant",
    [PROTECTION_PROTECTED] = "protected",
    [PROTECTION_UNKNOWN] = "unknown",
};

/* Keys of words that wait to be asked of the books at once, and those that were asked: a text says most words again. */
struct asking {
    uint8_t waiting[ASYLUM_ASK_MAX][MATCH_KEY_SIZE];
    size_t count;
    uint8_t asked[ASKED_MAX][MATCH_KEY_SIZE]; /* each in its place; a later one takes it */
};

/* One look at what is about to leave. */
struct look {
    struct journal *journal;
    const struct desk_call *call;
    struct arena *arena;
    struct span state;
    struct match_keys *keys;
    struct asking *asking;
    const struct person *person;  /* who is told field by field; NULL: a text is looked at */
    int64_t cleared[CLEARED_MAX]; /* people with whose name the message names somebody else */
    size_t cleared_count;
    int64_t found; /* 0: nobody who fears that state */
};

/* --- who somebody in the message may be --- */

static bool is_cleared(const struct look *look, int64_t person)
{
    for (size_t i = 0; i < look->cleared_count; i++)
        if (look->cleared[i] == person)
            return true;
    return false;
}

/* Two whole dates that nobody takes for one another. */
static bool births_differ(struct span a, struct span b)
{
    struct birth x, y;
    struct error ignored = {0};

    return birth_read(a, &x, &ignored) && birth_read(b, &y, &ignored) && x.day != 0 && y.day != 0 &&
           birth_compare(&x, &y) == BIRTH_DIFFERENT;
}

static bool is_namesake(struct look *look, int64_t id, struct arena *arena, bool *is,
                        struct error *err)
{
    struct problems problems = {.count = 0};
    struct case_person_row row;
    struct person person;

    *is = false;
    if (!case_person_find(look->journal->db, arena, id, &row, err)) {
        bool is_gone = err->kind == ERROR_MISSING;
        if (is_gone)
            error_clear(err);
        return is_gone;
    }
    *is = own_person_read(row.body, arena, &person, &problems) &&
          births_differ(person.birth_date, look->person->birth_date);
    return true;
}

/* Somebody who has one of its keys; `is_exact`: no birth tells them apart. */
static bool candidate_weigh(struct look *look, int64_t id, bool is_exact, struct error *err)
{
    struct arena scratch CLEANUP(arena_free) = arena_make(CANDIDATE_SIZE);
    bool is_feared = false, is_other = false;

    if (look->person == NULL && is_cleared(look, id))
        return true;
    if (!asylum_fears(look->journal, &scratch, id, look->state, &is_feared, err) ||
        (is_feared && !is_exact && look->person != NULL &&
         !is_namesake(look, id, &scratch, &is_other, err)))
        return false;
    if (is_feared && !is_other)
        look->found = id;
    if (is_other && !is_cleared(look, id) && look->cleared_count < CLEARED_MAX)
        look->cleared[look->cleared_count++] = id;
    return true;
}

/* Everybody who has this key. False ends the visit: an error, or somebody is found. */
static bool key_weigh(struct look *look, const uint8_t key[MATCH_KEY_SIZE], bool is_exact,
                      struct error *err)
{
    int64_t people[PEOPLE_STEP];
    size_t count = PEOPLE_STEP;
    int64_t after = 0;

    while (count == PEOPLE_STEP) {
        if (!asylum_key_people(look->journal->db, span_make(key, MATCH_KEY_SIZE), after, people,
                               PEOPLE_STEP, &count, err))
            return false;
        for (size_t i = 0; i < count; i++) {
            after = people[i];
            if (!candidate_weigh(look, people[i], is_exact, err) || look->found != 0)
                return false;
        }
    }
    return true;
}

static bool exact_visit(void *context, const uint8_t key[MATCH_KEY_SIZE], struct error *err)
{
    return key_weigh(context, key, true, err);
}

static bool name_visit(void *context, const uint8_t key[MATCH_KEY_SIZE], struct error *err)
{
    return key_weigh(context, key, false, err);
}

/* --- many keys at once --- */

/* Nearly always nobody has any of them; else each is weighed as it came. */
static bool waiting_weigh(struct look *look, struct error *err)
{
    struct asking *asking = look->asking;
    struct span keys[ASYLUM_ASK_MAX];
    size_t count = asking->count;
    bool any = false;

    for (size_t i = 0; i < count; i++)
        keys[i] = span_make(asking->waiting[i], MATCH_KEY_SIZE);
    asking->count = 0;
    if (!asylum_keys_any(look->journal->db, keys, count, &any, err))
        return false;
    for (size_t i = 0; any && i < count; i++)
        if (!key_weigh(look, asking->waiting[i], false, err))
            return false;
    return true;
}

/* Who is cleared is so before the first text, and so the same key finds the same a second time. */
static bool word_visit(void *context, const uint8_t key[MATCH_KEY_SIZE], struct error *err)
{
    struct look *look = context;
    struct asking *asking = look->asking;
    uint8_t *asked = asking->asked[(key[0] | (size_t)key[1] << 8) % ASKED_MAX];

    if (memcmp(asked, key, MATCH_KEY_SIZE) == 0)
        return true;
    memcpy(asked, key, MATCH_KEY_SIZE);
    memcpy(asking->waiting[asking->count++], key, MATCH_KEY_SIZE);
    return asking->count < ASYLUM_ASK_MAX || waiting_weigh(look, err);
}

/* --- what the message holds --- */

static bool person_look(struct look *look, const struct person *person, struct error *err)
{
    look->person = person;
    bool ok = asylum_keys_exact(look->keys, person, exact_visit, look, err) &&
              asylum_keys_sound(look->keys, person, name_visit, look, err);
    look->person = NULL;
    return ok;
}

static bool texts_look(struct look *look, const struct json_node *node, struct error *err)
{
    struct json_value value = json_look(node);
    struct json_member member = {.place = NULL};

    if (value.kind == JSON_KIND_TEXT)
        return asylum_keys_text(look->keys, value.text, word_visit, look, err);
    for (size_t i = 0; value.kind == JSON_KIND_LIST && i < value.count; i++)
        if (!texts_look(look, json_element(node, i), err))
            return false;
    while (value.kind == JSON_KIND_OBJECT && json_member_next(node, &member))
        if (!texts_look(look, member.value, err))
            return false;
    return true;
}

/* What the partner wrote over its own request comes back to it over the answer, and tells it nothing: without this it would
 * learn who fears it from what cannot be answered. There alone, and only to the letter. */
static bool is_their_own(const struct asylum_sending *sending, const struct json_member *member)
{
    struct json_value value = json_look(member->value);

    return sending->asked_under.size > 0 && value.kind == JSON_KIND_TEXT &&
           (span_is(member->key, "reference") || span_is(member->key, "request_reference")) &&
           span_equal(value.text, sending->asked_under);
}

static bool body_look(struct look *look, const struct asylum_sending *sending, struct error *err)
{
    struct json *json CLEANUP(json_free) = NULL;
    struct json_member member = {.place = NULL};

    if (!json_parse(sending->body, &json, err))
        return false;
    if (json_look(json_root(json)).kind != JSON_KIND_OBJECT)
        return error_set(err, ERROR_RULE, "what cannot be read goes nowhere");
    while (json_member_next(json_root(json), &member))
        if (!is_their_own(sending, &member) && !texts_look(look, member.value, err))
            return false;
    return true;
}

static bool json_texts_look(struct look *look, struct span text, struct error *err)
{
    struct json *json CLEANUP(json_free) = NULL;

    return json_parse(text, &json, err) && texts_look(look, json_root(json), err);
}

/* People first: whose birth tells them from their namesake, is not taken for them in a text of the same message. */
static bool people_look(struct look *look, const struct asylum_sending *sending, struct error *err)
{
    struct problems problems = {.count = 0};
    const struct item *items = NULL;
    const void *message = message_read(sending->type, sending->body, look->arena, &problems);

    if (message == NULL)
        return error_set(err, ERROR_RULE, "what cannot be read goes nowhere");
    if (sending->type == MESSAGE_REQUEST) {
        const struct request *request = message;
        for (size_t i = 0; i < request->person_count; i++)
            if (!person_look(look, &request->persons[i], err))
                return false;
    }
    size_t count = message_items(sending->type, message, &items);
    for (size_t i = 0; i < count; i++)
        if (items[i].has_person && !person_look(look, &items[i].person, err))
            return false;
    for (size_t i = 0; i < sending->part_count; i++) {
        struct item *item = arena_alloc(look->arena, sizeof *item);
        if (item == NULL)
            return error_set(err, ERROR_LIMIT, "out of memory");
        if (!item_read(sending->parts[i], look->arena, item, &problems))
            return error_set(err, ERROR_RULE, "what cannot be read goes nowhere");
        if (item->has_person && !person_look(look, &item->person, err))
            return false;
    }
    return true;
}

static bool content_look(struct look *look, const struct asylum_sending *sending, struct error *err)
{
    if (!people_look(look, sending, err) || !body_look(look, sending, err))
        return false;
    for (size_t i = 0; i < sending->part_count; i++)
        if (!json_texts_look(look, sending->parts[i], err))
            return false;
    return waiting_weigh(look, err);
}

/* --- files --- */

/* Anybody of the case who fears that state. */
static bool case_look(struct look *look, struct span number, struct error *err)
{
    struct case_person_row *rows = arena_array(look->arena, CASE_PEOPLE_MAX, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!case_person_list(look->journal->db, look->arena, number, rows, CASE_PEOPLE_MAX, &count,
                          err))
        return false;
    for (size_t i = 0; i < count && look->found == 0; i++) {
        bool is_feared = false;
        if (!asylum_fears(look->journal, look->arena, rows[i].id, look->state, &is_feared, err))
            return false;
        if (is_feared)
            look->found = rows[i].id;
    }
    return true;
}

static bool files_look(struct look *look, const struct asylum_sending *sending, struct error *err)
{
    struct case_row *cases = arena_array(look->arena, NEAR_CASE_MAX, sizeof *cases);
    size_t count = 0;

    if (cases == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (look->call->access.case_number.size > 0 &&
        !case_look(look, look->call->access.case_number, err))
        return false;
    for (size_t i = 0; i < sending->near_count && look->found == 0; i++) {
        if (!case_list_of_item(look->journal->db, look->arena, sending->near[i], cases,
                               NEAR_CASE_MAX, &count, err))
            return false;
        for (size_t k = 0; k < count && look->found == 0; k++)
            if (!case_look(look, cases[k].number, err))
                return false;
    }
    return true;
}

/* --- what the officer reads --- */

/* That something was refused stands in the log, as a draft's refusal does: who tries names is seen. It says who tried, why and in
 * which case, never about whom. */
static bool refusal_note(const struct look *look, struct error *err)
{
    const struct span object = span_text("safeguard g3");
    struct act act;

    if (!access_fill(look->journal, look->call, "sending-refused", &object, 1, &act, err))
        return false;
    act.outcome = span_text("refused");
    return journal_access_refused(look->journal, &act, err);
}

/* Who keeps the case reads the number, everybody else whom to ask; nobody reads what is known, nor a name. */
static bool refuse(const struct look *look, const char *why, struct error *err)
{
    struct arena *arena = look->call->arena;
    struct case_person_row person;
    struct officer_row officer;
    struct case_row row;

    if (!refusal_note(look, err) ||
        !case_person_find(look->journal->db, arena, look->found, &person, err) ||
        !case_read(look->journal->db, arena, person.number, &row, err) ||
        !access_officer(look->journal, look->call->access.officer, arena, &officer, err))
        return false;
    if (row.unit.size == 0 || case_is_keeper(&row, &officer))
        return error_set(err, ERROR_RULE,
                         "safeguard g3, person %" PRId64 " of case %.*s: %s. Answer as where "
                         "nothing is held",
                         person.id, SPAN_ARG(row.number), why);
    return error_set(err, ERROR_RULE, "safeguard g3: this does not go there; ask unit %.*s",
                     SPAN_ARG(row.unit));
}

//= dir-2016-680 art 4(1)(a)
bool asylum_permit(struct journal *journal, const struct desk_call *call,
                   const struct asylum_sending *sending, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(SCRATCH_SIZE);
    struct look look = {.journal = journal, .call = call, .arena = &arena, .state = sending->state};

    bool has_any = false;
    if (!asylum_has_any(journal->db, &has_any, err))
        return false;
    if (!has_any)
        return true;
    look.keys = arena_alloc(&arena, sizeof *look.keys);
    look.asking = arena_alloc(&arena, sizeof *look.asking);
    if (look.keys == NULL || look.asking == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    memset(look.asking, 0, sizeof *look.asking);
    if (!match_keys_begin(journal, &arena, look.keys, err))
        return false;
    if (!content_look(&look, sending, err) && look.found == 0)
        return false;
    if (look.found != 0)
        return refuse(&look, "nothing about them or their family goes there", err);
    if (!sending->has_file)
        return true;
    return files_look(&look, sending, err) &&
           (look.found == 0 ||
            refuse(&look, "what is in a file nobody here can compare; no file goes there", err));
}
