/*
 * A restore that is killed, wherever, leaves nothing that stops the next one; what no restore made is never removed. What
 * was open in the backup's desk ends, and a keeper's record that is behind the books is told.
 * covers: restoring restoring_keeper
 */
#include "check.h"

#include "base/attributes.h"
#include "cmd/backup.h"
#include "cmd/demo_run.h"
#include "cmd/node.h"
#include "cmd/restoring.h"
#include "store/approval_rows.h"
#include "store/local_rows.h"
#include "store/session_rows.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

const struct command commands[] = {{.name = NULL}};
static const struct command trial = {.name = "trial", .usage = "", .help = "Tries."};
static char directory[] = "/tmp/besa-restoring-XXXXXX";

static char *at(const char *name)
{
    static char paths[8][256];
    static size_t next;
    char *path = paths[next++ % 8];

    snprintf(path, 256, "%s/%s", directory, name);
    return path;
}

/* What it says goes to `out`. */
static int run(command_run *command, const char *home, char **argv)
{
    struct options options = {.command = &trial,
                              .home = at(home),
                              .officer = "admin-1",
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

static bool file_write(const char *name, const char *text)
{
    FILE *file = fopen(at(name), "w");

    return file != NULL && fputs(text, file) >= 0 && fclose(file) == 0;
}

static int restore(const char *home)
{
    return RUN(command_restore, home, at("backup"), W("--passphrase-file"), at("pass"));
}

static void gone(const char *home)
{
    char command[300];

    snprintf(command, sizeof command, "rm -rf '%s'", at(home));
    if (system(command) != 0)
        printf("%s stays\n", home);
}

static bool node_make(void)
{
    return file_write("pass", "a passphrase\n") &&
           RUN(command_init, "ro", W("--party"), W("ro"), W("--listen"), W("127.0.0.1:8443"),
               W("--contact"), W("telephone of an exercise"), W("--training"),
               W("--make-institution"), W("Institution of an exercise")) == 0 &&
           RUN(command_backup, "ro", at("backup"), W("--passphrase-file"), at("pass")) == 0;
}

/* True when it was killed while it worked in its place. */
static bool kill_after(int64_t us)
{
    pid_t pid = fork();
    int status = 0;

    if (pid == 0)
        _exit(restore("new"));
    usleep((useconds_t)us);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    return run_exists(at("new.restoring"));
}

CHECK_TEST(a_restore_that_is_killed_anywhere_does_not_stop_the_next)
{
    int64_t began_ms = env_real()->monotonic_ms(NULL);
    unsigned left = 0;

    CHECK_INT(restore("new"), 0);
    int64_t whole_us = (env_real()->monotonic_ms(NULL) - began_ms) * 1000 + 1000;
    for (int i = 1; i <= 12; i++) {
        gone("new");
        bool is_left = kill_after(whole_us * i / 12);
        left += is_left;
        if (run_exists(at("new"))) /* it was whole: then it is a node */
            continue;
        CHECK_INT(restore("new"), 0);
        CHECK(!is_left || said("\"broken_off_removed\":true"));
        CHECK(!run_exists(at("new.restoring")) && !run_exists(at("new/" RESTORING_MARKER)));
    }
    printf("killed 12 times, %u of them halfway\n", left);
    CHECK(left > 0);
    CHECK_INT(RUN(command_verify, "new", NULL), 0);
    CHECK(said("\"clean\":true"));
}

CHECK_TEST(a_place_without_its_marker_is_removed_only_when_it_is_empty)
{
    gone("new");
    for (int i = 0; i < 2; i++) { /* killed before its marker was there, or whole */
        CHECK(mkdir(at("new.restoring"), 0700) == 0);
        CHECK(i == 0 || file_write("new.restoring/" RESTORING_MARKER, "besa-rest"));
        CHECK_INT(restore("new"), 0);
        gone("new");
    }
    CHECK(mkdir(at("new.restoring"), 0700) == 0 && file_write("new.restoring/besa.conf", "mine\n"));
    CHECK_INT(restore("new"), EX_CANTCREAT);
    CHECK(said("look what it is") && run_exists(at("new.restoring/besa.conf")));
    CHECK(!run_exists(at("new")));
    gone("new.restoring");
}

CHECK_TEST(a_link_or_file_in_its_place_is_never_followed)
{
    CHECK(symlink(at("ro"), at("new.restoring")) == 0);
    CHECK_INT(restore("new"), EX_CANTCREAT);
    CHECK(run_exists(at("ro/besa.conf")));
    CHECK(unlink(at("new.restoring")) == 0 && file_write("new.restoring", "x"));
    CHECK_INT(restore("new"), EX_CANTCREAT);
    CHECK(run_exists(at("new.restoring")) && unlink(at("new.restoring")) == 0);
}

/* A node's home that somebody gave the name of a place: with a marker, were it ever to keep one, it is still not ours. */
CHECK_TEST(a_node_that_was_moved_there_is_left_alone)
{
    CHECK_INT(restore("moved"), 0);
    CHECK(file_write("moved/" RESTORING_MARKER,
                     "besa-restoring/1 00112233445566778899aabbccddeeff\n/elsewhere.restoring\n"));
    CHECK(rename(at("moved"), at("new.restoring")) == 0);
    CHECK_INT(restore("new"), EX_CANTCREAT);
    CHECK(run_exists(at("new.restoring/besa.db")));
    gone("new.restoring");
}

CHECK_TEST(a_place_where_another_works_is_left_to_it)
{
    struct restoring_place first = {.lock_fd = -1};
    struct restoring_place second = {.lock_fd = -1};
    struct error err = {0};

    CHECK_OK(restoring_begin(&first, at("new"), &err), err);
    CHECK(!restoring_begin(&second, at("new"), &err));
    CHECK_INT(err.kind, ERROR_BUSY);
    restoring_end(&second);
    CHECK(run_exists(at("new.restoring/" RESTORING_MARKER)));
    close(first.lock_fd); /* as if it had been killed here */
    first.lock_fd = -1;
    /* A node that runs there holds its own lock. */
    CHECK(file_write("new.restoring/" HOME_LOCK, ""));
    int node = open(at("new.restoring/" HOME_LOCK), O_RDWR | O_CLOEXEC);
    CHECK(node >= 0 && flock(node, LOCK_EX | LOCK_NB) == 0);
    error_clear(&err);
    CHECK(!restoring_begin(&second, at("new"), &err));
    CHECK_INT(err.kind, ERROR_BUSY);
    restoring_end(&second);
    close(node);
    error_clear(&err);
    CHECK_OK(restoring_begin(&second, at("new"), &err), err);
    CHECK(second.has_cleared);
    restoring_end(&second);
    CHECK(!run_exists(at("new.restoring")));
}

static struct database *books_of(const char *home)
{
    struct database_options options = {.env = env_real()};
    struct database *db = NULL;
    char place[300];
    struct error err = {0};

    snprintf(place, sizeof place, "%s/besa.db", at(home));
    options.place = place;
    return database_open(&options, &db, &err) ? db : NULL;
}

/* A session with a token that was taken back since, and a draft that its approver refused since. */
CHECK_TEST(sessions_and_drafts_of_the_backup_end)
{
    struct arena arena CLEANUP(arena_free) = arena_make(65536);
    struct span token = span_text("0123456789abcdef0123456789abcdef");
    struct session_row session = {
        .token_hash = token, .officer = span_text("admin-1"), .csrf = token, .made_ms = 1};
    struct approval_row draft = {.id = span_text("0123456789abcdef"),
                                 .act = span_text("item-erase"),
                                 .officer = span_text("admin-1"),
                                 .digest = token,
                                 .sealed = span_text("sealed"),
                                 .salt = token,
                                 .key = span_text("key"),
                                 .made_ms = 1,
                                 .until_ms = INT64_MAX};
    struct approval_row left;
    struct session_row rows[2];
    size_t count = 0;
    struct error err = {0};
    struct database *db = books_of("ro");

    CHECK_OR_RETURN(db != NULL);
    CHECK_OK(session_insert(db, &session, &err), err);
    CHECK_OK(approval_insert(db, &draft, &err), err);
    database_close(&db);
    CHECK_INT(RUN(command_backup, "ro", at("open"), W("--passphrase-file"), at("pass")), 0);
    CHECK_INT(RUN(command_restore, "new", at("open"), W("--passphrase-file"), at("pass")), 0);
    CHECK(said("\"sessions_ended\":1,\"drafts_ended\":1"));
    db = books_of("new");
    CHECK_OR_RETURN(db != NULL);
    CHECK_OK(session_list(db, &arena, NULL, rows, 2, &count, &err), err);
    CHECK_INT(count, 0);
    CHECK_OK(approval_find(db, &arena, draft.id, &left, &err), err);
    CHECK(left.state == APPROVAL_EXPIRED && left.sealed.size == 0);
    database_close(&db);
    gone("new");
}

static void record_text(const char *home, char out[RESTORING_KEEPER_TEXT_SIZE])
{
    struct home place = {.path = ""};
    struct restoring_keeper keeper;
    struct database *db = books_of(home);

    snprintf(place.path, sizeof place.path, "%s", at(home));
    restoring_keeper_look(&place, db, &keeper);
    restoring_keeper_text(&keeper, out);
    database_close(&db);
}

CHECK_TEST(a_record_that_is_older_than_the_books_is_told)
{
    struct buffer record CLEANUP(buffer_free) = buffer_make(8u << 20);
    char text[RESTORING_KEEPER_TEXT_SIZE];
    struct error err = {0};

    CHECK_INT(restore("new"), 0);
    CHECK(said("\"keeper_record\":\"as new as the books\""));
    CHECK_OK(env_read_file(env_real(), at("new/keeper/keeper.record"), record.limit, &record, &err),
             err);
    CHECK_INT(RUN(command_officer, "new", W("put"), W("ana"), W("Test"), W("desk"), W("auditor")),
              0);
    record_text("new", text);
    CHECK(strcmp(text, "as new as the books") == 0);
    CHECK_OK(env_write_file(env_real(), at("new/keeper/keeper.record"), buffer_span(&record), &err),
             err);
    record_text("new", text);
    CHECK(strstr(text, "older than the books (entries that it lacks: 1, in logs: 1)") != NULL);
    CHECK(unlink(at("new/keeper.pass")) == 0);
    record_text("new", text);
    CHECK(strstr(text, "not compared with the books: ") == text);
    gone("new");
}

int main(void)
{
    char command[64];

    crypto_start();
    umask(077);
    if (mkdtemp(directory) == NULL || !node_make())
        return 1;
    CHECK_RUN(a_restore_that_is_killed_anywhere_does_not_stop_the_next);
    CHECK_RUN(a_place_without_its_marker_is_removed_only_when_it_is_empty);
    CHECK_RUN(a_link_or_file_in_its_place_is_never_followed);
    CHECK_RUN(a_node_that_was_moved_there_is_left_alone);
    CHECK_RUN(a_place_where_another_works_is_left_to_it);
    CHECK_RUN(sessions_and_drafts_of_the_backup_end);
    CHECK_RUN(a_record_that_is_older_than_the_books_is_told);
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    return system(command) == 0 ? check_end() : 1;
}
