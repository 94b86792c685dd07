/*
 * Secrets in memory, and files sealed under a passphrase: see secret.h. A sealed file is
 *   "besasec1" | opslimit u32 | memlimit in KiB u32 | salt 16 | nonce 24 | XChaCha20-Poly1305 ciphertext and tag
 * with everything before the ciphertext authenticated. The limits are bounded before the key is derived, so that a hostile
 * file cannot make Argon2id eat the machine.
 */
#include "crypto/secret.h"

#include "base/cursor.h"

#include <sodium.h>
#include <stdlib.h>

#define MAGIC      "besasec1"
#define MAGIC_SIZE 8u
#define HEADER_SIZE                                                                                \
    (MAGIC_SIZE + 8u + crypto_pwhash_SALTBYTES + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
#define OPS_MAX        8u
#define MEMORY_KIB_MAX (1024u * 1024u)
#define PLAIN_SIZE_MAX (1024u * 1024u)

void crypto_start(void)
{
    if (sodium_init() < 0)
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

static bool derive(struct span passphrase, struct span salt, uint32_t ops, uint32_t memory_kib,
                   uint8_t key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES])
{
    return crypto_pwhash(key, crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
                         passphrase.size == 0 ? "" : (const char *)passphrase.data, passphrase.size,
                         salt.data, ops, (size_t)memory_kib * 1024,
                         crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool secret_seal(const struct env *env, struct span passphrase, enum secret_cost cost,
                 struct span plain, struct buffer *out, struct error *err)
{
    uint8_t random[crypto_pwhash_SALTBYTES + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
    uint8_t key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    uint32_t ops =
        cost == SECRET_COST_FAST ? crypto_pwhash_OPSLIMIT_MIN : crypto_pwhash_OPSLIMIT_MODERATE;
    uint32_t kib =
        (cost == SECRET_COST_FAST ? crypto_pwhash_MEMLIMIT_MIN : crypto_pwhash_MEMLIMIT_MODERATE) /
        1024;
    size_t start = out->size;

    if (plain.size > PLAIN_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "a sealed file holds at most %u bytes", PLAIN_SIZE_MAX);
    env->random(env->context, random, sizeof random);
    buffer_text(out, MAGIC);
    buffer_u32(out, ops);
    buffer_u32(out, kib);
    buffer_add(out, span_make(random, sizeof random));
    uint8_t *room = buffer_room(out, plain.size + crypto_aead_xchacha20poly1305_ietf_ABYTES);
    if (room == NULL ||
        !derive(passphrase, span_make(random, crypto_pwhash_SALTBYTES), ops, kib, key))
        return error_set(err, ERROR_LIMIT, "sealing under a passphrase: out of memory");
    crypto_aead_xchacha20poly1305_ietf_encrypt(room, NULL, plain.data, plain.size,
                                               out->data + start, HEADER_SIZE, NULL,
                                               random + crypto_pwhash_SALTBYTES, key);
    secret_wipe(key, sizeof key);
    return true;
}

bool secret_open(struct span passphrase, struct span sealed, struct buffer *out, struct error *err)
{
    struct cursor cursor = cursor_make(sealed);
    uint8_t key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    struct span magic = cursor_span(&cursor, MAGIC_SIZE);
    uint32_t ops = cursor_u32(&cursor);
    uint32_t kib = cursor_u32(&cursor);
    struct span salt = cursor_span(&cursor, crypto_pwhash_SALTBYTES);
    struct span nonce = cursor_span(&cursor, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);

    if (cursor.failed || !span_is(magic, MAGIC) ||
        cursor.rest.size < crypto_aead_xchacha20poly1305_ietf_ABYTES ||
        cursor.rest.size > PLAIN_SIZE_MAX + crypto_aead_xchacha20poly1305_ietf_ABYTES)
        return error_set(err, ERROR_INPUT, "not a sealed file");
    if (ops < crypto_pwhash_OPSLIMIT_MIN || ops > OPS_MAX ||
        kib < crypto_pwhash_MEMLIMIT_MIN / 1024 || kib > MEMORY_KIB_MAX)
        return error_set(err, ERROR_LIMIT, "a sealed file asks for a cost that is not allowed");
    if (!derive(passphrase, salt, ops, kib, key))
        return error_set(err, ERROR_LIMIT, "opening a sealed file: out of memory");
    uint8_t *room = buffer_room(out, cursor.rest.size - crypto_aead_xchacha20poly1305_ietf_ABYTES);
    bool has_room = room != NULL || cursor.rest.size == crypto_aead_xchacha20poly1305_ietf_ABYTES;
    bool ok = has_room && crypto_aead_xchacha20poly1305_ietf_decrypt(
                              room, NULL, NULL, cursor.rest.data, cursor.rest.size, sealed.data,
                              HEADER_SIZE, nonce.data, key) == 0;
    secret_wipe(key, sizeof key);
    if (!has_room)
        return error_set(err, ERROR_LIMIT, "opening a sealed file: out of memory");
    return ok ||
           error_set(err, ERROR_INPUT, "the passphrase is wrong, or the sealed file was changed");
}
