/*
 * What server.c (life, deadlines, trust) and server_request.c (one request's way) share. Inside src/http only.
 *
 * One mutex guards everything here that more than one thread touches. Under it the library is only asked to suspend and
 * resume; it calls nothing of ours while it holds a lock of its own, so the order is always ours before its.
 */
#ifndef BESA_HTTP_SERVER_PARTS_H
#define BESA_HTTP_SERVER_PARTS_H

#include "base/buffer.h"
#include "http/pace.h"
#include "http/trust.h"

#include <pthread.h>

#include <microhttpd.h>

struct exchange;

/* One TLS connection; made when accepted, freed just before its socket is closed. */
struct connection {
    struct http_server *server;
    struct connection *next; /* in server->connections */
    struct connection *previous;
    int fd;
    bool is_cut; /* shut down at a deadline */
    struct pace pace;
    struct exchange *exchange; /* the request under way */

    /* Touched by the server's thread alone. */
    bool is_known; /* peer holds, as of trust_generation, until peer_until_ms */
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
    struct MHD_Response *response; /* given, not yet queued */
    unsigned status;
    bool is_begun;     /* the head was read */
    bool is_suspended; /* and not yet resumed */
    bool with_handler;
    bool was_handled; /* `handle` was called */
    unsigned refusal; /* status, 0 for none: the rest of the body is read and dropped */
    size_t dropped_size;
    bool is_chunked;
    struct buffer body;
    struct buffer uri;
    struct buffer content_type;
};

struct http_server {
    const struct env *env;
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

    pthread_mutex_t lock;
    pthread_cond_t wake; /* for the sweeper, at the stop */
    bool is_stopping;
    size_t holders; /* the server itself and each exchange */
    struct connection *connections;
    size_t exchange_count; /* requests between request line and end of answer */
    size_t body_total_size;
    struct trust *trust;
    uint64_t trust_generation;
    struct http_server_counts counts;
};

/* Lets one holder go; frees at the last. Call it without the lock. */
void server_drop(struct http_server *server);

/* Judges the certificate that the session shows; remembers the peer. Server's thread. */
bool connection_check_peer(struct connection *connection, struct MHD_Connection *line,
                           struct error *err);
void connection_enter(struct connection *connection, enum pace_phase phase, size_t size);
/* Answers a suspended request in place of its handler. Under the lock. */
void exchange_expire(struct exchange *exchange, const char *text);

/* The library's callbacks, context: the server. */
void *request_begin(void *context, const char *uri, struct MHD_Connection *line);
enum MHD_Result request_go_on(void *context, struct MHD_Connection *line, const char *url,
                              const char *method, const char *version, const char *bytes,
                              size_t *size, void **exchange);
void request_end(void *context, struct MHD_Connection *line, void **exchange,
                 enum MHD_RequestTerminationCode how);

#endif
