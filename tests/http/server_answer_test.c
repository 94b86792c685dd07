/* The desk side and what answers bear: no client certificate, common headers, headers of the caller's own. */
#include "check.h"
#include "http/support/ground.h"

static struct site site;

/* Without a certificate, as a browser comes. */
static void ask(const char *text, char *answer, size_t size)
{
    bare_ask(site.port, NULL, span_text(text), answer, size, 1500);
}

#define LAST "Host: desk.ro.example\r\nConnection: close\r\n"

static const char *const common[] = {
    "\r\nCache-Control: no-store\r\n",
    "\r\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'",
    "\r\nX-Content-Type-Options: nosniff\r\n",
    "\r\nReferrer-Policy: no-referrer\r\n",
    "\r\nCross-Origin-Opener-Policy: same-origin\r\n",
    "\r\nCross-Origin-Embedder-Policy: require-corp\r\n",
    "\r\nCross-Origin-Resource-Policy: same-origin\r\n",
    "\r\nStrict-Transport-Security: max-age=",
    "\r\nBesa-Training: yes\r\n", /* the site is one for training */
};

CHECK_TEST(the_desk_serves_who_shows_no_certificate)
{
    char answer[4096];
    struct http_server_counts before = http_server_counts(site.server);
    ask("GET /fields HTTP/1.1\r\n" LAST "\r\n", answer, sizeof answer);
    CHECK(strncmp(answer, "HTTP/1.1 200", 12) == 0);
    CHECK(strstr(answer, "GET desk.ro.example 127.0.0.1\n") != NULL);
    struct http_server_counts after = http_server_counts(site.server);
    CHECK_INT(after.handshakes_accepted - before.handshakes_accepted, 1);
    CHECK_INT(after.peers_refused, before.peers_refused);
}

CHECK_TEST(older_tls_is_refused_at_the_desk_too)
{
    struct bare bare;
    bare_open(&bare, site.port, NULL, BARE_TLS_1_2);
    CHECK(bare.handshake < 0);
    bare_close(&bare);
}

CHECK_TEST(every_answer_of_the_desk_bears_the_common_headers)
{
    static const char *const requests[] = {
        "GET /fields HTTP/1.1\r\n" LAST "\r\n",                         /* 200 */
        "GET /fault HTTP/1.1\r\n" LAST "\r\n",                          /* 409 */
        "GET /nowhere HTTP/1.1\r\n" LAST "\r\n",                        /* 404 */
        "POST /fields HTTP/1.1\r\n" LAST "\r\n",                        /* 405 */
        "GET /fields HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",           /* 400 */
        "POST /echo HTTP/1.1\r\n" LAST "Content-Length: 99999\r\n\r\n", /* 413 */
        "POST /never HTTP/1.1\r\n" LAST "\r\n",                         /* 503 */
    };
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        char answer[4096];
        ask(requests[i], answer, sizeof answer);
        for (size_t at = 0; at < sizeof common / sizeof common[0]; at++) {
            if (strstr(answer, common[at]) == NULL)
                printf("request %zu lacks %s\n", i, common[at] + 2);
            CHECK(strstr(answer, common[at]) != NULL);
        }
    }
    site_release(&site);
}

static void answer_has(const char *request, const char *status, const char *part)
{
    char answer[4096];
    ask(request, answer, sizeof answer);
    if (strncmp(answer + 9, status, 3) != 0 || strstr(answer, part) == NULL)
        printf("to %s came %s\n", request, answer);
    CHECK(strncmp(answer + 9, status, 3) == 0);
    CHECK(strstr(answer, part) != NULL);
}

CHECK_TEST(listed_fields_reach_the_handler_and_others_do_not)
{
    answer_has("GET /fields HTTP/1.1\r\n" LAST "COOKIE: __Host-besa=abc\r\nX-Other: no\r\n"
               "x-besa-csrf: t\r\nX-Besa-Reason: why%20not\r\nX-Besa-Case: RO-7\r\n"
               "X-Besa-Automatic: yes\r\n"
               "Range: bytes=0-9\r\nAccept-Encoding: br\r\nOrigin: \r\n\r\n",
               "200",
               "0=__Host-besa=abc\n4=\n5=t\n6=why%20not\n7=RO-7\n8=yes\n12=bytes=0-9\n13=br\n");
    answer_has("GET /fields HTTP/1.1\r\n" LAST "\r\n", "200", "127.0.0.1\n");
}

CHECK_TEST(a_listed_field_may_stand_only_once)
{
    static const char *const names[] = {
        "Cookie",        "Authorization", "Idempotency-Key", "Sec-Fetch-Site",   "Origin",
        "X-Besa-CSRF",   "X-Besa-Reason", "X-Besa-Case",     "X-Besa-Automatic", "Accept",
        "If-None-Match", "Last-Event-ID", "Range",           "Accept-Encoding"};
    unsigned before = site_handled(&site);
    CHECK_INT(sizeof names / sizeof names[0], HTTP_FIELD_COUNT);
    for (size_t i = 0; i < HTTP_FIELD_COUNT; i++) {
        char request[512];
        snprintf(request, sizeof request, "GET /fields HTTP/1.1\r\n" LAST "%s: a\r\n%s:\r\n\r\n",
                 names[i], names[i]);
        answer_has(request, "400", "stands twice");
    }
    CHECK_INT(site_handled(&site), before);
}

CHECK_TEST(a_host_that_is_none_is_refused)
{
    static const char *const bad[] = {"", "a b", "a/b", "a@b", "a,b", "<x>"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char request[512];
        snprintf(request, sizeof request, "GET /fields HTTP/1.1\r\nHost: %s\r\n\r\n", bad[i]);
        answer_has(request, "400", "Host is");
    }
    answer_has("GET /fields HTTP/1.1\r\nHost: [::1]:8443\r\nConnection: close\r\n\r\n", "200",
               "[::1]:8443");
}

#define WITH(length) "POST /with HTTP/1.1\r\n" LAST "Content-Length: " length "\r\n\r\n"

CHECK_TEST(an_answer_may_have_headers_of_its_own)
{
    answer_has(WITH("14") "Location:/made", "201", "\r\nLocation: /made\r\n");
    answer_has(WITH("14") "Location:/made", "201", "\r\nETag: \"7\"\r\n");
    answer_has(WITH("16") "Set-Cookie:a=b;c", "201", "\r\nSet-Cookie: a=b;c\r\n");
    char answer[4096];
    ask(WITH("28") "Cache-Control:private, max-1", answer, sizeof answer);
    CHECK(strstr(answer, "Cache-Control: private, max-1\r\n") != NULL);
    CHECK(strstr(answer, "no-store") == NULL);
}

CHECK_TEST(a_header_that_could_break_the_answer_apart_is_never_sent)
{
    static const char *const bad[] = {
        "Location:/a\r\nX: y",
        "Location:/a\nX: y",
        "X Y:z",
        "X\r\nY:z",
        ":z",
        "Content-Length:4",
        "transfer-encoding:chunked",
        "Connection:keep",
        "X:\x01",
        "X:\xc3\xa9",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char request[512];
        char answer[4096];
        snprintf(request, sizeof request,
                 "POST /with HTTP/1.1\r\n" LAST "Content-Length: %zu\r\n\r\n%s", strlen(bad[i]),
                 bad[i]);
        ask(request, answer, sizeof answer);
        CHECK(strncmp(answer, "HTTP/1.1 500", 12) == 0);
        CHECK(strstr(answer, "made") == NULL && strstr(answer, "\nX: y") == NULL);
    }
}

CHECK_TEST(a_busy_answer_says_when_to_come_again)
{
    answer_has("POST /never HTTP/1.1\r\n" LAST "\r\n", "503", "\r\nRetry-After: ");
    site_release(&site);
}

CHECK_TEST(the_partner_side_bears_no_desk_headers)
{
    struct site partner;
    char answer[4096];
    site_open(&partner, (struct http_server_limits){0});
    bare_ask(partner.port, &ground_get()->client, span_text("GET /peer HTTP/1.1\r\n" LAST "\r\n"),
             answer, sizeof answer, 1500);
    CHECK(strncmp(answer, "HTTP/1.1 200", 12) == 0);
    CHECK(strstr(answer, "Content-Security-Policy") == NULL);
    CHECK(strstr(answer, "Besa-Training") == NULL); /* this one is none for training */
    site_close(&partner);
}

int main(void)
{
    struct error err;
    if (!http_init(&err))
        return 1;
    site_open_desk(&site, (struct http_server_limits){0});
    CHECK_RUN(the_desk_serves_who_shows_no_certificate);
    CHECK_RUN(older_tls_is_refused_at_the_desk_too);
    CHECK_RUN(every_answer_of_the_desk_bears_the_common_headers);
    CHECK_RUN(listed_fields_reach_the_handler_and_others_do_not);
    CHECK_RUN(a_listed_field_may_stand_only_once);
    CHECK_RUN(a_host_that_is_none_is_refused);
    CHECK_RUN(an_answer_may_have_headers_of_its_own);
    CHECK_RUN(a_header_that_could_break_the_answer_apart_is_never_sent);
    CHECK_RUN(a_busy_answer_says_when_to_come_again);
    CHECK_RUN(the_partner_side_bears_no_desk_headers);
    site_close(&site);
    ground_free();
    return check_end();
}
