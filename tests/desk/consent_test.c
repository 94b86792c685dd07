/*
 * Consent: of the provider, in a message of its own or a document in the register, younger than what goes on, and about it.
 * Nothing else is one: no word of the officer, no silence, no refusal, no message about something else.
 */
#include "check.h"
#include "desk/support/asked.h"
#include "desk/support/passed.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"

#include "base/text.h"

static struct pair pair;
static struct error err;
static struct buffer out;

static char wanted[UUID_TEXT_SIZE]; /* given by Albania under H2 */
static char reference[24];
static char elder[UUID_TEXT_SIZE]; /* given before it */

static bool given(size_t from, const char *words, char item[UUID_TEXT_SIZE])
{
    return passed_give(&pair, from, &(struct passed){.words = words}, item, &err);
}

/* Romania forwards what is wanted, under this consent. */
static bool goes(const char *consent)
{
    char more[200];

    snprintf(more, sizeof more, ",\"authority\":\"spoc-ro\",\"use\":\"police\",\"consent\":\"%s\"",
             consent);
    return passed_act(&pair.nodes[0], "item-forward", wanted, more, &out, &err);
}

static bool says(const char *words)
{
    return strstr((const char *)out.data, words) != NULL;
}

static bool scene_make(void)
{
    struct passed passed = {.handling = HANDLING_BIT(HANDLING_H2)};

    pair_settle(&pair);
    if (!given(1, "Of something else.", elder))
        return false;
    pair_wait(1000);
    if (!passed_give(&pair, 1, &passed, wanted, &err))
        return false;
    snprintf(reference, sizeof reference, "%s", passed_reference());
    pair_wait(1000);
    return true;
}

CHECK_TEST(a_word_of_the_officer_is_none)
{
    static const char *const words[] = {
        "yes", "AL-2026-17", "-1", "1.5", " 1", "01890A5D-AC96-774B-BCCE-B302099A8057"};

    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        CHECK(!goes(words[i]));
        CHECK_ERROR(err, ERROR_INPUT, "consent: it is named by the id of an item");
    }
    CHECK(!goes("01890a5d-ac96-774b-bcce-b302099a8057"));
    CHECK_ERROR(err, ERROR_MISSING, "consent: no item");
    CHECK(!goes("7"));
    CHECK_ERROR(err, ERROR_MISSING, "consent: no such registered item");
}

CHECK_TEST(it_is_of_the_provider_and_younger)
{
    char own[UUID_TEXT_SIZE], words[80];

    CHECK(!goes(wanted)); /* names itself */
    CHECK_ERROR(err, ERROR_RULE, "is no consent of al");
    snprintf(words, sizeof words, "We would like %s to go on.", reference);
    CHECK_OR_RETURN(given(0, words, own));
    CHECK(!goes(own));
    CHECK_ERROR(err, ERROR_RULE, "is no consent of al");
    CHECK(!goes(elder));
    CHECK_ERROR(err, ERROR_RULE, "consent: it is older");
}

/* By its id or its reference, as a whole word; or in reply to what named it. */
CHECK_TEST(it_names_what_goes_on)
{
    static const char *const near[] = {"%s1 may go on.", "x%s may go on.", "Not %s/2.",
                                       "\xc3\xa9%s may go on."};
    static const char *const exact[] = {"%s may go on.", "Consent:\n%s", "We consent (%s).",
                                        "\"%s\" may"};
    char item[UUID_TEXT_SIZE], words[120];

    CHECK_OR_RETURN(given(1, "Everything may go on.", item));
    CHECK(!goes(item));
    CHECK_ERROR(err, ERROR_RULE, "names neither the item");
    for (size_t i = 0; i < ARRAY_COUNT(near); i++) {
        snprintf(words, sizeof words, "%.*s%s%s", (int)(strstr(near[i], "%s") - near[i]), near[i],
                 reference, strstr(near[i], "%s") + 2);
        CHECK_OR_RETURN(given(1, words, item));
        CHECK(!goes(item));
        CHECK_ERROR(err, ERROR_RULE, "names neither the item");
    }
    for (size_t i = 0; i < ARRAY_COUNT(exact); i++) {
        snprintf(words, sizeof words, "%.*s%s%s", (int)(strstr(exact[i], "%s") - exact[i]),
                 exact[i], reference, strstr(exact[i], "%s") + 2);
        CHECK_OR_RETURN(given(1, words, item));
        CHECK_OK(goes(item), err);
    }
    snprintf(words, sizeof words, "Your item %s may go on.", wanted);
    CHECK_OR_RETURN(given(1, words, item));
    CHECK_OK(goes(item), err);
    snprintf(words, sizeof words, "\"consents\":[\"%s\"]", item);
    CHECK(says(words));
    /* Erased, it proves nothing any more. */
    CHECK_OK(
        passed_act(&pair.nodes[0], "item-erase", item, ",\"erase_reason\":\"order\"", &out, &err),
        err);
    CHECK(!goes(item));
    CHECK_ERROR(err, ERROR_GONE, "consent: this item is no longer here");
}

/* Romania asks about an item, Albania answers so. */
static bool answered(struct answer answer, const char *asks, char item[UUID_TEXT_SIZE])
{
    static unsigned asked = 60;
    char text[24], named[UUID_TEXT_SIZE];
    struct request request = sample_request_numbered(asked++, text);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct asked sent = {"ana", "request-send", "{}", "c-1", {NULL, 0}};

    request.authority = span_text("Centrul de Cooperare (test)");
    request.asked = span_text(asks);
    if (!request_write(&request, &body))
        return false;
    sent.body = buffer_span(&body);
    if (!asked_run(&pair.nodes[0], &sent, &out, &err))
        return false;
    snprintf(named, sizeof named, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    char arguments[80];
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", named);
    buffer_clear(&body);
    buffer_clear(&out);
    answer.request_reference = request.reference;
    if (answer.refusal_count > 0)
        answer.refusal_count = 1; /* without the one that keeps its true ground at home */
    if (!answer_write(&answer, &body) ||
        !pair_act(&pair.nodes[1], "answer-send", arguments, buffer_span(&body), &out, &err))
        return false;
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    return true;
}

CHECK_TEST(neither_silence_nor_a_refusal_is_one)
{
    char item[UUID_TEXT_SIZE], asks[80];

    snprintf(asks, sizeof asks, "May %s go to our border police?", reference);
    CHECK_OK(answered(sample_answer_nothing_held(), asks, item), err);
    CHECK(!goes(item));
    CHECK_ERROR(err, ERROR_RULE, "neither silence nor a refusal is consent");
    CHECK_OK(answered(sample_answer_refused(), asks, item), err);
    CHECK(!goes(item));
    CHECK_ERROR(err, ERROR_RULE, "neither silence nor a refusal is consent");
    /* The answer names nothing; what it answers does. */
    CHECK_OK(answered(sample_answer(), asks, item), err);
    CHECK_OK(goes(item), err);
    CHECK_OK(answered(sample_answer(), "Where is he?", item), err);
    CHECK(!goes(item));
    CHECK_ERROR(err, ERROR_RULE, "names neither the item");
}

CHECK_TEST(a_request_grants_nothing_and_a_reply_does)
{
    char request[UUID_TEXT_SIZE], question[UUID_TEXT_SIZE], reply[UUID_TEXT_SIZE], more[160];

    CHECK_OR_RETURN(pair_request(&pair.nodes[1], 88, request, &err));
    pair_settle(&pair);
    CHECK(!goes(request));
    CHECK_ERROR(err, ERROR_RULE, "no request");
    snprintf(more, sizeof more, ",\"question\":\"May %s go on?\",\"language\":\"en\"", reference);
    CHECK_OK(passed_act(&pair.nodes[0], "clarification-ask", request, more, &out, &err), err);
    snprintf(question, sizeof question, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    CHECK_OK(passed_act(&pair.nodes[1], "clarification-reply", question,
                        ",\"reply\":\"It may.\",\"language\":\"en\"", &out, &err),
             err);
    snprintf(reply, sizeof reply, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    CHECK_OK(goes(reply), err);
}

/* Registered so long ago; its id. */
static int registered(int64_t ago_ms, const char *subject, const char *more, const char *number)
{
    char text[600], received[TIME_TEXT_SIZE];

    time_write(pair_clock_ms() - ago_ms, received);
    snprintf(text, sizeof text,
             "{\"channel\":\"paper\",\"received\":\"%s\",\"sender\":\"Desk of al (test)\","
             "\"subject\":\"%s\",\"original\":\"shelf 3\"%s}",
             received, subject, more);
    struct asked put = {"ana", "register-put", text, number, {NULL, 0}};
    if (!asked_run(&pair.nodes[0], &put, &out, &err))
        return 0;
    const char *id = memmem(out.data, out.size, "\"register\":", 11);
    return id == NULL ? 0 : atoi(id + 11);
}

static bool goes_by(int id)
{
    char text[16];

    snprintf(text, sizeof text, "%d", id);
    return goes(text);
}

CHECK_TEST(a_document_in_the_register_is_one)
{
    char subject[120];

    snprintf(subject, sizeof subject, "Consent of al to %s going to the border police", reference);
    pair_wait(60000);
    int id = registered(0, subject, "", "c-1");
    CHECK_OR_RETURN(id > 0);
    CHECK_OK(goes_by(id), err);
    CHECK(says("\"consents\":[\"2026/"));
    CHECK(!goes_by(registered(0, "Consent of al to all", "", "c-1")));
    CHECK_ERROR(err, ERROR_RULE, "names neither the item");
    CHECK(!goes_by(registered(INT64_C(86400000), subject, "", "c-1")));
    CHECK_ERROR(err, ERROR_RULE, "consent: it is older");
}

CHECK_TEST(a_spoken_one_counts_when_it_is_confirmed)
{
    char subject[120], more[40];

    snprintf(subject, sizeof subject, "Told by telephone: %s may go on", reference);
    int oral = registered(0, subject, ",\"oral\":true", "c-1");
    CHECK_OR_RETURN(oral > 0);
    CHECK(!goes_by(oral));
    CHECK_ERROR(err, ERROR_RULE, "by word of mouth and is not confirmed");
    snprintf(more, sizeof more, ",\"confirms\":%d", oral);
    CHECK_OR_RETURN(registered(0, "letter", more, "c-1") > 0);
    CHECK_OK(goes_by(oral), err);
}

/* What another unit keeps to itself serves nobody who does not see it. */
CHECK_TEST(a_document_of_a_case_that_is_not_seen_is_none)
{
    char subject[120];
    struct asked put = {"guarded",
                        "case-put",
                        "{\"number\":\"c-9\",\"title\":\"Test\",\"restricted\":true}",
                        NULL,
                        {NULL, 0}};

    CHECK_OK(asked_officer(&pair.nodes[0], "guarded", "guard", "head_of_desk", &out, &err), err);
    CHECK_OK(asked_officer(&pair.nodes[0], "other", "desk", "duty_officer", &out, &err), err);
    CHECK_OK(asked_run(&pair.nodes[0], &put, &out, &err), err);
    snprintf(subject, sizeof subject, "Consent of al to %s", reference);
    char text[500], received[TIME_TEXT_SIZE];
    time_write(pair_clock_ms(), received);
    snprintf(text, sizeof text,
             "{\"channel\":\"paper\",\"received\":\"%s\",\"sender\":\"al\",\"subject\":\"%s\","
             "\"original\":\"shelf 3\"}",
             received, subject);
    struct asked letter = {"guarded", "register-put", text, "c-9", {NULL, 0}};
    CHECK_OK(asked_run(&pair.nodes[0], &letter, &out, &err), err);
    const char *id = memmem(out.data, out.size, "\"register\":", 11);
    CHECK_OR_RETURN(id != NULL);
    snprintf(text, sizeof text, "{\"item\":\"%s\",\"authority\":\"spoc-ro\",\"consent\":\"%d\"}",
             wanted, atoi(id + 11));
    struct asked forward = {"other", "item-forward", text, "c-1", {NULL, 0}};
    CHECK(!asked_run(&pair.nodes[0], &forward, &out, &err));
    CHECK_ERROR(err, ERROR_RULE, "restricted");
    forward.officer = "guarded";
    CHECK_OK(asked_run(&pair.nodes[0], &forward, &out, &err), err);
}

/* A third provider is none of ours here: it consents in a document, and the partner does not for it. */
//= dir-2016-680 art 35(1)(e)
CHECK_TEST(nobody_consents_for_a_third)
{
    char item[UUID_TEXT_SIZE], word[UUID_TEXT_SIZE], words[120], more[160];

    CHECK_OK(passed_give(&pair, 1, &(struct passed){.third = "mk"}, item, &err), err);
    snprintf(words, sizeof words, "mk agrees to %s going on.", passed_reference());
    CHECK_OR_RETURN(given(1, words, word));
    snprintf(more, sizeof more,
             ",\"authority\":\"spoc-ro\",\"use\":\"police\",\"third_consent\":\"%s\"", word);
    CHECK(!passed_act(&pair.nodes[0], "item-forward", item, more, &out, &err));
    CHECK_ERROR(err, ERROR_RULE, "is no consent of mk");
    pair_wait(60000);
    /* Under its own reference, which the marking names. */
    int id = registered(0, "mk to MK-2026-7: it may go on", "", "c-1");
    snprintf(more, sizeof more,
             ",\"authority\":\"spoc-ro\",\"use\":\"police\",\"third_consent\":\"%d\"", id);
    CHECK_OK(passed_act(&pair.nodes[0], "item-forward", item, more, &out, &err), err);
}

int main(void)
{
    out = buffer_make(1 << 20);
    if (!pair_make(&pair) || !scene_make()) {
        printf("%s\n", err.text);
        return 1;
    }
    CHECK_RUN(a_word_of_the_officer_is_none);
    CHECK_RUN(it_is_of_the_provider_and_younger);
    CHECK_RUN(it_names_what_goes_on);
    CHECK_RUN(neither_silence_nor_a_refusal_is_one);
    CHECK_RUN(a_request_grants_nothing_and_a_reply_does);
    CHECK_RUN(a_document_in_the_register_is_one);
    CHECK_RUN(a_spoken_one_counts_when_it_is_confirmed);
    CHECK_RUN(a_document_of_a_case_that_is_not_seen_is_none);
    CHECK_RUN(nobody_consents_for_a_third);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
