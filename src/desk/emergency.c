/*
 * Emergencies: see duty.h. What may go at all is the agreement's to say (clause 9.2), and both nodes ask it; here is who may
 * send, after how long, and that somebody else looks at it afterwards.
 */
#include "desk/duty.h"
#include "desk/glass.h"

#include "base/text.h"
#include "desk/case.h"
#include "desk/private.h"
#include "message/request.h"
#include "store/statistics_rows.h"

const char *const emergency_review_names[EMERGENCY_REVIEW_COUNT] = {
    [EMERGENCY_OPEN] = "open",
    [EMERGENCY_CONFIRMED] = "confirmed",
    [EMERGENCY_QUESTIONED] = "questioned",
};

bool emergency_keep(struct journal *journal, const struct journal_line *line,
                    const struct desk_call *call, int64_t entry, int64_t ground, struct error *err)
{
    int64_t now_ms = journal->env->now_ms(journal->env->context);
    struct emergency_row row = {.entry = entry,
                                .ground = ground,
                                .officer = call->access.officer,
                                .case_number = call->access.case_number,
                                .sent_ms = now_ms,
                                .review_until_ms = now_ms + EMERGENCY_REVIEW_MS};

    journal_event_add(journal, JOURNAL_ALARM, line, entry, 0);
    return emergency_insert(journal->db, &row, err);
}

/* A row for one reader: of a restricted case that is not theirs they learn whom to ask. */
struct shown {
    const struct emergency_row *row;
    const struct journal_line *line;
    struct span case_number; /* empty: none, or not for them */
    struct span ask_unit;
};

static bool shown_fill(struct journal *journal, const struct desk_call *call,
                       const struct officer_row *reader, struct shown *out, struct error *err)
{
    struct case_row of;

    out->case_number = out->ask_unit = span_text("");
    if (out->row->case_number.size == 0)
        return true;
    if (!case_read(journal->db, call->arena, out->row->case_number, &of, err)) {
        bool is_gone = err->kind == ERROR_MISSING; /* with a backup from before it */
        if (is_gone)
            error_clear(err);
        return is_gone;
    }
    if (case_may_see(&of, reader))
        out->case_number = out->row->case_number;
    else
        out->ask_unit = of.unit;
    return true;
}

static void row_show(const struct journal *journal, const struct shown *shown,
                     struct json_writer *out)
{
    const struct emergency_row *row = shown->row;
    int64_t now_ms = journal->env->now_ms(journal->env->context);
    const char *ground = row->ground > 0 && row->ground < URGENCY_GROUND_COUNT
                             ? urgency_ground_names[row->ground]
                             : "unknown";
    char id[UUID_TEXT_SIZE] = "";

    if (row->message_id.size == UUID_SIZE)
        uuid_write(row->message_id.data, id);
    json_begin_object(out);
    json_string_field(out, "item", id);
    json_string_field(out, "partner", shown->line->partner);
    json_string_field(out, "ground", ground);
    json_text_field(out, "officer", row->officer);
    json_text_field_optional(out, "case", shown->case_number);
    json_text_field_optional(out, "ask_unit", shown->ask_unit);
    json_time_field(out, "sent", row->sent_ms);
    json_time_field(out, "review_until", row->review_until_ms);
    json_string_field(out, "review",
                      row->review < EMERGENCY_REVIEW_COUNT ? emergency_review_names[row->review]
                                                           : "unknown");
    if (row->review == EMERGENCY_OPEN) {
        json_integer_field(out, "minutes_left", (row->review_until_ms - now_ms) / 60000);
    } else {
        json_text_field(out, "reviewed_by", row->reviewed_by);
        json_time_field(out, "reviewed", row->reviewed_ms);
        json_text_field_optional(out, "why", row->reviewed_reason);
    }
    json_end_object(out);
}

static bool place_write(const struct emergency_row *row, struct arena *arena, struct span *out,
                        struct error *err)
{
    const int64_t numbers[] = {(int64_t)row->review, row->review_until_ms, row->entry};

    return page_numbers_write(numbers, ARRAY_COUNT(numbers), arena, out, err);
}

static bool place_read(struct span text, struct emergency_place *out, struct error *err)
{
    int64_t numbers[3];

    if (!page_numbers_read(text, numbers, ARRAY_COUNT(numbers), err))
        return false;
    *out = (struct emergency_place){numbers[0], numbers[1], numbers[2]};
    return true;
}

/* A page: its rows, and where the next one begins. */
struct rows_page {
    struct emergency_row *rows;
    size_t count;
    bool has_next;
    struct span next;
};

static bool page_fill(struct journal *journal, const struct desk_call *call, bool with_all,
                      struct rows_page *out, struct error *err)
{
    struct emergency_place place;
    struct page page;

    *out =
        (struct rows_page){.rows = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *out->rows)};
    if (out->rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, DESK_LIST_MAX, &page, err) ||
        (page.after.size > 0 && !place_read(page.after, &place, err)) ||
        !emergency_list(journal->db, call->arena, !with_all, page.after.size > 0 ? &place : NULL,
                        out->rows, page.limit + 1, &out->count, err))
        return false;
    out->has_next = out->count > page.limit;
    if (out->has_next)
        out->count = page.limit;
    return !out->has_next || place_write(&out->rows[out->count - 1], call->arena, &out->next, err);
}

bool act_emergency_list(struct journal *journal, const struct desk_call *call,
                        struct json_writer *out, struct error *err)
{
    struct shown *shown = arena_array(call->arena, DESK_LIST_MAX, sizeof *shown);
    struct span *objects = arena_array(call->arena, DESK_LIST_MAX, sizeof *objects);
    bool with_all = json_get_boolean_optional(call->arguments, "all", false);
    struct officer_row reader;
    struct rows_page page;
    size_t shown_count = 0;

    if (shown == NULL || objects == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_fill(journal, call, with_all, &page, err) ||
        !access_officer(journal, call->access.officer, call->arena, &reader, err))
        return false;
    for (size_t i = 0; i < page.count; i++) {
        const struct emergency_row *row = &page.rows[i];
        struct journal_line *line = line_of_entry(journal, row->log);
        if (line == NULL)
            continue;
        shown[shown_count] = (struct shown){.row = row, .line = line};
        objects[shown_count] = item_name(line, row->log, row->message_id, call->arena);
        if (!shown_fill(journal, call, &reader, &shown[shown_count++], err))
            return false;
    }
    if (!access_view(journal, call, "emergency-list", objects, shown_count, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < shown_count; i++)
        row_show(journal, &shown[i], out);
    page_end(out, page.has_next, page.next);
    return true;
}

/* Whoever looks is not the one who sent; a late look is better than none. */
bool act_emergency_review(struct journal *journal, const struct desk_call *call,
                          struct json_writer *out, struct error *err)
{
    static const char *const outcomes[] = {"confirmed", "questioned"};
    struct span item = json_get_text(call->arguments, "item", 1, UUID_TEXT_SIZE);
    size_t outcome = json_get_choice(call->arguments, "review", outcomes, ARRAY_COUNT(outcomes));
    struct journal_line *line = NULL;
    struct entry_row entry;
    struct emergency_row row;
    struct officer_row reader;
    struct shown shown = {.row = &row};

    if (!problems_to_error(call->problems, err) ||
        !access_officer(journal, call->access.officer, call->arena, &reader, err) ||
        !item_find(journal, item, call->arena, &line, &entry, err))
        return false;
    if (!emergency_find(journal->db, call->arena, entry.id, &row, err)) {
        if (err->kind == ERROR_MISSING)
            error_set(err, ERROR_CONFLICT, "item %.*s was not sent by one officer alone",
                      SPAN_ARG(item));
        return false;
    }
    if (span_equal(row.officer, call->access.officer))
        return error_set(err, ERROR_RULE,
                         "agreement %s, clause 9.2: nobody reviews what they sent alone",
                         line->agreement_id);
    if (row.review != EMERGENCY_OPEN)
        return error_set(err, ERROR_CONFLICT, "item %.*s is reviewed already", SPAN_ARG(item));
    row.review = outcome == 0 ? EMERGENCY_CONFIRMED : EMERGENCY_QUESTIONED;
    row.reviewed_by = call->access.officer;
    row.reviewed_ms = journal->env->now_ms(journal->env->context);
    row.reviewed_reason = call->access.reason;
    struct span object = item_name(line, entry.log, entry.message_id, call->arena);
    shown.line = line;
    if (!emergency_decide(journal->db, &row, err) ||
        !shown_fill(journal, call, &reader, &shown, err) ||
        !access_write(journal, call, "emergency-review", &object, 1, err))
        return false;
    row_show(journal, &shown, out);
    return true;
}

//= dir-2016-680 art 4(1)(e)
bool duty_expire(struct journal *journal, struct error *err)
{
    int64_t now_ms = journal->env->now_ms(journal->env->context);

    return glass_expire(journal, err) &&
           on_call_remove_old(journal->db, now_ms - ON_CALL_KEEP_MS, err) &&
           emergency_remove_old(journal->db, now_ms - EMERGENCY_KEEP_MS, err) &&
           exchange_remove_old(journal->db, (now_ms - EXCHANGE_KEEP_MS) / 1000, err);
}
