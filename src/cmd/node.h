/*
 * Node: home, configuration, store, keeper process and books of one node, put together; for `besa serve` and for commands
 * that work while no node runs. Whoever opens it owns the home (its lock).
 */
#ifndef BESA_CMD_NODE_H
#define BESA_CMD_NODE_H

#include "base/env.h"
#include "cmd/child.h"
#include "cmd/control.h"
#include "cmd/home.h"
#include "desk/desk.h"
#include "desk/upload.h"
#include "exchange/exchange.h"
#include "journal/attachment.h"
#include "journal/journal.h"
#include "keeper/process.h"
#include "store/database.h"

/* What the start of a node does, in this order. */
enum node_step {
    NODE_STEP_FILES,
    NODE_STEP_KEEPER,
    NODE_STEP_STORE,
    NODE_STEP_BOOKS,
    NODE_STEP_REBUILD, /* where the tables are of another program; again and again */
    NODE_STEP_LINES,   /* again for each partner, whose name may have to be asked for */
    NODE_STEP_THREADS,
    NODE_STEP_COUNT
};
extern const char *const node_step_names[NODE_STEP_COUNT];

struct service; /* what only the running node has: line, servers, threads (serve.c) */

struct node {
    const struct env *env;
    struct home home;
    struct config config;
    int lock_fd;
    char place[HOME_PATH_SIZE + CONF_DATABASE_SIZE]; /* of the database */
    struct database *db;                             /* the writer's */
    struct keeper_process *keeper_process;
    struct keeper_client keeper;
    struct journal journal;
    bool has_journal;
    struct exchange *exchange;                          /* NULL in commands */
    struct service *service;                            /* NULL in commands */
    control_progress *progress;                         /* while it opens */
    void (*step)(void *context, enum node_step begins); /* until it serves; may be NULL */
    void *progress_context;
    struct node_ends ends; /* of the lives before this one */
};

struct node_options {
    struct home home;
    int lock_fd;          /* taken already, becomes the node's; -1: node_open takes it */
    const char *database; /* instead of what besa.conf names; NULL: that */
    int keeper_fd;        /* the supervisor's socket to the keeper; -1: node_open starts a keeper */
    void (*event)(void *context, const struct journal_event *event); /* may be NULL */
    bool
        may_migrate; /* books of an older schema are brought to this one; else RULE, see `besa upgrade` */
    control_progress *progress; /* of a rebuild that this opening needs; may be NULL */
    void (*step)(void *context, enum node_step begins); /* may be NULL */
    void *progress_context;
};

/* Opens everything, in this order: lock, configuration, store (migrated), keeper, books. Tells what to do on failure: BUSY
 * when another process owns the home. The caller of besa.conf-less homes is `besa init`. */
bool node_open(const struct node_options *options, struct node **out, struct error *err);
/* A further step of the start begins. */
void node_step(const struct node *node, enum node_step begins);
/* Where the books of a home lie, as database_open takes it. */
#define NODE_PLACE_SIZE (HOME_PATH_SIZE + CONF_DATABASE_SIZE)
bool node_place(const struct home *home, const char *database, char out[NODE_PLACE_SIZE],
                struct error *err);
/* Ends the keeper that it started, gives the home back. NULL is fine. */
void node_close(struct node **node);
/* The same with only a reader's connection: beside a running node, without lock, keeper and books (db alone is set). */
bool node_open_reader(const struct home *home, struct node **out, struct error *err);

/* The node's own acts, beside desk_acts[]; run in the writer like them. */
struct node_act {
    const char *name;
    const char *purpose;
    bool needs_officer; /* and a reason */
    bool needs_second;  /* and a second officer, who may do the act as well */
    bool (*run)(struct node *node, const struct desk_call *call, struct json_writer *out,
                struct error *err);
};
extern const struct node_act node_acts[]; /* node_acts.c */
extern const size_t node_act_count;

/* Runs one act as a job of the writer and waits for its end. With `is_pumping` the calling thread is the writer (commands);
 * else it must not be. The result is one JSON value. */
bool node_act(struct node *node, const struct control_request *request, bool is_pumping,
              struct buffer *result, struct problems *problems, struct error *err);

/* Runs `work` in the writer, as a job with its savepoint, and waits: for what is no act (adopting an agreement). */
bool node_job(struct node *node, bool is_pumping,
              bool (*work)(struct node *node, void *context, struct error *err), void *context,
              struct error *err);

/* Checks officer and reason and writes the access entry of one of the node's own acts. In the writer. */
bool node_access(struct node *node, const struct control_request *request, const char *name,
                 const struct span *objects, size_t object_count, struct error *err);

/* The same for an act of two: the approver is another officer, active, whose role approves it. */
bool node_access_two(struct node *node, const struct control_request *request, const char *name,
                     struct error *err);

/* Work on a file, with progress: "upload" seals what is behind `fd` ({"name"} in the arguments) and enters it for the
 * officer; the result is {"upload": hex, "name", "size", "sha256"}. "attachment-get" writes a held attachment to `fd`
 * ({"item", "part"}); the result is {"size", "sha256"}. */
struct node_file {
    struct node *node;
    struct control_reading *reading;
    int fd;
    bool is_pumping;
    control_progress *progress; /* may be NULL */
    void *context;
    struct buffer *result;
};
/* Where the node's files lie. */
struct desk_files node_files(struct node *node);
bool node_upload(const struct node_file *file, struct error *err);
bool node_attachment_get(const struct node_file *file, struct error *err);

/* "password-change" ({"old", "hash"} in the arguments): the officer's own; the old one is compared on this thread, not in
 * the writer. (node_password.c) */
bool node_password_change(const struct node_file *file, struct error *err);

/* An act as it was read from a line; progress is told a few bytes at a time, at most once a percent. */
bool node_act_read(const struct node_file *file, struct error *err);

/* One request of the control protocol as it was read, whichever it is. `fd` -1: none came. */
bool node_request_read(const struct node_file *file, struct error *err);
/* The same for a request made in this process. */
bool node_request(struct node *node, const struct control_request *request, int fd, bool is_pumping,
                  control_progress *progress, void *context, struct buffer *result,
                  struct problems *problems, struct error *err);

#endif
