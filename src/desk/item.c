/* Items by their ids, and the line that an act is about. */
#include "desk/private.h"

#include "base/text.h"

#include <stdio.h>

struct journal_line *line_pick(struct journal *journal, struct span agreement, struct error *err)
{
    if (agreement.size == 0 && journal->line_count == 1)
        return &journal->lines[0];
    struct journal_line *line = journal_line_of(journal, agreement);
    if (line == NULL && agreement.size == 0)
        error_set(err, ERROR_INPUT, "name the agreement: this node has %zu", journal->line_count);
    else if (line == NULL)
        error_set(err, ERROR_MISSING, "no agreement of that name is in force here");
    return line;
}

struct journal_line *line_of_entry(struct journal *journal, int64_t log)
{
    for (size_t i = 0; i < journal->line_count; i++)
        if (journal_side(&journal->lines[i], log) != SIDE_NONE)
            return &journal->lines[i];
    return NULL;
}

struct span item_name(const struct journal_line *line, int64_t log, struct span message_id,
                      struct arena *arena)
{
    char text[ORIGIN_SIZE_MAX + UUID_TEXT_SIZE + 2];
    char uuid[UUID_TEXT_SIZE] = "";
    struct span copy = {NULL, 0};

    if (message_id.size == UUID_SIZE)
        uuid_write(message_id.data, uuid);
    snprintf(text, sizeof text, "%s %s", journal_origin(line, log), uuid);
    arena_copy(arena, span_text(text), &copy);
    return copy;
}

/* On one line: the partner's, else ours. *is_there false: neither. */
static bool find_on_line(struct journal *journal, struct journal_line *line, struct span wanted,
                         struct arena *arena, struct entry_row *out, bool *is_there,
                         struct error *err)
{
    enum log_side sides[] = {SIDE_PARTNER, SIDE_OWN};

    *is_there = false;
    for (size_t k = 0; !*is_there && k < ARRAY_COUNT(sides); k++) {
        *is_there = journal_find_message(journal, line, sides[k], wanted, arena, out, err);
        if (!*is_there && err->kind != ERROR_MISSING)
            return false;
        if (!*is_there)
            error_clear(err);
    }
    return true;
}

bool item_find(struct journal *journal, struct span id, struct arena *arena,
               struct journal_line **line, struct entry_row *out, struct error *err)
{
    uint8_t uuid[UUID_SIZE];
    struct span wanted = span_make(uuid, sizeof uuid);

    *line = NULL;
    if (!uuid_read(id, uuid))
        return error_set(
            err, ERROR_INPUT,
            "an item is named by its id, such as 01890a5d-ac96-774b-bcce-b302099a8057");
    for (size_t i = 0; i < journal->line_count; i++) {
        struct entry_row found;
        bool is_there = false;
        if (!find_on_line(journal, &journal->lines[i], wanted, arena, &found, &is_there, err))
            return false;
        /* Ids are random: one that stands twice was copied, and what is meant for one partner would go to the other. */
        if (is_there && *line != NULL)
            return error_set(err, ERROR_CONFLICT,
                             "item %.*s stands under agreements %s and %s: one partner copied it "
                             "from the other, and nothing is done by it",
                             SPAN_ARG(id), (*line)->agreement_id, journal->lines[i].agreement_id);
        if (!is_there)
            continue;
        *line = &journal->lines[i];
        *out = found;
    }
    return *line != NULL || error_set(err, ERROR_MISSING, "no item %.*s here", SPAN_ARG(id));
}

bool item_reference(const struct journal_line *line, const struct entry_row *row,
                    struct reference *out)
{
    if (row->message_id.size != UUID_SIZE)
        return false;
    out->origin = span_text(journal_origin(line, row->log));
    memcpy(out->id, row->message_id.data, UUID_SIZE);
    return true;
}
