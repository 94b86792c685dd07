/*
 * Streams: answers that go on. What waits for the client stands in a bounded buffer; the library takes from it when the
 * socket has room, and the connection is suspended while there is nothing to take. So a slow reader costs its buffer,
 * never anybody's time: it is cut when more would wait than may, or when it takes nothing of what waits.
 *
 * A client that has gone while nothing was sent is seen by the sweep, which asks the kernel for all suspended streams.
 */
#include "http/server_parts.h"

#include <poll.h> /* POLLRDHUP */
#include <stdlib.h>
#include <sys/socket.h>

#define STREAM_BUFFER_SIZE ((size_t)64 * 1024)
#define STREAM_BLOCK_SIZE  4096u       /* the library's buffer of one stream */
#define STREAM_SOCKET_SIZE (64 * 1024) /* the kernel's, so that it hides no slow reader */

struct http_stream {
    struct exchange *exchange; /* under way; its connection is ours until `closed` */
    struct http_server *server;
    struct http_stream_options options;
    struct buffer waiting;
    size_t taken_size; /* of `waiting`, already with the library */
    int64_t until_ms;  /* monotonic; 0: no end */
    int64_t quiet_ms;  /* monotonic: when something was last put in line */
    bool is_ending;
};

static int64_t monotonic_ms(const struct http_server *server)
{
    return server->env->monotonic_ms(server->env->context);
}

static size_t stream_waiting_size(const struct http_stream *stream)
{
    return stream->waiting.size - stream->taken_size;
}

/* Under the lock. */
static void stream_cut(struct http_stream *stream)
{
    struct connection *connection = stream->exchange->connection;
    stream->is_ending = true;
    connection->is_cut = true;
    stream->server->counts.too_slow++;
    shutdown(connection->fd, SHUT_RDWR);
    exchange_wake(stream->exchange);
}

/* The library has room for `size` bytes, on the server's thread. */
static ssize_t stream_read(void *context, uint64_t position, char *out, size_t size)
{
    struct http_stream *stream = context;
    struct http_server *server = stream->server;
    struct exchange *exchange = stream->exchange;
    (void)position;

    pthread_mutex_lock(&server->lock);
    size_t waiting = stream_waiting_size(stream);
    ssize_t given = 0;
    if (exchange->connection->is_cut) {
        given = MHD_CONTENT_READER_END_WITH_ERROR;
    } else if (waiting > 0) {
        size_t part = waiting < size ? waiting : size;
        memcpy(out, stream->waiting.data + stream->taken_size, part);
        stream->taken_size += part;
        if (stream_waiting_size(stream) == 0) {
            buffer_clear(&stream->waiting);
            stream->taken_size = 0;
        }
        given = (ssize_t)part;
        /* From here on the block is on its way: it counts as waiting until the library asks again. */
        connection_enter(exchange->connection, PACE_STREAM, part);
    } else if (stream->is_ending || server->is_stopping) {
        given = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        connection_enter(exchange->connection, PACE_STREAM, 0);
        exchange->is_suspended = true;
        MHD_suspend_connection(exchange->line);
    }
    pthread_mutex_unlock(&server->lock);
    return given;
}

static struct MHD_Response *stream_response_make(struct http_stream *stream)
{
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, STREAM_BLOCK_SIZE, stream_read, stream, NULL);
    return response_dress(stream->server, response, stream->options.content_type, NULL, 0);
}

/* Takes a place; false when there is none. */
static bool stream_admit(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    bool has_room = server->counts.streams < server->limits.stream_count && !server->is_stopping;
    if (has_room)
        server->counts.streams++;
    pthread_mutex_unlock(&server->lock);
    return has_room;
}

static void stream_leave(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    server->counts.streams--;
    pthread_mutex_unlock(&server->lock);
}

static void stream_free(struct http_stream *stream)
{
    buffer_free(&stream->waiting);
    free(stream);
}

static struct http_stream *stream_make(struct exchange *exchange,
                                       const struct http_stream_options *options)
{
    struct http_server *server = exchange->server;
    if (!stream_admit(server))
        return NULL;
    struct http_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL) {
        stream_leave(server);
        return NULL;
    }
    stream->exchange = exchange;
    stream->server = server;
    stream->options = *options;
    stream->waiting =
        buffer_make(options->waiting_size_max > 0 ? options->waiting_size_max : STREAM_BUFFER_SIZE);
    stream->quiet_ms = monotonic_ms(server);
    stream->until_ms = options->lifetime_ms > 0 ? stream->quiet_ms + options->lifetime_ms : 0;
    return stream;
}

static void stream_bound_socket(struct exchange *exchange)
{
    int size = STREAM_SOCKET_SIZE;
    pthread_mutex_lock(&exchange->server->lock);
    if (exchange->connection != NULL)
        setsockopt(exchange->connection->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    pthread_mutex_unlock(&exchange->server->lock);
}

struct http_stream *http_respond_stream(struct http_request *request,
                                        const struct http_stream_options *options)
{
    struct exchange *exchange = (struct exchange *)request;
    struct http_stream *stream = stream_make(exchange, options);
    struct MHD_Response *response = stream == NULL ? NULL : stream_response_make(stream);

    if (response == NULL) {
        struct error error;
        error_set(&error, ERROR_BUSY, "too many streams at once");
        if (stream != NULL) {
            stream_leave(stream->server);
            stream_free(stream);
        }
        http_respond_error(request, &error);
        return NULL;
    }
    stream_bound_socket(exchange);
    if (exchange_respond(exchange, MHD_HTTP_OK, response, 0, (struct tail){.stream = stream}))
        return stream;
    stream_free(stream);
    return NULL;
}

/* Puts bytes behind what waits; cuts when there is no room. Under the lock. */
static bool stream_put(struct http_stream *stream, struct span bytes)
{
    struct pace *pace = &stream->exchange->connection->pace;
    struct buffer *waiting = &stream->waiting;

    if (stream->taken_size > 0) {
        waiting->size = stream_waiting_size(stream);
        memmove(waiting->data, waiting->data + stream->taken_size, waiting->size);
        stream->taken_size = 0;
    }
    if (!buffer_add(waiting, bytes)) {
        stream_cut(stream);
        return false;
    }
    stream->quiet_ms = monotonic_ms(stream->server);
    if (pace->phase == PACE_STREAM && pace->size == 0)
        connection_enter(stream->exchange->connection, PACE_STREAM, bytes.size);
    exchange_wake(stream->exchange);
    return true;
}

bool http_stream_send(struct http_stream *stream, struct span bytes)
{
    struct http_server *server = stream->server;
    pthread_mutex_lock(&server->lock);
    struct connection *connection = stream->exchange->connection;
    bool is_open = connection != NULL && !stream->is_ending && !connection->is_cut;
    if (is_open)
        is_open = stream_put(stream, bytes);
    pthread_mutex_unlock(&server->lock);
    return is_open;
}

void stream_end(struct http_stream *stream)
{
    stream->is_ending = true;
    exchange_wake(stream->exchange);
}

void http_stream_end(struct http_stream *stream)
{
    struct http_server *server = stream->server;
    pthread_mutex_lock(&server->lock);
    stream_end(stream);
    pthread_mutex_unlock(&server->lock);
}

static bool client_has_gone(const struct connection *connection)
{
    struct pollfd line = {.fd = connection->fd, .events = POLLRDHUP};
    return poll(&line, 1, 0) > 0;
}

void stream_sweep(struct http_stream *stream, int64_t now_ms)
{
    const struct http_stream_options *options = &stream->options;
    struct exchange *exchange = stream->exchange;

    if (exchange->is_suspended && client_has_gone(exchange->connection)) {
        exchange->connection->is_cut = true; /* the next look ends it */
        exchange_wake(stream->exchange);
    } else if (stream->until_ms > 0 && now_ms >= stream->until_ms) {
        stream_end(stream);
    } else if (!stream->is_ending && options->heartbeat_ms > 0 &&
               now_ms - stream->quiet_ms >= options->heartbeat_ms) {
        stream_put(stream, span_text(options->heartbeat));
    }
}

void stream_close(struct http_stream *stream)
{
    if (stream->options.closed != NULL)
        stream->options.closed(stream->options.context, stream);
    stream_leave(stream->server);
    stream_free(stream);
}
