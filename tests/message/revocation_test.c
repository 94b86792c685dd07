/* Bodies of key_revocation: see message/revocation.h. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

static bool sample(struct buffer *body)
{
    *body = buffer_make(BODY_SIZE_MAX);
    return sample_body(MESSAGE_KEY_REVOCATION, body);
}

CHECK_TEST(the_reader_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(1);
    CHECK(sample(&body));
    CHECK_INT(torture_body(&key_revocation_form, buffer_span(&body)), 0);
    CHECK_INT(torture_missing(&key_revocation_form, buffer_span(&body)), 0);
}

CHECK_TEST(each_fault_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"theft\"", "\"mood\"", "revoked_for", ERROR_INPUT},
        {"2026-01-12T00:00:01.000Z", "now", "revoked_at", ERROR_INPUT},
        {"abab", "ab", "certificate", ERROR_INPUT},
        {"abab", "xbab", "certificate", ERROR_INPUT},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(1);
    CHECK(sample(&body));
    CHECK_INT(torture_faults(&key_revocation_form, buffer_span(&body), faults, ARRAY_COUNT(faults)),
              0);
}

CHECK_TEST(it_passes_a_suspension_and_is_answered)
{
    CHECK(message_type_is_governance(MESSAGE_KEY_REVOCATION));
    CHECK(!message_type_is_business(MESSAGE_KEY_REVOCATION));
    CHECK(message_type_owes_outcome(MESSAGE_KEY_REVOCATION));
}

int main(void)
{
    CHECK_RUN(the_reader_stands_every_damage);
    CHECK_RUN(each_fault_is_refused_at_its_field);
    CHECK_RUN(it_passes_a_suspension_and_is_answered);
    return check_end();
}
