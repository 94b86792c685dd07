/* Amendment: see amendment.h. */
#include "message/amendment.h"

#include "message/form.h"

const char *const amendment_refusal_names[AMENDMENT_REFUSAL_COUNT] = {
    [AMENDMENT_REFUSED_CONTENT] = "content", [AMENDMENT_REFUSED_LAW] = "law",
    [AMENDMENT_REFUSED_MISTAKE] = "mistake", [AMENDMENT_REFUSED_WITHDRAWN] = "withdrawn",
    [AMENDMENT_REFUSED_OTHER] = "other",
};

#define VERSION_FIELD(type)                                                                        \
    {                                                                                              \
        .name = "version", .kind = FORM_INTEGER, FORM_AT(struct type, version), .min = 1,          \
        .max = 1000000, .about = "Version of the agreement that the document would be."            \
    }
#define FINGERPRINT_FIELD(type)                                                                    \
    {                                                                                              \
        .name = "fingerprint", .kind = FORM_HEX, FORM_AT(struct type, fingerprint),                \
        .max = DIGEST_SIZE, .about = "SHA-256 of the canonical document."                          \
    }

static const struct form_field proposal_fields[] = {
    VERSION_FIELD(agreement_proposal),
    FINGERPRINT_FIELD(agreement_proposal),
    {.name = "signed_once",
     .kind = FORM_BASE64,
     FORM_AT(struct agreement_proposal, signed_once),
     .min = 1,
     .max = AMENDMENT_CMS_SIZE_MAX,
     .about = "The document, signed by the proposing institution (CMS)."},
};

const struct form agreement_proposal_form = {
    .name = "agreement_proposal",
    .about = "Proposes the next version of the agreement. It binds no one.",
    .fields = proposal_fields,
    .count = ARRAY_COUNT(proposal_fields),
    .size = sizeof(struct agreement_proposal),
};

static const struct form_field signature_fields[] = {
    VERSION_FIELD(agreement_signature),
    FINGERPRINT_FIELD(agreement_signature),
    {.name = "co_signed",
     .kind = FORM_BASE64,
     FORM_AT(struct agreement_signature, co_signed),
     .min = 1,
     .max = AMENDMENT_CMS_SIZE_MAX,
     .about = "The document, signed by both institutions (CMS)."},
};

const struct form agreement_signature_form = {
    .name = "agreement_signature",
    .about =
        "The second signature under the proposal named in in-reply-to: the version is in force "
        "after this entry, and for the other log once its `seen` is above it.",
    .fields = signature_fields,
    .count = ARRAY_COUNT(signature_fields),
    .size = sizeof(struct agreement_signature),
};

static const struct form_field refusal_fields[] = {
    VERSION_FIELD(agreement_refusal),
    {.name = "refused_for",
     .kind = FORM_CHOICE,
     FORM_AT(struct agreement_refusal, ground),
     FORM_NAMES(amendment_refusal_names),
     .about = "Why it is not signed; `withdrawn` answers a withdrawal."},
};

const struct form agreement_refusal_form = {
    .name = "agreement_refusal",
    .about = "The proposal named in in-reply-to is not signed, now or later.",
    .fields = refusal_fields,
    .count = ARRAY_COUNT(refusal_fields),
    .size = sizeof(struct agreement_refusal),
};

static const struct form_field withdrawal_fields[] = {
    VERSION_FIELD(agreement_withdrawal),
    {.name = "withdrawn_at",
     .kind = FORM_TIME,
     FORM_AT(struct agreement_withdrawal, withdrawn_at_ms),
     .about = "When."},
};

const struct form agreement_withdrawal_form = {
    .name = "agreement_withdrawal",
    .about = "Asks for the writer's own proposal back. A signature that stands already, or comes "
             "first, still counts.",
    .fields = withdrawal_fields,
    .count = ARRAY_COUNT(withdrawal_fields),
    .size = sizeof(struct agreement_withdrawal),
};

bool agreement_proposal_write(const struct agreement_proposal *proposal, struct buffer *buffer)
{
    return form_write(&agreement_proposal_form, proposal, buffer);
}

bool agreement_signature_write(const struct agreement_signature *signature, struct buffer *buffer)
{
    return form_write(&agreement_signature_form, signature, buffer);
}

bool agreement_refusal_write(const struct agreement_refusal *refusal, struct buffer *buffer)
{
    return form_write(&agreement_refusal_form, refusal, buffer);
}

bool agreement_withdrawal_write(const struct agreement_withdrawal *withdrawal,
                                struct buffer *buffer)
{
    return form_write(&agreement_withdrawal_form, withdrawal, buffer);
}
