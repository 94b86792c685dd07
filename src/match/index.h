/*
 * Index: the names of many persons, to be searched by names as heard, read or transliterated. Built once from all persons,
 * then read only, by any number of threads. It holds distinct names, not records: a name is a set of tokens, a token
 * stands once in a dictionary.
 *
 *     dictionary   token -> text, names that have it (postings, ascending)
 *     sounds       skeleton -> tokens
 *     neighbours   hash of a token, and of it without any one letter -> tokens
 *     pairs        hash of two sounds of one name -> names
 *     names        -> tokens, persons
 */
#ifndef BESA_MATCH_INDEX_H
#define BESA_MATCH_INDEX_H

#include "match/fold.h"

#define INDEX_PERSON_MAX UINT32_C(1000000000)

struct index_token {
    char text[FOLD_TOKEN_SIZE_MAX + 1];
    uint8_t size;
    uint8_t script;
    uint16_t unused;
    uint32_t sound; /* number of its first skeleton */
};

/* Lists of numbers by number: the list of i is items[starts[i]] to items[starts[i + 1]]. */
struct index_lists {
    uint32_t *starts;
    uint32_t *items;
    uint32_t count; /* of lists */
};

struct index {
    struct index_token *tokens;
    uint32_t token_count;
    uint64_t *sound_keys; /* ascending */
    uint32_t sound_count;
    struct index_lists sound_tokens; /* by place in sound_keys */
    struct index_lists neighbours;   /* by hash, as many lists as a power of two */
    struct index_lists postings;     /* names by token */
    struct index_lists pairs;        /* names by hash of two sounds */
    struct index_lists name_tokens;
    struct index_lists name_persons;
    uint32_t name_count;
    uint32_t person_count;
    float *weights; /* of tokens: what a match of it says, log(names / names that have it) */
};

struct index_builder;
bool index_builder_make(struct index_builder **out, struct error *err);
/* The person's number is how many were added before. A name without a letter is kept out and never found. */
bool index_builder_add(struct index_builder *builder, struct span name, struct error *err);
/* Sorts everything and gives the index; the builder is empty afterwards. */
bool index_builder_finish(struct index_builder *builder, struct index **out, struct error *err);
void index_builder_free(struct index_builder **builder);
void index_free(struct index **index);
/* Bytes in memory. */
size_t index_size(const struct index *index);

/* Hash of a token's letters without the one at `left_out` (size: none). */
uint32_t index_hash(const char *text, size_t size, size_t left_out);
/* List of neighbours or pairs for a hash. */
uint32_t index_list_of(const struct index_lists *lists, uint32_t hash);
uint32_t index_pair_hash(uint32_t sound, uint32_t other);
/* Place of a skeleton in sound_keys, or sound_count. */
uint32_t index_sound_find(const struct index *index, uint64_t key);

#endif
