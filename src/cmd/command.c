/* Command: see command.h. */
#include "cmd/command.h"

#include "base/env.h"
#include "base/json.h"
#include "base/text.h"
#include "cmd/render.h"
#include "cmd/training.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#define OWN_OPTION_MAX 32
#define ERROR_JSON_MAX 65536u

/* --- options --- */

enum common {
    COMMON_HELP = 1000,
    COMMON_JSON,
    COMMON_HOME,
    COMMON_OFFICER,
    COMMON_REASON,
    COMMON_CASE,
    COMMON_APPROVER,
    COMMON_ASK
};
#define OWN_OPTION 2000

static const struct option common_options[] = {
    {"help", no_argument, NULL, COMMON_HELP},
    {"json", no_argument, NULL, COMMON_JSON},
    {"home", required_argument, NULL, COMMON_HOME},
    {"officer", required_argument, NULL, COMMON_OFFICER},
    {"reason", required_argument, NULL, COMMON_REASON},
    {"case", required_argument, NULL, COMMON_CASE},
    {"approver", required_argument, NULL, COMMON_APPROVER},
    {"ask", required_argument, NULL, COMMON_ASK},
};

/* False when it is none of the common ones. */
static bool common_take(struct options *options, int found)
{
    const char **places[] = {
        [COMMON_HOME - COMMON_HELP] = &options->home,
        [COMMON_OFFICER - COMMON_HELP] = &options->officer,
        [COMMON_REASON - COMMON_HELP] = &options->reason,
        [COMMON_CASE - COMMON_HELP] = &options->case_number,
        [COMMON_APPROVER - COMMON_HELP] = &options->approver,
        [COMMON_ASK - COMMON_HELP] = &options->ask,
    };
    if (found == COMMON_JSON) {
        options->is_json = true;
        return true;
    }
    if (found < COMMON_HOME || found > COMMON_ASK)
        return false;
    *places[found - COMMON_HELP] = optarg;
    return true;
}

int command_parse_common(struct options *options, int argc, char **argv, int *exit_code)
{
    struct option list[ARRAY_COUNT(common_options) + 1] = {{0}};

    memcpy(list, common_options, sizeof common_options);
    optind = 0;
    opterr = 0;
    for (int found = 0; (found = getopt_long(argc, argv, "+:h", list, NULL)) != -1;) {
        if (common_take(options, found))
            continue;
        if (found == COMMON_HELP || found == 'h') {
            command_help(options);
            *exit_code = EX_OK;
        } else {
            *exit_code = command_usage(
                options, found == ':' ? "%s: a value is missing" : "%s: no such option",
                argv[optind - 1]);
        }
        return 0;
    }
    if (optind < argc)
        return optind;
    *exit_code = command_usage(options, "a command is missing");
    return 0;
}

static const struct command_option *own_find(const struct command_option *own, size_t count,
                                             int found)
{
    if (found >= OWN_OPTION && (size_t)(found - OWN_OPTION) < count)
        return &own[found - OWN_OPTION];
    for (size_t i = 0; i < count; i++)
        if (own[i].letter != 0 && own[i].letter == found)
            return &own[i];
    return NULL;
}

static bool own_take(const struct command_option *option)
{
    if (option->flag != NULL)
        *option->flag = true;
    else if (option->value != NULL)
        *option->value = optarg;
    else if (option->list->count == WORD_COUNT_MAX)
        return false;
    else
        option->list->words[option->list->count++] = optarg;
    return true;
}

static void lists_make(const struct command_option *own, size_t own_count, struct option *list,
                       char *letters)
{
    size_t at = ARRAY_COUNT(common_options);
    size_t letter = 0;

    memcpy(list, common_options, sizeof common_options);
    letters[letter++] = ':';
    letters[letter++] = 'h';
    for (size_t i = 0; i < own_count; i++) {
        bool has_value = own[i].flag == NULL;
        list[at++] = (struct option){own[i].name, has_value ? required_argument : no_argument, NULL,
                                     OWN_OPTION + (int)i};
        if (own[i].letter == 0)
            continue;
        letters[letter++] = own[i].letter;
        if (has_value)
            letters[letter++] = ':';
    }
    list[at] = (struct option){0};
    letters[letter] = '\0';
}

bool command_parse(struct options *options, int argc, char **argv, const struct command_option *own,
                   size_t own_count, size_t word_min, size_t word_max, struct word_list *words,
                   int *exit_code)
{
    struct option list[ARRAY_COUNT(common_options) + OWN_OPTION_MAX + 1];
    char letters[2 * OWN_OPTION_MAX + 4];

    *words = (struct word_list){.count = 0};
    *exit_code = EX_USAGE;
    if (own_count > OWN_OPTION_MAX)
        abort();
    lists_make(own, own_count, list, letters);
    optind = 0;
    opterr = 0;
    for (int found = 0; (found = getopt_long(argc, argv, letters, list, NULL)) != -1;) {
        const struct command_option *option = own_find(own, own_count, found);
        if (common_take(options, found) || (option != NULL && own_take(option)))
            continue;
        if (found == COMMON_HELP || found == 'h') {
            command_help(options);
            *exit_code = EX_OK;
            return false;
        }
        command_usage(options,
                      option != NULL ? "%s: given too often"
                      : found == ':' ? "%s: a value is missing"
                                     : "%s: no such option",
                      argv[optind - 1]);
        return false;
    }
    for (; optind < argc && words->count < WORD_COUNT_MAX; optind++)
        words->words[words->count++] = argv[optind];
    if (words->count < word_min)
        command_usage(options, "something is missing");
    else if (words->count > word_max || optind < argc)
        command_usage(options, "'%s' is too much", words->words[word_max]);
    return words->count >= word_min && words->count <= word_max && optind == argc;
}

bool command_number(const char *name, const char *value, uint64_t min, uint64_t max,
                    uint64_t absent, uint64_t *out, struct error *err)
{
    *out = absent;
    if (value == NULL)
        return true;
    return (number_read(span_text(value), out) && *out >= min && *out <= max) ||
           error_set(err, ERROR_INPUT, "--%s: a number of %" PRIu64 " to %" PRIu64 " is wanted",
                     name, min, max);
}

/* --- words for people --- */

static const char *command_name(const struct options *options)
{
    return options->command == NULL ? "" : options->command->name;
}

static void usage_lines(FILE *out, const struct options *options)
{
    if (options->command == NULL) {
        fprintf(out, "usage: besa COMMAND [options]\n");
        return;
    }
    struct span rest = span_text(options->command->usage);
    const char *head = "usage:";
    do {
        const uint8_t *end = rest.size == 0 ? NULL : memchr(rest.data, '\n', rest.size);
        size_t size = end == NULL ? rest.size : (size_t)(end - rest.data);
        fprintf(out, "%s besa %s %.*s\n", head, options->command->name,
                SPAN_ARG(span_part(rest, 0, size)));
        rest = span_part(rest, size + 1, rest.size);
        head = "      ";
    } while (rest.size > 0);
}

void command_help(const struct options *options)
{
    usage_lines(stdout, options);
    if (options->command != NULL) {
        printf("\n%s\n", options->command->help);
    } else {
        printf(
            "\nPolice cooperation between two states: each node keeps its own books.\n\nCommands:\n");
        for (const struct command *command = commands; command->name != NULL; command++) {
            struct span help = span_text(command->help);
            const uint8_t *end = memchr(help.data, '\n', help.size);
            printf(
                "  %-10s %.*s\n", command->name,
                SPAN_ARG(span_part(help, 0, end == NULL ? help.size : (size_t)(end - help.data))));
        }
    }
    printf(
        "\nCommon options:\n"
        "  --home DIR        the node's home (BESA_HOME)\n"
        "  --officer ID      who acts (BESA_OFFICER)\n"
        "  --reason TEXT     why (BESA_REASON)\n"
        "  --case NUMBER     in which case, where a person's data is read or sent (BESA_CASE)\n"
        "  --approver ID     second officer, who is here and types the password\n"
        "  --ask ID          the act waits until this second officer confirms it; '*': any who may\n"
        "  --json            results and errors as JSON\n"
        "  --help            this text\n");
}

static bool error_json(const struct error *err, const struct problems *problems)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ERROR_JSON_MAX);
    struct json_writer writer = json_writer_make(&text);

    json_begin_object(&writer);
    json_boolean_field(&writer, "ok", false);
    json_string_field(&writer, "kind", error_kind_name(err->kind));
    json_string_field(&writer, "text", err->text);
    json_key(&writer, "problems");
    json_begin_array(&writer);
    for (size_t i = 0; problems != NULL && i < problems->count; i++) {
        json_begin_object(&writer);
        json_string_field(&writer, "path", problems->list[i].path);
        json_string_field(&writer, "text", problems->list[i].text);
        json_end_object(&writer);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    fprintf(stderr, "%.*s\n", (int)text.size, (const char *)text.data);
    return true;
}

int command_fail_problems(const struct options *options, const struct error *err,
                          const struct problems *problems)
{
    if (options->is_json) {
        error_json(err, problems);
        return error_exit_code(err->kind);
    }
    fprintf(stderr, "besa%s%s: %s\n", options->command == NULL ? "" : " ", command_name(options),
            err->text);
    for (size_t i = 0; problems != NULL && problems->count > 1 && i < problems->count; i++)
        fprintf(stderr, "  %s: %s\n", problems->list[i].path, problems->list[i].text);
    return error_exit_code(err->kind);
}

int command_fail(const struct options *options, const struct error *err)
{
    return command_fail_problems(options, err, NULL);
}

int command_usage(const struct options *options, const char *format, ...)
{
    struct error err = {.kind = ERROR_INPUT};
    va_list list;

    va_start(list, format);
    vsnprintf(err.text, sizeof err.text, format, list);
    va_end(list);
    command_fail(options, &err);
    if (!options->is_json) {
        usage_lines(stderr, options);
        fprintf(stderr, "`besa %s%s--help` tells more\n", command_name(options),
                options->command == NULL ? "" : " ");
    }
    return EX_USAGE;
}

int command_show(const struct options *options, struct span result)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(4 * result.size + 65536);
    struct error err = {0};
    struct span shown = result;

    if (!options->is_json) {
        if (options->home != NULL && training_is_home(options->home))
            buffer_text(&text, TRAINING_WORDS "\n");
        if (!render(result, &text, &err))
            return command_fail(options, &err);
        shown = buffer_span(&text);
    }
    fwrite(shown.data, 1, shown.size, stdout);
    if (shown.size > 0 && shown.data[shown.size - 1] != '\n')
        putchar('\n');
    if (fflush(stdout) == 0)
        return EX_OK;
    error_set(&err, ERROR_STORE, "the result could not be written out");
    return command_fail(options, &err);
}

void command_note(const struct options *options, const char *format, ...)
{
    va_list list;

    if (options->is_json)
        return;
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
}

/* --- progress --- */

int64_t progress_left_ms(int64_t began_ms, int64_t now_ms, int64_t done, int64_t total)
{
    return done <= 0 || done >= total
               ? 0
               : (int64_t)((double)(now_ms - began_ms) / (double)done * (double)(total - done));
}

void progress_show(void *context, int64_t done, int64_t total)
{
    struct progress *progress = context;
    int64_t percent = total <= 0 || done >= total ? 100 : done * 100 / total;
    int64_t now_ms = env_real()->monotonic_ms(env_real()->context);
    char left[48] = "";

    if (progress->began_ms == 0)
        progress->began_ms = now_ms;
    if (progress->options->is_json || percent < progress->next_percent)
        return;
    int64_t left_s = progress_left_ms(progress->began_ms, now_ms, done, total) / 1000;
    if (left_s > 0)
        snprintf(left, sizeof left, ", %" PRId64 " s left", left_s);
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r%s: %3" PRId64 " %%%s\033[K", progress->what, percent, left);
        progress->next_percent = percent + 1;
        progress->is_begun = true;
    } else {
        fprintf(stderr, "%s: %" PRId64 " %%%s\n", progress->what, percent, left);
        progress->next_percent = percent / 10 * 10 + 10;
    }
}

void progress_end(struct progress *progress)
{
    if (progress->is_begun)
        fputc('\n', stderr);
    progress->is_begun = false;
}

/* --- files --- */

static bool stdin_read(size_t limit, struct buffer *out, struct error *err)
{
    uint8_t block[8192];
    size_t got = 0;

    while ((got = fread(block, 1, sizeof block, stdin)) > 0)
        if (out->size + got > limit || !buffer_add(out, span_make(block, got)))
            return error_set(err, ERROR_LIMIT, "standard input: more than %zu bytes", limit);
    return !ferror(stdin) || error_set(err, ERROR_STORE, "standard input cannot be read");
}

bool command_read_file(const char *path, size_t limit, struct buffer *out, struct error *err)
{
    if (strcmp(path, "-") == 0)
        return stdin_read(limit, out, err);
    return env_read_file(env_real(), path, limit, out, err);
}
