/*
 * Urgency doubted: the requested party does not find a request urgent, and says why; the requesting party gives the urgency
 * up or keeps it. Until it gives it up, the short limit runs on. Codes only, so that no person can stand in it.
 */
#ifndef BESA_MESSAGE_URGENCY_H
#define BESA_MESSAGE_URGENCY_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "base/problems.h"

/* Stored in the books: numbers are never reused. */
enum urgency_doubt {
    URGENCY_DOUBT_GROUND = 0, /* the ground named does not fit what is asked */
    URGENCY_DOUBT_FACTS = 1,  /* the facts given do not show it */
    URGENCY_DOUBT_TIME = 2,   /* the time that it was about is over, or far off */
    URGENCY_DOUBT_COUNT
};
extern const char *const urgency_doubt_names[URGENCY_DOUBT_COUNT];
enum urgency_decision { URGENCY_GIVEN_UP = 0, URGENCY_KEPT = 1, URGENCY_DECISION_COUNT };
extern const char *const urgency_decision_names[URGENCY_DECISION_COUNT];

struct urgency_not_shared {
    enum urgency_doubt doubt;
};

/* In reply to the doubt, in the thread of its request. */
struct urgency_reply {
    enum urgency_decision decision;
};

extern const struct form urgency_not_shared_form;
extern const struct form urgency_reply_form;

bool urgency_not_shared_read(struct span body, struct arena *arena, struct urgency_not_shared *out,
                             struct problems *problems);
bool urgency_not_shared_write(const struct urgency_not_shared *doubt, struct buffer *buffer);
bool urgency_reply_read(struct span body, struct arena *arena, struct urgency_reply *out,
                        struct problems *problems);
bool urgency_reply_write(const struct urgency_reply *reply, struct buffer *buffer);

#endif
