/* Reference: see reference.h. */
#include "message/reference.h"

#include "base/limits.h"
#include "message/form.h"

/* The text up to the next '/', which is skipped; the whole rest when there is none. */
static struct span segment_take(struct span *rest)
{
    size_t size = 0;
    while (size < rest->size && rest->data[size] != '/')
        size++;
    struct span segment = span_part(*rest, 0, size);
    *rest = span_part(*rest, size + 1, rest->size);
    return segment;
}

bool origin_is_valid(struct span origin)
{
    struct span parts[5];
    size_t count = 0;
    uint64_t number;

    if (origin.size == 0 || origin.size > ORIGIN_SIZE_MAX || origin.data[origin.size - 1] == '/')
        return false;
    for (struct span rest = origin; rest.size > 0;) {
        if (count == 5)
            return false;
        parts[count] = segment_take(&rest);
        if (!text_is_identifier(parts[count], NAME_SIZE_MAX))
            return false;
        count++;
    }
    if (count == 3)
        return span_is(parts[1], "domestic") && number_read(parts[2], &number);
    return count == 5 && span_is(parts[2], "to") && number_read(parts[4], &number);
}

bool origin_split(struct span origin, struct span *stem, uint64_t *number)
{
    size_t at = origin.size;

    if (!origin_is_valid(origin))
        return false;
    while (origin.data[at - 1] != '/')
        at--;
    *stem = span_part(origin, 0, at - 1);
    return number_read(span_part(origin, at, origin.size), number);
}

struct span origin_party(struct span origin)
{
    return segment_take(&origin);
}

bool origin_is_domestic(struct span origin)
{
    struct span rest = origin;

    segment_take(&rest);
    return origin_is_valid(origin) && span_starts_with(rest, "domestic/");
}

static const struct form_field reference_fields[] = {
    {.name = "log",
     .kind = FORM_TEXT,
     FORM_AT(struct reference, origin),
     .min = 1,
     .max = ORIGIN_SIZE_MAX,
     .rule = &form_rule_origin,
     .about = "Origin of the log in which the entry stands."},
    {.name = "id", .kind = FORM_UUID, FORM_AT(struct reference, id), .about = "Its message id."},
};

const struct form reference_form = {
    .name = "reference",
    .about = "Names an entry of one of the two logs of the agreement.",
    .fields = reference_fields,
    .count = ARRAY_COUNT(reference_fields),
    .size = sizeof(struct reference),
};
