/*
 * Resume (docs/protocol.md 3.5a): a node that was restored from an older backup gets back what its partner holds: its own
 * delivered entries with the partner's receipts, and the partner's entries that were in its custody with its own. Nothing
 * is taken that the signatures of both nodes do not lead to; T is never chosen anew. Own erasures are repeated before
 * anything is shown. A resumed log is not continued: it ends, and a successor begins.
 *
 * Two officers here order it, one at the partner allows it for a while; then the courier asks range by range, and a
 * restart goes on where it stopped. All functions run in the writer.
 */
#ifndef BESA_JOURNAL_RESUME_H
#define BESA_JOURNAL_RESUME_H

#include "journal/journal.h"
#include "journal/resume_form.h"

/* At contact: the partner holds so many of our entries under our signature, or our receipt for so many of its own. */
bool resume_notice(struct journal *journal, struct journal_line *line, uint64_t out_size,
                   uint64_t in_size, struct error *err);
/* The same of a log of the partner that follows our mirror: n, and entries of that log. */
bool resume_notice_later(struct journal *journal, struct journal_line *line, uint64_t in_number,
                         uint64_t in_size, struct error *err);
/* At open. */
bool resume_load(struct journal *journal, struct journal_line *line, struct error *err);

/* CONFLICT when the books are not behind. */
bool journal_resume_order(struct journal *journal, struct journal_line *line, struct error *err);
/* The partner may fetch what is its own, until then. 0 ends it. */
bool journal_resume_allow(struct journal *journal, struct journal_line *line, int64_t until_ms,
                          struct error *err);
bool journal_resume_allowed_until(struct journal *journal, struct journal_line *line,
                                  int64_t *until_ms, struct error *err);

/* The next question. MISSING when nothing is to be asked. */
bool journal_resume_question(struct journal *journal, struct journal_line *line, struct buffer *out,
                             struct error *err);
/* The partner's answer to it: verified whole, then taken. After the last range the books are put in order. LINK when the
 * answer does not hold: nothing was changed. */
bool journal_resume_take(struct journal *journal, struct journal_line *line, struct span answer,
                         struct error *err);
/* The partner holds nothing beyond the question. When that was about receipts alone, the books are put in order; when it was
 * about a log of its own that another follows, that one is asked for: *is_so is set. Else its word is no answer, and nothing
 * changes. */
bool journal_resume_nothing(struct journal *journal, struct journal_line *line, bool *is_so,
                            struct error *err);
/* The partner's side. RULE when no officer allowed it, MISSING when nothing lies beyond. */
bool journal_resume_answer(struct journal *journal, struct journal_line *line, struct span question,
                           struct buffer *out, struct error *err);

/* Older than what the partner holds: nothing of this line is shown until it is resumed. */
bool journal_is_behind(const struct journal_line *line);

#endif
