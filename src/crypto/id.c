/* UUID version 7: see id.h. */
#include "crypto/id.h"

void id_make(const struct env *env, uint8_t out[UUID_SIZE])
{
    uint64_t ms = (uint64_t)env->now_ms(env->context);

    env->random(env->context, out, UUID_SIZE);
    for (size_t i = 0; i < 6; i++)
        out[i] = (uint8_t)(ms >> (40 - 8 * i));
    out[6] = (uint8_t)(0x70 | (out[6] & 0x0F));
    out[8] = (uint8_t)(0x80 | (out[8] & 0x3F));
}
