/* Strict heads: what the library lets through is refused, and nothing refused reaches a handler. */
#include "check.h"
#include "http/support/ground.h"

static struct site site;

/* Sends the bytes; the status of the (first) answer, 0 when the connection ended or stayed without one. */
static int status_of_span(struct span bytes, int wait)
{
    char answer[2048];
    int status = 0;
    bare_ask(site.port, &ground_get()->client, bytes, answer, sizeof answer, wait);
    if (strncmp(answer, "HTTP/1.1 ", 9) == 0)
        status = (int)strtol(answer + 9, NULL, 10);
    return status;
}

static int status_of(const char *text)
{
    return status_of_span(span_text(text), 2000);
}

#define CLOSE "Connection: close\r\n"

CHECK_TEST(a_plain_request_is_served)
{
    unsigned before = site_handled(&site);
    CHECK_INT(status_of("POST /echo HTTP/1.1\r\nHost: node.ro.example\r\n" CLOSE
                        "Content-Length: 2\r\n\r\nhi"),
              200);
    CHECK_INT(status_of("GET /files/a?b=c&d HTTP/1.1\r\nhost:x\r\n" CLOSE "\r\n"), 200);
    CHECK_INT(status_of("POST /echo HTTP/1.1\r\nHost: x\r\n" CLOSE "\r\n"), 200);
    CHECK_INT(site_handled(&site) - before, 3);
}

CHECK_TEST(ambiguous_heads_are_refused)
{
    static const char *const bad[] = {
        /* duplicates */
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\ncontent-length: 3\r\n\r\nhi!",
        "POST /echo HTTP/1.1\r\nHost: x\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi",
        "POST /echo HTTP/1.1\r\nHost: x\r\nHOST: y\r\nContent-Length: 2\r\n\r\nhi",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        "GET /peer HTTP/1.1\r\nHost: x\r\nContent-Type: a\r\nContent-Type: b\r\n\r\n",
        /* two sizes */
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n"
        "2\r\nhi\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
        "2\r\nhi\r\n0\r\n\r\n",
        /* other encodings */
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
        "2\r\nhi\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\nhi",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked \r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        /* sizes that are none */
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\nhi",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 02\r\n\r\nhi",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2 \r\n\r\nhi",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2, 2\r\n\r\nhi",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0x2\r\n\r\nhi",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\nhi",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\nhi",
        /* folded lines: in the middle, at the end, at the start, of a short and of an empty value */
        "GET /peer HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\nD: e\r\n\r\n",
        "GET /peer HTTP/1.1\r\nHost: x\r\nA: b\r\n\tc\r\n\r\n",
        "GET /peer HTTP/1.1\r\n A: b\r\nHost: x\r\n\r\n",
        "GET /peer HTTP/1.1\r\nHost:\r\n x\r\n\r\n",
        "GET /peer HTTP/1.1\r\nHost: x\r\n \r\n\r\n",
        "GET /peer HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n 7\r\n\r\n",
        /* line ends and spaces */
        "GET /peer HTTP/1.1\nHost: x\n\n",
        "GET /peer HTTP/1.1\r\nHost: x\nA: b\r\n\r\n",
        "GET /peer HTTP/1.1\r\nHost: x\r\nA: b\n\r\n",
        "GET /peer HTTP/1.1\r\nHost: x\r\n\n",
        "GET  /peer HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /peer  HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /peer HTTP/1.1 \r\nHost: x\r\n\r\n",
        "GET /peer HTTP/1.1\r\nHost : x\r\n\r\n",
        "GET /peer HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n",
        "GET /peer HTTP/1.1\r\nHost: x\r\n: c\r\n\r\n",
        "GET /peer HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n",
        "GET /peer HTTP/1.1\r\nHost: x\r\nA: \x01\r\n\r\n",
        /* hosts, versions, targets */
        "GET /peer HTTP/1.1\r\n\r\n",
        "GET /peer HTTP/1.0\r\nHost: x\r\n\r\n",
        "G(ET /peer HTTP/1.1\r\nHost: x\r\n\r\n",
        "GE\\T /peer HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /peer HTTP/1.2\r\nHost: x\r\n\r\n",
        "GET /peer HTTP/2.0\r\nHost: x\r\n\r\n",
        "GET /peer\r\nHost: x\r\n\r\n",
        "GET http://x/peer HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /pe er HTTP/1.1\r\nHost: x\r\n\r\n",
    };
    unsigned before = site_handled(&site);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int status = status_of(bad[i]);
        if (status != 0 && status != 400 && status != 411 && status != 413 && status != 505)
            printf("case %zu: status %d\n", i, status);
        CHECK(status == 0 || status == 400 || status == 411 || status == 413 || status == 505);
        if (site_handled(&site) != before) {
            printf("case %zu reached a handler: %s\n", i, bad[i]);
            before = site_handled(&site);
            CHECK(false);
        }
    }
    static const char with_nul[] = "GET /peer HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n";
    CHECK_INT(status_of_span(span_make(with_nul, sizeof with_nul - 1), 2000), 400);
    CHECK_INT(site_handled(&site), before);
}

CHECK_TEST(the_refusal_says_why)
{
    char answer[2048];
    static const char folded[] = "GET /peer HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n";
    bare_ask(site.port, &ground_get()->client, span_text(folded), answer, sizeof answer, 2000);
    CHECK(strstr(answer, "{\"kind\":\"input\",\"text\":\"a head line is folded") != NULL);
    static const char doubled[] = "GET /peer HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n";
    bare_ask(site.port, &ground_get()->client, span_text(doubled), answer, sizeof answer, 2000);
    CHECK(strstr(answer, "Host stands twice") != NULL);
    CHECK(strstr(answer, "Connection: close") != NULL);
}

/* A refused request must not be followed by a second one out of its rest. */
CHECK_TEST(nothing_after_a_refused_head_is_read_as_a_request)
{
    unsigned before = site_handled(&site);
    status_of("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked"
              "\r\n\r\n0\r\n\r\nGET /peer HTTP/1.1\r\nHost: x\r\n\r\n");
    status_of("POST /echo HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"
              "GET /peer HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK_INT(site_handled(&site), before);
}

CHECK_TEST(garbage_reaches_no_handler)
{
    unsigned before = site_handled(&site);
    uint8_t noise[4096];
    for (unsigned round = 0; round < 16; round++) {
        env_real()->random(env_real()->context, noise, sizeof noise);
        if (round >= 8)
            noise[round] = '\n';
        status_of_span(span_make(noise, sizeof noise), 50);
    }
    CHECK_INT(status_of("\x16\x03\x01\x02\r\n\r\n"), 0);
    CHECK_INT(site_handled(&site), before);
    CHECK_INT(status_of("GET /peer HTTP/1.1\r\nHost: x\r\n" CLOSE "\r\n"), 200);
}

static const char sample[] = "POST /echo HTTP/1.1\r\nHost: node.ro.example\r\nContent-Length: 2\r\n"
                             "Content-Type: text/plain\r\nConnection: close\r\n\r\nhi";

CHECK_TEST(a_request_cut_at_any_byte_is_not_handed_over)
{
    unsigned before = site_handled(&site);
    for (size_t size = 0; size < sizeof sample - 1; size++) {
        struct bare bare;
        bare_open(&bare, site.port, &ground_get()->client, BARE_TLS_1_3);
        CHECK(bare_send(&bare, span_make(sample, size)));
        gnutls_bye(bare.session, GNUTLS_SHUT_WR);
        bare_close(&bare);
    }
    wait_ms(100);
    CHECK_INT(site_handled(&site), before);
    CHECK_INT(status_of(sample), 200);
}

CHECK_TEST(a_request_with_one_byte_changed_never_breaks_the_server)
{
    char changed[sizeof sample];
    for (size_t at = 0; at < sizeof sample - 1; at++) {
        memcpy(changed, sample, sizeof sample);
        changed[at] ^= 0x11;
        status_of_span(span_make(changed, sizeof sample - 1), 10);
    }
    CHECK_INT(status_of(sample), 200);
}

CHECK_TEST(a_head_or_path_that_is_too_long_is_refused)
{
    unsigned before = site_handled(&site);
    struct buffer text = buffer_make(1 << 20);
    buffer_text(&text, "GET /files/");
    for (int i = 0; i < 2100; i++)
        buffer_byte(&text, 'a');
    buffer_text(&text, " HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK_INT(status_of_span(buffer_span(&text), 2000), 414);

    buffer_clear(&text);
    buffer_text(&text, "GET /files/a HTTP/1.1\r\nHost: x\r\nA: ");
    for (int i = 0; i < 200000; i++)
        buffer_byte(&text, 'a');
    buffer_text(&text, "\r\n\r\n");
    int status = status_of_span(buffer_span(&text), 2000);
    CHECK(status == 0 || status == 431);
    buffer_free(&text);
    CHECK_INT(site_handled(&site), before);
}

/* A long but allowed head, so that the library's buffer grows under it. */
CHECK_TEST(a_long_head_of_many_lines_is_served)
{
    struct buffer text = buffer_make(1 << 20);
    buffer_text(&text, "GET /files/a HTTP/1.1\r\nHost: x\r\n");
    for (int i = 0; i < 200; i++)
        buffer_format(&text, "Line-%d: %0100d\r\n", i, i);
    buffer_text(&text, CLOSE "\r\n");
    CHECK_INT(status_of_span(buffer_span(&text), 2000), 200);
    buffer_free(&text);
}

int main(void)
{
    struct error err;
    if (!http_init(&err))
        return 1;
    site_open(&site, (struct http_server_limits){0});
    CHECK_RUN(a_plain_request_is_served);
    CHECK_RUN(ambiguous_heads_are_refused);
    CHECK_RUN(the_refusal_says_why);
    CHECK_RUN(nothing_after_a_refused_head_is_read_as_a_request);
    CHECK_RUN(garbage_reaches_no_handler);
    CHECK_RUN(a_request_cut_at_any_byte_is_not_handed_over);
    CHECK_RUN(a_request_with_one_byte_changed_never_breaks_the_server);
    CHECK_RUN(a_head_or_path_that_is_too_long_is_refused);
    CHECK_RUN(a_long_head_of_many_lines_is_served);
    site_close(&site);
    ground_free();
    return check_end();
}
