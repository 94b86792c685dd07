/*
 * Backup file: the files of one node, one after another, as a sealed stream (crypto/sealed_stream.h).
 *
 *     "besa-backup/1\n"  kind u8  size u16  key                 who opens it
 *     sealed: "F" name (u16 size) size u64 bytes sha256(32)     a file, again and again
 *             "M" size u32 text                                 the manifest: what the node was, and `sha256  name` lines
 *
 * Kind 1: `key` is the stream's key sealed under a passphrase (Argon2id). Kind 2: an ephemeral P-256 point; the key is
 * HKDF(ECDH with the recovery key): whoever makes backups cannot read them. The file stands under its name only when it
 * is whole: written as NAME.part, synced, renamed. Nothing of it is in clear but kind and size.
 */
#ifndef BESA_CMD_BACKUP_FILE_H
#define BESA_CMD_BACKUP_FILE_H

#include "base/buffer.h"
#include "crypto/agree.h"
#include "crypto/secret.h"
#include "crypto/sealed_stream.h"

#define BACKUP_NAME_MAX     255
#define BACKUP_MANIFEST_MAX (64u * 1024u * 1024u) /* half a million files */
#define BACKUP_FILE_MAX                                                                            \
    (INT64_C(1) << 44) /* one file: 16 TiB, as large as a file system's own limit */

/* Who can open a backup: one of these two. */
struct backup_lock {
    struct span passphrase;
    bool has_recovery;
    uint8_t recovery_public[AGREE_PUBLIC_SIZE];
    uint8_t recovery_private[AGREE_PRIVATE_SIZE]; /* for opening only */
    enum secret_cost cost;                        /* of the passphrase, when a backup is made */
};

struct backup_writer {
    const struct env *env;
    char path[4096];
    char part[4096];
    struct env_file *file;
    struct sealed_stream stream;
    struct buffer manifest; /* its `sha256  name` lines */
    int64_t total;          /* bytes of files written */
    /* After each piece; may be NULL. */
    void (*progress)(void *context, int64_t done, int64_t total);
    void *context;
    int64_t expected; /* for progress */
};

/* CONFLICT when `path` stands already. Drop it in every case. */
bool backup_create(const struct env *env, const char *path, const struct backup_lock *lock,
                   struct backup_writer *out, struct error *err);
bool backup_add(struct backup_writer *writer, const char *name, struct env_file *from, int64_t size,
                struct error *err);
bool backup_add_bytes(struct backup_writer *writer, const char *name, struct span bytes,
                      struct error *err);
/* `about`: the manifest's first lines. Durable under its name when it returns true. */
bool backup_finish(struct backup_writer *writer, struct span about, struct error *err);
/* Closes; what was not finished is removed. For CLEANUP. */
void backup_drop(struct backup_writer *writer);

struct backup_reader {
    const struct env *env;
    struct env_file *file;
    struct sealed_stream stream;
    struct buffer lines; /* of the files read so far, as the manifest must have them */
    int64_t size;        /* of the backup file */
};
struct backup_record {
    bool is_manifest;
    char name[BACKUP_NAME_MAX + 1];
    int64_t size;
    struct span about; /* manifest: its first lines; lives in the reader's buffer `manifest` */
};
/* MISSING, or INPUT when the key does not fit. Close it in every case. */
bool backup_open(const struct env *env, const char *path, const struct backup_lock *lock,
                 struct backup_reader *out, struct error *err);
/* What comes next. The manifest is the last and was compared with the files read; its text goes to `manifest`. */
bool backup_next(struct backup_reader *reader, struct backup_record *out, struct buffer *manifest,
                 struct error *err);
/* The bytes of the file that backup_next named, to `to` (NULL: only checked). */
bool backup_take(struct backup_reader *reader, const struct backup_record *record,
                 struct env_file *to, struct error *err);
void backup_close(struct backup_reader *reader);

/* One of the names that a backup may hold: below the home, fixed or of fixed form. */
bool backup_name_is_allowed(struct span name);

/* Reads "name: value" of the manifest's first lines. */
bool backup_about_find(struct span about, const char *name, struct span *out);

/* Which lock a file wants: its first bytes. */
enum backup_kind { BACKUP_PASSPHRASE = 1, BACKUP_RECOVERY = 2 };
bool backup_kind_read(const struct env *env, const char *path, enum backup_kind *out,
                      struct error *err);

#endif
