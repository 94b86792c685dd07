/* Signed notes: see note.h. */
#include "tlog/note.h"

#include "base/text.h"
#include "crypto/digest.h"

#include <inttypes.h>
#include <stdio.h>

#define DASH         "\xe2\x80\x94 " /* em dash, space */
#define DASH_SIZE    4u
#define RAW_SIZE_MAX (4u + 8u + SIGNATURE_SIZE)
#define TEXT_SIZE_MAX                                                                              \
    (BASE64_SIZE(RAW_SIZE_MAX) * 40u) /* other algorithms' signatures are longer and passed over */

static bool name_is_allowed(struct span name)
{
    if (name.size == 0 || name.size > NOTE_KEY_NAME_MAX || !text_is_utf8(name))
        return false;
    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] <= ' ' || name.data[i] == '+' || name.data[i] == 0x7F)
            return false;
    return true;
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
    if (!name_is_allowed(name))
        return false;
    memcpy(out->name, name.data, name.size);
    memcpy(out->public_key, public_key, SIGNATURE_PUBLIC_SIZE);
    digest_sha256_joined(pieces, 4, digest);
    out->id = (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 | (uint32_t)digest[2] << 8 |
              digest[3];
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
    uint32_t told = (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];
    return told == out->id ||
           error_set(err, ERROR_INPUT, "verifier key: its id does not belong to name and key");
}

static bool signature_raw(struct span base64, uint8_t *out, size_t *size)
{
    uint8_t raw[RAW_SIZE_MAX];
    size_t raw_size = sizeof raw;

    if (!base64_read(base64, raw, &raw_size) || raw_size < 5 || raw_size - 4 > *size)
        return false;
    *size = raw_size - 4;
    memcpy(out, raw + 4, *size);
    return true;
}

bool note_signature_bytes(const struct note_signature *signature, uint8_t *out, size_t *size)
{
    return signature_raw(signature->signature, out, size);
}

bool note_signature_line_read(struct span line, struct note_signature *out)
{
    uint8_t head[6];
    size_t head_size = sizeof head;

    if (!span_starts_with(line, DASH))
        return false;
    struct span rest = span_part(line, DASH_SIZE, line.size);
    const uint8_t *space = rest.size == 0 ? NULL : memchr(rest.data, ' ', rest.size);
    if (space == NULL)
        return false;
    out->name = span_make(rest.data, (size_t)(space - rest.data));
    out->signature = span_part(rest, out->name.size + 1, rest.size);
    if (!name_is_allowed(out->name) || out->signature.size < 8 ||
        out->signature.size > TEXT_SIZE_MAX)
        return false;
    /* Eight characters are six bytes: the id and a little more. The rest is read when the key is known. */
    if (!base64_read(span_part(out->signature, 0, 8), head, &head_size) || head_size < 5)
        return false;
    out->id = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 | head[3];
    return true;
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
    if (!text_is_utf8(bytes))
        return error_set(err, ERROR_INPUT, "note: not UTF-8");
    for (size_t i = 0; i < bytes.size; i++)
        if (bytes.data[i] < 0x20 && bytes.data[i] != '\n')
            return error_set(err, ERROR_INPUT, "note: holds a control character");
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
    if (rest.size > 0 || out->signature_count == 0)
        return error_set(err, ERROR_INPUT, "note: ends without a whole signature line");
    return true;
}

bool note_signature_line_write(const struct note_key *key, struct span signature,
                               struct buffer *out)
{
    uint8_t raw[RAW_SIZE_MAX];
    char text[BASE64_SIZE(RAW_SIZE_MAX) + 1];

    if (signature.size > sizeof raw - 4)
        return false;
    for (size_t i = 0; i < 4; i++)
        raw[i] = (uint8_t)(key->id >> (24 - 8 * i));
    memcpy(raw + 4, signature.data, signature.size);
    base64_write(span_make(raw, 4 + signature.size), text);
    return buffer_format(out, DASH "%s %s\n", key->name, text);
}

bool note_verify(const struct note *note, const struct note_key *key,
                 uint8_t signature[SIGNATURE_SIZE], struct error *err)
{
    for (size_t i = 0; i < note->signature_count; i++) {
        const struct note_signature *line = &note->signatures[i];
        size_t size = SIGNATURE_SIZE;
        if (line->id != key->id || !span_is(line->name, key->name))
            continue;
        if (!note_signature_bytes(line, signature, &size) || size != SIGNATURE_SIZE ||
            !signature_verify(key->public_key, note->text, signature))
            return error_set(err, ERROR_INPUT, "note: the signature of %s does not hold",
                             key->name);
        return true;
    }
    return error_set(err, ERROR_INPUT, "note: not signed by %s", key->name);
}
