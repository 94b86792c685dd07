/* Bodies of types clarification and clarification_reply: see message/clarification.h. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

CHECK_TEST(the_reader_of_questions_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_CLARIFICATION, &body));
    CHECK_INT(torture_body(&clarification_form, buffer_span(&body)), 0);
    CHECK_INT(torture_missing(&clarification_form, buffer_span(&body)), 0);
}

CHECK_TEST(the_reader_of_replies_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_CLARIFICATION_REPLY, &body));
    CHECK_INT(torture_body(&clarification_reply_form, buffer_span(&body)), 0);
    CHECK_INT(torture_missing(&clarification_reply_form, buffer_span(&body)), 0);
}

CHECK_TEST(each_fault_of_a_question_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"language\":\"en\"", "\"language\":\"EN\"", "language", ERROR_INPUT},
        {"\"officer\":\"o-7f3a\"", "\"officer\":\"Ana Test\"", "officer", ERROR_INPUT},
        {"\"training\":true", "\"by_head_of_desk\":1,\"training\":true", "by_head_of_desk",
         ERROR_INPUT},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_CLARIFICATION, &body));
    CHECK_INT(torture_faults(&clarification_form, buffer_span(&body), faults, ARRAY_COUNT(faults)),
              0);
}

CHECK_TEST(each_fault_of_a_reply_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"language\":\"en\"", "\"language\":\"1n\"", "language", ERROR_INPUT},
        {"\"reply\":\"The second one.\"", "\"reply\":\"\"", "reply", ERROR_INPUT},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_CLARIFICATION_REPLY, &body));
    CHECK_INT(
        torture_faults(&clarification_reply_form, buffer_span(&body), faults, ARRAY_COUNT(faults)),
        0);
}

CHECK_TEST(a_written_question_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    static struct problems problems;
    struct clarification wanted = sample_clarification();
    struct clarification found;

    CHECK(clarification_write(&wanted, &body));
    CHECK_OR_RETURN(clarification_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_SPAN(found.question, "Which of the two plates was seen on 11 January?");
    CHECK_SPAN(found.language, "en");
    CHECK(found.is_training && !found.is_by_head_of_desk);
}

CHECK_TEST(a_written_reply_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    static struct problems problems;
    struct clarification_reply wanted = sample_clarification_reply();
    struct clarification_reply found;

    CHECK(clarification_reply_write(&wanted, &body));
    CHECK_OR_RETURN(clarification_reply_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_SPAN(found.reply, "The second one.");
    CHECK_SPAN(found.officer, "o-11c4");
}

int main(void)
{
    CHECK_RUN(the_reader_of_questions_stands_every_damage);
    CHECK_RUN(the_reader_of_replies_stands_every_damage);
    CHECK_RUN(each_fault_of_a_question_is_refused_at_its_field);
    CHECK_RUN(each_fault_of_a_reply_is_refused_at_its_field);
    CHECK_RUN(a_written_question_is_read);
    CHECK_RUN(a_written_reply_is_read);
    return check_end();
}
