/*
 * Tries, in every thread of a running process, to open two files, and prints what came of it: so that the sandbox of each
 * thread of a real node is seen, not only what the node says of it. The thread is stopped, made to call openat once for
 * each file, and goes on where it was (ptrace; x86-64 alone).
 * usage: thread_probe PID FILE FILE      prints "TID NAME Seccomp:2 NoNewPrivs:1 FILE:open FILE:Permission denied"
 * exit code 77: not run
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __x86_64__
#include <dirent.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#define PATH_ROOM 512 /* for a path, below the thread's stack pointer */
#define RED_ZONE  256 /* what the thread itself may use there */

/* One line of /proc/PID/task/TID/status. */
static long status_number(pid_t pid, pid_t tid, const char *name)
{
    char path[64];
    char line[256];
    long number = -1;

    snprintf(path, sizeof path, "/proc/%d/task/%d/status", (int)pid, (int)tid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
            number = strtol(line + strlen(name) + 1, NULL, 10);
    if (file != NULL)
        fclose(file);
    return number;
}

static void name_read(pid_t pid, pid_t tid, char out[32])
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/task/%d/comm", (int)pid, (int)tid);
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(out, 32, file) == NULL)
        snprintf(out, 32, "?");
    if (file != NULL)
        fclose(file);
    out[strcspn(out, "\n")] = '\0';
    for (char *at = out; *at != '\0'; at++)
        *at = *at == ' ' ? '_' : *at;
}

/* Runs one system call in the stopped thread, which has just made one itself. *result: as the kernel gives it. */
static bool thread_call(pid_t tid, const struct user_regs_struct *before, long number,
                        const unsigned long arguments[4], long *result)
{
    struct user_regs_struct regs = *before;
    int status = 0;

    regs.orig_rax = (unsigned long)-1; /* nothing to begin again */
    regs.rip -= 2;                     /* its own `syscall` */
    regs.rax = (unsigned long)number;
    regs.rdi = arguments[0];
    regs.rsi = arguments[1];
    regs.rdx = arguments[2];
    regs.r10 = arguments[3];
    if (ptrace(PTRACE_SETREGS, tid, NULL, &regs) != 0 ||
        ptrace(PTRACE_SINGLESTEP, tid, NULL, NULL) != 0 || waitpid(tid, &status, __WALL) != tid ||
        !WIFSTOPPED(status) || ptrace(PTRACE_GETREGS, tid, NULL, &regs) != 0)
        return false;
    *result = (long)regs.rax;
    return true;
}

/* What openat of this path gives in the stopped thread: a descriptor, closed again, or -errno. */
static bool thread_open(pid_t tid, const struct user_regs_struct *regs, const char *path,
                        long *result)
{
    unsigned long at = (regs->rsp - RED_ZONE - PATH_ROOM) & ~15UL;
    struct iovec here = {.iov_base = (void *)(uintptr_t)path, .iov_len = strlen(path) + 1};
    struct iovec there = {.iov_base = (void *)(uintptr_t)at, .iov_len = here.iov_len};
    long ignored = 0;

    if (process_vm_writev(tid, &here, 1, &there, 1, 0) != (ssize_t)here.iov_len)
        return false;
    const unsigned long open_arguments[4] = {(unsigned long)AT_FDCWD, at, O_RDONLY | O_CLOEXEC, 0};
    if (!thread_call(tid, regs, SYS_openat, open_arguments, result))
        return false;
    const unsigned long close_arguments[4] = {(unsigned long)*result, 0, 0, 0};
    return *result < 0 || thread_call(tid, regs, SYS_close, close_arguments, &ignored);
}

/* Stopped in a system call, as an idle thread is; one that computes is let go and caught again. */
static bool thread_catch(pid_t tid, struct user_regs_struct *regs)
{
    for (int i = 0; i < 100; i++) {
        int status = 0;
        uint16_t code = 0;
        struct iovec here = {.iov_base = &code, .iov_len = sizeof code};
        if (ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) != 0 ||
            waitpid(tid, &status, __WALL) != tid || !WIFSTOPPED(status) ||
            ptrace(PTRACE_GETREGS, tid, NULL, regs) != 0)
            return false;
        struct iovec there = {.iov_base = (void *)(uintptr_t)(regs->rip - 2),
                              .iov_len = sizeof code};
        if ((long)regs->orig_rax >= 0 &&
            process_vm_readv(tid, &here, 1, &there, 1, 0) == sizeof code && code == 0x050f)
            return true;
        ptrace(PTRACE_CONT, tid, NULL, NULL);
    }
    errno = EBUSY;
    return false;
}

static bool thread_probe(pid_t pid, pid_t tid, char *const paths[2])
{
    struct user_regs_struct regs;
    long results[2] = {0, 0};
    char name[32] = "";

    name_read(pid, tid, name);
    printf("%d %s Seccomp:%ld NoNewPrivs:%ld", (int)tid, name, status_number(pid, tid, "Seccomp"),
           status_number(pid, tid, "NoNewPrivs"));
    if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) != 0)
        return false;
    bool ok = thread_catch(tid, &regs) && thread_open(tid, &regs, paths[0], &results[0]) &&
              thread_open(tid, &regs, paths[1], &results[1]);
    ok = ptrace(PTRACE_SETREGS, tid, NULL, &regs) == 0 && ok;
    ptrace(PTRACE_DETACH, tid, NULL, NULL);
    for (size_t i = 0; ok && i < 2; i++)
        printf(" %s:%s", paths[i], results[i] >= 0 ? "open" : strerror((int)-results[i]));
    printf("\n");
    return ok;
}

int main(int argc, char **argv)
{
    char path[64];
    size_t count = 0;
    pid_t pid = argc == 4 ? (pid_t)strtol(argv[1], NULL, 10) : 0;

    if (pid <= 0 || strlen(argv[2]) >= PATH_ROOM || strlen(argv[3]) >= PATH_ROOM) {
        fprintf(stderr, "usage: thread_probe PID FILE FILE\n");
        return 2;
    }
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    for (struct dirent *task; tasks != NULL && (task = readdir(tasks)) != NULL;) {
        pid_t tid = (pid_t)strtol(task->d_name, NULL, 10);
        if (tid <= 0)
            continue;
        if (!thread_probe(pid, tid, argv + 2)) {
            int why = errno;
            printf("\n%s: thread %d: %s\n", why == EPERM ? "NOT RUN" : "failed", (int)tid,
                   strerror(why));
            return why == EPERM ? 77 : 1;
        }
        count++;
    }
    if (tasks != NULL)
        closedir(tasks);
    return count > 0 ? 0 : 1;
}
#else
int main(void)
{
    printf("NOT RUN: this machine is no x86-64\n");
    return 77;
}
#endif
