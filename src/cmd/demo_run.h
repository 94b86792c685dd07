/*
 * What the demonstration does with processes and directories: it runs this very program, as a person would at a shell,
 * and keeps two nodes running as its children.
 */
#ifndef BESA_CMD_DEMO_RUN_H
#define BESA_CMD_DEMO_RUN_H

#include "base/buffer.h"
#include "base/error.h"

#include <sys/types.h>

#define RUN_WORD_MAX 64

/* Runs `besa <words>` to its end and gives its standard output; its standard error is ours. False when it failed (its
 * exit code is in the text). `words` ends with NULL. */
bool run_besa(const char *const *words, struct buffer *output, struct error *err);
/* From here on run_besa's children are this process's image going on with `program` (program_run), not the program begun
 * anew: they share its clock (env_real_behind). In a process of one thread. */
void run_inside(int (*program)(int argc, char **argv));
/* Starts `besa <words>` with both outputs in `log`. */
bool run_start(const char *const *words, const char *log, pid_t *pid, struct error *err);
/* True while it runs. */
bool run_is_alive(pid_t *pid);
/* SIGTERM, then waits; after 10 s SIGKILL. *pid becomes 0. */
void run_stop(pid_t *pid);

/* `count` ports of 127.0.0.1 that are free now, all different. */
bool run_free_ports(unsigned *ports, size_t count, struct error *err);
/* Removes a directory with all that is in it; an absent one is fine. Follows no link. */
bool run_remove(const char *path, struct error *err);
bool run_exists(const char *path);
void run_sleep_ms(long ms);

#endif
