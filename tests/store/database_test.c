/* Database: one suite of claims, run on both engines. */
#include "check.h"

#include "store/database.h"
#include "store/support/engines.h"

static const char items_table_sql[] =
    "create table items (id bigint primary key, name text unique, data bytea, at_ms bigint)";

/* A fresh database with the table `items`. */
#define ITEMS_CASE(c)                                                                              \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_run((c)->db, items_table_sql, &(c)->error), (c)->error)

static const char item_insert_sql[] =
    "insert into items (id, name, data, at_ms) values ($1, $2, $3, $4)";

static bool item_insert(struct database *db, int64_t id, const char *name, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, item_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, id);
    statement_text(s, 2, span_text(name));
    return statement_run(s, err);
}

/* Number of rows; -1 on failure. */
static int64_t item_count(struct database *db)
{
    struct error err = {0};
    struct statement *s CLEANUP(statement_give) =
        statement_take(db, "select count(*) from items", &err);
    if (s == NULL || statement_step(s, &err) != STEP_ROW)
        return -1;
    return column_integer(s, 0);
}

CHECK_TEST(values_of_every_type_come_back)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    static const int64_t numbers[] = {0, 1, -1, INT64_MAX, INT64_MIN, 1767225599999};
    static const uint8_t bytes[] = {0, 1, 0, 255, '\\', '\'', 0};

    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
        struct statement *s CLEANUP(statement_give) =
            statement_take(c.db, item_insert_sql, &c.error);
        CHECK_OK(s != NULL, c.error);
        statement_integer(s, 1, numbers[i]);
        statement_null(s, 2);
        statement_bytes(s, 3, span_make(bytes, sizeof bytes));
        statement_integer(s, 4, numbers[i]);
        CHECK_OK(statement_run(s, &c.error), c.error);
        CHECK_INT(statement_changes(s), 1);
    }
    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
        struct statement *s CLEANUP(statement_give) =
            statement_take(c.db, "select id, name, data, at_ms from items where id = $1", &c.error);
        CHECK_OK(s != NULL, c.error);
        statement_integer(s, 1, numbers[i]);
        CHECK_INT(statement_step(s, &c.error), STEP_ROW);
        CHECK_INT(column_integer(s, 0), numbers[i]);
        CHECK(column_is_null(s, 1));
        CHECK_INT(column_text(s, 1).size, 0);
        CHECK(span_equal(column_bytes(s, 2), span_make(bytes, sizeof bytes)));
        CHECK_INT(column_integer(s, 3), numbers[i]);
        CHECK_INT(statement_step(s, &c.error), STEP_DONE);
        CHECK_INT(statement_step(s, &c.error), STEP_DONE);
        CHECK_INT(statement_changes(s), 0);
        CHECK(column_is_null(s, 0));
    }
}

CHECK_TEST(text_comes_back_and_sorts_by_its_bytes)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    static const char *const names[] = {"Zog", "a", "Ëndrra", "zëri", "ștefan", "A", "_", "日本"};
    static const char *const sorted[] = {"A", "Zog", "_", "a", "zëri", "Ëndrra", "ștefan", "日本"};

    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        CHECK_OK(item_insert(c.db, (int64_t)i, names[i], &c.error), c.error);
    struct statement *s CLEANUP(statement_give) =
        statement_take(c.db, "select name from items order by name", &c.error);
    CHECK_OK(s != NULL, c.error);
    for (size_t i = 0; i < ARRAY_COUNT(sorted); i++) {
        CHECK_INT(statement_step(s, &c.error), STEP_ROW);
        CHECK_SPAN(column_text(s, 0), sorted[i]);
    }
    CHECK_INT(statement_step(s, &c.error), STEP_DONE);
}

/* SQLite gives bytea, a name that it does not know, NUMERIC affinity: blobs that look like numbers must stay blobs. */
CHECK_TEST(bytes_that_look_like_a_number_stay_bytes)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);

    struct statement *insert CLEANUP(statement_give) =
        statement_take(c.db, item_insert_sql, &c.error);
    CHECK_OK(insert != NULL, c.error);
    statement_integer(insert, 1, 1);
    statement_bytes(insert, 3, span_text("0123"));
    CHECK_OK(statement_run(insert, &c.error), c.error);
    struct statement *s CLEANUP(statement_give) =
        statement_take(c.db, "select data, length(data) from items where data = $1", &c.error);
    CHECK_OK(s != NULL, c.error);
    statement_bytes(s, 1, span_text("0123"));
    CHECK_INT(statement_step(s, &c.error), STEP_ROW);
    CHECK_SPAN(column_bytes(s, 0), "0123");
    CHECK_INT(column_integer(s, 1), 4);
}

CHECK_TEST(text_that_looks_like_a_number_stays_text)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);

    CHECK_OK(item_insert(c.db, 1, "007", &c.error), c.error);
    struct statement *s CLEANUP(statement_give) =
        statement_take(c.db, "select name from items", &c.error);
    CHECK_OK(s != NULL, c.error);
    CHECK_INT(statement_step(s, &c.error), STEP_ROW);
    CHECK_SPAN(column_text(s, 0), "007");
}

CHECK_TEST(empty_values_are_not_null)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);

    struct statement *insert CLEANUP(statement_give) =
        statement_take(c.db, item_insert_sql, &c.error);
    CHECK_OK(insert != NULL, c.error);
    statement_integer(insert, 1, 1);
    statement_text(insert, 2, (struct span){NULL, 0});
    statement_bytes(insert, 3, (struct span){NULL, 0});
    CHECK_OK(statement_run(insert, &c.error), c.error);
    struct statement *s CLEANUP(statement_give) =
        statement_take(c.db, "select name, data, at_ms from items", &c.error);
    CHECK_OK(s != NULL, c.error);
    CHECK_INT(statement_step(s, &c.error), STEP_ROW);
    CHECK(!column_is_null(s, 0));
    CHECK(!column_is_null(s, 1));
    CHECK(column_is_null(s, 2));
    CHECK_INT(column_text(s, 0).size, 0);
    CHECK_INT(column_bytes(s, 1).size, 0);
}

CHECK_TEST(large_values_come_back)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    static const size_t sizes[] = {65535, 65536, 65537, 300000, 16 * 1024 * 1024};
    uint8_t *large = malloc(16 * 1024 * 1024);
    CHECK_OR_RETURN(large != NULL);
    for (size_t i = 0; i < 16 * 1024 * 1024; i++)
        large[i] = (uint8_t)(i * 31 + i / 251);

    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        struct statement *insert CLEANUP(statement_give) =
            statement_take(c.db, item_insert_sql, &c.error);
        struct statement *find CLEANUP(statement_give) =
            statement_take(c.db, "select data from items where id = $1", &c.error);
        CHECK_OK(insert != NULL && find != NULL, c.error);
        statement_integer(insert, 1, (int64_t)i);
        statement_bytes(insert, 3, span_make(large, sizes[i]));
        CHECK_OK(statement_run(insert, &c.error), c.error);
        statement_integer(find, 1, (int64_t)i);
        CHECK_INT(statement_step(find, &c.error), STEP_ROW);
        CHECK(span_equal(column_bytes(find, 0), span_make(large, sizes[i])));
    }
    free(large);
}

CHECK_TEST(text_that_is_not_utf8_is_refused)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    static const struct {
        const char *data;
        size_t size;
    } texts[] = {{"\xff", 1}, {"a\0b", 3}, {"\xc3", 1}};

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct statement *s CLEANUP(statement_give) =
            statement_take(c.db, item_insert_sql, &c.error);
        CHECK_OK(s != NULL, c.error);
        statement_integer(s, 1, 1);
        statement_text(s, 2, span_make(texts[i].data, texts[i].size));
        CHECK(!statement_run(s, &c.error));
        CHECK_ERROR(c.error, ERROR_BUG, "text");
    }
    CHECK_INT(item_count(c.db), 0);
}

CHECK_TEST(a_statement_runs_again_with_other_values)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);

    struct statement *s CLEANUP(statement_give) = statement_take(c.db, item_insert_sql, &c.error);
    CHECK_OK(s != NULL, c.error);
    statement_integer(s, 4, 77);
    for (int64_t id = 1; id <= 5; id++) {
        statement_integer(s, 1, id);
        CHECK_OK(statement_run(s, &c.error), c.error);
        CHECK_INT(statement_changes(s), 1);
    }
    struct statement *sum CLEANUP(statement_give) =
        statement_take(c.db, "select sum(at_ms), max(id), count(*) from items", &c.error);
    CHECK_OK(sum != NULL, c.error);
    CHECK_INT(statement_step(sum, &c.error), STEP_ROW);
    CHECK_INT(column_integer(sum, 0), 5 * 77);
    CHECK_INT(column_integer(sum, 1), 5);
    CHECK_INT(column_integer(sum, 2), 5);
    CHECK_SPAN(column_bytes(sum, 0), "385");
    CHECK_SPAN(column_text(sum, 1), "5");
}

CHECK_TEST(a_statement_given_back_has_forgotten_its_values)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);

    for (int64_t id = 1; id <= 2; id++) {
        struct statement *s = statement_take(c.db, item_insert_sql, &c.error);
        CHECK_OK(s != NULL, c.error);
        statement_integer(s, 1, id);
        if (id == 1) {
            statement_text(s, 2, span_text("first"));
            statement_integer(s, 4, 5);
        }
        CHECK(statement_run(s, &c.error));
        statement_give(&s);
        CHECK(s == NULL);
    }
    struct statement *s CLEANUP(statement_give) =
        statement_take(c.db, "select name, at_ms from items where id = 2", &c.error);
    CHECK_OK(s != NULL, c.error);
    CHECK_INT(statement_step(s, &c.error), STEP_ROW);
    CHECK(column_is_null(s, 0));
    CHECK(column_is_null(s, 1));
}

/* The first run fixes types with PostgreSQL: a null then must not forbid a value later, nor the other way round. */
CHECK_TEST(a_parameter_may_be_null_first_and_a_value_later)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    static const char sql[] =
        "insert into items (id, name, data, at_ms) values ($1, $2, $3, nullif($4, 0))";

    for (int64_t id = 0; id < 6; id++) {
        struct statement *s CLEANUP(statement_give) = statement_take(c.db, sql, &c.error);
        CHECK_OK(s != NULL, c.error);
        char name[2] = {(char)('a' + id), '\0'};
        statement_integer(s, 1, id);
        if (id % 2 == 1) {
            statement_text(s, 2, span_text(name));
            statement_bytes(s, 3, span_text(name));
            statement_integer(s, 4, id == 5 ? 0 : 1767225599999);
        }
        CHECK_OK(statement_run(s, &c.error), c.error);
    }
    struct statement *s CLEANUP(statement_give) = statement_take(
        c.db, "select count(name), count(data), count(at_ms), max(at_ms) from items", &c.error);
    CHECK_OK(s != NULL, c.error);
    CHECK_INT(statement_step(s, &c.error), STEP_ROW);
    CHECK_INT(column_integer(s, 0), 3);
    CHECK_INT(column_integer(s, 1), 3);
    CHECK_INT(column_integer(s, 2), 2);
    CHECK_INT(column_integer(s, 3), 1767225599999);
}

CHECK_TEST(limits_and_comparisons_take_parameters)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    static const char sql[] = "select id, id = $1, exists (select 1 from items where id = $1),"
                              " case when id > $1 then $2 else name end"
                              " from items where id >= $1 order by id limit $3";
    int rows = 0;

    for (int64_t id = 1; id <= 9; id++)
        CHECK_OK(item_insert(c.db, id, (char[]){(char)('0' + id), '\0'}, &c.error), c.error);
    struct statement *s CLEANUP(statement_give) = statement_take(c.db, sql, &c.error);
    CHECK_OK(s != NULL, c.error);
    statement_integer(s, 1, 3);
    statement_text(s, 2, span_text("more"));
    statement_integer(s, 3, 4);
    while (statement_step(s, &c.error) == STEP_ROW) {
        CHECK_INT(column_integer(s, 0), 3 + rows);
        CHECK_INT(column_integer(s, 1), rows == 0);
        CHECK_INT(column_integer(s, 2), 1);
        CHECK_SPAN(column_text(s, 3), rows == 0 ? "3" : "more");
        rows++;
    }
    CHECK_INT(rows, 4);
}

CHECK_TEST(the_same_text_may_be_taken_twice_at_once)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    static const char sql[] = "select id from items where id >= $1 order by id";

    for (int64_t id = 1; id <= 3; id++)
        CHECK_OK(item_insert(c.db, id, (char[]){(char)('0' + id), '\0'}, &c.error), c.error);
    struct statement *a CLEANUP(statement_give) = statement_take(c.db, sql, &c.error);
    struct statement *b CLEANUP(statement_give) = statement_take(c.db, sql, &c.error);
    CHECK_OK(a != NULL && b != NULL, c.error);
    CHECK(a != b);
    statement_integer(a, 1, 1);
    statement_integer(b, 1, 3);
    CHECK_INT(statement_step(a, &c.error), STEP_ROW);
    CHECK_INT(statement_step(b, &c.error), STEP_ROW);
    CHECK_INT(column_integer(a, 0), 1);
    CHECK_INT(column_integer(b, 0), 3);
    CHECK_INT(statement_step(b, &c.error), STEP_DONE);
    CHECK_INT(statement_step(a, &c.error), STEP_ROW);
    CHECK_INT(column_integer(a, 0), 2);
}

CHECK_TEST(another_text_at_the_same_address_is_another_statement)
{
    struct engine_case c CLEANUP(engine_case_end);
    ENGINE_CASE(&c);
    char sql[32];

    for (int i = 1; i <= 3; i++) {
        snprintf(sql, sizeof sql, "select %d", i);
        struct statement *s CLEANUP(statement_give) = statement_take(c.db, sql, &c.error);
        CHECK_OK(s != NULL, c.error);
        CHECK_INT(statement_step(s, &c.error), STEP_ROW);
        CHECK_INT(column_integer(s, 0), i);
    }
}

CHECK_TEST(more_texts_than_are_kept_are_served)
{
    struct engine_case c CLEANUP(engine_case_end);
    ENGINE_CASE(&c);
    char sql[32];

    for (int i = 1; i <= 1500; i++) {
        snprintf(sql, sizeof sql, "select %d", i);
        struct statement *s CLEANUP(statement_give) = statement_take(c.db, sql, &c.error);
        CHECK_OK(s != NULL && statement_step(s, &c.error) == STEP_ROW, c.error);
        CHECK_INT(column_integer(s, 0), i);
    }
}

CHECK_TEST(wrong_sql_and_wrong_parameters_are_bugs)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    static const char *const wrong[] = {
        "selekt 1",
        "select no_such_column from items",
        "select id from items where name = $2 and id = $1 and $65 = 1",
    };

    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        error_clear(&c.error);
        struct statement *s CLEANUP(statement_give) = statement_take(c.db, wrong[i], &c.error);
        CHECK(s == NULL || statement_step(s, &c.error) == STEP_FAILED);
        CHECK_INT(c.error.kind, ERROR_BUG);
    }
    struct statement *s CLEANUP(statement_give) =
        statement_take(c.db, "select id from items where id = $1", &c.error);
    CHECK_OK(s != NULL, c.error);
    statement_integer(s, 2, 1);
    CHECK_INT(statement_step(s, &c.error), STEP_FAILED);
    CHECK_ERROR(c.error, ERROR_BUG, "parameter");
    CHECK(!database_is_dead(c.db));
}

CHECK_TEST(a_second_row_of_the_same_key_is_a_conflict)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);

    CHECK_OK(item_insert(c.db, 1, "one", &c.error), c.error);
    CHECK(!item_insert(c.db, 1, "other", &c.error));
    CHECK_INT(c.error.kind, ERROR_CONFLICT);
    CHECK(!item_insert(c.db, 2, "one", &c.error));
    CHECK_INT(c.error.kind, ERROR_CONFLICT);
    CHECK(strstr(c.error.text, "one") == NULL); /* no values in error texts */
    CHECK_INT(item_count(c.db), 1);
    CHECK(!database_is_dead(c.db));
}

CHECK_TEST(on_conflict_tells_whether_a_row_was_written)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);

    for (int i = 0; i < 2; i++) {
        struct statement *s CLEANUP(statement_give) = statement_take(
            c.db, "insert into items (id, name) values ($1, $2) on conflict do nothing", &c.error);
        CHECK_OK(s != NULL, c.error);
        statement_integer(s, 1, 1);
        statement_text(s, 2, span_text("one"));
        CHECK_OK(statement_run(s, &c.error), c.error);
        CHECK_INT(statement_changes(s), i == 0);
    }
    struct statement *s CLEANUP(statement_give) =
        statement_take(c.db,
                       "insert into items (id, name) values ($1, $2) on conflict (id) do update"
                       " set name = excluded.name returning name",
                       &c.error);
    CHECK_OK(s != NULL, c.error);
    statement_integer(s, 1, 1);
    statement_text(s, 2, span_text("two"));
    CHECK_INT(statement_step(s, &c.error), STEP_ROW);
    CHECK_SPAN(column_text(s, 0), "two");
    CHECK_INT(statement_step(s, &c.error), STEP_DONE);
    CHECK_INT(statement_changes(s), 1);
}

CHECK_TEST(updates_and_deletes_count_their_rows)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);

    for (int64_t id = 1; id <= 5; id++)
        CHECK_OK(item_insert(c.db, id, (char[]){(char)('0' + id), '\0'}, &c.error), c.error);
    struct statement *update CLEANUP(statement_give) =
        statement_take(c.db, "update items set at_ms = $1 where id > $2", &c.error);
    struct statement *remove CLEANUP(statement_give) =
        statement_take(c.db, "delete from items where id <= $1", &c.error);
    CHECK_OK(update != NULL && remove != NULL, c.error);
    statement_integer(update, 1, 9);
    statement_integer(update, 2, 2);
    CHECK_OK(statement_run(update, &c.error), c.error);
    CHECK_INT(statement_changes(update), 3);
    statement_integer(remove, 1, 2);
    CHECK_OK(statement_run(remove, &c.error), c.error);
    CHECK_INT(statement_changes(remove), 2);
    CHECK_OK(statement_run(remove, &c.error), c.error);
    CHECK_INT(statement_changes(remove), 0);
}

CHECK_TEST(another_connection_sees_a_commit_and_nothing_before)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    struct database *reader CLEANUP(database_close) = engine_connect(&c, true);
    CHECK_OR_RETURN(reader != NULL);

    CHECK_OK(database_begin(c.db, DATABASE_FULL, &c.error), c.error);
    CHECK_OK(item_insert(c.db, 1, "one", &c.error), c.error);
    CHECK_INT(item_count(c.db), 1);
    CHECK_INT(item_count(reader), 0);
    CHECK_OK(database_commit(c.db, &c.error), c.error);
    CHECK_INT(item_count(reader), 1);

    CHECK_OK(database_begin(c.db, DATABASE_NORMAL, &c.error), c.error);
    CHECK_OK(item_insert(c.db, 2, "two", &c.error), c.error);
    database_rollback(c.db);
    CHECK_INT(item_count(c.db), 1);
    CHECK_INT(item_count(reader), 1);
    CHECK(!database_is_in_transaction(c.db));
}

CHECK_TEST(a_readers_transaction_is_one_snapshot)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    struct database *reader CLEANUP(database_close) = engine_connect(&c, true);
    CHECK_OR_RETURN(reader != NULL);

    CHECK_OK(database_begin(reader, DATABASE_FULL, &c.error), c.error);
    CHECK_INT(item_count(reader), 0);
    CHECK_OK(item_insert(c.db, 1, "one", &c.error), c.error);
    CHECK_INT(item_count(reader), 0);
    CHECK_OK(database_commit(reader, &c.error), c.error);
    CHECK_INT(item_count(reader), 1);
}

CHECK_TEST(a_reader_may_not_write)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    struct database *reader CLEANUP(database_close) = engine_connect(&c, true);
    CHECK_OR_RETURN(reader != NULL);

    CHECK(!item_insert(reader, 1, "one", &c.error));
    CHECK(!database_run(reader, "delete from items", &c.error));
    CHECK_INT(item_count(reader), 0);
    CHECK_INT(item_count(c.db), 0);
}

CHECK_TEST(after_a_failed_statement_only_rollback_is_left)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);

    CHECK_OK(database_begin(c.db, DATABASE_FULL, &c.error), c.error);
    CHECK_OK(item_insert(c.db, 1, "one", &c.error), c.error);
    CHECK(!item_insert(c.db, 1, "again", &c.error));
    CHECK_INT(c.error.kind, ERROR_CONFLICT);
    CHECK(!item_insert(c.db, 2, "two", &c.error));
    CHECK_ERROR(c.error, ERROR_BUG, "roll back");
    CHECK(!database_savepoint(c.db, &c.error));
    CHECK(!database_commit(c.db, &c.error));
    database_rollback(c.db);
    CHECK_INT(item_count(c.db), 0);
    CHECK_OK(database_begin(c.db, DATABASE_FULL, &c.error), c.error);
    CHECK_OK(item_insert(c.db, 3, "three", &c.error), c.error);
    CHECK_OK(database_commit(c.db, &c.error), c.error);
    CHECK_INT(item_count(c.db), 1);
}

CHECK_TEST(a_failure_inside_a_savepoint_leaves_the_rest)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);

    CHECK_OK(database_begin(c.db, DATABASE_FULL, &c.error), c.error);
    for (int64_t id = 1; id <= 6; id++) {
        CHECK_OK(database_savepoint(c.db, &c.error), c.error);
        CHECK_OK(item_insert(c.db, id, (char[]){(char)('0' + id), '\0'}, &c.error), c.error);
        if (id % 2 == 0) { /* this job fails after its first row */
            CHECK(!item_insert(c.db, 1, "again", &c.error));
            CHECK_INT(c.error.kind, ERROR_CONFLICT);
            CHECK(!item_insert(c.db, 100, "more", &c.error));
            CHECK(!database_release(c.db, &c.error));
            CHECK_OK(database_rollback_savepoint(c.db, &c.error), c.error);
        } else {
            CHECK_OK(database_release(c.db, &c.error), c.error);
        }
    }
    CHECK_OK(database_commit(c.db, &c.error), c.error);
    CHECK_INT(item_count(c.db), 3);
    struct statement *s CLEANUP(statement_give) =
        statement_take(c.db, "select sum(id) from items", &c.error);
    CHECK_OK(s != NULL && statement_step(s, &c.error) == STEP_ROW, c.error);
    CHECK_INT(column_integer(s, 0), 1 + 3 + 5);
}

CHECK_TEST(wrong_sql_inside_a_savepoint_leaves_the_rest)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);

    CHECK_OK(database_begin(c.db, DATABASE_FULL, &c.error), c.error);
    CHECK_OK(item_insert(c.db, 1, "one", &c.error), c.error);
    CHECK_OK(database_savepoint(c.db, &c.error), c.error);
    struct statement *s = statement_take(c.db, "select nothing from nowhere", &c.error);
    CHECK(s == NULL || statement_step(s, &c.error) == STEP_FAILED);
    statement_give(&s);
    CHECK_INT(c.error.kind, ERROR_BUG);
    CHECK_OK(database_rollback_savepoint(c.db, &c.error), c.error);
    CHECK_OK(item_insert(c.db, 2, "two", &c.error), c.error);
    CHECK_OK(database_commit(c.db, &c.error), c.error);
    CHECK_INT(item_count(c.db), 2);
}

CHECK_TEST(a_savepoint_can_be_undone_without_a_failure)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);

    CHECK_OK(database_begin(c.db, DATABASE_FULL, &c.error), c.error);
    CHECK_OK(database_savepoint(c.db, &c.error), c.error);
    CHECK_OK(item_insert(c.db, 1, "one", &c.error), c.error);
    CHECK_OK(database_rollback_savepoint(c.db, &c.error), c.error);
    CHECK_OK(item_insert(c.db, 1, "other", &c.error), c.error);
    CHECK_OK(database_commit(c.db, &c.error), c.error);
    CHECK_INT(item_count(c.db), 1);
}

CHECK_TEST(a_savepoint_inside_another_is_undone_alone_or_with_it)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);

    CHECK_OK(database_begin(c.db, DATABASE_FULL, &c.error), c.error);
    CHECK_OK(database_savepoint(c.db, &c.error), c.error);
    CHECK_OK(item_insert(c.db, 1, "one", &c.error), c.error);
    CHECK_OK(database_savepoint(c.db, &c.error), c.error);
    CHECK(!item_insert(c.db, 1, "again", &c.error));
    CHECK_OK(database_rollback_savepoint(c.db, &c.error), c.error);
    CHECK_OK(database_savepoint(c.db, &c.error), c.error);
    CHECK_OK(item_insert(c.db, 2, "two", &c.error), c.error);
    CHECK_OK(database_release(c.db, &c.error), c.error);
    CHECK_OK(database_release(c.db, &c.error), c.error);
    CHECK_OK(database_savepoint(c.db, &c.error), c.error);
    CHECK_OK(database_savepoint(c.db, &c.error), c.error);
    CHECK_OK(item_insert(c.db, 3, "three", &c.error), c.error);
    CHECK_OK(database_release(c.db, &c.error), c.error);
    CHECK_OK(database_rollback_savepoint(c.db, &c.error), c.error);
    CHECK_OK(database_commit(c.db, &c.error), c.error);
    CHECK_INT(item_count(c.db), 2);
}

CHECK_TEST(acts_in_the_wrong_order_are_bugs)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);

    CHECK(!database_commit(c.db, &c.error));
    CHECK_INT(c.error.kind, ERROR_BUG);
    CHECK(!database_savepoint(c.db, &c.error));
    CHECK(!database_release(c.db, &c.error));
    CHECK(!database_rollback_savepoint(c.db, &c.error));
    database_rollback(c.db);
    CHECK_OK(database_begin(c.db, DATABASE_FULL, &c.error), c.error);
    CHECK(!database_begin(c.db, DATABASE_FULL, &c.error));
    CHECK_OK(database_savepoint(c.db, &c.error), c.error);
    CHECK_OK(database_savepoint(c.db, &c.error), c.error);
    CHECK(!database_savepoint(c.db, &c.error));
    CHECK_ERROR(c.error, ERROR_BUG, "too deep");
    CHECK_OK(database_release(c.db, &c.error), c.error);
    CHECK(!database_commit(c.db, &c.error));
    CHECK_ERROR(c.error, ERROR_BUG, "savepoint");
    CHECK(!database_checkpoint(c.db, CHECKPOINT_PASSIVE, NULL, &c.error));
    CHECK_OK(database_release(c.db, &c.error), c.error);
    CHECK_OK(database_commit(c.db, &c.error), c.error);
}

CHECK_TEST(closing_rolls_back)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    struct database *other = engine_connect(&c, false);
    CHECK_OR_RETURN(other != NULL);

    CHECK_OK(database_begin(other, DATABASE_FULL, &c.error), c.error);
    CHECK_OK(item_insert(other, 1, "one", &c.error), c.error);
    database_close(&other);
    CHECK(other == NULL);
    CHECK_INT(item_count(c.db), 0);
    CHECK_OK(item_insert(c.db, 1, "one", &c.error), c.error);
}

CHECK_TEST(rows_are_read_while_others_are_written)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    int rows = 0;

    for (int64_t id = 1; id <= 3; id++)
        CHECK_OK(item_insert(c.db, id, (char[]){(char)('0' + id), '\0'}, &c.error), c.error);
    CHECK_OK(database_begin(c.db, DATABASE_FULL, &c.error), c.error);
    struct statement *s =
        statement_take(c.db, "select id from items where id <= 3 order by id", &c.error);
    struct statement *update =
        statement_take(c.db, "update items set at_ms = 1 where id = $1", &c.error);
    CHECK_OK(s != NULL && update != NULL, c.error);
    while (statement_step(s, &c.error) == STEP_ROW) {
        statement_integer(update, 1, column_integer(s, 0));
        CHECK(statement_run(update, &c.error));
        CHECK_INT(statement_changes(update), 1);
        rows++;
    }
    statement_give(&s);
    statement_give(&update);
    CHECK_OK(database_commit(c.db, &c.error), c.error);
    CHECK_INT(rows, 3);
}

CHECK_TEST(a_table_may_change_between_uses_of_a_statement)
{
    struct engine_case c CLEANUP(engine_case_end);
    ITEMS_CASE(&c);
    static const char sql[] = "select * from items where id = $1";

    CHECK_OK(item_insert(c.db, 1, "one", &c.error), c.error);
    for (int i = 0; i < 2; i++) {
        struct statement *s CLEANUP(statement_give) = statement_take(c.db, sql, &c.error);
        CHECK_OK(s != NULL, c.error);
        statement_integer(s, 1, 1);
        CHECK_INT(statement_step(s, &c.error), STEP_ROW);
        CHECK_INT(column_integer(s, 4), i == 0 ? 0 : 7);
        statement_give(&s);
        if (i == 0)
            CHECK_OK(database_run(c.db,
                                  "alter table items add column extra bigint not null default 7",
                                  &c.error),
                     c.error);
    }
}

int main(void)
{
    RUN_ON_ENGINES(values_of_every_type_come_back);
    RUN_ON_ENGINES(text_comes_back_and_sorts_by_its_bytes);
    RUN_ON_ENGINES(bytes_that_look_like_a_number_stay_bytes);
    RUN_ON_ENGINES(text_that_looks_like_a_number_stays_text);
    RUN_ON_ENGINES(empty_values_are_not_null);
    RUN_ON_ENGINES(large_values_come_back);
    RUN_ON_ENGINES(text_that_is_not_utf8_is_refused);
    RUN_ON_ENGINES(a_statement_runs_again_with_other_values);
    RUN_ON_ENGINES(a_statement_given_back_has_forgotten_its_values);
    RUN_ON_ENGINES(a_parameter_may_be_null_first_and_a_value_later);
    RUN_ON_ENGINES(limits_and_comparisons_take_parameters);
    RUN_ON_ENGINES(the_same_text_may_be_taken_twice_at_once);
    RUN_ON_ENGINES(another_text_at_the_same_address_is_another_statement);
    RUN_ON_ENGINES(more_texts_than_are_kept_are_served);
    RUN_ON_ENGINES(wrong_sql_and_wrong_parameters_are_bugs);
    RUN_ON_ENGINES(a_second_row_of_the_same_key_is_a_conflict);
    RUN_ON_ENGINES(on_conflict_tells_whether_a_row_was_written);
    RUN_ON_ENGINES(updates_and_deletes_count_their_rows);
    RUN_ON_ENGINES(another_connection_sees_a_commit_and_nothing_before);
    RUN_ON_ENGINES(a_readers_transaction_is_one_snapshot);
    RUN_ON_ENGINES(a_reader_may_not_write);
    RUN_ON_ENGINES(after_a_failed_statement_only_rollback_is_left);
    RUN_ON_ENGINES(a_failure_inside_a_savepoint_leaves_the_rest);
    RUN_ON_ENGINES(wrong_sql_inside_a_savepoint_leaves_the_rest);
    RUN_ON_ENGINES(a_savepoint_can_be_undone_without_a_failure);
    RUN_ON_ENGINES(a_savepoint_inside_another_is_undone_alone_or_with_it);
    RUN_ON_ENGINES(acts_in_the_wrong_order_are_bugs);
    RUN_ON_ENGINES(closing_rolls_back);
    RUN_ON_ENGINES(rows_are_read_while_others_are_written);
    RUN_ON_ENGINES(a_table_may_change_between_uses_of_a_statement);
    return engines_end(check_end());
}
