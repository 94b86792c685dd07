/* Breaking the glass: see glass.h. */
#include "desk/glass.h"

#include "base/text.h"
#include "desk/alarm.h"
#include "desk/roles.h"

#include <inttypes.h>
#include <stdio.h>

#define BACK_MAX 64 /* entries that are looked at for the newest of our own */

const char *const glass_review_names[GLASS_REVIEW_COUNT] = {
    [GLASS_OPEN] = "open",
    [GLASS_CONFIRMED] = "confirmed",
    [GLASS_QUESTIONED] = "questioned",
};

static int64_t now_of(const struct journal *journal)
{
    return journal->env->now_ms(journal->env->context);
}

bool glass_is_read(const struct desk_act *act)
{
    return act->run == act_case_show || act->run == act_item_show ||
           act->run == act_attachment_find;
}

/* --- its hour --- */

/* The time of our newest domestic entry: a clock that was set back does not bring an hour back. */
static bool latest_known(struct journal *journal, struct arena *arena, int64_t *out,
                         struct error *err)
{
    int64_t newest = journal->next_entry - 1;

    *out = 0;
    for (int64_t id = newest; id > 0 && newest - id < BACK_MAX; id--) {
        struct entry_row row;
        if (!entry_find(journal->db, arena, id, &row, err)) {
            if (err->kind != ERROR_MISSING)
                return false;
            error_clear(err);
        } else if (row.log == journal->domestic.id) {
            *out = row.created_ms;
            return true;
        }
    }
    return true;
}

static bool is_within(struct journal *journal, const struct glass_row *row, struct arena *arena,
                      bool *is, struct error *err)
{
    int64_t now_ms = now_of(journal), known_ms = 0;

    if (!latest_known(journal, arena, &known_ms, err))
        return false;
    *is = row->ended_ms == 0 && now_ms >= row->made_ms && now_ms >= row->latest_ms &&
          now_ms < row->until_ms && known_ms < row->until_ms;
    return true;
}

bool glass_take(struct journal *journal, struct desk_call *call, struct span case_number,
                struct error *err)
{
    struct glass_row row;
    bool is = false;

    if (!glass_find_open(journal->db, call->arena, call->access.officer, case_number, &row, err)) {
        if (err->kind == ERROR_MISSING)
            error_clear(err);
        return false;
    }
    if (!is_within(journal, &row, call->arena, &is, err) || !is ||
        !glass_note(journal->db, row.id, now_of(journal), err))
        return false;
    call->access.glass = row.id;
    return true;
}

bool glass_shows_line(struct journal *journal, const struct desk_call *call,
                      const struct journal_line *line, bool *shows, struct error *err)
{
    struct glass_row row;

    *shows = true;
    if (call->access.glass == 0)
        return true;
    if (!glass_find(journal->db, call->arena, call->access.glass, &row, err))
        return false;
    *shows = span_is(row.agreement, line->agreement_id);
    return true;
}

bool glass_item_permit(struct journal *journal, const struct desk_call *call,
                       const struct journal_line *line, int64_t entry, struct error *err)
{
    bool is_in = false, shows = false;

    if (call->access.glass == 0)
        return true;
    if (!case_has_item(journal->db, call->access.case_number, entry, &is_in, err) ||
        !glass_shows_line(journal, call, line, &shows, err))
        return false;
    return (is_in && shows) ||
           error_set(err, ERROR_RULE,
                     "safeguard g9: broken glass opens the items of its case and of one agreement");
}

/* --- breaking it --- */

/* Only what is closed to this officer is opened. */
static bool case_check(const struct case_row *row, const struct officer_row *officer,
                       struct error *err)
{
    if (row->erased_ms > 0)
        return error_set(err, ERROR_GONE, "this case is erased");
    return !case_may_see(row, officer) ||
           error_set(err, ERROR_CONFLICT, "this case is shown to you already: besa case show");
}

static bool head_check(struct journal *journal, const struct desk_call *call, struct error *err)
{
    struct officer_row second;

    if (call->access.approver.size == 0)
        return call->is_trial ||
               error_set(err, ERROR_RULE,
                         "safeguard g9: another one within 30 days wants the head of desk beside "
                         "you; name them as the second officer");
    if (!access_officer(journal, call->access.approver, call->arena, &second, err))
        return false;
    return span_is(second.role, role_names[ROLE_HEAD_OF_DESK]) ||
           error_set(err, ERROR_RULE, "safeguard g9: the head of desk alone allows another one");
}

/* Nobody breaks another glass before somebody has looked at the last one. */
static bool second_use_check(struct journal *journal, const struct desk_call *call,
                             struct error *err)
{
    int64_t since = 0, unreviewed = 0;

    if (!glass_count(journal->db, call->access.officer, now_of(journal) - GLASS_AGAIN_MS, &since,
                     &unreviewed, err))
        return false;
    if (unreviewed > 0)
        return error_set(err, ERROR_RULE,
                         "safeguard g9: nobody has reviewed the last one yet (besa glass review, "
                         "by the head of desk or the data protection officer)");
    return since == 0 || head_check(journal, call, err);
}

static void row_show(const struct glass_row *row, struct span case_number, struct span ask_unit,
                     struct json_writer *out)
{
    json_begin_object(out);
    json_integer_field(out, "glass", row->id);
    json_text_field_optional(out, "case", case_number);
    json_text_field_optional(out, "ask_unit", ask_unit);
    json_text_field(out, "agreement", row->agreement);
    json_text_field(out, "officer", row->officer);
    json_text_field_optional(out, "second", row->second);
    json_text_field(out, "reason", row->reason);
    json_time_field(out, "made", row->made_ms);
    json_time_field(out, "until", row->until_ms);
    json_string_field(out, "review",
                      row->review < GLASS_REVIEW_COUNT ? glass_review_names[row->review]
                                                       : "unknown");
    if (row->review != GLASS_OPEN) {
        json_text_field(out, "reviewed_by", row->reviewed_by);
        json_time_field(out, "reviewed", row->reviewed_ms);
        json_text_field_optional(out, "why", row->reviewed_reason);
    }
    json_end_object(out);
}

/* The entry of the act: the case, and which one it is. */
static bool entry_write(struct journal *journal, const struct desk_call *call, const char *act,
                        const struct glass_row *row, struct error *err)
{
    struct desk_call of = *call;
    const struct span objects[] = {row->case_number, case_object("glass", row->id, call->arena)};

    of.access.case_number = row->case_number;
    return access_write(journal, &of, act, objects, ARRAY_COUNT(objects), err);
}

//= dir-2016-680 art 25(1)
bool act_glass_open(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    struct span number = json_get_text(call->arguments, "number", 1, NAME_SIZE_MAX);
    struct span agreement = json_get_text_optional(call->arguments, "agreement", NAME_SIZE_MAX);
    struct officer_row officer;
    struct case_row of;
    struct glass_row row = {.officer = call->access.officer,
                            .reason = call->access.reason,
                            .second = call->access.approver,
                            .made_ms = now_of(journal)};

    if (!problems_to_error(call->problems, err) ||
        !case_read(journal->db, call->arena, number, &of, err) ||
        !access_officer(journal, call->access.officer, call->arena, &officer, err) ||
        !case_check(&of, &officer, err) || !second_use_check(journal, call, err))
        return false;
    const struct journal_line *line = line_pick(journal, agreement, err);
    if (line == NULL)
        return false;
    if (call->is_trial)
        return true;
    row.case_number = of.number;
    row.agreement = span_text(line->agreement_id);
    row.until_ms = row.made_ms + GLASS_MS;
    row.latest_ms = row.made_ms;
    if (!counter_next(journal->db, "glass", &row.id, err) ||
        !glass_insert(journal->db, &row, err) ||
        !entry_write(journal, call, "glass-open", &row, err))
        return false;
    journal_event_add(journal, JOURNAL_ALARM, NULL, 0, 0);
    row_show(&row, row.case_number, span_text(""), out);
    return true;
}

/* --- looking at it --- */

/* A reader to whom the case is closed reads whom to ask. */
static bool shown_write(struct journal *journal, const struct desk_call *call,
                        const struct glass_row *row, struct json_writer *out, struct error *err)
{
    struct officer_row reader;
    struct case_row of;

    if (!access_officer(journal, call->access.officer, call->arena, &reader, err))
        return false;
    if (!case_read(journal->db, call->arena, row->case_number, &of, err)) {
        if (err->kind != ERROR_MISSING) /* with a backup from before it */
            return false;
        error_clear(err);
        row_show(row, span_text(""), span_text(""), out);
        return true;
    }
    bool may_see = case_may_see(&of, &reader);
    row_show(row, may_see ? row->case_number : span_text(""), may_see ? span_text("") : of.unit,
             out);
    return true;
}

bool act_glass_review(struct journal *journal, const struct desk_call *call,
                      struct json_writer *out, struct error *err)
{
    static const char *const outcomes[] = {"confirmed", "questioned"};
    int64_t id = json_get_integer(call->arguments, "glass", 1, JSON_INTEGER_MAX);
    size_t outcome = json_get_choice(call->arguments, "review", outcomes, ARRAY_COUNT(outcomes));
    struct glass_row row;

    if (!problems_to_error(call->problems, err) ||
        !glass_find(journal->db, call->arena, id, &row, err))
        return false;
    if (span_equal(row.officer, call->access.officer) ||
        span_equal(row.second, call->access.officer))
        return error_set(err, ERROR_RULE,
                         "safeguard g9: nobody reviews what they opened or allowed");
    if (row.review != GLASS_OPEN)
        return error_set(err, ERROR_CONFLICT, "this is reviewed already");
    row.review = outcome == 0 ? GLASS_CONFIRMED : GLASS_QUESTIONED;
    row.reviewed_by = call->access.officer;
    row.reviewed_ms = now_of(journal);
    row.reviewed_reason = call->access.reason;
    return glass_decide(journal->db, &row, err) &&
           entry_write(journal, call, "glass-review", &row, err) &&
           shown_write(journal, call, &row, out, err);
}

bool act_glass_list(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    struct glass_row *rows = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *rows);
    struct span *objects = arena_array(call->arena, DESK_LIST_MAX, sizeof *objects);
    bool with_all = json_get_boolean_optional(call->arguments, "all", false);
    struct span next = span_text("");
    struct page page;
    int64_t after = 0;
    size_t count = 0;

    if (rows == NULL || objects == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, DESK_PAGE, &page, err) ||
        (page.after.size > 0 && !page_numbers_read(page.after, &after, 1, err)) ||
        !glass_list(journal->db, call->arena, !with_all, after, rows, page.limit + 1, &count, err))
        return false;
    size_t shown = count > page.limit ? page.limit : count;
    for (size_t i = 0; i < shown; i++)
        objects[i] = case_object("glass", rows[i].id, call->arena);
    if ((count > shown && !page_numbers_write(&rows[shown - 1].id, 1, call->arena, &next, err)) ||
        !access_view(journal, call, "glass-list", objects, shown, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < shown; i++)
        if (!shown_write(journal, call, &rows[i], out, err))
            return false;
    page_end(out, count > shown, next);
    return true;
}

/* --- alarms --- */

/* Who may look is told; the others have their own alarms. */
bool glass_alarms_list(struct journal *journal, const struct desk_call *call, int64_t after,
                       struct glass_row *out, size_t limit, size_t *count, struct error *err)
{
    struct officer_row reader;
    enum role role;

    *count = 0;
    if (!access_officer(journal, call->access.officer, call->arena, &reader, err))
        return false;
    if (!role_read(reader.role, &role) || !role_permits(role, "glass-list"))
        return true;
    return glass_list(journal->db, call->arena, true, after, out, limit, count, err);
}

void glass_alarm_write(const struct glass_row *row, int64_t now_ms, struct json_writer *out)
{
    json_begin_object(out);
    json_string_field(out, "alarm", "glass");
    json_integer_field(out, "glass", row->id);
    json_text_field(out, "officer", row->officer);
    json_time_field(out, "created", row->made_ms);
    json_integer_field(out, "minutes", (now_ms - row->made_ms) / 60000);
    json_end_object(out);
}

bool desk_glass_unreviewed(struct journal *journal, size_t *count, int64_t *newest,
                           struct error *err)
{
    int64_t open = 0;

    *count = 0;
    if (!glass_count_open(journal->db, &open, newest, err))
        return false;
    *count = (size_t)open;
    return true;
}

//= dir-2016-680 art 4(1)(e)
bool glass_expire(struct journal *journal, struct error *err)
{
    int64_t now_ms = now_of(journal);

    return glass_end_over(journal->db, now_ms, err) &&
           glass_remove_old(journal->db, now_ms - EMERGENCY_KEEP_MS, err);
}
