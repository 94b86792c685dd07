/*
 * Trials: what a version would change, and what it says of one message, before anything is signed or sent. Both ask the
 * functions that rule in earnest and write nothing but their access entry.
 */
#include "desk/ground.h"
#include "desk/private.h"

#include "agreement/difference.h"
#include "agreement/signed.h"
#include "base/text.h"
#include "journal/effects.h"
#include "journal/version.h"

#include <inttypes.h>
#include <stdio.h>

#define DOCUMENT_MAX AMENDMENT_CMS_SIZE_MAX
#define HOUR_MS      INT64_C(3600000)
#define DAY_MS       (24 * HOUR_MS)

/* Empty when none came along. */
static struct span document_get(const struct desk_call *call)
{
    struct span text =
        json_get_text_optional(call->arguments, "document", BASE64_SIZE(DOCUMENT_MAX));
    size_t size = text.size;
    uint8_t *bytes = arena_alloc(call->arena, size + 1);

    if (bytes == NULL) {
        json_problem(call->arguments, "document", ERROR_LIMIT, "does not fit in memory");
        return span_make(NULL, 0);
    }
    if (text.size > 0 && !base64_read(text, bytes, &size))
        json_problem(call->arguments, "document", ERROR_INPUT, "must be base64");
    return span_make(bytes, size);
}

/* A draft in JSON, or a signed document, whoever signed it. */
static bool document_look(struct span document, struct arena *arena, struct agreement *out,
                          struct error *err)
{
    struct signed_agreement looked;
    struct problems *problems = arena_alloc(arena, sizeof *problems);
    size_t signer_count = 0;

    if (problems == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    problems_clear(problems);
    if (document.size > 0 && document.data[0] == '{')
        return agreement_read(document, arena, out, problems) ||
               (problems_to_error(problems, err), error_add(err, "the draft"));
    if (!agreement_look(document, arena, &looked, &signer_count, err))
        return false;
    *out = looked.agreement;
    return true;
}

static bool next_find(struct journal *journal, struct journal_line *line,
                      const struct desk_call *call, struct span document, bool is_own,
                      struct agreement *out, struct error *err)
{
    int64_t version = 0;

    if (document.size == 0 &&
        !journal_open_proposal(journal, line, is_own, call->arena, &version, &document, err))
        return false;
    return document_look(document, call->arena, out, err);
}

/* --- difference --- */

/* What runs keeps its limit; what is like it will have the other one. */
static void due_effects_show(const struct agreement_effects *effects, struct json_writer *out)
{
    const struct {
        int64_t count;
        const char *word;
    } changes[] = {{effects->less_time, "less"}, {effects->more_time, "more"}};
    char text[160];

    for (size_t i = 0; i < ARRAY_COUNT(changes); i++) {
        if (changes[i].count == 0)
            continue;
        snprintf(text, sizeof text,
                 "%" PRId64 " of %" PRId64
                 " open requests would have %s time, had they been made under it; they keep "
                 "the limit that they have",
                 changes[i].count, effects->open, changes[i].word);
        json_write_text(out, span_text(text));
    }
}

static void approval_effects_show(const struct agreement_effects *effects, struct json_writer *out)
{
    char text[160];

    if (effects->to_approve > 0) {
        snprintf(text, sizeof text,
                 "%" PRId64 " of %" PRId64
                 " messages of ours would need a second officer, which one officer sends today",
                 effects->to_approve, effects->own);
        json_write_text(out, span_text(text));
    }
    if (effects->by_one > 0) {
        snprintf(text, sizeof text,
                 "%" PRId64 " of %" PRId64
                 " messages of ours would be sent by one officer, which need a second one today",
                 effects->by_one, effects->own);
        json_write_text(out, span_text(text));
    }
}

static void effects_show(const struct journal *journal, const struct agreement *next,
                         const struct agreement_effects *effects, struct json_writer *out)
{
    struct error refusal = {0};
    char text[160], day[TIME_TEXT_SIZE];

    json_key(out, "effects");
    json_begin_array(out);
    snprintf(text, sizeof text,
             "of %" PRId64 " messages held here %" PRId64 " will be erased sooner", effects->held,
             effects->sooner);
    json_write_text(out, span_text(text));
    if (!version_permits(version_own(journal), next, &refusal))
        json_write_text(out, span_text(refusal.text));
    if (effects->overdue > 0) {
        time_write(effects->last_overdue_ms, day);
        snprintf(text, sizeof text,
                 "%" PRId64 " of them at once: their new day, at the latest %.10s, is over",
                 effects->overdue, day);
        json_write_text(out, span_text(text));
    }
    for (size_t i = 0; i < CLAUSE_COUNT; i++) {
        if (effects->refused[i] == 0)
            continue;
        snprintf(text, sizeof text,
                 "%" PRId64 " of %" PRId64
                 " waiting messages could no longer be sent (clause %s, %s)",
                 effects->refused[i], effects->waiting, agreement_clauses[i].number,
                 agreement_clauses[i].title);
        json_write_text(out, span_text(text));
    }
    due_effects_show(effects, out);
    approval_effects_show(effects, out);
    json_end_array(out);
    json_integer_field(out, "held", effects->held);
    json_integer_field(out, "erased_sooner", effects->sooner);
    json_integer_field(out, "erased_at_once", effects->overdue);
    json_integer_field(out, "waiting", effects->waiting);
    json_integer_field(out, "open", effects->open);
    json_integer_field(out, "less_time", effects->less_time);
    json_integer_field(out, "more_time", effects->more_time);
    json_integer_field(out, "own", effects->own);
    json_integer_field(out, "to_approve", effects->to_approve);
    json_integer_field(out, "by_one", effects->by_one);
}

bool act_agreement_diff(struct journal *journal, const struct desk_call *call,
                        struct json_writer *out, struct error *err)
{
    struct journal_line *line = line_pick(
        journal, json_get_text_optional(call->arguments, "agreement", NAME_SIZE_MAX), err);
    struct span document = document_get(call);
    bool is_own = json_get_boolean_optional(call->arguments, "own", false);
    struct agreement next;
    struct differences differences;
    struct agreement_effects effects;

    if (!problems_to_error(call->problems, err) || line == NULL ||
        !next_find(journal, line, call, document, is_own, &next, err) ||
        !agreement_difference(&line->agreement, &next, call->arena, &differences, err) ||
        !journal_effects(journal, line, &next, &effects, err))
        return false;
    struct span object = span_text(line->agreement_id);
    if (!access_write(journal, call, "agreement-diff", &object, 1, err))
        return false;
    json_begin_object(out);
    json_string_field(out, "agreement", line->agreement_id);
    json_integer_field(out, "from_version", line->agreement.version);
    json_integer_field(out, "to_version", next.version);
    differences_write(&differences, out);
    effects_show(journal, &next, &effects, out);
    json_end_object(out);
    return true;
}

/* --- one message --- */

/* The type that is named, or the only one whose form the body has. */
static const void *body_look(const struct desk_call *call, struct span type_name,
                             enum message_type *type, struct error *err)
{
    *type = type_name.size > 0 ? message_type_find(type_name, 1) : MESSAGE_REQUEST;
    if (*type != MESSAGE_REQUEST && !message_type_gives_items(*type)) {
        error_set(err, ERROR_INPUT, "type: request, answer or spontaneous");
        return NULL;
    }
    const void *parsed = message_read(*type, call->body, call->arena, call->problems);
    if (parsed != NULL || type_name.size > 0) {
        problems_to_error(call->problems, err);
        return parsed;
    }
    struct problems *first = arena_alloc(call->arena, sizeof *first);
    if (first == NULL) {
        error_set(err, ERROR_LIMIT, "out of memory");
        return NULL;
    }
    *first = *call->problems;
    static const enum message_type others[] = {MESSAGE_ANSWER, MESSAGE_SPONTANEOUS};
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        problems_clear(call->problems);
        parsed = message_read(others[i], call->body, call->arena, call->problems);
        *type = others[i];
        if (parsed != NULL)
            return parsed;
    }
    *type = MESSAGE_REQUEST;
    *call->problems = *first; /* told as the request that it most likely is */
    problems_to_error(call->problems, err);
    return NULL;
}

static void ruling_show(const struct agreement *agreement, const struct ruling *ruling,
                        enum message_type type, const struct transfer *proposed,
                        struct json_writer *out)
{
    json_begin_object(out);
    json_boolean_field(out, "allowed", ruling->is_allowed);
    json_string_field(out, "type", message_type_name(type));
    json_string_field(out, "clause", ruling->clause);
    json_string_field(out, "why", ruling->text);
    json_integer_field(out, "version", agreement->version);
    if (ruling->row != DEADLINE_NONE) {
        json_string_field(out, "due_row", deadline_row_names[ruling->row]);
        json_integer_field(out, "due_hours_after_receipt", ruling->due_after_ms / HOUR_MS);
        json_string_field(out, "due_clause", agreement_clauses[CLAUSE_DEADLINES].number);
    }
    if (ruling->is_allowed) {
        json_boolean_field(out, "needs_second_approval", ruling->needs_second_approval);
        json_choices_field(out, "approvals", four_eyes_names, FOUR_EYES_COUNT, ruling->approvals);
        json_integer_field(out, "erased_after_days", ruling->erase_after_ms / DAY_MS);
        json_string_field(out, "erased_from", erase_from_names[ruling->erase_from]);
        json_string_field(out, "erased_clause", agreement_clauses[CLAUSE_RETENTION].number);
    }
    if (proposed->ground != TRANSFER_NONE)
        ground_write("transfer_proposed", proposed, out);
    json_end_object(out);
}

/* Where a ground is what lacks, the message as it would be with the proposed one: its other faults are told at once. */
static const void *unconfirmed_look(struct journal *journal, const struct desk_call *call,
                                    const struct agreement *agreement, struct span type_name,
                                    enum message_type *type, bool *is_unconfirmed)
{
    struct desk_call with = *call;
    struct problems *first = arena_alloc(call->arena, sizeof *first);
    struct transfer proposed;
    struct error unread = {0};

    if (first == NULL || !ground_splice(agreement, span_text(journal->party),
                                        journal->env->now_ms(journal->env->context), call->body,
                                        call->arena, &with.body, &proposed))
        return NULL;
    *first = *call->problems;
    problems_clear(call->problems);
    const void *parsed = body_look(&with, type_name, type, &unread);
    *is_unconfirmed = parsed != NULL;
    *call->problems = *first; /* told when it cannot be read so either */
    if (parsed != NULL)
        problems_clear(call->problems);
    return parsed;
}

/* Nothing is confirmed by a trial: what would be allowed with the proposed ground is not, yet. */
static struct transfer unconfirmed_rule(const void *parsed, enum message_type type,
                                        struct ruling *ruling)
{
    if (ruling->is_allowed) {
        ruling->is_allowed = false;
        ruling->row = DEADLINE_NONE;
        ruling->clause = agreement_clauses[CLAUSE_TRANSFER_GROUND].number;
        snprintf(ruling->text, sizeof ruling->text,
                 "no transfer ground; with the proposed one it would be allowed");
    }
    return type == MESSAGE_REQUEST  ? ((const struct request *)parsed)->transfer
           : type == MESSAGE_ANSWER ? ((const struct answer *)parsed)->transfer
                                    : ((const struct spontaneous *)parsed)->transfer;
}

/* What this node cannot speak, it cannot send either. */
static void protocol_rule(const struct journal *journal, const struct agreement *agreement,
                          struct ruling *ruling)
{
    struct error refusal = {0};

    if (version_permits(version_own(journal), agreement, &refusal))
        return;
    *ruling = (struct ruling){.clause = agreement_clauses[CLAUSE_PARTIES].number};
    snprintf(ruling->text, sizeof ruling->text, "%.*s", (int)sizeof ruling->text - 1, refusal.text);
}

bool act_agreement_try(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    struct journal_line *line = line_pick(
        journal, json_get_text_optional(call->arguments, "agreement", NAME_SIZE_MAX), err);
    struct span type_name = json_get_text_optional(call->arguments, "type", NAME_SIZE_MAX);
    bool is_received = json_get_boolean_optional(call->arguments, "receive", false);
    struct span document = document_get(call);
    enum message_type type;
    struct agreement draft;
    struct ruling ruling;
    struct transfer proposed;
    bool is_unconfirmed = false;

    if (!problems_to_error(call->problems, err) || line == NULL ||
        (document.size > 0 && !document_look(document, call->arena, &draft, err)))
        return false;
    const struct agreement *agreement = document.size > 0 ? &draft : &line->agreement;
    struct span own = span_text(journal->party), partner = span_text(line->partner);
    const void *parsed = body_look(call, type_name, &type, err);
    if (parsed == NULL && !is_received)
        parsed = unconfirmed_look(journal, call, agreement, type_name, &type, &is_unconfirmed);
    if (parsed == NULL)
        return false;
    error_clear(err);
    struct permit_question question = {
        .sender = is_received ? partner : own,
        .receiver = is_received ? own : partner,
        .type = type,
        .created_ms = journal->env->now_ms(journal->env->context),
        .request = type == MESSAGE_REQUEST ? parsed : NULL,
        .answer = type == MESSAGE_ANSWER ? parsed : NULL,
        .spontaneous = type == MESSAGE_SPONTANEOUS ? parsed : NULL,
        .is_undecided = true,
        .request_urgency =
            type == MESSAGE_ANSWER ? ((const struct answer *)parsed)->emergency : URGENCY_NONE,
        .is_suspended = document.size == 0 && line->is_suspended,
        .ends_ms = document.size == 0 ? journal_ends_ms(line) : 0,
        .body_size = (int64_t)call->body.size};
    agreement_permit(agreement, &question, &ruling);
    if (is_received || !ground_proposed(agreement, &question, &proposed))
        proposed.ground = TRANSFER_NONE;
    if (is_unconfirmed)
        proposed = unconfirmed_rule(parsed, type, &ruling);
    protocol_rule(journal, agreement, &ruling);
    struct span object = span_text(line->agreement_id);
    if (!access_write(journal, call, "agreement-try", &object, 1, err))
        return false;
    ruling_show(agreement, &ruling, type, &proposed, out);
    return true;
}
