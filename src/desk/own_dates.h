/*
 * Own dates: who is kept in the own index has a day of review and a day of erasure. The hourly pass of retention erases
 * whose day has come (retention.h); whose review has come is listed until an officer who looked at the person sets the next day.
 */
#ifndef BESA_DESK_OWN_DATES_H
#define BESA_DESK_OWN_DATES_H

#include "journal/journal.h"
#include "store/own_rows.h"

#define OWN_ERASE_STEP 500u /* people of one transaction, each some 30 us of the writer */
#define OWN_COUNT_MAX  1000 /* that a count goes to */

extern const char *const own_date_names[OWN_DATE_COUNT];

struct own_dates {
    int64_t overdue; /* should have gone RETENTION_LATE_MS ago, or before; must be 0 */
    int64_t due;     /* goes at the next pass */
    int64_t soon;    /* within RETENTION_SOON_MS */
    int64_t review;  /* the day of review has come */
};
bool own_dates_count(struct database *db, int64_t now_ms, struct own_dates *out, struct error *err);

/* Erases at most `limit` people whose day is `now_ms` or before, behind *after (begin with zeroes), and names them in one
 * access entry. *is_over: there is nobody else. `must_skip`: passes over the one that comes. */
//= dir-2016-680 art 4(1)(e)
//= dir-2016-680 art 5
bool own_dates_erase(struct journal *journal, int64_t now_ms, size_t limit, bool must_skip,
                     struct own_due *after, size_t *erased, bool *is_over, struct error *err);

#endif
