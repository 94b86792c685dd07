/*
 * Own-initiative information between two nodes: sent through the same doors as an answer, in custody, ruled and cross-checked
 * by the receiver, in its inbox until a case takes it up, in a case at both sides, erased and rebuilt like everything else.
 */
#include "check.h"
#include "desk/approval.h"
#include "desk/retention.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"
#include "store/schema.h"

static struct pair pair;
static struct error err;
static struct buffer out;
static unsigned number = 400;

static struct spontaneous given_by(size_t side)
{
    struct spontaneous given = sample_spontaneous();

    given.authority = span_text(side == 0 ? "Centrul de Cooperare (test)"
                                          : "Qendra e Bashk\xc3\xabpunimit (test)");
    return given;
}

static bool give(size_t side, const struct spontaneous *given, const char *arguments,
                 char item[UUID_TEXT_SIZE])
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    error_clear(&err);
    buffer_clear(&out);
    if (!spontaneous_write(given, &body) ||
        !pair_act(&pair.nodes[side], "spontaneous-send", arguments, buffer_span(&body), &out, &err))
        return false;
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    return true;
}

static bool given_new(size_t side, char item[UUID_TEXT_SIZE])
{
    static char reference[24];
    struct spontaneous given = given_by(side);

    snprintf(reference, sizeof reference, "G-%u", number++);
    given.reference = span_text(reference);
    return give(side, &given, "{}", item);
}

static bool act(size_t side, const char *name, const char *arguments)
{
    error_clear(&err);
    buffer_clear(&out);
    bool ok = pair_act(&pair.nodes[side], name, arguments, span_text(""), &out, &err);
    buffer_byte(&out, '\0');
    return ok;
}

static bool act_item(size_t side, const char *name, const char *item, const char *more)
{
    char arguments[160];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item, more);
    return act(side, name, arguments);
}

static bool says(const char *words)
{
    return strstr((const char *)out.data, words) != NULL;
}

/* Taken up by opening it, for a case. */
//= dir-2023-977 art 7
CHECK_TEST(what_is_given_stands_in_the_inbox_until_a_case_takes_it_up)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(given_new(0, item));
    CHECK_OK(act(1, "inbox-list", "{}"), err);
    CHECK(says(item) && says("\"type\":\"spontaneous\",\"partner\":\"ro\"") &&
          says("\"state\":\"received\""));
    CHECK_OK(act(1, "spontaneous-list", "{}"), err);
    CHECK(says(item));
    CHECK_OK(act(0, "spontaneous-list", "{\"own\":true}"), err);
    CHECK(says(item) && says("\"partner_says\":\"accepted\""));
    CHECK_OK(act(0, "spontaneous-list", "{}"), err);
    CHECK(!says(item));
    CHECK_OK(act_item(1, "item-show", item, ""), err);
    CHECK(says("\"type\":\"spontaneous\"") && says("\"kind\":\"item\"") && says("Ilirian"));
    CHECK_OK(act(1, "inbox-list", "{}"), err);
    CHECK(!says(item));
    pair_settle(&pair);
    CHECK_OK(act(0, "spontaneous-list", "{\"own\":true}"), err);
    CHECK(says("\"state\":\"opened\""));
}

CHECK_TEST(it_is_in_a_case_at_both_sides)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(given_new(0, item) && act_item(1, "item-show", item, ""));
    for (size_t side = 0; side < 2; side++) {
        CHECK_OK(act(side, "case-show", "{\"number\":\"c-1\"}"), err);
        CHECK(says(item));
    }
}

CHECK_TEST(pages_follow_each_other_from_the_newest)
{
    char older[UUID_TEXT_SIZE], newer[UUID_TEXT_SIZE], arguments[120];

    CHECK_OR_RETURN(given_new(0, older) && given_new(0, newer));
    CHECK_OK(act(1, "spontaneous-list", "{\"limit\":1}"), err);
    CHECK(says(newer) && !says(older));
    const char *next = strstr((const char *)out.data, "\"next\":\"");
    CHECK_OR_RETURN(next != NULL);
    snprintf(arguments, sizeof arguments, "{\"limit\":1,\"after\":\"%.*s\"}",
             (int)strcspn(next + 8, "\""), next + 8);
    CHECK_OK(act(1, "spontaneous-list", arguments), err);
    CHECK(says(older) && !says(newer));
}

/* A case about an offence that the agreement lists says so until something was given from it. */
//= dir-2023-977 art 7(2)
CHECK_TEST(a_serious_case_says_that_giving_must_be_considered)
{
    struct spontaneous given = given_by(0);
    char item[UUID_TEXT_SIZE];

    CHECK_OK(act(0, "case-put", "{\"number\":\"c-7\",\"title\":\"Test\"}"), err);
    CHECK_OK(act(0, "case-show", "{\"number\":\"c-7\"}"), err);
    CHECK(says("\"own_initiative\":[]"));
    CHECK_OK(act(0, "case-put",
                 "{\"number\":\"c-1\",\"title\":\"Test\",\"offences\":[\"migrant_smuggling\"]}"),
             err);
    CHECK_OK(act(0, "case-put",
                 "{\"number\":\"c-7\",\"title\":\"Test\",\"offences\":[\"migrant_smuggling\"]}"),
             err);
    CHECK_OK(act(0, "case-show", "{\"number\":\"c-7\"}"), err);
    CHECK(says("\"partner\":\"al\",\"offences\":[\"migrant_smuggling\"],\"state\":\"must be "
               "considered\""));
    CHECK_OR_RETURN(give(0, &given, "{}", item)); /* from c-1 */
    CHECK_OK(act(0, "case-show", "{\"number\":\"c-1\"}"), err);
    CHECK(says("\"state\":\"given\""));
    CHECK_OK(act(0, "case-show", "{\"number\":\"c-7\"}"), err);
    CHECK(says("must be considered"));
}

/* The agreement can forbid it, and each side asks it for itself. */
//= dir-2023-977 art 7(1)
CHECK_TEST(each_side_refuses_what_is_not_agreed)
{
    uint64_t bit = UINT64_C(1) << MESSAGE_SPONTANEOUS;
    uint64_t *there = &pair.nodes[0].journal.lines[0].agreement.message_types;
    uint64_t *here = &pair.nodes[1].journal.lines[0].agreement.message_types;
    char item[UUID_TEXT_SIZE];

    *there &= ~bit;
    CHECK(!given_new(0, item));
    CHECK_ERROR(err, ERROR_RULE, "clause 3.1: message type 'spontaneous' is not agreed");
    *there |= bit;
    *here &= ~bit;
    CHECK_OR_RETURN(given_new(0, item));
    *here |= bit;
    CHECK_OK(act_item(0, "item-show", item, ""), err);
    CHECK(says("\"partner_says\":\"refused\",\"partner_ground\":\"not_permitted 3.1\""));
    CHECK_OK(act(1, "spontaneous-list", "{}"), err);
    CHECK(!says(item));
}

/* The door of drafts and second officers is the same as for an answer. */
CHECK_TEST(it_waits_for_a_second_officer_where_an_answer_does)
{
    struct journal_line *line = &pair.nodes[0].journal.lines[0];
    struct spontaneous given = given_by(0);
    struct permit_question question = {.sender = span_text("ro"),
                                       .receiver = span_text("al"),
                                       .type = MESSAGE_SPONTANEOUS,
                                       .spontaneous = &given,
                                       .created_ms = pair_clock_ms(),
                                       .body_size = 100};
    struct ruling ruling;

    CHECK(approval_may_wait(span_text("spontaneous-send")) &&
          !approval_must_wait(span_text("spontaneous-send")));
    CHECK(agreement_permit(&line->agreement, &question, &ruling));
    CHECK_INT(ruling.needs_second_approval,
              (line->agreement.four_eyes & UINT64_C(1) << FOUR_EYES_ANSWER) != 0);
}

CHECK_TEST(other_channels_are_told_of_or_denied)
{
    struct spontaneous given = given_by(0);
    char item[UUID_TEXT_SIZE];

    CHECK(!give(0, &given, "{\"elsewhere\":\"no\"}", item));
    CHECK_ERROR(err, ERROR_INPUT, "foreign_references names a channel");
    CHECK(give(0, &given, "{\"elsewhere\":\"yes\"}", item));
}

CHECK_TEST(parts_are_made_by_the_desk_alone)
{
    static struct sample_parts room;
    struct request request;
    struct spontaneous given = given_by(0);
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(sample_request_with_parts(&room, &request));
    given.parts = request.parts;
    given.attachments = request.attachments;
    CHECK(!give(0, &given, "{}", item));
    CHECK_ERROR(err, ERROR_INPUT, "parts are made here");
}

static bool crosscheck_run(struct journal *journal, void *context, struct error *e)
{
    bool more = true;
    (void)context;

    while (more)
        if (!desk_crosscheck_step(journal, &more, e))
            return false;
    return true;
}

/* What is given finds what is held, and is found by what comes later. */
//= dir-2023-977 art 16(1)(d)
CHECK_TEST(it_is_cross_checked_and_found_by_later_ones)
{
    char first[UUID_TEXT_SIZE], second[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(given_new(0, first) && given_new(0, second));
    CHECK_OK(pair_work(&pair.nodes[1], crosscheck_run, NULL, &err), err);
    CHECK_OK(act_item(1, "crosscheck-show", second, ""), err);
    CHECK(says("\"what\":\"spontaneous\"") && says(first));
}

static bool row_add(void *context, const char *table, struct span text)
{
    digest_add(context, span_text(table));
    digest_add(context, text);
    return true;
}

static bool derived_digest(struct pair_node *node, uint8_t digest_out[DIGEST_SIZE])
{
    struct digest *digest = digest_begin();
    bool ok = schema_walk_derived(node->db, row_add, digest, &err);

    digest_end(digest, digest_out);
    return ok;
}

static bool is_rebuilt(struct pair_node *node)
{
    uint8_t live[DIGEST_SIZE], rebuilt[DIGEST_SIZE];

    return derived_digest(node, live) && database_begin(node->db, DATABASE_FULL, &err) &&
           journal_rebuild(&node->journal, NULL, NULL, &err) && database_commit(node->db, &err) &&
           derived_digest(node, rebuilt) && digest_is_equal(live, rebuilt);
}

CHECK_TEST(an_erased_one_is_gone_from_all_tables_and_stays_so)
{
    char item[UUID_TEXT_SIZE], part[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(given_new(0, item) && given_new(1, part));
    CHECK(is_rebuilt(&pair.nodes[0]) && is_rebuilt(&pair.nodes[1]));
    CHECK_OK(act_item(1, "item-erase", item, ",\"erase_reason\":\"order\""), err);
    CHECK_OK(act_item(0, "item-erase", part, ",\"part\":1,\"erase_reason\":\"order\""), err);
    pair_settle(&pair);
    CHECK(is_rebuilt(&pair.nodes[0]) && is_rebuilt(&pair.nodes[1]));
    CHECK_OK(act(1, "spontaneous-list", "{}"), err);
    CHECK(!says(item));
    CHECK_OK(act_item(1, "item-show", item, ""), err);
    CHECK(says("\"body_state\":\"erased\"") && !says("Ilirian"));
    CHECK_OK(act_item(0, "item-show", part, ""), err);
    CHECK(says("\"here\":\"erased\"") && says("\"body_state\":\"held\"") && !says("Ilirian"));
    CHECK_OK(act(0, "spontaneous-list", "{}"), err);
    CHECK(says(part));
}

//= dir-2016-680 art 16(2)
CHECK_TEST(a_translation_goes_with_any_part_of_its_original)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(given_new(0, item));
    CHECK_OK(act_item(1, "translation-put", item,
                      ",\"language\":\"ro\",\"translator\":\"Test\",\"text\":\"cuvinte\""),
             err);
    CHECK_OK(act_item(1, "translation-list", item, ""), err);
    CHECK(says("cuvinte"));
    CHECK_OK(act_item(1, "item-erase", item, ",\"part\":1,\"erase_reason\":\"order\""), err);
    CHECK_OK(act_item(1, "translation-list", item, ""), err);
    CHECK(!says("cuvinte"));
}

/* The time passes at both; receipts and witnesses confirm it, or the clock is not trusted. */
static void days_pass(int days)
{
    pair_wait(days * SAMPLE_DAY_MS);
    CHECK(act(0, "agreement-list", "{}") && act(1, "agreement-list", "{}"));
    pair_run(&pair, 3 * 60 * 1000);
    pair_settle(&pair);
}

static bool retention_run(struct journal *journal, void *context, struct error *e)
{
    return desk_retention_step(journal, context, e);
}

/* A whole pass of the job at the receiver; how much went. */
static size_t retention_pass(void)
{
    struct desk_retention_pass pass = {.line = 0};

    for (int i = 0; i < 1000 && !pass.is_over; i++)
        if (!pair_work(&pair.nodes[1], retention_run, &pass, &err)) {
            printf("%s\n", err.text);
            break;
        }
    CHECK(pass.is_over);
    return pass.erased;
}

/* Its items on their own day, and the rest of the message when the time of texts is over. */
//= dir-2016-680 art 5
CHECK_TEST(it_goes_when_its_time_is_over)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(given_new(0, item));
    retention_pass();
    CHECK_OK(act_item(1, "item-show", item, ""), err);
    CHECK(says("\"erased_from\":\"") && says("Ilirian"));
    days_pass(301); /* the sample's items have 300 */
    CHECK(retention_pass() > 0);
    CHECK_OK(act_item(1, "item-show", item, ""), err);
    CHECK(says("\"body_state\":\"held\"") && !says("Ilirian"));
    days_pass(1826);
    CHECK(retention_pass() > 0);
    CHECK_OK(act_item(1, "item-show", item, ""), err);
    CHECK(says("\"body_state\":\"erased\""));
    CHECK_OK(act(1, "spontaneous-list", "{}"), err);
    CHECK(!says(item));
    CHECK_INT(retention_pass(), 0);
    CHECK(is_rebuilt(&pair.nodes[1]));
}

//= dir-2023-977 art 7(2)
CHECK_TEST(what_is_of_a_serious_offence_must_be_given_or_is_excepted)
{
    struct spontaneous given = given_by(0);
    char item[UUID_TEXT_SIZE];

    given.provision = PROVISION_MAY;
    CHECK(!give(0, &given, "{}", item));
    CHECK_ERROR(err, ERROR_RULE, "clause 4.2: of a serious offence: it must be given");
    given.exception = EXCEPTION_F_II;
    CHECK_OK(give(0, &given, "{}", item), err);
    CHECK_OK(act_item(0, "item-show", item, ""), err);
    CHECK(says("\"partner_says\":\"accepted\"") && says("\"exception\":\"f_ii\""));
    given.provision = PROVISION_MUST;
    given.exception = EXCEPTION_NONE;
    given.offences = OFFENCE_BIT(OFFENCE_EXCISE_SMUGGLING);
    CHECK(!give(0, &given, "{}", item));
    CHECK_ERROR(err, ERROR_RULE, "clause 4.2: given as what must be, and no serious offence");
}

struct lying {
    const struct spontaneous *given;
    char item[UUID_TEXT_SIZE];
};

/* As a partner's node would that asks no agreement: straight into its log. */
static bool lying_run(struct journal *journal, void *context, struct error *e)
{
    struct lying *lying = context;
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct draft draft = {
        .type = MESSAGE_SPONTANEOUS, .unit = span_text("desk"), .parsed = lying->given};
    struct appended appended;

    if (!spontaneous_write(lying->given, &body))
        return false;
    draft.body = buffer_span(&body);
    bool ok = journal_append(journal, &journal->lines[0], &draft, &appended, e);
    if (ok)
        uuid_write(appended.message_id, lying->item);
    return ok;
}

/* Whether the receiver says this of it; and it stands in its list exactly when it was accepted. */
static bool receiver_says(const struct spontaneous *given, const char *verdict)
{
    struct lying lying = {.given = given};
    bool is_accepted = strcmp(verdict, "\"accepted\"") == 0;
    char wanted[96];

    if (!pair_work(&pair.nodes[1], lying_run, &lying, &err)) {
        printf("%s\n", err.text);
        return false;
    }
    pair_settle(&pair);
    snprintf(wanted, sizeof wanted, "\"partner_says\":%s", verdict);
    if (!act_item(1, "item-show", lying.item, "") || !says(wanted)) {
        printf("%.400s\n", (const char *)out.data);
        return false;
    }
    return act(0, "spontaneous-list", "{\"limit\":200}") && says(lying.item) == is_accepted;
}

/* Each node asks for itself: what a lying partner lets pass is refused here, with the clause that it broke. */
//= dir-2023-977 art 7(2)
CHECK_TEST(the_receiver_holds_a_lying_partner_to_must_and_may)
{
    static const enum provision_exception exceptions[] = {EXCEPTION_C, EXCEPTION_F_I,
                                                          EXCEPTION_F_II, EXCEPTION_F_III};
    struct spontaneous given = given_by(1);

    given.provision = PROVISION_MAY; /* of a serious offence, and nothing frees from giving it */
    CHECK(receiver_says(&given, "\"refused\",\"partner_ground\":\"not_permitted 4.2\""));
    for (size_t i = 0; i < ARRAY_COUNT(exceptions); i++) {
        given.exception = exceptions[i];
        CHECK(receiver_says(&given, "\"accepted\""));
    }
    given.provision = PROVISION_MUST; /* and freed from it at once */
    CHECK(receiver_says(&given, "\"refused\",\"partner_ground\":\"malformed\""));
    given.exception = EXCEPTION_NONE;
    CHECK(receiver_says(&given, "\"accepted\""));
    given.offences = OFFENCE_BIT(OFFENCE_EXCISE_SMUGGLING); /* nothing serious in it */
    CHECK(receiver_says(&given, "\"refused\",\"partner_ground\":\"not_permitted 4.2\""));
    given.provision = PROVISION_MAY;
    CHECK(receiver_says(&given, "\"accepted\""));
    given.offences |= OFFENCE_BIT(OFFENCE_MURDER); /* one serious one among others is enough */
    CHECK(receiver_says(&given, "\"refused\",\"partner_ground\":\"not_permitted 4.2\""));
}

int main(void)
{
    out = buffer_make(1 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(what_is_given_stands_in_the_inbox_until_a_case_takes_it_up);
    CHECK_RUN(it_is_in_a_case_at_both_sides);
    CHECK_RUN(pages_follow_each_other_from_the_newest);
    CHECK_RUN(a_serious_case_says_that_giving_must_be_considered);
    CHECK_RUN(each_side_refuses_what_is_not_agreed);
    CHECK_RUN(it_waits_for_a_second_officer_where_an_answer_does);
    CHECK_RUN(other_channels_are_told_of_or_denied);
    CHECK_RUN(parts_are_made_by_the_desk_alone);
    CHECK_RUN(it_is_cross_checked_and_found_by_later_ones);
    CHECK_RUN(an_erased_one_is_gone_from_all_tables_and_stays_so);
    CHECK_RUN(a_translation_goes_with_any_part_of_its_original);
    CHECK_RUN(what_is_of_a_serious_offence_must_be_given_or_is_excepted);
    CHECK_RUN(the_receiver_holds_a_lying_partner_to_must_and_may);
    CHECK_RUN(it_goes_when_its_time_is_over);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
