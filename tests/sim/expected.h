/*
 * What must come: the faults, crash sites, refusals and outcomes that a long run has to meet, and those that a run of one
 * event alone has to. A simulator that no longer reaches a case must say so.
 */
#ifndef BESA_TESTS_SIM_EXPECTED_H
#define BESA_TESTS_SIM_EXPECTED_H

#include "sim/world.h"

#define EXPECTED_FULL_RUN  1000u /* histories in which all of it comes */
#define EXPECTED_EVENT_RUN 15u   /* of one event: in which the least of what belongs to it comes */

/* For tally_is_full: all, with what hostile histories add. */
void expected_all(bool is_hostile);
/* What belongs to one event; false when nothing does. */
bool expected_of(enum event_kind event);

#endif
