/*
 * Likeness: two records compared field by field. Each field has a few levels, from "they contradict" to "they are equal";
 * level 0 says that one of the two records does not have the field, and tells nothing. What a level is worth stands in
 * weights (score.h), not here.
 */
#ifndef BESA_MATCH_LIKENESS_H
#define BESA_MATCH_LIKENESS_H

#include "match/align.h"

enum like_field {
    LIKE_NAME,  /* names whose parts are not told apart */
    LIKE_GIVEN, /* where both records tell the parts apart */
    LIKE_FAMILY,
    LIKE_ORDER, /* given and family name in their places, or in each other's */
    LIKE_MORE,  /* words that one name has more */
    LIKE_BIRTH,
    LIKE_SEX,
    LIKE_PLACE,
    LIKE_REGION,
    LIKE_POSTCODE,
    LIKE_ADDRESS,
    LIKE_PHONE,
    LIKE_DOCUMENT,
    LIKE_FIELD_COUNT
};

#define LIKE_UNKNOWN   0
#define LIKE_LEVEL_MAX 9 /* levels of a field, 0 included */

/* Levels of names and places. */
enum like_name {
    LIKE_NAME_DIFFERENT = 1,
    LIKE_NAME_PART, /* some words agree, others contradict */
    LIKE_NAME_INITIAL,
    LIKE_NAME_REMOTE, /* the least alike pair of words, from here on; see enum word_level */
    LIKE_NAME_FAR,
    LIKE_NAME_NEAR,
    LIKE_NAME_SOUND,
    LIKE_NAME_EXACT,
};
enum like_order { LIKE_ORDER_TURNED = 1, LIKE_ORDER_SAME };
enum like_more { LIKE_MORE_NONE = 1, LIKE_MORE_ONE, LIKE_MORE_SEVERAL };
/* Of births: enum birth_like in the order in which they tell more. */
enum like_birth {
    LIKE_BIRTH_DIFFERENT = 1,
    LIKE_BIRTH_YEAR_NEAR,
    LIKE_BIRTH_SAME_YEAR,
    LIKE_BIRTH_ONE_DIGIT,
    LIKE_BIRTH_SWAPPED,
    LIKE_BIRTH_SAME_MONTH,
    LIKE_BIRTH_SAME,
};
enum like_address {
    LIKE_ADDRESS_DIFFERENT = 1,
    LIKE_ADDRESS_PART, /* less than half of the words of the shorter one */
    LIKE_ADDRESS_MOST,
    LIKE_ADDRESS_NEAR, /* all of its words, written alike */
    LIKE_ADDRESS_EXACT,
};
/* Of numbers that are given to one person or place; and of sex and region, which have no NEAR. */
enum like_value { LIKE_VALUE_DIFFERENT = 1, LIKE_VALUE_NEAR, LIKE_VALUE_SAME };

struct likeness {
    uint8_t levels[LIKE_FIELD_COUNT];
    float rarities[LIKE_FIELD_COUNT]; /* bits, of the words that agree; below 0: not known */
};

/* Levels of the field that a table may hold, 0 included. */
unsigned like_level_count(enum like_field field);
/* "name", "birth", ...: as in tables/weights.tsv. */
const char *like_field_name(enum like_field field);
/* "exact", "near", ...; NULL for levels that the field does not have. */
const char *like_level_name(enum like_field field, unsigned level);

/* Where a record has several names, addresses or numbers, the pair that is most alike counts. Never fails. */
void likeness_make(struct aligner *aligner, const struct record *a, const struct record *b,
                   struct likeness *out);

#endif
