/*
 * Search: the names of an index that are most like a name. Work is bounded (SEARCH_LOOK_MAX names are looked at): a
 * search that came to the bound says so.
 */
#ifndef BESA_MATCH_SEARCH_H
#define BESA_MATCH_SEARCH_H

#include "match/index.h"

#define SEARCH_HIT_MAX  100
#define SEARCH_LOOK_MAX 16000 /* names that one search scores at most */

struct search_hit {
    uint32_t name; /* of the index; its persons are in name_persons */
    float score;   /* 0 to 1 */
};

struct search_result {
    struct search_hit hits[SEARCH_HIT_MAX]; /* best first */
    size_t count;
    uint32_t looked; /* names that were scored */
    bool is_cut;     /* the bound was reached: there may be better ones */
};

struct searcher;
/* One for each thread; both indexes must outlive it. `base` says what a word weighs: the largest index of those that are
 * searched together, or `index` itself. */
bool searcher_make(const struct index *index, const struct index *base, struct searcher **out,
                   struct error *err);
void searcher_free(struct searcher **searcher);
/* At most `limit` names, and none below `least`. A name without a letter has no hits. */
void search_name(struct searcher *searcher, struct span name, size_t limit, float least,
                 struct search_result *out);

#endif
