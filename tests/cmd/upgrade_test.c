/*
 * `besa upgrade`: books of an older schema are not served; upgraded with a verified backup or two officers, and every book
 * verifies; an upgrade that is killed is recorded by the next start. The old books are made by undoing the newest
 * migrations of real ones. That every table is as in a node that ran all along: tests/real/upgrade.sh.
 * covers: upgrade upgrade_order
 */
#include "check.h"

#include "base/attributes.h"
#include "cmd/backup.h"
#include "cmd/books.h"
#include "cmd/node.h"
#include "cmd/support/old_books.h"
#include "cmd/upgrade_order.h"
#include "crypto/secret.h"
#include "message/act.h"
#include "store/local_rows.h"
#include "store/schema.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

const struct command commands[] = {{.name = NULL}};
static const struct command trial = {.name = "trial", .usage = "", .help = "Tries."};
static char directory[] = "/tmp/besa-upgrade-XXXXXX";
static const char *approver;
static const char *officer; /* NULL: who the command wants */
static const char *reason = "a test";

#define OLD_SCHEMA 4

static char *at(const char *name)
{
    static char paths[8][256];
    static size_t next;
    char *path = paths[next++ % 8];

    snprintf(path, 256, "%s/%s", directory, name);
    return path;
}

static int run(command_run *command, char **argv)
{
    struct options options = {.command = &trial,
                              .home = at("ro"),
                              .officer = officer != NULL           ? officer
                                         : command == command_case ? "duty-1"
                                                                   : "admin-1",
                              .approver = approver,
                              .reason = reason,
                              .is_json = true};
    int argc = 0;
    int away = open(at("out"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int out = dup(STDOUT_FILENO);
    int err = dup(STDERR_FILENO);

    while (argv[argc] != NULL)
        argc++;
    fflush(stdout);
    fflush(stderr);
    dup2(away, STDOUT_FILENO);
    dup2(away, STDERR_FILENO);
    int code = command(&options, argc, argv);
    fflush(stdout);
    fflush(stderr);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    close(away);
    return code;
}

#define RUN(command, ...) run(command, (char *[]){(char[]){"trial"}, __VA_ARGS__, NULL})
#define W(text)           ((char[]){text})

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

static struct database *books(void)
{
    struct database_options options = {.place = at("ro/besa.db"), .env = env_real()};
    struct database *db = NULL;
    struct error err = {0};
    if (!database_open(&options, &db, &err))
        printf("%s\n", err.text);
    return db;
}

static bool books_age(struct error *err)
{
    struct database *db CLEANUP(database_close) = books();

    return old_books_make(db, OLD_SCHEMA, err);
}

/* New again, without an upgrade. */
static bool books_restore(struct error *err)
{
    struct database *db CLEANUP(database_close) = books();

    return database_migrate(db, schema_migrations, schema_migration_count, err);
}

static int64_t version(void)
{
    struct database *db CLEANUP(database_close) = books();
    struct error err = {0};
    int64_t number = -1;
    return database_version(db, &number, &err) ? number : -1;
}

/* As if it had been made for real data. */
static bool node_make_real(void)
{
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    struct buffer file CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);
    struct pairing own;
    struct error err = {0};

    if (!books_own_pairing(env_real(), at("ro"), &arena, &own, &err))
        return false;
    own.is_training = false;
    return pairing_write(&own, &file) &&
           env_write_file(env_real(), at("ro/own.pairing"), buffer_span(&file), &err);
}

static bool config_make_real(void)
{
    struct home home;
    struct config config;
    struct error err = {0};

    if (!home_find(at("ro"), &home, &err) || !home_config_load(&home, &config, &err))
        return false;
    config.is_training = false;
    return home_config_save(&home, &config, &err);
}

CHECK_TEST(old_books_are_not_served_by_a_newer_program)
{
    struct error err = {0};

    CHECK_INT(RUN(command_init, W("--party"), W("ro"), W("--listen"), W("127.0.0.1:8443"),
                  W("--contact"), W("telephone of an exercise"), W("--training"),
                  W("--make-institution"), W("Institution of an exercise")),
              0);
    CHECK_INT(RUN(command_officer, W("put"), W("second"), W("Test"), W("desk"), W("approver")), 0);
    CHECK_INT(RUN(command_officer, W("put"), W("duty-1"), W("Test"), W("desk"), W("duty_officer")),
              0);
    CHECK_INT(RUN(command_case, W("c-1"), W("Test")), 0);
    CHECK(config_make_real() && node_make_real());
    CHECK_INT(RUN(command_upgrade, NULL), 0);
    CHECK(said("nothing to do"));
    CHECK_OK(books_age(&err), err);
    CHECK(RUN(command_case, W("c-2"), W("Test")) != 0);
    CHECK(said("besa upgrade"));
    CHECK_INT(version(), OLD_SCHEMA);
}

CHECK_TEST(an_upgrade_wants_a_backup_or_two_officers)
{
    CHECK_INT(RUN(command_upgrade, W("--check")), 0);
    CHECK(said("\"schema_from\":4") && said("\"rebuilds\":true"));
    CHECK(RUN(command_upgrade, NULL) != 0);
    CHECK(said("no verified backup"));
    CHECK(RUN(command_upgrade, W("--without-backup")) != 0);
    CHECK(said("--approver"));
    approver = "admin-1";
    CHECK(RUN(command_upgrade, W("--without-backup")) != 0);
    CHECK(said("two officers"));
    approver = "nobody";
    CHECK(RUN(command_upgrade, W("--without-backup")) != 0);
    approver = NULL;
    CHECK_INT(version(), OLD_SCHEMA);
}

CHECK_TEST(who_may_not_order_it_changes_nothing)
{
    officer = "duty-1";
    approver = "second";
    CHECK_INT(RUN(command_upgrade, W("--without-backup")), EX_NOPERM);
    CHECK(said("not for the role duty_officer"));
    CHECK_INT(version(), OLD_SCHEMA);
    officer = NULL;
    approver = "duty-1";
    CHECK_INT(RUN(command_upgrade, W("--without-backup")), EX_NOPERM);
    CHECK_INT(version(), OLD_SCHEMA);
    approver = "second";
    reason = NULL;
    CHECK(RUN(command_upgrade, W("--without-backup")) != 0);
    CHECK(said("--reason"));
    CHECK_INT(version(), OLD_SCHEMA);
    approver = NULL;
    reason = "a test";
}

static bool backup_setting_put(int64_t made_ms, int64_t last_entry)
{
    struct database *db CLEANUP(database_close) = books();
    struct backup_drilled drilled = {.made_ms = made_ms, .last_entry = last_entry, .manifest = {1}};
    char text[BACKUP_SETTING_SIZE];
    struct error err = {0};

    backup_setting_write(&drilled, made_ms, text);
    if (last_entry < 0) /* as an older program wrote it */
        *strrchr(text, ' ') = '\0';
    return setting_put(db, BACKUP_SETTING, span_text(text), &err);
}

static bool last_id(int64_t *out)
{
    struct database *db CLEANUP(database_close) = books();
    struct error err = {0};

    return entry_last_id(db, out, &err);
}

/* As if it had come from a partner: an entry of another log than the domestic one. */
static bool exchanged_put(int64_t id, bool is_there)
{
    struct database *db CLEANUP(database_close) = books();
    char sql[512];
    struct error err = {0};

    snprintf(sql, sizeof sql,
             is_there ? "insert into logs (id, origin, kind, agreement, partner, size, frontier,"
                        " handled, read_only) values (99, 'al/x/to/ro/0', 2, 'x', 'al', 0, x'', 0,"
                        " null); insert into entries (id, log, message_id, head, leaf, type,"
                        " created_ms, body_size, body_state) values (%lld, 99, x'', x'', x'', 1, 0,"
                        " 0, 0)"
                      : "delete from logs where id = 99; delete from entries where id = %lld",
             (long long)id);
    return database_run(db, sql, &err);
}

CHECK_TEST(a_backup_that_lacks_something_is_not_enough)
{
    int64_t now_ms = env_real()->now_ms(env_real()->context);
    int64_t last = 0;

    CHECK_OR_RETURN(last_id(&last) && last > 0);
    CHECK(backup_setting_put(now_ms, -1));
    CHECK(RUN(command_upgrade, NULL) != 0);
    CHECK(said("an older program's"));
    CHECK(backup_setting_put(now_ms, last) && exchanged_put(last + 1, true));
    CHECK(RUN(command_upgrade, NULL) != 0);
    CHECK(said("came 1 entries of exchange"));
    CHECK(exchanged_put(last + 1, false));
    CHECK_INT(version(), OLD_SCHEMA);
}

CHECK_TEST(acts_after_the_backup_are_counted)
{
    int64_t last = 0;
    int64_t now_ms = env_real()->now_ms(env_real()->context);
    struct error err = {0};

    CHECK_OK(books_restore(&err), err);
    for (int i = 0; i < 10; i++)
        CHECK_INT(RUN(command_case, W("c-1"), W("Test")), 0);
    CHECK_OK(books_age(&err), err);
    CHECK_OR_RETURN(last_id(&last));
    CHECK(backup_setting_put(now_ms, last - 9));
    CHECK(RUN(command_upgrade, NULL) != 0);
    CHECK(said("9 acts (at most 8 may)"));
    CHECK(backup_setting_put(1, last)); /* old, and nothing came after it */
    CHECK_INT(RUN(command_upgrade, W("--check")), 0);
    CHECK_INT(version(), OLD_SCHEMA);
}

CHECK_TEST(old_books_are_backed_up_by_the_new_program_and_upgraded)
{
    FILE *pass = fopen(at("pass"), "w");
    CHECK_OR_RETURN(pass != NULL);
    fputs("a passphrase\n", pass);
    fclose(pass);
    setenv("TMPDIR", directory, 1);
    CHECK_INT(RUN(command_backup, at("b1"), W("--passphrase-file"), at("pass")), 0);
    CHECK_INT(version(), OLD_SCHEMA);
    CHECK_INT(RUN(command_backup, W("verify"), at("b1"), W("--passphrase-file"), at("pass")), 0);
    CHECK(said("\"clean\":true") && said("\"recorded\":true"));
    CHECK_INT(version(), OLD_SCHEMA);
    CHECK_INT(RUN(command_upgrade, NULL), 0);
    CHECK(said("\"clean\":true") && said("besa serve"));
    CHECK_INT(version(), schema_migration_count);
    CHECK_INT(RUN(command_case, W("c-2"), W("Test")), 0);
    CHECK_INT(RUN(command_verify, NULL), 0);
    CHECK(said("\"clean\":true"));
    CHECK_INT(RUN(command_upgrade, NULL), 0);
    CHECK(said("nothing to do"));
}

CHECK_TEST(two_officers_may_do_without)
{
    struct error err = {0};
    CHECK_OK(books_age(&err), err);
    CHECK(backup_setting_put(1, -1));
    approver = "second";
    CHECK_INT(RUN(command_upgrade, W("--without-backup")), 0);
    CHECK(said("\"clean\":true"));
    CHECK_INT(version(), schema_migration_count);
}

/* Acts `upgrade` in the domestic log, numbered or not. Opening the books writes the one that is owed. */
static int upgrades(void)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64u << 20);
    struct node_options node_options = {.lock_fd = -1, .keeper_fd = -1};
    static struct problems problems;
    struct node *node = NULL;
    struct error err = {0};
    int64_t last = 0;
    int count = 0;

    bool ok = home_find(at("ro"), &node_options.home, &err) &&
              node_open(&node_options, &node, &err) && entry_last_id(node->db, &last, &err);
    for (int64_t id = 1; ok && id <= last; id++) {
        struct entry_row row;
        struct span body;
        struct act act;
        struct error ignored = {0};
        if (entry_find(node->db, &arena, id, &row, &ignored) && row.type == MESSAGE_ACT &&
            journal_body(&node->journal, &row, &arena, &body, &ignored) &&
            act_read(body, &arena, &act, &problems))
            count += span_is(act.act, "upgrade");
    }
    if (!ok)
        printf("%s\n", err.text);
    node_close(&node);
    return ok ? count : -1;
}

static bool has_order(void)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct database *db CLEANUP(database_close) = books();
    struct span line;
    struct error err = {0};

    return setting_get(db, &arena, UPGRADE_SETTING, &line, &err);
}

/* The window itself: the order stands, the migrations are committed, nothing more. */
CHECK_TEST(an_upgrade_killed_after_its_migrations_is_recorded_by_the_next_start)
{
    struct control_request request = {
        .act = span_text("upgrade"),
        .officer = span_text("admin-1"),
        .reason = span_text("ordered before the kill"),
        .arguments = span_text("{\"schema_from\":4,\"apply_from\":0,\"without_backup\":false}")};
    struct error err = {0};
    int before = upgrades();

    CHECK_OK(books_age(&err), err);
    struct database *db = books();
    CHECK_OK(upgrade_order_put(db, &request, &err), err);
    CHECK_OK(database_migrate(db, schema_migrations, schema_migration_count, &err), err);
    database_close(&db);
    CHECK(has_order());
    CHECK_INT(RUN(command_case, W("c-1"), W("Test")), 0); /* any command that opens the books */
    CHECK(!has_order());
    CHECK_INT(upgrades(), before + 1);
    CHECK_INT(upgrades(), before + 1); /* once */
    CHECK_INT(RUN(command_verify, NULL), 0);
    CHECK(said("\"clean\":true"));
}

/* The keeper of a killed upgrade notices by its closed socket, and holds the home until then. */
static bool home_wait(void)
{
    struct home home;
    struct error err = {0};
    int fd = -1;

    if (!home_find(at("ro"), &home, &err))
        return false;
    for (int i = 0; i < 1000; i++) {
        error_clear(&err);
        if (home_lock(&home, &fd, &err)) {
            home_unlock(&fd);
            return true;
        }
        usleep(10000);
    }
    return false;
}

CHECK_TEST(an_upgrade_killed_anywhere_is_done_and_recorded_once)
{
    struct error err = {0};
    int64_t whole_us = 0;
    int owed = 0;
    int old = 0;

    approver = "second";
    for (int i = 0; i <= 10; i++) {
        int before = upgrades();
        CHECK_OK(books_age(&err), err);
        int64_t began_ms = env_real()->monotonic_ms(NULL);
        pid_t pid = fork();
        if (pid == 0)
            _exit(RUN(command_upgrade, W("--without-backup")));
        if (i > 0) {
            usleep((useconds_t)(whole_us * i / 10));
            kill(pid, SIGKILL);
        }
        waitpid(pid, NULL, 0);
        CHECK(home_wait());
        if (i == 0)
            whole_us = (env_real()->monotonic_ms(NULL) - began_ms) * 1000;
        owed += version() == (int64_t)schema_migration_count && has_order();
        if (version() < (int64_t)schema_migration_count) {
            old++;
            CHECK_INT(RUN(command_upgrade, W("--without-backup")), 0);
        }
        CHECK_INT(upgrades(), before + 1);
        CHECK(!has_order());
    }
    printf("killed 10 times: %d before the books were new, %d before the act was written\n", old,
           owed);
    approver = NULL;
    CHECK_INT(RUN(command_verify, NULL), 0);
    CHECK(said("\"clean\":true"));
}

int main(void)
{
    char command[64];

    crypto_start();
    umask(077);
    if (mkdtemp(directory) == NULL)
        return 1;
    CHECK_RUN(old_books_are_not_served_by_a_newer_program);
    CHECK_RUN(an_upgrade_wants_a_backup_or_two_officers);
    CHECK_RUN(who_may_not_order_it_changes_nothing);
    CHECK_RUN(a_backup_that_lacks_something_is_not_enough);
    CHECK_RUN(acts_after_the_backup_are_counted);
    CHECK_RUN(old_books_are_backed_up_by_the_new_program_and_upgraded);
    CHECK_RUN(two_officers_may_do_without);
    CHECK_RUN(an_upgrade_killed_after_its_migrations_is_recorded_by_the_next_start);
    CHECK_RUN(an_upgrade_killed_anywhere_is_done_and_recorded_once);
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    return system(command) == 0 ? check_end() : 1;
}
