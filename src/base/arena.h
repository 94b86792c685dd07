/*
 * Arena: memory of one request, message or job, freed at its end in one place. Its limit is the limit of what may be
 * kept for outside data, so a hostile input ends in LIMIT, never in swap.
 */
#ifndef BESA_BASE_ARENA_H
#define BESA_BASE_ARENA_H

#include "base/span.h"

struct arena_block;
struct arena {
    struct arena_block *blocks;
    size_t used;  /* bytes handed out, all blocks */
    size_t limit; /* most that may be handed out */
};

/* An empty arena that hands out at most `limit` bytes. Allocates nothing yet. */
struct arena arena_make(size_t limit);
/* Frees all. The arena may be used again, empty, with the same limit. */
void arena_free(struct arena *arena);
/* `size` zeroed bytes, aligned for any type; NULL at the limit or when memory is out. */
void *arena_alloc(struct arena *arena, size_t size);
/* The same for `count` things of `size` bytes, checked for overflow. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* A copy of `from` in the arena; on failure *out is empty and false comes back. The copy is followed by a NUL. */
bool arena_copy(struct arena *arena, struct span from, struct span *out);
/* A NUL-terminated copy for a library's door; NULL on failure. */
char *arena_text(struct arena *arena, struct span from);

#endif
