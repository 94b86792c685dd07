/*
 * The checks of the machine: home, files, disk, clock, kernel, certificates. They open no store and no key, so they work
 * when nothing else does.
 */
#include "cmd/doctor.h"

#include "base/attributes.h"
#include "base/env.h"
#include "cmd/keys.h"
#include "cmd/training.h"
#include "crypto/cms.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define DAY_MS              INT64_C(86400000)
#define FILE_FINDING_MAX    8  /* of one kind; the rest is counted */
#define INODE_SHARE_MIN     20 /* one in so many must be free */
#define PEM_SIZE_MAX        (64u * 1024u)
#define LANDLOCK_ABI_WANTED 4 /* from here on the network is limited too */

/* --- home and configuration --- */

static void home_look(struct doctor *doctor, const struct doctor_machine *machine)
{
    struct stat st;

    if (stat(machine->home, &st) != 0)
        doctor_find(doctor, DOCTOR_FAILURE, "give --home DIR; `besa init` makes a new node",
                    "home %s: %s", machine->home, strerror(errno));
    else if (!S_ISDIR(st.st_mode))
        doctor_find(doctor, DOCTOR_FAILURE, "give the directory of the node",
                    "home %s is no directory", machine->home);
    else if (st.st_uid != geteuid())
        doctor_find(doctor, DOCTOR_FAILURE, "run besa as the user who owns the home",
                    "home %s belongs to user %u, we are %u", machine->home, (unsigned)st.st_uid,
                    (unsigned)geteuid());
    else
        doctor_find(doctor, DOCTOR_OK, NULL, "home %s", machine->home);
}

static void configuration_look(struct doctor *doctor, const struct doctor_machine *machine)
{
    struct home home = {.path = ""};
    struct error err = {0};

    snprintf(home.path, sizeof home.path, "%s", machine->home);
    if (machine->config == NULL)
        doctor_find(doctor, DOCTOR_FAILURE, "mend the line that is named: see besa.conf(5)", "%s",
                    machine->config_error);
    else if (!training_check(&home, machine->config, &err) && err.kind == ERROR_RULE)
        doctor_find(doctor, DOCTOR_FAILURE, "put the line `training` back as it was", "%s",
                    err.text);
    else if (machine->config->is_training)
        doctor_find(doctor, DOCTOR_NOTICE, NULL, "party %s, a training node: invented data only",
                    machine->config->party);
    else
        doctor_find(doctor, DOCTOR_OK, NULL, "party %s", machine->config->party);
}

/* --- files --- */

/* nftw has no context. */
static _Thread_local struct {
    struct doctor *doctor;
    unsigned open_count;
    unsigned foreign_count;
    unsigned file_count;
} walk;

static int file_look(const char *path, const struct stat *st, int kind, struct FTW *place)
{
    (void)place;
    walk.file_count++;
    if (kind == FTW_SL || kind == FTW_NS)
        return 0;
    if ((st->st_mode & 077) != 0 && walk.open_count++ < FILE_FINDING_MAX)
        doctor_find(walk.doctor, DOCTOR_FAILURE, "chmod -R go= HOME",
                    "%s is open to other users (mode %03o)", path, (unsigned)st->st_mode & 0777);
    if (st->st_uid != geteuid() && walk.foreign_count++ < FILE_FINDING_MAX)
        doctor_find(walk.doctor, DOCTOR_FAILURE, "chown it to the node's user, or remove it",
                    "%s belongs to user %u", path, (unsigned)st->st_uid);
    return 0;
}

static unsigned beyond_shown(unsigned count)
{
    return count > FILE_FINDING_MAX ? count - FILE_FINDING_MAX : 0;
}

static void files_look(struct doctor *doctor, const struct doctor_machine *machine)
{
    memset(&walk, 0, sizeof walk);
    walk.doctor = doctor;
    if (nftw(machine->home, file_look, 16, FTW_PHYS | FTW_MOUNT) != 0) {
        doctor_find(doctor, DOCTOR_FAILURE, "look at the home's permissions",
                    "the files of the home cannot be listed: %s", strerror(errno));
        return;
    }
    unsigned more = beyond_shown(walk.open_count) + beyond_shown(walk.foreign_count);
    if (more > 0)
        doctor_find(doctor, DOCTOR_FAILURE, "chmod -R go= HOME", "and %u more like these", more);
    if (walk.open_count + walk.foreign_count == 0)
        doctor_find(doctor, DOCTOR_OK, NULL, "%u files, all closed to other users",
                    walk.file_count);
}

/* --- disk --- */

static void disk_look(struct doctor *doctor, const struct doctor_machine *machine)
{
    struct statvfs fs;

    if (statvfs(machine->home, &fs) != 0) {
        doctor_find(doctor, DOCTOR_FAILURE, "look at the home's volume",
                    "the disk cannot be asked: %s", strerror(errno));
        return;
    }
    uint64_t free_size = (uint64_t)fs.f_bavail * fs.f_frsize;
    bool is_full = free_size < machine->disk_failure_size;
    bool is_short = free_size < machine->disk_warning_size;
    doctor_find(doctor,
                is_full    ? DOCTOR_FAILURE
                : is_short ? DOCTOR_WARNING
                           : DOCTOR_OK,
                is_full    ? "make room now: a node without room acknowledges nothing"
                : is_short ? "make room, or enlarge the volume"
                           : NULL,
                "%" PRIu64 " MiB free on the home's volume", free_size >> 20);
    if (fs.f_files > 0 && fs.f_favail < fs.f_files / INODE_SHARE_MIN)
        doctor_find(doctor, DOCTOR_WARNING, "make room: many small files lie on this volume",
                    "%ju of %ju file entries free", (uintmax_t)fs.f_favail, (uintmax_t)fs.f_files);
}

/* --- clock --- */

/* Receipts carry our time, and a partner refuses custody when the two clocks differ by more than the agreement's bound. */
static void clock_look(struct doctor *doctor, const struct doctor_machine *machine)
{
    int state = machine->clock_state();

    if (state == 0)
        doctor_find(doctor, DOCTOR_OK, NULL, "the clock is kept by a time service");
    else if (state > 0)
        doctor_find(doctor, DOCTOR_WARNING,
                    "apt-get install chrony, and look at `chronyc tracking`",
                    "the kernel says that nothing keeps the clock: a partner refuses custody when "
                    "the clocks differ too much");
    else
        doctor_find(doctor, DOCTOR_NOTICE, "compare with `chronyc tracking` or `timedatectl`",
                    "the kernel does not say whether the clock is kept");
}

/* --- kernel --- */

static void kernel_look(struct doctor *doctor, const struct doctor_machine *machine)
{
    long abi = machine->landlock_version();

    if (abi <= 0)
        doctor_find(doctor, DOCTOR_WARNING, "boot a kernel with Landlock (lsm=landlock,...)",
                    "this kernel has no Landlock: a node that is broken into can read every file "
                    "of its user");
    else if (abi < LANDLOCK_ABI_WANTED)
        doctor_find(doctor, DOCTOR_NOTICE, NULL,
                    "Landlock %ld limits files, not the network (from version %d on)", abi,
                    LANDLOCK_ABI_WANTED);
    else
        doctor_find(doctor, DOCTOR_OK, NULL, "Landlock %ld limits files and network", abi);
}

static void core_look(struct doctor *doctor, const struct doctor_machine *machine)
{
    char path[HOME_PATH_SIZE];
    char pattern[256] = "";

    snprintf(path, sizeof path, "%s/sys/kernel/core_pattern", machine->proc);
    FILE *file = fopen(path, "re");
    bool is_known = file != NULL && fgets(pattern, sizeof pattern, file) != NULL;
    if (file != NULL)
        fclose(file);
    pattern[strcspn(pattern, "\n")] = '\0';
    if (!is_known)
        doctor_find(doctor, DOCTOR_NOTICE, NULL, "where dumps of memory go is not known");
    else if (pattern[0] == '\0' || strcmp(pattern, "|/bin/false") == 0)
        doctor_find(doctor, DOCTOR_OK, NULL, "no dumps of memory are kept");
    else
        doctor_find(
            doctor, DOCTOR_NOTICE, "the systemd unit sets LimitCORE=0; elsewhere use `ulimit -c 0`",
            "a process that dies may leave its memory in '%s' (the keeper never does)", pattern);
}

/* --- certificates --- */

static void certificate_look(struct doctor *doctor, const struct doctor_machine *machine,
                             const char *relative, const char *what, const char *next)
{
    struct buffer pem CLEANUP(buffer_free) = buffer_make(PEM_SIZE_MAX);
    char path[HOME_PATH_SIZE + 64];
    struct error err = {0};
    int64_t from_ms = 0;
    int64_t to_ms = 0;

    snprintf(path, sizeof path, "%s/%s", machine->home, relative);
    if (!env_read_file(env_real(), path, PEM_SIZE_MAX, &pem, &err) ||
        !certificate_validity(buffer_span(&pem), &from_ms, &to_ms, &err)) {
        doctor_find(doctor, DOCTOR_FAILURE, next, "%s: %s", what, err.text);
        return;
    }
    int64_t left_ms = to_ms - machine->now_ms;
    int64_t days = left_ms / DAY_MS;
    enum key_level level = key_level(from_ms, to_ms, machine->now_ms);
    if (machine->now_ms < from_ms)
        doctor_find(doctor, DOCTOR_FAILURE, "look at the clock, then at the certificate",
                    "%s is not valid yet", what);
    else if (left_ms <= 0)
        doctor_find(doctor, DOCTOR_FAILURE, next, "%s has expired; partners refuse it", what);
    else if (level >= KEY_ENDS_SOON)
        doctor_find(doctor, DOCTOR_WARNING, next, "%s ends in %" PRId64 " days", what, days);
    else if (level == KEY_NOTICE)
        doctor_find(doctor, DOCTOR_NOTICE, next, "%s ends in %" PRId64 " days", what, days);
    else
        doctor_find(doctor, DOCTOR_OK, NULL, "%s holds for %" PRId64 " days", what, days);
}

/* The keys that are others' to renew: partners' institutions. */
static void partners_look(struct doctor *doctor, const struct doctor_machine *machine)
{
    struct key_warning warnings[KEY_WARNING_MAX];
    struct home home;

    if (snprintf(home.path, sizeof home.path, "%s", machine->home) >= (int)sizeof home.path)
        return;
    size_t count = keys_warnings(&home, machine->now_ms, warnings, KEY_WARNING_MAX);
    for (size_t i = 0; i < count; i++)
        if (warnings[i].kind == KEY_PARTNER_INSTITUTION)
            doctor_find(doctor,
                        warnings[i].level == KEY_NOTICE  ? DOCTOR_NOTICE
                        : warnings[i].level == KEY_ENDED ? DOCTOR_FAILURE
                                                         : DOCTOR_WARNING,
                        "telephone the partner: docs/keys.md", "%s", warnings[i].text);
}

void doctor_certificates_look(struct doctor *doctor, const struct doctor_machine *machine)
{
    char path[HOME_PATH_SIZE + 64];

    certificate_look(doctor, machine, HOME_TLS_CERTIFICATE, "the TLS certificate",
                     "besa keys tls renew: docs/keys.md");
    certificate_look(doctor, machine, HOME_INSTITUTION, "the institution's certificate",
                     "the institution issues a new one: docs/keys.md");
    snprintf(path, sizeof path, "%s/" HOME_DESK_KEY, machine->home);
    if (access(path, F_OK) == 0)
        certificate_look(doctor, machine, HOME_DESK_CERTIFICATE, "the API's certificate",
                         "its issuer makes a new one; put it in place, then SIGHUP");
    partners_look(doctor, machine);
}

const struct doctor_machine_row doctor_machine_rows[] = {
    {"home", "The home is there and ours.", home_look},
    {"configuration", "besa.conf can be read.", configuration_look},
    {"files", "No file of the home is open to other users or belongs to one.", files_look},
    {"disk", "There is room on the home's volume.", disk_look},
    {"volume", "The home's volume is encrypted.", doctor_volume_look},
    {"swap", "Nothing is swapped out in the clear.", doctor_swap_look},
    {"core", "No dump of memory is kept.", core_look},
    {"clock", "A time service keeps the clock.", clock_look},
    {"kernel", "The kernel can limit the node.", kernel_look},
    {"certificates", "Own certificates are valid for a while.", doctor_certificates_look},
};
const size_t doctor_machine_row_count = ARRAY_COUNT(doctor_machine_rows);

void doctor_look_machine(struct doctor *doctor, const struct doctor_machine *machine)
{
    for (size_t i = 0; i < doctor_machine_row_count; i++) {
        doctor->check = doctor_machine_rows[i].name;
        doctor_machine_rows[i].run(doctor, machine);
    }
}
