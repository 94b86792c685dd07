/*
 * Unread: what a partner sent in a type that this program does not know. Nobody can see whom it is about, so it is kept as
 * shortly as anything under its agreement, and goes unread when no upgrade came in time.
 */
#ifndef BESA_JOURNAL_UNREAD_H
#define BESA_JOURNAL_UNREAD_H

#include "journal/journal.h"

/* So long before the first goes, it is a failure and no longer a warning. */
#define UNREAD_SOON_MS (INT64_C(30) * 24 * 3600 * 1000)

struct unread {
    int64_t count;
    int64_t first_ms; /* the day on which the first is erased; 0: there is none */
};
/* On one line; in the writer. */
bool journal_unread(struct journal *journal, struct journal_line *line, struct unread *out,
                    struct error *err);

#endif
