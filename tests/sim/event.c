/* What happens to a pair besides daily work and faults: the seed chooses one event in some of the histories. */
#include "sim/world.h"

#include <string.h>

#define EVENT_SHARE 40u /* of 100 histories */
#define EVENT_FIRST 10u
#define EVENT_LAST  140u

const char *const event_names[] = {
    [EVENT_NONE] = "none",
    [EVENT_CLOSING] = "yearly closing",
    [EVENT_KEY_CHANGE] = "key change",
    [EVENT_KEY_THEFT] = "key theft",
    [EVENT_RECORD_LOST] = "keeper record lost",
    [EVENT_RECORDS_LOST] = "both keeper records lost",
    [EVENT_RETENTION] = "years pass",
    [EVENT_CLONE] = "cloned machine",
    [EVENT_RESTORE] = "older backup restored",
    NULL,
};

bool event_find(const char *name, enum event_kind *out)
{
    for (int i = 0; i < EVENT_KIND_COUNT; i++)
        if (strcmp(event_names[i], name) == 0) {
            *out = (enum event_kind)i;
            return true;
        }
    return false;
}

bool event_excludes_restore(enum event_kind kind)
{
    return kind == EVENT_KEY_CHANGE || kind == EVENT_KEY_THEFT || kind == EVENT_RETENTION ||
           kind == EVENT_CLONE || kind == EVENT_RECORDS_LOST;
}

/* Both lost records are an event of their own, and one second machine is enough. */
static bool event_comes_twice(struct random *random, enum event_kind kind)
{
    return kind == EVENT_RECORDS_LOST ||
           (kind != EVENT_RECORD_LOST && kind != EVENT_CLONE && random_chance(random, 30));
}

/* Steps between the two. */
static unsigned gap_choose(struct random *random, enum event_kind kind)
{
    bool is_at_once = kind == EVENT_RECORDS_LOST && random_chance(random, 40);
    return is_at_once ? 0 : (unsigned)random_below(random, 40);
}

static enum event_kind event_choose(struct random *random)
{
    return random_chance(random, EVENT_SHARE)
               ? (enum event_kind)(1 + random_below(random, EVENT_KIND_COUNT - 1))
               : EVENT_NONE;
}

/* One side, or the other a little later as well. */
void event_plan(struct world *world, enum event_kind forced)
{
    struct random *random = &world->random;
    size_t side = random_below(random, MACHINE_COUNT);

    world->event = forced == EVENT_ANY ? event_choose(random) : forced;
    tally_add("event", event_names[world->event]);
    if (world->event == EVENT_NONE || world->event == EVENT_RESTORE ||
        world->event == EVENT_RETENTION)
        return;
    world->event_step[side] =
        EVENT_FIRST +
        (unsigned)random_below(random, EVENT_LAST * world_factor(world) - EVENT_FIRST);
    /* The disk that lost the record may have lost the database too, so that an older one is put back. */
    if (world->event == EVENT_RECORD_LOST && random_chance(random, 30)) {
        fault_add(world, FAULT_BACKUP, 1 + (unsigned)random_below(random, world->event_step[side]),
                  side);
        fault_add(world, FAULT_RESTORE_DATABASE, world->event_step[side], side);
    }
    if (event_comes_twice(random, world->event))
        world->event_step[1 - side] = world->event_step[side] + gap_choose(random, world->event);
}

static void event_come(struct node *node)
{
    switch (node->world->event) {
    case EVENT_CLOSING:
        ending_begin(node, SUCCESSION_YEARLY_CLOSING);
        break;
    case EVENT_KEY_CHANGE:
        ending_begin(node, SUCCESSION_KEY_CHANGE);
        break;
    case EVENT_KEY_THEFT:
        thief_copy(node);
        ending_begin(node, SUCCESSION_KEY_THEFT);
        break;
    case EVENT_RECORD_LOST:
    case EVENT_RECORDS_LOST:
        record_lose(node);
        break;
    case EVENT_CLONE:
        clone_make(node);
        break;
    case EVENT_NONE:
    case EVENT_RESTORE:
    case EVENT_RETENTION:
    case EVENT_KIND_COUNT:
        break;
    }
}

void event_step(struct world *world)
{
    clone_step(world);
    if (random_chance(&world->random, 40))
        resume_go_on(world);
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        struct node *node = &world->nodes[i];
        if (world->event_step[i] == world->step && world->event_step[i] != 0)
            event_come(node);
        if (random_chance(&world->random, 40)) {
            if (record_is_stuck(node))
                ending_begin(node, SUCCESSION_KEEPER_LOST);
            ending_go_on(node);
            record_go_on(node);
        }
    }
}

void event_heal(struct world *world)
{
    clone_go_on(world);
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        struct node *node = &world->nodes[i];
        if (record_is_stuck(node))
            ending_begin(node, SUCCESSION_KEEPER_LOST);
        if (ending_is_due(node) && !audit_awaits_receipts(node)) {
            audit_stopped(node);
            ending_begin(node, node->was_cloned ? SUCCESSION_CLONED : SUCCESSION_RESTORED);
        }
        ending_go_on(node);
        record_go_on(node);
    }
}

const char *event_open(struct world *world)
{
    if (!clone_is_over(world))
        return "two machines ran with the same keys";
    for (size_t i = 0; i < MACHINE_COUNT; i++)
        if (world->nodes[i].ending.phase != ENDING_NONE || ending_is_due(&world->nodes[i]))
            return ending_phase_names[world->nodes[i].ending.phase];
    for (size_t i = 0; i < MACHINE_COUNT; i++)
        if (!record_is_whole(&world->nodes[i]))
            return "a keeper waits for fresh receipts";
    return NULL;
}
