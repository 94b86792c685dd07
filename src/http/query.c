/* Query: see query.h. RFC 3986, sections 2 and 3, without what it leaves open. */
#include "http/query.h"

#include "base/text.h"

#include <ctype.h>

/* Where a byte stands decides which characters may stand there as themselves. */
static const char path_marks[] = "-._~!$&'()*+,;=:@";
static const char value_marks[] = "-._~!$'()*,;:@/?";
static const char field_marks[] = "-._~!$&'()*+,;=:@/?";

static int digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool stands_for_itself(uint8_t c, const char *marks)
{
    return c < 0x80 && (isalnum(c) || (c != '\0' && strchr(marks, c) != NULL));
}

static const char memory_is_out[] = "takes more memory than there is";

static enum error_kind kind_of(const char *wrong)
{
    return wrong == memory_is_out ? ERROR_LIMIT : ERROR_INPUT;
}

/* At most `size_max` bytes and a NUL. NULL in `wrong` when all is well, else what is not. */
static struct span percent_decode(struct span text, const char *marks, size_t size_max,
                                  struct arena *arena, const char **wrong)
{
    struct span none = {NULL, 0};
    uint8_t *out = arena_alloc(arena, (text.size < size_max ? text.size : size_max) + 1);
    size_t size = 0;

    *wrong = out == NULL ? memory_is_out : NULL;
    for (size_t at = 0; at < text.size && *wrong == NULL; at++) {
        uint8_t c = text.data[at];
        if (size == size_max) {
            *wrong = "is too long";
        } else if (c == '%') {
            int high = at + 2 < text.size ? digit_value(text.data[at + 1]) : -1;
            int low = at + 2 < text.size ? digit_value(text.data[at + 2]) : -1;
            if (high < 0 || low < 0)
                *wrong = "has a '%' without two hexadecimal digits";
            else
                out[size++] = (uint8_t)(high * 16 + low);
            at += 2;
        } else if (stands_for_itself(c, marks)) {
            out[size++] = c;
        } else {
            *wrong = "has a character that must be percent-encoded";
        }
    }
    if (*wrong != NULL)
        return none;
    out[size] = '\0';
    return (struct span){out, size};
}

static bool has_control(struct span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < 0x20 || text.data[i] == 0x7f)
            return true;
    }
    return false;
}

/* ---- path ---- */

static const char *segment_fault(struct span segment)
{
    if (segment.size == 0)
        return "is empty";
    if (span_is(segment, ".") || span_is(segment, ".."))
        return "is a step to another place";
    if (has_control(segment))
        return "has control characters";
    if (memchr(segment.data, '/', segment.size) != NULL ||
        memchr(segment.data, '\\', segment.size) != NULL)
        return "has a slash in it";
    return text_is_utf8(segment) ? NULL : "is not UTF-8";
}

static bool segment_read(struct span text, struct arena *arena, struct http_path *out,
                         struct error *err)
{
    const char *wrong;
    if (out->count == HTTP_SEGMENT_COUNT_MAX)
        return error_set(err, ERROR_LIMIT, "path: more than %u segments", HTTP_SEGMENT_COUNT_MAX);
    struct span segment = percent_decode(text, path_marks, HTTP_SEGMENT_SIZE_MAX, arena, &wrong);
    if (wrong == NULL)
        wrong = segment_fault(segment);
    if (wrong != NULL)
        return error_set(err, kind_of(wrong), "path: segment %zu %s", out->count + 1, wrong);
    out->segments[out->count++] = segment;
    return true;
}

bool http_path_read(struct span path, struct arena *arena, struct http_path *out, struct error *err)
{
    out->count = 0;
    if (path.size == 0 || path.data[0] != '/')
        return error_set(err, ERROR_INPUT, "path: does not begin with '/'");
    if (path.size == 1)
        return true;
    size_t from = 1;
    for (size_t at = 1; at <= path.size; at++) {
        if (at < path.size && path.data[at] != '/')
            continue;
        if (!segment_read(span_part(path, from, at - from), arena, out, err))
            return false;
        from = at + 1;
    }
    return true;
}

/* ---- query ---- */

static bool name_is_good(struct span name)
{
    for (size_t i = 0; i < name.size; i++) {
        uint8_t c = name.data[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_' && c != '-')
            return false;
    }
    return name.size > 0 && name.size <= HTTP_NAME_LENGTH_MAX;
}

static struct span value_find(const struct http_query *query, struct span name)
{
    for (size_t i = 0; i < query->count; i++) {
        if (span_equal(query->parameters[i].name, name))
            return query->parameters[i].value;
    }
    return (struct span){NULL, 0};
}

static bool parameter_read(struct span text, struct arena *arena, struct http_query *out,
                           struct error *err)
{
    const uint8_t *equals = text.size == 0 ? NULL : memchr(text.data, '=', text.size);
    size_t number = out->count + 1;
    const char *wrong;

    if (out->count == HTTP_PARAMETER_COUNT_MAX)
        return error_set(err, ERROR_LIMIT, "query: more than %u parameters",
                         HTTP_PARAMETER_COUNT_MAX);
    if (equals == NULL)
        return error_set(err, ERROR_INPUT, "query: parameter %zu has no '='", number);
    struct span name = span_part(text, 0, (size_t)(equals - text.data));
    if (!name_is_good(name))
        return error_set(err, ERROR_INPUT, "query: parameter %zu has no proper name", number);
    if (value_find(out, name).data != NULL)
        return error_set(err, ERROR_INPUT, "query: '%.*s' stands twice", SPAN_ARG(name));

    struct span value = percent_decode(span_part(text, name.size + 1, text.size), value_marks,
                                       HTTP_VALUE_SIZE_MAX, arena, &wrong);
    if (wrong == NULL && has_control(value))
        wrong = "has control characters";
    if (wrong == NULL && !text_is_utf8(value))
        wrong = "is not UTF-8";
    if (wrong != NULL)
        return error_set(err, kind_of(wrong), "query: '%.*s' %s", SPAN_ARG(name), wrong);
    struct http_parameter *parameter = &out->parameters[out->count];
    parameter->value = value;
    if (!arena_copy(arena, name, &parameter->name))
        return error_set(err, ERROR_LIMIT, "query: memory is out");
    out->count++;
    return true;
}

bool http_query_read(struct span query, struct arena *arena, struct http_query *out,
                     struct error *err)
{
    out->count = 0;
    if (query.size == 0)
        return true;
    size_t from = 0;
    for (size_t at = 0; at <= query.size; at++) {
        if (at < query.size && query.data[at] != '&')
            continue;
        if (!parameter_read(span_part(query, from, at - from), arena, out, err))
            return false;
        from = at + 1;
    }
    return true;
}

struct span http_query_value(const struct http_query *query, const char *name)
{
    return value_find(query, span_text(name));
}

bool http_query_check(const struct http_query *query, const char *const *names, size_t count,
                      struct error *err)
{
    for (size_t i = 0; i < query->count; i++) {
        size_t at = 0;
        while (at < count && !span_is(query->parameters[i].name, names[at]))
            at++;
        if (at == count)
            return error_set(err, ERROR_INPUT, "query: '%.*s' is not known here",
                             SPAN_ARG(query->parameters[i].name));
    }
    return true;
}

bool http_percent_read(struct span text, const char *what, struct arena *arena, struct span *out,
                       struct error *err)
{
    const char *wrong;
    *out = percent_decode(text, field_marks, HTTP_VALUE_SIZE_MAX, arena, &wrong);
    if (wrong == NULL && !text_is_plain(*out))
        wrong = "is not plain text in UTF-8";
    if (wrong == NULL)
        return true;
    *out = (struct span){NULL, 0};
    return error_set(err, kind_of(wrong), "%s: %s", what, wrong);
}
