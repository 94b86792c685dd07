/*
 * Breaking the glass (docs/safeguards.md g9): an officer of another unit opens one restricted case for reading on this node,
 * for an hour. Nothing else opens with it: no act but the few that read, no protected person, no item of another agreement,
 * and the partner is told nothing. Each read names it; the head of desk and the data protection officer are told at once,
 * and somebody else looks at it. Private to desk.
 */
#ifndef BESA_DESK_GLASS_H
#define BESA_DESK_GLASS_H

#include "desk/case.h"
#include "desk/duty.h"
#include "store/glass_rows.h"

#define GLASS_MS (INT64_C(3600) * 1000)
#define GLASS_AGAIN_MS                                                                             \
    (INT64_C(30) * 24 * 3600 * 1000) /* within it another one wants the head of desk */

act_run act_glass_open, act_glass_review, act_glass_list;

/* Whether this act reads, and nothing else: under broken glass it may name the case. */
bool glass_is_read(const struct desk_act *act);
/* The officer's own for this case, within its hour: *call names it from now on, and so does every entry. False without an
 * error when there is none. */
bool glass_take(struct journal *journal, struct desk_call *call, struct span case_number,
                struct error *err);
/* Under broken glass: an item of that case and agreement alone; RULE. Without one: nothing to say. */
bool glass_item_permit(struct journal *journal, const struct desk_call *call,
                       const struct journal_line *line, int64_t entry, struct error *err);
/* Whether a case's items of this line are shown under it. */
bool glass_shows_line(struct journal *journal, const struct desk_call *call,
                      const struct journal_line *line, bool *shows, struct error *err);

/* Those that nobody looked at, behind number `after` (0: from the first), to who may look; others get none. */
bool glass_alarms_list(struct journal *journal, const struct desk_call *call, int64_t after,
                       struct glass_row *out, size_t limit, size_t *count, struct error *err);
/* One of them as an alarm. */
void glass_alarm_write(const struct glass_row *row, int64_t now_ms, struct json_writer *out);
/* Background, in the writer: those whose hour is over end, and those that were reviewed long ago are forgotten. */
bool glass_expire(struct journal *journal, struct error *err);

#endif
