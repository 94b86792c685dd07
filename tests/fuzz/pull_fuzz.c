/*
 * Arbitrary bytes as a pull and as the answer to one. What is read must be written back byte for byte.
 * covers: pull_form
 */
#include "exchange/pull_form.h"

#include "base/attributes.h"
#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>

static void must(bool claim, const char *what)
{
    if (claim)
        return;
    fprintf(stderr, "not so: %s\n", what);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = span_make(data, size);
    struct buffer again CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX + PULL_CALL_HEADER_SIZE);
    struct pull_request request;
    struct pull_call call;
    struct error err = {0};

    if (pull_request_read(bytes, &request, &err)) {
        must(request.lane < PULL_LANE_MAX && request.turn > 0, "a pull is within its limits");
        must(pull_request_write(&request, &again), "a pull can be written");
        must(span_equal(buffer_span(&again), bytes), "a pull has one form");
    }
    buffer_clear(&again);
    if (pull_call_read(bytes, &call, &err)) {
        must(call.path.size <= PULL_PATH_SIZE_MAX, "a call's path is within its limit");
        must(pull_call_write(&call, &again), "a call can be written");
        must(span_equal(buffer_span(&again), bytes), "a call has one form");
    }
    return 0;
}
