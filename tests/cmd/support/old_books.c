/* Books of an older schema: see old_books.h. */
#include "cmd/support/old_books.h"

#include "store/schema.h"

#include <stdio.h>
#include <string.h>

#define SETTINGS_SCHEMA 3 /* the first that has settings */

/* What one statement of a migration made, is dropped. */
static bool undo(struct database *db, const char *statement, struct error *err)
{
    char table[64];
    char column[64];
    char sql[200] = "";

    if (strncmp(statement, "update ", 7) == 0 || strncmp(statement, "insert into ", 12) == 0)
        return true; /* of a column or table that goes */
    if (sscanf(statement, "create table %63s", table) == 1)
        snprintf(sql, sizeof sql, "drop table if exists %s", table);
    else if (sscanf(statement, "create unique index %63s", table) == 1 ||
             sscanf(statement, "create index %63s", table) == 1)
        snprintf(sql, sizeof sql, "drop index if exists %s", table);
    else if (sscanf(statement, "alter table %63s add column %63s", table, column) == 2)
        snprintf(sql, sizeof sql, "alter table %s drop column %s", table, column);
    else
        return error_set(err, ERROR_BUG, "the test cannot undo: %s", statement);
    return database_run(db, sql, err);
}

/* In each migration the last statement first. */
bool old_books_make(struct database *db, size_t schema, struct error *err)
{
    char sql[16384];

    for (size_t at_migration = schema_migration_count; at_migration > schema; at_migration--) {
        char *statements[64];
        size_t count = 0;
        snprintf(sql, sizeof sql, "%s", schema_migrations[at_migration - 1].sql_both);
        for (char *s = strtok_r(sql, ";", &statements[63]); s != NULL && count < 63;
             s = strtok_r(NULL, ";", &statements[63]))
            statements[count++] = s;
        while (count > 0)
            if (!undo(db, statements[--count], err))
                return false;
    }
    snprintf(sql, sizeof sql, "delete from schema_version where number > %zu;%s", schema,
             schema >= SETTINGS_SCHEMA ? "delete from settings where name = 'apply_number'" : "");
    return database_run(db, sql, err);
}
