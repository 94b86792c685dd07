/*
 * What a partner could send: posts made by hand under the partner's own keys, then bent.
 */
#ifndef BESA_TESTS_HOSTILE_H
#define BESA_TESTS_HOSTILE_H

#include "journal/support/pair.h"

/* The next post of `from` as it would go out. */
bool hostile_post(struct pair_node *from, struct buffer *out, struct error *err);
/* Offers bytes to `to` as a post of the other side, in its writer; the refusal that it gave. */
enum post_refusal hostile_offer(struct pair_node *to, struct span wire, struct accepted *out,
                                struct error *err);

#endif
