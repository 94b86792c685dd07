/* Arbitrary URLs: what is read is UTF-8, within its limits, has no second meaning, and reads again when encoded anew. */
#include "fuzz/support/body_fuzz.h"

#include "base/text.h"
#include "http/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every byte in its escaped form. */
static void escape(struct buffer *out, struct span text)
{
    for (size_t i = 0; i < text.size; i++)
        buffer_format(out, "%%%02x", text.data[i]);
}

static void path_must(const struct http_path *path)
{
    struct arena arena = arena_make(1 << 20);
    struct buffer text = buffer_make(1 << 20);
    struct http_path again;

    for (size_t i = 0; i < path->count; i++) {
        struct span segment = path->segments[i];
        body_must(segment.size > 0 && segment.size <= HTTP_SEGMENT_SIZE_MAX, "segment's size");
        body_must(text_is_utf8(segment), "a segment is UTF-8");
        body_must(!span_is(segment, "..") && !span_is(segment, "."), "no step elsewhere");
        body_must(memchr(segment.data, '/', segment.size) == NULL, "no slash inside");
        body_must(segment.data[segment.size] == 0, "NUL follows");
        buffer_byte(&text, '/');
        escape(&text, segment);
    }
    if (path->count == 0)
        buffer_byte(&text, '/');
    body_must(http_path_read(buffer_span(&text), &arena, &again, NULL), "reads again");
    body_must(again.count == path->count, "as many segments");
    for (size_t i = 0; i < again.count; i++)
        body_must(span_equal(again.segments[i], path->segments[i]), "the same segment");
    buffer_free(&text);
    arena_free(&arena);
}

static void query_must(const struct http_query *query)
{
    struct arena arena = arena_make(1 << 20);
    struct buffer text = buffer_make(1 << 20);
    struct http_query again;

    for (size_t i = 0; i < query->count; i++) {
        const struct http_parameter *at = &query->parameters[i];
        body_must(at->value.size <= HTTP_VALUE_SIZE_MAX, "value's size");
        body_must(text_is_utf8(at->value), "a value is UTF-8");
        body_must(http_query_value(query, (const char *)at->name.data).data == at->value.data,
                  "each name once");
        buffer_format(&text, "%s%.*s=", i > 0 ? "&" : "", SPAN_ARG(at->name));
        escape(&text, at->value);
    }
    body_must(http_query_read(buffer_span(&text), &arena, &again, NULL), "reads again");
    body_must(again.count == query->count, "as many parameters");
    for (size_t i = 0; i < again.count; i++)
        body_must(span_equal(again.parameters[i].value, query->parameters[i].value), "same value");
    buffer_free(&text);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = arena_make(64 * 1024);
    struct span bytes = span_make(data, size);
    struct error err = {0};
    struct http_path path;
    struct http_query query;
    struct span text;

    if (http_path_read(bytes, &arena, &path, &err))
        path_must(&path);
    else
        body_must(err.kind == ERROR_INPUT || err.kind == ERROR_LIMIT, "a refusal has its error");
    if (http_query_read(bytes, &arena, &query, &err))
        query_must(&query);
    if (http_percent_read(bytes, "field", &arena, &text, &err))
        body_must(text_is_plain(text), "a field is plain text");
    arena_free(&arena);
    return 0;
}
