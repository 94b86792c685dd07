/*
 * Books copy: every row of the schema's tables from one database into another, of whichever engine. So a backup is one
 * SQLite file wherever the books lie, its drill needs no server, and a restore may put the books into the other engine.
 *
 * It is one state: `from` is read in one transaction, which is one snapshot on both engines, and writers never overlap
 * (PostgreSQL: one advisory lock held to the end of each COMMIT), so a snapshot never sees half of what one committed.
 */
#ifndef BESA_STORE_BOOKS_COPY_H
#define BESA_STORE_BOOKS_COPY_H

#include "store/database.h"

struct books_copy {
    struct database *from; /* in a transaction */
    /* Empty tables of the same schema. In a transaction: all rows or none, when the caller commits. In none: a file that
     * nobody sees yet; each page of rows is committed, unsynced. */
    struct database *to;
    void (*progress)(void *context, int64_t done, int64_t total); /* rows; may be NULL */
    void *context;
};
/* RULE when the books are of a schema that this program does not know; STORE when the two do not fit. */
bool books_copy_run(const struct books_copy *copy, struct error *err);

/* No table, or no row in any. */
bool books_are_empty(struct database *db, bool *is_empty, struct error *err);
/* Deletes every row; the tables stay. In a transaction. */
bool books_clear(struct database *db, struct error *err);

/* For the engine: what `from` sees now, as a new SQLite file (database_copy). */
bool books_copy_to_file(struct database *from, const char *path,
                        void (*progress)(void *context, int64_t done, int64_t total), void *context,
                        struct error *err);

#endif
