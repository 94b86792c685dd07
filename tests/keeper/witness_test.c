/* The keeper as a witness of a partner's domestic log: consistency proofs alone, 409 and 422 of tlog-witness. */
#include "check.h"
#include "keeper/support/fixture.h"

#include "tlog/cosignature.h"
#include "tlog/proof.h"

#define ORIGIN     "al/domestic/0"
#define NOW_S      INT64_C(1728000000)
#define LEAF_COUNT 200

static struct tlog_hash leaves[LEAF_COUNT], other_leaves[LEAF_COUNT];
static struct tlog_hash proof[PROOF_COUNT_MAX];

static void start(struct fixture *f)
{
    struct error err = {0};

    fixture_start(f, "ro", 1);
    fixture_leaves(1, 0, leaves, LEAF_COUNT);
    fixture_leaves(2, 0, other_leaves, LEAF_COUNT);
    CHECK_OK(keeper_register(&f->client, KEEPER_WITNESS, span_text(ORIGIN), &err), err);
}

static bool ask(struct fixture *f, uint64_t line, uint64_t old_size, uint64_t size, int64_t time_s,
                struct keeper_witness *out, struct error *err)
{
    struct proof_leaves nodes = {line == 1 ? leaves : other_leaves, LEAF_COUNT};

    *out = (struct keeper_witness){.origin = span_text(ORIGIN),
                                   .old_size = old_size,
                                   .size = size,
                                   .proof = proof,
                                   .time_s = time_s};
    fixture_root(line, size, &out->root);
    if (old_size > 0 && old_size < size)
        proof_make_consistency(old_size, size, proof_nodes_get, &nodes, proof, &out->proof_count);
    return keeper_witness(&f->client, out, err);
}

static bool is_cosigned(const uint8_t key[SIGNATURE_PUBLIC_SIZE], const struct keeper_witness *w)
{
    CLEANUP(buffer_free) struct buffer text = buffer_make(4096);
    CLEANUP(buffer_free) struct buffer message = buffer_make(4096);
    struct checkpoint checkpoint = {w->origin, w->size, w->root};

    return checkpoint_write(&checkpoint, &text) &&
           cosignature_message_write(w->time_s, buffer_span(&text), &message) &&
           signature_verify(key, buffer_span(&message), w->signature);
}

CHECK_TEST(extensions_are_cosigned_with_the_witness_key)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_keys keys;
    struct keeper_witness w;
    uint64_t size = 0;

    start(&f);
    CHECK_OK(keeper_public_keys(&f.client, &keys, &err), err);
    for (uint64_t step = 0; size + step <= LEAF_COUNT; size += step, step++) {
        CHECK_OK(ask(&f, 1, size, size + step, NOW_S + (int64_t)step, &w, &err), err);
        CHECK_INT(w.held_size, size + step);
        CHECK(is_cosigned(keys.witness, &w));
        CHECK(!is_cosigned(keys.custody, &w));
        if (step % 5 == 0)
            CHECK_OR_RETURN(fixture_reopen(&f));
    }
    CHECK(size > 150);
    fixture_end(&f);
}

CHECK_TEST(any_other_old_size_is_a_conflict_that_names_the_held_one)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_witness w;

    start(&f);
    CHECK_OK(ask(&f, 1, 0, 50, NOW_S, &w, &err), err);
    for (uint64_t old_size = 0; old_size < 60; old_size++) {
        if (old_size == 50)
            continue;
        CHECK(!ask(&f, 1, old_size, 70, NOW_S, &w, &err));
        CHECK_INT(err.kind, ERROR_CONFLICT);
        CHECK_INT(w.held_size, 50);
    }
    fixture_end(&f);
}

CHECK_TEST(another_history_or_proof_is_refused)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_witness w;
    struct proof_leaves nodes = {leaves, LEAF_COUNT};

    start(&f);
    CHECK_OK(ask(&f, 1, 0, 50, NOW_S, &w, &err), err);
    CHECK(!ask(&f, 2, 50, 70, NOW_S, &w, &err));
    CHECK_ERROR(err, ERROR_INPUT, "does not hold");
    CHECK(!ask(&f, 2, 50, 50, NOW_S, &w, &err)); /* a fork at the same size */
    CHECK_ERROR(err, ERROR_CONFLICT, "another root");
    CHECK_INT(w.held_size, 50);
    CHECK(!ask(&f, 1, 50, 49, NOW_S, &w, &err));
    CHECK_ERROR(err, ERROR_INPUT, "below");
    /* Every hash of the proof altered, one left out, one too many. */
    w = (struct keeper_witness){
        .origin = span_text(ORIGIN), .old_size = 50, .size = 70, .proof = proof, .time_s = NOW_S};
    fixture_root(1, 70, &w.root);
    CHECK(proof_make_consistency(50, 70, proof_nodes_get, &nodes, proof, &w.proof_count));
    for (size_t i = 0; i < w.proof_count; i++) {
        proof[i].bytes[i] ^= 1;
        CHECK(!keeper_witness(&f.client, &w, &err));
        CHECK_INT(err.kind, ERROR_INPUT);
        proof[i].bytes[i] ^= 1;
    }
    for (int more = -1; more <= 1; more += 2) {
        w.proof_count += (size_t)more;
        CHECK(!keeper_witness(&f.client, &w, &err));
        CHECK_INT(err.kind, ERROR_INPUT);
        w.proof_count -= (size_t)more;
    }
    w.proof_count = 64;
    CHECK(!keeper_witness(&f.client, &w, &err));
    CHECK_INT(err.kind, ERROR_LIMIT);
    CHECK_OK(ask(&f, 1, 50, 70, NOW_S, &w, &err), err);
    fixture_end(&f);
}

CHECK_TEST(an_empty_log_has_the_empty_root)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_witness w = {.origin = span_text(ORIGIN), .time_s = NOW_S};

    start(&f);
    CHECK(!keeper_witness(&f.client, &w, &err));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    CHECK_OK(ask(&f, 1, 0, 0, NOW_S, &w, &err), err);
    fixture_end(&f);
}

CHECK_TEST(time_may_go_on_at_the_same_size_but_never_falls)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_witness w;

    start(&f);
    CHECK_OK(ask(&f, 1, 0, 50, NOW_S, &w, &err), err);
    CHECK_OK(ask(&f, 1, 50, 50, NOW_S + 60, &w, &err), err);
    CHECK(!ask(&f, 1, 50, 50, NOW_S + 59, &w, &err));
    CHECK_ERROR(err, ERROR_BUSY, "before the last");
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK(!ask(&f, 1, 50, 60, NOW_S + 59, &w, &err));
    CHECK_INT(err.kind, ERROR_BUSY);
    CHECK(!ask(&f, 1, 50, 60, 0, &w, &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK_OK(ask(&f, 1, 50, 60, NOW_S + 60, &w, &err), err);
    fixture_end(&f);
}

CHECK_TEST(a_log_that_is_not_registered_is_missing)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_witness w = {.origin = span_text("gr/domestic/0"), .time_s = NOW_S};

    start(&f);
    CHECK(!keeper_witness(&f.client, &w, &err));
    CHECK_ERROR(err, ERROR_MISSING, "gr/domestic/0");
    fixture_end(&f);
}

CHECK_TEST(a_failed_sync_releases_no_witness_signature)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_witness w;

    start(&f);
    f.memory.fail_sync_at = 1;
    CHECK(!ask(&f, 1, 0, 50, NOW_S, &w, &err));
    CHECK_INT(err.kind, ERROR_STORE);
    static const uint8_t none[SIGNATURE_SIZE];
    CHECK(memcmp(w.signature, none, sizeof none) == 0);
    fixture_end(&f);
}

int main(void)
{
    CHECK_RUN(extensions_are_cosigned_with_the_witness_key);
    CHECK_RUN(any_other_old_size_is_a_conflict_that_names_the_held_one);
    CHECK_RUN(another_history_or_proof_is_refused);
    CHECK_RUN(an_empty_log_has_the_empty_root);
    CHECK_RUN(time_may_go_on_at_the_same_size_but_never_falls);
    CHECK_RUN(a_log_that_is_not_registered_is_missing);
    CHECK_RUN(a_failed_sync_releases_no_witness_signature);
    return check_end();
}
