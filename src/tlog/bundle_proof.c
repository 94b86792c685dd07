/* Proof files: see bundle_proof.h. */
#include "tlog/bundle_proof.h"

#include "base/text.h"

#include <inttypes.h>

#define FIRST_LINE   "c2sp.org/tlog-proof@v1"
#define EXTRA_PREFIX "extra "
#define INDEX_PREFIX "index "

static bool extra_write(struct span extra, struct buffer *out)
{
    char text[BASE64_SIZE(BUNDLE_PROOF_EXTRA_MAX) + 1];

    if (extra.size > BUNDLE_PROOF_EXTRA_MAX)
        return false;
    base64_write(extra, text);
    return extra.size == 0 ||
           (buffer_text(out, EXTRA_PREFIX) && buffer_text(out, text) && buffer_byte(out, '\n'));
}

bool bundle_proof_write(const struct bundle_proof *proof, struct buffer *out)
{
    if (proof->proof_count > PROOF_COUNT_MAX || proof->checkpoint.size == 0)
        return false;
    buffer_text(out, FIRST_LINE "\n");
    if (!extra_write(proof->extra, out))
        return false;
    buffer_format(out, INDEX_PREFIX "%" PRIu64 "\n", proof->index);
    for (size_t i = 0; i < proof->proof_count; i++)
        tlog_hash_line_write(&proof->proof[i], out);
    buffer_byte(out, '\n');
    return buffer_add(out, proof->checkpoint);
}

/* Extra data is written without its line when there is none, so an empty line of it is no spelling of anything. */
static bool extra_read(struct span text, struct arena *arena, struct span *out, struct error *err)
{
    size_t size = BUNDLE_PROOF_EXTRA_MAX;
    uint8_t *bytes = arena_alloc(arena, size);

    if (bytes == NULL)
        return error_set(err, ERROR_LIMIT, "proof file: out of memory");
    if (text.size > BASE64_SIZE(BUNDLE_PROOF_EXTRA_MAX))
        return error_set(err, ERROR_LIMIT, "proof file: more than %u bytes of extra data",
                         BUNDLE_PROOF_EXTRA_MAX);
    if (!base64_read(text, bytes, &size) || size == 0)
        return error_set(err, ERROR_INPUT, "proof file: its extra data is not base64");
    *out = span_make(bytes, size);
    return true;
}

/* The hashes and the blank line behind them. */
static bool hashes_read(struct span *rest, struct arena *arena, struct bundle_proof *out,
                        struct error *err)
{
    struct tlog_hash *hashes = arena_array(arena, PROOF_COUNT_MAX, sizeof *hashes);
    struct span line;

    if (hashes == NULL)
        return error_set(err, ERROR_LIMIT, "proof file: out of memory");
    out->proof = hashes;
    while (line_take(rest, &line)) {
        if (line.size == 0)
            return true;
        if (out->proof_count == PROOF_COUNT_MAX)
            return error_set(err, ERROR_LIMIT, "proof file: more than %d hashes", PROOF_COUNT_MAX);
        if (!tlog_hash_text_read(line, &hashes[out->proof_count]))
            return error_set(err, ERROR_INPUT, "proof file: hash %zu is not base64 of 32 bytes",
                             out->proof_count + 1);
        out->proof_count++;
    }
    return error_set(err, ERROR_INPUT, "proof file: no blank line before the checkpoint");
}

bool bundle_proof_read(struct span bytes, struct arena *arena, struct bundle_proof *out,
                       struct error *err)
{
    struct span line;

    *out = (struct bundle_proof){0};
    if (bytes.size > BUNDLE_PROOF_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "proof file: %zu bytes; %u allowed", bytes.size,
                         BUNDLE_PROOF_SIZE_MAX);
    if (!line_take(&bytes, &line) || !span_is(line, FIRST_LINE))
        return error_set(err, ERROR_INPUT, "proof file: does not begin with " FIRST_LINE);
    if (!line_take(&bytes, &line))
        return error_set(err, ERROR_INPUT, "proof file: no index");
    if (span_starts_with(line, EXTRA_PREFIX)) {
        struct span text = span_part(line, sizeof EXTRA_PREFIX - 1, line.size);
        if (!extra_read(text, arena, &out->extra, err))
            return false;
        if (!line_take(&bytes, &line))
            return error_set(err, ERROR_INPUT, "proof file: no index");
    }
    if (!span_starts_with(line, INDEX_PREFIX) ||
        !number_read(span_part(line, sizeof INDEX_PREFIX - 1, line.size), &out->index))
        return error_set(err, ERROR_INPUT, "proof file: its index is not a number");
    if (!hashes_read(&bytes, arena, out, err))
        return false;
    out->checkpoint = bytes;
    return bytes.size > 0 || error_set(err, ERROR_INPUT, "proof file: no checkpoint");
}

bool bundle_proof_verify(const struct bundle_proof *proof, const struct tlog_hash *leaf,
                         const struct note_key *log_key, struct checkpoint *out,
                         struct buffer *body, struct error *err)
{
    uint8_t signature[SIGNATURE_SIZE];

    if (!checkpoint_open(proof->checkpoint, log_key, out, body, signature, err))
        return false;
    return proof_verify_inclusion(leaf, proof->index, out->size, proof->proof, proof->proof_count,
                                  &out->root) ||
           error_set(err, ERROR_INPUT,
                     "proof file: the entry does not stand at index %" PRIu64 " of %s",
                     proof->index, log_key->name);
}
