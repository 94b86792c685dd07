/*
 * Books copy: see books_copy.h. Names of columns come from the engine's own catalogue and must be the same on both sides:
 * a column that one side lacks would be lost without a word. Rows are read by pages in the order of the table's key, so
 * that memory stays flat, and counted at the end.
 */
#include "store/books_copy.h"

#include "base/arena.h"
#include "base/attributes.h"
#include "base/buffer.h"
#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COLUMN_NAME_SIZE 64
#define KEY_COLUMN_MAX   6
#define COPY_SQL_SIZE    8192
#define PAGE_ROWS        128 /* of at most 256 KiB each: PostgreSQL's client holds one page in memory */
#define PAGES_KEPT       64 /* between two looks at the write-ahead log of the file */
#define KEY_ARENA_SIZE   65536

enum column_type { COLUMN_INTEGER, COLUMN_TEXT, COLUMN_BYTES };

struct column {
    char name[COLUMN_NAME_SIZE];
    enum column_type type;
    int key; /* place in the key, from 1; 0: not part of it */
};

struct table {
    const struct table_info *info;
    struct column columns[STATEMENT_COLUMN_MAX];
    int count;
    int keys[KEY_COLUMN_MAX]; /* their columns */
    int key_count;
};

/* --- which columns --- */

static const char columns_sqlite_sql[] =
    "select name, lower(type) from pragma_table_info($1) order by cid";
static const char columns_postgres_sql[] =
    "select a.attname::text, format_type(a.atttypid, a.atttypmod)"
    " from pg_attribute a join pg_class c on c.oid = a.attrelid"
    " join pg_namespace n on n.oid = c.relnamespace"
    " where n.nspname = 'besa' and c.relname = $1 and a.attnum > 0 and not a.attisdropped"
    " order by a.attnum";

static bool type_read(struct span text, enum column_type *out)
{
    static const char *const names[] = {
        [COLUMN_INTEGER] = "bigint", [COLUMN_TEXT] = "text", [COLUMN_BYTES] = "bytea"};

    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if (span_is(text, names[i])) {
            *out = (enum column_type)i;
            return true;
        }
    return false;
}

static bool column_read(struct statement *s, struct table *table, struct error *err)
{
    struct column *column = &table->columns[table->count];
    struct span name = column_text(s, 0);

    if (table->count == STATEMENT_COLUMN_MAX || name.size >= sizeof column->name)
        return error_set(err, ERROR_LIMIT, "table %s has too many columns", table->info->name);
    snprintf(column->name, sizeof column->name, "%.*s", SPAN_ARG(name));
    if (!type_read(column_text(s, 1), &column->type))
        return error_set(err, ERROR_STORE, "table %s: column %s has the unknown type %.*s",
                         table->info->name, column->name, SPAN_ARG(column_text(s, 1)));
    table->count++;
    return true;
}

static int column_find(const struct table *table, struct span name)
{
    for (int i = 0; i < table->count; i++)
        if (span_is(name, table->columns[i].name))
            return i;
    return -1;
}

/* "a, b" of schema_tables[]. */
static bool key_find(struct table *table, struct error *err)
{
    const char *at = table->info->key;

    table->key_count = 0;
    while (*at != '\0' && table->key_count < KEY_COLUMN_MAX) {
        size_t size = strcspn(at, ",");
        int column = column_find(table, span_make(at, size));
        if (column < 0)
            break;
        table->keys[table->key_count++] = column;
        at += size;
        at += strspn(at, ", ");
    }
    return *at == '\0' || error_set(err, ERROR_BUG, "table %s has another key than %s",
                                    table->info->name, table->info->key);
}

/* A table that the books' schema does not have yet has no column. */
static bool table_read(struct database *db, const struct table_info *info, struct table *out,
                       struct error *err)
{
    bool is_sqlite = database_kind(db) == DATABASE_SQLITE;
    struct statement *s CLEANUP(statement_give) =
        statement_take(db, is_sqlite ? columns_sqlite_sql : columns_postgres_sql, err);
    enum statement_step step = STEP_FAILED;

    *out = (struct table){.info = info};
    if (s == NULL)
        return false;
    statement_text(s, 1, span_text(info->name));
    while ((step = statement_step(s, err)) == STEP_ROW)
        if (!column_read(s, out, err))
            return false;
    return step == STEP_DONE && (out->count == 0 || key_find(out, err));
}

/* By name: a column that was added later may stand elsewhere. */
static bool tables_fit(const struct table *from, const struct table *to, struct error *err)
{
    bool fit = from->count == to->count;

    for (int i = 0; fit && i < from->count; i++) {
        int found = column_find(to, span_text(from->columns[i].name));
        fit = found >= 0 && to->columns[found].type == from->columns[i].type;
    }
    return fit || error_set(err, ERROR_STORE, "table %s has other columns on the two sides",
                            from->info->name);
}

/* --- one table --- */

static void names_write(const struct table *table, const int *which, int count, struct buffer *out)
{
    for (int i = 0; i < count; i++)
        buffer_format(out, "%s%s", i == 0 ? "" : ", ",
                      table->columns[which == NULL ? i : which[i]].name);
}

static void places_write(int count, struct buffer *out)
{
    for (int i = 1; i <= count; i++)
        buffer_format(out, "%s$%d", i == 1 ? "" : ", ", i);
}

/* The first page, or one behind the key $1, $2... */
static bool page_sql_write(const struct table *table, bool is_first, struct buffer *out,
                           struct error *err)
{
    buffer_clear(out);
    buffer_text(out, "select ");
    names_write(table, NULL, table->count, out);
    buffer_format(out, " from %s", table->info->name);
    if (!is_first) {
        buffer_text(out, " where (");
        names_write(table, table->keys, table->key_count, out);
        buffer_text(out, ") > (");
        places_write(table->key_count, out);
        buffer_text(out, ")");
    }
    buffer_text(out, " order by ");
    names_write(table, table->keys, table->key_count, out);
    buffer_format(out, " limit %d", PAGE_ROWS);
    return buffer_byte(out, '\0') || error_set(err, ERROR_LIMIT, "a statement is too long");
}

static bool insert_sql_write(const struct table *table, struct buffer *out, struct error *err)
{
    buffer_format(out, "insert into %s (", table->info->name);
    names_write(table, NULL, table->count, out);
    buffer_text(out, ") values (");
    places_write(table->count, out);
    buffer_text(out, ")");
    return buffer_byte(out, '\0') || error_set(err, ERROR_LIMIT, "a statement is too long");
}

static void value_set(struct statement *to, int index, enum column_type type, struct span bytes,
                      int64_t integer)
{
    if (type == COLUMN_INTEGER)
        statement_integer(to, index, integer);
    else if (type == COLUMN_TEXT)
        statement_text(to, index, bytes);
    else
        statement_bytes(to, index, bytes);
}

static bool row_copy(const struct table *table, const struct statement *from, struct statement *to,
                     struct error *err)
{
    for (int i = 0; i < table->count; i++) {
        enum column_type type = table->columns[i].type;
        if (column_is_null(from, i))
            statement_null(to, i + 1);
        else
            value_set(to, i + 1, type,
                      type == COLUMN_INTEGER ? span_make("", 0) : column_bytes(from, i),
                      type == COLUMN_INTEGER ? column_integer(from, i) : 0);
    }
    return statement_run(to, err);
}

/* The key of the last row read, from which the next page goes on. */
struct place {
    struct arena arena;
    struct span bytes[KEY_COLUMN_MAX];
    int64_t integers[KEY_COLUMN_MAX];
};

static bool place_keep(struct place *place, const struct table *table, const struct statement *s,
                       struct error *err)
{
    arena_free(&place->arena);
    place->arena = arena_make(KEY_ARENA_SIZE);
    for (int i = 0; i < table->key_count; i++) {
        int column = table->keys[i];
        if (table->columns[column].type == COLUMN_INTEGER) {
            place->integers[i] = column_integer(s, column);
            continue;
        }
        struct span value = column_bytes(s, column);
        uint8_t *copy = arena_array(&place->arena, value.size + 1, 1);
        if (copy == NULL)
            return error_set(err, ERROR_LIMIT, "a key is too long");
        memcpy(copy, value.data, value.size);
        place->bytes[i] = span_make(copy, value.size);
    }
    return true;
}

struct table_copy {
    const struct books_copy *copy;
    const struct table *table;
    struct buffer page_sql;
    struct buffer insert_sql;
    struct place place;
    int64_t copied;
};

/* *rows: of this page; fewer than PAGE_ROWS means that it was the last. */
static bool page_copy(struct table_copy *copying, int *rows, struct error *err)
{
    const struct table *table = copying->table;
    struct statement *from CLEANUP(statement_give) =
        statement_take(copying->copy->from, (const char *)copying->page_sql.data, err);
    struct statement *to CLEANUP(statement_give) =
        from == NULL
            ? NULL
            : statement_take(copying->copy->to, (const char *)copying->insert_sql.data, err);
    enum statement_step step = STEP_FAILED;

    *rows = 0;
    if (to == NULL)
        return false;
    for (int i = 0; copying->copied > 0 && i < table->key_count; i++)
        value_set(from, i + 1, table->columns[table->keys[i]].type, copying->place.bytes[i],
                  copying->place.integers[i]);
    while ((step = statement_step(from, err)) == STEP_ROW) {
        if (!row_copy(table, from, to, err))
            return false;
        if (++*rows == PAGE_ROWS && !place_keep(&copying->place, table, from, err))
            return false;
    }
    return step == STEP_DONE;
}

/* A file that nobody sees yet needs no transaction of the whole, and its log no room for all of it. */
static bool page_run(struct table_copy *copying, int64_t page, int *rows, struct error *err)
{
    struct database *to = copying->copy->to;

    if (database_is_in_transaction(to))
        return page_copy(copying, rows, err);
    if (!database_begin(to, DATABASE_NORMAL, err))
        return false;
    if (!page_copy(copying, rows, err) || !database_commit(to, err)) {
        database_rollback(to);
        return false;
    }
    return page % PAGES_KEPT != PAGES_KEPT - 1 ||
           database_checkpoint(to, CHECKPOINT_PASSIVE, NULL, err);
}

static bool rows_count(struct database *db, const struct table_info *info, int64_t *out,
                       struct error *err)
{
    char sql[96];

    snprintf(sql, sizeof sql, "select count(*) from %s", info->name);
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, err);
    if (s == NULL || statement_step(s, err) != STEP_ROW)
        return false;
    *out = column_integer(s, 0);
    return true;
}

static bool table_pages(struct table_copy *copying, int64_t done, int64_t total, struct error *err)
{
    const struct books_copy *copy = copying->copy;
    int64_t found = 0;
    int rows = PAGE_ROWS;

    if (!insert_sql_write(copying->table, &copying->insert_sql, err))
        return false;
    for (int64_t page = 0; rows == PAGE_ROWS; page++) {
        if ((page < 2 && !page_sql_write(copying->table, page == 0, &copying->page_sql, err)) ||
            !page_run(copying, page, &rows, err))
            return false;
        copying->copied += rows;
        if (copy->progress != NULL)
            copy->progress(copy->context, done + copying->copied, total);
    }
    return rows_count(copy->to, copying->table->info, &found, err) &&
           (found == copying->copied ||
            error_set(err, ERROR_STORE, "%" PRId64 " rows were read, %" PRId64 " are there",
                      copying->copied, found));
}

static bool table_copy_run(const struct books_copy *copy, const struct table *table, int64_t *done,
                           int64_t total, struct error *err)
{
    struct table_copy copying = {.copy = copy,
                                 .table = table,
                                 .page_sql = buffer_make(COPY_SQL_SIZE),
                                 .insert_sql = buffer_make(COPY_SQL_SIZE),
                                 .place.arena = arena_make(KEY_ARENA_SIZE)};

    bool ok = table_pages(&copying, *done, total, err) ||
              error_add(err, "copying table %s", table->info->name);
    *done += copying.copied;
    arena_free(&copying.place.arena);
    buffer_free(&copying.page_sql);
    buffer_free(&copying.insert_sql);
    return ok;
}

/* --- all of them --- */

bool books_copy_run(const struct books_copy *copy, struct error *err)
{
    struct table from;
    struct table to;
    int64_t total = 0;
    int64_t done = 0;

    for (size_t i = 0; i < schema_table_count; i++) {
        int64_t count = 0;
        if (!table_read(copy->from, &schema_tables[i], &from, err) ||
            (from.count > 0 && !rows_count(copy->from, &schema_tables[i], &count, err)))
            return false;
        total += count;
    }
    for (size_t i = 0; i < schema_table_count; i++)
        if (!table_read(copy->from, &schema_tables[i], &from, err) ||
            !table_read(copy->to, &schema_tables[i], &to, err) || !tables_fit(&from, &to, err) ||
            (from.count > 0 && !table_copy_run(copy, &from, &done, total, err)))
            return false;
    return true;
}

bool books_are_empty(struct database *db, bool *is_empty, struct error *err)
{
    struct table table;

    *is_empty = true;
    for (size_t i = 0; i < schema_table_count && *is_empty; i++) {
        int64_t count = 0;
        if (!table_read(db, &schema_tables[i], &table, err) ||
            (table.count > 0 && !rows_count(db, &schema_tables[i], &count, err)))
            return false;
        *is_empty = count == 0;
    }
    return true;
}

bool books_clear(struct database *db, struct error *err)
{
    for (size_t i = 0; i < schema_table_count; i++) {
        char sql[96];
        snprintf(sql, sizeof sql, "delete from %s", schema_tables[i].name);
        if (!database_run(db, sql, err))
            return error_add(err, "emptying %s", schema_tables[i].name);
    }
    return true;
}

/* --- into a file --- */

static bool file_fill(struct database *from, struct database *to, struct books_copy *copy,
                      struct error *err)
{
    int64_t schema = 0;

    copy->from = from;
    copy->to = to;
    if (!database_version(from, &schema, err))
        return false;
    if (schema > (int64_t)schema_migration_count)
        return error_set(err, ERROR_RULE,
                         "the books are of schema %" PRId64 ", this program knows %zu", schema,
                         schema_migration_count);
    return database_migrate(to, schema_migrations, (size_t)schema, err) &&
           books_copy_run(copy, err);
}

static void file_remove(const char *path)
{
    static const char *const tails[] = {"", "-wal", "-shm", "-journal"};
    char name[4096 + 16];

    for (size_t i = 0; i < ARRAY_COUNT(tails); i++)
        if (snprintf(name, sizeof name, "%s%s", path, tails[i]) < (int)sizeof name)
            unlink(name);
}

static bool file_is_free(const char *path, struct error *err)
{
    struct stat st;

    return lstat(path, &st) != 0 || error_set(err, ERROR_CONFLICT, "%s is there already", path);
}

bool books_copy_to_file(struct database *from, const char *path,
                        void (*progress)(void *context, int64_t done, int64_t total), void *context,
                        struct error *err)
{
    struct database_options options = {.place = path, .env = env_real()};
    struct books_copy copy = {.progress = progress, .context = context};
    struct database *to = NULL;
    bool is_own = !database_is_in_transaction(from);

    if (!file_is_free(path, err) || (is_own && !database_begin(from, DATABASE_NORMAL, err)))
        return false;
    bool ok = database_open(&options, &to, err) && file_fill(from, to, &copy, err) &&
              database_checkpoint(to, CHECKPOINT_TRUNCATE, NULL, err);
    database_close(&to);
    if (is_own)
        database_rollback(from);
    if (!ok)
        file_remove(path);
    return ok;
}
