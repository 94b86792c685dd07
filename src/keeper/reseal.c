/* A new passphrase for the key file: see reseal.h. */
#include "keeper/reseal.h"

#include "base/attributes.h"
#include "keeper/keys_file.h"
#include "keeper/wipe.h"

#define PASS_LINE_SIZE_MAX 1025 /* a passphrase and the line's end */

static bool next_check(const struct keeper_options *options, struct span next, struct error *err)
{
    if (next.size == 0)
        return error_set(err, ERROR_INPUT, "the new passphrase is empty");
    return !span_equal(next, options->passphrase) ||
           error_set(err, ERROR_INPUT, "the new passphrase is the old one");
}

bool keeper_seal_anew(const struct keeper_options *options, struct span next, struct error *err)
{
    if (!next_check(options, next, err))
        return false;
    struct keys *keys = secret_alloc(sizeof *keys);
    if (keys == NULL)
        return error_set(err, ERROR_LIMIT, "out of locked memory");
    struct keeper_options under_next = *options;
    under_next.passphrase = next;
    bool ok = keys_read(options, keys, err) && keys_stage(&under_next, keys, err);
    secret_free(keys);
    return ok;
}

bool keeper_seal_settle(const struct keeper_options *options, struct error *err)
{
    struct keys *keys = secret_alloc(sizeof *keys);
    if (keys == NULL)
        return error_set(err, ERROR_LIMIT, "out of locked memory");
    bool ok = keys_read(options, keys, err);
    secret_free(keys);
    return ok;
}

bool keeper_passphrase_change(const struct keeper_options *options, const char *pass_path,
                              struct span next, struct error *err)
{
    struct buffer line CLEANUP(buffer_wipe) = buffer_whole(PASS_LINE_SIZE_MAX);
    struct keeper_options under_next = *options;

    under_next.passphrase = next;
    buffer_add(&line, next);
    if (!buffer_byte(&line, '\n'))
        return error_set(err, ERROR_LIMIT, "a passphrase has at most %d bytes",
                         PASS_LINE_SIZE_MAX - 1);
    if (!keeper_seal_anew(options, next, err))
        return false;
    return pass_path == NULL || (env_write_file(options->env, pass_path, buffer_span(&line), err) &&
                                 keeper_seal_settle(&under_next, err));
}

bool keeper_seal_abandon(const struct keeper_options *options, struct error *err)
{
    return keys_unstage(options, err);
}

bool keeper_seal_is_ready(const struct keeper_options *options)
{
    return keys_are_staged(options);
}
