/*
 * Span: bytes with their size, never owned. The only way that bytes travel between functions of Besa.
 */
#ifndef BESA_BASE_SPAN_H
#define BESA_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const uint8_t *data; /* may be NULL only if size is 0 */
    size_t size;
};

static inline struct span span_make(const void *data, size_t size)
{
    return (struct span){(const uint8_t *)data, size};
}

/* The characters of a NUL-terminated string, without the NUL. `text` NULL gives the empty span. */
static inline struct span span_text(const char *text)
{
    return (struct span){(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool span_is(struct span a, const char *text)
{
    return span_equal(a, span_text(text));
}

static inline bool span_starts_with(struct span a, const char *prefix)
{
    size_t size = strlen(prefix);
    return a.size >= size && memcmp(a.data, prefix, size) == 0;
}

/* The part from `offset` on, at most `size` bytes; clipped to what is there. */
static inline struct span span_part(struct span a, size_t offset, size_t size)
{
    if (offset >= a.size)
        return (struct span){NULL, 0};
    if (size > a.size - offset)
        size = a.size - offset;
    return (struct span){a.data + offset, size};
}

/* For "%.*s": printf("%.*s", SPAN_ARG(span)). */
#define SPAN_ARG(s)                                                                                \
    (int)((s).size > 4096 ? 4096 : (s).size),                                                      \
        (const char *)((s).data == NULL ? (const uint8_t *)"" : (s).data)

#endif
