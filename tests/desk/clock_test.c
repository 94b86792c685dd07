/*
 * What the desk says about the limit of a request: it refuses what could not count any more, and shows how the limit stands
 * and what was said.
 */
#include "check.h"
#include "agreement/calendar.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"
#include "store/local_rows.h"

#define HOUR_MS INT64_C(3600000)

static struct pair pair;
static struct error err;
static struct buffer out;
static unsigned number = 200;

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

static bool act(size_t side, const char *name, const char *item, const char *rest)
{
    char arguments[400];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item, rest);
    error_clear(&err);
    buffer_clear(&out);
    return pair_act(&pair.nodes[side], name, arguments, span_text(""), &out, &err);
}

/* Done and delivered; its item in `said`. */
static bool done(size_t side, const char *name, const char *item, const char *rest,
                 char said[UUID_TEXT_SIZE])
{
    if (!act(side, name, item, rest)) {
        printf("%s: %s\n", name, err.text);
        return false;
    }
    snprintf(said, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    return true;
}

static void is_refused(enum error_kind kind, const char *words)
{
    CHECK_ERROR(err, kind, words);
}

static bool shows(size_t side, const char *act_name, const char *item, const char *words)
{
    char arguments[120];

    snprintf(arguments, sizeof arguments, item[0] == '\0' ? "{}" : "{\"item\":\"%s\"}", item);
    error_clear(&err);
    buffer_clear(&out);
    if (!pair_act(&pair.nodes[side], act_name, arguments, span_text(""), &out, &err))
        return false;
    buffer_byte(&out, '\0');
    return strstr((const char *)out.data, words) != NULL;
}

#define ASKED   ",\"question\":\"Which plate?\",\"language\":\"en\""
#define REPLIED ",\"reply\":\"The second one.\",\"language\":\"en\""
#define DIRECT  ",\"access\":\"directly\""
#define DOUBT   ",\"doubt\":\"ground_does_not_fit\""

//= dir-2023-977 art 6(3)
CHECK_TEST(one_question_is_open_at_a_time)
{
    char item[UUID_TEXT_SIZE], question[UUID_TEXT_SIZE], reply[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(request(false, item) && done(1, "clarification-ask", item, ASKED, question));
    CHECK(!act(1, "clarification-ask", item, ASKED));
    is_refused(ERROR_CONFLICT, "clause 8.3: a question about this request is open");
    CHECK_OR_RETURN(done(0, "clarification-reply", question, REPLIED, reply));
    CHECK(!act(0, "clarification-reply", question, REPLIED));
    is_refused(ERROR_CONFLICT, "replied to");
    CHECK(done(1, "clarification-ask", item, ASKED, question));
}

/* Before it is delivered, too: the partner would get two. */
CHECK_TEST(a_question_on_its_way_is_open)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(request(false, item));
    pair.is_cut = true;
    CHECK(act(1, "clarification-ask", item, ASKED));
    CHECK(!act(1, "clarification-ask", item, ASKED));
    is_refused(ERROR_CONFLICT, "is open");
    pair.is_cut = false;
    pair_settle(&pair);
}

CHECK_TEST(a_third_question_needs_the_head_of_desk)
{
    char item[UUID_TEXT_SIZE], question[UUID_TEXT_SIZE], reply[UUID_TEXT_SIZE];
    struct officer_row officer = {.id = span_text("blerim"),
                                  .name = span_text("Test"),
                                  .unit = span_text("desk"),
                                  .role = span_text("duty_officer"),
                                  .is_active = true};

    CHECK_OR_RETURN(request(false, item));
    for (int i = 0; i < 2; i++)
        CHECK_OR_RETURN(done(1, "clarification-ask", item, ASKED, question) &&
                        done(0, "clarification-reply", question, REPLIED, reply));
    CHECK_OK(database_begin(pair.nodes[1].db, DATABASE_FULL, &err) &&
                 officer_put(pair.nodes[1].db, &officer, &err) &&
                 database_commit(pair.nodes[1].db, &err),
             err);
    CHECK(!act(1, "clarification-ask", item, ASKED));
    is_refused(ERROR_RULE, "clause 8.3: 2 questions about this request were asked");
    officer.role = span_text("head_of_desk");
    CHECK_OK(database_begin(pair.nodes[1].db, DATABASE_FULL, &err) &&
                 officer_put(pair.nodes[1].db, &officer, &err) &&
                 database_commit(pair.nodes[1].db, &err),
             err);
    CHECK(done(1, "clarification-ask", item, ASKED, question));
}

CHECK_TEST(access_is_said_once_in_time_and_of_urgent_requests)
{
    char item[UUID_TEXT_SIZE], said[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(request(false, item));
    CHECK(!act(1, "access-decide", item, DIRECT));
    is_refused(ERROR_RULE, "clause 8.1: only the limit of an urgent request");
    CHECK_OR_RETURN(request(true, item) && done(1, "access-decide", item, DIRECT, said));
    CHECK(!act(1, "access-decide", item, DIRECT));
    is_refused(ERROR_CONFLICT, "it was said");
    CHECK_OR_RETURN(request(true, item));
    CHECK(!act(1, "access-decide", item, ",\"access\":\"indirectly\""));
    is_refused(ERROR_INPUT, "held_by");
    pair_wait(9 * HOUR_MS);
    CHECK(!act(1, "access-decide", item, DIRECT));
    is_refused(ERROR_RULE, "the limit is over");
}

CHECK_TEST(urgency_is_doubted_of_urgent_requests_and_replied_to_once)
{
    char item[UUID_TEXT_SIZE], doubt[UUID_TEXT_SIZE], said[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(request(false, item));
    CHECK(!act(1, "urgency-doubt", item, DOUBT));
    is_refused(ERROR_RULE, "not urgent");
    CHECK_OR_RETURN(request(true, item) && done(1, "urgency-doubt", item, DOUBT, doubt));
    CHECK(!act(1, "urgency-doubt", item, DOUBT));
    is_refused(ERROR_CONFLICT, "not replied yet");
    CHECK(done(0, "urgency-reply", doubt, ",\"urgency\":\"kept\"", said));
    CHECK(!act(0, "urgency-reply", doubt, ",\"urgency\":\"kept\""));
    is_refused(ERROR_CONFLICT, "replied to");
}

//= dir-2023-977 art 5(2)
CHECK_TEST(a_delay_lies_ahead)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(request(true, item));
    CHECK(!act(1, "delay-tell", item,
               ",\"authorisation\":\"applied\",\"delay_reason\":\"authorisation_needed\","
               "\"authority\":\"Court (test)\",\"expected_by\":"
               "\"2001-01-01T00:00:00Z\""));
    is_refused(ERROR_INPUT, "in the past");
}

/* Whoever waits reads why, when it is applied for and when it takes longer. */
//= dir-2023-977 art 5(2)
CHECK_TEST(a_delay_has_a_reason_at_every_stage)
{
    static const char *const stages[] = {"applied", "prolonged"};
    char item[UUID_TEXT_SIZE], rest[256];

    CHECK_OR_RETURN(request(true, item));
    for (size_t i = 0; i < ARRAY_COUNT(stages); i++) {
        snprintf(rest, sizeof rest,
                 ",\"authorisation\":\"%s\",\"authority\":\"Court (test)\",\"expected_by\":"
                 "\"2099-01-01T00:00:00Z\"",
                 stages[i]);
        CHECK(!act(1, "delay-tell", item, rest));
        is_refused(ERROR_INPUT, "delay_reason");
        snprintf(rest, sizeof rest,
                 ",\"authorisation\":\"%s\",\"delay_reason\":\"other\",\"authority\":\"Court "
                 "(test)\",\"expected_by\":\"2099-01-01T00:00:00Z\"",
                 stages[i]);
        CHECK(!act(1, "delay-tell", item, rest));
        is_refused(ERROR_INPUT, "reason_text");
        snprintf(rest, sizeof rest,
                 ",\"authorisation\":\"%s\",\"delay_reason\":\"pending_at_authority\","
                 "\"authority\":\"Court (test)\",\"expected_by\":\"2099-01-01T00:00:00Z\"",
                 stages[i]);
        CHECK(act(1, "delay-tell", item, rest));
    }
}

CHECK_TEST(nothing_is_said_about_what_is_answered_or_not_asked_of_us)
{
    char item[UUID_TEXT_SIZE], said[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(request(true, item));
    CHECK(!act(0, "clarification-ask", item, ASKED)); /* our own request */
    is_refused(ERROR_INPUT, "is no request of al");
    CHECK(!act(0, "clarification-reply", item, REPLIED));
    is_refused(ERROR_INPUT, "is no clarification of al");
    CHECK_OR_RETURN(
        done(1, "refuse-send", item, ",\"grounds\":[\"a\"],\"reason_text\":\"none\"", said));
    CHECK(!act(1, "clarification-ask", item, ASKED));
    is_refused(ERROR_CONFLICT, "answered");
    CHECK(!act(1, "urgency-doubt", item, DOUBT));
    is_refused(ERROR_CONFLICT, "answered");
}

CHECK_TEST(how_the_limit_stands_is_shown_on_both_sides)
{
    char item[UUID_TEXT_SIZE], question[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(request(true, item));
    CHECK(shows(1, "item-show", item, "\"due_row\":\"urgent_direct\""));
    CHECK_OR_RETURN(done(1, "clarification-ask", item, ASKED, question));
    for (size_t side = 0; side < 2; side++) {
        CHECK(shows(side, "item-show", item, "\"suspended_since\":"));
        CHECK(shows(side, "item-show", item, "\"minutes_left_then\":4"));
        CHECK(!shows(side, "item-show", item, "\"due\":"));
        CHECK(shows(side, "item-show", item, "{\"what\":\"clarification\",\"by\":\"al\""));
        CHECK(shows(side, side == 0 ? "sent-list" : "inbox-list", "", "\"suspended_since\":"));
    }
    CHECK(shows(0, "item-show", question, "Which plate?"));
}

/* Where the agreement holds the tables of both parties, both local times stand beside the limit. */
CHECK_TEST(both_local_times_are_shown)
{
    static const struct agreement_offset offsets[2] = {{0, 120}, {0, 60}};
    struct agreement_calendar calendars[2] = {{.party = span_text("ro"),
                                               .time_zone = span_text("Europe/Bucharest"),
                                               .offsets = &offsets[0],
                                               .offset_count = 1},
                                              {.party = span_text("al"),
                                               .time_zone = span_text("Europe/Tirane"),
                                               .offsets = &offsets[1],
                                               .offset_count = 1}};
    struct agreement *agreement = &pair.nodes[1].journal.lines[0].agreement;
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(request(true, item));
    agreement->calendars = calendars;
    agreement->calendar_count = 2;
    CHECK(shows(1, "item-show", item, "\"due_local\":[{\"party\":\"ro\""));
    CHECK(shows(1, "item-show", item, "\"time_zone\":\"Europe/Tirane\",\"time\":\"20"));
    agreement->calendar_count = 0;
}

int main(void)
{
    out = buffer_make(1 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(one_question_is_open_at_a_time);
    CHECK_RUN(a_question_on_its_way_is_open);
    CHECK_RUN(a_third_question_needs_the_head_of_desk);
    CHECK_RUN(access_is_said_once_in_time_and_of_urgent_requests);
    CHECK_RUN(urgency_is_doubted_of_urgent_requests_and_replied_to_once);
    CHECK_RUN(a_delay_lies_ahead);
    CHECK_RUN(a_delay_has_a_reason_at_every_stage);
    CHECK_RUN(nothing_is_said_about_what_is_answered_or_not_asked_of_us);
    CHECK_RUN(how_the_limit_stands_is_shown_on_both_sides);
    CHECK_RUN(both_local_times_are_shown);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
