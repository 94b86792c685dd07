/* Rows of the clock of a request, on both engines: see store/clock_rows.h. */
#include "check.h"
#include "store/clock_rows.h"
#include "store/derived_rows.h"
#include "store/inbox_rows.h"
#include "store/log_rows.h"
#include "store/retention_rows.h"
#include "store/schema.h"
#include "store/support/engines.h"

#define ROWS_CASE(c)                                                                               \
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);                                  \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_migrate((c)->db, schema_migrations, schema_migration_count, &(c)->error),    \
             (c)->error)
#define OK(claim) CHECK_OK(claim, c.error)

enum { QUESTION = 21, REPLY = 22 };

static bool entry_put(struct engine_case *c, int64_t id, int64_t log, int64_t index)
{
    struct entry_row row = {.id = id,
                            .log = log,
                            .index = index,
                            .message_id = span_text("id"),
                            .head = span_text("head"),
                            .leaf = span_text("leaf"),
                            .type = QUESTION};
    return entry_insert(c->db, &row, &c->error);
}

static bool said(struct engine_case *c, int64_t entry, int64_t target, int64_t kind, bool is_own)
{
    struct clock_row row = {.entry = entry,
                            .target = target,
                            .kind = kind,
                            .about = kind == REPLY ? entry - 1 : 0,
                            .is_own = is_own,
                            .seen = 7,
                            .expected_ms = 9,
                            .time_s = is_own ? 0 : 50,
                            .counts = true};
    return clock_insert(c->db, &row, &c->error);
}

/* Requests 1 and 2; about 1 a question and a reply, about 2 a question that waits to be numbered. */
static bool scene_put(struct engine_case *c)
{
    return entry_put(c, 1, 2, 0) && entry_put(c, 2, 2, 1) && entry_put(c, 11, 3, 4) &&
           entry_put(c, 12, 2, 5) && entry_put(c, 13, 3, ENTRY_WAITING) &&
           said(c, 11, 1, QUESTION, true) && said(c, 12, 1, REPLY, false) &&
           said(c, 13, 2, QUESTION, true);
}

CHECK_TEST(what_was_said_is_found_listed_and_counted)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct clock_row row, rows[4];
    size_t count = 0;
    int64_t number = 0;
    ROWS_CASE(&c);
    (void)arena;

    OK(scene_put(&c));
    OK(clock_find(c.db, 12, &row, &c.error));
    CHECK(row.target == 1 && row.kind == REPLY && row.about == 11 && !row.is_own && row.counts);
    CHECK(row.seen == 7 && row.expected_ms == 9 && row.time_s == 50 && row.log == 2);
    CHECK_INT(row.index, 5);
    CHECK(!clock_find(c.db, 99, &row, &c.error));
    CHECK_INT(c.error.kind, ERROR_MISSING);
    error_clear(&c.error);
    OK(clock_list(c.db, 1, rows, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(rows[0].entry, 11);
    OK(clock_list(c.db, 2, rows, 4, &count, &c.error));
    CHECK_INT(rows[0].index, ENTRY_WAITING);
    OK(clock_count(c.db, 1, true, 0, &number, &c.error));
    CHECK_INT(number, 1);
    OK(clock_count(c.db, 1, false, QUESTION, &number, &c.error));
    CHECK_INT(number, 0);
    OK(clock_count(c.db, 1, false, REPLY, &number, &c.error));
    CHECK_INT(number, 1);
}

/* Beside what moves the limit, and not of it. */
CHECK_TEST(what_went_alone_is_summed_apart)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct clock_row rows[4];
    size_t count = 0;
    int64_t number = 0;
    ROWS_CASE(&c);
    (void)arena;

    OK(scene_put(&c) && entry_put(&c, 14, 3, 6) && entry_put(&c, 15, 3, 7) &&
       entry_put(&c, 16, 2, 8) && said(&c, 14, 1, CLOCK_ALONE, true) &&
       said(&c, 15, 1, CLOCK_ALONE, true) && said(&c, 16, 1, CLOCK_ALONE, false));
    OK(clock_alone_sum(c.db, 1, true, &number, &c.error));
    CHECK_INT(number, 18);
    OK(clock_settle(c.db, 15, false, &c.error));
    OK(clock_alone_sum(c.db, 1, true, &number, &c.error));
    CHECK_INT(number, 9);
    OK(clock_alone_sum(c.db, 2, true, &number, &c.error));
    CHECK_INT(number, 0);
    OK(clock_list(c.db, 1, rows, 4, &count, &c.error));
    CHECK_INT(count, 2);
    OK(clock_count(c.db, 1, true, 0, &number, &c.error));
    CHECK_INT(number, 1);
    OK(derived_erase(c.db, 14, &c.error)); /* the answer alone: that it went stays */
    OK(clock_alone_sum(c.db, 1, true, &number, &c.error));
    CHECK_INT(number, 9);
}

CHECK_TEST(a_receipt_gives_its_time_once_to_what_it_covers)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct clock_row row;
    int64_t targets[2];
    size_t count = 0;
    ROWS_CASE(&c);
    (void)arena;

    OK(scene_put(&c));
    OK(clock_received(c.db, 3, 0, 9, 60, &c.error));
    OK(clock_received(c.db, 3, 0, 9, 61, &c.error));
    OK(clock_find(c.db, 11, &row, &c.error));
    CHECK_INT(row.time_s, 60);
    OK(clock_find(c.db, 13, &row, &c.error));
    CHECK_INT(row.time_s, 0); /* waits: no receipt covers it */
    OK(clock_targets(c.db, 3, 0, 9, 0, targets, 2, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(targets[0], 1);
    OK(clock_targets(c.db, 3, 0, 9, 1, targets, 2, &count, &c.error));
    CHECK_INT(count, 0);
    OK(clock_targets(c.db, 3, 5, 9, 0, targets, 2, &count, &c.error));
    CHECK_INT(count, 0);
}

CHECK_TEST(what_does_not_count_is_settled_and_what_was_withdrawn_goes)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct clock_row row;
    ROWS_CASE(&c);
    (void)arena;

    OK(scene_put(&c));
    OK(clock_settle(c.db, 11, false, &c.error));
    OK(clock_find(c.db, 11, &row, &c.error));
    CHECK(!row.counts);
    OK(clock_delete(c.db, 11, &c.error));
    CHECK(!clock_find(c.db, 11, &row, &c.error));
    error_clear(&c.error);
}

CHECK_TEST(a_request_goes_with_all_that_was_said_about_it)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct clock_row row;
    ROWS_CASE(&c);
    (void)arena;

    OK(scene_put(&c));
    OK(derived_erase(c.db, 11, &c.error)); /* the question alone: that it was asked stays */
    OK(clock_find(c.db, 11, &row, &c.error));
    OK(derived_erase(c.db, 1, &c.error));
    CHECK(!clock_find(c.db, 11, &row, &c.error));
    error_clear(&c.error);
    OK(clock_find(c.db, 13, &row, &c.error));
}

/* While it is suspended a request stands behind all that have a deadline. */
CHECK_TEST(a_suspended_limit_moves_its_request_in_the_queue)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct due_row due = {.due_ms = CLOCK_DUE_OPEN,
                          .deadline_row = 1,
                          .suspended_ms = 30,
                          .left_ms = 40,
                          .delayed_to_ms = 50};
    struct due_row found;
    struct request_row request = {.entry = 1,
                                  .log = 2,
                                  .message_id = span_text("id"),
                                  .reference = span_text("RO-1"),
                                  .language = span_text("en"),
                                  .deadline_row = 1,
                                  .version = 3};
    struct log_row log = {.id = 2,
                          .origin = span_text("o"),
                          .kind = LOG_OUTGOING,
                          .agreement = span_text("ro-al"),
                          .partner = span_text("al"),
                          .frontier = span_text("f")};
    struct inbox_row rows[2];
    size_t count = 0;
    ROWS_CASE(&c);

    OK(log_insert(c.db, &log, &c.error) && scene_put(&c) &&
       request_insert(c.db, &request, &c.error));
    request.entry = 2;
    OK(request_insert(c.db, &request, &c.error));
    OK(request_find(c.db, &arena, 1, &request, &c.error));
    CHECK_INT(request.version, 3);
    OK(due_row_find(c.db, 1, &found, &c.error));
    CHECK_INT(found.received_s, 0);
    OK(due_insert(c.db, 1, 10, 20, &c.error) && due_insert(c.db, 2, 10, 90, &c.error));
    OK(due_set(c.db, 1, &due, &c.error));
    OK(due_row_find(c.db, 1, &found, &c.error));
    CHECK(found.received_s == 10 && found.due_ms == CLOCK_DUE_OPEN && found.deadline_row == 1);
    CHECK(found.suspended_ms == 30 && found.left_ms == 40 && found.delayed_to_ms == 50);
    OK(inbox_list(c.db, &arena, false, NULL, rows, 2, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(rows[0].request.entry, 2);
    CHECK_INT(rows[1].suspended_ms, 30);
    CHECK_INT(rows[1].delayed_to_ms, 50);
}

int main(void)
{
    RUN_ON_ENGINES(what_was_said_is_found_listed_and_counted);
    RUN_ON_ENGINES(what_went_alone_is_summed_apart);
    RUN_ON_ENGINES(a_receipt_gives_its_time_once_to_what_it_covers);
    RUN_ON_ENGINES(what_does_not_count_is_settled_and_what_was_withdrawn_goes);
    RUN_ON_ENGINES(a_request_goes_with_all_that_was_said_about_it);
    RUN_ON_ENGINES(a_suspended_limit_moves_its_request_in_the_queue);
    return engines_end(check_end());
}
