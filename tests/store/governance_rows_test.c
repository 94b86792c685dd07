/* Rows about the agreement itself, on both engines: see store/governance_rows.h. */
#include "check.h"
#include "store/governance_rows.h"
#include "store/log_rows.h"
#include "store/schema.h"
#include "store/support/engines.h"

static const uint8_t some[32] = {1}, id[16] = {0x11};
#define SOME  span_make(some, sizeof some)
#define RO_AL span_text("ro-al")

#define ROWS_CASE(c)                                                                               \
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);                                  \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_migrate((c)->db, schema_migrations, schema_migration_count, &(c)->error),    \
             (c)->error)
#define OK(claim) CHECK_OK(claim, c.error)
#define NONE(claim)                                                                                \
    do {                                                                                           \
        CHECK(!(claim));                                                                           \
        CHECK_INT(c.error.kind, ERROR_MISSING);                                                    \
        error_clear(&c.error);                                                                     \
    } while (0)

enum { PROPOSAL = 12, SIGNATURE, REFUSAL, SUSPENSION = 16, LIFTED };
static const struct proposal_kinds kinds = {PROPOSAL, SIGNATURE, REFUSAL};

static struct governance_row row_of(int64_t entry, int64_t kind, bool is_own, int64_t target)
{
    return (struct governance_row){.entry = entry,
                                   .agreement = RO_AL,
                                   .kind = kind,
                                   .is_own = is_own,
                                   .target = target,
                                   .version = 2,
                                   .code = 3,
                                   .at_ms = 1000 + entry};
}

CHECK_TEST(a_proposal_is_open_until_it_is_signed_or_refused)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct governance_row row, found;
    ROWS_CASE(&c);

    NONE(governance_open_proposal(c.db, &arena, RO_AL, true, &kinds, &found, &c.error));
    row = row_of(5, PROPOSAL, true, 0);
    OK(governance_insert(c.db, &row, &c.error));
    OK(governance_open_proposal(c.db, &arena, RO_AL, true, &kinds, &found, &c.error));
    CHECK_INT(found.entry, 5);
    CHECK_INT(found.version, 2);
    CHECK_INT(found.code, 3);
    CHECK_INT(found.at_ms, 1005);
    NONE(governance_open_proposal(c.db, &arena, RO_AL, false, &kinds, &found, &c.error));
    NONE(governance_open_proposal(c.db, &arena, span_text("x"), true, &kinds, &found, &c.error));
    row = row_of(6, REFUSAL, false, 5);
    OK(governance_insert(c.db, &row, &c.error));
    NONE(governance_open_proposal(c.db, &arena, RO_AL, true, &kinds, &found, &c.error));
    row = row_of(7, PROPOSAL, true, 0);
    OK(governance_insert(c.db, &row, &c.error));
    row = row_of(8, SIGNATURE, false, 7);
    OK(governance_insert(c.db, &row, &c.error));
    NONE(governance_open_proposal(c.db, &arena, RO_AL, true, &kinds, &found, &c.error));
}

CHECK_TEST(the_newest_of_one_side_is_found)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct governance_row rows[8];
    struct governance_row row, found;
    size_t count = 0;
    ROWS_CASE(&c);

    NONE(governance_newest(c.db, &arena, RO_AL, true, SUSPENSION, LIFTED, &found, &c.error));
    row = row_of(5, SUSPENSION, true, 0);
    OK(governance_insert(c.db, &row, &c.error));
    row = row_of(6, SUSPENSION, false, 0);
    OK(governance_insert(c.db, &row, &c.error));
    row = row_of(7, LIFTED, true, 5);
    OK(governance_insert(c.db, &row, &c.error));
    OK(governance_newest(c.db, &arena, RO_AL, true, SUSPENSION, LIFTED, &found, &c.error));
    CHECK_INT(found.kind, LIFTED);
    CHECK_INT(found.target, 5);
    OK(governance_newest(c.db, &arena, RO_AL, false, SUSPENSION, LIFTED, &found, &c.error));
    CHECK_INT(found.kind, SUSPENSION);
    OK(governance_find(c.db, &arena, 6, &found, &c.error));
    CHECK(!found.is_own);
    NONE(governance_find(c.db, &arena, 60, &found, &c.error));
    OK(governance_list(c.db, &arena, RO_AL, INT64_MAX, rows, ARRAY_COUNT(rows), &count, &c.error));
    CHECK_INT(count, 3);
    CHECK_INT(rows[0].entry, 7);
}

CHECK_TEST(versions_say_where_their_second_signature_stands)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct version_row rows[4];
    struct span cms;
    size_t count = 0;
    struct agreement_row first = {.agreement = RO_AL,
                                  .version = 1,
                                  .cms = span_text("one"),
                                  .fingerprint = SOME,
                                  .imported_ms = 10};
    struct entry_row entry = {.id = 9,
                              .log = 3,
                              .index = 4,
                              .message_id = span_make(id, sizeof id),
                              .head = span_text("head"),
                              .leaf = SOME,
                              .type = SIGNATURE};
    ROWS_CASE(&c);

    OK(agreement_insert(c.db, &first, &c.error));
    OK(agreement_suspend(c.db, RO_AL, 77, &c.error));
    OK(entry_insert(c.db, &entry, &c.error));
    OK(version_insert(c.db, RO_AL, 2, span_text("two"), SOME, 20, 9, &c.error));
    OK(version_list(c.db, RO_AL, rows, ARRAY_COUNT(rows), &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(rows[0].version, 2);
    CHECK_INT(rows[0].entry, 9);
    CHECK_INT(rows[0].log, 3);
    CHECK_INT(rows[0].index, 4);
    CHECK_INT(rows[1].entry, 0);
    OK(version_find(c.db, &arena, RO_AL, 2, &cms, &c.error));
    CHECK_SPAN(cms, "two");
    NONE(version_find(c.db, &arena, RO_AL, 3, &cms, &c.error));
    /* A suspension of ours is not forgotten with a new version. */
    struct agreement_row newest[2];
    OK(agreement_list(c.db, &arena, newest, 2, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(newest[0].version, 2);
    CHECK_INT(newest[0].suspended_ms, 77);
}

CHECK_TEST(an_entry_of_a_type_is_found_from_an_index_on)
{
    struct engine_case c CLEANUP(engine_case_end);
    int64_t index = 0;
    ROWS_CASE(&c);

    for (int64_t i = 0; i < 4; i++) {
        struct entry_row entry = {.id = 10 + i,
                                  .log = 3,
                                  .index = i,
                                  .message_id = span_make(id, sizeof id),
                                  .head = span_text("head"),
                                  .leaf = SOME,
                                  .type = i == 0 || i == 2 ? SIGNATURE : PROPOSAL};
        OK(entry_insert(c.db, &entry, &c.error));
    }
    OK(entry_find_type(c.db, 3, 0, SIGNATURE, &index, &c.error));
    CHECK_INT(index, 0);
    OK(entry_find_type(c.db, 3, 1, SIGNATURE, &index, &c.error));
    CHECK_INT(index, 2);
    OK(entry_find_type(c.db, 3, 3, SIGNATURE, &index, &c.error));
    CHECK_INT(index, -1);
    OK(entry_find_type(c.db, 4, 0, SIGNATURE, &index, &c.error));
    CHECK_INT(index, -1);
}

CHECK_TEST(what_went_back_is_listed)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct returned_row rows[2];
    struct returned_row row = {.entry = 4,
                               .agreement = RO_AL,
                               .message_id = span_make(id, sizeof id),
                               .type = 1,
                               .reference = span_text("RO-1"),
                               .created_ms = 5,
                               .returned_ms = 6,
                               .ground = span_text("not sent")};
    size_t count = 0;
    ROWS_CASE(&c);

    OK(returned_insert(c.db, &row, &c.error));
    OK(returned_list(c.db, &arena, rows, ARRAY_COUNT(rows), &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_SPAN(rows[0].reference, "RO-1");
    CHECK_SPAN(rows[0].ground, "not sent");
    CHECK_INT(rows[0].returned_ms, 6);
}

int main(void)
{
    RUN_ON_ENGINES(a_proposal_is_open_until_it_is_signed_or_refused);
    RUN_ON_ENGINES(the_newest_of_one_side_is_found);
    RUN_ON_ENGINES(versions_say_where_their_second_signature_stands);
    RUN_ON_ENGINES(an_entry_of_a_type_is_found_from_an_index_on);
    RUN_ON_ENGINES(what_went_back_is_listed);
    return engines_end(check_end());
}
