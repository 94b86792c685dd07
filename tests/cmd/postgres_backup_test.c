/*
 * A node whose books lie in PostgreSQL: backup while others write, drill, restore into an empty database, into SQLite and
 * back; a database with books is never written over; a restore that was killed after its COMMIT does not stop the next.
 * covers: restoring_books backup restore
 */
#include "check.h"

#include "base/attributes.h"
#include "cmd/backup.h"
#include "cmd/demo_run.h"
#include "cmd/node.h"
#include "cmd/restoring.h"
#include "store/books_copy.h"
#include "store/local_rows.h"
#include "store/support/engines.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

const struct command commands[] = {{.name = NULL}};
static const struct command trial = {.name = "trial", .usage = "", .help = "Tries."};
static char directory[] = "/tmp/besa-postgres-XXXXXX";
static char places[4][ENGINE_PATH_SIZE];

static char *at(const char *name)
{
    static char paths[8][256];
    static size_t next;
    char *path = paths[next++ % 8];

    snprintf(path, 256, "%s/%s", directory, name);
    return path;
}

static int run(command_run *command, const char *home, char **argv)
{
    struct options options = {.command = &trial,
                              .home = at(home),
                              .officer = command == command_case ? "duty-1" : "admin-1",
                              .reason = "a test",
                              .is_json = true};
    int argc = 0;
    int away = open(at("out"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int kept[2] = {dup(STDOUT_FILENO), dup(STDERR_FILENO)};

    while (argv[argc] != NULL)
        argc++;
    fflush(NULL);
    dup2(away, STDOUT_FILENO);
    dup2(away, STDERR_FILENO);
    int code = command(&options, argc, argv);
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        dup2(kept[i], i == 0 ? STDOUT_FILENO : STDERR_FILENO);
        close(kept[i]);
    }
    close(away);
    return code;
}

#define RUN(command, home, ...) run(command, home, (char *[]){(char[]){"trial"}, __VA_ARGS__, NULL})
#define W(text)                 ((char[]){text})

static bool said(const char *text)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    struct error err = {0};

    bool ok = env_read_file(env_real(), at("out"), out.limit, &out, &err) &&
              memmem(out.data, out.size, text, strlen(text)) != NULL;
    if (!ok)
        printf("said: %.*s\n", SPAN_ARG(buffer_span(&out)));
    return ok;
}

static int restore(const char *home, char *database)
{
    return RUN(command_restore, home, at("backup"), W("--passphrase-file"), at("pass"),
               W("--database"), database);
}

/* The setting of the token; empty when there is none. */
static bool has_token(const char *place)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    struct database_options options = {.place = place, .is_reader = true, .env = env_real()};
    struct database *db CLEANUP(database_close) = NULL;
    struct span value;
    struct error err = {0};

    return database_open(&options, &db, &err) &&
           setting_get(db, &arena, RESTORING_SETTING, &value, &err);
}

static bool token_put(const char *place)
{
    struct database_options options = {.place = place, .env = env_real()};
    struct database *db CLEANUP(database_close) = NULL;
    struct error err = {0};

    return database_open(&options, &db, &err) && database_begin(db, DATABASE_FULL, &err) &&
           setting_put(db, RESTORING_SETTING, span_text("0123"), &err) && database_commit(db, &err);
}

#define NODE_OR_NOT_RUN()                                                                          \
    do {                                                                                           \
        if (engine_missing() != NULL)                                                              \
            CHECK_NOT_RUN(engine_missing());                                                       \
    } while (0)

CHECK_TEST(books_in_postgresql_are_backed_up_and_the_drill_needs_no_server)
{
    NODE_OR_NOT_RUN();
    FILE *file = fopen(at("pass"), "w");
    CHECK(file != NULL && fputs("a passphrase\n", file) >= 0 && fclose(file) == 0);
    for (size_t i = 0; i < ARRAY_COUNT(places); i++)
        CHECK_OR_RETURN(engine_fresh_place(places[i]));
    CHECK_INT(RUN(command_init, "ro", W("--party"), W("ro"), W("--listen"), W("127.0.0.1:8443"),
                  W("--contact"), W("telephone of an exercise"), W("--training"),
                  W("--make-institution"), W("Institution of an exercise"), W("--database"),
                  places[0]),
              0);
    CHECK_INT(
        RUN(command_officer, "ro", W("put"), W("duty-1"), W("Test"), W("desk"), W("duty_officer")),
        0);
    CHECK_INT(RUN(command_case, "ro", W("c-1"), W("Title")), 0);
    CHECK(!run_exists(at("ro/besa.db")));
    CHECK_INT(RUN(command_backup, "ro", at("backup"), W("--passphrase-file"), at("pass")), 0);
    CHECK(!run_exists(at("ro/run/backup.db")));
    CHECK_INT(
        RUN(command_backup, "ro", W("verify"), at("backup"), W("--passphrase-file"), at("pass")),
        0);
    CHECK(said("\"clean\":true") && said("\"recorded\":true"));
}

CHECK_TEST(a_database_that_holds_books_is_never_written_over)
{
    NODE_OR_NOT_RUN();
    CHECK_INT(RUN(command_restore, "new", at("backup"), W("--passphrase-file"), at("pass")),
              EX_CANTCREAT);
    CHECK(said("holds books already"));
    CHECK(!run_exists(at("new")) && !run_exists(at("new.restoring")));
    CHECK_INT(RUN(command_verify, "ro", NULL), 0);
    CHECK(said("\"clean\":true"));
}

CHECK_TEST(a_restore_into_an_empty_database_is_the_node)
{
    NODE_OR_NOT_RUN();
    CHECK_INT(restore("new", places[1]), 0);
    CHECK(said("\"database\":\"postgres\""));
    CHECK(!run_exists(at("new/besa.db")) && !has_token(places[1]));
    CHECK_INT(RUN(command_verify, "new", NULL), 0);
    CHECK(said("\"clean\":true"));
    CHECK_INT(RUN(command_restore, "twice", at("backup"), W("--passphrase-file"), at("pass"),
                  W("--database"), places[1]),
              EX_CANTCREAT);
}

CHECK_TEST(a_restore_may_change_the_engine)
{
    NODE_OR_NOT_RUN();
    CHECK_INT(restore("lite", W("sqlite")), 0);
    CHECK(run_exists(at("lite/besa.db")));
    CHECK_INT(RUN(command_verify, "lite", NULL), 0);
    CHECK(said("\"clean\":true"));
    CHECK_INT(RUN(command_backup, "lite", at("backup2"), W("--passphrase-file"), at("pass")), 0);
    CHECK_INT(RUN(command_restore, "again", at("backup2"), W("--passphrase-file"), at("pass"),
                  W("--database"), places[3]),
              0);
    CHECK_INT(RUN(command_verify, "again", NULL), 0);
    CHECK(said("\"clean\":true"));
}

CHECK_TEST(a_restore_killed_before_its_home_had_a_name_does_not_stop_the_next)
{
    NODE_OR_NOT_RUN();
    /* Killed between COMMIT and the home's name: books with a token, and no home. */
    CHECK_INT(restore("killed", places[2]), 0);
    CHECK(token_put(places[2]) && rename(at("killed"), at("gone")) == 0);
    CHECK_INT(restore("killed", places[2]), 0);
    CHECK(!has_token(places[2]));
    CHECK_INT(RUN(command_verify, "killed", NULL), 0);
    CHECK(said("\"clean\":true"));
    /* Killed after it: the node's own start makes the books its own. */
    CHECK(token_put(places[2]));
    CHECK_INT(RUN(command_case, "killed", W("c-2"), W("Title")), 0);
    CHECK(!has_token(places[2]));
    CHECK_INT(restore("other", places[2]), EX_CANTCREAT);
}

int main(void)
{
    char command[64];

    crypto_start();
    umask(077);
    engine_kind = DATABASE_POSTGRES;
    if (mkdtemp(directory) == NULL)
        return 1;
    CHECK_RUN(books_in_postgresql_are_backed_up_and_the_drill_needs_no_server);
    CHECK_RUN(a_database_that_holds_books_is_never_written_over);
    CHECK_RUN(a_restore_into_an_empty_database_is_the_node);
    CHECK_RUN(a_restore_may_change_the_engine);
    CHECK_RUN(a_restore_killed_before_its_home_had_a_name_does_not_stop_the_next);
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    return system(command) == 0 ? engines_end(check_end()) : 1;
}
