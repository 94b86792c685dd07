/*
 * Buffers that hold keys: reserved whole before the first byte, so that growing leaves no copy behind, and overwritten
 * before they are given back.
 */
#ifndef BESA_KEEPER_WIPE_H
#define BESA_KEEPER_WIPE_H

#include "base/buffer.h"
#include "crypto/secret.h"

/* An empty buffer whose `size` bytes are there already; check `failed`, which means that memory is out. */
static inline struct buffer buffer_whole(size_t size)
{
    struct buffer buffer = buffer_make(size);

    if (buffer_room(&buffer, size) != NULL)
        buffer_clear(&buffer);
    return buffer;
}

/* For CLEANUP. */
static inline void buffer_wipe(struct buffer *buffer)
{
    if (buffer->data != NULL)
        secret_wipe(buffer->data, buffer->capacity);
    buffer_free(buffer);
}

#endif
