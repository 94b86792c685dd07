/*
 * `besa upgrade`: books of an older schema are not served; upgraded with a verified backup or two officers; the tables are
 * built anew and equal, and every book verifies. The old books are made by undoing the newest migrations of real ones.
 */
#include "check.h"

#include "base/attributes.h"
#include "cmd/backup.h"
#include "cmd/node.h"
#include "crypto/secret.h"
#include "store/local_rows.h"
#include "store/schema.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
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

/* What one statement of a migration made, is dropped. */
static bool undo(struct database *db, const char *statement, struct error *err)
{
    char table[64];
    char column[64];
    char sql[200] = "";

    if (strncmp(statement, "update ", 7) == 0)
        return true; /* of a column that goes */
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

/* Newest first, and in each the last statement first. */
static bool books_age(struct error *err)
{
    struct database *db CLEANUP(database_close) = books();
    char sql[16384];

    for (size_t at_migration = schema_migration_count; at_migration > OLD_SCHEMA; at_migration--) {
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
    snprintf(sql, sizeof sql,
             "delete from schema_version where number > %d;"
             "delete from settings where name = 'apply_number'",
             OLD_SCHEMA);
    return database_run(db, sql, err);
}

static int64_t version(void)
{
    struct database *db CLEANUP(database_close) = books();
    struct error err = {0};
    int64_t number = -1;
    return database_version(db, &number, &err) ? number : -1;
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
    CHECK(config_make_real());
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

static bool backup_setting_put(int64_t made_ms)
{
    struct database *db CLEANUP(database_close) = books();
    uint8_t manifest[DIGEST_SIZE] = {1};
    char text[BACKUP_SETTING_SIZE];
    struct error err = {0};

    backup_setting_write(made_ms, made_ms, manifest, text);
    return setting_put(db, BACKUP_SETTING, span_text(text), &err);
}

CHECK_TEST(an_old_backup_is_not_enough)
{
    int64_t now_ms = env_real()->now_ms(env_real()->context);
    CHECK(backup_setting_put(now_ms - BACKUP_AGE_MAX_MS - 60000));
    CHECK(RUN(command_upgrade, NULL) != 0);
    CHECK(said("of the last 26 hours is wanted"));
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
    CHECK(backup_setting_put(1));
    approver = "second";
    CHECK_INT(RUN(command_upgrade, W("--without-backup")), 0);
    CHECK(said("\"clean\":true"));
    CHECK_INT(version(), schema_migration_count);
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
    CHECK_RUN(an_old_backup_is_not_enough);
    CHECK_RUN(old_books_are_backed_up_by_the_new_program_and_upgraded);
    CHECK_RUN(two_officers_may_do_without);
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    return system(command) == 0 ? check_end() : 1;
}
