/*
 * The acts about holds over access entries: the data protection officer or the supervisory authority orders that the record
 * of who looked stays beyond its time, and ends that. What one of them ordered, the desk cannot end; what the authority
 * ordered, nobody but the authority. A hold ends by itself, within a year, and is ordered anew where it is still needed.
 */
#include "desk/private.h"
#include "desk/roles.h"

#include "base/text.h"
#include "journal/act_hold.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY_MS          INT64_C(86400000)
#define HOLD_DAYS_MAX   366 /* looked at again at least once a year */
#define HOLD_OPEN_MS    (INT64_C(1) << 53)
#define HOLD_OBJECT_MAX 4

static int64_t now_ms(const struct journal *journal)
{
    return journal->env->now_ms(journal->env->context);
}

/* --- what is ordered --- */

static bool day_read(struct span text, const char *name, int64_t absent_ms, int64_t *out,
                     struct error *err)
{
    *out = absent_ms;
    return text.size == 0 || date_read(text, out) ||
           error_set(err, ERROR_INPUT, "%s: a date such as 2026-01-31", name);
}

static bool about_item_read(struct span text, struct arena *arena, struct span *out,
                            struct error *err)
{
    uint8_t id[UUID_SIZE];
    char small[UUID_TEXT_SIZE];

    *out = span_text("");
    if (text.size == 0)
        return true;
    if (!uuid_read(text, id))
        return error_set(err, ERROR_INPUT, "about_item: the id of a message");
    uuid_write(id, small);
    return arena_copy(arena, span_text(small), out) || error_set(err, ERROR_LIMIT, "out of memory");
}

/* Of whom, of what, in which case or from when to when: not of everything there is. */
static bool extent_check(const struct act_hold_row *row, struct error *err)
{
    bool is_bounded = row->from_ms > 0 && row->to_ms < HOLD_OPEN_MS;

    if (row->about_officer.size == 0 && row->about_item.size == 0 && row->about_case.size == 0 &&
        !is_bounded)
        return error_set(err, ERROR_INPUT,
                         "acts-hold: name an officer, an item, a case, or both days of a time");
    if (row->about_officer.size > 0 && !text_is_identifier(row->about_officer, NAME_SIZE_MAX))
        return error_set(
            err, ERROR_INPUT,
            "about_officer: an officer's identifier has 1 to %u of a-z, 0-9 and hyphen",
            NAME_SIZE_MAX);
    return row->from_ms < row->to_ms ||
           error_set(err, ERROR_INPUT, "from: not behind the last day, `to`");
}

static bool until_check(struct journal *journal, int64_t until_ms, struct error *err)
{
    return (until_ms > now_ms(journal) && until_ms <= now_ms(journal) + HOLD_DAYS_MAX * DAY_MS) ||
           error_set(err, ERROR_INPUT, "until: a day within the next %d", HOLD_DAYS_MAX);
}

static bool order_read(struct journal *journal, const struct desk_call *call,
                       struct act_hold_row *out, struct error *err)
{
    struct json_object *arguments = call->arguments;
    struct span until = json_get_text(arguments, "until", 1, TIME_TEXT_SIZE);
    struct span item = json_get_text_optional(arguments, "about_item", UUID_TEXT_SIZE);
    struct span from = json_get_text_optional(arguments, "from", TIME_TEXT_SIZE);
    struct span to = json_get_text_optional(arguments, "to", TIME_TEXT_SIZE);

    *out = (struct act_hold_row){
        .about_officer = json_get_text_optional(arguments, "about_officer", NAME_SIZE_MAX),
        .about_case = json_get_text_optional(arguments, "about_case", ACT_CASE_SIZE_MAX),
        .officer = call->access.officer,
        .case_number = call->access.case_number,
        .reason = call->access.reason,
        .made_ms = now_ms(journal)};
    if (!problems_to_error(call->problems, err) ||
        !about_item_read(item, call->arena, &out->about_item, err) ||
        !day_read(from, "from", 0, &out->from_ms, err) ||
        !day_read(to, "to", HOLD_OPEN_MS, &out->to_ms, err) ||
        !day_read(until, "until", 0, &out->until_ms, err))
        return false;
    if (to.size > 0)
        out->to_ms += DAY_MS; /* the last day is in it */
    return extent_check(out, err) && until_check(journal, out->until_ms, err);
}

static bool room_check(struct journal *journal, struct arena *arena, struct error *err)
{
    struct act_hold_row *rows = arena_array(arena, ACT_HOLD_COUNT_MAX, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    return act_hold_list(journal->db, arena, now_ms(journal), ACT_HOLD_NEWEST, rows,
                         ACT_HOLD_COUNT_MAX, &count, err) &&
           (count < ACT_HOLD_COUNT_MAX ||
            error_set(err, ERROR_LIMIT, "acts-hold: %u holds stand already: release one first",
                      ACT_HOLD_COUNT_MAX));
}

/* --- telling --- */

static bool row_write_out(struct journal *journal, const struct act_hold_row *row,
                          struct json_writer *out, struct error *err)
{
    int64_t kept = 0;

    if (!acts_held_count(journal->db, row->id, &kept, err))
        return false;
    json_begin_object(out);
    json_integer_field(out, "hold", row->id);
    json_text_field_optional(out, "about_officer", row->about_officer);
    json_text_field_optional(out, "about_item", row->about_item);
    json_text_field_optional(out, "about_case", row->about_case);
    if (row->from_ms > 0)
        json_time_field(out, "from", row->from_ms);
    if (row->to_ms < HOLD_OPEN_MS)
        json_time_field(out, "before", row->to_ms);
    json_text_field(out, "ordered_by", row->officer);
    json_text_field(out, "role", row->role);
    json_text_field_optional(out, "case", row->case_number);
    json_text_field(out, "reason", row->reason);
    json_time_field(out, "made", row->made_ms);
    if (row->until_ms > 0)
        json_time_field(out, "until", row->until_ms);
    json_boolean_field(out, "is_over", row->until_ms <= now_ms(journal));
    json_integer_field(out, "keeps", kept);
    json_end_object(out);
    return true;
}

/* The entry of the order says what it is about, so that the order can be judged when the hold itself is long gone. */
static bool row_access(struct journal *journal, const struct desk_call *call, const char *act,
                       const struct act_hold_row *row, struct error *err)
{
    const struct {
        const char *word;
        struct span value;
    } named[] = {
        {"officer", row->about_officer}, {"item", row->about_item}, {"case", row->about_case}};
    char texts[HOLD_OBJECT_MAX][ACT_OBJECT_SIZE_MAX];
    struct span objects[HOLD_OBJECT_MAX];
    size_t count = 0;

    snprintf(texts[0], sizeof texts[0], "hold %" PRId64, row->id);
    objects[count++] = span_text(texts[0]);
    for (size_t i = 0; i < ARRAY_COUNT(named); i++) {
        if (named[i].value.size == 0)
            continue;
        snprintf(texts[count], sizeof texts[count], "%s %.*s", named[i].word,
                 SPAN_ARG(named[i].value));
        objects[count] = span_text(texts[count]);
        count++;
    }
    return access_write(journal, call, act, objects, count, err);
}

/* --- the acts --- */

//= dir-2016-680 art 16(3)
//= dir-2016-680 art 25(3)
bool act_acts_hold(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                   struct error *err)
{
    struct act_hold_row row;
    struct officer_row officer;

    if (!order_read(journal, call, &row, err) ||
        !access_officer(journal, call->access.officer, call->arena, &officer, err) ||
        !room_check(journal, call->arena, err))
        return false;
    row.role = officer.role;
    return counter_next(journal->db, "act_hold", &row.id, err) &&
           act_hold_insert(journal->db, &row, err) &&
           row_access(journal, call, "acts-hold", &row, err) &&
           row_write_out(journal, &row, out, err);
}

/* Whoever is looked into does not end what the authority wants to look at. */
static bool release_check(struct journal *journal, const struct desk_call *call,
                          const struct act_hold_row *row, struct error *err)
{
    struct officer_row officer;

    if (!access_officer(journal, call->access.officer, call->arena, &officer, err))
        return false;
    if (span_is(row->role, role_names[ROLE_SUPERVISORY_AUTHORITY]) &&
        !span_equal(row->role, officer.role))
        return error_set(err, ERROR_RULE,
                         "acts-release: hold %" PRId64
                         " was ordered by the supervisory authority, which alone ends it",
                         row->id);
    return row->until_ms > 0 ||
           error_set(err, ERROR_CONFLICT, "hold %" PRId64 " is released already", row->id);
}

bool act_acts_release(struct journal *journal, const struct desk_call *call,
                      struct json_writer *out, struct error *err)
{
    int64_t id = json_get_integer(call->arguments, "hold", 1, JSON_INTEGER_MAX);
    struct act_hold_row row;

    if (!problems_to_error(call->problems, err) ||
        !act_hold_find(journal->db, call->arena, id, &row, err) ||
        !release_check(journal, call, &row, err) || !act_hold_release(journal->db, id, err))
        return false;
    row.until_ms = 0;
    return row_access(journal, call, "acts-release", &row, err) &&
           row_write_out(journal, &row, out, err);
}

bool act_acts_holds(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    struct act_hold_row *rows = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *rows);
    struct span next = span_text("");
    struct page page;
    int64_t before = ACT_HOLD_NEWEST;
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, DESK_PAGE, &page, err) ||
        (page.after.size > 0 && !page_numbers_read(page.after, &before, 1, err)) ||
        !act_hold_list(journal->db, call->arena, -1, before, rows, page.limit + 1, &count, err) ||
        !access_view(journal, call, "acts-holds", NULL, 0, err))
        return false;
    size_t shown = count > page.limit ? page.limit : count;
    if (shown > 0 && !page_numbers_write(&rows[shown - 1].id, 1, call->arena, &next, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < shown; i++)
        if (!row_write_out(journal, &rows[i], out, err))
            return false;
    page_end(out, count > shown, next);
    return true;
}
