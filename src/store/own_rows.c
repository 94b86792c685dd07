/* Rows of the own index: see own_rows.h. */
#include "store/own_rows.h"

#include "store/own_join_rows.h"
#include "store/rows.h"

/* --- people --- */

static const char put_sql[] =
    "insert into own_people (id, source, external, case_number, category, is_minor, is_shielded, birth,"
    " body, changed, put_ms, guard, review_ms, erase_ms, names)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $1, $10, $11, $12, $13, $14)"
    " on conflict (source, external) do update set case_number = excluded.case_number,"
    " category = excluded.category, is_minor = excluded.is_minor, is_shielded = excluded.is_shielded,"
    " birth = excluded.birth, body = excluded.body, changed = excluded.changed, put_ms = excluded.put_ms,"
    " moved = case when (own_people.guard = 0) <> (excluded.guard = 0) then excluded.changed else own_people.moved end,"
    " guard = excluded.guard, review_ms = excluded.review_ms, erase_ms = excluded.erase_ms,"
    " names = excluded.names"
    " returning id";

static bool row_put(struct statement *s, const struct own_row *row, int64_t *id, bool *is_new,
                    struct error *err)
{
    statement_integer(s, 1, row->changed);
    statement_text(s, 2, row->source);
    statement_text(s, 3, row->external);
    statement_text(s, 4, row->case_number);
    statement_integer(s, 5, row->category);
    statement_integer(s, 6, row->is_minor);
    statement_integer(s, 7, row->is_shielded);
    statement_integer(s, 8, row->birth);
    statement_bytes(s, 9, row->body);
    statement_integer(s, 10, row->put_ms);
    statement_integer(s, 11, row->guard);
    statement_integer(s, 12, row->review_ms);
    statement_integer(s, 13, row->erase_ms);
    if (row->names.data != NULL)
        statement_bytes(s, 14, row->names);
    else
        statement_null(s, 14);
    if (!row_integer(s, id, err))
        return false;
    *is_new = *id == row->changed;
    return true;
}

bool own_put(struct database *db, const struct own_row *row, int64_t *id, bool *is_new,
             struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, put_sql, err);
    return s != NULL && row_put(s, row, id, is_new, err);
}

bool own_batch_put(struct own_batch *batch, const struct own_row *row, int64_t *id, bool *is_new,
                   struct error *err)
{
    return row_put(batch->put, row, id, is_new, err);
}

/* What is none of the three is shown to fewest. */
static enum own_guard guard_read(const struct statement *s, int column)
{
    int64_t guard = column_integer(s, column);

    return guard == OWN_GUARD_OPEN || guard == OWN_GUARD_PROTECTED ? (enum own_guard)guard
                                                                   : OWN_GUARD_SHIELDED;
}

static bool own_read(const struct statement *s, struct arena *arena, void *out)
{
    struct own_row *row = out;

    *row = (struct own_row){.id = column_integer(s, 0),
                            .category = column_integer(s, 4),
                            .is_minor = column_integer(s, 5) != 0,
                            .is_shielded = column_integer(s, 6) != 0,
                            .birth = (uint32_t)column_integer(s, 7),
                            .changed = column_integer(s, 9),
                            .put_ms = column_integer(s, 10),
                            .guard = guard_read(s, 11),
                            .review_ms = column_integer(s, 12),
                            .erase_ms = column_integer(s, 13)};
    return row_text(s, 1, arena, &row->source) && row_text(s, 2, arena, &row->external) &&
           row_text(s, 3, arena, &row->case_number) && row_bytes(s, 8, arena, &row->body);
}

static const char find_sql[] =
    "select id, source, external, case_number, category, is_minor, is_shielded, birth, body, changed, put_ms,"
    " guard, review_ms, erase_ms from own_people where id = $1";

bool own_find(struct database *db, struct arena *arena, int64_t id, struct own_row *out,
              struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    return row_read(s, arena, own_read, out, "person", err);
}

static const char find_external_sql[] =
    "select id, source, external, case_number, category, is_minor, is_shielded, birth, body, changed, put_ms,"
    " guard, review_ms, erase_ms from own_people where source = $1 and external = $2";

bool own_find_external(struct database *db, struct arena *arena, struct span source,
                       struct span external, struct own_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, find_external_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, source);
    statement_text(s, 2, external);
    return row_read(s, arena, own_read, out, "person", err);
}

static const char remove_sql[] = "delete from own_people where id = $1";
static const char gone_sql[] = "insert into own_gone (changed, person) values ($1, $2)";

bool own_remove(struct database *db, int64_t id, int64_t changed, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, remove_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    if (!row_write(s, err))
        return false;
    if (statement_changes(s) == 0)
        return true;
    struct statement *gone CLEANUP(statement_give) = statement_take(db, gone_sql, err);
    if (gone == NULL)
        return false;
    statement_integer(gone, 1, changed);
    statement_integer(gone, 2, id);
    return row_write(gone, err) && own_marks_drop(db, id, err) && own_joins_drop(db, id, err);
}

static const char count_sql[] = "select count(*) from own_people";

bool own_count(struct database *db, int64_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, count_sql, err);
    return s != NULL && row_integer(s, count, err);
}

static const char changed_sql[] =
    "select max(n) from (select max(changed) as n from own_people union all"
    " select max(changed) from own_gone) as either";

bool own_changed(struct database *db, int64_t *changed, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, changed_sql, err);
    return s != NULL && row_integer(s, changed, err);
}

static bool change_read(const struct statement *s, struct arena *arena, void *out)
{
    struct own_change *change = out;

    *change = (struct own_change){.changed = column_integer(s, 0),
                                  .id = column_integer(s, 1),
                                  .is_gone = column_integer(s, 6) != 0,
                                  .has_names = !column_is_null(s, 7),
                                  .guard = guard_read(s, 4),
                                  .moved = column_integer(s, 5),
                                  .birth = (uint32_t)column_integer(s, 2)};
    return row_bytes(s, 3, arena, &change->body) && row_bytes(s, 7, arena, &change->names);
}

/* Both halves walk an index. */
static const char changes_sql[] =
    "select * from (select changed, id, birth, case when names is null then body end, guard, moved, 0, names"
    " from own_people where changed > $1 order by changed limit $2) as put union all"
    " select changed, person, 0, null, 0, 0, 1, null from (select changed, person from own_gone where changed > $1"
    " order by changed limit $2) as gone order by 1 limit $2";

bool own_changes(struct database *db, struct arena *arena, int64_t after, struct own_change *out,
                 size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, changes_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, after);
    statement_integer(s, 2, (int64_t)limit);
    return rows_read(s, arena, change_read, out, sizeof *out, limit, count, err);
}

/* --- marks --- */

static const char mark_put_sql[] = "insert into own_marks (kind, key, person) values ($1, $2, $3)"
                                   " on conflict (kind, key, person) do nothing";

static bool mark_put(struct statement *s, const struct own_mark *mark, int64_t person,
                     struct error *err)
{
    statement_integer(s, 1, mark->kind);
    statement_text(s, 2, mark->key);
    statement_integer(s, 3, person);
    return row_write(s, err);
}

bool own_mark_put(struct database *db, const struct own_mark *mark, int64_t person,
                  struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, mark_put_sql, err);
    return s != NULL && mark_put(s, mark, person, err);
}

bool own_batch_mark(struct own_batch *batch, const struct own_mark *mark, int64_t person,
                    struct error *err)
{
    return mark_put(batch->mark, mark, person, err);
}

bool own_batch_begin(struct own_batch *batch, struct database *db, struct error *err)
{
    batch->put = statement_take(db, put_sql, err);
    batch->mark = batch->put != NULL ? statement_take(db, mark_put_sql, err) : NULL;
    return batch->mark != NULL;
}

void own_batch_end(struct own_batch *batch)
{
    statement_give(&batch->put);
    statement_give(&batch->mark);
}

static const char marks_drop_sql[] = "delete from own_marks where person = $1";

bool own_marks_drop(struct database *db, int64_t person, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, marks_drop_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, person);
    return row_write(s, err);
}

static bool number_column_read(const struct statement *s, struct arena *arena UNUSED, void *out)
{
    int64_t *number = out;

    *number = column_integer(s, 0);
    return true;
}

/* Those who are not shown are not counted either: whether there are many of them must not be told. */
static const char mark_people_sql[] =
    "select p.id from own_marks m join own_people p on p.id = m.person where m.kind = $1 and m.key = $2"
    " and (p.guard <= $3 or (p.case_number = $4 and p.case_number <> '')) order by p.id limit $5";

bool own_mark_people(struct database *db, const struct own_mark *mark,
                     const struct own_viewer *viewer, int64_t *out, size_t limit, size_t *count,
                     struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, mark_people_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, mark->kind);
    statement_text(s, 2, mark->key);
    statement_integer(s, 3, viewer->most);
    statement_text(s, 4, viewer->case_number);
    statement_integer(s, 5, (int64_t)limit);
    return rows_read(s, NULL, number_column_read, out, sizeof *out, limit, count, err);
}

static const char mark_guard_sql[] =
    "select max(p.guard) from own_marks m join own_people p on p.id = m.person"
    " where m.kind = $1 and m.key = $2";

bool own_mark_guard(struct database *db, const struct own_mark *mark, int64_t *guard,
                    struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, mark_guard_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, mark->kind);
    statement_text(s, 2, mark->key);
    return row_integer(s, guard, err);
}

static const char shown_sql[] = "select count(*) from own_people where id = $1"
                                " and (guard <= $2 or (case_number = $3 and case_number <> ''))";

bool own_is_shown(struct database *db, int64_t id, const struct own_viewer *viewer, bool *is_shown,
                  struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, shown_sql, err);
    int64_t count = 0;

    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    statement_integer(s, 2, viewer->most);
    statement_text(s, 3, viewer->case_number);
    bool ok = row_integer(s, &count, err);
    *is_shown = count > 0;
    return ok;
}

/* --- dates --- */

static bool due_read(const struct statement *s, struct arena *arena, void *out)
{
    struct own_due *due = out;

    *due = (struct own_due){.due_ms = column_integer(s, 0),
                            .id = column_integer(s, 1),
                            .other_ms = column_integer(s, 4)};
    return row_text(s, 2, arena, &due->source) && row_text(s, 3, arena, &due->case_number);
}

static const char *const due_sql[] = {
    [OWN_REVIEW] =
        "select review_ms, id, source, case_number, erase_ms from own_people where review_ms between 1 and $1"
        " and (review_ms, id) > ($2, $3) order by review_ms, id limit $4",
    [OWN_ERASE] =
        "select erase_ms, id, source, case_number, review_ms from own_people where erase_ms between 1 and $1"
        " and (erase_ms, id) > ($2, $3) order by erase_ms, id limit $4",
};

bool own_due_list(struct database *db, struct arena *arena, enum own_date date, int64_t until_ms,
                  const struct own_due *after, struct own_due *out, size_t limit, size_t *count,
                  struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, due_sql[date], err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, until_ms);
    statement_integer(s, 2, after->due_ms);
    statement_integer(s, 3, after->id);
    statement_integer(s, 4, (int64_t)limit);
    return rows_read(s, arena, due_read, out, sizeof *out, limit, count, err);
}

static const char *const due_count_sql[] = {
    [OWN_REVIEW] =
        "select count(*) from (select id from own_people where review_ms between 1 and $1 limit $2)"
        " as due",
    [OWN_ERASE] =
        "select count(*) from (select id from own_people where erase_ms between 1 and $1 limit $2)"
        " as due",
};

bool own_due_count(struct database *db, enum own_date date, int64_t until_ms, int64_t limit,
                   int64_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, due_count_sql[date], err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, until_ms);
    statement_integer(s, 2, limit);
    return row_integer(s, count, err);
}

/* --- imports --- */

static const char import_put_sql[] =
    "insert into own_imports (digest, source, officer, case_number, lines, people, refused, began_ms, ended_ms)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (digest) do update set source = excluded.source,"
    " officer = excluded.officer, case_number = excluded.case_number, lines = excluded.lines,"
    " people = excluded.people, refused = excluded.refused, ended_ms = excluded.ended_ms";

bool own_import_put(struct database *db, const struct own_import_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, import_put_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, row->digest);
    statement_text(s, 2, row->source);
    statement_text(s, 3, row->officer);
    statement_text(s, 4, row->case_number);
    statement_integer(s, 5, row->lines);
    statement_integer(s, 6, row->people);
    statement_integer(s, 7, row->refused);
    statement_integer(s, 8, row->began_ms);
    statement_integer(s, 9, row->ended_ms);
    return row_write(s, err);
}

static bool import_read(const struct statement *s, struct arena *arena, void *out)
{
    struct own_import_row *row = out;

    *row = (struct own_import_row){.lines = column_integer(s, 4),
                                   .people = column_integer(s, 5),
                                   .refused = column_integer(s, 6),
                                   .began_ms = column_integer(s, 7),
                                   .ended_ms = column_integer(s, 8)};
    return row_bytes(s, 0, arena, &row->digest) && row_text(s, 1, arena, &row->source) &&
           row_text(s, 2, arena, &row->officer) && row_text(s, 3, arena, &row->case_number);
}

static const char import_find_sql[] =
    "select digest, source, officer, case_number, lines, people, refused, began_ms, ended_ms"
    " from own_imports where digest = $1";

bool own_import_find(struct database *db, struct arena *arena, struct span digest,
                     struct own_import_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, import_find_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, digest);
    return row_read(s, arena, import_read, out, "import", err);
}

static const char import_list_sql[] =
    "select digest, source, officer, case_number, lines, people, refused, began_ms, ended_ms"
    " from own_imports where began_ms < $1 or (began_ms = $2 and digest > $3)"
    " order by began_ms desc, digest limit $4";

bool own_import_list(struct database *db, struct arena *arena, int64_t began_ms, struct span digest,
                     struct own_import_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, import_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, began_ms);
    statement_integer(s, 2, began_ms);
    statement_bytes(s, 3, digest);
    statement_integer(s, 4, (int64_t)limit);
    return rows_read(s, arena, import_read, out, sizeof *out, limit, count, err);
}
