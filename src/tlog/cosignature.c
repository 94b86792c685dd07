/* Cosignatures: see cosignature.h. */
#include "tlog/cosignature.h"

#include "base/cursor.h"

#include <inttypes.h>

#define RAW_SIZE        (8u + SIGNATURE_SIZE)
#define HEADER_SIZE_MAX 64u /* "cosignature/v1", "time ", 16 digits, newlines */

bool cosignature_message_write(int64_t time_s, struct span body, struct buffer *out)
{
    if (time_s < 0 || time_s > COSIGNATURE_TIME_MAX_S)
        return false;
    return buffer_format(out, "cosignature/v1\ntime %" PRId64 "\n", time_s) &&
           buffer_add(out, body);
}

bool cosignature_line_write(const struct note_key *key, int64_t time_s,
                            const uint8_t signature[SIGNATURE_SIZE], struct buffer *out)
{
    uint8_t raw[RAW_SIZE];

    if (time_s < 0 || time_s > COSIGNATURE_TIME_MAX_S)
        return false;
    for (size_t i = 0; i < 8; i++)
        raw[i] = (uint8_t)((uint64_t)time_s >> (56 - 8 * i));
    memcpy(raw + 8, signature, SIGNATURE_SIZE);
    return note_signature_line_write(key, span_make(raw, sizeof raw), out);
}

static bool signature_check(const struct note_key *key, struct span body,
                            const struct note_signature *line, int64_t *time_s,
                            uint8_t signature[SIGNATURE_SIZE])
{
    uint8_t raw[RAW_SIZE];
    size_t size = sizeof raw;
    struct buffer message CLEANUP(buffer_free) = buffer_make(body.size + HEADER_SIZE_MAX);

    if (key->type != NOTE_COSIGNATURE || !note_signature_bytes(line, raw, &size) ||
        size != sizeof raw)
        return false;
    struct cursor cursor = cursor_make(span_make(raw, 8));
    uint64_t time = cursor_u64(&cursor);
    if (time > COSIGNATURE_TIME_MAX_S ||
        !cosignature_message_write((int64_t)time, body, &message) ||
        !signature_verify(key->public_key, buffer_span(&message), raw + 8))
        return false;
    *time_s = (int64_t)time;
    memcpy(signature, raw + 8, SIGNATURE_SIZE);
    return true;
}

static bool is_of_key(const struct note_signature *line, const struct note_key *key)
{
    return line->id == key->id && span_is(line->name, key->name);
}

bool cosignature_line_verify(const struct note_key *key, struct span body, struct span text,
                             int64_t *time_s, uint8_t signature[SIGNATURE_SIZE])
{
    struct note_signature line;

    if (text.size > 0 && text.data[text.size - 1] == '\n')
        text.size--;
    return note_signature_line_read(text, &line) && is_of_key(&line, key) &&
           signature_check(key, body, &line, time_s, signature);
}

bool cosignature_verify(const struct note *note, const struct note_key *key, int64_t *time_s,
                        uint8_t signature[SIGNATURE_SIZE], struct error *err)
{
    bool is_found = false;

    for (size_t i = 0; i < note->signature_count; i++) {
        int64_t line_time_s = 0;
        uint8_t line_signature[SIGNATURE_SIZE];
        if (!is_of_key(&note->signatures[i], key))
            continue;
        if (!signature_check(key, note->text, &note->signatures[i], &line_time_s, line_signature))
            return error_set(err, ERROR_INPUT, "note: the cosignature of %s does not hold",
                             key->name);
        if (!is_found) {
            *time_s = line_time_s;
            memcpy(signature, line_signature, SIGNATURE_SIZE);
        }
        is_found = true;
    }
    return is_found || error_set(err, ERROR_MISSING, "note: not cosigned by %s", key->name);
}
