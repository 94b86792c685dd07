/*
 * Rows of cases: the case itself, the items and people in it, and what officers keep of it: notes, tasks, references to
 * other channels; and hand-overs between shifts. LOCAL: nothing of it leaves the node.
 */
#ifndef BESA_STORE_CASE_ROWS_H
#define BESA_STORE_CASE_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

struct case_row {
    struct span number;
    struct span title;
    struct span unit;      /* the lead unit; empty in cases that are older than units */
    struct span authority; /* the lead authority, as a request names it; may be empty */
    struct span officer;   /* to whom it is assigned; may be empty */
    uint64_t offences;     /* OFFENCE_BIT */
    bool is_restricted;    /* shown to its unit, its officer and those who look over them alone */
    bool is_closed;
    int64_t opened_ms;
    int64_t closed_ms; /* 0: never */
    int64_t review_ms; /* when it must be looked at again; 0 while it is open */
    int64_t erased_ms; /* 0: not; then only the number is left */
    int64_t
        due_ms; /* nearest of open tasks and of requests without an answer; 0: none. case_list alone */
};

/* Inserts, or replaces all but opened_ms. */
bool case_write(struct database *db, const struct case_row *row, struct error *err);
/* The same with a title alone: what a case was before it had more. Keeps what is there. */
bool case_put(struct database *db, struct span number, struct span title, int64_t opened_ms,
              struct error *err);
/* MISSING when there is no such case. */
bool case_find(struct database *db, struct span number, struct error *err);
bool case_read(struct database *db, struct arena *arena, struct span number, struct case_row *out,
               struct error *err);

enum case_state { CASE_STATE_ANY, CASE_STATE_OPEN, CASE_STATE_CLOSED, CASE_STATE_COUNT };
struct case_filter {
    enum case_state state;
    struct span unit;    /* empty: any */
    struct span officer; /* empty: any */
};
/* By number: those behind `after`, which is empty for the first. Erased ones do not come. */
bool case_list(struct database *db, struct arena *arena, const struct case_filter *filter,
               struct span after, struct case_row *out, size_t limit, size_t *count,
               struct error *err);
/* Closed cases whose review is due by then, the longest due first. */
bool case_list_review(struct database *db, struct arena *arena, int64_t until_ms,
                      struct case_row *out, size_t limit, size_t *count, struct error *err);
/* Takes title, people, notes, tasks, references, and why people of the own index were joined and parted in it; the number stays, since access entries name it. */
bool case_erase(struct database *db, struct span number, int64_t at_ms, struct error *err);

/* The next number of this name: 1, 2, ... without a gap, since it is given in the transaction that uses it. */
bool counter_next(struct database *db, const char *name, int64_t *out, struct error *err);

/* --- items --- */

bool case_add_item(struct database *db, struct span number, int64_t entry, struct error *err);
/* True with *is_in when the entry stands in the case. */
bool case_has_item(struct database *db, struct span number, int64_t entry, bool *is_in,
                   struct error *err);

struct case_item_row {
    int64_t entry;
    int64_t log;
    struct span message_id;
    int64_t type;
    int64_t created_ms;
    int64_t body_state;
    int64_t due_ms;  /* of a request that has a receipt; 0: none */
    bool is_request; /* and then: */
    bool is_answered;
    struct span reference; /* the request's; empty for what is none */
};
/* The newest first. */
bool case_item_list(struct database *db, struct arena *arena, struct span number,
                    struct case_item_row *out, size_t limit, size_t *count, struct error *err);
/* Requests to us in the case that have no answer. */
bool case_count_unanswered(struct database *db, struct span number, int64_t *count,
                           struct error *err);
/* The cases in which the entry stands, by number. */
bool case_list_of_item(struct database *db, struct arena *arena, int64_t entry,
                       struct case_row *out, size_t limit, size_t *count, struct error *err);

/* --- people --- */

struct case_person_row {
    int64_t id;
    struct span number;
    int64_t category; /* enum person_category: of this case, not of the human being */
    bool is_minor;
    bool is_shielded; /* docs/safeguards.md g3, g6: shown in this case alone */
    struct span body; /* JSON of a person (message/person.h) */
    struct span officer;
    int64_t put_ms;
};
/* Inserts, or replaces who has this id in this case. */
bool case_person_put(struct database *db, const struct case_person_row *row, struct error *err);
/* MISSING when there is no such person. */
bool case_person_find(struct database *db, struct arena *arena, int64_t id,
                      struct case_person_row *out, struct error *err);
bool case_person_list(struct database *db, struct arena *arena, struct span number,
                      struct case_person_row *out, size_t limit, size_t *count, struct error *err);
bool case_person_remove(struct database *db, int64_t id, struct error *err);

/* --- notes and references --- */

struct case_note_row {
    int64_t id;
    struct span number;
    struct span officer;
    int64_t at_ms;
    int64_t channel; /* of a reference: enum case_channel; of a note 0 */
    struct span text;
};
bool case_note_put(struct database *db, const struct case_note_row *row, struct error *err);
/* The newest first. */
bool case_note_list(struct database *db, struct arena *arena, struct span number,
                    struct case_note_row *out, size_t limit, size_t *count, struct error *err);
bool case_reference_put(struct database *db, const struct case_note_row *row, struct error *err);
/* In the order in which they came. */
bool case_reference_list(struct database *db, struct arena *arena, struct span number,
                         struct case_note_row *out, size_t limit, size_t *count, struct error *err);

/* --- tasks --- */

enum case_task_kind {
    TASK_PLAIN,
    TASK_CONFIRM_IN_WRITING, /* an urgent request that came by word of mouth (docs/safeguards.md g17) */
    TASK_KIND_COUNT
};
struct case_task_row {
    int64_t id;
    struct span number;
    int64_t kind;
    struct span officer; /* who is to do it */
    struct span text;
    struct span made_by;
    int64_t made_ms;
    int64_t until_ms;
    int64_t done_ms; /* 0: open */
    struct span done_by;
};
bool case_task_put(struct database *db, const struct case_task_row *row, struct error *err);
bool case_task_find(struct database *db, struct arena *arena, int64_t id, struct case_task_row *out,
                    struct error *err);
bool case_task_done(struct database *db, int64_t id, int64_t at_ms, struct span officer,
                    struct error *err);
/* Of a case: the open ones first, by time. */
bool case_task_list(struct database *db, struct arena *arena, struct span number,
                    struct case_task_row *out, size_t limit, size_t *count, struct error *err);
/* Open tasks of one officer, or of anybody (empty), in the order of their time, behind `after_ms` and `after_id`. */
bool case_task_open(struct database *db, struct arena *arena, struct span officer, int64_t after_ms,
                    int64_t after_id, struct case_task_row *out, size_t limit, size_t *count,
                    struct error *err);
/* Open tasks of a kind whose time is over. */
bool case_task_overdue(struct database *db, enum case_task_kind kind, int64_t now_ms,
                       int64_t *count, struct error *err);

/* --- hand-overs --- */

struct handover_row {
    int64_t id;
    struct span unit;
    struct span giver;
    struct span taker;
    struct span note; /* may be empty */
    int64_t made_ms;
    int64_t taken_ms;    /* 0: not yet */
    struct span matters; /* JSON, as both have signed off on it */
};
bool handover_put(struct database *db, const struct handover_row *row, struct error *err);
bool handover_find(struct database *db, struct arena *arena, int64_t id, struct handover_row *out,
                   struct error *err);
bool handover_take(struct database *db, int64_t id, int64_t at_ms, struct error *err);
/* The newest first, those before `before` (0: from the newest on). */
bool handover_list(struct database *db, struct arena *arena, int64_t before,
                   struct handover_row *out, size_t limit, size_t *count, struct error *err);
/* With a note, made before `before_ms`: those behind (after_ms, after_id), the oldest first. */
bool handover_list_noted(struct database *db, struct arena *arena, int64_t after_ms,
                         int64_t after_id, int64_t before_ms, struct handover_row *out,
                         size_t limit, size_t *count, struct error *err);
bool handover_note_drop(struct database *db, int64_t id, struct error *err);
/* An open case, into the unit of its new officer, or an open task, goes from one officer to another; nothing happens when it is
 * not open with `from`. */
bool handover_move_case(struct database *db, struct span number, struct span from, struct span to,
                        struct span unit, struct error *err);
bool handover_move_task(struct database *db, int64_t task, struct span from, struct span to,
                        struct error *err);

#endif
