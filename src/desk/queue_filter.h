/*
 * What an officer wants to see of the queue, and what stands in it: the tiles of the desk. Private to desk.
 */
#ifndef BESA_DESK_QUEUE_FILTER_H
#define BESA_DESK_QUEUE_FILTER_H

#include "desk/desk.h"
#include "store/inbox_rows.h"

/* From the arguments state, urgent, training, partner, agreement and, of requests to us, unit or unassigned. *is_whole: none
 * is given. What is soon is as the alarms have it. INPUT with each field that is wrong; MISSING for a partner or an agreement
 * that there is not. */
bool queue_filter_read(struct journal *journal, const struct desk_call *call, bool is_own,
                       struct inbox_filter *out, bool *is_whole, struct error *err);
/* The member `counts`, of the whole queue whatever the filter. */
bool queue_counts_write(struct journal *journal, const struct inbox_filter *filter,
                        struct json_writer *out, struct error *err);

#endif
