/*
 * Keys that the keeper hands out: fresh ones wrapped under its master key, for bodies and parts at rest, and the one key
 * of a sealed post, agreed with the partner's sealing key and the day's pre-shared key. docs/protocol.md 3.2.
 */
#include "keeper/core.h"

#include <inttypes.h>

#define WRAP_LABEL "besa-wrap/1"
#define POST_LABEL "besa-post/1"

/* Wrapping */

void keeper_answer_make_keys(const struct keeper *keeper, struct buffer *reply)
{
    for (size_t i = 0; i < keeper->request.key_count; i++) {
        uint8_t *key = buffer_room(reply, AEAD_KEY_SIZE + KEEPER_WRAPPED_SIZE);
        if (key == NULL)
            return; /* keeper_answer sees that the reply failed */
        uint8_t *wrapped = key + AEAD_KEY_SIZE;
        keeper->env->random(keeper->env->context, key, AEAD_KEY_SIZE + AEAD_NONCE_SIZE);
        aead_seal(keeper->keys->wrap, wrapped, span_text(WRAP_LABEL), span_make(key, AEAD_KEY_SIZE),
                  wrapped + AEAD_NONCE_SIZE);
    }
}

bool keeper_answer_unwrap(const struct keeper *keeper, struct buffer *reply, struct error *err)
{
    struct span wrapped = keeper->request.bytes;
    uint8_t key[AEAD_KEY_SIZE];

    if (!aead_open(keeper->keys->wrap, wrapped.data, span_text(WRAP_LABEL),
                   span_part(wrapped, AEAD_NONCE_SIZE, wrapped.size), key))
        return error_set(err, ERROR_INPUT, "a wrapped key that this keeper did not make");
    buffer_add(reply, span_make(key, sizeof key));
    secret_wipe(key, sizeof key);
    return true;
}

/* Pairing and the keys of posts */

/* A pairing may be repeated as it was, and replaced by a later one (after a loss the pair meets again); an earlier one
 * never comes back. */
static bool take_pairing(struct keeper *keeper, struct psk_chain *chain, int64_t now_ms,
                         struct error *err)
{
    struct span agreement = keeper->request.name;
    uint32_t today;
    bool is_lost;
    const struct psk_chain *held = record_find_chain(&keeper->record, agreement, &is_lost);

    if (held != NULL && !is_lost) {
        if (held->paired_at_ms == chain->paired_at_ms &&
            digest_is_equal(held->start_digest, chain->start_digest))
            return true;
        if (chain->paired_at_ms <= held->paired_at_ms)
            return error_set(err, ERROR_CONFLICT,
                             "agreement %.*s is paired already, with another key",
                             SPAN_ARG(agreement));
    }
    if (!psk_today(chain, now_ms, &today, err))
        return false;
    psk_advance(chain, today);
    return record_put_chain(&keeper->record, chain, err);
}

bool keeper_answer_pair(struct keeper *keeper, struct error *err)
{
    const struct keeper_request *request = &keeper->request;
    int64_t now_ms = keeper->env->now_ms(keeper->env->context);
    struct psk_chain chain;

    if (!record_permits(&keeper->record, err) ||
        !psk_start(&chain, request->name, request->bytes.data, request->paired_at_ms, now_ms, err))
        return false;
    bool ok = take_pairing(keeper, &chain, now_ms, err);
    secret_wipe(&chain, sizeof chain);
    return ok;
}

/* The chain and the day, for suite 1. */
static const struct psk_chain *find_chain(struct keeper *keeper, struct span agreement,
                                          uint32_t *today, struct error *err)
{
    bool is_lost;
    const struct psk_chain *chain = record_find_chain(&keeper->record, agreement, &is_lost);

    if (chain == NULL)
        return NULL;
    if (is_lost) {
        error_set(err, ERROR_STORE,
                  "the daily key of %.*s in " RECORD_NAME " does not check: pair again",
                  SPAN_ARG(agreement));
        return NULL;
    }
    return psk_today(chain, keeper->env->now_ms(keeper->env->context), today, err) ? chain : NULL;
}

/* HKDF(salt = ephemeral | recipient, key = shared | psk(n), info = "besa-post/1" | agreement). */
static void derive_post_key(const uint8_t *ephemeral, const uint8_t *recipient, struct span secret,
                            struct span agreement, uint8_t out[AEAD_KEY_SIZE])
{
    uint8_t salt[2 * AGREE_PUBLIC_SIZE];
    uint8_t info[sizeof POST_LABEL - 1 + NAME_SIZE_MAX];

    memcpy(salt, ephemeral, AGREE_PUBLIC_SIZE);
    memcpy(salt + AGREE_PUBLIC_SIZE, recipient, AGREE_PUBLIC_SIZE);
    memcpy(info, POST_LABEL, sizeof POST_LABEL - 1);
    memcpy(info + sizeof POST_LABEL - 1, agreement.data, agreement.size);
    digest_hkdf(span_make(salt, sizeof salt), secret,
                span_make(info, sizeof POST_LABEL - 1 + agreement.size), out, AEAD_KEY_SIZE);
}

/* shared | psk(n), or shared alone: what both suites derive from. */
struct post_secret {
    uint8_t bytes[AGREE_SHARED_SIZE + PSK_SIZE];
    size_t size;
};

static void wipe_post_secret(struct post_secret *secret)
{
    secret_wipe(secret, sizeof *secret);
}

/* Without a record the keeper cannot know whether the agreement is paired, so it does not fall back to suite 2. */
bool keeper_answer_seal(struct keeper *keeper, struct buffer *reply, struct error *err)
{
    struct span agreement = keeper->request.name;
    CLEANUP(wipe_post_secret) struct post_secret secret = {.size = AGREE_SHARED_SIZE};
    struct keeper_seal seal = {.suite = KEEPER_SUITE_PLAIN};
    uint8_t private_key[AGREE_PRIVATE_SIZE];
    struct error found = {0};

    if (!record_permits(&keeper->record, err))
        return false;
    const struct psk_chain *chain = find_chain(keeper, agreement, &seal.psk_day, &found);
    if (found.kind != ERROR_NONE) {
        *err = found;
        return false;
    }
    if (chain != NULL) {
        seal.suite = KEEPER_SUITE_PSK;
        secret.size += PSK_SIZE;
        if (!psk_value(chain, seal.psk_day, seal.psk_day, secret.bytes + AGREE_SHARED_SIZE, err))
            return false;
    }
    bool ok = agree_make(keeper->env, private_key, seal.ephemeral, err) &&
              agree_shared(private_key, keeper->request.bytes.data, secret.bytes, err);
    secret_wipe(private_key, sizeof private_key);
    if (!ok)
        return false;
    derive_post_key(seal.ephemeral, keeper->request.bytes.data,
                    span_make(secret.bytes, secret.size), agreement, seal.key);
    buffer_byte(reply, (uint8_t)seal.suite);
    buffer_u32(reply, seal.psk_day);
    buffer_add(reply, span_make(seal.ephemeral, sizeof seal.ephemeral));
    buffer_add(reply, span_make(seal.key, sizeof seal.key));
    secret_wipe(&seal, sizeof seal);
    return true;
}

static bool add_psk(struct keeper *keeper, struct post_secret *secret, struct error *err)
{
    struct span agreement = keeper->request.name;
    uint32_t today;

    if (!record_permits(&keeper->record, err))
        return false;
    error_set(err, ERROR_MISSING, "agreement %.*s is not paired", SPAN_ARG(agreement));
    const struct psk_chain *chain = find_chain(keeper, agreement, &today, err);
    if (chain == NULL)
        return false;
    error_clear(err);
    secret->size += PSK_SIZE;
    return psk_value(chain, keeper->request.seal.psk_day, today, secret->bytes + AGREE_SHARED_SIZE,
                     err);
}

bool keeper_answer_open(struct keeper *keeper, struct buffer *reply, struct error *err)
{
    const struct keeper_seal *seal = &keeper->request.seal;
    const struct key_set *set = keys_set(keeper->keys, seal->set, err);
    CLEANUP(wipe_post_secret) struct post_secret secret = {.size = AGREE_SHARED_SIZE};
    uint8_t key[AEAD_KEY_SIZE];

    if (set == NULL)
        return false;
    if (seal->suite == KEEPER_SUITE_PLAIN && seal->psk_day != 0)
        return error_set(err, ERROR_INPUT, "a seal without pre-shared key names day %" PRIu32,
                         seal->psk_day);
    if (seal->suite == KEEPER_SUITE_PSK && !add_psk(keeper, &secret, err))
        return false;
    if (!agree_shared(set->sealing, seal->ephemeral, secret.bytes, err))
        return false;
    derive_post_key(seal->ephemeral, set->sealing_public, span_make(secret.bytes, secret.size),
                    keeper->request.name, key);
    buffer_add(reply, span_make(key, sizeof key));
    secret_wipe(key, sizeof key);
    return true;
}
