/*
 * The acts of the own index: people of the state's own cases, brought by files, searched with reason and case. Private to
 * desk; who sees whom stands in one place, own_may_see.
 */
#ifndef BESA_DESK_OWN_H
#define BESA_DESK_OWN_H

#include "desk/private.h"
#include "store/own_rows.h"

act_run act_own_import_begin, act_own_import_take, act_own_import_end, act_own_import_list,
    act_own_search, act_own_link, act_own_show, act_own_remove, act_own_due, act_own_review,
    act_own_join, act_own_part;

/*
 * Who is shown for this purpose in this case: shielded ones in their own case only; victims, witnesses, those who give
 * information, smuggled migrants and minors in their own case, or where a person is missing or in danger. Who is not shown
 * is not counted either: a number would tell.
 */
struct own_viewer own_viewer_of(struct span case_number, enum purpose purpose);
bool own_may_see(const struct own_row *row, const struct own_viewer *viewer);
/* What follows of a person's category, age and shield. */
enum own_guard own_guard_of(const struct own_row *row);

/* What the row has of the person; body and names lie in the buffers. The guard needs is_shielded, which stays. */
bool own_row_fill(struct own_row *row, const struct person *person, struct buffer *body,
                  struct buffer *names, struct error *err);
/* The person whom the call names, when this officer may see it; MISSING as if there were none. */
bool own_person_find(struct journal *journal, const struct desk_call *call, struct own_row *row,
                     struct error *err);
/* The same of the person whom the argument `name` has, and for whom it is asked. */
bool own_person_find_as(struct journal *journal, const struct desk_call *call, const char *name,
                        struct own_row *row, struct own_viewer *viewer, struct error *err);
/* The field "joins" of an object: what officers said of this person and others whom the viewer may see, undone or not; nothing
 * when that is nothing. Reason and case are for who may see that case. */
bool own_joins_write(struct journal *journal, const struct desk_call *call, int64_t person,
                     const struct own_viewer *viewer, struct json_writer *out, struct error *err);

#endif
