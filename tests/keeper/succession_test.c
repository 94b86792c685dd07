/*
 * The keeper at the end of a log: n + 1 begins only by the end of n, n is never signed again, and each key signs only what
 * it may.
 * covers: logs keys_file
 */
#include "check.h"
#include "keeper/support/fixture.h"
#include "tlog/checkpoint.h"

#include <stdio.h>

#define NOW_S (FIXTURE_NOW_MS / 1000)
#define OWN   "ro/ro-al/to/al/0"
#define NEXT  "ro/ro-al/to/al/1"
#define AFTER "ro/ro-al/to/al/2"
#define THEIR "al/ro-al/to/ro/0"

static struct keeper_succession turn(const char *before, const char *origin, uint64_t size,
                                     const struct tlog_hash *root)
{
    return (struct keeper_succession){.kind = KEEPER_LOG,
                                      .origin = span_text(origin),
                                      .before = span_text(before),
                                      .size = size,
                                      .root = *root};
}

CHECK_TEST(a_log_that_ended_is_never_signed_again)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_step step;

    fixture_start(&f, "ro", 5);
    CHECK_OK(keeper_register(&f.client, KEEPER_LOG, span_text(OWN), &err), err);
    CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, 0, 4, true, 0, 1, &step, &err), err);
    struct keeper_succession succession = turn(OWN, NEXT, 4, &step.root);
    CHECK(!keeper_register(&f.client, KEEPER_LOG, span_text(NEXT), &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "begins only when");
    CHECK_OK(keeper_succeed(&f.client, &succession, &err), err);
    for (int i = 0; i < 2; i++) {
        CHECK(!fixture_step(&f, KEEPER_LOG, OWN, 4, 1, true, 0, 1, &step, &err));
        CHECK_ERROR(err, ERROR_CONFLICT, "has ended");
        CHECK(!fixture_step(&f, KEEPER_LOG, OWN, 4, 0, true, 0, 1, &step, &err));
        CHECK(!keeper_register(&f.client, KEEPER_LOG, span_text(OWN), &err));
        CHECK_OK(keeper_succeed(&f.client, &succession, &err), err);
        CHECK_OR_RETURN(fixture_reopen(&f));
    }
    CHECK_OK(fixture_step(&f, KEEPER_LOG, NEXT, 0, 2, true, 0, 1, &step, &err), err);
    fixture_end(&f);
}

CHECK_TEST(an_end_that_contradicts_the_record_is_refused)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_step step;

    fixture_start(&f, "ro", 5);
    CHECK_OK(keeper_register(&f.client, KEEPER_LOG, span_text(OWN), &err), err);
    CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, 0, 4, true, 0, 1, &step, &err), err);
    struct tlog_hash other = step.root;
    other.bytes[0] ^= 1;
    struct keeper_succession wrong[] = {
        turn(OWN, NEXT, 4, &other),       turn(OWN, NEXT, 5, &step.root),
        turn(OWN, AFTER, 4, &step.root),  turn(THEIR, NEXT, 4, &step.root),
        turn(NEXT, AFTER, 4, &step.root),
    };
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++)
        CHECK(!keeper_succeed(&f.client, &wrong[i], &err));
    CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, 4, 1, true, 0, 1, &step, &err), err);
    fixture_end(&f);
}

CHECK_TEST(a_newer_set_of_keys_signs_the_next_log_and_never_the_older_one)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_sets sets;
    struct keeper_step step;

    fixture_start(&f, "ro", 5);
    CHECK_OK(keeper_register(&f.client, KEEPER_LOG, span_text(OWN), &err), err);
    CHECK_OK(keeper_register(&f.client, KEEPER_CUSTODY, span_text(THEIR), &err), err);
    CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, 0, 4, true, 0, 1, &step, &err), err);
    struct keeper_succession succession = turn(OWN, NEXT, 4, &step.root);
    CHECK_OK(keeper_sets(&f.client, &sets, &err), err);
    CHECK_INT(sets.count, 1);
    keeper_close(&f.keeper);
    CHECK_OK(keeper_renew(&f.options, &err), err);
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK_OK(keeper_sets(&f.client, &sets, &err), err);
    CHECK_INT(sets.count, 2);
    CHECK_INT(sets.number[1], 1);
    CHECK(memcmp(&sets.keys[0], &sets.keys[1], sizeof sets.keys[0]) != 0);
    step = (struct keeper_step){.kind = KEEPER_LOG,
                                .origin = span_text(OWN),
                                .size_before = 4,
                                .is_signed = true,
                                .set = 1};
    CHECK(!keeper_advance(&f.client, &step, 1, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "set 0");
    CHECK_OK(keeper_succeed(&f.client, &succession, &err), err);
    step = (struct keeper_step){
        .kind = KEEPER_LOG, .origin = span_text(NEXT), .is_signed = true, .set = 1};
    CHECK_OK(keeper_advance(&f.client, &step, 1, &err), err);
    struct checkpoint checkpoint = {span_text(NEXT), step.size, step.root};
    CLEANUP(buffer_free) struct buffer text = buffer_make(1024);
    CHECK(checkpoint_write(&checkpoint, &text));
    CHECK(signature_verify(sets.keys[1].log, buffer_span(&text), step.signature));
    CHECK(!signature_verify(sets.keys[0].log, buffer_span(&text), step.signature));
    /* Custody goes over to the newer key, and never back. */
    CHECK_OK(fixture_step(&f, KEEPER_CUSTODY, THEIR, 0, 1, true, NOW_S, 1, &step, &err), err);
    step = (struct keeper_step){.kind = KEEPER_CUSTODY,
                                .origin = span_text(THEIR),
                                .size_before = 1,
                                .is_signed = true,
                                .set = 1,
                                .time_s = NOW_S};
    CHECK_OK(keeper_advance(&f.client, &step, 1, &err), err);
    step.set = 0;
    step.size_before = 1;
    CHECK(!keeper_advance(&f.client, &step, 1, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "set 1");
    step.set = 7;
    CHECK(!keeper_advance(&f.client, &step, 1, &err));
    CHECK_ERROR(err, ERROR_MISSING, "number 7");
    fixture_end(&f);
}

CHECK_TEST(bodies_stay_readable_over_changes_of_keys_and_the_oldest_set_goes)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_wrapped wrapped;
    struct keeper_sets sets;
    uint8_t key[AEAD_KEY_SIZE];

    fixture_start(&f, "ro", 5);
    CHECK_OK(keeper_make_keys(&f.client, &wrapped, 1, &err), err);
    keeper_close(&f.keeper);
    CHECK_OK(keeper_renew(&f.options, &err), err);
    CHECK_OK(keeper_renew(&f.options, &err), err);
    CHECK_OR_RETURN(fixture_reopen(&f));
    CHECK_OK(keeper_sets(&f.client, &sets, &err), err);
    CHECK_INT(sets.count, 2);
    CHECK_INT(sets.number[0], 1);
    CHECK_INT(sets.number[1], 2);
    CHECK_OK(keeper_unwrap(&f.client, wrapped.wrapped, key, &err), err);
    CHECK(memcmp(key, wrapped.key, sizeof key) == 0);
    fixture_end(&f);
}

/* The oldest set is gone then, as if its keys had been lost: the record is not, and it decides. */
CHECK_TEST(after_two_renewals_no_second_log_begins_beside_one_that_is_open)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_step step;

    fixture_start(&f, "ro", 5);
    CHECK_OK(keeper_register(&f.client, KEEPER_LOG, span_text(OWN), &err), err);
    CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, 0, 4, true, 0, 1, &step, &err), err);
    for (int i = 0; i < 2; i++) {
        keeper_close(&f.keeper);
        CHECK_OK(keeper_renew(&f.options, &err), err);
        CHECK_OR_RETURN(fixture_reopen(&f));
    }
    CHECK(!keeper_register(&f.client, KEEPER_LOG, span_text(NEXT), &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "begins only when");
    struct keeper_succession past = turn(NEXT, AFTER, 4, &step.root);
    CHECK(!keeper_succeed(&f.client, &past, &err));
    CHECK_ERROR(err, ERROR_MISSING, "is not registered");
    struct keeper_succession succession = turn(OWN, NEXT, 4, &step.root);
    CHECK_OK(keeper_succeed(&f.client, &succession, &err), err);
    fixture_end(&f);
}

CHECK_TEST(a_witness_takes_a_domestic_log_as_it_finds_it_and_then_no_other)
{
    struct fixture f;
    struct error err = {0};
    const struct tlog_hash root = {.bytes = {1}};

    fixture_start(&f, "ro", 5);
    CHECK_OK(keeper_register(&f.client, KEEPER_WITNESS, span_text("al/domestic/3"), &err), err);
    CHECK_OK(keeper_register(&f.client, KEEPER_WITNESS, span_text("al/domestic/3"), &err), err);
    CHECK(!keeper_register(&f.client, KEEPER_WITNESS, span_text("al/domestic/0"), &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "begins only when");
    CHECK(!keeper_register(&f.client, KEEPER_WITNESS, span_text("al/domestic/4"), &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "begins only when");
    struct keeper_succession succession = turn("al/domestic/3", "al/domestic/4", 4, &root);
    succession.kind = KEEPER_WITNESS;
    CHECK_OK(keeper_succeed(&f.client, &succession, &err), err);
    CHECK(!keeper_register(&f.client, KEEPER_LOG, span_text(NEXT), &err));
    CHECK_ERROR(err, ERROR_INPUT, "begins only when");
    fixture_end(&f);
}

/* --- many logs of one stem --- */

static struct keeper_succession numbered(enum keeper_slot kind, char origins[2][64],
                                         const char *stem, unsigned number,
                                         const struct tlog_hash *root)
{
    snprintf(origins[0], 64, "%s/%u", stem, number);
    snprintf(origins[1], 64, "%s/%u", stem, number + 1);
    return (struct keeper_succession){.kind = kind,
                                      .origin = span_text(origins[1]),
                                      .before = span_text(origins[0]),
                                      .size = 1,
                                      .root = *root};
}

/* Log `number` gets one entry and a signature, ends, and the next one begins. */
static bool year_passes(struct fixture *f, enum keeper_slot kind, const char *stem, unsigned number,
                        struct error *err)
{
    char origins[2][64];
    struct keeper_step step = {.size = 0};
    struct tlog_hash root;

    fixture_root(1, 1, &root);
    struct keeper_succession succession = numbered(kind, origins, stem, number, &root);
    struct keeper_witness witness = {
        .origin = succession.before, .size = 1, .root = root, .time_s = NOW_S};
    return (kind == KEEPER_WITNESS
                ? keeper_witness(&f->client, &witness, err)
                : fixture_step(f, kind, origins[0], 0, 1, true, NOW_S, 1, &step, err)) &&
           keeper_succeed(&f->client, &succession, err);
}

/* Of three stems: at most 128 slots hold 900 logs that ended, and no number comes back. */
CHECK_TEST(three_hundred_successions_fit_and_none_can_be_repeated)
{
    static const struct {
        enum keeper_slot kind;
        const char *stem;
    } stems[] = {{KEEPER_LOG, "ro/ro-al/to/al"},
                 {KEEPER_CUSTODY, "al/ro-al/to/ro"},
                 {KEEPER_WITNESS, "al/domestic"}};
    enum { YEARS = 300 };
    struct fixture f;
    struct error err = {0};
    struct tlog_hash root;

    fixture_root(1, 1, &root);
    fixture_start(&f, "ro", 5);
    for (size_t k = 0; k < ARRAY_COUNT(stems); k++) {
        char origin[64];
        snprintf(origin, sizeof origin, "%s/0", stems[k].stem);
        CHECK_OK(keeper_register(&f.client, stems[k].kind, span_text(origin), &err), err);
        for (unsigned year = 0; year < YEARS; year++)
            CHECK_OR_RETURN(year_passes(&f, stems[k].kind, stems[k].stem, year, &err));
    }
    for (int round = 0; round < 2; round++) {
        CHECK_OK(keeper_status(&f.client, &err), err);
        for (size_t k = 0; k < ARRAY_COUNT(stems); k++)
            for (unsigned year = 0; year < YEARS; year++) {
                char origins[2][64];
                struct keeper_state state;
                struct keeper_succession again =
                    numbered(stems[k].kind, origins, stems[k].stem, year, &root);
                bool is_last = year == YEARS - 1;
                CHECK(!keeper_register(&f.client, stems[k].kind, again.before, &err));
                CHECK_ERROR(err, ERROR_CONFLICT, "log");
                CHECK(keeper_succeed(&f.client, &again, &err) == is_last);
                if (!is_last)
                    CHECK_ERROR(err, ERROR_CONFLICT, "has ended");
                if (is_last)
                    CHECK_OK(keeper_state(&f.client, stems[k].kind, again.origin, &state, &err),
                             err);
            }
        CHECK_OR_RETURN(fixture_reopen(&f));
    }
    CHECK(memory_env_file(&f.memory, FIXTURE_RECORD)->size ==
          (10 + 2 * KEEPER_SLOT_COUNT_MAX + 2 * 32) * 4096);
    fixture_end(&f);
}

/* Like a process that ends, or power that goes, at the `call`th write or sync of one turn in which a slot changes hands. */
static void turn_cut(unsigned call, bool is_sync, bool is_power, bool *is_done)
{
    enum { YEARS = 127 }; /* then all 128 slots are taken */
    struct fixture f;
    struct error err = {0};
    struct keeper_step step;
    struct keeper_state state;
    struct tlog_hash root;
    char origins[2][64];

    fixture_start(&f, "ro", 5 + call);
    CHECK_OK(keeper_register(&f.client, KEEPER_LOG, span_text(OWN), &err), err);
    for (unsigned year = 0; year < YEARS; year++)
        CHECK(year_passes(&f, KEEPER_LOG, "ro/ro-al/to/al", year, &err));
    *(is_sync ? &f.memory.fail_sync_at : &f.memory.fail_write_at) = (int)call;
    *is_done = year_passes(&f, KEEPER_LOG, "ro/ro-al/to/al", YEARS, &err);
    error_clear(&err);
    f.memory.fail_sync_at = f.memory.fail_write_at = 0;
    if (is_power)
        memory_env_crash(&f.memory);
    CHECK(fixture_reopen(&f));
    for (unsigned year = 0; year < YEARS; year++) {
        snprintf(origins[0], sizeof origins[0], "ro/ro-al/to/al/%u", year);
        CHECK(!fixture_step(&f, KEEPER_LOG, origins[0], 1, 1, true, 0, 2, &step, &err));
        error_clear(&err);
    }
    CHECK_OK(keeper_status(&f.client, &err), err);
    /* The same turn again, whichever half of it is there. */
    fixture_root(1, 1, &root);
    struct keeper_succession again = numbered(KEEPER_LOG, origins, "ro/ro-al/to/al", YEARS, &root);
    CHECK_OK(keeper_state(&f.client, KEEPER_LOG, again.before, &state, &err), err);
    if (state.size == 1)
        CHECK_OK(keeper_succeed(&f.client, &again, &err), err);
    fixture_end(&f);
}

CHECK_TEST(a_crash_while_a_slot_changes_hands_opens_no_log_again)
{
    for (unsigned kind = 0; kind < 4; kind++) {
        bool is_done = false;
        for (unsigned call = 1; call < 32 && !is_done; call++)
            turn_cut(call, kind / 2 == 1, kind % 2 == 1, &is_done);
        CHECK(is_done);
    }
}

int main(void)
{
    CHECK_RUN(three_hundred_successions_fit_and_none_can_be_repeated);
    CHECK_RUN(a_crash_while_a_slot_changes_hands_opens_no_log_again);
    CHECK_RUN(after_two_renewals_no_second_log_begins_beside_one_that_is_open);
    CHECK_RUN(a_witness_takes_a_domestic_log_as_it_finds_it_and_then_no_other);
    CHECK_RUN(a_log_that_ended_is_never_signed_again);
    CHECK_RUN(an_end_that_contradicts_the_record_is_refused);
    CHECK_RUN(a_newer_set_of_keys_signs_the_next_log_and_never_the_older_one);
    CHECK_RUN(bodies_stay_readable_over_changes_of_keys_and_the_oldest_set_goes);
    return check_end();
}
