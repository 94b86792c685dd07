/* Rows of match keys: see key_rows.h. */
#include "store/key_rows.h"

#include "store/rows.h"

static const char put_sql[] =
    "insert into match_keys (key, scope, side, object, part) values ($1, $2, $3, $4, $5)"
    " on conflict (key, scope, side, object, part) do nothing";

bool key_put(struct database *db, const struct key_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, put_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, row->key);
    statement_text(s, 2, row->scope);
    statement_integer(s, 3, row->side);
    statement_integer(s, 4, row->object);
    statement_integer(s, 5, row->part);
    return row_write(s, err);
}

static bool found_read(const struct statement *s, struct arena *arena UNUSED, void *out)
{
    struct key_row *row = out;

    *row = (struct key_row){.side = (enum key_side)column_integer(s, 0),
                            .object = column_integer(s, 1),
                            .part = column_integer(s, 2)};
    return true;
}

static bool scope_find(struct database *db, const char *sql, struct span key, struct span scope,
                       struct key_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, key);
    statement_text(s, 2, scope);
    statement_integer(s, 3, (int64_t)limit);
    return rows_read(s, NULL, found_read, out, sizeof *out, limit, count, err);
}

/* The primary key backwards: a page of a number that thousands have is read, and not sorted out of all. */
const char key_find_sql[] =
    "select side, object, part from match_keys where key = $1 and scope = $2"
    " order by side desc, object desc, part desc limit $3";

bool key_find(struct database *db, struct span key, struct span scope, struct key_row *out,
              size_t limit, size_t *count, struct error *err)
{
    return scope_find(db, key_find_sql, key, scope, out, limit, count, err);
}

const char key_find_beyond_sql[] =
    "select side, object, part from match_keys where key = $1 and scope <> $2 and scope <> ''"
    " order by scope desc, side desc, object desc, part desc limit $3";

bool key_find_beyond(struct database *db, struct span key, struct span scope, struct key_row *out,
                     size_t limit, size_t *count, struct error *err)
{
    return scope_find(db, key_find_beyond_sql, key, scope, out, limit, count, err);
}

/* Categories 2, 3, 4, 6 and 7 are protected (message/person.h). */
#define PROTECTED_PERSON "(is_minor <> 0 or is_shielded <> 0 or category in (2, 3, 4, 6, 7))"

/* '!' is KEY_SCOPE_GUARD, 1 KEY_CASE_PERSON: protected people stand there alone. */
static const char guard_sql[] =
    "select max(case when p.is_shielded <> 0 then 2 else 1 end) from match_keys m"
    " join case_people p on p.id = m.object"
    " where m.key = $1 and m.scope = '!' and m.side = 1 and " PROTECTED_PERSON;

bool key_guard(struct database *db, struct span key, int64_t *guard, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, guard_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, key);
    return row_integer(s, guard, err);
}

static const char count_sql[] = "select count(*) from match_keys where side = $1 and object = $2";

bool key_count(struct database *db, enum key_side side, int64_t object, int64_t *count,
               struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, count_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, side);
    statement_integer(s, 2, object);
    return row_integer(s, count, err);
}

static const char rescope_registered_sql[] =
    "update match_keys set scope = $1 where side = 2 and object in (select id from register"
    " where case_number = $2)";
static const char rescope_sql[] =
    "update match_keys set scope = $1 where side = 1 and object in (select id from case_people"
    " where number = $2 and not " PROTECTED_PERSON ")";

static bool rescope(struct database *db, const char *sql, struct span number, bool is_restricted,
                    struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, span_text(is_restricted ? KEY_SCOPE_GUARD : KEY_SCOPE_DESK));
    statement_text(s, 2, number);
    return row_write(s, err);
}

bool key_rescope_case(struct database *db, struct span number, bool is_restricted,
                      struct error *err)
{
    return rescope(db, rescope_sql, number, is_restricted, err) &&
           rescope(db, rescope_registered_sql, number, is_restricted, err);
}

static bool pair_delete(struct database *db, const char *sql, int64_t first, int64_t second,
                        struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, first);
    statement_integer(s, 2, second);
    return row_write(s, err);
}

static const char drop_sql[] = "delete from match_keys where side = $1 and object = $2";
static const char touched_drop_sql[] = "delete from touches where side = $1 and object = $2";
static const char drop_part_sql[] =
    "delete from match_keys where side = 0 and object = $1 and part = $2";

bool key_drop(struct database *db, enum key_side side, int64_t object, struct error *err)
{
    return pair_delete(db, drop_sql, side, object, err) &&
           pair_delete(db, touched_drop_sql, side, object, err);
}

bool key_drop_part(struct database *db, int64_t entry, int64_t part, struct error *err)
{
    return pair_delete(db, drop_part_sql, entry, part, err);
}

/* --- touches --- */

static const char touch_put_sql[] =
    "insert into touches (id, entry, unit, side, object, at_ms) values ($1, $2, $3, $4, $5, $6)"
    " on conflict (entry, unit, side, object) do nothing";

bool touch_put(struct database *db, const struct touch_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, touch_put_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->id);
    statement_integer(s, 2, row->entry);
    statement_text(s, 3, row->unit);
    statement_integer(s, 4, row->side);
    statement_integer(s, 5, row->object);
    statement_integer(s, 6, row->at_ms);
    return row_write(s, err);
}

static bool touch_read(const struct statement *s, struct arena *arena, void *out)
{
    struct touch_row *row = out;

    *row = (struct touch_row){.id = column_integer(s, 0),
                              .entry = column_integer(s, 1),
                              .side = (enum key_side)column_integer(s, 3),
                              .object = column_integer(s, 4),
                              .at_ms = column_integer(s, 5)};
    return row_text(s, 2, arena, &row->unit);
}

static const char touch_list_sql[] = "select id, entry, unit, side, object, at_ms from touches"
                                     " where id < $1 order by id desc limit $2";
static const char touch_list_unit_sql[] =
    "select id, entry, unit, side, object, at_ms from touches where id < $1 and unit = $2"
    " order by id desc limit $3";

bool touch_list(struct database *db, struct arena *arena, struct span unit, int64_t before,
                struct touch_row *out, size_t limit, size_t *count, struct error *err)
{
    bool is_of_unit = unit.size > 0;
    struct statement *s CLEANUP(statement_give) =
        statement_take(db, is_of_unit ? touch_list_unit_sql : touch_list_sql, err);
    int at = 1;
    if (s == NULL)
        return false;
    statement_integer(s, at++, before == 0 ? INT64_MAX : before);
    if (is_of_unit)
        statement_text(s, at++, unit);
    statement_integer(s, at, (int64_t)limit);
    return rows_read(s, arena, touch_read, out, sizeof *out, limit, count, err);
}

/* Index touches_unit; the case's own rows are asked by index for each. */
static const char touch_list_case_sql[] =
    "select t.id, t.entry, t.unit, t.side, t.object, t.at_ms from touches t where t.unit = $1 and t.id > $2"
    " and ((t.side = 0 and exists (select 1 from case_items i where i.number = $3 and i.entry = t.object))"
    " or (t.side = 1 and exists (select 1 from case_people p where p.id = t.object and p.number = $3))"
    " or (t.side = 2 and exists (select 1 from register r where r.id = t.object and r.case_number = $3)))"
    " order by t.id limit $4";

bool touch_list_case(struct database *db, struct arena *arena, struct span number, struct span unit,
                     int64_t after, struct touch_row *out, size_t limit, size_t *count,
                     struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, touch_list_case_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, unit);
    statement_integer(s, 2, after);
    statement_text(s, 3, number);
    statement_integer(s, 4, (int64_t)limit);
    return rows_read(s, arena, touch_read, out, sizeof *out, limit, count, err);
}

static const char touch_drop_sql[] = "delete from touches where id = $1";

bool touch_drop(struct database *db, int64_t id, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, touch_drop_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    return row_write(s, err);
}

/* --- what could not be cross-checked --- */

static const char unchecked_put_sql[] =
    "insert into unchecked (entry, tries, first_ms, again_ms, reason) values ($1, $2, $3, $4, $5)"
    " on conflict (entry) do update set tries = excluded.tries, again_ms = excluded.again_ms,"
    " reason = excluded.reason";

bool unchecked_put(struct database *db, const struct unchecked_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, unchecked_put_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->entry);
    statement_integer(s, 2, row->tries);
    statement_integer(s, 3, row->first_ms);
    statement_integer(s, 4, row->again_ms);
    statement_text(s, 5, row->reason);
    return row_write(s, err);
}

static const char unchecked_drop_sql[] = "delete from unchecked where entry = $1";

bool unchecked_drop(struct database *db, int64_t entry, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, unchecked_drop_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    return row_write(s, err);
}

static bool unchecked_read(const struct statement *s, struct arena *arena, void *out)
{
    struct unchecked_row *row = out;

    *row = (struct unchecked_row){.entry = column_integer(s, 0),
                                  .tries = column_integer(s, 1),
                                  .first_ms = column_integer(s, 2),
                                  .again_ms = column_integer(s, 3)};
    return row_text(s, 4, arena, &row->reason);
}

/* Index unchecked_again. */
static const char unchecked_list_sql[] =
    "select entry, tries, first_ms, again_ms, reason from unchecked where again_ms <= $1"
    " order by again_ms, entry limit $2";

bool unchecked_list(struct database *db, struct arena *arena, int64_t until_ms,
                    struct unchecked_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, unchecked_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, until_ms);
    statement_integer(s, 2, (int64_t)limit);
    return rows_read(s, arena, unchecked_read, out, sizeof *out, limit, count, err);
}

static const char unchecked_find_sql[] =
    "select entry, tries, first_ms, again_ms, reason from unchecked where entry = $1";

bool unchecked_find(struct database *db, struct arena *arena, int64_t entry,
                    struct unchecked_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, unchecked_find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    return row_read(s, arena, unchecked_read, out, "entry", err);
}

static const char unchecked_count_sql[] = "select count(*) from unchecked";

bool unchecked_count(struct database *db, int64_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, unchecked_count_sql, err);
    return s != NULL && row_integer(s, count, err);
}
