/* The world's course: see world.h. */
#include "sim/mischief.h"
#include "sim/script.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_COUNT      210u
#define LONG_FACTOR     10u
#define HEAL_STEP_COUNT 6000u

unsigned world_step_count(bool is_long)
{
    return is_long ? LONG_FACTOR * STEP_COUNT : STEP_COUNT;
}

unsigned world_factor(const struct world *world)
{
    return world->is_long ? LONG_FACTOR : 1;
}

const char *const line_kinds[] = {"both sides call", "one side pulls", NULL};

void world_tell(struct world *world, const char *format, ...)
{
    char text[1024];
    va_list list;
    int size = snprintf(text, sizeof text, "%" PRId64 " ", world->now_ms - WORLD_START_MS);

    va_start(list, format);
    vsnprintf(text + size, sizeof text - (size_t)size, format, list);
    va_end(list);
    if (world->trace != NULL) {
        digest_add(world->trace, span_text(text));
        digest_add(world->trace, span_text("\n"));
    }
    if (world->is_verbose)
        printf("%s\n", text);
}

bool world_fail(struct world *world, const char *format, ...)
{
    char text[1024];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if ((!world->has_failed || world->is_verbose) && !world->is_quiet)
        printf("seed %" PRIu64 ", step %u: %s\n", world->seed, world->step, text);
    world->has_failed = true;
    return false;
}

static bool world_make(struct world *world, const struct template *from,
                       const struct world_options *options)
{
    uint64_t seed = options->seed;
    struct error err = {0};

    memset(world, 0, sizeof *world);
    world->papers = &from->papers;
    world->seed = seed;
    world->is_verbose = options->is_verbose;
    world->is_quiet = options->is_quiet;
    world->is_hostile = options->is_hostile;
    world->step_count = options->steps != 0 ? options->steps : world_step_count(options->is_long);
    if (options->steps == 0 && options->is_hostile) /* less gets through in each */
        world->step_count += world->step_count / 8;
    world->is_long = options->is_long;
    world->script = options->script;
    world->crash_side = options->crash_side;
    world->crash_call = options->crash_call;
    world->left_out = options->left_out;
    world->random.state = seed * UINT64_C(0x2545f4914f6cdd1d) + 7;
    world->now_ms = WORLD_START_MS + 60000;
    world->trace = digest_begin();
    for (size_t i = 0; i < MACHINE_COUNT; i++)
        world->heard[i] = buffer_make(POST_SIZE_MAX);
    work_open_count = 0;
    machine_vfs_seed(seed);
    papers_seed(seed, &world->now_ms);
    /* In half of the pairs one side stands where it cannot be called. */
    world->unreachable = random_below(&world->random, 2 * MACHINE_COUNT);
    if (world->unreachable > MACHINE_COUNT)
        world->unreachable = MACHINE_COUNT;
    world->amends = random_chance(&world->random, 40);
    tally_add("line", world->unreachable < MACHINE_COUNT ? line_kinds[1] : line_kinds[0]);
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        struct node *node = &world->nodes[i];
        node->world = world;
        node->side = i;
        node->number = i;
        node->party = party_names[i];
        node->keeps_copy = random_chance(&world->random, 50);
        disk_clone(&from->disks[i], &node->machine.disk, &world->random);
        machine_start(&node->machine, party_names[i], seed * 2 + i, &world->now_ms);
        node->machine.skew_ms = (int64_t)random_below(&world->random, 2000) - 1000;
        if (!node_open(node, &err))
            return world_fail(world, "%s does not open: %s", node->party, err.text);
        world->calls_before[i] = node->machine.disk.calls;
        fault_arm(node);
    }
    return true;
}

static void world_free(struct world *world)
{
    clone_free(world);
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        struct node *node = &world->nodes[i];
        if (node->is_up || node->has_books)
            node_close(node, false);
        disk_free(&node->machine.disk);
        if (node->has_backup)
            disk_free(&node->backup);
        ending_drop(node);
    }
    line_free(world);
    mischief_end(world);
}

static void time_pass(struct world *world)
{
    uint64_t kind = random_below(&world->random, 100);
    if (kind < 90)
        world->now_ms += (int64_t)random_below(&world->random, 120);
    else if (kind < 99)
        world->now_ms += (int64_t)random_below(&world->random, 4000);
    else
        world->now_ms += 20000 + (int64_t)random_below(&world->random, 60000);
}

static void something_happens(struct world *world)
{
    struct node *node = node_at(world, random_below(&world->random, node_count(world)));

    switch (random_below(&world->random, 20)) {
    case 0:
    case 1:
    case 2:
        if (node->is_up)
            work_act(node);
        break;
    case 3:
        node_checkpoint(node);
        break;
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
        node_courier(node);
        break;
    case 9:
    case 10:
    case 11:
    case 12:
    case 13:
        line_deliver(world);
        break;
    default:
        node_pump(node);
        break;
    }
}

/* In the midst of things too, before and after erasures. */
static void rebuild_sometimes(struct world *world)
{
    struct node *node = &world->nodes[random_below(&world->random, MACHINE_COUNT)];
    if (random_below(&world->random, STEP_COUNT) == 0 && node->is_up && !node->journal.is_dead &&
        !node->machine.disk.has_failed)
        audit_rebuild(node);
}

static void world_live(struct world *world, enum event_kind event)
{
    event_plan(world, event);
    fault_plan(world);
    for (world->step = 0; world->step < world->step_count && !world->has_failed; world->step++) {
        time_pass(world);
        fault_step(world);
        fault_tend(world);
        event_step(world);
        rebuild_sometimes(world);
        for (uint64_t i = 1 + random_below(&world->random, 4); i > 0; i--)
            something_happens(world);
    }
}

/* Nothing is level while an agreement is suspended: the officers lift it. */
static void suspensions_lift(struct world *world)
{
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        struct node *node = &world->nodes[i];
        if (node->is_up && node->journal.lines[0].is_suspended_by_us && work_open_count == 0 &&
            node->journal.domestic.read_only[0] == '\0')
            work_submit(node, ACT_RESUME, NULL);
    }
}

/* A keeper signs no receipt and no witness statement at an earlier time than one before: what it signed while its clock was ahead
 * holds it up until that time has come, and only then must the nodes get on. */
static bool clocks_are_past(const struct world *world)
{
    return world->now_ms > world->showed_ms;
}

/* No further faults: both must become level with each other. */
static bool world_heal(struct world *world)
{
    char why[256] = "";
    unsigned patience = HEAL_STEP_COUNT;

    fault_heal(world);
    for (unsigned i = 0; patience > 0 && !world->has_failed; i++) {
        world->step++;
        patience -= clocks_are_past(world) && !clone_runs(world) ? 1 : 0;
        world->now_ms += 5;
        fault_tend(world);
        for (size_t k = 0; k < node_count(world); k++) {
            node_courier(node_at(world, k));
            node_pump(node_at(world, k));
        }
        while (line_deliver(world))
            continue;
        if (i % 16 != 15)
            continue;
        suspensions_lift(world);
        resume_go_on(world);
        event_heal(world);
        if (world->has_leapt && !retention_is_over(world)) {
            if (i % 128 == 127) { /* what a beat of the domestic log began is answered by then */
                retention_go_on(world);
                world->now_ms += 60000;
            }
            continue;
        }
        if (audit_has_converged(world, why, sizeof why)) {
            if (world->event != EVENT_RETENTION || world->has_leapt)
                return true;
            if (!audit_end(world))
                return false;
            retention_leap(world);
        }
        world->now_ms += 200;
    }
    return world->has_failed ? false : world_fail(world, "the nodes do not become level: %s", why);
}

bool world_run(struct world *world, const struct template *from,
               const struct world_options *options, uint8_t trace[DIGEST_SIZE])
{
    bool ok = world_make(world, from, options);

    if (ok) {
        if (world->script == NULL)
            world_live(world, options->event);
        else
            script_play(world);
        ok = !world->has_failed && world_heal(world) && audit_end(world);
    }
    if (options->is_verbose && world->has_failed)
        audit_show(world);
    world_free(world);
    digest_end(world->trace, trace);
    world->trace = NULL;
    return ok && !world->has_failed;
}
