/*
 * First contact: both sides show the newest checkpoint and cosignature that they hold of each log (docs/protocol.md 3.1). Only a
 * checkpoint that carries our own valid signature can stop a log of ours; a bare size proves nothing.
 */
#ifndef BESA_JOURNAL_CONTACT_H
#define BESA_JOURNAL_CONTACT_H

#include "journal/journal.h"

#define CONTACT_SIZE_MAX 16384u

/* What we show: JSON {"protocol", "protocol_oldest", "types", "software", "agreement", "version", "suspended", "held",
 * "receipt", "domestic"}. */
bool contact_show(struct journal *journal, struct journal_line *line, struct buffer *out,
                  struct error *err);
/* What the partner shows. Stops our log or our custody when it proves that they went further than our books. RULE when
 * no protocol is common (line->protocol is 0 then) or it works under another agreement version. Fields that we do not
 * know are passed over: a newer node says more. */
bool contact_seen(struct journal *journal, struct journal_line *line, struct span shown,
                  struct error *err);
/* The same, in answer to what we asked since our start: only that is news. A call of the partner may have been on its way
 * while older books were put in the place of those that it is about. */
bool contact_answered(struct journal *journal, struct journal_line *line, struct span shown,
                      struct error *err);
/* The partner can be reached, or no longer: numbering waits for it. */
void contact_set(struct journal_line *line, bool is_reachable);

#endif
