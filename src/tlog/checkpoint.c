/* Checkpoints: see checkpoint.h. */
#include "tlog/checkpoint.h"

#include "base/text.h"

#include <inttypes.h>

bool checkpoint_write(const struct checkpoint *checkpoint, struct buffer *out)
{
    if (!note_line_is_allowed(checkpoint->origin))
        return false;
    return buffer_add(out, checkpoint->origin) &&
           buffer_format(out, "\n%" PRIu64 "\n", checkpoint->size) &&
           tlog_hash_line_write(&checkpoint->root, out);
}

/* Extension lines are opaque, but lines, and never empty. */
static bool extensions_check(struct span rest, struct error *err)
{
    struct span line;

    while (line_take(&rest, &line))
        if (!note_line_is_allowed(line))
            return error_set(err, ERROR_INPUT, "checkpoint: an extension line is not allowed");
    return rest.size == 0 || error_set(err, ERROR_INPUT, "checkpoint: ends without a newline");
}

bool checkpoint_read(struct span text, bool allow_extensions, struct checkpoint *out,
                     struct error *err)
{
    struct span size_line;
    struct span root_line;

    if (!line_take(&text, &out->origin) || !note_line_is_allowed(out->origin))
        return error_set(err, ERROR_INPUT, "checkpoint: no origin");
    if (!line_take(&text, &size_line) || !number_read(size_line, &out->size))
        return error_set(err, ERROR_INPUT, "checkpoint: its size is not a number");
    if (!line_take(&text, &root_line) || !tlog_hash_text_read(root_line, &out->root))
        return error_set(err, ERROR_INPUT, "checkpoint: its root is not base64 of 32 bytes");
    if (!allow_extensions && text.size > 0)
        return error_set(err, ERROR_INPUT, "checkpoint: extension lines are not allowed");
    return extensions_check(text, err);
}

bool checkpoint_open(struct span bytes, const struct note_key *key, struct checkpoint *out,
                     struct buffer *body, uint8_t signature[SIGNATURE_SIZE], struct error *err)
{
    struct note note;
    size_t before = body->size;

    if (!note_read(bytes, &note, err) || !note_verify(&note, key, signature, err))
        return false;
    if (!buffer_add(body, note.text))
        return error_set(err, ERROR_LIMIT, "checkpoint: %zu bytes are too many", note.text.size);
    if (!checkpoint_read(span_part(buffer_span(body), before, note.text.size), false, out, err))
        return false;
    return span_is(out->origin, key->name) ||
           error_set(err, ERROR_INPUT, "checkpoint: its origin is not %s", key->name);
}
