/*
 * Reading a request: path, query, fields and body become the act's arguments, as JSON text that is then read as strictly
 * as everything else. Whatever does not fit is refused here, before the writer hears of it.
 */
#include "web/private.h"

#include "base/text.h"
#include "desk/approval.h"
#include "desk/once.h"
#include "http/query.h"

static bool fail(struct web_job *job, unsigned status, enum error_kind kind, const char *text,
                 struct error *err)
{
    job->status = status;
    return error_set(err, kind, "%s", text);
}

struct span cookie_token(struct span cookie, struct arena *arena)
{
    const char *name = WEB_COOKIE;
    size_t name_size = strlen(name);
    uint8_t token[LOGIN_TOKEN_SIZE];
    struct span out = span_make(NULL, 0);

    while (cookie.size > 0) {
        while (cookie.size > 0 && (cookie.data[0] == ' ' || cookie.data[0] == ';'))
            cookie = span_part(cookie, 1, cookie.size);
        size_t end = 0;
        while (end < cookie.size && cookie.data[end] != ';')
            end++;
        struct span one = span_part(cookie, 0, end);
        cookie = span_part(cookie, end, cookie.size);
        if (!span_starts_with(one, name))
            continue;
        /* Two of this name: someone else has set one. Neither counts. */
        if (out.data != NULL)
            return span_make(NULL, 0);
        if (!hex_read(span_part(one, name_size, one.size), token, sizeof token) ||
            !arena_copy(arena, span_make(token, sizeof token), &out))
            return span_make(NULL, 0);
    }
    return out;
}

/* A page of another origin may not act with the officer's cookie. Browsers say where a request comes from; what says
 * nothing is no browser, and has no cookie but its own. */
static bool origin_check(struct web_job *job, struct error *err)
{
    const struct web_call *call = &job->call;
    const char *scheme = "https://";

    if (!web_route_changes(call->route))
        return true;
    if (call->fetch_site.data != NULL && !span_is(call->fetch_site, "same-origin"))
        return fail(job, 403, ERROR_RULE, "this request comes from another site", err);
    if (call->origin.data == NULL)
        return true;
    return (span_starts_with(call->origin, scheme) &&
            span_equal(span_part(call->origin, strlen(scheme), call->origin.size), call->host)) ||
           fail(job, 403, ERROR_RULE, "this request comes from another origin", err);
}

static bool type_check(struct web_job *job, struct error *err)
{
    const struct web_call *call = &job->call;

    if (call->route->body == WEB_BODY_FILE)
        return span_is(call->content_type, "application/octet-stream") ||
               fail(job, 415, ERROR_INPUT, "application/octet-stream is wanted", err);
    if (call->route->body == WEB_BODY_NONE)
        return call->body.size == 0 || fail(job, 400, ERROR_INPUT, "this path takes no body", err);
    return span_is(call->content_type, "application/json") ||
           span_is(call->content_type, "application/json; charset=utf-8") ||
           fail(job, 415, ERROR_INPUT, "application/json is wanted", err);
}

static bool key_check(struct web_job *job, struct error *err)
{
    const struct web_call *call = &job->call;

    if (!call->route->needs_key)
        return call->key.data == NULL ||
               fail(job, 400, ERROR_INPUT, "this path takes no Idempotency-Key", err);
    return once_key_is_sound(call->key) ||
           fail(job, 400, ERROR_INPUT,
                "Idempotency-Key: 16 to 64 of letters, digits, hyphen and underscore are wanted",
                err);
}

/* What a value of path or query is in the act's arguments. */
static enum shape_kind kind_of(const char *name)
{
    if (strcmp(name, "attachments") == 0 || strcmp(name, "true_grounds") == 0)
        return SHAPE_TEXTS; /* with commas between */
    for (size_t i = 0; i < shape_parameters.count; i++)
        if (strcmp(shape_parameters.fields[i].name, name) == 0)
            return shape_parameters.fields[i].kind;
    return SHAPE_TEXT;
}

static void list_write(struct json_writer *writer, struct span value)
{
    json_begin_array(writer);
    while (value.size > 0) {
        size_t end = 0;
        while (end < value.size && value.data[end] != ',')
            end++;
        json_write_text(writer, span_part(value, 0, end));
        value = span_part(value, end + 1, value.size);
    }
    json_end_array(writer);
}

/* As the acts ask for them; what has not its kind stays a text, which the act then refuses by name. */
static void argument_write(struct json_writer *writer, const char *name, struct span value)
{
    enum shape_kind kind = kind_of(name);
    uint64_t number = 0;

    if (kind == SHAPE_TEXTS) {
        json_key(writer, name);
        list_write(writer, value);
    } else if (kind == SHAPE_INTEGER && number_read(value, &number) &&
               number <= (uint64_t)JSON_INTEGER_MAX) {
        json_integer_field(writer, name, (int64_t)number);
    } else if (kind == SHAPE_BOOLEAN && (span_is(value, "true") || span_is(value, "false"))) {
        json_boolean_field(writer, name, span_is(value, "true"));
    } else {
        json_text_field(writer, name, value);
    }
}

/* The value of "{id}" or "{n}": the segment at its place in the path. */
static struct span segment_take(const struct web_route *route, const char *name,
                                const struct http_path *path)
{
    size_t at = 0;

    for (const char *c = route->path + 1; *c != '\0' && strncmp(c, name, strlen(name)) != 0; c++)
        at += *c == '/';
    return at < path->count ? path->segments[at] : span_make(NULL, 0);
}

static struct span trim(struct span text)
{
    while (text.size > 0 && strchr(" \t\r\n", text.data[0]) != NULL && text.data[0] != 0)
        text = span_part(text, 1, text.size);
    while (text.size > 0 && strchr(" \t\r\n", text.data[text.size - 1]) != NULL &&
           text.data[text.size - 1] != 0)
        text.size--;
    return text;
}

/* The object in the body goes on where ours stopped; a field in both is a duplicate key, which the reader refuses. */
static bool body_join(struct web_job *job, struct error *err)
{
    struct span body = trim(job->call.body);

    if (body.size < 2 || body.data[0] != '{' || body.data[body.size - 1] != '}')
        return fail(job, 400, ERROR_INPUT, "a JSON object is wanted", err);
    struct span inner = trim(span_part(body, 1, body.size - 2));
    if (inner.size == 0)
        return true;
    if (job->text.size > 1)
        buffer_byte(&job->text, ',');
    buffer_add(&job->text, inner);
    return true;
}

static bool arguments_write(struct web_job *job, struct error *err)
{
    const struct web_route *route = job->call.route;
    struct json_writer writer = json_writer_make(&job->text);
    struct http_path path;
    struct http_query query;
    size_t count = 0;

    /* What nobody does alone waits, whether or not the second one is named. */
    job->is_asking = web_route_waits(route);
    while (count < ARRAY_COUNT(route->query) && route->query[count] != NULL)
        count++;
    if (!http_path_read(job->call.path, &job->arena, &path, err) ||
        !http_query_read(job->call.query, &job->arena, &query, err) ||
        !http_query_check(&query, route->query, count, err))
        return false;
    json_begin_object(&writer);
    if (route->id != NULL)
        json_text_field(&writer, route->id, segment_take(route, "{id}", &path));
    if (route->number != NULL)
        argument_write(&writer, route->number, segment_take(route, "{n}", &path));
    for (size_t i = 0; i < count; i++) {
        struct span value = http_query_value(&query, route->query[i]);
        if (value.data == NULL)
            continue;
        if (strcmp(route->query[i], "approver") == 0) {
            job->is_asking = true;
            if (!span_is(value, "*")) /* whoever may */
                job->access.approver = value;
        } else {
            argument_write(&writer, route->query[i], value);
        }
    }
    bool is_object = route->body == WEB_BODY_ARGUMENTS || route->body == WEB_BODY_DOCUMENT;
    if (is_object && !body_join(job, err))
        return false;
    buffer_byte(&job->text, '}');
    return !job->text.failed || fail(job, 413, ERROR_LIMIT, "the arguments are too long", err);
}

static bool fields_read(struct web_job *job, struct error *err)
{
    const struct web_call *call = &job->call;

    if (call->automatic.data != NULL && !span_is(call->automatic, "yes"))
        return fail(job, 400, ERROR_INPUT, "X-Besa-Automatic: yes, or it is left out", err);
    if (call->reason.data != NULL &&
        !http_percent_read(call->reason, "X-Besa-Reason", &job->arena, &job->access.reason, err))
        return false;
    return call->case_number.data == NULL ||
           http_percent_read(call->case_number, "X-Besa-Case", &job->arena,
                             &job->access.case_number, err);
}

bool call_read(struct web_job *job, struct error *err)
{
    job->token = cookie_token(job->call.cookie, &job->arena);
    if (!origin_check(job, err))
        return false;
    if (web_route_needs_session(job->call.route) && job->token.data == NULL)
        return error_set(err, ERROR_SESSION, "no session");
    if (!type_check(job, err) || !key_check(job, err) || !fields_read(job, err) ||
        !arguments_write(job, err) || !json_parse(buffer_span(&job->text), &job->json, err))
        return false;
    json_object_begin(&job->arguments, json_root(job->json), &job->arena, &job->problems);
    return true;
}
