/*
 * Trials: what a proposal would change, with its effects counted, and what the agreement says of one message. Nothing is
 * written but the access entry.
 * covers: trial
 */
#include "check.h"
#include "journal/effects.h"
#include "journal/support/amend.h"
#include "message/support/samples.h"

static struct pair pair;
static struct buffer out;
static unsigned number = 1;

static bool act(size_t side, const char *name, const char *arguments, struct span body,
                struct error *err)
{
    error_clear(err);
    buffer_clear(&out);
    return pair_act(&pair.nodes[side], name, arguments, body, &out, err) && buffer_byte(&out, 0);
}

static bool said(const char *text)
{
    bool ok = strstr((const char *)out.data, text) != NULL;
    if (!ok)
        printf("said: %s\n", (const char *)out.data);
    return ok;
}

static struct span request_body(size_t side)
{
    static struct buffer bytes;
    char reference[24];
    struct request request = sample_request_numbered(number++, reference);

    request.authority = span_text(side == 0 ? "Centrul de Cooperare (test)"
                                            : "Qendra e Bashk\xc3\xabpunimit (test)");
    buffer_free(&bytes);
    bytes = buffer_make(BODY_SIZE_MAX);
    request_write(&request, &bytes);
    return buffer_span(&bytes);
}

static uint64_t logs_size(void)
{
    return pair.nodes[0].journal.lines[0].out.size + pair.nodes[1].journal.lines[0].out.size;
}

CHECK_TEST(a_message_is_ruled_without_being_sent)
{
    struct error err = {0};
    uint64_t size = logs_size();

    CHECK_OK(act(0, "agreement-try", "{}", request_body(0), &err), err);
    CHECK(said("\"allowed\":true"));
    CHECK(said("\"type\":\"request\""));
    CHECK(said("\"due_hours_after_receipt\":168,\"due_clause\":\"8.1\""));
    CHECK(said("\"erased_from\":\"closure\",\"erased_clause\":\"5.3\""));
    /* As the receiver of the same body: its authority is not the partner's. */
    CHECK_OK(act(0, "agreement-try", "{\"receive\":true}", request_body(0), &err), err);
    CHECK(said("\"allowed\":false"));
    CHECK(said("\"clause\":\"2.2\""));
    CHECK_OK(act(1, "agreement-try", "{\"receive\":true}", request_body(0), &err), err);
    CHECK(said("\"allowed\":true"));
    pair_settle(&pair);
    CHECK_INT(logs_size(), size);
    CHECK(!act(0, "agreement-try", "{}", span_text("{}"), &err));
    CHECK(!act(0, "agreement-try", "{\"document\":\"\"}", request_body(0), &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK(!act(0, "agreement-try", "{\"document\":\"*\"}", request_body(0), &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK(!act(0, "agreement-try", "{\"type\":\"opened\"}", request_body(0), &err));
    CHECK_ERROR(err, ERROR_INPUT, "request, answer or spontaneous");
}

CHECK_TEST(what_is_given_unasked_is_told_by_its_form)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct spontaneous given = sample_spontaneous();
    struct error err = {0};

    given.authority = span_text("Centrul de Cooperare (test)");
    CHECK(spontaneous_write(&given, &body));
    CHECK_OK(act(0, "agreement-try", "{}", buffer_span(&body), &err), err);
    CHECK(said("\"allowed\":true") && said("\"type\":\"spontaneous\""));
}

CHECK_TEST(an_answer_is_told_by_its_form)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct answer answer = sample_answer();
    struct error err = {0};

    CHECK(answer_write(&answer, &body));
    CHECK_OK(act(0, "agreement-try", "{}", buffer_span(&body), &err), err);
    CHECK(said("\"type\":\"answer\""));
    CHECK(said("\"needs_second_approval\":true"));
    CHECK(said("\"erased_after_days\":"));
}

static void no_requests(struct agreement *agreement)
{
    agreement->message_types &= ~(UINT64_C(1) << MESSAGE_REQUEST);
}

CHECK_TEST(waiting_messages_that_could_not_be_sent_are_counted_by_clause)
{
    struct buffer once CLEANUP(buffer_free) = buffer_make(16);
    struct agreement_effects effects;
    struct arena arena CLEANUP(arena_free) = arena_make(4 * AGREEMENT_ARENA_SIZE);
    char item[UUID_TEXT_SIZE];
    struct error err = {0};

    pair.is_cut = true;
    CHECK_OK(pair_request(&pair.nodes[0], number++, item, &err), err);
    pair_settle(&pair);
    CHECK_OK(pair_request(&pair.nodes[0], number++, item, &err), err);
    CHECK_OK(amend_sign(&pair.nodes[0], 0, no_requests, &once, &err), err);
    struct agreement next = pair.nodes[0].journal.lines[0].agreement;
    no_requests(&next);
    CHECK_OK(journal_effects(&pair.nodes[0].journal, &pair.nodes[0].journal.lines[0], &next,
                             &effects, &err),
             err);
    CHECK_INT(effects.waiting, 1);
    CHECK_INT(effects.refused[CLAUSE_MESSAGE_TYPES], 1);
    pair.is_cut = false;
    pair_settle(&pair);
}

static void protocol_9(struct agreement *agreement)
{
    static struct agreement_party parties[2];
    memcpy(parties, agreement->parties, sizeof parties);
    parties[1].minimum_protocol = 9;
    agreement->parties = parties;
}

CHECK_TEST(a_version_that_this_node_cannot_speak_is_tried_in_vain)
{
    struct buffer once CLEANUP(buffer_free) = buffer_make(16);
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct json_writer writer = json_writer_make(&arguments);
    struct error err = {0};

    CHECK_OK(amend_sign(&pair.nodes[0], 0, protocol_9, &once, &err), err);
    json_begin_object(&writer);
    json_base64_field(&writer, "document", buffer_span(&once));
    json_end_object(&writer);
    CHECK(buffer_byte(&arguments, 0));
    const char *text = (const char *)arguments.data;
    CHECK_OK(act(0, "agreement-try", text, request_body(0), &err), err);
    CHECK(said("\"allowed\":false"));
    CHECK(said("\"clause\":\"1.1\""));
    CHECK(said("it demands at least protocol 9"));
    CHECK_OK(act(0, "agreement-diff", text, span_text(""), &err), err);
    CHECK(said("it demands at least protocol 9"));
}

static void stricter_work(struct agreement *agreement)
{
    agreement->deadlines.other_hours--;
    agreement->four_eyes |= UINT64_C(1) << FOUR_EYES_REQUEST;
}

CHECK_TEST(limits_and_second_officers_are_told_in_words)
{
    struct buffer once CLEANUP(buffer_free) = buffer_make(16);
    char item[UUID_TEXT_SIZE];
    struct error err = {0};

    CHECK_OK(pair_request(&pair.nodes[0], number++, item, &err), err);
    pair_settle(&pair);
    CHECK_OK(amend_propose(&pair.nodes[0], stricter_work, &once, &err), err);
    pair_settle(&pair);
    CHECK_OK(act(0, "agreement-diff", "{\"own\":true}", span_text(""), &err), err);
    CHECK(said(" open requests would have less time, had they been made under it; they keep the "
               "limit that they have"));
    CHECK(said(" messages of ours would need a second officer, which one officer sends today"));
    CHECK(said("\"more_time\":0"));
    CHECK_OK(act(0, "agreement-withdraw", "{}", span_text(""), &err), err);
    pair_settle(&pair);
}

CHECK_TEST(a_proposal_is_explained_and_its_effects_are_counted)
{
    struct buffer once CLEANUP(buffer_free) = buffer_make(16);
    char item[UUID_TEXT_SIZE];
    struct error err = {0};

    CHECK_OK(pair_request(&pair.nodes[1], number++, item, &err), err);
    pair_settle(&pair);
    char arguments[96];
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct answer answer = sample_answer();
    CHECK(answer_write(&answer, &body));
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    CHECK_OK(act(0, "answer-send", arguments, buffer_span(&body), &err), err);
    pair_settle(&pair);
    pair.is_cut = true;
    CHECK_OK(pair_request(&pair.nodes[1], number++, item, &err), err);
    pair_settle(&pair); /* its post fails: from now on what is new waits */
    CHECK_OK(pair_request(&pair.nodes[1], number++, item, &err), err);
    pair.is_cut = false;
    CHECK_OK(amend_propose(&pair.nodes[0], amend_shorter, &once, &err), err);
    pair_settle(&pair);
    CHECK_OK(act(1, "agreement-diff", "{}", span_text(""), &err), err);
    CHECK(said("suspect: erased after 320 days instead of 5 years"));
    CHECK(said("\"effect\":\"stricter\""));
    CHECK(said("\"clause\":\"5.3\""));
    CHECK(said("\"erased_sooner\":1"));
    CHECK(said("\"erased_at_once\":0"));
    /* A year later the same proposal would erase at once. */
    pair_wait(330 * SAMPLE_DAY_MS);
    CHECK_OK(act(1, "agreement-diff", "{}", span_text(""), &err), err);
    CHECK(said("\"erased_at_once\":1"));
    CHECK(said("of them at once: their new day, at the latest 2026-"));
    CHECK_OK(act(0, "agreement-withdraw", "{}", span_text(""), &err), err);
    pair_settle(&pair);
    CHECK(!act(1, "agreement-diff", "{}", span_text(""), &err));
    CHECK_INT(err.kind, ERROR_MISSING);
}

int main(void)
{
    out = buffer_make(1 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(a_message_is_ruled_without_being_sent);
    CHECK_RUN(what_is_given_unasked_is_told_by_its_form);
    CHECK_RUN(an_answer_is_told_by_its_form);
    CHECK_RUN(waiting_messages_that_could_not_be_sent_are_counted_by_clause);
    CHECK_RUN(a_version_that_this_node_cannot_speak_is_tried_in_vain);
    CHECK_RUN(limits_and_second_officers_are_told_in_words);
    CHECK_RUN(a_proposal_is_explained_and_its_effects_are_counted);
    buffer_free(&out);
    pair_free(&pair);
    return check_end();
}
