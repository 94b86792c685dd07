/* Two paired nodes: see scene.h. */
#include "scene.h"

#include "bench.h"
#include "load.h"

#include "cmd/service.h"
#include "http/server.h"
#include "real/proxy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SETTLE_S 60.0

/* --- two nodes --- */

static bool homes_make(struct scene *scene, const char *directory)
{
    char command[4 * BENCH_PATH_SIZE];
    char conf[BENCH_PATH_SIZE + 16];

    snprintf(command, sizeof command,
             BESA_SOURCE_DIR "/bench/homes.sh " BESA_PROGRAM " '%s' %u %u >&2", directory,
             (unsigned)proxy_free_port(), (unsigned)proxy_free_port());
    scene->a = (struct node_run){.besa = BESA_PROGRAM, .name = "ro", .officer = "ana"};
    scene->b = (struct node_run){.besa = BESA_PROGRAM, .name = "al", .officer = "blerim"};
    snprintf(scene->a.home.path, sizeof scene->a.home.path, "%s/ro", directory);
    snprintf(scene->b.home.path, sizeof scene->b.home.path, "%s/al", directory);
    snprintf(conf, sizeof conf, "%s/al/besa.conf", directory);
    return access(conf, F_OK) == 0 || system(command) == 0;
}

static bool case_make(struct node *node, struct error *err)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(65536);
    static struct problems problems;
    struct control_request request = {
        .act = span_text("case-put"),
        .officer = span_text("ana"),
        .reason = span_text("benchmark"),
        .arguments = span_text("{\"number\":\"c-1\",\"title\":\"Benchmark\"}")};

    return node_act(node, &request, false, &result, &problems, err);
}

/* A is opened before any thread starts: its keeper is forked. */
bool scene_open_at(struct scene *scene, const char *directory, struct error *err)
{
    struct node_options options = {.lock_fd = -1, .keeper_fd = -1, .event = load_event};
    struct service *service = NULL;

    if (!homes_make(scene, directory))
        return error_set(err, ERROR_BUG, "their homes cannot be made");
    options.home = scene->a.home;
    return node_start(&scene->b) && http_init(err) && node_open(&options, &scene->node, err) &&
           service_make(scene->node, &service, err) && service_start(service, err) &&
           case_make(scene->node, err);
}

bool scene_open(struct scene *scene, struct error *err)
{
    return scene_open_at(scene, bench_directory(), err);
}

void scene_close(struct scene *scene)
{
    if (scene->node != NULL)
        service_end(&scene->node->service);
    node_close(&scene->node);
    node_stop(&scene->b);
}

/* --- nothing waits --- */

static bool views_read(struct scene *scene, struct books_view *a, struct books_view *b,
                       struct error *err)
{
    bool ok = view_open(&scene->a, a, err) && view_open(&scene->b, b, err);
    view_close(a);
    view_close(b);
    return ok;
}

bool scene_settle(struct scene *scene, struct scene_backlog *out, struct error *err)
{
    double began = bench_now();
    struct books_view a = {.db = NULL};
    struct books_view b = {.db = NULL};

    out->unhandled = -1;
    for (;;) {
        if (!views_read(scene, &a, &b, err))
            return false;
        if (out->unhandled < 0)
            out->unhandled = b.in_size - b.in_handled;
        out->seconds = bench_now() - began;
        if (b.in_size == a.out_size && b.in_handled == b.in_size && a.receipted == a.out_size &&
            a.in_size == b.out_size && a.in_handled == a.in_size && b.waiting == 0)
            return true;
        if (out->seconds > SETTLE_S)
            return error_set(err, ERROR_LINK,
                             "after %.0f s B has handled %" PRId64 " of %" PRId64 " entries",
                             out->seconds, b.in_handled, a.out_size);
        usleep(5000);
    }
}
