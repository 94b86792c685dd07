/*
 * Clock dispute: the sender accepts the receipt of this size, but the time in it lies outside the interval in which the
 * receipt was made by the sender's clock (docs/protocol.md 3.3). One deadline, never two: the receipt counts.
 */
#ifndef BESA_MESSAGE_CLOCK_DISPUTE_H
#define BESA_MESSAGE_CLOCK_DISPUTE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/problems.h"

struct clock_dispute {
    uint64_t size; /* the cosigned size of the writer's own log; the entries below it are meant */
    int64_t their_time_s; /* T of the cosignature, Unix seconds */
    int64_t
        posted_ms; /* our clock when the post went out; T of the receipt before, where that is later */
    int64_t answered_ms; /* our clock when the answer came */
};

extern const struct form clock_dispute_form;

bool clock_dispute_read(struct span body, struct arena *arena, struct clock_dispute *out,
                        struct problems *problems);
bool clock_dispute_write(const struct clock_dispute *dispute, struct buffer *buffer);

#endif
