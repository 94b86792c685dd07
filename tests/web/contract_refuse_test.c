/*
 * What the API refuses is as its document says: the problem of each kind at each route, arguments field by field, and what the
 * server refuses before a route hears of it. The routes with success: contract_test.c.
 */
#include "check.h"
#include "web/contract/contract.h"

#include <stdio.h>

CHECK_TEST(a_problem_is_one_of_those_that_the_document_knows)
{
    char item[UUID_TEXT_SIZE];
    const struct live_session *head = as(ROLE_HEAD_OF_DESK);
    struct ask refused[] = {
        {"GET", "/api/v1/inbox", NULL, "colour=red", head, .status = 400},
        {"GET", "/api/v1/inbox", NULL, NULL, NULL, .status = 401},
        {"GET", "/api/v1/inbox", NULL, "after=x", head, .status = 400},
        {"GET", "/api/v1/inbox", NULL, "limit=0", head, .status = 422},
        {"GET", "/api/v1/inbox", NULL, "state=closed", head, .status = 422},
        {"GET", "/api/v1/inbox", NULL, "partner=nowhere", head, .status = 404},
        {"GET", "/api/v1/sent", NULL, "unit=border", head, .status = 400},
        {"GET", "/api/v1/officers", NULL, NULL, as(ROLE_SIGNATORY), .status = 403},
        {"PUT", "/api/v1/cases/{id}", "c-3", NULL, head, "{\"title\":\"a\"}", .status = 403,
         .without_csrf = true},
        {"PUT", "/api/v1/cases/{id}", "c-3", NULL, head, "{\"title\":\"a\"}", "text/plain",
         .status = 415},
        {"PUT", "/api/v1/cases/{id}", "c-3", NULL, head, "", .status = 422},
        {"GET", "/api/v1/items/{id}", UNKNOWN, NULL, head, .status = 404},
        {"GET", "/api/v1/items/{id}/parts/{n}", UNKNOWN, NULL, head, .status = 404},
        {"DELETE", "/api/v1/items/{id}/hold", UNKNOWN, NULL, head, .status = 404},
        {"POST", "/api/v1/session", NULL, NULL, NULL,
         "{\"officer\":\"nobody\",\"password\":\"a wrong guess\"}", .status = 401},
        {"POST", "/api/v1/session", NULL, NULL, NULL, "", .status = 422},
    };

    unsigned before = problems_seen;
    for (size_t i = 0; i < ARRAY_COUNT(refused); i++)
        CHECK(done(&refused[i]));
    CHECK_INT(problems_seen - before, ARRAY_COUNT(refused));
    CHECK_OR_RETURN(arrived(41, item));
    __atomic_store_n(&live.disk_left, 10, __ATOMIC_RELEASE);
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/uploads",
                             .query = "name=a.txt",
                             .session = as(ROLE_DUTY_OFFICER),
                             .body = "bytes of a file",
                             .status = 507}));
    __atomic_store_n(&live.disk_left, INT64_MAX, __ATOMIC_RELEASE);
}

/* An officer of a role that may do it. */
static const struct live_session *session_for(const struct web_route *route)
{
    for (size_t i = 0; i < ROLE_COUNT; i++)
        if (route->act == NULL || role_permits((enum role)i, route->act))
            return &sessions[i];
    return NULL;
}

static bool is_refused(const struct web_route *route, const char *body, const char *field)
{
    struct live_answer answer;
    char wanted[96];
    struct ask asked = {.method = route->method,
                        .route = route->path,
                        .id =
                            route->id != NULL && strcmp(route->id, "item") == 0 ? UNKNOWN : "none",
                        .session = session_for(route),
                        .body = body,
                        .status = 422};

    snprintf(wanted, sizeof wanted, "\"field\":\"%s\"", field);
    bool ok = ask(&asked, &answer) && live_answer_has(&answer, wanted);
    live_answer_free(&answer);
    if (!ok)
        printf("  %s %s: %s\n", route->method, route->path, body);
    return ok;
}

/* Each argument of each route: of a wrong type, lacking, and one that nobody knows. */
CHECK_TEST(arguments_that_do_not_fit_are_refused_by_their_names)
{
    unsigned count = 0;

    for (size_t i = 0; i < web_route_count; i++) {
        const struct web_route *route = &web_routes[i];
        const json_t *body = schema_of_body(document, route->method, route->path);
        const char *ref = json_string_value(json_object_get(body, "$ref"));
        if (route->body != WEB_BODY_ARGUMENTS && route->body != WEB_BODY_DOCUMENT)
            continue;
        CHECK_OR_RETURN(ref != NULL);
        const json_t *schema = schema_find(document, strrchr(ref, '/') + 1);
        const char *name;
        json_t *unused;
        char text[128], field[96];
        json_object_foreach(json_object_get(schema, "properties"), name, unused)
        {
            snprintf(text, sizeof text, "{\"%s\":{\"a\":[]}}", name);
            snprintf(field, sizeof field, "/%s", name);
            CHECK(is_refused(route, text, field));
            count++;
        }
        const json_t *required = json_object_get(schema, "required");
        for (size_t k = 0; k < json_array_size(required); k++) {
            snprintf(field, sizeof field, "/%s", json_string_value(json_array_get(required, k)));
            CHECK(is_refused(route, "{}", field));
            count++;
        }
        CHECK(is_refused(route, "{\"colour\":1}", ""));
        count++;
    }
    printf("%u arguments refused\n", count);
    CHECK(count >= 30);
}

/* --- every kind of failure at every route --- */

/* As the table of error.c has them; LIMIT of a list and of a body are one. */
static const enum error_kind act_faults[] = {ERROR_INPUT, ERROR_RULE, ERROR_MISSING, ERROR_CONFLICT,
                                             ERROR_LIMIT, ERROR_BUSY, ERROR_STORE,   ERROR_LINK,
                                             ERROR_FULL,  ERROR_BUG};
/* What the writer's queue, and the books below it, say to whoever has no act. */
static const enum error_kind queue_faults[] = {ERROR_LIMIT, ERROR_BUSY, ERROR_STORE,
                                               ERROR_LINK,  ERROR_FULL, ERROR_BUG};

/* The smallest body that the route's schema takes as far as its act. */
static const char *body_of(const struct web_route *route)
{
    return route->kind == WEB_LOGIN ? "{\"officer\":\"nobody\",\"password\":\"a wrong guess\"}"
                                    : "";
}

static bool fault_holds(const struct web_route *route, enum error_kind kind)
{
    struct live_answer answer;
    struct ask asked = {.method = route->method,
                        .route = route->path,
                        .id = route->id != NULL && strcmp(route->id, "item") == 0 ? UNKNOWN : "1",
                        .session = web_route_needs_session(route) ? session_for(route) : NULL,
                        .body = route->body == WEB_BODY_NONE ? NULL : body_of(route)};
    bool ok = ask(&asked, &answer);

    if (!ok)
        printf("  %s at %s %s\n", error_kind_name(kind), route->method, route->path);
    live_answer_free(&answer);
    return ok;
}

CHECK_TEST(whatever_an_act_or_the_books_say_the_document_knows)
{
    unsigned count = 0;

    for (size_t i = 0; i < web_route_count; i++) {
        const struct web_route *route = &web_routes[i];
        bool is_act = route->kind == WEB_ACT && route->takes == NULL;
        if (web_route_is_open(route))
            continue;
        for (size_t k = 0; is_act && k < ARRAY_COUNT(act_faults); k++, count++) {
            __atomic_store_n(&live.act_fault, (int)act_faults[k], __ATOMIC_RELEASE);
            CHECK(fault_holds(route, act_faults[k]));
        }
        __atomic_store_n(&live.act_fault, ERROR_NONE, __ATOMIC_RELEASE);
        for (size_t k = 0; k < ARRAY_COUNT(queue_faults); k++, count++) {
            __atomic_store_n(&live.submit_fault, (int)queue_faults[k], __ATOMIC_RELEASE);
            CHECK(fault_holds(route, queue_faults[k]));
        }
        __atomic_store_n(&live.submit_fault, ERROR_NONE, __ATOMIC_RELEASE);
    }
    printf("%u failures held to the document\n", count);
    CHECK(count > 500);
}

/* --- what the server refuses before the route --- */

CHECK_TEST(what_the_server_refuses_before_a_route_the_document_knows)
{
    static char query[3000];
    static char large[300u * 1024];
    unsigned count = 0;

    memset(query, 'a', sizeof query - 1);
    memcpy(query, "colour=", 7);
    memset(large, ' ', sizeof large - 1);
    for (size_t i = 0; i < web_route_count; i++) {
        const struct web_route *route = &web_routes[i];
        struct ask asked = {.method = route->method,
                            .route = route->path,
                            .id = "1",
                            .session = web_route_needs_session(route) ? session_for(route) : NULL};
        asked.query = query;
        asked.status = 414;
        CHECK(done(&asked));
        asked.query = NULL;
        asked.fields = "Transfer-Encoding: chunked\r\n";
        asked.without_length = true;
        asked.status = 411;
        CHECK(done(&asked));
        asked.fields = NULL;
        asked.without_length = false;
        asked.body = route->body == WEB_BODY_NONE ? "{}" : large;
        asked.status = 413;
        if (route->body != WEB_BODY_FILE) {
            CHECK(done(&asked));
            count++;
        }
        count += 2;
    }
    printf("%u refusals of the server held to the document\n", count);
}

int main(void)
{
    if (!contract_open())
        return 1;
    RUN(a_problem_is_one_of_those_that_the_document_knows);
    RUN(arguments_that_do_not_fit_are_refused_by_their_names);
    RUN(whatever_an_act_or_the_books_say_the_document_knows);
    RUN(what_the_server_refuses_before_a_route_the_document_knows);
    contract_close();
    return check_end();
}
