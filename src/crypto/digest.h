/*
 * Digests: SHA-256 (FIPS 180-4), salted digests of bodies and parts, HKDF-SHA-256 (RFC 5869).
 */
#ifndef BESA_CRYPTO_DIGEST_H
#define BESA_CRYPTO_DIGEST_H

#include "base/span.h"

#define DIGEST_SIZE 32
#define SALT_SIZE   32

/* SHA-256 of the bytes. Never fails. */
void digest_sha256(struct span bytes, uint8_t out[DIGEST_SIZE]);
/* SHA-256 of the pieces, one after the other. */
void digest_sha256_joined(const struct span *pieces, size_t count, uint8_t out[DIGEST_SIZE]);
/* SHA-256(salt | bytes): what a head or a body says of what hangs on it. */
void digest_salted(const uint8_t salt[SALT_SIZE], struct span bytes, uint8_t out[DIGEST_SIZE]);

/* SHA-256 piece by piece, for files. digest_end frees; digest_drop frees without a result. */
struct digest;
struct digest *digest_begin(void); /* NULL when memory is out */
void digest_add(struct digest *digest, struct span bytes);
void digest_end(struct digest *digest, uint8_t out[DIGEST_SIZE]);
void digest_drop(struct digest **digest);

/* HKDF-SHA-256: `size` at most 255 * 32. */
void digest_hkdf(struct span salt, struct span key, struct span info, uint8_t *out, size_t size);

/* Constant-time comparison. */
bool digest_is_equal(const uint8_t a[DIGEST_SIZE], const uint8_t b[DIGEST_SIZE]);

#endif
