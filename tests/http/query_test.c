/* What a URL says: one meaning or a refusal. */
#include "http/query.h"

#include "check.h"

#include <stdlib.h>

static struct arena arena;

static struct http_path path_of(const char *text)
{
    struct http_path path;
    struct error err = {0};
    if (!http_path_read(span_text(text), &arena, &path, &err)) {
        printf("'%s': %s\n", text, err.text);
        path.count = 99;
    }
    return path;
}

CHECK_TEST(a_path_is_read_as_its_segments)
{
    struct http_path path = path_of("/api/v1/items/7");
    CHECK_INT(path.count, 4);
    CHECK_SPAN(path.segments[0], "api");
    CHECK_SPAN(path.segments[3], "7");
    CHECK_INT(path_of("/").count, 0);
    path = path_of("/a%20b/%C8%98tefan/~x-1_.y/a+b/..a/%2e%2e%2E");
    CHECK_INT(path.count, 6);
    CHECK_SPAN(path.segments[0], "a b");
    CHECK_SPAN(path.segments[1], "Ștefan");
    CHECK_SPAN(path.segments[2], "~x-1_.y");
    CHECK_SPAN(path.segments[3], "a+b");
    CHECK_SPAN(path.segments[4], "..a");
    CHECK_SPAN(path.segments[5], "...");
    CHECK_INT(path.segments[5].data[3], 0);
}

CHECK_TEST(a_path_with_two_meanings_is_refused)
{
    static const struct {
        const char *path;
        const char *why;
    } bad[] = {
        {"", "does not begin"},
        {"a/b", "does not begin"},
        {"//", "segment 1 is empty"},
        {"/a//b", "segment 2 is empty"},
        {"/a/", "segment 2 is empty"},
        {"/.", "another place"},
        {"/a/..", "segment 2 is a step to another place"},
        {"/../a", "another place"},
        {"/a/%2e%2e/b", "another place"},
        {"/a/.%2E", "another place"},
        {"/%2e", "another place"},
        {"/a%2fb", "a slash"},
        {"/a%2Fb", "a slash"},
        {"/a%5cb", "a slash"},
        {"/a%00", "control"},
        {"/%0a", "control"},
        {"/%7f", "control"},
        {"/a%", "two hexadecimal digits"},
        {"/a%4", "two hexadecimal digits"},
        {"/a%4/", "two hexadecimal digits"},
        {"/%zz", "two hexadecimal digits"},
        {"/%-1", "two hexadecimal digits"},
        {"/%+4", "two hexadecimal digits"},
        {"/% 4", "two hexadecimal digits"},
        {"/%u0041", "two hexadecimal digits"},
        {"/%C0%AF", "not UTF-8"},
        {"/%c0%ae%c0%ae", "not UTF-8"},
        {"/%e0%80%af", "not UTF-8"},
        {"/%ed%a0%80", "not UTF-8"},
        {"/%f5%80%80%80", "not UTF-8"},
        {"/%ff", "not UTF-8"},
        {"/%c8", "not UTF-8"},
        {"/a b", "must be percent-encoded"},
        {"/a\\b", "must be percent-encoded"},
        {"/\xc8\x98", "must be percent-encoded"},
        {"/a?b", "must be percent-encoded"},
        {"/a#b", "must be percent-encoded"},
        {"/<a>", "must be percent-encoded"},
        {"/a|b", "must be percent-encoded"},
        {"/{id}", "must be percent-encoded"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct http_path path;
        struct error err = {0};
        CHECK(!http_path_read(span_text(bad[i].path), &arena, &path, &err));
        CHECK_ERROR(err, ERROR_INPUT, bad[i].why);
    }
    struct http_path path;
    struct error err = {0};
    static const char nul[] = "/a\0b";
    CHECK(!http_path_read(span_make(nul, 4), &arena, &path, &err));
}

/* The reader's limits are what it says: the largest passes, one more does not. */
CHECK_TEST(paths_have_limits)
{
    char text[4096] = "";
    struct http_path path;
    struct error err = {0};
    for (size_t i = 0; i < HTTP_SEGMENT_COUNT_MAX; i++)
        strcat(text, "/a");
    CHECK_INT(path_of(text).count, HTTP_SEGMENT_COUNT_MAX);
    strcat(text, "/a");
    CHECK(!http_path_read(span_text(text), &arena, &path, &err));
    CHECK_ERROR(err, ERROR_LIMIT, "more than 16 segments");

    memset(text, 'a', sizeof text);
    text[0] = '/';
    CHECK(http_path_read(span_make(text, HTTP_SEGMENT_SIZE_MAX + 1), &arena, &path, &err));
    CHECK(!http_path_read(span_make(text, HTTP_SEGMENT_SIZE_MAX + 2), &arena, &path, &err));
    CHECK_ERROR(err, ERROR_INPUT, "segment 1 is too long");
}

static struct span value_of(const char *text, const char *name)
{
    static struct http_query query;
    struct error err = {0};
    if (!http_query_read(span_text(text), &arena, &query, &err)) {
        printf("'%s': %s\n", text, err.text);
        return span_text("refused");
    }
    return http_query_value(&query, name);
}

CHECK_TEST(a_query_is_read_as_its_parameters)
{
    CHECK_SPAN(value_of("limit=50&after=x", "limit"), "50");
    CHECK_SPAN(value_of("limit=50&after=x", "after"), "x");
    CHECK(value_of("limit=50", "after").data == NULL);
    CHECK(value_of("", "limit").data == NULL);
    CHECK(value_of("a=", "a").data != NULL);
    CHECK_SPAN(value_of("a=", "a"), "");
    CHECK_SPAN(value_of("q=%C3%AB%20%2B%26%3D%25", "q"), "ë +&=%");
    CHECK_SPAN(value_of("q=a/b?c:d@e", "q"), "a/b?c:d@e");
    CHECK_SPAN(value_of("a_b-1=x&a=y", "a"), "y");
}

CHECK_TEST(a_query_with_two_meanings_is_refused)
{
    static const struct {
        const char *query;
        const char *why;
    } bad[] = {
        {"a=1&a=1", "'a' stands twice"},
        {"a=1&b=2&a=3", "'a' stands twice"},
        {"a=&a=", "'a' stands twice"},
        {"a", "parameter 1 has no '='"},
        {"a=1&b", "parameter 2 has no '='"},
        {"&a=1", "parameter 1 has no '='"},
        {"a=1&", "parameter 2 has no '='"},
        {"a=1&&b=2", "parameter 2 has no '='"},
        {"=1", "no proper name"},
        {"A=1", "no proper name"},
        {"%61=1", "no proper name"},
        {"a[]=1", "no proper name"},
        {"abcdefghijklmnopqrstuvwxyz0123456=1", "no proper name"},
        {"a=b=c", "'a' has a character that must be percent-encoded"},
        {"a=b+c", "must be percent-encoded"},
        {"a=b c", "must be percent-encoded"},
        {"a=b;c#", "must be percent-encoded"},
        {"a=\xc3\xab", "must be percent-encoded"},
        {"a=%", "two hexadecimal digits"},
        {"a=%4", "two hexadecimal digits"},
        {"a=%&b=41", "two hexadecimal digits"},
        {"a=%00", "control"},
        {"a=%0d%0a", "control"},
        {"a=%c0%80", "not UTF-8"},
        {"a=%f4%90%80%80", "not UTF-8"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct http_query query;
        struct error err = {0};
        bool is_read = http_query_read(span_text(bad[i].query), &arena, &query, &err);
        if (is_read)
            printf("'%s' was read\n", bad[i].query);
        CHECK(!is_read);
        CHECK_ERROR(err, ERROR_INPUT, bad[i].why);
    }
}

CHECK_TEST(queries_have_limits)
{
    char text[4096] = "";
    struct http_query query;
    struct error err = {0};
    for (unsigned i = 0; i < HTTP_PARAMETER_COUNT_MAX; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%sp%u=1", i > 0 ? "&" : "", i);
    CHECK_OK(http_query_read(span_text(text), &arena, &query, &err), err);
    CHECK_INT(query.count, HTTP_PARAMETER_COUNT_MAX);
    strcat(text, "&q=1");
    CHECK(!http_query_read(span_text(text), &arena, &query, &err));
    CHECK_ERROR(err, ERROR_LIMIT, "more than 32 parameters");

    memset(text, 'v', sizeof text);
    memcpy(text, "a=", 2);
    CHECK_OK(http_query_read(span_make(text, 2 + HTTP_VALUE_SIZE_MAX), &arena, &query, &err), err);
    CHECK(!http_query_read(span_make(text, 3 + HTTP_VALUE_SIZE_MAX), &arena, &query, &err));
    CHECK_ERROR(err, ERROR_INPUT, "'a' is too long");

    struct arena small = arena_make(3);
    CHECK(!http_query_read(span_text("a=12345"), &small, &query, &err));
    CHECK_ERROR(err, ERROR_LIMIT, "memory");
    arena_free(&small);
}

CHECK_TEST(an_unknown_parameter_is_refused_where_asked)
{
    static const char *const known[] = {"limit", "after"};
    struct http_query query;
    struct error err = {0};
    CHECK_OK(http_query_read(span_text("after=1"), &arena, &query, &err), err);
    CHECK(http_query_check(&query, known, 2, &err));
    CHECK_OK(http_query_read(span_text("after=1&limits=2"), &arena, &query, &err), err);
    CHECK(!http_query_check(&query, known, 2, &err));
    CHECK_ERROR(err, ERROR_INPUT, "'limits' is not known here");
}

CHECK_TEST(a_field_is_percent_decoded_as_plain_text)
{
    struct span out;
    struct error err = {0};
    CHECK_OK(
        http_percent_read(span_text("why%20not%0A%C3%AB+&="), "X-Besa-Reason", &arena, &out, &err),
        err);
    CHECK_SPAN(out, "why not\në+&=");
    CHECK(!http_percent_read(span_text("a%00"), "X-Besa-Reason", &arena, &out, &err));
    CHECK_ERROR(err, ERROR_INPUT, "X-Besa-Reason: is not plain text");
    CHECK(!http_percent_read(span_text("a b"), "X-Besa-Reason", &arena, &out, &err));
    CHECK_ERROR(err, ERROR_INPUT, "percent-encoded");
    CHECK(out.data == NULL);
}

int main(void)
{
    arena = arena_make(1 << 20);
    CHECK_RUN(a_path_is_read_as_its_segments);
    CHECK_RUN(a_path_with_two_meanings_is_refused);
    CHECK_RUN(paths_have_limits);
    CHECK_RUN(a_query_is_read_as_its_parameters);
    CHECK_RUN(a_query_with_two_meanings_is_refused);
    CHECK_RUN(queries_have_limits);
    CHECK_RUN(an_unknown_parameter_is_refused_where_asked);
    CHECK_RUN(a_field_is_percent_decoded_as_plain_text);
    arena_free(&arena);
    return check_end();
}
