/*
 * Duty: the night (REQUIREMENTS g9). Who is on call to approve what others draft; and what one officer sends alone in an
 * emergency when nobody approved in time, which somebody else reviews within hours: an alarm until then.
 */
#ifndef BESA_DESK_DUTY_H
#define BESA_DESK_DUTY_H

#include "desk/desk.h"
#include "store/duty_rows.h"

#define ON_CALL_COUNT_MAX     64u /* turns to come: two months of nights */
#define ON_CALL_TURN_MS       (INT64_C(7) * 24 * 3600 * 1000) /* the longest one */
#define ON_CALL_AHEAD_MS      (INT64_C(92) * 24 * 3600 * 1000)
#define ON_CALL_TELEPHONE_MAX 40u
#define EMERGENCY_KEEP_MS     (INT64_C(1096) * 24 * 3600 * 1000) /* as access entries are */
#define EXCHANGE_KEEP_MS      (INT64_C(3653) * 24 * 3600 * 1000) /* as heads are */
#define ON_CALL_KEEP_MS       (INT64_C(90) * 24 * 3600 * 1000)

extern const char *const glass_review_names[3]; /* enum glass_review (store/glass_rows.h) */
extern const char *const emergency_review_names[EMERGENCY_REVIEW_COUNT];

/* Those on call now but for `drafter`; at most ON_CALL_COUNT_MAX, in the arena. */
bool on_call_now(struct journal *journal, struct arena *arena, struct span drafter,
                 struct on_call_row **out, size_t *count, struct error *err);
/* "on_call": who can approve now, with their telephones, into an open object. */
bool on_call_write(struct journal *journal, struct arena *arena, struct span drafter,
                   struct json_writer *out, struct error *err);

/* The answer that was just appended was sent by this call's officer alone: reviewed from now on. */
bool emergency_keep(struct journal *journal, const struct journal_line *line,
                    const struct desk_call *call, int64_t entry, int64_t ground, struct error *err);

/* Background, in the writer: turns that ended, emergencies that were reviewed and requests that were counted long ago are
 * forgotten. */
bool duty_expire(struct journal *journal, struct error *err);

#endif
