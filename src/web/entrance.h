/*
 * Entrance: who waits for a thread that hashes, and in which order they come to it. A hash takes long and there are two
 * threads, so whoever sends many passwords could keep everybody else waiting. Three kinds have places of their own:
 * officers in a session (the proof, the change of one's own password), addresses from which somebody logged in before, and
 * strangers. None of them can take another's places, and none waits for ever behind another.
 *
 * Within a kind, a full room is shared by network (an IPv4 /24, an IPv6 /64): who comes from a network with fewer places
 * takes one from the network with the most. Within its places a kind is served in order, so the wait has a bound: the
 * places of the kind, times the turns of the others.
 *
 * It says nothing of who fails: that is backoff.c, asked before. All of it under the caller's lock.
 */
#ifndef BESA_WEB_ENTRANCE_H
#define BESA_WEB_ENTRANCE_H

#include "base/span.h"

#define ENTRANCE_PLACES       12u  /* of each kind; more hear at once to come again */
#define ENTRANCE_ADDRESS_MAX  4u   /* of them to one address */
#define ENTRANCE_OFFICER_MAX  2u   /* of a session's, to one officer: two pages at most */
#define ENTRANCE_KNOWN_MAX    512u /* addresses that are remembered, the ones used last */
#define ENTRANCE_TURNS        2u   /* known ones before a stranger who waits */
#define ENTRANCE_TEXT_SIZE    64u  /* an address or a network */
#define ENTRANCE_OFFICER_SIZE 65u

enum entrance_kind { ENTRANCE_SESSION, ENTRANCE_KNOWN, ENTRANCE_STRANGER, ENTRANCE_KIND_COUNT };

/* One who waits; its owner keeps it where it is. */
struct entrance_place {
    struct entrance_place *next;
    enum entrance_kind kind;
    char officer[ENTRANCE_OFFICER_SIZE]; /* of a session's; else empty */
    char address[ENTRANCE_TEXT_SIZE];
    char network[ENTRANCE_TEXT_SIZE];
};

struct entrance_known {
    char address[ENTRANCE_TEXT_SIZE];
    uint64_t used; /* rises; 0: free */
};

struct entrance {
    struct entrance_place *first[ENTRANCE_KIND_COUNT];
    struct entrance_known known[ENTRANCE_KNOWN_MAX];
    uint64_t use_count;
    unsigned known_in_a_row;
    unsigned sessions_at_work; /* threads that hash for a session */
};

/* A place for a log-in from this address, or for an officer in a session. `address` and `network`: as web counts them
 * (client_place, desk_network). */
void entrance_place_make(const struct entrance *entrance, struct span officer, struct span address,
                         struct span network, struct entrance_place *out);
/* Waits. False: there is no room for it. *displaced: who lost a place for it, which the caller tells; else NULL. */
bool entrance_add(struct entrance *entrance, struct entrance_place *place,
                  struct entrance_place **displaced);
/* The next one, for a thread that is free; NULL: nobody waits. Its end is told by entrance_done. */
struct entrance_place *entrance_take(struct entrance *entrance);
void entrance_done(struct entrance *entrance, enum entrance_kind kind);
/* Somebody logged in from there. */
void entrance_know(struct entrance *entrance, struct span address);

#endif
