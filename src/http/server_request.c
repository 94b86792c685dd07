/*
 * One request's way through the server. Its order: request line (request_begin); peer, head, route and size before the
 * first byte of the body; the body, the peer looked at with each piece; then the connection is suspended and the handler has the request; http_respond
 * resumes it, and the answer is queued on the server's own thread, if the peer is still believed.
 */
#include "http/server_parts.h"

#include "http/head.h"

#include <stdlib.h>

#define CONTENT_TYPE_SIZE_MAX 256u
#define HEAD_TEXT_SIZE_MAX    (16u * 1024) /* host, content type and listed fields of one request */
#define ALLOW_SIZE            64u          /* the methods of one path */

/* ---- the record of a request ---- */

struct http_server *exchange_release(struct exchange *exchange)
{
    if (exchange->line != NULL || exchange->with_handler || exchange->upload != NULL ||
        exchange->tail.stream != NULL || exchange->tail.download != NULL)
        return NULL;
    struct http_server *server = exchange->server;
    share_give_back(exchange, exchange->body.size);
    share_leave(&exchange->share);
    if (exchange->response != NULL)
        MHD_destroy_response(exchange->response);
    buffer_free(&exchange->body);
    buffer_free(&exchange->uri);
    buffer_free(&exchange->head_text);
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
    exchange->head_text = buffer_make(HEAD_TEXT_SIZE_MAX);
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
    if (exchange->upload != NULL)
        upload_end(exchange->upload);
    if (exchange->tail.download != NULL)
        download_end(exchange->tail.download);
    struct http_stream *stream = exchange->tail.stream; /* holds the exchange until it is closed */
    if (stream != NULL) {
        pthread_mutex_unlock(&server->lock);
        stream_close(stream);
        pthread_mutex_lock(&server->lock);
        exchange->tail.stream = NULL;
    }
    struct http_server *dropped = exchange_release(exchange);
    pthread_mutex_unlock(&server->lock);
    if (dropped != NULL)
        server_drop(dropped);
}

/* ---- refusals ---- */

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
    case MHD_HTTP_CONTENT_TOO_LARGE:
        return "the body is larger than the path allows";
    case MHD_HTTP_LENGTH_REQUIRED:
        return "a body must say its size in Content-Length";
    case MHD_HTTP_URI_TOO_LONG:
        return "the path is too long";
    default:
        return "too much at once, try again later";
    }
}

static enum MHD_Result refuse_with(struct exchange *exchange, unsigned status,
                                   const struct error *error, const struct http_header *header)
{
    struct http_server *server = exchange->server;
    struct MHD_Response *response =
        error_response_make(exchange, status, error, header, header == NULL ? 0 : 1);
    if (response != NULL)
        MHD_add_response_header(response, "Connection", "close");
    pthread_mutex_lock(&server->lock);
    server->counts.refused++;
    connection_enter(exchange->connection, PACE_SEND, 0);
    pthread_mutex_unlock(&server->lock);
    return response_queue(exchange->line, status, response);
}

enum MHD_Result exchange_refuse(struct exchange *exchange, unsigned status,
                                const struct error *error)
{
    static const struct http_header retry_soon = {"Retry-After", "5"};
    return refuse_with(exchange, status, error,
                       status == MHD_HTTP_SERVICE_UNAVAILABLE ? &retry_soon : NULL);
}

bool exchange_refuse_early(struct exchange *exchange, unsigned status, const struct error *error)
{
    struct http_server *server = exchange->server;
    struct buffer text = buffer_make(2 * ERROR_BODY_SIZE);
    bool is_sent = error_answer_write(exchange, status, error, &text) &&
                   line_send(exchange->line, buffer_span(&text));
    buffer_free(&text);
    pthread_mutex_lock(&server->lock);
    server->counts.refused++;
    pthread_mutex_unlock(&server->lock);
    return is_sent;
}

static enum MHD_Result refuse_status(struct exchange *exchange, unsigned status)
{
    struct error error;
    error_set(&error,
              status == MHD_HTTP_SERVICE_UNAVAILABLE ? ERROR_BUSY
              : status == MHD_HTTP_NOT_FOUND         ? ERROR_MISSING
              : status == MHD_HTTP_LENGTH_REQUIRED   ? ERROR_INPUT
                                                     : ERROR_LIMIT,
              "%s", refusal_text(status));
    return exchange_refuse(exchange, status, &error);
}

static enum MHD_Result refuse_too_often(struct exchange *exchange, int64_t retry_ms)
{
    char text[RETRY_TEXT_SIZE];
    struct http_header header = retry_after(retry_ms, text);
    struct error error;
    error_set(&error, ERROR_BUSY, "too many requests, try again later");
    return refuse_with(exchange, MHD_HTTP_TOO_MANY_REQUESTS, &error, &header);
}

/* ---- before the body ---- */

static enum MHD_Result refuse_route(struct exchange *exchange, struct buffer *allow)
{
    if (allow->size == 0)
        return refuse_status(exchange, MHD_HTTP_NOT_FOUND);
    buffer_byte(allow, 0);
    struct http_header methods = {"Allow", (const char *)allow->data};
    struct error error;
    error_set(&error, ERROR_INPUT, "the path does not know this method");
    return refuse_with(exchange, MHD_HTTP_METHOD_NOT_ALLOWED, &error, &methods);
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
    const struct http_route *route = exchange->request.route;

    if (head->has_encoding)
        return MHD_HTTP_LENGTH_REQUIRED;
    if (head->size > route->body_size_max)
        return MHD_HTTP_CONTENT_TOO_LARGE;
    pthread_mutex_lock(&server->lock);
    bool is_full =
        server->is_stopping || (route->taker == NULL && !share_fits(exchange, (size_t)head->size));
    pthread_mutex_unlock(&server->lock);
    if (is_full)
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    if (route->taker == NULL)
        exchange->body = buffer_make((size_t)head->size);
    return 0;
}

/* Copies what the handler may see of the head, since the connection's memory may go before the handler is done. */
static bool head_keep(struct exchange *exchange, const struct head *head)
{
    const struct span *from[HTTP_FIELD_COUNT + 2] = {&head->host, &head->content_type};
    struct span *to[HTTP_FIELD_COUNT + 2] = {&exchange->request.host,
                                             &exchange->request.content_type};
    size_t size = 0;

    for (size_t i = 0; i < HTTP_FIELD_COUNT; i++) {
        from[i + 2] = &head->fields[i];
        to[i + 2] = &exchange->fields[i];
    }
    for (size_t i = 0; i < HTTP_FIELD_COUNT + 2; i++)
        size += from[i]->size;
    uint8_t *at = buffer_room(&exchange->head_text, size + 1); /* an empty field is there, too */
    if (at == NULL)
        return false;
    for (size_t i = 0; i < HTTP_FIELD_COUNT + 2; i++) {
        if (from[i]->data == NULL)
            continue;
        *to[i] = (struct span){at, from[i]->size};
        memcpy(at, from[i]->data, from[i]->size);
        at += from[i]->size;
    }
    return true;
}

struct span http_request_field(const struct http_request *request, enum http_field field)
{
    const struct exchange *exchange = (const struct exchange *)request;
    return exchange->fields[field];
}

static bool head_take(struct exchange *exchange, const char *url, const char *method,
                      const char *version, struct head *head, struct error *err)
{
    if (!request_head_read(exchange->line, method, url, version, buffer_span(&exchange->uri), head,
                           err))
        return false;
    if (head->content_type.size > CONTENT_TYPE_SIZE_MAX)
        return error_set(err, ERROR_INPUT, "Content-Type is too long");
    if (!head_keep(exchange, head))
        return error_set(err, ERROR_INPUT, "the fields together are too long");
    uri_split(&exchange->request, buffer_span(&exchange->uri));
    return true;
}

static enum MHD_Result body_begin(struct exchange *exchange, const struct head *head)
{
    struct http_server *server = exchange->server;
    const struct http_route *route = exchange->request.route;

    pthread_mutex_lock(&server->lock);
    connection_enter(exchange->connection, PACE_BODY, 0);
    exchange->connection->pace.body_ms =
        route->body_ms > 0 ? route->body_ms : server->limits.body_ms;
    pthread_mutex_unlock(&server->lock);
    if (route->taker != NULL && !upload_begin(exchange, (int64_t)head->size))
        return refuse_status(exchange, MHD_HTTP_SERVICE_UNAVAILABLE);
    return MHD_YES;
}

/* The request's bodies count for its connection's institution, also after the connection has gone. */
static void share_hold(struct exchange *exchange)
{
    pthread_mutex_lock(&exchange->server->lock);
    exchange->share = exchange->connection->share;
    if (exchange->share != NULL)
        exchange->share->holders++;
    pthread_mutex_unlock(&exchange->server->lock);
}

static enum MHD_Result request_route(struct exchange *exchange, const char *method,
                                     const struct head *head)
{
    struct http_request *request = &exchange->request;
    struct buffer allow = buffer_make(ALLOW_SIZE);

    request->route = route_find(exchange->server, method, request->path, &allow);
    if (request->route == NULL) {
        enum MHD_Result result = refuse_route(exchange, &allow);
        buffer_free(&allow);
        return result;
    }
    buffer_free(&allow);
    request->method = request->route->method;
    request->peer = exchange->connection->peer;
    memcpy(request->client, exchange->connection->client.text, sizeof request->client);
    share_hold(exchange);
    unsigned status = size_judge(exchange, head);
    return status != 0 ? refuse_status(exchange, status) : body_begin(exchange, head);
}

static enum MHD_Result request_head(struct exchange *exchange, const char *url, const char *method,
                                    const char *version)
{
    struct head head;
    struct error err = {0};
    int64_t retry_ms;

    exchange->is_begun = true;
    if (!connection_check_peer(exchange->connection, exchange->line, &err))
        return exchange_refuse(exchange, MHD_HTTP_FORBIDDEN, &err);
    if (!share_take(exchange->connection, &retry_ms))
        return refuse_too_often(exchange, retry_ms);
    if (!client_take(exchange->server, &exchange->connection->client, 'r',
                     exchange->server->limits.request_rate, &retry_ms))
        return refuse_too_often(exchange, retry_ms);
    if (exchange->uri.failed)
        return refuse_status(exchange, MHD_HTTP_URI_TOO_LONG);
    if (!head_take(exchange, url, method, version, &head, &err))
        return exchange_refuse(exchange, MHD_HTTP_BAD_REQUEST, &err);
    return request_route(exchange, method, &head);
}

/* ---- the body ---- */

/* The library takes no answer in the middle of a body: what does not fit is read on and dropped to its end. Who lost our
 * trust in the middle sends no more of it. */
static enum MHD_Result body_take(struct exchange *exchange, struct span bytes)
{
    struct http_server *server = exchange->server;
    struct error err = {0};

    if (!connection_check_peer(exchange->connection, exchange->line, &err)) {
        exchange_refuse_early(exchange, MHD_HTTP_FORBIDDEN, &err);
        return MHD_NO;
    }
    pthread_mutex_lock(&server->lock);
    exchange->connection->pace.size += bytes.size;
    bool is_taken = !exchange->is_dropped && share_fits(exchange, bytes.size) &&
                    buffer_add(&exchange->body, bytes);
    if (is_taken) {
        share_add(exchange, bytes.size);
    } else if (!exchange->is_dropped) {
        exchange->is_dropped = true;
        share_give_back(exchange, exchange->body.size);
        buffer_free(&exchange->body);
    }
    pthread_mutex_unlock(&server->lock);
    return MHD_YES;
}

/* ---- handing over and taking back ---- */

int64_t exchange_answer_ms(const struct exchange *exchange)
{
    const struct http_route *route = exchange->request.route;
    return route->answer_ms > 0 ? route->answer_ms : exchange->server->limits.answer_ms;
}

static enum MHD_Result request_hand_over(struct exchange *exchange)
{
    struct http_server *server = exchange->server;
    const struct http_route *route = exchange->request.route;
    struct error err = {0};

    /* It may have lost our trust since its head was read: nothing of it is handled. */
    if (!connection_check_peer(exchange->connection, exchange->line, &err))
        return exchange_refuse(exchange, MHD_HTTP_FORBIDDEN, &err);
    if (exchange->is_dropped)
        return refuse_status(exchange, MHD_HTTP_SERVICE_UNAVAILABLE);
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
    exchange->connection->pace.answer_ms = exchange_answer_ms(exchange);
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
        return exchange_refuse(exchange, MHD_HTTP_FORBIDDEN, &err);
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
    if (exchange->was_handled)
        return request_answer(exchange);
    if (exchange->upload != NULL)
        return upload_go_on(exchange, span_make(bytes, *size), size);
    if (*size > 0) {
        struct span piece = span_make(bytes, *size);
        *size = 0;
        return body_take(exchange, piece);
    }
    return request_hand_over(exchange);
}
