/*
 * The clock of a request, as a table of cases: both nights on which clocks change, holidays, and every way in which a limit
 * is suspended, moved or kept. Facts are written as they happened ("ask+2:00": a question in the requesting party's custody
 * two hours after the request was received); each case is tried with its facts in every rotation of their order, since the
 * two nodes learn them in different orders.
 * covers: calendar
 */
#include "check.h"
#include "agreement/calendar.h"
#include "agreement/clock.h"
#include "agreement/support/scene.h"
#include "base/text.h"

#include <ctype.h>

#define HOUR_MS INT64_C(3600000)

static struct scene scene;
static struct agreement agreement;

#define D(text)                                                                                    \
    {                                                                                              \
        (const uint8_t *)(text), 10                                                                \
    }
static const struct span ro_days[] = {D("2026-01-01"), D("2026-04-10"), D("2026-04-13"),
                                      D("2026-12-25")};
static const struct span al_days[] = {D("2026-01-01"), D("2026-11-28")};
static struct agreement_offset ro_offsets[3], al_offsets[3];
static struct agreement_calendar calendars[2];

static int64_t at(const char *text)
{
    int64_t time_ms = -1;

    CHECK(time_read(span_text(text), &time_ms));
    return time_ms;
}

/* Romania is two hours ahead of UTC and Albania one, in summer an hour more. */
static void zone_make(struct agreement_offset rows[3], int64_t minutes)
{
    rows[0] = (struct agreement_offset){0, minutes};
    rows[1] = (struct agreement_offset){at("2026-03-29T01:00:00Z"), minutes + 60};
    rows[2] = (struct agreement_offset){at("2026-10-25T01:00:00Z"), minutes};
}

static void agreement_make(enum clock_count count, enum calendar_end end)
{
    zone_make(ro_offsets, 120);
    zone_make(al_offsets, 60);
    calendars[0] = (struct agreement_calendar){.party = span_text("ro"),
                                               .time_zone = scene.parties[0].time_zone,
                                               .offsets = ro_offsets,
                                               .offset_count = 3,
                                               .rest_days = 0x60,
                                               .holidays = ro_days,
                                               .holiday_count = ARRAY_COUNT(ro_days)};
    calendars[1] = (struct agreement_calendar){.party = span_text("al"),
                                               .time_zone = scene.parties[1].time_zone,
                                               .offsets = al_offsets,
                                               .offset_count = 3,
                                               .rest_days = 0x60,
                                               .holidays = al_days,
                                               .holiday_count = ARRAY_COUNT(al_days)};
    agreement = scene.agreement;
    agreement.calendars = calendars;
    agreement.calendar_count = 2;
    agreement.deadlines.count = count;
    agreement.deadlines.end = end;
}

/* --- facts from a line of text --- */

struct facts {
    struct clock_event events[16];
    size_t count;
    uint64_t written[2]; /* by the requesting and the requested party */
};

/* "2:00" or "2:00:30" after the receipt. */
static int64_t after_ms(const char **text)
{
    int64_t parts[3] = {0};

    for (int i = 0; i < 3; i++) {
        while (isdigit((unsigned char)**text))
            parts[i] = 10 * parts[i] + *(*text)++ - '0';
        if (**text != ':')
            break;
        (*text)++;
    }
    return parts[0] * HOUR_MS + parts[1] * 60000 + parts[2] * 1000;
}

static const struct {
    const char *word;
    enum clock_kind kind;
    bool is_requested, is_yes;
} words[] = {
    {"ask", CLOCK_QUESTION, true, false},          {"reply", CLOCK_REPLY, false, false},
    {"indirect", CLOCK_ACCESS, true, true},        {"direct", CLOCK_ACCESS, true, false},
    {"doubt", CLOCK_URGENCY_DOUBTED, true, false}, {"agree", CLOCK_URGENCY_REPLY, false, true},
    {"keep", CLOCK_URGENCY_REPLY, false, false},   {"delay", CLOCK_DELAY, true, false}};

/* The n-th question or doubt, from 1, that the last reply is about. */
static int64_t about_of(const struct facts *facts, enum clock_kind kind, int nth)
{
    enum clock_kind wanted = kind == CLOCK_REPLY ? CLOCK_QUESTION : CLOCK_URGENCY_DOUBTED;

    for (size_t i = 0; i < facts->count; i++)
        if (facts->events[i].kind == wanted && --nth == 0)
            return facts->events[i].id;
    return 999;
}

/* One fact: "ask+2:00", "reply2+4:00" (to the second question), "~ask+4:00" (its writer had seen nothing), "delay+5:00>40:00". */
static void fact_add(struct facts *facts, const char *text, int64_t received_ms)
{
    bool is_blind = *text == '~';
    size_t word = 0;
    int nth = 1;

    text += is_blind;
    while (word < ARRAY_COUNT(words) &&
           (strncmp(text, words[word].word, strlen(words[word].word)) != 0))
        word++;
    CHECK_OR_RETURN(word < ARRAY_COUNT(words) && facts->count < ARRAY_COUNT(facts->events));
    text += strlen(words[word].word);
    if (isdigit((unsigned char)*text))
        nth = *text++ - '0';
    CHECK_OR_RETURN(*text++ == '+');
    struct clock_event *event = &facts->events[facts->count];
    bool is_requested = words[word].is_requested;
    *event = (struct clock_event){.kind = words[word].kind,
                                  .is_requested = is_requested,
                                  .position = facts->written[is_requested]++,
                                  .seen = is_blind ? 0 : facts->written[!is_requested],
                                  .time_ms = received_ms + after_ms(&text),
                                  .id = (int64_t)facts->count + 1,
                                  .is_yes = words[word].is_yes};
    if (event->kind == CLOCK_REPLY || event->kind == CLOCK_URGENCY_REPLY)
        event->about = about_of(facts, event->kind, nth);
    if (*text++ == '>')
        event->expected_ms = received_ms + after_ms(&text);
    facts->count++;
}

static void facts_read(struct facts *facts, const char *text, int64_t received_ms)
{
    char copy[200], *rest = copy;

    *facts = (struct facts){.count = 0};
    snprintf(copy, sizeof copy, "%s", text);
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        fact_add(facts, word, received_ms);
}

/* --- the table --- */

enum way { HOURS, DAYS, WORKING };

static const struct row {
    const char *claim;
    enum way way;
    const char *requested;
    bool is_urgent;
    const char *received;
    const char *facts;
    enum deadline_row wanted;
    const char *due; /* NULL: suspended */
    int64_t left_minutes;
} clock_table[] = {
    /* the rows */
    {"other: a week", HOURS, "al", false, "2026-02-02T10:00:00Z", "", DEADLINE_OTHER,
     "2026-02-09T10:00:00Z", 0},
    {"urgent: eight hours until a row is chosen", HOURS, "al", true, "2026-02-02T10:00:00Z", "",
     DEADLINE_URGENT_DIRECT, "2026-02-02T18:00:00Z", 0},
    {"directly accessible: eight hours", HOURS, "al", true, "2026-02-02T10:00:00Z", "direct+1:00",
     DEADLINE_URGENT_DIRECT, "2026-02-02T18:00:00Z", 0},
    {"indirectly accessible: three days", HOURS, "al", true, "2026-02-02T10:00:00Z",
     "indirect+7:59:59", DEADLINE_URGENT_INDIRECT, "2026-02-05T10:00:00Z", 0},
    {"said when the eight hours are over, it says nothing", HOURS, "al", true,
     "2026-02-02T10:00:00Z", "indirect+8:00", DEADLINE_URGENT_DIRECT, "2026-02-02T18:00:00Z", 0},
    {"it is said once: direct stays", HOURS, "al", true, "2026-02-02T10:00:00Z",
     "direct+1:00 indirect+2:00", DEADLINE_URGENT_DIRECT, "2026-02-02T18:00:00Z", 0},
    {"it is said once: indirect stays", HOURS, "al", true, "2026-02-02T10:00:00Z",
     "indirect+1:00 direct+2:00", DEADLINE_URGENT_INDIRECT, "2026-02-05T10:00:00Z", 0},
    {"nothing to be said of what is not urgent", HOURS, "al", false, "2026-02-02T10:00:00Z",
     "indirect+1:00", DEADLINE_OTHER, "2026-02-09T10:00:00Z", 0},
    /* suspension */
    {"a question suspends", HOURS, "al", true, "2026-02-02T10:00:00Z", "ask+2:00",
     DEADLINE_URGENT_DIRECT, NULL, 360},
    {"its reply lets it go on", HOURS, "al", true, "2026-02-02T10:00:00Z", "ask+2:00 reply+5:00",
     DEADLINE_URGENT_DIRECT, "2026-02-02T21:00:00Z", 0},
    {"suspensions add up", HOURS, "al", true, "2026-02-02T10:00:00Z",
     "ask+2:00 reply+5:00 ask+6:00 reply2+6:30", DEADLINE_URGENT_DIRECT, "2026-02-02T21:30:00Z", 0},
    {"a second question while one is open suspends nothing", HOURS, "al", true,
     "2026-02-02T10:00:00Z", "ask+2:00 ask+3:00 reply2+4:00", DEADLINE_URGENT_DIRECT, NULL, 360},
    {"and the reply to the first ends it", HOURS, "al", true, "2026-02-02T10:00:00Z",
     "ask+2:00 ask+3:00 reply1+5:00", DEADLINE_URGENT_DIRECT, "2026-02-02T21:00:00Z", 0},
    {"a question when the time is over gives none back", HOURS, "al", true, "2026-02-02T10:00:00Z",
     "ask+8:00 reply+9:00", DEADLINE_URGENT_DIRECT, "2026-02-02T18:00:00Z", 0},
    {"a question in the last second does", HOURS, "al", true, "2026-02-02T10:00:00Z",
     "ask+7:59:59 reply+20:00", DEADLINE_URGENT_DIRECT, "2026-02-03T06:00:01Z", 0},
    {"indirectly accessible, said while suspended", HOURS, "al", true, "2026-02-02T10:00:00Z",
     "ask+2:00 indirect+9:00 reply+10:00", DEADLINE_URGENT_INDIRECT, "2026-02-05T18:00:00Z", 0},
    {"what was suspended is no part of the eight hours", HOURS, "al", true, "2026-02-02T10:00:00Z",
     "ask+2:00 reply+5:00 indirect+10:59", DEADLINE_URGENT_INDIRECT, "2026-02-05T13:00:00Z", 0},
    {"and they end later by as much", HOURS, "al", true, "2026-02-02T10:00:00Z",
     "ask+2:00 reply+5:00 indirect+11:00", DEADLINE_URGENT_DIRECT, "2026-02-02T21:00:00Z", 0},
    {"clocks apart: a reply before its question suspends for no time", HOURS, "al", true,
     "2026-02-02T10:00:00Z", "ask+2:00:10 reply+2:00:05", DEADLINE_URGENT_DIRECT,
     "2026-02-02T18:00:00Z", 0},
    {"clocks apart: what was written after the reply counts after it", HOURS, "al", true,
     "2026-02-02T10:00:00Z", "ask+2:00 reply+3:00:30 ask+3:00:10 reply2+4:00",
     DEADLINE_URGENT_DIRECT, "2026-02-02T20:00:00Z", 0},
    {"written at the same time: the earlier custody is first", HOURS, "al", true,
     "2026-02-02T10:00:00Z", "ask+2:00 reply+3:00 ~ask+4:00", DEADLINE_URGENT_DIRECT, NULL, 300},
    {"written at the same time, while the first was still open", HOURS, "al", true,
     "2026-02-02T10:00:00Z", "ask+2:00 reply+3:00 ~ask+2:30", DEADLINE_URGENT_DIRECT,
     "2026-02-02T19:00:00Z", 0},
    {"a second reply to one question changes nothing", HOURS, "al", true, "2026-02-02T10:00:00Z",
     "ask+2:00 reply+5:00 reply1+9:00", DEADLINE_URGENT_DIRECT, "2026-02-02T21:00:00Z", 0},
    {"a week is suspended like an hour", HOURS, "ro", false, "2026-02-02T10:00:00Z",
     "ask+24:00 reply+100:00", DEADLINE_OTHER, "2026-02-12T14:00:00Z", 0},
    /* urgency */
    {"doubt alone changes nothing", HOURS, "al", true, "2026-02-02T10:00:00Z", "doubt+1:00",
     DEADLINE_URGENT_DIRECT, "2026-02-02T18:00:00Z", 0},
    {"urgency given up: a week from the receipt", HOURS, "al", true, "2026-02-02T10:00:00Z",
     "doubt+1:00 agree+2:00", DEADLINE_OTHER, "2026-02-09T10:00:00Z", 0},
    {"urgency kept up: eight hours", HOURS, "al", true, "2026-02-02T10:00:00Z",
     "doubt+1:00 keep+2:00", DEADLINE_URGENT_DIRECT, "2026-02-02T18:00:00Z", 0},
    {"nobody gives up what nobody doubted", HOURS, "al", true, "2026-02-02T10:00:00Z", "agree+2:00",
     DEADLINE_URGENT_DIRECT, "2026-02-02T18:00:00Z", 0},
    {"given up with what was suspended", HOURS, "al", true, "2026-02-02T10:00:00Z",
     "ask+1:00 reply+4:00 doubt+5:00 agree+6:00", DEADLINE_OTHER, "2026-02-09T13:00:00Z", 0},
    /* the nights on which clocks change: hours are hours, days are days */
    {"spring night, elapsed", HOURS, "ro", true, "2026-03-28T22:00:00Z", "", DEADLINE_URGENT_DIRECT,
     "2026-03-29T06:00:00Z", 0},
    {"autumn night, elapsed", HOURS, "al", true, "2026-10-24T20:00:00Z", "", DEADLINE_URGENT_DIRECT,
     "2026-10-25T04:00:00Z", 0},
    {"spring night suspended", HOURS, "ro", true, "2026-03-28T20:00:00Z", "ask+4:00 reply+6:00",
     DEADLINE_URGENT_DIRECT, "2026-03-29T06:00:00Z", 0},
    {"a week of days over the spring night", DAYS, "ro", false, "2026-03-25T10:00:00Z", "",
     DEADLINE_OTHER, "2026-04-01T21:00:00Z", 0},
    {"a week of days over the autumn night", DAYS, "ro", false, "2026-10-20T10:00:00Z", "",
     DEADLINE_OTHER, "2026-10-27T22:00:00Z", 0},
    {"the last day is the short one", DAYS, "ro", false, "2026-03-22T10:00:00Z", "", DEADLINE_OTHER,
     "2026-03-29T21:00:00Z", 0},
    {"the last day is the long one", DAYS, "ro", false, "2026-10-18T10:00:00Z", "", DEADLINE_OTHER,
     "2026-10-25T22:00:00Z", 0},
    /* calendar days */
    {"the day of receipt does not count, the last one does", DAYS, "ro", false,
     "2026-02-02T10:00:00Z", "", DEADLINE_OTHER, "2026-02-09T22:00:00Z", 0},
    {"a minute before midnight there", DAYS, "ro", false, "2026-02-02T21:59:00Z", "",
     DEADLINE_OTHER, "2026-02-09T22:00:00Z", 0},
    {"at midnight there", DAYS, "ro", false, "2026-02-02T22:00:00Z", "", DEADLINE_OTHER,
     "2026-02-10T22:00:00Z", 0},
    {"the same moment is the day before in Albania", DAYS, "al", false, "2026-02-02T22:30:00Z", "",
     DEADLINE_OTHER, "2026-02-09T23:00:00Z", 0},
    {"the row of hours stays one of hours", DAYS, "ro", true, "2026-02-02T10:00:00Z", "",
     DEADLINE_URGENT_DIRECT, "2026-02-02T18:00:00Z", 0},
    {"three days when indirectly accessible", DAYS, "ro", true, "2026-02-02T10:00:00Z",
     "indirect+1:00", DEADLINE_URGENT_INDIRECT, "2026-02-05T22:00:00Z", 0},
    {"suspended for a day", DAYS, "ro", false, "2026-02-02T10:00:00Z", "ask+24:00 reply+48:00",
     DEADLINE_OTHER, "2026-02-10T22:00:00Z", 0},
    /* holidays */
    {"a Saturday moves to Monday", WORKING, "ro", false, "2026-02-07T10:00:00Z", "", DEADLINE_OTHER,
     "2026-02-16T22:00:00Z", 0},
    {"a holiday before a weekend and one after it", WORKING, "ro", false, "2026-04-03T10:00:00Z",
     "", DEADLINE_OTHER, "2026-04-14T21:00:00Z", 0},
    {"which is a working day in Albania", WORKING, "al", false, "2026-04-03T10:00:00Z", "",
     DEADLINE_OTHER, "2026-04-10T22:00:00Z", 0},
    {"free days within the limit move nothing", WORKING, "ro", false, "2026-04-08T10:00:00Z", "",
     DEADLINE_OTHER, "2026-04-15T21:00:00Z", 0},
    {"the other party's holiday is none here", WORKING, "ro", false, "2026-11-20T10:00:00Z", "",
     DEADLINE_OTHER, "2026-11-27T22:00:00Z", 0},
    {"a suspension over a holiday", WORKING, "ro", false, "2026-04-01T10:00:00Z",
     "ask+24:00 reply+72:00", DEADLINE_OTHER, "2026-04-14T21:00:00Z", 0},
};

static void clock_of(const struct row *row, const struct facts *facts, size_t turn,
                     struct clock *out)
{
    struct clock_event turned[16];
    struct clock_question question = {.agreement = &agreement,
                                      .requested = span_text(row->requested),
                                      .received_ms = at(row->received),
                                      .is_urgent = row->is_urgent,
                                      .events = turned,
                                      .event_count = facts->count};

    agreement_make(row->way == HOURS ? CLOCK_ELAPSED : CLOCK_CALENDAR,
                   row->way == HOURS  ? CALENDAR_END_NONE
                   : row->way == DAYS ? CALENDAR_END_DAY
                                      : CALENDAR_END_WORKING_DAY);
    for (size_t i = 0; i < facts->count; i++)
        turned[(i + turn) % facts->count] = facts->events[i];
    agreement_clock(&question, out);
}

CHECK_TEST(the_clock_table)
{
    CHECK(ARRAY_COUNT(clock_table) >= 40);
    for (size_t i = 0; i < ARRAY_COUNT(clock_table); i++) {
        const struct row *row = &clock_table[i];
        struct facts facts;
        int before = check_failures;

        facts_read(&facts, row->facts, at(row->received));
        for (size_t turn = 0; turn == 0 || turn < facts.count; turn++) {
            struct clock clock;
            clock_of(row, &facts, turn, &clock);
            CHECK_INT(clock.row, row->wanted);
            CHECK_INT(clock.due_ms, row->due == NULL ? 0 : at(row->due));
            CHECK_INT(clock.left_ms, row->left_minutes * 60000);
            CHECK((clock.suspended_from_ms != 0) == (row->due == NULL));
        }
        if (check_failures > before)
            printf("case %zu: %s\n", i, row->claim);
    }
}

static struct clock urgent_with(const char *text)
{
    static struct row row = {"", HOURS,         "al", true, "2026-02-02T10:00:00Z",
                             "", DEADLINE_NONE, NULL, 0};
    struct facts facts;
    struct clock clock;

    facts_read(&facts, text, at(row.received));
    clock_of(&row, &facts, 0, &clock);
    return clock;
}

CHECK_TEST(a_delay_counts_when_it_is_told_in_time)
{
    int64_t received = at("2026-02-02T10:00:00Z");

    CHECK_INT(urgent_with("delay+5:00>200:00").delayed_to_ms, received + 200 * HOUR_MS);
    CHECK_INT(urgent_with("delay+5:00>200:00").due_ms, received + 8 * HOUR_MS);
    CHECK_INT(urgent_with("delay+8:00>200:00").delayed_to_ms, 0);
    CHECK_INT(urgent_with("delay+5:00>200:00 delay+190:00>400:00").delayed_to_ms,
              received + 400 * HOUR_MS);
}

CHECK_TEST(what_waits_for_a_word_is_named)
{
    CHECK_INT(urgent_with("doubt+1:00").open_doubt, 1);
    CHECK_INT(urgent_with("doubt+1:00 keep+2:00").open_doubt, 0);
    CHECK_INT(urgent_with("ask+1:00").open_question, 1);
    CHECK_INT(urgent_with("ask+1:00 reply+2:00 ask+3:00").open_question, 3);
    CHECK_INT(urgent_with("ask+1:00 reply+2:00 ask+3:00").question_count, 2);
    CHECK(urgent_with("direct+1:00").is_access_decided);
    CHECK(!urgent_with("direct+9:00").is_access_decided);
}

CHECK_TEST(a_flood_of_facts_stays_within_its_limit)
{
    static struct clock_event events[4 * CLOCK_SIDE_MAX];
    struct clock clock;

    agreement_make(CLOCK_ELAPSED, CALENDAR_END_NONE);
    for (size_t i = 0; i < ARRAY_COUNT(events); i++)
        events[i] = (struct clock_event){.kind = CLOCK_URGENCY_DOUBTED,
                                         .is_requested = i % 2 == 0,
                                         .position = ARRAY_COUNT(events) - i,
                                         .id = (int64_t)i + 1,
                                         .time_ms = (int64_t)i};
    agreement_clock(&(struct clock_question){.agreement = &agreement,
                                             .requested = span_text("al"),
                                             .received_ms = 1,
                                             .is_urgent = true,
                                             .events = events,
                                             .event_count = ARRAY_COUNT(events)},
                    &clock);
    CHECK_INT(clock.due_ms, 1 + 8 * HOUR_MS);
}

CHECK_TEST(a_day_begins_although_its_midnight_is_skipped_or_comes_twice)
{
    struct agreement_offset rows[] = {
        {0, 120}, {at("2026-03-28T22:00:00Z"), 180}, {at("2026-10-24T21:30:00Z"), 120}};
    struct agreement_calendar calendar = {.offsets = rows, .offset_count = 3};
    int64_t spring = at("2026-03-29T00:00:00Z") / (24 * HOUR_MS);
    int64_t autumn = at("2026-10-25T00:00:00Z") / (24 * HOUR_MS);

    CHECK_INT(calendar_day_begin(&calendar, spring), at("2026-03-28T22:00:00Z"));
    CHECK_INT(calendar_day_begin(&calendar, spring + 1), at("2026-03-29T21:00:00Z"));
    CHECK_INT(calendar_day_begin(&calendar, autumn), at("2026-10-24T21:00:00Z"));
    CHECK_INT(calendar_day_of(&calendar, at("2026-10-24T21:45:00Z")), autumn - 1);
    CHECK_INT(calendar_day_of(&calendar, at("2026-03-28T22:00:00Z")), spring);
}

/* --- the tables in the document --- */

static struct problems problems;

static bool is_named(const char *path)
{
    for (size_t i = 0; i < problems.count; i++)
        if (strcmp(problems.list[i].path, path) == 0)
            return true;
    return false;
}

static bool is_refused_at(const char *path)
{
    problems_clear(&problems);
    return !agreement_check(&agreement, &problems) && is_named(path);
}

CHECK_TEST(calendar_days_need_whole_and_rising_tables)
{
    agreement_make(CLOCK_CALENDAR, CALENDAR_END_WORKING_DAY);
    problems_clear(&problems);
    CHECK(agreement_check(&agreement, &problems));
    agreement.calendar_count = 1;
    CHECK(is_refused_at("calendars"));
    agreement_make(CLOCK_CALENDAR, CALENDAR_END_NONE);
    CHECK(is_refused_at("deadlines.end"));
    agreement_make(CLOCK_ELAPSED, CALENDAR_END_DAY);
    CHECK(is_refused_at("deadlines.end"));
    agreement_make(CLOCK_CALENDAR, CALENDAR_END_DAY);
    agreement.deadlines.other_hours = 170;
    CHECK(is_refused_at("deadlines.other_hours"));
    agreement_make(CLOCK_CALENDAR, CALENDAR_END_DAY);
    ro_offsets[1].from_ms = ro_offsets[2].from_ms;
    CHECK(is_refused_at("calendars[0].offsets"));
    agreement_make(CLOCK_CALENDAR, CALENDAR_END_DAY);
    ro_offsets[0].from_ms = agreement.valid_from_ms + 1;
    CHECK(is_refused_at("calendars[0].offsets"));
    agreement_make(CLOCK_CALENDAR, CALENDAR_END_DAY);
    calendars[1].time_zone = span_text("Europe/Athens");
    CHECK(is_refused_at("calendars[1].time_zone"));
    agreement_make(CLOCK_CALENDAR, CALENDAR_END_DAY);
    calendars[1].rest_days = BIT_DAYS_ALL;
    CHECK(is_refused_at("calendars[1].rest_days"));
}

CHECK_TEST(the_tables_are_written_and_read_again)
{
    struct buffer first CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    struct buffer again CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    struct arena arena CLEANUP(arena_free) = arena_make(AGREEMENT_ARENA_SIZE);
    struct error err = {0};
    struct agreement read;

    agreement_make(CLOCK_CALENDAR, CALENDAR_END_WORKING_DAY);
    problems_clear(&problems);
    CHECK_OK(agreement_write(&agreement, &first, &err), err);
    CHECK_OR_RETURN(agreement_read(buffer_span(&first), &arena, &read, &problems));
    CHECK_INT(read.calendars[1].offsets[2].minutes, 60);
    CHECK_SPAN(read.calendars[0].holidays[2], "2026-04-13");
    CHECK_OK(agreement_write(&read, &again, &err), err);
    CHECK(span_equal(buffer_span(&first), buffer_span(&again)));
}

int main(void)
{
    scene_make(&scene);
    CHECK_RUN(the_clock_table);
    CHECK_RUN(a_delay_counts_when_it_is_told_in_time);
    CHECK_RUN(what_waits_for_a_word_is_named);
    CHECK_RUN(a_flood_of_facts_stays_within_its_limit);
    CHECK_RUN(a_day_begins_although_its_midnight_is_skipped_or_comes_twice);
    CHECK_RUN(calendar_days_need_whole_and_rising_tables);
    CHECK_RUN(the_tables_are_written_and_read_again);
    scene_free(&scene);
    return check_end();
}
