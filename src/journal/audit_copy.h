/*
 * Audit copy: every entry of the domestic log once more, under a second local path, so that a lost database does not take
 * the acts since its backup with it. What is copied is what stands in the books: heads, which name nobody, and bodies as
 * they are sealed at rest. It is written after the commit, never before, and synced; where it stands is read from the copy
 * itself, so that nothing can be skipped. Its loss is an alarm, not a stop.
 *
 * Files DIR/audit-NNNNNN.copy, a new one from AUDIT_COPY_FILE_SIZE on. Each is a row of records, big-endian:
 *   size u32 of what follows | origin (u8 size) | index u64 | head (u16 size) | salt (u8 size) | wrapped key (u8 size) |
 *   sealed body (u32 size) | SHA-256 of all of this and the SHA-256 before it in the same file (32 zeros for the first).
 */
#ifndef BESA_JOURNAL_AUDIT_COPY_H
#define BESA_JOURNAL_AUDIT_COPY_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/env.h"
#include "base/limits.h"
#include "crypto/digest.h"

struct database;
struct journal;

#define AUDIT_COPY_FILE_SIZE  (64 * 1024 * 1024)
#define AUDIT_COPY_FILE_MAX   1000000u /* numbers of six digits */
#define AUDIT_COPY_RECORD_MAX (BODY_SIZE_MAX + HEAD_SIZE_MAX + 1024u)
#define AUDIT_COPY_FOLLOW_MAX 1024u /* entries of one round: the writer waits for them */
#define AUDIT_COPY_ROUND_SIZE (4u * 1024 * 1024) /* bytes of one round, and one record more */
#define AUDIT_COPY_FILE_SIZE_MAX                                                                   \
    ((size_t)AUDIT_COPY_FILE_SIZE + AUDIT_COPY_ROUND_SIZE + AUDIT_COPY_RECORD_MAX + 4)
#define AUDIT_COPY_PATH_SIZE 640
void audit_copy_path(const char *directory, uint32_t number, char out[AUDIT_COPY_PATH_SIZE]);

struct audit_record {
    struct span origin;
    uint64_t index;
    struct span head;
    struct span salt; /* empty: no body */
    struct span key;
    struct span body;
};
/* One record behind `chain`, which moves on. False when the buffer failed. */
bool audit_record_write(const struct audit_record *record, uint8_t chain[DIGEST_SIZE],
                        struct buffer *out);
/* The record at the beginning of `bytes`; *size is its length. MISSING when it is cut short (a torn end), INPUT when it is
 * not what was written. Points into `bytes`. */
bool audit_record_read(struct span bytes, uint8_t chain[DIGEST_SIZE], struct audit_record *out,
                       size_t *size, struct error *err);

/* Where the copy stands; in the journal. */
struct audit_copy {
    char directory[512]; /* empty: none is kept */
    uint32_t file;
    int64_t size; /* of the file, whole records only */
    uint8_t chain[DIGEST_SIZE];
    uint64_t next;                    /* index of the current domestic log */
    char origin[ORIGIN_SIZE_MAX + 1]; /* of that log */
    bool is_open;                     /* its end was found */
    char failed[ERROR_TEXT_SIZE];     /* why nothing is copied; empty while all is well */
    int64_t retry_ms;                 /* of the monotonic clock */
};

/* In the writer: how many files nothing is added to any more, from number 0 on. Where the newest one begins before
 * `before_ms`, it ends here and the next record opens another. 0 while no copy is kept or its end is not known. */
bool audit_copy_full_files(struct journal *journal, int64_t before_ms, uint32_t *count,
                           struct error *err);
/* In any thread, for such a file (audit_copy_forget.c): acts made before `before_ms` lose body and key in it, unless the
 * books (`db`, a connection of that thread) still have the body, since a hold keeps it; all else stays, under a new chain,
 * and a crash leaves the old file or the new one. *is_over: all of it is from before and nothing is kept, and it need not be
 * looked at again. MISSING when there is no such file. */
//= dir-2016-680 art 4(1)(e)
bool audit_copy_forget(const struct env *env, struct database *db, const char *directory,
                       uint32_t number, int64_t before_ms, size_t *forgotten, bool *is_over,
                       struct error *err);

/* After a commit: copies what the domestic log has and the copy has not. Never fails: see audit_copy.failed. */
void audit_copy_follow(struct journal *journal);
struct audit_replayed {
    uint64_t back; /* entries that the books lacked and have again */
    uint64_t
        unplaced; /* entries of a domestic log that began after the backup: these books do not know it */
    int64_t
        torn; /* bytes behind the last whole record; how many entries were in them nobody can say */
    bool is_past; /* while it runs: the log of the books was seen, so another one is a later one */
};
/* Into a restored database, before its node serves: entries of the domestic log that the books lack, each under the leaf
 * that it had. Inside a transaction. CONFLICT when copy and books differ or the copy is another party's; STORE when the
 * copy was changed. What is behind a torn end is not there. */
bool audit_copy_replay(struct journal *journal, const char *directory, struct audit_replayed *out,
                       struct error *err);

#endif
