/*
 * The system calls that the keeper process may make once it serves: answer on its one socket, write and sync the record
 * that is open already, take memory that is never executable, randomness and time, and end. Anything else ends the
 * process at once (SIGSYS).
 */
#ifndef BESA_KEEPER_FILTER_H
#define BESA_KEEPER_FILTER_H

#include "base/error.h"

/* For this process and all its threads, never to be undone. Sets no_new_privs. BUG when the kernel has no seccomp. */
bool keeper_filter_install(int socket_fd, struct error *err);

#endif
