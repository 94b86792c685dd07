/*
 * The first byte is a width less one, the rest an entry bundle: what is read is written back to the same bytes, and the
 * leaves are the hashes of the entries.
 */
#include "tlog/tile.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool claim)
{
    if (!claim)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span entries[TILE_WIDTH];
    struct tlog_hash leaves[TILE_WIDTH];
    struct tlog_hash leaf;
    struct error err = {0};
    struct buffer again CLEANUP(buffer_free) = buffer_make(size + 1);

    if (size == 0)
        return 0;
    unsigned width = 1u + data[0];
    struct span bytes = span_make(data + 1, size - 1);
    bool is_read = bundle_read(bytes, width, entries, &err);
    must(bundle_read_leaves(bytes, width, leaves, &err) == is_read);
    if (!is_read) {
        must(err.kind == ERROR_INPUT);
        return 0;
    }
    for (unsigned i = 0; i < width; i++) {
        must(bundle_add(entries[i], &again));
        tlog_leaf_hash(entries[i], &leaf);
        must(tlog_hash_is_equal(&leaf, &leaves[i]));
    }
    must(span_equal(bytes, buffer_span(&again)));
    return 0;
}
