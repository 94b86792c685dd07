/*
 * P-256 key agreement (NIST SP 800-56A, ECDH): the sealing keys of posts and ranges.
 */
#ifndef BESA_CRYPTO_AGREE_H
#define BESA_CRYPTO_AGREE_H

#include "base/env.h"
#include "base/error.h"

#define AGREE_PRIVATE_SIZE 32
#define AGREE_PUBLIC_SIZE  65 /* uncompressed point */
#define AGREE_SHARED_SIZE  32 /* x coordinate */

/* A fresh pair; randomness from `env`, so that the simulator repeats itself. */
bool agree_make(const struct env *env, uint8_t private_key[AGREE_PRIVATE_SIZE],
                uint8_t public_key[AGREE_PUBLIC_SIZE], struct error *err);
/* INPUT when the public key is no point of the curve. */
bool agree_shared(const uint8_t private_key[AGREE_PRIVATE_SIZE],
                  const uint8_t public_key[AGREE_PUBLIC_SIZE], uint8_t out[AGREE_SHARED_SIZE],
                  struct error *err);

#endif
