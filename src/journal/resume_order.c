/*
 * Order restored. The recovered entries get their rows of the journal sequence: each log in its own order, an entry never
 * before what its writer had seen, and between the two logs by time: `created` of ours, T of the partner's and of
 * receipts. What came of the partner's entries is read from our own `outcomes`, not ruled anew. Own erasures and
 * withdrawals are repeated, and the derived tables are built again, all in one transaction: nothing is shown in between.
 */
#include "journal/in_force.h"
#include "journal/private.h"
#include "journal/resume.h"

#include "message/request.h"
#include "store/local_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define RESUME_ENTRY_MAX  (4u * 1024 * 1024) /* partner's entries of one resume; 64 bytes each */
#define CLAUSE_MEMORY_MAX (16u * 1024 * 1024)
#define ROW_MEMORY_MAX    (4 * (size_t)BODY_SIZE_MAX)

struct ordering {
    struct journal *journal;
    struct journal_line *line;
    struct handled_before *before; /* of the partner's entries from `handled` on */
    struct arena *clauses;
    uint64_t handled;       /* positions in the partner's logs: where the books stood, */
    uint64_t handled_to;    /* and what our own reports reach */
    uint64_t business_seen; /* the most that business of ours had seen which came back, */
    uint64_t own_seen;      /* and whatever of ours came back */
};

/* What the place of an entry depends on. */
struct place {
    uint64_t seen;
    int64_t time_ms;
};

/* --- our own reports --- */

static bool report_take(struct ordering *o, const struct outcomes *outcomes, struct error *err)
{
    uint64_t end = chain_size(o->line, SIDE_PARTNER);
    uint64_t from = outcomes->from > o->handled ? outcomes->from : o->handled;

    for (uint64_t at = from; at < outcomes->to && at < end; at++) {
        const struct outcome_refused *refused = outcomes_refused(outcomes, at);
        struct handled_before *before = &o->before[at - o->handled];
        /* A later report settles what an earlier one held. */
        before->outcome = outcomes_is_held(outcomes, at) ? OUTCOME_HELD : OUTCOME_ACCEPTED;
        if (refused == NULL)
            continue;
        *before = (struct handled_before){.outcome = OUTCOME_REFUSED, .ground = refused->ground};
        if (!arena_copy(o->clauses, refused->clause, &before->clause))
            return error_set(err, ERROR_LIMIT, "resume: out of memory");
    }
    if (outcomes->to > o->handled_to)
        o->handled_to = outcomes->to < end ? outcomes->to : end;
    return true;
}

/* Every own entry that came back, in order. */
typedef bool own_visit(struct ordering *o, const struct entry_row *row, const struct head *head,
                       struct arena *arena, struct error *err);

static bool own_walk(struct ordering *o, own_visit *visit, struct error *err)
{
    const struct journal_line *line = o->line;

    for (uint64_t at = line->resume.out_from; at < line->out.size; at++) {
        struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
        struct entry_row row;
        struct head head;
        if (!entry_find_index(o->journal->db, &arena, line->out.id, (int64_t)at, &row, err) ||
            !head_read(row.head, &arena, &head, err) || !visit(o, &row, &head, &arena, err))
            return error_add(err, "log %s index %" PRIu64, line->out.origin, at);
    }
    return true;
}

/* The body, read as its type; NULL in *out when it is not held. */
static bool body_parse(struct ordering *o, const struct entry_row *row, enum message_type type,
                       struct arena *arena, const void **out, struct error *err)
{
    static struct problems problems; /* the writer alone orders */
    struct span body;

    *out = NULL;
    if (row->body_state != BODY_HELD)
        return true;
    if (!journal_body(o->journal, row, arena, &body, err))
        return false;
    problems_clear(&problems);
    *out = message_read(type, body, arena, &problems);
    return *out != NULL || problems_to_error(&problems, err);
}

static bool report_visit(struct ordering *o, const struct entry_row *row, const struct head *head,
                         struct arena *arena, struct error *err)
{
    const void *parsed = NULL;

    if (head->type != MESSAGE_OUTCOMES)
        return true;
    return body_parse(o, row, head->type, arena, &parsed, err) &&
           (parsed == NULL || report_take(o, parsed, err));
}

static bool seen_visit(struct ordering *o, const struct entry_row *row, const struct head *head,
                       struct arena *arena, struct error *err)
{
    (void)arena;
    (void)err;
    if (message_type_is_business(head->type) && row->body_state != BODY_WITHDRAWN &&
        head->seen > o->business_seen)
        o->business_seen = head->seen;
    if (head->seen > o->own_seen)
        o->own_seen = head->seen;
    return true;
}

/* --- own erasures --- */

static bool withdrawn_repeat(struct ordering *o, const struct head *head, struct arena *arena,
                             struct error *err)
{
    struct entry_row target;

    if (!journal_find_message(o->journal, o->line, SIDE_OWN,
                              span_make(head->in_reply_to.id, UUID_SIZE), arena, &target, err)) {
        bool is_absent = err->kind == ERROR_MISSING;
        if (is_absent)
            error_clear(err);
        return is_absent;
    }
    return target.body_state != BODY_HELD ||
           body_forget(o->journal, target.id, BODY_WITHDRAWN, err);
}

static bool erased_repeat(struct ordering *o, const struct erased *erased, struct arena *arena,
                          struct error *err)
{
    const struct journal_line *line = o->line;
    enum log_side side = side_of_origin(line, erased->item.origin);
    struct entry_row target;

    if (side == SIDE_NONE)
        return true;
    if (!journal_find_message(o->journal, line, side, span_make(erased->item.id, UUID_SIZE), arena,
                              &target, err)) {
        bool is_absent = err->kind == ERROR_MISSING;
        if (is_absent)
            error_clear(err);
        return is_absent;
    }
    if (erased->part == 0)
        return body_forget(o->journal, target.id,
                           erased->reason == ERASE_LOST ? BODY_LOST : BODY_ERASED, err);
    if (part_forget_number(o->journal, target.id, erased->part, err))
        return true;
    bool is_absent = err->kind == ERROR_MISSING;
    if (is_absent)
        error_clear(err);
    return is_absent;
}

//= dir-2016-680 art 16(2)
static bool erasure_visit(struct ordering *o, const struct entry_row *row, const struct head *head,
                          struct arena *arena, struct error *err)
{
    const void *parsed = NULL;

    if (head->type == MESSAGE_WITHDRAWN)
        return withdrawn_repeat(o, head, arena, err);
    if (head->type != MESSAGE_ERASED)
        return true;
    return body_parse(o, row, head->type, arena, &parsed, err) &&
           (parsed == NULL || erased_repeat(o, parsed, arena, err));
}

/* --- the sequence --- */

/* Whose ruling is read by apply: requests, and what one officer sent alone. */
static bool has_ruling(enum message_type type, const void *parsed)
{
    if (type == MESSAGE_ANSWER)
        return ((const struct answer *)parsed)->emergency != URGENCY_NONE;
    return type == MESSAGE_REQUEST;
}

/* Our own request keeps its due time, and what went alone is counted on: the rule is asked as it was when it was sent. */
static bool own_ruling(struct ordering *o, const struct entry_row *row, const struct head *head,
                       struct arena *arena, struct buffer *out, struct error *err)
{
    struct journal_line *line = o->line;
    const struct agreement *agreement = NULL;
    const void *parsed = NULL;
    struct ruling ruling;

    if (head->type != MESSAGE_REQUEST && head->type != MESSAGE_ANSWER)
        return true;
    if (!body_parse(o, row, head->type, arena, &parsed, err))
        return false;
    if (parsed == NULL || !has_ruling(head->type, parsed))
        return true;
    if (!version_agreement(
            o->journal, line,
            version_at(line, true, version_position(line, row->log, row->index), head->seen),
            &agreement, err))
        return false;
    struct permit_question question = {.sender = agreement->parties[line->own_side].party,
                                       .receiver = agreement->parties[line->partner_side].party,
                                       .type = head->type,
                                       .created_ms = head->created_ms,
                                       .body_size = row->body_size};
    if (head->type == MESSAGE_REQUEST)
        question.request = parsed;
    else
        question.answer = parsed;
    agreement_permit(agreement, &question, &ruling);
    return ruling_write(&ruling, out, err);
}

static bool own_add(struct ordering *o, uint64_t index, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
    struct buffer ruling CLEANUP(buffer_free) = buffer_make(RULING_SIZE_MAX);
    struct sequence_row there;
    struct entry_row row;
    struct head head;

    if (!entry_find_index(o->journal->db, &arena, o->line->out.id, (int64_t)index, &row, err))
        return false;
    if (sequence_of_entry(o->journal->db, &arena, row.id, &there, err))
        return true; /* it waited in these books, and has its row */
    if (err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    if (!head_read(row.head, &arena, &head, err) ||
        !own_ruling(o, &row, &head, &arena, &ruling, err))
        return false;
    struct sequence_row sequence = {.kind = SEQUENCE_APPENDED,
                                    .entry = row.id,
                                    .log = o->line->out.id,
                                    .version = (int64_t)head.agreement_version,
                                    .outcome = OUTCOME_ACCEPTED,
                                    .ruling = buffer_span(&ruling)};
    return sequence_add(o->journal, &sequence, err) &&
           resume_adopt(o->journal, o->line, true, &row, err);
}

/* Receipts up to what is placed. */
static bool receipts_add(struct ordering *o, uint64_t *above, uint64_t placed, struct error *err)
{
    for (;;) {
        struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
        struct receipt_row row;
        size_t count = 0;
        if (!receipt_list(o->journal->db, &arena, o->line->out.id, (int64_t)*above, &row, 1, &count,
                          err))
            return false;
        if (count == 0 || (uint64_t)row.size > placed)
            return true;
        struct sequence_row sequence = {.kind = SEQUENCE_RECEIPT,
                                        .log = o->line->out.id,
                                        .size = row.size,
                                        .time_s = row.time_s,
                                        .version = o->line->agreement.version};
        if (!sequence_add(o->journal, &sequence, err))
            return false;
        *above = (uint64_t)row.size;
    }
}

/* By position in the partner's logs. */
static bool partner_add(struct ordering *o, uint64_t position, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(ROW_MEMORY_MAX);
    const struct handled_before *before = &o->before[position - o->handled];
    struct entry_row row;
    int64_t log = 0;
    uint64_t index = 0;

    chain_place(o->line, SIDE_PARTNER, position, &log, &index);
    return (entry_find_index(o->journal->db, &arena, log, (int64_t)index, &row, err) &&
            handle_again(o->journal, o->line, &row, before, err) &&
            (before->outcome != OUTCOME_ACCEPTED ||
             resume_adopt(o->journal, o->line, false, &row, err))) ||
           error_add(err, "log %s index %" PRIu64, journal_origin(o->line, log), index);
}

/* Where an entry belongs. A head that cannot be read has seen nothing. */
static bool place_find(struct ordering *o, enum log_side side, uint64_t position, struct place *out,
                       struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(ROW_MEMORY_MAX);
    struct entry_row row;
    struct receipt_row receipt;
    struct head head = {.seen = 0};
    struct error ignored = {0};
    size_t count = 0;
    int64_t log = 0;
    uint64_t index = 0;

    chain_place(o->line, side, position, &log, &index);
    if (!entry_find_index(o->journal->db, &arena, log, (int64_t)index, &row, err))
        return false;
    if (!head_read(row.head, &arena, &head, &ignored))
        head = (struct head){.seen = 0};
    *out = (struct place){.seen = head.seen, .time_ms = row.created_ms};
    if (side == SIDE_OWN)
        return true;
    if (!receipt_list(o->journal->db, &arena, log, (int64_t)index, &receipt, 1, &count, err))
        return false;
    if (count == 1)
        out->time_ms = receipt.time_s * 1000;
    return true;
}

static bool sequence_restore(struct ordering *o, struct error *err)
{
    const struct journal_line *line = o->line;
    uint64_t base = line->out_past.base; /* `seen` and places are positions */
    uint64_t own = line->resume.out_from;
    uint64_t partner = o->handled;
    uint64_t above = line->resume.receipt_from;
    struct place ours = {0};
    struct place theirs = {0};

    if (!receipts_add(o, &above, own, err))
        return false;
    while (own < line->out.size || partner < o->handled_to) {
        bool is_ours = partner >= o->handled_to;
        if (own < line->out.size && !is_ours) {
            if (!place_find(o, SIDE_OWN, base + own, &ours, err) ||
                !place_find(o, SIDE_PARTNER, partner, &theirs, err))
                return false;
            is_ours = theirs.seen > base + own ||
                      (ours.seen <= partner && ours.time_ms <= theirs.time_ms);
        }
        if (is_ours ? !own_add(o, own, err) : !partner_add(o, partner, err))
            return false;
        own += is_ours;
        partner += !is_ours;
        if (is_ours && !receipts_add(o, &above, own, err))
            return false;
    }
    return true;
}

/* --- the end --- */

static bool resumed_write(struct ordering *o, struct error *err)
{
    const struct journal_line *line = o->line;
    char texts[5][ORIGIN_SIZE_MAX + 96];
    struct span objects[5];

    snprintf(texts[0], sizeof texts[0], "%s %" PRIu64 " %" PRIu64, line->out.origin,
             line->resume.out_from, line->out.size);
    snprintf(texts[1], sizeof texts[1], "%s %" PRIu64 " %" PRIu64, line->in.origin,
             line->resume.in_from, chain_size(line, SIDE_PARTNER));
    snprintf(texts[2], sizeof texts[2], "lost bodies %" PRIu64, line->resume.lost_bodies);
    snprintf(texts[3], sizeof texts[3], "lost parts %" PRIu64, line->resume.lost_parts);
    snprintf(texts[4], sizeof texts[4], "agreement %s/%" PRId64, line->agreement_id,
             line->agreement.version);
    for (size_t i = 0; i < ARRAY_COUNT(objects); i++)
        objects[i] = span_text(texts[i]);
    struct act act = {.officer = span_text("node"),
                      .unit = journal_unit(o->journal, line),
                      .reason = span_text("resume"),
                      .act = span_text("resumed"),
                      .outcome = span_text("order-restored"),
                      .objects = objects,
                      .object_count = ARRAY_COUNT(objects)};
    return journal_access(o->journal, &act, err);
}

/* Largest `seen` of the partner's newest business that was handled, in whichever of its logs. */
static bool seen_floor(struct ordering *o, uint64_t *out, struct error *err)
{
    *out = 0;
    for (size_t i = 0; i < journal_log_count(o->line, SIDE_PARTNER); i++) {
        uint64_t seen = 0;
        if (!held_seen_floor(o->journal, o->line, journal_log_id(o->line, SIDE_PARTNER, i),
                             INT64_MAX, &seen, err))
            return false;
        if (seen > *out)
            *out = seen;
    }
    return true;
}

/* What of a log that begins at this position is handled. */
static uint64_t handled_of(const struct ordering *o, uint64_t base, uint64_t size)
{
    uint64_t handled = o->handled_to > base ? o->handled_to - base : 0;

    return handled < size ? handled : size;
}

static bool handled_store(struct ordering *o, uint64_t seen, struct error *err)
{
    const struct journal_line *line = o->line;
    const struct journal_chain *chain = &line->in_past;

    for (size_t i = 0; i < chain->count; i++)
        if (!log_set_handled(o->journal->db, chain->past[i].id,
                             (int64_t)handled_of(o, chain->past[i].base, chain->past[i].size),
                             (int64_t)seen, err))
            return false;
    return log_set_handled(o->journal->db, line->in.id,
                           (int64_t)handled_of(o, chain->base, line->in.size), (int64_t)seen, err);
}

/* Ours ends here; the partner's is its own to continue, and custody goes on. */
static bool logs_settle(struct ordering *o, struct error *err)
{
    struct journal_line *line = o->line;
    struct line_resume next = line->resume;
    char reason[ERROR_TEXT_SIZE];
    int64_t time_s = 0;
    uint64_t cosigned = 0;
    uint64_t seen = 0;

    snprintf(reason, sizeof reason,
             "resumed to size %" PRIu64 " after a restore; it needs a successor", line->out.size);
    next.state = RESUME_DONE;
    if (o->own_seen > next.own_seen)
        next.own_seen = o->own_seen;
    if (!resume_receipt_above(o->journal, &line->out, &cosigned, &time_s, err) ||
        !seen_floor(o, &seen, err) || !handled_store(o, seen, err) ||
        !log_set_read_only(o->journal->db, line->out.id, span_text(reason), err) ||
        !log_set_read_only(o->journal->db, line->in.id, span_make(NULL, 0), err) ||
        !resumed_write(o, err) || !resume_state_set(o->journal, line, &next, err))
        return false;
    /* In memory, behind all that could fail. */
    snprintf(line->out.read_only, sizeof line->out.read_only, "%s", reason);
    line->in.read_only[0] = '\0';
    line->handled = handled_of(o, line->in_past.base, line->in.size);
    for (size_t i = 0; i < line->in_past.count; i++) {
        struct journal_past *past = &line->in_past.past[i];
        past->handled = handled_of(o, past->base, past->size);
    }
    line->cosigned = cosigned;
    line->cosigned_time_s = time_s;
    line->posted_to = line->out.size;
    line->ahead = 0;
    line->last_seen = seen;
    line->waits_at = 0;
    o->journal->must_level = true;
    o->journal->level_after_ms = 0;
    journal_event_add(o->journal, JOURNAL_ALARM, line, 0, line->out.size);
    journal_event_add(o->journal, JOURNAL_PARTS, line, 0, 0);
    journal_event_add(o->journal, JOURNAL_RESUME, line, 0,
                      0); /* a lost record's logs can be asked for now */
    return true;
}

static void before_free(struct handled_before **before)
{
    free(*before);
}

/* What the partner gave us and has no receipt of, it cannot give back: it comes by post, after our own entries that speak of
 * it. These find it now. */
bool resume_catch_up(struct journal *journal, const struct journal_line *line, struct error *err)
{
    return line->resume.own_seen <= chain_size(line, SIDE_PARTNER) ||
           journal_rebuild(journal, NULL, NULL, err);
}

bool resume_finish(struct journal *journal, struct journal_line *line, struct error *err)
{
    struct arena clauses CLEANUP(arena_free) = arena_make(CLAUSE_MEMORY_MAX);
    uint64_t count = journal_unhandled(line);
    CLEANUP(before_free)
    struct handled_before *before =
        count > RESUME_ENTRY_MAX ? NULL : calloc(count + 1, sizeof *before);
    struct ordering o = {.journal = journal,
                         .line = line,
                         .before = before,
                         .clauses = &clauses,
                         .handled = journal_handled(line),
                         .handled_to = journal_handled(line)};

    if (before == NULL)
        return error_set(err, ERROR_LIMIT, "resume: %" PRIu64 " entries at once; %u allowed", count,
                         RESUME_ENTRY_MAX);
    versions_pin(line, line->agreement.version);
    bool ok = versions_load(journal, line, err) && /* a signature that waited may have its number */
              own_walk(&o, report_visit, err) && sequence_restore(&o, err) &&
              own_walk(&o, erasure_visit, err) && own_walk(&o, seen_visit, err) &&
              number_return_late(journal, line, o.business_seen, err) &&
              journal_rebuild(journal, NULL, NULL, err) && resume_governance(journal, line, err) &&
              logs_settle(&o, err);
    if (ok)
        versions_pin(line, 0);
    return ok || error_add(err, "putting the books of %s in order", line->agreement_id);
}
