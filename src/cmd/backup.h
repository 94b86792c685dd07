/*
 * Backups: what `besa backup`, `besa restore` and `besa upgrade` share. A backup is made beside the running node, from one
 * snapshot of its database; it is checked by restoring it into a scratch home and verifying every book there.
 */
#ifndef BESA_CMD_BACKUP_H
#define BESA_CMD_BACKUP_H

#include "cmd/backup_file.h"
#include "cmd/backup_known.h"
#include "cmd/command.h"
#include "cmd/session.h"
#include "cmd/verify.h"

/* Files that options name: passphrase, recovery key. Wipe with backup_lock_end. */
struct backup_words {
    const char *passphrase_file;
    const char *recovery;     /* public: for making */
    const char *recovery_key; /* private, sealed under the passphrase: for opening */
    struct buffer passphrase;
};
bool backup_lock_make(struct backup_words *words, struct backup_lock *out, struct error *err);
bool backup_lock_open(struct backup_words *words, struct backup_lock *out, struct error *err);
void backup_lock_end(struct backup_words *words, struct backup_lock *lock);
/* `besa backup key`: makes a recovery key, `path` and `path`.pub. Gives the exit code. */
int backup_recovery_make(struct options *options, const char *path, struct backup_words *words);

/* Writes all files of a backup below `directory`, which must exist and be empty. `about` gets the manifest's first lines,
 * `manifest` the SHA-256 of the whole of it. */
bool backup_unpack(const char *path, const struct backup_lock *lock, const char *directory,
                   struct progress *progress, struct buffer *about, uint8_t manifest[DIGEST_SIZE],
                   struct error *err);

/* A backup that passed its drill. */
struct backup_drilled {
    int64_t made_ms;
    int64_t last_entry; /* the newest entry in it */
    uint8_t manifest[DIGEST_SIZE];
};

/* An act of the books: `backup` (one begins; NULL), or `backup-verified`. */
bool backup_record(struct session *session, const char *act, const struct backup_drilled *drilled,
                   struct error *err);

/* The setting's text. */
#define BACKUP_SETTING_SIZE 160
void backup_setting_write(const struct backup_drilled *drilled, int64_t verified_ms,
                          char out[BACKUP_SETTING_SIZE]);
/* *is_old: no node runs and the books wait for `besa upgrade`. */
bool backup_books_old(const struct home *home, bool *is_old, struct error *err);
/* A sound backup, in the books of the home that the options name. */
bool backup_record_verified(struct options *options, const struct backup_drilled *drilled,
                            struct error *err);

/* backup_verify.c: the drill. Gives the exit code. */
int backup_verify(struct options *options, const char *path, const char *scratch,
                  struct backup_words *words);

/* Removes a directory that this program made, with all that is in it. */
void directory_remove(const char *path);

#endif
