/*
 * Mischief on the line, by a partner that signs correctly and lies, or by whoever stands between and broke the channel: what
 * a call or an answer says is not what was meant. Nothing of it may be believed.
 */
#ifndef BESA_TESTS_SIM_MISCHIEF_H
#define BESA_TESTS_SIM_MISCHIEF_H

#include "base/buffer.h"
#include "sim/world.h"

extern const char *const mischief_names[]; /* ended by NULL */

/* Of a call on its way. */
void mischief_with_call(struct world *world, struct buffer *body);
/* Of an answer that `from`, whose call of `path` it is, is about to hear. */
void mischief_with_answer(struct world *world, size_t from, const char *path,
                          struct buffer *answer);
void mischief_end(struct world *world);

#endif
