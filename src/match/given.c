/* Given: see given.h. */
#include "match/given.h"

#include "base/attributes.h"

struct group {
    bool is_short; /* the first is the full name, the others short forms of it */
    const char *names;
};

struct place {
    const char *name;
    uint16_t group;
    bool is_first;
};

#include "match/given.inc"

static size_t first_of(const char *name)
{
    size_t low = 0;
    size_t high = ARRAY_COUNT(places);

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(places[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void alike_put(const char *text, size_t size, float like, struct given_alike *out,
                      size_t *count)
{
    for (size_t i = 0; i < *count; i++)
        if (out[i].size == size && memcmp(out[i].text, text, size) == 0) {
            out[i].like = out[i].like > like ? out[i].like : like;
            return;
        }
    if (*count == GIVEN_ALIKE_MAX)
        return;
    out[*count] = (struct given_alike){.size = (uint8_t)size, .like = like};
    memcpy(out[*count].text, text, size);
    (*count)++;
}

/* The others of the name's group; two short forms of one name do not stand for each other. */
static void group_put(const struct place *place, struct given_alike *out, size_t *count)
{
    const struct group *group = &groups[place->group];
    float like = group->is_short ? GIVEN_SHORT_LIKE : GIVEN_SAME_LIKE;
    const char *text = group->names;

    for (bool is_first = true; *text != 0; is_first = false) {
        size_t size = strcspn(text, " ");
        bool is_itself = strlen(place->name) == size && memcmp(place->name, text, size) == 0;
        if (!is_itself && (!group->is_short || place->is_first || is_first))
            alike_put(text, size, like, out, count);
        text += size + (text[size] == ' ');
    }
}

size_t given_alike(const char *name, struct given_alike out[GIVEN_ALIKE_MAX])
{
    size_t count = 0;

    for (size_t i = first_of(name); i < ARRAY_COUNT(places) && strcmp(places[i].name, name) == 0;
         i++)
        group_put(&places[i], out, &count);
    return count;
}

float given_like(const char *a, const char *b)
{
    struct given_alike alike[GIVEN_ALIKE_MAX];
    size_t count = given_alike(a, alike);

    for (size_t i = 0; i < count; i++)
        if (strcmp(alike[i].text, b) == 0)
            return alike[i].like;
    return 0;
}
