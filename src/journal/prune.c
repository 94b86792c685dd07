/* Retention of the books: see prune.h. */
#include "journal/prune.h"

#include "journal/private.h"
#include "store/prune_rows.h"

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

static bool act_forget(struct journal *journal, const struct prune_row *row, struct error *err)
{
    cache_forget(journal->cache, row->id);
    return entry_erase_body(journal->db, row->id, BODY_ERASED, err);
}

/* Entries of one log from its place on; *is_done when the next one is not due, or there is none. */
static bool acts_step(struct journal *journal, int64_t log, int64_t due_ms, struct pruned *out,
                      bool *is_done, struct error *err)
{
    struct prune_row rows[PRUNE_STEP];
    int64_t place = 0;
    size_t count = 0, at = 0;

    if (!prune_place_get(journal->db, log, &place, err) ||
        !prune_list(journal->db, log, place, rows, PRUNE_STEP, &count, err))
        return false;
    for (; at < count && rows[at].created_ms < due_ms; at++) {
        if (is_act(&rows[at]) && !act_forget(journal, &rows[at], err))
            return false;
        out->erased += is_act(&rows[at]);
    }
    out->from = (uint64_t)place;
    out->to = at == 0 ? (uint64_t)place : (uint64_t)rows[at - 1].index + 1;
    *is_done = at < PRUNE_STEP;
    return at == 0 || prune_place_put(journal->db, log, (int64_t)out->to, err);
}

//= dir-2016-680 art 4(1)(e)
bool journal_acts_prune(struct journal *journal, int64_t now_ms, struct acts_walk *walk,
                        struct pruned *out, struct error *err)
{
    int64_t log = 0;
    bool is_done = false;

    *out = (struct pruned){.erased = 0};
    walk->is_over = !domestic_at(journal, walk->log, &log, &out->origin);
    if (walk->is_over)
        return true;
    if (!acts_step(journal, log, journal_acts_due_ms(journal, now_ms), out, &is_done, err))
        return error_add(err, "retention of %s", out->origin);
    walk->log += is_done;
    walk->is_over = walk->log > journal->domestic_past.count;
    return true;
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
