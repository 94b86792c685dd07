/*
 * Cross-check: what a request names is found in earlier messages, cases and the own index, exactly, however it is written;
 * what a reader may not see (another agreement, a restricted case, a protected person) changes no byte of what they are
 * told, and its keeper is told which unit to ask; keys are made when a message is accepted and go with it.
 * covers: crosscheck crosscheck_show protection job_crosscheck match_key key_rows
 */
#include "check.h"
#include "desk/crosscheck.h"
#include "desk/own_form.h"
#include "desk/support/asked.h"
#include "journal/private.h"
#include "journal/support/hostile.h"
#include "journal/support/third.h"
#include "message/support/samples.h"

#include <stdio.h>

static struct pair pair;
static struct third third;
static struct buffer answer;
static struct error err;

/* --- one act by one officer --- */

static bool as(const char *officer, const char *act, const char *arguments, const char *number)
{
    struct asked asked = {officer, act, arguments, number, {NULL, 0}};

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

/* --- people and requests --- */

struct who {
    const char *family;
    const char *given;
    const char *birth;
    const char *document; /* NULL: none */
    const char *phone;
    const char *asked;
};

static struct person_name name;
static struct person_document document;
static struct span phone;

static struct person person_of(const struct who *who, enum person_category category)
{
    struct person person = {.marking = sample_persons[0].marking,
                            .category = category,
                            .names = &name,
                            .name_count = 1,
                            .birth_date = span_text(who->birth),
                            .link_to_purpose = span_text("test")};

    name = (struct person_name){.family = span_text(who->family), .given = span_text(who->given)};
    if (who->document != NULL) {
        document =
            (struct person_document){DOCUMENT_PASSPORT, span_text(who->document), span_text("AL")};
        person.documents = &document;
        person.document_count = 1;
    }
    if (who->phone != NULL) {
        phone = span_text(who->phone);
        person.phones = &phone;
        person.phone_count = 1;
    }
    return person;
}

static bool request_of(const struct who *who, unsigned number, const char *authority,
                       struct buffer *out)
{
    char reference[24];
    struct request request = sample_request_numbered(number, reference);
    struct person person = person_of(who, PERSON_SUSPECT);

    request.authority = span_text(authority);
    request.persons = &person;
    request.person_count = 1;
    request.facts = span_text("facts of a test");
    request.asked = span_text(who->asked == NULL ? "who is it" : who->asked);
    request.foreign_reference_count = 0;
    return request_write(&request, out);
}

static bool send(struct pair_node *node, const char *agreement, const struct who *who,
                 unsigned number, const char *authority, char item[UUID_TEXT_SIZE])
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer out CLEANUP(buffer_free) = buffer_make(65536);
    char arguments[80];

    snprintf(arguments, sizeof arguments, "{\"agreement\":\"%s\"}", agreement);
    error_clear(&err);
    if (!request_of(who, number, authority, &body) ||
        !pair_act(node, "request-send", arguments, buffer_span(&body), &out, &err))
        return false;
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    return true;
}

/* From Albania to Romania, accepted there. */
static bool from_albania(const struct who *who, unsigned number, char item[UUID_TEXT_SIZE])
{
    bool ok = send(&pair.nodes[1], "ro-al", who, number, "Qendra e Bashkëpunimit (test)", item);

    if (ok)
        pair_settle(&pair);
    return ok;
}

static bool step_run(struct journal *journal, void *context, struct error *e)
{
    bool more = true;
    (void)context;

    while (more)
        if (!desk_crosscheck_step(journal, &more, e))
            return false;
    return true;
}

static bool follow(void)
{
    error_clear(&err);
    return pair_work(&pair.nodes[0], step_run, NULL, &err);
}

static bool check(const char *officer, const char *item)
{
    char arguments[80];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    return as(officer, "crosscheck-show", arguments, "c-1");
}

static bool person_as(const char *number, const struct who *who, enum person_category category,
                      const char *more)
{
    struct person person = person_of(who, category);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char arguments[80];
    struct asked asked = {"border", "case-person-put", arguments, "", {NULL, 0}};

    snprintf(arguments, sizeof arguments, "{\"number\":\"%s\"%s}", number, more);
    error_clear(&err);
    if (!own_person_write(&person, &body))
        return false;
    asked.body = buffer_span(&body);
    return asked_run(&pair.nodes[0], &asked, &answer, &err);
}

static bool person_in(const char *number, const struct who *who, enum person_category category)
{
    return person_as(number, who, category, "");
}

/* --- finding --- */

static char first_item[UUID_TEXT_SIZE], second_item[UUID_TEXT_SIZE];

static const struct who popaj = {"Popaj",     "Gjergj",        "1984-05-03",
                                 "BX1034567", "+355691234567", NULL};

CHECK_TEST(what_was_asked_before_is_found_however_it_is_written)
{
    static const struct who again = {"POPAJ", "Gjërgj", "3.5.1984", "BX 103-4567", NULL, NULL};
    char arguments[80];

    CHECK_OR_RETURN(from_albania(&popaj, 1, first_item));
    CHECK_OK(follow(), err);
    CHECK_OK(check("duty", first_item), err);
    CHECK(has("\"list\":[],\"more\":false")); /* not itself */
    struct who later = again;
    later.birth = "1984-05-03";
    CHECK_OR_RETURN(from_albania(&later, 2, second_item));
    CHECK_OK(check("duty", second_item), err); /* before its own keys are in the books */
    snprintf(arguments, sizeof arguments, "{\"what\":\"request\",\"item\":\"%s\"", first_item);
    CHECK(has(arguments) && has("\"by\":[\"document\",\"name_birth\"]"));
    CHECK(has("\"own\":false") && has("\"reference\":\"RO-1\""));
    CHECK_OK(follow(), err);
    CHECK_OK(check("duty", second_item), err);
    CHECK(has(arguments));
    snprintf(arguments, sizeof arguments, "\"what\":\"request\",\"item\":\"%s\"", second_item);
    CHECK(lacks(arguments));
}

CHECK_TEST(a_year_is_no_date_and_a_text_has_plates_and_telephones)
{
    static const struct who year = {"Popaj", "Gjergj", "1984", NULL, NULL, NULL};
    static const struct who text = {
        "Other", "Person", "1990", NULL, NULL, "lorry AA 123 BB, driver calls +40 721 345 678"};
    static const struct who same = {"Third", "Person",       "1991",
                                    NULL,    "+40721345678", "Who drives AA123BB?"};
    char item[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(from_albania(&year, 3, item));
    CHECK_OK(check("duty", item), err);
    CHECK(has("\"list\":[]"));
    CHECK_OR_RETURN(from_albania(&text, 4, item) && from_albania(&same, 5, other));
    CHECK_OK(follow(), err);
    CHECK_OK(check("duty", other), err);
    CHECK(has(item) && has("\"by\":[\"plate\",\"phone\"]"));
}

CHECK_TEST(the_node_consults_and_says_so_in_the_log)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct journal *journal = &pair.nodes[0].journal;
    static const struct who new = {"Fresh", "Person", "1970-02-03", NULL, NULL, NULL};
    char item[UUID_TEXT_SIZE];
    int64_t before, after;

    CHECK_OR_RETURN(from_albania(&new, 6, item));
    before = journal->next_entry;
    CHECK_OK(follow(), err);
    after = journal->next_entry;
    CHECK_INT(after - before, 1);
    struct entry_row row;
    struct span body = {NULL, 0};
    CHECK(entry_find(journal->db, &arena, after - 1, &row, &err) &&
          journal_body(journal, &row, &arena, &body, &err));
    CHECK(memmem(body.data, body.size, "\"officer\":\"node\"", 16) != NULL &&
          memmem(body.data, body.size, "\"act\":\"crosscheck\"", 18) != NULL &&
          memmem(body.data, body.size, item, strlen(item)) != NULL);
    static const char reason[] =
        "\"reason\":\"cross-check of a new request\""; /* no number of hits */
    CHECK(memmem(body.data, body.size, reason, sizeof reason - 1) != NULL);
    CHECK_OK(follow(), err);
    CHECK_INT(journal->next_entry, after); /* once */
}

/* --- what one may not see --- */

static struct buffer kept;

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

CHECK_TEST(cases_are_found_and_what_their_unit_keeps_is_its_own)
{
    static const struct who arben = {"Krasniqi", "Arben", "1990-11-21", NULL, NULL, NULL};
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(from_albania(&arben, 7, item));
    CHECK_OK(follow(), err);
    CHECK_OK(check("duty", item), err);
    CHECK(has("\"list\":[]"));
    keep();
    CHECK_OK(as("border", "case-put", "{\"number\":\"k-1\",\"title\":\"Open\"}", ""), err);
    CHECK_OK(as("border", "case-put",
                "{\"number\":\"k-2\",\"title\":\"Closed\",\"restricted\":true}", ""),
             err);
    /* A victim of an open case, a suspect of a restricted one: not a byte. */
    CHECK_OK(person_in("k-1", &arben, PERSON_VICTIM), err);
    CHECK_OK(person_in("k-2", &arben, PERSON_SUSPECT), err);
    CHECK_OK(check("duty", item), err);
    CHECK(is_kept());
    CHECK_OK(check("border", item), err); /* their keeper */
    CHECK(has("{\"what\":\"ask_unit\",\"ask_unit\":\"border\",\"by\":[\"name_birth\"]}"));
    CHECK(lacks("k-1") && lacks("k-2"));
    /* In the case itself it is shown. */
    char arguments[80];
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    CHECK_OK(as("border", "crosscheck-show", arguments, "k-1"), err);
    CHECK(has("\"what\":\"case_person\",\"case\":\"k-1\"") && has("\"category\":\"victim\""));
    /* The restriction is lifted and comes back. */
    CHECK_OK(as("border", "case-put",
                "{\"number\":\"k-2\",\"title\":\"Closed\",\"restricted\":false}", ""),
             err);
    CHECK_OK(check("duty", item), err);
    CHECK(is_kept()); /* a victim elsewhere */
    /* Who is taken out of the case is found no more. */
    CHECK_OK(as("border", "case-person-remove", "{\"number\":\"k-1\",\"person\":1}", ""), err);
    CHECK_OK(as("border", "crosscheck-show", arguments, "k-1"), err);
    CHECK(lacks("k-1"));
    CHECK_OK(check("duty", item), err);
    CHECK(has("\"what\":\"case_person\",\"case\":\"k-2\"") && lacks("k-1"));
    CHECK_OK(as("border", "case-put",
                "{\"number\":\"k-2\",\"title\":\"Closed\",\"restricted\":true}", ""),
             err);
    CHECK_OK(check("duty", item), err);
    CHECK(is_kept());
}

struct own_case {
    struct own_row row;
    struct own_mark mark;
};

static bool own_enter(struct journal *journal, void *context, struct error *e)
{
    struct own_case *own = context;
    bool is_new = false;

    return own_changed(journal->db, &own->row.changed, e) && ++own->row.changed > 0 &&
           own_put(journal->db, &own->row, &own->row.id, &is_new, e) &&
           own_mark_put(journal->db, &own->mark, own->row.id, e);
}

/* As an import enters a suspect of nobody's case. */
static bool suspect_in_own_index(const struct who *who)
{
    struct ident ident;
    struct person person = person_of(who, PERSON_SUSPECT);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct own_case own = {.row = {.source = span_text("register"),
                                   .external = span_text("x-1"),
                                   .case_number = span_text(""),
                                   .category = PERSON_SUSPECT},
                           .mark = {.kind = IDENT_PHONE, .key = {NULL, 0}}};

    if (!ident_read(IDENT_PHONE, span_text(who->phone), "AL", &ident, &err) ||
        !own_person_write(&person, &body))
        return false;
    own.mark.key = span_text(ident.key);
    own.row.body = buffer_span(&body);
    return pair_work(&pair.nodes[0], own_enter, &own, &err);
}

/* The same being may be a victim in one case and a suspect in another. */
//= dir-2016-680 art 6
CHECK_TEST(who_is_protected_in_one_case_is_protected_in_all)
{
    static const struct who suspect = {"Dual",      "Role",          "1988-08-08",
                                       "DR1034567", "+355692222333", NULL};
    static const struct who victim = {"Dvojna", "Uloga", "1988", "DR1034567", NULL, NULL};
    static const struct who driver = {"Other", "Driver", "1977", NULL, "+355694444555", NULL};
    static const struct who shares = {"Quite", "Another", "1955", NULL, "+355694444555", NULL};
    static const struct who asked = {"Unknown", "Caller", "1960", NULL, "+355692222333", NULL};
    struct buffer draft CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct asked warning = {
        "duty", "duplicate-check", "{\"agreement\":\"ro-al\"}", "c-1", {NULL, 0}};
    char item[UUID_TEXT_SIZE], arguments[80];

    CHECK_OR_RETURN(from_albania(&asked, 401, item));
    CHECK_OK(check("duty", item), err);
    CHECK(has("\"list\":[]"));
    keep();
    CHECK_OK(as("border", "case-put", "{\"number\":\"p-1\",\"title\":\"Suspect\"}", ""), err);
    CHECK_OK(as("border", "case-put", "{\"number\":\"p-2\",\"title\":\"Victim\"}", ""), err);
    CHECK_OK(person_in("p-1", &suspect, PERSON_SUSPECT), err);
    CHECK_OR_RETURN(suspect_in_own_index(&suspect));
    CHECK_OK(check("duty", item), err);
    CHECK(has("\"what\":\"case_person\",\"case\":\"p-1\"") && has("\"what\":\"own_person\""));
    /* The document that makes them one is in neither the request nor the answer. */
    CHECK_OK(person_in("p-2", &victim, PERSON_VICTIM), err);
    CHECK_OK(check("duty", item), err);
    CHECK(is_kept());
    CHECK(request_of(&suspect, 402, "Centrul de Cooperare (test)", &draft));
    warning.body = buffer_span(&draft);
    CHECK_OK(asked_run(&pair.nodes[0], &warning, &answer, &err), err);
    CHECK(lacks("p-1") && lacks("p-2") && lacks("ask_unit"));
    CHECK_OK(as("duty", "case-show", "{\"number\":\"p-1\"}", ""), err);
    CHECK(has("\"category\":\"suspect\",\"minor\":false,\"ask_unit\":\"border\"") &&
          lacks("DR1034567"));
    /* Their keeper is told, is asked for, and sees them in the case itself. */
    CHECK_OK(check("border", item), err);
    CHECK(has("\"what\":\"ask_unit\",\"ask_unit\":\"border\""));
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    CHECK_OK(as("border", "crosscheck-show", arguments, "p-1"), err);
    CHECK(has("\"what\":\"case_person\",\"case\":\"p-1\""));
    CHECK_OK(as("border", "case-show", "{\"number\":\"p-1\"}", ""), err);
    CHECK(has("DR1034567"));
    /* A telephone is not a person: who shares one with somebody shielded is shown. */
    CHECK_OK(as("border", "case-put", "{\"number\":\"p-3\",\"title\":\"Driver\"}", ""), err);
    CHECK_OK(person_in("p-3", &driver, PERSON_SUSPECT), err);
    CHECK_OK(person_as("p-2", &shares, PERSON_SUSPECT, ",\"shielded\":true"), err);
    CHECK_OR_RETURN(from_albania(&driver, 403, item));
    CHECK_OK(check("duty", item), err);
    CHECK(has("p-3") && lacks("p-2"));
}

CHECK_TEST(what_many_have_leads_to_nobody_and_the_hidden_do_not_count)
{
    static const struct who hotline = {"A", "B", "1990", NULL, "+40213456789", NULL};
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(from_albania(&hotline, 8, item));
    CHECK_OK(as("border", "case-put", "{\"number\":\"k-3\",\"title\":\"Open\"}", ""), err);
    CHECK_OK(person_in("k-3", &hotline, PERSON_SUSPECT), err);
    CHECK_OK(check("duty", item), err);
    CHECK(has("k-3"));
    keep();
    CHECK_OK(as("border", "case-put",
                "{\"number\":\"k-4\",\"title\":\"Secret\",\"restricted\":true}", ""),
             err);
    for (int i = 0; i < 60; i++)
        CHECK_OK(person_in("k-4", &hotline, PERSON_SUSPECT), err);
    CHECK_OK(check("duty", item), err);
    CHECK(is_kept());
    for (int i = 0; i < 50; i++)
        CHECK_OK(person_in("k-3", &hotline, PERSON_SUSPECT), err);
    CHECK_OK(check("duty", item), err);
    CHECK(lacks("k-3"));
}

/* A passport is one person's: whoever is most often asked for is shown in part, never not at all. */
CHECK_TEST(of_a_document_that_many_records_have_the_newest_are_shown)
{
    static const struct who wanted = {"A", "B", "1990", "WA1034567", NULL, NULL};
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(from_albania(&wanted, 9, item));
    CHECK_OK(as("border", "case-put", "{\"number\":\"k-5\",\"title\":\"Old\"}", ""), err);
    CHECK_OK(as("border", "case-put", "{\"number\":\"k-6\",\"title\":\"New\"}", ""), err);
    CHECK_OK(person_in("k-5", &wanted, PERSON_SUSPECT), err);
    CHECK_OK(check("duty", item), err);
    CHECK(has("k-5") && has("\"more\":false"));
    for (int i = 0; i < 50; i++)
        CHECK_OK(person_in("k-6", &wanted, PERSON_SUSPECT), err);
    CHECK_OK(check("duty", item), err);
    CHECK(has("k-6") && lacks("k-5") && has("\"more\":true"));
}

//= dir-2016-680 art 4(1)(b)
CHECK_TEST(a_greek_item_changes_nothing_that_albania_or_the_ordinary_desk_can_see)
{
    static const struct who maria = {"Papa", "Maria", "1979-03-04", "AB5810379", NULL, NULL};
    struct buffer draft CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer warned CLEANUP(buffer_free) = buffer_make(65536);
    char item[UUID_TEXT_SIZE], greek[UUID_TEXT_SIZE], arguments[80];
    struct asked warning = {
        "duty", "duplicate-check", "{\"agreement\":\"ro-al\"}", "c-1", {NULL, 0}};

    CHECK_OR_RETURN(from_albania(&maria, 9, item));
    CHECK_OK(follow(), err);
    CHECK_OK(check("duty", item), err);
    CHECK(has("\"list\":[]"));
    keep();
    CHECK(request_of(&maria, 77, "Centrul de Cooperare (test)", &draft));
    warning.body = buffer_span(&draft);
    CHECK_OK(asked_run(&pair.nodes[0], &warning, &answer, &err), err);
    CHECK(has(item)); /* the Albanian one is told, */
    buffer_add(&warned, buffer_span(&answer));
    uint64_t albanian_size = pair.nodes[0].journal.lines[0].out.size;

    CHECK_OR_RETURN(send(&third.node, "gr-ro", &maria, 10, "Kentro (test)", greek) &&
                    third_deliver(&pair, &third, false, &err));
    CHECK_OK(follow(), err);
    pair_settle(&pair);
    CHECK_OK(check("duty", item), err);
    CHECK(is_kept());
    CHECK_OK(asked_run(&pair.nodes[0], &warning, &answer, &err), err);
    CHECK(span_equal(buffer_span(&warned), buffer_span(&answer))); /* the Greek one is not */
    CHECK_INT((int64_t)pair.nodes[0].journal.lines[0].out.size, (int64_t)albanian_size);
    CHECK_OK(as("duty", "crosscheck-touched", "{}", ""), err);
    CHECK(has("\"list\":[]"));

    /* Its keeper: whose case has it. Told whom to ask, and of the Albanian request nothing. */
    CHECK_OK(as("border", "case-put", "{\"number\":\"g-1\",\"title\":\"Greek\"}", ""), err);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", greek);
    CHECK_OK(as("border", "item-show", arguments, "g-1"), err);
    CHECK_OK(check("border", item), err);
    CHECK(has(
        "{\"what\":\"ask_unit\",\"ask_unit\":\"border\",\"by\":[\"document\",\"name_birth\"]}"));
    CHECK(lacks(greek) && lacks("\"gr\""));
    /* A new Albanian request touches it: border hears of it, the desk does not. */
    CHECK_OR_RETURN(from_albania(&maria, 11, item));
    CHECK_OK(follow(), err);
    CHECK_OK(as("border", "crosscheck-touched", "{}", ""), err);
    snprintf(arguments, sizeof arguments, "\"what\":\"item\",\"item\":\"%s\",\"ask_unit\":", greek);
    CHECK(has(arguments) && lacks(item));
    CHECK_OK(as("duty", "crosscheck-touched", "{}", ""), err);
    CHECK(has("\"list\":[]"));
    /* The note follows the case to its new unit, and leaves the one that had it. */
    CHECK_OK(as("ana", "case-assign", "{\"number\":\"g-1\",\"officer\":\"duty\"}", ""), err);
    CHECK_OK(as("duty", "crosscheck-touched", "{}", ""), err);
    CHECK(has(arguments));
    CHECK_OK(as("border", "crosscheck-touched", "{}", ""), err);
    CHECK(lacks(greek));
    /* An item that stands in a case of each of two units is told to both. */
    CHECK_OK(as("border", "case-put", "{\"number\":\"g-2\",\"title\":\"Greek, too\"}", ""), err);
    char shown[80];
    snprintf(shown, sizeof shown, "{\"item\":\"%s\"}", greek);
    CHECK_OK(as("border", "item-show", shown, "g-2"), err);
    CHECK_OK(as("ana", "case-assign", "{\"number\":\"g-1\",\"officer\":\"border\"}", ""), err);
    CHECK_OK(as("ana", "case-assign", "{\"number\":\"g-1\",\"officer\":\"duty\"}", ""), err);
    CHECK_OK(as("border", "crosscheck-touched", "{}", ""), err);
    CHECK(has(greek));
    CHECK_OK(as("duty", "crosscheck-touched", "{}", ""), err);
    CHECK(has(greek));
}

/* --- before one is sent --- */

CHECK_TEST(a_second_request_and_another_channel_are_warned_of)
{
    struct buffer draft CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct asked warning = {
        "duty", "duplicate-check", "{\"agreement\":\"ro-al\"}", "c-1", {NULL, 0}};
    static const struct who stranger = {"Nobody", "Known", "1955-05-05", NULL, NULL, NULL};

    CHECK_OK(as("duty", "case-reference",
                "{\"number\":\"c-1\",\"channel\":\"interpol\",\"reference\":\"I-24/7\"}", ""),
             err);
    CHECK(request_of(&popaj, 78, "Centrul de Cooperare (test)", &draft));
    warning.body = buffer_span(&draft);
    CHECK_OK(asked_run(&pair.nodes[0], &warning, &answer, &err), err);
    CHECK(has(first_item) && has(second_item));
    CHECK(has(
        "\"elsewhere\":[{\"case\":\"c-1\",\"channel\":\"interpol\",\"reference\":\"I-24/7\"}]"));
    buffer_clear(&draft);
    CHECK(request_of(&stranger, 79, "Centrul de Cooperare (test)", &draft));
    warning.body = buffer_span(&draft);
    CHECK_OK(asked_run(&pair.nodes[0], &warning, &answer, &err), err);
    CHECK(has("\"list\":[],\"more\":false"));
}

/* The partner may be out of reach for hours: whoever asks meanwhile is warned all the same. */
CHECK_TEST(a_request_that_waits_for_the_partner_is_warned_of)
{
    struct buffer draft CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct asked warning = {
        "duty", "duplicate-check", "{\"agreement\":\"ro-al\"}", "c-1", {NULL, 0}};
    static const struct who driver = {"Waits",     "Who", "1971-07-17",
                                      "WW7034567", NULL,  "plates AA 717 WW"};
    struct journal_line *line = &pair.nodes[0].journal.lines[0];
    char item[UUID_TEXT_SIZE], arguments[80];

    line->is_reachable = false;
    CHECK(request_of(&driver, 90, "Centrul de Cooperare (test)", &draft));
    warning.body = buffer_span(&draft);
    CHECK_OK(asked_run(&pair.nodes[0], &warning, &answer, &err), err);
    CHECK(has("\"list\":[]"));
    CHECK_OR_RETURN(
        send(&pair.nodes[0], "ro-al", &driver, 91, "Centrul de Cooperare (test)", item));
    CHECK_OK(asked_run(&pair.nodes[0], &warning, &answer, &err), err);
    CHECK(has(item) && has("\"own\":true") && has("\"by\":[\"document\""));
    /* The node looks at it once more when it has left; nothing stands twice. */
    line->is_reachable = true;
    pair_settle(&pair);
    CHECK_OK(follow(), err);
    CHECK_OK(asked_run(&pair.nodes[0], &warning, &answer, &err), err);
    CHECK(has(item));
    /* What is withdrawn before it left is warned of no more. */
    line->is_reachable = false;
    CHECK_OR_RETURN(
        send(&pair.nodes[0], "ro-al", &driver, 92, "Centrul de Cooperare (test)", item));
    CHECK_OK(asked_run(&pair.nodes[0], &warning, &answer, &err), err);
    CHECK(has(item));
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    CHECK_OK(as("ana", "item-withdraw", arguments, "c-1"), err);
    CHECK_OK(asked_run(&pair.nodes[0], &warning, &answer, &err), err);
    CHECK(lacks(item));
    line->is_reachable = true;
    pair_settle(&pair);
}

static bool asks(const char *elsewhere, bool is_training, bool has_reference)
{
    static const struct foreign_reference siena = {CHANNEL_SIENA, {(const uint8_t *)"S-1", 3}};
    static unsigned number = 200;
    char reference[24], arguments[80];
    struct request request = sample_request_numbered(number++, reference);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct asked asked = {"ana", "request-send", arguments, "c-1", {NULL, 0}};

    snprintf(arguments, sizeof arguments, "{\"agreement\":\"ro-al\"%s%s%s}",
             elsewhere == NULL ? "" : ",\"elsewhere\":\"", elsewhere == NULL ? "" : elsewhere,
             elsewhere == NULL ? "" : "\"");
    request.is_training = is_training;
    request.foreign_references = &siena;
    request.foreign_reference_count = has_reference;
    error_clear(&err);
    if (!request_write(&request, &body))
        return false;
    asked.body = buffer_span(&body);
    return asked_run(&pair.nodes[0], &asked, &answer, &err);
}

CHECK_TEST(whether_it_was_sent_elsewhere_is_asked_first)
{
    CHECK(!asks(NULL, false, false));
    CHECK_ERROR(err, ERROR_INPUT, "another channel already?");
    CHECK(!asks("yes", true, false));
    CHECK_ERROR(err, ERROR_INPUT, "names no channel");
    CHECK(!asks("no", true, true));
    CHECK_ERROR(err, ERROR_INPUT, "names a channel");
    CHECK(!asks("perhaps", true, true));
    CHECK_INT(err.kind, ERROR_INPUT);
    /* Then it goes on: to the agreement, which has more to say of an unknown authority. */
    for (int i = 0; i < 3; i++) {
        CHECK(!asks(i == 0 ? NULL : i == 1 ? "yes" : "no", true, i == 1));
        CHECK(strstr(err.text, "elsewhere") == NULL && strstr(err.text, "agreement") != NULL);
    }
}

/* --- erased with its item --- */

//= dir-2016-680 art 4(1)(e)
CHECK_TEST(keys_go_with_their_item)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct journal *journal = &pair.nodes[0].journal;
    struct journal_line *line = &journal->lines[0];
    uint8_t id[UUID_SIZE];
    struct entry_row row;
    char arguments[120];
    int64_t count = 0;

    CHECK_OR_RETURN(uuid_read(span_text(first_item), id) &&
                    journal_find_message(journal, line, SIDE_PARTNER, span_make(id, sizeof id),
                                         &arena, &row, &err));
    CHECK_OK(key_count(journal->db, KEY_ITEM, row.id, &count, &err), err);
    CHECK(count >= 3);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"erase_reason\":\"order\"}",
             first_item);
    CHECK_OK(as("ana", "item-erase", arguments, "c-1"), err);
    CHECK_OK(key_count(journal->db, KEY_ITEM, row.id, &count, &err), err);
    CHECK_INT(count, 0);
    CHECK_OK(check("duty", second_item), err);
    CHECK(lacks(first_item));
}

/* --- what fails --- */

struct salted {
    int64_t entry;
    struct span salt;
};

static bool salt_put(struct journal *journal, void *context, struct error *e)
{
    static const char sql[] = "update entries set salt = $1 where id = $2";
    const struct salted *salted = context;
    struct statement *s CLEANUP(statement_give) = statement_take(journal->db, sql, e);

    if (s == NULL)
        return false;
    statement_bytes(s, 1, salted->salt);
    statement_integer(s, 2, salted->entry);
    return statement_run(s, e);
}

static int64_t unchecked(void)
{
    int64_t count = -1;

    return unchecked_count(pair.nodes[0].journal.db, &count, &err) ? count : -1;
}

static bool entry_of(const char *item, struct arena *arena, struct entry_row *out)
{
    struct journal *journal = &pair.nodes[0].journal;
    uint8_t id[UUID_SIZE];

    return uuid_read(span_text(item), id) &&
           journal_find_message(journal, journal_line_of(journal, span_text("ro-al")), SIDE_PARTNER,
                                span_make(id, sizeof id), arena, out, &err);
}

CHECK_TEST(what_cannot_be_read_stops_no_other_and_is_tried_again)
{
    static const struct who damaged = {"Damaged", "Body", "1971-02-03", "ZZ1034567", NULL, NULL};
    static const struct who behind = {"Behind", "It", "1972-02-03", "ZY1034567", NULL, NULL};
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct pair_node *node = &pair.nodes[0];
    char item[UUID_TEXT_SIZE], next[UUID_TEXT_SIZE];
    struct entry_row row, behind_row;
    struct unchecked_row noted;
    int64_t count = 0;
    size_t listed = 0;

    CHECK_OR_RETURN(from_albania(&damaged, 301, item) && from_albania(&behind, 302, next));
    CHECK_OR_RETURN(pair_reopen(node)); /* bodies are read from the books again */
    CHECK_OR_RETURN(entry_of(item, &arena, &row) && entry_of(next, &arena, &behind_row));
    struct salted whole = {row.id, row.salt}, cut = {row.id, span_text("cut")};
    CHECK_OK(pair_work(node, salt_put, &cut, &err), err);
    CHECK_OK(follow(), err);
    CHECK_INT(unchecked(), 1);
    CHECK_OK(key_count(node->journal.db, KEY_ITEM, row.id, &count, &err), err);
    CHECK_INT(count, 0);
    CHECK_OK(key_count(node->journal.db, KEY_ITEM, behind_row.id, &count, &err), err);
    CHECK(count >= 2);
    CHECK_OK(unchecked_list(node->journal.db, &arena, INT64_MAX, &noted, 1, &listed, &err), err);
    CHECK(listed == 1 && noted.entry == row.id && noted.tries == 1);
    CHECK(span_equal(noted.reason, span_text("an entry's salt is cut")));
    CHECK_INT(noted.again_ms - noted.first_ms, 60000);
    /* Not before its time; then again, later each time. */
    CHECK_OK(follow(), err);
    CHECK_OK(unchecked_find(node->journal.db, &arena, row.id, &noted, &err), err);
    CHECK_INT(noted.tries, 1);
    pair_wait(61000);
    CHECK_OK(follow(), err);
    CHECK_OK(unchecked_find(node->journal.db, &arena, row.id, &noted, &err), err);
    CHECK_INT(noted.tries, 2);
    CHECK(noted.again_ms - pair_clock_ms() > 110000);
    /* A body that was brought back is checked, once. */
    CHECK_OK(pair_work(node, salt_put, &whole, &err), err);
    pair_wait(121000);
    int64_t before = node->journal.next_entry;
    CHECK_OK(follow(), err);
    CHECK_INT(unchecked(), 0);
    CHECK_INT(node->journal.next_entry - before, 1); /* the consultation */
    CHECK_OK(key_count(node->journal.db, KEY_ITEM, row.id, &count, &err), err);
    CHECK(count >= 2);
    CHECK_OK(follow(), err);
    CHECK_INT(node->journal.next_entry - before, 1);
}

static bool officer_enter(const char *id, const char *unit, const char *role)
{
    return asked_officer(&pair.nodes[0], id, unit, role, &answer, &err);
}

/* Greece's desk: the third node has none until now. */
static bool greek_desk(struct pair_node *node)
{
    struct officer_row ana = {.id = span_text("ana"),
                              .name = span_text("Test"),
                              .unit = span_text("desk"),
                              .role = span_text("head_of_desk"),
                              .is_active = true};
    struct officer_row second = ana;

    second.id = span_text("second");
    second.role = span_text("approver");
    return database_begin(node->db, DATABASE_FULL, &err) && officer_put(node->db, &ana, &err) &&
           officer_put(node->db, &second, &err) &&
           case_put(node->db, span_text("c-1"), span_text("Test"), 1, &err) &&
           database_commit(node->db, &err);
}

int main(void)
{
    answer = buffer_make(4u << 20);
    kept = buffer_make(4u << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    if (!officer_enter("duty", "ports", "duty_officer") ||
        !officer_enter("border", "border", "investigator") || !third_make(&pair, &third) ||
        !greek_desk(&third.node)) {
        printf("%s\n", err.text);
        return 1;
    }
    CHECK_RUN(what_was_asked_before_is_found_however_it_is_written);
    CHECK_RUN(a_year_is_no_date_and_a_text_has_plates_and_telephones);
    CHECK_RUN(the_node_consults_and_says_so_in_the_log);
    CHECK_RUN(cases_are_found_and_what_their_unit_keeps_is_its_own);
    CHECK_RUN(who_is_protected_in_one_case_is_protected_in_all);
    CHECK_RUN(what_many_have_leads_to_nobody_and_the_hidden_do_not_count);
    CHECK_RUN(of_a_document_that_many_records_have_the_newest_are_shown);
    CHECK_RUN(a_greek_item_changes_nothing_that_albania_or_the_ordinary_desk_can_see);
    CHECK_RUN(a_second_request_and_another_channel_are_warned_of);
    CHECK_RUN(a_request_that_waits_for_the_partner_is_warned_of);
    CHECK_RUN(whether_it_was_sent_elsewhere_is_asked_first);
    CHECK_RUN(keys_go_with_their_item);
    CHECK_RUN(what_cannot_be_read_stops_no_other_and_is_tried_again);
    third_free(&third);
    pair_free(&pair);
    buffer_free(&answer);
    buffer_free(&kept);
    return check_end();
}
