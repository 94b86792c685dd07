/*
 * Permit: one rule per function, asked in the order of the clauses; the first that refuses decides. What a rule says of
 * the message names object, clause and found value, never a person's data. See permit.h.
 */
#include "agreement/clock.h"
#include "agreement/judge.h"
#include "message/clarification.h"

#include <inttypes.h>
#include <stdio.h>

#define BIT(n)  (UINT64_C(1) << (n))
#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

/* --- the agreement itself: parties, period, suspension, basis --- */

static bool parties_permit(struct judge *judge)
{
    const struct permit_question *question = judge->question;

    judge->sender = agreement_party_find(judge->agreement, question->sender);
    judge->receiver = agreement_party_find(judge->agreement, question->receiver);
    if (judge->sender == NULL || judge->receiver == NULL || judge->sender == judge->receiver)
        return judge_refuse(
            judge, CLAUSE_PARTIES, "from '%.*s' to '%.*s' is not between its parties",
            SPAN_ARG(judge_shown(question->sender)), SPAN_ARG(judge_shown(question->receiver)));
    return true;
}

static bool period_permit(struct judge *judge)
{
    char time[TIME_TEXT_SIZE];
    int64_t created_ms = judge->question->created_ms;

    if (created_ms >= judge->agreement->valid_from_ms && created_ms < judge->agreement->valid_to_ms)
        return true;
    time_write(created_ms, time);
    return judge_refuse(judge, CLAUSE_PERIOD, "%s lies outside the period of this version", time);
}

static bool suspension_permit(struct judge *judge)
{
    if (!judge->question->is_suspended)
        return true;
    return judge_refuse(judge, CLAUSE_SUSPENSION, "suspended; %s is new and waits",
                        message_type_name(judge->question->type));
}

static bool termination_permit(struct judge *judge)
{
    char time[TIME_TEXT_SIZE];
    int64_t ends_ms = judge->question->ends_ms;

    if (ends_ms == 0 || judge->question->created_ms < ends_ms)
        return true;
    time_write(ends_ms, time);
    return judge_refuse(judge, CLAUSE_TERMINATION, "terminated with effect from %s", time);
}

static bool training_permit(struct judge *judge, const struct body *body)
{
    if (body->is_training == judge->agreement->is_training)
        return true;
    if (judge->agreement->is_training)
        return judge_refuse(judge, CLAUSE_TRAINING, "%s is not marked as training data",
                            message_type_name(judge->question->type));
    return judge_refuse(judge, CLAUSE_TRAINING, "%s is marked as training data",
                        message_type_name(judge->question->type));
}

/* The sender's authority with this name or code; NULL when there is none. */
static const struct agreement_authority *authority_find(const struct agreement_party *party,
                                                        struct span authority)
{
    for (size_t i = 0; i < party->authority_count; i++)
        if (span_equal(party->authorities[i].name, authority) ||
            span_equal(party->authorities[i].code, authority))
            return &party->authorities[i];
    return NULL;
}

//= dir-2016-680 art 35(1)(b)
static bool authority_permit(struct judge *judge, const char *which, struct span authority)
{
    if (authority_find(judge->sender, authority) != NULL)
        return true;
    return judge_refuse(judge, CLAUSE_AUTHORITIES,
                        "the %s authority is none of the competent authorities of %.*s", which,
                        SPAN_ARG(judge->sender->party));
}

static bool basis_covers(const struct agreement_legal_basis *basis, struct span code)
{
    for (size_t i = 0; i < basis->authority_count; i++)
        if (span_equal(basis->authorities[i], code))
            return true;
    return false;
}

/* The authority that asks, or gives unasked; NULL where the message names none. */
static const struct agreement_authority *authority_of(const struct judge *judge)
{
    const struct permit_question *question = judge->question;

    if (question->request != NULL)
        return authority_find(judge->sender, question->request->authority);
    if (question->spontaneous != NULL)
        return authority_find(judge->sender, question->spontaneous->authority);
    return NULL;
}

/* In force at the message's time, and applied by the authority that the message names. */
static const struct agreement_legal_basis *basis_find(const struct judge *judge)
{
    const struct agreement *agreement = judge->agreement;
    const struct agreement_authority *authority = authority_of(judge);

    for (size_t i = 0; i < agreement->legal_basis_count; i++) {
        const struct agreement_legal_basis *basis = &agreement->legal_bases[i];
        if (legal_basis_is_in_force(basis, judge->question->created_ms) &&
            (authority == NULL || basis_covers(basis, authority->code)))
            return basis;
    }
    return NULL;
}

//= dir-2016-680 art 4
static bool basis_permit(struct judge *judge)
{
    if (judge->agreement->is_training || basis_find(judge) != NULL)
        return true;
    if (agreement_basis_in_force(judge->agreement, judge->question->created_ms) == NULL)
        return judge_refuse(judge, CLAUSE_LEGAL_BASES,
                            "no legal basis is in force; only training data may pass");
    return judge_refuse(judge, CLAUSE_LEGAL_BASES, "no legal basis in force names the %s authority",
                        judge->question->request != NULL ? "requesting" : "giving");
}

/* --- the message as a whole --- */

static bool type_permit(struct judge *judge)
{
    enum message_type type = judge->question->type;
    bool is_agreed = type == MESSAGE_OPENED
                         ? judge->agreement->opened_notice
                         : (judge->agreement->message_types & BIT((unsigned)type)) != 0;

    if (is_agreed)
        return true;
    return judge_refuse(judge, CLAUSE_MESSAGE_TYPES, "message type '%s' is not agreed",
                        message_type_name(type));
}

//= dir-2023-977 art 5(3)
static bool language_permit(struct judge *judge, const struct body *body)
{
    for (size_t i = 0; i < judge->receiver->language_count; i++)
        if (span_equal(judge->receiver->languages[i], body->language))
            return true;
    return judge_refuse(judge, CLAUSE_LANGUAGES, "language '%.*s' is not accepted by %.*s",
                        SPAN_ARG(judge_shown(body->language)), SPAN_ARG(judge->receiver->party));
}

//= dir-2023-977 art 4(3)
static bool declarations_permit(struct judge *judge, const struct request *request)
{
    if (!request->is_necessary_and_proportionate)
        return judge_refuse(judge, CLAUSE_DECLARATIONS, "not declared necessary and proportionate");
    if (!request->is_believed_available)
        return judge_refuse(judge, CLAUSE_DECLARATIONS,
                            "the information is not declared available");
    return true;
}

static bool sizes_permit(struct judge *judge, const struct body *body)
{
    const struct agreement_limits *limits = &judge->agreement->limits;
    const struct attachment_list *attachments = body->attachments;

    if (judge->question->body_size > limits->body_size)
        return judge_refuse(judge, CLAUSE_SIZES, "a body of %" PRId64 " bytes; %" PRId64 " agreed",
                            judge->question->body_size, limits->body_size);
    if ((int64_t)attachments->count > limits->attachment_count)
        return judge_refuse(judge, CLAUSE_SIZES, "%zu attachments; %" PRId64 " agreed",
                            attachments->count, limits->attachment_count);
    for (size_t i = 0; i < attachments->count; i++)
        if (attachments->items[i].size > limits->attachment_size)
            return judge_refuse(judge, CLAUSE_SIZES,
                                "attachment %zu has %" PRId64 " bytes; %" PRId64 " agreed", i + 1,
                                attachments->items[i].size, limits->attachment_size);
    return true;
}

/* After sizes_permit, so that the sum cannot overflow. */
static bool quotas_permit(struct judge *judge, const struct body *body)
{
    const struct agreement_limits *limits = &judge->agreement->limits;
    const struct permit_question *question = judge->question;
    int64_t size = question->body_size;

    for (size_t i = 0; i < body->attachments->count; i++)
        size += body->attachments->items[i].size;
    if (size > limits->day_size - question->day_size)
        return judge_refuse(judge, CLAUSE_QUOTAS,
                            "more than the %" PRId64 " bytes agreed for a day", limits->day_size);
    if (question->request != NULL && question->request_count >= limits->request_count)
        return judge_refuse(judge, CLAUSE_QUOTAS,
                            "more than the %" PRId64 " requests agreed for a day",
                            limits->request_count);
    return true;
}

//= dir-2023-977 art 4
static bool urgency_permit(struct judge *judge, const struct request *request)
{
    bool has_ground = request->urgency_ground > URGENCY_NONE &&
                      request->urgency_ground < URGENCY_GROUND_COUNT &&
                      request->urgency_reason.size > 0;

    if (!request->is_urgent || has_ground)
        return true;
    return judge_refuse(judge, CLAUSE_URGENCY,
                        "urgent without one of the four grounds and its reason");
}

/* docs/safeguards.md g2: declared before each transfer, and in both directions. */
static bool rights_permit(struct judge *judge, const struct body *body)
{
    bool leaves = agreement_leaves_union(judge->sender, judge->receiver) ||
                  agreement_leaves_union(judge->receiver, judge->sender);

    if (!leaves || body->has_no_death_penalty)
        return true;
    return judge_refuse(judge, CLAUSE_TRANSFER_RIGHTS,
                        "not declared free of death penalty and cruel treatment");
}

/* --- one message type each --- */

static bool request_permit(struct judge *judge, const struct request *request)
{
    struct body body = {request->language,
                        request->handling,
                        request->classification,
                        request->is_training,
                        request->has_no_death_penalty,
                        request->has_transfer ? &request->transfer : NULL,
                        &request->attachments};

    return training_permit(judge, &body) &&
           authority_permit(judge, "requesting", request->authority) && basis_permit(judge) &&
           type_permit(judge) && language_permit(judge, &body) &&
           declarations_permit(judge, request) && sizes_permit(judge, &body) &&
           quotas_permit(judge, &body) && purpose_permit(judge, request->purpose) &&
           offences_permit(judge, request->offences, request->purpose) &&
           handling_permit(judge, request->handling) &&
           classification_permit(judge, request->classification) && subjects_permit(judge, &body) &&
           /* Its facts are words about somebody, also where they name no person apart. */
           body_transfer_permit(judge, "the message", body.transfer) &&
           rights_permit(judge, &body) && urgency_permit(judge, request);
}

/* A file bears no marking of its own: the strictest beside it counts for it (docs/safeguards.md f). So something marked
 * stands beside it, and what leaves the Union names a ground for the whole message. */
//= dir-2016-680 art 35(1)(d)
static bool files_permit(struct judge *judge, const struct body *body)
{
    if (body->attachments->count == 0)
        return true;
    if (subjects_count(judge->question) == 0)
        return judge_refuse(judge, CLAUSE_SOURCE_SYSTEMS,
                            "%zu attachments and no marked item beside them: their source is "
                            "unknown",
                            body->attachments->count);
    return body_transfer_permit(judge, "the attachments", body->transfer);
}

static bool answer_gives(const struct judge *judge)
{
    return subjects_count(judge->question) + judge->question->answer->attachments.count > 0;
}

static bool answer_permit(struct judge *judge, const struct answer *answer)
{
    struct body body = {answer->language,
                        answer->handling,
                        answer->classification,
                        answer->is_training,
                        answer->has_no_death_penalty,
                        answer->has_transfer ? &answer->transfer : NULL,
                        &answer->attachments};

    if (answer_gives(judge))
        judge->ruling->approvals |= BIT(FOUR_EYES_ANSWER);
    if (answer->refusal_count > 0)
        judge->ruling->approvals |= BIT(FOUR_EYES_REFUSAL);
    return training_permit(judge, &body) && basis_permit(judge) && type_permit(judge) &&
           language_permit(judge, &body) && sizes_permit(judge, &body) &&
           quotas_permit(judge, &body) && handling_permit(judge, answer->handling) &&
           classification_permit(judge, answer->classification) && subjects_permit(judge, &body) &&
           files_permit(judge, &body) && (!answer_gives(judge) || rights_permit(judge, &body));
}

/* What is of a serious offence must be given, unless an exception frees from it; and nothing else must be. */
//= dir-2023-977 art 7(2)
static bool provision_permit(struct judge *judge, const struct spontaneous *given)
{
    uint64_t serious = given->offences & offences_serious;

    if (given->provision == PROVISION_MUST)
        return serious != 0 || judge_refuse(judge, CLAUSE_OFFENCES,
                                            "given as what must be, and no serious offence named");
    return serious == 0 || given->exception != EXCEPTION_NONE ||
           judge_refuse(judge, CLAUSE_OFFENCES,
                        "of a serious offence: it must be given ('must'), or is excepted by ground "
                        "c or f");
}

/* Given unasked: ruled as an answer that gives something, and by its own purpose and offences as a request is. A second
 * officer approves it where one approves an answer. */
//= dir-2023-977 art 7(1)
//= dir-2023-977 art 7(3)
static bool spontaneous_permit(struct judge *judge, const struct spontaneous *given)
{
    struct body body = {given->language,
                        given->handling,
                        given->classification,
                        given->is_training,
                        given->has_no_death_penalty,
                        given->has_transfer ? &given->transfer : NULL,
                        &given->attachments};

    return training_permit(judge, &body) && authority_permit(judge, "giving", given->authority) &&
           basis_permit(judge) && type_permit(judge) && language_permit(judge, &body) &&
           sizes_permit(judge, &body) && quotas_permit(judge, &body) &&
           purpose_permit(judge, given->purpose) &&
           offences_permit(judge, given->offences, given->purpose) &&
           provision_permit(judge, given) && handling_permit(judge, given->handling) &&
           classification_permit(judge, given->classification) && subjects_permit(judge, &body) &&
           files_permit(judge, &body) && rights_permit(judge, &body);
}

/* Business without a body of its own rules: opened, assigned. */
static bool notice_permit(struct judge *judge)
{
    return basis_permit(judge) && type_permit(judge);
}

/* Words for the other side: in a language that it accepts, and marked like all data under the agreement. */
static bool words_permit(struct judge *judge, struct span language, bool is_training)
{
    static const struct attachment_list none = {NULL, 0};
    struct body body = {.language = language, .is_training = is_training, .attachments = &none};

    return training_permit(judge, &body) && notice_permit(judge) && language_permit(judge, &body) &&
           sizes_permit(judge, &body);
}

//= dir-2023-977 art 6(3)
static bool clarification_permit(struct judge *judge, const struct clarification *clarification)
{
    if (judge->question->clarification_count >= CLOCK_QUESTIONS_FREE &&
        !clarification->is_by_head_of_desk)
        return judge_refuse(judge, CLAUSE_CLARIFICATION,
                            "%" PRId64 " questions about this request were asked; the head of desk "
                            "asks any further one",
                            judge->question->clarification_count);
    return words_permit(judge, clarification->language, clarification->is_training);
}

/* What is replied is more about the matter of the request, so it goes on the same ground and declaration. A request that is
 * erased here leaves nothing to judge by. */
static bool reply_permit(struct judge *judge, const struct clarification_reply *reply)
{
    const struct request *request = judge->question->replied_about;

    if (!words_permit(judge, reply->language, reply->is_training))
        return false;
    if (request == NULL)
        return true;
    struct body stands_on = {.has_no_death_penalty = request->has_no_death_penalty};
    return body_transfer_permit(judge, "the request that it is about",
                                request->has_transfer ? &request->transfer : NULL) &&
           rights_permit(judge, &stands_on);
}

/* What moves or suspends the limit of a request. */
static bool clock_permit(struct judge *judge)
{
    const struct permit_question *question = judge->question;

    if (question->parsed == NULL)
        return notice_permit(judge); /* its body is gone: nothing is left to judge */
    if (question->clock_count >= CLOCK_SIDE_MAX)
        return judge_refuse(judge, CLAUSE_DEADLINES,
                            "%u messages of one party about the limit of one request; no more",
                            CLOCK_SIDE_MAX);
    if (question->type == MESSAGE_CLARIFICATION)
        return clarification_permit(judge, question->parsed);
    if (question->type == MESSAGE_CLARIFICATION_REPLY)
        return reply_permit(judge, question->parsed);
    return notice_permit(judge);
}

static bool business_permit(struct judge *judge)
{
    const struct permit_question *question = judge->question;

    if (!period_permit(judge) || !termination_permit(judge) || !suspension_permit(judge))
        return false;
    if ((question->type == MESSAGE_REQUEST) != (question->request != NULL) ||
        (question->type == MESSAGE_ANSWER) != (question->answer != NULL) ||
        (question->type == MESSAGE_SPONTANEOUS) != (question->spontaneous != NULL))
        return judge_refuse(judge, CLAUSE_MESSAGE_TYPES, "'%s' without its body",
                            message_type_name(question->type));
    if (question->request != NULL)
        return request_permit(judge, question->request);
    if (question->answer != NULL)
        return answer_permit(judge, question->answer);
    if (question->spontaneous != NULL)
        return spontaneous_permit(judge, question->spontaneous);
    if (message_type_is_of_clock(question->type))
        return clock_permit(judge);
    return notice_permit(judge);
}

/* --- the ruling --- */

/* Clause and text of what passes. */
static void allow(struct judge *judge, enum clause clause, const char *under)
{
    char text[RULING_TEXT_SIZE];

    snprintf(text, sizeof text, "%s is allowed %.150s", message_type_name(judge->question->type),
             under);
    judge->ruling->is_allowed = true;
    judge->ruling->clause = agreement_clauses[clause].number;
    judge_text(judge, clause, judge->ruling->text, text);
    memcpy(judge->ruling->partner_text, judge->ruling->text, RULING_TEXT_SIZE);
}

static void business_allow(struct judge *judge)
{
    const struct agreement_legal_basis *basis = basis_find(judge);
    char under[160];

    if (judge->agreement->is_training || basis == NULL) {
        allow(judge, CLAUSE_TRAINING, "as training data");
        return;
    }
    snprintf(under, sizeof under, "under %.*s, %.*s",
             SPAN_ARG(judge_clipped(basis->instrument, 80)),
             SPAN_ARG(judge_clipped(basis->article, 24)));
    allow(judge, CLAUSE_LEGAL_BASES, under);
}

//= dir-2023-977 art 5(1)
static void deadline_set(struct judge *judge)
{
    const struct request *request = judge->question->request;

    if (request == NULL)
        return;
    judge->ruling->row = request->is_urgent ? DEADLINE_URGENT_DIRECT : DEADLINE_OTHER;
    judge->ruling->due_after_ms = agreement_row_after_ms(judge->agreement, judge->ruling->row);
}

static void erasure_set(struct judge *judge)
{
    const struct agreement_retention_other *other = &judge->agreement->retention_other;

    if (judge->question->answer != NULL || judge->question->spontaneous != NULL) {
        judge->ruling->erase_after_ms = subjects_erase_after_ms(judge);
        return;
    }
    if (message_types[judge->question->type].retention == RETENTION_BOOKS ||
        !message_type_is_business(judge->question->type)) {
        judge->ruling->erase_after_ms = other->head_days * DAY_MS;
        return;
    }
    judge->ruling->erase_after_ms = other->request_days * DAY_MS;
    judge->ruling->erase_from =
        judge->question->request != NULL ? ERASE_FROM_CLOSURE : ERASE_FROM_RECEIPT;
}

void agreement_retention(const struct agreement *agreement, const struct permit_question *question,
                         struct ruling *out)
{
    struct judge judge = {.agreement = agreement, .question = question, .ruling = out};

    *out = (struct ruling){.row = DEADLINE_NONE};
    erasure_set(&judge);
}

static bool type_is_known(enum message_type type)
{
    return type > MESSAGE_UNKNOWN && (unsigned)type < MESSAGE_TYPE_COUNT &&
           !message_types[type].is_domestic;
}

bool agreement_permit(const struct agreement *agreement, const struct permit_question *question,
                      struct ruling *out)
{
    struct judge judge = {.agreement = agreement, .question = question, .ruling = out};

    *out = (struct ruling){.row = DEADLINE_NONE, .alone_count = approval_alone_count(question)};
    if (!parties_permit(&judge))
        return false;
    if (!type_is_known(question->type))
        return judge_refuse(&judge, CLAUSE_MESSAGE_TYPES,
                            "this message type never goes to a partner");
    if (!message_type_is_business(question->type)) {
        allow(&judge, CLAUSE_MESSAGE_TYPES, "always: it is about the exchange itself");
        erasure_set(&judge);
        return true;
    }
    if (!business_permit(&judge) || !approval_permit(&judge)) {
        out->approvals = 0;
        return false;
    }
    business_allow(&judge);
    out->needs_second_approval = out->approvals != 0;
    deadline_set(&judge);
    erasure_set(&judge);
    return true;
}

//= dir-2023-977 art 5(1)(a)
//= dir-2023-977 art 5(1)(b)
//= dir-2023-977 art 5(1)(c)
int64_t agreement_row_after_ms(const struct agreement *agreement, enum deadline_row row)
{
    switch (row) {
    case DEADLINE_URGENT_DIRECT:
        return agreement->deadlines.urgent_direct_hours * HOUR_MS;
    case DEADLINE_URGENT_INDIRECT:
        return agreement->deadlines.urgent_indirect_hours * HOUR_MS;
    case DEADLINE_OTHER:
        return agreement->deadlines.other_hours * HOUR_MS;
    case DEADLINE_NONE:
    case DEADLINE_ROW_COUNT:
        break;
    }
    return 0;
}

int64_t agreement_due(int64_t received_ms, const struct ruling *ruling)
{
    return ruling->due_after_ms == 0 ? 0 : received_ms + ruling->due_after_ms;
}
