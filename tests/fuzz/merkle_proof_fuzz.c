/*
 * Proofs two ways, from u64 old size, u64 new size and hashes. Made here: proofs over leaves and over tiles are the same and
 * hold, and with a changed hash they do not. From outside: no run of hashes leads from a foreign leaf or root to a real root.
 */
#include "base/cursor.h"
#include "tlog/proof.h"
#include "tlog/tile.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LEAF_COUNT 700

static void must(bool claim)
{
    if (!claim)
        abort();
}

static struct tlog_hash leaves[LEAF_COUNT];
static struct tlog_hash roots[LEAF_COUNT + 1];

static void trees_make(void)
{
    static bool is_made;
    struct compact_range range = compact_range_empty();

    if (is_made)
        return;
    is_made = true;
    compact_range_root(&range, &roots[0]);
    for (uint32_t i = 0; i < LEAF_COUNT; i++) {
        tlog_leaf_hash(span_make(&i, sizeof i), &leaves[i]);
        compact_range_append(&range, &leaves[i]);
        compact_range_root(&range, &roots[i + 1]);
    }
}

static const struct tlog_hash *fetch(void *context, const struct tile_path *path)
{
    static struct tlog_hash hashes[TILE_WIDTH];

    return tile_make(path, proof_nodes_get, context, hashes) ? hashes : NULL;
}

static void check_made(uint64_t old_size, uint64_t new_size, uint64_t flip)
{
    static struct tile_inner slots[4];
    struct proof_leaves source = {leaves, new_size};
    struct tile_nodes tiles = {new_size, fetch, &source, slots, 4};
    struct tlog_hash proof[PROOF_COUNT_MAX];
    struct tlog_hash again[PROOF_COUNT_MAX];
    size_t count = 0;
    size_t again_count = 0;

    must(proof_make_consistency(old_size, new_size, proof_nodes_get, &source, proof, &count));
    must(proof_make_consistency(old_size, new_size, tile_nodes_get, &tiles, again, &again_count));
    must(count == again_count && memcmp(proof, again, count * sizeof proof[0]) == 0);
    must(proof_verify_consistency(old_size, &roots[old_size], new_size, &roots[new_size], proof,
                                  count));
    if (count > 0) {
        proof[flip % count].bytes[flip / 256 % TLOG_HASH_SIZE] ^= 1;
        must(!proof_verify_consistency(old_size, &roots[old_size], new_size, &roots[new_size],
                                       proof, count));
    }
    if (old_size == new_size)
        return;
    const struct tlog_hash *leaf = &leaves[old_size];
    must(proof_make_inclusion(old_size, new_size, proof_nodes_get, &source, proof, &count));
    must(proof_make_inclusion(old_size, new_size, tile_nodes_get, &tiles, again, &again_count));
    must(count == again_count && memcmp(proof, again, count * sizeof proof[0]) == 0);
    must(proof_verify_inclusion(leaf, old_size, new_size, proof, count, &roots[new_size]));
    if (count > 0) {
        proof[flip % count].bytes[flip / 256 % TLOG_HASH_SIZE] ^= 1;
        must(!proof_verify_inclusion(leaf, old_size, new_size, proof, count, &roots[new_size]));
    }
}

/* Hashes from outside between real roots: SHA-256 would have to be broken for another proof than the made one to hold. */
static void check_given(uint64_t old_size, uint64_t new_size, struct span rest)
{
    struct tlog_hash proof[PROOF_COUNT_MAX];
    size_t count = rest.size / TLOG_HASH_SIZE;
    struct tlog_hash other = {{1}};

    if (count > PROOF_COUNT_MAX)
        count = PROOF_COUNT_MAX;
    if (count > 0)
        memcpy(proof, rest.data, count * TLOG_HASH_SIZE);
    must(!proof_verify_inclusion(&other, old_size, new_size, proof, count, &roots[LEAF_COUNT]));
    if (old_size != new_size)
        must(!proof_verify_consistency(old_size, &other, new_size, &roots[LEAF_COUNT], proof,
                                       count));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor cursor = cursor_make(span_make(data, size));

    trees_make();
    uint64_t a = cursor_u64(&cursor);
    uint64_t b = cursor_u64(&cursor);
    if (cursor.failed)
        return 0;
    check_given(a, b, cursor.rest);
    uint64_t new_size = b % (LEAF_COUNT + 1);
    check_made(a % (new_size + 1), new_size, a ^ b);
    return 0;
}
