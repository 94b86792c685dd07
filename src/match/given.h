/*
 * Given: given names that stand for each other, in other languages (Gheorghe, Gjergj, George) and as short forms (Ionut for
 * Ioan). The table is data: names/given.tsv, with its origin.
 */
#ifndef BESA_MATCH_GIVEN_H
#define BESA_MATCH_GIVEN_H

#include "match/fold.h"

#define GIVEN_GROUP_MAX 24 /* names of one row of the table */
#define GIVEN_ALIKE_MAX 48 /* names that stand for one */

/* How alike, as compare.h counts: below an equal name, above one that only sounds near. */
#define GIVEN_SAME_LIKE  0.88f /* the name in another language */
#define GIVEN_SHORT_LIKE 0.84f

struct given_alike {
    char text[FOLD_TOKEN_SIZE_MAX + 1];
    uint8_t size;
    float like;
};

/* The names that stand for the folded `name`, each once; returns how many. */
size_t given_alike(const char *name, struct given_alike out[GIVEN_ALIKE_MAX]);
/* GIVEN_SAME_LIKE, GIVEN_SHORT_LIKE, or 0 when neither stands for the other. */
float given_like(const char *a, const char *b);

#endif
