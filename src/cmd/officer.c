/* `besa officer`: the list of officers, their passwords and sessions. */
#include "cmd/command.h"
#include "cmd/prompt.h"
#include "cmd/session.h"
#include "cmd/setup.h"

#include "crypto/password.h"

#include <string.h>
#include <unistd.h>

#define ARGUMENTS_SIZE_MAX 4096u

static int officer_put(const struct options *options, const struct word_list *words,
                       bool is_inactive)
{
    static const char *const fields[] = {"id", "name", "unit", "role"};
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);

    json_begin_object(&arguments);
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++)
        json_string_field(&arguments, fields[i], words->words[i + 1]);
    json_boolean_field(&arguments, "active", !is_inactive);
    json_end_object(&arguments);
    return command_act(options, "officer-put", buffer_span(&text), span_make(NULL, 0));
}

/* A new one, from a terminal twice; else one line of standard input. */
static bool password_new(struct buffer *out, struct error *err)
{
    struct buffer again CLEANUP(buffer_wipe) = buffer_make(PASSWORD_SIZE_MAX + 1);

    if (!prompt_password("New password: ", out, err))
        return false;
    if (isatty(STDIN_FILENO) == 0)
        return true;
    return prompt_password("Again: ", &again, err) &&
           (span_equal(buffer_span(out), buffer_span(&again)) ||
            error_set(err, ERROR_INPUT, "the two passwords differ"));
}

/* One's own. The new one is hashed here, so that the node never sees it. */
static int password_change(const struct options *options)
{
    struct buffer old CLEANUP(buffer_wipe) = buffer_make(PASSWORD_SIZE_MAX + 1);
    struct buffer password CLEANUP(buffer_wipe) = buffer_make(PASSWORD_SIZE_MAX + 1);
    struct buffer text CLEANUP(buffer_wipe) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    char hash[PASSWORD_HASH_SIZE];
    struct error err = {0};

    if (!prompt_password("Old password: ", &old, &err) || !password_new(&password, &err))
        return command_fail(options, &err);
    if (span_equal(buffer_span(&old), buffer_span(&password))) {
        error_set(&err, ERROR_INPUT, "the new password is the old one");
        return command_fail(options, &err);
    }
    if (!password_hash(buffer_span(&password), hash, &err))
        return command_fail(options, &err);
    json_begin_object(&arguments);
    json_text_field(&arguments, "old", buffer_span(&old));
    json_string_field(&arguments, "hash", hash);
    json_end_object(&arguments);
    return command_act(options, "password-change", buffer_span(&text), span_make(NULL, 0));
}

static int officer_act(const struct options *options, const char *act, const char *id)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);

    json_begin_object(&arguments);
    json_string_field(&arguments, "id", id);
    json_end_object(&arguments);
    return command_act(options, act, buffer_span(&text), span_make(NULL, 0));
}

int command_officer(struct options *options, int argc, char **argv)
{
    bool is_inactive = false;
    const struct command_option own[] = {{.name = "inactive", .flag = &is_inactive}};
    struct word_list words;
    int exit_code;

    if (argc > 1 && strcmp(argv[1], "list") == 0)
        return command_list(options, argc - 1, argv + 1, "officer-list");
    if (argc > 1 && strcmp(argv[1], "sessions") == 0)
        return command_list(options, argc - 1, argv + 1, "officer-sessions");
    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 5, &words, &exit_code))
        return exit_code;
    if (strcmp(words.words[0], "put") == 0 && words.count == 5)
        return officer_put(options, &words, is_inactive);
    if (strcmp(words.words[0], "password") == 0 && words.count == 1 && !is_inactive)
        return password_change(options);
    if (strcmp(words.words[0], "password") == 0 && words.count == 2 && !is_inactive)
        return officer_act(options, "officer-password", words.words[1]);
    if (strcmp(words.words[0], "end") == 0 && words.count == 2 && !is_inactive)
        return officer_act(options, "officer-end", words.words[1]);
    return command_usage(options, "list, sessions, password, put with its four words, or password "
                                  "or end with an officer, is wanted");
}
