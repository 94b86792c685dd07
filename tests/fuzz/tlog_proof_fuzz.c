/*
 * Arbitrary bytes as a proof file: what is read is written back to the same bytes, and nothing holds under a key that signed
 * nothing.
 */
#include "crypto/secret.h"
#include "tlog/bundle_proof.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool claim)
{
    if (!claim)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_started;
    static const uint8_t public_key[SIGNATURE_PUBLIC_SIZE] = {0x58};
    static const struct tlog_hash leaf;
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct buffer again CLEANUP(buffer_free) = buffer_make(size + 1);
    struct buffer body CLEANUP(buffer_free) = buffer_make(size + 1);
    struct bundle_proof proof;
    struct checkpoint checkpoint;
    struct note_key key;
    struct error err = {0};

    if (!is_started)
        crypto_start();
    is_started = true;
    if (!bundle_proof_read(span_make(data, size), &arena, &proof, &err)) {
        must(err.kind == ERROR_INPUT || err.kind == ERROR_LIMIT);
        return 0;
    }
    must(proof.proof_count <= PROOF_COUNT_MAX);
    must(bundle_proof_write(&proof, &again));
    must(span_equal(span_make(data, size), buffer_span(&again)));
    must(note_key_make(span_text("ro/ro-al/to/al/0"), NOTE_ED25519, public_key, &key));
    must(!bundle_proof_verify(&proof, &leaf, &key, &checkpoint, &body, &err));
    return 0;
}
