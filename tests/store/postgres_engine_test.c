/* PostgreSQL only: one writer at a time, lost servers, and the COMMIT that answers too early. */
#include "base/attributes.h"
#include "check.h"

#include "store/support/engines.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

static bool insert(struct database *db, int64_t id, struct error *err)
{
    struct statement *s CLEANUP(statement_give) =
        statement_take(db, "insert into items (id) values ($1)", err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    return statement_run(s, err);
}

/* The single integer of a query; -1 when it fails. */
static int64_t ask(struct database *db, const char *sql)
{
    struct error err = {0};
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, &err);
    return s != NULL && statement_step(s, &err) == STEP_ROW ? column_integer(s, 0) : -1;
}

#define ITEMS_CASE(c)                                                                              \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_run((c)->db, "create table items (id bigint primary key)", &(c)->error),     \
             (c)->error)

struct work {
    struct database *db;
    bool ok;
    struct error error;
};

static void *commit_in_thread(void *context)
{
    struct work *work = context;
    work->ok = database_begin(work->db, DATABASE_FULL, &work->error) &&
               insert(work->db, 2, &work->error) && database_commit(work->db, &work->error);
    return NULL;
}

/* Asks up to 10 s until the query gives 1. */
static bool wait_for(struct database *db, const char *sql)
{
    for (int i = 0; i < 500; i++) {
        if (ask(db, sql) == 1)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
    }
    return false;
}

CHECK_TEST(a_second_writer_waits_for_the_first)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    struct database *other CLEANUP(database_close) = engine_connect(&c, false);
    struct database *watch CLEANUP(database_close) = engine_connect(&c, true);
    CHECK_OR_RETURN(other != NULL && watch != NULL);
    struct work work = {.db = other};
    pthread_t thread;

    CHECK_OK(database_begin(c.db, DATABASE_FULL, &c.error), c.error);
    CHECK_OK(insert(c.db, 1, &c.error), c.error);
    CHECK_OR_RETURN(pthread_create(&thread, NULL, commit_in_thread, &work) == 0);
    CHECK(wait_for(watch, "select 1 from pg_locks where locktype = 'advisory' and not granted"));
    CHECK_INT(ask(watch, "select count(*) from items"), 0);
    CHECK_OK(database_commit(c.db, &c.error), c.error);
    pthread_join(thread, NULL);
    CHECK_OK(work.ok, work.error);
    CHECK_INT(ask(watch, "select count(*) from items"), 2);
}

CHECK_TEST(a_writer_that_waits_too_long_is_told_to_try_again)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    struct database *other CLEANUP(database_close) = engine_connect(&c, false);
    CHECK_OR_RETURN(other != NULL);

    CHECK_OK(database_run(other, "set lock_timeout = 100", &c.error), c.error);
    CHECK_OK(database_begin(c.db, DATABASE_FULL, &c.error), c.error);
    CHECK(!database_begin(other, DATABASE_FULL, &c.error));
    CHECK_INT(c.error.kind, ERROR_BUSY);
    CHECK(!database_is_dead(other));
    database_rollback(c.db);
    CHECK_OK(database_begin(other, DATABASE_FULL, &c.error), c.error);
    CHECK_OK(database_commit(other, &c.error), c.error);
}

CHECK_TEST(durability_is_chosen_per_transaction)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    static const char off[] =
        "select case when current_setting('synchronous_commit') = 'off' then 1 else 0 end";

    CHECK_OK(database_begin(c.db, DATABASE_NORMAL, &c.error), c.error);
    CHECK_INT(ask(c.db, off), 1);
    CHECK_OK(database_commit(c.db, &c.error), c.error);
    CHECK_INT(ask(c.db, off), 0);
    CHECK_OK(database_run(c.db, "set synchronous_commit = off", &c.error), c.error);
    CHECK_OK(database_begin(c.db, DATABASE_FULL, &c.error), c.error);
    CHECK_INT(ask(c.db, off), 0);
    CHECK_OK(database_commit(c.db, &c.error), c.error);
}

/* The false acknowledgement: the wait for the standby is cancelled, the server answers COMMIT with a WARNING. */
CHECK_TEST(a_commit_with_a_warning_is_of_unknown_outcome)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    struct database *other CLEANUP(database_close) = engine_connect(&c, false);
    struct database *admin CLEANUP(database_close) = engine_connect(&c, false);
    CHECK_OR_RETURN(other != NULL && admin != NULL);
    struct work work = {.db = other};
    pthread_t thread;

    CHECK_OK(database_run(admin, "set synchronous_commit = off", &c.error), c.error);
    CHECK_OK(database_run(admin, "alter system set synchronous_standby_names = 'absent'", &c.error),
             c.error);
    CHECK_OK(database_run(admin, "select pg_reload_conf()", &c.error), c.error);
    CHECK(wait_for(admin, "select 1 from pg_settings where name = 'synchronous_standby_names' and"
                          " setting = 'absent'"));
    /* Commits wait from when the checkpointer has read it, too, which it does before it answers this. */
    CHECK_OK(database_run(admin, "checkpoint", &c.error), c.error);
    CHECK_OR_RETURN(pthread_create(&thread, NULL, commit_in_thread, &work) == 0);
    CHECK(wait_for(admin, "select 1 from pg_stat_activity where wait_event = 'SyncRep'"));
    CHECK_OK(database_run(admin,
                          "select pg_cancel_backend(pid) from pg_stat_activity"
                          " where wait_event = 'SyncRep'",
                          &c.error),
             c.error);
    pthread_join(thread, NULL);
    CHECK(!work.ok);
    CHECK_ERROR(work.error, ERROR_STORE, "outcome unknown");
    database_rollback(other);
    CHECK(database_run(admin, "alter system reset synchronous_standby_names", &c.error));
    CHECK(database_run(admin, "select pg_reload_conf()", &c.error));
    CHECK(wait_for(admin, "select 1 from pg_settings where name = 'synchronous_standby_names' and"
                          " setting = ''"));
    /* The row is there: repeating the work must find it so. */
    CHECK(!insert(other, 2, &c.error));
    CHECK_INT(c.error.kind, ERROR_CONFLICT);
    CHECK(!database_is_dead(other));
}

CHECK_TEST(a_lost_server_leaves_a_dead_connection)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    struct database *admin CLEANUP(database_close) = engine_connect(&c, false);
    CHECK_OR_RETURN(admin != NULL);
    char sql[64];

    CHECK_OK(database_begin(c.db, DATABASE_FULL, &c.error), c.error);
    CHECK_OK(insert(c.db, 1, &c.error), c.error);
    snprintf(sql, sizeof sql, "select pg_terminate_backend(%d)",
             (int)ask(c.db, "select pg_backend_pid()"));
    CHECK_OK(database_run(admin, sql, &c.error), c.error);
    CHECK(!database_commit(c.db, &c.error));
    CHECK_ERROR(c.error, ERROR_STORE, "outcome unknown");
    CHECK(database_is_dead(c.db));
    database_rollback(c.db);
    CHECK(!database_begin(c.db, DATABASE_FULL, &c.error));
    CHECK_INT(c.error.kind, ERROR_STORE);
    CHECK_INT(ask(admin, "select count(*) from items"), 0);
    database_close(&c.db);
    c.db = engine_connect(&c, false);
    CHECK_OR_RETURN(c.db != NULL);
    CHECK_OK(insert(c.db, 1, &c.error), c.error);
}

CHECK_TEST(a_server_that_became_a_standby_is_left)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);

    CHECK_OK(database_run(c.db, "set default_transaction_read_only = on", &c.error), c.error);
    CHECK(!insert(c.db, 1, &c.error));
    CHECK_ERROR(c.error, ERROR_STORE, "read-only");
    CHECK(database_is_dead(c.db));
}

CHECK_TEST(a_database_that_sorts_otherwise_is_refused)
{
    struct engine_case c CLEANUP(engine_case_end);
    ENGINE_CASE(&c);
    struct database *db = NULL;
    char place[ENGINE_PATH_SIZE];

    CHECK_OK(database_run(c.db,
                          "create database other template template0 lc_collate 'C.UTF-8'"
                          " lc_ctype 'C.UTF-8'",
                          &c.error),
             c.error);
    snprintf(place, sizeof place, "%.*s=other", (int)(strrchr(c.place, '=') - c.place), c.place);
    struct database_options options = {.place = place, .env = env_real()};
    CHECK(!database_open(&options, &db, &c.error));
    CHECK_ERROR(c.error, ERROR_INPUT, "lc_collate");
    CHECK(db == NULL);
}

CHECK_TEST(a_reader_does_not_make_the_schema)
{
    struct engine_case c CLEANUP(engine_case_end);
    ENGINE_CASE(&c);
    struct database *db = NULL;

    CHECK_OK(database_run(c.db, "drop schema besa", &c.error), c.error);
    struct database_options options = {.place = c.place, .is_reader = true, .env = env_real()};
    CHECK(!database_open(&options, &db, &c.error));
    CHECK_ERROR(c.error, ERROR_MISSING, "schema");
    CHECK(db == NULL);
}

/* The server says so by its code; a transaction that met it is over, the connection is not. */
CHECK_TEST(a_full_disk_of_the_server_is_told_as_full)
{
    static const struct {
        const char *state;
        enum error_kind kind;
    } states[] = {{"53100", ERROR_FULL}, {"53200", ERROR_LIMIT}, {"53300", ERROR_STORE}};
    struct engine_case c CLEANUP(engine_case_end);
    char sql[128];
    ITEMS_CASE(&c);

    for (size_t i = 0; i < ARRAY_COUNT(states); i++) {
        snprintf(sql, sizeof sql,
                 "do $$ begin raise exception 'a test' using errcode = '%s'; end $$",
                 states[i].state);
        error_clear(&c.error);
        CHECK(!database_run(c.db, sql, &c.error));
        CHECK_INT(c.error.kind, states[i].kind);
    }
    CHECK_INT(error_http_status(ERROR_FULL), 507);
    error_clear(&c.error);
    CHECK_OK(database_begin(c.db, DATABASE_FULL, &c.error) && insert(c.db, 1, &c.error) &&
                 database_commit(c.db, &c.error),
             c.error);
}

int main(void)
{
    engine_kind = DATABASE_POSTGRES;
    CHECK_RUN(a_second_writer_waits_for_the_first);
    CHECK_RUN(a_writer_that_waits_too_long_is_told_to_try_again);
    CHECK_RUN(durability_is_chosen_per_transaction);
    CHECK_RUN(a_commit_with_a_warning_is_of_unknown_outcome);
    CHECK_RUN(a_lost_server_leaves_a_dead_connection);
    CHECK_RUN(a_server_that_became_a_standby_is_left);
    CHECK_RUN(a_database_that_sorts_otherwise_is_refused);
    CHECK_RUN(a_reader_does_not_make_the_schema);
    CHECK_RUN(a_full_disk_of_the_server_is_told_as_full);
    return engines_end(check_end());
}
