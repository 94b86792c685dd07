/*
 * Apply: one function folds own, received and rebuilt entries alike into the derived tables. It reads its row of the
 * journal sequence, head, body or its absence, and derived tables; no clock, no randomness, no setting, no ruling of its
 * own. Each derived row comes from exactly one entry; what names an erased entry is never written, so that a rebuild after
 * an erasure equals the live state.
 */
#include "journal/alone.h"
#include "journal/clock.h"
#include "journal/governance.h"

#include "message/answer.h"
#include "message/assigned.h"
#include "message/clock_dispute.h"
#include "message/erased.h"
#include "message/opened.h"
#include "message/outcomes.h"
#include "message/parts_held.h"
#include "message/request.h"
#include "message/spontaneous.h"
#include "store/derived_rows.h"
#include "store/retention_rows.h"
#include "store/spontaneous_rows.h"

#include <inttypes.h>
#include <stdio.h>

/* One arm per message type: `parsed` is the body, never NULL. */
typedef bool apply_function(struct journal *journal, const struct apply_input *input,
                            const void *parsed, struct arena *arena, struct error *err);

bool reference_resolve(struct journal *journal, struct journal_line *line,
                       const struct position *from, const struct reference *reference,
                       struct arena *arena, struct entry_row *out, struct error *err)
{
    enum log_side side = side_of_origin(line, reference->origin);
    enum log_side writer = from->is_own ? SIDE_OWN : SIDE_PARTNER;
    uint64_t position = 0;

    if (side == SIDE_NONE)
        return error_set(err, ERROR_MISSING, "a reference leads out of agreement %s",
                         line->agreement_id);
    if (!journal_find_message(journal, line, side, span_make(reference->id, UUID_SIZE), arena, out,
                              err))
        return false;
    bool is_earlier = side == writer ? out->id < from->entry
                                     : out->index != ENTRY_WAITING &&
                                           chain_position(line, side, out->log,
                                                          (uint64_t)out->index, &position) &&
                                           position < from->seen;
    return is_earlier ||
           error_set(err, ERROR_MISSING, "a reference leads to what its writer cannot have seen");
}

static struct position position_of(const struct apply_input *input)
{
    return (struct position){
        .entry = input->entry->id, .seen = input->head->seen, .is_own = input->is_own};
}

/* The entry that a message is about, when its body still stands; *is_there false: nothing is to be derived. */
static bool target_find(struct journal *journal, const struct apply_input *input,
                        const struct reference *reference, struct arena *arena,
                        struct entry_row *out, bool *is_there, struct error *err)
{
    struct position from = position_of(input);

    *is_there = false;
    if (!reference_resolve(journal, input->line, &from, reference, arena, out, err)) {
        bool is_missing = err->kind == ERROR_MISSING;
        if (is_missing)
            error_clear(err);
        return is_missing;
    }
    *is_there = out->body_state == BODY_HELD || out->body_state == BODY_NONE;
    return true;
}

/* Small parts are items. */
static size_t small_count(const struct part_list *parts)
{
    size_t count = 0;
    for (size_t i = 0; i < parts->count; i++)
        count += parts->items[i].kind == PART_KIND_SMALL;
    return count;
}

static bool apply_request(struct journal *journal, const struct apply_input *input,
                          const void *parsed, struct arena *arena, struct error *err)
{
    const struct request *request = parsed;
    struct ruling ruling = {.is_allowed = true};
    (void)arena;

    if (input->row->ruling.size > 0 && !ruling_read(input->row->ruling, &ruling, err))
        return error_add(err, "entry %" PRId64, input->entry->id);
    struct request_row row = {.entry = input->entry->id,
                              .log = input->entry->log,
                              .message_id = input->entry->message_id,
                              .is_own = input->is_own,
                              .reference = request->reference,
                              .urgency = request->urgency_ground,
                              .is_training = request->is_training,
                              .language = request->language,
                              .persons = (int64_t)request->person_count,
                              .attachments = (int64_t)request->attachments.count,
                              .due_after_ms = ruling.due_after_ms,
                              .deadline_row = ruling.row,
                              .version = input->row->version};
    if (!request_insert(journal->db, &row, err) ||
        !retention_apply_request(journal, input, request, err))
        return false;
    if (input->is_own)
        return true; /* the clock starts with the receipt */
    //= dir-2023-977 art 5(1)
    return due_insert(journal->db, row.entry, input->row->time_s,
                      agreement_due(input->row->time_s * 1000, &ruling), err) &&
           clock_update(journal, input->line, row.entry, err);
}

/* What the answer says is in *row; whether its request is there to be answered, its head says. */
static bool answer_add(struct journal *journal, const struct apply_input *input,
                       struct answer_row *row, struct arena *arena, struct error *err)
{
    struct entry_row target;
    bool is_there = false;

    if (!input->head->has_in_reply_to)
        return true;
    if (!target_find(journal, input, &input->head->in_reply_to, arena, &target, &is_there, err))
        return false;
    row->entry = input->entry->id;
    row->target = target.id;
    row->is_own = input->is_own;
    row->at_ms = input->is_own ? input->entry->created_ms : input->row->time_s * 1000;
    return !is_there || answer_insert(journal->db, row, err);
}

/* Grounds as one text: "b f_ii". */
static bool grounds_join(const struct answer *answer, struct buffer *out)
{
    for (size_t i = 0; i < answer->refusal_count; i++)
        buffer_format(out, "%s%s", i == 0 ? "" : " ",
                      refusal_ground_names[answer->refusals[i].ground]);
    return !out->failed;
}

static bool apply_answer(struct journal *journal, const struct apply_input *input,
                         const void *parsed, struct arena *arena, struct error *err)
{
    const struct answer *answer = parsed;
    struct buffer grounds CLEANUP(buffer_free) = buffer_make(1024);

    if (!retention_apply_items(journal, input, answer, arena, err) ||
        !alone_apply(journal, input, arena, err))
        return false;
    if (!grounds_join(answer, &grounds))
        return true;
    struct answer_row row = {.outcome = answer->outcome,
                             .items = (int64_t)(answer->item_count + small_count(&answer->parts)),
                             .grounds = buffer_span(&grounds)};
    return answer_add(journal, input, &row, arena, err);
}

/* A request that had its answer does not wait again because the answer is erased at one of the two: its limit would run there
 * and not at the other. A head that never had a body answers nothing. */
static bool apply_answer_bodiless(struct journal *journal, const struct apply_input *input,
                                  struct arena *arena, struct error *err)
{
    struct answer_row row = {.outcome = ANSWER_OUTCOME_GONE};
    bool had_body =
        input->entry->body_state == BODY_ERASED || input->entry->body_state == BODY_LOST;

    return alone_apply(journal, input, arena, err) &&
           (!had_body || answer_add(journal, input, &row, arena, err));
}

//= dir-2023-977 art 7
static bool apply_spontaneous(struct journal *journal, const struct apply_input *input,
                              const void *parsed, struct arena *arena, struct error *err)
{
    const struct spontaneous *given = parsed;
    struct spontaneous_row row = {.entry = input->entry->id,
                                  .log = input->entry->log,
                                  .message_id = input->entry->message_id,
                                  .is_own = input->is_own,
                                  .reference = given->reference,
                                  .provision = given->provision,
                                  .is_training = given->is_training,
                                  .language = given->language,
                                  .items =
                                      (int64_t)(given->item_count + small_count(&given->parts)),
                                  .attachments = (int64_t)given->attachments.count,
                                  .purpose = given->purpose};

    return retention_apply_items(journal, input, given, arena, err) &&
           spontaneous_insert(journal->db, &row, err);
}

_Static_assert(NOTICE_KIND_ASSIGNED == MESSAGE_ASSIGNED, "rows name the type by its number");

static bool notice_add(struct journal *journal, const struct apply_input *input, struct span unit,
                       int64_t at_ms, struct arena *arena, struct error *err)
{
    struct entry_row target;
    bool is_there = false;

    if (!input->head->has_in_reply_to)
        return true;
    if (!target_find(journal, input, &input->head->in_reply_to, arena, &target, &is_there, err))
        return false;
    if (!is_there)
        return true;
    struct notice_row row = {.entry = input->entry->id,
                             .target = target.id,
                             .kind = input->head->type,
                             .unit = unit,
                             .at_ms = at_ms};
    return notice_insert(journal->db, &row, err);
}

static bool apply_opened(struct journal *journal, const struct apply_input *input,
                         const void *parsed, struct arena *arena, struct error *err)
{
    const struct opened *opened = parsed;
    return notice_add(journal, input, opened->unit, opened->opened_at_ms, arena, err);
}

static bool apply_assigned(struct journal *journal, const struct apply_input *input,
                           const void *parsed, struct arena *arena, struct error *err)
{
    const struct assigned *assigned = parsed;
    return notice_add(journal, input, assigned->unit, assigned->assigned_at_ms, arena, err);
}

/* Fills what the report says of one index. */
static void result_fill(const struct outcomes *outcomes, uint64_t index, struct result_row *row,
                        char ground[64])
{
    const struct outcome_refused *refused = outcomes_refused(outcomes, index);

    row->outcome = outcomes_is_held(outcomes, index) ? OUTCOME_HELD : OUTCOME_ACCEPTED;
    if (refused == NULL)
        return;
    row->outcome = OUTCOME_REFUSED;
    snprintf(ground, 64, "%s%s%.*s", outcome_ground_names[refused->ground],
             refused->clause.size > 0 ? " " : "", SPAN_ARG(refused->clause));
    row->ground = span_text(ground);
}

static bool result_exists(struct journal *journal, int64_t target, bool *exists, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    struct result_row row;

    *exists = result_find(journal->db, &arena, target, &row, err);
    if (*exists || err->kind != ERROR_MISSING)
        return *exists;
    error_clear(err);
    return true;
}

static bool result_add(struct journal *journal, const struct apply_input *input,
                       const struct outcomes *outcomes, uint64_t position, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
    struct entry_row target;
    char ground[64];
    int64_t log = 0;
    uint64_t index = 0;

    chain_place(input->line, SIDE_OWN, position, &log, &index);
    if (!entry_find_index(journal->db, &arena, log, (int64_t)index, &target, err)) {
        bool is_missing = err->kind == ERROR_MISSING;
        if (is_missing)
            error_clear(err);
        return is_missing;
    }
    bool is_pruned = target.head.size == 0;
    struct result_row row = {.entry = input->entry->id, .target = target.id};
    result_fill(outcomes, position, &row, ground);
    if (!clock_apply_outcome(journal, input->line, target.id, (enum outcome_kind)row.outcome, err))
        return false;
    /* What the partner refused or holds answers nothing: its request waits at both. */
    if (target.type == MESSAGE_ANSWER &&
        !answer_settle(journal->db, target.id, row.outcome == OUTCOME_ACCEPTED, err))
        return false;
    if (is_pruned || (target.body_state != BODY_HELD && target.body_state != BODY_NONE))
        return true;
    /* What owes no outcome is told only when it did not pass, or passes now after it was held. */
    bool is_owed = row.outcome != OUTCOME_ACCEPTED ||
                   message_type_owes_outcome((enum message_type)target.type);
    if (!is_owed && !result_exists(journal, target.id, &is_owed, err))
        return false;
    return !is_owed || result_insert(journal->db, &row, err);
}

static bool apply_outcomes(struct journal *journal, const struct apply_input *input,
                           const void *parsed, struct arena *arena, struct error *err)
{
    const struct outcomes *outcomes = parsed;
    /* The partner's outcomes are about positions in our outgoing logs; ours about its mirrors, where the sequence has them
     * already. */
    (void)arena;
    if (input->is_own)
        return true;
    /* Beyond `seen` the partner cannot have handled anything: nothing is derived from what comes there later. */
    for (uint64_t index = outcomes->from; index < outcomes->to && index < input->head->seen;
         index++)
        if (!result_add(journal, input, outcomes, index, err))
            return false;
    return true;
}

static bool apply_parts_held(struct journal *journal, const struct apply_input *input,
                             const void *parsed, struct arena *arena, struct error *err)
{
    const struct parts_held *held = parsed;
    struct entry_row target;
    bool is_there = false;

    if (!target_find(journal, input, &held->item, arena, &target, &is_there, err))
        return false;
    for (size_t i = 0; is_there && i < held->part_count; i++) {
        struct part_row part;
        if (!part_find(journal->db, arena, target.id, (int64_t)held->parts[i], &part, err)) {
            if (err->kind != ERROR_MISSING)
                return false;
            error_clear(err);
            continue;
        }
        if (part.state == PART_ERASED || part.state == PART_LOST)
            continue;
        if (!parts_held_insert(journal->db, input->entry->id, target.id, (int64_t)held->parts[i],
                               err))
            return false;
    }
    return true;
}

/* The fact. The erasing itself is done where the eraser acts: here, or at the partner. */
static bool apply_erased(struct journal *journal, const struct apply_input *input,
                         const void *parsed, struct arena *arena, struct error *err)
{
    const struct erased *erased = parsed;
    struct position from = position_of(input);
    struct entry_row target;

    if (!reference_resolve(journal, input->line, &from, &erased->item, arena, &target, err)) {
        bool is_missing = err->kind == ERROR_MISSING;
        if (is_missing)
            error_clear(err);
        return is_missing;
    }
    return erasure_insert(journal->db, input->entry->id, target.id, erased->part,
                          erased->reason == ERASE_LOST, err);
}

static bool apply_clock_dispute(struct journal *journal, const struct apply_input *input,
                                const void *parsed, struct arena *arena, struct error *err)
{
    const struct clock_dispute *dispute = parsed;
    (void)arena;
    return dispute_insert(journal->db, input->entry->id, (int64_t)dispute->size,
                          dispute->their_time_s, err);
}

/* Its document was verified when it was told: in custody for entry 0, in handling for a notice, by us for our own. */
static bool apply_succession(struct journal *journal, const struct apply_input *input,
                             const void *parsed, struct arena *arena, struct error *err)
{
    const struct succession *told = parsed;
    struct succession_document document;
    uint8_t keys[KEYS_ROW_SIZE];
    char next[ORIGIN_SIZE_MAX + 1];
    size_t signer_count = 0;

    if (!succession_look(told->document, arena, &document, &signer_count, err) ||
        !succession_next(document.origin, next, err))
        return false;
    keys_write_row(&document.keys, keys);
    struct succession_row row = {.entry = input->entry->id,
                                 .log = span_text(next),
                                 .before = document.origin,
                                 .size = (int64_t)told->size,
                                 .root = span_make(told->root, sizeof told->root),
                                 .reason = document.reason,
                                 .keys = span_make(keys, sizeof keys),
                                 .custody = (int64_t)told->custody,
                                 .made_ms = document.made_ms};
    return succession_insert(journal->db, &row, err);
}

static apply_function *const apply[MESSAGE_TYPE_COUNT] = {
    [MESSAGE_REQUEST] = apply_request,
    [MESSAGE_ANSWER] = apply_answer,
    [MESSAGE_SPONTANEOUS] = apply_spontaneous,
    [MESSAGE_OPENED] = apply_opened,
    [MESSAGE_ASSIGNED] = apply_assigned,
    [MESSAGE_OUTCOMES] = apply_outcomes,
    [MESSAGE_PARTS_HELD] = apply_parts_held,
    [MESSAGE_ERASED] = apply_erased,
    [MESSAGE_CLOCK_DISPUTE] = apply_clock_dispute,
    [MESSAGE_SUCCESSION] = apply_succession,
    [MESSAGE_AGREEMENT_PROPOSAL] = governance_apply,
    [MESSAGE_AGREEMENT_SIGNATURE] = governance_apply,
    [MESSAGE_AGREEMENT_REFUSAL] = governance_apply,
    [MESSAGE_AGREEMENT_WITHDRAWAL] = governance_apply,
    [MESSAGE_SUSPENSION] = governance_apply,
    [MESSAGE_SUSPENSION_LIFTED] = governance_apply,
    [MESSAGE_TERMINATION] = governance_apply,
    [MESSAGE_KEY_REVOCATION] = governance_apply,
    [MESSAGE_CLARIFICATION] = clock_apply,
    [MESSAGE_CLARIFICATION_REPLY] = clock_apply,
    [MESSAGE_ACCESS_DECISION] = clock_apply,
    [MESSAGE_DELAY_NOTICE] = clock_apply,
    [MESSAGE_URGENCY_NOT_SHARED] = clock_apply,
    [MESSAGE_URGENCY_REPLY] = clock_apply,
};

/* Without its body an entry derives nothing, but that a request was answered, that a question was asked and replied to, and how
 * much one officer sent alone: its head and its ruling say so. What was withdrawn never was said. */
static bool apply_bodiless(struct journal *journal, const struct apply_input *input,
                           struct arena *arena, struct error *err)
{
    if (input->head->type == MESSAGE_WITHDRAWN)
        return clock_apply_withdrawn(journal, input, arena, err);
    if (input->entry->body_state == BODY_WITHDRAWN)
        return true;
    if (input->head->type == MESSAGE_ANSWER)
        return apply_answer_bodiless(journal, input, arena, err);
    if (!message_type_is_of_clock(input->head->type))
        return true;
    return clock_apply(journal, input, NULL, arena, err);
}

bool apply_entry(struct journal *journal, const struct apply_input *input, struct arena *arena,
                 struct error *err)
{
    static struct problems problems; /* the writer alone applies */
    const void *parsed = input->parsed;

    if (input->head->type >= MESSAGE_TYPE_COUNT)
        return true;
    if (parsed == NULL && input->body.size == 0)
        return apply_bodiless(journal, input, arena, err);
    if (apply[input->head->type] == NULL)
        return true;
    if (parsed == NULL) {
        problems_clear(&problems);
        parsed = message_read(input->head->type, input->body, arena, &problems);
        if (parsed == NULL)
            return problems_to_error(&problems, err) ||
                   error_add(err, "entry %" PRId64, input->entry->id);
    }
    return apply[input->head->type](journal, input, parsed, arena, err);
}

#define RECEIPT_REQUEST_MAX (4 * SEAL_COUNT_MAX)

bool apply_receipt(struct journal *journal, struct journal_line *line,
                   const struct sequence_row *row, struct arena *arena, struct error *err)
{
    size_t count = 0;
    int64_t below = 0;

    if (!receipt_size_below(journal->db, row->log, row->size, &below, err) ||
        !retention_received(journal->db, row->log, below, row->size, row->time_s * 1000, err))
        return false;
    size_t room =
        row->size - below < RECEIPT_REQUEST_MAX ? (size_t)(row->size - below) : RECEIPT_REQUEST_MAX;
    struct request_row *requests = arena_array(arena, room, sizeof *requests);
    if (requests == NULL)
        return error_set(err, ERROR_LIMIT, "applying a receipt: out of memory");
    if (!request_list_range(journal->db, arena, row->log, below, row->size, requests, room, &count,
                            err))
        return false;
    for (size_t i = 0; i < count; i++) {
        int64_t due_ms = row->time_s * 1000 + requests[i].due_after_ms;
        if (!due_insert(journal->db, requests[i].entry, row->time_s, due_ms, err) ||
            !clock_update(journal, line, requests[i].entry, err))
            return false;
    }
    return clock_apply_receipt(journal, line, row->log, below, row->size, row->time_s, err);
}
