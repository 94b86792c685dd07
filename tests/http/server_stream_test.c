/* Streams: what is sent arrives, and whoever does not take it harms nobody. */
#include "check.h"
#include "http/support/ground.h"

static const char request[] = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n";

static size_t open_count(struct site *site)
{
    size_t closed;
    return site_streams(site, &closed);
}

static size_t closed_count(struct site *site)
{
    size_t closed;
    site_streams(site, &closed);
    return closed;
}

/* Opens one and waits until the server has it among its streams. */
static void stream_open(struct site *site, struct bare *bare)
{
    size_t before = open_count(site);
    bare_open(bare, site->port, NULL, BARE_TLS_1_3);
    CHECK(bare_send(bare, span_text(request)));
    for (int i = 0; i < 300 && open_count(site) == before; i++)
        wait_ms(10);
    CHECK_INT(open_count(site), before + 1);
}

static bool closes_within(struct site *site, size_t count, int most_ms)
{
    for (int i = 0; i < most_ms / 10 && closed_count(site) < count; i++)
        wait_ms(10);
    return closed_count(site) == count;
}

static bool got_has(struct bare *bare, struct buffer *got, const char *part, int wait)
{
    bare_receive(bare, got, part, wait);
    return got->size > 0 && memmem(got->data, got->size, part, strlen(part)) != NULL;
}

CHECK_TEST(what_is_sent_arrives_while_the_answer_goes_on)
{
    struct site site;
    struct bare bare;
    struct buffer got = buffer_make(1 << 16);
    site_open_desk(&site, (struct http_server_limits){0});
    stream_open(&site, &bare);
    CHECK_INT(http_server_counts(site.server).streams, 1);
    CHECK_INT(site_send(&site, span_text("data: one\n\n")), 1);
    CHECK(got_has(&bare, &got, "data: one\n\n", 2000));
    CHECK(memmem(got.data, got.size, "text/event-stream", 17) != NULL);
    wait_ms(50);
    CHECK_INT(site_send(&site, span_text("data: two\n\n")), 1);
    CHECK_INT(site_send(&site, span_text("data: three\n\n")), 1);
    CHECK(got_has(&bare, &got, "data: three\n\n", 2000));
    CHECK(memmem(got.data, got.size, "data: two", 9) != NULL);
    site_end_streams(&site);
    CHECK(got_has(&bare, &got, "\r\n0\r\n\r\n", 2000));
    CHECK(closes_within(&site, 1, 2000));
    CHECK_INT(http_server_counts(site.server).streams, 0);
    bare_close(&bare);
    buffer_free(&got);
    site_close(&site);
}

CHECK_TEST(a_quiet_stream_has_a_heartbeat_and_an_end)
{
    struct site site;
    struct bare bare;
    struct buffer got = buffer_make(1 << 16);
    site_open_desk(&site, (struct http_server_limits){.stall_ms = 300});
    site.stream_heartbeat_ms = 100;
    site.stream_lifetime_ms = 800;
    int64_t begun_ms = now_monotonic_ms();
    stream_open(&site, &bare);
    CHECK(got_has(&bare, &got, ": beat\n\n", 2000));
    buffer_clear(&got);
    CHECK(got_has(&bare, &got, ": beat\n\n", 2000));
    CHECK(closes_within(&site, 1, 4000));
    CHECK(now_monotonic_ms() - begun_ms >= 800); /* longer than any stall: quiet is not slow */
    CHECK_INT(http_server_counts(site.server).too_slow, 0);
    bare_close(&bare);
    buffer_free(&got);
    site_close(&site);
}

CHECK_TEST(a_slow_reader_is_cut_and_delays_no_other)
{
    static char event[8192];
    struct site site;
    struct bare slow;
    struct bare good;
    struct buffer got = buffer_make(64u << 20);
    memset(event, 'e', sizeof event);
    site_open_desk(&site, (struct http_server_limits){0});
    stream_open(&site, &slow);
    stream_open(&site, &good);
    size_t rounds = 0;
    for (; rounds < 2000 && closed_count(&site) == 0; rounds++) {
        size_t before = got.size;
        CHECK(site_send(&site, span_make(event, sizeof event)) >= 1);
        while (got.size < before + sizeof event && good.last >= 0) {
            size_t had = got.size;
            bare_receive(&good, &got, "e", 1000); /* one piece at a time */
            if (got.size == had)
                break;
        }
        if (got.size < before + sizeof event)
            break;
    }
    CHECK_INT(closed_count(&site), 1);
    CHECK_INT(open_count(&site), 1);
    CHECK_INT(http_server_counts(site.server).too_slow, 1);
    CHECK(rounds > 1 && rounds < 1000); /* less than 8 MB, the kernel's buffers among them */
    CHECK_INT(site_send(&site, span_text("still here")), 1);
    CHECK(got_has(&good, &got, "still here", 2000));
    bare_close(&slow);
    bare_close(&good);
    buffer_free(&got);
    site_close(&site);
}

/* Much may wait here, so that time alone decides. */
CHECK_TEST(a_reader_that_takes_nothing_of_what_waits_is_cut_at_its_time)
{
    static char event[4u << 20];
    struct site site;
    struct bare bare;
    memset(event, 'e', sizeof event);
    site_open_desk(&site, (struct http_server_limits){.stall_ms = 300});
    site.stream_waiting_size_max = 8u << 20;
    stream_open(&site, &bare);
    int64_t begun_ms = now_monotonic_ms();
    CHECK_INT(site_send(&site, span_make(event, sizeof event)), 1);
    CHECK(closes_within(&site, 1, 3000));
    CHECK(now_monotonic_ms() - begun_ms >= 300);
    CHECK_INT(http_server_counts(site.server).too_slow, 1);
    bare_close(&bare);
    site_close(&site);
}

CHECK_TEST(a_client_that_goes_is_noticed_though_nothing_is_sent)
{
    struct site site;
    struct bare bare;
    site_open_desk(&site, (struct http_server_limits){0});
    stream_open(&site, &bare);
    bare_close(&bare);
    CHECK(closes_within(&site, 1, 3000));
    CHECK_INT(http_server_counts(site.server).too_slow, 0);
    site_close(&site);
}

CHECK_TEST(streams_have_a_limit_and_give_their_place_back)
{
    struct site site;
    struct bare bare[2];
    char answer[2048];
    site_open_desk(&site, (struct http_server_limits){.stream_count = 2});
    stream_open(&site, &bare[0]);
    stream_open(&site, &bare[1]);
    bare_ask(site.port, NULL, span_text(request), answer, sizeof answer, 500);
    CHECK(strncmp(answer, "HTTP/1.1 503", 12) == 0);
    CHECK(strstr(answer, "Retry-After:") != NULL);
    bare_close(&bare[0]);
    CHECK(closes_within(&site, 1, 3000));
    stream_open(&site, &bare[0]);
    bare_close(&bare[0]);
    bare_close(&bare[1]);
    site_close(&site);
}

CHECK_TEST(stopping_ends_open_streams)
{
    struct site site;
    struct bare bare[3];
    struct buffer got = buffer_make(1 << 16);
    site_open_desk(&site, (struct http_server_limits){0});
    for (size_t i = 0; i < 3; i++)
        stream_open(&site, &bare[i]);
    int64_t begun_ms = now_monotonic_ms();
    http_server_stop(&site.server);
    CHECK(now_monotonic_ms() - begun_ms < 3000);
    CHECK_INT(closed_count(&site), 3);
    CHECK_INT(open_count(&site), 0);
    CHECK(got_has(&bare[0], &got, "\r\n0\r\n\r\n", 1000));
    for (size_t i = 0; i < 3; i++)
        bare_close(&bare[i]);
    buffer_free(&got);
    site_close(&site);
}

int main(void)
{
    struct error err;
    if (!http_init(&err))
        return 1;
    CHECK_RUN(what_is_sent_arrives_while_the_answer_goes_on);
    CHECK_RUN(a_quiet_stream_has_a_heartbeat_and_an_end);
    CHECK_RUN(a_slow_reader_is_cut_and_delays_no_other);
    CHECK_RUN(a_reader_that_takes_nothing_of_what_waits_is_cut_at_its_time);
    CHECK_RUN(a_client_that_goes_is_noticed_though_nothing_is_sent);
    CHECK_RUN(streams_have_a_limit_and_give_their_place_back);
    CHECK_RUN(stopping_ends_open_streams);
    ground_free();
    return check_end();
}
