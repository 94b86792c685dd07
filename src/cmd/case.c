/* besa case, besa crosscheck, besa register, besa handover, besa glass: what the national desk keeps of its cases. A table says which words and options each form has. */
#include "cmd/command.h"

#include "base/attributes.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#define ARGUMENTS_SIZE_MAX 65536u
#define WORD_MAX           4
#define OPTION_MAX         5

/* How a word or an option stands in the act's arguments. */
enum kind { NONE, TEXT, NUMBER, FLAG, LIST, BODY };
struct value {
    const char *name; /* of the argument; for BODY what is read */
    enum kind kind;
    const char *option; /* its name as an option; NULL: a word */
};

struct form {
    const char *name;
    const char *act;
    struct value values[WORD_MAX + OPTION_MAX];
};

static const struct form case_forms[] = {
    {"put",
     "case-put",
     {{"number", TEXT, NULL},
      {"title", TEXT, NULL},
      {"offences", LIST, "offence"},
      {"authority", TEXT, "authority"},
      {"restricted", FLAG, "restricted"}}},
    {"list",
     "case-list",
     {{"state", TEXT, "state"},
      {"unit", TEXT, "unit"},
      {"officer", TEXT, "by"},
      {"limit", NUMBER, "limit"},
      {"after", TEXT, "after"}}},
    {"show", "case-show", {{"number", TEXT, NULL}}},
    {"assign", "case-assign", {{"number", TEXT, NULL}, {"officer", TEXT, NULL}}},
    {"close", "case-close", {{"number", TEXT, NULL}, {"review", TEXT, "review"}}},
    {"reopen", "case-reopen", {{"number", TEXT, NULL}}},
    {"erase", "case-erase", {{"number", TEXT, NULL}}},
    {"note", "case-note", {{"number", TEXT, NULL}, {"text", TEXT, NULL}}},
    {"reference",
     "case-reference",
     {{"number", TEXT, NULL}, {"channel", TEXT, NULL}, {"reference", TEXT, NULL}}},
    {"person",
     "case-person-put",
     {{"number", TEXT, NULL},
      {"FILE", BODY, NULL},
      {"person", NUMBER, "person"},
      {"shielded", FLAG, "shielded"}}},
    {"protection",
     "case-person-protection",
     {{"number", TEXT, NULL},
      {"person", NUMBER, NULL},
      {"status", TEXT, NULL},
      {"fears", LIST, "fears"},
      {"family_of", NUMBER, "family-of"}}},
    {"remove", "case-person-remove", {{"number", TEXT, NULL}, {"person", NUMBER, NULL}}},
    {"task",
     "case-task",
     {{"number", TEXT, NULL},
      {"officer", TEXT, NULL},
      {"until", TEXT, NULL},
      {"text", TEXT, NULL}}},
    {"done", "case-task-done", {{"number", TEXT, NULL}, {"task", NUMBER, NULL}}},
    {"tasks",
     "task-list",
     {{"officer", TEXT, "by"}, {"limit", NUMBER, "limit"}, {"after", TEXT, "after"}}},
};

static const struct form crosscheck_forms[] = {
    {"show", "crosscheck-show", {{"item", TEXT, NULL}}},
    {"touched", "crosscheck-touched", {{"limit", NUMBER, "limit"}, {"after", TEXT, "after"}}},
    {"draft", "duplicate-check", {{"FILE", BODY, NULL}, {"agreement", TEXT, "agreement"}}},
};

static const struct form register_forms[] = {
    {"put",
     "register-put",
     {{"channel", TEXT, NULL},
      {"received", TEXT, NULL},
      {"sender", TEXT, NULL},
      {"subject", TEXT, NULL},
      {"original", TEXT, "original"},
      {"oral", FLAG, "oral"},
      {"urgent", FLAG, "urgent"},
      {"scan", TEXT, "scan"},
      {"confirms", NUMBER, "confirms"}}},
    {"list",
     "register-list",
     {{"number", TEXT, "of"}, {"limit", NUMBER, "limit"}, {"after", TEXT, "after"}}},
    {"show", "register-show", {{"register", NUMBER, NULL}}},
    {"translate",
     "translation-put",
     {{"language", TEXT, NULL},
      {"translator", TEXT, NULL},
      {"text", TEXT, NULL},
      {"item", TEXT, "item"},
      {"register", NUMBER, "register"},
      {"certified", FLAG, "certified"}}},
    {"translations",
     "translation-list",
     {{"item", TEXT, "item"},
      {"register", NUMBER, "register"},
      {"limit", NUMBER, "limit"},
      {"after", TEXT, "after"}}},
};

static const struct form glass_forms[] = {
    {"open", "glass-open", {{"number", TEXT, NULL}, {"agreement", TEXT, "agreement"}}},
    {"review", "glass-review", {{"glass", NUMBER, NULL}, {"review", TEXT, NULL}}},
    {"list",
     "glass-list",
     {{"all", FLAG, "all"}, {"limit", NUMBER, "limit"}, {"after", TEXT, "after"}}},
};

static const struct form handover_forms[] = {
    {"give", "handover-give", {{"taker", TEXT, NULL}, {"note", TEXT, "note"}}},
    {"show", "handover-show", {{"handover", NUMBER, NULL}}},
    {"take", "handover-take", {{"handover", NUMBER, NULL}, {"sha256", TEXT, NULL}}},
    {"list", "handover-list", {{"limit", NUMBER, "limit"}, {"after", TEXT, "after"}}},
};

/* What was given on the command line for one value. */
struct given {
    const char *text;
    bool flag;
    struct word_list list;
};

static bool value_write(const struct value *value, const struct given *given,
                        struct json_writer *out, struct buffer *body, struct error *err)
{
    uint64_t number = 0;

    if (value->kind == FLAG && given->flag)
        json_boolean_field(out, value->name, true);
    if (value->kind == LIST && given->list.count > 0) {
        json_key(out, value->name);
        json_begin_array(out);
        for (size_t i = 0; i < given->list.count; i++)
            json_write_text(out, span_text(given->list.words[i]));
        json_end_array(out);
    }
    if (given->text == NULL)
        return true;
    if (value->kind == BODY)
        return command_read_file(given->text, BODY_SIZE_MAX, body, err);
    if (value->kind == TEXT)
        json_string_field(out, value->name, given->text);
    if (value->kind != NUMBER)
        return true;
    if (!command_number(value->name, given->text, 1, JSON_INTEGER_MAX, 0, &number, err))
        return false;
    json_integer_field(out, value->name, (int64_t)number);
    return true;
}

static int form_run(struct options *options, int argc, char **argv, const struct form *form)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    struct command_option own[OPTION_MAX];
    struct given given[WORD_MAX + OPTION_MAX] = {{.text = NULL}};
    size_t own_count = 0, word_count = 0, taken = 0;
    struct word_list words;
    struct error err = {0};
    int exit_code;

    for (size_t i = 0; i < ARRAY_COUNT(form->values) && form->values[i].kind != NONE; i++) {
        const struct value *value = &form->values[i];
        if (value->option == NULL) {
            word_count++;
            continue;
        }
        own[own_count++] = (struct command_option){
            .name = value->option,
            .value = value->kind == TEXT || value->kind == NUMBER ? &given[i].text : NULL,
            .flag = value->kind == FLAG ? &given[i].flag : NULL,
            .list = value->kind == LIST ? &given[i].list : NULL};
    }
    if (!command_parse(options, argc, argv, own, own_count, word_count, word_count, &words,
                       &exit_code))
        return exit_code;
    json_begin_object(&arguments);
    for (size_t i = 0; i < ARRAY_COUNT(form->values) && form->values[i].kind != NONE; i++) {
        if (form->values[i].option == NULL)
            given[i].text = words.words[taken++];
        if (!value_write(&form->values[i], &given[i], &arguments, &body, &err))
            return command_fail(options, &err);
    }
    json_end_object(&arguments);
    return command_act(options, form->act, buffer_span(&text), buffer_span(&body));
}

static int forms_run(struct options *options, int argc, char **argv, const struct form *forms,
                     size_t count, const struct form *other)
{
    for (size_t i = 0; argc > 1 && i < count; i++)
        if (strcmp(argv[1], forms[i].name) == 0)
            return form_run(options, argc - 1, argv + 1, &forms[i]);
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        command_help(options);
        return 0;
    }
    if (other != NULL && argc > 2)
        return form_run(options, argc, argv, other);
    return command_usage(options, "a form is wanted");
}

int command_case(struct options *options, int argc, char **argv)
{
    return forms_run(options, argc, argv, case_forms, ARRAY_COUNT(case_forms), &case_forms[0]);
}

int command_crosscheck(struct options *options, int argc, char **argv)
{
    return forms_run(options, argc, argv, crosscheck_forms, ARRAY_COUNT(crosscheck_forms), NULL);
}

int command_register(struct options *options, int argc, char **argv)
{
    return forms_run(options, argc, argv, register_forms, ARRAY_COUNT(register_forms), NULL);
}

int command_glass(struct options *options, int argc, char **argv)
{
    return forms_run(options, argc, argv, glass_forms, ARRAY_COUNT(glass_forms), NULL);
}

int command_handover(struct options *options, int argc, char **argv)
{
    return forms_run(options, argc, argv, handover_forms, ARRAY_COUNT(handover_forms), NULL);
}
