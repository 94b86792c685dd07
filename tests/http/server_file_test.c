/* Files as answers: whole or one range, always as bytes to be saved, with flat memory, and nobody else waits. */
#include "check.h"
#include "http/support/ground.h"

static struct site site;

static void ask_file(struct bare *bare, const char *fields)
{
    char head[512];
    bare_open(bare, site.port, NULL, BARE_TLS_1_3);
    snprintf(head, sizeof head, "GET /file HTTP/1.1\r\nHost: x\r\n%s\r\n", fields);
    CHECK(bare_send(bare, span_text(head)));
}

static void wait_handled(unsigned count)
{
    for (int i = 0; i < 300 && site_handled(&site) < count; i++)
        wait_ms(10);
    CHECK_INT(site_handled(&site), count);
}

/* A receiver that keeps only the head and counts, and compares each byte of the body with the one of its place. */
struct taking {
    char head[4096];
    size_t head_size;
    int64_t taken; /* of the body */
    int64_t from;  /* place of the first */
    bool is_right;
};

static void take(struct taking *taking, struct span bytes)
{
    size_t at = 0;
    while (at < bytes.size && strstr(taking->head, "\r\n\r\n") == NULL &&
           taking->head_size + 1 < sizeof taking->head)
        taking->head[taking->head_size++] = (char)bytes.data[at++];
    for (; at < bytes.size; at++, taking->taken++)
        taking->is_right =
            taking->is_right && bytes.data[at] == transfer_byte(taking->from + taking->taken);
}

/* Takes until `size` bytes of the body are there or the other side ends. */
static void take_all(struct bare *bare, struct taking *taking, int64_t from, int64_t size)
{
    static uint8_t bytes[65536];
    memset(taking, 0, sizeof *taking);
    taking->from = from;
    taking->is_right = true;
    gnutls_record_set_timeout(bare->session, 5000);
    while (taking->taken < size || strstr(taking->head, "\r\n\r\n") == NULL) {
        ssize_t got = gnutls_record_recv(bare->session, bytes, sizeof bytes);
        if (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED)
            continue;
        bare->last = (int)got;
        if (got <= 0)
            return;
        take(taking, span_make(bytes, (size_t)got));
    }
}

static bool done_within(unsigned count, int most_ms)
{
    for (int i = 0; i < most_ms / 10 && transfer_state(&site).files_done < count; i++)
        wait_ms(10);
    return transfer_state(&site).files_done == count;
}

static void begin(struct http_server_limits limits, int64_t size)
{
    site_open_desk(&site, limits);
    site.transfer.file_size = size;
}

CHECK_TEST(a_file_is_served_as_bytes_to_be_saved)
{
    struct bare bare;
    struct taking taking;
    begin((struct http_server_limits){0}, 1000003);
    site.transfer.file_name = "Ștefan \"x\"\r\n.html";
    site.transfer.file_etag = "\"77\"";
    ask_file(&bare, "");
    take_all(&bare, &taking, 0, 1000003);
    CHECK(strncmp(taking.head, "HTTP/1.1 200", 12) == 0);
    CHECK_INT(taking.taken, 1000003);
    CHECK(taking.is_right);
    CHECK(strstr(taking.head, "Content-Length: 1000003\r\n") != NULL);
    CHECK(strstr(taking.head, "Content-Type: application/octet-stream\r\n") != NULL);
    CHECK(strstr(taking.head, "Content-Disposition: attachment; filename*=UTF-8''"
                              "%C8%98tefan%20%22x%22%0D%0A.html\r\n") != NULL);
    CHECK(strstr(taking.head, "X-Content-Type-Options: nosniff\r\n") != NULL);
    CHECK(strstr(taking.head, "Accept-Ranges: bytes\r\n") != NULL);
    CHECK(strstr(taking.head, "ETag: \"77\"\r\n") != NULL);
    /* The connection goes on. */
    CHECK(bare_send(&bare, span_text("GET /file HTTP/1.1\r\nHost: x\r\n\r\n")));
    take_all(&bare, &taking, 0, 1000003);
    CHECK_INT(taking.taken, 1000003);
    CHECK(done_within(2, 2000));
    CHECK(transfer_state(&site).largest_piece <= 256 * 1024);
    bare_close(&bare);
    CHECK_INT(http_server_counts(site.server).transfers, 0);
    site_close(&site);
}

CHECK_TEST(one_range_of_a_file_is_served)
{
    static const struct {
        const char *range;
        int64_t from;
        int64_t size;
        const char *place;
    } cases[] = {
        {"Range: bytes=0-9\r\n", 0, 10, "bytes 0-9/1000000\r\n"},
        {"Range: bytes=300000-\r\n", 300000, 700000, "bytes 300000-999999/1000000\r\n"},
        {"Range: bytes=-5\r\n", 999995, 5, "bytes 999995-999999/1000000\r\n"},
        {"Range: bytes=999999-5000000\r\n", 999999, 1, "bytes 999999-999999/1000000\r\n"},
    };
    begin((struct http_server_limits){0}, 1000000);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bare bare;
        struct taking taking;
        ask_file(&bare, cases[i].range);
        take_all(&bare, &taking, cases[i].from, cases[i].size);
        CHECK(strncmp(taking.head, "HTTP/1.1 206", 12) == 0);
        CHECK(strstr(taking.head, cases[i].place) != NULL);
        CHECK_INT(taking.taken, cases[i].size);
        CHECK(taking.is_right);
        bare_close(&bare);
    }
    CHECK(done_within(4, 2000));
    site_close(&site);
}

CHECK_TEST(a_range_that_cannot_be_had_is_refused)
{
    static const struct {
        const char *range;
        const char *status;
    } cases[] = {
        {"Range: bytes=1000000-\r\n", "HTTP/1.1 416"},
        {"Range: bytes=0-1,5-6\r\n", "HTTP/1.1 416"},
        {"Range: bytes=5-1\r\n", "HTTP/1.1 400"},
        {"Range: lines=1-2\r\n", "HTTP/1.1 400"},
    };
    begin((struct http_server_limits){0}, 1000000);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bare bare;
        struct taking taking;
        ask_file(&bare, cases[i].range);
        take_all(&bare, &taking, 0, 0);
        CHECK(strncmp(taking.head, cases[i].status, 12) == 0);
        CHECK((strstr(taking.head, "416") != NULL) ==
              (strstr(taking.head, "Content-Range: bytes */1000000\r\n") != NULL));
        bare_close(&bare);
    }
    CHECK(done_within(4, 1000));
    CHECK_INT(http_server_counts(site.server).transfers, 0);
    site_close(&site);
}

CHECK_TEST(an_empty_file_is_a_file)
{
    struct bare bare;
    struct taking taking;
    begin((struct http_server_limits){0}, 0);
    ask_file(&bare, "");
    take_all(&bare, &taking, 0, 0);
    CHECK(strncmp(taking.head, "HTTP/1.1 200", 12) == 0);
    CHECK(strstr(taking.head, "Content-Length: 0\r\n") != NULL);
    CHECK(done_within(1, 1000));
    bare_close(&bare);
    site_close(&site);
}

CHECK_TEST(a_disk_that_fails_breaks_the_answer_off)
{
    struct bare bare;
    struct taking taking;
    begin((struct http_server_limits){0}, 1000000);
    site.transfer.fail_at = 600000;
    ask_file(&bare, "");
    take_all(&bare, &taking, 0, 1000000);
    CHECK(taking.taken > 0 && taking.taken < 600000);
    CHECK(taking.is_right);
    CHECK(bare.last <= 0 && bare.last != GNUTLS_E_TIMEDOUT); /* closed */
    CHECK(done_within(1, 1000));
    bare_close(&bare);
    site_close(&site);
}

CHECK_TEST(a_client_that_goes_or_is_slow_ends_the_reading)
{
    struct bare bare;
    begin((struct http_server_limits){.grace_ms = 300, .body_rate_bytes_per_s = 100 << 20},
          INT64_C(400) << 20);
    ask_file(&bare, "");
    wait_handled(1);
    bare_close(&bare);
    CHECK(done_within(1, 3000));
    CHECK_INT(http_server_counts(site.server).too_slow, 0);
    ask_file(&bare, ""); /* and takes nothing */
    CHECK(done_within(2, 3000));
    CHECK_INT(http_server_counts(site.server).too_slow, 1);
    bare_close(&bare);
    site_close(&site);
}

CHECK_TEST(a_slow_disk_makes_only_its_own_client_wait)
{
    struct bare bare;
    struct taking taking;
    char answer[2048];
    begin((struct http_server_limits){.grace_ms = 100}, 1000000);
    site.transfer.read_ms = 250;
    ask_file(&bare, "");
    wait_handled(1);
    int64_t begun_ms = now_monotonic_ms();
    bare_ask(site.port, NULL,
             span_text("GET /fields HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), answer,
             sizeof answer, 2000);
    CHECK(strncmp(answer, "HTTP/1.1 200", 12) == 0);
    CHECK(now_monotonic_ms() - begun_ms < 250);
    take_all(&bare, &taking, 0, 1000000);
    CHECK_INT(taking.taken, 1000000);
    CHECK_INT(http_server_counts(site.server).too_slow, 0);
    bare_close(&bare);
    site_close(&site);
}

CHECK_TEST(one_address_leaves_room_for_others)
{
    struct bare bare[2];
    struct taking taking;
    begin((struct http_server_limits){.transfer_count = 4}, INT64_C(100) << 20);
    ask_file(&bare[0], "");
    take_all(&bare[0], &taking, 0, 1);
    ask_file(&bare[1], "");
    take_all(&bare[1], &taking, 0, 1);
    CHECK(strncmp(taking.head, "HTTP/1.1 503", 12) == 0);
    CHECK(strstr(taking.head, "Retry-After:") != NULL);
    CHECK(done_within(1, 1000));
    bare_close(&bare[0]);
    bare_close(&bare[1]);
    CHECK(done_within(2, 2000));
    site_close(&site);
}

CHECK_TEST(stopping_ends_what_is_under_way)
{
    struct bare bare[2];
    struct taking taking;
    begin((struct http_server_limits){0}, INT64_C(400) << 20);
    ask_file(&bare[0], "");
    take_all(&bare[0], &taking, 0, 1);
    pthread_mutex_lock(&site.lock);
    site.transfer.read_ms = 300;
    pthread_mutex_unlock(&site.lock);
    ask_file(&bare[1], "");
    wait_handled(2);
    int64_t begun_ms = now_monotonic_ms();
    http_server_stop(&site.server);
    CHECK(now_monotonic_ms() - begun_ms < 4000);
    CHECK_INT(transfer_state(&site).files_done, 2);
    bare_close(&bare[0]);
    bare_close(&bare[1]);
    site_close(&site);
}

CHECK_TEST(a_large_file_costs_no_memory)
{
    struct bare bare;
    struct taking taking;
    int64_t size = INT64_C(256) << 20;
    begin((struct http_server_limits){0}, size);
    ask_file(&bare, "Range: bytes=0-4194303\r\n");
    take_all(&bare, &taking, 0, 4 << 20); /* all buffers are made */
    bare_close(&bare);
    memory_mark();
    int64_t before_kib = memory_peak_kib();
    ask_file(&bare, "");
    take_all(&bare, &taking, 0, size);
    int64_t grown_kib = memory_peak_kib() - before_kib;
    CHECK_INT(taking.taken, size);
    CHECK(taking.is_right);
    printf("256 MiB out: resident size grew by %" PRId64 " KiB\n", grown_kib);
    CHECK(before_kib > 0 && grown_kib < MEMORY_GROWTH_KIB);
    bare_close(&bare);
    site_close(&site);
}

int main(void)
{
    struct error err;
    if (!http_init(&err))
        return 1;
    CHECK_RUN(a_file_is_served_as_bytes_to_be_saved);
    CHECK_RUN(one_range_of_a_file_is_served);
    CHECK_RUN(a_range_that_cannot_be_had_is_refused);
    CHECK_RUN(an_empty_file_is_a_file);
    CHECK_RUN(a_disk_that_fails_breaks_the_answer_off);
    CHECK_RUN(a_client_that_goes_or_is_slow_ends_the_reading);
    CHECK_RUN(a_slow_disk_makes_only_its_own_client_wait);
    CHECK_RUN(one_address_leaves_room_for_others);
    CHECK_RUN(stopping_ends_what_is_under_way);
    CHECK_RUN(a_large_file_costs_no_memory);
    ground_free();
    return check_end();
}
