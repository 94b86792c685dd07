/*
 * besa resume: its forms, and what it says where there is nothing to resume.
 * covers: resume
 */
#include "check.h"

#include "base/attributes.h"
#include "base/env.h"
#include "cmd/command.h"
#include "crypto/secret.h"

#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

/* The program's own table is in main.c, which a library cannot hold. */
const struct command commands[] = {{.name = NULL}};
static const struct command trial = {.name = "resume", .usage = "", .help = "Tries."};

static char directory[] = "/tmp/besa-resume-XXXXXX";
static char home[64];
static char said_at[64];

/* Runs a command quietly; what it says goes to a file. */
static int run(command_run *command, char **argv)
{
    struct options options = {.command = &trial,
                              .home = home,
                              .officer = "admin-1",
                              .reason = "exercise",
                              .is_json = true};
    int argc = 0;
    int away = open(said_at, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int out = dup(STDOUT_FILENO);
    int err = dup(STDERR_FILENO);

    while (argv[argc] != NULL)
        argc++;
    fflush(stdout);
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

#define RUN(command, ...) run(command, (char *[]){(char[]){"resume"}, __VA_ARGS__, NULL})
#define W(text)           ((char[]){text})

static bool said(const char *text)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    struct error err = {0};

    bool ok = env_read_file(env_real(), said_at, out.limit, &out, &err) &&
              memmem(out.data, out.size, text, strlen(text)) != NULL;
    if (!ok)
        printf("said: %.*s\n", SPAN_ARG(buffer_span(&out)));
    return ok;
}

CHECK_TEST(a_resume_has_three_forms)
{
    CHECK_INT(RUN(command_resume, W("now")), EX_USAGE);
    CHECK(said("order, allow or status"));
    CHECK_INT(RUN(command_resume, W("allow"), W("al")), EX_USAGE);
    CHECK(said("--until"));
    CHECK_INT(RUN(command_resume, W("status"), W("al")), EX_USAGE);
}

CHECK_TEST(an_administrator_sees_it_and_orders_nothing)
{
    CHECK_INT(RUN(command_resume, W("status")), 0);
    CHECK(said("[]"));
    CHECK_INT(RUN(command_resume, W("order")), EX_NOPERM);
    CHECK(said("not for the role administrator"));
    CHECK_INT(RUN(command_resume, W("allow"), W("al"), W("--until"), W("now")), EX_NOPERM);
    CHECK(said("not for the role administrator"));
}

int main(void)
{
    char command[128];

    crypto_start();
    if (mkdtemp(directory) == NULL)
        return 1;
    snprintf(home, sizeof home, "%s/ro", directory);
    snprintf(said_at, sizeof said_at, "%s/said", directory);
    CHECK_INT(RUN(command_init, W("--party"), W("ro"), W("--listen"), W("127.0.0.1:8443"),
                  W("--contact"), W("telephone of an exercise"), W("--training"),
                  W("--make-institution"), W("Institution of an exercise")),
              0);
    CHECK_RUN(a_resume_has_three_forms);
    CHECK_RUN(an_administrator_sees_it_and_orders_nothing);
    snprintf(command, sizeof command, "rm -rf %s", directory);
    if (system(command) != 0)
        printf("%s stays\n", directory);
    return check_end();
}
