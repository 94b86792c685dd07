/* People for the tests of match: an index from a list of names, person i with record 100 + i. Invented names. */
#ifndef BESA_TESTS_MATCH_SUPPORT_PEOPLE_H
#define BESA_TESTS_MATCH_SUPPORT_PEOPLE_H

#include "match/index_builder.h"

#define PEOPLE_RECORD_FIRST 100

/* NULL when it failed; free with index_free. */
struct index *people_index(const char *const *names, size_t count, const struct index *base);
/* A few thousand names of syllables, the same for one seed. `number` 0 to count - 1. */
void people_name(uint32_t seed, uint32_t number, char out[64]);
struct index *people_many(uint32_t seed, uint32_t count);

#endif
