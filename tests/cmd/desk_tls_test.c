/*
 * The desk's door over its real listener: officers of every role log in over TLS, hold a cookie with all its attributes,
 * and every route answers every role as the table written by hand says; without TLS, session, token or origin none does.
 * covers: desk
 */
#include "cmd/desk.h"

#include "base/attributes.h"
#include "base/text.h"
#include "check.h"
#include "cmd/service.h"
#include "cmd/verifying.h"
#include "crypto/password.h"
#include "desk/login.h"
#include "desk/roles.h"
#include "http/support/ground.h"
#include "support/node_home.h"
#include "web/support/reach.h"
#include "web/support/schema.h"

#include <sys/socket.h>
#include <stdlib.h>
#include <unistd.h>

#define PASSWORD "one for all the roles"

static struct node_home home;
static struct web *web;
static struct http_server *server;
static uint16_t port;
static struct arena arena;
static struct error err;

/* --- one answer on a connection that is kept --- */

static char answer[256 * 1024];

static size_t wanted_size(void)
{
    const char *body = strstr(answer, "\r\n\r\n");
    const char *length = strcasestr(answer, "\r\ncontent-length:");

    if (body == NULL)
        return SIZE_MAX;
    size_t size = (size_t)(body - answer) + 4;
    return length == NULL || length > body ? size : size + strtoul(length + 17, NULL, 10);
}

static unsigned ask(struct bare *bare, const char *text)
{
    size_t size = 0;

    answer[0] = '\0';
    if (!bare_send(bare, span_text(text)))
        return 0;
    while (size < wanted_size() && size + 1 < sizeof answer) {
        ssize_t got = gnutls_record_recv(bare->session, answer + size, sizeof answer - 1 - size);
        if (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED)
            continue;
        if (got <= 0)
            return 0;
        size += (size_t)got;
        answer[size] = '\0';
    }
    return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? (unsigned)strtoul(answer + 9, NULL, 10) : 0;
}

/* A session as it stands at the client. */
struct client {
    struct bare bare;
    char cookie[128];
    char csrf[80];
};

static unsigned key_number;

/* One request as a browser or a national system sends it; `extra` are further fields, each with its line end. */
static unsigned request(struct client *client, const struct web_route *route, const char *extra)
{
    char text[4096];
    char path[256];
    char key[64] = "";
    const char *body = route->body == WEB_BODY_NONE ? "" : "{}";

    reach_path(route, path, sizeof path);
    if (route->kind == WEB_UPLOAD)
        snprintf(path, sizeof path, "%s?name=a", route->path);
    if (route->needs_key)
        snprintf(key, sizeof key, "Idempotency-Key: key-of-test-%08u\r\n", ++key_number);
    snprintf(text, sizeof text,
             "%s %s HTTP/1.1\r\nHost: desk.example\r\nX-Besa-Reason: a%%20test\r\n"
             "X-Besa-Case: c-1\r\nContent-Length: %zu\r\n%s%s%s\r\n%s",
             route->method, path, strlen(body),
             body[0] == '\0'             ? ""
             : route->kind == WEB_UPLOAD ? "Content-Type: application/octet-stream\r\n"
                                         : "Content-Type: application/json\r\n",
             key, extra, body);
    if (route->kind != WEB_UPLOAD && route->kind != WEB_EVENTS)
        return ask(&client->bare, text);
    /* A refusal before its body ends the connection, and a stream does not end by itself. */
    struct bare once;
    bare_open_from(&once, "127.0.0.9", port, NULL, BARE_TLS_1_3);
    unsigned status = ask(&once, text);
    bare_close(&once);
    return status;
}

static const char *fields_of(const struct client *client)
{
    static char fields[320];

    snprintf(fields, sizeof fields, "Cookie: __Host-besa=%s\r\nX-Besa-CSRF: %s\r\n", client->cookie,
             client->csrf);
    return fields;
}

/* --- log-in --- */

/* One value of the head, without its line end; "" when it stands there not exactly once. */
static const char *field_once(const char *name, char out[256])
{
    char wanted[64];
    const char *end = strstr(answer, "\r\n\r\n");

    snprintf(wanted, sizeof wanted, "\r\n%s: ", name);
    out[0] = '\0';
    const char *at = strcasestr(answer, wanted);
    if (at == NULL || at > end)
        return out;
    at += strlen(wanted);
    const char *again = strcasestr(at, wanted);
    if (again == NULL || again > end)
        snprintf(out, 256, "%.*s", (int)strcspn(at, "\r"), at);
    return out;
}

/* Exactly these attributes, in any order: one more would be a wider cookie, one less an open one. */
static bool cookie_is_sound(const char *field)
{
    static const char *const wanted[] = {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"};
    char text[256];
    char *rest = NULL;
    unsigned seen = 0;

    snprintf(text, sizeof text, "%s", field);
    char *value = strtok_r(text, ";", &rest);
    if (value == NULL || strncmp(value, "__Host-besa=", 12) != 0 || strlen(value) != 12 + 64)
        return false;
    for (char *word = strtok_r(NULL, ";", &rest); word != NULL; word = strtok_r(NULL, ";", &rest)) {
        bool is_known = false;
        for (size_t i = 0; i < ARRAY_COUNT(wanted); i++) {
            is_known = is_known || strcmp(word + 1, wanted[i]) == 0;
            seen |= strcmp(word + 1, wanted[i]) == 0 ? 1u << i : 0;
        }
        if (word[0] != ' ' || !is_known)
            return false;
    }
    return seen == (1u << ARRAY_COUNT(wanted)) - 1;
}

/* Each role calls from an address of its own: the limits are by address. */
static bool enter(size_t role, struct client *client)
{
    char from[32];
    char body[256];
    char text[512];
    char field[256];

    *client = (struct client){.cookie = ""};
    snprintf(from, sizeof from, "127.0.0.%zu", 10 + role);
    bare_open_from(&client->bare, from, port, NULL, BARE_TLS_1_3);
    snprintf(body, sizeof body, "{\"officer\":\"role-%zu\",\"password\":\"" PASSWORD "\"}", role);
    snprintf(text, sizeof text,
             "POST /api/v1/session HTTP/1.1\r\nHost: desk.example\r\nContent-Type: "
             "application/json\r\nContent-Length: %zu\r\n\r\n%s",
             strlen(body), body);
    unsigned status = ask(&client->bare, text);
    const char *csrf = strstr(answer, "\"csrf\":\"");
    if (status != 201 || csrf == NULL) {
        printf("%s: %.400s\n", role_names[role], answer);
        return false;
    }
    CHECK(cookie_is_sound(field_once("Set-Cookie", field)));
    snprintf(client->cookie, sizeof client->cookie, "%.64s", field + 12);
    snprintf(client->csrf, sizeof client->csrf, "%.64s", csrf + 8);
    CHECK(strcmp(field_once("Cache-Control", field), "no-store") == 0);
    return true;
}

/* --- the table by hand --- */

static unsigned checked;
static unsigned unexpected;

static void expect(const struct web_route *route, const char *who, unsigned status,
                   bool is_as_wanted)
{
    checked++;
    if (is_as_wanted)
        return;
    unexpected++;
    printf("%s %s, %s: %u %.300s\n", route->method, route->path, who, status, answer);
}

static void route_check(struct client *client, const struct web_route *route, size_t role,
                        unsigned *allowed)
{
    unsigned status = request(client, route, fields_of(client));
    bool is_refused = status == 403 && strstr(answer, "not for the role") != NULL;

    *allowed += reach_may(route, role);
    expect(route, role_names[role], status,
           reach_may(route, role) ? reach_is_sound_alone(route, status, answer) : is_refused);
}

/* Uploads, parts, streams and one's own password too: every route that a session opens. Log-out comes last. */
CHECK_TEST(every_route_by_every_role_answers_over_tls_as_written_by_hand)
{
    const struct web_route *logout = NULL;
    unsigned allowed = 0;

    checked = unexpected = 0;
    for (size_t k = 0; k < ROLE_COUNT; k++) {
        struct client client;
        CHECK_OR_RETURN(enter(k, &client));
        for (size_t i = 0; i < web_route_count; i++) {
            const struct web_route *route = &web_routes[i];
            if (route->kind == WEB_LOGOUT)
                logout = route;
            else if (web_route_needs_session(route))
                route_check(&client, route, k, &allowed);
        }
        route_check(&client, logout, k, &allowed);
        bare_close(&client.bare);
    }
    printf("%u checked over TLS, %u of them allowed, %u unexpected\n", checked, allowed,
           unexpected);
    CHECK_INT(unexpected, 0);
    CHECK(checked > 600 && allowed > 250);
}

/* Who has no session calls from one address after the other: the limits are by address, and there are many routes. */
#define ROUTES_PER_ADDRESS 20

static void stranger_moves(struct client *stranger, size_t number)
{
    char from[32];

    if (number > 0)
        bare_close(&stranger->bare);
    snprintf(from, sizeof from, "127.0.1.%zu", 1 + number);
    bare_open_from(&stranger->bare, from, port, NULL, BARE_TLS_1_3);
}

CHECK_TEST(no_route_opens_over_tls_without_session_token_and_origin)
{
    struct client client;
    struct client stranger = {.cookie = ""};
    char fields[512];

    checked = unexpected = 0;
    CHECK_OR_RETURN(enter(ROLE_HEAD_OF_DESK, &client));
    for (size_t i = 0; i < web_route_count; i++) {
        const struct web_route *route = &web_routes[i];
        if (i % ROUTES_PER_ADDRESS == 0)
            stranger_moves(&stranger, i / ROUTES_PER_ADDRESS);
        if (!web_route_needs_session(route))
            continue;
        unsigned status = request(&stranger, route, "");
        expect(route, "no session", status, status == 401);
        snprintf(fields, sizeof fields, "Cookie: __Host-besa=%064d\r\nX-Besa-CSRF: %s\r\n", 0,
                 client.csrf);
        status = request(&stranger, route, fields);
        expect(route, "forged session", status, status == 401);
        if (!web_route_changes(route) || route->kind == WEB_LOGOUT)
            continue;
        snprintf(fields, sizeof fields, "Cookie: __Host-besa=%s\r\n", client.cookie);
        status = request(&client, route, fields);
        expect(route, "no CSRF token", status, status == 403);
        snprintf(fields, sizeof fields, "%sOrigin: https://elsewhere.example\r\n",
                 fields_of(&client));
        status = request(&client, route, fields);
        expect(route, "foreign origin", status, status == 403);
        snprintf(fields, sizeof fields, "%sSec-Fetch-Site: cross-site\r\n", fields_of(&client));
        status = request(&client, route, fields);
        expect(route, "cross-site", status, status == 403);
    }
    bare_close(&client.bare);
    bare_close(&stranger.bare);
    printf("%u checked over TLS, %u unexpected\n", checked, unexpected);
    CHECK_INT(unexpected, 0);
}

static const struct web_route *route_find(const char *method, const char *path)
{
    for (size_t i = 0; i < web_route_count; i++)
        if (strcmp(web_routes[i].method, method) == 0 && strcmp(web_routes[i].path, path) == 0)
            return &web_routes[i];
    exit(1);
}

CHECK_TEST(the_cookie_ends_at_log_out_and_in_another_network)
{
    const struct web_route *who = route_find("GET", "/api/v1/session");
    struct client client;
    struct client far;
    char field[256];

    CHECK_OR_RETURN(enter(ROLE_ANALYST, &client));
    CHECK_INT(request(&client, who, fields_of(&client)), 200);
    CHECK_INT(request(&client, route_find("DELETE", "/api/v1/session"), fields_of(&client)), 204);
    CHECK(strstr(field_once("Set-Cookie", field), "__Host-besa=;") == field);
    CHECK(strstr(field, "Max-Age=0") != NULL && strstr(field, "Secure") != NULL);
    CHECK_INT(request(&client, who, fields_of(&client)), 401);
    bare_close(&client.bare);
    CHECK_OR_RETURN(enter(ROLE_ANALYST, &client));
    far = client;
    bare_open_from(&far.bare, "127.0.7.1", port, NULL, BARE_TLS_1_3);
    CHECK_INT(request(&far, who, fields_of(&client)), 401);
    CHECK_INT(request(&client, who, fields_of(&client)), 401);
    bare_close(&far.bare);
    bare_close(&client.bare);
}

CHECK_TEST(nothing_answers_without_tls_or_below_its_third_version)
{
    struct bare bare;
    char text[64] = "";

    bare_open(&bare, port, NULL, BARE_TLS_1_2);
    CHECK(bare.handshake < 0);
    bare_close(&bare);
    int fd = socket_open_from("127.0.0.1", port);
    const char *plain = "GET / HTTP/1.1\r\nHost: desk.example\r\n\r\n";
    CHECK(send(fd, plain, strlen(plain), MSG_NOSIGNAL) > 0);
    ssize_t got = recv(fd, text, sizeof text - 1, 0);
    CHECK(got <= 0 || strncmp(text, "HTTP", 4) != 0);
    close(fd);
}

/* As of a running node with one partner whose line has had better days; in memory alone. */
static void running_set(struct service *service)
{
    static const struct agreement_party parties[2] = {{.contact = {NULL, 0}},
                                                      {.contact = {NULL, 0}}};
    struct journal *journal = &home.node->journal;
    struct journal_line *line = &journal->lines[0];
    int64_t now = home.node->env->now_ms(home.node->env->context);

    *service = (struct service){.node = home.node,
                                .server = server,
                                .desk_server = server,
                                .web = web,
                                .started_ms = now - 60000,
                                .sandbox = {.landlock_abi = 7, .has_files = true, .text = "files"},
                                .verifying = service->verifying};
    *line = (struct journal_line){
        .partner = "al",
        .agreement_id = "ro-al",
        .partner_side = 1,
        .agreement = {.version = 1, .valid_to_ms = now + 86400000, .parties = parties},
        .protocol = 1,
        .has_met = true,
        .has_clock = true,
        .clock_ahead_ms = -1500,
        .cosigned_time_s = now / 1000 - 60,
        .is_stuck = true,
        .stuck_until_ms = INT64_MAX,
        .stuck_reason = "a failure that the test wants"};
    line->out = (struct journal_log){.id = 7001, .origin = "ro/ro-al/to/al/0"};
    line->in = (struct journal_log){
        .id = 7002, .origin = "al/ro-al/to/ro/0", .read_only = "the test wants it so"};
    home.node->ends = (struct node_ends){.count = 2, .last_ms = now - 90000, .last = "killed"};
    home.node->service = service;
    journal->line_count = 1;
}

static void running_unset(void)
{
    home.node->journal.line_count = 0;
    home.node->service = NULL;
    home.node->ends = (struct node_ends){.count = 0};
}

static bool node_act_do(const char *name, struct buffer *out)
{
    struct json_writer writer = json_writer_make(out);
    struct desk_call call = {.arena = &arena};

    for (size_t i = 0; i < node_act_count; i++)
        if (strcmp(node_acts[i].name, name) == 0)
            return node_acts[i].run(home.node, &call, &writer, &err) && buffer_byte(out, '\0');
    return false;
}

/* Before the writer begins, which would take the line for a real one. */
CHECK_TEST(what_a_running_node_with_a_partner_tells_is_as_the_document_says)
{
    static const char *const words[][2] = {
        {"status", "\"partner_port\":"},        {"status", "\"last_end_how\":\"killed\""},
        {"status", "\"clock_ahead_ms\":-1500"}, {"status", "handling of what al sent is stuck"},
        {"status", "\"state\":\"read-only\""},  {"doctor", "agreement ro-al ends in"},
        {"doctor", "the test wants"},
    };
    static const char *const paths[][2] = {{"status", "/api/v1/status"},
                                           {"doctor", "/api/v1/doctor"}};
    struct buffer text CLEANUP(buffer_free) = buffer_make(1u << 20);
    struct service *service = calloc(1, sizeof *service);
    char why[SCHEMA_WHY_SIZE] = "";

    CHECK_OR_RETURN(web_document(&text) && service != NULL);
    json_t *document = schema_document_read(buffer_span(&text));
    running_set(service);
    for (size_t i = 0; i < ARRAY_COUNT(paths); i++) {
        struct buffer out CLEANUP(buffer_free) = buffer_make(1u << 20);
        bool ok = node_act_do(paths[i][0], &out);
        struct span told = span_part(buffer_span(&out), 0, out.size - 1);
        ok = ok &&
             schema_answer_fits(document, "GET", paths[i][1], 200, "application/json", told, why);
        for (size_t k = 0; ok && k < ARRAY_COUNT(words); k++)
            ok = strcmp(words[k][0], paths[i][0]) != 0 ||
                 strstr((const char *)out.data, words[k][1]) != NULL;
        if (!ok)
            printf("%s: %s %s\n%.*s\n", paths[i][0], err.text, why, SPAN_ARG(told));
        CHECK(ok);
    }
    running_unset();
    json_decref(document);
    free(service);
}

/* What tests/web/contract_test.c cannot call: the acts of the node itself. */
CHECK_TEST(what_the_node_itself_answers_is_as_its_document_says)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(1u << 20);
    struct client client;
    char why[SCHEMA_WHY_SIZE] = "";
    char type[256];
    unsigned count = 0;

    CHECK_OR_RETURN(web_document(&text) && enter(ROLE_HEAD_OF_DESK, &client));
    json_t *document = schema_document_read(buffer_span(&text));
    struct service *service = calloc(1, sizeof *service);
    CHECK_OR_RETURN(document != NULL && service != NULL);
    CHECK_OK(verifying_make(home.node, &service->verifying, &err), err);
    for (size_t i = 0; i < web_route_count; i++) {
        const struct web_route *route = &web_routes[i];
        if (route->kind != WEB_ACT || desk_act_find(span_text(route->act)) != NULL)
            continue;
        /* Of a running node there is no more here than what verifies beside it. */
        home.node->service = strstr(route->act, "verify") != NULL ? service : NULL;
        unsigned status = request(&client, route, fields_of(&client));
        home.node->service = NULL;
        const char *body = strstr(answer, "\r\n\r\n");
        bool fits = status == route->status && body != NULL &&
                    schema_answer_fits(document, route->method, route->path, status,
                                       field_once("Content-Type", type), span_text(body + 4), why);
        if (!fits)
            printf("%s %s: %u %s\n%.600s\n", route->method, route->path, status, why, answer);
        CHECK(fits);
        count++;
    }
    printf("%u routes of the node itself held to the document\n", count);
    CHECK(count > 0);
    verifying_end(&service->verifying);
    free(service);
    json_decref(document);
    bare_close(&client.bare);
}

/* --- the node --- */

struct keyholder {
    const char *id;
    const char *hash;
};

static bool password_work(struct node *node, void *context, struct error *e)
{
    const struct keyholder *person = context;
    struct desk_password_change change = {.officer = span_text(person->id),
                                          .client = span_text("test"),
                                          .hash = span_text(person->hash),
                                          .is_right = true};

    return desk_password_change(&node->journal, &change, &arena, e);
}

static bool people_make(void)
{
    char hash[PASSWORD_HASH_SIZE];
    bool ok = password_hash(span_text(PASSWORD), hash, &err);

    for (size_t k = 0; ok && k < ROLE_COUNT; k++) {
        struct buffer result CLEANUP(buffer_free) = buffer_make(65536);
        char arguments[160];
        char id[32];
        snprintf(id, sizeof id, "role-%zu", k);
        snprintf(arguments, sizeof arguments,
                 "{\"id\":\"%s\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"%s\"}", id,
                 role_names[k]);
        struct control_request put = {.act = span_text("officer-put"),
                                      .officer = span_text("admin"),
                                      .reason = span_text("a test"),
                                      .arguments = span_text(arguments)};
        struct keyholder person = {.id = id, .hash = hash};
        ok = node_act(home.node, &put, true, &result, NULL, &err) &&
             node_job(home.node, true, password_work, &person, &err);
    }
    return ok;
}

static bool pem_read(const char *name, struct buffer *out)
{
    char path[HOME_PATH_SIZE];

    return home_path(&home.home, name, path, &err) &&
           env_read_file(env_real(), path, out->limit, out, &err);
}

static bool door_open(void)
{
    struct buffer key CLEANUP(buffer_free) = buffer_make(65536);
    struct buffer certificate CLEANUP(buffer_free) = buffer_make(65536);

    node_home_tls(&home);
    snprintf(home.node->config.desk_listen, sizeof home.node->config.desk_listen, "127.0.0.1:0");
    return pem_read("tls/key.pem", &key) && pem_read("tls/cert.pem", &certificate) &&
           http_init(&err) && desk_web_make(home.node, &web, &err) &&
           desk_server_make(home.node, web, buffer_span(&key), buffer_span(&certificate), &server,
                            &err) &&
           web_start(web, &err) && http_server_start(server, &err);
}

int main(void)
{
    arena = arena_make(4u << 20);
    node_home_make(&home);
    if (!people_make() || !door_open()) {
        printf("%s\n", err.text);
        return 1;
    }
    port = http_server_port(server);
    CHECK_RUN(what_a_running_node_with_a_partner_tells_is_as_the_document_says);
    node_home_write(&home);
    CHECK_RUN(every_route_by_every_role_answers_over_tls_as_written_by_hand);
    CHECK_RUN(no_route_opens_over_tls_without_session_token_and_origin);
    CHECK_RUN(the_cookie_ends_at_log_out_and_in_another_network);
    CHECK_RUN(nothing_answers_without_tls_or_below_its_third_version);
    CHECK_RUN(what_the_node_itself_answers_is_as_its_document_says);
    http_server_stop(&server);
    web_stop(web);
    node_home_free(&home);
    web_end(&web);
    arena_free(&arena);
    return check_end();
}
