/*
 * The table of words behind a difference: one row per field of the document. Private to agreement.
 */
#ifndef BESA_AGREEMENT_DIFFERENCE_WORDS_H
#define BESA_AGREEMENT_DIFFERENCE_WORDS_H

#include "agreement/clause.h"

enum direction {
    NEUTRAL,
    LESS_IS_STRICTER, /* numbers, times and ceilings */
    MORE_IS_STRICTER,
    FEWER_IS_STRICTER, /* lists and sets: what is dropped can no longer be done */
    MORE_ENTRIES_IS_STRICTER
};
enum unit { PLAIN, DAYS, HOURS, YEARS, SECONDS, BYTES };

/* "<whose>: <words> <new> instead of <old>"; of a list: "<whose>: <words> '<x>' is added". */
struct words {
    const char *path;
    enum clause clause;
    enum direction direction;
    enum unit unit;
    const char *words;
};
/* NULL when the table has no row. */
const struct words *words_find(const char *path);

#endif
