/* The daily pre-shared key and the keys of posts: two keepers, their clocks, what is kept and what is destroyed. */
#include "check.h"
#include "keeper/support/fixture.h"

#include "crypto/digest.h"
#include "crypto/secret.h"
#include "keeper/psk.h"

#define AGREEMENT span_text("ro-al")
#define DAY_MS    FIXTURE_DAY_MS

static const uint8_t psk0[32] = {7, 1, 9};

struct pair {
    struct fixture ro, al;
    struct keeper_keys ro_keys, al_keys;
};

static void start_pair(struct pair *pair, bool is_paired)
{
    struct error err = {0};

    fixture_start(&pair->ro, "ro", 1);
    fixture_start(&pair->al, "al", 2);
    CHECK_OK(keeper_public_keys(&pair->ro.client, &pair->ro_keys, &err), err);
    CHECK_OK(keeper_public_keys(&pair->al.client, &pair->al_keys, &err), err);
    if (!is_paired)
        return;
    CHECK_OK(keeper_pair(&pair->ro.client, AGREEMENT, psk0, FIXTURE_NOW_MS, &err), err);
    CHECK_OK(keeper_pair(&pair->al.client, AGREEMENT, psk0, FIXTURE_NOW_MS, &err), err);
}

static void end_pair(struct pair *pair)
{
    fixture_end(&pair->ro);
    fixture_end(&pair->al);
}

static void set_days(struct pair *pair, int ro_days, int al_days)
{
    pair->ro.memory.now_ms = FIXTURE_NOW_MS + ro_days * DAY_MS + 1000;
    pair->al.memory.now_ms = FIXTURE_NOW_MS + al_days * DAY_MS + 1000;
}

/* ro seals to al; al's key is compared. */
static bool round_trip(struct pair *pair, struct keeper_seal *seal, struct error *err)
{
    if (!keeper_seal_key(&pair->ro.client, AGREEMENT, pair->al_keys.sealing, seal, err))
        return false;
    struct keeper_seal received = *seal;
    memset(received.key, 0, sizeof received.key);
    if (!keeper_open_key(&pair->al.client, AGREEMENT, &received, err))
        return false;
    return memcmp(received.key, seal->key, sizeof seal->key) == 0 ||
           error_set(err, ERROR_BUG, "the keys differ");
}

CHECK_TEST(both_suites_open_what_the_partner_sealed)
{
    struct pair pair;
    struct keeper_seal seal, other;
    struct error err = {0};

    start_pair(&pair, false);
    CHECK_OK(round_trip(&pair, &seal, &err), err);
    CHECK_INT(seal.suite, KEEPER_SUITE_PLAIN);
    CHECK_INT(seal.psk_day, 0);
    CHECK_OK(keeper_pair(&pair.ro.client, AGREEMENT, psk0, FIXTURE_NOW_MS, &err), err);
    /* Only one side paired: suite 1 does not open, and says why. */
    CHECK(!round_trip(&pair, &seal, &err));
    CHECK_ERROR(err, ERROR_MISSING, "not paired");
    CHECK_OK(keeper_pair(&pair.al.client, AGREEMENT, psk0, FIXTURE_NOW_MS, &err), err);
    CHECK_OK(round_trip(&pair, &seal, &err), err);
    CHECK_INT(seal.suite, KEEPER_SUITE_PSK);
    CHECK_OK(round_trip(&pair, &other, &err), err);
    CHECK(memcmp(seal.key, other.key, sizeof seal.key) != 0);
    CHECK(memcmp(seal.ephemeral, other.ephemeral, sizeof seal.ephemeral) != 0);
    end_pair(&pair);
}

CHECK_TEST(agreement_suite_day_and_point_all_change_the_key)
{
    struct pair pair;
    struct keeper_seal seal, changed;
    struct error err = {0};

    start_pair(&pair, true);
    CHECK_OK(keeper_pair(&pair.al.client, span_text("ro-al2"), psk0, FIXTURE_NOW_MS, &err), err);
    CHECK_OK(round_trip(&pair, &seal, &err), err);
    changed = seal;
    CHECK_OK(keeper_open_key(&pair.al.client, span_text("ro-al2"), &changed, &err), err);
    CHECK(memcmp(changed.key, seal.key, sizeof seal.key) != 0);
    changed = seal;
    changed.suite = KEEPER_SUITE_PLAIN;
    CHECK_OK(keeper_open_key(&pair.al.client, AGREEMENT, &changed, &err), err);
    CHECK(memcmp(changed.key, seal.key, sizeof seal.key) != 0);
    changed = seal;
    changed.psk_day = 1;
    CHECK_OK(keeper_open_key(&pair.al.client, AGREEMENT, &changed, &err), err);
    CHECK(memcmp(changed.key, seal.key, sizeof seal.key) != 0);
    changed.suite = KEEPER_SUITE_PLAIN;
    CHECK(!keeper_open_key(&pair.al.client, AGREEMENT, &changed, &err));
    CHECK_ERROR(err, ERROR_INPUT, "names day");
    changed = seal;
    changed.suite = (enum keeper_suite)3;
    CHECK(!keeper_open_key(&pair.al.client, AGREEMENT, &changed, &err));
    CHECK_ERROR(err, ERROR_INPUT, "suite");
    changed = seal;
    changed.ephemeral[40] ^= 1;
    CHECK(!keeper_open_key(&pair.al.client, AGREEMENT, &changed, &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    /* The sender itself cannot open it: the recipient's private key is needed. */
    changed = seal;
    CHECK_OK(keeper_open_key(&pair.ro.client, AGREEMENT, &changed, &err), err);
    CHECK(memcmp(changed.key, seal.key, sizeof seal.key) != 0);
    uint8_t no_point[AGREE_PUBLIC_SIZE] = {4, 1};
    CHECK(!keeper_seal_key(&pair.ro.client, AGREEMENT, no_point, &seal, &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    end_pair(&pair);
}

/* Computed again from the definitions alone, with the parts of crypto. */
CHECK_TEST(key_follows_the_protocol_text)
{
    struct pair pair;
    struct keeper_seal seal;
    struct error err = {0};
    uint8_t private_key[AGREE_PRIVATE_SIZE], public_key[AGREE_PUBLIC_SIZE];
    uint8_t secret[64], salt[130], wanted[32];
    uint8_t psk[32];

    start_pair(&pair, true);
    set_days(&pair, 2, 2);
    CHECK_OK(agree_make(&pair.ro.memory.env, private_key, public_key, &err), err);
    CHECK_OK(keeper_seal_key(&pair.ro.client, AGREEMENT, public_key, &seal, &err), err);
    CHECK_INT(seal.psk_day, 2);
    CHECK_OK(agree_shared(private_key, seal.ephemeral, secret, &err), err);
    memcpy(psk, psk0, sizeof psk);
    for (uint8_t day = 1; day <= 2; day++) {
        uint8_t info[] = {'b', 'e', 's', 'a', '-', 'p', 's', 'k', '-', 'r', 'a', 't', 'c',
                          'h', 'e', 't', 'r', 'o', '-', 'a', 'l', 0,   0,   0,   day};
        uint8_t next[32];
        digest_hkdf((struct span){NULL, 0}, span_make(psk, 32), span_make(info, sizeof info), next,
                    32);
        memcpy(psk, next, sizeof psk);
    }
    memcpy(secret + 32, psk, sizeof psk);
    memcpy(salt, seal.ephemeral, 65);
    memcpy(salt + 65, public_key, 65);
    digest_hkdf(span_make(salt, sizeof salt), span_make(secret, sizeof secret),
                span_text("besa-post/1ro-al"), wanted, sizeof wanted);
    CHECK(memcmp(wanted, seal.key, sizeof wanted) == 0);
    end_pair(&pair);
}

CHECK_TEST(twenty_days_on_both_sides_agree_with_restarts)
{
    struct pair pair;
    struct keeper_seal seal;
    struct error err = {0};

    start_pair(&pair, true);
    for (int day = 0; day <= 20; day++) {
        set_days(&pair, day, day);
        if (day % 3 == 1)
            CHECK_OR_RETURN(fixture_reopen(&pair.ro));
        if (day % 4 == 2) {
            memory_env_crash(&pair.al.memory);
            CHECK_OR_RETURN(fixture_reopen(&pair.al));
        }
        CHECK_OK(round_trip(&pair, &seal, &err), err);
        CHECK_INT(seal.psk_day, day);
    }
    end_pair(&pair);
}

CHECK_TEST(fourteen_days_back_open_and_fifteen_do_not)
{
    struct pair pair;
    struct keeper_seal seals[21];
    struct error err = {0};

    start_pair(&pair, true);
    for (int day = 0; day <= 20; day++) {
        set_days(&pair, day, 0);
        CHECK_OK(
            keeper_seal_key(&pair.ro.client, AGREEMENT, pair.al_keys.sealing, &seals[day], &err),
            err);
    }
    set_days(&pair, 20, 20);
    for (int restart = 0; restart < 2; restart++) {
        for (int day = 0; day <= 20; day++) {
            struct keeper_seal seal = seals[day];
            memset(seal.key, 0, sizeof seal.key);
            bool ok = keeper_open_key(&pair.al.client, AGREEMENT, &seal, &err);
            CHECK(ok == (day >= 6));
            if (ok)
                CHECK(memcmp(seal.key, seals[day].key, sizeof seal.key) == 0);
            else
                CHECK_ERROR(err, ERROR_INPUT, "destroyed");
        }
        CHECK_OR_RETURN(fixture_reopen(&pair.al));
    }
    end_pair(&pair);
}

CHECK_TEST(one_day_ahead_opens_two_do_not_and_nothing_moves)
{
    struct pair pair;
    struct keeper_seal seal;
    struct error err = {0};

    start_pair(&pair, true);
    set_days(&pair, 31, 30);
    CHECK_OK(keeper_status(&pair.al.client, &err), err); /* the day's turn */
    int writes = pair.al.memory.write_count;
    CHECK_OK(round_trip(&pair, &seal, &err), err);
    CHECK_INT(pair.al.memory.write_count, writes);
    set_days(&pair, 32, 30);
    CHECK(!round_trip(&pair, &seal, &err));
    CHECK_ERROR(err, ERROR_INPUT, "more than one day after today");
    seal.psk_day = UINT32_MAX;
    CHECK(!keeper_open_key(&pair.al.client, AGREEMENT, &seal, &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK_INT(pair.al.memory.write_count, writes);
    end_pair(&pair);
}

CHECK_TEST(a_clock_set_back_undoes_nothing)
{
    struct pair pair;
    struct keeper_seal seal, old;
    struct error err = {0};

    start_pair(&pair, true);
    CHECK_OK(keeper_seal_key(&pair.ro.client, AGREEMENT, pair.al_keys.sealing, &old, &err), err);
    set_days(&pair, 30, 30);
    CHECK_OK(round_trip(&pair, &seal, &err), err);
    /* Five days back: those keys are still held on both sides, the destroyed ones stay destroyed. */
    set_days(&pair, 25, 25);
    CHECK_OK(round_trip(&pair, &seal, &err), err);
    CHECK_INT(seal.psk_day, 25);
    CHECK(!keeper_open_key(&pair.al.client, AGREEMENT, &old, &err));
    CHECK_ERROR(err, ERROR_INPUT, "oldest kept is of day 16");
    /* Back before what is kept: no key, and no step down to suite 2. */
    set_days(&pair, 3, 3);
    CHECK(!round_trip(&pair, &seal, &err));
    CHECK_ERROR(err, ERROR_INPUT, "destroyed");
    pair.ro.memory.now_ms = 0;
    CHECK(!round_trip(&pair, &seal, &err));
    set_days(&pair, 31, 31);
    CHECK_OK(round_trip(&pair, &seal, &err), err);
    CHECK_INT(seal.psk_day, 31);
    /* A clock that shows no possible day. */
    pair.ro.memory.now_ms = INT64_MAX;
    CHECK(!round_trip(&pair, &seal, &err));
    CHECK_ERROR(err, ERROR_STORE, "clock");
    set_days(&pair, 31, 31);
    CHECK_OK(round_trip(&pair, &seal, &err), err);
    end_pair(&pair);
}

/* The file is searched for the sealed forms it held: none of an earlier day survives, in either slot. */
CHECK_TEST(destroyed_values_are_overwritten_in_both_slots)
{
    struct pair pair;
    struct error err = {0};
    uint8_t before[2][64];

    start_pair(&pair, true);
    struct memory_file *file = memory_env_file(&pair.ro.memory, FIXTURE_RECORD);
    for (int slot = 0; slot < 2; slot++)
        memcpy(before[slot], file->synced + (266 + slot) * 4096, 64);
    set_days(&pair, 14, 14);
    CHECK_OK(keeper_status(&pair.ro.client, &err), err);
    for (int slot = 0; slot < 2; slot++) /* 14 days: psk(0) is still wanted */
        CHECK(memcmp(before[slot], file->synced + (266 + slot) * 4096, 64) == 0);
    set_days(&pair, 15, 15);
    CHECK_OK(keeper_status(&pair.ro.client, &err), err);
    for (int slot = 0; slot < 2; slot++)
        CHECK(memcmp(before[slot], file->synced + (266 + slot) * 4096, 64) != 0);
    end_pair(&pair);
}

/* Power lost between the two writes of a day's turn: the next opening finishes it. */
CHECK_TEST(a_crash_in_the_days_turn_keeps_the_chain_and_finishes_it)
{
    for (int at = 1; at <= 2; at++) {
        struct pair pair;
        struct keeper_seal seal;
        struct error err = {0};
        uint8_t before[2][64];

        start_pair(&pair, true);
        struct memory_file *file = memory_env_file(&pair.al.memory, FIXTURE_RECORD);
        for (int slot = 0; slot < 2; slot++)
            memcpy(before[slot], file->synced + (266 + slot) * 4096, 64);
        set_days(&pair, 16, 16);
        pair.al.memory.fail_sync_at = at;
        CHECK(!keeper_status(&pair.al.client, &err));
        CHECK_INT(err.kind, ERROR_STORE);
        memory_env_crash(&pair.al.memory);
        CHECK_OR_RETURN(fixture_reopen(&pair.al));
        CHECK_OK(round_trip(&pair, &seal, &err), err);
        for (int slot = 0; slot < 2; slot++)
            CHECK(memcmp(before[slot], file->synced + (266 + slot) * 4096, 64) != 0);
        end_pair(&pair);
    }
}

CHECK_TEST(a_lost_chain_is_said_and_never_replaced_by_suite_2)
{
    struct pair pair;
    struct keeper_seal seal;
    struct error err = {0};

    start_pair(&pair, true);
    fixture_flip(&pair.ro, 266);
    CHECK_OR_RETURN(fixture_reopen(&pair.ro));
    CHECK_OK(round_trip(&pair, &seal, &err), err); /* one slot is enough */
    fixture_flip(&pair.ro, 266);
    fixture_flip(&pair.ro, 267);
    CHECK_OR_RETURN(fixture_reopen(&pair.ro));
    CHECK(!round_trip(&pair, &seal, &err));
    CHECK_ERROR(err, ERROR_STORE, "pair again");
    CHECK(!keeper_status(&pair.ro.client, &err));
    CHECK_ERROR(err, ERROR_STORE, "pair again");
    CHECK_OK(keeper_pair(&pair.ro.client, AGREEMENT, psk0, FIXTURE_NOW_MS, &err), err);
    CHECK_OK(round_trip(&pair, &seal, &err), err);
    CHECK_OR_RETURN(fixture_reopen(&pair.ro));
    CHECK_OK(round_trip(&pair, &seal, &err), err);
    end_pair(&pair);
}

CHECK_TEST(pairing_once_again_the_same_later_anew_earlier_never)
{
    struct pair pair;
    struct keeper_seal seal;
    struct error err = {0};
    uint8_t other[32] = {8};

    start_pair(&pair, true);
    set_days(&pair, 40, 40);
    CHECK_OK(keeper_pair(&pair.ro.client, AGREEMENT, psk0, FIXTURE_NOW_MS, &err), err);
    CHECK_OK(round_trip(&pair, &seal, &err), err);
    CHECK_INT(seal.psk_day, 40);
    CHECK(!keeper_pair(&pair.ro.client, AGREEMENT, other, FIXTURE_NOW_MS, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "paired already");
    CHECK(!keeper_pair(&pair.ro.client, AGREEMENT, psk0, FIXTURE_NOW_MS - 1, &err));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    int64_t later_ms = FIXTURE_NOW_MS + 35 * DAY_MS;
    CHECK_OK(keeper_pair(&pair.ro.client, AGREEMENT, other, later_ms, &err), err);
    CHECK_OK(keeper_pair(&pair.al.client, AGREEMENT, other, later_ms, &err), err);
    CHECK_OR_RETURN(fixture_reopen(&pair.al));
    CHECK_OK(round_trip(&pair, &seal, &err), err);
    CHECK_INT(seal.psk_day, 5);
    CHECK(!keeper_pair(&pair.ro.client, AGREEMENT, psk0, FIXTURE_NOW_MS, &err));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    static const int64_t no_times[] = {-1, INT64_MIN, INT64_MAX, INT64_C(1) << 53};
    for (size_t i = 0; i < ARRAY_COUNT(no_times); i++) {
        CHECK(!keeper_pair(&pair.ro.client, span_text("x"), psk0, no_times[i], &err));
        CHECK_INT(err.kind, ERROR_INPUT);
    }
    CHECK(!keeper_pair(&pair.ro.client, span_text("x"), psk0, 0, &err));
    CHECK_ERROR(err, ERROR_INPUT, "days back");
    CHECK(!keeper_pair(&pair.ro.client, span_text("X y"), psk0, later_ms, &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    end_pair(&pair);
}

CHECK_TEST(at_most_32_chains)
{
    struct fixture f;
    struct error err = {0};
    char name[16];

    fixture_start(&f, "ro", 3);
    for (int i = 0; i < 33; i++) {
        snprintf(name, sizeof name, "ro-p%d", i);
        CHECK(keeper_pair(&f.client, span_text(name), psk0, FIXTURE_NOW_MS, &err) == (i < 32));
    }
    CHECK_ERROR(err, ERROR_LIMIT, "32");
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK_OK(keeper_status(&f.client, &err), err);
    fixture_end(&f);
}

int main(void)
{
    CHECK_RUN(both_suites_open_what_the_partner_sealed);
    CHECK_RUN(agreement_suite_day_and_point_all_change_the_key);
    CHECK_RUN(key_follows_the_protocol_text);
    CHECK_RUN(twenty_days_on_both_sides_agree_with_restarts);
    CHECK_RUN(fourteen_days_back_open_and_fifteen_do_not);
    CHECK_RUN(one_day_ahead_opens_two_do_not_and_nothing_moves);
    CHECK_RUN(a_clock_set_back_undoes_nothing);
    CHECK_RUN(destroyed_values_are_overwritten_in_both_slots);
    CHECK_RUN(a_crash_in_the_days_turn_keeps_the_chain_and_finishes_it);
    CHECK_RUN(a_lost_chain_is_said_and_never_replaced_by_suite_2);
    CHECK_RUN(pairing_once_again_the_same_later_anew_earlier_never);
    CHECK_RUN(at_most_32_chains);
    return check_end();
}
