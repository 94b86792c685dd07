/*
 * The tree: RFC 6962 section 2.1 hashing with SHA-256, and the compact range from 0 that is enough to extend it.
 */
#ifndef BESA_TLOG_TREE_H
#define BESA_TLOG_TREE_H

#include "base/buffer.h"
#include "base/span.h"

#define TLOG_HASH_SIZE 32
#define TLOG_SIZE_MAX  ((uint64_t)INT64_MAX) /* leaves: what both databases can count */

struct tlog_hash {
    uint8_t bytes[TLOG_HASH_SIZE];
};

/* H(0x00 | entry) */
void tlog_leaf_hash(struct span entry, struct tlog_hash *out);
/* H(0x01 | left | right). `out` may be either. */
void tlog_node_hash(const struct tlog_hash *left, const struct tlog_hash *right,
                    struct tlog_hash *out);
bool tlog_hash_is_equal(const struct tlog_hash *a, const struct tlog_hash *b);
/* SHA-256 of nothing: the root of the empty tree. */
void tlog_empty_root(struct tlog_hash *out);
/* A hash as C2SP texts carry it: base64. The line ends in a newline; the reader takes it without. */
bool tlog_hash_line_write(const struct tlog_hash *hash, struct buffer *out);
bool tlog_hash_text_read(struct span text, struct tlog_hash *out);

/* The roots of the full subtrees that make up a tree of `size` leaves, largest first; as many as `size` has one bits. */
struct compact_range {
    uint64_t size;
    struct tlog_hash nodes[64];
};

struct compact_range compact_range_empty(void);
size_t compact_range_count(uint64_t size);
void compact_range_append(struct compact_range *range, const struct tlog_hash *leaf);
/* Root of the whole; tlog_empty_root at size 0. */
void compact_range_root(const struct compact_range *range, struct tlog_hash *out);
/* u64 size, then the nodes. */
bool compact_range_write(const struct compact_range *range, struct buffer *out);
/* Exactly what compact_range_write gave, up to TLOG_SIZE_MAX leaves. */
bool compact_range_read(struct span bytes, struct compact_range *out);

#endif
