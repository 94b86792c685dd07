/* The key file: see keys_file.h. */
#include "keeper/keys_file.h"

#include "base/cursor.h"
#include "base/text.h"
#include "keeper/wipe.h"

#include <stdio.h>

#define KEYS_NAME  "keeper.keys"
#define KEYS_MAGIC "besa-keeper-keys/1\n"
#define MAGIC_SIZE (sizeof KEYS_MAGIC - 1)
#define PLAIN_SIZE                                                                                 \
    (MAGIC_SIZE + 1 + NAME_SIZE_MAX + 3 * SIGNATURE_SEED_SIZE + AGREE_PRIVATE_SIZE +               \
     AGREE_PUBLIC_SIZE + DIGEST_SIZE)
#define FILE_SIZE_MAX 4096 /* header of the seal included */

bool keeper_path(const struct keeper_options *options, const char *name, char out[KEEPER_PATH_SIZE],
                 struct error *err)
{
    int size = snprintf(out, KEEPER_PATH_SIZE, "%s/%s", options->directory, name);
    return (size > 0 && size < KEEPER_PATH_SIZE) ||
           error_set(err, ERROR_LIMIT, "the keeper's directory has too long a path");
}

static void derive(const struct keys *keys, const char *info, uint8_t *out, size_t size)
{
    digest_hkdf(span_text("besa-keeper/1"), span_make(keys->master, sizeof keys->master),
                span_text(info), out, size);
}

static void derive_all(struct keys *keys)
{
    signature_keys(keys->log_seed, keys->log_public, keys->log);
    signature_keys(keys->custody_seed, keys->custody_public, keys->custody);
    signature_keys(keys->witness_seed, keys->witness_public, keys->witness);
    derive(keys, "wrap", keys->wrap, sizeof keys->wrap);
    derive(keys, "record", keys->record, sizeof keys->record);
    derive(keys, "record-psk", keys->record_psk, sizeof keys->record_psk);
}

bool keys_make(const struct env *env, struct span party, struct keys *out, struct error *err)
{
    if (!text_is_identifier(party, NAME_SIZE_MAX))
        return error_set(err, ERROR_INPUT, "a party's id has 1 to %u of a-z, 0-9 and hyphen",
                         NAME_SIZE_MAX);
    *out = (struct keys){.party_size = party.size};
    memcpy(out->party, party.data, party.size);
    env->random(env->context, out->log_seed, sizeof out->log_seed);
    env->random(env->context, out->custody_seed, sizeof out->custody_seed);
    env->random(env->context, out->witness_seed, sizeof out->witness_seed);
    env->random(env->context, out->master, sizeof out->master);
    if (!agree_make(env, out->sealing, out->sealing_public, err))
        return false;
    derive_all(out);
    return true;
}

bool keys_exist(const struct keeper_options *options, struct error *err)
{
    char path[KEEPER_PATH_SIZE];
    struct env_file *file = NULL;
    struct error found = {0};

    if (!keeper_path(options, KEYS_NAME, path, err))
        return true;
    if (options->env->open(options->env->context, path, ENV_OPEN_READ, &file, &found)) {
        options->env->close(options->env->context, file);
        error_set(err, ERROR_CONFLICT, "%s exists already", path);
        return true;
    }
    if (found.kind == ERROR_MISSING)
        return false;
    *err = found;
    return true;
}

bool keys_write(const struct keeper_options *options, const struct keys *keys, struct error *err)
{
    char path[KEEPER_PATH_SIZE];
    CLEANUP(buffer_wipe) struct buffer plain = buffer_whole(PLAIN_SIZE);
    CLEANUP(buffer_free) struct buffer sealed = buffer_make(FILE_SIZE_MAX);

    if (plain.failed)
        return error_set(err, ERROR_LIMIT, "out of memory");
    buffer_text(&plain, KEYS_MAGIC);
    buffer_byte(&plain, (uint8_t)keys->party_size);
    buffer_add(&plain, span_make(keys->party, sizeof keys->party));
    buffer_add(&plain, span_make(keys->log_seed, sizeof keys->log_seed));
    buffer_add(&plain, span_make(keys->custody_seed, sizeof keys->custody_seed));
    buffer_add(&plain, span_make(keys->witness_seed, sizeof keys->witness_seed));
    buffer_add(&plain, span_make(keys->sealing, sizeof keys->sealing));
    buffer_add(&plain, span_make(keys->sealing_public, sizeof keys->sealing_public));
    buffer_add(&plain, span_make(keys->master, sizeof keys->master));
    return keeper_path(options, KEYS_NAME, path, err) &&
           secret_seal(options->env, options->passphrase, options->cost, buffer_span(&plain),
                       &sealed, err) &&
           env_write_file(options->env, path, buffer_span(&sealed), err);
}

static void read_bytes(struct cursor *from, uint8_t *out, size_t size)
{
    struct span bytes = cursor_span(from, size);
    if (bytes.size == size)
        memcpy(out, bytes.data, size);
}

static bool parse(struct span plain, struct keys *out, struct error *err)
{
    struct cursor from = cursor_make(plain);

    *out = (struct keys){0};
    struct span magic = cursor_span(&from, MAGIC_SIZE);
    out->party_size = cursor_u8(&from);
    read_bytes(&from, out->party, sizeof out->party);
    read_bytes(&from, out->log_seed, sizeof out->log_seed);
    read_bytes(&from, out->custody_seed, sizeof out->custody_seed);
    read_bytes(&from, out->witness_seed, sizeof out->witness_seed);
    read_bytes(&from, out->sealing, sizeof out->sealing);
    read_bytes(&from, out->sealing_public, sizeof out->sealing_public);
    read_bytes(&from, out->master, sizeof out->master);
    if (!cursor_is_done(&from) || !span_is(magic, KEYS_MAGIC) || out->party_size > NAME_SIZE_MAX)
        return error_set(err, ERROR_INPUT, "%s has another form than this version's", KEYS_NAME);
    derive_all(out);
    return true;
}

bool keys_read(const struct keeper_options *options, struct keys *out, struct error *err)
{
    char path[KEEPER_PATH_SIZE];
    CLEANUP(buffer_free) struct buffer sealed = buffer_make(FILE_SIZE_MAX);
    CLEANUP(buffer_wipe) struct buffer plain = buffer_whole(FILE_SIZE_MAX);

    if (!keeper_path(options, KEYS_NAME, path, err) ||
        !env_read_file(options->env, path, FILE_SIZE_MAX, &sealed, err))
        return false;
    if (!secret_open(options->passphrase, buffer_span(&sealed), &plain, err))
        return error_add(err, "%s", KEYS_NAME);
    return parse(buffer_span(&plain), out, err);
}
