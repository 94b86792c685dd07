/*
 * Outcomes: what the receiver did with the entries [from, to) of the partner's log (docs/protocol.md 4): the refused and
 * the held by index, all others in the range are accepted. Gets custody, owes no outcome itself.
 */
#ifndef BESA_MESSAGE_OUTCOMES_H
#define BESA_MESSAGE_OUTCOMES_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/problems.h"

#define OUTCOMES_COUNT_MAX 1024u /* entries of one range: one post's worth */

/* Why an entry was refused at handling. */
enum outcome_ground {
    OUTCOME_MALFORMED,     /* head or body is not of its form, or does not fit its parts */
    OUTCOME_NOT_PERMITTED, /* by the clause named */
    OUTCOME_AGREEMENT,     /* another agreement than this line's */
    OUTCOME_VERSION,       /* another version than the one in force there */
    OUTCOME_SEEN,          /* `seen` fell, or is beyond our log */
    OUTCOME_STALE,         /* `seen` lags */
    OUTCOME_DUPLICATE_ID,  /* the message id stands already in this log */
    OUTCOME_UNRESOLVED,    /* a reference that resolves to nothing */
    OUTCOME_SUSPENDED,
    OUTCOME_GROUND_COUNT
};
extern const char *const outcome_ground_names[OUTCOME_GROUND_COUNT];

#define OUTCOME_CLAUSE_SIZE_MAX 16

struct outcome_refused {
    uint64_t index;
    enum outcome_ground ground;
    struct span clause; /* "4.2", with NOT_PERMITTED; may be empty */
};

struct outcomes {
    uint64_t from;
    uint64_t to; /* to - from is 1 to OUTCOMES_COUNT_MAX */
    const struct outcome_refused *refused;
    size_t refused_count; /* rising by index */
    const uint64_t *held; /* indexes, rising */
    size_t held_count;
};

extern const struct form outcomes_form;

bool outcomes_read(struct span body, struct arena *arena, struct outcomes *out,
                   struct problems *problems);
bool outcomes_write(const struct outcomes *outcomes, struct buffer *buffer);
/* The refusal of this index, NULL when it is not refused; and whether it is held. */
const struct outcome_refused *outcomes_refused(const struct outcomes *outcomes, uint64_t index);
bool outcomes_is_held(const struct outcomes *outcomes, uint64_t index);

#endif
