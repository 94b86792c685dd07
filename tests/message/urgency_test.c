/* Bodies of types urgency_not_shared and urgency_reply: see message/urgency.h. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

CHECK_TEST(the_reader_of_doubts_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_URGENCY_NOT_SHARED, &body));
    CHECK_INT(torture_body(&urgency_not_shared_form, buffer_span(&body)), 0);
    CHECK_INT(torture_missing(&urgency_not_shared_form, buffer_span(&body)), 0);
}

CHECK_TEST(the_reader_of_replies_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_URGENCY_REPLY, &body));
    CHECK_INT(torture_body(&urgency_reply_form, buffer_span(&body)), 0);
    CHECK_INT(torture_missing(&urgency_reply_form, buffer_span(&body)), 0);
}

CHECK_TEST(a_doubt_has_one_of_its_reasons)
{
    static const struct fault faults[] = {
        {"facts_do_not_show_it", "we_are_busy", "doubt", ERROR_INPUT},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_URGENCY_NOT_SHARED, &body));
    CHECK_INT(
        torture_faults(&urgency_not_shared_form, buffer_span(&body), faults, ARRAY_COUNT(faults)),
        0);
}

CHECK_TEST(urgency_is_given_up_or_kept)
{
    static const struct fault faults[] = {
        {"given_up", "perhaps", "urgency", ERROR_INPUT},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_URGENCY_REPLY, &body));
    CHECK_INT(torture_faults(&urgency_reply_form, buffer_span(&body), faults, ARRAY_COUNT(faults)),
              0);
}

CHECK_TEST(a_written_doubt_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    static struct problems problems;
    struct urgency_not_shared wanted = sample_urgency_not_shared();
    struct urgency_not_shared found;

    CHECK(urgency_not_shared_write(&wanted, &body));
    CHECK_OR_RETURN(urgency_not_shared_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_INT(found.doubt, URGENCY_DOUBT_FACTS);
}

CHECK_TEST(a_written_reply_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    static struct problems problems;
    struct urgency_reply wanted = sample_urgency_reply();
    struct urgency_reply found;

    CHECK(urgency_reply_write(&wanted, &body));
    CHECK_OR_RETURN(urgency_reply_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_INT(found.decision, URGENCY_GIVEN_UP);
}

int main(void)
{
    CHECK_RUN(the_reader_of_doubts_stands_every_damage);
    CHECK_RUN(the_reader_of_replies_stands_every_damage);
    CHECK_RUN(a_doubt_has_one_of_its_reasons);
    CHECK_RUN(urgency_is_given_up_or_kept);
    CHECK_RUN(a_written_doubt_is_read);
    CHECK_RUN(a_written_reply_is_read);
    return check_end();
}
