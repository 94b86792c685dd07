/* Rows of protection: see asylum_rows.h. */
#include "store/asylum_rows.h"

#include "store/rows.h"

static const char put_sql[] =
    "insert into asylum (person, status, states, family_of, officer, put_ms)"
    " values ($1, $2, $3, $4, $5, $6) on conflict (person) do update set status = excluded.status,"
    " states = excluded.states, family_of = excluded.family_of, officer = excluded.officer,"
    " put_ms = excluded.put_ms";

bool asylum_put(struct database *db, const struct asylum_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, put_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->person);
    statement_integer(s, 2, row->status);
    statement_text(s, 3, row->states);
    statement_integer(s, 4, row->family_of);
    statement_text(s, 5, row->officer);
    statement_integer(s, 6, row->put_ms);
    return row_write(s, err);
}

/* What is no status known here counts as one that protects. */
static enum protection_status status_of(int64_t number)
{
    return number >= 0 && number < PROTECTION_STATUS_COUNT ? (enum protection_status)number
                                                           : PROTECTION_UNKNOWN;
}

static bool row_take(const struct statement *s, struct arena *arena, void *out)
{
    struct asylum_row *row = out;

    *row = (struct asylum_row){.person = column_integer(s, 0),
                               .status = status_of(column_integer(s, 1)),
                               .family_of = column_integer(s, 3),
                               .put_ms = column_integer(s, 5)};
    return row_text(s, 2, arena, &row->states) && row_text(s, 4, arena, &row->officer);
}

static const char find_sql[] =
    "select person, status, states, family_of, officer, put_ms from asylum where person = $1";

bool asylum_find(struct database *db, struct arena *arena, int64_t person, struct asylum_row *out,
                 struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, person);
    return row_read(s, arena, row_take, out, "protection", err);
}

static bool some_are(struct statement *s, bool *are, struct error *err)
{
    int64_t count = 0;

    if (!row_integer(s, &count, err))
        return false;
    *are = count > 0;
    return true;
}

static const char has_family_sql[] =
    "select count(*) from (select 1 from asylum where family_of = $1 limit 1) as a";

bool asylum_has_family(struct database *db, int64_t person, bool *has, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, has_family_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, person);
    return some_are(s, has, err);
}

static const char drop_sql[] = "delete from asylum where person = $1";

bool asylum_drop(struct database *db, int64_t person, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, drop_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, person);
    return row_write(s, err) && asylum_keys_drop(db, person, err);
}

/* --- keys --- */

static const char key_put_sql[] = "insert into asylum_keys (key, person) values ($1, $2)"
                                  " on conflict (key, person) do nothing";

bool asylum_key_put(struct database *db, int64_t person, struct span key, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, key_put_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, key);
    statement_integer(s, 2, person);
    return row_write(s, err);
}

static const char keys_drop_sql[] = "delete from asylum_keys where person = $1";

bool asylum_keys_drop(struct database *db, int64_t person, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, keys_drop_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, person);
    return row_write(s, err);
}

static bool person_take(const struct statement *s, struct arena *arena, void *out)
{
    (void)arena;
    *(int64_t *)out = column_integer(s, 0);
    return true;
}

/* The second half is for people from before there were keys of their own: 1 is KEY_CASE_PERSON. */
static const char key_people_sql[] =
    "select person from asylum_keys where key = $1 and person > $2 union select m.object from match_keys m"
    " join asylum a on a.person = m.object where m.key = $1 and m.side = 1 and m.object > $2"
    " order by 1 limit $3";

bool asylum_key_people(struct database *db, struct span key, int64_t after, int64_t *out,
                       size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, key_people_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, key);
    statement_integer(s, 2, after);
    statement_integer(s, 3, (int64_t)limit);
    return rows_read(s, NULL, person_take, out, sizeof *out, limit, count, err);
}

_Static_assert(ASYLUM_ASK_MAX == STATEMENT_PARAMETER_MAX, "one parameter for each key");
static const char keys_any_sql[] =
    "select count(*) from (select 1 from asylum_keys where key in ("
    "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, "
    "$17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, "
    "$33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, "
    "$49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64) limit 1) as a";

/* Fewer keys: the last one again and again. */
bool asylum_keys_any(struct database *db, const struct span *keys, size_t count, bool *any,
                     struct error *err)
{
    struct statement *s CLEANUP(statement_give) = NULL;

    *any = false;
    if (count == 0)
        return true;
    s = statement_take(db, keys_any_sql, err);
    if (s == NULL)
        return false;
    for (size_t i = 0; i < ASYLUM_ASK_MAX; i++)
        statement_bytes(s, (int)i + 1, keys[i < count ? i : count - 1]);
    return some_are(s, any, err);
}

static const char has_any_sql[] =
    "select count(*) from (select 1 from asylum where status <> 0 or family_of <> 0 limit 1) as a";

bool asylum_has_any(struct database *db, bool *has, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, has_any_sql, err);
    return s != NULL && some_are(s, has, err);
}
