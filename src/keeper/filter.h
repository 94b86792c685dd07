/*
 * The system calls that the keeper process may make once it serves: answer on its one socket, ask the
 * token's process on another where there is one, write and sync the record
 * that is open already, take memory that is never executable, randomness and time, and end. Anything else ends the
 * process at once (SIGSYS).
 */
#ifndef BESA_KEEPER_FILTER_H
#define BESA_KEEPER_FILTER_H

#include "base/error.h"

/* For this process and all its threads, never to be undone. Sets no_new_privs. BUG when the kernel has no seccomp.
 * `token_fd` -1: there is no token. */
bool keeper_filter_install(int socket_fd, int token_fd, struct error *err);

/* For the token's process, before a module is loaded: starting programs, looking into other processes, changing the machine
 * and the network (but for sockets of this machine) are refused. What files it may open: token_files.h. */
bool keeper_filter_install_token(struct error *err);

#endif
