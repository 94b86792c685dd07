/* Own-initiative information: see spontaneous.h. */
#include "message/spontaneous.h"

#include "message/form.h"
#include "message/rules.h"

const char *const provision_names[PROVISION_COUNT] = {
    [PROVISION_MAY] = "may",
    [PROVISION_MUST] = "must",
};

const char *const provision_exception_names[EXCEPTION_COUNT] = {
    [EXCEPTION_C] = "c",
    [EXCEPTION_F_I] = "f_i",
    [EXCEPTION_F_II] = "f_ii",
    [EXCEPTION_F_III] = "f_iii",
};

//= dir-2023-977 art 7(2)
static void provision_check(const struct json_object *object, const struct spontaneous *value)
{
    if (value->offences == 0 && value->provision == PROVISION_MUST)
        form_problem(object, "offences", ERROR_RULE,
                     "at least one is required: what must be given is about a serious offence");
    else if (value->offences == 0 && value->purpose != PURPOSE_MISSING_PERSONS)
        form_problem(object, "offences", ERROR_RULE,
                     "at least one is required, but for purpose 'missing_persons'");
    if (value->exception != EXCEPTION_NONE && value->provision == PROVISION_MUST)
        form_problem(object, "exception", ERROR_INPUT, "stands only with provision 'may'");
}

static void giving_check(const struct json_object *object, const struct spontaneous *value)
{
    if (value->item_count == 0 && value->parts.count == 0)
        form_problem(object, "items", ERROR_INPUT, "gives nothing, here or in parts");
    if (!value->has_no_death_penalty)
        form_problem(object, "no_death_penalty", ERROR_RULE, "must be declared");
}

static const struct marking *marking_at(const void *body, size_t index)
{
    const struct spontaneous *value = body;
    return item_marking(&value->items[index]);
}

static bool is_person(const void *body, size_t index)
{
    const struct spontaneous *value = body;
    return value->items[index].has_person;
}

static void spontaneous_check(const struct json_object *object, const void *body)
{
    const struct spontaneous *value = body;
    struct marked_list items = {.body = value,
                                .count = value->item_count,
                                .name = "items",
                                .inner = ".person",
                                .marking_at = marking_at,
                                .is_person = is_person};

    provision_check(object, value);
    giving_check(object, value);
    rules_handling(object, value->handling, value->handling_note);
    rules_check(object, &items, value->has_transfer ? &value->transfer : NULL,
                value->classification);
    parts_check(object, &value->parts, &value->attachments);
}

static const struct form_field spontaneous_fields[] = {
    {.name = "reference",
     .kind = FORM_TEXT,
     FORM_AT(struct spontaneous, reference),
     .min = 1,
     .max = REFERENCE_SIZE_MAX,
     .about = "The sender's own reference."},
    {.name = "case_reference",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct spontaneous, case_reference),
     .min = 1,
     .max = REFERENCE_SIZE_MAX,
     .about = "The case it comes from."},
    {.name = "authority",
     .kind = FORM_TEXT,
     FORM_AT(struct spontaneous, authority),
     .min = 1,
     .max = AUTHORITY_SIZE_MAX,
     .about = "The authority that gives it."},
    {.name = "provision",
     .kind = FORM_CHOICE,
     FORM_AT(struct spontaneous, provision),
     FORM_NAMES(provision_names),
     .about = "May: it could be relevant. Must: the same, of a serious offence (see the list of "
              "offences below); then at least one of them is serious."},
    {.name = "exception",
     .kind = FORM_CHOICE,
     .is_optional = true,
     FORM_AT(struct spontaneous, exception),
     FORM_NAMES(provision_exception_names),
     .about =
         "Ground of refusal that frees from giving it; required where a serious offence is named "
         "with `may`. Absent in what older nodes wrote, which is read."},
    {.name = "purpose",
     .kind = FORM_CHOICE,
     FORM_AT(struct spontaneous, purpose),
     FORM_NAMES(purpose_names),
     .about = "What it may serve."},
    {.name = "offences",
     .kind = FORM_CHOICES,
     .is_optional = true,
     FORM_AT(struct spontaneous, offences),
     FORM_NAMES(offence_names),
     .about = "The offences concerned; may be empty only for missing persons."},
    {.name = "relevance",
     .kind = FORM_TEXT,
     FORM_AT(struct spontaneous, relevance),
     .min = 1,
     .max = SPONTANEOUS_RELEVANCE_SIZE_MAX,
     .about = "Objective reasons to believe that it could be relevant to the receiver."},
    {.name = "to_judge",
     .kind = FORM_TEXT,
     FORM_AT(struct spontaneous, to_judge),
     .min = 1,
     .max = SPONTANEOUS_JUDGE_SIZE_MAX,
     //= dir-2016-680 art 7(2)
     .about = "What the receiver needs to judge accuracy, completeness, reliability and how "
              "current it is."},
    {.name = "officer",
     .kind = FORM_TEXT,
     FORM_AT(struct spontaneous, officer),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "Pseudonym of the officer."},
    {.name = "approved_by",
     .kind = FORM_TEXT,
     FORM_AT(struct spontaneous, approved_by),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "Pseudonym of the approving officer."},
    {.name = "language",
     .kind = FORM_TEXT,
     FORM_AT(struct spontaneous, language),
     .min = 2,
     .max = 2,
     .rule = &form_rule_language,
     .about = "Language of this message."},
    {.name = "handling",
     .kind = FORM_CHOICES,
     FORM_AT(struct spontaneous, handling),
     .min = 1,
     FORM_NAMES(handling_names),
     .about = "Restrictions on the use of the message itself."},
    {.name = "handling_note",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct spontaneous, handling_note),
     .min = 1,
     .max = MARKING_NOTE_SIZE_MAX,
     .about = "Required with H3."},
    {.name = "classification",
     .kind = FORM_CHOICE,
     FORM_AT(struct spontaneous, classification),
     FORM_NAMES(classification_names),
     .about = "Not below that of any item in it."},
    {.name = "foreign_references",
     .kind = FORM_OBJECTS,
     .is_optional = true,
     .form = &foreign_reference_form,
     FORM_LIST_AT(struct spontaneous, foreign_references, foreign_reference_count),
     .max = FOREIGN_REFERENCE_COUNT_MAX,
     .about = "The same matter on other channels."},
    {.name = "no_death_penalty",
     .kind = FORM_BOOLEAN,
     FORM_AT(struct spontaneous, has_no_death_penalty),
     .about = "Declared as in a request; must be true."},
    {.name = "items",
     .kind = FORM_OBJECTS,
     .is_optional = true,
     .form = &item_form,
     FORM_LIST_AT(struct spontaneous, items, item_count),
     .max = ITEM_COUNT_MAX,
     .about = "What is given; something stands here or in parts."},
    {.name = "transfer",
     .kind = FORM_OBJECT,
     .form = &transfer_form,
     FORM_MAYBE_AT(struct spontaneous, transfer, has_transfer),
     .about = "Ground for every person whose marking names none; Article 38 for one only."},
    {.name = "training",
     .kind = FORM_BOOLEAN,
     .is_optional = true,
     FORM_AT(struct spontaneous, is_training),
     .about = "Fictional data of an exercise."},
    {.name = "parts",
     .kind = FORM_OBJECTS,
     .is_optional = true,
     .form = &part_form,
     FORM_LIST_AT(struct spontaneous, parts.items, parts.count),
     .max = PART_COUNT_MAX,
     .about = "What can be erased alone."},
    {.name = "attachments",
     .kind = FORM_OBJECTS,
     .is_optional = true,
     .form = &attachment_form,
     FORM_LIST_AT(struct spontaneous, attachments.items, attachments.count),
     .max = ATTACHMENT_COUNT_MAX,
     .about = "Files. A file has no marking of its own and bears the strictest one beside it, "
              "so one marked item at least stands with it. What leaves the Union with files names "
              "its ground in `transfer`."},
};

const struct form spontaneous_form = {
    .name = "spontaneous",
    .about = "Information given unasked, since it could be relevant to the other party.",
    .fields = spontaneous_fields,
    .count = ARRAY_COUNT(spontaneous_fields),
    .size = sizeof(struct spontaneous),
    .check = spontaneous_check,
};

bool spontaneous_read(struct span body, struct arena *arena, struct spontaneous *out,
                      struct problems *problems)
{
    return form_read(&spontaneous_form, body, arena, out, problems);
}

bool spontaneous_write(const struct spontaneous *spontaneous, struct buffer *buffer)
{
    return form_write(&spontaneous_form, spontaneous, buffer);
}
