/*
 * Cosignatures: c2sp.org/tlog-cosignature, type 0x04: Ed25519 over "cosignature/v1\ntime <seconds>\n" and the checkpoint's
 * text; the signature bytes are the time (u64, Unix seconds) and the 64 bytes of Ed25519. Custody receipts and witness
 * statements have this one form and differ by key and key name.
 */
#ifndef BESA_TLOG_COSIGNATURE_H
#define BESA_TLOG_COSIGNATURE_H

#include "tlog/checkpoint.h"
#include "tlog/note.h"

#define COSIGNATURE_TIME_MAX_S (INT64_MAX / 1000) /* so that its milliseconds fit */

/* What is signed. `body` is the checkpoint's text. False when the time is below 0 or above COSIGNATURE_TIME_MAX_S. */
bool cosignature_message_write(int64_t time_s, struct span body, struct buffer *out);
/* The note's signature line. */
bool cosignature_line_write(const struct note_key *key, int64_t time_s,
                            const uint8_t signature[SIGNATURE_SIZE], struct buffer *out);
/* A single line, with or without its newline: by this key, over this text. Gives time and the 64 bytes. */
bool cosignature_line_verify(const struct note_key *key, struct span body, struct span line,
                             int64_t *time_s, uint8_t signature[SIGNATURE_SIZE]);
/* The same over a note that carries it among others: MISSING when the key has no line there. As with note_verify each line
 * of this key must hold; what comes back is of the first. */
bool cosignature_verify(const struct note *note, const struct note_key *key, int64_t *time_s,
                        uint8_t signature[SIGNATURE_SIZE], struct error *err);

#endif
