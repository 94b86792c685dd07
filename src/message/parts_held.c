/* Parts held: see parts_held.h. */
#include "message/parts_held.h"

#include "message/form.h"

static void parts_held_check(const struct json_object *object, const void *value)
{
    const struct parts_held *held = value;

    for (size_t i = 0; i < held->part_count; i++)
        if (held->parts[i] < 1 || held->parts[i] > UINT16_MAX)
            form_problem(object, "parts", ERROR_INPUT, "element %zu is no part number", i);
    if (held->part_count > held->total)
        form_problem(object, "total", ERROR_INPUT, "is below the count of parts");
}

static const struct form_field parts_held_fields[] = {
    {.name = "item",
     .kind = FORM_OBJECT,
     .form = &reference_form,
     FORM_AT(struct parts_held, item),
     .about = "The entry that names the attachments."},
    {.name = "parts",
     .kind = FORM_NUMBERS,
     FORM_LIST_AT(struct parts_held, parts, part_count),
     .min = 1,
     .max = ATTACHMENT_COUNT_MAX,
     .about = "Numbers of the parts now held whole."},
    {.name = "total",
     .kind = FORM_COUNT,
     FORM_AT(struct parts_held, total),
     .min = 1,
     .max = ATTACHMENT_COUNT_MAX,
     .about = "How many attachments the entry has."},
};

const struct form parts_held_form = {
    .name = "parts_held",
    .about = "The receiver holds these attachments whole and checked.",
    .fields = parts_held_fields,
    .count = ARRAY_COUNT(parts_held_fields),
    .size = sizeof(struct parts_held),
    .check = parts_held_check,
};

bool parts_held_read(struct span body, struct arena *arena, struct parts_held *out,
                     struct problems *problems)
{
    return form_read(&parts_held_form, body, arena, out, problems);
}

bool parts_held_write(const struct parts_held *parts_held, struct buffer *buffer)
{
    return form_write(&parts_held_form, parts_held, buffer);
}
