/*
 * Refused: an answer that an approver refused is not sent by its officer alone afterwards, whoever drafts it again, for
 * whatever reason and in whichever case (REQUIREMENTS g9). It is known by what it gives and to which request: a keyed digest
 * that stays of its draft.
 */
#ifndef BESA_DESK_REFUSED_H
#define BESA_DESK_REFUSED_H

#include "desk/approval.h"

/* Of a draft that was refused just now: nothing of it goes alone. Nothing to do for another act than an answer. */
bool refused_note(struct journal *journal, struct span approval, const struct approval_draft *draft,
                  struct arena *arena, struct error *err);
/* RULE when an approver refused what this draft gives. */
bool refused_check(struct journal *journal, const struct approval_draft *draft, struct arena *arena,
                   struct error *err);

#endif
