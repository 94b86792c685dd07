/*
 * Counts of a year. What became of a request is counted from its derived rows; when these go with what they are about, a
 * row without a person, a reference or a word stays in `exchanges` (LOCAL), so that the counts outlive the content.
 */
#ifndef BESA_STORE_STATISTICS_ROWS_H
#define BESA_STORE_STATISTICS_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

/* Before the derived rows of this entry go: if it is a request that was received, or an answer to one, what is counted of
 * it is kept. */
bool exchange_keep(struct database *db, int64_t entry, struct error *err);
/* Those received before are forgotten. */
bool exchange_remove_old(struct database *db, int64_t received_before_s, struct error *err);

/* The span of time that is counted, by custody, or by writing where there was none: [from_ms, to_ms). */
struct count_span {
    int64_t from_ms;
    int64_t to_ms;
    int64_t now_ms;
};

/* Where a request stands. */
enum count_state {
    COUNT_IN_TIME,
    COUNT_LATE,
    COUNT_LATE_AUTHORISATION, /* a judicial authorisation was told of */
    COUNT_OPEN,
    COUNT_OVERDUE,
    COUNT_OVERDUE_AUTHORISATION,
    COUNT_NOT_RECEIVED, /* not in the receiver's custody */
    COUNT_STATE_COUNT
};
struct count_row {
    struct span agreement;
    struct span partner;
    bool is_own; /* ours: the partner owes the answer */
    bool is_urgent;
    int64_t deadline_row;
    enum count_state state;
    int64_t count;
};
bool count_requests(struct database *db, struct arena *arena, const struct count_span *span,
                    struct count_row *out, size_t limit, size_t *count, struct error *err);

/* Requests by the grounds of their refusal, as answers have them, joined by spaces. */
struct count_ground_row {
    struct span agreement;
    struct span partner;
    bool is_own;
    struct span grounds;
    int64_t count;
};
bool count_grounds(struct database *db, struct arena *arena, const struct count_span *span,
                   struct count_ground_row *out, size_t limit, size_t *count, struct error *err);

/* Entries by type, whatever became of their bodies. A walk over all entries: for a report, not for a screen. */
struct count_type_row {
    struct span agreement;
    struct span partner;
    bool is_own;
    int64_t type;
    int64_t count;
};
bool count_types(struct database *db, struct arena *arena, const struct count_span *span,
                 struct count_type_row *out, size_t limit, size_t *count, struct error *err);

/* Milliseconds from custody to the first answer of the `index`th of those answered, by length. */
bool count_time(struct database *db, const struct count_span *span, struct span agreement,
                bool is_own, bool is_urgent, int64_t index, int64_t *out, struct error *err);

/* What one officer sent alone: all, still open, questioned. */
struct count_emergencies {
    int64_t sent;
    int64_t open;
    int64_t questioned;
};
bool count_emergencies(struct database *db, const struct count_span *span, struct span agreement,
                       struct count_emergencies *out, struct error *err);

#endif
