/* besa on-call, besa emergency, besa rights, besa statistics: the night, and the counts of a year. */
#include "cmd/command.h"

#include "base/attributes.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define ARGUMENTS_SIZE_MAX 4096u
#define RESULT_SIZE_MAX    (4u * 1024u * 1024u)
#define WORD_MAX           4

/* A form of words that become text fields in this order, and a whole number in place of the first where `is_number`. */
struct form_of_words {
    const char *name;
    const char *act;
    const char *fields[WORD_MAX];
    size_t field_count;
    bool is_number;
};

static int form_send(struct options *options, int argc, char **argv,
                     const struct form_of_words *form)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    struct error err = {0};
    struct word_list words;
    bool with_all = false;
    const char *limit = NULL;
    const char *after = NULL;
    const struct command_option own[] = {{.name = "all", .flag = &with_all},
                                         {.name = "limit", .letter = 'n', .value = &limit},
                                         {.name = "after", .letter = 'a', .value = &after}};
    bool is_list_of_all =
        strcmp(form->act, "emergency-list") == 0 || strcmp(form->act, "rights-list") == 0;
    size_t own_count = is_list_of_all ? ARRAY_COUNT(own) : 0;
    uint64_t number = 0;
    uint64_t rows = 0;
    int exit_code;

    if (!command_parse(options, argc, argv, own, own_count, form->field_count, form->field_count,
                       &words, &exit_code))
        return exit_code;
    if (!command_number("limit", limit, 1, 200, 0, &rows, &err))
        return command_usage(options, "%s", err.text);
    json_begin_object(&arguments);
    for (size_t i = 0; i < words.count; i++) {
        if (i > 0 || !form->is_number) {
            json_string_field(&arguments, form->fields[i], words.words[i]);
            continue;
        }
        if (!command_number(form->fields[i], words.words[i], 1, JSON_INTEGER_MAX, 1, &number, &err))
            return command_fail(options, &err);
        json_integer_field(&arguments, form->fields[i], (int64_t)number);
    }
    if (with_all)
        json_boolean_field(&arguments, "all", true);
    if (rows > 0)
        json_integer_field(&arguments, "limit", (int64_t)rows);
    if (after != NULL)
        json_string_field(&arguments, "after", after);
    json_end_object(&arguments);
    return command_act(options, form->act, buffer_span(&text), span_make(NULL, 0));
}

static int form_run(struct options *options, int argc, char **argv,
                    const struct form_of_words *forms, const char *usage)
{
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        command_help(options);
        return 0;
    }
    for (const struct form_of_words *form = forms; argc > 1 && form->name != NULL; form++)
        if (strcmp(argv[1], form->name) == 0)
            return form_send(options, argc - 1, argv + 1, form);
    return command_usage(options, "%s", usage);
}

int command_on_call(struct options *options, int argc, char **argv)
{
    static const struct form_of_words forms[] = {
        {"put", "on-call-put", {"officer", "from", "until", "telephone"}, 4, false},
        {"list", "on-call-list", {NULL}, 0, false},
        {"remove", "on-call-remove", {"turn"}, 1, true},
        {NULL, NULL, {NULL}, 0, false}};

    return form_run(options, argc, argv, forms,
                    "put OFFICER FROM UNTIL TELEPHONE, list, or remove TURN, is wanted");
}

int command_emergency(struct options *options, int argc, char **argv)
{
    static const struct form_of_words forms[] = {
        {"send", "emergency-send", {"approval"}, 1, false},
        {"review", "emergency-review", {"item", "review"}, 2, false},
        {"list", "emergency-list", {NULL}, 0, false},
        {NULL, NULL, {NULL}, 0, false}};

    return form_run(options, argc, argv, forms,
                    "send APPROVAL, review ITEM confirmed|questioned, or list, is wanted");
}

int command_rights(struct options *options, int argc, char **argv)
{
    static const struct form_of_words forms[] = {
        {"flag", "rights-flag", {"item"}, 1, false},
        {"decide", "rights-decide", {"item", "decision"}, 2, false},
        {"list", "rights-list", {NULL}, 0, false},
        {NULL, NULL, {NULL}, 0, false}};

    return form_run(options, argc, argv, forms,
                    "flag ITEM, decide ITEM may_be_answered|must_be_refused, or list, is wanted");
}

/* The rows as a table for spreadsheets (RFC 4180): codes and numbers, so that nothing needs quotes. */
static bool csv_write(struct span result, struct buffer *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(2 * RESULT_SIZE_MAX);
    struct json *json CLEANUP(json_free) = NULL;
    struct problems problems;
    struct json_object object;
    struct json_list list;

    problems_clear(&problems);
    if (!json_parse(result, &json, err))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    int64_t year = json_get_integer(&object, "year", 0, 9999);
    buffer_text(out, "year,agreement,partner,direction,figure,of,value\r\n");
    list = json_get_array(&object, "list", 0, SIZE_MAX);
    for (size_t i = 0; i < list.count; i++) {
        struct json_object row;
        if (!json_array_object(&list, i, &row))
            break;
        struct span agreement = json_get_text(&row, "agreement", 1, 64);
        struct span partner = json_get_text(&row, "partner", 1, 64);
        struct span direction = json_get_text(&row, "direction", 1, 64);
        struct span figure = json_get_text(&row, "figure", 1, 64);
        struct span of = json_get_text_optional(&row, "of", 64);
        int64_t value = json_get_integer(&row, "value", 0, JSON_INTEGER_MAX);
        buffer_format(out, "%04d,%.*s,%.*s,%.*s,%.*s,%.*s,%lld\r\n", (int)year, SPAN_ARG(agreement),
                      SPAN_ARG(partner), SPAN_ARG(direction), SPAN_ARG(figure), SPAN_ARG(of),
                      (long long)value);
    }
    return problems_to_error(&problems, err) &&
           (!out->failed || error_set(err, ERROR_LIMIT, "the table is too long"));
}

static int csv_show(const struct options *options, struct span arguments)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(RESULT_SIZE_MAX);
    struct buffer csv CLEANUP(buffer_free) = buffer_make(RESULT_SIZE_MAX);
    struct problems problems;
    struct error err = {0};

    problems_clear(&problems);
    if (!command_ask(options, "statistics", arguments, span_make(NULL, 0), &result, &problems,
                     &err))
        return command_fail_problems(options, &err, &problems);
    if (!csv_write(buffer_span(&result), &csv, &err))
        return command_fail(options, &err);
    return fwrite(csv.data, 1, csv.size, stdout) == csv.size && fflush(stdout) == 0 ? 0 : EX_IOERR;
}

int command_statistics(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    bool is_csv = false;
    const struct command_option own[] = {{.name = "csv", .flag = &is_csv}};
    struct error err = {0};
    struct word_list words;
    uint64_t year = 0;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    if (!command_number("YEAR", words.words[0], 2000, 2999, 0, &year, &err))
        return command_fail(options, &err);
    json_begin_object(&arguments);
    json_integer_field(&arguments, "year", (int64_t)year);
    json_end_object(&arguments);
    return is_csv ? csv_show(options, buffer_span(&text))
                  : command_act(options, "statistics", buffer_span(&text), span_make(NULL, 0));
}
