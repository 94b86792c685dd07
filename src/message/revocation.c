/* Revocation of a TLS certificate: see revocation.h. */
#include "message/revocation.h"

#include "message/form.h"

const char *const revocation_reason_names[REVOCATION_REASON_COUNT] = {
    [REVOCATION_THEFT] = "theft",
    [REVOCATION_LOSS] = "loss",
    [REVOCATION_REPLACED] = "replaced",
    [REVOCATION_OTHER] = "other",
};

static const struct form_field revocation_fields[] = {
    {.name = "certificate",
     .kind = FORM_HEX,
     FORM_AT(struct key_revocation, certificate),
     .max = DIGEST_SIZE,
     .about = "SHA-256 of the certificate (DER) that is believed no more."},
    {.name = "revoked_for",
     .kind = FORM_CHOICE,
     FORM_AT(struct key_revocation, reason),
     FORM_NAMES(revocation_reason_names),
     .about = "Why."},
    {.name = "revoked_at",
     .kind = FORM_TIME,
     FORM_AT(struct key_revocation, revoked_at_ms),
     .about = "When it was said at the writer."},
};

const struct form key_revocation_form = {
    .name = "key_revocation",
    .about = "A TLS certificate of the writer's node counts no more. It is never taken back; the "
             "writer's institution signs a new one.",
    .fields = revocation_fields,
    .count = ARRAY_COUNT(revocation_fields),
    .size = sizeof(struct key_revocation),
};

bool key_revocation_write(const struct key_revocation *revocation, struct buffer *buffer)
{
    return form_write(&key_revocation_form, revocation, buffer);
}
