/* Schemas of the document: see schema.h. */
#include "web/support/schema.h"

#include "base/attributes.h"
#include "base/text.h"

#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PLACE_SIZE 256

/* One value against one schema. */
struct match {
    const json_t *document;
    const json_t *value;
    char place[PLACE_SIZE]; /* JSON pointer of the value */
    char *why;
};

static bool fits(struct match *match, const json_t *schema);

static bool no(const struct match *match, const char *format, ...)
{
    va_list list;
    int size = snprintf(match->why, SCHEMA_WHY_SIZE, "%s: ", match->place);

    va_start(list, format);
    vsnprintf(match->why + size, SCHEMA_WHY_SIZE - (size_t)size, format, list);
    va_end(list);
    return false;
}

/* --- one keyword each; `rule` is its value --- */

static bool type_fits(struct match *match, const json_t *rule)
{
    static const char *const names[] = {"object", "array", "string", "integer", "boolean"};
    const char *name = json_string_value(rule);
    const json_t *value = match->value;
    const bool is[] = {json_is_object(value), json_is_array(value), json_is_string(value),
                       json_is_integer(value), json_is_boolean(value)};

    for (size_t i = 0; name != NULL && i < ARRAY_COUNT(names); i++)
        if (strcmp(name, names[i]) == 0)
            return is[i] || no(match, "is no %s", name);
    return no(match, "type: not known");
}

static bool enum_fits(struct match *match, const json_t *rule)
{
    for (size_t i = 0; i < json_array_size(rule); i++)
        if (json_equal(json_array_get(rule, i), match->value))
            return true;
    return no(match, "is none of the enum");
}

static size_t characters(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

static bool min_length_fits(struct match *match, const json_t *rule)
{
    return !json_is_string(match->value) ||
           (json_int_t)characters(json_string_value(match->value)) >= json_integer_value(rule) ||
           no(match, "is shorter than minLength");
}

static bool max_length_fits(struct match *match, const json_t *rule)
{
    return !json_is_string(match->value) ||
           (json_int_t)characters(json_string_value(match->value)) <= json_integer_value(rule) ||
           no(match, "is longer than maxLength");
}

static bool pattern_fits(struct match *match, const json_t *rule)
{
    regex_t regex;

    if (!json_is_string(match->value))
        return true;
    if (regcomp(&regex, json_string_value(rule), REG_EXTENDED | REG_NOSUB) != 0)
        return no(match, "pattern: cannot be read");
    bool is_so = regexec(&regex, json_string_value(match->value), 0, NULL, 0) == 0;
    regfree(&regex);
    return is_so || no(match, "does not match the pattern %s", json_string_value(rule));
}

static bool minimum_fits(struct match *match, const json_t *rule)
{
    return !json_is_integer(match->value) ||
           json_integer_value(match->value) >= json_integer_value(rule) ||
           no(match, "is below the minimum");
}

static bool maximum_fits(struct match *match, const json_t *rule)
{
    return !json_is_integer(match->value) ||
           json_integer_value(match->value) <= json_integer_value(rule) ||
           no(match, "is above the maximum");
}

static bool min_items_fits(struct match *match, const json_t *rule)
{
    return !json_is_array(match->value) ||
           (json_int_t)json_array_size(match->value) >= json_integer_value(rule) ||
           no(match, "has fewer than minItems");
}

static bool max_items_fits(struct match *match, const json_t *rule)
{
    return !json_is_array(match->value) ||
           (json_int_t)json_array_size(match->value) <= json_integer_value(rule) ||
           no(match, "has more than maxItems");
}

static bool unique_items_fits(struct match *match, const json_t *rule)
{
    size_t count = json_is_true(rule) ? json_array_size(match->value) : 0;

    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++)
            if (json_equal(json_array_get(match->value, i), json_array_get(match->value, k)))
                return no(match, "holds one item twice: uniqueItems");
    return true;
}

static bool format_fits(struct match *match, const json_t *rule)
{
    struct span text =
        span_text(json_is_string(match->value) ? json_string_value(match->value) : "");
    const char *name = json_string_value(rule);
    uint8_t uuid[UUID_SIZE];
    int64_t time_ms = 0;

    if (strcmp(name, "date-time") == 0)
        return time_read(text, &time_ms) || no(match, "is no date-time");
    if (strcmp(name, "date") == 0)
        return date_read(text, &time_ms) || no(match, "is no date");
    if (strcmp(name, "uuid") == 0)
        return uuid_read(text, uuid) || no(match, "is no uuid");
    return no(match, "format: %s is not known", name);
}

static bool encoding_fits(struct match *match, const json_t *rule)
{
    static uint8_t bytes[1u << 20];
    size_t size = sizeof bytes;

    if (strcmp(json_string_value(rule), "base64") != 0)
        return no(match, "contentEncoding: not known");
    return !json_is_string(match->value) ||
           base64_read(span_text(json_string_value(match->value)), bytes, &size) ||
           no(match, "is no base64");
}

static bool child_fits(const struct match *match, const char *name, size_t index,
                       const json_t *value, const json_t *schema)
{
    struct match child = {.document = match->document, .value = value, .why = match->why};

    if (name != NULL)
        snprintf(child.place, sizeof child.place, "%.180s/%s", match->place, name);
    else
        snprintf(child.place, sizeof child.place, "%.180s/%zu", match->place, index);
    return fits(&child, schema);
}

static bool items_fits(struct match *match, const json_t *rule)
{
    for (size_t i = 0; i < json_array_size(match->value); i++)
        if (!child_fits(match, NULL, i, json_array_get(match->value, i), rule))
            return false;
    return true;
}

static bool properties_fits(struct match *match, const json_t *rule)
{
    const char *name;
    json_t *schema;

    json_object_foreach((json_t *)(uintptr_t)rule, name, schema)
    {
        const json_t *value = json_object_get(match->value, name);
        if (value != NULL && !child_fits(match, name, 0, value, schema))
            return false;
    }
    return true;
}

static bool required_fits(struct match *match, const json_t *rule)
{
    for (size_t i = 0; json_is_object(match->value) && i < json_array_size(rule); i++) {
        const char *name = json_string_value(json_array_get(rule, i));
        if (json_object_get(match->value, name) == NULL)
            return no(match, "lacks the required %s", name);
    }
    return true;
}

/* Only false is known; what may stand there is in `properties` beside it. */
static bool additional_fits(struct match *match, const json_t *rule, const json_t *schema)
{
    const json_t *known = json_object_get(schema, "properties");
    const char *name;
    json_t *value;

    if (!json_is_false(rule))
        return no(match, "additionalProperties: only false is known");
    json_object_foreach(
        (json_t *)(uintptr_t)match->value, name,
        value) if (json_object_get(known, name) ==
                   NULL) return no(match, "has %s, which additionalProperties forbids", name);
    return true;
}

static bool any_of_fits(struct match *match, const json_t *rule)
{
    char last[SCHEMA_WHY_SIZE] = "";

    for (size_t i = 0; i < json_array_size(rule); i++) {
        struct match one = *match;
        if (fits(&one, json_array_get(rule, i)))
            return true;
        snprintf(last, sizeof last, "%.200s", match->why);
    }
    return no(match, "fits none of anyOf (%.250s)", last);
}

static bool ref_fits(struct match *match, const json_t *rule)
{
    static const char begin[] = "#/components/schemas/";
    const char *name = json_string_value(rule);
    const json_t *schema = strncmp(name, begin, strlen(begin)) != 0
                               ? NULL
                               : schema_find(match->document, name + strlen(begin));

    return schema != NULL ? fits(match, schema) : no(match, "$ref: there is no %s", name);
}

static const struct {
    const char *name;
    bool (*fits)(struct match *match, const json_t *rule);
} keywords[] = {
    {"$ref", ref_fits},
    {"type", type_fits},
    {"enum", enum_fits},
    {"minLength", min_length_fits},
    {"maxLength", max_length_fits},
    {"pattern", pattern_fits},
    {"minimum", minimum_fits},
    {"maximum", maximum_fits},
    {"minItems", min_items_fits},
    {"maxItems", max_items_fits},
    {"uniqueItems", unique_items_fits},
    {"format", format_fits},
    {"contentEncoding", encoding_fits},
    {"items", items_fits},
    {"properties", properties_fits},
    {"required", required_fits},
    {"anyOf", any_of_fits},
};

static bool keyword_fits(struct match *match, const char *name, const json_t *rule,
                         const json_t *schema)
{
    if (strcmp(name, "description") == 0)
        return true;
    if (strcmp(name, "additionalProperties") == 0)
        return additional_fits(match, rule, schema);
    for (size_t i = 0; i < ARRAY_COUNT(keywords); i++)
        if (strcmp(name, keywords[i].name) == 0)
            return keywords[i].fits(match, rule);
    return no(match, "%s: this keyword is not known", name);
}

static bool fits(struct match *match, const json_t *schema)
{
    const char *name;
    json_t *rule;

    if (!json_is_object(schema))
        return no(match, "its schema is no object");
    json_object_foreach((json_t *)(uintptr_t)schema, name,
                        rule) if (!keyword_fits(match, name, rule, schema)) return false;
    return true;
}

/* --- the document --- */

json_t *schema_document_read(struct span text)
{
    json_error_t problem;
    json_t *document =
        json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &problem);

    if (document == NULL)
        printf("the document, line %d: %s\n", problem.line, problem.text);
    return document;
}

bool schema_fits(const json_t *document, const json_t *schema, const json_t *value,
                 char why[SCHEMA_WHY_SIZE])
{
    struct match match = {.document = document, .value = value, .why = why};

    why[0] = '\0';
    return fits(&match, schema);
}

json_t *schema_find(const json_t *document, const char *name)
{
    return json_object_get(json_object_get(json_object_get(document, "components"), "schemas"),
                           name);
}

static const json_t *operation_find(const json_t *document, const char *method, const char *path)
{
    char name[8] = "";

    for (size_t i = 0; i + 1 < sizeof name && method[i] != '\0'; i++)
        name[i] = (char)(method[i] | 0x20);
    return json_object_get(json_object_get(json_object_get(document, "paths"), path), name);
}

json_t *schema_of_body(const json_t *document, const char *method, const char *path)
{
    const json_t *body = json_object_get(operation_find(document, method, path), "requestBody");

    return json_object_get(json_object_get(json_object_get(body, "content"), "application/json"),
                           "schema");
}

static bool body_fits(const json_t *document, const json_t *schema, struct span body,
                      char why[SCHEMA_WHY_SIZE])
{
    json_error_t problem;
    json_t *value = json_loadb(body.size == 0 ? "" : (const char *)body.data, body.size,
                               JSON_REJECT_DUPLICATES, &problem);
    bool is_so = value != NULL && schema_fits(document, schema, value, why);

    if (value == NULL)
        snprintf(why, SCHEMA_WHY_SIZE, "the body is no JSON: %s", problem.text);
    json_decref(value);
    return is_so;
}

bool schema_answer_fits(const json_t *document, const char *method, const char *path,
                        unsigned status, const char *type, struct span body,
                        char why[SCHEMA_WHY_SIZE])
{
    char name[8];
    char plain[128];

    snprintf(name, sizeof name, "%u", status);
    const json_t *answer =
        json_object_get(json_object_get(operation_find(document, method, path), "responses"), name);
    const json_t *content = json_object_get(answer, "content");
    snprintf(plain, sizeof plain, "%.*s", (int)strcspn(type, ";"), type);
    if (answer == NULL) {
        snprintf(why, SCHEMA_WHY_SIZE, "the document knows no answer %u", status);
        return false;
    }
    if (content == NULL) {
        snprintf(why, SCHEMA_WHY_SIZE, "an answer without a body has one");
        return body.size == 0;
    }
    const json_t *media = json_object_get(content, plain);
    if (media == NULL) {
        snprintf(why, SCHEMA_WHY_SIZE, "the document knows no type '%s' here", plain);
        return false;
    }
    const json_t *schema = json_object_get(media, "schema");
    return schema == NULL || body_fits(document, schema, body, why);
}
