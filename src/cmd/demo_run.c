/* Processes and directories of the demonstration: see demo_run.h. */
#include "cmd/demo_run.h"

#include "base/attributes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STOP_WAIT_MS 10000
#define STOP_STEP_MS 20
#define PORT_MAX     8

void run_sleep_ms(long ms)
{
    struct timespec wait = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&wait, NULL);
}

bool run_exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

static int (*inside)(int argc, char **argv);

void run_inside(int (*program)(int argc, char **argv))
{
    inside = program;
}

/* In the child: the program that this is, with its words. */
static _Noreturn void child_exec(const char *const *words)
{
    char *argv[RUN_WORD_MAX + 2];
    size_t count = 0;

    argv[count++] = strdup("besa");
    for (size_t i = 0; words[i] != NULL && count <= RUN_WORD_MAX; i++)
        argv[count++] = strdup(words[i]);
    argv[count] = NULL;
    if (inside != NULL)
        exit(inside((int)count, argv));
    execv("/proc/self/exe", argv);
    _exit(127);
}

static pid_t child_make(struct error *err)
{
    fflush(stdout);
    fflush(stderr);
    pid_t pid = fork();
    if (pid < 0)
        error_set(err, ERROR_LIMIT, "no process can be started: %s", strerror(errno));
    return pid;
}

static bool output_read(int fd, struct buffer *output, struct error *err)
{
    uint8_t bytes[4096];

    for (;;) {
        ssize_t got = read(fd, bytes, sizeof bytes);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(err, ERROR_LINK, "a command's output cannot be read");
        if (got == 0)
            return true;
        if (!buffer_add(output, span_make(bytes, (size_t)got)))
            return error_set(err, ERROR_LIMIT, "a command's output is too long");
    }
}

static bool child_wait(pid_t pid, const char *name, struct error *err)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    return error_set(err, ERROR_BUG, "`besa ... %s` ended with %d", name,
                     WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

bool run_besa(const char *const *words, struct buffer *output, struct error *err)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set(err, ERROR_LIMIT, "no pipe: %s", strerror(errno));
    pid_t pid = child_make(err);
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        child_exec(words);
    }
    close(ends[1]);
    bool ok = pid > 0 && output_read(ends[0], output, err);
    close(ends[0]);
    size_t last = 0;
    while (words[last + 1] != NULL && last < 3)
        last++;
    return pid > 0 && child_wait(pid, words[last], ok ? err : NULL) && ok;
}

bool run_start(const char *const *words, const char *log, pid_t *pid, struct error *err)
{
    pid_t parent = getpid();

    *pid = child_make(err);
    if (*pid < 0) {
        *pid = 0;
        return false;
    }
    if (*pid > 0)
        return true;
    /* The node ends with us, however we end; and Ctrl-C reaches only us, who stop it in order. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(1);
    setpgid(0, 0);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
    }
    if (nothing >= 0)
        dup2(nothing, STDIN_FILENO);
    child_exec(words);
}

bool run_is_alive(pid_t *pid)
{
    int status = 0;

    if (*pid <= 0)
        return false;
    if (waitpid(*pid, &status, WNOHANG) == 0)
        return true;
    *pid = 0;
    return false;
}

void run_stop(pid_t *pid)
{
    if (*pid <= 0)
        return;
    kill(*pid, SIGTERM);
    for (int waited = 0; run_is_alive(pid); waited += STOP_STEP_MS) {
        if (waited >= STOP_WAIT_MS)
            kill(*pid, SIGKILL);
        run_sleep_ms(STOP_STEP_MS);
    }
}

/* A socket bound to a port that the system chose; held until all are chosen, so that they differ. */
static int port_hold(unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
                    getsockname(fd, (struct sockaddr *)&address, &size) != 0)) {
        close(fd);
        return -1;
    }
    *port = ntohs(address.sin_port);
    return fd;
}

bool run_free_ports(unsigned *ports, size_t count, struct error *err)
{
    int held[PORT_MAX];
    size_t taken = 0;

    while (taken < count && taken < PORT_MAX && (held[taken] = port_hold(&ports[taken])) >= 0)
        taken++;
    for (size_t i = 0; i < taken; i++)
        close(held[i]);
    return taken == count || error_set(err, ERROR_LIMIT, "no free port of 127.0.0.1");
}

static int entry_remove(const char *path, const struct stat *st, int type, struct FTW *place)
{
    (void)st;
    (void)type;
    (void)place;
    return remove(path);
}

bool run_remove(const char *path, struct error *err)
{
    if (!run_exists(path))
        return true;
    return nftw(path, entry_remove, 16, FTW_DEPTH | FTW_PHYS) == 0 ||
           error_set(err, ERROR_STORE, "%s cannot be removed: %s", path, strerror(errno));
}
