/*
 * The list of alarms, as an officer in the night reads it: broken glass that nobody looked at, for who may (glass.h), the alarms of the limits (alarm.h), then urgent requests by word of
 * mouth that nobody confirmed in writing, then flagged requests of which nobody decided (rights.h), then drafts that wait for
 * their second officer. Whatever there is stands on one of its pages.
 */
#include "desk/alarm.h"

#include "agreement/calendar.h"
#include "base/text.h"
#include "desk/approval.h"
#include "desk/case.h"
#include "desk/duty.h"
#include "desk/glass.h"
#include "desk/rights.h"
#include "desk/spoc.h"

#define STEP       64u /* rows read at once */
#define LOCAL_SIZE 256u
#define ALARM_PAGE 200 /* no limit named: whoever looks in the night shall not miss one by a page */

/* In this order; a place on a page begins with the word of its section. */
enum section {
    SECTION_GLASS,
    SECTION_LIMITS,
    SECTION_ORAL,
    SECTION_RIGHTS,
    SECTION_DRAFTS,
    SECTION_COUNT
};
static const char *const section_words[SECTION_COUNT] = {"glass.", "limit.", "oral.", "rights.",
                                                         "draft."};

struct listing {
    struct journal *journal;
    const struct desk_call *call;
    int64_t now_ms;
    struct glass_row *glasses;
    size_t glass_count;
    struct officer_row reader;
    struct alarm *alarms;
    size_t alarm_count;
    bool *is_kept; /* each of them: from this reader */
    struct case_task_row *tasks;
    size_t task_count;
    struct rights_line *flagged;
    size_t flagged_count;
    struct approval_row *drafts;
    size_t draft_count;
    bool
        is_shut; /* the books are behind: an alarm tells what, when and whom to call, and nothing of the message */
    bool has_next;
    struct span next;
};

/* Reads up to `limit` behind `after` (a place without its word; empty: from the first), and says how many. */
typedef bool section_read(struct listing *listing, struct span after, size_t limit, size_t *count,
                          struct error *err);
/* The place of element `at`. */
typedef bool section_place(const struct listing *listing, size_t at, struct span *out,
                           struct error *err);

/* --- broken glass --- */

static bool glass_place(const struct listing *listing, size_t at, struct span *out,
                        struct error *err)
{
    return page_numbers_write(&listing->glasses[at].id, 1, listing->call->arena, out, err);
}

static bool glass_read(struct listing *listing, struct span after, size_t limit, size_t *count,
                       struct error *err)
{
    int64_t last = 0;

    listing->glasses = arena_array(listing->call->arena, limit, sizeof *listing->glasses);
    if (listing->glasses == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (after.size > 0 && !page_numbers_read(after, &last, 1, err))
        return false;
    return glass_alarms_list(listing->journal, listing->call, last, listing->glasses, limit, count,
                             err);
}

/* --- alarms of the limits --- */

static bool limits_place(const struct listing *listing, size_t at, struct span *out,
                         struct error *err)
{
    const struct alarm *alarm = &listing->alarms[at];
    const int64_t numbers[] = {alarm->walk, alarm->place.is_answered, alarm->place.due_ms,
                               alarm->place.entry};

    return page_numbers_write(numbers, ARRAY_COUNT(numbers), listing->call->arena, out, err);
}

static bool limits_read(struct listing *listing, struct span after, size_t limit, size_t *count,
                        struct error *err)
{
    struct alarm from;
    int64_t numbers[4];

    listing->alarms = arena_array(listing->call->arena, limit, sizeof *listing->alarms);
    if (listing->alarms == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (after.size > 0 && !page_numbers_read(after, numbers, ARRAY_COUNT(numbers), err))
        return false;
    if (after.size > 0)
        from = (struct alarm){.walk = numbers[0], .place = {numbers[1], numbers[2], numbers[3]}};
    return desk_alarms(listing->journal, listing->call->arena, after.size > 0 ? &from : NULL,
                       listing->alarms, limit, count, err);
}

/* By the clocks of both parties, where the agreement holds their tables: "2026-02-02T20:00 ro, 2026-02-02T19:00 al". */
static void local_show(const struct agreement *agreement, int64_t time_ms, struct json_writer *out)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(LOCAL_SIZE);

    for (size_t i = 0; i < agreement->calendar_count; i++) {
        const struct agreement_calendar *calendar = &agreement->calendars[i];
        char time[TIME_TEXT_SIZE];
        time_write(time_ms + calendar_offset_ms(calendar, time_ms), time);
        buffer_format(&text, "%s%.16s %.*s", i == 0 ? "" : ", ", time, SPAN_ARG(calendar->party));
    }
    json_text_field_optional(out, "due_local", buffer_span(&text));
}

/* Of what is kept from this reader they learn that something waits, and where to telephone; not what. */
static void limits_show(const struct listing *listing, size_t at, struct json_writer *out)
{
    const struct journal *journal = listing->journal;
    const struct alarm *alarm = &listing->alarms[at];
    int64_t now_ms = listing->now_ms;
    const struct journal_line *line = &journal->lines[alarm->line];
    const struct agreement_party *partner = &line->agreement.parties[line->partner_side];
    char id[UUID_TEXT_SIZE] = "";

    if (alarm->message_id.size == UUID_SIZE)
        uuid_write(alarm->message_id.data, id);
    json_begin_object(out);
    json_string_field(out, "alarm", alarm_kind_names[alarm->kind]);
    if (!listing->is_kept[at])
        json_string_field(out, "item", id);
    json_string_field(out, "type", message_type_name(alarm->type));
    json_string_field(out, "partner", line->partner);
    if (!listing->is_shut && !listing->is_kept[at])
        json_text_field_optional(out, "reference", alarm->reference);
    if (alarm->type == MESSAGE_REQUEST || alarm->type == MESSAGE_ANSWER)
        json_string_field(out, "answers", alarm->is_own ? line->partner : journal->party);
    json_time_field(out, alarm->kind == ALARM_NO_CUSTODY ? "created" : "due", alarm->at_ms);
    if (alarm->kind != ALARM_NO_CUSTODY)
        local_show(&line->agreement, alarm->at_ms, out);
    json_integer_field(out, "minutes", (now_ms - alarm->at_ms) / 60000);
    if (alarm->expected_ms > 0)
        json_time_field(out, "authorisation_expected", alarm->expected_ms);
    if (alarm->is_own || alarm->kind == ALARM_NO_CUSTODY)
        json_text_field(out, "call", partner->contact);
    if (alarm->kind == ALARM_NO_CUSTODY)
        json_text_field_optional(out, "fallback", partner->fallback);
    json_end_object(out);
}

/* --- by word of mouth, and not confirmed --- */

static bool oral_place(const struct listing *listing, size_t at, struct span *out,
                       struct error *err)
{
    const int64_t numbers[] = {listing->tasks[at].until_ms, listing->tasks[at].id};

    return page_numbers_write(numbers, ARRAY_COUNT(numbers), listing->call->arena, out, err);
}

/* Along all tasks whose time is over, in the order of their time. */
static bool oral_read(struct listing *listing, struct span after, size_t limit, size_t *count,
                      struct error *err)
{
    struct arena *arena = listing->call->arena;
    struct case_task_row *step = arena_array(arena, STEP, sizeof *step);
    int64_t place[2] = {0, 0};
    size_t read = STEP;

    *count = 0;
    listing->tasks = arena_array(arena, limit, sizeof *listing->tasks);
    if (step == NULL || listing->tasks == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (after.size > 0 && !page_numbers_read(after, place, ARRAY_COUNT(place), err))
        return false;
    while (read == STEP && *count < limit) {
        if (!case_task_open(listing->journal->db, arena, span_text(""), place[0], place[1], step,
                            STEP, &read, err))
            return false;
        for (size_t i = 0; i < read && *count < limit; i++) {
            if (step[i].until_ms > listing->now_ms)
                return true;
            if (step[i].kind == TASK_CONFIRM_IN_WRITING)
                listing->tasks[(*count)++] = step[i];
            place[0] = step[i].until_ms;
            place[1] = step[i].id;
        }
    }
    return true;
}

/* Of a restricted case others than its own unit learn whom to ask. */
static bool oral_show(const struct listing *listing, const struct case_task_row *task,
                      const struct officer_row *reader, struct json_writer *out, struct error *err)
{
    struct case_row of;

    if (!case_read(listing->journal->db, listing->call->arena, task->number, &of, err))
        return false;
    json_begin_object(out);
    json_string_field(out, "alarm", "unconfirmed");
    if (case_may_see(&of, reader)) {
        json_integer_field(out, "task", task->id);
        json_text_field(out, "case", task->number);
        json_text_field(out, "officer", task->officer);
    } else {
        json_text_field(out, "ask_unit", of.unit);
    }
    json_time_field(out, "due", task->until_ms);
    json_integer_field(out, "minutes", (listing->now_ms - task->until_ms) / 60000);
    json_end_object(out);
    return true;
}

/* --- requests that may be of ground j, and nobody decided --- */

static bool rights_place(const struct listing *listing, size_t at, struct span *out,
                         struct error *err)
{
    const struct rights_row *row = &listing->flagged[at].rights;
    const int64_t numbers[] = {row->flagged_ms, row->entry};

    return page_numbers_write(numbers, ARRAY_COUNT(numbers), listing->call->arena, out, err);
}

static bool rights_read(struct listing *listing, struct span after, size_t limit, size_t *count,
                        struct error *err)
{
    struct arena *arena = listing->call->arena;
    struct rights_place place;
    int64_t numbers[2] = {0, 0};

    listing->flagged = arena_array(arena, limit, sizeof *listing->flagged);
    if (listing->flagged == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (after.size > 0 && !page_numbers_read(after, numbers, ARRAY_COUNT(numbers), err))
        return false;
    place = (struct rights_place){numbers[0], numbers[1]};
    return rights_list(listing->journal->db, arena, true, after.size > 0 ? &place : NULL,
                       listing->flagged, limit, count, err);
}

/* --- drafts that wait for their second officer --- */

static bool draft_place(const struct listing *listing, size_t at, struct span *out,
                        struct error *err)
{
    return approval_place_write(&listing->drafts[at], listing->call->arena, out, err);
}

/* What waits stands before all else in the list of approvals. Of what tells more than that a message waits, only who may decide
 * it is told. */
static bool drafts_read(struct listing *listing, struct span after, size_t limit, size_t *count,
                        struct error *err)
{
    struct arena *arena = listing->call->arena;
    struct approval_row *step = arena_array(arena, STEP, sizeof *step);
    uint8_t id[APPROVAL_ID_SIZE];
    struct approval_place place;
    size_t read = STEP;
    bool has_place = after.size > 0;

    *count = 0;
    listing->drafts = arena_array(arena, limit, sizeof *listing->drafts);
    if (step == NULL || listing->drafts == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (has_place && !approval_place_read(after, id, &place, err))
        return false;
    while (read == STEP && *count < limit) {
        if (!approval_list(listing->journal->db, arena, listing->call->access.officer,
                           has_place ? &place : NULL, step, STEP, &read, err))
            return false;
        for (size_t i = 0; i < read && *count < limit; i++)
            if (step[i].state == APPROVAL_WAITS && listing->now_ms < step[i].until_ms &&
                approval_is_told(listing->journal, listing->call, &step[i]))
                listing->drafts[(*count)++] = step[i];
        if (read == 0 || step[read - 1].state != APPROVAL_WAITS)
            return true;
        place = (struct approval_place){step[read - 1].state, step[read - 1].made_ms,
                                        step[read - 1].id};
        has_place = true;
    }
    return true;
}

/* With whoever is on call for it. */
static bool draft_show(const struct listing *listing, const struct approval_row *row,
                       struct json_writer *out, struct error *err)
{
    json_begin_object(out);
    json_string_field(out, "alarm", "unapproved");
    json_hex_field(out, "approval", row->id);
    json_text_field(out, "act", row->act);
    json_text_field_optional(out, "approver", row->approver);
    json_time_field(out, "created", row->made_ms);
    json_integer_field(out, "minutes", (listing->now_ms - row->made_ms) / 60000);
    bool ok = approval_on_call_write(listing->journal, row, listing->call->arena, out, err);
    json_end_object(out);
    return ok;
}

/* --- the page --- */

static const struct {
    section_read *read;
    section_place *place;
} sections[SECTION_COUNT] = {[SECTION_GLASS] = {glass_read, glass_place},
                             [SECTION_LIMITS] = {limits_read, limits_place},
                             [SECTION_ORAL] = {oral_read, oral_place},
                             [SECTION_RIGHTS] = {rights_read, rights_place},
                             [SECTION_DRAFTS] = {drafts_read, draft_place}};

/* The section in which a page begins, and the rest of its place. */
static bool section_of(struct span *after, enum section *out, struct error *err)
{
    *out = SECTION_GLASS;
    for (size_t i = 0; i < SECTION_COUNT; i++)
        if (span_starts_with(*after, section_words[i])) {
            size_t size = strlen(section_words[i]);
            *after = span_part(*after, size, after->size - size);
            *out = (enum section)i;
            return true;
        }
    return after->size == 0 || error_set(err, ERROR_INPUT, "after: not a place that a list gave");
}

/* Behind the last of this section that is shown, or before its first. */
static bool next_write(struct listing *listing, enum section section, size_t shown,
                       struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(PAGE_PLACE_SIZE);
    struct span place = span_text("");

    if (shown > 0 && !sections[section].place(listing, shown - 1, &place, err))
        return false;
    buffer_format(&text, "%s%.*s", section_words[section], SPAN_ARG(place));
    listing->has_next = true;
    return (!text.failed && arena_copy(listing->call->arena, buffer_span(&text), &listing->next)) ||
           error_set(err, ERROR_LIMIT, "the place of a page does not fit in memory");
}

/* One more than is shown is read: it says whether there is a next page. */
static bool page_fill(struct listing *listing, const struct page *page, struct error *err)
{
    size_t *const counts[SECTION_COUNT] = {&listing->glass_count, &listing->alarm_count,
                                           &listing->task_count, &listing->flagged_count,
                                           &listing->draft_count};
    struct span after = page->after;
    size_t room = page->limit;
    enum section first;

    if (!section_of(&after, &first, err))
        return false;
    for (size_t i = first; i < SECTION_COUNT && !listing->has_next; i++) {
        size_t found = 0;
        if (!sections[i].read(listing, after, room + 1, &found, err) ||
            (found > room && !next_write(listing, (enum section)i, room, err)))
            return false;
        *counts[i] = found > room ? room : found;
        room -= *counts[i];
        after = span_text("");
    }
    return true;
}

/* What was exempted from the copy to the Single Point of Contact is no item for its officers (spoc.h). */
static bool kept_find(struct listing *listing, struct error *err)
{
    listing->is_kept =
        arena_array(listing->call->arena, listing->alarm_count + 1, sizeof *listing->is_kept);
    if (listing->is_kept == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < listing->alarm_count; i++)
        if (!spoc_is_kept_from(listing->journal, &listing->reader, listing->alarms[i].entry,
                               listing->call->arena, &listing->is_kept[i], err))
            return false;
    return true;
}

/* Every item and broken glass that is shown, named as in its own list. */
//= dir-2016-680 art 25(1)
static bool page_access(const struct listing *listing, struct error *err)
{
    struct journal *journal = listing->journal;
    struct arena *arena = listing->call->arena;
    size_t most = listing->glass_count + listing->alarm_count + listing->flagged_count;
    struct span *objects = arena_array(arena, most + 1, sizeof *objects);
    size_t count = 0;

    if (objects == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < listing->glass_count; i++)
        objects[count++] = case_object("glass", listing->glasses[i].id, arena);
    for (size_t i = 0; i < listing->alarm_count; i++)
        if (!listing->is_kept[i])
            objects[count++] =
                item_name(&journal->lines[listing->alarms[i].line], listing->alarms[i].log,
                          listing->alarms[i].message_id, arena);
    for (size_t i = 0; i < listing->flagged_count; i++) {
        const struct journal_line *line = line_of_entry(journal, listing->flagged[i].log);
        if (line != NULL)
            objects[count++] =
                item_name(line, listing->flagged[i].log, listing->flagged[i].message_id, arena);
    }
    return access_view(journal, listing->call, "alarm-list", objects, count, err);
}

static bool page_show(const struct listing *listing, struct json_writer *out, struct error *err)
{
    page_begin(out);
    for (size_t i = 0; i < listing->glass_count; i++)
        glass_alarm_write(&listing->glasses[i], listing->now_ms, out);
    for (size_t i = 0; i < listing->alarm_count; i++)
        limits_show(listing, i, out);
    for (size_t i = 0; i < listing->task_count; i++)
        if (!oral_show(listing, &listing->tasks[i], &listing->reader, out, err))
            return false;
    for (size_t i = 0; i < listing->flagged_count; i++)
        rights_alarm_write(listing->journal, &listing->flagged[i], listing->now_ms, out);
    for (size_t i = 0; i < listing->draft_count; i++)
        if (!draft_show(listing, &listing->drafts[i], out, err))
            return false;
    page_end(out, listing->has_next, listing->next);
    return true;
}

//= dir-2023-977 art 16(1)(e)
bool act_alarm_list(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    struct listing listing = {
        .journal = journal, .call = call, .now_ms = journal->env->now_ms(journal->env->context)};
    struct page page;

    struct error shut = {0};

    listing.is_shut = !access_books(journal, "alarms", &shut);
    return page_read(call, ALARM_PAGE, &page, err) &&
           access_officer(journal, call->access.officer, call->arena, &listing.reader, err) &&
           page_fill(&listing, &page, err) && kept_find(&listing, err) &&
           page_access(&listing, err) && page_show(&listing, out, err);
}
