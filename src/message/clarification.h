/*
 * Clarification: the requested party asks what it needs to know before it can answer, or so that it need not refuse; the
 * requesting party replies. From the custody of the question to the custody of the reply the time limit stands still.
 */
#ifndef BESA_MESSAGE_CLARIFICATION_H
#define BESA_MESSAGE_CLARIFICATION_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "base/problems.h"

#define CLARIFICATION_SIZE_MAX       4000
#define CLARIFICATION_REPLY_SIZE_MAX 8000 /* as much as the facts of a request */

struct clarification {
    struct span question;
    struct span language;
    struct span officer;     /* pseudonym */
    struct span approved_by; /* pseudonym of a second officer; empty: nobody was asked */
    bool is_by_head_of_desk; /* required from the third question about one request on */
    bool is_training;
};

/* In reply to the question, in the thread of its request. */
struct clarification_reply {
    struct span reply;
    struct span language;
    struct span officer;     /* pseudonym */
    struct span approved_by; /* as above */
    bool is_training;
};

extern const struct form clarification_form;
extern const struct form clarification_reply_form;

bool clarification_read(struct span body, struct arena *arena, struct clarification *out,
                        struct problems *problems);
bool clarification_write(const struct clarification *clarification, struct buffer *buffer);
bool clarification_reply_read(struct span body, struct arena *arena,
                              struct clarification_reply *out, struct problems *problems);
bool clarification_reply_write(const struct clarification_reply *reply, struct buffer *buffer);

#endif
