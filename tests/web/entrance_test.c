/* Who comes to the hash, and when: the room that each kind has, and how a full one is shared. See web/entrance.h. */
#include "check.h"
#include "web/entrance.h"

#include <stdio.h>

#define PLACE_MAX 256

static struct entrance entrance;
static struct entrance_place places[PLACE_MAX];
static struct entrance_place *displaced;
static size_t used;

static void fresh(void)
{
    memset(&entrance, 0, sizeof entrance);
    used = 0;
}

/* NULL: there was no room. */
static struct entrance_place *comes(const char *officer, const char *address, const char *network)
{
    struct entrance_place *place = &places[used++];

    entrance_place_make(&entrance, span_text(officer), span_text(address), span_text(network),
                        place);
    return entrance_add(&entrance, place, &displaced) ? place : NULL;
}

static struct entrance_place *stranger(unsigned network, unsigned host)
{
    char address[32], of[32];

    snprintf(address, sizeof address, "10.0.%u.%u", network, host);
    snprintf(of, sizeof of, "10.0.%u/24", network);
    return comes("", address, of);
}

/* How many come before this one does. */
static unsigned served_before(const struct entrance_place *wanted)
{
    unsigned count = 0;

    for (struct entrance_place *place; (place = entrance_take(&entrance)) != NULL; count++) {
        entrance_done(&entrance, place->kind);
        if (place == wanted)
            return count;
    }
    return PLACE_MAX;
}

CHECK_TEST(one_address_has_four_places_and_one_officer_two)
{
    fresh();
    for (unsigned i = 0; i < ENTRANCE_ADDRESS_MAX; i++)
        CHECK(stranger(1, 1) != NULL);
    CHECK(stranger(1, 1) == NULL);
    CHECK(stranger(1, 2) != NULL);
    CHECK(comes("ana", "10.0.1.1", "10.0.1/24") != NULL);
    CHECK(comes("ana", "10.0.1.1", "10.0.1/24") != NULL);
    CHECK(comes("ana", "10.0.1.9", "10.0.1/24") == NULL);
    CHECK(comes("blerim", "10.0.1.1", "10.0.1/24") != NULL);
}

CHECK_TEST(a_full_room_gives_a_place_to_the_network_with_fewer)
{
    fresh();
    for (unsigned i = 0; i < ENTRANCE_PLACES; i++)
        CHECK(stranger(i / ENTRANCE_ADDRESS_MAX, i % ENTRANCE_ADDRESS_MAX) != NULL);
    struct entrance_place *last = &places[used - 1];
    struct entrance_place *officer = stranger(9, 1);
    CHECK(officer != NULL && displaced == last);
    CHECK(stranger(9, 2) != NULL && displaced != NULL &&
          strcmp(displaced->network, "10.0.9/24") != 0);
    /* A network that has the most gets nothing of the others'. */
    CHECK(stranger(0, 77) == NULL && displaced == NULL);
    CHECK_INT(served_before(officer), ENTRANCE_PLACES - 2);
    CHECK(entrance_take(&entrance) != NULL && entrance_take(&entrance) == NULL);
}

/* As many networks as places: who comes from one more waits for the next turn. */
CHECK_TEST(a_room_of_one_each_displaces_nobody)
{
    fresh();
    for (unsigned i = 0; i < ENTRANCE_PLACES; i++)
        CHECK(stranger(i, 1) != NULL);
    CHECK(stranger(99, 1) == NULL && displaced == NULL);
}

CHECK_TEST(strangers_take_no_place_of_a_known_address_nor_of_a_session)
{
    fresh();
    entrance_know(&entrance, span_text("10.0.7.7"));
    for (unsigned i = 0; i < ENTRANCE_PLACES; i++)
        CHECK(stranger(i, 1) != NULL);
    struct entrance_place *known = comes("", "10.0.7.7", "10.0.7/24");
    struct entrance_place *session = comes("ana", "10.0.8.8", "10.0.8/24");
    CHECK(known != NULL && displaced == NULL && session != NULL && displaced == NULL);
    CHECK(entrance_take(&entrance) == session);
    CHECK(entrance_take(&entrance) == known); /* while the other thread is at the session's */
}

CHECK_TEST(nobody_waits_for_ever_behind_another_kind)
{
    fresh();
    entrance_know(&entrance, span_text("10.0.7.7"));
    struct entrance_place *waits = stranger(1, 1);
    for (unsigned i = 0; i < ENTRANCE_ADDRESS_MAX; i++)
        CHECK(comes("", "10.0.7.7", "10.0.7/24") != NULL);
    CHECK_INT(served_before(waits), ENTRANCE_TURNS);

    fresh();
    waits = stranger(1, 1);
    CHECK(comes("ana", "10.0.7.7", "10.0.7/24") != NULL);
    CHECK(comes("blerim", "10.0.7.7", "10.0.7/24") != NULL);
    struct entrance_place *first = entrance_take(&entrance);
    CHECK(first != NULL && first->kind == ENTRANCE_SESSION);
    CHECK(entrance_take(&entrance) == waits); /* one thread is with a session, the other is not */
    CHECK(entrance_take(&entrance) != NULL);  /* unless nobody else waits */
    CHECK(entrance_take(&entrance) == NULL);
}

CHECK_TEST(the_addresses_used_last_are_remembered)
{
    char address[32];

    fresh();
    entrance_know(&entrance, span_text("desk"));
    for (unsigned i = 0; i < ENTRANCE_KNOWN_MAX; i++) {
        snprintf(address, sizeof address, "address-%u", i);
        entrance_know(&entrance, span_text(address));
        entrance_know(&entrance, span_text("desk"));
    }
    struct entrance_place place;
    entrance_place_make(&entrance, span_text(""), span_text("desk"), span_text("n"), &place);
    CHECK_INT(place.kind, ENTRANCE_KNOWN);
    entrance_place_make(&entrance, span_text(""), span_text("address-0"), span_text("n"), &place);
    CHECK_INT(place.kind, ENTRANCE_STRANGER);
    entrance_place_make(&entrance, span_text(""), span_text(address), span_text("n"), &place);
    CHECK_INT(place.kind, ENTRANCE_KNOWN);
}

int main(void)
{
    CHECK_RUN(one_address_has_four_places_and_one_officer_two);
    CHECK_RUN(a_full_room_gives_a_place_to_the_network_with_fewer);
    CHECK_RUN(a_room_of_one_each_displaces_nobody);
    CHECK_RUN(strangers_take_no_place_of_a_known_address_nor_of_a_session);
    CHECK_RUN(nobody_waits_for_ever_behind_another_kind);
    CHECK_RUN(the_addresses_used_last_are_remembered);
    return check_end();
}
