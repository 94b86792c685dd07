/*
 * Rows of the DERIVED class: written by apply alone, each from exactly one entry (and its receipt), so that an erasure
 * deletes every row that names the erased entry and rebuild gives the same. `target` is the row id of the entry that a
 * row is about.
 */
#ifndef BESA_STORE_DERIVED_ROWS_H
#define BESA_STORE_DERIVED_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

struct request_row {
    int64_t entry;
    int64_t log;
    struct span message_id;
    bool is_own;
    struct span reference;
    int64_t urgency; /* 0 none, else ground + 1 */
    bool is_training;
    struct span language;
    int64_t persons;
    int64_t attachments;
    int64_t due_after_ms;
    int64_t deadline_row;
    int64_t version; /* of the agreement, that it came under */
};
struct statement;
/* Columns 0 to 12 of a statement: as request_find reads them, for statements that begin with them. *out is a request_row. */
bool request_row_read(const struct statement *s, struct arena *arena, void *out);
bool request_insert(struct database *db, const struct request_row *row, struct error *err);
bool request_find(struct database *db, struct arena *arena, int64_t entry, struct request_row *out,
                  struct error *err);
bool request_find_message(struct database *db, struct arena *arena, struct span message_id,
                          struct request_row *out, struct error *err);
/* Requests of `log` numbered in [from, to): for applying a receipt. */
bool request_list_range(struct database *db, struct arena *arena, int64_t log, int64_t from,
                        int64_t to, struct request_row *out, size_t limit, size_t *count,
                        struct error *err);
/* Its place in the queue and the start of its retention follow from its deadline and its answers. */
bool request_place(struct database *db, int64_t entry, struct error *err);
bool due_insert(struct database *db, int64_t entry, int64_t received_s, int64_t due_ms,
                struct error *err);
bool due_find(struct database *db, int64_t entry, int64_t *received_s, int64_t *due_ms,
              struct error *err);

/* Its body is erased or lost: that it answered, and when, is what stays. */
#define ANSWER_OUTCOME_GONE (-1)
struct answer_row {
    int64_t entry;
    int64_t target;
    bool is_own;
    int64_t outcome; /* or ANSWER_OUTCOME_GONE, with neither items nor grounds */
    int64_t items;
    struct span grounds;
    int64_t at_ms; /* the partner's: custody here; ours: when it was made */
    bool
        counts; /* read only; false: its receiver refused or holds it, or its writer withdrew it: the request waits */
};
bool answer_insert(struct database *db, const struct answer_row *row, struct error *err);
/* Whether an answer counts: ours by the partner's outcome, the partner's unless it withdraws it; nothing happens when it is none. */
bool answer_settle(struct database *db, int64_t entry, bool counts, struct error *err);
/* What never was said, or whose head goes too: its request may wait again. Nothing happens when it is none. */
bool answer_delete(struct database *db, int64_t entry, struct error *err);
bool answer_list(struct database *db, struct arena *arena, int64_t target, struct answer_row *out,
                 size_t limit, size_t *count, struct error *err);

#define NOTICE_KIND_ASSIGNED 4 /* the message type */
struct notice_row {
    int64_t entry;
    int64_t target;
    int64_t kind; /* message type: opened or assigned */
    struct span unit;
    int64_t at_ms;
};
bool notice_insert(struct database *db, const struct notice_row *row, struct error *err);
bool notice_list(struct database *db, struct arena *arena, int64_t target, struct notice_row *out,
                 size_t limit, size_t *count, struct error *err);

/* The partner's outcome of one of our entries. */
struct result_row {
    int64_t entry;
    int64_t target;
    int64_t outcome;
    struct span ground;
};
bool result_insert(struct database *db, const struct result_row *row, struct error *err);
bool result_find(struct database *db, struct arena *arena, int64_t target, struct result_row *out,
                 struct error *err);

bool parts_held_insert(struct database *db, int64_t entry, int64_t target, int64_t number,
                       struct error *err);
bool parts_held_count(struct database *db, int64_t target, int64_t *count, struct error *err);
bool erasure_insert(struct database *db, int64_t entry, int64_t target, int64_t number,
                    bool is_lost, struct error *err);
/* The entry that was erased goes back to its officer unsent: it stands in no log, and its erasure is about nothing. */
bool erasure_return(struct database *db, int64_t target, struct error *err);
bool erasure_count(struct database *db, int64_t target, int64_t *count, struct error *err);
bool dispute_insert(struct database *db, int64_t entry, int64_t size, int64_t time_s,
                    struct error *err);
bool dispute_count(struct database *db, int64_t *count, struct error *err);
/* Of one writer's log: how many, and when the newest was written; 0 and 0 when there is none. */
bool dispute_sum(struct database *db, int64_t log, int64_t *count, int64_t *newest_ms,
                 struct error *err);

/* Deletes every derived row that names the entry (erasures stay: they are the fact); of an answer it stays that there was one. */
bool derived_erase(struct database *db, int64_t entry, struct error *err);
/* Deletes the rows that name one part. */
bool derived_erase_part(struct database *db, int64_t entry, int64_t number, struct error *err);

/* A log of a party that ended, as told by the log that follows it or, for a domestic one, in an outgoing log. */
struct succession_row {
    int64_t entry;
    struct span log; /* origin of the successor */
    struct span before;
    int64_t size;
    struct span root;
    int64_t reason;
    struct span keys;
    int64_t custody;
    int64_t made_ms;
};
bool succession_insert(struct database *db, const struct succession_row *row, struct error *err);
/* The newest that names this successor; MISSING. */
bool succession_find(struct database *db, struct arena *arena, struct span log,
                     struct succession_row *out, struct error *err);

#endif
