/*
 * AES-256-GCM (NIST SP 800-38D): bodies, parts and segments at rest, posts and ranges on the line, wrapped keys. Every
 * key seals once, or under nonces that its user numbers; so a nonce is given by the caller, never drawn here.
 */
#ifndef BESA_CRYPTO_AEAD_H
#define BESA_CRYPTO_AEAD_H

#include "base/span.h"

#define AEAD_KEY_SIZE   32
#define AEAD_NONCE_SIZE 12
#define AEAD_TAG_SIZE   16

/* out holds plain.size + AEAD_TAG_SIZE bytes: ciphertext, then tag. `out` may be plain.data. */
void aead_seal(const uint8_t key[AEAD_KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
               struct span associated, struct span plain, uint8_t *out);
/* False when the tag does not hold; `out` (sealed.size - AEAD_TAG_SIZE bytes) is then zeroed. `out` may be sealed.data. */
bool aead_open(const uint8_t key[AEAD_KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
               struct span associated, struct span sealed, uint8_t *out);

#endif
