/*
 * Rows of requests that may be of political character or the like (docs/safeguards.md g2, ground j): who said so, and what the
 * head of the Single Point of Contact decided. Local, and told to nobody. A row outlives the body of its request without names
 * and words: that the body is gone opens no door.
 */
#ifndef BESA_STORE_RIGHTS_ROWS_H
#define BESA_STORE_RIGHTS_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

/* Stored: numbers are never reused. */
enum rights_state { RIGHTS_UNDECIDED, RIGHTS_MAY_ANSWER, RIGHTS_MUST_REFUSE, RIGHTS_STATE_COUNT };

struct rights_row {
    int64_t entry;
    int64_t state; /* enum rights_state */
    struct span flagged_by;
    int64_t flagged_ms;
    struct span flag_reason;
    struct span decided_by; /* empty while undecided */
    int64_t decided_ms;
    struct span decided_reason;
};
/* Inserts or replaces the row of the entry. Texts are copied. */
bool rights_put(struct database *db, const struct rights_row *row, struct error *err);
/* MISSING when the request was never flagged. Texts in the arena. */
bool rights_find(struct database *db, struct arena *arena, int64_t entry, struct rights_row *out,
                 struct error *err);

/* With what a list shows of its entry. */
struct rights_line {
    struct rights_row rights;
    int64_t log;
    struct span message_id;
};
/* Undecided ones, or all; the oldest first, those behind `after` (flagged_ms, then entry); NULL: from the first. */
struct rights_place {
    int64_t flagged_ms;
    int64_t entry;
};
bool rights_list(struct database *db, struct arena *arena, bool only_undecided,
                 const struct rights_place *after, struct rights_line *out, size_t limit,
                 size_t *count, struct error *err);
/* Requests in this case that may not be answered, undecided or to be refused: their logs, and how they stand. */
bool rights_list_case(struct database *db, struct arena *arena, struct span number,
                      struct rights_line *out, size_t limit, size_t *count, struct error *err);
/* Those that hold this entry: itself, the request that it answers, and the requests in any case in which it stands. */
bool rights_list_item(struct database *db, struct arena *arena, int64_t entry,
                      struct rights_line *out, size_t limit, size_t *count, struct error *err);

#endif
