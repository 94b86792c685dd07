/*
 * Codes: wherever an item is shown, what it and everything in it bear is shown with it: 4x4, fact or assessment, handling with
 * the words of H3, classification, source system, ground of the transfer; and a translation bears no less than its original.
 * covers: codes
 */
#include "check.h"
#include "desk/codes.h"
#include "desk/support/asked.h"
#include "desk/support/passed.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"

#include <stdio.h>

static struct pair pair;
static struct buffer out;
static struct error err;

static bool act(const char *name, const char *arguments)
{
    struct asked asked = {"ana", name, arguments, "c-1", {NULL, 0}};

    return asked_run(&pair.nodes[0], &asked, &out, &err);
}

static bool act_item(const char *name, const char *item, const char *more)
{
    char arguments[400];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item, more);
    return act(name, arguments);
}

static bool has(const char *text)
{
    return answer_has(&out, text);
}

static bool lacks(const char *text)
{
    return answer_lacks(&out, text);
}

/* What `codes` say, with a zero behind it. */
static const char *written(const struct codes *codes)
{
    static struct buffer text;
    struct json_writer writer;

    buffer_free(&text);
    text = buffer_make(1 << 16);
    writer = json_writer_make(&text);
    json_begin_object(&writer);
    codes_write(codes, &writer);
    json_end_object(&writer);
    buffer_byte(&text, '\0');
    return (const char *)text.data;
}

/* --- of one message --- */

static struct codes codes;

/* An answer whose text is weaker than its person, and the other way round. */
static void add(const struct marking *person, const struct marking *text)
{
    static struct answer answer; /* codes point into it */
    static struct item items[2];

    answer = sample_answer();
    memcpy(items, answer.items, sizeof items);
    memset(&codes, 0, sizeof codes);
    items[0].person.marking = *person;
    items[1].text.marking = *text;
    answer.items = items;
    codes_add_message(&codes, MESSAGE_ANSWER, &answer);
}

CHECK_TEST(codes_add_up_and_none_hides_another)
{
    struct answer sample = sample_answer();
    struct marking person = sample.items[0].person.marking, text = sample.items[1].text.marking;

    text.source_eval = SOURCE_EVAL_X;
    text.info_eval = 4;
    text.nature = NATURE_ASSESSMENT;
    text.handling = HANDLING_BIT(HANDLING_H3);
    text.handling_note = span_text("Not before the hearing.");
    text.source_system = SOURCE_EUROPOL;
    text.classification = CLASSIFICATION_LIMITED;
    text.special_categories = UINT64_C(1) << SPECIAL_HEALTH;
    text.is_restricted = true;
    text.has_transfer = true;
    text.transfer = (struct transfer){TRANSFER_ART38_1A, span_text("LED"), span_text("38"), 5000,
                                      span_text("A life is in danger.")};
    add(&person, &text);
    CHECK_SPAN(span_text(written(&codes)),
               "{\"handling\":[\"H0\",\"H1\",\"H3\"],\"classification\":\"limited\","
               "\"evaluation\":[\"B2\",\"X4\"],\"nature\":[\"fact\",\"assessment\"],"
               "\"handling_notes\":[\"Not before the hearing.\"],"
               "\"source_systems\":[\"national\",\"europol\"],"
               "\"special_categories\":[\"health\"],\"restricted\":true,"
               "\"transfer\":[{\"ground\":\"art61_treaty\",\"instrument\":\"PCC-SEE\","
               "\"article\":\"Art. 7\",\"review_at\":\"2027-01-12T00:00:00.000Z\"},"
               "{\"ground\":\"art38_1a\",\"instrument\":\"LED\",\"article\":\"38\","
               "\"review_at\":\"1970-01-01T00:00:05.000Z\",\"reason\":\"A life is in danger.\"}]}");
}

CHECK_TEST(each_evaluation_is_its_source_and_its_information)
{
    struct marking mark = sample_answer().items[0].person.marking;

    for (int source = 0; source < SOURCE_EVAL_COUNT; source++)
        for (int info = 1; info <= 4; info++) {
            char wanted[40];
            mark.source_eval = (enum source_eval)source;
            mark.info_eval = info;
            add(&mark, &mark);
            snprintf(wanted, sizeof wanted, "\"evaluation\":[\"%s%d\"]", source_eval_names[source],
                     info);
            CHECK(strstr(written(&codes), wanted) != NULL);
        }
}

/* An action that is allowed for one thing is not for another of which nothing is said. */
CHECK_TEST(the_narrowest_action_counts)
{
    static const struct {
        enum permitted_action one, other;
        const char *word; /* NULL: none */
    } rows[] = {{PERMITTED_UNSAID, PERMITTED_UNSAID, NULL},
                {PERMITTED_ACTION_ALLOWED, PERMITTED_UNSAID, NULL},
                {PERMITTED_UNSAID, PERMITTED_ACTION_ALLOWED, NULL},
                {PERMITTED_ACTION_ALLOWED, PERMITTED_ACTION_ALLOWED, "action_allowed"},
                {PERMITTED_ACTION_ALLOWED, PERMITTED_NO_CONTACT, "no_contact"},
                {PERMITTED_NO_CONTACT, PERMITTED_UNSAID, "no_contact"},
                {PERMITTED_PASSIVE_CHECK, PERMITTED_ACTION_ALLOWED, "passive_check"}};
    struct marking one = sample_answer().items[0].person.marking, other = one;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        one.permitted_action = rows[i].one;
        other.permitted_action = rows[i].other;
        add(&one, &other);
        const char *text = written(&codes);
        CHECK((strstr(text, "permitted_action") != NULL) == (rows[i].word != NULL));
        CHECK(rows[i].word == NULL || strstr(text, rows[i].word) != NULL);
    }
}

/* --- wherever it is shown --- */

#define WORDS "\"codes\":\"H0 H1 H3 unclassified B2 fact\""
#define H1_H3 (HANDLING_BIT(HANDLING_H1) | HANDLING_BIT(HANDLING_H3))

CHECK_TEST(every_list_that_shows_it_shows_its_codes)
{
    char item[UUID_TEXT_SIZE], request[UUID_TEXT_SIZE];

    CHECK_OK(passed_give(&pair, 1, &(struct passed){.handling = H1_H3}, item, &err), err);
    CHECK_OK(act("spontaneous-list", "{}"), err);
    CHECK(has(item) && has(WORDS));
    CHECK_OK(act("inbox-list", "{}"), err);
    CHECK(has(item) && has(WORDS));
    CHECK_OK(act_item("item-show", item, ""), err); /* which puts it into the case */
    CHECK_OK(act("case-show", "{\"number\":\"c-1\"}"), err);
    CHECK(has(item) && has(WORDS));
    CHECK_OK(pair_request(&pair.nodes[1], 801, request, &err), err);
    pair_settle(&pair);
    CHECK_OK(act("inbox-list", "{}"), err);
    CHECK(has(request) && has("\"codes\":\"H1 unclassified B2 fact\""));
    CHECK_OK(pair_request(&pair.nodes[0], 802, request, &err), err);
    pair_settle(&pair);
    CHECK_OK(act("sent-list", "{}"), err);
    CHECK(has(request) && has("\"codes\":\"H1 unclassified B2 fact\""));
    CHECK_OK(act("copy-list", "{}"), err);
    CHECK(has(request) && has("\"codes\":\"H1 unclassified B2 fact\""));
}

CHECK_TEST(opened_translated_and_passed_on_it_shows_all_of_them)
{
    static const char all[] =
        "\"handling\":[\"H0\",\"H1\",\"H3\"],\"classification\":\"unclassified\",\"evaluation\":[\"B2\"],"
        "\"nature\":[\"fact\"],\"handling_notes\":[\"Not before the hearing.\"],"
        "\"source_systems\":[\"national\"],\"transfer\":[{\"ground\":\"art61_treaty\","
        "\"instrument\":\"PCC-SEE\",\"article\":\"Art. 7\"";
    char item[UUID_TEXT_SIZE];

    CHECK_OK(passed_give(&pair, 1, &(struct passed){.handling = H1_H3}, item, &err), err);
    CHECK_OK(act_item("item-show", item, ""), err);
    CHECK(has("\"codes\":{") && has(all));
    CHECK_OK(act_item("translation-put", item,
                      ",\"language\":\"ro\",\"translator\":\"Test\",\"text\":\"tradus\""),
             err);
    CHECK_OK(act_item("translation-list", item, ""), err);
    CHECK(has("\"original_prevails\":true,") && has(all));
    CHECK_OK(passed_give(&pair, 1, &(struct passed){.source = SOURCE_NATIONAL}, item, &err), err);
    CHECK_OK(act_item("item-forward", item, ",\"authority\":\"spoc-ro\",\"use\":\"police\""), err);
    CHECK(has("\"evaluation\":[\"B2\"],\"nature\":[\"fact\"]") && has("\"transfer\":[{"));
}

CHECK_TEST(what_is_not_here_yet_may_be_stricter)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OK(passed_give(&pair, 1, &(struct passed){.handling = H1_H3}, item, &err), err);
    CHECK_OK(passed_part_set(&pair.nodes[0], item, 2, PART_WANTED, &err), err);
    CHECK_OK(act("spontaneous-list", "{}"), err);
    CHECK(has("B2 fact partial\""));
    CHECK_OK(act_item("item-show", item, ""), err);
    CHECK(has("\"nature\":[\"fact\"],\"partial\":true"));
}

/* Asked twice, it says the same; once a part is erased, what that alone bore is gone. */
CHECK_TEST(a_list_keeps_no_codes_of_what_was_erased)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OK(passed_give(&pair, 1, &(struct passed){.handling = H1_H3}, item, &err), err);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(act("spontaneous-list", "{\"limit\":1}"), err);
        CHECK(has(item) && has(WORDS));
    }
    CHECK_OK(act_item("item-erase", item, ",\"part\":1,\"erase_reason\":\"order\""), err);
    CHECK_OK(act_item("item-erase", item, ",\"part\":2,\"erase_reason\":\"order\""), err);
    CHECK_OK(act("spontaneous-list", "{\"limit\":1}"), err);
    CHECK(has(item) && has("\"codes\":\"H0 unclassified\""));
}

CHECK_TEST(an_erased_item_shows_none)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OK(pair_request(&pair.nodes[1], 803, item, &err), err);
    pair_settle(&pair);
    CHECK_OK(act("inbox-list", "{}"), err); /* which keeps them */
    CHECK(has(item));
    CHECK_OK(act_item("item-erase", item, ",\"erase_reason\":\"order\""), err);
    CHECK_OK(act("inbox-list", "{}"), err);
    CHECK_OK(act_item("item-show", item, ""), err);
    CHECK(lacks("\"codes\""));
}

int main(void)
{
    out = buffer_make(4u << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    pair.nodes[1].journal.lines[0].agreement.four_eyes = 0;
    pair.nodes[0].journal.lines[0].agreement.four_eyes = 0;
    CHECK_RUN(codes_add_up_and_none_hides_another);
    CHECK_RUN(each_evaluation_is_its_source_and_its_information);
    CHECK_RUN(the_narrowest_action_counts);
    CHECK_RUN(every_list_that_shows_it_shows_its_codes);
    CHECK_RUN(opened_translated_and_passed_on_it_shows_all_of_them);
    CHECK_RUN(what_is_not_here_yet_may_be_stricter);
    CHECK_RUN(a_list_keeps_no_codes_of_what_was_erased);
    CHECK_RUN(an_erased_item_shows_none);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
