/* Alarms of the limits: see alarm.h. */
#include "desk/alarm.h"

#include "base/text.h"
#include "desk/private.h"
#include "store/clock_rows.h"

#define STEP 64u /* rows read at once */

const char *const alarm_kind_names[ALARM_KIND_COUNT] = {
    [ALARM_NO_CUSTODY] = "no_custody", [ALARM_OVERDUE] = "overdue", [ALARM_SOON] = "soon"};

struct search {
    struct journal *journal;
    struct arena *arena;
    struct alarm *out;
    size_t count;
    int64_t now_ms;
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
    if (search->count == ALARM_COUNT_MAX)
        return;
    search->out[search->count++] = (struct alarm){.kind = kind,
                                                  .is_own = row->request.is_own,
                                                  .line = line,
                                                  .entry = row->request.entry,
                                                  .log = row->request.log,
                                                  .message_id = row->request.message_id,
                                                  .reference = row->request.reference,
                                                  .at_ms = at_ms};
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
    while (!is_last && count == STEP && search->count < ALARM_COUNT_MAX) {
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

//= dir-2023-977 art 16(1)(e)
bool desk_alarms(struct journal *journal, struct arena *arena, struct alarm *out, size_t *count,
                 struct error *err)
{
    const struct inbox_place first = {.is_answered = -1};
    const struct inbox_place without_limit = {.is_answered = 0, .due_ms = CLOCK_DUE_OPEN - 1};
    struct search search = {.journal = journal,
                            .arena = arena,
                            .out = out,
                            .now_ms = journal->env->now_ms(journal->env->context)};

    *count = 0;
    if (!queue_walk(&search, true, without_limit, custody_take, err) ||
        !queue_walk(&search, false, first, due_take, err) ||
        !queue_walk(&search, true, first, due_take, err))
        return false;
    *count = search.count;
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
    json_text_field(out, "reference", alarm->reference);
    json_string_field(out, "answers", alarm->is_own ? line->partner : journal->party);
    json_time_field(out, alarm->kind == ALARM_NO_CUSTODY ? "created" : "due", alarm->at_ms);
    json_integer_field(out, "minutes", (now_ms - alarm->at_ms) / 60000);
    if (alarm->is_own)
        json_text_field(out, "call", line->agreement.parties[line->partner_side].contact);
    json_end_object(out);
}

bool act_alarm_list(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    struct alarm *alarms = arena_array(call->arena, ALARM_COUNT_MAX, sizeof *alarms);
    struct span *objects = arena_array(call->arena, ALARM_COUNT_MAX, sizeof *objects);
    size_t count = 0;

    if (alarms == NULL || objects == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!problems_to_error(call->problems, err) ||
        !desk_alarms(journal, call->arena, alarms, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        objects[i] = item_name(&journal->lines[alarms[i].line], alarms[i].log, alarms[i].message_id,
                               call->arena);
    if (!access_view(journal, call, "alarm-list", objects, count, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < count; i++)
        alarm_show(journal, &alarms[i], journal->env->now_ms(journal->env->context), out);
    json_end_array(out);
    json_end_object(out);
    return true;
}
