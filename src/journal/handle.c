/*
 * Handling: what an entry in custody means. Each application is one row of the journal sequence; the outcomes go back as
 * one `outcomes` entry per handled range. A message that cannot be handled is `refused` or `held` with its ground: it is
 * never lost, and it holds its own thread and no other.
 */
#include "journal/alone.h"
#include "journal/clock.h"
#include "journal/earlier.h"
#include "journal/governance.h"
#include "journal/in_force.h"

#include "message/answer.h"
#include "message/erased.h"
#include "message/item.h"
#include "message/outcomes.h"
#include "message/parts_held.h"
#include "message/reference.h"
#include "message/request.h"
#include "message/spontaneous.h"
#include "store/held_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define HOUR_MS INT64_C(3600000)

/* What was found about one entry. */
struct verdict {
    enum outcome_kind outcome;
    enum outcome_ground ground; /* for refused */
    struct span clause;         /* with NOT_PERMITTED; a constant of the agreement's table */
    const char *held_for;       /* for held: "type", "thread", "failed", "before" */
    int64_t version;            /* of the agreement, that it was judged under; 0: not yet known */
    bool is_given;              /* found before a restore: nothing that is found now changes it */
};

static void refuse(struct verdict *verdict, enum outcome_ground ground)
{
    if (verdict->is_given)
        return;
    verdict->outcome = OUTCOME_REFUSED;
    verdict->ground = ground;
}

/* Erased before anybody could read it: its sender learns that nothing came of it, and may send it again. */
static void refuse_erased(struct verdict *verdict)
{
    verdict->clause = span_text(agreement_clauses[CLAUSE_RETENTION].number);
    refuse(verdict, OUTCOME_NOT_PERMITTED);
}

static void hold(struct verdict *verdict, const char *held_for)
{
    if (verdict->is_given)
        return;
    verdict->outcome = OUTCOME_HELD;
    verdict->held_for = held_for;
}

static bool seen_is_stale(struct journal *journal, struct journal_line *line,
                          const struct head *head, bool *is_stale, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct receipt_row row;
    bool is_there = false;

    if (!chain_receipt_above(journal, line, head->seen, &arena, &row, &is_there, err))
        return false;
    *is_stale = is_there && row.time_s * 1000 + HOUR_MS < head->created_ms;
    return true;
}

/* `seen` never falls from one business entry to the next. Books may stand before business that waited for the end of a
 * suspension, and a `withdrawn` before what is older. */
static bool is_ordered_by_seen(const struct head *head, const struct entry_row *row)
{
    return message_type_is_business(head->type) && row->body_state != BODY_WITHDRAWN;
}

/* The position rule: the version in force, and how much of our log its writer had seen (docs/protocol.md 4a). */
static bool position_check(struct journal *journal, struct journal_line *line,
                           const struct entry_row *row, const struct head *head,
                           uint64_t seen_floor, struct verdict *verdict, struct error *err)
{
    bool is_stale = false;

    verdict->version =
        version_at(line, false, version_position(line, row->log, row->index), head->seen);
    if (!span_is(head->agreement_id, line->agreement_id))
        refuse(verdict, OUTCOME_AGREEMENT);
    else if ((int64_t)head->agreement_version != verdict->version)
        refuse(verdict, OUTCOME_VERSION);
    else if (head->seen > chain_size(line, SIDE_OWN) ||
             (is_ordered_by_seen(head, row) && head->seen < seen_floor))
        refuse(verdict, OUTCOME_SEEN);
    else if (!seen_is_stale(journal, line, head, &is_stale, err))
        return false;
    else if (is_stale && head->type != MESSAGE_WITHDRAWN)
        refuse(verdict, OUTCOME_STALE); /* a `withdrawn` stands beside an older entry */
    return true;
}

/* `type` is what the target must be for its sender's role; see message_types[].sender. */
static bool sender_may_name(const struct journal_line *line, enum message_type type,
                            const struct entry_row *target)
{
    enum message_sender sender =
        type < MESSAGE_TYPE_COUNT ? message_types[type].sender : SENDER_ANY;
    enum message_type about =
        type < MESSAGE_TYPE_COUNT ? message_types[type].about : MESSAGE_UNKNOWN;

    if (about != MESSAGE_UNKNOWN && target->type != (int64_t)about)
        return false;
    switch (sender) {
    case SENDER_REQUESTED:
        return journal_side(line, target->log) == SIDE_OWN && target->type == MESSAGE_REQUEST;
    case SENDER_HOLDER:
        return journal_side(line, target->log) == SIDE_OWN;
    case SENDER_WRITER:
        return journal_side(line, target->log) == SIDE_PARTNER;
    case SENDER_ANY:
    case SENDER_SELF:
        break;
    }
    return true;
}

/* Must lead to an entry that its writer can know and, with `is_subject`, that a sender of this type may name. */
static bool reference_check(struct journal *journal, struct journal_line *line,
                            const struct entry_row *row, const struct head *head,
                            const struct reference *reference, bool is_subject, struct arena *arena,
                            struct verdict *verdict, struct error *err)
{
    struct position from = {.entry = row->id, .seen = head->seen};
    struct entry_row target;

    if (verdict->outcome != OUTCOME_ACCEPTED)
        return true;
    if (!reference_resolve(journal, line, &from, reference, arena, &target, err)) {
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
        refuse(verdict, OUTCOME_UNRESOLVED);
        return true;
    }
    if (is_subject && !sender_may_name(line, head->type, &target))
        refuse(verdict, OUTCOME_UNRESOLVED);
    return true;
}

/* Business of a thread in which something is held waits with it; erasures, withdrawals and the books pass even there. */
static bool thread_check(struct journal *journal, struct journal_line *line,
                         const struct entry_row *row, const struct head *head,
                         struct verdict *verdict, struct error *err)
{
    bool is_held = false;

    if (verdict->outcome != OUTCOME_ACCEPTED || !message_type_is_business(head->type))
        return true;
    if (!held_thread_check(journal, line, row, head, &is_held, err))
        return false;
    if (is_held)
        hold(verdict, "thread");
    return true;
}

/* A message id stands for one message in all logs of its writer. */
static bool is_used_before(struct journal *journal, struct journal_line *line,
                           const struct entry_row *row, int64_t *count, struct error *err)
{
    *count = 0;
    for (size_t i = 0; *count == 0 && i < journal_log_count(line, SIDE_PARTNER); i++)
        if (!entry_count_message(journal->db, journal_log_id(line, SIDE_PARTNER, i),
                                 row->message_id, row->id, count, err))
            return false;
    return true;
}

static bool head_check(struct journal *journal, struct journal_line *line,
                       const struct entry_row *row, const struct head *head, uint64_t seen_floor,
                       struct arena *arena, struct verdict *verdict, struct error *err)
{
    int64_t earlier = 0;

    if (!is_used_before(journal, line, row, &earlier, err))
        return false;
    if (earlier > 0) {
        refuse(verdict, OUTCOME_DUPLICATE_ID);
        return true;
    }
    if (!position_check(journal, line, row, head, seen_floor, verdict, err))
        return false;
    if (head->has_in_reply_to &&
        !reference_check(journal, line, row, head, &head->in_reply_to, true, arena, verdict, err))
        return false;
    if (head->has_thread &&
        !reference_check(journal, line, row, head, &head->thread, false, arena, verdict, err))
        return false;
    if (verdict->outcome == OUTCOME_ACCEPTED && head->type == MESSAGE_UNKNOWN)
        hold(verdict, "type");
    if (!thread_check(journal, line, row, head, verdict, err))
        return false;
    if (verdict->outcome == OUTCOME_ACCEPTED && !message_type_is_exchanged(head->type))
        refuse(verdict, OUTCOME_MALFORMED); /* domestic types do not cross */
    return true;
}

/* An attachment: its salt came with the post; the rest is fetched. */
static bool attachment_settle(struct journal *journal, struct journal_line *line,
                              const struct part_row *row, const struct part *part,
                              const struct attachment *attachment, struct verdict *verdict,
                              struct error *err)
{
    uint8_t digest[DIGEST_SIZE];

    if (attachment == NULL || row->salt.size != SALT_SIZE) {
        refuse(verdict, OUTCOME_MALFORMED);
        return true;
    }
    part_digest_attachment(row->salt.data, attachment, digest);
    if (!digest_is_equal(digest, part->digest)) {
        refuse(verdict, OUTCOME_MALFORMED);
        return true;
    }
    struct part_row wanted = {.entry = row->entry,
                              .number = part->number,
                              .kind = PART_ROW_ATTACHMENT,
                              .digest = span_make(part->digest, DIGEST_SIZE),
                              .salt = row->salt,
                              .size = attachment->size,
                              .sha256 = span_make(attachment->sha256, DIGEST_SIZE),
                              .segments = attachment->segment_hashes,
                              .state = PART_WANTED};
    journal_event_add(journal, JOURNAL_PARTS, line, row->entry, 0);
    return part_remove(journal->db, row->entry, row->number, err) &&
           part_insert(journal->db, &wanted, err);
}

/* It was here before a restore, and its writer no longer holds it. */
static bool part_lose(struct journal *journal, struct journal_line *line,
                      const struct part_row *row, const struct part *part, struct error *err)
{
    struct part_row lost = {.entry = row->entry,
                            .number = part->number,
                            .kind = PART_ROW_SMALL,
                            .digest = span_make(part->digest, DIGEST_SIZE),
                            .salt = row->salt,
                            .size = part->size,
                            .sha256 = row->sha256,
                            .state = PART_LOST};

    line->resume.lost_parts++;
    return part_remove(journal->db, row->entry, row->number, err) &&
           part_insert(journal->db, &lost, err);
}

/* The parts that the body names: small ones came with the batch and must match; attachments become wanted. */
static bool part_settle(struct journal *journal, struct journal_line *line, int64_t entry,
                        const struct part *part, const struct attachment_list *attachments,
                        struct arena *arena, struct verdict *verdict, struct error *err)
{
    struct part_row row;

    if (!part_find(journal->db, arena, entry, part->number, &row, err)) {
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
        refuse(verdict, OUTCOME_MALFORMED);
        return true;
    }
    if (part->kind == PART_KIND_ATTACHMENT)
        return attachment_settle(journal, line, &row, part,
                                 attachment_list_find(attachments, part->number), verdict, err);
    if (span_equal(row.digest, span_make(part->digest, DIGEST_SIZE)))
        return true;
    refuse(verdict, OUTCOME_MALFORMED);
    return !verdict->is_given || part_lose(journal, line, &row, part, err);
}

static bool parts_settle(struct journal *journal, struct journal_line *line, int64_t entry,
                         enum part_kind kind, enum message_type type, const void *parsed,
                         struct arena *arena, struct verdict *verdict, struct error *err)
{
    const struct part_list *parts = NULL;
    const struct attachment_list *attachments = NULL;

    message_parts(type, parsed, &parts, &attachments);
    for (size_t i = 0; parts != NULL && i < parts->count && verdict->outcome == OUTCOME_ACCEPTED;
         i++)
        if (parts->items[i].kind == kind &&
            !part_settle(journal, line, entry, &parts->items[i], attachments, arena, verdict, err))
            return false;
    return true;
}

/* The items that came as small parts: read here, ruled like those in the body. */
static bool part_items_read(struct journal *journal, const struct entry_row *row,
                            enum message_type type, const void *parsed, struct item **items,
                            size_t *count, struct arena *arena, struct verdict *verdict,
                            struct error *err)
{
    static struct problems problems; /* the writer alone handles */
    const struct attachment_list *attachments = NULL;
    const struct part_list *parts = NULL;

    *count = 0;
    *items = arena_array(arena, ITEM_COUNT_MAX, sizeof **items);
    if (*items == NULL)
        return error_set(err, ERROR_LIMIT, "handling: out of memory");
    if (!message_parts(type, parsed, &parts, &attachments))
        return error_set(err, ERROR_BUG, "'%s' has no parts", message_type_name(type));
    for (size_t i = 0; i < parts->count && verdict->outcome == OUTCOME_ACCEPTED; i++) {
        struct part_row part;
        struct span bytes;
        if (parts->items[i].kind != PART_KIND_SMALL)
            continue;
        if (!part_find(journal->db, arena, row->id, parts->items[i].number, &part, err))
            return false;
        if (verdict->is_given && part.state != PART_HELD)
            continue;
        if (!journal_part(journal, &part, arena, &bytes, err))
            return false;
        problems_clear(&problems);
        if (*count == ITEM_COUNT_MAX || !item_read(bytes, arena, &(*items)[*count], &problems))
            refuse(verdict, OUTCOME_MALFORMED);
        else
            (*count)++;
    }
    return true;
}

/* What was said about the same request before. */
static bool clock_judged(struct journal *journal, struct journal_line *line,
                         const struct entry_row *row, const struct head *head, const void *parsed,
                         struct permit_question *question, struct arena *arena, struct error *err)
{
    struct position from = {.entry = row->id, .seen = head->seen};
    struct entry_row target;
    int64_t request = 0;
    bool is_there = false;

    question->parsed = parsed;
    return reference_resolve(journal, line, &from, &head->in_reply_to, arena, &target, err) &&
           clock_request_of(journal, head->type, &target, &request, &is_there, err) &&
           (!is_there || journal_clock_question(journal, request, false, question, arena, err));
}

/* What one officer sent alone is judged by our own request, not by what the answer says of it. */
static bool alone_judged(struct journal *journal, struct journal_line *line,
                         const struct entry_row *row, const struct head *head,
                         struct permit_question *question, struct arena *arena, struct error *err)
{
    struct position from = {.entry = row->id, .seen = head->seen};
    struct entry_row request;

    if (!head->has_in_reply_to)
        return true;
    return reference_resolve(journal, line, &from, &head->in_reply_to, arena, &request, err) &&
           alone_question_fill(journal, line, request.id, false, head->seen, question, err);
}

/* The agreement rules what crosses; the answer names the clause. */
static bool rule(struct journal *journal, struct journal_line *line, const struct entry_row *row,
                 const struct head *head, const void *parsed, struct verdict *verdict,
                 struct buffer *ruling_text, struct arena *arena, struct error *err)
{
    struct ruling ruling;
    struct item *items = NULL;
    const struct agreement *agreement = NULL;

    if (!version_agreement(journal, line, verdict->version, &agreement, err))
        return false;
    struct permit_question question = {
        .sender = agreement->parties[line->partner_side].party,
        .receiver = agreement->parties[line->own_side].party,
        .type = head->type,
        .created_ms = head->created_ms,
        .is_suspended = line->is_suspended && !verdict->is_given,
        .ends_ms =
            governance_ends(line, false, version_position(line, row->log, row->index), head->seen),
        .body_size = row->body_size};
    if (head->type == MESSAGE_REQUEST)
        question.request = parsed;
    if (head->type == MESSAGE_ANSWER)
        question.answer = parsed;
    if (head->type == MESSAGE_SPONTANEOUS)
        question.spontaneous = parsed;
    if (message_type_gives_items(head->type)) {
        if (!part_items_read(journal, row, head->type, parsed, &items, &question.part_item_count,
                             arena, verdict, err))
            return false;
        question.part_items = items;
    }
    if (message_type_is_of_clock(head->type) &&
        !clock_judged(journal, line, row, head, parsed, &question, arena, err))
        return false;
    if (question.answer != NULL && question.answer->emergency != URGENCY_NONE &&
        !alone_judged(journal, line, row, head, &question, arena, err))
        return false;
    if (verdict->outcome != OUTCOME_ACCEPTED)
        return true;
    agreement_permit(agreement, &question, &ruling);
    if (!ruling.is_allowed &&
        strcmp(ruling.clause, agreement_clauses[CLAUSE_SUSPENSION].number) == 0) {
        refuse(verdict, OUTCOME_SUSPENDED);
    } else if (!ruling.is_allowed) {
        verdict->clause = span_text(ruling.clause);
        refuse(verdict, OUTCOME_NOT_PERMITTED);
    }
    return ruling_write(&ruling, ruling_text, err);
}

/* Of the log in which it stands, as its entry 0, or of the partner's domestic log. */
static bool told_check(struct journal *journal, struct journal_line *line,
                       const struct entry_row *row, const struct succession *told,
                       struct arena *arena, struct verdict *verdict, struct error *err)
{
    struct succession_document document;
    char next[ORIGIN_SIZE_MAX + 1];

    if (!succession_check(journal, line, false, told, arena, &document, err) ||
        !succession_next(document.origin, next, err)) {
        refuse(verdict, OUTCOME_MALFORMED);
        bool is_theirs = err->kind == ERROR_INPUT || err->kind == ERROR_RULE;
        if (is_theirs)
            error_clear(err);
        return is_theirs;
    }
    if (!origin_is_domestic(document.origin) &&
        (row->index != 0 || strcmp(next, journal_origin(line, row->log)) != 0))
        refuse(verdict, OUTCOME_MALFORMED);
    return true;
}

/* An entry about the agreement itself, as governance.c reads it; `target` in the arena. */
static bool governance_entry_of(struct journal *journal, struct journal_line *line,
                                const struct entry_row *row, const struct head *head,
                                const void *parsed, int64_t version, struct arena *arena,
                                struct governance_entry *out, struct error *err)
{
    struct position from = {.entry = row->id, .seen = head->seen};
    struct entry_row *target = arena_alloc(arena, sizeof *target);

    if (target == NULL)
        return error_set(err, ERROR_LIMIT, "handling: out of memory");
    *out = (struct governance_entry){.entry = row->id,
                                     .position = version_position(line, row->log, row->index),
                                     .seen = head->seen,
                                     .type = head->type,
                                     .created_ms = head->created_ms,
                                     .version = version,
                                     .parsed = parsed};
    if (!head->has_in_reply_to)
        return true;
    out->target = target;
    return reference_resolve(journal, line, &from, &head->in_reply_to, arena, target, err);
}

static bool governance_judge(struct journal *journal, struct journal_line *line,
                             const struct entry_row *row, const struct head *head,
                             const void *parsed, struct arena *arena, struct verdict *verdict,
                             struct error *err)
{
    struct governance_entry entry;
    struct governance_refusal refusal;

    if (verdict->outcome != OUTCOME_ACCEPTED)
        return true;
    if (!governance_entry_of(journal, line, row, head, parsed, verdict->version, arena, &entry,
                             err) ||
        !governance_check(journal, line, &entry, &refusal, err))
        return false;
    if (!refusal.is_refused)
        return true;
    refuse(verdict, refusal.ground);
    if (refusal.ground == OUTCOME_NOT_PERMITTED)
        verdict->clause = span_text(refusal.clause);
    return true;
}

/* A further answer, and a request that asks again, name what was there before (earlier.h). */
static bool earlier_check(struct journal *journal, struct journal_line *line,
                          const struct entry_row *row, const struct head *head, const void *parsed,
                          struct arena *arena, struct verdict *verdict, struct error *err)
{
    const struct answer *answer = head->type == MESSAGE_ANSWER ? parsed : NULL;
    const struct request *request = head->type == MESSAGE_REQUEST ? parsed : NULL;
    const uint8_t *id = answer != NULL && answer->has_supplements   ? answer->supplements
                        : request != NULL && request->has_refers_to ? request->refers_to
                                                                    : NULL;
    struct earlier_question question = {.before = row->id,
                                        .id = id,
                                        .type = head->type,
                                        .about = answer != NULL ? head->in_reply_to.id : NULL};
    struct entry_row earlier;
    bool is_so = false;

    if (id == NULL)
        return true;
    if (!earlier_find(journal, line, &question, arena, &earlier, &is_so, err))
        return false;
    if (!is_so)
        refuse(verdict, OUTCOME_UNRESOLVED);
    return true;
}

/* What a body of the books names, must be there for its sender to name. */
static bool books_check(struct journal *journal, struct journal_line *line,
                        const struct entry_row *row, const struct head *head, const void *parsed,
                        struct arena *arena, struct verdict *verdict, struct error *err)
{
    const struct outcomes *outcomes = parsed;
    const struct parts_held *held = parsed;
    const struct erased *erased = parsed;

    if (head->type == MESSAGE_SUCCESSION)
        return told_check(journal, line, row, parsed, arena, verdict, err);
    if (head->type == MESSAGE_OUTCOMES && outcomes->to > head->seen)
        refuse(verdict, OUTCOME_UNRESOLVED);
    if (head->type == MESSAGE_PARTS_HELD)
        return reference_check(journal, line, row, head, &held->item, true, arena, verdict, err);
    if (head->type == MESSAGE_ERASED)
        return reference_check(journal, line, row, head, &erased->item, true, arena, verdict, err);
    if (message_type_is_governance(head->type))
        return governance_judge(journal, line, row, head, parsed, arena, verdict, err);
    return true;
}

/* Reads and rules the body. `*parsed` stays NULL when there is none. */
static bool body_judge(struct journal *journal, struct journal_line *line,
                       const struct entry_row *row, const struct head *head, struct span body,
                       const void **parsed, struct verdict *verdict, struct buffer *ruling_text,
                       struct arena *arena, struct error *err)
{
    static struct problems problems; /* the writer alone handles */

    if (!head->has_body || row->body_state != BODY_HELD)
        return true;
    problems_clear(&problems);
    *parsed = message_read(head->type, body, arena, &problems);
    if (*parsed == NULL) {
        refuse(verdict, OUTCOME_MALFORMED);
        return true;
    }
    if (!books_check(journal, line, row, head, *parsed, arena, verdict, err) ||
        !earlier_check(journal, line, row, head, *parsed, arena, verdict, err) ||
        !parts_settle(journal, line, row->id, PART_KIND_SMALL, head->type, *parsed, arena, verdict,
                      err))
        return false;
    if (verdict->outcome == OUTCOME_ACCEPTED &&
        !rule(journal, line, row, head, *parsed, verdict, ruling_text, arena, err))
        return false;
    /* What is refused is not fetched. */
    return verdict->outcome != OUTCOME_ACCEPTED ||
           parts_settle(journal, line, row->id, PART_KIND_ATTACHMENT, head->type, *parsed, arena,
                        verdict, err);
}

static bool entry_time(struct journal *journal, struct journal_line *line,
                       const struct entry_row *row, int64_t *time_s, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct receipt_row receipt;
    size_t count = 0;

    if (!receipt_list(journal->db, &arena, row->log, row->index, &receipt, 1, &count, err))
        return false;
    if (count == 0)
        return error_set(err, ERROR_STORE, "log %s: index %" PRId64 " has no receipt",
                         journal_origin(line, row->log), row->index);
    *time_s = receipt.time_s;
    return true;
}

/* "not_permitted 4.2", "held"; empty when accepted. */
static struct span verdict_ground(const struct verdict *verdict, struct arena *arena)
{
    char text[64];
    struct span copy = {NULL, 0};

    if (verdict->outcome == OUTCOME_ACCEPTED)
        return copy;
    if (verdict->outcome == OUTCOME_HELD)
        return span_text(verdict->held_for);
    snprintf(text, sizeof text, "%s%s%.*s", outcome_ground_names[verdict->ground],
             verdict->clause.size > 0 ? " " : "", SPAN_ARG(verdict->clause));
    arena_copy(arena, span_text(text), &copy);
    return copy;
}

/* One entry to be handled: for the first time, or again after it was held. */
struct attempt {
    const struct entry_row *row;
    int64_t time_s;
    bool was_held;
    uint64_t seen_floor;
};

static bool entry_judge(struct journal *journal, struct journal_line *line,
                        const struct attempt *attempt, const struct head *head, struct span *body,
                        const void **parsed, struct verdict *verdict, struct buffer *ruling_text,
                        struct arena *arena, struct error *err)
{
    const struct entry_row *row = attempt->row;

    if (!head_check(journal, line, row, head, attempt->seen_floor, arena, verdict, err))
        return false;
    if (attempt->was_held && row->body_state == BODY_ERASED && verdict->outcome != OUTCOME_REFUSED)
        refuse_erased(verdict);
    if (verdict->outcome != OUTCOME_ACCEPTED)
        return true;
    if (row->body_state == BODY_HELD && !journal_body(journal, row, arena, body, err))
        return false;
    return body_judge(journal, line, row, head, *body, parsed, verdict, ruling_text, arena, err);
}

static bool governance_take(struct journal *journal, struct journal_line *line,
                            const struct entry_row *row, const struct head *head,
                            const void *parsed, int64_t version, struct arena *arena,
                            struct error *err)
{
    struct governance_entry entry;

    return governance_entry_of(journal, line, row, head, parsed, version, arena, &entry, err) &&
           governance_settle(journal, line, &entry, err);
}

/* The journal row, and what follows from it. */
static bool entry_record(struct journal *journal, struct journal_line *line,
                         const struct attempt *attempt, const struct head *head, struct span body,
                         const void *parsed, const struct verdict *verdict, struct span ruling,
                         struct arena *arena, struct error *err)
{
    struct sequence_row sequence = {.kind = SEQUENCE_HANDLED,
                                    .entry = attempt->row->id,
                                    .log = attempt->row->log,
                                    .time_s = attempt->time_s,
                                    .version = verdict->version != 0 ? verdict->version
                                                                     : line->agreement.version,
                                    .outcome = verdict->outcome,
                                    .ground = verdict_ground(verdict, arena),
                                    .ruling = ruling};
    struct apply_input input = {.row = &sequence,
                                .line = line,
                                .entry = attempt->row,
                                .head = head,
                                .body = body,
                                .parsed = parsed,
                                .is_own = false};

    if (!sequence_add(journal, &sequence, err))
        return false;
    if ((verdict->outcome == OUTCOME_HELD || attempt->was_held) &&
        !apply_held(journal, line, &sequence, attempt->row, head, err))
        return false;
    if ((verdict->outcome != OUTCOME_ACCEPTED || attempt->was_held) &&
        !retention_apply_plain(journal, &input, err))
        return false;
    cache_forget(journal->cache, attempt->row->id);
    if (verdict->outcome != OUTCOME_REFUSED && is_ordered_by_seen(head, attempt->row) &&
        head->seen > line->last_seen)
        line->last_seen = head->seen;
    if (verdict->outcome != OUTCOME_ACCEPTED)
        return true;
    return apply_entry(journal, &input, arena, err) &&
           (parsed == NULL || !message_type_is_governance(head->type) ||
            governance_take(journal, line, attempt->row, head, parsed, verdict->version, arena,
                            err));
}

static bool entry_handle(struct journal *journal, struct journal_line *line,
                         const struct attempt *attempt, struct verdict *verdict,
                         enum message_type *type, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
    struct buffer ruling_text CLEANUP(buffer_free) = buffer_make(4096);
    struct head head = {.type = MESSAGE_UNKNOWN};
    struct span body = {NULL, 0};
    const void *parsed = NULL;

    *verdict = (struct verdict){.outcome = OUTCOME_ACCEPTED};
    if (!head_read_known(journal, attempt->row->head, &arena, &head, err)) {
        error_clear(err);
        refuse(verdict, OUTCOME_MALFORMED);
    } else if (!entry_judge(journal, line, attempt, &head, &body, &parsed, verdict, &ruling_text,
                            &arena, err)) {
        return false;
    }
    *type = head.type;
    if (attempt->was_held && verdict->outcome == OUTCOME_HELD)
        return true; /* as before: nothing is recorded */
    return entry_record(journal, line, attempt, &head, body, parsed, verdict,
                        buffer_span(&ruling_text), &arena, err);
}

bool handle_again(struct journal *journal, struct journal_line *line, const struct entry_row *row,
                  const struct handled_before *before, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
    struct buffer ruling_text CLEANUP(buffer_free) = buffer_make(4096);
    struct verdict verdict = {.outcome = before->outcome,
                              .ground = before->ground,
                              .clause = before->clause,
                              .held_for = "before",
                              .is_given = true};
    struct head head;
    struct error unread = {0};
    struct span body = {NULL, 0};
    const void *parsed = NULL;
    int64_t time_s = 0;

    if (!entry_time(journal, line, row, &time_s, err))
        return false;
    /* What was refused was ruled under the version of its place too, whatever is in force by now; what was malformed may have
     * had none. */
    bool is_malformed = before->outcome == OUTCOME_REFUSED && before->ground == OUTCOME_MALFORMED;
    if (head_read(row->head, &arena, &head, &unread) && !is_malformed)
        verdict.version =
            version_at(line, false, version_position(line, row->log, row->index), head.seen);
    if (before->outcome == OUTCOME_ACCEPTED) {
        if (unread.kind != ERROR_NONE) {
            *err = unread;
            return false;
        }
        if ((row->body_state == BODY_HELD && !journal_body(journal, row, &arena, &body, err)) ||
            !body_judge(journal, line, row, &head, body, &parsed, &verdict, &ruling_text, &arena,
                        err))
            return false;
    }
    struct sequence_row sequence = {.kind = SEQUENCE_HANDLED,
                                    .entry = row->id,
                                    .log = row->log,
                                    .time_s = time_s,
                                    .version = verdict.version != 0 ? verdict.version
                                                                    : line->agreement.version,
                                    .outcome = verdict.outcome,
                                    .ground = verdict_ground(&verdict, &arena),
                                    .ruling = buffer_span(&ruling_text)};
    return sequence_add(journal, &sequence, err);
}

/* The fault is this entry's: it is held for an administrator, and the others go on. */
static bool entry_hold(struct journal *journal, struct journal_line *line,
                       const struct attempt *attempt, struct verdict *verdict, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct head head = {.type = MESSAGE_UNKNOWN};
    struct error ignored = {0};

    *verdict = (struct verdict){.outcome = OUTCOME_ACCEPTED};
    hold(verdict, "failed");
    if (attempt->was_held)
        return true;
    if (head_read_known(journal, attempt->row->head, &arena, &head, &ignored))
        verdict->version = version_at(
            line, false, version_position(line, attempt->row->log, attempt->row->index), head.seen);
    return entry_record(journal, line, attempt, &head, span_make(NULL, 0), NULL, verdict,
                        span_make(NULL, 0), &arena, err);
}

/* Each entry in a savepoint of its own. What fails while disk and keeper are well, fails for this entry alone. */
static bool entry_try(struct journal *journal, struct journal_line *line,
                      const struct attempt *attempt, struct verdict *verdict,
                      enum message_type *type, struct error *err)
{
    uint64_t last_seen = line->last_seen;
    struct governance_marks marks = governance_mark(line);
    struct error failure = {0};

    *type = MESSAGE_UNKNOWN;
    if (!database_savepoint(journal->db, err))
        return false;
    if (entry_handle(journal, line, attempt, verdict, type, &failure))
        return database_release(journal->db, err);
    line->last_seen = last_seen;
    governance_restore(line, &marks);
    *err = failure;
    if (database_is_dead(journal->db) || failure.kind == ERROR_BUSY)
        return false;
    if (!database_rollback_savepoint(journal->db, err) || !keeper_status(&journal->keeper, err))
        return false;
    snprintf(line->stuck_reason, sizeof line->stuck_reason, "index %" PRId64 " is held: %.400s",
             attempt->row->index, failure.text);
    error_clear(err);
    return entry_hold(journal, line, attempt, verdict, err);
}

/* What goes back for one range. */
struct report {
    struct outcomes outcomes;
    struct outcome_refused refused[OUTCOMES_COUNT_MAX];
    uint64_t held[OUTCOMES_COUNT_MAX];
    bool is_owed;
};

static void report_add(struct report *report, uint64_t position, const struct verdict *verdict,
                       enum message_type type)
{
    struct outcomes *outcomes = &report->outcomes;

    if (verdict->outcome != OUTCOME_ACCEPTED || message_type_owes_outcome(type))
        report->is_owed = true;
    outcomes->to = position + 1;
    if (verdict->outcome == OUTCOME_HELD)
        report->held[outcomes->held_count++] = position;
    if (verdict->outcome == OUTCOME_REFUSED)
        report->refused[outcomes->refused_count++] = (struct outcome_refused){
            .index = position, .ground = verdict->ground, .clause = verdict->clause};
}

/* `seen`: what is handled, and so known: the version that it rules is ours by then. In a log that stands still it waits for
 * the successor: the partner must learn what came of its entries. */
static bool report_append(struct journal *journal, struct journal_line *line, struct report *report,
                          uint64_t seen, struct error *err)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct appended appended;

    if (!report->is_owed)
        return true;
    report->outcomes.refused = report->refused;
    report->outcomes.held = report->held;
    if (!outcomes_write(&report->outcomes, &body))
        return error_set(err, ERROR_BUG, "outcomes of log %s do not fit", line->in.origin);
    struct draft draft = {.type = MESSAGE_OUTCOMES,
                          .seen = &seen,
                          .unit = journal_unit(journal, line),
                          .body = buffer_span(&body),
                          .may_wait = true};
    return journal_append(journal, line, &draft, &appended, err);
}

#define HANDLE_COUNT 256u
#define HELD_COUNT   64u /* held entries tried again in one transaction */
#define HANDLE_ARENA_MAX                                                                           \
    (HANDLE_COUNT * ((size_t)BODY_SIZE_MAX + 8192)) /* all of them with bodies */
#define HANDLE_RETRY_MS 1000

/* The log of the partner whose entries come next, from where to where. */
struct stretch {
    int64_t log;
    uint64_t base;
    uint64_t from;
    uint64_t to;
    uint64_t *handled;
};

static struct stretch stretch_next(struct journal_line *line)
{
    struct journal_chain *chain = &line->in_past;

    for (size_t i = 0; i < chain->count; i++) {
        struct journal_past *past = &chain->past[i];
        if (past->handled < past->size)
            return (struct stretch){past->id, past->base, past->handled, past->size,
                                    &past->handled};
    }
    return (struct stretch){line->in.id, chain->base, line->handled, line->in.size, &line->handled};
}

/* A log that ended with a restore can report nothing: what owes an outcome waits for the successor. */
static size_t reportable_count(struct journal_line *line, const struct entry_row *rows,
                               size_t count)
{
    size_t at = 0;

    if (line->resume.state != RESUME_DONE)
        return count;
    while (at < count && !message_type_owes_outcome((enum message_type)rows[at].type))
        at++;
    if (at < count)
        line->waits_at = journal_handled(line) + at + 1;
    return at;
}

static bool range_handle(struct journal *journal, struct journal_line *line,
                         const struct stretch *next, struct report *report, uint64_t *handled,
                         struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(HANDLE_ARENA_MAX);
    struct entry_row *rows = arena_array(&arena, HANDLE_COUNT, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "handling: out of memory");
    if (!entry_list_range(journal->db, &arena, next->log, (int64_t)next->from, (int64_t)next->to,
                          rows, HANDLE_COUNT, &count, err))
        return false;
    count = reportable_count(line, rows, count);
    report->outcomes.from = next->base + next->from;
    for (size_t i = 0; i < count; i++) {
        struct verdict verdict;
        enum message_type type;
        struct attempt attempt = {.row = &rows[i], .seen_floor = line->last_seen};
        line->known = next->base + (uint64_t)rows[i].index + 1;
        if (!entry_time(journal, line, &rows[i], &attempt.time_s, err) ||
            !entry_try(journal, line, &attempt, &verdict, &type, err))
            return error_add(err, "handling %s index %" PRId64, journal_origin(line, next->log),
                             rows[i].index);
        report_add(report, next->base + (uint64_t)rows[i].index, &verdict, type);
        if (verdict.outcome == OUTCOME_HELD)
            journal_event_add(journal, JOURNAL_ALARM, line, rows[i].id, 0);
    }
    *handled = next->from + count;
    return log_set_handled(journal->db, next->log, (int64_t)*handled, (int64_t)line->last_seen,
                           err);
}

/* Nothing of the range was applied; it is shown, and tried again after a while. */
static void line_stick(struct journal *journal, struct journal_line *line, const struct error *err)
{
    if (!line->is_stuck)
        journal_event_add(journal, JOURNAL_ALARM, line, 0, journal_handled(line));
    line->is_stuck = true;
    line->stuck_until_ms = journal->env->monotonic_ms(journal->env->context) + HANDLE_RETRY_MS;
    snprintf(line->stuck_reason, sizeof line->stuck_reason, "%s", err->text);
}

bool handle_line(struct journal *journal, struct journal_line *line, struct error *err)
{
    struct report *report = calloc(1, sizeof *report);
    struct stretch next = stretch_next(line);
    uint64_t handled = next.from;
    uint64_t last_seen = line->last_seen;
    struct governance_marks marks = governance_mark(line);

    if (report == NULL) {
        error_set(err, ERROR_LIMIT, "handling: out of memory");
        line_stick(journal, line, err);
        error_clear(err);
        return true;
    }
    bool ok = database_begin(journal->db, DATABASE_NORMAL, err) &&
              seal_store_signatures(journal, err) &&
              range_handle(journal, line, &next, report, &handled, err) &&
              report_append(journal, line, report, next.base + handled, err);
    bool is_committed = ok && database_commit(journal->db, err);
    free(report);
    line->known = 0;
    if (is_committed) {
        seal_signatures_stored(journal);
        *next.handled = handled;
        line->is_stuck = false;
        return true;
    }
    database_rollback(journal->db);
    line->last_seen = last_seen;
    governance_restore(line, &marks);
    if (ok || database_is_dead(journal->db))
        return false; /* a commit that failed may stand after all: nothing is written over it */
    line_stick(journal, line, err);
    error_clear(err);
    return true;
}

/* --- what was held --- */

/* An entry that passes now, or is refused now: *is_settled, and its outcome goes out. */
static bool held_try(struct journal *journal, struct journal_line *line, int64_t entry,
                     struct report *report, bool *is_settled, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
    struct entry_row row;
    struct attempt attempt = {.row = &row, .was_held = true};
    struct head head;
    struct verdict verdict;
    enum message_type type = MESSAGE_UNKNOWN;

    *is_settled = false;
    if (!entry_find(journal->db, &arena, entry, &row, err) ||
        !head_read_known(journal, row.head, &arena, &head, err))
        return false;
    if (head.type == MESSAGE_UNKNOWN && row.body_state != BODY_ERASED)
        return true;
    bool is_known_now = row.type == MESSAGE_UNKNOWN && head.type != MESSAGE_UNKNOWN;
    row.type = head.type;
    if (!held_seen_floor(journal, line, row.log, row.index, &attempt.seen_floor, err) ||
        !entry_time(journal, line, &row, &attempt.time_s, err) ||
        !entry_try(journal, line, &attempt, &verdict, &type, err))
        return error_add(err, "handling %s index %" PRId64 " anew", line->in.origin, row.index);
    *is_settled = verdict.outcome != OUTCOME_HELD;
    if (!*is_settled)
        return true;
    if (is_known_now && !entry_set_type(journal->db, entry, head.type, err))
        return false;
    memset(&report->outcomes, 0, sizeof report->outcomes);
    uint64_t position = 0;
    chain_position(line, SIDE_PARTNER, row.log, (uint64_t)row.index, &position);
    report->outcomes.from = position;
    report_add(report, position, &verdict, type);
    report->is_owed = true; /* the sender heard `held` */
    return report_append(journal, line, report, journal_handled(line), err);
}

static bool held_round(struct journal *journal, struct journal_line *line, struct report *report,
                       int64_t *after, bool *is_last, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct held_row rows[HELD_COUNT];
    size_t count = 0;

    if (!journal_held_list(journal->db, line, *after, &arena, rows, HELD_COUNT, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool is_settled;
        if (!held_try(journal, line, rows[i].entry, report, &is_settled, err))
            return false;
        *after = rows[i].entry;
    }
    *is_last = count < HELD_COUNT;
    return log_set_handled(journal->db, line->in.id, (int64_t)line->handled,
                           (int64_t)line->last_seen, err);
}

/* A failure ends this try; the next open or an administrator begins another. */
bool release_line(struct journal *journal, struct journal_line *line, struct error *err)
{
    struct report *report = calloc(1, sizeof *report);
    uint64_t last_seen = line->last_seen;
    struct governance_marks marks = governance_mark(line);
    int64_t after = line->release_after;
    bool is_last = false;

    line->is_releasing = false;
    if (report == NULL)
        return true;
    bool ok = database_begin(journal->db, DATABASE_NORMAL, err) &&
              seal_store_signatures(journal, err) &&
              held_round(journal, line, report, &after, &is_last, err);
    bool is_committed = ok && database_commit(journal->db, err);
    free(report);
    if (is_committed) {
        seal_signatures_stored(journal);
        line->release_after = after;
        line->is_releasing = !is_last;
        return true;
    }
    database_rollback(journal->db);
    line->last_seen = last_seen;
    governance_restore(line, &marks);
    if (ok || database_is_dead(journal->db))
        return false;
    snprintf(line->stuck_reason, sizeof line->stuck_reason, "%s", err->text);
    journal_event_add(journal, JOURNAL_ALARM, line, 0, 0);
    error_clear(err);
    return true;
}
