/* besa clarify, besa limit: what is said to the partner that moves or suspends the time limit of a request. */
#include "cmd/command.h"

#include "base/attributes.h"
#include "base/json.h"

#include <string.h>

#define ARGUMENTS_SIZE_MAX 65536u
#define WORD_MAX           3

/* A form of words that become text fields in this order. */
struct said {
    const char *name; /* the first word; NULL ends a table */
    const char *act;
    const char *fields[WORD_MAX];
    const char *fixed[2]; /* a field with its value, beside the words */
    size_t field_count;
};

struct more {
    const char *name;
    const char *value;
};

static int said_send(struct options *options, int argc, char **argv, const struct said *said,
                     const struct more *more, size_t more_count, const struct command_option *own,
                     size_t own_count)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, own, own_count, said->field_count, said->field_count,
                       &words, &exit_code))
        return exit_code;
    json_begin_object(&arguments);
    for (size_t i = 0; i < words.count; i++)
        json_string_field(&arguments, said->fields[i], words.words[i]);
    if (said->fixed[0] != NULL)
        json_string_field(&arguments, said->fixed[0], said->fixed[1]);
    for (size_t i = 0; i < more_count; i++)
        json_text_field_optional(&arguments, more[i].name, span_text(more[i].value));
    json_end_object(&arguments);
    return command_act(options, said->act, buffer_span(&text), span_make(NULL, 0));
}

static int said_run(struct options *options, int argc, char **argv, const struct said *table,
                    const char *usage)
{
    struct more more[] = {{"held_by", NULL},      {"source", NULL},      {"authorisation", NULL},
                          {"delay_reason", NULL}, {"reason_text", NULL}, {"authority", NULL},
                          {"expected_by", NULL}};
    const struct command_option own[] = {{.name = "held-by", .value = &more[0].value},
                                         {.name = "source", .value = &more[1].value},
                                         {.name = "stage", .value = &more[2].value},
                                         {.name = "why", .value = &more[3].value},
                                         {.name = "text", .value = &more[4].value},
                                         {.name = "authority", .value = &more[5].value},
                                         {.name = "expected-by", .value = &more[6].value}};

    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        command_help(options);
        return 0;
    }
    for (const struct said *said = table; argc > 1 && said->name != NULL; said++)
        if (strcmp(argv[1], said->name) == 0)
            return said_send(options, argc - 1, argv + 1, said, more, ARRAY_COUNT(more), own,
                             ARRAY_COUNT(own));
    return command_usage(options, "%s", usage);
}

int command_clarify(struct options *options, int argc, char **argv)
{
    static const struct said table[] = {
        {"ask", "clarification-ask", {"item", "question", "language"}, {NULL, NULL}, 3},
        {"reply", "clarification-reply", {"item", "reply", "language"}, {NULL, NULL}, 3},
        {NULL, NULL, {NULL}, {NULL, NULL}, 0}};

    return said_run(options, argc, argv, table, "say ask or reply");
}

int command_limit(struct options *options, int argc, char **argv)
{
    static const struct said table[] = {
        {"direct", "access-decide", {"item"}, {"access", "directly"}, 1},
        {"indirect", "access-decide", {"item"}, {"access", "indirectly"}, 1},
        {"delay", "delay-tell", {"item"}, {NULL, NULL}, 1},
        {"doubt", "urgency-doubt", {"item", "doubt"}, {NULL, NULL}, 2},
        {"urgency", "urgency-reply", {"item", "urgency"}, {NULL, NULL}, 2},
        {NULL, NULL, {NULL}, {NULL, NULL}, 0}};

    return said_run(options, argc, argv, table, "say direct, indirect, delay, doubt or urgency");
}
