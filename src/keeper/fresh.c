/* Fresh receipts: see fresh.h. */
#include "keeper/fresh.h"

#include "base/text.h"
#include "keeper/core.h"
#include "tlog/cosignature.h"
#include "tlog/proof.h"

#include <inttypes.h>
#include <stdlib.h>

#define FRESH_MAGIC  "besa-fresh/1"
#define DAMAGED_NAME RECORD_NAME ".damaged"

bool keeper_fresh_text(struct span origin, uint64_t size, const struct tlog_hash *root,
                       const uint8_t nonce[KEEPER_NONCE_SIZE], struct buffer *out)
{
    char texts[2][BASE64_SIZE(TLOG_HASH_SIZE) + 1];

    base64_write(span_make(root->bytes, sizeof root->bytes), texts[0]);
    base64_write(span_make(nonce, KEEPER_NONCE_SIZE), texts[1]);
    return buffer_format(out, FRESH_MAGIC "\n%.*s\n%" PRIu64 "\n%s\n%s\n", SPAN_ARG(origin), size,
                         texts[0], texts[1]);
}

static bool no_memory(struct error *err)
{
    return error_set(err, ERROR_LIMIT, "out of memory");
}

/* --- the partner's side: what this keeper holds --- */

static bool fresh_sign(const struct keeper *keeper, const struct key_set *set,
                       struct keeper_fresh *fresh, struct error *err)
{
    CLEANUP(buffer_free) struct buffer text = buffer_make(KEEPER_FRESH_TEXT_MAX);

    if (!keeper_fresh_text(fresh->origin, fresh->size, &fresh->root, fresh->nonce, &text))
        return no_memory(err);
    return keeper_sign(keeper, set, fresh->kind == KEEPER_WITNESS ? KEEPER_WITNESS : KEEPER_CUSTODY,
                       buffer_span(&text), fresh->signature, err);
}

/* The newest size that was cosigned: the record says it, whatever the node says. */
static bool cosigned_look(struct keeper_fresh *fresh, const struct record_log *log,
                          struct error *err)
{
    if (log->head.fresh_count > 0)
        return error_set(err, ERROR_CONFLICT,
                         "log %.*s: this keeper's own record was lost: it waits for a fresh "
                         "receipt itself",
                         SPAN_ARG(fresh->origin));
    bool is_signed = log->head.time_s > 0;
    if ((is_signed && log->head.signed_size != log->head.size) ||
        (!is_signed && log->head.size > 0))
        return error_set(err, ERROR_BUSY, "log %.*s: a receipt is being made",
                         SPAN_ARG(fresh->origin));
    fresh->size = log->head.size;
    fresh->root = log->head.root;
    return true;
}

/* Nothing was ever cosigned of a log of this stem: that can be said too. */
static bool nothing_look(struct keeper *keeper, struct keeper_fresh *fresh, struct error *err)
{
    struct origin_parts parts;
    uint64_t newest;

    if (!keeper_origin_fits(keeper, fresh->kind, fresh->origin) ||
        !origin_part(fresh->origin, &parts) ||
        record_newest(&keeper->record, fresh->kind, parts.stem, &newest))
        return error_set(err, ERROR_MISSING, "log %.*s is not registered", SPAN_ARG(fresh->origin));
    fresh->size = 0;
    tlog_empty_root(&fresh->root);
    return true;
}

/* Of an own log the node says how much is receipted: the keeper sees no receipts. More than it signed is none. */
static bool receipted_check(const struct keeper_fresh *fresh, const struct record_log *log,
                            struct error *err)
{
    return (log != NULL && log->sequence > 0 && fresh->size <= log->head.size) ||
           error_set(err, ERROR_CONFLICT, "log %.*s: %" PRIu64 " entries were never signed here",
                     SPAN_ARG(fresh->origin), fresh->size);
}

bool keeper_answer_fresh_sign(struct keeper *keeper, struct buffer *reply, struct error *err)
{
    struct keeper_fresh *fresh = &keeper->request.fresh;
    const struct key_set *set = keys_set(keeper->keys, fresh->set, err);

    if (set == NULL || !record_permits(&keeper->record, err))
        return false;
    const struct record_log *log = record_find(&keeper->record, fresh->kind, fresh->origin);
    if (log != NULL && log->sequence == 0)
        return keeper_log_is_lost(log, err);
    bool ok = fresh->kind == KEEPER_LOG ? receipted_check(fresh, log, err)
              : log == NULL             ? nothing_look(keeper, fresh, err)
                                        : cosigned_look(fresh, log, err);
    if (!ok || !fresh_sign(keeper, set, fresh, err))
        return false;
    buffer_u64(reply, fresh->size);
    buffer_add(reply, span_make(fresh->root.bytes, sizeof fresh->root.bytes));
    buffer_add(reply, span_make(fresh->signature, sizeof fresh->signature));
    return true;
}

/* --- the side whose record was lost --- */

void keeper_answer_fresh_nonce(struct keeper *keeper, struct buffer *reply)
{
    if (!keeper->has_nonce)
        keeper->env->random(keeper->env->context, keeper->nonce, sizeof keeper->nonce);
    keeper->has_nonce = true;
    buffer_add(reply, span_make(keeper->nonce, sizeof keeper->nonce));
}

/* The index of the key that signed it. */
static bool key_find(const struct keeper *keeper, const struct keeper_fresh_word *word,
                     const struct record_head *head, size_t *index, struct error *err)
{
    CLEANUP(buffer_free) struct buffer text = buffer_make(KEEPER_FRESH_TEXT_MAX);

    if (!keeper_fresh_text(word->origin, word->size, &word->root, keeper->nonce, &text))
        return no_memory(err);
    for (*index = 0; keeper->has_nonce && *index < head->fresh_count; (*index)++)
        if (signature_verify(head->fresh_keys[*index], buffer_span(&text), word->signature))
            return true;
    return error_set(
        err, ERROR_INPUT,
        "log %.*s: a fresh receipt is not signed by a partner that has to be heard, or "
        "not for this keeper now",
        SPAN_ARG(word->origin));
}

/* What the partner holds must be a beginning of what the keeper was given of the log, and no longer than that. */
static bool word_fits(const struct keeper_fresh_word *word, const struct record_head *head,
                      struct error *err)
{
    if (word->size > head->size)
        return error_set(err, ERROR_CONFLICT,
                         "log %.*s: the partner holds %" PRIu64
                         " entries, the keeper was given %" PRIu64,
                         SPAN_ARG(word->origin), word->size, head->size);
    return proof_verify_consistency(word->size, &word->root, head->size, &head->root, word->proof,
                                    word->proof_count) ||
           error_set(err, ERROR_CONFLICT,
                     "log %.*s: the partner holds another tree of size %" PRIu64
                     " than the books lead to",
                     SPAN_ARG(word->origin), word->size);
}

static bool cosignature_is_own(const struct keys *keys, bool is_custody,
                               const struct checkpoint *checkpoint, int64_t time_s,
                               const uint8_t signature[SIGNATURE_SIZE])
{
    CLEANUP(buffer_free) struct buffer text = buffer_make(CHECKPOINT_SIZE_MAX);
    CLEANUP(buffer_free) struct buffer message = buffer_make(CHECKPOINT_SIZE_MAX);

    if (!checkpoint_write(checkpoint, &text) ||
        !cosignature_message_write(time_s, buffer_span(&text), &message))
        return false;
    for (size_t i = 0; i < keys->set_count; i++) {
        const struct key_set *set = &keys->sets[i];
        if (signature_verify(is_custody ? set->custody_public : set->witness_public,
                             buffer_span(&message), signature))
            return true;
    }
    return false;
}

/* Custody of one size has one time: our own receipt, which the partner shows, says which. */
static bool receipt_take(const struct keeper *keeper, const struct keeper_fresh_word *word,
                         struct record_head *head, struct error *err)
{
    const struct checkpoint checkpoint = {word->origin, word->size, word->root};

    if (word->size == 0)
        return true;
    if (!cosignature_is_own(keeper->keys, true, &checkpoint, word->time_s, word->receipt))
        return error_set(err, ERROR_INPUT,
                         "log %.*s: the receipt of size %" PRIu64 " is not signed by this keeper",
                         SPAN_ARG(word->origin), word->size);
    if (word->time_s < head->time_s)
        return true;
    head->time_s = word->time_s;
    head->signed_size = word->size;
    return true;
}

bool keeper_answer_fresh_take(struct keeper *keeper, struct error *err)
{
    const struct keeper_fresh_word *word = &keeper->request.word;
    struct record_log *log = keeper_find_open_log(keeper, word->kind, word->origin, err);
    size_t index = 0;

    if (log == NULL)
        return false;
    if (log->head.fresh_count == 0)
        return true;
    struct record_change change = {.log = log, .head = log->head};
    struct record_head *head = &change.head;
    if (!key_find(keeper, word, head, &index, err) || !word_fits(word, head, err) ||
        (word->kind == KEEPER_CUSTODY && !receipt_take(keeper, word, head, err)))
        return false;
    head->fresh_count--;
    memmove(head->fresh_keys[index], head->fresh_keys[head->fresh_count],
            sizeof head->fresh_keys[0]);
    return record_store(&keeper->record, &change, 1, err);
}

/* --- recovery, while no keeper runs --- */

/* The damaged record stays beside the new one, for whoever has to find out what happened. */
static bool record_anew(const struct keeper_options *options, const struct keys *keys,
                        struct record *record, struct error *err)
{
    char path[KEEPER_PATH_SIZE], damaged[KEEPER_PATH_SIZE];
    struct error ignored = {0};

    if (!keeper_path(options, RECORD_NAME, path, err) ||
        !keeper_path(options, DAMAGED_NAME, damaged, err))
        return false;
    options->env->rename(options->env->context, path, damaged, &ignored);
    record_close(record);
    return record_create(options, keys, err) && record_open(options, keys, record, err) &&
           record_permits(record, err);
}

/* What is not cosigned by this keeper proves nothing: then the partner shows its log from the beginning. */
static void witness_put(const struct keys *keys, const struct keeper_lost_log *lost,
                        struct record_head *head)
{
    const struct checkpoint checkpoint = {lost->origin, lost->size, lost->root};

    if (lost->size == 0 ||
        !cosignature_is_own(keys, false, &checkpoint, lost->time_s, lost->signature))
        return;
    head->size = lost->size;
    head->root = lost->root;
    head->time_s = lost->time_s;
    head->signed_size = lost->size;
}

static bool log_recover(struct record *record, const struct keeper_lost_log *lost, bool is_all,
                        size_t *changed, struct error *err)
{
    struct record_log *log = record_find(record, lost->kind, lost->origin);
    bool is_lost = log == NULL || log->sequence == 0;

    if (lost->key_count > KEEPER_FRESH_MAX)
        return error_set(err, ERROR_LIMIT, "log %.*s has %zu partners", SPAN_ARG(lost->origin),
                         lost->key_count);
    if ((!is_lost && !is_all) || (!is_lost && lost->kind == KEEPER_WITNESS))
        return true;
    if (log == NULL) {
        if (!record_add(record, lost->kind, lost->origin, err))
            return false;
        log = record_find(record, lost->kind, lost->origin);
    }
    struct record_change change = {.log = log, .head = log->head};
    if (log->sequence == 0) {
        change.head = (struct record_head){.range = compact_range_empty()};
        compact_range_root(&change.head.range, &change.head.root);
    }
    if (lost->kind == KEEPER_WITNESS) {
        witness_put(record->keys, lost, &change.head);
    } else {
        change.head.fresh_count = lost->key_count;
        for (size_t i = 0; i < lost->key_count; i++)
            memcpy(change.head.fresh_keys[i], lost->keys[i], SIGNATURE_PUBLIC_SIZE);
    }
    (*changed)++;
    return record_store(record, &change, 1, err);
}

static bool record_recover(const struct keeper_options *options, struct keys *keys,
                           const struct keeper_lost_log *logs, size_t count, bool is_all,
                           size_t *changed, struct error *err)
{
    struct record *record = calloc(1, sizeof *record);

    if (record == NULL)
        return no_memory(err);
    bool ok = record_open(options, keys, record, err);
    if (ok && record->refusal.kind != ERROR_NONE)
        ok = record_anew(options, keys, record, err);
    for (size_t i = 0; ok && i < count; i++)
        ok = log_recover(record, &logs[i], is_all, changed, err);
    record_close(record);
    free(record);
    return ok;
}

bool keeper_recover(const struct keeper_options *options, const struct keeper_lost_log *logs,
                    size_t count, bool is_all, size_t *changed, struct error *err)
{
    struct keys *keys = secret_alloc(sizeof *keys);

    *changed = 0;
    if (keys == NULL)
        return error_set(err, ERROR_LIMIT, "out of locked memory");
    bool ok = keys_read(options, keys, err) &&
              record_recover(options, keys, logs, count, is_all, changed, err);
    secret_free(keys);
    return ok;
}
