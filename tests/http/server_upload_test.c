/* Bodies taken as they come: whole and in order, refused at any point, with flat memory, and nobody else waits. */
#include "check.h"
#include "http/support/ground.h"

static void open_up(struct site *site, struct bare *bare, const char *framing)
{
    char head[256];
    bare_open(bare, site->port, NULL, BARE_TLS_1_3);
    snprintf(head, sizeof head, "PUT /up HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n", framing);
    CHECK(bare_send(bare, span_text(head)));
}

/* The bytes from..until of a file, in pieces. */
static bool send_bytes(struct bare *bare, int64_t from, int64_t until)
{
    static uint8_t piece[65536];
    while (from < until) {
        size_t size = until - from < (int64_t)sizeof piece ? (size_t)(until - from) : sizeof piece;
        transfer_fill(piece, from, size);
        if (!bare_send(bare, span_make(piece, size)))
            return false;
        from += (int64_t)size;
    }
    return true;
}

/* The answer, from its status on; empty when none came. */
static const char *answer_of(struct bare *bare, const char *until)
{
    static char text[8192];
    struct buffer got = buffer_make(sizeof text);
    bare_receive(bare, &got, until, 5000);
    snprintf(text, sizeof text, "%.*s", (int)got.size, got.data == NULL ? "" : (char *)got.data);
    buffer_free(&got);
    return strncmp(text, "HTTP/1.1 ", 9) == 0 ? text + 9 : "";
}

static void wait_begun(struct site *site, unsigned count)
{
    for (int i = 0; i < 300 && transfer_state(site).begun < count; i++)
        wait_ms(10);
    CHECK_INT(transfer_state(site).begun, count);
}

static bool aborts_within(struct site *site, unsigned count, int most_ms)
{
    for (int i = 0; i < most_ms / 10 && transfer_state(site).aborted < count; i++)
        wait_ms(10);
    return transfer_state(site).aborted == count;
}

CHECK_TEST(a_body_is_taken_whole_and_in_order)
{
    struct site site;
    struct bare bare;
    site_open_desk(&site, (struct http_server_limits){0});
    open_up(&site, &bare, "Content-Length: 1000003");
    CHECK(send_bytes(&bare, 0, 1000003));
    CHECK(strstr(answer_of(&bare, "right"), "1000003 right") != NULL);
    CHECK_INT(transfer_state(&site).announced, 1000003);
    /* The same connection goes on. */
    CHECK(bare_send(&bare, span_text("PUT /up HTTP/1.1\r\nHost: x\r\nContent-Length: 777777"
                                     "\r\n\r\n")));
    CHECK(send_bytes(&bare, 0, 777777));
    CHECK(strstr(answer_of(&bare, "right"), "777777 right") != NULL);
    CHECK_INT(transfer_state(&site).announced, 777777);
    CHECK(bare_send(&bare, span_text("PUT /up HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")));
    CHECK(strstr(answer_of(&bare, "right"), "0 right") != NULL);
    bare_close(&bare);
    struct site_files state = transfer_state(&site);
    CHECK_INT(state.begun, 3);
    CHECK_INT(state.finished, 3);
    CHECK_INT(state.aborted, 0);
    CHECK(state.largest_piece <= 256 * 1024);
    for (int i = 0; i < 100 && http_server_counts(site.server).transfers > 0; i++)
        wait_ms(10);
    CHECK_INT(http_server_counts(site.server).transfers, 0);
    site_close(&site);
}

CHECK_TEST(a_refused_beginning_is_answered_though_the_body_is_still_coming)
{
    struct site site;
    struct bare bare;
    site_open_desk(&site, (struct http_server_limits){0});
    site.transfer.refuses_begin = true;
    open_up(&site, &bare, "Content-Length: 100000000");
    send_bytes(&bare, 0, 100000); /* the refusal may be quicker */
    const char *answer = answer_of(&bare, "already");
    CHECK(strncmp(answer, "409", 3) == 0);
    CHECK(strstr(answer, "such a file stands already") != NULL);
    CHECK(strstr(answer, "Connection: close") != NULL);
    CHECK(strstr(answer, "Content-Security-Policy:") != NULL);
    /* It is not read on for ever. */
    CHECK(!send_bytes(&bare, 100000, 100000000));
    bare_close(&bare);
    /* A small body is in before the refusal: a usual answer. */
    open_up(&site, &bare, "Content-Length: 10");
    CHECK(send_bytes(&bare, 0, 10));
    CHECK(strncmp(answer_of(&bare, "already"), "409", 3) == 0);
    bare_close(&bare);
    CHECK_INT(transfer_state(&site).begun, 2);
    CHECK_INT(transfer_state(&site).aborted, 0);
    CHECK_INT(transfer_state(&site).finished, 0);
    site_close(&site);
}

CHECK_TEST(a_refusal_in_the_middle_is_answered_and_aborts)
{
    struct site site;
    struct bare bare;
    site_open_desk(&site, (struct http_server_limits){0});
    site.transfer.refuse_at = 500000;
    open_up(&site, &bare, "Content-Length: 50000000");
    CHECK(send_bytes(&bare, 0, 1000000));
    /* The library asks what to do when bytes come: the refusal goes out with the next one behind it, if the file's thread
     * refused when all these were taken. The megabyte that the server still drops before it closes is not full yet, so
     * there is no reset that could take the answer away. */
    CHECK(aborts_within(&site, 1, 2000));
    CHECK(send_bytes(&bare, 1000000, 1000001));
    CHECK(strncmp(answer_of(&bare, "want"), "400", 3) == 0);
    bare_close(&bare);
    /* In the very last piece. */
    site.transfer.refuse_at = 5;
    open_up(&site, &bare, "Content-Length: 10");
    CHECK(send_bytes(&bare, 0, 10));
    CHECK(strncmp(answer_of(&bare, "want"), "400", 3) == 0);
    CHECK(aborts_within(&site, 2, 2000));
    bare_close(&bare);
    CHECK_INT(transfer_state(&site).finished, 0);
    site_close(&site);
}

CHECK_TEST(a_body_too_large_or_of_unknown_size_is_refused)
{
    struct site site;
    struct bare bare;
    site_open_desk(&site, (struct http_server_limits){0});
    open_up(&site, &bare, "Content-Length: 536870913");
    CHECK(strncmp(answer_of(&bare, "larger"), "413", 3) == 0);
    bare_close(&bare);
    open_up(&site, &bare, "Transfer-Encoding: chunked");
    CHECK(strncmp(answer_of(&bare, "Content-Length"), "411", 3) == 0);
    bare_close(&bare);
    CHECK_INT(transfer_state(&site).begun, 0);
    site_close(&site);
}

CHECK_TEST(a_client_that_goes_or_is_slow_aborts)
{
    struct site site;
    struct bare bare;
    site_open_desk(&site, (struct http_server_limits){.grace_ms = 300});
    open_up(&site, &bare, "Content-Length: 50000000");
    CHECK(send_bytes(&bare, 0, 300000));
    wait_begun(&site, 1);
    bare_close(&bare);
    CHECK(aborts_within(&site, 1, 2000));
    open_up(&site, &bare, "Content-Length: 50000000");
    CHECK(send_bytes(&bare, 0, 10));
    CHECK(aborts_within(&site, 2, 3000));
    CHECK_INT(http_server_counts(site.server).too_slow, 1);
    bare_close(&bare);
    CHECK_INT(transfer_state(&site).finished, 0);
    site_close(&site);
}

/* The disk takes its time: its own client waits and is not blamed, another is served at once. */
CHECK_TEST(a_slow_disk_makes_only_its_own_client_wait)
{
    struct site site;
    struct bare bare;
    char answer[2048];
    site_open_desk(&site, (struct http_server_limits){.grace_ms = 100});
    site.transfer.write_ms = 250;
    open_up(&site, &bare, "Content-Length: 1000000");
    CHECK(send_bytes(&bare, 0, 1000000));
    int64_t begun_ms = now_monotonic_ms();
    bare_ask(site.port, NULL,
             span_text("GET /fields HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), answer,
             sizeof answer, 2000);
    CHECK(strncmp(answer, "HTTP/1.1 200", 12) == 0);
    CHECK(now_monotonic_ms() - begun_ms < 1000); /* the slow client takes several seconds */
    CHECK(strstr(answer_of(&bare, "right"), "1000000 right") != NULL);
    CHECK_INT(http_server_counts(site.server).too_slow, 0);
    bare_close(&bare);
    site_close(&site);
}

CHECK_TEST(one_address_leaves_room_for_others)
{
    struct site site;
    struct bare bare[3];
    site_open_desk(&site, (struct http_server_limits){.transfer_count = 8});
    for (size_t i = 0; i < 2; i++) {
        open_up(&site, &bare[i], "Content-Length: 100000");
        wait_begun(&site, (unsigned)i + 1);
    }
    open_up(&site, &bare[2], "Content-Length: 100000");
    CHECK(strncmp(answer_of(&bare[2], "again"), "503", 3) == 0);
    bare_close(&bare[2]);
    bare_close(&bare[0]);
    CHECK(aborts_within(&site, 1, 2000));
    open_up(&site, &bare[2], "Content-Length: 10");
    CHECK(send_bytes(&bare[2], 0, 10));
    CHECK(strncmp(answer_of(&bare[2], "right"), "201", 3) == 0);
    bare_close(&bare[1]);
    bare_close(&bare[2]);
    site_close(&site);
}

CHECK_TEST(stopping_aborts_what_is_under_way)
{
    struct site site;
    struct bare bare[2];
    site_open_desk(&site, (struct http_server_limits){0});
    site.transfer.write_ms = 300;
    open_up(&site, &bare[0], "Content-Length: 50000000");
    CHECK(send_bytes(&bare[0], 0, 700000)); /* suspended */
    open_up(&site, &bare[1], "Content-Length: 50000000");
    CHECK(send_bytes(&bare[1], 0, 1000));
    wait_begun(&site, 2);
    int64_t begun_ms = now_monotonic_ms();
    http_server_stop(&site.server);
    CHECK(now_monotonic_ms() - begun_ms < 4000);
    CHECK_INT(transfer_state(&site).aborted, 2);
    bare_close(&bare[0]);
    bare_close(&bare[1]);
    site_close(&site);
}

CHECK_TEST(a_large_file_costs_no_memory)
{
    struct site site;
    struct bare bare;
    int64_t size = INT64_C(256) << 20;
    char framing[64];
    site_open_desk(&site, (struct http_server_limits){0});
    snprintf(framing, sizeof framing, "Content-Length: %" PRId64, size);
    open_up(&site, &bare, framing);
    CHECK(send_bytes(&bare, 0, 4 << 20)); /* all buffers are made */
    memory_mark();
    int64_t before_kib = memory_peak_kib();
    CHECK(send_bytes(&bare, 4 << 20, size));
    CHECK(strstr(answer_of(&bare, "right"), "268435456 right") != NULL);
    int64_t grown_kib = memory_peak_kib() - before_kib;
    printf("256 MiB in: resident size grew by %" PRId64 " KiB\n", grown_kib);
    CHECK(before_kib > 0 && grown_kib < MEMORY_GROWTH_KIB);
    bare_close(&bare);
    site_close(&site);
}

int main(void)
{
    struct error err;
    if (!http_init(&err))
        return 1;
    CHECK_RUN(a_body_is_taken_whole_and_in_order);
    CHECK_RUN(a_refused_beginning_is_answered_though_the_body_is_still_coming);
    CHECK_RUN(a_refusal_in_the_middle_is_answered_and_aborts);
    CHECK_RUN(a_body_too_large_or_of_unknown_size_is_refused);
    CHECK_RUN(a_client_that_goes_or_is_slow_aborts);
    CHECK_RUN(a_slow_disk_makes_only_its_own_client_wait);
    CHECK_RUN(one_address_leaves_room_for_others);
    CHECK_RUN(stopping_aborts_what_is_under_way);
    CHECK_RUN(a_large_file_costs_no_memory);
    ground_free();
    return check_end();
}
