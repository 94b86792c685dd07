/*
 * Refusal grounds: Directive (EU) 2023/977 Art. 6(1) with Austria's addition, and the grounds of rights that stand in the
 * agreement with a third country (docs/safeguards.md b4, g2; codes of docs/protocol.md 4).
 */
#ifndef BESA_MESSAGE_REFUSAL_H
#define BESA_MESSAGE_REFUSAL_H

#include "base/span.h"

struct form;

/* Bit numbers; never reused. */
enum refusal_ground {
    REFUSAL_GROUND_A,
    REFUSAL_GROUND_B,
    REFUSAL_GROUND_C,
    REFUSAL_GROUND_D,
    REFUSAL_GROUND_E,
    REFUSAL_GROUND_F_I,
    REFUSAL_GROUND_F_II,
    REFUSAL_GROUND_F_III,
    REFUSAL_GROUND_G_I,
    REFUSAL_GROUND_G_II,
    REFUSAL_GROUND_H,
    REFUSAL_GROUND_I,
    REFUSAL_GROUND_J,
    REFUSAL_GROUND_K,
    REFUSAL_GROUND_L,
    REFUSAL_GROUND_M,
    REFUSAL_GROUND_N,
    REFUSAL_GROUND_O,
    REFUSAL_GROUND_P,
    REFUSAL_GROUND_UNDER_AGREEMENT, /* the true ground would itself reveal something; it stands in the domestic log */
    REFUSAL_GROUND_COUNT
};
extern const char
    *const refusal_ground_names[REFUSAL_GROUND_COUNT]; /* "a", "f_ii", "under_agreement" */
extern const char
    *const refusal_ground_meanings[REFUSAL_GROUND_COUNT]; /* one clause of a sentence, English */

#define REFUSAL_REASON_SIZE_MAX 2000

struct refusal {
    enum refusal_ground ground;
    struct span reason; /* may be empty only for UNDER_AGREEMENT */
};

extern const struct form refusal_form;

#endif
