/*
 * Web: the REST API of a node under /api/v1 and its one page. One table of routes says what there is; a request is an act
 * of the desk, run in the writer with the officer of its session, with the reason and case that the request names. The
 * answer is the act's JSON, or a problem (RFC 9457) with every field that was wrong.
 *
 * Nothing here waits: the HTTP thread makes a job, the job's completion answers. Only passwords are hashed on two threads
 * of their own.
 */
#ifndef BESA_WEB_WEB_H
#define BESA_WEB_WEB_H

#include "desk/upload.h"
#include "http/server.h"

#define WEB_MESSAGE_SIZE_MAX   BODY_SIZE_MAX        /* a message is a body */
#define WEB_ARGUMENTS_SIZE_MAX (16u * 1024u)        /* names, codes and a few texts */
#define WEB_DOCUMENT_SIZE_MAX  (224u * 1024u)       /* a signed agreement in base64, and names */
#define WEB_RESULT_SIZE_MAX    (4u * 1024u * 1024u) /* the longest list */
/* Requests of one session in the writer's queue. A browser keeps six connections to a node, each of which asks one at a
 * time. */
#define WEB_WAITING_MAX 16u

struct shape;

enum web_kind {
    WEB_ACT,     /* an act of the desk or of the node */
    WEB_LOGIN,   /* officer and password give a session */
    WEB_SESSION, /* who is logged in */
    WEB_LOGOUT,
    WEB_PASSWORD, /* one's own: old and new */
    WEB_PROOF,    /* the same once more, where it is asked for */
    WEB_EVENTS,   /* server-sent events */
    WEB_UPLOAD,   /* a file that comes in */
    WEB_PART,     /* an attachment that goes out */
    WEB_DOCUMENT, /* the OpenAPI document */
    WEB_PAGE,     /* the landing page */
    WEB_CONSOLE,  /* a file of the console */
};

enum web_body {
    WEB_BODY_NONE,
    WEB_BODY_MESSAGE,   /* the message itself, as docs/messages.md has it */
    WEB_BODY_ARGUMENTS, /* an object with the act's arguments */
    WEB_BODY_DOCUMENT,  /* the same, with a document in base64 among them */
    WEB_BODY_FILE,      /* bytes of any kind, taken as they come */
};

struct web_route {
    const char *method;
    const char *path; /* {id} and {n} stand for one segment */
    enum web_kind kind;
    const char *act;       /* its roles are those of docs/roles.md; NULL: no act */
    const char *id;        /* the argument that {id} becomes; NULL: none */
    const char *number;    /* the argument that {n} becomes; NULL: none */
    const char *query[10]; /* arguments that may stand in the query */
    enum web_body body;
    const char *form; /* name of the message in the body; NULL: none */
    const struct shape
        *takes; /* of an object in the body: what does not fit is refused (shape.h) */
    const struct shape *gives; /* what a success answers; NULL: no JSON */
    bool needs_key;      /* Idempotency-Key is required: done twice it would have two effects */
    unsigned status;     /* of success */
    const char *purpose; /* one sentence */
};
extern const struct web_route web_routes[];
extern const size_t web_route_count;

bool web_route_changes(const struct web_route *route); /* everything but GET */
/* Given to whoever asks, as it stands in the program: nothing of it comes from the books. */
bool web_route_is_open(const struct web_route *route);
bool web_route_needs_session(const struct web_route *route);
bool web_route_needs_case(const struct web_route *route);
bool web_route_may_wait(const struct web_route *route); /* for a second officer: 202 */
/* The password must have been proved a short while ago: else 403 of type step-up. */
bool web_route_needs_proof(const struct web_route *route);
/* Its act is done when a second officer has confirmed it, never at once. */
bool web_route_waits(const struct web_route *route);

/* What cmd hands in: the writer, and every act by its name. */
struct web_door {
    void *context;
    /* Puts the job into the writer's queue; BUSY when that is full. */
    bool (*submit)(void *context, struct job *job, struct error *err);
    /* In the writer: the act, whether the desk's or the node's own. */
    bool (*act)(void *context, struct span act, const struct desk_call *call,
                struct json_writer *out, struct error *err);
    /* Someone guesses passwords. Any thread; may be NULL. */
    void (*alarm)(void *context, const char *words);
};

struct web_options {
    const struct env *env;
    struct web_door door;
    struct desk_files files; /* what it names outlives the web */
    const char *party;
    bool is_training;
};

struct web;
bool web_make(const struct web_options *options, struct web **out, struct error *err);
/* Starts the threads that hash. After the sandbox. */
bool web_start(struct web *web, struct error *err);
/* Ends those threads: after the server has stopped, while the writer still runs. */
void web_stop(struct web *web);
/* Frees, after the writer has drained. NULL is fine. */
void web_end(struct web **web);

/* The table as the server wants it; lives as long as the web. The server's context is the web. */
const struct http_route *web_http_routes(const struct web *web, size_t *count);

/* One request, whatever carried it. All spans live until `answer`, which is called exactly once, on any thread. */
struct web_call {
    const struct web_route *route;
    struct span path;
    struct span query;
    struct span host;
    struct span client; /* address */
    struct span content_type;
    struct span body;
    struct span cookie; /* fields of the head; data NULL: absent */
    struct span csrf;
    struct span origin;
    struct span fetch_site;
    struct span reason;
    struct span case_number;
    struct span automatic; /* "yes": no officer did this, a page asked by itself */
    struct span key;
    struct span last_event;
    struct span accept_encoding;
    struct span if_none_match;
    struct http_request *request; /* for a stream; NULL: none can be had */
    void (*answer)(void *context, const struct http_answer *answer);
    void *context;
};
void web_serve(struct web *web, const struct web_call *call);
/* The takers of bodies of WEB_BODY_FILE; context: the web. */
extern const struct http_body_taker web_upload_taker;

/* What the books publish after a commit; in the writer. Ids and counts, never content. */
void web_publish(struct web *web, const char *kind, const char *agreement, int64_t entry,
                 uint64_t count);

/* Answers of a handler that were problems of this kind, since the start. Any thread. */
uint64_t web_problems(const struct web *web, enum error_kind kind);
/* How often log-ins looked like guessing since the start; *words: what it looked like within the last hour, else "". */
uint64_t web_guessing(struct web *web, const char **words);

/* Ends what is open for sessions that are over. In the writer after each round, between transactions; mostly a look at two
 * numbers. */
void web_look(struct web *web, struct journal *journal);
/* docs/openapi.json, from the table of routes, the acts and the forms of messages. */
bool web_document(struct buffer *out);

#endif
