/* Alarms of the limits: see alarm.h. */
#include "desk/alarm.h"

#include "base/text.h"
#include "desk/duty.h"
#include "desk/private.h"
#include "store/approval_rows.h"
#include "store/clock_rows.h"

#define STEP       64u                  /* rows read at once */
#define STEP_SIZE  (256u * 1024u)       /* of emergencies with their texts: a quarter of it */
#define EACH_SIZE  (4u * 1024u * 1024u) /* of a step of alarms with the rows of the queue */
#define ALARM_PAGE 200 /* no limit named: whoever looks in the night shall not miss one by a page */

const char *const alarm_kind_names[ALARM_KIND_COUNT] = {[ALARM_NO_CUSTODY] = "no_custody",
                                                        [ALARM_OVERDUE] = "overdue",
                                                        [ALARM_SOON] = "soon",
                                                        [ALARM_UNREVIEWED] = "unreviewed"};

struct search {
    struct journal *journal;
    struct arena *arena;
    struct alarm *out;
    size_t limit;
    size_t count;
    int64_t now_ms;
    int64_t walk;
};

static const struct agreement *agreement_of(const struct journal *journal, struct span name,
                                            size_t *line)
{
    for (*line = 0; *line < journal->line_count; (*line)++)
        if (span_is(name, journal->lines[*line].agreement_id))
            return &journal->lines[*line].agreement;
    return NULL;
}

/* A judicial authorisation that was told in time gives until its day. */
static int64_t owed_ms(const struct inbox_row *row)
{
    return row->delayed_to_ms > row->due_ms ? row->delayed_to_ms : row->due_ms;
}

static void alarm_add(struct search *search, enum alarm_kind kind, const struct inbox_row *row,
                      size_t line, int64_t at_ms)
{
    if (search->count == search->limit)
        return;
    search->out[search->count++] = (struct alarm){.kind = kind,
                                                  .is_own = row->request.is_own,
                                                  .line = line,
                                                  .entry = row->request.entry,
                                                  .log = row->request.log,
                                                  .message_id = row->request.message_id,
                                                  .reference = row->request.reference,
                                                  .at_ms = at_ms,
                                                  .walk = search->walk,
                                                  .place = row->place};
}

/* *is_last: no later row is due so soon. */
static void due_take(struct search *search, const struct inbox_row *row, bool *is_last)
{
    size_t line = 0;
    const struct agreement *agreement = agreement_of(search->journal, row->agreement, &line);

    *is_last = row->place.is_answered != 0 || row->due_ms == CLOCK_DUE_OPEN || row->due_ms == 0;
    if (*is_last || agreement == NULL)
        return;
    int64_t limit_ms =
        agreement_row_after_ms(agreement, (enum deadline_row)row->request.deadline_row);
    int64_t longest_ms = agreement_row_after_ms(agreement, DEADLINE_OTHER);
    int64_t due_ms = owed_ms(row);
    if (search->now_ms >= due_ms)
        alarm_add(search, ALARM_OVERDUE, row, line, due_ms);
    else if (search->now_ms >= due_ms - limit_ms / ALARM_SOON_FRACTION)
        alarm_add(search, ALARM_SOON, row, line, due_ms);
    else
        *is_last = search->now_ms < row->due_ms - longest_ms / ALARM_SOON_FRACTION;
}

static void custody_take(struct search *search, const struct inbox_row *row, bool *is_last)
{
    size_t line = 0;

    *is_last = row->place.is_answered != 0;
    if (!*is_last && row->received_s == 0 && row->request.urgency > 0 &&
        search->now_ms >= row->created_ms + ALARM_CUSTODY_MS &&
        agreement_of(search->journal, row->agreement, &line) != NULL)
        alarm_add(search, ALARM_NO_CUSTODY, row, line, row->created_ms);
}

/* Along the queue's index from a place on. */
static bool queue_walk(struct search *search, bool is_own, struct inbox_place place,
                       void (*take)(struct search *, const struct inbox_row *, bool *),
                       struct error *err)
{
    struct inbox_row *rows = arena_array(search->arena, STEP, sizeof *rows);
    bool is_last = false;
    size_t count = STEP;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "alarms: out of memory");
    while (!is_last && count == STEP && search->count < search->limit) {
        if (!inbox_list(search->journal->db, search->arena, is_own, &place, rows, STEP, &count,
                        err))
            return error_add(err, "alarms");
        for (size_t i = 0; i < count && !is_last; i++) {
            take(search, &rows[i], &is_last);
            place = rows[i].place;
        }
    }
    return true;
}

static bool unreviewed_take(struct search *search, const struct emergency_row *row,
                            struct error *err)
{
    const struct journal_line *line = line_of_entry(search->journal, row->log);
    struct alarm alarm = {.kind = ALARM_UNREVIEWED,
                          .entry = row->entry,
                          .log = row->log,
                          .at_ms = row->review_until_ms,
                          .place = {.due_ms = row->review_until_ms, .entry = row->entry}};

    if (line == NULL || search->count == search->limit)
        return true;
    if (!arena_copy(search->arena, row->message_id, &alarm.message_id))
        return error_set(err, ERROR_LIMIT, "alarms: out of memory");
    alarm.line = (size_t)(line - search->journal->lines);
    search->out[search->count++] = alarm;
    return true;
}

/* What one officer sent alone: an alarm from that moment on, by the time of its review. Before all walks along the queue. All
 * of them, step by step; a step's rows go with it, and only the names stay. */
static bool unreviewed_walk(struct search *search, const struct inbox_place *after,
                            struct error *err)
{
    struct emergency_place place = {.review = -1};
    size_t count = STEP;

    if (after != NULL)
        place = (struct emergency_place){EMERGENCY_OPEN, after->due_ms, after->entry};
    while (count == STEP && search->count < search->limit) {
        struct arena step CLEANUP(arena_free) = arena_make(STEP_SIZE);
        struct emergency_row *rows = arena_array(&step, STEP, sizeof *rows);
        if (rows == NULL)
            return error_set(err, ERROR_LIMIT, "alarms: out of memory");
        if (!emergency_list(search->journal->db, &step, true, &place, rows, STEP, &count, err))
            return error_add(err, "alarms");
        for (size_t i = 0; i < count; i++) {
            if (!unreviewed_take(search, &rows[i], err))
                return false;
            place =
                (struct emergency_place){EMERGENCY_OPEN, rows[i].review_until_ms, rows[i].entry};
        }
    }
    return true;
}

/* The walks behind that one, the most pressing first; numbered from 1. */
static const struct {
    bool is_own;
    struct inbox_place from;
    void (*take)(struct search *search, const struct inbox_row *row, bool *is_last);
} walks[] = {
    {true, {.is_answered = 0, .due_ms = CLOCK_DUE_OPEN - 1}, custody_take}, /* without a limit */
    {false, {.is_answered = -1}, due_take},
    {true, {.is_answered = -1}, due_take},
};

//= dir-2023-977 art 16(1)(e)
bool desk_alarms(struct journal *journal, struct arena *arena, const struct alarm *after,
                 struct alarm *out, size_t limit, size_t *count, struct error *err)
{
    struct search search = {.journal = journal,
                            .arena = arena,
                            .out = out,
                            .limit = limit,
                            .now_ms = journal->env->now_ms(journal->env->context)};

    *count = 0;
    int64_t from = after == NULL ? 0 : after->walk;
    if (from == 0 && !unreviewed_walk(&search, after == NULL ? NULL : &after->place, err))
        return false;
    for (int64_t i = from == 0 ? 1 : from; i <= (int64_t)ARRAY_COUNT(walks); i++) {
        bool is_begun = after != NULL && after->walk == i;
        search.walk = i;
        if (!queue_walk(&search, walks[i - 1].is_own, is_begun ? after->place : walks[i - 1].from,
                        walks[i - 1].take, err))
            return false;
    }
    *count = search.count;
    return true;
}

bool desk_alarms_each(struct journal *journal,
                      void (*visit)(void *context, const struct alarm *alarm), void *context,
                      struct error *err)
{
    struct alarm last = {.walk = -1};
    size_t count = ALARM_COUNT_MAX;

    while (count == ALARM_COUNT_MAX) {
        struct arena arena CLEANUP(arena_free) = arena_make(EACH_SIZE);
        struct alarm *alarms = arena_array(&arena, ALARM_COUNT_MAX, sizeof *alarms);
        if (alarms == NULL)
            return error_set(err, ERROR_LIMIT, "alarms: out of memory");
        if (!desk_alarms(journal, &arena, last.walk < 0 ? NULL : &last, alarms, ALARM_COUNT_MAX,
                         &count, err))
            return false;
        for (size_t i = 0; i < count; i++)
            visit(context, &alarms[i]);
        if (count > 0)
            last = (struct alarm){.walk = alarms[count - 1].walk, .place = alarms[count - 1].place};
    }
    return true;
}

static void alarm_show(const struct journal *journal, const struct alarm *alarm, int64_t now_ms,
                       struct json_writer *out)
{
    const struct journal_line *line = &journal->lines[alarm->line];
    char id[UUID_TEXT_SIZE] = "";

    if (alarm->message_id.size == UUID_SIZE)
        uuid_write(alarm->message_id.data, id);
    json_begin_object(out);
    json_string_field(out, "alarm", alarm_kind_names[alarm->kind]);
    json_string_field(out, "item", id);
    json_string_field(out, "partner", line->partner);
    json_text_field_optional(out, "reference", alarm->reference);
    json_string_field(out, "answers", alarm->is_own ? line->partner : journal->party);
    json_time_field(out, alarm->kind == ALARM_NO_CUSTODY ? "created" : "due", alarm->at_ms);
    json_integer_field(out, "minutes", (now_ms - alarm->at_ms) / 60000);
    if (alarm->is_own)
        json_text_field(out, "call", line->agreement.parties[line->partner_side].contact);
    json_end_object(out);
}

static bool place_write(const struct alarm *alarm, struct arena *arena, struct span *out,
                        struct error *err)
{
    const int64_t numbers[] = {alarm->walk, alarm->place.is_answered, alarm->place.due_ms,
                               alarm->place.entry};

    return page_numbers_write(numbers, ARRAY_COUNT(numbers), arena, out, err);
}

static bool place_read(struct span text, struct alarm *out, struct error *err)
{
    int64_t numbers[4];

    if (!page_numbers_read(text, numbers, ARRAY_COUNT(numbers), err))
        return false;
    *out = (struct alarm){.walk = numbers[0], .place = {numbers[1], numbers[2], numbers[3]}};
    return true;
}

/* Drafts that wait for their second officer, with whoever is on call for it: behind all alarms, as far as the page has room. */
static bool waiting_show(struct journal *journal, const struct desk_call *call, size_t room,
                         struct json_writer *out, struct error *err)
{
    int64_t now_ms = journal->env->now_ms(journal->env->context);
    struct approval_row *rows = arena_array(call->arena, STEP, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!approval_list(journal->db, call->arena, call->access.officer, NULL, rows, STEP, &count,
                       err))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && room > 0 && i < count; i++) {
        if (rows[i].state != APPROVAL_WAITS || now_ms >= rows[i].until_ms)
            continue;
        room--;
        json_begin_object(out);
        json_string_field(out, "alarm", "unapproved");
        json_hex_field(out, "approval", rows[i].id);
        json_text_field(out, "act", rows[i].act);
        json_text_field_optional(out, "approver", rows[i].approver);
        json_time_field(out, "created", rows[i].made_ms);
        json_integer_field(out, "minutes", (now_ms - rows[i].made_ms) / 60000);
        ok = on_call_write(journal, call->arena, rows[i].officer, out, err);
        json_end_object(out);
    }
    return ok;
}

bool act_alarm_list(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    struct alarm *alarms = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *alarms);
    struct span *objects = arena_array(call->arena, DESK_LIST_MAX, sizeof *objects);
    struct span next = span_text("");
    struct alarm after;
    struct page page;
    size_t count = 0;

    if (alarms == NULL || objects == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, ALARM_PAGE, &page, err) ||
        (page.after.size > 0 && !place_read(page.after, &after, err)) ||
        !desk_alarms(journal, call->arena, page.after.size > 0 ? &after : NULL, alarms,
                     page.limit + 1, &count, err))
        return false;
    bool has_next = count > page.limit;
    if (has_next)
        count = page.limit;
    for (size_t i = 0; i < count; i++)
        objects[i] = item_name(&journal->lines[alarms[i].line], alarms[i].log, alarms[i].message_id,
                               call->arena);
    if ((has_next && !place_write(&alarms[count - 1], call->arena, &next, err)) ||
        !access_view(journal, call, "alarm-list", objects, count, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < count; i++)
        alarm_show(journal, &alarms[i], journal->env->now_ms(journal->env->context), out);
    bool ok = has_next || waiting_show(journal, call, page.limit - count, out, err);
    page_end(out, has_next, next);
    return ok;
}
