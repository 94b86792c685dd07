/* What partners sent and this node cannot handle yet: shown to an administrator, and tried again at his word. */
#include "desk/private.h"

#include "base/text.h"
#include "store/held_rows.h"

static const char *held_words(struct span ground)
{
    return span_is(ground, "type")     ? "this program does not know the message type; upgrade"
           : span_is(ground, "thread") ? "waits for an earlier message of its thread"
                                       : "handling failed here; see the status, then try again";
}

/* Type and times are in the head, which holds no name. The body is not read. */
static bool held_write(struct journal *journal, const struct journal_line *line,
                       const struct held_row *held, struct arena *arena, struct json_writer *out,
                       struct error *err)
{
    struct entry_row row;
    struct head head = {.type_text = span_text("unreadable")};
    struct error ignored = {0};
    char id[UUID_TEXT_SIZE] = "";

    if (!entry_find(journal->db, arena, held->entry, &row, err))
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
    json_end_object(out);
    return true;
}

static bool line_held_write(struct journal *journal, const struct journal_line *line, size_t limit,
                            size_t *shown, struct json_writer *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(16u * 1024 * 1024);
    struct held_row *rows = arena_array(&arena, DESK_LIST_MAX, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!journal_held_list(journal->db, line, 0, &arena, rows, limit - *shown, &count, err))
        return false;
    for (size_t i = 0; i < count; i++, (*shown)++) {
        struct arena one CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
        if (!held_write(journal, line, &rows[i], &one, out, err))
            return false;
    }
    return true;
}

bool act_held_list(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                   struct error *err)
{
    size_t shown = 0;
    size_t limit = (size_t)json_get_integer_optional(call->arguments, "limit", 1, DESK_LIST_MAX,
                                                     DESK_LIST_MAX);

    if (!problems_to_error(call->problems, err) ||
        !access_write(journal, call, "held-list", NULL, 0, err))
        return false;
    json_begin_array(out);
    for (size_t i = 0; i < journal->line_count && shown < limit; i++)
        if (!line_held_write(journal, &journal->lines[i], limit, &shown, out, err))
            return false;
    json_end_array(out);
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
