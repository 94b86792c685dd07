/* Form: see form.h. Tables nest to a fixed depth, so the recursion over them is bounded by the tables. */
#include "message/form.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "base/text.h"
#include "message/reference.h"

#include <stdarg.h>
#include <stdio.h>

_Static_assert(sizeof(enum form_kind) == sizeof(unsigned),
               "enums are read and written as unsigned");

static uint8_t *field_at(void *value, size_t offset)
{
    return (uint8_t *)value + offset;
}

static const uint8_t *field_in(const void *value, size_t offset)
{
    return (const uint8_t *)value + offset;
}

static void has_set(const struct form_field *field, void *value)
{
    if (field->is_optional)
        *(bool *)(void *)field_at(value, field->has_offset) = true;
}

/* --- reading --- */

static void rule_check(const struct form_field *field, struct json_object *object, struct span text)
{
    if (field->rule != NULL && text.size > 0 && !field->rule->holds(text))
        json_problem(object, field->name, ERROR_INPUT, "must be %s", field->rule->what);
}

static void text_read(const struct form_field *field, struct json_object *object, void *value)
{
    struct span text =
        field->is_optional
            ? json_get_text_optional(object, field->name, (size_t)field->max)
            : json_get_text(object, field->name, (size_t)field->min, (size_t)field->max);
    rule_check(field, object, text);
    memcpy(field_at(value, field->offset), &text, sizeof text);
}

/* Memory for a list of `count` elements, its place in the struct set; NULL with a problem, or when the list is empty. */
static void *list_make(const struct form_field *field, struct json_object *object, size_t count,
                       size_t size, void *value)
{
    if (count == 0)
        return NULL;
    void *items = arena_array(object->arena, count, size);
    if (items == NULL) {
        json_problem(object, field->name, ERROR_LIMIT, "does not fit in memory");
        return NULL;
    }
    memcpy(field_at(value, field->offset), &items, sizeof items);
    memcpy(field_at(value, field->count_offset), &count, sizeof count);
    return items;
}

static void texts_read(const struct form_field *field, struct json_object *object, void *value)
{
    struct json_list list =
        json_get_array(object, field->name, (size_t)field->min, (size_t)field->max);
    struct span *items = list_make(field, object, list.count, sizeof *items, value);

    for (size_t i = 0; items != NULL && i < list.count; i++) {
        items[i] = json_array_text(&list, i, 1, field->text_max);
        rule_check(field, object, items[i]);
    }
}

static void numbers_read(const struct form_field *field, struct json_object *object, void *value)
{
    struct json_list list =
        json_get_array(object, field->name, (size_t)field->min, (size_t)field->max);
    uint64_t *items = list_make(field, object, list.count, sizeof *items, value);

    for (size_t i = 0; items != NULL && i < list.count; i++) {
        items[i] = (uint64_t)json_array_integer(&list, i, 0, JSON_INTEGER_MAX);
        if (i > 0 && items[i] <= items[i - 1])
            json_problem(object, field->name, ERROR_INPUT, "element %zu does not rise", i);
    }
}

static void integer_read(const struct form_field *field, struct json_object *object, void *value)
{
    int64_t number = field->is_optional
                         ? json_get_integer_optional(object, field->name, field->min, field->max, 0)
                         : json_get_integer(object, field->name, field->min, field->max);
    uint64_t count = (uint64_t)number;
    uint16_t small = (uint16_t)number;

    if (field->kind == FORM_INTEGER)
        memcpy(field_at(value, field->offset), &number, sizeof number);
    else if (field->kind == FORM_COUNT)
        memcpy(field_at(value, field->offset), &count, sizeof count);
    else
        memcpy(field_at(value, field->offset), &small, sizeof small);
}

static void boolean_read(const struct form_field *field, struct json_object *object, void *value)
{
    bool is_true = field->is_optional ? json_get_boolean_optional(object, field->name, false)
                                      : json_get_boolean(object, field->name);
    memcpy(field_at(value, field->offset), &is_true, sizeof is_true);
}

static void choice_read(const struct form_field *field, struct json_object *object, void *value)
{
    unsigned choice =
        (unsigned)(field->is_optional
                       ? json_get_choice_optional(object, field->name, field->names,
                                                  field->name_count, 0)
                       : json_get_choice(object, field->name, field->names, field->name_count));
    memcpy(field_at(value, field->offset), &choice, sizeof choice);
}

static void choices_read(const struct form_field *field, struct json_object *object, void *value)
{
    uint64_t set =
        json_get_choices(object, field->name, field->names, field->name_count, (size_t)field->min);
    memcpy(field_at(value, field->offset), &set, sizeof set);
}

static void hex_read_field(const struct form_field *field, struct json_object *object, void *value)
{
    if (field->is_optional && !json_has(object, field->name))
        return;
    if (json_get_hex(object, field->name, field_at(value, field->offset), (size_t)field->max))
        has_set(field, value);
}

static void base64_read_field(const struct form_field *field, struct json_object *object,
                              void *value)
{
    if (field->is_optional && !json_has(object, field->name))
        return;
    size_t min = (size_t)field->min;
    struct span bytes = json_get_base64(object, field->name, min, (size_t)field->max);
    memcpy(field_at(value, field->offset), &bytes, sizeof bytes);
}

static void time_read_field(const struct form_field *field, struct json_object *object, void *value)
{
    int64_t time_ms = field->is_optional ? json_get_time_optional(object, field->name)
                                         : json_get_time(object, field->name);
    memcpy(field_at(value, field->offset), &time_ms, sizeof time_ms);
}

static void uuid_read_field(const struct form_field *field, struct json_object *object, void *value)
{
    if (field->is_optional && !json_has(object, field->name))
        return;
    struct span text = json_get_text(object, field->name, UUID_TEXT_SIZE - 1, UUID_TEXT_SIZE - 1);
    if (text.size == 0)
        return;
    if (uuid_read(text, field_at(value, field->offset)))
        has_set(field, value);
    else
        json_problem(object, field->name, ERROR_INPUT, "must be a UUID in lower case");
}

/* Bounded by the tables, which nest to a fixed depth. */
// NOLINTBEGIN(misc-no-recursion)
static void object_read(const struct form *form, struct json_object *object, void *value);

static void child_read(const struct form_field *field, struct json_object *object, void *value)
{
    struct json_object child;
    bool is_there = field->is_optional ? json_get_child_optional(object, field->name, &child)
                                       : json_get_child(object, field->name, &child);
    if (!is_there)
        return;
    has_set(field, value);
    object_read(field->form, &child, field_at(value, field->offset));
}

static void children_read(const struct form_field *field, struct json_object *object, void *value)
{
    struct json_list list =
        json_get_array(object, field->name, (size_t)field->min, (size_t)field->max);
    uint8_t *items = list_make(field, object, list.count, field->form->size, value);

    for (size_t i = 0; items != NULL && i < list.count; i++) {
        struct json_object child;
        if (json_array_object(&list, i, &child))
            object_read(field->form, &child, items + i * field->form->size);
    }
}

static void field_read(const struct form_field *field, struct json_object *object, void *value)
{
    switch (field->kind) {
    case FORM_TEXT:
        text_read(field, object, value);
        return;
    case FORM_TEXTS:
        texts_read(field, object, value);
        return;
    case FORM_INTEGER:
    case FORM_COUNT:
    case FORM_NUMBER:
        integer_read(field, object, value);
        return;
    case FORM_NUMBERS:
        numbers_read(field, object, value);
        return;
    case FORM_BOOLEAN:
        boolean_read(field, object, value);
        return;
    case FORM_CHOICE:
        choice_read(field, object, value);
        return;
    case FORM_CHOICES:
        choices_read(field, object, value);
        return;
    case FORM_HEX:
        hex_read_field(field, object, value);
        return;
    case FORM_BASE64:
        base64_read_field(field, object, value);
        return;
    case FORM_TIME:
        time_read_field(field, object, value);
        return;
    case FORM_UUID:
        uuid_read_field(field, object, value);
        return;
    case FORM_OBJECT:
        child_read(field, object, value);
        return;
    case FORM_OBJECTS:
        children_read(field, object, value);
        return;
    }
}

static void object_read(const struct form *form, struct json_object *object, void *value)
{
    for (size_t i = 0; i < form->count; i++)
        field_read(&form->fields[i], object, value);
    json_object_end(object);
    if (form->check != NULL)
        form->check(object, value);
}
// NOLINTEND(misc-no-recursion)

bool form_read(const struct form *form, struct span body, struct arena *arena, void *out,
               struct problems *problems)
{
    struct json *json CLEANUP(json_free) = NULL;
    struct error err = {.kind = ERROR_NONE};
    struct json_object root;
    size_t before = problems->total;

    memset(out, 0, form->size);
    if (body.size > BODY_SIZE_MAX)
        return problems_add(problems, "", ERROR_LIMIT, "has %zu bytes; %u allowed", body.size,
                            BODY_SIZE_MAX);
    if (!json_parse(body, &json, &err))
        return problems_add(problems, "", err.kind, "%.150s", err.text);
    json_object_begin(&root, json_root(json), arena, problems);
    if (root.node != NULL)
        object_read(form, &root, out);
    return problems->total == before;
}

void form_problem(const struct json_object *object, const char *name, enum error_kind kind,
                  const char *format, ...)
{
    struct problems *problems = object->problems;
    size_t at = problems->count;
    char text[PROBLEM_TEXT_SIZE];
    va_list list;

    va_start(list, format);
    (void)vsnprintf(text, sizeof text, format, list);
    va_end(list);
    json_problem(object, name, kind, "%s", text);
    if (problems->count == at)
        return;
    for (size_t i = 0; i < at; i++) {
        if (strcmp(problems->list[i].path, problems->list[at].path) == 0) {
            problems->count--;
            problems->total--;
            return;
        }
    }
}

/* --- writing --- */

static bool span_is_absent(const struct form_field *field, struct span span)
{
    return field->is_optional && span.size == 0;
}

static void texts_write(const struct form_field *field, struct json_writer *writer,
                        const struct span *items, size_t count)
{
    json_key(writer, field->name);
    json_begin_array(writer);
    for (size_t i = 0; i < count; i++)
        json_write_text(writer, items[i]);
    json_end_array(writer);
}

static void numbers_write(const struct form_field *field, struct json_writer *writer,
                          const uint64_t *items, size_t count)
{
    json_key(writer, field->name);
    json_begin_array(writer);
    for (size_t i = 0; i < count; i++)
        json_write_integer(writer, (int64_t)items[i]);
    json_end_array(writer);
}

// NOLINTBEGIN(misc-no-recursion)
static void object_write(const struct form *form, struct json_writer *writer, const void *value);

static void list_write(const struct form_field *field, struct json_writer *writer,
                       const void *value)
{
    const void *items;
    size_t count;
    memcpy(&items, field_in(value, field->offset), sizeof items);
    memcpy(&count, field_in(value, field->count_offset), sizeof count);
    if (field->is_optional && count == 0)
        return;
    if (field->kind == FORM_TEXTS) {
        texts_write(field, writer, items, count);
        return;
    }
    if (field->kind == FORM_NUMBERS) {
        numbers_write(field, writer, items, count);
        return;
    }
    json_key(writer, field->name);
    json_begin_array(writer);
    for (size_t i = 0; i < count; i++)
        object_write(field->form, writer, (const uint8_t *)items + i * field->form->size);
    json_end_array(writer);
}

static void span_write(const struct form_field *field, struct json_writer *writer,
                       const uint8_t *at)
{
    struct span span;
    memcpy(&span, at, sizeof span);
    if (span_is_absent(field, span))
        return;
    if (field->kind == FORM_BASE64)
        json_base64_field(writer, field->name, span);
    else
        json_text_field(writer, field->name, span);
}

static void integer_write(const struct form_field *field, struct json_writer *writer,
                          const uint8_t *at)
{
    int64_t number = 0;
    uint16_t small = 0;
    if (field->kind == FORM_NUMBER) {
        memcpy(&small, at, sizeof small);
        number = small;
    } else {
        memcpy(&number, at, sizeof number);
    }
    if (field->is_optional && number == 0)
        return;
    if (field->kind == FORM_TIME)
        json_time_field(writer, field->name, number);
    else
        json_integer_field(writer, field->name, number);
}

static void boolean_write(const struct form_field *field, struct json_writer *writer,
                          const uint8_t *at)
{
    bool is_true;
    memcpy(&is_true, at, sizeof is_true);
    if (is_true || !field->is_optional)
        json_boolean_field(writer, field->name, is_true);
}

static void choice_write(const struct form_field *field, struct json_writer *writer,
                         const uint8_t *at)
{
    unsigned choice;
    memcpy(&choice, at, sizeof choice);
    if (field->is_optional && choice == 0)
        return;
    /* Out of its list is a mistake of ours: an empty value, which no reader takes. */
    json_string_field(writer, field->name, choice < field->name_count ? field->names[choice] : "");
}

static void choices_write(const struct form_field *field, struct json_writer *writer,
                          const uint8_t *at)
{
    uint64_t set;
    memcpy(&set, at, sizeof set);
    if (!field->is_optional || set != 0)
        json_choices_field(writer, field->name, field->names, field->name_count, set);
}

static void fixed_write(const struct form_field *field, struct json_writer *writer,
                        const uint8_t *at)
{
    char text[UUID_TEXT_SIZE];

    if (field->kind == FORM_HEX) {
        json_hex_field(writer, field->name, span_make(at, (size_t)field->max));
        return;
    }
    uuid_write(at, text);
    json_string_field(writer, field->name, text);
}

static void field_write(const struct form_field *field, struct json_writer *writer,
                        const void *value)
{
    const uint8_t *at = field_in(value, field->offset);
    bool may_lack = field->is_optional && (field->kind == FORM_HEX || field->kind == FORM_UUID ||
                                           field->kind == FORM_OBJECT);
    if (may_lack && !*(const bool *)(const void *)field_in(value, field->has_offset))
        return;
    switch (field->kind) {
    case FORM_TEXT:
    case FORM_BASE64:
        span_write(field, writer, at);
        return;
    case FORM_TEXTS:
    case FORM_NUMBERS:
    case FORM_OBJECTS:
        list_write(field, writer, value);
        return;
    case FORM_INTEGER:
    case FORM_COUNT:
    case FORM_NUMBER:
    case FORM_TIME:
        integer_write(field, writer, at);
        return;
    case FORM_BOOLEAN:
        boolean_write(field, writer, at);
        return;
    case FORM_CHOICE:
        choice_write(field, writer, at);
        return;
    case FORM_CHOICES:
        choices_write(field, writer, at);
        return;
    case FORM_HEX:
    case FORM_UUID:
        fixed_write(field, writer, at);
        return;
    case FORM_OBJECT:
        json_key(writer, field->name);
        object_write(field->form, writer, at);
        return;
    }
}

static void object_write(const struct form *form, struct json_writer *writer, const void *value)
{
    json_begin_object(writer);
    for (size_t i = 0; i < form->count; i++)
        field_write(&form->fields[i], writer, value);
    json_end_object(writer);
}
// NOLINTEND(misc-no-recursion)

bool form_write(const struct form *form, const void *value, struct buffer *buffer)
{
    struct json_writer writer = json_writer_make(buffer);
    object_write(form, &writer, value);
    return !buffer->failed;
}

/* --- rules --- */

static bool is_identifier(struct span text)
{
    return text_is_identifier(text, text.size);
}

static bool is_code(struct span text)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
            return false;
    }
    return text.size > 0;
}

static bool is_letters(struct span text, uint8_t first, uint8_t last)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < first || text.data[i] > last)
            return false;
    return true;
}

static bool is_country(struct span text)
{
    return text.size == 2 && is_letters(text, 'A', 'Z');
}

static bool is_language(struct span text)
{
    return text.size == 2 && is_letters(text, 'a', 'z');
}

static bool is_date(struct span text)
{
    static const char rest[] = "-01-01";
    char whole[10];
    int64_t time_ms;

    if (text.size != 4 && text.size != 7 && text.size != 10)
        return false;
    memcpy(whole, text.data, text.size);
    memcpy(whole + text.size, rest + (text.size - 4), sizeof whole - text.size);
    return date_read(span_make(whole, sizeof whole), &time_ms);
}

const struct form_rule form_rule_identifier = {is_identifier, "small letters, digits and hyphens",
                                               "^[a-z0-9-]+$"};
const struct form_rule form_rule_code = {is_code, "small letters, digits, hyphens and underscores",
                                         "^[a-z0-9_-]+$"};
const struct form_rule form_rule_country = {is_country, "two capital letters (ISO 3166-1)",
                                            "^[A-Z]{2}$"};
const struct form_rule form_rule_language = {is_language, "two small letters (ISO 639-1)",
                                             "^[a-z]{2}$"};
const struct form_rule form_rule_date = {is_date, "a date: 1984, 1984-07 or 1984-07-31",
                                         "^[0-9]{4}(-[0-9]{2}){0,2}$"};
const struct form_rule form_rule_origin = {origin_is_valid, "the origin of a log", NULL};
