/* Rows of copies to the own Single Point of Contact, on both engines: see store/copy_rows.h. */
#include "check.h"
#include "store/copy_rows.h"
#include "store/derived_rows.h"
#include "store/log_rows.h"
#include "store/schema.h"
#include "store/support/engines.h"

#define ROWS_CASE(c)                                                                               \
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);                                  \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_migrate((c)->db, schema_migrations, schema_migration_count, &(c)->error),    \
             (c)->error)
#define OK(claim) CHECK_OK(claim, c.error)

static bool sent_put(struct engine_case *c, int64_t id, const char *unit, int64_t exemption)
{
    struct entry_row entry = {.id = id,
                              .log = 2,
                              .index = ENTRY_WAITING,
                              .message_id = span_text("id"),
                              .head = span_text("head"),
                              .leaf = span_text("leaf"),
                              .type = 27,
                              .created_ms = 100 + id};
    struct copy_row row = {.entry = id, .unit = span_text(unit), .exemption = exemption};

    return entry_insert(c->db, &entry, &c->error) && copy_insert(c->db, &row, &c->error);
}

CHECK_TEST(copies_are_listed_from_the_newest_of_all_units_or_of_one)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct span border = span_text("border"), nobody = span_text("nobody");
    struct copy_line lines[4];
    size_t count = 0;

    OK(sent_put(&c, 5, "border", 0) && sent_put(&c, 6, "narcotics", 0) &&
       sent_put(&c, 7, "border", 3));
    OK(copy_list(c.db, &arena, NULL, 0, lines, 4, &count, &c.error));
    CHECK_INT(count, 3);
    CHECK_INT(lines[0].copy.entry, 7);
    CHECK_INT(lines[0].copy.exemption, 3);
    CHECK_INT(lines[0].log, 2);
    CHECK_INT(lines[0].type, 27);
    CHECK_INT(lines[0].created_ms, 107);
    CHECK_SPAN(lines[0].message_id, "id");
    CHECK_SPAN(lines[1].copy.unit, "narcotics");
    OK(copy_list(c.db, &arena, NULL, 7, lines, 1, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(lines[0].copy.entry, 6);
    OK(copy_list(c.db, &arena, &border, 0, lines, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(lines[1].copy.entry, 5);
    OK(copy_list(c.db, &arena, &border, 5, lines, 4, &count, &c.error));
    CHECK_INT(count, 0);
    OK(copy_list(c.db, &arena, &nobody, 0, lines, 4, &count, &c.error));
    CHECK_INT(count, 0);
}

CHECK_TEST(a_copy_is_found_by_its_entry_and_goes_with_it)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct copy_row row;

    OK(sent_put(&c, 5, "border", 2) && sent_put(&c, 6, "border", 1));
    OK(copy_find(c.db, &arena, 5, &row, &c.error));
    CHECK_INT(row.exemption, 2);
    CHECK_SPAN(row.unit, "border");
    OK(derived_erase(c.db, 5, &c.error));
    CHECK(!copy_find(c.db, &arena, 5, &row, &c.error));
    CHECK_ERROR(c.error, ERROR_MISSING, "no such copy");
    error_clear(&c.error);
    OK(copy_find(c.db, &arena, 6, &row, &c.error));
}

int main(void)
{
    RUN_ON_ENGINES(copies_are_listed_from_the_newest_of_all_units_or_of_one);
    RUN_ON_ENGINES(a_copy_is_found_by_its_entry_and_goes_with_it);
    return engines_end(check_end());
}
