/* Own dates: see own_dates.h. */
#include "desk/own_dates.h"

#include "desk/own.h"
#include "desk/own_form.h"
#include "desk/retention.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY_MS          INT64_C(86400000)
#define REVIEW_DAYS_MAX 366 /* looked at again at least once a year */

const char *const own_date_names[OWN_DATE_COUNT] = {[OWN_REVIEW] = "review", [OWN_ERASE] = "erase"};

static int64_t now_of(const struct journal *journal)
{
    return journal->env->now_ms(journal->env->context);
}

bool own_dates_count(struct database *db, int64_t now_ms, struct own_dates *out, struct error *err)
{
    return own_due_count(db, OWN_ERASE, now_ms - RETENTION_LATE_MS, OWN_COUNT_MAX, &out->overdue,
                         err) &&
           own_due_count(db, OWN_ERASE, now_ms, OWN_COUNT_MAX, &out->due, err) &&
           own_due_count(db, OWN_ERASE, now_ms + RETENTION_SOON_MS, OWN_COUNT_MAX, &out->soon,
                         err) &&
           own_due_count(db, OWN_REVIEW, now_ms, OWN_COUNT_MAX, &out->review, err);
}

/* --- erasing --- */

/* "own-person 7", or of several whose numbers follow each other "own-people 7-19": a whole file is one line. */
static bool run_name(int64_t first, int64_t last, struct arena *arena, struct span *out,
                     struct error *err)
{
    char text[64];

    if (first == last)
        snprintf(text, sizeof text, "own-person %" PRId64, first);
    else
        snprintf(text, sizeof text, "own-people %" PRId64 "-%" PRId64, first, last);
    return arena_copy(arena, span_text(text), out) || error_set(err, ERROR_LIMIT, "out of memory");
}

static bool erasure_access(struct journal *journal, size_t total, const struct span *objects,
                           size_t count, struct error *err)
{
    char reason[96];
    struct act act = {.officer = span_text("node"),
                      .unit = span_text("node"),
                      .act = span_text("retention-erase"),
                      .outcome = span_text("done")};

    snprintf(reason, sizeof reason, "%zu people were in the own index until their day", total);
    act.reason = span_text(reason);
    return (act_set_objects(&act, objects, count) ||
            error_set(err, ERROR_LIMIT, "the access entry does not fit in memory")) &&
           journal_access(journal, &act, err);
}

/* Erases [0, count) as far as their names fit the entry in full: *erased of them. */
static bool people_erase(struct journal *journal, const struct own_due *due, size_t count,
                         size_t *erased, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct span objects[ACT_OBJECT_COUNT_MAX];
    size_t object_count = 0, at = 0;
    int64_t changed = 0;

    if (!own_changed(journal->db, &changed, err))
        return false;
    while (at < count && object_count < ACT_OBJECT_COUNT_MAX) {
        size_t first = at;
        do {
            if (!own_remove(journal->db, due[at].id, ++changed, err))
                return error_add(err, "the own index");
            at++;
        } while (at < count && due[at].id == due[at - 1].id + 1);
        if (!run_name(due[first].id, due[at - 1].id, &arena, &objects[object_count++], err))
            return false;
    }
    *erased = at;
    return at == 0 || erasure_access(journal, at, objects, object_count, err);
}

bool own_dates_erase(struct journal *journal, int64_t now_ms, size_t limit, bool must_skip,
                     struct own_due *after, size_t *erased, bool *is_over, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct own_due *due = arena_array(&arena, OWN_ERASE_STEP, sizeof *due);
    size_t count = 0, done = 0;

    *erased = 0;
    if (due == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!own_due_list(journal->db, &arena, OWN_ERASE, now_ms, after, due,
                      limit < OWN_ERASE_STEP ? limit : OWN_ERASE_STEP, &count, err))
        return false;
    *is_over = count == 0;
    if (*is_over)
        return true;
    if (must_skip)
        done = 1;
    else if (!people_erase(journal, due, count, erased, err))
        return false;
    else
        done = *erased;
    *after = (struct own_due){.due_ms = due[done - 1].due_ms, .id = due[done - 1].id};
    return true;
}

/* --- the list --- */

static void due_write(const struct own_due *due, enum own_date date, struct json_writer *out)
{
    json_begin_object(out);
    json_integer_field(out, "person", due->id);
    json_text_field(out, "source", due->source);
    json_text_field_optional(out, "case", due->case_number);
    json_time_field(out, "review", date == OWN_REVIEW ? due->due_ms : due->other_ms);
    json_time_field(out, "erase", date == OWN_ERASE ? due->due_ms : due->other_ms);
    json_end_object(out);
}

static bool place_write(const struct own_due *due, struct arena *arena, struct span *out,
                        struct error *err)
{
    const int64_t numbers[] = {due->due_ms, due->id};

    return page_numbers_write(numbers, ARRAY_COUNT(numbers), arena, out, err);
}

static bool list_view(struct journal *journal, const struct desk_call *call,
                      const struct own_due *due, size_t count, struct error *err)
{
    struct span *objects = arena_array(call->arena, count + 1, sizeof *objects);

    if (objects == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < count; i++)
        if (!run_name(due[i].id, due[i].id, call->arena, &objects[i], err))
            return false;
    return access_view(journal, call, "own-due", objects, count, err);
}

/* Numbers alone, no name, so that those who watch over dates see that of everybody. */
bool act_own_due(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                 struct error *err)
{
    enum own_date date = (enum own_date)json_get_choice_optional(
        call->arguments, "date", own_date_names, OWN_DATE_COUNT, OWN_REVIEW);
    int64_t days = json_get_integer_optional(call->arguments, "days", 0, 36600, 0);
    struct own_due *due = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *due);
    struct own_due after = {.due_ms = 0};
    struct span next = {NULL, 0};
    struct page page;
    int64_t place[2];
    size_t count = 0;

    if (!page_read(call, DESK_PAGE, &page, err))
        return false;
    if (due == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (page.after.size > 0) {
        if (!page_numbers_read(page.after, place, ARRAY_COUNT(place), err))
            return false;
        after = (struct own_due){.due_ms = place[0], .id = place[1]};
    }
    if (!own_due_list(journal->db, call->arena, date, now_of(journal) + days * DAY_MS, &after, due,
                      page.limit + 1, &count, err))
        return false;
    bool has_next = count > page.limit;
    size_t shown = has_next ? page.limit : count;
    if ((has_next && !place_write(&due[shown - 1], call->arena, &next, err)) ||
        !list_view(journal, call, due, shown, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < shown; i++)
        due_write(&due[i], date, out);
    page_end(out, has_next, next);
    return true;
}

/* --- the review --- */

static bool next_read(struct journal *journal, const struct own_row *row, struct span text,
                      int64_t *out, struct error *err)
{
    if (!date_read(text, out))
        return error_set(err, ERROR_INPUT, "next: a date such as 2026-01-31");
    if (*out <= now_of(journal) || *out > now_of(journal) + REVIEW_DAYS_MAX * DAY_MS)
        return error_set(err, ERROR_INPUT, "next: a day within the next %d", REVIEW_DAYS_MAX);
    return *out <= row->erase_ms ||
           error_set(err, ERROR_RULE, "next: the person is erased before that day");
}

static bool reviewed_put(struct journal *journal, const struct desk_call *call, struct own_row *row,
                         int64_t next_ms, struct error *err)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer names CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct problems problems = {0};
    struct person person;
    int64_t id = 0;
    bool is_new = false;

    if (!own_person_read(row->body, call->arena, &person, &problems))
        return error_set(err, ERROR_STORE, "a person of the own index cannot be read");
    person.marking.review_at_ms = next_ms;
    if (!own_row_fill(row, &person, &body, &names, err) ||
        !own_changed(journal->db, &row->changed, err))
        return false;
    row->changed++;
    return own_put(journal->db, row, &id, &is_new, err);
}

//= dir-2016-680 art 5
bool act_own_review(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    struct span next = json_get_text(call->arguments, "next", 1, TIME_TEXT_SIZE);
    struct own_row row;
    struct span object;
    int64_t next_ms = 0;

    if (!own_person_find(journal, call, &row, err) ||
        !next_read(journal, &row, next, &next_ms, err) ||
        !reviewed_put(journal, call, &row, next_ms, err) ||
        !run_name(row.id, row.id, call->arena, &object, err) ||
        !access_write(journal, call, "own-review", &object, 1, err))
        return false;
    json_begin_object(out);
    json_integer_field(out, "person", row.id);
    json_time_field(out, "review", next_ms);
    json_time_field(out, "erase", row.erase_ms);
    json_end_object(out);
    return true;
}
