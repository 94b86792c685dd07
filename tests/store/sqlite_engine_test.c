/* SQLite only: the failing disk, the killed process, checkpoints, and how the file is made. */
#include "check.h"

#include "store/support/engines.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char items_table_sql[] = "create table items (id bigint primary key, data bytea)";

#define ITEMS_CASE(c)                                                                              \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_run((c)->db, items_table_sql, &(c)->error), (c)->error)

static bool insert(struct database *db, int64_t id, size_t size, struct error *err)
{
    static const uint8_t data[64 * 1024] = {1, 2, 3};
    struct statement *s CLEANUP(statement_give) =
        statement_take(db, "insert into items (id, data) values ($1, $2)", err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    statement_bytes(s, 2, span_make(data, size));
    return statement_run(s, err);
}

static bool insert_committed(struct database *db, int64_t id, enum database_sync sync,
                             struct error *err)
{
    return database_begin(db, sync, err) && insert(db, id, 100, err) && database_commit(db, err);
}

/* The single integer of a query; -1 when it fails. */
static int64_t ask(struct database *db, const char *sql)
{
    struct error err = {0};
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, &err);
    return s != NULL && statement_step(s, &err) == STEP_ROW ? column_integer(s, 0) : -1;
}

static int64_t size_of(const char *place, const char *suffix)
{
    char path[ENGINE_PATH_SIZE + 8];
    struct stat st;
    snprintf(path, sizeof path, "%s%s", place, suffix);
    return stat(path, &st) == 0 ? st.st_size : -1;
}

/* Runs `act` in a child that exits 0 when all its claims hold. */
static bool in_child(bool (*act)(const struct engine_case *c), const struct engine_case *c)
{
    int status = 0;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        bool ok = act(c);
        fflush(stdout);
        _exit(ok ? 0 : 1);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

#define CLAIM(claim)                                                                               \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            printf("%s:%d: %s: in the child not so: %s\n", __FILE__, __LINE__, check_name,         \
                   #claim);                                                                        \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

static bool disk_end(int64_t size)
{
    struct rlimit limit = {(rlim_t)size, (rlim_t)size};
    signal(SIGXFSZ, SIG_IGN);
    return setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

/* Files may not grow beyond 300,000 bytes: the write that would fails with EFBIG, which is no full disk. */
static bool write_until_the_disk_fails(const struct engine_case *c)
{
    struct error err = {0};
    struct database *db = engine_connect(c, false);
    int64_t id = 1;

    CLAIM(db != NULL && disk_end(300000));
    while (id < 100 && database_begin(db, DATABASE_FULL, &err) && insert(db, id, 20000, &err) &&
           database_commit(db, &err))
        id++;
    CLAIM(id > 3 && id < 100);
    CLAIM(err.kind == ERROR_STORE && strstr(err.text, "disk") != NULL);
    CLAIM(database_is_dead(db));
    database_rollback(db);
    CLAIM(!database_begin(db, DATABASE_FULL, &err) && err.kind == ERROR_STORE);
    CLAIM(!database_run(db, "delete from items", &err) && err.kind == ERROR_STORE);
    CLAIM(statement_take(db, "select 1", &err) == NULL && err.kind == ERROR_STORE);
    CLAIM(!database_checkpoint(db, CHECKPOINT_PASSIVE, NULL, &err) && err.kind == ERROR_STORE);
    int64_t log_size = size_of(c->place, "-wal");
    database_close(&db);
    CLAIM(size_of(c->place, "-wal") == log_size); /* closing left the disk alone */
    struct database *again = engine_connect(c, true);
    CLAIM(again != NULL && ask(again, "select count(*) from items") == id - 1);
    database_close(&again);
    return true;
}

CHECK_TEST(a_failed_write_leaves_a_dead_connection_and_every_commit)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    CHECK(in_child(write_until_the_disk_fails, &c));
    CHECK(ask(c.db, "select count(*) from items") > 3);
    CHECK_OK(insert_committed(c.db, 1000, DATABASE_FULL, &c.error), c.error);
}

static bool savepoint_until_the_disk_fails(const struct engine_case *c)
{
    struct error err = {0};
    struct database *db = engine_connect(c, false);
    bool ok = true;

    CLAIM(db != NULL && disk_end(300000));
    CLAIM(database_run(db, "pragma cache_size = 10", &err)); /* spills before COMMIT */
    CLAIM(database_begin(db, DATABASE_FULL, &err));
    for (int64_t id = 1; id < 100 && ok; id++)
        ok = database_savepoint(db, &err) && insert(db, id, 20000, &err) &&
             database_release(db, &err);
    CLAIM(!ok && err.kind == ERROR_STORE);
    CLAIM(!database_rollback_savepoint(db, &err)); /* the rest of the batch must not run */
    CLAIM(!insert(db, 500, 10, &err));
    CLAIM(!database_commit(db, &err));
    database_close(&db);
    return true;
}

CHECK_TEST(a_disk_that_fails_inside_a_savepoint_ends_the_whole_transaction)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    CHECK(in_child(savepoint_until_the_disk_fails, &c));
    CHECK_INT(ask(c.db, "select count(*) from items"), 0);
}

/* max_page_count gives SQLITE_FULL, as a full disk does: SQLite rolls back by itself. */
CHECK_TEST(a_full_disk_undoes_the_transaction_and_no_more)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);

    CHECK_OK(insert_committed(c.db, 1, DATABASE_FULL, &c.error), c.error);
    CHECK_OK(database_run(c.db, "pragma max_page_count = 20", &c.error), c.error);
    CHECK_OK(database_begin(c.db, DATABASE_FULL, &c.error), c.error);
    CHECK_OK(insert(c.db, 2, 100, &c.error), c.error);
    CHECK_OK(database_savepoint(c.db, &c.error), c.error);
    CHECK(!insert(c.db, 3, 64 * 1024 * 1, &c.error) || !insert(c.db, 4, 64 * 1024, &c.error));
    CHECK_ERROR(c.error, ERROR_FULL, "full");
    CHECK(!insert(c.db, 5, 10, &c.error));
    database_rollback(c.db);
    CHECK(!database_is_dead(c.db));
    CHECK_INT(ask(c.db, "select count(*) from items"), 1);
    CHECK_OK(insert_committed(c.db, 6, DATABASE_FULL, &c.error), c.error);
}

CHECK_TEST(a_damaged_file_leaves_a_dead_connection)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    uint8_t noise[4096];
    memset(noise, 0x5a, sizeof noise);

    for (int64_t id = 1; id <= 50; id++)
        CHECK_OK(insert(c.db, id, 3000, &c.error), c.error);
    database_close(&c.db);
    int fd = open(c.place, O_WRONLY);
    CHECK_OR_RETURN(fd >= 0);
    for (off_t page = 1; page < 40; page++)
        CHECK(pwrite(fd, noise, sizeof noise, page * 4096) == 4096);
    close(fd);
    c.db = engine_connect(&c, false);
    CHECK_OR_RETURN(c.db != NULL);
    struct statement *s CLEANUP(statement_give) =
        statement_take(c.db, "select sum(id) from items", &c.error);
    CHECK(s == NULL || statement_step(s, &c.error) == STEP_FAILED);
    CHECK_ERROR(c.error, ERROR_STORE, "damaged");
    CHECK(database_is_dead(c.db));
}

/* Commits without end and says so through the pipe, number by number. */
static void commit_for_ever(const struct engine_case *c, int fd)
{
    struct error err = {0};
    struct database *db = engine_connect(c, false);
    int64_t first = db != NULL ? ask(db, "select coalesce(max(id), 0) from items") + 1 : 0;

    for (int64_t id = first; first > 0 && insert_committed(db, id, DATABASE_FULL, &err); id++)
        if (write(fd, &id, sizeof id) != sizeof id)
            break;
    _exit(1);
}

/* The last number that the child said it had committed, read until the pipe ends. */
static int64_t kill_after(const struct engine_case *c, long wait_us)
{
    int fds[2];
    int64_t last = 0, id = 0;

    if (pipe(fds) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0)
        commit_for_ever(c, fds[1]);
    close(fds[1]);
    if (pid < 0 || read(fds[0], &last, sizeof last) != sizeof last)
        last = -1;
    nanosleep(&(struct timespec){.tv_nsec = wait_us * 1000}, NULL);
    if (pid > 0)
        kill(pid, SIGKILL);
    while (last > 0 && read(fds[0], &id, sizeof id) == sizeof id)
        last = id;
    close(fds[0]);
    waitpid(pid, NULL, 0);
    return last;
}

CHECK_TEST(a_killed_process_loses_no_commit)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    database_close(&c.db);

    for (long kills = 0; kills < 20; kills++) {
        int64_t last = kill_after(&c, 1000 + kills * 1700);
        CHECK_OR_RETURN(last > 0);
        struct database *db CLEANUP(database_close) = engine_connect(&c, false);
        CHECK_OR_RETURN(db != NULL);
        int64_t largest = ask(db, "select max(id) from items");
        CHECK(largest == last || largest == last + 1); /* one may stand that was not said */
        CHECK_INT(ask(db, "select count(*) from items"), largest);
    }
}

static bool hold_the_lock(const struct engine_case *c)
{
    struct error err = {0};
    struct database *db = engine_connect(c, false);
    CLAIM(db != NULL && !database_begin(db, DATABASE_FULL, &err) && err.kind == ERROR_BUSY);
    database_close(&db);
    return true;
}

CHECK_TEST(a_second_writer_waits_and_is_told_to_try_again)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);

    CHECK_OK(database_begin(c.db, DATABASE_FULL, &c.error), c.error);
    CHECK(in_child(hold_the_lock, &c));
    database_rollback(c.db);
}

CHECK_TEST(a_checkpoint_by_another_connection_empties_the_log)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    struct database *background CLEANUP(database_close) = engine_connect(&c, false);
    struct database *reader CLEANUP(database_close) = engine_connect(&c, true);
    CHECK_OR_RETURN(background != NULL && reader != NULL);
    int64_t left = -1;

    for (int64_t id = 1; id <= 2000; id++)
        CHECK_OK(insert_committed(c.db, id, DATABASE_NORMAL, &c.error), c.error);
    CHECK(size_of(c.place, "-wal") > 4 * 1024 * 1024); /* nobody checkpointed behind our back */
    CHECK_OK(database_begin(reader, DATABASE_FULL, &c.error), c.error);
    CHECK_INT(ask(reader, "select count(*) from items"), 2000);
    CHECK_OK(insert_committed(c.db, 2001, DATABASE_FULL, &c.error), c.error);
    CHECK_OK(database_checkpoint(background, CHECKPOINT_PASSIVE, &left, &c.error), c.error);
    CHECK(left > 0); /* the reader still needs the end of it */
    database_rollback(reader);
    CHECK_OK(database_checkpoint(background, CHECKPOINT_PASSIVE, &left, &c.error), c.error);
    CHECK_INT(left, 0);
    CHECK_OK(database_checkpoint(background, CHECKPOINT_TRUNCATE, &left, &c.error), c.error);
    CHECK_INT(size_of(c.place, "-wal"), 0);
    CHECK_INT(ask(reader, "select count(*) from items"), 2001);
    CHECK(!database_checkpoint(reader, CHECKPOINT_PASSIVE, NULL, &c.error));
}

CHECK_TEST(files_are_for_their_owner_only)
{
    struct engine_case c CLEANUP(engine_case_end);
    mode_t mask = umask(0);
    ITEMS_CASE(&c);
    umask(mask);
    static const char *const suffixes[] = {"", "-wal", "-shm"};

    for (size_t i = 0; i < ARRAY_COUNT(suffixes); i++) {
        char path[ENGINE_PATH_SIZE + 8];
        struct stat st;
        snprintf(path, sizeof path, "%s%s", c.place, suffixes[i]);
        CHECK_OR_RETURN(stat(path, &st) == 0);
        CHECK_INT(st.st_mode & 0777, 0600);
    }
}

CHECK_TEST(settings_are_as_promised)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    static const struct {
        const char *sql;
        int64_t wanted;
    } settings[] = {
        {"pragma synchronous", 2},
        {"pragma wal_autocheckpoint", 0},
        {"pragma secure_delete", 1},
        {"pragma trusted_schema", 0},
        {"pragma foreign_keys", 0},
        {"pragma cell_size_check", 1},
        {"pragma temp_store", 2},
        {"pragma mmap_size", 0},
        {"pragma query_only", 0},
        {"pragma journal_size_limit", 67108864},
        {"pragma busy_timeout", DATABASE_WAIT_MS},
    };

    for (size_t i = 0; i < ARRAY_COUNT(settings); i++) {
        int64_t found = ask(c.db, settings[i].sql);
        if (found == -1 && settings[i].wanted == 0)
            found = 0; /* a build without memory maps gives no row */
        if (found != settings[i].wanted)
            printf("%s is %" PRId64 "\n", settings[i].sql, found);
        CHECK(found == settings[i].wanted);
    }
    CHECK_OK(database_begin(c.db, DATABASE_NORMAL, &c.error), c.error);
    CHECK_INT(ask(c.db, "pragma synchronous"), 1);
    CHECK_OK(database_commit(c.db, &c.error), c.error);
    CHECK_INT(ask(c.db, "pragma synchronous"), 2);
    struct database *reader CLEANUP(database_close) = engine_connect(&c, true);
    CHECK_OR_RETURN(reader != NULL);
    CHECK_INT(ask(reader, "pragma query_only"), 1);
}

CHECK_TEST(an_absent_file_is_not_made_by_a_reader)
{
    struct engine_case c CLEANUP(engine_case_end);
    ENGINE_CASE(&c);
    struct database *db = NULL;
    char place[ENGINE_PATH_SIZE];
    CHECK_OR_RETURN(engine_fresh_place(place));

    struct database_options options = {.place = place, .is_reader = true, .env = env_real()};
    CHECK(!database_open(&options, &db, &c.error));
    CHECK(db == NULL);
    CHECK_INT(size_of(place, ""), -1);
}

CHECK_TEST(a_vfs_that_is_not_there_is_not_passed_over)
{
    struct engine_case c CLEANUP(engine_case_end);
    ENGINE_CASE(&c);
    struct database *db = NULL;
    struct env env = *env_real();
    env.sqlite_vfs = "no-such-vfs";

    struct database_options options = {.place = c.place, .env = &env};
    CHECK(!database_open(&options, &db, &c.error));
    CHECK_ERROR(c.error, ERROR_BUG, "no-such-vfs");
}

CHECK_TEST(parameters_out_of_order_are_bugs)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    static const char *const wrong[] = {
        "select id from items where data = $2 and id = $1",
        "select id from items where id = ?",
        "select id from items where id = :name",
        "select 1; select 2",
        "",
    };

    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        CHECK(statement_take(c.db, wrong[i], &c.error) == NULL);
        CHECK_INT(c.error.kind, ERROR_BUG);
    }
}

int main(void)
{
    CHECK_RUN(a_failed_write_leaves_a_dead_connection_and_every_commit);
    CHECK_RUN(a_disk_that_fails_inside_a_savepoint_ends_the_whole_transaction);
    CHECK_RUN(a_full_disk_undoes_the_transaction_and_no_more);
    CHECK_RUN(a_damaged_file_leaves_a_dead_connection);
    CHECK_RUN(a_killed_process_loses_no_commit);
    CHECK_RUN(a_second_writer_waits_and_is_told_to_try_again);
    CHECK_RUN(a_checkpoint_by_another_connection_empties_the_log);
    CHECK_RUN(files_are_for_their_owner_only);
    CHECK_RUN(settings_are_as_promised);
    CHECK_RUN(an_absent_file_is_not_made_by_a_reader);
    CHECK_RUN(a_vfs_that_is_not_there_is_not_passed_over);
    CHECK_RUN(parameters_out_of_order_are_bugs);
    return engines_end(check_end());
}
