/* See asked.h. */
#include "desk/support/asked.h"

#include "base/arena.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

struct asking {
    const struct asked *asked;
    struct buffer *answer;
};

static bool act_run_in_writer(struct journal *journal, void *context, struct error *err)
{
    const struct asking *asking = context;
    const struct asked *asked = asking->asked;
    struct arena arena CLEANUP(arena_free) = arena_make(16u << 20);
    struct json *json CLEANUP(json_free) = NULL;
    static struct problems problems;
    struct json_object object;
    struct json_writer out = json_writer_make(asking->answer);

    problems_clear(&problems);
    if (!json_parse(span_text(asked->arguments), &json, err))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct desk_call call = {
        .access = {.officer = span_text(asked->officer),
                   .reason = span_text("test"),
                   .case_number = span_text(asked->case_number == NULL ? "" : asked->case_number)},
        .arguments = &object,
        .body = asked->body,
        .problems = &problems,
        .arena = &arena};
    return desk_run(journal, desk_act_find(span_text(asked->act)), &call, &out, err);
}

bool asked_run(struct pair_node *node, const struct asked *asked, struct buffer *answer,
               struct error *err)
{
    struct asking asking = {asked, answer};

    error_clear(err);
    buffer_clear(answer);
    return pair_work(node, act_run_in_writer, &asking, err);
}

static bool contains(const struct buffer *answer, const char *text)
{
    return memmem(answer->data, answer->size, text, strlen(text)) != NULL;
}

bool answer_has(const struct buffer *answer, const char *text)
{
    bool is_there = contains(answer, text);

    if (!is_there)
        printf("  no %s in %.*s\n", text, (int)answer->size, (const char *)answer->data);
    return is_there;
}

bool answer_lacks(const struct buffer *answer, const char *text)
{
    bool is_there = contains(answer, text);

    if (is_there)
        printf("  %s in %.*s\n", text, (int)answer->size, (const char *)answer->data);
    return !is_there;
}

bool asked_officer(struct pair_node *node, const char *id, const char *unit, const char *role,
                   struct buffer *answer, struct error *err)
{
    char text[200];
    struct asked asked = {.officer = "node", .act = "officer-put", .arguments = text};

    snprintf(text, sizeof text, "{\"id\":\"%s\",\"name\":\"Test\",\"unit\":\"%s\",\"role\":\"%s\"}",
             id, unit, role);
    return asked_run(node, &asked, answer, err);
}
