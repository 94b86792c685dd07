/*
 * The HTTP server: HTTP/1.1 over TLS 1.3, never anything less. One thread collects whole requests and hands each to its
 * route's function, which may answer from any thread, at once or later. A second, small thread closes what is too slow.
 *
 * It serves one of two sides. The partner side: nothing of a request is read before the client has shown a certificate
 * that a trusted institution issued. The desk side (is_desk): officers' browsers and national systems, which prove who
 * they are inside their requests; every answer bears the headers that keep a browser from doing more than is meant.
 */
#ifndef BESA_HTTP_SERVER_H
#define BESA_HTTP_SERVER_H

#include "base/env.h"
#include "base/problems.h"
#include "http/peer.h"

struct http_server;
struct http_route;
struct http_stream;

/* The fields of a head that a handler may ask for; any other is checked for form and then forgotten. One that stands
 * twice is refused. */
enum http_field {
    HTTP_COOKIE,
    HTTP_AUTHORIZATION,
    HTTP_IDEMPOTENCY_KEY,
    HTTP_SEC_FETCH_SITE,
    HTTP_ORIGIN,
    HTTP_BESA_CSRF,      /* X-Besa-CSRF */
    HTTP_BESA_REASON,    /* X-Besa-Reason */
    HTTP_BESA_CASE,      /* X-Besa-Case */
    HTTP_BESA_AUTOMATIC, /* X-Besa-Automatic */
    HTTP_ACCEPT,
    HTTP_IF_NONE_MATCH,
    HTTP_LAST_EVENT_ID,
    HTTP_RANGE,
    HTTP_ACCEPT_ENCODING,
    HTTP_FIELD_COUNT
};

#define HTTP_CLIENT_SIZE 46 /* a numeric IPv4 or IPv6 address, and NUL */

/*
 * One whole request. Handed to a route's function, which then owns it and gives it back by exactly one call of
 * a function of
 * http_respond_*. All spans live until then.
 */
struct http_request {
    const struct http_route *route;
    const char *method;            /* the route's */
    struct http_peer peer;         /* partner side; all zero on the desk side */
    char client[HTTP_CLIENT_SIZE]; /* address that the connection comes from */
    struct span host;              /* as sent: "node.ro.example:8443" */
    struct span path;              /* as sent, not unescaped: "/push" */
    struct span query;             /* what follows '?', as sent; empty when there is none */
    struct span content_type;
    struct span body; /* at most route->body_size_max bytes */
};

/*
 * Takes a body as it comes, for a route whose bodies are too large to be held. One request's calls come one after the
 * other, on a thread that may wait for a disk; while one waits, nothing more is read from that client. `begin`, then
 * `write` for each piece, then either `finish` or `abort`; after a false of write abort, after a false of begin abort when
 * it set `taking` all the same, else nothing.
 */
struct http_body_taker {
    /* The head is there, nothing of the body. `size`: as announced. False: the client gets the
     * error. `taking` goes to the other calls. */
    bool (*begin)(void *context, const struct http_request *request, int64_t size, void **taking,
                  struct error *err);
    /* False: the client gets the error. */
    bool (*write)(void *taking, struct span bytes, struct error *err);
    /* The whole body has been written; the request is owned now and wants its answer, at once or later. */
    void (*finish)(void *taking, struct http_request *request);
    /* It will not come to that: the client has gone or was refused, or the server stops. */
    void (*abort)(void *taking);
    /* Before the abort after a false: the status of the refusal, and the fields to blame. NULL: the status of the error's
     * kind. */
    unsigned (*refuse)(void *taking, const struct error *err, struct problems *problems);
};

struct http_route {
    const char *method; /* "GET", "POST", ... */
    const char *path; /* a segment in braces stands for any one that is not empty: "/items/{id}" */
    bool
        is_prefix; /* `path` (without braces) begins the paths of this route; otherwise it is the only one */
    size_t
        body_size_max; /* a larger one is refused before its first byte, or where it passes the limit */
    int64_t answer_ms; /* no answer after this: the client gets 503; 0 for the server's own limit */
    int64_t body_ms;   /* for a whole body; 0 for the server's own limit */
    const struct http_body_taker *taker; /* instead of handle */
    void (*handle)(void *context,
                   struct http_request *request); /* on the server's thread: be quick */
};

/* A bucket of `burst` tokens that fills at `per_s` a second; per_s 0: no limit. */
struct http_rate {
    unsigned per_s;
    unsigned burst;
};

/* What one server may spend on its clients. A zero takes the value in brackets. */
struct http_server_limits {
    unsigned connection_count; /* connections at once; more wait unaccepted [512] */
    unsigned
        address_count; /* connections of one address (an IPv6 /64 counts as one); more are closed [64] */
    unsigned
        stranger_count; /* connections that have shown no certificate, or at the desk no session, yet; one of the address
                                  with the most of them is closed for each more. At the desk only when connections run
                                  short [64] */
    unsigned
        peer_connection_count; /* of one institution; the oldest is closed for each more [partner: 24] */
    unsigned stream_count;   /* streams at once; more get 503 [desk: 256; partner: 64] */
    unsigned transfer_count; /* files under way at once, in and out; more get 503 [32] */
    struct http_rate
        accept_rate; /* new connections of one address; more are closed unseen [50, 400] */
    struct http_rate
        request_rate;           /* requests of one address; more get 429 [desk: 100, 400; partner:
                                      no limit, see peer_rate] */
    struct http_rate peer_rate; /* requests of one institution; more get 429 [partner: 400, 1600] */
    size_t
        peer_body_size; /* bytes of bodies of one institution held at once; more get 503 [partner: 64 MiB] */
    size_t
        body_total_size; /* bytes of all bodies held at once; more get 503 [desk: 192 MiB; partner: the shares of 16
                               partners] */
    int64_t
        head_ms; /* connection to end of the first head, or request line to end of head [10 s] */
    int64_t idle_ms;               /* an unused connection is kept open [120 s] */
    int64_t body_ms;               /* for a whole body [15 min] ... */
    int64_t grace_ms;              /* ... and a body must be at its rate after this [10 s] */
    int64_t body_rate_bytes_per_s; /* slowest body in and answer out [16 KiB/s] */
    int64_t answer_ms; /* from whole request to answer, where the route has no own limit [60 s] */
    int64_t stall_ms;  /* a stream whose client takes nothing of what waits for it is cut [15 s] */
};

/* Descriptors that a server with its default limits holds at most, with those of the files that go through it. */
unsigned http_server_files_max(bool is_desk);

struct http_server_options {
    const struct env *env;
    bool is_desk;                /* the desk side: no client certificate is asked for */
    bool is_training;            /* every answer says so, refusals too */
    const char *address;         /* "127.0.0.1", "0.0.0.0", "::1", "::" */
    uint16_t port;               /* 0: any free one, see http_server_port */
    struct span key_pem;         /* own TLS key */
    struct span certificate_pem; /* own TLS certificate */
    struct span
        trusted_pem; /* the partners' institution certificates, one after the other; may be empty */
    const struct http_route *routes; /* the first that fits serves; must outlive the server */
    size_t route_count;
    void *context; /* given to every handler */
    struct http_server_limits limits;
};

/* How often what happened since start; for status pages and tests. */
struct http_server_counts {
    uint64_t connections;         /* accepted */
    uint64_t handshakes_accepted; /* TLS handshakes with a trusted certificate */
    uint64_t peers_refused;       /* at the handshake or, after a change of trust, at a request */
    uint64_t requests;            /* handed to a route */
    uint64_t refused;             /* answered 4xx or 503 by the server itself */
    uint64_t too_often; /* connections closed for others' sake and requests answered 429 */
    uint64_t too_slow;  /* connections closed at a deadline */
    uint64_t streams;   /* open now */
    uint64_t transfers; /* files under way now */
};

/* Prepares the process for http: the TLS and transfer libraries, and SIGPIPE ignored. Once, before any thread and
 * before the sandbox. */
bool http_init(struct error *err);

/* Reads keys and certificates and listens; starts no thread yet, so that the sandbox can come between. INPUT for keys,
 * LINK when the address cannot be had. */
bool http_server_make(const struct http_server_options *options, struct http_server **out,
                      struct error *err);
/* Starts the threads. */
bool http_server_start(struct http_server *server, struct error *err);
uint16_t http_server_port(const struct http_server *server);
/* Replaces the trusted institutions. Every open connection is checked anew before its next request and before its next
 * answer; one that fails gets 403 and is closed. Any thread. On failure the old ones stand. */
bool http_server_trust(struct http_server *server, struct span trusted_pem, struct error *err);
/* Replaces the list of certificates that are believed no more; checked as after a change of trust. Any thread. LIMIT: the
 * old list stands. */
bool http_server_refuse(struct http_server *server, const struct http_refused *refused,
                        size_t count, struct error *err);
/* From the next handshake on the server shows this certificate; connections that stand go on. Any thread. On failure, also
 * when it was done HTTP_IDENTITY_COUNT_MAX times, the old one stays. INPUT, LIMIT. */
bool http_server_identity(struct http_server *server, struct span key_pem,
                          struct span certificate_pem, struct error *err);
#define HTTP_IDENTITY_COUNT_MAX 64u /* each is kept until the server ends; a node renews monthly */
struct http_server_counts http_server_counts(struct http_server *server);
/* Answers what is still open with 503, closes all connections, ends the threads and frees. Requests still with their
 * handlers stay valid until http_respond, which then only frees them. Never from a handler. */
void http_server_stop(struct http_server **server);

/* Takes a token from a bucket that the caller names (a session, an officer), beside the address's own. False: the
 * request has been answered with 429 and is given back. */
bool http_request_take(struct http_request *request, struct span key, struct http_rate rate);
/* Desk side: the handler has found out who asks, by a session for instance. From here on the connection is no stranger's,
 * and keeps its place when places run short. `who`: the same bytes for the same person. Any thread. */
void http_request_known(struct http_request *request, struct span who);
/* The value of a field of the request's head; `data` NULL when it was not sent. Lives as long as the request. */
struct span http_request_field(const struct http_request *request, enum http_field field);

/* ---- answers ---- */

/* Gives the request back with its answer; `body` is copied. Any thread, also inside the handler. The answer is dropped
 * when the client has gone or its time is over. */
void http_respond(struct http_request *request, unsigned status, const char *content_type,
                  struct span body);
/* The error as an answer: its kind's status and {"kind":...,"text":...}. */
void http_respond_error(struct http_request *request, const struct error *error);

#define HTTP_HEADER_COUNT_MAX 16u /* headers that one answer adds */

struct http_header {
    const char *name; /* "Set-Cookie", "Location", "ETag", "Retry-After", ... */
    const char *value;
};

/* An answer with headers of its own. Content-Security-Policy and Cache-Control take the place of the desk's common
 * ones; what frames the answer (Content-Length, Transfer-Encoding, Connection, Date) is never the caller's. */
struct http_answer {
    unsigned status;
    const char *content_type; /* NULL: none */
    const struct http_header *headers;
    size_t header_count;
    struct span body; /* copied */
};

/* As http_respond. A header that could break the answer apart (control characters, a name that is none) is our own
 * mistake: the client gets 500 and nothing of the answer. */
void http_respond_with(struct http_request *request, const struct http_answer *answer);

/* ---- files: answers that are read as the client takes them ---- */

#define HTTP_FILE_NAME_SIZE_MAX 255u

struct http_file {
    const char *name; /* for whoever saves it; UTF-8; NULL: none */
    const char *etag; /* with its quotes; NULL: none */
    int64_t size;
    /* Reads exactly `size` bytes; on a thread that may wait for a disk. False: the answer breaks off. */
    bool (*read)(void *context, int64_t offset, uint8_t *out, size_t size, struct error *err);
    /* Called exactly once, when nothing more is read; on any thread, with no lock held. */
    void (*done)(void *context);
    void *context;
};

/* Answers with the file, or with the one range of it that the request asks for. It is always bytes to be saved, never
 * something for the browser to show. A range that cannot be had gives 416, more than one too. */
void http_respond_file(struct http_request *request, const struct http_file *file);

/* ---- streams: answers that go on, such as server-sent events ---- */

struct http_stream_options {
    const char *content_type; /* "text/event-stream" */
    size_t
        waiting_size_max; /* bytes that may wait for the client; one more and it is cut; 0: 64 KiB */
    int64_t lifetime_ms;  /* ended after this; 0: never */
    int64_t heartbeat_ms;  /* after this long without a byte `heartbeat` is sent; 0: never */
    const char *heartbeat; /* stays: ": \n\n" */
    /* Called exactly once, when the connection is done, on the server's thread and with no lock held; the stream is
     * freed when it returns. Be quick. */
    void (*closed)(void *context, struct http_stream *stream);
    void *context;
};

/*
 * Gives the request back with the beginning of an endless answer (status 200). NULL when it does not come to that (too
 * many streams: the client gets 503; or it has gone): then `closed` is never called.
 *
 * The stream may be used by any thread until `closed` returns. So: hold the lock that `closed` takes from before this
 * call until the stream stands in your list, and send under that lock.
 */
struct http_stream *http_respond_stream(struct http_request *request,
                                        const struct http_stream_options *options);
/* Puts bytes in line; never waits. False when the stream has ended, or is cut now because its client is too slow. */
bool http_stream_send(struct http_stream *stream, struct span bytes);
/* Ends the answer after what waits has been sent; `closed` follows. */
void http_stream_end(struct http_stream *stream);

#endif
