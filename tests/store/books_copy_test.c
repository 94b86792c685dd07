/*
 * Books that go from SQLite to PostgreSQL and back are the same, row by row; a copy taken while others write is one
 * state; what would lose a row is refused.
 */
#include "check.h"

#include "base/buffer.h"
#include "store/books_copy.h"
#include "store/schema.h"
#include "store/support/engines.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define ROWS 300 /* more than two pages */

static void integers_set(struct statement *s, int first, int last, int64_t value)
{
    for (int i = first; i <= last; i++)
        statement_integer(s, i, value);
}

static bool entry_put(struct database *db, int64_t id, struct error *err)
{
    static const char sql[] =
        "insert into entries (id, log, idx, message_id, head, leaf, type, created_ms, salt, body,"
        " body_key, body_size, body_state) values ($1, 1, $2, $3, $4, $5, 2, $6, $7, $8, null, 3, 1)";
    static const uint8_t zeros[] = {0, 0xff, 0};
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, err);

    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    if (id % 2 == 0)
        statement_integer(s, 2, id);
    for (int i = 3; i <= 5; i++)
        statement_bytes(s, i, span_make(&id, sizeof id));
    statement_integer(s, 6, INT64_C(1) << 40);
    statement_bytes(s, 7, span_make("", 0));
    statement_bytes(s, 8, span_make(zeros, sizeof zeros));
    return statement_run(s, err);
}

static bool settings_put(struct database *db, int64_t n, struct error *err)
{
    static const char setting_sql[] = "insert into settings (name, value) values ($1, $2)";
    static const char once_sql[] =
        "insert into once (officer, key, digest, status, answer, made_ms)"
        " values ($1, $2, $3, $4, $5, $6)";
    static const char witness_sql[] =
        "insert into witnessed (origin, size, witness, root, time_s, signature)"
        " values ($1, $2, $3, $4, $5, $6)";
    char name[32];

    snprintf(name, sizeof name, "n-%" PRId64, n);
    struct statement *s CLEANUP(statement_give) = statement_take(db, setting_sql, err);
    struct statement *o CLEANUP(statement_give) = statement_take(db, once_sql, err);
    struct statement *w CLEANUP(statement_give) = statement_take(db, witness_sql, err);
    if (s == NULL || o == NULL || w == NULL)
        return false;
    statement_text(s, 1, span_text(name));
    statement_bytes(s, 2, span_text("12")); /* looks like a number and is none */
    statement_text(o, 1, span_text(n % 3 == 0 ? "ana" : "\xc3\xabla"));
    statement_text(o, 2, span_text(name));
    for (int i = 3; i <= 5; i += 2)
        statement_bytes(o, i, span_text("x"));
    statement_integer(o, 4, n);
    statement_integer(o, 6, -n);
    statement_text(w, 1, span_text("ro/domestic/0"));
    integers_set(w, 2, 2, n);
    statement_text(w, 3, span_text(n % 2 == 0 ? "al" : "it"));
    statement_bytes(w, 4, span_text("r"));
    integers_set(w, 5, 5, n);
    statement_bytes(w, 6, span_text(""));
    return statement_run(s, err) && statement_run(o, err) && statement_run(w, err);
}

static bool books_fill(struct database *db, struct error *err)
{
    bool ok = database_migrate(db, schema_migrations, schema_migration_count, err) &&
              database_begin(db, DATABASE_NORMAL, err);

    for (int64_t i = 1; ok && i <= ROWS; i++)
        ok = entry_put(db, i, err) && settings_put(db, i, err);
    return ok && database_commit(db, err);
}

/* Every row of every table, as text; the two sides have the same columns in the same order. */
static bool dump(struct database *db, struct buffer *out, struct error *err)
{
    static const char *const tables[] = {
        "entries order by id", "settings order by name", "once order by officer, key",
        "witnessed order by origin, size, witness", "logs order by id"};
    static const int columns[] = {13, 2, 6, 6, 14};

    for (size_t i = 0; i < ARRAY_COUNT(tables); i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "select * from %s", tables[i]);
        struct statement *s CLEANUP(statement_give) = statement_take(db, sql, err);
        enum statement_step step = STEP_FAILED;
        while (s != NULL && (step = statement_step(s, err)) == STEP_ROW)
            for (int c = 0; c < columns[i]; c++) {
                struct span value = column_bytes(s, c);
                buffer_format(out, "%s%zu:", column_is_null(s, c) ? "-" : "", value.size);
                buffer_add(out, value);
            }
        if (step != STEP_DONE)
            return false;
    }
    return !out->failed;
}

struct steps {
    int64_t last_done;
    int64_t last_total;
    struct database *writer; /* writes at every step; may be NULL */
};

static void step(void *context, int64_t done, int64_t total)
{
    struct steps *steps = context;
    struct error err = {0};

    CHECK(done >= steps->last_done);
    steps->last_done = done;
    steps->last_total = total;
    if (steps->writer != NULL)
        CHECK(database_begin(steps->writer, DATABASE_NORMAL, &err) &&
              database_run(steps->writer, "delete from settings; delete from once", &err) &&
              database_commit(steps->writer, &err));
}

static struct database *file_open(const char *path)
{
    struct database_options options = {.place = path, .env = env_real()};
    struct database *db = NULL;
    struct error err = {0};

    return database_open(&options, &db, &err) ? db : NULL;
}

/* Both are given back by the caller. */
static bool both_make(struct engine_case *postgres, struct database **file, char *path)
{
    struct error err = {0};

    engine_kind = DATABASE_SQLITE;
    if (!engine_fresh_place(path))
        return false;
    engine_kind = DATABASE_POSTGRES;
    *file = file_open(path);
    return *file != NULL && books_fill(*file, &err) && engine_case_begin(postgres) &&
           database_migrate(postgres->db, schema_migrations, schema_migration_count, &err);
}

static bool load(struct database *from, struct database *to, struct error *err)
{
    struct books_copy copy = {.from = from, .to = to};

    bool ok = database_begin(from, DATABASE_NORMAL, err) &&
              database_begin(to, DATABASE_FULL, err) && books_copy_run(&copy, err) &&
              database_commit(to, err);
    database_rollback(to);
    database_rollback(from);
    return ok;
}

#define POSTGRES_OR_NOT_RUN()                                                                      \
    do {                                                                                           \
        engine_kind = DATABASE_POSTGRES;                                                           \
        if (engine_missing() != NULL)                                                              \
            CHECK_NOT_RUN(engine_missing());                                                       \
    } while (0)

CHECK_TEST(books_go_to_the_other_engine_and_back_as_one_state)
{
    POSTGRES_OR_NOT_RUN();
    struct engine_case c CLEANUP(engine_case_end) = {.db = NULL};
    struct database *file CLEANUP(database_close) = NULL;
    struct database *back CLEANUP(database_close) = NULL;
    struct buffer before CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct buffer after CLEANUP(buffer_free) = buffer_make(1 << 20);
    char path[ENGINE_PATH_SIZE];
    char copy[ENGINE_PATH_SIZE + 8];
    bool is_empty = false;

    CHECK_OR_RETURN(both_make(&c, &file, path));
    CHECK(books_are_empty(c.db, &is_empty, &c.error) && is_empty);
    CHECK_OK(load(file, c.db, &c.error), c.error);
    CHECK(books_are_empty(c.db, &is_empty, &c.error) && !is_empty);
    CHECK(dump(file, &before, &c.error) && before.size > 10000 && dump(c.db, &after, &c.error));
    CHECK(span_equal(buffer_span(&before), buffer_span(&after)));

    struct database *reader CLEANUP(database_close) = engine_connect(&c, true);
    CHECK_OR_RETURN(reader != NULL);
    struct steps steps = {.writer = c.db};
    snprintf(copy, sizeof copy, "%s-copy", path);
    CHECK_OK(database_copy(reader, copy, step, &steps, &c.error), c.error);
    CHECK_INT(steps.last_done, 4 * ROWS);
    CHECK_INT(steps.last_total, 4 * ROWS);
    CHECK_INT(access(copy, F_OK), 0);
    CHECK(!database_copy(reader, copy, NULL, NULL, &c.error));
    CHECK_INT(c.error.kind, ERROR_CONFLICT);
    error_clear(&c.error);
    back = file_open(copy);
    buffer_clear(&after);
    CHECK_OR_RETURN(back != NULL && dump(back, &after, &c.error));
    CHECK(span_equal(buffer_span(&before), buffer_span(&after)));
    buffer_clear(&after);
    CHECK(dump(c.db, &after, &c.error) && after.size < before.size); /* it did write meanwhile */
}

CHECK_TEST(rows_that_are_there_already_stop_a_load_and_leave_nothing_of_it)
{
    POSTGRES_OR_NOT_RUN();
    struct engine_case c CLEANUP(engine_case_end) = {.db = NULL};
    struct database *file CLEANUP(database_close) = NULL;
    struct buffer rows CLEANUP(buffer_free) = buffer_make(1 << 20);
    char path[ENGINE_PATH_SIZE];
    bool is_empty = false;

    CHECK_OR_RETURN(both_make(&c, &file, path));
    CHECK_OK(settings_put(c.db, 1000, &c.error), c.error);
    CHECK(!load(file, c.db, &c.error));
    CHECK_INT(c.error.kind, ERROR_STORE); /* 301 rows where 300 were read */
    error_clear(&c.error);
    CHECK(dump(c.db, &rows, &c.error) && rows.size < 500);
    CHECK(database_begin(c.db, DATABASE_FULL, &c.error) && books_clear(c.db, &c.error) &&
          database_commit(c.db, &c.error));
    CHECK(books_are_empty(c.db, &is_empty, &c.error) && is_empty);
    CHECK_OK(load(file, c.db, &c.error), c.error);
}

CHECK_TEST(a_column_that_one_side_lacks_stops_a_copy)
{
    POSTGRES_OR_NOT_RUN();
    struct engine_case c CLEANUP(engine_case_end) = {.db = NULL};
    struct database *file CLEANUP(database_close) = NULL;
    char path[ENGINE_PATH_SIZE];

    CHECK_OR_RETURN(both_make(&c, &file, path));
    CHECK_OK(database_run(file, "alter table settings add column more bigint", &c.error), c.error);
    CHECK(!load(file, c.db, &c.error));
    CHECK_ERROR(c.error, ERROR_STORE, "settings");
    CHECK(!database_copy(c.db, path, NULL, NULL, &c.error)); /* by a writer */
}

CHECK_TEST(books_of_an_older_schema_are_copied_as_they_are)
{
    POSTGRES_OR_NOT_RUN();
    struct engine_case c CLEANUP(engine_case_end) = {.db = NULL};
    struct database *back CLEANUP(database_close) = NULL;
    char path[ENGINE_PATH_SIZE];
    int64_t schema = 0;

    CHECK_OR_RETURN(engine_case_begin(&c));
    CHECK_OK(database_migrate(c.db, schema_migrations, 3, &c.error), c.error);
    struct database *reader CLEANUP(database_close) = engine_connect(&c, true);
    engine_kind = DATABASE_SQLITE;
    CHECK_OR_RETURN(reader != NULL && engine_fresh_place(path));
    CHECK_OK(database_copy(reader, path, NULL, NULL, &c.error), c.error);
    back = file_open(path);
    CHECK(back != NULL && database_version(back, &schema, &c.error));
    CHECK_INT(schema, 3);
}

int main(void)
{
    CHECK_RUN(books_go_to_the_other_engine_and_back_as_one_state);
    CHECK_RUN(rows_that_are_there_already_stop_a_load_and_leave_nothing_of_it);
    CHECK_RUN(a_column_that_one_side_lacks_stops_a_copy);
    CHECK_RUN(books_of_an_older_schema_are_copied_as_they_are);
    return engines_end(check_end());
}
