/* Back-off: see backoff.h. */
#include "exchange/backoff.h"

int64_t backoff_ceiling_ms(unsigned failures, int64_t max_ms)
{
    int64_t ceiling = BACKOFF_MIN_MS;

    for (unsigned i = 1; i < failures && ceiling < max_ms; i++)
        ceiling *= 2;
    return ceiling < max_ms ? ceiling : max_ms;
}

/* 0 to `most`; the modulus of 2^32 by at most 10^5 leans by less than one in 40,000. */
static int64_t random_upto(const struct env *env, int64_t most)
{
    uint32_t random = 0;

    env->random(env->context, (uint8_t *)&random, sizeof random);
    return (int64_t)random % (most + 1);
}

int64_t backoff_ms(const struct env *env, unsigned failures, int64_t max_ms)
{
    int64_t least = BACKOFF_MIN_MS / 2;

    return least + random_upto(env, backoff_ceiling_ms(failures, max_ms) - least);
}

int64_t backoff_stretch_ms(const struct env *env, int64_t wait_ms)
{
    return wait_ms + random_upto(env, wait_ms / 4);
}
