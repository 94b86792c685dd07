/*
 * The API under a busy desk: 200 browsers that look at the inbox every two seconds, each over its own connection, 25
 * sessions among them, 50 of them holding a stream of events, while requests arrive from the partner 20 a second. The
 * node is a real `besa serve` that holds some 10,000 requests. Counted is from the first byte of a request to the last
 * of its answer, TLS and session among it. An officer who repeats a look within 15 minutes is covered by the entry of the
 * first: api_inbox and api_show measure that; api_first_* give each look a reason of its own, so that each waits for its own
 * access entry and sync.
 */
#include "bench.h"
#include "clients.h"
#include "load.h"

#include "base/text.h"
#include "cmd/service.h"
#include "http/client.h"
#include "http/server.h"
#include "real/nodes.h"
#include "real/proxy.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CLIENT_COUNT  200u
#define SESSION_COUNT 25u
#define STREAM_COUNT  50u
#define PERIOD_S      2.0
#define FLOW_PER_S    20
#define REQUEST_COUNT 10000u
#define FIELDS_SIZE   1024
#define PASSWORD      "a bench is no secret place"

struct scene {
    struct node_run a; /* the partner, in this process */
    struct node_run b; /* the desk that is measured */
    struct node *node; /* a */
    uint16_t port;     /* of b's desk */
    char fields[SESSION_COUNT][FIELDS_SIZE];
    atomic_bool is_flowing;
    uint64_t number;
    unsigned measure_count;
    char first_reason[32]; /* of one measure's first looks */
};

static bool shell(const char *format, ...) PRINTF_LIKE(1, 2);
static bool shell(const char *format, ...)
{
    char command[4 * BENCH_PATH_SIZE];
    va_list list;
    va_start(list, format);
    vsnprintf(command, sizeof command, format, list);
    va_end(list);
    return system(command) == 0;
}

/* ---- two nodes ---- */

static bool homes_make(struct scene *scene)
{
    scene->port = (uint16_t)proxy_free_port();
    scene->a = (struct node_run){.besa = BESA_PROGRAM, .name = "ro", .officer = "ana"};
    scene->b = (struct node_run){.besa = BESA_PROGRAM, .name = "al", .officer = "blerim"};
    snprintf(scene->a.home.path, sizeof scene->a.home.path, "%s/ro", bench_directory());
    snprintf(scene->b.home.path, sizeof scene->b.home.path, "%s/al", bench_directory());
    return shell(BESA_SOURCE_DIR "/bench/homes.sh " BESA_PROGRAM " '%s' %u %u >&2",
                 bench_directory(), (unsigned)proxy_free_port(), (unsigned)proxy_free_port()) &&
           shell("echo 'desk_listen = 127.0.0.1:%u' >> '%s/besa.conf'", scene->port,
                 scene->b.home.path);
}

/* Officers with passwords while the node does not run yet is not possible: they are entered through it. */
static bool officers_make(struct scene *scene)
{
    for (unsigned i = 0; i < SESSION_COUNT; i++) {
        if (!shell(BESA_SOURCE_DIR "/bench/officer.sh " BESA_PROGRAM " '%s' desk-%u '" PASSWORD "'",
                   scene->b.home.path, i))
            return false;
    }
    return shell(BESA_PROGRAM " --officer blerim --reason benchmark --home '%s' case c-1 Benchmark"
                              " > /dev/null",
                 scene->b.home.path);
}

/* Logs one officer in; the fields of all its requests. */
static bool session_make(struct scene *scene, unsigned number)
{
    static char answer[65536];
    char body[256];
    snprintf(body, sizeof body, "{\"officer\":\"desk-%u\",\"password\":\"" PASSWORD "\"}", number);
    unsigned status = clients_call(scene->port, "POST", "/api/v1/session",
                                   "Content-Type: application/json\r\n"
                                   "Sec-Fetch-Site: same-origin\r\n",
                                   span_text(body), answer, sizeof answer);
    const char *cookie = strstr(answer, "__Host-besa=");
    if (status != 201 || cookie == NULL) {
        bench_say("api FAILED: log-in of desk-%u: %.300s\n", number, answer);
        return false;
    }
    snprintf(scene->fields[number], FIELDS_SIZE,
             "Cookie: %.*s\r\nX-Besa-Case: c-1\r\n"
             "Accept: application/json\r\n",
             (int)strcspn(cookie, ";\r"), cookie);
    return true;
}

static bool act(struct node *node, const char *name, const char *case_number, struct span arguments,
                struct span body, struct error *err)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(65536);
    static struct problems problems;
    struct control_request request = {.act = span_text(name),
                                      .officer = span_text("ana"),
                                      .reason = span_text("benchmark"),
                                      .case_number = span_text(case_number),
                                      .arguments = arguments,
                                      .body = body};
    return node_act(node, &request, false, &result, &problems, err);
}

/* The partner is opened before any thread starts: its keeper is forked. */
static bool scene_open(struct scene *scene, struct error *err)
{
    struct node_options options = {.lock_fd = -1, .keeper_fd = -1, .event = load_event};
    struct service *service = NULL;

    if (!homes_make(scene))
        return error_set(err, ERROR_BUG, "their homes cannot be made");
    options.home = scene->a.home;
    return node_start(&scene->b) && http_init(err) && node_open(&options, &scene->node, err) &&
           service_make(scene->node, &service, err) && service_start(service, err) &&
           act(scene->node, "case-put", "",
               span_text("{\"number\":\"c-1\",\"title\":\"Benchmark\"}"), (struct span){0}, err);
}

static void scene_close(struct scene *scene)
{
    if (scene->node != NULL)
        service_end(&scene->node->service);
    node_close(&scene->node);
    node_stop(&scene->b);
}

static bool fill(struct scene *scene)
{
    struct load_result result;
    size_t sent = 0;
    while (sent < REQUEST_COUNT) {
        if (!load_run(scene->node, LOAD_WINDOW_MAX, 2, &result)) {
            bench_say("api FAILED: filling: %s\n", result.failure);
            return false;
        }
        sent += result.sent;
    }
    bench_say("  the desk holds %zu requests\n", sent);
    return true;
}

/* ---- requests that keep coming ---- */

static void *flow_run(void *context)
{
    struct scene *scene = context;
    struct buffer body = buffer_make(BODY_SIZE_MAX);
    const struct env *env = scene->node->env;
    struct error err = {0};

    while (atomic_load(&scene->is_flowing)) {
        if (!load_body((UINT64_C(1) << 32) + scene->number++, env->now_ms(env->context), &body) ||
            !act(scene->node, "request-send", "c-1", span_text("{}"), buffer_span(&body), &err)) {
            bench_say("api: the flow of requests ended: %s\n", err.text);
            break;
        }
        buffer_clear(&body);
        usleep(1000000 / FLOW_PER_S);
    }
    buffer_free(&body);
    return NULL;
}

static bool measure(struct scene *scene, const char *path, bool has_flow, bool is_first,
                    struct clients_result *result)
{
    const char *fields[CLIENT_COUNT];
    pthread_t flow;
    struct clients_plan plan = {.port = scene->port,
                                .count = CLIENT_COUNT,
                                .period_s = PERIOD_S,
                                .warm_s = 3,
                                .seconds = 5,
                                .path = path,
                                .fields = fields,
                                .reason = is_first ? scene->first_reason : "benchmark",
                                .is_first = is_first,
                                .stream_path = "/api/v1/events",
                                .stream_count = STREAM_COUNT};

    snprintf(scene->first_reason, sizeof scene->first_reason, "look-%u", ++scene->measure_count);
    for (unsigned i = 0; i < CLIENT_COUNT; i++)
        fields[i] = scene->fields[i % SESSION_COUNT];
    atomic_store(&scene->is_flowing, has_flow);
    if (has_flow && pthread_create(&flow, NULL, flow_run, scene) != 0)
        return false;
    bool ok = clients_run(&plan, result);
    atomic_store(&scene->is_flowing, false);
    if (has_flow)
        pthread_join(flow, NULL);
    if (ok && has_flow && result->events == 0) {
        bench_say("api FAILED: no event came while requests did\n");
        return false;
    }
    bench_say("    %-45.45s %5zu %s of %zu bytes, p50 %7.3f ms  p99 %7.3f ms  most %7.3f ms, "
              "%zu events\n",
              path, result->count, is_first ? "first looks" : "answers", result->answer_size,
              result->p50_ms, result->p99_ms, result->most_ms, result->events);
    if (!ok)
        bench_say("api FAILED: %zu clients, first: %s\n", result->failed, result->failure);
    return ok;
}

/* The path of the first item of the inbox. */
static bool item_path(struct scene *scene, char out[128])
{
    static char answer[1 << 20];
    char fields[FIELDS_SIZE + 64];
    snprintf(fields, sizeof fields, "%sX-Besa-Reason: benchmark\r\n", scene->fields[0]);
    unsigned status = clients_call(scene->port, "GET", "/api/v1/inbox?limit=50", fields,
                                   (struct span){0}, answer, sizeof answer);
    const char *item = strstr(answer, "\"item\":\"");
    if (status != 200 || item == NULL) {
        bench_say("api FAILED: the inbox: %.300s\n", answer);
        return false;
    }
    snprintf(out, 128, "/api/v1/items/%.36s", item + 8);
    return true;
}

bool bench_api(void)
{
    static struct scene scene;
    struct bench_series p50 = {.count = 0};
    struct bench_series p99 = {.count = 0};
    struct bench_series quiet = {.count = 0};
    struct bench_series show = {.count = 0};
    struct bench_series first = {.count = 0};
    struct bench_series first_show = {.count = 0};
    struct clients_result result;
    struct error err = {0};
    char item[128] = "";

    bench_say("api: %u clients each %.0f s, %u sessions, %u streams, %d requests/s coming in\n",
              CLIENT_COUNT, PERIOD_S, SESSION_COUNT, STREAM_COUNT, FLOW_PER_S);
    if (!shell(BESA_PROGRAM " officer --help 2>&1 | grep -q password")) {
        bench_say("  NOT RUN: this node serves no API\n");
        return true;
    }
    bool ok = scene_open(&scene, &err);
    if (!ok)
        bench_say("api FAILED: two nodes: %s\n", err.text);
    ok = ok && officers_make(&scene) && fill(&scene);
    for (unsigned i = 0; ok && i < SESSION_COUNT; i++)
        ok = session_make(&scene, i);
    ok = ok && item_path(&scene, item);
    for (int round = 0; ok && round < BENCH_ROUNDS; round++) {
        bench_say("  round %d\n", round + 1);
        ok = measure(&scene, "/api/v1/inbox?limit=50", false, false, &result);
        bench_add(&quiet, result.p99_ms);
        ok = ok && measure(&scene, "/api/v1/inbox?limit=50", true, false, &result);
        bench_add(&p50, result.p50_ms);
        bench_add(&p99, result.p99_ms);
        ok = ok && measure(&scene, item, true, false, &result);
        bench_add(&show, result.p99_ms);
        ok = ok && measure(&scene, "/api/v1/inbox?limit=50", true, true, &result);
        bench_add(&first, result.p99_ms);
        ok = ok && measure(&scene, item, true, true, &result);
        bench_add(&first_show, result.p99_ms);
    }
    scene_close(&scene);
    if (!ok)
        return false;
    bench_figure("api_inbox_p50_ms", &p50, "ms");
    bench_figure_held("api_inbox_p99_ms", &p99, "ms", 50, 10);
    bench_figure("api_show_p99_ms", &show, "ms");
    bench_figure("api_first_inbox_p99_ms", &first, "ms");
    bench_figure("api_first_show_p99_ms", &first_show, "ms");
    bench_row("api_inbox_quiet_p99_ms", &quiet, "ms");
    return true;
}
