/*
 * Database: the engine under the row functions. One connection to SQLite (default) or PostgreSQL, the same SQL text on
 * both: parameters $1..$n in ascending first use; types bigint, text, bytea; `on conflict`, never `insert or`.
 *
 * A connection belongs to one thread at a time. A writer's transactions never overlap another writer's, of this or any
 * other process: what a transaction has read, still holds when it commits.
 *
 * After a failed statement its transaction refuses every further statement, on both engines, until it is rolled back,
 * or until its savepoint is when the failure lies inside. After a failed write or sync of the disk, or a lost server,
 * the connection is dead: every later call fails with STORE. A failed sync is final: stop, do not retry, open anew.
 *
 * Kinds of error: CONFLICT a unique or other constraint; BUSY another writer held the database too long; STORE disk,
 * file or server; LIMIT out of memory or a value too large; BUG wrong SQL or wrong use.
 */
#ifndef BESA_STORE_DATABASE_H
#define BESA_STORE_DATABASE_H

#include "base/env.h"
#include "base/error.h"
#include "base/span.h"

struct database; /* one connection */

enum database_kind { DATABASE_SQLITE, DATABASE_POSTGRES };

struct database_options {
    const char *
        place; /* SQLite: file path; PostgreSQL: "postgres:" and a conninfo, or a postgres:// URI */
    bool is_reader;        /* may not write; a transaction is one snapshot */
    const struct env *env; /* names the VFS; outlives the connection */
};

/* Opens, and creates what is absent unless is_reader: the SQLite file (mode 0600), the PostgreSQL schema `besa`. */
bool database_open(const struct database_options *options, struct database **out,
                   struct error *err);
/* Rolls back what is open; every statement must have been given back. Sets *db to NULL. For CLEANUP. */
void database_close(struct database **db);
enum database_kind database_kind(const struct database *db);
/* Rises when a session was removed or an officer written over this connection (also in what is rolled back). */
uint64_t database_changes(const struct database *db);
void database_note_change(struct database *db);
/* True after a failure that is final; only database_close is left. */
bool database_is_dead(const struct database *db);

/* What a COMMIT promises: FULL survives loss of power (and of a replicated node's machine) when it returns; NORMAL
 * keeps order and wholeness, but the last transactions may be gone: only for what can be repeated. */
enum database_sync { DATABASE_FULL, DATABASE_NORMAL };

/* A writer waits for other writers up to DATABASE_WAIT_MS, then BUSY. */
#define DATABASE_WAIT_MS 10000
bool database_begin(struct database *db, enum database_sync sync, struct error *err);
/* On false nothing more may be said of the transaction and database_rollback is due. PostgreSQL: a WARNING during
 * COMMIT (a cancelled wait for the standby) or a lost connection is STORE "outcome unknown": the rows may be there;
 * repeat the same work under the same ids until a COMMIT is clean. */
bool database_commit(struct database *db, struct error *err);
/* Never fails: a transaction that cannot be rolled back leaves a dead connection. Harmless without a transaction. */
void database_rollback(struct database *db);
bool database_is_in_transaction(const struct database *db);

/* Inside a transaction, and inside one another up to DATABASE_SAVEPOINT_MAX deep: a job of the writer, and a step of it. */
#define DATABASE_SAVEPOINT_MAX 2u
bool database_savepoint(struct database *db, struct error *err);
bool database_release(struct database *db, struct error *err);
/* Undoes all since the newest open savepoint and ends it; the transaction goes on, even after a failed statement. */
bool database_rollback_savepoint(struct database *db, struct error *err);

/* Runs a script of statements without parameters or rows: schema, emptying of tables. */
bool database_run(struct database *db, const char *sql, struct error *err);

/* SQLite: copies the write-ahead log into the database file, for the background thread, on a writer connection of its
 * own. PASSIVE waits for nobody. TRUNCATE waits for readers and writer (BUSY when they do not end) and empties the log
 * file. *left: pages not yet copied; may be NULL. PostgreSQL does this by itself: 0. */
enum database_checkpoint { CHECKPOINT_PASSIVE, CHECKPOINT_TRUNCATE };
bool database_checkpoint(struct database *db, enum database_checkpoint how, int64_t *left,
                         struct error *err);

/* What this connection sees now, as a new SQLite file at `path` (mode 0600), while others write; with progress (may be
 * NULL), in pages or rows. A failed copy leaves no file. SQLite: LIMIT when the write-ahead log, which cannot be copied
 * away meanwhile, grew by more than DATABASE_COPY_LOG_MAX: others write faster than this disk copies. PostgreSQL: the
 * tables of the schema, row by row (books_copy.h); a reader's connection only. */
#define DATABASE_COPY_LOG_MAX (INT64_C(1) << 30)
bool database_copy(struct database *db, const char *path,
                   void (*progress)(void *context, int64_t done, int64_t total), void *context,
                   struct error *err);

/*
 * Statements are prepared on first use and kept per connection, known by address and contents of their SQL text, which
 * must stay in place while the statement is taken. The same text may be taken twice at once.
 */
struct statement;
#define STATEMENT_PARAMETER_MAX 64 /* $1 to $64 */
#define STATEMENT_COLUMN_MAX    64

/* NULL on failure. Must be given back before the transaction ends. */
struct statement *statement_take(struct database *db, const char *sql, struct error *err);
/* Forgets rows and parameters. NULL is fine. Sets *s to NULL. For CLEANUP. */
void statement_give(struct statement **s);

/* Parameters, index from 1. Unset ones are null. Spans must stay in place until the statement is run or given back;
 * empty spans are empty values, not nulls. Text must be UTF-8 without NUL: else the run fails with BUG. */
void statement_integer(struct statement *s, int index, int64_t value);
void statement_text(struct statement *s, int index, struct span value);
void statement_bytes(struct statement *s, int index, struct span value);
void statement_null(struct statement *s, int index);

enum statement_step { STEP_ROW, STEP_DONE, STEP_FAILED };
/* The next row. PostgreSQL fetches all rows at the first step: bound lists with `limit`. */
enum statement_step statement_step(struct statement *s, struct error *err);
/* Runs to the end, for writes. Setting a parameter afterwards makes it ready to run again, others keep their values. */
bool statement_run(struct statement *s, struct error *err);
/* Rows that the last run inserted, updated or deleted. */
int64_t statement_changes(const struct statement *s);

/* Columns of the current row, index from 0. Spans are valid until the next step or give. Null reads as 0 or empty; an
 * integer read as text or bytes is its decimal form. */
int64_t column_integer(const struct statement *s, int index);
struct span column_text(const struct statement *s, int index);
struct span column_bytes(const struct statement *s, int index);
bool column_is_null(const struct statement *s, int index);

#endif
