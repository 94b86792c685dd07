/*
 * The running node as its users see it: `besa serve` with its processes, and the officers' commands beside it. What two
 * nodes do with each other is for the tests with real processes.
 * covers: serve session acts child
 */
#include "check.h"
#include "cmd/session.h"
#include "cmd/support/node_home.h"

#include "base/attributes.h"
#include "store/attachment_file.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define WAIT_MS 20000
#define STEP_MS 20

/* The program's own table is in main.c, which a library cannot hold. */
const struct command commands[] = {{.name = NULL}};
static const struct command trial = {.name = "trial", .usage = "", .help = "Tries."};

static struct node_home home;
static struct options options;

static char *const serve_argv[] = {(char[]){"serve"}, NULL};

static void quiet(void)
{
    int away = open("/dev/null", O_WRONLY);
    dup2(away, STDOUT_FILENO);
    dup2(away, STDERR_FILENO);
    close(away);
}

static pid_t serve_start(void)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        quiet();
        struct options own = options;
        own.officer = NULL;
        _exit(command_serve(&own, 1, (char **)(uintptr_t)serve_argv));
    }
    return pid;
}

static bool wait_running(bool is_wanted)
{
    for (int waited_ms = 0; waited_ms < WAIT_MS; waited_ms += STEP_MS) {
        if (control_is_running(&home.home) == is_wanted)
            return true;
        usleep(STEP_MS * 1000);
    }
    return false;
}

static int exit_code_of(pid_t pid)
{
    int status = 0;

    for (int waited_ms = 0; waited_ms < WAIT_MS; waited_ms += STEP_MS) {
        if (waitpid(pid, &status, WNOHANG) == pid)
            return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
        usleep(STEP_MS * 1000);
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return -1000;
}

/* Keeper and node, in the order in which they were started. */
static size_t children_of(pid_t pid, pid_t out[2])
{
    char path[64];
    char text[256] = "";
    size_t count = 0;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return 0;
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    char *at = text;
    for (; got > 0 && count < 2; count++) {
        char *end = at;
        long number = strtol(at, &end, 10);
        if (end == at)
            break;
        out[count] = (pid_t)number;
        at = end;
    }
    return count;
}

static bool ask(const char *act, const char *wanted)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(65536);
    struct error err = {0};

    if (!command_ask(&options, act, span_make(NULL, 0), span_make(NULL, 0), &result, NULL, &err)) {
        printf("%s: %s\n", act, err.text);
        return false;
    }
    return memmem(result.data, result.size, wanted, strlen(wanted)) != NULL;
}

/* --- commands, with stdout and stderr led away --- */

static int run(command_run *command, const char *const *words)
{
    char room[8][128];
    char *argv[10] = {(char[]){"trial"}};
    int argc = 1;
    int out = dup(STDOUT_FILENO);
    int err = dup(STDERR_FILENO);

    for (size_t i = 0; i < 8 && words[i] != NULL; i++) {
        snprintf(room[i], sizeof room[i], "%s", words[i]);
        argv[argc++] = room[i];
    }
    fflush(stdout);
    quiet();
    struct options own = options;
    int exit_code = command(&own, argc, argv);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    return exit_code;
}

#define RUN(command, ...) run(command, (const char *const[]){__VA_ARGS__, NULL})

#define UNKNOWN_ITEM      "01890a5d-ac96-774b-bcce-b302099a8057"

static void commands_try(void)
{
    char path[128];

    CHECK_INT(RUN(command_officer, "list"), EX_OK);
    CHECK_INT(RUN(command_officer, "put", "bo", "Test", "desk", "analyst"), EX_NOPERM);
    options.officer = "admin";
    CHECK_INT(RUN(command_officer, "put", "bo", "Test", "desk", "analyst"), EX_OK);
    CHECK_INT(RUN(command_officer, "put", "bo", "Test", "desk", "cook"), EX_DATAERR);
    CHECK_INT(RUN(command_inbox, "--limit", "3"), EX_NOPERM);
    CHECK_INT(RUN(command_rebuild, "--json"), EX_OK);
    options.officer = "ana";
    CHECK_INT(RUN(command_officer, "put", "bo"), EX_USAGE);
    CHECK_INT(RUN(command_inbox, "--limit", "3"), EX_OK);
    CHECK_INT(RUN(command_inbox, "--limit", "0"), EX_USAGE);
    CHECK_INT(RUN(command_sent, "--json"), EX_OK);
    CHECK_INT(RUN(command_show_item, UNKNOWN_ITEM), EX_NOINPUT);
    CHECK_INT(RUN(command_show_item, "x", "y"), EX_USAGE);
    CHECK_INT(RUN(command_assign, UNKNOWN_ITEM, "desk"), EX_NOINPUT);
    CHECK_INT(RUN(command_withdraw, UNKNOWN_ITEM), EX_NOINPUT);
    CHECK_INT(RUN(command_refuse, UNKNOWN_ITEM), EX_USAGE);
    CHECK_INT(RUN(command_refuse, UNKNOWN_ITEM, "--ground", "g_i"), EX_NOINPUT);
    CHECK_INT(RUN(command_erase, UNKNOWN_ITEM), EX_USAGE);
    CHECK_INT(RUN(command_erase, UNKNOWN_ITEM, "--why", "nonsense"), EX_DATAERR);
    CHECK_INT(RUN(command_request, "/nonexistent/body.json"), EX_NOINPUT);
    CHECK_INT(RUN(command_answer, UNKNOWN_ITEM, "/nonexistent/body.json"), EX_NOINPUT);
    CHECK_INT(RUN(command_case, "c-2", "Another"), EX_OK);
    CHECK_INT(RUN(command_case, "c-2"), EX_USAGE);
    CHECK_INT(RUN(command_status, "--json"), EX_OK);
    snprintf(path, sizeof path, "%s/" HOME_CONF, home.directory);
    CHECK_INT(RUN(command_attach, "upload", path), EX_OK);
    CHECK_INT(RUN(command_attach, "upload", "/nonexistent"), EX_NOINPUT);
    CHECK_INT(RUN(command_attach, "upload", home.directory), EX_DATAERR);
    snprintf(path, sizeof path, "%s/out", home.directory);
    CHECK_INT(RUN(command_attach, "get", UNKNOWN_ITEM, "1", path), EX_NOINPUT);
    CHECK(access(path, F_OK) != 0);
    CHECK_INT(RUN(command_attach, "get", UNKNOWN_ITEM, "0", path), EX_USAGE);
}

CHECK_TEST(commands_work_without_a_node)
{
    CHECK(!control_is_running(&home.home));
    commands_try();
    CHECK(ask("status", "\"running\":false"));
}

CHECK_TEST(commands_work_beside_the_node_until_it_is_asked_to_end)
{
    pid_t pid = serve_start();

    CHECK(wait_running(true));
    CHECK(ask("status", "\"running\":true"));
    CHECK(ask("status", "seccomp"));
    CHECK(ask("status", "\"sandbox_level\":{\"landlock\":"));
    CHECK(ask("status", "\"seccomp\":true}"));
    commands_try();
    kill(pid, SIGTERM);
    CHECK_INT(exit_code_of(pid), EX_OK);
    CHECK(!control_is_running(&home.home));
}

/* What was growing when the node was killed; its key went with the process. */
CHECK_TEST(a_start_removes_what_a_kill_left_of_an_upload)
{
    static const uint8_t id[ATTACHMENT_ID_SIZE] = {0xab, 1};
    struct attachment_file *file = NULL;
    struct error err = {0};
    char path[256];

    CHECK_OK(
        attachment_file_begin(env_real(), home.directory, span_make(id, sizeof id), &file, &err) &&
            attachment_file_write(file, 0, span_text("sealed bytes"), &err),
        err);
    attachment_file_close(&file);
    snprintf(path, sizeof path, "%s/attachments/ab/ab010000000000000000000000000000.part",
             home.directory);
    CHECK(access(path, F_OK) == 0);
    pid_t pid = serve_start();
    CHECK(wait_running(true));
    for (int i = 0; i < 600 && access(path, F_OK) == 0; i++) /* its home is taken before it looks */
        usleep(STEP_MS * 1000);
    CHECK(access(path, F_OK) != 0);
    kill(pid, SIGTERM);
    CHECK_INT(exit_code_of(pid), EX_OK);
}

CHECK_TEST(a_home_is_served_once)
{
    pid_t pid = serve_start();

    CHECK(wait_running(true));
    CHECK_INT(exit_code_of(serve_start()), EX_TEMPFAIL);
    kill(pid, SIGINT);
    CHECK_INT(exit_code_of(pid), EX_OK);
}

/* Whichever of the two dies, both begin anew, and what was written stands. */
CHECK_TEST(a_process_that_dies_is_begun_anew)
{
    pid_t pid = serve_start();
    pid_t before[2];
    pid_t after[2];

    CHECK(wait_running(true));
    CHECK(ask(
        "status",
        "\"running\":true")); /* it listens before it serves; a first life that fails is the last */
    for (size_t which = 0; which < 2; which++) {
        if (children_of(pid, before) != 2) {
            kill(pid, SIGTERM);
            exit_code_of(pid);
            CHECK_NOT_RUN("this kernel does not list a process's children");
        }
        kill(before[which], SIGKILL);
        /* The old node's socket may answer for a moment: wait until both are others. */
        bool is_anew = false;
        for (int waited_ms = 0; waited_ms < WAIT_MS && !is_anew; waited_ms += STEP_MS) {
            usleep(STEP_MS * 1000);
            is_anew = children_of(pid, after) == 2 && after[0] != before[0] &&
                      after[0] != before[1] && after[1] != before[1] &&
                      control_is_running(&home.home);
        }
        CHECK(is_anew);
        CHECK(ask("officer-list", "\"ana\""));
        CHECK(ask("status", which == 0 ? "the keeper ended by signal 9 (Killed)"
                                       : "the node ended by signal 9 (Killed)"));
        CHECK(ask("status", which == 0 ? "\"ended_unasked\":1," : "\"ended_unasked\":2,"));
        CHECK(ask("doctor", "ended by signal 9 (Killed)"));
    }
    kill(pid, SIGTERM);
    CHECK_INT(exit_code_of(pid), EX_OK);
}

CHECK_TEST(a_supervisor_that_dies_takes_its_processes_along)
{
    pid_t pid = serve_start();
    int fd = -1;
    struct error err = {0};
    bool is_free = false;

    CHECK(wait_running(true));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    CHECK(wait_running(false));
    for (int waited_ms = 0; waited_ms < WAIT_MS && !is_free; waited_ms += STEP_MS) {
        error_clear(&err);
        is_free = home_lock(&home.home, &fd, &err);
        usleep(STEP_MS * 1000);
    }
    CHECK(is_free);
    home_unlock(&fd);
}

/* What systemd would hear, each datagram a line of its own in `heard`. */
static int notify_socket(char name[100])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval wait = {.tv_sec = 10};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    snprintf(name, 100, "%s/notify", home.directory);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", name);
    unlink(name);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    return bind(fd, (struct sockaddr *)&address, sizeof address) == 0 ? fd : -1;
}

/* True when a datagram that begins with `wanted` comes before `most` others have come. */
static bool hears(int fd, const char *wanted, int most)
{
    char text[512];

    for (int i = 0; i < most; i++) {
        ssize_t size = recv(fd, text, sizeof text - 1, 0);
        if (size <= 0)
            return false;
        text[size] = '\0';
        if (strncmp(text, wanted, strlen(wanted)) == 0)
            return true;
    }
    return false;
}

static pid_t serve_start_watched(const char *name, const char *watchdog_us)
{
    setenv("NOTIFY_SOCKET", name, 1);
    setenv("WATCHDOG_USEC", watchdog_us, 1);
    pid_t pid = serve_start();
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    return pid;
}

CHECK_TEST(systemd_hears_ready_beats_reload_and_stop)
{
    char name[100];
    int fd = notify_socket(name);
    pid_t pid = serve_start_watched(name, "60000000");

    CHECK(hears(fd, "READY=1\nSTATUS=node ro serves", 20));
    CHECK(hears(fd, "WATCHDOG=1", 2));
    CHECK(hears(fd, "WATCHDOG=1", 2));
    kill(pid, SIGHUP);
    CHECK(hears(fd, "RELOADING=1\nMONOTONIC_USEC=", 5));
    CHECK(hears(fd, "READY=1", 20));
    kill(pid, SIGTERM);
    CHECK(hears(fd, "STOPPING=1", 5));
    CHECK_INT(exit_code_of(pid), EX_OK);
    close(fd);
}

/* Stopped like this it is no different from a writer that hangs: no beat comes. */
CHECK_TEST(a_node_that_hangs_is_ended_and_begun_anew)
{
    char name[100];
    int fd = notify_socket(name);
    pid_t pid = serve_start_watched(name, "6000000");
    pid_t children[2];
    pid_t after[2] = {0, 0};

    CHECK(hears(fd, "READY=1", 20));
    if (children_of(pid, children) != 2) {
        kill(pid, SIGTERM);
        exit_code_of(pid);
        close(fd);
        CHECK_NOT_RUN("this kernel does not list a process's children");
    }
    kill(children[1], SIGSTOP);
    CHECK(hears(fd, "STATUS=node ro hung", 12));
    CHECK(hears(fd, "READY=1", 40));
    CHECK_INT(children_of(pid, after), 2);
    CHECK(after[1] != children[1]);
    CHECK(ask("officer-list", "\"ana\""));
    kill(pid, SIGTERM);
    CHECK_INT(exit_code_of(pid), EX_OK);
    close(fd);
}

/* A file that is a pipe without a writer: the start stands still where it reads its TLS key. */
CHECK_TEST(a_start_that_hangs_is_ended_and_tried_again)
{
    char name[100];
    char key[HOME_PATH_SIZE];
    char away[HOME_PATH_SIZE];
    int fd = notify_socket(name);
    pid_t children[2];
    struct error err = {0};

    CHECK_OR_RETURN(home_path(&home.home, HOME_TLS_KEY, key, &err) &&
                    home_path(&home.home, "tls/away", away, &err));
    pid_t pid =
        serve_start_watched(name, "4000000"); /* 2 s of a node that serves, 6 s of a start */
    CHECK(hears(fd, "READY=1", 20));
    CHECK(rename(key, away) == 0 && mkfifo(key, 0600) == 0);
    if (children_of(pid, children) == 2)
        kill(children[1], SIGKILL);
    else
        kill(pid, SIGHUP);
    CHECK(hears(fd, "STATUS=node ro hung at its start", 40));
    CHECK(unlink(key) == 0 && rename(away, key) == 0);
    CHECK(hears(fd, "READY=1", 40));
    CHECK(wait_running(true));
    CHECK(ask("status", "the node ended by signal 6 (Aborted)"));
    kill(pid, SIGTERM);
    CHECK_INT(exit_code_of(pid), EX_OK);
    close(fd);
}

CHECK_TEST(a_node_that_cannot_begin_says_so_and_ends)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    struct config config;
    struct error err = {0};
    char path[HOME_PATH_SIZE];
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    CHECK(bind(fd, (struct sockaddr *)&address, size) == 0 && listen(fd, 1) == 0 &&
          getsockname(fd, (struct sockaddr *)&address, &size) == 0);
    CHECK_OK(home_config_load(&home.home, &config, &err), err);
    snprintf(config.listen, sizeof config.listen, "127.0.0.1:%u", ntohs(address.sin_port));
    CHECK_OK(home_config_save(&home.home, &config, &err), err);
    CHECK_INT(exit_code_of(serve_start()), EX_UNAVAILABLE); /* the port is taken */
    close(fd);
    CHECK_OK(home_path(&home.home, HOME_PASSPHRASE, path, &err), err);
    CHECK_OK(env_write_file(env_real(), path, span_text("wrong\n"), &err), err);
    CHECK_INT(exit_code_of(serve_start()), EX_DATAERR);
    CHECK(!control_is_running(&home.home));
}

int main(void)
{
    node_home_make(&home);
    node_home_tls(&home);
    node_close(&home.node);
    options = (struct options){.command = &trial,
                               .home = home.directory,
                               .officer = "ana",
                               .reason = "a test",
                               .case_number = "c-1"};
    CHECK_RUN(commands_work_without_a_node);
    CHECK_RUN(commands_work_beside_the_node_until_it_is_asked_to_end);
    CHECK_RUN(a_start_removes_what_a_kill_left_of_an_upload);
    CHECK_RUN(a_home_is_served_once);
    CHECK_RUN(a_process_that_dies_is_begun_anew);
    CHECK_RUN(a_supervisor_that_dies_takes_its_processes_along);
    CHECK_RUN(systemd_hears_ready_beats_reload_and_stop);
    CHECK_RUN(a_node_that_hangs_is_ended_and_begun_anew);
    CHECK_RUN(a_start_that_hangs_is_ended_and_tried_again);
    CHECK_RUN(a_node_that_cannot_begin_says_so_and_ends);
    node_home_free(&home);
    return check_end();
}
