/* The clock of a request in the books: see clock.h. */
#include "journal/clock.h"

#include "journal/in_force.h"
#include "message/access_decision.h"
#include "message/delay_notice.h"
#include "message/urgency.h"
#include "store/derived_rows.h"

#include <inttypes.h>
#include <stdlib.h>

static const enum clock_kind kinds[MESSAGE_TYPE_COUNT] = {
    [MESSAGE_CLARIFICATION] = CLOCK_QUESTION,
    [MESSAGE_CLARIFICATION_REPLY] = CLOCK_REPLY,
    [MESSAGE_ACCESS_DECISION] = CLOCK_ACCESS,
    [MESSAGE_DELAY_NOTICE] = CLOCK_DELAY,
    [MESSAGE_URGENCY_NOT_SHARED] = CLOCK_URGENCY_DOUBTED,
    [MESSAGE_URGENCY_REPLY] = CLOCK_URGENCY_REPLY,
};

/* --- folding --- */

static bool event_fill(const struct journal_line *line, const struct clock_row *row,
                       bool is_request_ours, struct clock_event *out)
{
    uint64_t position = 0;
    enum log_side side = row->is_own ? SIDE_OWN : SIDE_PARTNER;

    if (!row->counts || row->time_s == 0 || row->index == ENTRY_WAITING ||
        !chain_position(line, side, row->log, (uint64_t)row->index, &position))
        return false;
    *out = (struct clock_event){.kind = kinds[row->kind],
                                .is_requested = row->is_own != is_request_ours,
                                .position = position,
                                .seen = (uint64_t)row->seen,
                                .time_ms = row->time_s * 1000,
                                .id = row->entry,
                                .about = row->about,
                                .is_yes = row->is_yes,
                                .expected_ms = row->expected_ms};
    return true;
}

/* Those of the requesting party from `seen` on are left out. */
static bool events_list(struct journal *journal, const struct journal_line *line,
                        const struct request_row *request, uint64_t seen, struct clock_event *out,
                        size_t *count, struct error *err)
{
    struct clock_row *rows = calloc(CLOCK_EVENT_MAX, sizeof *rows);
    size_t found = 0;

    *count = 0;
    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "the clock of a request: out of memory");
    bool ok = clock_list(journal->db, request->entry, rows, CLOCK_EVENT_MAX, &found, err);
    for (size_t i = 0; ok && i < found; i++)
        *count += event_fill(line, &rows[i], request->is_own, &out[*count]) &&
                  (out[*count].is_requested || out[*count].position < seen);
    free(rows);
    return ok;
}

static bool events_fold(struct journal *journal, struct journal_line *line,
                        const struct request_row *request, int64_t received_s, uint64_t seen,
                        const struct agreement *agreement, struct clock *out, struct error *err)
{
    struct clock_event *events = calloc(CLOCK_EVENT_MAX, sizeof *events);
    size_t count = 0;

    if (events == NULL)
        return error_set(err, ERROR_LIMIT, "the clock of a request: out of memory");
    bool ok = events_list(journal, line, request, seen, events, &count, err);
    if (ok && agreement == NULL)
        ok = version_agreement(journal, line, request->version, &agreement, err);
    if (ok) {
        size_t requested = request->is_own ? line->partner_side : line->own_side;
        struct clock_question question = {.agreement = agreement,
                                          .requested = agreement->parties[requested].party,
                                          .received_ms = received_s * 1000,
                                          .is_urgent =
                                              request->deadline_row == DEADLINE_URGENT_DIRECT,
                                          .events = events,
                                          .event_count = count};
        agreement_clock(&question, out);
    }
    free(events);
    return ok;
}

bool clock_under(struct journal *journal, struct journal_line *line,
                 const struct request_row *request, int64_t received_s,
                 const struct agreement *agreement, struct clock *out, struct error *err)
{
    return events_fold(journal, line, request, received_s, UINT64_MAX, agreement, out, err);
}

bool clock_as_seen(struct journal *journal, struct journal_line *line,
                   const struct request_row *request, uint64_t seen, struct clock *out,
                   struct error *err)
{
    struct due_row due;

    return due_row_find(journal->db, request->entry, &due, err) &&
           events_fold(journal, line, request, due.received_s, seen, NULL, out, err);
}

static bool request_look(struct journal *journal, int64_t entry, struct arena *arena,
                         struct request_row *out, bool *is_there, struct error *err)
{
    *is_there = request_find(journal->db, arena, entry, out, err);
    if (*is_there || err->kind != ERROR_MISSING)
        return *is_there;
    error_clear(err);
    return true;
}

bool clock_update(struct journal *journal, struct journal_line *line, int64_t request,
                  struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct request_row row;
    struct due_row due;
    struct clock clock;
    bool is_there = false;

    if (!due_row_find(journal->db, request, &due, err) ||
        !request_look(journal, request, &arena, &row, &is_there, err))
        return false;
    if (due.received_s == 0 || !is_there || row.deadline_row == DEADLINE_NONE)
        return true;
    if (!clock_under(journal, line, &row, due.received_s, NULL, &clock, err))
        return error_add(err, "the clock of entry %" PRId64, request);
    due.due_ms = clock.open_question != 0 ? CLOCK_DUE_OPEN : clock.due_ms;
    due.deadline_row = clock.row;
    due.suspended_ms = clock.suspended_from_ms;
    due.left_ms = clock.left_ms;
    due.delayed_to_ms = clock.delayed_to_ms;
    return due_set(journal->db, request, &due, err);
}

/* --- rows --- */

bool clock_request_of(struct journal *journal, enum message_type type,
                      const struct entry_row *replied_to, int64_t *request, bool *is_there,
                      struct error *err)
{
    struct clock_row row;

    *request = replied_to->id;
    *is_there = true;
    if (message_types[type].about == MESSAGE_REQUEST)
        return true;
    *is_there = clock_find(journal->db, replied_to->id, &row, err);
    *request = *is_there ? row.target : 0;
    if (*is_there || err->kind != ERROR_MISSING)
        return *is_there;
    error_clear(err);
    return true;
}

/* The codes of bodies that stay. */
static void row_fill(enum message_type type, const void *parsed, struct clock_row *row)
{
    const struct access_decision *access = parsed;
    const struct urgency_reply *urgency = parsed;
    const struct delay_notice *delay = parsed;

    if (parsed == NULL)
        return;
    if (type == MESSAGE_ACCESS_DECISION)
        row->is_yes = access->access == ACCESS_INDIRECTLY;
    if (type == MESSAGE_URGENCY_REPLY)
        row->is_yes = urgency->decision == URGENCY_GIVEN_UP;
    if (type == MESSAGE_DELAY_NOTICE)
        row->expected_ms = delay->expected_ms;
}

/* What the message is about, as long as the request is here. */
static bool about_find(struct journal *journal, const struct apply_input *input,
                       struct clock_row *row, bool *is_there, struct arena *arena,
                       struct error *err)
{
    struct position from = {
        .entry = input->entry->id, .seen = input->head->seen, .is_own = input->is_own};
    struct entry_row target;
    struct request_row request;

    *is_there = false;
    if (!input->head->has_in_reply_to)
        return true;
    if (!reference_resolve(journal, input->line, &from, &input->head->in_reply_to, arena, &target,
                           err)) {
        bool is_missing = err->kind == ERROR_MISSING;
        if (is_missing)
            error_clear(err);
        return is_missing;
    }
    if (!clock_request_of(journal, input->head->type, &target, &row->target, is_there, err))
        return false;
    if (message_types[input->head->type].about != MESSAGE_REQUEST)
        row->about = target.id;
    return !*is_there || request_look(journal, row->target, arena, &request, is_there, err);
}

bool clock_apply(struct journal *journal, const struct apply_input *input, const void *parsed,
                 struct arena *arena, struct error *err)
{
    struct clock_row row = {.entry = input->entry->id,
                            .kind = input->head->type,
                            .is_own = input->is_own,
                            .seen = (int64_t)input->head->seen,
                            .time_s = input->is_own ? 0 : input->row->time_s,
                            .counts = true};
    bool is_there = false;

    row_fill(input->head->type, parsed, &row);
    if (parsed != NULL && !retention_apply_thread(journal, input, err))
        return false;
    if (!about_find(journal, input, &row, &is_there, arena, err))
        return false;
    return !is_there || (clock_insert(journal->db, &row, err) &&
                         clock_update(journal, input->line, row.target, err));
}

/* The answer that came before its writer knew stays to be seen where it came, and counts no more. */
static bool answer_take_back(struct journal *journal, const struct apply_input *input,
                             int64_t answer, struct error *err)
{
    return input->is_own ? answer_delete(journal->db, answer, err)
                         : answer_settle(journal->db, answer, false, err);
}

bool clock_apply_withdrawn(struct journal *journal, const struct apply_input *input,
                           struct arena *arena, struct error *err)
{
    struct position from = {
        .entry = input->entry->id, .seen = input->head->seen, .is_own = input->is_own};
    enum log_side writer = input->is_own ? SIDE_OWN : SIDE_PARTNER;
    struct entry_row target;
    struct clock_row row;

    if (!input->head->has_in_reply_to ||
        side_of_origin(input->line, input->head->in_reply_to.origin) != writer)
        return true; /* nobody takes back what another said */
    if (reference_resolve(journal, input->line, &from, &input->head->in_reply_to, arena, &target,
                          err) &&
        answer_take_back(journal, input, target.id, err) &&
        clock_find(journal->db, target.id, &row, err))
        return clock_delete(journal->db, row.entry, err) &&
               clock_update(journal, input->line, row.target, err);
    bool is_missing = err->kind == ERROR_MISSING;
    if (is_missing)
        error_clear(err);
    return is_missing;
}

#define TARGET_MAX 64u /* requests looked up at once */

bool clock_apply_receipt(struct journal *journal, struct journal_line *line, int64_t log,
                         int64_t from, int64_t to, int64_t time_s, struct error *err)
{
    if (!clock_received(journal->db, log, from, to, time_s, err))
        return false;
    int64_t targets[TARGET_MAX];
    int64_t above = 0;
    size_t count = 0;
    do {
        if (!clock_targets(journal->db, log, from, to, above, targets, TARGET_MAX, &count, err))
            return false;
        for (size_t i = 0; i < count; i++)
            if (!clock_update(journal, line, targets[i], err))
                return false;
        above = count > 0 ? targets[count - 1] : 0;
    } while (count == TARGET_MAX);
    return true;
}

bool clock_apply_outcome(struct journal *journal, struct journal_line *line, int64_t entry,
                         enum outcome_kind outcome, struct error *err)
{
    struct clock_row row;

    if (clock_find(journal->db, entry, &row, err))
        return clock_settle(journal->db, entry, outcome == OUTCOME_ACCEPTED, err) &&
               clock_update(journal, line, row.target, err);
    bool is_missing = err->kind == ERROR_MISSING;
    if (is_missing)
        error_clear(err);
    return is_missing;
}

/* --- what the agreement is asked --- */

/* The body of a request that is held; *out stays NULL when it is erased here. */
static bool request_read_held(struct journal *journal, int64_t entry, struct arena *arena,
                              const struct request **out, struct error *err)
{
    static struct problems problems; /* the writer alone asks */
    struct entry_row row;
    struct span body;

    if (!entry_find(journal->db, arena, entry, &row, err))
        return false;
    if (row.body_state != BODY_HELD)
        return true;
    if (!journal_body(journal, &row, arena, &body, err))
        return false;
    problems_clear(&problems);
    *out = message_read(MESSAGE_REQUEST, body, arena, &problems);
    return *out != NULL || problems_to_error(&problems, err) ||
           error_set(err, ERROR_LIMIT, "a request does not fit in memory");
}

bool journal_clock_question(struct journal *journal, int64_t request, bool is_own,
                            struct permit_question *question, struct arena *arena,
                            struct error *err)
{
    return clock_count(journal->db, request, is_own, 0, &question->clock_count, err) &&
           clock_count(journal->db, request, is_own, MESSAGE_CLARIFICATION,
                       &question->clarification_count, err) &&
           (question->type != MESSAGE_CLARIFICATION_REPLY ||
            request_read_held(journal, request, arena, &question->replied_about, err));
}
