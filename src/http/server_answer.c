/*
 * Answers: how a response is made, which headers it bears, and how it goes back to the connection that waits for it.
 */
#include "http/server_parts.h"

#include "base/json.h"
#include "http/problem.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

/*
 * What every answer of the desk side bears, refusals too. A browser shall keep nothing, guess no type, load nothing and
 * stand in no frame, tell no other site where it was, share no process with one, and never come without TLS.
 */
static const struct http_header desk_headers[] = {
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
                                "form-action 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Embedder-Policy", "require-corp"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Strict-Transport-Security", "max-age=31536000"},
};

/* Of a node for training, on both sides: nothing in the answer is real. */
static const struct http_header training_header = {"Besa-Training", "yes"};

/* What frames an answer is the library's; a caller's word on it would let two readers see two answers. */
static const char *const framing_names[] = {"Content-Length", "Transfer-Encoding", "Connection",
                                            "Date",           "Trailer",           "Upgrade"};

static bool name_is_free(const char *name)
{
    if (*name == '\0')
        return false;
    for (const char *at = name; *at != '\0'; at++) {
        if (!isalnum((unsigned char)*at) && *at != '-')
            return false;
    }
    for (size_t i = 0; i < sizeof framing_names / sizeof framing_names[0]; i++) {
        if (strcasecmp(name, framing_names[i]) == 0)
            return false;
    }
    return true;
}

static bool value_is_clean(const char *value)
{
    for (const char *at = value; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if (c < 0x20 || c >= 0x7f)
            return false;
    }
    return true;
}

/* NULL takes nothing in: the response is destroyed. */
static struct MHD_Response *response_give_up(struct MHD_Response *response)
{
    if (response != NULL)
        MHD_destroy_response(response);
    return NULL;
}

static struct MHD_Response *header_add(struct MHD_Response *response, const char *name,
                                       const char *value)
{
    if (response == NULL || !name_is_free(name) || !value_is_clean(value) ||
        MHD_add_response_header(response, name, value) != MHD_YES)
        return response_give_up(response);
    return response;
}

struct MHD_Response *response_dress(const struct http_server *server, struct MHD_Response *response,
                                    const char *content_type, const struct http_header *headers,
                                    size_t count)
{
    if (count > HTTP_HEADER_COUNT_MAX)
        return response_give_up(response);
    if (content_type != NULL)
        response = header_add(response, "Content-Type", content_type);
    for (size_t i = 0; i < count && response != NULL; i++)
        response = header_add(response, headers[i].name, headers[i].value);
    if (server->is_training && response != NULL)
        response = header_add(response, training_header.name, training_header.value);
    for (size_t i = 0; server->is_desk && i < sizeof desk_headers / sizeof desk_headers[0]; i++) {
        const struct http_header *common = &desk_headers[i];
        if (response != NULL && MHD_get_response_header(response, common->name) == NULL)
            response = header_add(response, common->name, common->value);
    }
    return response;
}

static struct MHD_Response *response_make(const struct http_server *server,
                                          const struct http_answer *answer)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        answer->body.size, (void *)(uintptr_t)answer->body.data, MHD_RESPMEM_MUST_COPY);
    return response_dress(server, response, answer->content_type, answer->headers,
                          answer->header_count);
}

/* Officers' side: a problem with its fields. Partners' side: kind and text, as docs/protocol.md has it. */
static bool error_body_write(const struct exchange *exchange, unsigned status,
                             const struct error *error, struct buffer *out)
{
    struct json_writer writer = json_writer_make(out);
    if (exchange->server->is_desk) {
        problem_write(out, status, HTTP_PROBLEM_PLAIN, error, exchange->problems);
        return !out->failed;
    }
    json_begin_object(&writer);
    json_string_field(&writer, "kind", error_kind_name(error->kind));
    json_string_field(&writer, "text", error->text);
    json_end_object(&writer);
    return !out->failed;
}

static const char *error_type(const struct http_server *server)
{
    return server->is_desk ? HTTP_PROBLEM_TYPE : "application/json";
}

struct MHD_Response *error_response_make(const struct exchange *exchange, unsigned status,
                                         const struct error *error,
                                         const struct http_header *headers, size_t count)
{
    const struct http_server *server = exchange->server;
    struct buffer text = buffer_make(ERROR_BODY_SIZE);
    struct MHD_Response *response = NULL;

    if (error_body_write(exchange, status, error, &text)) {
        struct http_answer answer = {.content_type = error_type(server),
                                     .headers = headers,
                                     .header_count = count,
                                     .body = buffer_span(&text)};
        response = response_make(server, &answer);
    }
    buffer_free(&text);
    return response;
}

bool error_answer_write(const struct exchange *exchange, unsigned status, const struct error *error,
                        struct buffer *out)
{
    const struct http_server *server = exchange->server;
    struct buffer body = buffer_make(ERROR_BODY_SIZE);
    bool is_good = error_body_write(exchange, status, error, &body);

    buffer_format(out, "HTTP/1.1 %u %s\r\n", status, MHD_get_reason_phrase_for(status));
    buffer_format(out, "Connection: close\r\nContent-Length: %zu\r\n", body.size);
    buffer_format(out, "Content-Type: %s\r\n", error_type(server));
    if (server->is_training)
        buffer_format(out, "%s: %s\r\n", training_header.name, training_header.value);
    for (size_t i = 0; server->is_desk && i < sizeof desk_headers / sizeof desk_headers[0]; i++)
        buffer_format(out, "%s: %s\r\n", desk_headers[i].name, desk_headers[i].value);
    buffer_text(out, "\r\n");
    buffer_add(out, buffer_span(&body));
    buffer_free(&body);
    return is_good && !out->failed;
}

/* ---- back to the connection ---- */

void exchange_pause(struct exchange *exchange)
{
    const struct env *env = exchange->server->env;
    exchange->connection->pace.paused_ms = env->monotonic_ms(env->context);
    exchange->is_suspended = true;
    MHD_suspend_connection(exchange->line);
}

void exchange_wake(struct exchange *exchange)
{
    const struct env *env = exchange->server->env;
    if (exchange->connection == NULL || !exchange->is_suspended)
        return;
    struct pace *pace = &exchange->connection->pace;
    if (pace->paused_ms != 0)
        pace->since_ms += env->monotonic_ms(env->context) - pace->paused_ms;
    pace->paused_ms = 0;
    exchange->is_suspended = false;
    MHD_resume_connection(exchange->line);
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

static const struct http_header retry_soon = {"Retry-After", "5"};

struct http_header retry_after(int64_t retry_ms, char text[RETRY_TEXT_SIZE])
{
    snprintf(text, RETRY_TEXT_SIZE, "%" PRId64, (retry_ms + 999) / 1000);
    return (struct http_header){"Retry-After", text};
}

bool http_request_take(struct http_request *request, struct span key, struct http_rate rate)
{
    struct exchange *exchange = (struct exchange *)request;
    char text[RETRY_TEXT_SIZE];
    struct error error;
    int64_t retry_ms;

    if (server_take(exchange->server, key, rate, &retry_ms))
        return true;
    struct http_header header = retry_after(retry_ms, text);
    error_set(&error, ERROR_BUSY, "too many requests, try again later");
    exchange_respond_error(exchange, MHD_HTTP_TOO_MANY_REQUESTS, &error, &header, 1);
    return false;
}

void exchange_expire(struct exchange *exchange, const char *text)
{
    struct http_server *server = exchange->server;
    struct error error;
    error_set(&error, ERROR_BUSY, "%s", text);
    server->counts.refused++;
    exchange_resume(
        exchange, MHD_HTTP_SERVICE_UNAVAILABLE,
        error_response_make(exchange, MHD_HTTP_SERVICE_UNAVAILABLE, &error, &retry_soon, 1), 0);
}

/* The places that nothing will take now: here, since the server may go with the exchange. Under the lock. */
static void tail_forget(struct http_server *server, struct tail tail)
{
    if (tail.stream != NULL)
        server->counts.streams--;
    if (tail.download != NULL)
        transfer_leave(server);
}

bool exchange_respond(struct exchange *exchange, unsigned status, struct MHD_Response *response,
                      size_t size, struct tail tail)
{
    struct http_server *server = exchange->server;

    pthread_mutex_lock(&server->lock);
    exchange->with_handler = false;
    bool is_awaited = exchange->line != NULL && exchange->is_suspended;
    if (is_awaited) {
        exchange->tail = tail;
        exchange_resume(exchange, status, response, size);
    } else {
        tail_forget(server, tail);
    }
    struct http_server *dropped = exchange_release(exchange);
    pthread_mutex_unlock(&server->lock);
    if (!is_awaited && response != NULL)
        MHD_destroy_response(response);
    if (dropped != NULL)
        server_drop(dropped);
    return is_awaited;
}

void http_respond_with(struct http_request *request, const struct http_answer *answer)
{
    struct exchange *exchange = (struct exchange *)request;
    const struct http_server *server = exchange->server;
    unsigned status = answer->status;
    struct MHD_Response *response = response_make(server, answer);

    if (response == NULL) {
        struct error error;
        error_set(&error, ERROR_BUG, "the answer cannot be written");
        status = MHD_HTTP_INTERNAL_SERVER_ERROR;
        response = error_response_make(exchange, status, &error, NULL, 0);
    }
    exchange_respond(exchange, status, response, answer->body.size, (struct tail){0});
}

void http_respond(struct http_request *request, unsigned status, const char *content_type,
                  struct span body)
{
    struct http_answer answer = {.status = status, .content_type = content_type, .body = body};
    http_respond_with(request, &answer);
}

bool exchange_respond_error(struct exchange *exchange, unsigned status, const struct error *error,
                            const struct http_header *headers, size_t count)
{
    return exchange_respond(exchange, status,
                            error_response_make(exchange, status, error, headers, count),
                            sizeof error->text, (struct tail){0});
}

void http_respond_error(struct http_request *request, const struct error *error)
{
    bool is_busy = error->kind == ERROR_BUSY;
    exchange_respond_error((struct exchange *)request, error_http_status(error->kind), error,
                           &retry_soon, is_busy ? 1 : 0);
}
