/*
 * Buffer: bytes that grow up to a limit. A failed append marks the buffer; whoever wrote checks once at the end.
 */
#ifndef BESA_BASE_BUFFER_H
#define BESA_BASE_BUFFER_H

#include "base/attributes.h"
#include "base/span.h"

struct buffer {
    uint8_t *data; /* owned, NULL while empty */
    size_t size;
    size_t capacity;
    size_t limit;
    bool failed; /* the limit or memory ran out; contents end before the failed append */
};

struct buffer buffer_make(size_t limit);
void buffer_free(struct buffer *buffer);
/* Forgets the contents, keeps the memory. */
void buffer_clear(struct buffer *buffer);
/* The same, but gives memory beyond `keep` bytes back: after a peak. */
void buffer_trim(struct buffer *buffer, size_t keep);
/* Appends; false (and `failed`) at the limit. After a failure every append fails. */
bool buffer_add(struct buffer *buffer, struct span bytes);
bool buffer_text(struct buffer *buffer, const char *text);
bool buffer_byte(struct buffer *buffer, uint8_t byte);
bool buffer_format(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);
/* Big-endian integers, for the wire. */
bool buffer_u16(struct buffer *buffer, uint16_t value);
bool buffer_u32(struct buffer *buffer, uint32_t value);
bool buffer_u64(struct buffer *buffer, uint64_t value);
/* `size` writable bytes at the end, zeroed and counted; NULL on failure. Valid until the next append. */
uint8_t *buffer_room(struct buffer *buffer, size_t size);
struct span buffer_span(const struct buffer *buffer);

#endif
