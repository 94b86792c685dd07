/*
 * Nodes: real `besa serve` processes for a test: started, asked through their control socket, killed with everything they
 * started, stopped in order; and their books, read beside them.
 */
#ifndef BESA_TESTS_NODES_H
#define BESA_TESTS_NODES_H

#include "cmd/control.h"
#include "store/derived_rows.h"
#include "store/log_rows.h"
#include "store/part_rows.h"

#include <sys/types.h>

struct node_run {
    const char *besa;    /* the program */
    const char *name;    /* "ro" */
    const char *officer; /* who asks */
    struct home home;
    pid_t pid; /* of the supervisor; 0: none runs */
};

/* Starts `besa serve` (its output goes to <home>.log) and waits until it answers. False says why. */
bool node_start(struct node_run *node);
/* SIGKILL to the supervisor and all below it, at once. Gives the count of processes. */
size_t node_kill(struct node_run *node);
/* SIGTERM to the supervisor; true when it ended with 0 in time. Nothing when none runs. */
bool node_stop(struct node_run *node);
/* Processor time in seconds that this process and all below it have used; `except` (0: none) and below is left out. */
double family_cpu_s(pid_t root, pid_t except);
/* Bytes resident of this process and all below it; what they share is counted for each. */
int64_t family_memory_size(pid_t root);
/* The same with what they share counted once: private pages of all, and the shared ones of the process with most. Not the
 * kernel's Pss, which falls when others on the machine use the same libraries. */
int64_t family_memory_once(pid_t root);
/* Waits until the node answers, at most 30 s. */
bool node_wait(const struct node_run *node);

/* One act. `problems` is a thread's own. */
bool node_ask(const struct node_run *node, const char *act, struct span arguments, struct span body,
              int fd, struct buffer *result, struct error *err);

/* The books of a node with one partner, as they stand on disk. */
struct books_view {
    struct database *db;
    int64_t out;      /* log ids */
    int64_t in;       /* the mirror */
    int64_t out_size; /* numbered */
    int64_t in_size;
    int64_t in_handled;
    int64_t receipted; /* of out */
    size_t waiting;    /* of out: 0 or more */
    size_t wanted;     /* attachments of in that are still to come */
};
bool view_open(const struct node_run *node, struct books_view *out, struct error *err);
void view_close(struct books_view *view);
/* The receipts of `writer`'s log are those of its mirror at `reader`, byte for byte; adds their number to `count`. */
bool view_compare_receipts(struct books_view *writer, struct books_view *reader, size_t *count,
                           struct error *err);

#endif
