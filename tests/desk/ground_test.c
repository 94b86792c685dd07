/*
 * The ground of a transfer at the desk: a message without one is refused and told what the agreement proposes; named by the
 * officer, and only then, the proposal becomes its ground; a derogation never.
 * covers: ground
 */
#include "check.h"
#include "desk/ground.h"
#include "desk/support/asked.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"

#include <stdio.h>

static struct pair pair;
static struct error err;
static struct buffer out;
static unsigned number = 900;
static char item[UUID_TEXT_SIZE];
static bool bare; /* a request that names nobody */

/* In the case, with a second officer. */
static bool act(size_t side, const char *name, const char *arguments, struct span body)
{
    error_clear(&err);
    buffer_clear(&out);
    return pair_act(&pair.nodes[side], name, arguments, body, &out, &err);
}

static bool request(size_t side, const char *arguments, bool has_transfer)
{
    char reference[24];
    struct request sample = sample_request_numbered(number++, reference);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    sample.authority = span_text(side == 0 ? "Centrul de Cooperare (test)"
                                           : "Qendra e Bashk\xc3\xabpunimit (test)");
    sample.has_transfer = has_transfer;
    sample.person_count = bare ? 0 : sample.person_count;
    return request_write(&sample, &body) &&
           act(side, "request-send", arguments, buffer_span(&body));
}

/* Shows what was sent last. */
static bool shown(void)
{
    char arguments[80];

    snprintf(item, sizeof item, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    return act(0, "item-show", arguments, span_text(""));
}

#define CONFIRMED                                                                                  \
    "\"transfer\":{\"ground\":\"art61_treaty\",\"instrument\":\"Police Cooperation Convention"

CHECK_TEST(nothing_is_filled_in_silently_and_the_refusal_says_what_is_proposed)
{
    CHECK(!request(0, "{}", false));
    CHECK_ERROR(err, ERROR_RULE, "names no ground of transfer (and 2 more)");
    bare = true;
    CHECK(!request(0, "{}", false));
    CHECK_ERROR(err, ERROR_RULE, "clause 7.1: the message: no transfer ground");
    CHECK_ERROR(err, ERROR_RULE, "; the agreement proposes art61_treaty");
    CHECK_ERROR(err, ERROR_RULE, "confirm it with transfer_ground");
    bare = false;
}

//= dir-2016-680 art 37
CHECK_TEST(what_the_officer_confirms_is_the_ground_of_the_message)
{
    CHECK_OK(request(0, "{\"transfer_ground\":\"art61_treaty\"}", false), err);
    CHECK_OK(shown(), err);
    CHECK(answer_has(&out, CONFIRMED));
    pair_settle(&pair);
    CHECK_OK(shown(), err);
}

CHECK_TEST(what_is_not_proposed_is_not_confirmed)
{
    static const char *const derogations[] = {"art38_1a", "art38_1b", "art38_1c", "art38_1d",
                                              "art38_1e"};
    char arguments[80];

    for (size_t i = 0; i < ARRAY_COUNT(derogations); i++) {
        snprintf(arguments, sizeof arguments, "{\"transfer_ground\":\"%s\"}", derogations[i]);
        CHECK(!request(0, arguments, false));
        CHECK_ERROR(err, ERROR_RULE, "a derogation is never proposed");
    }
    CHECK(!request(0, "{\"transfer_ground\":\"art37_1a\"}", false));
    CHECK_ERROR(err, ERROR_RULE, "the agreement proposes art61_treaty");
    CHECK(!request(0, "{\"transfer_ground\":\"art61_treaty\"}", true));
    CHECK_ERROR(err, ERROR_INPUT, "the message names a ground itself");
    CHECK(!request(0, "{\"transfer_ground\":\"trust_us\"}", false));
    CHECK_ERROR(err, ERROR_INPUT, "transfer_ground");
    pair.nodes[0].journal.lines[0].agreement.legal_basis_count = 0;
    CHECK(!request(0, "{\"transfer_ground\":\"art61_treaty\"}", false));
    CHECK_ERROR(err, ERROR_RULE, "the agreement proposes none");
    pair.nodes[0].journal.lines[0].agreement.legal_basis_count = 1;
}

CHECK_TEST(an_answer_and_what_is_given_unasked_confirm_it_alike)
{
    struct answer answer = sample_answer();
    struct spontaneous given = sample_spontaneous();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char arguments[160], asked[UUID_TEXT_SIZE];

    CHECK_OK(pair_request(&pair.nodes[1], number++, asked, &err), err);
    pair_settle(&pair);
    answer.has_transfer = false;
    CHECK_OR_RETURN(answer_write(&answer, &body));
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", asked);
    CHECK(!act(0, "answer-send", arguments, buffer_span(&body)));
    CHECK_ERROR(err, ERROR_RULE, "names no ground of transfer");
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"transfer_ground\":\"art61_treaty\"}",
             asked);
    CHECK_OK(act(0, "answer-send", arguments, buffer_span(&body)), err);
    CHECK_OK(shown(), err);
    CHECK(answer_has(&out, CONFIRMED));

    buffer_clear(&body);
    given.authority = span_text("Centrul de Cooperare (test)");
    given.has_transfer = false;
    CHECK_OR_RETURN(spontaneous_write(&given, &body));
    CHECK(!act(0, "spontaneous-send", "{}", buffer_span(&body)));
    CHECK_ERROR(err, ERROR_RULE, "names no ground of transfer");
    CHECK_OK(
        act(0, "spontaneous-send", "{\"transfer_ground\":\"art61_treaty\"}", buffer_span(&body)),
        err);
    CHECK_OK(shown(), err);
    CHECK(answer_has(&out, CONFIRMED));
}

/* Before it is sent, and before anything is confirmed. */
CHECK_TEST(the_warning_of_duplicates_reads_a_draft_without_a_ground)
{
    char reference[24];
    struct request sample = sample_request_numbered(number++, reference);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    sample.authority = span_text("Centrul de Cooperare (test)");
    sample.has_transfer = false;
    CHECK_OR_RETURN(request_write(&sample, &body));
    CHECK_OK(act(0, "duplicate-check", "{}", buffer_span(&body)), err);
    CHECK(answer_has(&out, "\"list\":["));
}

CHECK_TEST(a_trial_shows_the_proposal_to_whoever_sends)
{
    static const char proposal[] = "\"transfer_proposed\":{\"ground\":\"art61_treaty\"";
    char reference[24];
    struct request sample = sample_request_numbered(number++, reference);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    sample.authority = span_text("Centrul de Cooperare (test)");
    sample.has_transfer = false;
    CHECK_OR_RETURN(request_write(&sample, &body));
    CHECK_OK(act(0, "agreement-try", "{}", buffer_span(&body)), err);
    CHECK(answer_has(&out, "\"allowed\":false,\"type\":\"request\",\"clause\":\"7.1\"") &&
          answer_has(&out, proposal));
    CHECK(!act(1, "agreement-try", "{\"receive\":true}", buffer_span(&body)));
    CHECK_ERROR(err, ERROR_RULE, "names no ground of transfer");
    buffer_clear(&body);
    sample.authority = span_text("Fictional Tax Office");
    CHECK_OR_RETURN(request_write(&sample, &body));
    CHECK(!act(0, "agreement-try", "{}", buffer_span(&body))); /* nothing is proposed to it */
    CHECK_ERROR(err, ERROR_RULE, "names no ground of transfer");
    buffer_clear(&body);
    sample.authority = span_text("Centrul de Cooperare (test)");
    sample.person_count = 0;
    CHECK_OR_RETURN(request_write(&sample, &body));
    CHECK_OK(act(0, "agreement-try", "{}", buffer_span(&body)), err);
    CHECK(answer_has(&out, "\"clause\":\"7.1\"") && answer_has(&out, proposal));
    buffer_clear(&body);
    sample.has_transfer = true;
    CHECK_OR_RETURN(request_write(&sample, &body));
    CHECK_OK(act(0, "agreement-try", "{}", buffer_span(&body)), err);
    CHECK(answer_has(&out, "\"allowed\":true") && answer_lacks(&out, "transfer_proposed"));
}

int main(void)
{
    out = buffer_make(4u << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(nothing_is_filled_in_silently_and_the_refusal_says_what_is_proposed);
    CHECK_RUN(what_the_officer_confirms_is_the_ground_of_the_message);
    CHECK_RUN(what_is_not_proposed_is_not_confirmed);
    CHECK_RUN(an_answer_and_what_is_given_unasked_confirm_it_alike);
    CHECK_RUN(the_warning_of_duplicates_reads_a_draft_without_a_ground);
    CHECK_RUN(a_trial_shows_the_proposal_to_whoever_sends);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
