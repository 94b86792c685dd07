/* Proofs: see proof.h. */
#include "tlog/proof.h"

bool proof_verify_inclusion(const struct tlog_hash *leaf, uint64_t index, uint64_t size,
                            const struct tlog_hash *proof, size_t count,
                            const struct tlog_hash *root)
{
    if (index >= size)
        return false;
    uint64_t node = index;
    uint64_t last = size - 1;
    struct tlog_hash hash = *leaf;

    for (size_t i = 0; i < count; i++) {
        if (last == 0)
            return false;
        if ((node & 1) != 0 || node == last) {
            tlog_node_hash(&proof[i], &hash, &hash);
            while ((node & 1) == 0 && node != 0) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            tlog_node_hash(&hash, &proof[i], &hash);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 && tlog_hash_is_equal(&hash, root);
}

bool proof_verify_consistency(uint64_t old_size, const struct tlog_hash *old_root,
                              uint64_t new_size, const struct tlog_hash *new_root,
                              const struct tlog_hash *proof, size_t count)
{
    if (old_size > new_size)
        return false;
    if (old_size == new_size)
        return count == 0 && tlog_hash_is_equal(old_root, new_root);
    if (old_size == 0) {
        struct tlog_hash empty;
        tlog_empty_root(&empty);
        return count == 0 && tlog_hash_is_equal(old_root, &empty);
    }
    if (count == 0)
        return false;

    uint64_t node = old_size - 1;
    uint64_t last = new_size - 1;
    while ((node & 1) != 0) {
        node >>= 1;
        last >>= 1;
    }
    /* When the old tree is one full subtree its root is the start and is not sent. */
    size_t at = node == 0 ? 0 : 1;
    struct tlog_hash old_hash = node == 0 ? *old_root : proof[0];
    struct tlog_hash new_hash = old_hash;
    for (; at < count; at++) {
        if (last == 0)
            return false;
        if ((node & 1) != 0 || node == last) {
            tlog_node_hash(&proof[at], &old_hash, &old_hash);
            tlog_node_hash(&proof[at], &new_hash, &new_hash);
            while ((node & 1) == 0 && node != 0) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            tlog_node_hash(&new_hash, &proof[at], &new_hash);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 && tlog_hash_is_equal(&old_hash, old_root) &&
           tlog_hash_is_equal(&new_hash, new_root);
}

/* --- making --- */

struct maker {
    proof_node *node;
    void *context;
    struct tlog_hash *proof;
    size_t count;
};

/* Hash of leaves [from, to): the full subtrees that cover it, folded from the right. `from` is a multiple of the largest
 * of them, as it is for every right-hand side of an RFC 6962 tree. */
static bool range_hash(struct maker *maker, uint64_t from, uint64_t to, struct tlog_hash *out)
{
    struct tlog_hash parts[64];
    size_t count = 0;

    while (from < to) {
        uint64_t left = to - from;
        unsigned level = 63u - (unsigned)__builtin_clzll(left);
        if (!maker->node(maker->context, level, from >> level, &parts[count]))
            return false;
        count++;
        from += UINT64_C(1) << level;
    }
    if (count == 0)
        return false;
    *out = parts[count - 1];
    for (size_t i = count - 1; i > 0; i--)
        tlog_node_hash(&parts[i - 1], out, out);
    return true;
}

static bool proof_add(struct maker *maker, uint64_t from, uint64_t to)
{
    return maker->count < PROOF_COUNT_MAX &&
           range_hash(maker, from, to, &maker->proof[maker->count++]);
}

/* The largest power of two smaller than `size` (at least 2). */
static uint64_t split_of(uint64_t size)
{
    return UINT64_C(1) << (63u - (unsigned)__builtin_clzll(size - 1));
}

/* The proof is made from the root down and sent from the leaf up. */
static void proof_reverse(struct maker *maker)
{
    for (size_t i = 0; i < maker->count / 2; i++) {
        struct tlog_hash hash = maker->proof[i];
        maker->proof[i] = maker->proof[maker->count - 1 - i];
        maker->proof[maker->count - 1 - i] = hash;
    }
}

bool proof_make_inclusion(uint64_t index, uint64_t size, proof_node *node, void *context,
                          struct tlog_hash *proof, size_t *count)
{
    struct maker maker = {.node = node, .context = context, .proof = proof};
    uint64_t from = 0;
    uint64_t to = size;

    if (index >= size)
        return false;
    while (to - from > 1) {
        uint64_t middle = from + split_of(to - from);
        bool is_left = index < middle;
        if (!(is_left ? proof_add(&maker, middle, to) : proof_add(&maker, from, middle)))
            return false;
        if (is_left)
            to = middle;
        else
            from = middle;
    }
    proof_reverse(&maker);
    *count = maker.count;
    return true;
}

bool proof_make_consistency(uint64_t old_size, uint64_t new_size, proof_node *node, void *context,
                            struct tlog_hash *proof, size_t *count)
{
    struct maker maker = {.node = node, .context = context, .proof = proof};
    uint64_t from = 0;
    uint64_t to = new_size;

    *count = 0;
    if (old_size > new_size)
        return false;
    if (old_size == 0 || old_size == new_size)
        return true;
    /* Down to the subtree whose end is the old tree's end. */
    while (to != old_size) {
        uint64_t middle = from + split_of(to - from);
        bool is_left = old_size <= middle;
        if (!(is_left ? proof_add(&maker, middle, to) : proof_add(&maker, from, middle)))
            return false;
        if (is_left)
            to = middle;
        else
            from = middle;
    }
    if (from != 0 && !proof_add(&maker, from, to))
        return false;
    proof_reverse(&maker);
    *count = maker.count;
    return true;
}

bool proof_nodes_get(void *context, unsigned level, uint64_t index, struct tlog_hash *out)
{
    const struct proof_leaves *source = context;
    struct compact_range range = compact_range_empty();

    if (level >= 64 || index >= (uint64_t)source->count >> level)
        return false;
    uint64_t from = index << level;
    uint64_t size = UINT64_C(1) << level;
    for (uint64_t i = 0; i < size; i++)
        compact_range_append(&range, &source->leaves[from + i]);
    compact_range_root(&range, out);
    return true;
}
