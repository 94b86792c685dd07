/*
 * Engine: what an engine (SQLite, PostgreSQL) gives to database.c, which keeps all state that both share: the
 * transaction, its failure, the statements. Private to database.c and the engine files.
 */
#ifndef BESA_STORE_ENGINE_H
#define BESA_STORE_ENGINE_H

#include "store/database.h"

enum parameter_type { PARAMETER_NULL, PARAMETER_INTEGER, PARAMETER_TEXT, PARAMETER_BYTES };

struct parameter {
    enum parameter_type type;
    int64_t integer;
    struct span span;
};

enum statement_state { STATEMENT_READY, STATEMENT_ROWS, STATEMENT_DONE, STATEMENT_FAILED };

/* Engines put their own fields behind it. */
struct statement {
    struct database *db;
    struct statement *next; /* of the same bucket */
    const char *address;    /* where the caller's text stood */
    char *sql;              /* a copy of it */
    bool is_taken;
    bool is_misused; /* a parameter that does not exist, or text that is none */
    enum statement_state state;
    int64_t changes;
    int parameter_count;
    struct parameter parameters[STATEMENT_PARAMETER_MAX];
};

enum savepoint_act { SAVEPOINT_SET, SAVEPOINT_RELEASE, SAVEPOINT_ROLLBACK };

struct engine {
    enum database_kind kind;
    size_t statement_size;

    void (*close)(struct database *db);
    bool (*run)(struct database *db, const char *sql, struct error *err);
    bool (*begin)(struct database *db, enum database_sync sync, struct error *err);
    bool (*commit)(struct database *db, struct error *err);
    bool (*rollback)(struct database *db, struct error *err);
    bool (*savepoint)(struct database *db, enum savepoint_act act, struct error *err);
    /* Asked after a failure: does the engine still hold the transaction that it was told to begin? */
    bool (*has_transaction)(struct database *db);
    bool (*checkpoint)(struct database *db, enum database_checkpoint how, int64_t *left,
                       struct error *err);
    bool (*copy)(struct database *db, const char *path,
                 void (*progress)(void *context, int64_t done, int64_t total), void *context,
                 struct error *err);

    bool (*prepare)(struct statement *s, struct error *err);
    void (*finalize)(struct statement *s);
    /* Called with state READY (parameters are set) or ROWS. */
    enum statement_step (*step)(struct statement *s, struct error *err);
    void (*reset)(struct statement *s);
    int64_t (*integer)(const struct statement *s, int index);
    struct span (*bytes)(const struct statement *s, int index);
    bool (*is_null)(const struct statement *s, int index);
};

enum transaction_failure { FAILURE_NONE, FAILURE_IN_SAVEPOINT, FAILURE_IN_TRANSACTION };

#define STATEMENT_BUCKET_COUNT 256u
#define STATEMENT_COUNT_MAX    1024u /* about six times the statements of the row functions */

/* Engines put their own fields behind it. */
struct database {
    const struct engine *engine;
    bool is_reader;
    bool is_dead;
    bool is_in_transaction;
    unsigned savepoints; /* open ones, each inside the one before */
    enum transaction_failure failure;
    uint64_t changes; /* of sessions and officers */
    size_t statement_count;
    struct statement *buckets[STATEMENT_BUCKET_COUNT];
};

/* Both set *out on success only. */
bool sqlite_open(const struct database_options *options, struct database **out, struct error *err);
bool postgres_open(const struct database_options *options, struct database **out,
                   struct error *err);

#endif
