/* Counts of a year: see statistics_rows.h. */
#include "store/statistics_rows.h"

#include "store/rows.h"

/* Time of the first answer, grounds of the last one that has any. */
#define FACTS                                                                                      \
    " r.is_own, r.urgency,"                                                                        \
    " case when coalesce(d.deadline_row, 0) > 0 then d.deadline_row else r.deadline_row end,"      \
    " coalesce(d.received_s, 0), coalesce(d.due_ms, 0), coalesce(d.delayed_to_ms, 0),"             \
    " coalesce((select a.at_ms from answers a where a.target = r.entry and a.counts <> 0"          \
    " order by a.entry limit 1), 0),"                                                              \
    " coalesce((select a.grounds from answers a where a.target = r.entry and a.counts <> 0"        \
    " and a.grounds is not null"                                                                   \
    " order by a.entry desc limit 1), '')"

static const char exchange_keep_sql[] =
    "insert into exchanges (entry, agreement, partner, is_own, urgency, deadline_row, received_s, due_ms,"
    " delayed_to_ms, answered_ms, grounds)"
    " select r.entry, l.agreement, l.partner," FACTS " from requests r join logs l on l.id = r.log"
    " join dues d on d.entry = r.entry where d.received_s > 0 and (r.entry = $1 or r.entry in"
    " (select target from answers where entry = $1))"
    " on conflict (entry) do update set deadline_row = excluded.deadline_row, due_ms = excluded.due_ms,"
    " delayed_to_ms = excluded.delayed_to_ms, answered_ms = excluded.answered_ms,"
    " grounds = excluded.grounds where exchanges.answered_ms = 0";

bool exchange_keep(struct database *db, int64_t entry, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, exchange_keep_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    return row_write(s, err);
}

static const char exchange_old_sql[] = "delete from exchanges where received_s < $1";

bool exchange_remove_old(struct database *db, int64_t received_before_s, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, exchange_old_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, received_before_s);
    return row_write(s, err);
}

/* All requests of the span, whether their rows stand or were kept. $1, $2: from and to, ms. */
#define COUNTED                                                                                     \
    "with x (agreement, partner, is_own, urgency, deadline_row, received_s, due_ms, delayed_to_ms," \
    " answered_ms, grounds, at_ms) as ("                                                            \
    "select l.agreement, l.partner," FACTS                                                          \
    ", case when coalesce(d.received_s, 0) > 0 then d.received_s * 1000 else e.created_ms end"      \
    " from requests r join logs l on l.id = r.log join entries e on e.id = r.entry"                 \
    " left join dues d on d.entry = r.entry"                                                        \
    " where not exists (select 1 from exchanges k where k.entry = r.entry)"                         \
    " union all select agreement, partner, is_own, urgency, deadline_row, received_s, due_ms,"      \
    " delayed_to_ms, answered_ms, grounds, received_s * 1000 from exchanges)"                       \
    ", y as (select * from x where at_ms >= $1 and at_ms < $2) "

static void span_bind(struct statement *s, const struct count_span *span)
{
    statement_integer(s, 1, span->from_ms);
    statement_integer(s, 2, span->to_ms);
}

static const char requests_sql[] = COUNTED
    ", z as (select agreement, partner, is_own, case when urgency > 0 then 1 else 0 end as urgent, deadline_row,"
    " case when received_s = 0 then 6"
    " when answered_ms > 0 and answered_ms <= due_ms then 0"
    " when answered_ms > 0 and delayed_to_ms > 0 then 2"
    " when answered_ms > 0 then 1"
    " when due_ms > $3 then 3"
    " when delayed_to_ms > 0 then 5 else 4 end as state from y)"
    " select agreement, partner, is_own, urgent, deadline_row, state, count(*) from z"
    " group by agreement, partner, is_own, urgent, deadline_row, state"
    " order by agreement, partner, is_own, urgent desc, deadline_row, state limit $4";

static bool requests_read(const struct statement *s, struct arena *arena, void *out)
{
    struct count_row *row = out;

    *row = (struct count_row){.is_own = column_integer(s, 2) != 0,
                              .is_urgent = column_integer(s, 3) != 0,
                              .deadline_row = column_integer(s, 4),
                              .state = (enum count_state)column_integer(s, 5),
                              .count = column_integer(s, 6)};
    return row_text(s, 0, arena, &row->agreement) && row_text(s, 1, arena, &row->partner);
}

bool count_requests(struct database *db, struct arena *arena, const struct count_span *span,
                    struct count_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, requests_sql, err);
    if (s == NULL)
        return false;
    span_bind(s, span);
    statement_integer(s, 3, span->now_ms);
    statement_integer(s, 4, (int64_t)limit);
    return rows_read(s, arena, requests_read, out, sizeof *out, limit, count, err);
}

static const char grounds_sql[] = COUNTED
    "select agreement, partner, is_own, grounds, count(*) from y where grounds <> ''"
    " group by agreement, partner, is_own, grounds order by agreement, partner, is_own, grounds limit $3";

static bool grounds_read(const struct statement *s, struct arena *arena, void *out)
{
    struct count_ground_row *row = out;

    *row = (struct count_ground_row){.is_own = column_integer(s, 2) != 0,
                                     .count = column_integer(s, 4)};
    return row_text(s, 0, arena, &row->agreement) && row_text(s, 1, arena, &row->partner) &&
           row_text(s, 3, arena, &row->grounds);
}

bool count_grounds(struct database *db, struct arena *arena, const struct count_span *span,
                   struct count_ground_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, grounds_sql, err);
    if (s == NULL)
        return false;
    span_bind(s, span);
    statement_integer(s, 3, (int64_t)limit);
    return rows_read(s, arena, grounds_read, out, sizeof *out, limit, count, err);
}

static const char types_sql[] =
    "select l.agreement, l.partner, case when l.kind = 1 then 1 else 0 end as own, e.type, count(*)"
    " from entries e join logs l on l.id = e.log where l.kind in (1, 2) and e.idx is not null"
    " and e.created_ms >= $1 and e.created_ms < $2 group by l.agreement, l.partner, own, e.type"
    " order by l.agreement, l.partner, own, e.type limit $3";

static bool types_read(const struct statement *s, struct arena *arena, void *out)
{
    struct count_type_row *row = out;

    *row = (struct count_type_row){.is_own = column_integer(s, 2) != 0,
                                   .type = column_integer(s, 3),
                                   .count = column_integer(s, 4)};
    return row_text(s, 0, arena, &row->agreement) && row_text(s, 1, arena, &row->partner);
}

bool count_types(struct database *db, struct arena *arena, const struct count_span *span,
                 struct count_type_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, types_sql, err);
    if (s == NULL)
        return false;
    span_bind(s, span);
    statement_integer(s, 3, (int64_t)limit);
    return rows_read(s, arena, types_read, out, sizeof *out, limit, count, err);
}

static const char time_sql[] = COUNTED
    "select answered_ms - received_s * 1000 as took from y where agreement = $3 and is_own = $4"
    " and case when urgency > 0 then 1 else 0 end = $5 and answered_ms > 0 and received_s > 0"
    " order by took limit 1 offset $6";

bool count_time(struct database *db, const struct count_span *span, struct span agreement,
                bool is_own, bool is_urgent, int64_t index, int64_t *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, time_sql, err);
    if (s == NULL)
        return false;
    span_bind(s, span);
    statement_text(s, 3, agreement);
    statement_integer(s, 4, is_own);
    statement_integer(s, 5, is_urgent);
    statement_integer(s, 6, index);
    return row_integer(s, out, err);
}

static const char emergencies_sql[] =
    "select count(*), coalesce(sum(case when m.review = 0 then 1 else 0 end), 0),"
    " coalesce(sum(case when m.review = 2 then 1 else 0 end), 0)"
    " from emergencies m join entries e on e.id = m.entry join logs l on l.id = e.log"
    " where m.sent_ms >= $1 and m.sent_ms < $2 and l.agreement = $3";

static bool emergencies_read(const struct statement *s, struct arena *arena, void *out)
{
    struct count_emergencies *row = out;

    (void)arena;
    *row = (struct count_emergencies){.sent = column_integer(s, 0),
                                      .open = column_integer(s, 1),
                                      .questioned = column_integer(s, 2)};
    return true;
}

bool count_emergencies(struct database *db, const struct count_span *span, struct span agreement,
                       struct count_emergencies *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    struct statement *s CLEANUP(statement_give) = statement_take(db, emergencies_sql, err);
    if (s == NULL)
        return false;
    span_bind(s, span);
    statement_text(s, 3, agreement);
    return row_read(s, &arena, emergencies_read, out, "count", err);
}
