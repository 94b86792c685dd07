/*
 * What comes after an answer: a further one names the one that it adds to, on both nodes; who asks again refers to the request
 * that was answered; and an answer that its receiver refused answers nothing, here as there.
 */
#include "check.h"
#include "desk/alarm.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"

#define HOUR_MS INT64_C(3600000)

static struct pair pair;
static struct error err;
static struct buffer out;
static unsigned number = 700;

static bool act(size_t side, const char *name, const char *arguments, struct span body)
{
    error_clear(&err);
    buffer_clear(&out);
    bool ok = pair_act(&pair.nodes[side], name, arguments, body, &out, &err);
    if (ok && !pair.is_cut)
        pair_settle(&pair);
    buffer_byte(&out, '\0');
    return ok;
}

static bool says(const char *words)
{
    return strstr((const char *)out.data, words) != NULL;
}

/* The id of what was made. */
static void item_take(char item[UUID_TEXT_SIZE])
{
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
}

/* From ro; `again`: id of the request that it refers to, or NULL. */
static bool asks(const char *again, char item[UUID_TEXT_SIZE])
{
    struct request request = sample_request_urgent();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char reference[24];

    snprintf(reference, sizeof reference, "RO-%u", number++);
    request.reference = span_text(reference);
    request.authority = span_text("Centrul de Cooperare (test)");
    request.has_refers_to = again != NULL;
    if (again != NULL && !uuid_read(span_text(again), request.refers_to))
        return false;
    if (!request_write(&request, &body) || !act(0, "request-send", "{}", buffer_span(&body)))
        return false;
    item_take(item);
    return true;
}

/* From al; `to`: id of the answer that this one adds to, or NULL. */
static bool answers(const char *request, const char *to, char item[UUID_TEXT_SIZE])
{
    struct answer answer = sample_answer();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char arguments[80];

    answer.has_supplements = to != NULL;
    if (to != NULL && !uuid_read(span_text(to), answer.supplements))
        return false;
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", request);
    if (!answer_write(&answer, &body) || !act(1, "answer-send", arguments, buffer_span(&body)))
        return false;
    item_take(item);
    return true;
}

static bool refuses(const char *request)
{
    char arguments[120];

    snprintf(arguments, sizeof arguments,
             "{\"item\":\"%s\",\"grounds\":[\"a\"],\"reason_text\":\"none\"}", request);
    return act(1, "refuse-send", arguments, span_text(""));
}

static bool shows(size_t side, const char *item, const char *words)
{
    char arguments[80];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    if (act(side, "item-show", arguments, span_text("")))
        return says(words);
    printf("item-show: %s\n", err.text);
    return false;
}

static bool lists(size_t side, const char *state, const char *words)
{
    char arguments[40];

    snprintf(arguments, sizeof arguments, "{\"state\":\"%s\"}", state);
    return act(side, side == 0 ? "sent-list" : "inbox-list", arguments, span_text("")) &&
           says(words);
}

//= dir-2023-977 art 16(1)(a)
CHECK_TEST(a_further_answer_names_the_one_that_it_adds_to)
{
    char request[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE], first[UUID_TEXT_SIZE],
        second[UUID_TEXT_SIZE], third[UUID_TEXT_SIZE], words[120];

    CHECK_OR_RETURN(asks(NULL, request) && asks(NULL, other) && answers(request, NULL, first));
    CHECK(!answers(request, NULL, second)); /* who did not know of the first one learns of it */
    CHECK_ERROR(err, ERROR_CONFLICT, "the request is answered");
    CHECK(strstr(err.text, first) != NULL);
    CHECK(!refuses(request));
    CHECK_ERROR(err, ERROR_CONFLICT, first);
    CHECK(!answers(other, first, second)); /* of another request */
    CHECK_ERROR(err, ERROR_INPUT, "supplements: names no earlier answer of ours to this request");
    CHECK(!answers(request, request, second)); /* no answer */
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK_OR_RETURN(answers(request, first, second) && answers(request, second, third));
    for (size_t side = 0; side < 2; side++) {
        snprintf(words, sizeof words, "\"supplements\":\"%s\"", first);
        CHECK(shows(side, second, words));
        CHECK(shows(side, request, "\"counts\":true,\"further\":false"));
        CHECK(says("\"counts\":true,\"further\":true"));
        CHECK(lists(side, "answered", "\"answers\":3,\"state\":\"answered\""));
        CHECK(!lists(side, "open", request));
    }
    CHECK(shows(1, second, "\"partner_says\":\"accepted\""));
    CHECK(refuses(other));
}

/* What the partner refused is no answer at either side: the request waits, its limit runs, and a first answer may go. */
CHECK_TEST(a_request_whose_answer_was_refused_waits_again_on_both_sides)
{
    uint64_t bit = UINT64_C(1) << MESSAGE_ANSWER;
    uint64_t *there = &pair.nodes[0].journal.lines[0].agreement.message_types;
    char request[UUID_TEXT_SIZE], refused[UUID_TEXT_SIZE], first[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(asks(NULL, request));
    *there &= ~bit;
    CHECK_OR_RETURN(answers(request, NULL, refused));
    *there |= bit;
    CHECK(
        shows(1, refused, "\"partner_says\":\"refused\",\"partner_ground\":\"not_permitted 3.1\""));
    CHECK(shows(1, request, "\"counts\":false,\"further\":false"));
    for (size_t side = 0; side < 2; side++) {
        CHECK(lists(side, "open", request));
        CHECK(!lists(side, "answered", request));
    }
    pair_wait(9 * HOUR_MS);
    for (size_t side = 0; side < 2; side++)
        CHECK(lists(side, "overdue", request));
    CHECK(act(1, "alarm-list", "{}", span_text("")) && says("\"alarm\":\"overdue\"") &&
          says(request));
    CHECK_OR_RETURN(answers(request, NULL, first));
    for (size_t side = 0; side < 2; side++)
        CHECK(lists(side, "answered", request));
}

static bool rebuild_run(struct journal *journal, void *context, struct error *error)
{
    (void)context;
    return journal_rebuild(journal, NULL, NULL, error);
}

CHECK_TEST(a_rebuild_finds_the_same)
{
    uint64_t bit = UINT64_C(1) << MESSAGE_ANSWER;
    uint64_t *there = &pair.nodes[0].journal.lines[0].agreement.message_types;
    char request[UUID_TEXT_SIZE], refused[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(asks(NULL, request));
    *there &= ~bit;
    CHECK_OR_RETURN(answers(request, NULL, refused));
    *there |= bit;
    CHECK_OK(hostile_run(&pair.nodes[1], rebuild_run, NULL, &err), err);
    CHECK(lists(1, "open", request));
    CHECK(shows(1, request, "\"counts\":false"));
    CHECK(refuses(request));
    CHECK_OK(hostile_run(&pair.nodes[1], rebuild_run, NULL, &err), err);
    CHECK(lists(1, "answered", request));
}

CHECK_TEST(who_asks_again_refers_to_what_was_answered)
{
    char request[UUID_TEXT_SIZE], answer[UUID_TEXT_SIZE], again[UUID_TEXT_SIZE], words[120];

    CHECK_OR_RETURN(asks(NULL, request));
    CHECK(!asks(request, again)); /* its limit runs; the partner is not to be asked twice */
    CHECK_ERROR(err, ERROR_CONFLICT, "refers_to: that request has no answer yet");
    CHECK_OR_RETURN(answers(request, NULL, answer));
    CHECK(!asks(answer, again)); /* the partner's, and no request */
    CHECK_ERROR(err, ERROR_INPUT, "refers_to: names no earlier request of ours");
    CHECK_OR_RETURN(asks(request, again));
    snprintf(words, sizeof words, "\"refers_to\":\"%s\"", request);
    for (size_t side = 0; side < 2; side++) {
        CHECK(shows(side, again, words));
        CHECK(says("\"due\":")); /* a limit of its own */
        CHECK(lists(side, "open", again));
        CHECK(lists(side, "answered", request)); /* what was answered stays so */
    }
    CHECK(shows(0, again, "\"partner_says\":\"accepted\""));
    CHECK(refuses(again));
}

int main(void)
{
    out = buffer_make(1 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(a_further_answer_names_the_one_that_it_adds_to);
    CHECK_RUN(a_request_whose_answer_was_refused_waits_again_on_both_sides);
    CHECK_RUN(a_rebuild_finds_the_same);
    CHECK_RUN(who_asks_again_refers_to_what_was_answered);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
