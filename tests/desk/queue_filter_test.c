/*
 * The queue as an officer asks for it: by state, urgency, unit and partner, each request moving from one list to the other
 * as its time runs and its work is done; and the counts of what waits, which no filter changes.
 * covers: queue_filter
 */
#include "check.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"

#include <stdio.h>

#define HOUR_MS INT64_C(3600000)

static struct pair pair;
static struct error err;
static struct buffer out;
static unsigned number = 600;

static bool act(size_t side, const char *name, const char *arguments)
{
    error_clear(&err);
    buffer_clear(&out);
    bool ok = pair_act(&pair.nodes[side], name, arguments, span_text(""), &out, &err);
    if (ok)
        pair_settle(&pair);
    buffer_byte(&out, '\0');
    return ok;
}

static bool says(const char *words)
{
    return strstr((const char *)out.data, words) != NULL;
}

static bool request(bool is_urgent, char item[UUID_TEXT_SIZE])
{
    char reference[24];
    struct request sample = is_urgent ? sample_request_urgent() : sample_request();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    snprintf(reference, sizeof reference, "RO-%u", number++);
    sample.reference = span_text(reference);
    sample.authority = span_text("Centrul de Cooperare (test)");
    error_clear(&err);
    buffer_clear(&out);
    if (!request_write(&sample, &body) ||
        !pair_act(&pair.nodes[0], "request-send", "{}", buffer_span(&body), &out, &err))
        return false;
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    return true;
}

static bool done(const char *name, const char *item, const char *rest)
{
    char arguments[300];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item, rest);
    return act(1, name, arguments);
}

/* Is it in the list that these arguments ask for? False, said, when the act fails. */
static bool lists(size_t side, const char *arguments, const char *item)
{
    if (act(side, side == 0 ? "sent-list" : "inbox-list", arguments))
        return says(item);
    printf("%s: %s\n", arguments, err.text);
    CHECK(false);
    return false;
}

CHECK_TEST(a_request_is_open_then_soon_then_overdue_then_answered)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(request(true, item));
    for (size_t side = 0; side < 2; side++) {
        CHECK(lists(side, "{\"state\":\"open\"}", item));
        CHECK(!lists(side, "{\"state\":\"soon\"}", item));
        CHECK(!lists(side, "{\"state\":\"overdue\"}", item));
        CHECK(!lists(side, "{\"state\":\"answered\"}", item));
    }
    pair_wait(7 * HOUR_MS); /* of 8 */
    for (size_t side = 0; side < 2; side++) {
        CHECK(lists(side, "{\"state\":\"open\"}", item));
        CHECK(lists(side, "{\"state\":\"soon\"}", item));
        CHECK(!lists(side, "{\"state\":\"overdue\"}", item));
    }
    CHECK(says("\"overdue\":0,\"overdue_authorisation\":0,\"soon\":1,"));
    pair_wait(2 * HOUR_MS);
    for (size_t side = 0; side < 2; side++) {
        CHECK(!lists(side, "{\"state\":\"soon\"}", item));
        CHECK(lists(side, "{\"state\":\"overdue\",\"urgent\":true}", item));
    }
    CHECK(says("\"overdue\":1,\"overdue_authorisation\":0,\"soon\":0,"));
    CHECK_OK(done("refuse-send", item, ",\"grounds\":[\"a\"],\"reason_text\":\"none\""), err);
    for (size_t side = 0; side < 2; side++) {
        CHECK(!lists(side, "{\"state\":\"open\"}", item));
        CHECK(!lists(side, "{\"state\":\"overdue\"}", item));
        CHECK(lists(side, "{\"state\":\"answered\"}", item));
    }
}

/* The limit stays, and the list says beside it what was told: the same on both sides. */
//= dir-2023-977 art 5(2)
CHECK_TEST(what_waits_for_an_authorisation_is_told_apart_until_its_day)
{
    char item[UUID_TEXT_SIZE], rest[200], day[TIME_TEXT_SIZE];

    CHECK_OR_RETURN(request(true, item));
    time_write(pair_clock_ms() + 30 * HOUR_MS, day);
    snprintf(rest, sizeof rest,
             ",\"authorisation\":\"applied\",\"delay_reason\":\"authorisation_needed\","
             "\"authority\":\"Court (test)\",\"expected_by\":\"%s\"",
             day);
    CHECK_OK(done("delay-tell", item, rest), err);
    pair_wait(7 * HOUR_MS); /* of 8: it is soon all the same */
    for (size_t side = 0; side < 2; side++) {
        CHECK(lists(side, "{\"state\":\"soon\"}", item));
        CHECK(says("\"limit\":\"soon\"") && says("\"delayed_to\":\""));
    }
    pair_wait(2 * HOUR_MS);
    for (size_t side = 0; side < 2; side++) {
        CHECK(!lists(side, "{\"state\":\"overdue\"}", item));
        CHECK(says("\"overdue\":0,\"overdue_authorisation\":1,"));
        CHECK(lists(side, "{\"state\":\"overdue_authorisation\"}", item));
        CHECK(says("\"limit\":\"overdue_authorisation\"") && says("\"minutes_left\":-"));
    }
    pair_wait(23 * HOUR_MS); /* the day that was told is over */
    for (size_t side = 0; side < 2; side++) {
        CHECK(!lists(side, "{\"state\":\"overdue_authorisation\"}", item));
        CHECK(lists(side, "{\"state\":\"overdue\"}", item));
        CHECK(says("\"limit\":\"overdue\"") && says("\"delayed_to\":\""));
    }
    CHECK_OK(done("refuse-send", item, ",\"grounds\":[\"a\"],\"reason_text\":\"none\""), err);
}

static bool rebuild_run(struct journal *journal, void *context, struct error *error)
{
    (void)context;
    return journal_rebuild(journal, NULL, NULL, error);
}

CHECK_TEST(a_request_is_unassigned_until_a_unit_has_it)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(request(false, item));
    CHECK(lists(1, "{\"unassigned\":true}", item));
    CHECK(says("\"unassigned\":1,"));
    CHECK(!lists(1, "{\"unit\":\"border\"}", item));
    CHECK_OK(done("assign", item, ",\"unit\":\"border\""), err);
    CHECK(!lists(1, "{\"unassigned\":true}", item));
    CHECK(says("\"unassigned\":0,"));
    CHECK(lists(1, "{\"unit\":\"border\"}", item));
    CHECK(says("\"unit\":\"border\""));
    CHECK_OK(done("assign", item, ",\"unit\":\"narcotics\""), err);
    CHECK(!lists(1, "{\"unit\":\"border\"}", item));
    CHECK(lists(1, "{\"unit\":\"narcotics\",\"state\":\"open\",\"urgent\":false}", item));
    CHECK_OK(hostile_run(&pair.nodes[1], rebuild_run, NULL, &err), err);
    CHECK(lists(1, "{\"unit\":\"narcotics\"}", item));
}

CHECK_TEST(urgent_ones_exercises_and_partners_are_told_apart)
{
    char urgent[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(request(true, urgent) && request(false, other));
    for (size_t side = 0; side < 2; side++) {
        const char *partner = side == 0 ? "{\"partner\":\"al\"}" : "{\"partner\":\"ro\"}";
        CHECK(lists(side, "{\"urgent\":true}", urgent) && !says(other));
        CHECK(lists(side, "{\"urgent\":false}", other) && !says(urgent));
        CHECK(lists(side, "{\"training\":true}", urgent) && says(other));
        CHECK(!lists(side, "{\"training\":false}", urgent) && !says(other));
        CHECK(lists(side, partner, urgent) && says(other));
        CHECK(lists(side, "{\"agreement\":\"ro-al\",\"urgent\":true}", urgent) && !says(other));
    }
}

CHECK_TEST(a_page_through_a_filter_leads_to_the_next)
{
    char first[UUID_TEXT_SIZE], second[UUID_TEXT_SIZE], arguments[160], place[80] = "";

    CHECK_OR_RETURN(request(false, first) && request(false, second));
    CHECK_OK(done("assign", first, ",\"unit\":\"harbour\""), err);
    CHECK_OK(done("assign", second, ",\"unit\":\"harbour\""), err);
    CHECK(lists(1, "{\"unit\":\"harbour\",\"limit\":1}", first) && !says(second));
    const char *next = strstr((const char *)out.data, "\"next\":\"");
    CHECK_OR_RETURN(next != NULL && sscanf(next + 8, "%79[0-9.]", place) == 1);
    snprintf(arguments, sizeof arguments, "{\"unit\":\"harbour\",\"limit\":1,\"after\":\"%s\"}",
             place);
    CHECK(lists(1, arguments, second) && !says(first) && !says("\"next\""));
}

CHECK_TEST(a_filter_of_nothing_that_there_is_is_refused)
{
    static const struct {
        const char *arguments;
        enum error_kind kind;
        const char *words;
    } tries[] = {
        {"{\"state\":\"closed\"}", ERROR_INPUT, "state"},
        {"{\"urgent\":\"yes\"}", ERROR_INPUT, "urgent"},
        {"{\"partner\":\"xk\"}", ERROR_MISSING, "no such partner"},
        {"{\"agreement\":\"ro-xk\"}", ERROR_MISSING, "no such partner"},
        {"{\"unit\":\"border\",\"unassigned\":true}", ERROR_INPUT, "not both"},
    };

    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        CHECK(!act(1, "inbox-list", tries[i].arguments));
        CHECK_ERROR(err, tries[i].kind, tries[i].words);
    }
}

int main(void)
{
    out = buffer_make(4 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(a_request_is_open_then_soon_then_overdue_then_answered);
    CHECK_RUN(what_waits_for_an_authorisation_is_told_apart_until_its_day);
    CHECK_RUN(a_request_is_unassigned_until_a_unit_has_it);
    CHECK_RUN(urgent_ones_exercises_and_partners_are_told_apart);
    CHECK_RUN(a_page_through_a_filter_leads_to_the_next);
    CHECK_RUN(a_filter_of_nothing_that_there_is_is_refused);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
