/*
 * Arbitrary bytes as a sealed file. One content was sealed under the passphrase: whatever else opens is a forgery. The
 * costly number of the cost table is read as the cheap one, for speed alone.
 */
#include "crypto/secret.h"

#include <stdio.h>
#include <stdlib.h>

#define FILE_SIZE_MAX 65536
#define COST_AT       9
#define COST_STANDARD 1
#define COST_FAST     2

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_started;
    struct buffer sealed = buffer_make(FILE_SIZE_MAX);
    struct buffer opened = buffer_make(FILE_SIZE_MAX);
    struct error err = {0};

    if (!is_started)
        crypto_start();
    is_started = true;
    if (buffer_add(&sealed, span_make(data, size))) {
        if (size > COST_AT && sealed.data[COST_AT] == COST_STANDARD)
            sealed.data[COST_AT] = COST_FAST;
        if (secret_open(span_text("fuzz"), buffer_span(&sealed), &opened, &err) &&
            !span_is(buffer_span(&opened), "a fictional key")) {
            fprintf(stderr, "another content opened\n");
            abort();
        }
    }
    buffer_free(&sealed);
    buffer_free(&opened);
    return 0;
}
