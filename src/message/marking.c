/* Marking: see marking.h. */
#include "message/marking.h"

#include "base/limits.h"
#include "message/form.h"

const char *const entity_type_names[ENTITY_TYPE_COUNT] = {
    [ENTITY_PERSON] = "person",
    [ENTITY_TEXT] = "text",
};

const char *const source_system_names[SOURCE_SYSTEM_COUNT] = {
    [SOURCE_NATIONAL] = "national", [SOURCE_SIS] = "sis",           [SOURCE_VIS] = "vis",
    [SOURCE_EES] = "ees",           [SOURCE_ETIAS] = "etias",       [SOURCE_EURODAC] = "eurodac",
    [SOURCE_ECRIS] = "ecris",       [SOURCE_PRUEM] = "pruem",       [SOURCE_PNR] = "pnr",
    [SOURCE_EUROPOL] = "europol",   [SOURCE_INTERPOL] = "interpol", [SOURCE_SELEC] = "selec",
    [SOURCE_PARTNER] = "partner",   [SOURCE_PRIVATE] = "private",
};

//= dir-2016-680 art 1(1)
const char *const purpose_names[PURPOSE_COUNT] = {
    [PURPOSE_PREVENTION] = "prevention",
    [PURPOSE_DETECTION] = "detection",
    [PURPOSE_INVESTIGATION] = "investigation",
    [PURPOSE_PROSECUTION] = "prosecution",
    [PURPOSE_IMMEDIATE_THREAT] = "immediate_threat",
    [PURPOSE_MISSING_PERSONS] = "missing_persons",
};

const char *const source_eval_names[SOURCE_EVAL_COUNT] = {
    [SOURCE_EVAL_A] = "A",
    [SOURCE_EVAL_B] = "B",
    [SOURCE_EVAL_C] = "C",
    [SOURCE_EVAL_X] = "X",
};

const char *const nature_names[NATURE_COUNT] = {
    [NATURE_FACT] = "fact",
    [NATURE_ASSESSMENT] = "assessment",
};

const char *const handling_names[HANDLING_COUNT] = {
    [HANDLING_H0] = "H0",
    [HANDLING_H1] = "H1",
    [HANDLING_H2] = "H2",
    [HANDLING_H3] = "H3",
};

const char *const classification_names[CLASSIFICATION_COUNT] = {
    [CLASSIFICATION_UNCLASSIFIED] = "unclassified",
    [CLASSIFICATION_LIMITED] = "limited",
    [CLASSIFICATION_RESTRICTED] = "restricted",
    [CLASSIFICATION_CONFIDENTIAL] = "confidential",
    [CLASSIFICATION_SECRET] = "secret",
    [CLASSIFICATION_TOP_SECRET] = "top_secret",
};

const char *const permitted_action_names[PERMITTED_ACTION_COUNT] = {
    [PERMITTED_NO_CONTACT] = "no_contact",
    [PERMITTED_PASSIVE_CHECK] = "passive_check",
    [PERMITTED_ACTION_ALLOWED] = "action_allowed",
};

const char *const special_category_names[SPECIAL_CATEGORY_COUNT] = {
    [SPECIAL_RACIAL_OR_ETHNIC_ORIGIN] = "racial_or_ethnic_origin",
    [SPECIAL_POLITICAL_OPINIONS] = "political_opinions",
    [SPECIAL_BELIEFS] = "religious_or_philosophical_beliefs",
    [SPECIAL_TRADE_UNION] = "trade_union_membership",
    [SPECIAL_GENETIC] = "genetic_data",
    [SPECIAL_BIOMETRIC] = "biometric_data",
    [SPECIAL_HEALTH] = "health",
    [SPECIAL_SEX_LIFE] = "sex_life_or_orientation",
};

const char *handling_fault(uint64_t handling, struct span note)
{
    if (handling == 0)
        return "holds no code";
    if (handling & HANDLING_BIT(HANDLING_H0) && handling != HANDLING_BIT(HANDLING_H0))
        return "H0 stands alone";
    if (handling & HANDLING_BIT(HANDLING_H3) && note.size == 0)
        return "H3 needs a note that says what the restriction is";
    return NULL;
}

static void source_check(const struct json_object *object, const struct marking *marking)
{
    if (marking->source_system == SOURCE_PARTNER && marking->source_partner.size == 0)
        form_problem(object, "source_partner", ERROR_INPUT,
                     "is required with source system 'partner'");
    if (marking->source_system != SOURCE_PARTNER && marking->source_partner.size > 0)
        form_problem(object, "source_partner", ERROR_INPUT,
                     "stands only with source system 'partner'");
}

/* Data that another state or body provided passes on only with its authorisation, an immediate threat apart. */
//= dir-2016-680 art 35(1)(c)
//= dir-2016-680 art 35(2)
static void third_party_check(const struct json_object *object, const struct marking *marking)
{
    if (marking->third_party.size == 0) {
        if (marking->third_party_restriction.size > 0 || marking->third_party_consent.size > 0)
            form_problem(object, "third_party", ERROR_INPUT,
                         "is required with a restriction or consent");
        return;
    }
    if (marking->third_party_consent.size == 0 && marking->purpose != PURPOSE_IMMEDIATE_THREAT)
        form_problem(object, "third_party_consent", ERROR_RULE,
                     "is required: the third party must have authorised it");
}

static void times_check(const struct json_object *object, const struct marking *marking)
{
    if (marking->as_of_ms > marking->recorded_at_ms)
        form_problem(object, "as_of", ERROR_INPUT, "lies after recorded_at");
    if (marking->review_at_ms < marking->recorded_at_ms)
        form_problem(object, "review_at", ERROR_INPUT, "lies before recorded_at");
    //= dir-2016-680 art 5
    if (marking->erase_at_ms < marking->review_at_ms ||
        marking->erase_at_ms <= marking->recorded_at_ms)
        form_problem(object, "erase_at", ERROR_INPUT, "lies before review_at or recorded_at");
}

static void marking_check(const struct json_object *object, const void *value)
{
    const struct marking *marking = value;
    const char *fault = handling_fault(marking->handling, marking->handling_note);

    source_check(object, marking);
    third_party_check(object, marking);
    times_check(object, marking);
    if (fault != NULL)
        form_problem(object, "handling", ERROR_INPUT, "%s", fault);
    if (marking->offences == 0 && marking->purpose != PURPOSE_MISSING_PERSONS)
        form_problem(object, "offences", ERROR_RULE,
                     "at least one is required, but for purpose 'missing_persons'");
    //= dir-2016-680 art 10
    if (marking->special_categories != 0 && marking->special_justification.size == 0)
        form_problem(object, "special_justification", ERROR_RULE,
                     "is required: special categories only if strictly necessary");
    if (marking->special_categories == 0 && marking->special_justification.size > 0)
        form_problem(object, "special_categories", ERROR_INPUT, "is required with a justification");
}

static const struct form_field marking_fields[] = {
    {.name = "id",
     .kind = FORM_UUID,
     FORM_AT(struct marking, id),
     .about = "Id of the thing marked; recall, correction and erasure name it."},
    {.name = "type",
     .kind = FORM_CHOICE,
     FORM_AT(struct marking, type),
     FORM_NAMES(entity_type_names),
     .about = "What the thing is."},
    {.name = "schema_version",
     .kind = FORM_INTEGER,
     FORM_AT(struct marking, schema_version),
     .min = 1,
     .max = MARKING_SCHEMA,
     .about = "Version of the thing's fields."},
    {.name = "origin_party",
     .kind = FORM_TEXT,
     FORM_AT(struct marking, origin_party),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "The party that provided it and decides about its use."},
    {.name = "origin_ref",
     .kind = FORM_TEXT,
     FORM_AT(struct marking, origin_ref),
     .min = 1,
     .max = MARKING_REF_SIZE_MAX,
     .about = "The provider's own reference."},
    {.name = "source_system",
     .kind = FORM_CHOICE,
     FORM_AT(struct marking, source_system),
     FORM_NAMES(source_system_names),
     .about = "The system it was taken from. What is unknown is not sent."},
    {.name = "source_partner",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct marking, source_partner),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "Which partner; only with source system `partner`."},
    {.name = "purpose",
     .kind = FORM_CHOICE,
     FORM_AT(struct marking, purpose),
     FORM_NAMES(purpose_names),
     .about = "The purpose it was collected for and may serve."},
    {.name = "offences",
     .kind = FORM_CHOICES,
     FORM_AT(struct marking, offences),
     FORM_NAMES(offence_names),
     .about = "The offences concerned; may be empty only for missing persons."},
    {.name = "source_eval",
     .kind = FORM_CHOICE,
     FORM_AT(struct marking, source_eval),
     FORM_NAMES(source_eval_names),
     .about = "4x4: the source."},
    {.name = "info_eval",
     .kind = FORM_INTEGER,
     FORM_AT(struct marking, info_eval),
     .min = 1,
     .max = 4,
     .about = "4x4: the information."},
    {.name = "nature",
     .kind = FORM_CHOICE,
     FORM_AT(struct marking, nature),
     FORM_NAMES(nature_names),
     .about = "A fact, or somebody's assessment."},
    {.name = "handling",
     .kind = FORM_CHOICES,
     FORM_AT(struct marking, handling),
     .min = 1,
     FORM_NAMES(handling_names),
     .about = "Handling codes; H0 stands alone, H3 needs a note."},
    {.name = "handling_note",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct marking, handling_note),
     .min = 1,
     .max = MARKING_NOTE_SIZE_MAX,
     .about = "Other restrictions and comments; required with H3."},
    {.name = "classification",
     .kind = FORM_CHOICE,
     FORM_AT(struct marking, classification),
     FORM_NAMES(classification_names),
     .about = "Secrecy mark; what exceeds the agreement's ceiling is refused."},
    {.name = "permitted_action",
     .kind = FORM_CHOICE,
     .is_optional = true,
     FORM_AT(struct marking, permitted_action),
     FORM_NAMES(permitted_action_names),
     .about = "What the receiver may do with it in the field."},
    {.name = "as_of",
     .kind = FORM_TIME,
     FORM_AT(struct marking, as_of_ms),
     .about = "When it was so."},
    {.name = "recorded_at",
     .kind = FORM_TIME,
     FORM_AT(struct marking, recorded_at_ms),
     .about = "When the provider recorded it."},
    {.name = "recorded_by",
     .kind = FORM_TEXT,
     FORM_AT(struct marking, recorded_by),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "Pseudonym of the officer."},
    {.name = "review_at",
     .kind = FORM_TIME,
     FORM_AT(struct marking, review_at_ms),
     .about = "When its need is reviewed."},
    {.name = "erase_at",
     .kind = FORM_TIME,
     FORM_AT(struct marking, erase_at_ms),
     .about = "When it is erased at the latest."},
    {.name = "special_categories",
     .kind = FORM_CHOICES,
     .is_optional = true,
     FORM_AT(struct marking, special_categories),
     FORM_NAMES(special_category_names),
     .about = "Special categories of personal data in it."},
    {.name = "special_justification",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct marking, special_justification),
     .min = 1,
     .max = MARKING_NOTE_SIZE_MAX,
     .about = "Why they are strictly necessary; required with special categories."},
    {.name = "transfer",
     .kind = FORM_OBJECT,
     .form = &transfer_form,
     FORM_MAYBE_AT(struct marking, transfer, has_transfer),
     .about = "The ground of this thing's transfer, if not that of the whole message."},
    {.name = "third_party",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct marking, third_party),
     .min = 1,
     .max = MARKING_REF_SIZE_MAX,
     .about = "The state or body that the provider has it from."},
    {.name = "third_party_restriction",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct marking, third_party_restriction),
     .min = 1,
     .max = MARKING_NOTE_SIZE_MAX,
     .about = "What the third party demands; binds the receiver."},
    {.name = "third_party_consent",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct marking, third_party_consent),
     .min = 1,
     .max = MARKING_REF_SIZE_MAX,
     .about = "Reference of its consent; may lack only in an immediate threat."},
    {.name = "restricted",
     .kind = FORM_BOOLEAN,
     .is_optional = true,
     FORM_AT(struct marking, is_restricted),
     .about = "Processing is restricted: contested, or kept as evidence only."},
    {.name = "supersedes",
     .kind = FORM_UUID,
     FORM_MAYBE_AT(struct marking, supersedes, has_supersedes),
     .about = "Id of the thing that this one replaces."},
};

//= reg-2016-794 art 29
//= dir-2016-680 art 7(1)
//= dir-2016-680 art 9(3)
const struct form marking_form = {
    .name = "marking",
    .about = "What every thing carries: whence it comes, how good it is, what may be done with it, "
             "until when.",
    .fields = marking_fields,
    .count = ARRAY_COUNT(marking_fields),
    .size = sizeof(struct marking),
    .check = marking_check,
};
