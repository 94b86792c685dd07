/* The server's life: making, deadlines, limits of connections, stopping. */
#include "check.h"
#include "http/support/ground.h"

static const struct http_server_limits quick = {.head_ms = 200,
                                                .idle_ms = 400,
                                                .body_ms = 1500,
                                                .grace_ms = 200,
                                                .body_rate_bytes_per_s = 1000,
                                                .answer_ms = 300};

/* Sends `head` at once, then a byte of `rest` every `every_ms`; how long until the server has closed, or `most_ms`. */
static int64_t drip(const struct site *site, const char *head, const char *rest, int every_ms,
                    int most_ms)
{
    struct bare bare;
    bare_open(&bare, site->port, &ground_get()->client, BARE_TLS_1_3);
    int64_t begun_ms = now_monotonic_ms();
    bare_send(&bare, span_text(head));
    for (size_t at = 0; now_monotonic_ms() - begun_ms < most_ms; at++) {
        struct buffer got = buffer_make(4096);
        if (rest[at % strlen(rest)] != '.' &&
            !bare_send(&bare, span_make(&rest[at % strlen(rest)], 1)))
            bare.last = -1;
        bare_receive(&bare, &got, NULL, every_ms);
        buffer_free(&got);
        if (bare.last != GNUTLS_E_TIMEDOUT)
            break;
    }
    bare_close(&bare);
    return now_monotonic_ms() - begun_ms;
}

CHECK_TEST(slow_clients_are_closed_in_every_phase)
{
    struct site site;
    site_open(&site, quick);
    static const struct {
        const char *head;
        const char *rest;
        int least_ms;
        int most_ms;
    } cases[] = {
        {"", ".", 150, 600},                          /* nothing at all */
        {"GET /pe", "e", 150, 600},                   /* the request line, byte by byte */
        {"GET /peer HTTP/1.1\r\nA: ", "x", 150, 600}, /* the head, byte by byte */
        {"GET /peer HTTP/1.1\r\nHost: x\r\n\r\n", ".", 300, 2000},   /* idle after an answer */
        {"GET /peer HTTP/1.1\r\nHost: x\r\n\r\nGET", "T", 300, 900}, /* idle, but for a byte */
        {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n", "b", 150, 800},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t taken_ms = drip(&site, cases[i].head, cases[i].rest, 20, 4000);
        if (taken_ms < cases[i].least_ms || taken_ms > cases[i].most_ms + 1000)
            printf("case %zu: closed after %d ms\n", i, (int)taken_ms);
        CHECK(taken_ms >= cases[i].least_ms && taken_ms <= cases[i].most_ms + 1000);
    }
    CHECK(http_server_counts(site.server).too_slow >= 5);
    site_close(&site);
}

/* The rate holds, the whole time does not. */
CHECK_TEST(a_body_that_never_ends_is_closed_at_its_whole_time)
{
    struct site site;
    struct http_server_limits limits = quick;
    limits.body_rate_bytes_per_s = 1;
    limits.body_ms = 600;
    site_open(&site, limits);
    int64_t taken_ms = drip(&site,
                            "POST /large-echo HTTP/1.1\r\nHost: x\r\nContent-Length: 999999"
                            "\r\n\r\n",
                            "b", 20, 5000);
    CHECK(taken_ms >= 550 && taken_ms < 2000);
    site_close(&site);
}

CHECK_TEST(a_client_that_does_not_take_its_answer_is_closed)
{
    struct site site;
    struct bare bare;
    site_open(&site,
              (struct http_server_limits){.grace_ms = 200, .body_rate_bytes_per_s = 100 << 20});
    bare_open(&bare, site.port, &ground_get()->client, BARE_TLS_1_3);
    for (int i = 0; i < 16; i++) /* more than all socket buffers hold */
        CHECK(bare_send(&bare, span_text("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")));
    for (int i = 0; i < 300 && http_server_counts(site.server).too_slow == 0; i++)
        wait_ms(10);
    CHECK_INT(http_server_counts(site.server).too_slow, 1);
    bare_close(&bare);
    site_close(&site);
}

static unsigned call(const struct site *site, const char *path, struct error *err)
{
    struct buffer response = buffer_make(4096);
    struct http_call call = {
        .target = &site->target, .path = path, .response_size_max = 4096, .deadline_ms = 5000};
    unsigned status = 0;
    http_client_call_blocking(&call, &status, &response, err);
    buffer_free(&response);
    return status;
}

CHECK_TEST(a_handler_that_does_not_answer_is_answered_for)
{
    struct site site;
    struct error err = {0};
    site_open(&site, (struct http_server_limits){0});
    int64_t begun_ms = now_monotonic_ms();
    CHECK_INT(call(&site, "/never", &err), 503);
    CHECK(now_monotonic_ms() - begun_ms >= 300);
    CHECK(now_monotonic_ms() - begun_ms < 2000);
    CHECK_INT(site_kept(&site), 1);
    site_release(&site); /* late: only freed */
    CHECK_INT(call(&site, "/echo", &err), 200);
    site_close(&site);
}

static void *stop(void *context)
{
    struct site *site = context;
    http_server_stop(&site->server);
    return NULL;
}

CHECK_TEST(stopping_answers_what_is_open)
{
    struct site site;
    struct bare bare;
    struct buffer got = buffer_make(1 << 16);
    pthread_t stopper;

    site_open(&site, (struct http_server_limits){0});
    bare_open(&bare, site.port, &ground_get()->client, BARE_TLS_1_3);
    CHECK(bare_send(&bare,
                    span_text("POST /never HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")));
    for (int i = 0; i < 200 && site_kept(&site) == 0; i++)
        wait_ms(1);
    pthread_create(&stopper, NULL, stop, &site);
    bare_receive(&bare, &got, NULL, 3000);
    pthread_join(stopper, NULL);
    buffer_byte(&got, 0);
    CHECK(strncmp((char *)got.data, "HTTP/1.1 503", 12) == 0);
    CHECK(strstr((char *)got.data, "stopping") != NULL);
    bare_close(&bare);
    buffer_free(&got);
    site_close(&site); /* gives the kept request back after the server has gone */
}

CHECK_TEST(one_address_has_a_limit_of_connections)
{
    struct site site;
    struct bare bare[5];
    site_open(&site, (struct http_server_limits){.address_count = 3});
    unsigned served = 0;
    for (size_t i = 0; i < 5; i++) {
        bare_open(&bare[i], site.port, &ground_get()->client, BARE_TLS_1_3);
        served += bare[i].handshake == 0;
    }
    CHECK_INT(served, 3);
    for (size_t i = 0; i < 5; i++)
        bare_close(&bare[i]);
    struct error err = {0};
    for (int i = 0; i < 100 && call(&site, "/echo", &err) != 200; i++)
        wait_ms(10);
    CHECK_INT(call(&site, "/echo", &err), 200);
    site_close(&site);
}

CHECK_TEST(one_address_has_a_rate_of_connections)
{
    struct site site;
    struct bare bare;
    unsigned served = 0;
    site_open(&site, (struct http_server_limits){.accept_rate = {.per_s = 1, .burst = 4}});
    for (size_t i = 0; i < 8; i++) {
        bare_open(&bare, site.port, &ground_get()->client, BARE_TLS_1_3);
        served += bare.handshake == 0;
        bare_close(&bare);
    }
    CHECK(served >= 4 && served <= 6);
    CHECK_INT(http_server_counts(site.server).too_often, 8 - served);
    CHECK_INT(http_server_counts(site.server).connections, served);
    wait_ms(1100);
    bare_open(&bare, site.port, &ground_get()->client, BARE_TLS_1_3);
    CHECK(bare.handshake == 0);
    bare_close(&bare);
    site_close(&site);
}

CHECK_TEST(one_address_has_a_rate_of_requests)
{
    struct site site;
    char answer[2048];
    unsigned served = 0;
    site_open_desk(&site, (struct http_server_limits){.request_rate = {.per_s = 1, .burst = 3}});
    for (size_t i = 0; i < 6; i++) {
        bare_ask(site.port, NULL,
                 span_text("GET /fields HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), answer,
                 sizeof answer, 2000);
        served += strncmp(answer, "HTTP/1.1 200", 12) == 0;
    }
    CHECK(served >= 3 && served <= 5);
    CHECK(strncmp(answer, "HTTP/1.1 429", 12) == 0);
    CHECK(strstr(answer, "\r\nRetry-After: 1\r\n") != NULL);
    CHECK_INT(site_handled(&site), served);
    site_close(&site);
}

CHECK_TEST(a_handler_may_name_a_bucket)
{
    static const char a[] = "POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na";
    static const char b[] = "POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nb";
    struct site site;
    struct bare bare;
    struct buffer got = buffer_make(1 << 16);
    site_open_desk(&site, (struct http_server_limits){0});
    bare_open(&bare, site.port, NULL, BARE_TLS_1_3);
    for (int i = 0; i < 3; i++)
        CHECK(bare_send(&bare, span_text(a)));
    bare_receive(&bare, &got, "try again", 2000);
    CHECK(memmem(got.data, got.size, "HTTP/1.1 429", 12) != NULL);
    CHECK(memmem(got.data, got.size, "Retry-After: 1", 14) != NULL);
    buffer_clear(&got);
    CHECK(bare_send(&bare, span_text(b))); /* another bucket, the same connection */
    bare_receive(&bare, &got, "taken", 2000);
    CHECK(memmem(got.data, got.size, "HTTP/1.1 200", 12) != NULL);
    bare_close(&bare);
    buffer_free(&got);
    site_close(&site);
}

CHECK_TEST(all_connections_together_have_a_limit)
{
    struct site site;
    struct bare bare[2];
    struct error err = {0};
    site_open(&site, (struct http_server_limits){.connection_count = 2, .idle_ms = 300});
    bare_open(&bare[0], site.port, &ground_get()->client, BARE_TLS_1_3);
    bare_open(&bare[1], site.port, &ground_get()->client, BARE_TLS_1_3);
    CHECK(bare[0].handshake == 0 && bare[1].handshake == 0);
    /* The third waits until the first two have gone. */
    int64_t begun_ms = now_monotonic_ms();
    bare_send(&bare[0], span_text("GET /peer HTTP/1.1\r\nHost: x\r\n\r\n"));
    bare_send(&bare[1], span_text("GET /peer HTTP/1.1\r\nHost: x\r\n\r\n"));
    CHECK_INT(call(&site, "/echo", &err), 200);
    CHECK(now_monotonic_ms() - begun_ms >= 250);
    bare_close(&bare[0]);
    bare_close(&bare[1]);
    site_close(&site);
}

CHECK_TEST(all_bodies_together_have_a_limit)
{
    struct site site;
    char answer[1024];
    struct bare bare;
    struct error err = {0};
    site_open(&site, (struct http_server_limits){.body_total_size = 1000});
    bare_ask(site.port, &ground_get()->client,
             span_text("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n"), answer,
             sizeof answer, 1500);
    CHECK(strncmp(answer, "HTTP/1.1 503", 12) == 0);

    /* 600 of one body are held; 600 of another do not fit. */
    char body[601];
    memset(body, 'b', 600);
    body[600] = '\0';
    bare_open(&bare, site.port, &ground_get()->client, BARE_TLS_1_3);
    CHECK(bare_send(&bare,
                    span_text("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 601\r\n\r\n")));
    CHECK(bare_send(&bare, span_text(body)));
    wait_ms(50);
    char text[1024];
    snprintf(text, sizeof text, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 600\r\n\r\n%s",
             body);
    bare_ask(site.port, &ground_get()->client, span_text(text), answer, sizeof answer, 1500);
    CHECK(strncmp(answer, "HTTP/1.1 503", 12) == 0);
    bare_close(&bare);
    wait_ms(50);
    bare_ask(site.port, &ground_get()->client, span_text(text), answer, sizeof answer, 500);
    CHECK(strncmp(answer, "HTTP/1.1 200", 12) == 0);
    CHECK_INT(call(&site, "/echo", &err), 200);
    site_close(&site);
}

CHECK_TEST(bad_options_are_refused)
{
    struct ground *ground = ground_get();
    struct http_server *server = NULL;
    struct error err = {0};
    struct http_server_options good = {.env = env_real(),
                                       .address = "127.0.0.1",
                                       .key_pem = buffer_span(&ground->server.key_pem),
                                       .certificate_pem =
                                           buffer_span(&ground->server.certificate_pem)};
    struct http_server_options options = good;
    options.address = "localhost";
    CHECK(!http_server_make(&options, &server, &err));
    CHECK_ERROR(err, ERROR_INPUT, "'localhost' is not an address");
    options = good;
    options.key_pem = buffer_span(&ground->client.key_pem);
    CHECK(!http_server_make(&options, &server, &err));
    CHECK_ERROR(err, ERROR_INPUT, "own TLS key and certificate");
    options = good;
    options.trusted_pem = span_text("nothing");
    CHECK(!http_server_make(&options, &server, &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    options = good;
    CHECK_OK(http_server_make(&options, &server, &err), err);
    options.port = http_server_port(server);
    struct http_server *second = NULL;
    CHECK(!http_server_make(&options, &second, &err));
    CHECK_ERROR(err, ERROR_LINK, "in use");
    http_server_stop(&server); /* never started */
    CHECK(server == NULL);
    options = good;
    options.address = "::1";
    if (http_server_make(&options, &server, &err)) {
        CHECK_OK(http_server_start(server, &err), err);
        http_server_stop(&server);
    }
}

int main(void)
{
    struct error err;
    if (!http_init(&err))
        return 1;
    CHECK_RUN(slow_clients_are_closed_in_every_phase);
    CHECK_RUN(a_body_that_never_ends_is_closed_at_its_whole_time);
    CHECK_RUN(a_client_that_does_not_take_its_answer_is_closed);
    CHECK_RUN(a_handler_that_does_not_answer_is_answered_for);
    CHECK_RUN(stopping_answers_what_is_open);
    CHECK_RUN(one_address_has_a_limit_of_connections);
    CHECK_RUN(one_address_has_a_rate_of_connections);
    CHECK_RUN(one_address_has_a_rate_of_requests);
    CHECK_RUN(a_handler_may_name_a_bucket);
    CHECK_RUN(all_connections_together_have_a_limit);
    CHECK_RUN(all_bodies_together_have_a_limit);
    CHECK_RUN(bad_options_are_refused);
    ground_free();
    return check_end();
}
