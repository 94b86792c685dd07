/* `besa approval`: what waits for a second officer; they look at it, confirm or refuse it. */
#include "cmd/command.h"
#include "cmd/session.h"

#include "base/json.h"

#include <string.h>

#define ARGUMENTS_SIZE_MAX 4096u

static int approval_act(const struct options *options, const char *act, const char *id,
                        const char *sha256)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);

    json_begin_object(&arguments);
    json_string_field(&arguments, "approval", id);
    if (sha256 != NULL)
        json_string_field(&arguments, "sha256", sha256);
    json_end_object(&arguments);
    return command_act(options, act, buffer_span(&text), span_make(NULL, 0));
}

int command_approval(struct options *options, int argc, char **argv)
{
    struct word_list words;
    int exit_code;

    if (argc > 1 && strcmp(argv[1], "list") == 0)
        return command_list(options, argc - 1, argv + 1, "approval-list");
    if (!command_parse(options, argc, argv, NULL, 0, 1, 3, &words, &exit_code))
        return exit_code;
    const char *what = words.words[0];
    if (strcmp(what, "show") == 0 && words.count == 2)
        return approval_act(options, "approval-show", words.words[1], NULL);
    if (strcmp(what, "confirm") == 0 && words.count == 3)
        return approval_act(options, "approval-confirm", words.words[1], words.words[2]);
    if (strcmp(what, "refuse") == 0 && words.count == 2)
        return approval_act(options, "approval-refuse", words.words[1], NULL);
    return command_usage(options, "list, show APPROVAL, confirm APPROVAL SHA256, or refuse "
                                  "APPROVAL, is wanted");
}
