/*
 * Alarms of the limits: what is overdue or soon will be, at the side that answers and at the side that waits, and what is
 * urgent (a request, what is said or answered about one, what is given unasked of an immediate threat) and does not lie with
 * the partner after a quarter of an hour: then the desk telephones, and the alarm says where, and over which other channel.
 * Computed anew from the books each time: what is settled is no alarm any more.
 */
#ifndef BESA_DESK_ALARM_H
#define BESA_DESK_ALARM_H

#include "journal/journal.h"
#include "message/type.h"
#include "store/inbox_rows.h"

#define ALARM_COUNT_MAX 200u /* read in one step */
#define ALARM_CUSTODY_MS                                                                           \
    INT64_C(900000)           /* what is urgent is held by then, or somebody telephones */
#define ALARM_SOON_FRACTION 4 /* of its row: the last quarter of the limit is soon */

enum alarm_kind {
    ALARM_NO_CUSTODY, /* urgent, and not in the partner's custody */
    ALARM_OVERDUE,
    ALARM_AUTHORISATION, /* overdue; a judicial authorisation was told of, and its day is to come */
    ALARM_SOON,
    ALARM_UNREVIEWED, /* sent by one officer alone, and nobody else has looked at it yet */
    ALARM_KIND_COUNT
};
extern const char *const alarm_kind_names[ALARM_KIND_COUNT];

struct alarm {
    enum alarm_kind kind;
    enum message_type type;
    bool is_own; /* our request: the partner owes the answer */
    size_t line; /* of the journal */
    int64_t entry;
    int64_t log;
    struct span message_id;
    struct span reference;    /* of UNREVIEWED: none */
    int64_t at_ms;            /* when it is or was due; of NO_CUSTODY: when it was written */
    int64_t expected_ms;      /* the answer, by what was told of an authorisation; 0: nothing */
    int64_t walk;             /* its place among all alarms: which walk along the queue found it, */
    struct inbox_place place; /* and where */
};

/* Most pressing first, at most `limit` of those behind `after`, an alarm whose walk and place are read; NULL: from the first.
 * Fewer than `limit`: there are no more. Texts in the arena. In the writer, or a thread with a connection. */
bool desk_alarms(struct journal *journal, struct arena *arena, const struct alarm *after,
                 struct alarm *out, size_t limit, size_t *count, struct error *err);
/* Each alarm once, most pressing first, in steps of ALARM_COUNT_MAX, however many there are. What `visit` reads is gone when
 * it returns. */
bool desk_alarms_each(struct journal *journal,
                      void (*visit)(void *context, const struct alarm *alarm), void *context,
                      struct error *err);

/* Broken glass (docs/safeguards.md g9) that nobody has looked at: how many, and the number of the newest. */
bool desk_glass_unreviewed(struct journal *journal, size_t *count, int64_t *newest,
                           struct error *err);

#endif
