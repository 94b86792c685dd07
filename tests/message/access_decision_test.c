/* Bodies of type access_decision: see message/access_decision.h. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

CHECK_TEST(the_reader_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_ACCESS_DECISION, &body));
    CHECK_INT(torture_body(&access_decision_form, buffer_span(&body)), 0);
    CHECK_INT(torture_missing(&access_decision_form, buffer_span(&body)), 0);
}

CHECK_TEST(who_holds_it_is_named_exactly_when_indirectly)
{
    static const struct fault faults[] = {
        {"\"access\":\"indirectly\"", "\"access\":\"directly\"", "held_by", ERROR_INPUT},
        {",\"held_by\":\"public_authority\"", "", "held_by", ERROR_INPUT},
        {",\"source\":\"Register of companies (test)\"", "", "source", ERROR_INPUT},
        {"\"access\":\"indirectly\"", "\"access\":\"perhaps\"", "access", ERROR_INPUT},
        {"public_authority", "friend", "held_by", ERROR_INPUT},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_ACCESS_DECISION, &body));
    CHECK_INT(
        torture_faults(&access_decision_form, buffer_span(&body), faults, ARRAY_COUNT(faults)), 0);
}

CHECK_TEST(what_is_written_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    static struct problems problems;
    struct access_decision wanted = sample_access_decision();
    struct access_decision found;

    CHECK(access_decision_write(&wanted, &body));
    CHECK_OR_RETURN(access_decision_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_INT(found.access, ACCESS_INDIRECTLY);
    CHECK_INT(found.held_by, ACCESS_HOLDER_PUBLIC_AUTHORITY);
    CHECK_SPAN(found.source, "Register of companies (test)");
}

int main(void)
{
    CHECK_RUN(the_reader_stands_every_damage);
    CHECK_RUN(who_holds_it_is_named_exactly_when_indirectly);
    CHECK_RUN(what_is_written_is_read);
    return check_end();
}
