/*
 * Reading: the queue and one item. What is shown stands in the access entry before the answer leaves.
 */
#include "desk/case.h"
#include "desk/codes.h"
#include "desk/glass.h"
#include "desk/private.h"
#include "desk/queue_filter.h"
#include "desk/retention.h"
#include "desk/rights.h"
#include "desk/spoc.h"

#include "agreement/calendar.h"
#include "agreement/clock.h"
#include "base/attributes.h"
#include "base/text.h"
#include "desk/alarm.h"
#include "desk/notice.h"
#include "store/clock_rows.h"
#include "store/governance_rows.h"
#include "store/spontaneous_rows.h"

#include <inttypes.h>
#include <stdio.h>

static void time_field_s(struct json_writer *out, const char *name, int64_t time_s)
{
    if (time_s > 0)
        json_time_field(out, name, time_s * 1000);
}

static const char *const result_words[] = {"accepted", "refused", "held"};

/* How the limit of a request without an answer stands, as the alarms tell it; NULL: there is none yet. */
static const char *limit_of(const struct inbox_row *row, int64_t now_ms)
{
    if (row->answers > 0 || row->due_ms == 0)
        return NULL;
    if (row->due_ms == CLOCK_DUE_OPEN)
        return "suspended";
    if (now_ms >= row->due_ms)
        return row->delayed_to_ms > now_ms ? "overdue_authorisation" : "overdue";
    return now_ms >= row->due_ms - row->request.due_after_ms / ALARM_SOON_FRACTION ? "soon"
                                                                                   : "runs";
}

/* `is_kept`: what its codes say about persons is not for this officer. */
static void row_write(struct journal *journal, struct json_writer *out, const struct inbox_row *row,
                      bool is_kept, int64_t now_ms)
{
    const char *limit = limit_of(row, now_ms);
    char id[UUID_TEXT_SIZE] = "";

    if (row->request.message_id.size == UUID_SIZE)
        uuid_write(row->request.message_id.data, id);
    json_begin_object(out);
    json_string_field(out, "item", id);
    json_text_field(out, "partner", row->partner);
    json_text_field(out, "reference", row->request.reference);
    json_string_field(out, "urgent",
                      row->request.urgency > 0 ? urgency_ground_names[row->request.urgency] : "no");
    json_boolean_field(out, "training", row->request.is_training);
    if (!is_kept)
        codes_row_write(journal, row->request.entry, out);
    rights_row_write(journal, row->request.entry, out);
    json_integer_field(out, "persons", row->request.persons);
    json_integer_field(out, "attachments", row->request.attachments);
    json_time_field(out, "created", row->created_ms);
    time_field_s(out, "received", row->received_s);
    if (row->suspended_ms > 0)
        json_time_field(out, "suspended_since", row->suspended_ms);
    if (limit != NULL)
        json_string_field(out, "limit", limit);
    if (row->due_ms > 0 && row->due_ms < CLOCK_DUE_OPEN) {
        json_time_field(out, "due", row->due_ms);
        json_integer_field(out, "minutes_left", (row->due_ms - now_ms) / 60000);
    }
    if (row->delayed_to_ms > 0)
        json_time_field(out, "delayed_to", row->delayed_to_ms);
    if (row->answers > 0)
        json_integer_field(out, "answers", row->answers);
    json_string_field(out, "state",
                      row->answers > 0 ? "answered"
                      : row->received_s == 0
                          ? (row->index == ENTRY_WAITING ? "waits for the partner" : "on its way")
                      : row->notices > 0 ? "opened"
                                         : "received");
    if (row->result >= 0 && row->result < 3)
        json_string_field(out, "partner_says", result_words[row->result]);
    json_text_field_optional(out, "unit", row->unit);
    json_end_object(out);
}

/* What went back to its officer: what to do with it stands beside it. */
static bool returned_write(struct journal *journal, const struct desk_call *call,
                           struct json_writer *out, struct error *err)
{
    struct returned_row *rows = arena_array(call->arena, DESK_LIST_MAX, sizeof *rows);
    struct officer_row reader;
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!returned_list(journal->db, call->arena, rows, DESK_LIST_MAX, &count, err) ||
        !access_officer(journal, call->access.officer, call->arena, &reader, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct journal_line *line = journal_line_of(journal, rows[i].agreement);
        char id[UUID_TEXT_SIZE] = "";
        bool is_kept = false;
        if (!spoc_is_kept_from(journal, &reader, rows[i].entry, call->arena, &is_kept, err))
            return false;
        if (is_kept)
            continue;
        if (rows[i].message_id.size == UUID_SIZE)
            uuid_write(rows[i].message_id.data, id);
        json_begin_object(out);
        json_string_field(out, "item", id);
        json_string_field(out, "partner", line == NULL ? "" : line->partner);
        json_string_field(out, "type", message_type_name((enum message_type)rows[i].type));
        json_text_field_optional(out, "reference", rows[i].reference);
        codes_row_write(journal, rows[i].entry, out);
        json_time_field(out, "created", rows[i].created_ms);
        json_time_field(out, "returned", rows[i].returned_ms);
        json_string_field(out, "state", "returned");
        json_text_field(out, "why", rows[i].ground);
        json_end_object(out);
    }
    return true;
}

/* The place of a row among all that are answered or not, by deadline. */
static bool place_write(const struct inbox_place *place, struct arena *arena, struct span *out,
                        struct error *err)
{
    const int64_t numbers[] = {place->is_answered, place->due_ms, place->entry};

    return page_numbers_write(numbers, ARRAY_COUNT(numbers), arena, out, err);
}

static bool place_read(struct span text, struct inbox_place *out, struct error *err)
{
    int64_t numbers[3];

    if (!page_numbers_read(text, numbers, ARRAY_COUNT(numbers), err))
        return false;
    *out = (struct inbox_place){numbers[0], numbers[1], numbers[2]};
    return true;
}

/* The partners that were not met since the start: erasures, recalls and answers of theirs may be missing here, if an older
 * state of this machine was put back. `only` NULL: of all lines. */
static void not_met_write(const struct journal *journal, const struct journal_line *only,
                          struct json_writer *out)
{
    bool is_open = false;

    for (size_t i = 0; i < journal->line_count; i++) {
        const struct journal_line *line = &journal->lines[i];
        if (line->has_met || (only != NULL && only != line))
            continue;
        if (!is_open) {
            json_key(out, "not_met_since_start");
            json_begin_array(out);
        }
        is_open = true;
        json_write_text(out, span_text(line->partner));
    }
    if (is_open)
        json_end_array(out);
}

/* A page of the queue: its rows, and where the next one begins. */
struct queue_page {
    struct inbox_filter filter;
    bool is_whole; /* no filter */
    bool is_first;
    struct inbox_row *rows;
    size_t count;
    bool has_next;
    struct inbox_place next;
};

/* One more than is shown is read: it says whether there is a next page. A filter that looked at as many as it may has one,
 * too. */
static bool queue_page_read(struct journal *journal, const struct desk_call *call, bool is_own,
                            struct queue_page *out, struct error *err)
{
    struct inbox_place after;
    struct page page;

    out->rows = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *out->rows);
    if (out->rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, DESK_PAGE, &page, err) ||
        !queue_filter_read(journal, call, is_own, &out->filter, &out->is_whole, err) ||
        (page.after.size > 0 && !place_read(page.after, &after, err)))
        return false;
    out->is_first = page.after.size == 0;
    const struct inbox_place *from = out->is_first ? NULL : &after;
    bool ok = out->is_whole
                  ? inbox_list(journal->db, call->arena, is_own, from, out->rows, page.limit + 1,
                               &out->count, err)
                  : inbox_find(journal->db, call->arena, &out->filter, from, out->rows,
                               page.limit + 1, &out->count, &out->has_next, &out->next, err);
    if (ok && out->count > page.limit) {
        out->count = page.limit;
        out->has_next = true;
        out->next = out->rows[page.limit - 1].place;
    }
    return ok;
}

static bool list(struct journal *journal, const struct desk_call *call, bool is_own,
                 const char *act, struct json_writer *out, struct error *err)
{
    struct span *objects = arena_array(call->arena, 2 * DESK_LIST_MAX, sizeof *objects);
    struct spontaneous_line *given = NULL;
    struct queue_page page = {.count = 0};
    bool is_kept[DESK_LIST_MAX] = {false};
    struct span next = span_text("");
    struct officer_row reader;
    size_t given_count = 0;

    if (objects == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!queue_page_read(journal, call, is_own, &page, err) ||
        !access_officer(journal, call->access.officer, call->arena, &reader, err))
        return false;
    for (size_t i = 0; i < page.count; i++) {
        if (!spoc_is_kept_from(journal, &reader, page.rows[i].request.entry, call->arena,
                               &is_kept[i], err))
            return false;
        const struct inbox_row *row = &page.rows[i];
        const struct journal_line *line = journal_line_of(journal, row->agreement);
        if (line == NULL)
            return error_set(err, ERROR_STORE, "a request belongs to no agreement");
        objects[i] = item_name(line, row->request.log, row->request.message_id, call->arena);
    }
    /* What came unasked and nobody has taken up stands on the first page, before what is asked; so does what went back to
     * its officer, whose eyes it wants. A filter is of requests. */
    bool is_begin = page.is_first && page.is_whole;
    if ((!is_own && is_begin &&
         !spontaneous_new_list(journal, call, &given, objects + page.count, &given_count, err)) ||
        (page.has_next && !place_write(&page.next, call->arena, &next, err)) ||
        !access_view(journal, call, act, objects, page.count + given_count, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < given_count; i++)
        spontaneous_line_write(journal, &given[i], out);
    for (size_t i = 0; i < page.count; i++)
        row_write(journal, out, &page.rows[i], is_kept[i], page.filter.now_ms);
    bool ok = !is_own || !is_begin || returned_write(journal, call, out, err);
    json_end_array(out);
    if (page.has_next)
        json_text_field(out, "next", next);
    ok = ok && queue_counts_write(journal, &page.filter, out, err);
    not_met_write(journal, NULL, out);
    json_end_object(out);
    return ok;
}

bool act_inbox_list(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    return list(journal, call, false, "inbox-list", out, err);
}

bool act_sent_list(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                   struct error *err)
{
    return list(journal, call, true, "sent-list", out, err);
}

/* --- one item --- */

static bool receipt_show(struct journal *journal, struct journal_line *line,
                         const struct entry_row *row, struct json_writer *out, struct arena *arena,
                         struct error *err)
{
    struct receipt_row receipt;
    size_t count = 0;

    if (row->index == ENTRY_WAITING)
        return true;
    if (!receipt_list(journal->db, arena, row->log, row->index, &receipt, 1, &count, err))
        return false;
    if (count == 0)
        return true;
    json_key(out, "receipt");
    json_begin_object(out);
    json_integer_field(out, "index", row->index);
    json_integer_field(out, "size", receipt.size);
    json_time_field(out, "time", receipt.time_s * 1000);
    json_string_field(out, "by",
                      journal_side(line, row->log) == SIDE_OWN ? line->partner : journal->party);
    json_end_object(out);
    return true;
}

/* By the clocks of both parties, where the agreement holds their tables. */
static void local_times_show(const struct agreement *agreement, int64_t time_ms,
                             struct json_writer *out)
{
    if (agreement->calendar_count == 0)
        return;
    json_key(out, "due_local");
    json_begin_array(out);
    for (size_t i = 0; i < agreement->calendar_count; i++) {
        const struct agreement_calendar *calendar = &agreement->calendars[i];
        char text[TIME_TEXT_SIZE];
        time_write(time_ms + calendar_offset_ms(calendar, time_ms), text);
        json_begin_object(out);
        json_text_field(out, "party", calendar->party);
        json_text_field(out, "time_zone", calendar->time_zone);
        json_text_field(out, "time", span_make(text, 16)); /* to the minute */
        json_end_object(out);
    }
    json_end_array(out);
}

/* The time limit: which row runs, until when, and what stands in its way. */
static bool due_show(struct journal *journal, const struct journal_line *line,
                     const struct entry_row *row, struct json_writer *out, struct error *err)
{
    struct due_row due;

    if (!due_row_find(journal->db, row->id, &due, err))
        return false;
    if (due.received_s == 0)
        return true;
    if (due.due_ms > 0 && due.due_ms < CLOCK_DUE_OPEN)
        json_time_field(out, "due", due.due_ms);
    if (due.deadline_row > DEADLINE_NONE && due.deadline_row < DEADLINE_ROW_COUNT)
        json_string_field(out, "due_row", deadline_row_names[due.deadline_row]);
    if (due.suspended_ms > 0) {
        json_time_field(out, "suspended_since", due.suspended_ms);
        json_integer_field(out, "minutes_left_then", due.left_ms / 60000);
    }
    if (due.delayed_to_ms > 0)
        json_time_field(out, "delayed_to", due.delayed_to_ms);
    if (due.suspended_ms == 0)
        local_times_show(&line->agreement, due.due_ms, out);
    return true;
}

/* What both sides said about the limit, each with the time from which it counts. */
static bool said_show(struct journal *journal, const struct journal_line *line,
                      const struct entry_row *row, struct json_writer *out, struct arena *arena,
                      struct error *err)
{
    struct clock_row *said = arena_array(arena, CLOCK_EVENT_MAX, sizeof *said);
    size_t count = 0;

    if (said == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!clock_list(journal->db, row->id, said, CLOCK_EVENT_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct entry_row entry;
        char id[UUID_TEXT_SIZE] = "";
        if (!entry_find(journal->db, arena, said[i].entry, &entry, err))
            return false;
        if (entry.message_id.size == UUID_SIZE)
            uuid_write(entry.message_id.data, id);
        json_begin_object(out);
        json_string_field(out, "what", message_type_name((enum message_type)said[i].kind));
        json_string_field(out, "by", said[i].is_own ? journal->party : line->partner);
        json_string_field(out, "item", id);
        json_time_field(out, "at", said[i].time_s > 0 ? said[i].time_s * 1000 : entry.created_ms);
        json_boolean_field(out, "received", said[i].time_s > 0);
        json_boolean_field(out, "counts", said[i].counts);
        json_end_object(out);
    }
    return true;
}

static bool timeline_show(struct journal *journal, const struct journal_line *line,
                          const struct entry_row *row, struct json_writer *out, struct arena *arena,
                          struct error *err)
{
    enum { ROW_MAX = 64 };
    struct notice_row *notices = arena_array(arena, ROW_MAX, sizeof *notices);
    struct answer_row *answers = arena_array(arena, ROW_MAX, sizeof *answers);
    size_t notice_count = 0;
    size_t answer_count = 0;
    bool is_answered = false; /* by one before, that counts */

    if (notices == NULL || answers == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!notice_list(journal->db, arena, row->id, notices, ROW_MAX, &notice_count, err) ||
        !answer_list(journal->db, arena, row->id, answers, ROW_MAX, &answer_count, err))
        return false;
    json_key(out, "timeline");
    json_begin_array(out);
    for (size_t i = 0; i < notice_count; i++) {
        json_begin_object(out);
        json_string_field(out, "what", message_type_name((enum message_type)notices[i].kind));
        json_text_field(out, "unit", notices[i].unit);
        json_time_field(out, "at", notices[i].at_ms);
        json_end_object(out);
    }
    for (size_t i = 0; i < answer_count; i++) {
        struct entry_row entry;
        char id[UUID_TEXT_SIZE] = "";
        if (!entry_find(journal->db, arena, answers[i].entry, &entry, err))
            return false;
        if (entry.message_id.size == UUID_SIZE)
            uuid_write(entry.message_id.data, id);
        json_begin_object(out);
        json_string_field(out, "what", "answer");
        if (answers[i].outcome != ANSWER_OUTCOME_GONE)
            json_string_field(out, "outcome", answer_outcome_names[answers[i].outcome]);
        json_text_field_optional(out, "grounds", answers[i].grounds);
        json_string_field(out, "item", id);
        json_time_field(out, "at", entry.created_ms);
        json_boolean_field(out, "counts", answers[i].counts);
        json_boolean_field(out, "further", is_answered);
        is_answered = is_answered || answers[i].counts;
        json_end_object(out);
    }
    bool ok = said_show(journal, line, row, out, arena, err);
    json_end_array(out);
    return ok;
}

/* An item that travels as a small part is shown with the message. */
static bool part_content_show(struct journal *journal, const struct part_row *part,
                              struct json_writer *out, struct arena *arena, struct error *err)
{
    struct span bytes;
    struct json *json CLEANUP(json_free) = NULL;
    struct error unread = {0};

    if (part->kind != PART_ROW_SMALL || part->state != PART_HELD)
        return true;
    if (!journal_part(journal, part, arena, &bytes, err))
        return false;
    if (!json_parse(bytes, &json, &unread))
        return true;
    json_key(out, "content");
    buffer_add(out->buffer, bytes);
    out->needs_comma = true;
    return true;
}

static bool parts_show(struct journal *journal, const struct entry_row *row,
                       struct json_writer *out, struct arena *arena, struct error *err)
{
    static const char *const states[] = {"wanted", "held", "erased", "lost"};
    struct part_row *parts = arena_array(arena, PART_COUNT_MAX, sizeof *parts);
    size_t count = 0;
    int64_t held_there = 0;

    if (parts == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!part_list(journal->db, arena, row->id, parts, PART_COUNT_MAX, &count, err) ||
        !parts_held_count(journal->db, row->id, &held_there, err))
        return false;
    if (count == 0)
        return true;
    int64_t attachments = 0;
    for (size_t i = 0; i < count; i++)
        attachments += parts[i].kind == PART_ROW_ATTACHMENT;
    json_integer_field(out, "attachments", attachments);
    json_integer_field(out, "attachments_held_by_receiver", held_there);
    json_key(out, "parts");
    json_begin_array(out);
    for (size_t i = 0; i < count; i++) {
        json_begin_object(out);
        json_integer_field(out, "part", parts[i].number);
        json_integer_field(out, "size", parts[i].size);
        json_hex_field(out, "sha256", parts[i].sha256);
        json_string_field(out, "kind", parts[i].kind == PART_ROW_SMALL ? "item" : "attachment");
        json_string_field(out, "here", states[parts[i].state]);
        if (!part_content_show(journal, &parts[i], out, arena, err))
            return false;
        json_end_object(out);
    }
    json_end_array(out);
    return true;
}

/* The body as it came: JSON inside JSON, since it was read strictly when it came. */
static bool body_show(struct journal *journal, const struct entry_row *row, struct json_writer *out,
                      struct arena *arena, struct error *err)
{
    static const char *const states[] = {"none", "held", "withdrawn", "erased", "lost"};
    struct span body;
    struct json *json CLEANUP(json_free) = NULL;
    struct error unread = {0};

    json_string_field(out, "body_state", states[row->body_state]);
    if (row->body_state != BODY_HELD)
        return true;
    if (!journal_body(journal, row, arena, &body, err))
        return false;
    if (!json_parse(body, &json, &unread))
        return true; /* refused as malformed: its bytes are kept, not shown */
    json_key(out, "body");
    buffer_add(out->buffer, body);
    out->needs_comma = true;
    return true;
}

/* The day of the first of it to go. */
static bool erasure_show(struct journal *journal, struct journal_line *line,
                         const struct entry_row *row, struct json_writer *out, struct error *err)
{
    int64_t due_ms = RETENTION_OPEN;

    if (!journal_retention_due(journal, line, row->id, &due_ms, err))
        return false;
    if (due_ms != RETENTION_OPEN)
        json_time_field(out, "erased_from", due_ms);
    return true;
}

static bool item_render(struct journal *journal, struct journal_line *line,
                        const struct entry_row *row, struct span item, struct json_writer *out,
                        struct arena *arena, struct error *err)
{
    struct result_row result;

    json_begin_object(out);
    json_text_field(out, "item", item);
    json_string_field(out, "log", journal_origin(line, row->log));
    json_string_field(out, "type", message_type_name((enum message_type)row->type));
    json_time_field(out, "created", row->created_ms);
    not_met_write(journal, line, out);
    if (!receipt_show(journal, line, row, out, arena, err) ||
        !due_show(journal, line, row, out, err))
        return false;
    if (result_find(journal->db, arena, row->id, &result, err)) {
        json_string_field(out, "partner_says", result_words[result.outcome % 3]);
        json_text_field_optional(out, "partner_ground", result.ground);
    } else if (err->kind != ERROR_MISSING) {
        return false;
    }
    error_clear(err);
    if (!erasure_show(journal, line, row, out, err))
        return false;
    if (!timeline_show(journal, line, row, out, arena, err) ||
        !rights_show(journal, row->id, arena, out, err) ||
        !codes_object_write(journal, row, arena, out, err) ||
        !parts_show(journal, row, out, arena, err) || !body_show(journal, row, out, arena, err))
        return false;
    json_end_object(out);
    return true;
}

bool item_may_open(struct journal *journal, const struct desk_call *call, struct journal_line *line,
                   int64_t entry, struct error *err)
{
    struct officer_row officer;

    return access_officer(journal, call->access.officer, call->arena, &officer, err) &&
           desk_hold_restricts(journal, line, entry, officer.role, err) &&
           spoc_may_open(journal, &officer, entry, call->arena, err) &&
           case_item_may_open(journal, call, line, &officer, entry, err);
}

bool act_item_show(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                   struct error *err)
{
    struct span item = json_get_text(call->arguments, "item", 1, UUID_TEXT_SIZE);
    struct journal_line *line = NULL;
    struct entry_row row;

    if (!problems_to_error(call->problems, err) ||
        !item_find(journal, item, call->arena, &line, &row, err) ||
        !item_may_open(journal, call, line, row.id, err) ||
        !glass_item_permit(journal, call, line, row.id, err))
        return false;
    struct span object = item_name(line, row.log, row.message_id, call->arena);
    /* Under broken glass nothing is told to the partner, and nothing written into the case. */
    bool is_quiet = call->access.glass != 0;
    return (is_quiet || notice_opened(journal, line, &row, call->arena, err)) &&
           access_view(journal, call, "item-show", &object, 1, err) &&
           (is_quiet || case_add_item(journal->db, call->access.case_number, row.id, err)) &&
           item_render(journal, line, &row, item, out, call->arena, err);
}
