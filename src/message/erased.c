/* Erased: see erased.h. */
#include "message/erased.h"

#include "message/form.h"

const char *const erase_reason_names[ERASE_REASON_COUNT] = {
    [ERASE_RETENTION] = "retention",   [ERASE_RECALL] = "recall",
    [ERASE_CORRECTION] = "correction", [ERASE_UNLAWFUL] = "unlawful",
    [ERASE_ORDER] = "order",           [ERASE_DATA_SUBJECT] = "data_subject",
    [ERASE_TEAM_END] = "team_end",     [ERASE_LOST] = "lost",
};

bool erase_reason_find(struct span name, enum erase_reason *out)
{
    for (unsigned i = 0; i < ERASE_REASON_COUNT; i++)
        if (span_is(name, erase_reason_names[i])) {
            *out = (enum erase_reason)i;
            return true;
        }
    return false;
}

static const struct form_field erased_fields[] = {
    {.name = "item",
     .kind = FORM_OBJECT,
     .form = &reference_form,
     FORM_AT(struct erased, item),
     .about = "The entry whose body or part is gone."},
    {.name = "part",
     .kind = FORM_NUMBER,
     .is_optional = true,
     FORM_AT(struct erased, part),
     .min = 1,
     .max = 65535,
     .about = "Number of the part; absent for the body with all parts."},
    {.name = "reason",
     .kind = FORM_CHOICE,
     FORM_AT(struct erased, reason),
     FORM_NAMES(erase_reason_names),
     .about = "Why; `lost` is what is no longer held without an act of erasure."},
    {.name = "erased_at",
     .kind = FORM_TIME,
     FORM_AT(struct erased, erased_at_ms),
     .about = "When."},
};

//= dir-2016-680 art 5
//= dir-2016-680 art 16(2)
const struct form erased_form = {
    .name = "erased",
    .about = "The writer erased an exchanged body or part.",
    .fields = erased_fields,
    .count = ARRAY_COUNT(erased_fields),
    .size = sizeof(struct erased),
};

bool erased_read(struct span body, struct arena *arena, struct erased *out,
                 struct problems *problems)
{
    return form_read(&erased_form, body, arena, out, problems);
}

bool erased_write(const struct erased *erased, struct buffer *buffer)
{
    return form_write(&erased_form, erased, buffer);
}
