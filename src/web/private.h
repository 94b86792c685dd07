/*
 * What the files of web share. Private to web.
 */
#ifndef BESA_WEB_PRIVATE_H
#define BESA_WEB_PRIVATE_H

#include "base/attributes.h"
#include "desk/login.h"
#include "desk/once.h"
#include "desk/part.h"
#include "desk/watch.h"
#include "http/problem.h"
#include "web/entrance.h"
#include "web/shape.h"
#include "web/web.h"

#include <pthread.h>

#define WEB_COOKIE         "__Host-besa="
#define WEB_ARENA_SIZE     (8u * 1024u * 1024u)
#define LOGIN_THREADS      2u /* each hashes in 64 MiB; who waits for them: entrance.h */
#define BACKOFF_SLOTS      1024u
#define EVENT_RING_SIZE    256u
#define EVENT_TEXT_SIZE    192u
#define EVENT_STREAM_MAX   256u /* of the node: four of each of 64 officers */
#define SESSION_STREAM_MAX 4u /* of one session: one is enough, and more come where a line broke */

/* What failures of many kinds together look like. */
enum guess { GUESS_NONE, GUESS_OFFICER, GUESS_ADDRESS, GUESS_COUNT };
extern const char *const guess_words[GUESS_COUNT];

/* One request on its way through the writer. */
struct web_job {
    struct job job; /* first */
    struct web *web;
    struct web_call call;
    struct arena arena;
    struct json *json;
    struct json_object arguments;
    struct problems problems;
    struct buffer text; /* of the arguments */
    struct buffer out;
    struct desk_access access;
    struct span token; /* of the session */
    struct desk_session session;
    unsigned status; /* of a failure that no kind of error has; 0: the error's */
    unsigned kept_status;
    int64_t retry_s;  /* when it may be tried again (429, 503); 0: RETRY_S */
    bool wants_proof; /* the failure is of type step-up */
    bool is_over;     /* the session: answered 401 with `over`, and what ended it is committed */
    struct error over;
    struct web_job *next_act; /* of those that wait for the writer; under act_mutex */
    bool is_waiting;          /* it stands there */
    bool is_told_once;        /* the answer holds a secret, and is not kept */
    bool is_asking; /* the act waits for the second officer in access.approver, empty: any */
    struct entrance_place place; /* of WEB_LOGIN, WEB_PASSWORD and WEB_PROOF */
    struct web_job *next;        /* that of the watched */
    struct desk_watch watch;     /* of WEB_UPLOAD and WEB_PART */
    bool is_watched;
    bool has_ended; /* atomic: its session has ended */
    struct desk_upload
        *upload;      /* of WEB_UPLOAD; a file that did not come to stay goes with the job */
    struct span name; /* its name, and for which agreement */
    struct span agreement;
    int64_t size;        /* as announced */
    int64_t checked_ms;  /* monotonic: when its session was last looked up */
    struct span officer; /* who wants in */
    struct span password;
    struct span hash;
    struct span new_password;
    char new_hash[DESK_PASSWORD_HASH_SIZE];
    enum guess guess;
    uint8_t fresh[LOGIN_TOKEN_SIZE];
    bool is_right;
    bool is_done;
    bool ok;
    struct error error;
};

struct backoff_slot {
    char officer[NAME_SIZE_MAX + 1]; /* as it was typed; empty: of the address alone */
    char client[HTTP_CLIENT_SIZE];
    unsigned weight; /* of its failures, as it was at the last of them (backoff.c); 0: free */
    int64_t last_ms; /* monotonic: the last failure */
};

/* A password that was proved again in a session; at_ms 0: free. */
#define PROOF_SLOTS 256u
#define PROOF_MS    (INT64_C(10) * 60 * 1000)
struct proof_slot {
    uint8_t token_hash[DIGEST_SIZE];
    int64_t at_ms;
};

struct guessing {
    uint64_t count; /* alarms since the start */
    enum guess last;
    int64_t last_ms; /* monotonic */
};

struct stream_slot {
    struct http_stream *stream; /* NULL: free */
    struct desk_watch watch;
    uint64_t number;     /* rises with each stream */
    uint64_t seen_round; /* of web_look: its session was looked up */
    bool is_over;        /* it ends; nothing more is sent */
};

struct event {
    uint64_t number;
    char text[EVENT_TEXT_SIZE];
};

struct web {
    struct web_options options;
    struct http_route *routes;
    uint64_t problems[ERROR_BUG + 1]; /* atomic: answered, by kind */

    pthread_mutex_t login_mutex;
    pthread_cond_t login_wake;
    struct entrance entrance; /* under it, as all of these */
    bool is_stopping;
    pthread_t threads[LOGIN_THREADS];
    size_t thread_count;
    struct backoff_slot backoff[BACKOFF_SLOTS];
    struct guessing guessing;
    struct proof_slot proofs[PROOF_SLOTS];

    struct once_rooms rooms; /* in the writer alone */

    pthread_mutex_t act_mutex;
    struct web_job *acts; /* that wait for the writer */

    pthread_mutex_t event_mutex; /* below; the one that `closed` takes */
    struct stream_slot streams[EVENT_STREAM_MAX];
    struct event ring[EVENT_RING_SIZE];
    uint64_t first_event; /* of this life of the node */
    uint64_t next_event;
    uint64_t stream_number;
    uint64_t round; /* of web_look */
    uint64_t
        look_count; /* sessions that it looked up for their streams, since the start: tests measure by it */
    struct web_job *watched;
    uint64_t seen_changes; /* the writer's */
    int64_t looked_ms;     /* atomic: when the writer was here last; monotonic, 0: not yet */
};

/* Answers and frees the job. */
void job_answer(struct web_job *job, unsigned status, const char *content_type, struct span body,
                const char *cookie);
void job_fail(struct web_job *job, unsigned status, const struct error *err);
void job_free(struct web_job *job);
struct web_job *job_make(struct web *web, const struct web_call *call);
/* The status of a failure. */
unsigned job_status(const struct web_job *job, const struct error *err);
/* Runs in the writer and waits for the end. Never on the writer's or the server's own thread. */
bool job_step(struct web_job *job, bool (*run)(struct journal *, struct job *, struct error *),
              struct error *err);
/* Counts the job among its session's that wait for the writer. False: it has enough (429). */
bool waiting_add(struct web_job *job, struct error *err);
/* It waits no longer; also when it never did. */
void waiting_remove(struct web_job *job);
/* Puts the job in the writer's queue, which answers it. */
void job_submit(struct web_job *job);
/* The session's officer: the connection is no stranger's any more. */
void session_tell(const struct web_job *job);
/* What a request of HTTP says. */
struct web_call call_of_request(const struct web *web, struct http_request *request);
void session_write(const struct web_job *job, struct json_writer *out);

/* Reads path, query and body into the arguments, checks form and origin. In the HTTP thread. False: status and error. */
bool call_read(struct web_job *job, struct error *err);
/* The token in the cookie, 32 bytes in the arena; empty when there is none. */
struct span cookie_token(struct span cookie, struct arena *arena);

/* The job's session, in the writer. False: an error, or its CSRF token is wrong, or it may only change its password; a
 * session that is over gives true and is_over. */
bool web_session_check(struct web_job *job, struct journal *journal, struct error *err);

/* The password was proved in the job's session just now; and whether that, or the log-in, is less than PROOF_MS ago. */
void proof_note(struct web_job *job);
bool proof_is_fresh(struct web_job *job);

/* Log-in; and what wants the password of an officer in a session. Both answer, now or later. */
void login_begin(struct web_job *job);
void password_begin(struct web_job *job);
void *login_run(void *context);
/* What an address counts as: whoever has one of an IPv6 /64 has them all, any other stands for itself. In `out`. */
struct span client_place(struct span client, char out[HTTP_CLIENT_SIZE]);
/* Seconds to wait before the next attempt; 0: none. */
int64_t backoff_wait_s(struct web *web, struct span officer, struct span client);
/* What this failure shows together with those before it. */
enum guess backoff_note(struct web *web, struct span officer, struct span client, bool is_right);

void events_make(struct web *web);
void events_open(struct web_job *job);
/* From here on `has_ended` says when the session has ended, or its officer or role has changed. */
void watch_add(struct web_job *job);
void watch_remove(struct web_job *job);

/* In the writer: the row of what was taken; then its answer. */
bool upload_enter(struct web_job *job, struct journal *journal, struct error *err);
/* Answers with the attachment that the act found. */
void part_answer(struct web_job *job);
void landing_write(const struct web *web, struct buffer *out);

/* Pieces of the document: a reference to a schema, one member, and the object of all schemas; false: there is no room. */
void schema_ref_write(struct json_writer *out, const char *name);
void schema_field_write(struct json_writer *out, const struct shape_field *field);
bool schemas_write(struct json_writer *out);

#endif
