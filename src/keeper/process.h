/*
 * The keeper as a process: forked before the node has threads, one socketpair, seccomp before the first request.
 */
#ifndef BESA_KEEPER_PROCESS_H
#define BESA_KEEPER_PROCESS_H

#include <sys/types.h>

#include "keeper/client.h"
#include "keeper/keeper.h"

struct keeper_process;

/* Forks. In the child: opens keys and record, closes every other descriptor, installs the seccomp filter, serves until
 * the socket closes. In the parent: *out is usable after the child said it is ready; its error (wrong passphrase) comes
 * back here. */
bool keeper_process_start(const struct keeper_options *options, struct keeper_process **out,
                          struct error *err);
/* For a node that inherits the socket from its supervisor: the same client over an open descriptor. */
bool keeper_process_attach(int socket_fd, struct keeper_process **out, struct error *err);
/* The child's end, for supervisors: serves requests on `socket_fd` and never returns. */
_Noreturn void keeper_process_serve(const struct keeper_options *options, int socket_fd);
struct keeper_client keeper_process_client(struct keeper_process *process);
/* The child's pid, 0 when attached. */
pid_t keeper_process_pid(const struct keeper_process *process);
/* Closes the socket; a started child ends and is waited for. */
void keeper_process_stop(struct keeper_process **process);

#endif
