/*
 * What the courier asks of the writer: to prepare a call, and to take its answer into the books.
 */
#include "exchange/private.h"

#include "journal/contact.h"
#include "message/parts_held.h"
#include "store/part_rows.h"

#include <inttypes.h>
#include "base/text.h"

#include <stdio.h>

static struct journal_line *line_of(const struct operation *operation)
{
    return &operation->exchange->journal->lines[operation->partner->line];
}

/* --- fetch --- */

static bool fetch_fill(struct fetch *fetch, const struct part_row *row, uint64_t index,
                       struct error *err)
{
    fetch_end(fetch);
    buffer_free(&fetch->segments);
    fetch->segments = buffer_make(BODY_SIZE_MAX);
    fetch->entry = row->entry;
    fetch->number = (uint16_t)row->number;
    fetch->index = index;
    fetch->size = row->size;
    if (row->sha256.size != DIGEST_SIZE || row->file.size != ATTACHMENT_ID_SIZE ||
        row->part_key.size != KEEPER_WRAPPED_SIZE || !buffer_add(&fetch->segments, row->segments))
        return error_set(err, ERROR_STORE, "the row of an attachment is cut");
    memcpy(fetch->sha256, row->sha256.data, DIGEST_SIZE);
    memcpy(fetch->id, row->file.data, ATTACHMENT_ID_SIZE);
    memcpy(fetch->wrapped, row->part_key.data, KEEPER_WRAPPED_SIZE);
    return true;
}

/* The oldest attachment that is wanted and not given up; gets its file and key when the fetch begins. */
static bool fetch_prepare(struct journal *journal, struct operation *operation, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u * 1024 * 1024);
    struct part_row row;
    struct entry_row entry;
    size_t count = 0;
    struct keeper_wrapped key;
    uint8_t id[ATTACHMENT_ID_SIZE];

    if (!part_list_wanted(journal->db, &arena, line_of(operation)->in.id, &row, 1, &count, err))
        return false;
    if (count == 0)
        return error_set(err, ERROR_MISSING, "no attachment is wanted");
    if (!entry_find(journal->db, &arena, row.entry, &entry, err))
        return false;
    if (row.file.size == 0) {
        if (!keeper_make_keys(&journal->keeper, &key, 1, err))
            return false;
        journal->env->random(journal->env->context, id, sizeof id);
        row.file = span_make(id, sizeof id);
        row.part_key = span_make(key.wrapped, sizeof key.wrapped);
        if (!part_begin(journal->db, row.entry, row.number, row.part_key, row.file, err))
            return false;
    }
    return fetch_fill(&operation->fetch, &row, (uint64_t)entry.index, err);
}

/* All attachments of the entry that are held whole, so that later entries repeat earlier numbers. */
static bool parts_held_append(struct journal *journal, struct journal_line *line, int64_t entry,
                              struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u * 1024 * 1024);
    struct part_row *rows = arena_array(&arena, PART_COUNT_MAX, sizeof *rows);
    uint64_t numbers[PART_COUNT_MAX];
    struct entry_row target;
    struct parts_held held = {.item = {.origin = span_text(line->in.origin)}, .parts = numbers};
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct appended appended;
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!part_list(journal->db, &arena, entry, rows, PART_COUNT_MAX, &count, err) ||
        !entry_find(journal->db, &arena, entry, &target, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].kind != PART_ROW_ATTACHMENT)
            continue;
        held.total++;
        if (rows[i].state == PART_HELD)
            numbers[held.part_count++] = (uint64_t)rows[i].number;
    }
    if (target.message_id.size != UUID_SIZE || held.part_count == 0)
        return error_set(err, ERROR_BUG, "nothing is held of entry %" PRId64, entry);
    memcpy(held.item.id, target.message_id.data, UUID_SIZE);
    if (!parts_held_write(&held, &body))
        return error_set(err, ERROR_BUG, "parts held do not fit");
    struct draft draft = {.type = MESSAGE_PARTS_HELD,
                          .unit = journal_unit(journal, line),
                          .body = buffer_span(&body)};
    return journal_append(journal, line, &draft, &appended, err);
}

static bool fetch_complete(struct journal *journal, struct operation *operation, struct error *err)
{
    struct fetch *fetch = &operation->fetch;

    if (!operation->ok) { /* it proved to be another file than its message names */
        journal_event_add(journal, JOURNAL_ALARM, line_of(operation), fetch->entry, 0);
        return part_set_state(journal->db, fetch->entry, fetch->number, PART_LOST, err);
    }
    journal_event_add(journal, JOURNAL_PARTS, line_of(operation), fetch->entry, 0);
    return part_set_state(journal->db, fetch->entry, fetch->number, PART_HELD, err) &&
           parts_held_append(journal, line_of(operation), fetch->entry, err);
}

/* --- by kind --- */

bool operation_prepare(struct journal *journal, struct job *job, struct error *err)
{
    struct operation *operation = (struct operation *)job;
    struct journal_line *line = line_of(operation);

    buffer_clear(&operation->body);
    operation->began_ms = exchange_now_ms(operation->exchange);
    switch (operation->kind) {
    case OPERATION_PROBE:
        return contact_show(journal, line, &operation->body, err);
    case OPERATION_POST:
        return journal_next_post(journal, line, &operation->body, &operation->from, &operation->to,
                                 err);
    case OPERATION_WITNESS:
        return journal_witness_request(journal, line, &operation->body, err);
    case OPERATION_FETCH:
        return fetch_prepare(journal, operation, err);
    case OPERATION_COUNT:
        break;
    }
    return error_set(err, ERROR_BUG, "no such operation");
}

static bool probe_complete(struct journal *journal, struct operation *operation, struct error *err)
{
    struct journal_line *line = line_of(operation);

    if (operation->status != 200)
        return error_set(err, ERROR_LINK, "%s answered the probe with %u", line->partner,
                         operation->status);
    if (!contact_seen(journal, line, buffer_span(&operation->answer), err))
        return false;
    contact_set(line, true);
    return true;
}

/* A post that is refused or unanswered goes with time and root into the domestic log. */
static bool post_complete(struct journal *journal, struct operation *operation, struct error *err)
{
    struct journal_line *line = line_of(operation);
    char why[64];

    if (operation->status == 200)
        return journal_receipt(journal, line, buffer_span(&operation->answer), operation->began_ms,
                               operation->ended_ms, err);
    snprintf(why, sizeof why, operation->status == 0 ? "unanswered" : "refused-%u",
             operation->status);
    return journal_post_failed(journal, line, operation->to, span_text(why), err);
}

static bool witness_complete(struct journal *journal, struct operation *operation,
                             struct error *err)
{
    struct journal_line *line = line_of(operation);
    uint64_t held = 0;
    struct span answer = buffer_span(&operation->answer);
    struct span text;

    if (operation->status == 200)
        return journal_witnessed(journal, line, answer, err);
    if (operation->status != 409 || !line_take(&answer, &text) || !number_read(text, &held))
        return error_set(err, ERROR_LINK, "%s did not witness our domestic log: status %u",
                         line->partner, operation->status);
    journal_witness_at(line, held);
    if (held > journal->domestic.size)
        journal_event_add(journal, JOURNAL_ALARM, line, 0, held);
    return true;
}

bool operation_complete(struct journal *journal, struct job *job, struct error *err)
{
    struct operation *operation = (struct operation *)job;

    switch (operation->kind) {
    case OPERATION_PROBE:
        return probe_complete(journal, operation, err);
    case OPERATION_POST:
        return post_complete(journal, operation, err);
    case OPERATION_WITNESS:
        return witness_complete(journal, operation, err);
    case OPERATION_FETCH:
        return fetch_complete(journal, operation, err);
    case OPERATION_COUNT:
        break;
    }
    return error_set(err, ERROR_BUG, "no such operation");
}
