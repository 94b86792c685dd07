/*
 * The acts about retention: what will go and what should have gone, a pass at once, holds, and the two officers who find
 * the clock right. A hold restricts instead of erasing: once its time is over, the item is there for the proof alone.
 */
#include "desk/retention.h"

#include "desk/own_dates.h"
#include "desk/private.h"
#include "desk/roles.h"

#include "base/text.h"
#include "store/act_hold_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define DAY_MS        INT64_C(86400000)
#define HOLD_DAYS_MAX 366 /* looked at again at least once a year */
#define RUN_STEP_MAX  64u /* of one act; the command asks again */

const char *const hold_ground_names[HOLD_GROUND_COUNT] = {
    [HOLD_EVIDENCE] = "evidence",
    [HOLD_CONTESTED] = "contested",
    [HOLD_EXCULPATORY] = "exculpatory",
};

static int64_t now_ms(const struct journal *journal)
{
    return journal->env->now_ms(journal->env->context);
}

bool desk_retention_count(struct journal *journal, struct journal_line *line, int64_t at_ms,
                          struct retention_count *out, struct error *err)
{
    struct retention_walk walk = {.step = 0};
    struct retention_item items[RETENTION_STEP];
    size_t total = 0, count = 0;

    *out = (struct retention_count){.first_ms = 0};
    while (!walk.is_over && total < RETENTION_COUNT_MAX) {
        if (!journal_retention_next(journal, line, at_ms, &walk, items, RETENTION_STEP, &count,
                                    err))
            return false;
        for (size_t i = 0; i < count; i++) {
            out->due[items[i].wait]++;
            if (out->first_ms == 0 || items[i].due_ms < out->first_ms)
                out->first_ms = items[i].due_ms;
        }
        total += count;
    }
    out->is_cut = !walk.is_over;
    return true;
}

/* --- status --- */

static void counts_write(const struct retention_count *count, struct json_writer *out)
{
    for (size_t i = 0; i < RETENTION_WAIT_COUNT; i++)
        json_integer_field(out, i == RETENTION_GOES ? "due" : retention_wait_names[i],
                           (int64_t)count->due[i]);
    if (count->is_cut)
        json_boolean_field(out, "and_more", true);
}

static bool line_status(struct journal *journal, struct journal_line *line, struct json_writer *out,
                        struct error *err)
{
    struct retention_count due, soon;
    int64_t end_ms = journal_retention_end_ms(line);

    if (!desk_retention_count(journal, line, now_ms(journal), &due, err) ||
        !desk_retention_count(journal, line, now_ms(journal) + RETENTION_SOON_MS, &soon, err))
        return false;
    json_begin_object(out);
    json_string_field(out, "agreement", line->agreement_id);
    counts_write(&due, out);
    json_integer_field(out, "due_within_30_days", (int64_t)soon.due[RETENTION_GOES]);
    json_integer_field(out, "heads_kept_days", line->agreement.retention_other.head_days);
    if (due.first_ms != 0)
        json_time_field(out, "due_since", due.first_ms);
    if (journal_ends_ms(line) != 0)
        json_time_field(out, "agreement_ends", journal_ends_ms(line));
    if (end_ms != 0)
        json_time_field(out, "all_erased_from", end_ms);
    json_end_object(out);
    return true;
}

/* The node's own: who did what, for as long as the agreement that keeps longest says. */
static bool acts_status(struct journal *journal, int64_t now, struct json_writer *out,
                        struct error *err)
{
    int64_t oldest_ms = 0, kept = 0;

    if (!journal_acts_oldest(journal, &oldest_ms, err) ||
        !acts_held_count(journal->db, 0, &kept, err))
        return false;
    json_key(out, "access_entries");
    json_begin_object(out);
    json_integer_field(out, "kept_days", journal_acts_days(journal));
    if (oldest_ms != 0)
        json_time_field(out, "oldest", oldest_ms);
    json_integer_field(out, "on_hold", kept);
    json_boolean_field(out, "due", oldest_ms != 0 && oldest_ms < journal_acts_due_ms(journal, now));
    json_end_object(out);
    return true;
}

static bool people_status(struct journal *journal, int64_t now, struct json_writer *out,
                          struct error *err)
{
    struct own_dates dates;

    if (!own_dates_count(journal->db, now, &dates, err))
        return false;
    json_key(out, "own_index");
    json_begin_object(out);
    json_integer_field(out, "due", dates.due);
    json_integer_field(out, "due_within_30_days", dates.soon);
    json_integer_field(out, "for_review", dates.review);
    json_end_object(out);
    return true;
}

static void clock_write(const struct retention_clock *clock, struct json_writer *out)
{
    json_time_field(out, "clock", clock->own_ms);
    json_time_field(out, "clock_confirmed", clock->confirmed_ms);
    json_boolean_field(out, "clock_is_trusted", clock->trusted_ms == clock->own_ms);
}

bool act_retention_status(struct journal *journal, const struct desk_call *call,
                          struct json_writer *out, struct error *err)
{
    struct retention_clock clock;

    if (!journal_retention_clock(journal, &clock, err) ||
        !access_view(journal, call, "retention-status", NULL, 0, err))
        return false;
    json_begin_object(out);
    clock_write(&clock, out);
    json_key(out, "agreements");
    json_begin_array(out);
    for (size_t i = 0; i < journal->line_count; i++)
        if (!line_status(journal, &journal->lines[i], out, err))
            return false;
    json_end_array(out);
    if (!acts_status(journal, clock.own_ms, out, err) ||
        !people_status(journal, clock.own_ms, out, err))
        return false;
    json_end_object(out);
    return true;
}

/* --- list --- */

struct listed {
    struct retention_item item;
    struct journal_line *line;
};

static int listed_compare(const void *a, const void *b)
{
    const struct retention_item *x = &((const struct listed *)a)->item;
    const struct retention_item *y = &((const struct listed *)b)->item;

    if (x->due_ms != y->due_ms)
        return x->due_ms < y->due_ms ? -1 : 1;
    if (x->entry != y->entry)
        return x->entry < y->entry ? -1 : 1;
    return (int)x->number - (int)y->number;
}

/* Those of a line that are due by then; *is_cut: more than are looked at. */
static bool line_list(struct journal *journal, struct journal_line *line, int64_t at_ms,
                      struct listed *list, size_t *count, bool *is_cut, struct error *err)
{
    struct retention_walk walk = {.step = 0};
    struct retention_item items[RETENTION_STEP];
    size_t found = 0, from = *count;

    while (!walk.is_over && *count - from < RETENTION_COUNT_MAX - RETENTION_STEP) {
        if (!journal_retention_next(journal, line, at_ms, &walk, items, RETENTION_STEP, &found,
                                    err))
            return false;
        for (size_t i = 0; i < found; i++)
            list[(*count)++] = (struct listed){items[i], line};
    }
    *is_cut = *is_cut || !walk.is_over;
    return true;
}

/* A place among those that are sorted by their day: three numbers; or of the walk, where they are too many to be sorted:
 * five. */
enum { PLACE_SORTED = 3, PLACE_WALKED = 5 };

struct list_place {
    bool is_walked;
    struct listed listed; /* sorted: the last one that was shown */
    size_t line;          /* walked: where the walk goes on */
    struct retention_walk walk;
};

static bool place_read(struct span after, struct list_place *out, struct error *err)
{
    int64_t n[PLACE_WALKED];

    *out = (struct list_place){.is_walked = false};
    if (after.size == 0)
        return true;
    if (page_numbers_read(after, n, PLACE_WALKED, err)) {
        *out = (struct list_place){
            .is_walked = true,
            .line = (size_t)n[0],
            .walk = {.step = (size_t)n[1],
                     .has_place = true,
                     .after = {.at_ms = n[2] - 1, .entry = n[3], .number = n[4]}}};
        return true;
    }
    error_clear(err);
    if (!page_numbers_read(after, n, PLACE_SORTED, err))
        return false;
    out->listed.item =
        (struct retention_item){.due_ms = n[0], .entry = n[1], .number = (uint16_t)n[2]};
    return true;
}

static bool place_write(const struct list_place *place, struct arena *arena, struct span *out,
                        struct error *err)
{
    const struct retention_item *item = &place->listed.item;
    const struct retention_place *after = &place->walk.after;
    const int64_t sorted[PLACE_SORTED] = {item->due_ms, item->entry, item->number};
    const int64_t walked[PLACE_WALKED] = {(int64_t)place->line, (int64_t)place->walk.step,
                                          after->at_ms + 1, after->entry, after->number};

    return place->is_walked ? page_numbers_write(walked, PLACE_WALKED, arena, out, err)
                            : page_numbers_write(sorted, PLACE_SORTED, arena, out, err);
}

static void listed_write(const struct listed *listed, struct span object, struct json_writer *out)
{
    char class[RETENTION_NAME_SIZE];
    struct span id = span_part(object, object.size - (UUID_TEXT_SIZE - 1), UUID_TEXT_SIZE - 1);

    retention_class_name(listed->item.class, class);
    json_begin_object(out);
    json_text_field(out, "item", id);
    if (listed->item.number != 0)
        json_integer_field(out, "part", listed->item.number);
    json_string_field(out, "agreement", listed->line->agreement_id);
    json_string_field(out, "class", class);
    json_time_field(out, "due", listed->item.due_ms);
    json_string_field(out, "state", retention_wait_names[listed->item.wait]);
    json_end_object(out);
}

/* Names what is shown, in the entry of the look. */
static bool list_view(struct journal *journal, const struct desk_call *call,
                      const struct listed *list, size_t count, struct span *objects,
                      struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        struct arena scratch CLEANUP(arena_free) = arena_make(2 * (size_t)BODY_SIZE_MAX);
        struct entry_row row;
        if (!entry_find(journal->db, &scratch, list[i].item.entry, &row, err))
            return false;
        objects[i] = item_name(list[i].line, row.log, row.message_id, call->arena);
    }
    return access_view(journal, call, "retention-list", objects, count, err);
}

/* `place`: behind the last that is shown; NULL: there is no more. */
static bool page_write(struct journal *journal, const struct desk_call *call,
                       const struct listed *list, size_t shown, const struct list_place *place,
                       bool and_more, struct json_writer *out, struct error *err)
{
    struct span *objects = arena_array(call->arena, shown + 1, sizeof *objects);
    struct span next = span_text("");

    if (objects == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if ((place != NULL && !place_write(place, call->arena, &next, err)) ||
        !list_view(journal, call, list, shown, objects, err))
        return false;
    json_begin_object(out);
    json_boolean_field(out, "and_more", and_more);
    json_key(out, "list");
    json_begin_array(out);
    for (size_t i = 0; i < shown; i++)
        listed_write(&list[i], objects[i], out);
    page_end(out, place != NULL, next);
    return true;
}

/* Too many to be sorted: as the pass meets them, line after line, by own dates and then by class. */
static bool page_walk(struct journal *journal, const struct desk_call *call,
                      const struct page *page, int64_t at_ms, struct list_place *place,
                      struct json_writer *out, struct error *err)
{
    struct listed *list = arena_array(call->arena, page->limit + 1, sizeof *list);
    struct retention_item *items = arena_array(call->arena, page->limit, sizeof *items);
    size_t shown = 0, found = 0;

    if (list == NULL || items == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    while (shown < page->limit && place->line < journal->line_count) {
        struct journal_line *line = &journal->lines[place->line];
        if (!journal_retention_next(journal, line, at_ms, &place->walk, items, page->limit - shown,
                                    &found, err))
            return false;
        for (size_t i = 0; i < found; i++)
            list[shown++] = (struct listed){items[i], line};
        if (place->walk.is_over)
            *place = (struct list_place){.is_walked = true, .line = place->line + 1};
    }
    bool has_next = place->line < journal->line_count;
    return page_write(journal, call, list, shown, has_next ? place : NULL, true, out, err);
}

/* `is_cut`: more came to be due since the first page than are looked at. */
static bool page_sort(struct journal *journal, const struct desk_call *call,
                      const struct page *page, struct listed *list, size_t count, bool is_cut,
                      struct list_place *place, struct json_writer *out, struct error *err)
{
    size_t first = 0;

    qsort(list, count, sizeof *list, listed_compare);
    while (page->after.size > 0 && first < count &&
           listed_compare(&list[first], &place->listed) <= 0)
        first++;
    bool has_next = count - first > page->limit;
    size_t shown = has_next ? page->limit : count - first;
    if (has_next)
        place->listed = list[first + shown - 1];
    return page_write(journal, call, list + first, shown, has_next ? place : NULL, is_cut, out,
                      err);
}

bool act_retention_list(struct journal *journal, const struct desk_call *call,
                        struct json_writer *out, struct error *err)
{
    int64_t days = json_get_integer_optional(call->arguments, "days", 0, 36600, 0);
    int64_t at_ms = now_ms(journal) + days * DAY_MS;
    struct listed *list =
        arena_array(call->arena, journal->line_count * RETENTION_COUNT_MAX + 1, sizeof *list);
    struct list_place place;
    struct page page;
    size_t count = 0;
    bool is_cut = false;

    if (!page_read(call, DESK_PAGE, &page, err) || !place_read(page.after, &place, err))
        return false;
    if (list == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < journal->line_count && !place.is_walked; i++)
        if (!line_list(journal, &journal->lines[i], at_ms, list, &count, &is_cut, err))
            return false;
    if (!place.is_walked && !(is_cut && page.after.size == 0))
        return page_sort(journal, call, &page, list, count, is_cut, &place, out, err);
    if (!place.is_walked)
        place = (struct list_place){.is_walked = true};
    return page_walk(journal, call, &page, at_ms, &place, out, err);
}

/* --- run --- */

bool act_retention_run(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    struct desk_retention_pass pass = {.line = 0};
    struct retention_clock clock;

    if (!journal_retention_clock(journal, &clock, err))
        return false;
    for (unsigned i = 0; i < RUN_STEP_MAX && !pass.is_over && pass.erased < RETENTION_STEP &&
                         pass.heads_erased < PRUNE_STEP && pass.acts_erased < PRUNE_STEP &&
                         pass.people_erased < OWN_ERASE_STEP;
         i++)
        if (!desk_retention_step(journal, &pass, err))
            return false;
    if (!access_write(journal, call, "retention-run", NULL, 0, err))
        return false;
    json_begin_object(out);
    clock_write(&clock, out);
    json_integer_field(out, "erased", (int64_t)pass.erased);
    json_integer_field(out, "heads_erased", (int64_t)pass.heads_erased);
    json_integer_field(out, "access_entries_erased", (int64_t)pass.acts_erased);
    json_integer_field(out, "people_erased", (int64_t)pass.people_erased);
    for (size_t i = RETENTION_GOES + 1; i < RETENTION_WAIT_COUNT; i++)
        json_integer_field(out, retention_wait_names[i], (int64_t)pass.waiting[i]);
    json_boolean_field(out, "more", !pass.is_over);
    json_end_object(out);
    return true;
}

/* --- holds --- */

static bool until_read(struct journal *journal, struct span text, enum hold_ground ground,
                       int64_t *out, struct error *err)
{
    *out = RETENTION_OPEN;
    if (text.size == 0)
        return ground == HOLD_EXCULPATORY ||
               error_set(err, ERROR_INPUT,
                         "until: a date such as 2026-01-31; only what exculpates a person stays "
                         "until it is released");
    if (!date_read(text, out))
        return error_set(err, ERROR_INPUT, "until: a date such as 2026-01-31");
    return (*out > now_ms(journal) && *out <= now_ms(journal) + HOLD_DAYS_MAX * DAY_MS) ||
           error_set(err, ERROR_INPUT, "until: a day within the next %d", HOLD_DAYS_MAX);
}

static bool hold_show(struct span item, const struct hold_row *hold, struct json_writer *out)
{
    json_begin_object(out);
    json_text_field(out, "item", item);
    json_boolean_field(out, "on_hold", hold != NULL);
    if (hold != NULL)
        json_string_field(out, "for", hold_ground_names[hold->ground]);
    if (hold != NULL && hold->until_ms != RETENTION_OPEN)
        json_time_field(out, "until", hold->until_ms);
    json_end_object(out);
    return true;
}

//= dir-2016-680 art 16(3)
bool act_retention_hold(struct journal *journal, const struct desk_call *call,
                        struct json_writer *out, struct error *err)
{
    struct span item = json_get_text(call->arguments, "item", 1, UUID_TEXT_SIZE);
    size_t ground = json_get_choice(call->arguments, "hold", hold_ground_names, HOLD_GROUND_COUNT);
    struct span until = json_get_text_optional(call->arguments, "until", TIME_TEXT_SIZE);
    struct journal_line *line = NULL;
    struct entry_row row;
    struct hold_row hold = {.ground = (int64_t)ground,
                            .officer = call->access.officer,
                            .case_number = call->access.case_number,
                            .reason = call->access.reason,
                            .made_ms = now_ms(journal)};

    if (!problems_to_error(call->problems, err) ||
        !item_find(journal, item, call->arena, &line, &row, err) ||
        !until_read(journal, until, (enum hold_ground)ground, &hold.until_ms, err))
        return false;
    if (row.body_state != BODY_HELD)
        return error_set(err, ERROR_CONFLICT, "the body is not held here any more");
    hold.entry = row.id;
    struct span object = item_name(line, row.log, row.message_id, call->arena);
    return hold_put(journal->db, &hold, err) &&
           access_write(journal, call, "retention-hold", &object, 1, err) &&
           hold_show(item, &hold, out);
}

bool act_retention_release(struct journal *journal, const struct desk_call *call,
                           struct json_writer *out, struct error *err)
{
    struct span item = json_get_text(call->arguments, "item", 1, UUID_TEXT_SIZE);
    struct journal_line *line = NULL;
    struct entry_row row;
    struct hold_row hold;

    if (!problems_to_error(call->problems, err) ||
        !item_find(journal, item, call->arena, &line, &row, err) ||
        !hold_find(journal->db, call->arena, row.id, &hold, err))
        return false;
    struct span object = item_name(line, row.log, row.message_id, call->arena);
    return hold_delete(journal->db, row.id, err) &&
           access_write(journal, call, "retention-release", &object, 1, err) &&
           hold_show(item, NULL, out);
}

static bool hold_in_effect(struct journal *journal, int64_t entry, struct arena *arena,
                           struct hold_row *out, bool *is_there, struct error *err)
{
    *is_there = hold_find(journal->db, arena, entry, out, err);
    if (*is_there) {
        *is_there = out->until_ms > now_ms(journal);
        return true;
    }
    bool is_absent = err->kind == ERROR_MISSING;
    if (is_absent)
        error_clear(err);
    return is_absent;
}

bool desk_hold_forbids_erasing(struct journal *journal, int64_t entry, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct hold_row hold;
    bool is_there = false;

    return hold_in_effect(journal, entry, &arena, &hold, &is_there, err) &&
           (!is_there || error_set(err, ERROR_RULE,
                                   "the item is on hold (%s): it is restricted instead of erased; "
                                   "release it first",
                                   hold_ground_names[hold.ground % HOLD_GROUND_COUNT]));
}

//= dir-2016-680 art 16(3)
bool desk_hold_forbids_passing_on(struct journal *journal, struct journal_line *line, int64_t entry,
                                  struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct hold_row hold;
    int64_t due_ms = RETENTION_OPEN;
    bool is_there = false;

    if (!hold_in_effect(journal, entry, &arena, &hold, &is_there, err) ||
        !journal_retention_due(journal, line, entry, &due_ms, err))
        return false;
    if (is_there)
        return error_set(err, ERROR_RULE,
                         "the item is on hold (%s): it is restricted and is not passed on",
                         hold_ground_names[hold.ground % HOLD_GROUND_COUNT]);
    return due_ms > now_ms(journal) ||
           error_set(err, ERROR_RULE,
                     "the item's time is over: it is to be erased and is not passed on");
}

//= dir-2016-680 art 16(3)
bool desk_hold_restricts(struct journal *journal, struct journal_line *line, int64_t entry,
                         struct span role_name, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct hold_row hold;
    enum role role = ROLE_COUNT;
    int64_t due_ms = RETENTION_OPEN;
    bool is_there = false;

    if (!hold_in_effect(journal, entry, &arena, &hold, &is_there, err))
        return false;
    if (!is_there || (role_read(role_name, &role) && role_permits(role, "retention-hold")))
        return true;
    if (!journal_retention_due(journal, line, entry, &due_ms, err))
        return false;
    return due_ms > now_ms(journal) ||
           error_set(err, ERROR_RULE,
                     "the item's time is over and it is kept for the proof alone (%s): the data "
                     "protection officer and the head of desk open it",
                     hold_ground_names[hold.ground % HOLD_GROUND_COUNT]);
}

/* --- the clock --- */

bool act_retention_clock(struct journal *journal, const struct desk_call *call,
                         struct json_writer *out, struct error *err)
{
    struct retention_clock clock;
    char text[24];

    if (call->is_trial)
        return true;
    if (call->access.approver.size == 0)
        return error_set(err, ERROR_RULE,
                         "retention-clock: a second officer looks at the clock too (--approver)");
    snprintf(text, sizeof text, "%" PRId64, now_ms(journal));
    struct span object = span_text(text);
    if (!setting_put(journal->db, RETENTION_CLOCK_SETTING, object, err) ||
        !access_write(journal, call, "retention-clock", &object, 1, err) ||
        !journal_retention_clock(journal, &clock, err))
        return false;
    json_begin_object(out);
    clock_write(&clock, out);
    json_end_object(out);
    return true;
}
