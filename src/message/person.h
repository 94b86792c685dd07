/*
 * Person: one person in one case role, as far as known, with its own marking. The category belongs to the role, not to
 * the human being; the agreement allows fields by category (docs/safeguards.md b9, b15).
 */
#ifndef BESA_MESSAGE_PERSON_H
#define BESA_MESSAGE_PERSON_H

#include "message/marking.h"

enum person_category {
    PERSON_SUSPECT,
    PERSON_CONVICTED,
    PERSON_VICTIM,
    PERSON_WITNESS,
    PERSON_INFORMANT_PERSON, /* can give information */
    PERSON_CONTACT_ASSOCIATE,
    PERSON_MISSING_PERSON,
    PERSON_SMUGGLED_MIGRANT, /* protected */
    PERSON_UNIDENTIFIED,
    PERSON_OFFICER,
    PERSON_CATEGORY_COUNT
};
extern const char *const person_category_names[PERSON_CATEGORY_COUNT];

/* Bit numbers of person_fields(); never reused. */
enum person_field {
    PERSON_FIELD_NAMES, /* family and given names */
    PERSON_FIELD_FATHER_NAME,
    PERSON_FIELD_MAIDEN_NAME,
    PERSON_FIELD_ALIASES,
    PERSON_FIELD_SEX,
    PERSON_FIELD_BIRTH_DATE,
    PERSON_FIELD_BIRTH_PLACE,
    PERSON_FIELD_BIRTH_COUNTRY,
    PERSON_FIELD_NATIONALITY,
    PERSON_FIELD_DOCUMENTS, /* all but personal numbers */
    PERSON_FIELD_PERSONAL_NUMBER,
    PERSON_FIELD_PHONES,
    PERSON_FIELD_ADDRESSES,
    PERSON_FIELD_OCCUPATION,
    PERSON_FIELD_DESCRIPTION,
    PERSON_FIELD_SPECIAL_CATEGORIES, /* the marking names some */
    PERSON_FIELD_COUNT
};
extern const char *const person_field_names[PERSON_FIELD_COUNT];

enum name_script {
    SCRIPT_LATIN,
    SCRIPT_CYRILLIC,
    SCRIPT_GREEK,
    SCRIPT_ARABIC,
    SCRIPT_OTHER,
    SCRIPT_COUNT
};
extern const char *const name_script_names[SCRIPT_COUNT];

enum sex { SEX_UNSAID, SEX_FEMALE, SEX_MALE, SEX_OTHER, SEX_COUNT };
extern const char *const sex_names[SEX_COUNT]; /* [0] NULL */

enum document_kind {
    DOCUMENT_PASSPORT,
    DOCUMENT_ID_CARD,
    DOCUMENT_DRIVING_LICENCE,
    DOCUMENT_RESIDENCE_PERMIT,
    DOCUMENT_VISA,
    DOCUMENT_PERSONAL_NUMBER, /* CNP, NID */
    DOCUMENT_OTHER,
    DOCUMENT_KIND_COUNT
};
extern const char *const document_kind_names[DOCUMENT_KIND_COUNT];

#define PERSON_COUNT_MAX       32 /* of one message; more is a list, and lists need another ground */
#define PERSON_NAME_COUNT_MAX  16
#define PERSON_NAME_SIZE_MAX   120
#define PERSON_LIST_COUNT_MAX  16 /* nationalities, documents, phones, addresses */
#define PERSON_PLACE_SIZE_MAX  200
#define PERSON_NUMBER_SIZE_MAX 40
#define PERSON_LINK_SIZE_MAX   2000

struct person_name {
    struct span family;
    struct span given;
    struct span father;
    struct span maiden;
    struct span alias;
    enum name_script script;
};

struct person_document {
    enum document_kind kind;
    struct span number;
    struct span country; /* two capital letters; may be empty */
};

struct person {
    struct marking marking; /* its type is ENTITY_PERSON */
    enum person_category category;
    bool is_minor; /* under 18 or age in doubt: adds protection, never removes it */
    const struct person_name *names;
    size_t name_count;
    enum sex sex;
    struct span birth_date; /* YYYY, YYYY-MM, YYYY-MM-DD or empty */
    struct span birth_place;
    struct span birth_country;
    const struct span *nationalities;
    size_t nationality_count;
    const struct person_document *documents;
    size_t document_count;
    const struct span *phones;
    size_t phone_count;
    const struct span *addresses;
    size_t address_count;
    struct span occupation;
    struct span description;     /* unchangeable physical characteristics */
    struct span link_to_purpose; /* why this person is linked to what is asked or given */
};

extern const struct form person_form;

/* Which fields are filled: bits of enum person_field. */
uint64_t person_fields(const struct person *person);

#endif
