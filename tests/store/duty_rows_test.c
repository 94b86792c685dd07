/*
 * The night's rows and the counts of a year, on both engines: turns begin and end, an emergency is decided once, and what is
 * counted of a request stays when its rows go.
 * covers: duty_rows statistics_rows
 */
#include "check.h"

#include "store/clock_rows.h"
#include "store/derived_rows.h"
#include "store/duty_rows.h"
#include "store/log_rows.h"
#include "store/schema.h"
#include "store/statistics_rows.h"
#include "store/support/engines.h"

static const uint8_t hash[32] = {1}, id1[16] = {0x11};

#define ROWS_CASE(c)                                                                               \
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);                                  \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_migrate((c)->db, schema_migrations, schema_migration_count, &(c)->error),    \
             (c)->error)
#define OK(claim) CHECK_OK(claim, c.error)

static bool entry_put(struct engine_case *c, int64_t id, int64_t log, int64_t index,
                      int64_t created_ms)
{
    struct entry_row row = {.id = id,
                            .log = log,
                            .index = index,
                            .message_id = span_make(id1, sizeof id1),
                            .head = span_text("head"),
                            .leaf = span_make(hash, sizeof hash),
                            .type = 1,
                            .created_ms = created_ms,
                            .body_state = BODY_HELD};
    return entry_insert(c->db, &row, &c->error);
}

CHECK_TEST(turns_on_call_come_in_order_and_go)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct on_call_row late = {.officer = span_text("hera"),
                               .from_ms = 50,
                               .until_ms = 90,
                               .telephone = span_text("112"),
                               .put_by = span_text("hera"),
                               .made_ms = 1};
    struct on_call_row soon = late;
    struct on_call_row rows[4];
    size_t count = 0;

    soon.officer = span_text("second");
    soon.from_ms = 10;
    soon.until_ms = 50;
    OK(on_call_insert(c.db, &late, &c.error) && on_call_insert(c.db, &soon, &c.error));
    CHECK(late.id == 1 && soon.id == 2);
    OK(on_call_list(c.db, &arena, 5, rows, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_SPAN(rows[0].officer, "second");
    CHECK_SPAN(rows[0].telephone, "112");
    OK(on_call_list(c.db, &arena, 50, rows, 4, &count, &c.error));
    CHECK_INT(count, 1); /* a turn ends before its end */
    OK(on_call_remove(c.db, late.id, &c.error));
    CHECK(!on_call_find(c.db, &arena, late.id, &rows[0], &c.error));
    CHECK_INT(c.error.kind, ERROR_MISSING);
    error_clear(&c.error);
    OK(on_call_remove_old(c.db, 51, &c.error));
    OK(on_call_list(c.db, &arena, 0, rows, 4, &count, &c.error));
    CHECK_INT(count, 0);
}

CHECK_TEST(an_emergency_is_decided_once_and_forgotten_only_then)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct emergency_row row = {.entry = 7,
                                .ground = 2,
                                .officer = span_text("ana"),
                                .case_number = span_text("c-1"),
                                .sent_ms = 100,
                                .review_until_ms = 200};
    struct emergency_row found;
    size_t count = 0;

    OK(entry_put(&c, 7, 3, 0, 1) && emergency_insert(c.db, &row, &c.error));
    OK(emergency_remove_old(c.db, 1000, &c.error)); /* it is open: it stays */
    OK(emergency_list(c.db, &arena, true, NULL, &found, 1, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(found.log, 3);
    row.review = EMERGENCY_QUESTIONED;
    row.reviewed_by = span_text("hera");
    row.reviewed_ms = 150;
    row.reviewed_reason = span_text("too much");
    OK(emergency_decide(c.db, &row, &c.error));
    row.review = EMERGENCY_CONFIRMED;
    OK(emergency_decide(c.db, &row, &c.error)); /* too late: nothing */
    OK(emergency_find(c.db, &arena, 7, &found, &c.error));
    CHECK(found.review == EMERGENCY_QUESTIONED && found.reviewed_ms == 150);
    OK(emergency_list(c.db, &arena, true, NULL, &found, 1, &count, &c.error));
    CHECK_INT(count, 0);
    OK(emergency_list(c.db, &arena, false, NULL, &found, 1, &count, &c.error));
    CHECK_INT(count, 1);
    OK(emergency_remove_old(c.db, 100, &c.error));
    OK(emergency_find(c.db, &arena, 7, &found, &c.error));
    OK(emergency_remove_old(c.db, 101, &c.error));
    CHECK(!emergency_find(c.db, &arena, 7, &found, &c.error));
    CHECK_INT(c.error.kind, ERROR_MISSING);
    error_clear(&c.error);
}

static bool history_put(struct engine_case *c)
{
    struct log_row log = {.id = 2,
                          .origin = span_text("al/ro-al/to/ro/0"),
                          .kind = LOG_MIRROR,
                          .agreement = span_text("ro-al"),
                          .partner = span_text("al")};
    struct request_row request = {.entry = 10,
                                  .log = 2,
                                  .message_id = span_make(id1, sizeof id1),
                                  .reference = span_text("AL-1"),
                                  .urgency = 2,
                                  .language = span_text("en"),
                                  .deadline_row = 1};
    struct answer_row answer = {
        .entry = 11, .target = 10, .is_own = true, .grounds = span_text("a f_ii"), .at_ms = 9000};

    return log_insert(c->db, &log, &c->error) && entry_put(c, 10, 2, 0, 4000) &&
           entry_put(c, 11, 2, 1, 9000) && request_insert(c->db, &request, &c->error) &&
           due_insert(c->db, 10, 5, 8000, &c->error) && answer_insert(c->db, &answer, &c->error);
}

/* One request, received at second 5, due at 8, answered at 9. */
static void history_check(struct engine_case *c, struct arena *arena)
{
    struct count_span span = {.from_ms = 5000, .to_ms = 6000, .now_ms = 20000};
    struct count_row rows[4];
    struct count_ground_row grounds[4];
    struct count_type_row types[4];
    size_t count = 0;
    int64_t took_ms = 0;

    CHECK_OK(count_requests(c->db, arena, &span, rows, 4, &count, &c->error), c->error);
    CHECK_INT(count, 1);
    CHECK(rows[0].is_urgent && !rows[0].is_own && rows[0].deadline_row == 1 &&
          rows[0].state == COUNT_LATE && rows[0].count == 1);
    CHECK_SPAN(rows[0].partner, "al");
    CHECK_OK(count_grounds(c->db, arena, &span, grounds, 4, &count, &c->error), c->error);
    CHECK_INT(count, 1);
    CHECK_SPAN(grounds[0].grounds, "a f_ii");
    CHECK_OK(count_time(c->db, &span, span_text("ro-al"), false, true, 0, &took_ms, &c->error),
             c->error);
    CHECK_INT(took_ms, 4000);
    span.from_ms = 6000;
    span.to_ms = 10000;
    CHECK_OK(count_requests(c->db, arena, &span, rows, 4, &count, &c->error), c->error);
    CHECK_INT(count, 0);
    CHECK_OK(count_types(c->db, arena, &span, types, 4, &count, &c->error), c->error);
    CHECK(count == 1 && types[0].type == 1 && types[0].count == 1 && !types[0].is_own);
}

CHECK_TEST(counts_stay_when_their_rows_go)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct count_span span = {.from_ms = 5000, .to_ms = 6000, .now_ms = 20000};
    struct count_row rows[4];
    size_t count = 0;

    OK(history_put(&c));
    history_check(&c, &arena);
    OK(derived_erase(c.db, 11, &c.error)); /* the answer goes first, as its person does */
    history_check(&c, &arena);
    OK(derived_erase(c.db, 10, &c.error));
    history_check(&c, &arena);
    OK(exchange_remove_old(c.db, 6, &c.error));
    OK(count_requests(c.db, &arena, &span, rows, 4, &count, &c.error));
    CHECK_INT(count, 0);
}

int main(void)
{
    RUN_ON_ENGINES(turns_on_call_come_in_order_and_go);
    RUN_ON_ENGINES(an_emergency_is_decided_once_and_forgotten_only_then);
    RUN_ON_ENGINES(counts_stay_when_their_rows_go);
    return engines_end(check_end());
}
