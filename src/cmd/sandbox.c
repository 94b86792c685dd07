/* Sandbox: see sandbox.h. */
#include "cmd/sandbox.h"

#include "base/attributes.h"
#include "base/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- files and ports --- */

/* Libraries load parts of themselves late; names of services and time zones are read, never written. */
static bool paths_allow(const struct landlock *landlock, const char *home, struct error *err)
{
    static const char *const readable[] = {
        "/usr/lib", "/lib",           "/lib64",      "/usr/share/zoneinfo",
        "/etc/ssl", "/etc/localtime", "/usr/lib/ssl"};
    static const char *const devices[] = {"/dev/urandom", "/dev/null"};

    for (size_t i = 0; i < ARRAY_COUNT(readable); i++)
        if (!landlock_path(landlock, readable[i], LANDLOCK_READ, false, err))
            return false;
    for (size_t i = 0; i < ARRAY_COUNT(devices); i++)
        if (!landlock_path(landlock, devices[i], LANDLOCK_READ | LANDLOCK_WRITE, false, err))
            return false;
    return landlock_path(landlock, home, LANDLOCK_CHANGE, true, err);
}

/* The directory too: a file that is replaced is written beside itself and renamed. */
static bool written_allow(const struct landlock *landlock, const char *const *written,
                          struct error *err)
{
    for (size_t i = 0; i < SANDBOX_WRITTEN_MAX; i++) {
        char directory[4096];
        if (written[i] == NULL || written[i][0] == '\0')
            continue;
        const char *slash = strrchr(written[i], '/');
        int size = slash == NULL ? 0 : (int)(slash - written[i]);
        snprintf(directory, sizeof directory, "%.*s", size == 0 ? 1 : size, written[i]);
        if (!landlock_path(landlock, directory, LANDLOCK_CHANGE, true, err))
            return false;
    }
    return true;
}

static bool ports_allow(const struct landlock *landlock, const struct sandbox_options *options,
                        struct error *err)
{
    if (options->may_connect_anywhere)
        return true;
    for (size_t i = 0; i < options->port_count; i++)
        if (!landlock_port(landlock, options->ports[i], LANDLOCK_CONNECT, err))
            return false;
    return true;
}

static bool landlock_enter(const struct sandbox_options *options, struct sandbox_level *out,
                           struct error *err)
{
    struct landlock landlock;

    bool ok = landlock_begin(&landlock,
                             LANDLOCK_BIND | (options->may_connect_anywhere ? 0 : LANDLOCK_CONNECT),
                             err) &&
              paths_allow(&landlock, options->home, err) &&
              written_allow(&landlock, options->written, err) &&
              ports_allow(&landlock, options, err);
    ok = landlock_end(&landlock, ok, err);
    out->landlock_abi = landlock.abi; /* 0: not in this kernel, or switched off */
    out->has_files = ok && landlock.abi > 0;
    out->has_network = ok && landlock.has_network && !options->may_connect_anywhere;
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
