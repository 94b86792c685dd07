/*
 * The server's life: listening, threads, connections, deadlines. What the library (libmicrohttpd 0.9.75) does itself:
 * one thread on epoll; non-blocking TLS; a limit of connections; closing after idle_ms without a byte. What it does not do, and is done here: a byte now and then does not keep a connection (a sweep shuts down what
 * is behind its pace, since a connection cannot be closed from outside otherwise); a suspended request is answered at
 * its deadline.
 */
#include "http/server_parts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* ---- connections ---- */

void connection_enter(struct connection *connection, enum pace_phase phase, size_t size)
{
    const struct env *env = connection->server->env;
    connection->pace =
        (struct pace){.phase = phase, .since_ms = env->monotonic_ms(env->context), .size = size};
}

/* A client whose machine has gone without a word is given up by the kernel after this. */
#define UNANSWERED_MS 30000u

bool server_take(struct http_server *server, struct span key, struct http_rate rate,
                 int64_t *retry_ms)
{
    int64_t now_ms = server->env->monotonic_ms(server->env->context);
    pthread_mutex_lock(&server->lock);
    bool is_taken = rate_take(server->rates, key, rate, now_ms, retry_ms);
    if (!is_taken)
        server->counts.too_often++;
    pthread_mutex_unlock(&server->lock);
    return is_taken;
}

bool client_take(struct http_server *server, const struct client *client, char what,
                 struct http_rate rate, int64_t *retry_ms)
{
    uint8_t key[1 + sizeof client->key];
    key[0] = (uint8_t)what;
    memcpy(key + 1, client->key, sizeof client->key);
    return server_take(server, span_make(key, 1 + client->key_size), rate, retry_ms);
}

/* Before anything is spent on a connection. */
static enum MHD_Result connection_admit(void *context, const struct sockaddr *address,
                                        socklen_t size)
{
    struct http_server *server = context;
    struct client client;
    int64_t retry_ms;
    (void)size;
    client_read(address, &client);
    bool is_admitted = crowd_admits(server, &client) &&
                       client_take(server, &client, 'c', server->limits.accept_rate, &retry_ms);
    return is_admitted ? MHD_YES : MHD_NO;
}

static void connection_begin(struct http_server *server, struct MHD_Connection *line,
                             void **context)
{
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(line, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *address =
        MHD_get_connection_info(line, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct connection *connection = calloc(1, sizeof *connection);
    unsigned unanswered_ms = UNANSWERED_MS;

    *context = connection;
    connection_ask_certificate(server, line);
    if (connection == NULL)
        return; /* the verification fails without a record; on the desk side request_begin ends it */
    connection->server = server;
    connection->fd = fd->connect_fd;
    client_read(address == NULL ? NULL : address->client_addr, &connection->client);
    setsockopt(connection->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unanswered_ms, sizeof unanswered_ms);
    connection_enter(connection, PACE_OPENING, 0);
    pthread_mutex_lock(&server->lock);
    connection->next = server->connections;
    if (connection->next != NULL)
        connection->next->previous = connection;
    server->connections = connection;
    server->counts.connections++;
    crowd_thin(server);
    pthread_mutex_unlock(&server->lock);
}

/* The socket is still open here: after this no one has its number. */
static void connection_end(struct http_server *server, void **context)
{
    struct connection *connection = *context;
    *context = NULL;
    if (connection == NULL)
        return;
    pthread_mutex_lock(&server->lock);
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        server->connections = connection->next;
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    share_leave(&connection->share);
    pthread_mutex_unlock(&server->lock);
    free(connection);
}

static void connection_notify(void *server, struct MHD_Connection *line, void **context,
                              enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        connection_begin(server, line, context);
    else
        connection_end(server, context);
}

/* ---- deadlines ---- */

static void sweep(struct http_server *server, int64_t now_ms)
{
    for (struct connection *at = server->connections; at != NULL; at = at->next) {
        if (at->is_cut)
            continue;
        if (at->exchange != NULL && at->exchange->tail.stream != NULL)
            stream_sweep(at->exchange->tail.stream, now_ms);
        if (at->is_cut || !pace_is_over(&at->pace, &server->limits, now_ms))
            continue;
        if (at->pace.phase == PACE_ANSWER) {
            if (at->exchange != NULL && at->exchange->is_suspended)
                exchange_expire(at->exchange, "the answer took too long");
            continue;
        }
        /* The library sees the end of the stream and closes in its own thread. */
        at->is_cut = true;
        server->counts.too_slow++;
        shutdown(at->fd, SHUT_RDWR);
    }
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* A fifth of the shortest limit, so that no deadline is overrun by more; 10 ms to 1 s. */
static int64_t sweep_interval_ms(const struct http_server *server)
{
    const struct http_server_limits *limits = &server->limits;
    int64_t shortest = smaller(smaller(limits->head_ms, limits->idle_ms),
                               smaller(limits->grace_ms, limits->answer_ms));
    shortest = smaller(smaller(shortest, limits->body_ms), limits->stall_ms);
    for (size_t i = 0; i < server->route_count; i++) {
        if (server->routes[i].answer_ms > 0)
            shortest = smaller(shortest, server->routes[i].answer_ms);
        if (server->routes[i].body_ms > 0)
            shortest = smaller(shortest, server->routes[i].body_ms);
    }
    int64_t interval = shortest / 5;
    return interval < 10 ? 10 : smaller(interval, 1000);
}

static void *sweep_run(void *context)
{
    struct http_server *server = context;
    int64_t interval_ms = sweep_interval_ms(server);

    pthread_mutex_lock(&server->lock);
    while (!server->is_stopping) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        int64_t nanoseconds = (int64_t)until.tv_nsec + interval_ms * 1000000;
        until.tv_sec += (time_t)(nanoseconds / 1000000000);
        until.tv_nsec = (long)(nanoseconds % 1000000000);
        pthread_cond_timedwait(&server->wake, &server->lock, &until);
        sweep(server, server->env->monotonic_ms(server->env->context));
    }
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

/* ---- making, starting, stopping ---- */

static char *text_keep(struct span text)
{
    char *copy = malloc(text.size + 1);
    if (copy == NULL)
        return NULL;
    if (text.size > 0)
        memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    return copy;
}

/* All officers of a desk come back at once when a node has been restarted. */
#define LISTEN_BACKLOG 512

static bool server_listen(struct http_server *server, const char *address, uint16_t port,
                          struct error *err)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct sockaddr *name = (struct sockaddr *)&four;
    socklen_t size = sizeof four;
    int yes = 1;

    if (inet_pton(AF_INET6, address, &six.sin6_addr) == 1) {
        server->is_six = true;
        name = (struct sockaddr *)&six;
        size = sizeof six;
    } else if (inet_pton(AF_INET, address, &four.sin_addr) != 1) {
        return error_set(err, ERROR_INPUT, "'%s' is not an address", address);
    }
    server->listener =
        socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
    if (server->listener < 0 ||
        setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(server->listener, name, size) != 0 || listen(server->listener, LISTEN_BACKLOG) != 0 ||
        getsockname(server->listener, name, &size) != 0)
        return error_set(err, ERROR_LINK, "address %s port %u: %s", address, port, strerror(errno));
    server->port = ntohs(server->is_six ? six.sin6_port : four.sin_port);
    return true;
}

static bool lock_make(struct http_server *server)
{
    pthread_condattr_t clock;
    if (pthread_mutex_init(&server->lock, NULL) != 0)
        return false;
    bool is_good = pthread_condattr_init(&clock) == 0 &&
                   pthread_condattr_setclock(&clock, CLOCK_MONOTONIC) == 0 &&
                   pthread_cond_init(&server->wake, &clock) == 0;
    if (is_good && pthread_cond_init(&server->work_wake, NULL) != 0) {
        pthread_cond_destroy(&server->wake);
        is_good = false;
    }
    if (!is_good)
        pthread_mutex_destroy(&server->lock);
    pthread_condattr_destroy(&clock);
    return is_good;
}

bool http_server_make(const struct http_server_options *options, struct http_server **out,
                      struct error *err)
{
    *out = NULL;
    if (!keys_check(options->key_pem, options->certificate_pem, err))
        return false;
    struct http_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return error_set(err, ERROR_LIMIT, "server: memory is out");
    if (!lock_make(server)) {
        free(server);
        return error_set(err, ERROR_LIMIT, "server: no lock to be had");
    }
    server->env = options->env;
    server->is_desk = options->is_desk;
    server->is_training = options->is_training;
    server->routes = options->routes;
    server->route_count = options->route_count;
    server->context = options->context;
    server->limits = pace_limits(options->limits, options->is_desk);
    server->key_pem = text_keep(options->key_pem);
    server->certificate_pem = text_keep(options->certificate_pem);
    server->listener = -1;
    server->holders = 1;
    server->trust_generation = 1;
    uint8_t seed[16];
    server->env->random(server->env->context, seed, sizeof seed);
    server->rates = rate_make(seed);
    server->env->random(server->env->context, (uint8_t *)&server->crowd_seed,
                        sizeof server->crowd_seed);
    bool is_good =
        server->key_pem != NULL && server->certificate_pem != NULL && server->rates != NULL;
    if (!is_good)
        error_set(err, ERROR_LIMIT, "server: memory is out");
    if (!is_good || !trust_make(options->trusted_pem, &server->trust, err) ||
        !server_listen(server, options->address, options->port, err)) {
        http_server_stop(&server);
        return false;
    }
    *out = server;
    return true;
}

/* Paths reach the handlers as sent; the protocol's need no escapes. */
static size_t unescape_nothing(void *context, struct MHD_Connection *line, char *text)
{
    (void)context;
    (void)line;
    return strlen(text);
}

bool http_server_start(struct http_server *server, struct error *err)
{
    unsigned flags = MHD_USE_TLS | MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_INTERNAL_POLLING_THREAD |
                     MHD_ALLOW_SUSPEND_RESUME | (server->is_six ? MHD_USE_IPv6 : 0u);
    unsigned idle_s = (unsigned)((server->limits.idle_ms + 999) / 1000);

    server->daemon =
        MHD_start_daemon(flags, 0, connection_admit, server, request_go_on, server,    /* */
                         MHD_OPTION_LISTEN_SOCKET, server->listener,                   /* */
                         MHD_OPTION_HTTPS_MEM_KEY, server->key_pem,                    /* */
                         MHD_OPTION_HTTPS_MEM_CERT, server->certificate_pem,           /* */
                         MHD_OPTION_HTTPS_PRIORITIES, "NORMAL:-VERS-ALL:+VERS-TLS1.3", /* */
                         MHD_OPTION_STRICT_FOR_CLIENT, 1,                              /* */
                         MHD_OPTION_CONNECTION_TIMEOUT, idle_s,                        /* */
                         MHD_OPTION_CONNECTION_LIMIT, server->limits.connection_count, /* */
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)64 * 1024,        /* */
                         MHD_OPTION_UNESCAPE_CALLBACK, unescape_nothing, NULL,         /* */
                         MHD_OPTION_URI_LOG_CALLBACK, request_begin, server,           /* */
                         MHD_OPTION_NOTIFY_COMPLETED, request_end, server,             /* */
                         MHD_OPTION_NOTIFY_CONNECTION, connection_notify, server,      /* */
                         MHD_OPTION_END);
    if (server->daemon == NULL)
        return error_set(err, ERROR_LINK, "port %u: the server does not start", server->port);
    server->has_sweeper = pthread_create(&server->sweeper, NULL, sweep_run, server) == 0;
    if (!server->has_sweeper || !work_start(server))
        return error_set(err, ERROR_LIMIT, "server: no thread to be had");
    return true;
}

#define FILES_OF_SERVER   8u /* the listener and what the library waits with */
#define FILES_OF_TRANSFER 2u /* the file, and its directory for a moment */

unsigned http_server_files_max(bool is_desk)
{
    struct http_server_limits limits = pace_limits((struct http_server_limits){0}, is_desk);

    return limits.connection_count + FILES_OF_TRANSFER * limits.transfer_count + FILES_OF_SERVER;
}

uint16_t http_server_port(const struct http_server *server)
{
    return server->port;
}

struct http_server_counts http_server_counts(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    struct http_server_counts counts = server->counts;
    pthread_mutex_unlock(&server->lock);
    return counts;
}

void server_drop(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    bool is_last = --server->holders == 0;
    pthread_mutex_unlock(&server->lock);
    if (!is_last)
        return;
    identities_free(server);
    trust_drop(&server->trust);
    free(server->refused);
    rate_free(&server->rates);
    if (server->key_pem != NULL)
        explicit_bzero(server->key_pem, strlen(server->key_pem));
    free(server->key_pem);
    free(server->certificate_pem);
    pthread_cond_destroy(&server->work_wake);
    pthread_cond_destroy(&server->wake);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

/* Under the lock. */
static void exchange_quit(struct exchange *exchange)
{
    if (exchange->tail.stream != NULL)
        stream_end(exchange->tail.stream);
    else if (exchange->with_handler && exchange->is_suspended)
        exchange_expire(exchange, "the node is stopping");
    else
        exchange_wake(exchange); /* in the middle of a file: it finds that all is over */
}

/* No new requests from here on; each one still with a handler gets 503, each stream its end. */
static void server_quiesce(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    server->is_stopping = true;
    pthread_cond_broadcast(&server->wake);
    for (struct connection *at = server->connections; at != NULL; at = at->next) {
        if (at->exchange != NULL)
            exchange_quit(at->exchange);
    }
    pthread_mutex_unlock(&server->lock);
}

/* Gives the last answers half a second to go out. */
static void server_linger(struct http_server *server)
{
    for (int round = 0; round < 50; round++) {
        pthread_mutex_lock(&server->lock);
        size_t count = server->exchange_count;
        pthread_mutex_unlock(&server->lock);
        if (count == 0)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
    }
}

void http_server_stop(struct http_server **stopped)
{
    struct http_server *server = *stopped;
    *stopped = NULL;
    if (server == NULL)
        return;
    if (server->daemon != NULL)
        MHD_quiesce_daemon(server->daemon);
    server_quiesce(server);
    if (server->has_sweeper)
        pthread_join(server->sweeper, NULL);
    if (server->daemon != NULL) {
        server_linger(server);
        MHD_stop_daemon(server->daemon);
    }
    work_stop(server);
    if (server->listener >= 0)
        close(server->listener);
    server_drop(server);
}
