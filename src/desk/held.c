/* What partners sent and this node cannot handle yet: shown to an administrator, and tried again at his word. */
#include "desk/private.h"

#include "base/text.h"
#include "journal/retention.h"
#include "store/held_rows.h"

#include <inttypes.h>
#include <stdio.h>

static const char *held_words(struct span ground)
{
    return span_is(ground, "type") ? "this program does not know the message type: upgrade before "
                                     "it is erased unread"
           : span_is(ground, "thread") ? "waits for an earlier message of its thread"
                                       : "handling failed here; see the status, then try again";
}

/* Type and times are in the head, which holds no name. The body is not read. */
static bool held_write(struct journal *journal, struct journal_line *line,
                       const struct held_row *held, struct arena *arena, struct json_writer *out,
                       struct error *err)
{
    struct entry_row row;
    struct head head = {.type_text = span_text("unreadable")};
    struct error ignored = {0};
    char id[UUID_TEXT_SIZE] = "";
    int64_t due_ms = RETENTION_OPEN;

    if (!entry_find(journal->db, arena, held->entry, &row, err) ||
        !journal_retention_due(journal, line, held->entry, &due_ms, err))
        return false;
    if (row.message_id.size == UUID_SIZE)
        uuid_write(row.message_id.data, id);
    head_read(row.head, arena, &head, &ignored);
    json_begin_object(out);
    json_string_field(out, "item", id);
    json_string_field(out, "partner", line->partner);
    json_integer_field(out, "index", row.index);
    json_text_field(out, "type", head.type_text);
    json_time_field(out, "created", row.created_ms);
    json_text_field(out, "held_for", held->ground);
    json_string_field(out, "meaning", held_words(held->ground));
    if (due_ms != RETENTION_OPEN)
        json_time_field(out, "erased_on", due_ms);
    json_end_object(out);
    return true;
}

/* "agreement.entry": the last row that was shown. */
struct held_place {
    struct span agreement; /* empty: from the first */
    int64_t entry;
};

static bool place_read(struct span text, struct held_place *out, struct error *err)
{
    size_t end = 0;

    *out = (struct held_place){.agreement = span_text("")};
    if (text.size == 0)
        return true;
    while (end < text.size && text.data[end] != '.')
        end++;
    out->agreement = span_part(text, 0, end);
    return page_numbers_read(span_part(text, end + 1, text.size), &out->entry, 1, err);
}

static bool place_write(const struct journal_line *line, int64_t entry, struct arena *arena,
                        struct span *out, struct error *err)
{
    char text[PAGE_PLACE_SIZE];

    snprintf(text, sizeof text, "%s.%" PRId64, line->agreement_id, entry);
    return arena_copy(arena, span_text(text), out) || error_set(err, ERROR_LIMIT, "out of memory");
}

struct held_found {
    struct held_row row;
    struct journal_line *line;
};

/* Of all lines behind the place, line by line, the oldest first. */
static bool held_find(struct journal *journal, const struct held_place *place, struct arena *arena,
                      struct held_found *out, size_t limit, size_t *count, struct error *err)
{
    struct held_row *rows = arena_array(arena, limit, sizeof *rows);
    bool is_behind = place->agreement.size == 0;

    *count = 0;
    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < journal->line_count && *count < limit; i++) {
        struct journal_line *line = &journal->lines[i];
        bool is_place = span_is(place->agreement, line->agreement_id);
        size_t found = 0;
        if (!is_behind && !is_place)
            continue;
        is_behind = true;
        if (!journal_held_list(journal->db, line, is_place ? place->entry : 0, arena, rows,
                               limit - *count, &found, err))
            return false;
        for (size_t k = 0; k < found; k++)
            out[(*count)++] = (struct held_found){rows[k], line};
    }
    return true;
}

bool act_held_list(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                   struct error *err)
{
    struct held_found *found = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *found);
    struct held_place place;
    struct page page;
    struct span next = span_text("");
    size_t count = 0;

    if (found == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, DESK_LIST_MAX, &page, err) || !place_read(page.after, &place, err) ||
        !held_find(journal, &place, call->arena, found, page.limit + 1, &count, err))
        return false;
    size_t shown = count > page.limit ? page.limit : count;
    const struct held_found *last = shown == 0 ? NULL : &found[shown - 1];
    if ((count > shown && !place_write(last->line, last->row.entry, call->arena, &next, err)) ||
        !access_write(journal, call, "held-list", NULL, 0, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < shown; i++) {
        struct arena one CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
        if (!held_write(journal, found[i].line, &found[i].row, &one, out, err))
            return false;
    }
    page_end(out, count > shown, next);
    return true;
}

bool act_held_retry(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    int64_t total = 0;

    for (size_t i = 0; i < journal->line_count; i++) {
        int64_t count = 0;
        if (!journal_held_count(journal->db, &journal->lines[i], &count, err))
            return false;
        total += count;
    }
    if (!access_write(journal, call, "held-retry", NULL, 0, err))
        return false;
    journal_release(journal);
    json_begin_object(out);
    json_integer_field(out, "tried_again", total);
    json_end_object(out);
    return true;
}
