/*
 * What the agreement rules, held against the books: no answer that gives something, and nothing given unasked, by one officer's
 * word, and nothing of the partner accepted by a node that has suspended the agreement. Whether anything passed under a version that not both signed
 * is audit_agreement.c's, and whether both clocks agree to the second audit_logs.c's.
 */
#include "sim/audit.h"

#include "journal/private.h"
#include "message/answer.h"
#include "message/spontaneous.h"

#include <inttypes.h>
#include <stdio.h>

/* --- four eyes --- */

/* What the agreement of these histories wants approved: an answer that gives something, and whatever is given unasked. */
static bool second_check(struct node *from, const char *what, struct span officer,
                         struct span approved_by)
{
    char name[72];

    snprintf(name, sizeof name, "%s of two officers", what);
    tally_add("approval", name);
    return (approved_by.size > 0 && !span_equal(officer, approved_by)) ||
           world_fail(from->world, "%s gives something by one officer's word (%s)", from->party,
                      what);
}

static bool answer_check(struct node *from, const struct answer *answer)
{
    size_t given = answer->item_count + answer->parts.count + answer->attachments.count;

    return given == 0 || second_check(from, "answers", answer->officer, answer->approved_by);
}

static bool spontaneous_check(struct node *from, const struct spontaneous *given)
{
    return second_check(from, "unasked", given->officer, given->approved_by);
}

/* Its body, as long as `holder` has it. */
static bool approval_check(struct node *holder, const struct entry_row *row, struct arena *arena)
{
    static struct problems problems;
    struct error err = {0};
    struct span body;

    problems_clear(&problems);
    if (!journal_body(&holder->journal, row, arena, &body, &err))
        return world_fail(holder->world, "%s: what is given cannot be read: %s", holder->party,
                          err.text);
    const void *parsed = message_read((enum message_type)row->type, body, arena, &problems);
    if (parsed == NULL)
        return world_fail(holder->world, "%s: what is given has no form", holder->party);
    return row->type == MESSAGE_ANSWER ? answer_check(holder, parsed)
                                       : spontaneous_check(holder, parsed);
}

bool audit_approvals(struct node *from)
{
    uint64_t size = chain_size(line_of(from), SIDE_OWN);
    struct error err = {0};

    for (uint64_t at = 0; at < size; at++) {
        struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
        struct entry_row row;
        int64_t log = 0;
        uint64_t index = 0;
        chain_place(line_of(from), SIDE_OWN, at, &log, &index);
        if (!entry_find_index(from->db, &arena, log, (int64_t)index, &row, &err))
            return world_fail(from->world, "%s: position %" PRIu64 " cannot be read: %s",
                              from->party, at, err.text);
        if ((row.type == MESSAGE_ANSWER || row.type == MESSAGE_SPONTANEOUS) &&
            row.body_state == BODY_HELD && !approval_check(from, &row, &arena))
            return false;
    }
    return true;
}

/* --- a suspension is at once --- */

/* Of the partner's entries [from, to) of the mirror: none of business was accepted. */
static bool none_accepted(struct node *node, uint64_t from, uint64_t to)
{
    for (uint64_t at = from; at < to; at++) {
        struct arena arena CLEANUP(arena_free) = arena_make(1u << 20);
        struct entry_row row;
        struct sequence_row sequence;
        struct error err = {0};
        if (!entry_find_index(node->db, &arena, line_of(node)->in.id, (int64_t)at, &row, &err) ||
            !sequence_of_entry(node->db, &arena, row.id, &sequence, &err) ||
            !message_type_is_business((enum message_type)row.type) || row.body_state != BODY_HELD)
            continue; /* not handled yet, or nothing is left of its business */
        if (sequence.outcome == OUTCOME_ACCEPTED)
            return world_fail(node->world,
                              "%s accepted entry %" PRIu64 " (%s) while it suspended the agreement",
                              node->party, at, message_type_name((enum message_type)row.type));
        tally_add("suspension", "refused what came meanwhile");
    }
    return true;
}

/* Between two looks the suspension of this side stood, by what its officers were told and by its books, in one opening of
 * one log. */
bool audit_suspended(struct node *node)
{
    struct journal_line *line = line_of(node);
    struct suspended_look *look = &node->look;
    bool stands = node->is_up && node->has_books && node->is_suspended && line->is_suspended_by_us;
    bool ok = true;

    if (stands && look->stood && look->log == line->in.id && line->handled > look->handled &&
        look->openings == node->openings)
        ok = none_accepted(node, look->handled, line->handled);
    look->stood = stands;
    look->log = line->in.id;
    look->handled = line->handled;
    look->openings = node->openings;
    return ok;
}
