/*
 * Arbitrary audit copies: the row of records is read as a replay reads it; what is read must be written back byte for byte.
 * covers: audit_copy
 */
#include "journal/audit_copy.h"

#include "base/attributes.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool claim, const char *what)
{
    if (claim)
        return;
    fprintf(stderr, "not so: %s\n", what);
    abort();
}

/* The hash is made right, so that what lies behind it is reached. */
static void sealed_run(struct span bytes)
{
    struct buffer copy CLEANUP(buffer_free) = buffer_make(AUDIT_COPY_RECORD_MAX);
    struct digest *digest = digest_begin();
    uint8_t chain[DIGEST_SIZE] = {0};
    uint8_t hash[DIGEST_SIZE];
    struct audit_record record;
    struct error err = {0};
    size_t size = 0;

    buffer_u32(&copy, (uint32_t)(bytes.size + DIGEST_SIZE));
    buffer_add(&copy, bytes);
    digest_add(digest, buffer_span(&copy));
    digest_add(digest, span_make(chain, sizeof chain));
    digest_end(digest, hash);
    buffer_add(&copy, span_make(hash, sizeof hash));
    if (copy.failed || !audit_record_read(buffer_span(&copy), chain, &record, &size, &err))
        return;
    struct buffer again CLEANUP(buffer_free) = buffer_make(AUDIT_COPY_RECORD_MAX + 4);
    uint8_t start[DIGEST_SIZE] = {0};
    must(size == copy.size, "the whole of it was read");
    must(audit_record_write(&record, start, &again) &&
             span_equal(buffer_span(&again), buffer_span(&copy)),
         "a record has one form");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = span_make(data, size);
    uint8_t chain[DIGEST_SIZE] = {0};
    struct audit_record record;
    struct error err = {0};
    size_t length = 0;

    while (bytes.size > 0 && audit_record_read(bytes, chain, &record, &length, &err)) {
        must(length > 0 && length <= bytes.size, "a record lies inside");
        bytes = span_part(bytes, length, bytes.size);
    }
    if (size < 65536)
        sealed_run(span_make(data, size));
    return 0;
}
