/* See asked.h. */
#include "desk/support/asked.h"

#include "base/arena.h"
#include "base/json.h"
#include "desk/approval.h"

#include <stdio.h>
#include <string.h>

struct asking {
    const struct asked *asked;
    const char *approver; /* NULL: none */
    bool is_asking;
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
                   .case_number = span_text(asked->case_number == NULL ? "" : asked->case_number),
                   .approver = span_text(asking->approver == NULL ? "" : asking->approver)},
        .arguments = &object,
        .body = asked->body,
        .problems = &problems,
        .arena = &arena};
    const struct desk_act *act = desk_act_find(span_text(asked->act));
    return asking->is_asking
               ? approval_ask(journal, act, &call, span_text(asked->arguments), &out, err)
               : desk_run(journal, act, &call, &out, err);
}

bool asked_run_two(struct pair_node *node, const struct asked *asked, const char *approver,
                   bool is_asking, struct buffer *answer, struct error *err)
{
    struct asking asking = {asked, approver, is_asking, answer};

    error_clear(err);
    buffer_clear(answer);
    return pair_work(node, act_run_in_writer, &asking, err);
}

bool asked_run(struct pair_node *node, const struct asked *asked, struct buffer *answer,
               struct error *err)
{
    return asked_run_two(node, asked, NULL, false, answer, err);
}

/* The text behind `name` in the answer, at most `size` - 1 bytes. */
static void field_copy(const struct buffer *answer, const char *name, char *out, size_t size)
{
    const char *at = memmem(answer->data, answer->size, name, strlen(name));
    const char *end = (const char *)answer->data + answer->size;
    size_t length = 0;

    if (at != NULL)
        for (at += strlen(name); at + length < end && at[length] != '"' && length < size - 1;)
            length++;
    if (length > 0)
        memcpy(out, at, length);
    out[length] = '\0';
}

bool asked_confirm(struct pair_node *node, const char *approver, const char *case_number,
                   struct buffer *answer, struct error *err)
{
    char id[64], sha256[80], text[200];
    struct asked asked = {approver, "approval-confirm", text, case_number, {NULL, 0}};

    field_copy(answer, "\"approval\":\"", id, sizeof id);
    field_copy(answer, "\"sha256\":\"", sha256, sizeof sha256);
    snprintf(text, sizeof text, "{\"approval\":\"%s\",\"sha256\":\"%s\"}", id, sha256);
    return asked_run(node, &asked, answer, err);
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
