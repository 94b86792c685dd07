/*
 * Signing. Waiting entries got their numbers in the batch's own transaction (number.c); after its commit the keeper is
 * asked once: it takes the leaves of every log that grew and signs what has to be signed. Commit first, sign second: the
 * same bytes may be signed again, other bytes never.
 */
#include "journal/private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LEVEL_RETRY_MS 1000 /* a keeper that fails is not asked in a loop */

/* Books that went back may hold one that was to be given under another time than the keeper's: the keeper's counts. */
static bool receipt_sign_store(struct journal *journal, const struct receipt_row *receipt,
                               struct error *err)
{
    bool is_signed = false;
    bool has_moved = false;

    if (!receipt_sign(journal->db, receipt, &is_signed, err))
        return false;
    return is_signed || (receipt_take_back(journal, receipt, &has_moved, err) &&
                         (!has_moved || journal_rebuild(journal, NULL, NULL, err)));
}

static bool signature_store(struct journal *journal, struct journal_log *log, struct error *err)
{
    struct span root = span_make(log->signed_root.bytes, sizeof log->signed_root.bytes);
    struct span signature = span_make(log->signature, sizeof log->signature);

    if (!log->must_store_signature)
        return true;
    if (log->kind == LOG_MIRROR)
        return receipt_sign_store(journal,
                                  &(struct receipt_row){.log = log->id,
                                                        .size = (int64_t)log->signed_size,
                                                        .root = root,
                                                        .time_s = log->signed_time_s,
                                                        .signature = signature},
                                  err);
    return checkpoint_insert(journal->db,
                             &(struct checkpoint_row){.log = log->id,
                                                      .size = (int64_t)log->signed_size,
                                                      .root = root,
                                                      .signature = signature},
                             err);
}

bool seal_store_signatures(struct journal *journal, struct error *err)
{
    if (!signature_store(journal, &journal->domestic, err))
        return false;
    for (size_t i = 0; i < journal->line_count; i++)
        if (!signature_store(journal, &journal->lines[i].out, err) ||
            !signature_store(journal, &journal->lines[i].in, err))
            return false;
    return true;
}

void seal_signatures_stored(struct journal *journal)
{
    journal->domestic.must_store_signature = false;
    for (size_t i = 0; i < journal->line_count; i++) {
        journal->lines[i].out.must_store_signature = false;
        journal->lines[i].in.must_store_signature = false;
    }
}

/* The steps of one call to the keeper, and the logs that they belong to. */
struct steps {
    struct keeper_step list[KEEPER_STEP_MAX];
    struct journal_log *logs[KEEPER_STEP_MAX];
    size_t count;
    size_t leaves;
};

static bool step_done(struct journal *journal, struct keeper_step *step, struct journal_log *log,
                      struct error *err)
{
    struct tlog_hash root;

    if (step->count > 0)
        memmove(log->pending, log->pending + step->count,
                (log->pending_count - step->count) * sizeof *log->pending);
    log->pending_count -= step->count;
    log->keeper_size = step->size;
    if (log->pending_count > 0)
        return true;
    compact_range_root(&log->range, &root);
    if (memcmp(&root, &step->root, sizeof root) != 0) {
        log_stop(journal, log,
                 "the keeper's tree differs from the database's: entries were changed");
        return error_set(err, ERROR_STORE, "log %s: %s", log->origin, log->read_only);
    }
    if (!step->is_signed)
        return true;
    bool is_new = step->size > log->signed_size;
    log->signed_size = step->size;
    log->signed_root = step->root;
    memcpy(log->signature, step->signature, sizeof log->signature);
    log->has_signature = true;
    log->must_store_signature = true;
    if (log->kind == LOG_OUTGOING) {
        line_of_log(journal, log->id)->ahead += is_new;
        journal_event_add(journal, JOURNAL_SEALED, line_of_log(journal, log->id), 0, log->size);
    }
    return true;
}

static bool steps_send(struct journal *journal, struct steps *steps, struct error *err)
{
    if (steps->count == 0)
        return true;
    if (!keeper_advance(&journal->keeper, steps->list, steps->count, err)) {
        journal->must_level = true;
        return error_add(err, "asking the keeper");
    }
    bool ok = true;
    for (size_t i = 0; i < steps->count; i++)
        ok = step_done(journal, &steps->list[i], steps->logs[i], err) && ok;
    steps->count = 0;
    steps->leaves = 0;
    return ok;
}

/* Adds what the keeper lacks of one log; `is_signed`: a signature of the new size is wanted. */
static bool steps_add(struct journal *journal, struct steps *steps, struct journal_log *log,
                      bool is_signed, struct error *err)
{
    if (log->id == 0 || log->read_only[0] != '\0' || log->awaits_fresh > 0 ||
        journal_is_behind_keeper(log) || (log->pending_count == 0 && !is_signed))
        return true;
    do {
        size_t count = log->pending_count;
        if (steps->count == KEEPER_STEP_MAX ||
            (steps->leaves > 0 && steps->leaves + count > KEEPER_LEAVES_MAX))
            if (!steps_send(journal, steps, err))
                return false;
        if (count > KEEPER_LEAVES_MAX)
            count = KEEPER_LEAVES_MAX;
        bool is_last = count == log->pending_count;
        steps->list[steps->count] =
            (struct keeper_step){.kind = log->kind == LOG_MIRROR ? KEEPER_CUSTODY : KEEPER_LOG,
                                 .origin = span_text(log->origin),
                                 .size_before = log->keeper_size,
                                 .leaves = log->pending,
                                 .count = count,
                                 .is_signed = is_last && is_signed,
                                 .set = log_set(journal, log),
                                 .time_s = log->signed_time_s};
        steps->logs[steps->count++] = log;
        steps->leaves += count;
        if (is_last)
            return true;
        if (!steps_send(journal, steps, err))
            return false;
    } while (true);
}

static bool level_all(struct journal *journal, struct error *err)
{
    if (!journal->must_level)
        return true;
    journal->level_after_ms = journal->env->monotonic_ms(journal->env->context) + LEVEL_RETRY_MS;
    if (journal->domestic.id != 0 && !log_level(journal, &journal->domestic, err))
        return false;
    for (size_t i = 0; i < journal->line_count; i++) {
        struct journal_line *line = &journal->lines[i];
        bool is_resumed = line->resume.state == RESUME_DONE;
        if (!log_level(journal, &line->out, err) ||
            (is_resumed && !resume_keeper_follow(journal, line, err)) ||
            !log_level(journal, &line->in, err) ||
            (is_resumed && !log_feed(journal, &line->out, line->out.size, err)))
            return false;
    }
    journal->must_level = false;
    return true;
}

/* After a resume the keeper gets leaves whose receipt is back already: it signs the same bytes again, so that it knows and
 * can say how much is in custody (fresh.h). */
static bool custody_is_wanted(const struct journal_log *log)
{
    return log_is_unsigned(log) || log->pending_count > 0;
}

bool seal_ask_keeper(struct journal *journal, struct error *err)
{
    struct steps steps = {.count = 0};

    bool is_beat =
        journal->wants_beat && log_is_unsigned(&journal->domestic) && !journal_is_unproved(journal);
    if (!level_all(journal, err) || !steps_add(journal, &steps, &journal->domestic, is_beat, err))
        return false;
    journal->wants_beat = false;
    for (size_t i = 0; i < journal->line_count; i++) {
        struct journal_line *line = &journal->lines[i];
        bool may_sign = !line->is_unproved;
        if (!steps_add(journal, &steps, &line->out, may_sign && log_is_unsigned(&line->out), err) ||
            !steps_add(journal, &steps, &line->in, may_sign && custody_is_wanted(&line->in), err))
            return false;
    }
    return steps_send(journal, &steps, err);
}

bool seal_is_wanted(const struct journal *journal)
{
    for (size_t i = 0; i < journal->line_count; i++)
        if (number_may_go_on(journal, &journal->lines[i]) && journal->lines[i].has_waiting)
            return true;
    return journal->must_level &&
           journal->env->monotonic_ms(journal->env->context) >= journal->level_after_ms;
}
