/* Cases and what is kept of them, on both engines: see store/case_rows.h. covers: case_rows case_work_rows key_rows register_rows */
#include "check.h"
#include "store/case_rows.h"
#include "store/derived_rows.h"
#include "store/key_rows.h"
#include "store/register_rows.h"
#include "store/schema.h"
#include "store/support/engines.h"

#include <stdio.h>

#define ROWS_CASE(c)                                                                               \
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);                                  \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_migrate((c)->db, schema_migrations, schema_migration_count, &(c)->error),    \
             (c)->error)
#define OK(claim) CHECK_OK(claim, c.error)

static bool put(struct engine_case *c, const char *number, const char *unit, const char *officer,
                bool is_closed)
{
    struct case_row row = {.number = span_text(number),
                           .title = span_text("Title"),
                           .unit = span_text(unit),
                           .officer = span_text(officer),
                           .offences = 5,
                           .opened_ms = 7,
                           .is_closed = is_closed,
                           .closed_ms = is_closed ? 8 : 0,
                           .review_ms = is_closed ? 90 : 0};
    return case_write(c->db, &row, &c->error);
}

/* The numbers of one page, one character each. */
static const char *page(struct engine_case *c, struct arena *arena, enum case_state state,
                        const char *unit, const char *officer, const char *after, size_t limit)
{
    static char text[16];
    struct case_row rows[8];
    struct case_filter filter = {state, span_text(unit), span_text(officer)};
    size_t count = 0;

    memset(text, 0, sizeof text);
    if (!case_list(c->db, arena, &filter, span_text(after), rows, limit, &count, &c->error))
        return c->error.text;
    for (size_t i = 0; i < count; i++)
        text[i] = (char)rows[i].number.data[0];
    return text;
}

CHECK_TEST(cases_come_by_number_whatever_the_filter)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct case_row row;

    OK(put(&c, "d", "x", "ana", false) && put(&c, "a", "x", "ana", true) &&
       put(&c, "c", "y", "ana", false) && put(&c, "b", "x", "bo", false) &&
       put(&c, "e", "y", "bo", true));
    CHECK_SPAN(span_text(page(&c, &arena, CASE_STATE_ANY, "", "", "", 8)), "abcde");
    CHECK_SPAN(span_text(page(&c, &arena, CASE_STATE_ANY, "", "", "", 2)), "ab");
    CHECK_SPAN(span_text(page(&c, &arena, CASE_STATE_ANY, "", "", "b", 2)), "cd");
    CHECK_SPAN(span_text(page(&c, &arena, CASE_STATE_OPEN, "", "", "", 8)), "bcd");
    CHECK_SPAN(span_text(page(&c, &arena, CASE_STATE_CLOSED, "", "", "", 8)), "ae");
    CHECK_SPAN(span_text(page(&c, &arena, CASE_STATE_ANY, "x", "", "", 8)), "abd");
    CHECK_SPAN(span_text(page(&c, &arena, CASE_STATE_OPEN, "x", "", "b", 8)), "d");
    CHECK_SPAN(span_text(page(&c, &arena, CASE_STATE_ANY, "", "bo", "", 8)), "be");
    CHECK_SPAN(span_text(page(&c, &arena, CASE_STATE_CLOSED, "y", "bo", "", 8)), "e");
    OK(case_read(c.db, &arena, span_text("a"), &row, &c.error));
    CHECK(row.is_closed && row.offences == 5 && row.opened_ms == 7 && row.closed_ms == 8);
    OK(put(&c, "a", "z", "ana", false));
    OK(case_put(c.db, span_text("a"), span_text("Other"), 99, &c.error));
    OK(case_read(c.db, &arena, span_text("a"), &row, &c.error));
    CHECK_SPAN(row.unit, "z"); /* a title alone changes nothing else */
    CHECK_SPAN(row.title, "Other");
    CHECK_INT(row.opened_ms, 7);
}

CHECK_TEST(a_case_goes_with_all_that_is_kept_of_it_and_of_no_other)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct case_row row;
    struct case_task_row task, tasks[4];
    struct case_person_row person;
    struct case_note_row note;
    size_t count = 9;
    int64_t number = 0, overdue = 0;

    OK(put(&c, "a", "x", "ana", true) && put(&c, "b", "x", "ana", false));
    for (int i = 0; i < 2; i++) {
        struct span of = span_text(i == 0 ? "a" : "b");
        OK(counter_next(c.db, "n", &number, &c.error));
        CHECK_INT(number, i + 1);
        struct case_person_row one = {.id = number, .number = of, .body = span_text("{}")};
        struct case_note_row two = {.id = number, .number = of, .text = span_text("note")};
        struct case_task_row three = {
            .id = number, .number = of, .officer = span_text("ana"), .until_ms = 50 - i};
        OK(case_person_put(c.db, &one, &c.error) && case_note_put(c.db, &two, &c.error) &&
           case_reference_put(c.db, &two, &c.error) && case_task_put(c.db, &three, &c.error) &&
           case_add_item(c.db, of, 7, &c.error));
    }
    OK(case_task_open(c.db, &arena, span_text(""), 0, 0, tasks, 4, &count, &c.error));
    CHECK(count == 2 && tasks[0].id == 2 && tasks[1].id == 1);
    OK(case_task_open(c.db, &arena, span_text("ana"), 49, 2, tasks, 4, &count, &c.error));
    CHECK(count == 1 && tasks[0].id == 1);
    OK(case_task_overdue(c.db, TASK_PLAIN, 50, &overdue, &c.error));
    CHECK_INT(overdue, 1);
    OK(case_task_overdue(c.db, TASK_CONFIRM_IN_WRITING, 50, &overdue, &c.error));
    CHECK_INT(overdue, 0);
    OK(case_list_review(c.db, &arena, 89, &row, 1, &count, &c.error));
    CHECK_INT(count, 0);
    OK(case_list_review(c.db, &arena, 90, &row, 1, &count, &c.error));
    CHECK_INT(count, 1);
    OK(case_erase(c.db, span_text("a"), 100, &c.error));
    CHECK_SPAN(span_text(page(&c, &arena, CASE_STATE_ANY, "", "", "", 8)), "b");
    OK(case_read(c.db, &arena, span_text("a"), &row, &c.error));
    CHECK(row.erased_ms == 100 && row.title.size == 0 && row.officer.size == 0);
    OK(case_list_review(c.db, &arena, 90, &row, 1, &count, &c.error));
    CHECK_INT(count, 0);
    CHECK(!case_person_find(c.db, &arena, 1, &person, &c.error));
    error_clear(&c.error);
    OK(case_person_find(c.db, &arena, 2, &person, &c.error));
    CHECK(!case_task_find(c.db, &arena, 1, &task, &c.error));
    error_clear(&c.error);
    OK(case_task_find(c.db, &arena, 2, &task, &c.error));
    OK(case_note_list(c.db, &arena, span_text("a"), &note, 1, &count, &c.error));
    CHECK_INT(count, 0);
    OK(case_reference_list(c.db, &arena, span_text("b"), &note, 1, &count, &c.error));
    CHECK_INT(count, 1);
    OK(case_list_of_item(c.db, &arena, 7, &row, 1, &count, &c.error));
    CHECK(count == 1);
    CHECK_SPAN(row.number, "b");
}

CHECK_TEST(what_is_open_passes_from_one_officer_to_another)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct handover_row row = {.id = 1,
                               .unit = span_text("x"),
                               .giver = span_text("ana"),
                               .taker = span_text("bo"),
                               .matters = span_text("{}")};
    struct handover_row found;
    size_t count = 0;

    OK(put(&c, "a", "x", "ana", true) && put(&c, "b", "x", "ana", false));
    OK(handover_put(c.db, &row, &c.error));
    OK(handover_move_case(c.db, span_text("a"), row.giver, row.taker, span_text("ports"),
                          &c.error));
    OK(handover_move_case(c.db, span_text("b"), row.taker, row.giver, span_text("ports"),
                          &c.error)); /* not theirs */
    CHECK_SPAN(span_text(page(&c, &arena, CASE_STATE_ANY, "", "bo", "", 8)), "");
    OK(handover_move_case(c.db, span_text("b"), row.giver, row.taker, span_text("ports"),
                          &c.error));
    OK(handover_take(c.db, 1, 44, &c.error));
    CHECK_SPAN(span_text(page(&c, &arena, CASE_STATE_ANY, "", "bo", "", 8)), "b");
    CHECK_SPAN(span_text(page(&c, &arena, CASE_STATE_ANY, "ports", "", "", 8)), "b");
    CHECK_SPAN(span_text(page(&c, &arena, CASE_STATE_ANY, "x", "", "", 8)), "a");
    CHECK_SPAN(span_text(page(&c, &arena, CASE_STATE_ANY, "", "ana", "", 8)),
               "a"); /* a closed one stays */
    OK(handover_find(c.db, &arena, 1, &found, &c.error));
    CHECK_INT(found.taken_ms, 44);
    OK(handover_list(c.db, &arena, 0, &found, 1, &count, &c.error));
    CHECK_INT(count, 1);
    OK(handover_list(c.db, &arena, 1, &found, 1, &count, &c.error));
    CHECK_INT(count, 0);
}

/* The plan of a search by key, as the engine tells it. */
static bool plan_read(struct database *db, const char *sql, char *out, size_t size,
                      struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, err);
    enum statement_step step = STEP_FAILED;
    int column = database_kind(db) == DATABASE_SQLITE ? 3 : 0;

    if (s == NULL)
        return false;
    statement_bytes(s, 1, span_text("key"));
    statement_text(s, 2, span_text("ro-al"));
    statement_integer(s, 3, 51);
    out[0] = '\0';
    while ((step = statement_step(s, err)) == STEP_ROW) {
        size_t used = strlen(out);
        snprintf(out + used, size - used, "%.*s\n", SPAN_ARG(column_bytes(s, column)));
    }
    return step == STEP_DONE;
}

static void key_plan_check(struct engine_case *c, const char *sql)
{
    bool is_sqlite = database_kind(c->db) == DATABASE_SQLITE;
    char plan[4096];

    /* Without rows a server would scan and sort: it may not where another way is. */
    if (!is_sqlite)
        CHECK_OK(database_run(
                     c->db,
                     "set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off",
                     &c->error),
                 c->error);
    CHECK_OK(plan_read(c->db, sql, plan, sizeof plan, &c->error), c->error);
    bool is_ordered = strstr(plan, is_sqlite ? "B-TREE" : "Sort") == NULL;
    bool is_by_index = strstr(plan, is_sqlite ? "PRIMARY KEY" : "match_keys_pkey") != NULL ||
                       strstr(plan, "sqlite_autoindex_match_keys") != NULL;
    if (!is_ordered || !is_by_index)
        printf("%s", plan);
    CHECK(is_ordered && is_by_index);
}

/* However many records have a telephone, the first of them are read in the order of the key. */
CHECK_TEST(records_of_a_key_are_read_without_a_sort)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    bool is_sqlite = database_kind(c.db) == DATABASE_SQLITE;
    static char sql[2][2][1024]; /* the statement cache keeps their addresses */
    const char *texts[] = {key_find_sql, key_find_beyond_sql};

    for (size_t i = 0; i < 2; i++) {
        snprintf(sql[is_sqlite][i], sizeof sql[is_sqlite][i], "%s %s",
                 is_sqlite ? "explain query plan" : "explain", texts[i]);
        key_plan_check(&c, sql[is_sqlite][i]);
    }
}

static bool key(struct engine_case *c, const char *text, const char *scope, enum key_side side,
                int64_t object, int64_t part)
{
    struct key_row row = {span_text(text), span_text(scope), side, object, part};

    return key_put(c->db, &row, &c->error);
}

static size_t found(struct engine_case *c, const char *text, const char *scope, bool is_beyond)
{
    struct key_row rows[8];
    size_t count = 99;
    bool ok =
        is_beyond
            ? key_find_beyond(c->db, span_text(text), span_text(scope), rows, 8, &count, &c->error)
            : key_find(c->db, span_text(text), span_text(scope), rows, 8, &count, &c->error);

    return ok ? count : 98;
}

CHECK_TEST(keys_are_found_in_their_scope_and_go_with_what_they_are_of)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct touch_row touches[4];
    struct touch_row touch = {
        .id = 1, .entry = 7, .unit = span_text("x"), .side = KEY_CASE_PERSON, .object = 5};
    struct case_person_row suspect = {.id = 5, .number = span_text("a"), .body = span_text("{}")};
    struct case_person_row victim = {
        .id = 6, .number = span_text("a"), .category = 2, .body = span_text("{}")};
    size_t count = 0;

    OK(key(&c, "k", "ro-al", KEY_ITEM, 7, 0) && key(&c, "k", "ro-al", KEY_ITEM, 8, 1) &&
       key(&c, "k", "ro-al", KEY_ITEM, 8, 1) && key(&c, "k", "ro-al", KEY_ITEM, 8, 2) &&
       key(&c, "k", "gr-ro", KEY_ITEM, 9, 0) && key(&c, "k", "", KEY_CASE_PERSON, 5, 0) &&
       key(&c, "k", "!", KEY_CASE_PERSON, 6, 0) && key(&c, "other", "", KEY_CASE_PERSON, 5, 0));
    CHECK_INT(found(&c, "k", "ro-al", false), 3);
    CHECK_INT(found(&c, "k", "", false), 1);
    CHECK_INT(found(&c, "k", "ro-al", true), 2); /* the other agreement and the guarded one */
    OK(case_person_put(c.db, &suspect, &c.error) && case_person_put(c.db, &victim, &c.error));
    OK(key_rescope_case(c.db, span_text("a"), true, &c.error));
    CHECK_INT(found(&c, "k", "", false), 0);
    CHECK_INT(found(&c, "k", "!", false), 2);
    OK(key_rescope_case(c.db, span_text("a"), false, &c.error));
    CHECK_INT(found(&c, "k", "!", false), 1); /* the victim stays guarded */
    OK(key_drop_part(c.db, 8, 1, &c.error));
    CHECK_INT(found(&c, "k", "ro-al", false), 2);
    OK(touch_put(c.db, &touch, &c.error));
    touch.id = 2;
    OK(touch_put(c.db, &touch, &c.error)); /* told once */
    OK(touch_list(c.db, &arena, span_text(""), 0, touches, 4, &count, &c.error));
    CHECK_INT(count, 1);
    touch.unit = span_text("y");
    touch.entry = 8;
    OK(touch_put(c.db, &touch, &c.error));
    OK(touch_list(c.db, &arena, span_text("y"), 0, touches, 4, &count, &c.error));
    CHECK(count == 1 && touches[0].id == 2);
    OK(derived_erase(c.db, 8, &c.error));
    CHECK_INT(found(&c, "k", "ro-al", false), 1);
    OK(touch_list(c.db, &arena, span_text(""), 0, touches, 4, &count, &c.error));
    CHECK_INT(count, 1);
    OK(case_person_remove(c.db, 5, &c.error));
    CHECK_INT(found(&c, "other", "", false), 0);
    OK(touch_list(c.db, &arena, span_text(""), 0, touches, 4, &count, &c.error));
    CHECK_INT(count, 0);
    OK(case_erase(c.db, span_text("a"), 1, &c.error));
    CHECK_INT(found(&c, "k", "!", false), 0);
    CHECK_INT(found(&c, "k", "gr-ro", false), 1);
}

CHECK_TEST(what_is_registered_is_found_by_number_and_case)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct register_row row = {.id = 1,
                               .year = 2026,
                               .number = 1,
                               .case_number = span_text("a"),
                               .registrar = span_text("ana"),
                               .subject = span_text("lorry"),
                               .received_ms = 3,
                               .task = 9};
    struct translation_row translation = {
        .id = 1, .of = TRANSLATED_REGISTER, .object = 1, .text = span_text("text")};
    struct register_row rows[4];
    struct translation_row translations[2];
    size_t count = 0;

    OK(put(&c, "a", "x", "ana", true) && register_put(c.db, &row, &c.error));
    row.id = row.number = 2;
    row.case_number = span_text("b");
    OK(register_put(c.db, &row, &c.error));
    row.id = 3;
    CHECK(!register_put(c.db, &row, &c.error)); /* no number twice in a year */
    error_clear(&c.error);
    OK(register_list(c.db, &arena, span_text(""), 0, rows, 4, &count, &c.error));
    CHECK(count == 2 && rows[0].id == 2 && rows[1].task == 9);
    OK(register_list(c.db, &arena, span_text("b"), 2, rows, 4, &count, &c.error));
    CHECK_INT(count, 0);
    OK(register_confirm(c.db, 1, 2, &c.error));
    OK(register_find(c.db, &arena, 1, rows, &c.error));
    CHECK_INT(rows[0].confirmed, 2);
    OK(translation_put(c.db, &translation, &c.error));
    translation.id = 2;
    translation.of = TRANSLATED_ENTRY;
    OK(translation_put(c.db, &translation, &c.error));
    OK(translation_list(c.db, &arena, TRANSLATED_REGISTER, 1, 0, translations, 2, &count,
                        &c.error));
    CHECK(count == 1 && translations[0].id == 1);
    OK(derived_erase(c.db, 1, &c.error));
    OK(translation_list(c.db, &arena, TRANSLATED_ENTRY, 1, 0, translations, 2, &count, &c.error));
    CHECK_INT(count, 0);
    OK(case_erase(c.db, span_text("a"), 1, &c.error));
    OK(translation_list(c.db, &arena, TRANSLATED_REGISTER, 1, 0, translations, 2, &count,
                        &c.error));
    CHECK_INT(count, 0);
    OK(register_find(c.db, &arena, 1, rows, &c.error));
    CHECK(rows[0].subject.size == 0 && rows[0].number == 1); /* the number stays */
}

int main(void)
{
    RUN_ON_ENGINES(cases_come_by_number_whatever_the_filter);
    RUN_ON_ENGINES(a_case_goes_with_all_that_is_kept_of_it_and_of_no_other);
    RUN_ON_ENGINES(what_is_open_passes_from_one_officer_to_another);
    RUN_ON_ENGINES(keys_are_found_in_their_scope_and_go_with_what_they_are_of);
    RUN_ON_ENGINES(records_of_a_key_are_read_without_a_sort);
    RUN_ON_ENGINES(what_is_registered_is_found_by_number_and_case);
    return engines_end(check_end());
}
