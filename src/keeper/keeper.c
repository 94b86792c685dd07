/*
 * The keeper's core: see keeper.h. Each operation is: read, check against the record, store and sync, then sign. Nothing
 * that was not stored is ever signed, so a crash at any point leaves at most a record without its signature, and asking
 * again (a step of no leaves) gives that signature: Ed25519 is deterministic.
 */
#include "keeper/keeper.h"

#include "keeper/core.h"
#include "keeper/token_process.h"

#include <stdlib.h>

/* Create, open, close */

static bool check_passphrase(const struct keeper_options *options, struct error *err)
{
    return options->passphrase.size > 0 ||
           error_set(err, ERROR_INPUT, "the keeper's passphrase is empty");
}

/* The record before the keys: keys without their record would refuse to sign. */
static bool create_files(const struct keeper_options *options, struct span party, uint8_t number,
                         struct keys *keys, struct error *err)
{
    return keys_make(options, party, number, keys, err) && record_create(options, keys, err) &&
           keys_write(options, keys, err);
}

/* The token's process, before a key is here. `options` are then those of who asks it. */
static bool maker_begin(struct keeper_options *options, struct token_maker *maker,
                        struct error *err)
{
    *maker = (struct token_maker){.fd = -1};
    if (options->token == NULL)
        return true;
    if (!token_maker_start(options, maker, err))
        return false;
    options->signer = token_maker_signer(maker);
    return true;
}

bool keeper_create(const struct keeper_options *options, struct span party, struct error *err)
{
    return keeper_create_anew(options, party, 0, err);
}

static bool renew_files(const struct keeper_options *options, struct error *err)
{
    struct keys *keys = secret_alloc(sizeof *keys);
    if (keys == NULL)
        return error_set(err, ERROR_LIMIT, "out of locked memory");
    bool ok = keys_read(options, keys, err) && keys_renew(options, keys, err) &&
              keys_write(options, keys, err);
    secret_free(keys);
    return ok;
}

bool keeper_renew(const struct keeper_options *options, struct error *err)
{
    struct keeper_options own = *options;
    struct token_maker maker;

    if (!check_passphrase(options, err) || !maker_begin(&own, &maker, err))
        return false;
    bool ok = renew_files(&own, err);
    token_maker_end(&maker);
    return ok;
}

bool keeper_create_anew(const struct keeper_options *options, struct span party, uint8_t number,
                        struct error *err)
{
    struct keeper_options own = *options;
    struct token_maker maker;

    if (!check_passphrase(options, err) ||
        !options->env->make_dir(options->env->context, options->directory, err) ||
        keys_exist(options, err) || !maker_begin(&own, &maker, err))
        return false;
    struct keys *keys = secret_alloc(sizeof *keys);
    bool ok = (keys != NULL || error_set(err, ERROR_LIMIT, "out of locked memory")) &&
              create_files(&own, party, number, keys, err);
    if (keys != NULL)
        secret_free(keys);
    token_maker_end(&maker);
    return ok;
}

bool keeper_open(const struct keeper_options *options, struct keeper **out, struct error *err)
{
    *out = NULL;
    struct keeper *keeper = calloc(1, sizeof *keeper);
    if (keeper == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    keeper->env = options->env;
    keeper->signer = options->signer;
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

static bool answer_status(struct keeper *keeper, struct error *err)
{
    const struct record *record = &keeper->record;

    if (!record_permits(record, err))
        return false;
    for (size_t i = 0; i < record->log_count; i++)
        if (record->logs[i].sequence == 0 && !record_is_past(record, &record->logs[i]))
            return keeper_log_is_lost(&record->logs[i], err);
    for (size_t i = 0; i < record->log_count; i++)
        if (record->logs[i].head.fresh_count > 0 && record->logs[i].head.has_ended == 0)
            return error_set(err, ERROR_BUSY,
                             "the record of log %.*s was lost: nothing is signed for it before "
                             "the partner's fresh receipt, which comes by itself at contact",
                             (int)record->logs[i].origin_size,
                             (const char *)record->logs[i].origin);
    for (size_t i = 0; i < record->chain_count; i++)
        if (record->chains[i].sequence == 0)
            return error_set(
                err, ERROR_STORE,
                "neither copy of the daily key of %.*s in " RECORD_NAME " checks: pair again",
                (int)record->chains[i].agreement_size, (const char *)record->chains[i].agreement);
    return true;
}

static void public_keys(const struct key_set *set, struct keeper_keys *out)
{
    memcpy(out->log, set->log_public, sizeof out->log);
    memcpy(out->custody, set->custody_public, sizeof out->custody);
    memcpy(out->witness, set->witness_public, sizeof out->witness);
    memcpy(out->sealing, set->sealing_public, sizeof out->sealing);
    out->is_in_token = set->is_in_token;
}

static void answer_keys(const struct keeper *keeper, struct buffer *reply)
{
    struct keeper_keys keys;

    public_keys(&keeper->keys->sets[keeper->keys->set_count - 1], &keys);
    keeper_write_keys(&keys, reply);
}

static void answer_sets(const struct keeper *keeper, struct buffer *reply)
{
    struct keeper_sets sets = {.count = keeper->keys->set_count};

    for (size_t i = 0; i < sets.count; i++) {
        sets.number[i] = keeper->keys->sets[i].number;
        public_keys(&keeper->keys->sets[i], &sets.keys[i]);
    }
    keeper_write_sets(&sets, reply);
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
    case KEEPER_OP_SETS:
        answer_sets(keeper, reply);
        return true;
    case KEEPER_OP_SUCCEED:
        return keeper_answer_succeed(keeper, err);
    case KEEPER_OP_REGISTER:
        return keeper_answer_register(keeper, err);
    case KEEPER_OP_STATE:
        return keeper_answer_state(keeper, reply, err);
    case KEEPER_OP_ADVANCE:
        return keeper_answer_advance(keeper, reply, err);
    case KEEPER_OP_WITNESS:
        return keeper_answer_witness(keeper, reply, number, err);
    case KEEPER_OP_FRESH_NONCE:
        keeper_answer_fresh_nonce(keeper, reply);
        return true;
    case KEEPER_OP_FRESH_SIGN:
        return keeper_answer_fresh_sign(keeper, reply, err);
    case KEEPER_OP_FRESH_TAKE:
        return keeper_answer_fresh_take(keeper, err);
    case KEEPER_OP_MAKE_KEYS:
        keeper_answer_make_keys(keeper, reply);
        return true;
    case KEEPER_OP_UNWRAP:
        return keeper_answer_unwrap(keeper, reply, err);
    case KEEPER_OP_PAIR:
        return keeper_answer_pair(keeper, err);
    case KEEPER_OP_SEAL_KEY:
        return keeper_answer_seal(keeper, reply, err);
    case KEEPER_OP_OPEN_KEY:
        return keeper_answer_open(keeper, reply, err);
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
