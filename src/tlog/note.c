/* Signed notes: see note.h. */
#include "tlog/note.h"

#include "base/cursor.h"
#include "base/text.h"
#include "crypto/digest.h"

#include <inttypes.h>

#define DASH         "\xe2\x80\x94 " /* em dash, space */
#define DASH_SIZE    4u
#define RAW_SIZE_MAX (4u + 8u + SIGNATURE_SIZE) /* of the types that Besa signs and verifies */
#define RAW_SIZE_MIN 5u                         /* the key id and something */

/* Every character above ASCII with the Unicode property White_Space. */
static const char *const wide_spaces[] = {
    "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
    "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
    "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
    "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
};

static bool is_wide_space(struct span text)
{
    for (size_t i = 0; i < ARRAY_COUNT(wide_spaces); i++)
        if (span_starts_with(text, wide_spaces[i]))
            return true;
    return false;
}

static bool name_is_allowed(struct span name)
{
    if (name.size == 0 || !text_is_utf8(name))
        return false;
    for (size_t i = 0; i < name.size; i++) {
        uint8_t c = name.data[i];
        if (c <= ' ' || c == '+' || c == 0x7F)
            return false;
        if (c >= 0x80 && is_wide_space(span_part(name, i, name.size)))
            return false;
    }
    return true;
}

static uint32_t id_read(const uint8_t bytes[4])
{
    struct cursor cursor = cursor_make(span_make(bytes, 4));

    return cursor_u32(&cursor);
}

bool note_key_make(struct span name, enum note_key_type type,
                   const uint8_t public_key[SIGNATURE_PUBLIC_SIZE], struct note_key *out)
{
    uint8_t separator = 0x0A;
    uint8_t type_byte = (uint8_t)type;
    uint8_t digest[DIGEST_SIZE];
    struct span pieces[] = {name, span_make(&separator, 1), span_make(&type_byte, 1),
                            span_make(public_key, SIGNATURE_PUBLIC_SIZE)};

    *out = (struct note_key){.type = type};
    if (name.size > NOTE_KEY_NAME_MAX || !name_is_allowed(name))
        return false;
    memcpy(out->name, name.data, name.size);
    memcpy(out->public_key, public_key, SIGNATURE_PUBLIC_SIZE);
    digest_sha256_joined(pieces, 4, digest);
    out->id = id_read(digest);
    return true;
}

bool note_key_write(const struct note_key *key, struct buffer *out)
{
    uint8_t raw[1 + SIGNATURE_PUBLIC_SIZE];
    char text[BASE64_SIZE(sizeof raw) + 1];

    raw[0] = (uint8_t)key->type;
    memcpy(raw + 1, key->public_key, SIGNATURE_PUBLIC_SIZE);
    base64_write(span_make(raw, sizeof raw), text);
    return buffer_format(out, "%s+%08" PRIx32 "+%s", key->name, key->id, text);
}

bool note_key_read(struct span text, struct note_key *out, struct error *err)
{
    uint8_t raw[1 + SIGNATURE_PUBLIC_SIZE + 8];
    size_t raw_size = sizeof raw;
    uint8_t id[4];
    const uint8_t *first = text.size == 0 ? NULL : memchr(text.data, '+', text.size);
    size_t name_size = first == NULL ? 0 : (size_t)(first - text.data);
    struct span rest = span_part(text, name_size + 1, text.size);

    if (first == NULL || rest.size < 9 || rest.data[8] != '+' ||
        !hex_read(span_part(rest, 0, 8), id, sizeof id) ||
        !base64_read(span_part(rest, 9, rest.size), raw, &raw_size) ||
        raw_size != 1 + SIGNATURE_PUBLIC_SIZE)
        return error_set(err, ERROR_INPUT, "not a verifier key (name+id+key)");
    if (raw[0] != NOTE_ED25519 && raw[0] != NOTE_COSIGNATURE)
        return error_set(err, ERROR_INPUT, "verifier key: type 0x%02x is not known", raw[0]);
    if (!note_key_make(span_part(text, 0, name_size), (enum note_key_type)raw[0], raw + 1, out))
        return error_set(err, ERROR_INPUT, "verifier key: its name is not allowed");
    return id_read(id) == out->id ||
           error_set(err, ERROR_INPUT, "verifier key: its id does not belong to name and key");
}

bool note_signature_bytes(const struct note_signature *signature, uint8_t *out, size_t *size)
{
    uint8_t raw[RAW_SIZE_MAX];
    size_t raw_size = sizeof raw;

    if (!base64_read(signature->signature, raw, &raw_size) || raw_size < RAW_SIZE_MIN ||
        raw_size - 4 > *size)
        return false;
    *size = raw_size - 4;
    memcpy(out, raw + 4, *size);
    return true;
}

/* Strict base64 of any length, read piece by piece: signatures of other types are passed over, but they are base64. */
static bool signature_text_check(struct span text, uint32_t *id)
{
    uint8_t bytes[48];
    bool is_first = true;

    do {
        struct span piece = span_part(text, 0, BASE64_SIZE(sizeof bytes));
        size_t size = sizeof bytes;
        text = span_part(text, piece.size, text.size);
        if (!base64_read(piece, bytes, &size) || (text.size > 0 && size != sizeof bytes))
            return false;
        if (is_first && size < RAW_SIZE_MIN)
            return false;
        if (is_first)
            *id = id_read(bytes);
        is_first = false;
    } while (text.size > 0);
    return true;
}

bool note_signature_line_read(struct span line, struct note_signature *out)
{
    *out = (struct note_signature){0};
    if (!span_starts_with(line, DASH))
        return false;
    struct span rest = span_part(line, DASH_SIZE, line.size);
    const uint8_t *space = rest.size == 0 ? NULL : memchr(rest.data, ' ', rest.size);
    if (space == NULL)
        return false;
    out->name = span_make(rest.data, (size_t)(space - rest.data));
    out->signature = span_part(rest, out->name.size + 1, rest.size);
    return name_is_allowed(out->name) && signature_text_check(out->signature, &out->id);
}

bool note_line_is_allowed(struct span line)
{
    for (size_t i = 0; i < line.size; i++)
        if (line.data[i] < 0x20)
            return false;
    return line.size > 0 && text_is_utf8(line);
}

/* The rule for texts and for whole notes. */
static bool is_note_text(struct span bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        if (bytes.data[i] < 0x20 && bytes.data[i] != '\n')
            return false;
    return bytes.size > 0 && bytes.data[bytes.size - 1] == '\n' && text_is_utf8(bytes);
}

bool note_text_write(struct span text, struct buffer *out)
{
    return is_note_text(text) && buffer_add(out, text) && buffer_byte(out, '\n');
}

/* Where the last blank line stands: the text may hold blank lines of its own. */
static bool split_find(struct span bytes, size_t *text_size)
{
    for (size_t i = bytes.size; i >= 2; i--)
        if (bytes.data[i - 1] == '\n' && bytes.data[i - 2] == '\n') {
            *text_size = i - 1;
            return true;
        }
    return false;
}

bool note_read(struct span bytes, struct note *out, struct error *err)
{
    size_t text_size = 0;
    struct span line;

    *out = (struct note){0};
    if (bytes.size > NOTE_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "note: %zu bytes; %u allowed", bytes.size,
                         NOTE_SIZE_MAX);
    if (!is_note_text(bytes))
        return error_set(err, ERROR_INPUT, "note: not lines of UTF-8 text");
    if (!split_find(bytes, &text_size))
        return error_set(err, ERROR_INPUT, "note: no blank line before its signatures");
    out->text = span_part(bytes, 0, text_size);
    struct span rest = span_part(bytes, text_size + 1, bytes.size);
    while (line_take(&rest, &line)) {
        if (out->signature_count == NOTE_SIGNATURE_COUNT_MAX)
            return error_set(err, ERROR_LIMIT, "note: more than %d signatures",
                             NOTE_SIGNATURE_COUNT_MAX);
        if (!note_signature_line_read(line, &out->signatures[out->signature_count++]))
            return error_set(err, ERROR_INPUT, "note: signature line %zu cannot be read",
                             out->signature_count);
    }
    return out->signature_count > 0 ||
           error_set(err, ERROR_INPUT, "note: no signature line at its end");
}

bool note_signature_line_write(const struct note_key *key, struct span signature,
                               struct buffer *out)
{
    uint8_t raw[RAW_SIZE_MAX];
    char text[BASE64_SIZE(RAW_SIZE_MAX) + 1];

    if (signature.size == 0 || signature.size > sizeof raw - 4)
        return false;
    for (size_t i = 0; i < 4; i++)
        raw[i] = (uint8_t)(key->id >> (24 - 8 * i));
    memcpy(raw + 4, signature.data, signature.size);
    base64_write(span_make(raw, 4 + signature.size), text);
    return buffer_format(out, DASH "%s %s\n", key->name, text);
}

bool note_sign(const struct note_key *key, const uint8_t secret[SIGNATURE_SECRET_SIZE],
               struct span text, struct buffer *out)
{
    uint8_t signature[SIGNATURE_SIZE];

    if (key->type != NOTE_ED25519 || !is_note_text(text))
        return false;
    signature_sign(secret, text, signature);
    return note_signature_line_write(key, span_make(signature, sizeof signature), out);
}

bool note_verify(const struct note *note, const struct note_key *key,
                 uint8_t signature[SIGNATURE_SIZE], struct error *err)
{
    bool is_found = false;

    if (key->type != NOTE_ED25519)
        return error_set(err, ERROR_INPUT, "note: the key of %s signs no notes", key->name);
    for (size_t i = 0; i < note->signature_count; i++) {
        const struct note_signature *line = &note->signatures[i];
        size_t size = SIGNATURE_SIZE;
        if (line->id != key->id || !span_is(line->name, key->name))
            continue;
        if (!note_signature_bytes(line, signature, &size) || size != SIGNATURE_SIZE ||
            !signature_verify(key->public_key, note->text, signature))
            return error_set(err, ERROR_INPUT, "note: the signature of %s does not hold",
                             key->name);
        is_found = true;
    }
    return is_found || error_set(err, ERROR_INPUT, "note: not signed by %s", key->name);
}
