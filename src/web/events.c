/*
 * Live events: one ring for all, numbered from 1. A reader gets what it missed while the ring still holds it, else `reset`,
 * which means: read the lists anew. A stream that does not take its bytes is cut by http and delays nobody. Its life ends
 * with the idle time of its session at the latest; a reader whose session still holds comes back.
 */
#include "web/private.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>

#define HEARTBEAT_MS INT64_C(20000)

static void stream_closed(void *context, struct http_stream *stream)
{
    struct web *web = context;

    pthread_mutex_lock(&web->event_mutex);
    for (size_t i = 0; i < EVENT_STREAM_MAX; i++)
        if (web->streams[i].stream == stream)
            web->streams[i] = (struct stream_slot){.stream = NULL};
    pthread_mutex_unlock(&web->event_mutex);
}

/* What the reader missed; under the lock. */
static void catch_up(struct web *web, struct http_stream *stream, struct span last)
{
    uint64_t number = 0;
    char text[64];

    if (last.data == NULL)
        return;
    bool is_number = number_read(last, &number);
    uint64_t newest = web->next_event - 1;
    uint64_t oldest = newest >= EVENT_RING_SIZE ? newest - EVENT_RING_SIZE + 1 : 1;
    if (!is_number || number > newest || number + 1 < oldest) {
        snprintf(text, sizeof text, "id: %" PRIu64 "\nevent: reset\ndata: {}\n\n", newest);
        http_stream_send(stream, span_text(text));
        return;
    }
    for (uint64_t n = number + 1; n <= newest; n++)
        http_stream_send(stream, span_text(web->ring[n % EVENT_RING_SIZE].text));
}

static struct stream_slot *slot_free(struct web *web)
{
    for (size_t i = 0; i < EVENT_STREAM_MAX; i++)
        if (web->streams[i].stream == NULL)
            return &web->streams[i];
    return NULL;
}

void events_open(struct web_job *job)
{
    struct web *web = job->web;
    struct http_stream_options options = {
        .content_type = "text/event-stream",
        .lifetime_ms = LOGIN_IDLE_MS,
        .heartbeat_ms = HEARTBEAT_MS,
        .heartbeat = ": \n\n",
        .closed = stream_closed,
        .context = web,
    };
    struct error err = {0};

    int64_t left_ms = job->session.until_ms - web->options.env->now_ms(web->options.env->context);
    if (left_ms < options.lifetime_ms)
        options.lifetime_ms = left_ms > 0 ? left_ms : 1;
    pthread_mutex_lock(&web->event_mutex);
    struct stream_slot *slot = slot_free(web);
    struct http_stream *stream = NULL;
    if (slot == NULL || job->call.request == NULL) {
        pthread_mutex_unlock(&web->event_mutex);
        error_set(&err, ERROR_BUSY, "too many streams at once");
        job_fail(job, 503, &err);
        return;
    }
    /* The fields of the head end with the request: what is needed of them is copied before. */
    struct span last = span_make(NULL, 0);
    if (job->call.last_event.data != NULL)
        arena_copy(&job->arena, job->call.last_event, &last);
    stream = http_respond_stream(job->call.request, &options);
    if (stream != NULL) {
        slot->stream = stream;
        memcpy(slot->token, job->token.data, LOGIN_TOKEN_SIZE);
        catch_up(web, stream, last);
    }
    pthread_mutex_unlock(&web->event_mutex);
    job_free(job);
}

void events_end(struct web *web, struct span token)
{
    pthread_mutex_lock(&web->event_mutex);
    for (size_t i = 0; i < EVENT_STREAM_MAX; i++)
        if (web->streams[i].stream != NULL &&
            span_equal(span_make(web->streams[i].token, LOGIN_TOKEN_SIZE), token))
            http_stream_end(web->streams[i].stream);
    pthread_mutex_unlock(&web->event_mutex);
}

void web_publish(struct web *web, const char *kind, const char *agreement, int64_t entry,
                 uint64_t count)
{
    pthread_mutex_lock(&web->event_mutex);
    struct event *event = &web->ring[web->next_event % EVENT_RING_SIZE];
    event->number = web->next_event++;
    snprintf(event->text, sizeof event->text,
             "id: %" PRIu64 "\ndata: {\"kind\":\"%s\",\"agreement\":\"%s\",\"entry\":%" PRId64
             ",\"count\":%" PRIu64 "}\n\n",
             event->number, kind, agreement, entry, count);
    for (size_t i = 0; i < EVENT_STREAM_MAX; i++)
        if (web->streams[i].stream != NULL)
            http_stream_send(web->streams[i].stream, span_text(event->text));
    pthread_mutex_unlock(&web->event_mutex);
}
