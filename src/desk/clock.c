/*
 * What the desk says that moves or suspends the time limit of a request: questions and replies, whether the information is
 * directly accessible, a judicial authorisation that is awaited, an urgency that is not shared. What could not count any
 * more is refused here, before it is said.
 */
#include "desk/private.h"

#include "agreement/clock.h"
#include "base/text.h"
#include "message/access_decision.h"
#include "message/clarification.h"
#include "message/delay_notice.h"
#include "message/form.h"
#include "message/urgency.h"
#include "store/clock_rows.h"

#include <inttypes.h>

/* The message that is replied to, and the request that all of it is about. */
struct matter {
    struct journal_line *line;
    struct entry_row named; /* by the argument `item` */
    struct reference named_reference;
    struct request_row request;
    struct reference thread; /* the request */
    struct due_row due;
    struct clock_row *said; /* about the request, by both */
    size_t said_count;
};

static bool request_find_here(struct journal *journal, const struct desk_call *call,
                              struct matter *out, int64_t entry, struct error *err)
{
    struct entry_row row;

    out->said = arena_array(call->arena, CLOCK_EVENT_MAX, sizeof *out->said);
    if (out->said == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!request_find(journal->db, call->arena, entry, &out->request, err)) {
        if (err->kind == ERROR_MISSING)
            error_set(err, ERROR_CONFLICT, "the request that it is about is erased here");
        return false;
    }
    return entry_find(journal->db, call->arena, entry, &row, err) &&
           due_row_find(journal->db, entry, &out->due, err) &&
           clock_list(journal->db, entry, out->said, CLOCK_EVENT_MAX, &out->said_count, err) &&
           (item_reference(out->line, &row, &out->thread) ||
            error_set(err, ERROR_STORE, "an entry is cut"));
}

/* The partner's message of this type that `item` names. */
static bool matter_find(struct journal *journal, const struct desk_call *call,
                        enum message_type type, struct matter *out, struct error *err)
{
    struct span item = json_get_text(call->arguments, "item", 1, UUID_TEXT_SIZE);
    struct clock_row row;
    int64_t request = 0;

    if (!problems_to_error(call->problems, err) ||
        !item_find(journal, item, call->arena, &out->line, &out->named, err))
        return false;
    if (out->named.type != (int64_t)type ||
        journal_side(out->line, out->named.log) != SIDE_PARTNER ||
        !item_reference(out->line, &out->named, &out->named_reference))
        return error_set(err, ERROR_INPUT, "item %.*s is no %s of %s", SPAN_ARG(item),
                         message_type_name(type), out->line->partner);
    request = out->named.id;
    if (type != MESSAGE_REQUEST) {
        if (!clock_find(journal->db, out->named.id, &row, err)) {
            if (err->kind == ERROR_MISSING)
                error_set(err, ERROR_CONFLICT,
                          "item %.*s was not accepted here, or its request is "
                          "erased",
                          SPAN_ARG(item));
            return false;
        }
        request = row.target;
    }
    return request_find_here(journal, call, out, request, err);
}

static bool is_reply_to(const struct clock_row *row, int64_t entry)
{
    return row->about == entry && row->counts;
}

static bool has_reply(const struct matter *matter, int64_t entry)
{
    for (size_t i = 0; i < matter->said_count; i++)
        if (is_reply_to(&matter->said[i], entry))
            return true;
    return false;
}

/* Our newest of this type that counts, and is without reply when it may have one; NULL: none. */
static const struct clock_row *own_open(const struct matter *matter, enum message_type type)
{
    for (size_t i = matter->said_count; i > 0; i--) {
        const struct clock_row *row = &matter->said[i - 1];
        if (row->is_own && row->counts && row->kind == (int64_t)type &&
            !has_reply(matter, row->entry))
            return row;
    }
    return NULL;
}

static bool is_over(struct journal *journal, const struct matter *matter)
{
    return matter->due.received_s != 0 &&
           journal->env->now_ms(journal->env->context) >= matter->due.due_ms;
}

/* Nothing is moved any more once the request has its answer. */
static bool open_check(struct journal *journal, const struct desk_call *call,
                       const struct matter *matter, struct error *err)
{
    struct answer_row answer;
    bool is_there = false;

    return answer_that_counts(journal, call->arena, matter->request.entry, &answer, &is_there,
                              err) &&
           (!is_there || error_set(err, ERROR_CONFLICT, "the request is answered"));
}

/* Asks the agreement, appends in reply to what was named, in the thread of the request. */
static bool say(struct journal *journal, const struct desk_call *call, const struct matter *matter,
                const char *act, enum message_type type, const void *parsed,
                struct json_writer *out, struct error *err)
{
    struct buffer written CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct permit_question question = {.type = type, .parsed = parsed};
    struct draft draft = {.type = type,
                          .in_reply_to = &matter->named_reference,
                          .thread = &matter->thread,
                          .unit = journal_unit(journal, matter->line),
                          .parsed = parsed};
    struct ruling ruling;

    if (!send_body(&written, form_write(message_types[type].form, parsed, &written), call->arena,
                   &draft.body, err) ||
        /* What we send must be what the partner's reader takes. */
        (message_read(type, draft.body, call->arena, call->problems) == NULL &&
         !problems_to_error(call->problems, err)) ||
        !journal_clock_question(journal, matter->request.entry, true, &question, call->arena, err))
        return false;
    question.body_size = (int64_t)draft.body.size;
    return rule_ask(journal, matter->line, call, &question, &ruling, err) &&
           send_ruling(&ruling, call->arena, &draft.ruling, err) &&
           send_out(journal, matter->line, call, act, &draft, &ruling, out, err);
}

/* The head of desk asks, or approves what is asked. */
static bool head_of_desk_look(struct journal *journal, const struct desk_call *call, bool *is_it,
                              struct error *err)
{
    struct officer_row officer;

    if (!access_officer(journal, call->access.officer, call->arena, &officer, err))
        return false;
    *is_it = span_is(officer.role, "head_of_desk");
    if (*is_it || call->access.approver.size == 0)
        return true;
    if (!access_officer(journal, call->access.approver, call->arena, &officer, err))
        return false;
    *is_it = span_is(officer.role, "head_of_desk");
    return true;
}

//= dir-2023-977 art 6(3)
bool act_clarification_ask(struct journal *journal, const struct desk_call *call,
                           struct json_writer *out, struct error *err)
{
    struct matter matter;
    struct clarification asked = {
        .question = json_get_text(call->arguments, "question", 1, CLARIFICATION_SIZE_MAX),
        .language = json_get_text(call->arguments, "language", 2, 2)};

    if (!matter_find(journal, call, MESSAGE_REQUEST, &matter, err) ||
        !open_check(journal, call, &matter, err))
        return false;
    if (own_open(&matter, MESSAGE_CLARIFICATION) != NULL)
        return error_set(err, ERROR_CONFLICT,
                         "agreement %s, clause 8.3: a question about this request is open; the "
                         "next one waits for its reply",
                         matter.line->agreement_id);
    asked.is_training = matter.line->agreement.is_training;
    return head_of_desk_look(journal, call, &asked.is_by_head_of_desk, err) &&
           access_pseudonym(journal, matter.line, call->access.officer, call->arena, &asked.officer,
                            err) &&
           access_approver(journal, matter.line, call, &asked.approved_by, err) &&
           say(journal, call, &matter, "clarification-ask", MESSAGE_CLARIFICATION, &asked, out,
               err);
}

bool act_clarification_reply(struct journal *journal, const struct desk_call *call,
                             struct json_writer *out, struct error *err)
{
    struct matter matter;
    struct clarification_reply reply = {
        .reply = json_get_text(call->arguments, "reply", 1, CLARIFICATION_REPLY_SIZE_MAX),
        .language = json_get_text(call->arguments, "language", 2, 2)};

    if (!matter_find(journal, call, MESSAGE_CLARIFICATION, &matter, err))
        return false;
    if (has_reply(&matter, matter.named.id))
        return error_set(err, ERROR_CONFLICT, "the question is replied to");
    reply.is_training = matter.line->agreement.is_training;
    return access_pseudonym(journal, matter.line, call->access.officer, call->arena, &reply.officer,
                            err) &&
           access_approver(journal, matter.line, call, &reply.approved_by, err) &&
           say(journal, call, &matter, "clarification-reply", MESSAGE_CLARIFICATION_REPLY, &reply,
               out, err);
}

static bool access_check(struct journal *journal, const struct matter *matter, struct error *err)
{
    const char *agreement = matter->line->agreement_id;

    if (matter->request.deadline_row != DEADLINE_URGENT_DIRECT)
        return error_set(err, ERROR_RULE,
                         "agreement %s, clause 8.1: only the limit of an urgent request depends on "
                         "it",
                         agreement);
    if (own_open(matter, MESSAGE_ACCESS_DECISION) != NULL)
        return error_set(err, ERROR_CONFLICT, "agreement %s, clause 8.1: it was said", agreement);
    if (is_over(journal, matter))
        return error_set(err, ERROR_RULE,
                         "agreement %s, clause 8.1: the limit is over; it is said before",
                         agreement);
    return true;
}

//= dir-2023-977 art 5(1)(b)
bool act_access_decide(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    struct matter matter;
    struct access_decision decision = {
        .access = (enum access_kind)json_get_choice(call->arguments, "access", access_kind_names,
                                                    ACCESS_KIND_COUNT),
        .held_by = (enum access_holder)json_get_choice_optional(
            call->arguments, "held_by", access_holder_names, ACCESS_HOLDER_COUNT, 0),
        .source = json_get_text_optional(call->arguments, "source", ACCESS_SOURCE_SIZE_MAX)};

    return matter_find(journal, call, MESSAGE_REQUEST, &matter, err) &&
           open_check(journal, call, &matter, err) && access_check(journal, &matter, err) &&
           say(journal, call, &matter, "access-decide", MESSAGE_ACCESS_DECISION, &decision, out,
               err);
}

//= dir-2023-977 art 5(2)
bool act_delay_tell(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    struct matter matter;
    struct delay_notice notice = {
        .stage = (enum delay_stage)json_get_choice(call->arguments, "authorisation",
                                                   delay_stage_names, DELAY_STAGE_COUNT),
        /* Only older notices have none. */
        .reason = (enum delay_reason)json_get_choice(call->arguments, "delay_reason",
                                                     delay_reason_names, DELAY_REASON_COUNT),
        .reason_text =
            json_get_text_optional(call->arguments, "reason_text", DELAY_REASON_SIZE_MAX),
        .authority = json_get_text(call->arguments, "authority", 1, DELAY_AUTHORITY_SIZE_MAX),
        .expected_ms = json_get_time(call->arguments, "expected_by")};

    if (!matter_find(journal, call, MESSAGE_REQUEST, &matter, err) ||
        !open_check(journal, call, &matter, err))
        return false;
    if (notice.expected_ms <= journal->env->now_ms(journal->env->context))
        return error_set(err, ERROR_INPUT, "expected_by: lies in the past");
    return say(journal, call, &matter, "delay-tell", MESSAGE_DELAY_NOTICE, &notice, out, err);
}

bool act_urgency_doubt(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    struct matter matter;
    struct urgency_not_shared doubt = {
        .doubt = (enum urgency_doubt)json_get_choice(call->arguments, "doubt", urgency_doubt_names,
                                                     URGENCY_DOUBT_COUNT)};

    if (!matter_find(journal, call, MESSAGE_REQUEST, &matter, err) ||
        !open_check(journal, call, &matter, err))
        return false;
    if (matter.request.deadline_row != DEADLINE_URGENT_DIRECT)
        return error_set(err, ERROR_RULE, "agreement %s, clause 8.2: the request is not urgent",
                         matter.line->agreement_id);
    if (own_open(&matter, MESSAGE_URGENCY_NOT_SHARED) != NULL)
        return error_set(err, ERROR_CONFLICT,
                         "agreement %s, clause 8.2: it was said; the partner has not replied yet",
                         matter.line->agreement_id);
    return say(journal, call, &matter, "urgency-doubt", MESSAGE_URGENCY_NOT_SHARED, &doubt, out,
               err);
}

bool act_urgency_reply(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    struct matter matter;
    struct urgency_reply reply = {
        .decision = (enum urgency_decision)json_get_choice(
            call->arguments, "urgency", urgency_decision_names, URGENCY_DECISION_COUNT)};

    if (!matter_find(journal, call, MESSAGE_URGENCY_NOT_SHARED, &matter, err))
        return false;
    if (has_reply(&matter, matter.named.id))
        return error_set(err, ERROR_CONFLICT, "the doubt is replied to");
    return say(journal, call, &matter, "urgency-reply", MESSAGE_URGENCY_REPLY, &reply, out, err);
}
