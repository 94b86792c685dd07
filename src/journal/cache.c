/*
 * Plaintext of bodies on their way between two steps of the same process (appended, then posted; taken into custody,
 * then handled), so that the keeper need not unwrap what was in memory a moment ago. Bounded; a miss costs one unwrap.
 */
#include "journal/private.h"

#include <stdlib.h>

#define SLOT_COUNT 4096u

struct slot {
    int64_t entry;
    uint8_t *data;
    size_t size;
};

/* What was worked out of a body and its parts. */
struct kept_note {
    int64_t entry; /* 0: none */
    uint8_t bytes[JOURNAL_NOTE_SIZE];
};

struct body_cache {
    struct slot slots[SLOT_COUNT];
    struct kept_note notes[SLOT_COUNT];
    int64_t oldest; /* entries below are not here; ids rise */
    size_t used;
    size_t limit;
};

struct body_cache *cache_make(size_t limit)
{
    struct body_cache *cache = calloc(1, sizeof *cache);
    if (cache != NULL)
        cache->limit = limit;
    return cache;
}

static void slot_clear(struct body_cache *cache, struct slot *slot)
{
    if (slot->data == NULL)
        return;
    secret_wipe(slot->data, slot->size);
    cache->used -= slot->size;
    free(slot->data);
    *slot = (struct slot){0};
}

void cache_free(struct body_cache **cache)
{
    if (*cache == NULL)
        return;
    for (size_t i = 0; i < SLOT_COUNT; i++)
        slot_clear(*cache, &(*cache)->slots[i]);
    free(*cache);
    *cache = NULL;
}

static struct slot *slot_of(struct body_cache *cache, int64_t entry)
{
    return &cache->slots[(uint64_t)entry % SLOT_COUNT];
}

static void note_clear(struct body_cache *cache, int64_t entry)
{
    struct kept_note *note = &cache->notes[(uint64_t)entry % SLOT_COUNT];

    if (note->entry == entry)
        *note = (struct kept_note){0};
}

void cache_forget(struct body_cache *cache, int64_t entry)
{
    struct slot *slot = slot_of(cache, entry);

    note_clear(cache, entry);
    if (slot->entry == entry)
        slot_clear(cache, slot);
}

void cache_put(struct body_cache *cache, int64_t entry, struct span plain)
{
    struct slot *slot = slot_of(cache, entry);

    slot_clear(cache, slot);
    note_clear(cache, entry); /* the number may be of an entry that was undone */
    if (plain.size == 0 || plain.size > cache->limit)
        return;
    if (cache->oldest + (int64_t)SLOT_COUNT < entry)
        cache->oldest = entry - (int64_t)SLOT_COUNT;
    while (plain.size > cache->limit - cache->used && cache->oldest < entry)
        slot_clear(cache, slot_of(cache, cache->oldest++)); /* the oldest costs one unwrap later */
    if (plain.size > cache->limit - cache->used)
        return;
    slot->data = malloc(plain.size);
    if (slot->data == NULL)
        return;
    memcpy(slot->data, plain.data, plain.size);
    slot->size = plain.size;
    slot->entry = entry;
    cache->used += plain.size;
}

bool cache_get(struct body_cache *cache, int64_t entry, struct arena *arena, struct span *out)
{
    struct slot *slot = slot_of(cache, entry);
    return slot->data != NULL && slot->entry == entry &&
           arena_copy(arena, span_make(slot->data, slot->size), out);
}

void journal_note_put(struct journal *journal, int64_t entry, const uint8_t note[JOURNAL_NOTE_SIZE])
{
    struct kept_note *at = &journal->cache->notes[(uint64_t)entry % SLOT_COUNT];

    at->entry = entry;
    memcpy(at->bytes, note, JOURNAL_NOTE_SIZE);
}

bool journal_note_get(const struct journal *journal, int64_t entry, uint8_t note[JOURNAL_NOTE_SIZE])
{
    const struct kept_note *at = &journal->cache->notes[(uint64_t)entry % SLOT_COUNT];

    if (entry == 0 || at->entry != entry)
        return false;
    memcpy(note, at->bytes, JOURNAL_NOTE_SIZE);
    return true;
}
