/*
 * `besa keeper renew`: a further set of keys under the keeper's passphrase, while the node is stopped. Nothing is signed
 * with it before a log is succeeded by one that names it.
 */
#include "cmd/setup.h"

#include "base/attributes.h"
#include "base/json.h"
#include "base/text.h"
#include "keeper/keeper.h"
#include "keeper/process.h"

#include <stdio.h>
#include <string.h>

/* Who began it and why stands in the domestic log before the keys change. */
static bool renew_enter(struct node *node, void *context, struct error *err)
{
    const struct options *options = context;
    struct span object = span_text("keeper");

    return setup_access(node, options, "keeper-renew", &object, 1, err);
}

static bool renew_keys(const struct options *options, struct error *err)
{
    struct buffer passphrase CLEANUP(buffer_wipe) = buffer_make(PASSPHRASE_SIZE_MAX);
    char directory[HOME_PATH_SIZE];
    struct home home;

    if (!home_find(options->home, &home, err) || !home_path(&home, HOME_KEEPER, directory, err) ||
        !home_passphrase(&home, &passphrase, err))
        return false;
    struct keeper_options keeper = {
        .env = env_real(), .directory = directory, .passphrase = buffer_span(&passphrase)};
    return keeper_renew(&keeper, err);
}

static void sets_show(const struct keeper_sets *sets, struct json_writer *out)
{
    json_begin_array(out);
    for (size_t i = 0; i < sets->count; i++) {
        json_begin_object(out);
        json_integer_field(out, "set", sets->number[i]);
        json_hex_field(out, "log_key", span_make(sets->keys[i].log, 32));
        json_hex_field(out, "custody_key", span_make(sets->keys[i].custody, 32));
        json_hex_field(out, "witness_key", span_make(sets->keys[i].witness, 32));
        json_end_object(out);
    }
    json_end_array(out);
}

static bool sets_read(struct options *options, struct keeper_sets *out, struct error *err)
{
    struct node *node = NULL;
    bool ok = setup_open(options, &node, err) && keeper_sets(&node->keeper, out, err);
    node_close(&node);
    return ok;
}

static int renew_command(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(8192);
    struct json_writer out = json_writer_make(&text);
    struct keeper_sets sets = {.count = 0};
    struct node *node = NULL;
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, NULL, 0, 0, 0, &words, &exit_code))
        return exit_code;
    bool ok = setup_open(options, &node, &err) && node_job(node, true, renew_enter, options, &err);
    node_close(&node);
    ok = ok && renew_keys(options, &err) && sets_read(options, &sets, &err);
    if (!ok)
        return command_fail(options, &err);
    sets_show(&sets, &out);
    command_note(options, "start the node, then `besa succession prepare` for each log of its own");
    return command_show(options, buffer_span(&text));
}

int command_keeper(struct options *options, int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "renew") == 0)
        return renew_command(options, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        command_help(options);
        return 0;
    }
    return command_usage(options, "say renew");
}
