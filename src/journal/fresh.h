/*
 * Fresh receipts: a keeper whose record was lost and made anew (`besa keeper recover`) signs nothing for a log before its
 * partner's keeper said how much it holds of it. The node carries the keeper's number out and the word in, and gives the
 * keeper the leaves from the books; the keepers alone decide. All functions run in the writer.
 */
#ifndef BESA_JOURNAL_FRESH_H
#define BESA_JOURNAL_FRESH_H

#include "journal/fresh_form.h"
#include "journal/journal.h"
#include "keeper/fresh.h"

/* The question for this partner; MISSING when the keeper waits for none of its words. */
bool journal_fresh_question(struct journal *journal, struct journal_line *line, struct buffer *out,
                            struct error *err);
/* The partner's side. BUSY or CONFLICT while its own books or keeper do not know better. */
bool journal_fresh_answer(struct journal *journal, struct journal_line *line, struct span question,
                          struct buffer *out, struct error *err);
/* The partner's answer. Each word is taken alone; false with the last reason when one was not. */
bool journal_fresh_take(struct journal *journal, struct journal_line *line, struct span answer,
                        struct error *err);

/* The logs of these books that a keeper must know, and who may say where they stand. Memory in `arena`. */
#define LOST_LOG_COUNT_MAX (1u + 3u * PARTNER_COUNT_MAX)
bool journal_keeper_logs(struct journal *journal, struct arena *arena, struct keeper_lost_log *out,
                         size_t *count, struct error *err);

#endif
