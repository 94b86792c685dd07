/*
 * Attachments in the books: which are wanted from a partner, which came whole, and the segments that we give. Bytes are
 * attachment.h's; the line is the exchange's.
 */
#ifndef BESA_JOURNAL_PARTS_H
#define BESA_JOURNAL_PARTS_H

#include "journal/attachment.h"
#include "journal/journal.h"

/* One attachment that a handled message named and that is not here yet. */
struct journal_wanted {
    int64_t entry;
    uint16_t number;
    uint64_t index; /* position of its entry in the partner's logs */
    int64_t size;
    uint8_t sha256[DIGEST_SIZE];
    struct buffer segments; /* hashes that the body names; made and freed by the caller */
    uint8_t id[ATTACHMENT_ID_SIZE];
    uint8_t wrapped[KEEPER_WRAPPED_SIZE];
};
/* The oldest; it gets its file and key now. MISSING when none is wanted, or the agreement is suspended. In the writer, like the
 * next two. */
bool journal_wanted_next(struct journal *journal, struct journal_line *line,
                         struct journal_wanted *out, struct error *err);
/* The next one behind part `number` of `entry`, so that one that cannot be had now does not hold up the others; the oldest
 * again when there is none behind. */
bool journal_wanted_after(struct journal *journal, struct journal_line *line, int64_t entry,
                          uint16_t number, struct journal_wanted *out, struct error *err);
/* It is whole and its file finished: the partner is told by `parts_held`. */
bool journal_wanted_held(struct journal *journal, struct journal_line *line,
                         const struct journal_wanted *wanted, struct error *err);
/* It is not the file that the message named: never asked for again. */
bool journal_wanted_lost(struct journal *journal, struct journal_line *line,
                         const struct journal_wanted *wanted, struct error *err);

/* Segment of an attachment of our own entry at this position, for its partner; in `arena`. MISSING when it is not held, CONFLICT
 * while the agreement is suspended. */
bool journal_segment(struct journal *journal, struct journal_line *line, uint64_t position,
                     uint16_t part, uint64_t segment, struct arena *arena, struct span *out,
                     struct error *err);

#endif
