/* Rows of broken glass, on both engines: see store/glass_rows.h. */
#include "check.h"
#include "store/case_rows.h"
#include "store/glass_rows.h"
#include "store/schema.h"
#include "store/support/engines.h"

#define ROWS_CASE(c)                                                                               \
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);                                  \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_migrate((c)->db, schema_migrations, schema_migration_count, &(c)->error),    \
             (c)->error)
#define OK(claim) CHECK_OK(claim, c.error)

static bool made(struct engine_case *c, int64_t id, const char *officer, int64_t made_ms)
{
    struct glass_row row = {.id = id,
                            .case_number = span_text("k-9"),
                            .agreement = span_text("ro-al"),
                            .officer = span_text(officer),
                            .reason = span_text("life"),
                            .second = span_text("hera"),
                            .made_ms = made_ms,
                            .until_ms = made_ms + 60,
                            .latest_ms = made_ms};

    return glass_insert(c->db, &row, &c->error);
}

CHECK_TEST(the_newest_that_has_not_ended_is_found_by_officer_and_case)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct span guest = span_text("guest"), number = span_text("k-9");
    struct glass_row row;

    OK(made(&c, 1, "guest", 100) && made(&c, 2, "guest", 200) && made(&c, 3, "other", 300));
    OK(glass_find_open(c.db, &arena, guest, number, &row, &c.error));
    CHECK_INT(row.id, 2);
    CHECK_SPAN(row.agreement, "ro-al");
    CHECK_SPAN(row.reason, "life");
    CHECK_SPAN(row.second, "hera");
    CHECK_INT(row.until_ms, 260);
    OK(glass_note(c.db, 2, 230, &c.error) && glass_note(c.db, 2, 210, &c.error));
    OK(glass_find(c.db, &arena, 2, &row, &c.error));
    CHECK_INT(row.latest_ms, 230);
    OK(glass_end_over(c.db, 260, &c.error));
    CHECK(!glass_find_open(c.db, &arena, guest, number, &row, &c.error));
    CHECK_ERROR(c.error, ERROR_MISSING, "no such broken glass");
    error_clear(&c.error);
    OK(glass_find(c.db, &arena, 2, &row, &c.error));
    CHECK_INT(row.ended_ms, 260);
    OK(glass_find_open(c.db, &arena, span_text("other"), number, &row, &c.error));
    CHECK(!glass_find_open(c.db, &arena, span_text("other"), span_text("k-8"), &row, &c.error));
}

CHECK_TEST(those_that_nobody_looked_at_are_counted_and_listed_and_the_old_ones_go)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct glass_row rows[4];
    int64_t since = 0, unreviewed = 0;
    size_t count = 0;
    struct glass_row seen = {.id = 1,
                             .review = GLASS_QUESTIONED,
                             .reviewed_by = span_text("dora"),
                             .reviewed_ms = 400,
                             .reviewed_reason = span_text("why")};

    OK(made(&c, 1, "guest", 100) && made(&c, 2, "guest", 200));
    OK(glass_count(c.db, span_text("guest"), 200, &since, &unreviewed, &c.error));
    CHECK_INT(since, 1);
    CHECK_INT(unreviewed, 2);
    OK(glass_decide(c.db, &seen, &c.error));
    seen.review = GLASS_CONFIRMED; /* once */
    OK(glass_decide(c.db, &seen, &c.error));
    OK(glass_count(c.db, span_text("guest"), 100, &since, &unreviewed, &c.error));
    CHECK_INT(since, 2);
    CHECK_INT(unreviewed, 1);
    OK(glass_list(c.db, &arena, true, 0, rows, 4, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(rows[0].id, 2);
    OK(glass_list(c.db, &arena, false, 0, rows, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(rows[0].review, GLASS_QUESTIONED);
    CHECK_SPAN(rows[0].reviewed_by, "dora");
    CHECK_SPAN(rows[0].reviewed_reason, "why");
    OK(glass_list(c.db, &arena, false, 1, rows, 4, &count, &c.error));
    CHECK_INT(count, 1);
    OK(glass_remove_old(c.db, 1000, &c.error)); /* what nobody looked at stays */
    OK(glass_list(c.db, &arena, false, 0, rows, 4, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(rows[0].id, 2);
}

CHECK_TEST(all_that_nobody_looked_at_are_counted_with_the_newest)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct glass_row seen = {.id = 70, .review = GLASS_CONFIRMED};
    int64_t count = 9, newest = 9;

    OK(glass_count_open(c.db, &count, &newest, &c.error));
    CHECK(count == 0 && newest == 0);
    for (int64_t id = 1; id <= 70; id++)
        OK(made(&c, id, "guest", 100 + id));
    OK(glass_count_open(c.db, &count, &newest, &c.error));
    CHECK(count == 70 && newest == 70);
    OK(glass_decide(c.db, &seen, &c.error));
    OK(glass_count_open(c.db, &count, &newest, &c.error));
    CHECK(count == 69 && newest == 69);
}

CHECK_TEST(what_was_said_in_a_case_goes_with_the_case)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct glass_row row = {.id = 2,
                            .case_number = span_text("k-8"),
                            .officer = span_text("guest"),
                            .reason = span_text("life"),
                            .made_ms = 1};
    struct glass_row seen = {.id = 1,
                             .review = GLASS_CONFIRMED,
                             .reviewed_by = span_text("dora"),
                             .reviewed_reason = span_text("why")};

    OK(made(&c, 1, "guest", 100) && glass_insert(c.db, &row, &c.error));
    OK(glass_decide(c.db, &seen, &c.error));
    OK(case_erase(c.db, span_text("k-9"), 200, &c.error));
    OK(glass_find(c.db, &arena, 1, &row, &c.error));
    CHECK(row.reason.size == 0 && row.reviewed_reason.size == 0);
    CHECK_SPAN(row.officer, "guest"); /* that it was opened, and by whom, stays */
    CHECK_SPAN(row.reviewed_by, "dora");
    OK(glass_find(c.db, &arena, 2, &row, &c.error));
    CHECK_SPAN(row.reason, "life");
}

int main(void)
{
    RUN_ON_ENGINES(the_newest_that_has_not_ended_is_found_by_officer_and_case);
    RUN_ON_ENGINES(those_that_nobody_looked_at_are_counted_and_listed_and_the_old_ones_go);
    RUN_ON_ENGINES(all_that_nobody_looked_at_are_counted_with_the_newest);
    RUN_ON_ENGINES(what_was_said_in_a_case_goes_with_the_case);
    return engines_end(check_end());
}
