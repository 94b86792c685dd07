/*
 * A crowd of hostile clients before a desk, in a process of its own and of low priority, as if it were elsewhere: slow, huge,
 * malformed, smuggling and unauthenticated requests, guessed passwords, answers that nobody takes, and an officer whose
 * client asks without end.
 */
#ifndef BESA_TESTS_WEB_CROWD_H
#define BESA_TESTS_WEB_CROWD_H

#include <stdbool.h>
#include <stdint.h>

/* Before any thread. */
bool crowd_begin(void);
void crowd_end(void);
/* Whom it attacks; `cookie`: of the officer whose client asks without end. */
void crowd_aim(uint16_t port, const char *cookie);
/* Lets it loose, or calls it off; returns when that is so. */
void crowd_let(bool is_loose);
unsigned crowd_attempts(void);
/* Requests that must not be answered with success, and were. */
unsigned crowd_wins(void);

#endif
