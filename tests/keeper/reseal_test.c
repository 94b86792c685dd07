/*
 * Another passphrase for the key file: a loss of power at any write, sync, rename or removal leaves keys that open with
 * what the passphrase's file holds, and the old passphrase opens nothing once the new one did.
 */
#include "check.h"
#include "base/buffer.h"
#include "keeper/reseal.h"
#include "keeper/support/fixture.h"

#define PASS_FILE "keeper.pass"

/* The memory env, in which the call number `fail_at` of those that change something fails, and all after it. */
struct failing {
    struct env env;
    struct memory_env *memory;
    int fail_at; /* 0: never */
    int count;
};

static bool goes_on(struct failing *failing, struct error *err)
{
    failing->count++;
    return failing->fail_at == 0 || failing->count < failing->fail_at ||
           error_set(err, ERROR_STORE, "the power is gone");
}

static const struct env *below(const struct failing *failing)
{
    return &failing->memory->env;
}

static void failing_random(void *context, uint8_t *out, size_t size)
{
    below(context)->random(below(context)->context, out, size);
}

static bool failing_open(void *context, const char *path, enum env_open how, struct env_file **out,
                         struct error *err)
{
    return (how == ENV_OPEN_READ || goes_on(context, err)) &&
           below(context)->open(below(context)->context, path, how, out, err);
}

static void failing_close(void *context, struct env_file *file)
{
    below(context)->close(below(context)->context, file);
}

static bool failing_size(void *context, struct env_file *file, int64_t *out, struct error *err)
{
    return below(context)->size(below(context)->context, file, out, err);
}

static bool failing_read(void *context, struct env_file *file, int64_t offset, uint8_t *out,
                         size_t size, struct error *err)
{
    return below(context)->read_at(below(context)->context, file, offset, out, size, err);
}

static bool failing_write(void *context, struct env_file *file, int64_t offset, struct span bytes,
                          struct error *err)
{
    return goes_on(context, err) &&
           below(context)->write_at(below(context)->context, file, offset, bytes, err);
}

static bool failing_sync(void *context, struct env_file *file, struct error *err)
{
    return goes_on(context, err) && below(context)->sync(below(context)->context, file, err);
}

static bool failing_rename(void *context, const char *from, const char *to, struct error *err)
{
    return goes_on(context, err) && below(context)->rename(below(context)->context, from, to, err);
}

static bool failing_unlink(void *context, const char *path, struct error *err)
{
    return goes_on(context, err) && below(context)->unlink(below(context)->context, path, err);
}

static bool failing_dir(void *context, const char *path, struct error *err)
{
    (void)path;
    return goes_on(context, err);
}

static void failing_start(struct failing *out, struct memory_env *memory, int fail_at)
{
    *out = (struct failing){.memory = memory, .fail_at = fail_at};
    out->env = (struct env){.context = out,
                            .random = failing_random,
                            .open = failing_open,
                            .close = failing_close,
                            .size = failing_size,
                            .read_at = failing_read,
                            .write_at = failing_write,
                            .sync = failing_sync,
                            .rename = failing_rename,
                            .unlink = failing_unlink,
                            .sync_dir = failing_dir,
                            .make_dir = failing_dir};
}

static void scene_start(struct fixture *fixture)
{
    struct error err = {0};
    fixture_start(fixture, "ro", 7);
    keeper_close(&fixture->keeper);
    CHECK_OR_RETURN(
        env_write_file(&fixture->memory.env, PASS_FILE, fixture->options.passphrase, &err));
}

static bool opens(struct fixture *fixture, struct span passphrase)
{
    struct keeper_options options = fixture->options;
    struct keeper *keeper = NULL;
    struct error err = {0};

    options.passphrase = passphrase;
    bool ok = keeper_open(&options, &keeper, &err);
    keeper_close(&keeper);
    return ok;
}

/* What the file holds, without the line's end. */
static struct span held(struct fixture *fixture, struct buffer *out)
{
    struct error err = {0};
    buffer_clear(out);
    env_read_file(&fixture->memory.env, PASS_FILE, 1024, out, &err);
    struct span text = buffer_span(out);
    if (text.size > 0 && text.data[text.size - 1] == '\n')
        text.size--;
    return text;
}

CHECK_TEST(the_old_passphrase_opens_nothing_after_the_change)
{
    struct fixture fixture;
    struct error err = {0};

    scene_start(&fixture);
    CHECK_OK(keeper_passphrase_change(&fixture.options, PASS_FILE, span_text("the next one"), &err),
             err);
    CHECK(!opens(&fixture, fixture.options.passphrase));
    CHECK(opens(&fixture, span_text("the next one")));
    CHECK(!keeper_seal_is_ready(&fixture.options));
    CHECK(!keeper_passphrase_change(&fixture.options, PASS_FILE, span_text("a third"), &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    fixture_end(&fixture);
}

CHECK_TEST(a_crash_at_any_point_leaves_keys_that_open)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(1024);
    int fail_at = 1;
    unsigned with_old = 0, with_next = 0;

    for (bool is_through = false; !is_through && fail_at < 100; fail_at++) {
        struct fixture fixture;
        struct failing failing;
        struct error err = {0};

        scene_start(&fixture);
        failing_start(&failing, &fixture.memory, fail_at);
        struct keeper_options options = fixture.options;
        options.env = &failing.env;
        is_through = keeper_passphrase_change(&options, PASS_FILE, span_text("the next one"), &err);
        memory_env_crash(&fixture.memory);
        struct span now = held(&fixture, &text);
        bool is_next = span_is(now, "the next one");
        CHECK(is_next || span_equal(now, fixture.options.passphrase));
        CHECK(opens(&fixture, now));
        with_old += !is_next;
        with_next += is_next;
        /* The keeper started with the new one: the old one is dead, whatever was cut off. */
        if (is_next)
            CHECK(!opens(&fixture, fixture.options.passphrase));
        /* Begun anew, it comes to its end. */
        struct keeper_options again = fixture.options;
        again.passphrase = now;
        CHECK_OK(keeper_passphrase_change(&again, PASS_FILE, span_text("the third"), &err), err);
        CHECK(opens(&fixture, span_text("the third")));
        CHECK(!opens(&fixture, span_text("the next one")));
        fixture_end(&fixture);
    }
    CHECK(with_old >= 4 && with_next >= 2); /* both sides of the turn were tried */
}

CHECK_TEST(a_passphrase_kept_elsewhere_counts_from_its_first_use)
{
    struct fixture fixture;
    struct error err = {0};

    scene_start(&fixture);
    CHECK_OK(keeper_passphrase_change(&fixture.options, NULL, span_text("the next one"), &err),
             err);
    CHECK(keeper_seal_is_ready(&fixture.options));
    CHECK(opens(&fixture, fixture.options.passphrase)); /* the credential is not there yet */
    CHECK(keeper_seal_is_ready(&fixture.options));
    CHECK(!keeper_renew(&fixture.options, &err)); /* newer keys would be lost with it */
    CHECK_ERROR(err, ERROR_CONFLICT, "is not finished");
    error_clear(&err);
    CHECK(opens(&fixture, span_text("the next one")));
    CHECK(!opens(&fixture, fixture.options.passphrase));
    fixture_end(&fixture);
}

CHECK_TEST(what_lies_ready_can_be_taken_back)
{
    struct fixture fixture;
    struct error err = {0};

    scene_start(&fixture);
    CHECK_OK(keeper_passphrase_change(&fixture.options, NULL, span_text("the next one"), &err),
             err);
    CHECK_OK(keeper_seal_abandon(&fixture.options, &err), err);
    CHECK(!opens(&fixture, span_text("the next one")));
    CHECK(opens(&fixture, fixture.options.passphrase));
    CHECK(!keeper_seal_abandon(&fixture.options, &err));
    CHECK_INT(err.kind, ERROR_MISSING);
    error_clear(&err);
    CHECK_OK(keeper_renew(&fixture.options, &err), err);
    fixture_end(&fixture);
}

CHECK_TEST(no_passphrase_and_the_same_one_are_refused)
{
    struct fixture fixture;
    struct error err = {0};

    scene_start(&fixture);
    CHECK(!keeper_seal_anew(&fixture.options, span_text(""), &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK(!keeper_seal_anew(&fixture.options, fixture.options.passphrase, &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK(!keeper_seal_is_ready(&fixture.options));
    fixture_end(&fixture);
}

int main(void)
{
    crypto_start();
    CHECK_RUN(the_old_passphrase_opens_nothing_after_the_change);
    CHECK_RUN(a_crash_at_any_point_leaves_keys_that_open);
    CHECK_RUN(a_passphrase_kept_elsewhere_counts_from_its_first_use);
    CHECK_RUN(what_lies_ready_can_be_taken_back);
    CHECK_RUN(no_passphrase_and_the_same_one_are_refused);
    return check_end();
}
