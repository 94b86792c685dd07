/* Entrance: see entrance.h. */
#include "web/entrance.h"

#include <stdio.h>
#include <string.h>

static const struct entrance_known *known_find(const struct entrance *entrance, struct span address)
{
    for (size_t i = 0; i < ENTRANCE_KNOWN_MAX; i++)
        if (entrance->known[i].used != 0 && span_is(address, entrance->known[i].address))
            return &entrance->known[i];
    return NULL;
}

void entrance_know(struct entrance *entrance, struct span address)
{
    const struct entrance_known *found = known_find(entrance, address);
    struct entrance_known *slot = &entrance->known[0];

    if (found != NULL) {
        slot = &entrance->known[found - entrance->known];
    } else {
        for (size_t i = 1; i < ENTRANCE_KNOWN_MAX; i++)
            if (entrance->known[i].used < slot->used)
                slot = &entrance->known[i]; /* free, or the one used longest ago */
        snprintf(slot->address, sizeof slot->address, "%.*s", SPAN_ARG(address));
    }
    slot->used = ++entrance->use_count;
}

void entrance_place_make(const struct entrance *entrance, struct span officer, struct span address,
                         struct span network, struct entrance_place *out)
{
    *out = (struct entrance_place){.kind = officer.size > 0 ? ENTRANCE_SESSION
                                           : known_find(entrance, address) != NULL
                                               ? ENTRANCE_KNOWN
                                               : ENTRANCE_STRANGER};
    snprintf(out->officer, sizeof out->officer, "%.*s", SPAN_ARG(officer));
    snprintf(out->address, sizeof out->address, "%.*s", SPAN_ARG(address));
    snprintf(out->network, sizeof out->network, "%.*s", SPAN_ARG(network));
}

/* How many of its kind wait from this network. */
static size_t network_count(const struct entrance *entrance, const struct entrance_place *place)
{
    size_t count = 0;

    for (const struct entrance_place *at = entrance->first[place->kind]; at != NULL; at = at->next)
        count += strcmp(at->network, place->network) == 0;
    return count;
}

/* Whether the one who sends, an officer in a session or else an address, has enough places already. */
static bool has_enough(const struct entrance *entrance, const struct entrance_place *place)
{
    bool is_session = place->kind == ENTRANCE_SESSION;
    size_t count = 0;

    for (const struct entrance_place *at = entrance->first[place->kind]; at != NULL; at = at->next)
        count += is_session ? strcmp(at->officer, place->officer) == 0
                            : strcmp(at->address, place->address) == 0;
    return count >= (is_session ? ENTRANCE_OFFICER_MAX : ENTRANCE_ADDRESS_MAX);
}

/* The last one of the network that has the most places, where that is more than this one would have; else NULL. */
static struct entrance_place *displaced_find(const struct entrance *entrance,
                                             const struct entrance_place *place)
{
    size_t most = network_count(entrance, place) + 1;
    struct entrance_place *found = NULL;

    for (struct entrance_place *at = entrance->first[place->kind]; at != NULL; at = at->next) {
        size_t count = network_count(entrance, at);
        if (count > most || (found != NULL && count == most)) {
            most = count;
            found = at;
        }
    }
    return found;
}

static void place_remove(struct entrance *entrance, struct entrance_place *place)
{
    struct entrance_place **at = &entrance->first[place->kind];

    while (*at != place)
        at = &(*at)->next;
    *at = place->next;
}

bool entrance_add(struct entrance *entrance, struct entrance_place *place,
                  struct entrance_place **displaced)
{
    size_t count = 0;

    *displaced = NULL;
    for (const struct entrance_place *at = entrance->first[place->kind]; at != NULL; at = at->next)
        count++;
    if (has_enough(entrance, place))
        return false;
    if (count >= ENTRANCE_PLACES) {
        *displaced = displaced_find(entrance, place);
        if (*displaced == NULL)
            return false;
        place_remove(entrance, *displaced);
    }
    struct entrance_place **end = &entrance->first[place->kind];
    while (*end != NULL)
        end = &(*end)->next;
    place->next = NULL;
    *end = place;
    return true;
}

/* Log-ins: the known before the strangers, who all the same come in turn. */
static enum entrance_kind login_next(const struct entrance *entrance)
{
    bool has_stranger = entrance->first[ENTRANCE_STRANGER] != NULL;

    if (entrance->first[ENTRANCE_KNOWN] == NULL ||
        (has_stranger && entrance->known_in_a_row >= ENTRANCE_TURNS))
        return ENTRANCE_STRANGER;
    return ENTRANCE_KNOWN;
}

struct entrance_place *entrance_take(struct entrance *entrance)
{
    enum entrance_kind kind = login_next(entrance);

    /* One thread is for sessions when there are any, and the other for log-ins. */
    if (entrance->first[ENTRANCE_SESSION] != NULL &&
        (entrance->sessions_at_work == 0 || entrance->first[kind] == NULL))
        kind = ENTRANCE_SESSION;
    struct entrance_place *place = entrance->first[kind];
    if (place == NULL)
        return NULL;
    entrance->first[kind] = place->next;
    if (kind == ENTRANCE_SESSION)
        entrance->sessions_at_work++;
    else
        entrance->known_in_a_row = kind == ENTRANCE_KNOWN ? entrance->known_in_a_row + 1 : 0;
    return place;
}

void entrance_done(struct entrance *entrance, enum entrance_kind kind)
{
    if (kind == ENTRANCE_SESSION)
        entrance->sessions_at_work--;
}
