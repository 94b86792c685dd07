/*
 * Suspension and termination: what one party may say alone. A suspension stops sending and handling of anything new, at
 * once where it is written and at the partner with the custody of its entry; what is about the exchange itself goes on. A
 * termination names the day from which nothing new is sent; what is held then follows the agreement's termination clause.
 */
#ifndef BESA_MESSAGE_SUSPENSION_H
#define BESA_MESSAGE_SUSPENSION_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "base/problems.h"

/* Codes only: no free text, so that no person can stand in it. Stored: numbers are never reused. */
enum suspension_reason {
    SUSPENSION_RIGHTS = 0,   /* people's rights are at risk */
    SUSPENSION_LAW = 1,      /* the legal basis is in doubt */
    SUSPENSION_SECURITY = 2, /* a key, a node or a line may be in other hands */
    SUSPENSION_RECORDS = 3,  /* the two sides' books differ */
    SUSPENSION_ORDER = 4,    /* ordered by a court or a supervisory authority */
    SUSPENSION_OTHER = 5,
    SUSPENSION_REASON_COUNT
};
extern const char *const suspension_reason_names[SUSPENSION_REASON_COUNT];
bool suspension_reason_find(struct span name, enum suspension_reason *out);

struct suspension {
    enum suspension_reason reason;
    int64_t suspended_at_ms;
};

struct suspension_lifted {
    int64_t lifted_at_ms;
};

struct termination {
    int64_t ends_at_ms; /* first moment at which nothing new is sent */
    enum suspension_reason reason;
};

extern const struct form suspension_form;
extern const struct form suspension_lifted_form;
extern const struct form termination_form;

bool suspension_write(const struct suspension *suspension, struct buffer *buffer);
bool suspension_lifted_write(const struct suspension_lifted *lifted, struct buffer *buffer);
bool termination_write(const struct termination *termination, struct buffer *buffer);

#endif
