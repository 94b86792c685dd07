/*
 * The sandbox: see cmd/sandbox.h. Each claim is tried in a child of its own, on its first thread and on one started later.
 */
#include "check.h"

#include "cmd/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char home[64];
static struct sandbox_level level;
static uint16_t open_port;   /* something listens, and it is allowed */
static uint16_t closed_port; /* something listens, and it is not */

static int listen_anywhere(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 8) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        exit(1);
    *port = ntohs(address.sin_port);
    return fd;
}

/* In the child: 0 when the claim holds, its own number otherwise. */
typedef int trial(void);

static void *on_thread(void *context)
{
    trial **found = context;
    return (void *)(intptr_t)(*found)();
}

static int enter_and_try(trial *claim, bool is_threaded)
{
    struct sandbox_options options = {.home = home, .ports = &open_port, .port_count = 1};
    struct error err = {0};
    pthread_t thread;
    void *result = NULL;

    if (!sandbox_enter(&options, &level, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 100;
    }
    if (!is_threaded)
        return claim();
    if (pthread_create(&thread, NULL, on_thread, &claim) != 0 || pthread_join(thread, &result) != 0)
        return 101;
    return (int)(intptr_t)result;
}

/* The wait status of a child that entered the sandbox and ran the claim. */
static int status_of(trial *claim, bool is_threaded)
{
    int status = -1;

    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        _exit(enter_and_try(claim, is_threaded));
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        exit(1);
    return status;
}

#define HOLDS(claim)                                                                               \
    do {                                                                                           \
        CHECK_INT(status_of(claim, false), 0);                                                     \
        CHECK_INT(status_of(claim, true), 0);                                                      \
    } while (0)

#define KILLS(claim)                                                                               \
    do {                                                                                           \
        for (int is_threaded = 0; is_threaded < 2; is_threaded++) {                                \
            int status = status_of(claim, is_threaded == 1);                                       \
            CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);                              \
        }                                                                                          \
    } while (0)

static int landlock_abi(void)
{
    long abi = syscall(444, NULL, 0, 1);
    return abi > 0 ? (int)abi : 0;
}

/* --- files --- */

static int try_home(void)
{
    char path[128];
    char moved[128];

    snprintf(path, sizeof path, "%s/made", home);
    snprintf(moved, sizeof moved, "%s/moved", home);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    if (fd < 0 || write(fd, "x", 1) != 1 || fsync(fd) != 0 || ftruncate(fd, 0) != 0)
        return 1;
    close(fd);
    return rename(path, moved) == 0 && unlink(moved) == 0 ? 0 : 2;
}

CHECK_TEST(the_home_stays_usable)
{
    HOLDS(try_home);
}

static int try_outside(void)
{
    char path[64];

    if (open("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES)
        return 1;
    if (open("/proc/self/status", O_RDONLY) >= 0 || errno != EACCES)
        return 2;
    snprintf(path, sizeof path, "/tmp/besa-outside-%d", (int)getpid());
    if (open(path, O_WRONLY | O_CREAT, 0600) >= 0 || errno != EACCES)
        return 3;
    if (mkdir(path, 0700) == 0 || errno != EACCES)
        return 4;
    return open("/tmp", O_RDONLY | O_DIRECTORY) >= 0 || errno != EACCES ? 5 : 0;
}

CHECK_TEST(nothing_outside_the_home_can_be_read_or_made)
{
    if (landlock_abi() == 0)
        CHECK_NOT_RUN("this kernel has no Landlock");
    HOLDS(try_outside);
}

/* --- network --- */

static int connect_to(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    return connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? 0 : errno;
}

static int try_network(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    if (connect_to(open_port) != 0)
        return 1;
    if (connect_to(closed_port) != EACCES)
        return 2;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return bind(fd, (struct sockaddr *)&address, sizeof address) == 0 || errno != EACCES ? 3 : 0;
}

CHECK_TEST(only_partners_ports_can_be_connected_to)
{
    if (landlock_abi() < 4)
        CHECK_NOT_RUN("this kernel's Landlock does not know the network");
    HOLDS(try_network);
}

static int try_families(void)
{
    static const int families[] = {AF_NETLINK, AF_PACKET, AF_VSOCK, AF_ALG};

    for (size_t i = 0; i < ARRAY_COUNT(families); i++)
        if (socket(families[i], SOCK_RAW, 0) >= 0 || errno != EAFNOSUPPORT)
            return (int)i + 1;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return fd >= 0 ? 0 : 9;
}

CHECK_TEST(only_ordinary_sockets_can_be_made)
{
    HOLDS(try_families);
}

/* --- system calls --- */

static int try_execve(void)
{
    char *const argv[] = {(char[]){"true"}, NULL};
    execv("/bin/true", argv);
    return 1;
}

static int try_fork(void)
{
    return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL) == 0 ? 1 : 2;
}

static int try_ptrace(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 1 : 2;
}

static int try_unshare(void)
{
    return syscall(SYS_unshare, 0) == 0 ? 1 : 2;
}

static int try_vm_read(void)
{
    return syscall(SYS_process_vm_readv, getpid(), NULL, 0, NULL, 0, 0) == 0 ? 1 : 2;
}

static int try_setuid(void)
{
    return syscall(SYS_setuid, 0) == 0 ? 1 : 2;
}

CHECK_TEST(a_program_cannot_be_started)
{
    KILLS(try_execve);
    KILLS(try_fork);
}

CHECK_TEST(other_processes_cannot_be_looked_into)
{
    KILLS(try_ptrace);
    KILLS(try_vm_read);
}

CHECK_TEST(the_place_in_the_system_cannot_be_changed)
{
    KILLS(try_unshare);
    KILLS(try_setuid);
}

static int try_executable_memory(void)
{
    size_t size = 4096;

    if (mmap(NULL, size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
            MAP_FAILED ||
        errno != EPERM)
        return 1;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return 2;
    return mprotect(memory, size, PROT_READ | PROT_EXEC) == 0 || errno != EPERM ? 3 : 0;
}

CHECK_TEST(memory_cannot_be_made_executable)
{
    HOLDS(try_executable_memory);
}

static int try_rings(void)
{
    return syscall(SYS_io_uring_setup, 1, NULL) >= 0 || errno != EPERM ? 1 : 0;
}

CHECK_TEST(rings_are_refused)
{
    HOLDS(try_rings);
}

/* --- what is said --- */

static int try_level(void)
{
    if (level.landlock_abi != landlock_abi() && landlock_abi() != 0)
        return 1; /* inside, the version can still be asked */
    if (!level.has_seccomp || strstr(level.text, "seccomp") == NULL)
        return 2;
    if (level.has_files != (level.landlock_abi > 0))
        return 3;
    return level.has_network == (level.landlock_abi >= 4) ? 0 : 4;
}

CHECK_TEST(the_level_says_what_there_is)
{
    HOLDS(try_level);
}

int main(void)
{
    snprintf(home, sizeof home, "/tmp/besa-sandbox-XXXXXX");
    if (mkdtemp(home) == NULL)
        return 1;
    int open_fd = listen_anywhere(&open_port);
    int closed_fd = listen_anywhere(&closed_port);
    CHECK_RUN(the_home_stays_usable);
    CHECK_RUN(nothing_outside_the_home_can_be_read_or_made);
    CHECK_RUN(only_partners_ports_can_be_connected_to);
    CHECK_RUN(only_ordinary_sockets_can_be_made);
    CHECK_RUN(a_program_cannot_be_started);
    CHECK_RUN(other_processes_cannot_be_looked_into);
    CHECK_RUN(the_place_in_the_system_cannot_be_changed);
    CHECK_RUN(memory_cannot_be_made_executable);
    CHECK_RUN(rings_are_refused);
    CHECK_RUN(the_level_says_what_there_is);
    close(open_fd);
    close(closed_fd);
    rmdir(home);
    return check_end();
}
