/* Bodies of type delay_notice: see message/delay_notice.h. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

CHECK_TEST(the_reader_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_DELAY_NOTICE, &body));
    CHECK_INT(torture_body(&delay_notice_form, buffer_span(&body)), 0);
    CHECK_INT(torture_missing(&delay_notice_form, buffer_span(&body)), 0);
}

CHECK_TEST(each_fault_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"authorisation\":\"applied\"", "\"authorisation\":\"denied\"", "authorisation",
         ERROR_INPUT},
        {"\"authority\":\"Court of first instance (test)\"", "\"authority\":\"\"", "authority",
         ERROR_INPUT},
        {"\"reason\":\"authorisation_needed\"", "\"reason\":\"busy\"", "reason", ERROR_INPUT},
        {"\"reason\":\"authorisation_needed\"", "\"reason\":\"other\"", "reason_text", ERROR_INPUT},
        {"\"reason\":\"authorisation_needed\"",
         "\"reason\":\"pending_at_authority\",\"reason_text\":\"words\"", "reason_text",
         ERROR_INPUT},
        {"2026-01-21T00:00:00.000Z", "2026-01-41T00:00:00.000Z", "expected_by", ERROR_INPUT},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_DELAY_NOTICE, &body));
    CHECK_INT(torture_faults(&delay_notice_form, buffer_span(&body), faults, ARRAY_COUNT(faults)),
              0);
}

CHECK_TEST(what_is_written_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    static struct problems problems;
    struct delay_notice wanted = sample_delay_notice();
    struct delay_notice found;

    CHECK(delay_notice_write(&wanted, &body));
    CHECK_OR_RETURN(delay_notice_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_INT(found.stage, DELAY_APPLIED);
    CHECK_INT(found.expected_ms, wanted.expected_ms);
    CHECK_SPAN(found.authority, "Court of first instance (test)");
}

/* With the reason at every stage; and without, as an older node wrote it. */
//= dir-2023-977 art 5(2)
CHECK_TEST(the_reason_is_read_at_every_stage)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    static struct problems problems;
    struct delay_notice notice = sample_delay_notice();
    struct delay_notice found;

    for (int i = 0; i < DELAY_STAGE_COUNT * DELAY_REASON_COUNT; i++) {
        struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
        notice.stage = (enum delay_stage)(i / DELAY_REASON_COUNT);
        notice.reason = (enum delay_reason)(i % DELAY_REASON_COUNT);
        notice.reason_text =
            span_text(notice.reason == DELAY_REASON_OTHER ? "The court sits again in May." : "");
        CHECK(delay_notice_write(&notice, &body));
        CHECK_OR_RETURN(delay_notice_read(buffer_span(&body), &arena, &found, &problems));
        CHECK_INT(found.reason, notice.reason);
        CHECK(span_equal(found.reason_text, notice.reason_text));
    }
}

int main(void)
{
    CHECK_RUN(the_reader_stands_every_damage);
    CHECK_RUN(each_fault_is_refused_at_its_field);
    CHECK_RUN(what_is_written_is_read);
    CHECK_RUN(the_reason_is_read_at_every_stage);
    return check_end();
}
