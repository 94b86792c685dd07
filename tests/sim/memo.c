/* Functions of the product replaced at link time (--wrap) by ones that remember: see memo.h. */
#include "sim/memo.h"

#include "base/buffer.h"
#include "crypto/cms.h"
#include "crypto/digest.h"
#include "crypto/signature.h"

#include <stdlib.h>
#include <string.h>

#define SLOT_COUNT 8192u /* a power of two; when three quarters are taken, all is forgotten */

struct slot {
    uint8_t key[DIGEST_SIZE];
    bool is_taken;
    size_t number;
    struct buffer content;
};
static struct slot slots[SLOT_COUNT];
static size_t taken_count;
static bool is_used;

void memo_use(bool is_on)
{
    is_used = is_on;
}

void memo_free(void)
{
    for (size_t i = 0; i < SLOT_COUNT; i++)
        if (slots[i].is_taken)
            buffer_free(&slots[i].content);
    memset(slots, 0, sizeof slots);
    taken_count = 0;
}

/* The slot of this key, or the free one where it belongs. */
static struct slot *slot_of(const uint8_t key[DIGEST_SIZE])
{
    size_t at = ((size_t)key[0] << 8 | key[1]) % SLOT_COUNT;

    while (slots[at].is_taken && memcmp(slots[at].key, key, DIGEST_SIZE) != 0)
        at = (at + 1) % SLOT_COUNT;
    return &slots[at];
}

static void remember(const uint8_t key[DIGEST_SIZE], size_t number, struct span content)
{
    if (taken_count >= SLOT_COUNT / 4 * 3)
        memo_free();
    struct slot *slot = slot_of(key);
    if (slot->is_taken)
        return;
    *slot =
        (struct slot){.is_taken = true, .number = number, .content = buffer_make(content.size + 1)};
    memcpy(slot->key, key, DIGEST_SIZE);
    buffer_add(&slot->content, content);
    taken_count++;
}

/* Which function, and its arguments. */
static void key_make(const char *function, const struct span *arguments, size_t count,
                     uint8_t out[DIGEST_SIZE])
{
    struct digest *digest = digest_begin();

    if (digest == NULL)
        abort();
    digest_add(digest, span_make(function, strlen(function) + 1));
    for (size_t i = 0; i < count; i++) {
        digest_add(digest, span_make(&arguments[i].size, sizeof arguments[i].size));
        digest_add(digest, arguments[i]);
    }
    digest_end(digest, out);
}

#define REMEMBERED(type, name, ...)                                                                \
    type __real_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__)

/* --- Ed25519: the signature of a message under a key is one, so what was signed here verifies --- */

static void signature_key(const uint8_t *public_key, struct span message, const uint8_t *signature,
                          uint8_t out[DIGEST_SIZE])
{
    const struct span arguments[] = {span_make(public_key, SIGNATURE_PUBLIC_SIZE),
                                     span_make(signature, SIGNATURE_SIZE), message};
    key_make("signature", arguments, 3, out);
}

REMEMBERED(void, signature_sign, const uint8_t secret[SIGNATURE_SECRET_SIZE], struct span message,
           uint8_t out[SIGNATURE_SIZE])
{
    uint8_t key[DIGEST_SIZE];

    __real_signature_sign(secret, message, out);
    if (!is_used)
        return;
    /* libsodium's secret key ends with the public one. */
    signature_key(secret + SIGNATURE_SECRET_SIZE - SIGNATURE_PUBLIC_SIZE, message, out, key);
    remember(key, 0, span_make(NULL, 0));
}

REMEMBERED(bool, signature_verify, const uint8_t public_key[SIGNATURE_PUBLIC_SIZE],
           struct span message, const uint8_t signature[SIGNATURE_SIZE])
{
    uint8_t key[DIGEST_SIZE];

    if (!is_used)
        return __real_signature_verify(public_key, message, signature);
    signature_key(public_key, message, signature, key);
    if (slot_of(key)->is_taken)
        return true;
    bool ok = __real_signature_verify(public_key, message, signature);
    if (ok)
        remember(key, 0, span_make(NULL, 0));
    return ok;
}

/* --- CMS --- */

/* What the call added to `content`. */
static struct span added(const struct buffer *content, size_t before)
{
    return span_make(content->data + before, content->size - before);
}

REMEMBERED(bool, cms_verify, struct span cms, const struct span *certificates_pem, size_t count,
           struct buffer *content, struct error *err)
{
    struct span arguments[1 + CMS_SIGNER_COUNT_MAX] = {cms};
    uint8_t key[DIGEST_SIZE];
    size_t before = content->size;

    if (!is_used || count > CMS_SIGNER_COUNT_MAX)
        return __real_cms_verify(cms, certificates_pem, count, content, err);
    memcpy(&arguments[1], certificates_pem, count * sizeof *certificates_pem);
    key_make("cms_verify", arguments, 1 + count, key);
    const struct slot *slot = slot_of(key);
    if (slot->is_taken)
        return buffer_add(content, buffer_span(&slot->content));
    if (!__real_cms_verify(cms, certificates_pem, count, content, err))
        return false;
    remember(key, count, added(content, before));
    return true;
}

REMEMBERED(bool, cms_look, struct span cms, size_t *signer_count, struct buffer *content,
           struct error *err)
{
    uint8_t key[DIGEST_SIZE];
    size_t before = content->size;

    if (!is_used)
        return __real_cms_look(cms, signer_count, content, err);
    key_make("cms_look", &cms, 1, key);
    const struct slot *slot = slot_of(key);
    if (slot->is_taken) {
        *signer_count = slot->number;
        return buffer_add(content, buffer_span(&slot->content));
    }
    if (!__real_cms_look(cms, signer_count, content, err))
        return false;
    remember(key, *signer_count, added(content, before));
    return true;
}
