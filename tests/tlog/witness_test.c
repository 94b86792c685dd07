/* The add-checkpoint request: the form of the specification, whole, cut, changed, too long. */
#include "check.h"
#include "tlog/support/tlog_support.h"

#include "tlog/proof.h"
#include "tlog/witness.h"

/* The first two hashes of the specification's example, with a checkpoint's beginning. */
static const char sample[] = "old 20852014\n"
                             "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
                             "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
                             "\n"
                             "example.com/behind-the-sofa\n20852163\n";

static struct arena memory;

static bool read_request(struct span bytes, struct witness_request *out, struct error *err)
{
    arena_free(&memory);
    memory = arena_make(64 * 1024);
    return witness_request_read(bytes, &memory, out, err);
}

CHECK_TEST(request_reads_what_it_writes)
{
    struct witness_request request;
    struct buffer again CLEANUP(buffer_free) = buffer_make(WITNESS_REQUEST_SIZE_MAX);
    struct error err = {0};

    CHECK_OK(read_request(span_text(sample), &request, &err), err);
    CHECK_INT(request.old_size, 20852014);
    CHECK_INT(request.proof_count, 2);
    CHECK_INT(request.proof[0].bytes[0], 0x3e);
    CHECK_SPAN(request.checkpoint, "example.com/behind-the-sofa\n20852163\n");
    CHECK(witness_request_write(&request, &again));
    CHECK_SPAN(buffer_span(&again), sample);
}

CHECK_TEST(request_cut_before_its_checkpoint_is_refused)
{
    size_t head = (size_t)(strstr(sample, "\n\n") - sample) + 2;

    for (size_t size = 0; size <= head; size++) {
        struct witness_request request;
        struct error err = {0};
        CHECK(!read_request(span_make(sample, size), &request, &err));
        CHECK_INT(err.kind, ERROR_INPUT);
    }
}

CHECK_TEST(changed_byte_is_read_as_something_else_or_refused)
{
    char text[sizeof sample];
    size_t head = (size_t)(strstr(sample, "\n\n") - sample) + 2;

    memcpy(text, sample, sizeof text);
    for (size_t i = 0; i < head * 8; i++) {
        struct witness_request request;
        struct buffer again CLEANUP(buffer_free) = buffer_make(WITNESS_REQUEST_SIZE_MAX);
        struct error err = {0};
        text[i / 8] = (char)(text[i / 8] ^ (1 << i % 8));
        struct span bytes = span_make(text, strlen(sample));
        if (read_request(bytes, &request, &err)) {
            CHECK(witness_request_write(&request, &again));
            CHECK(span_equal(buffer_span(&again), bytes));
        }
        text[i / 8] = (char)(text[i / 8] ^ (1 << i % 8));
    }
}

CHECK_TEST(malformed_requests_are_refused)
{
    static const char *const texts[] = {
        "old 01\n\nx",
        "old -1\n\nx",
        "old  1\n\nx",
        "old\n\nx",
        "Old 1\n\nx",
        "old 1\r\n\nx",
        "old 18446744073709551616\n\nx",
        "old 1\nold 1\n\nx",                                        /* twice */
        "old 1\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkQ==\n\nx", /* 31 bytes */
        "old 1\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw= \n\nx",
        "\nold 1\n\nx",
    };

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct witness_request request;
        struct error err = {0};
        CHECK(!read_request(span_text(texts[i]), &request, &err));
    }
}

CHECK_TEST(request_takes_63_hashes_and_no_64)
{
    static const struct tlog_hash proof[WITNESS_PROOF_MAX + 1];
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(WITNESS_REQUEST_SIZE_MAX);
    struct witness_request request = {1, proof, WITNESS_PROOF_MAX, span_text("note")};
    struct witness_request again;
    struct error err = {0};

    CHECK(witness_request_write(&request, &bytes));
    CHECK_OK(read_request(buffer_span(&bytes), &again, &err), err);
    CHECK_INT(again.proof_count, WITNESS_PROOF_MAX);
    request.proof_count++;
    CHECK(!witness_request_write(&request, &bytes));
    buffer_clear(&bytes);
    buffer_text(&bytes, "old 1\n");
    for (int i = 0; i < WITNESS_PROOF_MAX + 1; i++)
        tlog_hash_line_write(&proof[0], &bytes);
    buffer_text(&bytes, "\nnote");
    CHECK(!read_request(buffer_span(&bytes), &again, &err));
    CHECK_ERROR(err, ERROR_LIMIT, "63");
}

CHECK_TEST(request_that_is_too_long_or_finds_no_memory_is_refused)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(2 * WITNESS_REQUEST_SIZE_MAX);
    struct witness_request request = {0};
    struct arena none = arena_make(16);
    struct error err = {0};

    buffer_text(&bytes, "old 1\n\n");
    CHECK(buffer_room(&bytes, WITNESS_REQUEST_SIZE_MAX) != NULL);
    CHECK(!read_request(buffer_span(&bytes), &request, &err));
    CHECK_INT(err.kind, ERROR_LIMIT);
    CHECK(!witness_request_read(span_text(sample), &none, &request, &err));
    CHECK_INT(err.kind, ERROR_LIMIT);
    buffer_clear(&bytes);
    CHECK(!witness_request_write(&(struct witness_request){0}, &bytes)); /* no checkpoint */
    arena_free(&none);
}

CHECK_TEST(whole_request_of_a_log_is_verified_from_its_parts)
{
    struct signer log = support_signer("ro/domestic/0", NOTE_ED25519, 1);
    struct tlog_hash *leaves = support_leaves(40);
    struct proof_leaves nodes = {leaves, 40};
    struct tlog_hash proof[PROOF_COUNT_MAX];
    struct tlog_hash old_root;
    struct tlog_hash new_root;
    struct witness_request request = {.old_size = 13, .proof = proof};
    struct witness_request found;
    struct checkpoint checkpoint;
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(WITNESS_REQUEST_SIZE_MAX);
    struct buffer body CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    uint8_t signature[SIGNATURE_SIZE];
    struct error err = {0};

    support_root(leaves, 13, &old_root);
    support_root(leaves, 40, &new_root);
    struct buffer note CLEANUP(buffer_free) = support_checkpoint(&log, 40, &new_root);
    CHECK(proof_make_consistency(13, 40, proof_nodes_get, &nodes, proof, &request.proof_count));
    request.checkpoint = buffer_span(&note);
    CHECK(witness_request_write(&request, &bytes));
    CHECK_OK(read_request(buffer_span(&bytes), &found, &err), err);
    CHECK_OK(checkpoint_open(found.checkpoint, &log.key, &checkpoint, &body, signature, &err), err);
    CHECK(proof_verify_consistency(found.old_size, &old_root, checkpoint.size, &checkpoint.root,
                                   found.proof, found.proof_count));
    free(leaves);
}

int main(void)
{
    crypto_start();
    CHECK_RUN(request_reads_what_it_writes);
    CHECK_RUN(request_cut_before_its_checkpoint_is_refused);
    CHECK_RUN(changed_byte_is_read_as_something_else_or_refused);
    CHECK_RUN(malformed_requests_are_refused);
    CHECK_RUN(request_takes_63_hashes_and_no_64);
    CHECK_RUN(request_that_is_too_long_or_finds_no_memory_is_refused);
    CHECK_RUN(whole_request_of_a_log_is_verified_from_its_parts);
    arena_free(&memory);
    return check_end();
}
