/*
 * What the files of the audit share: one side's logs as its node's books name them, those that ended first.
 */
#ifndef BESA_TESTS_SIM_AUDIT_H
#define BESA_TESTS_SIM_AUDIT_H

#include "sim/world.h"

#define ENTRY_COUNT_MAX   4096u
#define RECEIPT_COUNT_MAX 2048u
#define AUDIT_LOG_MAX     (CHAIN_COUNT_MAX + 1)

static inline struct journal_line *line_of(struct node *node)
{
    return &node->journal.lines[0];
}

/* One log of a row of successors. */
struct audit_log {
    int64_t id;
    const char *origin;
    uint64_t base; /* position of its entry 0 */
    uint64_t size;
};
struct audit_chain {
    struct audit_log logs[AUDIT_LOG_MAX];
    size_t count;
};
/* Of one side of the line; SIDE_NONE: the domestic logs. */
void audit_chain_read(struct node *node, enum log_side side, struct audit_chain *out);

/* The entry of this message, in whichever log of the side; its position too, -1 while it waits. */
bool audit_find(struct node *node, enum log_side side, struct span message_id, struct arena *arena,
                struct entry_row *out, int64_t *position);

/* --- audit.c --- */
/* Both tell the same story in this direction, and their logs go on. */
bool audit_direction_is_open(struct node *from, struct node *to);
/* Acts wait for a new domestic log, and a suspension with them. */
bool audit_cannot_lift(const struct node *node);
/* It lifted its suspension, and cannot say so before its log has a successor. */
bool audit_cannot_tell(const struct journal_line *out, const struct journal_line *in);
/* --- audit_logs.c --- */
bool audit_logs(struct node *from, struct node *to);
/* In what both hold of the writer's current log, some leaf differs. */
bool audit_differs(struct node *from, struct node *to);
/* And so does what the partner witnessed last of the domestic log that goes on. */
bool audit_domestic_differs(struct node *node);
/* What the partner witnessed of the domestic log is what stands there. */
bool audit_witness(struct node *node);
/* --- audit_rules.c --- */
/* What this side's logs give was approved by a second officer. */
bool audit_approvals(struct node *from);
/* --- audit_acts.c --- */
bool audit_acts(struct world *world);
/* --- retention.c: after the leap, when what officers did is forgotten in its turn --- */
bool audit_retention(struct world *world);
/* --- audit_limits.c --- */
bool audit_limits(struct world *world);
/* `to` handled and accepted this message of its partner's, and it was not taken back before. */
bool audit_was_accepted(struct node *to, struct span message_id, struct arena *arena);
/* --- audit_answers.c --- */
bool audit_answers(struct world *world);
/* --- audit_agreement.c --- */
bool audit_agreement(struct world *world);
/* A message that went back to its officer, because the agreement changed before it was numbered. */
bool audit_was_returned(struct node *node, const uint8_t id[UUID_SIZE]);

#endif
