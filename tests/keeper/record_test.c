/*
 * The keeper's record: crashes, torn slots, failing disks, a missing file. What was signed is never signed otherwise.
 * covers: record_form
 */
#include "check.h"
#include "keeper/support/fixture.h"

#define OWN     "ro/ro-al/to/al/0"
#define PARTNER "al/ro-al/to/ro/0"
#define NOW_S   INT64_C(1728000000)

/* The layout that record.h tells. */
#define BLOCK_OF_LOG(index, sequence) (10 + 2 * (index) + (sequence) % 2)
#define BLOCK_OF_PSK(index, sequence) (266 + 2 * (index) + (sequence) % 2)

static void start(struct fixture *f, uint64_t seed)
{
    struct error err = {0};

    fixture_start(f, "ro", seed);
    CHECK_OK(keeper_register(&f->client, KEEPER_LOG, span_text(OWN), &err), err);
    CHECK_OK(keeper_register(&f->client, KEEPER_CUSTODY, span_text(PARTNER), &err), err);
}

static uint64_t size_of(struct fixture *f, enum keeper_slot kind, const char *origin)
{
    struct keeper_state state = {0};
    struct error err = {0};

    return keeper_state(&f->client, kind, span_text(origin), &state, &err) && !state.is_lost
               ? state.size
               : UINT64_MAX;
}

CHECK_TEST(a_crash_after_the_record_gives_the_signature_later)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_step lost, again, other;

    start(&f, 1);
    /* The reply to this step is lost: the node still believes in size 0. */
    CHECK_OK(fixture_step(&f, KEEPER_CUSTODY, PARTNER, 0, 6, true, NOW_S, 1, &lost, &err), err);
    memory_env_crash(&f.memory);
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK(!fixture_step(&f, KEEPER_CUSTODY, PARTNER, 0, 6, true, NOW_S + 5, 7, &other, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "holds size 6");
    CHECK(!fixture_step(&f, KEEPER_CUSTODY, PARTNER, 6, 0, true, NOW_S + 5, 1, &again, &err));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    CHECK_OK(fixture_step(&f, KEEPER_CUSTODY, PARTNER, 6, 0, true, NOW_S, 1, &again, &err), err);
    CHECK(memcmp(lost.signature, again.signature, sizeof lost.signature) == 0);
    fixture_end(&f);
}

CHECK_TEST(power_lost_before_the_sync_leaves_the_older_state)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_step step;

    start(&f, 2);
    CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, 0, 6, true, 0, 1, &step, &err), err);
    f.memory.fail_sync_at = 1;
    CHECK(!fixture_step(&f, KEEPER_LOG, OWN, 6, 6, true, 0, 1, &step, &err));
    CHECK_INT(err.kind, ERROR_STORE);
    memory_env_crash(&f.memory);
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK_INT(size_of(&f, KEEPER_LOG, OWN), 6);
    CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, 6, 1, true, 0, 2, &step, &err), err);
    fixture_end(&f);
}

CHECK_TEST(a_failed_sync_is_final_until_the_restart)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_step step;
    struct keeper_wrapped key;
    struct keeper_keys keys;
    struct keeper_seal seal;

    start(&f, 3);
    CHECK_OK(keeper_public_keys(&f.client, &keys, &err), err);
    f.memory.fail_sync_at = 1;
    CHECK(!fixture_step(&f, KEEPER_LOG, OWN, 0, 6, true, 0, 1, &step, &err));
    CHECK_ERROR(err, ERROR_STORE, "syncing keeper.record");
    /* The disk works again, the keeper does not. */
    CHECK(!fixture_step(&f, KEEPER_LOG, OWN, 0, 6, true, 0, 1, &step, &err));
    CHECK_ERROR(err, ERROR_STORE, "must be restarted");
    CHECK(!fixture_step(&f, KEEPER_CUSTODY, PARTNER, 0, 1, true, NOW_S, 1, &step, &err));
    CHECK_INT(err.kind, ERROR_STORE);
    CHECK(!keeper_status(&f.client, &err));
    CHECK_ERROR(err, ERROR_STORE, "must be restarted");
    CHECK(!keeper_make_keys(&f.client, &key, 1, &err));
    CHECK_INT(err.kind, ERROR_STORE);
    CHECK(!keeper_seal_key(&f.client, span_text("ro-al"), keys.sealing, &seal, &err));
    CHECK_INT(err.kind, ERROR_STORE);
    CHECK(!keeper_register(&f.client, KEEPER_LOG, span_text("ro/domestic/0"), &err));
    CHECK_INT(err.kind, ERROR_STORE);
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK_OK(keeper_status(&f.client, &err), err);
    /* What the failed sync was about stands in memory of the system: it is now confirmed, and no other bytes pass. */
    CHECK_INT(size_of(&f, KEEPER_LOG, OWN), 6);
    memory_env_crash(&f.memory);
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK_INT(size_of(&f, KEEPER_LOG, OWN), 6);
    fixture_end(&f);
}

CHECK_TEST(a_failed_write_is_final_too)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_step step;

    start(&f, 4);
    f.memory.fail_write_at = 1;
    CHECK(!fixture_step(&f, KEEPER_LOG, OWN, 0, 6, true, 0, 1, &step, &err));
    CHECK_ERROR(err, ERROR_STORE, "writing keeper.record");
    CHECK(!fixture_step(&f, KEEPER_LOG, OWN, 0, 6, true, 0, 1, &step, &err));
    CHECK_ERROR(err, ERROR_STORE, "must be restarted");
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK_INT(size_of(&f, KEEPER_LOG, OWN), 0);
    fixture_end(&f);
}

CHECK_TEST(torn_newest_slot_leaves_the_older_one)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_step step;

    start(&f, 5);
    CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, 0, 4, true, 0, 1, &step, &err),
             err); /* sequence 3 */
    CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, 4, 4, true, 0, 1, &step, &err),
             err); /* sequence 4 */
    fixture_flip(&f, BLOCK_OF_LOG(0, 4));
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK_INT(size_of(&f, KEEPER_LOG, OWN), 4);
    CHECK(!fixture_step(&f, KEEPER_LOG, OWN, 8, 1, true, 0, 1, &step, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "holds size 4");
    CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, 4, 4, true, 0, 1, &step, &err), err);
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK_INT(size_of(&f, KEEPER_LOG, OWN), 8);
    fixture_end(&f);
}

CHECK_TEST(every_byte_of_a_slot_is_guarded)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_step step;

    start(&f, 6);
    CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, 0, 4, true, 0, 1, &step, &err),
             err); /* sequence 3 */
    struct memory_file *file = memory_env_file(&f.memory, FIXTURE_RECORD);
    size_t at = BLOCK_OF_LOG(0, 3) * 4096;
    for (size_t i = 0; i < 4096; i += i < 512 ? 1 : 37) {
        uint8_t kept[4096];
        memcpy(kept, file->data + at, sizeof kept);
        file->data[at + i] ^= 0x40;
        CHECK_OR_RETURN(fixture_reopen(&f));
        CHECK_INT(size_of(&f, KEEPER_LOG, OWN), 0);
        memcpy(file->data + at, kept, sizeof kept);
    }
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK_INT(size_of(&f, KEEPER_LOG, OWN), 4);
    fixture_end(&f);
}

CHECK_TEST(a_log_without_a_slot_that_checks_refuses_alone)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_step step;

    start(&f, 7);
    fixture_flip(&f, BLOCK_OF_LOG(0, 1));
    fixture_flip(&f, BLOCK_OF_LOG(0, 2));
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK(!fixture_step(&f, KEEPER_LOG, OWN, 0, 4, true, 0, 1, &step, &err));
    CHECK_ERROR(err, ERROR_STORE, "neither copy of log " OWN);
    CHECK(!keeper_register(&f.client, KEEPER_LOG, span_text(OWN), &err));
    CHECK_ERROR(err, ERROR_STORE, "neither copy");
    CHECK(!keeper_status(&f.client, &err));
    CHECK_ERROR(err, ERROR_STORE, OWN);
    CHECK_OK(fixture_step(&f, KEEPER_CUSTODY, PARTNER, 0, 1, true, NOW_S, 1, &step, &err), err);
    CHECK_OK(keeper_register(&f.client, KEEPER_LOG, span_text("ro/gr-ro/to/gr/0"), &err), err);
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK(!fixture_step(&f, KEEPER_LOG, OWN, 0, 4, true, 0, 1, &step, &err));
    CHECK_ERROR(err, ERROR_STORE, "neither copy");
    CHECK_OK(fixture_step(&f, KEEPER_LOG, "ro/gr-ro/to/gr/0", 0, 4, true, 0, 1, &step, &err), err);
    fixture_end(&f);
}

CHECK_TEST(slots_of_another_log_or_place_do_not_pass)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_step step;

    start(&f, 8);
    CHECK_OK(keeper_register(&f.client, KEEPER_LOG, span_text("ro/domestic/0"), &err), err);
    CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, 0, 4, true, 0, 1, &step, &err), err);
    struct memory_file *file = memory_env_file(&f.memory, FIXTURE_RECORD);
    memcpy(file->data + 4096 * BLOCK_OF_LOG(0, 0), file->data + 4096 * BLOCK_OF_LOG(2, 0), 4096);
    memcpy(file->data + 4096 * BLOCK_OF_LOG(0, 1), file->data + 4096 * BLOCK_OF_LOG(2, 1), 4096);
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK_INT(size_of(&f, KEEPER_LOG, OWN), UINT64_MAX);
    CHECK_INT(size_of(&f, KEEPER_LOG, "ro/domestic/0"), 0);
    fixture_end(&f);
}

static void check_refuses_all(struct fixture *f, const char *why)
{
    struct error err = {0};
    struct keeper_step step;
    struct keeper_keys keys;
    struct keeper_seal seal;
    struct keeper_wrapped key;
    uint8_t psk[32] = {1};

    CHECK(!keeper_status(&f->client, &err));
    CHECK_ERROR(err, ERROR_STORE, why);
    CHECK(!fixture_step(f, KEEPER_LOG, OWN, 0, 4, true, 0, 1, &step, &err));
    CHECK_ERROR(err, ERROR_STORE, why);
    CHECK(!keeper_register(&f->client, KEEPER_LOG, span_text(OWN), &err));
    CHECK_ERROR(err, ERROR_STORE, why);
    CHECK(!keeper_pair(&f->client, span_text("ro-al"), psk, FIXTURE_NOW_MS, &err));
    CHECK_ERROR(err, ERROR_STORE, why);
    struct tlog_hash root = {{0}};
    struct keeper_witness witness = {
        .origin = span_text("al/domestic/0"), .root = root, .time_s = NOW_S};
    CHECK(!keeper_witness(&f->client, &witness, &err));
    CHECK_ERROR(err, ERROR_STORE, why);
    /* No silent step down to the weaker suite; but bodies stay readable. */
    CHECK_OK(keeper_public_keys(&f->client, &keys, &err), err);
    CHECK(!keeper_seal_key(&f->client, span_text("ro-al"), keys.sealing, &seal, &err));
    CHECK_ERROR(err, ERROR_STORE, why);
    CHECK_OK(keeper_make_keys(&f->client, &key, 1, &err), err);
    CHECK_OK(keeper_unwrap(&f->client, key.wrapped, key.key, &err), err);
}

CHECK_TEST(a_missing_record_refuses_all_signatures)
{
    struct fixture f;
    struct error err = {0};

    start(&f, 9);
    keeper_close(&f.keeper);
    CHECK(f.memory.env.unlink(&f.memory, FIXTURE_RECORD, &err));
    CHECK_OR_RETURN(fixture_reopen(&f));
    check_refuses_all(&f, "is missing");
    fixture_end(&f);
}

CHECK_TEST(a_record_cut_anywhere_refuses_all_signatures)
{
    struct fixture f;

    start(&f, 10);
    struct memory_file *file = memory_env_file(&f.memory, FIXTURE_RECORD);
    size_t whole = file->size;
    for (size_t size = 0; size < whole; size += 40961) {
        file->size = size;
        CHECK_OR_RETURN(fixture_reopen(&f));
        check_refuses_all(&f, "cannot be read");
    }
    file->size = whole;
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK_INT(size_of(&f, KEEPER_LOG, OWN), 0);
    fixture_end(&f);
}

CHECK_TEST(one_damaged_directory_is_healed_and_two_refuse_all)
{
    struct fixture f;
    struct error err = {0};

    start(&f, 11);
    for (size_t copy = 0; copy < 2; copy++) {
        fixture_flip(&f, copy * 5 + 2);
        CHECK_OR_RETURN(fixture_reopen(&f));
        CHECK_OK(keeper_status(&f.client, &err), err);
        CHECK_INT(size_of(&f, KEEPER_CUSTODY, PARTNER), 0);
    }
    fixture_flip(&f, 0);
    fixture_flip(&f, 5);
    CHECK_OR_RETURN(fixture_reopen(&f));
    check_refuses_all(&f, "does not check");
    fixture_end(&f);
}

CHECK_TEST(a_record_of_another_keeper_refuses_all_signatures)
{
    struct fixture f, other;

    start(&f, 12);
    start(&other, 13);
    struct memory_file *to = memory_env_file(&f.memory, FIXTURE_RECORD);
    struct memory_file *from = memory_env_file(&other.memory, FIXTURE_RECORD);
    CHECK_OR_RETURN(to->size == from->size);
    memcpy(to->data, from->data, to->size);
    CHECK_OR_RETURN(fixture_reopen(&f));
    check_refuses_all(&f, "does not check");
    fixture_end(&other);
    fixture_end(&f);
}

/* Every write and sync of a history fails once, with and without loss of power; whatever was signed before stands. */
CHECK_TEST(whatever_fails_no_size_is_signed_with_two_roots)
{
    struct error err = {0};

    for (int at = 1; at <= 24; at++)
        for (int mode = 0; mode < 4; mode++) {
            struct fixture f;
            struct keeper_step signed_step = {0}, step;
            uint64_t signed_size = 0, size = 0;

            start(&f, 14);
            *(mode & 1 ? &f.memory.fail_sync_at : &f.memory.fail_write_at) = at;
            for (int i = 0; i < 8; i++) {
                if (!fixture_step(&f, KEEPER_LOG, OWN, size, 3, true, 0, 1, &step, &err))
                    break;
                signed_step = step;
                signed_size = size = step.size;
                if (i == 3)
                    keeper_register(&f.client, KEEPER_LOG, span_text("ro/domestic/0"), &err);
            }
            f.memory.fail_sync_at = f.memory.fail_write_at = 0;
            if (mode & 2)
                memory_env_crash(&f.memory);
            CHECK_OR_RETURN(fixture_reopen(&f));
            size = size_of(&f, KEEPER_LOG, OWN);
            CHECK(size == signed_size || size == signed_size + 3);
            if (size == signed_size && size > 0) {
                CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, size, 0, true, 0, 1, &step, &err), err);
                CHECK(memcmp(step.signature, signed_step.signature, sizeof step.signature) == 0);
            }
            CHECK(!fixture_step(&f, KEEPER_LOG, OWN, size + 1, 3, true, 0, 2, &step, &err));
            CHECK_INT(err.kind, ERROR_CONFLICT);
            /* A registration that failed can be repeated. */
            CHECK_OK(keeper_register(&f.client, KEEPER_LOG, span_text("ro/domestic/0"), &err), err);
            CHECK_OK(keeper_status(&f.client, &err), err);
            fixture_end(&f);
        }
}

CHECK_TEST(a_disk_that_fails_at_opening_refuses_all)
{
    for (int at = 1; at <= 2; at++) {
        struct fixture f;
        struct error err = {0};
        struct keeper_step step;

        start(&f, 15);
        f.memory.fail_sync_at = at;
        CHECK_OR_RETURN(fixture_reopen(&f));
        CHECK(!fixture_step(&f, KEEPER_LOG, OWN, 0, 3, true, 0, 1, &step, &err));
        CHECK_INT(err.kind, ERROR_STORE);
        fixture_end(&f);
    }
}

int main(void)
{
    CHECK_RUN(a_crash_after_the_record_gives_the_signature_later);
    CHECK_RUN(power_lost_before_the_sync_leaves_the_older_state);
    CHECK_RUN(a_failed_sync_is_final_until_the_restart);
    CHECK_RUN(a_failed_write_is_final_too);
    CHECK_RUN(torn_newest_slot_leaves_the_older_one);
    CHECK_RUN(every_byte_of_a_slot_is_guarded);
    CHECK_RUN(a_log_without_a_slot_that_checks_refuses_alone);
    CHECK_RUN(slots_of_another_log_or_place_do_not_pass);
    CHECK_RUN(a_missing_record_refuses_all_signatures);
    CHECK_RUN(a_record_cut_anywhere_refuses_all_signatures);
    CHECK_RUN(one_damaged_directory_is_healed_and_two_refuse_all);
    CHECK_RUN(a_record_of_another_keeper_refuses_all_signatures);
    CHECK_RUN(whatever_fails_no_size_is_signed_with_two_roots);
    CHECK_RUN(a_disk_that_fails_at_opening_refuses_all);
    return check_end();
}
