/* The record as backups take it: what was signed, without the daily keys. */
#include "check.h"
#include "keeper/support/fixture.h"

#include "keeper/record_form.h"

#define AGREEMENT span_text("ro-al")

static struct fixture fixture;

static void record_put(struct span bytes)
{
    struct env_file *file = NULL;
    struct error err = {0};
    const struct env *env = fixture.options.env;

    CHECK_OK(env->open(env->context, FIXTURE_RECORD, ENV_OPEN_WRITE, &file, &err), err);
    CHECK_OK(env->write_at(env->context, file, 0, bytes, &err), err);
    CHECK_OK(env->sync(env->context, file, &err), err);
    env->close(env->context, file);
}

CHECK_TEST(a_copy_knows_its_logs_and_asks_to_be_paired_again)
{
    static const uint8_t psk0[32] = {7};
    struct buffer copy CLEANUP(buffer_free) = buffer_make(8u << 20);
    struct keeper_step step;
    struct keeper_state state;
    struct keeper_keys keys;
    struct keeper_seal seal;
    struct error err = {0};

    fixture_start(&fixture, "ro", 1);
    CHECK_OK(keeper_public_keys(&fixture.client, &keys, &err), err);
    CHECK_OK(keeper_register(&fixture.client, KEEPER_LOG, span_text("ro/domestic/0"), &err), err);
    CHECK_OK(fixture_step(&fixture, KEEPER_LOG, "ro/domestic/0", 0, 5, true, 0, 1, &step, &err),
             err);
    CHECK_OK(keeper_pair(&fixture.client, AGREEMENT, psk0, FIXTURE_NOW_MS, &err), err);
    CHECK_OK(keeper_seal_key(&fixture.client, AGREEMENT, keys.sealing, &seal, &err), err);
    CHECK_INT(seal.suite, KEEPER_SUITE_PSK);
    CHECK_OK(keeper_record_copy(fixture.options.env, "keeper", &copy, &err), err);
    for (size_t i = (size_t)RECORD_PSK_BLOCK_FIRST * RECORD_BLOCK_SIZE; i < copy.size; i++)
        CHECK_OR_RETURN(copy.data[i] == 0);
    record_put(buffer_span(&copy));
    CHECK_OR_RETURN(fixture_reopen(&fixture));
    CHECK_OK(keeper_state(&fixture.client, KEEPER_LOG, span_text("ro/domestic/0"), &state, &err),
             err);
    CHECK_INT(state.size, 5);
    CHECK(!keeper_seal_key(&fixture.client, AGREEMENT, keys.sealing, &seal, &err));
    CHECK_ERROR(err, ERROR_STORE, "pair again");
    CHECK_OK(keeper_pair(&fixture.client, AGREEMENT, psk0, FIXTURE_NOW_MS, &err), err);
    CHECK_OK(keeper_seal_key(&fixture.client, AGREEMENT, keys.sealing, &seal, &err), err);
    fixture_end(&fixture);
}

int main(void)
{
    CHECK_RUN(a_copy_knows_its_logs_and_asks_to_be_paired_again);
    return check_end();
}
