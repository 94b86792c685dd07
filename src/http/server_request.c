/*
 * One request's way through the server. Its order: request line (request_begin); peer, head, route and size before the
 * first byte of the body; the body; then the connection is suspended and the handler has the request; http_respond
 * resumes it, and the answer is queued on the server's own thread, if the peer is still believed.
 */
#include "http/server_parts.h"

#include "base/json.h"
#include "http/head.h"

#include <stdlib.h>

#define CONTENT_TYPE_SIZE_MAX 256u

/* ---- the record of a request ---- */

/* Frees when neither the connection nor a handler holds it. Under the lock; gives the server to drop after it, or NULL. */
static struct http_server *exchange_release(struct exchange *exchange)
{
    if (exchange->line != NULL || exchange->with_handler)
        return NULL;
    struct http_server *server = exchange->server;
    server->body_total_size -= exchange->body.size;
    if (exchange->response != NULL)
        MHD_destroy_response(exchange->response);
    buffer_free(&exchange->body);
    buffer_free(&exchange->uri);
    buffer_free(&exchange->content_type);
    free(exchange);
    return server;
}

void *request_begin(void *context, const char *uri, struct MHD_Connection *line)
{
    struct http_server *server = context;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(line, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *connection = info == NULL ? NULL : info->socket_context;
    struct exchange *exchange = calloc(1, sizeof *exchange);

    if (exchange == NULL || connection == NULL) {
        free(exchange);
        return NULL; /* request_go_on closes the connection */
    }
    exchange->server = server;
    exchange->line = line;
    exchange->connection = connection;
    exchange->uri = buffer_make(HEAD_URI_SIZE_MAX);
    exchange->content_type = buffer_make(CONTENT_TYPE_SIZE_MAX);
    buffer_text(&exchange->uri, uri == NULL ? "" : uri);
    pthread_mutex_lock(&server->lock);
    server->holders++;
    server->exchange_count++;
    connection->exchange = exchange;
    if (connection->pace.phase != PACE_OPENING)
        connection_enter(connection, PACE_HEAD, 0);
    pthread_mutex_unlock(&server->lock);
    return exchange;
}

void request_end(void *context, struct MHD_Connection *line, void **slot,
                 enum MHD_RequestTerminationCode how)
{
    struct http_server *server = context;
    struct exchange *exchange = *slot;
    (void)line;
    (void)how;
    *slot = NULL;
    if (exchange == NULL)
        return;
    pthread_mutex_lock(&server->lock);
    server->exchange_count--;
    exchange->connection->exchange = NULL;
    connection_enter(exchange->connection, PACE_IDLE, 0);
    exchange->line = NULL;
    exchange->connection = NULL;
    struct http_server *dropped = exchange_release(exchange);
    pthread_mutex_unlock(&server->lock);
    if (dropped != NULL)
        server_drop(dropped);
}

/* ---- answers ---- */

static struct MHD_Response *response_make(const char *content_type, struct span body)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        body.size, (void *)(uintptr_t)body.data, MHD_RESPMEM_MUST_COPY);
    if (response != NULL && content_type != NULL)
        MHD_add_response_header(response, "Content-Type", content_type);
    return response;
}

static struct MHD_Response *error_response_make(const struct error *error)
{
    struct buffer text = buffer_make(8 * ERROR_TEXT_SIZE);
    struct json_writer writer = json_writer_make(&text);

    json_begin_object(&writer);
    json_string_field(&writer, "kind", error_kind_name(error->kind));
    json_string_field(&writer, "text", error->text);
    json_end_object(&writer);
    struct MHD_Response *response =
        text.failed ? NULL : response_make("application/json", buffer_span(&text));
    buffer_free(&text);
    return response;
}

static enum MHD_Result response_queue(struct MHD_Connection *line, unsigned status,
                                      struct MHD_Response *response)
{
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = MHD_queue_response(line, status, response);
    MHD_destroy_response(response);
    return result;
}

static const char *refusal_text(unsigned status)
{
    switch (status) {
    case MHD_HTTP_NOT_FOUND:
        return "no such path";
    case MHD_HTTP_METHOD_NOT_ALLOWED:
        return "the path does not know this method";
    case MHD_HTTP_CONTENT_TOO_LARGE:
        return "the body is larger than the path allows";
    case MHD_HTTP_URI_TOO_LONG:
        return "the path is too long";
    default:
        return "too much at once, try again later";
    }
}

/* The server's own answer; the connection is closed after it, so that nothing unread can be taken for a request. */
static enum MHD_Result refuse(struct exchange *exchange, unsigned status, enum error_kind kind,
                              const char *text)
{
    struct http_server *server = exchange->server;
    struct error error;
    error_set(&error, kind, "%s", text);
    struct MHD_Response *response = error_response_make(&error);
    if (response != NULL)
        MHD_add_response_header(response, "Connection", "close");
    pthread_mutex_lock(&server->lock);
    server->counts.refused++;
    connection_enter(exchange->connection, PACE_SEND, 0);
    pthread_mutex_unlock(&server->lock);
    return response_queue(exchange->line, status, response);
}

static enum MHD_Result refuse_status(struct exchange *exchange, unsigned status)
{
    enum error_kind kind = status == MHD_HTTP_SERVICE_UNAVAILABLE  ? ERROR_BUSY
                           : status == MHD_HTTP_NOT_FOUND          ? ERROR_MISSING
                           : status == MHD_HTTP_METHOD_NOT_ALLOWED ? ERROR_INPUT
                                                                   : ERROR_LIMIT;
    return refuse(exchange, status, kind, refusal_text(status));
}

/* ---- before the body ---- */

static bool route_fits(const struct http_route *route, struct span path)
{
    return route->is_prefix ? span_starts_with(path, route->path) : span_is(path, route->path);
}

/* 0, or the status that says why there is none. */
static unsigned route_find(const struct http_server *server, const char *method, struct span path,
                           const struct http_route **out)
{
    unsigned status = MHD_HTTP_NOT_FOUND;
    for (size_t i = 0; i < server->route_count; i++) {
        const struct http_route *route = &server->routes[i];
        if (!route_fits(route, path))
            continue;
        if (strcmp(route->method, method) == 0) {
            *out = route;
            return 0;
        }
        status = MHD_HTTP_METHOD_NOT_ALLOWED;
    }
    return status;
}

static void uri_split(struct http_request *request, struct span uri)
{
    const uint8_t *mark = memchr(uri.data, '?', uri.size);
    request->path = mark == NULL ? uri : span_part(uri, 0, (size_t)(mark - uri.data));
    request->query = span_part(uri, request->path.size + 1, uri.size);
}

/* Sizes are judged before anything is read: by the route, then by what the server holds already. */
static unsigned size_judge(struct exchange *exchange, const struct head *head)
{
    struct http_server *server = exchange->server;
    size_t limit = exchange->request.route->body_size_max;

    if (head->has_size && head->size > limit)
        return MHD_HTTP_CONTENT_TOO_LARGE;
    pthread_mutex_lock(&server->lock);
    bool is_full = server->is_stopping ||
                   server->body_total_size + (size_t)head->size > server->limits.body_total_size;
    pthread_mutex_unlock(&server->lock);
    if (is_full)
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    exchange->body = buffer_make(head->has_size ? (size_t)head->size : limit);
    return 0;
}

static enum MHD_Result request_head(struct exchange *exchange, const char *url, const char *method,
                                    const char *version)
{
    struct http_request *request = &exchange->request;
    struct span uri = buffer_span(&exchange->uri);
    struct head head;
    struct error err = {0};

    exchange->is_begun = true;
    if (!connection_check_peer(exchange->connection, exchange->line, &err))
        return refuse(exchange, MHD_HTTP_FORBIDDEN, ERROR_RULE, err.text);
    if (exchange->uri.failed)
        return refuse_status(exchange, MHD_HTTP_URI_TOO_LONG);
    if (!request_head_read(exchange->line, method, url, version, uri, &head, &err))
        return refuse(exchange, MHD_HTTP_BAD_REQUEST, ERROR_INPUT, err.text);
    if (!buffer_add(&exchange->content_type, head.content_type))
        return refuse(exchange, MHD_HTTP_BAD_REQUEST, ERROR_INPUT, "Content-Type is too long");
    uri_split(request, uri);
    unsigned status = route_find(exchange->server, method, request->path, &request->route);
    if (status == 0)
        status = size_judge(exchange, &head);
    if (status != 0)
        return refuse_status(exchange, status);
    request->peer = exchange->connection->peer;
    request->content_type = buffer_span(&exchange->content_type);
    exchange->is_chunked = head.is_chunked;
    pthread_mutex_lock(&exchange->server->lock);
    connection_enter(exchange->connection, PACE_BODY, 0);
    pthread_mutex_unlock(&exchange->server->lock);
    return MHD_YES;
}

/* ---- the body ---- */

/* The library takes no answer in the middle of a body: what is refused there is read on and dropped, up to once more
 * its limit; after that the connection is closed without an answer. */
static enum MHD_Result body_drop(struct exchange *exchange, size_t size)
{
    exchange->dropped_size += size;
    return exchange->dropped_size > exchange->request.route->body_size_max + 64 * 1024 ? MHD_NO
                                                                                       : MHD_YES;
}

static enum MHD_Result body_take(struct exchange *exchange, struct span bytes)
{
    struct http_server *server = exchange->server;

    pthread_mutex_lock(&server->lock);
    exchange->connection->pace.size += bytes.size;
    bool is_full = server->body_total_size + bytes.size > server->limits.body_total_size;
    bool is_taken = exchange->refusal == 0 && !is_full;
    if (is_taken)
        server->body_total_size += bytes.size;
    pthread_mutex_unlock(&server->lock);

    if (is_taken && buffer_add(&exchange->body, bytes))
        return MHD_YES;
    if (exchange->refusal == 0)
        exchange->refusal = is_full ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_CONTENT_TOO_LARGE;
    pthread_mutex_lock(&server->lock);
    server->body_total_size -= exchange->body.size + (is_taken ? bytes.size : 0);
    buffer_free(&exchange->body);
    pthread_mutex_unlock(&server->lock);
    return body_drop(exchange, bytes.size);
}

/* ---- handing over and taking back ---- */

static enum MHD_Result request_hand_over(struct exchange *exchange)
{
    struct http_server *server = exchange->server;
    const struct http_route *route = exchange->request.route;

    if (exchange->refusal != 0)
        return refuse_status(exchange, exchange->refusal);
    exchange->request.body = buffer_span(&exchange->body);
    pthread_mutex_lock(&server->lock);
    if (server->is_stopping) {
        pthread_mutex_unlock(&server->lock);
        return refuse_status(exchange, MHD_HTTP_SERVICE_UNAVAILABLE);
    }
    exchange->was_handled = true;
    exchange->with_handler = true;
    exchange->is_suspended = true;
    server->counts.requests++;
    connection_enter(exchange->connection, PACE_ANSWER, 0);
    exchange->connection->pace.answer_ms =
        route->answer_ms > 0 ? route->answer_ms : server->limits.answer_ms;
    MHD_suspend_connection(exchange->line);
    pthread_mutex_unlock(&server->lock);

    route->handle(server->context, &exchange->request);
    return MHD_YES;
}

/* The answer is there and the connection awake again. */
static enum MHD_Result request_answer(struct exchange *exchange)
{
    struct http_server *server = exchange->server;
    struct error err = {0};

    /* What the peer may have lost since it asked, it does not get. */
    if (!connection_check_peer(exchange->connection, exchange->line, &err))
        return refuse(exchange, MHD_HTTP_FORBIDDEN, ERROR_RULE, err.text);
    pthread_mutex_lock(&server->lock);
    struct MHD_Response *response = exchange->response;
    exchange->response = NULL;
    pthread_mutex_unlock(&server->lock);
    return response_queue(exchange->line, exchange->status, response);
}

/* Called for the head (no bytes yet), for each piece of the body, at its end, and after each resumption. */
enum MHD_Result request_go_on(void *context, struct MHD_Connection *line, const char *url,
                              const char *method, const char *version, const char *bytes,
                              size_t *size, void **slot)
{
    struct exchange *exchange = *slot;
    (void)context;
    (void)line;
    if (exchange == NULL)
        return MHD_NO;
    if (!exchange->is_begun)
        return request_head(exchange, url, method, version);
    if (*size > 0) {
        struct span piece = span_make(bytes, *size);
        *size = 0;
        return body_take(exchange, piece);
    }
    if (!exchange->was_handled)
        return request_hand_over(exchange);
    return request_answer(exchange);
}

/* Wakes the suspended connection with its answer. Under the lock. */
static void exchange_resume(struct exchange *exchange, unsigned status,
                            struct MHD_Response *response, size_t size)
{
    exchange->status = status;
    exchange->response = response;
    exchange->is_suspended = false;
    connection_enter(exchange->connection, PACE_SEND, size);
    MHD_resume_connection(exchange->line);
}

void exchange_expire(struct exchange *exchange, const char *text)
{
    struct error error;
    error_set(&error, ERROR_BUSY, "%s", text);
    exchange->server->counts.refused++;
    exchange_resume(exchange, MHD_HTTP_SERVICE_UNAVAILABLE, error_response_make(&error), 0);
}

/* Takes the response over. */
static void respond(struct http_request *request, unsigned status, struct MHD_Response *response,
                    size_t size)
{
    struct exchange *exchange = (struct exchange *)request;
    struct http_server *server = exchange->server;

    pthread_mutex_lock(&server->lock);
    exchange->with_handler = false;
    bool is_awaited = exchange->line != NULL && exchange->is_suspended;
    if (is_awaited)
        exchange_resume(exchange, status, response, size);
    struct http_server *dropped = exchange_release(exchange);
    pthread_mutex_unlock(&server->lock);
    if (!is_awaited && response != NULL)
        MHD_destroy_response(response);
    if (dropped != NULL)
        server_drop(dropped);
}

void http_respond(struct http_request *request, unsigned status, const char *content_type,
                  struct span body)
{
    respond(request, status, response_make(content_type, body), body.size);
}

void http_respond_error(struct http_request *request, const struct error *error)
{
    respond(request, error_http_status(error->kind), error_response_make(error),
            sizeof error->text);
}
