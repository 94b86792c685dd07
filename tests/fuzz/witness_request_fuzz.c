/*
 * Arbitrary bytes as an add-checkpoint request: what is read is written back to the same bytes.
 */
#include "tlog/checkpoint.h"
#include "tlog/witness.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool claim)
{
    if (!claim)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct buffer again CLEANUP(buffer_free) = buffer_make(size + 1);
    struct witness_request request;
    struct note note;
    struct error err = {0};

    if (!witness_request_read(span_make(data, size), &arena, &request, &err)) {
        must(err.kind == ERROR_INPUT || err.kind == ERROR_LIMIT);
        return 0;
    }
    must(request.proof_count <= WITNESS_PROOF_MAX);
    must(witness_request_write(&request, &again));
    must(span_equal(span_make(data, size), buffer_span(&again)));
    note_read(request.checkpoint, &note, &err);
    return 0;
}
