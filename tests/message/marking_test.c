/*
 * The marking block, offences and grounds of transfer: see message/marking.h, offence.h, transfer.h.
 * covers: transfer offence
 */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

static struct problems problems;

static struct marking whole_marking(void)
{
    struct marking marking = sample_persons[0].marking;
    marking.source_system = SOURCE_PARTNER;
    marking.source_partner = span_text("gr");
    marking.handling = HANDLING_BIT(HANDLING_H2) | HANDLING_BIT(HANDLING_H3);
    marking.handling_note = span_text("Not to be shown to the press office.");
    marking.permitted_action = PERMITTED_PASSIVE_CHECK;
    marking.special_categories = UINT64_C(1) << SPECIAL_HEALTH;
    marking.special_justification = span_text("He needs insulin; officers must know.");
    marking.has_transfer = true;
    marking.transfer = sample_request().transfer;
    marking.third_party = span_text("Greek police");
    marking.third_party_restriction = span_text("Intelligence only.");
    marking.third_party_consent = span_text("GR-2026-5");
    marking.is_restricted = true;
    marking.has_supersedes = true;
    marking.supersedes[15] = 9;
    return marking;
}

CHECK_TEST(the_reader_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct marking marking = whole_marking();
    CHECK(form_write(&marking_form, &marking, &body));
    CHECK_INT(torture_body(&marking_form, buffer_span(&body)), 0);
}

//= dir-2016-680 art 9(3)
CHECK_TEST(a_required_field_left_out_is_named)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(form_write(&marking_form, &sample_persons[0].marking, &body));
    CHECK_INT(torture_missing(&marking_form, buffer_span(&body)), 0);
}

CHECK_TEST(every_field_is_read_as_written)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct marking wanted = whole_marking();
    struct marking found;

    CHECK(form_write(&marking_form, &wanted, &body));
    CHECK_OR_RETURN(form_read(&marking_form, buffer_span(&body), &arena, &found, &problems));
    CHECK(memcmp(found.id, wanted.id, UUID_SIZE) == 0);
    CHECK_SPAN(found.source_partner, "gr");
    CHECK(found.handling == wanted.handling && found.offences == wanted.offences);
    CHECK_INT(found.permitted_action, PERMITTED_PASSIVE_CHECK);
    CHECK_INT(found.info_eval, 2);
    CHECK_INT(found.as_of_ms, wanted.as_of_ms);
    CHECK_INT(found.review_at_ms, wanted.review_at_ms);
    CHECK_INT(found.erase_at_ms, wanted.erase_at_ms);
    CHECK(found.special_categories == wanted.special_categories);
    CHECK_INT(found.transfer.ground, TRANSFER_ART61_TREATY);
    CHECK_SPAN(found.third_party_consent, "GR-2026-5");
    CHECK(found.is_restricted && found.has_supersedes && found.supersedes[15] == 9);
}

//= reg-2016-794 art 29
//= dir-2016-680 art 5
//= dir-2016-680 art 7(1)
//= dir-2016-680 art 10
//= dir-2016-680 art 35(1)(c)
CHECK_TEST(each_fault_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"source_eval\":\"B\"", "\"source_eval\":\"D\"", "source_eval", ERROR_INPUT},
        {"\"info_eval\":2", "\"info_eval\":0", "info_eval", ERROR_INPUT},
        {"\"nature\":\"fact\"", "\"nature\":\"hearsay\"", "nature", ERROR_INPUT},
        {"\"handling\":[\"H2\",\"H3\"]", "\"handling\":[\"H0\",\"H3\"]", "handling", ERROR_INPUT},
        {"\"handling\":[\"H2\",\"H3\"]", "\"handling\":[]", "handling", ERROR_INPUT},
        {"\"handling_note\":\"Not to be shown to the press office.\",", "", "handling",
         ERROR_INPUT},
        {"\"source_partner\":\"gr\",", "", "source_partner", ERROR_INPUT},
        {"\"source_system\":\"partner\"", "\"source_system\":\"sis\"", "source_partner",
         ERROR_INPUT},
        {"\"source_system\":\"partner\"", "\"source_system\":\"unknown\"", "source_system",
         ERROR_INPUT},
        {"\"purpose\":\"investigation\"", "\"purpose\":\"visa\"", "purpose", ERROR_INPUT},
        {"\"offences\":[\"migrant_smuggling\",\"organised_crime\"]", "\"offences\":[]", "offences",
         ERROR_RULE},
        {"\"special_justification\":\"He needs insulin; officers must know.\",", "",
         "special_justification", ERROR_RULE},
        {"\"special_categories\":[\"health\"],", "", "special_categories", ERROR_INPUT},
        {"\"third_party_consent\":\"GR-2026-5\",", "", "third_party_consent", ERROR_RULE},
        {"\"third_party\":\"Greek police\",", "", "third_party", ERROR_INPUT},
        {"\"as_of\":\"2026-01-10", "\"as_of\":\"2026-01-13", "as_of", ERROR_INPUT},
        {"\"review_at\":\"2026-07", "\"review_at\":\"2025-07", "review_at", ERROR_INPUT},
        {"\"review_at\":\"2026-07", "\"review_at\":\"2027-07", "erase_at", ERROR_INPUT},
        {"\"schema_version\":1", "\"schema_version\":2", "schema_version", ERROR_INPUT},
        {"\"restricted\":true", "\"restricted\":1", "restricted", ERROR_INPUT},
        {"\"classification\":\"unclassified\"", "\"classification\":\"open\"", "classification",
         ERROR_INPUT},
        {"\"ground\":\"art61_treaty\"", "\"ground\":\"art39\"", "transfer.ground", ERROR_INPUT},
        {"\"ground\":\"art61_treaty\"", "\"ground\":\"art38_1d\"", "transfer.reason", ERROR_RULE},
        {"\"ground\":\"art61_treaty\"", "\"ground\":\"art37_1b\"", "transfer.reason", ERROR_RULE},
        {"\"instrument\":\"PCC-SEE\",", "", "transfer.instrument", ERROR_INPUT},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct marking marking = whole_marking();
    CHECK(form_write(&marking_form, &marking, &body));
    CHECK_INT(torture_faults(&marking_form, buffer_span(&body), faults, ARRAY_COUNT(faults)), 0);
}

//= dir-2016-680 art 35(2)
CHECK_TEST(an_immediate_threat_does_not_wait_for_consent)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct marking marking = whole_marking();
    struct marking found;

    marking.third_party_consent = span_text("");
    marking.purpose = PURPOSE_IMMEDIATE_THREAT;
    CHECK(form_write(&marking_form, &marking, &body));
    CHECK(form_read(&marking_form, buffer_span(&body), &arena, &found, &problems));
}

/* Handling codes: all sixteen sets, with and without a note. */
CHECK_TEST(h0_stands_alone_and_h3_has_a_note)
{
    for (uint64_t set = 0; set < 16; set++) {
        bool is_right = set == 1 || (set != 0 && set % 2 == 0);
        bool has_h3 = (set & 8) != 0;
        CHECK((handling_fault(set, span_text("note")) == NULL) == is_right);
        CHECK((handling_fault(set, span_text("")) == NULL) == (is_right && !has_h3));
    }
}

//= dir-2016-680 art 37(3)
//= dir-2016-680 art 38(3)
CHECK_TEST(only_article_38_is_a_derogation)
{
    for (unsigned i = 0; i < TRANSFER_GROUND_COUNT; i++) {
        const char *name = transfer_ground_names[i];
        bool is_38 = name != NULL && strncmp(name, "art38", 5) == 0;
        CHECK(transfer_is_derogation((enum transfer_ground)i) == is_38);
    }
}

//= dir-2016-680 art 1(1)
CHECK_TEST(closed_lists_are_whole_and_hold_no_code_for_opinion)
{
    static const char *const never[] = {"defamation", "insult", "assembly", "opinion",
                                        "return",     "asylum", "visa",     "readmission"};
    for (size_t i = 0; i < OFFENCE_COUNT; i++) {
        CHECK(offence_names[i] != NULL);
        for (size_t j = 0; j < ARRAY_COUNT(never); j++)
            CHECK(offence_names[i] != NULL && strstr(offence_names[i], never[j]) == NULL);
    }
    for (size_t i = 0; i < PURPOSE_COUNT; i++)
        for (size_t j = 0; j < ARRAY_COUNT(never); j++)
            CHECK(purpose_names[i] != NULL && strstr(purpose_names[i], never[j]) == NULL);
    CHECK(OFFENCE_COUNT <= 64);
}

int main(void)
{
    CHECK_RUN(the_reader_stands_every_damage);
    CHECK_RUN(a_required_field_left_out_is_named);
    CHECK_RUN(every_field_is_read_as_written);
    CHECK_RUN(each_fault_is_refused_at_its_field);
    CHECK_RUN(an_immediate_threat_does_not_wait_for_consent);
    CHECK_RUN(h0_stands_alone_and_h3_has_a_note);
    CHECK_RUN(only_article_38_is_a_derogation);
    CHECK_RUN(closed_lists_are_whole_and_hold_no_code_for_opinion);
    return check_end();
}
