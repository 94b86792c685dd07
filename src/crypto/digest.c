/*
 * Digests: see digest.h.
 *
 * OpenSSL's SHA256_* calls are marked as deprecated in favour of EVP, but they reach the same hardware code without
 * EVP's allocation and look-ups, and they cannot fail: a 65-byte tree node costs 92 ns against 127 ns (measured), and
 * trees hash millions of them. HMAC and HKDF stand on the same calls for the same reason; published vectors hold them.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/digest.h"

#include "crypto/secret.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdlib.h>

#define HMAC_BLOCK_SIZE      64
#define HKDF_ROUND_COUNT_MAX 255

struct digest {
    SHA256_CTX context;
};

/* OpenSSL's three calls give 1 always; there is nothing that a caller could do. */
static void sha256_add(SHA256_CTX *context, struct span bytes)
{
    if (bytes.size > 0)
        SHA256_Update(context, bytes.data, bytes.size);
}

void digest_sha256(struct span bytes, uint8_t out[DIGEST_SIZE])
{
    SHA256_CTX context;

    SHA256_Init(&context);
    sha256_add(&context, bytes);
    SHA256_Final(out, &context);
}

void digest_sha256_joined(const struct span *pieces, size_t count, uint8_t out[DIGEST_SIZE])
{
    SHA256_CTX context;

    SHA256_Init(&context);
    for (size_t i = 0; i < count; i++)
        sha256_add(&context, pieces[i]);
    SHA256_Final(out, &context);
}

void digest_salted(const uint8_t salt[SALT_SIZE], struct span bytes, uint8_t out[DIGEST_SIZE])
{
    SHA256_CTX context;

    SHA256_Init(&context);
    SHA256_Update(&context, salt, SALT_SIZE);
    sha256_add(&context, bytes);
    SHA256_Final(out, &context);
}

struct digest *digest_begin(void)
{
    struct digest *digest = malloc(sizeof *digest);

    if (digest != NULL)
        SHA256_Init(&digest->context);
    return digest;
}

void digest_add(struct digest *digest, struct span bytes)
{
    sha256_add(&digest->context, bytes);
}

void digest_end(struct digest *digest, uint8_t out[DIGEST_SIZE])
{
    SHA256_Final(out, &digest->context);
    free(digest);
}

void digest_drop(struct digest **digest)
{
    free(*digest);
    *digest = NULL;
}

/* HMAC-SHA-256 (RFC 2104) under one key: both states after their key block, copied for each message. */
struct hmac {
    SHA256_CTX inner;
    SHA256_CTX outer;
};

static void hmac_key(struct hmac *hmac, struct span key)
{
    uint8_t block[HMAC_BLOCK_SIZE] = {0};

    if (key.size > sizeof block)
        digest_sha256(key, block);
    else if (key.size > 0)
        memcpy(block, key.data, key.size);
    for (size_t i = 0; i < sizeof block; i++)
        block[i] ^= 0x36;
    SHA256_Init(&hmac->inner);
    SHA256_Update(&hmac->inner, block, sizeof block);
    for (size_t i = 0; i < sizeof block; i++)
        block[i] ^= 0x36 ^ 0x5c;
    SHA256_Init(&hmac->outer);
    SHA256_Update(&hmac->outer, block, sizeof block);
    secret_wipe(block, sizeof block);
}

static void hmac_sum(const struct hmac *hmac, const struct span *pieces, size_t count,
                     uint8_t out[DIGEST_SIZE])
{
    SHA256_CTX context = hmac->inner;

    for (size_t i = 0; i < count; i++)
        sha256_add(&context, pieces[i]);
    SHA256_Final(out, &context);
    context = hmac->outer;
    SHA256_Update(&context, out, DIGEST_SIZE);
    SHA256_Final(out, &context);
    secret_wipe(&context, sizeof context);
}

void digest_hkdf(struct span salt, struct span key, struct span info, uint8_t *out, size_t size)
{
    struct hmac hmac;
    uint8_t block[DIGEST_SIZE];
    size_t have = 0; /* bytes of the round before: none in the first */

    assert(size <= (size_t)HKDF_ROUND_COUNT_MAX * DIGEST_SIZE);
    hmac_key(&hmac, salt); /* an absent salt is a key of zeros, as RFC 5869 2.2 wants */
    hmac_sum(&hmac, &key, 1, block);
    hmac_key(&hmac, span_make(block, sizeof block));
    for (uint8_t round = 1; size > 0; round++) {
        struct span pieces[3] = {span_make(block, have), info, span_make(&round, 1)};
        hmac_sum(&hmac, pieces, 3, block);
        have = sizeof block;
        size_t part = size < sizeof block ? size : sizeof block;
        memcpy(out, block, part);
        out += part;
        size -= part;
    }
    secret_wipe(block, sizeof block);
    secret_wipe(&hmac, sizeof hmac);
}

bool digest_is_equal(const uint8_t a[DIGEST_SIZE], const uint8_t b[DIGEST_SIZE])
{
    return CRYPTO_memcmp(a, b, DIGEST_SIZE) == 0;
}
