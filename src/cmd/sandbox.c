/*
 * Sandbox: see sandbox.h. Landlock is called directly with structs of our own: the headers of Debian 12 know only its
 * first version, and what the running kernel has is asked at start.
 */
#include "cmd/sandbox.h"

#include "base/attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- Landlock: the kernel's numbers --- */

#define LANDLOCK_CREATE       444
#define LANDLOCK_ADD          445
#define LANDLOCK_RESTRICT     446
#define LANDLOCK_ASK_VERSION  1u
#define LANDLOCK_RULE_PATH    1
#define LANDLOCK_RULE_PORT    2

#define FS_EXECUTE            (UINT64_C(1) << 0)
#define FS_WRITE_FILE         (UINT64_C(1) << 1)
#define FS_READ_FILE          (UINT64_C(1) << 2)
#define FS_READ_DIR           (UINT64_C(1) << 3)
#define FS_ALL_1              ((UINT64_C(1) << 13) - 1)
#define FS_REFER              (UINT64_C(1) << 13) /* ABI 2 */
#define FS_TRUNCATE           (UINT64_C(1) << 14) /* ABI 3 */
#define FS_IOCTL_DEVICE       (UINT64_C(1) << 15) /* ABI 5 */
#define NET_BIND              (UINT64_C(1) << 0)  /* ABI 4 */
#define NET_CONNECT           (UINT64_C(1) << 1)
#define SCOPE_ABSTRACT_SOCKET (UINT64_C(1) << 0) /* ABI 6 */
#define SCOPE_SIGNAL          (UINT64_C(1) << 1)

#define ABI_REFER             2
#define ABI_TRUNCATE          3
#define ABI_NETWORK           4
#define ABI_IOCTL             5
#define ABI_SCOPE             6

struct ruleset {
    uint64_t fs;
    uint64_t network;
    uint64_t scoped;
};
struct __attribute__((packed)) path_rule {
    uint64_t allowed;
    int32_t parent_fd;
};
struct port_rule {
    uint64_t allowed;
    uint64_t port;
};

static uint64_t fs_known(int abi)
{
    return FS_ALL_1 | (abi >= ABI_REFER ? FS_REFER : 0) | (abi >= ABI_TRUNCATE ? FS_TRUNCATE : 0) |
           (abi >= ABI_IOCTL ? FS_IOCTL_DEVICE : 0);
}

static bool path_allow(int ruleset, const char *path, uint64_t allowed, bool must_be_there,
                       struct error *err)
{
    struct path_rule rule = {.allowed = allowed};
    int fd = open(path, O_PATH | O_CLOEXEC);

    if (fd < 0)
        return !must_be_there ||
               error_set(err, ERROR_STORE, "sandbox: %s: %s", path, strerror(errno));
    rule.parent_fd = fd;
    bool ok = syscall(LANDLOCK_ADD, ruleset, LANDLOCK_RULE_PATH, &rule, 0) == 0;
    int failure = errno;
    close(fd);
    return ok || error_set(err, ERROR_BUG, "sandbox: %s: %s", path, strerror(failure));
}

/* Libraries load parts of themselves late; names of services and time zones are read, never written. */
static bool paths_allow(int ruleset, int abi, const char *home, struct error *err)
{
    static const char *const readable[] = {
        "/usr/lib", "/lib",           "/lib64",      "/usr/share/zoneinfo",
        "/etc/ssl", "/etc/localtime", "/usr/lib/ssl"};
    static const char *const devices[] = {"/dev/urandom", "/dev/null"};
    uint64_t read_dir = FS_READ_FILE | FS_READ_DIR;

    for (size_t i = 0; i < ARRAY_COUNT(readable); i++) {
        /* A rule on a file may only name what one does with files. */
        uint64_t allowed = strcmp(readable[i], "/etc/localtime") == 0 ? FS_READ_FILE : read_dir;
        if (!path_allow(ruleset, readable[i], allowed, false, err))
            return false;
    }
    for (size_t i = 0; i < ARRAY_COUNT(devices); i++)
        if (!path_allow(ruleset, devices[i], FS_READ_FILE | FS_WRITE_FILE, false, err))
            return false;
    return path_allow(ruleset, home, fs_known(abi) & ~(FS_EXECUTE | FS_IOCTL_DEVICE), true, err);
}

/* The directory too: a file that is replaced is written beside itself and renamed. */
static bool written_allow(int ruleset, int abi, const char *const *written, struct error *err)
{
    for (size_t i = 0; i < SANDBOX_WRITTEN_MAX; i++) {
        char directory[4096];
        if (written[i] == NULL || written[i][0] == '\0')
            continue;
        const char *slash = strrchr(written[i], '/');
        int size = slash == NULL ? 0 : (int)(slash - written[i]);
        snprintf(directory, sizeof directory, "%.*s", size == 0 ? 1 : size, written[i]);
        if (!path_allow(ruleset, directory, fs_known(abi) & ~(FS_EXECUTE | FS_IOCTL_DEVICE), true,
                        err))
            return false;
    }
    return true;
}

static bool ports_allow(int ruleset, const struct sandbox_options *options, struct error *err)
{
    for (size_t i = 0; i < options->port_count; i++) {
        struct port_rule rule = {.allowed = NET_CONNECT, .port = options->ports[i]};
        if (syscall(LANDLOCK_ADD, ruleset, LANDLOCK_RULE_PORT, &rule, 0) != 0)
            return error_set(err, ERROR_BUG, "sandbox: port %u: %s", options->ports[i],
                             strerror(errno));
    }
    return true;
}

static size_t ruleset_size(int abi)
{
    return abi >= ABI_SCOPE     ? sizeof(struct ruleset)
           : abi >= ABI_NETWORK ? offsetof(struct ruleset, scoped)
                                : offsetof(struct ruleset, network);
}

static bool landlock_enter(const struct sandbox_options *options, struct sandbox_level *out,
                           struct error *err)
{
    long abi = syscall(LANDLOCK_CREATE, NULL, 0, LANDLOCK_ASK_VERSION);

    if (abi <= 0)
        return true; /* not in this kernel, or switched off: said in the level */
    out->landlock_abi = (int)abi;
    bool has_network = abi >= ABI_NETWORK;
    struct ruleset rules = {.fs = fs_known(out->landlock_abi)};
    if (has_network)
        rules.network = NET_BIND | (options->may_connect_anywhere ? 0 : NET_CONNECT);
    if (abi >= ABI_SCOPE)
        rules.scoped = SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL;
    long fd = syscall(LANDLOCK_CREATE, &rules, ruleset_size(out->landlock_abi), 0);
    if (fd < 0)
        return error_set(err, ERROR_BUG, "sandbox: Landlock: %s", strerror(errno));
    bool ok = paths_allow((int)fd, out->landlock_abi, options->home, err) &&
              written_allow((int)fd, out->landlock_abi, options->written, err) &&
              (!has_network || options->may_connect_anywhere || ports_allow((int)fd, options, err));
    if (ok && syscall(LANDLOCK_RESTRICT, (int)fd, 0) != 0)
        ok = error_set(err, ERROR_BUG, "sandbox: Landlock: %s", strerror(errno));
    close((int)fd);
    out->has_files = ok;
    out->has_network = ok && has_network && !options->may_connect_anywhere;
    return ok;
}

/* --- seccomp --- */

/* Never asked for by a node: whoever tries is an intruder, and the process ends at once. */
static const int killed[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(ptrace),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(keyctl),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(reboot),
    SCMP_SYS(acct),
    SCMP_SYS(quotactl),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(clock_settime),
    SCMP_SYS(settimeofday),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    SCMP_SYS(ioperm),
    SCMP_SYS(iopl),
    SCMP_SYS(kcmp),
    SCMP_SYS(process_madvise),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(setuid),
    SCMP_SYS(setgid),
    SCMP_SYS(setreuid),
    SCMP_SYS(setregid),
    SCMP_SYS(setresuid),
    SCMP_SYS(setresgid),
    SCMP_SYS(setgroups),
    SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
};

/* A library may try these and goes on without. */
static const int refused[] = {
    SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
    SCMP_SYS(personality),    SCMP_SYS(adjtimex),       SCMP_SYS(clock_adjtime),
};

#define ARG(at, how, ...)                                                                          \
    {                                                                                              \
        (at), (how), __VA_ARGS__                                                                   \
    }

/* Threads may be made, processes not; memory is writable or executable, never newly both. */
static bool conditions_add(scmp_filter_ctx filter)
{
    struct scmp_arg_cmp no_thread[] = {ARG(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)};
    struct scmp_arg_cmp executable[] = {
        ARG(2, SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_EXEC | PROT_WRITE)};
    struct scmp_arg_cmp made_executable[] = {ARG(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC)};
    struct scmp_arg_cmp beyond[] = {ARG(0, SCMP_CMP_GT, AF_INET6, 0)};
    uint32_t eperm = SCMP_ACT_ERRNO(EPERM);

    /* clone3 hides its flags in memory: threads are made by clone where clone3 is not there. Families of sockets above
     * AF_INET6 (10) are netlink, packet, vsock and the like. */
    return seccomp_rule_add_array(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), 1, no_thread) ==
               0 &&
           seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
           seccomp_rule_add_array(filter, eperm, SCMP_SYS(mmap), 1, executable) == 0 &&
           seccomp_rule_add_array(filter, eperm, SCMP_SYS(mprotect), 1, made_executable) == 0 &&
           seccomp_rule_add_array(filter, eperm, SCMP_SYS(pkey_mprotect), 1, made_executable) ==
               0 &&
           seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                                  beyond) == 0;
}

static bool rules_add(scmp_filter_ctx filter)
{
    for (size_t i = 0; i < ARRAY_COUNT(killed); i++)
        if (seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, killed[i], 0) != 0)
            return false;
    for (size_t i = 0; i < ARRAY_COUNT(refused); i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0) != 0)
            return false;
    return conditions_add(filter);
}

static bool seccomp_enter(struct sandbox_level *out, struct error *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

    if (filter == NULL)
        return error_set(err, ERROR_BUG, "sandbox: cannot begin the system call filter");
    int result = rules_add(filter) ? seccomp_load(filter) : -EINVAL;
    seccomp_release(filter);
    out->has_seccomp = result == 0;
    return result == 0 ||
           error_set(err, ERROR_BUG, "sandbox: cannot set the system call filter: %s",
                     strerror(-result));
}

/* --- both --- */

static void level_write(const struct sandbox_options *options, struct sandbox_level *level)
{
    char landlock[96];

    if (level->landlock_abi == 0)
        snprintf(landlock, sizeof landlock, "no Landlock in this kernel: files and network open");
    else
        snprintf(landlock, sizeof landlock, "Landlock %d (files%s)", level->landlock_abi,
                 level->has_network              ? ", network"
                 : options->may_connect_anywhere ? "; network open for the database server"
                                                 : "; network open: needs ABI 4");
    snprintf(level->text, sizeof level->text, "%s, %s", landlock,
             level->has_seccomp ? "seccomp" : "no seccomp");
}

bool sandbox_enter(const struct sandbox_options *options, struct sandbox_level *out,
                   struct error *err)
{
    *out = (struct sandbox_level){.landlock_abi = 0};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return error_set(err, ERROR_BUG, "sandbox: cannot give up new privileges: %s",
                         strerror(errno));
    if (!landlock_enter(options, out, err) || !seccomp_enter(out, err))
        return false;
    level_write(options, out);
    return true;
}
