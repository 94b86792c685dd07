/* When a connection counts as too slow. */
#include "http/pace.h"

#include "base/limits.h"
#include "check.h"

static const struct http_server_limits limits = {.head_ms = 100,
                                                 .idle_ms = 500,
                                                 .body_ms = 5000,
                                                 .grace_ms = 200,
                                                 .body_rate_bytes_per_s = 1000,
                                                 .answer_ms = 300,
                                                 .stall_ms = 400};

static bool is_over(enum pace_phase phase, size_t size, int64_t after_ms)
{
    struct pace pace = {
        .phase = phase, .since_ms = 7000, .size = size, .answer_ms = 300, .body_ms = 5000};
    return pace_is_over(&pace, &limits, 7000 + after_ms);
}

CHECK_TEST(each_phase_has_its_own_time)
{
    CHECK(!is_over(PACE_OPENING, 0, 100));
    CHECK(is_over(PACE_OPENING, 0, 101));
    CHECK(!is_over(PACE_HEAD, 0, 100));
    CHECK(is_over(PACE_HEAD, 0, 101));
    CHECK(!is_over(PACE_IDLE, 0, 500));
    CHECK(is_over(PACE_IDLE, 0, 501));
    CHECK(!is_over(PACE_ANSWER, 0, 300));
    CHECK(is_over(PACE_ANSWER, 0, 301));
}

CHECK_TEST(a_stream_is_slow_only_while_something_waits)
{
    CHECK(!is_over(PACE_STREAM, 0, 1000000));
    CHECK(!is_over(PACE_STREAM, 1, 400));
    CHECK(is_over(PACE_STREAM, 1, 401));
}

CHECK_TEST(a_body_must_keep_its_rate_and_its_whole_time)
{
    CHECK(!is_over(PACE_BODY, 0, 200));
    CHECK(is_over(PACE_BODY, 999, 201));
    CHECK(!is_over(PACE_BODY, 3000, 3200));
    CHECK(is_over(PACE_BODY, 3000, 3201));
    CHECK(is_over(PACE_BODY, 1000000, 5001));
}

CHECK_TEST(an_answer_must_be_taken_at_the_rate)
{
    CHECK(!is_over(PACE_SEND, 10000, 10200));
    CHECK(is_over(PACE_SEND, 10000, 10201));
}

CHECK_TEST(zeros_take_the_defaults_and_others_stay)
{
    struct http_server_limits given = {.head_ms = 5};
    struct http_server_limits made = pace_limits(given, true);
    CHECK_INT(made.head_ms, 5);
    CHECK_INT(made.idle_ms, 120000);
    CHECK_INT(made.connection_count, 512);
    CHECK_INT(made.stream_count, 256);
    CHECK(2 * made.stream_count <= made.connection_count); /* streams leave room for requests */
    CHECK(made.body_total_size >= POST_SIZE_MAX);
    CHECK_INT(made.request_rate.per_s, 100);
    CHECK_INT(pace_limits((struct http_server_limits){0}, false).head_ms, 10000);
    CHECK_INT(pace_limits((struct http_server_limits){0}, false).request_rate.per_s, 0);
}

int main(void)
{
    CHECK_RUN(each_phase_has_its_own_time);
    CHECK_RUN(a_stream_is_slow_only_while_something_waits);
    CHECK_RUN(a_body_must_keep_its_rate_and_its_whole_time);
    CHECK_RUN(an_answer_must_be_taken_at_the_rate);
    CHECK_RUN(zeros_take_the_defaults_and_others_stay);
    return check_end();
}
