/*
 * Joins of the own index: two records are one human being because an officer says so, with reason and case, and are not when one
 * says that; search, list, show and cross-check tell who else somebody is, over others who may be seen and over nobody else; who
 * may not be seen changes no byte; whoever is erased takes the joins along.
 * covers: own_join own_joined
 */
#include "check.h"
#include "desk/support/asked.h"
#include "desk/support/own_people.h"
#include "journal/private.h"
#include "store/own_join_rows.h"
#include "store/own_rows.h"

#include <stdio.h>

static struct pair pair;
static struct buffer answer, kept;
static struct error err;

/* 1 to 3 are one human being in three registers, 4 is a witness of the case k-1, 5 is somebody else. */
static const struct own_someone people[] = {
    {"1", "Gjergj", "Popaj", "1984-05-03", NULL, NULL, PERSON_SUSPECT, false, ""},
    {"2", "George", "Popay", "1984-03-05", NULL, "+355691234567", PERSON_SUSPECT, false, ""},
    {"3", "Gheorghe", "Popa", "1984", "BX1034567", NULL, PERSON_SUSPECT, false, ""},
    {"4", "Another", "Witness", "1984-05-03", NULL, NULL, PERSON_WITNESS, false, "k-1"},
    {"5", "Arben", "Krasniqi", "1990-11-21", NULL, NULL, PERSON_SUSPECT, false, ""},
};

static bool as(const char *officer, const char *act, const char *number, const char *arguments)
{
    struct asked asked = {officer, act, arguments, number, {NULL, 0}};

    return asked_run(&pair.nodes[0], &asked, &answer, &err);
}

static bool two(const char *officer, const char *act, const char *number, int one, int other)
{
    char arguments[100];

    snprintf(arguments, sizeof arguments,
             "{\"person\":%d,\"other\":%d,\"purpose\":\"investigation\"}", one, other);
    return as(officer, act, number, arguments);
}

static bool show(const char *officer, const char *number, int person)
{
    char arguments[100];

    snprintf(arguments, sizeof arguments, "{\"person\":%d,\"purpose\":\"investigation\"}", person);
    return as(officer, "own-show", number, arguments);
}

static bool has(const char *text)
{
    return answer_has(&answer, text);
}

static bool lacks(const char *text)
{
    return answer_lacks(&answer, text);
}

static void keep(void)
{
    buffer_clear(&kept);
    buffer_add(&kept, buffer_span(&answer));
}

static bool is_kept(void)
{
    bool same = span_equal(buffer_span(&kept), buffer_span(&answer));

    if (!same)
        printf("  %.*s\n  %.*s\n", SPAN_ARG(buffer_span(&kept)), SPAN_ARG(buffer_span(&answer)));
    return same;
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

#define SEARCHED "{\"query\":\"popaj gjergj 1984\",\"purpose\":\"investigation\",\"limit\":1}"

//= dir-2016-680 art 4(1)(d)
CHECK_TEST(two_records_are_one_when_an_officer_says_so)
{
    CHECK_OK(show("ana", "c-1", 1), err);
    CHECK(lacks("join"));
    CHECK_OK(two("ana", "own-join", "c-1", 2, 1), err);
    CHECK(has("{\"person\":2,\"other\":1,\"joined_at\":\""));
    CHECK_OK(pair_work(&pair.nodes[0], newest_entry, NULL, &err), err);
    CHECK(has("\"act\":\"own-join\"") && has("\"objects\":[\"own-person 2\",\"own-person 1\"]") &&
          has("\"reason\":\"test\"") && has("\"case_id\":\"c-1\""));
    CHECK_OK(show("ana", "c-1", 1), err);
    CHECK(has("\"joined\":[2],\"joins\":[{\"person\":2,\"officer\":\"ana\",\"at\":\"") &&
          has("\"case\":\"c-1\",\"reason\":\"test\"}]"));
    CHECK_OK(as("ana", "own-search", "c-1", SEARCHED), err);
    CHECK(has("\"list\":[{\"person\":1,") && has("\"joined\":[2]"));
    CHECK_OK(pair_work(&pair.nodes[0], newest_entry, NULL, &err), err);
    CHECK(has("\"own-person 1\",\"own-person 2\"]")); /* who is told is who was shown */
    /* Each record stays what it is. */
    CHECK_OK(show("ana", "c-1", 2), err);
    CHECK(has("Popay") && lacks("Popaj"));
}

CHECK_TEST(joins_reach_over_others_and_stand_once)
{
    CHECK_OK(two("ana", "own-join", "c-1", 2, 3), err);
    CHECK_OK(show("ana", "c-1", 1), err);
    CHECK(has("\"joined\":[2,3],\"joins\":[{\"person\":2,"));
    CHECK(!two("border", "own-join", "c-1", 1, 2));
    CHECK_ERROR(err, ERROR_CONFLICT, "officer ana joined these two already");
    CHECK(!two("ana", "own-join", "c-1", 1, 1));
    CHECK_ERROR(err, ERROR_INPUT, "other");
    CHECK(!two("ana", "own-join", "c-1", 1, 99));
    CHECK_ERROR(err, ERROR_MISSING, "no such person");
    CHECK(!two("ana", "own-join", NULL, 1, 5));
    CHECK_ERROR(err, ERROR_INPUT, "a case is required");
    CHECK(!two("dpo", "own-join", "c-1", 1, 5));
    CHECK_INT(err.kind, ERROR_RULE);
}

/* A witness elsewhere was joined with an open record, by the unit that keeps them. */
//= dir-2016-680 art 6
CHECK_TEST(a_join_with_whom_one_may_not_see_changes_no_byte)
{
    static const char listed[] = "{\"query\":\"popa\",\"purpose\":\"investigation\"}";

    CHECK_OK(show("ana", "c-1", 1), err);
    keep();
    CHECK(!two("ana", "own-join", "c-1", 3, 4)); /* as if there were none */
    CHECK_ERROR(err, ERROR_MISSING, "no such person");
    CHECK_OK(two("border", "own-join", "k-1", 3, 4), err);
    CHECK_OK(two("border", "own-join", "k-1", 4, 5), err); /* 5 is reached over the witness alone */
    CHECK_OK(show("ana", "c-1", 1), err);
    CHECK(is_kept());
    CHECK_OK(show("ana", "c-1", 5), err);
    CHECK(lacks("join"));
    CHECK_OK(as("ana", "own-search", "c-1", listed), err);
    CHECK(lacks("4]") && lacks("5]") && has("\"joined\":[1,2]"));
    CHECK(!two("ana", "own-part", "c-1", 3, 4));
    CHECK_ERROR(err, ERROR_MISSING, "no such person");
    /* In the witness's own case all are one, and others do not read why. */
    CHECK_OK(show("border", "k-1", 1), err);
    CHECK(has("\"joined\":[2,3,4,5]"));
    CHECK_OK(show("border", "k-1", 4), err);
    CHECK(has("\"joins\":[{\"person\":3,\"officer\":\"border\",") &&
          has("\"case\":\"k-1\",\"reason\":\"test\""));
    CHECK_OK(two("border", "own-part", "k-1", 5, 4), err);
}

CHECK_TEST(the_reason_of_a_restricted_case_is_for_those_who_see_it)
{
    CHECK_OK(two("border", "own-join", "k-2", 1, 5), err);
    CHECK_OK(show("duty", "c-1", 5), err);
    CHECK(has("\"joins\":[{\"person\":1,\"officer\":\"border\",\"at\":\"") && lacks("k-2") &&
          lacks("\"reason\""));
    CHECK_OK(show("border", "k-2", 5), err);
    CHECK(has("\"case\":\"k-2\",\"reason\":\"test\""));
    CHECK_OK(two("ana", "own-part", "c-1", 5, 1), err);
}

//= dir-2016-680 art 16(1)
CHECK_TEST(who_is_parted_is_two_again_and_both_sayings_stay)
{
    CHECK_OK(two("ana", "own-part", "c-1", 1, 2), err);
    CHECK(has("\"parted_at\":\""));
    CHECK_OK(pair_work(&pair.nodes[0], newest_entry, NULL, &err), err);
    CHECK(has("\"act\":\"own-part\"") && has("\"own-person 1\",\"own-person 2\""));
    CHECK_OK(show("ana", "c-1", 1), err);
    CHECK(lacks("\"joined\":["));
    CHECK(has("\"parted\":{\"officer\":\"ana\",\"at\":\"") &&
          has("\"case\":\"c-1\",\"reason\":\"test\"}}"));
    CHECK_OK(as("ana", "own-search", "c-1", SEARCHED), err);
    CHECK(lacks("joined"));
    CHECK(!two("ana", "own-part", "c-1", 1, 2));
    CHECK_INT(err.kind, ERROR_MISSING);
    CHECK_OK(two("ana", "own-join", "c-1", 1, 2), err);
    CHECK_OK(show("ana", "c-1", 2), err);
    CHECK(has("\"joined\":[1,3]"));
}

static bool list_link(const char *number)
{
    static const struct own_someone listed = {
        "a", "Gjergj", "Popaj", "1984-05-03", NULL, NULL, PERSON_SUSPECT, false, ""};
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct asked asked = {
        "chief", "own-link", "{\"purpose\":\"investigation\"}", number, {NULL, 0}};

    if (!own_people_slice(&listed, 1, &body))
        return false;
    asked.body = buffer_span(&body);
    return asked_run(&pair.nodes[0], &asked, &answer, &err);
}

CHECK_TEST(a_list_is_told_who_else_somebody_is)
{
    CHECK_OK(list_link("c-1"), err);
    CHECK(has("\"joined\":[2,3]}"));
}

static bool hundred_put(struct journal *journal, void *context, struct error *e)
{
    (void)context;
    for (int64_t i = 0; i < 100; i++) {
        struct own_row row = {.source = span_text("many"),
                              .case_number = span_text("k-1"),
                              .category = PERSON_WITNESS,
                              .guard = OWN_GUARD_PROTECTED,
                              .changed = 1000 + i,
                              .body = span_text("{}")};
        struct own_join_row join = {.id = 1000 + i,
                                    .one = 5,
                                    .officer = span_text("border"),
                                    .case_number = span_text("k-1"),
                                    .reason = span_text("test"),
                                    .joined_ms = 1};
        char external[16];
        bool is_new;
        snprintf(external, sizeof external, "h%d", (int)i);
        row.external = span_text(external);
        if (!own_put(journal->db, &row, &join.other, &is_new, e) ||
            !own_join_put(journal->db, &join, e))
            return false;
    }
    return true;
}

/* A hundred witnesses, then one who may be seen: no bound is filled by those who may not. */
CHECK_TEST(hidden_joins_fill_no_bound)
{
    CHECK_OK(pair_work(&pair.nodes[0], hundred_put, NULL, &err), err);
    CHECK_OK(show("ana", "c-1", 5), err);
    CHECK(lacks("\"joined\":["));
    struct own_join_row last = {.id = 2000,
                                .one = 1,
                                .other = 5,
                                .officer = span_text("ana"),
                                .case_number = span_text("c-1"),
                                .reason = span_text("test"),
                                .joined_ms = 1};
    CHECK(own_join_put(pair.nodes[0].journal.db, &last, &err));
    CHECK_OK(show("ana", "c-1", 5), err);
    CHECK(has("\"joined\":[1,2,3]") && has("{\"person\":1,\"officer\":\"ana\""));
    CHECK_OK(show("border", "k-1", 5), err);
    CHECK(has("\"joined\":[1,2,3,4,1000,") && has(",1015],\"joins\""));
}

//= dir-2016-680 art 16(2)
CHECK_TEST(who_is_erased_takes_the_joins_along)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct own_join_row rows[8];
    size_t count = 9;

    CHECK_OK(as("ana", "own-remove", "c-1", "{\"person\":2,\"purpose\":\"investigation\"}"), err);
    CHECK_OK(show("ana", "c-1", 1), err);
    CHECK(has("\"joined\":[5],\"joins\":[") && lacks("\"person\":2"));
    CHECK(own_join_list(pair.nodes[0].journal.db, &arena, 2, true, 0, rows, 8, &count, &err));
    CHECK_INT(count, 0);
}

int main(void)
{
    struct asked open = {
        "border", "case-put", "{\"number\":\"k-1\",\"title\":\"Witness\"}", "", {NULL, 0}};
    struct asked restricted = {"border",
                               "case-put",
                               "{\"number\":\"k-2\",\"title\":\"Closed\",\"restricted\":true}",
                               "",
                               {NULL, 0}};

    answer = buffer_make(4 << 20);
    kept = buffer_make(4 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    if (!asked_officer(&pair.nodes[0], "chief", "desk", "head_of_desk", &answer, &err) ||
        !asked_officer(&pair.nodes[0], "border", "border", "investigator", &answer, &err) ||
        !asked_officer(&pair.nodes[0], "duty", "desk", "duty_officer", &answer, &err) ||
        !asked_officer(&pair.nodes[0], "dpo", "desk", "dpo", &answer, &err) ||
        !asked_run(&pair.nodes[0], &open, &answer, &err) ||
        !asked_run(&pair.nodes[0], &restricted, &answer, &err) || !own_people_open(&pair, &err) ||
        !own_people_put(&pair, "register", people, ARRAY_COUNT(people), &err)) {
        printf("%s\n", err.text);
        return 1;
    }
    CHECK_RUN(two_records_are_one_when_an_officer_says_so);
    CHECK_RUN(joins_reach_over_others_and_stand_once);
    CHECK_RUN(a_join_with_whom_one_may_not_see_changes_no_byte);
    CHECK_RUN(the_reason_of_a_restricted_case_is_for_those_who_see_it);
    CHECK_RUN(who_is_parted_is_two_again_and_both_sayings_stay);
    CHECK_RUN(a_list_is_told_who_else_somebody_is);
    CHECK_RUN(hidden_joins_fill_no_bound);
    CHECK_RUN(who_is_erased_takes_the_joins_along);
    own_people_close(&pair);
    pair_free(&pair);
    buffer_free(&answer);
    buffer_free(&kept);
    return check_end();
}
