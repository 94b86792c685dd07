/*
 * Calendar: how days are counted where the agreement counts calendar days, by a table of offsets, rest days and holidays
 * that stands in the agreement itself. Both nodes read the same table, so neither the machine's zone data nor its version
 * can move a deadline. Pure.
 */
#ifndef BESA_AGREEMENT_CALENDAR_H
#define BESA_AGREEMENT_CALENDAR_H

#include "agreement/agreement.h"

#define AGREEMENT_OFFSET_MAX 64 /* rows of one table: thirty years of two changes each */

/* Local time minus UTC at this moment, in ms. Before the first row, its offset. */
int64_t calendar_offset_ms(const struct agreement_calendar *calendar, int64_t time_ms);
/* The first moment of a local day (days since 1970-01-01), Unix ms; where midnight is skipped, the moment of the change. */
int64_t calendar_day_begin(const struct agreement_calendar *calendar, int64_t day);
/* The local day of a moment, in days since 1970-01-01. */
int64_t calendar_day_of(const struct agreement_calendar *calendar, int64_t time_ms);
/* Rest day of the week or holiday of that party. */
bool calendar_day_is_free(const struct agreement_calendar *calendar, int64_t day);
/* The end of the last of `days` calendar days after the day of `from_ms`, Unix ms: midnight at its end. With
 * CALENDAR_END_WORKING_DAY a free last day moves to the end of the next that is not free. */
int64_t calendar_due(const struct agreement_calendar *calendar, enum calendar_end end,
                     int64_t from_ms, int64_t days);
/* The table of a party; NULL when the agreement has none. */
const struct agreement_calendar *agreement_calendar_find(const struct agreement *agreement,
                                                         struct span party);
/* The rules over several fields of the tables, for agreement_check. */
void calendars_check(const struct agreement *agreement, struct problems *problems);

#endif
