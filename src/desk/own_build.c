/* A person put together: see own_build.h. */
#include "desk/own_build.h"

#include "crypto/digest.h"
#include "match/birth.h"
#include "message/form.h"

#include <stdio.h>
#include <strings.h>

const char *const own_field_names[OWN_FIELD_COUNT] = {
    [OWN_EXTERNAL] = "external",
    [OWN_FAMILY] = "family",
    [OWN_GIVEN] = "given",
    [OWN_FATHER] = "father",
    [OWN_MAIDEN] = "maiden",
    [OWN_ALIAS] = "alias",
    [OWN_NAME] = "name",
    [OWN_SEX] = "sex",
    [OWN_BIRTH_DATE] = "birth_date",
    [OWN_BIRTH_PLACE] = "birth_place",
    [OWN_BIRTH_COUNTRY] = "birth_country",
    [OWN_NATIONALITY] = "nationality",
    [OWN_PASSPORT] = "passport",
    [OWN_ID_CARD] = "id_card",
    [OWN_DOCUMENT] = "document",
    [OWN_PERSONAL_NUMBER] = "personal_number",
    [OWN_PHONE] = "phone",
    [OWN_ADDRESS] = "address",
    [OWN_OCCUPATION] = "occupation",
    [OWN_DESCRIPTION] = "description",
    [OWN_CATEGORY] = "category",
    [OWN_MINOR] = "minor",
    [OWN_SHIELD] = "shielded",
    [OWN_CASE] = "case",
    [OWN_EVALUATION] = "evaluation",
};

bool own_field_of(struct span name, enum own_field *out)
{
    for (size_t i = 0; i < OWN_FIELD_COUNT; i++)
        if (span_is(name, own_field_names[i])) {
            *out = (enum own_field)i;
            return true;
        }
    return false;
}

void own_build_begin(struct own_build *build, const struct own_entry *usual)
{
    build->entry = *usual;
    if (build->text != NULL)
        buffer_clear(build->text);
    build->given_count = 0;
    build->family_count = 0;
    struct person *person = &build->entry.person;
    person->names = build->names;
    person->name_count = 0;
    person->documents = build->documents;
    person->document_count = 0;
    person->phones = build->phones;
    person->phone_count = 0;
    person->addresses = build->addresses;
    person->address_count = 0;
    person->nationalities = build->nationalities;
    person->nationality_count = 0;
}

static bool wrong(enum own_field field, const char *why, struct error *err)
{
    return error_set(err, ERROR_INPUT, "%s: %s", own_field_names[field], why);
}

static bool word_is(struct span value, const char *word)
{
    return value.size == strlen(word) &&
           strncasecmp((const char *)value.data, word, value.size) == 0;
}

/* --- names --- */

static enum name_script script_of(struct span text)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if (c >= 0xCE && c <= 0xCF)
            return SCRIPT_GREEK;
        if (c >= 0xD0 && c <= 0xD3)
            return SCRIPT_CYRILLIC;
        if (c >= 0xD8 && c <= 0xDB)
            return SCRIPT_ARABIC;
        if (c >= 0xE1)
            return SCRIPT_OTHER;
    }
    return SCRIPT_LATIN;
}

static struct person_name *name_new(struct own_build *build, struct span value)
{
    struct person *person = &build->entry.person;

    if (person->name_count == PERSON_NAME_COUNT_MAX)
        return NULL;
    struct person_name *name = &build->names[person->name_count++];
    *name = (struct person_name){.script = script_of(value)};
    return name;
}

/* The first family name goes with the first given name, the second with the second. */
static bool name_part(struct own_build *build, enum own_field field, struct span value,
                      struct error *err)
{
    size_t *place = field == OWN_GIVEN ? &build->given_count : &build->family_count;
    struct person_name *name =
        *place < build->entry.person.name_count ? &build->names[*place] : name_new(build, value);

    if (name == NULL)
        return wrong(field, "more names than one person may have", err);
    (*place)++;
    if (field == OWN_GIVEN)
        name->given = value;
    else
        name->family = value;
    return true;
}

static bool name_add(struct own_build *build, enum own_field field, struct span value,
                     struct error *err)
{
    struct person_name *name;

    if (value.size > PERSON_NAME_SIZE_MAX)
        return wrong(field, "longer than a name may be", err);
    if (field == OWN_GIVEN || field == OWN_FAMILY)
        return name_part(build, field, value, err);
    if (field == OWN_FATHER || field == OWN_MAIDEN) {
        if (build->entry.person.name_count == 0)
            return wrong(field, "stands behind a name", err);
        name = &build->names[0];
        *(field == OWN_FATHER ? &name->father : &name->maiden) = value;
        return true;
    }
    name = name_new(build, value);
    if (name == NULL)
        return wrong(field, "more names than one person may have", err);
    if (field == OWN_ALIAS)
        name->alias = value;
    else
        name->family = value;
    return true;
}

/* --- dates, countries, numbers --- */

static bool date_set(struct own_build *build, struct span value, struct error *err)
{
    struct error ignored = {0};
    struct birth birth;

    if (!birth_read(value, &birth, &ignored) || birth.year == 0)
        return wrong(OWN_BIRTH_DATE, "is no date", err);
    if (birth.day != 0)
        snprintf(build->birth_date, sizeof build->birth_date, "%04u-%02u-%02u", birth.year % 10000u,
                 birth.month % 100u, birth.day % 100u);
    else if (birth.month != 0)
        snprintf(build->birth_date, sizeof build->birth_date, "%04u-%02u", birth.year % 10000u,
                 birth.month % 100u);
    else /* 1 January stands for the year alone */
        snprintf(build->birth_date, sizeof build->birth_date, "%04u", birth.year % 10000u);
    build->entry.person.birth_date = span_text(build->birth_date);
    return form_rule_date.holds(build->entry.person.birth_date) ||
           wrong(OWN_BIRTH_DATE, "is in no calendar", err);
}

static bool country_set(enum own_field field, struct span value, char out[3], struct error *err)
{
    if (value.size != 2)
        return wrong(field, "two letters", err);
    for (size_t i = 0; i < 2; i++) {
        uint8_t c = value.data[i];
        out[i] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        if (out[i] < 'A' || out[i] > 'Z')
            return wrong(field, "two letters", err);
    }
    out[2] = 0;
    return true;
}

static bool nationality_add(struct own_build *build, struct span value, struct error *err)
{
    struct person *person = &build->entry.person;
    size_t at = person->nationality_count;

    if (at == PERSON_LIST_COUNT_MAX)
        return wrong(OWN_NATIONALITY, "more than one person may have", err);
    if (!country_set(OWN_NATIONALITY, value, build->countries[at], err))
        return false;
    build->nationalities[at] = span_text(build->countries[at]);
    person->nationality_count++;
    return true;
}

/* "AL:BX1034567": the country may stand before the number. */
static bool document_add(struct own_build *build, enum own_field field, struct span value,
                         struct error *err)
{
    static const enum document_kind kinds[OWN_FIELD_COUNT] = {
        [OWN_PASSPORT] = DOCUMENT_PASSPORT,
        [OWN_ID_CARD] = DOCUMENT_ID_CARD,
        [OWN_DOCUMENT] = DOCUMENT_OTHER,
        [OWN_PERSONAL_NUMBER] = DOCUMENT_PERSONAL_NUMBER,
    };
    struct person *person = &build->entry.person;
    struct span country = {NULL, 0};

    if (value.size > 3 && value.data[2] == ':') {
        country = span_part(value, 0, 2);
        value = span_part(value, 3, value.size);
        for (size_t i = 0; i < 2; i++)
            if (country.data[i] < 'A' || country.data[i] > 'Z')
                return wrong(field, "two capital letters before the colon", err);
    }
    if (value.size > PERSON_NUMBER_SIZE_MAX)
        return wrong(field, "longer than a number may be", err);
    if (person->document_count == PERSON_LIST_COUNT_MAX)
        return wrong(field, "more than one person may have", err);
    build->documents[person->document_count++] =
        (struct person_document){.kind = kinds[field], .number = value, .country = country};
    return true;
}

static bool list_add(enum own_field field, struct span value, size_t size_max, struct span *list,
                     size_t *count, struct error *err)
{
    if (value.size > size_max)
        return wrong(field, "is too long", err);
    if (*count == PERSON_LIST_COUNT_MAX)
        return wrong(field, "more than one person may have", err);
    list[(*count)++] = value;
    return true;
}

static bool text_set(enum own_field field, struct span value, size_t size_max, struct span *out,
                     struct error *err)
{
    if (value.size > size_max)
        return wrong(field, "is too long", err);
    *out = value;
    return true;
}

/* --- choices --- */

static bool sex_set(struct own_build *build, struct span value, struct error *err)
{
    enum sex *sex = &build->entry.person.sex;

    if (word_is(value, "m") || word_is(value, "male"))
        *sex = SEX_MALE;
    else if (word_is(value, "f") || word_is(value, "female"))
        *sex = SEX_FEMALE;
    else if (word_is(value, "x") || word_is(value, "other"))
        *sex = SEX_OTHER;
    else
        return wrong(OWN_SEX, "m, f or x", err);
    return true;
}

static bool category_set(struct own_build *build, struct span value, struct error *err)
{
    for (size_t i = 0; i < PERSON_CATEGORY_COUNT; i++)
        if (span_is(value, person_category_names[i])) {
            build->entry.person.category = (enum person_category)i;
            return true;
        }
    return wrong(OWN_CATEGORY, "is none of the categories of Article 6", err);
}

static bool flag_set(enum own_field field, struct span value, bool *out, struct error *err)
{
    *out = word_is(value, "yes") || word_is(value, "true") || span_is(value, "1");
    return *out || word_is(value, "no") || word_is(value, "false") || span_is(value, "0") ||
           wrong(field, "yes or no", err);
}

static bool evaluation_set(struct own_build *build, struct span value, struct error *err)
{
    for (size_t i = 0; value.size == 2 && i < SOURCE_EVAL_COUNT; i++)
        if (value.data[0] == (uint8_t)source_eval_names[i][0] && value.data[1] >= '1' &&
            value.data[1] <= '4') {
            build->entry.person.marking.source_eval = (enum source_eval)i;
            build->entry.person.marking.info_eval = value.data[1] - '0';
            return true;
        }
    return wrong(OWN_EVALUATION, "A to C or X, then 1 to 4", err);
}

static bool field_set(struct own_build *build, enum own_field field, struct span value,
                      struct error *err)
{
    struct own_entry *entry = &build->entry;
    struct person *person = &entry->person;

    switch (field) {
    case OWN_EXTERNAL:
        return text_set(field, value, OWN_EXTERNAL_SIZE_MAX, &entry->external, err);
    case OWN_FAMILY:
    case OWN_GIVEN:
    case OWN_FATHER:
    case OWN_MAIDEN:
    case OWN_ALIAS:
    case OWN_NAME:
        return name_add(build, field, value, err);
    case OWN_SEX:
        return sex_set(build, value, err);
    case OWN_BIRTH_DATE:
        return date_set(build, value, err);
    case OWN_BIRTH_PLACE:
        return text_set(field, value, PERSON_PLACE_SIZE_MAX, &person->birth_place, err);
    case OWN_BIRTH_COUNTRY:
        person->birth_country = span_make(build->birth_country, 2);
        return country_set(field, value, build->birth_country, err);
    case OWN_NATIONALITY:
        return nationality_add(build, value, err);
    case OWN_PASSPORT:
    case OWN_ID_CARD:
    case OWN_DOCUMENT:
    case OWN_PERSONAL_NUMBER:
        return document_add(build, field, value, err);
    case OWN_PHONE:
        return list_add(field, value, PERSON_NUMBER_SIZE_MAX, build->phones, &person->phone_count,
                        err);
    case OWN_ADDRESS:
        return list_add(field, value, PERSON_PLACE_SIZE_MAX, build->addresses,
                        &person->address_count, err);
    case OWN_OCCUPATION:
        return text_set(field, value, PERSON_PLACE_SIZE_MAX, &person->occupation, err);
    case OWN_DESCRIPTION:
        return text_set(field, value, PERSON_LINK_SIZE_MAX, &person->description, err);
    case OWN_CATEGORY:
        return category_set(build, value, err);
    case OWN_MINOR:
        return flag_set(field, value, &person->is_minor, err);
    case OWN_SHIELD:
        return flag_set(field, value, &entry->is_shielded, err);
    case OWN_CASE:
        return text_set(field, value, OWN_CASE_SIZE_MAX, &entry->case_number, err);
    case OWN_EVALUATION:
        return evaluation_set(build, value, err);
    case OWN_FIELD_COUNT:
        break;
    }
    return error_set(err, ERROR_BUG, "a field that is not known");
}

static void field_text(struct buffer *text, enum own_field field, struct span value)
{
    char digits[24];
    size_t at = sizeof digits;

    for (size_t left = value.size; left > 0; left /= 10)
        digits[--at] = (char)('0' + left % 10);
    buffer_byte(text, (uint8_t)('a' + field));
    buffer_add(text, span_make(digits + at, sizeof digits - at));
    buffer_byte(text, ':');
    buffer_add(text, value);
}

bool own_build_add(struct own_build *build, enum own_field field, struct span value,
                   struct error *err)
{
    if (value.size == 0)
        return true;
    if (!text_is_plain(value)) /* and UTF-8 */
        return wrong(field, "is no plain text in UTF-8", err);
    if (!field_set(build, field, value, err))
        return false;
    if (build->text != NULL)
        field_text(build->text, field, value);
    return true;
}

/* A person keeps the id over imports: it is made of register and number (UUID version 8, RFC 9562). */
static void id_make(struct own_build *build, struct span source)
{
    char text[OWN_SOURCE_SIZE_MAX + OWN_EXTERNAL_SIZE_MAX + 2];
    uint8_t digest[DIGEST_SIZE];
    uint8_t *id = build->entry.person.marking.id;
    int size =
        snprintf(text, sizeof text, "%.*s/%.*s", SPAN_ARG(source), SPAN_ARG(build->entry.external));

    digest_sha256(span_make(text, (size_t)size), digest);
    memcpy(id, digest, UUID_SIZE);
    id[6] = (uint8_t)((id[6] & 0x0F) | 0x80);
    id[8] = (uint8_t)((id[8] & 0x3F) | 0x80);
}

bool own_build_end(struct own_build *build, struct span source, struct own_entry *out,
                   struct error *err)
{
    const struct person *person = &build->entry.person;

    if (build->entry.external.size == 0)
        return wrong(OWN_EXTERNAL, "every person needs a number", err);
    if (person->name_count == 0 && person->document_count == 0 && person->phone_count == 0)
        return wrong(OWN_NAME, "a name, a document or a telephone is needed", err);
    id_make(build, source);
    *out = build->entry;
    if (build->text != NULL)
        buffer_byte(build->text, '\n');
    return build->text == NULL || !build->text->failed ||
           error_set(err, ERROR_LIMIT, "a person is too long");
}
