/*
 * Rebuild: the derived tables are dropped and the journal sequence is walked again. Nothing is ruled anew, so the result
 * equals the live state, before and after any erasure.
 */
#include "journal/private.h"

#include "store/held_rows.h"
#include "store/schema.h"

#include <inttypes.h>

static bool entry_replay(struct journal *journal, const struct sequence_row *row, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
    struct entry_row entry;
    struct head head;
    struct span body = {NULL, 0};
    struct journal_line *line = line_of_log(journal, row->log);

    if (!entry_find(journal->db, &arena, row->entry, &entry, err)) {
        bool is_missing = err->kind == ERROR_MISSING; /* it went back to its officer unsent */
        if (is_missing)
            error_clear(err);
        return is_missing;
    }
    if (line == NULL)
        return error_set(err, ERROR_STORE, "a journal row belongs to no agreement");
    struct apply_input input = {.row = row,
                                .line = line,
                                .entry = &entry,
                                .head = &head,
                                .is_own = row->kind == SEQUENCE_APPENDED};
    if (row->kind == SEQUENCE_HANDLED && !retention_apply_plain(journal, &input, err))
        return false;
    if (row->outcome == OUTCOME_REFUSED)
        return held_delete(journal->db, row->entry, err);
    if (!head_read(entry.head, &arena, &head, err))
        return false;
    if (row->kind == SEQUENCE_HANDLED && !apply_held(journal, line, row, &entry, &head, err))
        return false;
    if (row->outcome == OUTCOME_HELD)
        return true;
    if (entry.body_state == BODY_HELD && !journal_body(journal, &entry, &arena, &body, err))
        return false;
    input.body = body;
    return apply_entry(journal, &input, &arena, err);
}

static bool row_replay(struct journal *journal, const struct sequence_row *row, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);

    if (row->kind != SEQUENCE_RECEIPT)
        return entry_replay(journal, row, err);
    return apply_receipt(journal, line_of_log(journal, row->log), row, &arena, err);
}

static bool walk(struct journal *journal, void (*progress)(void *, int64_t, int64_t), void *context,
                 struct error *err)
{
    enum { STEP = 256 };
    int64_t above = 0;
    int64_t last = 0;
    size_t count = 0;

    if (!sequence_last(journal->db, &last, err))
        return false;
    do {
        struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
        struct sequence_row *rows = arena_array(&arena, STEP, sizeof *rows);
        if (rows == NULL)
            return error_set(err, ERROR_LIMIT, "rebuild: out of memory");
        if (!sequence_list(journal->db, &arena, above, rows, STEP, &count, err))
            return false;
        for (size_t i = 0; i < count; i++) {
            if (!row_replay(journal, &rows[i], err))
                return error_add(err, "journal row %" PRId64, rows[i].n);
            above = rows[i].n;
        }
        if (progress != NULL && count > 0)
            progress(context, above, last);
    } while (count == STEP);
    return true;
}

bool journal_rebuild(struct journal *journal,
                     void (*progress)(void *context, int64_t done, int64_t total), void *context,
                     struct error *err)
{
    return (schema_drop_derived(journal->db, err) && walk(journal, progress, context, err)) ||
           error_add(err, "rebuilding the derived tables");
}
