/*
 * `besa keys institution`: the node goes over to its institution's next certificate, once every agreement in force names
 * it (agreement.h: next_certificate). From then on its TLS certificates come from the next key.
 */
#include "cmd/keys.h"

#include "base/attributes.h"
#include "base/json.h"
#include "cmd/setup.h"

#define ARGUMENTS_SIZE (4 * PEM_SIZE_MAX)

/* A training home keeps the institution's key beside the node's. */
static bool training_key_write(const struct options *options, const char *path, struct error *err)
{
    struct buffer key CLEANUP(buffer_wipe) = buffer_make(PEM_SIZE_MAX);
    struct home home;
    struct config config;

    if (!home_find(options->home, &home, err) || !home_config_load(&home, &config, err))
        return false;
    if (!config.is_training)
        return error_set(err, ERROR_RULE,
                         "only a training node keeps its institution's key: leave --key out");
    return command_read_file(path, PEM_SIZE_MAX, &key, err) &&
           setup_write(&home, HOME_INSTITUTION_KEY, buffer_span(&key), err);
}

int keys_institution(struct options *options, int argc, char **argv)
{
    struct buffer pem CLEANUP(buffer_free) = buffer_make(PEM_SIZE_MAX);
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE);
    struct json_writer arguments = json_writer_make(&text);
    const char *key = NULL;
    const struct command_option own[] = {{.name = "key", .value = &key}};
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    if (!command_read_file(words.words[0], PEM_SIZE_MAX, &pem, &err))
        return command_fail(options, &err);
    json_begin_object(&arguments);
    json_base64_field(&arguments, "certificate", buffer_span(&pem));
    json_end_object(&arguments);
    exit_code = command_act(options, "institution-install", buffer_span(&text), span_make(NULL, 0));
    if (exit_code == 0 && key != NULL && !training_key_write(options, key, &err))
        return command_fail(options, &err);
    return exit_code;
}
