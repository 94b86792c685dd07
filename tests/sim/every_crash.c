/* Power lost at every I/O call: see every_crash.h. */
#include "sim/every_crash.h"

#include "sim/memo.h"
#include "sim/script.h"

#include "base/attributes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct script scripts[] = {
    {.name = "messages",
     .steps = {{0, ACT_REQUEST, 0},
               {1, ACT_SHOW, 1},
               {1, ACT_ANSWER, 1},
               {1, ACT_REQUEST, 0},
               {0, ACT_REFUSE, 4}},
     .count = 5},
    {.name = "erasures",
     .steps = {{0, ACT_REQUEST, 0}, {0, ACT_WITHDRAW, 1}, {1, ACT_REQUEST, 0}, {0, ACT_ERASE, 3}},
     .count = 4},
    {.name = "amendment",
     .steps = {{0, ACT_PROPOSE, 0}, {1, ACT_ACCEPT, 0}, {0, ACT_REQUEST, 0}},
     .count = 3},
    {.name = "suspension",
     .steps = {{0, ACT_SUSPEND, 0}, {0, ACT_RESUME, 0}, {1, ACT_REQUEST, 0}},
     .count = 3},
    {.name = "closing", .steps = {{0, ACT_REQUEST, 0}}, .count = 1, .event = EVENT_CLOSING},
    {.name = "key-change", .steps = {{0, ACT_REQUEST, 0}}, .count = 1, .event = EVENT_KEY_CHANGE},
    {.name = "retention",
     .steps = {{0, ACT_REQUEST, 0}, {1, ACT_ANSWER, 1}},
     .count = 2,
     .event = EVENT_RETENTION},
};

/* Calls of each machine in each history, after those of its first opening. */
static struct range {
    uint64_t first;
    uint64_t count;
} ranges[ARRAY_COUNT(scripts)][MACHINE_COUNT];
static uint64_t stride = 1;

/* Without a crash: how many calls there are. */
static bool script_count(const struct run_options *from, size_t at)
{
    struct run_options options = *from;
    char trace[2 * DIGEST_SIZE + 1];

    options.script = &scripts[at];
    if (!run_seed(&options, options.from, trace)) {
        printf("the history %s does not hold without a crash\n", scripts[at].name);
        return false;
    }
    printf("%-12s", scripts[at].name);
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        uint64_t before = options.world->calls_before[i];
        ranges[at][i] = (struct range){
            .first = before + 1, .count = options.world->nodes[i].machine.disk.calls - before};
        printf(" %6" PRIu64 " I/O calls at %s", ranges[at][i].count, party_names[i]);
    }
    printf("\n");
    return true;
}

static uint64_t crashes_of(size_t script, size_t side)
{
    return (ranges[script][side].count + stride - 1) / stride;
}

static bool crash_play(const struct run_options *from, size_t script, size_t side, uint64_t call)
{
    struct run_options options = *from;
    char trace[2 * DIGEST_SIZE + 1];

    options.script = &scripts[script];
    options.crash_side = side;
    options.crash_call = call;
    bool ok = run_seed(&options, options.from, trace);
    if (ok && !options.world->crash_came) {
        printf("%s: no power loss at call %" PRIu64 " of %s\n", scripts[script].name, call,
               party_names[side]);
        ok = false;
    }
    if (!ok)
        printf("repeat: %s --crash %s:%s:%" PRIu64 " --verbose\n", options.program,
               scripts[script].name, party_names[side], call);
    return ok;
}

/* The `number`-th crash of all, in the order of histories and machines. */
static bool number_play(const struct run_options *options, uint64_t number)
{
    for (size_t i = 0; i < ARRAY_COUNT(scripts); i++)
        for (size_t side = 0; side < MACHINE_COUNT; side++) {
            if (number < crashes_of(i, side))
                return crash_play(options, i, side, ranges[i][side].first + number * stride);
            number -= crashes_of(i, side);
        }
    return true;
}

bool every_crash_play(struct run_options *options, uint64_t every)
{
    uint64_t played = 0;

    memo_use(true);
    stride = every;
    options->count = 0;
    for (size_t i = 0; i < ARRAY_COUNT(scripts); i++) {
        if (!script_count(options, i))
            return false;
        for (size_t side = 0; side < MACHINE_COUNT; side++)
            options->count += crashes_of(i, side);
    }
    options->play = number_play;
    bool ok = runs_play(options, &played);
    if (ok)
        printf("%" PRIu64 " of %" PRIu64 " crashes: all promises held\n", played, options->count);
    return ok;
}

bool every_crash_find(const char *name, struct run_options *out)
{
    for (size_t i = 0; i < ARRAY_COUNT(scripts); i++)
        for (size_t side = 0; side < MACHINE_COUNT; side++) {
            char start[64];
            int size = snprintf(start, sizeof start, "%s:%s:", scripts[i].name, party_names[side]);
            if (strncmp(name, start, (size_t)size) != 0)
                continue;
            out->script = &scripts[i];
            out->crash_side = side;
            return number_read(span_text(name + size), &out->crash_call);
        }
    return false;
}
