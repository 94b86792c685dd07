/*
 * Attachment file: the sealed segments of one attachment, in <home>/attachments/<2 hex>/<id in hex>, one after another.
 * What they say is sealed before it comes here; the name is random. While it grows the file is called `.part`.
 */
#ifndef BESA_STORE_ATTACHMENT_FILE_H
#define BESA_STORE_ATTACHMENT_FILE_H

#include "base/env.h"
#include "base/limits.h"

#define ATTACHMENT_ID_SIZE  16
#define ATTACHMENT_TAG_SIZE 16u /* what sealing adds to a segment */
#define ATTACHMENT_SEGMENT_SIZE                                                                    \
    (SEGMENT_SIZE + ATTACHMENT_TAG_SIZE) /* sealed; the last is shorter */

struct attachment_file;

/* A new `.part`. `id`: ATTACHMENT_ID_SIZE random bytes, CONFLICT when taken. `home` is copied. */
bool attachment_file_begin(const struct env *env, const char *home, struct span id,
                           struct attachment_file **out, struct error *err);
/* Opens the `.part` of an interrupted fetch. *segment_count: whole ones there, the next to write; what follows them is
 * cut off. What was not synced may be damaged: the caller compares digests. MISSING when there is none. */
bool attachment_file_resume(const struct env *env, const char *home, struct span id,
                            struct attachment_file **out, uint64_t *segment_count,
                            struct error *err);
/* A finished file, for reading. MISSING when there is none. */
bool attachment_file_open(const struct env *env, const char *home, struct span id,
                          struct attachment_file **out, struct error *err);
/* Closes; a `.part` stays as it is. Sets *file to NULL. NULL is fine. For CLEANUP. */
void attachment_file_close(struct attachment_file **file);

/* `bytes`: one sealed segment, 1 to ATTACHMENT_SEGMENT_SIZE bytes; only the last may be shorter. */
bool attachment_file_write(struct attachment_file *file, uint64_t index, struct span bytes,
                           struct error *err);
/* Durable up to here; so that an interrupted fetch may count on it. A failed sync is final: drop the file. */
bool attachment_file_sync(struct attachment_file *file, struct error *err);
/* Sync, rename, sync of the directory: whole and durable. Closes in every case; sets *file to NULL. */
bool attachment_file_finish(struct attachment_file **file, struct error *err);

/* Reads exactly `size` bytes of segment `index` into `out`; fewer there is STORE. */
bool attachment_file_read(struct attachment_file *file, uint64_t index, uint8_t *out, size_t size,
                          struct error *err);
/* Bytes in the file. */
bool attachment_file_size(struct attachment_file *file, int64_t *out, struct error *err);

/* Removes file and `.part`, durably. Absent ones are fine. */
bool attachment_file_drop(const struct env *env, const char *home, struct span id,
                          struct error *err);

#endif
