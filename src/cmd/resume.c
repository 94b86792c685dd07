/* besa resume: after a restore, what the partner holds is fetched back. See docs/recovery.md. */
#include "cmd/command.h"

#include "base/json.h"

#include <string.h>

#define ARGUMENTS_SIZE_MAX 4096u

static int order(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, NULL, 0, 0, 1, &words, &exit_code))
        return exit_code;
    json_begin_object(&arguments);
    if (words.count == 1)
        json_string_field(&arguments, "agreement", words.words[0]);
    json_end_object(&arguments);
    return command_act(options, "resume-order", buffer_span(&text), span_make(NULL, 0));
}

static int allow(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    const char *until = NULL;
    const struct command_option own[] = {{.name = "until", .value = &until}};
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    if (until == NULL)
        return command_usage(options, "--until is missing: for how long may the partner fetch?");
    json_begin_object(&arguments);
    json_string_field(&arguments, "partner", words.words[0]);
    json_string_field(&arguments, "until", until);
    json_end_object(&arguments);
    return command_act(options, "resume-allow", buffer_span(&text), span_make(NULL, 0));
}

static int status(struct options *options, int argc, char **argv)
{
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, NULL, 0, 0, 0, &words, &exit_code))
        return exit_code;
    return command_act(options, "resume-status", span_make(NULL, 0), span_make(NULL, 0));
}

int command_resume(struct options *options, int argc, char **argv)
{
    static const struct {
        const char *name;
        command_run *run;
    } forms[] = {{"order", order}, {"allow", allow}, {"status", status}};

    for (size_t i = 0; argc > 1 && i < ARRAY_COUNT(forms); i++)
        if (strcmp(argv[1], forms[i].name) == 0)
            return forms[i].run(options, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        command_help(options);
        return 0;
    }
    return command_usage(options, "say order, allow or status");
}
