/* Rows of entries: see log_rows.h. */
#include "store/log_rows.h"

#include "store/rows.h"

static const char entry_last_sql[] = "select max(id) from entries";

bool entry_last_id(struct database *db, int64_t *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_last_sql, err);
    if (s == NULL)
        return false;
    return row_integer(s, out, err);
}

static const char entry_count_since_sql[] =
    "select coalesce(sum(case when l.kind = 0 then 0 else 1 end), 0),"
    " coalesce(sum(case when l.kind = 0 and e.type = $1 then 1 else 0 end), 0)"
    " from entries e join logs l on l.id = e.log where e.id > $2";

bool entry_count_since(struct database *db, int64_t id, int64_t domestic_type, int64_t *exchanged,
                       int64_t *domestic, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_count_since_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, domestic_type);
    statement_integer(s, 2, id);
    if (statement_step(s, err) != STEP_ROW)
        return false;
    *exchanged = column_integer(s, 0);
    *domestic = column_integer(s, 1);
    return true;
}

static const char entry_insert_sql[] =
    "insert into entries (id, log, idx, message_id, head, leaf, type, created_ms, salt, body, body_key, body_size,"
    " body_state) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

bool entry_insert(struct database *db, const struct entry_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->id);
    statement_integer(s, 2, row->log);
    if (row->index == ENTRY_WAITING)
        statement_null(s, 3);
    else
        statement_integer(s, 3, row->index);
    statement_bytes(s, 4, row->message_id);
    statement_bytes(s, 5, row->head);
    statement_bytes(s, 6, row->leaf);
    statement_integer(s, 7, row->type);
    statement_integer(s, 8, row->created_ms);
    row_bind_bytes(s, 9, row->salt);
    row_bind_bytes(s, 10, row->body);
    row_bind_bytes(s, 11, row->body_key);
    statement_integer(s, 12, row->body_size);
    statement_integer(s, 13, row->body_state);
    return row_write(s, err);
}

static const char entry_number_sql[] = "update entries set idx = $1 where id = $2 and idx is null";

bool entry_number(struct database *db, int64_t id, int64_t index, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_number_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, index);
    statement_integer(s, 2, id);
    return row_write(s, err);
}

static bool entry_read(const struct statement *s, struct arena *arena, void *out)
{
    struct entry_row *row = out;

    row->id = column_integer(s, 0);
    row->log = column_integer(s, 1);
    row->index = column_is_null(s, 2) ? ENTRY_WAITING : column_integer(s, 2);
    row->type = column_integer(s, 6);
    row->created_ms = column_integer(s, 7);
    row->body_size = column_integer(s, 11);
    row->body_state = (enum body_state)column_integer(s, 12);
    return row_bytes(s, 3, arena, &row->message_id) && row_bytes(s, 4, arena, &row->head) &&
           row_bytes(s, 5, arena, &row->leaf) && row_bytes(s, 8, arena, &row->salt) &&
           row_bytes(s, 9, arena, &row->body) && row_bytes(s, 10, arena, &row->body_key);
}

static const char entry_find_sql[] =
    "select id, log, idx, message_id, head, leaf, type, created_ms, salt, body, body_key, body_size, body_state"
    " from entries where id = $1";

bool entry_find(struct database *db, struct arena *arena, int64_t id, struct entry_row *out,
                struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    return row_read(s, arena, entry_read, out, "entry", err);
}

static const char entry_find_place_sql[] =
    "select log, coalesce(idx, -1) from entries where id = $1";

struct entry_place {
    int64_t log;
    int64_t index;
};

static bool place_read(const struct statement *s, struct arena *arena, void *out)
{
    (void)arena;
    *(struct entry_place *)out =
        (struct entry_place){.log = column_integer(s, 0), .index = column_integer(s, 1)};
    return true;
}

bool entry_find_place(struct database *db, int64_t id, int64_t *log, int64_t *index,
                      struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_find_place_sql, err);
    struct entry_place place = {.index = ENTRY_WAITING};

    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    if (!row_read(s, NULL, place_read, &place, "entry", err))
        return false;
    *log = place.log;
    *index = place.index;
    return true;
}

static const char entry_find_index_sql[] =
    "select id, log, idx, message_id, head, leaf, type, created_ms, salt, body, body_key, body_size, body_state"
    " from entries where log = $1 and idx = $2";

bool entry_find_index(struct database *db, struct arena *arena, int64_t log, int64_t index,
                      struct entry_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_find_index_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, index);
    return row_read(s, arena, entry_read, out, "entry", err);
}

static const char entry_find_message_sql[] =
    "select id, log, idx, message_id, head, leaf, type, created_ms, salt, body, body_key, body_size, body_state"
    " from entries where log = $1 and message_id = $2 order by id limit 1";

bool entry_find_message(struct database *db, struct arena *arena, int64_t log,
                        struct span message_id, struct entry_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_find_message_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_bytes(s, 2, message_id);
    return row_read(s, arena, entry_read, out, "message", err);
}

static const char entry_count_message_sql[] =
    "select count(*) from entries where log = $1 and message_id = $2 and id < $3";

bool entry_count_message(struct database *db, int64_t log, struct span message_id,
                         int64_t before_id, int64_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_count_message_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_bytes(s, 2, message_id);
    statement_integer(s, 3, before_id);
    return row_integer(s, count, err);
}

static bool entry_read_waiting(const struct statement *s, struct arena *arena, void *out)
{
    struct entry_row *row = out;

    row->id = column_integer(s, 0);
    row->log = column_integer(s, 1);
    row->index = column_is_null(s, 2) ? ENTRY_WAITING : column_integer(s, 2);
    row->type = column_integer(s, 6);
    row->body_size = column_integer(s, 7);
    row->body_state = (enum body_state)column_integer(s, 8);
    row->post_size = column_integer(s, 9);
    return row_bytes(s, 3, arena, &row->message_id) && row_bytes(s, 4, arena, &row->head) &&
           row_bytes(s, 5, arena, &row->leaf);
}

/* Index entries_waiting; parts by their primary key. */
static const char entry_list_waiting_sql[] =
    "select e.id, e.log, e.idx, e.message_id, e.head, e.leaf, e.type, e.body_size, e.body_state, e.body_size +"
    " cast(coalesce((select sum(p.size) from parts p where p.entry = e.id and p.kind = 0), 0) as bigint)"
    " from entries e where e.log = $1 and e.idx is null and e.id > $2 order by e.id limit $3";

bool entry_list_waiting_above(struct database *db, struct arena *arena, int64_t log, int64_t above,
                              struct entry_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_list_waiting_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, above);
    statement_integer(s, 3, (int64_t)limit);
    return rows_read(s, arena, entry_read_waiting, out, sizeof *out, limit, count, err);
}

bool entry_list_waiting(struct database *db, struct arena *arena, int64_t log,
                        struct entry_row *out, size_t limit, size_t *count, struct error *err)
{
    return entry_list_waiting_above(db, arena, log, 0, out, limit, count, err);
}

static const char entry_count_waiting_sql[] =
    "select count(*) from (select id from entries where log = $1 and idx is null limit $2) waiting";

bool entry_count_waiting(struct database *db, int64_t log, size_t limit, size_t *count,
                         struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_count_waiting_sql, err);
    int64_t found = 0;

    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, (int64_t)limit);
    bool ok = row_integer(s, &found, err);
    *count = (size_t)found;
    return ok;
}

static const char entry_range_bodies_sql[] =
    "select cast(sum(body_size) as bigint) from entries"
    " where log = $1 and idx >= $2 and idx < $3 and body_state = 1";
static const char entry_range_parts_sql[] =
    "select cast(sum(p.size) as bigint) from entries e join parts p on p.entry = e.id"
    " where e.log = $1 and e.idx >= $2 and e.idx < $3 and e.body_state = 1 and p.kind = 0";

static bool range_sum(struct database *db, const char *sql, int64_t log, int64_t from, int64_t to,
                      int64_t *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, from);
    statement_integer(s, 3, to);
    return row_integer(s, out, err);
}

bool entry_range_size(struct database *db, int64_t log, int64_t from, int64_t to, int64_t *out,
                      struct error *err)
{
    int64_t bodies = 0;
    int64_t parts = 0;
    if (!range_sum(db, entry_range_bodies_sql, log, from, to, &bodies, err) ||
        !range_sum(db, entry_range_parts_sql, log, from, to, &parts, err))
        return false;
    *out = bodies + parts;
    return true;
}

/* Bodies that were withdrawn or erased. */
static const char entry_range_left_sql[] =
    "select count(*) from entries"
    " where log = $1 and idx >= $2 and idx < $3 and body_state in (2, 3)";

bool entry_range_left(struct database *db, int64_t log, int64_t from, int64_t to, int64_t *out,
                      struct error *err)
{
    return range_sum(db, entry_range_left_sql, log, from, to, out, err);
}

static const char entry_list_ids_sql[] =
    "select id from entries where log = $1 and idx >= $2 and idx < $3 order by idx limit $4";

static bool id_read(const struct statement *s, struct arena *arena, void *out)
{
    (void)arena;
    *(int64_t *)out = column_integer(s, 0);
    return true;
}

bool entry_list_ids(struct database *db, int64_t log, int64_t from, int64_t to, int64_t *out,
                    size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_list_ids_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, from);
    statement_integer(s, 3, to);
    statement_integer(s, 4, (int64_t)limit);
    return rows_read(s, NULL, id_read, out, sizeof *out, limit, count, err);
}

static const char entry_newest_handled_sql[] =
    "select e.head from entries e where e.log = $1 and e.type = $2 and e.idx < $3 and e.body_state <> 2"
    " and (select s.outcome from sequence s where s.entry = e.id and s.kind = 2 order by s.n desc limit 1) <> 1"
    " order by e.idx desc limit 1";

static bool head_copy(const struct statement *s, struct arena *arena, void *out)
{
    return row_bytes(s, 0, arena, out);
}

bool entry_newest_handled(struct database *db, struct arena *arena, int64_t log, int64_t type,
                          int64_t below, struct span *head, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_newest_handled_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, type);
    statement_integer(s, 3, below);
    return row_read(s, arena, head_copy, head, "handled entry", err);
}

static const char entry_type_sql[] = "update entries set type = $1 where id = $2";

bool entry_set_type(struct database *db, int64_t id, int64_t type, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_type_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, type);
    statement_integer(s, 2, id);
    return row_write(s, err);
}

static const char entry_list_range_sql[] =
    "select id, log, idx, message_id, head, leaf, type, created_ms, salt, body, body_key, body_size, body_state"
    " from entries where log = $1 and idx >= $2 and idx < $3 order by idx limit $4";

bool entry_list_range(struct database *db, struct arena *arena, int64_t log, int64_t from,
                      int64_t to, struct entry_row *out, size_t limit, size_t *count,
                      struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_list_range_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, from);
    statement_integer(s, 3, to);
    statement_integer(s, 4, (int64_t)limit);
    return rows_read(s, arena, entry_read, out, sizeof *out, limit, count, err);
}

static const char entry_erase_body_sql[] =
    "update entries set body_state = $1, body = null, body_key = null where id = $2";

bool entry_erase_body(struct database *db, int64_t id, enum body_state state, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_erase_body_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, state);
    statement_integer(s, 2, id);
    return row_write(s, err);
}

static const char entry_remove_waiting_sql[] = "delete from entries where id = $1 and idx is null";

bool entry_remove_waiting(struct database *db, int64_t id, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_remove_waiting_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    return row_write(s, err);
}

static const char entry_list_leaves_sql[] =
    "select leaf from entries where log = $1 and idx >= $2 and idx < $3 order by idx limit $4";

static bool leaf_read(const struct statement *s, struct arena *arena, void *out)
{
    return row_bytes(s, 0, arena, out);
}

bool entry_list_leaves(struct database *db, struct arena *arena, int64_t log, int64_t from,
                       int64_t to, struct span *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_list_leaves_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, from);
    statement_integer(s, 3, to);
    statement_integer(s, 4, (int64_t)limit);
    return rows_read(s, arena, leaf_read, out, sizeof *out, limit, count, err);
}
