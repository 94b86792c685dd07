/*
 * Ed25519 over libsodium: see signature.h. The rule for edge cases is libsodium's: the scalar must be canonical, public
 * keys and R of small order are refused, and the equation is checked without the cofactor.
 */
#include "crypto/signature.h"

#include <sodium.h>
#include <stdlib.h>

void signature_keys(const uint8_t seed[SIGNATURE_SEED_SIZE],
                    uint8_t public_key[SIGNATURE_PUBLIC_SIZE],
                    uint8_t secret[SIGNATURE_SECRET_SIZE])
{
    if (crypto_sign_seed_keypair(public_key, secret, seed) != 0)
        abort();
}

void signature_sign(const uint8_t secret[SIGNATURE_SECRET_SIZE], struct span message,
                    uint8_t out[SIGNATURE_SIZE])
{
    if (crypto_sign_detached(out, NULL, message.data, message.size, secret) != 0)
        abort();
}

bool signature_verify(const uint8_t public_key[SIGNATURE_PUBLIC_SIZE], struct span message,
                      const uint8_t signature[SIGNATURE_SIZE])
{
    return crypto_sign_verify_detached(signature, message.data, message.size, public_key) == 0;
}
