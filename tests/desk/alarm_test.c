/*
 * Alarms of the limits: at the side that answers and the side that waits; not while a question is open, nor before the day
 * that a delay named; and an urgent request that the partner does not hold is named with the partner's telephone.
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

CHECK_TEST(a_delay_that_was_told_gives_until_its_day)
{
    char item[UUID_TEXT_SIZE], said[UUID_TEXT_SIZE];
    char rest[160], day[TIME_TEXT_SIZE];

    CHECK_OR_RETURN(request(true, item));
    time_write(pair_clock_ms() + 100 * HOUR_MS, day);
    snprintf(rest, sizeof rest,
             ",\"authorisation\":\"applied\",\"delay_reason\":\"authorisation_needed\","
             "\"authority\":\"Court (test)\",\"expected_by\":\"%s\"",
             day);
    CHECK_OR_RETURN(act(1, "delay-tell", item, rest, said));
    pair_wait(20 * HOUR_MS);
    both_have(0, 0);
    pair_wait(81 * HOUR_MS);
    both_have(0, 1);
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

/* More than a step of any walk, and than a page; an overdue answer behind them all. */
#define ALONE_COUNT 205

static size_t field_count(const char *text)
{
    size_t count = 0;

    for (const char *at = (const char *)out.data; (at = strstr(at, text)) != NULL; at++)
        count++;
    return count;
}

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
        const char *next = strstr((const char *)out.data, "\"next\":\"");
        more = next != NULL;
        if (more)
            snprintf(arguments, sizeof arguments, "{\"limit\":100,\"after\":\"%.*s\"}",
                     (int)strcspn(next + 8, "\""), next + 8);
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
    CHECK_RUN(each_row_has_its_own_quarter);
    CHECK_RUN(no_alarm_while_a_question_is_open);
    CHECK_RUN(a_delay_that_was_told_gives_until_its_day);
    CHECK_RUN(an_urgent_request_that_nobody_holds_is_telephoned);
    CHECK_RUN(all_that_was_sent_alone_is_an_alarm_however_much_it_is);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
