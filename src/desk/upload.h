/*
 * Upload: a file that an officer gives before the message that will carry it. It is sealed segment by segment as its bytes
 * come, so that one of any size costs one segment of memory, and it is nobody's but its officer's until a message takes
 * it; what no message took is removed after DESK_UPLOAD_AGE_MAX_MS (job_uploads.c).
 *
 * Order: check and enter in the writer, everything between on the thread that has the bytes.
 */
#ifndef BESA_DESK_UPLOAD_H
#define BESA_DESK_UPLOAD_H

#include "desk/desk.h"

/* Uploads of one officer that wait for a message: two messages with as many attachments as one may have. */
#define UPLOAD_WAITING_COUNT_MAX 64
/* And their bytes: one officer's mistake, or stolen session, shall not fill the disk. */
#define UPLOAD_WAITING_SIZE_MAX (INT64_C(8) * 1024 * 1024 * 1024)

struct keeper_client;

/* Where files lie and who wraps their keys. */
struct desk_files {
    const struct env *env;
    const char *home;
    const struct keeper_client *keeper;
};

struct desk_upload;

/* In the writer, before the first byte: may this officer give a file of this size? `agreement` empty: any of ours. LIMIT
 * names the agreement's clause, the node's own limit or what waits already. */
bool desk_upload_check(struct journal *journal, const struct desk_access *access,
                       struct span agreement, int64_t size, struct arena *arena, struct error *err);

bool desk_upload_begin(const struct desk_files *files, struct span name, struct desk_upload **out,
                       struct error *err);
/* The next bytes, as many as there are. FULL when the disk is. */
bool desk_upload_write(struct desk_upload *upload, struct span bytes, struct error *err);
/* All has come: durable from here on. INPUT when there was nothing. */
bool desk_upload_finish(struct desk_upload *upload, struct error *err);
/* Bytes that have come. */
int64_t desk_upload_size(const struct desk_upload *upload);
/* SHA-256 of the finished file. */
struct span desk_upload_sha256(const struct desk_upload *upload);

/* In the writer: the row with its access entry, and the answer {"upload", "name", "size", "sha256"}. */
bool desk_upload_enter(struct journal *journal, const struct desk_upload *upload,
                       const struct desk_call *call, struct json_writer *out, struct error *err);
/* After the commit of the row: the file stays when the upload ends. */
void desk_upload_stay(struct desk_upload *upload);
/* Frees; a file that shall not stay is removed. NULL is fine. */
void desk_upload_end(struct desk_upload **upload);

#endif
