/*
 * Index table: what the builder gathers in: growing arrays of numbers, and a hash table of numbers + 1 by open addressing,
 * grown at half. The numbers stand for tokens or names that the builder holds elsewhere.
 */
#ifndef BESA_MATCH_INDEX_TABLE_H
#define BESA_MATCH_INDEX_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct numbers {
    uint32_t *items;
    size_t count;
    size_t room;
};
/* False when memory is out, or the array has 2^32 numbers. */
bool number_add(struct numbers *numbers, uint32_t number);

struct table {
    uint32_t *slots;
    size_t room; /* a power of two */
    size_t count;
};
typedef uint32_t table_hash(const void *context, uint32_t number);
typedef bool table_is(const void *context, uint32_t number, const void *wanted);
/* Makes room for one more. False when memory is out. */
bool table_room(struct table *table, table_hash *hash, const void *context);
/* The number that is `wanted`; false when there is none, and *place is where table_put puts it. */
bool table_find(const struct table *table, uint32_t hash, table_is *is, const void *context,
                const void *wanted, uint32_t *number, size_t *place);
void table_put(struct table *table, size_t place, uint32_t number);

/* Mixes a number into a hash. */
uint32_t hash_mix(uint32_t hash, uint32_t value);
/* Room for `count` + `more` elements of `size` bytes, doubled when it must grow. NULL and unchanged when memory is out. */
void *array_grow(void *array, size_t size, size_t count, size_t *room);

#endif
