/* Range: see range.h. */
#include "http/range.h"

#include "base/text.h"

static bool place_read(struct span text, int64_t *out)
{
    uint64_t number;
    if (!number_read(text, &number) || number > INT64_MAX)
        return false;
    *out = (int64_t)number;
    return true;
}

/* "-n": the last n bytes. */
static bool end_read(struct span text, int64_t size, struct range *out, struct error *err)
{
    int64_t count;
    if (!place_read(text, &count))
        return error_set(err, ERROR_INPUT, "Range: not 'bytes=a-b'");
    if (count == 0 || size == 0)
        return error_set(err, ERROR_LIMIT, "Range: outside the file");
    *out = (struct range){count < size ? size - count : 0, size};
    return true;
}

bool range_read(struct span text, int64_t size, struct range *out, struct error *err)
{
    static const char unit[] = "bytes=";
    int64_t last;

    if (!span_starts_with(text, unit))
        return error_set(err, ERROR_INPUT, "Range: not 'bytes=a-b'");
    struct span rest = span_part(text, sizeof unit - 1, text.size);
    if (rest.size > 0 && memchr(rest.data, ',', rest.size) != NULL)
        return error_set(err, ERROR_LIMIT, "Range: one at a time");
    const uint8_t *dash = rest.size == 0 ? NULL : memchr(rest.data, '-', rest.size);
    if (dash == NULL)
        return error_set(err, ERROR_INPUT, "Range: not 'bytes=a-b'");
    struct span first = span_part(rest, 0, (size_t)(dash - rest.data));
    struct span second = span_part(rest, first.size + 1, rest.size);
    if (first.size == 0)
        return end_read(second, size, out, err);

    last = size > 0 ? size - 1 : 0;
    if (!place_read(first, &out->from) || (second.size > 0 && !place_read(second, &last)) ||
        (second.size > 0 && last < out->from))
        return error_set(err, ERROR_INPUT, "Range: not 'bytes=a-b'");
    if (out->from >= size)
        return error_set(err, ERROR_LIMIT, "Range: outside the file");
    out->until = last < size ? last + 1 : size;
    return true;
}
