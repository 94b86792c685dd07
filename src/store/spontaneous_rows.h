/*
 * What was given unasked, in either direction: a derived row for each such message, and the desk's lists of them.
 */
#ifndef BESA_STORE_SPONTANEOUS_ROWS_H
#define BESA_STORE_SPONTANEOUS_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

struct spontaneous_row {
    int64_t entry;
    int64_t log;
    struct span message_id;
    bool is_own;
    struct span reference;
    int64_t provision; /* enum provision */
    bool is_training;
    struct span language;
    int64_t items;
    int64_t attachments;
    int64_t purpose; /* enum purpose */
};
/* By apply alone. Texts are copied. */
bool spontaneous_insert(struct database *db, const struct spontaneous_row *row, struct error *err);
/* MISSING when the entry is none, or was erased. Texts in the arena. */
bool spontaneous_find(struct database *db, struct arena *arena, int64_t entry,
                      struct spontaneous_row *out, struct error *err);

/* One line of a list. */
struct spontaneous_line {
    struct spontaneous_row given;
    struct span agreement;
    struct span partner;
    int64_t index; /* in its log, or ENTRY_WAITING */
    int64_t created_ms;
    int64_t received_s; /* 0: not in custody yet */
    int64_t notices;
    int64_t result; /* the partner's outcome of ours, -1 when none came yet */
};
/* Given to us (is_own false) or by us, the newest first: older than entry `before`, or from the newest when it is 0. At most
 * `limit` rows, read from the index. */
bool spontaneous_list(struct database *db, struct arena *arena, bool is_own, int64_t before,
                      struct spontaneous_line *out, size_t limit, size_t *count, struct error *err);
/* Given to us and in no case yet, the newest first, at most `limit` rows. */
bool spontaneous_list_new(struct database *db, struct arena *arena, struct spontaneous_line *out,
                          size_t limit, size_t *count, struct error *err);

#endif
