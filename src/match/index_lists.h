/*
 * Index lists, made: two passes over the same walk, of which the first counts and the second fills.
 *
 *     if (!lists_begin(&filling, count)) ...
 *     for (int pass = 0; pass < 2; pass++) {
 *         for each thing: lists_put(&filling, list, item);
 *         if (pass == 0 && !lists_turn(&filling)) ...
 *     }
 *     index->postings = lists_end(&filling);
 */
#ifndef BESA_MATCH_INDEX_LISTS_H
#define BESA_MATCH_INDEX_LISTS_H

#include "match/index.h"

struct filling {
    uint32_t *starts; /* count + 1 */
    uint32_t *items;
    uint32_t count;
    uint64_t total;
    bool is_counting;
};

/* False when memory is out; so too lists_turn, and when there are 2^32 items. What was begun is freed by lists_drop. */
bool lists_begin(struct filling *filling, uint32_t count);
bool lists_turn(struct filling *filling);
/* The lists; the caller owns both arrays. */
struct index_lists lists_end(struct filling *filling);
void lists_drop(struct filling *filling);

static inline void lists_put(struct filling *filling, uint32_t list, uint32_t item)
{
    uint32_t *place = &filling->starts[list + 1];

    if (filling->is_counting)
        filling->total++;
    else
        filling->items[*place] = item;
    (*place)++;
}

#endif
