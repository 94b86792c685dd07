/* besa retention: what is held, until when, and the officers' say in it. */
#include "cmd/command.h"

#include "base/attributes.h"
#include "base/json.h"

#include <string.h>

#define ARGUMENTS_SIZE_MAX 4096u
#define RESULT_MAX         65536u

static int plain(struct options *options, int argc, char **argv, const char *act)
{
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, NULL, 0, 0, 0, &words, &exit_code))
        return exit_code;
    return command_act(options, act, span_text("{}"), span_make(NULL, 0));
}

static int status(struct options *options, int argc, char **argv)
{
    return plain(options, argc, argv, "retention-status");
}

static int clock_confirm(struct options *options, int argc, char **argv)
{
    return plain(options, argc, argv, "retention-clock");
}

static int list(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    const char *days = NULL, *limit = NULL, *after = NULL;
    bool is_due = false;
    const struct command_option own[] = {{.name = "due", .flag = &is_due},
                                         {.name = "days", .value = &days},
                                         {.name = "limit", .letter = 'n', .value = &limit},
                                         {.name = "after", .letter = 'a', .value = &after}};
    uint64_t day_count = 0, row_count = 0;
    struct word_list words;
    struct error err = {0};
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 0, &words, &exit_code))
        return exit_code;
    if (is_due && days != NULL)
        return command_usage(options, "say --due or --days");
    if (!command_number("days", days, 0, 36600, is_due ? 0 : 30, &day_count, &err) ||
        !command_number("limit", limit, 1, 200, 50, &row_count, &err))
        return command_usage(options, "%s", err.text);
    json_begin_object(&arguments);
    json_integer_field(&arguments, "days", (int64_t)day_count);
    json_integer_field(&arguments, "limit", (int64_t)row_count);
    if (after != NULL)
        json_string_field(&arguments, "after", after);
    json_end_object(&arguments);
    return command_act(options, "retention-list", buffer_span(&text), span_make(NULL, 0));
}

static bool result_read(struct span result, bool *more, int64_t *erased, struct error *err)
{
    static struct problems problems; /* one command a process */
    struct arena arena CLEANUP(arena_free) = arena_make(RESULT_MAX);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;

    problems_clear(&problems);
    if (!json_parse(result, &json, err))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    *more = json_get_boolean(&object, "more");
    *erased += json_get_integer(&object, "erased", 0, JSON_INTEGER_MAX) +
               json_get_integer(&object, "heads_erased", 0, JSON_INTEGER_MAX) +
               json_get_integer(&object, "access_entries_erased", 0, JSON_INTEGER_MAX) +
               json_get_integer(&object, "people_erased", 0, JSON_INTEGER_MAX);
    return problems_to_error(&problems, err);
}

/* Act by act, so that the writer is free in between; the last result is shown. */
static int run(struct options *options, int argc, char **argv)
{
    static struct problems problems; /* one command a process */
    struct buffer result CLEANUP(buffer_free) = buffer_make(RESULT_MAX);
    struct word_list words;
    struct error err = {0};
    int64_t erased = 0;
    bool more = true;
    int exit_code;

    if (!command_parse(options, argc, argv, NULL, 0, 0, 0, &words, &exit_code))
        return exit_code;
    while (more) {
        int64_t before = erased;
        buffer_clear(&result);
        problems_clear(&problems);
        if (!command_ask(options, "retention-run", span_text("{}"), span_make(NULL, 0), &result,
                         &problems, &err))
            return command_fail_problems(options, &err, &problems);
        if (!result_read(buffer_span(&result), &more, &erased, &err))
            return command_fail(options, &err);
        more = more && erased > before;
        if (more)
            command_note(options, "%lld items are erased so far", (long long)erased);
    }
    return command_show(options, buffer_span(&result));
}

static int hold(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    const char *ground = NULL, *until = NULL;
    const struct command_option own[] = {{.name = "for", .value = &ground},
                                         {.name = "until", .value = &until}};
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    if (ground == NULL)
        return command_usage(options, "say --for evidence, contested or exculpatory");
    json_begin_object(&arguments);
    json_string_field(&arguments, "item", words.words[0]);
    json_string_field(&arguments, "hold", ground);
    if (until != NULL)
        json_string_field(&arguments, "until", until);
    json_end_object(&arguments);
    return command_act(options, "retention-hold", buffer_span(&text), span_make(NULL, 0));
}

static int release(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, NULL, 0, 1, 1, &words, &exit_code))
        return exit_code;
    json_begin_object(&arguments);
    json_string_field(&arguments, "item", words.words[0]);
    json_end_object(&arguments);
    return command_act(options, "retention-release", buffer_span(&text), span_make(NULL, 0));
}

/* --- holds over access entries --- */

static int acts_hold(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    const char *values[6] = {NULL};
    static const char *const fields[] = {"about_officer", "about_item", "about_case",
                                         "from",          "to",         "until"};
    const struct command_option own[] = {
        {.name = "about", .value = &values[0]}, {.name = "item", .value = &values[1]},
        {.name = "in", .value = &values[2]},    {.name = "from", .value = &values[3]},
        {.name = "to", .value = &values[4]},    {.name = "until", .value = &values[5]}};
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 0, &words, &exit_code))
        return exit_code;
    if (values[5] == NULL)
        return command_usage(options, "say --until, a day within a year");
    json_begin_object(&arguments);
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++)
        if (values[i] != NULL)
            json_string_field(&arguments, fields[i], values[i]);
    json_end_object(&arguments);
    return command_act(options, "acts-hold", buffer_span(&text), span_make(NULL, 0));
}

static int acts_release(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    struct word_list words;
    struct error err = {0};
    uint64_t hold = 0;
    int exit_code;

    if (!command_parse(options, argc, argv, NULL, 0, 1, 1, &words, &exit_code))
        return exit_code;
    if (!command_number("HOLD", words.words[0], 1, JSON_INTEGER_MAX, 1, &hold, &err))
        return command_usage(options, "%s", err.text);
    json_begin_object(&arguments);
    json_integer_field(&arguments, "hold", (int64_t)hold);
    json_end_object(&arguments);
    return command_act(options, "acts-release", buffer_span(&text), span_make(NULL, 0));
}

static int acts_holds(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    const char *limit = NULL, *after = NULL;
    const struct command_option own[] = {{.name = "limit", .letter = 'n', .value = &limit},
                                         {.name = "after", .letter = 'a', .value = &after}};
    uint64_t row_count = 0;
    struct word_list words;
    struct error err = {0};
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 0, &words, &exit_code))
        return exit_code;
    if (!command_number("limit", limit, 1, 200, 50, &row_count, &err))
        return command_usage(options, "%s", err.text);
    json_begin_object(&arguments);
    json_integer_field(&arguments, "limit", (int64_t)row_count);
    if (after != NULL)
        json_string_field(&arguments, "after", after);
    json_end_object(&arguments);
    return command_act(options, "acts-holds", buffer_span(&text), span_make(NULL, 0));
}

int command_retention(struct options *options, int argc, char **argv)
{
    static const struct {
        const char *name;
        command_run *run;
    } forms[] = {{"status", status},
                 {"list", list},
                 {"run", run},
                 {"hold", hold},
                 {"release", release},
                 {"clock", clock_confirm},
                 {"acts-hold", acts_hold},
                 {"acts-release", acts_release},
                 {"acts-holds", acts_holds}};

    for (size_t i = 0; argc > 1 && i < ARRAY_COUNT(forms); i++)
        if (strcmp(argv[1], forms[i].name) == 0)
            return forms[i].run(options, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        command_help(options);
        return 0;
    }
    return command_usage(options,
                         "say status, list, run, hold, release, clock, acts-hold, acts-release or "
                         "acts-holds");
}
