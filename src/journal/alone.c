/* What one officer sent alone, in the books: see alone.h. */
#include "journal/alone.h"

#include "journal/clock.h"
#include "store/derived_rows.h"

#include <inttypes.h>

_Static_assert(CLOCK_ALONE == MESSAGE_ANSWER, "the kind of a row is its message type");

static bool request_look(struct journal *journal, int64_t entry, struct arena *arena,
                         struct request_row *out, bool *is_there, struct error *err)
{
    *is_there = request_find(journal->db, arena, entry, out, err);
    if (*is_there || err->kind != ERROR_MISSING)
        return *is_there;
    error_clear(err);
    return true;
}

bool alone_question_fill(struct journal *journal, struct journal_line *line, int64_t request,
                         bool is_own, uint64_t seen, struct permit_question *question,
                         struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct request_row row;
    struct clock clock;
    bool is_there = false;

    question->request_urgency = URGENCY_NONE;
    if (!request_look(journal, request, &arena, &row, &is_there, err))
        return false;
    if (!is_there)
        return true;
    if (!clock_as_seen(journal, line, &row, seen, &clock, err) ||
        !clock_alone_sum(journal->db, request, is_own, &question->alone_count, err))
        return false;
    if (clock.row != DEADLINE_OTHER)
        question->request_urgency = (enum urgency_ground)row.urgency;
    return true;
}

bool alone_apply(struct journal *journal, const struct apply_input *input, struct arena *arena,
                 struct error *err)
{
    struct position from = {
        .entry = input->entry->id, .seen = input->head->seen, .is_own = input->is_own};
    struct entry_row target;
    struct request_row request;
    struct ruling ruling;
    bool is_there = false;

    if (input->row->ruling.size == 0 || !input->head->has_in_reply_to)
        return true;
    if (!ruling_read(input->row->ruling, &ruling, err))
        return error_add(err, "entry %" PRId64, input->entry->id);
    if (ruling.alone_count == 0)
        return true;
    if (!reference_resolve(journal, input->line, &from, &input->head->in_reply_to, arena, &target,
                           err)) {
        bool is_gone = err->kind == ERROR_MISSING;
        if (is_gone)
            error_clear(err);
        return is_gone;
    }
    struct clock_row row = {.entry = input->entry->id,
                            .target = target.id,
                            .kind = CLOCK_ALONE,
                            .is_own = input->is_own,
                            .seen = (int64_t)input->head->seen,
                            .expected_ms = ruling.alone_count,
                            .time_s = input->is_own ? 0 : input->row->time_s,
                            .counts = true};
    return request_look(journal, target.id, arena, &request, &is_there, err) &&
           (!is_there || clock_insert(journal->db, &row, err));
}
