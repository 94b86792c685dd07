/*
 * Attachments: files of sealed 1 MiB segments under a random id, one random key each, wrapped by the keeper. Written and
 * read segment by segment: no one holds a whole file. These functions may run on any thread; one attachment on one thread
 * at a time. The rows that name an attachment are written by the writer.
 */
#ifndef BESA_JOURNAL_ATTACHMENT_H
#define BESA_JOURNAL_ATTACHMENT_H

#include "base/attributes.h"
#include "base/buffer.h"
#include "base/env.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "keeper/client.h"
#include "store/attachment_file.h"

/* Where attachments lie and who unwraps their keys. */
struct attachment_place {
    const struct env *env;
    const char *home;
    const struct keeper_client *keeper;
};

/* One attachment being written: from an officer's file or from the partner's ranges. */
struct attachment_writer {
    struct attachment_place place;
    struct attachment_file *file;
    uint8_t id[ATTACHMENT_ID_SIZE];
    uint8_t key[AEAD_KEY_SIZE];
    uint8_t wrapped[KEEPER_WRAPPED_SIZE];
    struct digest *digest;  /* of the whole */
    struct buffer segments; /* hashes, DIGEST_SIZE each */
    uint64_t count;         /* segments written */
    int64_t size;           /* bytes written */
    uint8_t *sealed;        /* room for one segment */
};

/* A new file under a fresh id and key. */
bool attachment_begin(const struct attachment_place *place, struct attachment_writer *out,
                      struct error *err);
/* Goes on where an interrupted fetch stopped: what is there is opened, hashed and counted; what does not open is cut off.
 * A file that is not there yet is begun. */
bool attachment_resume(const struct attachment_place *place, const uint8_t id[ATTACHMENT_ID_SIZE],
                       const uint8_t wrapped[KEEPER_WRAPPED_SIZE], int64_t size,
                       struct attachment_writer *out, struct error *err);
/* The next segment, SEGMENT_SIZE bytes but for the last. */
bool attachment_add(struct attachment_writer *writer, struct span segment, struct error *err);
/* Durable from here on. Gives the SHA-256 of the whole; segments stay in writer->segments. */
bool attachment_finish(struct attachment_writer *writer, uint8_t sha256[DIGEST_SIZE],
                       struct error *err);
/* Frees; without finish the file stays as it is. */
void attachment_end(struct attachment_writer *writer);

/* Opens segment `index` of a finished attachment of `size` bytes into `out` (SEGMENT_SIZE); *got is its size. */
bool attachment_read(const struct attachment_place *place, const uint8_t id[ATTACHMENT_ID_SIZE],
                     const uint8_t wrapped[KEEPER_WRAPPED_SIZE], int64_t size, uint64_t index,
                     uint8_t *out, size_t *got, struct error *err);
/* Bytes in segment `index` of a file of `size` bytes; 0 beyond its end. */
size_t attachment_segment_size(int64_t size, uint64_t index);
uint64_t attachment_segments(int64_t size);

#endif
