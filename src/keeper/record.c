/* The record: see record.h. */
#include "keeper/record.h"

#include "base/cursor.h"
#include "keeper/wipe.h"
#include "tlog/tree.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#define CHECK_SIZE       DIGEST_SIZE
#define DIRECTORY_BLOCKS 5u
#define LOG_BLOCK_FIRST  (2 * DIRECTORY_BLOCKS)
#define PSK_BLOCK_FIRST  (LOG_BLOCK_FIRST + 2 * KEEPER_SLOT_COUNT_MAX)
#define BLOCK_COUNT      (PSK_BLOCK_FIRST + 2 * RECORD_CHAIN_COUNT_MAX)
#define DIRECTORY_SIZE   (DIRECTORY_BLOCKS * RECORD_BLOCK_SIZE)

#define DIRECTORY_MAGIC  "besa-keeper-record/1\n"
#define LOG_MAGIC        "besa-keeper-log/1\n"
#define PSK_MAGIC        "besa-keeper-psk/1\n"

_Static_assert(sizeof DIRECTORY_MAGIC + 8 + 2 + KEEPER_SLOT_COUNT_MAX * (2 + ORIGIN_SIZE_MAX) +
                       RECORD_CHAIN_COUNT_MAX * (1 + NAME_SIZE_MAX) + CHECK_SIZE <
                   DIRECTORY_SIZE,
               "every name fits the directory");

/* Areas: bytes of fixed size at a block, with a check value at their end. */

/* A block's number goes into what guards it, so that no block passes for another. */
static struct span block_number(uint32_t block, uint8_t out[4])
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(block >> (24 - 8 * i));
    return span_make(out, 4);
}

static void area_check_value(const struct keys *keys, uint32_t block, struct span area,
                             uint8_t out[CHECK_SIZE])
{
    uint8_t number[4];

    digest_hkdf(span_make(keys->record, sizeof keys->record),
                span_part(area, 0, area.size - CHECK_SIZE), block_number(block, number), out,
                CHECK_SIZE);
}

static bool area_checks(const struct keys *keys, uint32_t block, struct span area)
{
    uint8_t wanted[CHECK_SIZE];

    area_check_value(keys, block, area, wanted);
    return digest_is_equal(wanted, area.data + area.size - CHECK_SIZE);
}

/* Pads what was written to `size` and puts the check value at its end. */
static bool area_finish(const struct keys *keys, uint32_t block, size_t size, struct buffer *area)
{
    if (area->failed || buffer_room(area, size - area->size) == NULL)
        return false;
    area_check_value(keys, block, buffer_span(area), area->data + size - CHECK_SIZE);
    return true;
}

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

static uint32_t directory_block(uint64_t sequence)
{
    return (uint32_t)(sequence % 2) * DIRECTORY_BLOCKS;
}

static uint32_t log_block(size_t index, uint64_t sequence)
{
    return (uint32_t)(LOG_BLOCK_FIRST + 2 * index + sequence % 2);
}

static uint32_t psk_block(size_t index, uint64_t sequence)
{
    return (uint32_t)(PSK_BLOCK_FIRST + 2 * index + sequence % 2);
}

static void write_name(struct buffer *out, const uint8_t *name, size_t size, size_t room)
{
    buffer_byte(out, (uint8_t)size);
    buffer_add(out, span_make(name, room));
}

static void read_bytes(struct cursor *from, uint8_t *out, size_t size)
{
    struct span bytes = cursor_span(from, size);
    if (bytes.size == size)
        memcpy(out, bytes.data, size);
}

static size_t read_name(struct cursor *from, uint8_t *out, size_t room)
{
    size_t size = cursor_u8(from);
    read_bytes(from, out, room);
    if (size == 0 || size > room)
        from->failed = true;
    return size;
}

/* Directory */

static bool directory_write(const struct record *record, uint64_t sequence, struct buffer *out)
{
    buffer_text(out, DIRECTORY_MAGIC);
    buffer_u64(out, sequence);
    buffer_byte(out, (uint8_t)record->log_count);
    buffer_byte(out, (uint8_t)record->chain_count);
    for (size_t i = 0; i < record->log_count; i++) {
        const struct record_log *log = &record->logs[i];
        buffer_byte(out, (uint8_t)log->kind);
        write_name(out, log->origin, log->origin_size, sizeof log->origin);
    }
    for (size_t i = 0; i < record->chain_count; i++) {
        const struct record_chain *chain = &record->chains[i];
        write_name(out, chain->agreement, chain->agreement_size, sizeof chain->agreement);
    }
    return area_finish(record->keys, directory_block(sequence), DIRECTORY_SIZE, out);
}

/* The area checks, so it is what directory_write wrote; read with care all the same. */
static bool directory_read(struct span area, struct record *out)
{
    struct cursor from = cursor_make(area);

    struct span magic = cursor_span(&from, sizeof DIRECTORY_MAGIC - 1);
    out->sequence = cursor_u64(&from);
    out->log_count = cursor_u8(&from);
    out->chain_count = cursor_u8(&from);
    if (!span_is(magic, DIRECTORY_MAGIC) || out->log_count > KEEPER_SLOT_COUNT_MAX ||
        out->chain_count > RECORD_CHAIN_COUNT_MAX)
        return false;
    for (size_t i = 0; i < out->log_count; i++) {
        struct record_log *log = &out->logs[i];
        log->kind = (enum keeper_slot)cursor_u8(&from);
        log->origin_size = read_name(&from, log->origin, sizeof log->origin);
    }
    for (size_t i = 0; i < out->chain_count; i++) {
        struct record_chain *chain = &out->chains[i];
        chain->agreement_size = read_name(&from, chain->agreement, sizeof chain->agreement);
    }
    return !from.failed;
}

static bool directory_store_once(struct record *record, struct error *err)
{
    CLEANUP(buffer_free) struct buffer area = buffer_make(DIRECTORY_SIZE);
    uint64_t sequence = record->sequence + 1;

    if (!directory_write(record, sequence, &area))
        return no_memory(err);
    if (!write_area(record, directory_block(sequence), buffer_span(&area), err) ||
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

static bool log_write(const struct record *record, const struct record_log *log,
                      const struct record_head *head, uint64_t sequence, struct buffer *out)
{
    size_t index = (size_t)(log - record->logs);

    buffer_text(out, LOG_MAGIC);
    buffer_u64(out, sequence);
    buffer_byte(out, (uint8_t)log->kind);
    write_name(out, log->origin, log->origin_size, sizeof log->origin);
    buffer_u64(out, head->size);
    buffer_add(out, span_make(head->root.bytes, sizeof head->root.bytes));
    buffer_u64(out, (uint64_t)head->time_s);
    buffer_u64(out, head->signed_size);
    size_t count = compact_range_count(head->range.size);
    buffer_u64(out, head->range.size);
    for (size_t i = 0; i < count; i++)
        buffer_add(out, span_make(head->range.nodes[i].bytes, sizeof head->range.nodes[i].bytes));
    return area_finish(record->keys, log_block(index, sequence), RECORD_BLOCK_SIZE, out);
}

static bool head_read(struct cursor *from, enum keeper_slot kind, struct record_head *head)
{
    *head = (struct record_head){.size = cursor_u64(from)};
    read_bytes(from, head->root.bytes, sizeof head->root.bytes);
    head->time_s = (int64_t)cursor_u64(from);
    head->signed_size = cursor_u64(from);
    head->range.size = cursor_u64(from);
    if (from->failed)
        return false;
    size_t count = compact_range_count(head->range.size);
    for (size_t i = 0; i < count; i++)
        read_bytes(from, head->range.nodes[i].bytes, sizeof head->range.nodes[i].bytes);
    if (from->failed || kind == KEEPER_WITNESS)
        return !from->failed;
    struct tlog_hash root;
    compact_range_root(&head->range, &root);
    return head->range.size == head->size && memcmp(&root, &head->root, sizeof root) == 0;
}

/* True when the slot checks and is this log's. */
static bool log_read(const struct record *record, size_t index, uint32_t block, struct span area,
                     uint64_t *sequence, struct record_head *head)
{
    const struct record_log *log = &record->logs[index];
    uint8_t origin[ORIGIN_SIZE_MAX];

    if (!area_checks(record->keys, block, area))
        return false;
    struct cursor from = cursor_make(area);
    struct span magic = cursor_span(&from, sizeof LOG_MAGIC - 1);
    *sequence = cursor_u64(&from);
    enum keeper_slot kind = (enum keeper_slot)cursor_u8(&from);
    size_t origin_size = read_name(&from, origin, sizeof origin);
    return !from.failed && span_is(magic, LOG_MAGIC) && kind == log->kind &&
           log_block(index, *sequence) == block && *sequence > 0 &&
           span_equal(span_make(origin, origin_size), span_make(log->origin, log->origin_size)) &&
           head_read(&from, kind, head);
}

static bool log_store(struct record *record, struct record_log *log, const struct record_head *head,
                      uint64_t sequence, struct error *err)
{
    CLEANUP(buffer_free) struct buffer area = buffer_make(RECORD_BLOCK_SIZE);
    size_t index = (size_t)(log - record->logs);

    if (!log_write(record, log, head, sequence, &area))
        return no_memory(err);
    return write_area(record, log_block(index, sequence), buffer_span(&area), err);
}

/* Slots of chains: nonce, sealed plain, zeros. */

#define CHAIN_PLAIN_SIZE                                                                           \
    (sizeof PSK_MAGIC - 1 + 8 + 1 + NAME_SIZE_MAX + 8 + DIGEST_SIZE + 4 + PSK_SIZE)
#define CHAIN_SEALED_SIZE (CHAIN_PLAIN_SIZE + AEAD_TAG_SIZE)

/* Only the oldest value kept is stored: the later ones follow from it. */
static bool chain_write(const struct record *record, const struct psk_chain *chain,
                        uint64_t sequence, uint32_t block, struct buffer *out)
{
    CLEANUP(buffer_wipe) struct buffer plain = buffer_whole(CHAIN_PLAIN_SIZE);
    uint8_t number[4];

    if (plain.failed)
        return false;
    buffer_text(&plain, PSK_MAGIC);
    buffer_u64(&plain, sequence);
    write_name(&plain, chain->agreement, chain->agreement_size, sizeof chain->agreement);
    buffer_u64(&plain, (uint64_t)chain->paired_at_ms);
    buffer_add(&plain, span_make(chain->start_digest, sizeof chain->start_digest));
    buffer_u32(&plain, chain->first_day);
    buffer_add(&plain, span_make(chain->values[0], PSK_SIZE));
    assert(plain.size == CHAIN_PLAIN_SIZE);

    uint8_t *area = buffer_room(out, RECORD_BLOCK_SIZE);
    if (area == NULL)
        return false;
    record->env->random(record->env->context, area, AEAD_NONCE_SIZE);
    aead_seal(record->keys->record_psk, area, block_number(block, number), buffer_span(&plain),
              area + AEAD_NONCE_SIZE);
    return true;
}

static bool chain_parse(struct cursor *from, uint64_t *sequence, struct psk_chain *out)
{
    *out = (struct psk_chain){.count = 1};
    struct span magic = cursor_span(from, sizeof PSK_MAGIC - 1);
    *sequence = cursor_u64(from);
    out->agreement_size = read_name(from, out->agreement, sizeof out->agreement);
    out->paired_at_ms = (int64_t)cursor_u64(from);
    read_bytes(from, out->start_digest, sizeof out->start_digest);
    out->first_day = cursor_u32(from);
    read_bytes(from, out->values[0], PSK_SIZE);
    return cursor_is_done(from) && span_is(magic, PSK_MAGIC);
}

static bool chain_read(const struct record *record, size_t index, uint32_t block, struct span area,
                       uint64_t *sequence, struct psk_chain *out)
{
    const struct record_chain *known = &record->chains[index];
    uint8_t plain[CHAIN_PLAIN_SIZE];
    uint8_t number[4];

    bool ok = aead_open(record->keys->record_psk, area.data, block_number(block, number),
                        span_part(area, AEAD_NONCE_SIZE, CHAIN_SEALED_SIZE), plain);
    struct cursor from = cursor_make(span_make(plain, sizeof plain));
    ok = ok && chain_parse(&from, sequence, out) && *sequence > 0 &&
         psk_block(index, *sequence) == block &&
         span_equal(span_make(out->agreement, out->agreement_size),
                    span_make(known->agreement, known->agreement_size));
    secret_wipe(plain, sizeof plain);
    return ok;
}

static bool chain_store_once(struct record *record, size_t index, const struct psk_chain *chain,
                             struct error *err)
{
    CLEANUP(buffer_free) struct buffer area = buffer_make(RECORD_BLOCK_SIZE);
    uint64_t sequence = record->chains[index].sequence + 1;
    uint32_t block = psk_block(index, sequence);

    if (!chain_write(record, chain, sequence, block, &area))
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
    struct buffer bytes = buffer_make((size_t)BLOCK_COUNT * RECORD_BLOCK_SIZE);
    struct record *empty = calloc(1, sizeof *empty);
    char path[KEEPER_PATH_SIZE];

    if (empty == NULL)
        return no_memory(err);
    empty->keys = keys;
    bool ok = true;
    for (uint64_t sequence = 2; sequence <= 3 && ok; sequence++) { /* copy 0, then copy 1 */
        CLEANUP(buffer_free) struct buffer area = buffer_make(DIRECTORY_SIZE);
        ok = directory_write(empty, sequence, &area) && buffer_add(&bytes, buffer_span(&area));
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
              RECORD_NAME " %s: nothing is signed until each log is succeeded by a new one", why);
}

static bool read_file(struct record *record, struct span *out, uint8_t *bytes)
{
    struct error ignored = {0};

    *out = span_make(bytes, (size_t)BLOCK_COUNT * RECORD_BLOCK_SIZE);
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
        uint32_t block = copy * DIRECTORY_BLOCKS;
        struct span area = area_at(bytes, block, DIRECTORY_SIZE);
        if (!area_checks(record->keys, block, area))
            continue;
        struct span number = span_part(area, sizeof DIRECTORY_MAGIC - 1, 8);
        struct cursor from = cursor_make(number);
        uint64_t sequence = cursor_u64(&from);
        if (sequence <= newest || directory_block(sequence) != block)
            continue;
        if (!directory_read(area, record))
            return false;
        newest = sequence;
    }
    return newest > 0;
}

static void load_log(struct record *record, size_t index, struct span bytes)
{
    struct record_log *log = &record->logs[index];

    for (uint32_t slot = 0; slot < 2; slot++) {
        uint32_t block = log_block(index, slot);
        uint64_t sequence = 0;
        struct record_head head;
        if (!log_read(record, index, block, area_at(bytes, block, RECORD_BLOCK_SIZE), &sequence,
                      &head) ||
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
        uint32_t block = psk_block(index, slot);
        uint64_t sequence = 0;
        struct psk_chain value;
        if (chain_read(record, index, block, area_at(bytes, block, RECORD_BLOCK_SIZE), &sequence,
                       &value) &&
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
    uint32_t block = directory_block(record->sequence);

    if (!write_area(record, block, area_at(bytes, block, DIRECTORY_SIZE), err))
        return false;
    for (size_t i = 0; i < record->log_count; i++) {
        block = log_block(i, record->logs[i].sequence);
        if (record->logs[i].sequence > 0 &&
            !write_area(record, block, area_at(bytes, block, RECORD_BLOCK_SIZE), err))
            return false;
    }
    for (size_t i = 0; i < record->chain_count; i++) {
        block = psk_block(i, record->chains[i].sequence);
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
    uint8_t *room = malloc((size_t)BLOCK_COUNT * RECORD_BLOCK_SIZE);
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

bool record_add(struct record *record, enum keeper_slot kind, struct span origin, struct error *err)
{
    if (record->log_count == KEEPER_SLOT_COUNT_MAX)
        return error_set(err, ERROR_LIMIT, "the keeper holds %d logs already",
                         KEEPER_SLOT_COUNT_MAX);
    struct record_log *log = &record->logs[record->log_count];
    *log = (struct record_log){.kind = kind, .origin_size = origin.size};
    memcpy(log->origin, origin.data, origin.size);
    compact_range_root(&log->head.range, &log->head.root);
    /* Both slots first, then the directory: a name in it always has slots that check. */
    if (!log_store(record, log, &log->head, 1, err) ||
        !log_store(record, log, &log->head, 2, err) || !sync_record(record, err))
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
