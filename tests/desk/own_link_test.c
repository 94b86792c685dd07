/*
 * Linking a list with the own index: each person of the list has an element with those who may be the same, how likely and why;
 * nothing is entered; who was asked for and who was shown stands in the log; of whom the officer may not see no byte tells;
 * thresholds are told with what was measured at them, as docs/search.md has it.
 * covers: own_link own_alike own_ident own_least own_object
 */
#include "check.h"
#include "desk/own_least.h"
#include "desk/own_link.h"
#include "desk/support/asked.h"
#include "desk/support/own_people.h"
#include "journal/private.h"
#include "store/own_rows.h"

#include <stdio.h>

static struct pair pair;
static struct buffer answer;
static struct error err;

static const struct own_someone people[] = {
    {"1", "Gjergj", "Popaj", "1984-05-03", "BX1034567", "+355691234567", PERSON_SUSPECT, false, ""},
    {"2", "Arben", "Krasniqi", "1990-11-21", NULL, NULL, PERSON_SUSPECT, false, ""},
    {"3", "Mirela", "Dumitrescu", "2001-02-03", NULL, NULL, PERSON_VICTIM, false, "c-1"},
    {"4", "Ilir", "Hoxha", "1971-01-09", NULL, NULL, PERSON_SUSPECT, false, ""},
};

static const struct own_someone list[] = {
    {"a", "Gheorghe", "Popaj", "1984-05-03", NULL, NULL, PERSON_SUSPECT, false, ""},
    {"b", "Quite", "Unknown", "1955-05-05", NULL, NULL, PERSON_SUSPECT, false, ""},
    {"c", "Other", "Name", NULL, "BX 103-4567", NULL, PERSON_SUSPECT, false, ""},
    {"d", "Mirela", "Dumitrescu", "2001-02-03", NULL, NULL, PERSON_SUSPECT, false, ""},
};

static bool link_as(const char *officer, const char *number, const char *more,
                    const struct own_someone *from, size_t count)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char arguments[120];
    struct asked asked = {officer, "own-link", arguments, number, {NULL, 0}};

    snprintf(arguments, sizeof arguments, "{\"purpose\":%s}", more);
    if (!own_people_slice(from, count, &body))
        return false;
    asked.body = buffer_span(&body);
    return asked_run(&pair.nodes[0], &asked, &answer, &err);
}

static bool has(const char *text)
{
    return answer_has(&answer, text);
}

static bool lacks(const char *text)
{
    return answer_lacks(&answer, text);
}

CHECK_TEST(each_person_of_a_list_has_those_who_may_be_the_same)
{
    CHECK_OK(link_as("chief", "c-1", "\"investigation\"", list, 3), err);
    CHECK(has("{\"people\":[{\"external\":\"a\",\"list\":[{\"person\":1,\"source\":\"register\","
              "\"external\":\"1\",\"category\":\"suspect\",\"score\":\"0.9"));
    CHECK(has("\"birth date is equal: +") && has("\"name_likeness_percent\":"));
    CHECK(has(
        "{\"external\":\"b\",\"list\":[],\"more\":false},{\"external\":\"c\",\"list\":[{\"person\":1,"));
    CHECK(has("\"document is the person's, look-alike characters set aside\""));
    CHECK(lacks("Gjergj") &&
          lacks("1984")); /* a list shows no more than is needed to look further */
}

CHECK_TEST(a_threshold_keeps_out_and_says_how_good_it_is)
{
    static const struct own_someone namesake = {"n",  "Ilir",         "Hoxhaj", NULL, NULL,
                                                NULL, PERSON_SUSPECT, false,    ""};

    CHECK_OK(link_as("chief", "c-1", "\"investigation\",\"least_percent\":0", &namesake, 1), err);
    CHECK(has("\"list\":[{\"person\":4,") && has("\"least\":{\"percent\":0}"));
    CHECK_OK(link_as("chief", "c-1", "\"investigation\",\"least_percent\":99", &namesake, 1), err);
    CHECK(has("\"list\":[],\"more\":false"));
    CHECK(has(
        "\"least\":{\"percent\":99,\"measured_percent\":90,\"name_and_birth\":{\"found\":\"0."));
    CHECK_OK(link_as("chief", "c-1", "\"investigation\"", &namesake, 1), err);
    CHECK(has("\"least\":{\"percent\":50,\"measured_percent\":50,"));
    CHECK(!link_as("chief", "c-1", "\"investigation\",\"least_percent\":101", &namesake, 1));
    CHECK_ERROR(err, ERROR_INPUT, "least_percent");
}

CHECK_TEST(what_was_measured_stands_in_the_page)
{
    struct buffer page CLEANUP(buffer_free) = buffer_make(1 << 20);
    FILE *file = fopen(BESA_SOURCE_DIR "/docs/search.md", "r");
    char row[200];
    int byte;

    CHECK_OR_RETURN(file != NULL);
    while ((byte = fgetc(file)) != EOF)
        buffer_byte(&page, (uint8_t)byte);
    fclose(file);
    for (size_t i = 0; i < own_measured_count; i++) {
        const struct own_measured *at = &own_measured[i];
        int size =
            snprintf(row, sizeof row, "\n| 0.%u | 0.%03u (", at->percent / 10, at->dated.found);
        CHECK(memmem(page.data, page.size, row, (size_t)size) != NULL);
        const unsigned others[] = {at->dated.another, at->name.found, at->name.another};
        for (size_t k = 0; k < ARRAY_COUNT(others); k++) {
            size = snprintf(row, sizeof row, " | 0.%03u (", others[k]);
            CHECK(memmem(page.data, page.size, row, (size_t)size) != NULL);
        }
    }
    CHECK(own_measured_at(29) == NULL && own_measured_at(30) == own_measured);
    CHECK(own_measured_at(100) == &own_measured[own_measured_count - 1]);
}

static bool newest_entry(struct journal *journal, void *context, struct error *e)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row row;
    struct span body;
    (void)context;

    buffer_clear(&answer);
    return entry_find(journal->db, &arena, journal->next_entry - 1, &row, e) &&
           journal_body(journal, &row, &arena, &body, e) && buffer_add(&answer, body);
}

CHECK_TEST(who_was_asked_for_and_who_was_shown_stand_in_the_log_and_nothing_else)
{
    int64_t before = 0, after = 0;
    int64_t people_before = 0, people_after = 0;

    CHECK(own_changed(pair.nodes[0].journal.db, &before, &err) &&
          own_count(pair.nodes[0].journal.db, &people_before, &err));
    CHECK_OK(link_as("chief", "c-1", "\"prosecution\"", list, 2), err);
    CHECK_OK(pair_work(&pair.nodes[0], newest_entry, NULL, &err), err);
    CHECK(has("\"act\":\"own-link\"") && has("\"officer\":\"chief\"") &&
          has("\"case_id\":\"c-1\""));
    CHECK(has("\"objects\":[\"asked Popaj Gheorghe 1984-05-03\",\"own-person 1\",\"asked Unknown "
              "Quite 1955-05-05\"]"));
    CHECK(own_changed(pair.nodes[0].journal.db, &after, &err) &&
          own_count(pair.nodes[0].journal.db, &people_after, &err));
    CHECK(before == after && people_before == people_after);
}

CHECK_TEST(of_whom_one_may_not_see_no_byte_tells)
{
    static const struct own_someone hidden[] = {
        {"9", "Gheorghe", "Popaj", "1984-05-03", "BX1034567", NULL, PERSON_SUSPECT, true, "c-1"}};
    struct buffer before CLEANUP(buffer_free) = buffer_make(65536);

    CHECK_OK(link_as("chief", "c-2", "\"investigation\"", list, 4), err);
    CHECK(has("{\"external\":\"d\",\"list\":[],\"more\":false}"));
    buffer_add(&before, buffer_span(&answer));
    CHECK_OK(own_people_put(&pair, "register", hidden, 1, &err), err);
    CHECK_OK(link_as("chief", "c-2", "\"investigation\"", list, 4), err);
    CHECK(span_equal(buffer_span(&before), buffer_span(&answer)));
    CHECK_OK(link_as("chief", "c-2", "\"missing_persons\"", list, 4), err);
    CHECK(has("{\"external\":\"d\",\"list\":[{\"person\":3,") && lacks("\"person\":5"));
    CHECK_OK(link_as("chief", "c-1", "\"investigation\"", list, 4), err); /* the own case */
    CHECK(has("\"person\":5") && has("\"person\":3"));
}

CHECK_TEST(what_is_too_much_wrong_or_not_ones_own_is_refused)
{
    static struct own_someone many[OWN_LINK_MAX + 1];
    struct asked broken = {"chief", "own-link", "{\"purpose\":\"investigation\"}", "c-1",
                           span_text("no slice")};

    for (size_t i = 0; i < ARRAY_COUNT(many); i++)
        many[i] = list[1];
    CHECK_OK(link_as("chief", "c-1", "\"investigation\"", many, OWN_LINK_MAX), err);
    CHECK(!link_as("chief", "c-1", "\"investigation\"", many, OWN_LINK_MAX + 1));
    CHECK_ERROR(err, ERROR_LIMIT, "at most 20");
    CHECK(!asked_run(&pair.nodes[0], &broken, &answer, &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK(!link_as("chief", "c-1", "\"curiosity\"", list, 1));
    CHECK_ERROR(err, ERROR_INPUT, "purpose");
    CHECK(!link_as("chief", NULL, "\"investigation\"", list, 1));
    CHECK_ERROR(err, ERROR_INPUT, "a case is required");
    CHECK(!link_as("duty", "c-1", "\"investigation\"", list, 1));
    CHECK_INT(err.kind, ERROR_RULE);
    own_people_close(&pair);
    CHECK(!link_as("chief", "c-1", "\"investigation\"", list, 1));
    CHECK_ERROR(err, ERROR_BUSY, "besa serve");
    CHECK_OK(own_people_open(&pair, &err), err);
}

int main(void)
{
    struct asked other = {
        "chief", "case-put", "{\"number\":\"c-2\",\"title\":\"Other\"}", "", {NULL, 0}};

    answer = buffer_make(4 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    if (!asked_officer(&pair.nodes[0], "chief", "desk", "head_of_desk", &answer, &err) ||
        !asked_officer(&pair.nodes[0], "duty", "desk", "duty_officer", &answer, &err) ||
        !asked_run(&pair.nodes[0], &other, &answer, &err) || !own_people_open(&pair, &err) ||
        !own_people_put(&pair, "register", people, ARRAY_COUNT(people), &err)) {
        printf("%s\n", err.text);
        return 1;
    }
    CHECK_RUN(each_person_of_a_list_has_those_who_may_be_the_same);
    CHECK_RUN(a_threshold_keeps_out_and_says_how_good_it_is);
    CHECK_RUN(what_was_measured_stands_in_the_page);
    CHECK_RUN(who_was_asked_for_and_who_was_shown_stand_in_the_log_and_nothing_else);
    CHECK_RUN(of_whom_one_may_not_see_no_byte_tells);
    CHECK_RUN(what_is_too_much_wrong_or_not_ones_own_is_refused);
    own_people_close(&pair);
    pair_free(&pair);
    buffer_free(&answer);
    return check_end();
}
