/*
 * Asylum (docs/safeguards.md g3): what is said of a person's protection is known at home only, nothing about them or their
 * family goes to a state that they fear by whichever way, and the partner sees the same bytes with and without it. Taking it
 * back wants two officers.
 * covers: asylum asylum_act asylum_key asylum_state
 */
#include "check.h"
#include "desk/approval.h"
#include "desk/asylum.h"
#include "desk/own_form.h"
#include "desk/support/asked.h"
#include "desk/support/passed.h"
#include "journal/private.h"
#include "journal/support/hostile.h"
#include "message/support/samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct pair pair;
static struct error err;
static struct buffer out;
static struct buffer body;
static unsigned number = 8100;

#define ROMANIA (&pair.nodes[0])
#define ALBANIA (&pair.nodes[1])

/* --- people --- */

struct who {
    const char *given, *family, *birth, *document, *nationality;
    enum person_category category;
};
static const struct who bearer = {"Ilirian",   "Vranaj", "1984-07-31",
                                  "ZZ0000017", "AL",     PERSON_WITNESS};

static struct person person_of(const struct who *who, struct person_name *name,
                               struct person_document *document, struct span *nationality)
{
    struct person person = sample_persons[0];

    *name = (struct person_name){.family = span_text(who->family), .given = span_text(who->given)};
    *document = (struct person_document){
        .kind = DOCUMENT_PASSPORT, .number = span_text(who->document), .country = span_text("AL")};
    *nationality = span_text(who->nationality);
    person.names = name;
    person.name_count = 1;
    person.birth_date = span_text(who->birth);
    person.birth_place = person.birth_country = span_text("");
    person.nationalities = nationality;
    person.nationality_count = who->nationality[0] != '\0';
    person.documents = document;
    person.document_count = who->document[0] != '\0';
    person.phone_count = person.address_count = 0;
    person.occupation = person.description = span_text("");
    person.category = who->category;
    return person;
}

static bool act(const char *officer, const char *name, const char *arguments)
{
    struct asked asked = {officer, name, arguments, NULL, {NULL, 0}};

    return asked_run(ROMANIA, &asked, &out, &err);
}

static int64_t number_in(const char *field)
{
    long long found = 0;
    char wanted[40];

    buffer_byte(&out, '\0');
    snprintf(wanted, sizeof wanted, "\"%s\":", field);
    const char *at = strstr((const char *)out.data, wanted);
    return at != NULL && sscanf(at + strlen(wanted), "%lld", &found) == 1 ? found : 0;
}

/* Their number in case k-1, or of the one who is changed. */
static int64_t enter(const struct who *who, int64_t changed)
{
    struct person_name name;
    struct person_document document;
    struct span nationality;
    struct person person = person_of(who, &name, &document, &nationality);
    char arguments[80], more[40] = "";
    struct asked asked = {"ana", "case-person-put", arguments, NULL, {NULL, 0}};

    if (changed > 0)
        snprintf(more, sizeof more, ",\"person\":%lld", (long long)changed);
    snprintf(arguments, sizeof arguments, "{\"number\":\"k-1\"%s}", more);
    buffer_clear(&body);
    if (!own_person_write(&person, &body))
        return 0;
    asked.body = buffer_span(&body);
    return asked_run(ROMANIA, &asked, &out, &err) ? number_in("person") : 0;
}

static bool say_by(const char *officer, int64_t person, const char *status, const char *more)
{
    char arguments[200];

    snprintf(arguments, sizeof arguments,
             "{\"number\":\"k-1\",\"person\":%lld,\"status\":\"%s\"%s}", (long long)person, status,
             more);
    return act(officer, "case-person-protection", arguments);
}

static bool say(int64_t person, const char *status, const char *more)
{
    return say_by("ana", person, status, more);
}

/* The second officer of pair_act beside ana. */
static bool take_back(int64_t person)
{
    char arguments[120];

    snprintf(arguments, sizeof arguments,
             "{\"number\":\"k-1\",\"person\":%lld,\"status\":\"none_known\"}", (long long)person);
    error_clear(&err);
    buffer_clear(&out);
    return pair_act(ROMANIA, "case-person-protection", arguments, span_text(""), &out, &err);
}

/* --- what goes out --- */

static struct request request_about(const struct who *who, struct person *person,
                                    struct person_name *name, struct person_document *document,
                                    struct span *nationality, char reference[24])
{
    struct request request = sample_request_numbered(number++, reference);

    request.authority = span_text("Centrul de Cooperare (test)");
    request.persons = NULL;
    request.person_count = 0;
    if (who != NULL) {
        *person = person_of(who, name, document, nationality);
        person->category = PERSON_SUSPECT;
        request.persons = person;
        request.person_count = 1;
    }
    return request;
}

static bool request_in(const char *officer, const char *case_number, const struct who *who,
                       const char *facts)
{
    struct person person;
    struct person_name name;
    struct person_document document;
    struct span nationality;
    char reference[24];
    struct request request = request_about(who, &person, &name, &document, &nationality, reference);
    struct asked asked = {officer, "request-send", "{}", case_number, {NULL, 0}};

    if (facts != NULL)
        request.facts = span_text(facts);
    buffer_clear(&body);
    if (!request_write(&request, &body))
        return false;
    asked.body = buffer_span(&body);
    return asked_run(ROMANIA, &asked, &out, &err);
}

static bool request_says(const struct who *who, const char *facts)
{
    return request_in("ana", "c-1", who, facts);
}

/* A request of Albania, in custody of Romania, under a reference of its choice. */
static bool partner_asks_under(const char *name, char item[UUID_TEXT_SIZE])
{
    char reference[24];
    struct request request = sample_request_numbered(number++, reference);

    if (name != NULL)
        request.reference = span_text(name);
    request.authority = span_text("Qendra e Bashk\xc3\xabpunimit (test)");
    error_clear(&err);
    buffer_clear(&body);
    buffer_clear(&out);
    if (!request_write(&request, &body) ||
        !pair_act(ALBANIA, "request-send", "{}", buffer_span(&body), &out, &err))
        return false;
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    return true;
}

static bool partner_asks(char item[UUID_TEXT_SIZE])
{
    return partner_asks_under(NULL, item);
}

static bool answer_with(const struct answer *answer, const char *item)
{
    char arguments[80];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    error_clear(&err);
    buffer_clear(&body);
    buffer_clear(&out);
    return answer_write(answer, &body) &&
           pair_act(ROMANIA, "answer-send", arguments, buffer_span(&body), &out, &err);
}

static bool gives_unasked(bool with_file)
{
    static struct passed passed = {.handling = HANDLING_BIT(HANDLING_H0)};
    char item[UUID_TEXT_SIZE];

    passed.has_file = with_file;
    return passed_give(&pair, 0, &passed, item, &err);
}

static int64_t entries_waiting(void)
{
    return ROMANIA->journal.next_entry;
}

/* Refused at the desk, by its number alone, and nothing was written. */
static bool is_refused(bool was_sent)
{
    bool ok = !was_sent && err.kind == ERROR_RULE && strstr(err.text, "safeguard g3") != NULL;
    static const char *const never[] = {"Ilirian",   "Vranaj",     "applicant", "asylum",
                                        "protected", "1984-07-31", "ZZ0000017"};

    for (size_t i = 0; i < ARRAY_COUNT(never); i++)
        ok = ok && strstr(err.text, never[i]) == NULL;
    if (!ok)
        printf("  %s: %s\n", was_sent ? "sent" : "not sent", err.text);
    return ok;
}

static int64_t marked(void)
{
    int64_t person = enter(&bearer, 0);

    return person > 0 && say(person, "applicant", ",\"fears\":[\"AL\"]") ? person : 0;
}

/* --- the tests --- */

//= dir-2016-680 art 4(1)(a)
CHECK_TEST(nothing_about_them_goes_to_the_state_they_fear)
{
    struct answer full = sample_answer(), partial = sample_answer_partial();
    char item[UUID_TEXT_SIZE], arguments[160];

    CHECK_OR_RETURN(partner_asks(item));
    CHECK_OK(request_says(&bearer, NULL), err);
    int64_t person = marked();
    CHECK_OR_RETURN(person > 0);
    int64_t before = entries_waiting();
    CHECK(is_refused(request_says(&bearer, NULL)));
    CHECK(strstr(err.text, "of case k-1") != NULL);
    CHECK(is_refused(answer_with(&full, item)));
    CHECK(is_refused(answer_with(&partial, item)));
    CHECK(is_refused(gives_unasked(false)));
    snprintf(arguments, sizeof arguments,
             "{\"item\":\"%s\",\"question\":\"Is it Vranaj, Ilirian?\",\"language\":\"en\"}", item);
    CHECK(is_refused(pair_act(ROMANIA, "clarification-ask", arguments, span_text(""), &out, &err)));
    CHECK_INT(entries_waiting(), before + 5); /* in our own log, one each */
    CHECK_OK(take_back(person), err);
    CHECK_OK(answer_with(&full, item), err);
    pair_settle(&pair);
}

CHECK_TEST(it_is_so_in_every_case_and_for_every_officer)
{
    int64_t person = marked();

    CHECK_OR_RETURN(person > 0);
    CHECK(is_refused(request_in("border", "k-2", &bearer, NULL)));
    CHECK(strstr(err.text, "ask unit desk") != NULL && strstr(err.text, "k-1") == NULL);
    CHECK_OK(take_back(person), err);
    CHECK_OK(request_in("border", "k-2", &bearer, NULL), err);
}

struct newest {
    int64_t after;
    size_t count; /* entries of refused sendings since */
    struct buffer text;
};

static bool newest_read(struct journal *journal, void *context, struct error *e)
{
    struct newest *newest = context;
    struct entry_row row;
    struct span bytes;

    newest->count = 0;
    for (int64_t id = newest->after; id < journal->next_entry; id++) {
        struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
        error_clear(e);
        if (!entry_find(journal->db, &arena, id, &row, e))
            continue;
        if (row.type != MESSAGE_ACT || !journal_body(journal, &row, &arena, &bytes, e) ||
            memmem(bytes.data, bytes.size, "sending-refused", 15) == NULL)
            continue;
        newest->count++;
        buffer_clear(&newest->text);
        buffer_add(&newest->text, bytes);
    }
    error_clear(e);
    return true;
}

static bool draft(const char *item);

/* Who tries names to learn who is guarded is seen in the log, also with drafts; the log says about nobody. */
CHECK_TEST(a_refused_sending_stands_in_the_log)
{
    static const char *const never[] = {"Ilirian", "Vranaj", "k-1", "desk\"", "case-person"};
    struct newest newest = {.text = buffer_make(BODY_SIZE_MAX)};
    struct error ignored = {0};
    char item[UUID_TEXT_SIZE];
    int64_t person = marked();

    CHECK_OR_RETURN(person > 0 && partner_asks(item));
    newest.after = entries_waiting();
    CHECK(is_refused(request_in("border", "k-2", &bearer, NULL)));
    CHECK_OK(hostile_run(ROMANIA, newest_read, &newest, &ignored), ignored);
    CHECK_INT(newest.count, 1);
    CHECK(answer_has(&newest.text, "\"officer\":\"border\"") &&
          answer_has(&newest.text, "\"outcome\":\"refused\"") &&
          answer_has(&newest.text, "\"k-2\"") && answer_has(&newest.text, "safeguard g3"));
    for (size_t i = 0; i < ARRAY_COUNT(never); i++)
        CHECK(answer_lacks(&newest.text, never[i]));
    CHECK(is_refused(draft(item)));
    CHECK_OK(hostile_run(ROMANIA, newest_read, &newest, &ignored), ignored);
    CHECK_INT(newest.count, 2);
    /* Refused for another reason, or not at all: nothing of the kind. */
    CHECK(!say(person, "none_known", ""));
    CHECK_OK(take_back(person), err);
    CHECK_OK(request_in("border", "k-2", &bearer, NULL), err);
    CHECK_OK(hostile_run(ROMANIA, newest_read, &newest, &ignored), ignored);
    CHECK_INT(newest.count, 2);
    buffer_free(&newest.text);
}

/* Where nothing can be written down, nothing is told either. */
CHECK_TEST(a_refusal_that_cannot_be_logged_is_not_told)
{
    struct journal_log *domestic = &ROMANIA->journal.domestic;
    int64_t person = marked();

    CHECK_OR_RETURN(person > 0);
    snprintf(domestic->read_only, sizeof domestic->read_only, "test");
    CHECK(!request_says(&bearer, NULL));
    CHECK_ERROR(err, ERROR_CONFLICT, "read-only");
    CHECK(strstr(err.text, "g3") == NULL);
    domestic->read_only[0] = '\0';
    CHECK(is_refused(request_says(&bearer, NULL)));
    CHECK_OK(take_back(person), err);
}

CHECK_TEST(other_spellings_and_unsure_births_are_theirs)
{
    static const struct who others[] = {
        {"Ilirjan", "Vranaj", "1984", "", "AL", PERSON_SUSPECT},
        {"\xd0\x98\xd0\xbb\xd0\xb8\xd1\x80\xd0\xb8\xd1\x98\xd0\xb0\xd0\xbd",
         "\xd0\x92\xd1\x80\xd0\xb0\xd0\xbd\xd0\xb0\xd1\x98", "1984-07-31", "", "AL",
         PERSON_SUSPECT},
        {"Vranaj", "Ilirian", "", "", "AL", PERSON_SUSPECT},
        {"Ilirian", "Vranaj", "1984-01-01", "", "AL", PERSON_SUSPECT},
        {"Ilirian", "Vranaj", "1984-07-13", "", "AL", PERSON_SUSPECT},
        {"Somebody", "Else", "1971-02-03", "ZZ 0000017", "AL", PERSON_SUSPECT},
    };
    static const struct who namesake = {"Ilirian",   "Vranaj", "1961-02-03",
                                        "ZZ9999999", "AL",     PERSON_SUSPECT};
    static const struct who stranger = {"Petrit",    "Gjoka", "1984-07-31",
                                        "ZZ9999998", "AL",    PERSON_SUSPECT};
    int64_t person = marked();

    CHECK_OR_RETURN(person > 0);
    for (size_t i = 0; i < ARRAY_COUNT(others); i++)
        CHECK(is_refused(request_says(&others[i], NULL)));
    CHECK_OK(request_says(&namesake, NULL), err);
    CHECK_OK(request_says(&namesake, "Ilirian Vranaj drove the lorry."), err);
    CHECK_OK(request_says(&stranger, NULL), err);
    CHECK_OK(take_back(person), err);
}

CHECK_TEST(names_and_numbers_in_words_are_theirs)
{
    static const char *const texts[] = {
        "The driver calls himself Vranaj, Ilirian.",
        "VRANAJ (called Iliri), name ILIRIAN, lives in the camp.",
        "He holds passport no. ZZ0000017.", "He holds passport no. ZZ 0000017.",
        "\xd0\x98\xd0\xbb\xd0\xb8\xd1\x80\xd0\xb8\xd1\x98\xd0\xb0\xd0\xbd "
        "\xd0\x92\xd1\x80\xd0\xb0\xd0\xbd\xd0\xb0\xd1\x98"};
    int64_t person = marked();

    CHECK_OR_RETURN(person > 0);
    for (size_t i = 0; i + 1 < ARRAY_COUNT(texts); i++)
        CHECK(is_refused(request_says(NULL, texts[i])));
    CHECK_OK(request_says(NULL, "Ilirian said that nobody else was there, and Vranaj is a town."),
             err);
    CHECK_OK(take_back(person), err);
}

/* Words by the hundred, and the name behind so many of them. */
static void long_text(char *text, size_t size, int before)
{
    size_t used = 0;

    for (int i = 0; i < 200; i++)
        used += (size_t)snprintf(text + used, size - used, "%sw%dx ",
                                 i == before ? "Vranaj Ilirian " : "", i);
}

CHECK_TEST(a_name_is_found_wherever_in_a_long_text)
{
    static const int places[] = {0, 13, 64, 100, 199};
    static char text[2000];
    int64_t person = marked();

    CHECK_OR_RETURN(person > 0);
    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        long_text(text, sizeof text, places[i]);
        CHECK(is_refused(request_says(NULL, text)));
    }
    long_text(text, sizeof text, -1);
    CHECK_OK(request_says(NULL, text), err);
    CHECK_OK(take_back(person), err);
}

static bool file_request(const char *case_number)
{
    char arguments[120], file[2 * ATTACHMENT_ID_SIZE + 1], reference[24];
    struct request request = request_about(NULL, NULL, NULL, NULL, NULL, reference);
    struct asked asked = {"ana", "request-send", arguments, case_number, {NULL, 0}};

    if (!passed_upload(ROMANIA, file, &err))
        return false;
    snprintf(arguments, sizeof arguments, "{\"attachments\":[\"%s\"]}", file);
    buffer_clear(&body);
    if (!request_write(&request, &body))
        return false;
    asked.body = buffer_span(&body);
    return asked_run(ROMANIA, &asked, &out, &err);
}

static bool file_answer(const char *item, const char *case_number)
{
    char arguments[160], file[2 * ATTACHMENT_ID_SIZE + 1];
    struct answer answer = sample_answer();
    struct asked asked = {"ana", "answer-send", arguments, case_number, {NULL, 0}};

    answer.items++; /* the text alone */
    answer.item_count--;
    if (!passed_upload(ROMANIA, file, &err))
        return false;
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"attachments\":[\"%s\"]}", item, file);
    buffer_clear(&body);
    if (!answer_write(&answer, &body))
        return false;
    asked.body = buffer_span(&body);
    return asked_run(ROMANIA, &asked, &out, &err);
}

CHECK_TEST(no_file_goes_from_their_case)
{
    int64_t person = marked();
    char item[UUID_TEXT_SIZE];
    struct asked show = {"ana", "item-show", NULL, "k-1", {NULL, 0}};
    char arguments[80];

    CHECK_OR_RETURN(person > 0 && partner_asks(item));
    CHECK(is_refused(file_request("k-1")));
    CHECK_OK(file_request("k-2"), err);
    /* The request stands in their case; which case the answer names does not matter. */
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    show.arguments = arguments;
    CHECK_OK(asked_run(ROMANIA, &show, &out, &err), err);
    CHECK(is_refused(file_answer(item, "k-1")));
    CHECK(is_refused(file_answer(item, "k-2")));
    CHECK_OK(take_back(person), err);
    CHECK_OK(file_answer(item, "k-2"), err);
}

struct drafting {
    const char *item;
    struct span body;
};

static bool drafting_run(struct journal *journal, void *context, struct error *e)
{
    struct arena arena CLEANUP(arena_free) = arena_make(16u << 20);
    static struct problems problems;
    const struct drafting *drafting = context;
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    struct json_writer writer = json_writer_make(&out);
    char arguments[96];

    problems_clear(&problems);
    buffer_clear(&out);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", drafting->item);
    if (!json_parse(span_text(arguments), &json, e))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct desk_call call = {.access = {.officer = span_text("ana"),
                                        .reason = span_text("test"),
                                        .case_number = span_text("c-1")},
                             .arguments = &object,
                             .body = drafting->body,
                             .problems = &problems,
                             .arena = &arena};
    return approval_ask(journal, desk_act_find(span_text("answer-send")), &call,
                        span_text(arguments), &writer, e);
}

static bool draft(const char *item)
{
    struct answer full = sample_answer();
    struct drafting drafting = {.item = item};

    error_clear(&err);
    buffer_clear(&body);
    if (!answer_write(&full, &body))
        return false;
    drafting.body = buffer_span(&body);
    return hostile_run(ROMANIA, drafting_run, &drafting, &err);
}

CHECK_TEST(a_draft_is_refused_when_it_is_made_and_when_it_is_confirmed)
{
    char item[UUID_TEXT_SIZE], arguments[200], approval[40] = "", sha256[70] = "";
    struct asked confirm = {"second", "approval-confirm", arguments, "c-1", {NULL, 0}};

    CHECK_OR_RETURN(partner_asks(item));
    CHECK_OK(draft(item), err);
    buffer_byte(&out, '\0');
    const char *at = strstr((const char *)out.data, "\"approval\":\"");
    const char *digest = strstr((const char *)out.data, "\"sha256\":\"");
    CHECK_OR_RETURN(at != NULL && digest != NULL);
    sscanf(at + 12, "%39[0-9a-f]", approval);
    sscanf(digest + 10, "%69[0-9a-f]", sha256);
    int64_t person = marked();
    CHECK_OR_RETURN(person > 0);
    CHECK(is_refused(draft(item)));
    snprintf(arguments, sizeof arguments, "{\"approval\":\"%s\",\"sha256\":\"%s\"}", approval,
             sha256);
    CHECK(is_refused(asked_run(ROMANIA, &confirm, &out, &err)));
    CHECK_OK(take_back(person), err);
    CHECK_OK(asked_run(ROMANIA, &confirm, &out, &err), err);
}

static bool answer_alone(const char *item)
{
    struct answer answer = sample_answer();
    struct item items[2] = {answer.items[0], answer.items[1]};
    char arguments[80];

    items[0].person.marking.handling = items[1].text.marking.handling = HANDLING_BIT(HANDLING_H0);
    answer.items = items;
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    error_clear(&err);
    buffer_clear(&body);
    buffer_clear(&out);
    return answer_write(&answer, &body) &&
           pair_act_alone(ROMANIA, "answer-send", arguments, buffer_span(&body), &out, &err);
}

CHECK_TEST(nor_does_one_officer_alone_in_an_emergency)
{
    char item[UUID_TEXT_SIZE], reference[24];
    struct request request = sample_request_urgent();

    for (size_t i = 0; i < 2; i++)
        pair.nodes[i].journal.lines[0].agreement.emergency_single = true;
    snprintf(reference, sizeof reference, "RO-%u", number++);
    request.reference = span_text(reference);
    request.authority = span_text("Qendra e Bashk\xc3\xabpunimit (test)");
    buffer_clear(&body);
    buffer_clear(&out);
    CHECK(request_write(&request, &body));
    CHECK_OK(pair_act(ALBANIA, "request-send", "{}", buffer_span(&body), &out, &err), err);
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    int64_t person = marked();
    CHECK_OR_RETURN(person > 0);
    CHECK(is_refused(answer_alone(item)));
    CHECK_OK(take_back(person), err);
    CHECK_OK(answer_alone(item), err);
    pair_settle(&pair);
}

CHECK_TEST(what_a_partner_gave_goes_into_no_channel)
{
    static const struct passed passed = {.handling = HANDLING_BIT(HANDLING_H0)};
    char item[UUID_TEXT_SIZE];
    static const char to[] = ",\"channel\":\"siena\",\"recipient\":\"Europol (test)\","
                             "\"recipient_kind\":\"agency\",\"reference\":\"S-1\","
                             "\"within_union\":true";

    CHECK_OR_RETURN(passed_give(&pair, 1, &passed, item, &err));
    int64_t person = marked();
    CHECK_OR_RETURN(person > 0);
    CHECK(is_refused(passed_act(ROMANIA, "item-export", item, to, &out, &err)));
    CHECK_OK(passed_act(ROMANIA, "item-forward", item,
                        ",\"authority\":\"spoc-ro\",\"use\":\"police\"", &out, &err),
             err);
    CHECK_OK(take_back(person), err);
    person = enter(&bearer, 0);
    CHECK_OK(say(person, "protected", ",\"fears\":[\"RO\"]"), err);
    CHECK(is_refused(passed_act(ROMANIA, "item-forward", item,
                                ",\"authority\":\"spoc-ro\",\"use\":\"police\"", &out, &err)));
    /* Nor does anything else stand in the way there. */
    CHECK_OK(request_says(&bearer, NULL), err);
    CHECK_OK(take_back(person), err);
}

CHECK_TEST(which_states_are_feared)
{
    static const struct who nowhere = {"Agron", "Dervishi", "1990-02-02",
                                       "",      "",         PERSON_SMUGGLED_MIGRANT};
    static const struct who syrian = {"Agron", "Dervishi", "1990-02-02",
                                      "",      "SY",       PERSON_SMUGGLED_MIGRANT};
    static const struct who as_suspect = {"Agron", "Dervishi", "1990-02-02",
                                          "",      "SY",       PERSON_SUSPECT};
    int64_t person = enter(&nowhere, 0);

    /* Nobody said anything: a smuggled migrant counts as seeking it, of unknown origin from any state. */
    CHECK_OR_RETURN(person > 0);
    CHECK(is_refused(request_says(&as_suspect, NULL)));
    CHECK_OR_RETURN(enter(&syrian, person) == person);
    CHECK_OK(request_says(&as_suspect, NULL), err);
    CHECK_OK(say(person, "unknown", ",\"fears\":[\"SY\",\"al\"]"), err);
    CHECK(is_refused(request_says(&as_suspect, NULL)));
    /* What protects is taken back by two. */
    CHECK(!say(person, "unknown", ",\"fears\":[\"SY\"]"));
    CHECK_ERROR(err, ERROR_RULE, "two officers");
    CHECK(!say(person, "none_known", ""));
    CHECK_ERROR(err, ERROR_RULE, "two officers");
    CHECK(!say(person, "applicant", ",\"fears\":[\"4L\"]"));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK_OK(take_back(person), err);
    CHECK_OK(request_says(&as_suspect, NULL), err);
}

/* Whoever corrects a record takes nothing back by it. */
CHECK_TEST(a_state_of_before_is_feared_after_a_correction)
{
    static const struct who albanian = {"Agim", "Leka", "1992-02-02", "", "AL", PERSON_WITNESS};
    static const struct who syrian = {"Agim", "Leka", "1992-02-02", "", "SY", PERSON_WITNESS};
    int64_t person = enter(&albanian, 0);

    CHECK_OR_RETURN(person > 0);
    CHECK_OK(say(person, "applicant", ""), err);
    CHECK_OR_RETURN(enter(&syrian, person) == person);
    CHECK(is_refused(request_says(&albanian, NULL)));
    CHECK_OK(act("ana", "case-show", "{\"number\":\"k-1\"}"), err);
    CHECK(answer_has(&out, "\"protection_status\":\"applicant\",\"fears\":[\"AL\",\"SY\"]"));
    CHECK_OK(take_back(person), err);
    CHECK_OK(request_says(&albanian, NULL), err);
}

CHECK_TEST(what_was_sent_before_is_told)
{
    char words[60];
    int64_t person = enter(&bearer, 0);

    CHECK_OR_RETURN(person > 0);
    CHECK_OK(request_in("ana", "k-1", &bearer, NULL), err);
    snprintf(words, sizeof words, "\"%.36s\"", (const char *)out.data + 9);
    CHECK_OK(say(person, "applicant", ",\"fears\":[\"AL\"]"), err);
    CHECK(answer_has(&out, "\"sent\":[") && answer_has(&out, words));
    CHECK_OK(take_back(person), err);
    CHECK_OK(say(person, "applicant", ",\"fears\":[\"RS\"]"), err);
    CHECK(answer_has(&out, "\"sent\":[]"));
    CHECK_OK(take_back(person), err);
}

CHECK_TEST(an_earlier_spelling_still_counts)
{
    static const struct who corrected = {"Luan",      "Marku", "1984-07-30",
                                         "ZZ0000018", "AL",    PERSON_WITNESS};
    int64_t person = marked();

    CHECK_OR_RETURN(person > 0 && enter(&corrected, person) == person);
    CHECK(is_refused(request_says(&bearer, NULL)));
    CHECK(is_refused(request_says(&corrected, NULL)));
    CHECK_OK(take_back(person), err);
}

CHECK_TEST(family_is_guarded_with_them)
{
    static const struct who sister = {"Mimoza", "Vranaj", "1988-03-04", "", "AL", PERSON_WITNESS};
    static const struct who brother = {"Besnik", "Vranaj", "1980-03-04", "", "AL", PERSON_WITNESS};
    int64_t person = marked();
    int64_t kin = enter(&sister, 0), other = enter(&brother, 0);
    char more[40];

    CHECK_OR_RETURN(person > 0 && kin > 0 && other > 0);
    CHECK_OK(request_says(&sister, NULL), err);
    snprintf(more, sizeof more, ",\"family_of\":%lld", (long long)person);
    CHECK_OK(say(kin, "none_known", more), err);
    CHECK(is_refused(request_says(&sister, NULL)));
    CHECK(!say(kin, "none_known", ""));
    CHECK_ERROR(err, ERROR_RULE, "two officers");
    snprintf(more, sizeof more, ",\"family_of\":%lld", (long long)kin);
    CHECK(!say(other, "none_known", more));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK_OK(take_back(person), err);
    CHECK_OK(request_says(&sister, NULL), err);
    CHECK_OK(take_back(kin), err);
}

static bool remove_person(int64_t person)
{
    char arguments[80];

    snprintf(arguments, sizeof arguments, "{\"number\":\"k-1\",\"person\":%lld}",
             (long long)person);
    return act("ana", "case-person-remove", arguments);
}

static bool row_remove(struct journal *journal, void *context, struct error *e)
{
    return case_person_remove(journal->db, *(const int64_t *)context, e);
}

static const struct who migrant = {"Agron", "Vranaj", "1990-02-02",
                                   "",      "AL",     PERSON_SMUGGLED_MIGRANT};
static const struct who kin_of_migrant = {"Mimoza", "Vranaj", "1988-03-04",
                                          "",       "AL",     PERSON_WITNESS};

/* Their kin: the number of either. */
static bool kin_enter(int64_t *person, int64_t *kin)
{
    char more[40];

    *person = enter(&migrant, 0); /* guarded without a word of anybody */
    *kin = enter(&kin_of_migrant, 0);
    snprintf(more, sizeof more, ",\"family_of\":%lld", (long long)*person);
    return *person > 0 && *kin > 0 && say(*kin, "none_known", more);
}

CHECK_TEST(who_has_family_does_not_go_before_the_tie)
{
    int64_t person = 0, kin = 0;

    CHECK_OR_RETURN(kin_enter(&person, &kin));
    CHECK(is_refused(request_says(&kin_of_migrant, NULL)));
    CHECK(!remove_person(person));
    CHECK_ERROR(err, ERROR_RULE, "safeguard g3");
    CHECK_OK(act("ana", "case-close", "{\"number\":\"k-1\"}"), err);
    CHECK(!act("dora", "case-erase", "{\"number\":\"k-1\"}"));
    CHECK_ERROR(err, ERROR_RULE, "safeguard g3");
    CHECK_OK(act("ana", "case-reopen", "{\"number\":\"k-1\"}"), err);
    CHECK(is_refused(request_says(&kin_of_migrant, NULL)));
    CHECK_OK(take_back(kin), err);
    CHECK_OK(remove_person(person), err);
    CHECK_OK(request_says(&kin_of_migrant, NULL), err);
}

/* Of somebody who is gone nobody knows what they feared. */
CHECK_TEST(a_tie_to_nobody_guards_from_any_state)
{
    int64_t person = 0, kin = 0;

    CHECK_OR_RETURN(kin_enter(&person, &kin));
    CHECK_OK(hostile_run(ROMANIA, row_remove, &person, &err), err);
    CHECK(is_refused(request_says(&kin_of_migrant, NULL)));
    CHECK_OK(take_back(kin), err);
    CHECK_OK(request_says(&kin_of_migrant, NULL), err);
}

CHECK_TEST(who_is_guarded_does_not_go_unsaid)
{
    int64_t person = marked();
    char arguments[80];

    CHECK_OR_RETURN(person > 0);
    snprintf(arguments, sizeof arguments, "{\"number\":\"k-1\",\"person\":%lld}",
             (long long)person);
    CHECK(!act("ana", "case-person-remove", arguments));
    CHECK_ERROR(err, ERROR_RULE, "safeguard g3");
    CHECK_OK(act("ana", "case-close", "{\"number\":\"k-1\"}"), err);
    CHECK(!act("dora", "case-erase", "{\"number\":\"k-1\"}"));
    CHECK_ERROR(err, ERROR_RULE, "safeguard g3");
    CHECK(is_refused(request_says(&bearer, NULL)));
    CHECK_OK(act("ana", "case-reopen", "{\"number\":\"k-1\"}"), err);
    CHECK_OK(take_back(person), err);
    CHECK_OK(act("ana", "case-person-remove", arguments), err);
}

/* Its keepers read it in the case, nobody else, and nothing else says it. */
CHECK_TEST(its_keepers_alone_read_it)
{
    int64_t person = marked();

    CHECK_OR_RETURN(person > 0);
    CHECK_OK(act("ana", "case-show", "{\"number\":\"k-1\"}"), err);
    CHECK(answer_has(&out, "\"protection_status\":\"applicant\",\"fears\":[\"AL\"]"));
    CHECK_OK(act("border", "case-show", "{\"number\":\"k-1\"}"), err);
    CHECK(answer_lacks(&out, "protection_status") && answer_lacks(&out, "Vranaj"));
    CHECK_OK(act("ana", "case-list", "{}"), err);
    CHECK(answer_lacks(&out, "applicant"));
    CHECK_OK(act("dora", "statistics", "{\"year\":2026}"), err);
    CHECK(answer_lacks(&out, "applicant") && answer_lacks(&out, "protection"));
    CHECK_OK(take_back(person), err);
}

/* --- silence: what the partner sees --- */

struct seen {
    size_t wire;   /* bytes of the post */
    int64_t posts; /* and how many */
    int64_t made;  /* entries of our own, the domestic ones among them */
    int64_t held;  /* entries at the partner */
    int64_t took_ms;
    struct buffer body; /* of the answer, as the partner holds it */
};

static bool newest_answer(struct journal *journal, struct buffer *to)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
    struct entry_row row;
    struct span bytes;
    struct error missing = {0};

    buffer_clear(to);
    for (int64_t id = journal->next_entry - 1; id > 0; id--) {
        error_clear(&missing);
        if (entry_find(journal->db, &arena, id, &row, &missing) && row.type == MESSAGE_ANSWER)
            return journal_body(journal, &row, &arena, &bytes, &missing) && buffer_add(to, bytes);
    }
    return false;
}

/* The same request about somebody, answered with nothing; who holds the flag has first tried to say more. */
static bool nothing_said(bool tries_more, struct seen *seen)
{
    struct answer nothing = sample_answer_nothing_held(), full = sample_answer();
    struct buffer wire CLEANUP(buffer_free) = buffer_make(8u << 20);
    char item[UUID_TEXT_SIZE];

    if (!partner_asks(item))
        return false;
    int64_t before = ROMANIA->journal.next_entry, there = ALBANIA->journal.next_entry;
    int64_t posts = pair.posts, began_ms = pair_clock_ms();
    if (tries_more && !is_refused(answer_with(&full, item)))
        return false;
    if (!answer_with(&nothing, item) || !hostile_post(ROMANIA, &wire, &err))
        return false;
    seen->wire = wire.size;
    seen->made = ROMANIA->journal.next_entry - before;
    pair_settle(&pair);
    seen->posts = pair.posts - posts;
    seen->held = ALBANIA->journal.next_entry - there;
    seen->took_ms = pair_clock_ms() - began_ms;
    return newest_answer(&ALBANIA->journal, &seen->body);
}

CHECK_TEST(asylum_silence)
{
    struct seen without = {.body = buffer_make(BODY_SIZE_MAX)};
    struct seen with = {.body = buffer_make(BODY_SIZE_MAX)};

    CHECK_OK(nothing_said(false, &without), err);
    int64_t person = marked();
    CHECK_OR_RETURN(person > 0);
    CHECK_OK(nothing_said(true, &with), err);
    CHECK_INT(with.wire, without.wire);
    CHECK_INT(with.posts, without.posts);
    CHECK_INT(with.made, without.made + 1); /* the attempt, as a read at home would be */
    CHECK_INT(with.held, without.held);
    CHECK_INT(with.took_ms, without.took_ms);
    CHECK(with.body.size > 0 && span_equal(buffer_span(&with.body), buffer_span(&without.body)));
    CHECK(memmem(with.body.data, with.body.size, "g3", 2) == NULL);
    CHECK_OK(take_back(person), err);
    buffer_free(&with.body);
    buffer_free(&without.body);
}

/* --- a partner that writes the name itself --- */

static bool refuse_with(const char *item, const char *reason)
{
    char arguments[200];

    snprintf(arguments, sizeof arguments,
             "{\"item\":\"%s\",\"grounds\":[\"f_i\"],\"reason_text\":\"%s\"}", item, reason);
    error_clear(&err);
    buffer_clear(&out);
    return pair_act(ROMANIA, "refuse-send", arguments, span_text(""), &out, &err);
}

static bool nothing_under(const char *item, const char *reference)
{
    struct answer nothing = sample_answer_nothing_held();

    nothing.reference = nothing.request_reference = span_text(reference);
    return answer_with(&nothing, item);
}

/* What comes back to a request under this reference, refused or with nothing held. */
static bool probe_answered(const char *reference, bool is_refusal, struct seen *seen)
{
    struct buffer wire CLEANUP(buffer_free) = buffer_make(8u << 20);
    char item[UUID_TEXT_SIZE];

    if (!partner_asks_under(reference, item))
        return false;
    int64_t before = ROMANIA->journal.next_entry, there = ALBANIA->journal.next_entry;
    int64_t posts = pair.posts, began_ms = pair_clock_ms();
    if (!(is_refusal ? refuse_with(item, "It would hinder a case.")
                     : nothing_under(item, reference)) ||
        !hostile_post(ROMANIA, &wire, &err))
        return false;
    seen->wire = wire.size;
    seen->made = ROMANIA->journal.next_entry - before;
    pair_settle(&pair);
    seen->posts = pair.posts - posts;
    seen->held = ALBANIA->journal.next_entry - there;
    seen->took_ms = pair_clock_ms() - began_ms;
    return newest_answer(&ALBANIA->journal, &seen->body);
}

CHECK_TEST(a_reference_that_names_them_is_answered_all_the_same)
{
    static const char *const probes[] = {"Ilirian Vranaj 7", "Vranaj, ILIRIAN", "ZZ0000017"};
    struct seen without = {.body = buffer_make(BODY_SIZE_MAX)};
    struct seen with = {.body = buffer_make(BODY_SIZE_MAX)};

    for (size_t i = 0; i < 2 * ARRAY_COUNT(probes); i++) {
        const char *probe = probes[i / 2];
        CHECK_OK(probe_answered(probe, i % 2 == 0, &without), err);
        int64_t person = marked();
        CHECK_OR_RETURN(person > 0);
        CHECK_OK(probe_answered(probe, i % 2 == 0, &with), err);
        CHECK_INT(with.wire, without.wire);
        CHECK_INT(with.posts, without.posts);
        CHECK_INT(with.made, without.made);
        CHECK_INT(with.held, without.held);
        /* Every few messages the node does work of its own in one round more, with and without. */
        CHECK(llabs(with.took_ms - without.took_ms) <= 1);
        CHECK(with.body.size > 0 &&
              span_equal(buffer_span(&with.body), buffer_span(&without.body)));
        CHECK_OK(take_back(person), err);
    }
    buffer_free(&with.body);
    buffer_free(&without.body);
}

/* The partner's own words in their own place, and nothing else. */
CHECK_TEST(what_the_partner_wrote_opens_nothing_else)
{
    static const char probe[] = "Ilirian Vranaj 7";
    char item[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE];
    struct answer text = sample_answer();
    struct item told = text.items[1];
    int64_t person = marked();

    CHECK_OR_RETURN(person > 0 && partner_asks_under(probe, item) && partner_asks(other));
    CHECK(is_refused(nothing_under(other, probe)));
    CHECK(is_refused(nothing_under(item, "Ilirian Vranaj")));
    CHECK(is_refused(refuse_with(item, probe)));
    told.text.text = span_text(probe);
    text.items = &told;
    text.item_count = 1;
    text.reference = text.request_reference = span_text(probe);
    CHECK(is_refused(answer_with(&text, item)));
    CHECK_OK(take_back(person), err);
    CHECK_OK(answer_with(&text, item), err);
    pair_settle(&pair);
}

static bool crosscheck_run(struct journal *journal, void *context, struct error *e)
{
    return desk_crosscheck_step(journal, context, e);
}

/* A request that meets the bearer: the desk's answer to others, and what the partner gets, are those without. */
CHECK_TEST(a_cross_check_shows_the_partner_nothing)
{
    char item[UUID_TEXT_SIZE], arguments[80];
    int64_t there = 0, told[2];

    for (int i = 0; i < 2; i++) {
        int64_t person = i == 0 ? enter(&bearer, 0) : marked();
        struct asked asked = {"border", "crosscheck-show", arguments, "k-2", {NULL, 0}};
        bool more = true;
        CHECK_OR_RETURN(person > 0 && partner_asks(item));
        there = ALBANIA->journal.next_entry;
        while (more)
            CHECK_OR_RETURN(hostile_run(ROMANIA, crosscheck_run, &more, &err));
        snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
        CHECK_OK(asked_run(ROMANIA, &asked, &out, &err), err);
        CHECK(answer_lacks(&out, "k-1") && answer_lacks(&out, "case_person"));
        pair_settle(&pair);
        told[i] = ALBANIA->journal.next_entry - there;
        CHECK_OK(i == 0 || take_back(person), err);
        snprintf(arguments, sizeof arguments, "{\"number\":\"k-1\",\"person\":%lld}",
                 (long long)person);
        CHECK_OK(act("ana", "case-person-remove", arguments), err);
    }
    CHECK_INT(told[1], told[0]);
}

int main(void)
{
    out = buffer_make(8 << 20);
    body = buffer_make(BODY_SIZE_MAX);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    for (size_t i = 0; i < 2; i++)
        pair.nodes[i].journal.lines[0].agreement.four_eyes = 0;
    bool ok = asked_officer(ROMANIA, "border", "border-3", "investigator", &out, &err) &&
              asked_officer(ROMANIA, "dora", "oversight", "dpo", &out, &err) &&
              act("ana", "case-put", "{\"number\":\"k-1\",\"title\":\"Camp\"}") &&
              act("border", "case-put", "{\"number\":\"k-2\",\"title\":\"Lorry\"}");
    if (!ok)
        printf("%s\n", err.text);
    CHECK_RUN(nothing_about_them_goes_to_the_state_they_fear);
    CHECK_RUN(it_is_so_in_every_case_and_for_every_officer);
    CHECK_RUN(a_refused_sending_stands_in_the_log);
    CHECK_RUN(a_refusal_that_cannot_be_logged_is_not_told);
    CHECK_RUN(other_spellings_and_unsure_births_are_theirs);
    CHECK_RUN(names_and_numbers_in_words_are_theirs);
    CHECK_RUN(a_name_is_found_wherever_in_a_long_text);
    CHECK_RUN(no_file_goes_from_their_case);
    CHECK_RUN(a_draft_is_refused_when_it_is_made_and_when_it_is_confirmed);
    CHECK_RUN(nor_does_one_officer_alone_in_an_emergency);
    CHECK_RUN(what_a_partner_gave_goes_into_no_channel);
    CHECK_RUN(which_states_are_feared);
    CHECK_RUN(a_state_of_before_is_feared_after_a_correction);
    CHECK_RUN(what_was_sent_before_is_told);
    CHECK_RUN(an_earlier_spelling_still_counts);
    CHECK_RUN(family_is_guarded_with_them);
    CHECK_RUN(who_has_family_does_not_go_before_the_tie);
    CHECK_RUN(a_tie_to_nobody_guards_from_any_state);
    CHECK_RUN(who_is_guarded_does_not_go_unsaid);
    CHECK_RUN(its_keepers_alone_read_it);
    CHECK_RUN(asylum_silence);
    CHECK_RUN(a_reference_that_names_them_is_answered_all_the_same);
    CHECK_RUN(what_the_partner_wrote_opens_nothing_else);
    CHECK_RUN(a_cross_check_shows_the_partner_nothing);
    pair_free(&pair);
    buffer_free(&out);
    buffer_free(&body);
    return check_end();
}
