/*
 * Cases: opened, changed, assigned, closed with a day of review, opened again, erased; people in the category of the case,
 * with the fields that the category allows and for those who may see them; notes, references, tasks; the list by its
 * filters; and a hand-over that both sign. Every one of these stands in the log under its case.
 * covers: case case_item case_show case_work handover handover_matters case_rows case_work_rows
 */
#include "check.h"
#include "desk/case.h"
#include "desk/own_form.h"
#include "desk/support/asked.h"
#include "journal/private.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"

#include <stdio.h>

static struct pair pair;
static struct buffer answer;
static struct error err;

#define DAY_MS INT64_C(86400000)

/* --- one act by one officer --- */

static bool as(const char *officer, const char *act, const char *arguments)
{
    struct asked asked = {officer, act, arguments, NULL, {NULL, 0}};

    return asked_run(&pair.nodes[0], &asked, &answer, &err);
}

static bool as_for(const char *for_case, const char *officer, const char *act)
{
    struct asked asked = {officer, act, "{}", for_case, {NULL, 0}};

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

static bool person_in(const char *number, const char *more, enum person_category category,
                      const char *family, const char *occupation)
{
    struct person person = sample_persons[0];
    struct person_name name = {.family = span_text(family), .given = span_text("Test")};
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char arguments[200];
    struct asked asked = {"ana", "case-person-put", arguments, NULL, {NULL, 0}};

    person.category = category;
    person.is_minor = false;
    person.names = &name;
    person.name_count = 1;
    person.documents = NULL;
    person.document_count = 0;
    person.phones = NULL;
    person.phone_count = 0;
    person.addresses = NULL;
    person.address_count = 0;
    person.description = span_text("");
    person.birth_place = span_text("");
    person.occupation = span_text(occupation);
    snprintf(arguments, sizeof arguments, "{\"number\":\"%s\"%s}", number, more);
    error_clear(&err);
    if (!own_person_write(&person, &body))
        return false;
    asked.body = buffer_span(&body);
    return asked_run(&pair.nodes[0], &asked, &answer, &err);
}

/* The newest domestic entry's body. */
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

static bool logged(const char *act, const char *number, const char *object)
{
    char text[80];

    if (!pair_work(&pair.nodes[0], newest_entry, NULL, &err))
        return false;
    snprintf(text, sizeof text, "\"act\":\"%s\"", act);
    bool ok = has(text);
    snprintf(text, sizeof text, "\"case_id\":\"%s\"", number);
    ok = has(text) && ok;
    snprintf(text, sizeof text, "\"%s\"", object);
    return has(text) && ok;
}

static bool logged_by_node(const char *act)
{
    char text[80];

    snprintf(text, sizeof text, "\"act\":\"%s\"", act);
    return pair_work(&pair.nodes[0], newest_entry, NULL, &err) && has(text);
}

/* The same of the newest hand-over that was taken. */
static bool logged_take(const char *object)
{
    return pair_work(&pair.nodes[0], newest_entry, NULL, &err) &&
           has("\"act\":\"handover-take\"") && has(object);
}

/* --- the case --- */

//= dir-2023-977 art 16(1)(a)
CHECK_TEST(a_case_is_opened_and_changed_and_what_is_not_named_stays)
{
    CHECK_OK(as("duty", "case-put",
                "{\"number\":\"k-1\",\"title\":\"Lorry\",\"offences\":[\"migrant_smuggling\"],"
                "\"authority\":\"Police (test)\"}"),
             err);
    CHECK(logged("case-put", "k-1", "k-1"));
    CHECK_OK(as("duty", "case-put", "{\"number\":\"k-1\",\"title\":\"Two lorries\"}"), err);
    CHECK_OK(as("duty", "case-show", "{\"number\":\"k-1\"}"), err);
    CHECK(has(
        "\"title\":\"Two lorries\",\"state\":\"open\",\"unit\":\"border\",\"officer\":\"duty\""));
    CHECK(has("\"authority\":\"Police (test)\",\"offences\":[\"migrant_smuggling\"]"));
    CHECK(!as("duty", "case-show", "{\"number\":\"none\"}"));
    CHECK_ERROR(err, ERROR_MISSING, "no such case");
    CHECK(!as("duty", "case-put",
              "{\"number\":\"k-1\",\"title\":\"x\",\"offences\":[\"defamation\"]}"));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK_OK(as("ana", "case-assign", "{\"number\":\"k-1\",\"officer\":\"ana\"}"), err);
    CHECK(logged("case-assign", "k-1", "assigned-to ana"));
    CHECK_OK(as("duty", "case-show", "{\"number\":\"k-1\"}"), err);
    CHECK(has("\"unit\":\"desk\",\"officer\":\"ana\""));
    CHECK(!as("ana", "case-assign", "{\"number\":\"k-1\",\"officer\":\"nobody\"}"));
    CHECK_INT(err.kind, ERROR_MISSING);
}

CHECK_TEST(a_restricted_case_is_for_its_unit)
{
    CHECK_OK(
        as("duty", "case-put", "{\"number\":\"k-2\",\"title\":\"Secret\",\"restricted\":true}"),
        err);
    CHECK(!as("other", "case-show", "{\"number\":\"k-2\"}"));
    CHECK_ERROR(err, ERROR_RULE, "ask unit border");
    CHECK(!as("other", "case-note", "{\"number\":\"k-2\",\"text\":\"x\"}"));
    CHECK_OK(as("ana", "case-show", "{\"number\":\"k-2\"}"), err); /* the head of desk */
    CHECK_OK(as("other", "case-list", "{}"), err);
    CHECK(has("\"case\":\"k-2\",\"state\":\"open\",\"unit\":\"border\",\"ask_unit\":\"border\""));
    CHECK(lacks("Secret"));
    CHECK(!as("other", "case-list", "{\"officer\":\"duty\",\"limit\":1}"));
    CHECK_ERROR(err, ERROR_RULE, "one's own unit"); /* the end of a page would tell whose it is */
    CHECK(!as_for("k-2", "other", "inbox-list"));   /* nor does work for it open it */
    CHECK_ERROR(err, ERROR_RULE, "ask unit border");
    CHECK(!as_for("k-none", "other", "inbox-list"));
    CHECK_INT(err.kind, ERROR_MISSING);
    CHECK_OK(as_for("k-2", "duty", "inbox-list"), err);
    CHECK_OK(as("duty", "case-list", "{\"officer\":\"duty\"}"), err);
    CHECK(has("Secret"));
}

static bool show(const char *officer, const char *for_case, const char *item)
{
    char arguments[80];
    struct asked asked = {officer, "item-show", arguments, for_case, {NULL, 0}};

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    return asked_run(&pair.nodes[0], &asked, &answer, &err);
}

/* A request of ours that an officer sends for a case; its id in `item`. */
static bool ask_for(const char *officer, const char *for_case, char item[UUID_TEXT_SIZE])
{
    char reference[24];
    struct request request = sample_request_numbered(904, reference);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct asked asked = {officer, "request-send", "{}", for_case, {NULL, 0}};

    request.authority = span_text("Centrul de Cooperare (test)");
    if (!request_write(&request, &body))
        return false;
    asked.body = buffer_span(&body);
    if (!asked_run(&pair.nodes[0], &asked, &answer, &err))
        return false;
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)answer.data + 9);
    pair_settle(&pair);
    return true;
}

/* The partner refuses it; the id of that in `reply`. */
static bool refused_by_partner(const char *item, char reply[UUID_TEXT_SIZE])
{
    char arguments[120];

    snprintf(arguments, sizeof arguments,
             "{\"item\":\"%s\",\"grounds\":[\"under_agreement\"],\"true_grounds\":[\"a\"]}", item);
    if (!pair_act(&pair.nodes[1], "refuse-send", arguments, span_text(""), &answer, &err))
        return false;
    snprintf(reply, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)answer.data + 9);
    pair_settle(&pair);
    return true;
}

/* Whoever names another case does not open what stands in this one. */
CHECK_TEST(a_message_of_a_restricted_case_is_for_its_unit)
{
    char item[UUID_TEXT_SIZE], own[UUID_TEXT_SIZE], reply[UUID_TEXT_SIZE];

    CHECK_OK(pair_request(&pair.nodes[1], 901, item, &err), err);
    CHECK_OK(pair_request(&pair.nodes[0], 902, own, &err), err);
    pair_settle(&pair);
    CHECK_OK(as("other", "case-put", "{\"number\":\"r-1\",\"title\":\"Another\"}"), err);
    CHECK_OK(
        as("duty", "case-put", "{\"number\":\"r-2\",\"title\":\"Secret\",\"restricted\":true}"),
        err);
    CHECK_OK(show("other", "r-1", own), err); /* it stands in no other case yet */
    CHECK_OK(show("duty", "r-2", item), err);
    CHECK(!show("other", "r-1", item));
    CHECK_ERROR(err, ERROR_RULE, "restricted case; ask unit border");
    CHECK_OK(show("ana", "r-1", item), err); /* the head of desk, who puts it into an open case: */
    CHECK_OK(show("other", "r-1", item), err);
    /* Nor is the partner's reply to a request of the case a way round. */
    CHECK_OK(ask_for("duty", "r-2", own), err);
    CHECK_OK(refused_by_partner(own, reply), err);
    CHECK(!show("other", "r-1", own));
    CHECK(!show("other", "r-1", reply));
    CHECK_ERROR(err, ERROR_RULE, "restricted case; ask unit border");
    CHECK_OK(show("duty", "r-2", reply), err);
}

static bool own_number_run(struct journal *journal, void *context, struct error *e)
{
    struct asked *asked = context;
    struct arena arena CLEANUP(arena_free) = arena_make(1u << 20);
    struct desk_call call = {.access = {.officer = span_text(asked->officer),
                                        .case_number = span_text(asked->case_number)},
                             .arena = &arena};
    struct span number;

    buffer_clear(&answer);
    return case_own_number(journal, &call, &number, e) && buffer_add(&answer, number);
}

static bool is_own(const char *officer, const char *number)
{
    struct asked asked = {officer, NULL, NULL, number, {NULL, 0}};

    return pair_work(&pair.nodes[0], own_number_run, &asked, &err) &&
           span_is(buffer_span(&answer), number);
}

/* Protected and shielded people of the own index show in their own case: naming it makes nobody one of it. */
CHECK_TEST(a_case_is_ones_own_by_unit_and_not_by_naming_it)
{
    CHECK(is_own("duty", "k-2"));
    CHECK(is_own("ana", "k-2")); /* looks over */
    CHECK(is_own("ana", "k-1"));
    CHECK(!is_own("other", "k-1") && answer.size == 0);
}

//= dir-2016-680 art 6
CHECK_TEST(people_stand_in_a_case_in_the_category_of_this_case)
{
    CHECK_OK(person_in("k-1", "", PERSON_SUSPECT, "Popaj", "driver"), err);
    CHECK(logged("case-person-put", "k-1", "case-person 1"));
    CHECK(!person_in("k-1", "", PERSON_VICTIM, "Krasniqi", "nurse"));
    CHECK_ERROR(err, ERROR_RULE, "'occupation' is not kept about a victim");
    CHECK_OK(person_in("k-1", "", PERSON_VICTIM, "Krasniqi", ""), err);
    CHECK_OK(person_in("k-2", "", PERSON_SUSPECT, "Krasniqi", ""), err);
    CHECK_OK(as("ana", "case-show", "{\"number\":\"k-1\"}"), err);
    CHECK(has("Popaj") && has("Krasniqi"));
    CHECK(logged("case-show", "k-1", "case-person 2"));
    /* Of another unit: the victim is a number, and the unit to ask; nor does the entry say that she was shown. */
    CHECK_OK(as("other", "case-show", "{\"number\":\"k-1\"}"), err);
    CHECK(has("Popaj") && lacks("Krasniqi"));
    CHECK(has("{\"person\":2,\"category\":\"victim\",\"minor\":false,\"ask_unit\":\"desk\"}"));
    CHECK_OK(pair_work(&pair.nodes[0], newest_entry, NULL, &err), err);
    CHECK(has("case-person 1") && lacks("case-person 2"));
    /* Nor by taking the case, or the person out of it. */
    CHECK(!as("other", "case-assign", "{\"number\":\"k-1\",\"officer\":\"other\"}"));
    CHECK_ERROR(err, ERROR_RULE, "kept by unit desk");
    CHECK(!as("other", "case-put", "{\"number\":\"k-1\",\"title\":\"Mine\",\"restricted\":true}"));
    CHECK_ERROR(err, ERROR_RULE, "kept by unit desk");
    CHECK(!as("other", "case-person-remove", "{\"number\":\"k-1\",\"person\":2}"));
    CHECK_ERROR(err, ERROR_RULE, "ask unit desk");
    /* A shield is not lost because nothing is said of it. */
    CHECK_OK(person_in("k-1", ",\"shielded\":true", PERSON_SUSPECT, "Shielded", ""), err);
    CHECK_OK(person_in("k-1", ",\"person\":4", PERSON_SUSPECT, "Shielded", ""), err);
    CHECK_OK(as("other", "case-show", "{\"number\":\"k-1\"}"), err);
    CHECK(lacks("Shielded"));
    /* Replaced, and only in its own case. */
    CHECK_OK(person_in("k-1", ",\"person\":1", PERSON_SUSPECT, "Popa", ""), err);
    CHECK(!person_in("k-2", ",\"person\":1", PERSON_SUSPECT, "Popa", ""));
    CHECK_INT(err.kind, ERROR_MISSING);
    CHECK_OK(as("ana", "case-show", "{\"number\":\"k-1\"}"), err);
    CHECK(lacks("Popaj") && has("Popa"));
    CHECK_OK(as("ana", "case-person-remove", "{\"number\":\"k-1\",\"person\":1}"), err);
    CHECK_OK(as("ana", "case-show", "{\"number\":\"k-1\"}"), err);
    CHECK(lacks("Popa\""));
    CHECK(!as("ana", "case-person-remove", "{\"number\":\"k-1\",\"person\":1}"));
    CHECK_INT(err.kind, ERROR_MISSING);
}

CHECK_TEST(notes_references_and_tasks_are_kept)
{
    char text[200], until[TIME_TEXT_SIZE];

    CHECK_OK(as("duty", "case-note", "{\"number\":\"k-2\",\"text\":\"called the port\"}"), err);
    CHECK_OK(as("duty", "case-reference",
                "{\"number\":\"k-2\",\"channel\":\"siena\",\"reference\":\"S-77\"}"),
             err);
    CHECK_OK(as("duty", "case-reference",
                "{\"number\":\"k-2\",\"channel\":\"siena\",\"reference\":\"S-77\"}"),
             err);
    CHECK_OK(as("duty", "case-reference",
                "{\"number\":\"k-2\",\"channel\":\"jits_platform\",\"reference\":\"J-1\"}"),
             err);
    CHECK(!as("duty", "case-reference",
              "{\"number\":\"k-2\",\"channel\":\"post\",\"reference\":\"1\"}"));
    CHECK_INT(err.kind, ERROR_INPUT);
    time_write(pair_clock_ms() + DAY_MS, until);
    snprintf(text, sizeof text,
             "{\"number\":\"k-2\",\"officer\":\"duty\",\"until\":\"%s\",\"text\":\"ask the port\"}",
             until);
    CHECK_OK(as("duty", "case-task", text), err);
    snprintf(text, sizeof text,
             "{\"number\":\"k-2\",\"officer\":\"other\",\"until\":\"%s\",\"text\":\"x\"}", until);
    CHECK(!as("duty", "case-task", text)); /* who does not see the case has no task in it */
    CHECK_ERROR(err, ERROR_RULE, "does not see");
    CHECK_OK(as("duty", "case-show", "{\"number\":\"k-2\"}"), err);
    CHECK(has("\"references\":[{\"channel\":\"siena\",\"reference\":\"S-77\""));
    CHECK(has("{\"channel\":\"jits_platform\",\"reference\":\"J-1\""));
    const uint8_t *first = memmem(answer.data, answer.size, "S-77", 4);
    CHECK(first != NULL && memmem(first + 4, answer.size - (size_t)(first + 4 - answer.data),
                                  "S-77", 4) == NULL); /* twice is once */
    CHECK(has("called the port") && has("ask the port") && has("\"minutes_left\":1440"));
    CHECK_OK(as("duty", "task-list", "{\"officer\":\"duty\"}"), err);
    CHECK(has("ask the port"));
    /* The case is restricted: who works on it is part of that. */
    CHECK_OK(as("other", "task-list", "{}"), err);
    CHECK(has("{\"task\":1,\"case\":\"k-2\",\"ask_unit\":\"border\",\"until\":"));
    CHECK(lacks("ask the port") && lacks("duty") && lacks("made_by"));
    CHECK(!as("other", "task-list", "{\"officer\":\"duty\"}"));
    CHECK_ERROR(err, ERROR_RULE, "one's own unit");
    pair_wait(2 * DAY_MS);
    CHECK_OK(as("duty", "task-list", "{}"), err);
    CHECK(has("\"overdue\":true"));
}

/* --- the list --- */

CHECK_TEST(the_list_is_filtered_and_paged)
{
    CHECK_OK(as("ana", "case-list", "{\"limit\":2}"), err);
    CHECK(has("\"case\":\"c-1\"") && has("\"case\":\"k-1\"") && has("\"next\":\"k-1\""));
    CHECK_OK(as("ana", "case-list", "{\"limit\":2,\"after\":\"k-1\"}"), err);
    CHECK(has("\"case\":\"k-2\"") && lacks("\"next\"") && lacks("k-1"));
    CHECK_OK(as("ana", "case-list", "{\"unit\":\"border\"}"), err);
    CHECK(has("k-2") && lacks("k-1"));
    CHECK_OK(as("ana", "case-list", "{\"state\":\"closed\"}"), err);
    CHECK(has("\"list\":[]"));
    CHECK_OK(as("ana", "case-list", "{\"officer\":\"duty\",\"unit\":\"desk\"}"), err);
    CHECK(has("\"list\":[]"));
    CHECK(!as("ana", "case-list", "{\"state\":\"lost\"}"));
}

/* --- the end --- */

static void close_with(const char *number, int64_t days, enum error_kind wanted)
{
    char text[120], day[TIME_TEXT_SIZE];

    time_write(pair_clock_ms() + days * DAY_MS, day);
    snprintf(text, sizeof text, "{\"number\":\"%s\",\"review\":\"%.10s\"}", number, day);
    CHECK(as("ana", "case-close", text) == (wanted == ERROR_NONE));
    CHECK_INT(err.kind, wanted);
}

//= dir-2016-680 art 5
CHECK_TEST(a_case_is_closed_when_nothing_is_owed_and_reviewed_within_six_months)
{
    char item[UUID_TEXT_SIZE], text[120];

    close_with("k-2", 30, ERROR_RULE);
    CHECK_ERROR(err, ERROR_RULE, "task 1 of this case");
    CHECK_OK(as("duty", "case-task-done", "{\"number\":\"k-2\",\"task\":1}"), err);
    CHECK(!as("duty", "case-task-done", "{\"number\":\"k-2\",\"task\":1}"));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    close_with("k-2", 200, ERROR_RULE);
    close_with("k-2", -3, ERROR_RULE);
    close_with("k-2", 30, ERROR_NONE);
    CHECK(logged("case-close", "k-2", "k-2"));
    CHECK(!as("duty", "case-note", "{\"number\":\"k-2\",\"text\":\"late\"}"));
    CHECK_ERROR(err, ERROR_RULE, "closed");
    CHECK_OK(as("ana", "case-list", "{\"state\":\"closed\"}"), err);
    CHECK(has("\"case\":\"k-2\"") && has("\"review_due\":false"));
    pair_wait(31 * DAY_MS);
    CHECK_OK(as("ana", "case-list", "{\"state\":\"closed\"}"), err);
    CHECK(has("\"review_due\":true"));
    CHECK_OK(as("duty", "case-reopen", "{\"number\":\"k-2\"}"), err);
    CHECK(!as("duty", "case-reopen", "{\"number\":\"k-2\"}"));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    /* A request that waits for our answer keeps its case open. */
    CHECK_OK(pair_request(&pair.nodes[1], 41, item, &err), err);
    pair_settle(&pair);
    snprintf(text, sizeof text, "{\"item\":\"%s\"}", item);
    buffer_clear(&answer);
    CHECK_OK(pair_act(&pair.nodes[0], "item-show", text, span_text(""), &answer, &err), err);
    CHECK_OK(as("ana", "case-show", "{\"number\":\"c-1\"}"), err);
    CHECK(has(item) && has("\"answered\":false,\"due\":") && has("\"reference\":"));
    close_with("c-1", 30, ERROR_RULE);
    CHECK_ERROR(err, ERROR_RULE, "1 requests");
}

//= dir-2016-680 art 4(1)(e)
CHECK_TEST(what_is_erased_leaves_its_number_alone)
{
    CHECK(!as("ana", "case-erase", "{\"number\":\"k-2\"}"));
    CHECK_ERROR(err, ERROR_RULE, "close it first");
    close_with("k-2", 30, ERROR_NONE);
    CHECK(!as("duty", "case-erase", "{\"number\":\"k-2\"}")); /* not the officer's to decide */
    CHECK_INT(err.kind, ERROR_RULE);
    CHECK_OK(as("ana", "case-erase", "{\"number\":\"k-2\"}"), err);
    CHECK(!as("ana", "case-show", "{\"number\":\"k-2\"}"));
    CHECK_INT(err.kind, ERROR_GONE);
    CHECK(!as("ana", "case-put", "{\"number\":\"k-2\",\"title\":\"again\"}"));
    CHECK_INT(err.kind, ERROR_GONE); /* an old entry names it: it is no other case's */
    CHECK_OK(as("ana", "case-list", "{}"), err);
    CHECK(lacks("k-2"));
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct case_person_row person;
    struct case_note_row note;
    size_t count = 1;
    CHECK(case_person_list(pair.nodes[0].db, &arena, span_text("k-2"), &person, 1, &count, &err) &&
          count == 0);
    CHECK(case_note_list(pair.nodes[0].db, &arena, span_text("k-2"), &note, 1, &count, &err) &&
          count == 0);
}

/* --- the change of a shift --- */

CHECK_TEST(a_hand_over_is_signed_by_both_and_then_all_is_the_takers)
{
    char text[200], sha256[80], until[TIME_TEXT_SIZE];

    time_write(pair_clock_ms() + DAY_MS, until);
    snprintf(text, sizeof text,
             "{\"number\":\"k-1\",\"officer\":\"ana\",\"until\":\"%s\",\"text\":\"write\"}", until);
    CHECK_OK(as("ana", "case-task", text), err);
    CHECK(!as("ana", "handover-give", "{\"taker\":\"ana\"}"));
    CHECK_INT(err.kind, ERROR_RULE);
    CHECK_OK(as("ana", "handover-give", "{\"taker\":\"duty\",\"note\":\"quiet night\"}"), err);
    CHECK(has("\"matters\":{\"cases\":[\"c-1\",\"k-1\"],\"tasks\":[2],\"requests\":[\""));
    CHECK(lacks("lorries")); /* numbers alone */
    const char *at = memmem(answer.data, answer.size, "\"sha256\":\"", 10);
    CHECK_OR_RETURN(at != NULL);
    snprintf(sha256, sizeof sha256, "%.64s", at + 10);
    CHECK_OK(as("ana", "handover-show", "{\"handover\":1}"), err);
    CHECK_OK(as("duty", "handover-show", "{\"handover\":1}"), err);
    CHECK(!as("other", "handover-show", "{\"handover\":1}"));
    CHECK_ERROR(err, ERROR_RULE, "between two others");
    snprintf(text, sizeof text, "{\"handover\":1,\"sha256\":\"%s\"}", sha256);
    CHECK(!as("other", "handover-take", text));
    CHECK_ERROR(err, ERROR_RULE, "another officer");
    CHECK(!as("duty", "handover-take",
              "{\"handover\":1,\"sha256\":"
              "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"}"));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    CHECK_OK(as("duty", "handover-take", text), err);
    CHECK(has("\"taken\":"));
    CHECK(!as("duty", "handover-take", text));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    CHECK_OK(as("duty", "case-show", "{\"number\":\"k-1\"}"), err);
    CHECK(has("\"officer\":\"duty\""));
    CHECK_OK(as("duty", "task-list", "{\"officer\":\"duty\"}"), err);
    CHECK(has("\"task\":2"));
    CHECK_OK(as("ana", "task-list", "{\"officer\":\"ana\"}"), err);
    CHECK(has("\"list\":[]"));
    CHECK_OK(as("ana", "handover-list", "{}"), err);
    CHECK(has("\"handover\":1,\"unit\":\"desk\",\"giver\":\"ana\",\"taker\":\"duty\""));
    CHECK(has("quiet night"));
    CHECK_OK(as("other", "handover-list", "{}"), err); /* the note is for the two */
    CHECK(has("\"handover\":1") && lacks("quiet night"));
}

static bool task_for(const char *by, const char *number, const char *officer)
{
    char text[200], until[TIME_TEXT_SIZE];

    time_write(pair_clock_ms() + DAY_MS, until);
    snprintf(text, sizeof text,
             "{\"number\":\"%s\",\"officer\":\"%s\",\"until\":\"%s\",\"text\":\"x\"}", number,
             officer, until);
    return as(by, "case-task", text);
}

/* Of the newest answer. */
static void take_text(int64_t handover, char out[120])
{
    const char *at = memmem(answer.data, answer.size, "\"sha256\":\"", 10);

    snprintf(out, 120, "{\"handover\":%d,\"sha256\":\"%.64s\"}", (int)handover,
             at == NULL ? "" : at + 10);
}

CHECK_TEST(a_hand_over_that_is_taken_late_moves_what_its_list_named_and_still_stands)
{
    char text[120];

    /* duty has c-1, k-1 and task 2 since the last one. */
    CHECK_OK(as("duty", "case-put", "{\"number\":\"m-1\",\"title\":\"Given\"}"), err);
    CHECK_OK(as("duty", "case-put", "{\"number\":\"m-2\",\"title\":\"Closed since\"}"), err);
    CHECK_OK(as("duty", "case-put", "{\"number\":\"m-3\",\"title\":\"Assigned since\"}"), err);
    CHECK_OK(
        as("duty", "case-put", "{\"number\":\"m-4\",\"title\":\"Restricted\",\"restricted\":true}"),
        err);
    CHECK_OK(as("duty", "case-assign", "{\"number\":\"m-4\",\"officer\":\"peer\"}"), err);
    CHECK_OK(task_for("duty", "m-1", "duty") && task_for("duty", "m-4", "duty"), err); /* 3, 4 */
    CHECK_OK(as("duty", "handover-give", "{\"taker\":\"other\"}"), err);
    CHECK(has("\"cases\":[\"c-1\",\"k-1\",\"m-1\",\"m-2\",\"m-3\"],\"tasks\":[2,3,4]"));
    take_text(2, text);
    CHECK_OK(as("duty", "case-close", "{\"number\":\"m-2\"}"), err);
    CHECK_OK(as("duty", "case-assign", "{\"number\":\"m-3\",\"officer\":\"peer\"}"), err);
    CHECK_OK(as("duty", "case-put", "{\"number\":\"n-1\",\"title\":\"Came since\"}"), err);
    CHECK_OK(
        as("duty", "case-put", "{\"number\":\"n-2\",\"title\":\"Came since\",\"restricted\":true}"),
        err);
    CHECK_OK(task_for("duty", "n-1", "duty"), err); /* 5 */
    CHECK_OK(as("duty", "handover-show", "{\"handover\":2}"), err);
    CHECK(has("\"passes\":{\"cases\":[\"c-1\",\"k-1\",\"m-1\"],"));
    CHECK(has("\"meanwhile\":{\"cases\":[\"n-1\",\"n-2\"],\"tasks\":[5]}"));
    CHECK_OK(as("other", "handover-take", text), err);
    CHECK(has("\"passed\":{\"cases\":[\"c-1\",\"k-1\",\"m-1\"],\"tasks\":[2,3]}"));
    /* What is closed or assigned to somebody else; a task in a case that is not for the taker. */
    CHECK(has("\"stayed\":{\"cases\":[\"m-2\",\"m-3\"],\"tasks\":[4]}"));
    CHECK(has("\"meanwhile\":{\"cases\":[\"n-1\"],\"tasks\":[5]}") && lacks("n-2"));
    CHECK_OK(as("duty", "case-list", "{\"officer\":\"duty\",\"state\":\"open\"}"), err);
    CHECK(has("n-1") && has("n-2") && lacks("m-1"));
    CHECK_OK(as("peer", "case-list", "{\"officer\":\"peer\"}"), err);
    CHECK(has("m-3") && has("m-4"));
    CHECK_OK(as("other", "case-list", "{\"officer\":\"other\"}"), err);
    CHECK(has("m-1") && lacks("m-2") && lacks("n-1"));
    CHECK_OK(as("duty", "task-list", "{\"officer\":\"duty\"}"), err);
    CHECK(has("\"task\":4") && has("\"task\":5") && lacks("\"task\":3"));
}

/* Whoever takes a case over works in it: it is kept by their unit from then on, and no more by the one before. */
CHECK_TEST(a_hand_over_to_another_unit_moves_the_unit_of_its_cases)
{
    char text[120];

    CHECK_OK(as("peer", "case-put", "{\"number\":\"u-1\",\"title\":\"Moves\",\"restricted\":true}"),
             err);
    CHECK_OK(task_for("peer", "u-1", "peer"), err);
    CHECK_OK(as("peer", "handover-give", "{\"taker\":\"other\"}"), err);
    take_text(3, text);
    CHECK(!as("other", "case-show", "{\"number\":\"u-1\"}")); /* before it is taken */
    CHECK_ERROR(err, ERROR_RULE, "ask unit border");
    CHECK_OK(as("other", "handover-take", text), err);
    CHECK(has("\"passed\":{\"cases\":[") && has("u-1"));
    CHECK(logged_take("case u-1 from-unit border to-unit ports"));
    CHECK_OK(as("other", "case-show", "{\"number\":\"u-1\"}"), err);
    CHECK(has("\"unit\":\"ports\"") && has("\"officer\":\"other\""));
    CHECK(!as("duty", "case-show", "{\"number\":\"u-1\"}"));
    CHECK_ERROR(err, ERROR_RULE, "ask unit ports");
    CHECK(!as("duty", "case-note", "{\"number\":\"u-1\",\"text\":\"x\"}"));
    CHECK_OK(as("other", "task-list", "{\"officer\":\"other\"}"), err);
    CHECK(has("u-1")); /* the task in it, too */
    /* Within the unit nothing but the officer changes. */
    CHECK_OK(as("duty", "case-put", "{\"number\":\"u-2\",\"title\":\"Stays\"}"), err);
    CHECK_OK(as("duty", "handover-give", "{\"taker\":\"peer\"}"), err);
    take_text(4, text);
    CHECK_OK(as("peer", "handover-take", text), err);
    CHECK(!logged_take("from-unit"));
    CHECK_OK(as("peer", "case-show", "{\"number\":\"u-2\"}"), err);
    CHECK(has("\"unit\":\"border\"") && has("\"officer\":\"peer\""));
}

static bool notes_expire(struct journal *journal, void *context, struct error *e)
{
    return desk_handover_notes_expire(journal, context, e);
}

//= dir-2016-680 art 4(1)(e)
CHECK_TEST(the_note_of_a_hand_over_goes_with_its_case_or_after_a_month)
{
    size_t removed = 0;

    CHECK_OK(as("ana", "case-put", "{\"number\":\"o-1\",\"title\":\"Ends\"}"), err);
    CHECK_OK(as("ana", "handover-give", "{\"taker\":\"duty\",\"note\":\"about the driver\"}"), err);
    CHECK(has("\"handover\":5") && has("o-1"));
    CHECK_OK(as("peer", "handover-give", "{\"taker\":\"duty\",\"note\":\"of another matter\"}"),
             err);
    CHECK_OK(as("ana", "case-close", "{\"number\":\"o-1\"}"), err);
    CHECK_OK(as("ana", "case-erase", "{\"number\":\"o-1\"}"), err);
    CHECK_OK(as("ana", "handover-list", "{}"), err);
    CHECK(lacks("about the driver") && has("of another matter") && has("\"handover\":5"));
    pair_wait(29 * DAY_MS);
    CHECK_OK(pair_work(&pair.nodes[0], notes_expire, &removed, &err), err);
    CHECK_OK(as("ana", "handover-list", "{}"), err);
    CHECK(has("of another matter"));
    pair_wait(2 * DAY_MS);
    CHECK_OK(pair_work(&pair.nodes[0], notes_expire, &removed, &err), err);
    CHECK(removed > 0);
    CHECK(logged_by_node("handover-notes-expire"));
    CHECK_OK(pair_work(&pair.nodes[0], notes_expire, &removed, &err), err);
    CHECK_INT(removed, 0);
    CHECK_OK(as("ana", "handover-list", "{}"), err);
    CHECK(lacks("\"note\""));
    CHECK_OK(as("ana", "handover-show", "{\"handover\":6}"), err);
    CHECK(has("\"matters\"")); /* what both signed stays */
}

static bool officer_enter(const char *id, const char *unit, const char *role)
{
    return asked_officer(&pair.nodes[0], id, unit, role, &answer, &err);
}

int main(void)
{
    answer = buffer_make(4u << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    if (!officer_enter("duty", "border", "duty_officer") ||
        !officer_enter("other", "ports", "investigator") ||
        !officer_enter("peer", "border", "investigator")) {
        printf("%s\n", err.text);
        return 1;
    }
    CHECK_RUN(a_case_is_opened_and_changed_and_what_is_not_named_stays);
    CHECK_RUN(a_restricted_case_is_for_its_unit);
    CHECK_RUN(a_case_is_ones_own_by_unit_and_not_by_naming_it);
    CHECK_RUN(people_stand_in_a_case_in_the_category_of_this_case);
    CHECK_RUN(notes_references_and_tasks_are_kept);
    CHECK_RUN(the_list_is_filtered_and_paged);
    CHECK_RUN(a_case_is_closed_when_nothing_is_owed_and_reviewed_within_six_months);
    CHECK_RUN(what_is_erased_leaves_its_number_alone);
    CHECK_RUN(a_hand_over_is_signed_by_both_and_then_all_is_the_takers);
    CHECK_RUN(a_hand_over_that_is_taken_late_moves_what_its_list_named_and_still_stands);
    CHECK_RUN(a_hand_over_to_another_unit_moves_the_unit_of_its_cases);
    CHECK_RUN(the_note_of_a_hand_over_goes_with_its_case_or_after_a_month);
    CHECK_RUN(a_message_of_a_restricted_case_is_for_its_unit);
    pair_free(&pair);
    buffer_free(&answer);
    return check_end();
}
