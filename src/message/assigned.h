/*
 * Assigned: the message named in in-reply-to was given to a unit. Names the unit, never the officer.
 */
#ifndef BESA_MESSAGE_ASSIGNED_H
#define BESA_MESSAGE_ASSIGNED_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "base/problems.h"

struct assigned {
    struct span unit; /* identifier */
    int64_t assigned_at_ms;
};

extern const struct form assigned_form;

bool assigned_read(struct span body, struct arena *arena, struct assigned *out,
                   struct problems *problems);
bool assigned_write(const struct assigned *assigned, struct buffer *buffer);

#endif
