/* Which route serves a path, and what a path without one is told. */
#include "check.h"
#include "http/support/ground.h"

static struct site site;

/* Without a certificate, as a browser comes. */
static void ask(const char *text, char *answer, size_t size)
{
    bare_ask(site.port, NULL, span_text(text), answer, size, 1500);
}

#define LAST "Host: desk.ro.example\r\nConnection: close\r\n"

CHECK_TEST(a_path_known_under_another_method_names_the_methods)
{
    char answer[4096];
    ask("POST /items/7 HTTP/1.1\r\n" LAST "\r\n", answer, sizeof answer);
    CHECK(strncmp(answer, "HTTP/1.1 405", 12) == 0);
    CHECK(strstr(answer, "\r\nAllow: GET, DELETE\r\n") != NULL);
    ask("GET /echo HTTP/1.1\r\n" LAST "\r\n", answer, sizeof answer);
    CHECK(strstr(answer, "\r\nAllow: POST\r\n") != NULL);
    ask("GET /nowhere HTTP/1.1\r\n" LAST "\r\n", answer, sizeof answer);
    CHECK(strncmp(answer, "HTTP/1.1 404", 12) == 0);
    CHECK(strstr(answer, "Allow:") == NULL);
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

CHECK_TEST(a_segment_in_braces_stands_for_any_one)
{
    answer_has("GET /items/7 HTTP/1.1\r\n" LAST "\r\n", "200", "/items/7|");
    answer_has("DELETE /items/a%2Fb HTTP/1.1\r\n" LAST "\r\n", "200", "/items/a%2Fb|");
    answer_has("GET /items/7/parts/2?x HTTP/1.1\r\n" LAST "\r\n", "200", "/items/7/parts/2|x|");
    answer_has("GET /items/ HTTP/1.1\r\n" LAST "\r\n", "404", "no such path");
    answer_has("GET /items/7/ HTTP/1.1\r\n" LAST "\r\n", "404", "no such path");
    answer_has("GET /items/7/parts HTTP/1.1\r\n" LAST "\r\n", "404", "no such path");
    answer_has("GET /items/7/parts/2/3 HTTP/1.1\r\n" LAST "\r\n", "404", "no such path");
    answer_has("GET /items//parts/2 HTTP/1.1\r\n" LAST "\r\n", "404", "no such path");
}

int main(void)
{
    struct error err;
    if (!http_init(&err))
        return 1;
    site_open_desk(&site, (struct http_server_limits){0});
    CHECK_RUN(a_path_known_under_another_method_names_the_methods);
    CHECK_RUN(a_segment_in_braces_stands_for_any_one);
    site_close(&site);
    ground_free();
    return check_end();
}
