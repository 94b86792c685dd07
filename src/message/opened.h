/*
 * Opened: the receiver's desk opened the message named in in-reply-to. Sent only if the agreement says so; names the unit,
 * never the officer.
 */
#ifndef BESA_MESSAGE_OPENED_H
#define BESA_MESSAGE_OPENED_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "base/problems.h"

struct opened {
    struct span unit; /* identifier */
    int64_t opened_at_ms;
};

extern const struct form opened_form;

bool opened_read(struct span body, struct arena *arena, struct opened *out,
                 struct problems *problems);
bool opened_write(const struct opened *opened, struct buffer *buffer);

#endif
