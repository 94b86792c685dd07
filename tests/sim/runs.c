/* Many seeds: see runs.h. */
#include "sim/runs.h"

#include "sim/memo.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROGRESS_MS 10000

/* What the processes share. */
struct shared {
    uint64_t begun;
    uint64_t done;
};

bool run_seed(const struct run_options *options, uint64_t seed, char trace[2 * DIGEST_SIZE + 1])
{
    uint8_t hash[DIGEST_SIZE];
    struct world *world = options->world;
    const struct world_options how = {.seed = seed,
                                      .is_verbose = options->is_verbose,
                                      .is_quiet = options->is_quiet,
                                      .is_long = options->is_long,
                                      .is_hostile = options->is_hostile,
                                      .event = options->event,
                                      .steps = options->steps,
                                      .left_out = options->left_out,
                                      .script = options->script,
                                      .crash_side = options->crash_side,
                                      .crash_call = options->crash_call};
    bool ok = world_run(world, options->template, &how, hash);

    hex_write(span_make(hash, sizeof hash), trace);
    for (size_t i = 0; i < MACHINE_COUNT; i++)
        tally_value(i == 0 ? "messages ro to al" : "messages al to ro",
                    (int64_t)world->nodes[i].journal.lines[0].out.size);
    tally_value("crashes", world->crashes);
    tally_value("other faults", world->other_faults);
    return ok;
}

void run_print_repeat(const struct run_options *options, uint64_t seed)
{
    printf("repeat: %s --seed %" PRIu64, options->program, seed);
    if (options->is_long)
        printf(" --long");
    if (options->is_hostile)
        printf(" --hostile");
    if (options->event != EVENT_ANY)
        printf(" --event \"%s\"", event_names[options->event]);
    if (options->steps != 0)
        printf(" --steps %" PRIu64, options->steps);
    if (options->left_out != 0)
        printf(" --left-out %" PRIu64, options->left_out);
    printf(" --verbose\n");
}

bool run_play_seed(const struct run_options *options, uint64_t at)
{
    char trace[2 * DIGEST_SIZE + 1];
    uint64_t seed = options->from + at;

    memo_use(seed % MEMO_SHARE != 0);
    if (!run_seed(options, seed, trace)) {
        run_print_repeat(options, seed);
        run_shrink(options, seed);
        return false;
    }
    if (options->count == 1)
        printf("seed %" PRIu64 ": trace %s\n", seed, trace);
    return true;
}

/* --- one process --- */

static int64_t clock_ms(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void progress_print(const struct run_options *options, const struct shared *shared,
                           int64_t begun_ms)
{
    uint64_t done = __atomic_load_n(&shared->done, __ATOMIC_RELAXED);
    fprintf(stderr, "besa-sim: %" PRIu64 " of %" PRIu64 " after %" PRId64 " s\n", done,
            options->count, (clock_ms() - begun_ms) / 1000);
}

/* Takes the next seed until there is none, or a promise is broken. */
static bool seeds_play(const struct run_options *options, struct shared *shared, int64_t begun_ms,
                       bool tells_progress)
{
    int64_t told_ms = begun_ms;

    while (options->seconds == 0 || clock_ms() - begun_ms < (int64_t)options->seconds * 1000) {
        uint64_t at = __atomic_fetch_add(&shared->begun, 1, __ATOMIC_RELAXED);
        if (at >= options->count)
            return true;
        if (!options->play(options, at))
            return false;
        __atomic_fetch_add(&shared->done, 1, __ATOMIC_RELAXED);
        if (tells_progress && clock_ms() - told_ms >= PROGRESS_MS) {
            told_ms = clock_ms();
            progress_print(options, shared, begun_ms);
        }
    }
    return true;
}

/* --- several --- */

struct player {
    pid_t process;
    int pipe; /* its tally comes here; -1: it has come */
};

static int player_main(const struct run_options *options, struct shared *shared, int64_t begun_ms,
                       int out)
{
    bool ok = seeds_play(options, shared, begun_ms, false);

    fflush(stdout);
    return ok && tally_send(out) ? 0 : 1;
}

static bool player_begin(const struct run_options *options, struct shared *shared, int64_t begun_ms,
                         struct player *player)
{
    int ends[2];

    if (pipe(ends) != 0)
        return false;
    fflush(stdout);
    player->process = fork();
    if (player->process == 0) {
        close(ends[0]);
        _exit(player_main(options, shared, begun_ms, ends[1]));
    }
    close(ends[1]);
    player->pipe = ends[0];
    return player->process > 0;
}

/* What it found out, added to our tally. */
static bool player_end(struct player *player)
{
    int status = 0;
    bool ok = tally_receive(player->pipe);

    close(player->pipe);
    player->pipe = -1;
    return waitpid(player->process, &status, 0) == player->process && status == 0 && ok;
}

static void players_kill(struct player *players, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (players[i].pipe >= 0) {
            kill(players[i].process, SIGTERM);
            waitpid(players[i].process, NULL, 0);
            close(players[i].pipe);
            players[i].pipe = -1;
        }
}

/* The next that ended; NULL when time passed instead. */
static struct player *players_wait(struct player *players, size_t count)
{
    struct pollfd polls[JOB_MAX];

    for (size_t i = 0; i < count; i++)
        polls[i] = (struct pollfd){.fd = players[i].pipe, .events = POLLIN};
    if (poll(polls, count, PROGRESS_MS) <= 0)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (players[i].pipe >= 0 && polls[i].revents != 0)
            return &players[i];
    return NULL;
}

static bool jobs_play(const struct run_options *options, struct shared *shared, int64_t begun_ms)
{
    struct player players[JOB_MAX];
    size_t count = options->jobs;
    bool ok = true;

    for (size_t i = 0; i < count; i++)
        players[i].pipe = -1;
    for (size_t i = 0; i < count && ok; i++)
        ok = player_begin(options, shared, begun_ms, &players[i]);
    for (size_t left = count; left > 0 && ok;) {
        struct player *player = players_wait(players, count);
        if (player == NULL) {
            progress_print(options, shared, begun_ms);
            continue;
        }
        ok = player_end(player);
        left--;
    }
    players_kill(players, count);
    return ok;
}

bool runs_play(const struct run_options *options, uint64_t *played)
{
    struct shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int64_t begun_ms = clock_ms();

    *played = 0;
    if (shared == MAP_FAILED)
        return false;
    bool ok = options->jobs > 1 ? jobs_play(options, shared, begun_ms)
                                : seeds_play(options, shared, begun_ms, true);
    *played = shared->done;
    munmap(shared, sizeof *shared);
    return ok;
}
