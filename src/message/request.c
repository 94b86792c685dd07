/* Request: see request.h. */
#include "message/request.h"

#include "message/form.h"
#include "message/rules.h"

//= dir-2023-977 art 4(4)
const char *const urgency_ground_names[URGENCY_GROUND_COUNT] = {
    [URGENCY_THREAT_PUBLIC_SECURITY] = "threat_public_security",
    [URGENCY_THREAT_LIFE] = "threat_life",
    [URGENCY_RESTRICTIVE_MEASURES] = "restrictive_measures",
    [URGENCY_LOSS_OF_RELEVANCE] = "loss_of_relevance",
};

const char *const foreign_channel_names[CHANNEL_COUNT] = {
    [CHANNEL_SIENA] = "siena",           [CHANNEL_INTERPOL] = "interpol",
    [CHANNEL_SELEC] = "selec",           [CHANNEL_EUROJUST] = "eurojust",
    [CHANNEL_FRONTEX] = "frontex",       [CHANNEL_LIAISON] = "liaison_officer",
    [CHANNEL_PROSECUTOR] = "prosecutor", [CHANNEL_OTHER] = "other",
};

static const struct form_field foreign_reference_fields[] = {
    {.name = "channel",
     .kind = FORM_CHOICE,
     FORM_AT(struct foreign_reference, channel),
     FORM_NAMES(foreign_channel_names),
     .about = "Where the matter was sent already."},
    {.name = "reference",
     .kind = FORM_TEXT,
     FORM_AT(struct foreign_reference, reference),
     .min = 1,
     .max = REFERENCE_SIZE_MAX,
     .about = "Its reference there."},
};

const struct form foreign_reference_form = {
    .name = "foreign_reference",
    .about = "The same matter on another channel.",
    .fields = foreign_reference_fields,
    .count = ARRAY_COUNT(foreign_reference_fields),
    .size = sizeof(struct foreign_reference),
};

/* Urgent only for one of the closed grounds, with the facts that show it. */
static void urgency_check(const struct json_object *object, const struct request *request)
{
    if (!request->is_urgent) {
        if (request->urgency_ground != URGENCY_NONE)
            form_problem(object, "urgency_ground", ERROR_INPUT, "stands only in an urgent request");
        if (request->urgency_reason.size > 0)
            form_problem(object, "urgency_reason", ERROR_INPUT, "stands only in an urgent request");
        return;
    }
    if (request->urgency_ground == URGENCY_NONE)
        form_problem(object, "urgency_ground", ERROR_RULE, "is required: urgent on which ground?");
    if (request->urgency_reason.size == 0)
        form_problem(object, "urgency_reason", ERROR_RULE,
                     "is required: the objective reasons of the urgency");
}

//= dir-2023-977 art 4(3)(a)
//= dir-2023-977 art 4(3)(b)
static void declarations_check(const struct json_object *object, const struct request *request)
{
    if (!request->is_necessary_and_proportionate)
        form_problem(object, "necessary_and_proportionate", ERROR_RULE, "must be declared");
    if (!request->is_believed_available)
        form_problem(object, "believed_available", ERROR_RULE, "must be declared");
    if (!request->has_no_death_penalty)
        form_problem(object, "no_death_penalty", ERROR_RULE, "must be declared");
}

static const struct marking *marking_at(const void *body, size_t index)
{
    const struct request *request = body;
    return &request->persons[index].marking;
}

static bool is_person(const void *body, size_t index)
{
    (void)body;
    (void)index;
    return true;
}

static void request_check(const struct json_object *object, const void *value)
{
    const struct request *request = value;
    struct marked_list persons = {.body = request,
                                  .count = request->person_count,
                                  .name = "persons",
                                  .inner = "",
                                  .marking_at = marking_at,
                                  .is_person = is_person};

    urgency_check(object, request);
    declarations_check(object, request);
    if (request->offences == 0 && request->purpose != PURPOSE_MISSING_PERSONS)
        form_problem(object, "offences", ERROR_RULE,
                     "at least one is required, but for purpose 'missing_persons'");
    rules_handling(object, request->handling, request->handling_note);
    rules_check(object, &persons, request->has_transfer ? &request->transfer : NULL,
                request->classification);
    parts_check(object, &request->parts, &request->attachments);
}

//= dir-2023-977 art 4(5)
static const struct form_field request_fields[] = {
    {.name = "reference",
     .kind = FORM_TEXT,
     FORM_AT(struct request, reference),
     .min = 1,
     .max = REFERENCE_SIZE_MAX,
     .about = "The sender's own reference."},
    {.name = "case_reference",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct request, case_reference),
     .min = 1,
     .max = REFERENCE_SIZE_MAX,
     .about = "The case it belongs to."},
    {.name = "refers_to",
     .kind = FORM_UUID,
     FORM_MAYBE_AT(struct request, refers_to, has_refers_to),
     .about =
         "Asks again: the message id of an earlier request of its sender, whose answer leaves something open or "
         "was wrong. That one stays answered; this one has limits of its own."},
    {.name = "authority",
     .kind = FORM_TEXT,
     FORM_AT(struct request, authority),
     .min = 1,
     .max = AUTHORITY_SIZE_MAX,
     .about = "The requesting authority."},
    {.name = "address",
     .kind = FORM_TEXT,
     FORM_AT(struct request, address),
     .min = 1,
     .max = ADDRESS_SIZE_MAX,
     .about = "Its address."},
    {.name = "officer",
     .kind = FORM_TEXT,
     FORM_AT(struct request, officer),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "Pseudonym of the officer who declares."},
    {.name = "approved_by",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct request, approved_by),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "Pseudonym of the second officer, where one approved."},
    {.name = "purpose",
     .kind = FORM_CHOICE,
     FORM_AT(struct request, purpose),
     FORM_NAMES(purpose_names),
     .about = "What the information is for."},
    {.name = "offences",
     .kind = FORM_CHOICES,
     FORM_AT(struct request, offences),
     FORM_NAMES(offence_names),
     .about = "The offences concerned; may be empty only for missing persons."},
    {.name = "facts",
     .kind = FORM_TEXT,
     FORM_AT(struct request, facts),
     .min = 1,
     .max = REQUEST_FACTS_SIZE_MAX,
     .about = "The facts of the case."},
    {.name = "asked",
     .kind = FORM_TEXT,
     FORM_AT(struct request, asked),
     .min = 1,
     .max = REQUEST_ASKED_SIZE_MAX,
     .about = "What is asked, as precisely as possible."},
    {.name = "believed_available_reason",
     .kind = FORM_TEXT,
     FORM_AT(struct request, believed_available_reason),
     .min = 1,
     .max = REQUEST_REASON_SIZE_MAX,
     .about = "Objective reasons to believe that the other side holds it."},
    {.name = "persons",
     .kind = FORM_OBJECTS,
     .is_optional = true,
     .form = &person_form,
     FORM_LIST_AT(struct request, persons, person_count),
     .max = PERSON_COUNT_MAX,
     .about = "The persons concerned, each with the link to the purpose."},
    {.name = "urgent",
     .kind = FORM_BOOLEAN,
     FORM_AT(struct request, is_urgent),
     .about = "Whether the short time limits run."},
    {.name = "urgency_ground",
     .kind = FORM_CHOICE,
     .is_optional = true,
     FORM_AT(struct request, urgency_ground),
     FORM_NAMES(urgency_ground_names),
     .about = "Exactly when urgent."},
    {.name = "urgency_reason",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct request, urgency_reason),
     .min = 1,
     .max = REQUEST_REASON_SIZE_MAX,
     .about = "The objective reasons, exactly when urgent."},
    {.name = "language",
     .kind = FORM_TEXT,
     FORM_AT(struct request, language),
     .min = 2,
     .max = 2,
     .rule = &form_rule_language,
     .about = "Language of this request."},
    {.name = "handling",
     .kind = FORM_CHOICES,
     FORM_AT(struct request, handling),
     .min = 1,
     FORM_NAMES(handling_names),
     .about = "Restrictions on the use of the request itself."},
    {.name = "handling_note",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct request, handling_note),
     .min = 1,
     .max = MARKING_NOTE_SIZE_MAX,
     .about = "Required with H3."},
    {.name = "classification",
     .kind = FORM_CHOICE,
     FORM_AT(struct request, classification),
     FORM_NAMES(classification_names),
     .about = "Not below that of any person in it."},
    {.name = "foreign_references",
     .kind = FORM_OBJECTS,
     .is_optional = true,
     .form = &foreign_reference_form,
     FORM_LIST_AT(struct request, foreign_references, foreign_reference_count),
     .max = FOREIGN_REFERENCE_COUNT_MAX,
     .about = "The same matter on other channels."},
    {.name = "necessary_and_proportionate",
     .kind = FORM_BOOLEAN,
     FORM_AT(struct request, is_necessary_and_proportionate),
     .about = "Declared by the officer; must be true."},
    {.name = "believed_available",
     .kind = FORM_BOOLEAN,
     FORM_AT(struct request, is_believed_available),
     .about = "Declared by the officer; must be true."},
    {.name = "no_death_penalty",
     .kind = FORM_BOOLEAN,
     FORM_AT(struct request, has_no_death_penalty),
     .about = "Declared: not used to request, hand down or carry out a death penalty or cruel "
              "treatment; must be true."},
    {.name = "transfer",
     .kind = FORM_OBJECT,
     .form = &transfer_form,
     FORM_MAYBE_AT(struct request, transfer, has_transfer),
     .about =
         "Ground of its words, and of every person whose marking names none; Article 38 for one "
         "only. Required when it leaves the Union; the reply to a question about the request "
         "stands on it too."},
    {.name = "training",
     .kind = FORM_BOOLEAN,
     .is_optional = true,
     FORM_AT(struct request, is_training),
     .about = "Fictional data of an exercise."},
    {.name = "parts",
     .kind = FORM_OBJECTS,
     .is_optional = true,
     .form = &part_form,
     FORM_LIST_AT(struct request, parts.items, parts.count),
     .max = PART_COUNT_MAX,
     .about = "What can be erased alone."},
    {.name = "attachments",
     .kind = FORM_OBJECTS,
     .is_optional = true,
     .form = &attachment_form,
     FORM_LIST_AT(struct request, attachments.items, attachments.count),
     .max = ATTACHMENT_COUNT_MAX,
     .about = "Files."},
};

const struct form request_form = {
    .name = "request",
    .about = "A request for information to the other party.",
    .fields = request_fields,
    .count = ARRAY_COUNT(request_fields),
    .size = sizeof(struct request),
    .check = request_check,
};

bool request_read(struct span body, struct arena *arena, struct request *out,
                  struct problems *problems)
{
    return form_read(&request_form, body, arena, out, problems);
}

bool request_write(const struct request *request, struct buffer *buffer)
{
    return form_write(&request_form, request, buffer);
}

const struct transfer *request_transfer_of(const struct request *request,
                                           const struct person *person)
{
    if (person->marking.has_transfer)
        return &person->marking.transfer;
    return request->has_transfer ? &request->transfer : NULL;
}
