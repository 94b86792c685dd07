/* The keeper's system calls: see filter.h. */
#include "keeper/filter.h"

#include "base/attributes.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#if defined(__SANITIZE_ADDRESS__)
#define KEEPER_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KEEPER_SANITIZED
#endif
#endif

struct rule {
    int call;
    unsigned count;
    struct scmp_arg_cmp args[2];
};

#define ARG(at, how, ...)                                                                          \
    {                                                                                              \
        (at), (how), __VA_ARGS__                                                                   \
    }

static bool rules_add(scmp_filter_ctx filter, const struct rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rules[i].call, rules[i].count,
                                   rules[i].args) != 0)
            return false;
    return true;
}

static bool socket_allow(scmp_filter_ctx filter, int socket_fd)
{
    scmp_datum_t fd = (scmp_datum_t)socket_fd;
    const struct rule rules[] = {
        {SCMP_SYS(recvfrom), 1, {ARG(0, SCMP_CMP_EQ, fd, 0)}},
        /* No address: to the peer of the socketpair only. */
        {SCMP_SYS(sendto), 2, {ARG(0, SCMP_CMP_EQ, fd, 0), ARG(4, SCMP_CMP_EQ, 0, 0)}},
    };
    return rules_add(filter, rules, ARRAY_COUNT(rules));
}

static bool memory_and_record_allow(scmp_filter_ctx filter)
{
    const struct rule rules[] = {
        {SCMP_SYS(pwrite64), 0, {{0}}},
        {SCMP_SYS(fdatasync), 0, {{0}}},
        {SCMP_SYS(getrandom), 0, {{0}}},
        {SCMP_SYS(clock_gettime), 0, {{0}}}, /* where the vDSO does not answer */
        {SCMP_SYS(getpid), 0, {{0}}}, /* OpenSSL's random numbers look whether they were forked */
        {SCMP_SYS(brk), 0, {{0}}},
        {SCMP_SYS(munmap), 0, {{0}}},
        {SCMP_SYS(madvise), 0, {{0}}},
        {SCMP_SYS(mmap),
         2,
         {ARG(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
          ARG(3, SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS)}},
        {SCMP_SYS(mprotect), 1, {ARG(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)}},
        {SCMP_SYS(exit_group), 0, {{0}}},
#ifdef KEEPER_SANITIZED
        {SCMP_SYS(sigaltstack),
         0,
         {{0}}}, /* the sanitizer's own, before a call that does not return */
#endif
    };
    return rules_add(filter, rules, ARRAY_COUNT(rules));
}

/* --- the token's process --- */

static const int token_killed[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(ptrace),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(keyctl),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(kill),
};
static const int token_families[] = {AF_INET, AF_INET6, AF_PACKET, AF_VSOCK};

static bool token_rules_add(scmp_filter_ctx filter)
{
    for (size_t i = 0; i < ARRAY_COUNT(token_killed); i++)
        if (seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, token_killed[i], 0) != 0)
            return false;
    for (size_t i = 0; i < ARRAY_COUNT(token_families); i++) {
        const struct scmp_arg_cmp family = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)token_families[i]);
        if (seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                                   &family) != 0)
            return false;
    }
    return true;
}

/* Owns the filter. */
static bool filter_load(scmp_filter_ctx filter, bool ok, struct error *err)
{
    int result = ok ? seccomp_load(filter) : -EINVAL;

    seccomp_release(filter);
    return result == 0 ||
           error_set(err, ERROR_BUG, "cannot set the system call filter: %s", strerror(-result));
}

static bool filter_begin(uint32_t otherwise, scmp_filter_ctx *out, struct error *err)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return error_set(err, ERROR_BUG, "cannot give up new privileges: %s", strerror(errno));
    *out = seccomp_init(otherwise);
    return *out != NULL || error_set(err, ERROR_BUG, "cannot begin the system call filter");
}

bool keeper_filter_install_token(struct error *err)
{
    scmp_filter_ctx filter = NULL;

    return filter_begin(SCMP_ACT_ALLOW, &filter, err) &&
           filter_load(filter, token_rules_add(filter), err);
}

bool keeper_filter_install(int socket_fd, int token_fd, struct error *err)
{
    scmp_filter_ctx filter = NULL;

    if (!filter_begin(SCMP_ACT_KILL_PROCESS, &filter, err))
        return false;
    bool ok = socket_allow(filter, socket_fd) && (token_fd < 0 || socket_allow(filter, token_fd)) &&
              memory_and_record_allow(filter);
    return filter_load(filter, ok, err);
}
