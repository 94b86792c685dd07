/*
 * What a message says of an earlier one of its own writer: a further answer names the one that it adds to, a request that
 * asks again the one that was answered. Sender and receiver look with the same function, so they cannot disagree.
 */
#ifndef BESA_JOURNAL_EARLIER_H
#define BESA_JOURNAL_EARLIER_H

#include "journal/journal.h"
#include "store/log_rows.h"

/* Who names what. */
struct earlier_question {
    bool is_own;            /* the writer is this node */
    int64_t before;         /* the entry that names; INT64_MAX: it is not appended yet */
    const uint8_t *id;      /* UUID_SIZE bytes */
    enum message_type type; /* what it must be */
    const uint8_t *about;   /* id of what it must be in reply to; NULL: whatever that is */
};
/* *is_so: there is such a message. *out: its entry, then; in the arena. */
bool earlier_find(struct journal *journal, struct journal_line *line,
                  const struct earlier_question *question, struct arena *arena,
                  struct entry_row *out, bool *is_so, struct error *err);

#endif
