/* JSON reading: see json.h. */
#include "base/json.h"

#include "base/text.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct json {
    json_t *root;
};

static const json_t *node_json(const struct json_node *node)
{
    return (const json_t *)node;
}

static const struct json_node *json_node(const json_t *json)
{
    return (const struct json_node *)json;
}

/* What jansson lets pass: floats, integers beyond 2^53, depth between ours and its own. */
static bool values_check(const json_t *value, size_t depth,
                         struct error *err) // NOLINT(misc-no-recursion)
{
    if (depth > JSON_DEPTH_MAX)
        return error_set(err, ERROR_LIMIT, "nested deeper than %d", JSON_DEPTH_MAX);
    if (json_is_real(value))
        return error_set(err, ERROR_INPUT, "a number with fraction or exponent; integers only");
    if (json_is_integer(value)) {
        json_int_t number = json_integer_value(value);
        if (number > JSON_INTEGER_MAX || number < -JSON_INTEGER_MAX)
            return error_set(err, ERROR_INPUT, "an integer beyond 2^53");
    }
    if (json_is_object(value)) {
        for (void *i = json_object_iter((json_t *)(uintptr_t)value); i != NULL;
             i = json_object_iter_next((json_t *)(uintptr_t)value, i))
            if (!values_check(json_object_iter_value(i), depth + 1, err))
                return false;
    }
    for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++)
        if (!values_check(json_array_get(value, i), depth + 1, err))
            return false;
    return true;
}

bool json_parse(struct span text, struct json **out, struct error *err)
{
    json_error_t problem;

    *out = NULL;
    json_t *root = json_loadb(text.size == 0 ? "" : (const char *)text.data, text.size,
                              JSON_REJECT_DUPLICATES, &problem);
    if (root == NULL) {
        /* jansson's text may quote the input: only place and code are told. */
        enum json_error_code code = json_error_code(&problem);
        if (code == json_error_duplicate_key)
            return error_set(err, ERROR_INPUT,
                             "not JSON: a key stands twice in one object, line %d", problem.line);
        if (code == json_error_invalid_utf8)
            return error_set(err, ERROR_INPUT, "not JSON: not UTF-8, line %d", problem.line);
        if (code == json_error_out_of_memory)
            return error_set(err, ERROR_LIMIT, "not read: out of memory");
        return error_set(err, ERROR_INPUT, "not JSON: line %d column %d", problem.line,
                         problem.column);
    }
    bool is_fine = values_check(root, 1, err);
    struct json *json = is_fine ? malloc(sizeof *json) : NULL;
    if (json == NULL) {
        json_decref(root);
        return is_fine ? error_set(err, ERROR_LIMIT, "not read: out of memory") : false;
    }
    json->root = root;
    *out = json;
    return true;
}

void json_free(struct json **json)
{
    if (*json == NULL)
        return;
    json_decref((*json)->root);
    free(*json);
    *json = NULL;
}

const struct json_node *json_root(const struct json *json)
{
    return json_node(json->root);
}

static int text_take(const char *text, size_t size, void *context)
{
    return buffer_add(context, span_make(text, size)) ? 0 : -1;
}

bool json_node_write(const struct json_node *node, struct buffer *out)
{
    return json_dump_callback(node_json(node), text_take, out, JSON_COMPACT | JSON_ENCODE_ANY) == 0;
}

static void path_write(const struct json_object *object, struct buffer *path)
{
    const struct json_object *chain[JSON_DEPTH_MAX];
    size_t count = 0;
    for (; object != NULL && object->parent != NULL && count < JSON_DEPTH_MAX;
         object = object->parent)
        chain[count++] = object;
    while (count > 0) {
        const struct json_object *step = chain[--count];
        buffer_format(path, "%s%s", path->size == 0 ? "" : ".", step->name);
        if (step->index != JSON_NO_INDEX)
            buffer_format(path, "[%zu]", step->index);
    }
}

static void problem_place(const struct json_object *object, const char *name, char *out,
                          size_t size)
{
    struct buffer path = buffer_make(PROBLEM_PATH_SIZE * 2);
    path_write(object, &path);
    if (name != NULL)
        buffer_format(&path, "%s%s", path.size == 0 ? "" : ".", name);
    snprintf(out, size, "%.*s", SPAN_ARG(buffer_span(&path)));
    buffer_free(&path);
}

bool json_problem(const struct json_object *object, const char *name, enum error_kind kind,
                  const char *format, ...)
{
    char path[PROBLEM_PATH_SIZE];
    char text[PROBLEM_TEXT_SIZE];
    va_list list;

    problem_place(object, name, path, sizeof path);
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return problems_add(object->problems, path, kind, "%s", text);
}

void json_object_begin(struct json_object *object, const struct json_node *node,
                       struct arena *arena, struct problems *problems)
{
    *object = (struct json_object){
        .node = node, .problems = problems, .arena = arena, .index = JSON_NO_INDEX};
    if (!json_is_object(node_json(node))) {
        json_problem(object, NULL, ERROR_INPUT, "must be an object");
        object->node = NULL;
    }
}

static bool was_asked(const struct json_object *object, const char *name)
{
    for (size_t i = 0; i < object->asked_count; i++)
        if (strcmp(object->asked[i], name) == 0)
            return true;
    return false;
}

void json_object_end(struct json_object *object)
{
    if (object->node == NULL || object->found_count == json_object_size(node_json(object->node)))
        return;
    json_t *json = (json_t *)(uintptr_t)node_json(object->node);
    for (void *i = json_object_iter(json); i != NULL; i = json_object_iter_next(json, i))
        if (!was_asked(object, json_object_iter_key(i)))
            json_problem(object, NULL, ERROR_INPUT, "unknown field '%.40s'",
                         text_is_identifier(span_text(json_object_iter_key(i)), 40)
                             ? json_object_iter_key(i)
                             : "?");
}

static const json_t *field_find(struct json_object *object, const char *name)
{
    if (object->node == NULL)
        return NULL;
    const json_t *value = json_object_get(node_json(object->node), name);
    if (!was_asked(object, name) && object->asked_count < JSON_FIELD_COUNT_MAX) {
        object->asked[object->asked_count++] = name;
        if (value != NULL)
            object->found_count++;
    }
    return value;
}

static const json_t *field_require(struct json_object *object, const char *name)
{
    const json_t *value = field_find(object, name);
    if (value == NULL && object->node != NULL)
        json_problem(object, name, ERROR_INPUT, "is missing");
    return value;
}

bool json_has(struct json_object *object, const char *name)
{
    return object->node != NULL && json_object_get(node_json(object->node), name) != NULL;
}

static struct span text_value(struct json_object *object, const char *name, const json_t *value,
                              size_t min, size_t max)
{
    struct span out = {NULL, 0};
    if (!json_is_string(value)) {
        json_problem(object, name, ERROR_INPUT, "must be text");
        return out;
    }
    struct span text = span_make(json_string_value(value), json_string_length(value));
    if (text.size < min || text.size > max) {
        json_problem(object, name, text.size > max ? ERROR_LIMIT : ERROR_INPUT,
                     "has %zu bytes; %zu to %zu allowed", text.size, min, max);
        return out;
    }
    if (!text_is_plain(text)) {
        json_problem(object, name, ERROR_INPUT, "holds a control character");
        return out;
    }
    if (!arena_copy(object->arena, text, &out))
        json_problem(object, name, ERROR_LIMIT, "does not fit in memory");
    return out;
}

struct span json_get_text(struct json_object *object, const char *name, size_t min, size_t max)
{
    const json_t *value = field_require(object, name);
    if (value == NULL)
        return (struct span){NULL, 0};
    return text_value(object, name, value, min, max);
}

struct span json_get_text_optional(struct json_object *object, const char *name, size_t max)
{
    const json_t *value = field_find(object, name);
    if (value == NULL)
        return (struct span){NULL, 0};
    return text_value(object, name, value, 1, max);
}

static int64_t integer_value(struct json_object *object, const char *name, const json_t *value,
                             int64_t min, int64_t max)
{
    if (!json_is_integer(value)) {
        json_problem(object, name, ERROR_INPUT, "must be an integer");
        return 0;
    }
    int64_t number = json_integer_value(value);
    if (number < min || number > max) {
        json_problem(object, name, ERROR_INPUT,
                     "is %" PRId64 "; %" PRId64 " to %" PRId64 " allowed", number, min, max);
        return 0;
    }
    return number;
}

int64_t json_get_integer(struct json_object *object, const char *name, int64_t min, int64_t max)
{
    const json_t *value = field_require(object, name);
    return value == NULL ? 0 : integer_value(object, name, value, min, max);
}

int64_t json_get_integer_optional(struct json_object *object, const char *name, int64_t min,
                                  int64_t max, int64_t absent)
{
    const json_t *value = field_find(object, name);
    return value == NULL ? absent : integer_value(object, name, value, min, max);
}

static bool boolean_value(struct json_object *object, const char *name, const json_t *value)
{
    if (!json_is_boolean(value))
        return json_problem(object, name, ERROR_INPUT, "must be true or false");
    return json_is_true(value);
}

bool json_get_boolean(struct json_object *object, const char *name)
{
    const json_t *value = field_require(object, name);
    return value == NULL ? false : boolean_value(object, name, value);
}

bool json_get_boolean_optional(struct json_object *object, const char *name, bool absent)
{
    const json_t *value = field_find(object, name);
    return value == NULL ? absent : boolean_value(object, name, value);
}

static bool choice_find(const json_t *value, const char *const *names, size_t count, size_t *out)
{
    if (!json_is_string(value))
        return false;
    struct span text = span_make(json_string_value(value), json_string_length(value));
    for (size_t i = 0; i < count; i++) {
        if (names[i] != NULL && span_is(text, names[i])) {
            *out = i;
            return true;
        }
    }
    return false;
}

static size_t choice_value(struct json_object *object, const char *name, const json_t *value,
                           const char *const *names, size_t count)
{
    size_t index = 0;
    if (choice_find(value, names, count, &index))
        return index;
    /* What was typed is not repeated: it might be a person's name in the wrong field. */
    json_problem(object, name, ERROR_INPUT, "is none of the values of its list");
    return 0;
}

size_t json_get_choice(struct json_object *object, const char *name, const char *const *names,
                       size_t count)
{
    const json_t *value = field_require(object, name);
    return value == NULL ? 0 : choice_value(object, name, value, names, count);
}

size_t json_get_choice_optional(struct json_object *object, const char *name,
                                const char *const *names, size_t count, size_t absent)
{
    const json_t *value = field_find(object, name);
    return value == NULL ? absent : choice_value(object, name, value, names, count);
}

uint64_t json_get_choices(struct json_object *object, const char *name, const char *const *names,
                          size_t count, size_t min)
{
    struct json_list list = json_get_array(object, name, min, count);
    uint64_t set = 0;
    for (size_t i = 0; i < list.count; i++) {
        size_t index = 0;
        if (!choice_find(json_array_get(node_json(list.node), i), names, count, &index)) {
            json_problem(object, name, ERROR_INPUT, "element %zu is none of the values of its list",
                         i);
            continue;
        }
        if (set & UINT64_C(1) << index)
            json_problem(object, name, ERROR_INPUT, "'%s' stands twice", names[index]);
        set |= UINT64_C(1) << index;
    }
    return set;
}

bool json_get_hex(struct json_object *object, const char *name, uint8_t *out, size_t size)
{
    memset(out, 0, size);
    const json_t *value = field_require(object, name);
    if (value == NULL)
        return false;
    if (!json_is_string(value) ||
        !hex_read(span_make(json_string_value(value), json_string_length(value)), out, size))
        return json_problem(object, name, ERROR_INPUT, "must be %zu lower-case hexadecimal digits",
                            2 * size);
    return true;
}

struct span json_get_base64(struct json_object *object, const char *name, size_t min, size_t max)
{
    struct span none = {NULL, 0};
    const json_t *value = field_require(object, name);
    if (value == NULL)
        return none;
    size_t size = json_is_string(value) ? json_string_length(value) / 4 * 3 : 0;
    uint8_t *bytes = arena_alloc(object->arena, size + 1);
    if (bytes == NULL) {
        json_problem(object, name, ERROR_LIMIT, "does not fit in memory");
        return none;
    }
    if (!json_is_string(value) ||
        !base64_read(span_make(json_string_value(value), json_string_length(value)), bytes,
                     &size)) {
        json_problem(object, name, ERROR_INPUT, "must be base64");
        return none;
    }
    if (size < min || size > max) {
        json_problem(object, name, ERROR_LIMIT, "has %zu bytes; %zu to %zu allowed", size, min,
                     max);
        return none;
    }
    return span_make(bytes, size);
}

int64_t json_get_time(struct json_object *object, const char *name)
{
    int64_t time_ms = 0;
    struct span text = json_get_text(object, name, 1, 24);
    if (text.size > 0 && !time_read(text, &time_ms))
        json_problem(object, name, ERROR_INPUT, "must be a UTC time such as 2026-01-31T08:00:00Z");
    return time_ms;
}

int64_t json_get_time_optional(struct json_object *object, const char *name)
{
    if (!json_has(object, name))
        return 0;
    return json_get_time(object, name);
}

static bool child_begin(struct json_object *object, const char *name, const json_t *value,
                        struct json_object *child)
{
    *child = (struct json_object){.problems = object->problems,
                                  .arena = object->arena,
                                  .parent = object,
                                  .name = name,
                                  .index = JSON_NO_INDEX};
    if (!json_is_object(value))
        return json_problem(object, name, ERROR_INPUT, "must be an object");
    child->node = json_node(value);
    return true;
}

bool json_get_child(struct json_object *object, const char *name, struct json_object *child)
{
    const json_t *value = field_require(object, name);
    return value != NULL && child_begin(object, name, value, child);
}

bool json_get_child_optional(struct json_object *object, const char *name,
                             struct json_object *child)
{
    const json_t *value = field_find(object, name);
    return value != NULL && child_begin(object, name, value, child);
}

struct json_list json_get_array(struct json_object *object, const char *name, size_t min,
                                size_t max)
{
    struct json_list list = {.parent = object, .name = name};
    const json_t *value = min > 0 ? field_require(object, name) : field_find(object, name);
    if (value == NULL)
        return list;
    if (!json_is_array(value)) {
        json_problem(object, name, ERROR_INPUT, "must be a list");
        return list;
    }
    size_t count = json_array_size(value);
    if (count < min || count > max) {
        json_problem(object, name, count > max ? ERROR_LIMIT : ERROR_INPUT,
                     "has %zu elements; %zu to %zu allowed", count, min, max);
        return list;
    }
    list.node = json_node(value);
    list.count = count;
    return list;
}

bool json_array_object(const struct json_list *list, size_t index, struct json_object *child)
{
    struct json_object *parent = (struct json_object *)(uintptr_t)list->parent;
    const json_t *value = json_array_get(node_json(list->node), index);
    *child = (struct json_object){.problems = parent->problems,
                                  .arena = parent->arena,
                                  .parent = parent,
                                  .name = list->name,
                                  .index = index};
    if (!json_is_object(value)) {
        json_problem(child, NULL, ERROR_INPUT, "must be an object");
        return false;
    }
    child->node = json_node(value);
    return true;
}

struct span json_array_text(const struct json_list *list, size_t index, size_t min, size_t max)
{
    struct json_object *parent = (struct json_object *)(uintptr_t)list->parent;
    return text_value(parent, list->name, json_array_get(node_json(list->node), index), min, max);
}

int64_t json_array_integer(const struct json_list *list, size_t index, int64_t min, int64_t max)
{
    struct json_object *parent = (struct json_object *)(uintptr_t)list->parent;
    return integer_value(parent, list->name, json_array_get(node_json(list->node), index), min,
                         max);
}
