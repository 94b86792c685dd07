/* Bodies of type opened: see message/opened.h. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

CHECK_TEST(the_reader_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_OPENED, &body));
    CHECK_INT(torture_body(&opened_form, buffer_span(&body)), 0);
}

CHECK_TEST(a_required_field_left_out_is_named)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_OPENED, &body));
    CHECK_INT(torture_missing(&opened_form, buffer_span(&body)), 0);
}

CHECK_TEST(each_fault_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"spoc-1\"", "\"SPOC 1\"", "unit", ERROR_INPUT},
        {"\"spoc-1\"", "\"\"", "unit", ERROR_INPUT},
        {"\"spoc-1\"", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
         "unit", ERROR_LIMIT},
        {"2026-01-12T00:01:01.000Z", "yesterday", "opened_at", ERROR_INPUT},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_OPENED, &body));
    CHECK_INT(torture_faults(&opened_form, buffer_span(&body), faults, ARRAY_COUNT(faults)), 0);
}

CHECK_TEST(what_is_written_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    static struct problems problems;
    struct opened wanted = sample_opened();
    struct opened found;

    CHECK(opened_write(&wanted, &body));
    CHECK_OR_RETURN(opened_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_SPAN(found.unit, "spoc-1");
    CHECK_INT(found.opened_at_ms, wanted.opened_at_ms);
}

int main(void)
{
    CHECK_RUN(the_reader_stands_every_damage);
    CHECK_RUN(a_required_field_left_out_is_named);
    CHECK_RUN(each_fault_is_refused_at_its_field);
    CHECK_RUN(what_is_written_is_read);
    return check_end();
}
