/* Bodies of type outcomes: see message/outcomes.h. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

CHECK_TEST(the_reader_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_OUTCOMES, &body));
    CHECK_INT(torture_body(&outcomes_form, buffer_span(&body)), 0);
}

CHECK_TEST(a_required_field_left_out_is_named)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_OUTCOMES, &body));
    CHECK_INT(torture_missing(&outcomes_form, buffer_span(&body)), 0);
}

CHECK_TEST(each_fault_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"to\":110", "\"to\":100", "to", ERROR_INPUT},
        {"\"to\":110", "\"to\":99", "to", ERROR_INPUT},
        {"\"to\":110", "\"to\":1125", "to", ERROR_LIMIT},
        {"\"index\":102", "\"index\":99", "refused", ERROR_INPUT},
        {"\"index\":104", "\"index\":110", "refused", ERROR_INPUT},
        {"\"index\":104", "\"index\":102", "refused", ERROR_INPUT},
        {"\"index\":104", "\"index\":101", "refused", ERROR_INPUT},
        {"[103,109]", "[102,109]", "held", ERROR_INPUT},
        {"[103,109]", "[103,104]", "held", ERROR_INPUT},
        {"[103,109]", "[103,110]", "held", ERROR_INPUT},
        {"[103,109]", "[99,103]", "held", ERROR_INPUT},
        {"[103,109]", "[109,103]", "held", ERROR_INPUT},
        {"\"malformed\"", "\"malformed\",\"clause\":\"1.1\"", "refused[1].clause", ERROR_INPUT},
        {"\"malformed\"", "\"bad\"", "refused[1].ground", ERROR_INPUT},
        {"\"4.2\"", "\"4.2.4.2.4.2.4.2.4\"", "refused[0].clause", ERROR_LIMIT},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_OUTCOMES, &body));
    CHECK_INT(torture_faults(&outcomes_form, buffer_span(&body), faults, ARRAY_COUNT(faults)), 0);
}

CHECK_TEST(what_is_written_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    static struct problems problems;
    struct outcomes wanted = sample_outcomes();
    struct outcomes found;

    CHECK(outcomes_write(&wanted, &body));
    CHECK_OR_RETURN(outcomes_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_INT((int64_t)found.from, 100);
    CHECK_INT((int64_t)found.to, 110);
    CHECK_INT(found.refused_count, 2);
    CHECK_SPAN(found.refused[0].clause, "4.2");
    CHECK_INT(found.held_count, 2);
    CHECK(outcomes_refused(&found, 104) != NULL &&
          outcomes_refused(&found, 104)->ground == OUTCOME_MALFORMED);
    CHECK(outcomes_refused(&found, 103) == NULL);
    CHECK(outcomes_is_held(&found, 103));
    CHECK(!outcomes_is_held(&found, 104));
}

CHECK_TEST(a_full_range_of_refusals_fits_a_body)
{
    static struct outcome_refused refused[OUTCOMES_COUNT_MAX];
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    static struct problems problems;
    struct outcomes wanted = {.from = UINT64_C(9007199254740000) - OUTCOMES_COUNT_MAX,
                              .refused = refused,
                              .refused_count = OUTCOMES_COUNT_MAX};
    struct outcomes found;

    wanted.to = wanted.from + OUTCOMES_COUNT_MAX;
    for (size_t i = 0; i < OUTCOMES_COUNT_MAX; i++)
        refused[i] = (struct outcome_refused){.index = wanted.from + i,
                                              .ground = OUTCOME_NOT_PERMITTED,
                                              .clause = span_text("12.34")};
    CHECK(outcomes_write(&wanted, &body));
    CHECK_OR_RETURN(outcomes_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_INT(found.refused_count, OUTCOMES_COUNT_MAX);
    CHECK(found.refused[OUTCOMES_COUNT_MAX - 1].index == wanted.to - 1);
}

int main(void)
{
    CHECK_RUN(the_reader_stands_every_damage);
    CHECK_RUN(a_required_field_left_out_is_named);
    CHECK_RUN(each_fault_is_refused_at_its_field);
    CHECK_RUN(what_is_written_is_read);
    CHECK_RUN(a_full_range_of_refusals_fits_a_body);
    return check_end();
}
