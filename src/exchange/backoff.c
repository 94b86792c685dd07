/* Back-off: see backoff.h. */
#include "exchange/backoff.h"

int64_t backoff_ceiling_ms(unsigned failures, int64_t max_ms)
{
    int64_t ceiling = BACKOFF_MIN_MS;

    for (unsigned i = 1; i < failures && ceiling < max_ms; i++)
        ceiling *= 2;
    return ceiling < max_ms ? ceiling : max_ms;
}

/* 0 to `most` (at most 10^6), the least draw giving the least; leans by less than one in 4,000. */
static int64_t random_upto(const struct env *env, int64_t most)
{
    uint32_t random = 0;

    env->random(env->context, (uint8_t *)&random, sizeof random);
    return (int64_t)(((uint64_t)random * (uint64_t)(most + 1)) >> 32);
}

int64_t backoff_ms(const struct env *env, unsigned failures, int64_t max_ms)
{
    int64_t ceiling = backoff_ceiling_ms(failures, max_ms);
    int64_t least = ceiling / 2;

    return least + random_upto(env, ceiling - least);
}

int64_t backoff_stretch_ms(const struct env *env, int64_t wait_ms)
{
    return wait_ms + random_upto(env, wait_ms / 4);
}
