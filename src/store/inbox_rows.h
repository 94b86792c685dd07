/*
 * The desk's queue: requests to us or from us, open ones first, nearest deadline first, whole or through a filter. However
 * many requests there are, a page is a walk along an index, and a filter that finds little ends at a place from which the
 * next page goes on.
 */
#ifndef BESA_STORE_INBOX_ROWS_H
#define BESA_STORE_INBOX_ROWS_H

#include "store/derived_rows.h"

/* Where a request stands in the queue: its key in the index. */
struct inbox_place {
    int64_t is_answered;
    int64_t due_ms; /* 2^53 while there is none */
    int64_t entry;
};
/* One line of the desk's queue. */
struct inbox_row {
    struct request_row request;
    struct span agreement;
    struct span partner;
    int64_t index; /* in its log, or ENTRY_WAITING */
    int64_t created_ms;
    int64_t received_s;    /* 0: no receipt yet */
    int64_t due_ms;        /* 0: no receipt yet; CLOCK_DUE_OPEN (store/clock_rows.h): suspended */
    int64_t suspended_ms;  /* since when; 0: the limit runs */
    int64_t delayed_to_ms; /* a judicial authorisation is awaited until then; 0: none */
    int64_t answers;
    int64_t notices;
    int64_t result;   /* partner's outcome of our request, -1 when none came yet */
    struct span unit; /* of its newest assignment; empty: none */
    struct inbox_place place;
};
/* For the test of its plan: the engine must read the page from the index, not sort all requests. */
extern const char inbox_list_sql[];
/* Requests to us (is_own false) or from us, open ones first, nearest deadline first: those behind `after`, or from the
 * first when it is NULL. Reads `limit` rows, however many there are. */
bool inbox_list(struct database *db, struct arena *arena, bool is_own,
                const struct inbox_place *after, struct inbox_row *out, size_t limit, size_t *count,
                struct error *err);

/* --- through a filter --- */

enum inbox_state {
    INBOX_ALL,
    INBOX_OPEN, /* no answer yet; those of the next three states, but answered ones, among them */
    INBOX_OVERDUE, /* its time limit is over, and no judicial authorisation is awaited until a day to come */
    INBOX_SOON,          /* the last part of its limit runs */
    INBOX_ANSWERED,      /* refused ones among them */
    INBOX_AUTHORISATION, /* its time limit is over, and one is */
};
enum inbox_wanted { INBOX_ANY, INBOX_YES, INBOX_NO };

struct inbox_filter {
    bool is_own;
    enum inbox_state state;
    enum inbox_wanted urgent;
    enum inbox_wanted training;
    bool by_unit;     /* requests to us only */
    struct span unit; /* empty: given to no unit */
    struct span partner;
    struct span agreement;
    int64_t now_ms;
    int64_t soon_fraction; /* of a limit: so much of it is soon */
    int64_t soon_most_ms;  /* that of the longest limit */
};

/* Of one page, at most so many requests are looked at: what a filter costs when it finds nothing. */
#define INBOX_WALK_MAX 1000
/* Logs of one partner, ended ones among them. */
#define INBOX_LOG_MAX 64

/* The requests that the filter lets through, in the same order, behind `after` or from the first when it is NULL. *ends:
 * there may be more behind *place although the page is not full. */
bool inbox_find(struct database *db, struct arena *arena, const struct inbox_filter *filter,
                const struct inbox_place *after, struct inbox_row *out, size_t limit, size_t *count,
                bool *ends, struct inbox_place *place, struct error *err);

/* What stands in the queue; of each at most `most` is counted. */
struct inbox_counts {
    int64_t open;
    int64_t overdue;
    int64_t authorisation;
    int64_t soon;
    int64_t urgent;
    int64_t unassigned; /* of requests to us; else 0 */
};
#define INBOX_COUNT_MOST 1000
/* Of the filter it takes whose requests, and what is soon. */
bool inbox_count(struct database *db, const struct inbox_filter *filter, struct inbox_counts *out,
                 struct error *err);

/* For the test of their plans: the statements of pages, of where they end, and of counts; "" one that is not there, NULL
 * behind the last. */
const char *inbox_sql(size_t at);

#endif
