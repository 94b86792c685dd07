/* Own ident: see own_ident.h. */
#include "desk/own_ident.h"

#include <string.h>

static enum ident_kind kind_of(enum document_kind kind)
{
    return kind == DOCUMENT_PERSONAL_NUMBER ? IDENT_NUMBER : IDENT_DOCUMENT;
}

static bool ident_take(enum ident_kind kind, struct span text, struct span country,
                       struct ident *out)
{
    char code[3] = "";
    struct error ignored = {0};

    if (country.size == 2)
        memcpy(code, country.data, 2);
    return ident_read(kind, text, code, out, &ignored) && !out->is_worthless;
}

size_t own_idents(const struct person *person, struct ident out[OWN_IDENT_MAX])
{
    struct span country =
        person->nationality_count > 0 ? person->nationalities[0] : span_make(NULL, 0);
    size_t count = 0;

    for (size_t i = 0; i < person->document_count && count < OWN_IDENT_MAX; i++)
        count += ident_take(kind_of(person->documents[i].kind), person->documents[i].number,
                            person->documents[i].country, &out[count]);
    for (size_t i = 0; i < person->phone_count && count < OWN_IDENT_MAX; i++)
        count += ident_take(IDENT_PHONE, person->phones[i], country, &out[count]);
    return count;
}

uint32_t own_birth(const struct person *person)
{
    struct birth birth;
    struct error ignored = {0};

    return birth_read(person->birth_date, &birth, &ignored) ? birth_pack(&birth) : 0;
}
