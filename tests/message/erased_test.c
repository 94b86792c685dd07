/* Bodies of type erased: see message/erased.h. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

CHECK_TEST(the_reader_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_ERASED, &body));
    CHECK_INT(torture_body(&erased_form, buffer_span(&body)), 0);
}

CHECK_TEST(a_required_field_left_out_is_named)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_ERASED, &body));
    CHECK_INT(torture_missing(&erased_form, buffer_span(&body)), 0);
}

//= dir-2016-680 art 16(2)
CHECK_TEST(each_fault_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"al/ro-al/to/ro/0", "al/ro-al/to/ro/00", "item.log", ERROR_INPUT},
        {"\"part\":2", "\"part\":0", "part", ERROR_INPUT},
        {"\"part\":2", "\"part\":65536", "part", ERROR_INPUT},
        {"\"retention\"", "\"boredom\"", "reason", ERROR_INPUT},
        {"019bb25c", "019BB25C", "item.id", ERROR_INPUT},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_ERASED, &body));
    CHECK_INT(torture_faults(&erased_form, buffer_span(&body), faults, ARRAY_COUNT(faults)), 0);
}

CHECK_TEST(what_is_written_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    static struct problems problems;
    struct erased wanted = sample_erased();
    struct erased found;

    CHECK(erased_write(&wanted, &body));
    CHECK_OR_RETURN(erased_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_SPAN(found.item.origin, "al/ro-al/to/ro/0");
    CHECK(memcmp(found.item.id, wanted.item.id, UUID_SIZE) == 0);
    CHECK_INT(found.part, 2);
    CHECK_INT(found.reason, ERASE_RETENTION);
    CHECK_INT(found.erased_at_ms, wanted.erased_at_ms);
}

CHECK_TEST(a_whole_body_is_named_by_no_part)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    static struct problems problems;
    struct erased wanted = sample_erased();
    struct erased found;

    wanted.part = 0;
    CHECK(erased_write(&wanted, &body));
    CHECK_OR_RETURN(erased_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_INT(found.part, 0);
}

CHECK_TEST(reasons_are_found_by_name)
{
    enum erase_reason reason = ERASE_REASON_COUNT;
    CHECK(erase_reason_find(span_text("lost"), &reason));
    CHECK_INT(reason, ERASE_LOST);
    CHECK(!erase_reason_find(span_text("los"), &reason));
    CHECK(!erase_reason_find(span_text(""), &reason));
}

int main(void)
{
    CHECK_RUN(the_reader_stands_every_damage);
    CHECK_RUN(a_required_field_left_out_is_named);
    CHECK_RUN(each_fault_is_refused_at_its_field);
    CHECK_RUN(what_is_written_is_read);
    CHECK_RUN(a_whole_body_is_named_by_no_part);
    CHECK_RUN(reasons_are_found_by_name);
    return check_end();
}
