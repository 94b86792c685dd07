/* Rows of holds over access entries, on both engines: see store/act_hold_rows.h. */
#include "check.h"
#include "store/act_hold_rows.h"
#include "store/log_rows.h"
#include "store/schema.h"
#include "store/support/engines.h"

#define ROWS_CASE(c)                                                                               \
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);                                  \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_migrate((c)->db, schema_migrations, schema_migration_count, &(c)->error),    \
             (c)->error)
#define OK(claim) CHECK_OK(claim, c.error)

static struct act_hold_row sample(int64_t id, int64_t until_ms)
{
    return (struct act_hold_row){.id = id,
                                 .about_officer = span_text("ana"),
                                 .about_item = span_text("01890a5d-ac96-774b-bcce-b302099a8057"),
                                 .about_case = span_text("c-1"),
                                 .from_ms = 10,
                                 .to_ms = 20,
                                 .officer = span_text("dora"),
                                 .role = span_text("dpo"),
                                 .case_number = span_text("c-2"),
                                 .reason = span_text("dispute"),
                                 .until_ms = until_ms,
                                 .made_ms = 5};
}

CHECK_TEST(a_hold_is_found_as_it_was_made_and_is_listed_until_it_is_over)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct act_hold_row row = sample(1, 100), found[4];
    size_t count = 0;
    ROWS_CASE(&c);

    OK(act_hold_insert(c.db, &row, &c.error));
    row = sample(2, 200);
    OK(act_hold_insert(c.db, &row, &c.error));
    OK(act_hold_find(c.db, &arena, 1, &found[0], &c.error));
    CHECK_SPAN(found[0].about_officer, "ana");
    CHECK_SPAN(found[0].about_item, "01890a5d-ac96-774b-bcce-b302099a8057");
    CHECK_SPAN(found[0].about_case, "c-1");
    CHECK_INT(found[0].from_ms, 10);
    CHECK_INT(found[0].to_ms, 20);
    CHECK_SPAN(found[0].officer, "dora");
    CHECK_SPAN(found[0].role, "dpo");
    CHECK_SPAN(found[0].case_number, "c-2");
    CHECK_SPAN(found[0].reason, "dispute");
    CHECK_INT(found[0].until_ms, 100);
    CHECK_INT(found[0].made_ms, 5);
    OK(act_hold_list(c.db, &arena, 99, ACT_HOLD_NEWEST, found, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(found[0].id, 2);
    OK(act_hold_list(c.db, &arena, 100, ACT_HOLD_NEWEST, found, 4, &count, &c.error));
    CHECK_INT(count, 1);
    OK(act_hold_release(c.db, 2, &c.error));
    OK(act_hold_list(c.db, &arena, 0, ACT_HOLD_NEWEST, found, 4, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(found[0].id, 1);
    OK(act_hold_list(c.db, &arena, -1, ACT_HOLD_NEWEST, found, 4, &count, &c.error));
    CHECK_INT(count, 2); /* remembered as long as it keeps something */
    OK(act_hold_list(c.db, &arena, -1, 2, found, 4, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(found[0].id, 1);
    CHECK(!act_hold_find(c.db, &arena, 3, &found[0], &c.error));
    CHECK_INT(c.error.kind, ERROR_MISSING);
}

static bool entry_put(struct engine_case *c, int64_t id, int64_t index)
{
    struct entry_row row = {.id = id,
                            .log = 3,
                            .index = index,
                            .message_id = span_text("0123456789abcdef"),
                            .head = span_text("head"),
                            .leaf = span_text("leaf"),
                            .type = 7,
                            .created_ms = 1000 + id,
                            .salt = span_text("salt"),
                            .body = span_text("body"),
                            .body_key = span_text("key"),
                            .body_size = 4,
                            .body_state = BODY_HELD};
    return entry_insert(c->db, &row, &c->error);
}

CHECK_TEST(what_a_hold_keeps_is_walked_when_it_is_over_and_the_hold_goes_with_the_last_of_it)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct act_hold_row one = sample(1, 100), two = sample(2, 200), found[4];
    struct acts_held_row rows[4];
    int64_t hold = 0, held = 0;
    size_t count = 0;
    ROWS_CASE(&c);

    OK(act_hold_insert(c.db, &one, &c.error) && act_hold_insert(c.db, &two, &c.error));
    OK(entry_put(&c, 11, 0) && entry_put(&c, 12, 1) && entry_put(&c, 13, 2));
    OK(acts_held_put(c.db, 11, 1, &c.error) && acts_held_put(c.db, 12, 1, &c.error) &&
       acts_held_put(c.db, 13, 2, &c.error));
    OK(act_hold_next_over(c.db, 99, 0, &hold, &c.error));
    CHECK_INT(hold, 0);
    OK(act_hold_next_over(c.db, 100, 0, &hold, &c.error));
    CHECK_INT(hold, 1);
    OK(acts_held_list(c.db, 1, 0, rows, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(rows[1].log, 3);
    CHECK_INT(rows[1].entry.id, 12);
    CHECK_INT(rows[1].entry.index, 1);
    CHECK_INT(rows[1].entry.type, 7);
    CHECK_INT(rows[1].entry.created_ms, 1012);
    CHECK_INT(rows[1].entry.body_state, BODY_HELD);
    OK(acts_held_list(c.db, 1, 11, rows, 4, &count, &c.error));
    CHECK_INT(count, 1);
    OK(acts_held_put(c.db, 12, 2, &c.error)); /* another hold takes it over */
    OK(acts_held_count(c.db, 2, &held, &c.error));
    CHECK_INT(held, 2);
    OK(act_hold_delete_over(c.db, 100, &c.error));
    OK(act_hold_find(c.db, &arena, 1, &found[0], &c.error)); /* it keeps one still */
    OK(acts_held_delete(c.db, 11, &c.error) && act_hold_delete_over(c.db, 100, &c.error));
    CHECK(!act_hold_find(c.db, &arena, 1, &found[0], &c.error));
    error_clear(&c.error);
    OK(acts_held_count(c.db, 0, &held, &c.error));
    CHECK_INT(held, 2);
    OK(act_hold_next_over(c.db, 999, 2, &hold, &c.error));
    CHECK_INT(hold, 0);
}

CHECK_TEST(whether_a_body_is_here_is_asked_by_origin_and_index)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct log_row log = {.id = 3, .origin = span_text("ro/domestic/0"), .kind = LOG_DOMESTIC};
    bool has_body = false;
    ROWS_CASE(&c);

    OK(log_insert(c.db, &log, &c.error));
    OK(entry_put(&c, 11, 0) && entry_put(&c, 12, 1));
    OK(act_has_body(c.db, log.origin, 1, &has_body, &c.error));
    CHECK(has_body);
    OK(entry_erase_body(c.db, 12, BODY_ERASED, &c.error));
    OK(act_has_body(c.db, log.origin, 1, &has_body, &c.error));
    CHECK(!has_body);
    OK(act_has_body(c.db, span_text("al/domestic/0"), 0, &has_body, &c.error));
    CHECK(!has_body);
    OK(act_has_body(c.db, log.origin, 2, &has_body, &c.error));
    CHECK(!has_body);
}

int main(void)
{
    RUN_ON_ENGINES(a_hold_is_found_as_it_was_made_and_is_listed_until_it_is_over);
    RUN_ON_ENGINES(
        what_a_hold_keeps_is_walked_when_it_is_over_and_the_hold_goes_with_the_last_of_it);
    RUN_ON_ENGINES(whether_a_body_is_here_is_asked_by_origin_and_index);
    return engines_end(check_end());
}
