/*
 * `besa keys`: lists a node's keys; renews its TLS key under the institution's signature, whose key may lie elsewhere or
 * in a token.
 */
#include "cmd/keys.h"

#include "base/attributes.h"
#include "base/env.h"
#include "cmd/setup.h"
#include "crypto/cms.h"

#include <stdlib.h>
#include <unistd.h>

#define RESULT_SIZE (64u * 1024u)

static int64_t now_ms(void)
{
    return env_real()->now_ms(env_real()->context);
}

/* --- the list --- */

static void entry_write(const struct key_entry *entry, struct json_writer *out)
{
    json_begin_object(out);
    json_string_field(out, "key", key_kinds[entry->kind].name);
    if (entry->partner[0] != '\0')
        json_string_field(out, "partner", entry->partner);
    json_string_field(out, "state", entry->is_missing ? "missing" : key_level_names[entry->level]);
    json_string_field(out, "where", entry->where);
    json_string_field(out, "used_for", key_kinds[entry->kind].used_for);
    json_string_field(out, "renewed_by", key_kinds[entry->kind].rotated_by);
    if (entry->made_ms > 0) {
        json_time_field(out, "made", entry->made_ms);
        json_integer_field(out, "age_days", (now_ms() - entry->made_ms) / 86400000);
    }
    if (entry->until_ms > 0)
        json_time_field(out, "ends", entry->until_ms);
    if (entry->fingerprint[0] != '\0')
        json_string_field(out, "fingerprint", entry->fingerprint);
    json_end_object(out);
}

static int list_show(struct options *options, const struct home *home)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(RESULT_SIZE);
    struct json_writer out = json_writer_make(&text);
    struct key_entry *entries = calloc(KEY_LIST_MAX, sizeof *entries);
    struct error err = {0};

    if (entries == NULL) {
        error_set(&err, ERROR_LIMIT, "out of memory");
        return command_fail(options, &err);
    }
    size_t count = keys_list(home, now_ms(), entries);
    json_begin_object(&out);
    json_key(&out, "keys");
    json_begin_array(&out);
    for (size_t i = 0; i < count; i++)
        entry_write(&entries[i], &out);
    json_end_array(&out);
    json_end_object(&out);
    free(entries);
    return command_show(options, buffer_span(&text));
}

static int keys_list_command(struct options *options, int argc, char **argv)
{
    struct word_list words;
    struct home home;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, NULL, 0, 0, 0, &words, &exit_code))
        return exit_code;
    return home_find(options->home, &home, &err) ? list_show(options, &home)
                                                 : command_fail(options, &err);
}

/* --- TLS --- */

struct renewal {
    struct institution_files files;
    const char *days_text;
    const char *name;
    const char *output;
    uint64_t days;
    struct home home;
    struct config config;
    char institution_key[HOME_PATH_SIZE];
    char institution_certificate[HOME_PATH_SIZE];
    struct buffer key;
    struct buffer certificate;
};

static void renewal_drop(struct renewal *renewal)
{
    buffer_wipe(&renewal->key);
    buffer_free(&renewal->certificate);
}

/* Says who acts before anything is made: the domestic log has to name somebody. */
static bool home_open(const struct options *options, struct renewal *renewal, struct error *err)
{
    renewal->key = buffer_make(PEM_SIZE_MAX);
    renewal->certificate = buffer_make(PEM_SIZE_MAX);
    if (options->officer == NULL || options->reason == NULL)
        return error_set(err, ERROR_INPUT, "say who acts and why: --officer and --reason");
    return home_find(options->home, &renewal->home, err) &&
           home_config_load(&renewal->home, &renewal->config, err) &&
           home_path(&renewal->home, HOME_INSTITUTION_KEY, renewal->institution_key, err) &&
           home_path(&renewal->home, HOME_INSTITUTION, renewal->institution_certificate, err) &&
           command_number("days", renewal->days_text, 1, 398, KEYS_TLS_DAYS, &renewal->days, err);
}

/* The institution whose certificate stands in this home, and no other, issues for this node. */
static bool pair_check(struct renewal *renewal, struct error *err)
{
    struct buffer institution CLEANUP(buffer_free) = buffer_make(PEM_SIZE_MAX);
    int64_t from_ms = 0, until_ms = 0;

    if (!setup_read(&renewal->home, HOME_INSTITUTION, PEM_SIZE_MAX, &institution, err) ||
        !tls_pair_check(buffer_span(&renewal->key), buffer_span(&renewal->certificate),
                        buffer_span(&institution), renewal->config.tls_name, err) ||
        !certificate_validity(buffer_span(&renewal->certificate), &from_ms, &until_ms, err))
        return false;
    return (from_ms <= now_ms() && now_ms() < until_ms) ||
           error_set(err, ERROR_RULE, "the certificate is not valid now");
}

/* The node puts both in place itself, once the act is allowed and in the log, and goes on without a pause. */
static int renewal_install(struct options *options, struct renewal *renewal)
{
    struct error err = {0};

    if (!pair_check(renewal, &err) || !keys_tls_stage(&renewal->home, buffer_span(&renewal->key),
                                                      buffer_span(&renewal->certificate), &err))
        return command_fail(options, &err);
    int exit_code = command_act(options, "tls-renew", span_make(NULL, 0), span_make(NULL, 0));
    if (exit_code != 0)
        keys_tls_unstage(&renewal->home);
    return exit_code;
}

static bool renewal_issue(struct renewal *renewal, struct error *err)
{
    struct institution_pem pem CLEANUP(institution_drop) = {.key = buffer_make(1)};

    if (renewal->files.key == NULL && renewal->files.token == NULL)
        renewal->files.key = renewal->institution_key;
    if (renewal->files.certificate == NULL)
        renewal->files.certificate = renewal->institution_certificate;
    return institution_load(&renewal->files, &pem, err) &&
           institution_issue_tls(buffer_span(&pem.key), buffer_span(&pem.passphrase),
                                 buffer_span(&pem.certificate), renewal->config.tls_name, now_ms(),
                                 (int)renewal->days, &renewal->key, &renewal->certificate, err);
}

#define INSTITUTION_OPTIONS(files)                                                                 \
    {.name = "key", .value = &(files).key}, {.name = "token", .value = &(files).token},            \
        {.name = "cert", .value = &(files).certificate},                                           \
        {.name = "passphrase-file", .value = &(files).passphrase},                                 \
    {                                                                                              \
        .name = "pin-file", .value = &(files).passphrase                                           \
    }

static int tls_renew(struct options *options, int argc, char **argv)
{
    struct renewal renewal CLEANUP(renewal_drop) = {.days = 0};
    const struct command_option own[] = {INSTITUTION_OPTIONS(renewal.files),
                                         {.name = "days", .value = &renewal.days_text}};
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 0, &words, &exit_code))
        return exit_code;
    if (!home_open(options, &renewal, &err) || !renewal_issue(&renewal, &err))
        return command_fail(options, &err);
    return renewal_install(options, &renewal);
}

static int file_show(struct options *options, const char *file, const char *next)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(2 * HOME_PATH_SIZE + 4096);
    struct json_writer out = json_writer_make(&text);

    json_begin_object(&out);
    json_string_field(&out, "file", file);
    json_string_field(&out, "next", next);
    json_end_object(&out);
    return command_show(options, buffer_span(&text));
}

static int tls_request(struct options *options, int argc, char **argv)
{
    struct renewal renewal CLEANUP(renewal_drop) = {.days = 0};
    struct buffer request CLEANUP(buffer_free) = buffer_make(PEM_SIZE_MAX);
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, NULL, 0, 1, 1, &words, &exit_code))
        return exit_code;
    if (!home_open(options, &renewal, &err) ||
        !tls_request_make(renewal.config.tls_name, &renewal.key, &request, &err) ||
        !setup_write(&renewal.home, HOME_TLS_NEXT_KEY, buffer_span(&renewal.key), &err) ||
        !setup_write_new(words.words[0], buffer_span(&request), &err))
        return command_fail(options, &err);
    return file_show(
        options, words.words[0],
        "the institution runs `besa keys tls issue`, then `besa keys tls install` here");
}

/* On the institution's own machine: no home is needed. */
static int tls_issue(struct options *options, int argc, char **argv)
{
    struct renewal renewal CLEANUP(renewal_drop) = {.key = buffer_make(1),
                                                    .certificate = buffer_make(PEM_SIZE_MAX)};
    struct institution_pem pem CLEANUP(institution_drop) = {.key = buffer_make(1)};
    struct buffer request CLEANUP(buffer_free) = buffer_make(PEM_SIZE_MAX);
    const struct command_option own[] = {
        INSTITUTION_OPTIONS(renewal.files),
        {.name = "days", .value = &renewal.days_text},
        {.name = "name", .value = &renewal.name},
        {.name = "output", .letter = 'o', .value = &renewal.output}};
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    if (renewal.name == NULL || renewal.output == NULL)
        return command_usage(options, "say --name, the node's TLS name, and --output FILE");
    if (!command_number("days", renewal.days_text, 1, 398, KEYS_TLS_DAYS, &renewal.days, &err) ||
        !command_read_file(words.words[0], PEM_SIZE_MAX, &request, &err) ||
        !institution_load(&renewal.files, &pem, &err) ||
        !institution_issue_request(buffer_span(&pem.key), buffer_span(&pem.passphrase),
                                   buffer_span(&pem.certificate), buffer_span(&request),
                                   renewal.name, now_ms(), (int)renewal.days, &renewal.certificate,
                                   &err) ||
        !setup_write_new(renewal.output, buffer_span(&renewal.certificate), &err))
        return command_fail(options, &err);
    return file_show(options, renewal.output, "the node runs `besa keys tls install` on it");
}

static int tls_install(struct options *options, int argc, char **argv)
{
    struct renewal renewal CLEANUP(renewal_drop) = {.days = 0};
    char path[HOME_PATH_SIZE];
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, NULL, 0, 1, 1, &words, &exit_code))
        return exit_code;
    if (!home_open(options, &renewal, &err) ||
        !setup_read(&renewal.home, HOME_TLS_NEXT_KEY, PEM_SIZE_MAX, &renewal.key, &err) ||
        !command_read_file(words.words[0], PEM_SIZE_MAX, &renewal.certificate, &err) ||
        !home_path(&renewal.home, HOME_TLS_NEXT_KEY, path, &err))
        return command_fail(options, &err);
    exit_code = renewal_install(options, &renewal);
    if (exit_code == 0 && !env_real()->unlink(env_real()->context, path, &err))
        return command_fail(options, &err);
    return exit_code;
}

static int keys_tls(struct options *options, int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(struct options *options, int argc, char **argv);
    } forms[] = {{"renew", tls_renew},
                 {"request", tls_request},
                 {"issue", tls_issue},
                 {"install", tls_install}};

    for (size_t i = 0; argc > 1 && i < ARRAY_COUNT(forms); i++)
        if (strcmp(argv[1], forms[i].name) == 0)
            return forms[i].run(options, argc - 1, argv + 1);
    return command_usage(options, "say renew, request, issue or install");
}

int command_keys(struct options *options, int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(struct options *options, int argc, char **argv);
    } forms[] = {
        {"list", keys_list_command},       {"tls", keys_tls},
        {"revoke", keys_revoke},           {"passphrase", keys_passphrase},
        {"institution", keys_institution},
    };

    for (size_t i = 0; argc > 1 && i < ARRAY_COUNT(forms); i++)
        if (strcmp(argv[1], forms[i].name) == 0)
            return forms[i].run(options, argc - 1, argv + 1);
    return keys_list_command(options, argc, argv);
}
