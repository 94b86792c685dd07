/*
 * The ground that an agreement proposes: of its legal basis in force, for the authority that sends, never a derogation, never an
 * own assessment, and not beyond the day on which it is looked at again.
 * covers: ground
 */
#include "agreement/ground.h"
#include "agreement/support/scene.h"
#include "check.h"

static struct scene scene;
static struct transfer proposed;

static bool propose(const char *sender, const char *authority, int64_t time_ms)
{
    return agreement_ground_propose(&scene.agreement, span_text(sender), span_text(authority),
                                    time_ms, &proposed);
}

static bool now(void)
{
    return propose("ro", "", SCENE_NOW_MS);
}

static void make(void)
{
    scene_make(&scene);
    scene_be_real(&scene);
}

//= dir-2016-680 art 35(1)(d)
CHECK_TEST(the_basis_in_force_is_proposed_until_it_is_looked_at_again)
{
    make();
    CHECK_OR_RETURN(now());
    CHECK_INT(proposed.ground, TRANSFER_ART61_TREATY);
    CHECK(span_equal(proposed.instrument, scene.basis.instrument));
    CHECK(span_equal(proposed.article, scene.basis.article));
    CHECK_INT(proposed.review_at_ms, scene.agreement.valid_to_ms);
    CHECK_INT(proposed.reason.size, 0);
    scene.basis.in_force_to_ms = SCENE_NOW_MS + SCENE_DAY_MS;
    CHECK(now() && proposed.review_at_ms == SCENE_NOW_MS + SCENE_DAY_MS);
    scene.basis.in_force_to_ms = SCENE_NOW_MS;
    CHECK(!now() && proposed.ground == TRANSFER_NONE);
    scene.basis.in_force_to_ms = 0;
    scene.basis.in_force_from_ms = 0; /* not known to be in force */
    CHECK(!now());
    scene.basis.in_force_from_ms = SCENE_NOW_MS - SCENE_DAY_MS;
    scene.agreement.valid_to_ms = SCENE_NOW_MS;
    CHECK(!now());
    scene_free(&scene);
}

/* Whatever else is agreed. */
//= dir-2016-680 art 38
CHECK_TEST(a_derogation_or_an_own_assessment_is_never_proposed)
{
    make();
    for (uint64_t set = 0; set < SCENE_BIT(TRANSFER_GROUND_COUNT); set += 2) {
        scene.agreement.transfer_grounds = set;
        bool has_treaty = (set & SCENE_BIT(TRANSFER_ART61_TREATY)) != 0;
        bool has_instrument = (set & SCENE_BIT(TRANSFER_ART37_1A)) != 0;
        CHECK(now() == (has_treaty || has_instrument));
        CHECK_INT(proposed.ground, has_treaty       ? TRANSFER_ART61_TREATY
                                   : has_instrument ? TRANSFER_ART37_1A
                                                    : TRANSFER_NONE);
    }
    scene_free(&scene);
}

CHECK_TEST(the_authority_that_sends_applies_the_basis)
{
    make();
    CHECK(propose("ro", "spoc-ro", SCENE_NOW_MS));
    CHECK(!propose("ro", "spoc-al", SCENE_NOW_MS)); /* the partner's */
    CHECK(!propose("ro", "Fictional Tax Office", SCENE_NOW_MS));
    scene.basis.authority_count = 0;
    CHECK(!propose("ro", "spoc-ro", SCENE_NOW_MS));
    scene_free(&scene);
}

CHECK_TEST(what_does_not_leave_the_union_has_none)
{
    make();
    CHECK(propose("al", "", SCENE_NOW_MS)); /* it names its ground all the same */
    CHECK(propose("al", "spoc-al", SCENE_NOW_MS));
    CHECK(!propose("mk", "", SCENE_NOW_MS));
    scene.parties[1].status = PARTY_EU_MEMBER;
    CHECK(!now());
    scene_free(&scene);
}

/* Exercises confirm, too: the basis is the one that is meant. */
CHECK_TEST(training_proposes_a_basis_that_is_not_in_force)
{
    scene_make(&scene);
    CHECK(scene.agreement.is_training);
    scene.basis.in_force_from_ms = 0;
    CHECK(now() && proposed.ground == TRANSFER_ART61_TREATY);
    scene.agreement.legal_basis_count = 0;
    CHECK(!now());
    scene_free(&scene);
}

int main(void)
{
    CHECK_RUN(the_basis_in_force_is_proposed_until_it_is_looked_at_again);
    CHECK_RUN(a_derogation_or_an_own_assessment_is_never_proposed);
    CHECK_RUN(the_authority_that_sends_applies_the_basis);
    CHECK_RUN(what_does_not_leave_the_union_has_none);
    CHECK_RUN(training_proposes_a_basis_that_is_not_in_force);
    return check_end();
}
