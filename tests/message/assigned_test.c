/* Bodies of type assigned: see message/assigned.h. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

CHECK_TEST(the_reader_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_ASSIGNED, &body));
    CHECK_INT(torture_body(&assigned_form, buffer_span(&body)), 0);
}

CHECK_TEST(a_required_field_left_out_is_named)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_ASSIGNED, &body));
    CHECK_INT(torture_missing(&assigned_form, buffer_span(&body)), 0);
}

CHECK_TEST(each_fault_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"border-3\"", "\"Border 3\"", "unit", ERROR_INPUT},
        {"\"border-3\"", "7", "unit", ERROR_INPUT},
        {"2026-01-12T00:02:02.000Z", "2026-13-12T00:02:02Z", "assigned_at", ERROR_INPUT},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_ASSIGNED, &body));
    CHECK_INT(torture_faults(&assigned_form, buffer_span(&body), faults, ARRAY_COUNT(faults)), 0);
}

CHECK_TEST(what_is_written_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    static struct problems problems;
    struct assigned wanted = sample_assigned();
    struct assigned found;

    CHECK(assigned_write(&wanted, &body));
    CHECK_OR_RETURN(assigned_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_SPAN(found.unit, "border-3");
    CHECK_INT(found.assigned_at_ms, wanted.assigned_at_ms);
}

int main(void)
{
    CHECK_RUN(the_reader_stands_every_damage);
    CHECK_RUN(a_required_field_left_out_is_named);
    CHECK_RUN(each_fault_is_refused_at_its_field);
    CHECK_RUN(what_is_written_is_read);
    return check_end();
}
