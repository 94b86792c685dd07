/*
 * What one officer sent alone in an emergency (REQUIREMENTS g9), in the books: the agreement is asked with what both nodes have
 * about the request that is answered, never with what the answer says of it. How much went so before stands in a row for each
 * answer, from its head and its ruling: it outlives the body, so that an erasure, or a recall, makes no room for more.
 */
#ifndef BESA_JOURNAL_ALONE_H
#define BESA_JOURNAL_ALONE_H

#include "agreement/permit.h"
#include "journal/journal.h"

/* The request that an answer is about, for agreement_permit. `request`: its entry. `is_own`: the answer is ours. `seen`: what the answer's writer had seen of
 * the log of the requesting party; UINT64_MAX: all that these books have. */
bool alone_question_fill(struct journal *journal, struct journal_line *line, int64_t request,
                         bool is_own, uint64_t seen, struct permit_question *question,
                         struct error *err);

/* The row of an answer that one officer sent alone; nothing for any other, nor when its request is gone. */
struct apply_input;
bool alone_apply(struct journal *journal, const struct apply_input *input, struct arena *arena,
                 struct error *err);

#endif
