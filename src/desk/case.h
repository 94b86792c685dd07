/*
 * Cases: what the national desk keeps of a matter, from its first request to its review, and who may see it. Private to
 * desk; who sees a case and the people in it stands in two functions, case_may_see and case_person_may_see.
 */
#ifndef BESA_DESK_CASE_H
#define BESA_DESK_CASE_H

#include "desk/case_limits.h"
#include "desk/private.h"
#include "store/case_rows.h"

act_run act_case_put, act_case_list, act_case_show, act_case_assign, act_case_close,
    act_case_reopen, act_case_erase, act_case_note, act_case_reference, act_case_person_put,
    act_case_person_remove, act_case_task, act_case_task_done, act_task_list, act_handover_give,
    act_handover_show, act_handover_take, act_handover_list;

/* An act upon one case: its row, who acts, and the call as of that case, so that the access entry names it. */
struct case_act {
    struct desk_call call;
    struct case_row row;
    struct officer_row officer;
};
/* From the argument `number`. MISSING, GONE once it is erased, RULE when it is not shown to this officer's unit. */
bool case_begin(struct journal *journal, const struct desk_call *call, struct case_act *out,
                struct error *err);
bool case_begin_of(struct journal *journal, const struct desk_call *call, struct span number,
                   struct case_act *out, struct error *err);
/* The same where it is only read: a case that is closed to this officer opens under broken glass (glass.h). */
bool case_begin_read(struct journal *journal, const struct desk_call *call, struct case_act *out,
                     struct error *err);
/* The same where something is to be changed: RULE when the case is closed. */
bool case_begin_open(struct journal *journal, const struct desk_call *call, struct case_act *out,
                     struct error *err);
/* The access entry of the act; `object` may be empty: then the case itself is the object. */
bool case_access(struct journal *journal, const struct case_act *act, const char *name,
                 struct span object, struct error *err);
/* "case-task 7", in the arena. */
struct span case_object(const char *kind, int64_t id, struct arena *arena);

/* The unit that keeps a case, or looks over those who do. */
bool case_is_keeper(const struct case_row *row, const struct officer_row *officer);
/* A task of the case, its number in *id. */
bool case_task_make(struct journal *journal, const struct case_act *act, enum case_task_kind kind,
                    struct span officer, struct span text, int64_t until_ms, int64_t *id,
                    struct error *err);
void case_task_write(const struct case_task_row *row, int64_t now_ms, struct json_writer *out);

/* A restricted case is for its unit, its officer, and those who look over them. */
bool case_may_see(const struct case_row *row, const struct officer_row *officer);
/* RULE when the message stands in restricted cases alone, or what it replies to does, and this officer sees none of them. */
bool case_item_may_open(struct journal *journal, const struct desk_call *call,
                        const struct journal_line *line, const struct officer_row *officer,
                        int64_t entry, struct error *err);
/* A list by officer is for the officer, their unit, and those who look over the units; RULE for others. `officer` may be
 * empty: a list of all. */
bool case_list_is_for(struct journal *journal, const struct desk_call *call, struct span officer,
                      const struct officer_row *viewer, struct error *err);
/* The case that a call is made for, when the officer is of it (or looks over those who are); else empty: its protected and
 * shielded people are not for whoever names the case. */
bool case_own_number(struct journal *journal, const struct desk_call *call, struct span *out,
                     struct error *err);
/* Somebody of the case who is shown to this officer; MISSING, RULE with the unit to ask. */
bool case_person_standing(struct journal *journal, const struct case_act *act, int64_t id,
                          struct case_person_row *out, struct error *err);
/* What the cross-check knows of a person: for the whole desk, or for the case's own unit. */
struct person;
bool case_person_keys_put(struct journal *journal, const struct case_act *act,
                          const struct case_person_row *row, const struct person *person,
                          struct error *err);
/* Protected people (victims, witnesses, smuggled migrants, minors, shielded ones) are for the case's own unit and those who
 * look over it; others of the desk are told which unit to ask. */
bool case_person_is_protected(const struct case_person_row *person);
bool case_person_may_see(const struct case_row *row, const struct case_person_row *person,
                         const struct officer_row *officer);
/* The same with what other cases and the own index know of the human being: protection wins (desk/protection.h). */
bool case_person_is_for(struct journal *journal, const struct case_row *row,
                        const struct case_person_row *person, const struct officer_row *officer,
                        bool *out, struct error *err);

#endif
