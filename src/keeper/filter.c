/* The keeper's system calls: see filter.h. */
#include "keeper/filter.h"

#include "base/attributes.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

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

static bool add_rules(scmp_filter_ctx filter, int socket_fd)
{
    scmp_datum_t fd = (scmp_datum_t)socket_fd;
    const struct rule rules[] = {
        {SCMP_SYS(recvfrom), 1, {ARG(0, SCMP_CMP_EQ, fd, 0)}},
        /* No address: to the peer of the socketpair only. */
        {SCMP_SYS(sendto), 2, {ARG(0, SCMP_CMP_EQ, fd, 0), ARG(4, SCMP_CMP_EQ, 0, 0)}},
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
    for (size_t i = 0; i < ARRAY_COUNT(rules); i++)
        if (seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rules[i].call, rules[i].count,
                                   rules[i].args) != 0)
            return false;
    return true;
}

bool keeper_filter_install(int socket_fd, struct error *err)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return error_set(err, ERROR_BUG, "cannot give up new privileges: %s", strerror(errno));
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL)
        return error_set(err, ERROR_BUG, "cannot begin the system call filter");
    bool ok = add_rules(filter, socket_fd);
    int result = ok ? seccomp_load(filter) : -EINVAL;
    seccomp_release(filter);
    return result == 0 ||
           error_set(err, ERROR_BUG, "cannot set the system call filter: %s", strerror(-result));
}
