/*
 * Amendments between the two nodes of a pair: the documents that both institutions sign outside the nodes.
 */
#ifndef BESA_TESTS_AMEND_H
#define BESA_TESTS_AMEND_H

#include "journal/support/pair.h"

/* Takes the version in force at `node`, changes it, gives it the next number. */
typedef void amend_change(struct agreement *agreement);
/* The next version, signed by the institution of side `signer` alone. */
bool amend_sign(struct pair_node *node, size_t signer, amend_change *change, struct buffer *once,
                struct error *err);
/* The other institution's signature beside it. */
bool amend_countersign(struct pair *pair, size_t signer, struct span once, struct buffer *both,
                       struct error *err);
/* {"signed":"<base64>"} for the acts. */
bool amend_arguments(struct span cms, struct buffer *out);
/* `from` proposes; nothing is delivered yet. `once` holds what was proposed. */
bool amend_propose(struct pair_node *from, amend_change *change, struct buffer *once,
                   struct error *err);
/* The other side signs what stands in `once`. */
bool amend_accept(struct pair_node *by, struct span once, struct error *err);

/* Changes that tests use: what contacts and associates may be kept for; no more answers in whole. */
amend_change amend_nothing, amend_shorter, amend_fewer_offences, amend_no_answers;

#endif
