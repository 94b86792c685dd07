/*
 * `besa keys passphrase`: another passphrase for the keeper's key file, while the node runs or not. Two officers. The keys
 * lie ready under the next one before the file with the passphrase changes (keeper/reseal.h), so that at no moment
 * neither opens them.
 */
#include "cmd/keys.h"

#include "base/attributes.h"
#include "base/env.h"
#include "base/json.h"
#include "base/text.h"
#include "cmd/setup.h"
#include "keeper/reseal.h"

#define MADE_SIZE 32 /* random bytes of a passphrase that nobody types */

struct change {
    struct home home;
    struct config config;
    char directory[HOME_PATH_SIZE];
    char place[HOME_PATH_SIZE]; /* of the passphrase */
    bool is_own;                /* in the home: ours to write */
    struct buffer old;
    struct buffer next;
};

static void change_drop(struct change *change)
{
    buffer_wipe(&change->old);
    buffer_wipe(&change->next);
}

static bool next_make(struct buffer *out, struct error *err)
{
    uint8_t random[MADE_SIZE];
    char text[BASE64_SIZE(MADE_SIZE) + 1];

    env_real()->random(env_real()->context, random, sizeof random);
    base64_write(span_make(random, sizeof random), text);
    secret_wipe(random, sizeof random);
    bool ok = buffer_text(out, text) || error_set(err, ERROR_LIMIT, "out of memory");
    secret_wipe(text, sizeof text);
    return ok;
}

static bool change_open(const struct options *options, const char *next_file, struct change *change,
                        struct error *err)
{
    if (!home_find(options->home, &change->home, err) ||
        !home_config_load(&change->home, &change->config, err) ||
        !home_path(&change->home, HOME_KEEPER, change->directory, err) ||
        !home_passphrase_place(&change->home, change->place, &change->is_own, err) ||
        !home_passphrase_read(change->place, &change->old, err))
        return false;
    if (next_file != NULL)
        return home_passphrase_read(next_file, &change->next, err);
    return change->is_own
               ? next_make(&change->next, err)
               : error_set(err, ERROR_INPUT,
                           "the passphrase is kept in %s: say the next one in --new-file",
                           change->place);
}

static int change_show(struct options *options, const char *state, const char *next)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(4096);
    struct json_writer out = json_writer_make(&text);

    json_begin_object(&out);
    json_string_field(&out, "state", state);
    json_string_field(&out, "next", next);
    json_end_object(&out);
    return command_show(options, buffer_span(&text));
}

/* The entry comes first: what is done with keys stands in the log, also when a crash cuts it off. */
static bool change_enter(const struct options *options, struct error *err)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(4096);
    struct problems problems = {.count = 0};

    return command_ask(options, "passphrase-change", span_text("{}"), span_make(NULL, 0), &result,
                       &problems, err);
}

int keys_passphrase(struct options *options, int argc, char **argv)
{
    struct change change CLEANUP(change_drop) = {.old = buffer_make(PASSPHRASE_SIZE_MAX),
                                                 .next = buffer_make(PASSPHRASE_SIZE_MAX)};
    const char *next_file = NULL;
    bool is_abandoned = false;
    const struct command_option own[] = {{.name = "new-file", .value = &next_file},
                                         {.name = "abandon", .flag = &is_abandoned}};
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 0, &words, &exit_code))
        return exit_code;
    if (is_abandoned && next_file != NULL)
        return command_usage(options, "--abandon takes no new passphrase");
    struct keeper_options keeper = {.env = env_real(), .directory = change.directory};
    if (is_abandoned) {
        if (!home_find(options->home, &change.home, &err) ||
            !home_path(&change.home, HOME_KEEPER, change.directory, &err) ||
            !change_enter(options, &err) || !keeper_seal_abandon(&keeper, &err))
            return command_fail(options, &err);
        return change_show(options, "the passphrase stays as it was", "nothing");
    }
    if (!change_open(options, next_file, &change, &err) || !change_enter(options, &err))
        return command_fail(options, &err);
    keeper.passphrase = buffer_span(&change.old);
    keeper.cost = change.config.is_training ? SECRET_COST_FAST : SECRET_COST_STANDARD;
    if (!keeper_passphrase_change(&keeper, change.is_own ? change.place : NULL,
                                  buffer_span(&change.next), &err))
        return command_fail(options, &err);
    return change.is_own
               ? change_show(options, "changed; the old passphrase opens nothing here",
                             "older backups still open with the old one: make a new backup, and "
                             "delete those if the old one is known to others")
               : change_show(options, "the keys lie ready under the new passphrase",
                             "put it where the keeper takes it from and start the node anew; the "
                             "old one opens nothing from then on (docs/keys.md)");
}
