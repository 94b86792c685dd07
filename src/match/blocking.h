/*
 * Blocking: which records are worth comparing. Each record gets keys; two records that share one key are a candidate pair.
 * A pair is missed only when every kind of key misses it, so the kinds look at different fields: sounds of names, birth,
 * place, address, numbers.
 */
#ifndef BESA_MATCH_BLOCKING_H
#define BESA_MATCH_BLOCKING_H

#include "match/record.h"

#define BLOCKING_KEY_MAX 48 /* of one record */

enum blocking_kind {
    BLOCKING_SOUNDS,   /* sounds of two words of the names */
    BLOCKING_NAME,     /* all words of a name written together, as it sounds */
    BLOCKING_YEAR,     /* sound of a word, and year of birth */
    BLOCKING_BIRTH,    /* whole birth date; day and month may be swapped */
    BLOCKING_PLACE,    /* sound of a word, and postcode or a word of the place */
    BLOCKING_POSTCODE, /* postcode, and year of birth */
    BLOCKING_ADDRESS,  /* two neighbouring words of the address */
    BLOCKING_NUMBER,   /* phone or document */
    BLOCKING_KIND_COUNT
};
#define BLOCKING_ALL ((1u << BLOCKING_KIND_COUNT) - 1)

/* Keys of the kinds whose bits are set, ascending, each once; gives the count. */
size_t blocking_keys(const struct lexicon *lexicon, const struct record *record, unsigned kinds,
                     uint64_t keys[BLOCKING_KEY_MAX]);

#endif
