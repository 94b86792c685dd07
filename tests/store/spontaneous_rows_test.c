/* Rows of what was given unasked, on both engines: see store/spontaneous_rows.h. */
#include "check.h"
#include "store/case_rows.h"
#include "store/derived_rows.h"
#include "store/log_rows.h"
#include "store/schema.h"
#include "store/spontaneous_rows.h"
#include "store/support/engines.h"

#define ROWS_CASE(c)                                                                               \
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);                                  \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_migrate((c)->db, schema_migrations, schema_migration_count, &(c)->error),    \
             (c)->error)
#define OK(claim) CHECK_OK(claim, c.error)

static bool given_put(struct engine_case *c, int64_t id, int64_t log, int64_t index)
{
    struct entry_row entry = {.id = id,
                              .log = log,
                              .index = index,
                              .message_id = span_text("id"),
                              .head = span_text("head"),
                              .leaf = span_text("leaf"),
                              .type = 27,
                              .created_ms = 100 + id};
    struct spontaneous_row row = {.entry = id,
                                  .log = log,
                                  .message_id = span_text("id"),
                                  .is_own = log == 2,
                                  .reference = span_text("RO-7"),
                                  .provision = 1,
                                  .is_training = true,
                                  .language = span_text("en"),
                                  .items = 3,
                                  .attachments = 4};
    return entry_insert(c->db, &entry, &c->error) && spontaneous_insert(c->db, &row, &c->error);
}

static bool logs_put(struct engine_case *c)
{
    struct log_row out = {.id = 2,
                          .origin = span_text("ro/ro-al/to/al/0"),
                          .kind = 1,
                          .agreement = span_text("ro-al"),
                          .partner = span_text("al")};
    struct log_row in = out;

    in.id = 3;
    in.origin = span_text("al/ro-al/to/ro/0");
    in.kind = 2;
    return log_insert(c->db, &out, &c->error) && log_insert(c->db, &in, &c->error);
}

CHECK_TEST(lists_hold_one_side_from_the_newest_on)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct spontaneous_line lines[4];
    struct spontaneous_row row;
    size_t count = 0;
    ROWS_CASE(&c);

    OK(logs_put(&c) && given_put(&c, 11, 3, 0) && given_put(&c, 12, 2, 0) &&
       given_put(&c, 13, 3, 1) && given_put(&c, 14, 2, ENTRY_WAITING));
    OK(spontaneous_find(c.db, &arena, 11, &row, &c.error));
    CHECK(row.log == 3 && !row.is_own && row.provision == 1 && row.is_training && row.items == 3 &&
          row.attachments == 4);
    CHECK_SPAN(row.reference, "RO-7");
    CHECK_SPAN(row.language, "en");
    CHECK(!spontaneous_find(c.db, &arena, 99, &row, &c.error));
    CHECK_INT(c.error.kind, ERROR_MISSING);
    error_clear(&c.error);
    OK(spontaneous_list(c.db, &arena, false, 0, lines, 4, &count, &c.error));
    CHECK_OR_RETURN(count == 2);
    CHECK(lines[0].given.entry == 13 && lines[1].given.entry == 11);
    CHECK(lines[0].created_ms == 113 && lines[0].index == 1 && lines[0].received_s == 0 &&
          lines[0].result == -1 && lines[0].notices == 0);
    CHECK_SPAN(lines[0].partner, "al");
    CHECK_SPAN(lines[0].agreement, "ro-al");
    OK(spontaneous_list(c.db, &arena, false, 13, lines, 4, &count, &c.error));
    CHECK_INT(count, 1);
    OK(spontaneous_list(c.db, &arena, true, 0, lines, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(lines[0].index, ENTRY_WAITING);
}

CHECK_TEST(what_stands_in_no_case_is_new)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct spontaneous_line lines[4];
    size_t count = 0;
    ROWS_CASE(&c);

    OK(logs_put(&c) && given_put(&c, 11, 3, 0) && given_put(&c, 12, 2, 0) &&
       given_put(&c, 13, 3, 1));
    OK(spontaneous_list_new(c.db, &arena, lines, 4, &count, &c.error));
    CHECK_INT(count, 2);
    OK(case_add_item(c.db, span_text("c-1"), 13, &c.error));
    OK(spontaneous_list_new(c.db, &arena, lines, 4, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(lines[0].given.entry, 11);
}

CHECK_TEST(the_receipt_above_it_dates_it)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct receipt_row receipt = {
        .log = 3, .size = 2, .root = span_text("root"), .time_s = 77, .signature = span_text("s")};
    struct spontaneous_line lines[4];
    size_t count = 0;
    ROWS_CASE(&c);

    OK(logs_put(&c) && given_put(&c, 11, 3, 0) && given_put(&c, 13, 3, 2) &&
       receipt_insert(c.db, &receipt, &c.error));
    OK(spontaneous_list(c.db, &arena, false, 0, lines, 4, &count, &c.error));
    CHECK(lines[0].received_s == 0 && lines[1].received_s == 77);
}

/* What waits when a log ends goes over to the log that follows. */
CHECK_TEST(what_waits_goes_over_with_its_log)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct spontaneous_row row;
    ROWS_CASE(&c);

    OK(logs_put(&c) && given_put(&c, 12, 2, 0) && given_put(&c, 14, 2, ENTRY_WAITING) &&
       log_hand_over(c.db, 2, 1, 5, &c.error));
    OK(spontaneous_find(c.db, &arena, 14, &row, &c.error));
    CHECK_INT(row.log, 5);
    OK(spontaneous_find(c.db, &arena, 12, &row, &c.error));
    CHECK_INT(row.log, 2);
}

CHECK_TEST(an_erasure_takes_the_row)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct spontaneous_row row;
    ROWS_CASE(&c);

    OK(logs_put(&c) && given_put(&c, 11, 3, 0) && derived_erase(c.db, 11, &c.error));
    CHECK(!spontaneous_find(c.db, &arena, 11, &row, &c.error));
    CHECK_INT(c.error.kind, ERROR_MISSING);
}

int main(void)
{
    RUN_ON_ENGINES(lists_hold_one_side_from_the_newest_on);
    RUN_ON_ENGINES(what_stands_in_no_case_is_new);
    RUN_ON_ENGINES(the_receipt_above_it_dates_it);
    RUN_ON_ENGINES(what_waits_goes_over_with_its_log);
    RUN_ON_ENGINES(an_erasure_takes_the_row);
    return engines_end(check_end());
}
