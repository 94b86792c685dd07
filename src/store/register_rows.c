/* Rows of the register and of translations: see register_rows.h. */
#include "store/register_rows.h"

#include "store/rows.h"

static const char put_sql[] =
    "insert into register (id, year, number, case_number, channel, is_oral, is_urgent, received_ms, registered_ms,"
    " registrar, sender, subject, original, scan, confirms, confirmed, task)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";

bool register_put(struct database *db, const struct register_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, put_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->id);
    statement_integer(s, 2, row->year);
    statement_integer(s, 3, row->number);
    statement_text(s, 4, row->case_number);
    statement_integer(s, 5, row->channel);
    statement_integer(s, 6, row->is_oral);
    statement_integer(s, 7, row->is_urgent);
    statement_integer(s, 8, row->received_ms);
    statement_integer(s, 9, row->registered_ms);
    statement_text(s, 10, row->registrar);
    statement_text(s, 11, row->sender);
    statement_text(s, 12, row->subject);
    statement_text(s, 13, row->original);
    statement_bytes(s, 14, row->scan);
    statement_integer(s, 15, row->confirms);
    statement_integer(s, 16, row->confirmed);
    statement_integer(s, 17, row->task);
    return row_write(s, err);
}

#define REGISTER_COLUMNS                                                                           \
    "id, year, number, case_number, channel, is_oral, is_urgent, received_ms, registered_ms,"      \
    " registrar, sender, subject, original, scan, confirms, confirmed, task"

static bool register_read(const struct statement *s, struct arena *arena, void *out)
{
    struct register_row *row = out;

    *row = (struct register_row){.id = column_integer(s, 0),
                                 .year = column_integer(s, 1),
                                 .number = column_integer(s, 2),
                                 .channel = column_integer(s, 4),
                                 .is_oral = column_integer(s, 5) != 0,
                                 .is_urgent = column_integer(s, 6) != 0,
                                 .received_ms = column_integer(s, 7),
                                 .registered_ms = column_integer(s, 8),
                                 .confirms = column_integer(s, 14),
                                 .confirmed = column_integer(s, 15),
                                 .task = column_integer(s, 16)};
    return row_text(s, 3, arena, &row->case_number) && row_text(s, 9, arena, &row->registrar) &&
           row_text(s, 10, arena, &row->sender) && row_text(s, 11, arena, &row->subject) &&
           row_text(s, 12, arena, &row->original) && row_bytes(s, 13, arena, &row->scan);
}

static const char find_sql[] = "select " REGISTER_COLUMNS " from register where id = $1";

bool register_find(struct database *db, struct arena *arena, int64_t id, struct register_row *out,
                   struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    return row_read(s, arena, register_read, out, "registered item", err);
}

static const char list_sql[] =
    "select " REGISTER_COLUMNS " from register where id < $1 order by id desc limit $2";
static const char list_case_sql[] =
    "select " REGISTER_COLUMNS " from register where case_number = $1"
    " and id < $2 order by id desc limit $3";

bool register_list(struct database *db, struct arena *arena, struct span number, int64_t before,
                   struct register_row *out, size_t limit, size_t *count, struct error *err)
{
    bool is_of_case = number.size > 0;
    struct statement *s CLEANUP(statement_give) =
        statement_take(db, is_of_case ? list_case_sql : list_sql, err);
    int at = 1;
    if (s == NULL)
        return false;
    if (is_of_case)
        statement_text(s, at++, number);
    statement_integer(s, at++, before == 0 ? INT64_MAX : before);
    statement_integer(s, at, (int64_t)limit);
    return rows_read(s, arena, register_read, out, sizeof *out, limit, count, err);
}

static const char confirm_sql[] = "update register set confirmed = $1 where id = $2";

bool register_confirm(struct database *db, int64_t id, int64_t by, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, confirm_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, by);
    statement_integer(s, 2, id);
    return row_write(s, err);
}

/* --- translations --- */

static const char translation_put_sql[] =
    "insert into translations (id, side, object, language, translator, is_certified, text, registrar, made_ms)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

bool translation_put(struct database *db, const struct translation_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, translation_put_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->id);
    statement_integer(s, 2, row->of);
    statement_integer(s, 3, row->object);
    statement_text(s, 4, row->language);
    statement_text(s, 5, row->translator);
    statement_integer(s, 6, row->is_certified);
    statement_text(s, 7, row->text);
    statement_text(s, 8, row->registrar);
    statement_integer(s, 9, row->made_ms);
    return row_write(s, err);
}

static bool translation_read(const struct statement *s, struct arena *arena, void *out)
{
    struct translation_row *row = out;

    *row = (struct translation_row){.id = column_integer(s, 0),
                                    .of = (enum translated)column_integer(s, 1),
                                    .object = column_integer(s, 2),
                                    .is_certified = column_integer(s, 5) != 0,
                                    .made_ms = column_integer(s, 8)};
    return row_text(s, 3, arena, &row->language) && row_text(s, 4, arena, &row->translator) &&
           row_text(s, 6, arena, &row->text) && row_text(s, 7, arena, &row->registrar);
}

static const char translation_list_sql[] =
    "select id, side, object, language, translator, is_certified, text, registrar, made_ms"
    " from translations where side = $1 and object = $2 and id > $3 order by id limit $4";

bool translation_list(struct database *db, struct arena *arena, enum translated of, int64_t object,
                      int64_t after, struct translation_row *out, size_t limit, size_t *count,
                      struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, translation_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, of);
    statement_integer(s, 2, object);
    statement_integer(s, 3, after);
    statement_integer(s, 4, (int64_t)limit);
    return rows_read(s, arena, translation_read, out, sizeof *out, limit, count, err);
}
