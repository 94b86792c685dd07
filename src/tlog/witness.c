/* The witness request: see witness.h. */
#include "tlog/witness.h"

#include "base/text.h"

#include <inttypes.h>

bool witness_request_write(const struct witness_request *request, struct buffer *out)
{
    if (request->proof_count > WITNESS_PROOF_MAX || request->checkpoint.size == 0)
        return false;
    buffer_format(out, "old %" PRIu64 "\n", request->old_size);
    for (size_t i = 0; i < request->proof_count; i++)
        tlog_hash_line_write(&request->proof[i], out);
    buffer_byte(out, '\n');
    return buffer_add(out, request->checkpoint);
}

bool witness_request_read(struct span bytes, struct arena *arena, struct witness_request *out,
                          struct error *err)
{
    struct span line;
    struct tlog_hash *proof = arena_array(arena, WITNESS_PROOF_MAX, sizeof *proof);

    *out = (struct witness_request){.proof = proof};
    if (proof == NULL)
        return error_set(err, ERROR_LIMIT, "add-checkpoint: out of memory");
    if (bytes.size > WITNESS_REQUEST_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "add-checkpoint: %zu bytes; %u allowed", bytes.size,
                         WITNESS_REQUEST_SIZE_MAX);
    if (!line_take(&bytes, &line) || !span_starts_with(line, "old ") ||
        !number_read(span_part(line, 4, line.size), &out->old_size))
        return error_set(err, ERROR_INPUT, "add-checkpoint: does not begin with the old size");
    while (line_take(&bytes, &line)) {
        if (line.size == 0) {
            out->checkpoint = bytes;
            return bytes.size > 0 || error_set(err, ERROR_INPUT, "add-checkpoint: no checkpoint");
        }
        if (out->proof_count == WITNESS_PROOF_MAX)
            return error_set(err, ERROR_LIMIT, "add-checkpoint: more than %d proof lines",
                             WITNESS_PROOF_MAX);
        if (!tlog_hash_text_read(line, &proof[out->proof_count]))
            return error_set(err, ERROR_INPUT,
                             "add-checkpoint: proof line %zu is not base64 of 32 bytes",
                             out->proof_count + 1);
        out->proof_count++;
    }
    return error_set(err, ERROR_INPUT, "add-checkpoint: no blank line before the checkpoint");
}
