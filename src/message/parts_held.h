/*
 * Parts held: which attachments of an entry the receiver now holds whole and checked (docs/protocol.md 3): "received, 1 of 2
 * attachments". Later ones repeat the earlier numbers.
 */
#ifndef BESA_MESSAGE_PARTS_HELD_H
#define BESA_MESSAGE_PARTS_HELD_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "base/problems.h"
#include "message/reference.h"

struct parts_held {
    struct reference item;
    const uint64_t *parts; /* part numbers, rising, 1 to 65535 */
    size_t part_count;     /* 1 to total */
    uint64_t total;        /* attachments of the entry, 1 to ATTACHMENT_COUNT_MAX */
};

extern const struct form parts_held_form;

bool parts_held_read(struct span body, struct arena *arena, struct parts_held *out,
                     struct problems *problems);
bool parts_held_write(const struct parts_held *parts_held, struct buffer *buffer);

#endif
