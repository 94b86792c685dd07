/*
 * Skeleton: how a folded token sounds, without vowels: one letter for each class of consonants that clerks of the region
 * write for one another. Letters that are read in two ways (c, q, j, x, ch, kh, g before e or i, ...) give several
 * skeletons, so that two spellings of a name share at least one. Language-neutral; the classes are in the table of
 * skeleton.c, with the pairs of alphabets that ask for each.
 */
#ifndef BESA_MATCH_SKELETON_H
#define BESA_MATCH_SKELETON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SKELETON_MAX 6 /* of one token; further ways to read it are not followed */

/* A skeleton is 4 bits a class, the first in the lowest bits, at most 15 classes: a number that is compared whole. */
struct skeletons {
    uint64_t keys[SKELETON_MAX];
    size_t count;
};
/* At least one: that of a token without consonants is that of its first letter. `text` is folded. */
void skeleton_make(const char *text, size_t size, struct skeletons *out);

/* Class of a consonant as it is mostly read, 0 for vowels, h and what has none. */
uint8_t skeleton_class(char letter);

#endif
