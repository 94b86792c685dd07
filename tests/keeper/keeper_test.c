/*
 * The keeper's rules for its own and for kept logs: only extensions, the same bytes again, custody time never falls.
 * covers: client logs keys_file post_keys
 */
#include "check.h"
#include "keeper/support/fixture.h"

#include "crypto/digest.h"
#include "keeper/messages.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"

#define OWN     "ro/ro-al/to/al/0"
#define PARTNER "al/ro-al/to/ro/0"
#define NOW_S   INT64_C(1728000000)

static bool signed_by(const uint8_t key[SIGNATURE_PUBLIC_SIZE], const struct keeper_step *step)
{
    CLEANUP(buffer_free) struct buffer text = buffer_make(4096);
    CLEANUP(buffer_free) struct buffer message = buffer_make(4096);
    struct checkpoint checkpoint = {step->origin, step->size, step->root};

    if (!checkpoint_write(&checkpoint, &text))
        return false;
    if (step->kind != KEEPER_CUSTODY)
        return signature_verify(key, buffer_span(&text), step->signature);
    return cosignature_message_write(step->time_s, buffer_span(&text), &message) &&
           signature_verify(key, buffer_span(&message), step->signature);
}

CHECK_TEST(create_refuses_a_second_time_and_bad_input)
{
    struct fixture f;
    struct error err = {0};

    fixture_start(&f, "ro", 1);
    CHECK(!keeper_create(&f.options, span_text("ro"), &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "exists already");
    struct keeper_options other = f.options;
    other.directory = "other";
    other.passphrase = span_text("");
    CHECK(!keeper_create(&other, span_text("ro"), &err));
    CHECK_ERROR(err, ERROR_INPUT, "empty");
    other.passphrase = f.options.passphrase;
    CHECK(!keeper_create(&other, span_text("RO/"), &err));
    CHECK_ERROR(err, ERROR_INPUT, "party");
    struct keeper *keeper = NULL;
    CHECK(!keeper_open(&other, &keeper, &err) && keeper == NULL);
    CHECK_ERROR(err, ERROR_MISSING, "");
    fixture_end(&f);
}

CHECK_TEST(wrong_passphrase_or_damaged_key_file_does_not_open)
{
    struct fixture f;
    struct error err = {0};
    struct keeper *keeper = NULL;

    fixture_start(&f, "ro", 2);
    struct keeper_options wrong = f.options;
    wrong.passphrase = span_text("a passphrase for test");
    CHECK(!keeper_open(&wrong, &keeper, &err) && keeper == NULL);
    CHECK_ERROR(err, ERROR_INPUT, "keeper.keys");
    struct memory_file *file = memory_env_file(&f.memory, FIXTURE_KEYS);
    CHECK_OR_RETURN(file != NULL);
    file->data[file->size - 1] ^= 1;
    CHECK(!keeper_open(&f.options, &keeper, &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    file->data[file->size - 1] ^= 1;
    CHECK(fixture_reopen(&f));
    fixture_end(&f);
}

CHECK_TEST(keys_differ_stay_and_never_stand_in_a_file_in_clear)
{
    struct fixture f;
    struct keeper_keys keys, again;
    struct error err = {0};

    fixture_start(&f, "ro", 3);
    CHECK_OK(keeper_public_keys(&f.client, &keys, &err), err);
    CHECK(memcmp(keys.log, keys.custody, sizeof keys.log) != 0);
    CHECK(memcmp(keys.log, keys.witness, sizeof keys.log) != 0);
    CHECK(memcmp(keys.witness, keys.custody, sizeof keys.log) != 0);
    CHECK_INT(keys.sealing[0], 4);
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK_OK(keeper_public_keys(&f.client, &again, &err), err);
    CHECK(memcmp(&keys, &again, sizeof keys) == 0);
    /* Even the public log key, which the secret form ends in, is not readable there. */
    struct memory_file *file = memory_env_file(&f.memory, FIXTURE_KEYS);
    for (size_t i = 0; i + 65 <= file->size; i++)
        CHECK(memcmp(file->data + i, keys.sealing, 65) != 0);
    fixture_end(&f);
}

CHECK_TEST(registering_follows_the_names_of_the_protocol)
{
    static const struct {
        enum keeper_slot kind;
        const char *origin;
        bool fits;
    } cases[] = {
        {KEEPER_LOG, OWN, true},
        {KEEPER_LOG, OWN, true}, /* again */
        {KEEPER_LOG, "ro/domestic/0", true},
        {KEEPER_LOG, PARTNER, false},
        {KEEPER_LOG, "rox/domestic/0", false},
        {KEEPER_LOG, "ro", false},
        {KEEPER_LOG, "", false},
        {KEEPER_LOG, "ro/a\nb", false},
        {KEEPER_LOG, "ro/a b", false},
        {KEEPER_LOG, "ro/a+b", false},
        {KEEPER_CUSTODY, PARTNER, true},
        {KEEPER_CUSTODY, OWN, false},
        {KEEPER_CUSTODY, "al/domestic/0", false},
        {KEEPER_CUSTODY, "al/al-gr/to/gr/0", false},
        {KEEPER_CUSTODY, "al/domestic/to/ro/0", false},
        {KEEPER_WITNESS, "al/domestic/0", true},
        {KEEPER_WITNESS, "ro/domestic/0", false},
        {KEEPER_WITNESS, PARTNER, false},
    };
    struct fixture f;

    fixture_start(&f, "ro", 4);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct error err = {0};
        bool ok = keeper_register(&f.client, cases[i].kind, span_text(cases[i].origin), &err);
        if (ok != cases[i].fits)
            printf("case %zu, %s: %s\n", i, cases[i].origin, err.text);
        CHECK(ok == cases[i].fits);
        if (!cases[i].fits)
            CHECK_INT(err.kind, ERROR_INPUT);
    }
    fixture_end(&f);
}

CHECK_TEST(at_most_128_logs)
{
    struct fixture f;
    struct error err = {0};
    char name[64];

    fixture_start(&f, "ro", 5);
    for (int i = 0; i < KEEPER_SLOT_COUNT_MAX; i++) {
        snprintf(name, sizeof name, "ro/log-%d/to/al/0", i);
        CHECK_OK(keeper_register(&f.client, KEEPER_LOG, span_text(name), &err), err);
    }
    CHECK(!keeper_register(&f.client, KEEPER_LOG, span_text("ro/domestic/0"), &err));
    CHECK_ERROR(err, ERROR_LIMIT, "128");
    CHECK_OR_RETURN(fixture_reopen(&f));
    struct keeper_step step;
    CHECK_OK(fixture_step(&f, KEEPER_LOG, "ro/log-127/to/al/0", 0, 3, true, 0, 9, &step, &err),
             err);
    fixture_end(&f);
}

CHECK_TEST(an_unregistered_log_is_missing)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_state state;
    struct keeper_step step;

    fixture_start(&f, "ro", 6);
    CHECK(!keeper_state(&f.client, KEEPER_LOG, span_text(OWN), &state, &err));
    CHECK_ERROR(err, ERROR_MISSING, OWN);
    CHECK(!fixture_step(&f, KEEPER_LOG, OWN, 0, 1, true, 0, 1, &step, &err));
    CHECK_ERROR(err, ERROR_MISSING, OWN);
    fixture_end(&f);
}

CHECK_TEST(own_log_is_signed_with_the_log_key_over_its_checkpoint)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_keys keys;
    struct keeper_step step;
    struct keeper_state state;
    struct tlog_hash root;

    fixture_start(&f, "ro", 7);
    CHECK_OK(keeper_public_keys(&f.client, &keys, &err), err);
    CHECK_OK(keeper_register(&f.client, KEEPER_LOG, span_text(OWN), &err), err);
    uint64_t size = 0;
    for (size_t count = 0; count < 40; count++) {
        CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, size, count, true, 0, 1, &step, &err), err);
        size += count;
        CHECK_INT(step.size, size);
        fixture_root(1, size, &root);
        CHECK(memcmp(&root, &step.root, sizeof root) == 0);
        CHECK(signed_by(keys.log, &step));
        CHECK(!signed_by(keys.custody, &step));
    }
    CHECK_OK(keeper_state(&f.client, KEEPER_LOG, span_text(OWN), &state, &err), err);
    CHECK_INT(state.size, size);
    CHECK_INT(state.time_s, 0);
    CHECK(memcmp(&state.root, &root, sizeof root) == 0);
    fixture_end(&f);
}

CHECK_TEST(a_step_from_any_other_size_is_refused)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_step step;

    fixture_start(&f, "ro", 8);
    CHECK_OK(keeper_register(&f.client, KEEPER_LOG, span_text(OWN), &err), err);
    CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, 0, 10, false, 0, 1, &step, &err), err);
    for (uint64_t before = 0; before < 20; before++) {
        if (before == 10)
            continue;
        CHECK(!fixture_step(&f, KEEPER_LOG, OWN, before, 1, true, 0, 1, &step, &err));
        CHECK_ERROR(err, ERROR_CONFLICT, "holds size 10");
        CHECK(!fixture_step(&f, KEEPER_LOG, OWN, before, 0, true, 0, 1, &step, &err));
        CHECK_ERROR(err, ERROR_CONFLICT, "holds size 10");
    }
    CHECK(!fixture_step(&f, KEEPER_LOG, OWN, UINT64_MAX, 1, true, 0, 1, &step, &err));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, 10, 1, true, 0, 1, &step, &err), err);
    fixture_end(&f);
}

CHECK_TEST(no_leaves_sign_the_same_bytes_again)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_step first, again;

    fixture_start(&f, "ro", 9);
    CHECK_OK(keeper_register(&f.client, KEEPER_LOG, span_text(OWN), &err), err);
    CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, 0, 7, true, 0, 1, &first, &err), err);
    int writes = f.memory.write_count;
    CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, 7, 0, true, 0, 1, &again, &err), err);
    CHECK(memcmp(first.signature, again.signature, sizeof again.signature) == 0);
    CHECK_INT(f.memory.write_count, writes);
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, 7, 0, true, 0, 1, &again, &err), err);
    CHECK(memcmp(first.signature, again.signature, sizeof again.signature) == 0);
    fixture_end(&f);
}

CHECK_TEST(custody_is_cosigned_and_its_time_never_falls)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_keys keys;
    struct keeper_step first, step;
    struct keeper_state state;

    fixture_start(&f, "ro", 10);
    CHECK_OK(keeper_public_keys(&f.client, &keys, &err), err);
    CHECK_OK(keeper_register(&f.client, KEEPER_CUSTODY, span_text(PARTNER), &err), err);
    CHECK_OK(fixture_step(&f, KEEPER_CUSTODY, PARTNER, 0, 5, true, NOW_S, 2, &first, &err), err);
    CHECK(signed_by(keys.custody, &first));
    CHECK(!signed_by(keys.witness, &first));
    CHECK_OK(keeper_state(&f.client, KEEPER_CUSTODY, span_text(PARTNER), &state, &err), err);
    CHECK_INT(state.time_s, NOW_S);
    /* The same size: that time only. */
    CHECK_OK(fixture_step(&f, KEEPER_CUSTODY, PARTNER, 5, 0, true, NOW_S, 2, &step, &err), err);
    CHECK(memcmp(first.signature, step.signature, sizeof step.signature) == 0);
    CHECK(!fixture_step(&f, KEEPER_CUSTODY, PARTNER, 5, 0, true, NOW_S + 1, 2, &step, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "is cosigned with time");
    CHECK(!fixture_step(&f, KEEPER_CUSTODY, PARTNER, 5, 0, true, NOW_S - 1, 2, &step, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "before the last");
    /* More entries: not before it, and the refusal leaves the size. */
    CHECK(!fixture_step(&f, KEEPER_CUSTODY, PARTNER, 5, 3, true, NOW_S - 1, 2, &step, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "before the last");
    CHECK_OK(fixture_step(&f, KEEPER_CUSTODY, PARTNER, 5, 3, true, NOW_S, 2, &step, &err), err);
    CHECK(signed_by(keys.custody, &step));
    /* Taken in unsigned, cosigned later: that is the first cosignature of its size. */
    CHECK_OK(fixture_step(&f, KEEPER_CUSTODY, PARTNER, 8, 2, false, 0, 2, &step, &err), err);
    CHECK_OK(fixture_step(&f, KEEPER_CUSTODY, PARTNER, 10, 0, true, NOW_S + 9, 2, &step, &err),
             err);
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK(!fixture_step(&f, KEEPER_CUSTODY, PARTNER, 10, 0, true, NOW_S + 10, 2, &step, &err));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    CHECK(!fixture_step(&f, KEEPER_CUSTODY, PARTNER, 10, 1, true, NOW_S + 8, 2, &step, &err));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    static const int64_t no_times[] = {0, -1, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < ARRAY_COUNT(no_times); i++) {
        CHECK(!fixture_step(&f, KEEPER_CUSTODY, PARTNER, 10, 1, true, no_times[i], 2, &step, &err));
        CHECK_ERROR(err, ERROR_INPUT, "no time");
    }
    fixture_end(&f);
}

CHECK_TEST(a_witnessed_log_is_not_advanced_by_leaves)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_step step;

    fixture_start(&f, "ro", 11);
    CHECK_OK(keeper_register(&f.client, KEEPER_WITNESS, span_text("al/domestic/0"), &err), err);
    CHECK(!fixture_step(&f, KEEPER_WITNESS, "al/domestic/0", 0, 1, true, NOW_S, 1, &step, &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    fixture_end(&f);
}

CHECK_TEST(steps_of_one_call_go_all_or_none_with_one_sync)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_state state;
    struct tlog_hash leaves[4];

    fixture_start(&f, "ro", 12);
    fixture_leaves(1, 0, leaves, 4);
    CHECK_OK(keeper_register(&f.client, KEEPER_LOG, span_text(OWN), &err), err);
    CHECK_OK(keeper_register(&f.client, KEEPER_LOG, span_text("ro/domestic/0"), &err), err);
    CHECK_OK(keeper_register(&f.client, KEEPER_CUSTODY, span_text(PARTNER), &err), err);
    struct keeper_step steps[3] = {
        {.kind = KEEPER_LOG,
         .origin = span_text(OWN),
         .leaves = leaves,
         .count = 4,
         .is_signed = true},
        {.kind = KEEPER_LOG, .origin = span_text("ro/domestic/0"), .leaves = leaves, .count = 2},
        {.kind = KEEPER_CUSTODY,
         .origin = span_text(PARTNER),
         .size_before = 1,
         .leaves = leaves,
         .count = 1,
         .is_signed = true,
         .time_s = NOW_S},
    };
    int writes = f.memory.write_count;
    CHECK(!keeper_advance(&f.client, steps, 3, &err));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    CHECK_INT(f.memory.write_count, writes);
    CHECK_OK(keeper_state(&f.client, KEEPER_LOG, span_text(OWN), &state, &err), err);
    CHECK_INT(state.size, 0);
    steps[2].size_before = 0;
    int syncs = f.memory.sync_count;
    CHECK_OK(keeper_advance(&f.client, steps, 3, &err), err);
    CHECK_INT(f.memory.sync_count, syncs + 1);
    CHECK_INT(steps[0].size, 4);
    CHECK_INT(steps[1].size, 2);
    CHECK_INT(steps[2].size, 1);
    fixture_end(&f);
}

CHECK_TEST(one_log_twice_in_a_call_only_before_its_signed_step)
{
    struct fixture f;
    struct error err = {0};
    struct tlog_hash leaves[4], root;

    fixture_start(&f, "ro", 13);
    fixture_leaves(1, 0, leaves, 4);
    CHECK_OK(keeper_register(&f.client, KEEPER_LOG, span_text(OWN), &err), err);
    struct keeper_step steps[2] = {
        {.kind = KEEPER_LOG, .origin = span_text(OWN), .leaves = leaves, .count = 3},
        {.kind = KEEPER_LOG,
         .origin = span_text(OWN),
         .size_before = 3,
         .leaves = leaves + 3,
         .count = 1,
         .is_signed = true},
    };
    CHECK_OK(keeper_advance(&f.client, steps, 2, &err), err);
    fixture_root(1, 4, &root);
    CHECK(memcmp(&root, &steps[1].root, sizeof root) == 0);
    /* Both signed from the same size would be a fork inside one call. */
    steps[0].is_signed = true;
    steps[0].size_before = steps[1].size_before = 4;
    CHECK(!keeper_advance(&f.client, steps, 2, &err));
    CHECK_ERROR(err, ERROR_INPUT, "signed step");
    steps[0].is_signed = false;
    CHECK(!keeper_advance(&f.client, steps, 2, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "holds size 7");
    fixture_end(&f);
}

CHECK_TEST(calls_beyond_the_limits_are_refused)
{
    static struct tlog_hash leaves[KEEPER_LEAVES_MAX + 1];
    static struct keeper_wrapped keys[KEEPER_KEYS_MAX + 1];
    struct keeper_step steps[KEEPER_STEP_MAX + 1];
    struct fixture f;
    struct error err = {0};

    fixture_start(&f, "ro", 14);
    CHECK_OK(keeper_register(&f.client, KEEPER_LOG, span_text(OWN), &err), err);
    struct keeper_step step = {.kind = KEEPER_LOG, .origin = span_text(OWN), .leaves = leaves};
    for (size_t i = 0; i <= KEEPER_STEP_MAX; i++)
        steps[i] = step;
    CHECK(!keeper_advance(&f.client, steps, KEEPER_STEP_MAX + 1, &err));
    CHECK_INT(err.kind, ERROR_LIMIT);
    CHECK(!keeper_advance(&f.client, steps, 0, &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    step.count = KEEPER_LEAVES_MAX + 1;
    CHECK(!keeper_advance(&f.client, &step, 1, &err));
    CHECK_INT(err.kind, ERROR_LIMIT);
    steps[0].count = steps[1].count = KEEPER_LEAVES_MAX / 2 + 1;
    CHECK(!keeper_advance(&f.client, steps, 2, &err));
    CHECK_INT(err.kind, ERROR_LIMIT);
    step.count = KEEPER_LEAVES_MAX;
    CHECK_OK(keeper_advance(&f.client, &step, 1, &err), err);
    CHECK(!keeper_make_keys(&f.client, keys, KEEPER_KEYS_MAX + 1, &err));
    CHECK_INT(err.kind, ERROR_LIMIT);
    fixture_end(&f);
}

CHECK_TEST(wrapped_keys_open_again_and_only_whole)
{
    static struct keeper_wrapped keys[KEEPER_KEYS_MAX];
    struct fixture f, other;
    struct error err = {0};
    uint8_t key[AEAD_KEY_SIZE];

    fixture_start(&f, "ro", 15);
    fixture_start(&other, "al", 16);
    CHECK_OK(keeper_make_keys(&f.client, keys, 0, &err), err);
    CHECK_OK(keeper_make_keys(&f.client, keys, KEEPER_KEYS_MAX, &err), err);
    CHECK_OR_RETURN(fixture_reopen(&f));
    for (size_t i = 0; i < KEEPER_KEYS_MAX; i += 100) {
        CHECK_OK(keeper_unwrap(&f.client, keys[i].wrapped, key, &err), err);
        CHECK(memcmp(key, keys[i].key, sizeof key) == 0);
        CHECK(i == 0 || memcmp(keys[i].key, keys[0].key, sizeof key) != 0);
    }
    CHECK(!keeper_unwrap(&other.client, keys[0].wrapped, key, &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    for (size_t i = 0; i < KEEPER_WRAPPED_SIZE; i++) {
        keys[0].wrapped[i] ^= 0x10;
        CHECK(!keeper_unwrap(&f.client, keys[0].wrapped, key, &err));
        keys[0].wrapped[i] ^= 0x10;
    }
    fixture_end(&other);
    fixture_end(&f);
}

int main(void)
{
    CHECK_RUN(create_refuses_a_second_time_and_bad_input);
    CHECK_RUN(wrong_passphrase_or_damaged_key_file_does_not_open);
    CHECK_RUN(keys_differ_stay_and_never_stand_in_a_file_in_clear);
    CHECK_RUN(registering_follows_the_names_of_the_protocol);
    CHECK_RUN(at_most_128_logs);
    CHECK_RUN(an_unregistered_log_is_missing);
    CHECK_RUN(own_log_is_signed_with_the_log_key_over_its_checkpoint);
    CHECK_RUN(a_step_from_any_other_size_is_refused);
    CHECK_RUN(no_leaves_sign_the_same_bytes_again);
    CHECK_RUN(custody_is_cosigned_and_its_time_never_falls);
    CHECK_RUN(a_witnessed_log_is_not_advanced_by_leaves);
    CHECK_RUN(steps_of_one_call_go_all_or_none_with_one_sync);
    CHECK_RUN(one_log_twice_in_a_call_only_before_its_signed_step);
    CHECK_RUN(calls_beyond_the_limits_are_refused);
    CHECK_RUN(wrapped_keys_open_again_and_only_whole);
    return check_end();
}
