/* Rows of parts and uploads: see part_rows.h. */
#include "store/part_rows.h"

#include "store/rows.h"

static const char part_insert_sql[] =
    "insert into parts (entry, number, kind, digest, salt, size, sha256, segments, state, bytes, part_key, file)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

bool part_insert(struct database *db, const struct part_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, part_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->entry);
    statement_integer(s, 2, row->number);
    statement_integer(s, 3, row->kind);
    statement_bytes(s, 4, row->digest);
    statement_bytes(s, 5, row->salt);
    statement_integer(s, 6, row->size);
    statement_bytes(s, 7, row->sha256);
    row_bind_bytes(s, 8, row->segments);
    statement_integer(s, 9, row->state);
    row_bind_bytes(s, 10, row->bytes);
    row_bind_bytes(s, 11, row->part_key);
    row_bind_bytes(s, 12, row->file);
    return row_write(s, err);
}

static bool part_read(const struct statement *s, struct arena *arena, void *out)
{
    struct part_row *row = out;

    row->entry = column_integer(s, 0);
    row->number = column_integer(s, 1);
    row->kind = (enum part_kind_row)column_integer(s, 2);
    row->size = column_integer(s, 5);
    row->state = (enum part_state)column_integer(s, 8);
    return row_bytes(s, 3, arena, &row->digest) && row_bytes(s, 4, arena, &row->salt) &&
           row_bytes(s, 6, arena, &row->sha256) && row_bytes(s, 7, arena, &row->segments) &&
           row_bytes(s, 9, arena, &row->bytes) && row_bytes(s, 10, arena, &row->part_key) &&
           row_bytes(s, 11, arena, &row->file);
}

static const char part_find_sql[] =
    "select entry, number, kind, digest, salt, size, sha256, segments, state, bytes, part_key, file"
    " from parts where entry = $1 and number = $2";

bool part_find(struct database *db, struct arena *arena, int64_t entry, int64_t number,
               struct part_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, part_find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    statement_integer(s, 2, number);
    return row_read(s, arena, part_read, out, "part", err);
}

static const char part_list_sql[] =
    "select entry, number, kind, digest, salt, size, sha256, segments, state, bytes, part_key, file"
    " from parts where entry = $1 order by number";

bool part_list(struct database *db, struct arena *arena, int64_t entry, struct part_row *out,
               size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, part_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    return rows_read(s, arena, part_read, out, sizeof *out, limit, count, err);
}

/* A cross join, so that SQLite begins with the few wanted parts and not with every entry of the log. */
static const char part_list_wanted_sql[] =
    "select p.entry, p.number, p.kind, p.digest, p.salt, p.size, p.sha256, p.segments, p.state, p.bytes, p.part_key,"
    " p.file from parts p cross join entries e where e.id = p.entry and p.state = 0 and e.log = $1"
    " and (p.entry > $2 or (p.entry = $2 and p.number > $3)) order by p.entry, p.number limit $4";

bool part_list_wanted_after(struct database *db, struct arena *arena, int64_t log, int64_t entry,
                            int64_t number, struct part_row *out, size_t limit, size_t *count,
                            struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, part_list_wanted_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, entry);
    statement_integer(s, 3, number);
    statement_integer(s, 4, (int64_t)limit);
    return rows_read(s, arena, part_read, out, sizeof *out, limit, count, err);
}

bool part_list_wanted(struct database *db, struct arena *arena, int64_t log, struct part_row *out,
                      size_t limit, size_t *count, struct error *err)
{
    return part_list_wanted_after(db, arena, log, 0, 0, out, limit, count, err);
}

/* Index parts_wanted. */
static const char part_file_is_wanted_sql[] =
    "select count(*) from parts where state = 0 and file = $1";

bool part_file_is_wanted(struct database *db, struct span file, bool *is_wanted, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, part_file_is_wanted_sql, err);
    int64_t count = 0;
    if (s == NULL)
        return false;
    statement_bytes(s, 1, file);
    bool ok = row_integer(s, &count, err);
    *is_wanted = count > 0;
    return ok;
}

static const char part_begin_sql[] =
    "update parts set part_key = $1, file = $2 where entry = $3 and number = $4 and state = 0";

bool part_begin(struct database *db, int64_t entry, int64_t number, struct span part_key,
                struct span file, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, part_begin_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, part_key);
    statement_bytes(s, 2, file);
    statement_integer(s, 3, entry);
    statement_integer(s, 4, number);
    return row_write(s, err);
}

static const char part_state_sql[] = "update parts set state = $1 where entry = $2 and number = $3";

bool part_set_state(struct database *db, int64_t entry, int64_t number, enum part_state state,
                    struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, part_state_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, state);
    statement_integer(s, 2, entry);
    statement_integer(s, 3, number);
    return row_write(s, err);
}

static const char part_erase_sql[] =
    "update parts set state = $1, bytes = null, part_key = null, file = null where entry = $2 and number = $3";

bool part_erase(struct database *db, int64_t entry, int64_t number, enum part_state state,
                struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, part_erase_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, state);
    statement_integer(s, 2, entry);
    statement_integer(s, 3, number);
    return row_write(s, err);
}

static const char part_remove_sql[] = "delete from parts where entry = $1 and number = $2";

bool part_remove(struct database *db, int64_t entry, int64_t number, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, part_remove_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    statement_integer(s, 2, number);
    return row_write(s, err);
}

static const char upload_insert_sql[] =
    "insert into uploads (id, officer, name, size, sha256, segments, part_key, created_ms)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8)";

bool upload_insert(struct database *db, const struct upload_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, upload_insert_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, row->id);
    statement_text(s, 2, row->officer);
    statement_text(s, 3, row->name);
    statement_integer(s, 4, row->size);
    statement_bytes(s, 5, row->sha256);
    statement_bytes(s, 6, row->segments);
    statement_bytes(s, 7, row->part_key);
    statement_integer(s, 8, row->created_ms);
    return row_write(s, err);
}

static bool upload_read(const struct statement *s, struct arena *arena, void *out)
{
    struct upload_row *row = out;

    row->size = column_integer(s, 3);
    row->created_ms = column_integer(s, 7);
    return row_bytes(s, 0, arena, &row->id) && row_text(s, 1, arena, &row->officer) &&
           row_text(s, 2, arena, &row->name) && row_bytes(s, 4, arena, &row->sha256) &&
           row_bytes(s, 5, arena, &row->segments) && row_bytes(s, 6, arena, &row->part_key);
}

static const char upload_find_sql[] =
    "select id, officer, name, size, sha256, segments, part_key, created_ms from uploads where id = $1";

bool upload_find(struct database *db, struct arena *arena, struct span id, struct upload_row *out,
                 struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, upload_find_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, id);
    return row_read(s, arena, upload_read, out, "attachment", err);
}

/* No identifier of an officer, and a time that never comes. */
static const char upload_keep_sql[] =
    "update uploads set officer = '!register', created_ms = 9007199254740991 where id = $1";

bool upload_keep(struct database *db, struct span id, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, upload_keep_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, id);
    return row_write(s, err);
}

static const char upload_remove_sql[] = "delete from uploads where id = $1";

bool upload_remove(struct database *db, struct span id, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, upload_remove_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, id);
    return row_write(s, err);
}

static const char upload_count_sql[] = "select count(*) from uploads where officer = $1";
static const char upload_size_sql[] =
    "select coalesce(cast(sum(size) as bigint), 0) from uploads where officer = $1";

static bool upload_number(struct database *db, const char *sql, struct span officer, int64_t *out,
                          struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, officer);
    return row_integer(s, out, err);
}

bool upload_total(struct database *db, struct span officer, int64_t *count, int64_t *size,
                  struct error *err)
{
    return upload_number(db, upload_count_sql, officer, count, err) &&
           upload_number(db, upload_size_sql, officer, size, err);
}

static bool span_read(const struct statement *s, struct arena *arena, void *out)
{
    return row_bytes(s, 0, arena, out);
}

static const char upload_old_sql[] =
    "select id from uploads where created_ms < $1 order by created_ms, id limit $2";

bool upload_list_old(struct database *db, struct arena *arena, int64_t before_ms, struct span *out,
                     size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, upload_old_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, before_ms);
    statement_integer(s, 2, (int64_t)limit);
    return rows_read(s, arena, span_read, out, sizeof *out, limit, count, err);
}

static bool file_read(const struct statement *s, struct arena *arena, void *out)
{
    struct file_row *row = out;

    row->entry = column_integer(s, 0);
    row->number = column_integer(s, 1);
    row->size = column_integer(s, 2);
    return row_bytes(s, 3, arena, &row->file);
}

static const char file_list_sql[] =
    "select entry, number, size, file from parts where kind = 1 and state = 1 and file is not null"
    " and (entry > $1 or (entry = $1 and number > $2)) order by entry, number limit $3";

bool file_list(struct database *db, struct arena *arena, int64_t entry, int64_t number,
               struct file_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, file_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    statement_integer(s, 2, number);
    statement_integer(s, 3, (int64_t)limit);
    return rows_read(s, arena, file_read, out, sizeof *out, limit, count, err);
}

static const char file_uploads_sql[] =
    "select cast(0 as bigint), cast(0 as bigint), size, id from uploads where id > $1 order by id limit $2";

bool file_list_uploads(struct database *db, struct arena *arena, struct span above,
                       struct file_row *out, size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, file_uploads_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, above);
    statement_integer(s, 2, (int64_t)limit);
    return rows_read(s, arena, file_read, out, sizeof *out, limit, count, err);
}

static const char file_total_sql[] =
    "select coalesce((select cast(sum(size) as bigint) from parts where kind = 1 and state = 1), 0)"
    " + coalesce((select cast(sum(size) as bigint) from uploads), 0)";

bool file_total(struct database *db, int64_t *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, file_total_sql, err);
    return s != NULL && row_integer(s, out, err);
}
