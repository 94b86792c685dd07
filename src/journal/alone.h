/*
 * What one officer sent alone in an emergency (REQUIREMENTS g9), in the books: the agreement is asked with what both nodes have
 * about the request that is answered, never with what the answer says of it.
 */
#ifndef BESA_JOURNAL_ALONE_H
#define BESA_JOURNAL_ALONE_H

#include "agreement/permit.h"
#include "journal/journal.h"

/* The request that an answer is about, for agreement_permit. `request`: its entry. `seen`: what the answer's writer had seen of
 * the log of the requesting party; UINT64_MAX: all that these books have. */
bool alone_question_fill(struct journal *journal, struct journal_line *line, int64_t request,
                         uint64_t seen, struct permit_question *question, struct error *err);

#endif
