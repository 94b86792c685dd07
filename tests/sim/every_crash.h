/*
 * Every crash: power is lost at each I/O call of a few short histories in turn, at either node, and every promise must hold
 * all the same. The histories have no other faults; each node is restarted once, so that closing and opening are among the
 * calls.
 */
#ifndef BESA_TESTS_SIM_EVERY_CRASH_H
#define BESA_TESTS_SIM_EVERY_CRASH_H

#include "sim/runs.h"

/* Plays the histories once each, to count their calls, then once for each `stride`-th call. Prints how many; false at the
 * first broken promise, which is named with the command that repeats it. */
bool every_crash_play(struct run_options *options, uint64_t stride);
/* One of them, by the name that was printed: "messages:al:123". False when there is no such. */
bool every_crash_find(const char *name, struct run_options *out);

#endif
