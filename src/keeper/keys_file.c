/* The key file: see keys_file.h. */
#include "keeper/keys_file.h"

#include "base/cursor.h"
#include "base/text.h"
#include "keeper/wipe.h"

#include <stdio.h>

#define KEYS_NAME    "keeper.keys"
#define STAGED_NAME  "keeper.keys.next" /* under the next passphrase */
#define KEYS_MAGIC   "besa-keeper-keys/2\n"
#define KEYS_MAGIC_3 "besa-keeper-keys/3\n" /* a set may be in a token */
#define KEYS_MAGIC_1 "besa-keeper-keys/1\n" /* one set, before the master key */
#define MAGIC_SIZE   (sizeof KEYS_MAGIC - 1)
#define SET_SIZE     (2 + 3 * SIGNATURE_SEED_SIZE + AGREE_PRIVATE_SIZE + AGREE_PUBLIC_SIZE)
#define PLAIN_SIZE_MAX                                                                             \
    (MAGIC_SIZE + 1 + NAME_SIZE_MAX + DIGEST_SIZE + 1 + KEEPER_SETS_MAX * SET_SIZE)
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
    for (size_t i = 0; i < keys->set_count; i++) {
        struct key_set *set = &keys->sets[i];
        if (set->is_in_token)
            continue;
        signature_keys(set->log_seed, set->log_public, set->log);
        signature_keys(set->custody_seed, set->custody_public, set->custody);
        signature_keys(set->witness_seed, set->witness_public, set->witness);
    }
    derive(keys, "wrap", keys->wrap, sizeof keys->wrap);
    derive(keys, "record", keys->record, sizeof keys->record);
    derive(keys, "record-psk", keys->record_psk, sizeof keys->record_psk);
}

/* --- making --- */

static bool token_set_make(const struct keeper_signer *token, struct key_set *out,
                           struct error *err)
{
    uint8_t *const publics[] = {[KEEPER_LOG] = out->log_public,
                                [KEEPER_CUSTODY] = out->custody_public,
                                [KEEPER_WITNESS] = out->witness_public};

    if (token->make == NULL)
        return error_set(err, ERROR_BUG, "no process makes keys in the token");
    out->is_in_token = true;
    for (size_t role = 0; role < ARRAY_COUNT(publics); role++)
        if (!token->make(token->context, out->number, (enum keeper_slot)role, publics[role], err))
            return false;
    return true;
}

void keeper_token_label(uint8_t set, enum keeper_slot role, char out[KEEPER_TOKEN_LABEL_SIZE])
{
    static const char *const names[] = {
        [KEEPER_LOG] = "log", [KEEPER_CUSTODY] = "custody", [KEEPER_WITNESS] = "witness"};

    snprintf(out, KEEPER_TOKEN_LABEL_SIZE, "%s %u", names[role], set);
}

static bool set_make(const struct keeper_options *options, uint8_t number, struct key_set *out,
                     struct error *err)
{
    const struct env *env = options->env;

    *out = (struct key_set){.number = number};
    if (options->token != NULL)
        return token_set_make(&options->signer, out, err) &&
               agree_make(env, out->sealing, out->sealing_public, err);
    env->random(env->context, out->log_seed, sizeof out->log_seed);
    env->random(env->context, out->custody_seed, sizeof out->custody_seed);
    env->random(env->context, out->witness_seed, sizeof out->witness_seed);
    return agree_make(env, out->sealing, out->sealing_public, err);
}

bool keys_make(const struct keeper_options *options, struct span party, uint8_t number,
               struct keys *out, struct error *err)
{
    const struct env *env = options->env;

    if (!text_is_identifier(party, NAME_SIZE_MAX))
        return error_set(err, ERROR_INPUT, "a party's id has 1 to %u of a-z, 0-9 and hyphen",
                         NAME_SIZE_MAX);
    *out = (struct keys){.party_size = party.size, .set_count = 1};
    memcpy(out->party, party.data, party.size);
    env->random(env->context, out->master, sizeof out->master);
    if (!set_make(options, number, &out->sets[0], err))
        return false;
    derive_all(out);
    return true;
}

bool keys_renew(const struct keeper_options *options, struct keys *keys, struct error *err)
{
    uint8_t newest = keys->sets[keys->set_count - 1].number;

    if (newest == UINT8_MAX)
        return error_set(err, ERROR_LIMIT, "this keeper changed its keys %u times already", newest);
    if (keys->set_count == KEEPER_SETS_MAX) {
        keys->sets[0] = keys->sets[1];
        keys->set_count--;
    }
    if (!set_make(options, (uint8_t)(newest + 1), &keys->sets[keys->set_count], err))
        return false;
    keys->set_count++;
    derive_all(keys);
    return true;
}

const struct key_set *keys_set(const struct keys *keys, uint8_t number, struct error *err)
{
    for (size_t i = 0; i < keys->set_count; i++)
        if (keys->sets[i].number == number)
            return &keys->sets[i];
    error_set(err, ERROR_MISSING, "the keeper holds no set of keys with number %u", number);
    return NULL;
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

static bool is_any_in_token(const struct keys *keys)
{
    for (size_t i = 0; i < keys->set_count; i++)
        if (keys->sets[i].is_in_token)
            return true;
    return false;
}

/* The form of before as long as it serves, so that an older program reads it. */
static void write_set(const struct key_set *set, bool has_places, struct buffer *out)
{
    bool is_in_token = set->is_in_token;

    buffer_byte(out, set->number);
    if (has_places)
        buffer_byte(out, is_in_token);
    buffer_add(out, span_make(is_in_token ? set->log_public : set->log_seed, SIGNATURE_SEED_SIZE));
    buffer_add(
        out, span_make(is_in_token ? set->custody_public : set->custody_seed, SIGNATURE_SEED_SIZE));
    buffer_add(
        out, span_make(is_in_token ? set->witness_public : set->witness_seed, SIGNATURE_SEED_SIZE));
    buffer_add(out, span_make(set->sealing, sizeof set->sealing));
    buffer_add(out, span_make(set->sealing_public, sizeof set->sealing_public));
}

static bool write_file(const struct keeper_options *options, const char *name,
                       const struct keys *keys, struct error *err)
{
    char path[KEEPER_PATH_SIZE];
    CLEANUP(buffer_wipe) struct buffer plain = buffer_whole(PLAIN_SIZE_MAX);
    CLEANUP(buffer_free) struct buffer sealed = buffer_make(FILE_SIZE_MAX);

    if (plain.failed)
        return error_set(err, ERROR_LIMIT, "out of memory");
    bool has_places = is_any_in_token(keys);
    buffer_text(&plain, has_places ? KEYS_MAGIC_3 : KEYS_MAGIC);
    buffer_byte(&plain, (uint8_t)keys->party_size);
    buffer_add(&plain, span_make(keys->party, sizeof keys->party));
    buffer_add(&plain, span_make(keys->master, sizeof keys->master));
    buffer_byte(&plain, (uint8_t)keys->set_count);
    for (size_t i = 0; i < keys->set_count; i++)
        write_set(&keys->sets[i], has_places, &plain);
    return keeper_path(options, name, path, err) &&
           secret_seal(options->env, options->passphrase, options->cost, buffer_span(&plain),
                       &sealed, err) &&
           env_write_file(options->env, path, buffer_span(&sealed), err);
}

/* Keys that lie ready under another passphrase would be older ones, and win with the change of it. */
bool keys_write(const struct keeper_options *options, const struct keys *keys, struct error *err)
{
    if (keys_are_staged(options))
        return error_set(err, ERROR_CONFLICT,
                         "a change of passphrase is not finished: finish it, or `besa keys "
                         "passphrase --abandon`");
    return write_file(options, KEYS_NAME, keys, err);
}

bool keys_stage(const struct keeper_options *options, const struct keys *keys, struct error *err)
{
    return write_file(options, STAGED_NAME, keys, err);
}

bool keys_unstage(const struct keeper_options *options, struct error *err)
{
    const struct env *env = options->env;
    char path[KEEPER_PATH_SIZE];

    return keeper_path(options, STAGED_NAME, path, err) && env->unlink(env->context, path, err) &&
           env->sync_dir(env->context, options->directory, err);
}

bool keys_are_staged(const struct keeper_options *options)
{
    const struct env *env = options->env;
    char path[KEEPER_PATH_SIZE];
    struct env_file *file = NULL;
    struct error ignored = {0};

    if (!keeper_path(options, STAGED_NAME, path, &ignored) ||
        !env->open(env->context, path, ENV_OPEN_READ, &file, &ignored))
        return false;
    env->close(env->context, file);
    return true;
}

static void read_bytes(struct cursor *from, uint8_t *out, size_t size)
{
    struct span bytes = cursor_span(from, size);
    if (bytes.size == size)
        memcpy(out, bytes.data, size);
}

_Static_assert(SIGNATURE_SEED_SIZE == SIGNATURE_PUBLIC_SIZE, "one stands in the other's place");

static void read_seeds(struct cursor *from, struct key_set *out)
{
    bool is_in_token = out->is_in_token;

    read_bytes(from, is_in_token ? out->log_public : out->log_seed, SIGNATURE_SEED_SIZE);
    read_bytes(from, is_in_token ? out->custody_public : out->custody_seed, SIGNATURE_SEED_SIZE);
    read_bytes(from, is_in_token ? out->witness_public : out->witness_seed, SIGNATURE_SEED_SIZE);
    read_bytes(from, out->sealing, sizeof out->sealing);
    read_bytes(from, out->sealing_public, sizeof out->sealing_public);
}

static void read_sets(struct cursor *from, bool has_places, struct keys *out)
{
    out->set_count = cursor_u8(from);
    if (out->set_count == 0 || out->set_count > KEEPER_SETS_MAX)
        from->failed = true;
    for (size_t i = 0; !from->failed && i < out->set_count; i++) {
        out->sets[i].number = cursor_u8(from);
        uint8_t place = has_places ? cursor_u8(from) : 0;
        from->failed = from->failed || place > 1;
        out->sets[i].is_in_token = place == 1;
        read_seeds(from, &out->sets[i]);
    }
}

static bool parse(struct span plain, struct keys *out, struct error *err)
{
    struct cursor from = cursor_make(plain);

    *out = (struct keys){.set_count = 1};
    struct span magic = cursor_span(&from, MAGIC_SIZE);
    bool is_first_form = span_is(magic, KEYS_MAGIC_1);
    bool has_places = span_is(magic, KEYS_MAGIC_3);
    out->party_size = cursor_u8(&from);
    read_bytes(&from, out->party, sizeof out->party);
    if (is_first_form)
        read_seeds(&from, &out->sets[0]);
    read_bytes(&from, out->master, sizeof out->master);
    if (!is_first_form)
        read_sets(&from, has_places, out);
    if (!cursor_is_done(&from) || (!is_first_form && !has_places && !span_is(magic, KEYS_MAGIC)) ||
        out->party_size > NAME_SIZE_MAX)
        return error_set(err, ERROR_INPUT, "%s has another form than this version's", KEYS_NAME);
    derive_all(out);
    return true;
}

static bool read_file(const struct keeper_options *options, const char *name, struct keys *out,
                      struct error *err)
{
    char path[KEEPER_PATH_SIZE];
    CLEANUP(buffer_free) struct buffer sealed = buffer_make(FILE_SIZE_MAX);
    CLEANUP(buffer_wipe) struct buffer plain = buffer_whole(FILE_SIZE_MAX);

    if (!keeper_path(options, name, path, err) ||
        !env_read_file(options->env, path, FILE_SIZE_MAX, &sealed, err))
        return false;
    if (!secret_open(options->passphrase, buffer_span(&sealed), &plain, err))
        return error_add(err, "%s", name);
    return parse(buffer_span(&plain), out, err);
}

static bool put_in_place(const struct keeper_options *options, struct error *err)
{
    const struct env *env = options->env;
    char from[KEEPER_PATH_SIZE];
    char to[KEEPER_PATH_SIZE];

    return keeper_path(options, STAGED_NAME, from, err) &&
           keeper_path(options, KEYS_NAME, to, err) && env->rename(env->context, from, to, err) &&
           env->sync_dir(env->context, options->directory, err);
}

bool keys_read(const struct keeper_options *options, struct keys *out, struct error *err)
{
    struct error why = {0};

    if (read_file(options, KEYS_NAME, out, err))
        return true;
    if (err->kind != ERROR_INPUT)
        return false;
    if (read_file(options, STAGED_NAME, out, &why))
        return put_in_place(options, err) && (error_clear(err), true);
    if (why.kind != ERROR_MISSING)
        return false;
    /* Another process may have put it in place between the two. */
    error_clear(err);
    return read_file(options, KEYS_NAME, out, err);
}
