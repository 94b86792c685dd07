/* Arena: a list of blocks; see arena.h. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>

#define BLOCK_SIZE_MIN 4096u

struct arena_block {
    struct arena_block *next;
    size_t size;
    size_t used;
    alignas(max_align_t) uint8_t data[];
};

struct arena arena_make(size_t limit)
{
    return (struct arena){NULL, 0, limit};
}

void arena_free(struct arena *arena)
{
    while (arena->blocks != NULL) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    arena->used = 0;
}

static struct arena_block *block_add(struct arena *arena, size_t size)
{
    size_t block_size = size < BLOCK_SIZE_MIN ? BLOCK_SIZE_MIN : size;
    struct arena_block *block = malloc(sizeof *block + block_size);

    if (block == NULL)
        return NULL;
    block->size = block_size;
    block->used = 0;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t aligned = 0;
    if (__builtin_add_overflow(size, alignof(max_align_t) - 1, &aligned))
        return NULL;
    aligned &= ~(alignof(max_align_t) - 1);
    if (aligned > arena->limit - arena->used)
        return NULL;
    struct arena_block *block = arena->blocks;
    if (block == NULL || aligned > block->size - block->used)
        block = block_add(arena, aligned);
    if (block == NULL)
        return NULL;
    void *memory = block->data + block->used;
    block->used += aligned;
    arena->used += aligned;
    return memset(memory, 0, aligned);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t total = 0;
    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    return arena_alloc(arena, total);
}

bool arena_copy(struct arena *arena, struct span from, struct span *out)
{
    *out = (struct span){NULL, 0};
    char *copy = arena_text(arena, from);
    if (copy == NULL)
        return false;
    *out = span_make(copy, from.size);
    return true;
}

char *arena_text(struct arena *arena, struct span from)
{
    if (from.size == SIZE_MAX)
        return NULL;
    char *copy = arena_alloc(arena, from.size + 1);
    if (copy != NULL && from.size > 0)
        memcpy(copy, from.data, from.size);
    return copy;
}
