/*
 * Transfer ground: under which provision personal data goes to the other state (docs/safeguards.md g1). An agreement carries out
 * a treaty and is never itself a ground, so the instrument and its article are named.
 */
#ifndef BESA_MESSAGE_TRANSFER_H
#define BESA_MESSAGE_TRANSFER_H

#include "base/span.h"

struct form;

/* The instrument that the transfer stands on. 0 is no ground. */
enum transfer_ground {
    TRANSFER_NONE,
    TRANSFER_ART61_TREATY, /* a treaty from before 6 May 2016 */
    TRANSFER_ART37_1A,     /* a legally binding instrument with safeguards */
    TRANSFER_ART37_1B,     /* the controller's own documented assessment */
    TRANSFER_ART38_1A,     /* vital interests of a person */
    TRANSFER_ART38_1B,     /* legitimate interests of the data subject */
    TRANSFER_ART38_1C,     /* immediate and serious threat to public security */
    TRANSFER_ART38_1D,     /* in the individual case, for police purposes */
    TRANSFER_ART38_1E,     /* in the individual case, for legal claims */
    TRANSFER_GROUND_COUNT
};
extern const char
    *const transfer_ground_names[TRANSFER_GROUND_COUNT]; /* [0] NULL, "art61_treaty", ... */

#define TRANSFER_TEXT_SIZE_MAX   200
#define TRANSFER_REASON_SIZE_MAX 2000

struct transfer {
    enum transfer_ground ground;
    struct span instrument; /* "PCC-SEE", or the reference of the assessment */
    struct span article;
    int64_t review_at_ms; /* when ground and instrument are looked at again */
    struct span reason;   /* required under Article 38, per person */
};

extern const struct form transfer_form;

/* A derogation of Article 38: single cases only, never lists, indexes or standing questions. */
bool transfer_is_derogation(enum transfer_ground ground);

#endif
