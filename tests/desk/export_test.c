/*
 * Export: into a channel goes what its provider may decide about, to a recipient who is named and is a competent authority,
 * under a ground where it leaves the Union; never what is of an information system. What forwarding refuses (holds, missing
 * parts, consents) it refuses too: one door (onward_test.c, consent_test.c).
 */
#include "check.h"
#include "desk/support/passed.h"
#include "journal/support/pair.h"

#include "base/text.h"
#include "desk/onward_limits.h"
#include "message/act.h"
#include "message/request.h"
#include "store/log_rows.h"

static struct pair pair;
static struct error err;
static struct buffer out;

static char item[UUID_TEXT_SIZE];    /* given by Albania to Romania */
static char consent[UUID_TEXT_SIZE]; /* of Albania */

#define NATIONAL (UINT64_C(1) << SOURCE_NATIONAL)
#define TO(channel, kind)                                                                          \
    ",\"channel\":\"" channel                                                                      \
    "\",\"recipient\":\"Desk of Athens (test)\",\"recipient_kind\":\"" kind                        \
    "\",\"reference\":\"S-2026-118\""
#define WITHIN ",\"within_union\":true"
#define TREATY                                                                                     \
    ",\"ground\":\"art61_treaty\",\"instrument\":\"PCC-SEE\",\"article\":\"Art. 7\","              \
    "\"no_death_penalty\":true"

/* By Romania, with the consent. */
static bool export(const char *more)
{
    char arguments[1500];

    snprintf(arguments, sizeof arguments, "%s,\"consent\":\"%s\"", more, consent);
    return passed_act(&pair.nodes[0], "item-export", item, arguments, &out, &err);
}

static bool export_bare(const char *more)
{
    return passed_act(&pair.nodes[0], "item-export", item, more, &out, &err);
}

static bool says(const char *words)
{
    return strstr((const char *)out.data, words) != NULL;
}

static bool give(const struct passed *passed)
{
    char words[80];

    if (!passed_give(&pair, 1, passed, item, &err))
        return false;
    snprintf(words, sizeof words, "We consent to %s going on.", passed_reference());
    return passed_give(&pair, 1, &(struct passed){.words = words}, consent, &err);
}

/* A channel is a road: who stands at its end is named, with the reference of the matter there. */
//= dir-2016-680 art 35(1)(b)
//= dir-2016-680 art 39
CHECK_TEST(the_recipient_is_named_and_a_competent_authority)
{
    static const char *const missing[] = {
        ",\"channel\":\"siena\",\"recipient_kind\":\"police\",\"reference\":\"S-1\"" WITHIN,
        ",\"channel\":\"other\",\"recipient\":\"\",\"recipient_kind\":\"police\","
        "\"reference\":\"S-1\"" WITHIN,
        ",\"channel\":\"other\",\"recipient\":\"X\",\"reference\":\"S-1\"" WITHIN,
        ",\"channel\":\"other\",\"recipient\":\"X\",\"recipient_kind\":\"police\"" WITHIN,
        TO("newspaper", "police") WITHIN};
    static const char *const nobody[] = {"intelligence", "asylum", "tax", "private", "media"};
    char more[400];

    CHECK_OR_RETURN(give(&(struct passed){.handling = 0}));
    for (size_t i = 0; i < ARRAY_COUNT(missing); i++) {
        CHECK(!export(missing[i]));
        CHECK_INT(err.kind, ERROR_INPUT);
    }
    for (size_t i = 0; i < ARRAY_COUNT(nobody); i++) {
        snprintf(more, sizeof more,
                 ",\"channel\":\"other\",\"recipient\":\"X\",\"recipient_kind\":\"%s\","
                 "\"reference\":\"S-1\"" WITHIN,
                 nobody[i]);
        CHECK(!export(more));
        CHECK_INT(err.kind, ERROR_INPUT);
    }
    for (size_t i = 0; i < CHANNEL_COUNT; i++) {
        for (size_t k = 0; k < RECIPIENT_KIND_COUNT; k++) {
            snprintf(more, sizeof more,
                     ",\"channel\":\"%s\",\"recipient\":\"X\",\"recipient_kind\":\"%s\","
                     "\"reference\":\"S-1\"" WITHIN,
                     foreign_channel_names[i], recipient_kind_names[k]);
            CHECK_OK(export(more), err);
        }
    }
    CHECK_OK(export(TO("siena", "police") WITHIN), err);
    CHECK(
        says("\"format\":\"besa-handover/1\",\"channel\":\"siena\",\"recipient\":\"Desk of Athens "
             "(test)\",\"recipient_kind\":\"police\",\"channel_reference\":\"S-2026-118\","
             "\"within_union\":true,\"item\":\""));
    CHECK(says("\"type\":\"spontaneous\",\"provider\":\"al\"") && says("Ilirian"));
}

//= dir-2016-680 art 35(1)(e)
CHECK_TEST(what_a_partner_gave_leaves_the_state_with_its_consent_alone)
{
    CHECK_OR_RETURN(give(&(struct passed){.handling = HANDLING_BIT(HANDLING_H0)}));
    CHECK(!export_bare(TO("siena", "police") WITHIN));
    CHECK_ERROR(err, ERROR_RULE, "clause 6.1: it was given to this state");
    CHECK(!export_bare(TO("siena", "police") WITHIN ",\"consent\":\"AL-2026-17\""));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK_OK(export(TO("siena", "police") WITHIN), err);
    /* Whose it is, may. */
    CHECK_OK(
        passed_act(&pair.nodes[1], "item-export", item, TO("siena", "police") TREATY, &out, &err),
        err);
}

/* Every system, into every channel: back goes what came of it, and nothing of an information system of the Union goes. */
//= reg-2018-1240 art 65
CHECK_TEST(a_channel_is_closed_to_what_others_decide_about)
{
    static const struct {
        enum source_system source;
        int channel; /* that it came of; -1: none */
    } rows[] = {{SOURCE_SIS, -1},
                {SOURCE_VIS, -1},
                {SOURCE_EES, -1},
                {SOURCE_ETIAS, -1},
                {SOURCE_EURODAC, -1},
                {SOURCE_ECRIS, -1},
                {SOURCE_PRUEM, -1},
                {SOURCE_PNR, -1},
                {SOURCE_EUROPOL, CHANNEL_SIENA},
                {SOURCE_INTERPOL, CHANNEL_INTERPOL},
                {SOURCE_SELEC, CHANNEL_SELEC},
                {SOURCE_PRIVATE, -1}};

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        passed_parties(&pair, PARTY_EU_MEMBER, PARTY_EU_MEMBER,
                       NATIONAL | UINT64_C(1) << rows[i].source);
        CHECK_OK(give(&(struct passed){.source = rows[i].source}), err);
        for (size_t k = 0; k < CHANNEL_COUNT; k++) {
            char more[300];
            snprintf(more, sizeof more,
                     ",\"channel\":\"%s\",\"recipient\":\"X\",\"recipient_kind\":\"police\","
                     "\"reference\":\"S-1\"" WITHIN,
                     foreign_channel_names[k]);
            CHECK(export(more) == ((int)k == rows[i].channel));
            if ((int)k == rows[i].channel)
                continue;
            CHECK_ERROR(err, ERROR_RULE, "clause 6.3: something in it is of the source system '");
            CHECK(strstr(err.text, source_system_names[rows[i].source]) != NULL);
        }
    }
    passed_parties(&pair, PARTY_EU_MEMBER, PARTY_THIRD_COUNTRY, NATIONAL);
}

//= dir-2016-680 art 35(1)(d)
//= dir-2016-680 art 38
CHECK_TEST(what_leaves_the_union_has_a_ground)
{
    static const struct {
        const char *more;
        const char *words;
    } rows[] = {{"", "clause 7.1: no transfer ground"},
                {",\"ground\":\"art37_1a\"", "without instrument and article"},
                {",\"ground\":\"art37_1a\",\"instrument\":\"X\",\"article\":\"1\"",
                 "serves no death penalty"},
                {",\"ground\":\"art38_1a\",\"instrument\":\"X\",\"article\":\"1\","
                 "\"no_death_penalty\":true",
                 "ground 'art38_1a' without a reason"}};
    char more[500];

    CHECK_OR_RETURN(give(&(struct passed){.handling = 0}));
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        snprintf(more, sizeof more, TO("interpol", "police") "%s", rows[i].more);
        CHECK(!export(more));
        CHECK_ERROR(err, ERROR_RULE, rows[i].words);
    }
    CHECK_OK(export(TO("interpol", "police") TREATY), err);
    CHECK(says("\"within_union\":false,\"ground\":\"art61_treaty\",\"instrument\":\"PCC-SEE\","
               "\"article\":\"Art. 7\""));
    CHECK(!export(TO("siena", "police") TREATY WITHIN));
    CHECK_ERROR(err, ERROR_INPUT, "within the Union there is no transfer");
    CHECK_OK(
        export(TO(
            "interpol",
            "police") ",\"ground\":\"art38_1a\",\"instrument\":\"X\","
                      "\"article\":\"1\",\"no_death_penalty\":true,\"ground_reason\":\"She is held\""),
        err);
    CHECK(says("\"ground_reason\":\"She is held\""));
    /* A third country is not within it, whatever it says. */
    CHECK(
        !passed_act(&pair.nodes[1], "item-export", item, TO("siena", "police") WITHIN, &out, &err));
    CHECK_ERROR(err, ERROR_RULE, "no transfer ground");
}

/* A request names two people: a derogation never serves a list. */
//= dir-2016-680 art 38
CHECK_TEST(a_derogation_is_for_one_person)
{
    CHECK_OR_RETURN(pair_request(&pair.nodes[0], 91, item, &err));
    CHECK(!export_bare(
        TO("interpol",
           "police") ",\"ground\":\"art38_1a\",\"instrument\":\"X\","
                     "\"article\":\"1\",\"no_death_penalty\":true,\"ground_reason\":\"both\""));
    CHECK_ERROR(err, ERROR_RULE, "ground 'art38_1a' stands once for 2 persons");
    CHECK_OK(export_bare(TO("interpol", "police") TREATY), err);
    pair_settle(&pair);
}

/* What forwarding refuses, export refuses. */
CHECK_TEST(what_is_on_hold_or_incomplete_stays)
{
    CHECK_OR_RETURN(give(&(struct passed){.has_file = true}));
    CHECK_OK(
        passed_act(&pair.nodes[0], "retention-hold", item, ",\"hold\":\"exculpatory\"", &out, &err),
        err);
    CHECK(!export(TO("siena", "police") WITHIN));
    CHECK_ERROR(err, ERROR_RULE, "is on hold");
    CHECK_OK(passed_act(&pair.nodes[0], "retention-release", item, "", &out, &err), err);
    CHECK_OK(export(TO("siena", "police") WITHIN), err);
    CHECK_OK(passed_part_set(&pair.nodes[0], item, PASSED_FILE_PART, PART_WANTED, &err), err);
    CHECK(!export(TO("siena", "police") WITHIN));
    CHECK_ERROR(err, ERROR_MISSING, "part 3 (attachment)");
    CHECK_OR_RETURN(give(&(struct passed){.is_restricted = true}));
    CHECK(!export(TO("siena", "police") WITHIN));
    CHECK_ERROR(err, ERROR_RULE, "marked as restricted");
}

CHECK_TEST(the_partner_hears_that_it_was_opened)
{
    CHECK_OR_RETURN(give(&(struct passed){.handling = 0}));
    CHECK_OK(export(TO("siena", "police") WITHIN), err);
    pair_settle(&pair);
    CHECK_OK(passed_act(&pair.nodes[1], "item-show", item, "", &out, &err), err);
    CHECK(says("\"what\":\"opened\""));
}

/* The newest access entry of Romania. */
static bool entry_read(struct arena *arena, struct act *found)
{
    static struct problems problems;
    struct journal *journal = &pair.nodes[0].journal;
    struct entry_row row;
    struct span body;

    problems_clear(&problems);
    return entry_find_index(journal->db, arena, journal->domestic.id,
                            (int64_t)journal->domestic.size - 1, &row, &err) &&
           journal_body(journal, &row, arena, &body, &err) &&
           act_read(body, arena, found, &problems);
}

/* Date and time, who got what, why and under which provision. */
//= dir-2016-680 art 37(3)
CHECK_TEST(recipient_reference_ground_and_consent_are_on_record)
{
    static const char *const wanted[] = {"to channel interpol",  "police Desk of Athens (test)",
                                         "reference S-2026-118", "ground art61_treaty",
                                         "instrument PCC-SEE",   "article Art. 7"};
    struct arena arena CLEANUP(arena_free) = arena_make(8 << 20);
    struct act found;

    CHECK_OR_RETURN(give(&(struct passed){.handling = 0}));
    CHECK_OK(export(TO("interpol", "police") TREATY), err);
    CHECK_OR_RETURN(entry_read(&arena, &found));
    CHECK_SPAN(found.act, "item-export");
    CHECK_SPAN(found.case_id, "c-1");
    CHECK_OR_RETURN(found.object_count >= 8);
    for (size_t i = 0; i < ARRAY_COUNT(wanted); i++)
        CHECK_SPAN(found.objects[1 + i], wanted[i]);
    CHECK(memcmp(found.objects[7].data, "consent ", 8) == 0);
}

int main(void)
{
    out = buffer_make(1 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(the_recipient_is_named_and_a_competent_authority);
    CHECK_RUN(what_a_partner_gave_leaves_the_state_with_its_consent_alone);
    CHECK_RUN(a_channel_is_closed_to_what_others_decide_about);
    CHECK_RUN(what_leaves_the_union_has_a_ground);
    CHECK_RUN(a_derogation_is_for_one_person);
    CHECK_RUN(what_is_on_hold_or_incomplete_stays);
    CHECK_RUN(the_partner_hears_that_it_was_opened);
    CHECK_RUN(recipient_reference_ground_and_consent_are_on_record);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
