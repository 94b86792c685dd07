/* Proof files: written, read and verified for every entry of a tree; cut, changed, too long, with lines twice. */
#include "check.h"
#include "tlog/support/tlog_support.h"

#include "tlog/bundle_proof.h"

#define TREE_SIZE 21

static struct arena memory;
static struct tlog_hash *leaves;
static struct signer log_signer;
static struct signer custody;

static bool read_proof(struct span bytes, struct bundle_proof *out, struct error *err)
{
    arena_free(&memory);
    memory = arena_make(64 * 1024);
    return bundle_proof_read(bytes, &memory, out, err);
}

/* The whole file for the entry at `index`: checkpoint signed by the log, cosigned by the receiver. */
static struct buffer proof_file(uint64_t index, const char *extra)
{
    struct proof_leaves nodes = {leaves, TREE_SIZE};
    struct tlog_hash hashes[PROOF_COUNT_MAX];
    struct bundle_proof proof = {.extra = span_text(extra), .index = index, .proof = hashes};
    struct buffer out = buffer_make(BUNDLE_PROOF_SIZE_MAX + 1);
    struct tlog_hash root;
    struct note note;
    struct error err = {0};

    support_root(leaves, TREE_SIZE, &root);
    struct buffer checkpoint CLEANUP(buffer_free) =
        support_checkpoint(&log_signer, TREE_SIZE, &root);
    CHECK(note_read(buffer_span(&checkpoint), &note, &err));
    struct buffer text CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    CHECK(buffer_add(&text, note.text));
    support_cosign(&custody, 1767139200, buffer_span(&text), &checkpoint);
    proof.checkpoint = buffer_span(&checkpoint);
    CHECK(proof_make_inclusion(index, TREE_SIZE, proof_nodes_get, &nodes, hashes,
                               &proof.proof_count));
    CHECK(bundle_proof_write(&proof, &out));
    return out;
}

/* Reads and verifies, receipt included, for the leaf. */
static bool holds(struct span bytes, const struct tlog_hash *leaf, struct error *err)
{
    struct bundle_proof proof;
    struct checkpoint checkpoint;
    struct buffer body CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct note note;
    int64_t time_s;
    uint8_t signature[SIGNATURE_SIZE];

    return read_proof(bytes, &proof, err) &&
           bundle_proof_verify(&proof, leaf, &log_signer.key, &checkpoint, &body, err) &&
           note_read(proof.checkpoint, &note, err) &&
           cosignature_verify(&note, &custody.key, &time_s, signature, err);
}

CHECK_TEST(every_entry_of_a_tree_has_a_proof_file_that_holds_for_it_alone)
{
    for (uint64_t index = 0; index < TREE_SIZE; index++) {
        struct buffer bytes CLEANUP(buffer_free) = proof_file(index, index % 2 == 0 ? "" : "more");
        for (uint64_t leaf = 0; leaf < TREE_SIZE; leaf++) {
            struct error err = {0};
            CHECK(holds(buffer_span(&bytes), &leaves[leaf], &err) == (leaf == index));
        }
    }
}

CHECK_TEST(proof_file_reads_what_it_writes)
{
    struct buffer bytes CLEANUP(buffer_free) = proof_file(9, "salt and part");
    struct buffer again CLEANUP(buffer_free) = buffer_make(BUNDLE_PROOF_SIZE_MAX);
    struct bundle_proof proof;
    struct error err = {0};

    CHECK_OK(read_proof(buffer_span(&bytes), &proof, &err), err);
    CHECK_SPAN(proof.extra, "salt and part");
    CHECK_INT(proof.index, 9);
    CHECK(bundle_proof_write(&proof, &again));
    CHECK(span_equal(buffer_span(&bytes), buffer_span(&again)));
}

CHECK_TEST(form_is_the_published_one)
{
    static const char text[] = "c2sp.org/tlog-proof@v1\n"
                               "extra ZXh0cmEgaW5mb3JtYXRpb24=\n"
                               "index 73894\n"
                               "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n"
                               "B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n"
                               "\n"
                               "example.com/fancylog\n109482\n";
    struct buffer again CLEANUP(buffer_free) = buffer_make(BUNDLE_PROOF_SIZE_MAX);
    struct bundle_proof proof;
    struct error err = {0};

    CHECK_OK(read_proof(span_text(text), &proof, &err), err);
    CHECK_INT(proof.index, 73894);
    CHECK_INT(proof.proof_count, 2);
    CHECK_SPAN(proof.extra, "extra information");
    CHECK_SPAN(proof.checkpoint, "example.com/fancylog\n109482\n");
    CHECK(bundle_proof_write(&proof, &again));
    CHECK_SPAN(buffer_span(&again), text);
}

CHECK_TEST(proof_file_cut_at_any_byte_does_not_hold)
{
    struct buffer bytes CLEANUP(buffer_free) = proof_file(9, "x");

    for (size_t size = 0; size < bytes.size; size++) {
        struct error err = {0};
        CHECK(!holds(span_make(bytes.data, size), &leaves[9], &err));
        CHECK(err.kind == ERROR_INPUT || err.kind == ERROR_MISSING);
    }
}

CHECK_TEST(proof_file_with_any_bit_changed_does_not_hold)
{
    struct buffer bytes CLEANUP(buffer_free) = proof_file(9, "");

    for (size_t i = 0; i < bytes.size * 8; i++) {
        struct error err = {0};
        bytes.data[i / 8] ^= (uint8_t)(1u << i % 8);
        CHECK(!holds(buffer_span(&bytes), &leaves[9], &err));
        bytes.data[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    struct error err = {0};
    CHECK_OK(holds(buffer_span(&bytes), &leaves[9], &err), err);
}

CHECK_TEST(malformed_and_duplicated_lines_are_refused)
{
    static const char *const texts[] = {
        "c2sp.org/tlog-proof@v2\nindex 1\n\nx",
        "index 1\n\nx",
        "c2sp.org/tlog-proof@v1\nc2sp.org/tlog-proof@v1\nindex 1\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 1\nindex 1\n\nx",
        "c2sp.org/tlog-proof@v1\nextra AAAA\nextra AAAA\nindex 1\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 1\nextra AAAA\n\nx",
        "c2sp.org/tlog-proof@v1\nextra \nindex 1\n\nx",
        "c2sp.org/tlog-proof@v1\nextra AAA\nindex 1\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 01\n\nx",
        "c2sp.org/tlog-proof@v1\nindex \n\nx",
        "c2sp.org/tlog-proof@v1\nindex -1\n\nx",
        "c2sp.org/tlog-proof@v1\r\nindex 1\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 1\n\n",
        "c2sp.org/tlog-proof@v1\nindex 1\n",
        "c2sp.org/tlog-proof@v1\n\nindex 1\n\nx",
    };

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct bundle_proof proof;
        struct error err = {0};
        CHECK(!read_proof(span_text(texts[i]), &proof, &err));
        CHECK_INT(err.kind, ERROR_INPUT);
    }
}

CHECK_TEST(proof_file_beyond_a_limit_is_refused)
{
    static const struct tlog_hash hashes[PROOF_COUNT_MAX + 1];
    static const uint8_t extra[BUNDLE_PROOF_EXTRA_MAX + 1];
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(4 * BUNDLE_PROOF_SIZE_MAX);
    struct bundle_proof proof = {
        .proof = hashes, .proof_count = PROOF_COUNT_MAX, .checkpoint = span_text("x")};
    struct bundle_proof found;
    struct error err = {0};

    proof.extra = span_make(extra, BUNDLE_PROOF_EXTRA_MAX);
    CHECK(bundle_proof_write(&proof, &bytes));
    CHECK_OK(read_proof(buffer_span(&bytes), &found, &err), err);
    CHECK_INT(found.proof_count, PROOF_COUNT_MAX);
    CHECK_INT(found.extra.size, BUNDLE_PROOF_EXTRA_MAX);
    proof.extra.size++;
    CHECK(!bundle_proof_write(&proof, &bytes));
    proof.extra.size = 0;
    proof.proof_count++;
    CHECK(!bundle_proof_write(&proof, &bytes));
    buffer_clear(&bytes);
    buffer_text(&bytes, "c2sp.org/tlog-proof@v1\nindex 1\n");
    for (int i = 0; i < PROOF_COUNT_MAX + 1; i++)
        tlog_hash_line_write(&hashes[0], &bytes);
    buffer_text(&bytes, "\nx");
    CHECK(!read_proof(buffer_span(&bytes), &found, &err));
    CHECK_ERROR(err, ERROR_LIMIT, "hashes");
    buffer_clear(&bytes);
    buffer_text(&bytes, "c2sp.org/tlog-proof@v1\nindex 1\n\n");
    CHECK(buffer_room(&bytes, BUNDLE_PROOF_SIZE_MAX) != NULL);
    CHECK(!read_proof(buffer_span(&bytes), &found, &err));
    CHECK_INT(err.kind, ERROR_LIMIT);
}

CHECK_TEST(checkpoint_of_another_log_proves_nothing)
{
    struct buffer bytes CLEANUP(buffer_free) = proof_file(3, "");
    struct signer other = support_signer("al/ro-al/to/ro/0", NOTE_ED25519, 9);
    struct bundle_proof proof;
    struct checkpoint checkpoint;
    struct buffer body CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct error err = {0};

    CHECK(read_proof(buffer_span(&bytes), &proof, &err));
    CHECK(!bundle_proof_verify(&proof, &leaves[3], &other.key, &checkpoint, &body, &err));
    CHECK_ERROR(err, ERROR_INPUT, "not signed by al/ro-al/to/ro/0");
}

int main(void)
{
    crypto_start();
    leaves = support_leaves(TREE_SIZE);
    log_signer = support_signer("ro/ro-al/to/al/0", NOTE_ED25519, 1);
    custody = support_signer("al/custody/0", NOTE_COSIGNATURE, 2);
    CHECK_RUN(every_entry_of_a_tree_has_a_proof_file_that_holds_for_it_alone);
    CHECK_RUN(proof_file_reads_what_it_writes);
    CHECK_RUN(form_is_the_published_one);
    CHECK_RUN(proof_file_cut_at_any_byte_does_not_hold);
    CHECK_RUN(proof_file_with_any_bit_changed_does_not_hold);
    CHECK_RUN(malformed_and_duplicated_lines_are_refused);
    CHECK_RUN(proof_file_beyond_a_limit_is_refused);
    CHECK_RUN(checkpoint_of_another_log_proves_nothing);
    free(leaves);
    arena_free(&memory);
    return check_end();
}
