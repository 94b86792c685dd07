/* Checkpoints: see checkpoint.h. */
#include "tlog/checkpoint.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>

bool checkpoint_write(const struct checkpoint *checkpoint, struct buffer *out)
{
    char root[BASE64_SIZE(TLOG_HASH_SIZE) + 1];

    base64_write(span_make(checkpoint->root.bytes, TLOG_HASH_SIZE), root);
    return buffer_add(out, checkpoint->origin) &&
           buffer_format(out, "\n%" PRIu64 "\n%s\n", checkpoint->size, root);
}

bool checkpoint_read(struct span text, bool allow_extensions, struct checkpoint *out,
                     struct error *err)
{
    struct span size_line;
    struct span root_line;
    size_t root_size = TLOG_HASH_SIZE;

    if (!line_take(&text, &out->origin) || out->origin.size == 0)
        return error_set(err, ERROR_INPUT, "checkpoint: no origin");
    if (!line_take(&text, &size_line) || !number_read(size_line, &out->size))
        return error_set(err, ERROR_INPUT, "checkpoint: its size is not a number");
    if (!line_take(&text, &root_line) || !base64_read(root_line, out->root.bytes, &root_size) ||
        root_size != TLOG_HASH_SIZE)
        return error_set(err, ERROR_INPUT, "checkpoint: its root is not base64 of 32 bytes");
    if (!allow_extensions && text.size > 0)
        return error_set(err, ERROR_INPUT, "checkpoint: extension lines are not allowed");
    return true;
}

bool checkpoint_open(struct span bytes, const struct note_key *key, struct checkpoint *out,
                     struct buffer *body, uint8_t signature[SIGNATURE_SIZE], struct error *err)
{
    struct note note;

    if (!note_read(bytes, &note, err) || !note_verify(&note, key, signature, err))
        return false;
    if (!buffer_add(body, note.text))
        return error_set(err, ERROR_LIMIT, "checkpoint: %zu bytes are too many", note.text.size);
    if (!checkpoint_read(buffer_span(body), false, out, err))
        return false;
    return span_is(out->origin, key->name) ||
           error_set(err, ERROR_INPUT, "checkpoint: its origin is not %s", key->name);
}
