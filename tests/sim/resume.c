/*
 * After a restore (docs/recovery.md): two officers here order the resume, one at the partner allows it for a while, each by
 * the act that the command line takes. Who is asked first, and how long the allowance lasts, is up to the seed; machines and
 * lines fail in between, and what was not told done is asked again.
 */
#include "sim/world.h"

#include "journal/resume.h"

#include <stdio.h>

#define ALLOW_MS_MIN 2000
#define ALLOW_MS_MAX (INT64_C(86400) * 1000)

/* In half of the histories one officer tries alone first. */
static void order(struct node *node)
{
    struct world *world = node->world;
    struct resuming *resuming = &node->resuming;
    struct span none = span_text("{}");

    resuming->is_alone = !resuming->was_asked && random_chance(&world->random, 50);
    resuming->was_asked = true;
    resuming->is_ordering = true;
    resuming->order = world->act_count;
    if (!(resuming->is_alone ? work_submit_alone(node, ACT_ORDER_RESUME, none)
                             : work_submit_with(node, ACT_ORDER_RESUME, none)))
        resuming->is_ordering = false;
}

/* For a day, or for so short that it is over before all is back. */
static void allow(struct node *node)
{
    struct world *world = node->world;
    struct resuming *resuming = &node->resuming;
    char until[TIME_TEXT_SIZE];
    char arguments[96];
    int64_t for_ms = random_chance(&world->random, 50)
                         ? ALLOW_MS_MAX
                         : ALLOW_MS_MIN + (int64_t)random_below(&world->random, 30000);

    resuming->until_ms = world->now_ms + for_ms;
    time_write(resuming->until_ms + node->machine.skew_ms, until);
    snprintf(arguments, sizeof arguments, "{\"partner\":\"%s\",\"until\":\"%s\"}",
             party_names[1 - node->side], until);
    resuming->is_allowing = true;
    resuming->allow = world->act_count;
    if (!work_submit_with(node, ACT_ALLOW_RESUME, span_text(arguments)))
        resuming->is_allowing = false;
}

void resume_hear(struct node *node, unsigned act, bool is_done)
{
    struct resuming *resuming = &node->resuming;

    if (resuming->is_ordering && resuming->order == act) {
        resuming->is_ordering = false;
        if (is_done && resuming->is_alone)
            world_fail(node->world, "%s: one officer alone ordered a resume", node->party);
    }
    if (resuming->is_allowing && resuming->allow == act) {
        resuming->is_allowing = false;
        resuming->allowed_ms = is_done ? resuming->until_ms : 0;
    }
}

void resume_go_on(struct world *world)
{
    if (clone_runs(world))
        return; /* first one of the two goes */
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        struct node *node = &world->nodes[i];
        struct node *partner = &world->nodes[1 - i];
        if (!node->is_up || !partner->is_up || !audit_must_resume(node))
            continue;
        if (node->journal.lines[0].resume.state == RESUME_BEHIND && !node->resuming.is_ordering)
            order(node);
        if (partner->resuming.allowed_ms < world->now_ms && !partner->resuming.is_allowing &&
            random_chance(&world->random, 25)) /* it takes a telephone call */
            allow(partner);
    }
}
