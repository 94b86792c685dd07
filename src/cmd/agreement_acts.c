/*
 * `besa agreement`: the acts on the running line (propose, accept, refuse, withdraw, terminate, history, proposal), the
 * difference of two versions in plain words, and the trial of one message. What institutions sign comes and goes as files.
 */
#include "cmd/agreement_acts.h"

#include "agreement/difference.h"
#include "agreement/signed.h"
#include "base/json.h"
#include "cmd/setup.h"

#include <stdio.h>
#include <string.h>

#define FILE_MAX      (AGREEMENT_SIZE_MAX + 64u * 1024u)
#define ARGUMENTS_MAX (2 * FILE_MAX)
#define RESULT_MAX    (1024u * 1024u)
#define COMPARE_ARENA (8 * AGREEMENT_ARENA_SIZE)

/* --- arguments --- */

struct field {
    const char *name;
    const char *text; /* NULL: left out */
};

static void fields_write(struct json_writer *out, const struct field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fields[i].text != NULL)
            json_string_field(out, fields[i].name, fields[i].text);
}

/* An act whose arguments are texts, and at most one file in base64 (`file_name` NULL: none). */
static int act_run(struct options *options, const char *act, const struct field *fields,
                   size_t count, const char *file_name, const char *file)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_MAX);
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(FILE_MAX);
    struct json_writer out = json_writer_make(&text);
    struct error err = {0};

    if (file != NULL && !command_read_file(file, FILE_MAX, &bytes, &err))
        return command_fail(options, &err);
    json_begin_object(&out);
    fields_write(&out, fields, count);
    if (file != NULL) /* an empty one is refused, not passed over */
        json_base64_field(&out, file_name, buffer_span(&bytes));
    json_end_object(&out);
    return command_act(options, act, buffer_span(&text), span_make(NULL, 0));
}

static int signed_run(struct options *options, int argc, char **argv, const char *act)
{
    const char *name = NULL;
    const struct command_option own[] = {{.name = "agreement", .value = &name}};
    struct word_list words;
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    const struct field fields[] = {{"agreement", name}};
    return act_run(options, act, fields, 1, "signed", words.words[0]);
}

int agreement_propose(struct options *options, int argc, char **argv)
{
    return signed_run(options, argc, argv, "agreement-propose");
}

int agreement_accept(struct options *options, int argc, char **argv)
{
    return signed_run(options, argc, argv, "agreement-accept");
}

int agreement_refuse(struct options *options, int argc, char **argv)
{
    const char *ground = NULL;
    const struct command_option own[] = {{.name = "for", .value = &ground}};
    struct word_list words;
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 1, &words, &exit_code))
        return exit_code;
    const struct field fields[] = {{"agreement", words.count > 0 ? words.words[0] : NULL},
                                   {"ground", ground}};
    return act_run(options, "agreement-refuse", fields, ARRAY_COUNT(fields), NULL, NULL);
}

static int named_run(struct options *options, int argc, char **argv, const char *act)
{
    struct word_list words;
    int exit_code = 0;

    if (!command_parse(options, argc, argv, NULL, 0, 0, 1, &words, &exit_code))
        return exit_code;
    const struct field fields[] = {{"agreement", words.count > 0 ? words.words[0] : NULL}};
    return act_run(options, act, fields, 1, NULL, NULL);
}

int agreement_withdraw(struct options *options, int argc, char **argv)
{
    return named_run(options, argc, argv, "agreement-withdraw");
}

int agreement_history(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(4096);
    struct json_writer out = json_writer_make(&text);
    const char *limit = NULL, *after = NULL;
    const struct command_option own[] = {{.name = "limit", .letter = 'n', .value = &limit},
                                         {.name = "after", .letter = 'a', .value = &after}};
    struct word_list words;
    struct error err = {0};
    uint64_t number = 0;
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 1, &words, &exit_code))
        return exit_code;
    if (!command_number("limit", limit, 1, 200, 0, &number, &err))
        return command_usage(options, "%s", err.text);
    const struct field fields[] = {{"agreement", words.count > 0 ? words.words[0] : NULL},
                                   {"after", after}};
    json_begin_object(&out);
    fields_write(&out, fields, ARRAY_COUNT(fields));
    if (number > 0)
        json_integer_field(&out, "limit", (int64_t)number);
    json_end_object(&out);
    return command_act(options, "agreement-history", buffer_span(&text), span_make(NULL, 0));
}

int agreement_terminate(struct options *options, int argc, char **argv)
{
    const char *reason = NULL, *name = NULL;
    const struct command_option own[] = {{.name = "for", .value = &reason},
                                         {.name = "agreement", .value = &name}};
    struct word_list words;
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    const struct field fields[] = {
        {"agreement", name}, {"ends", words.words[0]}, {"suspension_reason", reason}};
    return act_run(options, "agreement-terminate", fields, ARRAY_COUNT(fields), NULL, NULL);
}

/* --- results that are more than shown --- */

static bool result_read(struct span result, struct arena *arena, struct json **json,
                        struct json_object *object, struct problems *problems, struct error *err)
{
    problems_clear(problems);
    if (!json_parse(result, json, err))
        return false;
    json_object_begin(object, json_root(*json), arena, problems);
    return true;
}

/* The open proposal, into a file: to be read, countersigned and given back with `accept`. */
int agreement_proposal(struct options *options, int argc, char **argv)
{
    static struct problems problems; /* one command a process */
    struct arena arena CLEANUP(arena_free) = arena_make(2 * RESULT_MAX);
    struct buffer text CLEANUP(buffer_free) = buffer_make(4096);
    struct buffer result CLEANUP(buffer_free) = buffer_make(RESULT_MAX);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_writer arguments = json_writer_make(&text);
    struct json_object object;
    const char *export = NULL;
    bool is_own = false;
    const struct command_option own[] = {{.name = "export", .value = &export},
                                         {.name = "own", .flag = &is_own}};
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 1, &words, &exit_code))
        return exit_code;
    if (export == NULL)
        return command_usage(options, "say --export FILE");
    json_begin_object(&arguments);
    if (words.count > 0)
        json_string_field(&arguments, "agreement", words.words[0]);
    json_boolean_field(&arguments, "own", is_own);
    json_end_object(&arguments);
    if (!command_ask(options, "agreement-proposal", buffer_span(&text), span_make(NULL, 0), &result,
                     &problems, &err))
        return command_fail_problems(options, &err, &problems);
    if (!result_read(buffer_span(&result), &arena, &json, &object, &problems, &err))
        return command_fail(options, &err);
    struct span cms = json_get_base64(&object, "signed", 1, FILE_MAX);
    if (!problems_to_error(&problems, &err) || !setup_write_new(export, cms, &err))
        return command_fail(options, &err);
    buffer_clear(&text);
    struct json_writer out = json_writer_make(&text);
    json_begin_object(&out);
    json_string_field(&out, "file", export);
    json_string_field(&out, "next",
                      is_own ? "your own proposal, as it was sent"
                             : "read it (`besa agreement diff`), countersign it, then `accept`");
    json_end_object(&out);
    return command_show(options, buffer_span(&text));
}

/* --- difference --- */

static bool document_read(const char *path, struct arena *arena, struct agreement *out,
                          struct error *err)
{
    static struct problems problems; /* one command a process */
    struct buffer file CLEANUP(buffer_free) = buffer_make(FILE_MAX);
    struct signed_agreement looked;
    size_t signer_count = 0;

    problems_clear(&problems);
    if (!command_read_file(path, FILE_MAX, &file, err))
        return false;
    if (file.size > 0 && file.data[0] != '{') {
        if (!agreement_look(buffer_span(&file), arena, &looked, &signer_count, err))
            return error_add(err, "%s", path);
        *out = looked.agreement;
        return true;
    }
    if (agreement_read(buffer_span(&file), arena, out, &problems))
        return true;
    problems_to_error(&problems, err);
    return error_add(err, "%s", path);
}

static int files_compare(struct options *options, const char *const files[2])
{
    struct arena arena CLEANUP(arena_free) = arena_make(COMPARE_ARENA);
    struct buffer text CLEANUP(buffer_free) = buffer_make(RESULT_MAX);
    struct json_writer out = json_writer_make(&text);
    struct agreement versions[2];
    struct differences differences;
    struct error err = {0};

    for (size_t i = 0; i < 2; i++)
        if (!document_read(files[i], &arena, &versions[i], &err))
            return command_fail(options, &err);
    if (!agreement_difference(&versions[0], &versions[1], &arena, &differences, &err))
        return command_fail(options, &err);
    json_begin_object(&out);
    json_integer_field(&out, "from_version", versions[0].version);
    json_integer_field(&out, "to_version", versions[1].version);
    differences_write(&differences, &out);
    json_end_object(&out);
    return command_show(options, buffer_span(&text));
}

/* Two files; or the version in force here and a file, or the partner's open proposal, with effects counted. */
int agreement_diff(struct options *options, int argc, char **argv)
{
    const char *name = NULL;
    const struct command_option own[] = {{.name = "agreement", .value = &name}};
    struct word_list words;
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 2, &words, &exit_code))
        return exit_code;
    if (words.count == 2)
        return files_compare(options, words.words);
    const struct field fields[] = {{"agreement", name}};
    return act_run(options, "agreement-diff", fields, 1, "document",
                   words.count == 1 ? words.words[0] : NULL);
}

/* --- trial --- */

static int trial_show(struct options *options, struct span result)
{
    static struct problems problems; /* one command a process */
    struct arena arena CLEANUP(arena_free) = arena_make(RESULT_MAX);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    struct error err = {0};

    if (!result_read(result, &arena, &json, &object, &problems, &err))
        return command_fail(options, &err);
    bool is_allowed = json_get_boolean(&object, "allowed");
    int exit_code = command_show(options, result);
    return exit_code != 0 || is_allowed ? exit_code : error_exit_code(ERROR_RULE);
}

int agreement_try(struct options *options, int argc, char **argv)
{
    static struct problems problems; /* one command a process */
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_MAX);
    struct buffer document CLEANUP(buffer_free) = buffer_make(FILE_MAX);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer result CLEANUP(buffer_free) = buffer_make(RESULT_MAX);
    struct json_writer arguments = json_writer_make(&text);
    const char *type = NULL, *draft = NULL, *name = NULL;
    bool as_sender = false, as_receiver = false;
    const struct command_option own[] = {{.name = "type", .value = &type},
                                         {.name = "agreement", .value = &draft},
                                         {.name = "name", .value = &name},
                                         {.name = "as-sender", .flag = &as_sender},
                                         {.name = "as-receiver", .flag = &as_receiver}};
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    if (as_sender && as_receiver)
        return command_usage(options, "say --as-sender or --as-receiver");
    if (!command_read_file(words.words[0], BODY_SIZE_MAX, &body, &err) ||
        (draft != NULL && !command_read_file(draft, FILE_MAX, &document, &err)))
        return command_fail(options, &err);
    const struct field fields[] = {{"agreement", name}, {"type", type}};
    json_begin_object(&arguments);
    fields_write(&arguments, fields, ARRAY_COUNT(fields));
    json_boolean_field(&arguments, "receive", as_receiver);
    if (draft != NULL)
        json_base64_field(&arguments, "document", buffer_span(&document));
    json_end_object(&arguments);
    if (!command_ask(options, "agreement-try", buffer_span(&text), buffer_span(&body), &result,
                     &problems, &err))
        return command_fail_problems(options, &err, &problems);
    return trial_show(options, buffer_span(&result));
}
