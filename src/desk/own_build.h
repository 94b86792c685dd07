/* A person put together from named texts: what the readers of files share. Private to own_file*.c. */
#ifndef BESA_DESK_OWN_BUILD_H
#define BESA_DESK_OWN_BUILD_H

#include "desk/own_form.h"

enum own_field {
    OWN_EXTERNAL,
    OWN_FAMILY,
    OWN_GIVEN,
    OWN_FATHER,
    OWN_MAIDEN,
    OWN_ALIAS,
    OWN_NAME, /* whole, its parts not told apart */
    OWN_SEX,
    OWN_BIRTH_DATE,
    OWN_BIRTH_PLACE,
    OWN_BIRTH_COUNTRY,
    OWN_NATIONALITY,
    OWN_PASSPORT,
    OWN_ID_CARD,
    OWN_DOCUMENT,
    OWN_PERSONAL_NUMBER,
    OWN_PHONE,
    OWN_ADDRESS,
    OWN_OCCUPATION,
    OWN_DESCRIPTION,
    OWN_CATEGORY,
    OWN_MINOR,
    OWN_SHIELD,
    OWN_CASE,
    OWN_EVALUATION,
    OWN_FIELD_COUNT
};
extern const char *const own_field_names[OWN_FIELD_COUNT];

struct own_build {
    struct own_entry entry;
    struct person_name names[PERSON_NAME_COUNT_MAX];
    struct person_document documents[PERSON_LIST_COUNT_MAX];
    struct span phones[PERSON_LIST_COUNT_MAX];
    struct span addresses[PERSON_LIST_COUNT_MAX];
    struct span nationalities[PERSON_LIST_COUNT_MAX];
    size_t given_count; /* names that already have that part */
    size_t family_count;
    char birth_date[11];
    char birth_country[3];
    char countries[PERSON_LIST_COUNT_MAX][3];
    struct buffer
        *text; /* what was added to the person at hand, as own_slice.h has it; NULL: nobody asks */
};

void own_build_begin(struct own_build *build, const struct own_entry *usual);
/* One value, which must stay in place until the entry is done with. False with the field's name in `err`. */
bool own_build_add(struct own_build *build, enum own_field field, struct span value,
                   struct error *err);
/* Gives the entry its id and checks what every person must have. */
bool own_build_end(struct own_build *build, struct span source, struct own_entry *out,
                   struct error *err);
/* False: a field of this name is not known. */
bool own_field_of(struct span name, enum own_field *out);

#endif
