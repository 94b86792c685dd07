/*
 * Books that were restored from a backup: a setting, read at open, under which nothing is numbered, signed or taken until
 * each partner has shown what it holds.
 */
#include "journal/private.h"

#include "store/local_rows.h"

bool restored_load(struct journal *journal, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    struct span value;

    bool is_there = setting_get(journal->db, &arena, JOURNAL_RESTORED_SETTING, &value, err);
    if (!is_there && err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    for (size_t i = 0; i < journal->line_count; i++)
        journal->lines[i].is_unproved = is_there && value.size > 0;
    return true;
}

bool journal_is_unproved(const struct journal *journal)
{
    for (size_t i = 0; i < journal->line_count; i++)
        if (journal->lines[i].is_unproved)
            return true;
    return false;
}

bool restored_prove(struct journal *journal, struct journal_line *line, struct error *err)
{
    if (!line->is_unproved)
        return true;
    line->is_unproved = false;
    return journal_is_unproved(journal) ||
           setting_put(journal->db, JOURNAL_RESTORED_SETTING, span_make("", 0), err);
}
