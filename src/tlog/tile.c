/* Tiles: see tile.h. */
#include "tlog/tile.h"

#include "base/cursor.h"
#include "base/text.h"

#include <assert.h>
#include <inttypes.h>

#define GROUP_COUNT_MAX 7u /* 2^64 has 20 digits */
#define GROUP_BASE      1000u
#define TREE_HEIGHT_MAX 64u

/* --- paths --- */

static bool path_is_allowed(const struct tile_path *path)
{
    return path->width >= 1 && path->width <= TILE_WIDTH &&
           (path->is_entries ? path->level == 0 : path->level <= TILE_LEVEL_MAX);
}

/* 1234067 is "x001/x234/067". */
static void index_write(uint64_t index, struct buffer *out)
{
    unsigned groups[GROUP_COUNT_MAX];
    size_t count = 0;

    do {
        groups[count++] = (unsigned)(index % GROUP_BASE);
        index /= GROUP_BASE;
    } while (index > 0);
    while (count > 1)
        buffer_format(out, "x%03u/", groups[--count]);
    buffer_format(out, "%03u", groups[0]);
}

bool tile_path_write(const struct tile_path *path, struct buffer *out)
{
    if (!path_is_allowed(path))
        return false;
    if (path->is_entries)
        buffer_text(out, "tile/entries/");
    else
        buffer_format(out, "tile/%u/", path->level);
    index_write(path->index, out);
    if (path->width < TILE_WIDTH)
        buffer_format(out, ".p/%u", path->width);
    return !out->failed;
}

/* The text up to the next '/' or the end; the '/' is skipped. */
static struct span element_take(struct span *rest)
{
    const uint8_t *slash = rest->size == 0 ? NULL : memchr(rest->data, '/', rest->size);
    struct span element = *rest;

    if (slash != NULL)
        element.size = (size_t)(slash - rest->data);
    *rest = span_part(*rest, element.size + 1, rest->size);
    return element;
}

static bool group_add(struct span digits, uint64_t *index)
{
    uint64_t group = 0;

    if (digits.size != 3)
        return false;
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return false;
        group = group * 10 + (uint64_t)(digits.data[i] - '0');
    }
    return !__builtin_mul_overflow(*index, (uint64_t)GROUP_BASE, index) &&
           !__builtin_add_overflow(*index, group, index);
}

/* Reads the groups; the last one may end in ".p", after which the width follows. */
static bool index_read(struct span *rest, uint64_t *index, bool *is_partial)
{
    *index = 0;
    for (size_t i = 0; i < GROUP_COUNT_MAX; i++) {
        struct span element = element_take(rest);
        if (element.size == 4 && element.data[0] == 'x') {
            if (!group_add(span_part(element, 1, 3), index))
                return false;
            continue;
        }
        *is_partial = element.size == 5 && element.data[3] == '.' && element.data[4] == 'p';
        return (*is_partial || element.size == 3) && group_add(span_part(element, 0, 3), index);
    }
    return false;
}

static bool number_below(struct span text, uint64_t limit, unsigned *out)
{
    uint64_t value;

    if (!number_read(text, &value) || value >= limit)
        return false;
    *out = (unsigned)value;
    return true;
}

static bool path_parse(struct span text, struct tile_path *out)
{
    bool is_partial = false;

    *out = (struct tile_path){.width = TILE_WIDTH};
    if (!span_is(element_take(&text), "tile"))
        return false;
    struct span level = element_take(&text);
    out->is_entries = span_is(level, "entries");
    if (!out->is_entries && !number_below(level, TILE_LEVEL_MAX + 1, &out->level))
        return false;
    if (!index_read(&text, &out->index, &is_partial))
        return false;
    return !is_partial || number_below(text, TILE_WIDTH, &out->width);
}

bool tile_path_read(struct span text, struct tile_path *out, struct error *err)
{
    struct buffer again CLEANUP(buffer_free) = buffer_make(TILE_PATH_SIZE_MAX);

    /* Written again it must be the same: so leading "x000" groups, stray slashes and the like have no chance. */
    if (text.size > TILE_PATH_SIZE_MAX || !path_parse(text, out) || !tile_path_write(out, &again) ||
        !span_equal(text, buffer_span(&again)))
        return error_set(err, ERROR_INPUT, "not the path of a tile");
    return true;
}

unsigned tile_width(uint64_t size, unsigned level, uint64_t index)
{
    if (level >= TREE_HEIGHT_MAX / TILE_HEIGHT)
        return 0;
    uint64_t hashes = size >> (level * TILE_HEIGHT);
    if (index > hashes / TILE_WIDTH)
        return 0;
    uint64_t left = hashes - index * TILE_WIDTH;
    return left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH;
}

/* --- hash tiles --- */

bool tile_read(struct span bytes, unsigned width, struct tlog_hash *out, struct error *err)
{
    size_t size = (size_t)width * TLOG_HASH_SIZE;

    if (width < 1 || width > TILE_WIDTH || bytes.size != size)
        return error_set(err, ERROR_INPUT, "tile: %zu bytes; %zu for %u hashes", bytes.size, size,
                         width);
    memcpy(out, bytes.data, size);
    return true;
}

bool tile_write(const struct tlog_hash *hashes, unsigned width, struct buffer *out)
{
    return width >= 1 && width <= TILE_WIDTH &&
           buffer_add(out, span_make(hashes, (size_t)width * TLOG_HASH_SIZE));
}

void tile_root(const struct tlog_hash hashes[TILE_WIDTH], struct tlog_hash *out)
{
    struct tlog_hash row[TILE_WIDTH / 2];

    for (size_t i = 0; i < TILE_WIDTH / 2; i++)
        tlog_node_hash(&hashes[2 * i], &hashes[2 * i + 1], &row[i]);
    for (size_t width = TILE_WIDTH / 4; width > 0; width /= 2)
        for (size_t i = 0; i < width; i++)
            tlog_node_hash(&row[2 * i], &row[2 * i + 1], &row[i]);
    *out = row[0];
}

bool tile_make(const struct tile_path *path, proof_node *node, void *context, struct tlog_hash *out)
{
    if (path->is_entries || !path_is_allowed(path) ||
        path->level >= TREE_HEIGHT_MAX / TILE_HEIGHT || path->index > UINT64_MAX / TILE_WIDTH)
        return false;
    for (unsigned i = 0; i < path->width; i++)
        if (!node(context, path->level * TILE_HEIGHT, path->index * TILE_WIDTH + i, &out[i]))
            return false;
    return true;
}

bool tile_make_from_below(const struct tile_path *path, tile_fetch *fetch, void *context,
                          struct tlog_hash *out)
{
    if (path->is_entries || !path_is_allowed(path) || path->level == 0 ||
        path->index > UINT64_MAX / TILE_WIDTH)
        return false;
    for (unsigned i = 0; i < path->width; i++) {
        struct tile_path below = {
            .level = path->level - 1, .index = path->index * TILE_WIDTH + i, .width = TILE_WIDTH};
        const struct tlog_hash *hashes = fetch(context, &below);
        if (hashes == NULL)
            return false;
        tile_root(hashes, &out[i]);
    }
    return true;
}

/* --- nodes from tiles --- */

/* Nodes over a partial tile: only those whose subtree is full. */
static void inner_fill(struct tile_inner *inner, const struct tlog_hash *hashes)
{
    memcpy(&inner->nodes[TILE_WIDTH], hashes, inner->width * sizeof *hashes);
    unsigned row = TILE_WIDTH;
    for (unsigned width = inner->width; width > 1; width /= 2) {
        for (unsigned i = 0; i < width / 2; i++)
            tlog_node_hash(&inner->nodes[row + 2 * i], &inner->nodes[row + 2 * i + 1],
                           &inner->nodes[row / 2 + i]);
        row /= 2;
    }
}

static const struct tile_inner *inner_get(struct tile_nodes *nodes, unsigned level, uint64_t index)
{
    /* The few tiles above level 0 are spread apart from the many of level 0. */
    uint64_t spread = (index + level * UINT64_C(0x9E3779B97F4A7C15)) % nodes->slot_count;
    struct tile_inner *inner = &nodes->slots[spread];
    struct tile_path path = {
        .level = level, .index = index, .width = tile_width(nodes->size, level, index)};

    if (inner->is_set && inner->level == level && inner->index == index &&
        inner->width == path.width)
        return inner;
    inner->is_set = false;
    const struct tlog_hash *hashes = path.width == 0 ? NULL : nodes->fetch(nodes->context, &path);
    if (hashes == NULL)
        return NULL;
    inner->level = level;
    inner->index = index;
    inner->width = path.width;
    inner_fill(inner, hashes);
    inner->is_set = true;
    return inner;
}

bool tile_nodes_get(void *context, unsigned level, uint64_t index, struct tlog_hash *out)
{
    struct tile_nodes *nodes = context;

    assert(nodes->slot_count > 0);
    if (level >= TREE_HEIGHT_MAX || index >= nodes->size >> level)
        return false;
    unsigned height = level % TILE_HEIGHT; /* above the tile's hashes */
    uint64_t row = TILE_WIDTH >> height;   /* nodes of that height in a full tile */
    const struct tile_inner *inner = inner_get(nodes, level / TILE_HEIGHT, index / row);
    if (inner == NULL)
        return false;
    *out = inner->nodes[row + index % row];
    return true;
}

bool tile_tree_root(struct tile_nodes *nodes, struct tlog_hash *out)
{
    struct compact_range range = {.size = nodes->size};
    size_t count = 0;

    for (unsigned level = TREE_HEIGHT_MAX; level-- > 0;) {
        uint64_t above =
            nodes->size >> level; /* its last bit: is there a full subtree of this level? */
        if ((above & 1) != 0 && !tile_nodes_get(nodes, level, above - 1, &range.nodes[count++]))
            return false;
    }
    compact_range_root(&range, out);
    return true;
}

/* --- entry bundles --- */

bool bundle_add(struct span entry, struct buffer *out)
{
    return entry.size <= BUNDLE_ENTRY_SIZE_MAX && buffer_u16(out, (uint16_t)entry.size) &&
           buffer_add(out, entry);
}

/* One entry; the last of `width` must end the bundle. */
static bool entry_take(struct cursor *cursor, struct span *entry)
{
    *entry = cursor_span(cursor, cursor_u16(cursor));
    return !cursor->failed;
}

static bool bundle_check(struct span bytes, unsigned width, struct error *err)
{
    struct cursor cursor = cursor_make(bytes);
    struct span entry;

    if (width < 1 || width > TILE_WIDTH)
        return error_set(err, ERROR_INPUT, "entry bundle: no bundle has %u entries", width);
    for (unsigned i = 0; i < width; i++)
        if (!entry_take(&cursor, &entry))
            return error_set(err, ERROR_INPUT, "entry bundle: ends within entry %u of %u", i,
                             width);
    return cursor_is_done(&cursor) ||
           error_set(err, ERROR_INPUT, "entry bundle: %zu bytes after its %u entries",
                     cursor.rest.size, width);
}

bool bundle_read(struct span bytes, unsigned width, struct span *entries, struct error *err)
{
    struct cursor cursor = cursor_make(bytes);

    if (!bundle_check(bytes, width, err))
        return false;
    for (unsigned i = 0; i < width; i++)
        entry_take(&cursor, &entries[i]);
    return true;
}

bool bundle_read_leaves(struct span bytes, unsigned width, struct tlog_hash *leaves,
                        struct error *err)
{
    struct cursor cursor = cursor_make(bytes);
    struct span entry;

    if (!bundle_check(bytes, width, err))
        return false;
    for (unsigned i = 0; i < width; i++) {
        entry_take(&cursor, &entry);
        tlog_leaf_hash(entry, &leaves[i]);
    }
    return true;
}
