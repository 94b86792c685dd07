/*
 * Proofs: inclusion and consistency, RFC 6962 sections 2.1.1 and 2.1.2 (verified as RFC 9162 2.1.3 and 2.1.4 describe).
 */
#ifndef BESA_TLOG_PROOF_H
#define BESA_TLOG_PROOF_H

#include "tlog/tree.h"

#define PROOF_COUNT_MAX 64

/* The leaf stands at `index` in the tree of `size` with `root`. */
bool proof_verify_inclusion(const struct tlog_hash *leaf, uint64_t index, uint64_t size,
                            const struct tlog_hash *proof, size_t count,
                            const struct tlog_hash *root);
/* The tree of `new_size` begins with the tree of `old_size`. Every tree begins with the empty one (root: tlog_empty_root),
 * so from old size 0 there is nothing to prove and no hash is taken, as c2sp.org/tlog-witness wants it. */
bool proof_verify_consistency(uint64_t old_size, const struct tlog_hash *old_root,
                              uint64_t new_size, const struct tlog_hash *new_root,
                              const struct tlog_hash *proof, size_t count);

/* Gives the hash of the full subtree of 2^level leaves number `index`; false when it is not to be had. */
typedef bool proof_node(void *context, unsigned level, uint64_t index, struct tlog_hash *out);

/* Proofs from nodes; `proof` has room for PROOF_COUNT_MAX. False when the sizes are wrong or a node is missing. */
bool proof_make_inclusion(uint64_t index, uint64_t size, proof_node *node, void *context,
                          struct tlog_hash *proof, size_t *count);
bool proof_make_consistency(uint64_t old_size, uint64_t new_size, proof_node *node, void *context,
                            struct tlog_hash *proof, size_t *count);

/* Leaf hashes in memory as a source of nodes: pass proof_nodes_get and a pointer to this. */
struct proof_leaves {
    const struct tlog_hash *leaves;
    size_t count;
};
bool proof_nodes_get(void *leaves, unsigned level, uint64_t index, struct tlog_hash *out);

#endif
