/*
 * The OpenAPI 3.1 document: written from the table of routes, the table of roles and the shapes and forms of bodies
 * (schema.c), so that it says what the node does. docs/openapi.json is this text; a test compares them.
 */
#include "web/private.h"

#include "desk/roles.h"
#include "web/console.h"

#include <stdio.h>

/* --- routes --- */

static void parameter_begin(struct json_writer *out, const char *name, const char *where,
                            bool is_required, const char *about)
{
    json_begin_object(out);
    json_string_field(out, "name", name);
    json_string_field(out, "in", where);
    json_boolean_field(out, "required", is_required);
    json_string_field(out, "description", about);
    json_key(out, "schema");
}

static void header_write(struct json_writer *out, const char *name, bool is_required,
                         const char *about)
{
    parameter_begin(out, name, "header", is_required, about);
    json_begin_object(out);
    json_string_field(out, "type", "string");
    json_end_object(out);
    json_end_object(out);
}

/* One that stands in the path or the query: `argument` is what it is to the act. */
static void argument_write(struct json_writer *out, const char *name, const char *argument,
                           const char *where)
{
    bool is_required = strcmp(where, "path") == 0 || strcmp(argument, "name") == 0;

    for (size_t i = 0; i < shape_parameters.count; i++) {
        struct shape_field field = shape_parameters.fields[i];
        if (strcmp(field.name, argument) != 0)
            continue;
        parameter_begin(out, name, where, is_required, field.about);
        field.about = NULL;
        schema_field_write(out, &field);
        json_end_object(out);
    }
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
        argument_write(out, "id", route->id, "path");
    if (route->number != NULL)
        argument_write(out, "n", route->number, "path");
    for (size_t i = 0; i < ARRAY_COUNT(route->query) && route->query[i] != NULL; i++)
        argument_write(out, route->query[i], route->query[i], "query");
    if (is_act(route))
        header_write(out, "X-Besa-Reason", true, "Why; percent-encoded UTF-8.");
    if (is_act(route))
        header_write(out, "X-Besa-Case", web_route_needs_case(route),
                     "The case's number; percent-encoded UTF-8.");
    if (route->needs_key)
        header_write(
            out, "Idempotency-Key", true,
            "16 to 64 letters, digits, hyphens, underscores. For 24 hours the same request "
            "gets the same answer; another one under it, or one whose answer held a "
            "one-time password's half, gets 409.");
    if (web_route_changes(route) && web_route_needs_session(route))
        header_write(out, "X-Besa-CSRF", true, "As the session gave it.");
    if (web_route_needs_session(route) && route->kind != WEB_EVENTS)
        header_write(out, "X-Besa-Automatic", false,
                     "yes: a page asks this by itself; it does not keep the session alive.");
    if (route->kind == WEB_EVENTS)
        header_write(out, "Last-Event-ID", false, "The last event that was seen.");
    json_end_array(out);
}

/* A message of either kind that is sent. */
static void forms_write(struct json_writer *out)
{
    static const char *const names[] = {"request", "answer", "spontaneous"};

    json_key(out, "anyOf");
    json_begin_array(out);
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        json_begin_object(out);
        schema_ref_write(out, names[i]);
        json_end_object(out);
    }
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
    else if (route->form != NULL || route->takes != NULL)
        schema_ref_write(out, route->form != NULL ? route->form : route->takes->name);
    else
        forms_write(out);
    json_end_object(out);
    json_end_object(out);
    json_end_object(out);
    json_end_object(out);
}

static void content_write(struct json_writer *out, const char *type, const char *schema)
{
    json_key(out, "content");
    json_begin_object(out);
    json_key(out, type);
    json_begin_object(out);
    if (schema != NULL) {
        json_key(out, "schema");
        json_begin_object(out);
        schema_ref_write(out, schema);
        json_end_object(out);
    }
    json_end_object(out);
    json_end_object(out);
}

/* `type` NULL: no body. */
static void response_write(struct json_writer *out, unsigned status, const char *about,
                           const char *type, const char *schema)
{
    char text[8];

    snprintf(text, sizeof text, "%u", status);
    json_key(out, text);
    json_begin_object(out);
    json_string_field(out, "description", about);
    if (type != NULL)
        content_write(out, type, schema);
    json_end_object(out);
}

static void problem_response_write(struct json_writer *out, unsigned status, const char *about)
{
    response_write(out, status, about, HTTP_PROBLEM_TYPE, shape_problem.name);
}

static const char *type_of(const struct web_route *route)
{
    switch (route->kind) {
    case WEB_PAGE:
        return "text/html";
    case WEB_CONSOLE:
        return console_find(route->path)->type;
    case WEB_EVENTS:
        return "text/event-stream";
    case WEB_PART:
        return "application/octet-stream";
    case WEB_ACT:
    case WEB_LOGIN:
    case WEB_SESSION:
    case WEB_LOGOUT:
    case WEB_PASSWORD:
    case WEB_PROOF:
    case WEB_UPLOAD:
    case WEB_DOCUMENT:
        break;
    }
    return route->gives == NULL ? NULL : "application/json";
}

/* A part, or a case, that its number outlives. */
static bool may_be_gone(const struct web_route *route)
{
    return route->kind == WEB_PART || (route->id != NULL && strcmp(route->id, "number") == 0);
}

/* What the act, or the server before it, may find wrong, beside its success. */
struct fault_row {
    unsigned status;
    const char *about;
    bool (*may)(const struct web_route *route);
};

static bool is_any(const struct web_route *route)
{
    (void)route;
    return true;
}

/* Whatever comes to the writer, or to the books. */
static bool is_worked(const struct web_route *route)
{
    return !web_route_is_open(route);
}

static bool takes_body(const struct web_route *route)
{
    return route->body != WEB_BODY_NONE;
}

static bool takes_arguments(const struct web_route *route)
{
    return is_act(route) || takes_body(route);
}

static bool is_part(const struct web_route *route)
{
    return route->kind == WEB_PART;
}

static bool wants_proof(const struct web_route *route)
{
    return web_route_needs_proof(route);
}

static bool is_forbidden(const struct web_route *route)
{
    return is_worked(route) && !wants_proof(route);
}

static const struct fault_row faults[] = {
    {400, "The request cannot be read.", is_any},
    {401, "There is no session, or it is over.", is_worked},
    {403, "Role, agreement, CSRF token, origin or a one-time password forbid it.", is_forbidden},
    {403,
     "Role, agreement, CSRF token or origin forbid it; or, of type step-up, the password is to be "
     "proved again (/api/v1/session/proof).",
     wants_proof},
    {404, "There is no such thing.", is_act},
    {409, "It stands already, differently.", is_act},
    {410, "It was erased.", may_be_gone},
    {411, "The size of the body is not said.", is_any},
    {413, "Too large or too many; or a body where none is taken.", is_any},
    {414, "The path with its query is too long.", is_any},
    {415, "Another type of body is wanted.", takes_body},
    {416, "There is no such range.", is_part},
    {422, "Fields are wrong; each is named.", takes_arguments},
    {429, "Too many requests of this address or session, or too many failures.", is_any},
    {500, "The node's own fault; its books are unchanged.", is_any},
    {502, "A part of the node, such as its keeper, does not answer.", is_worked},
    {503, "Try again later.", is_any},
    {507, "The disk is full.", is_worked},
};

static void responses_write(struct json_writer *out, const struct web_route *route)
{
    json_key(out, "responses");
    json_begin_object(out);
    response_write(out, route->status,
                   web_route_waits(route) ? "It waits for the second officer." : "Done.",
                   type_of(route), route->gives == NULL ? NULL : route->gives->name);
    if (web_route_may_wait(route) && !web_route_waits(route))
        response_write(out, 202, "It waits for the second officer.", "application/json",
                       shape_approval.name);
    if (is_part(route))
        response_write(out, 206, "The range that was asked for.", type_of(route), NULL);
    if (route->kind == WEB_CONSOLE)
        response_write(out, 304, "What If-None-Match names is still so.", NULL, NULL);
    for (size_t i = 0; i < ARRAY_COUNT(faults); i++)
        if (faults[i].may(route))
            problem_response_write(out, faults[i].status, faults[i].about);
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
    bool ok = schemas_write(&writer);
    json_end_object(&writer);
    json_end_object(&writer);
    return ok && !out->failed;
}
