/*
 * Back-off: how long to wait before the next try. Anything between half of a ceiling that doubles with each failure in a row
 * and that ceiling: many nodes that lost the same line do not come back in step, and however the draws fall, a node in
 * trouble gets no more tries than the lower bound allows.
 */
#ifndef BESA_EXCHANGE_BACKOFF_H
#define BESA_EXCHANGE_BACKOFF_H

#include "base/env.h"

#define BACKOFF_MIN_MS 200
#define BACKOFF_MAX_MS 30000

/* The longest wait after so many failures in a row (at least 1): BACKOFF_MIN_MS, doubled each time, up to `max_ms`. */
int64_t backoff_ceiling_ms(unsigned failures, int64_t max_ms);
/* Between half of the ceiling and the ceiling, every millisecond as likely. */
int64_t backoff_ms(const struct env *env, unsigned failures, int64_t max_ms);
/* `wait_ms` and up to a quarter more: what a partner asked for is never cut short. */
int64_t backoff_stretch_ms(const struct env *env, int64_t wait_ms);

#endif
