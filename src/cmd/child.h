/*
 * Child: a process of the supervisor, and how it ended: by which signal, with which exit code. What ended unasked is kept
 * for the next life of the node, so that `besa status` and `besa doctor` can still say it.
 */
#ifndef BESA_CMD_CHILD_H
#define BESA_CMD_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CHILD_RUNNING  (-1)
#define CHILD_END_SIZE 160

/* Unasked ends since the supervisor began. The node gets a copy when it is forked. */
struct node_ends {
    unsigned count;
    int64_t last_ms; /* Unix time; 0: none */
    char last[CHILD_END_SIZE];
};

struct child {
    pid_t pid;    /* 0: none */
    bool is_told; /* it was told to end, or its end is that of another */
    int status;   /* of waitpid, once it ended */
};

/* The exit code when it ended, CHILD_RUNNING while it runs. A child that a signal ended counts as EX_SOFTWARE. */
int child_reap(struct child *child);
/* Tells it to end by `how` (0: it knows already), waits, kills what does not end. Gives the exit code. */
int child_end(struct child *child, int how);
/* "by signal 9 (Killed)", "with exit code 74". */
void child_end_write(const struct child *child, char out[CHILD_END_SIZE]);
/* "the node ended by signal 9 (Killed)", into `ends` for the next life. */
void child_end_keep(const struct child *child, const char *name, int64_t now_ms,
                    struct node_ends *ends);

#endif
