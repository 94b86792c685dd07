/*
 * A cloned machine (docs/recovery.md): the disk of one node is copied while it works, database and keeper alike, and both
 * copies run with the same keys, write, sign and call the partner; whose address it is changes from time to time. When all
 * faults are over the officers look at both: what either says of its log to the partner names the one that goes, and it is
 * switched off for good. The one that stays is resumed where it is behind, and its logs end.
 */
#include "sim/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CLONE_NAME  "twin"
#define ROUND_FIRST 40u  /* of the officers' rounds: by then both copies have met the partner */
#define ROUND_LEAP  160u /* nothing more is said: a quarter of an hour passes, */
#define SHOW_MS     960000
#define ROUND_LAST  400u /* and by then what is written twice is named */

bool clone_runs(const struct world *world)
{
    return world->cloning.phase == CLONE_RUNS;
}

struct node *clone_at_address(struct world *world, size_t side)
{
    bool is_twin = clone_runs(world) && side == world->cloning.side && world->cloning.has_address;
    return is_twin ? &world->twin : &world->nodes[side];
}

struct node *node_at(struct world *world, size_t i)
{
    return i < MACHINE_COUNT ? &world->nodes[i] : &world->twin;
}

size_t node_count(const struct world *world)
{
    return clone_runs(world) ? MACHINE_COUNT + 1 : MACHINE_COUNT;
}

/* --- the copy --- */

static void files_move(struct disk *disk, const char *from, const char *to)
{
    char starts[2][DISK_NAME_MAX];

    snprintf(starts[0], sizeof starts[0], "/%s/", from);
    snprintf(starts[1], sizeof starts[1], "/%s/", to);
    disk_move(disk, starts[0], starts[1]);
}

/* What the one record knows, the other knows. */
static void roots_copy(struct world *world, size_t from, size_t to)
{
    size_t count = world->root_count;

    for (size_t i = 0; i < count && world->root_count < ROOT_COUNT_MAX; i++)
        if (world->roots[i].machine == from) {
            world->roots[world->root_count] = world->roots[i];
            world->roots[world->root_count++].machine = to;
        }
}

void clone_make(struct node *node)
{
    struct world *world = node->world;
    struct node *twin = &world->twin;

    *twin = (struct node){.world = world,
                          .side = node->side,
                          .number = MACHINE_COUNT,
                          .party = node->party,
                          .keeps_copy = node->keeps_copy,
                          .noted_to = node->noted_to,
                          .up_at_ms = world->now_ms};
    disk_clone(&node->machine.disk, &twin->machine.disk, &world->random);
    files_move(&twin->machine.disk, node->machine.name, CLONE_NAME);
    machine_start(&twin->machine, CLONE_NAME, world->seed * 2 + UINT64_C(1000003), &world->now_ms);
    twin->machine.skew_ms = (int64_t)random_below(&world->random, 2000) - 1000;
    roots_copy(world, node->side, MACHINE_COUNT);
    world->cloning = (struct cloning){.phase = CLONE_RUNS, .side = node->side};
    for (unsigned i = 0; i < world->act_count; i++)
        world->acts[i].is_shared = world->acts[i].side == node->side && world->acts[i].is_told;
    node->was_cloned = true;
    world_tell(world, "the machine of %s is copied", node->party);
}

void clone_step(struct world *world)
{
    if (clone_runs(world) && random_chance(&world->random, 6))
        world->cloning.has_address = !world->cloning.has_address;
}

/* --- what the officers see --- */

static bool says(const struct journal_log *log, const char *words)
{
    return strstr(log->read_only, words) != NULL;
}

static bool stands_still(struct node *node)
{
    return node->is_up && line_of(node)->out.read_only[0] != '\0';
}

/* --- one of them goes --- */

static void machines_relabel(struct world *world)
{
    size_t side = world->cloning.side;

    for (size_t i = 0; i < world->root_count; i++) {
        struct signed_root *root = &world->roots[i];
        if (root->machine == side || root->machine == MACHINE_COUNT)
            root->machine = root->machine == side ? MACHINE_COUNT : side;
    }
    for (unsigned i = 0; i < world->act_count; i++) {
        struct act_record *record = &world->acts[i];
        if (record->side == side)
            record->machine = record->machine == side ? MACHINE_COUNT : side;
    }
}

/* The clone's disk takes the place of the other's. */
static void places_change(struct node *node, struct node *twin)
{
    disk_free(&node->machine.disk);
    node->machine.disk = twin->machine.disk;
    files_move(&node->machine.disk, CLONE_NAME, node->machine.name);
    twin->machine.disk = (struct disk){.random = &node->world->random};
    node->must_crash = twin->must_crash;
    node->noted_to = twin->noted_to;
    node->has_whole_copy = twin->has_whole_copy;
    machines_relabel(node->world);
}

static void machine_stop(struct node *node)
{
    if (node->is_up)
        fault_stop(node);
    line_drop(node);
}

static void one_goes(struct world *world, bool is_twin_kept)
{
    struct node *node = &world->nodes[world->cloning.side];
    struct node *twin = &world->twin;

    world_tell(world, "the %s machine of %s goes for good", is_twin_kept ? "first" : "second",
               node->party);
    tally_add("clone", is_twin_kept ? "the copy stays" : "the original stays");
    machine_stop(twin);
    /* The one that stays is started anew: it meets the partner, and hears what was given to the other. */
    machine_stop(node);
    if (is_twin_kept)
        places_change(node, twin);
    node->up_at_ms = world->now_ms;
    world->cloning.phase = CLONE_OVER;
    disk_free(&twin->machine.disk);
    for (unsigned i = 0; i < world->act_count; i++)
        if (world->acts[i].side == node->side && world->acts[i].machine == MACHINE_COUNT &&
            !world->acts[i].is_shared)
            world->acts[i].may_be_lost = true;
}

/* The partner holds another tree than this copy wrote, or more. */
static bool differs(struct node *copy)
{
    struct node *partner = &copy->world->nodes[1 - copy->side];

    return audit_differs(copy, partner) || line_of(copy)->out.size < line_of(partner)->in.size;
}

static bool is_named(struct node *copy)
{
    return says(&line_of(copy)->out, "written twice") ||
           says(&line_of(copy)->out, "older backup was restored");
}

/* The one goes whose log to the partner stands still. */
static bool keeps_twin(struct world *world)
{
    struct node *node = &world->nodes[world->cloning.side];
    bool is_clear = stands_still(node) != stands_still(&world->twin);

    return is_clear ? stands_still(node) : random_chance(&world->random, 50);
}

static void state_tell(struct node *node)
{
    const struct journal_line *line = line_of(node);

    world_tell(node->world,
               "%s: out %" PRIu64 ", receipted %" PRIu64 ", in %" PRIu64
               ";  out '%s', in '%s', domestic '%s'",
               node->machine.name, line->out.size, line->cosigned, line->in.size,
               line->out.read_only, line->in.read_only, node->journal.domestic.read_only);
}

static void found_count(struct world *world)
{
    struct node *copies[] = {&world->nodes[world->cloning.side], &world->twin};
    struct node *partner = &world->nodes[1 - world->cloning.side];
    bool is_found = says(&line_of(partner)->in, "forked");

    state_tell(copies[0]);
    state_tell(copies[1]);
    state_tell(partner);

    if (is_found)
        tally_add("clone", "found: the partner stops custody");
    for (size_t i = 0; i < 2; i++) {
        const struct journal_line *line = line_of(copies[i]);
        const struct {
            const struct journal_log *log;
            const char *words;
            const char *name;
        } words[] = {
            {&line->out, "written twice", "found: the log was written twice"},
            {&line->out, "older backup", "found: the partner holds more of ours"},
            {&line->in, "older backup", "found: the partner holds later receipts"},
            {&copies[i]->journal.domestic, "another domestic log", "found: another domestic log"},
            {&copies[i]->journal.domestic, "older backup", "found: the witness holds more"},
        };
        for (size_t k = 0; k < ARRAY_COUNT(words); k++)
            if (says(words[k].log, words[k].words)) {
                tally_add("clone", words[k].name);
                is_found = true;
            }
    }
    if (!is_found)
        tally_add("clone", "not found: nothing contradicts");
}

void clone_go_on(struct world *world)
{
    struct cloning *cloning = &world->cloning;
    struct node *node = &world->nodes[cloning->side];
    struct node *twin = &world->twin;

    if (!clone_runs(world))
        return;
    if (++cloning->rounds < ROUND_FIRST || !node->is_up || !twin->is_up) {
        clone_step(world);
        return;
    }
    bool is_twin_unaware = differs(twin) && !is_named(twin);
    if (is_twin_unaware || (differs(node) && !is_named(node))) {
        cloning->has_address = is_twin_unaware; /* where a machine is only called, it learns so */
        world->now_ms += cloning->rounds == ROUND_LEAP ? SHOW_MS : 0;
        if (cloning->rounds > ROUND_LAST)
            world_fail(world, "what %s wrote twice is not found", node->party);
        return;
    }
    found_count(world);
    one_goes(world, keeps_twin(world));
}

void clone_free(struct world *world)
{
    if (!clone_runs(world))
        return;
    if (world->twin.is_up || world->twin.has_books)
        node_close(&world->twin, false);
    disk_free(&world->twin.machine.disk);
}

bool clone_is_over(struct world *world)
{
    struct node *node = &world->nodes[world->cloning.side];

    return world->cloning.phase == CLONE_NONE ||
           (!clone_runs(world) && node->is_up && line_of(node)->has_met &&
            !audit_domestic_differs(node));
}

/* A fork that the partner was shown stops custody there and then. */
bool clone_audit_fork(struct node *partner)
{
    return line_of(partner)->in.read_only[0] != '\0' ||
           world_fail(partner->world, "%s called a log forked and goes on with its custody",
                      partner->party);
}

static bool is_open(struct node *node, const struct journal_log *log)
{
    return log->read_only[0] == '\0' ||
           world_fail(node->world,
                      "%s: log %s stands still after its second machine is gone: %.200s",
                      node->party, log->origin, log->read_only);
}

bool audit_clone(struct world *world)
{
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        struct node *node = &world->nodes[i];
        if (!is_open(node, &line_of(node)->out) || !is_open(node, &line_of(node)->in) ||
            !is_open(node, &node->journal.domestic))
            return false;
    }
    return true;
}
