/* A side's logs, oldest first: see audit.h. Read from the books alone. */
#include "sim/audit.h"

void audit_chain_read(struct node *node, enum log_side side, struct audit_chain *out)
{
    struct journal_line *line = line_of(node);
    const struct journal_chain *past = side == SIDE_NONE  ? &node->journal.domestic_past
                                       : side == SIDE_OWN ? &line->out_past
                                                          : &line->in_past;
    const struct journal_log *log = side == SIDE_NONE  ? &node->journal.domestic
                                    : side == SIDE_OWN ? &line->out
                                                       : &line->in;

    for (size_t i = 0; i < past->count; i++)
        out->logs[i] = (struct audit_log){.id = past->past[i].id,
                                          .origin = past->past[i].origin,
                                          .base = past->past[i].base,
                                          .size = past->past[i].size};
    out->logs[past->count] = (struct audit_log){
        .id = log->id, .origin = log->origin, .base = past->base, .size = log->size};
    out->count = past->count + 1;
}

bool audit_find(struct node *node, enum log_side side, struct span message_id, struct arena *arena,
                struct entry_row *out, int64_t *position)
{
    struct audit_chain chain;
    struct error err = {0};

    audit_chain_read(node, side, &chain);
    for (size_t i = 0; i < chain.count; i++)
        if (entry_find_message(node->db, arena, chain.logs[i].id, message_id, out, &err)) {
            *position = out->index == ENTRY_WAITING ? -1 : (int64_t)chain.logs[i].base + out->index;
            return true;
        }
    return false;
}
