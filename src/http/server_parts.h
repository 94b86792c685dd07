/*
 * What server.c (life, deadlines, trust) and server_request.c (one request's way) share. Inside src/http only.
 *
 * One mutex guards everything here that more than one thread touches. Under it the library is only asked to suspend and
 * resume, and to destroy a response that it has never queued. It calls us with a lock of its own held in one place, the
 * reader of a queued response; that lock it takes nowhere that we call under ours.
 */
#ifndef BESA_HTTP_SERVER_PARTS_H
#define BESA_HTTP_SERVER_PARTS_H

#include "base/buffer.h"
#include "http/pace.h"
#include "http/rate.h"
#include "http/trust.h"

#include <pthread.h>

#include <gnutls/gnutls.h>
#include <microhttpd.h>

#define TRANSFER_PIECE_SIZE ((size_t)256 * 1024) /* of a file, read or written at once */
#define WORKER_COUNT        2u                   /* threads that may wait for a disk */

struct exchange;
struct upload;
struct download;

/* Something for the threads that may wait for a disk; each stands in their queue at most once. */
struct work {
    struct work *next;
    void (*run)(struct work *work); /* without the lock */
    bool is_queued;                 /* in the queue or running */
};

/* What one institution's nodes use. Guarded by the lock. */
struct share {
    uint8_t institution[HTTP_FINGERPRINT_SIZE];
    unsigned holders; /* connections and requests; 0: the place is free */
    size_t body_size; /* of bodies held */
};
/* Requests of an institution that is trusted no more may still be with their handlers. */
#define SHARE_COUNT_MAX (2u * HTTP_INSTITUTION_COUNT_MAX)

/* What an answer leaves with its exchange until the connection is done. */
struct tail {
    struct http_stream *stream;
    struct download *download;
};

/* Where a connection comes from. */
struct client {
    char text[HTTP_CLIENT_SIZE];
    uint8_t key[8]; /* an IPv4 address, or the network of an IPv6 one */
    size_t key_size;
};

/* One TLS connection; made when accepted, freed just before its socket is closed. */
struct connection {
    struct http_server *server;
    struct client client;
    struct connection *next; /* in server->connections */
    struct connection *previous;
    int fd;
    bool is_cut; /* shut down at a deadline */
    struct pace pace;
    struct exchange *exchange; /* the request under way */
    struct share *share; /* partner side; NULL: who it is has not been shown; under the lock */
    uint64_t who;        /* desk side: whose session it last showed; 0: none yet; under the lock */

    /* Touched by the server's thread alone. */
    bool
        is_known; /* peer holds, as of trust_generation, until peer_until_ms; desk side: has asked once */
    uint64_t trust_generation;
    int64_t peer_until_ms; /* Unix ms */
    struct http_peer peer;
};

/*
 * One request. Held by the connection from its request line to its answer, and by the handler from `handle` to
 * http_respond; freed when neither holds it.
 */
struct exchange {
    struct http_request request; /* first: the handler's pointer is ours */
    struct http_server *server;
    struct MHD_Connection *line; /* NULL once the connection has let go */
    struct connection *connection;
    struct share *share;           /* of its connection; it outlives that one */
    struct MHD_Response *response; /* given, not yet queued */
    unsigned status;
    bool is_begun;     /* the head was read */
    bool is_suspended; /* and not yet resumed */
    bool with_handler;
    bool was_handled; /* `handle` was called */
    bool is_dropped;  /* too many bodies at once: the rest is read and dropped */
    struct buffer body;
    struct buffer uri;
    struct buffer head_text; /* host, content type and the listed fields, copied */
    struct span fields[HTTP_FIELD_COUNT];
    struct tail tail;                /* holds the exchange */
    struct upload *upload;           /* likewise: the body that is taken as it comes */
    const struct problems *problems; /* that a refusal names; the upload's. NULL: none */
};

struct http_server {
    const struct env *env;
    bool is_training;
    bool is_desk;
    const struct http_route *routes;
    size_t route_count;
    void *context;
    struct http_server_limits limits;
    char *key_pem; /* NUL-terminated for the library, which keeps pointers into both */
    char *certificate_pem;
    int listener;
    bool is_six;
    uint16_t port;
    struct MHD_Daemon *daemon;
    pthread_t sweeper;
    bool has_sweeper;

    pthread_t workers[WORKER_COUNT];
    size_t worker_count;

    pthread_mutex_t lock;
    struct work *work_first;
    struct work *work_last;
    pthread_cond_t work_wake;
    bool is_work_ending;
    pthread_cond_t wake; /* for the sweeper, at the stop */
    bool is_stopping;
    size_t holders; /* the server itself and each exchange */
    struct connection *connections;
    uint64_t crowd_seed;
    size_t exchange_count; /* requests between request line and end of answer */
    size_t body_total_size;
    struct share shares[SHARE_COUNT_MAX];
    struct trust *trust;
    uint64_t trust_generation;
    struct http_refused *refused; /* of the present generation */
    size_t refused_count;
    struct rate_table *rates;
    gnutls_certificate_credentials_t
        identities[HTTP_IDENTITY_COUNT_MAX]; /* the last one is shown */
    size_t identity_count;                   /* 0: the daemon's own */
    struct http_server_counts counts;
};

/* Takes a token; counts what is refused. Without the lock. */
bool server_take(struct http_server *server, struct span key, struct http_rate rate,
                 int64_t *retry_ms);
/* The same from the client's bucket for `what`: 'c' connections, 'r' requests. */
bool client_take(struct http_server *server, const struct client *client, char what,
                 struct http_rate rate, int64_t *retry_ms);

/* server_share.c. The connection's peer has been believed: it counts among its institution's from here. The oldest of them
 * is closed when there are too many. LIMIT. Under the lock. */
bool share_join(struct connection *connection, struct error *err);
/* Under the lock. */
void share_leave(struct share **share);
/* May so much more of its body be held? Under the lock, as the next two. */
bool share_fits(const struct exchange *exchange, size_t size);
void share_add(struct exchange *exchange, size_t size);
void share_give_back(struct exchange *exchange, size_t size);
/* Takes a token of the institution's. Without the lock. */
bool share_take(struct connection *connection, int64_t *retry_ms);

/* server_crowd.c. The address that buckets and handlers see: an IPv4 client of an IPv6 listener is an IPv4 client. NULL or
 * another family: "?". */
void client_read(const struct sockaddr *address, struct client *out);
/* Of one network? */
bool client_is_same(const struct client *a, const struct client *b);
/* May this address have one more connection? Without the lock. */
bool crowd_admits(struct http_server *server, const struct client *client);
/* A new connection stands: another gives way when there are too many. Under the lock. */
void crowd_thin(struct http_server *server);
/* For others' sake: the library sees the end of the stream and closes in its own thread. Under the lock. */
void connection_cut(struct connection *connection);

/* Lets one holder go; frees at the last. Call it without the lock. */
void server_drop(struct http_server *server);

/* Judges the certificate that the session shows; remembers the peer. On the desk side there is none to judge. Server's
 * thread. */
bool connection_check_peer(struct connection *connection, struct MHD_Connection *line,
                           struct error *err);
/* Before the handshake: what the client must show. */
void connection_ask_certificate(struct http_server *server, struct MHD_Connection *line);
/* At the end: no session is left that shows one of them. */
void identities_free(struct http_server *server);
bool keys_check(struct span key_pem, struct span certificate_pem, struct error *err);
void connection_enter(struct connection *connection, enum pace_phase phase, size_t size);
/* Answers a suspended request in place of its handler. Under the lock. */
void exchange_expire(struct exchange *exchange, const char *text);
/* Frees when neither the connection nor a handler holds it. Under the lock; gives the server to drop after it, or NULL. */
struct http_server *exchange_release(struct exchange *exchange);
/* The handler's answer; takes the response over. False when no one waits for it: then `tail` stays the caller's, its place in the counts
 * is given back. */
bool exchange_respond(struct exchange *exchange, unsigned status, struct MHD_Response *response,
                      size_t size, struct tail tail);
/* The server's own answer; the connection is closed after it, so that nothing unread can be taken for a request. Server's
 * thread. */
enum MHD_Result exchange_refuse(struct exchange *exchange, unsigned status,
                                const struct error *error);
/* The same in the middle of a body, where the library takes none: written at once, past it. False when the client does
 * not take it. The connection must end without another answer. */
bool exchange_refuse_early(struct exchange *exchange, unsigned status, const struct error *error);
/* "Retry-After" for a wait, in `text`. */
#define RETRY_TEXT_SIZE 24
struct http_header retry_after(int64_t retry_ms, char text[RETRY_TEXT_SIZE]);
/* Allowed for the answer to this request. */
int64_t exchange_answer_ms(const struct exchange *exchange);
/* Writes to the client past the library. Server's thread. */
bool line_send(struct MHD_Connection *line, struct span bytes);
/* As exchange_respond with {"kind":...,"text":...}. */
bool exchange_respond_error(struct exchange *exchange, unsigned status, const struct error *error,
                            const struct http_header *headers, size_t count);
/* The client waits for us from here until exchange_wake, and its time stands still. Server's thread; under the lock. */
void exchange_pause(struct exchange *exchange);
/* Moves a suspended connection on. Under the lock. */
void exchange_wake(struct exchange *exchange);

/* The response with its headers, the desk's common ones among them. NULL, and the response destroyed, when it was NULL,
 * memory is out or a header could break the answer apart. */
struct MHD_Response *response_dress(const struct http_server *server, struct MHD_Response *response,
                                    const char *content_type, const struct http_header *headers,
                                    size_t count);
/* A whole answer as bytes. */
#define ERROR_BODY_SIZE ((size_t)256 * 1024) /* an error with as many problems as there may be */
bool error_answer_write(const struct exchange *exchange, unsigned status, const struct error *error,
                        struct buffer *out);
struct MHD_Response *error_response_make(const struct exchange *exchange, unsigned status,
                                         const struct error *error,
                                         const struct http_header *headers, size_t count);

/* Its time and its heartbeat. Under the lock. */
void stream_sweep(struct http_stream *stream, int64_t now_ms);
/* No more is taken in. Under the lock. */
void stream_end(struct http_stream *stream);
/* The connection is done: tells the owner and frees. Without the lock. */
void stream_close(struct http_stream *stream);

/* ---- files ---- */

bool work_start(struct http_server *server);
/* Runs what is queued and ends the threads. */
void work_stop(struct http_server *server);
/* Puts it at the end of the queue, unless it is there or running: then its run must look again. Under the lock. */
void work_add(struct http_server *server, struct work *work);

/* Takes one of the places for files; false when there is none. */
bool transfer_admit(struct exchange *exchange);
/* Gives it back. Under the lock. */
void transfer_leave(struct http_server *server);

/* The head is read: `begin` comes next. False when there is no place or no memory. */
bool upload_begin(struct exchange *exchange, int64_t size);
/* A piece, of which *size bytes are left when there is no room for more; *size 0: the body has come whole. Server's
 * thread. */
enum MHD_Result upload_go_on(struct exchange *exchange, struct span bytes, size_t *size);
/* The connection is done. Under the lock. */
void upload_end(struct upload *upload);
/* The connection is done. Under the lock. */
void download_end(struct download *download);

/* NULL when there is none; then `allow` names the methods that the path does know. */
const struct http_route *route_find(const struct http_server *server, const char *method,
                                    struct span path, struct buffer *allow);

/* The library's callbacks, context: the server. */
void *request_begin(void *context, const char *uri, struct MHD_Connection *line);
enum MHD_Result request_go_on(void *context, struct MHD_Connection *line, const char *url,
                              const char *method, const char *version, const char *bytes,
                              size_t *size, void **exchange);
void request_end(void *context, struct MHD_Connection *line, void **exchange,
                 enum MHD_RequestTerminationCode how);

#endif
