/*
 * Compare: how alike two folded tokens are, from 0 to 1: an edit distance in which mistakes that people make cost less:
 * vowels for vowels, h, doubled letters, consonants of one sound class, two neighbours swapped. Where one side was written
 * in Arabic script its short vowels are not there, and cost next to nothing.
 */
#ifndef BESA_MATCH_COMPARE_H
#define BESA_MATCH_COMPARE_H

#include "match/fold.h"

/* A token made ready to be compared with many others. */
struct compare_pattern {
    struct fold_token token;
    uint8_t swaps[FOLD_TOKEN_SIZE_MAX][36]; /* cost of each of its letters for each other letter */
    uint8_t
        alones[2]
              [FOLD_TOKEN_SIZE_MAX]; /* cost of each of its letters alone; [1]: vowels are bare */
};
void compare_prepare(const struct fold_token *token, struct compare_pattern *out);
/* 1: equal. Below `least` some value below `least` may be given without looking further. */
float compare_pattern(const struct compare_pattern *pattern, const char *text, size_t size,
                      enum fold_script script, float least);
/* The same of two tokens, once. */
float compare_tokens(const struct fold_token *a, const struct fold_token *b, float least);

#endif
