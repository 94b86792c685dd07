/*
 * Asylum (docs/safeguards.md g3): whether a person of a case seeks or holds protection is known at home only, and nothing
 * about them or their family goes to a state that they fear. Asked before anything is sent, given as a file or passed on; the
 * refusal is the desk's alone, names the person by number and case to who keeps them and to others the unit to ask, and
 * never says what is known. No function here lists who is protected. Private to desk.
 */
#ifndef BESA_DESK_ASYLUM_H
#define BESA_DESK_ASYLUM_H

#include "desk/asylum_limits.h"
#include "desk/asylum_state.h"
#include "desk/case.h"
#include "store/asylum_rows.h"

act_run act_case_person_protection;

/* What is about to leave the desk. */
struct asylum_sending {
    struct span state; /* the party that it goes to, or who may read it; empty: any but our own */
    enum message_type type;
    struct span body;         /* JSON as it was written */
    const struct span *parts; /* small parts: items as JSON */
    size_t part_count;
    bool has_file; /* attachments: no node reads what is in them */
    const int64_t
        *near; /* entries in whose cases it stands, too, such as the request that it answers */
    size_t near_count;
    struct span
        asked_under; /* the reference that the partner gave the request which this answers; may be empty */
};
/* RULE when something in it is about somebody who fears that state; what cannot be read goes nowhere. Writes nothing but the entry that a refusal
 * leaves in the log (journal_access_refused), which names nobody. */
bool asylum_permit(struct journal *journal, const struct desk_call *call,
                   const struct asylum_sending *sending, struct error *err);

/* Whether this person, or who they are family of, is protected from any state. */
bool asylum_is_set(struct journal *journal, struct arena *arena, int64_t person, bool *is_set,
                   struct error *err);
/* Before a person is changed: the states that the record alone names, where nobody named others; none (0) when it is new. */
bool asylum_before(struct journal *journal, struct arena *arena, int64_t person,
                   struct asylum_states *out, struct error *err);
/* A person was entered or changed: smuggled migrants of whom nothing is said count as seeking it, a new spelling is one more
 * key, and a state that was feared by the record of before stays one. */
bool asylum_follow(struct journal *journal, struct arena *arena, const struct case_person_row *row,
                   const struct person *person, const struct asylum_states *before,
                   struct error *err);
/* RULE when an officer set it, or others are guarded as their family: it is lifted before the person, or (number) the case with
 * its people, goes. */
bool asylum_person_may_go(struct journal *journal, struct arena *arena, int64_t person,
                          struct error *err);
bool asylum_case_may_go(struct journal *journal, struct arena *arena, struct span number,
                        struct error *err);
/* `protection_status` and `fears` of a person who is shown, into their open object; nothing when nothing is said. */
bool asylum_write(struct journal *journal, struct arena *arena, int64_t person,
                  struct json_writer *out, struct error *err);

#endif
