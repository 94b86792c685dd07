/*
 * Arbitrary bytes as what a partner says when it refuses. Whatever comes is within its limits, and what was understood is
 * understood again when it is written.
 * covers: denial version
 */
#include "exchange/denial.h"

#include "base/attributes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(bool claim, const char *what)
{
    if (claim)
        return;
    fprintf(stderr, "not so: %s\n", what);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer again CLEANUP(buffer_free) = buffer_make(2 * DENIAL_SIZE_MAX);
    struct denial denial;
    struct denial second;

    denial_read(409, span_make(data, size), &denial);
    must(denial.word < WORD_COUNT && denial.retry_ms >= 0 && denial.retry_ms <= RETRY_MS_MAX,
         "a denial is within its limits");
    must(denial.protocol.oldest <= denial.protocol.newest && denial.protocol.newest <= PROTOCOL_MAX,
         "versions are within their limits");
    must(denial_write(&denial, denial_words[denial.word], &again), "a denial can be written");
    denial_read(409, buffer_span(&again), &second);
    must(second.word == denial.word && second.held == denial.held &&
             second.retry_ms == denial.retry_ms && strcmp(second.text, denial.text) == 0,
         "what was understood is understood again");
    return 0;
}
