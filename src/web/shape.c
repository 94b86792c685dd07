/* Shape: see shape.h. */
#include "web/shape.h"

#include "base/text.h"

static void text_check(const struct shape_field *field, struct json_object *object)
{
    struct span text =
        field->is_optional
            ? json_get_text_optional(object, field->name, (size_t)field->max)
            : json_get_text(object, field->name, (size_t)field->min, (size_t)field->max);

    /* The one pattern of arguments; what else a text must be, its act says. */
    if (field->pattern != NULL && text.size > 0 && strcmp(field->pattern, SHAPE_IDENTIFIER) == 0 &&
        !text_is_identifier(text, (size_t)field->max))
        json_problem(object, field->name, ERROR_INPUT, "must be small letters, digits and hyphens");
}

static void texts_check(const struct shape_field *field, struct json_object *object)
{
    struct json_list list =
        json_get_array(object, field->name, (size_t)field->min, (size_t)field->max);

    for (size_t i = 0; i < list.count; i++)
        json_array_text(&list, i, 1, field->item_max);
}

static void integers_check(const struct shape_field *field, struct json_object *object)
{
    struct json_list list =
        json_get_array(object, field->name, (size_t)field->min, (size_t)field->max);

    for (size_t i = 0; i < list.count; i++)
        json_array_integer(&list, i, 0, JSON_INTEGER_MAX);
}

static void hex_check(const struct shape_field *field, struct json_object *object)
{
    uint8_t *bytes = arena_alloc(object->arena, (size_t)field->max);

    if (bytes == NULL)
        json_problem(object, field->name, ERROR_LIMIT, "does not fit in memory");
    else
        json_get_hex(object, field->name, bytes, (size_t)field->max);
}

static void date_check(const struct shape_field *field, struct json_object *object)
{
    struct span text = json_get_text(object, field->name, 1, TIME_TEXT_SIZE);
    int64_t time_ms = 0;

    if (text.size > 0 && !date_read(text, &time_ms))
        json_problem(object, field->name, ERROR_INPUT, "must be a date such as 2026-01-31");
}

static void uuid_check(const struct shape_field *field, struct json_object *object)
{
    struct span text = json_get_text(object, field->name, UUID_TEXT_SIZE - 1, UUID_TEXT_SIZE - 1);
    uint8_t uuid[UUID_SIZE];

    if (text.size > 0 && !uuid_read(text, uuid))
        json_problem(object, field->name, ERROR_INPUT, "must be a UUID in lower case");
}

static void field_check(const struct shape_field *field, struct json_object *object)
{
    switch (field->kind) {
    case SHAPE_TEXT:
        text_check(field, object);
        return;
    case SHAPE_TEXTS:
        texts_check(field, object);
        return;
    case SHAPE_INTEGER:
        json_get_integer(object, field->name, field->min, field->max);
        return;
    case SHAPE_INTEGERS:
        integers_check(field, object);
        return;
    case SHAPE_BOOLEAN:
        json_get_boolean(object, field->name);
        return;
    case SHAPE_CHOICE:
        json_get_choice(object, field->name, field->names, field->name_count);
        return;
    case SHAPE_CHOICES:
        json_get_choices(object, field->name, field->names, field->name_count, (size_t)field->min);
        return;
    case SHAPE_HEX:
        hex_check(field, object);
        return;
    case SHAPE_BASE64:
        json_get_base64(object, field->name, (size_t)field->min, (size_t)field->max);
        return;
    case SHAPE_TIME:
        json_get_time(object, field->name);
        return;
    case SHAPE_DATE:
        date_check(field, object);
        return;
    case SHAPE_UUID:
        uuid_check(field, object);
        return;
    case SHAPE_OBJECT:
    case SHAPE_LIST:
    case SHAPE_ANY:
        return;
    }
}

void shape_check(const struct shape *shape, struct json_object *object)
{
    for (size_t i = 0; i < shape->count; i++)
        if (json_has(object, shape->fields[i].name) || !shape->fields[i].is_optional)
            field_check(&shape->fields[i], object);
}
