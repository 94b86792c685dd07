/* Alarms of the limits: see alarm.h. */
#include "desk/alarm.h"

#include "desk/duty.h"
#include "desk/private.h"
#include "store/clock_rows.h"
#include "store/custody_rows.h"

#define STEP      64u                  /* rows read at once */
#define STEP_SIZE (256u * 1024u)       /* of emergencies with their texts: a quarter of it */
#define EACH_SIZE (4u * 1024u * 1024u) /* of a step of alarms with the rows of the queue */

const char *const alarm_kind_names[ALARM_KIND_COUNT] = {[ALARM_NO_CUSTODY] = "no_custody",
                                                        [ALARM_OVERDUE] = "overdue",
                                                        [ALARM_AUTHORISATION] =
                                                            "overdue_authorisation",
                                                        [ALARM_SOON] = "soon",
                                                        [ALARM_UNREVIEWED] = "unreviewed"};

_Static_assert(PURPOSE_IMMEDIATE_THREAT == 4 && DEADLINE_OTHER == 3, "store/custody_rows.c");

/* The most pressing first: what one officer sent alone; what nobody holds; then the queue of requests to us, and of ours. */
enum walk { WALK_UNREVIEWED, WALK_CUSTODY, WALK_RECEIVED, WALK_SENT, WALK_COUNT };

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

static bool is_full(const struct search *search)
{
    return search->count == search->limit;
}

static void alarm_add(struct search *search, enum alarm_kind kind, const struct inbox_row *row,
                      size_t line)
{
    if (is_full(search))
        return;
    search->out[search->count++] = (struct alarm){.kind = kind,
                                                  .type = MESSAGE_REQUEST,
                                                  .is_own = row->request.is_own,
                                                  .line = line,
                                                  .entry = row->request.entry,
                                                  .log = row->request.log,
                                                  .message_id = row->request.message_id,
                                                  .reference = row->request.reference,
                                                  .at_ms = row->due_ms,
                                                  .expected_ms = row->delayed_to_ms,
                                                  .walk = search->walk,
                                                  .place = row->place};
}

/* *is_last: no later row is due so soon. The limit itself stays where it is: a judicial authorisation that was told of in
 * time lets the answer come later, as long as the day that was named has not come. */
//= dir-2023-977 art 5(2)
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
    if (search->now_ms >= row->due_ms)
        alarm_add(search, row->delayed_to_ms > search->now_ms ? ALARM_AUTHORISATION : ALARM_OVERDUE,
                  row, line);
    else if (search->now_ms >= row->due_ms - limit_ms / ALARM_SOON_FRACTION)
        alarm_add(search, ALARM_SOON, row, line);
    else
        *is_last = search->now_ms < row->due_ms - longest_ms / ALARM_SOON_FRACTION;
}

/* Along the queue's index from a place on. */
static bool queue_walk(struct search *search, bool is_own, struct inbox_place place,
                       struct error *err)
{
    struct inbox_row *rows = arena_array(search->arena, STEP, sizeof *rows);
    bool is_last = false;
    size_t count = STEP;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "alarms: out of memory");
    while (!is_last && count == STEP && !is_full(search)) {
        if (!inbox_list(search->journal->db, search->arena, is_own, &place, rows, STEP, &count,
                        err))
            return error_add(err, "alarms");
        for (size_t i = 0; i < count && !is_last; i++) {
            due_take(search, &rows[i], &is_last);
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
                          .type = MESSAGE_ANSWER,
                          .entry = row->entry,
                          .log = row->log,
                          .at_ms = row->review_until_ms,
                          .place = {.due_ms = row->review_until_ms, .entry = row->entry}};

    if (line == NULL || is_full(search))
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
    while (count == STEP && !is_full(search)) {
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

/* --- what is urgent and in no custody --- */

static void custody_take(struct search *search, const struct custody_row *row, size_t line)
{
    if (is_full(search))
        return;
    search->out[search->count++] =
        (struct alarm){.kind = ALARM_NO_CUSTODY,
                       .type = (enum message_type)row->type,
                       .is_own = row->type == MESSAGE_REQUEST,
                       .line = line,
                       .entry = row->entry,
                       .log = row->log,
                       .message_id = row->message_id,
                       .reference = row->reference,
                       .at_ms = row->created_ms,
                       .walk = WALK_CUSTODY,
                       .place = {.is_answered = row->index == ENTRY_WAITING,
                                 .due_ms = row->log,
                                 .entry = row->index == ENTRY_WAITING ? row->entry : row->index}};
}

static bool line_walk(struct search *search, size_t line, struct custody_place place,
                      struct error *err)
{
    const struct journal_line *at = &search->journal->lines[line];
    struct custody_question question = {.log = at->out.id,
                                        .cosigned = (int64_t)at->cosigned,
                                        .created_to_ms = search->now_ms - ALARM_CUSTODY_MS};
    struct custody_row *rows = arena_array(search->arena, STEP, sizeof *rows);
    size_t count = STEP;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "alarms: out of memory");
    while (count == STEP && !is_full(search)) {
        if (!custody_list_urgent(search->journal->db, search->arena, &question, &place, rows, STEP,
                                 &count, err))
            return error_add(err, "alarms");
        for (size_t i = 0; i < count; i++)
            custody_take(search, &rows[i], line);
        if (count > 0)
            place = (struct custody_place){rows[count - 1].index == ENTRY_WAITING,
                                           rows[count - 1].index == ENTRY_WAITING
                                               ? rows[count - 1].entry
                                               : rows[count - 1].index};
    }
    return true;
}

/* Line by line. A place names its log: where that was succeeded meanwhile, all of them again, so that none is left out. */
static bool custody_walk(struct search *search, const struct inbox_place *after, struct error *err)
{
    size_t line = 0;

    while (after != NULL && line < search->journal->line_count &&
           search->journal->lines[line].out.id != after->due_ms)
        line++;
    bool is_inside = after != NULL && line < search->journal->line_count;
    for (size_t i = is_inside ? line : 0; i < search->journal->line_count; i++) {
        struct custody_place place = {.at = -1};
        if (is_inside && i == line)
            place = (struct custody_place){after->is_answered != 0, after->entry};
        if (!line_walk(search, i, place, err))
            return false;
    }
    return true;
}

//= dir-2023-977 art 16(1)(e)
bool desk_alarms(struct journal *journal, struct arena *arena, const struct alarm *after,
                 struct alarm *out, size_t limit, size_t *count, struct error *err)
{
    static const struct inbox_place first = {.is_answered = -1};
    struct search search = {.journal = journal,
                            .arena = arena,
                            .out = out,
                            .limit = limit,
                            .now_ms = journal->env->now_ms(journal->env->context)};
    int64_t from = after == NULL ? WALK_UNREVIEWED : after->walk;

    *count = 0;
    for (search.walk = from; search.walk < WALK_COUNT; search.walk++) {
        const struct inbox_place *place =
            after != NULL && search.walk == from ? &after->place : NULL;
        bool ok = search.walk == WALK_UNREVIEWED ? unreviewed_walk(&search, place, err)
                  : search.walk == WALK_CUSTODY
                      ? custody_walk(&search, place, err)
                      : queue_walk(&search, search.walk == WALK_SENT, place ? *place : first, err);
        if (!ok)
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
