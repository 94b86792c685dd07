/*
 * What a hand-over is about: cases and tasks by their numbers. Only what its list named, and is still open with whoever
 * gave it, passes over; what came to the giver since then stays with them and is shown. Private to desk.
 */
#ifndef BESA_DESK_HANDOVER_MATTERS_H
#define BESA_DESK_HANDOVER_MATTERS_H

#include "desk/case.h"

#define HANDOVER_MATTER_MAX 200u /* of each kind; who has more hands over in words */

struct handover_matters {
    struct span *cases; /* room for HANDOVER_MATTER_MAX + 1 */
    size_t case_count;
    int64_t *tasks; /* the same */
    size_t task_count;
};

/* Open cases and tasks of an officer, in the arena; a count of one more than HANDOVER_MATTER_MAX says that there are more. */
bool handover_open(struct journal *journal, struct span officer, struct arena *arena,
                   struct handover_matters *out, struct error *err);
/* The fields "cases" and "tasks". */
void handover_matters_write(const struct handover_matters *matters, struct json_writer *out);

/* A case that went to another unit with its officer. */
struct handover_moved {
    struct span number;
    struct span from;
};

/* What of the list stands, and what came since, for one reader: what is in cases that they may not see is left out of
 * `meanwhile`. */
struct handover_standing {
    struct handover_matters passes; /* still open with the giver */
    struct handover_matters stayed; /* no longer; or a task in a case that the taker does not see */
    struct handover_matters meanwhile; /* open with the giver, and not on the list */
    struct handover_moved *moved;      /* by handover_pass */
    size_t moved_count;
};
bool handover_stand(struct journal *journal, const struct handover_row *row,
                    const struct officer_row *reader, struct arena *arena,
                    struct handover_standing *out, struct error *err);
/* Passes `passes` over to the taker, cases into the taker's unit; tasks in cases that the taker does not see then go to `stayed`. */
bool handover_pass(struct journal *journal, const struct handover_row *row,
                   const struct officer_row *taker, struct arena *arena,
                   struct handover_standing *standing, struct error *err);
/* True with *is_named when the list names this case. */
bool handover_names(const struct handover_row *row, struct span number, struct arena *arena,
                    bool *is_named, struct error *err);
/* The notes of hand-overs whose list names this case. */
bool handover_notes_forget(struct journal *journal, struct span number, struct error *err);

#endif
