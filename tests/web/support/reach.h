/*
 * Reach: what an allowed role's request must come to on books that hold one agreement and nothing else. Not being refused by
 * role is not enough: the request reaches its act, so every other answer is written down here with its reason.
 */
#ifndef BESA_TESTS_WEB_REACH_H
#define BESA_TESTS_WEB_REACH_H

#include "web/web.h"

/* The path with {id} and {n} filled in: the agreement and the partner that are there, else something that is not. */
void reach_path(const struct web_route *route, char *out, size_t size);
/* Whether the table that was written by hand (tests/data/roles) lets this role. */
bool reach_may(const struct web_route *route, size_t role);
/* Whether an allowed role's request reached what it asked for. */
bool reach_is_sound(const struct web_route *route, unsigned status, const char *answer);
/* The same where there is no agreement yet and no node runs. */
bool reach_is_sound_alone(const struct web_route *route, unsigned status, const char *answer);

#endif
