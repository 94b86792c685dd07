/*
 * What an answer asks for by Retry-After, as the client tells it: whole seconds, and nothing that a hostile partner may
 * write there instead.
 * covers: client_retry
 */
#include "check.h"
#include "http/support/ground.h"

struct outcome {
    struct http_client *client;
    unsigned count;
    unsigned status;
    int64_t retry_ms;
};

static void outcome_take(void *context, unsigned status, struct span response,
                         const struct error *error)
{
    struct outcome *outcome = context;
    (void)response;
    (void)error;

    outcome->count++;
    outcome->status = status;
    outcome->retry_ms = http_client_retry_ms(outcome->client);
}

/* One call to a bare server that answers this. */
static struct outcome call(const char *answer)
{
    struct ground *ground = ground_get();
    struct bare_server server = {.identity = &ground->server,
                                 .priority = BARE_TLS_1_3,
                                 .answer = span_text(answer),
                                 .repeat = 1};
    struct outcome outcome = {.count = 0};
    struct error err = {0};

    bare_server_open(&server);
    struct http_target target = {.address = server.address,
                                 .name = "node.ro.example",
                                 .institution_pem = buffer_span(&ground->ro.pem),
                                 .key_pem = buffer_span(&ground->client.key_pem),
                                 .certificate_pem = buffer_span(&ground->client.certificate_pem)};
    struct http_call asked = {.target = &target,
                              .path = "/x",
                              .body = span_text("body"),
                              .response_size_max = 1024,
                              .deadline_ms = 5000,
                              .done = outcome_take,
                              .context = &outcome};
    CHECK(http_client_make(1, &outcome.client, &err));
    CHECK(http_client_call(outcome.client, &asked, &err));
    while (outcome.count == 0 && http_client_run(outcome.client, 200, &err))
        continue;
    CHECK_INT(http_client_retry_ms(outcome.client), 0); /* only while the answer is given */
    http_client_free(&outcome.client);
    bare_server_close(&server);
    return outcome;
}

static struct outcome call_with(const char *fields)
{
    char answer[1024];

    snprintf(answer, sizeof answer,
             "HTTP/1.1 503 Service Unavailable\r\n%sContent-Length: 2\r\n\r\nno", fields);
    return call(answer);
}

CHECK_TEST(whole_seconds_are_told)
{
    static const struct {
        const char *fields;
        int64_t ms;
    } cases[] = {{"Retry-After: 7\r\n", 7000},          {"retry-after:7\r\n", 7000},
                 {"RETRY-AFTER: \t120 \t\r\n", 120000}, {"Retry-After: 999999\r\n", 999999000},
                 {"Retry-After: 007\r\n", 7000},        {"", 0}};

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct outcome outcome = call_with(cases[i].fields);
        CHECK_INT(outcome.status, 503);
        CHECK_INT(outcome.retry_ms, cases[i].ms);
    }
}

CHECK_TEST(what_is_no_number_of_seconds_says_nothing)
{
    static const char *const fields[] = {"Retry-After: 0\r\n",
                                         "Retry-After:\r\n",
                                         "Retry-After: -1\r\n",
                                         "Retry-After: +5\r\n",
                                         "Retry-After: 1.5\r\n",
                                         "Retry-After: 0x10\r\n",
                                         "Retry-After: 1e9\r\n",
                                         "Retry-After: 7 8\r\n",
                                         "Retry-After: 7, 8\r\n",
                                         "Retry-After: 1000000\r\n",
                                         "Retry-After: 9223372036854775807\r\n",
                                         "Retry-After: 99999999999999999999999999\r\n",
                                         "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n",
                                         "Retry-After: \xef\xbc\x97\r\n",
                                         "Retry-After: 7\r\nRetry-After: 8\r\n",
                                         "Retry-After: 7\r\nRetry-After: 7\r\n",
                                         "Retry-Afters: 7\r\n",
                                         "X-Retry-After: 7\r\n"};

    for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
        struct outcome outcome = call_with(fields[i]);
        CHECK_INT(outcome.status, 503);
        CHECK_INT(outcome.retry_ms, 0);
        if (outcome.retry_ms != 0)
            printf("  %s", fields[i]);
    }
}

CHECK_TEST(an_interim_head_says_nothing_for_the_answer)
{
    struct outcome outcome = call("HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\n"
                                  "HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nno");
    CHECK_INT(outcome.status, 503);
    CHECK_INT(outcome.retry_ms, 0);
}

CHECK_TEST(an_answer_that_is_cut_says_nothing)
{
    struct outcome outcome = call("HTTP/1.1 503 Busy\r\nRetry-After: 9\r\n");
    CHECK_INT(outcome.status, 0);
    CHECK_INT(outcome.retry_ms, 0);
}

int main(void)
{
    struct error err;
    if (!http_init(&err))
        return 1;
    CHECK_RUN(whole_seconds_are_told);
    CHECK_RUN(what_is_no_number_of_seconds_says_nothing);
    CHECK_RUN(an_interim_head_says_nothing_for_the_answer);
    CHECK_RUN(an_answer_that_is_cut_says_nothing);
    ground_free();
    return check_end();
}
