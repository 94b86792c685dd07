/* Migrate: see migrate.h. */
#include "store/migrate.h"

#include "store/database.h"

#include <inttypes.h>

static const char version_table_sql[] =
    "create table if not exists schema_version (number bigint primary key not null)";
static const char version_find_sql[] = "select coalesce(max(number), 0) from schema_version";
static const char version_insert_sql[] = "insert into schema_version (number) values ($1)";

static bool version_read(struct database *db, int64_t *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, version_find_sql, err);

    if (s == NULL || statement_step(s, err) != STEP_ROW)
        return false;
    *out = column_integer(s, 0);
    return true;
}

static bool version_write(struct database *db, unsigned number, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, version_insert_sql, err);

    if (s == NULL)
        return false;
    statement_integer(s, 1, number);
    return statement_run(s, err);
}

static const char table_find_sqlite_sql[] =
    "select count(*) from sqlite_schema where type = 'table' and name = 'schema_version'";
static const char table_find_postgres_sql[] =
    "select count(*) from pg_tables where schemaname = 'besa' and tablename = 'schema_version'";

bool database_version(struct database *db, int64_t *out, struct error *err)
{
    *out = 0;
    struct statement *s CLEANUP(statement_give) = statement_take(
        db, database_kind(db) == DATABASE_SQLITE ? table_find_sqlite_sql : table_find_postgres_sql,
        err);
    if (s == NULL || statement_step(s, err) != STEP_ROW)
        return false;
    return column_integer(s, 0) == 0 || version_read(db, out, err);
}

static bool run_optional(struct database *db, const char *sql, struct error *err)
{
    return sql == NULL || database_run(db, sql, err);
}

static bool migration_run(struct database *db, const struct migration *migration, struct error *err)
{
    const char *special = database_kind(db) == DATABASE_SQLITE ? migration->sql_sqlite_only
                                                               : migration->sql_postgres_only;

    if (!run_optional(db, migration->sql_both, err) || !run_optional(db, special, err) ||
        !version_write(db, migration->number, err))
        return error_add(err, "migration %u", migration->number);
    return true;
}

/* The version is read inside the transaction: another process may have been faster. */
static bool migrate_one(struct database *db, const struct migration *migrations, size_t count,
                        bool *is_done, struct error *err)
{
    int64_t version = 0;

    if (!run_optional(db, version_table_sql, err) || !version_read(db, &version, err))
        return false;
    if (version > (int64_t)count)
        return error_set(err, ERROR_RULE,
                         "the database (schema %" PRId64
                         ") was made by a newer besa; this one knows %zu",
                         version, count);
    *is_done = version >= (int64_t)count;
    return *is_done || migration_run(db, &migrations[version], err);
}

static bool migrations_check(const struct migration *migrations, size_t count, struct error *err)
{
    for (size_t i = 0; i < count; i++)
        if (migrations[i].number != i + 1)
            return error_set(err, ERROR_BUG, "migration %zu is numbered %u", i + 1,
                             migrations[i].number);
    return true;
}

bool database_migrate(struct database *db, const struct migration *migrations, size_t count,
                      struct error *err)
{
    bool is_done = false;

    if (!migrations_check(migrations, count, err))
        return false;
    while (!is_done) {
        if (!database_begin(db, DATABASE_FULL, err))
            return error_add(err, "migrating");
        if (!migrate_one(db, migrations, count, &is_done, err) || !database_commit(db, err)) {
            database_rollback(db);
            return error_add(err, "migrating");
        }
    }
    return true;
}
