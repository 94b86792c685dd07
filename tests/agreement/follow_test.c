/* What may differ between one version and the next: see agreement/follow.c. */
#include "check.h"
#include "agreement/support/scene.h"

static struct scene scene;
static struct agreement_party next_parties[2];

static struct agreement next_make(void)
{
    struct agreement next = scene.agreement;

    memcpy(next_parties, scene.agreement.parties, sizeof next_parties);
    next.parties = next_parties;
    next.version = scene.agreement.version + 1;
    return next;
}

static bool is_refused_for(const struct agreement *next, const char *field)
{
    struct error err = {0};
    return !agreement_may_follow(&scene.agreement, next, &err) && err.kind == ERROR_RULE &&
           strstr(err.text, field) != NULL;
}

CHECK_TEST(rules_may_change)
{
    struct error err = {0};
    struct agreement next = next_make();

    next.purposes = 1;
    next.offence_minimum_years = 4;
    next.retention_other.minor_days = 10;
    CHECK_OK(agreement_may_follow(&scene.agreement, &next, &err), err);
}

CHECK_TEST(versions_follow_one_by_one)
{
    struct agreement next = next_make();

    next.version = scene.agreement.version;
    CHECK(is_refused_for(&next, "the next is"));
    next.version = scene.agreement.version + 2;
    CHECK(is_refused_for(&next, "the next is"));
}

CHECK_TEST(who_the_parties_are_does_not_change)
{
    struct agreement next = next_make();
    next.id = span_text("ro-bg");
    CHECK(is_refused_for(&next, "'id'"));
    next = next_make();
    next.is_training = !next.is_training;
    CHECK(is_refused_for(&next, "'is_training'"));
    next = next_make();
    next.psk_hash[0] ^= 1;
    CHECK(is_refused_for(&next, "'psk_hash'"));
    next = next_make();
    next_parties[1].party = span_text("bg");
    CHECK(is_refused_for(&next, "'parties.party'"));
    next = next_make();
    next_parties[1].status = PARTY_EU_MEMBER;
    CHECK(is_refused_for(&next, "'parties.status'"));
    next = next_make();
    next_parties[0].certificate_pem = span_text("another");
    CHECK(is_refused_for(&next, "'parties.certificate_pem'"));
}

CHECK_TEST(keys_change_by_succession_alone)
{
    struct agreement next = next_make();
    next_parties[0].log_key[0] ^= 1;
    CHECK(is_refused_for(&next, "'parties.log_key'"));
    next = next_make();
    next_parties[0].custody_key[0] ^= 1;
    CHECK(is_refused_for(&next, "'parties.custody_key'"));
    next = next_make();
    next_parties[1].witness_key[0] ^= 1;
    CHECK(is_refused_for(&next, "'parties.witness_key'"));
    next = next_make();
    next_parties[1].sealing_key[0] ^= 1;
    CHECK(is_refused_for(&next, "'parties.sealing_key'"));
}

CHECK_TEST(termination_has_a_usual_form)
{
    struct agreement agreement = scene.agreement;

    agreement.has_termination = false;
    CHECK_INT(agreement_termination_of(&agreement).notice_days, 90);
    CHECK(agreement_termination_of(&agreement).held == TERMINATION_KEPT);
    agreement.has_termination = true;
    agreement.termination = (struct agreement_termination){7, TERMINATION_ERASED, 30};
    CHECK_INT(agreement_termination_of(&agreement).notice_days, 7);
    CHECK_INT(agreement_termination_of(&agreement).erase_days, 30);
}

CHECK_TEST(a_certificate_changes_only_to_one_that_the_version_before_introduced)
{
    struct agreement_party *old = scene.parties;
    struct agreement next = next_make();
    struct error err = {0};

    next_parties[0].certificate_pem = span_text("another");
    CHECK(is_refused_for(&next, "'parties.certificate_pem'"));
    old[1].next_certificate_pem = span_text("another"); /* the other party's */
    CHECK(is_refused_for(&next, "'parties.certificate_pem'"));
    old[0].next_certificate_pem = span_text("another");
    CHECK_OK(agreement_may_follow(&scene.agreement, &next, &err), err);
    next_parties[0].next_certificate_pem = span_text("a third"); /* introduces the one after it */
    CHECK_OK(agreement_may_follow(&scene.agreement, &next, &err), err);
    next_parties[0].certificate_pem = span_text("a third");
    CHECK(is_refused_for(&next, "'parties.certificate_pem'"));
    old[0].next_certificate_pem = old[1].next_certificate_pem = span_make(NULL, 0);
}

int main(void)
{
    scene_make(&scene);
    CHECK_RUN(rules_may_change);
    CHECK_RUN(versions_follow_one_by_one);
    CHECK_RUN(who_the_parties_are_does_not_change);
    CHECK_RUN(keys_change_by_succession_alone);
    CHECK_RUN(a_certificate_changes_only_to_one_that_the_version_before_introduced);
    CHECK_RUN(termination_has_a_usual_form);
    scene_free(&scene);
    return check_end();
}
