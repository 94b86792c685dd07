/*
 * Retention by the clock: once both nodes are level, years pass, and each erases what it held too long. What one of them
 * keeps, the other keeps, and nothing is held beyond its day, but for what an officer erased at one side alone.
 */
#include "sim/audit.h"

#include "desk/retention.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS     INT64_C(86400000)
#define PASS_COUNT 6u /* the first asks for the time, the next ones erase */

struct pass {
    struct job job; /* first */
    struct node *node;
    struct desk_retention_pass at;
};

static bool pass_run(struct journal *journal, struct job *job, struct error *err)
{
    struct pass *pass = (struct pass *)job;
    return desk_retention_step(journal, &pass->at, err);
}

static void pass_done(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct pass *pass = (struct pass *)job;
    struct node *node = pass->node;
    struct error failure = {0};

    if (!ok && err->kind != ERROR_STORE)
        world_fail(node->world, "retention at %s: %s", node->party, err->text);
    if (ok && pass->at.erased > 0)
        tally_add("retention", "items erased");
    if (ok && !pass->at.is_over && journal_submit(journal, &pass->job, &failure))
        return;
    node->passes++;
    node->is_passing = false;
    free(pass);
}

static void pass_begin(struct node *node)
{
    struct pass *pass = calloc(1, sizeof *pass);
    struct error err = {0};

    if (pass == NULL)
        abort();
    *pass = (struct pass){.job = {.run = pass_run, .done = pass_done}, .node = node};
    node->is_passing = journal_submit(&node->journal, &pass->job, &err);
    if (!node->is_passing)
        free(pass);
}

void retention_leap(struct world *world)
{
    /* Heads go after ten years; what is compared here are bodies. */
    static const int64_t days[] = {10, 100, 400, 1500, 3000};

    world->has_leapt = true;
    world->now_ms += days[random_below(&world->random, ARRAY_COUNT(days))] * DAY_MS;
    world_tell(world, "years pass");
}

void retention_go_on(struct world *world)
{
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        struct node *node = &world->nodes[i];
        if (node->is_up && !node->is_passing && node->passes < PASS_COUNT)
            pass_begin(node);
    }
}

bool retention_is_over(const struct world *world)
{
    for (size_t i = 0; i < MACHINE_COUNT; i++)
        if (world->nodes[i].passes < PASS_COUNT)
            return false;
    return true;
}

/* --- what must be so in the end --- */

static bool erased_by_hand(const struct world *world, const uint8_t item[UUID_SIZE])
{
    for (unsigned i = 0; i < world->act_count; i++) {
        const struct act_record *record = &world->acts[i];
        if ((record->kind == ACT_ERASE || record->kind == ACT_WITHDRAW) && record->is_ok &&
            memcmp(record->target, item, UUID_SIZE) == 0)
            return true;
    }
    return false;
}

static bool item_check(struct world *world, const struct act_record *record)
{
    static const enum log_side sides[] = {SIDE_OWN, SIDE_PARTNER};
    bool is_held[2];
    bool is_refused = false; /* then its receiver keeps it for a shorter time */

    for (size_t i = 0; i < 2; i++) {
        struct node *node = &world->nodes[i == 0 ? record->side : 1 - record->side];
        struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
        struct entry_row row;
        struct error err = {0};
        int64_t position = -1;
        int64_t due_ms = 0;
        if (!audit_find(node, sides[i], span_make(record->item, UUID_SIZE), &arena, &row,
                        &position) ||
            position < 0)
            return true; /* never delivered */
        is_held[i] = row.body_state == BODY_HELD;
        struct sequence_row handled;
        if (i == 1 && sequence_of_entry(node->db, &arena, row.id, &handled, &err))
            is_refused = handled.outcome != OUTCOME_ACCEPTED;
        if (!journal_retention_due(&node->journal, line_of(node), row.id, &due_ms, &err))
            return world_fail(world, "%s: a day cannot be read: %s", node->party, err.text);
        if (is_held[i] && due_ms < world->now_ms - 2 * DAY_MS)
            return world_fail(world, "%s holds position %" PRId64 " beyond its day", node->party,
                              position);
    }
    if (is_held[0] != is_held[1] && !is_refused && !erased_by_hand(world, record->item))
        return world_fail(world, "%s alone holds a message of %s",
                          is_held[0] ? "its sender" : "its receiver", party_names[record->side]);
    tally_add("retention", is_held[0] ? "kept at both" : "gone");
    return true;
}

bool audit_retention(struct world *world)
{
    for (unsigned i = 0; i < world->act_count; i++)
        if (world->acts[i].is_ok && world->acts[i].kind <= ACT_REFUSE &&
            !item_check(world, &world->acts[i]))
            return false;
    return true;
}
