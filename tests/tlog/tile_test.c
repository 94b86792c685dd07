/* Tiles: paths, the published trees rebuilt from tiles and bundles, and every node of a tree had from its tiles. */
#include "check.h"
#include "tlog/support/tlog_support.h"

#include "tlog/proof.h"
#include "tlog/tile.h"

#include <inttypes.h>

#define LEAF_COUNT 1030 /* four full tiles, a partial one, and a level above */

static struct tlog_hash *leaves;

static bool read_path(const char *text, struct tile_path *out)
{
    struct error err = {0};

    return tile_path_read(span_text(text), out, &err);
}

/* --- paths --- */

CHECK_TEST(paths_are_written_and_read_as_specified)
{
    static const struct {
        const char *text;
        struct tile_path path;
    } cases[] = {
        {"tile/0/000", {false, 0, 0, 256}},
        {"tile/0/001.p/44", {false, 0, 1, 44}},
        {"tile/1/x001/x234/067", {false, 1, 1234067, 256}},
        {"tile/63/x001/000.p/255", {false, 63, 1000, 255}},
        {"tile/entries/000.p/1", {true, 0, 0, 1}},
        {"tile/entries/x018/x446/x744/x073/x709/x551/615", {true, 0, UINT64_MAX, 256}},
    };

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buffer text CLEANUP(buffer_free) = buffer_make(TILE_PATH_SIZE_MAX);
        struct tile_path path;
        CHECK(tile_path_write(&cases[i].path, &text));
        CHECK_SPAN(buffer_span(&text), cases[i].text);
        CHECK_OR_RETURN(read_path(cases[i].text, &path));
        CHECK(path.is_entries == cases[i].path.is_entries && path.level == cases[i].path.level &&
              path.index == cases[i].path.index && path.width == cases[i].path.width);
    }
}

CHECK_TEST(paths_with_another_spelling_are_refused)
{
    static const char *const texts[] = {
        "",
        "tile",
        "tile/0",
        "/tile/0/000",
        "tile/0/000/",
        "tile//000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/001/002",
        "tile/0/X001/002",
        "tile/0/00a",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/1/",
        "tile/0/000.q/1",
        "tile/0/x001.p/x002/3",
        "tile/0/x001.p/1",
        "tile/entry/000",
        "tile/entries/../000",
        "tile/entries/x018/x446/x744/x073/x709/x551/616", /* 2^64 */
        "tile/entries/x001/x018/x446/x744/x073/x709/x551/615",
        "tiles/0/000",
    };
    struct tile_path path;

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        if (read_path(texts[i], &path)) {
            printf("read: %s\n", texts[i]);
            CHECK(false);
        }
}

CHECK_TEST(path_cut_at_any_byte_is_another_tile_or_refused)
{
    static const char text[] = "tile/12/x001/x234/067.p/123";

    for (size_t size = 0; size < strlen(text); size++) {
        struct tile_path path;
        struct error err = {0};
        bool is_read = tile_path_read(span_make(text, size), &path, &err);
        /* ".p/12" and ".p/1" are widths too, and "067" is the full tile. */
        CHECK(is_read == (size >= strlen(text) - 2 || size == strlen("tile/12/x001/x234/067")));
    }
}

CHECK_TEST(path_that_cannot_be_is_not_written)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(TILE_PATH_SIZE_MAX);

    CHECK(!tile_path_write(&(struct tile_path){.width = 0}, &out));
    CHECK(!tile_path_write(&(struct tile_path){.width = 257}, &out));
    CHECK(!tile_path_write(&(struct tile_path){.width = 1, .level = 64}, &out));
    CHECK(!tile_path_write(&(struct tile_path){.width = 1, .level = 1, .is_entries = true}, &out));
    CHECK_INT(out.size, 0);
}

CHECK_TEST(widths_are_those_of_the_specification)
{
    /* Its example: 70,000 leaves. */
    CHECK_INT(tile_width(70000, 0, 272), 256);
    CHECK_INT(tile_width(70000, 0, 273), 112);
    CHECK_INT(tile_width(70000, 0, 274), 0);
    CHECK_INT(tile_width(70000, 1, 0), 256);
    CHECK_INT(tile_width(70000, 1, 1), 17);
    CHECK_INT(tile_width(70000, 2, 0), 1);
    CHECK_INT(tile_width(70000, 3, 0), 0);
    CHECK_INT(tile_width(256, 0, 0), 256);
    CHECK_INT(tile_width(256, 0, 1), 0);
    CHECK_INT(tile_width(256, 1, 0), 1);
    CHECK_INT(tile_width(0, 0, 0), 0);
    CHECK_INT(tile_width(UINT64_MAX, 7, 0), 255);
    CHECK_INT(tile_width(UINT64_MAX, 8, 0), 0);
    CHECK_INT(tile_width(UINT64_MAX, 0, UINT64_MAX), 0);
}

/* --- published trees --- */

static struct buffer published(const char *folder, const char *format, uint64_t number)
{
    char path[SUPPORT_PATH_SIZE];
    char tail[64];

    /* The format is one of two in this file. */
    if (format[0] == 'e')
        snprintf(tail, sizeof tail, "tile/entries/000.p/%" PRIu64, number);
    else
        snprintf(tail, sizeof tail, "tile/0/000.p/%" PRIu64, number);
    snprintf(path, sizeof path, "%s/%s", folder, tail);
    return support_file(path);
}

static void visit_tessera(const char *folder, const char *name)
{
    char path[SUPPORT_PATH_SIZE];
    struct note note;
    struct checkpoint checkpoint;
    struct error err = {0};
    struct tlog_hash from_entries[TILE_WIDTH];
    struct tlog_hash from_tile[TILE_WIDTH];
    struct compact_range range = compact_range_empty();
    struct tlog_hash root;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    struct buffer bytes CLEANUP(buffer_free) = support_file(path);
    CHECK_OK(note_read(buffer_span(&bytes), &note, &err), err);
    CHECK_OK(checkpoint_read(note.text, false, &checkpoint, &err), err);
    unsigned width = tile_width(checkpoint.size, 0, 0);
    CHECK_INT(width, checkpoint.size);
    if (width > 0) {
        struct buffer entries CLEANUP(buffer_free) = published(folder, "entries", width);
        struct buffer tile CLEANUP(buffer_free) = published(folder, "tile", width);
        CHECK_OK(bundle_read_leaves(buffer_span(&entries), width, from_entries, &err), err);
        CHECK_OK(tile_read(buffer_span(&tile), width, from_tile, &err), err);
        CHECK(memcmp(from_entries, from_tile, width * sizeof from_tile[0]) == 0);
    }
    for (unsigned i = 0; i < width; i++)
        compact_range_append(&range, &from_entries[i]);
    compact_range_root(&range, &root);
    CHECK(tlog_hash_is_equal(&root, &checkpoint.root));
}

CHECK_TEST(published_checkpoints_are_the_roots_of_their_bundles_and_tiles)
{
    CHECK(support_each("tlog/tessera-testdata", "checkpoint.", visit_tessera) > 10);
}

/* Tiles from files: the path is the file's name. */
static const struct tlog_hash *fetch_file(void *context, const struct tile_path *path)
{
    static struct tlog_hash hashes[TILE_WIDTH];
    const char *folder = context;
    struct buffer name CLEANUP(buffer_free) = buffer_make(SUPPORT_PATH_SIZE);
    struct error err = {0};

    buffer_format(&name, "%s/", folder);
    if (!tile_path_write(path, &name) || !buffer_byte(&name, 0))
        return NULL;
    struct buffer bytes CLEANUP(buffer_free) = support_file((const char *)name.data);
    return tile_read(buffer_span(&bytes), path->width, hashes, &err) ? hashes : NULL;
}

CHECK_TEST(published_tree_of_300_leaves_has_its_root_from_tiles)
{
    char folder[] = "tlog/sunlight-testdata/mirror";
    struct buffer bytes CLEANUP(buffer_free) =
        support_file("tlog/sunlight-testdata/mirror/checkpoint");
    static struct tile_inner slots[2];
    struct note note;
    struct checkpoint checkpoint;
    struct tlog_hash root;
    struct tlog_hash level_1[TILE_WIDTH];
    struct error err = {0};

    CHECK_OK(note_read(buffer_span(&bytes), &note, &err), err);
    CHECK_OK(checkpoint_read(note.text, false, &checkpoint, &err), err);
    struct tile_nodes nodes = {checkpoint.size, fetch_file, folder, slots, 2};
    CHECK(tile_tree_root(&nodes, &root));
    CHECK(tlog_hash_is_equal(&root, &checkpoint.root));
    /* The level above is made of the full tile alone: 44 leaves more are not in it. */
    struct tile_path path = {.level = 1, .index = 0, .width = tile_width(300, 1, 0)};
    CHECK_INT(path.width, 1);
    CHECK(tile_make_from_below(&path, fetch_file, folder, level_1));
    const struct tlog_hash *wanted = fetch_file(folder, &path);
    CHECK(wanted != NULL && tlog_hash_is_equal(&level_1[0], wanted));
    struct tlog_hash proof[PROOF_COUNT_MAX];
    size_t count = 0;
    struct tile_path last = {.level = 0, .index = 1, .width = 44};
    struct tlog_hash leaf = fetch_file(folder, &last)[43];
    CHECK(proof_make_inclusion(299, 300, tile_nodes_get, &nodes, proof, &count));
    CHECK(proof_verify_inclusion(&leaf, 299, 300, proof, count, &checkpoint.root));
}

/* --- made here --- */

struct tiles {
    uint64_t size;
    size_t fetch_count;
    bool is_partial_fetched;
};

/* Tiles made from the leaves when asked for. */
static const struct tlog_hash *fetch_made(void *context, const struct tile_path *path)
{
    static struct tlog_hash hashes[TILE_WIDTH];
    struct tiles *tiles = context;
    struct proof_leaves source = {leaves, tiles->size};

    tiles->fetch_count++;
    if (path->width < TILE_WIDTH)
        tiles->is_partial_fetched = true;
    return tile_make(path, proof_nodes_get, &source, hashes) ? hashes : NULL;
}

CHECK_TEST(every_node_is_had_from_tiles_as_from_leaves)
{
    static const size_t sizes[] = {1, 2, 255, 256, 257, 300, 512, 700, 1024, LEAF_COUNT};
    static struct tile_inner slots[3];

    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        struct tiles tiles = {.size = sizes[i]};
        struct tile_nodes nodes = {sizes[i], fetch_made, &tiles, slots, 3};
        struct proof_leaves source = {leaves, sizes[i]};
        struct tlog_hash wanted;
        struct tlog_hash found;
        memset(slots, 0, sizeof slots);
        for (unsigned level = 0; level < 12; level++)
            for (uint64_t index = 0; index <= sizes[i] >> level; index++) {
                bool is_there = proof_nodes_get(&source, level, index, &wanted);
                CHECK(tile_nodes_get(&nodes, level, index, &found) == is_there);
                CHECK(!is_there || tlog_hash_is_equal(&found, &wanted));
            }
        support_root(leaves, sizes[i], &wanted);
        CHECK(tile_tree_root(&nodes, &found));
        CHECK(tlog_hash_is_equal(&found, &wanted));
    }
}

CHECK_TEST(slots_keep_tiles_and_notice_that_one_has_grown)
{
    static struct tile_inner slots[8];
    struct tiles tiles = {.size = 600};
    struct tile_nodes nodes = {600, fetch_made, &tiles, slots, 8};
    struct tlog_hash wanted;
    struct tlog_hash found;

    memset(slots, 0, sizeof slots);
    CHECK(tile_tree_root(&nodes, &found));
    size_t before = tiles.fetch_count;
    CHECK(tile_tree_root(&nodes, &found));
    CHECK_INT(tiles.fetch_count, before);
    tiles.size = nodes.size = 601;
    CHECK(tile_tree_root(&nodes, &found));
    support_root(leaves, 601, &wanted);
    CHECK(tlog_hash_is_equal(&found, &wanted));
    CHECK(tiles.fetch_count > before);
}

CHECK_TEST(partial_tile_is_never_hashed_into_the_level_above)
{
    struct tiles tiles = {.size = LEAF_COUNT};
    struct tlog_hash above[TILE_WIDTH];
    struct tile_path path = {.level = 1, .index = 0, .width = tile_width(LEAF_COUNT, 1, 0)};
    struct proof_leaves source = {leaves, LEAF_COUNT};
    struct tlog_hash wanted;

    CHECK_INT(path.width, LEAF_COUNT / 256);
    CHECK(tile_make_from_below(&path, fetch_made, &tiles, above));
    CHECK(!tiles.is_partial_fetched);
    for (unsigned i = 0; i < path.width; i++) {
        CHECK(proof_nodes_get(&source, 8, i, &wanted));
        CHECK(tlog_hash_is_equal(&above[i], &wanted));
    }
    path.width++; /* the fifth tile below is partial */
    CHECK(!tile_make_from_below(&path, fetch_made, &tiles, above));
    CHECK(!tile_make(&path, proof_nodes_get, &source, above));
    path.level = 0;
    CHECK(!tile_make_from_below(&path, fetch_made, &tiles, above));
}

static const struct tlog_hash *fetch_none(void *context, const struct tile_path *path)
{
    (void)context;
    (void)path;
    return NULL;
}

CHECK_TEST(missing_tile_gives_no_node_and_no_root)
{
    static struct tile_inner slots[1];
    struct tile_nodes nodes = {300, fetch_none, NULL, slots, 1};
    struct tlog_hash out;
    struct tile_path path = {.level = 1, .width = 1};

    CHECK(!tile_nodes_get(&nodes, 0, 0, &out));
    CHECK(!tile_tree_root(&nodes, &out));
    CHECK(!tile_make_from_below(&path, fetch_none, NULL, &out));
}

CHECK_TEST(tile_of_another_size_is_refused)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(TILE_WIDTH * TLOG_HASH_SIZE + 1);
    struct tlog_hash again[TILE_WIDTH];
    struct error err = {0};

    CHECK(tile_write(leaves, TILE_WIDTH, &bytes));
    CHECK_INT(bytes.size, 8192);
    CHECK(tile_read(buffer_span(&bytes), TILE_WIDTH, again, &err));
    CHECK(memcmp(again, leaves, sizeof again) == 0);
    for (size_t size = 0; size < bytes.size; size++)
        CHECK(!tile_read(span_make(bytes.data, size), TILE_WIDTH, again, &err));
    CHECK(buffer_byte(&bytes, 0));
    CHECK(!tile_read(buffer_span(&bytes), TILE_WIDTH, again, &err));
    CHECK(!tile_read(span_make(NULL, 0), 0, again, &err));
    CHECK(!tile_write(leaves, 0, &bytes));
    CHECK(!tile_write(leaves, TILE_WIDTH + 1, &bytes));
}

CHECK_TEST(bundle_gives_its_entries_back)
{
    static uint8_t longest[BUNDLE_ENTRY_SIZE_MAX + 1];
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(BUNDLE_SIZE_MAX);
    struct span entries[TILE_WIDTH];
    struct error err = {0};

    CHECK(bundle_add(span_text("one"), &bytes));
    CHECK(bundle_add(span_text(""), &bytes));
    CHECK(bundle_add(span_make(longest, BUNDLE_ENTRY_SIZE_MAX), &bytes));
    CHECK(!bundle_add(span_make(longest, BUNDLE_ENTRY_SIZE_MAX + 1), &bytes));
    CHECK_OK(bundle_read(buffer_span(&bytes), 3, entries, &err), err);
    CHECK_SPAN(entries[0], "one");
    CHECK_INT(entries[1].size, 0);
    CHECK_INT(entries[2].size, BUNDLE_ENTRY_SIZE_MAX);
}

CHECK_TEST(bundle_cut_too_long_or_of_another_width_is_refused)
{
    struct buffer bytes CLEANUP(buffer_free) =
        support_file("tlog/tessera-testdata/tile/entries/000.p/10");
    struct span entries[TILE_WIDTH];
    struct tlog_hash hashes[TILE_WIDTH];
    struct error err = {0};

    CHECK(bundle_read(buffer_span(&bytes), 10, entries, &err));
    CHECK_SPAN(entries[9], "ten");
    for (size_t size = 0; size < bytes.size; size++)
        CHECK(!bundle_read(span_make(bytes.data, size), 10, entries, &err));
    CHECK(!bundle_read(buffer_span(&bytes), 9, entries, &err));
    CHECK(!bundle_read(buffer_span(&bytes), 11, entries, &err));
    CHECK(!bundle_read_leaves(buffer_span(&bytes), 11, hashes, &err));
    CHECK(!bundle_read(buffer_span(&bytes), 0, entries, &err));
    CHECK(!bundle_read(buffer_span(&bytes), 257, entries, &err));
    CHECK(buffer_byte(&bytes, 0));
    CHECK(!bundle_read(buffer_span(&bytes), 10, entries, &err));
    CHECK_ERROR(err, ERROR_INPUT, "after its 10 entries");
}

CHECK_TEST(changed_byte_of_a_bundle_changes_the_root_or_is_refused)
{
    struct buffer bytes CLEANUP(buffer_free) =
        support_file("tlog/tessera-testdata/tile/entries/000.p/10");
    struct tlog_hash before[TILE_WIDTH];
    struct tlog_hash after[TILE_WIDTH];
    struct error err = {0};

    CHECK(bundle_read_leaves(buffer_span(&bytes), 10, before, &err));
    for (size_t i = 0; i < bytes.size; i++) {
        bytes.data[i] ^= 1;
        CHECK(!bundle_read_leaves(buffer_span(&bytes), 10, after, &err) ||
              memcmp(before, after, 10 * sizeof before[0]) != 0);
        bytes.data[i] ^= 1;
    }
}

int main(void)
{
    crypto_start();
    leaves = support_leaves(LEAF_COUNT);
    CHECK_RUN(paths_are_written_and_read_as_specified);
    CHECK_RUN(paths_with_another_spelling_are_refused);
    CHECK_RUN(path_cut_at_any_byte_is_another_tile_or_refused);
    CHECK_RUN(path_that_cannot_be_is_not_written);
    CHECK_RUN(widths_are_those_of_the_specification);
    CHECK_RUN(published_checkpoints_are_the_roots_of_their_bundles_and_tiles);
    CHECK_RUN(published_tree_of_300_leaves_has_its_root_from_tiles);
    CHECK_RUN(every_node_is_had_from_tiles_as_from_leaves);
    CHECK_RUN(slots_keep_tiles_and_notice_that_one_has_grown);
    CHECK_RUN(partial_tile_is_never_hashed_into_the_level_above);
    CHECK_RUN(missing_tile_gives_no_node_and_no_root);
    CHECK_RUN(tile_of_another_size_is_refused);
    CHECK_RUN(bundle_gives_its_entries_back);
    CHECK_RUN(bundle_cut_too_long_or_of_another_width_is_refused);
    CHECK_RUN(changed_byte_of_a_bundle_changes_the_root_or_is_refused);
    free(leaves);
    return check_end();
}
