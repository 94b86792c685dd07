/*
 * Schema: the tables of a node, in three classes (ARCHITECTURE.md). LOG tables are the record and are only added to (but
 * for erased bodies); DERIVED tables are written by apply alone and dropped by rebuild; LOCAL tables are the node's own
 * and live in its backup.
 */
#ifndef BESA_STORE_SCHEMA_H
#define BESA_STORE_SCHEMA_H

#include "base/span.h"
#include "store/migrate.h"

enum table_class { TABLE_LOG, TABLE_DERIVED, TABLE_LOCAL };

struct table_info {
    const char *name;
    enum table_class class;
    const char *key; /* columns that order its rows, for comparison of two states */
};

extern const struct table_info schema_tables[];
extern const size_t schema_table_count;
extern const struct migration schema_migrations[];
extern const size_t schema_migration_count;

struct database;
/* Empties every derived table. */
bool schema_drop_derived(struct database *db, struct error *err);
/* SHA-256-ready text of all rows of the derived tables in key order, each call one row; for comparing rebuild with live.
 * `row` is given table and row text. */
bool schema_walk_derived(struct database *db,
                         bool (*row)(void *context, const char *table, struct span text),
                         void *context, struct error *err);

#endif
