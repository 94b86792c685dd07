/* The sessions of others: who is logged in, and the end of it. */
#include "desk/login.h"
#include "desk/private.h"
#include "store/session_rows.h"

bool act_officer_end(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                     struct error *err)
{
    struct span id = json_get_text(call->arguments, "id", 1, NAME_SIZE_MAX);
    struct officer_row row;

    if (!problems_to_error(call->problems, err))
        return false;
    if (!officer_find(journal->db, call->arena, id, &row, err))
        return error_add(err, "officer %.*s", SPAN_ARG(id));
    if (!session_remove_officer(journal->db, id, err) ||
        !access_write(journal, call, "officer-end", &id, 1, err))
        return false;
    json_begin_object(out);
    json_text_field(out, "officer", id);
    json_string_field(out, "state", "all sessions have ended");
    json_end_object(out);
    return true;
}

/* "officer.made.mark": the mark, a few bytes of the token's hash, tells two of one millisecond apart. */
static bool place_write(const struct session_row *row, struct arena *arena, struct span *out,
                        struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(PAGE_PLACE_SIZE);
    struct span numbers;
    int64_t mark = 0;

    for (size_t i = 0; i < SESSION_MARK_SIZE && i < row->token_hash.size; i++)
        mark = mark << 8 | row->token_hash.data[i];
    const int64_t parts[] = {row->made_ms, mark};
    if (!page_numbers_write(parts, ARRAY_COUNT(parts), arena, &numbers, err))
        return false;
    buffer_format(&text, "%.*s.", SPAN_ARG(row->officer));
    return (buffer_add(&text, numbers) && arena_copy(arena, buffer_span(&text), out)) ||
           error_set(err, ERROR_LIMIT, "the place of a page does not fit in memory");
}

static bool place_read(struct span text, struct session_place *out, struct error *err)
{
    int64_t parts[2];
    size_t end = 0;

    while (end < text.size && text.data[end] != '.')
        end++;
    if (!page_numbers_read(span_part(text, end + 1, text.size), parts, ARRAY_COUNT(parts), err))
        return false;
    if (parts[1] > UINT32_MAX)
        return error_set(err, ERROR_INPUT, "after: not a place that a list gave");
    *out = (struct session_place){.officer = span_part(text, 0, end), .made_ms = parts[0]};
    for (size_t i = 0; i < SESSION_MARK_SIZE; i++)
        out->mark[i] = (uint8_t)(parts[1] >> (8 * (SESSION_MARK_SIZE - 1 - i)));
    return true;
}

static void row_write(const struct session_row *row, struct json_writer *out)
{
    json_begin_object(out);
    json_text_field(out, "officer", row->officer);
    json_text_field(out, "client", row->client);
    json_time_field(out, "since", row->made_ms);
    json_time_field(out, "used", row->used_ms);
    json_end_object(out);
}

bool act_officer_sessions(struct journal *journal, const struct desk_call *call,
                          struct json_writer *out, struct error *err)
{
    struct session_row *rows = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *rows);
    struct session_place place;
    struct page page;
    struct span next = span_text("");
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, DESK_LIST_MAX, &page, err) ||
        (page.after.size > 0 && !place_read(page.after, &place, err)) ||
        !desk_sessions_expire(journal, err) ||
        !session_list(journal->db, call->arena, page.after.size > 0 ? &place : NULL, rows,
                      page.limit + 1, &count, err))
        return false;
    size_t shown = count > page.limit ? page.limit : count;
    if ((count > shown && !place_write(&rows[shown - 1], call->arena, &next, err)) ||
        !access_write(journal, call, "officer-sessions", NULL, 0, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < shown; i++)
        row_write(&rows[i], out);
    page_end(out, count > shown, next);
    return true;
}
