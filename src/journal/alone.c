/* What one officer sent alone, in the books: see alone.h. */
#include "journal/alone.h"

#include "journal/clock.h"
#include "store/derived_rows.h"

bool alone_question_fill(struct journal *journal, struct journal_line *line, int64_t request,
                         uint64_t seen, struct permit_question *question, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct request_row row;
    struct clock clock;

    question->request_urgency = URGENCY_NONE;
    if (!request_find(journal->db, &arena, request, &row, err)) {
        bool is_gone = err->kind == ERROR_MISSING;
        if (is_gone)
            error_clear(err);
        return is_gone;
    }
    if (!clock_as_seen(journal, line, &row, seen, &clock, err))
        return false;
    if (clock.row != DEADLINE_OTHER)
        question->request_urgency = (enum urgency_ground)row.urgency;
    return true;
}
