/* Answer: see answer.h. */
#include "message/answer.h"

#include "message/form.h"
#include "message/request.h"
#include "message/rules.h"

const char *const answer_outcome_names[ANSWER_OUTCOME_COUNT] = {
    [ANSWER_FULL] = "full",
    [ANSWER_PARTIAL] = "partial",
    [ANSWER_NOTHING_HELD] = "nothing_held",
    [ANSWER_REFUSED] = "refused",
};

static bool gives_something(const struct answer *answer)
{
    return answer->item_count > 0 || answer->parts.count > 0;
}

/* A refusal covers only the part concerned, and every refusal names its grounds. */
//= dir-2023-977 art 6(1)
static void outcome_check(const struct json_object *object, const struct answer *answer)
{
    bool must_give = answer->outcome == ANSWER_FULL || answer->outcome == ANSWER_PARTIAL;
    bool must_refuse = answer->outcome == ANSWER_PARTIAL || answer->outcome == ANSWER_REFUSED;
    const char *outcome = answer_outcome_names[answer->outcome];

    if (must_give && !gives_something(answer))
        form_problem(object, "items", ERROR_INPUT, "outcome '%s' gives something", outcome);
    if (!must_give && answer->item_count > 0)
        form_problem(object, "items", ERROR_INPUT, "outcome '%s' gives nothing", outcome);
    if (!must_give && answer->parts.count > 0)
        form_problem(object, "parts", ERROR_INPUT, "outcome '%s' gives nothing", outcome);
    if (must_refuse && answer->refusal_count == 0)
        form_problem(object, "refusals", ERROR_RULE, "outcome '%s' names its grounds", outcome);
    if (!must_refuse && answer->refusal_count > 0)
        form_problem(object, "refusals", ERROR_INPUT, "outcome '%s' refuses nothing", outcome);
}

static void refusals_check(const struct json_object *object, const struct answer *answer)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < answer->refusal_count; i++) {
        uint64_t bit = UINT64_C(1) << answer->refusals[i].ground;
        if (seen & bit)
            form_problem(object, "refusals", ERROR_INPUT, "element %zu: its ground stands twice",
                         i);
        seen |= bit;
    }
}

static void giving_check(const struct json_object *object, const struct answer *answer)
{
    if (!gives_something(answer))
        return;
    //= dir-2016-680 art 7(2)
    if (answer->to_judge.size == 0)
        form_problem(object, "to_judge", ERROR_RULE,
                     "is required: what the receiver needs to judge it");
    if (!answer->has_no_death_penalty)
        form_problem(object, "no_death_penalty", ERROR_RULE, "must be declared");
}

static const struct marking *marking_at(const void *body, size_t index)
{
    const struct answer *answer = body;
    return item_marking(&answer->items[index]);
}

static bool is_person(const void *body, size_t index)
{
    const struct answer *answer = body;
    return answer->items[index].has_person;
}

static void answer_check(const struct json_object *object, const void *value)
{
    const struct answer *answer = value;
    struct marked_list items = {.body = answer,
                                .count = answer->item_count,
                                .name = "items",
                                .inner = ".person",
                                .marking_at = marking_at,
                                .is_person = is_person};

    outcome_check(object, answer);
    refusals_check(object, answer);
    giving_check(object, answer);
    rules_handling(object, answer->handling, answer->handling_note);
    rules_check(object, &items, answer->has_transfer ? &answer->transfer : NULL,
                answer->classification);
    parts_check(object, &answer->parts, &answer->attachments);
}

static const struct form_field answer_fields[] = {
    {.name = "reference",
     .kind = FORM_TEXT,
     FORM_AT(struct answer, reference),
     .min = 1,
     .max = REFERENCE_SIZE_MAX,
     .about = "The sender's own reference."},
    {.name = "request_reference",
     .kind = FORM_TEXT,
     FORM_AT(struct answer, request_reference),
     .min = 1,
     .max = REFERENCE_SIZE_MAX,
     .about = "The asker's reference of the request."},
    {.name = "outcome",
     .kind = FORM_CHOICE,
     FORM_AT(struct answer, outcome),
     FORM_NAMES(answer_outcome_names),
     .about = "What became of the request."},
    {.name = "items",
     .kind = FORM_OBJECTS,
     .is_optional = true,
     .form = &item_form,
     FORM_LIST_AT(struct answer, items, item_count),
     .max = ITEM_COUNT_MAX,
     .about = "What is given; full and partial give something here or in parts."},
    {.name = "refusals",
     .kind = FORM_OBJECTS,
     .is_optional = true,
     .form = &refusal_form,
     FORM_LIST_AT(struct answer, refusals, refusal_count),
     .max = ANSWER_REFUSAL_COUNT_MAX,
     .about = "Exactly when partial or refused."},
    {.name = "to_judge",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct answer, to_judge),
     .min = 1,
     .max = ANSWER_JUDGE_SIZE_MAX,
     .about = "What the receiver needs to judge accuracy, completeness, reliability and how "
              "current it is; required when something is given."},
    {.name = "officer",
     .kind = FORM_TEXT,
     FORM_AT(struct answer, officer),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "Pseudonym of the officer."},
    {.name = "approved_by",
     .kind = FORM_TEXT,
     FORM_AT(struct answer, approved_by),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "Pseudonym of the approving officer."},
    {.name = "emergency_single",
     .kind = FORM_CHOICE,
     .is_optional = true,
     FORM_AT(struct answer, emergency),
     FORM_NAMES(urgency_ground_names),
     .about = "Sent by one officer alone in an emergency: on which ground."},
    {.name = "judicial_authorisation",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct answer, judicial_authorisation),
     .min = 1,
     .max = REFERENCE_SIZE_MAX,
     .about = "Its reference, where one was needed."},
    {.name = "supplements",
     .kind = FORM_UUID,
     FORM_MAYBE_AT(struct answer, supplements, has_supplements),
     .about =
         "Of a further answer: the message id of an earlier one of its sender to the same request, to "
         "which this adds, or which it mends; that one stays as it is. A thing that is mended is named by "
         "`supersedes` of its marking. No limit runs for it."},
    {.name = "language",
     .kind = FORM_TEXT,
     FORM_AT(struct answer, language),
     .min = 2,
     .max = 2,
     .rule = &form_rule_language,
     .about = "Language of this answer."},
    {.name = "handling",
     .kind = FORM_CHOICES,
     FORM_AT(struct answer, handling),
     .min = 1,
     FORM_NAMES(handling_names),
     .about = "Restrictions on the use of the answer itself."},
    {.name = "handling_note",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct answer, handling_note),
     .min = 1,
     .max = MARKING_NOTE_SIZE_MAX,
     .about = "Required with H3."},
    {.name = "classification",
     .kind = FORM_CHOICE,
     FORM_AT(struct answer, classification),
     FORM_NAMES(classification_names),
     .about = "Not below that of any item in it."},
    {.name = "no_death_penalty",
     .kind = FORM_BOOLEAN,
     .is_optional = true,
     FORM_AT(struct answer, has_no_death_penalty),
     .about = "Declared as in a request; must be true when something is given."},
    {.name = "transfer",
     .kind = FORM_OBJECT,
     .form = &transfer_form,
     FORM_MAYBE_AT(struct answer, transfer, has_transfer),
     .about = "Ground for every person whose marking names none; Article 38 for one only."},
    {.name = "training",
     .kind = FORM_BOOLEAN,
     .is_optional = true,
     FORM_AT(struct answer, is_training),
     .about = "Fictional data of an exercise."},
    {.name = "parts",
     .kind = FORM_OBJECTS,
     .is_optional = true,
     .form = &part_form,
     FORM_LIST_AT(struct answer, parts.items, parts.count),
     .max = PART_COUNT_MAX,
     .about = "What can be erased alone."},
    {.name = "attachments",
     .kind = FORM_OBJECTS,
     .is_optional = true,
     .form = &attachment_form,
     FORM_LIST_AT(struct answer, attachments.items, attachments.count),
     .max = ATTACHMENT_COUNT_MAX,
     .about = "Files. A file has no marking of its own and bears the strictest one beside it, "
              "so one marked item at least stands with it. What leaves the Union with files names "
              "its ground in `transfer`."},
};

const struct form answer_form = {
    .name = "answer",
    .about = "The answer to the request named in in-reply-to.",
    .fields = answer_fields,
    .count = ARRAY_COUNT(answer_fields),
    .size = sizeof(struct answer),
    .check = answer_check,
};

bool answer_read(struct span body, struct arena *arena, struct answer *out,
                 struct problems *problems)
{
    return form_read(&answer_form, body, arena, out, problems);
}

bool answer_write(const struct answer *answer, struct buffer *buffer)
{
    return form_write(&answer_form, answer, buffer);
}

const struct transfer *answer_transfer_of(const struct answer *answer, const struct person *person)
{
    if (person->marking.has_transfer)
        return &person->marking.transfer;
    return answer->has_transfer ? &answer->transfer : NULL;
}
