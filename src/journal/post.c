/* Post: see post.h. */
#include "journal/post.h"

#include "base/cursor.h"

#include <inttypes.h>

static const char magic[] = "besapst1";
#define MAGIC_SIZE 8u
#define STREAM_MIN 1024u
/* A key seals one post only, so one fixed nonce is right. */
static const uint8_t post_nonce[AEAD_NONCE_SIZE];

size_t post_padded_size(size_t size)
{
    size_t power = STREAM_MIN;
    while (power < size) {
        if (power + power / 2 >= size)
            return power + power / 2;
        power *= 2;
    }
    return power;
}

static bool header_write(const struct post *post, const struct keeper_seal *seal,
                         struct buffer *out)
{
    buffer_add(out, span_make(magic, MAGIC_SIZE));
    buffer_byte(out, (uint8_t)seal->suite);
    buffer_u32(out, seal->psk_day);
    buffer_add(out, span_make(seal->ephemeral, sizeof seal->ephemeral));
    buffer_u64(out, post->from);
    buffer_u64(out, post->to);
    buffer_u64(out, (uint64_t)post->time_ms);
    buffer_u16(out, (uint16_t)post->checkpoint.size);
    buffer_add(out, post->checkpoint);
    for (size_t i = 0; i < post->entry_count; i++) {
        buffer_u16(out, (uint16_t)post->entries[i].head.size);
        buffer_add(out, post->entries[i].head);
    }
    return !out->failed;
}

static bool stream_write(const struct post *post, struct buffer *out)
{
    for (size_t i = 0; i < post->entry_count; i++) {
        const struct post_entry *entry = &post->entries[i];
        buffer_add(out, span_make(entry->salt, sizeof entry->salt));
        buffer_u32(out, (uint32_t)entry->body.size);
        buffer_add(out, entry->body);
        buffer_u16(out, (uint16_t)entry->part_count);
        for (size_t p = 0; p < entry->part_count; p++) {
            const struct post_part *part = &entry->parts[p];
            buffer_u16(out, part->number);
            buffer_add(out, span_make(part->salt, sizeof part->salt));
            buffer_u32(out, (uint32_t)part->bytes.size);
            buffer_add(out, part->bytes);
        }
    }
    return !out->failed;
}

bool post_write(const struct post *post, const struct keeper_seal *seal, struct buffer *out,
                struct error *err)
{
    struct buffer stream = buffer_make(POST_SIZE_MAX);
    size_t header_start = out->size;
    bool ok = post->entry_count <= SEAL_COUNT_MAX && post->checkpoint.size <= CHECKPOINT_SIZE_MAX &&
              header_write(post, seal, out) && stream_write(post, &stream);
    size_t header_size = out->size - header_start;
    size_t padded = ok ? post_padded_size(stream.size) : 0;
    ok = ok && buffer_room(&stream, padded - stream.size) != NULL;
    uint8_t *room = ok ? buffer_room(out, padded + AEAD_TAG_SIZE) : NULL;
    if (room != NULL)
        aead_seal(seal->key, post_nonce, span_make(out->data + header_start, header_size),
                  buffer_span(&stream), room);
    buffer_free(&stream);
    if (room == NULL)
        return error_set(err, ERROR_LIMIT, "post of %zu entries exceeds %u bytes",
                         post->entry_count, POST_SIZE_MAX);
    return true;
}

static bool heads_read(struct cursor *cursor, struct arena *arena, struct post *out,
                       struct error *err)
{
    out->entry_count = (size_t)(out->to - out->from);
    out->entries = arena_array(arena, out->entry_count, sizeof *out->entries);
    if (out->entries == NULL && out->entry_count > 0)
        return error_set(err, ERROR_LIMIT, "post: out of memory");
    for (size_t i = 0; i < out->entry_count; i++) {
        uint16_t size = cursor_u16(cursor);
        if (size > HEAD_SIZE_MAX)
            return error_set(err, ERROR_LIMIT,
                             "post: head of index %" PRIu64 " has %u bytes; %u allowed",
                             out->from + i, size, HEAD_SIZE_MAX);
        out->entries[i].head = cursor_span(cursor, size);
    }
    return true;
}

bool post_read_header(struct span bytes, struct arena *arena, struct post *out, struct error *err)
{
    struct cursor cursor = cursor_make(bytes);

    memset(out, 0, sizeof *out);
    if (bytes.size > POST_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "post has %zu bytes; %u allowed", bytes.size,
                         POST_SIZE_MAX);
    if (!span_is(cursor_span(&cursor, MAGIC_SIZE), magic))
        return error_set(err, ERROR_INPUT, "post: not a post of version 1");
    uint8_t suite = cursor_u8(&cursor);
    out->psk_day = cursor_u32(&cursor);
    struct span ephemeral = cursor_span(&cursor, sizeof out->ephemeral);
    out->from = cursor_u64(&cursor);
    out->to = cursor_u64(&cursor);
    uint64_t time_ms = cursor_u64(&cursor);
    uint16_t note_size = cursor_u16(&cursor);
    out->checkpoint = cursor_span(&cursor, note_size);
    if (cursor.failed)
        return error_set(err, ERROR_INPUT, "post: ends in its header");
    if (suite != KEEPER_SUITE_PSK && suite != KEEPER_SUITE_PLAIN)
        return error_set(err, ERROR_INPUT, "post: suite %u is not known", suite);
    if (note_size > CHECKPOINT_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "post: checkpoint has %u bytes; %u allowed", note_size,
                         CHECKPOINT_SIZE_MAX);
    if (out->to < out->from || out->to - out->from > SEAL_COUNT_MAX || time_ms > INT64_MAX / 2 ||
        out->to > INT64_MAX / 2)
        return error_set(err, ERROR_LIMIT, "post: range %" PRIu64 " to %" PRIu64 " is not allowed",
                         out->from, out->to);
    out->suite = (enum keeper_suite)suite;
    out->time_ms = (int64_t)time_ms;
    memcpy(out->ephemeral, ephemeral.data, sizeof out->ephemeral);
    if (!heads_read(&cursor, arena, out, err))
        return false;
    if (cursor.failed || cursor.rest.size < AEAD_TAG_SIZE)
        return error_set(err, ERROR_INPUT, "post: ends before its sealed stream");
    out->sealed = cursor.rest;
    out->sealed_header = span_make(bytes.data, bytes.size - cursor.rest.size);
    return true;
}

static bool parts_read(struct cursor *cursor, struct arena *arena, uint64_t index,
                       struct post_entry *entry, struct error *err)
{
    size_t count = cursor_u16(cursor);
    uint16_t before = 0;

    if (count > 0 && entry->body.size == 0)
        return error_set(err, ERROR_INPUT, "post: index %" PRIu64 " has parts without a body",
                         index);
    if (count > PART_COUNT_MAX)
        return error_set(err, ERROR_LIMIT, "post: index %" PRIu64 " has %zu parts; %u allowed",
                         index, count, PART_COUNT_MAX);
    struct post_part *parts = arena_array(arena, count, sizeof *parts);
    if (parts == NULL && count > 0)
        return error_set(err, ERROR_LIMIT, "post: out of memory");
    for (size_t i = 0; i < count; i++) {
        parts[i].number = cursor_u16(cursor);
        struct span salt = cursor_span(cursor, SALT_SIZE);
        uint32_t size = cursor_u32(cursor);
        if (size > PART_SIZE_MAX)
            return error_set(err, ERROR_LIMIT,
                             "post: index %" PRIu64 ": a part has %u bytes; %u allowed", index,
                             size, PART_SIZE_MAX);
        parts[i].bytes = cursor_span(cursor, size);
        if (cursor->failed)
            return error_set(err, ERROR_INPUT, "post: ends in the parts of index %" PRIu64, index);
        if (parts[i].number <= before)
            return error_set(err, ERROR_INPUT,
                             "post: index %" PRIu64 ": part numbers do not rise from 1", index);
        before = parts[i].number;
        memcpy(parts[i].salt, salt.data, SALT_SIZE);
    }
    entry->parts = parts;
    entry->part_count = count;
    return true;
}

static bool stream_read(struct span plain, struct arena *arena, struct post *post,
                        struct error *err)
{
    struct cursor cursor = cursor_make(plain);

    for (size_t i = 0; i < post->entry_count; i++) {
        struct post_entry *entry = &post->entries[i];
        struct span salt = cursor_span(&cursor, SALT_SIZE);
        uint32_t size = cursor_u32(&cursor);
        if (size > BODY_SIZE_MAX)
            return error_set(err, ERROR_LIMIT,
                             "post: body of index %" PRIu64 " has %u bytes; %u allowed",
                             post->from + i, size, BODY_SIZE_MAX);
        entry->body = cursor_span(&cursor, size);
        if (cursor.failed)
            return error_set(err, ERROR_INPUT, "post: ends in index %" PRIu64, post->from + i);
        memcpy(entry->salt, salt.data, SALT_SIZE);
        if (!parts_read(&cursor, arena, post->from + i, entry, err))
            return false;
        if (cursor.failed)
            return error_set(err, ERROR_INPUT, "post: ends in index %" PRIu64, post->from + i);
    }
    for (size_t i = 0; i < cursor.rest.size; i++)
        if (cursor.rest.data[i] != 0)
            return error_set(err, ERROR_INPUT, "post: bytes behind its last entry");
    if (post_padded_size(plain.size - cursor.rest.size) != plain.size)
        return error_set(err, ERROR_INPUT, "post: padded to %zu bytes, which is not the size class",
                         plain.size);
    return true;
}

bool post_open(struct post *post, const uint8_t key[AEAD_KEY_SIZE], struct arena *arena,
               struct error *err)
{
    size_t plain_size = post->sealed.size - AEAD_TAG_SIZE;
    uint8_t *plain = arena_alloc(arena, plain_size + 1);

    if (plain == NULL)
        return error_set(err, ERROR_LIMIT, "post: out of memory");
    if (!aead_open(key, post_nonce, post->sealed_header, post->sealed, plain))
        return error_set(err, ERROR_INPUT, "post: its seal does not open with our key");
    return stream_read(span_make(plain, plain_size), arena, post, err);
}
