/*
 * Index: the names of many persons, to be searched by names as heard, read or transliterated. Made once from all persons
 * (index_builder.h), kept in a file, mapped, and read only from then on, by any number of threads. It holds distinct
 * names, not records: a name is a set of tokens, a token stands once in a dictionary.
 *
 *     dictionary   token -> text, names that have it (postings, ascending)
 *     sounds       skeleton -> tokens
 *     neighbours   hash of a token, and of it without any one letter -> tokens
 *     pairs        hash of two sounds of one name -> names
 *     names        -> tokens, persons
 *     persons      -> record of the store, birth date
 *
 * A file that is cut, flipped or hostile is refused when it is opened: every part has a digest, and every number in it is
 * checked once, so that a search may trust what it follows.
 */
#ifndef BESA_MATCH_INDEX_H
#define BESA_MATCH_INDEX_H

#include "base/env.h"
#include "match/fold.h"

#define INDEX_PERSON_MAX                                                                           \
    UINT32_C(200000000)      /* of one file; numbers of list items stay in 32 bits */
#define INDEX_NAMES_MAX   32 /* names (aliases, spellings) of one person */
#define INDEX_PATH_SIZE   1024
#define INDEX_VERSION     1
#define INDEX_PERSON_NONE UINT32_MAX

struct index_token {
    char text[FOLD_TOKEN_SIZE_MAX + 1]; /* a to z and 0 to 9, filled up with NUL */
    uint8_t size;
    uint8_t script; /* enum fold_script */
    uint16_t unused;
    uint32_t sound; /* place of its first skeleton in sound_keys */
};

/* Lists of numbers by number: the list of i is items[starts[i]] to items[starts[i + 1]]. */
struct index_lists {
    const uint32_t *starts; /* count + 1 */
    const uint32_t *items;
    uint32_t count; /* of lists */
};

struct index {
    const struct index_token *tokens;
    const float *weights; /* of tokens: what a match of it says, log(names / names that have it) */
    const uint64_t *sound_keys;      /* ascending */
    const uint64_t *records;         /* by person */
    const uint32_t *births;          /* by person; 0: unknown */
    struct index_lists sound_tokens; /* by place in sound_keys */
    struct index_lists neighbours;   /* by hash, as many lists as a power of two */
    struct index_lists postings;     /* names by token */
    struct index_lists pairs;        /* names by hash of two sounds */
    struct index_lists name_tokens;
    struct index_lists name_persons;
    uint32_t token_count;
    uint32_t sound_count;
    uint32_t name_count;
    uint32_t person_count;
    void *map; /* the file; NULL: the arrays are in memory */
    size_t map_size;
};

/* Writes the index so that after a crash either no file or the whole file stands under `path`. */
bool index_write(const struct index *index, const struct env *env, const char *path,
                 struct error *err);
/* Maps and checks the file. STORE, with what is wrong, when it is not whole: it is to be built again. */
bool index_open(const char *path, struct index **out, struct error *err);
/* Every number of the index is within its limits; false with the part that is not. */
bool index_check(const struct index *index, struct error *err);
void index_free(struct index **index);
/* Bytes in memory, or of the file. */
size_t index_size(const struct index *index);

/* Hash of a token's letters without the one at `left_out` (size: none). */
uint32_t index_hash(const char *text, size_t size, size_t left_out);
/* List of neighbours or pairs for a hash. */
uint32_t index_list_of(const struct index_lists *lists, uint32_t hash);
uint32_t index_pair_hash(uint32_t sound, uint32_t other);
/* Place of a skeleton in sound_keys, or sound_count. */
uint32_t index_sound_find(const struct index *index, uint64_t key);
/* The token with these letters, of Arabic script or not; token_count when there is none. */
uint32_t index_token_find(const struct index *index, const struct fold_token *token);

#endif
