/* Rows of copies: see copy_rows.h. */
#include "store/copy_rows.h"

#include "store/rows.h"

static const char insert_sql[] = "insert into copies (entry, unit, exemption) values ($1, $2, $3)";

bool copy_insert(struct database *db, const struct copy_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->entry);
    statement_text(s, 2, row->unit);
    statement_integer(s, 3, row->exemption);
    return row_write(s, err);
}

static bool copy_read(const struct statement *s, struct arena *arena, void *out)
{
    struct copy_row *row = out;

    row->entry = column_integer(s, 0);
    row->exemption = column_integer(s, 2);
    return row_text(s, 1, arena, &row->unit);
}

static const char find_sql[] = "select entry, unit, exemption from copies where entry = $1";

bool copy_find(struct database *db, struct arena *arena, int64_t entry, struct copy_row *out,
               struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    return row_read(s, arena, copy_read, out, "copy", err);
}

static bool line_read(const struct statement *s, struct arena *arena, void *out)
{
    struct copy_line *line = out;

    if (!copy_read(s, arena, &line->copy))
        return false;
    line->log = column_integer(s, 3);
    line->type = column_integer(s, 5);
    line->created_ms = column_integer(s, 6);
    return row_bytes(s, 4, arena, &line->message_id);
}

#define LINE_SQL                                                                                   \
    "select c.entry, c.unit, c.exemption, e.log, e.message_id, e.type, e.created_ms"               \
    " from copies c join entries e on e.id = c.entry where c.entry < $1"
static const char list_sql[] = LINE_SQL " order by c.entry desc limit $2";
/* Index copies_unit. */
static const char list_unit_sql[] = LINE_SQL " and c.unit = $2 order by c.entry desc limit $3";

bool copy_list(struct database *db, struct arena *arena, const struct span *unit, int64_t before,
               struct copy_line *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) =
        statement_take(db, unit == NULL ? list_sql : list_unit_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, before == 0 ? INT64_MAX : before);
    if (unit != NULL)
        statement_text(s, 2, *unit);
    statement_integer(s, unit == NULL ? 2 : 3, (int64_t)limit);
    return rows_read(s, arena, line_read, out, sizeof *out, limit, count, err);
}
