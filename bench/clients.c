/* Clients: see clients.h. A thread each; they sleep nearly all the time. */
#include "clients.h"

#include "bench.h"

#include "http/support/ground.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ANSWER_SIZE_MAX  ((size_t)4 << 20)
#define SAMPLE_COUNT_MAX 1000000u

struct clients {
    const struct clients_plan *plan;
    atomic_bool is_over;
    atomic_size_t events;
    double begun;
    pthread_mutex_t lock;
    double *samples;
    struct clients_result *out;
};

struct client {
    struct clients *clients;
    unsigned number;
    pthread_t thread;
};

static void fail(struct clients *clients, const char *what, const char *text)
{
    pthread_mutex_lock(&clients->lock);
    if (clients->out->failed++ == 0)
        snprintf(clients->out->failure, sizeof clients->out->failure, "%s: %.300s", what, text);
    pthread_mutex_unlock(&clients->lock);
}

/* The value of Content-Length, or -1 while the head is not there. */
static long answer_size(const struct buffer *got, size_t *head_size)
{
    const char *end = got->size == 0 ? NULL : memmem(got->data, got->size, "\r\n\r\n", 4);
    if (end == NULL)
        return -1;
    *head_size = (size_t)((const uint8_t *)end - got->data) + 4;
    const char *size = memmem(got->data, *head_size, "Content-Length: ", 16);
    return size == NULL ? 0 : strtol(size + 16, NULL, 10);
}

static bool answer_take(struct bare *bare, struct buffer *got)
{
    size_t head_size = 0;
    long size = -1;
    gnutls_record_set_timeout(bare->session, 20000);
    while ((size = answer_size(got, &head_size)) < 0 || got->size < head_size + (size_t)size) {
        uint8_t bytes[16384];
        ssize_t part = gnutls_record_recv(bare->session, bytes, sizeof bytes);
        if (part == GNUTLS_E_AGAIN || part == GNUTLS_E_INTERRUPTED)
            continue;
        if (part <= 0 || !buffer_add(got, span_make(bytes, (size_t)part)))
            return false;
    }
    return true;
}

static bool ask(struct bare *bare, const char *request, struct buffer *got)
{
    buffer_clear(got);
    return bare_send(bare, span_text(request)) && answer_take(bare, got);
}

static void client_address(unsigned number, char out[32])
{
    snprintf(out, 32, "127.0.0.%u", 2 + number % 250); /* one network: a session is bound to it */
}

static void sample_add(struct clients *clients, double began, double ended, size_t size)
{
    const struct clients_plan *plan = clients->plan;
    double from = clients->begun + plan->warm_s;
    pthread_mutex_lock(&clients->lock);
    if (began >= from && began < from + plan->seconds && clients->out->count < SAMPLE_COUNT_MAX)
        clients->samples[clients->out->count++] = (ended - began) * 1e3;
    clients->out->answer_size = size;
    pthread_mutex_unlock(&clients->lock);
}

static void request_write(const struct client *client, unsigned look, char *out, size_t size)
{
    const struct clients_plan *plan = client->clients->plan;
    char own[32] = "";

    if (plan->is_first)
        snprintf(own, sizeof own, "-%u-%u", client->number, look);
    snprintf(out, size, "GET %s HTTP/1.1\r\nHost: desk\r\n%sX-Besa-Reason: %s%s\r\n\r\n",
             plan->path, plan->fields[client->number], plan->reason, own);
}

static void *client_run(void *context)
{
    struct client *client = context;
    struct clients *clients = client->clients;
    const struct clients_plan *plan = clients->plan;
    struct buffer got = buffer_make(ANSWER_SIZE_MAX);
    struct bare bare;
    char from[32];
    char request[4096];
    double next = clients->begun + plan->period_s * client->number / plan->count;

    client_address(client->number, from);
    bare_open_from(&bare, from, plan->port, NULL, BARE_TLS_1_3);
    for (unsigned look = 0; !atomic_load(&clients->is_over); look++) {
        request_write(client, look, request, sizeof request);
        double now = bench_now();
        if (now < next)
            usleep((useconds_t)((next - now) * 1e6));
        next += plan->period_s;
        double began = bench_now();
        if (!ask(&bare, request, &got)) {
            fail(clients, "a client", "no answer");
            break;
        }
        buffer_byte(&got, 0);
        if (strncmp((char *)got.data, "HTTP/1.1 200", 12) != 0) {
            fail(clients, "a client", (char *)got.data);
            break;
        }
        sample_add(clients, began, bench_now(), got.size);
    }
    buffer_free(&got);
    bare_close(&bare);
    return NULL;
}

static void *stream_run(void *context)
{
    struct client *client = context;
    struct clients *clients = client->clients;
    const struct clients_plan *plan = clients->plan;
    struct bare bare;
    char from[32];
    char request[4096];

    client_address(client->number, from);
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: desk\r\n%s\r\n", plan->stream_path,
             plan->fields == NULL ? "" : plan->fields[client->number]);
    bare_open_from(&bare, from, plan->port, NULL, BARE_TLS_1_3);
    if (!bare_send(&bare, span_text(request)))
        fail(clients, "a stream", "not taken");
    while (!atomic_load(&clients->is_over)) {
        uint8_t bytes[4096];
        gnutls_record_set_timeout(bare.session, 200);
        ssize_t part = gnutls_record_recv(bare.session, bytes, sizeof bytes);
        if (part == GNUTLS_E_TIMEDOUT || part == GNUTLS_E_AGAIN || part == GNUTLS_E_INTERRUPTED)
            continue;
        if (part <= 0) {
            fail(clients, "a stream", "ended");
            break;
        }
        if (memmem(bytes, (size_t)part, "data:", 5) != NULL)
            atomic_fetch_add(&clients->events, 1);
    }
    bare_close(&bare);
    return NULL;
}

static void result_fill(struct clients *clients)
{
    struct clients_result *out = clients->out;
    size_t count = out->count;
    qsort(clients->samples, count, sizeof clients->samples[0], bench_compare);
    out->p50_ms = count == 0 ? 0 : clients->samples[count / 2];
    out->p99_ms = count == 0 ? 0 : clients->samples[count * 99 / 100];
    out->most_ms = count == 0 ? 0 : clients->samples[count - 1];
    out->events = atomic_load(&clients->events);
}

bool clients_run(const struct clients_plan *plan, struct clients_result *out)
{
    static struct client all[2 * CLIENT_COUNT_MAX];
    struct clients clients = {.plan = plan, .out = out};
    unsigned streams = plan->stream_path == NULL ? 0 : plan->stream_count;

    *out = (struct clients_result){0};
    if (plan->count > CLIENT_COUNT_MAX || streams > plan->count)
        return false;
    clients.samples = calloc(SAMPLE_COUNT_MAX, sizeof clients.samples[0]);
    if (clients.samples == NULL)
        return false;
    pthread_mutex_init(&clients.lock, NULL);
    clients.begun = bench_now();
    for (unsigned i = 0; i < plan->count + streams; i++) {
        all[i].clients = &clients;
        all[i].number = i < plan->count ? i : i - plan->count;
        pthread_create(&all[i].thread, NULL, i < plan->count ? client_run : stream_run, &all[i]);
    }
    usleep((useconds_t)((plan->warm_s + plan->seconds) * 1e6));
    atomic_store(&clients.is_over, true);
    for (unsigned i = 0; i < plan->count + streams; i++)
        pthread_join(all[i].thread, NULL);
    result_fill(&clients);
    free(clients.samples);
    pthread_mutex_destroy(&clients.lock);
    return out->failed == 0;
}

unsigned clients_call(uint16_t port, const char *method, const char *path, const char *fields,
                      struct span body, char *answer, size_t size)
{
    struct buffer request = buffer_make(65536);
    struct buffer got = buffer_make(size - 1);
    struct bare bare;
    unsigned status = 0;

    buffer_format(&request, "%s %s HTTP/1.1\r\nHost: desk\r\n%sContent-Length: %zu\r\n\r\n", method,
                  path, fields == NULL ? "" : fields, body.size);
    buffer_add(&request, body);
    bare_open(&bare, port, NULL, BARE_TLS_1_3);
    if (bare_send(&bare, buffer_span(&request)))
        answer_take(&bare, &got);
    snprintf(answer, size, "%.*s", (int)got.size, got.data == NULL ? "" : (char *)got.data);
    if (strncmp(answer, "HTTP/1.1 ", 9) == 0)
        status = (unsigned)strtoul(answer + 9, NULL, 10);
    bare_close(&bare);
    buffer_free(&got);
    buffer_free(&request);
    return status;
}
