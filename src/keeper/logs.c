/*
 * The keeper's logs: which may be registered, and what is signed for them. Own logs and logs in custody are extended by
 * leaf hashes, witnessed ones by a consistency proof; nothing is signed before its record is synced.
 */
#include "keeper/core.h"

#include "base/text.h"
#include "tlog/cosignature.h"
#include "tlog/proof.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define TIME_S_MAX      INT64_C(253402300799) /* the last second of the year 9999 */
#define SIGNED_SIZE_MAX 1024 /* a checkpoint's body, or that with the cosignature's two lines */

bool keeper_log_is_lost(const struct record_log *log, struct error *err)
{
    return error_set(err, ERROR_STORE,
                     "neither copy of log %.*s in " RECORD_NAME
                     " checks: nothing is signed for it; stop the "
                     "node, then besa keeper recover",
                     (int)log->origin_size, (const char *)log->origin);
}

/* Which log may stand in which slot: docs/protocol.md 1. A witness signature can never pass for a receipt, because no log
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

bool keeper_origin_fits(const struct keeper *keeper, enum keeper_slot kind, struct span origin)
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

static bool log_has_ended(struct span origin, struct error *err)
{
    return error_set(err, ERROR_CONFLICT, "log %.*s has ended: nothing is signed for it",
                     SPAN_ARG(origin));
}

static bool check_open(const struct record_log *log, struct error *err)
{
    return log->head.has_ended == 0 || log_has_ended(span_make(log->origin, log->origin_size), err);
}

/* The first set of this party is not here: lost, or destroyed by the second renewal. Says nothing of what the sets here
 * signed: that is in the record. */
static bool is_of_new_keys(const struct keeper *keeper)
{
    return keeper->keys->sets[0].number > 0;
}

/* A log of this stem stands in the record, ended or not. */
static bool is_stem_known(const struct keeper *keeper, enum keeper_slot kind, struct span stem)
{
    uint64_t newest;

    return record_newest(&keeper->record, kind, stem, &newest);
}

/* Beside a log of its stem a log begins by the end of that one, and in no other way: no two of one stem may be signed. Where
 * none is known, a witness takes a partner's domestic log as it finds it: the partner may have closed some before it came. */
static bool check_first(const struct keeper *keeper, enum keeper_slot kind, struct span origin,
                        struct error *err)
{
    struct origin_parts parts;
    bool is_read = origin_part(origin, &parts);

    if (is_read && is_stem_known(keeper, kind, parts.stem))
        return error_set(err, ERROR_CONFLICT, "log %.*s begins only when the log before it ends",
                         SPAN_ARG(origin));
    return (is_read && (parts.number == 0 || kind == KEEPER_WITNESS || is_of_new_keys(keeper))) ||
           error_set(err, ERROR_INPUT, "log %.*s begins only when the log before it ends",
                     SPAN_ARG(origin));
}

bool keeper_answer_register(struct keeper *keeper, struct error *err)
{
    const struct keeper_request *request = &keeper->request;
    struct span origin = request->name;

    if (!record_permits(&keeper->record, err))
        return false;
    if (!keeper_origin_fits(keeper, request->kind, origin))
        return error_set(
            err, ERROR_INPUT,
            "log %.*s: own logs begin with the own party, custody is of a partner's log to us, "
            "witnessing of a partner's domestic log",
            SPAN_ARG(origin));
    const struct record_log *log = record_find(&keeper->record, request->kind, origin);
    if (log != NULL)
        return log->sequence > 0 ? check_open(log, err) : keeper_log_is_lost(log, err);
    return check_first(keeper, request->kind, origin, err) &&
           record_add(&keeper->record, request->kind, origin, err);
}

/* Succession */

static bool check_end(const struct record_log *log, const struct keeper_succession *succession,
                      struct error *err)
{
    if (log->sequence == 0)
        return true; /* nothing is known of it, and nothing will be signed for it */
    if (log->head.fresh_count > 0 && succession->size > log->head.size)
        return true; /* lost, and the partner was not heard: the institutions say where it ends */
    if (log->kind != KEEPER_WITNESS && succession->size > log->head.size)
        return error_set(err, ERROR_CONFLICT,
                         "log %.*s is said to end at %" PRIu64 ", the keeper was given %" PRIu64
                         " leaves of it",
                         SPAN_ARG(succession->before), succession->size, log->head.size);
    /* Of a domestic log that two machines wrote, this keeper may have witnessed the other one: its institution says where it ends, and
     * what was witnessed stays the proof. */
    return log->kind == KEEPER_WITNESS || succession->size != log->head.size ||
           memcmp(&succession->root, &log->head.root, sizeof log->head.root) == 0 ||
           error_set(err, ERROR_CONFLICT,
                     "log %.*s is said to end at %" PRIu64
                     " with another tree than the keeper holds",
                     SPAN_ARG(succession->before), succession->size);
}

static bool end_log(struct keeper *keeper, struct record_log *log, struct error *err)
{
    struct record_change change = {.log = log, .head = log->head};

    if (log->head.has_ended != 0)
        return true;
    if (log->sequence == 0)
        change.head = (struct record_head){.range = compact_range_empty()};
    change.head.has_ended = 1;
    return record_store(&keeper->record, &change, 1, err);
}

/* The end of the older log is on the disk before the newer one exists: no crash leaves two that may be signed. */
bool keeper_answer_succeed(struct keeper *keeper, struct error *err)
{
    const struct keeper_succession *succession = &keeper->request.succession;
    struct origin_parts before, after;
    uint64_t newest = 0;

    if (!record_permits(&keeper->record, err))
        return false;
    if (!keeper_origin_fits(keeper, succession->kind, succession->origin) ||
        !origin_part(succession->before, &before) || !origin_part(succession->origin, &after) ||
        !span_equal(before.stem, after.stem) || after.number != before.number + 1)
        return error_set(err, ERROR_INPUT, "log %.*s does not follow log %.*s",
                         SPAN_ARG(succession->origin), SPAN_ARG(succession->before));
    struct record_log *log = record_find(&keeper->record, succession->kind, succession->before);
    struct record_log *next = record_find(&keeper->record, succession->kind, succession->origin);
    if (next != NULL)
        return next->sequence > 0 ? check_open(next, err) : keeper_log_is_lost(next, err);
    /* Its own slot may be another log's by now: what is known of a later one says that it ended. */
    if (record_newest(&keeper->record, succession->kind, after.stem, &newest) &&
        newest >= after.number)
        return log_has_ended(succession->origin, err);
    if (log == NULL && succession->kind != KEEPER_WITNESS &&
        (is_stem_known(keeper, succession->kind, before.stem) || !is_of_new_keys(keeper)))
        return error_set(err, ERROR_MISSING, "log %.*s is not registered",
                         SPAN_ARG(succession->before));
    if (log != NULL && (!check_end(log, succession, err) || !end_log(keeper, log, err)))
        return false;
    return record_add(&keeper->record, succession->kind, succession->origin, err);
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
    keeper_log_is_lost(log, err);
    return NULL;
}

struct record_log *keeper_find_open_log(struct keeper *keeper, enum keeper_slot kind,
                                        struct span origin, struct error *err)
{
    struct record_log *log = find_log(keeper, kind, origin, err);
    return log != NULL && check_open(log, err) ? log : NULL;
}

/* Set of keys that signs for this log: never an older one than before, and one for the life of an own log. */
static bool take_set(const struct keeper *keeper, enum keeper_slot kind, uint8_t set,
                     struct record_head *head, struct span origin, struct error *err)
{
    if (keys_set(keeper->keys, set, err) == NULL)
        return error_add(err, "log %.*s", SPAN_ARG(origin));
    if (set < head->set || (kind == KEEPER_LOG && head->size > 0 && set != head->set))
        return error_set(err, ERROR_CONFLICT,
                         "log %.*s is signed with set %u of the keys, not with set %u",
                         SPAN_ARG(origin), head->set, set);
    head->set = set;
    return true;
}

/* A log that is lost is no error here: the node must open its books to say so. */
bool keeper_answer_state(struct keeper *keeper, struct buffer *reply, struct error *err)
{
    struct record *record = &keeper->record;
    const struct record_log *log = record_find(record, keeper->request.kind, keeper->request.name);
    struct keeper_state state = {.is_lost = record->refusal.kind != ERROR_NONE ||
                                            (log != NULL && log->sequence == 0)};

    if (!state.is_lost) {
        log = find_log(keeper, keeper->request.kind, keeper->request.name, err);
        if (log == NULL)
            return false;
        state = (struct keeper_state){.size = log->head.size,
                                      .root = log->head.root,
                                      .time_s = log->head.time_s,
                                      .signed_size = log->head.signed_size,
                                      .fresh_count = (uint8_t)log->head.fresh_count};
    }
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
                       enum error_kind kind, struct error *err)
{
    if (time_s <= 0 || time_s > TIME_S_MAX)
        return error_set(err, ERROR_INPUT, "log %.*s: %" PRId64 " is no time of a cosignature",
                         SPAN_ARG(origin), time_s);
    return time_s >= head->time_s ||
           error_set(err, kind,
                     "log %.*s: time %" PRId64 " is before the last cosignature's, %" PRId64,
                     SPAN_ARG(origin), time_s, head->time_s);
}

/* Custody of one size has one time, whatever is asked later. */
static bool take_custody_time(const struct keeper_step *step, struct record_head *head,
                              struct error *err)
{
    if (!check_time(step->origin, step->time_s, head, ERROR_CONFLICT, err))
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

/* Of a log whose record was lost nothing is signed before its partners were heard; leaves may come, to be compared. */
static bool check_fresh(const struct keeper_step *step, const struct record_head *head,
                        struct error *err)
{
    return !step->is_signed || head->fresh_count == 0 ||
           error_set(err, ERROR_CONFLICT,
                     "log %.*s: its record was lost: nothing is signed before a fresh receipt of "
                     "its partner (%" PRIu64 " to come)",
                     SPAN_ARG(step->origin), head->fresh_count);
}

static bool take_step(struct keeper *keeper, struct keeper_step *step, size_t *change_count,
                      struct error *err)
{
    struct record_log *log = keeper_find_open_log(keeper, step->kind, step->origin, err);

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
    if (!check_fresh(step, head, err) ||
        !take_set(keeper, step->kind, step->set, head, step->origin, err))
        return false;
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
static bool sign(const struct keeper *keeper, uint8_t set, enum keeper_slot role,
                 const struct checkpoint *checkpoint, int64_t time_s, uint8_t out[SIGNATURE_SIZE],
                 struct error *err)
{
    bool is_cosigner = role != KEEPER_LOG;
    const struct key_set *keys = keys_set(keeper->keys, set, NULL);
    CLEANUP(buffer_free) struct buffer text = buffer_make(SIGNED_SIZE_MAX);
    CLEANUP(buffer_free) struct buffer message = buffer_make(SIGNED_SIZE_MAX);

    bool ok = checkpoint_write(checkpoint, &text);
    if (is_cosigner)
        ok = ok && cosignature_message_write(time_s, buffer_span(&text), &message);
    assert(ok && keys != NULL); /* all of it was checked before it was stored */
    return keeper_sign(keeper, keys, role, buffer_span(is_cosigner ? &message : &text), out, err);
}

static bool sign_step(const struct keeper *keeper, struct keeper_step *step, struct error *err)
{
    struct checkpoint checkpoint = {step->origin, step->size, step->root};

    return sign(keeper, step->set, step->kind, &checkpoint, step->time_s, step->signature, err);
}

/* A step that leaves its log as it stands needs no write: what is signed again was synced before. */
static bool store_changes(struct keeper *keeper, size_t change_count, struct error *err)
{
    size_t count = 0;

    for (size_t i = 0; i < change_count; i++) {
        const struct record_change *change = &keeper->changes[i];
        const struct record_head *before = &change->log->head;
        bool is_same = change->head.size == before->size && change->head.time_s == before->time_s &&
                       change->head.signed_size == before->signed_size &&
                       change->head.set == before->set;
        if (!is_same)
            keeper->changes[count++] = *change;
    }
    return count == 0 || record_store(&keeper->record, keeper->changes, count, err);
}

bool keeper_answer_advance(struct keeper *keeper, struct buffer *reply, struct error *err)
{
    struct keeper_request *request = &keeper->request;
    size_t change_count = 0;

    for (size_t i = 0; i < request->step_count; i++)
        if (!take_step(keeper, &request->steps[i], &change_count, err))
            return false;
    if (!store_changes(keeper, change_count, err))
        return false;
    for (size_t i = 0; i < request->step_count; i++) {
        if (request->steps[i].is_signed && !sign_step(keeper, &request->steps[i], err))
            return false;
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

bool keeper_answer_witness(struct keeper *keeper, struct buffer *reply, uint64_t *held_size,
                           struct error *err)
{
    struct keeper_witness *witness = &keeper->request.witness;
    struct record_log *log = keeper_find_open_log(keeper, KEEPER_WITNESS, witness->origin, err);

    if (log == NULL)
        return false;
    *held_size = log->head.size;
    if (witness->old_size != log->head.size)
        return error_set(err, ERROR_CONFLICT,
                         "log %.*s: size %" PRIu64
                         " was witnessed last, the proof begins at %" PRIu64,
                         SPAN_ARG(witness->origin), log->head.size, witness->old_size);
    if (!check_proof(witness, &log->head, err) ||
        !check_time(witness->origin, witness->time_s, &log->head, ERROR_BUSY, err))
        return false;
    struct record_change change = {.log = log, .head = log->head};
    if (!take_set(keeper, KEEPER_WITNESS, witness->set, &change.head, witness->origin, err))
        return false;
    change.head.size = witness->size;
    change.head.signed_size = witness->size;
    change.head.root = witness->root;
    change.head.time_s = witness->time_s;
    if (!record_store(&keeper->record, &change, 1, err))
        return false;

    struct checkpoint checkpoint = {witness->origin, witness->size, witness->root};
    if (!sign(keeper, witness->set, KEEPER_WITNESS, &checkpoint, witness->time_s,
              witness->signature, err))
        return false;
    buffer_u64(reply, log->head.size);
    buffer_add(reply, span_make(witness->signature, sizeof witness->signature));
    return true;
}
