/*
 * In force: which version of a line's agreement an entry is judged under. It is a matter of position, never of time: the
 * newest whose second signature lies before the entry in its own log, or below its `seen` in the other (docs/protocol.md 4a).
 * Both nodes hold both logs, so both find the same. Private to journal.
 */
#ifndef BESA_JOURNAL_IN_FORCE_H
#define BESA_JOURNAL_IN_FORCE_H

#include "journal/journal.h"

#define VERSION_COUNT_MAX                                                                          \
    256u /* newest ones whose places are remembered; older entries fall to the oldest of them */
#define VERSION_SLOT_COUNT 4u /* documents held parsed at once, whatever their number */

/* Places behind all that is numbered: of a signature that waits, and of an entry that is being appended. */
#define VERSION_WAITING   (UINT64_MAX - 1)
#define VERSION_APPENDING UINT64_MAX

/* Where a version's second signature stands. */
struct line_version {
    int64_t number;
    int64_t entry; /* row id of the signature; 0: imported, it rules from the first entry on */
    bool is_own;   /* in our outgoing log; else in the partner's */
    uint64_t position;
};

/* A line's versions; made with the line. */
struct line_versions;
bool versions_make(struct journal_line *line, struct error *err);
void versions_free(struct journal_line *line);
/* At open, and after a new line: from the database. line->agreement is the newest. */
bool versions_load(struct journal *journal, struct journal_line *line, struct error *err);

/* Position of an entry in its writer's logs; VERSION_WAITING while it has no number. */
uint64_t version_position(const struct journal_line *line, int64_t log, int64_t index);
/* Number of the version that rules an entry of the log of the node (`is_own`) or of its partner, at this position, whose
 * writer had seen so much of the other log. */
int64_t version_at(const struct journal_line *line, bool is_own, uint64_t position, uint64_t seen);
/* Its document. The pointer holds until the next call of a function of this file. */
bool version_agreement(struct journal *journal, struct journal_line *line, int64_t number,
                       const struct agreement **out, struct error *err);

/* The entry with the second signature stands: the version is in force from it on. Writes the row. */
bool version_adopt(struct journal *journal, struct journal_line *line, struct span cms,
                   const uint8_t fingerprint[DIGEST_SIZE], const struct line_version *version,
                   struct error *err);
/* Our waiting entry got its number. */
void version_numbered(struct journal_line *line, int64_t entry, uint64_t position);
/* Our `seen`: custody of the partner's log, but never beyond a signature of the partner that is not handled yet, since we
 * do not know its version. */
bool version_seen(struct journal *journal, struct journal_line *line, uint64_t *seen,
                  struct error *err);

/* While a transaction adopts several versions: the document of this one stays held, so that it can be gone back to. 0: none. */
void versions_pin(struct journal_line *line, int64_t number);
/* How many there are, and back to so many when a transaction was undone. */
size_t versions_count(const struct journal_line *line);
void versions_restore(struct journal_line *line, size_t count);

#endif
