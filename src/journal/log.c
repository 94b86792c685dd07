/* A log as the writer holds it, and its agreement with the keeper: see private.h. */
#include "journal/private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

bool log_load(struct journal_log *log, const struct log_row *row, struct error *err)
{
    *log = (struct journal_log){.id = row->id, .kind = row->kind, .size = (uint64_t)row->size};
    if (row->origin.size > ORIGIN_SIZE_MAX)
        return error_set(err, ERROR_STORE, "log %" PRId64 ": its origin is too long", row->id);
    snprintf(log->origin, sizeof log->origin, "%.*s", SPAN_ARG(row->origin));
    snprintf(log->read_only, sizeof log->read_only, "%.*s", SPAN_ARG(row->read_only));
    if (!compact_range_read(row->frontier, &log->range) || log->range.size != log->size)
        return error_set(err, ERROR_STORE, "log %s: its frontier is not that of size %" PRIu64,
                         log->origin, log->size);
    return true;
}

void log_free(struct journal_log *log)
{
    free(log->pending);
    log->pending = NULL;
    log->pending_count = 0;
    log->pending_room = 0;
}

static bool pending_add(struct journal_log *log, const struct tlog_hash *leaf, struct error *err)
{
    if (log->pending_count == log->pending_room) {
        size_t room = log->pending_room == 0 ? 64 : log->pending_room * 2;
        struct tlog_hash *grown = reallocarray(log->pending, room, sizeof *grown);
        if (grown == NULL)
            return error_set(err, ERROR_LIMIT, "log %s: out of memory", log->origin);
        log->pending = grown;
        log->pending_room = room;
    }
    log->pending[log->pending_count++] = *leaf;
    return true;
}

bool log_add_leaf(struct journal_log *log, const struct tlog_hash *leaf, struct error *err)
{
    if (log->size >= log->keeper_size && !pending_add(log, leaf, err))
        return false; /* below, the keeper has it (reach.c) */
    compact_range_append(&log->range, leaf);
    log->size++;
    return true;
}

bool log_store(struct journal *journal, struct journal_log *log, struct error *err)
{
    struct buffer frontier = buffer_make(sizeof log->range + 64);
    bool ok = compact_range_write(&log->range, &frontier) &&
              log_grow(journal->db, log->id, (int64_t)log->size, buffer_span(&frontier), err);
    buffer_free(&frontier);
    return ok || error_add(err, "storing the size of log %s", log->origin);
}

void log_stop(struct journal *journal, struct journal_log *log, const char *reason)
{
    if (log->read_only[0] != '\0')
        return;
    snprintf(log->read_only, sizeof log->read_only, "%s", reason);
    journal_event_add(journal, JOURNAL_ALARM, line_of_log(journal, log->id), 0, log->size);
}

enum keeper_slot log_slot(const struct journal_log *log)
{
    return log->kind == LOG_MIRROR ? KEEPER_CUSTODY : KEEPER_LOG;
}

/* A receipt up to where the end of an own log says that the older custody key counts is signed by that one, also when it is
 * signed again, or late. */
uint8_t log_set_at(struct journal *journal, const struct journal_log *log, uint64_t size)
{
    if (log->kind == LOG_DOMESTIC)
        return own_set(journal, &journal->domestic_keys);
    const struct journal_line *line = line_of_log(journal, log->id);
    if (log->kind != LOG_MIRROR)
        return own_set(journal, &line->own_keys);
    uint8_t set = own_set(journal, chain_custody_keys(line, SIDE_OWN, line->in_past.base + size));
    return set != KEYS_NOT_HELD ? set : own_set(journal, &line->own_keys);
}

uint8_t log_set(struct journal *journal, const struct journal_log *log)
{
    return log_set_at(journal, log, log->size);
}

/* Leaves [from, to) of the database, in order, each given to `leaf`. */
static bool
leaves_walk(struct journal *journal, const struct journal_log *log, uint64_t from, uint64_t to,
            bool (*leaf)(void *context, const struct tlog_hash *hash, struct error *err),
            void *context, struct error *err)
{
    enum { STEP = 1024 };
    uint64_t at = from;

    while (at < to) {
        struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
        struct span *rows = arena_array(&arena, STEP, sizeof *rows);
        size_t count = 0;
        if (rows == NULL)
            return error_set(err, ERROR_LIMIT, "log %s: out of memory", log->origin);
        if (!entry_list_leaves(journal->db, &arena, log->id, (int64_t)at,
                               (int64_t)(at + STEP < to ? at + STEP : to), rows, STEP, &count, err))
            return error_add(err, "reading the leaves of log %s", log->origin);
        for (size_t i = 0; i < count; i++, at++) {
            struct tlog_hash hash;
            if (rows[i].size != TLOG_HASH_SIZE)
                return error_set(err, ERROR_STORE, "log %s: the leaf of index %" PRIu64 " is cut",
                                 log->origin, at);
            memcpy(hash.bytes, rows[i].data, TLOG_HASH_SIZE);
            if (!leaf(context, &hash, err))
                return false;
        }
        if (count == 0)
            return error_set(err, ERROR_STORE, "log %s: entries are missing from %" PRIu64,
                             log->origin, at);
    }
    return true;
}

static bool range_add(void *context, const struct tlog_hash *hash, struct error *err)
{
    (void)err;
    compact_range_append(context, hash);
    return true;
}

bool log_range_at(struct journal *journal, const struct journal_log *log, uint64_t size,
                  struct compact_range *out, struct error *err)
{
    *out = compact_range_empty();
    return leaves_walk(journal, log, 0, size, range_add, out, err);
}

static bool leaf_put(void *context, const struct tlog_hash *hash, struct error *err)
{
    struct tlog_hash **next = context;
    (void)err;
    *(*next)++ = *hash;
    return true;
}

bool log_leaves(struct journal *journal, const struct journal_log *log, uint64_t size,
                struct tlog_hash **out, struct error *err)
{
    struct tlog_hash *leaves = reallocarray(NULL, (size_t)size, sizeof *leaves);
    struct tlog_hash *next = leaves;

    if (leaves == NULL)
        return error_set(err, ERROR_LIMIT, "log %s: out of memory", log->origin);
    if (!leaves_walk(journal, log, 0, size, leaf_put, &next, err)) {
        free(leaves);
        return false;
    }
    *out = leaves;
    return true;
}

bool log_stands_still(const struct journal_log *log)
{
    return log->read_only[0] != '\0' || log->awaits_fresh > 0;
}

bool log_is_unsigned(const struct journal_log *log)
{
    return log->size > 0 && (!log->has_signature || log->signed_size != log->size);
}

static bool pending_take(void *context, const struct tlog_hash *hash, struct error *err)
{
    return pending_add(context, hash, err);
}

/* Leaves [from, log->size) of the database become what the keeper still has to be told. */
static bool pending_load(struct journal *journal, struct journal_log *log, uint64_t from,
                         struct error *err)
{
    log->pending_count = 0;
    log->keeper_size = from;
    return leaves_walk(journal, log, from, log->size, pending_take, log, err);
}

/* A log that follows another: the keeper ends that one for good before it takes this one. */
static bool log_register(struct journal *journal, const struct journal_log *log, struct error *err)
{
    const struct journal_chain *chain = chain_before(journal, log);

    if (chain->count == 0)
        return keeper_register(&journal->keeper, log_slot(log), span_text(log->origin), err);
    const struct journal_past *before = &chain->past[chain->count - 1];
    struct keeper_succession succession = {.kind = log_slot(log),
                                           .origin = span_text(log->origin),
                                           .before = span_text(before->origin),
                                           .size = before->size,
                                           .root = before->root};
    return keeper_succeed(&journal->keeper, &succession, err);
}

/* In the keeper, not in these books: they are opened all the same, so that this can be said and mended. */
static void log_has_ended(struct journal *journal, struct journal_log *log, const struct error *why)
{
    char reason[ERROR_TEXT_SIZE];

    snprintf(reason, sizeof reason,
             log->kind == LOG_MIRROR
                 ? "the keeper says: %.200s: an older backup was restored; no custody is given "
                   "until the log is resumed"
                 : "the keeper says: %.200s: there is a later log, and a backup from before this "
                   "log ended was restored; restore a newer one",
             why->text);
    log_stop(journal, log, reason);
}

/* The keeper's state of a log, registered if it was not. Of one whose record is lost it signs nothing: that is said, and the
 * books are opened all the same, so that it can be mended. */
static bool keeper_look(struct journal *journal, struct journal_log *log, struct keeper_state *out,
                        struct error *err)
{
    struct span origin = span_text(log->origin);
    struct error status = {0};
    struct error unknown = {0};

    if (!keeper_state(&journal->keeper, log_slot(log), origin, out, &unknown) &&
        unknown.kind != ERROR_MISSING) {
        *err = unknown;
        return false;
    }
    if (unknown.kind == ERROR_NONE && out->is_lost) {
        keeper_status(&journal->keeper, &status);
        log_stop(journal, log, status.text);
        return true;
    }
    if (log_register(journal, log, err))
        return keeper_state(&journal->keeper, log_slot(log), origin, out, err);
    if (err->kind != ERROR_CONFLICT)
        return false;
    log_has_ended(journal, log, err);
    error_clear(err);
    return true;
}

/* Custody goes on when the partner sends the same entries again. An own log's are lost with the books, unless the partner
 * holds them: it ends. */
static bool log_is_passed(struct journal *journal, struct journal_log *log,
                          const struct keeper_state *state, struct error *err)
{
    char reason[ERROR_TEXT_SIZE];

    if (log->kind == LOG_MIRROR && state->fresh_count == 0) {
        if (reach_load(journal, log, state, err))
            return true;
        if (err->kind != ERROR_CONFLICT)
            return error_add(err, "asking the keeper about log %s", log->origin);
        error_clear(err);
    }
    snprintf(reason, sizeof reason,
             "the keeper signed size %" PRIu64 ", the database holds %" PRIu64
             ": an older database was restored; nothing is signed here any more, and the log ends "
             "where the partner's custody of it does",
             state->size, log->size);
    log_stop(journal, log, reason);
    return true;
}

bool log_level(struct journal *journal, struct journal_log *log, struct error *err)
{
    struct keeper_state state = {0};
    struct tlog_hash root;
    char reason[ERROR_TEXT_SIZE];

    if (log->read_only[0] != '\0')
        return true;
    if (!keeper_look(journal, log, &state, err))
        return error_add(err, "asking the keeper about log %s", log->origin);
    if (log->read_only[0] != '\0')
        return true;
    log->awaits_fresh = state.fresh_count;
    compact_range_root(&log->range, &root);
    if (state.size > log->size)
        return log_is_passed(journal, log, &state, err);
    if (state.size == log->size && memcmp(&root, &state.root, sizeof root) != 0) {
        snprintf(reason, sizeof reason,
                 "the keeper signed another tree of size %" PRIu64
                 " than the database holds: entries were changed",
                 state.size);
        log_stop(journal, log, reason);
        return true;
    }
    if (log->kind == LOG_MIRROR && state.size == log->size && state.time_s > log->signed_time_s)
        log->signed_time_s = state.time_s;
    if (log->awaits_fresh == 0)
        return pending_load(journal, log, state.size, err);
    log->pending_count = 0; /* it gets its leaves with the partner's word (fresh.c) */
    log->keeper_size = state.size;
    return true;
}

/* Leaves of one call, unsigned. */
struct feeding {
    struct keeper_step step;
    struct tlog_hash leaves[KEEPER_LEAVES_MAX];
    struct journal *journal;
};

static bool feed_send(struct feeding *feeding, struct error *err)
{
    struct keeper_step *step = &feeding->step;

    if (step->count == 0)
        return true;
    if (!keeper_advance(&feeding->journal->keeper, step, 1, err))
        return false;
    step->size_before = step->size;
    step->count = 0;
    return true;
}

static bool feed_take(void *context, const struct tlog_hash *hash, struct error *err)
{
    struct feeding *feeding = context;

    feeding->leaves[feeding->step.count++] = *hash;
    return feeding->step.count < KEEPER_LEAVES_MAX || feed_send(feeding, err);
}

bool log_feed(struct journal *journal, struct journal_log *log, uint64_t size, struct error *err)
{
    struct span origin = span_text(log->origin);
    struct keeper_state state = {0};
    struct feeding *feeding = NULL;

    if (!keeper_state(&journal->keeper, log_slot(log), origin, &state, err))
        return error_add(err, "asking the keeper about log %s", log->origin);
    if (state.size >= size || state.is_lost) /* lost: it hears of it when its record is made anew */
        return true;
    feeding = calloc(1, sizeof *feeding);
    if (feeding == NULL)
        return error_set(err, ERROR_LIMIT, "log %s: out of memory", log->origin);
    feeding->journal = journal;
    feeding->step = (struct keeper_step){.kind = log_slot(log),
                                         .origin = origin,
                                         .size_before = state.size,
                                         .set = log_set(journal, log),
                                         .leaves = feeding->leaves};
    bool ok = leaves_walk(journal, log, state.size, size, feed_take, feeding, err) &&
              feed_send(feeding, err);
    free(feeding);
    return ok || error_add(err, "telling the keeper about log %s", log->origin);
}
