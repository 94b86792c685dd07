/*
 * Custody behind its own keeper: the keeper cosigned more of the partner's log than these books hold, and the partner never
 * got that receipt. So the partner posts the same entries again. They are taken as soon as one post leads to the tree that
 * the keeper cosigned, with the receipt that was given then: the same bytes, under the same T. Of a smaller size the keeper
 * may have signed a time that nothing knows any more, so none is signed there. docs/protocol.md 3.5c.
 */
#include "journal/private.h"
#include "journal/resume.h"

#include <inttypes.h>
#include <stdio.h>

bool journal_is_behind_keeper(const struct journal_log *log)
{
    return log->reach.size > log->size;
}

bool reach_load(struct journal *journal, struct journal_log *log, const struct keeper_state *state,
                struct error *err)
{
    struct journal_reach reach = {.size = state->size,
                                  .root = state->root,
                                  .has_signature = state->signed_size == state->size,
                                  .time_s = state->time_s};
    struct keeper_step step = {.kind = KEEPER_CUSTODY,
                               .origin = span_text(log->origin),
                               .size_before = state->size,
                               .is_signed = true,
                               .set = log_set_at(journal, log, state->size),
                               .time_s = state->time_s};

    if (reach.has_signature && !keeper_advance(&journal->keeper, &step, 1, err))
        return false;
    memcpy(reach.signature, step.signature, sizeof reach.signature);
    if (!journal_is_behind_keeper(log))
        journal_event_add(journal, JOURNAL_ALARM, line_of_log(journal, log->id), 0, state->size);
    log->reach = reach;
    log->keeper_size = state->size;
    log->pending_count = 0;
    return true;
}

static bool wait(struct accepted *out, const struct journal_log *log, const char *until,
                 struct error *err)
{
    out->refusal = REFUSAL_BUSY;
    return error_set(err, ERROR_BUSY,
                     "our keeper cosigned %" PRIu64 " entries of %s, our books hold %" PRIu64
                     ": nothing is taken before %s",
                     log->reach.size, log->origin, log->size, until);
}

bool reach_check(struct journal *journal, struct journal_line *line, const struct post *post,
                 uint64_t overlap, const struct tlog_hash *leaves,
                 const struct checkpoint *checkpoint, const uint8_t signature[SIGNATURE_SIZE],
                 struct accepted *out, struct error *err)
{
    const struct journal_log *log = &line->in;
    struct compact_range range = log->range;
    struct tlog_hash root;
    char reason[ERROR_TEXT_SIZE];

    if (!journal_is_behind_keeper(log))
        return true;
    if (journal_is_behind(line))
        return wait(out, log, "they are resumed", err);
    if (post->to < log->reach.size)
        return wait(out, log, "one post brings all of these", err);
    for (size_t i = (size_t)overlap; range.size < log->reach.size; i++)
        compact_range_append(&range, &leaves[i]);
    compact_range_root(&range, &root);
    if (tlog_hash_is_equal(&root, &log->reach.root))
        return true;
    snprintf(reason, sizeof reason,
             "what %s signed at size %" PRIu64 " does not lead through the %" PRIu64
             " entries that our keeper cosigned: its log forked; this checkpoint and our "
             "cosignature are kept",
             line->partner, checkpoint->size, log->reach.size);
    out->index = log->size;
    return fork_keep(journal, line, checkpoint, signature, reason, out, err);
}

bool reach_take(struct journal *journal, struct journal_log *log, bool *has_moved,
                struct error *err)
{
    const struct journal_reach *reach = &log->reach;
    struct receipt_row receipt = {.log = log->id,
                                  .size = (int64_t)reach->size,
                                  .root = span_make(reach->root.bytes, TLOG_HASH_SIZE),
                                  .time_s = reach->time_s,
                                  .signature = span_make(reach->signature, SIGNATURE_SIZE)};

    if (!journal_is_behind_keeper(log))
        return true;
    /* Its T may differ from what the keeper signed for that size, and the partner, which was met, has not shown it: the
     * entries count from the next receipt. */
    if (!receipt_drop_unsigned(journal->db, log->id, receipt.size, err))
        return false;
    if (!reach->has_signature)
        return true;
    if (!receipt_take_back(journal, &receipt, has_moved, err))
        return false;
    log->signed_size = reach->size;
    log->signed_root = reach->root;
    log->signed_time_s = reach->time_s;
    memcpy(log->signature, reach->signature, sizeof log->signature);
    log->has_signature = true;
    return true;
}
