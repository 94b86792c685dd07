/* What was given unasked: see spontaneous_rows.h. */
#include "store/spontaneous_rows.h"

#include "store/log_rows.h"
#include "store/rows.h"

static const char insert_sql[] =
    "insert into spontaneous (entry, log, message_id, is_own, reference, provision, is_training, language, items,"
    " attachments, purpose) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

bool spontaneous_insert(struct database *db, const struct spontaneous_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->entry);
    statement_integer(s, 2, row->log);
    statement_bytes(s, 3, row->message_id);
    statement_integer(s, 4, row->is_own);
    statement_text(s, 5, row->reference);
    statement_integer(s, 6, row->provision);
    statement_integer(s, 7, row->is_training);
    statement_text(s, 8, row->language);
    statement_integer(s, 9, row->items);
    statement_integer(s, 10, row->attachments);
    statement_integer(s, 11, row->purpose);
    return row_write(s, err);
}

static bool given_read(const struct statement *s, struct arena *arena, void *out)
{
    struct spontaneous_row *row = out;

    row->entry = column_integer(s, 0);
    row->log = column_integer(s, 1);
    row->is_own = column_integer(s, 3) != 0;
    row->provision = column_integer(s, 5);
    row->is_training = column_integer(s, 6) != 0;
    row->items = column_integer(s, 8);
    row->attachments = column_integer(s, 9);
    row->purpose = column_integer(s, 10);
    return row_bytes(s, 2, arena, &row->message_id) && row_text(s, 4, arena, &row->reference) &&
           row_text(s, 7, arena, &row->language);
}

static const char find_sql[] =
    "select entry, log, message_id, is_own, reference, provision, is_training, language, items, attachments,"
    " purpose from spontaneous where entry = $1";

bool spontaneous_find(struct database *db, struct arena *arena, int64_t entry,
                      struct spontaneous_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    return row_read(s, arena, given_read, out, "own-initiative information", err);
}

static bool line_read(const struct statement *s, struct arena *arena, void *out)
{
    struct spontaneous_line *line = out;

    if (!given_read(s, arena, &line->given))
        return false;
    line->index = column_is_null(s, 13) ? ENTRY_WAITING : column_integer(s, 13);
    line->created_ms = column_integer(s, 14);
    line->received_s = column_integer(s, 15);
    line->notices = column_integer(s, 16);
    line->result = column_integer(s, 17);
    return row_text(s, 11, arena, &line->agreement) && row_text(s, 12, arena, &line->partner);
}

#define LINE_SQL                                                                                                      \
    "select g.entry, g.log, g.message_id, g.is_own, g.reference, g.provision, g.is_training, g.language, g.items,"    \
    " g.attachments, g.purpose, l.agreement, l.partner, e.idx, e.created_ms,"                                         \
    " coalesce((select c.time_s from receipts c where c.log = g.log and c.size > e.idx order by c.size limit 1), 0)," \
    " (select count(*) from notices n where n.target = g.entry),"                                                     \
    " coalesce((select x.outcome from results x where x.target = g.entry order by x.entry desc limit 1), -1)"         \
    " from spontaneous g join logs l on l.id = g.log join entries e on e.id = g.entry"

/* Index spontaneous_side. */
static const char list_sql[] =
    LINE_SQL " where g.is_own = $1 and g.entry < $2 order by g.entry desc limit $3";

bool spontaneous_list(struct database *db, struct arena *arena, bool is_own, int64_t before,
                      struct spontaneous_line *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, is_own);
    statement_integer(s, 2, before == 0 ? INT64_MAX : before);
    statement_integer(s, 3, (int64_t)limit);
    return rows_read(s, arena, line_read, out, sizeof *out, limit, count, err);
}

/* Walks index spontaneous_side and asks case_items_entry of each: a desk keeps as many as its agreements let it keep. */
static const char list_new_sql[] = LINE_SQL
    " where g.is_own = 0 and not exists (select 1 from case_items i where i.entry = g.entry)"
    " order by g.entry desc limit $1";

bool spontaneous_list_new(struct database *db, struct arena *arena, struct spontaneous_line *out,
                          size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, list_new_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, (int64_t)limit);
    return rows_read(s, arena, line_read, out, sizeof *out, limit, count, err);
}
