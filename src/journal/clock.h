/*
 * The clock of a request in the books: the messages that move or suspend its time limit become rows with the time of their
 * custody, and agreement_clock folds them. Rows follow from heads, and from bodies that name no person and stay; so an
 * erased question goes on to have suspended what it suspended.
 */
#ifndef BESA_JOURNAL_CLOCK_H
#define BESA_JOURNAL_CLOCK_H

#include "agreement/clock.h"
#include "journal/private.h"
#include "store/clock_rows.h"

struct request_row;

/* The row of a message of these types. `parsed` NULL: its body is gone. */
bool clock_apply(struct journal *journal, const struct apply_input *input, const void *parsed,
                 struct arena *arena, struct error *err);
/* `withdrawn`: what it names was never said, at either node, even where it had come to the other before its writer knew. */
bool clock_apply_withdrawn(struct journal *journal, const struct apply_input *input,
                           struct arena *arena, struct error *err);
/* A receipt of our entries [from, to) of `log`. */
bool clock_apply_receipt(struct journal *journal, struct journal_line *line, int64_t log,
                         int64_t from, int64_t to, int64_t time_s, struct error *err);
/* What the partner did with an entry of ours. */
bool clock_apply_outcome(struct journal *journal, struct journal_line *line, int64_t entry,
                         enum outcome_kind outcome, struct error *err);
/* Folds anew what is known about a request and writes how its limit stands. Nothing before its receipt. */
bool clock_update(struct journal *journal, struct journal_line *line, int64_t request,
                  struct error *err);

/* How the limit of a request in custody since `received_s` stands, were it made under `agreement`; NULL: under the version
 * that it came under, so how it does stand. Writes nothing. */
bool clock_under(struct journal *journal, struct journal_line *line,
                 const struct request_row *request, int64_t received_s,
                 const struct agreement *agreement, struct clock *out, struct error *err);

/* How it stood for the requested party when that had seen the other's log up to `seen`: what was said behind it is left out. */
bool clock_as_seen(struct journal *journal, struct journal_line *line,
                   const struct request_row *request, uint64_t seen, struct clock *out,
                   struct error *err);

/* The request that a message of these types is about, by what it replies to; false, and nothing in *err, when it is not
 * here any more. */
bool clock_request_of(struct journal *journal, enum message_type type,
                      const struct entry_row *replied_to, int64_t *request, bool *is_there,
                      struct error *err);

#endif
