/*
 * Erasure. An exchanged body or part leaves with its wrapped key, every derived row that names it leaves too, and an
 * `erased` entry in our outgoing log says so, so that resume, restore and rebuild repeat it before anything is shown. The
 * entry itself stays: the tree remains whole.
 */
#include "journal/private.h"
#include "journal/in_force.h"

#include "message/erased.h"
#include "store/attachment_file.h"
#include "store/derived_rows.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"

/* The file goes after the commit: an erasure that is undone must find it. */
static bool file_drop(struct journal *journal, struct span file, struct error *err)
{
    return file.size != ATTACHMENT_ID_SIZE || buffer_add(&journal->drops, file) ||
           error_set(err, ERROR_LIMIT, "erasing: too many attachments at once");
}

static bool part_forget(struct journal *journal, const struct part_row *part, struct error *err)
{
    if (part->state == PART_ERASED || part->state == PART_LOST)
        return true;
    cache_forget(journal->cache, part->entry);
    return part_erase(journal->db, part->entry, part->number, PART_ERASED, err) &&
           file_drop(journal, part->file, err);
}

static bool parts_forget(struct journal *journal, int64_t entry, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
    struct part_row *rows = arena_array(&arena, PART_COUNT_MAX, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "erasing: out of memory");
    if (!part_list(journal->db, &arena, entry, rows, PART_COUNT_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!part_forget(journal, &rows[i], err))
            return false;
    return true;
}

bool body_forget(struct journal *journal, int64_t entry, enum body_state state, struct error *err)
{
    cache_forget(journal->cache, entry);
    return entry_erase_body(journal->db, entry, state, err) && parts_forget(journal, entry, err) &&
           derived_erase(journal->db, entry, err);
}

bool part_forget_number(struct journal *journal, int64_t entry, uint16_t number, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
    struct part_row part;

    return part_find(journal->db, &arena, entry, number, &part, err) &&
           part_forget(journal, &part, err) && derived_erase_part(journal->db, entry, number, err);
}

static bool erased_append(struct journal *journal, struct journal_line *line,
                          const struct entry_row *row, uint16_t number, enum erase_reason reason,
                          struct error *err)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct appended appended;
    struct erased erased = {.item = {.origin = span_text(journal_origin(line, row->log))},
                            .part = number,
                            .reason = reason,
                            .erased_at_ms = journal_now_ms(journal)};

    memcpy(erased.item.id, row->message_id.data, UUID_SIZE);
    if (!erased_write(&erased, &body))
        return error_set(err, ERROR_BUG, "an erasure does not fit");
    struct draft draft = {
        .type = MESSAGE_ERASED, .unit = journal_unit(journal, line), .body = buffer_span(&body)};
    return journal_append(journal, line, &draft, &appended, err);
}

bool entry_is_in_custody(const struct journal_line *line, const struct entry_row *row)
{
    return row->index != ENTRY_WAITING &&
           (row->log != line->out.id || (uint64_t)row->index < line->cosigned);
}

/* A post that lacks the body must reach its `withdrawn`; those of one batch go together. */
static bool withdrawn_fits(struct journal *journal, struct journal_line *line,
                           const struct entry_row *row, struct error *err)
{
    int64_t size = 0;

    if (row->index == ENTRY_WAITING)
        return true;
    if (!entry_range_size(journal->db, line->out.id, (int64_t)line->cosigned,
                          (int64_t)line->out.size, &size, err))
        return false;
    return (line->out.size - line->cosigned + JOB_COUNT_MAX <= SEAL_COUNT_MAX &&
            size <= (int64_t)POST_CONTENT_MAX) ||
           error_set(err, ERROR_BUSY,
                     "entry %" PRId64 " is on its way with too many others: wait for its receipt",
                     row->id);
}

/* It will stand behind its waiting entry, or behind the last numbered one: before entries that wait already, whose `seen`
 * must not be less than its own; and under the version that rules there. */
static bool withdrawn_place(struct journal *journal, struct journal_line *line,
                            const struct entry_row *row, uint64_t *seen, int64_t *version,
                            struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
    struct entry_row last = *row;
    struct head head;

    if (row->index != ENTRY_WAITING && !entry_find_index(journal->db, &arena, line->out.id,
                                                         (int64_t)line->out.size - 1, &last, err))
        return false;
    if (!head_read(last.head, &arena, &head, err))
        return false;
    *seen = head.seen;
    *version = row->index == ENTRY_WAITING
                   ? (int64_t)head.agreement_version
                   : version_at(line, true, chain_size(line, SIDE_OWN), head.seen);
    return true;
}

static bool withdrawn_append(struct journal *journal, struct journal_line *line,
                             const struct entry_row *row, struct error *err)
{
    struct reference item = {.origin = span_text(line->out.origin)};
    uint64_t seen = 0;
    struct draft draft = {.type = MESSAGE_WITHDRAWN,
                          .in_reply_to = &item,
                          .seen = &seen,
                          .unit = journal_unit(journal, line)};
    struct appended appended;

    memcpy(item.id, row->message_id.data, UUID_SIZE);
    if (!withdrawn_fits(journal, line, row, err) ||
        !withdrawn_place(journal, line, row, &seen, &draft.version, err) ||
        !journal_append(journal, line, &draft, &appended, err))
        return false;
    line->owes_withdrawn = line->owes_withdrawn || row->index != ENTRY_WAITING;
    return true;
}

/* Outcomes, receipts of parts, erasures: what a rebuild and a resume need. */
static bool is_of_the_books(enum message_type type)
{
    return type > MESSAGE_UNKNOWN && type < MESSAGE_TYPE_COUNT &&
           message_types[type].retention == RETENTION_BOOKS;
}

//= dir-2016-680 art 16(2)
bool journal_erase(struct journal *journal, struct journal_line *line, int64_t entry,
                   uint16_t number, enum erase_reason reason, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
    struct entry_row row;

    if (!entry_find(journal->db, &arena, entry, &row, err))
        return false;
    enum log_side side = journal_side(line, row.log);
    if (side == SIDE_NONE || row.message_id.size != UUID_SIZE)
        return error_set(err, ERROR_MISSING, "entry %" PRId64 " is not of agreement %s", entry,
                         line->agreement_id);
    if (row.body_state != BODY_HELD)
        return error_set(err, ERROR_CONFLICT,
                         "the body of entry %" PRId64 " is not held here any more", entry);
    if (is_of_the_books((enum message_type)row.type))
        return error_set(
            err, ERROR_RULE,
            "entry %" PRId64 " is about the exchange itself and names no person: it stays", entry);
    if (number != 0 && side == SIDE_OWN && !entry_is_in_custody(line, &row))
        return error_set(err, ERROR_CONFLICT,
                         "entry %" PRId64 " is not delivered yet: withdraw the whole message",
                         entry);
    if (number == 0 ? !body_forget(journal, entry, BODY_ERASED, err)
                    : !part_forget_number(journal, entry, number, err))
        return error_add(err, "erasing entry %" PRId64, entry);
    /* What was held and is gone cannot be handled any more: its thread waits no longer. */
    if (number == 0 && side == SIDE_PARTNER)
        line_release(line);
    /* A post that lacks the body needs the partner's tree to say why. */
    if (number == 0 && side == SIDE_OWN && !entry_is_in_custody(line, &row) &&
        !withdrawn_append(journal, line, &row, err))
        return false;
    return erased_append(journal, line, &row, number, reason, err);
}

bool journal_withdraw(struct journal *journal, struct journal_line *line, int64_t entry,
                      struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
    struct entry_row row;

    if (!entry_find(journal->db, &arena, entry, &row, err))
        return false;
    if (journal_side(line, row.log) != SIDE_OWN || row.body_state != BODY_HELD)
        return error_set(err, ERROR_CONFLICT, "entry %" PRId64 " is not ours to withdraw", entry);
    if (message_type_is_governance((enum message_type)row.type))
        return error_set(err, ERROR_RULE,
                         "entry %" PRId64 " is about the agreement itself: it stays", entry);
    if (entry_is_in_custody(line, &row))
        return error_set(err, ERROR_CONFLICT,
                         "entry %" PRId64 " is in the partner's custody: recall or erase it",
                         entry);
    if (!body_forget(journal, entry, BODY_WITHDRAWN, err))
        return error_add(err, "withdrawing entry %" PRId64, entry);
    return withdrawn_append(journal, line, &row, err);
}
