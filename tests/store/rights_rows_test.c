/* Rows of requests that may be of ground j, on both engines: see store/rights_rows.h. */
#include "check.h"
#include "store/case_rows.h"
#include "store/derived_rows.h"
#include "store/log_rows.h"
#include "store/rights_rows.h"
#include "store/schema.h"
#include "store/support/engines.h"

#define ROWS_CASE(c)                                                                               \
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);                                  \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_migrate((c)->db, schema_migrations, schema_migration_count, &(c)->error),    \
             (c)->error)
#define OK(claim) CHECK_OK(claim, c.error)

static bool flag(struct engine_case *c, int64_t id, int64_t state, int64_t at_ms)
{
    struct entry_row entry = {.id = id,
                              .log = 3,
                              .index = id,
                              .message_id = span_text("id"),
                              .head = span_text("head"),
                              .leaf = span_text("leaf"),
                              .type = 1,
                              .created_ms = 100 + id};
    struct rights_row row = {.entry = id,
                             .state = state,
                             .flagged_by = span_text("ana"),
                             .flagged_ms = at_ms,
                             .flag_reason = span_text("opinion"),
                             .decided_by = span_text(state == RIGHTS_UNDECIDED ? "" : "hera"),
                             .decided_ms = state == RIGHTS_UNDECIDED ? 0 : at_ms + 1,
                             .decided_reason = span_text("a theft")};

    return entry_insert(c->db, &entry, &c->error) && rights_put(c->db, &row, &c->error);
}

CHECK_TEST(a_flag_is_found_by_its_request_and_decided_in_its_row)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct rights_row row;

    CHECK(!rights_find(c.db, &arena, 5, &row, &c.error));
    CHECK_ERROR(c.error, ERROR_MISSING, "no such flag");
    error_clear(&c.error);
    OK(flag(&c, 5, RIGHTS_UNDECIDED, 10));
    OK(rights_find(c.db, &arena, 5, &row, &c.error));
    CHECK_INT(row.state, RIGHTS_UNDECIDED);
    CHECK_SPAN(row.flagged_by, "ana");
    CHECK_INT(row.flagged_ms, 10);
    CHECK_SPAN(row.flag_reason, "opinion");
    CHECK_SPAN(row.decided_by, "");
    row.state = RIGHTS_MUST_REFUSE;
    row.decided_by = span_text("hera");
    row.decided_ms = 12;
    OK(rights_put(c.db, &row, &c.error));
    OK(rights_find(c.db, &arena, 5, &row, &c.error));
    CHECK_INT(row.state, RIGHTS_MUST_REFUSE);
    CHECK_SPAN(row.decided_by, "hera");
    CHECK_INT(row.decided_ms, 12);
    CHECK_SPAN(row.decided_reason, "a theft");
}

CHECK_TEST(flags_are_listed_from_the_oldest_undecided_or_all)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct rights_place first = {10, 6};
    struct rights_line lines[4];
    size_t count = 0;

    OK(flag(&c, 5, RIGHTS_UNDECIDED, 20) && flag(&c, 6, RIGHTS_UNDECIDED, 10) &&
       flag(&c, 7, RIGHTS_MAY_ANSWER, 10) && flag(&c, 8, RIGHTS_MUST_REFUSE, 5));
    OK(rights_list(c.db, &arena, true, NULL, lines, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(lines[0].rights.entry, 6);
    CHECK_INT(lines[0].log, 3);
    CHECK_SPAN(lines[0].message_id, "id");
    CHECK_INT(lines[1].rights.entry, 5);
    OK(rights_list(c.db, &arena, false, NULL, lines, 4, &count, &c.error));
    CHECK_INT(count, 4);
    CHECK_INT(lines[0].rights.entry, 8);
    OK(rights_list(c.db, &arena, false, &first, lines, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(lines[0].rights.entry, 7);
    CHECK_INT(lines[1].rights.entry, 5);
}

CHECK_TEST(a_case_has_those_that_may_not_be_answered)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct rights_line lines[4];
    size_t count = 0;

    OK(flag(&c, 5, RIGHTS_UNDECIDED, 20) && flag(&c, 6, RIGHTS_MAY_ANSWER, 10) &&
       flag(&c, 7, RIGHTS_MUST_REFUSE, 10) && flag(&c, 8, RIGHTS_UNDECIDED, 5));
    OK(case_add_item(c.db, span_text("k-1"), 5, &c.error) &&
       case_add_item(c.db, span_text("k-1"), 6, &c.error) &&
       case_add_item(c.db, span_text("k-1"), 7, &c.error) &&
       case_add_item(c.db, span_text("k-2"), 8, &c.error));
    OK(rights_list_case(c.db, &arena, span_text("k-1"), lines, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(lines[0].rights.entry, 5);
    CHECK_INT(lines[1].rights.entry, 7);
}

/* No erasure opens what a flag holds shut. */
CHECK_TEST(an_erased_request_keeps_its_flag_without_names_and_words)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct rights_row row;

    OK(flag(&c, 5, RIGHTS_MUST_REFUSE, 20) && flag(&c, 6, RIGHTS_MUST_REFUSE, 20));
    OK(derived_erase(c.db, 5, &c.error));
    OK(rights_find(c.db, &arena, 5, &row, &c.error));
    CHECK_INT(row.state, RIGHTS_MUST_REFUSE);
    CHECK_INT(row.flagged_ms, 20);
    CHECK(row.flagged_by.size + row.flag_reason.size + row.decided_by.size +
              row.decided_reason.size ==
          0);
    OK(rights_find(c.db, &arena, 6, &row, &c.error));
    CHECK_SPAN(row.flagged_by, "ana");
}

CHECK_TEST(what_holds_an_item_is_found_by_itself_its_request_and_all_its_cases)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct rights_line lines[4];
    struct answer_row answer = {.entry = 20, .target = 6, .is_own = true, .grounds = span_text("")};
    size_t count = 9;

    OK(flag(&c, 5, RIGHTS_UNDECIDED, 10) && flag(&c, 6, RIGHTS_MUST_REFUSE, 11) &&
       flag(&c, 7, RIGHTS_MAY_ANSWER, 12));
    OK(answer_insert(c.db, &answer, &c.error));
    OK(case_add_item(c.db, span_text("a"), 5, &c.error) &&
       case_add_item(c.db, span_text("a"), 7, &c.error) &&
       case_add_item(c.db, span_text("a"), 21, &c.error) &&
       case_add_item(c.db, span_text("b"), 21, &c.error) &&
       case_add_item(c.db, span_text("b"), 22, &c.error));
    static const struct {
        int64_t entry, found;
    } wanted[] = {{5, 5}, {20, 6}, {21, 5}, {22, 0}, {23, 0}, {6, 6}, {7, 5}};
    for (size_t i = 0; i < ARRAY_COUNT(wanted); i++) {
        OK(rights_list_item(c.db, &arena, wanted[i].entry, lines, 4, &count, &c.error));
        CHECK_INT(count, wanted[i].found > 0);
        if (count > 0)
            CHECK_INT(lines[0].rights.entry, wanted[i].found);
    }
}

int main(void)
{
    RUN_ON_ENGINES(a_flag_is_found_by_its_request_and_decided_in_its_row);
    RUN_ON_ENGINES(flags_are_listed_from_the_oldest_undecided_or_all);
    RUN_ON_ENGINES(a_case_has_those_that_may_not_be_answered);
    RUN_ON_ENGINES(an_erased_request_keeps_its_flag_without_names_and_words);
    RUN_ON_ENGINES(what_holds_an_item_is_found_by_itself_its_request_and_all_its_cases);
    return engines_end(check_end());
}
