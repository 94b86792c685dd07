/*
 * Difference: what changes from one version of an agreement to the next, in plain words, each sentence with its clause and
 * whether it is stricter or looser. The sentences come from a walk over the tables that read the document, so no field
 * can be missed; the words for each field are one row of a table beside them.
 */
#ifndef BESA_AGREEMENT_DIFFERENCE_H
#define BESA_AGREEMENT_DIFFERENCE_H

#include "agreement/agreement.h"
#include "base/json.h"

enum difference_effect {
    DIFFERENCE_STRICTER,
    DIFFERENCE_LOOSER,
    DIFFERENCE_OTHER,
    DIFFERENCE_EFFECT_COUNT
};
extern const char *const difference_effect_names[DIFFERENCE_EFFECT_COUNT];

#define DIFFERENCE_PATH_SIZE 160
#define DIFFERENCE_TEXT_SIZE 512
#define DIFFERENCE_COUNT_MAX 512u /* more is another agreement: said so, not listed */

struct difference {
    enum clause clause; /* CLAUSE_COUNT: of no clause */
    enum difference_effect effect;
    char path[DIFFERENCE_PATH_SIZE]; /* "retention[contact associate].erase_days" */
    char text
        [DIFFERENCE_TEXT_SIZE]; /* "contact associate: erased after 1 year instead of 2 years" */
};

struct differences {
    struct difference *items; /* in the arena, by clause */
    size_t count;
    bool is_cut;
};

/* From `old` to `new`. LIMIT when the arena is too small. */
bool agreement_difference(const struct agreement *old, const struct agreement *new,
                          struct arena *arena, struct differences *out, struct error *err);

/* "changes": a list of {clause, effect, change, field}, into the object that is open. */
void differences_write(const struct differences *differences, struct json_writer *out);

/* The words for a field, "retention.erase_days"; NULL when the table has none: a test demands one for each. */
const char *difference_words(const char *path);

#endif
