/*
 * Cursor: reads big-endian values and spans from bytes, once, without ever passing the end. The first failed read marks
 * the cursor; later reads give zeros, so a reader may check once per group.
 */
#ifndef BESA_BASE_CURSOR_H
#define BESA_BASE_CURSOR_H

#include "base/span.h"

struct cursor {
    struct span rest;
    bool failed;
};

static inline struct cursor cursor_make(struct span bytes)
{
    return (struct cursor){bytes, false};
}

/* The next `size` bytes, not copied; empty (and `failed`) when fewer are left. */
static inline struct span cursor_span(struct cursor *cursor, size_t size)
{
    if (cursor->failed || size > cursor->rest.size) {
        cursor->failed = true;
        return (struct span){NULL, 0};
    }
    struct span taken = {cursor->rest.data, size};
    cursor->rest.size -= size;
    if (size > 0)
        cursor->rest.data += size;
    return taken;
}

static inline uint64_t cursor_number(struct cursor *cursor, size_t size)
{
    struct span bytes = cursor_span(cursor, size);
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.size; i++)
        value = value << 8 | bytes.data[i];
    return value;
}

static inline uint8_t cursor_u8(struct cursor *cursor)
{
    return (uint8_t)cursor_number(cursor, 1);
}

static inline uint16_t cursor_u16(struct cursor *cursor)
{
    return (uint16_t)cursor_number(cursor, 2);
}

static inline uint32_t cursor_u32(struct cursor *cursor)
{
    return (uint32_t)cursor_number(cursor, 4);
}

static inline uint64_t cursor_u64(struct cursor *cursor)
{
    return cursor_number(cursor, 8);
}

/* True when all was read and nothing failed. */
static inline bool cursor_is_done(const struct cursor *cursor)
{
    return !cursor->failed && cursor->rest.size == 0;
}

#endif
