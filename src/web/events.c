/*
 * Live events: one ring for all, numbered upwards from the node's start, so that a number of an earlier life is known as
 * such. A reader gets what it missed while the ring still holds it, else `reset`, which means: read the lists anew. A stream
 * that does not take its bytes is cut by http and delays nobody.
 *
 * A stream belongs to its session: it ends at once when that ends or is revoked, when its officer leaves or has another
 * role, and with the session's idle time at the latest; a reader whose session still holds comes back.
 *
 * What many streams of one session cost: a connection each, which the server cannot share, and a copy of each event's hundred
 * bytes. An event is written once for all, and a session is looked up once a round however many streams it has. A client with
 * several pages should open one stream and hand its events on. A session has room for four, so that one that lost its line
 * comes back before the node has noticed, and a fifth is refused, so that a client that opens many takes nobody else's place.
 */
#include "web/private.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>

#define HEARTBEAT_MS INT64_C(20000)
#define LOOK_MS      INT64_C(1000) /* for what ended elsewhere: by time, or at another front end */
#define START_SHIFT  20            /* a million events a second until two lives could meet */

static const char end_text[] = "event: end\ndata: {}\n\n";

void events_make(struct web *web)
{
    const struct env *env = web->options.env;

    web->first_event = (uint64_t)(env->now_ms(env->context) / 1000) << START_SHIFT;
    web->next_event = web->first_event;
}

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
    uint64_t next = web->next_event;
    uint64_t held = next - web->first_event;
    uint64_t oldest = held > EVENT_RING_SIZE ? next - EVENT_RING_SIZE : web->first_event;
    if (!is_number || number >= next || number + 1 < oldest) {
        snprintf(text, sizeof text, "id: %" PRIu64 "\nevent: reset\ndata: {}\n\n", next - 1);
        http_stream_send(stream, span_text(text));
        return;
    }
    for (uint64_t n = number + 1; n < next; n++)
        http_stream_send(stream, span_text(web->ring[n % EVENT_RING_SIZE].text));
}

/* Under the lock. */
static void stream_finish(struct stream_slot *slot)
{
    if (slot->is_over)
        return;
    slot->is_over = true;
    http_stream_send(slot->stream, span_text(end_text));
    http_stream_end(slot->stream);
}

/* A free place; NULL, with status and words, when the session or the node has none. Under the lock. */
static struct stream_slot *slot_take(struct web *web, const struct desk_watch *watch,
                                     unsigned *status, struct error *err)
{
    struct stream_slot *free = NULL;
    size_t count = 0;

    for (size_t i = 0; i < EVENT_STREAM_MAX; i++) {
        struct stream_slot *slot = &web->streams[i];
        if (slot->stream == NULL)
            free = slot;
        else if (!slot->is_over &&
                 memcmp(slot->watch.token_hash, watch->token_hash, sizeof watch->token_hash) == 0)
            count++;
    }
    *status = count >= SESSION_STREAM_MAX ? 429 : 503;
    if (count >= SESSION_STREAM_MAX)
        error_set(err, ERROR_BUSY,
                  "this session has %u streams of events open: share one, or close one first",
                  SESSION_STREAM_MAX);
    else if (free == NULL)
        error_set(err, ERROR_BUSY, "%u streams of events are open, no more at once",
                  EVENT_STREAM_MAX);
    return err->kind == ERROR_NONE ? free : NULL;
}

/* The stream may use what the request's head said only before it begins. Under the lock. */
static void stream_begin(struct web_job *job, struct stream_slot *slot,
                         const struct http_stream_options *options)
{
    struct web *web = job->web;
    struct span last = span_make(NULL, 0);

    if (job->call.last_event.data != NULL)
        arena_copy(&job->arena, job->call.last_event, &last);
    struct http_stream *stream = http_respond_stream(job->call.request, options);
    if (stream == NULL)
        return;
    *slot = (struct stream_slot){.stream = stream,
                                 .watch = desk_watch_make(job->token, &job->session),
                                 .number = ++web->stream_number};
    http_stream_send(stream, span_text("retry: 2000\n\n"));
    catch_up(web, stream, last);
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
    unsigned status = 503;
    int64_t left_ms = job->session.until_ms - web->options.env->now_ms(web->options.env->context);

    if (left_ms < options.lifetime_ms)
        options.lifetime_ms = left_ms > 0 ? left_ms : 1;
    struct desk_watch watch = desk_watch_make(job->token, &job->session);
    pthread_mutex_lock(&web->event_mutex);
    struct stream_slot *slot = slot_take(web, &watch, &status, &err);
    bool may = slot != NULL && job->call.request != NULL;
    if (may)
        stream_begin(job, slot, &options);
    pthread_mutex_unlock(&web->event_mutex);
    if (may) {
        job_free(job);
        return;
    }
    if (slot != NULL)
        error_set(&err, ERROR_BUSY, "no stream goes over this line");
    job_fail(job, status, &err);
}

/* --- what ends --- */

void watch_add(struct web_job *job)
{
    struct web *web = job->web;

    job->watch = desk_watch_make(job->token, &job->session);
    pthread_mutex_lock(&web->event_mutex);
    job->next = web->watched;
    web->watched = job;
    job->is_watched = true;
    pthread_mutex_unlock(&web->event_mutex);
}

void watch_remove(struct web_job *job)
{
    struct web *web = job->web;

    if (!job->is_watched)
        return;
    pthread_mutex_lock(&web->event_mutex);
    for (struct web_job **at = &web->watched; *at != NULL; at = &(*at)->next) {
        if (*at != job)
            continue;
        *at = job->next;
        break;
    }
    job->next = NULL;
    job->is_watched = false;
    pthread_mutex_unlock(&web->event_mutex);
}

/* A look that fails ends nothing: the next one comes soon. */
static bool is_over(struct journal *journal, const struct desk_watch *watch)
{
    struct error ignored = {0};
    bool holds = true;

    return desk_watch_holds(journal, watch, &holds, &ignored) && !holds;
}

static bool is_unseen(const struct web *web, const struct stream_slot *slot)
{
    return slot->stream != NULL && !slot->is_over && slot->seen_round != web->round;
}

/* The stream at `first` and those behind it that stand on the same. Under the lock. */
static void session_look(struct web *web, struct journal *journal, size_t first)
{
    const struct desk_watch watch = web->streams[first].watch;
    bool over = is_over(journal, &watch);

    web->look_count++;
    for (size_t i = first; i < EVENT_STREAM_MAX; i++) {
        struct stream_slot *slot = &web->streams[i];
        if (!is_unseen(web, slot) || slot->watch.role_digest != watch.role_digest ||
            memcmp(slot->watch.token_hash, watch.token_hash, sizeof watch.token_hash) != 0)
            continue;
        slot->seen_round = web->round;
        if (over)
            stream_finish(slot);
    }
}

void web_look(struct web *web, struct journal *journal)
{
    const struct env *env = web->options.env;
    uint64_t changes = desk_watch_changes(journal);
    int64_t now_ms = env->monotonic_ms(env->context);

    if (changes == web->seen_changes && now_ms - web->looked_ms < LOOK_MS)
        return;
    web->seen_changes = changes;
    __atomic_store_n(&web->looked_ms, now_ms, __ATOMIC_RELEASE);
    pthread_mutex_lock(&web->event_mutex);
    web->round++;
    for (size_t i = 0; i < EVENT_STREAM_MAX; i++)
        if (is_unseen(web, &web->streams[i]))
            session_look(web, journal, i);
    for (struct web_job *job = web->watched; job != NULL; job = job->next)
        if (is_over(journal, &job->watch))
            __atomic_store_n(&job->has_ended, true, __ATOMIC_RELEASE);
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
        if (web->streams[i].stream != NULL && !web->streams[i].is_over)
            http_stream_send(web->streams[i].stream, span_text(event->text));
    pthread_mutex_unlock(&web->event_mutex);
}
