/* The life of the web, and the way from the HTTP server to it: see web.h. */
#include "web/private.h"

#include <stdlib.h>

#define UPLOAD_MS (INT64_C(4) * 3600 * 1000) /* the largest file over 1.2 Mbit/s */

static void answer_http(void *context, const struct http_answer *answer)
{
    http_respond_with(context, answer);
}

struct web_call call_of_request(const struct web *web, struct http_request *request)
{
    return (struct web_call){
        .route = &web_routes[request->route - web->routes],
        .path = request->path,
        .query = request->query,
        .host = request->host,
        .client = span_text(request->client),
        .content_type = request->content_type,
        .body = request->body,
        .cookie = http_request_field(request, HTTP_COOKIE),
        .csrf = http_request_field(request, HTTP_BESA_CSRF),
        .origin = http_request_field(request, HTTP_ORIGIN),
        .fetch_site = http_request_field(request, HTTP_SEC_FETCH_SITE),
        .reason = http_request_field(request, HTTP_BESA_REASON),
        .case_number = http_request_field(request, HTTP_BESA_CASE),
        .automatic = http_request_field(request, HTTP_BESA_AUTOMATIC),
        .key = http_request_field(request, HTTP_IDEMPOTENCY_KEY),
        .last_event = http_request_field(request, HTTP_LAST_EVENT_ID),
        .accept_encoding = http_request_field(request, HTTP_ACCEPT_ENCODING),
        .if_none_match = http_request_field(request, HTTP_IF_NONE_MATCH),
        .request = request,
        .answer = answer_http,
        .context = request,
    };
}

static void handle(void *context, struct http_request *request)
{
    struct web *web = context;
    struct web_call call = call_of_request(web, request);

    web_serve(web, &call);
}

static size_t body_size_max(const struct web_route *route)
{
    switch (route->body) {
    case WEB_BODY_MESSAGE:
        return WEB_MESSAGE_SIZE_MAX;
    case WEB_BODY_ARGUMENTS:
        return WEB_ARGUMENTS_SIZE_MAX;
    case WEB_BODY_DOCUMENT:
        return WEB_DOCUMENT_SIZE_MAX;
    case WEB_BODY_FILE:
        return (size_t)ATTACHMENT_SIZE_MAX; /* the agreement's is asked before the first byte */
    case WEB_BODY_NONE:
        break;
    }
    return 0;
}

bool web_make(const struct web_options *options, struct web **out, struct error *err)
{
    struct web *web = calloc(1, sizeof *web);

    *out = web;
    if (web == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    web->options = *options;
    events_make(web);
    pthread_mutex_init(&web->login_mutex, NULL);
    pthread_cond_init(&web->login_wake, NULL);
    pthread_mutex_init(&web->act_mutex, NULL);
    pthread_mutex_init(&web->event_mutex, NULL);
    web->routes = calloc(web_route_count, sizeof *web->routes);
    if (web->routes == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < web_route_count; i++) {
        bool is_file = web_routes[i].body == WEB_BODY_FILE;
        web->routes[i] = (struct http_route){.method = web_routes[i].method,
                                             .path = web_routes[i].path,
                                             .body_size_max = body_size_max(&web_routes[i]),
                                             .body_ms = is_file ? UPLOAD_MS : 0,
                                             .taker = is_file ? &web_upload_taker : NULL,
                                             .handle = handle};
    }
    return true;
}

const struct http_route *web_http_routes(const struct web *web, size_t *count)
{
    *count = web_route_count;
    return web->routes;
}

uint64_t web_problems(const struct web *web, enum error_kind kind)
{
    return __atomic_load_n(&web->problems[kind], __ATOMIC_RELAXED);
}

bool web_start(struct web *web, struct error *err)
{
    while (web->thread_count < LOGIN_THREADS) {
        int failure = pthread_create(&web->threads[web->thread_count], NULL, login_run, web);
        if (failure != 0)
            return error_set(err, ERROR_LIMIT, "a thread cannot be started: %s", strerror(failure));
        web->thread_count++;
    }
    return true;
}

void web_stop(struct web *web)
{
    pthread_mutex_lock(&web->login_mutex);
    web->is_stopping = true;
    pthread_cond_broadcast(&web->login_wake);
    pthread_mutex_unlock(&web->login_mutex);
    for (size_t i = 0; i < web->thread_count; i++)
        pthread_join(web->threads[i], NULL);
    web->thread_count = 0;
}

void web_end(struct web **out)
{
    struct web *web = *out;

    if (web == NULL)
        return;
    web_stop(web);
    pthread_cond_destroy(&web->login_wake);
    pthread_mutex_destroy(&web->login_mutex);
    pthread_mutex_destroy(&web->act_mutex);
    pthread_mutex_destroy(&web->event_mutex);
    free(web->routes);
    free(web);
    *out = NULL;
}
