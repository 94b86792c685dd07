/*
 * Rows of the clock of a request: what both parties said that moves or suspends its time limit, and how the limit stands
 * now. Beside them, since it is as long about the request: what one officer sent alone in answer to it. They outlive the
 * bodies of the messages and go with the request. DERIVED, written by apply alone.
 */
#ifndef BESA_STORE_CLOCK_ROWS_H
#define BESA_STORE_CLOCK_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

#define CLOCK_ALONE 2 /* kind, as the message type: an answer that one officer sent alone */
struct clock_row {
    int64_t entry;
    int64_t target; /* entry of the request */
    int64_t kind;   /* message type */
    int64_t about;  /* entry of the message that a reply is about; 0: none */
    bool is_own;
    int64_t seen;        /* of its head */
    bool is_yes;         /* indirectly accessible; urgency given up */
    int64_t expected_ms; /* of a delay notice; of CLOCK_ALONE how many items; else 0 */
    int64_t time_s;      /* custody by the other party; 0: not yet */
    bool counts;         /* false: the other party refused or holds it */
    int64_t log;         /* where the entry stands; read only */
    int64_t index;       /* or ENTRY_WAITING; read only */
};
bool clock_insert(struct database *db, const struct clock_row *row, struct error *err);
bool clock_find(struct database *db, int64_t entry, struct clock_row *out, struct error *err);
/* All about one request that moves its limit, by entry; so without CLOCK_ALONE. At most `limit`. */
bool clock_list(struct database *db, int64_t target, struct clock_row *out, size_t limit,
                size_t *count, struct error *err);
/* How many one party sent about a request; of one kind, or with 0 of all that moves its limit. */
bool clock_count(struct database *db, int64_t target, bool is_own, int64_t kind, int64_t *count,
                 struct error *err);
/* The items that one party's officers sent alone in answer to a request, but for what the other refused. */
bool clock_alone_sum(struct database *db, int64_t target, bool is_own, int64_t *count,
                     struct error *err);
/* The receipt of our entries [from, to) of `log`: those without a time get it. */
bool clock_received(struct database *db, int64_t log, int64_t from, int64_t to, int64_t time_s,
                    struct error *err);
/* The requests above `above` that our entries [from, to) of `log` are about, each once, rising. */
bool clock_targets(struct database *db, int64_t log, int64_t from, int64_t to, int64_t above,
                   int64_t *out, size_t limit, size_t *count, struct error *err);
bool clock_settle(struct database *db, int64_t entry, bool counts, struct error *err);
bool clock_delete(struct database *db, int64_t entry, struct error *err);

/* How the time limit of a request stands. */
#define CLOCK_DUE_OPEN INT64_C(9007199254740992) /* due_ms while it is suspended */
struct due_row {
    int64_t received_s; /* 0: no receipt yet, and nothing else is filled */
    int64_t due_ms;
    int64_t deadline_row; /* 0: as the request's own */
    int64_t suspended_ms; /* since when; 0: it runs */
    int64_t left_ms;      /* while suspended */
    int64_t delayed_to_ms;
};
/* Sets all but received_s. The row must be there (due_insert). */
bool due_set(struct database *db, int64_t entry, const struct due_row *row, struct error *err);
bool due_row_find(struct database *db, int64_t entry, struct due_row *out, struct error *err);

#endif
