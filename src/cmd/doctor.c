/*
 * `besa doctor`: the machine's checks in this process, then the books' through the node, or in this process when none
 * runs. Exit code as monitoring systems know it: 0 all well, 1 warnings, 2 failures.
 */
#include "cmd/doctor.h"
#include "cmd/command.h"
#include "cmd/session.h"
#include "cmd/training.h"

#include "base/attributes.h"
#include "base/env.h"
#include "base/landlock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/timex.h>
#include <sysexits.h>

#define DOCTOR_SIZE_MAX (512u * 1024u)

/* The kernel's own word: chrony, ntpd and systemd-timesyncd all tell it. */
static int kernel_clock_state(void)
{
    struct timex timex = {.modes = 0};
    int state = adjtimex(&timex);

    if (state < 0)
        return -1;
    return state == TIME_ERROR || (timex.status & STA_UNSYNC) != 0 ? 1 : 0;
}

static void machine_look(struct doctor *doctor, const struct options *options)
{
    struct home home = {.path = ""};
    struct config *config = calloc(1, sizeof *config);
    struct error err = {0};

    snprintf(home.path, sizeof home.path, "%s", options->home);
    bool has_config = config != NULL && home_config_load(&home, config, &err);
    struct doctor_machine machine = {
        .home = home.path,
        .config = has_config ? config : NULL,
        .config_error = config == NULL ? "out of memory" : err.text,
        .proc = "/proc",
        .sys = "/sys",
        .clock_state = kernel_clock_state,
        .landlock_version = landlock_version,
        .now_ms = env_real()->now_ms(env_real()->context),
        .disk_warning_size = DOCTOR_DISK_WARNING_SIZE,
        .disk_failure_size = DOCTOR_DISK_FAILURE_SIZE,
    };
    doctor_look_machine(doctor, &machine);
    free(config);
}

/* Looking into the books is an act like any other: it needs an officer and a reason. */
static void books_look(struct doctor *doctor, const struct options *options)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(DOCTOR_SIZE_MAX);
    struct error err = {0};

    doctor->check = "books";
    if (options->officer == NULL || options->reason == NULL) {
        doctor_find(doctor, DOCTOR_NOTICE, "give --officer and --reason",
                    "the books were not looked into: that is an act, with an officer and a reason");
        return;
    }
    if (!command_ask(options, "doctor", span_text("{}"), span_make(NULL, 0), &result, NULL, &err) ||
        !doctor_read(doctor, buffer_span(&result), &err))
        doctor_find(doctor, DOCTOR_FAILURE,
                    err.kind == ERROR_STORE || err.kind == ERROR_FULL || err.kind == ERROR_BUG
                        ? "mend what else is named here first; docs/recovery.md says more"
                        : "mend what the text names, or ask as an officer of this node who may, "
                          "with a reason",
                    "the books cannot be looked into: %s", err.text);
}

static int show(const struct options *options, const struct doctor *doctor, bool with_all)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(2 * DOCTOR_SIZE_MAX);
    struct json_writer out = json_writer_make(&text);
    struct error err = {0};

    if (!options->is_json && training_is_home(options->home))
        buffer_text(&text, TRAINING_WORDS "\n");
    bool ok = options->is_json ? doctor_write(doctor, &out) : doctor_tell(doctor, with_all, &text);
    if (!ok)
        error_set(&err, ERROR_LIMIT, "the findings do not fit");
    else if (fwrite(text.data, 1, text.size, stdout) != text.size || putchar('\n') == EOF ||
             fflush(stdout) != 0)
        error_set(&err, ERROR_STORE, "the findings could not be written out");
    return err.kind == ERROR_NONE ? EX_OK : command_fail(options, &err);
}

int command_doctor(struct options *options, int argc, char **argv)
{
    static const int exit_codes[DOCTOR_LEVEL_COUNT] = {0, 0, 1, 2};
    bool with_all = false;
    const struct command_option own[] = {{.name = "all", .letter = 'a', .flag = &with_all}};
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 0, &words, &exit_code))
        return exit_code;
    if (options->home == NULL)
        return command_usage(options, "no home: give --home DIR or set BESA_HOME");
    struct doctor *doctor = calloc(1, sizeof *doctor);
    if (doctor == NULL)
        return EX_OSERR;
    machine_look(doctor, options);
    books_look(doctor, options);
    exit_code = show(options, doctor, with_all);
    if (exit_code == EX_OK)
        exit_code = exit_codes[doctor->worst];
    free(doctor);
    return exit_code;
}
