/*
 * `besa pair`: two nodes come to know each other. `export` gives our public pairing file and, apart from it, our half of
 * psk(0); `import` takes the partner's after its fingerprint was read over the telephone. Keys that nobody compared are
 * never taken.
 */
#include "cmd/paired.h"
#include "cmd/setup.h"

#include "base/attributes.h"
#include "base/text.h"
#include "crypto/secret.h"

#include <stdio.h>

#define OWN_PAIRING      "own.pairing"
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

    if (!setup_read(home, HOME_OWN_SECRET, PAIRING_SECRET_SIZE_MAX, &file, err))
        return false;
    if (pairing_secret_read(buffer_span(&file), arena, out, &problems))
        return true;
    problems_to_error(&problems, err);
    return error_add(err, "%s", HOME_OWN_SECRET);
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
           setup_write(home, HOME_OWN_SECRET, buffer_span(&file), err);
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

/* Looked at here first, so that a file that is not the partner's never enters the home. */
static bool partner_check(const char *path, struct span bytes, const char *typed,
                          struct problems *problems, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    char fingerprint[PAIRING_FINGERPRINT_SIZE];
    struct pairing pairing;

    if (!pairing_read(bytes, &arena, &pairing, problems)) {
        problems_to_error(problems, err);
        return error_add(err, "%s", path);
    }
    return pairing_fingerprint(&pairing, fingerprint, err) &&
           (pairing_fingerprint_is(fingerprint, span_text(typed)) ||
            error_set(err, ERROR_RULE,
                      "the fingerprint of %s is %s, not the one given: this is not the file that "
                      "your partner sent. Nothing was changed",
                      path, fingerprint));
}

/* Both files, where the act finds them: the partner's half of the key goes through no request. */
static bool incoming_lay(const struct home *home, const char *file, const char *secret_file,
                         const char *typed, struct problems *problems, struct error *err)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);
    struct buffer secret CLEANUP(buffer_wipe) = buffer_make(PAIRING_SECRET_SIZE_MAX);

    return command_read_file(file, PAIRING_SIZE_MAX, &bytes, err) &&
           command_read_file(secret_file, PAIRING_SECRET_SIZE_MAX, &secret, err) &&
           partner_check(file, buffer_span(&bytes), typed, problems, err) &&
           setup_write(home, HOME_INCOMING_PAIRING, buffer_span(&bytes), err) &&
           setup_write(home, HOME_INCOMING_SECRET, buffer_span(&secret), err);
}

static int pair_import(struct options *options, int argc, char **argv)
{
    const char *typed = NULL, *secret_file = NULL, *address = NULL;
    const struct command_option own[] = {{.name = "fingerprint", .value = &typed},
                                         {.name = "secret", .value = &secret_file},
                                         {.name = "address", .value = &address}};
    struct buffer text CLEANUP(buffer_free) = buffer_make(4096);
    struct json_writer arguments = json_writer_make(&text);
    struct problems problems = {.count = 0};
    struct word_list words;
    struct home home = {.path = ""};
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    if (typed == NULL || secret_file == NULL)
        return command_usage(options, "say --fingerprint, as your partner reads it over the "
                                      "telephone, and --secret FILE");
    json_begin_object(&arguments);
    json_string_field(&arguments, "fingerprint", typed);
    if (address != NULL)
        json_string_field(&arguments, "address", address);
    json_end_object(&arguments);
    bool ok = home_find(options->home, &home, &err) &&
              incoming_lay(&home, words.words[0], secret_file, typed, &problems, &err);
    exit_code = ok ? command_act(options, "pair-import", buffer_span(&text), span_make(NULL, 0))
                   : command_fail_problems(options, &err, &problems);
    if (home.path[0] != '\0')
        paired_incoming_remove(&home);
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
