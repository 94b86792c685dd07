/*
 * Cross-check: whether what a request names is held here already: in earlier requests and answers, in cases, in the own
 * index; exactly, by match keys. A reader is told what they may read: of another agreement, a restricted case or a
 * protected person they learn nothing, not even a number; whoever keeps that record is told instead which unit to ask.
 * What stands in a request finds duplicates and nothing else (docs/safeguards.md g12). Private to desk.
 */
#ifndef BESA_DESK_CROSSCHECK_H
#define BESA_DESK_CROSSCHECK_H

#include "desk/case.h"
#include "desk/crosscheck_limits.h"
#include "desk/match_key.h"
#include "desk/own_joined.h"
#include "store/own_rows.h"

act_run act_crosscheck_show, act_crosscheck_touched, act_duplicate_check;

struct crosscheck_hit {
    enum key_side side;
    int64_t object;
    uint32_t kinds; /* bits of match_key.kind */
};
struct crosscheck_hits {
    struct crosscheck_hit list[CROSSCHECK_SHOWN_MAX];
    size_t count;
    bool is_cut;
};
struct crosscheck_own {
    int64_t person;
    uint32_t kinds;
};
#define CROSSCHECK_KEEPER_MAX 8u

/* Some 40 KiB: in the arena. */
struct crosscheck {
    struct match_keys keys;      /* of the request */
    struct crosscheck_hits desk; /* of the request's own agreement, and what is the whole desk's */
    struct crosscheck_hits keeper; /* of another agreement, a restricted case, a protected person */
    struct crosscheck_own own[CROSSCHECK_OWN_MAX];
    size_t own_count;
    struct own_viewer viewer; /* whom crosscheck_own asked for */
};

/* The match keys of an entry that holds a request, or gives something; for others nothing. What is there stays. `keys` is begun. */
bool crosscheck_remember(struct match_keys *keys, const struct journal_line *line,
                         const struct entry_row *row, struct error *err);
/* The records that have one of check->keys. `self`: the request's own entry; 0: it has none yet. */
bool crosscheck_find(struct crosscheck *check, struct span agreement, int64_t self,
                     struct error *err);
/* People of the own index whom this viewer may see. */
bool crosscheck_own(struct crosscheck *check, const struct own_viewer *viewer, struct error *err);
/* Whom of the own index that viewer may be told of: who is protected in another record is shown in the own case alone. The check
 * must stay. */
struct own_seeing crosscheck_seeing(struct crosscheck *check);
/* The cases whose units keep the record; none: the head of desk does. */
bool crosscheck_keepers(struct journal *journal, const struct crosscheck_hit *hit,
                        struct arena *arena, struct case_row out[CROSSCHECK_KEEPER_MAX],
                        size_t *count, struct error *err);
/* A note for this unit, of the entry, object and time of `touch`; once for each unit. */
bool crosscheck_touch_note(struct journal *journal, const struct touch_row *touch, struct span unit,
                           struct error *err);
/* What was touched in a case is told to the unit that keeps the case now, no more to `before`: after a change of unit. */
bool crosscheck_touches_follow(struct journal *journal, struct span number, struct span before,
                               struct arena *arena, struct error *err);

#endif
