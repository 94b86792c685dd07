/*
 * The keeper's core: see keeper.h. Each operation is: read, check against the record, store and sync, then sign. Nothing
 * that was not stored is ever signed, so a crash at any point leaves at most a record without its signature, and asking
 * again (a step of no leaves) gives that signature: Ed25519 is deterministic.
 */
#include "keeper/keeper.h"

#include "crypto/aead.h"
#include "keeper/keys_file.h"
#include "keeper/messages.h"
#include "keeper/psk.h"
#include "keeper/record.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"
#include "tlog/proof.h"
#include "tlog/tree.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define TIME_S_MAX      INT64_C(253402300799) /* the last second of the year 9999 */
#define WRAP_LABEL      "besa-wrap/1"
#define POST_LABEL      "besa-post/1"
#define SIGNED_SIZE_MAX 1024 /* a checkpoint's body, or that with the cosignature's two lines */

struct keeper {
    const struct env *env;
    struct keys *keys; /* secret memory */
    struct record record;
    struct keeper_request request; /* the one being answered */
    struct record_change
        changes[KEEPER_STEP_MAX];    /* its steps, one per log, before they are stored */
    bool is_signed[KEEPER_STEP_MAX]; /* changes[i] ends in a signed step */
};

/* Create, open, close */

static bool check_passphrase(const struct keeper_options *options, struct error *err)
{
    return options->passphrase.size > 0 ||
           error_set(err, ERROR_INPUT, "the keeper's passphrase is empty");
}

/* The record before the keys: keys without their record would refuse to sign. */
static bool create_files(const struct keeper_options *options, struct span party, struct keys *keys,
                         struct error *err)
{
    return keys_make(options->env, party, keys, err) && record_create(options, keys, err) &&
           keys_write(options, keys, err);
}

bool keeper_create(const struct keeper_options *options, struct span party, struct error *err)
{
    if (!check_passphrase(options, err) ||
        !options->env->make_dir(options->env->context, options->directory, err) ||
        keys_exist(options, err))
        return false;
    struct keys *keys = secret_alloc(sizeof *keys);
    if (keys == NULL)
        return error_set(err, ERROR_LIMIT, "out of locked memory");
    bool ok = create_files(options, party, keys, err);
    secret_free(keys);
    return ok;
}

bool keeper_open(const struct keeper_options *options, struct keeper **out, struct error *err)
{
    *out = NULL;
    struct keeper *keeper = calloc(1, sizeof *keeper);
    if (keeper == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    keeper->env = options->env;
    keeper->keys = secret_alloc(sizeof *keeper->keys);
    bool ok = keeper->keys != NULL || error_set(err, ERROR_LIMIT, "out of locked memory");
    ok = ok && keys_read(options, keeper->keys, err) &&
         record_open(options, keeper->keys, &keeper->record, err);
    if (!ok) {
        keeper_close(&keeper);
        return false;
    }
    *out = keeper;
    return true;
}

void keeper_close(struct keeper **keeper)
{
    if (*keeper == NULL)
        return;
    record_close(&(*keeper)->record);
    if ((*keeper)->keys != NULL)
        secret_free((*keeper)->keys);
    secret_wipe(*keeper, sizeof **keeper);
    free(*keeper);
    *keeper = NULL;
}

/* Status and public keys */

static bool no_copy_checks(const struct record_log *log, struct error *err)
{
    return error_set(err, ERROR_STORE,
                     "neither copy of log %.*s in " RECORD_NAME " checks: nothing is signed for it",
                     (int)log->origin_size, (const char *)log->origin);
}

static bool answer_status(struct keeper *keeper, struct error *err)
{
    const struct record *record = &keeper->record;

    if (!record_permits(record, err))
        return false;
    for (size_t i = 0; i < record->log_count; i++)
        if (record->logs[i].sequence == 0)
            return no_copy_checks(&record->logs[i], err);
    for (size_t i = 0; i < record->chain_count; i++)
        if (record->chains[i].sequence == 0)
            return error_set(
                err, ERROR_STORE,
                "neither copy of the daily key of %.*s in " RECORD_NAME " checks: pair again",
                (int)record->chains[i].agreement_size, (const char *)record->chains[i].agreement);
    return true;
}

static void answer_keys(const struct keeper *keeper, struct buffer *reply)
{
    struct keeper_keys keys;

    memcpy(keys.log, keeper->keys->log_public, sizeof keys.log);
    memcpy(keys.custody, keeper->keys->custody_public, sizeof keys.custody);
    memcpy(keys.witness, keeper->keys->witness_public, sizeof keys.witness);
    memcpy(keys.sealing, keeper->keys->sealing_public, sizeof keys.sealing);
    keeper_write_keys(&keys, reply);
}

/* Which log may stand in which slot: PROTOCOL.md 1. A witness signature can never pass for a receipt, because no log
 * fits both. */

static struct span first_segment(struct span origin)
{
    size_t size = 0;
    while (size < origin.size && origin.data[size] != '/')
        size++;
    return span_part(origin, 0, size);
}

static bool has_segments(struct span origin, const char *before, struct span name)
{
    char wanted[NAME_SIZE_MAX + 16];
    int size = snprintf(wanted, sizeof wanted, "/%s%.*s/", before, SPAN_ARG(name));

    for (size_t i = 0; i + (size_t)size <= origin.size; i++)
        if (memcmp(origin.data + i, wanted, (size_t)size) == 0)
            return true;
    return false;
}

static bool origin_fits(const struct keeper *keeper, enum keeper_slot kind, struct span origin)
{
    struct span party = span_make(keeper->keys->party, keeper->keys->party_size);
    struct span writer = first_segment(origin);

    if (writer.size == origin.size || writer.size == 0)
        return false;
    bool is_own = span_equal(writer, party);
    bool is_domestic = span_starts_with(span_part(origin, writer.size, origin.size), "/domestic/");
    switch (kind) {
    case KEEPER_LOG:
        return is_own;
    case KEEPER_CUSTODY:
        return !is_own && !is_domestic && has_segments(origin, "to/", party);
    case KEEPER_WITNESS:
        return !is_own && is_domestic;
    }
    return false;
}

static bool answer_register(struct keeper *keeper, struct error *err)
{
    const struct keeper_request *request = &keeper->request;
    struct span origin = request->name;

    if (!record_permits(&keeper->record, err))
        return false;
    if (!origin_fits(keeper, request->kind, origin))
        return error_set(
            err, ERROR_INPUT,
            "log %.*s: own logs begin with the own party, custody is of a partner's log to us, "
            "witnessing of a partner's domestic log",
            SPAN_ARG(origin));
    const struct record_log *log = record_find(&keeper->record, request->kind, origin);
    if (log != NULL)
        return log->sequence > 0 || no_copy_checks(log, err);
    return record_add(&keeper->record, request->kind, origin, err);
}

/* The log, if it may be signed for. */
static struct record_log *find_log(struct keeper *keeper, enum keeper_slot kind, struct span origin,
                                   struct error *err)
{
    if (!record_permits(&keeper->record, err))
        return NULL;
    struct record_log *log = record_find(&keeper->record, kind, origin);
    if (log == NULL) {
        error_set(err, ERROR_MISSING, "log %.*s is not registered", SPAN_ARG(origin));
        return NULL;
    }
    if (log->sequence > 0)
        return log;
    no_copy_checks(log, err);
    return NULL;
}

static bool answer_state(struct keeper *keeper, struct buffer *reply, struct error *err)
{
    const struct record_log *log =
        find_log(keeper, keeper->request.kind, keeper->request.name, err);

    if (log == NULL)
        return false;
    struct keeper_state state = {log->head.size, log->head.root, log->head.time_s};
    keeper_write_state(&state, reply);
    return true;
}

/* Advance */

/* Where the step's change stands: a new one that starts from the record, or that of an earlier step of this call. */
static size_t change_index(struct keeper *keeper, struct record_log *log, size_t *change_count)
{
    for (size_t i = 0; i < *change_count; i++)
        if (keeper->changes[i].log == log)
            return i;
    keeper->changes[*change_count] = (struct record_change){.log = log, .head = log->head};
    keeper->is_signed[*change_count] = false;
    return (*change_count)++;
}

static bool check_time(struct span origin, int64_t time_s, const struct record_head *head,
                       struct error *err)
{
    if (time_s <= 0 || time_s > TIME_S_MAX)
        return error_set(err, ERROR_INPUT, "log %.*s: %" PRId64 " is no time of a cosignature",
                         SPAN_ARG(origin), time_s);
    return time_s >= head->time_s ||
           error_set(err, ERROR_CONFLICT,
                     "log %.*s: time %" PRId64 " is before the last cosignature's, %" PRId64,
                     SPAN_ARG(origin), time_s, head->time_s);
}

/* Custody of one size has one time, whatever is asked later. */
static bool take_custody_time(const struct keeper_step *step, struct record_head *head,
                              struct error *err)
{
    if (!check_time(step->origin, step->time_s, head, err))
        return false;
    if (head->time_s > 0 && head->signed_size == head->size && step->time_s != head->time_s)
        return error_set(err, ERROR_CONFLICT,
                         "log %.*s: size %" PRIu64 " is cosigned with time %" PRId64
                         ", not %" PRId64,
                         SPAN_ARG(step->origin), head->size, head->time_s, step->time_s);
    head->time_s = step->time_s;
    head->signed_size = head->size;
    return true;
}

static bool take_step(struct keeper *keeper, struct keeper_step *step, size_t *change_count,
                      struct error *err)
{
    struct record_log *log = find_log(keeper, step->kind, step->origin, err);

    if (log == NULL)
        return false;
    size_t index = change_index(keeper, log, change_count);
    struct record_head *head = &keeper->changes[index].head;
    if (keeper->is_signed
            [index]) /* the record keeps one: the first could not be made again after a crash */
        return error_set(err, ERROR_INPUT,
                         "log %.*s: a signed step is the last of its log in a call",
                         SPAN_ARG(step->origin));
    keeper->is_signed[index] = step->is_signed;
    if (step->size_before != head->size)
        return error_set(err, ERROR_CONFLICT,
                         "log %.*s: the keeper holds size %" PRIu64 ", the step begins at %" PRIu64,
                         SPAN_ARG(step->origin), head->size, step->size_before);
    for (size_t i = 0; i < step->count; i++)
        compact_range_append(&head->range, &step->leaves[i]);
    head->size = head->range.size;
    compact_range_root(&head->range, &head->root);
    if (step->is_signed && step->kind == KEEPER_CUSTODY && !take_custody_time(step, head, err))
        return false;
    step->size = head->size;
    step->root = head->root;
    return true;
}

/* A log signs its checkpoint's text; a cosigner that text under its own time. */
static void sign(const uint8_t secret[SIGNATURE_SECRET_SIZE], bool is_cosigner,
                 const struct checkpoint *checkpoint, int64_t time_s, uint8_t out[SIGNATURE_SIZE])
{
    CLEANUP(buffer_free) struct buffer text = buffer_make(SIGNED_SIZE_MAX);
    CLEANUP(buffer_free) struct buffer message = buffer_make(SIGNED_SIZE_MAX);

    bool ok = checkpoint_write(checkpoint, &text);
    if (is_cosigner)
        ok = ok && cosignature_message_write(time_s, buffer_span(&text), &message);
    assert(ok); /* origin, size and time were checked before they were stored */
    signature_sign(secret, buffer_span(is_cosigner ? &message : &text), out);
}

static void sign_step(const struct keeper *keeper, struct keeper_step *step)
{
    struct checkpoint checkpoint = {step->origin, step->size, step->root};
    bool is_custody = step->kind == KEEPER_CUSTODY;

    sign(is_custody ? keeper->keys->custody : keeper->keys->log, is_custody, &checkpoint,
         step->time_s, step->signature);
}

/* A step that leaves its log as it stands needs no write: what is signed again was synced before. */
static bool store_changes(struct keeper *keeper, size_t change_count, struct error *err)
{
    size_t count = 0;

    for (size_t i = 0; i < change_count; i++) {
        const struct record_change *change = &keeper->changes[i];
        const struct record_head *before = &change->log->head;
        bool is_same = change->head.size == before->size && change->head.time_s == before->time_s &&
                       change->head.signed_size == before->signed_size;
        if (!is_same)
            keeper->changes[count++] = *change;
    }
    return count == 0 || record_store(&keeper->record, keeper->changes, count, err);
}

static bool answer_advance(struct keeper *keeper, struct buffer *reply, struct error *err)
{
    struct keeper_request *request = &keeper->request;
    size_t change_count = 0;

    for (size_t i = 0; i < request->step_count; i++)
        if (!take_step(keeper, &request->steps[i], &change_count, err))
            return false;
    if (!store_changes(keeper, change_count, err))
        return false;
    for (size_t i = 0; i < request->step_count; i++) {
        if (request->steps[i].is_signed)
            sign_step(keeper, &request->steps[i]);
        keeper_write_stepped(&request->steps[i], reply);
    }
    return true;
}

/* Witness */

static bool check_proof(const struct keeper_witness *witness, const struct record_head *head,
                        struct error *err)
{
    if (witness->old_size > witness->size)
        return error_set(err, ERROR_INPUT,
                         "log %.*s: size %" PRIu64 " is below the old size %" PRIu64,
                         SPAN_ARG(witness->origin), witness->size, witness->old_size);
    if (witness->old_size == witness->size &&
        memcmp(&witness->root, &head->root, sizeof head->root) != 0)
        return error_set(err, ERROR_CONFLICT,
                         "log %.*s: another root was witnessed at size %" PRIu64,
                         SPAN_ARG(witness->origin), witness->size);
    if (proof_verify_consistency(witness->old_size, &head->root, witness->size, &witness->root,
                                 witness->proof, witness->proof_count))
        return true;
    return error_set(err, ERROR_INPUT,
                     "log %.*s: the proof from size %" PRIu64 " to %" PRIu64 " does not hold",
                     SPAN_ARG(witness->origin), witness->old_size, witness->size);
}

static bool answer_witness(struct keeper *keeper, struct buffer *reply, uint64_t *held_size,
                           struct error *err)
{
    struct keeper_witness *witness = &keeper->request.witness;
    struct record_log *log = find_log(keeper, KEEPER_WITNESS, witness->origin, err);

    if (log == NULL)
        return false;
    *held_size = log->head.size;
    if (witness->old_size != log->head.size)
        return error_set(err, ERROR_CONFLICT,
                         "log %.*s: size %" PRIu64
                         " was witnessed last, the proof begins at %" PRIu64,
                         SPAN_ARG(witness->origin), log->head.size, witness->old_size);
    if (!check_proof(witness, &log->head, err) ||
        !check_time(witness->origin, witness->time_s, &log->head, err))
        return false;
    struct record_change change = {.log = log, .head = log->head};
    change.head.size = witness->size;
    change.head.signed_size = witness->size;
    change.head.root = witness->root;
    change.head.time_s = witness->time_s;
    if (!record_store(&keeper->record, &change, 1, err))
        return false;

    struct checkpoint checkpoint = {witness->origin, witness->size, witness->root};
    sign(keeper->keys->witness, true, &checkpoint, witness->time_s, witness->signature);
    buffer_u64(reply, log->head.size);
    buffer_add(reply, span_make(witness->signature, sizeof witness->signature));
    return true;
}

/* Wrapping */

static void answer_make_keys(const struct keeper *keeper, struct buffer *reply)
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

static bool answer_unwrap(const struct keeper *keeper, struct buffer *reply, struct error *err)
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

static bool answer_pair(struct keeper *keeper, struct error *err)
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
static bool answer_seal(struct keeper *keeper, struct buffer *reply, struct error *err)
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

static bool answer_open(struct keeper *keeper, struct buffer *reply, struct error *err)
{
    const struct keeper_seal *seal = &keeper->request.seal;
    CLEANUP(wipe_post_secret) struct post_secret secret = {.size = AGREE_SHARED_SIZE};
    uint8_t key[AEAD_KEY_SIZE];

    if (seal->suite == KEEPER_SUITE_PLAIN && seal->psk_day != 0)
        return error_set(err, ERROR_INPUT, "a seal without pre-shared key names day %" PRIu32,
                         seal->psk_day);
    if (seal->suite == KEEPER_SUITE_PSK && !add_psk(keeper, &secret, err))
        return false;
    if (!agree_shared(keeper->keys->sealing, seal->ephemeral, secret.bytes, err))
        return false;
    derive_post_key(seal->ephemeral, keeper->keys->sealing_public,
                    span_make(secret.bytes, secret.size), keeper->request.name, key);
    buffer_add(reply, span_make(key, sizeof key));
    secret_wipe(key, sizeof key);
    return true;
}

/* Requests */

static bool answer(struct keeper *keeper, struct buffer *reply, uint64_t *number, struct error *err)
{
    switch (keeper->request.op) {
    case KEEPER_OP_STATUS:
        return answer_status(keeper, err);
    case KEEPER_OP_PUBLIC_KEYS:
        answer_keys(keeper, reply);
        return true;
    case KEEPER_OP_REGISTER:
        return answer_register(keeper, err);
    case KEEPER_OP_STATE:
        return answer_state(keeper, reply, err);
    case KEEPER_OP_ADVANCE:
        return answer_advance(keeper, reply, err);
    case KEEPER_OP_WITNESS:
        return answer_witness(keeper, reply, number, err);
    case KEEPER_OP_MAKE_KEYS:
        answer_make_keys(keeper, reply);
        return true;
    case KEEPER_OP_UNWRAP:
        return answer_unwrap(keeper, reply, err);
    case KEEPER_OP_PAIR:
        return answer_pair(keeper, err);
    case KEEPER_OP_SEAL_KEY:
        return answer_seal(keeper, reply, err);
    case KEEPER_OP_OPEN_KEY:
        return answer_open(keeper, reply, err);
    }
    return error_set(err, ERROR_INPUT, "operation %u is unknown", (unsigned)keeper->request.op);
}

/* A failed write or sync ends all service, unwrapping too: the operator must look at the disk before work goes on. The
 * day's turn comes first, whatever is asked, so that old keys go in time. */
static bool is_working(struct keeper *keeper, struct error *err)
{
    if (!keeper->record.has_failed)
        record_advance_chains(&keeper->record, keeper->env->now_ms(keeper->env->context), err);
    error_clear(err);
    return !keeper->record.has_failed || record_permits(&keeper->record, err);
}

void keeper_answer(struct keeper *keeper, struct span request, struct buffer *reply)
{
    struct error err = {0};
    uint64_t number = 0;

    keeper_reply_begin(reply);
    bool ok = is_working(keeper, &err) && keeper_request_read(request, &keeper->request, &err) &&
              answer(keeper, reply, &number, &err);
    if (ok && reply->failed)
        ok = error_set(&err, ERROR_LIMIT, "the keeper's reply does not fit");
    if (!ok)
        keeper_reply_error(reply, &err, err.kind == ERROR_CONFLICT ? number : 0);
}

static bool direct_call(void *context, struct span request, struct buffer *reply, struct error *err)
{
    (void)err;
    keeper_answer(context, request, reply);
    return true;
}

struct keeper_client keeper_client_direct(struct keeper *keeper)
{
    return (struct keeper_client){keeper, direct_call};
}
