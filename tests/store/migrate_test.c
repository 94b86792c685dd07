/* Migrate: forward only, each step whole or not at all, on both engines. */
#include "check.h"

#include "store/migrate.h"
#include "store/support/engines.h"

static const struct migration steps[] = {
    {.number = 1,
     .sql_both = "create table a (id bigint primary key);"
                 "create table b (id bigint primary key);"},
    {.number = 2,
     .sql_both = "create table c (id bigint primary key)",
     .sql_sqlite_only = "insert into c (id) values (1)",
     .sql_postgres_only = "insert into c (id) values (2)"},
    {.number = 3, .sql_both = "alter table c add column name text"},
};

/* The single integer of a query; -1 when it fails. */
static int64_t ask(struct database *db, const char *sql)
{
    struct error err = {0};
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, &err);
    return s != NULL && statement_step(s, &err) == STEP_ROW ? column_integer(s, 0) : -1;
}

static int64_t version(struct database *db)
{
    struct error err = {0};
    int64_t number = -1;
    return database_version(db, &number, &err) ? number : -1;
}

CHECK_TEST(an_empty_database_gets_every_step)
{
    struct engine_case c CLEANUP(engine_case_end);
    ENGINE_CASE(&c);

    CHECK_INT(version(c.db), 0);
    CHECK_OK(database_migrate(c.db, steps, ARRAY_COUNT(steps), &c.error), c.error);
    CHECK_INT(version(c.db), 3);
    CHECK_INT(ask(c.db, "select count(*) from a"), 0);
    CHECK_INT(ask(c.db, "select count(name) from c"), 0);
    CHECK_INT(ask(c.db, "select id from c"), engine_kind == DATABASE_SQLITE ? 1 : 2);
    CHECK(!database_is_in_transaction(c.db));
}

CHECK_TEST(a_second_time_changes_nothing)
{
    struct engine_case c CLEANUP(engine_case_end);
    ENGINE_CASE(&c);

    for (int i = 0; i < 2; i++)
        CHECK_OK(database_migrate(c.db, steps, ARRAY_COUNT(steps), &c.error), c.error);
    CHECK_INT(ask(c.db, "select count(*) from schema_version"), 3);
    CHECK_INT(ask(c.db, "select count(*) from c"), 1);
}

CHECK_TEST(an_older_database_gets_what_is_missing)
{
    struct engine_case c CLEANUP(engine_case_end);
    ENGINE_CASE(&c);

    for (size_t count = 0; count <= ARRAY_COUNT(steps); count++) {
        CHECK_OK(database_migrate(c.db, steps, count, &c.error), c.error);
        CHECK_INT(version(c.db), count);
    }
    CHECK_INT(ask(c.db, "select count(*) from c"), 1);
}

CHECK_TEST(a_newer_database_is_refused)
{
    struct engine_case c CLEANUP(engine_case_end);
    ENGINE_CASE(&c);

    CHECK_OK(database_migrate(c.db, steps, 3, &c.error), c.error);
    CHECK(!database_migrate(c.db, steps, 2, &c.error));
    CHECK_ERROR(c.error, ERROR_RULE, "newer besa");
    CHECK_INT(version(c.db), 3);
    CHECK(!database_is_in_transaction(c.db));
}

CHECK_TEST(a_step_that_fails_leaves_nothing_of_itself)
{
    struct engine_case c CLEANUP(engine_case_end);
    ENGINE_CASE(&c);
    static const struct migration broken[] = {
        {.number = 1, .sql_both = "create table a (id bigint primary key)"},
        {.number = 2, .sql_both = "create table b (id bigint primary key); create tabel c (id)"},
    };

    CHECK(!database_migrate(c.db, broken, 2, &c.error));
    CHECK_ERROR(c.error, ERROR_BUG, "migration 2");
    CHECK_INT(version(c.db), 1);
    CHECK_INT(ask(c.db, "select count(*) from b"), -1);
    CHECK_INT(ask(c.db, "select count(*) from a"), 0);
}

CHECK_TEST(steps_with_a_gap_are_a_bug)
{
    struct engine_case c CLEANUP(engine_case_end);
    ENGINE_CASE(&c);
    static const struct migration gap[] = {{.number = 1}, {.number = 3}};

    CHECK(!database_migrate(c.db, gap, 2, &c.error));
    CHECK_INT(c.error.kind, ERROR_BUG);
    CHECK_INT(version(c.db), 0);
}

CHECK_TEST(a_reader_sees_the_version_and_may_not_migrate)
{
    struct engine_case c CLEANUP(engine_case_end);
    ENGINE_CASE(&c);

    CHECK_OK(database_migrate(c.db, steps, 2, &c.error), c.error);
    struct database *reader CLEANUP(database_close) = engine_connect(&c, true);
    CHECK_OR_RETURN(reader != NULL);
    CHECK_INT(version(reader), 2);
    CHECK(!database_migrate(reader, steps, 3, &c.error));
    CHECK_INT(version(reader), 2);
}

int main(void)
{
    RUN_ON_ENGINES(an_empty_database_gets_every_step);
    RUN_ON_ENGINES(a_second_time_changes_nothing);
    RUN_ON_ENGINES(an_older_database_gets_what_is_missing);
    RUN_ON_ENGINES(a_newer_database_is_refused);
    RUN_ON_ENGINES(a_step_that_fails_leaves_nothing_of_itself);
    RUN_ON_ENGINES(steps_with_a_gap_are_a_bug);
    RUN_ON_ENGINES(a_reader_sees_the_version_and_may_not_migrate);
    return engines_end(check_end());
}
