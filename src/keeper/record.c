/* The record: see record.h. */
#include "keeper/record.h"
#include "keeper/record_form.h"

#include "base/text.h"

#include <stdlib.h>

static int64_t block_offset(uint32_t block)
{
    return (int64_t)block * RECORD_BLOCK_SIZE;
}

/* Every write and sync of an open record passes here: the first failure is final. */
static bool write_area(struct record *record, uint32_t block, struct span bytes, struct error *err)
{
    if (record->env->write_at(record->env->context, record->file, block_offset(block), bytes, err))
        return true;
    record->has_failed = true;
    return error_add(err, "writing " RECORD_NAME);
}

static bool sync_record(struct record *record, struct error *err)
{
    if (record->env->sync(record->env->context, record->file, err))
        return true;
    record->has_failed = true;
    return error_add(err, "syncing " RECORD_NAME);
}

static bool no_memory(struct error *err)
{
    return error_set(err, ERROR_LIMIT, "out of memory");
}

/* Directory */

static bool directory_store_once(struct record *record, struct error *err)
{
    CLEANUP(buffer_free) struct buffer area = buffer_make(RECORD_DIRECTORY_SIZE);
    uint64_t sequence = record->sequence + 1;

    if (!record_directory_write(record, sequence, &area))
        return no_memory(err);
    if (!write_area(record, record_directory_block(sequence), buffer_span(&area), err) ||
        !sync_record(record, err))
        return false;
    record->sequence = sequence;
    return true;
}

/* Into both copies, one after the other: no later damage to one of them can make a log unknown, and so new again. */
static bool directory_store(struct record *record, struct error *err)
{
    return directory_store_once(record, err) && directory_store_once(record, err);
}

/* Slots of logs */

static bool log_store(struct record *record, struct record_log *log, const struct record_head *head,
                      uint64_t sequence, struct error *err)
{
    CLEANUP(buffer_free) struct buffer area = buffer_make(RECORD_BLOCK_SIZE);
    size_t index = (size_t)(log - record->logs);

    if (!record_log_write(record, log, head, sequence, &area))
        return no_memory(err);
    return write_area(record, record_log_block(index, sequence), buffer_span(&area), err);
}

static bool chain_store_once(struct record *record, size_t index, const struct psk_chain *chain,
                             struct error *err)
{
    CLEANUP(buffer_free) struct buffer area = buffer_make(RECORD_BLOCK_SIZE);
    uint64_t sequence = record->chains[index].sequence + 1;
    uint32_t block = record_psk_block(index, sequence);

    if (!record_chain_write(record, chain, sequence, block, &area))
        return no_memory(err);
    if (!write_area(record, block, buffer_span(&area), err) || !sync_record(record, err))
        return false;
    record->chains[index].sequence = sequence;
    return true;
}

/* Into both slots, one after the other: the first write keeps the state, the second destroys the older value. */
static bool chain_store(struct record *record, size_t index, const struct psk_chain *chain,
                        struct error *err)
{
    return chain_store_once(record, index, chain, err) &&
           chain_store_once(record, index, chain, err);
}

/* Create and open */

bool record_create(const struct keeper_options *options, const struct keys *keys, struct error *err)
{
    CLEANUP(buffer_free)
    struct buffer bytes = buffer_make((size_t)RECORD_BLOCK_COUNT * RECORD_BLOCK_SIZE);
    struct record *empty = calloc(1, sizeof *empty);
    char path[KEEPER_PATH_SIZE];

    if (empty == NULL)
        return no_memory(err);
    empty->keys = keys;
    bool ok = true;
    for (uint64_t sequence = 2; sequence <= 3 && ok; sequence++) { /* copy 0, then copy 1 */
        CLEANUP(buffer_free) struct buffer area = buffer_make(RECORD_DIRECTORY_SIZE);
        ok = record_directory_write(empty, sequence, &area) &&
             buffer_add(&bytes, buffer_span(&area));
    }
    free(empty);
    if (!ok || buffer_room(&bytes, bytes.limit - bytes.size) == NULL)
        return no_memory(err);
    return keeper_path(options, RECORD_NAME, path, err) &&
           env_write_file(options->env, path, buffer_span(&bytes), err);
}

/* Refuses all signatures, in words for the operator. */
static void refuse(struct record *record, const char *why)
{
    error_set(&record->refusal, ERROR_STORE,
              RECORD_NAME " %s: nothing is signed; stop the node, then besa keeper recover", why);
}

static bool read_file(struct record *record, struct span *out, uint8_t *bytes)
{
    struct error ignored = {0};

    *out = span_make(bytes, (size_t)RECORD_BLOCK_COUNT * RECORD_BLOCK_SIZE);
    return record->env->read_at(record->env->context, record->file, 0, bytes, out->size, &ignored);
}

static struct span area_at(struct span bytes, uint32_t block, size_t size)
{
    return span_part(bytes, (size_t)block * RECORD_BLOCK_SIZE, size);
}

/* Reads the newer directory copy that checks into *record. */
static bool load_directory(struct record *record, struct span bytes)
{
    uint64_t newest = 0;

    for (uint32_t copy = 0; copy < 2; copy++) {
        uint32_t block = copy * RECORD_DIRECTORY_BLOCKS;
        struct span area = area_at(bytes, block, RECORD_DIRECTORY_SIZE);
        if (!record_area_checks(record->keys, block, area))
            continue;
        uint64_t sequence = record_directory_sequence(area);
        if (sequence <= newest || record_directory_block(sequence) != block)
            continue;
        if (!record_directory_read(area, record))
            return false;
        newest = sequence;
    }
    return newest > 0;
}

static void load_log(struct record *record, size_t index, struct span bytes)
{
    struct record_log *log = &record->logs[index];

    for (uint32_t slot = 0; slot < 2; slot++) {
        uint32_t block = record_log_block(index, slot);
        uint64_t sequence = 0;
        struct record_head head;
        if (!record_log_read(record, index, block, area_at(bytes, block, RECORD_BLOCK_SIZE),
                             &sequence, &head) ||
            sequence <= log->sequence)
            continue;
        log->sequence = sequence;
        log->head = head;
    }
}

static void load_chain(struct record *record, size_t index, struct span bytes)
{
    struct record_chain *chain = &record->chains[index];

    for (uint32_t slot = 0; slot < 2; slot++) {
        uint32_t block = record_psk_block(index, slot);
        uint64_t sequence = 0;
        struct psk_chain value;
        if (record_chain_read(record, index, block, area_at(bytes, block, RECORD_BLOCK_SIZE),
                              &sequence, &value) &&
            sequence > chain->sequence) {
            chain->sequence = sequence;
            record->values[index] = value;
        }
        secret_wipe(&value, sizeof value);
    }
}

/* What was read may be in the system's memory only, when just the process ended, or when its last sync failed: the same
 * bytes are written to the same place, so that this sync covers them. No crash in between can harm either copy. */
static bool confirm(struct record *record, struct span bytes, struct error *err)
{
    uint32_t block = record_directory_block(record->sequence);

    if (!write_area(record, block, area_at(bytes, block, RECORD_DIRECTORY_SIZE), err))
        return false;
    for (size_t i = 0; i < record->log_count; i++) {
        block = record_log_block(i, record->logs[i].sequence);
        if (record->logs[i].sequence > 0 &&
            !write_area(record, block, area_at(bytes, block, RECORD_BLOCK_SIZE), err))
            return false;
    }
    for (size_t i = 0; i < record->chain_count; i++) {
        block = record_psk_block(i, record->chains[i].sequence);
        if (record->chains[i].sequence > 0 &&
            !write_area(record, block, area_at(bytes, block, RECORD_BLOCK_SIZE), err))
            return false;
    }
    return sync_record(record, err);
}

/* After a crash between two copies: the directory's other copy follows, and no older value of a chain is left. */
static bool complete(struct record *record, struct error *err)
{
    for (size_t i = 0; i < record->chain_count; i++)
        if (record->chains[i].sequence > 0 && !chain_store_once(record, i, &record->values[i], err))
            return false;
    return directory_store_once(record, err);
}

static void load(struct record *record, uint8_t *room)
{
    struct span bytes;
    struct error err = {0};

    if (!read_file(record, &bytes, room)) {
        refuse(record, "cannot be read");
        return;
    }
    if (!load_directory(record, bytes)) {
        record->log_count = record->chain_count = 0;
        refuse(record, "does not check (damaged, or of another keeper)");
        return;
    }
    for (size_t i = 0; i < record->log_count; i++)
        load_log(record, i, bytes);
    for (size_t i = 0; i < record->chain_count; i++)
        load_chain(record, i, bytes);
    if (!confirm(record, bytes, &err) || !complete(record, &err))
        record->refusal = err;
}

bool record_open(const struct keeper_options *options, const struct keys *keys, struct record *out,
                 struct error *err)
{
    char path[KEEPER_PATH_SIZE];
    struct error found = {0};

    *out = (struct record){.env = options->env, .keys = keys};
    out->values = secret_alloc(RECORD_CHAIN_COUNT_MAX * sizeof *out->values);
    if (out->values == NULL)
        return no_memory(err);
    memset(out->values, 0, RECORD_CHAIN_COUNT_MAX * sizeof *out->values);
    if (!keeper_path(options, RECORD_NAME, path, err))
        return false;
    if (!out->env->open(out->env->context, path, ENV_OPEN_WRITE, &out->file, &found)) {
        out->file = NULL;
        refuse(out, found.kind == ERROR_MISSING ? "is missing" : "cannot be opened");
        return true;
    }
    uint8_t *room = malloc((size_t)RECORD_BLOCK_COUNT * RECORD_BLOCK_SIZE);
    if (room == NULL)
        return no_memory(err);
    load(out, room);
    free(room);
    return true;
}

void record_close(struct record *record)
{
    if (record->file != NULL)
        record->env->close(record->env->context, record->file);
    record->file = NULL;
    if (record->values != NULL)
        secret_free(record->values);
    record->values = NULL;
}

bool record_permits(const struct record *record, struct error *err)
{
    if (record->has_failed)
        return error_set(err, ERROR_STORE,
                         "a write or sync of " RECORD_NAME " failed: the keeper must be restarted");
    if (record->refusal.kind == ERROR_NONE)
        return true;
    *err = record->refusal;
    return false;
}

/* Logs */

struct record_log *record_find(struct record *record, enum keeper_slot kind, struct span origin)
{
    for (size_t i = 0; i < record->log_count; i++) {
        struct record_log *log = &record->logs[i];
        if (log->kind == kind && span_equal(span_make(log->origin, log->origin_size), origin))
            return log;
    }
    return NULL;
}

bool origin_part(struct span origin, struct origin_parts *out)
{
    size_t at = origin.size;
    while (at > 0 && origin.data[at - 1] != '/')
        at--;
    if (at == 0)
        return false;
    out->stem = span_part(origin, 0, at - 1);
    return number_read(span_part(origin, at, origin.size), &out->number);
}

bool record_newest(const struct record *record, enum keeper_slot kind, struct span stem,
                   uint64_t *number)
{
    bool is_there = false;

    for (size_t i = 0; i < record->log_count; i++) {
        const struct record_log *log = &record->logs[i];
        struct origin_parts parts;
        if (log->kind != kind || !origin_part(span_make(log->origin, log->origin_size), &parts) ||
            !span_equal(parts.stem, stem) || (is_there && parts.number < *number))
            continue;
        *number = parts.number;
        is_there = true;
    }
    return is_there;
}

bool record_is_past(const struct record *record, const struct record_log *log)
{
    struct origin_parts parts;
    uint64_t newest = 0;

    return (log->head.has_ended != 0 || log->sequence == 0) &&
           origin_part(span_make(log->origin, log->origin_size), &parts) &&
           record_newest(record, log->kind, parts.stem, &newest) && newest > parts.number;
}

static struct record_log *find_spare(struct record *record)
{
    for (size_t i = 0; i < record->log_count; i++)
        if (record_is_past(record, &record->logs[i]))
            return &record->logs[i];
    return NULL;
}

/* Both slots first, then the directory: a name in it always has slots that check. In the place of a log that ended, the
 * slot of its older state goes first and is synced, so that no crash leaves that state as the newest one: it is open. */
static bool slots_begin(struct record *record, struct record_log *log, uint64_t sequence,
                        struct error *err)
{
    return log_store(record, log, &log->head, sequence + 1, err) && sync_record(record, err) &&
           log_store(record, log, &log->head, sequence + 2, err) && sync_record(record, err);
}

static void log_begin(struct record_log *log, enum keeper_slot kind, struct span origin)
{
    *log = (struct record_log){.kind = kind, .origin_size = origin.size};
    memcpy(log->origin, origin.data, origin.size);
    compact_range_root(&log->head.range, &log->head.root);
}

/* A failed write is final for this process, so what stands in memory then is never signed for. */
static bool add_in_place(struct record *record, struct record_log *log, enum keeper_slot kind,
                         struct span origin, struct error *err)
{
    uint64_t sequence = log->sequence;

    log_begin(log, kind, origin);
    if (!slots_begin(record, log, sequence, err) || !directory_store(record, err))
        return false;
    log->sequence = sequence + 2;
    return true;
}

bool record_add(struct record *record, enum keeper_slot kind, struct span origin, struct error *err)
{
    if (record->log_count == KEEPER_SLOT_COUNT_MAX) {
        struct record_log *spare = find_spare(record);
        return spare != NULL ? add_in_place(record, spare, kind, origin, err)
                             : error_set(err, ERROR_LIMIT, "the keeper holds %d logs already",
                                         KEEPER_SLOT_COUNT_MAX);
    }
    struct record_log *log = &record->logs[record->log_count];
    log_begin(log, kind, origin);
    if (!slots_begin(record, log, 0, err))
        return false;
    log->sequence = 2;
    record->log_count++;
    if (directory_store(record, err))
        return true;
    record->log_count--;
    return false;
}

bool record_store(struct record *record, const struct record_change *changes, size_t count,
                  struct error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!log_store(record, changes[i].log, &changes[i].head, changes[i].log->sequence + 1, err))
            return false;
    if (!sync_record(record, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        changes[i].log->head = changes[i].head;
        changes[i].log->sequence++;
    }
    return true;
}

/* Chains */

static bool find_chain(const struct record *record, struct span agreement, size_t *index)
{
    for (*index = 0; *index < record->chain_count; (*index)++) {
        const struct record_chain *chain = &record->chains[*index];
        if (span_equal(span_make(chain->agreement, chain->agreement_size), agreement))
            return true;
    }
    return false;
}

struct psk_chain *record_find_chain(struct record *record, struct span agreement, bool *is_lost)
{
    size_t index;

    *is_lost = false;
    if (!find_chain(record, agreement, &index))
        return NULL;
    *is_lost = record->chains[index].sequence == 0;
    return &record->values[index];
}

static bool add_chain(struct record *record, const struct psk_chain *chain, struct error *err)
{
    size_t index = record->chain_count;

    if (index == RECORD_CHAIN_COUNT_MAX)
        return error_set(err, ERROR_LIMIT, "the keeper holds keys of %d agreements already",
                         RECORD_CHAIN_COUNT_MAX);
    struct record_chain *known = &record->chains[index];
    *known = (struct record_chain){.agreement_size = chain->agreement_size};
    memcpy(known->agreement, chain->agreement, chain->agreement_size);
    if (!chain_store(record, index, chain, err))
        return false;
    record->values[index] = *chain;
    record->chain_count++;
    if (directory_store(record, err))
        return true;
    record->chain_count--;
    return false;
}

bool record_put_chain(struct record *record, const struct psk_chain *chain, struct error *err)
{
    size_t index;

    if (!find_chain(record, span_make(chain->agreement, chain->agreement_size), &index))
        return add_chain(record, chain, err);
    if (!chain_store(record, index, chain, err))
        return false;
    record->values[index] = *chain;
    return true;
}

bool record_advance_chains(struct record *record, int64_t now_ms, struct error *err)
{
    for (size_t i = 0; i < record->chain_count; i++) {
        uint32_t today;
        struct error ignored = {0}; /* a clock gone mad: said when a key is asked for */
        if (record->chains[i].sequence == 0 ||
            !psk_today(&record->values[i], now_ms, &today, &ignored) ||
            !psk_advance(&record->values[i], today))
            continue;
        if (!chain_store(record, i, &record->values[i], err)) {
            record->has_failed = true; /* memory is ahead of the disk for good */
            return false;
        }
    }
    return true;
}
