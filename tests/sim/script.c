/* A short history without chance: see script.h. */
#include "sim/script.h"

#include <stdio.h>
#include <string.h>

#define ROUND_COUNT 4000u

static void round_play(struct world *world)
{
    world->step++;
    world->now_ms += 5;
    fault_tend(world);
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        node_courier(&world->nodes[i]);
        node_pump(&world->nodes[i]);
    }
    while (line_deliver(world))
        continue;
}

static bool becomes_level(struct world *world)
{
    char why[256] = "";

    for (unsigned i = 0; i < ROUND_COUNT && !world->has_failed; i++) {
        round_play(world);
        if (audit_has_converged(world, why, sizeof why))
            return true;
    }
    return world->has_failed ? false : world_fail(world, "the nodes do not become level: %s", why);
}

/* Done; or the node died with it, and when it is asked again, it is done already. */
static bool is_over(const struct world *world, const struct act_record *record)
{
    return record->is_ok ||
           (record->is_told && record->refusal == ERROR_CONFLICT && world->crash_came);
}

/* The message of an earlier step: that of its last try. */
static const uint8_t *item_of(const struct world *world, const unsigned *acts, unsigned step)
{
    return step == 0 ? NULL : world->acts[acts[step - 1]].item;
}

/* What is withdrawn next must not have left yet. */
static bool is_hurried(const struct script *script, size_t at)
{
    return at + 1 < script->count && script->steps[at + 1].kind == ACT_WITHDRAW;
}

static bool step_play(struct world *world, const struct script_step *step, unsigned *acts,
                      size_t at)
{
    struct node *node = &world->nodes[step->side];
    const uint8_t *target = item_of(world, acts, step->target);

    for (unsigned i = 0; i < ROUND_COUNT && !world->has_failed; i++) {
        if (node->is_up && work_open_count == 0) {
            acts[at] = world->act_count;
            work_submit(node, step->kind, target);
        }
        for (unsigned k = 0; k < 64 && (work_open_count > 0 || k == 0); k++)
            round_play(world);
        if (work_open_count == 0 && is_over(world, &world->acts[acts[at]]))
            return is_hurried(world->script, at) || becomes_level(world);
    }
    return world->has_failed
               ? false
               : world_fail(world, "step %zu, %s, is never done", at + 1, act_names[step->kind]);
}

static void event_begin(struct world *world, enum event_kind event)
{
    world->event = event;
    if (event == EVENT_CLOSING)
        ending_begin(&world->nodes[0], SUCCESSION_YEARLY_CLOSING);
    if (event == EVENT_KEY_CHANGE)
        ending_begin(&world->nodes[0], SUCCESSION_KEY_CHANGE);
}

bool script_play(struct world *world)
{
    const struct script *script = world->script;
    unsigned acts[SCRIPT_STEP_MAX] = {0};

    for (size_t i = 0; i < script->count; i++)
        if (!step_play(world, &script->steps[i], acts, i))
            return false;
    for (size_t i = 0; i < MACHINE_COUNT; i++)
        fault_stop(&world->nodes[i]);
    event_begin(world, script->event);
    return true;
}
