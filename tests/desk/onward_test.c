/*
 * Forwarding: to authorities that the agreement lists and to no other; never past a handling code, another provider or a
 * system of the Union; never what is restricted, over its time or incomplete; opened as by whoever reads it, and each time on
 * record with whom it went to. Consents themselves: consent_test.c.
 * covers: onward forward
 */
#include "check.h"
#include "desk/support/passed.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"

#include "base/text.h"
#include "message/act.h"
#include "store/log_rows.h"

static struct pair pair;
static struct error err;
static struct buffer out;

static bool given(const struct passed *passed, char item[UUID_TEXT_SIZE])
{
    return passed_give(&pair, 1, passed, item, &err);
}

static bool act(size_t side, const char *name, const char *item, const char *more)
{
    return passed_act(&pair.nodes[side], name, item, more, &out, &err);
}

/* By Romania, whom it was given to. */
static bool forward(const char *item, const char *more)
{
    char arguments[400];

    snprintf(arguments, sizeof arguments, ",\"authority\":\"spoc-ro\"%s", more);
    return act(0, "item-forward", item, arguments);
}

static bool says(const char *words)
{
    return strstr((const char *)out.data, words) != NULL;
}

#define H0       HANDLING_BIT(HANDLING_H0)
#define H1       HANDLING_BIT(HANDLING_H1)
#define H2       HANDLING_BIT(HANDLING_H2)
#define H3       HANDLING_BIT(HANDLING_H3)
#define NATIONAL (UINT64_C(1) << SOURCE_NATIONAL)
#define POLICE   ",\"use\":\"police\""

//= dir-2016-680 art 35(1)(b)
CHECK_TEST(only_competent_authorities_of_this_state_get_it)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(given(&(struct passed){.handling = H0}, item));
    CHECK_OK(act(0, "item-forward", item, ",\"authority\":\"Centrul de Cooperare (test)\""), err);
    CHECK(says("\"format\":\"besa-handover/1\",\"authority\":\"spoc-ro\"") && says("Ilirian") &&
          says("\"provider\":\"al\"") && says("\"handling\":[\"H0\"]") && says("\"consents\":[]"));
    CHECK_OK(forward(item, ""), err);
    CHECK(!act(0, "item-forward", item, ",\"authority\":\"Fictional Tax Office\""));
    CHECK_ERROR(err, ERROR_RULE, "clause 2.2: the authority is none of this state's");
    CHECK(strstr(err.text, "Fictional") == NULL);
    CHECK(!act(0, "item-forward", item, ",\"authority\":\"spoc-al\"")); /* the partner's */
    CHECK_ERROR(err, ERROR_RULE, "clause 2.2");
}

/* H1 closes courts, H2 and H3 every further hand; whose it is, may pass it on. */
//= dir-2016-680 art 35(1)(e)
CHECK_TEST(each_handling_code_closes_what_it_says)
{
    static const struct {
        uint64_t handling;
        bool to_police;
        bool to_any;
        const char *words;
    } rows[] = {{H0, true, true, NULL},
                {H1, true, false, "handling code H1"},
                {H2, false, false, "handling code H2"},
                {H1 | H2, false, false, "handling code H2"},
                {H3, false, false, "handling code H3"},
                {H1 | H3, false, false, "handling code H3"}};

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char item[UUID_TEXT_SIZE];
        CHECK_OK(given(&(struct passed){.handling = rows[i].handling}, item), err);
        CHECK(forward(item, POLICE) == rows[i].to_police);
        if (!rows[i].to_police)
            CHECK_ERROR(err, ERROR_RULE, rows[i].words);
        CHECK(forward(item, "") == rows[i].to_any);
        CHECK(forward(item, ",\"use\":\"proceedings\"") == rows[i].to_any);
        if (!rows[i].to_any)
            CHECK_ERROR(err, ERROR_RULE, rows[i].words);
        CHECK_OK(act(1, "item-forward", item, ",\"authority\":\"spoc-al\""), err);
    }
}

CHECK_TEST(the_code_goes_on_once_its_provider_has_consented)
{
    char item[UUID_TEXT_SIZE], consent[UUID_TEXT_SIZE], words[80], more[120];

    CHECK_OR_RETURN(given(&(struct passed){.handling = H2 | H1}, item));
    snprintf(words, sizeof words, "We consent to %s going to a court.", passed_reference());
    CHECK_OR_RETURN(given(&(struct passed){.words = words}, consent));
    snprintf(more, sizeof more, ",\"consent\":\"%s\"", consent);
    CHECK_OK(forward(item, more), err);
    snprintf(more, sizeof more, "\"consents\":[\"%s\"]", consent);
    CHECK(says(more) && says("\"handling\":[\"H0\",\"H1\",\"H2\"]"));
    /* What is named must stand also where nothing had to be. */
    CHECK_OR_RETURN(given(&(struct passed){.handling = H0}, item));
    CHECK(!forward(item, ",\"consent\":\"they said yes\""));
    CHECK_INT(err.kind, ERROR_INPUT);
    snprintf(more, sizeof more, ",\"authority\":\"spoc-al\",\"consent\":\"%s\"", consent);
    CHECK(!act(1, "item-forward", item, more));
    CHECK_ERROR(err, ERROR_INPUT, "it is our own");
}

//= dir-2016-680 art 35(1)(c)
CHECK_TEST(what_is_of_a_third_needs_its_consent_at_both_ends)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(given(&(struct passed){.third = "mk"}, item));
    CHECK(!forward(item, POLICE));
    CHECK_ERROR(err, ERROR_RULE, "clause 6.3: something in it is of mk");
    CHECK(!act(1, "item-forward", item, ",\"authority\":\"spoc-al\""));
    CHECK_ERROR(err, ERROR_RULE, "clause 6.3: something in it is of mk");
    CHECK_OR_RETURN(given(&(struct passed){.third = "ro"}, item)); /* our own comes back */
    CHECK_OK(forward(item, POLICE), err);
    CHECK(!forward(item, POLICE ",\"third_consent\":\"1\""));
    CHECK_ERROR(err, ERROR_INPUT, "nothing in it is of another provider");
}

/* Within a member state it is at home; a third country that has it all the same passes it to nobody. */
//= reg-2018-1240 art 65
CHECK_TEST(what_may_not_leave_the_union_goes_nowhere_in_a_third_country)
{
    static const enum source_system closed[] = {SOURCE_SIS, SOURCE_EURODAC, SOURCE_ETIAS};

    for (size_t i = 0; i < ARRAY_COUNT(closed); i++) {
        char item[UUID_TEXT_SIZE];
        /* Two member states may exchange it. */
        passed_parties(&pair, PARTY_EU_MEMBER, PARTY_EU_MEMBER,
                       NATIONAL | UINT64_C(1) << closed[i]);
        CHECK_OK(given(&(struct passed){.handling = H0, .source = closed[i]}, item), err);
        CHECK_OK(forward(item, ""), err);
        passed_parties(&pair, PARTY_THIRD_COUNTRY, PARTY_EU_MEMBER,
                       NATIONAL | UINT64_C(1) << closed[i]);
        CHECK(!forward(item, ""));
        CHECK_ERROR(err, ERROR_RULE, "clause 6.3: something in it is of the source system '");
        CHECK(strstr(err.text, source_system_names[closed[i]]) != NULL);
    }
    passed_parties(&pair, PARTY_EU_MEMBER, PARTY_THIRD_COUNTRY, NATIONAL);
}

/* Contested, kept as evidence, exculpatory: whoever asks, and although the head of desk opens it. */
//= dir-2016-680 art 16(3)
CHECK_TEST(what_is_on_hold_or_restricted_stays)
{
    static const char *const holds[] = {"contested", "evidence", "exculpatory"};
    char item[UUID_TEXT_SIZE], until[TIME_TEXT_SIZE], more[80];

    time_write(pair_clock_ms() + INT64_C(30) * 86400000, until);
    until[10] = '\0';
    for (size_t i = 0; i < ARRAY_COUNT(holds); i++) {
        CHECK_OR_RETURN(given(&(struct passed){.handling = H0}, item));
        snprintf(more, sizeof more, ",\"hold\":\"%s\",\"until\":\"%s\"", holds[i], until);
        CHECK_OK(act(0, "retention-hold", item, more), err);
        CHECK(!forward(item, POLICE));
        CHECK_ERROR(err, ERROR_RULE, "is on hold");
        CHECK_OK(act(0, "item-show", item, ""), err);
        CHECK_OK(act(0, "retention-release", item, ""), err);
        CHECK_OK(forward(item, POLICE), err);
    }
    CHECK_OR_RETURN(given(&(struct passed){.is_restricted = true}, item));
    CHECK(!forward(item, POLICE));
    CHECK_ERROR(err, ERROR_RULE, "marked as restricted");
}

CHECK_TEST(what_lacks_a_part_does_not_go_and_the_part_is_named)
{
    static const struct {
        enum part_state state;
        enum error_kind kind;
        const char *words;
    } rows[] = {{PART_WANTED, ERROR_MISSING, "part 3 (attachment) is not held here yet"},
                {PART_LOST, ERROR_GONE, "part 3 (attachment) is lost here"},
                {PART_ERASED, ERROR_GONE, "part 3 (attachment) is erased here"}};
    char item[UUID_TEXT_SIZE];

    CHECK_OK(given(&(struct passed){.handling = H0, .has_file = true}, item), err);
    CHECK_OK(forward(item, ""), err);
    CHECK(says("film.bin"));
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        CHECK_OK(passed_part_set(&pair.nodes[0], item, PASSED_FILE_PART, rows[i].state, &err), err);
        CHECK(!forward(item, ""));
        CHECK_ERROR(err, rows[i].kind, rows[i].words);
    }
    CHECK_OR_RETURN(given(&(struct passed){.handling = H0}, item));
    CHECK_OK(act(0, "item-erase", item, ",\"part\":2,\"erase_reason\":\"order\""), err);
    CHECK(!forward(item, ""));
    CHECK_ERROR(err, ERROR_GONE, "part 2 (item) is erased here");
}

/* Passing on is opening: the partner reads it as it does of who looks. */
CHECK_TEST(the_partner_hears_that_it_was_opened)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(given(&(struct passed){.handling = H0}, item));
    CHECK_OK(act(1, "item-show", item, ""), err);
    CHECK(!says("\"what\":\"opened\""));
    CHECK_OK(forward(item, ""), err);
    pair_settle(&pair);
    CHECK_OK(act(1, "item-show", item, ""), err);
    CHECK(says("\"what\":\"opened\""));
}

/* The newest access entry of a node. */
static bool entry_read(struct pair_node *node, struct arena *arena, struct act *found)
{
    static struct problems problems;
    struct journal *journal = &node->journal;
    struct entry_row row;
    struct span body;

    problems_clear(&problems);
    return entry_find_index(journal->db, arena, journal->domestic.id,
                            (int64_t)journal->domestic.size - 1, &row, &err) &&
           journal_body(journal, &row, arena, &body, &err) &&
           act_read(body, arena, found, &problems);
}

/* Each time anew: a second disclosure is no second look. */
//= dir-2016-680 art 25(1)
CHECK_TEST(to_whom_it_went_is_on_record)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8 << 20);
    struct act found;
    char item[UUID_TEXT_SIZE], consent[UUID_TEXT_SIZE], words[80], more[120];

    CHECK_OR_RETURN(given(&(struct passed){.handling = H2}, item));
    snprintf(words, sizeof words, "Item %s may go on.", item);
    CHECK_OR_RETURN(given(&(struct passed){.words = words}, consent));
    snprintf(more, sizeof more, POLICE ",\"consent\":\"%s\"", consent);
    CHECK_OK(act(0, "item-show", item, ""), err); /* told as opened */
    for (int i = 0; i < 2; i++) {
        uint64_t before = pair.nodes[0].journal.domestic.size;
        CHECK_OK(forward(item, more), err);
        CHECK_INT(pair.nodes[0].journal.domestic.size, before + 1);
        CHECK_OR_RETURN(entry_read(&pair.nodes[0], &arena, &found));
        CHECK_SPAN(found.act, "item-forward");
        CHECK_SPAN(found.case_id, "c-1");
        CHECK_OR_RETURN(found.object_count >= 4);
        CHECK_SPAN(found.objects[1], "to authority spoc-ro");
        CHECK_SPAN(found.objects[2], "use police");
        CHECK(found.objects[3].size > 8 && memcmp(found.objects[3].data, "consent ", 8) == 0);
    }
}

CHECK_TEST(what_is_gone_or_no_message_with_content_is_not_passed_on)
{
    char item[UUID_TEXT_SIZE], request[UUID_TEXT_SIZE], question[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(given(&(struct passed){.handling = H0}, item));
    CHECK_OK(act(0, "item-erase", item, ",\"erase_reason\":\"order\""), err);
    CHECK(!forward(item, ""));
    CHECK_INT(err.kind, ERROR_GONE);
    CHECK_OR_RETURN(pair_request(&pair.nodes[1], 71, request, &err));
    pair_settle(&pair);
    CHECK_OK(forward(request, POLICE), err); /* under H1 */
    CHECK(!forward(request, ""));
    CHECK_OK(act(0, "clarification-ask", request, ",\"question\":\"Who?\",\"language\":\"en\""),
             err);
    snprintf(question, sizeof question, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    CHECK(!forward(question, ""));
    CHECK_ERROR(err, ERROR_INPUT, "only a request, an answer or what was given unasked");
    pair_settle(&pair);
}

/* What this node refused was never received. */
CHECK_TEST(what_was_refused_is_not_passed_on)
{
    uint64_t bit = UINT64_C(1) << MESSAGE_SPONTANEOUS;
    uint64_t *here = &pair.nodes[0].journal.lines[0].agreement.message_types;
    char item[UUID_TEXT_SIZE];

    *here &= ~bit;
    CHECK_OR_RETURN(given(&(struct passed){.handling = H0}, item));
    *here |= bit;
    CHECK(!forward(item, ""));
    CHECK_ERROR(err, ERROR_CONFLICT, "not accepted");
}

/* Last: the clock runs on by years. */
CHECK_TEST(what_is_over_its_time_does_not_go)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(given(&(struct passed){.handling = H0}, item));
    CHECK_OK(forward(item, ""), err);
    pair_wait(INT64_C(400) * 86400000); /* its marking says 300 days */
    CHECK(!forward(item, ""));
    CHECK_ERROR(err, ERROR_RULE, "the item's time is over");
}

int main(void)
{
    out = buffer_make(1 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(only_competent_authorities_of_this_state_get_it);
    CHECK_RUN(each_handling_code_closes_what_it_says);
    CHECK_RUN(the_code_goes_on_once_its_provider_has_consented);
    CHECK_RUN(what_is_of_a_third_needs_its_consent_at_both_ends);
    CHECK_RUN(what_may_not_leave_the_union_goes_nowhere_in_a_third_country);
    CHECK_RUN(what_is_on_hold_or_restricted_stays);
    CHECK_RUN(what_lacks_a_part_does_not_go_and_the_part_is_named);
    CHECK_RUN(the_partner_hears_that_it_was_opened);
    CHECK_RUN(to_whom_it_went_is_on_record);
    CHECK_RUN(what_is_gone_or_no_message_with_content_is_not_passed_on);
    CHECK_RUN(what_was_refused_is_not_passed_on);
    CHECK_RUN(what_is_over_its_time_does_not_go);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
