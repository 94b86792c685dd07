/* What is urgent and in no custody: see custody_rows.h. */
#include "store/custody_rows.h"

#include "store/log_rows.h"
#include "store/rows.h"

/* The request that a message is, answers or is about; an urgency that was given up is none (row 3: all other limits).
 * Purpose 4: immediate threat. What was withdrawn or erased is sent to nobody. */
#define URGENT_SQL                                                                                 \
    "select e.id, e.log, e.idx, e.message_id, e.type, e.created_ms,"                               \
    " coalesce(r.reference, s.reference, '')"                                                      \
    " from entries e left join answers a on a.entry = e.id left join clocks c on c.entry = e.id"   \
    " left join requests r on r.entry = coalesce(a.target, c.target, e.id)"                        \
    " left join dues d on d.entry = r.entry left join spontaneous s on s.entry = e.id"             \
    " where e.log = $1 and e.created_ms <= $2 and e.body_state = 1"                                \
    " and ((r.urgency > 0 and coalesce(d.deadline_row, 0) <> 3) or s.purpose = 4)"

const char custody_numbered_sql[] = URGENT_SQL " and e.idx >= $3 order by e.idx limit $4";
/* Index entries_waiting. */
const char custody_waiting_sql[] =
    URGENT_SQL " and e.idx is null and e.id >= $3 order by e.id limit $4";

static bool custody_read(const struct statement *s, struct arena *arena, void *out)
{
    struct custody_row *row = out;

    row->entry = column_integer(s, 0);
    row->log = column_integer(s, 1);
    row->index = column_is_null(s, 2) ? ENTRY_WAITING : column_integer(s, 2);
    row->type = column_integer(s, 4);
    row->created_ms = column_integer(s, 5);
    return row_bytes(s, 3, arena, &row->message_id) && row_text(s, 6, arena, &row->reference);
}

static bool some_list(struct database *db, struct arena *arena, const char *sql,
                      const struct custody_question *question, int64_t from,
                      struct custody_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, question->log);
    statement_integer(s, 2, question->created_to_ms);
    statement_integer(s, 3, from);
    statement_integer(s, 4, (int64_t)limit);
    return rows_read(s, arena, custody_read, out, sizeof *out, limit, count, err);
}

bool custody_list_urgent(struct database *db, struct arena *arena,
                         const struct custody_question *question, const struct custody_place *after,
                         struct custody_row *out, size_t limit, size_t *count, struct error *err)
{
    int64_t from =
        after->is_waiting || after->at < question->cosigned ? question->cosigned : after->at + 1;
    size_t numbered = 0, waiting = 0;

    if (!after->is_waiting &&
        !some_list(db, arena, custody_numbered_sql, question, from, out, limit, &numbered, err))
        return false;
    bool ok = numbered == limit || some_list(db, arena, custody_waiting_sql, question,
                                             after->is_waiting ? after->at + 1 : 0, out + numbered,
                                             limit - numbered, &waiting, err);
    *count = numbered + waiting;
    return ok;
}
