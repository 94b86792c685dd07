/*
 * What the books know of backups: when the newest one that passed its drill was made. For `besa upgrade`, doctor, metrics.
 */
#ifndef BESA_CMD_BACKUP_KNOWN_H
#define BESA_CMD_BACKUP_KNOWN_H

#include "crypto/digest.h"
#include "store/database.h"

/* A setting in the books: "<Unix ms when it was made> <Unix ms when it was verified> <SHA-256 of its manifest in hex> <id of the
 * newest entry in it>". For `besa upgrade`, status and doctor. */
#define BACKUP_SETTING "backup_verified"
#define BACKUP_AGE_MAX_MS                                                                          \
    (INT64_C(26) * 3600 * 1000) /* one of the last day, with room for a slow night */

struct backup_known {
    int64_t made_ms; /* 0: none was ever verified */
    int64_t verified_ms;
    int64_t last_entry; /* -1: not noted, by an older program */
    char manifest[2 * DIGEST_SIZE + 1];
};
bool backup_known_read(struct database *db, struct backup_known *out, struct error *err);

#endif
