/*
 * Effects: what another version of the agreement would do to what this node holds and still has to send, counted from its
 * own books, before anyone signs it. Nothing is written.
 */
#ifndef BESA_JOURNAL_EFFECTS_H
#define BESA_JOURNAL_EFFECTS_H

#include "journal/journal.h"

struct agreement_effects {
    int64_t held;    /* requests, answers and what is given unasked, whose bodies are held */
    int64_t sooner;  /* of these: erased sooner than today's rules say */
    int64_t overdue; /* of these: due already, were the version in force now */
    int64_t last_overdue_ms;       /* by when the last of the overdue would have been erased */
    int64_t open;                  /* requests in custody, either way, that nobody answered */
    int64_t less_time;             /* of these: due earlier, had they been made under it */
    int64_t more_time;             /* of these: due later */
    int64_t own;                   /* own requests and answers, held and waiting */
    int64_t to_approve;            /* of these: by one officer today, by two under it */
    int64_t by_one;                /* of these: by two officers today, by one under it */
    int64_t waiting;               /* own messages that wait to be sent */
    int64_t refused[CLAUSE_COUNT]; /* of these: could no longer be sent, by clause */
};
bool journal_effects(struct journal *journal, struct journal_line *line,
                     const struct agreement *next, struct agreement_effects *out,
                     struct error *err);

#endif
