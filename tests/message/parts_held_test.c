/* Bodies of type parts_held: see message/parts_held.h. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

CHECK_TEST(the_reader_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_PARTS_HELD, &body));
    CHECK_INT(torture_body(&parts_held_form, buffer_span(&body)), 0);
}

CHECK_TEST(a_required_field_left_out_is_named)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_PARTS_HELD, &body));
    CHECK_INT(torture_missing(&parts_held_form, buffer_span(&body)), 0);
}

CHECK_TEST(each_fault_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"[2,5]", "[5,2]", "parts", ERROR_INPUT},
        {"[2,5]", "[2,2]", "parts", ERROR_INPUT},
        {"[2,5]", "[0,2]", "parts", ERROR_INPUT},
        {"[2,5]", "[2,65536]", "parts", ERROR_INPUT},
        {"[2,5]", "[]", "parts", ERROR_INPUT},
        {"[2,5]", "[2,\"5\"]", "parts", ERROR_INPUT},
        {"\"total\":3", "\"total\":1", "total", ERROR_INPUT},
        {"\"total\":3", "\"total\":33", "total", ERROR_INPUT},
        {"al/ro-al/to/ro/0", "al/domestic", "item.log", ERROR_INPUT},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_PARTS_HELD, &body));
    CHECK_INT(torture_faults(&parts_held_form, buffer_span(&body), faults, ARRAY_COUNT(faults)), 0);
}

CHECK_TEST(what_is_written_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    static struct problems problems;
    struct parts_held wanted = sample_parts_held();
    struct parts_held found;

    CHECK(parts_held_write(&wanted, &body));
    CHECK_OR_RETURN(parts_held_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_INT(found.part_count, 2);
    CHECK_INT(found.parts[1], 5);
    CHECK_INT(found.total, 3);
}

int main(void)
{
    CHECK_RUN(the_reader_stands_every_damage);
    CHECK_RUN(a_required_field_left_out_is_named);
    CHECK_RUN(each_fault_is_refused_at_its_field);
    CHECK_RUN(what_is_written_is_read);
    return check_end();
}
