/*
 * Ranges of attachments on the line: one segment a call, sealed for the partner like a post, so that a broken TLS front
 * shows nothing. The answer is: suite u8 | psk day u32 | ephemeral key 65 | AES-256-GCM of the segment, with the question
 * and the log's origin as associated data.
 */
#include "exchange/private.h"

#include "base/cursor.h"
#include "base/json.h"
#include "crypto/secret.h"

#include <inttypes.h>

#define RANGE_HEADER_SIZE (1u + 4u + AGREE_PUBLIC_SIZE)
static const uint8_t range_nonce[AEAD_NONCE_SIZE]; /* the key seals one segment */

bool range_question_write(const struct range_question *question, struct buffer *out)
{
    struct json_writer writer = json_writer_make(out);

    json_begin_object(&writer);
    json_integer_field(&writer, "index", (int64_t)question->index);
    json_integer_field(&writer, "part", question->part);
    json_integer_field(&writer, "segment", (int64_t)question->segment);
    json_integer_field(&writer, "from", question->from);
    json_integer_field(&writer, "size", question->size);
    json_end_object(&writer);
    return !out->failed;
}

bool range_question_read(struct span body, struct range_question *out, struct error *err)
{
    static _Thread_local struct problems problems;
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;

    problems_clear(&problems);
    if (body.size > 1024)
        return error_set(err, ERROR_LIMIT, "ranges: the question has %zu bytes; 1024 allowed",
                         body.size);
    if (!json_parse(body, &json, err))
        return error_add(err, "ranges");
    json_object_begin(&object, json_root(json), &arena, &problems);
    out->index = (uint64_t)json_get_integer(&object, "index", 0, JSON_INTEGER_MAX);
    out->part = (uint16_t)json_get_integer(&object, "part", 1, UINT16_MAX);
    out->segment =
        (uint64_t)json_get_integer(&object, "segment", 0, ATTACHMENT_SIZE_MAX / SEGMENT_SIZE);
    out->from = (uint32_t)json_get_integer_optional(&object, "from", 0, SEGMENT_SIZE - 1, 0);
    out->size = (uint32_t)json_get_integer_optional(&object, "size", 1, SEGMENT_SIZE, SEGMENT_SIZE);
    json_object_end(&object);
    return problems_to_error(&problems, err) || error_add(err, "ranges");
}

static bool associated_write(const char *origin, const struct range_question *question,
                             struct buffer *out)
{
    return buffer_format(out, "besa-range/1 %s %" PRIu64 " %u %" PRIu64 " %u %u", origin,
                         question->index, question->part, question->segment, question->from,
                         question->size);
}

bool range_seal(struct journal *journal, struct journal_line *line, const char *origin,
                const struct range_question *question, struct span segment, struct buffer *out,
                struct error *err)
{
    struct keeper_seal seal;
    struct buffer associated CLEANUP(buffer_free) = buffer_make(1024);

    if (!keeper_seal_key(&journal->keeper, span_text(line->agreement_id),
                         line->partner_keys.sealing, &seal, err))
        return error_add(err, "sealing a segment");
    associated_write(origin, question, &associated);
    buffer_byte(out, (uint8_t)seal.suite);
    buffer_u32(out, seal.psk_day);
    buffer_add(out, span_make(seal.ephemeral, sizeof seal.ephemeral));
    uint8_t *room = buffer_room(out, segment.size + AEAD_TAG_SIZE);
    if (room != NULL)
        aead_seal(seal.key, range_nonce, buffer_span(&associated), segment, room);
    secret_wipe(&seal, sizeof seal);
    return room != NULL || error_set(err, ERROR_LIMIT, "sealing a segment: out of memory");
}

/* A segment that was read, before it is opened. */
struct sealed_segment {
    struct keeper_seal seal;
    struct span associated;
    struct span bytes;
};

static bool segment_open(struct journal *journal, struct journal_line *line,
                         const struct sealed_segment *segment, uint8_t set, uint8_t *out,
                         struct error *err)
{
    struct keeper_seal seal = segment->seal;

    seal.set = set;
    bool ok = keeper_open_key(&journal->keeper, span_text(line->agreement_id), &seal, err);
    if (!ok && err->kind == ERROR_INPUT) /* a day or key that does not fit: the line's fault */
        err->kind = ERROR_LINK;
    ok = ok && (aead_open(seal.key, range_nonce, segment->associated, segment->bytes, out) ||
                error_set(err, ERROR_LINK, "it does not open with our key"));
    secret_wipe(&seal, sizeof seal);
    return ok;
}

/* Around a change of keys the partner may still seal to the older key, or already to the newer one. */
static bool segment_open_any(struct journal *journal, struct journal_line *line,
                             const struct sealed_segment *segment, uint8_t *out, struct error *err)
{
    const struct keeper_sets *sets = &journal->sets;

    for (size_t i = sets->count; i-- > 1;) {
        struct error ignored = {0};
        if (segment_open(journal, line, segment, sets->number[i], out, &ignored))
            return true;
    }
    return segment_open(journal, line, segment, sets->number[0], out, err) ||
           error_add(err, "opening a segment of %s", line->partner);
}

bool range_open(struct journal *journal, struct journal_line *line, const char *origin,
                const struct range_question *question, struct span sealed, uint8_t *out,
                size_t *size, struct error *err)
{
    struct sealed_segment segment = {.seal.suite = KEEPER_SUITE_PSK};
    struct buffer associated CLEANUP(buffer_free) = buffer_make(1024);
    struct cursor cursor = cursor_make(sealed);
    uint8_t suite = cursor_u8(&cursor);

    segment.seal.psk_day = cursor_u32(&cursor);
    struct span ephemeral = cursor_span(&cursor, sizeof segment.seal.ephemeral);
    if (cursor.failed || cursor.rest.size < AEAD_TAG_SIZE ||
        cursor.rest.size > SEGMENT_SIZE + AEAD_TAG_SIZE ||
        (suite != KEEPER_SUITE_PSK && suite != KEEPER_SUITE_PLAIN))
        return error_set(err, ERROR_LINK, "%s sent no segment", line->partner);
    segment.seal.suite = (enum keeper_suite)suite;
    memcpy(segment.seal.ephemeral, ephemeral.data, sizeof segment.seal.ephemeral);
    associated_write(origin, question, &associated);
    segment.associated = buffer_span(&associated);
    segment.bytes = cursor.rest;
    *size = cursor.rest.size - AEAD_TAG_SIZE;
    return segment_open_any(journal, line, &segment, out, err);
}
