/* besa own: the people of our own cases: searched, shown, removed. Files of them: own_import.c. */
#include "cmd/command.h"

#include "base/attributes.h"
#include "base/json.h"
#include "cmd/own.h"
#include "cmd/session.h"
#include "desk/own_dates.h"
#include "desk/own_least.h"
#include "match/query.h"

#include <string.h>

#define ARGUMENTS_SIZE_MAX 4096u

static int search(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct buffer query CLEANUP(buffer_free) = buffer_make(QUERY_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    const char *purpose = NULL, *limit = NULL, *least = NULL;
    const struct command_option own[] = {{.name = "purpose", .value = &purpose},
                                         {.name = "least", .value = &least},
                                         {.name = "limit", .letter = 'n', .value = &limit}};
    struct word_list words;
    struct error err = {0};
    uint64_t count = 0;
    unsigned percent = 0;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, WORD_COUNT_MAX, &words,
                       &exit_code))
        return exit_code;
    if (purpose == NULL)
        return command_usage(options, "say --purpose: what the search serves");
    if (!command_number("limit", limit, 1, 50, 20, &count, &err) ||
        !own_least_option(least, OWN_LEAST_SEARCH, &percent, &err))
        return command_usage(options, "%s", err.text);
    for (size_t i = 0; i < words.count; i++) {
        if (i > 0)
            buffer_byte(&query, ' ');
        buffer_text(&query, words.words[i]);
    }
    if (query.failed)
        return command_usage(options, "a query has at most %d bytes", QUERY_SIZE_MAX);
    json_begin_object(&arguments);
    json_text_field(&arguments, "query", buffer_span(&query));
    json_string_field(&arguments, "purpose", purpose);
    json_integer_field(&arguments, "limit", (int64_t)count);
    json_integer_field(&arguments, "least_percent", percent);
    json_end_object(&arguments);
    return command_act(options, "own-search", buffer_span(&text), span_make(NULL, 0));
}

static int of_person(struct options *options, int argc, char **argv, const char *act)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    bool is_review = strcmp(act, "own-review") == 0;
    const char *purpose = NULL, *next = NULL;
    const struct command_option own[] = {{.name = "purpose", .value = &purpose},
                                         {.name = "next", .value = &next}};
    struct word_list words;
    struct error err = {0};
    uint64_t person = 0;
    int exit_code;

    if (!command_parse(options, argc, argv, own, is_review ? 2 : 1, 1, 1, &words, &exit_code))
        return exit_code;
    if (purpose == NULL)
        return command_usage(options, "say --purpose: what it serves");
    if (is_review && next == NULL)
        return command_usage(options, "say --next: the next day of review");
    if (!command_number("PERSON", words.words[0], 1, JSON_INTEGER_MAX, 0, &person, &err))
        return command_usage(options, "%s", err.text);
    json_begin_object(&arguments);
    json_integer_field(&arguments, "person", (int64_t)person);
    json_string_field(&arguments, "purpose", purpose);
    if (is_review)
        json_string_field(&arguments, "next", next);
    json_end_object(&arguments);
    return command_act(options, act, buffer_span(&text), span_make(NULL, 0));
}

static int show(struct options *options, int argc, char **argv)
{
    return of_person(options, argc, argv, "own-show");
}

static int drop(struct options *options, int argc, char **argv)
{
    return of_person(options, argc, argv, "own-remove");
}

/* Two people of the own index, said to be one or not to be. */
static int of_two(struct options *options, int argc, char **argv, const char *act)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    const char *purpose = NULL;
    const struct command_option own[] = {{.name = "purpose", .value = &purpose}};
    uint64_t people[2] = {0};
    struct word_list words;
    struct error err = {0};
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 2, 2, &words, &exit_code))
        return exit_code;
    if (purpose == NULL)
        return command_usage(options, "say --purpose: what it serves");
    for (size_t i = 0; i < 2; i++)
        if (!command_number("PERSON", words.words[i], 1, JSON_INTEGER_MAX, 0, &people[i], &err))
            return command_usage(options, "%s", err.text);
    json_begin_object(&arguments);
    json_integer_field(&arguments, "person", (int64_t)people[0]);
    json_integer_field(&arguments, "other", (int64_t)people[1]);
    json_string_field(&arguments, "purpose", purpose);
    json_end_object(&arguments);
    return command_act(options, act, buffer_span(&text), span_make(NULL, 0));
}

static int join(struct options *options, int argc, char **argv)
{
    return of_two(options, argc, argv, "own-join");
}

static int part(struct options *options, int argc, char **argv)
{
    return of_two(options, argc, argv, "own-part");
}

static int due(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    const char *days = NULL, *limit = NULL, *after = NULL;
    bool is_erase = false;
    const struct command_option own[] = {{.name = "erase", .flag = &is_erase},
                                         {.name = "days", .value = &days},
                                         {.name = "limit", .letter = 'n', .value = &limit},
                                         {.name = "after", .letter = 'a', .value = &after}};
    struct word_list words;
    struct error err = {0};
    uint64_t day_count = 0, row_count = 0;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 0, &words, &exit_code))
        return exit_code;
    if (!command_number("days", days, 0, 36600, 0, &day_count, &err) ||
        !command_number("limit", limit, 1, 200, 50, &row_count, &err))
        return command_usage(options, "%s", err.text);
    json_begin_object(&arguments);
    json_string_field(&arguments, "date", own_date_names[is_erase ? OWN_ERASE : OWN_REVIEW]);
    json_integer_field(&arguments, "days", (int64_t)day_count);
    json_integer_field(&arguments, "limit", (int64_t)row_count);
    if (after != NULL)
        json_string_field(&arguments, "after", after);
    json_end_object(&arguments);
    return command_act(options, "own-due", buffer_span(&text), span_make(NULL, 0));
}

static int review(struct options *options, int argc, char **argv)
{
    return of_person(options, argc, argv, "own-review");
}

static int imports(struct options *options, int argc, char **argv)
{
    return command_list(options, argc, argv, "own-import-list");
}

int command_own(struct options *options, int argc, char **argv)
{
    static const struct {
        const char *name;
        command_run *run;
    } forms[] = {{"search", search},   {"show", show},       {"remove", drop},
                 {"due", due},         {"review", review},   {"import", own_import},
                 {"imports", imports}, {"match", own_match}, {"join", join},
                 {"part", part}};

    for (size_t i = 0; argc > 1 && i < ARRAY_COUNT(forms); i++)
        if (strcmp(argv[1], forms[i].name) == 0)
            return forms[i].run(options, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        command_help(options);
        return 0;
    }
    return command_usage(
        options, "say search, match, show, join, part, remove, due, review, import or imports");
}
