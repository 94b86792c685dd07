/* The record's blocks: see record_form.h. */
#include "keeper/record_form.h"

#include "base/cursor.h"
#include "keeper/wipe.h"

#include <assert.h>

#define CHECK_SIZE      DIGEST_SIZE
#define DIRECTORY_MAGIC "besa-keeper-record/1\n"
#define LOG_MAGIC       "besa-keeper-log/1\n"
#define PSK_MAGIC       "besa-keeper-psk/1\n"

_Static_assert(sizeof DIRECTORY_MAGIC + 8 + 2 + KEEPER_SLOT_COUNT_MAX * (2 + ORIGIN_SIZE_MAX) +
                       RECORD_CHAIN_COUNT_MAX * (1 + NAME_SIZE_MAX) + CHECK_SIZE <
                   RECORD_DIRECTORY_SIZE,
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

bool record_area_checks(const struct keys *keys, uint32_t block, struct span area)
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

uint32_t record_directory_block(uint64_t sequence)
{
    return (uint32_t)(sequence % 2) * RECORD_DIRECTORY_BLOCKS;
}

uint32_t record_log_block(size_t index, uint64_t sequence)
{
    return (uint32_t)(RECORD_LOG_BLOCK_FIRST + 2 * index + sequence % 2);
}

uint32_t record_psk_block(size_t index, uint64_t sequence)
{
    return (uint32_t)(RECORD_PSK_BLOCK_FIRST + 2 * index + sequence % 2);
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

bool record_directory_write(const struct record *record, uint64_t sequence, struct buffer *out)
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
    return area_finish(record->keys, record_directory_block(sequence), RECORD_DIRECTORY_SIZE, out);
}

uint64_t record_directory_sequence(struct span area)
{
    struct cursor from = cursor_make(span_part(area, sizeof DIRECTORY_MAGIC - 1, 8));
    return cursor_u64(&from);
}

/* The area checks, so it is what directory_write wrote; read with care all the same. */
bool record_directory_read(struct span area, struct record *out)
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

/* Slots of logs */

bool record_log_write(const struct record *record, const struct record_log *log,
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
    /* Records of older versions have zeros here: the first set, no end, and nobody to hear. */
    buffer_byte(out, (uint8_t)head->set);
    buffer_byte(out, head->has_ended != 0 ? 1 : 0);
    buffer_byte(out, (uint8_t)head->fresh_count);
    for (size_t i = 0; i < head->fresh_count; i++)
        buffer_add(out, span_make(head->fresh_keys[i], sizeof head->fresh_keys[i]));
    return area_finish(record->keys, record_log_block(index, sequence), RECORD_BLOCK_SIZE, out);
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
    head->set = cursor_u8(from);
    head->has_ended = cursor_u8(from) == 1;
    head->fresh_count = cursor_u8(from);
    if (head->fresh_count > KEEPER_FRESH_MAX)
        return false;
    for (size_t i = 0; i < head->fresh_count; i++)
        read_bytes(from, head->fresh_keys[i], sizeof head->fresh_keys[i]);
    if (from->failed || kind == KEEPER_WITNESS)
        return !from->failed;
    struct tlog_hash root;
    compact_range_root(&head->range, &root);
    return head->range.size == head->size && memcmp(&root, &head->root, sizeof root) == 0;
}

bool record_log_read(const struct record *record, size_t index, uint32_t block, struct span area,
                     uint64_t *sequence, struct record_head *head)
{
    const struct record_log *log = &record->logs[index];
    uint8_t origin[ORIGIN_SIZE_MAX];

    if (!record_area_checks(record->keys, block, area))
        return false;
    struct cursor from = cursor_make(area);
    struct span magic = cursor_span(&from, sizeof LOG_MAGIC - 1);
    *sequence = cursor_u64(&from);
    enum keeper_slot kind = (enum keeper_slot)cursor_u8(&from);
    size_t origin_size = read_name(&from, origin, sizeof origin);
    return !from.failed && span_is(magic, LOG_MAGIC) && kind == log->kind &&
           record_log_block(index, *sequence) == block && *sequence > 0 &&
           span_equal(span_make(origin, origin_size), span_make(log->origin, log->origin_size)) &&
           head_read(&from, kind, head);
}

/* Slots of chains: nonce, sealed plain, zeros. */

#define CHAIN_PLAIN_SIZE                                                                           \
    (sizeof PSK_MAGIC - 1 + 8 + 1 + NAME_SIZE_MAX + 8 + DIGEST_SIZE + 4 + PSK_SIZE)
#define CHAIN_SEALED_SIZE (CHAIN_PLAIN_SIZE + AEAD_TAG_SIZE)

/* Only the oldest value kept is stored: the later ones follow from it. */
bool record_chain_write(const struct record *record, const struct psk_chain *chain,
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

bool record_chain_read(const struct record *record, size_t index, uint32_t block, struct span area,
                       uint64_t *sequence, struct psk_chain *out)
{
    const struct record_chain *known = &record->chains[index];
    uint8_t plain[CHAIN_PLAIN_SIZE];
    uint8_t number[4];

    bool ok = aead_open(record->keys->record_psk, area.data, block_number(block, number),
                        span_part(area, AEAD_NONCE_SIZE, CHAIN_SEALED_SIZE), plain);
    struct cursor from = cursor_make(span_make(plain, sizeof plain));
    ok = ok && chain_parse(&from, sequence, out) && *sequence > 0 &&
         record_psk_block(index, *sequence) == block &&
         span_equal(span_make(out->agreement, out->agreement_size),
                    span_make(known->agreement, known->agreement_size));
    secret_wipe(plain, sizeof plain);
    return ok;
}
