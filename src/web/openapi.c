/*
 * The OpenAPI 3.1 document: written from the table of routes, the table of roles and the forms of messages, so that it says
 * what the node does. docs/openapi.json is this text; a test compares them.
 */
#include "web/private.h"

#include "desk/roles.h"
#include "message/form.h"
#include "message/type.h"

#include <stdio.h>

#define FORM_SET_MAX 64u

/* --- schemas of messages --- */

static void names_write(struct json_writer *out, const struct form_field *field)
{
    json_key(out, "enum");
    json_begin_array(out);
    for (size_t i = 0; i < field->name_count; i++)
        if (field->names[i] != NULL)
            json_write_text(out, span_text(field->names[i]));
    json_end_array(out);
}

static void ref_write(struct json_writer *out, const char *name)
{
    char text[96];

    snprintf(text, sizeof text, "#/components/schemas/%s", name);
    json_string_field(out, "$ref", text);
}

static void bounds_write(struct json_writer *out, const char *min, const char *max,
                         const struct form_field *field)
{
    if (field->min != 0)
        json_integer_field(out, min, field->min);
    if (field->max > 0 && field->max <= JSON_INTEGER_MAX)
        json_integer_field(out, max, field->max);
}

static void list_begin(struct json_writer *out, const struct form_field *field)
{
    json_string_field(out, "type", "array");
    bounds_write(out, "minItems", "maxItems", field);
    json_key(out, "items");
    json_begin_object(out);
}

static void field_write(struct json_writer *out, const struct form_field *field)
{
    json_begin_object(out);
    switch (field->kind) {
    case FORM_TEXT:
    case FORM_BASE64:
        json_string_field(out, "type", "string");
        break;
    case FORM_TEXTS:
        list_begin(out, field);
        json_string_field(out, "type", "string");
        json_end_object(out);
        break;
    case FORM_INTEGER:
    case FORM_COUNT:
    case FORM_NUMBER:
        json_string_field(out, "type", "integer");
        bounds_write(out, "minimum", "maximum", field);
        break;
    case FORM_NUMBERS:
        list_begin(out, field);
        json_string_field(out, "type", "integer");
        json_end_object(out);
        break;
    case FORM_BOOLEAN:
        json_string_field(out, "type", "boolean");
        break;
    case FORM_CHOICE:
        json_string_field(out, "type", "string");
        names_write(out, field);
        break;
    case FORM_CHOICES:
        json_string_field(out, "type", "array");
        json_boolean_field(out, "uniqueItems", true);
        json_key(out, "items");
        json_begin_object(out);
        json_string_field(out, "type", "string");
        names_write(out, field);
        json_end_object(out);
        break;
    case FORM_HEX:
        json_string_field(out, "type", "string");
        json_string_field(out, "pattern", "^[0-9a-f]*$");
        break;
    case FORM_TIME:
        json_string_field(out, "type", "string");
        json_string_field(out, "format", "date-time");
        break;
    case FORM_UUID:
        json_string_field(out, "type", "string");
        json_string_field(out, "format", "uuid");
        break;
    case FORM_OBJECT:
        ref_write(out, field->form->name);
        break;
    case FORM_OBJECTS:
        list_begin(out, field);
        ref_write(out, field->form->name);
        json_end_object(out);
        break;
    }
    json_string_field(out, "description", field->about);
    json_end_object(out);
}

static void form_schema_write(struct json_writer *out, const struct form *form)
{
    json_key(out, form->name);
    json_begin_object(out);
    json_string_field(out, "type", "object");
    json_string_field(out, "description", form->about);
    json_boolean_field(out, "additionalProperties", false);
    json_key(out, "properties");
    json_begin_object(out);
    for (size_t i = 0; i < form->count; i++) {
        json_key(out, form->fields[i].name);
        field_write(out, &form->fields[i]);
    }
    json_end_object(out);
    json_key(out, "required");
    json_begin_array(out);
    for (size_t i = 0; i < form->count; i++)
        if (!form->fields[i].is_optional)
            json_write_text(out, span_text(form->fields[i].name));
    json_end_array(out);
    json_end_object(out);
}

static const struct form *form_find(const char *name)
{
    for (size_t i = 0; i < MESSAGE_TYPE_COUNT; i++)
        if (message_types[i].name != NULL && strcmp(message_types[i].name, name) == 0)
            return message_types[i].form;
    return NULL;
}

static void form_add(const struct form **set, size_t *count, const struct form *form)
{
    for (size_t i = 0; i < *count; i++)
        if (set[i] == form)
            return;
    if (form != NULL && *count < FORM_SET_MAX)
        set[(*count)++] = form;
}

/* Each form once, with all that it names; the set grows while it is walked. */
static void schemas_write(struct json_writer *out)
{
    const struct form *set[FORM_SET_MAX];
    size_t count = 0;

    for (size_t i = 0; i < web_route_count; i++)
        if (web_routes[i].form != NULL)
            form_add(set, &count, form_find(web_routes[i].form));
    for (size_t i = 0; i < count; i++) {
        form_schema_write(out, set[i]);
        for (size_t k = 0; k < set[i]->count; k++)
            form_add(set, &count, set[i]->fields[k].form);
    }
}

static void problem_schema_write(struct json_writer *out)
{
    static const char text[] =
        "{\"type\":\"object\",\"description\":\"RFC 9457, with each field that was wrong.\","
        "\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
        "\"status\":{\"type\":\"integer\"},\"kind\":{\"type\":\"string\"},"
        "\"detail\":{\"type\":\"string\"},\"problems\":{\"type\":\"array\",\"items\":"
        "{\"type\":\"object\",\"properties\":{\"field\":{\"type\":\"string\"},"
        "\"kind\":{\"type\":\"string\"},\"text\":{\"type\":\"string\"}}}}}}";

    json_key(out, "problem");
    buffer_text(out->buffer, text);
    out->needs_comma = true;
}

/* --- routes --- */

static void parameter_write(struct json_writer *out, const char *name, const char *where,
                            bool is_required, const char *about)
{
    json_begin_object(out);
    json_string_field(out, "name", name);
    json_string_field(out, "in", where);
    json_boolean_field(out, "required", is_required);
    json_string_field(out, "description", about);
    json_key(out, "schema");
    json_begin_object(out);
    json_string_field(out, "type", strcmp(name, "limit") == 0 ? "integer" : "string");
    json_end_object(out);
    json_end_object(out);
}

/* Done by an officer for a reason. */
static bool is_act(const struct web_route *route)
{
    return route->kind == WEB_ACT || route->kind == WEB_UPLOAD || route->kind == WEB_PART;
}

static void parameters_write(struct json_writer *out, const struct web_route *route)
{
    json_key(out, "parameters");
    json_begin_array(out);
    if (route->id != NULL)
        parameter_write(out, "id", "path", true, route->id);
    if (route->number != NULL)
        parameter_write(out, "n", "path", true, route->number);
    for (size_t i = 0; i < ARRAY_COUNT(route->query) && route->query[i] != NULL; i++)
        parameter_write(
            out, route->query[i], "query", false,
            strcmp(route->query[i], "attachments") == 0 ? "Ids of uploads, with commas between."
            : strcmp(route->query[i], "approver") == 0
                ? "The second officer who is asked, * for any who may; answered 202, and "
                  "the act waits for their confirmation (/api/v1/approvals)."
                : "As the act has it.");
    if (is_act(route))
        parameter_write(out, "X-Besa-Reason", "header", true, "Why; percent-encoded UTF-8.");
    if (is_act(route))
        parameter_write(out, "X-Besa-Case", "header", web_route_needs_case(route),
                        "The case's number; percent-encoded UTF-8.");
    if (route->needs_key)
        parameter_write(out, "Idempotency-Key", "header", true,
                        "16 to 64 letters, digits, hyphens, underscores; kept for 24 hours.");
    if (web_route_changes(route) && web_route_needs_session(route))
        parameter_write(out, "X-Besa-CSRF", "header", true, "As the session gave it.");
    if (route->kind == WEB_EVENTS)
        parameter_write(out, "Last-Event-ID", "header", false, "The last event that was seen.");
    json_end_array(out);
}

static void body_write(struct json_writer *out, const struct web_route *route)
{
    if (route->body == WEB_BODY_NONE)
        return;
    json_key(out, "requestBody");
    json_begin_object(out);
    json_boolean_field(out, "required", true);
    json_key(out, "content");
    json_begin_object(out);
    json_key(out, route->body == WEB_BODY_FILE ? "application/octet-stream" : "application/json");
    json_begin_object(out);
    json_key(out, "schema");
    json_begin_object(out);
    if (route->body == WEB_BODY_FILE)
        json_string_field(out, "description", "The file's bytes; Content-Length says how many.");
    else if (route->form != NULL)
        ref_write(out, route->form);
    else
        json_string_field(out, "type", "object");
    json_end_object(out);
    json_end_object(out);
    json_end_object(out);
    json_end_object(out);
}

static void response_write(struct json_writer *out, unsigned status, const char *about,
                           bool is_problem)
{
    char text[8];

    snprintf(text, sizeof text, "%u", status);
    json_key(out, text);
    json_begin_object(out);
    json_string_field(out, "description", about);
    if (is_problem) {
        json_key(out, "content");
        json_begin_object(out);
        json_key(out, "application/problem+json");
        json_begin_object(out);
        json_key(out, "schema");
        json_begin_object(out);
        ref_write(out, "problem");
        json_end_object(out);
        json_end_object(out);
        json_end_object(out);
    }
    json_end_object(out);
}

static void responses_write(struct json_writer *out, const struct web_route *route)
{
    bool acts = is_act(route);
    bool has_body = route->body != WEB_BODY_NONE;

    json_key(out, "responses");
    json_begin_object(out);
    response_write(out, route->status, "Done.", false);
    for (size_t i = 0; i < ARRAY_COUNT(route->query) && route->query[i] != NULL; i++)
        if (strcmp(route->query[i], "approver") == 0)
            response_write(out, 202, "It waits for the second officer.", false);
    if (route->kind != WEB_PAGE && route->kind != WEB_DOCUMENT) {
        response_write(out, 400, "The request cannot be read.", true);
        response_write(out, 401, "There is no session, or it is over.", true);
        response_write(out, 503, "Try again later.", true);
    }
    if (acts || web_route_changes(route))
        response_write(out, 403, "Role, agreement, CSRF token or origin forbid it.", true);
    if (acts) {
        response_write(out, 404, "There is no such thing.", true);
        response_write(out, 409, "It stands already, differently.", true);
    }
    if (has_body) {
        response_write(out, 413, "Too large or too many.", true);
        response_write(out, 415, "Another type of body is wanted.", true);
    }
    if (route->kind == WEB_PART) {
        response_write(out, 206, "The range that was asked for.", false);
        response_write(out, 410, "It was erased.", true);
        response_write(out, 416, "There is no such range.", true);
    }
    if (acts || has_body)
        response_write(out, 422, "Fields are wrong; each is named.", true);
    response_write(out, 429, "Too many requests of this address, or too many failures.", true);
    if (acts)
        response_write(out, 507, "The disk is full.", true);
    json_end_object(out);
}

static void roles_write(struct json_writer *out, const struct web_route *route)
{
    if (route->act == NULL)
        return;
    json_string_field(out, "x-besa-act", route->act);
    json_key(out, "x-besa-roles");
    json_begin_array(out);
    for (size_t i = 0; i < ROLE_COUNT; i++)
        if (role_permits((enum role)i, route->act))
            json_write_text(out, span_text(role_names[i]));
    json_end_array(out);
}

static void method_write(struct json_writer *out, const struct web_route *route)
{
    char name[8] = "";

    for (size_t i = 0; i + 1 < sizeof name && route->method[i] != '\0'; i++)
        name[i] = (char)(route->method[i] | 0x20);
    json_key(out, name);
    json_begin_object(out);
    json_string_field(out, "summary", route->purpose);
    roles_write(out, route);
    if (web_route_needs_session(route)) {
        json_key(out, "security");
        buffer_text(out->buffer, "[{\"session\":[]}]");
        out->needs_comma = true;
    }
    parameters_write(out, route);
    body_write(out, route);
    responses_write(out, route);
    json_end_object(out);
}

static bool is_first_of_path(size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(web_routes[i].path, web_routes[at].path) == 0)
            return false;
    return true;
}

static void paths_write(struct json_writer *out)
{
    json_key(out, "paths");
    json_begin_object(out);
    for (size_t i = 0; i < web_route_count; i++) {
        if (!is_first_of_path(i))
            continue;
        json_key(out, web_routes[i].path);
        json_begin_object(out);
        for (size_t k = i; k < web_route_count; k++)
            if (strcmp(web_routes[k].path, web_routes[i].path) == 0)
                method_write(out, &web_routes[k]);
        json_end_object(out);
    }
    json_end_object(out);
}

bool web_document(struct buffer *out)
{
    struct json_writer writer = json_writer_make(out);

    json_begin_object(&writer);
    json_string_field(&writer, "openapi", "3.1.0");
    json_key(&writer, "info");
    json_begin_object(&writer);
    json_string_field(&writer, "title", "Besa");
    json_string_field(&writer, "version", "v1");
    json_string_field(
        &writer, "description",
        "The acts of one node. Each names its officer by the session, its reason and, "
        "where a person's data is read or sent, its case.");
    json_end_object(&writer);
    paths_write(&writer);
    json_key(&writer, "components");
    json_begin_object(&writer);
    json_key(&writer, "securitySchemes");
    buffer_text(out,
                "{\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"__Host-besa\"}}");
    writer.needs_comma = true;
    json_key(&writer, "schemas");
    json_begin_object(&writer);
    problem_schema_write(&writer);
    schemas_write(&writer);
    json_end_object(&writer);
    json_end_object(&writer);
    json_end_object(&writer);
    return !out->failed;
}
