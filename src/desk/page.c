/* Pages of lists: see private.h. */
#include "desk/private.h"

#include "base/text.h"

#include <inttypes.h>

bool page_read(const struct desk_call *call, int64_t absent, struct page *out, struct error *err)
{
    out->limit =
        (size_t)json_get_integer_optional(call->arguments, "limit", 1, DESK_LIST_MAX, absent);
    out->after = json_get_text_optional(call->arguments, "after", PAGE_PLACE_SIZE);
    return problems_to_error(call->problems, err);
}

void page_begin(struct json_writer *out)
{
    json_begin_object(out);
    json_key(out, "list");
    json_begin_array(out);
}

void page_end(struct json_writer *out, bool has_next, struct span place)
{
    json_end_array(out);
    if (has_next)
        json_text_field(out, "next", place);
    json_end_object(out);
}

bool page_numbers_write(const int64_t *numbers, size_t count, struct arena *arena, struct span *out,
                        struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(PAGE_PLACE_SIZE);

    for (size_t i = 0; i < count; i++)
        buffer_format(&text, i == 0 ? "%" PRId64 : ".%" PRId64, numbers[i]);
    return (!text.failed && arena_copy(arena, buffer_span(&text), out)) ||
           error_set(err, ERROR_LIMIT, "the place of a page does not fit in memory");
}

bool page_numbers_read(struct span text, int64_t *out, size_t count, struct error *err)
{
    size_t found = 0;

    for (bool more = true; more && found < count; found++) {
        uint64_t number = 0;
        size_t end = 0;
        while (end < text.size && text.data[end] != '.')
            end++;
        more = end < text.size;
        if (!number_read(span_part(text, 0, end), &number) ||
            number > (uint64_t)JSON_INTEGER_MAX + 1)
            break;
        out[found] = (int64_t)number;
        text = span_part(text, more ? end + 1 : end, text.size);
    }
    return (found == count && text.size == 0) ||
           error_set(err, ERROR_INPUT, "after: not a place that a list gave");
}
