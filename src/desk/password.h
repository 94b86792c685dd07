/*
 * One-time passwords as they are stored: see password.c. Private to desk.
 */
#ifndef BESA_DESK_PASSWORD_H
#define BESA_DESK_PASSWORD_H

#include "base/span.h"

/* Whether a stored secret is a one-time password's. */
bool one_time_is(struct span secret);
/* Whether the password is both halves of it, in order; spaces and hyphens between letters do not count. */
bool one_time_verify(struct span secret, struct span password);

#endif
