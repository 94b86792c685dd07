/* Bodies of suspensions and terminations: see message/suspension.h. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

static const enum message_type types[] = {MESSAGE_SUSPENSION, MESSAGE_SUSPENSION_LIFTED,
                                          MESSAGE_TERMINATION};

CHECK_TEST(the_readers_stand_every_damage)
{
    for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
        struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
        CHECK(sample_body(types[i], &body));
        CHECK_INT(torture_body(message_types[types[i]].form, buffer_span(&body)), 0);
    }
}

CHECK_TEST(a_required_field_left_out_is_named)
{
    for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
        struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
        CHECK(sample_body(types[i], &body));
        CHECK_INT(torture_missing(message_types[types[i]].form, buffer_span(&body)), 0);
    }
}

CHECK_TEST(what_one_party_says_alone_or_of_the_agreement_passes_a_suspension)
{
    for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
        CHECK(message_type_is_governance(types[i]));
        CHECK(!message_type_is_business(types[i]));
        CHECK(message_type_owes_outcome(types[i]));
    }
    CHECK(!message_type_is_governance(MESSAGE_REQUEST));
    CHECK(!message_type_is_governance(MESSAGE_UNKNOWN));
}

static int faults_of(enum message_type type, const struct fault *faults, size_t count)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    return sample_body(type, &body)
               ? torture_faults(message_types[type].form, buffer_span(&body), faults, count)
               : -1;
}

CHECK_TEST(each_fault_of_suspension_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"security\"", "\"mood\"", "suspended_for", ERROR_INPUT},
        {"2026-01-12T00:00:01.000Z", "now", "suspended_at", ERROR_INPUT},
    };
    CHECK_INT(faults_of(MESSAGE_SUSPENSION, faults, ARRAY_COUNT(faults)), 0);
}

CHECK_TEST(each_fault_of_suspension_lifted_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"2026-01-12T00:01:01.000Z", "now", "lifted_at", ERROR_INPUT},
    };
    CHECK_INT(faults_of(MESSAGE_SUSPENSION_LIFTED, faults, ARRAY_COUNT(faults)), 0);
}

CHECK_TEST(each_fault_of_termination_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"law\"", "\"mood\"", "terminated_for", ERROR_INPUT},
        {"2026-04-12T00:00:00.000Z", "soon", "ends_at", ERROR_INPUT},
    };
    CHECK_INT(faults_of(MESSAGE_TERMINATION, faults, ARRAY_COUNT(faults)), 0);
}

int main(void)
{
    CHECK_RUN(the_readers_stand_every_damage);
    CHECK_RUN(a_required_field_left_out_is_named);
    CHECK_RUN(what_one_party_says_alone_or_of_the_agreement_passes_a_suspension);
    CHECK_RUN(each_fault_of_suspension_is_refused_at_its_field);
    CHECK_RUN(each_fault_of_suspension_lifted_is_refused_at_its_field);
    CHECK_RUN(each_fault_of_termination_is_refused_at_its_field);
    return check_end();
}
