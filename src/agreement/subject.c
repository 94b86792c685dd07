/*
 * Subjects: the persons and texts of a message, and the rules that each of them must pass: purpose, offences, fields by
 * category, retention, handling, classification, source system and transfer ground. See judge.h.
 */
#include "agreement/judge.h"

#include <inttypes.h>
#include <stdio.h>

#define BIT(n)            (UINT64_C(1) << (n))
#define DAY_MS            INT64_C(86400000)

#define SUBJECT_NAME_SIZE 48 /* "item in part 18446744073709551615" */

static const char *category_name(enum person_category category)
{
    return (unsigned)category < PERSON_CATEGORY_COUNT ? person_category_names[category] : "?";
}

/* --- purposes, offences, markings: of the body and of each subject --- */

bool purpose_permit(struct judge *judge, enum purpose purpose)
{
    if ((unsigned)purpose < PURPOSE_COUNT && judge->agreement->purposes & BIT(purpose))
        return true;
    return judge_refuse(judge, CLAUSE_PURPOSES, "purpose '%s' is not covered",
                        (unsigned)purpose < PURPOSE_COUNT ? purpose_names[purpose] : "?");
}

static uint64_t offences_agreed(const struct agreement *agreement)
{
    uint64_t agreed = 0;
    for (size_t i = 0; i < agreement->offence_count; i++)
        agreed |= OFFENCE_BIT(agreement->offences[i].offence);
    return agreed;
}

bool offences_permit(struct judge *judge, uint64_t offences, enum purpose purpose)
{
    uint64_t excess = offences & ~offences_agreed(judge->agreement);

    if (offences == 0 && purpose != PURPOSE_MISSING_PERSONS)
        return judge_refuse(judge, CLAUSE_OFFENCES, "no offence is named");
    for (size_t i = 0; i < OFFENCE_COUNT; i++)
        if (excess & BIT(i))
            return judge_refuse(judge, CLAUSE_OFFENCES, "offence '%s' is not covered",
                                offence_names[i]);
    return excess == 0 || judge_refuse(judge, CLAUSE_OFFENCES, "an offence is not covered");
}

bool handling_permit(struct judge *judge, uint64_t handling)
{
    uint64_t excess = handling & ~judge->agreement->handling_codes;

    for (size_t i = 0; i < HANDLING_COUNT; i++)
        if (excess & BIT(i))
            return judge_refuse(judge, CLAUSE_HANDLING_CODES, "handling code '%s' is not agreed",
                                handling_names[i]);
    return excess == 0 ||
           judge_refuse(judge, CLAUSE_HANDLING_CODES, "a handling code is not agreed");
}

/* The text names no level: that an item of some level exists is itself classified (g16). */
bool classification_permit(struct judge *judge, enum classification classification)
{
    if (classification <= judge->agreement->classification_ceiling)
        return true;
    return judge_refuse(judge, CLAUSE_CLASSIFICATION, "classified above the ceiling agreed");
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
        judge_refuse(judge, CLAUSE_SOURCE_SYSTEMS,
                     "%s %zu: source system '%s' may not cross to %.*s", subject->kind,
                     subject->number,
                     (unsigned)source < SOURCE_SYSTEM_COUNT ? source_system_names[source] : "?",
                     SPAN_ARG(judge->receiver->party));
        return judge_partner_reads(judge, CLAUSE_SOURCE_SYSTEMS, "not covered by the agreement");
    }
    //= dir-2016-680 art 35(1)(c)
    if ((source == SOURCE_PARTNER || marking->third_party.size > 0) &&
        marking->third_party_consent.size == 0) {
        judge_refuse(judge, CLAUSE_SOURCE_SYSTEMS, "%s %zu: its provider's consent is not recorded",
                     subject->kind, subject->number);
        return judge_partner_reads(judge, CLAUSE_SOURCE_SYSTEMS, "not covered by the agreement");
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
        return judge_refuse(judge, clause, "%s %zu: category '%s' is not covered", subject->kind,
                            subject->number, category_name(category));
    for (size_t i = 0; i < PERSON_FIELD_COUNT; i++)
        if (excess & BIT(i))
            return judge_refuse(judge, clause, "%s %zu: '%s' may not pass about category '%s'",
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
        return judge_refuse(judge, CLAUSE_RETENTION, "%s %zu: its time has ended", subject->kind,
                            subject->number);
    if (marking->erase_at_ms - judge->question->created_ms > cap_ms)
        return judge_refuse(judge, CLAUSE_RETENTION,
                            "%s %zu: to be erased later than %" PRId64 " days", subject->kind,
                            subject->number, cap_ms / DAY_MS);
    if (marking->review_at_ms - judge->question->created_ms > review_ms)
        return judge_refuse(judge, CLAUSE_RETENTION,
                            "%s %zu: to be reviewed later than %" PRId64 " days", subject->kind,
                            subject->number, review_ms / DAY_MS);
    return true;
}

/* Its own ground, else that of the body. A text about facts is taken for personal data: it nearly always is. */
static const struct transfer *subject_transfer(const struct subject *subject,
                                               const struct body *body)
{
    return subject->marking->has_transfer ? &subject->marking->transfer : body->transfer;
}

/* One ground, named for whom or what `who` says. A derogation says why, and is approved as one. */
static bool ground_permit(struct judge *judge, const char *who, const struct transfer *transfer)
{
    if (transfer == NULL || transfer->ground == TRANSFER_NONE ||
        transfer->ground >= TRANSFER_GROUND_COUNT)
        return judge_refuse(judge, CLAUSE_TRANSFER_GROUND, "%s: no transfer ground", who);
    const char *name = transfer_ground_names[transfer->ground];
    if ((judge->agreement->transfer_grounds & BIT(transfer->ground)) == 0)
        return judge_refuse(judge, CLAUSE_TRANSFER_GROUND, "%s: ground '%s' is not agreed", who,
                            name);
    if (transfer->instrument.size == 0 || transfer->article.size == 0)
        return judge_refuse(judge, CLAUSE_TRANSFER_GROUND,
                            "%s: ground '%s' without instrument and article", who, name);
    if (transfer->review_at_ms <= judge->question->created_ms)
        return judge_refuse(judge, CLAUSE_TRANSFER_GROUND,
                            "%s: the review of its ground is overdue", who);
    if (!transfer_is_derogation(transfer->ground))
        return true;
    judge->ruling->approvals |= BIT(FOUR_EYES_SINGLE_TRANSFER);
    return transfer->reason.size > 0 || judge_refuse(judge, CLAUSE_TRANSFER_SINGLE,
                                                     "%s: ground '%s' without a reason", who, name);
}

//= dir-2016-680 art 35(1)(d)
bool body_transfer_permit(struct judge *judge, const char *who, const struct transfer *transfer)
{
    return !agreement_leaves_union(judge->sender, judge->receiver) ||
           ground_permit(judge, who, transfer);
}

//= dir-2016-680 art 35(1)(d)
//= dir-2016-680 art 37
//= dir-2016-680 art 38
static bool transfer_permit(struct judge *judge, const struct subject *subject,
                            const struct body *body, size_t subject_count)
{
    const struct transfer *transfer = subject_transfer(subject, body);
    char who[SUBJECT_NAME_SIZE];

    if (!agreement_leaves_union(judge->sender, judge->receiver))
        return true;
    snprintf(who, sizeof who, "%s %zu", subject->kind, subject->number);
    if (!ground_permit(judge, who, transfer))
        return false;
    if (transfer_is_derogation(transfer->ground) && !subject->marking->has_transfer &&
        subject_count > 1)
        return judge_refuse(judge, CLAUSE_TRANSFER_SINGLE,
                            "%s: ground '%s' stands once for several; each needs its reason", who,
                            transfer_ground_names[transfer->ground]);
    return true;
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

/* Of an answer, or of what is given unasked. */
static size_t body_items(const struct permit_question *question, const struct item **items)
{
    if (question->answer != NULL)
        return message_items(MESSAGE_ANSWER, question->answer, items);
    if (question->spontaneous != NULL)
        return message_items(MESSAGE_SPONTANEOUS, question->spontaneous, items);
    return 0;
}

size_t subjects_count(const struct permit_question *question)
{
    const struct item *items = NULL;
    size_t count = question->part_item_count + body_items(question, &items);

    if (question->request != NULL)
        count += question->request->person_count;
    return count;
}

static struct subject subject_at(const struct permit_question *question, size_t index)
{
    const struct item *items = NULL;
    size_t item_count = body_items(question, &items);

    if (question->request != NULL) {
        if (index < question->request->person_count) {
            const struct person *person = &question->request->persons[index];
            return (struct subject){&person->marking, person, "person", index + 1};
        }
        index -= question->request->person_count;
    }
    if (index < item_count)
        return subject_of_item(&items[index], "item", index + 1);
    index -= item_count;
    return subject_of_item(&question->part_items[index], "item in part", index + 1);
}

bool subjects_permit(struct judge *judge, const struct body *body)
{
    size_t count = subjects_count(judge->question);

    for (size_t i = 0; i < count; i++) {
        struct subject subject = subject_at(judge->question, i);
        if (!subject_permit(judge, &subject, body, count))
            return false;
    }
    return true;
}

bool subjects_permit_alone(struct judge *judge)
{
    size_t count = subjects_count(judge->question);

    for (size_t i = 0; i < count; i++) {
        struct subject subject = subject_at(judge->question, i);
        const struct marking *marking = subject.marking;
        if ((marking->handling & ~HANDLING_BIT(HANDLING_H0)) != 0)
            return judge_refuse(judge, CLAUSE_EMERGENCY, "%s %zu: under a handling code",
                                subject.kind, subject.number);
        if (marking->source_system == SOURCE_PARTNER || marking->third_party.size > 0) {
            judge_refuse(judge, CLAUSE_EMERGENCY, "%s %zu: of another provider", subject.kind,
                         subject.number);
            return judge_partner_reads(judge, CLAUSE_EMERGENCY, "not covered by the agreement");
        }
    }
    return true;
}

/* Parts have dates of their own; what stands in the body goes with its most protected item. */
int64_t subjects_erase_after_ms(const struct judge *judge)
{
    const struct item *items = NULL;
    size_t count = body_items(judge->question, &items);
    int64_t after_ms = judge->agreement->retention_other.text_days * DAY_MS;

    for (size_t i = 0; i < count; i++) {
        struct subject subject = subject_of_item(&items[i], "item", i + 1);
        after_ms = smaller(after_ms, subject_erase_after_ms(judge, &subject));
    }
    return after_ms;
}
