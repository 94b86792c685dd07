#include "match/support/people.h"

#include "base/attributes.h"

#include <stdio.h>

struct index *people_index(const char *const *names, size_t count, const struct index *base)
{
    struct index_builder *builder = NULL;
    struct index *index = NULL;
    struct error err = {0};
    bool ok = index_builder_make(base, &builder, &err);

    for (size_t i = 0; ok && i < count; i++) {
        struct index_person person = {PEOPLE_RECORD_FIRST + i, 0};
        struct span name = span_text(names[i]);
        ok = index_builder_add(builder, &person, &name, 1, &err);
    }
    if (ok && !index_builder_finish(builder, &index, &err))
        printf("%s\n", err.text);
    index_builder_free(&builder);
    return index;
}

static uint32_t next(uint32_t *state)
{
    *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
    return *state >> 8;
}

void people_name(uint32_t seed, uint32_t number, char out[64])
{
    static const char *const syllables[] = {"ba", "ri", "shko", "du", "mel",  "to", "vi", "lan",
                                            "ge", "fi", "zu",   "ka", "pren", "so", "li", "mur"};
    uint32_t state = seed * UINT32_C(2654435761) + number * UINT32_C(40503) + 1;
    size_t at = 0;

    for (int part = 0; part < 2; part++) {
        for (uint32_t left = 2 + next(&state) % 2; left > 0; left--)
            at += (size_t)snprintf(out + at, 64 - at, "%s",
                                   syllables[next(&state) % ARRAY_COUNT(syllables)]);
        if (part == 0)
            at += (size_t)snprintf(out + at, 64 - at, " ");
    }
}

struct index *people_many(uint32_t seed, uint32_t count)
{
    struct index_builder *builder = NULL;
    struct index *index = NULL;
    struct error err = {0};
    char text[64];
    bool ok = index_builder_make(NULL, &builder, &err);

    for (uint32_t i = 0; ok && i < count; i++) {
        struct index_person person = {PEOPLE_RECORD_FIRST + i, i};
        people_name(seed, i, text);
        struct span name = span_text(text);
        ok = index_builder_add(builder, &person, &name, 1, &err);
    }
    if (!ok || !index_builder_finish(builder, &index, &err))
        printf("%s\n", err.text);
    index_builder_free(&builder);
    return index;
}
