/*
 * Tiles: c2sp.org/tlog-tiles. A log as static files: hash tiles of up to 256 hashes (level 0: leaf hashes; above: roots
 * of full tiles below) and entry bundles of up to 256 entries. The rightmost tiles are partial; a partial tile is never
 * hashed into the level above. Pure: where the files lie is the caller's matter.
 */
#ifndef BESA_TLOG_TILE_H
#define BESA_TLOG_TILE_H

#include "base/buffer.h"
#include "base/error.h"
#include "tlog/proof.h"
#include "tlog/tree.h"

#define TILE_HEIGHT           8u   /* tree levels in a tile */
#define TILE_WIDTH            256u /* hashes of a full tile, entries of a full bundle */
#define TILE_LEVEL_MAX        63u  /* what a path may name; no tree has a tile above level 7 */
#define TILE_PATH_SIZE_MAX    64u
#define BUNDLE_ENTRY_SIZE_MAX 65535u
#define BUNDLE_SIZE_MAX       (TILE_WIDTH * (2u + BUNDLE_ENTRY_SIZE_MAX))

struct tile_path {
    bool is_entries; /* tile/entries/<N>; else tile/<L>/<N> */
    unsigned level;  /* 0 for entries */
    uint64_t index;  /* from 0, within the level */
    unsigned width;  /* 1 to TILE_WIDTH; below TILE_WIDTH it is partial */
};

/* "tile/<L>/<N>[.p/<W>]"; false when level or width is out of range. */
bool tile_path_write(const struct tile_path *path, struct buffer *out);
/* Exactly what tile_path_write writes: one spelling per tile. */
bool tile_path_read(struct span text, struct tile_path *out, struct error *err);
/* Width of tile `index` of `level` in a tree of `size` leaves: TILE_WIDTH full, 0 when there is no such tile. */
unsigned tile_width(uint64_t size, unsigned level, uint64_t index);

/* The bytes of a hash tile are its hashes, one after the other. Reads exactly `width` of them. */
bool tile_read(struct span bytes, unsigned width, struct tlog_hash *out, struct error *err);
bool tile_write(const struct tlog_hash *hashes, unsigned width, struct buffer *out);
/* Root of a full tile: the hash that stands for it in the level above. There is none of a partial tile. */
void tile_root(const struct tlog_hash hashes[TILE_WIDTH], struct tlog_hash *out);

/* Gives the hashes of a tile, exactly path->width of them, valid until the next call; NULL when it is not to be had. */
typedef const struct tlog_hash *tile_fetch(void *context, const struct tile_path *path);

/* Makes the hash tile at `path` from nodes (proof_nodes_get: from leaf hashes in memory). */
bool tile_make(const struct tile_path *path, proof_node *node, void *context,
               struct tlog_hash *out);
/* Makes a tile of level 1 or above from the full tiles below it. */
bool tile_make_from_below(const struct tile_path *path, tile_fetch *fetch, void *context,
                          struct tlog_hash *out);

/* A tile with the nodes between it and its root: nodes[1] is the root, nodes[TILE_WIDTH + i] hash i. */
struct tile_inner {
    bool is_set;
    unsigned level;
    unsigned width;
    uint64_t index;
    struct tlog_hash nodes[2 * TILE_WIDTH];
};
/* Tiles of a tree of `size` leaves as a source of nodes: pass tile_nodes_get and a pointer to this to proof_make_*. The
 * slots (at least 1, zeroed, 16 KiB each) keep tiles between calls; with more of them fewer tiles are hashed anew. */
struct tile_nodes {
    uint64_t size;
    tile_fetch *fetch;
    void *context;
    struct tile_inner *slots;
    size_t slot_count;
};
bool tile_nodes_get(void *nodes, unsigned level, uint64_t index, struct tlog_hash *out);
/* Root of the tree from its tiles; SHA-256 of nothing at size 0. */
bool tile_tree_root(struct tile_nodes *nodes, struct tlog_hash *out);

/* Entry bundles: big-endian u16 size, entry, and so on. False when the entry is too long. */
bool bundle_add(struct span entry, struct buffer *out);
/* Exactly `width` entries and nothing behind them; `entries` has room for them and points into `bytes`. */
bool bundle_read(struct span bytes, unsigned width, struct span *entries, struct error *err);
/* The same as leaf hashes: the level-0 tile of these entries. */
bool bundle_read_leaves(struct span bytes, unsigned width, struct tlog_hash *leaves,
                        struct error *err);

#endif
