/* Rows of the queue: see inbox_rows.h. */
#include "store/inbox_rows.h"

#include "base/attributes.h"
#include "store/log_rows.h"
#include "store/rows.h"

#define PLACE_MOST INT64_C(9007199254740993) /* beyond every deadline, and every entry */

#define PLACE      "(r.is_answered, r.due_ms, r.entry)"
#define IN_ORDER   " order by r.is_answered, r.due_ms, r.entry limit "
#define INBOX_ROWS                                                                                                 \
    "select r.entry, r.log, r.message_id, r.is_own, r.reference, r.urgency, r.is_training, r.language, r.persons," \
    " r.attachments, r.due_after_ms, r.deadline_row, r.version, l.agreement, l.partner, e.idx, e.created_ms,"      \
    " coalesce(d.received_s, 0), coalesce(d.due_ms, 0),"                                                           \
    " (select count(*) from answers a where a.target = r.entry and a.counts <> 0),"                                \
    " (select count(*) from notices n where n.target = r.entry),"                                                  \
    " coalesce((select x.outcome from results x where x.target = r.entry order by x.entry desc limit 1), -1),"     \
    " r.is_answered, r.due_ms, coalesce(d.suspended_ms, 0), coalesce(d.delayed_to_ms, 0), r.unit"                  \
    " from requests r join logs l on l.id = r.log join entries e on e.id = r.entry"                                \
    " left join dues d on d.entry = r.entry where "

const char inbox_list_sql[] = INBOX_ROWS "r.is_own = $1 and " PLACE " > ($2, $3, $4)" IN_ORDER "$5";

static bool inbox_read(const struct statement *s, struct arena *arena, void *out)
{
    struct inbox_row *row = out;

    if (!request_row_read(s, arena, &row->request))
        return false;
    row->index = column_is_null(s, 15) ? ENTRY_WAITING : column_integer(s, 15);
    row->created_ms = column_integer(s, 16);
    row->received_s = column_integer(s, 17);
    row->due_ms = column_integer(s, 18);
    row->answers = column_integer(s, 19);
    row->notices = column_integer(s, 20);
    row->result = column_integer(s, 21);
    row->suspended_ms = column_integer(s, 24);
    row->delayed_to_ms = column_integer(s, 25);
    row->place =
        (struct inbox_place){column_integer(s, 22), column_integer(s, 23), row->request.entry};
    return row_text(s, 13, arena, &row->agreement) && row_text(s, 14, arena, &row->partner) &&
           row_text(s, 26, arena, &row->unit);
}

bool inbox_list(struct database *db, struct arena *arena, bool is_own,
                const struct inbox_place *after, struct inbox_row *out, size_t limit, size_t *count,
                struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, inbox_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, is_own);
    statement_integer(s, 2, after == NULL ? -1 : after->is_answered);
    statement_integer(s, 3, after == NULL ? 0 : after->due_ms);
    statement_integer(s, 4, after == NULL ? 0 : after->entry);
    statement_integer(s, 5, (int64_t)limit);
    return rows_read(s, arena, inbox_read, out, sizeof *out, limit, count, err);
}

/* --- through a filter --- */

/* Which index is walked: that of the filter's part that lets least through; its other parts are asked of each row. */
enum walk { WALK_ALL, WALK_UNIT, WALK_LOG, WALK_URGENT, WALK_TRAINING, WALK_COUNT };

/* A stretch of the queue, `from` left out. */
struct stretch {
    struct inbox_place from;
    struct inbox_place to;
};

#define STRETCH PLACE " > ($1, $2, $3) and " PLACE " <= ($4, $5, $6) and "
/* What is asked of each row. A limit of which the last fraction runs has less than that left. */
#define ROWS_OF(key, limit)                                                                        \
    INBOX_ROWS STRETCH                                                                             \
        "case when r.urgency > 0 then 1 else 0 end between $7 and $8"                              \
        " and r.is_training between $9 and $10 and ($11 = '' or l.partner = $11)"                  \
        " and ($12 = '' or l.agreement = $12) and r.due_ms - r.due_after_ms / $13 <= $14"          \
        " and coalesce(d.delayed_to_ms, 0) between $15 and $16"                                    \
        " and " key IN_ORDER limit
#define END_OF(key, limit)                                                                         \
    "select r.is_answered, r.due_ms, r.entry from requests r where " STRETCH key IN_ORDER          \
    "1 offset " limit
#define COUNT_OF(key, limit)                                                                       \
    "select count(*) from (select r.entry from requests r where " STRETCH key " limit " limit      \
    ") as counted"

/* As the indexes have them: requests_queue, requests_unit, requests_log, requests_urgent, requests_training. */
static const struct {
    const char *rows;
    const char *end;
    const char *count; /* NULL: is not counted */
} walks[WALK_COUNT] = {
    [WALK_ALL] = {ROWS_OF("r.is_own = $17", "$18"), END_OF("r.is_own = $7", "$8"),
                  COUNT_OF("r.is_own = $7", "$8")},
    [WALK_UNIT] = {ROWS_OF("r.is_own = 0 and r.unit = $17", "$18"),
                   END_OF("r.is_own = 0 and r.unit = $7", "$8"),
                   COUNT_OF("r.is_own = 0 and r.unit = $7", "$8")},
    [WALK_LOG] = {ROWS_OF("r.log = $17", "$18"), END_OF("r.log = $7", "$8"), NULL},
    [WALK_URGENT] = {ROWS_OF("r.is_own = $17 and r.urgency > 0", "$18"),
                     END_OF("r.is_own = $7 and r.urgency > 0", "$8"),
                     COUNT_OF("r.is_own = $7 and r.urgency > 0", "$8")},
    [WALK_TRAINING] = {ROWS_OF("r.is_own = $17 and r.is_training = 1", "$18"),
                       END_OF("r.is_own = $7 and r.is_training = 1", "$8"), NULL},
};

/* Of those that are due next, as many as are looked at. */
static const char soon_count_sql[] =
    "select count(*) from (select r.due_ms as due_ms, r.due_after_ms as due_after_ms from requests r"
    " where " STRETCH "r.is_own = $7" IN_ORDER
    "$8) as counted where counted.due_ms - counted.due_after_ms / $9 <= $10";

/* Of those whose limit is over, as many as are looked at: for how many an authorisation is awaited. */
static const char authorisation_count_sql[] =
    "select count(*) from (select coalesce(d.delayed_to_ms, 0) as delayed_to_ms from requests r"
    " left join dues d on d.entry = r.entry where " STRETCH "r.is_own = $7" IN_ORDER
    "$8) as counted where counted.delayed_to_ms > $9";

static const char logs_sql[] =
    "select id from logs where kind = $1 and ($2 = '' or partner = $2) and ($3 = '' or agreement = $3)"
    " order by id limit $4";

static enum walk walk_of(const struct inbox_filter *filter)
{
    if (filter->by_unit)
        return WALK_UNIT;
    if (filter->partner.size > 0 || filter->agreement.size > 0)
        return WALK_LOG;
    if (filter->urgent == INBOX_YES)
        return WALK_URGENT;
    return filter->training == INBOX_YES ? WALK_TRAINING : WALK_ALL;
}

static bool is_before(const struct inbox_place *a, const struct inbox_place *b)
{
    if (a->is_answered != b->is_answered)
        return a->is_answered < b->is_answered;
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->entry < b->entry;
}

/* A state is a stretch of the queue, since the queue is in the order of answers and deadlines. */
static struct stretch stretch_of(const struct inbox_filter *filter, enum inbox_state state)
{
    struct stretch all = {{-1, 0, 0}, {1, PLACE_MOST, PLACE_MOST}};

    if (state == INBOX_ANSWERED)
        all.from = (struct inbox_place){0, PLACE_MOST, PLACE_MOST};
    else if (state == INBOX_SOON)
        all.from = (struct inbox_place){0, filter->now_ms, PLACE_MOST};
    if (state == INBOX_OPEN)
        all.to = (struct inbox_place){0, PLACE_MOST, PLACE_MOST};
    else if (state == INBOX_OVERDUE || state == INBOX_AUTHORISATION)
        all.to = (struct inbox_place){0, filter->now_ms, PLACE_MOST};
    else if (state == INBOX_SOON)
        all.to = (struct inbox_place){0, filter->now_ms + filter->soon_most_ms, PLACE_MOST};
    return all;
}

static int stretch_bind(struct statement *s, const struct stretch *stretch)
{
    const int64_t numbers[] = {stretch->from.is_answered, stretch->from.due_ms, stretch->from.entry,
                               stretch->to.is_answered,   stretch->to.due_ms,   stretch->to.entry};

    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++)
        statement_integer(s, (int)i + 1, numbers[i]);
    return (int)ARRAY_COUNT(numbers) + 1;
}

/* Empty, never null, which nothing equals. */
static void text_bind(struct statement *s, int at, struct span text)
{
    statement_text(s, at, text.size > 0 ? text : span_text(""));
}

static int wanted_bind(struct statement *s, int at, enum inbox_wanted wanted)
{
    statement_integer(s, at, wanted == INBOX_YES);
    statement_integer(s, at + 1, wanted != INBOX_NO);
    return at + 2;
}

/* The day that was told of an authorisation, in what is overdue: to come, or over or never told. */
static int delay_bind(struct statement *s, int at, const struct inbox_filter *filter)
{
    statement_integer(s, at, filter->state == INBOX_AUTHORISATION ? filter->now_ms + 1 : 0);
    statement_integer(s, at + 1, filter->state == INBOX_OVERDUE ? filter->now_ms : PLACE_MOST);
    return at + 2;
}

static int key_bind(struct statement *s, int at, const struct inbox_filter *filter, enum walk walk,
                    int64_t log)
{
    if (walk == WALK_UNIT)
        text_bind(s, at, filter->unit);
    else
        statement_integer(s, at, walk == WALK_LOG ? log : filter->is_own);
    return at + 1;
}

static bool rows_of(struct database *db, struct arena *arena, const struct inbox_filter *filter,
                    int64_t log, const struct stretch *stretch, struct inbox_row *out, size_t limit,
                    size_t *count, struct error *err)
{
    enum walk walk = walk_of(filter);
    struct statement *s CLEANUP(statement_give) = statement_take(db, walks[walk].rows, err);
    if (s == NULL)
        return false;
    int at = wanted_bind(s, stretch_bind(s, stretch), filter->urgent);
    at = wanted_bind(s, at, filter->training);
    text_bind(s, at++, filter->partner);
    text_bind(s, at++, filter->agreement);
    statement_integer(s, at++, filter->state == INBOX_SOON ? filter->soon_fraction : 1);
    statement_integer(s, at++, filter->state == INBOX_SOON ? filter->now_ms : PLACE_MOST);
    at = delay_bind(s, at, filter);
    at = key_bind(s, at, filter, walk, log);
    statement_integer(s, at, (int64_t)limit);
    return rows_read(s, arena, inbox_read, out, sizeof *out, limit, count, err);
}

/* Shortens the stretch to as many rows of the index as are looked at. */
static bool stretch_shorten(struct database *db, const struct inbox_filter *filter, int64_t log,
                            struct stretch *stretch, bool *ends, struct error *err)
{
    enum walk walk = walk_of(filter);
    struct statement *s CLEANUP(statement_give) = statement_take(db, walks[walk].end, err);
    if (s == NULL)
        return false;
    int at = key_bind(s, stretch_bind(s, stretch), filter, walk, log);
    statement_integer(s, at, INBOX_WALK_MAX - 1);
    enum statement_step step = statement_step(s, err);
    if (step == STEP_ROW) {
        *ends = true;
        stretch->to =
            (struct inbox_place){column_integer(s, 0), column_integer(s, 1), column_integer(s, 2)};
    }
    return step != STEP_FAILED;
}

/* Puts the rows of one log among those of the others, both in order; the first `limit` stay. */
static bool rows_merge(struct arena *arena, struct inbox_row *rows, size_t limit, size_t *count,
                       const struct inbox_row *more, size_t more_count, struct error *err)
{
    struct inbox_row *merged = arena_array(arena, limit, sizeof *merged);
    size_t a = 0, b = 0, total = 0;

    if (merged == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    while (total < limit && (a < *count || b < more_count)) {
        bool is_first =
            b == more_count || (a < *count && is_before(&rows[a].place, &more[b].place));
        merged[total++] = is_first ? rows[a++] : more[b++];
    }
    if (total > 0)
        memcpy(rows, merged, total * sizeof *rows);
    *count = total;
    return true;
}

static bool log_read(const struct statement *s, struct arena *arena, void *out)
{
    int64_t *log = out;
    (void)arena;

    *log = column_integer(s, 0);
    return true;
}

/* The logs that are walked; one that is none, where none is named. */
static bool logs_of(struct database *db, const struct inbox_filter *filter, int64_t *logs,
                    size_t *count, struct error *err)
{
    logs[0] = 0;
    *count = 1;
    if (walk_of(filter) != WALK_LOG)
        return true;
    struct statement *s CLEANUP(statement_give) = statement_take(db, logs_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, filter->is_own ? LOG_OUTGOING : LOG_MIRROR);
    text_bind(s, 2, filter->partner);
    text_bind(s, 3, filter->agreement);
    statement_integer(s, 4, INBOX_LOG_MAX + 1);
    if (!rows_read(s, NULL, log_read, logs, sizeof *logs, INBOX_LOG_MAX + 1, count, err))
        return false;
    return *count <= INBOX_LOG_MAX ||
           error_set(err, ERROR_LIMIT, "partner: more than %d logs; name one agreement",
                     INBOX_LOG_MAX);
}

bool inbox_find(struct database *db, struct arena *arena, const struct inbox_filter *filter,
                const struct inbox_place *after, struct inbox_row *out, size_t limit, size_t *count,
                bool *ends, struct inbox_place *place, struct error *err)
{
    struct stretch stretch = stretch_of(filter, filter->state);
    struct inbox_row *more = arena_array(arena, limit, sizeof *more);
    int64_t logs[INBOX_LOG_MAX + 1];
    size_t log_count = 0;

    *count = 0;
    *ends = false;
    if (more == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (after != NULL && is_before(&stretch.from, after))
        stretch.from = *after;
    if (!logs_of(db, filter, logs, &log_count, err))
        return error_add(err, "the queue");
    for (size_t i = 0; i < log_count; i++)
        if (!stretch_shorten(db, filter, logs[i], &stretch, ends, err))
            return error_add(err, "the queue");
    *place = stretch.to;
    for (size_t i = 0; i < log_count; i++) {
        size_t found = 0;
        if (!rows_of(db, arena, filter, logs[i], &stretch, more, limit, &found, err) ||
            !rows_merge(arena, out, limit, count, more, found, err))
            return error_add(err, "the queue");
    }
    return true;
}

/* --- counts --- */

static bool count_of(struct database *db, const struct inbox_filter *filter, enum walk walk,
                     enum inbox_state state, int64_t *out, struct error *err)
{
    struct stretch stretch = stretch_of(filter, state);
    struct statement *s CLEANUP(statement_give) = statement_take(db, walks[walk].count, err);
    if (s == NULL)
        return false;
    int at = key_bind(s, stretch_bind(s, &stretch), filter, walk, 0);
    statement_integer(s, at, INBOX_COUNT_MOST);
    return row_integer(s, out, err);
}

static bool soon_count(struct database *db, const struct inbox_filter *filter, int64_t *out,
                       struct error *err)
{
    struct stretch stretch = stretch_of(filter, INBOX_SOON);
    struct statement *s CLEANUP(statement_give) = statement_take(db, soon_count_sql, err);
    if (s == NULL)
        return false;
    int at = key_bind(s, stretch_bind(s, &stretch), filter, WALK_ALL, 0);
    statement_integer(s, at, INBOX_COUNT_MOST);
    statement_integer(s, at + 1, filter->soon_fraction);
    statement_integer(s, at + 2, filter->now_ms);
    return row_integer(s, out, err);
}

static bool authorisation_count(struct database *db, const struct inbox_filter *filter,
                                int64_t *out, struct error *err)
{
    struct stretch stretch = stretch_of(filter, INBOX_AUTHORISATION);
    struct statement *s CLEANUP(statement_give) = statement_take(db, authorisation_count_sql, err);
    if (s == NULL)
        return false;
    int at = key_bind(s, stretch_bind(s, &stretch), filter, WALK_ALL, 0);
    statement_integer(s, at, INBOX_COUNT_MOST);
    statement_integer(s, at + 1, filter->now_ms);
    return row_integer(s, out, err);
}

bool inbox_count(struct database *db, const struct inbox_filter *filter, struct inbox_counts *out,
                 struct error *err)
{
    struct inbox_filter all = {.is_own = filter->is_own,
                               .now_ms = filter->now_ms,
                               .soon_fraction = filter->soon_fraction,
                               .soon_most_ms = filter->soon_most_ms};

    *out = (struct inbox_counts){.open = 0};
    bool ok = count_of(db, &all, WALK_ALL, INBOX_OPEN, &out->open, err) &&
              count_of(db, &all, WALK_ALL, INBOX_OVERDUE, &out->overdue, err) &&
              authorisation_count(db, &all, &out->authorisation, err) &&
              soon_count(db, &all, &out->soon, err) &&
              count_of(db, &all, WALK_URGENT, INBOX_OPEN, &out->urgent, err) &&
              (all.is_own || count_of(db, &all, WALK_UNIT, INBOX_OPEN, &out->unassigned, err));
    out->overdue -= out->authorisation; /* both of the same rows: those that are due first */
    return ok || error_add(err, "counting the queue");
}

const char *inbox_sql(size_t at)
{
    const char *const of_walk[] = {walks[at / 3 % WALK_COUNT].rows, walks[at / 3 % WALK_COUNT].end,
                                   walks[at / 3 % WALK_COUNT].count};

    if (at == 3 * WALK_COUNT)
        return soon_count_sql;
    if (at == 3 * WALK_COUNT + 1)
        return authorisation_count_sql;
    if (at > 3 * WALK_COUNT)
        return NULL;
    return of_walk[at % 3] == NULL ? "" : of_walk[at % 3];
}
