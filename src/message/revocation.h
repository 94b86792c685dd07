/*
 * Revocation of a TLS certificate: the party whose key was stolen or lost says that nobody who shows this certificate
 * speaks for its node any more. It takes effect with the handling of its entry and is never taken back: the remedy is a
 * new key under the institution's signature. docs/keys.md.
 */
#ifndef BESA_MESSAGE_REVOCATION_H
#define BESA_MESSAGE_REVOCATION_H

#include "base/buffer.h"
#include "crypto/digest.h"

/* Codes only, as for suspensions. Stored: numbers are never reused. */
enum revocation_reason {
    REVOCATION_THEFT = 0,    /* somebody else may hold the key */
    REVOCATION_LOSS = 1,     /* nobody knows where the key, or a copy of it, is */
    REVOCATION_REPLACED = 2, /* another is in use, and this one has time left */
    REVOCATION_OTHER = 3,
    REVOCATION_REASON_COUNT
};
extern const char *const revocation_reason_names[REVOCATION_REASON_COUNT];

struct key_revocation {
    uint8_t certificate[DIGEST_SIZE]; /* SHA-256 of its DER */
    enum revocation_reason reason;
    int64_t revoked_at_ms;
};

extern const struct form key_revocation_form;

bool key_revocation_write(const struct key_revocation *revocation, struct buffer *buffer);

#endif
