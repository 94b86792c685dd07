/*
 * The client: whom it believes, what it says when a call fails, kept connections, many calls at once.
 * covers: client_explain
 */
#include "check.h"
#include "http/support/ground.h"

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

struct outcome {
    unsigned count;
    unsigned status;
    size_t size;
    char text[64];
    struct error err;
};

static void outcome_take(void *context, unsigned status, struct span response,
                         const struct error *error)
{
    struct outcome *outcome = context;
    outcome->count++;
    outcome->status = status;
    outcome->size = response.size;
    snprintf(outcome->text, sizeof outcome->text, "%.*s", SPAN_ARG(response));
    if (error != NULL)
        outcome->err = *error;
}

/* Runs until `wanted` calls are done, 10 s at most. */
static void run_until(struct http_client *client, const struct outcome *outcomes, size_t count)
{
    struct error err = {0};
    int64_t begun_ms = now_monotonic_ms();
    for (;;) {
        size_t done = 0;
        for (size_t i = 0; i < count; i++)
            done += outcomes[i].count;
        if (done >= count || now_monotonic_ms() - begun_ms > 10000)
            return;
        CHECK_OK(http_client_run(client, 200, &err), err);
    }
}

/* One call to a bare server that behaves as said. */
static struct outcome call_bare(struct bare_server behaviour, const struct authority *believed,
                                int64_t deadline_ms, size_t response_size_max)
{
    struct ground *ground = ground_get();
    struct outcome outcome = {0};
    struct buffer response = buffer_make(1 << 20);
    bare_server_open(&behaviour);
    struct http_target target = {.address = behaviour.address,
                                 .name = "node.ro.example",
                                 .institution_pem = buffer_span(&believed->pem),
                                 .key_pem = buffer_span(&ground->client.key_pem),
                                 .certificate_pem = buffer_span(&ground->client.certificate_pem)};
    struct http_call call = {.target = &target,
                             .path = "/x",
                             .body = span_text("body"),
                             .response_size_max = response_size_max,
                             .deadline_ms = deadline_ms};
    http_client_call_blocking(&call, &outcome.status, &response, &outcome.err);
    outcome.size = response.size;
    snprintf(outcome.text, sizeof outcome.text, "%.*s", SPAN_ARG(buffer_span(&response)));
    bare_server_close(&behaviour);
    buffer_free(&response);
    return outcome;
}

static struct bare_server behaviour_make(const struct identity *identity, const char *answer)
{
    return (struct bare_server){.identity = identity,
                                .priority = BARE_TLS_1_3,
                                .answer = span_text(answer),
                                .repeat = answer[0] == '\0' ? 0 : 1};
}

CHECK_TEST(an_answer_comes_whole)
{
    struct ground *ground = ground_get();
    struct outcome got =
        call_bare(behaviour_make(&ground->server, OK_ANSWER), &ground->ro, 5000, 100);
    CHECK_INT(got.status, 200);
    CHECK_SPAN(span_text(got.text), "hi");
    got = call_bare(behaviour_make(&ground->server, "HTTP/1.1 409 Conflict\r\nContent-Length: 3"
                                                    "\r\n\r\nno!"),
                    &ground->ro, 5000, 100);
    CHECK_INT(got.status, 409);
    CHECK_SPAN(span_text(got.text), "no!");
}

CHECK_TEST(a_server_of_another_institution_is_not_believed)
{
    struct ground *ground = ground_get();
    struct outcome got =
        call_bare(behaviour_make(&ground->server, OK_ANSWER), &ground->al, 5000, 100);
    CHECK_INT(got.status, 0);
    CHECK_ERROR(got.err, ERROR_LINK, "certificate not issued by the institution of the agreement");
}

static void refused_server(enum identity_kind kind, const char *name, int from_s, int until_s,
                           const char *text)
{
    struct ground *ground = ground_get();
    struct identity node;
    identity_make(&node, &ground->ro, name, kind, from_s, until_s);
    struct outcome got = call_bare(behaviour_make(&node, OK_ANSWER), &ground->ro, 5000, 100);
    CHECK_INT(got.status, 0);
    CHECK_ERROR(got.err, ERROR_LINK, text);
    identity_free(&node);
}

CHECK_TEST(names_and_validity_of_servers_are_checked)
{
    refused_server(IDENTITY_NODE, "node.ro.example", -900, -60, "certificate has expired");
    refused_server(IDENTITY_NODE, "node.ro.example", 900, 9000, "not yet valid");
    refused_server(IDENTITY_NODE, "other.ro.example", -60, 900, "bears another name");
    refused_server(IDENTITY_NAMELESS, "", -60, 900, "bears another name");
}

CHECK_TEST(older_tls_is_not_spoken)
{
    struct ground *ground = ground_get();
    struct bare_server behaviour = behaviour_make(&ground->server, OK_ANSWER);
    behaviour.priority = BARE_TLS_1_2;
    struct outcome got = call_bare(behaviour, &ground->ro, 5000, 100);
    CHECK_INT(got.status, 0);
    CHECK_ERROR(got.err, ERROR_LINK, "TLS 1.3");
}

CHECK_TEST(an_answer_over_the_limit_is_refused)
{
    struct ground *ground = ground_get();
    struct outcome got =
        call_bare(behaviour_make(&ground->server, OK_ANSWER), &ground->ro, 5000, 1);
    CHECK_INT(got.status, 0);
    CHECK_ERROR(got.err, ERROR_LIMIT, "larger than 1 bytes");
    CHECK_INT(call_bare(behaviour_make(&ground->server, OK_ANSWER), &ground->ro, 5000, 2).status,
              200);
    /* Without a size said before, and without end. */
    struct bare_server endless =
        behaviour_make(&ground->server, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n0123456789");
    endless.repeat = 100000;
    got = call_bare(endless, &ground->ro, 5000, 1000);
    CHECK_INT(got.status, 0);
    CHECK_ERROR(got.err, ERROR_LIMIT, "larger than 1000 bytes");
}

CHECK_TEST(a_server_that_closes_early_is_reported)
{
    struct ground *ground = ground_get();
    struct outcome got =
        call_bare(behaviour_make(&ground->server, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"),
                  &ground->ro, 5000, 100);
    CHECK_INT(got.status, 0);
    CHECK_INT(got.size, 0);
    CHECK_ERROR(got.err, ERROR_LINK, "in the middle of its answer");
    got = call_bare(behaviour_make(&ground->server, ""), &ground->ro, 5000, 100);
    CHECK_INT(got.status, 0);
    CHECK_ERROR(got.err, ERROR_LINK, "without an answer");
    got = call_bare(behaviour_make(&ground->server, "HTTP/1.1 200 OK\r\nContent-Le"), &ground->ro,
                    5000, 100);
    CHECK_INT(got.status, 0);
    CHECK_INT(got.err.kind, ERROR_LINK);
    /* Whoever cuts the line must not be able to shorten an answer. */
    got = call_bare(behaviour_make(&ground->server, "HTTP/1.1 200 OK\r\n\r\nhi"), &ground->ro, 5000,
                    100);
    CHECK_INT(got.status, 0);
    CHECK_ERROR(got.err, ERROR_LINK, "in the middle of its answer");
    got = call_bare(behaviour_make(&ground->server, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"),
                    &ground->ro, 5000, 100);
    CHECK_INT(got.status, 0);
    CHECK_ERROR(got.err, ERROR_LINK, "in the middle of its answer");
    got = call_bare(behaviour_make(&ground->server, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked"
                                                    "\r\n\r\n2\r\nhi\r\n"),
                    &ground->ro, 5000, 100);
    CHECK_INT(got.status, 0);
    CHECK_INT(got.err.kind, ERROR_LINK);
}

CHECK_TEST(what_is_not_http_is_no_answer)
{
    struct ground *ground = ground_get();
    struct outcome got =
        call_bare(behaviour_make(&ground->server, "220 mail ready\r\n"), &ground->ro, 5000, 100);
    CHECK_INT(got.status, 0);
    CHECK_INT(got.err.kind, ERROR_LINK);
}

CHECK_TEST(redirects_are_answers_not_orders)
{
    struct ground *ground = ground_get();
    struct outcome got = call_bare(
        behaviour_make(&ground->server, "HTTP/1.1 302 Found\r\nLocation: https://x.example/"
                                        "\r\nContent-Length: 0\r\n\r\n"),
        &ground->ro, 5000, 100);
    CHECK_INT(got.status, 302);
}

CHECK_TEST(a_deadline_ends_the_call)
{
    struct ground *ground = ground_get();
    struct bare_server silent = behaviour_make(&ground->server, "");
    silent.is_silent = true;
    int64_t begun_ms = now_monotonic_ms();
    struct outcome got = call_bare(silent, &ground->ro, 300, 100);
    CHECK_INT(got.status, 0);
    CHECK_ERROR(got.err, ERROR_LINK, "no whole answer within");
    CHECK(now_monotonic_ms() - begun_ms >= 300);
    CHECK(now_monotonic_ms() - begun_ms < 3000);
}

static struct outcome call_address(const char *address, struct span key_pem)
{
    struct ground *ground = ground_get();
    struct outcome outcome = {0};
    struct buffer response = buffer_make(100);
    struct http_target target = {.address = address,
                                 .name = "node.ro.example",
                                 .institution_pem = buffer_span(&ground->ro.pem),
                                 .key_pem = key_pem,
                                 .certificate_pem = buffer_span(&ground->client.certificate_pem)};
    struct http_call call = {
        .target = &target, .path = "/x", .response_size_max = 100, .deadline_ms = 5000};
    http_client_call_blocking(&call, &outcome.status, &response, &outcome.err);
    buffer_free(&response);
    return outcome;
}

CHECK_TEST(a_refused_connection_is_said_so)
{
    struct span key = buffer_span(&ground_get()->client.key_pem);
    struct bare_server gone = behaviour_make(&ground_get()->server, "");
    bare_server_open(&gone);
    bare_server_close(&gone);
    struct outcome got = call_address(gone.address, key);
    CHECK_INT(got.status, 0);
    CHECK_ERROR(got.err, ERROR_LINK, "connection refused");
}

CHECK_TEST(own_keys_that_do_not_fit_are_said_so)
{
    struct site site;
    site_open(&site, (struct http_server_limits){0});
    struct outcome got = call_address(site.address, buffer_span(&ground_get()->foreign.key_pem));
    CHECK_INT(got.status, 0);
    CHECK_ERROR(got.err, ERROR_INPUT, "our own TLS key or certificate");
    got = call_address(site.address, span_text("no key"));
    CHECK_ERROR(got.err, ERROR_INPUT, "our own TLS key or certificate");
    site_close(&site);
}

CHECK_TEST(calls_that_cannot_be_are_refused_at_once)
{
    struct ground *ground = ground_get();
    struct http_client *client = NULL;
    struct error err = {0};
    struct outcome outcome = {0};
    struct http_target good = {.address = "127.0.0.1:1",
                               .name = "node.ro.example",
                               .institution_pem = buffer_span(&ground->ro.pem),
                               .key_pem = buffer_span(&ground->client.key_pem),
                               .certificate_pem = buffer_span(&ground->client.certificate_pem)};
    struct http_target target = good;
    struct http_call call = {.target = &target,
                             .path = "/x",
                             .deadline_ms = 1000,
                             .done = outcome_take,
                             .context = &outcome};
    CHECK_OK(http_client_make(4, &client, &err), err);
    const char *paths[] = {"", "x", "/a b", "/a\r\nHost: y", "/a#b", "/a\\b", "/\xc3\xa4"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        call.path = paths[i];
        CHECK(!http_client_call(client, &call, &err));
        CHECK_ERROR(err, ERROR_BUG, "cannot be called");
    }
    call.path = "/x";
    const char *addresses[] = {"", "127.0.0.1", "127.0.0.1:", ":1", "127.0.0.1:1x"};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        target = good;
        target.address = addresses[i];
        CHECK(!http_client_call(client, &call, &err));
        CHECK_ERROR(err, ERROR_INPUT, "is not host:port");
    }
    target = good;
    target.name = "node.ro.example/@other";
    CHECK(!http_client_call(client, &call, &err));
    CHECK_ERROR(err, ERROR_INPUT, "is not a DNS name");
    target = good;
    target.institution_pem = (struct span){0};
    CHECK(!http_client_call(client, &call, &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    target = good;
    call.deadline_ms = 0;
    CHECK(!http_client_call(client, &call, &err));
    CHECK_INT(http_client_open_count(client), 0);
    http_client_free(&client);
    CHECK_INT(outcome.count, 0);
}

/* ---- many calls on one client ---- */

static struct http_call call_make(const struct site *site, const char *path,
                                  struct outcome *outcome)
{
    return (struct http_call){.target = &site->target,
                              .path = path,
                              .body = span_text("body"),
                              .response_size_max = 4096,
                              .deadline_ms = 8000,
                              .done = outcome_take,
                              .context = outcome};
}

CHECK_TEST(one_connection_serves_call_after_call)
{
    struct site site;
    struct http_client *client = NULL;
    struct error err = {0};
    site_open(&site, (struct http_server_limits){0});
    CHECK_OK(http_client_make(4, &client, &err), err);
    for (int i = 0; i < 50; i++) {
        struct outcome outcome = {0};
        struct http_call call = call_make(&site, i % 2 == 0 ? "/echo" : "/later", &outcome);
        CHECK_OK(http_client_call(client, &call, &err), err);
        run_until(client, &outcome, 1);
        CHECK_INT(outcome.status, 200);
        CHECK_SPAN(span_text(outcome.text), "body");
    }
    CHECK_INT(http_client_connect_count(client), 1);
    CHECK_INT(http_server_counts(site.server).handshakes_accepted, 1);
    CHECK_INT(http_server_counts(site.server).requests, 50);
    http_client_free(&client);
    site_close(&site);
}

CHECK_TEST(another_institution_or_key_never_uses_a_kept_connection)
{
    struct site site;
    struct ground *ground = ground_get();
    struct http_client *client = NULL;
    struct error err = {0};
    struct identity second;
    site_open(&site, (struct http_server_limits){0});
    CHECK_OK(http_client_make(4, &client, &err), err);
    struct outcome outcomes[3] = {0};
    struct http_call call = call_make(&site, "/echo", &outcomes[0]);
    CHECK_OK(http_client_call(client, &call, &err), err);
    run_until(client, &outcomes[0], 1);
    CHECK_INT(outcomes[0].status, 200);

    struct http_target other = site.target;
    other.institution_pem = buffer_span(&ground->al.pem);
    call = call_make(&site, "/echo", &outcomes[1]);
    call.target = &other;
    CHECK_OK(http_client_call(client, &call, &err), err);
    run_until(client, &outcomes[1], 1);
    CHECK_INT(outcomes[1].status, 0);
    CHECK_ERROR(outcomes[1].err, ERROR_LINK, "not issued by the institution");

    identity_make(&second, &ground->al, "second.al.example", IDENTITY_NODE, -60, 900);
    other = site.target;
    other.key_pem = buffer_span(&second.key_pem);
    other.certificate_pem = buffer_span(&second.certificate_pem);
    call = call_make(&site, "/peer", &outcomes[2]);
    call.target = &other;
    call.is_get = true;
    CHECK_OK(http_client_call(client, &call, &err), err);
    run_until(client, &outcomes[2], 1);
    CHECK_SPAN(span_text(outcomes[2].text), "0 second.al.example");
    http_client_free(&client);
    identity_free(&second);
    site_close(&site);
}

#define CROWD 100

CHECK_TEST(a_hundred_calls_at_once_are_all_answered)
{
    static struct outcome outcomes[CROWD];
    struct site site;
    struct http_client *client = NULL;
    struct error err = {0};
    site_open(&site, (struct http_server_limits){.address_count = 128,
                                                 .stranger_count = 128,
                                                 .peer_connection_count = 128});
    CHECK_OK(http_client_make(CROWD, &client, &err), err);
    memset(outcomes, 0, sizeof outcomes);
    for (size_t i = 0; i < CROWD; i++) {
        struct http_call call = call_make(&site, "/later", &outcomes[i]);
        CHECK_OK(http_client_call(client, &call, &err), err);
    }
    CHECK_INT(http_client_open_count(client), CROWD);
    run_until(client, outcomes, CROWD);
    for (size_t i = 0; i < CROWD; i++) {
        CHECK_INT(outcomes[i].count, 1);
        CHECK_INT(outcomes[i].status, 200);
    }
    CHECK_INT(http_client_open_count(client), 0);
    http_client_free(&client);
    site_close(&site);
}

CHECK_TEST(calls_over_the_connection_limit_wait_their_turn)
{
    static struct outcome outcomes[CROWD];
    struct site site;
    struct http_client *client = NULL;
    struct error err = {0};
    site_open(&site, (struct http_server_limits){0});
    CHECK_OK(http_client_make(3, &client, &err), err);
    memset(outcomes, 0, sizeof outcomes);
    for (size_t i = 0; i < CROWD; i++) {
        struct http_call call = call_make(&site, "/echo", &outcomes[i]);
        CHECK_OK(http_client_call(client, &call, &err), err);
    }
    run_until(client, outcomes, CROWD);
    for (size_t i = 0; i < CROWD; i++)
        CHECK_INT(outcomes[i].status, 200);
    CHECK(http_server_counts(site.server).handshakes_accepted <= 3);
    http_client_free(&client);
    site_close(&site);
}

struct caller {
    struct http_client *client;
    const struct site *site;
    struct outcome outcomes[20];
    bool is_good;
};

static void *caller_run(void *context)
{
    struct caller *caller = context;
    caller->is_good = true;
    for (size_t i = 0; i < 20; i++) {
        struct error err = {0};
        struct http_call call = call_make(caller->site, "/echo", &caller->outcomes[i]);
        caller->is_good = caller->is_good && http_client_call(caller->client, &call, &err);
        if (i % 5 == 0)
            wait_ms(1);
    }
    return NULL;
}

CHECK_TEST(calls_may_be_begun_on_any_thread)
{
    static struct caller callers[4];
    struct site site;
    struct http_client *client = NULL;
    struct error err = {0};
    pthread_t threads[4];
    site_open(&site, (struct http_server_limits){0});
    CHECK_OK(http_client_make(8, &client, &err), err);
    for (size_t i = 0; i < 4; i++) {
        callers[i] = (struct caller){.client = client, .site = &site};
        pthread_create(&threads[i], NULL, caller_run, &callers[i]);
    }
    int64_t begun_ms = now_monotonic_ms();
    while (http_server_counts(site.server).requests < 80 && now_monotonic_ms() - begun_ms < 10000)
        CHECK_OK(http_client_run(client, 1000, &err), err);
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        CHECK(callers[i].is_good);
        run_until(client, callers[i].outcomes, 20);
        for (size_t at = 0; at < 20; at++)
            CHECK_INT(callers[i].outcomes[at].status, 200);
    }
    http_client_free(&client);
    site_close(&site);
}

static void *wake_soon(void *client)
{
    wait_ms(50);
    http_client_wake(client);
    return NULL;
}

CHECK_TEST(a_wake_ends_the_wait)
{
    struct http_client *client = NULL;
    struct error err = {0};
    pthread_t thread;
    CHECK_OK(http_client_make(1, &client, &err), err);
    int64_t begun_ms = now_monotonic_ms();
    pthread_create(&thread, NULL, wake_soon, client);
    CHECK_OK(http_client_run(client, 5000, &err), err);
    CHECK(now_monotonic_ms() - begun_ms < 3000);
    pthread_join(thread, NULL);
    http_client_free(&client);
}

CHECK_TEST(freeing_the_client_ends_its_calls)
{
    struct site site;
    struct http_client *client = NULL;
    struct error err = {0};
    struct outcome outcomes[2] = {0};
    site_open(&site, (struct http_server_limits){0});
    CHECK_OK(http_client_make(4, &client, &err), err);
    struct http_call call = call_make(&site, "/never", &outcomes[0]);
    CHECK_OK(http_client_call(client, &call, &err), err);
    while (site_kept(&site) == 0)
        CHECK_OK(http_client_run(client, 20, &err), err);
    call = call_make(&site, "/echo", &outcomes[1]); /* begun, never taken up */
    CHECK_OK(http_client_call(client, &call, &err), err);
    http_client_free(&client);
    for (size_t i = 0; i < 2; i++) {
        CHECK_INT(outcomes[i].count, 1);
        CHECK_INT(outcomes[i].status, 0);
        CHECK_ERROR(outcomes[i].err, ERROR_LINK, "stopping");
    }
    site_close(&site);
}

/* The environment of the process must not lead a call elsewhere. */
CHECK_TEST(proxies_of_the_environment_are_not_used)
{
    struct site site;
    site_open(&site, (struct http_server_limits){0});
    setenv("https_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    struct outcome got = call_address(site.address, buffer_span(&ground_get()->client.key_pem));
    unsetenv("https_proxy");
    unsetenv("ALL_PROXY");
    CHECK_INT(got.status, 404);
    site_close(&site);
}

int main(void)
{
    struct error err;
    if (!http_init(&err))
        return 1;
    CHECK_RUN(an_answer_comes_whole);
    CHECK_RUN(a_server_of_another_institution_is_not_believed);
    CHECK_RUN(names_and_validity_of_servers_are_checked);
    CHECK_RUN(older_tls_is_not_spoken);
    CHECK_RUN(an_answer_over_the_limit_is_refused);
    CHECK_RUN(a_server_that_closes_early_is_reported);
    CHECK_RUN(what_is_not_http_is_no_answer);
    CHECK_RUN(redirects_are_answers_not_orders);
    CHECK_RUN(a_deadline_ends_the_call);
    CHECK_RUN(a_refused_connection_is_said_so);
    CHECK_RUN(own_keys_that_do_not_fit_are_said_so);
    CHECK_RUN(calls_that_cannot_be_are_refused_at_once);
    CHECK_RUN(one_connection_serves_call_after_call);
    CHECK_RUN(another_institution_or_key_never_uses_a_kept_connection);
    CHECK_RUN(a_hundred_calls_at_once_are_all_answered);
    CHECK_RUN(calls_over_the_connection_limit_wait_their_turn);
    CHECK_RUN(calls_may_be_begun_on_any_thread);
    CHECK_RUN(a_wake_ends_the_wait);
    CHECK_RUN(freeing_the_client_ends_its_calls);
    CHECK_RUN(proxies_of_the_environment_are_not_used);
    ground_free();
    return check_end();
}
