/* Which part of a file a request asks for. */
#include "http/range.h"

#include "check.h"

static bool reads(const char *text, int64_t size, int64_t from, int64_t until)
{
    struct range range = {-1, -1};
    struct error err = {0};
    return range_read(span_text(text), size, &range, &err) && range.from == from &&
           range.until == until;
}

static enum error_kind refusal(const char *text, int64_t size)
{
    struct range range;
    struct error err = {0};
    return range_read(span_text(text), size, &range, &err) ? ERROR_NONE : err.kind;
}

CHECK_TEST(a_range_is_read_within_its_file)
{
    CHECK(reads("bytes=0-0", 10, 0, 1));
    CHECK(reads("bytes=0-9", 10, 0, 10));
    CHECK(reads("bytes=3-5", 10, 3, 6));
    CHECK(reads("bytes=3-", 10, 3, 10));
    CHECK(reads("bytes=9-", 10, 9, 10));
    CHECK(reads("bytes=3-99", 10, 3, 10));
    CHECK(reads("bytes=3-9223372036854775807", 10, 3, 10));
    CHECK(reads("bytes=-1", 10, 9, 10));
    CHECK(reads("bytes=-10", 10, 0, 10));
    CHECK(reads("bytes=-99", 10, 0, 10));
}

CHECK_TEST(what_lies_outside_is_told_from_what_is_no_range)
{
    CHECK_INT(refusal("bytes=10-", 10), ERROR_LIMIT);
    CHECK_INT(refusal("bytes=10-12", 10), ERROR_LIMIT);
    CHECK_INT(refusal("bytes=0-", 0), ERROR_LIMIT);
    CHECK_INT(refusal("bytes=0-0", 0), ERROR_LIMIT);
    CHECK_INT(refusal("bytes=-0", 10), ERROR_LIMIT);
    CHECK_INT(refusal("bytes=-1", 0), ERROR_LIMIT);
    CHECK_INT(refusal("bytes=0-1,3-4", 10), ERROR_LIMIT);
    static const char *const bad[] = {
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=1",
        "bytes=5-3",
        "Bytes=0-1",
        "bytes =0-1",
        "bytes= 0-1",
        "bytes=0-1 ",
        "bytes=0--1",
        "bytes=+0-1",
        "bytes=00-1",
        "bytes=0x0-1",
        "bytes=a-b",
        "bytes=0-1-2",
        "bytes=9223372036854775808-",
        "bytes=0-9223372036854775808",
        "bytes=-9223372036854775808",
        "bytes=99999999999999999999999-",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (refusal(bad[i], 10) != ERROR_INPUT)
            printf("'%s'\n", bad[i]);
        CHECK_INT(refusal(bad[i], 10), ERROR_INPUT);
    }
}

int main(void)
{
    CHECK_RUN(a_range_is_read_within_its_file);
    CHECK_RUN(what_lies_outside_is_told_from_what_is_no_range);
    return check_end();
}
