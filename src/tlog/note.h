/*
 * Signed notes: c2sp.org/signed-note. A text that ends in a newline, a blank line, and signature lines
 * "— <key name> <base64(key id u32 | signature)>".
 */
#ifndef BESA_TLOG_NOTE_H
#define BESA_TLOG_NOTE_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/limits.h"
#include "crypto/signature.h"

#define NOTE_SIGNATURE_COUNT_MAX 16
#define NOTE_KEY_NAME_MAX        ORIGIN_SIZE_MAX
#define NOTE_SIZE_MAX            (128u * 1024u) /* 16 signatures of the longest kind, post-quantum ones */

enum note_key_type {
    NOTE_ED25519 = 0x01,     /* signs the text */
    NOTE_COSIGNATURE = 0x04, /* signs "cosignature/v1", a time, and the text */
};

struct note_key {
    char name[NOTE_KEY_NAME_MAX + 1];
    enum note_key_type type;
    uint32_t id; /* first 4 bytes of SHA-256(name | 0x0A | type | public key) */
    uint8_t public_key[SIGNATURE_PUBLIC_SIZE];
};
/* False when the name is empty, too long, or holds a (Unicode) space, control character or '+'. */
bool note_key_make(struct span name, enum note_key_type type,
                   const uint8_t public_key[SIGNATURE_PUBLIC_SIZE], struct note_key *out);
/* "<name>+<id in hex>+<base64(type | public key)>" */
bool note_key_write(const struct note_key *key, struct buffer *out);
bool note_key_read(struct span text, struct note_key *out, struct error *err);

struct note_signature {
    struct span name;
    uint32_t id;
    struct span signature; /* as base64 text of key id and signature, checked to be that */
};
struct note {
    struct span text; /* with its last newline */
    size_t signature_count;
    struct note_signature signatures[NOTE_SIGNATURE_COUNT_MAX];
};
/* One line of a note's text: not empty, UTF-8, no control characters. */
bool note_line_is_allowed(struct span line);
/* Writes a note's text (lines of UTF-8 without control characters) and the blank line; signature lines follow. */
bool note_text_write(struct span text, struct buffer *out);
/* Reads without verifying. Points into `bytes`. */
bool note_read(struct span bytes, struct note *out, struct error *err);
/* The raw signature bytes behind the key id; *size in: room, out: bytes. */
bool note_signature_bytes(const struct note_signature *signature, uint8_t *out, size_t *size);
/* One line "— name base64\n" without the note around it. */
bool note_signature_line_read(struct span line, struct note_signature *out);
bool note_signature_line_write(const struct note_key *key, struct span signature,
                               struct buffer *out);
/* The line of this key's signature over the text, where the secret key is at hand (elsewhere the keeper signs the text and
 * note_signature_line_write makes the line). Only for NOTE_ED25519 keys. */
bool note_sign(const struct note_key *key, const uint8_t secret[SIGNATURE_SECRET_SIZE],
               struct span text, struct buffer *out);
/* The note is signed by `key`, which is of type NOTE_ED25519. A line of another name or id is passed over; a line of this
 * very key that does not hold makes the note invalid, also beside one that holds. The 64 bytes come back. */
bool note_verify(const struct note *note, const struct note_key *key,
                 uint8_t signature[SIGNATURE_SIZE], struct error *err);

#endif
