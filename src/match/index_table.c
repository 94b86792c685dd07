/* Index table: see index_table.h. */
#include "match/index_table.h"

#include <stdlib.h>

#define ROOM_LEAST       4096
#define TABLE_ROOM_LEAST 8192

void *array_grow(void *array, size_t size, size_t count, size_t *room)
{
    size_t wanted = *room == 0 ? ROOM_LEAST : *room * 2;
    size_t bytes;

    if (count < *room)
        return array;
    if (__builtin_mul_overflow(wanted, size, &bytes))
        return NULL;
    void *grown = realloc(array, bytes);
    if (grown != NULL)
        *room = wanted;
    return grown;
}

bool number_add(struct numbers *numbers, uint32_t number)
{
    if (numbers->count == UINT32_MAX)
        return false;
    uint32_t *items =
        array_grow(numbers->items, sizeof *numbers->items, numbers->count, &numbers->room);
    if (items == NULL)
        return false;
    numbers->items = items;
    numbers->items[numbers->count++] = number;
    return true;
}

uint32_t hash_mix(uint32_t hash, uint32_t value)
{
    hash = (hash ^ value) * UINT32_C(0x9e3779b1);
    return hash ^ hash >> 15;
}

static size_t slot_free(const uint32_t *slots, size_t room, uint32_t hash)
{
    size_t at = hash & (room - 1);

    while (slots[at] != 0)
        at = (at + 1) & (room - 1);
    return at;
}

bool table_room(struct table *table, table_hash *hash, const void *context)
{
    if (2 * table->count < table->room)
        return true;
    size_t room = table->room == 0 ? TABLE_ROOM_LEAST : table->room * 2;
    uint32_t *slots = calloc(room, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < table->room; i++)
        if (table->slots[i] != 0)
            slots[slot_free(slots, room, hash(context, table->slots[i] - 1))] = table->slots[i];
    free(table->slots);
    table->slots = slots;
    table->room = room;
    return true;
}

bool table_find(const struct table *table, uint32_t hash, table_is *is, const void *context,
                const void *wanted, uint32_t *number, size_t *place)
{
    size_t at = hash & (table->room - 1);

    for (; table->slots[at] != 0; at = (at + 1) & (table->room - 1)) {
        *number = table->slots[at] - 1;
        if (is(context, *number, wanted))
            return true;
    }
    *place = at;
    return false;
}

void table_put(struct table *table, size_t place, uint32_t number)
{
    table->slots[place] = number + 1;
    table->count++;
}
