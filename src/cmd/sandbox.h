/*
 * Sandbox: what the node gives up before its first thread starts: new privileges, every file but its home (Landlock), TCP
 * but to its partners' ports (Landlock from ABI 4), and the system calls that start programs, look into other processes or
 * change the machine (seccomp). What the kernel does not have is said, never passed over: `besa status` shows the level.
 */
#ifndef BESA_CMD_SANDBOX_H
#define BESA_CMD_SANDBOX_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

#define SANDBOX_PORT_MAX    64
#define SANDBOX_WRITTEN_MAX 4

struct sandbox_options {
    const char *home; /* read and written */
    const char *written
        [SANDBOX_WRITTEN_MAX]; /* further files that are written, each with its directory; NULL: none */
    const uint16_t *ports;     /* TCP ports that may be connected to */
    size_t port_count;
    bool may_connect_anywhere; /* a database server elsewhere, whose port we do not know */
};

struct sandbox_level {
    int landlock_abi; /* 0: the kernel has none */
    bool has_files;   /* files are limited */
    bool has_network; /* TCP connect and bind are limited */
    bool has_seccomp;
    char text[160]; /* all of it in words */
};

/* For this thread and all that it starts, never to be undone. False only when something that the kernel has could not be
 * set up: then the node must not run. */
bool sandbox_enter(const struct sandbox_options *options, struct sandbox_level *out,
                   struct error *err);

#endif
