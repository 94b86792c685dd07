/* Attachments in the books: see parts.h. */
#include "journal/parts.h"

#include "journal/private.h"
#include "message/parts_held.h"

#include <inttypes.h>

#define PARTS_ARENA (8u * 1024u * 1024u)

static bool wanted_fill(struct journal_wanted *wanted, const struct part_row *row,
                        uint64_t position, struct error *err)
{
    wanted->entry = row->entry;
    wanted->number = (uint16_t)row->number;
    wanted->index = position;
    wanted->size = row->size;
    if (row->sha256.size != DIGEST_SIZE || row->file.size != ATTACHMENT_ID_SIZE ||
        row->part_key.size != KEEPER_WRAPPED_SIZE || !buffer_add(&wanted->segments, row->segments))
        return error_set(err, ERROR_STORE, "the row of an attachment is cut");
    memcpy(wanted->sha256, row->sha256.data, DIGEST_SIZE);
    memcpy(wanted->id, row->file.data, ATTACHMENT_ID_SIZE);
    memcpy(wanted->wrapped, row->part_key.data, KEEPER_WRAPPED_SIZE);
    return true;
}

/* File and key of a part whose fetch begins. */
static bool wanted_begin(struct journal *journal, struct part_row *row, struct arena *arena,
                         struct error *err)
{
    struct keeper_wrapped key;
    uint8_t id[ATTACHMENT_ID_SIZE];

    if (!keeper_make_keys(&journal->keeper, &key, 1, err))
        return false;
    journal->env->random(journal->env->context, id, sizeof id);
    bool ok = arena_copy(arena, span_make(id, sizeof id), &row->file) &&
              arena_copy(arena, span_make(key.wrapped, sizeof key.wrapped), &row->part_key);
    secret_wipe(&key, sizeof key);
    if (!ok)
        return error_set(err, ERROR_LIMIT, "out of memory");
    return part_begin(journal->db, row->entry, row->number, row->part_key, row->file, err);
}

/* The first one behind that part, in whichever log of the partner. */
static bool wanted_find(struct journal *journal, const struct journal_line *line,
                        int64_t entry_before, uint16_t number_before, struct arena *arena,
                        struct part_row *row, size_t *count, struct error *err)
{
    *count = 0;
    for (size_t i = 0; *count == 0 && i < journal_log_count(line, SIDE_PARTNER); i++)
        if (!part_list_wanted_after(journal->db, arena, journal_log_id(line, SIDE_PARTNER, i),
                                    entry_before, number_before, row, 1, count, err))
            return false;
    return true;
}

bool journal_wanted_next(struct journal *journal, struct journal_line *line,
                         struct journal_wanted *out, struct error *err)
{
    return journal_wanted_after(journal, line, 0, 0, out, err);
}

/* Nothing of a message goes on its way while either party's suspension stands, as far as it is known here. */
static bool is_held_up(const struct journal_line *line)
{
    return line->is_suspended || line->is_suspended_there;
}

bool journal_wanted_after(struct journal *journal, struct journal_line *line, int64_t entry_before,
                          uint16_t number_before, struct journal_wanted *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(PARTS_ARENA);
    struct part_row row;
    struct entry_row entry;
    size_t count = 0;

    if (is_held_up(line)) /* asked for again at the next contact (partner_reached) */
        return error_set(err, ERROR_MISSING, "agreement %s is suspended: no attachment is fetched",
                         line->agreement_id);
    if (!wanted_find(journal, line, entry_before, number_before, &arena, &row, &count, err))
        return false;
    if (count == 0 && entry_before != 0 && /* from the oldest again */
        !wanted_find(journal, line, 0, 0, &arena, &row, &count, err))
        return false;
    if (count == 0)
        return error_set(err, ERROR_MISSING, "no attachment is wanted");
    if (!entry_find(journal->db, &arena, row.entry, &entry, err) ||
        (row.file.size == 0 && !wanted_begin(journal, &row, &arena, err)))
        return false;
    uint64_t position = 0;
    if (!chain_position(line, SIDE_PARTNER, entry.log, (uint64_t)entry.index, &position))
        return error_set(err, ERROR_STORE, "entry %" PRId64 " is of no log of %s", entry.id,
                         line->partner);
    return wanted_fill(out, &row, position, err);
}

/* All attachments of the entry that are held whole, so that later entries repeat earlier numbers. */
static bool held_append(struct journal *journal, struct journal_line *line, int64_t entry,
                        struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(PARTS_ARENA);
    struct part_row *rows = arena_array(&arena, PART_COUNT_MAX, sizeof *rows);
    uint64_t numbers[PART_COUNT_MAX];
    struct entry_row target;
    struct parts_held held = {.parts = numbers};
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
    held.item.origin = span_text(journal_origin(line, target.log));
    memcpy(held.item.id, target.message_id.data, UUID_SIZE);
    if (!parts_held_write(&held, &body))
        return error_set(err, ERROR_BUG, "parts held do not fit");
    struct draft draft = {.type = MESSAGE_PARTS_HELD,
                          .unit = journal_unit(journal, line),
                          .body = buffer_span(&body)};
    return journal_append(journal, line, &draft, &appended, err);
}

/* It may have been erased while it was fetched: then it stays erased, and its file goes. */
static bool still_wanted(struct journal *journal, const struct journal_wanted *wanted,
                         bool *is_wanted, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(PARTS_ARENA);
    struct part_row row;
    struct error ignored = {0};

    if (!part_find(journal->db, &arena, wanted->entry, wanted->number, &row, err))
        return false;
    *is_wanted = row.state == PART_WANTED;
    if (!*is_wanted)
        attachment_file_drop(journal->env, journal->home, span_make(wanted->id, sizeof wanted->id),
                             &ignored);
    return true;
}

bool journal_wanted_held(struct journal *journal, struct journal_line *line,
                         const struct journal_wanted *wanted, struct error *err)
{
    bool is_wanted = false;

    if (!still_wanted(journal, wanted, &is_wanted, err) || !is_wanted)
        return !is_wanted && err->kind == ERROR_NONE;
    journal_event_add(journal, JOURNAL_PARTS, line, wanted->entry, 0);
    return part_set_state(journal->db, wanted->entry, wanted->number, PART_HELD, err) &&
           held_append(journal, line, wanted->entry, err);
}

bool journal_wanted_lost(struct journal *journal, struct journal_line *line,
                         const struct journal_wanted *wanted, struct error *err)
{
    struct error ignored = {0};

    journal_event_add(journal, JOURNAL_ALARM, line, wanted->entry, 0);
    attachment_file_drop(journal->env, journal->home, span_make(wanted->id, sizeof wanted->id),
                         &ignored);
    return part_erase(journal->db, wanted->entry, wanted->number, PART_LOST, err);
}

bool journal_segment(struct journal *journal, struct journal_line *line, uint64_t position,
                     uint16_t part, uint64_t segment, struct arena *arena, struct span *out,
                     struct error *err)
{
    struct attachment_place place = {
        .env = journal->env, .home = journal->home, .keeper = &journal->keeper};
    struct entry_row entry;
    struct part_row row;
    int64_t log = 0;
    uint64_t index = 0;
    size_t size = 0;

    if (is_held_up(line))
        return error_set(err, ERROR_CONFLICT, "agreement %s is suspended: no attachment is given",
                         line->agreement_id);
    chain_place(line, SIDE_OWN, position, &log, &index);
    if (!entry_find_index(journal->db, arena, log, (int64_t)index, &entry, err) ||
        !part_find(journal->db, arena, entry.id, part, &row, err))
        return false;
    if (row.kind != PART_ROW_ATTACHMENT || row.state != PART_HELD ||
        row.file.size != ATTACHMENT_ID_SIZE || row.part_key.size != KEEPER_WRAPPED_SIZE)
        return error_set(err, ERROR_MISSING, "position %" PRIu64 " part %u is not held here",
                         position, part);
    uint8_t *bytes = arena_alloc(arena, SEGMENT_SIZE);
    if (bytes == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!attachment_read(&place, row.file.data, row.part_key.data, row.size, segment, bytes, &size,
                         err))
        return false;
    *out = span_make(bytes, size);
    return true;
}
