/*
 * The keeper's record is lost (docs/recovery.md): the node opens and says so, two officers make the record anew from its
 * books with the node stopped, the daily keys are paired again, and each log waits for the partner's fresh receipt. Where the
 * partner's keeper lost its record too, there is none, and the logs end. Power fails in the midst of it as anywhere else; then
 * the same is done again.
 */
#include "sim/world.h"

#include "journal/fresh.h"

#include <stdio.h>

/* What the officers give the keeper, from books that are open. */
static bool logs_take(struct node *node, struct arena *arena, struct keeper_lost_log **logs,
                      size_t *count, struct error *err)
{
    *logs = arena_array(arena, LOST_LOG_COUNT_MAX, sizeof **logs);
    return *logs != NULL && journal_keeper_logs(&node->journal, arena, *logs, count, err);
}

static void recover_now(struct node *node)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct keeper_lost_log *logs = NULL;
    struct error err = {0};
    size_t count = 0;
    size_t changed = 0;

    if (!logs_take(node, &arena, &logs, &count, &err)) {
        world_fail(node->world, "%s: the logs for its keeper: %s", node->party, err.text);
        return;
    }
    fault_stop(node);
    if (node->must_crash)
        return;
    if (node_recover(node, logs, count, &changed, &err)) {
        world_tell(node->world, "%s has a record again: %zu logs wait", node->party, changed);
        node->record = RECORD_UNPAIRED;
        return;
    }
    if (!node->machine.disk.has_failed)
        world_fail(node->world, "%s: no new record: %s", node->party, err.text);
    node->must_crash = true;
}

void record_lose(struct node *node)
{
    char path[DISK_NAME_MAX];

    if (node->is_up)
        fault_stop(node);
    if (node->was_restored)
        fault_forget(node);
    snprintf(path, sizeof path, "/%s/keeper/keeper.record", node->machine.name);
    disk_lose(&node->machine.disk, path);
    node->record = RECORD_LOST;
    node->has_lost_record = true;
}

void record_go_on(struct node *node)
{
    struct error err = {0};

    if (node->record == RECORD_WHOLE || !node->is_up || node->machine.disk.has_failed)
        return;
    if (node->record == RECORD_LOST) {
        recover_now(node);
    } else if (node_pair(node, &err)) {
        tally_add("keeper record", "made anew and paired");
        node->record = RECORD_WHOLE;
        node->paired_ms = node->world->now_ms;
    } else if (!node->machine.disk.has_failed) {
        world_fail(node->world, "%s cannot pair again: %s", node->party, err.text);
    }
}

static bool waits(const struct journal_log *log)
{
    return log->awaits_fresh > 0;
}

/* A record made anew knows nothing of its own until the partner was heard (docs/recovery.md). */
bool record_knows(const struct node *node)
{
    const struct journal_line *line = &node->journal.lines[0];

    return node->record == RECORD_WHOLE && !waits(&line->out) && !waits(&line->in) &&
           !waits(&node->journal.domestic);
}

bool record_is_stuck(const struct node *node)
{
    enum { PATIENCE_MS = 30000 };
    const struct node *partner = &node->world->nodes[1 - node->side];
    const struct journal_line *line = &node->journal.lines[0];

    return node->is_up && node->has_lost_record && node->record == RECORD_WHOLE &&
           partner->has_lost_record && partner->record == RECORD_WHOLE &&
           node->world->now_ms > node->paired_ms + PATIENCE_MS &&
           (waits(&line->out) || waits(&node->journal.domestic));
}

bool record_is_whole(const struct node *node)
{
    const struct journal_line *line = &node->journal.lines[0];

    return node->record == RECORD_WHOLE &&
           (!node->is_up || node->is_blinded || node->world->nodes[1 - node->side].is_blinded ||
            (!waits(&line->out) && !waits(&line->in) && !waits(&node->journal.domestic)));
}
