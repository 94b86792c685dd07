/*
 * Doctor: every check of both tables finds the fault that is planted for it, says it at the level it deserves, and names a
 * next step.
 * covers: doctor doctor_finding doctor_machine doctor_volume doctor_books doctor_logs doctor_retention
 * covers: doctor_limits doctor_witness
 */
#include "cmd/doctor.h"
#include "check.h"

#include "base/text.h"
#include "cmd/backup_known.h"
#include "cmd/command.h"
#include "cmd/desk.h"
#include "cmd/service.h"
#include "cmd/support/node_home.h"

#include "base/attributes.h"
#include "base/env.h"
#include "base/landlock.h"
#include "crypto/cms.h"
#include "exchange/private.h"
#include "journal/private.h"
#include "message/revocation.h"
#include "store/act_hold_rows.h"
#include "store/derived_rows.h"
#include "store/governance_rows.h"
#include "store/held_rows.h"
#include "store/key_rows.h"
#include "store/local_rows.h"
#include "store/log_rows.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

const struct command commands[] = {{.name = NULL}};

static struct node_home home;
static struct doctor *doctor;
static char root[64]; /* stands for /proc and /sys */
static const char *tried[64];
static size_t tried_count;

/* Once, however often a check is tried; only when it found a fault. */
static void tried_add(const char *name)
{
    if (doctor->worst == DOCTOR_OK)
        return;
    for (size_t i = 0; i < tried_count; i++)
        if (strcmp(tried[i], name) == 0)
            return;
    CHECK_OR_RETURN(tried_count < sizeof tried / sizeof tried[0]);
    tried[tried_count++] = name;
}

static void file_put(const char *relative, const char *text)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%s", root, relative);
    for (char *at = path + strlen(root) + 1; (at = strchr(at, '/')) != NULL; at++) {
        *at = '\0';
        mkdir(path, 0700);
        *at = '/';
    }
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        printf("doctor_test: %s cannot be made\n", path);
        exit(1);
    }
    fputs(text, file);
    fclose(file);
}

static int clock_kept(void)
{
    return 0;
}
static int clock_free(void)
{
    return 1;
}
static int clock_unknown(void)
{
    return -1;
}

static long landlock_none(void)
{
    return -1;
}
static long landlock_old(void)
{
    return 1;
}

static struct doctor_machine machine_of(void)
{
    return (struct doctor_machine){.home = home.home.path,
                                   .config = &home.node->config,
                                   .config_error = "",
                                   .proc = root,
                                   .sys = root,
                                   .clock_state = clock_kept,
                                   .landlock_version = landlock_version,
                                   .now_ms = env_real()->now_ms(env_real()->context),
                                   .disk_warning_size = 1,
                                   .disk_failure_size = 0};
}

/* Runs the machine's check of this name alone. */
static void machine_try(const char *name, const struct doctor_machine *machine)
{
    memset(doctor, 0, sizeof *doctor);
    for (size_t i = 0; i < doctor_machine_row_count; i++)
        if (strcmp(doctor_machine_rows[i].name, name) == 0) {
            doctor->check = name;
            doctor_machine_rows[i].run(doctor, machine);
            tried_add(name);
        }
}

static void books_try(const char *name)
{
    memset(doctor, 0, sizeof *doctor);
    for (size_t i = 0; i < doctor_books_row_count; i++)
        if (strcmp(doctor_books_rows[i].name, name) == 0) {
            doctor->check = name;
            doctor_books_rows[i].run(doctor, home.node);
            tried_add(name);
        }
}

/* A finding of this level with these words; from a warning on, with a next step. */
static bool found(enum doctor_level level, const char *words)
{
    for (size_t i = 0; i < doctor->count; i++) {
        const struct doctor_finding *finding = &doctor->findings[i];
        if (finding->level == level && strstr(finding->found, words) != NULL)
            return level < DOCTOR_WARNING || finding->next[0] != '\0';
    }
    for (size_t i = 0; i < doctor->count; i++)
        printf("  found: %s: %s\n", doctor_level_names[doctor->findings[i].level],
               doctor->findings[i].found);
    return false;
}

/* --- the machine --- */

CHECK_TEST(a_home_that_is_not_there_is_named)
{
    struct doctor_machine machine = machine_of();

    machine_try("home", &machine);
    CHECK(found(DOCTOR_OK, "home /"));
    machine.home = "/nonexistent/besa";
    machine_try("home", &machine);
    CHECK(found(DOCTOR_FAILURE, "/nonexistent/besa: No such file"));
    machine.home = "/proc/self/status";
    machine_try("home", &machine);
    CHECK(found(DOCTOR_FAILURE, "is no directory"));
}

CHECK_TEST(a_configuration_that_cannot_be_read_is_named_with_its_line)
{
    struct doctor_machine machine = machine_of();

    machine.config = NULL;
    machine.config_error = "line 3: unknown key 'listen'";
    machine_try("configuration", &machine);
    CHECK(found(DOCTOR_FAILURE, "line 3: unknown key 'listen'"));
}

CHECK_TEST(files_open_to_others_are_named)
{
    struct doctor_machine machine = machine_of();
    char path[HOME_PATH_SIZE];
    struct error err = {0};

    machine_try("files", &machine);
    CHECK(found(DOCTOR_OK, "all closed"));
    CHECK_OK(home_path(&home.home, HOME_CONF, path, &err), err);
    chmod(path, 0640);
    machine_try("files", &machine);
    CHECK(found(DOCTOR_FAILURE, "besa.conf is open to other users (mode 640)"));
    CHECK_INT(doctor->count, 1);
    chmod(path, 0600);
    if (geteuid() != 0)
        return;
    CHECK(chown(path, 65534, 65534) == 0);
    machine_try("files", &machine);
    CHECK(found(DOCTOR_FAILURE, "belongs to user 65534"));
    CHECK(chown(path, 0, 0) == 0);
}

CHECK_TEST(many_open_files_are_counted)
{
    struct doctor_machine machine = machine_of();
    char path[300];

    for (int i = 0; i < 20; i++) {
        snprintf(path, sizeof path, "%s/open-%d", home.directory, i);
        close(open(path, O_CREAT | O_WRONLY, 0644));
        chmod(path, 0644);
    }
    machine_try("files", &machine);
    CHECK(found(DOCTOR_FAILURE, "and 12 more"));
    CHECK_INT(doctor->count, 9);
    for (int i = 0; i < 20; i++) {
        snprintf(path, sizeof path, "%s/open-%d", home.directory, i);
        unlink(path);
    }
}

CHECK_TEST(a_disk_that_fills_up_is_named)
{
    struct doctor_machine machine = machine_of();

    machine_try("disk", &machine);
    CHECK(found(DOCTOR_OK, "MiB free"));
    machine.disk_warning_size = UINT64_MAX;
    machine_try("disk", &machine);
    CHECK(found(DOCTOR_WARNING, "MiB free"));
    machine.disk_failure_size = UINT64_MAX;
    machine_try("disk", &machine);
    CHECK(found(DOCTOR_FAILURE, "MiB free"));
    machine.home = "/nonexistent";
    machine_try("disk", &machine);
    CHECK(found(DOCTOR_FAILURE, "cannot be asked"));
}

CHECK_TEST(a_clock_that_nothing_keeps_is_named)
{
    struct doctor_machine machine = machine_of();

    machine_try("clock", &machine);
    CHECK_INT(doctor->worst, DOCTOR_OK);
    machine.clock_state = clock_free;
    machine_try("clock", &machine);
    CHECK(found(DOCTOR_WARNING, "nothing keeps the clock"));
    machine.clock_state = clock_unknown;
    machine_try("clock", &machine);
    CHECK(found(DOCTOR_NOTICE, "does not say"));
}

/* The device under the home, as sysfs would show it. */
static void device_put(const char *below, const char *uuid)
{
    struct stat st;
    char path[256];
    char line[256];

    stat(home.home.path, &st);
    snprintf(line, sizeof line, "36 25 %u:%u / /home rw - ext4 /dev/test rw\n", major(st.st_dev),
             minor(st.st_dev));
    file_put("self/mountinfo", line);
    snprintf(path, sizeof path, "dev/block/%u:%u%s/dm/uuid", major(st.st_dev), minor(st.st_dev),
             below);
    file_put(path, uuid);
}

static void root_clear(void)
{
    char command[256];

    snprintf(command, sizeof command, "rm -rf %s/dev %s/self", root, root);
    if (system(command) != 0)
        exit(1);
}

CHECK_TEST(a_volume_in_the_clear_is_named)
{
    struct doctor_machine machine = machine_of();
    struct stat st;

    stat(home.home.path, &st);
    if (major(st.st_dev) == 0)
        CHECK_NOT_RUN("the file system under /tmp has no block device");
    root_clear();
    machine_try("volume", &machine);
    CHECK(found(DOCTOR_NOTICE, "cannot be told"));
    device_put("", "LVM-abc\n");
    machine_try("volume", &machine);
    CHECK(found(DOCTOR_WARNING, "(/dev/test)"));
    root_clear();
    device_put("", "CRYPT-LUKS2-abc\n");
    machine_try("volume", &machine);
    CHECK(found(DOCTOR_OK, "encrypted volume (/dev/test)"));
}

CHECK_TEST(a_volume_is_encrypted_when_all_below_it_is)
{
    struct doctor_machine machine = machine_of();
    struct stat st;

    stat(home.home.path, &st);
    if (major(st.st_dev) == 0)
        CHECK_NOT_RUN("the file system under /tmp has no block device");
    root_clear();
    device_put("", "LVM-abc\n");
    device_put("/slaves/dm-1", "CRYPT-LUKS2-abc\n");
    machine_try("volume", &machine);
    CHECK(found(DOCTOR_OK, "encrypted volume"));
    device_put("/slaves/sdb1", "\n");
    machine_try("volume", &machine);
    CHECK(found(DOCTOR_WARNING, "does not encrypt"));
}

CHECK_TEST(swap_in_the_clear_is_named)
{
    struct doctor_machine machine = machine_of();

    machine.proc = "/nonexistent";
    machine_try("swap", &machine);
    CHECK(found(DOCTOR_NOTICE, "cannot be read"));
    machine.proc = root;
    file_put("swaps", "Filename Type Size Used Priority\n");
    machine_try("swap", &machine);
    CHECK(found(DOCTOR_OK, "nothing is swapped out"));
    file_put("swaps", "Filename Type Size Used Priority\n/dev/zram0 partition 1 0 1\n"
                      "/nonexistent/swapfile file 1 0 1\n");
    machine_try("swap", &machine);
    CHECK(found(DOCTOR_OK, "/dev/zram0"));
    CHECK(found(DOCTOR_WARNING, "swap /nonexistent/swapfile"));
}

CHECK_TEST(dumps_of_memory_are_named)
{
    struct doctor_machine machine = machine_of();

    file_put("sys/kernel/core_pattern", "|/bin/false\n");
    machine_try("core", &machine);
    CHECK(found(DOCTOR_OK, "no dumps"));
    file_put("sys/kernel/core_pattern", "/var/crash/core\n");
    machine_try("core", &machine);
    CHECK(found(DOCTOR_NOTICE, "/var/crash/core"));
    machine.proc = "/nonexistent";
    machine_try("core", &machine);
    CHECK(found(DOCTOR_NOTICE, "not known"));
}

CHECK_TEST(the_kernel_says_what_it_can_limit)
{
    struct doctor_machine machine = machine_of();

    machine_try("kernel", &machine);
    CHECK_INT(doctor->count, 1);
    CHECK(strstr(doctor->findings[0].found, "Landlock") != NULL);
    machine.landlock_version = landlock_none;
    machine_try("kernel", &machine);
    CHECK(found(DOCTOR_WARNING, "has no Landlock"));
    machine.landlock_version = landlock_old;
    machine_try("kernel", &machine);
    CHECK(found(DOCTOR_NOTICE, "Landlock 1 limits files, not the network"));
}

CHECK_TEST(a_certificate_that_ends_is_named)
{
    struct doctor_machine machine = machine_of();
    int64_t day_ms = INT64_C(86400000);

    machine_try("certificates", &machine);
    CHECK(found(DOCTOR_OK, "the TLS certificate holds for"));
    CHECK(found(DOCTOR_FAILURE, "the institution's certificate")); /* this home has none */
    machine.now_ms += 21 * day_ms;
    machine_try("certificates", &machine);
    CHECK(!found(DOCTOR_WARNING, "the TLS certificate ends in"));
    machine.now_ms += 2 * day_ms; /* a quarter of its 30 days is left */
    machine_try("certificates", &machine);
    CHECK(found(DOCTOR_WARNING, "the TLS certificate ends in"));
    machine.now_ms += 8 * day_ms;
    machine_try("certificates", &machine);
    CHECK(found(DOCTOR_FAILURE, "the TLS certificate has expired"));
    machine.now_ms -= 60 * day_ms;
    machine_try("certificates", &machine);
    CHECK(found(DOCTOR_FAILURE, "not valid yet"));
}

/* --- the books --- */

/* One line to `al`, in memory alone. */
static struct journal_line *line_put(void)
{
    static const struct agreement_party parties[2] = {{.contact = {NULL, 0}},
                                                      {.contact = {NULL, 0}}};
    struct journal *journal = &home.node->journal;
    struct journal_line *line = &journal->lines[0];

    *line = (struct journal_line){.partner = "al", .agreement_id = "ro-al", .partner_side = 1};
    memcpy(line->own_keys.log, journal->domestic_keys.log, sizeof line->own_keys.log);
    line->out = (struct journal_log){.id = 7001, .origin = "ro/ro-al/to/al/0"};
    line->in = (struct journal_log){.id = 7002, .origin = "al/ro-al/to/ro/0"};
    line->agreement.version = 1;
    line->agreement.parties = parties;
    line->agreement.valid_to_ms =
        home.node->env->now_ms(home.node->env->context) + INT64_C(300) * 86400000;
    journal->line_count = 1;
    return line;
}

static void line_take_away(void)
{
    home.node->journal.line_count = 0;
}

static bool keeper_refuses(void *context, struct span request, struct buffer *reply,
                           struct error *err)
{
    (void)context;
    (void)request;
    (void)reply;
    return error_set(err, ERROR_STORE, "its record is missing");
}

CHECK_TEST(a_keeper_that_signs_nothing_is_named)
{
    books_try("keeper");
    CHECK(found(DOCTOR_OK, "the keeper signs"));
    struct keeper_client kept = home.node->keeper;
    home.node->keeper = (struct keeper_client){.call = keeper_refuses};
    books_try("keeper");
    CHECK(found(DOCTOR_FAILURE, "the keeper signs nothing: its record is missing"));
    home.node->keeper = kept;
}

CHECK_TEST(a_read_only_log_is_named_with_its_reason)
{
    struct journal_line *line = line_put();

    books_try("logs");
    CHECK_INT(doctor->worst, DOCTOR_OK);
    snprintf(line->in.read_only, sizeof line->in.read_only, "an older backup was restored");
    books_try("logs");
    CHECK(found(DOCTOR_FAILURE, "log al/ro-al/to/ro/0 is read-only: an older backup was restored"));
    line_take_away();
}

/* The words of each reason, as the books keep them. */
CHECK_TEST(each_reason_of_a_read_only_log_names_the_next_command)
{
    struct journal_line *line = line_put();
    struct journal_log *domestic = &home.node->journal.domestic;
    const struct {
        struct journal_log *log;
        const char *reason;
        const char *next;
    } cases[] = {
        {domestic,
         "al witnessed 128 domestic entries under our signature, our books hold 64: an older backup was restored; acts wait until the log has a successor",
         "/domestic/0 --why restored"},
        {domestic,
         "al witnessed another domestic log of size 64 under our signature: entries were changed, or the node was cloned or restored",
         "/domestic/0 --why cloned"},
        {domestic,
         "al holds our later log ro/domestic/1: a backup from before this log ended was restored; restore a newer one",
         "newer backup"},
        {&line->out,
         "al holds our later log ro/ro-al/to/al/1: a backup from before this log ended was restored; restore a newer one",
         "newer backup"},
        {&line->out,
         "al holds 9 entries under our signature, our books 4: an older backup was restored; nothing is sent until the log is resumed",
         "two officers here: besa resume order"},
        {&line->out,
         "al holds another tree of size 4 under our signature: this log was written twice (a cloned or restored node)",
         "switch this one off for good"},
        {&line->out, "resumed to size 9 after a restore; it needs a successor",
         "besa succession prepare ro/ro-al/to/al/0 --why restored"},
        {&line->out, "ends at size 9 (key_theft): its successor waits for signatures",
         "countersign FILE at al; besa succession import FILE"},
        {&line->in,
         "al holds our receipt for 9 entries, our books have 4: an older backup was restored; no custody is given until the log is resumed",
         "the desk of al types besa resume allow"},
        {&line->in,
         "al holds our receipt for another tree of size 4 than our books: custody was given twice (a cloned or restored node)",
         "start the other one anew, and there: besa succession prepare ro/ro-al/to/al/0 --why cloned"},
        {&line->in,
         "al signed another tree of size 4 than the one in our custody, from index 2 on: its log forked; both checkpoints are kept",
         "besa agreement suspend"},
        {&line->in, "ends at size 9 (key_theft): its successor waits for signatures",
         "besa succession countersign FILE"},
        {domestic,
         "the keeper signed size 128, the database holds 64: an older database was restored; nothing is signed here any more, and the log ends where the partner's custody of it does",
         "/domestic/0 --why restored"},
        {domestic,
         "the keeper signed another tree of size 64 than the database holds: entries were changed",
         "/domestic/0 --why cloned"},
        {&line->out,
         "the keeper signed size 9, the database holds 4: an older database was restored; nothing is signed here any more, and the log ends where the partner's custody of it does",
         "besa succession prepare ro/ro-al/to/al/0 --why restored"},
        {&line->out,
         "the keeper signed another tree of size 4 than the database holds: entries were changed",
         "besa succession prepare ro/ro-al/to/al/0 --why cloned"},
        {&line->in, "the keeper's tree differs from the database's: entries were changed",
         "besa succession prepare ro/ro-al/to/al/0 --why cloned"},
        {&line->in, "something new", "besa resume status"},
    };

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        snprintf(cases[i].log->read_only, sizeof cases[i].log->read_only, "%s", cases[i].reason);
        books_try("logs");
        cases[i].log->read_only[0] = '\0';
        CHECK_INT(doctor->worst, DOCTOR_FAILURE);
        bool is_named = false;
        for (size_t k = 0; k < doctor->count; k++)
            is_named = is_named || (strstr(doctor->findings[k].next, cases[i].next) != NULL &&
                                    strstr(doctor->findings[k].next, "docs/recovery.md") != NULL);
        CHECK(is_named);
        if (!is_named)
            printf("  no next step '%s' for: %s\n", cases[i].next, cases[i].reason);
    }
    line_take_away();
}

CHECK_TEST(what_the_keeper_signed_is_resumed_where_the_partner_holds_it)
{
    struct journal_line *line = line_put();

    snprintf(line->out.read_only, sizeof line->out.read_only, "an older database was restored");
    line->resume.state = RESUME_BEHIND;
    books_try("logs");
    CHECK(found(DOCTOR_FAILURE, "log ro/ro-al/to/al/0 is read-only"));
    CHECK(strstr(doctor->findings[1].next, "besa resume order") != NULL);
    line_take_away();
}

CHECK_TEST(custody_behind_its_own_keeper_is_named)
{
    struct journal_line *line = line_put();

    line->in.size = 4;
    line->in.reach.size = 9;
    books_try("logs");
    CHECK(found(DOCTOR_WARNING, "log al/ro-al/to/ro/0: our keeper cosigned 9 entries, the books "
                                "hold 4"));
    line->in.size = 9;
    books_try("logs");
    CHECK_INT(doctor->worst, DOCTOR_OK);
    line_take_away();
}

static int64_t moved_ms; /* what the node's clock shows beyond ours */

static int64_t moved_now_ms(void *context)
{
    return env_real()->now_ms(context) + moved_ms;
}

static bool first_entry_put(int64_t id, int64_t log, int64_t created_ms, struct error *err)
{
    struct entry_row row = {.id = id,
                            .log = log,
                            .index = 0,
                            .message_id = span_text("0123456789abcdeh"),
                            .head = span_text("h"),
                            .leaf = span_text("0123456789abcdef0123456789abcdef"),
                            .type = 1,
                            .created_ms = created_ms,
                            .body_state = BODY_NONE};

    return database_begin(home.node->db, DATABASE_FULL, err) &&
           entry_insert(home.node->db, &row, err) && database_commit(home.node->db, err);
}

CHECK_TEST(a_log_of_more_than_a_year_is_named)
{
    const int64_t day_ms = INT64_C(86400000);
    struct journal_line *line = line_put();
    struct env env = *home.node->env;
    const struct env *kept = home.node->env;
    struct error err = {0};

    line->agreement.valid_to_ms += 300 * day_ms;
    line->out.id = 7005;
    books_try("logs"); /* nothing was sent yet */
    CHECK_INT(doctor->worst, DOCTOR_OK);
    CHECK_OK(first_entry_put(910005, 7005, kept->now_ms(NULL) - 3 * day_ms, &err), err);
    env.now_ms = moved_now_ms;
    home.node->env = &env;
    moved_ms = 362 * day_ms; /* 365 and 362 days old */
    books_try("logs");
    CHECK_INT(doctor->worst, DOCTOR_OK);
    moved_ms = 364 * day_ms;
    books_try("logs");
    CHECK(found(DOCTOR_NOTICE, "log ro/ro-al/to/al/0 is 367 days old: its yearly closing is due"));
    CHECK_INT(doctor->count, 4); /* and nothing of the domestic one, which began today */
    CHECK(strstr(doctor->findings[2].next,
                 "besa succession prepare ro/ro-al/to/al/0 --why yearly_closing") != NULL);
    moved_ms = 367 * day_ms;
    books_try("logs");
    CHECK(found(DOCTOR_NOTICE, "log ro/domestic/0 is 367 days old: its yearly closing is due"));
    CHECK_INT(doctor->worst, DOCTOR_NOTICE);
    line->agreement.valid_to_ms = kept->now_ms(NULL) + moved_ms - 1; /* nothing new passes there */
    books_try("logs");
    CHECK_INT(doctor->count, 4);
    CHECK(strstr(doctor->findings[1].found, "log ro/domestic/0 is 367 days") != NULL);
    home.node->env = kept;
    line_take_away();
}

/* `besa keeper renew` and nothing after it: as a change or a theft of keys is left half done. */
CHECK_TEST(a_log_under_keys_before_the_newest_is_named)
{
    struct journal_line *line = line_put();
    struct journal *journal = &home.node->journal;
    struct succession_keys kept = journal->domestic_keys;
    struct keeper_sets sets = journal->sets;

    books_try("logs");
    CHECK_INT(doctor->worst, DOCTOR_OK);
    journal->sets.keys[1] = journal->sets.keys[0];
    journal->sets.keys[1].log[0] ^= 1;
    journal->sets.count = 2;
    books_try("logs");
    CHECK(found(DOCTOR_WARNING, "log ro/domestic/0 still signs with the keys before the newest"));
    CHECK(found(DOCTOR_WARNING, "log ro/ro-al/to/al/0 still signs with the keys before"));
    CHECK(strstr(doctor->findings[doctor->count - 2].next,
                 "besa succession prepare ro/ro-al/to/al/0 --why key_change (key_theft where") !=
          NULL);
    /* The end of one is prepared, and the other has gone over. */
    snprintf(line->out.read_only, sizeof line->out.read_only,
             "ends at size 9 (key_theft): its successor waits for signatures");
    memcpy(journal->domestic_keys.log, journal->sets.keys[1].log, sizeof kept.log);
    books_try("logs");
    CHECK_INT(doctor->worst, DOCTOR_FAILURE);
    for (size_t i = 0; i < doctor->count; i++)
        CHECK(strstr(doctor->findings[i].found, "still signs") == NULL);
    journal->domestic_keys = kept;
    journal->sets = sets;
    line_take_away();
}

static bool file_read(const char *name, struct buffer *out)
{
    char path[1024];
    char part[4096];
    size_t size = 0;

    buffer_clear(out);
    snprintf(path, sizeof path, "%s/%s", BESA_SOURCE_DIR, name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    while ((size = fread(part, 1, sizeof part, file)) > 0)
        buffer_add(out, span_make((const uint8_t *)part, size));
    fclose(file);
    return buffer_byte(out, '\0');
}

static bool is_known(const char *reason)
{
    const char *words = NULL;

    for (size_t i = 0; doctor_logs_words(i, &words); i++)
        if (strstr(reason, words) != NULL)
            return true;
    return false;
}

/* The literals of one call, one after the other, from its format on. */
static void literals_join(const char *call, char *out, size_t size)
{
    size_t used = 0;
    bool is_in = false;

    for (; *call != ';' || is_in; call++) {
        if (*call == '"')
            is_in = !is_in;
        else if (is_in && used + 1 < size)
            out[used++] = *call;
    }
    out[used] = '\0';
}

/* Each reason for which the books stop a log, as its source writes it. */
static size_t reasons_check(const char *source)
{
    static const char *const calls[] = {"snprintf(reason, sizeof reason,",
                                        "snprintf(why, sizeof why,"};
    struct buffer text CLEANUP(buffer_free) = buffer_make(1 << 20);
    char reason[2048];
    size_t count = 0;

    if (!file_read(source, &text))
        return 0;
    for (size_t i = 0; i < ARRAY_COUNT(calls); i++)
        for (const char *at = (const char *)text.data; (at = strstr(at, calls[i])) != NULL; at++) {
            literals_join(at, reason, sizeof reason);
            if (strcmp(reason, "%s") == 0)
                continue; /* carried over */
            CHECK(is_known(reason));
            if (!is_known(reason))
                printf("  %s: doctor has no step for: %s\n", source, reason);
            count++;
        }
    return count;
}

CHECK_TEST(every_reason_that_stops_a_log_has_its_step)
{
    CHECK(reasons_check("src/journal/contact.c") >= 8);
    CHECK(reasons_check("src/journal/log.c") >= 3);
    CHECK(reasons_check("src/journal/accept.c") >= 1);
    CHECK(reasons_check("src/journal/reach.c") >= 1);
    CHECK(reasons_check("src/journal/succession.c") >= 1);
    CHECK(reasons_check("src/journal/resume_order.c") >= 1);
}

/* BESA_WRITE_DOCS=1 prints the rows. */
CHECK_TEST(the_page_of_recovery_has_every_finding)
{
    static const char *const others[] = {
        "waits for the fresh receipt of",  "our keeper cosigned",
        "signed two different histories",  "the keeper waits",
        "the keeper signs nothing",        "was not met since the start",
        "receipts whose time is disputed", "has not witnessed our domestic log",
        "the audit copy stands still",     "still signs with the keys before the newest",
        "its yearly closing is due"};
    struct buffer page CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct buffer rows CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct span rest;
    struct span row;

    CHECK_OR_RETURN(file_read("docs/recovery.md", &page) && doctor_logs_page(&rows));
    if (getenv("BESA_WRITE_DOCS") != NULL)
        printf("%.*s", (int)rows.size, (const char *)rows.data);
    rest = buffer_span(&rows);
    while (line_take(&rest, &row)) {
        bool is_there = memmem(page.data, page.size, row.data, row.size) != NULL;
        CHECK(is_there);
        if (!is_there)
            printf("  docs/recovery.md lacks: %.*s\n", SPAN_ARG(row));
    }
    for (size_t i = 0; i < ARRAY_COUNT(others); i++)
        CHECK(strstr((const char *)page.data, others[i]) != NULL);
}

CHECK_TEST(receipts_whose_time_is_disputed_are_named)
{
    struct journal_line *line = line_put();
    int64_t now_ms = home.node->env->now_ms(home.node->env->context);

    line->disputes = 3;
    line->disputed_ms = now_ms - 2 * INT64_C(86400000) - 1;
    books_try("clocks");
    CHECK(found(DOCTOR_WARNING,
                "al gave 3 receipts whose time is disputed, the newest within 3 days"));
    line->has_fallen = true;
    books_try("clocks");
    CHECK(found(DOCTOR_WARNING, "al gave 3 receipts whose time is disputed, and one of them lies "
                                "before the receipt that it gave earlier"));
    line->disputed_ms = now_ms - 8 * INT64_C(86400000);
    books_try("clocks");
    CHECK_INT(doctor->worst, DOCTOR_OK);
    line_take_away();
}

CHECK_TEST(two_histories_of_a_partner_are_named)
{
    struct error err = {0};
    struct fork_row row = {.log = 7002,
                           .size = 12,
                           .root = span_text("0123456789abcdef0123456789abcdef"),
                           .signature = span_text("s"),
                           .noticed_ms = 1};

    line_put();
    books_try("forks");
    CHECK(found(DOCTOR_OK, "no partner"));
    CHECK_OK(database_begin(home.node->db, DATABASE_FULL, &err) &&
                 fork_insert(home.node->db, &row, &err) && database_commit(home.node->db, &err),
             err);
    books_try("forks");
    CHECK(found(DOCTOR_FAILURE, "two different histories of log al/ro-al/to/ro/0, at size 12"));
    line_take_away();
}

CHECK_TEST(an_agreement_that_ends_or_is_suspended_is_named)
{
    struct journal_line *line = line_put();
    int64_t now_ms = home.node->env->now_ms(home.node->env->context);

    books_try("agreements");
    CHECK(found(DOCTOR_OK, "ro-al version 1 is in force"));
    line->agreement.valid_to_ms = now_ms + INT64_C(10) * 86400000;
    books_try("agreements");
    CHECK(found(DOCTOR_WARNING, "ends in"));
    line->agreement.valid_to_ms = now_ms - 1;
    books_try("agreements");
    CHECK(found(DOCTOR_FAILURE, "has ended"));
    line->agreement.valid_to_ms = now_ms + INT64_C(300) * 86400000;
    line->ends[0].ends_ms = now_ms + INT64_C(100) * 86400000;
    books_try("agreements");
    CHECK(found(DOCTOR_NOTICE, "is terminated and ends in"));
    line->ends[0].ends_ms = now_ms - 1;
    books_try("agreements");
    CHECK(found(DOCTOR_NOTICE, "was terminated and has ended"));
    line->ends[0].ends_ms = 0;
    line->is_suspended = line->is_suspended_by_partner = true;
    books_try("agreements");
    CHECK(found(DOCTOR_WARNING, "suspended by al"));
    line->is_suspended_by_us = true;
    books_try("agreements");
    CHECK(found(DOCTOR_WARNING, "suspended by us"));
    struct agreement_party parties[2] = {line->agreement.parties[0], line->agreement.parties[1]};
    parties[1].minimum_protocol = 1000;
    line->agreement.parties = parties;
    books_try("agreements");
    CHECK(found(DOCTOR_FAILURE, "it demands at least protocol 1000"));
    line_take_away();
    books_try("agreements");
    CHECK(found(DOCTOR_NOTICE, "no agreement"));
}

CHECK_TEST(what_waits_too_long_is_named)
{
    line_put();
    books_try("queues");
    CHECK(found(DOCTOR_OK, "to al: 0 wait"));
    struct error err = {0};
    struct entry_row row = {.id = 900001,
                            .log = 7001,
                            .index = ENTRY_WAITING,
                            .message_id = span_text("0123456789abcdef"),
                            .head = span_text("h"),
                            .leaf = span_text("0123456789abcdef0123456789abcdef"),
                            .type = 1,
                            .created_ms = home.node->env->now_ms(home.node->env->context) -
                                          INT64_C(20) * 60000,
                            .body_state = BODY_NONE};
    CHECK_OK(database_begin(home.node->db, DATABASE_FULL, &err) &&
                 entry_insert(home.node->db, &row, &err) && database_commit(home.node->db, &err),
             err);
    books_try("queues");
    CHECK(found(DOCTOR_WARNING, "1 wait (the oldest for 20 min)"));
    line_take_away();
}

CHECK_TEST(without_a_running_node_the_line_and_sandbox_say_so)
{
    line_put();
    books_try("lines");
    CHECK(found(DOCTOR_WARNING, "no node runs"));
    books_try("sandbox");
    CHECK(found(DOCTOR_NOTICE, "no node runs"));
    books_try("witness");
    CHECK(found(DOCTOR_OK, "al witnessed 0 of"));
    line_take_away();
}

CHECK_TEST(a_node_that_runs_with_less_than_its_sandbox_is_named)
{
    struct service *service = calloc(1, sizeof *service);

    CHECK_OR_RETURN(service != NULL);
    home.node->service = service;
    service->sandbox.has_seccomp = true;
    snprintf(service->sandbox.text, sizeof service->sandbox.text, "files are open to it");
    books_try("sandbox");
    CHECK(found(DOCTOR_WARNING, "files are open to it"));
    service->sandbox.has_files = true;
    service->sandbox.has_seccomp = false;
    books_try("sandbox");
    CHECK(found(DOCTOR_WARNING, "files are open to it"));
    home.node->service = NULL;
    free(service);
}

/* A line that nothing goes over: what the courier knows of the partner is set by hand. */
static struct exchange *exchange_put(void)
{
    static const struct exchange_line nothing = {.call = NULL};
    struct exchange *exchange = NULL;
    struct error err = {0};

    CHECK(exchange_make(&home.node->journal, &nothing, &exchange, &err));
    home.node->exchange = exchange;
    return exchange;
}

/* Entry 64 of the domestic log, which the partner has not witnessed, is `age_ms` old; the line stands for `steady_ms`. */
static void witness_try(struct exchange *exchange, bool is_reachable, int64_t steady_ms)
{
    exchange->partners[0].is_reachable = is_reachable;
    exchange->partners[0].steady_ms = exchange_ticks_ms(exchange) - steady_ms;
    books_try("witness");
}

CHECK_TEST(a_partner_that_stopped_witnessing_is_named)
{
    const int64_t minute_ms = 60000, day_ms = 24 * 60 * minute_ms;
    struct journal_line *line = line_put();
    struct journal_log *domestic = &home.node->journal.domestic;
    struct journal_log kept = *domestic;
    struct error err = {0};
    struct entry_row row = {.id = 910002,
                            .log = 7003,
                            .index = 64,
                            .message_id = span_text("0123456789abcdeg"),
                            .head = span_text("h"),
                            .leaf = span_text("0123456789abcdef0123456789abcdef"),
                            .type = 1,
                            .created_ms =
                                home.node->env->now_ms(home.node->env->context) - 20 * minute_ms,
                            .body_state = BODY_NONE};
    struct exchange *exchange = exchange_put();

    CHECK_OR_RETURN(exchange != NULL);
    CHECK_OK(database_begin(home.node->db, DATABASE_FULL, &err) &&
                 entry_insert(home.node->db, &row, &err) && database_commit(home.node->db, &err),
             err);
    domestic->id = 7003;
    domestic->size = domestic->signed_size = 128;
    domestic->has_signature = true;
    line->witnessed = 128;
    witness_try(exchange, true, day_ms);
    CHECK(found(DOCTOR_OK, "al witnessed 128 of 128"));
    line->witnessed = 64; /* it did once, and no more since 20 minutes ago */
    witness_try(exchange, true, 14 * minute_ms);
    CHECK_INT(doctor->worst, DOCTOR_OK); /* the line came back a moment ago */
    snprintf(exchange->partners[0].unwitnessed, sizeof exchange->partners[0].unwitnessed,
             "al did not witness our domestic log: status 403");
    witness_try(exchange, true, day_ms);
    CHECK(found(DOCTOR_WARNING, "al answers, and has not witnessed our domestic log for 20 min: "
                                "64 of 128 signed entries; al did not witness our domestic log: "
                                "status 403"));
    witness_try(exchange, false, 0); /* `lines` is a failure then */
    CHECK(found(DOCTOR_NOTICE, "al cannot be reached"));
    domestic->id = 7004; /* that entry is older */
    row.id = 910003;
    row.log = 7004;
    row.created_ms -= 4 * 60 * minute_ms;
    CHECK_OK(database_begin(home.node->db, DATABASE_FULL, &err) &&
                 entry_insert(home.node->db, &row, &err) && database_commit(home.node->db, &err),
             err);
    witness_try(exchange, true, day_ms);
    CHECK(found(DOCTOR_FAILURE, "for 260 min"));
    *domestic = kept;
    exchange_free(&home.node->exchange);
    line_take_away();
}

static void setting_set(const char *name, const char *value)
{
    struct error err = {0};

    CHECK_OK(database_begin(home.node->db, DATABASE_FULL, &err) &&
                 setting_put(home.node->db, name, span_text(value), &err) &&
                 database_commit(home.node->db, &err),
             err);
}

CHECK_TEST(a_backup_that_is_missing_or_old_is_named)
{
    int64_t now_ms = home.node->env->now_ms(home.node->env->context);
    static const char digest[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    const struct {
        int64_t hours;
        enum doctor_level level;
    } ages[] = {{5, DOCTOR_OK}, {30, DOCTOR_WARNING}, {24 * 8, DOCTOR_FAILURE}};
    char value[160];

    books_try("backup");
    CHECK(found(DOCTOR_WARNING, "no backup of this node was ever restored"));
    for (size_t i = 0; i < ARRAY_COUNT(ages); i++) {
        int64_t made_ms = now_ms - ages[i].hours * 3600000;
        snprintf(value, sizeof value, "%" PRId64 " %" PRId64 " %s", made_ms, made_ms, digest);
        setting_set(BACKUP_SETTING, value);
        books_try("backup");
        CHECK_INT(doctor->worst, ages[i].level);
    }
    setting_set(BACKUP_SETTING, "nonsense");
    books_try("backup");
    CHECK(found(DOCTOR_FAILURE, "damaged"));
}

CHECK_TEST(what_could_not_be_cross_checked_is_named)
{
    struct unchecked_row row = {.entry = 900009,
                                .tries = 3,
                                .first_ms = 1,
                                .again_ms = 2,
                                .reason = span_text("an entry's salt is cut")};
    struct error err = {0};

    books_try("cross-check");
    CHECK(found(DOCTOR_OK, "every message was cross-checked"));
    CHECK_OK(database_begin(home.node->db, DATABASE_FULL, &err) &&
                 unchecked_put(home.node->db, &row, &err) && database_commit(home.node->db, &err),
             err);
    books_try("cross-check");
    CHECK(found(DOCTOR_WARNING, "1 messages could not be cross-checked: entry 900009, tried 3 "
                                "times: an entry's salt is cut"));
    CHECK_OK(database_begin(home.node->db, DATABASE_FULL, &err) &&
                 unchecked_drop(home.node->db, row.entry, &err) &&
                 database_commit(home.node->db, &err),
             err);
}

CHECK_TEST(held_entries_are_named)
{
    struct error err = {0};
    struct held_row row = {.entry = 900007,
                           .log = 7002,
                           .thread_log = 7002,
                           .thread = span_text("0123456789abcdef"),
                           .ground = span_text("type")};

    line_put();
    books_try("held");
    CHECK(found(DOCTOR_OK, "nothing of al is held"));
    CHECK_OK(database_begin(home.node->db, DATABASE_FULL, &err) &&
                 held_insert(home.node->db, &row, &err) && database_commit(home.node->db, &err),
             err);
    books_try("held");
    CHECK(found(DOCTOR_WARNING, "1 further entries of al are held"));
    line_take_away();
}

static bool unread_put(int64_t entry, int64_t start_ms, struct error *err)
{
    struct held_row held = {.entry = entry,
                            .log = 7002,
                            .thread_log = 7002,
                            .thread = span_text("0123456789abcdef"),
                            .ground = span_text("type")};
    struct retention_row row = {.entry = entry,
                                .class = RETENTION_CLASS_UNREAD,
                                .agreement = span_text("ro-al"),
                                .version = 1,
                                .start_ms = start_ms,
                                .erase_at_ms = RETENTION_OPEN};

    return database_begin(home.node->db, DATABASE_FULL, err) &&
           held_insert(home.node->db, &held, err) && retention_insert(home.node->db, &row, err) &&
           database_commit(home.node->db, err);
}

static bool version_put(struct error *err)
{
    static const uint8_t bytes[32];

    return database_begin(home.node->db, DATABASE_FULL, err) &&
           version_insert(home.node->db, span_text("ro-al"), 1, span_make(bytes, 32),
                          span_make(bytes, 32), 1, 0, err) &&
           database_commit(home.node->db, err);
}

//= dir-2016-680 art 4(1)(e)
CHECK_TEST(what_will_go_unread_is_named_ahead)
{
    static const struct agreement_retention suspects = {
        .category = PERSON_SUSPECT, .erase_days = 1800, .review_days = 1000};
    struct error err = {0};
    struct journal_line *line = line_put();
    int64_t now_ms = home.node->env->now_ms(home.node->env->context);
    int64_t keep_ms = 90 * INT64_C(86400000);

    line->agreement.retention_other = (struct agreement_retention_other){
        .request_days = 180, .text_days = 360, .minor_days = 90, .domestic_days = 30};
    line->agreement.retention = &suspects;
    line->agreement.retention_count = 1;
    CHECK_OK(version_put(&err), err);
    CHECK_OK(unread_put(900008, now_ms + 31 * INT64_C(86400000) - keep_ms, &err), err);
    books_try("held");
    CHECK(found(DOCTOR_WARNING, "1 messages of al are of a type that this version cannot read"));
    CHECK_OK(unread_put(900009, now_ms + 29 * INT64_C(86400000) - keep_ms, &err), err);
    books_try("held");
    CHECK(found(DOCTOR_FAILURE, "2 messages of al are of a type that this version cannot read"));
    CHECK_OK(database_begin(home.node->db, DATABASE_FULL, &err) &&
                 database_run(home.node->db, "delete from agreements; delete from held", &err) &&
                 database_commit(home.node->db, &err),
             err);
    line_take_away();
}

static bool due_put(int64_t entry, int64_t erase_at_ms, struct error *err)
{
    static const uint8_t bytes[32];
    struct entry_row row = {.id = entry,
                            .log = 7002,
                            .index = entry,
                            .message_id = span_make(bytes, UUID_SIZE),
                            .head = span_make(bytes, 32),
                            .leaf = span_make(bytes, 32),
                            .type = MESSAGE_REQUEST,
                            .body_state = BODY_HELD};
    struct retention_row due = {.entry = entry,
                                .agreement = span_text("ro-al"),
                                .version = 1,
                                .start_ms = RETENTION_OPEN,
                                .erase_at_ms = erase_at_ms};

    return database_begin(home.node->db, DATABASE_FULL, err) &&
           entry_insert(home.node->db, &row, err) && retention_insert(home.node->db, &due, err) &&
           database_commit(home.node->db, err);
}

//= dir-2016-680 art 5
CHECK_TEST(what_is_held_too_long_is_named)
{
    struct error err = {0};
    int64_t now_ms = home.node->env->now_ms(home.node->env->context);
    struct journal_line *line = line_put();

    books_try("retention");
    CHECK(found(DOCTOR_OK, "nothing of agreement ro-al is overdue"));
    CHECK(found(DOCTOR_OK, "no access entry is overdue"));
    CHECK(!found(DOCTOR_NOTICE, "access entries are on hold"));
    CHECK_OK(database_begin(home.node->db, DATABASE_FULL, &err) &&
                 acts_held_put(home.node->db, 900100, 1, &err) &&
                 database_commit(home.node->db, &err),
             err);
    books_try("retention");
    CHECK(found(DOCTOR_NOTICE, "1 access entries are on hold beyond their time"));
    CHECK_OK(due_put(900101, now_ms + INT64_C(86400000), &err), err);
    books_try("retention");
    CHECK(found(DOCTOR_OK, "nothing of agreement ro-al is overdue"));
    CHECK(found(DOCTOR_NOTICE, "1 items of agreement ro-al are erased within 30 days"));
    CHECK_OK(due_put(900102, now_ms - INT64_C(86400000), &err), err);
    line->cosigned_time_s = (now_ms - INT64_C(20) * 86400000) / 1000;
    books_try("retention");
    CHECK(found(DOCTOR_FAILURE, "1 items of agreement ro-al are held longer than it allows"));
    CHECK(found(DOCTOR_FAILURE, "no partner has confirmed the time for 20 days"));
    line_take_away();
}

static bool urgent_put(int64_t created_ms, struct error *err)
{
    static const uint8_t bytes[32];
    struct log_row log = {.id = 7903,
                          .origin = span_text("ro/ro-al/to/al/9"),
                          .kind = LOG_OUTGOING,
                          .agreement = span_text("ro-al"),
                          .partner = span_text("al"),
                          .frontier = span_text("f")};
    struct entry_row row = {.id = 900201,
                            .log = 7903,
                            .index = ENTRY_WAITING,
                            .message_id = span_make(bytes, UUID_SIZE),
                            .head = span_make(bytes, 32),
                            .leaf = span_make(bytes, 32),
                            .type = MESSAGE_REQUEST,
                            .created_ms = created_ms,
                            .body_state = BODY_HELD};
    struct request_row request = {.entry = 900201,
                                  .log = 7903,
                                  .message_id = row.message_id,
                                  .is_own = true,
                                  .reference = span_text("RO-1"),
                                  .urgency = 1,
                                  .language = span_text("en")};

    return database_begin(home.node->db, DATABASE_FULL, err) &&
           log_insert(home.node->db, &log, err) && entry_insert(home.node->db, &row, err) &&
           request_insert(home.node->db, &request, err) && database_commit(home.node->db, err);
}

CHECK_TEST(an_urgent_request_that_nobody_holds_is_named)
{
    struct error err = {0};
    int64_t now_ms = home.node->env->now_ms(home.node->env->context);

    line_put();
    books_try("limits");
    CHECK(found(DOCTOR_OK, "no answer under ro-al is overdue or due soon"));
    CHECK_OK(urgent_put(now_ms - 16 * INT64_C(60000), &err), err);
    home.node->journal.lines[0].out.id = 7903;
    books_try("limits");
    CHECK(found(DOCTOR_FAILURE, "1 urgent messages are not in the custody of al after 15 minutes"));
    CHECK_OK(
        database_begin(home.node->db, DATABASE_FULL, &err) &&
            database_run(home.node->db,
                         "delete from requests where entry = 900201;"
                         "delete from entries where id = 900201; delete from logs where id = 7903",
                         &err) &&
            database_commit(home.node->db, &err),
        err);
    line_take_away();
}

CHECK_TEST(an_audit_stream_that_stands_still_is_named)
{
    struct service *service = calloc(1, sizeof *service);

    books_try("audit");
    CHECK(found(DOCTOR_OK, "no audit stream"));
    home.node->service = service;
    snprintf(home.node->config.audit_stream, CONF_PATH_SIZE, "/x/audit.jsonl");
    audit_stream_start(&service->audit_stream, home.node, home.node->config.audit_stream);
    snprintf(service->audit_stream.why, ERROR_TEXT_SIZE, "audit stream /x/audit.jsonl: full");
    books_try("audit");
    CHECK(found(DOCTOR_FAILURE, "/x/audit.jsonl: full"));
    audit_stream_end(&service->audit_stream);
    home.node->config.audit_stream[0] = '\0';
    home.node->service = NULL;
    free(service);
}

/* As the writer finds out: with the next entry. */
static void copy_try(void)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(65536);
    struct error err = {0};

    CHECK_OK(node_home_act(&home, "case-list", "{}", &result, &err), err);
    books_try("audit copy");
}

CHECK_TEST(an_audit_copy_that_stands_still_is_named)
{
    struct audit_copy *copy = &home.node->journal.audit_copy;
    struct buffer result CLEANUP(buffer_free) = buffer_make(65536);
    struct error err = {0};

    books_try("audit copy");
    CHECK(found(DOCTOR_OK, "no audit copy is configured"));
    snprintf(copy->directory, sizeof copy->directory, "%s/elsewhere", root);
    books_try("audit copy");
    CHECK(found(DOCTOR_NOTICE, "not tried since the start"));
    copy_try(); /* nobody made the directory */
    CHECK(found(DOCTOR_FAILURE, copy->failed) && copy->failed[0] != '\0');
    CHECK(strstr(doctor->findings[0].next, copy->directory) != NULL);
    CHECK_OK(node_home_act(&home, "status", "{}", &result, &err), err);
    CHECK(buffer_byte(&result, '\0') &&
          strstr((const char *)result.data, "the audit copy stands still") != NULL);
    mkdir(copy->directory, 0700);
    copy->retry_ms = 0;
    copy_try();
    CHECK(found(DOCTOR_OK, "the audit copy is 0 entries behind"));
    copy->next -= 1;
    books_try("audit copy");
    CHECK(found(DOCTOR_OK, "the audit copy is 1 entries behind"));
    *copy = (struct audit_copy){.file = 0};
}

/* As if the revocation had been told to al. */
static bool revocation_put(const uint8_t certificate[DIGEST_SIZE], struct error *err)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(4096);
    struct database *db = home.node->db;
    struct key_revocation revocation = {.reason = REVOCATION_THEFT, .revoked_at_ms = 1};
    struct governance_row said = {.entry = 900002,
                                  .agreement = span_text("ro-al"),
                                  .kind = MESSAGE_KEY_REVOCATION,
                                  .is_own = true};
    struct entry_row row = {.id = 900002,
                            .log = 7001,
                            .index = ENTRY_WAITING,
                            .message_id = span_text("1123456789abcdef"),
                            .head = span_text("h"),
                            .leaf = span_text("0123456789abcdef0123456789abcdef"),
                            .type = MESSAGE_KEY_REVOCATION,
                            .created_ms = 1,
                            .body_state = BODY_HELD};

    memcpy(revocation.certificate, certificate, DIGEST_SIZE);
    if (!key_revocation_write(&revocation, &body))
        return false;
    cache_put(home.node->journal.cache, row.id, buffer_span(&body));
    return database_begin(db, DATABASE_FULL, err) && entry_insert(db, &row, err) &&
           governance_insert(db, &said, err) && database_commit(db, err);
}

CHECK_TEST(a_node_that_shows_a_revoked_certificate_is_named)
{
    struct buffer pem CLEANUP(buffer_free) = buffer_make(65536);
    uint8_t certificate[DIGEST_SIZE];
    char path[HOME_PATH_SIZE];
    struct error err = {0};

    CHECK_OK(home_path(&home.node->home, HOME_TLS_CERTIFICATE, path, &err), err);
    if (access(path, F_OK) != 0)
        node_home_tls(&home);
    CHECK_OK(env_read_file(env_real(), path, pem.limit, &pem, &err), err);
    CHECK_OK(certificate_fingerprint(buffer_span(&pem), certificate, &err), err);
    line_put();
    books_try("revoked");
    CHECK(found(DOCTOR_OK, "is not revoked"));
    CHECK_OK(revocation_put(certificate, &err), err);
    books_try("revoked");
    CHECK(found(DOCTOR_FAILURE, "no partner lets it through"));
    line_take_away();
}

static int is_answered; /* atomic */

static void answer_take(void *context, const struct http_answer *answer)
{
    (void)context;
    CHECK_INT(answer->status, 401);
    __atomic_store_n(&is_answered, 1, __ATOMIC_RELEASE);
}

/* Five addresses fail at one officer. */
static void guess(struct web *web)
{
    for (size_t i = 0; i < web_route_count; i++)
        for (int n = 1; web_routes[i].kind == WEB_LOGIN && n <= 5; n++) {
            char client[32];
            struct web_call call = {
                .route = &web_routes[i],
                .path = span_text(web_routes[i].path),
                .content_type = span_text("application/json"),
                .body = span_text("{\"officer\":\"ana\",\"password\":\"a guess too many\"}"),
                .answer = answer_take};
            snprintf(client, sizeof client, "192.0.2.%d", n);
            call.client = span_text(client);
            is_answered = 0;
            web_serve(web, &call);
            for (int k = 0; k < 20000 && __atomic_load_n(&is_answered, __ATOMIC_ACQUIRE) == 0; k++)
                if (!journal_pump(&home.node->journal))
                    usleep(500);
        }
}

CHECK_TEST(guessing_at_passwords_is_named)
{
    struct service *service = calloc(1, sizeof *service);
    struct error err = {0};

    books_try("log-in");
    CHECK(found(DOCTOR_OK, "no API runs"));
    CHECK_OK(desk_web_make(home.node, &service->web, &err), err);
    CHECK_OK(web_start(service->web, &err), err);
    home.node->service = service;
    books_try("log-in");
    CHECK(found(DOCTOR_OK, "no guessing"));
    guess(service->web);
    books_try("log-in");
    CHECK(found(DOCTOR_WARNING, "one officer's log-in failed from many addresses"));
    home.node->service = NULL;
    web_end(&service->web);
    free(service);
}

CHECK_TEST(a_store_that_failed_is_named)
{
    books_try("store");
    CHECK(found(DOCTOR_OK, "sqlite, schema"));
    home.node->journal.is_dead = true;
    snprintf(home.node->journal.dead_reason, sizeof home.node->journal.dead_reason,
             "fsync: Input/output error");
    books_try("store");
    CHECK(found(DOCTOR_FAILURE, "the store failed: fsync: Input/output error"));
    home.node->journal.is_dead = false;
}

/* --- findings --- */

CHECK_TEST(a_partner_whose_clock_is_off_is_named)
{
    struct journal_line *line = line_put();

    line->agreement.clock_bound_s = 30;
    books_try("clocks");
    CHECK(found(DOCTOR_OK, "no receipt of al"));
    line->has_clock = true;
    line->clock_ahead_ms = 1500;
    books_try("clocks");
    CHECK(found(DOCTOR_OK, "agrees with ours"));
    line->clock_ahead_ms = 4000;
    books_try("clocks");
    CHECK(found(DOCTOR_WARNING, "4000 ms ahead of ours"));
    line->clock_ahead_ms = -16000;
    books_try("clocks");
    CHECK(found(DOCTOR_FAILURE, "16000 ms behind ours; posts are refused from 30 s on"));
    line_take_away();
}

CHECK_TEST(a_process_that_ended_unasked_is_named)
{
    struct node_ends *ends = &home.node->ends;

    *ends = (struct node_ends){.count = 1, .last_ms = home.node->env->now_ms(NULL) - 120000};
    snprintf(ends->last, sizeof ends->last, "the node ended by signal 11 (Segmentation fault)");
    books_try("ends");
    CHECK(found(DOCTOR_WARNING, "signal 11") && found(DOCTOR_WARNING, "2 min ago"));
    ends->count = 3;
    books_try("ends");
    CHECK(found(DOCTOR_FAILURE, "3 ends"));
    ends->last_ms -= INT64_C(86400000);
    books_try("ends");
    CHECK(found(DOCTOR_OK, "no process ended"));
    *ends = (struct node_ends){.count = 0};
}

CHECK_TEST(findings_are_read_as_they_were_written)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(65536);
    struct json_writer out = json_writer_make(&text);
    struct doctor *again = calloc(1, sizeof *again);
    struct error err = {0};

    memset(doctor, 0, sizeof *doctor);
    doctor->check = "disk";
    doctor_find(doctor, DOCTOR_WARNING, "make \"room\"", "%d MiB free", 12);
    doctor_find(doctor, DOCTOR_OK, NULL, "fine");
    CHECK(doctor_write(doctor, &out));
    CHECK_OK(doctor_read(again, buffer_span(&text), &err), err);
    CHECK_INT(again->count, 2);
    CHECK_INT(again->worst, DOCTOR_WARNING);
    CHECK(memcmp(again->findings, doctor->findings, sizeof again->findings) == 0);
    error_clear(&err);
    CHECK(!doctor_read(again, span_text("{\"worst\":\"ok\",\"findings\":[{}]}"), &err));
    error_clear(&err);
    CHECK(!doctor_read(again, span_text("[]"), &err));
    free(again);
}

CHECK_TEST(more_findings_than_there_is_room_for_keep_the_worst_level)
{
    memset(doctor, 0, sizeof *doctor);
    doctor->check = "files";
    for (int i = 0; i < DOCTOR_FINDING_MAX; i++)
        doctor_find(doctor, DOCTOR_OK, NULL, "fine");
    doctor_find(doctor, DOCTOR_FAILURE, "mend", "broken");
    CHECK_INT(doctor->worst, DOCTOR_FAILURE);
    CHECK_INT(doctor->findings[DOCTOR_FINDING_MAX - 1].level, DOCTOR_OK);
}

CHECK_TEST(people_are_told_the_worst_first)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(65536);

    memset(doctor, 0, sizeof *doctor);
    doctor->check = "clock";
    doctor_find(doctor, DOCTOR_OK, NULL, "quiet");
    doctor_find(doctor, DOCTOR_WARNING, "do this", "late");
    doctor_find(doctor, DOCTOR_FAILURE, "do that", "broken");
    CHECK(doctor_tell(doctor, false, &text));
    buffer_byte(&text, '\0');
    const char *told = (const char *)text.data;
    const char *first = strstr(told, "FAILURE clock         broken\n");
    const char *second = strstr(told, "WARNING clock         late\n");
    CHECK(first != NULL && second != NULL && first < second);
    CHECK(strstr(told, "-> do that\n") != NULL && strstr(told, "quiet") == NULL);
    CHECK(strstr(told, "1 failures, 1 warnings, 0 notices, 1 well (--all lists them)") != NULL);
}

/* --- the command --- */

static int command_try(const char *officer, const char *at)
{
    static const struct command self = {.name = "doctor", .usage = "", .help = ""};
    struct options options = {
        .command = &self, .home = at, .officer = officer, .reason = "a test", .is_json = true};
    char *argv[] = {(char[]){"doctor"}, NULL};
    int out = dup(STDOUT_FILENO);
    int away = open("/dev/null", O_WRONLY);

    fflush(stdout);
    dup2(away, STDOUT_FILENO);
    int exit_code = command_doctor(&options, 1, argv);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    close(out);
    close(away);
    return exit_code;
}

/* The test itself holds the home, so the books cannot be opened: a failure, said, and no crash. */
CHECK_TEST(the_command_ends_with_the_worst_level)
{
    CHECK_INT(command_try("ana", "/nonexistent"), 2);
    CHECK_INT(command_try("ana", home.directory), 2);
    CHECK_INT(command_try(NULL, home.directory), 2); /* no institution's certificate here */
}

CHECK_TEST(every_check_has_a_fault_of_its_own)
{
    for (size_t i = 0; i < doctor_machine_row_count + doctor_books_row_count; i++) {
        const char *name = i < doctor_machine_row_count
                               ? doctor_machine_rows[i].name
                               : doctor_books_rows[i - doctor_machine_row_count].name;
        bool is_tried = false;
        for (size_t k = 0; k < tried_count; k++)
            is_tried = is_tried || strcmp(tried[k], name) == 0;
        CHECK(is_tried);
        if (!is_tried)
            printf("  no test plants a fault for check '%s'\n", name);
    }
}

int main(void)
{
    doctor = calloc(1, sizeof *doctor);
    snprintf(root, sizeof root, "/tmp/besa-doctor-XXXXXX");
    if (doctor == NULL || mkdtemp(root) == NULL)
        return 1;
    node_home_make(&home);
    node_home_tls(&home);
    CHECK_RUN(a_home_that_is_not_there_is_named);
    CHECK_RUN(a_configuration_that_cannot_be_read_is_named_with_its_line);
    CHECK_RUN(files_open_to_others_are_named);
    CHECK_RUN(many_open_files_are_counted);
    CHECK_RUN(a_disk_that_fills_up_is_named);
    CHECK_RUN(a_clock_that_nothing_keeps_is_named);
    CHECK_RUN(a_volume_in_the_clear_is_named);
    CHECK_RUN(a_volume_is_encrypted_when_all_below_it_is);
    CHECK_RUN(swap_in_the_clear_is_named);
    CHECK_RUN(dumps_of_memory_are_named);
    CHECK_RUN(the_kernel_says_what_it_can_limit);
    CHECK_RUN(a_certificate_that_ends_is_named);
    CHECK_RUN(a_keeper_that_signs_nothing_is_named);
    CHECK_RUN(a_read_only_log_is_named_with_its_reason);
    CHECK_RUN(each_reason_of_a_read_only_log_names_the_next_command);
    CHECK_RUN(what_the_keeper_signed_is_resumed_where_the_partner_holds_it);
    CHECK_RUN(custody_behind_its_own_keeper_is_named);
    CHECK_RUN(a_log_under_keys_before_the_newest_is_named);
    CHECK_RUN(a_log_of_more_than_a_year_is_named);
    CHECK_RUN(receipts_whose_time_is_disputed_are_named);
    CHECK_RUN(every_reason_that_stops_a_log_has_its_step);
    CHECK_RUN(the_page_of_recovery_has_every_finding);
    CHECK_RUN(two_histories_of_a_partner_are_named);
    CHECK_RUN(an_agreement_that_ends_or_is_suspended_is_named);
    CHECK_RUN(what_waits_too_long_is_named);
    CHECK_RUN(without_a_running_node_the_line_and_sandbox_say_so);
    CHECK_RUN(a_node_that_runs_with_less_than_its_sandbox_is_named);
    CHECK_RUN(a_partner_that_stopped_witnessing_is_named);
    CHECK_RUN(a_backup_that_is_missing_or_old_is_named);
    CHECK_RUN(what_could_not_be_cross_checked_is_named);
    CHECK_RUN(held_entries_are_named);
    CHECK_RUN(what_will_go_unread_is_named_ahead);
    CHECK_RUN(what_is_held_too_long_is_named);
    CHECK_RUN(an_urgent_request_that_nobody_holds_is_named);
    CHECK_RUN(an_audit_stream_that_stands_still_is_named);
    CHECK_RUN(an_audit_copy_that_stands_still_is_named);
    CHECK_RUN(a_node_that_shows_a_revoked_certificate_is_named);
    CHECK_RUN(guessing_at_passwords_is_named);
    CHECK_RUN(a_store_that_failed_is_named);
    CHECK_RUN(a_partner_whose_clock_is_off_is_named);
    CHECK_RUN(a_process_that_ended_unasked_is_named);
    CHECK_RUN(findings_are_read_as_they_were_written);
    CHECK_RUN(more_findings_than_there_is_room_for_keep_the_worst_level);
    CHECK_RUN(people_are_told_the_worst_first);
    CHECK_RUN(the_command_ends_with_the_worst_level);
    CHECK_RUN(every_check_has_a_fault_of_its_own);
    node_home_free(&home);
    return check_end();
}
