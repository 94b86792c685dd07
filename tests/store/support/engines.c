/* Engines: see engines.h. The server runs as the account `postgres` when we are root, since it refuses root. */
#include "store/support/engines.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BINARIES "/usr/lib/postgresql/15/bin/"

enum database_kind engine_kind = DATABASE_SQLITE;

static char directory[64];
static unsigned database_count;
static pid_t server;
static const char *server_missing;
static bool server_was_tried;

const char *engine_directory(void)
{
    if (directory[0] == '\0') {
        snprintf(directory, sizeof directory, "/tmp/besa-store-XXXXXX");
        if (mkdtemp(directory) == NULL) {
            perror("mkdtemp");
            exit(1);
        }
        chmod(directory, 0711); /* the server's account passes through to its own */
    }
    return directory;
}

static void become_postgres(void)
{
    const struct passwd *account = geteuid() == 0 ? getpwnam("postgres") : NULL;

    if (account != NULL &&
        (setgroups(0, NULL) != 0 || setgid(account->pw_gid) != 0 || setuid(account->pw_uid) != 0))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGQUIT); /* the server never outlives a test that crashed */
}

static pid_t spawn(char *const arguments[])
{
    char log[ENGINE_PATH_SIZE];
    snprintf(log, sizeof log, "%s/server/log", directory);

    pid_t pid = fork();
    if (pid != 0)
        return pid;
    become_postgres();
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0 || chdir("/") != 0)
        _exit(126);
    execv(arguments[0], arguments);
    _exit(127);
}

static bool server_initialise(const char *data)
{
    char program[] = BINARIES "initdb", d[] = "-D", u[] = "--username=besa", a[] = "--auth=trust",
         l[] = "--locale=C", e[] = "--encoding=UTF8", n[] = "--no-sync";
    char path[ENGINE_PATH_SIZE];
    snprintf(path, sizeof path, "%s", data);
    char *arguments[] = {program, d, path, u, a, l, e, n, NULL};
    int status = 0;
    pid_t pid = spawn(arguments);

    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

static bool server_run(const char *data, const char *socket_directory)
{
    char program[] = BINARIES "postgres", d[] = "-D", k[] = "-k", h[] = "-h", none[] = "",
         f[] = "-F", c[] = "-c", connections[] = "max_connections=40";
    char path[ENGINE_PATH_SIZE], socket_path[ENGINE_PATH_SIZE];
    snprintf(path, sizeof path, "%s", data);
    snprintf(socket_path, sizeof socket_path, "%s", socket_directory);
    char *arguments[] = {program, d, path, k, socket_path, h, none, f, c, connections, NULL};

    server = spawn(arguments);
    return server > 0;
}

static void server_place(char out[ENGINE_PATH_SIZE], const char *database)
{
    snprintf(out, ENGINE_PATH_SIZE, "postgres:host=%s/server user=besa dbname=%s", directory,
             database);
}

static struct database *admin_open(struct error *err)
{
    char place[ENGINE_PATH_SIZE];
    struct database *db = NULL;

    server_place(place, "postgres");
    struct database_options options = {.place = place, .env = env_real()};
    return database_open(&options, &db, err) ? db : NULL;
}

static bool server_wait(void)
{
    struct error err = {0};

    for (int i = 0; i < 600; i++) {
        struct database *db = admin_open(&err);
        if (db != NULL) {
            database_close(&db);
            return true;
        }
        nanosleep(&(struct timespec){.tv_nsec = 50 * 1000 * 1000}, NULL);
    }
    printf("the PostgreSQL server does not answer: %s\n", err.text);
    return false;
}

/* An installed server that does not start fails the tests; only an absent one is NOT RUN. */
static void server_start(void)
{
    char data[ENGINE_PATH_SIZE], home[ENGINE_PATH_SIZE];

    server_was_tried = true;
    if (access(BINARIES "initdb", X_OK) != 0 || access(BINARIES "postgres", X_OK) != 0) {
        server_missing = "PostgreSQL 15 is not installed";
        return;
    }
    const struct passwd *account = geteuid() == 0 ? getpwnam("postgres") : NULL;
    if (geteuid() == 0 && account == NULL) {
        server_missing = "root, and there is no account postgres";
        return;
    }
    snprintf(home, sizeof home, "%s/server", engine_directory());
    snprintf(data, sizeof data, "%s/server/data", directory);
    if (mkdir(home, 0700) != 0 ||
        (account != NULL && chown(home, account->pw_uid, account->pw_gid) != 0) ||
        !server_initialise(data) || !server_run(data, home) || !server_wait())
        printf("the PostgreSQL server cannot be started in %s\n", home);
}

const char *engine_missing(void)
{
    if (engine_kind == DATABASE_POSTGRES && !server_was_tried)
        server_start();
    return engine_kind == DATABASE_POSTGRES ? server_missing : NULL;
}

static bool postgres_fresh_place(char out[ENGINE_PATH_SIZE])
{
    char name[32], sql[96];
    struct error err = {0};

    snprintf(name, sizeof name, "besa%u", ++database_count);
    snprintf(sql, sizeof sql, "create database %s template template0", name);
    struct database *db CLEANUP(database_close) = admin_open(&err);
    if (db == NULL || !database_run(db, sql, &err)) {
        printf("cannot create a database: %s\n", err.text);
        return false;
    }
    server_place(out, name);
    return true;
}

bool engine_fresh_place(char out[ENGINE_PATH_SIZE])
{
    if (engine_kind == DATABASE_POSTGRES)
        return postgres_fresh_place(out);
    snprintf(out, ENGINE_PATH_SIZE, "%s/%u.db", engine_directory(), ++database_count);
    return true;
}

struct database *engine_connect(const struct engine_case *c, bool is_reader)
{
    struct database_options options = {
        .place = c->place, .is_reader = is_reader, .env = env_real()};
    struct database *db = NULL;
    struct error err = {0};

    if (!database_open(&options, &db, &err))
        printf("cannot open %s: %s\n", c->place, err.text);
    return db;
}

bool engine_case_begin(struct engine_case *c)
{
    if (!engine_fresh_place(c->place))
        return false;
    c->db = engine_connect(c, false);
    return c->db != NULL;
}

void engine_case_end(struct engine_case *c)
{
    database_close(&c->db);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

int engines_end(int code)
{
    if (server > 0) {
        kill(server, SIGQUIT);
        waitpid(server, NULL, 0);
        server = 0;
    }
    if (directory[0] != '\0')
        nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return code;
}
