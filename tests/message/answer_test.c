/* Answers and their grounds of refusal: see message/answer.h and message/refusal.h. covers: refusal */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

static struct problems problems;

CHECK_TEST(the_reader_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct answer refused = sample_answer_refused();

    CHECK(sample_body(MESSAGE_ANSWER, &body));
    CHECK_INT(torture_body(&answer_form, buffer_span(&body)), 0);
    buffer_clear(&body);
    CHECK(answer_write(&refused, &body));
    CHECK_INT(torture_body(&answer_form, buffer_span(&body)), 0);
}

CHECK_TEST(a_required_field_left_out_is_named)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct answer answer = sample_answer_nothing_held();
    CHECK(answer_write(&answer, &body));
    CHECK_INT(torture_missing(&answer_form, buffer_span(&body)), 0);
}

CHECK_TEST(what_is_written_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct answer wanted = sample_answer();
    struct answer found;

    CHECK(answer_write(&wanted, &body));
    CHECK_OR_RETURN(answer_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_INT(found.outcome, ANSWER_FULL);
    CHECK_INT(found.item_count, 2);
    CHECK(found.items[0].has_person && !found.items[0].has_text);
    CHECK(!found.items[1].has_person && found.items[1].has_text);
    CHECK_SPAN(found.items[0].person.birth_date, "1984-07-31");
    CHECK(item_marking(&found.items[1]) == &found.items[1].text.marking);
    CHECK_SPAN(item_marking(&found.items[1])->origin_ref, "AL-T-3");
    CHECK(answer_transfer_of(&found, &found.items[0].person) == &found.transfer);
}

static bool is_read(const struct answer *answer)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct answer found;
    CHECK(answer_write(answer, &body));
    problems_clear(&problems);
    return answer_read(buffer_span(&body), &arena, &found, &problems);
}

static bool is_refused_at(const struct answer *answer, const char *path)
{
    if (is_read(answer))
        return false;
    for (size_t i = 0; i < problems.count; i++)
        if (strcmp(problems.list[i].path, path) == 0)
            return true;
    printf("refused at %s: %s\n", problems.list[0].path, problems.list[0].text);
    return false;
}

/* The table of outcomes: what each must and must not hold. */
//= dir-2023-977 art 6(1)
CHECK_TEST(outcome_items_and_refusals_go_together)
{
    struct answer full = sample_answer();
    struct answer refused = sample_answer_refused();
    struct answer nothing = sample_answer_nothing_held();
    struct answer partial = sample_answer();

    CHECK(is_read(&full) && is_read(&refused) && is_read(&nothing));
    partial.outcome = ANSWER_PARTIAL;
    CHECK(is_refused_at(&partial, "refusals"));
    partial.refusals = refused.refusals;
    partial.refusal_count = refused.refusal_count;
    CHECK(is_read(&partial));
    partial.outcome = ANSWER_FULL;
    CHECK(is_refused_at(&partial, "refusals"));
    partial.outcome = ANSWER_REFUSED;
    CHECK(is_refused_at(&partial, "items"));
    partial.outcome = ANSWER_NOTHING_HELD;
    CHECK(is_refused_at(&partial, "items"));
    CHECK(is_refused_at(&partial, "refusals"));
    partial.outcome = ANSWER_PARTIAL;
    partial.item_count = 0;
    CHECK(is_refused_at(&partial, "items"));
    full.item_count = 0;
    CHECK(is_refused_at(&full, "items"));
    refused.refusal_count = 0;
    CHECK(is_refused_at(&refused, "refusals"));
    nothing.refusals = sample_answer_refused().refusals;
    nothing.refusal_count = 1;
    CHECK(is_refused_at(&nothing, "refusals"));
}

CHECK_TEST(an_answer_may_give_in_parts_alone)
{
    static struct sample_parts room;
    struct request request;
    struct answer answer = sample_answer();

    CHECK_OR_RETURN(sample_request_with_parts(&room, &request));
    answer.item_count = 0;
    answer.parts = request.parts;
    answer.attachments = request.attachments;
    CHECK(is_read(&answer));
    answer.outcome = ANSWER_NOTHING_HELD;
    CHECK(is_refused_at(&answer, "parts"));
}

CHECK_TEST(a_ground_needs_its_reason_once)
{
    struct answer answer = sample_answer_refused();
    struct refusal refusals[2] = {{.ground = REFUSAL_GROUND_UNDER_AGREEMENT},
                                  {.ground = REFUSAL_GROUND_J}};

    answer.refusals = refusals;
    CHECK(is_refused_at(&answer, "refusals[1].reason"));
    refusals[1].reason = span_text("It punishes what was written in a newspaper.");
    CHECK(is_read(&answer));
    refusals[1].ground = REFUSAL_GROUND_UNDER_AGREEMENT;
    CHECK(is_refused_at(&answer, "refusals"));
}

CHECK_TEST(every_ground_has_a_name_and_a_meaning)
{
    struct answer answer = sample_answer_refused();
    for (unsigned i = 0; i < REFUSAL_GROUND_COUNT; i++) {
        struct refusal refusal = {.ground = (enum refusal_ground)i, .reason = span_text("Why.")};
        answer.refusals = &refusal;
        answer.refusal_count = 1;
        CHECK(is_read(&answer));
        CHECK(refusal_ground_meanings[i] != NULL);
    }
    CHECK(strcmp(refusal_ground_names[REFUSAL_GROUND_F_III], "f_iii") == 0);
    CHECK(strcmp(refusal_ground_names[REFUSAL_GROUND_P], "p") == 0);
}

//= dir-2016-680 art 7(2)
CHECK_TEST(each_fault_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"to_judge\":\"Civil register of January 2026; the vehicle list is of last week.\",", "",
         "to_judge", ERROR_RULE},
        {"\"no_death_penalty\":true,", "", "no_death_penalty", ERROR_RULE},
        {"\"outcome\":\"full\"", "\"outcome\":\"maybe\"", "outcome", ERROR_INPUT},
        {"\"approved_by\":\"officer-ab12\"", "\"approved_by\":\"\"", "approved_by", ERROR_INPUT},
        {"\"source_kind\":\"register\"", "\"source_kind\":\"rumour\"", "items[0].source_kind",
         ERROR_INPUT},
        {"\"handling\":[\"H0\"]", "\"handling\":[\"H0\",\"H2\"]", "handling", ERROR_INPUT},
        {"\"type\":\"text\"", "\"type\":\"person\"", "items[1].text.marking", ERROR_INPUT},
        {"\"type\":\"person\"", "\"type\":\"text\"", "items[0].person.marking", ERROR_INPUT},
        {"00000000003\"", "00000000004\"", "items[1].text.marking.id", ERROR_INPUT},
        {"\"classification\":\"unclassified\"", "\"classification\":\"secret\"",
         "items[0].person.marking.classification", ERROR_RULE},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_ANSWER, &body));
    CHECK_INT(torture_faults(&answer_form, buffer_span(&body), faults, ARRAY_COUNT(faults)), 0);
}

CHECK_TEST(a_person_without_ground_of_transfer_is_refused)
{
    struct answer answer = sample_answer();
    answer.has_transfer = false;
    CHECK(is_refused_at(&answer, "items[0].person.marking.transfer"));
    CHECK(answer_transfer_of(&answer, &answer.items[0].person) == NULL);
    CHECK_INT(problems.count, 1); /* the text names no person */
}

int main(void)
{
    CHECK_RUN(the_reader_stands_every_damage);
    CHECK_RUN(a_required_field_left_out_is_named);
    CHECK_RUN(what_is_written_is_read);
    CHECK_RUN(outcome_items_and_refusals_go_together);
    CHECK_RUN(an_answer_may_give_in_parts_alone);
    CHECK_RUN(a_ground_needs_its_reason_once);
    CHECK_RUN(every_ground_has_a_name_and_a_meaning);
    CHECK_RUN(each_fault_is_refused_at_its_field);
    CHECK_RUN(a_person_without_ground_of_transfer_is_refused);
    return check_end();
}
