/*
 * The exchange, measured against the least that any honest protocol does on the same disk (bench.h, peer). Node A runs in
 * this process as `besa serve` runs it: keeper process, SQLite, writer, courier, TLS, the partner server. Node B is a
 * real `besa serve`. Counted is a request of 2,048 bytes from the queue at A to its receipt stored at A, with the
 * agreement asked on both sides, the access entry, sealing, custody and handling at B; and at the end nothing may wait.
 */
#include "bench.h"
#include "load.h"
#include "scene.h"

#include "cmd/service.h"
#include "http/server.h"
#include "real/nodes.h"
#include "real/proxy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SECONDS    5
#define WINDOW_ALL 64

static bool failed(const char *what, const struct error *err)
{
    bench_say("exchange FAILED: %s: %s\n", what, err->text);
    return false;
}

/* --- rounds --- */

struct figures {
    struct bench_series rate, p50, p99, raw_rate, raw_p50, ratio, cpu_a_us, cpu_b_us;
};

/* Processor time of each node with its keeper: less shaken by what else the machine does than rates are. */
struct cpu {
    double a;
    double b;
};
static struct cpu cpu_read(const struct scene *scene)
{
    return (struct cpu){.a = family_cpu_s(getpid(), scene->b.pid),
                        .b = family_cpu_s(scene->b.pid, 0)};
}

static bool besa_once(struct scene *scene, unsigned window, struct figures *figures,
                      struct load_result *result)
{
    struct scene_backlog backlog;
    struct error err = {0};
    struct cpu before = cpu_read(scene);

    if (!load_run(scene->node, window, SECONDS, result)) {
        snprintf(err.text, sizeof err.text, "%s", result->failure);
        return failed("a run", &err);
    }
    if (!scene_settle(scene, &backlog, &err))
        return failed("settling", &err);
    struct cpu after = cpu_read(scene);
    double each_us = 1e6 / (double)result->sent;
    bench_add(&figures->cpu_a_us, (after.a - before.a) * each_us);
    bench_add(&figures->cpu_b_us, (after.b - before.b) * each_us);
    bench_add(&figures->rate, result->messages_per_s);
    bench_add(&figures->p50, result->p50_ms);
    bench_add(&figures->p99, result->p99_ms);
    bench_say(
        "    besa window %2u: %7.0f/s  p50 %7.3f ms  p99 %7.3f ms  %zu sent, cpu %.0f + %.0f us "
        "each; unhandled at the end %" PRId64 ", nothing waits after %.2f s\n",
        window, result->messages_per_s, result->p50_ms, result->p99_ms, result->sent,
        (after.a - before.a) * each_us, (after.b - before.b) * each_us, backlog.unhandled,
        backlog.seconds);
    return true;
}

static bool raw_once(unsigned window, struct figures *figures, struct peer_result *result)
{
    struct error err = {.text = "the bare peer failed"};

    if (!peer_run("raw", window, SECONDS, result))
        return failed("raw", &err);
    bench_add(&figures->raw_rate, result->messages_per_s);
    bench_add(&figures->raw_p50, result->p50_ms);
    bench_say("    raw  window %2u: %7.0f/s  p50 %7.3f ms  p99 %7.3f ms\n", window,
              result->messages_per_s, result->p50_ms, result->p99_ms);
    return true;
}

static bool pair_once(struct scene *scene, unsigned window, bool has_raw, struct figures *figures)
{
    struct peer_result raw = {0};
    struct load_result besa;

    if ((has_raw && !raw_once(window, figures, &raw)) || !besa_once(scene, window, figures, &besa))
        return false;
    if (has_raw)
        bench_add(&figures->ratio, window == 1 ? besa.p50_ms / raw.p50_ms
                                               : besa.messages_per_s / raw.messages_per_s);
    return true;
}

static void figures_show(const struct figures *wide, const struct figures *single, bool has_raw)
{
    if (has_raw) {
        bench_figure("exchange_64_ratio", &wide->ratio, "of raw");
        bench_figure("exchange_1_p50_ratio", &single->ratio, "of raw");
    }
    bench_figure("exchange_msgs_per_s", &wide->rate, "1/s");
    bench_figure("exchange_64_cpu_a_us", &wide->cpu_a_us, "us");
    bench_figure("exchange_64_cpu_b_us", &wide->cpu_b_us, "us");
    bench_figure("exchange_64_p50_ms", &wide->p50, "ms");
    bench_figure("exchange_64_p99_ms", &wide->p99, "ms");
    bench_figure("exchange_1_p50_ms", &single->p50, "ms");
    bench_figure("exchange_1_p99_ms", &single->p99, "ms");
    if (!has_raw)
        return;
    bench_row("raw_64_msgs_per_s", &wide->raw_rate, "1/s");
    bench_row("raw_1_p50_ms", &single->raw_p50, "ms");
}

bool bench_exchange(void)
{
    struct scene scene = {.node = NULL};
    struct figures wide = {.rate.count = 0};
    struct figures single = {.rate.count = 0};
    struct error err = {0};
    bool has_raw = peer_build();

    bench_say(
        "exchange: requests of %u bytes, %d s a run after 1 s, %d rounds interleaved with the "
        "bare peer\n",
        LOAD_BODY_SIZE, SECONDS, BENCH_ROUNDS);
    bool ok = scene_open(&scene, &err) || failed("two nodes", &err);
    for (int round = 0; ok && round < BENCH_ROUNDS; round++) {
        bench_say("  round %d\n", round + 1);
        ok =
            pair_once(&scene, WINDOW_ALL, has_raw, &wide) && pair_once(&scene, 1, has_raw, &single);
    }
    scene_close(&scene);
    if (ok)
        figures_show(&wide, &single, has_raw);
    return ok;
}
