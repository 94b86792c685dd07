/*
 * Schema: from every schema that was kept (tests/data/schema, tools/schema) the migrations lead to the schema of a fresh
 * database, on both engines, with every row; and a migration that is killed after any statement leaves the old state.
 * A kept file never changes, so that an edited old migration is found here.
 */
#include "check.h"

#include "base/buffer.h"
#include "store/derived_rows.h"
#include "store/held_rows.h"
#include "store/local_rows.h"
#include "store/log_rows.h"
#include "store/migrate.h"
#include "store/part_rows.h"
#include "store/own_rows.h"
#include "store/schema.h"
#include "store/support/engines.h"
#include "store/support/kept_schema.h"

#include <sys/wait.h>
#include <unistd.h>

#define SHAPE_SIZE 65536

static const char shape_sqlite_sql[] =
    "select group_concat(c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || c.pk, ',')"
    " from (select * from pragma_table_info($1) order by name) c";
static const char shape_postgres_sql[] =
    "select string_agg(column_name || ' ' || data_type || ' ' || is_nullable, ',' order by column_name)"
    " from information_schema.columns where table_schema = 'besa' and table_name = $1";
static const char indexes_sqlite_sql[] =
    "select group_concat(sql, ';') from (select sql from sqlite_schema where type = 'index' and sql is not null"
    " order by name)";
static const char indexes_postgres_sql[] =
    "select string_agg(indexdef, ';' order by indexname) from pg_indexes where schemaname = 'besa'";

static void text_add(struct database *db, const char *sql, const char *name, struct buffer *out)
{
    struct error err = {0};
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, &err);

    if (s != NULL && name != NULL)
        statement_text(s, 1, span_text(name));
    if (s != NULL && statement_step(s, &err) == STEP_ROW)
        buffer_add(out, column_text(s, 0));
    if (err.kind != ERROR_NONE)
        printf("%s\n", err.text);
    buffer_byte(out, '\n');
}

/* Columns of every table, and all indexes. */
static void shape(struct database *db, struct buffer *out)
{
    bool is_sqlite = database_kind(db) == DATABASE_SQLITE;

    for (size_t i = 0; i < schema_table_count; i++)
        text_add(db, is_sqlite ? shape_sqlite_sql : shape_postgres_sql, schema_tables[i].name, out);
    text_add(db, is_sqlite ? indexes_sqlite_sql : indexes_postgres_sql, NULL, out);
}

static bool rows_are_there(struct database *db, size_t from)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct agreement_row agreement;
    struct log_row log;
    struct entry_row entry;
    struct part_row part;
    struct sequence_row sequence;
    struct request_row request;
    struct officer_row officer;
    struct span upload;
    struct fork_row fork_;
    struct span value;
    int64_t held = -1;
    int64_t received = 0;
    int64_t due = 0;
    size_t count = 0;
    struct error err = {0};

    bool ok = agreement_list(db, &arena, &agreement, 1, &count, &err) && count == 1 &&
              log_list(db, &arena, &log, 1, &count, &err) && count == 1 && log.size == 2 &&
              log.handled == 1 && log.seen == LOG_SEEN_UNKNOWN &&
              entry_find(db, &arena, 7, &entry, &err) && span_is(entry.head, "head") &&
              part_find(db, &arena, 7, 1, &part, &err) && part.state == PART_HELD &&
              sequence_of_entry(db, &arena, 7, &sequence, &err) && sequence.time_s == 11 &&
              held_count(db, 4, &held, &err) && held == (from >= 5);
    if (from >= 2)
        ok = ok && request_find(db, &arena, 7, &request, &err) &&
             span_is(request.reference, "RO-1") && due_find(db, 7, &received, &due, &err) &&
             due == 19000;
    if (from >= 3)
        ok = ok && officer_find(db, &arena, span_text("ana"), &officer, &err) &&
             upload_list_old(db, &arena, 4, &upload, 1, &count, &err) && count == 1 &&
             setting_get(db, &arena, "kept", &value, &err) && span_is(value, "value");
    if (from >= 4)
        ok = ok && fork_list(db, &arena, 3, &fork_, 1, &count, &err) && count == 1;
    if (!ok)
        printf("from schema %zu: %s\n", from, err.text);
    return ok;
}

CHECK_TEST(every_kept_schema_leads_to_this_one_with_its_rows)
{
    struct engine_case fresh CLEANUP(engine_case_end);
    struct buffer wanted CLEANUP(buffer_free) = buffer_make(SHAPE_SIZE);
    struct buffer sql CLEANUP(buffer_free) = buffer_make(SHAPE_SIZE);
    struct arena arena CLEANUP(arena_free) = arena_make(65536);
    struct log_row head = {.size = 0};
    size_t count = 0;
    size_t number = 1;

    ENGINE_CASE(&fresh);
    CHECK_OK(database_migrate(fresh.db, schema_migrations, schema_migration_count, &fresh.error),
             fresh.error);
    shape(fresh.db, &wanted);
    CHECK(wanted.size > 500);
    for (; kept_schema_read(number, &sql); number++, buffer_clear(&sql)) {
        struct engine_case c CLEANUP(engine_case_end);
        struct buffer found CLEANUP(buffer_free) = buffer_make(SHAPE_SIZE);
        int64_t version = 0;
        ENGINE_CASE(&c);
        CHECK_OK(database_run(c.db, (const char *)sql.data, &c.error), c.error);
        CHECK_OK(database_version(c.db, &version, &c.error), c.error);
        CHECK_INT(version, number);
        CHECK_OK(log_list_heads(c.db, &arena, &head, 1, &count, &c.error), c.error);
        CHECK_INT(head.size, 2);
        CHECK_OK(database_migrate(c.db, schema_migrations, schema_migration_count, &c.error),
                 c.error);
        shape(c.db, &found);
        CHECK(span_equal(buffer_span(&found), buffer_span(&wanted)));
        if (!span_equal(buffer_span(&found), buffer_span(&wanted)))
            printf("schema %zu leads to\n%.*s\nnot to\n%.*s\n", number,
                   SPAN_ARG(buffer_span(&found)), SPAN_ARG(buffer_span(&wanted)));
        CHECK(rows_are_there(c.db, number));
    }
    CHECK_INT(number - 1, schema_migration_count); /* else: tools/schema --write */
}

/* People who came before their dates and guards had columns: these are in the body, and follow of it. */
CHECK_TEST(people_of_the_twelfth_schema_get_their_dates_and_guards)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct buffer sql CLEANUP(buffer_free) = buffer_make(SHAPE_SIZE);
    struct arena arena CLEANUP(arena_free) = arena_make(65536);
    struct own_due due[4], first = {.due_ms = 0};
    struct own_row found;
    size_t count = 0;

    ENGINE_CASE(&c);
    CHECK(kept_schema_read(12, &sql));
    CHECK_OK(database_run(c.db, (const char *)sql.data, &c.error), c.error);
    struct statement *s = statement_take(
        c.db,
        "insert into own_people (id, source, external, case_number, category, is_minor, is_shielded,"
        " birth, body, changed, put_ms) values (9, 'r', 'x-9', 'c-1', 6, 0, 0, 0, $1, 9, 9)",
        &c.error);
    CHECK_OR_RETURN(s != NULL);
    statement_bytes(
        s, 1,
        span_text("{\"marking\":{\"note\":\"\\\"erase_at\\\":\\\"1970\",\"review_at\":"
                  "\"2027-01-02T03:04:05.678Z\",\"erase_at\":\"2028-02-03T04:05:06.000Z\"}}"));
    CHECK_OK(statement_run(s, &c.error), c.error);
    statement_give(&s);
    CHECK_OK(database_migrate(c.db, schema_migrations, schema_migration_count, &c.error), c.error);
    CHECK_OK(own_find(c.db, &arena, 9, &found, &c.error), c.error);
    CHECK_INT(found.guard, OWN_GUARD_PROTECTED); /* a missing person */
    CHECK_INT(found.review_ms, INT64_C(1798859045000));
    CHECK_INT(found.erase_ms, INT64_C(1833163506000));
    /* Without a date, which no import lets through, nobody is erased. */
    CHECK_OK(own_due_list(c.db, &arena, OWN_ERASE, INT64_MAX, &first, due, 4, &count, &c.error),
             c.error);
    CHECK(count == 1 && due[0].id == 9);
}

CHECK_TEST(a_database_of_a_newer_program_is_refused_in_plain_words)
{
    struct engine_case c CLEANUP(engine_case_end);
    ENGINE_CASE(&c);

    CHECK_OK(database_migrate(c.db, schema_migrations, schema_migration_count, &c.error), c.error);
    CHECK_OK(database_run(c.db, "insert into schema_version (number) values (9999)", &c.error),
             c.error);
    CHECK(!database_migrate(c.db, schema_migrations, schema_migration_count, &c.error));
    CHECK_ERROR(c.error, ERROR_RULE, "made by a newer besa");
}

/* The first `count` statements of a script; false when it has fewer. */
static bool statements_take(const char *sql, size_t count, struct buffer *out)
{
    for (size_t i = 0; i < count; i++) {
        const char *end = strchr(sql, ';');
        if (*sql == '\0')
            return false;
        size_t size = end == NULL ? strlen(sql) : (size_t)(end - sql) + 1;
        buffer_add(out, span_make(sql, size));
        sql += size;
    }
    return buffer_byte(out, '\0');
}

/* In a process of its own, killed before it commits. */
static bool killed_after(const struct engine_case *c, const char *sql)
{
    int status = 0;
    fflush(stdout);
    pid_t child = fork();

    if (child == 0) {
        struct error err = {0};
        struct database_options options = {.place = c->place, .env = env_real()};
        struct database *db = NULL;
        bool ok = database_open(&options, &db, &err) && database_begin(db, DATABASE_FULL, &err) &&
                  database_run(db, sql, &err);
        if (!ok)
            printf("%s\n", err.text);
        fflush(stdout);
        _exit(ok ? 7 : 1);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7;
}

CHECK_TEST(a_migration_killed_after_any_statement_leaves_the_old_state)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct buffer sql CLEANUP(buffer_free) = buffer_make(SHAPE_SIZE);
    int64_t version = -1;
    size_t kills = 0;

    ENGINE_CASE(&c);
    for (size_t at = 0; at < schema_migration_count; at++) {
        struct buffer before CLEANUP(buffer_free) = buffer_make(SHAPE_SIZE);
        CHECK_OK(database_migrate(c.db, schema_migrations, at, &c.error), c.error);
        shape(c.db, &before);
        for (size_t count = 1; schema_migrations[at].sql_both != NULL; count++) {
            struct buffer after CLEANUP(buffer_free) = buffer_make(SHAPE_SIZE);
            buffer_clear(&sql);
            if (!statements_take(schema_migrations[at].sql_both, count, &sql))
                break;
            CHECK(killed_after(&c, (const char *)sql.data));
            kills++;
            CHECK_OK(database_version(c.db, &version, &c.error), c.error);
            CHECK_INT(version, at);
            shape(c.db, &after);
            CHECK(span_equal(buffer_span(&before), buffer_span(&after)));
        }
    }
    CHECK(kills > 30);
    CHECK_OK(database_migrate(c.db, schema_migrations, schema_migration_count, &c.error), c.error);
}

int main(void)
{
    RUN_ON_ENGINES(every_kept_schema_leads_to_this_one_with_its_rows);
    RUN_ON_ENGINES(people_of_the_twelfth_schema_get_their_dates_and_guards);
    RUN_ON_ENGINES(a_database_of_a_newer_program_is_refused_in_plain_words);
    RUN_ON_ENGINES(a_migration_killed_after_any_statement_leaves_the_old_state);
    return engines_end(check_end());
}
