/*
 * Any bytes as a pairing file, and as a secret file: refused with a problem, or read, written and read again to the same
 * bytes and the same fingerprint.
 */
#include "base/attributes.h"
#include "cmd/pairing.h"
#include "crypto/secret.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void claim(bool holds)
{
    if (!holds)
        abort();
}

static void pairing_try(struct span file)
{
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    struct buffer first CLEANUP(buffer_free) = buffer_make(2 * PAIRING_SIZE_MAX);
    struct buffer second CLEANUP(buffer_free) = buffer_make(2 * PAIRING_SIZE_MAX);
    static struct problems problems;
    struct pairing pairing, again;

    problems_clear(&problems);
    if (!pairing_read(file, &arena, &pairing, &problems)) {
        claim(problems.total > 0);
        return;
    }
    claim(pairing_write(&pairing, &first));
    if (first.size > PAIRING_SIZE_MAX)
        return; /* escapes made it longer than a file may be */
    claim(pairing_read(buffer_span(&first), &arena, &again, &problems));
    claim(pairing_write(&again, &second));
    claim(span_equal(buffer_span(&first), buffer_span(&second)));
}

static void secret_try(struct span file)
{
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    struct buffer first CLEANUP(buffer_free) = buffer_make(2 * PAIRING_SECRET_SIZE_MAX);
    static struct problems problems;
    struct pairing_secret secret, again;

    problems_clear(&problems);
    if (!pairing_secret_read(file, &arena, &secret, &problems)) {
        claim(problems.total > 0);
        return;
    }
    claim(pairing_secret_write(&secret, &first));
    claim(pairing_secret_read(buffer_span(&first), &arena, &again, &problems));
    claim(again.made_at_ms == secret.made_at_ms && span_equal(again.party, secret.party));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_started;

    if (!is_started)
        crypto_start();
    is_started = true;
    pairing_try(span_make(data, size));
    secret_try(span_make(data, size));
    return 0;
}
