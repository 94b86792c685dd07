/*
 * Control: how a command speaks with the running node: one request on one connection of DIR/run/control.sock. The client
 * sends one JSON line, with a descriptor beside it where bytes of a file are meant; the node answers with lines
 * {"progress":done,"total":n} and one last line {"ok":true,"result":...} or {"ok":false,"kind":...,"text":...,"problems":[]}.
 * Only the node's own user and root are heard (SO_PEERCRED).
 */
#ifndef BESA_CMD_CONTROL_H
#define BESA_CMD_CONTROL_H

#include "base/json.h"
#include "cmd/home.h"

#define CONTROL_LINE_SIZE_MAX  (1024u * 1024u)      /* a request: body twice over, with escapes */
#define CONTROL_REPLY_SIZE_MAX (4u * 1024u * 1024u) /* the longest list */
#define CONTROL_ARENA_SIZE     (8u * 1024u * 1024u) /* what one act may take */

struct control_request {
    struct span act;
    struct span officer; /* empty: none */
    struct span reason;
    struct span case_number;
    struct span approver;
    struct span
        ask; /* the act waits for this officer's confirmation; "*": of any who may; empty: it does not wait */
    struct span proof;     /* the second officer's password (second.h); empty: none */
    struct span arguments; /* text of a JSON object; empty: {} */
    struct span body;      /* a message's exact JSON text; empty: none */
};

/* One line, without its '\n'. False when the buffer failed. */
bool control_request_write(const struct control_request *request, struct buffer *out);

/* A request as it was read: its fields live in `arena`, the arguments in `json`. */
struct control_reading {
    struct control_request request; /* `arguments` stays empty here */
    struct json *json;
    struct json_object root;
    struct json_object arguments;
    struct json *empty; /* what `arguments` reads when none came */
    struct problems problems;
    struct arena arena;
};
/* INPUT when the line is no request. End it in every case. Large: not for the stack. */
bool control_request_read(struct span line, struct control_reading *reading, struct error *err);
void control_reading_end(struct control_reading *reading);

typedef void control_progress(void *context, int64_t done, int64_t total);

/* The last line of an answer. */
bool control_answer_write(bool ok, struct span result, const struct error *error,
                          const struct problems *problems, struct buffer *out);
/* Reads one line of an answer: progress (*is_last false) or the last one. On a last line: true with *result (a JSON text
 * in the buffer), or false with the node's error and problems. */
bool control_answer_read(struct span line, bool *is_last, int64_t *done, int64_t *total,
                         struct buffer *result, struct problems *problems, struct error *err);

/* True when a node answers at the socket. */
bool control_is_running(const struct home *home);
/* One request to the running node. `fd` -1: no descriptor goes along. LINK when no node runs or it went away. `progress`
 * may be NULL. */
bool control_call(const struct home *home, const struct control_request *request, int fd,
                  control_progress *progress, void *context, struct buffer *result,
                  struct problems *problems, struct error *err);

struct node;
struct control_server;
/* Listens (socket mode 0600); starts no thread yet, so that the sandbox can come between. */
bool control_server_make(struct node *node, struct control_server **out, struct error *err);
/* One thread accepts, at most CONTROL_WORKER_MAX serve; further clients hear BUSY. */
#define CONTROL_WORKER_MAX 8
bool control_server_start(struct control_server *server, struct error *err);
/* Waits for requests under way, removes the socket, frees. NULL is fine. */
void control_server_stop(struct control_server **server);

#endif
