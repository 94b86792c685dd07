/*
 * Holds over access entries: an oversight officer wants the record of who looked kept beyond its time, because a dispute, an
 * inquiry or the supervisory authority needs it. Access entries say in a sealed body whom they are about, so an entry is
 * asked once, when its time is over: what a hold names stays and is noted in acts_held, all else goes as ever. When
 * the hold is over its entries are asked again: by the holds that still stand, or they go.
 */
#ifndef BESA_JOURNAL_ACT_HOLD_H
#define BESA_JOURNAL_ACT_HOLD_H

#include "journal/journal.h"
#include "store/act_hold_rows.h"

/* In effect at a time: each is compared with each access entry whose time is over. */
#define ACT_HOLD_COUNT_MAX 64u

struct act_holds {
    struct arena arena; /* of the rows; freed by the caller */
    struct act_hold_row rows[ACT_HOLD_COUNT_MAX];
    size_t count;
};
/* Those in effect at `now_ms`. Begin with zeroes; journal_act_holds_free in every case. */
bool journal_act_holds_load(struct journal *journal, int64_t now_ms, struct act_holds *out,
                            struct error *err);
void journal_act_holds_free(struct act_holds *holds);

/* Does a hold name this access entry? An object of the entry, who approved the act, and what a digest stands for instead
 * of a list count as well: rather too much is kept than what an inquiry looks for. */
//= dir-2016-680 art 25(3)
bool act_hold_names(const struct act_hold_row *hold, const struct act *act, int64_t created_ms);
/* *hold: the id of one that keeps this entry, 0: none does. An entry that no longer reads is kept by whatever names its
 * time: nobody can say that it is not about it. */
bool journal_act_hold_of(struct journal *journal, const struct act_holds *holds, int64_t entry,
                         int64_t created_ms, int64_t *hold, struct error *err);

#endif
