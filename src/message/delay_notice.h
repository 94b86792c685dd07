/*
 * Delay notice: a judicial authorisation is needed, and the answer comes after the limit. The requesting party is told at
 * once, with the expected length and the reason, and again whenever that changes. Codes and the name of an authority; words
 * only where no code says the reason, and never about a person: the notice stays as long as the heads.
 */
#ifndef BESA_MESSAGE_DELAY_NOTICE_H
#define BESA_MESSAGE_DELAY_NOTICE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "base/problems.h"

/* Stored in the books: numbers are never reused. */
enum delay_stage {
    DELAY_APPLIED = 0,   /* the authorisation was applied for */
    DELAY_PROLONGED = 1, /* it takes longer than was expected */
    DELAY_GRANTED = 2,   /* granted: the answer follows */
    DELAY_STAGE_COUNT
};
extern const char *const delay_stage_names[DELAY_STAGE_COUNT];

/* Why the answer comes after the limit. */
enum delay_reason {
    DELAY_REASON_NONE,                 /* as older nodes wrote it */
    DELAY_REASON_AUTHORISATION_NEEDED, /* it cannot be given without a judicial authorisation */
    DELAY_REASON_PENDING,              /* the authority has not decided yet */
    DELAY_REASON_OTHER,                /* in words */
    DELAY_REASON_COUNT
};
extern const char *const delay_reason_names[DELAY_REASON_COUNT]; /* [0] NULL */

#define DELAY_AUTHORITY_SIZE_MAX 200
#define DELAY_REASON_SIZE_MAX    400

struct delay_notice {
    enum delay_stage stage;
    enum delay_reason reason;
    struct span reason_text; /* exactly with OTHER */
    struct span authority;   /* that decides: a court, a prosecutor's office */
    int64_t expected_ms;     /* when the answer is expected */
};

extern const struct form delay_notice_form;

bool delay_notice_read(struct span body, struct arena *arena, struct delay_notice *out,
                       struct problems *problems);
bool delay_notice_write(const struct delay_notice *notice, struct buffer *buffer);

#endif
