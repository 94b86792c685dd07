/* The tree: RFC 6962 hashes by a published vector, compact ranges against the definition, their bytes. */
#include "check.h"
#include "tlog/support/tlog_support.h"

#include "base/text.h"
#include "tlog/proof.h"

#define TREE_SIZE_MAX 300

static struct arena memory;
static struct problems problems;

static struct tlog_hash hex_hash(struct span text)
{
    struct tlog_hash hash;

    CHECK(hex_read(text, hash.bytes, TLOG_HASH_SIZE));
    return hash;
}

static void check_level(struct json_object *file, const char *name, unsigned level,
                        struct proof_leaves *leaves)
{
    struct json_list list = json_get_array(file, name, 1, 8);

    for (size_t i = 0; i < list.count; i++) {
        struct tlog_hash wanted = hex_hash(json_array_text(&list, i, 1, 64));
        struct tlog_hash found;
        CHECK(proof_nodes_get(leaves, level, i, &found));
        CHECK(tlog_hash_is_equal(&found, &wanted));
    }
}

CHECK_TEST(published_tree_of_8_leaves_holds)
{
    struct json *json = support_json("merkle/rfc6962_8leaves.json");
    struct json_object wrapped;
    struct json_object file;
    struct tlog_hash leaves[8];
    struct compact_range range = compact_range_empty();
    struct tlog_hash root;
    struct error err = {0};

    memory = arena_make(1024 * 1024);
    json_object_begin(&wrapped, json_root(json), &memory, &problems);
    CHECK(json_get_child(&wrapped, "file", &file));
    struct json_list inputs = json_get_array(&file, "leaf_inputs_hex", 8, 8);
    for (size_t i = 0; i < inputs.count; i++) {
        uint8_t bytes[64];
        struct span hex = json_array_text(&inputs, i, 0, 128);
        CHECK(hex_read(hex, bytes, hex.size / 2));
        tlog_leaf_hash(span_make(bytes, hex.size / 2), &leaves[i]);
        compact_range_append(&range, &leaves[i]);
    }
    struct proof_leaves nodes = {leaves, 8};
    check_level(&file, "level1", 1, &nodes);
    check_level(&file, "level2", 2, &nodes);
    struct tlog_hash wanted = hex_hash(json_get_text(&file, "root_size_8", 64, 64));
    compact_range_root(&range, &root);
    CHECK(tlog_hash_is_equal(&root, &wanted));
    CHECK(problems_to_error(&problems, &err));
    json_free(&json);
    arena_free(&memory);
}

CHECK_TEST(empty_tree_has_the_hash_of_nothing)
{
    struct compact_range range = compact_range_empty();
    struct tlog_hash root;
    struct tlog_hash wanted =
        hex_hash(span_text("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));

    compact_range_root(&range, &root);
    CHECK(tlog_hash_is_equal(&root, &wanted));
}

CHECK_TEST(compact_range_gives_the_defined_root_at_every_size)
{
    struct tlog_hash *leaves = support_leaves(TREE_SIZE_MAX);
    struct compact_range range = compact_range_empty();

    for (size_t size = 0; size <= TREE_SIZE_MAX; size++) {
        struct tlog_hash wanted;
        struct tlog_hash found;
        support_root(leaves, size, &wanted);
        compact_range_root(&range, &found);
        CHECK_INT(range.size, size);
        CHECK(tlog_hash_is_equal(&found, &wanted));
        if (size < TREE_SIZE_MAX)
            compact_range_append(&range, &leaves[size]);
    }
    free(leaves);
}

CHECK_TEST(compact_range_read_back_goes_on_as_if_never_written)
{
    struct tlog_hash *leaves = support_leaves(200);

    for (size_t stop = 0; stop < 100; stop++) {
        struct compact_range range = compact_range_empty();
        struct compact_range again;
        struct buffer bytes CLEANUP(buffer_free) = buffer_make(4096);
        struct tlog_hash wanted;
        struct tlog_hash found;
        for (size_t i = 0; i < stop; i++)
            compact_range_append(&range, &leaves[i]);
        CHECK(compact_range_write(&range, &bytes));
        CHECK(compact_range_read(buffer_span(&bytes), &again));
        for (size_t i = stop; i < 200; i++)
            compact_range_append(&again, &leaves[i]);
        support_root(leaves, 200, &wanted);
        compact_range_root(&again, &found);
        CHECK(tlog_hash_is_equal(&found, &wanted));
    }
    free(leaves);
}

CHECK_TEST(compact_range_cut_too_long_or_beyond_counting_is_refused)
{
    struct tlog_hash *leaves = support_leaves(7);
    struct compact_range range = compact_range_empty();
    struct compact_range again;
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(8192);

    for (size_t i = 0; i < 7; i++)
        compact_range_append(&range, &leaves[i]);
    CHECK(compact_range_write(&range, &bytes));
    CHECK_INT(bytes.size, 8 + 3 * 32);
    for (size_t size = 0; size < bytes.size; size++)
        CHECK(!compact_range_read(span_make(bytes.data, size), &again));
    CHECK_INT(again.size, 0);
    CHECK(buffer_byte(&bytes, 0));
    CHECK(!compact_range_read(buffer_span(&bytes), &again));
    buffer_clear(&bytes);
    buffer_u64(&bytes, UINT64_MAX);
    CHECK(buffer_room(&bytes, (size_t)64 * 32) != NULL);
    CHECK(!compact_range_read(buffer_span(&bytes), &again));
    buffer_clear(&bytes);
    buffer_u64(&bytes, TLOG_SIZE_MAX);
    CHECK(buffer_room(&bytes, (size_t)63 * 32) != NULL);
    CHECK(compact_range_read(buffer_span(&bytes), &again));
    free(leaves);
}

CHECK_TEST(one_changed_bit_of_an_entry_or_node_changes_the_hash)
{
    uint8_t entry[40] = {0};
    struct tlog_hash before;
    struct tlog_hash after;
    struct tlog_hash left = {{1}};
    struct tlog_hash right = {{2}};

    tlog_leaf_hash(span_make(entry, sizeof entry), &before);
    for (size_t i = 0; i < sizeof entry; i++) {
        entry[i] ^= 1;
        tlog_leaf_hash(span_make(entry, sizeof entry), &after);
        CHECK(!tlog_hash_is_equal(&before, &after));
        entry[i] ^= 1;
    }
    tlog_node_hash(&left, &right, &before);
    tlog_node_hash(&right, &left, &after);
    CHECK(!tlog_hash_is_equal(&before, &after));
    /* An entry that looks like a node is no node. */
    uint8_t node[64];
    memcpy(node, left.bytes, 32);
    memcpy(node + 32, right.bytes, 32);
    tlog_leaf_hash(span_make(node, sizeof node), &after);
    CHECK(!tlog_hash_is_equal(&before, &after));
}

CHECK_TEST(hash_text_has_one_spelling)
{
    struct tlog_hash hash = {{0xfb, 0xff}};
    struct tlog_hash again;
    struct buffer line CLEANUP(buffer_free) = buffer_make(64);

    CHECK(tlog_hash_line_write(&hash, &line));
    CHECK_INT(line.size, 45);
    CHECK(tlog_hash_text_read(span_make(line.data, 44), &again));
    CHECK(tlog_hash_is_equal(&hash, &again));
    CHECK(!tlog_hash_text_read(buffer_span(&line), &again));
    for (size_t size = 0; size < 44; size++)
        CHECK(!tlog_hash_text_read(span_make(line.data, size), &again));
    line.data[42] = 'B'; /* unused bits */
    CHECK(!tlog_hash_text_read(span_make(line.data, 44), &again));
}

int main(void)
{
    crypto_start();
    CHECK_RUN(published_tree_of_8_leaves_holds);
    CHECK_RUN(empty_tree_has_the_hash_of_nothing);
    CHECK_RUN(compact_range_gives_the_defined_root_at_every_size);
    CHECK_RUN(compact_range_read_back_goes_on_as_if_never_written);
    CHECK_RUN(compact_range_cut_too_long_or_beyond_counting_is_refused);
    CHECK_RUN(one_changed_bit_of_an_entry_or_node_changes_the_hash);
    CHECK_RUN(hash_text_has_one_spelling);
    return check_end();
}
