/*
 * An env whose clock stands still and whose randomness is given or counted: the operating system's for all else.
 */
#ifndef BESA_TESTS_CRYPTO_SUPPORT_FIXED_ENV_H
#define BESA_TESTS_CRYPTO_SUPPORT_FIXED_ENV_H

#include "base/env.h"

struct fixed_env {
    struct env env; /* hand &fixed.env to what is tested */
    int64_t now_ms;
    struct span random; /* given out first, then bytes of a counter */
    uint64_t counter;
};

void fixed_env_start(struct fixed_env *fixed, int64_t now_ms, struct span random);

#endif
