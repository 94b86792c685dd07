/*
 * Export: one log as static files in the C2SP formats (c2sp.org/tlog-tiles): `checkpoint`, `tile/<L>/<N>[.p/<W>]`,
 * `tile/entries/<N>[.p/<W>]`; entries are heads, so no name of a person leaves. Beside them `receipts`: every custody
 * cosignature that is held, a line each: size, root, note signature line; and `TRAINING` where the agreement is for training. Tools that nobody here wrote can check it all.
 *
 * One batch of 256 entries and one partial tile per level are in memory at a time. `checkpoint` is written last: a
 * directory that has one is whole.
 */
#ifndef BESA_CMD_LOG_EXPORT_H
#define BESA_CMD_LOG_EXPORT_H

#include "cmd/books.h"

typedef void export_progress(void *context, uint64_t done, uint64_t total);

struct export_result {
    uint64_t size;     /* of the checkpoint written */
    uint64_t receipts; /* lines in `receipts` */
    bool is_cosigned;  /* the checkpoint carries a custody cosignature */
    size_t witnesses;  /* and so many of witnesses */
};
/* Writes the newest stored checkpoint of `log` and all below it into `directory`, which is made; CONFLICT when there is a
 * checkpoint already, MISSING when nothing of this log is signed yet. `progress` may be NULL. */
bool log_export(const struct books *books, const struct log_row *log, const char *directory,
                export_progress *progress, void *context, struct export_result *out,
                struct error *err);

/* "<size> <base64 root> <note signature line>", with its newline: as an answer to a post has it. */
bool receipt_line_write(const struct note_key *custody, const struct receipt_row *row,
                        struct buffer *out);

/* Makes each directory of `path` below an existing one, and all of them durable. */
bool directory_make(const struct env *env, const char *path, struct error *err);

#endif
