/*
 * Held entries: what this node cannot handle yet waits with its thread and holds no other (docs/protocol.md 4). At the next
 * open, at the end of a suspension, or when an administrator asks, each is tried again in the order in which it came. One
 * that passes gets a new row in the journal sequence and a new outcome; what still cannot be handled stays as it is.
 */
#include "journal/private.h"

#include "base/text.h"
#include "store/held_rows.h"
#include "store/local_rows.h"

#include <stdio.h>
#include <stdlib.h>

#define THREAD_DEPTH_MAX                                                                           \
    64u /* references followed to a thread's first message: as deep as any honest exchange */

bool head_read_known(const struct journal *journal, struct span bytes, struct arena *arena,
                     struct head *out, struct error *err)
{
    if (!head_read(bytes, arena, out, err))
        return false;
    if ((journal->options.hidden_types >> out->type & 1) != 0)
        out->type = MESSAGE_UNKNOWN;
    return true;
}

/* --- threads --- */

struct thread_key {
    int64_t log;
    uint8_t id[UUID_SIZE];
};

/* A thread's place is the first log of its side, whichever log of it the message stands in: logs end, threads go on. */
static int64_t log_of_side(const struct journal_line *line, enum log_side side)
{
    return side == SIDE_NONE ? 0 : journal_log_id(line, side, 0);
}

static const struct reference *reference_up(const struct head *head)
{
    return head->has_thread ? &head->thread : head->has_in_reply_to ? &head->in_reply_to : NULL;
}

/* The first message of the thread: where the references lead to. */
static bool thread_find(struct journal *journal, const struct journal_line *line,
                        const struct entry_row *entry, const struct head *head,
                        struct thread_key *out, struct error *err)
{
    const struct reference *up = reference_up(head);
    struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);

    out->log = log_of_side(line, journal_side(line, entry->log));
    memcpy(out->id, entry->message_id.data, UUID_SIZE);
    for (unsigned depth = 0; up != NULL && depth < THREAD_DEPTH_MAX; depth++) {
        struct entry_row row;
        struct head *above = arena_alloc(&arena, sizeof *above);
        enum log_side side = side_of_origin(line, up->origin);
        if (above == NULL)
            return error_set(err, ERROR_LIMIT, "finding a thread: out of memory");
        if (side == SIDE_NONE)
            return true;
        out->log = log_of_side(line, side);
        memcpy(out->id, up->id, UUID_SIZE);
        if (!journal_find_message(journal, line, side, span_make(up->id, UUID_SIZE), &arena, &row,
                                  err) ||
            !head_read(row.head, &arena, above, err)) {
            bool is_end = err->kind == ERROR_MISSING || err->kind == ERROR_INPUT;
            if (is_end)
                error_clear(err);
            return is_end;
        }
        up = reference_up(above);
    }
    return true;
}

bool held_thread_check(struct journal *journal, struct journal_line *line,
                       const struct entry_row *entry, const struct head *head, bool *is_held,
                       struct error *err)
{
    struct thread_key key;

    *is_held = false;
    return !line->has_held ||
           (thread_find(journal, line, entry, head, &key, err) &&
            held_has_thread(journal->db, key.log, span_make(key.id, sizeof key.id), entry->id,
                            is_held, err));
}

bool apply_held(struct journal *journal, struct journal_line *line, const struct sequence_row *row,
                const struct entry_row *entry, const struct head *head, struct error *err)
{
    struct thread_key key;

    if (row->outcome != OUTCOME_HELD)
        return held_delete(journal->db, row->entry, err);
    if (!thread_find(journal, line, entry, head, &key, err))
        return false;
    struct held_row held = {.entry = row->entry,
                            .log = row->log,
                            .thread_log = key.log,
                            .thread = span_make(key.id, sizeof key.id),
                            .ground = row->ground};
    line->has_held = true;
    return held_insert(journal->db, &held, err);
}

/* --- release --- */

bool journal_held_count(struct database *db, const struct journal_line *line, int64_t *out,
                        struct error *err)
{
    *out = 0;
    for (size_t i = 0; i < journal_log_count(line, SIDE_PARTNER); i++) {
        int64_t count = 0;
        if (!held_count(db, journal_log_id(line, SIDE_PARTNER, i), &count, err))
            return false;
        *out += count;
    }
    return true;
}

bool journal_held_list(struct database *db, const struct journal_line *line, int64_t above,
                       struct arena *arena, struct held_row *out, size_t limit, size_t *count,
                       struct error *err)
{
    *count = 0;
    for (size_t i = 0; *count < limit && i < journal_log_count(line, SIDE_PARTNER); i++) {
        size_t found = 0;
        if (!held_list(db, arena, journal_log_id(line, SIDE_PARTNER, i), above, out + *count,
                       limit - *count, &found, err))
            return false;
        *count += found;
    }
    return true;
}

bool held_load(struct journal *journal, struct journal_line *line, struct error *err)
{
    int64_t count = 0;

    if (!journal_held_count(journal->db, line, &count, err))
        return false;
    line->has_held = count > 0;
    line_release(line);
    return true;
}

void line_release(struct journal_line *line)
{
    line->is_releasing = line->has_held;
    line->release_after = 0;
}

void journal_release(struct journal *journal)
{
    for (size_t i = 0; i < journal->line_count; i++)
        line_release(&journal->lines[i]);
}

static bool seen_of_log(struct journal *journal, int64_t log, int64_t below, uint64_t *out,
                        struct error *err)
{
    for (int type = 0; type < MESSAGE_TYPE_COUNT; type++) {
        struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
        struct span bytes;
        struct head head;
        if (!message_type_is_business((enum message_type)type))
            continue;
        if (!entry_newest_handled(journal->db, &arena, log, type, below, &bytes, err)) {
            if (err->kind != ERROR_MISSING)
                return false;
            error_clear(err);
            continue;
        }
        if (head_read(bytes, &arena, &head, err) && head.seen > *out)
            *out = head.seen;
        error_clear(err); /* only a head that failed in its own handling cannot be read */
    }
    return true;
}

bool held_seen_floor(struct journal *journal, const struct journal_line *line, int64_t log,
                     int64_t below, uint64_t *out, struct error *err)
{
    *out = 0;
    for (size_t i = 0; i < journal_log_count(line, SIDE_PARTNER); i++) {
        int64_t id = journal_log_id(line, SIDE_PARTNER, i);
        if (!seen_of_log(journal, id, id == log ? below : INT64_MAX, out, err))
            return false;
        if (id == log)
            break; /* what stands in later logs came later */
    }
    return true;
}

/* --- the number of apply --- */

static const char apply_setting[] = "apply_number";

bool journal_apply_number(struct database *db, int64_t *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    struct span value;
    uint64_t number = 0;

    *out = 0;
    if (!setting_get(db, &arena, apply_setting, &value, err)) {
        bool is_absent = err->kind == ERROR_MISSING;
        if (is_absent)
            error_clear(err);
        return is_absent;
    }
    if (!number_read(value, &number))
        return error_set(err, ERROR_STORE, "setting %s is no number", apply_setting);
    *out = (int64_t)number;
    return true;
}

/* One transaction: a crash in it leaves the old tables and the old number, and the next start begins anew. */
static bool apply_renew(struct journal *journal, int64_t number, struct error *err)
{
    char text[24];
    int size = snprintf(text, sizeof text, "%lld", (long long)number);

    if (!database_begin(journal->db, DATABASE_FULL, err))
        return false;
    bool ok =
        (journal->next_sequence == 1 || journal_rebuild(journal, journal->options.rebuild_progress,
                                                        journal->options.event_context, err)) &&
        setting_put(journal->db, apply_setting, span_make(text, (size_t)size), err) &&
        database_commit(journal->db, err);
    if (!ok)
        database_rollback(journal->db);
    return ok;
}

bool apply_number_check(struct journal *journal, struct error *err)
{
    int64_t wanted =
        journal->options.apply_number != 0 ? journal->options.apply_number : JOURNAL_APPLY_NUMBER;
    int64_t found = 0;

    return journal_apply_number(journal->db, &found, err) &&
           (found == wanted || apply_renew(journal, wanted, err));
}
