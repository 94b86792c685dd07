/*
 * Alarms of the limits: at the side that answers and the side that waits; not while a question is open; a delay that was told
 * apart from what is overdue without a word; and what is urgent and the partner does not hold is named with the partner's
 * telephone and the channel that is left.
 * covers: alarm alarm_list
 */
#include "check.h"
#include "desk/alarm.h"
#include "base/text.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)

static struct pair pair;
static struct error err;
static struct buffer out;
static unsigned number = 300;

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
    if (!pair.is_cut) /* it would wait for the line */
        pair_settle(&pair);
    return true;
}

static bool act(size_t side, const char *name, const char *item, const char *rest,
                char said[UUID_TEXT_SIZE])
{
    char arguments[400];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item, rest);
    error_clear(&err);
    buffer_clear(&out);
    if (!pair_act(&pair.nodes[side], name, arguments, span_text(""), &out, &err)) {
        printf("%s: %s\n", name, err.text);
        return false;
    }
    snprintf(said, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    return true;
}

struct kind_sought {
    enum alarm_kind kind;
    bool is_own;
    size_t found;
};

static void kind_count(void *context, const struct alarm *alarm)
{
    struct kind_sought *sought = context;
    sought->found += alarm->kind == sought->kind && alarm->is_own == sought->is_own;
}

/* How many of a kind stand at one side. */
static size_t counted(size_t side, enum alarm_kind kind, bool is_own)
{
    struct kind_sought sought = {.kind = kind, .is_own = is_own};

    error_clear(&err);
    return desk_alarms_each(&pair.nodes[side].journal, kind_count, &sought, &err) ? sought.found
                                                                                  : SIZE_MAX;
}

static void both_have(size_t soon, size_t overdue)
{
    CHECK_INT(counted(0, ALARM_SOON, true), soon);
    CHECK_INT(counted(1, ALARM_SOON, false), soon);
    CHECK_INT(counted(0, ALARM_OVERDUE, true), overdue);
    CHECK_INT(counted(1, ALARM_OVERDUE, false), overdue);
    CHECK_INT(counted(0, ALARM_OVERDUE, false) + counted(1, ALARM_OVERDUE, true), 0);
}

static bool refused(const char *item)
{
    char said[UUID_TEXT_SIZE];
    return act(1, "refuse-send", item, ",\"grounds\":[\"a\"],\"reason_text\":\"none\"", said);
}

/* What the list of a side says. */
static bool list_says(size_t side, const char *words)
{
    buffer_clear(&out);
    if (!pair_act(&pair.nodes[side], "alarm-list", "{}", span_text(""), &out, &err)) {
        printf("alarm-list: %s\n", err.text);
        CHECK(false);
        return false;
    }
    buffer_byte(&out, '\0');
    return strstr((const char *)out.data, words) != NULL;
}

//= dir-2023-977 art 16(1)(e)
CHECK_TEST(the_last_quarter_is_soon_and_the_end_is_overdue_on_both_sides)
{
    char item[UUID_TEXT_SIZE];

    both_have(0, 0);
    CHECK_OR_RETURN(request(true, item));
    pair_wait(6 * HOUR_MS - 20 * MINUTE_MS); /* the settling took some, too */
    both_have(0, 0);
    pair_wait(21 * MINUTE_MS);
    both_have(1, 0);
    pair_wait(2 * HOUR_MS);
    both_have(0, 1);
    CHECK(refused(item));
    both_have(0, 0);
}

CHECK_TEST(an_alarm_tells_the_time_by_both_clocks)
{
    static const struct agreement_offset offsets[2] = {{0, 120}, {0, 60}};
    struct agreement_calendar calendars[2] = {
        {.party = span_text("ro"), .offsets = &offsets[0], .offset_count = 1},
        {.party = span_text("al"), .offsets = &offsets[1], .offset_count = 1}};
    struct agreement *agreement = &pair.nodes[1].journal.lines[0].agreement;
    char item[UUID_TEXT_SIZE], ro[TIME_TEXT_SIZE], al[TIME_TEXT_SIZE], wanted[96];
    int64_t asked_ms = pair_clock_ms();

    CHECK_OR_RETURN(request(true, item));
    pair_wait(7 * HOUR_MS);
    agreement->calendars = calendars;
    agreement->calendar_count = 2;
    /* Its custody lies at most some minutes behind; so the hour may be this or the next one. */
    bool is_said = false;
    for (int64_t minutes = 0; minutes < 30 && !is_said; minutes++) {
        time_write(asked_ms + minutes * MINUTE_MS + 10 * HOUR_MS, ro);
        time_write(asked_ms + minutes * MINUTE_MS + 9 * HOUR_MS, al);
        snprintf(wanted, sizeof wanted, "\"due_local\":\"%.16s ro, %.16s al\"", ro, al);
        is_said = list_says(1, wanted);
    }
    CHECK(is_said);
    agreement->calendar_count = 0;
    CHECK(!list_says(1, "due_local"));
    CHECK(refused(item));
}

/* A longer limit begins to be soon earlier than a shorter one that stands before it in the queue. */
CHECK_TEST(each_row_has_its_own_quarter)
{
    char item[UUID_TEXT_SIZE], urgent[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(request(false, item));
    pair_wait(127 * HOUR_MS);
    CHECK_OR_RETURN(request(true, urgent));
    both_have(1, 0); /* the week's last 41 hours; of the eight all are left */
    CHECK(refused(item) && refused(urgent));
}

CHECK_TEST(no_alarm_while_a_question_is_open)
{
    char item[UUID_TEXT_SIZE], question[UUID_TEXT_SIZE], reply[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(request(true, item) &&
                    act(1, "clarification-ask", item,
                        ",\"question\":\"Which?\",\"language\":\"en\"", question));
    pair_wait(30 * HOUR_MS);
    both_have(0, 0);
    CHECK(act(0, "clarification-reply", question, ",\"reply\":\"It.\",\"language\":\"en\"", reply));
    both_have(0, 0);
    pair_wait(9 * HOUR_MS);
    both_have(0, 1);
    CHECK(refused(item));
}

/* How many of a kind both have alike. */
static size_t both_count(enum alarm_kind kind)
{
    size_t count = counted(0, kind, true);
    CHECK_INT(counted(1, kind, false), count);
    return count;
}

/* The limit does not move: what was told stands beside it, and apart from what is overdue without a word. */
//= dir-2023-977 art 5(2)
CHECK_TEST(a_delay_that_was_told_is_told_apart_until_its_day)
{
    char item[UUID_TEXT_SIZE], said[UUID_TEXT_SIZE];
    char rest[160], day[TIME_TEXT_SIZE], shown[80];

    CHECK_OR_RETURN(request(true, item));
    time_write(pair_clock_ms() + 100 * HOUR_MS, day);
    snprintf(rest, sizeof rest,
             ",\"authorisation\":\"applied\",\"delay_reason\":\"authorisation_needed\","
             "\"authority\":\"Court (test)\",\"expected_by\":\"%s\"",
             day);
    snprintf(shown, sizeof shown, "\"authorisation_expected\":\"%s\"", day);
    CHECK_OR_RETURN(act(1, "delay-tell", item, rest, said));
    pair_wait(7 * HOUR_MS);
    both_have(1, 0);
    CHECK(list_says(0, "\"alarm\":\"soon\"") && list_says(0, shown) && list_says(1, shown));
    pair_wait(13 * HOUR_MS);
    both_have(0, 0);
    CHECK_INT(both_count(ALARM_AUTHORISATION), 1);
    for (size_t side = 0; side < 2; side++)
        CHECK(list_says(side, "\"alarm\":\"overdue_authorisation\"") && list_says(side, shown));
    pair_wait(81 * HOUR_MS);
    both_have(0, 1);
    CHECK_INT(both_count(ALARM_AUTHORISATION), 0);
    CHECK(list_says(0, "\"alarm\":\"overdue\"") && list_says(0, shown));
    CHECK(refused(item));
}

CHECK_TEST(an_urgent_request_that_nobody_holds_is_telephoned)
{
    char item[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE];

    pair.is_cut = true;
    CHECK_OR_RETURN(request(true, item) && request(false, other));
    pair_wait(5 * MINUTE_MS);
    CHECK_INT(counted(0, ALARM_NO_CUSTODY, true), 0);
    pair_wait(11 * MINUTE_MS);
    CHECK_INT(counted(0, ALARM_NO_CUSTODY, true), 1); /* not the other one */
    buffer_clear(&out);
    CHECK_OK(pair_act(&pair.nodes[0], "alarm-list", "{}", span_text(""), &out, &err), err);
    buffer_byte(&out, '\0');
    CHECK(strstr((const char *)out.data, "\"alarm\":\"no_custody\"") != NULL);
    CHECK(strstr((const char *)out.data, item) != NULL);
    CHECK(strstr((const char *)out.data, "\"call\":\"+") != NULL);
    CHECK(strstr((const char *)out.data, other) == NULL);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_INT(counted(0, ALARM_NO_CUSTODY, true), 0);
    CHECK(refused(item) && refused(other));
}

static size_t field_count(const char *text)
{
    size_t count = 0;

    for (const char *at = (const char *)out.data; (at = strstr(at, text)) != NULL; at++)
        count++;
    return count;
}

/* The arguments of the next page of this size; false: there is none. */
static bool next_of(size_t limit, char arguments[160])
{
    const char *next = strstr((const char *)out.data, "\"next\":\"");

    if (next != NULL)
        snprintf(arguments, 160, "{\"limit\":%zu,\"after\":\"%.*s\"}", limit,
                 (int)strcspn(next + 8, "\""), next + 8);
    return next != NULL;
}

/* An answer of `side` to this request that gives something. */
static bool answered(size_t side, const char *item)
{
    struct answer answer = sample_answer();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char arguments[64];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    error_clear(&err);
    buffer_clear(&out);
    if (answer_write(&answer, &body) &&
        pair_act(&pair.nodes[side], "answer-send", arguments, buffer_span(&body), &out, &err))
        return true;
    printf("answer-send: %s\n", err.text);
    return false;
}

static bool given(size_t side, enum purpose purpose, char item[UUID_TEXT_SIZE])
{
    struct spontaneous given = sample_spontaneous();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    given.authority = span_text(side == 0 ? "Centrul de Cooperare (test)"
                                          : "Qendra e Bashk\xc3\xabpunimit (test)");
    given.purpose = purpose;
    error_clear(&err);
    buffer_clear(&out);
    if (!spontaneous_write(&given, &body) ||
        !pair_act(&pair.nodes[side], "spontaneous-send", "{}", buffer_span(&body), &out, &err)) {
        printf("spontaneous-send: %s\n", err.text);
        return false;
    }
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    return true;
}

static bool questioned(size_t side, const char *item, char said[UUID_TEXT_SIZE])
{
    char arguments[160];

    snprintf(arguments, sizeof arguments,
             "{\"item\":\"%s\",\"question\":\"Which?\",\"language\":\"en\"}", item);
    buffer_clear(&out);
    if (!pair_act(&pair.nodes[side], "clarification-ask", arguments, span_text(""), &out, &err))
        return false;
    snprintf(said, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    return true;
}

/* Whatever is urgent, and whoever writes it: with the telephone, and the channel that is left when nobody answers there. */
CHECK_TEST(urgent_answers_and_what_is_given_of_a_threat_are_telephoned_too)
{
    char urgent[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE], asked[UUID_TEXT_SIZE],
        threat[UUID_TEXT_SIZE], plain[UUID_TEXT_SIZE], given_up[UUID_TEXT_SIZE],
        said[UUID_TEXT_SIZE];
    struct journal_line *line = &pair.nodes[1].journal.lines[0];
    struct agreement_party *partner =
        (struct agreement_party *)(uintptr_t)&line->agreement.parties[line->partner_side];

    CHECK_OR_RETURN(request(true, urgent) && request(true, asked) && request(true, given_up) &&
                    request(false, other));
    CHECK_OR_RETURN(
        act(1, "urgency-doubt", given_up, ",\"doubt\":\"facts_do_not_show_it\"", said) &&
        act(0, "urgency-reply", said, ",\"urgency\":\"given_up\"", said));
    pair.is_cut = true;
    CHECK_OR_RETURN(answered(1, urgent) && answered(1, other) && answered(1, given_up) &&
                    given(1, PURPOSE_IMMEDIATE_THREAT, threat) &&
                    given(1, PURPOSE_INVESTIGATION, plain) && questioned(1, asked, said));
    pair_wait(14 * MINUTE_MS);
    CHECK_INT(counted(1, ALARM_NO_CUSTODY, false), 0);
    CHECK(!list_says(1, "no_custody"));
    pair_wait(2 * MINUTE_MS);
    CHECK_INT(counted(1, ALARM_NO_CUSTODY, false), 3);
    CHECK_INT(counted(0, ALARM_NO_CUSTODY, true),
              0); /* what the partner owes is no alarm of ours */
    CHECK(list_says(1, "\"alarm\":\"no_custody\""));
    CHECK(list_says(1, "\"type\":\"answer\"") && list_says(1, "\"type\":\"spontaneous\""));
    CHECK(list_says(1, "\"type\":\"clarification\"") && list_says(1, said));
    CHECK(list_says(1, threat) && !list_says(1, plain));
    CHECK(list_says(1, "\"call\":\"+") && !list_says(1, "\"fallback\""));
    partner->fallback = span_text("I-24/7, NCB Bucharest (test)");
    CHECK(list_says(1, "\"fallback\":\"I-24/7, NCB Bucharest (test)\""));
    partner->fallback = span_text("");
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_INT(counted(1, ALARM_NO_CUSTODY, false), 0);
    CHECK(refused(asked));
}

/* Numbered and on its way when the line went down, or waiting to be: pages leave none out and show none twice. */
CHECK_TEST(all_that_is_in_no_custody_is_shown_however_much_it_is)
{
    enum { MANY = 150 };
    char item[UUID_TEXT_SIZE], arguments[160] = "{\"limit\":40}";
    size_t shown = 0, pages = 0;

    pair.is_cut = true;
    for (size_t i = 0; i < MANY; i++)
        CHECK_OR_RETURN(request(true, item));
    pair_wait(16 * MINUTE_MS);
    CHECK_INT(counted(0, ALARM_NO_CUSTODY, true), MANY);
    for (bool more = true; more && pages < 10; pages++) {
        buffer_clear(&out);
        CHECK_OK(pair_act(&pair.nodes[0], "alarm-list", arguments, span_text(""), &out, &err), err);
        buffer_byte(&out, '\0');
        shown += field_count("\"alarm\":\"no_custody\"");
        more = next_of(40, arguments);
    }
    CHECK_INT(shown, MANY);
    CHECK_INT(pages, 4);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_INT(counted(0, ALARM_NO_CUSTODY, true), 0);
}

/* More than a step of any walk, and than a page; an overdue answer behind them all. */
#define ALONE_COUNT 205

CHECK_TEST(all_that_was_sent_alone_is_an_alarm_however_much_it_is)
{
    struct pair_node *node = &pair.nodes[0];
    char item[UUID_TEXT_SIZE], arguments[160] = "{\"limit\":100}";
    size_t pages = 0, unreviewed = 0, overdue = 0;

    CHECK_OR_RETURN(request(false, item));
    pair_wait(169 * HOUR_MS); /* overdue */
    pair.is_cut = true;
    for (size_t i = 0; i < ALONE_COUNT; i++)
        CHECK_OR_RETURN(request(false, item));
    /* As if each of them had been an answer of one officer. */
    CHECK_OK(database_run(node->db,
                          "insert into emergencies select id, 2, 'ana', '', 1, 1000, 0, '', 0, ''"
                          " from entries where type = 1 order by id desc limit 205",
                          &err),
             err);
    CHECK_INT(counted(0, ALARM_UNREVIEWED, false), ALONE_COUNT);
    for (bool more = true; more && pages < 10; pages++) {
        buffer_clear(&out);
        CHECK_OK(pair_act(node, "alarm-list", arguments, span_text(""), &out, &err), err);
        buffer_byte(&out, '\0');
        unreviewed += field_count("\"alarm\":\"unreviewed\"");
        overdue += field_count("\"alarm\":\"overdue\"");
        more = next_of(100, arguments);
    }
    CHECK_INT(unreviewed, ALONE_COUNT);
    CHECK_INT(overdue, 1);
    CHECK_INT(pages, 3);
    CHECK_OK(database_run(node->db, "delete from emergencies", &err), err);
    pair.is_cut = false;
    pair_settle(&pair);
}

int main(void)
{
    out = buffer_make(1 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(the_last_quarter_is_soon_and_the_end_is_overdue_on_both_sides);
    CHECK_RUN(an_alarm_tells_the_time_by_both_clocks);
    CHECK_RUN(each_row_has_its_own_quarter);
    CHECK_RUN(no_alarm_while_a_question_is_open);
    CHECK_RUN(a_delay_that_was_told_is_told_apart_until_its_day);
    CHECK_RUN(an_urgent_request_that_nobody_holds_is_telephoned);
    CHECK_RUN(urgent_answers_and_what_is_given_of_a_threat_are_telephoned_too);
    CHECK_RUN(all_that_was_sent_alone_is_an_alarm_however_much_it_is);
    CHECK_RUN(all_that_is_in_no_custody_is_shown_however_much_it_is);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
