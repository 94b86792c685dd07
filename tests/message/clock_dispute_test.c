/* Bodies of type clock_dispute: see message/clock_dispute.h. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

CHECK_TEST(the_reader_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_CLOCK_DISPUTE, &body));
    CHECK_INT(torture_body(&clock_dispute_form, buffer_span(&body)), 0);
}

CHECK_TEST(a_required_field_left_out_is_named)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_CLOCK_DISPUTE, &body));
    CHECK_INT(torture_missing(&clock_dispute_form, buffer_span(&body)), 0);
}

CHECK_TEST(each_fault_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"size\":812", "\"size\":0", "size", ERROR_INPUT},
        {"00:00:00.250Z", "23:00:00.250Z", "their_time_s", ERROR_INPUT},
        {"2026-01-12T00:00:00.250Z", "2026-01-11T00:00:00.250Z", "answered_at", ERROR_INPUT},
        {"1768179600", "1768176000", "their_time_s", ERROR_INPUT},
        {"1768179600", "-1", "their_time_s", ERROR_INPUT},
        {"\"size\":812", "\"size\":9007199254740993", "", ERROR_INPUT},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_CLOCK_DISPUTE, &body));
    CHECK_INT(torture_faults(&clock_dispute_form, buffer_span(&body), faults, ARRAY_COUNT(faults)),
              0);
}

CHECK_TEST(what_is_written_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    static struct problems problems;
    struct clock_dispute wanted = sample_clock_dispute();
    struct clock_dispute found;

    CHECK(clock_dispute_write(&wanted, &body));
    CHECK_OR_RETURN(clock_dispute_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_INT((int64_t)found.size, 812);
    CHECK_INT(found.their_time_s, wanted.their_time_s);
    CHECK_INT(found.posted_ms, wanted.posted_ms);
    CHECK_INT(found.answered_ms, wanted.answered_ms);
}

int main(void)
{
    CHECK_RUN(the_reader_stands_every_damage);
    CHECK_RUN(a_required_field_left_out_is_named);
    CHECK_RUN(each_fault_is_refused_at_its_field);
    CHECK_RUN(what_is_written_is_read);
    return check_end();
}
