/*
 * Words: for each word of a question, the tokens of an index that are like it: by one letter more, less or other, and by
 * sound. The second half of a search (search.h) looks for names that have them.
 */
#ifndef BESA_MATCH_WORDS_H
#define BESA_MATCH_WORDS_H

#include "match/compare.h"
#include "match/index.h"

#define WORD_CANDIDATE_MAX 64 /* tokens kept for one word */

struct word_candidate {
    uint32_t token;
    float like; /* 0 to 1 */
};

struct word {
    struct fold_token token;
    struct compare_pattern pattern;
    struct word_candidate
        candidates[WORD_CANDIDATE_MAX]; /* best first; the rarer first among equals */
    size_t count;
    float weight;    /* what the word says when it is found */
    bool is_initial; /* one letter: has no candidates unless asked for alone */
};

struct word_finder {
    const struct index *index;
    const struct index *base; /* that says what a word weighs, beside `index`; may be the same */
    uint32_t *tried;          /* by token: the round in which it was compared last */
    uint32_t round;
};
/* Both indexes must outlive the finder. */
bool word_finder_make(const struct index *index, const struct index *base, struct word_finder *out,
                      struct error *err);
void word_finder_free(struct word_finder *finder);
/* `is_alone`: the question has no other word. */
void word_find(struct word_finder *finder, const struct fold_token *token, bool is_alone,
               struct word *out);

#endif
