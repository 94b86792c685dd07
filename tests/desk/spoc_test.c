/*
 * Copies to the own Single Point of Contact: what another unit sends is listed for it and opened like any message; what is
 * exempted shows it the number alone, is said in the access entry, and opens for others only.
 * covers: spoc
 */
#include "check.h"
#include "desk/private.h"
#include "desk/spoc.h"
#include "desk/support/asked.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"

#include <stdio.h>
#include <string.h>

static struct pair pair;
static struct error err;
static struct buffer out;
static unsigned number = 700;

static bool ask(const char *officer, const char *act, const char *arguments, struct span body)
{
    struct asked asked = {officer, act, arguments, "c-1", body};
    bool ok = asked_run(&pair.nodes[0], &asked, &out, &err);

    if (ok)
        pair_settle(&pair);
    return ok;
}

static bool request_by(const char *officer, const char *arguments, char item[UUID_TEXT_SIZE])
{
    char reference[24];
    struct request sample = sample_request();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    snprintf(reference, sizeof reference, "RO-%u", number++);
    sample.reference = span_text(reference);
    sample.authority = span_text("Centrul de Cooperare (test)");
    if (!request_write(&sample, &body) ||
        !ask(officer, "request-send", arguments, buffer_span(&body)))
        return false;
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    return true;
}

static bool shows(const char *officer, const char *item)
{
    char arguments[80];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    return ask(officer, "item-show", arguments, span_text(""));
}

/* The newest entry of the domestic log by this act names these words among its objects. */
static bool entry_names(const char *act, const char *words)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
    struct journal *journal = &pair.nodes[0].journal;
    struct error missing = {0};

    for (int64_t id = journal->next_entry - 1; id > 0; id--) {
        struct entry_row row;
        struct span body;
        char found[80];
        if (!entry_find(journal->db, &arena, id, &row, &missing) || row.type != MESSAGE_ACT ||
            !journal_body(journal, &row, &arena, &body, &missing))
            continue;
        snprintf(found, sizeof found, "\"act\":\"%s\"", act);
        if (memmem(body.data, body.size, found, strlen(found)) != NULL)
            return memmem(body.data, body.size, words, strlen(words)) != NULL;
    }
    return false;
}

CHECK_TEST(units_of_the_single_point_of_contact_are_known_by_their_code)
{
    CHECK(spoc_is_unit(span_text("spoc")));
    CHECK(spoc_is_unit(span_text("spoc-1")));
    CHECK(!spoc_is_unit(span_text("spocs")));
    CHECK(!spoc_is_unit(span_text("border")));
    CHECK(!spoc_is_unit(span_text("")));
}

//= dir-2023-977 art 4(1)
//= dir-2023-977 art 4(2)
CHECK_TEST(what_a_designated_authority_sends_is_copied_to_the_single_point_of_contact)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OK(request_by("border", "{}", item), err);
    CHECK(!entry_names("request-send", "copy-exempt"));
    CHECK_OK(ask("duty", "copy-list", "{}", span_text("")), err);
    CHECK(answer_has(&out, item));
    CHECK(answer_has(&out, "\"type\":\"request\",\"unit\":\"border-3\""));
    CHECK(entry_names("copy-list", item));
    CHECK_OK(shows("duty", item), err);
    CHECK(entry_names("item-show", item));
    CHECK_OK(ask("dora", "copy-list", "{}", span_text("")), err);
    CHECK(answer_has(&out, item));
}

CHECK_TEST(what_the_single_point_of_contact_sends_is_no_copy)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OK(request_by("duty", "{}", item), err);
    CHECK_OK(ask("duty", "copy-list", "{}", span_text("")), err);
    CHECK(answer_lacks(&out, item));
    CHECK(!request_by("duty", "{\"copy_exemption\":\"safety_of_person\"}", item));
    CHECK_ERROR(err, ERROR_INPUT, "sends this itself");
}

//= dir-2023-977 art 4(2)
CHECK_TEST(an_exemption_is_in_the_access_entry_and_shows_the_number_alone)
{
    static const char *const reasons[] = {"highly_sensitive_investigation",
                                          "terrorism_not_emergency", "safety_of_person"};
    char item[UUID_TEXT_SIZE], arguments[100], words[100];

    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        snprintf(arguments, sizeof arguments, "{\"copy_exemption\":\"%s\"}", reasons[i]);
        snprintf(words, sizeof words, "copy-exempt %s", reasons[i]);
        CHECK_OK(request_by("border", arguments, item), err);
        CHECK(entry_names("request-send", words));
        CHECK_OK(ask("duty", "copy-list", "{\"limit\":1}", span_text("")), err);
        CHECK(answer_has(&out, "\"exempted\":true}"));
        CHECK(answer_lacks(&out, item) && answer_lacks(&out, "border-3"));
        CHECK(!shows("duty", item));
        CHECK_ERROR(err, ERROR_RULE, "exempted from the copy");
        CHECK_OK(shows("border", item), err);
        CHECK_OK(shows("dora", item), err);
        CHECK_OK(ask("dora", "copy-list", "{\"limit\":1}", span_text("")), err);
        CHECK(answer_has(&out, item) && answer_has(&out, reasons[i]));
    }
    CHECK(!request_by("border", "{\"copy_exemption\":\"we_would_rather_not\"}", item));
    CHECK_ERROR(err, ERROR_INPUT, "copy_exemption");
}

/* Urgent, so that it is an alarm when it does not reach the partner. */
static bool exempted_urgent(char item[UUID_TEXT_SIZE])
{
    struct request sample = sample_request_urgent();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct asked asked = {
        "border", "request-send", "{\"copy_exemption\":\"safety_of_person\"}", "c-1", {NULL, 0}};

    sample.reference = span_text("RO-KEPT-2");
    sample.authority = span_text("Centrul de Cooperare (test)");
    if (!request_write(&sample, &body))
        return false;
    asked.body = buffer_span(&body);
    if (!asked_run(&pair.nodes[0], &asked, &out, &err))
        return false;
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    return true;
}

static bool lists(const char *officer, const char *act, const char *arguments, const char *words)
{
    if (!ask(officer, act, arguments, span_text(""))) {
        printf("%s: %s\n", act, err.text);
        CHECK(false);
        return false;
    }
    return memmem(out.data, out.size, words, strlen(words)) != NULL;
}

/* The row of this reference in the list of sent requests has codes. */
static bool sent_has_codes(const char *officer, const char *reference)
{
    if (!lists(officer, "sent-list", "{\"limit\":200}", reference)) {
        CHECK(false);
        return false;
    }
    const char *at = memmem(out.data, out.size, reference, strlen(reference));
    const char *end = memchr(at, '}', out.size - (size_t)(at - (const char *)out.data));
    return end != NULL && memmem(at, (size_t)(end - at), "\"codes\":", 8) != NULL;
}

//= dir-2023-977 art 4(2)
CHECK_TEST(no_list_shows_the_single_point_of_contact_what_was_exempted)
{
    static const char *const case_1 = "{\"number\":\"c-1\"}";
    static const char *const own = "{\"own\":true}";
    struct spontaneous given = sample_spontaneous();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    uint64_t four_eyes = pair.nodes[0].journal.lines[0].agreement.four_eyes;
    char item[UUID_TEXT_SIZE], urgent[UUID_TEXT_SIZE];

    given.authority = span_text("Centrul de Cooperare (test)");
    given.reference = span_text("RO-KEPT-1");
    CHECK_OR_RETURN(spontaneous_write(&given, &body));
    pair.nodes[0].journal.lines[0].agreement.four_eyes = 0;
    CHECK_OK(ask("border", "spontaneous-send", "{\"copy_exemption\":\"safety_of_person\"}",
                 buffer_span(&body)),
             err);
    snprintf(item, sizeof item, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    CHECK(lists("border", "spontaneous-list", own, item) && entry_names("spontaneous-list", item));
    CHECK(lists("dora", "spontaneous-list", own, item));
    CHECK(!lists("duty", "spontaneous-list", own, item) &&
          !lists("duty", "spontaneous-list", own, "RO-KEPT-1"));
    CHECK(!entry_names("spontaneous-list", item));
    CHECK(lists("border", "case-show", case_1, item));
    CHECK(!lists("duty", "case-show", case_1, item) &&
          !lists("duty", "case-show", case_1, "RO-KEPT-1"));

    pair.is_cut = true;
    CHECK_OK(exempted_urgent(urgent), err);
    pair.nodes[0].journal.lines[0].agreement.four_eyes = four_eyes;
    pair_wait(INT64_C(20) * 60000);
    CHECK(lists("border", "alarm-list", "{}", urgent) && entry_names("alarm-list", urgent));
    CHECK(lists("duty", "alarm-list", "{}", "\"alarm\":\"no_custody\",\"type\":\"request\"") &&
          lists("duty", "alarm-list", "{}", "\"call\":\""));
    CHECK(!lists("duty", "alarm-list", "{}", urgent) &&
          !lists("duty", "alarm-list", "{}", "RO-KEPT-2"));
    CHECK(!entry_names("alarm-list", urgent));
    CHECK(!lists("duty", "case-show", case_1, "RO-KEPT-2"));
    /* That it was sent, under which reference and when; what it says about persons is not for them. */
    CHECK(sent_has_codes("border", "RO-KEPT-2") && !sent_has_codes("duty", "RO-KEPT-2"));
    pair.is_cut = false;
    pair_settle(&pair);
}

CHECK_TEST(another_unit_sees_its_own_copies)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OK(request_by("border", "{}", item), err);
    CHECK_OK(ask("border", "copy-list", "{}", span_text("")), err);
    CHECK(answer_has(&out, item));
    CHECK_OK(ask("other", "copy-list", "{}", span_text("")), err);
    CHECK(answer_has(&out, "\"list\":[]"));
}

CHECK_TEST(what_is_given_unasked_is_copied_and_goes_page_by_page)
{
    struct spontaneous given = sample_spontaneous();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char item[UUID_TEXT_SIZE], first[UUID_TEXT_SIZE], arguments[100];
    uint64_t four_eyes = pair.nodes[0].journal.lines[0].agreement.four_eyes;
    unsigned long long place = 0;

    CHECK_OK(request_by("border", "{}", first), err);
    given.authority = span_text("Centrul de Cooperare (test)");
    pair.nodes[0].journal.lines[0].agreement.four_eyes = 0;
    CHECK(spontaneous_write(&given, &body));
    CHECK_OK(ask("border", "spontaneous-send", "{}", buffer_span(&body)), err);
    pair.nodes[0].journal.lines[0].agreement.four_eyes = four_eyes;
    snprintf(item, sizeof item, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    CHECK_OK(ask("duty", "copy-list", "{\"limit\":1}", span_text("")), err);
    CHECK(answer_has(&out, item) && answer_has(&out, "\"type\":\"spontaneous\"") &&
          answer_lacks(&out, first));
    buffer_byte(&out, '\0');
    const char *next = strstr((const char *)out.data, "\"next\":\"");
    CHECK_OR_RETURN(next != NULL && sscanf(next + 8, "%llu", &place) == 1);
    snprintf(arguments, sizeof arguments, "{\"limit\":1,\"after\":\"%llu\"}", place);
    CHECK_OK(ask("duty", "copy-list", arguments, span_text("")), err);
    CHECK(answer_has(&out, first) && answer_lacks(&out, item));
    CHECK(!ask("duty", "copy-list", "{\"after\":\"x\"}", span_text("")));
    CHECK_ERROR(err, ERROR_INPUT, "not a place");
}

static bool there(const char *officer, const char *act, const char *item)
{
    char arguments[80] = "{}";
    struct asked asked = {officer, act, arguments, "c-1", {NULL, 0}};

    if (item != NULL)
        snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    return asked_run(&pair.nodes[1], &asked, &out, &err);
}

/* Whichever of its units asked: no message goes past it. */
//= dir-2023-977 art 5
//= dir-2023-977 art 7
CHECK_TEST(the_single_point_of_contact_of_the_other_state_has_what_is_given_to_its_units)
{
    struct answer answer = sample_answer();
    struct spontaneous given = sample_spontaneous();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct request request = sample_request();
    char item[UUID_TEXT_SIZE], asked_item[UUID_TEXT_SIZE], arguments[80];
    struct asked ports = {"ports", "request-send", "{}", "c-1", {NULL, 0}};

    pair.nodes[0].journal.lines[0].agreement.four_eyes = 0;
    pair.nodes[1].journal.lines[0].agreement.four_eyes = 0;
    given.authority = span_text("Centrul de Cooperare (test)");
    CHECK_OR_RETURN(spontaneous_write(&given, &body));
    CHECK_OK(ask("border", "spontaneous-send", "{}", buffer_span(&body)), err);
    snprintf(item, sizeof item, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    CHECK_OK(there("contact", "inbox-list", NULL), err);
    CHECK(answer_has(&out, item));
    CHECK_OK(there("contact", "item-show", item), err);
    CHECK(answer_has(&out, "\"body_state\":\"held\""));

    buffer_clear(&body);
    request.authority = span_text("Qendra e Bashk\xc3\xabpunimit (test)");
    CHECK_OR_RETURN(request_write(&request, &body));
    ports.body = buffer_span(&body);
    CHECK_OK(asked_run(&pair.nodes[1], &ports, &out, &err), err);
    snprintf(asked_item, sizeof asked_item, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    buffer_clear(&body);
    CHECK_OR_RETURN(answer_write(&answer, &body));
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", asked_item);
    CHECK_OK(ask("border", "answer-send", arguments, buffer_span(&body)), err);
    snprintf(item, sizeof item, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    CHECK_OK(there("contact", "item-show", asked_item), err);
    CHECK(answer_has(&out, item)); /* in its timeline */
    CHECK_OK(there("contact", "item-show", item), err);
    CHECK(answer_has(&out, "Ilirian"));
}

CHECK_TEST(a_copy_goes_with_its_message)
{
    char item[UUID_TEXT_SIZE], arguments[120];

    CHECK_OK(request_by("border", "{}", item), err);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"erase_reason\":\"order\"}", item);
    CHECK_OK(ask("border", "item-erase", arguments, span_text("")), err);
    CHECK_OK(ask("duty", "copy-list", "{}", span_text("")), err);
    CHECK(answer_lacks(&out, item));
}

int main(void)
{
    static const char *const officers[][3] = {{"border", "border-3", "investigator"},
                                              {"other", "narcotics", "investigator"},
                                              {"duty", "spoc-1", "duty_officer"},
                                              {"dora", "oversight", "dpo"}};
    out = buffer_make(4 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    for (size_t i = 0; i < sizeof officers / sizeof officers[0]; i++)
        if (!asked_officer(&pair.nodes[0], officers[i][0], officers[i][1], officers[i][2], &out,
                           &err))
            printf("%s: %s\n", officers[i][0], err.text);
    if (!asked_officer(&pair.nodes[1], "contact", "spoc", "duty_officer", &out, &err) ||
        !asked_officer(&pair.nodes[1], "ports", "ports-1", "investigator", &out, &err))
        printf("%s\n", err.text);
    CHECK_RUN(units_of_the_single_point_of_contact_are_known_by_their_code);
    CHECK_RUN(what_a_designated_authority_sends_is_copied_to_the_single_point_of_contact);
    CHECK_RUN(what_the_single_point_of_contact_sends_is_no_copy);
    CHECK_RUN(an_exemption_is_in_the_access_entry_and_shows_the_number_alone);
    CHECK_RUN(no_list_shows_the_single_point_of_contact_what_was_exempted);
    CHECK_RUN(another_unit_sees_its_own_copies);
    CHECK_RUN(what_is_given_unasked_is_copied_and_goes_page_by_page);
    CHECK_RUN(the_single_point_of_contact_of_the_other_state_has_what_is_given_to_its_units);
    CHECK_RUN(a_copy_goes_with_its_message);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
