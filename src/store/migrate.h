/*
 * Migrate: brings the schema of a database forward, one numbered step per transaction. There is no way back: an older
 * program refuses a newer database.
 */
#ifndef BESA_STORE_MIGRATE_H
#define BESA_STORE_MIGRATE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct database;

struct migration {
    unsigned number; /* 1, 2, 3... without gaps */
    const char *sql_both;
    const char *sql_sqlite_only; /* after sql_both; any may be NULL */
    const char *sql_postgres_only;
};

/* Carries out what is missing of migrations[0..count). The steps done are kept in schema_version. Several processes may
 * do so at once. RULE when the database was made by a newer besa. */
bool database_migrate(struct database *db, const struct migration *migrations, size_t count,
                      struct error *err);
/* The number of the last step done; 0 for an empty database. For readers and `besa status`. */
bool database_version(struct database *db, int64_t *out, struct error *err);

#endif
