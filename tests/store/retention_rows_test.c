/* Rows of retention and holds, on both engines: see store/retention_rows.h. */
#include "check.h"
#include "store/retention_rows.h"
#include "store/schema.h"
#include "store/support/engines.h"

#include <stdio.h>

#define RO_AL span_text("ro-al")

#define ROWS_CASE(c)                                                                               \
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);                                  \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_migrate((c)->db, schema_migrations, schema_migration_count, &(c)->error),    \
             (c)->error)
#define OK(claim) CHECK_OK(claim, c.error)

static bool put(struct engine_case *c, int64_t entry, int64_t number, int64_t class,
                int64_t start_ms, int64_t erase_at_ms)
{
    struct retention_row row = {.entry = entry,
                                .number = number,
                                .class = class,
                                .agreement = RO_AL,
                                .version = 1,
                                .start_ms = start_ms,
                                .erase_at_ms = erase_at_ms};
    return retention_insert(c->db, &row, &c->error);
}

CHECK_TEST(what_began_first_comes_first_and_a_walk_goes_on_where_it_stood)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct retention_place place = RETENTION_FIRST;
    struct retention_row rows[2];
    size_t count = 0;
    ROWS_CASE(&c);

    OK(put(&c, 1, 0, 1, 300, RETENTION_OPEN) && put(&c, 2, 0, 1, 100, RETENTION_OPEN) &&
       put(&c, 3, 1, 1, 200, RETENTION_OPEN) && put(&c, 4, 0, 2, 50, RETENTION_OPEN) &&
       put(&c, 5, 0, 1, RETENTION_OPEN, RETENTION_OPEN));
    OK(retention_list_start(c.db, &arena, RO_AL, 1, 1, &place, 300, rows, 2, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(rows[0].entry, 2);
    CHECK_INT(rows[1].entry, 3);
    CHECK_INT(rows[1].number, 1);
    place = (struct retention_place){rows[1].start_ms, rows[1].entry, rows[1].number};
    OK(retention_list_start(c.db, &arena, RO_AL, 1, 1, &place, 300, rows, 2, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(rows[0].entry, 1);
    place = RETENTION_FIRST;
    OK(retention_list_start(c.db, &arena, RO_AL, 1, 1, &place, 99, rows, 2, &count, &c.error));
    CHECK_INT(count, 0);
    OK(retention_list_start(c.db, &arena, RO_AL, 2, 1, &place, 999, rows, 2, &count, &c.error));
    CHECK_INT(count, 0);
    OK(retention_list_start(c.db, &arena, span_text("ro-gr"), 1, 1, &place, 999, rows, 2, &count,
                            &c.error));
    CHECK_INT(count, 0);
}

CHECK_TEST(own_dates_are_walked_apart)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct retention_place place = RETENTION_FIRST;
    struct retention_row rows[4];
    size_t count = 0;
    ROWS_CASE(&c);

    OK(put(&c, 1, 0, 1, 10, 900) && put(&c, 2, 0, 1, 10, 400) &&
       put(&c, 3, 0, 1, 10, RETENTION_OPEN));
    OK(retention_list_date(c.db, &arena, RO_AL, &place, 899, rows, 4, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(rows[0].entry, 2);
    OK(retention_list_date(c.db, &arena, RO_AL, &place, RETENTION_OPEN, rows, 4, &count, &c.error));
    CHECK_INT(count, 3); /* all of the agreement */
    CHECK_INT(rows[2].entry, 3);
    OK(retention_delete_part(c.db, 2, 0, &c.error) && retention_delete(c.db, 1, &c.error));
    OK(retention_list_entry(c.db, &arena, 3, rows, 4, &count, &c.error));
    CHECK_INT(count, 1);
    OK(retention_list_date(c.db, &arena, RO_AL, &place, RETENTION_OPEN, rows, 4, &count, &c.error));
    CHECK_INT(count, 1);
}

CHECK_TEST(a_hold_is_put_found_and_deleted)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct hold_row hold = {.entry = 7,
                            .ground = 1,
                            .officer = span_text("ana"),
                            .case_number = span_text("c-1"),
                            .reason = span_text("court"),
                            .until_ms = 99,
                            .made_ms = 5};
    struct hold_row found;
    ROWS_CASE(&c);

    CHECK(!hold_find(c.db, &arena, 7, &found, &c.error));
    CHECK_INT(c.error.kind, ERROR_MISSING);
    error_clear(&c.error);
    OK(hold_put(c.db, &hold, &c.error));
    hold.until_ms = 100;
    OK(hold_put(c.db, &hold, &c.error) && hold_find(c.db, &arena, 7, &found, &c.error));
    CHECK_INT(found.until_ms, 100);
    CHECK_SPAN(found.officer, "ana");
    OK(hold_delete(c.db, 7, &c.error));
    CHECK(!hold_find(c.db, &arena, 7, &found, &c.error));
}

static bool plan_is(struct engine_case *c, const char *statement, const char *index)
{
    static char sql[2][2048]; /* the statement cache keeps their addresses */
    static size_t at;
    char plan[2048] = "";
    char *text = sql[at++ % 2];

    snprintf(text, sizeof sql[0], "explain query plan %s", statement);
    struct statement *s = statement_take(c->db, text, &c->error);
    while (s != NULL && statement_step(s, &c->error) == STEP_ROW) {
        struct span line = column_bytes(s, 3);
        size_t used = strlen(plan);
        snprintf(plan + used, sizeof plan - used, "%.*s\n", SPAN_ARG(line));
    }
    statement_give(&s);
    bool ok = strstr(plan, index) != NULL && strstr(plan, "SCAN") == NULL &&
              strstr(plan, "TEMP B-TREE") == NULL;
    if (!ok)
        printf("%s", plan);
    return ok;
}

/* However much is held, a pass reads what is due and no more. */
CHECK_TEST(a_pass_is_a_walk_along_an_index)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);

    if (database_kind(c.db) != DATABASE_SQLITE)
        return;
    CHECK(plan_is(&c, retention_list_start_sql,
                  "USING INDEX retention_start (agreement=? AND version=? AND class=? AND "
                  "(start_ms,entry,number)>(?,?,?) AND start_ms<?)"));
    CHECK(plan_is(&c, retention_list_date_sql, "retention_date (agreement=? AND "));
}

int main(void)
{
    RUN_ON_ENGINES(what_began_first_comes_first_and_a_walk_goes_on_where_it_stood);
    RUN_ON_ENGINES(own_dates_are_walked_apart);
    RUN_ON_ENGINES(a_hold_is_put_found_and_deleted);
    RUN_ON_ENGINES(a_pass_is_a_walk_along_an_index);
    return engines_end(check_end());
}
