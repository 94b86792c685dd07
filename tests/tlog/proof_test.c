/* Proofs: every published case, and every proof of small trees made, verified, and refused when anything is changed. */
#include "check.h"
#include "tlog/support/tlog_support.h"

#include "base/text.h"
#include "tlog/proof.h"

#define SIZE_MAX_TRIED 70
#define VECTOR_COUNT   100000

static struct arena memory;
static struct problems problems;
static struct tlog_hash roots[SIZE_MAX_TRIED + 1];
static struct tlog_hash *leaves;

static void make_trees(void)
{
    leaves = support_leaves(SIZE_MAX_TRIED);
    for (size_t size = 0; size <= SIZE_MAX_TRIED; size++)
        support_root(leaves, size, &roots[size]);
}

/* --- published cases --- */

/* Some cases carry roots that are no hashes at all ("don't care 1"): filled up with zeros they stay as different as they
 * were. */
static struct tlog_hash vector_hash(struct span text)
{
    struct tlog_hash hash = {{0}};
    size_t size = sizeof hash.bytes;

    CHECK(base64_read(text, hash.bytes, &size));
    return hash;
}

static size_t vector_proof(struct json_object *test, struct tlog_hash proof[PROOF_COUNT_MAX])
{
    struct json_list list = json_get_array(test, "proof", 0, PROOF_COUNT_MAX);

    for (size_t i = 0; i < list.count; i++)
        proof[i] = vector_hash(json_array_text(&list, i, 0, 64));
    return list.count;
}

static uint64_t vector_number(struct json_object *test, const char *name)
{
    uint64_t number = 0;

    CHECK(number_read(json_get_text(test, name, 1, 20), &number));
    return number;
}

static bool inclusion_case(struct json_object *test)
{
    struct tlog_hash proof[PROOF_COUNT_MAX];
    size_t count = vector_proof(test, proof);
    struct tlog_hash leaf = vector_hash(json_get_text(test, "leafHash", 0, 64));
    struct tlog_hash root = vector_hash(json_get_text(test, "root", 0, 64));

    return proof_verify_inclusion(&leaf, vector_number(test, "leafIdx"),
                                  vector_number(test, "treeSize"), proof, count, &root);
}

static bool consistency_case(struct json_object *test)
{
    struct tlog_hash proof[PROOF_COUNT_MAX];
    size_t count = vector_proof(test, proof);
    struct tlog_hash old_root = vector_hash(json_get_text(test, "root1", 0, 64));
    struct tlog_hash new_root = vector_hash(json_get_text(test, "root2", 0, 64));

    return proof_verify_consistency(vector_number(test, "size1"), &old_root,
                                    vector_number(test, "size2"), &new_root, proof, count);
}

/* From the empty tree, known by its root, without hashes: refused by the origin of the vectors, but the first request to a
 * c2sp.org/tlog-witness. */
static bool is_first_contact(struct json_object *test)
{
    struct tlog_hash empty;

    if (!json_has(test, "size1") || vector_number(test, "size1") != 0 ||
        vector_number(test, "size2") == 0 || json_get_array(test, "proof", 0, 64).count > 0)
        return false;
    struct tlog_hash old_root = vector_hash(json_get_text(test, "root1", 0, 64));
    tlog_empty_root(&empty);
    return tlog_hash_is_equal(&old_root, &empty);
}

static void run_cases(const char *name, bool (*verify)(struct json_object *test))
{
    struct json *json = support_json(name);
    struct json_object wrapped;
    struct error err = {0};
    size_t held = 0;

    memory = arena_make((size_t)256 * 1024 * 1024);
    problems_clear(&problems);
    json_object_begin(&wrapped, json_root(json), &memory, &problems);
    struct json_list list = json_get_array(&wrapped, "file", 1, VECTOR_COUNT);
    for (size_t i = 0; i < list.count; i++) {
        struct json_object test;
        CHECK_OR_RETURN(json_array_object(&list, i, &test));
        bool wanted = !json_get_boolean(&test, "wantErr") || is_first_contact(&test);
        bool found = verify(&test);
        if (found != wanted)
            printf("case %.*s\n", SPAN_ARG(json_get_text(&test, "file", 1, 200)));
        CHECK(found == wanted);
        held += found;
    }
    CHECK(held > 0 && held < list.count);
    CHECK_OK(problems_to_error(&problems, &err), err);
    printf("%s: %zu cases, %zu hold\n", name, list.count, held);
    json_free(&json);
    arena_free(&memory);
}

CHECK_TEST(published_inclusion_cases_are_judged_as_published)
{
    run_cases("merkle/inclusion.json", inclusion_case);
}

CHECK_TEST(published_consistency_cases_are_judged_as_published)
{
    run_cases("merkle/consistency.json", consistency_case);
}

/* --- made here --- */

CHECK_TEST(every_inclusion_in_small_trees_is_proved)
{
    for (size_t size = 1; size <= SIZE_MAX_TRIED; size++) {
        struct proof_leaves nodes = {leaves, size};
        for (size_t index = 0; index < size; index++) {
            struct tlog_hash proof[PROOF_COUNT_MAX];
            size_t count = 0;
            CHECK(proof_make_inclusion(index, size, proof_nodes_get, &nodes, proof, &count));
            CHECK(proof_verify_inclusion(&leaves[index], index, size, proof, count, &roots[size]));
            /* No other leaf stands there, and this one nowhere else. */
            for (size_t other = 0; other < size; other++) {
                if (other == index)
                    continue;
                CHECK(!proof_verify_inclusion(&leaves[other], index, size, proof, count,
                                              &roots[size]));
                CHECK(!proof_verify_inclusion(&leaves[index], other, size, proof, count,
                                              &roots[size]));
            }
        }
    }
}

CHECK_TEST(every_consistency_of_small_trees_is_proved)
{
    for (size_t size = 0; size <= SIZE_MAX_TRIED; size++) {
        struct proof_leaves nodes = {leaves, size};
        for (size_t old = 0; old <= size; old++) {
            struct tlog_hash proof[PROOF_COUNT_MAX + 1];
            size_t count = 0;
            CHECK(proof_make_consistency(old, size, proof_nodes_get, &nodes, proof, &count));
            CHECK(proof_verify_consistency(old, &roots[old], size, &roots[size], proof, count));
            /* One hash more or less proves nothing. */
            proof[count] = leaves[0];
            CHECK(
                !proof_verify_consistency(old, &roots[old], size, &roots[size], proof, count + 1));
            if (count > 0)
                CHECK(!proof_verify_consistency(old, &roots[old], size, &roots[size], proof,
                                                count - 1));
            /* Nor does another old root. */
            struct tlog_hash other = roots[old];
            other.bytes[31] ^= 1;
            CHECK(!proof_verify_consistency(old, &other, size, &roots[size], proof, count));
        }
    }
}

CHECK_TEST(inclusion_proof_cut_lengthened_or_changed_is_refused)
{
    struct proof_leaves nodes = {leaves, 57};
    struct tlog_hash proof[PROOF_COUNT_MAX + 1];
    size_t count = 0;

    CHECK(proof_make_inclusion(33, 57, proof_nodes_get, &nodes, proof, &count));
    CHECK_INT(count, 6);
    for (size_t cut = 0; cut < count; cut++)
        CHECK(!proof_verify_inclusion(&leaves[33], 33, 57, proof, cut, &roots[57]));
    proof[count] = proof[count - 1];
    CHECK(!proof_verify_inclusion(&leaves[33], 33, 57, proof, count + 1, &roots[57]));
    for (size_t i = 0; i < count * TLOG_HASH_SIZE; i++) {
        proof[i / TLOG_HASH_SIZE].bytes[i % TLOG_HASH_SIZE] ^= 1;
        CHECK(!proof_verify_inclusion(&leaves[33], 33, 57, proof, count, &roots[57]));
        proof[i / TLOG_HASH_SIZE].bytes[i % TLOG_HASH_SIZE] ^= 1;
    }
    CHECK(proof_verify_inclusion(&leaves[33], 33, 57, proof, count, &roots[57]));
    CHECK(!proof_verify_inclusion(&leaves[33], 33, 57, proof, count, &roots[56]));
}

CHECK_TEST(consistency_proof_with_one_changed_byte_is_refused)
{
    struct proof_leaves nodes = {leaves, 61};
    struct tlog_hash proof[PROOF_COUNT_MAX];
    size_t count = 0;

    CHECK(proof_make_consistency(27, 61, proof_nodes_get, &nodes, proof, &count));
    for (size_t i = 0; i < count * TLOG_HASH_SIZE; i++) {
        proof[i / TLOG_HASH_SIZE].bytes[i % TLOG_HASH_SIZE] ^= 0x80;
        CHECK(!proof_verify_consistency(27, &roots[27], 61, &roots[61], proof, count));
        proof[i / TLOG_HASH_SIZE].bytes[i % TLOG_HASH_SIZE] ^= 0x80;
    }
    CHECK(proof_verify_consistency(27, &roots[27], 61, &roots[61], proof, count));
    /* A fork: the same size, another leaf 26. */
    struct tlog_hash leaf = leaves[26];
    struct tlog_hash forked;
    leaves[26].bytes[0] ^= 1;
    support_root(leaves, 27, &forked);
    leaves[26] = leaf;
    CHECK(!proof_verify_consistency(27, &forked, 61, &roots[61], proof, count));
}

CHECK_TEST(sizes_that_cannot_be_are_refused)
{
    struct proof_leaves nodes = {leaves, 8};
    struct tlog_hash proof[PROOF_COUNT_MAX];
    size_t count = 0;

    CHECK(!proof_make_inclusion(8, 8, proof_nodes_get, &nodes, proof, &count));
    CHECK(!proof_make_inclusion(0, 0, proof_nodes_get, &nodes, proof, &count));
    CHECK(!proof_make_consistency(9, 8, proof_nodes_get, &nodes, proof, &count));
    CHECK(!proof_make_inclusion(3, 9, proof_nodes_get, &nodes, proof, &count)); /* no such leaf */
    CHECK(!proof_verify_consistency(8, &roots[8], 7, &roots[7], NULL, 0));
    CHECK(!proof_verify_inclusion(&leaves[0], 1, 1, NULL, 0, &leaves[0]));
    CHECK(!proof_verify_inclusion(&leaves[0], UINT64_MAX, UINT64_MAX, NULL, 0, &leaves[0]));
}

CHECK_TEST(from_the_empty_tree_only_its_root_and_no_hash_is_taken)
{
    CHECK(proof_verify_consistency(0, &roots[0], 5, &roots[5], NULL, 0));
    CHECK(!proof_verify_consistency(0, &roots[1], 5, &roots[5], NULL, 0));
    CHECK(!proof_verify_consistency(0, &roots[0], 5, &roots[5], &leaves[0], 1));
}

static bool no_node(void *context, unsigned level, uint64_t index, struct tlog_hash *out)
{
    (void)context;
    (void)level;
    (void)index;
    (void)out;
    return false;
}

static bool any_node(void *context, unsigned level, uint64_t index, struct tlog_hash *out)
{
    (void)context;
    *out = (struct tlog_hash){{(uint8_t)level, (uint8_t)index}};
    return true;
}

CHECK_TEST(missing_node_makes_no_proof_and_the_longest_proof_fits)
{
    struct tlog_hash proof[PROOF_COUNT_MAX];
    size_t count = 0;

    CHECK(!proof_make_inclusion(0, 2, no_node, NULL, proof, &count));
    CHECK(!proof_make_consistency(1, 2, no_node, NULL, proof, &count));
    CHECK(proof_make_inclusion(0, UINT64_MAX, any_node, NULL, proof, &count));
    CHECK_INT(count, 64);
    CHECK(proof_make_consistency(TLOG_SIZE_MAX / 3, TLOG_SIZE_MAX, any_node, NULL, proof, &count));
    CHECK(count <= 63); /* what a witness request can carry */
}

CHECK_TEST(nodes_beyond_the_leaves_are_not_to_be_had)
{
    struct proof_leaves nodes = {leaves, 12};
    struct tlog_hash out;

    CHECK(proof_nodes_get(&nodes, 2, 2, &out));
    CHECK(!proof_nodes_get(&nodes, 2, 3, &out));
    CHECK(!proof_nodes_get(&nodes, 4, 0, &out));
    CHECK(!proof_nodes_get(&nodes, 39, UINT64_C(1) << 25, &out));
    CHECK(!proof_nodes_get(&nodes, 64, 0, &out));
}

int main(void)
{
    crypto_start();
    make_trees();
    CHECK_RUN(published_inclusion_cases_are_judged_as_published);
    CHECK_RUN(published_consistency_cases_are_judged_as_published);
    CHECK_RUN(every_inclusion_in_small_trees_is_proved);
    CHECK_RUN(every_consistency_of_small_trees_is_proved);
    CHECK_RUN(inclusion_proof_cut_lengthened_or_changed_is_refused);
    CHECK_RUN(consistency_proof_with_one_changed_byte_is_refused);
    CHECK_RUN(sizes_that_cannot_be_are_refused);
    CHECK_RUN(from_the_empty_tree_only_its_root_and_no_hash_is_taken);
    CHECK_RUN(missing_node_makes_no_proof_and_the_longest_proof_fits);
    CHECK_RUN(nodes_beyond_the_leaves_are_not_to_be_had);
    free(leaves);
    return check_end();
}
