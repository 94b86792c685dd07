/* Retention of the books: see prune.h. */
#include "journal/prune.h"

#include "journal/act_hold.h"
#include "journal/private.h"
#include "store/prune_rows.h"

#include <inttypes.h>

#define DAY_MS INT64_C(86400000)

/* --- the domestic logs --- */

int64_t journal_acts_days(const struct journal *journal)
{
    int64_t days = 0;

    for (size_t i = 0; i < journal->line_count; i++)
        if (journal->lines[i].agreement.retention_other.domestic_days > days)
            days = journal->lines[i].agreement.retention_other.domestic_days;
    return days;
}

int64_t journal_acts_due_ms(const struct journal *journal, int64_t now_ms)
{
    int64_t days = journal_acts_days(journal);

    return days == 0 ? 0 : (now_ms / DAY_MS - days) * DAY_MS;
}

/* The logs that ended, oldest first, then the current one; false behind it. */
static bool domestic_at(const struct journal *journal, size_t at, int64_t *log, const char **origin)
{
    const struct journal_chain *past = &journal->domestic_past;

    if (at > past->count || journal->domestic.id == 0)
        return false;
    *log = at == past->count ? journal->domestic.id : past->past[at].id;
    *origin = at == past->count ? journal->domestic.origin : past->past[at].origin;
    return true;
}

static bool is_act(const struct prune_row *row)
{
    return row->type == MESSAGE_ACT && row->body_state == BODY_HELD;
}

static bool act_forget(struct journal *journal, int64_t entry, struct error *err)
{
    cache_forget(journal->cache, entry);
    return acts_held_delete(journal->db, entry, err) &&
           entry_erase_body(journal->db, entry, BODY_ERASED, err);
}

/* An access entry whose time is over: a hold keeps it, or it goes. */
static bool act_decide(struct journal *journal, const struct act_holds *holds,
                       const struct prune_row *row, struct pruned *out, struct error *err)
{
    int64_t hold = 0;

    if (!journal_act_hold_of(journal, holds, row->id, row->created_ms, &hold, err))
        return false;
    out->kept += hold != 0;
    out->erased += hold == 0;
    return hold != 0 ? acts_held_put(journal->db, row->id, hold, err)
                     : act_forget(journal, row->id, err);
}

/* Entries of one log from its place on; *is_done when the next one is not due, or there is none. */
static bool acts_step(struct journal *journal, const struct act_holds *holds, int64_t log,
                      int64_t due_ms, struct pruned *out, bool *is_done, struct error *err)
{
    struct prune_row rows[PRUNE_STEP];
    int64_t place = 0;
    size_t count = 0, at = 0;

    if (!prune_place_get(journal->db, log, &place, err) ||
        !prune_list(journal->db, log, place, rows, PRUNE_STEP, &count, err))
        return false;
    for (; at < count && rows[at].created_ms < due_ms; at++)
        if (is_act(&rows[at]) && !act_decide(journal, holds, &rows[at], out, err))
            return false;
    out->from = (uint64_t)place;
    out->to = at == 0 ? (uint64_t)place : (uint64_t)rows[at - 1].index + 1;
    *is_done = at < PRUNE_STEP;
    return at == 0 || prune_place_put(journal->db, log, (int64_t)out->to, err);
}

/* --- what holds kept that are over --- */

/* Behind the last entry of a hold: on to the next one; behind the last hold: those that keep nothing are forgotten. */
static bool hold_next(struct journal *journal, int64_t now_ms, struct acts_walk *walk,
                      struct error *err)
{
    walk->entry = 0;
    if (!act_hold_next_over(journal->db, now_ms, walk->hold, &walk->hold, err))
        return false;
    walk->holds_are_over = walk->hold == 0;
    return !walk->holds_are_over || act_hold_delete_over(journal->db, now_ms, err);
}

static const char *domestic_origin(const struct journal *journal, int64_t log)
{
    const char *origin = NULL;
    int64_t id = 0;

    for (size_t i = 0; domestic_at(journal, i, &id, &origin); i++)
        if (id == log)
            return origin;
    return journal->domestic.origin;
}

/* The next entries of one log that this hold kept. One whose time was made longer meanwhile is not due and stays. */
static bool hold_step(struct journal *journal, const struct act_holds *holds, int64_t due_ms,
                      struct acts_walk *walk, struct pruned *out, bool *is_done, struct error *err)
{
    struct acts_held_row rows[PRUNE_STEP];
    size_t count = 0, at = 0;

    if (!acts_held_list(journal->db, walk->hold, walk->entry, rows, PRUNE_STEP, &count, err))
        return false;
    for (; at < count && rows[at].log == rows[0].log; at++) {
        const struct prune_row *row = &rows[at].entry;
        walk->entry = row->id;
        if (row->created_ms < due_ms && !act_decide(journal, holds, row, out, err))
            return false;
    }
    *is_done = count == 0;
    if (count == 0)
        return true;
    out->origin = domestic_origin(journal, rows[0].log);
    out->from = (uint64_t)rows[0].entry.index;
    out->to = (uint64_t)rows[at - 1].entry.index + 1;
    return true;
}

static bool holds_step(struct journal *journal, const struct act_holds *holds, int64_t now_ms,
                       struct acts_walk *walk, struct pruned *out, struct error *err)
{
    bool is_done = walk->hold == 0;

    if (!is_done &&
        !hold_step(journal, holds, journal_acts_due_ms(journal, now_ms), walk, out, &is_done, err))
        return error_add(err, "what hold %" PRId64 " kept", walk->hold);
    return !is_done || hold_next(journal, now_ms, walk, err);
}

static bool logs_step(struct journal *journal, const struct act_holds *holds, int64_t now_ms,
                      struct acts_walk *walk, struct pruned *out, struct error *err)
{
    int64_t log = 0;
    bool is_done = false;

    walk->is_over = !domestic_at(journal, walk->log, &log, &out->origin);
    if (walk->is_over)
        return true;
    if (!acts_step(journal, holds, log, journal_acts_due_ms(journal, now_ms), out, &is_done, err))
        return error_add(err, "retention of %s", out->origin);
    walk->log += is_done;
    walk->is_over = walk->log > journal->domestic_past.count;
    return true;
}

//= dir-2016-680 art 4(1)(e)
bool journal_acts_prune(struct journal *journal, int64_t now_ms, struct acts_walk *walk,
                        struct pruned *out, struct error *err)
{
    struct act_holds holds CLEANUP(journal_act_holds_free) = {.count = 0};

    *out = (struct pruned){.erased = 0};
    if (!journal_act_holds_load(journal, now_ms, &holds, err))
        return false;
    return walk->holds_are_over ? logs_step(journal, &holds, now_ms, walk, out, err)
                                : holds_step(journal, &holds, now_ms, walk, out, err);
}

bool journal_acts_oldest(struct journal *journal, int64_t *out, struct error *err)
{
    const char *origin = NULL;
    int64_t log = 0;

    *out = 0;
    for (size_t i = 0; *out == 0 && domestic_at(journal, i, &log, &origin); i++) {
        struct prune_row rows[PRUNE_STEP];
        size_t count = PRUNE_STEP;
        int64_t place = 0;
        if (!prune_place_get(journal->db, log, &place, err))
            return false;
        while (*out == 0 && count == PRUNE_STEP) {
            if (!prune_list(journal->db, log, place, rows, PRUNE_STEP, &count, err))
                return false;
            for (size_t k = 0; *out == 0 && k < count; k++)
                *out = is_act(&rows[k]) ? rows[k].created_ms : 0;
            place = count > 0 ? rows[count - 1].index + 1 : place;
        }
    }
    return true;
}

/* --- the logs between two parties --- */

#define HEADS_WINDOW 4096 /* indexes passed at once where most of them are gone already */
#define PROVED_MAX                                                                                 \
    ((int64_t)4 * SEAL_COUNT_MAX) /* entries between two receipts: checkpoints ahead */

int64_t journal_heads_due_ms(const struct journal_line *line, int64_t now_ms)
{
    return (now_ms / DAY_MS - line->agreement.retention_other.head_days) * DAY_MS;
}

/* One log of a line, as a pass meets it. */
struct heads_log {
    int64_t id;
    const char *origin;
    int64_t end; /* heads from here on stay in any case */
};

static bool chain_log(const struct journal_chain *past, const struct journal_log *current,
                      int64_t end, size_t at, struct heads_log *out)
{
    if (at > past->count)
        return false;
    *out = at == past->count
               ? (struct heads_log){current->id, current->origin, end}
               : (struct heads_log){past->past[at].id, past->past[at].origin, INT64_MAX};
    return true;
}

/* Appending and handling read the newest head of a log that goes on. */
static bool heads_log_at(const struct journal_line *line, size_t at, struct heads_log *out)
{
    int64_t out_end = (int64_t)line->out.size - 1;
    int64_t in_end = (int64_t)(line->handled < line->in.size ? line->handled : line->in.size) - 1;

    return chain_log(&line->out_past, &line->out, out_end, at, out) ||
           chain_log(&line->in_past, &line->in, in_end, at - line->out_past.count - 1, out);
}

/* A version in force, a suspension, the log before: asked for as long as the line lives. */
static bool is_kept_for_good(const struct prune_row *row)
{
    return message_type_is_governance((enum message_type)row->type) ||
           row->type == MESSAGE_SUCCESSION;
}

/* Its body has a longer time (a hold among others), or its handling is still to come. */
static bool is_kept_for_now(const struct prune_row *row)
{
    bool has_body = row->body_state == BODY_HELD;

    return row->is_held || (has_body && (row->type == MESSAGE_REQUEST ||
                                         message_type_gives_items((enum message_type)row->type) ||
                                         row->type == MESSAGE_UNKNOWN));
}

static bool heads_forget(struct journal *journal, struct heads_walk *walk,
                         const struct prune_row *rows, size_t count, struct pruned *out,
                         struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (is_kept_for_now(&rows[i]) && walk->stays < 0)
            walk->stays = rows[i].index;
        if (is_kept_for_now(&rows[i]) || is_kept_for_good(&rows[i]))
            continue;
        cache_forget(journal->cache, rows[i].id);
        if (!prune_head(journal->db, rows[i].id, err))
            return false;
        out->erased++;
    }
    return true;
}

/* From where the first receipt above `above` proves. The one before it may be gone; no post brings more than this. */
static bool proved_from(struct journal *journal, int64_t log, int64_t size, int64_t *out,
                        struct error *err)
{
    if (!receipt_size_below(journal->db, log, size, out, err))
        return false;
    if (size - *out > PROVED_MAX)
        *out = size - PROVED_MAX;
    return true;
}

/* A receipt proves the entries between the one before it and itself: it goes when none of them has a head. */
static bool signatures_forget(struct journal *journal, int64_t log, int64_t above, int64_t to,
                              struct error *err)
{
    int64_t sizes[PRUNE_STEP], from = -1;
    size_t count = PRUNE_STEP, heads = 0;

    for (int64_t at = above; count == PRUNE_STEP && at < to;) {
        if (!prune_list_receipts(journal->db, log, at, to, sizes, PRUNE_STEP, &count, err) ||
            (count > 0 && from < 0 && !proved_from(journal, log, sizes[0], &from, err)))
            return false;
        for (size_t i = 0; i < count; from = at = sizes[i++]) {
            struct prune_row row;
            if (!prune_list_heads(journal->db, log, from, sizes[i], &row, 1, &heads, err) ||
                (heads == 0 && !prune_receipt(journal->db, log, sizes[i], err)))
                return false;
        }
    }
    return prune_checkpoints(journal->db, log, above, to, err);
}

/* The next heads of one log below `end`; *is_done when there are none. */
static bool heads_step(struct journal *journal, const struct heads_log *log, int64_t end,
                       struct heads_walk *walk, struct pruned *out, bool *is_done,
                       struct error *err)
{
    struct prune_row rows[PRUNE_HEADS_STEP];
    int64_t place = 0;
    size_t count = 0;

    if (!prune_place_get(journal->db, log->id, &place, err))
        return false;
    int64_t from = walk->at > place ? walk->at : place;
    int64_t to = end - from > HEADS_WINDOW ? from + HEADS_WINDOW : end;
    *is_done = from >= end;
    if (*is_done)
        return true;
    if (!prune_list_heads(journal->db, log->id, from, to, rows, PRUNE_HEADS_STEP, &count, err))
        return false;
    if (count == PRUNE_HEADS_STEP)
        to = rows[count - 1].index + 1;
    *out = (struct pruned){.origin = log->origin, .from = (uint64_t)from, .to = (uint64_t)to};
    walk->at = to;
    /* What was signed at `end` itself still says when the first head that is kept was received. */
    return heads_forget(journal, walk, rows, count, out, err) &&
           signatures_forget(journal, log->id, from > 0 ? from - 1 : 0, to < end ? to : end - 1,
                             err) &&
           prune_place_put(journal->db, log->id, walk->stays < 0 ? to : walk->stays, err);
}

static bool heads_end(struct journal *journal, const struct journal_line *line,
                      const struct heads_log *log, int64_t now_ms, int64_t *end, struct error *err)
{
    if (!prune_receipted(journal->db, log->id, journal_heads_due_ms(line, now_ms) / 1000 - 1, end,
                         err))
        return false;
    if (*end > log->end)
        *end = log->end;
    return true;
}

//= dir-2016-680 art 4(1)(e)
bool journal_heads_prune(struct journal *journal, int64_t now_ms, struct heads_walk *walk,
                         struct pruned *out, struct error *err)
{
    struct heads_log log;
    int64_t end = 0;
    bool is_done = true;

    *out = (struct pruned){.erased = 0};
    walk->is_over = walk->line >= journal->line_count;
    if (walk->is_over)
        return true;
    struct journal_line *line = &journal->lines[walk->line];
    bool may_go = !line->is_unproved && line->resume.state == RESUME_NONE;
    if (walk->log == 0 && walk->at == 0)
        walk->stays = -1;
    if (!may_go || !heads_log_at(line, walk->log, &log)) {
        *walk = (struct heads_walk){.line = walk->line + 1, .stays = -1};
        walk->is_over = walk->line >= journal->line_count;
        return true;
    }
    if (!heads_end(journal, line, &log, now_ms, &end, err) ||
        !heads_step(journal, &log, end, walk, out, &is_done, err))
        return error_add(err, "retention of %s", log.origin);
    if (is_done)
        *walk = (struct heads_walk){.line = walk->line, .log = walk->log + 1, .stays = -1};
    return true;
}
