/* A running server with simple routes, for the tests of http. */
#include "http/support/ground.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void wait_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000},
              NULL);
}

int64_t now_monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t now_monotonic_ms(void)
{
    return now_monotonic_us() / 1000;
}

static int64_t site_now_ms(void *context)
{
    struct site *site = context;
    const struct env *env = env_real();
    pthread_mutex_lock(&site->lock);
    int64_t shift_ms = site->clock_shift_ms;
    pthread_mutex_unlock(&site->lock);
    return env->now_ms(env->context) + shift_ms;
}

static int64_t site_monotonic_ms(void *context)
{
    (void)context;
    return now_monotonic_ms();
}

static void site_count(struct site *site)
{
    pthread_mutex_lock(&site->lock);
    site->handled++;
    pthread_mutex_unlock(&site->lock);
}

static void echo(void *context, struct http_request *request)
{
    site_count(context);
    http_respond(request, 200, "application/octet-stream", request->body);
}

static void later(void *context, struct http_request *request)
{
    struct site *site = context;
    site_count(site);
    pthread_mutex_lock(&site->lock);
    if (site->waiting_count < sizeof site->waiting / sizeof site->waiting[0]) {
        site->waiting[site->waiting_count++] = request;
        request = NULL;
    }
    pthread_cond_signal(&site->wake);
    pthread_mutex_unlock(&site->lock);
    if (request != NULL)
        http_respond(request, 503, "text/plain", span_text("full"));
}

static void never(void *context, struct http_request *request)
{
    struct site *site = context;
    site_count(site);
    pthread_mutex_lock(&site->lock);
    site->kept[site->kept_count++] = request;
    pthread_mutex_unlock(&site->lock);
}

static void peer(void *context, struct http_request *request)
{
    char text[HTTP_NAME_SIZE + 32];
    site_count(context);
    snprintf(text, sizeof text, "%zu %s", request->peer.institution, request->peer.name);
    http_respond(request, 200, "text/plain", span_text(text));
}

static void large(void *context, struct http_request *request)
{
    static uint8_t bytes[1200 * 1000];
    site_count(context);
    http_respond(request, 200, "application/octet-stream", span_make(bytes, sizeof bytes));
}

static void files(void *context, struct http_request *request)
{
    char text[512];
    site_count(context);
    snprintf(text, sizeof text, "%.*s|%.*s|%.*s", SPAN_ARG(request->path), SPAN_ARG(request->query),
             SPAN_ARG(request->content_type));
    http_respond(request, 200, "text/plain", span_text(text));
}

static void fault(void *context, struct http_request *request)
{
    struct error err;
    site_count(context);
    error_set(&err, ERROR_CONFLICT, "the \"tree\" stands at 7");
    http_respond_error(request, &err);
}

/* What the handler sees of the head, a line each. */
static void fields(void *context, struct http_request *request)
{
    struct buffer text = buffer_make(65536);
    site_count(context);
    buffer_format(&text, "%s %.*s %s\n", request->method, SPAN_ARG(request->host), request->client);
    for (size_t i = 0; i < HTTP_FIELD_COUNT; i++) {
        struct span value = http_request_field(request, (enum http_field)i);
        if (value.data != NULL)
            buffer_format(&text, "%zu=%.*s\n", i, SPAN_ARG(value));
    }
    http_respond(request, 200, "text/plain", buffer_span(&text));
    buffer_free(&text);
}

/* POST /with: the body is "name:value" for a header of the answer. */
static void with(void *context, struct http_request *request)
{
    char text[256] = "";
    char *value;
    site_count(context);
    snprintf(text, sizeof text, "%.*s", SPAN_ARG(request->body));
    value = strchr(text, ':');
    if (value != NULL)
        *value++ = '\0';
    struct http_header headers[] = {{"ETag", "\"7\""}, {text, value == NULL ? "" : value}};
    struct http_answer answer = {.status = 201,
                                 .content_type = "text/plain",
                                 .headers = headers,
                                 .header_count = value == NULL ? 1 : 2,
                                 .body = span_text("made")};
    http_respond_with(request, &answer);
}

/* POST /take: a token of the bucket that the body names; two at once, then one a second. */
static void take(void *context, struct http_request *request)
{
    struct http_rate rate = {.per_s = 1, .burst = 2};
    site_count(context);
    if (http_request_take(request, request->body, rate))
        http_respond(request, 200, "text/plain", span_text("taken"));
}

/* GET /known: the query says who asks. */
static void known(void *context, struct http_request *request)
{
    site_count(context);
    http_request_known(request, request->query);
    http_respond(request, 200, "text/plain", span_text("known"));
}

static void stream_closed(void *context, struct http_stream *stream)
{
    struct site *site = context;
    pthread_mutex_lock(&site->lock);
    for (size_t i = 0; i < site->stream_count; i++) {
        if (site->streams[i] == stream)
            site->streams[i] = site->streams[--site->stream_count];
    }
    site->streams_closed++;
    pthread_mutex_unlock(&site->lock);
}

static void stream(void *context, struct http_request *request)
{
    struct site *site = context;
    struct http_stream_options options = {.content_type = "text/event-stream",
                                          .waiting_size_max = site->stream_waiting_size_max,
                                          .lifetime_ms = site->stream_lifetime_ms,
                                          .heartbeat_ms = site->stream_heartbeat_ms,
                                          .heartbeat = ": beat\n\n",
                                          .closed = stream_closed,
                                          .context = site};
    site_count(site);
    pthread_mutex_lock(&site->lock);
    struct http_stream *made = http_respond_stream(request, &options);
    if (made != NULL)
        site->streams[site->stream_count++] = made;
    pthread_mutex_unlock(&site->lock);
}

size_t site_send(struct site *site, struct span bytes)
{
    size_t sent = 0;
    pthread_mutex_lock(&site->lock);
    for (size_t i = 0; i < site->stream_count; i++)
        sent += http_stream_send(site->streams[i], bytes) ? 1 : 0;
    pthread_mutex_unlock(&site->lock);
    return sent;
}

void site_end_streams(struct site *site)
{
    pthread_mutex_lock(&site->lock);
    for (size_t i = 0; i < site->stream_count; i++)
        http_stream_end(site->streams[i]);
    pthread_mutex_unlock(&site->lock);
}

size_t site_streams(struct site *site, size_t *closed)
{
    pthread_mutex_lock(&site->lock);
    size_t count = site->stream_count;
    *closed = site->streams_closed;
    pthread_mutex_unlock(&site->lock);
    return count;
}

static const struct http_route routes[] = {
    {.method = "POST", .path = "/echo", .body_size_max = SITE_ECHO_SIZE_MAX, .handle = echo},
    {.method = "POST", .path = "/large-echo", .body_size_max = 64u << 20, .handle = echo},
    {.method = "POST", .path = "/later", .body_size_max = SITE_ECHO_SIZE_MAX, .handle = later},
    {.method = "POST",
     .path = "/never",
     .body_size_max = SITE_ECHO_SIZE_MAX,
     .answer_ms = 300,
     .handle = never},
    {.method = "GET", .path = "/peer", .handle = peer},
    {.method = "GET", .path = "/large", .handle = large},
    {.method = "GET", .path = "/files/", .is_prefix = true, .handle = files},
    {.method = "GET", .path = "/fault", .handle = fault},
    {.method = "GET", .path = "/fields", .handle = fields},
    {.method = "POST", .path = "/with", .body_size_max = 256, .handle = with},
    {.method = "GET", .path = "/stream", .handle = stream},
    {.method = "POST", .path = "/take", .body_size_max = 256, .handle = take},
    {.method = "GET", .path = "/known", .handle = known},
    {.method = "GET", .path = "/file", .handle = transfer_file},
    {.method = "PUT",
     .path = "/up",
     .body_size_max = SITE_UP_SIZE_MAX,
     .body_ms = 60000,
     .taker = &transfer_taker},
    {.method = "GET", .path = "/items/{id}", .handle = files},
    {.method = "DELETE", .path = "/items/{id}", .handle = files},
    {.method = "GET", .path = "/items/{id}/parts/{n}", .handle = files},
};

static void *site_work(void *context)
{
    struct site *site = context;
    pthread_mutex_lock(&site->lock);
    while (!site->is_ending || site->waiting_count > 0) {
        if (site->waiting_count == 0) {
            pthread_cond_wait(&site->wake, &site->lock);
            continue;
        }
        struct http_request *taken[512];
        size_t count = site->waiting_count;
        memcpy(taken, site->waiting, count * sizeof taken[0]);
        site->waiting_count = 0;
        pthread_mutex_unlock(&site->lock);
        wait_ms(20);
        for (size_t i = 0; i < count; i++)
            http_respond(taken[i], 200, "text/plain", taken[i]->body);
        pthread_mutex_lock(&site->lock);
    }
    pthread_mutex_unlock(&site->lock);
    return NULL;
}

static void site_begin(struct site *site, struct http_server_limits limits, const char *address,
                       bool is_desk)
{
    struct ground *ground = ground_get();
    struct error err = {0};

    memset(site, 0, sizeof *site);
    pthread_mutex_init(&site->lock, NULL);
    pthread_cond_init(&site->wake, NULL);
    site->stream_waiting_size_max = 16384;
    site->env = *env_real();
    site->env.context = site;
    site->env.now_ms = site_now_ms;
    site->env.monotonic_ms = site_monotonic_ms;
    struct http_server_options options = {
        .env = &site->env,
        .is_desk = is_desk,
        .is_training = is_desk,
        .address = address,
        .key_pem = buffer_span(&ground->server.key_pem),
        .certificate_pem = buffer_span(&ground->server.certificate_pem),
        .trusted_pem = buffer_span(&ground->al.pem),
        .routes = routes,
        .route_count = sizeof routes / sizeof routes[0],
        .context = site,
        .limits = limits,
    };
    if (!http_server_make(&options, &site->server, &err) ||
        !http_server_start(site->server, &err)) {
        fprintf(stderr, "test ground: %s\n", err.text);
        exit(1);
    }
    site->port = http_server_port(site->server);
    snprintf(site->address, sizeof site->address, "127.0.0.1:%u", site->port);
    site->target = (struct http_target){
        .address = site->address,
        .name = "node.ro.example",
        .institution_pem = buffer_span(&ground->ro.pem),
        .key_pem = buffer_span(&ground->client.key_pem),
        .certificate_pem = buffer_span(&ground->client.certificate_pem),
    };
    pthread_create(&site->worker, NULL, site_work, site);
}

void site_open(struct site *site, struct http_server_limits limits)
{
    site_begin(site, limits, "127.0.0.1", false);
}

void site_open_desk(struct site *site, struct http_server_limits limits)
{
    site_begin(site, limits, "127.0.0.1", true);
}

void site_open_six(struct site *site, struct http_server_limits limits)
{
    site_begin(site, limits, "::", true);
}

void site_close(struct site *site)
{
    http_server_stop(&site->server);
    pthread_mutex_lock(&site->lock);
    site->is_ending = true;
    pthread_cond_signal(&site->wake);
    pthread_mutex_unlock(&site->lock);
    pthread_join(site->worker, NULL);
    site_release(site); /* after the stop: they must only be freed */
    pthread_cond_destroy(&site->wake);
    pthread_mutex_destroy(&site->lock);
}

unsigned site_handled(struct site *site)
{
    pthread_mutex_lock(&site->lock);
    unsigned count = site->handled;
    pthread_mutex_unlock(&site->lock);
    return count;
}

size_t site_kept(struct site *site)
{
    pthread_mutex_lock(&site->lock);
    size_t count = site->kept_count;
    pthread_mutex_unlock(&site->lock);
    return count;
}

void site_release(struct site *site)
{
    pthread_mutex_lock(&site->lock);
    size_t count = site->kept_count;
    site->kept_count = 0;
    pthread_mutex_unlock(&site->lock);
    for (size_t i = 0; i < count; i++)
        http_respond(site->kept[i], 200, "text/plain", span_text("at last"));
}
