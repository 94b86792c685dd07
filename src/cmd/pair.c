/*
 * `besa pair`: two nodes come to know each other. `export` gives our public pairing file and, apart from it, our half of
 * psk(0); `import` takes the partner's after its fingerprint was read over the telephone. Keys that nobody compared are
 * never taken.
 */
#include "cmd/books.h"
#include "cmd/setup.h"

#include "base/attributes.h"
#include "base/text.h"
#include "crypto/secret.h"

#include <stdio.h>

#define OWN_PAIRING      "own.pairing"
#define OWN_SECRET       HOME_PARTNERS "/own.secret" /* our half, until the partner's has come */
#define PAIR_ARENA_SIZE  (2 * PAIRING_ARENA_SIZE)
#define FINGERPRINT_HELP "read it to your partner over a telephone number that you know already"

static bool own_load(const struct home *home, struct arena *arena, struct pairing *own,
                     char fingerprint[PAIRING_FINGERPRINT_SIZE], struct error *err)
{
    return books_own_pairing(env_real(), home->path, arena, own, err) &&
           pairing_fingerprint(own, fingerprint, err);
}

/* Our half: the one that waits for its partner, or a new one. */
static bool own_secret_load(const struct home *home, struct arena *arena,
                            struct pairing_secret *out, struct error *err)
{
    struct buffer file CLEANUP(buffer_wipe) = buffer_make(PAIRING_SECRET_SIZE_MAX);
    struct problems problems = {.count = 0};

    if (!setup_read(home, OWN_SECRET, PAIRING_SECRET_SIZE_MAX, &file, err))
        return false;
    if (pairing_secret_read(buffer_span(&file), arena, out, &problems))
        return true;
    problems_to_error(&problems, err);
    return error_add(err, "%s", OWN_SECRET);
}

static bool own_secret_make(const struct home *home, const struct pairing *own,
                            struct pairing_secret *out, struct error *err)
{
    const struct env *env = env_real();
    struct buffer file CLEANUP(buffer_wipe) = buffer_make(PAIRING_SECRET_SIZE_MAX);

    *out =
        (struct pairing_secret){.party = own->party.party, .made_at_ms = env->now_ms(env->context)};
    env->random(env->context, out->half, sizeof out->half);
    return (pairing_secret_write(out, &file) ||
            error_set(err, ERROR_LIMIT, "the secret file does not fit")) &&
           setup_write(home, OWN_SECRET, buffer_span(&file), err);
}

static bool secret_export(const struct home *home, const struct pairing *own, const char *path,
                          struct arena *arena, struct error *err)
{
    struct buffer file CLEANUP(buffer_wipe) = buffer_make(PAIRING_SECRET_SIZE_MAX);
    struct pairing_secret secret = {.made_at_ms = 0};

    bool ok = own_secret_load(home, arena, &secret, err);
    if (!ok && err->kind == ERROR_MISSING) {
        error_clear(err);
        ok = own_secret_make(home, own, &secret, err);
    }
    ok = ok &&
         (pairing_secret_write(&secret, &file) ||
          error_set(err, ERROR_LIMIT, "the secret file does not fit")) &&
         setup_write_new(path, buffer_span(&file), err);
    secret_wipe(&secret, sizeof secret);
    return ok;
}

static int pair_show(struct options *options, const char *fingerprint, const char *next)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(4096);
    struct json_writer out = json_writer_make(&text);

    json_begin_object(&out);
    json_string_field(&out, "fingerprint", fingerprint);
    json_string_field(&out, "next", next);
    json_end_object(&out);
    return command_show(options, buffer_span(&text));
}

static int pair_export(struct options *options, int argc, char **argv)
{
    struct arena arena CLEANUP(arena_free) = arena_make(PAIR_ARENA_SIZE);
    struct buffer file CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);
    const char *secret = NULL;
    const struct command_option own_options[] = {{.name = "secret", .value = &secret}};
    char fingerprint[PAIRING_FINGERPRINT_SIZE];
    struct word_list words;
    struct pairing own;
    struct home home;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own_options, ARRAY_COUNT(own_options), 1, 1, &words,
                       &exit_code))
        return exit_code;
    if (!home_find(options->home, &home, &err) ||
        !own_load(&home, &arena, &own, fingerprint, &err) ||
        !(pairing_write(&own, &file) || error_set(&err, ERROR_LIMIT, "out of memory")) ||
        !setup_write_new(words.words[0], buffer_span(&file), &err) ||
        (secret != NULL && !secret_export(&home, &own, secret, &arena, &err)))
        return command_fail(options, &err);
    return pair_show(options, fingerprint, FINGERPRINT_HELP);
}

static int pair_fingerprint(struct options *options, int argc, char **argv)
{
    struct arena arena CLEANUP(arena_free) = arena_make(PAIR_ARENA_SIZE);
    struct buffer file CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);
    struct problems problems = {.count = 0};
    char fingerprint[PAIRING_FINGERPRINT_SIZE];
    struct word_list words;
    struct pairing pairing;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, NULL, 0, 1, 1, &words, &exit_code))
        return exit_code;
    if (!command_read_file(words.words[0], PAIRING_SIZE_MAX, &file, &err))
        return command_fail(options, &err);
    if (!pairing_read(buffer_span(&file), &arena, &pairing, &problems)) {
        problems_to_error(&problems, &err);
        return command_fail_problems(options, &err, &problems);
    }
    if (!pairing_fingerprint(&pairing, fingerprint, &err))
        return command_fail(options, &err);
    return pair_show(options, fingerprint, "ask your partner to read theirs; compare");
}

/* --- import --- */

struct import {
    struct options *options;
    const char *file;
    const char *secret_file;
    const char *typed; /* fingerprint, as the partner read it */
    const char *address;
    struct arena arena;
    struct pairing own;
    struct pairing partner;
    struct pairing_secret own_secret;
    struct pairing_secret partner_secret;
    struct pairing_result result;
    char fingerprint[PAIRING_FINGERPRINT_SIZE];
};

static bool partner_load(struct import *import, struct problems *problems, struct error *err)
{
    struct buffer file CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);
    struct buffer secret CLEANUP(buffer_wipe) = buffer_make(PAIRING_SECRET_SIZE_MAX);

    if (!command_read_file(import->file, PAIRING_SIZE_MAX, &file, err) ||
        !command_read_file(import->secret_file, PAIRING_SECRET_SIZE_MAX, &secret, err))
        return false;
    if (!pairing_read(buffer_span(&file), &import->arena, &import->partner, problems)) {
        problems_to_error(problems, err);
        return error_add(err, "%s", import->file);
    }
    if (!pairing_secret_read(buffer_span(&secret), &import->arena, &import->partner_secret,
                             problems)) {
        problems_to_error(problems, err);
        return error_add(err, "%s", import->secret_file);
    }
    if (!pairing_fingerprint(&import->partner, import->fingerprint, err))
        return false;
    return pairing_fingerprint_is(import->fingerprint, span_text(import->typed)) ||
           error_set(err, ERROR_RULE,
                     "the fingerprint of %s is %s, not the one given: this is not the file that "
                     "your partner sent. Nothing was changed",
                     import->file, import->fingerprint);
}

/* A partner that is known already keeps its keys; new keys are another pairing, in person. */
static bool partner_is_new(struct import *import, const struct home *home, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    char known_fingerprint[PAIRING_FINGERPRINT_SIZE];
    struct pairing known;

    if (!books_partner_pairing(env_real(), home->path, import->partner.party.party, &arena, &known,
                               err)) {
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
        return true;
    }
    if (!pairing_fingerprint(&known, known_fingerprint, err))
        return false;
    return strcmp(known_fingerprint, import->fingerprint) == 0 ||
           error_set(err, ERROR_CONFLICT, "'%.*s' is paired already, under fingerprint %s",
                     SPAN_ARG(import->partner.party.party), known_fingerprint);
}

static bool pin(struct import *import, const struct home *home, struct error *err)
{
    struct buffer file CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);
    uint8_t digest[DIGEST_SIZE];
    char hex[2 * DIGEST_SIZE + 2];
    char name[NAME_SIZE_MAX + 32];
    struct span party = import->partner.party.party;

    digest_sha256(span_make(import->result.psk, sizeof import->result.psk), digest);
    hex_write(span_make(digest, sizeof digest), hex);
    snprintf(name, sizeof name, HOME_PARTNERS "/%.*s.psk-hash", SPAN_ARG(party));
    if (!setup_write(home, name, span_text(hex), err))
        return false;
    snprintf(name, sizeof name, HOME_PARTNERS "/%.*s.pairing", SPAN_ARG(party));
    return (pairing_write(&import->partner, &file) ||
            error_set(err, ERROR_LIMIT, "out of memory")) &&
           setup_write(home, name, buffer_span(&file), err);
}

static bool address_set(struct import *import, struct node *node, struct error *err)
{
    struct span address =
        import->address != NULL ? span_text(import->address) : import->partner.address;

    if (address.size == 0)
        return true; /* the partner opens every connection */
    return config_partner_set(&node->config, import->partner.party.party, address, err) &&
           home_config_save(&node->home, &node->config, err);
}

static bool import_record(struct node *node, void *context, struct error *err)
{
    struct import *import = context;
    char text[NAME_SIZE_MAX + PAIRING_FINGERPRINT_SIZE + 16];

    snprintf(text, sizeof text, "partner %.*s %s", SPAN_ARG(import->partner.party.party),
             import->fingerprint);
    struct span object = span_text(text);
    return setup_access(node, import->options, "pair-import", &object, 1, err);
}

/* The access entry first; then key, pin and address; our half last, so that an import that was cut off is done again. */
static bool import_carry_out(struct import *import, struct node *node, struct error *err)
{
    char path[HOME_PATH_SIZE];

    if (!own_load(&node->home, &import->arena, &import->own, path, err) ||
        !partner_is_new(import, &node->home, err))
        return false;
    if (!own_secret_load(&node->home, &import->arena, &import->own_secret, err))
        return err->kind == ERROR_MISSING
                   ? error_set(err, ERROR_MISSING,
                               "our own half is not here: run `besa pair export` first, and give "
                               "both files to your partner")
                   : false;
    return pairing_join(&import->own, &import->own_secret, &import->partner,
                        &import->partner_secret, &import->result, err) &&
           node_job(node, true, import_record, import, err) &&
           keeper_pair(&node->keeper, span_text(import->result.agreement), import->result.psk,
                       import->result.paired_at_ms, err) &&
           pin(import, &node->home, err) && address_set(import, node, err) &&
           home_path(&node->home, OWN_SECRET, path, err) &&
           env_real()->unlink(env_real()->context, path, err);
}

static int import_show(const struct import *import)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(8192);
    struct json_writer out = json_writer_make(&text);

    json_begin_object(&out);
    json_text_field(&out, "partner", import->partner.party.party);
    json_text_field(&out, "state", import->partner.party.state);
    json_text_field(&out, "contact", import->partner.party.contact);
    json_string_field(&out, "fingerprint", import->fingerprint);
    json_string_field(&out, "agreement", import->result.agreement);
    json_string_field(&out, "next",
                      "destroy both secret files; then `besa agreement draft`, sign, countersign");
    json_end_object(&out);
    return command_show(import->options, buffer_span(&text));
}

static int pair_import(struct options *options, int argc, char **argv)
{
    struct import import = {.options = options, .arena = arena_make(2 * PAIR_ARENA_SIZE)};
    const struct command_option own[] = {{.name = "fingerprint", .value = &import.typed},
                                         {.name = "secret", .value = &import.secret_file},
                                         {.name = "address", .value = &import.address}};
    struct problems problems = {.count = 0};
    struct word_list words;
    struct node *node = NULL;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    if (import.typed == NULL || import.secret_file == NULL)
        return command_usage(options, "say --fingerprint, as your partner reads it over the "
                                      "telephone, and --secret FILE");
    import.file = words.words[0];
    bool ok = partner_load(&import, &problems, &err) && setup_open(options, &node, &err) &&
              import_carry_out(&import, node, &err);
    node_close(&node);
    exit_code = ok ? import_show(&import) : command_fail_problems(options, &err, &problems);
    arena_free(&import.arena);
    secret_wipe(&import, sizeof import);
    return exit_code;
}

int command_pair(struct options *options, int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(struct options *options, int argc, char **argv);
    } forms[] = {
        {"export", pair_export}, {"import", pair_import}, {"fingerprint", pair_fingerprint}};

    for (size_t i = 0; argc > 1 && i < ARRAY_COUNT(forms); i++)
        if (strcmp(argv[1], forms[i].name) == 0)
            return forms[i].run(options, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        command_help(options);
        return 0;
    }
    return command_usage(options, "say export, import or fingerprint");
}
