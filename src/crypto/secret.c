/*
 * Secrets: see secret.h.
 *
 * A sealed file is: "besaseal", version 1 (1 byte), cost (1 byte), salt (16), nonce (24), then XChaCha20-Poly1305 of
 * the content under Argon2id(passphrase, salt); the header is its associated data. The cost is a number of a table, not
 * parameters, so a hostile file cannot make the reader spend more than we would ourselves.
 */
#include "crypto/secret.h"

#include "crypto/aead.h"
#include "crypto/agree.h"
#include "crypto/digest.h"

#include <openssl/crypto.h>
#include <sodium.h>
#include <stdlib.h>

#define MAGIC_SIZE    8
#define VERSION       1
#define KEY_SIZE      crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define NONCE_SIZE    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE      crypto_aead_xchacha20poly1305_ietf_ABYTES
#define KDF_SALT_SIZE crypto_pwhash_argon2id_SALTBYTES
#define VERSION_AT    MAGIC_SIZE
#define COST_AT       (VERSION_AT + 1)
#define SALT_AT       (COST_AT + 1)
#define NONCE_AT      (SALT_AT + KDF_SALT_SIZE)
#define HEADER_SIZE   (NONCE_AT + NONCE_SIZE)

static const uint8_t magic[MAGIC_SIZE] = {'b', 'e', 's', 'a', 's', 'e', 'a', 'l'};

struct cost {
    uint8_t number; /* in the header; never given a second meaning */
    unsigned long long operations;
    size_t memory_size;
};

static const struct cost costs[] = {
    [SECRET_COST_STANDARD] = {1, crypto_pwhash_argon2id_OPSLIMIT_MODERATE,
                              crypto_pwhash_argon2id_MEMLIMIT_MODERATE},
    [SECRET_COST_FAST] = {2, crypto_pwhash_argon2id_OPSLIMIT_MIN,
                          crypto_pwhash_argon2id_MEMLIMIT_MIN},
};

/* Also touches what OpenSSL loads late (configuration, providers, the curve), because a process that has given up its
 * rights could no longer load it. */
void crypto_start(void)
{
    static const uint8_t zeros[AEAD_KEY_SIZE];
    static const uint8_t one[AGREE_PRIVATE_SIZE] = {[AGREE_PRIVATE_SIZE - 1] = 1};
    static const uint8_t no_point[AGREE_PUBLIC_SIZE] = {0};
    uint8_t tag[AEAD_TAG_SIZE];
    uint8_t out[DIGEST_SIZE];
    struct span nothing = {NULL, 0};

    if (sodium_init() < 0 ||
        OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_LOAD_CONFIG, NULL) != 1)
        abort();
    digest_sha256(nothing, out);
    aead_seal(zeros, zeros, nothing, nothing, tag);
    if (!aead_open(zeros, zeros, nothing, span_make(tag, sizeof tag), out) ||
        agree_shared(one, no_point, out, NULL))
        abort();
}

void secret_wipe(void *memory, size_t size)
{
    if (size > 0)
        sodium_memzero(memory, size);
}

void *secret_alloc(size_t size)
{
    return sodium_malloc(size);
}

void secret_free(void *memory)
{
    sodium_free(memory);
}

static bool key_derive(struct span passphrase, const struct cost *cost, const uint8_t *salt,
                       uint8_t key[KEY_SIZE], struct error *err)
{
    if (passphrase.size == 0)
        return error_set(err, ERROR_INPUT, "the passphrase is empty");
    if (crypto_pwhash_argon2id(key, KEY_SIZE, (const char *)passphrase.data, passphrase.size, salt,
                               cost->operations, cost->memory_size,
                               crypto_pwhash_argon2id_ALG_ARGON2ID13) == 0)
        return true;
    return error_set(err, ERROR_LIMIT, "the passphrase needs %zu MiB of memory, which is not there",
                     cost->memory_size >> 20);
}

bool secret_seal(const struct env *env, struct span passphrase, enum secret_cost cost,
                 struct span plain, struct buffer *out, struct error *err)
{
    uint8_t key[KEY_SIZE];
    size_t start = out->size;

    if (plain.size > SIZE_MAX - HEADER_SIZE - TAG_SIZE)
        return error_set(err, ERROR_LIMIT, "too large to seal");
    uint8_t *header = buffer_room(out, HEADER_SIZE + plain.size + TAG_SIZE);
    if (header == NULL)
        return error_set(err, ERROR_LIMIT, "no room to seal %zu bytes", plain.size);
    memcpy(header, magic, MAGIC_SIZE);
    header[VERSION_AT] = VERSION;
    header[COST_AT] = costs[cost].number;
    env->random(env->context, header + SALT_AT, KDF_SALT_SIZE);
    env->random(env->context, header + NONCE_AT, NONCE_SIZE);
    if (!key_derive(passphrase, &costs[cost], header + SALT_AT, key, err)) {
        out->size = start;
        return false;
    }
    crypto_aead_xchacha20poly1305_ietf_encrypt(header + HEADER_SIZE, NULL, plain.data, plain.size,
                                               header, HEADER_SIZE, NULL, header + NONCE_AT, key);
    secret_wipe(key, sizeof key);
    return true;
}

/* The header's cost, or NULL with the reason. */
static const struct cost *header_read(struct span sealed, struct error *err)
{
    if (sealed.size < HEADER_SIZE + TAG_SIZE || memcmp(sealed.data, magic, MAGIC_SIZE) != 0) {
        error_set(err, ERROR_INPUT, "this is no sealed file, or it was cut");
        return NULL;
    }
    if (sealed.data[VERSION_AT] != VERSION) {
        error_set(err, ERROR_INPUT, "sealed file of version %d; this program reads version %d",
                  sealed.data[VERSION_AT], VERSION);
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_COUNT(costs); i++)
        if (sealed.data[COST_AT] == costs[i].number)
            return &costs[i];
    error_set(err, ERROR_INPUT, "sealed file with the unknown cost %d", sealed.data[COST_AT]);
    return NULL;
}

bool secret_open(struct span passphrase, struct span sealed, struct buffer *out, struct error *err)
{
    uint8_t key[KEY_SIZE];
    uint8_t nothing[1];
    size_t start = out->size;
    const struct cost *cost = header_read(sealed, err);

    if (cost == NULL)
        return false;
    const uint8_t *header = sealed.data;
    struct span body = span_part(sealed, HEADER_SIZE, sealed.size);
    size_t plain_size = body.size - TAG_SIZE;
    uint8_t *plain = plain_size == 0 ? nothing : buffer_room(out, plain_size);
    if (plain == NULL)
        return error_set(err, ERROR_LIMIT, "no room to open %zu bytes", plain_size);
    out->size = start;
    if (!key_derive(passphrase, cost, header + SALT_AT, key, err))
        return false;
    bool holds =
        crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, body.data, body.size, header,
                                                   HEADER_SIZE, header + NONCE_AT, key) == 0;
    secret_wipe(key, sizeof key);
    if (!holds)
        return error_set(err, ERROR_INPUT, "the passphrase is wrong or the file was changed");
    out->size = start + plain_size;
    return true;
}
