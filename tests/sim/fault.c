/* Faults of machines and line, planned by the seed; and the hand that opens a node again. */
#include "sim/world.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define STEP_FIRST 10u
#define STEP_LAST  200u

const char *const fault_names[] = {
    [FAULT_POWER_LOSS_AT_CALL] = "power loss at an I/O call",
    [FAULT_POWER_LOSS] = "power loss at rest",
    [FAULT_SYNC_ERROR] = "sync fails",
    [FAULT_WRITE_ERROR] = "write fails",
    [FAULT_DISK_FULL] = "disk full",
    [FAULT_RESTART] = "restart",
    [FAULT_CUT_BOTH] = "line cut",
    [FAULT_CUT_ONE_WAY] = "line cut one way",
    [FAULT_DEAF] = "no answer for a while",
    [FAULT_CLOCK_NEAR] = "clock off within the bound",
    [FAULT_CLOCK_FAR] = "clock off beyond the bound",
    [FAULT_BACKUP] = "backup taken",
    [FAULT_RESTORE_ALL] = "backup restored, database and keeper",
    [FAULT_RESTORE_HIDDEN] = "backup restored, partner hides checkpoints",
    [FAULT_RESTORE_DATABASE] = "backup restored, database alone",
    NULL,
};

const char *const fate_names[] = {[FATE_KEPT] = "unsynced sectors kept",
                                  [FATE_DROPPED] = "unsynced sectors dropped",
                                  [FATE_TORN] = "unsynced sectors torn",
                                  [FATE_NAMES_UNDONE] = "names undone",
                                  NULL};

void fault_add(struct world *world, enum fault_kind kind, unsigned step, size_t side)
{
    if (world->fault_count < FAULT_COUNT_MAX)
        world->faults[world->fault_count++] =
            (struct fault){.kind = kind, .step = step, .side = side};
}

static unsigned step_choose(struct world *world)
{
    unsigned last = STEP_LAST * world_factor(world);
    return STEP_FIRST + (unsigned)random_below(&world->random, last - STEP_FIRST);
}

/* Two nodes that were both restored know nothing of each other that could be believed. */
static bool has_restore(const struct world *world)
{
    for (unsigned i = 0; i < world->fault_count; i++)
        if (world->faults[i].kind >= FAULT_RESTORE_ALL)
            return true;
    return false;
}

/* Of the side that keeps its logs a backup from before the other's end comes back after it. The end begins early, so that it
 * is over in time. */
static void restore_over_end(struct world *world)
{
    size_t ends = world->event_step[0] != 0 ? 0 : 1;
    unsigned at = STEP_FIRST + (unsigned)random_below(&world->random, 40);

    world->event_step[ends] = at;
    world->event_step[1 - ends] = 0;
    fault_add(world, FAULT_BACKUP, 1 + (unsigned)random_below(&world->random, at), 1 - ends);
    fault_add(world, FAULT_RESTORE_ALL, at + 10 + (unsigned)random_below(&world->random, 120),
              1 - ends);
}

/* The database alone; what its keeper receipted last reached nobody. */
static void restore_unheard(struct world *world, unsigned backup, size_t side)
{
    unsigned deaf = backup + 1 + (unsigned)random_below(&world->random, 60);

    fault_add(world, FAULT_BACKUP, backup, side);
    fault_add(world, FAULT_DEAF, deaf, 1 - side);
    fault_add(world, FAULT_RESTORE_DATABASE, deaf + 4 + (unsigned)random_below(&world->random, 12),
              side);
}

/* Books from before the end of an own log cannot go on (docs/recovery.md: put a newer backup back): after each there is a new
 * backup. From before the end of the partner's they can. */
static void restore_plan(struct world *world)
{
    static const enum fault_kind restores[] = {FAULT_RESTORE_ALL, FAULT_RESTORE_ALL,
                                               FAULT_RESTORE_HIDDEN, FAULT_RESTORE_DATABASE};
    struct random *random = &world->random;
    bool ends_logs = world->event == EVENT_CLOSING;
    bool is_wanted = world->event == EVENT_RESTORE || random_chance(random, ends_logs ? 60 : 15);

    if (!is_wanted || event_excludes_restore(world->event) || has_restore(world))
        return;
    size_t side = random_below(random, MACHINE_COUNT);
    unsigned backup = STEP_FIRST + (unsigned)random_below(random, 90);
    if (ends_logs && random_chance(random, 75)) {
        restore_over_end(world);
        return;
    }
    if (world->event == EVENT_RESTORE && random_chance(random, 40)) {
        restore_unheard(world, backup, side);
        return;
    }
    fault_add(world, FAULT_BACKUP, backup, side);
    fault_add(world, restores[random_below(random, ARRAY_COUNT(restores))],
              backup + 1 + (unsigned)random_below(random, 70), side);
}

/* One to three crashes, three to seven others, ten times as many in a long history; one in five restores a backup. */
void fault_plan(struct world *world)
{
    static const enum fault_kind others[] = {
        FAULT_SYNC_ERROR,  FAULT_DISK_FULL,   FAULT_RESTART,    FAULT_CUT_BOTH,  FAULT_CUT_BOTH,
        FAULT_CUT_ONE_WAY, FAULT_CUT_ONE_WAY, FAULT_CLOCK_NEAR, FAULT_CLOCK_FAR, FAULT_WRITE_ERROR};
    size_t other_count = ARRAY_COUNT(others) - (world->is_hostile ? 0 : 1);
    struct random *random = &world->random;
    unsigned factor = world_factor(world);

    for (uint64_t i = factor * (1 + random_below(random, 3)); i > 0; i--)
        fault_add(world, random_chance(random, 85) ? FAULT_POWER_LOSS_AT_CALL : FAULT_POWER_LOSS,
                  step_choose(world), random_below(random, MACHINE_COUNT));
    for (uint64_t i = factor * (3 + random_below(random, 5)); i > 0; i--)
        fault_add(world, others[random_below(random, other_count)], step_choose(world),
                  random_below(random, MACHINE_COUNT));
    restore_plan(world);
}

/* --- a node goes down --- */

static void node_down(struct node *node, bool is_clean, bool must_crash)
{
    struct world *world = node->world;

    if (node->is_up)
        node_close(node, is_clean);
    bool has_lost_power =
        node->machine.disk.has_failed && node->machine.disk.failure == DISK_POWER_LOSS;
    node->must_crash = node->must_crash || must_crash || has_lost_power;
    node->up_at_ms = world->now_ms + (int64_t)random_below(&world->random, 8000);
}

static void site_count(struct node *node)
{
    static const char *const doings[] = {
        [DOING_NOTHING] = "rest",    [DOING_OPEN] = "opening",          [DOING_WRITER] = "writer",
        [DOING_COURIER] = "courier", [DOING_CHECKPOINT] = "checkpoint", [DOING_CLOSE] = "closing"};
    const struct disk *disk = &node->machine.disk;
    const char *last = strrchr(disk->failed_path, '/');
    char name[72];

    snprintf(name, sizeof name, "%s: %s %s", doings[node->failed_doing],
             disk_call_names[disk->failed_call], last == NULL ? "" : last + 1);
    tally_add(disk->failure == DISK_POWER_LOSS ? "crash site" : "disk failure site", name);
}

/* A failed sync is final: whoever goes on believes what may be gone. The keeper's record has its own stop: whatever it signed
 * for later would not be there any more when the node comes back. */
static bool has_stopped(const struct node *node)
{
    return strstr(node->machine.disk.failed_path, "besa.db") == NULL || node->journal.is_dead ||
           database_is_dead(node->db);
}

/* The disk of a node that runs has failed: power is off, or its supervisor ends it. */
static void failure_tend(struct node *node)
{
    struct disk *disk = &node->machine.disk;

    if (disk->failure == DISK_SYNC_ERROR && !has_stopped(node)) {
        world_fail(node->world, "%s goes on after a sync of %s that failed", node->party,
                   disk->failed_path);
        return;
    }
    if (disk->failure != DISK_POWER_LOSS && !node->journal.is_dead &&
        !random_chance(&node->world->random, 10))
        return; /* it goes on for a while with a disk that failed once */
    site_count(node);
    world_tell(node->world, "%s: disk failed at %s %s", node->party,
               disk_call_names[disk->failed_call], disk->failed_path);
    node_down(node, false, disk->failure != DISK_FULL || random_chance(&node->world->random, 50));
}

static void fates_count(const struct disk *disk)
{
    for (size_t i = 0; i < FATE_COUNT; i++)
        if (disk->fates[i] > 0)
            tally_add("crash left", fate_names[i]);
}

void fault_arm(struct node *node)
{
    const struct world *world = node->world;
    struct disk *disk = &node->machine.disk;

    if (world->crash_side == node->side && world->crash_call > disk->calls && !disk->has_failed)
        disk_fail_in(disk, world->crash_call - disk->calls, DISK_POWER_LOSS);
}

static void node_up(struct node *node)
{
    struct world *world = node->world;
    struct disk *disk = &node->machine.disk;
    struct error err = {0};

    if (disk->has_failed && disk->failure == DISK_POWER_LOSS)
        world->crash_came = true;
    if (node->must_crash) {
        disk_crash(disk);
        fates_count(disk);
    }
    node->must_crash = false;
    disk_mend(disk);
    fault_arm(node);
    /* Power may go again while it recovers. */
    if (!world->is_healing && world->script == NULL && random_chance(&world->random, 20))
        disk_fail_in(disk, 1 + random_below(&world->random, 30), DISK_POWER_LOSS);
    if (node_open(node, &err)) {
        if (!disk->has_failed)
            disk->fail_at = 0;
        fault_arm(node);
        return;
    }
    if (!disk->has_failed) {
        world_fail(world, "%s does not open again: %s", node->party, err.text);
        return;
    }
    site_count(node);
    world_tell(world, "%s: power lost while it opened", node->party);
    node_down(node, false, true);
}

static void clock_set(struct node *node, int64_t skew_ms)
{
    struct world *world = node->world;
    int64_t showed_ms = world->now_ms + node->machine.skew_ms;

    if (showed_ms > world->showed_ms)
        world->showed_ms = showed_ms;
    node->machine.skew_ms = skew_ms;
}

void fault_tend(struct world *world)
{
    for (size_t i = 0; i < node_count(world) && !world->has_failed; i++) {
        struct node *node = node_at(world, i);
        if (node->is_up && node->machine.disk.has_failed)
            failure_tend(node);
        else if (node->is_up && node->journal.is_dead)
            world_fail(world, "%s stopped without a cause: %s", node->party,
                       node->journal.dead_reason);
        else if (!node->is_up && node->up_at_ms <= world->now_ms)
            node_up(node);
        if (i == MACHINE_COUNT)
            break;
        if (world->is_cut[i] && world->cut_until_ms[i] <= world->now_ms) {
            world->is_cut[i] = false;
            world_tell(world, "the line of %s is back", node->party);
        }
        if (world->skew_until_ms[i] != 0 && world->skew_until_ms[i] <= world->now_ms) {
            world->skew_until_ms[i] = 0;
            clock_set(node, (int64_t)random_below(&world->random, 2000) - 1000);
            world_tell(world, "the clock of %s is set", node->party);
        }
    }
}

void fault_stop(struct node *node)
{
    node_down(node, true, false);
}

/* --- backups --- */

void fault_backup(struct node *node)
{
    if (node->has_backup)
        disk_free(&node->backup);
    disk_clone(&node->machine.disk, &node->backup, &node->world->random);
    node->has_backup = true;
    node->backup_acts = node->world->told[node->side];
    node->backup_record = node->record;
}

/* What the partner holds of its log. Of one that has just lost power only the receipts are sure: what it wrote last may not
 * be there when it comes back. */
static uint64_t custody_of(const struct node *node)
{
    const struct node *partner = &node->world->nodes[1 - node->side];
    bool is_sure = partner->is_up ? !partner->machine.disk.has_failed : !partner->must_crash;

    return is_sure ? partner->journal.lines[0].in.size : node->journal.lines[0].cosigned;
}

void fault_forget(struct node *node)
{
    struct world *world = node->world;
    const struct journal_line *line = &node->journal.lines[0];
    uint64_t in_custody = custody_of(node);
    size_t kept = 0;

    for (size_t i = 0; i < world->root_count; i++) {
        const struct signed_root *root = &world->roots[i];
        bool is_gone =
            root->side == node->side && (strcmp(root->origin, node->journal.domestic.origin) == 0 ||
                                         (strcmp(root->origin, line->out.origin) == 0 &&
                                          (node->is_blinded || root->size > in_custody)));
        if (!is_gone)
            world->roots[kept++] = *root;
    }
    world->root_count = kept;
}

static void backup_restore(struct node *node, bool is_all)
{
    struct world *world = node->world;
    char path[DISK_NAME_MAX];

    node_down(node, false, false);
    line_drop(node);
    if (is_all) {
        struct disk lost = node->machine.disk;
        if (node->must_crash)
            disk_crash(&lost);
        disk_clone(&node->backup, &node->machine.disk, &world->random);
        if (node->keeps_copy)
            copy_carry(node, &lost, &node->machine.disk);
        node->must_replay = node->keeps_copy && !node->is_blinded;
        disk_free(&lost);
        node->record = node->backup_record;
        fault_forget(node);
    } else {
        if (node->must_crash)
            disk_crash(&node->machine.disk);
        snprintf(path, sizeof path, "/%s/besa.db", node->party);
        disk_restore(&node->machine.disk, &node->backup, path);
        snprintf(path, sizeof path, "/%s/besa.db-wal", node->party);
        disk_restore(&node->machine.disk, &node->backup, path);
        if (!record_knows(node))
            fault_forget(node); /* nobody is left who knows what was signed and not posted */
    }
    node->must_crash = false;
    node->was_restored = true;
    node->resuming = (struct resuming){.is_ordering = false};
    for (unsigned i = 0; i < world->act_count; i++)
        if (world->acts[i].side == node->side && world->acts[i].order > node->backup_acts) {
            world->acts[i].may_be_lost = true;
            world->acts[i].is_copied = node->must_replay && node->has_whole_copy;
        }
}

/* --- the plan is carried out --- */

static void cut(struct world *world, size_t side)
{
    world->is_cut[side] = true;
    world->cut_until_ms[side] = world->now_ms + 500 + (int64_t)random_below(&world->random, 30000);
}

static void clock_move(struct node *node, enum fault_kind kind)
{
    struct world *world = node->world;
    int64_t by_ms = kind == FAULT_CLOCK_NEAR
                        ? 2000 + (int64_t)random_below(&world->random, 20000)
                        : 35000 + (int64_t)random_below(&world->random, 100000);

    clock_set(node, random_chance(&world->random, 50) ? by_ms : -by_ms);
    world->skew_until_ms[node->side] =
        world->now_ms + 1000 + (int64_t)random_below(&world->random, 20000);
}

/* Of two machines with the same keys each is struck in its turn. */
static struct node *struck(struct world *world, const struct fault *fault)
{
    bool is_twin = clone_runs(world) && fault->side == world->cloning.side &&
                   fault->kind <= FAULT_RESTART && fault->step % 2 == 1;
    return is_twin ? &world->twin : &world->nodes[fault->side];
}

static void fault_come(struct world *world, const struct fault *fault)
{
    struct node *node = struck(world, fault);
    struct disk *disk = &node->machine.disk;
    struct random *random = &world->random;

    switch (fault->kind) {
    case FAULT_POWER_LOSS_AT_CALL:
        disk_fail_in(disk, 1 + random_below(random, 60), DISK_POWER_LOSS);
        break;
    case FAULT_POWER_LOSS:
        node_down(node, false, true);
        break;
    case FAULT_SYNC_ERROR:
        disk_fail_in(disk, 1 + random_below(random, 30), DISK_SYNC_ERROR);
        break;
    case FAULT_WRITE_ERROR:
        disk_fail_in(disk, 1 + random_below(random, 30), DISK_WRITE_ERROR);
        break;
    case FAULT_DISK_FULL:
        disk_fail_in(disk, 1 + random_below(random, 30), DISK_FULL);
        break;
    case FAULT_RESTART:
        node_down(node, true, false);
        break;
    case FAULT_CUT_BOTH:
        cut(world, 0);
        cut(world, 1);
        break;
    case FAULT_CUT_ONE_WAY:
        cut(world, fault->side);
        break;
    case FAULT_DEAF:
        world->deaf_until_ms[fault->side] =
            world->now_ms + 5000 + (int64_t)random_below(random, 30000);
        break;
    case FAULT_CLOCK_NEAR:
    case FAULT_CLOCK_FAR:
        clock_move(node, fault->kind);
        break;
    case FAULT_BACKUP:
        fault_backup(node);
        break;
    case FAULT_RESTORE_HIDDEN:
        node->is_blinded = true;
        FALLTHROUGH;
    case FAULT_RESTORE_ALL:
    case FAULT_RESTORE_DATABASE:
        backup_restore(node, fault->kind != FAULT_RESTORE_DATABASE);
        break;
    case FAULT_KIND_COUNT:
        break;
    }
}

static bool can_come(struct world *world, const struct fault *fault)
{
    const struct node *node = struck(world, fault);

    if (fault->kind >= FAULT_RESTORE_ALL)
        return node->has_backup;
    if (fault->kind == FAULT_BACKUP || fault->kind >= FAULT_CUT_BOTH)
        return true;
    return node->is_up && !node->machine.disk.has_failed;
}

/* Nobody puts a backup back in the midst of ending a log: from before its end the books would be of no use. And one that is
 * to come over the end of the partner's logs waits for it. */
static bool is_postponed(struct world *world, const struct fault *fault)
{
    const struct node *node = &world->nodes[fault->side];
    const struct node *partner = &world->nodes[1 - fault->side];

    return fault->kind >= FAULT_RESTORE_ALL &&
           (ending_is_taken_in(node) ||
            (world->event == EVENT_CLOSING && partner->ending.phase != ENDING_NONE));
}

void fault_step(struct world *world)
{
    for (unsigned i = 0; i < world->fault_count; i++) {
        struct fault *fault = &world->faults[i];
        bool is_left_out = i < 64 && (world->left_out >> i & 1) != 0;
        if (fault->step == world->step && is_postponed(world, fault))
            fault->step++;
        if (fault->step != world->step || is_left_out || !can_come(world, fault))
            continue;
        world_tell(world, "fault at %s: %s", party_names[fault->side], fault_names[fault->kind]);
        tally_add("fault", fault_names[fault->kind]);
        if (fault->kind <= FAULT_POWER_LOSS)
            world->crashes++;
        else
            world->other_faults++;
        fault_come(world, fault);
    }
}

void fault_heal(struct world *world)
{
    world->is_healing = true;
    world->healed_ms = world->now_ms;
    world_tell(world, "all faults end");
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        struct node *node = &world->nodes[i];
        world->is_cut[i] = false;
        world->deaf_until_ms[i] = 0;
        world->skew_until_ms[i] = 0;
        clock_set(node, (int64_t)random_below(&world->random, 2000) - 1000);
    }
    for (size_t i = 0; i < node_count(world); i++) {
        struct node *node = node_at(world, i);
        if (!node->machine.disk.has_failed)
            node->machine.disk.fail_at = 0;
        fault_arm(node);
        node->up_at_ms = world->now_ms;
    }
}
