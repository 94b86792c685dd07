/*
 * Cross-check by likeness: people of the own index whom a request may mean stand beside those who are found exactly, marked, with
 * score and reasons, from the measured threshold on; once, twenty at most, and named in the log; of whom the reader may not see, and
 * who is protected elsewhere, no byte tells; the warning before sending knows nothing of it.
 */
#include "check.h"
#include "desk/crosscheck.h"
#include "desk/own_form.h"
#include "desk/support/asked.h"
#include "desk/support/own_people.h"
#include "journal/private.h"
#include "message/support/samples.h"

#include <stdio.h>

static struct pair pair;
static struct buffer answer, kept;
static struct error err;

static const struct own_someone people[] = {
    {"1", "Gjergj", "Popaj", "1984-05-03", NULL, NULL, PERSON_SUSPECT, false, ""},
    {"2", "Arben", "Krasniqi", "1990-11-21", NULL, NULL, PERSON_SUSPECT, false, ""},
    {"3", "Gentiana", "Leka", "1971-01-09", NULL, NULL, PERSON_SUSPECT, false, ""},
};

static bool as(const char *officer, const char *act, const char *number, const char *arguments,
               struct span body)
{
    struct asked asked = {officer, act, arguments, number, body};

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

static struct person person_of(const struct own_someone *who, struct person_name *name,
                               struct person_document *document)
{
    *name = (struct person_name){.family = span_text(who->family), .given = span_text(who->given)};
    struct person person = {.marking = sample_persons[0].marking,
                            .category = PERSON_SUSPECT,
                            .names = name,
                            .name_count = 1,
                            .birth_date = span_text(who->birth),
                            .link_to_purpose = span_text("test")};

    if (who->document != NULL) {
        *document =
            (struct person_document){DOCUMENT_PASSPORT, span_text(who->document), span_text("AL")};
        person.documents = document;
        person.document_count = 1;
    }
    return person;
}

static bool request_of(const struct own_someone *who, unsigned number, const char *authority,
                       struct buffer *out)
{
    struct person_document document;
    struct person_name name;
    struct person person = person_of(who, &name, &document);
    char reference[24];
    struct request request = sample_request_numbered(number, reference);

    request.authority = span_text(authority);
    request.persons = &person;
    request.person_count = 1;
    request.facts = span_text("facts of a test");
    request.asked = span_text("who is it");
    request.foreign_reference_count = 0;
    return request_write(&request, out);
}

/* From Albania to Romania, accepted there. */
static bool from_albania(const struct own_someone *who, unsigned number, char item[UUID_TEXT_SIZE])
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer out CLEANUP(buffer_free) = buffer_make(65536);

    error_clear(&err);
    if (!request_of(who, number, "Qendra e Bashkëpunimit (test)", &body) ||
        !pair_act(&pair.nodes[1], "request-send", "{\"agreement\":\"ro-al\"}", buffer_span(&body),
                  &out, &err))
        return false;
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    return true;
}

static bool check(const char *officer, const char *number, const char *item)
{
    char arguments[80];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    return as(officer, "crosscheck-show", number, arguments, span_text(""));
}

static size_t near_count(void)
{
    size_t count = 0;

    for (const uint8_t *at = answer.data;
         (at = memmem(at, answer.size - (size_t)(at - answer.data), "\"near\"", 6)) != NULL; at++)
        count++;
    return count;
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

static char popaj_item[UUID_TEXT_SIZE];
static const struct own_someone popaj = {
    "", "Gheorghe", "Popai", "1984-05-03", NULL, NULL, PERSON_SUSPECT, false, ""};

CHECK_TEST(who_is_only_like_stands_beside_who_is_found)
{
    static const struct own_someone exact = {
        "", "Arben", "Krasniqi", "1990-11-21", NULL, NULL, PERSON_SUSPECT, false, ""};
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(from_albania(&popaj, 1, popaj_item));
    CHECK_OK(check("duty", "c-1", popaj_item), err);
    CHECK(has("\"list\":[{\"what\":\"own_person\",\"person\":1,\"category\":\"suspect\",\"source\":"
              "\"register\",\"by\":[],\"near\":true,\"score\":\"0."));
    CHECK(has("\"birth date is equal: +") && has("\"more\":false,\"least\":{\"percent\":70,"));
    CHECK(lacks("Gjergj") && lacks("1984"));
    CHECK_OK(pair_work(&pair.nodes[0], newest_entry, NULL, &err), err);
    CHECK(has("\"act\":\"crosscheck-show\"") && has("\"own-person 1\"]"));
    CHECK_OR_RETURN(from_albania(&exact, 2, item));
    CHECK_OK(check("duty", "c-1", item), err);
    CHECK(has("\"list\":[{\"what\":\"own_person\",\"person\":2,\"category\":\"suspect\",\"source\":"
              "\"register\",\"by\":[\"name_birth\"]}],\"more\":false")); /* once */
}

CHECK_TEST(below_the_threshold_nobody_is_told)
{
    static const struct own_someone like = {
        "", "Gentian", "Lekaj", "1999-12-30", NULL, NULL, PERSON_SUSPECT, false, ""};
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(from_albania(&like, 3, item));
    CHECK_OK(as("duty", "own-search", "c-1",
                "{\"query\":\"Lekaj Gentian 1999-12-30\",\"purpose\":\"investigation\"}",
                span_text("")),
             err);
    CHECK(has("\"person\":3")); /* a search shows her, far down */
    CHECK_OK(check("duty", "c-1", item), err);
    CHECK(has("\"list\":[],\"more\":false"));
}

CHECK_TEST(the_warning_before_sending_knows_nothing_of_it)
{
    struct buffer draft CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    CHECK(request_of(&popaj, 4, "Centrul de Cooperare (test)", &draft));
    CHECK_OK(as("duty", "duplicate-check", "c-1", "{\"agreement\":\"ro-al\"}", buffer_span(&draft)),
             err);
    CHECK(lacks("near") && lacks("own_person") && lacks("least"));
}

CHECK_TEST(who_was_joined_with_them_is_told)
{
    CHECK_OK(as("duty", "own-join", "c-1",
                "{\"person\":1,\"other\":3,\"purpose\":\"investigation\"}", span_text("")),
             err);
    CHECK_OK(check("duty", "c-1", popaj_item), err);
    CHECK(has("\"joined\":[3]}]"));
    CHECK_OK(pair_work(&pair.nodes[0], newest_entry, NULL, &err), err);
    CHECK(has("\"own-person 1\",\"own-person 3\"]"));
}

/* One is a witness of the case k-1; the other's passport is a victim's there; a third is joined with the first. */
//= dir-2016-680 art 6
CHECK_TEST(of_whom_the_reader_may_not_see_no_byte_tells)
{
    static const struct own_someone hidden[] = {
        {"7", "Gheorghe", "Popay", "1984-05-03", NULL, NULL, PERSON_WITNESS, false, "k-1"},
        {"8", "George", "Popaj", "1984-05-03", "DR1034567", NULL, PERSON_SUSPECT, false, ""},
    };
    static const struct own_someone victim = {"",   "Dvojna",      "Uloga", "1988", "DR1034567",
                                              NULL, PERSON_VICTIM, false,   ""};
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct person_document document;
    struct person_name name;
    struct person person = person_of(&victim, &name, &document);

    person.category = PERSON_VICTIM;
    CHECK_OK(check("duty", "c-1", popaj_item), err);
    keep();
    CHECK(own_person_write(&person, &body));
    CHECK_OK(as("border", "case-person-put", "", "{\"number\":\"k-1\"}", buffer_span(&body)), err);
    CHECK_OK(own_people_put(&pair, "register", hidden, 1, &err), err);
    CHECK_OK(as("border", "own-join", "k-1",
                "{\"person\":4,\"other\":1,\"purpose\":\"investigation\"}", span_text("")),
             err);
    CHECK_OK(check("duty", "c-1", popaj_item), err);
    CHECK(is_kept());
    /* An open record, which a search shows: it makes the index larger, and so the others' scores a little lower. */
    CHECK_OK(own_people_put(&pair, "register", hidden + 1, 1, &err), err);
    CHECK_OK(check("duty", "c-1", popaj_item), err);
    CHECK(near_count() == 1 && lacks("\"person\":5") && has("\"more\":false"));
    CHECK_OK(check("border", "k-1", popaj_item), err); /* the witness in the own case */
    CHECK(has("{\"what\":\"own_person\",\"person\":4,\"category\":\"witness\"") &&
          has("\"joined\":[1,3]") && lacks("\"person\":5"));
}

static bool namesakes_put(const char *family, int from, int count, const char *number,
                          enum person_category category)
{
    static char external[64][16];
    struct own_someone list[64];

    for (int i = 0; i < count; i++) {
        snprintf(external[i], sizeof external[i], "m%d", from + i);
        list[i] = (struct own_someone){external[i], "Gheorghe", family, "1984-05-03", NULL,
                                       NULL,        category,   false,  number};
    }
    return own_people_put(&pair, "many", list, (size_t)count, &err);
}

CHECK_TEST(twenty_are_told_and_the_hidden_do_not_count)
{
    CHECK_OK(check("duty", "c-1", popaj_item), err);
    keep();
    CHECK_OK(namesakes_put("Popay", 0, 40, "k-1", PERSON_WITNESS), err);
    CHECK_OK(check("duty", "c-1", popaj_item), err);
    CHECK(is_kept());
    CHECK_OK(namesakes_put("Popaj", 40, 19, "", PERSON_SUSPECT), err);
    CHECK_OK(check("duty", "c-1", popaj_item), err);
    CHECK_INT((int64_t)near_count(), 20);
    CHECK(has("\"more\":false"));
    CHECK_OK(namesakes_put("Popaj", 59, 1, "", PERSON_SUSPECT), err);
    CHECK_OK(check("duty", "c-1", popaj_item), err);
    CHECK(has("\"more\":true"));
}

/* Sixty records of one who is a witness in another case are more than the search gives: that it was cut is not told. */
CHECK_TEST(those_who_fill_the_search_and_are_protected_elsewhere_leave_no_trace)
{
    static const struct own_someone berisha = {
        "", "Gheorghe", "Berisa", "1984-05-03", NULL, NULL, PERSON_SUSPECT, false, ""};
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(from_albania(&berisha, 5, item));
    CHECK_OK(namesakes_put("Berisha", 100, 60, "", PERSON_SUSPECT), err);
    CHECK_OK(check("duty", "c-1", item), err);
    CHECK_INT((int64_t)near_count(), 20);
    CHECK_OK(namesakes_put("Berisha", 160, 1, "k-1", PERSON_WITNESS), err);
    CHECK_OK(check("duty", "c-1", item), err);
    CHECK(near_count() == 0 && has("\"list\":[],\"more\":false"));
}

CHECK_TEST(without_search_files_the_exact_ones_are_told)
{
    own_people_close(&pair);
    CHECK_OK(check("duty", "c-1", popaj_item), err);
    CHECK(has("\"list\":[],\"more\":false"));
    CHECK_OK(own_people_open(&pair, &err), err);
}

int main(void)
{
    struct asked open = {
        "border", "case-put", "{\"number\":\"k-1\",\"title\":\"Witness\"}", "", {NULL, 0}};

    answer = buffer_make(4 << 20);
    kept = buffer_make(4 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    if (!asked_officer(&pair.nodes[0], "duty", "desk", "duty_officer", &answer, &err) ||
        !asked_officer(&pair.nodes[0], "border", "border", "investigator", &answer, &err) ||
        !asked_run(&pair.nodes[0], &open, &answer, &err) || !own_people_open(&pair, &err) ||
        !own_people_put(&pair, "register", people, ARRAY_COUNT(people), &err)) {
        printf("%s\n", err.text);
        return 1;
    }
    CHECK_RUN(who_is_only_like_stands_beside_who_is_found);
    CHECK_RUN(below_the_threshold_nobody_is_told);
    CHECK_RUN(the_warning_before_sending_knows_nothing_of_it);
    CHECK_RUN(who_was_joined_with_them_is_told);
    CHECK_RUN(of_whom_the_reader_may_not_see_no_byte_tells);
    CHECK_RUN(twenty_are_told_and_the_hidden_do_not_count);
    CHECK_RUN(those_who_fill_the_search_and_are_protected_elsewhere_leave_no_trace);
    CHECK_RUN(without_search_files_the_exact_ones_are_told);
    own_people_close(&pair);
    pair_free(&pair);
    buffer_free(&answer);
    buffer_free(&kept);
    return check_end();
}
