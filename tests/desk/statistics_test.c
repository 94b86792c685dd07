/*
 * Statistics: a history that was counted by hand, at both sides of it; and the same figures when what was counted is erased.
 * covers: statistics
 */
#include "desk/statistics.h"

#include "base/text.h"
#include "check.h"
#include "desk/support/asked.h"
#include "message/support/samples.h"

#include <stdio.h>
#include <string.h>

#define HOUR_MS INT64_C(3600000)

static struct pair pair;
static struct error err;
static struct buffer out;
static struct buffer body;
static int64_t ahead_ms;
static struct env moved;
static const struct env *before;
static int64_t year;

static int64_t now_moved(void *context)
{
    return before->now_ms(context) + ahead_ms;
}

/* Asks from `side`; its id. */
static bool request(size_t side, unsigned number, bool is_urgent, char item[UUID_TEXT_SIZE])
{
    char reference[24];
    struct request made = is_urgent ? sample_request_urgent() : sample_request();

    snprintf(reference, sizeof reference, "R-%zu-%u", side, number);
    made.reference = span_text(reference);
    made.authority = span_text(side == 0 ? "Centrul de Cooperare (test)"
                                         : "Qendra e Bashk\xc3\xabpunimit (test)");
    buffer_clear(&body);
    buffer_clear(&out);
    bool ok = request_write(&made, &body) &&
              pair_act(&pair.nodes[side], "request-send", "{}", buffer_span(&body), &out, &err);
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    return ok;
}

static bool act_on(size_t side, const char *act, const char *item, const char *more,
                   struct span sent)
{
    char arguments[160];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item, more);
    buffer_clear(&out);
    bool ok = pair_act(&pair.nodes[side], act, arguments, sent, &out, &err);
    if (!ok)
        printf("%s: %s\n", act, err.text);
    return ok;
}

static bool nothing_held(size_t side, const char *item)
{
    struct answer answer = sample_answer_nothing_held();

    buffer_clear(&body);
    return answer_write(&answer, &body) &&
           act_on(side, "answer-send", item, "", buffer_span(&body));
}

static bool counted(int64_t wanted_year)
{
    char arguments[32];
    struct asked asked = {.officer = "audra", .act = "statistics", .arguments = arguments};

    snprintf(arguments, sizeof arguments, "{\"year\":%d}", (int)wanted_year);
    bool ok = asked_run(&pair.nodes[0], &asked, &out, &err);
    if (!ok)
        printf("%s\n", err.text);
    return ok;
}

static bool row(const char *direction, const char *figure, const char *of, int value)
{
    char wanted[256];

    snprintf(wanted, sizeof wanted,
             "{\"agreement\":\"ro-al\",\"partner\":\"al\",\"direction\":\"%s\",\"figure\":\"%s\","
             "\"of\":\"%s\",\"value\":%d}",
             direction, figure, of, value);
    return answer_has(&out, wanted);
}

static char to_us[6][UUID_TEXT_SIZE];
static char of_us[2][UUID_TEXT_SIZE];

/* Nine hours later, at ours alone: the urgent limit of eight hours is over, the others run. */
static bool history_make(void)
{
    for (unsigned i = 0; i < 6; i++)
        if (!request(1, i, i == 1 || i == 3, to_us[i]))
            return false;
    if (!request(0, 7, false, of_us[0]) || !request(0, 8, true, of_us[1]))
        return false;
    pair_settle(&pair);
    if (!act_on(1, "refuse-send", of_us[0], ",\"grounds\":[\"a\"],\"reason_text\":\"not here\"",
                span_text("")))
        return false;
    pair_settle(&pair);
    if (!nothing_held(0, to_us[0]) ||
        !act_on(0, "refuse-send", to_us[2], ",\"grounds\":[\"a\",\"f_ii\"],\"reason_text\":\"no\"",
                span_text("")) ||
        !act_on(0, "refuse-send", to_us[5], ",\"grounds\":[\"a\"],\"reason_text\":\"no\"",
                span_text("")))
        return false;
    pair_settle(&pair);
    ahead_ms = 9 * HOUR_MS;
    return nothing_held(0, to_us[1]);
}

static void history_check(void)
{
    CHECK_OR_RETURN(counted(year));
    CHECK(answer_has(&out, "not part of the Art. 18 report to the Commission"));
    CHECK(row("received", "requests", "other", 4));
    CHECK(row("received", "requests", "urgent", 2));
    CHECK(row("received", "answered_in_time", "other", 3)); /* two of them refusals */
    CHECK(row("received", "answered_late", "urgent_direct", 1));
    CHECK(row("received", "overdue", "urgent_direct", 1));
    CHECK(row("received", "open", "other", 1));
    CHECK(row("received", "refused", "a", 2));
    CHECK(row("received", "refused", "f_ii", 1));
    /* 540, and what the delivery took. */
    CHECK(answer_has(&out, "\"minutes_to_answer_median\",\"of\":\"urgent\",\"value\":54"));
    CHECK(answer_has(&out, "\"minutes_to_answer_p90\",\"of\":\"other\",\"value\":"));
    CHECK(row("sent", "requests", "other", 1));
    CHECK(row("sent", "requests", "urgent", 1));
    CHECK(row("sent", "answered_in_time", "other", 1));
    CHECK(row("sent", "refused", "a", 1));
    CHECK(row("sent", "overdue", "urgent_direct", 1));
    CHECK(row("sent", "messages", "request", 2));
    CHECK(row("received", "messages", "answer", 1));
    CHECK(answer_lacks(&out, "ana") && answer_lacks(&out, "R-1-0"));
}

//= dir-2023-977 art 18(2)(a)
//= dir-2023-977 art 18(2)(b)
//= dir-2023-977 art 18(2)(c)
//= dir-2023-977 art 18(2)(d)
CHECK_TEST(a_history_has_the_counts_of_a_hand)
{
    CHECK_OR_RETURN(history_make());
    history_check();
    CHECK_OR_RETURN(counted(year - 1));
    CHECK(answer_has(&out, "\"list\":[]"));
}

/* The content goes, request and answers alike; the figures stay. */
CHECK_TEST(the_counts_outlive_what_they_count)
{
    for (unsigned i = 0; i < 6; i++)
        if (i != 4 && i != 3) /* what is answered is over */
            CHECK(act_on(0, "item-erase", to_us[i], ",\"erase_reason\":\"retention\"",
                         span_text("")));
    CHECK(act_on(0, "item-erase", of_us[0], ",\"erase_reason\":\"retention\"", span_text("")));
    history_check();
}

static bool partly_answered(size_t side, const char *item)
{
    struct answer answer = sample_answer_partial();

    buffer_clear(&body);
    return answer_write(&answer, &body) &&
           act_on(side, "answer-send", item, "", buffer_span(&body));
}

/* Both see what was given and on which grounds the rest was not; it counts as answered, and its grounds as refusals. */
//= dir-2023-977 art 6(1)
CHECK_TEST(a_part_is_given_and_the_rest_refused_by_ground)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(request(1, 20, false, item));
    pair_settle(&pair);
    CHECK_OR_RETURN(partly_answered(0, item));
    pair_settle(&pair);
    for (size_t side = 0; side < 2; side++) {
        CHECK(act_on(side, "item-show", item, "", span_text("")));
        CHECK(answer_has(&out, "\"what\":\"answer\",\"outcome\":\"partial\",\"grounds\":\"f_ii\""));
    }
    CHECK_OR_RETURN(counted(year));
    CHECK(row("received", "answered_in_time", "other", 1));
    CHECK(row("received", "refused", "f_ii", 1));
}

CHECK_TEST(not_everybody_counts_and_no_year_is_none)
{
    struct asked asked = {.officer = "ana", .act = "statistics", .arguments = "{\"year\":1999}"};

    CHECK(!asked_run(&pair.nodes[0], &asked, &out, &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    asked.officer = "second"; /* approves, and counts nothing */
    asked.arguments = "{\"year\":2026}";
    CHECK(!asked_run(&pair.nodes[0], &asked, &out, &err));
    CHECK_ERROR(err, ERROR_RULE, "not for the role");
}

int main(void)
{
    char now[TIME_TEXT_SIZE];

    out = buffer_make(1024 * 1024);
    body = buffer_make(BODY_SIZE_MAX);
    if (!pair_make(&pair) || !asked_officer(&pair.nodes[0], "audra", "desk", "auditor", &out, &err))
        return 1;
    before = pair.nodes[0].journal.env;
    moved = *before;
    moved.now_ms = now_moved;
    pair.nodes[0].journal.env = &moved;
    time_write(before->now_ms(before->context), now);
    year = (now[0] - '0') * 1000 + (now[1] - '0') * 100 + (now[2] - '0') * 10 + (now[3] - '0');
    CHECK_RUN(a_history_has_the_counts_of_a_hand);
    CHECK_RUN(the_counts_outlive_what_they_count);
    CHECK_RUN(not_everybody_counts_and_no_year_is_none);
    pair.nodes[0].journal.env = before;
    pair_free(&pair);
    if (!pair_make(&pair) || !asked_officer(&pair.nodes[0], "audra", "desk", "auditor", &out, &err))
        return 1;
    CHECK_RUN(a_part_is_given_and_the_rest_refused_by_ground);
    pair_free(&pair);
    buffer_free(&out);
    buffer_free(&body);
    return check_end();
}
