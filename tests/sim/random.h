/*
 * Random: the one source of chance in the simulator, splitmix64. One seed, one history.
 */
#ifndef BESA_TESTS_SIM_RANDOM_H
#define BESA_TESTS_SIM_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

static inline uint64_t random_next(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0 to count - 1; count at least 1. */
static inline uint64_t random_below(struct random *random, uint64_t count)
{
    return random_next(random) % count;
}

/* True in `percent` of 100 cases. */
static inline bool random_chance(struct random *random, unsigned percent)
{
    return random_below(random, 100) < percent;
}

static inline void random_fill(struct random *random, uint8_t *out, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint64_t value = random_next(random);
        out[i] = (uint8_t)(value >> 56);
    }
}

#endif
