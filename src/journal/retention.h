/*
 * Retention: what is held and when it must go. Each request and answer, and each item that travels as a part, has a row
 * with its class and the time from which it counts (receipt; for a request the end of its exchange). Its day follows from
 * the version under which it came and the one in force, whichever is stricter, from its own marking, and from the end of
 * the agreement where that erases what is held. The earliest wins.
 */
#ifndef BESA_JOURNAL_RETENTION_H
#define BESA_JOURNAL_RETENTION_H

#include "agreement/retention.h"
#include "journal/journal.h"
#include "store/retention_rows.h"

/* How far our own clock is believed beyond the newest time that a partner confirmed: a line may be down for a week, but a
 * clock that leaps a year must not empty the node. */
#define RETENTION_AHEAD_MAX_MS (INT64_C(7) * 24 * 3600 * 1000)
/* "<Unix ms>": two officers looked at the clock and found it right (desk/retention.c). */
#define RETENTION_CLOCK_SETTING "retention-clock"

struct retention_clock {
    int64_t own_ms; /* what our clock says */
    int64_t
        confirmed_ms; /* newest time that a partner's receipt, custody or witness, or two officers, agreed with */
    int64_t
        trusted_ms; /* the earlier of own_ms and confirmed_ms + RETENTION_AHEAD_MAX_MS: nothing is due beyond */
};
bool journal_retention_clock(struct journal *journal, struct retention_clock *out,
                             struct error *err);

/* Why an item that is due still stands. */
enum retention_wait {
    RETENTION_GOES,        /* nothing is in its way */
    RETENTION_ON_HOLD,     /* an officer's hold: restricted instead of erased */
    RETENTION_UNDELIVERED, /* our own, and not in the partner's custody yet: withdraw it */
    RETENTION_LOG_CLOSED,  /* our log cannot say `erased` now: it waits for its successor */
    RETENTION_WAIT_COUNT
};
extern const char *const retention_wait_names[RETENTION_WAIT_COUNT];

struct retention_item {
    int64_t entry;
    uint16_t number; /* part; 0: the body with all parts */
    int class;
    int64_t due_ms;
    enum retention_wait wait;
};

/* A pass over all that is due on a line. Begin with zeroes; at most `limit` items and RETENTION_PROBE_MAX looks at the
 * index a call, so that it fits between two jobs of the writer. */
#define RETENTION_PROBE_MAX 64u
struct retention_walk {
    size_t step;
    struct retention_place after;
    bool has_place;
    bool is_over;
};
bool journal_retention_next(struct journal *journal, struct journal_line *line, int64_t now_ms,
                            struct retention_walk *walk, struct retention_item *out, size_t limit,
                            size_t *count, struct error *err);
/* The earliest day of what is held of one entry; RETENTION_OPEN: none yet. */
bool journal_retention_due(struct journal *journal, struct journal_line *line, int64_t entry,
                           int64_t *out, struct error *err);
/* Erases it here and says so to the partner; with an item its message's attachments, which may be about it. */
//= dir-2016-680 art 5
bool journal_retention_erase(struct journal *journal, struct journal_line *line,
                             const struct retention_item *item, struct error *err);
/* From when all that is held under this agreement must be gone, because it ended; 0: caps alone count. */
int64_t journal_retention_end_ms(const struct journal_line *line);

#endif
