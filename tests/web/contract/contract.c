/* The contract's calls: see contract.h. */
#include "web/contract/contract.h"

#include <stdio.h>
#include <stdlib.h>

#define PATH_SIZE 4096 /* longer than the server takes */

struct live live;
struct live_session sessions[ROLE_COUNT];
json_t *document;
unsigned called[ROUTE_MAX];
unsigned problems_seen;
struct error err;

static size_t route_find(const char *method, const char *path)
{
    for (size_t i = 0; i < web_route_count; i++)
        if (strcmp(web_routes[i].method, method) == 0 && strcmp(web_routes[i].path, path) == 0)
            return i;
    printf("no route %s %s\n", method, path);
    exit(1);
}

static void path_fill(const struct ask *ask, char out[PATH_SIZE])
{
    const char *brace = strchr(ask->route, '{');

    snprintf(out, PATH_SIZE, "%s", ask->route);
    if (brace != NULL)
        snprintf(out, PATH_SIZE, "%.*s%s%s", (int)(brace - ask->route), ask->route,
                 ask->id == NULL ? "none" : ask->id, strchr(brace, '}') + 1);
    char *number = strstr(out, "{n}");
    if (number != NULL) {
        number[0] = '1';
        memmove(number + 1, number + 3, strlen(number + 3) + 1);
    }
    if (ask->query != NULL)
        snprintf(out + strlen(out), PATH_SIZE - strlen(out), "?%s", ask->query);
}

/* The head's Content-Type; "" when there is none. */
static void type_take(const struct live_answer *answer, char out[128])
{
    static const char name[] = "\r\nContent-Type: ";
    const char *at = strcasestr(answer->head, name);

    out[0] = '\0';
    if (at != NULL)
        snprintf(out, 128, "%.*s", (int)strcspn(at + strlen(name), "\r"), at + strlen(name));
}

static bool contract_holds(const struct ask *ask, const struct live_answer *answer)
{
    char type[128];
    char why[SCHEMA_WHY_SIZE] = "";

    type_take(answer, type);
    bool is_so = (ask->status == 0 || answer->status == ask->status) &&
                 schema_answer_fits(document, ask->method, ask->route, answer->status, type,
                                    buffer_span(&answer->body), why);
    if (!is_so)
        printf("%s %s: %u, wanted %u: %s\n  %.*s\n", ask->method, ask->route, answer->status,
               ask->status, why, (int)(answer->body.size > 500 ? 500 : answer->body.size),
               answer->body.data == NULL ? "" : (const char *)answer->body.data);
    return is_so;
}

bool ask(const struct ask *ask, struct live_answer *answer)
{
    size_t at = route_find(ask->method, ask->route);
    const struct web_route *route = &web_routes[at];
    char path[PATH_SIZE];
    struct live_call call = {.method = ask->method,
                             .path = path,
                             .session = ask->session,
                             .key = route->needs_key ? live_key() : NULL,
                             .fields = ask->fields,
                             .without_csrf = ask->without_csrf,
                             .without_length = ask->without_length};

    path_fill(ask, path);
    if (ask->body != NULL) {
        call.body = span_text(ask->body[0] == '\0' ? "{}" : ask->body);
        call.content_type = ask->type != NULL           ? ask->type
                            : route->kind == WEB_UPLOAD ? "application/octet-stream"
                                                        : "application/json";
    }
    if (!live_ask(&live, &call, answer) || !contract_holds(ask, answer))
        return false;
    called[at] += answer->status < 400;
    problems_seen += answer->status >= 400;
    return true;
}

bool done(const struct ask *asked)
{
    struct live_answer answer;
    bool ok = ask(asked, &answer);

    live_answer_free(&answer);
    return ok;
}

bool field_take(const struct live_answer *answer, const char *name, char *out, size_t size)
{
    char key[64];

    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *at = answer->body.size == 0
                         ? NULL
                         : memmem(answer->body.data, answer->body.size, key, strlen(key));
    if (at == NULL)
        return live_answer_has(answer, key);
    at += strlen(key);
    snprintf(out, size, "%.*s", (int)strcspn(at, "\""), at);
    return true;
}

bool made(const struct ask *asked, const char *name, char *out, size_t size)
{
    struct live_answer answer;
    bool ok = ask(asked, &answer) && field_take(&answer, name, out, size);

    live_answer_free(&answer);
    return ok;
}

const struct live_session *as(enum role role)
{
    return &sessions[role];
}

void settle(void)
{
    live_hold(&live);
    pair_settle(&live.pair);
    live_release(&live);
}

bool arrived(unsigned number, char item[UUID_TEXT_SIZE])
{
    live_hold(&live);
    bool ok = pair_request(&live.pair.nodes[1], number, item, &err);
    pair_settle(&live.pair);
    live_release(&live);
    return ok;
}

/* --- the node --- */

bool all_log_in(void)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s", role_names[i]);
        for (char *c = name; *c != '\0'; c++)
            if (*c == '_')
                *c = '-';
        if (!live_login(&live, name, "127.0.0.1", &sessions[i]))
            return false;
    }
    return true;
}

static bool document_fetch(void)
{
    struct live_answer answer;
    struct live_call call = {.method = "GET", .path = "/api/v1/openapi.json"};
    bool ok = live_ask(&live, &call, &answer) && answer.status == 200;

    document = ok ? schema_document_read(buffer_span(&answer.body)) : NULL;
    live_answer_free(&answer);
    return document != NULL;
}

bool contract_open(void)
{
    /* Each call opens a connection, and they come faster than from any one desk. */
    const struct http_server_limits limits = {.accept_rate = {10000, 10000},
                                              .request_rate = {10000, 10000}};

    return live_open(&live, limits) && document_fetch() && web_route_count <= ROUTE_MAX;
}

void contract_close(void)
{
    live_close(&live);
    json_decref(document);
    ground_free();
}
