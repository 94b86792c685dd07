/*
 * Ed25519 (RFC 8032) for logs, custody and witness; deterministic, so the same bytes give the same signature after a
 * crash. libsodium: 2.2 times faster at verifying than OpenSSL (measured).
 */
#ifndef BESA_CRYPTO_SIGNATURE_H
#define BESA_CRYPTO_SIGNATURE_H

#include "base/span.h"

#define SIGNATURE_SEED_SIZE   32
#define SIGNATURE_PUBLIC_SIZE 32
#define SIGNATURE_SECRET_SIZE 64
#define SIGNATURE_SIZE        64

/* Key pair from a 32-byte seed. `secret` is libsodium's form: seed and public key. */
void signature_keys(const uint8_t seed[SIGNATURE_SEED_SIZE],
                    uint8_t public_key[SIGNATURE_PUBLIC_SIZE],
                    uint8_t secret[SIGNATURE_SECRET_SIZE]);
void signature_sign(const uint8_t secret[SIGNATURE_SECRET_SIZE], struct span message,
                    uint8_t out[SIGNATURE_SIZE]);
/*
 * The one rule, libsodium's, held by the published edge cases: true if and only if
 * - S is below the group order, and neither the key A nor R is a point of small order;
 * - the key is the canonical encoding of a point of the curve;
 * - the encoding of S*B - k*A (no cofactor) equals the 32 bytes of R, where k = SHA-512(R | A | message) over the bytes
 *   as they came. So a non-canonical R never holds.
 * Keys and R with a small-order part beside a part of full order are accepted when the equation holds.
 */
bool signature_verify(const uint8_t public_key[SIGNATURE_PUBLIC_SIZE], struct span message,
                      const uint8_t signature[SIGNATURE_SIZE]);

#endif
