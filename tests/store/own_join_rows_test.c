/*
 * Rows of joins, on both engines: a pair stands once in either order, is undone and may be joined again; both sayings stay until
 * one of the two goes, and then none of them.
 */
#include "check.h"

#include "store/case_rows.h"
#include "store/own_join_rows.h"
#include "store/own_rows.h"
#include "store/schema.h"
#include "store/support/engines.h"

#define ROWS_CASE(c)                                                                               \
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);                                  \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_migrate((c)->db, schema_migrations, schema_migration_count, &(c)->error),    \
             (c)->error)
#define OK(claim) CHECK_OK(claim, c.error)

static struct own_join_row join_of(int64_t id, int64_t one, int64_t other)
{
    return (struct own_join_row){.id = id,
                                 .one = one,
                                 .other = other,
                                 .case_number = span_text("c-1"),
                                 .officer = span_text("ana"),
                                 .reason = span_text("same passport"),
                                 .joined_ms = 10 * id};
}

CHECK_TEST(a_pair_is_joined_parted_and_joined_again)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct own_join_row join = join_of(1, 9, 4), found, rows[4];
    struct own_join_row again = join_of(2, 4, 9);
    size_t count = 0;

    OK(own_join_put(c.db, &join, &c.error));
    OK(own_join_find(c.db, &arena, 4, 9, &found, &c.error));
    CHECK(found.id == 1 && found.one == 4 && found.other == 9 && found.joined_ms == 10 &&
          found.parted_ms == 0);
    CHECK_SPAN(found.officer, "ana");
    CHECK_SPAN(found.reason, "same passport");
    CHECK_SPAN(found.case_number, "c-1");
    CHECK(!own_join_put(c.db, &again, &c.error)); /* it stands */
    error_clear(&c.error);
    join.parted_case = span_text("c-2");
    join.parted_by = span_text("dan");
    join.parted_reason = span_text("another photograph");
    join.parted_ms = 99;
    OK(own_join_part(c.db, &join, &c.error));
    CHECK(!own_join_find(c.db, &arena, 9, 4, &found, &c.error));
    CHECK_INT(c.error.kind, ERROR_MISSING);
    error_clear(&c.error);
    OK(own_join_put(c.db, &again, &c.error));
    OK(own_join_list(c.db, &arena, 9, true, 0, rows, 4, &count, &c.error));
    CHECK(count == 2 && rows[0].id == 1 && rows[1].id == 2 && rows[0].parted_ms == 99);
    CHECK_SPAN(rows[0].parted_by, "dan");
    CHECK_SPAN(rows[0].parted_case, "c-2");
    CHECK_SPAN(rows[0].parted_reason, "another photograph");
    OK(own_join_list(c.db, &arena, 4, false, 0, rows, 4, &count, &c.error));
    CHECK(count == 1 && rows[0].id == 2);
}

CHECK_TEST(joins_are_paged_and_go_with_either_of_the_two)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct own_join_row rows[4];
    struct own_row person = {.source = span_text("register"),
                             .external = span_text("a"),
                             .case_number = span_text(""),
                             .changed = 1,
                             .body = span_text("body")};
    size_t count = 0;
    int64_t id = 0;
    bool is_new;

    OK(own_put(c.db, &person, &id, &is_new, &c.error));
    for (int64_t i = 1; i <= 3; i++) {
        struct own_join_row join = i == 2 ? join_of(i, 7 + i, 1) : join_of(i, 1, 7 + i);
        OK(own_join_put(c.db, &join, &c.error));
    }
    struct own_join_row other = join_of(4, 8, 9);
    OK(own_join_put(c.db, &other, &c.error));
    OK(own_join_list(c.db, &arena, 1, false, 0, rows, 2, &count, &c.error));
    CHECK(count == 2 && rows[0].id == 1 && rows[1].id == 2);
    OK(own_join_list(c.db, &arena, 1, false, 2, rows, 2, &count, &c.error));
    CHECK(count == 1 && rows[0].id == 3);
    OK(own_join_list(c.db, &arena, 9, false, 0, rows, 4, &count, &c.error));
    CHECK_INT(count, 2); /* from either side, in one order */
    CHECK(rows[0].id == 2 && rows[1].id == 4);
    OK(own_remove(c.db, id, 2, &c.error));
    OK(own_join_list(c.db, &arena, 9, true, 0, rows, 4, &count, &c.error));
    CHECK(count == 1 && rows[0].id == 4);
}

/* Why stood in the case; that it was said stays. */
CHECK_TEST(reasons_go_with_their_case)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct own_join_row join = join_of(1, 1, 2), rows[2];
    size_t count = 0;

    join.parted_case = span_text("c-2");
    join.parted_by = span_text("dan");
    join.parted_reason = span_text("another photograph");
    join.parted_ms = 99;
    OK(own_join_put(c.db, &join, &c.error) && own_join_part(c.db, &join, &c.error));
    OK(case_erase(c.db, span_text("c-1"), 5, &c.error));
    OK(own_join_list(c.db, &arena, 1, true, 0, rows, 2, &count, &c.error));
    CHECK(count == 1 && rows[0].reason.size == 0 && rows[0].joined_ms == 10);
    CHECK_SPAN(rows[0].parted_reason, "another photograph");
    OK(case_erase(c.db, span_text("c-2"), 5, &c.error));
    OK(own_join_list(c.db, &arena, 2, true, 0, rows, 2, &count, &c.error));
    CHECK(count == 1 && rows[0].parted_reason.size == 0);
    CHECK_SPAN(rows[0].parted_by, "dan");
}

int main(void)
{
    RUN_ON_ENGINES(a_pair_is_joined_parted_and_joined_again);
    RUN_ON_ENGINES(joins_are_paged_and_go_with_either_of_the_two);
    RUN_ON_ENGINES(reasons_go_with_their_case);
    return check_end();
}
