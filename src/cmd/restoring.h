/*
 * Restoring: the place beside its home in which `besa restore` works, and the books' way into it. What a killed restore
 * leaves is known by its marker and by a lock that nobody holds, so the next restore removes it, and nothing else, by
 * itself: it never takes a node's directory for one.
 */
#ifndef BESA_CMD_RESTORING_H
#define BESA_CMD_RESTORING_H

#include "cmd/backup_file.h"
#include "cmd/home.h"
#include "store/database.h"

#define RESTORING_TAIL       ".restoring" /* behind the new home's name */
#define RESTORING_MARKER     "restoring"  /* in the place: who made it, and for which home */
#define RESTORING_TOKEN_SIZE 33           /* 16 random bytes in hex, with NUL */
#define RESTORING_SETTING                                                                          \
    "restoring" /* in books of a server: this restore's token, until the home has its name */

struct restoring_place {
    char target[HOME_PATH_SIZE]; /* absolute or as it was said, without a slash at its end */
    char path[HOME_PATH_SIZE];
    char token[RESTORING_TOKEN_SIZE];
    int lock_fd;
    bool is_made;
    bool has_cleared; /* a restore that was broken off had left something */
};

/* Makes and locks the place. `home`: as --home names it. CONFLICT: something stands in the target's place, or in the
 * place beside it something that no restore made; BUSY: another restore works there. */
bool restoring_begin(struct restoring_place *place, const char *home, struct error *err);
/* The place becomes the target, durably. */
bool restoring_finish(struct restoring_place *place, struct error *err);
/* Removes what is not finished, gives the lock back. */
void restoring_end(struct restoring_place *place);

/* restoring_keeper.c. Whether the keeper's record, which a backup copies first, is behind the books of the same backup. */
struct restoring_keeper {
    bool is_compared;
    char why
        [ERROR_TEXT_SIZE]; /* not: its passphrase is not in the home, or the record does not check */
    size_t logs;           /* open logs of which it knows less than the books, */
    uint64_t entries;      /* and by how much */
};
void restoring_keeper_look(const struct home *home, struct database *db,
                           struct restoring_keeper *out);
#define RESTORING_KEEPER_TEXT_SIZE (ERROR_TEXT_SIZE + 64)
void restoring_keeper_text(const struct restoring_keeper *keeper,
                           char out[RESTORING_KEEPER_TEXT_SIZE]);

/* restoring_books.c. CONFLICT when the server's database holds books of a node; those of a restore that was broken off
 * before its home had its name do not count. SQLite: always fine, the home is new. */
bool restoring_books_check(const char *database, struct error *err);
/* The books of the place's file into the server's database, all or nothing; the file goes. */
bool restoring_books_load(const struct restoring_place *place, const struct home *home,
                          const char *database,
                          void (*progress)(void *context, int64_t done, int64_t total),
                          void *context, struct error *err);
/* The home has its name: from now on the books are a node's. Also at each start of a node. */
bool restoring_books_settle(struct database *db, struct error *err);

#endif
