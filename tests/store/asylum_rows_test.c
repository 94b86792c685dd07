/* Rows of protection, on both engines: see store/asylum_rows.h. */
#include "check.h"
#include "store/asylum_rows.h"
#include "store/case_rows.h"
#include "store/key_rows.h"
#include "store/schema.h"
#include "store/support/engines.h"

#define OK(claim) CHECK_OK(claim, c.error)
#define BEFORE    23u /* the schema that knows nothing of protection */

#define ROWS_CASE(c)                                                                               \
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);                                  \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_migrate((c)->db, schema_migrations, schema_migration_count, &(c)->error),    \
             (c)->error)

static bool person_put(struct engine_case *c, int64_t id, int64_t category)
{
    struct case_person_row row = {.id = id,
                                  .number = span_text("k-1"),
                                  .category = category,
                                  .body = span_text("person"),
                                  .officer = span_text("ana"),
                                  .put_ms = 100 + id};

    return case_person_put(c->db, &row, &c->error);
}

static bool said(struct engine_case *c, int64_t id, enum protection_status status)
{
    struct asylum_row row = {.person = id,
                             .status = status,
                             .states = span_text("AL RS"),
                             .family_of = 9,
                             .officer = span_text("ana"),
                             .put_ms = 7};

    return asylum_put(c->db, &row, &c->error);
}

CHECK_TEST(what_is_said_of_a_person_is_found_by_the_person)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct asylum_row row;
    bool has = true;

    OK(asylum_has_any(c.db, &has, &c.error));
    CHECK(!has);
    OK(said(&c, 5, PROTECTION_APPLICANT) && said(&c, 5, PROTECTION_PROTECTED));
    OK(asylum_find(c.db, &arena, 5, &row, &c.error));
    CHECK_INT(row.person, 5);
    CHECK_INT(row.status, PROTECTION_PROTECTED);
    CHECK_SPAN(row.states, "AL RS");
    CHECK_INT(row.family_of, 9);
    CHECK_SPAN(row.officer, "ana");
    CHECK_INT(row.put_ms, 7);
    OK(asylum_has_any(c.db, &has, &c.error));
    CHECK(has);
    CHECK(!asylum_find(c.db, &arena, 6, &row, &c.error));
    CHECK_ERROR(c.error, ERROR_MISSING, "no such protection");
}

CHECK_TEST(a_key_names_its_people_and_goes_with_them)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    int64_t people[4];
    size_t count = 0;

    OK(said(&c, 5, PROTECTION_APPLICANT) && said(&c, 6, PROTECTION_APPLICANT));
    OK(asylum_key_put(c.db, 6, span_text("key"), &c.error) &&
       asylum_key_put(c.db, 5, span_text("key"), &c.error) &&
       asylum_key_put(c.db, 5, span_text("key"), &c.error) &&
       asylum_key_put(c.db, 5, span_text("other"), &c.error));
    OK(asylum_key_people(c.db, span_text("key"), 0, people, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(people[0], 5);
    CHECK_INT(people[1], 6);
    OK(asylum_key_people(c.db, span_text("key"), 5, people, 4, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(people[0], 6);
    OK(asylum_keys_drop(c.db, 6, &c.error));
    OK(asylum_key_people(c.db, span_text("key"), 0, people, 4, &count, &c.error));
    CHECK_INT(count, 1);
    OK(person_put(&c, 5, 1) && case_person_remove(c.db, 5, &c.error));
    OK(asylum_key_people(c.db, span_text("key"), 0, people, 4, &count, &c.error));
    CHECK_INT(count, 0);
}

/* The keys of the cross-check count for people of whom something is said, and for nobody else. */
CHECK_TEST(people_from_before_are_known_by_the_keys_that_they_had)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct key_row key = {.key = span_text("key"),
                          .scope = span_text(KEY_SCOPE_GUARD),
                          .side = KEY_CASE_PERSON,
                          .object = 5};
    int64_t people[4];
    size_t count = 0;

    OK(key_put(c.db, &key, &c.error));
    key.side = KEY_ITEM;
    key.object = 6;
    OK(key_put(c.db, &key, &c.error) && said(&c, 6, PROTECTION_UNKNOWN));
    OK(asylum_key_people(c.db, span_text("key"), 0, people, 4, &count, &c.error));
    CHECK_INT(count, 0);
    OK(said(&c, 5, PROTECTION_UNKNOWN));
    OK(asylum_key_people(c.db, span_text("key"), 0, people, 4, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(people[0], 5);
}

CHECK_TEST(a_case_that_is_erased_takes_what_was_said_along)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct asylum_row row;
    int64_t people[4];
    size_t count = 0;

    OK(person_put(&c, 5, 1) && said(&c, 5, PROTECTION_APPLICANT) &&
       asylum_key_put(c.db, 5, span_text("key"), &c.error));
    OK(case_erase(c.db, span_text("k-1"), 8, &c.error));
    CHECK(!asylum_find(c.db, &arena, 5, &row, &c.error));
    error_clear(&c.error);
    OK(asylum_key_people(c.db, span_text("key"), 0, people, 4, &count, &c.error));
    CHECK_INT(count, 0);
}

/* Smuggled migrants are category 7. */
CHECK_TEST(smuggled_migrants_of_before_count_as_seeking_it)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct asylum_row row;

    ENGINE_CASE(&c);
    OK(database_migrate(c.db, schema_migrations, BEFORE, &c.error));
    OK(person_put(&c, 5, 7) && person_put(&c, 6, 2));
    OK(database_migrate(c.db, schema_migrations, schema_migration_count, &c.error));
    OK(asylum_find(c.db, &arena, 5, &row, &c.error));
    CHECK_INT(row.status, PROTECTION_UNKNOWN);
    CHECK_INT(row.put_ms, 105);
    CHECK(row.states.size == 0 && row.officer.size == 0 && row.family_of == 0);
    CHECK(!asylum_find(c.db, &arena, 6, &row, &c.error));
}

int main(void)
{
    RUN_ON_ENGINES(what_is_said_of_a_person_is_found_by_the_person);
    RUN_ON_ENGINES(a_key_names_its_people_and_goes_with_them);
    RUN_ON_ENGINES(people_from_before_are_known_by_the_keys_that_they_had);
    RUN_ON_ENGINES(a_case_that_is_erased_takes_what_was_said_along);
    RUN_ON_ENGINES(smuggled_migrants_of_before_count_as_seeking_it);
    return engines_end(check_end());
}
