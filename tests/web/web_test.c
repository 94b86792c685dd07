/*
 * The API over a transport of the test's own: every route by every role against the table that was written by hand, and
 * without session, token or origin; log-in with its back-off; requests that come twice; what is wrong, field by field. To
 * write docs/openapi.json anew: run this program with `--write docs/openapi.json`.
 * covers: backoff landing login openapi problem proof read request routes waiting web
 */
#include "web/web.h"

#include "base/attributes.h"
#include "base/text.h"
#include "check.h"
#include "crypto/password.h"
#include "desk/login.h"
#include "desk/roles.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"
#include "store/local_rows.h"
#include "store/session_rows.h"
#include "web/support/reach.h"

#include <unistd.h>

static struct pair pair;
static struct web *web;
static struct arena arena;
static struct error err;
static int64_t ahead_ms;
static struct env moved;
static const struct env *real_env;

static int64_t now_moved(void *context)
{
    return real_env->now_ms(context) + ahead_ms;
}

static int64_t stalled_ms;

static int64_t monotonic_moved(void *context)
{
    return real_env->monotonic_ms(context) + stalled_ms;
}

/* --- the door --- */

/* A log-in held between its two jobs: counts what is submitted, and lets the second wait until it is 0 again. */
static int gate;

static bool door_submit(void *context, struct job *job, struct error *e)
{
    (void)context;
    if (__atomic_load_n(&gate, __ATOMIC_ACQUIRE) > 0 &&
        __atomic_add_fetch(&gate, 1, __ATOMIC_ACQ_REL) > 2)
        for (int i = 0; i < 20000 && __atomic_load_n(&gate, __ATOMIC_ACQUIRE) > 0; i++)
            usleep(500);
    return journal_submit(&pair.nodes[0].journal, job, e);
}

static bool door_act(void *context, struct span name, const struct desk_call *call,
                     struct json_writer *out, struct error *e)
{
    const struct desk_act *act = desk_act_find(name);
    struct officer_row officer;
    (void)context;

    if (act != NULL)
        return desk_run(&pair.nodes[0].journal, act, call, out, e);
    /* The node's own acts live in cmd; here one stands for them. */
    if (!officer_find(pair.nodes[0].journal.db, call->arena, call->access.officer, &officer, e) ||
        !role_check(officer.role, (const char *)name.data, e))
        return false;
    buffer_text(out->buffer, "{}");
    return true;
}

/* --- calls --- */

struct got {
    bool is_there;
    unsigned status;
    char body[65536];
    char cookie[256];
    char retry[24];
};
static struct got answer;

static void answer_take(void *context, const struct http_answer *got)
{
    (void)context;
    answer.status = got->status;
    snprintf(answer.body, sizeof answer.body, "%.*s", SPAN_ARG(got->body));
    for (size_t i = 0; i < got->header_count; i++)
        if (strcmp(got->headers[i].name, "Set-Cookie") == 0)
            snprintf(answer.cookie, sizeof answer.cookie, "%s", got->headers[i].value);
        else if (strcmp(got->headers[i].name, "Retry-After") == 0)
            snprintf(answer.retry, sizeof answer.retry, "%s", got->headers[i].value);
    __atomic_store_n(&answer.is_there, true, __ATOMIC_RELEASE);
}

static void serve(struct web_call *call)
{
    memset(&answer, 0, sizeof answer);
    call->answer = answer_take;
    web_serve(web, call);
    for (int i = 0; i < 20000 && !__atomic_load_n(&answer.is_there, __ATOMIC_ACQUIRE); i++)
        if (!journal_pump(&pair.nodes[0].journal))
            usleep(500);
    if (!answer.is_there)
        printf("no answer\n");
}

static const struct web_route *route_find(const char *method, const char *path)
{
    for (size_t i = 0; i < web_route_count; i++)
        if (strcmp(web_routes[i].method, method) == 0 && strcmp(web_routes[i].path, path) == 0)
            return &web_routes[i];
    printf("no route %s %s\n", method, path);
    exit(1);
}

/* A session as a log-in gives it. */
struct held {
    const char *officer;
    uint8_t token[LOGIN_TOKEN_SIZE];
    struct desk_session session;
    char cookie[128];
    char csrf[2 * LOGIN_CSRF_SIZE + 1];
};

static bool session_run(struct journal *journal, void *context, struct error *e)
{
    struct held *held = context;

    return desk_login_end(journal, span_text(held->officer), span_text("192.0.2.7"), true, &arena,
                          held->token, &held->session, e);
}

static bool session_make(const char *officer, struct held *out)
{
    char hex[2 * LOGIN_TOKEN_SIZE + 1];

    *out = (struct held){.officer = officer};
    if (!hostile_run(&pair.nodes[0], session_run, out, &err) || out->session.until_ms == 0)
        return false;
    hex_write(span_make(out->token, LOGIN_TOKEN_SIZE), hex);
    snprintf(out->cookie, sizeof out->cookie, "a=b; __Host-besa=%s", hex);
    hex_write(span_make(out->session.csrf, LOGIN_CSRF_SIZE), out->csrf);
    return true;
}

static unsigned key_number;
static char key_text[32];
static char path_text[256];

static struct span path_of(const struct web_route *route)
{
    reach_path(route, path_text, sizeof path_text);
    return span_text(path_text);
}

static struct web_call call_of(const struct web_route *route, const struct held *held)
{
    struct web_call call = {.route = route,
                            .path = path_of(route),
                            .host = span_text("node.ro.example:8443"),
                            .client = span_text("192.0.2.7"),
                            .reason = span_text("a%20test"),
                            .case_number = span_text("c-1")};

    if (held != NULL) {
        call.cookie = span_text(held->cookie);
        call.csrf = span_text(held->csrf);
    }
    if (route->body != WEB_BODY_NONE) {
        call.content_type = span_text("application/json");
        call.body = span_text("{}");
    }
    if (route->needs_key) {
        snprintf(key_text, sizeof key_text, "key-of-test-%08u", ++key_number);
        call.key = span_text(key_text);
    }
    return call;
}

static bool body_has(const char *text)
{
    bool has = strstr(answer.body, text) != NULL;

    if (!has)
        printf("%u %.400s\n", answer.status, answer.body);
    return has;
}

/* --- the table by hand --- */

static void officer_name(size_t role, char out[32])
{
    snprintf(out, 32, "%s", role_names[role]);
    for (char *c = out; *c != '\0'; c++)
        if (*c == '_')
            *c = '-';
}

static bool officers_make(void)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        struct buffer out CLEANUP(buffer_free) = buffer_make(4096);
        char name[32];
        char arguments[192];
        officer_name(i, name);
        snprintf(arguments, sizeof arguments,
                 "{\"id\":\"%s\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"%s\"}", name,
                 role_names[i]);
        if (!pair_act(&pair.nodes[0], "officer-put", arguments, span_text(""), &out, &err))
            return false;
    }
    return true;
}

static unsigned checked;
static unsigned unexpected;

static void expect(const struct web_route *route, const char *who, bool is_as_wanted)
{
    checked++;
    if (is_as_wanted)
        return;
    unexpected++;
    printf("%s %s, %s: %u %.200s\n", route->method, route->path, who, answer.status, answer.body);
}

/* What comes or goes as a stream needs a line: tests/cmd/desk_tls_test.c. */
static bool needs_line(const struct web_route *route)
{
    return route->kind == WEB_UPLOAD || route->kind == WEB_EVENTS;
}

CHECK_TEST(every_route_by_every_role_answers_as_written_by_hand)
{
    unsigned allowed = 0;

    checked = unexpected = 0;
    for (size_t k = 0; k < ROLE_COUNT; k++) {
        struct held held;
        char name[32];
        officer_name(k, name);
        CHECK_OR_RETURN(session_make(name, &held));
        for (size_t i = 0; i < web_route_count; i++) {
            const struct web_route *route = &web_routes[i];
            struct web_call call = call_of(route, &held);
            if (!web_route_needs_session(route) || needs_line(route) || route->kind == WEB_LOGOUT)
                continue;
            serve(&call);
            bool may = reach_may(route, k);
            bool is_refused = answer.status == 403 && strstr(answer.body, "not for the role");
            allowed += may;
            expect(route, name,
                   may ? reach_is_sound(route, answer.status, answer.body) : is_refused);
        }
    }
    printf("%u checked, %u of them allowed, %u unexpected\n", checked, allowed, unexpected);
    CHECK_INT(unexpected, 0);
    CHECK(checked > 600 && allowed > 240);
}

CHECK_TEST(every_act_has_a_route_or_a_reason_to_stay_at_the_node)
{
    size_t reasons = 0;

    for (size_t i = 0; i < role_rule_count; i++) {
        bool has_route = false;
        bool has_reason = false;
        for (size_t k = 0; k < web_route_count; k++)
            has_route = has_route || (web_routes[k].act != NULL &&
                                      strcmp(web_routes[k].act, role_rules[i].act) == 0);
        for (size_t k = 0; k < role_at_node_count; k++)
            if (strcmp(roles_at_node[k].act, role_rules[i].act) == 0)
                has_reason = true, reasons++;
        if (has_route == has_reason)
            printf("%s: %s\n", role_rules[i].act, has_route ? "both" : "neither");
        CHECK(has_route != has_reason);
    }
    CHECK_INT(reasons, role_at_node_count);
}

CHECK_TEST(no_route_opens_without_session_token_and_origin)
{
    struct held held;
    struct held other;
    char forged[] = "__Host-besa=0000000000000000000000000000000000000000000000000000000000000000";

    checked = unexpected = 0;
    CHECK_OR_RETURN(session_make("head-of-desk", &held) && session_make("administrator", &other));
    for (size_t i = 0; i < web_route_count; i++) {
        const struct web_route *route = &web_routes[i];
        struct web_call call = call_of(route, &held);
        if (route->kind == WEB_UPLOAD)
            continue; /* taken as it comes: upload_test.c */
        if (web_route_needs_session(route)) {
            call.cookie = span_make(NULL, 0);
            serve(&call);
            expect(route, "no session", answer.status == 401);
            call.cookie = span_text(forged);
            serve(&call);
            expect(route, "forged session", answer.status == 401);
            ahead_ms = LOGIN_IDLE_MS + 1;
            call.cookie = span_text(held.cookie);
            serve(&call);
            expect(route, "expired session", answer.status == 401);
            ahead_ms = 0;
            CHECK_OR_RETURN(session_make("head-of-desk", &held));
        }
        if (!web_route_changes(route))
            continue;
        call = call_of(route, &held);
        call.origin = span_text("https://elsewhere.example");
        serve(&call);
        expect(route, "foreign origin", answer.status == 403);
        call.origin = span_text("http://node.ro.example:8443");
        serve(&call);
        expect(route, "origin without TLS", answer.status == 403);
        call.origin = span_make(NULL, 0);
        call.fetch_site = span_text("cross-site");
        serve(&call);
        expect(route, "cross-site", answer.status == 403);
        if (!web_route_needs_session(route))
            continue;
        call.fetch_site = span_text("same-origin");
        call.csrf = span_make(NULL, 0);
        serve(&call);
        expect(route, "no CSRF token", answer.status == 403);
        call.csrf = span_text(other.csrf);
        serve(&call);
        expect(route, "another's CSRF token", answer.status == 403);
    }
    printf("%u checked, %u unexpected\n", checked, unexpected);
    CHECK_INT(unexpected, 0);
}

CHECK_TEST(an_act_wants_reason_and_case)
{
    const struct web_route *route = route_find("GET", "/api/v1/items/{id}");
    struct held held;
    struct web_call call;

    CHECK_OR_RETURN(session_make("head-of-desk", &held));
    call = call_of(route, &held);
    call.reason = span_make(NULL, 0);
    serve(&call);
    CHECK_INT(answer.status, 400);
    CHECK(body_has("reason"));
    call = call_of(route, &held);
    call.case_number = span_make(NULL, 0);
    serve(&call);
    CHECK_INT(answer.status, 400);
    CHECK(body_has("case"));
}

CHECK_TEST(what_is_wrong_is_said_field_by_field)
{
    struct held held;
    struct held admin;
    struct web_call call;

    CHECK_OR_RETURN(session_make("head-of-desk", &held) && session_make("administrator", &admin));
    call = call_of(route_find("POST", "/api/v1/requests"), &held);
    serve(&call);
    CHECK_INT(answer.status, 422);
    CHECK(body_has("\"problems\":[{\"field\":\"") && body_has("\"/reference\""));
    call = call_of(route_find("PUT", "/api/v1/officers/{id}"), &admin);
    call.body = span_text("{\"id\":\"other\",\"name\":\"x\"}"); /* twice: in path and body */
    serve(&call);
    CHECK_INT(answer.status, 400);
    call.body = span_text("{\"name\":\"x\",\"unit\":\"desk\",\"role\":\"analyst\",\"colour\":1}");
    serve(&call);
    CHECK_INT(answer.status, 422);
    CHECK(body_has("colour"));
    call.content_type = span_text("text/plain");
    serve(&call);
    CHECK_INT(answer.status, 415);
    call = call_of(route_find("GET", "/api/v1/inbox"), &held);
    call.query = span_text("limit=0");
    serve(&call);
    CHECK_INT(answer.status, 422);
    call.query = span_text("colour=red");
    serve(&call);
    CHECK_INT(answer.status, 400);
    call.query = span_text("limit=5");
    serve(&call);
    CHECK_INT(answer.status, 200);
    call = call_of(route_find("POST", "/api/v1/requests"), &held);
    call.key = span_make(NULL, 0);
    serve(&call);
    CHECK_INT(answer.status, 400);
    CHECK(body_has("Idempotency-Key"));
}

/* Walks a list one row a page; the number of pages, 0 when a place comes back or the walk has no end. */
static unsigned pages_walk(const char *path, const struct held *held)
{
    enum { PAGE_MAX = 64 };
    char query[128] = "limit=1";
    char seen[128] = "";

    for (unsigned pages = 1; pages <= PAGE_MAX; pages++) {
        struct web_call call = call_of(route_find("GET", path), held);
        call.query = span_text(query);
        serve(&call);
        if (answer.status != 200 || !body_has("{\"list\":["))
            return 0;
        const char *next = strstr(answer.body, "\"next\":\"");
        if (next == NULL)
            return pages;
        next += strlen("\"next\":\"");
        snprintf(query, sizeof query, "limit=1&after=%.*s", (int)strcspn(next, "\""), next);
        if (strcmp(query, seen) == 0)
            return 0;
        snprintf(seen, sizeof seen, "%s", query);
    }
    return 0;
}

CHECK_TEST(lists_come_page_by_page)
{
    struct held held;
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(session_make("head-of-desk", &held));
    unsigned before = pages_walk("/api/v1/sent", &held);
    CHECK(before >= 1);
    for (unsigned i = 0; i < 3; i++)
        CHECK_OK(pair_request(&pair.nodes[0], 70 + i, item, &err), err);
    unsigned after = pages_walk("/api/v1/sent", &held);
    CHECK(after == before + 3 || after == 3); /* an empty list is one page too */
    CHECK(pages_walk("/api/v1/officers", &held) >= ROLE_COUNT);
    struct web_call put = call_of(route_find("PUT", "/api/v1/cases/{id}"), &held);
    put.path = span_text("/api/v1/cases/c-2");
    put.body = span_text("{\"title\":\"Test\"}");
    serve(&put);
    CHECK_INT(answer.status, 200);
    CHECK(pages_walk("/api/v1/cases", &held) >= 2);
    CHECK_INT(pages_walk("/api/v1/inbox", &held), 1);
    struct web_call call = call_of(route_find("GET", "/api/v1/agreements"), &held);
    serve(&call);
    CHECK_INT(answer.status, 200);
    CHECK(body_has("\"agreement\":\"ro-al\"") && body_has("\"suspended\":false"));
    static const char *const forged[] = {"after=x", "after=1.2", "after=1.2.3.4", "after=-1.2.3",
                                         "after=1.2.99999999999999999999"};
    for (size_t i = 0; i < ARRAY_COUNT(forged); i++) {
        call = call_of(route_find("GET", "/api/v1/sent"), &held);
        call.query = span_text(forged[i]);
        serve(&call);
        CHECK(answer.status == 400 || answer.status == 422);
    }
}

CHECK_TEST(a_request_that_comes_twice_is_sent_once)
{
    char reference[24];
    struct request request = sample_request_numbered(77, reference);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct journal *journal = &pair.nodes[0].journal;
    struct held held;
    char first[sizeof answer.body];

    request.authority = span_text("Centrul de Cooperare (test)");
    CHECK(request_write(&request, &body));
    CHECK_OR_RETURN(session_make("head-of-desk", &held));
    struct web_call call = call_of(route_find("POST", "/api/v1/requests"), &held);
    call.body = buffer_span(&body);
    uint64_t sent = journal->lines[0].out.size;
    call.query = span_text("approver=second");
    serve(&call);
    CHECK_INT(answer.status, 202);
    CHECK(body_has("\"approval\":\"") && body_has("waits for a second officer"));
    memcpy(first, answer.body, sizeof first);
    int64_t sequence = journal->next_sequence;
    uint64_t entries = journal->domestic.size;
    serve(&call);
    CHECK_INT(answer.status, 202);
    CHECK(strcmp(first, answer.body) == 0);
    CHECK_INT(journal->next_sequence, sequence);
    CHECK_INT(journal->domestic.size, entries);
    call.reason = span_text("another%20reason");
    serve(&call);
    CHECK_INT(answer.status, 409);
    CHECK_INT(journal->next_sequence, sequence);
    CHECK_INT(journal->lines[0].out.size, sent); /* and still nothing is sent */
}

/* What changes something by POST has a key, so that a client that heard no answer may ask again; or a reason not to. */
CHECK_TEST(every_post_takes_a_key_or_is_written_down)
{
    static const char *const without[][2] = {
        {"/api/v1/session", "each log-in is a session of its own, and ends by itself"},
        {"/api/v1/password", "the digest of the request would stand for the password"},
        {"/api/v1/session/proof", "the same, and proved twice is proved"},
        {"/api/v1/agreements/{id}/difference", "it only looks"},
        {"/api/v1/agreements/{id}/trial", "it only looks"},
        {"/api/v1/successions/allowance", "it only looks"},
        {"/api/v1/own/search", "it only looks"},
    };
    size_t found = 0;

    for (size_t i = 0; i < web_route_count; i++) {
        bool is_written = false;
        if (strcmp(web_routes[i].method, "POST") != 0) {
            CHECK(!web_routes[i].needs_key); /* PUT and DELETE done twice are done once */
            continue;
        }
        for (size_t k = 0; k < ARRAY_COUNT(without); k++)
            is_written = is_written || strcmp(without[k][0], web_routes[i].path) == 0;
        if (web_routes[i].needs_key == is_written)
            printf("POST %s\n", web_routes[i].path);
        CHECK(web_routes[i].needs_key != is_written);
        found += is_written;
    }
    CHECK_INT(found, ARRAY_COUNT(without));
}

/* A text field of the last answer. */
static bool field(const char *name, char *out, size_t size)
{
    char wanted[48];

    snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
    const char *found = strstr(answer.body, wanted);
    if (found == NULL)
        return body_has(wanted);
    found += strlen(wanted);
    snprintf(out, size, "%.*s", (int)strcspn(found, "\""), found);
    return true;
}

/* The id of an approval in the path of a route. */
static struct web_call approval_call(const char *method, const char *path, const char *id,
                                     const struct held *held)
{
    static char filled[128];
    const struct web_route *route = route_find(method, path);
    struct web_call call = call_of(route, held);

    snprintf(filled, sizeof filled, "/api/v1/approvals/%s%s", id, strchr(path, '}') + 1);
    call.path = span_text(filled);
    return call;
}

CHECK_TEST(the_second_officer_confirms_in_a_session_of_her_own)
{
    char reference[24];
    struct request request = sample_request_numbered(78, reference);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct journal *journal = &pair.nodes[0].journal;
    struct held held;
    struct held second;
    char id[64];
    char sha256[80];
    char arguments[128];
    const char *confirmation = "/api/v1/approvals/{id}/confirmation";

    request.authority = span_text("Centrul de Cooperare (test)");
    CHECK(request_write(&request, &body));
    CHECK_OR_RETURN(session_make("head-of-desk", &held) && session_make("second", &second));
    struct web_call call = call_of(route_find("POST", "/api/v1/requests"), &held);
    call.body = buffer_span(&body);
    call.query = span_text("approver=second");
    serve(&call);
    CHECK_INT(answer.status, 202);
    CHECK_OR_RETURN(field("approval", id, sizeof id));
    call = call_of(route_find("GET", "/api/v1/approvals"), &second);
    serve(&call);
    CHECK(body_has(id) && body_has("\"waits_for_me\":true"));
    call = approval_call("GET", "/api/v1/approvals/{id}", id, &second);
    serve(&call);
    CHECK_INT(answer.status, 200);
    CHECK_OR_RETURN(field("sha256", sha256, sizeof sha256));
    CHECK(body_has("RO-78"));
    snprintf(arguments, sizeof arguments, "{\"sha256\":\"%.64s\"}", sha256);
    call = approval_call("POST", confirmation, id, &held); /* the drafter's own session */
    call.body = span_text(arguments);
    serve(&call);
    CHECK_INT(answer.status, 403);
    pair_settle(&pair);
    uint64_t sent = journal->lines[0].out.size;
    call = approval_call("POST", confirmation, id, &second);
    call.body = span_text(arguments);
    serve(&call);
    CHECK_INT(answer.status, 200);
    CHECK(body_has("\"item\":\""));
    pair_settle(&pair);
    CHECK_INT(journal->lines[0].out.size, sent + 1);
    call = approval_call("POST", confirmation, id, &second);
    call.body = span_text(arguments);
    serve(&call);
    CHECK_INT(answer.status, 409);
    /* And refused, with the reason told. */
    call = call_of(route_find("POST", "/api/v1/requests"), &held);
    call.body = buffer_span(&body);
    call.query = span_text("approver=%2A"); /* whoever may */
    serve(&call);
    CHECK_INT(answer.status, 202);
    CHECK_OR_RETURN(field("approval", id, sizeof id));
    call = approval_call("POST", "/api/v1/approvals/{id}/refusal", id, &second);
    call.reason = span_text("not%20for%20us");
    serve(&call);
    CHECK_INT(answer.status, 200);
    CHECK(body_has("\"state\":\"refused\"") && body_has("\"why\":\"not for us\""));
}

/* Whether some row of the answers that are kept holds this text. */
static bool kept_look(struct journal *journal, void *context, struct error *e)
{
    const char *const *asked = context; /* officer, key, what must not be there */
    struct once_row row;

    if (!once_find(journal->db, &arena, span_text(asked[0]), span_text(asked[1]), &row, e))
        return false;
    return memmem(row.answer.data, row.answer.size, asked[2], strlen(asked[2])) == NULL ||
           error_set(e, ERROR_BUG, "the secret is kept");
}

static bool is_not_kept(const char *officer, const char *key, const char *secret)
{
    const char *asked[] = {officer, key, secret};

    error_clear(&err);
    return hostile_run(&pair.nodes[0], kept_look, asked, &err);
}

CHECK_TEST(a_half_is_told_once_and_kept_nowhere)
{
    struct held admin, head;
    char key[2][32];
    char half[64];
    char id[64];
    char sha256[80];
    char arguments[128];

    CHECK_OR_RETURN(session_make("administrator", &admin) && session_make("head-of-desk", &head));
    struct web_call call = call_of(route_find("POST", "/api/v1/officers/{id}/password"), &admin);
    call.path = span_text("/api/v1/officers/analyst/password");
    snprintf(key[0], sizeof key[0], "%s", key_text);
    call.key = span_text(key[0]);
    serve(&call);
    CHECK_INT(answer.status, 202);
    CHECK_OR_RETURN(field("first_half", half, sizeof half) && field("approval", id, sizeof id) &&
                    field("sha256", sha256, sizeof sha256));
    int64_t sequence = pair.nodes[0].journal.next_sequence;
    CHECK_OK(is_not_kept("administrator", key[0], half), err);
    serve(&call); /* no second draft, and no half */
    CHECK_INT(answer.status, 409);
    CHECK(body_has("told once") && strstr(answer.body, half) == NULL);
    CHECK_INT(pair.nodes[0].journal.next_sequence, sequence);

    snprintf(arguments, sizeof arguments, "{\"sha256\":\"%.64s\"}", sha256);
    call = approval_call("POST", "/api/v1/approvals/{id}/confirmation", id, &head);
    call.body = span_text(arguments);
    snprintf(key[1], sizeof key[1], "%s", key_text);
    call.key = span_text(key[1]);
    serve(&call);
    CHECK_INT(answer.status, 200);
    CHECK_OR_RETURN(field("second_half", half, sizeof half));
    CHECK_OK(is_not_kept("head-of-desk", key[1], half), err);
    serve(&call);
    CHECK_INT(answer.status, 409);
    CHECK(body_has("told once") && strstr(answer.body, half) == NULL);
    /* The same key under another request says so, and nothing more. */
    call.reason = span_text("another%20reason");
    serve(&call);
    CHECK_INT(answer.status, 409);
    CHECK(body_has("another request's"));
}

CHECK_TEST(a_confirmation_that_comes_twice_is_answered_twice_and_done_once)
{
    struct journal *journal = &pair.nodes[0].journal;
    struct held head, admin;
    char first[sizeof answer.body];
    char id[64];
    char sha256[80];
    char arguments[128];
    char key[32];

    CHECK_OR_RETURN(session_make("head-of-desk", &head) && session_make("administrator", &admin));
    struct web_call call = call_of(route_find("POST", "/api/v1/officers/{id}/revocation"), &head);
    call.path = span_text("/api/v1/officers/analyst/revocation");
    serve(&call);
    CHECK_OR_RETURN(field("approval", id, sizeof id) && field("sha256", sha256, sizeof sha256));
    snprintf(arguments, sizeof arguments, "{\"sha256\":\"%.64s\"}", sha256);
    call = approval_call("POST", "/api/v1/approvals/{id}/confirmation", id, &admin);
    call.body = span_text(arguments);
    snprintf(key, sizeof key, "%s", key_text);
    call.key = span_text(key);
    serve(&call);
    CHECK_INT(answer.status, 200);
    memcpy(first, answer.body, sizeof first);
    int64_t sequence = journal->next_sequence;
    serve(&call);
    CHECK_INT(answer.status, 200);
    CHECK(strcmp(first, answer.body) == 0);
    CHECK_INT(journal->next_sequence, sequence);
}

CHECK_TEST(what_nobody_does_alone_waits_without_being_asked)
{
    const struct web_route *who = route_find("GET", "/api/v1/session");
    struct held head, admin, analyst;
    char id[64];
    char sha256[80];
    char arguments[128];

    CHECK_OR_RETURN(session_make("head-of-desk", &head) && session_make("administrator", &admin) &&
                    session_make("analyst", &analyst));
    struct web_call call = call_of(route_find("POST", "/api/v1/officers/{id}/revocation"), &head);
    call.path = span_text("/api/v1/officers/analyst/revocation");
    serve(&call);
    CHECK_INT(answer.status, 202);
    CHECK_OR_RETURN(field("approval", id, sizeof id) && field("sha256", sha256, sizeof sha256));
    call = call_of(who, &analyst);
    serve(&call);
    CHECK_INT(answer.status, 200); /* nothing has happened yet */
    snprintf(arguments, sizeof arguments, "{\"sha256\":\"%.64s\"}", sha256);
    call = approval_call("POST", "/api/v1/approvals/{id}/confirmation", id, &admin);
    call.body = span_text(arguments);
    serve(&call);
    CHECK_INT(answer.status, 200);
    CHECK(body_has("all sessions have ended"));
    call = call_of(who, &analyst);
    serve(&call);
    CHECK_INT(answer.status, 401);
}

CHECK_TEST(values_of_a_query_are_of_their_kind)
{
    static const struct {
        const char *method;
        const char *path;
        const char *query;
        unsigned status;
    } asked[] = {
        {"GET", "/api/v1/retention/items", "days=30&limit=5", 200},
        {"GET", "/api/v1/retention/items", "days=soon", 422},
        {"GET", "/api/v1/agreements/{id}/proposal", "own=true", 404},
        {"GET", "/api/v1/agreements/{id}/proposal", "own=yes", 422},
        {"PUT", "/api/v1/agreements/{id}/suspension", "suspension_reason=whim", 422},
        {"PUT", "/api/v1/agreements/{id}/suspension", "suspension_reason=rights", 200},
        {"DELETE", "/api/v1/agreements/{id}/suspension", "", 200},
    };
    struct held held;

    CHECK_OR_RETURN(session_make("head-of-desk", &held));
    for (size_t i = 0; i < ARRAY_COUNT(asked); i++) {
        struct web_call call = call_of(route_find(asked[i].method, asked[i].path), &held);
        call.query = span_text(asked[i].query);
        serve(&call);
        if (answer.status != asked[i].status)
            printf("%s %s?%s: %.300s\n", asked[i].method, asked[i].path, asked[i].query,
                   answer.body);
        CHECK_INT(answer.status, asked[i].status);
    }
}

CHECK_TEST(a_message_is_tried_and_not_sent)
{
    char reference[24];
    struct request request = sample_request_numbered(79, reference);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct journal *journal = &pair.nodes[0].journal;
    struct held held;

    request.authority = span_text("Centrul de Cooperare (test)");
    CHECK(request_write(&request, &body));
    CHECK_OR_RETURN(session_make("analyst", &held));
    struct web_call call = call_of(route_find("POST", "/api/v1/agreements/{id}/trial"), &held);
    call.body = buffer_span(&body);
    call.query = span_text("type=request");
    pair_settle(&pair);
    uint64_t size = journal->lines[0].out.size;
    serve(&call);
    CHECK_INT(answer.status, 200);
    CHECK(body_has("\"allowed\":true"));
    call.query = span_text("type=request&receive=true");
    serve(&call);
    CHECK_INT(answer.status, 200);
    pair_settle(&pair);
    CHECK_INT(journal->lines[0].out.size, size);
}

CHECK_TEST(problems_are_counted_by_their_kind)
{
    struct held held;

    CHECK_OR_RETURN(session_make("administrator", &held));
    uint64_t rules = web_problems(web, ERROR_RULE);
    uint64_t sessions = web_problems(web, ERROR_SESSION);
    struct web_call call = call_of(route_find("GET", "/api/v1/inbox"), &held);
    serve(&call);
    CHECK_INT(answer.status, 403);
    CHECK_INT(web_problems(web, ERROR_RULE), rules + 1);
    call.cookie = span_make(NULL, 0);
    serve(&call);
    CHECK_INT(answer.status, 401);
    CHECK_INT(web_problems(web, ERROR_SESSION), sessions + 1);
    CHECK_INT(web_problems(web, ERROR_RULE), rules + 1);
    call = call_of(route_find("GET", "/api/v1/officers"), &held);
    serve(&call);
    CHECK_INT(answer.status, 200);
    CHECK_INT(web_problems(web, ERROR_RULE), rules + 1);
}

CHECK_TEST(what_reads_takes_no_key_and_leaves_an_entry)
{
    struct journal *journal = &pair.nodes[0].journal;
    struct held held;

    CHECK_OR_RETURN(session_make("head-of-desk", &held));
    struct web_call call = call_of(route_find("GET", "/api/v1/inbox"), &held);
    call.reason = span_text("a%20look");
    uint64_t entries = journal->domestic.size;
    serve(&call);
    CHECK_INT(answer.status, 200);
    CHECK_INT(journal->domestic.size, entries + 1);
    serve(&call); /* the same look again is covered (desk/view.c), another reason is not */
    CHECK_INT(journal->domestic.size, entries + 1);
    call.reason = span_text("another%20reason");
    serve(&call);
    CHECK_INT(answer.status, 200);
    CHECK_INT(journal->domestic.size, entries + 2);
    call.key = span_text("0123456789abcdef");
    serve(&call);
    CHECK_INT(answer.status, 400);
}

/* What came of it stands as if the officer had set it. */
struct own {
    const char *officer;
    const char *hash;
};

static bool own_run(struct journal *journal, void *context, struct error *e)
{
    const struct own *own = context;
    struct desk_password_change change = {.officer = span_text(own->officer),
                                          .client = span_text("test"),
                                          .hash = span_text(own->hash),
                                          .is_right = true};

    return desk_password_change(journal, &change, &arena, e);
}

static bool password_put(const char *officer, const char *password)
{
    char hash[PASSWORD_HASH_SIZE];
    struct own own = {.officer = officer, .hash = hash};

    return password_hash(span_text(password), hash, &err) &&
           hostile_run(&pair.nodes[0], own_run, &own, &err);
}

CHECK_TEST(an_officer_logs_in_acts_and_logs_out)
{
    char cookie[300];
    char csrf[80];
    struct web_call call = call_of(route_find("POST", "/api/v1/session"), NULL);

    CHECK_OK(password_put("investigator", "a long enough one"), err);
    call.body = span_text("{\"officer\":\"investigator\",\"password\":\"another long one\"}");
    serve(&call);
    CHECK_INT(answer.status, 401);
    call.body = span_text("{\"officer\":\"investigator\",\"password\":\"a long enough one\"}");
    serve(&call);
    CHECK_INT(answer.status, 201);
    CHECK(body_has("\"role\":\"investigator\""));
    CHECK(strncmp(answer.cookie, "__Host-besa=", 12) == 0);
    CHECK(strstr(answer.cookie, "; Path=/; Secure; HttpOnly; SameSite=Strict") != NULL);
    snprintf(cookie, sizeof cookie, "%.*s", 12 + 64, answer.cookie);
    const char *at = strstr(answer.body, "\"csrf\":\"");
    CHECK_OR_RETURN(at != NULL);
    snprintf(csrf, sizeof csrf, "%.64s", at + 8);
    call = call_of(route_find("GET", "/api/v1/inbox"), NULL);
    call.cookie = span_text(cookie);
    serve(&call);
    CHECK_INT(answer.status, 200);
    call = call_of(route_find("DELETE", "/api/v1/session"), NULL);
    call.cookie = span_text(cookie);
    call.csrf = span_text(csrf);
    serve(&call);
    CHECK_INT(answer.status, 204);
    CHECK(strstr(answer.cookie, "Max-Age=0") != NULL);
    call = call_of(route_find("GET", "/api/v1/session"), NULL);
    call.cookie = span_text(cookie);
    serve(&call);
    CHECK_INT(answer.status, 401);
}

CHECK_TEST(who_fails_again_and_again_waits)
{
    struct web_call call = call_of(route_find("POST", "/api/v1/session"), NULL);
    unsigned refused = 0;

    call.client = span_text("192.0.2.99");
    call.body = span_text("{\"officer\":\"analyst\",\"password\":\"a guess too many\"}");
    for (int i = 0; i < 8; i++) {
        serve(&call);
        refused += answer.status == 429;
        CHECK(answer.status == 401 || answer.status == 429);
        const char *wait = strstr(answer.body, "; wait ");
        CHECK(answer.status == 401 ||
              (wait != NULL && strtol(wait + 7, NULL, 10) == strtol(answer.retry, NULL, 10)));
    }
    CHECK(refused >= 1);
    /* Another officer is not kept waiting by it. */
    call.body = span_text("{\"officer\":\"dpo\",\"password\":\"a guess too many\"}");
    serve(&call);
    CHECK_INT(answer.status, 401);
}

/* Whoever has one address of a /64 has them all. */
CHECK_TEST(addresses_of_one_ipv6_network_wait_as_one)
{
    struct web_call call = call_of(route_find("POST", "/api/v1/session"), NULL);
    char address[32];

    call.body = span_text("{\"officer\":\"signatory\",\"password\":\"a guess too many\"}");
    for (unsigned i = 1; i <= 8; i++) {
        snprintf(address, sizeof address, "2001:db8:1:2::%u", i);
        call.client = span_text(address);
        serve(&call);
    }
    CHECK_INT(answer.status, 429);
    call.client = span_text("2001:db8:1:3::1");
    serve(&call);
    CHECK_INT(answer.status, 401);
}

CHECK_TEST(nobody_at_another_address_keeps_an_officer_out)
{
    struct web_call call = call_of(route_find("POST", "/api/v1/session"), NULL);

    call.client = span_text("192.0.2.101");
    call.body = span_text("{\"officer\":\"investigator\",\"password\":\"a guess too many\"}");
    for (int i = 0; i < 8; i++)
        serve(&call);
    CHECK_INT(answer.status, 429);
    call.client = span_text("192.0.2.10");
    call.body = span_text("{\"officer\":\"investigator\",\"password\":\"a long enough one\"}");
    serve(&call);
    CHECK_INT(answer.status, 201);
    /* The right one elsewhere does not free the guesser. */
    call.client = span_text("192.0.2.101");
    serve(&call);
    CHECK_INT(answer.status, 429);
}

CHECK_TEST(a_password_that_is_changed_during_its_log_in_opens_nothing)
{
    char hash[PASSWORD_HASH_SIZE];
    struct own own = {.officer = "investigator", .hash = hash};
    struct web_call call = call_of(route_find("POST", "/api/v1/session"), NULL);

    CHECK_OK(password_hash(span_text("a newer one by far"), hash, &err), err);
    call.body = span_text("{\"officer\":\"investigator\",\"password\":\"a long enough one\"}");
    call.answer = answer_take;
    memset(&answer, 0, sizeof answer);
    gate = 1;
    web_serve(web, &call);
    for (int i = 0; i < 20000 && __atomic_load_n(&gate, __ATOMIC_ACQUIRE) < 3; i++)
        if (!journal_pump(&pair.nodes[0].journal))
            usleep(500);
    CHECK_INT(gate, 3);
    CHECK_OK(hostile_run(&pair.nodes[0], own_run, &own, &err), err);
    __atomic_store_n(&gate, 0, __ATOMIC_RELEASE);
    for (int i = 0; i < 20000 && !__atomic_load_n(&answer.is_there, __ATOMIC_ACQUIRE); i++)
        if (!journal_pump(&pair.nodes[0].journal))
            usleep(500);
    CHECK_INT(answer.status, 401);
}

struct flood_got {
    bool is_there;
    bool says_when;
    unsigned status;
};

static void flood_take(void *context, const struct http_answer *got)
{
    struct flood_got *out = context;

    out->status = got->status;
    for (size_t i = 0; i < got->header_count; i++)
        out->says_when = out->says_when || strcmp(got->headers[i].name, "Retry-After") == 0;
    __atomic_store_n(&out->is_there, true, __ATOMIC_RELEASE);
}

/* From one IPv4 address, or from many of one IPv6 network. */
static void flood_leaves_room(bool is_six)
{
    struct flood_got got[24] = {{.status = 0}};
    char clients[24][32];
    struct web_call call = call_of(route_find("POST", "/api/v1/session"), NULL);
    unsigned refused = 0;

    call.answer = flood_take;
    call.body = span_text("{\"officer\":\"dpo\",\"password\":\"a guess too many\"}");
    for (size_t i = 0; i < ARRAY_COUNT(got); i++) {
        bool is_other = i + 1 == ARRAY_COUNT(got);
        snprintf(clients[i], sizeof clients[i], is_six ? "2001:db8:7:8::%zu" : "192.0.2.120", i);
        call.client = span_text(is_other ? "192.0.2.121" : clients[i]);
        call.context = &got[i];
        web_serve(web, &call);
    }
    for (size_t i = 0; i < ARRAY_COUNT(got); i++) {
        for (int k = 0; k < 20000 && !__atomic_load_n(&got[i].is_there, __ATOMIC_ACQUIRE); k++)
            if (!journal_pump(&pair.nodes[0].journal))
                usleep(500);
        refused += got[i].status == 503;
    }
    CHECK(refused >= 16);
    CHECK_INT(got[ARRAY_COUNT(got) - 1].status, 401);
}

CHECK_TEST(a_flood_of_log_ins_from_one_address_leaves_room_for_others)
{
    flood_leaves_room(false);
}

CHECK_TEST(a_flood_of_log_ins_from_one_ipv6_network_leaves_room_for_others)
{
    flood_leaves_room(true);
}

/* In the writer's queue, which the test empties later. */
static void flood_serve(struct held *held, struct flood_got got[], size_t count)
{
    struct web_call call = call_of(route_find("GET", "/api/v1/inbox"), held);

    call.answer = flood_take;
    for (size_t i = 0; i < count; i++) {
        call.context = &got[i];
        web_serve(web, &call);
    }
}

CHECK_TEST(a_flood_of_acts_of_one_session_leaves_room_for_others)
{
    static struct flood_got got[40];
    static struct flood_got others[2];
    struct held greedy;
    struct held other;

    CHECK_OR_RETURN(session_make("signatory", &greedy) && session_make("dpo", &other));
    flood_serve(&greedy, got, ARRAY_COUNT(got));
    flood_serve(&other, others, 1);
    for (size_t i = 0; i < ARRAY_COUNT(got); i++) {
        CHECK_INT(got[i].is_there, i >= WEB_WAITING_MAX);
        CHECK(!got[i].is_there || (got[i].status == 429 && got[i].says_when));
    }
    CHECK(!others[0].is_there);
    while (journal_pump(&pair.nodes[0].journal))
        ;
    for (size_t i = 0; i < WEB_WAITING_MAX; i++)
        CHECK_INT(got[i].status, got[0].status);
    CHECK(got[0].status != 0 && got[0].status != 429);
    CHECK(others[0].status != 0 && others[0].status != 429);
    /* All of it is given back. */
    memset(got, 0, sizeof got);
    flood_serve(&greedy, got, WEB_WAITING_MAX);
    while (journal_pump(&pair.nodes[0].journal))
        ;
    for (size_t i = 0; i < WEB_WAITING_MAX; i++)
        CHECK(got[i].status != 0 && got[i].status != 429);
}

/* From session cookie and CSRF token of the last log-in. */
struct entered {
    char cookie[300];
    char csrf[80];
};

static bool enter(const char *officer, const char *password, const char *client,
                  struct entered *entered)
{
    char body[400];
    struct web_call call = call_of(route_find("POST", "/api/v1/session"), NULL);

    snprintf(body, sizeof body, "{\"officer\":\"%s\",\"password\":\"%s\"}", officer, password);
    call.body = span_text(body);
    call.client = span_text(client);
    serve(&call);
    snprintf(entered->cookie, sizeof entered->cookie, "%.*s", 12 + 64, answer.cookie);
    return answer.status == 201 && field("csrf", entered->csrf, sizeof entered->csrf);
}

static struct web_call entered_call(const char *method, const char *path, const char *client,
                                    const struct entered *entered)
{
    struct web_call call = call_of(route_find(method, path), NULL);

    call.cookie = span_text(entered->cookie);
    call.csrf = span_text(entered->csrf);
    call.client = span_text(client);
    return call;
}

static bool one_time_run(struct journal *journal, void *context, struct error *e)
{
    static struct problems problems;
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    struct buffer *out = context;
    struct json_writer writer = json_writer_make(out);

    problems_clear(&problems);
    if (!json_parse(span_text("{\"id\":\"dpo\"}"), &json, e))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct desk_call call = {.access = {.officer = span_text("administrator"),
                                        .reason = span_text("test"),
                                        .approver = span_text("security-officer")},
                             .arguments = &object,
                             .problems = &problems,
                             .arena = &arena};
    return desk_run(journal, desk_act_find(span_text("officer-password")), &call, &writer, e);
}

/* All routes but three are shut to a one-time password; one opens them. */
CHECK_TEST(a_one_time_password_is_good_for_setting_ones_own)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(4096);
    struct entered entered;
    char password[128];
    char body[300];
    const char *client = "192.0.2.140";

    CHECK_OK(hostile_run(&pair.nodes[0], one_time_run, &out, &err), err);
    snprintf(answer.body, sizeof answer.body, "%.*s", SPAN_ARG(buffer_span(&out)));
    CHECK_OR_RETURN(field("one_time_password", password, sizeof password));
    CHECK_OR_RETURN(enter("dpo", password, client, &entered));
    CHECK(body_has("\"must_change\":true") && body_has("\"password_set_by\":\"administrator\"") &&
          body_has("\"password_confirmed_by\":\"security-officer\""));
    checked = unexpected = 0;
    for (size_t i = 0; i < web_route_count; i++) {
        const struct web_route *route = &web_routes[i];
        struct web_call call = call_of(route, NULL);
        if (!web_route_needs_session(route) || route->kind == WEB_PASSWORD ||
            route->kind == WEB_SESSION || route->kind == WEB_LOGOUT || route->kind == WEB_UPLOAD)
            continue; /* what a file's taker refuses: upload_test.c */
        call.cookie = span_text(entered.cookie);
        call.csrf = span_text(entered.csrf);
        call.client = span_text(client);
        serve(&call);
        expect(route, "one-time",
               answer.status == 403 && strstr(answer.body, "good for one thing") != NULL);
    }
    printf("%u routes shut, %u open\n", checked - unexpected, unexpected);
    CHECK(checked >= 25);
    CHECK_INT(unexpected, 0);
    struct web_call call = entered_call("POST", "/api/v1/password", client, &entered);
    snprintf(body, sizeof body, "{\"old\":\"%s\",\"new\":\"short\"}", password);
    call.body = span_text(body);
    serve(&call);
    CHECK_INT(answer.status, 422);
    snprintf(body, sizeof body, "{\"old\":\"%s\",\"new\":\"%s\"}", password, password);
    call.body = span_text(body);
    serve(&call);
    CHECK_INT(answer.status, 422);
    CHECK(body_has("it is the old one"));
    snprintf(body, sizeof body, "{\"old\":\"%s\",\"new\":\"my own and long\"}", password);
    call.body = span_text(body);
    call.csrf = span_text("00");
    serve(&call);
    CHECK_INT(answer.status, 403);
    call.csrf = span_text(entered.csrf);
    serve(&call);
    CHECK_INT(answer.status, 204);
    call = entered_call("GET", "/api/v1/inbox", client, &entered);
    serve(&call);
    CHECK_INT(answer.status, 200); /* the same session is whole now */
    CHECK(!enter("dpo", password, client, &entered));
    CHECK(enter("dpo", "my own and long", client, &entered));
    CHECK(body_has("\"password_set_by\":\"dpo\""));
}

CHECK_TEST(a_wrong_old_password_counts_as_a_failed_log_in)
{
    struct entered entered;
    const char *client = "192.0.2.141";
    unsigned refused = 0;

    CHECK_OK(password_put("dpo", "my own and long"), err);
    CHECK_OR_RETURN(enter("dpo", "my own and long", client, &entered));
    struct web_call call = entered_call("POST", "/api/v1/password", client, &entered);
    call.body = span_text("{\"old\":\"a guess too many\",\"new\":\"one of a thief\"}");
    for (int i = 0; i < 7; i++) {
        serve(&call);
        CHECK(answer.status == 403 || answer.status == 429);
        refused += answer.status == 429;
    }
    CHECK(refused >= 1);
    CHECK(!enter("dpo", "my own and long", client, &entered)); /* log-in waits with it */
    CHECK_INT(answer.status, 429);
    CHECK(enter("dpo", "my own and long", "192.0.2.142", &entered)); /* elsewhere she gets in */
}

CHECK_TEST(a_cookie_from_another_network_ends_its_session)
{
    struct held held;
    struct web_call call;

    CHECK_OR_RETURN(session_make("head-of-desk", &held));
    call = call_of(route_find("GET", "/api/v1/session"), &held);
    call.client = span_text("198.51.100.7");
    serve(&call);
    CHECK_INT(answer.status, 401);
    call.client = span_text("192.0.2.7");
    serve(&call);
    CHECK_INT(answer.status, 401); /* that is committed: it does not come back */
}

static unsigned alarms;
static char alarm_words[128];

static void door_alarm(void *context, const char *words)
{
    (void)context;
    alarms++;
    snprintf(alarm_words, sizeof alarm_words, "%s", words);
}

/* Log-ins that fail, from one or many; how many alarms were told. */
static unsigned guess(const char *officer, const char *client, unsigned count)
{
    struct web_call call = call_of(route_find("POST", "/api/v1/session"), NULL);
    char address[32];
    char body[128];
    unsigned before = alarms;

    for (unsigned i = 0; i < count; i++) {
        snprintf(body, sizeof body, "{\"officer\":\"%s\",\"password\":\"a guess too many\"}",
                 officer);
        if (officer[0] == '\0')
            snprintf(body, sizeof body,
                     "{\"officer\":\"name-%u\",\"password\":\"a guess too many\"}", i);
        snprintf(address, sizeof address, "203.0.113.%u", i);
        call.body = span_text(body);
        call.client = span_text(client[0] == '\0' ? address : client);
        serve(&call);
    }
    return alarms - before;
}

CHECK_TEST(guessing_from_many_sides_is_an_alarm_and_locks_nobody_out)
{
    const char *words = "";
    struct entered entered;

    uint64_t before = web_guessing(web, &words);
    CHECK_INT(guess("auditor", "", 4), 0);
    CHECK_INT(guess("auditor", "", 8), 1); /* the fifth address, told once */
    CHECK(strstr(alarm_words, "many addresses") != NULL);
    CHECK_INT(web_guessing(web, &words), before + 1);
    CHECK(strcmp(words, alarm_words) == 0);
    CHECK_INT(guess("", "198.51.100.9", 9), 0);
    CHECK_INT(guess("", "198.51.100.9", 12), 1);
    CHECK(strstr(alarm_words, "many officers") != NULL);
    CHECK_INT(web_guessing(web, &words), before + 2);
    CHECK_OK(password_put("auditor", "my own and long"), err);
    CHECK(enter("auditor", "my own and long", "192.0.2.150", &entered));
}

/* Only the page that is open asks: its session ends as if nobody had. */
CHECK_TEST(a_page_that_refreshes_and_its_stream_keep_no_session_alive)
{
    static const char *const paths[] = {"/api/v1/inbox", "/api/v1/session", "/api/v1/events"};

    for (size_t i = 0; i < ARRAY_COUNT(paths); i++) {
        struct held held;
        bool is_stream = i == 2;
        unsigned answered = 0;
        CHECK_OR_RETURN(session_make("head-of-desk", &held));
        struct web_call call = call_of(route_find("GET", paths[i]), &held);
        if (!is_stream)
            call.automatic = span_text("yes");
        for (ahead_ms = 60000; ahead_ms < LOGIN_IDLE_MS; ahead_ms += 60000) {
            serve(&call);
            /* No stream can be had over this transport: it is refused after its session was found. */
            answered += answer.status == (is_stream ? 503 : 200);
        }
        CHECK_INT(answered, LOGIN_IDLE_MS / 60000 - 1);
        ahead_ms = LOGIN_IDLE_MS;
        serve(&call);
        CHECK_INT(answer.status, 401);
        ahead_ms = 0;
    }
    /* The same by an officer's hand goes on, and a word that is none is refused. */
    struct held held;
    CHECK_OR_RETURN(session_make("head-of-desk", &held));
    struct web_call call = call_of(route_find("GET", "/api/v1/inbox"), &held);
    ahead_ms = LOGIN_IDLE_MS - 60000;
    serve(&call);
    ahead_ms = LOGIN_IDLE_MS + 60000;
    serve(&call);
    CHECK_INT(answer.status, 200);
    call.automatic = span_text("no");
    serve(&call);
    CHECK_INT(answer.status, 400);
    ahead_ms = 0;
}

static void session_time(const char *field, char out[TIME_TEXT_SIZE])
{
    char name[16];

    snprintf(name, sizeof name, "\"%s\":\"", field);
    const char *at = strstr(answer.body, name);
    snprintf(out, TIME_TEXT_SIZE, "%s", at == NULL ? "" : at + strlen(name));
    out[strcspn(out, "\"")] = '\0';
}

/* What a page shows its officer: the one moves with each use until it is the other, which stands. */
CHECK_TEST(a_session_says_whose_node_it_is_and_when_it_ends_unused_and_in_any_case)
{
    char until[TIME_TEXT_SIZE], ends[TIME_TEXT_SIZE], wanted[TIME_TEXT_SIZE], last[TIME_TEXT_SIZE];
    struct held held;

    CHECK_OR_RETURN(session_make("head-of-desk", &held));
    struct web_call call = call_of(route_find("GET", "/api/v1/session"), &held);
    time_write(held.session.until_ms - LOGIN_IDLE_MS + LOGIN_TOTAL_MS, wanted);
    for (ahead_ms = 0; ahead_ms < LOGIN_TOTAL_MS; ahead_ms += LOGIN_IDLE_MS - 60000) {
        serve(&call);
        CHECK(body_has("\"party\":\"ro\""));
        session_time("ends", ends);
        session_time("until", until);
        CHECK(strcmp(ends, wanted) == 0);
        CHECK(strcmp(until, ends) <= 0 && (ahead_ms == 0 || strcmp(until, last) > 0));
        memcpy(last, until, sizeof last);
    }
    CHECK(strcmp(until, ends) == 0);
    ahead_ms = 0;
}

#define ELEVEN_MINUTES_MS 660000

static bool asks_for_proof(void)
{
    return answer.status == 403 && strstr(answer.body, "\"type\":\"step-up\"") != NULL;
}

/* Written by hand; docs/login.md says the same in words. */
#define PROVED_COUNT 29
static const char *const proved_acts[PROVED_COUNT] = {
    "agreement-accept",    "agreement-propose",  "agreement-refuse",  "agreement-resume",
    "agreement-terminate", "agreement-withdraw", "approval-confirm", /* whatever it confirms */
    "case-erase",          "case-person-remove", "item-erase",        "own-remove",
    "key-revoke",          "officer-password",   "officer-put",       "officer-revoke",
    "resume-allow",        "resume-order",       "retention-clock",   "retention-release",
    "retention-run",       "succession-allow",   "succession-import", "succession-prepare",
    "acts-release",        "emergency-send",     "item-forward",      "item-export",
    "rights-decide",       "glass-open",
};

static bool wants_proof(const char *act)
{
    for (size_t i = 0; i < PROVED_COUNT; i++)
        if (strcmp(proved_acts[i], act) == 0)
            return true;
    return false;
}

/* Eleven minutes after the log-in: those that are to, and no other. */
CHECK_TEST(acts_upon_keys_officers_and_agreements_want_the_password_again)
{
    unsigned asked = 0;

    checked = unexpected = 0;
    for (size_t i = 0; i < web_route_count; i++) {
        const struct web_route *route = &web_routes[i];
        struct held held;
        char name[32];
        size_t role = 0;
        if (route->kind != WEB_ACT)
            continue;
        while (role < ROLE_COUNT && !role_permits((enum role)role, route->act))
            role++;
        CHECK_OR_RETURN(role < ROLE_COUNT);
        officer_name(role, name);
        ahead_ms = 0;
        CHECK_OR_RETURN(session_make(name, &held));
        struct web_call call = call_of(route, &held);
        ahead_ms = ELEVEN_MINUTES_MS;
        serve(&call);
        expect(route, name, asks_for_proof() == wants_proof(route->act));
        asked += asks_for_proof();
    }
    ahead_ms = 0;
    printf("%u checked, %u asked for a proof, %u unexpected\n", checked, asked, unexpected);
    CHECK_INT(unexpected, 0);
    CHECK_INT(asked, PROVED_COUNT);
}

CHECK_TEST(a_proof_is_good_for_ten_minutes_of_its_own_session)
{
    const char *body = "{\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"analyst\"}";
    struct entered one, other;

    CHECK_OK(password_put("administrator", "a long enough one"), err);
    CHECK_OR_RETURN(enter("administrator", "a long enough one", "192.0.2.160", &one) &&
                    enter("administrator", "a long enough one", "198.51.100.160", &other));
    struct web_call put = entered_call("PUT", "/api/v1/officers/{id}", "192.0.2.160", &one);
    struct web_call prove = entered_call("POST", "/api/v1/session/proof", "192.0.2.160", &one);
    put.body = span_text(body);
    serve(&put);
    CHECK_INT(answer.status, 200);
    ahead_ms = ELEVEN_MINUTES_MS;
    serve(&put);
    CHECK(asks_for_proof() && body_has("/api/v1/session/proof"));
    uint64_t entries = pair.nodes[0].journal.domestic.size;
    prove.body = span_text("{\"password\":\"a guess too many\"}");
    serve(&prove);
    CHECK_INT(answer.status, 403);
    CHECK(body_has("the password is wrong") && body_has("about:blank"));
    CHECK(pair.nodes[0].journal.domestic.size > entries); /* as a log-in that failed */
    serve(&put);
    CHECK(asks_for_proof());
    prove.body = span_text("{}");
    serve(&prove);
    CHECK_INT(answer.status, 422);
    prove.body = span_text("{\"password\":\"a long enough one\"}");
    serve(&prove);
    CHECK_INT(answer.status, 204);
    serve(&put);
    CHECK_INT(answer.status, 200);
    /* The other session of the same officer has proved nothing. */
    struct web_call elsewhere =
        entered_call("PUT", "/api/v1/officers/{id}", "198.51.100.160", &other);
    elsewhere.body = span_text(body);
    serve(&elsewhere);
    CHECK(asks_for_proof());
    ahead_ms = 2 * ELEVEN_MINUTES_MS;
    serve(&put);
    CHECK(asks_for_proof());
    ahead_ms = 0;
}

/* The second of two officers too: a desk left open revokes nobody. */
CHECK_TEST(an_old_session_confirms_nothing_before_its_proof)
{
    struct held head, signatory;
    struct entered admin;
    char id[64];
    char sha256[80];
    char path[128];
    char arguments[128];
    const char *client = "192.0.2.170";

    CHECK_OK(password_put("administrator", "a long enough one"), err);
    CHECK_OR_RETURN(enter("administrator", "a long enough one", client, &admin));
    ahead_ms = ELEVEN_MINUTES_MS;
    CHECK_OR_RETURN(session_make("head-of-desk", &head) && session_make("signatory", &signatory));
    struct web_call call = call_of(route_find("POST", "/api/v1/officers/{id}/revocation"), &head);
    call.path = span_text("/api/v1/officers/signatory/revocation");
    serve(&call);
    CHECK_INT(answer.status, 202);
    CHECK_OR_RETURN(field("approval", id, sizeof id) && field("sha256", sha256, sizeof sha256));
    snprintf(arguments, sizeof arguments, "{\"sha256\":\"%.64s\"}", sha256);
    snprintf(path, sizeof path, "/api/v1/approvals/%s/confirmation", id);
    call = entered_call("POST", "/api/v1/approvals/{id}/confirmation", client, &admin);
    call.path = span_text(path);
    call.body = span_text(arguments);
    serve(&call);
    CHECK(asks_for_proof());
    struct web_call who = call_of(route_find("GET", "/api/v1/session"), &signatory);
    serve(&who);
    CHECK_INT(answer.status, 200); /* nothing has happened yet */
    struct web_call prove = entered_call("POST", "/api/v1/session/proof", client, &admin);
    prove.body = span_text("{\"password\":\"a long enough one\"}");
    serve(&prove);
    CHECK_INT(answer.status, 204);
    serve(&call);
    CHECK_INT(answer.status, 200);
    CHECK(body_has("all sessions have ended"));
    serve(&who);
    CHECK_INT(answer.status, 401);
    ahead_ms = 0;
}

CHECK_TEST(who_may_not_hears_nothing_of_a_proof)
{
    struct held held;

    CHECK_OR_RETURN(session_make("analyst", &held));
    struct web_call call = call_of(route_find("PUT", "/api/v1/officers/{id}"), &held);
    ahead_ms = ELEVEN_MINUTES_MS;
    serve(&call);
    CHECK_INT(answer.status, 403);
    CHECK(!asks_for_proof() && body_has("not for the role analyst"));
    ahead_ms = 0;
}

CHECK_TEST(two_cookies_of_one_name_are_none)
{
    static struct held held;
    char both[300];
    struct web_call call;

    CHECK_OR_RETURN(session_make("head-of-desk", &held));
    snprintf(both, sizeof both, "%s; %s", held.cookie, held.cookie);
    call = call_of(route_find("GET", "/api/v1/session"), &held);
    call.cookie = span_text(both);
    serve(&call);
    CHECK_INT(answer.status, 401);
}

CHECK_TEST(the_landing_page_names_node_and_document_and_holds_no_script)
{
    struct web_call call = call_of(route_find("GET", "/"), NULL);

    serve(&call);
    CHECK_INT(answer.status, 200);
    CHECK(body_has("node ro") && body_has("TRAINING") && body_has("/api/v1/openapi.json"));
    CHECK(strstr(answer.body, "<script") == NULL);
}

static bool page_says(const char *text)
{
    struct web_call call = call_of(route_find("GET", "/"), NULL);

    serve(&call);
    return answer.status == 200 && body_has(text);
}

/* Whatever happens to the node, a stranger learns whether it works and no more. */
CHECK_TEST(the_landing_page_says_whether_the_node_works_and_no_more)
{
    struct journal *journal = &pair.nodes[0].journal;
    struct journal_line *line = &journal->lines[0];
    char page[sizeof answer.body];

    CHECK(page_says("State: standing")); /* no writer has come by yet */
    web_look(web, journal);
    CHECK(page_says("State: running"));
    memcpy(page, answer.body, sizeof page);
    stalled_ms = 11000;
    CHECK(page_says("State: standing"));
    web_look(web, journal);
    CHECK(page_says("State: running"));
    /* The same page to the byte for a node that is suspended, behind its partner and read-only. */
    struct journal_line before = *line;
    line->is_suspended = line->is_suspended_by_us = line->is_suspended_by_partner = true;
    line->resume.state = RESUME_BEHIND;
    snprintf(line->out.read_only, sizeof line->out.read_only, "a test");
    CHECK(page_says("State: running"));
    CHECK(strcmp(page, answer.body) == 0);
    CHECK(strstr(answer.body, BESA_VERSION) == NULL);
    *line = before;
    stalled_ms = 0;
}

/* --- the document --- */

CHECK_TEST(docs_openapi_is_up_to_date)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    struct buffer kept CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    struct json *json CLEANUP(json_free) = NULL;

    CHECK(web_document(&text));
    CHECK_OK(json_parse(buffer_span(&text), &json, &err), err);
    buffer_byte(&text, '\n');
    CHECK_OK(
        env_read_file(env_real(), BESA_SOURCE_DIR "/docs/openapi.json", kept.limit, &kept, &err),
        err);
    CHECK(span_equal(buffer_span(&text), buffer_span(&kept)));
    for (size_t i = 0; i < web_route_count; i++)
        CHECK(memmem(text.data, text.size, web_routes[i].path, strlen(web_routes[i].path)) != NULL);
}

static int document_write(const char *path)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    FILE *file = fopen(path, "wb");

    if (file == NULL || !web_document(&text) || !buffer_byte(&text, '\n') ||
        fwrite(text.data, 1, text.size, file) != text.size) {
        printf("cannot write %s\n", path);
        return 1;
    }
    return fclose(file) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return document_write(argv[2]);
    arena = arena_make(64u * 1024 * 1024);
    if (!pair_make(&pair) || !officers_make())
        return 1;
    real_env = pair.nodes[0].journal.env;
    moved = *real_env;
    moved.now_ms = now_moved;
    moved.monotonic_ms = monotonic_moved;
    pair.nodes[0].journal.env = &moved;
    struct web_options options = {
        .env = &moved,
        .door = {.submit = door_submit, .act = door_act, .alarm = door_alarm},
        .party = "ro",
        .is_training = true};
    if (!web_make(&options, &web, &err) || !web_start(web, &err))
        return 1;
    CHECK_RUN(every_act_has_a_route_or_a_reason_to_stay_at_the_node);
    CHECK_RUN(every_route_by_every_role_answers_as_written_by_hand);
    CHECK_RUN(no_route_opens_without_session_token_and_origin);
    CHECK_RUN(an_act_wants_reason_and_case);
    CHECK_RUN(what_is_wrong_is_said_field_by_field);
    CHECK_RUN(lists_come_page_by_page);
    CHECK_RUN(a_request_that_comes_twice_is_sent_once);
    CHECK_RUN(the_second_officer_confirms_in_a_session_of_her_own);
    CHECK_RUN(every_post_takes_a_key_or_is_written_down);
    CHECK_RUN(a_half_is_told_once_and_kept_nowhere);
    CHECK_RUN(a_confirmation_that_comes_twice_is_answered_twice_and_done_once);
    CHECK_RUN(what_nobody_does_alone_waits_without_being_asked);
    CHECK_RUN(values_of_a_query_are_of_their_kind);
    CHECK_RUN(a_message_is_tried_and_not_sent);
    CHECK_RUN(problems_are_counted_by_their_kind);
    CHECK_RUN(what_reads_takes_no_key_and_leaves_an_entry);
    CHECK_RUN(an_officer_logs_in_acts_and_logs_out);
    CHECK_RUN(who_fails_again_and_again_waits);
    CHECK_RUN(addresses_of_one_ipv6_network_wait_as_one);
    CHECK_RUN(nobody_at_another_address_keeps_an_officer_out);
    CHECK_RUN(a_password_that_is_changed_during_its_log_in_opens_nothing);
    CHECK_RUN(a_flood_of_log_ins_from_one_address_leaves_room_for_others);
    CHECK_RUN(a_flood_of_log_ins_from_one_ipv6_network_leaves_room_for_others);
    CHECK_RUN(a_flood_of_acts_of_one_session_leaves_room_for_others);
    CHECK_RUN(a_one_time_password_is_good_for_setting_ones_own);
    CHECK_RUN(a_wrong_old_password_counts_as_a_failed_log_in);
    CHECK_RUN(a_cookie_from_another_network_ends_its_session);
    CHECK_RUN(guessing_from_many_sides_is_an_alarm_and_locks_nobody_out);
    CHECK_RUN(a_page_that_refreshes_and_its_stream_keep_no_session_alive);
    CHECK_RUN(a_session_says_whose_node_it_is_and_when_it_ends_unused_and_in_any_case);
    CHECK_RUN(acts_upon_keys_officers_and_agreements_want_the_password_again);
    CHECK_RUN(a_proof_is_good_for_ten_minutes_of_its_own_session);
    CHECK_RUN(an_old_session_confirms_nothing_before_its_proof);
    CHECK_RUN(who_may_not_hears_nothing_of_a_proof);
    CHECK_RUN(two_cookies_of_one_name_are_none);
    CHECK_RUN(the_landing_page_says_whether_the_node_works_and_no_more);
    CHECK_RUN(the_landing_page_names_node_and_document_and_holds_no_script);
    CHECK_RUN(docs_openapi_is_up_to_date);
    web_end(&web);
    pair.nodes[0].journal.env = real_env;
    pair_free(&pair);
    arena_free(&arena);
    return check_end();
}
