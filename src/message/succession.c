/* Succession: see succession.h. */
#include "message/succession.h"

#include "message/form.h"

static const struct form_field succession_fields[] = {
    {.name = "document",
     .kind = FORM_BASE64,
     FORM_AT(struct succession, document),
     .min = 1,
     .max = SUCCESSION_CMS_MAX,
     .about = "The signed document (CMS, DER), see protocol.md: which log ends, why, which keys "
              "follow."},
    {.name = "size",
     .kind = FORM_COUNT,
     FORM_AT(struct succession, size),
     .min = 0,
     .max = JSON_INTEGER_MAX,
     .about = "Size at which the predecessor ends; what is beyond it is void."},
    {.name = "root",
     .kind = FORM_HEX,
     FORM_AT(struct succession, root),
     .max = TLOG_HASH_SIZE,
     .about = "Its root at that size."},
    {.name = "custody",
     .kind = FORM_COUNT,
     FORM_AT(struct succession, custody),
     .min = 0,
     .max = JSON_INTEGER_MAX,
     .about = "Position in the receiver's logs up to which receipts of the older custody key "
              "count; the newer key signs from there on."},
};

const struct form succession_form = {
    .name = "succession",
    .about = "A log of the writer ended. First entry of the log that follows; for a domestic log "
             "also told in each outgoing log.",
    .fields = succession_fields,
    .count = ARRAY_COUNT(succession_fields),
    .size = sizeof(struct succession),
};

bool succession_read(struct span body, struct arena *arena, struct succession *out,
                     struct problems *problems)
{
    return form_read(&succession_form, body, arena, out, problems);
}

bool succession_write(const struct succession *succession, struct buffer *buffer)
{
    return form_write(&succession_form, succession, buffer);
}
