/* One request's way: served at once and later, limits of its body, refusals. */
#include "check.h"
#include "http/support/ground.h"

static struct site site;

static unsigned ask(const struct identity *identity, const char *path, bool is_get,
                    struct span body, struct buffer *response, struct error *err)
{
    struct http_target target = site.target;
    struct http_call call = {.target = &target,
                             .path = path,
                             .is_get = is_get,
                             .body = body,
                             .response_size_max = 64u << 20,
                             .deadline_ms = 20000};
    unsigned status = 0;
    target.key_pem = buffer_span(&identity->key_pem);
    target.certificate_pem = buffer_span(&identity->certificate_pem);
    buffer_clear(response);
    http_client_call_blocking(&call, &status, response, err);
    return status;
}

static struct buffer response;

CHECK_TEST(a_request_is_answered_with_its_own_body)
{
    struct error err = {0};
    CHECK_INT(ask(&ground_get()->client, "/echo", false, span_text("besa"), &response, &err), 200);
    CHECK_SPAN(buffer_span(&response), "besa");
    CHECK_INT(ask(&ground_get()->client, "/echo", false, (struct span){0}, &response, &err), 200);
    CHECK_INT(response.size, 0);
}

CHECK_TEST(an_answer_may_come_later_from_another_thread)
{
    struct error err = {0};
    int64_t before_ms = now_monotonic_ms();
    CHECK_INT(ask(&ground_get()->client, "/later", false, span_text("later"), &response, &err),
              200);
    CHECK_SPAN(buffer_span(&response), "later");
    CHECK(now_monotonic_ms() - before_ms >= 20);
}

CHECK_TEST(the_handler_sees_peer_path_query_and_type)
{
    struct error err = {0};
    CHECK_INT(ask(&ground_get()->client, "/peer", true, (struct span){0}, &response, &err), 200);
    CHECK_SPAN(buffer_span(&response), "0 node.al.example");
    CHECK_INT(
        ask(&ground_get()->client, "/files/a%20b?x=%2F&y", true, (struct span){0}, &response, &err),
        200);
    CHECK_SPAN(buffer_span(&response), "/files/a%20b|x=%2F&y|");
}

CHECK_TEST(an_error_is_answered_with_kind_and_text)
{
    struct error err = {0};
    CHECK_INT(ask(&ground_get()->client, "/fault", true, (struct span){0}, &response, &err),
              error_http_status(ERROR_CONFLICT));
    CHECK_SPAN(buffer_span(&response),
               "{\"kind\":\"conflict\",\"text\":\"the \\\"tree\\\" stands at 7\"}");
}

CHECK_TEST(unknown_paths_and_methods_are_refused)
{
    struct error err = {0};
    struct identity *client = &ground_get()->client;
    unsigned before = site_handled(&site);
    CHECK_INT(ask(client, "/nowhere", true, (struct span){0}, &response, &err), 404);
    CHECK_INT(ask(client, "/echo/", false, span_text("x"), &response, &err), 404);
    CHECK_INT(ask(client, "/echo", true, (struct span){0}, &response, &err), 405);
    CHECK_INT(ask(client, "/peer", false, span_text(""), &response, &err), 405);
    CHECK_INT(ask(client, "/peer/../echo", true, (struct span){0}, &response, &err), 404);
    CHECK_INT(site_handled(&site), before);
}

static void raw(const struct identity *identity, const char *head, char *answer, size_t size)
{
    bare_ask(site.port, identity, span_text(head), answer, size, 1500);
}

CHECK_TEST(a_body_over_the_limit_is_refused_before_its_first_byte)
{
    static uint8_t bytes[SITE_ECHO_SIZE_MAX + 1];
    char answer[1024];
    struct error err = {0};
    unsigned before = site_handled(&site);

    CHECK_INT(
        ask(&ground_get()->client, "/echo", false, span_make(bytes, sizeof bytes), &response, &err),
        413);
    /* Only the head is sent: the answer comes all the same. */
    raw(&ground_get()->client, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4097\r\n\r\n",
        answer, sizeof answer);
    CHECK(strncmp(answer, "HTTP/1.1 413", 12) == 0);
    raw(&ground_get()->client,
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551615\r\n\r\n", answer,
        sizeof answer);
    CHECK(strncmp(answer, "HTTP/1.1 413", 12) == 0);
    CHECK_INT(site_handled(&site), before);
    CHECK_INT(ask(&ground_get()->client, "/echo", false, span_make(bytes, SITE_ECHO_SIZE_MAX),
                  &response, &err),
              200);
    CHECK_INT(response.size, SITE_ECHO_SIZE_MAX);
}

/* Chunks are where readers differ; a body says its size. */
CHECK_TEST(a_chunked_body_is_refused_unread)
{
    static const char *const bodies[] = {"2\r\nhi\r\n0\r\n\r\n", "0\r\n\r\n",
                                         "zz\r\nhi\r\n0\r\n\r\n",
                                         "0\r\n\r\nGET /peer HTTP/1.1\r\nHost: x\r\n\r\n", ""};
    unsigned before = site_handled(&site);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        char text[256];
        char answer[1024];
        snprintf(text, sizeof text,
                 "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%s",
                 bodies[i]);
        raw(&ground_get()->client, text, answer, sizeof answer);
        CHECK(strncmp(answer, "HTTP/1.1 411", 12) == 0);
        CHECK(strstr(answer, "Connection: close") != NULL);
    }
    CHECK_INT(site_handled(&site), before);
}

CHECK_TEST(large_bodies_travel_both_ways)
{
    struct error err = {0};
    size_t size = 48u << 20;
    uint8_t *bytes = malloc(size);
    CHECK_OR_RETURN(bytes != NULL);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i * 31 + (i >> 16));
    CHECK_INT(
        ask(&ground_get()->client, "/large-echo", false, span_make(bytes, size), &response, &err),
        200);
    CHECK(span_equal(buffer_span(&response), span_make(bytes, size)));
    free(bytes);
    CHECK_INT(ask(&ground_get()->client, "/large", true, (struct span){0}, &response, &err), 200);
    CHECK_INT(response.size, 1200000);
}

CHECK_TEST(several_requests_in_one_piece_are_served_in_order)
{
    struct bare bare;
    struct buffer got = buffer_make(1 << 16);
    bare_open(&bare, site.port, &ground_get()->client, BARE_TLS_1_3);
    CHECK(bare_send(&bare,
                    span_text("POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
                              "POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\ntwo"
                              "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nthree")));
    bare_receive(&bare, &got, "three", 2000);
    buffer_byte(&got, 0);
    const char *one = strstr((char *)got.data, "one");
    const char *two = strstr((char *)got.data, "two");
    const char *three = strstr((char *)got.data, "three");
    CHECK(one != NULL && two != NULL && three != NULL && one < two && two < three);
    bare_close(&bare);
    buffer_free(&got);
}

int main(void)
{
    struct error err;
    if (!http_init(&err))
        return 1;
    response = buffer_make(64u << 20);
    site_open(&site, (struct http_server_limits){0});
    CHECK_RUN(a_request_is_answered_with_its_own_body);
    CHECK_RUN(an_answer_may_come_later_from_another_thread);
    CHECK_RUN(the_handler_sees_peer_path_query_and_type);
    CHECK_RUN(an_error_is_answered_with_kind_and_text);
    CHECK_RUN(unknown_paths_and_methods_are_refused);
    CHECK_RUN(a_body_over_the_limit_is_refused_before_its_first_byte);
    CHECK_RUN(a_chunked_body_is_refused_unread);
    CHECK_RUN(large_bodies_travel_both_ways);
    CHECK_RUN(several_requests_in_one_piece_are_served_in_order);
    site_close(&site);
    buffer_free(&response);
    ground_free();
    return check_end();
}
