/* Landlock: see landlock.h. */
#include "base/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- the kernel's numbers --- */

#define CALL_CREATE           444
#define CALL_ADD              445
#define CALL_RESTRICT         446
#define ASK_VERSION           1u
#define RULE_PATH             1
#define RULE_PORT             2

#define FS_EXECUTE            (UINT64_C(1) << 0)
#define FS_ALL_1              ((UINT64_C(1) << 13) - 1)
#define FS_REFER              (UINT64_C(1) << 13) /* ABI 2 */
#define FS_TRUNCATE           (UINT64_C(1) << 14) /* ABI 3 */
#define FS_IOCTL_DEVICE       (UINT64_C(1) << 15) /* ABI 5 */
#define FS_OF_FILES           (UINT64_C(7) | FS_TRUNCATE | FS_IOCTL_DEVICE)
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

long landlock_version(void)
{
    return syscall(CALL_CREATE, NULL, 0, ASK_VERSION);
}

static uint64_t fs_known(int abi)
{
    return FS_ALL_1 | (abi >= ABI_REFER ? FS_REFER : 0) | (abi >= ABI_TRUNCATE ? FS_TRUNCATE : 0) |
           (abi >= ABI_IOCTL ? FS_IOCTL_DEVICE : 0);
}

static size_t ruleset_size(int abi)
{
    return abi >= ABI_SCOPE     ? sizeof(struct ruleset)
           : abi >= ABI_NETWORK ? offsetof(struct ruleset, scoped)
                                : offsetof(struct ruleset, network);
}

bool landlock_begin(struct landlock *out, uint64_t network, struct error *err)
{
    long abi = landlock_version();

    *out = (struct landlock){.abi = abi > 0 ? (int)abi : 0, .fd = -1};
    if (out->abi == 0)
        return true;
    out->has_network = out->abi >= ABI_NETWORK;
    struct ruleset rules = {.fs = fs_known(out->abi)};
    if (out->has_network)
        rules.network = network;
    if (out->abi >= ABI_SCOPE)
        rules.scoped = SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL;
    out->fd = (int)syscall(CALL_CREATE, &rules, ruleset_size(out->abi), 0);
    return out->fd >= 0 || error_set(err, ERROR_BUG, "sandbox: Landlock: %s", strerror(errno));
}

/* As this kernel knows it. */
static uint64_t rights_of(const struct landlock *landlock, uint64_t allowed)
{
    uint64_t known = fs_known(landlock->abi);
    uint64_t rights = allowed & (LANDLOCK_READ | LANDLOCK_WRITE);

    if ((allowed & LANDLOCK_CHANGE) != 0)
        rights |= known & ~(FS_EXECUTE | FS_IOCTL_DEVICE);
    if ((allowed & LANDLOCK_DEVICE) != 0)
        rights |= known & FS_IOCTL_DEVICE;
    return rights;
}

bool landlock_path(const struct landlock *landlock, const char *path, uint64_t allowed,
                   bool must_be_there, struct error *err)
{
    struct path_rule rule = {.allowed = rights_of(landlock, allowed)};
    struct stat st;

    if (landlock->abi == 0)
        return true;
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return !must_be_there ||
               error_set(err, ERROR_STORE, "sandbox: %s: %s", path, strerror(errno));
    rule.parent_fd = fd;
    /* A rule on a file may only name what one does with files. */
    if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
        rule.allowed &= FS_OF_FILES;
    bool ok = syscall(CALL_ADD, landlock->fd, RULE_PATH, &rule, 0) == 0;
    int failure = errno;
    close(fd);
    return ok || error_set(err, ERROR_BUG, "sandbox: %s: %s", path, strerror(failure));
}

bool landlock_port(const struct landlock *landlock, uint16_t port, uint64_t allowed,
                   struct error *err)
{
    struct port_rule rule = {.allowed = allowed, .port = port};

    return !landlock->has_network || syscall(CALL_ADD, landlock->fd, RULE_PORT, &rule, 0) == 0 ||
           error_set(err, ERROR_BUG, "sandbox: port %u: %s", port, strerror(errno));
}

bool landlock_end(struct landlock *landlock, bool ok, struct error *err)
{
    if (landlock->abi == 0)
        return ok;
    if (ok && syscall(CALL_RESTRICT, landlock->fd, 0) != 0)
        ok = error_set(err, ERROR_BUG, "sandbox: Landlock: %s", strerror(errno));
    if (landlock->fd >= 0)
        close(landlock->fd);
    landlock->fd = -1;
    return ok;
}
