/*
 * Permit: one rule per function, asked in the order of the clauses; the first that refuses decides. What a rule says of
 * the message names object, clause and found value, never a person's data. See permit.h.
 */
#include "agreement/permit.h"

#include "base/attributes.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define BIT(n)  (UINT64_C(1) << (n))
#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

/* One asking: the question, who is who, and the ruling that grows. */
struct judge {
    const struct agreement *agreement;
    const struct permit_question *question;
    const struct agreement_party *sender;
    const struct agreement_party *receiver;
    struct ruling *ruling;
};

/* What every body says, whichever type it is. */
struct body {
    struct span language;
    uint64_t handling;
    enum classification classification;
    bool is_training;
    bool has_no_death_penalty;
    const struct transfer *transfer; /* of the whole body; NULL when it names none */
    const struct attachment_list *attachments;
};

/* One person or text in the message. */
struct subject {
    const struct marking *marking;
    const struct person *person; /* NULL for a text */
    const char *kind;            /* "person", "item", "item in part" */
    size_t number;               /* from 1, as officers count */
};

static void ruling_text(const struct judge *judge, enum clause clause, char out[RULING_TEXT_SIZE],
                        const char *text)
{
    snprintf(out, RULING_TEXT_SIZE, "agreement %.*s/%" PRId64 ", clause %s: %s",
             SPAN_ARG(judge->agreement->id), judge->agreement->version,
             agreement_clauses[clause].number, text);
}

/* A code as it may be shown; anything else could be a person's data, or no UTF-8. */
static struct span shown(struct span code)
{
    return text_is_identifier(code, 40) ? code : span_text("?");
}

/* At most `size` bytes, cut between characters. */
static struct span clipped(struct span text, size_t size)
{
    if (text.size <= size)
        return text;
    while (size > 0 && (text.data[size] & 0xC0) == 0x80)
        size--;
    return span_part(text, 0, size);
}

static const char *category_name(enum person_category category)
{
    return (unsigned)category < PERSON_CATEGORY_COUNT ? person_category_names[category] : "?";
}

/* Sets the same text for officers and partner. Always false. */
static bool refuse(struct judge *judge, enum clause clause, const char *format, ...)
    PRINTF_LIKE(3, 4);
static bool refuse(struct judge *judge, enum clause clause, const char *format, ...)
{
    char text[RULING_TEXT_SIZE];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    judge->ruling->is_allowed = false;
    judge->ruling->clause = agreement_clauses[clause].number;
    ruling_text(judge, clause, judge->ruling->text, text);
    ruling_text(judge, clause, judge->ruling->partner_text, text);
    return false;
}

/* After refuse: what the partner reads instead. Always false. */
static bool partner_reads(struct judge *judge, enum clause clause, const char *text)
{
    ruling_text(judge, clause, judge->ruling->partner_text, text);
    return false;
}

/* --- the agreement itself: parties, period, suspension, basis --- */

static bool parties_permit(struct judge *judge)
{
    const struct permit_question *question = judge->question;

    judge->sender = agreement_party_find(judge->agreement, question->sender);
    judge->receiver = agreement_party_find(judge->agreement, question->receiver);
    if (judge->sender == NULL || judge->receiver == NULL || judge->sender == judge->receiver)
        return refuse(judge, CLAUSE_PARTIES, "from '%.*s' to '%.*s' is not between its parties",
                      SPAN_ARG(shown(question->sender)), SPAN_ARG(shown(question->receiver)));
    return true;
}

static bool period_permit(struct judge *judge)
{
    char time[TIME_TEXT_SIZE];
    int64_t created_ms = judge->question->created_ms;

    if (created_ms >= judge->agreement->valid_from_ms && created_ms < judge->agreement->valid_to_ms)
        return true;
    time_write(created_ms, time);
    return refuse(judge, CLAUSE_PERIOD, "%s lies outside the period of this version", time);
}

static bool suspension_permit(struct judge *judge)
{
    if (!judge->question->is_suspended)
        return true;
    return refuse(judge, CLAUSE_SUSPENSION, "suspended; %s is new and waits",
                  message_type_name(judge->question->type));
}

static bool training_permit(struct judge *judge, const struct body *body)
{
    if (body->is_training == judge->agreement->is_training)
        return true;
    if (judge->agreement->is_training)
        return refuse(judge, CLAUSE_TRAINING, "%s is not marked as training data",
                      message_type_name(judge->question->type));
    return refuse(judge, CLAUSE_TRAINING, "%s is marked as training data",
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
static bool authority_permit(struct judge *judge, const struct request *request)
{
    if (authority_find(judge->sender, request->authority) != NULL)
        return true;
    return refuse(judge, CLAUSE_AUTHORITIES,
                  "the requesting authority is none of the competent authorities of %.*s",
                  SPAN_ARG(judge->sender->party));
}

static bool basis_covers(const struct agreement_legal_basis *basis, struct span code)
{
    for (size_t i = 0; i < basis->authority_count; i++)
        if (span_equal(basis->authorities[i], code))
            return true;
    return false;
}

/* In force at the message's time, and for a request also applied by its authority. */
static const struct agreement_legal_basis *basis_find(const struct judge *judge)
{
    const struct agreement *agreement = judge->agreement;
    const struct request *request = judge->question->request;
    const struct agreement_authority *authority =
        request == NULL ? NULL : authority_find(judge->sender, request->authority);

    for (size_t i = 0; i < agreement->legal_basis_count; i++) {
        const struct agreement_legal_basis *basis = &agreement->legal_bases[i];
        if (legal_basis_is_in_force(basis, judge->question->created_ms) &&
            (authority == NULL || basis_covers(basis, authority->code)))
            return basis;
    }
    return NULL;
}

//= dir-2016-680 art 8(1)
static bool basis_permit(struct judge *judge)
{
    if (judge->agreement->is_training || basis_find(judge) != NULL)
        return true;
    if (agreement_basis_in_force(judge->agreement, judge->question->created_ms) == NULL)
        return refuse(judge, CLAUSE_LEGAL_BASES,
                      "no legal basis is in force; only training data may pass");
    return refuse(judge, CLAUSE_LEGAL_BASES,
                  "no legal basis in force names the requesting authority");
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
    return refuse(judge, CLAUSE_MESSAGE_TYPES, "message type '%s' is not agreed",
                  message_type_name(type));
}

//= dir-2023-977 art 7(3)
static bool language_permit(struct judge *judge, const struct body *body)
{
    for (size_t i = 0; i < judge->receiver->language_count; i++)
        if (span_equal(judge->receiver->languages[i], body->language))
            return true;
    return refuse(judge, CLAUSE_LANGUAGES, "language '%.*s' is not accepted by %.*s",
                  SPAN_ARG(shown(body->language)), SPAN_ARG(judge->receiver->party));
}

//= dir-2023-977 art 4(3)
static bool declarations_permit(struct judge *judge, const struct request *request)
{
    if (!request->is_necessary_and_proportionate)
        return refuse(judge, CLAUSE_DECLARATIONS, "not declared necessary and proportionate");
    if (!request->is_believed_available)
        return refuse(judge, CLAUSE_DECLARATIONS, "the information is not declared available");
    return true;
}

static bool sizes_permit(struct judge *judge, const struct body *body)
{
    const struct agreement_limits *limits = &judge->agreement->limits;
    const struct attachment_list *attachments = body->attachments;

    if (judge->question->body_size > limits->body_size)
        return refuse(judge, CLAUSE_SIZES, "a body of %" PRId64 " bytes; %" PRId64 " agreed",
                      judge->question->body_size, limits->body_size);
    if ((int64_t)attachments->count > limits->attachment_count)
        return refuse(judge, CLAUSE_SIZES, "%zu attachments; %" PRId64 " agreed",
                      attachments->count, limits->attachment_count);
    for (size_t i = 0; i < attachments->count; i++)
        if (attachments->items[i].size > limits->attachment_size)
            return refuse(judge, CLAUSE_SIZES,
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
        return refuse(judge, CLAUSE_QUOTAS, "more than the %" PRId64 " bytes agreed for a day",
                      limits->day_size);
    if (question->request != NULL && question->request_count >= limits->request_count)
        return refuse(judge, CLAUSE_QUOTAS, "more than the %" PRId64 " requests agreed for a day",
                      limits->request_count);
    return true;
}

//= dir-2023-977 art 4(4)
static bool urgency_permit(struct judge *judge, const struct request *request)
{
    bool has_ground = request->urgency_ground > URGENCY_NONE &&
                      request->urgency_ground < URGENCY_GROUND_COUNT &&
                      request->urgency_reason.size > 0;

    if (!request->is_urgent || has_ground)
        return true;
    return refuse(judge, CLAUSE_URGENCY, "urgent without one of the four grounds and its reason");
}

//= dir-2016-680 art 38(3)
static bool rights_permit(struct judge *judge, const struct body *body)
{
    bool leaves = agreement_leaves_union(judge->sender, judge->receiver) ||
                  agreement_leaves_union(judge->receiver, judge->sender);

    if (!leaves || body->has_no_death_penalty)
        return true;
    return refuse(judge, CLAUSE_TRANSFER_RIGHTS,
                  "not declared free of death penalty and cruel treatment");
}

/* --- purposes, offences, markings: of the body and of each subject --- */

static bool purpose_permit(struct judge *judge, enum purpose purpose)
{
    if ((unsigned)purpose < PURPOSE_COUNT && judge->agreement->purposes & BIT(purpose))
        return true;
    return refuse(judge, CLAUSE_PURPOSES, "purpose '%s' is not covered",
                  (unsigned)purpose < PURPOSE_COUNT ? purpose_names[purpose] : "?");
}

static uint64_t offences_agreed(const struct agreement *agreement)
{
    uint64_t agreed = 0;
    for (size_t i = 0; i < agreement->offence_count; i++)
        agreed |= OFFENCE_BIT(agreement->offences[i].offence);
    return agreed;
}

static bool offences_permit(struct judge *judge, uint64_t offences, enum purpose purpose)
{
    uint64_t excess = offences & ~offences_agreed(judge->agreement);

    if (offences == 0 && purpose != PURPOSE_MISSING_PERSONS)
        return refuse(judge, CLAUSE_OFFENCES, "no offence is named");
    for (size_t i = 0; i < OFFENCE_COUNT; i++)
        if (excess & BIT(i))
            return refuse(judge, CLAUSE_OFFENCES, "offence '%s' is not covered", offence_names[i]);
    return excess == 0 || refuse(judge, CLAUSE_OFFENCES, "an offence is not covered");
}

static bool handling_permit(struct judge *judge, uint64_t handling)
{
    uint64_t excess = handling & ~judge->agreement->handling_codes;

    for (size_t i = 0; i < HANDLING_COUNT; i++)
        if (excess & BIT(i))
            return refuse(judge, CLAUSE_HANDLING_CODES, "handling code '%s' is not agreed",
                          handling_names[i]);
    return excess == 0 || refuse(judge, CLAUSE_HANDLING_CODES, "a handling code is not agreed");
}

/* The text names no level: that an item of some level exists is itself classified (g16). */
static bool classification_permit(struct judge *judge, enum classification classification)
{
    if (classification <= judge->agreement->classification_ceiling)
        return true;
    return refuse(judge, CLAUSE_CLASSIFICATION, "classified above the ceiling agreed");
}

/* --- one person or text --- */

static bool source_permit(struct judge *judge, const struct subject *subject)
{
    const struct marking *marking = subject->marking;
    enum source_system source = marking->source_system;
    bool may_cross = (unsigned)source < SOURCE_SYSTEM_COUNT &&
                     judge->sender->source_systems & BIT(source) &&
                     (source_system_may_leave_union(source) ||
                      !agreement_leaves_union(judge->sender, judge->receiver));

    if (!may_cross) {
        refuse(judge, CLAUSE_SOURCE_SYSTEMS, "%s %zu: source system '%s' may not cross to %.*s",
               subject->kind, subject->number,
               (unsigned)source < SOURCE_SYSTEM_COUNT ? source_system_names[source] : "?",
               SPAN_ARG(judge->receiver->party));
        return partner_reads(judge, CLAUSE_SOURCE_SYSTEMS, "not covered by the agreement");
    }
    //= dir-2016-680 art 35(1)(c)
    if ((source == SOURCE_PARTNER || marking->third_party.size > 0) &&
        marking->third_party_consent.size == 0) {
        refuse(judge, CLAUSE_SOURCE_SYSTEMS, "%s %zu: its provider's consent is not recorded",
               subject->kind, subject->number);
        return partner_reads(judge, CLAUSE_SOURCE_SYSTEMS, "not covered by the agreement");
    }
    return true;
}

//= dir-2023-977 art 10(b)
//= dir-2016-680 art 6
static bool fields_permit(struct judge *judge, const struct subject *subject)
{
    enum person_category category = subject->person->category;
    enum clause clause =
        person_category_is_protected(category) ? CLAUSE_PROTECTED_PERSONS : CLAUSE_PERSON_FIELDS;
    uint64_t allowed =
        agreement_person_fields(judge->agreement, category) & person_category_fields_max(category);
    uint64_t excess = person_fields(subject->person) & ~allowed;

    if (allowed == 0)
        return refuse(judge, clause, "%s %zu: category '%s' is not covered", subject->kind,
                      subject->number, category_name(category));
    for (size_t i = 0; i < PERSON_FIELD_COUNT; i++)
        if (excess & BIT(i))
            return refuse(judge, clause, "%s %zu: '%s' may not pass about category '%s'",
                          subject->kind, subject->number, person_field_names[i],
                          category_name(category));
    return true;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t subject_erase_after_ms(const struct judge *judge, const struct subject *subject)
{
    const struct agreement_retention_other *other = &judge->agreement->retention_other;

    if (subject->person == NULL)
        return other->text_days * DAY_MS;
    int64_t cap_ms = agreement_erase_after_ms(judge->agreement, subject->person->category);
    return subject->person->is_minor ? smaller(cap_ms, other->minor_days * DAY_MS) : cap_ms;
}

/* Dates set before the message was made can only be earlier than these, so an honest marking always passes. */
//= dir-2016-680 art 5
static bool retention_permit(struct judge *judge, const struct subject *subject)
{
    int64_t cap_ms = subject_erase_after_ms(judge, subject);
    int64_t review_ms = subject->person == NULL
                            ? cap_ms
                            : smaller(cap_ms, agreement_review_after_ms(judge->agreement,
                                                                        subject->person->category));
    const struct marking *marking = subject->marking;

    if (marking->erase_at_ms <= judge->question->created_ms)
        return refuse(judge, CLAUSE_RETENTION, "%s %zu: its time has ended", subject->kind,
                      subject->number);
    if (marking->erase_at_ms - judge->question->created_ms > cap_ms)
        return refuse(judge, CLAUSE_RETENTION, "%s %zu: to be erased later than %" PRId64 " days",
                      subject->kind, subject->number, cap_ms / DAY_MS);
    if (marking->review_at_ms - judge->question->created_ms > review_ms)
        return refuse(judge, CLAUSE_RETENTION, "%s %zu: to be reviewed later than %" PRId64 " days",
                      subject->kind, subject->number, review_ms / DAY_MS);
    return true;
}

/* Its own ground, else that of the body. A text about facts is taken for personal data: it nearly always is. */
static const struct transfer *subject_transfer(const struct subject *subject,
                                               const struct body *body)
{
    return subject->marking->has_transfer ? &subject->marking->transfer : body->transfer;
}

static bool single_transfer_permit(struct judge *judge, const struct subject *subject,
                                   const struct transfer *transfer, size_t subject_count)
{
    judge->ruling->approvals |= BIT(FOUR_EYES_SINGLE_TRANSFER);
    if (transfer->reason.size == 0)
        return refuse(judge, CLAUSE_TRANSFER_SINGLE, "%s %zu: ground '%s' without a reason",
                      subject->kind, subject->number, transfer_ground_names[transfer->ground]);
    if (!subject->marking->has_transfer && subject_count > 1)
        return refuse(judge, CLAUSE_TRANSFER_SINGLE,
                      "%s %zu: ground '%s' stands once for several; each needs its reason",
                      subject->kind, subject->number, transfer_ground_names[transfer->ground]);
    return true;
}

//= dir-2016-680 art 35(1)(d)
//= dir-2016-680 art 37
//= dir-2016-680 art 38
static bool transfer_permit(struct judge *judge, const struct subject *subject,
                            const struct body *body, size_t subject_count)
{
    const struct transfer *transfer = subject_transfer(subject, body);

    if (!agreement_leaves_union(judge->sender, judge->receiver))
        return true;
    if (transfer == NULL || transfer->ground == TRANSFER_NONE ||
        transfer->ground >= TRANSFER_GROUND_COUNT)
        return refuse(judge, CLAUSE_TRANSFER_GROUND, "%s %zu: no transfer ground", subject->kind,
                      subject->number);
    if ((judge->agreement->transfer_grounds & BIT(transfer->ground)) == 0)
        return refuse(judge, CLAUSE_TRANSFER_GROUND, "%s %zu: ground '%s' is not agreed",
                      subject->kind, subject->number, transfer_ground_names[transfer->ground]);
    if (transfer->instrument.size == 0 || transfer->article.size == 0)
        return refuse(judge, CLAUSE_TRANSFER_GROUND,
                      "%s %zu: ground '%s' without instrument and article", subject->kind,
                      subject->number, transfer_ground_names[transfer->ground]);
    if (transfer->review_at_ms <= judge->question->created_ms)
        return refuse(judge, CLAUSE_TRANSFER_GROUND, "%s %zu: the review of its ground is overdue",
                      subject->kind, subject->number);
    return !transfer_is_derogation(transfer->ground) ||
           single_transfer_permit(judge, subject, transfer, subject_count);
}

static void subject_approvals(struct judge *judge, const struct subject *subject)
{
    const struct person *person = subject->person;

    if (person != NULL && (person->is_minor || person_category_is_protected(person->category)))
        judge->ruling->approvals |= BIT(FOUR_EYES_PROTECTED_PERSON);
    if (subject->marking->special_categories != 0) //= dir-2016-680 art 10
        judge->ruling->approvals |= BIT(FOUR_EYES_SPECIAL_CATEGORY);
}

static bool subject_permit(struct judge *judge, const struct subject *subject,
                           const struct body *body, size_t subject_count)
{
    const struct marking *marking = subject->marking;

    subject_approvals(judge, subject);
    return purpose_permit(judge, marking->purpose) &&
           offences_permit(judge, marking->offences, marking->purpose) &&
           (subject->person == NULL || fields_permit(judge, subject)) &&
           retention_permit(judge, subject) && handling_permit(judge, marking->handling) &&
           classification_permit(judge, marking->classification) && source_permit(judge, subject) &&
           transfer_permit(judge, subject, body, subject_count);
}

/* --- the subjects of a message --- */

static struct subject subject_of_item(const struct item *item, const char *kind, size_t number)
{
    return (struct subject){item_marking(item), item->has_person ? &item->person : NULL, kind,
                            number};
}

static size_t subjects_count(const struct permit_question *question)
{
    size_t count = question->part_item_count;
    if (question->request != NULL)
        count += question->request->person_count;
    if (question->answer != NULL)
        count += question->answer->item_count;
    return count;
}

static struct subject subject_at(const struct permit_question *question, size_t index)
{
    if (question->request != NULL) {
        if (index < question->request->person_count) {
            const struct person *person = &question->request->persons[index];
            return (struct subject){&person->marking, person, "person", index + 1};
        }
        index -= question->request->person_count;
    }
    if (question->answer != NULL) {
        if (index < question->answer->item_count)
            return subject_of_item(&question->answer->items[index], "item", index + 1);
        index -= question->answer->item_count;
    }
    return subject_of_item(&question->part_items[index], "item in part", index + 1);
}

static bool subjects_permit(struct judge *judge, const struct body *body)
{
    size_t count = subjects_count(judge->question);

    for (size_t i = 0; i < count; i++) {
        struct subject subject = subject_at(judge->question, i);
        if (!subject_permit(judge, &subject, body, count))
            return false;
    }
    return true;
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

    return training_permit(judge, &body) && authority_permit(judge, request) &&
           basis_permit(judge) && type_permit(judge) && language_permit(judge, &body) &&
           declarations_permit(judge, request) && sizes_permit(judge, &body) &&
           quotas_permit(judge, &body) && purpose_permit(judge, request->purpose) &&
           offences_permit(judge, request->offences, request->purpose) &&
           handling_permit(judge, request->handling) &&
           classification_permit(judge, request->classification) && subjects_permit(judge, &body) &&
           rights_permit(judge, &body) && urgency_permit(judge, request);
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
           (!answer_gives(judge) || rights_permit(judge, &body));
}

/* Business without a body of its own rules: opened, assigned. */
static bool notice_permit(struct judge *judge)
{
    return basis_permit(judge) && type_permit(judge);
}

static bool business_permit(struct judge *judge)
{
    const struct permit_question *question = judge->question;

    if (!period_permit(judge) || !suspension_permit(judge))
        return false;
    if ((question->type == MESSAGE_REQUEST) != (question->request != NULL) ||
        (question->type == MESSAGE_ANSWER) != (question->answer != NULL))
        return refuse(judge, CLAUSE_MESSAGE_TYPES, "'%s' without its body",
                      message_type_name(question->type));
    if (question->request != NULL)
        return request_permit(judge, question->request);
    if (question->answer != NULL)
        return answer_permit(judge, question->answer);
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
    ruling_text(judge, clause, judge->ruling->text, text);
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
    snprintf(under, sizeof under, "under %.*s, %.*s", SPAN_ARG(clipped(basis->instrument, 80)),
             SPAN_ARG(clipped(basis->article, 24)));
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

/* An answer's body lasts as long as the most protected item that stands in it; parts have their own dates. */
static int64_t answer_erase_after_ms(const struct judge *judge)
{
    const struct answer *answer = judge->question->answer;
    int64_t after_ms = judge->agreement->retention_other.text_days * DAY_MS;

    for (size_t i = 0; i < answer->item_count; i++) {
        struct subject subject = subject_of_item(&answer->items[i], "item", i + 1);
        after_ms = smaller(after_ms, subject_erase_after_ms(judge, &subject));
    }
    return after_ms;
}

static void erasure_set(struct judge *judge)
{
    const struct agreement_retention_other *other = &judge->agreement->retention_other;

    if (judge->question->answer != NULL) {
        judge->ruling->erase_after_ms = answer_erase_after_ms(judge);
        return;
    }
    if (!message_type_is_business(judge->question->type)) {
        judge->ruling->erase_after_ms = other->head_days * DAY_MS;
        return;
    }
    judge->ruling->erase_after_ms = other->request_days * DAY_MS;
    judge->ruling->erase_from = ERASE_FROM_CLOSURE;
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

    *out = (struct ruling){.row = DEADLINE_NONE};
    if (!parties_permit(&judge))
        return false;
    if (!type_is_known(question->type))
        return refuse(&judge, CLAUSE_MESSAGE_TYPES, "this message type never goes to a partner");
    if (!message_type_is_business(question->type)) {
        allow(&judge, CLAUSE_MESSAGE_TYPES, "always: it is about the exchange itself");
        erasure_set(&judge);
        return true;
    }
    if (!business_permit(&judge)) {
        out->approvals = 0;
        return false;
    }
    business_allow(&judge);
    out->approvals &= agreement->four_eyes;
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
