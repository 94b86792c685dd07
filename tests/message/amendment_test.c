/* Bodies of proposals, signatures, refusals and withdrawals: see message/amendment.h. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

static const enum message_type types[] = {MESSAGE_AGREEMENT_PROPOSAL, MESSAGE_AGREEMENT_SIGNATURE,
                                          MESSAGE_AGREEMENT_REFUSAL, MESSAGE_AGREEMENT_WITHDRAWAL};

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

CHECK_TEST(each_fault_of_agreement_proposal_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"version\":4", "\"version\":0", "version", ERROR_INPUT},
        {"\"version\":4", "\"version\":\"4\"", "version", ERROR_INPUT},
        {"f102", "f10", "fingerprint", ERROR_INPUT},
        {"\"signed_once\":\"", "\"signed_once\":\"!", "signed_once", ERROR_INPUT},
    };
    CHECK_INT(faults_of(MESSAGE_AGREEMENT_PROPOSAL, faults, ARRAY_COUNT(faults)), 0);
}

CHECK_TEST(each_fault_of_agreement_signature_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"version\":4", "\"version\":0", "version", ERROR_INPUT},
        {"\"version\":4", "\"version\":\"4\"", "version", ERROR_INPUT},
        {"\"co_signed\":\"", "\"co_signed\":\"!", "co_signed", ERROR_INPUT},
    };
    CHECK_INT(faults_of(MESSAGE_AGREEMENT_SIGNATURE, faults, ARRAY_COUNT(faults)), 0);
}

CHECK_TEST(each_fault_of_agreement_refusal_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"version\":4", "\"version\":0", "version", ERROR_INPUT},
        {"\"version\":4", "\"version\":\"4\"", "version", ERROR_INPUT},
        {"\"law\"", "\"mood\"", "refused_for", ERROR_INPUT},
    };
    CHECK_INT(faults_of(MESSAGE_AGREEMENT_REFUSAL, faults, ARRAY_COUNT(faults)), 0);
}

CHECK_TEST(each_fault_of_agreement_withdrawal_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"version\":4", "\"version\":0", "version", ERROR_INPUT},
        {"\"version\":4", "\"version\":\"4\"", "version", ERROR_INPUT},
        {"2026-01-12T00:00:00.000Z", "yesterday", "withdrawn_at", ERROR_INPUT},
    };
    CHECK_INT(faults_of(MESSAGE_AGREEMENT_WITHDRAWAL, faults, ARRAY_COUNT(faults)), 0);
}

int main(void)
{
    CHECK_RUN(the_readers_stand_every_damage);
    CHECK_RUN(a_required_field_left_out_is_named);
    CHECK_RUN(what_one_party_says_alone_or_of_the_agreement_passes_a_suspension);
    CHECK_RUN(each_fault_of_agreement_proposal_is_refused_at_its_field);
    CHECK_RUN(each_fault_of_agreement_signature_is_refused_at_its_field);
    CHECK_RUN(each_fault_of_agreement_refusal_is_refused_at_its_field);
    CHECK_RUN(each_fault_of_agreement_withdrawal_is_refused_at_its_field);
    return check_end();
}
