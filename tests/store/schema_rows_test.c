/*
 * Rows across migrations: the kept schemas (tests/data/schema, tools/schema) hold rows in every table and a value in every
 * column; brought to the newest schema, each row has its old values, and what a migration adds has the values written
 * down here. On both engines. A migration that loses or changes a value is found.
 * covers: schema migrate
 */
#include "check.h"

#include "base/buffer.h"
#include "store/migrate.h"
#include "store/schema.h"
#include "store/support/engines.h"
#include "store/support/kept_schema.h"

#include <assert.h>

#define COLUMN_MAX 32
#define TEXT_SIZE  65536
#define SQL_SIZE   2048

struct columns {
    char names[COLUMN_MAX][48]; /* by name */
    size_t count;               /* 0: there is no such table */
};

static const char columns_sqlite_sql[] = "select name from pragma_table_info($1) order by name";
static const char columns_postgres_sql[] =
    "select column_name from information_schema.columns"
    " where table_schema = 'besa' and table_name = $1 order by column_name";

static void columns_read(struct database *db, const char *table, struct columns *out)
{
    struct error err = {0};
    bool is_sqlite = database_kind(db) == DATABASE_SQLITE;
    struct statement *s CLEANUP(statement_give) =
        statement_take(db, is_sqlite ? columns_sqlite_sql : columns_postgres_sql, &err);

    out->count = 0;
    CHECK_OR_RETURN(s != NULL);
    statement_text(s, 1, span_text(table));
    while (statement_step(s, &err) == STEP_ROW) {
        CHECK_OR_RETURN(out->count < COLUMN_MAX);
        snprintf(out->names[out->count++], sizeof out->names[0], "%.*s",
                 SPAN_ARG(column_text(s, 0)));
    }
    CHECK_INT(err.kind, ERROR_NONE);
}

static bool columns_have(const struct columns *columns, const char *name)
{
    for (size_t i = 0; i < columns->count; i++)
        if (strcmp(columns->names[i], name) == 0)
            return true;
    return false;
}

/* Every row in key order, one line each: the values of these columns by name. */
static size_t rows_text(struct database *db, const struct table_info *table,
                        const struct columns *columns, struct buffer *out)
{
    struct error err = {0};
    static char sql[SQL_SIZE];
    size_t size = (size_t)snprintf(sql, sizeof sql, "select ");
    size_t count = 0;

    for (size_t i = 0; i < columns->count; i++)
        size += (size_t)snprintf(sql + size, sizeof sql - size, "%s%s", i == 0 ? "" : ", ",
                                 columns->names[i]);
    snprintf(sql + size, sizeof sql - size, " from %s order by %s", table->name, table->key);
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, &err);
    while (s != NULL && statement_step(s, &err) == STEP_ROW) {
        for (size_t i = 0; i < columns->count; i++) {
            buffer_format(out, " %s=", columns->names[i]);
            buffer_add(out,
                       column_is_null(s, (int)i) ? span_text("null") : column_bytes(s, (int)i));
        }
        buffer_byte(out, '\n');
        count++;
    }
    if (err.kind != ERROR_NONE)
        printf("%s: %s\n", sql, err.text);
    CHECK_INT(err.kind, ERROR_NONE);
    return count;
}

/* What the migrations give the rows that were there before: the value of each row in key order, or one for all. */
static const struct {
    const char *table, *column;
    const char *values[2];
} filled[] = {
    {"agreements", "entry", {"null", NULL}},
    {"logs", "seen", {"null", NULL}},
    {"logs", "ends", {"null", NULL}},
    {"logs", "before", {"null", NULL}},
    {"logs", "keys", {"null", NULL}},
    {"logs", "custody", {"null", NULL}},
    {"requests", "is_answered", {"0", "1"}}, /* the second has an answer, the first a due time */
    {"requests", "due_ms", {"19000", "9007199254740992"}},
    {"answers", "at_ms", {"0", NULL}},
    /* Until the books are applied anew, which the raised apply number does. */
    {"requests", "version", {"0", NULL}},
    {"dues", "deadline_row", {"0", NULL}},
    {"dues", "suspended_ms", {"0", NULL}},
    {"dues", "left_ms", {"0", NULL}},
    {"dues", "delayed_to_ms", {"0", NULL}},
    {"spontaneous", "purpose", {"0", NULL}},
    {"answers", "counts", {"1", NULL}},
    {"credentials", "set_by", {"", NULL}},
    {"credentials", "confirmed_by", {"", NULL}},
    {"sessions", "is_limited", {"0", NULL}},
    {"own_people", "guard", {"1", NULL}}, /* a minor */
    {"own_people", "moved", {"0", NULL}},
    {"own_people", "review_ms", {"0", NULL}}, /* the sample's body has no dates */
    {"own_people", "erase_ms", {"0", NULL}},
    {"cases", "unit", {"", NULL}},
    {"cases", "authority", {"", NULL}},
    {"cases", "officer", {"", NULL}},
    {"cases", "offences", {"0", NULL}},
    {"cases", "is_restricted", {"0", NULL}},
    {"cases", "is_closed", {"0", NULL}},
    {"cases", "closed_ms", {"0", NULL}},
    {"cases", "review_ms", {"0", NULL}},
    {"cases", "erased_ms", {"0", NULL}},
    {"own_people", "names", {"null", NULL}},
    {"requests", "unit", {"", NULL}}, /* the sample's notice is of another kind */
};

static bool is_filled(struct database *db, const struct table_info *table, const char *column,
                      size_t row_count)
{
    struct buffer found CLEANUP(buffer_free) = buffer_make(TEXT_SIZE);
    struct buffer wanted CLEANUP(buffer_free) = buffer_make(TEXT_SIZE);
    struct columns one = {.count = 1};
    size_t at = 0;

    while (at < sizeof filled / sizeof filled[0] &&
           (strcmp(filled[at].table, table->name) != 0 || strcmp(filled[at].column, column) != 0))
        at++;
    if (at == sizeof filled / sizeof filled[0]) {
        printf("%s.%s is new: say in `filled` what older rows have there\n", table->name, column);
        return false;
    }
    snprintf(one.names[0], sizeof one.names[0], "%s", column);
    rows_text(db, table, &one, &found);
    for (size_t row = 0; row < row_count; row++) {
        const char *value = filled[at].values[row % 2];
        buffer_format(&wanted, " %s=%s\n", column, value != NULL ? value : filled[at].values[0]);
    }
    if (span_equal(buffer_span(&found), buffer_span(&wanted)))
        return true;
    printf("%s has\n%.*snot\n%.*s", table->name, SPAN_ARG(buffer_span(&found)),
           SPAN_ARG(buffer_span(&wanted)));
    return false;
}

/* A kept database, and what it held. */
struct old_books {
    struct columns columns[64]; /* of schema_tables[] */
    struct buffer rows[64];
    size_t row_counts[64];
};

static void old_books_free(struct old_books *old)
{
    for (size_t i = 0; i < schema_table_count; i++)
        buffer_free(&old->rows[i]);
}

/* A column without a value could be lost, and no row would differ. */
static void value_wanted(struct database *db, const char *table, const char *column)
{
    struct error err = {0};
    char sql[SQL_SIZE];

    snprintf(sql, sizeof sql, "select count(%s) from %s", column, table);
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, &err);
    CHECK_OR_RETURN(s != NULL && statement_step(s, &err) == STEP_ROW);
    if (column_integer(s, 0) == 0)
        printf("%s.%s has no value in a kept schema: SAMPLES in tools/schema\n", table, column);
    CHECK(column_integer(s, 0) > 0);
}

static void old_books_read(struct database *db, struct old_books *old)
{
    assert(schema_table_count <= sizeof old->columns / sizeof old->columns[0]);
    for (size_t i = 0; i < schema_table_count; i++) {
        old->rows[i] = buffer_make(TEXT_SIZE);
        old->row_counts[i] = 0;
        columns_read(db, schema_tables[i].name, &old->columns[i]);
        if (old->columns[i].count > 0)
            old->row_counts[i] = rows_text(db, &schema_tables[i], &old->columns[i], &old->rows[i]);
        for (size_t at = 0; at < old->columns[i].count; at++)
            value_wanted(db, schema_tables[i].name, old->columns[i].names[at]);
    }
}

/* Tables of which the migrated database holds anything else than the old rows with what was added to them. */
static size_t differences(struct database *db, const struct old_books *old)
{
    size_t count = 0;

    for (size_t i = 0; i < schema_table_count; i++) {
        const struct table_info *table = &schema_tables[i];
        struct buffer now CLEANUP(buffer_free) = buffer_make(TEXT_SIZE);
        struct columns columns;
        columns_read(db, table->name, &columns);
        bool is_new = old->columns[i].count == 0;
        rows_text(db, table, is_new ? &columns : &old->columns[i], &now);
        bool ok = span_equal(buffer_span(&now), buffer_span(&old->rows[i]));
        if (!ok)
            printf("%s has\n%.*snot\n%.*s", table->name, SPAN_ARG(buffer_span(&now)),
                   SPAN_ARG(buffer_span(&old->rows[i])));
        for (size_t at = 0; !is_new && at < columns.count; at++)
            if (!columns_have(&old->columns[i], columns.names[at]))
                ok = is_filled(db, table, columns.names[at], old->row_counts[i]) && ok;
        count += !ok;
    }
    return count;
}

/* Loads a kept schema, migrates, compares. SIZE_MAX when it cannot. */
static size_t migrated_differences(struct engine_case *c, size_t number,
                                   const struct migration *migrations, size_t migration_count)
{
    struct buffer sql CLEANUP(buffer_free) = buffer_make(TEXT_SIZE);
    struct old_books *old = calloc(1, sizeof *old);
    size_t count = SIZE_MAX;

    bool is_kept = kept_schema_read(number, &sql);
    if (!is_kept)
        printf("schema %zu is not kept: tools/schema --write\n", number);
    if (old != NULL && is_kept && database_run(c->db, (const char *)sql.data, &c->error)) {
        old_books_read(c->db, old);
        if (database_migrate(c->db, migrations, migration_count, &c->error))
            count = differences(c->db, old);
        old_books_free(old);
    }
    if (c->error.kind != ERROR_NONE)
        printf("schema %zu: %s\n", number, c->error.text);
    free(old);
    return count;
}

CHECK_TEST(every_row_of_every_kept_schema_has_its_values_in_the_newest)
{
    for (size_t number = 1; number <= schema_migration_count; number++) {
        struct engine_case c CLEANUP(engine_case_end);
        ENGINE_CASE(&c);
        size_t found = migrated_differences(&c, number, schema_migrations, schema_migration_count);
        CHECK_INT(found, 0);
        if (found != 0)
            printf("so from schema %zu\n", number);
    }
}

CHECK_TEST(a_migration_that_loses_or_changes_something_is_found)
{
    static const char *const faults[] = {
        "delete from forks",
        "delete from entries where idx is null",
        "update logs set ends = custody",
        "update parts set segments = null where entry = 8",
        "insert into dues (entry, received_s, due_ms) values (8, 1, 2)",
        "update requests set due_ms = due_ms + 1 where entry = 7",
        "alter table answers add column forgotten bigint",
        "insert into settings (name, value) values ('planted', 'value')",
        "insert into holds (entry, ground, officer, case_number, reason, until_ms, made_ms)"
        " values (9, 1, 'ana', 'c-1', 'trial', 1, 1)",
    };
    struct migration migrations[64];
    size_t count = schema_migration_count;

    CHECK_OR_RETURN(count < 64);
    memcpy(migrations, schema_migrations, count * sizeof migrations[0]);
    /* The comparison is one for both engines, and a server makes a database slowly. */
    size_t fault_count = engine_kind == DATABASE_SQLITE ? sizeof faults / sizeof faults[0] : 2;
    for (size_t i = 0; i < fault_count; i++) {
        struct engine_case c CLEANUP(engine_case_end);
        ENGINE_CASE(&c);
        migrations[count] =
            (struct migration){.number = (unsigned)count + 1, .sql_both = faults[i]};
        printf("a planted fault: %s\n", faults[i]);
        CHECK_INT(migrated_differences(&c, 8, migrations, count + 1), 1);
    }
}

int main(void)
{
    RUN_ON_ENGINES(every_row_of_every_kept_schema_has_its_values_in_the_newest);
    RUN_ON_ENGINES(a_migration_that_loses_or_changes_something_is_found);
    return engines_end(check_end());
}
