/* Assigned: see assigned.h. */
#include "message/assigned.h"

#include "message/form.h"

static const struct form_field assigned_fields[] = {
    {.name = "unit",
     .kind = FORM_TEXT,
     FORM_AT(struct assigned, unit),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "Code of the unit; never an officer."},
    {.name = "assigned_at",
     .kind = FORM_TIME,
     FORM_AT(struct assigned, assigned_at_ms),
     .about = "When it was assigned."},
};

const struct form assigned_form = {
    .name = "assigned",
    .about = "The message named in in-reply-to was given to a unit.",
    .fields = assigned_fields,
    .count = ARRAY_COUNT(assigned_fields),
    .size = sizeof(struct assigned),
};

bool assigned_read(struct span body, struct arena *arena, struct assigned *out,
                   struct problems *problems)
{
    return form_read(&assigned_form, body, arena, out, problems);
}

bool assigned_write(const struct assigned *assigned, struct buffer *buffer)
{
    return form_write(&assigned_form, assigned, buffer);
}
