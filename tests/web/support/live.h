/*
 * Live: the API as a browser meets it: real books of two nodes, their writer on a thread of its own, a real listener with
 * TLS, and a client that sends and reads plain HTTP. For tests of what only a line and threads can show.
 */
#ifndef BESA_TESTS_WEB_LIVE_H
#define BESA_TESTS_WEB_LIVE_H

#include "desk/login.h"
#include "http/support/ground.h"
#include "journal/support/pair.h"
#include "web/web.h"

struct live {
    struct pair pair;
    struct web *web;
    struct http_server *server;
    uint16_t port;
    struct env disk; /* where attachments go: writes fail with FULL once disk_left is used up */
    int64_t disk_left;
    int act_fault;               /* enum error_kind that every act gives; 0: none */
    int submit_fault;            /* the same of the writer's queue */
    int read_ms;                 /* each segment that is read takes this long */
    struct keeper_client keeper; /* one call at a time, as the real one */
    pthread_mutex_t keeper_mutex;
    pthread_mutex_t books; /* held while the writer works, or the test in its place */
    pthread_t writer;
    int is_ending;
    struct arena arena;
};

/* An officer per role, named as the role with hyphens; ro's books behind the listener. */
bool live_open(struct live *live, struct http_server_limits limits);
void live_close(struct live *live);

/* While held, the test may call pair_* and look into the books; nothing of the API moves. */
void live_hold(struct live *live);
void live_release(struct live *live);

struct live_session {
    uint8_t token[LOGIN_TOKEN_SIZE];
    char cookie[128];
    char csrf[2 * LOGIN_CSRF_SIZE + 1];
};
/* As a log-in from `client` would give it. */
bool live_login(struct live *live, const char *officer, const char *client,
                struct live_session *out);

struct live_call {
    const char *method;
    const char *path; /* with its query */
    const struct live_session *session;
    const char *key;          /* NULL: none */
    const char *content_type; /* NULL: none */
    const char *fields;       /* more lines, each with CR LF; NULL: none */
    struct span body;
    int64_t announced; /* Content-Length; 0: the body's size */
    bool without_csrf;
    bool without_length;
    bool without_reason;
};
/* Sends the head, and what there is of the body. */
bool live_send(struct live *live, const struct live_call *call, struct bare *bare);

struct live_answer {
    unsigned status;
    char head[8192];
    struct buffer body;
};
/* Reads one answer to its end; the connection is of no use afterwards. */
bool live_receive(struct bare *bare, struct live_answer *out);
bool live_ask(struct live *live, const struct live_call *call, struct live_answer *out);
void live_answer_free(struct live_answer *answer);
bool live_answer_has(const struct live_answer *answer, const char *text);

/* A fresh Idempotency-Key. */
const char *live_key(void);
/* Files below the node's attachments/. */
unsigned live_files(const struct live *live);

#endif
