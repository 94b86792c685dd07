/* The tree: see tree.h. */
#include "tlog/tree.h"

#include "base/cursor.h"
#include "base/text.h"
#include "crypto/digest.h"

#include <assert.h>

void tlog_leaf_hash(struct span entry, struct tlog_hash *out)
{
    static const uint8_t prefix = 0x00;
    struct span pieces[] = {span_make(&prefix, 1), entry};
    digest_sha256_joined(pieces, 2, out->bytes);
}

void tlog_node_hash(const struct tlog_hash *left, const struct tlog_hash *right,
                    struct tlog_hash *out)
{
    uint8_t node[1 + 2 * TLOG_HASH_SIZE];

    node[0] = 0x01;
    memcpy(node + 1, left->bytes, TLOG_HASH_SIZE);
    memcpy(node + 1 + TLOG_HASH_SIZE, right->bytes, TLOG_HASH_SIZE);
    digest_sha256(span_make(node, sizeof node), out->bytes);
}

bool tlog_hash_is_equal(const struct tlog_hash *a, const struct tlog_hash *b)
{
    return memcmp(a->bytes, b->bytes, TLOG_HASH_SIZE) == 0;
}

void tlog_empty_root(struct tlog_hash *out)
{
    digest_sha256(span_make(NULL, 0), out->bytes);
}

bool tlog_hash_line_write(const struct tlog_hash *hash, struct buffer *out)
{
    char text[BASE64_SIZE(TLOG_HASH_SIZE) + 1];

    base64_write(span_make(hash->bytes, TLOG_HASH_SIZE), text);
    return buffer_text(out, text) && buffer_byte(out, '\n');
}

bool tlog_hash_text_read(struct span text, struct tlog_hash *out)
{
    size_t size = TLOG_HASH_SIZE;

    return base64_read(text, out->bytes, &size) && size == TLOG_HASH_SIZE;
}

struct compact_range compact_range_empty(void)
{
    return (struct compact_range){.size = 0};
}

size_t compact_range_count(uint64_t size)
{
    return (size_t)__builtin_popcountll(size);
}

void compact_range_append(struct compact_range *range, const struct tlog_hash *leaf)
{
    struct tlog_hash hash = *leaf;
    size_t count = compact_range_count(range->size);

    assert(range->size < TLOG_SIZE_MAX);
    /* Each trailing one bit of the old size is a full subtree that the new leaf completes. */
    for (uint64_t size = range->size; size & 1; size >>= 1)
        tlog_node_hash(&range->nodes[--count], &hash, &hash);
    range->nodes[count] = hash;
    range->size++;
}

void compact_range_root(const struct compact_range *range, struct tlog_hash *out)
{
    size_t count = compact_range_count(range->size);

    if (count == 0) {
        tlog_empty_root(out);
        return;
    }
    *out = range->nodes[count - 1];
    for (size_t i = count - 1; i > 0; i--)
        tlog_node_hash(&range->nodes[i - 1], out, out);
}

bool compact_range_write(const struct compact_range *range, struct buffer *out)
{
    return buffer_u64(out, range->size) &&
           buffer_add(out,
                      span_make(range->nodes, compact_range_count(range->size) * TLOG_HASH_SIZE));
}

bool compact_range_read(struct span bytes, struct compact_range *out)
{
    struct cursor cursor = cursor_make(bytes);

    *out = compact_range_empty();
    uint64_t size = cursor_u64(&cursor);
    struct span nodes = cursor_span(&cursor, compact_range_count(size) * TLOG_HASH_SIZE);
    if (!cursor_is_done(&cursor) || size > TLOG_SIZE_MAX)
        return false;
    out->size = size;
    if (nodes.size > 0)
        memcpy(out->nodes, nodes.data, nodes.size);
    return true;
}
