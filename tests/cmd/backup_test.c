/*
 * Backups: one sealed file of a node, the drill, and a restore; what was changed, cut or made for another key is refused
 * and leaves nothing behind; no planted word stands in the file.
 * covers: backup backup_known backup_file backup_lock backup_unpack backup_verify restore node_backup
 */
#include "check.h"

#include "base/attributes.h"
#include "base/text.h"
#include "cmd/backup.h"
#include "cmd/demo_run.h"
#include "cmd/node.h"
#include "crypto/secret.h"
#include "keeper/record_form.h"
#include "store/local_rows.h"

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <sys/resource.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

const struct command commands[] = {{.name = NULL}};
static const struct command trial = {.name = "trial", .usage = "", .help = "Tries."};
static char directory[] = "/tmp/besa-backup-XXXXXX";

#define CANARY "plantedcanary9931"

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
    struct options options = {
        .command = &trial,
        .home = home == NULL ? NULL : at(home),
        .officer = command == command_case || command == command_attach ? "duty-1" : "admin-1",
        .reason = "a test " CANARY,
        .case_number = command == command_attach ? "c-1" : NULL,
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

#define RUN(command, home, ...) run(command, home, (char *[]){(char[]){"trial"}, __VA_ARGS__, NULL})
#define W(text)                 ((char[]){text})

static bool file_has(const char *path, const char *text)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(64u << 20);
    struct error err = {0};

    return env_read_file(env_real(), path, bytes.limit, &bytes, &err) &&
           memmem(bytes.data, bytes.size, text, strlen(text)) != NULL;
}

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

static bool file_write(const char *name, const char *text, size_t times)
{
    FILE *file = fopen(at(name), "w");
    for (size_t i = 0; file != NULL && i < times; i++)
        fputs(text, file);
    return file != NULL && fclose(file) == 0;
}

/* Names in the test's directory that begin so. */
static size_t count_of(const char *prefix)
{
    DIR *opened = opendir(directory);
    size_t count = 0;
    for (struct dirent *found; opened != NULL && (found = readdir(opened)) != NULL;)
        count += strncmp(found->d_name, prefix, strlen(prefix)) == 0;
    closedir(opened);
    return count;
}

CHECK_TEST(a_backup_is_one_sealed_file)
{
    CHECK_INT(RUN(command_init, "ro", W("--party"), W("ro"), W("--listen"), W("127.0.0.1:8443"),
                  W("--contact"), W("telephone of an exercise"), W("--training"),
                  W("--make-institution"), W("Institution of an exercise")),
              0);
    CHECK_INT(
        RUN(command_officer, "ro", W("put"), W("duty-1"), W("Test"), W("desk"), W("duty_officer")),
        0);
    CHECK_INT(RUN(command_case, "ro", W("c-1"), W("Title " CANARY)), 0);
    CHECK(file_write("photo", CANARY, 200000));
    CHECK_INT(RUN(command_attach, "ro", W("upload"), at("photo"), W("--name"), W(CANARY)), 0);
    CHECK(file_write("pass", "a passphrase\n", 1) && file_write("other", "another\n", 1));
    CHECK_INT(RUN(command_backup, "ro", at("b1"), W("--passphrase-file"), at("pass")), 0);
    CHECK(said("\"files\":2"));
    struct stat st;
    CHECK(stat(at("b1"), &st) == 0 && (st.st_mode & 077) == 0);
    CHECK(!file_has(at("b1"), CANARY));
    CHECK(!file_has(at("b1"), "besa.conf"));
    CHECK(!run_exists(at("ro/run/backup.db")) && !run_exists(at("b1.part")));
}

CHECK_TEST(a_name_that_is_taken_is_not_written_over)
{
    CHECK_INT(RUN(command_backup, "ro", at("b1"), W("--passphrase-file"), at("pass")),
              EX_CANTCREAT);
    CHECK_INT(RUN(command_backup, "ro", at("b3")), EX_DATAERR);
    CHECK(said("--recovery"));
    CHECK(!run_exists(at("b3")));
}

CHECK_TEST(a_passphrase_that_others_can_read_is_refused)
{
    chmod(at("pass"), 0640);
    CHECK_INT(RUN(command_backup, "ro", at("b6"), W("--passphrase-file"), at("pass")), EX_NOPERM);
    CHECK(said("0600") && !run_exists(at("b6")));
    CHECK_INT(RUN(command_restore, "b6", at("b1"), W("--passphrase-file"), at("pass")), EX_NOPERM);
    chmod(at("pass"), 0600);
}

static bool setting(const char *home, const char *name, struct buffer *out)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    struct database_options options = {.env = env_real()};
    struct database *db CLEANUP(database_close) = NULL;
    char place[512];
    struct span value;
    struct error err = {0};

    snprintf(place, sizeof place, "%s/besa.db", at(home));
    options.place = place;
    buffer_clear(out);
    return database_open(&options, &db, &err) && setting_get(db, &arena, name, &value, &err) &&
           buffer_add(out, value);
}

CHECK_TEST(the_drill_restores_and_verifies_and_is_recorded)
{
    struct buffer value CLEANUP(buffer_free) = buffer_make(256);
    setenv("TMPDIR", directory, 1);
    CHECK(!setting("ro", BACKUP_SETTING, &value));
    CHECK_INT(RUN(command_backup, "ro", W("verify"), at("b1"), W("--passphrase-file"), at("pass")),
              0);
    CHECK(said("\"clean\":true") && said("\"recorded\":true"));
    CHECK(setting("ro", BACKUP_SETTING, &value) && value.size > 64);
    CHECK_INT(count_of("besa-drill"), 0);
    CHECK_INT(RUN(command_backup, NULL, W("verify"), at("b1"), W("--passphrase-file"), at("pass")),
              0);
    CHECK(said("\"recorded\":false"));
    CHECK_INT(RUN(command_backup, "ro", W("verify"), at("b1"), W("--passphrase-file"), at("other")),
              EX_DATAERR);
    CHECK(said("passphrase is wrong"));
    CHECK_INT(count_of("besa-drill"), 0);
}

CHECK_TEST(the_backup_of_another_node_is_not_recorded_here)
{
    struct buffer before CLEANUP(buffer_free) = buffer_make(256);
    struct buffer value CLEANUP(buffer_free) = buffer_make(256);

    CHECK_INT(RUN(command_init, "twin", W("--party"), W("ro"), W("--listen"), W("127.0.0.1:8443"),
                  W("--contact"), W("telephone of an exercise"), W("--training"),
                  W("--make-institution"), W("Institution of an exercise")),
              0);
    CHECK_INT(
        RUN(command_backup, "twin", W("verify"), at("b1"), W("--passphrase-file"), at("pass")),
        EX_NOPERM);
    CHECK(said("another node") && !setting("twin", BACKUP_SETTING, &value));
    CHECK_INT(RUN(command_backup, "ro", at("b5"), W("--passphrase-file"), at("pass")), 0);
    CHECK_INT(RUN(command_backup, "ro", W("verify"), at("b5"), W("--passphrase-file"), at("pass")),
              0);
    CHECK(setting("ro", BACKUP_SETTING, &before));
    CHECK_INT(RUN(command_backup, "ro", W("verify"), at("b1"), W("--passphrase-file"), at("pass")),
              0);
    CHECK(setting("ro", BACKUP_SETTING, &value) &&
          span_equal(buffer_span(&before), buffer_span(&value)));
}

/* A drill in a child, which is sent `how` when its scratch holds a database. */
static bool drill_broken_off(int how)
{
    glob_t found;
    pid_t pid = fork();

    if (pid == 0)
        _exit(RUN(command_backup, "ro", W("verify"), at("b1"), W("--passphrase-file"), at("pass")));
    for (int i = 0; i < 5000; i++) {
        memset(&found, 0, sizeof found);
        bool is_there = glob(at("ro/run/besa-drill-*/keeper.pass"), 0, NULL, &found) == 0;
        globfree(&found);
        if (is_there)
            break;
        usleep(1000);
    }
    kill(pid, how);
    int status = 0;
    return waitpid(pid, &status, 0) == pid && (status != 0);
}

static bool scratch_is_left(void)
{
    glob_t found = {.gl_pathc = 0};
    bool is_left = glob(at("ro/run/besa-drill-*"), 0, NULL, &found) == 0;
    globfree(&found);
    return is_left;
}

CHECK_TEST(a_drill_that_is_broken_off_leaves_no_node_in_the_clear)
{
    CHECK(drill_broken_off(SIGTERM));
    CHECK(!scratch_is_left());
    CHECK(drill_broken_off(SIGKILL));
    CHECK(scratch_is_left());
    CHECK_INT(RUN(command_backup, "ro", W("verify"), at("b1"), W("--passphrase-file"), at("pass")),
              0);
    CHECK(!scratch_is_left());
}

/* As `besa backup key` makes it, but under a passphrase that costs a test nothing. */
static bool recovery_make_cheaply(const char *name)
{
    uint8_t pair[AGREE_PRIVATE_SIZE + AGREE_PUBLIC_SIZE];
    struct buffer sealed CLEANUP(buffer_free) = buffer_make(4096);
    char base64[BASE64_SIZE(AGREE_PUBLIC_SIZE) + 1];
    char text[256];
    struct error err = {0};

    bool ok = agree_make(env_real(), pair, pair + AGREE_PRIVATE_SIZE, &err) &&
              secret_seal(env_real(), span_text("a passphrase"), SECRET_COST_FAST,
                          span_make(pair, sizeof pair), &sealed, &err) &&
              env_write_file(env_real(), at(name), buffer_span(&sealed), &err);
    base64_write(span_make(pair + AGREE_PRIVATE_SIZE, AGREE_PUBLIC_SIZE), base64);
    snprintf(text, sizeof text, "besa-recovery/1 %s\n", base64);
    char with[64];
    snprintf(with, sizeof with, "%s.pub", name);
    return ok && file_write(with, text, 1);
}

CHECK_TEST(whoever_makes_backups_for_a_recovery_key_cannot_read_them)
{
    CHECK_INT(RUN(command_backup, NULL, W("key"), at("rec0"), W("--passphrase-file"), at("pass")),
              0);
    CHECK_INT(RUN(command_backup, "ro", at("b0"), W("--recovery"), at("rec0.pub")), 0);
    CHECK_INT(RUN(command_backup, NULL, W("verify"), at("b0"), W("--passphrase-file"), at("pass"),
                  W("--recovery-key"), at("rec0")),
              0);
    CHECK(recovery_make_cheaply("rec") && recovery_make_cheaply("rec2"));
    CHECK_INT(RUN(command_backup, "ro", at("b2"), W("--recovery"), at("rec.pub")), 0);
    CHECK_INT(RUN(command_backup, NULL, W("verify"), at("b2"), W("--passphrase-file"), at("pass")),
              EX_DATAERR);
    CHECK(said("--recovery-key"));
    CHECK_INT(RUN(command_backup, NULL, W("verify"), at("b2"), W("--passphrase-file"), at("pass"),
                  W("--recovery-key"), at("rec2")),
              EX_DATAERR);
    CHECK_INT(RUN(command_backup, NULL, W("verify"), at("b2"), W("--passphrase-file"), at("pass"),
                  W("--recovery-key"), at("rec")),
              0);
    CHECK(said("\"clean\":true"));
}

static bool copy_spoilt(const char *from, const char *to, size_t position, bool is_cut)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(64u << 20);
    struct error err = {0};
    if (!env_read_file(env_real(), at(from), bytes.limit, &bytes, &err))
        return false;
    size_t where = position % bytes.size;
    if (is_cut)
        bytes.size = where;
    else
        bytes.data[where] ^= 1;
    return env_write_file(env_real(), at(to), buffer_span(&bytes), &err);
}

CHECK_TEST(a_changed_or_cut_backup_restores_nothing)
{
    for (size_t i = 0; i < 12; i++) {
        CHECK(copy_spoilt("b2", "bad", i * 700001 + 3, i % 2 == 0));
        CHECK_INT(RUN(command_restore, "new", at("bad"), W("--passphrase-file"), at("pass"),
                      W("--recovery-key"), at("rec")),
                  EX_DATAERR);
        CHECK(!run_exists(at("new")) && !run_exists(at("new.restoring")));
    }
}

CHECK_TEST(a_restore_is_the_node_and_says_that_it_was_restored)
{
    struct buffer value CLEANUP(buffer_free) = buffer_make(256);
    struct buffer record CLEANUP(buffer_free) = buffer_make(64u << 20);
    struct error err = {0};

    CHECK_INT(RUN(command_restore, "new", at("b2"), W("--passphrase-file"), at("pass"),
                  W("--recovery-key"), at("rec")),
              0);
    CHECK(setting("new", JOURNAL_RESTORED_SETTING, &value) && value.size > 0);
    CHECK_INT(RUN(command_restore, "new", at("b2"), W("--passphrase-file"), at("pass"),
                  W("--recovery-key"), at("rec")),
              EX_CANTCREAT);
    CHECK_INT(RUN(command_restore, "ro", at("b2"), W("--passphrase-file"), at("pass"),
                  W("--recovery-key"), at("rec")),
              EX_CANTCREAT);
    CHECK_INT(RUN(command_verify, "new", NULL), 0);
    CHECK(said("\"clean\":true"));
    /* No daily key is in it. */
    CHECK_OK(env_read_file(env_real(), at("new/keeper/keeper.record"), record.limit, &record, &err),
             err);
    size_t from = (size_t)RECORD_PSK_BLOCK_FIRST * RECORD_BLOCK_SIZE;
    CHECK_OR_RETURN(record.size > from);
    for (size_t i = from; i < record.size; i++)
        CHECK_OR_RETURN(record.data[i] == 0);
}

/* The logs of a home as `besa log list` tells them. */
static bool logs_equal(const char *one, const char *other)
{
    struct buffer first CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct buffer second CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};

    return RUN(command_log, one, W("list")) == 0 &&
           env_read_file(env_real(), at("out"), first.limit, &first, &err) &&
           RUN(command_log, other, W("list")) == 0 &&
           env_read_file(env_real(), at("out"), second.limit, &second, &err) &&
           span_equal(buffer_span(&first), buffer_span(&second));
}

static bool copy_configure(void)
{
    FILE *file = fopen(at("ro/besa.conf"), "a");

    if (file == NULL || mkdir(at("copy"), 0700) != 0)
        return false;
    fprintf(file, "audit_copy = %s\n", at("copy"));
    return fclose(file) == 0;
}

CHECK_TEST(a_restore_brings_back_the_acts_of_the_audit_copy)
{
    CHECK_OR_RETURN(copy_configure());
    CHECK_INT(RUN(command_backup, "ro", at("b6"), W("--recovery"), at("rec.pub")), 0);
    CHECK_INT(RUN(command_case, "ro", W("c-2"), W("After")), 0);
    CHECK_INT(RUN(command_case, "ro", W("c-3"), W("After")), 0);
    CHECK_INT(RUN(command_restore, "without", at("b6"), W("--passphrase-file"), at("pass"),
                  W("--recovery-key"), at("rec"), W("--audit-copy"), W("none")),
              0);
    CHECK(said("\"domestic_entries_back\":0"));
    CHECK(!logs_equal("ro", "without"));
    CHECK_INT(RUN(command_restore, "with", at("b6"), W("--passphrase-file"), at("pass"),
                  W("--recovery-key"), at("rec")),
              0);
    CHECK(said("\"domestic_entries_back\":2"));
    CHECK(logs_equal("ro", "with"));
    CHECK_INT(RUN(command_verify, "with", NULL), 0);
    CHECK(said("\"clean\":true"));
}

CHECK_TEST(a_copy_that_was_cut_or_is_not_there_is_told)
{
    struct stat st;

    CHECK_OR_RETURN(stat(at("copy/audit-000000.copy"), &st) == 0);
    CHECK(truncate(at("copy/audit-000000.copy"), st.st_size - 9) == 0);
    CHECK_INT(RUN(command_restore, "cut", at("b6"), W("--passphrase-file"), at("pass"),
                  W("--recovery-key"), at("rec"), W("--audit-copy"), at("copy")),
              0);
    CHECK(!said("\"audit_copy_torn_bytes\":0,"));
    CHECK_INT(RUN(command_restore, "absent", at("b6"), W("--passphrase-file"), at("pass"),
                  W("--recovery-key"), at("rec"), W("--audit-copy"), at("nowhere")),
              EX_DATAERR);
    CHECK(!run_exists(at("absent")) && !run_exists(at("absent.restoring")));
}

CHECK_TEST(a_full_disk_leaves_no_half_file)
{
    struct rlimit before;
    struct rlimit small = {.rlim_cur = 512 * 1024};

    CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
    int code = RUN(command_backup, "ro", at("b4"), W("--recovery"), at("rec.pub"));
    CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK(code != 0);
    CHECK(said("no backup was made"));
    CHECK(!run_exists(at("b4")) && !run_exists(at("b4.part")) &&
          !run_exists(at("ro/run/backup.db")));
}

CHECK_TEST(only_names_of_a_node_are_in_a_backup)
{
    static const char *const good[] = {"besa.conf", "keeper/keeper.keys", "partners/al.pairing",
                                       "partners/al.psk-hash",
                                       "attachments/ab/ab000000000000000000000000000000"};
    static const char *const bad[] = {"",
                                      "../besa.conf",
                                      "/etc/passwd",
                                      "lock",
                                      "keeper/../x",
                                      "partners/../al.pairing",
                                      "partners/",
                                      "partners/.pairing",
                                      "attachments/ab/cd000000000000000000000000000000",
                                      "attachments/ab/ab00000000000000000000000000000/",
                                      "attachments/ab/ab",
                                      "besa.conf2"};

    for (size_t i = 0; i < ARRAY_COUNT(good); i++)
        CHECK(backup_name_is_allowed(span_text(good[i])));
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        CHECK(!backup_name_is_allowed(span_text(bad[i])));
}

int main(void)
{
    char command[64];

    crypto_start();
    umask(077);
    if (mkdtemp(directory) == NULL)
        return 1;
    CHECK_RUN(a_backup_is_one_sealed_file);
    CHECK_RUN(a_name_that_is_taken_is_not_written_over);
    CHECK_RUN(a_passphrase_that_others_can_read_is_refused);
    CHECK_RUN(the_drill_restores_and_verifies_and_is_recorded);
    CHECK_RUN(the_backup_of_another_node_is_not_recorded_here);
    CHECK_RUN(a_drill_that_is_broken_off_leaves_no_node_in_the_clear);
    CHECK_RUN(whoever_makes_backups_for_a_recovery_key_cannot_read_them);
    CHECK_RUN(a_changed_or_cut_backup_restores_nothing);
    CHECK_RUN(a_restore_is_the_node_and_says_that_it_was_restored);
    CHECK_RUN(a_restore_brings_back_the_acts_of_the_audit_copy);
    CHECK_RUN(a_copy_that_was_cut_or_is_not_there_is_told);
    CHECK_RUN(a_full_disk_leaves_no_half_file);
    CHECK_RUN(only_names_of_a_node_are_in_a_backup);
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    return system(command) == 0 ? check_end() : 1;
}
