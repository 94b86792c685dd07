/* Own alike: see own_alike.h. */
#include "desk/own_alike.h"

#include "desk/own_ident.h"
#include "desk/own_index.h"

_Static_assert((int)OWN_IDENT_MAX <= OWN_ASKED_NUMBER_MAX, "each number of a person has a bit");

static bool numbers_ask(struct own_finding *finding, const struct person *person, struct error *err)
{
    struct ident idents[OWN_IDENT_MAX];
    size_t count = own_idents(person, idents);

    for (size_t i = 0; i < count; i++) {
        finding->kinds[i] = idents[i].kind;
        if (!own_find_number(finding, &idents[i], i, err))
            return false;
    }
    return true;
}

static bool names_ask(struct own_finding *finding, const struct person *person, size_t limit,
                      struct error *err)
{
    struct span names[INDEX_NAMES_MAX];
    size_t count = own_names(person, finding->arena, names);
    struct birth birth = birth_unpack(own_birth(person));

    for (size_t i = 0; i < count && i < OWN_ALIKE_NAME_MAX; i++)
        if (!own_find_name(finding, names[i], birth, limit, err))
            return false;
    return true;
}

bool own_alike(struct own_finding *finding, const struct person *person, size_t limit,
               struct error *err)
{
    struct own_values values;
    struct record_input question;

    own_record_input(person, own_birth(person), &values, &question);
    return numbers_ask(finding, person, err) && names_ask(finding, person, limit, err) &&
           own_find_load(finding, NULL, err) && own_find_score(finding, &question, err);
}
