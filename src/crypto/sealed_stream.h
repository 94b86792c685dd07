/*
 * Sealed stream: bytes of any length as AES-256-GCM segments of 1 MiB, under a key that seals this stream and nothing
 * else. The nonce of segment i is (last? 1 : 0, i): none can be left out, moved, doubled or taken from another stream,
 * and a stream that was cut is not taken for a whole one (the construction STREAM of Hoang, Reyhanitabar, Rogaway and
 * Vizár, 2015). Written and read front to back with one segment in memory. For backups.
 */
#ifndef BESA_CRYPTO_SEALED_STREAM_H
#define BESA_CRYPTO_SEALED_STREAM_H

#include "base/env.h"
#include "crypto/aead.h"
#include "crypto/digest.h"

#define SEALED_SEGMENT_SIZE (1024u * 1024u)

struct sealed_stream {
    const struct env *env;
    struct env_file *file;
    int64_t start; /* of segment 0 in the file */
    int64_t end;   /* reading: where the file ends */
    uint8_t key[AEAD_KEY_SIZE];
    uint8_t associated[DIGEST_SIZE];
    uint64_t segment; /* writing: the one being filled; reading: the next to open */
    uint8_t *bytes;   /* one segment with its tag */
    size_t size;      /* plain bytes in it */
    size_t at;        /* reading: taken of them */
};

/* Writes behind `start`. `associated`: what stands before it in the file, as a digest. End it in every case. */
bool sealed_stream_begin(const struct env *env, struct env_file *file, int64_t start,
                         const uint8_t key[AEAD_KEY_SIZE], const uint8_t associated[DIGEST_SIZE],
                         struct sealed_stream *out, struct error *err);
bool sealed_stream_write(struct sealed_stream *stream, struct span bytes, struct error *err);
/* Writes the last segment. The caller syncs. */
bool sealed_stream_finish(struct sealed_stream *stream, struct error *err);

/* Reads what was written so, up to the file's end. */
bool sealed_stream_open(const struct env *env, struct env_file *file, int64_t start,
                        const uint8_t key[AEAD_KEY_SIZE], const uint8_t associated[DIGEST_SIZE],
                        struct sealed_stream *out, struct error *err);
/* Exactly `size` bytes; INPUT when a segment does not open or the stream ends before. */
bool sealed_stream_read(struct sealed_stream *stream, uint8_t *out, size_t size, struct error *err);
/* Every byte was read. */
bool sealed_stream_is_at_end(const struct sealed_stream *stream);

/* Wipes and frees; the file stays open. For CLEANUP. */
void sealed_stream_end(struct sealed_stream *stream);

#endif
