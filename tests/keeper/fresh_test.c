/*
 * A keeper whose record was lost: it signs nothing before the partner said, for a number of this keeper's own, how much it
 * holds; then it signs what leads on from there, and the same bytes as ever for what it signed before.
 * covers: fresh logs
 */
#include "check.h"
#include "keeper/fresh.h"
#include "keeper/support/fixture.h"
#include "tlog/checkpoint.h"
#include "tlog/proof.h"

#include <stdio.h>

#define NOW_S     (FIXTURE_NOW_MS / 1000)
#define RO_OUT    "ro/ro-al/to/al/0"
#define AL_OUT    "al/ro-al/to/ro/0"
#define RO_HOME   "ro/domestic/0"
#define AL_HOME   "al/domestic/0"
#define RO_SIZE   10
#define AL_SIZE   7
#define HOME_SIZE 64

/* Two keepers that gave each other receipts, witnessed each other, and then ro's record is gone. */
struct scene {
    struct fixture ro, al;
    struct keeper_keys al_keys;
    uint8_t pinned[3][1][SIGNATURE_PUBLIC_SIZE]; /* of al: custody, custody, witness */
    struct keeper_lost_log logs[4];
    uint8_t signed_before[SIGNATURE_SIZE]; /* ro's checkpoint of RO_SIZE */
    uint8_t receipt[SIGNATURE_SIZE];       /* of ro for AL_SIZE */
    uint8_t witnessed[SIGNATURE_SIZE];     /* of ro for al's domestic log */
};

static bool step(struct fixture *f, enum keeper_slot kind, const char *origin, uint64_t before,
                 size_t count, uint8_t signature[SIGNATURE_SIZE])
{
    struct error err = {0};
    struct keeper_step out;
    bool ok = fixture_step(f, kind, origin, before, count, true, NOW_S, 1, &out, &err);

    if (!ok)
        printf("step of %s: %s\n", origin, err.text);
    else if (signature != NULL)
        memcpy(signature, out.signature, SIGNATURE_SIZE);
    return ok;
}

static bool witness(struct fixture *f, const char *origin, uint8_t signature[SIGNATURE_SIZE])
{
    struct error err = {0};
    struct keeper_witness ask = {.origin = span_text(origin), .size = HOME_SIZE, .time_s = NOW_S};

    fixture_root(1, HOME_SIZE, &ask.root);
    bool ok = keeper_register(&f->client, KEEPER_WITNESS, ask.origin, &err) &&
              keeper_witness(&f->client, &ask, &err);
    memcpy(signature, ask.signature, SIGNATURE_SIZE);
    return ok;
}

static void logs_name(struct scene *s)
{
    memcpy(s->pinned[0][0], s->al_keys.custody, SIGNATURE_PUBLIC_SIZE);
    memcpy(s->pinned[1][0], s->al_keys.custody, SIGNATURE_PUBLIC_SIZE);
    memcpy(s->pinned[2][0], s->al_keys.witness, SIGNATURE_PUBLIC_SIZE);
    s->logs[0] = (struct keeper_lost_log){
        .kind = KEEPER_LOG, .origin = span_text(RO_OUT), .keys = s->pinned[0], .key_count = 1};
    s->logs[1] = (struct keeper_lost_log){
        .kind = KEEPER_CUSTODY, .origin = span_text(AL_OUT), .keys = s->pinned[1], .key_count = 1};
    s->logs[2] = (struct keeper_lost_log){
        .kind = KEEPER_LOG, .origin = span_text(RO_HOME), .keys = s->pinned[2], .key_count = 1};
    s->logs[3] = (struct keeper_lost_log){.kind = KEEPER_WITNESS,
                                          .origin = span_text(AL_HOME),
                                          .size = HOME_SIZE,
                                          .time_s = NOW_S,
                                          .signature = s->witnessed};
    fixture_root(1, HOME_SIZE, &s->logs[3].root);
}

static bool scene_start(struct scene *s)
{
    struct error err = {0};
    uint8_t ignored[SIGNATURE_SIZE];

    fixture_start(&s->ro, "ro", 5);
    fixture_start(&s->al, "al", 6);
    bool ok = keeper_register(&s->ro.client, KEEPER_LOG, span_text(RO_OUT), &err) &&
              keeper_register(&s->ro.client, KEEPER_LOG, span_text(RO_HOME), &err) &&
              keeper_register(&s->ro.client, KEEPER_CUSTODY, span_text(AL_OUT), &err) &&
              keeper_register(&s->al.client, KEEPER_LOG, span_text(AL_OUT), &err) &&
              keeper_register(&s->al.client, KEEPER_CUSTODY, span_text(RO_OUT), &err) &&
              step(&s->ro, KEEPER_LOG, RO_OUT, 0, RO_SIZE, s->signed_before) &&
              step(&s->ro, KEEPER_LOG, RO_HOME, 0, HOME_SIZE, NULL) &&
              step(&s->ro, KEEPER_CUSTODY, AL_OUT, 0, AL_SIZE, s->receipt) &&
              step(&s->al, KEEPER_LOG, AL_OUT, 0, AL_SIZE, NULL) &&
              step(&s->al, KEEPER_CUSTODY, RO_OUT, 0, RO_SIZE, NULL) &&
              witness(&s->al, RO_HOME, ignored) && witness(&s->ro, AL_HOME, s->witnessed) &&
              keeper_public_keys(&s->al.client, &s->al_keys, &err);
    logs_name(s);
    return ok;
}

static void scene_end(struct scene *s)
{
    fixture_end(&s->ro);
    fixture_end(&s->al);
}

static bool recover(struct scene *s, bool is_all, size_t *changed)
{
    struct error err = {0};

    keeper_close(&s->ro.keeper);
    bool ok = keeper_recover(&s->ro.options, s->logs, ARRAY_COUNT(s->logs), is_all, changed, &err);
    if (!ok)
        printf("recover: %s\n", err.text);
    return fixture_reopen(&s->ro) && ok;
}

/* ro's record is gone and made anew. */
static bool lose(struct scene *s)
{
    size_t changed = 0;

    s->ro.options.env->unlink(s->ro.options.env->context, FIXTURE_RECORD, &(struct error){0});
    return recover(s, false, &changed) && changed == 4;
}

/* What al says about one of its slots, for ro's number. */
static bool word(struct scene *s, enum keeper_slot there, enum keeper_slot here, const char *origin,
                 struct keeper_fresh_word *out)
{
    struct error err = {0};
    struct keeper_fresh fresh = {.kind = there, .origin = span_text(origin)};

    if (there == KEEPER_LOG) {
        fresh.size = AL_SIZE;
        fixture_root(1, AL_SIZE, &fresh.root);
    }
    bool ok = keeper_fresh_nonce(&s->ro.client, fresh.nonce, &err) &&
              keeper_fresh_sign(&s->al.client, &fresh, &err);
    if (!ok)
        printf("word on %s: %s\n", origin, err.text);
    *out = (struct keeper_fresh_word){
        .kind = here, .origin = fresh.origin, .size = fresh.size, .root = fresh.root};
    memcpy(out->signature, fresh.signature, SIGNATURE_SIZE);
    if (here == KEEPER_CUSTODY) {
        out->time_s = NOW_S;
        memcpy(out->receipt, s->receipt, SIGNATURE_SIZE);
    }
    return ok;
}

static bool feed(struct scene *s, enum keeper_slot kind, const char *origin, uint64_t from,
                 size_t count, uint64_t history)
{
    struct error err = {0};
    struct keeper_step out;

    return fixture_step(&s->ro, kind, origin, from, count, false, 0, history, &out, &err);
}

CHECK_TEST(a_lost_record_signs_nothing_and_says_what_to_do)
{
    struct scene s;
    struct error err = {0};
    struct keeper_step out;
    struct keeper_state state;

    CHECK(scene_start(&s));
    s.ro.options.env->unlink(s.ro.options.env->context, FIXTURE_RECORD, &err);
    CHECK_OR_RETURN(fixture_reopen(&s.ro));
    CHECK(!keeper_status(&s.ro.client, &err));
    CHECK_ERROR(err, ERROR_STORE, "besa keeper recover");
    CHECK_OK(keeper_state(&s.ro.client, KEEPER_LOG, span_text(RO_OUT), &state, &err), err);
    CHECK(state.is_lost);
    CHECK(!fixture_step(&s.ro, KEEPER_LOG, RO_OUT, 0, 1, true, 0, 1, &out, &err));
    CHECK_ERROR(err, ERROR_STORE, "is missing");
    scene_end(&s);
}

CHECK_TEST(nothing_is_signed_before_the_fresh_receipt_and_the_same_bytes_after_it)
{
    struct scene s;
    struct error err = {0};
    struct keeper_step out;
    struct keeper_state state;
    struct keeper_fresh_word own, mirror, home;

    CHECK(scene_start(&s));
    CHECK_OR_RETURN(lose(&s));
    CHECK(!keeper_status(&s.ro.client, &err));
    CHECK_ERROR(err, ERROR_BUSY, "fresh receipt");
    CHECK(!fixture_step(&s.ro, KEEPER_LOG, RO_OUT, 0, RO_SIZE, true, 0, 1, &out, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "fresh receipt");
    CHECK(!fixture_step(&s.ro, KEEPER_CUSTODY, AL_OUT, 0, AL_SIZE, true, NOW_S, 1, &out, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "fresh receipt");
    CHECK_OK(keeper_state(&s.ro.client, KEEPER_LOG, span_text(RO_HOME), &state, &err), err);
    CHECK_INT(state.fresh_count, 1);

    CHECK(word(&s, KEEPER_CUSTODY, KEEPER_LOG, RO_OUT, &own));
    CHECK(word(&s, KEEPER_LOG, KEEPER_CUSTODY, AL_OUT, &mirror));
    CHECK(word(&s, KEEPER_WITNESS, KEEPER_LOG, RO_HOME, &home));
    CHECK_INT(own.size, RO_SIZE);
    CHECK_INT(home.size, HOME_SIZE);
    CHECK(!keeper_fresh_take(&s.ro.client, &own, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "was given 0");
    CHECK(feed(&s, KEEPER_LOG, RO_OUT, 0, RO_SIZE, 1));
    CHECK(feed(&s, KEEPER_CUSTODY, AL_OUT, 0, AL_SIZE, 1));
    CHECK(feed(&s, KEEPER_LOG, RO_HOME, 0, HOME_SIZE, 1));
    CHECK_OK(keeper_fresh_take(&s.ro.client, &own, &err), err);
    CHECK_OK(keeper_fresh_take(&s.ro.client, &mirror, &err), err);
    CHECK(!keeper_status(&s.ro.client, &err));
    CHECK_ERROR(err, ERROR_BUSY, RO_HOME);
    CHECK_OK(keeper_fresh_take(&s.ro.client, &home, &err), err);
    CHECK_OK(keeper_status(&s.ro.client, &err), err);
    CHECK_OR_RETURN(fixture_reopen(&s.ro)); /* all that is on the disk */
    CHECK_OK(keeper_status(&s.ro.client, &err), err);

    CHECK_OK(fixture_step(&s.ro, KEEPER_LOG, RO_OUT, RO_SIZE, 0, true, 0, 1, &out, &err), err);
    CHECK(memcmp(out.signature, s.signed_before, SIGNATURE_SIZE) == 0);
    CHECK_OK(fixture_step(&s.ro, KEEPER_LOG, RO_OUT, RO_SIZE, 3, true, 0, 1, &out, &err), err);
    /* Custody of one size keeps its one time. */
    CHECK(!fixture_step(&s.ro, KEEPER_CUSTODY, AL_OUT, AL_SIZE, 0, true, NOW_S + 1, 1, &out, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "is cosigned with time");
    CHECK_OK(fixture_step(&s.ro, KEEPER_CUSTODY, AL_OUT, AL_SIZE, 0, true, NOW_S, 1, &out, &err),
             err);
    CHECK(memcmp(out.signature, s.receipt, SIGNATURE_SIZE) == 0);
    /* The log that it witnesses goes on where it cosigned it. */
    CHECK_OK(keeper_state(&s.ro.client, KEEPER_WITNESS, span_text(AL_HOME), &state, &err), err);
    CHECK_INT(state.size, HOME_SIZE);
    scene_end(&s);
}

CHECK_TEST(a_word_that_is_old_or_forged_or_of_another_log_is_none)
{
    struct scene s;
    struct error err = {0};
    struct keeper_fresh_word own, home;

    CHECK(scene_start(&s));
    CHECK_OR_RETURN(lose(&s));
    CHECK(feed(&s, KEEPER_LOG, RO_OUT, 0, RO_SIZE, 1));
    CHECK(word(&s, KEEPER_CUSTODY, KEEPER_LOG, RO_OUT, &own));
    CHECK(word(&s, KEEPER_WITNESS, KEEPER_LOG, RO_HOME, &home));
    struct keeper_fresh_word wrong[] = {own, own, own, own};
    wrong[0].size--;
    wrong[1].root.bytes[3] ^= 1;
    wrong[2].signature[5] ^= 1;
    memcpy(wrong[3].signature, home.signature, SIGNATURE_SIZE); /* another key, another log */
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        CHECK(!keeper_fresh_take(&s.ro.client, &wrong[i], &err));
        CHECK_ERROR(err, ERROR_INPUT, "not signed by a partner");
    }
    /* Recorded, and played to a keeper that started anew: its number is another. */
    CHECK_OR_RETURN(fixture_reopen(&s.ro));
    CHECK(!keeper_fresh_take(&s.ro.client, &own, &err));
    CHECK_ERROR(err, ERROR_INPUT, "not for this keeper now");
    CHECK(word(&s, KEEPER_CUSTODY, KEEPER_LOG, RO_OUT, &own));
    CHECK_OK(keeper_fresh_take(&s.ro.client, &own, &err), err);
    scene_end(&s);
}

/* The books were changed, or rolled back, while the record was away. */
CHECK_TEST(books_that_do_not_lead_to_the_partners_receipt_are_not_signed)
{
    struct scene s;
    struct error err = {0};
    struct keeper_step out;
    struct keeper_fresh_word own;

    CHECK(scene_start(&s));
    CHECK_OR_RETURN(lose(&s));
    CHECK(feed(&s, KEEPER_LOG, RO_OUT, 0, RO_SIZE, 2));
    CHECK(word(&s, KEEPER_CUSTODY, KEEPER_LOG, RO_OUT, &own));
    CHECK(!keeper_fresh_take(&s.ro.client, &own, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "another tree");
    CHECK(!fixture_step(&s.ro, KEEPER_LOG, RO_OUT, RO_SIZE, 0, true, 0, 2, &out, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "fresh receipt");
    /* Its institutions can still end it: the successor is signed. */
    struct keeper_succession end = {.kind = KEEPER_LOG,
                                    .origin = span_text("ro/ro-al/to/al/1"),
                                    .before = span_text(RO_OUT),
                                    .size = RO_SIZE + 1};
    CHECK_OK(keeper_succeed(&s.ro.client, &end, &err), err);
    CHECK_OK(fixture_step(&s.ro, KEEPER_LOG, "ro/ro-al/to/al/1", 0, 1, true, 0, 1, &out, &err),
             err);
    scene_end(&s);
}

/* An older record that was put back: what it knows stays the least that is believed. */
CHECK_TEST(an_older_record_that_was_put_back_waits_too_and_is_never_shortened)
{
    struct scene s;
    struct error err = {0};
    struct keeper_step out;
    struct keeper_fresh_word own;
    size_t changed = 0;

    CHECK(scene_start(&s));
    CHECK(recover(&s, false, &changed)); /* all is well: nothing changes */
    CHECK_INT(changed, 0);
    CHECK_OK(keeper_status(&s.ro.client, &err), err);
    CHECK_OK(fixture_step(&s.ro, KEEPER_LOG, RO_OUT, RO_SIZE, 2, true, 0, 1, &out, &err), err);
    CHECK(recover(&s, true, &changed));
    CHECK_INT(changed, 3);
    CHECK(!fixture_step(&s.ro, KEEPER_LOG, RO_OUT, RO_SIZE + 2, 0, true, 0, 1, &out, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "fresh receipt");
    /* The partner holds less than was signed: true, and it shortens nothing. */
    CHECK(word(&s, KEEPER_CUSTODY, KEEPER_LOG, RO_OUT, &own));
    CHECK(!keeper_fresh_take(&s.ro.client, &own, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "another tree"); /* without a proof */
    struct tlog_hash leaves[RO_SIZE + 2], proof[64];
    fixture_leaves(1, 0, leaves, ARRAY_COUNT(leaves));
    struct proof_leaves nodes = {leaves, ARRAY_COUNT(leaves)};
    CHECK(proof_make_consistency(RO_SIZE, RO_SIZE + 2, proof_nodes_get, &nodes, proof,
                                 &own.proof_count));
    own.proof = proof;
    CHECK_OK(keeper_fresh_take(&s.ro.client, &own, &err), err);
    CHECK(!fixture_step(&s.ro, KEEPER_LOG, RO_OUT, RO_SIZE, 1, true, 0, 2, &out, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "the keeper holds size 12");
    scene_end(&s);
}

/* A partner that says less than it holds, to books that were rolled back with the record: the gap that is left. What is signed
 * then is a second tree, and the first checkpoint that the partner shows proves it. */
CHECK_TEST(a_partner_that_lies_about_an_older_size_lets_a_fork_appear)
{
    struct scene s;
    struct error err = {0};
    struct keeper_step out;
    struct keeper_fresh lie = {.kind = KEEPER_CUSTODY, .origin = span_text(RO_OUT), .size = 4};
    struct keeper_fresh_word own = {.kind = KEEPER_LOG, .origin = span_text(RO_OUT), .size = 4};
    struct fixture liar;

    CHECK(scene_start(&s));
    fixture_start(&liar, "al", 6); /* the same keys, as the partner has them, with a record of 4 */
    CHECK_OK(keeper_register(&liar.client, KEEPER_CUSTODY, span_text(RO_OUT), &err), err);
    CHECK(step(&liar, KEEPER_CUSTODY, RO_OUT, 0, 4, NULL));
    CHECK_OR_RETURN(lose(&s));
    CHECK(feed(&s, KEEPER_LOG, RO_OUT, 0, 4, 1));
    CHECK_OK(keeper_fresh_nonce(&s.ro.client, lie.nonce, &err), err);
    CHECK_OK(keeper_fresh_sign(&liar.client, &lie, &err), err);
    own.root = lie.root;
    memcpy(own.signature, lie.signature, SIGNATURE_SIZE);
    CHECK_OK(keeper_fresh_take(&s.ro.client, &own, &err), err);
    /* Whole books: the tree is the same, and so are the bytes. */
    CHECK_OK(fixture_step(&s.ro, KEEPER_LOG, RO_OUT, 4, RO_SIZE - 4, true, 0, 1, &out, &err), err);
    CHECK(memcmp(out.signature, s.signed_before, SIGNATURE_SIZE) == 0);
    /* Books that were rolled back: another tree of a size that was signed before. */
    CHECK_OR_RETURN(lose(&s));
    CHECK(feed(&s, KEEPER_LOG, RO_OUT, 0, 4, 1));
    CHECK_OK(keeper_fresh_nonce(&s.ro.client, lie.nonce, &err), err);
    CHECK_OK(keeper_fresh_sign(&liar.client, &lie, &err), err);
    memcpy(own.signature, lie.signature, SIGNATURE_SIZE);
    CHECK_OK(keeper_fresh_take(&s.ro.client, &own, &err), err);
    CHECK_OK(fixture_step(&s.ro, KEEPER_LOG, RO_OUT, 4, RO_SIZE - 4, true, 0, 2, &out, &err), err);
    CHECK(memcmp(out.signature, s.signed_before, SIGNATURE_SIZE) != 0);
    fixture_end(&liar);
    scene_end(&s);
}

CHECK_TEST(a_keeper_that_waits_itself_gives_no_word)
{
    struct scene s;
    struct error err = {0};
    struct keeper_fresh fresh = {.kind = KEEPER_CUSTODY, .origin = span_text(AL_OUT)};

    CHECK(scene_start(&s));
    CHECK_OR_RETURN(lose(&s));
    CHECK(!keeper_fresh_sign(&s.ro.client, &fresh, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "was lost");
    fresh = (struct keeper_fresh){.kind = KEEPER_LOG, .origin = span_text(AL_OUT), .size = 8};
    CHECK(!keeper_fresh_sign(&s.al.client, &fresh, &err)); /* more than it ever signed */
    CHECK_ERROR(err, ERROR_CONFLICT, "never signed");
    fresh = (struct keeper_fresh){.kind = KEEPER_CUSTODY, .origin = span_text("ro/x/to/al/0")};
    CHECK_OK(keeper_fresh_sign(&s.al.client, &fresh, &err), err); /* nothing is held of it */
    CHECK_INT(fresh.size, 0);
    fresh = (struct keeper_fresh){.kind = KEEPER_CUSTODY, .origin = span_text("ro/ro-al/to/al/1")};
    CHECK(!keeper_fresh_sign(&s.al.client, &fresh, &err));
    CHECK_ERROR(err, ERROR_MISSING, "not registered");
    fresh = (struct keeper_fresh){.kind = KEEPER_WITNESS, .origin = span_text("al/domestic/0")};
    CHECK(!keeper_fresh_sign(&s.al.client, &fresh, &err));
    CHECK_ERROR(err, ERROR_MISSING, "not registered");
    scene_end(&s);
}

/* Entries that were taken and not cosigned yet are no custody, and no answer says where it stands. */
CHECK_TEST(no_word_is_given_while_a_receipt_is_being_made)
{
    struct scene s;
    struct error err = {0};
    struct keeper_step out;
    struct keeper_fresh fresh = {.kind = KEEPER_CUSTODY, .origin = span_text(RO_OUT)};

    CHECK(scene_start(&s));
    CHECK_OK(fixture_step(&s.al, KEEPER_CUSTODY, RO_OUT, RO_SIZE, 2, false, 0, 1, &out, &err), err);
    CHECK(!keeper_fresh_sign(&s.al.client, &fresh, &err));
    CHECK_ERROR(err, ERROR_BUSY, "a receipt is being made");
    CHECK(step(&s.al, KEEPER_CUSTODY, RO_OUT, RO_SIZE + 2, 0, NULL));
    CHECK_OK(keeper_fresh_sign(&s.al.client, &fresh, &err), err);
    CHECK_INT(fresh.size, RO_SIZE + 2);
    scene_end(&s);
}

/* Which time custody has, the own signature says: by a set of keys that is gone, or for another time, it says nothing. */
CHECK_TEST(a_receipt_that_this_keeper_did_not_sign_gives_custody_no_time)
{
    struct scene s;
    struct error err = {0};
    struct keeper_step out;
    struct keeper_fresh_word mirror;

    CHECK(scene_start(&s));
    CHECK_OR_RETURN(lose(&s));
    CHECK(feed(&s, KEEPER_CUSTODY, AL_OUT, 0, AL_SIZE, 1));
    CHECK(word(&s, KEEPER_LOG, KEEPER_CUSTODY, AL_OUT, &mirror));
    struct keeper_fresh_word wrong[] = {mirror, mirror};
    wrong[0].receipt[7] ^= 1;
    wrong[1].time_s++;
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        CHECK(!keeper_fresh_take(&s.ro.client, &wrong[i], &err));
        CHECK_ERROR(err, ERROR_INPUT, "the receipt of size 7 is not signed by this keeper");
    }
    CHECK(!fixture_step(&s.ro, KEEPER_CUSTODY, AL_OUT, AL_SIZE, 0, true, NOW_S, 1, &out, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "fresh receipt");
    CHECK_OK(keeper_fresh_take(&s.ro.client, &mirror, &err), err);
    scene_end(&s);
}

int main(void)
{
    CHECK_RUN(a_lost_record_signs_nothing_and_says_what_to_do);
    CHECK_RUN(nothing_is_signed_before_the_fresh_receipt_and_the_same_bytes_after_it);
    CHECK_RUN(a_word_that_is_old_or_forged_or_of_another_log_is_none);
    CHECK_RUN(books_that_do_not_lead_to_the_partners_receipt_are_not_signed);
    CHECK_RUN(an_older_record_that_was_put_back_waits_too_and_is_never_shortened);
    CHECK_RUN(a_partner_that_lies_about_an_older_size_lets_a_fork_appear);
    CHECK_RUN(a_keeper_that_waits_itself_gives_no_word);
    CHECK_RUN(no_word_is_given_while_a_receipt_is_being_made);
    CHECK_RUN(a_receipt_that_this_keeper_did_not_sign_gives_custody_no_time);
    return check_end();
}
