/* Person: see person.h. */
#include "message/person.h"

#include "base/limits.h"
#include "message/form.h"

//= dir-2016-680 art 6
const char *const person_category_names[PERSON_CATEGORY_COUNT] = {
    [PERSON_SUSPECT] = "suspect",
    [PERSON_CONVICTED] = "convicted",
    [PERSON_VICTIM] = "victim",
    [PERSON_WITNESS] = "witness",
    [PERSON_INFORMANT_PERSON] = "informant_person",
    [PERSON_CONTACT_ASSOCIATE] = "contact_associate",
    [PERSON_MISSING_PERSON] = "missing_person",
    [PERSON_SMUGGLED_MIGRANT] = "smuggled_migrant",
    [PERSON_UNIDENTIFIED] = "unidentified",
    [PERSON_OFFICER] = "officer",
};

const char *const person_field_names[PERSON_FIELD_COUNT] = {
    [PERSON_FIELD_NAMES] = "names",
    [PERSON_FIELD_FATHER_NAME] = "father_name",
    [PERSON_FIELD_MAIDEN_NAME] = "maiden_name",
    [PERSON_FIELD_ALIASES] = "aliases",
    [PERSON_FIELD_SEX] = "sex",
    [PERSON_FIELD_BIRTH_DATE] = "birth_date",
    [PERSON_FIELD_BIRTH_PLACE] = "birth_place",
    [PERSON_FIELD_BIRTH_COUNTRY] = "birth_country",
    [PERSON_FIELD_NATIONALITY] = "nationality",
    [PERSON_FIELD_DOCUMENTS] = "documents",
    [PERSON_FIELD_PERSONAL_NUMBER] = "personal_number",
    [PERSON_FIELD_PHONES] = "phones",
    [PERSON_FIELD_ADDRESSES] = "addresses",
    [PERSON_FIELD_OCCUPATION] = "occupation",
    [PERSON_FIELD_DESCRIPTION] = "description",
    [PERSON_FIELD_SPECIAL_CATEGORIES] = "special_categories",
};

const char *const name_script_names[SCRIPT_COUNT] = {
    [SCRIPT_LATIN] = "latin",   [SCRIPT_CYRILLIC] = "cyrillic", [SCRIPT_GREEK] = "greek",
    [SCRIPT_ARABIC] = "arabic", [SCRIPT_OTHER] = "other",
};

const char *const sex_names[SEX_COUNT] = {
    [SEX_FEMALE] = "female",
    [SEX_MALE] = "male",
    [SEX_OTHER] = "other",
};

const char *const document_kind_names[DOCUMENT_KIND_COUNT] = {
    [DOCUMENT_PASSPORT] = "passport",
    [DOCUMENT_ID_CARD] = "id_card",
    [DOCUMENT_DRIVING_LICENCE] = "driving_licence",
    [DOCUMENT_RESIDENCE_PERMIT] = "residence_permit",
    [DOCUMENT_VISA] = "visa",
    [DOCUMENT_PERSONAL_NUMBER] = "personal_number",
    [DOCUMENT_OTHER] = "other",
};

static uint64_t field_bit(bool is_filled, enum person_field field)
{
    return is_filled ? UINT64_C(1) << field : 0;
}

static uint64_t name_fields(const struct person_name *name)
{
    return field_bit(name->family.size > 0 || name->given.size > 0, PERSON_FIELD_NAMES) |
           field_bit(name->father.size > 0, PERSON_FIELD_FATHER_NAME) |
           field_bit(name->maiden.size > 0, PERSON_FIELD_MAIDEN_NAME) |
           field_bit(name->alias.size > 0, PERSON_FIELD_ALIASES);
}

uint64_t person_fields(const struct person *person)
{
    uint64_t fields = 0;

    for (size_t i = 0; i < person->name_count; i++)
        fields |= name_fields(&person->names[i]);
    for (size_t i = 0; i < person->document_count; i++)
        fields |= field_bit(true, person->documents[i].kind == DOCUMENT_PERSONAL_NUMBER
                                      ? PERSON_FIELD_PERSONAL_NUMBER
                                      : PERSON_FIELD_DOCUMENTS);
    return fields | field_bit(person->sex != SEX_UNSAID, PERSON_FIELD_SEX) |
           field_bit(person->birth_date.size > 0, PERSON_FIELD_BIRTH_DATE) |
           field_bit(person->birth_place.size > 0, PERSON_FIELD_BIRTH_PLACE) |
           field_bit(person->birth_country.size > 0, PERSON_FIELD_BIRTH_COUNTRY) |
           field_bit(person->nationality_count > 0, PERSON_FIELD_NATIONALITY) |
           field_bit(person->phone_count > 0, PERSON_FIELD_PHONES) |
           field_bit(person->address_count > 0, PERSON_FIELD_ADDRESSES) |
           field_bit(person->occupation.size > 0, PERSON_FIELD_OCCUPATION) |
           field_bit(person->description.size > 0, PERSON_FIELD_DESCRIPTION) |
           field_bit(person->marking.special_categories != 0, PERSON_FIELD_SPECIAL_CATEGORIES);
}

static void name_check(const struct json_object *object, const void *value)
{
    const struct person_name *name = value;
    if (name->family.size == 0 && name->given.size == 0 && name->alias.size == 0)
        form_problem(object, NULL, ERROR_INPUT, "needs a family name, a given name or an alias");
}

static const struct form_field name_fields_table[] = {
    {.name = "family",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct person_name, family),
     .min = 1,
     .max = PERSON_NAME_SIZE_MAX,
     .about = "Family name or names."},
    {.name = "given",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct person_name, given),
     .min = 1,
     .max = PERSON_NAME_SIZE_MAX,
     .about = "Given name or names."},
    {.name = "father",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct person_name, father),
     .min = 1,
     .max = PERSON_NAME_SIZE_MAX,
     .about = "Father's name, where it is part of identity."},
    {.name = "maiden",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct person_name, maiden),
     .min = 1,
     .max = PERSON_NAME_SIZE_MAX,
     .about = "Name before marriage."},
    {.name = "alias",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct person_name, alias),
     .min = 1,
     .max = PERSON_NAME_SIZE_MAX,
     .about = "Name the person is also known by."},
    {.name = "script",
     .kind = FORM_CHOICE,
     FORM_AT(struct person_name, script),
     FORM_NAMES(name_script_names),
     .about = "The script it is written in here."},
};

static const struct form name_form = {
    .name = "name",
    .about = "One spelling of one name; at least a family name, a given name or an alias.",
    .fields = name_fields_table,
    .count = ARRAY_COUNT(name_fields_table),
    .size = sizeof(struct person_name),
    .check = name_check,
};

static const struct form_field document_fields[] = {
    {.name = "kind",
     .kind = FORM_CHOICE,
     FORM_AT(struct person_document, kind),
     FORM_NAMES(document_kind_names),
     .about = "What document it is."},
    {.name = "number",
     .kind = FORM_TEXT,
     FORM_AT(struct person_document, number),
     .min = 1,
     .max = PERSON_NUMBER_SIZE_MAX,
     .about = "Its number, or the personal number itself."},
    {.name = "country",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct person_document, country),
     .min = 2,
     .max = 2,
     .rule = &form_rule_country,
     .about = "The issuing state."},
};

static const struct form document_form = {
    .name = "document",
    .about = "An identity document or personal number.",
    .fields = document_fields,
    .count = ARRAY_COUNT(document_fields),
    .size = sizeof(struct person_document),
};

static void person_check(const struct json_object *object, const void *value)
{
    const struct person *person = value;
    bool is_known = person->name_count > 0 || person->document_count > 0 ||
                    person->phone_count > 0 || person->description.size > 0;

    if (person->marking.type != ENTITY_PERSON)
        form_problem(object, "marking", ERROR_INPUT, "must have type 'person'");
    if (!is_known && person->category != PERSON_UNIDENTIFIED)
        form_problem(object, "names", ERROR_INPUT,
                     "a name, document, phone or description is required, but for 'unidentified'");
}

static const struct form_field person_fields_table[] = {
    {.name = "marking",
     .kind = FORM_OBJECT,
     .form = &marking_form,
     FORM_AT(struct person, marking),
     .about = "Its type is `person`."},
    {.name = "category",
     .kind = FORM_CHOICE,
     FORM_AT(struct person, category),
     FORM_NAMES(person_category_names),
     .about = "The person's role in this case; the agreement allows fields by it."},
    {.name = "minor",
     .kind = FORM_BOOLEAN,
     .is_optional = true,
     FORM_AT(struct person, is_minor),
     .about = "Under 18, or age in doubt."},
    {.name = "names",
     .kind = FORM_OBJECTS,
     .is_optional = true,
     .form = &name_form,
     FORM_LIST_AT(struct person, names, name_count),
     .max = PERSON_NAME_COUNT_MAX,
     .about = "Names as far as known, each spelling apart."},
    {.name = "sex",
     .kind = FORM_CHOICE,
     .is_optional = true,
     FORM_AT(struct person, sex),
     FORM_NAMES(sex_names),
     .about = "As in the person's documents."},
    {.name = "birth_date",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct person, birth_date),
     .min = 4,
     .max = 10,
     .rule = &form_rule_date,
     .about = "As precise as known."},
    {.name = "birth_place",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct person, birth_place),
     .min = 1,
     .max = PERSON_PLACE_SIZE_MAX,
     .about = "Town or district."},
    {.name = "birth_country",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct person, birth_country),
     .min = 2,
     .max = 2,
     .rule = &form_rule_country,
     .about = "State of birth."},
    {.name = "nationalities",
     .kind = FORM_TEXTS,
     .is_optional = true,
     FORM_LIST_AT(struct person, nationalities, nationality_count),
     .max = PERSON_LIST_COUNT_MAX,
     .text_max = 2,
     .rule = &form_rule_country,
     .about = "States."},
    {.name = "documents",
     .kind = FORM_OBJECTS,
     .is_optional = true,
     .form = &document_form,
     FORM_LIST_AT(struct person, documents, document_count),
     .max = PERSON_LIST_COUNT_MAX,
     .about = "Identity documents and personal numbers."},
    {.name = "phones",
     .kind = FORM_TEXTS,
     .is_optional = true,
     FORM_LIST_AT(struct person, phones, phone_count),
     .max = PERSON_LIST_COUNT_MAX,
     .text_max = PERSON_NUMBER_SIZE_MAX,
     .about = "Numbers in international form."},
    {.name = "addresses",
     .kind = FORM_TEXTS,
     .is_optional = true,
     FORM_LIST_AT(struct person, addresses, address_count),
     .max = PERSON_LIST_COUNT_MAX,
     .text_max = PERSON_PLACE_SIZE_MAX,
     .about = "Residence or whereabouts."},
    {.name = "occupation",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct person, occupation),
     .min = 1,
     .max = PERSON_PLACE_SIZE_MAX,
     .about = "Profession or work."},
    {.name = "description",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct person, description),
     .min = 1,
     .max = PERSON_LINK_SIZE_MAX,
     .about = "Unchangeable physical characteristics."},
    {.name = "link_to_purpose",
     .kind = FORM_TEXT,
     FORM_AT(struct person, link_to_purpose),
     .min = 1,
     .max = PERSON_LINK_SIZE_MAX,
     .about = "Why this person is linked to what is asked or given."},
};

//= dir-2023-977 art 10
const struct form person_form = {
    .name = "person",
    .about = "One person in one case role, as far as known.",
    .fields = person_fields_table,
    .count = ARRAY_COUNT(person_fields_table),
    .size = sizeof(struct person),
    .check = person_check,
};
