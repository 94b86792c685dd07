/*
 * The desk's door over a node: acts of the desk and of the node itself answer through it, each under the session's officer.
 * covers: desk verifying
 */
#include "cmd/desk.h"
#include "cmd/service.h"
#include "cmd/verifying.h"

#include "base/text.h"
#include "check.h"
#include "desk/login.h"
#include "support/node_home.h"

#include <stdlib.h>
#include <unistd.h>

static struct node_home home;
static struct web *web;
static struct error err;
static struct arena arena;
static uint8_t token[LOGIN_TOKEN_SIZE];
static unsigned status;
static char body[65536];
static bool is_there;
static char csrf[2 * LOGIN_CSRF_SIZE + 1];

static void answer_take(void *context, const struct http_answer *answer)
{
    (void)context;
    status = answer->status;
    snprintf(body, sizeof body, "%.*s", SPAN_ARG(answer->body));
    __atomic_store_n(&is_there, true, __ATOMIC_RELEASE);
}

static bool login_work(struct node *node, void *context, struct error *e)
{
    struct desk_session session;

    if (!desk_login_end(&node->journal, span_text(context), span_text("192.0.2.7"), true, &arena,
                        token, &session, e))
        return false;
    hex_write(span_make(session.csrf, sizeof session.csrf), csrf);
    return true;
}

static bool writer_runs; /* a thread pumps; else the test does */

/* With a CSRF token and a key where the route wants them. */
static void ask(const char *method, const char *path)
{
    char hex[2 * LOGIN_TOKEN_SIZE + 1];
    char cookie[128];

    hex_write(span_make(token, sizeof token), hex);
    snprintf(cookie, sizeof cookie, "__Host-besa=%s", hex);
    for (size_t i = 0; i < web_route_count; i++) {
        if (strcmp(web_routes[i].path, path) != 0 || strcmp(web_routes[i].method, method) != 0)
            continue;
        struct web_call call = {.route = &web_routes[i],
                                .path = span_text(path),
                                .client = span_text("192.0.2.7"),
                                .cookie = span_text(cookie),
                                .reason = span_text("test"),
                                .answer = answer_take};
        char key[32];
        static unsigned number;
        snprintf(key, sizeof key, "key-of-test-%08u", ++number);
        if (web_routes[i].needs_key)
            call.key = span_text(key);
        if (web_route_changes(&web_routes[i]))
            call.csrf = span_text(csrf);
        __atomic_store_n(&is_there, false, __ATOMIC_RELEASE);
        web_serve(web, &call);
        for (int k = 0; k < 4000 && !__atomic_load_n(&is_there, __ATOMIC_ACQUIRE); k++)
            if (writer_runs || !journal_pump(&home.node->journal))
                usleep(500);
    }
    CHECK(is_there);
}

static void get(const char *path)
{
    ask("GET", path);
}

CHECK_TEST(acts_of_desk_and_node_answer_under_the_sessions_officer)
{
    char head[] = "ana";
    char admin[] = "admin";

    get("/api/v1/status");
    CHECK_INT(status, 401);
    CHECK_OK(node_job(home.node, true, login_work, head, &err), err);
    get("/api/v1/status");
    CHECK_INT(status, 200);
    CHECK(strstr(body, "\"party\":\"ro\"") != NULL);
    get("/api/v1/inbox");
    CHECK_INT(status, 200);
    CHECK_OK(node_job(home.node, true, login_work, admin, &err), err);
    get("/api/v1/inbox");
    CHECK_INT(status, 403);
    CHECK(strstr(body, "not for the role administrator") != NULL);
    get("/api/v1/officers");
    CHECK_INT(status, 200);
}

CHECK_TEST(a_place_that_is_none_is_refused)
{
    struct http_server *server = NULL;

    snprintf(home.node->config.desk_listen, sizeof home.node->config.desk_listen, "nowhere");
    CHECK(!desk_server_make(home.node, web, span_text(""), span_text(""), &server, &err));
    CHECK_ERROR(err, ERROR_INPUT, "desk_listen");
    error_clear(&err);
}

CHECK_TEST(events_of_the_books_are_published)
{
    struct journal_event event = {.kind = JOURNAL_ARRIVED, .line = 99, .entry = 1, .size = 1};

    for (int i = 0; i < 1000; i++)
        desk_web_publish(home.node, web, &event); /* round the ring, with nobody there */
    get("/api/v1/events");
    CHECK_INT(status, 503); /* no stream over this transport */
}

CHECK_TEST(the_doctor_looks_the_books_over)
{
    get("/api/v1/doctor");
    CHECK_INT(status, 200);
    CHECK(strstr(body, "no agreement is in the books yet") != NULL);
}

/* Beside the work: begun, looked at while it runs, and found clean at the end; one at a time, and none in a command. */
CHECK_TEST(the_books_are_verified_beside_the_work)
{
    struct service *service = calloc(1, sizeof *service);

    CHECK_OR_RETURN(service != NULL);
    ask("POST", "/api/v1/verification");
    CHECK_INT(status, 404);
    node_home_write(&home);
    writer_runs = true;
    CHECK_OK(verifying_make(home.node, &service->verifying, &err), err);
    service->node = home.node;
    home.node->service = service;
    get("/api/v1/verification");
    CHECK_INT(status, 200);
    CHECK(strstr(body, "{\"state\":\"none\"}") != NULL);
    ask("POST", "/api/v1/verification");
    CHECK_INT(status, 202);
    CHECK(strstr(body, "\"state\":\"runs\"") != NULL);
    for (int i = 0; i < 200 && strstr(body, "\"runs\"") != NULL; i++)
        get("/api/v1/verification");
    CHECK(strstr(body, "\"state\":\"done\"") != NULL && strstr(body, "\"clean\":true") != NULL);
    CHECK(strstr(body, "\"entries\":") != NULL);
    home.node->service = NULL;
    verifying_end(&service->verifying);
    free(service);
}

int main(void)
{
    char head[] = "ana";

    arena = arena_make(1u << 20);
    node_home_make(&home);
    if (!desk_web_make(home.node, &web, &err))
        return 1;
    CHECK_RUN(acts_of_desk_and_node_answer_under_the_sessions_officer);
    CHECK_RUN(a_place_that_is_none_is_refused);
    if (!node_job(home.node, true, login_work, head, &err))
        return 1;
    CHECK_RUN(events_of_the_books_are_published);
    CHECK_RUN(the_doctor_looks_the_books_over);
    CHECK_RUN(the_books_are_verified_beside_the_work);
    web_end(&web);
    node_home_free(&home);
    arena_free(&arena);
    return check_end();
}
