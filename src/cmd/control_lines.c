/* The lines of the control protocol: see control.h. One reader and one writer for each. */
#include "cmd/control.h"

#include "base/attributes.h"
#include "base/text.h"
#include "crypto/password.h"

#include <stdio.h>

#define ACT_NAME_SIZE_MAX 64
#define REASON_SIZE_MAX   1024 /* the desk has its own, lower limit and says so */
#define ANSWER_HEAD       "{\"ok\":true,\"result\":"

bool control_request_write(const struct control_request *request, struct buffer *out)
{
    struct json_writer writer = json_writer_make(out);

    json_begin_object(&writer);
    json_text_field(&writer, "act", request->act);
    json_text_field_optional(&writer, "officer", request->officer);
    json_text_field_optional(&writer, "reason", request->reason);
    json_text_field_optional(&writer, "case", request->case_number);
    json_text_field_optional(&writer, "approver", request->approver);
    json_text_field_optional(&writer, "ask", request->ask);
    json_text_field_optional(&writer, "proof", request->proof);
    if (request->arguments.size > 0) {
        json_key(&writer, "arguments");
        buffer_add(out, request->arguments);
        writer.needs_comma = true;
    }
    json_text_field_optional(&writer, "body", request->body);
    json_end_object(&writer);
    return !out->failed && out->size <= CONTROL_LINE_SIZE_MAX &&
           memchr(out->data, '\n', out->size) == NULL;
}

/* An act without arguments reads an empty object. */
static bool arguments_begin(struct control_reading *reading, struct error *err)
{
    static const char empty[] = "{}";

    if (json_get_child_optional(&reading->root, "arguments", &reading->arguments))
        return true;
    if (reading->problems.count > 0)
        return false;
    if (!json_parse(span_text(empty), &reading->empty, err))
        return false;
    json_object_begin(&reading->arguments, json_root(reading->empty), &reading->arena,
                      &reading->problems);
    return true;
}

bool control_request_read(struct span line, struct control_reading *reading, struct error *err)
{
    struct control_request *request = &reading->request;
    struct json_object *root = &reading->root;

    *reading = (struct control_reading){.json = NULL};
    reading->arena = arena_make(CONTROL_ARENA_SIZE);
    if (line.size > CONTROL_LINE_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "a request is longer than %u bytes",
                         CONTROL_LINE_SIZE_MAX);
    if (!json_parse(line, &reading->json, err))
        return error_add(err, "request");
    json_object_begin(root, json_root(reading->json), &reading->arena, &reading->problems);
    request->act = json_get_text(root, "act", 1, ACT_NAME_SIZE_MAX);
    request->officer = json_get_text_optional(root, "officer", NAME_SIZE_MAX);
    request->reason = json_get_text_optional(root, "reason", REASON_SIZE_MAX);
    request->case_number = json_get_text_optional(root, "case", NAME_SIZE_MAX);
    request->approver = json_get_text_optional(root, "approver", NAME_SIZE_MAX);
    request->ask = json_get_text_optional(root, "ask", NAME_SIZE_MAX);
    request->proof = json_get_text_optional(root, "proof", PASSWORD_SIZE_MAX);
    request->body = json_get_text_optional(root, "body", CONTROL_LINE_SIZE_MAX);
    bool ok = arguments_begin(reading, err);
    json_object_end(root);
    return problems_to_error(&reading->problems, err) && ok;
}

void control_reading_end(struct control_reading *reading)
{
    json_free(&reading->json);
    json_free(&reading->empty);
    arena_free(&reading->arena);
}

static void problems_write(const struct problems *problems, struct json_writer *writer)
{
    json_key(writer, "problems");
    json_begin_array(writer);
    for (size_t i = 0; problems != NULL && i < problems->count; i++) {
        json_begin_object(writer);
        json_string_field(writer, "path", problems->list[i].path);
        json_string_field(writer, "kind", error_kind_name(problems->list[i].kind));
        json_string_field(writer, "text", problems->list[i].text);
        json_end_object(writer);
    }
    json_end_array(writer);
}

bool control_answer_write(bool ok, struct span result, const struct error *error,
                          const struct problems *problems, struct buffer *out)
{
    struct json_writer writer = json_writer_make(out);

    if (ok) {
        buffer_text(out, ANSWER_HEAD);
        buffer_add(out, result.size == 0 ? span_text("{}") : result);
        return buffer_text(out, "}");
    }
    json_begin_object(&writer);
    json_boolean_field(&writer, "ok", false);
    json_string_field(&writer, "kind", error_kind_name(error->kind));
    json_string_field(&writer, "text", error->text);
    problems_write(problems, &writer);
    json_end_object(&writer);
    return !out->failed;
}

/* Names as error_kind_name gives them, in the order of the enum. */
static enum error_kind kind_read(struct json_object *object)
{
    const char *names[ERROR_BUG + 1];

    for (size_t i = 0; i <= ERROR_BUG; i++)
        names[i] = error_kind_name((enum error_kind)i);
    return (enum error_kind)json_get_choice(object, "kind", names, ARRAY_COUNT(names));
}

static void problems_read(struct json_object *root, struct problems *out)
{
    struct json_list list = json_get_array(root, "problems", 0, PROBLEM_COUNT_MAX);

    for (size_t i = 0; i < list.count; i++) {
        struct json_object child;
        if (!json_array_object(&list, i, &child))
            continue;
        struct span path = json_get_text_optional(&child, "path", PROBLEM_PATH_SIZE);
        enum error_kind kind = kind_read(&child);
        struct span text = json_get_text_optional(&child, "text", PROBLEM_TEXT_SIZE);
        json_object_end(&child);
        char path_text[PROBLEM_PATH_SIZE];
        snprintf(path_text, sizeof path_text, "%.*s", SPAN_ARG(path));
        if (out != NULL)
            problems_add(out, path_text, kind, "%.*s", SPAN_ARG(text));
    }
}

/* {"progress":..} or {"ok":false,..} */
static bool other_read(struct span line, bool *is_last, int64_t *done, int64_t *total,
                       struct problems *problems, struct arena *arena, struct problems *unread,
                       struct error *err)
{
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object root;

    if (!json_parse(line, &json, err))
        return error_add(err, "the node's answer");
    json_object_begin(&root, json_root(json), arena, unread);
    *is_last = !json_has(&root, "progress");
    if (!*is_last) {
        *done = json_get_integer(&root, "progress", 0, JSON_INTEGER_MAX);
        *total = json_get_integer(&root, "total", 0, JSON_INTEGER_MAX);
        json_object_end(&root);
        return problems_to_error(unread, err) || error_add(err, "the node's answer");
    }
    bool ok = json_get_boolean(&root, "ok");
    enum error_kind kind = kind_read(&root);
    struct span text = json_get_text_optional(&root, "text", ERROR_TEXT_SIZE);
    problems_read(&root, problems);
    json_object_end(&root);
    if (!problems_to_error(unread, err))
        return error_add(err, "the node's answer");
    if (ok || kind == ERROR_NONE)
        return error_set(err, ERROR_LINK, "the node's answer cannot be read");
    return error_set(err, kind, "%.*s", SPAN_ARG(text));
}

bool control_answer_read(struct span line, bool *is_last, int64_t *done, int64_t *total,
                         struct buffer *result, struct problems *problems, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(256u * 1024);
    struct problems unread;
    size_t head_size = strlen(ANSWER_HEAD);

    *is_last = true;
    if (span_starts_with(line, ANSWER_HEAD) && line.size > head_size + 1 &&
        line.data[line.size - 1] == '}')
        return buffer_add(result, span_part(line, head_size, line.size - head_size - 1)) ||
               error_set(err, ERROR_LIMIT, "the node's answer is too long");
    problems_clear(&unread);
    return other_read(line, is_last, done, total, problems, &arena, &unread, err);
}
