/*
 * An agreement in plain words, clause by clause, as `besa agreement show` gives it to people and to programs.
 */
#ifndef BESA_CMD_AGREEMENT_WORDS_H
#define BESA_CMD_AGREEMENT_WORDS_H

#include "agreement/agreement.h"
#include "base/json.h"

/* What this agreement says under a clause, as one line of words. */
bool agreement_words(const struct agreement *agreement, enum clause clause, struct buffer *out);
/* {"agreement", "version", ..., "clauses": [{"clause", "title", "says"}], "notes": [...]}, without the outer braces:
 * fields of an object that the caller has begun. */
void agreement_words_write(const struct agreement *agreement, struct json_writer *out);

#endif
