/*
 * Link: which records of two lists, or of one list, may be one person. Candidates come by blocking (blocking.h), each pair
 * once; they are compared and scored; what reaches the bar is a link. Memory is bounded: records and keys are held, pairs
 * never are, and links up to a limit. A link is a proposal for a person to judge.
 */
#ifndef BESA_MATCH_LINK_H
#define BESA_MATCH_LINK_H

#include "base/arena.h"
#include "match/blocking.h"
#include "match/score.h"

#define LINK_RECORD_MAX UINT32_C(4000000) /* of both lists together: some 300 bytes each */
#define LINK_MAX        20000000          /* links of one run */
#define LINK_BLOCK_MAX  3000 /* records of one block, unless told; a larger one says too little */

/* Records and their keys. */
struct link_list {
    struct lexicon *lexicon;
    struct arena words;
    struct record *records;
    uint64_t *keys;
    size_t *key_starts; /* record_count + 1 */
    size_t count, record_room, key_room, start_room;
    size_t
        first_count; /* records of the first list; the rest is the second. All: one list against itself */
    unsigned kinds; /* bits of enum blocking_kind */
    size_t
        block_max; /* LINK_BLOCK_MAX; less for large lists: a name and year that thousands share say little */
};

/* The lexicon must outlive the list. */
void link_list_make(struct lexicon *lexicon, unsigned kinds, struct link_list *out);
void link_list_free(struct link_list *list);
/* Copies the record, counts its words. Records are numbered from 0. LIMIT when there are too many. */
bool link_list_add(struct link_list *list, const struct record *record, struct error *err);
/* What is added from here on is the second list. */
void link_list_split(struct link_list *list);

/* Calls `take` once for each candidate pair, a < b; with two lists, a of the first and b of the second. Stops when it says
 * false. *skipped: pairs of blocks that are too large, of which some came by other keys. */
bool link_pairs(const struct link_list *list,
                bool (*take)(void *context, uint32_t a, uint32_t b, struct error *err),
                void *context, uint64_t *skipped, struct error *err);

struct link {
    uint32_t a, b;
    float bits;
};
struct links {
    struct link *links; /* best first */
    size_t count;
    size_t room;
    uint64_t compared;
    uint64_t skipped;
    double expected; /* sum of the shares of all compared pairs: how many should be one person */
};
struct link_options {
    const struct score_weights *weights;
    const struct score_curve *curve;
    float prior_bits;
    float share_least;  /* the bar: 0 to 1 */
    bool is_one_to_one; /* each record in one link at most: the best */
};
/* The list's lexicon is weighed by its own counts first. */
bool link_run(struct link_list *list, const struct link_options *options, struct links *out,
              struct error *err);
void links_free(struct links *links);

/* log2 of the odds of a pair, when `share` of the smaller list is in the other. */
float link_prior(const struct link_list *list, double share);

#endif
