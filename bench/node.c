/*
 * A node with a million messages: how long its start takes, and how much memory it holds. The books are made by the
 * exchange itself (scene.h): requests from A's queue to their receipts, with access entries, custody, handling and outcomes;
 * nothing is written beside the journal. Memory is that of B, a real `besa serve` with its keeper, while the messages
 * arrive: what its three processes have resident; memory_once counts the libraries that they share once.
 * The start is that of the real program over A's books: from fork to the word `ready`, with the files in the
 * system's cache, as after a crash of the process or an upgrade; the figure start_cold is with the database out of it.
 * Whether memory is flat is asked of two pairs of nodes, one with a tenth of the messages: memory_growth is the difference.
 * BESA_BENCH_MESSAGES=N takes another number; the figures carry their names only at a million. Filling takes most of the
 * time (about 12 minutes a million), so the homes stay under build/bench-node-N and the next run only adds a little to them.
 */
#include "bench.h"
#include "load.h"
#include "scene.h"

#include "real/nodes.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MESSAGES     1000000u
#define SECONDS      20u
#define LAST_SECONDS 5u   /* over books that are whole */
#define WINDOW       256u /* deep enough that both nodes commit large groups */
#define READY_SIZE   65536u

static bool failed(const char *what, const struct error *err)
{
    bench_say("node FAILED: %s: %s\n", what, err->text);
    return false;
}

static size_t wanted(void)
{
    const char *text = getenv("BESA_BENCH_MESSAGES");
    return text == NULL ? MESSAGES : (size_t)strtoul(text, NULL, 10);
}

/* --- filling --- */

struct filling {
    size_t count;    /* with those that were there before */
    double first_mb; /* after the first run */
    double most_mb;
    double resident_mb; /* libraries counted for each of the three processes */
};

/* Requests that A has sent so far. */
static bool count_read(struct scene *scene, size_t *out, struct error *err)
{
    struct books_view view = {.db = NULL};

    bool ok = view_open(&scene->a, &view, err);
    *out = view.out_size < 0 ? 0 : (size_t)view.out_size;
    view_close(&view);
    return ok;
}

/* At least one load, also over books that are whole already: memory is that of a node at work. */
static bool fill(struct scene *scene, size_t messages, struct filling *out)
{
    struct load_result result;
    struct scene_backlog backlog;
    struct error err = {0};
    double began = bench_now();
    size_t before = 0;

    if (!count_read(scene, &before, &err))
        return failed("looking at A's books", &err);
    out->count = before;
    while (out->count == before || out->count < messages) {
        unsigned seconds = out->count < messages ? SECONDS : LAST_SECONDS;
        if (!load_run(scene->node, WINDOW, seconds, &result)) {
            snprintf(err.text, sizeof err.text, "%s", result.failure);
            return failed("filling", &err);
        }
        if (!scene_settle(scene, &backlog, &err))
            return failed("settling", &err);
        out->count += result.sent;
        double mb = (double)family_memory_once(scene->b.pid) / 1e6;
        double resident_mb = (double)family_memory_size(scene->b.pid) / 1e6;
        out->first_mb = out->first_mb == 0 ? mb : out->first_mb;
        out->most_mb = mb > out->most_mb ? mb : out->most_mb;
        out->resident_mb = resident_mb > out->resident_mb ? resident_mb : out->resident_mb;
        bench_say("    %8zu messages after %5.0f s; B holds %.1f MB\n", out->count,
                  bench_now() - began, mb);
    }
    return true;
}

/* --- starting --- */

static pid_t serve(const struct node_run *node, int ready)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    dup2(ready, STDERR_FILENO);
    execl(node->besa, "besa", "serve", "--home", node->home.path, (char *)NULL);
    _exit(127);
}

/* Reads what the node says until it is ready. */
static bool ready_wait(int fd)
{
    static char text[READY_SIZE];
    size_t size = 0;
    ssize_t got;

    while (size < sizeof text - 1 && (got = read(fd, text + size, sizeof text - 1 - size)) > 0) {
        size += (size_t)got;
        text[size] = '\0';
        if (strstr(text, "ready; ") != NULL)
            return true;
    }
    bench_say("%s", text);
    return false;
}

static bool start_once(const struct node_run *node, struct bench_series *start_ms,
                       struct bench_series *memory_mb)
{
    int ready[2];
    int status = 0;

    if (pipe(ready) != 0)
        return false;
    double began = bench_now();
    pid_t pid = serve(node, ready[1]);
    close(ready[1]);
    bool ok = pid > 0 && ready_wait(ready[0]);
    bench_add(start_ms, (bench_now() - began) * 1e3);
    if (ok)
        bench_add(memory_mb, (double)family_memory_once(pid) / 1e6);
    if (pid > 0) {
        kill(pid, SIGTERM);
        waitpid(pid, &status, 0);
    }
    close(ready[0]);
    return ok;
}

/* The database out of the system's cache, as after a boot. */
static void file_forget(const struct node_run *node, const char *name)
{
    char path[HOME_PATH_SIZE + 64];

    snprintf(path, sizeof path, "%s/%s", node->home.path, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    fdatasync(fd);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
}

static double file_size(const struct node_run *node, const char *name)
{
    char path[HOME_PATH_SIZE + 64];
    struct stat st;

    snprintf(path, sizeof path, "%s/%s", node->home.path, name);
    return stat(path, &st) == 0 ? (double)st.st_size : 0;
}

static void figures_show(const struct scene *scene, const struct filling *filling,
                         const struct filling *tenth, struct bench_series *start_ms,
                         struct bench_series *cold_ms, struct bench_series *start_mb)
{
    struct bench_series memory = {.count = 0};
    struct bench_series resident = {.count = 0};
    struct bench_series size = {.count = 0};
    struct bench_series growth = {.count = 0};
    bool is_whole = filling->count >= MESSAGES;

    bench_add(&memory, filling->most_mb);
    bench_add(&resident, filling->resident_mb);
    bench_add(&size, file_size(&scene->a, "besa.db") / (double)filling->count);
    bench_add(&growth, filling->resident_mb - tenth->resident_mb);
    bench_say("  %zu messages; B grew from %.1f to %.1f MB\n", filling->count, filling->first_mb,
              filling->most_mb);
    bench_promise(is_whole ? "start_ms_1e6" : "start_ms", start_ms, "ms", "<=1000", "200");
    bench_promise(is_whole ? "memory_1e6_mb" : "memory_mb", &resident, "MB", "<=100", "40");
    bench_promise(is_whole ? "memory_growth_1e5_1e6_mb" : "memory_growth_mb", &growth, "MB", "<=5",
                  "1");
    bench_figure(is_whole ? "memory_once_1e6_mb" : "memory_once_mb", &memory, "MB");
    bench_figure(is_whole ? "start_cold_ms_1e6" : "start_cold_ms", cold_ms, "ms");
    bench_figure("start_memory_mb", start_mb, "MB");
    bench_figure("database_bytes_per_message", &size, "bytes");
}

/* Homes are kept, and filled further when it was broken off. */
static bool measure(size_t messages, struct scene *scene, struct filling *out)
{
    char directory[BENCH_PATH_SIZE];
    struct error err = {0};

    snprintf(directory, sizeof directory, BESA_SOURCE_DIR "/build/bench-node-%zu", messages);
    mkdir(directory, 0700);
    bool ok = (scene_open_at(scene, directory, &err) || failed("two nodes", &err)) &&
              fill(scene, messages, out);
    scene_close(scene);
    return ok;
}

bool bench_node(void)
{
    struct scene scene = {.node = NULL}, small = {.node = NULL};
    struct filling filling = {.count = 0}, tenth = {.count = 0};
    struct bench_series start_ms = {.count = 0};
    struct bench_series cold_ms = {.count = 0};
    struct bench_series start_mb = {.count = 0};

    bench_say("node: %zu requests of %u bytes from one node to another, then its start\n", wanted(),
              LOAD_BODY_SIZE);
    bool ok = measure(wanted() / 10, &small, &tenth) && measure(wanted(), &scene, &filling);
    for (int round = 0; ok && round < BENCH_ROUNDS; round++)
        ok = start_once(&scene.a, &start_ms, &start_mb);
    for (int round = 0; ok && round < BENCH_ROUNDS; round++) {
        file_forget(&scene.a, "besa.db");
        ok = start_once(&scene.a, &cold_ms, &start_mb);
    }
    if (ok)
        figures_show(&scene, &filling, &tenth, &start_ms, &cold_ms, &start_mb);
    return ok;
}
