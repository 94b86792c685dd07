/*
 * Tally: how often each kind of fault, crash site, refusal and act came, over all seeds of a run. What is expected and
 * never came makes a long run fail: a simulator that no longer reaches a case must say so.
 */
#ifndef BESA_TESTS_SIM_TALLY_H
#define BESA_TESTS_SIM_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Names of a group that must come; ended by NULL. */
void tally_expect(const char *group, const char *const *names);
void tally_add(const char *group, const char *name);
/* One value of a distribution: printed as median, least and most. */
void tally_value(const char *name, int64_t value);
void tally_print(void);
/* From one process to another, through a pipe. False when it is cut. */
bool tally_send(int to);
bool tally_receive(int from);
/* Prints what was expected and never came; true when there is nothing. */
bool tally_is_full(void);

#endif
