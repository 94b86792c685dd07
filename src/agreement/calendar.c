/* Calendar days: see calendar.h. */
#include "agreement/calendar.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>

#define MINUTE_MS INT64_C(60000)
#define DAY_MS    (24 * 60 * MINUTE_MS)
#define FREE_MAX                                                                                   \
    31 /* free days in a row: no state rests longer, and a table that says so ends here */

static int64_t floor_divide(int64_t value, int64_t by)
{
    return value / by - (value % by < 0 ? 1 : 0);
}

int64_t calendar_offset_ms(const struct agreement_calendar *calendar, int64_t time_ms)
{
    size_t at = 0;

    while (at + 1 < calendar->offset_count && calendar->offsets[at + 1].from_ms <= time_ms)
        at++;
    return calendar->offset_count == 0 ? 0 : calendar->offsets[at].minutes * MINUTE_MS;
}

int64_t calendar_day_of(const struct agreement_calendar *calendar, int64_t time_ms)
{
    return floor_divide(time_ms + calendar_offset_ms(calendar, time_ms), DAY_MS);
}

/* The earliest moment that the day has under any of the offsets: midnight may come twice, or not at all. */
int64_t calendar_day_begin(const struct agreement_calendar *calendar, int64_t day)
{
    int64_t first = INT64_MAX;

    for (size_t i = 0; i < calendar->offset_count; i++) {
        int64_t from = i == 0 ? INT64_MIN : calendar->offsets[i].from_ms;
        int64_t to = i + 1 < calendar->offset_count ? calendar->offsets[i + 1].from_ms : INT64_MAX;
        int64_t begins = day * DAY_MS - calendar->offsets[i].minutes * MINUTE_MS;
        int64_t at = begins < from ? from : begins;
        bool is_in_it =
            at < to && floor_divide(at + calendar->offsets[i].minutes * MINUTE_MS, DAY_MS) == day;
        if (is_in_it && at < first)
            first = at;
    }
    return first == INT64_MAX ? day * DAY_MS : first;
}

bool calendar_day_is_free(const struct agreement_calendar *calendar, int64_t day)
{
    int64_t weekday = ((day + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday; 0: Monday */

    if ((calendar->rest_days >> weekday & 1) != 0)
        return true;
    for (size_t i = 0; i < calendar->holiday_count; i++) {
        int64_t time_ms = 0;
        if (date_read(calendar->holidays[i], &time_ms) && floor_divide(time_ms, DAY_MS) == day)
            return true;
    }
    return false;
}

/* The day of the event does not count, the last one counts in full. */
int64_t calendar_due(const struct agreement_calendar *calendar, enum calendar_end end,
                     int64_t from_ms, int64_t days)
{
    int64_t last = calendar_day_of(calendar, from_ms) + days;

    for (int i = 0; end == CALENDAR_END_WORKING_DAY && i < FREE_MAX; i++) {
        if (!calendar_day_is_free(calendar, last))
            break;
        last++;
    }
    return calendar_day_begin(calendar, last + 1);
}

const struct agreement_calendar *agreement_calendar_find(const struct agreement *agreement,
                                                         struct span party)
{
    for (size_t i = 0; i < agreement->calendar_count; i++)
        if (span_equal(agreement->calendars[i].party, party))
            return &agreement->calendars[i];
    return NULL;
}

/* --- rules of the document --- */

static void offsets_check(const struct agreement *agreement, const struct agreement_calendar *row,
                          const char *path, struct problems *problems)
{
    if (row->offsets[0].from_ms > agreement->valid_from_ms)
        problems_add(problems, path, ERROR_INPUT, "begins after the agreement");
    for (size_t i = 1; i < row->offset_count; i++)
        if (row->offsets[i].from_ms <= row->offsets[i - 1].from_ms)
            problems_add(problems, path, ERROR_INPUT, "must rise in time");
}

static void holidays_check(const struct agreement_calendar *row, const char *path,
                           struct problems *problems)
{
    int64_t time_ms = 0;

    for (size_t i = 0; i < row->holiday_count; i++)
        if (!date_read(row->holidays[i], &time_ms))
            problems_add(problems, path, ERROR_INPUT, "element %zu is no date", i);
}

static void row_check(const struct agreement *agreement, size_t index, struct problems *problems)
{
    const struct agreement_calendar *row = &agreement->calendars[index];
    const struct agreement_party *party = agreement_party_find(agreement, row->party);
    char path[64];

    snprintf(path, sizeof path, "calendars[%zu].party", index);
    if (party == NULL)
        problems_add(problems, path, ERROR_INPUT, "is none of the two");
    for (size_t i = 0; i < index; i++)
        if (span_equal(agreement->calendars[i].party, row->party))
            problems_add(problems, path, ERROR_INPUT, "stands twice");
    snprintf(path, sizeof path, "calendars[%zu].time_zone", index);
    if (party != NULL && !span_equal(party->time_zone, row->time_zone))
        problems_add(problems, path, ERROR_INPUT, "is not the party's time zone");
    snprintf(path, sizeof path, "calendars[%zu].offsets", index);
    offsets_check(agreement, row, path, problems);
    snprintf(path, sizeof path, "calendars[%zu].holidays", index);
    holidays_check(row, path, problems);
    snprintf(path, sizeof path, "calendars[%zu].rest_days", index);
    if (row->rest_days == BIT_DAYS_ALL)
        problems_add(problems, path, ERROR_INPUT, "leave no working day");
}

static void days_check(const char *field, int64_t hours, struct problems *problems)
{
    char path[64];

    snprintf(path, sizeof path, "deadlines.%s", field);
    if (hours % 24 != 0)
        problems_add(problems, path, ERROR_INPUT, "calendar days are whole days: 24 hours each");
}

void calendars_check(const struct agreement *agreement, struct problems *problems)
{
    const struct agreement_deadlines *rows = &agreement->deadlines;

    for (size_t i = 0; i < agreement->calendar_count; i++)
        row_check(agreement, i, problems);
    if ((rows->count == CLOCK_CALENDAR) != (rows->end != CALENDAR_END_NONE))
        problems_add(problems, "deadlines.end", ERROR_INPUT,
                     "is named exactly when calendar days are counted");
    if (rows->count != CLOCK_CALENDAR)
        return;
    days_check("urgent_indirect_hours", rows->urgent_indirect_hours, problems);
    days_check("other_hours", rows->other_hours, problems);
    for (size_t i = 0; i < agreement->party_count; i++)
        if (agreement_calendar_find(agreement, agreement->parties[i].party) == NULL)
            problems_add(problems, "calendars", ERROR_INPUT, "has no table for %.*s",
                         SPAN_ARG(agreement->parties[i].party));
}
