/*
 * Refusal for rights (docs/safeguards.md g2, ground j): once a request is flagged nobody answers it, by whatever way, before the
 * head of the Single Point of Contact has decided; and the partner cannot tell a flagged request from any other.
 * covers: rights
 */
#include "check.h"
#include "desk/rights.h"
#include "desk/support/asked.h"
#include "desk/support/passed.h"
#include "journal/private.h"
#include "message/support/samples.h"
#include "store/log_rows.h"

#include <stdio.h>

#define MINUTE_MS INT64_C(60000)

static struct pair pair;
static struct error err;
static struct buffer out;
static unsigned number = 400;
static int64_t ahead_ms;
static struct env moved;
static const struct env *before;

static int64_t now_moved(void *context)
{
    return before->now_ms(context) + ahead_ms;
}

static bool act_in(const char *case_number, const char *officer, const char *name,
                   const char *arguments, struct span body)
{
    struct asked asked = {officer, name, arguments, case_number, body};

    return asked_run(&pair.nodes[0], &asked, &out, &err);
}

static bool about(const char *officer, const char *name, const char *item, const char *more)
{
    char arguments[400];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item, more);
    return act_in("c-1", officer, name, arguments, span_text(""));
}

static const char *item_argument(const char *item)
{
    static char text[80];

    snprintf(text, sizeof text, "{\"item\":\"%s\"}", item);
    return text;
}

static bool has(const char *text)
{
    return answer_has(&out, text);
}

/* The newest domestic entry by this act. */
static bool entry_names(const char *name, const char *words)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
    struct journal *journal = &pair.nodes[0].journal;
    struct error missing = {0};

    for (int64_t id = journal->next_entry - 1; id > 0; id--) {
        struct entry_row row;
        struct span body;
        char found[80];
        error_clear(&missing);
        if (!entry_find(journal->db, &arena, id, &row, &missing) || row.type != MESSAGE_ACT ||
            !journal_body(journal, &row, &arena, &body, &missing))
            continue;
        snprintf(found, sizeof found, "\"act\":\"%s\"", name);
        if (memmem(body.data, body.size, found, strlen(found)) != NULL)
            return memmem(body.data, body.size, words, strlen(words)) != NULL;
    }
    return false;
}

/* Of Albania, urgent because a life is in danger. */
static bool asked_for(char item[UUID_TEXT_SIZE])
{
    struct request request = sample_request_urgent();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char reference[24];

    snprintf(reference, sizeof reference, "AL-%u", number++);
    request.reference = span_text(reference);
    request.urgency_ground = URGENCY_THREAT_LIFE;
    request.authority = span_text("Qendra e Bashk\xc3\xabpunimit (test)");
    buffer_clear(&out);
    error_clear(&err);
    if (!request_write(&request, &body) ||
        !pair_act(&pair.nodes[1], "request-send", "{}", buffer_span(&body), &out, &err))
        return false;
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    return true;
}

/* --- every way by which an answer is sent --- */

enum kind { FULL, PARTIAL, NOTHING_HELD, REFUSED, KIND_COUNT };

/* The answer that a further one adds to; empty: none. */
static char earlier[UUID_TEXT_SIZE];

static struct span answer_body(enum kind kind)
{
    static struct buffer bytes;
    struct answer answer = kind == FULL           ? sample_answer()
                           : kind == PARTIAL      ? sample_answer_partial()
                           : kind == NOTHING_HELD ? sample_answer_nothing_held()
                                                  : sample_answer_refused();
    static struct item items[2];

    buffer_free(&bytes);
    bytes = buffer_make(BODY_SIZE_MAX);
    if (answer.item_count == 2) {
        memcpy(items, answer.items, sizeof items);
        items[0].person.marking.handling = HANDLING_BIT(HANDLING_H0);
        items[1].text.marking.handling = HANDLING_BIT(HANDLING_H0);
        answer.items = items;
    }
    answer.has_supplements =
        earlier[0] != '\0' && uuid_read(span_text(earlier), answer.supplements);
    answer_write(&answer, &bytes);
    return buffer_span(&bytes);
}

static const char *answer_arguments(enum kind kind, const char *item)
{
    static char text[160];

    snprintf(text, sizeof text, "{\"item\":\"%s\"%s}", item,
             kind == REFUSED ? ",\"true_grounds\":[\"f_ii\"]" : "");
    return text;
}

/* With a second officer, or as a draft that waits for one. */
static bool answer(enum kind kind, const char *item, bool is_asking)
{
    struct asked asked = {"ana", "answer-send", answer_arguments(kind, item), "c-1",
                          answer_body(kind)};

    return asked_run_two(&pair.nodes[0], &asked, is_asking ? NULL : "second", is_asking, &out,
                         &err);
}

/* `is_of_request`: about the bearer of the passport whom every request here names. */
static bool give_about(const char *case_number, bool is_of_request)
{
    struct spontaneous given = sample_spontaneous();
    struct item items[2] = {given.items[0], given.items[1]};
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct asked asked = {"ana", "spontaneous-send", "{}", case_number, {NULL, 0}};

    if (is_of_request) {
        items[0].person.documents = sample_persons[0].documents;
        items[0].person.document_count = 1;
    }
    given.items = items;
    given.authority = span_text("Centrul de Cooperare (test)");
    if (!spontaneous_write(&given, &body))
        return false;
    asked.body = buffer_span(&body);
    return asked_run_two(&pair.nodes[0], &asked, "second", false, &out, &err);
}

static bool give(const char *case_number)
{
    return give_about(case_number, false);
}

/* What Romania holds, into a channel at whose end may stand whoever asked. */
static bool export(const char *case_number, const char *item)
{
    char arguments[500];

    snprintf(arguments, sizeof arguments,
             "{\"item\":\"%s\",\"channel\":\"interpol\",\"recipient\":\"NCB (test)\","
             "\"recipient_kind\":\"police\",\"reference\":\"I-1\",\"ground\":\"art61_treaty\","
             "\"instrument\":\"PCC-SEE\",\"article\":\"Art. 7\",\"no_death_penalty\":true}",
             item);
    return act_in(case_number, "ana", "item-export", arguments, span_text(""));
}

#define WAITS   "the head of the Single Point of Contact decides first"
#define DECIDED "decided that the request must be refused (docs/safeguards.md g2)"

//= dir-2023-977 art 6(1)
CHECK_TEST(a_flagged_request_is_answered_by_no_way)
{
    char item[UUID_TEXT_SIZE], drafted[UUID_TEXT_SIZE], ours[UUID_TEXT_SIZE];
    struct buffer waiting CLEANUP(buffer_free) = buffer_make(1 << 20);

    CHECK_OK(passed_give(&pair, 0, &(struct passed){.handling = 0}, ours, &err), err);
    CHECK_OR_RETURN(asked_for(item));
    CHECK_OK(answer(FULL, item, true), err); /* a draft from before the flag */
    buffer_add(&waiting, buffer_span(&out));
    CHECK_OK(about("ana", "rights-flag", item, ""), err);
    CHECK(has("\"state\":\"undecided\",\"flagged\":") && has("\"flagged_by\":\"ana\"") &&
          has("\"answers\":0"));
    for (int kind = FULL; kind < REFUSED; kind++) {
        CHECK(!answer((enum kind)kind, item, false));
        CHECK_ERROR(err, ERROR_RULE, WAITS);
        CHECK_ERROR(err, ERROR_RULE, "g2");
        CHECK(!answer((enum kind)kind, item, true));
        CHECK_ERROR(err, ERROR_RULE, WAITS);
    }
    CHECK(!asked_confirm(&pair.nodes[0], "second", "c-1", &waiting, &err));
    CHECK_ERROR(err, ERROR_RULE, WAITS);
    CHECK(!give("c-1"));
    CHECK_ERROR(err, ERROR_RULE, WAITS);
    CHECK(!export("c-1", ours));
    CHECK_ERROR(err, ERROR_RULE, WAITS);
    /* Flagged in a case of its own, it stands in that; elsewhere nothing is held up. */
    CHECK_OR_RETURN(asked_for(drafted));
    CHECK_OK(answer(FULL, drafted, false), err);
    /* Erased here, it is no more open than before. */
    CHECK_OK(about("ana", "item-erase", item, ",\"erase_reason\":\"order\""), err);
    CHECK(!answer(NOTHING_HELD, item, false));
    CHECK_ERROR(err, ERROR_RULE, WAITS);
    CHECK_OK(about("hera", "rights-decide", item, ",\"decision\":\"may_be_answered\""), err);
}

/* What stands in the case of the request, and what was answered to it, goes by no other case that is named either. */
CHECK_TEST(another_case_is_no_way_around_it)
{
    char item[UUID_TEXT_SIZE], ours[UUID_TEXT_SIZE], given[UUID_TEXT_SIZE];
    struct asked answered = {"ana", "answer-send", NULL, "c-3", {NULL, 0}};

    CHECK_OK(
        act_in("", "ana", "case-put", "{\"number\":\"c-2\",\"title\":\"Other\"}", span_text("")),
        err);
    CHECK_OK(
        act_in("", "ana", "case-put", "{\"number\":\"c-3\",\"title\":\"Third\"}", span_text("")),
        err);
    CHECK_OK(passed_give(&pair, 0, &(struct passed){.handling = 0}, ours, &err), err);
    CHECK_OK(act_in("c-1", "ana", "item-show", item_argument(ours), span_text("")), err);
    CHECK_OR_RETURN(asked_for(item));
    answered.arguments = answer_arguments(FULL, item);
    answered.body = answer_body(FULL);
    CHECK_OK(asked_run_two(&pair.nodes[0], &answered, "second", false, &out, &err), err);
    snprintf(given, sizeof given, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    CHECK_OK(about("ana", "rights-flag", item, ""), err);
    CHECK(!export("c-2", ours));
    CHECK_ERROR(err, ERROR_RULE, WAITS);
    CHECK(!export("c-2", given)); /* of case c-3 */
    CHECK_ERROR(err, ERROR_RULE, WAITS);
    CHECK(!export("c-2", item));
    CHECK_ERROR(err, ERROR_RULE, WAITS);
    CHECK(!give_about("c-2", true)); /* about somebody whom the request names */
    CHECK_ERROR(err, ERROR_RULE, WAITS);
    CHECK_OK(give("c-2"), err); /* about somebody else */
    CHECK_OK(about("hera", "rights-decide", item, ",\"decision\":\"must_be_refused\""), err);
    CHECK(!give_about("c-2", true));
    CHECK_ERROR(err, ERROR_RULE, DECIDED);
    CHECK(!export("c-2", ours));
    CHECK_ERROR(err, ERROR_RULE, DECIDED);
    CHECK_OK(about("hera", "rights-decide", item, ",\"decision\":\"may_be_answered\""), err);
    CHECK_OK(export("c-2", ours), err);
    CHECK_OK(give_about("c-2", true), err);
}

CHECK_TEST(one_officer_alone_does_not_answer_it_either)
{
    char item[UUID_TEXT_SIZE], arguments[120], id[64];
    struct journal *journal = &pair.nodes[0].journal;

    journal->lines[0].agreement.emergency_single = true;
    CHECK_OR_RETURN(asked_for(item));
    CHECK_OK(answer(FULL, item, true), err);
    const char *at = memmem(out.data, out.size, "\"approval\":\"", 12);
    snprintf(id, sizeof id, "%.32s", at == NULL ? "" : at + 12);
    snprintf(arguments, sizeof arguments, "{\"approval\":\"%s\"}", id);
    CHECK_OK(about("duty", "rights-flag", item, ""), err);
    before = journal->env;
    moved = *before;
    moved.now_ms = now_moved;
    journal->env = &moved;
    ahead_ms = 31 * MINUTE_MS;
    CHECK(!act_in("c-1", "ana", "emergency-send", arguments, span_text("")));
    CHECK_ERROR(err, ERROR_RULE, WAITS);
    CHECK_OK(about("hera", "rights-decide", item, ",\"decision\":\"may_be_answered\""), err);
    CHECK_OK(act_in("c-1", "ana", "emergency-send", arguments, span_text("")), err);
    journal->env = before;
}

CHECK_TEST(the_head_decides_and_both_decisions_hold)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(asked_for(item));
    CHECK(!about("hera", "rights-decide", item, ",\"decision\":\"may_be_answered\""));
    CHECK_ERROR(err, ERROR_CONFLICT, "is not flagged");
    CHECK_OK(about("second", "rights-flag", item, ""), err); /* an approver, who sees the draft */
    CHECK(!about("ana", "rights-flag", item, ""));
    CHECK_ERROR(err, ERROR_CONFLICT, "flagged already: undecided");
    CHECK_OK(about("hera", "rights-decide", item, ",\"decision\":\"must_be_refused\""), err);
    CHECK(has("\"state\":\"must_be_refused\"") && has("\"decided_by\":\"hera\"") &&
          has("\"why\":\"test\""));
    for (int kind = FULL; kind < REFUSED; kind++) {
        CHECK(!answer((enum kind)kind, item, false));
        CHECK_ERROR(err, ERROR_RULE, DECIDED);
    }
    CHECK(!about("ana", "rights-flag", item, ""));
    CHECK_ERROR(err, ERROR_CONFLICT, "must_be_refused");
    CHECK_OK(about("hera", "rights-decide", item, ",\"decision\":\"may_be_answered\""), err);
    CHECK_OK(answer(PARTIAL, item, false), err);
    snprintf(earlier, sizeof earlier, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    /* What is learned later is decided anew. */
    CHECK_OK(about("ana", "rights-flag", item, ""), err);
    CHECK(has("\"answers\":1"));
    CHECK(!answer(FULL, item, false));
    CHECK_ERROR(err, ERROR_RULE, WAITS);
    CHECK_OK(about("hera", "rights-decide", item, ",\"decision\":\"may_be_answered\""), err);
    CHECK_OK(answer(FULL, item, false), err);
    earlier[0] = '\0';
}

/* A refusal gives nothing, and nobody waits at night to protect somebody. */
CHECK_TEST(a_refusal_is_never_held_up)
{
    char item[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE], third[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(asked_for(item) && asked_for(other) && asked_for(third));
    CHECK_OK(about("ana", "rights-flag", item, ""), err);
    CHECK_OK(about("ana", "rights-flag", other, ""), err);
    CHECK_OK(about("ana", "rights-flag", third, ""), err);
    CHECK_OK(about("ana", "refuse-send", item,
                   ",\"grounds\":[\"under_agreement\"],\"true_grounds\":[\"j\"]"),
             err);
    CHECK_OK(answer(REFUSED, other, false), err);
    CHECK_OK(about("hera", "rights-decide", item, ",\"decision\":\"must_be_refused\""), err);
    CHECK_OK(about("hera", "rights-decide", other, ",\"decision\":\"must_be_refused\""), err);
    CHECK_OK(about("hera", "rights-decide", third, ",\"decision\":\"must_be_refused\""), err);
    CHECK_OK(about("ana", "refuse-send", third,
                   ",\"grounds\":[\"under_agreement\"],\"true_grounds\":[\"j\"]"),
             err);
}

CHECK_TEST(only_the_head_of_the_single_point_of_contact_decides)
{
    static const char *const others[] = {"duty", "second", "dora"};
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(asked_for(item));
    CHECK_OK(about("ana", "rights-flag", item, ""), err);
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        CHECK(!about(others[i], "rights-decide", item, ",\"decision\":\"may_be_answered\""));
        CHECK_ERROR(err, ERROR_RULE, "not for the role");
    }
    CHECK(!about("border", "rights-decide", item, ",\"decision\":\"may_be_answered\""));
    CHECK_ERROR(err, ERROR_RULE, "of unit spoc");
    CHECK(!about("ana", "rights-decide", item,
                 ",\"decision\":\"may_be_answered\"")); /* head of the desk */
    CHECK_ERROR(err, ERROR_RULE, "of unit spoc");
    CHECK(!about("dora", "rights-flag", item, ""));
    CHECK_ERROR(err, ERROR_RULE, "not for the role");
    CHECK_OK(about("hera", "rights-decide", item, ",\"decision\":\"must_be_refused\""), err);
}

/* Only requests to us. */
CHECK_TEST(nothing_else_is_flagged)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OK(pair_request(&pair.nodes[0], number++, item, &err), err);
    pair_settle(&pair);
    CHECK(!about("ana", "rights-flag", item, ""));
    CHECK_ERROR(err, ERROR_INPUT, "is not a request to us");
    CHECK_OK(passed_give(&pair, 1, &(struct passed){.handling = 0}, item, &err), err);
    CHECK(!about("ana", "rights-flag", item, ""));
    CHECK_ERROR(err, ERROR_INPUT, "is not a request to us");
}

/* --- what is seen of it --- */

CHECK_TEST(the_desk_sees_it_and_is_alarmed_until_it_is_decided)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(asked_for(item));
    CHECK_OK(about("ana", "rights-flag", item, ""), err);
    CHECK_OK(act_in("", "hera", "alarm-list", "{}", span_text("")), err);
    CHECK(has("\"alarm\":\"undecided\",\"item\":\"") && has(item));
    CHECK(entry_names("alarm-list", item));
    CHECK_OK(act_in("", "ana", "inbox-list", "{}", span_text("")), err);
    CHECK(has("\"rights\":\"undecided\""));
    CHECK_OK(about("ana", "item-show", item, ""), err);
    CHECK(has("\"rights\":{\"state\":\"undecided\""));
    CHECK_OK(act_in("", "dora", "rights-list", "{}", span_text("")), err);
    CHECK(has(item) && has("\"flag_reason\":\"test\""));
    CHECK_OK(about("hera", "rights-decide", item, ",\"decision\":\"must_be_refused\""), err);
    CHECK_OK(act_in("", "hera", "alarm-list", "{}", span_text("")), err);
    CHECK(answer_lacks(&out, "undecided"));
    CHECK_OK(act_in("", "dora", "rights-list", "{}", span_text("")), err);
    CHECK(answer_lacks(&out, item));
    CHECK_OK(act_in("", "dora", "rights-list", "{\"all\":true}", span_text("")), err);
    CHECK(has(item) && has("must_be_refused"));
    CHECK_OK(act_in("", "dora", "rights-list", "{\"all\":true,\"limit\":1}", span_text("")), err);
    CHECK(has("\"next\":\"") && answer_lacks(&out, item));
    CHECK(!act_in("", "dora", "rights-list", "{\"after\":\"x\"}", span_text("")));
    CHECK_ERROR(err, ERROR_INPUT, "not a place");
}

/* Nothing goes to the partner when it is flagged, decided, or held up; its clock runs as that of any other; and the refusal that
 * comes in the end has the same bytes but for its ids. */
CHECK_TEST(the_partner_cannot_tell)
{
    char flagged[UUID_TEXT_SIZE], plain[UUID_TEXT_SIZE];
    struct journal_line *line = &pair.nodes[0].journal.lines[0];
    struct journal *journal = &pair.nodes[0].journal;
    struct arena arena CLEANUP(arena_free) = arena_make(16u << 20);
    struct entry_row row[2];
    struct span body[2];
    char ids[2][UUID_TEXT_SIZE];

    CHECK_OR_RETURN(asked_for(flagged) && asked_for(plain));
    CHECK_OK(about("ana", "item-show", flagged, ""), err); /* opened, as any is */
    CHECK_OK(about("ana", "item-show", plain, ""), err);
    pair_settle(&pair);
    uint64_t size = line->out.size, theirs = pair.nodes[1].journal.lines[0].in.size;
    CHECK_OK(about("ana", "rights-flag", flagged, ""), err);
    CHECK(!answer(FULL, flagged, false));
    CHECK_OK(about("hera", "rights-decide", flagged, ",\"decision\":\"must_be_refused\""), err);
    CHECK(!answer(FULL, flagged, false));
    pair_settle(&pair);
    CHECK_INT(line->out.size, size);
    CHECK_INT(pair.nodes[1].journal.lines[0].in.size, theirs);

    for (int i = 0; i < 2; i++) {
        uint8_t id[UUID_SIZE];
        CHECK_OK(about("ana", "refuse-send", i == 0 ? flagged : plain,
                       ",\"grounds\":[\"under_agreement\"],\"true_grounds\":[\"j\"]"),
                 err);
        snprintf(ids[i], sizeof ids[i], "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
        CHECK_OR_RETURN(uuid_read(span_text(ids[i]), id));
        CHECK_OK(journal_find_message(journal, line, SIDE_OWN, span_make(id, sizeof id), &arena,
                                      &row[i], &err),
                 err);
        CHECK_OK(journal_body(journal, &row[i], &arena, &body[i], &err), err);
    }
    /* The references are of one length each; all else is one text. */
    CHECK_INT(body[0].size, body[1].size);
    size_t apart = 0;
    for (size_t i = 0; i < body[0].size && i < body[1].size; i++)
        apart += body[0].data[i] != body[1].data[i];
    CHECK(apart <= 4); /* a digit or two of the reference, twice */
    pair_settle(&pair);
    CHECK_INT(line->out.size, size + 2);
}

int main(void)
{
    static const char *const officers[][3] = {{"second", "desk", "approver"},
                                              {"duty", "desk", "duty_officer"},
                                              {"hera", "spoc-1", "head_of_desk"},
                                              {"border", "border-3", "head_of_desk"},
                                              {"dora", "oversight", "dpo"}};
    out = buffer_make(4u << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    for (size_t i = 0; i < ARRAY_COUNT(officers); i++)
        if (!asked_officer(&pair.nodes[0], officers[i][0], officers[i][1], officers[i][2], &out,
                           &err))
            printf("%s: %s\n", officers[i][0], err.text);
    CHECK_RUN(a_flagged_request_is_answered_by_no_way);
    CHECK_RUN(another_case_is_no_way_around_it);
    CHECK_RUN(one_officer_alone_does_not_answer_it_either);
    CHECK_RUN(the_head_decides_and_both_decisions_hold);
    CHECK_RUN(a_refusal_is_never_held_up);
    CHECK_RUN(only_the_head_of_the_single_point_of_contact_decides);
    CHECK_RUN(nothing_else_is_flagged);
    CHECK_RUN(the_desk_sees_it_and_is_alarmed_until_it_is_decided);
    CHECK_RUN(the_partner_cannot_tell);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
