/*
 * `besa keeper`, by two officers, under the keeper's passphrase and while the node is stopped. `renew`: a further set of
 * keys; nothing is signed with it before a log is succeeded by one that names it. `recover`: the record of what was signed,
 * after it was lost; nothing is signed for a log before its partner's fresh receipt (docs/protocol.md 3.5c).
 */
#include "cmd/keeper_place.h"
#include "cmd/second.h"
#include "cmd/setup.h"

#include "base/attributes.h"
#include "base/json.h"
#include "base/text.h"
#include "journal/fresh.h"
#include "keeper/keeper.h"
#include "keeper/process.h"

#include <stdio.h>
#include <string.h>

static bool is_oldest(const struct keeper_sets *sets, const struct succession_keys *keys)
{
    return memcmp(sets->keys[0].log, keys->log, sizeof keys->log) == 0;
}

static bool oldest_is_used(const struct keeper_sets *sets, const char *origin, struct error *err)
{
    return error_set(
        err, ERROR_CONFLICT,
        "log %s still signs with set %u, which a further set would destroy: end the log "
        "first (besa succession prepare %s --why key_change)",
        origin, sets->number[0], origin);
}

/* The keeper holds two sets: the oldest goes when a third comes, and no log that goes on may need it. */
static bool oldest_is_free(const struct journal *journal, struct error *err)
{
    const struct keeper_sets *sets = &journal->sets;

    if (sets->count < KEEPER_SETS_MAX)
        return true;
    for (size_t i = 0; i < journal->line_count; i++)
        if (is_oldest(sets, &journal->lines[i].own_keys))
            return oldest_is_used(sets, journal->lines[i].out.origin, err);
    return journal->domestic.id == 0 || !is_oldest(sets, &journal->domestic_keys) ||
           oldest_is_used(sets, journal->domestic.origin, err);
}

/* Two answer for what the keeper will sign, or no longer sign. Who they are and why stands in the domestic log before
 * anything changes. */
static bool two_enter(struct node *node, const struct options *options, const char *act,
                      struct error *err)
{
    struct control_request request = {.act = span_text(act),
                                      .officer = span_text(options->officer),
                                      .approver = span_text(options->approver),
                                      .reason = span_text(options->reason)};

    return node_access_two(node, &request, act, err);
}

static bool prove(void *context, const struct control_request *request, struct error *err)
{
    return node_second_prove(context, true, request, err);
}

/* Before the job: the password is compared outside of it. */
static bool second_is_there(struct node *node, const struct options *options, struct error *err)
{
    struct control_request request = {.act = span_text("keeper"),
                                      .approver = span_text(options->approver)};

    return second_ask(&request, options->typed, prove, node, err);
}

static bool renew_enter(struct node *node, void *context, struct error *err)
{
    return two_enter(node, context, "keeper-renew", err) && oldest_is_free(&node->journal, err);
}

/* The keeper's files, with their passphrase. */
struct opening {
    struct home home;
    struct config config;
    struct keeper_place place;
};

static void opening_drop(struct opening *opening)
{
    keeper_place_drop(&opening->place);
}

static bool opening_find(const struct options *options, struct opening *opening,
                         struct keeper_options *out, struct error *err)
{
    return home_find(options->home, &opening->home, err) &&
           home_config_load(&opening->home, &opening->config, err) &&
           keeper_place_find(&opening->home, &opening->config, &opening->place, out, err);
}

/* Into the token that the configuration names, or back out of it: then the token still signs for the logs of older sets. */
static bool renew_keys(const struct options *options, bool is_to_file, struct error *err)
{
    struct opening opening CLEANUP(opening_drop) = {.place.directory = ""};
    struct keeper_options keeper;

    if (!opening_find(options, &opening, &keeper, err))
        return false;
    if (is_to_file)
        keeper.token = NULL;
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
    bool is_to_file = false;
    const struct command_option own[] = {{.name = "to-file", .flag = &is_to_file}};
    struct node *node = NULL;
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 0, &words, &exit_code))
        return exit_code;
    bool ok = setup_open(options, &node, &err) && second_is_there(node, options, &err) &&
              node_job(node, true, renew_enter, options, &err);
    node_close(&node);
    ok = ok && renew_keys(options, is_to_file, &err) && sets_read(options, &sets, &err);
    if (!ok)
        return command_fail(options, &err);
    sets_show(&sets, &out);
    command_note(options, "start the node, then `besa succession prepare` for each log of its own");
    return command_show(options, buffer_span(&text));
}

/* --- recover --- */

struct recovering {
    const struct options *options;
    struct arena arena;
    struct keeper_lost_log logs[LOST_LOG_COUNT_MAX];
    size_t count;
    size_t changed;
};

static void recovering_drop(struct recovering *recovering)
{
    arena_free(&recovering->arena);
}

static bool recover_enter(struct node *node, void *context, struct error *err)
{
    struct recovering *recovering = context;

    return two_enter(node, recovering->options, "keeper-recover", err) &&
           journal_keeper_logs(&node->journal, &recovering->arena, recovering->logs,
                               &recovering->count, err);
}

static bool record_recover(struct recovering *recovering, bool is_all, struct error *err)
{
    struct opening opening CLEANUP(opening_drop) = {.place.directory = ""};
    struct keeper_options keeper;

    return opening_find(recovering->options, &opening, &keeper, err) &&
           keeper_recover(&keeper, recovering->logs, recovering->count, is_all,
                          &recovering->changed, err) &&
           (recovering->changed > 0 ||
            error_set(err, ERROR_CONFLICT,
                      "the record knows every log: nothing to recover (--older: it is an older one "
                      "that was put back)"));
}

static int recover_command(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(4096);
    struct json_writer out = json_writer_make(&text);
    struct recovering recovering CLEANUP(recovering_drop) = {.options = options,
                                                             .arena = arena_make(1u << 20)};
    bool is_older = false;
    const struct command_option own[] = {{.name = "older", .flag = &is_older}};
    struct node *node = NULL;
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 0, &words, &exit_code))
        return exit_code;
    bool ok = setup_open(options, &node, &err) && second_is_there(node, options, &err) &&
              node_job(node, true, recover_enter, &recovering, &err);
    node_close(&node);
    if (!ok || !record_recover(&recovering, is_older, &err))
        return command_fail(options, &err);
    json_begin_object(&out);
    json_integer_field(&out, "logs_recovered", (int64_t)recovering.changed);
    json_string_field(&out, "next",
                      "start the node: each log waits for its partner's fresh receipt, which comes "
                      "at contact; the daily keys are gone with the record: besa pair");
    json_end_object(&out);
    return command_show(options, buffer_span(&text));
}

int command_keeper(struct options *options, int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "renew") == 0)
        return renew_command(options, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "recover") == 0)
        return recover_command(options, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        command_help(options);
        return 0;
    }
    return command_usage(options, "say renew or recover");
}
