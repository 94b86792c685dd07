/* Consent: see consent.h. What it says in its words, an officer judges and answers for; that it is there, is of the provider
 * and is about this item, is judged here (docs/safeguards.md g10). */
#include "desk/consent.h"

#include "desk/case.h"
#include "desk/private.h"
#include "desk/register.h"

#include "base/text.h"
#include "message/head.h"
#include "store/log_rows.h"
#include "store/part_rows.h"

#include <inttypes.h>
#include <stdio.h>

#define CONSENT_ARENA_SIZE                                                                         \
    (16u << 20) /* a message with its small parts, and the one that it replies to */

/* --- whether a text names the item --- */

static bool is_of_word(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '/' || c == '_' || c >= 0x80;
}

/* A line feed in JSON ends in a letter, which belongs to no word. */
static bool is_escape(struct span text, size_t at)
{
    return at > 0 && text.data[at - 1] == '\\';
}

static bool stands_in(struct span text, struct span word)
{
    for (size_t at = 0; word.size <= text.size && at <= text.size - word.size; at++) {
        size_t end = at + word.size;
        if (memcmp(text.data + at, word.data, word.size) == 0 &&
            (at == 0 || !is_of_word(text.data[at - 1]) || is_escape(text, at - 1)) &&
            (end == text.size || !is_of_word(text.data[end])))
            return true;
    }
    return false;
}

static bool reference_stands_in(struct span text, struct span reference)
{
    return reference.size >= CONSENT_REFERENCE_SIZE_MIN && stands_in(text, reference);
}

static bool is_named(const struct consent_wanted *wanted, struct span text)
{
    return stands_in(text, wanted->item) || reference_stands_in(text, wanted->reference) ||
           reference_stands_in(text, wanted->third_reference);
}

static bool not_about(const struct consent_wanted *wanted, struct error *err)
{
    return error_set(err, ERROR_RULE,
                     "consent: it names neither the item %.*s nor its reference, so that it is not "
                     "about it",
                     SPAN_ARG(wanted->item));
}

/* --- a message of the provider --- */

static bool parts_name(struct journal *journal, const struct consent_wanted *wanted, int64_t entry,
                       bool *is_about, struct arena *arena, struct error *err)
{
    struct part_row *parts = arena_array(arena, PART_COUNT_MAX, sizeof *parts);
    size_t count = 0;

    if (parts == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!part_list(journal->db, arena, entry, parts, PART_COUNT_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count && !*is_about; i++) {
        struct span bytes;
        if (parts[i].kind != PART_ROW_SMALL || parts[i].state != PART_HELD)
            continue;
        if (!journal_part(journal, &parts[i], arena, &bytes, err))
            return false;
        *is_about = is_named(wanted, bytes);
    }
    return true;
}

static bool message_names(struct journal *journal, const struct consent_wanted *wanted,
                          const struct entry_row *row, bool *is_about, struct arena *arena,
                          struct error *err)
{
    struct span body;

    if (row->body_state != BODY_HELD)
        return true;
    if (!journal_body(journal, row, arena, &body, err))
        return false;
    *is_about = is_named(wanted, body);
    return *is_about || parts_name(journal, wanted, row->id, is_about, arena, err);
}

/* What was asked may name the item where the reply says no more than yes. */
static bool question_names(struct journal *journal, const struct consent_wanted *wanted,
                           const struct journal_line *line, const struct entry_row *row,
                           bool *is_about, struct arena *arena, struct error *err)
{
    struct entry_row asked;
    struct head head;

    if (!head_read(row->head, arena, &head, err))
        return error_add(err, "consent");
    if (!head.has_in_reply_to)
        return true;
    if (journal_find_message(journal, line, SIDE_OWN, span_make(head.in_reply_to.id, UUID_SIZE),
                             arena, &asked, err))
        return message_names(journal, wanted, &asked, is_about, arena, err);
    bool is_absent = err->kind == ERROR_MISSING;
    if (is_absent)
        error_clear(err);
    return is_absent;
}

/* An answer that gives nothing, and above all one that refuses, grants nothing. */
static bool grant_check(struct journal *journal, const struct entry_row *row, struct arena *arena,
                        struct error *err)
{
    struct problems problems = {.count = 0};
    struct sequence_row handled;
    struct span body;

    if (row->type != MESSAGE_ANSWER && row->type != MESSAGE_SPONTANEOUS &&
        row->type != MESSAGE_CLARIFICATION_REPLY)
        return error_set(err, ERROR_RULE,
                         "consent: an answer, a reply to a question or what was given unasked can "
                         "grant it, no %s",
                         message_type_name((enum message_type)row->type));
    if (!sequence_of_entry(journal->db, arena, row->id, &handled, err))
        return error_add(err, "consent");
    if (handled.outcome != OUTCOME_ACCEPTED)
        return error_set(err, ERROR_RULE, "consent: this item was not accepted here");
    if (row->body_state != BODY_HELD)
        return error_set(err, ERROR_GONE, "consent: this item is no longer here");
    if (row->type != MESSAGE_ANSWER)
        return true;
    if (!journal_body(journal, row, arena, &body, err))
        return false;
    const struct answer *answer = message_read(MESSAGE_ANSWER, body, arena, &problems);
    return (answer != NULL &&
            (answer->outcome == ANSWER_FULL || answer->outcome == ANSWER_PARTIAL)) ||
           error_set(
               err, ERROR_RULE,
               "consent: this answer gives nothing; neither silence nor a refusal is consent");
}

static bool item_consents(struct journal *journal, const struct desk_call *call,
                          const struct consent_wanted *wanted, struct span named,
                          struct consent *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(CONSENT_ARENA_SIZE);
    struct journal_line *line = NULL;
    struct entry_row row;
    bool is_about = false;

    if (!item_find(journal, named, call->arena, &line, &row, err) ||
        !item_may_open(journal, call, line, row.id, err))
        return error_add(err, "consent");
    if (row.id == wanted->row->id || journal_side(line, row.log) != SIDE_PARTNER ||
        !span_is(wanted->owner, line->partner))
        return error_set(err, ERROR_RULE,
                         "consent: item %.*s is no consent of %.*s, who provided it",
                         SPAN_ARG(named), SPAN_ARG(wanted->owner));
    if (row.created_ms < wanted->row->created_ms)
        return error_set(err, ERROR_RULE, "consent: it is older than what is to go on");
    if (!grant_check(journal, &row, &arena, err) ||
        !message_names(journal, wanted, &row, &is_about, &arena, err) ||
        (!is_about && !question_names(journal, wanted, line, &row, &is_about, &arena, err)))
        return false;
    if (!is_about)
        return not_about(wanted, err);
    struct span object = item_name(line, row.log, row.message_id, call->arena);
    char text[ORIGIN_SIZE_MAX + UUID_TEXT_SIZE + 16];
    snprintf(text, sizeof text, "consent %.*s", SPAN_ARG(object));
    out->name = named;
    return arena_copy(call->arena, span_text(text), &out->object) ||
           error_set(err, ERROR_LIMIT, "out of memory");
}

/* --- a document in the register --- */

static bool row_number_read(struct span text, int64_t *out)
{
    int64_t value = 0;

    if (text.size == 0 || text.size > 15) /* within 2^53 */
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = 10 * value + (text.data[i] - '0');
    }
    *out = value;
    return true;
}

static bool document_consents(struct journal *journal, const struct desk_call *call,
                              const struct consent_wanted *wanted, int64_t id, struct consent *out,
                              struct error *err)
{
    struct register_row row;
    struct case_act act;
    char name[48], object[64];

    if (!register_find(journal->db, call->arena, id, &row, err) ||
        !case_begin_of(journal, call, row.case_number, &act, err))
        return error_add(err, "consent");
    if (row.is_oral && row.confirmed == 0)
        return error_set(err, ERROR_RULE,
                         "consent: it came by word of mouth and is not confirmed in writing");
    if (row.received_ms < wanted->row->created_ms)
        return error_set(err, ERROR_RULE, "consent: it is older than what is to go on");
    if (!is_named(wanted, row.subject))
        return not_about(wanted, err);
    snprintf(name, sizeof name, "%" PRId64 "/%" PRId64, row.year, row.number);
    snprintf(object, sizeof object, "consent registered %" PRId64, row.id);
    return (arena_copy(call->arena, span_text(name), &out->name) &&
            arena_copy(call->arena, span_text(object), &out->object)) ||
           error_set(err, ERROR_LIMIT, "out of memory");
}

//= dir-2016-680 art 35(1)(e)
bool consent_find(struct journal *journal, const struct desk_call *call,
                  const struct consent_wanted *wanted, struct span named, struct consent *out,
                  struct error *err)
{
    uint8_t uuid[UUID_SIZE];
    int64_t id = 0;

    *out = (struct consent){.name = {NULL, 0}};
    if (uuid_read(named, uuid))
        return item_consents(journal, call, wanted, named, out, err);
    if (row_number_read(named, &id))
        return document_consents(journal, call, wanted, id, out, err);
    return error_set(err, ERROR_INPUT,
                     "consent: it is named by the id of an item of its provider, or by the id of a "
                     "document in the register");
}
