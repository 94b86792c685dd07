/* Bodies of type succession: see message/succession.h. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

CHECK_TEST(the_reader_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_SUCCESSION, &body));
    CHECK_INT(torture_body(&succession_form, buffer_span(&body)), 0);
}

CHECK_TEST(a_required_field_left_out_is_named)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_SUCCESSION, &body));
    CHECK_INT(torture_missing(&succession_form, buffer_span(&body)), 0);
}

CHECK_TEST(each_fault_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"size\":812", "\"size\":-1", "size", ERROR_INPUT},
        {"\"custody\":41", "\"custody\":9007199254740993", "", ERROR_INPUT},
        {"\"root\":\"0102", "\"root\":\"01", "root", ERROR_INPUT},
        {"\"document\":\"", "\"document\":\"*", "document", ERROR_INPUT},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_SUCCESSION, &body));
    CHECK_INT(torture_faults(&succession_form, buffer_span(&body), faults, ARRAY_COUNT(faults)), 0);
}

CHECK_TEST(what_is_written_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    static struct problems problems;
    struct succession wanted = sample_succession();
    struct succession found;

    CHECK(succession_write(&wanted, &body));
    CHECK_OR_RETURN(succession_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_INT((int64_t)found.size, 812);
    CHECK_INT((int64_t)found.custody, 41);
    CHECK_SPAN(found.document, "not a CMS");
    CHECK(memcmp(found.root, wanted.root, sizeof wanted.root) == 0);
}

int main(void)
{
    CHECK_RUN(the_reader_stands_every_damage);
    CHECK_RUN(a_required_field_left_out_is_named);
    CHECK_RUN(each_fault_is_refused_at_its_field);
    CHECK_RUN(what_is_written_is_read);
    return check_end();
}
