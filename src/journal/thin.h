/*
 * Thinning of witness statements. A domestic log is signed and witnessed once a minute for as long as the node works, and no
 * statement ever went. What one proves, a later one proves too: its tree holds all entries before, and every leaf stays, so
 * that the root of any size can be computed again. Only the time is lost by which an entry stood there. So what is younger
 * than THIN_AFTER_MS stays whole, to the minute; of what is older the last statement of each witness in each hour stays,
 * with our checkpoint under it. The newest statement of a witness is always the last of its hour.
 */
#ifndef BESA_JOURNAL_THIN_H
#define BESA_JOURNAL_THIN_H

#include "journal/journal.h"

#define THIN_AFTER_MS                                                                              \
    (INT64_C(90) * 24 * 3600 * 1000) /* an incident is noticed, and an inquiry asks, in this time */
#define THIN_HOUR_S INT64_C(3600)
/* Statements looked at in one transaction: an hour of 16 witnesses, and some 15 ms of the writer when most of them go. */
#define THIN_STEP 1024u

/* A pass over our domestic logs and those that we witness. Begin with zeroes. */
struct thin_walk {
    char origin[ORIGIN_SIZE_MAX + 1]; /* empty: before the first */
    bool is_over;
};
/* In a transaction of the writer: what is to go among the next statements about one log; *gone counts them. `now_ms`: the clock of
 * journal_retention_clock. */
bool journal_thin(struct journal *journal, int64_t now_ms, struct thin_walk *walk, size_t *gone,
                  struct error *err);

#endif
