/*
 * The schemas of the OpenAPI document (JSON Schema 2020-12): one for each shape and each form that a route names, with all
 * that these name. What is not written there is not allowed there. Lengths are counted in bytes here and in characters by
 * JSON Schema, so a schema lets a little more pass than the node does, and refuses nothing that the node takes.
 */
#include "web/private.h"

#include "message/form.h"
#include "message/person.h"
#include "message/type.h"

#include <stdio.h>

#define SET_MAX    256u
#define UTF8_BYTES 4 /* of a character at most */

/* --- one member --- */

void schema_ref_write(struct json_writer *out, const char *name)
{
    char text[96];

    snprintf(text, sizeof text, "#/components/schemas/%s", name);
    json_string_field(out, "$ref", text);
}

static void names_write(struct json_writer *out, const struct shape_field *field)
{
    json_string_field(out, "type", "string");
    json_key(out, "enum");
    json_begin_array(out);
    for (size_t i = 0; i < field->name_count; i++)
        if (field->names[i] != NULL)
            json_write_text(out, span_text(field->names[i]));
    json_end_array(out);
}

static void text_write(struct json_writer *out, int64_t min, int64_t max, const char *pattern)
{
    json_string_field(out, "type", "string");
    if (min > 0)
        json_integer_field(out, "minLength", (min + UTF8_BYTES - 1) / UTF8_BYTES);
    if (max > 0)
        json_integer_field(out, "maxLength", max);
    if (pattern != NULL)
        json_string_field(out, "pattern", pattern);
}

static void integer_write(struct json_writer *out, int64_t min, int64_t max)
{
    json_string_field(out, "type", "integer");
    json_integer_field(out, "minimum", min);
    json_integer_field(out, "maximum", max > JSON_INTEGER_MAX ? JSON_INTEGER_MAX : max);
}

static void hex_schema_write(struct json_writer *out, int64_t size)
{
    char pattern[40];

    json_string_field(out, "type", "string");
    snprintf(pattern, sizeof pattern, "^[0-9a-f]{%lld}$", (long long)(2 * size));
    json_string_field(out, "pattern", pattern);
}

static void base64_schema_write(struct json_writer *out, int64_t min, int64_t max)
{
    json_string_field(out, "type", "string");
    json_string_field(out, "contentEncoding", "base64");
    json_integer_field(out, "minLength", (min + 2) / 3 * 4);
    json_integer_field(out, "maxLength", (max + 2) / 3 * 4);
}

static void format_write(struct json_writer *out, const char *format)
{
    json_string_field(out, "type", "string");
    json_string_field(out, "format", format);
}

static void list_begin(struct json_writer *out, int64_t min, int64_t max)
{
    json_string_field(out, "type", "array");
    if (min > 0)
        json_integer_field(out, "minItems", min);
    if (max > 0)
        json_integer_field(out, "maxItems", max);
    json_key(out, "items");
    json_begin_object(out);
}

static void shapes_write(struct json_writer *out, const struct shape_field *field)
{
    if (field->ref != NULL || field->shape_count == 1) {
        schema_ref_write(out, field->ref != NULL ? field->ref : field->shapes[0]->name);
        return;
    }
    json_key(out, "anyOf");
    json_begin_array(out);
    for (size_t i = 0; i < field->shape_count; i++) {
        json_begin_object(out);
        schema_ref_write(out, field->shapes[i]->name);
        json_end_object(out);
    }
    json_end_array(out);
}

static void kind_write(struct json_writer *out, const struct shape_field *field)
{
    switch (field->kind) {
    case SHAPE_TEXT:
        text_write(out, field->is_optional ? 0 : field->min, field->max, field->pattern);
        return;
    case SHAPE_TEXTS:
        list_begin(out, field->min, field->max);
        text_write(out, 1, (int64_t)field->item_max, field->pattern);
        json_end_object(out);
        return;
    case SHAPE_INTEGER:
        integer_write(out, field->min, field->max);
        return;
    case SHAPE_INTEGERS:
        list_begin(out, field->min, field->max);
        integer_write(out, 0, JSON_INTEGER_MAX);
        json_end_object(out);
        return;
    case SHAPE_BOOLEAN:
        json_string_field(out, "type", "boolean");
        return;
    case SHAPE_CHOICE:
        names_write(out, field);
        return;
    case SHAPE_CHOICES:
        json_boolean_field(out, "uniqueItems", true);
        list_begin(out, field->min, 0);
        names_write(out, field);
        json_end_object(out);
        return;
    case SHAPE_HEX:
        hex_schema_write(out, field->max);
        return;
    case SHAPE_BASE64:
        base64_schema_write(out, field->min, field->max);
        return;
    case SHAPE_TIME:
        format_write(out, "date-time");
        return;
    case SHAPE_DATE:
        format_write(out, "date");
        return;
    case SHAPE_UUID:
        format_write(out, "uuid");
        return;
    case SHAPE_OBJECT:
        shapes_write(out, field);
        return;
    case SHAPE_LIST:
        list_begin(out, field->min, field->max);
        shapes_write(out, field);
        json_end_object(out);
        return;
    case SHAPE_ANY:
        json_string_field(out, "type", "object");
        return;
    }
}

void schema_field_write(struct json_writer *out, const struct shape_field *field)
{
    json_begin_object(out);
    kind_write(out, field);
    if (field->about != NULL)
        json_string_field(out, "description", field->about);
    json_end_object(out);
}

/* --- objects --- */

static void object_begin(struct json_writer *out, const char *name, const char *about)
{
    json_key(out, name);
    json_begin_object(out);
    json_string_field(out, "type", "object");
    json_string_field(out, "description", about);
    json_boolean_field(out, "additionalProperties", false);
    json_key(out, "properties");
    json_begin_object(out);
}

static void required_begin(struct json_writer *out)
{
    json_end_object(out);
    json_key(out, "required");
    json_begin_array(out);
}

static void object_end(struct json_writer *out)
{
    json_end_array(out);
    json_end_object(out);
}

static void shape_write(struct json_writer *out, const struct shape *shape)
{
    object_begin(out, shape->name, shape->about);
    for (size_t i = 0; i < shape->count; i++) {
        json_key(out, shape->fields[i].name);
        schema_field_write(out, &shape->fields[i]);
    }
    required_begin(out);
    for (size_t i = 0; i < shape->count; i++)
        if (!shape->fields[i].is_optional)
            json_write_text(out, span_text(shape->fields[i].name));
    object_end(out);
}

static enum shape_kind kind_of(enum form_kind kind)
{
    static const enum shape_kind kinds[] = {
        [FORM_TEXT] = SHAPE_TEXT,       [FORM_TEXTS] = SHAPE_TEXTS,
        [FORM_INTEGER] = SHAPE_INTEGER, [FORM_COUNT] = SHAPE_INTEGER,
        [FORM_NUMBER] = SHAPE_INTEGER,  [FORM_NUMBERS] = SHAPE_INTEGERS,
        [FORM_BOOLEAN] = SHAPE_BOOLEAN, [FORM_CHOICE] = SHAPE_CHOICE,
        [FORM_CHOICES] = SHAPE_CHOICES, [FORM_HEX] = SHAPE_HEX,
        [FORM_BASE64] = SHAPE_BASE64,   [FORM_TIME] = SHAPE_TIME,
        [FORM_UUID] = SHAPE_UUID,       [FORM_OBJECT] = SHAPE_OBJECT,
        [FORM_OBJECTS] = SHAPE_LIST,
    };

    return kinds[kind];
}

/* A list of none may lack. */
static bool may_lack(const struct form_field *field)
{
    bool is_list = field->kind == FORM_TEXTS || field->kind == FORM_NUMBERS ||
                   field->kind == FORM_OBJECTS || field->kind == FORM_CHOICES;

    return field->is_optional || (is_list && field->min == 0);
}

static struct shape_field field_of(const struct form_field *field)
{
    return (struct shape_field){
        .name = field->name,
        .kind = kind_of(field->kind),
        .is_optional = may_lack(field),
        .min = field->min,
        .max = field->max,
        .item_max = field->text_max,
        .pattern = field->rule == NULL ? NULL : field->rule->pattern,
        .names = field->names,
        .name_count = field->name_count,
        .ref = field->form == NULL ? NULL : field->form->name,
        .about = field->about,
    };
}

static void form_schema_write(struct json_writer *out, const struct form *form)
{
    object_begin(out, form->name, form->about);
    for (size_t i = 0; i < form->count; i++) {
        struct shape_field field = field_of(&form->fields[i]);
        json_key(out, field.name);
        schema_field_write(out, &field);
    }
    required_begin(out);
    for (size_t i = 0; i < form->count; i++)
        if (!may_lack(&form->fields[i]))
            json_write_text(out, span_text(form->fields[i].name));
    object_end(out);
}

/* --- all of them --- */

static const struct form *form_find(const char *name)
{
    for (size_t i = 0; i < MESSAGE_TYPE_COUNT; i++)
        if (message_types[i].name != NULL && strcmp(message_types[i].name, name) == 0)
            return message_types[i].form;
    /* A person of a case is entered as it stands in messages. */
    return strcmp(name, person_form.name) == 0 ? &person_form : NULL;
}

struct set {
    const void *things[SET_MAX];
    size_t count;
    bool is_full;
};

static void set_add(struct set *set, const void *thing)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->things[i] == thing)
            return;
    if (thing == NULL)
        return;
    if (set->count == SET_MAX)
        set->is_full = true;
    else
        set->things[set->count++] = thing;
}

/* Each once, with all that it names; the sets grow while they are walked. */
static bool forms_write(struct json_writer *out)
{
    struct set forms = {.count = 0};

    for (size_t i = 0; i < web_route_count; i++)
        if (web_routes[i].form != NULL)
            set_add(&forms, form_find(web_routes[i].form));
    for (size_t i = 0; i < forms.count; i++) {
        const struct form *form = forms.things[i];
        form_schema_write(out, form);
        for (size_t k = 0; k < form->count; k++)
            set_add(&forms, form->fields[k].form);
    }
    return !forms.is_full;
}

static bool all_shapes_write(struct json_writer *out)
{
    struct set shapes = {.count = 0};

    set_add(&shapes, &shape_problem);
    for (size_t i = 0; i < web_route_count; i++) {
        set_add(&shapes, web_routes[i].takes);
        set_add(&shapes, web_routes[i].gives);
        if (web_route_may_wait(&web_routes[i]))
            set_add(&shapes, &shape_approval);
    }
    for (size_t i = 0; i < shapes.count; i++) {
        const struct shape *shape = shapes.things[i];
        shape_write(out, shape);
        for (size_t k = 0; k < shape->count; k++)
            for (size_t n = 0; n < shape->fields[k].shape_count; n++)
                set_add(&shapes, shape->fields[k].shapes[n]);
    }
    return !shapes.is_full;
}

bool schemas_write(struct json_writer *out)
{
    json_begin_object(out);
    bool ok = all_shapes_write(out) && forms_write(out);
    json_end_object(out);
    return ok;
}
