/* Buffer: see buffer.h. */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct buffer buffer_make(size_t limit)
{
    return (struct buffer){.limit = limit};
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = buffer_make(buffer->limit);
}

void buffer_clear(struct buffer *buffer)
{
    buffer->size = 0;
    buffer->failed = false;
}

void buffer_trim(struct buffer *buffer, size_t keep)
{
    if (buffer->capacity > keep)
        buffer_free(buffer);
    buffer_clear(buffer);
}

static bool buffer_reserve(struct buffer *buffer, size_t more)
{
    if (buffer->failed || more > buffer->limit - buffer->size) {
        buffer->failed = true;
        return false;
    }
    size_t need = buffer->size + more;
    if (need <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity < 128 ? 256 : buffer->capacity * 2;
    if (capacity < need)
        capacity = need;
    if (capacity > buffer->limit)
        capacity = buffer->limit;
    uint8_t *data = realloc(buffer->data, capacity);
    if (data == NULL) {
        buffer->failed = true;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

bool buffer_add(struct buffer *buffer, struct span bytes)
{
    if (!buffer_reserve(buffer, bytes.size))
        return false;
    if (bytes.size > 0)
        memcpy(buffer->data + buffer->size, bytes.data, bytes.size);
    buffer->size += bytes.size;
    return true;
}

bool buffer_text(struct buffer *buffer, const char *text)
{
    return buffer_add(buffer, span_text(text));
}

bool buffer_byte(struct buffer *buffer, uint8_t byte)
{
    return buffer_add(buffer, span_make(&byte, 1));
}

bool buffer_format(struct buffer *buffer, const char *format, ...)
{
    char small[512];
    va_list list;

    va_start(list, format);
    int size = vsnprintf(small, sizeof small, format, list);
    va_end(list);
    if (size < 0) {
        buffer->failed = true;
        return false;
    }
    if ((size_t)size < sizeof small)
        return buffer_add(buffer, span_make(small, (size_t)size));
    if (!buffer_reserve(buffer, (size_t)size + 1))
        return false;
    va_start(list, format);
    vsnprintf((char *)buffer->data + buffer->size, (size_t)size + 1, format, list);
    va_end(list);
    buffer->size += (size_t)size;
    return true;
}

bool buffer_u16(struct buffer *buffer, uint16_t value)
{
    uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    return buffer_add(buffer, span_make(bytes, sizeof bytes));
}

bool buffer_u32(struct buffer *buffer, uint32_t value)
{
    return buffer_u16(buffer, (uint16_t)(value >> 16)) && buffer_u16(buffer, (uint16_t)value);
}

bool buffer_u64(struct buffer *buffer, uint64_t value)
{
    return buffer_u32(buffer, (uint32_t)(value >> 32)) && buffer_u32(buffer, (uint32_t)value);
}

uint8_t *buffer_room(struct buffer *buffer, size_t size)
{
    /* No bytes are a place too: NULL says that there is no room. */
    if (!buffer_reserve(buffer, size > 0 || buffer->data != NULL ? size : 1))
        return NULL;
    uint8_t *room = buffer->data + buffer->size;
    if (size > 0)
        memset(room, 0, size);
    buffer->size += size;
    return room;
}

struct span buffer_span(const struct buffer *buffer)
{
    return span_make(buffer->data, buffer->size);
}
