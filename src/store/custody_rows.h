/*
 * What of our own is urgent and lies at no partner yet: for the alarm after a quarter of an hour. Urgent are requests, what
 * is said and answered about one, and what is given unasked of an immediate threat.
 */
#ifndef BESA_STORE_CUSTODY_ROWS_H
#define BESA_STORE_CUSTODY_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

struct custody_row {
    int64_t entry;
    int64_t log;
    int64_t index; /* ENTRY_WAITING: not numbered yet */
    struct span message_id;
    int64_t type;
    int64_t created_ms;
    struct span reference; /* of the request, or of what is given; empty: none */
};

/* Where one stands: numbered ones first, by their index, then those that wait, by entry. */
struct custody_place {
    bool is_waiting;
    int64_t at; /* index or entry; -1: before the first */
};

/* What is asked of a log: ours that is current; its entries below `cosigned` are in custody. */
struct custody_question {
    int64_t log;
    int64_t cosigned;
    int64_t created_to_ms; /* written by then */
};

/* At most `limit` behind `after`, in their order; fewer: there are no more. Texts in the arena. */
bool custody_list_urgent(struct database *db, struct arena *arena,
                         const struct custody_question *question, const struct custody_place *after,
                         struct custody_row *out, size_t limit, size_t *count, struct error *err);
/* For the test of their plans. */
extern const char custody_numbered_sql[], custody_waiting_sql[];

#endif
