/*
 * The desk's door over a node: acts of the desk and of the node itself answer through it, each under the session's officer.
 * covers: desk
 */
#include "cmd/desk.h"

#include "base/text.h"
#include "check.h"
#include "desk/login.h"
#include "support/node_home.h"

static struct node_home home;
static struct web *web;
static struct error err;
static struct arena arena;
static uint8_t token[LOGIN_TOKEN_SIZE];
static unsigned status;
static char body[65536];
static bool is_there;

static void answer_take(void *context, const struct http_answer *answer)
{
    (void)context;
    status = answer->status;
    snprintf(body, sizeof body, "%.*s", SPAN_ARG(answer->body));
    is_there = true;
}

static bool login_work(struct node *node, void *context, struct error *e)
{
    struct desk_session session;

    return desk_login_end(&node->journal, span_text(context), span_text("192.0.2.7"), true, &arena,
                          token, &session, e);
}

static void get(const char *path)
{
    char hex[2 * LOGIN_TOKEN_SIZE + 1];
    char cookie[128];

    hex_write(span_make(token, sizeof token), hex);
    snprintf(cookie, sizeof cookie, "__Host-besa=%s", hex);
    for (size_t i = 0; i < web_route_count; i++) {
        if (strcmp(web_routes[i].path, path) != 0 || strcmp(web_routes[i].method, "GET") != 0)
            continue;
        struct web_call call = {.route = &web_routes[i],
                                .path = span_text(path),
                                .client = span_text("192.0.2.7"),
                                .cookie = span_text(cookie),
                                .reason = span_text("test"),
                                .answer = answer_take};
        is_there = false;
        web_serve(web, &call);
        for (int k = 0; k < 1000 && !is_there; k++)
            journal_pump(&home.node->journal);
    }
    CHECK(is_there);
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
    web_end(&web);
    node_home_free(&home);
    arena_free(&arena);
    return check_end();
}
