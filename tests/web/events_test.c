/*
 * Live events to real readers: soon, whatever others do not read; resumed where the line broke; and over at once when the
 * session is, the officer or the role.
 * covers: events
 */
#include "check.h"
#include "web/support/live.h"

#include "base/attributes.h"
#include "base/text.h"
#include "message/support/samples.h"
#include "web/private.h"

#include <inttypes.h>
#include <stdlib.h>

#define SOON_MS 300

static struct live live;
static struct error err;

struct reader {
    struct bare bare;
    struct buffer got;
};

static bool reader_open(struct reader *reader, const struct live_session *session,
                        const char *last_event)
{
    char fields[96] = "";
    if (last_event != NULL)
        snprintf(fields, sizeof fields, "Last-Event-ID: %s\r\n", last_event);
    struct live_call call = {
        .method = "GET", .path = "/api/v1/events", .session = session, .fields = fields};

    reader->got = buffer_make(4u << 20);
    if (!live_send(&live, &call, &reader->bare))
        return false;
    bare_receive(&reader->bare, &reader->got, "retry:", 5000);
    bool ok =
        reader->got.size > 0 && memmem(reader->got.data, reader->got.size, "retry:", 6) != NULL;
    if (!ok)
        printf("no stream: %.*s\n", SPAN_ARG(buffer_span(&reader->got)));
    return ok;
}

static void reader_close(struct reader *reader)
{
    bare_close(&reader->bare);
    buffer_free(&reader->got);
}

static bool reader_has(const struct reader *reader, const char *text)
{
    return reader->got.size > 0 &&
           memmem(reader->got.data, reader->got.size, text, strlen(text)) != NULL;
}

/* Reads until `text` has come; how long that took, -1 when it did not come. */
static int64_t reader_wait(struct reader *reader, const char *text)
{
    int64_t began = now_monotonic_ms();

    while (!reader_has(reader, text) && now_monotonic_ms() - began < 3000) {
        size_t before = reader->got.size;
        bare_receive(&reader->bare, &reader->got, text, 500);
        if (reader->got.size == before && reader->bare.last != GNUTLS_E_TIMEDOUT)
            break;
    }
    return reader_has(reader, text) ? now_monotonic_ms() - began : -1;
}

/* Until the server ends it; -1 when it does not. */
static int64_t reader_wait_end(struct reader *reader)
{
    int64_t began = now_monotonic_ms();

    bare_receive(&reader->bare, &reader->got, "\r\n0\r\n\r\n", 3000);
    int64_t took = now_monotonic_ms() - began;
    return reader_has(reader, "\r\n0\r\n\r\n") ? took : -1;
}

static unsigned streams_wait(unsigned wanted)
{
    for (int i = 0; i < 300 && http_server_counts(live.server).streams != wanted; i++)
        wait_ms(10);
    return (unsigned)http_server_counts(live.server).streams;
}

static bool act(const char *officer, const char *name, const char *arguments)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(65536);

    live_hold(&live);
    bool ok = pair_act_as(&live.pair.nodes[0], officer, name, arguments, &out, &err);
    live_release(&live);
    if (!ok)
        printf("%s: %s\n", name, err.text);
    return ok;
}

CHECK_TEST(an_event_arrives_soon_and_holds_ids_and_counts_only)
{
    struct live_session duty, head;
    struct reader reader;
    struct live_answer answer;
    char reference[24];
    struct request request = sample_request_numbered(51, reference);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    request.authority = span_text("Centrul de Cooperare (test)");
    CHECK(request_write(&request, &body));
    CHECK_OR_RETURN(live_login(&live, "duty-officer", "127.0.0.1", &duty) &&
                    live_login(&live, "head-of-desk", "127.0.0.1", &head));
    CHECK_OR_RETURN(reader_open(&reader, &head, NULL));
    CHECK(strstr((const char *)reader.got.data, "Content-Type: text/event-stream") != NULL);
    struct live_call call = {.method = "POST",
                             .path = "/api/v1/requests",
                             .session = &duty,
                             .key = live_key(),
                             .content_type = "application/json",
                             .body = buffer_span(&body)};
    int64_t began = now_monotonic_ms();
    CHECK_OR_RETURN(live_ask(&live, &call, &answer));
    CHECK_INT(answer.status, 201);
    CHECK(reader_wait(&reader, "\"kind\":\"appended\"") >= 0);
    int64_t took = now_monotonic_ms() - began;
    printf("  an event came %" PRId64 " ms after its request was sent\n", took);
    CHECK(took <= SOON_MS);
    CHECK(!reader_has(&reader, reference) && !reader_has(&reader, "duty-officer"));
    live_answer_free(&answer);
    reader_close(&reader);
    CHECK_INT(streams_wait(0), 0);
}

CHECK_TEST(a_stream_ends_at_once_with_what_it_stands_on)
{
    static const struct {
        const char *act, *arguments, *after;
    } ends[] = {
        {"officer-end", "{\"id\":\"analyst\"}", NULL},
        {"officer-put",
         "{\"id\":\"analyst\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"investigator\"}",
         "{\"id\":\"analyst\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"analyst\"}"},
        {"officer-put",
         "{\"id\":\"analyst\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"analyst\",\"active\":"
         "false}",
         "{\"id\":\"analyst\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"analyst\"}"},
    };
    struct live_session analyst, dpo;
    struct reader reader, other;

    CHECK_OR_RETURN(live_login(&live, "dpo", "127.0.0.1", &dpo) && reader_open(&other, &dpo, NULL));
    for (size_t i = 0; i < ARRAY_COUNT(ends); i++) {
        CHECK_OR_RETURN(live_login(&live, "analyst", "127.0.0.1", &analyst) &&
                        reader_open(&reader, &analyst, NULL));
        CHECK(act("administrator", ends[i].act, ends[i].arguments));
        int64_t took = reader_wait_end(&reader);
        printf("  %s: over after %" PRId64 " ms\n", ends[i].act, took);
        CHECK(took >= 0 && took <= SOON_MS);
        CHECK(reader_has(&reader, "event: end\n"));
        reader_close(&reader);
        if (ends[i].after != NULL)
            CHECK(act("administrator", "officer-put", ends[i].after));
    }
    /* Its own log-out, and a log-in from the same address that takes its place. */
    CHECK_OR_RETURN(live_login(&live, "analyst", "127.0.0.1", &analyst) &&
                    reader_open(&reader, &analyst, NULL));
    struct live_call logout = {.method = "DELETE", .path = "/api/v1/session", .session = &analyst};
    struct live_answer answer;
    CHECK(live_ask(&live, &logout, &answer));
    CHECK_INT(answer.status, 204);
    live_answer_free(&answer);
    int64_t took = reader_wait_end(&reader);
    CHECK(took >= 0 && took <= SOON_MS);
    reader_close(&reader);
    CHECK_OR_RETURN(live_login(&live, "analyst", "127.0.0.1", &analyst) &&
                    reader_open(&reader, &analyst, NULL));
    CHECK_OR_RETURN(live_login(&live, "analyst", "127.0.0.1", &analyst));
    took = reader_wait_end(&reader);
    CHECK(took >= 0 && took <= SOON_MS);
    reader_close(&reader);
    /* Another officer's went on all the while. */
    CHECK_INT(streams_wait(1), 1);
    web_publish(live.web, "probe", "ro-al", 7, 1);
    CHECK(reader_wait(&other, "\"kind\":\"probe\"") >= 0);
    reader_close(&other);
    CHECK_INT(streams_wait(0), 0);
}

CHECK_TEST(a_slow_reader_is_cut_and_delays_nobody)
{
    enum { ROUNDS = 40, EACH = 200 };
    struct live_session duty, head;
    struct reader slow, quick;
    int64_t longest = 0;

    CHECK_OR_RETURN(live_login(&live, "duty-officer", "127.0.0.1", &duty) &&
                    live_login(&live, "head-of-desk", "127.0.0.1", &head) &&
                    reader_open(&slow, &duty, NULL) && reader_open(&quick, &head, NULL));
    uint64_t cut = http_server_counts(live.server).too_slow;
    for (int round = 0; round < ROUNDS; round++) {
        char mark[64];
        for (int i = 0; i < EACH; i++)
            web_publish(live.web, "probe", "ro-al", round, (uint64_t)i);
        snprintf(mark, sizeof mark, "\"entry\":%d,\"count\":%d}", round, EACH - 1);
        int64_t took = reader_wait(&quick, mark);
        CHECK_OR_RETURN(took >= 0);
        longest = took > longest ? took : longest;
        buffer_clear(&quick.got);
    }
    printf("  %d events beside a reader that takes none: the other's latest came %" PRId64
           " ms late\n",
           ROUNDS * EACH, longest);
    CHECK(longest <= SOON_MS);
    CHECK_INT(streams_wait(1), 1);
    CHECK_INT(http_server_counts(live.server).too_slow, cut + 1);
    reader_close(&slow);
    reader_close(&quick);
    CHECK_INT(streams_wait(0), 0);
}

/* The last number that a reader has. */
static void last_id(const struct reader *reader, char out[32])
{
    const uint8_t *at = reader->got.data;
    size_t left = reader->got.size;

    out[0] = '\0';
    for (const uint8_t *found; (found = memmem(at, left, "id: ", 4)) != NULL;) {
        left -= (size_t)(found + 4 - at);
        at = found + 4;
        size_t size = 0;
        while (size < left && size < 31 && at[size] >= '0' && at[size] <= '9')
            size++;
        snprintf(out, 32, "%.*s", (int)size, (const char *)at);
    }
}

CHECK_TEST(a_broken_line_goes_on_where_it_was)
{
    struct live_session head;
    struct reader reader;
    char last[32];

    CHECK_OR_RETURN(live_login(&live, "head-of-desk", "127.0.0.1", &head) &&
                    reader_open(&reader, &head, NULL));
    web_publish(live.web, "probe", "ro-al", 100, 0);
    CHECK(reader_wait(&reader, "\"entry\":100") >= 0);
    last_id(&reader, last);
    reader_close(&reader);
    for (int i = 101; i < 104; i++)
        web_publish(live.web, "probe", "ro-al", i, 0);
    CHECK_OR_RETURN(reader_open(&reader, &head, last));
    CHECK(reader_wait(&reader, "\"entry\":103") >= 0);
    CHECK(reader_has(&reader, "\"entry\":101") && reader_has(&reader, "\"entry\":102"));
    CHECK(!reader_has(&reader, "\"entry\":100") && !reader_has(&reader, "reset"));
    reader_close(&reader);
    /* More was missed than is kept; a number of another life; none at all. */
    for (int i = 0; i < 300; i++)
        web_publish(live.web, "probe", "ro-al", 200, 0);
    const char *const unknown[] = {last, "17", "99999999999999999", "x"};
    for (size_t i = 0; i < ARRAY_COUNT(unknown); i++) {
        CHECK_OR_RETURN(reader_open(&reader, &head, unknown[i]));
        CHECK(reader_wait(&reader, "event: reset\n") >= 0);
        CHECK(!reader_has(&reader, "\"entry\""));
        reader_close(&reader);
    }
    CHECK_INT(streams_wait(0), 0);
}

/* A stream that is refused: its status, words and Retry-After. */
static bool is_refused(const struct live_session *session, unsigned status, const char *words)
{
    struct live_call call = {.method = "GET", .path = "/api/v1/events", .session = session};
    struct live_answer answer;
    bool ok = live_ask(&live, &call, &answer) && answer.status == status &&
              live_answer_has(&answer, words) && live_answer_has(&answer, "Retry-After:");

    if (!ok)
        printf("%u\n", answer.status);
    live_answer_free(&answer);
    return ok;
}

CHECK_TEST(a_session_has_four_streams_and_no_more)
{
    enum { MAX = 4 };
    struct live_session head, duty;
    struct reader readers[MAX + 1];

    CHECK_OR_RETURN(live_login(&live, "head-of-desk", "127.0.0.1", &head) &&
                    live_login(&live, "duty-officer", "127.0.0.1", &duty));
    for (size_t i = 0; i < MAX; i++)
        CHECK_OR_RETURN(reader_open(&readers[i], &head, NULL));
    CHECK(is_refused(&head, 429, "this session has 4 streams of events open"));
    /* All four go on, and another officer has room. */
    CHECK_OR_RETURN(reader_open(&readers[MAX], &duty, NULL));
    web_publish(live.web, "probe", "ro-al", 300, 0);
    for (size_t i = 0; i <= MAX; i++)
        CHECK(reader_wait(&readers[i], "\"entry\":300") >= 0);
    /* A place that is given back is there for the next. */
    reader_close(&readers[0]);
    CHECK_INT(streams_wait(MAX), MAX);
    CHECK_OR_RETURN(reader_open(&readers[0], &head, NULL));
    CHECK(is_refused(&head, 429, "close one first"));
    for (size_t i = 0; i <= MAX; i++)
        reader_close(&readers[i]);
    CHECK_INT(streams_wait(0), 0);
}

static uint64_t looks(void)
{
    pthread_mutex_lock(&live.web->event_mutex);
    uint64_t count = live.web->look_count;
    pthread_mutex_unlock(&live.web->event_mutex);
    return count;
}

/* Four streams of one session and one of another: an event is one row of the ring, and a round looks two sessions up. */
CHECK_TEST(many_streams_of_a_session_cost_one_look_and_one_event)
{
    enum { MAX = 4 };
    struct live_session head, duty;
    struct reader readers[MAX + 1];

    CHECK_OR_RETURN(live_login(&live, "head-of-desk", "127.0.0.1", &head) &&
                    live_login(&live, "duty-officer", "127.0.0.1", &duty));
    for (size_t i = 0; i < MAX; i++)
        CHECK_OR_RETURN(reader_open(&readers[i], &head, NULL));
    CHECK_OR_RETURN(reader_open(&readers[MAX], &duty, NULL));
    live_hold(&live); /* the writer stands still */
    uint64_t before = looks(), number = live.web->next_event;
    for (uint64_t round = 1; round <= 3; round++) {
        live.web->looked_ms = 0; /* it is due */
        web_look(live.web, &live.pair.nodes[0].journal);
        CHECK_INT(looks() - before, 2 * round);
    }
    live_release(&live);
    web_publish(live.web, "probe", "ro-al", 302, 0);
    for (size_t i = 0; i <= MAX; i++)
        CHECK(reader_wait(&readers[i], "\"entry\":302") >= 0);
    CHECK_INT(live.web->next_event - number, 1);
    /* All four end with their session, and the other goes on. */
    CHECK(act("administrator", "officer-end", "{\"id\":\"head-of-desk\"}"));
    for (size_t i = 0; i < MAX; i++)
        CHECK(reader_wait_end(&readers[i]) >= 0);
    web_publish(live.web, "probe", "ro-al", 303, 0);
    CHECK(reader_wait(&readers[MAX], "\"entry\":303") >= 0);
    for (size_t i = 0; i <= MAX; i++)
        reader_close(&readers[i]);
    CHECK_INT(streams_wait(0), 0);
}

/* Sessions of as many officers as fill the node, four streams each; the next officer is refused, and all others go on. */
CHECK_TEST(a_node_has_256_streams_and_no_more)
{
    enum { OFFICERS = 64, EACH = 4 };
    static struct live_session sessions[OFFICERS + 1];
    static struct reader readers[OFFICERS * EACH];

    for (size_t i = 0; i <= OFFICERS; i++) {
        char arguments[160], name[32];
        snprintf(name, sizeof name, "reader-%zu", i);
        snprintf(arguments, sizeof arguments,
                 "{\"id\":\"%s\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"analyst\"}", name);
        CHECK_OR_RETURN(act("administrator", "officer-put", arguments) &&
                        live_login(&live, name, "127.0.0.1", &sessions[i]));
    }
    for (size_t i = 0; i < ARRAY_COUNT(readers); i++)
        CHECK_OR_RETURN(reader_open(&readers[i], &sessions[i / EACH], NULL));
    CHECK_INT(streams_wait(OFFICERS * EACH), OFFICERS * EACH);
    CHECK(is_refused(&sessions[OFFICERS], 503, "256 streams of events are open"));
    web_publish(live.web, "probe", "ro-al", 301, 0);
    CHECK(reader_wait(&readers[0], "\"entry\":301") >= 0);
    CHECK(reader_wait(&readers[OFFICERS * EACH - 1], "\"entry\":301") >= 0);
    for (size_t i = 0; i < ARRAY_COUNT(readers); i++)
        reader_close(&readers[i]);
    CHECK_INT(streams_wait(0), 0);
}

int main(void)
{
    /* All from one address here. */
    struct http_server_limits limits = {.address_count = 512, .accept_rate = {1000, 1000}};

    if (!live_open(&live, limits))
        return 1;
    CHECK_RUN(an_event_arrives_soon_and_holds_ids_and_counts_only);
    CHECK_RUN(a_stream_ends_at_once_with_what_it_stands_on);
    CHECK_RUN(a_slow_reader_is_cut_and_delays_nobody);
    CHECK_RUN(a_broken_line_goes_on_where_it_was);
    CHECK_RUN(a_session_has_four_streams_and_no_more);
    CHECK_RUN(many_streams_of_a_session_cost_one_look_and_one_event);
    CHECK_RUN(a_node_has_256_streams_and_no_more);
    live_close(&live);
    ground_free();
    return check_end();
}
