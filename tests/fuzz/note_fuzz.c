/*
 * Arbitrary bytes as a signed note, a signature line and a verifier key: what is read is written back to the same bytes, and
 * nothing verifies under a key that signed nothing.
 */
#include "crypto/secret.h"
#include "tlog/cosignature.h"
#include "tlog/note.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool claim)
{
    if (!claim)
        abort();
}

static void check_key(struct span text)
{
    struct note_key key;
    struct error err = {0};
    struct buffer again CLEANUP(buffer_free) = buffer_make(1024);

    if (!note_key_read(text, &key, &err))
        return;
    must(note_key_write(&key, &again));
    must(span_equal(text, buffer_span(&again)));
}

static void check_line(const struct note_signature *line, struct buffer *out)
{
    must(buffer_text(out, "\xe2\x80\x94 ") && buffer_add(out, line->name) &&
         buffer_byte(out, ' ') && buffer_add(out, line->signature) && buffer_byte(out, '\n'));
}

static void check_note(struct span bytes)
{
    static const uint8_t public_key[SIGNATURE_PUBLIC_SIZE] = {0x58};
    struct note note;
    struct note_key key;
    struct error err = {0};
    int64_t time_s;
    uint8_t signature[SIGNATURE_SIZE];
    struct buffer again CLEANUP(buffer_free) = buffer_make(NOTE_SIZE_MAX + 1024);

    if (!note_read(bytes, &note, &err)) {
        must(err.kind == ERROR_INPUT || err.kind == ERROR_LIMIT);
        return;
    }
    must(note_text_write(note.text, &again));
    for (size_t i = 0; i < note.signature_count; i++) {
        check_line(&note.signatures[i], &again);
        if (note_key_make(note.signatures[i].name, NOTE_ED25519, public_key, &key)) {
            key.id = note.signatures[i].id; /* as if known */
            must(!note_verify(&note, &key, signature, &err));
        }
        if (note_key_make(note.signatures[i].name, NOTE_COSIGNATURE, public_key, &key)) {
            key.id = note.signatures[i].id;
            must(!cosignature_verify(&note, &key, &time_s, signature, &err));
        }
    }
    must(span_equal(bytes, buffer_span(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_started;
    struct span bytes = span_make(data, size);
    struct note_signature line;

    if (!is_started)
        crypto_start();
    is_started = true;
    check_note(bytes);
    check_key(bytes);
    note_signature_line_read(bytes, &line);
    return 0;
}
