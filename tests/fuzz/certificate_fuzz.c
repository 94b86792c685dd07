/*
 * Arbitrary text as a certificate: fingerprint and validity are both read, or neither.
 */
#include "crypto/cms.h"
#include "crypto/secret.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_started;
    uint8_t fingerprint[32];
    int64_t from_ms, to_ms;
    struct error err = {0};

    if (!is_started)
        crypto_start();
    is_started = true;
    bool has_fingerprint = certificate_fingerprint(span_make(data, size), fingerprint, &err);
    /* A certificate may hold times that are none. */
    if (certificate_validity(span_make(data, size), &from_ms, &to_ms, &err) && !has_fingerprint)
        abort();
    return 0;
}
