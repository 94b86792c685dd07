/*
 * The audit copy, on a disk of its own in half of the nodes: it outlives a machine whose backup is restored, and gives the
 * domestic log back what the backup lacks, as `besa restore` does it before the node serves.
 */
#include "sim/world.h"

#include "store/local_rows.h"

#include <stdio.h>
#include <string.h>

/* All that the domestic log holds is in the copy, so nothing of it can be lost. */
void copy_note(struct node *node)
{
    const struct audit_copy *copy = &node->journal.audit_copy;
    const struct journal_log *log = &node->journal.domestic;

    node->has_whole_copy = node->keeps_copy && copy->is_open && copy->failed[0] == '\0' &&
                           strcmp(copy->origin, log->origin) == 0 && copy->next >= log->size;
}

void copy_carry(const struct node *node, const struct disk *from, struct disk *to)
{
    char start[DISK_NAME_MAX];

    snprintf(start, sizeof start, "/%s/audit/", node->machine.name);
    for (size_t i = 0; i < DISK_NAME_COUNT; i++)
        if (from->durable[i].file != NULL &&
            strncmp(from->durable[i].path, start, strlen(start)) == 0)
            disk_restore(to, from, from->durable[i].path);
}

bool copy_replay(struct node *node, struct error *err)
{
    struct audit_replayed replayed = {.back = 0};
    char directory[DISK_NAME_MAX];
    char marker[64];

    snprintf(directory, sizeof directory, "/%s/audit", node->machine.name);
    snprintf(marker, sizeof marker, "%lld %lld", (long long)node->world->now_ms,
             (long long)node->world->now_ms);
    if (!database_begin(node->db, DATABASE_FULL, err))
        return false;
    bool ok = setting_put(node->db, JOURNAL_RESTORED_SETTING, span_text(marker), err) &&
              audit_copy_replay(&node->journal, directory, &replayed, err) &&
              database_commit(node->db, err);
    if (!ok) {
        database_rollback(node->db);
        return false;
    }
    world_tell(node->world, "%s has %llu domestic entries back from its copy", node->party,
               (unsigned long long)replayed.back);
    tally_add("audit copy", replayed.back > 0 ? "entries came back" : "nothing was missing");
    return true;
}
