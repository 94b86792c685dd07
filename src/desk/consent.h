/*
 * Consent: of whoever provided information, to its going further than it went to us. It is no word of the officer who asks:
 * it is named by what this node holds of it, which is a message of that provider itself, or a document in the register.
 * Private to desk.
 */
#ifndef BESA_DESK_CONSENT_H
#define BESA_DESK_CONSENT_H

#include "desk/desk.h"

/* A reference that is shorter stands in many texts by chance: then the consent names the item by its id. */
#define CONSENT_REFERENCE_SIZE_MIN 4u

/* Whose consent, and to what. */
struct consent_wanted {
    struct span owner;           /* the party that provided it */
    const struct entry_row *row; /* what is to go on */
    struct span item;            /* its id, as text */
    struct span reference;       /* its provider's own */
    struct span third_reference; /* a third provider's; else empty */
};
struct consent {
    struct span
        name; /* as the file that goes on tells it: an item's id, or a number of the register */
    struct span object; /* as the access entry names it */
};

/*
 * Finds what `named` says: the id of an item, or the id of a row of the register. It must name what is to go on, by its id
 * or by its reference, or reply to a message of ours that does; be younger than that; and be one that this officer may
 * open. Silence is never consent, nor is a refusal. RULE says what is missing; texts of *out in the arena of the call.
 */
bool consent_find(struct journal *journal, const struct desk_call *call,
                  const struct consent_wanted *wanted, struct span named, struct consent *out,
                  struct error *err);

#endif
