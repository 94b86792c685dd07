/*
 * Landlock: files and TCP ports that this process, and all that it starts, may still reach; nothing takes it back. Called
 * directly with structs of our own: the headers of Debian 12 know only its first version, and what the running kernel has
 * is asked. Where the kernel has none, nothing is limited and the caller says so.
 */
#ifndef BESA_BASE_LANDLOCK_H
#define BESA_BASE_LANDLOCK_H

#include "base/error.h"

#include <stdint.h>

/* What may be done to a path and to what lies below it. On a file that is no directory, what one does with files counts. */
#define LANDLOCK_READ   ((UINT64_C(1) << 2) | (UINT64_C(1) << 3)) /* read files, list directories */
#define LANDLOCK_WRITE  (UINT64_C(1) << 1)  /* open what is there for writing */
#define LANDLOCK_CHANGE (UINT64_C(1) << 62) /* all but starting programs and speaking to devices */
#define LANDLOCK_DEVICE (UINT64_C(1) << 61) /* speak to devices (ioctl) */

/* TCP, from ABI 4 on. */
#define LANDLOCK_BIND    (UINT64_C(1) << 0)
#define LANDLOCK_CONNECT (UINT64_C(1) << 1)

struct landlock {
    int abi; /* of the kernel; 0: none, and the calls below do nothing */
    int fd;
    bool has_network; /* TCP can be limited */
};

/* Of this kernel; 0 or less: it has none. */
long landlock_version(void);
/* Begins with all files forbidden, and the given kinds of TCP (where the kernel can); from ABI 6 on signals and abstract
 * sockets that lead outside are forbidden too. */
bool landlock_begin(struct landlock *out, uint64_t network, struct error *err);
/* STORE when it must be there and is not. */
bool landlock_path(const struct landlock *landlock, const char *path, uint64_t allowed,
                   bool must_be_there, struct error *err);
bool landlock_port(const struct landlock *landlock, uint16_t port, uint64_t allowed,
                   struct error *err);
/* With `ok` the rules hold from here on, for this thread and all that it starts; without, they are dropped. no_new_privs
 * must be set. */
bool landlock_end(struct landlock *landlock, bool ok, struct error *err);

#endif
