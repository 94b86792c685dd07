/* A fixed env: see fixed_env.h. */
#include "crypto/support/fixed_env.h"

static int64_t fixed_now_ms(void *context)
{
    return ((struct fixed_env *)context)->now_ms;
}

/* Steps of an odd constant (splitmix64): different each time, the same in each run. */
static uint8_t next_byte(struct fixed_env *fixed)
{
    fixed->counter += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t mixed = (fixed->counter ^ (fixed->counter >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);

    return (uint8_t)(mixed >> 56);
}

static void fixed_random(void *context, uint8_t *out, size_t size)
{
    struct fixed_env *fixed = context;

    for (size_t i = 0; i < size; i++) {
        if (fixed->random.size == 0) {
            out[i] = next_byte(fixed);
            continue;
        }
        out[i] = fixed->random.data[0];
        fixed->random = span_part(fixed->random, 1, fixed->random.size);
    }
}

void fixed_env_start(struct fixed_env *fixed, int64_t now_ms, struct span random)
{
    *fixed = (struct fixed_env){.env = *env_real(), .now_ms = now_ms, .random = random};
    fixed->env.context = fixed;
    fixed->env.now_ms = fixed_now_ms;
    fixed->env.random = fixed_random;
}
