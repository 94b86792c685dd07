/* Passing on: see onward.h. */
#include "desk/onward.h"

#include "desk/asylum.h"
#include "desk/notice.h"
#include "desk/private.h"
#include "desk/protection.h"
#include "desk/retention.h"

#include "base/text.h"
#include "message/act.h"
#include "store/log_rows.h"
#include "store/part_rows.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define BIT(n) (UINT64_C(1) << (n))

/* --- what it holds --- */

/* Another provider than the one that gave it, and than ourselves. */
static void third_add(struct onward *onward, const char *own, struct span party,
                      struct span reference)
{
    if (party.size == 0 || span_is(party, own) ||
        (onward->is_of_partner && span_is(party, onward->line->partner)))
        return;
    for (size_t i = 0; i < onward->third_count; i++)
        if (span_equal(onward->thirds[i].party, party) &&
            span_equal(onward->thirds[i].reference, reference))
            return;
    onward->thirds[onward->third_count++] = (struct onward_third){party, reference};
}

static void thirds_add(struct onward *onward, const char *own, const struct marking *marking)
{
    third_add(onward, own, marking->source_partner, marking->third_party_consent);
    third_add(onward, own, marking->third_party, marking->third_party_consent);
}

static void person_add(struct onward *onward, const struct person *person)
{
    if (onward->person_count < CODES_MARKING_MAX)
        onward->persons[onward->person_count++] = person;
}

static void item_add(struct onward *onward, const char *own, const struct item *item)
{
    thirds_add(onward, own, item_marking(item));
    if (item->has_person)
        person_add(onward, &item->person);
}

static void message_add(struct onward *onward, const char *own, const void *message)
{
    const struct request *request = message;
    const struct answer *answer = message;
    const struct spontaneous *given = message;
    const struct item *items = NULL;
    size_t count = message_items(onward->type, message, &items);

    codes_add_message(&onward->codes, onward->type, message);
    if (onward->type == MESSAGE_REQUEST) {
        onward->reference = request->reference;
        for (size_t i = 0; i < request->person_count; i++) {
            thirds_add(onward, own, &request->persons[i].marking);
            person_add(onward, &request->persons[i]);
        }
    } else {
        onward->reference = onward->type == MESSAGE_ANSWER ? answer->reference : given->reference;
    }
    for (size_t i = 0; i < count; i++)
        item_add(onward, own, &items[i]);
}

/* What cannot be read cannot be weighed, and goes nowhere. */
static bool small_part_add(struct journal *journal, struct onward *onward,
                           const struct part_row *part, struct arena *arena, struct error *err)
{
    struct problems problems = {.count = 0};
    struct item *item = arena_alloc(arena, sizeof *item); /* its codes stay with it */
    struct span bytes;

    if (item == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (onward->part_count == PART_COUNT_MAX)
        return error_set(err, ERROR_LIMIT, "it has more than %u parts", PART_COUNT_MAX);
    if (!journal_part(journal, part, arena, &bytes, err))
        return error_add(err, "part %" PRId64, part->number);
    if (!item_read(bytes, arena, item, &problems))
        return error_set(err, ERROR_STORE, "part %" PRId64 " is no item", part->number);
    codes_add_marking(&onward->codes, item_marking(item));
    item_add(onward, journal->party, item);
    onward->parts[onward->part_count++] = bytes;
    return true;
}

/* A message that lacks something says less, or something else, than its provider said. */
static bool part_check(const struct part *named, const struct part_row *row, struct error *err)
{
    const char *kind = named->kind == PART_KIND_SMALL ? "item" : "attachment";

    if (row == NULL || row->state == PART_WANTED)
        return error_set(err, ERROR_MISSING, "part %u (%s) is not held here yet: it goes whole",
                         named->number, kind);
    if (row->state == PART_HELD)
        return true;
    return error_set(err, ERROR_GONE, "part %u (%s) is %s here: it goes whole or not at all",
                     named->number, kind, row->state == PART_ERASED ? "erased" : "lost");
}

static bool parts_add(struct journal *journal, struct onward *onward, const struct part_list *named,
                      struct arena *arena, struct error *err)
{
    struct part_row *rows = arena_array(arena, PART_COUNT_MAX, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!part_list(journal->db, arena, onward->row.id, rows, PART_COUNT_MAX, &count, err))
        return false;
    for (size_t i = 0; i < named->count; i++) {
        const struct part_row *row = NULL;
        for (size_t k = 0; k < count && row == NULL; k++)
            if (rows[k].number == named->items[i].number)
                row = &rows[k];
        if (!part_check(&named->items[i], row, err) ||
            (named->items[i].kind == PART_KIND_SMALL &&
             !small_part_add(journal, onward, row, arena, err)))
            return false;
    }
    return true;
}

static bool onward_read(struct journal *journal, struct onward *onward, struct arena *arena,
                        struct error *err)
{
    struct problems problems = {.count = 0};
    const struct part_list *parts = NULL;
    const struct attachment_list *attachments = NULL;

    onward->type = (enum message_type)onward->row.type;
    if (onward->type != MESSAGE_REQUEST && !message_type_gives_items(onward->type))
        return error_set(err, ERROR_INPUT,
                         "only a request, an answer or what was given unasked is passed on");
    if (onward->row.body_state != BODY_HELD)
        return error_set(err, ERROR_GONE, "this item is no longer here");
    if (!journal_body(journal, &onward->row, arena, &onward->body, err))
        return false;
    const void *message = message_read(onward->type, onward->body, arena, &problems);
    if (message == NULL)
        return error_set(err, ERROR_CONFLICT, "this item was refused as malformed");
    message_add(onward, journal->party, message);
    if (!message_parts(onward->type, message, &parts, &attachments))
        return true;
    onward->has_file = attachments->count > 0;
    return parts_add(journal, onward, parts, arena, err);
}

/* What its receiver refused was never received: nobody here may use it. */
static bool accepted_check(struct journal *journal, const struct onward *onward,
                           struct arena *arena, struct error *err)
{
    struct sequence_row handled;

    if (!onward->is_of_partner)
        return true;
    return sequence_of_entry(journal->db, arena, onward->row.id, &handled, err) &&
           (handled.outcome == OUTCOME_ACCEPTED ||
            error_set(err, ERROR_CONFLICT, "this item was not accepted"));
}

/* Whose accuracy is contested, or who is kept for evidence alone, as its provider says it. */
//= dir-2016-680 art 16(3)
static bool marks_permit(const struct onward *onward, struct error *err)
{
    return !onward->codes.is_restricted ||
           error_set(err, ERROR_RULE,
                     "something in it is marked as restricted (contested, or kept for evidence "
                     "alone): it is not passed on");
}

bool onward_find(struct journal *journal, const struct desk_call *call, struct onward **out,
                 struct error *err)
{
    struct span item = json_get_text(call->arguments, "item", 1, UUID_TEXT_SIZE);
    struct onward *onward = arena_alloc(call->arena, sizeof *onward);

    if (onward == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    memset(onward, 0, sizeof *onward);
    *out = onward;
    if (!problems_to_error(call->problems, err) ||
        !item_find(journal, item, call->arena, &onward->line, &onward->row, err) ||
        !item_may_open(journal, call, onward->line, onward->row.id, err) ||
        !desk_hold_forbids_passing_on(journal, onward->line, onward->row.id, err))
        return false;
    onward->is_of_partner = journal_side(onward->line, onward->row.log) == SIDE_PARTNER;
    uuid_write(onward->row.message_id.data, onward->item);
    return onward_read(journal, onward, call->arena, err) &&
           accepted_check(journal, onward, call->arena, err) && marks_permit(onward, err);
}

/* --- whether it may go --- */

bool onward_refuse(const struct onward *onward, struct error *err, enum clause clause,
                   const char *format, ...)
{
    char words[ERROR_TEXT_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    return error_set(err, ERROR_RULE, "agreement %s/%" PRId64 ", clause %s: %s",
                     onward->line->agreement_id, onward->line->agreement.version,
                     agreement_clauses[clause].number, words);
}

bool onward_people_permit(struct journal *journal, const struct desk_call *call,
                          const struct onward *onward, struct span state, struct error *err)
{
    struct asylum_sending sending = {.state = state,
                                     .type = onward->type,
                                     .body = onward->body,
                                     .parts = onward->parts,
                                     .part_count = onward->part_count,
                                     .has_file = onward->has_file,
                                     .near = &onward->row.id,
                                     .near_count = 1};

    return asylum_permit(journal, call, &sending, err);
}

bool onward_sources_permit(const struct onward *onward, uint64_t permitted, const char *where,
                           struct error *err)
{
    uint64_t excess = onward->codes.source_systems & ~permitted;

    for (size_t i = 0; i < SOURCE_SYSTEM_COUNT; i++)
        if (excess & BIT(i))
            return onward_refuse(
                onward, err, CLAUSE_SOURCE_SYSTEMS,
                "something in it is of the source system '%s', which may not go %s",
                source_system_names[i], where);
    return excess == 0 || onward_refuse(onward, err, CLAUSE_SOURCE_SYSTEMS,
                                        "a source system may not go %s", where);
}

/*
 * Why its provider must have consented; NULL: it need not. H1 closes judicial proceedings, H2 every further hand; what H3
 * closes stands in words that no program weighs, so that its provider is asked whatever they are.
 */
//= dir-2016-680 art 35(1)(e)
static const char *consent_reason(const struct onward *onward, const struct onward_way *way)
{
    if (!onward->is_of_partner)
        return NULL;
    if (onward->codes.handling & HANDLING_BIT(HANDLING_H2))
        return "handling code H2";
    if (onward->codes.handling & HANDLING_BIT(HANDLING_H3))
        return "handling code H3, whose restrictions are for its provider to lift";
    if (way->is_judicial && onward->codes.handling & HANDLING_BIT(HANDLING_H1))
        return "handling code H1, and it may come into judicial proceedings";
    return way->leaves_state ? "it was given to this state" : NULL;
}

static bool consent_take(struct journal *journal, const struct desk_call *call,
                         struct onward *onward, const struct onward_third *owner, struct span named,
                         struct consent *out, struct error *err)
{
    struct consent_wanted wanted = {.owner = owner->party,
                                    .row = &onward->row,
                                    .item = span_text(onward->item),
                                    .reference = onward->reference,
                                    .third_reference = owner->reference};

    return consent_find(journal, call, &wanted, named, out, err);
}

//= dir-2016-680 art 35(1)(c)
static bool thirds_permit(struct journal *journal, const struct desk_call *call,
                          struct onward *onward, struct span named, struct error *err)
{
    struct consent consent = {.name = {NULL, 0}};

    if (onward->third_count > 0 && named.size == 0)
        return onward_refuse(
            onward, err, CLAUSE_SOURCE_SYSTEMS,
            "something in it is of %.*s; the consent of that provider is not named",
            SPAN_ARG(onward->thirds[0].party));
    if (onward->third_count == 0 && named.size > 0)
        return error_set(err, ERROR_INPUT, "third_consent: nothing in it is of another provider");
    for (size_t i = 0; i < onward->third_count; i++)
        if (!consent_take(journal, call, onward, &onward->thirds[i], named, &consent, err))
            return false;
    if (named.size > 0)
        onward->consents[onward->consent_count++] = consent;
    return true;
}

bool onward_consents_permit(struct journal *journal, const struct desk_call *call,
                            struct onward *onward, const struct onward_way *way,
                            const struct onward_consents *named, struct error *err)
{
    const char *reason = consent_reason(onward, way);
    struct onward_third provider = {span_text(onward->line->partner), {NULL, 0}};

    if (reason != NULL && named->provider.size == 0)
        return onward_refuse(onward, err, CLAUSE_HANDLING_CODES,
                             "%s; the consent of its provider is not named", reason);
    if (named->provider.size > 0 && !onward->is_of_partner)
        return error_set(err, ERROR_INPUT, "consent: it is our own");
    if (named->provider.size > 0 && !consent_take(journal, call, onward, &provider, named->provider,
                                                  &onward->consents[onward->consent_count++], err))
        return false;
    return thirds_permit(journal, call, onward, named->third, err);
}

/* What the agreement has two officers look at before it is sent, two look at before it goes on (docs/safeguards.md g7); the
 * words are the same for all, so that they tell nothing that the officer does not see. */
//= dir-2016-680 art 6
bool onward_review_permit(struct journal *journal, const struct desk_call *call,
                          const struct onward *onward, struct error *err)
{
    bool is_protected = false;

    if (call->is_trial || call->access.approver.size > 0)
        return true;
    for (size_t i = 0; i < onward->person_count && !is_protected; i++)
        is_protected = onward->persons[i]->is_minor ||
                       person_category_is_protected(onward->persons[i]->category);
    if (!is_protected && !protection_in_own_case(journal, call, onward->persons,
                                                 onward->person_count, &is_protected, err))
        return false;
    return !is_protected ||
           error_set(err, ERROR_RULE,
                     "it is about a victim, a minor or somebody else who is protected: a second "
                     "officer must approve that it goes on; name one (docs/safeguards.md g7)");
}

/* --- what comes out --- */

bool onward_object(const struct desk_call *call, const char *word, struct span value,
                   struct span *out, struct error *err)
{
    char text[ACT_OBJECT_SIZE_MAX + 1];

    snprintf(text, sizeof text, "%s %.*s", word, SPAN_ARG(value));
    struct span whole = span_text(text);
    while (!text_is_utf8(whole)) /* a character that the limit cut in two */
        whole.size--;
    return arena_copy(call->arena, whole, out) || error_set(err, ERROR_LIMIT, "out of memory");
}

//= dir-2016-680 art 25(1)
bool onward_disclose(struct journal *journal, const struct desk_call *call,
                     const struct onward *onward, const char *act, const struct span *whom,
                     size_t whom_count, struct error *err)
{
    struct span objects[ONWARD_OBJECT_MAX];
    size_t count = 0;

    assert(1 + whom_count + onward->consent_count <= ONWARD_OBJECT_MAX);
    objects[count++] =
        item_name(onward->line, onward->row.log, onward->row.message_id, call->arena);
    for (size_t i = 0; i < whom_count; i++)
        objects[count++] = whom[i];
    for (size_t i = 0; i < onward->consent_count; i++)
        objects[count++] = onward->consents[i].object;
    if (call->is_told_once != NULL)
        *call->is_told_once = true;
    return notice_opened(journal, onward->line, &onward->row, call->arena, err) &&
           case_add_item(journal->db, call->access.case_number, onward->row.id, err) &&
           access_write(journal, call, act, objects, count, err);
}

/* Body and parts are JSON that was read strictly when it came. */
static void content_write(const struct onward *onward, struct json_writer *out)
{
    json_key(out, "content");
    buffer_add(out->buffer, onward->body);
    out->needs_comma = true;
    json_key(out, "items");
    json_begin_array(out);
    for (size_t i = 0; i < onward->part_count; i++) {
        json_begin_object(out);
        json_key(out, "content");
        buffer_add(out->buffer, onward->parts[i]);
        out->needs_comma = true;
        json_end_object(out);
    }
    json_end_array(out);
}

void onward_write(struct journal *journal, const struct onward *onward, struct json_writer *out)
{
    json_string_field(out, "item", onward->item);
    json_string_field(out, "type", message_type_name(onward->type));
    json_string_field(out, "provider",
                      onward->is_of_partner ? onward->line->partner : journal->party);
    json_string_field(out, "agreement", onward->line->agreement_id);
    json_text_field(out, "reference", onward->reference);
    json_time_field(out, "created", onward->row.created_ms);
    codes_write(&onward->codes, out);
    json_key(out, "consents");
    json_begin_array(out);
    for (size_t i = 0; i < onward->consent_count; i++)
        json_write_text(out, onward->consents[i].name);
    json_end_array(out);
    content_write(onward, out);
}
