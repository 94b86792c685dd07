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

bool act_officer_sessions(struct journal *journal, const struct desk_call *call,
                          struct json_writer *out, struct error *err)
{
    struct session_row *rows = arena_array(call->arena, DESK_LIST_MAX, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!desk_sessions_expire(journal, err) ||
        !session_list(journal->db, call->arena, rows, DESK_LIST_MAX, &count, err) ||
        !access_write(journal, call, "officer-sessions", NULL, 0, err))
        return false;
    json_begin_array(out);
    for (size_t i = 0; i < count; i++) {
        json_begin_object(out);
        json_text_field(out, "officer", rows[i].officer);
        json_text_field(out, "client", rows[i].client);
        json_time_field(out, "since", rows[i].made_ms);
        json_time_field(out, "used", rows[i].used_ms);
        json_end_object(out);
    }
    json_end_array(out);
    return true;
}
