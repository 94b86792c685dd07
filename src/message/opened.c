/* Opened: see opened.h. */
#include "message/opened.h"

#include "message/form.h"

static const struct form_field opened_fields[] = {
    {.name = "unit",
     .kind = FORM_TEXT,
     FORM_AT(struct opened, unit),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "Code of the unit; never an officer."},
    {.name = "opened_at",
     .kind = FORM_TIME,
     FORM_AT(struct opened, opened_at_ms),
     .about = "When it was opened."},
};

const struct form opened_form = {
    .name = "opened",
    .about = "The message named in in-reply-to was opened.",
    .fields = opened_fields,
    .count = ARRAY_COUNT(opened_fields),
    .size = sizeof(struct opened),
};

bool opened_read(struct span body, struct arena *arena, struct opened *out,
                 struct problems *problems)
{
    return form_read(&opened_form, body, arena, out, problems);
}

bool opened_write(const struct opened *opened, struct buffer *buffer)
{
    return form_write(&opened_form, opened, buffer);
}
