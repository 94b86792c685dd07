/* Rows of retention of the books: see prune_rows.h. */
#include "store/prune_rows.h"

#include "base/attributes.h"
#include "base/text.h"
#include "store/derived_rows.h"
#include "store/local_rows.h"
#include "store/rows.h"

#include <inttypes.h>
#include <stdio.h>

static bool prune_read(const struct statement *s, struct arena *arena, void *out)
{
    struct prune_row *row = out;
    (void)arena;

    *row = (struct prune_row){.id = column_integer(s, 0),
                              .index = column_integer(s, 1),
                              .type = column_integer(s, 2),
                              .created_ms = column_integer(s, 3),
                              .body_state = (enum body_state)column_integer(s, 4),
                              .is_held = column_integer(s, 5) != 0};
    return true;
}

static const char prune_list_sql[] =
    "select id, idx, type, created_ms, body_state, 0 from entries where log = $1 and idx >= $2"
    " order by idx limit $3";

bool prune_list(struct database *db, int64_t log, int64_t from, struct prune_row *out, size_t limit,
                size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, prune_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, from);
    statement_integer(s, 3, (int64_t)limit);
    return rows_read(s, NULL, prune_read, out, sizeof *out, limit, count, err);
}

static const char prune_list_heads_sql[] =
    "select e.id, e.idx, e.type, e.created_ms, e.body_state,"
    " case when exists (select 1 from held h where h.entry = e.id) then 1 else 0 end"
    " from entries e where e.log = $1 and e.idx >= $2 and e.idx < $3 and length(e.head) > 0"
    " order by e.idx limit $4";

bool prune_list_heads(struct database *db, int64_t log, int64_t from, int64_t to,
                      struct prune_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, prune_list_heads_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, from);
    statement_integer(s, 3, to);
    statement_integer(s, 4, (int64_t)limit);
    return rows_read(s, NULL, prune_read, out, sizeof *out, limit, count, err);
}

static bool run_with(struct database *db, const char *sql, const int64_t *numbers, int count,
                     struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, err);
    if (s == NULL)
        return false;
    for (int i = 0; i < count; i++)
        statement_integer(s, i + 1, numbers[i]);
    return row_write(s, err);
}

static const char prune_entry_sql[] =
    "update entries set head = $1, message_id = $2, type = 0, created_ms = 0, salt = null, body = null,"
    " body_key = null, body_size = 0, body_state = case when body_state = 1 then 3 else body_state end"
    " where id = $3";

/* A message id of zeros is no UUID of version 7: no reference finds it. */
static bool entry_empty(struct database *db, int64_t entry, struct error *err)
{
    static const uint8_t nobody[UUID_SIZE];
    struct statement *s CLEANUP(statement_give) = statement_take(db, prune_entry_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, span_make(nobody, 0));
    statement_bytes(s, 2, span_make(nobody, sizeof nobody));
    statement_integer(s, 3, entry);
    return row_write(s, err);
}

/* Beside what an erasure takes (derived_erase): rows that outlive a body. */
static const char *const prune_head_sql[] = {
    "delete from erasures where entry = $1",   "delete from erasures where target = $1",
    "delete from parts where entry = $1",      "delete from sequence where entry = $1",
    "delete from case_items where entry = $1", "delete from holds where entry = $1",
};

bool prune_head(struct database *db, int64_t entry, struct error *err)
{
    if (!derived_erase(db, entry, err) || !answer_delete(db, entry, err))
        return false;
    for (size_t i = 0; i < ARRAY_COUNT(prune_head_sql); i++)
        if (!run_with(db, prune_head_sql[i], &entry, 1, err))
            return false;
    return entry_empty(db, entry, err);
}

/* Below the first receipt that is later: one whose time falls back makes nothing before it older. */
static const char prune_receipted_sql[] =
    "select max(size) from receipts where log = $1 and time_s <= $2"
    " and size < coalesce((select min(later.size) from receipts later where later.log = $1"
    " and later.time_s > $2), 9007199254740992)";

bool prune_receipted(struct database *db, int64_t log, int64_t time_s, int64_t *out,
                     struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, prune_receipted_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, time_s);
    return row_integer(s, out, err);
}

static const char prune_list_receipts_sql[] =
    "select size from receipts where log = $1 and size > $2 and size <= $3 order by size limit $4";

static bool size_read(const struct statement *s, struct arena *arena, void *out)
{
    (void)arena;
    *(int64_t *)out = column_integer(s, 0);
    return true;
}

bool prune_list_receipts(struct database *db, int64_t log, int64_t above, int64_t to, int64_t *out,
                         size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, prune_list_receipts_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, above);
    statement_integer(s, 3, to);
    statement_integer(s, 4, (int64_t)limit);
    return rows_read(s, NULL, size_read, out, sizeof *out, limit, count, err);
}

static const char prune_receipt_sql[] = "delete from receipts where log = $1 and size = $2";

bool prune_receipt(struct database *db, int64_t log, int64_t size, struct error *err)
{
    return run_with(db, prune_receipt_sql, (const int64_t[]){log, size}, 2, err);
}

static const char prune_checkpoints_sql[] =
    "delete from checkpoints where log = $1 and size > $2 and size <= $3"
    " and not exists (select 1 from receipts r where r.log = checkpoints.log and r.size = checkpoints.size)";

bool prune_checkpoints(struct database *db, int64_t log, int64_t above, int64_t to,
                       struct error *err)
{
    return run_with(db, prune_checkpoints_sql, (const int64_t[]){log, above, to}, 3, err);
}

#define PLACE_NAME_SIZE 48

static const char *place_name(int64_t log, char out[PLACE_NAME_SIZE])
{
    snprintf(out, PLACE_NAME_SIZE, "retention-place-%" PRId64, log);
    return out;
}

bool prune_place_get(struct database *db, int64_t log, int64_t *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    char name[PLACE_NAME_SIZE];
    struct span value;
    uint64_t number = 0;

    *out = 0;
    if (!setting_get(db, &arena, place_name(log, name), &value, err)) {
        bool is_absent = err->kind == ERROR_MISSING;
        if (is_absent)
            error_clear(err);
        return is_absent;
    }
    if (!number_read(value, &number) || number > (uint64_t)INT64_MAX)
        return error_set(err, ERROR_STORE, "setting %s is damaged", name);
    *out = (int64_t)number;
    return true;
}

bool prune_place_put(struct database *db, int64_t log, int64_t index, struct error *err)
{
    char name[PLACE_NAME_SIZE];
    char value[24];

    snprintf(value, sizeof value, "%" PRId64, index);
    return setting_put(db, place_name(log, name), span_text(value), err);
}
