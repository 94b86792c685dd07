/*
 * Rows of copies to the own Single Point of Contact: which of our messages went to it, from which unit, or by which exemption
 * it did not. Local; nothing of a message is in them but which one it is.
 */
#ifndef BESA_STORE_COPY_ROWS_H
#define BESA_STORE_COPY_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

struct copy_row {
    int64_t entry;
    struct span unit;  /* of the officer who sent it */
    int64_t exemption; /* 0: none, it is a copy */
};
bool copy_insert(struct database *db, const struct copy_row *row, struct error *err);
/* MISSING when the entry is none of a designated authority. */
bool copy_find(struct database *db, struct arena *arena, int64_t entry, struct copy_row *out,
               struct error *err);

/* With what a list shows of its entry. */
struct copy_line {
    struct copy_row copy;
    int64_t log;
    struct span message_id;
    int64_t type; /* of the message */
    int64_t created_ms;
};
/* Newest first, those below `before`; 0: from the newest. Of one unit, or of all where `unit` is NULL. */
bool copy_list(struct database *db, struct arena *arena, const struct span *unit, int64_t before,
               struct copy_line *out, size_t limit, size_t *count, struct error *err);

#endif
