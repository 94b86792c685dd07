/* Who is on call: see duty.h. The roster is the desk's own and names telephones of duty, not of homes. */
#include "desk/duty.h"

#include "base/text.h"
#include "desk/private.h"
#include "desk/roles.h"

/* Whose act is approved by whoever is on call. */
static const char approved_act[] = "answer-send";

bool on_call_now(struct journal *journal, struct arena *arena, struct span drafter,
                 struct on_call_row **out, size_t *count, struct error *err)
{
    int64_t now_ms = journal->env->now_ms(journal->env->context);
    struct on_call_row *rows = arena_array(arena, ON_CALL_COUNT_MAX, sizeof *rows);
    size_t found = 0;

    *count = 0;
    *out = rows;
    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "who is on call: out of memory");
    if (!on_call_list(journal->db, arena, now_ms, rows, ON_CALL_COUNT_MAX, &found, err))
        return false;
    for (size_t i = 0; i < found; i++)
        if (rows[i].from_ms <= now_ms && !span_equal(rows[i].officer, drafter))
            rows[(*count)++] = rows[i];
    return true;
}

bool on_call_write(struct journal *journal, struct arena *arena, struct span drafter,
                   struct json_writer *out, struct error *err)
{
    struct on_call_row *rows = NULL;
    size_t count = 0;

    if (!on_call_now(journal, arena, drafter, &rows, &count, err))
        return false;
    json_key(out, "on_call");
    json_begin_array(out);
    for (size_t i = 0; i < count; i++) {
        json_begin_object(out);
        json_text_field(out, "officer", rows[i].officer);
        json_text_field(out, "telephone", rows[i].telephone);
        json_time_field(out, "until", rows[i].until_ms);
        json_end_object(out);
    }
    json_end_array(out);
    return true;
}

static void row_show(const struct on_call_row *row, int64_t now_ms, struct json_writer *out)
{
    json_begin_object(out);
    json_integer_field(out, "turn", row->id);
    json_text_field(out, "officer", row->officer);
    json_time_field(out, "from", row->from_ms);
    json_time_field(out, "until", row->until_ms);
    json_text_field(out, "telephone", row->telephone);
    json_boolean_field(out, "now", row->from_ms <= now_ms && now_ms < row->until_ms);
    json_text_field(out, "put_by", row->put_by);
    json_end_object(out);
}

/* Digits, spaces and a leading plus: it is called, not read. */
static bool telephone_check(struct span text, struct error *err)
{
    for (size_t i = 0; i < text.size; i++)
        if (memchr("0123456789 +-()/", text.data[i], 16) == NULL)
            return error_set(err, ERROR_INPUT, "telephone: digits, spaces and + - ( ) / alone");
    return true;
}

static bool turn_check(const struct on_call_row *row, struct error *err)
{
    if (row->until_ms <= row->from_ms || row->until_ms <= row->made_ms)
        return error_set(err, ERROR_INPUT, "until: lies before its beginning, or is over");
    if (row->until_ms - row->from_ms > ON_CALL_TURN_MS)
        return error_set(err, ERROR_INPUT, "until: a turn has at most %d days",
                         (int)(ON_CALL_TURN_MS / 86400000));
    return row->from_ms - row->made_ms <= ON_CALL_AHEAD_MS ||
           error_set(err, ERROR_INPUT, "from: more than %d days ahead",
                     (int)(ON_CALL_AHEAD_MS / 86400000));
}

bool act_on_call_put(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                     struct error *err)
{
    struct on_call_row row = {
        .officer = json_get_text(call->arguments, "officer", 1, NAME_SIZE_MAX),
        .from_ms = json_get_time(call->arguments, "from"),
        .until_ms = json_get_time(call->arguments, "until"),
        .telephone = json_get_text(call->arguments, "telephone", 3, ON_CALL_TELEPHONE_MAX),
        .put_by = call->access.officer,
        .made_ms = journal->env->now_ms(journal->env->context)};
    struct on_call_row *rows = arena_array(call->arena, ON_CALL_COUNT_MAX, sizeof *rows);
    struct officer_row officer;
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!problems_to_error(call->problems, err) || !telephone_check(row.telephone, err) ||
        !turn_check(&row, err) ||
        !access_officer(journal, row.officer, call->arena, &officer, err) ||
        !role_check_approver(officer.role, approved_act, err) ||
        !on_call_list(journal->db, call->arena, row.made_ms, rows, ON_CALL_COUNT_MAX, &count, err))
        return false;
    if (count == ON_CALL_COUNT_MAX)
        return error_set(err, ERROR_LIMIT, "%u turns are to come already", ON_CALL_COUNT_MAX);
    if (!on_call_insert(journal->db, &row, err) ||
        !access_write(journal, call, "on-call-put", &row.officer, 1, err))
        return false;
    row_show(&row, row.made_ms, out);
    return true;
}

bool act_on_call_list(struct journal *journal, const struct desk_call *call,
                      struct json_writer *out, struct error *err)
{
    int64_t now_ms = journal->env->now_ms(journal->env->context);
    struct on_call_row *rows = arena_array(call->arena, ON_CALL_COUNT_MAX, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!problems_to_error(call->problems, err) ||
        !on_call_list(journal->db, call->arena, now_ms, rows, ON_CALL_COUNT_MAX, &count, err) ||
        !access_view(journal, call, "on-call-list", NULL, 0, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < count; i++)
        row_show(&rows[i], now_ms, out);
    page_end(out, false, span_text(""));
    return true;
}

bool act_on_call_remove(struct journal *journal, const struct desk_call *call,
                        struct json_writer *out, struct error *err)
{
    int64_t id = json_get_integer(call->arguments, "turn", 1, JSON_INTEGER_MAX);
    struct on_call_row row;

    if (!problems_to_error(call->problems, err) ||
        !on_call_find(journal->db, call->arena, id, &row, err) ||
        !on_call_remove(journal->db, id, err) ||
        !access_write(journal, call, "on-call-remove", &row.officer, 1, err))
        return false;
    row_show(&row, journal->env->now_ms(journal->env->context), out);
    return true;
}
