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

static bool goes(size_t side, const char *name, const char *item)
{
    char arguments[120];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item,
             strcmp(name, "item-erase") == 0 ? ",\"erase_reason\":\"unlawful\"" : "");
    if (act(side, name, arguments, span_text("")))
        return true;
    printf("%s: %s\n", name, err.text);
    return false;
}

static bool rebuilds(size_t side)
{
    error_clear(&err);
    if (hostile_run(&pair.nodes[side], rebuild_run, NULL, &err))
        return true;
    printf("%s\n", err.text);
    return false;
}

/* Live, and as a rebuild finds it. */
static void stands_as(const char *request, const char *state, const char *words)
{
    for (int is_rebuilt = 0; is_rebuilt < 2; is_rebuilt++) {
        for (size_t side = 0; side < 2; side++) {
            CHECK(lists(side, state, request));
            CHECK(shows(side, request, words));
        }
        if (is_rebuilt == 0)
            CHECK(rebuilds(0) && rebuilds(1));
    }
}

/* The asker's copy of an answer is unlawful and goes; months later the desk that answered erases its own. On neither node does
 * the request wait again: no alarm in the night, and no first answer a second time. */
//= dir-2016-680 art 16(2)
CHECK_TEST(a_request_whose_answer_is_erased_stays_answered_on_both_sides)
{
    char request[UUID_TEXT_SIZE], first[UUID_TEXT_SIZE], second[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(asks(NULL, request) && answers(request, NULL, first));
    CHECK_OR_RETURN(goes(0, "item-erase", first));
    stands_as(request, "answered", "\"counts\":true,\"further\":false");
    CHECK(shows(0, request, "\"what\":\"answer\"") && !says("\"outcome\""));
    CHECK(shows(1, request, "\"outcome\":"));
    CHECK_OR_RETURN(goes(1, "item-erase", first));
    stands_as(request, "answered", "\"counts\":true,\"further\":false");
    CHECK(shows(1, request, "\"what\":\"answer\"") && !says("\"outcome\""));
    pair_wait(9 * HOUR_MS);
    for (size_t side = 0; side < 2; side++) {
        CHECK(!lists(side, "overdue", request) && !lists(side, "open", request));
        CHECK(act(side, "alarm-list", "{}", span_text("")) && !says(request));
    }
    CHECK(!answers(request, NULL, second));
    CHECK_ERROR(err, ERROR_CONFLICT, first);
    CHECK_OR_RETURN(answers(request, first, second));
    stands_as(request, "answered", "\"counts\":true,\"further\":true");
}

/* That it was erased makes no answer of what its receiver refused. */
CHECK_TEST(an_erased_answer_that_was_refused_answers_nothing)
{
    uint64_t bit = UINT64_C(1) << MESSAGE_ANSWER;
    uint64_t *there = &pair.nodes[0].journal.lines[0].agreement.message_types;
    char request[UUID_TEXT_SIZE], refused[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(asks(NULL, request));
    *there &= ~bit;
    CHECK_OR_RETURN(answers(request, NULL, refused));
    *there |= bit;
    CHECK_OR_RETURN(goes(1, "item-erase", refused));
    stands_as(request, "open", request);
    CHECK(shows(1, request, "\"counts\":false,\"further\":false"));
    CHECK(refuses(request));
}

/* What the partner never had is no answer, whether it was withdrawn or erased before it went. */
CHECK_TEST(an_answer_that_never_went_answers_nothing)
{
    static const char *const ways[] = {"item-withdraw", "item-erase"};

    for (size_t i = 0; i < 2; i++) {
        char request[UUID_TEXT_SIZE], unsent[UUID_TEXT_SIZE];

        CHECK_OR_RETURN(asks(NULL, request));
        pair.is_cut = true;
        pair.nodes[1].journal.lines[0].is_reachable = false;
        bool went = answers(request, NULL, unsent) && goes(1, ways[i], unsent);
        CHECK(lists(1, "open", request));
        pair.nodes[1].journal.lines[0].is_reachable = true;
        pair.is_cut = false;
        pair_settle(&pair);
        CHECK_OR_RETURN(went);
        stands_as(request, "open", request);
        CHECK(shows(1, request, request) && !says("\"what\":\"answer\""));
        CHECK(refuses(request));
    }
}

/* The answer came, its writer never heard so and takes it back: on both sides it was never given. */
CHECK_TEST(an_answer_that_is_withdrawn_after_it_came_answers_nothing)
{
    char request[UUID_TEXT_SIZE], answer[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(asks(NULL, request));
    pair.calls_until_cut = 2;
    pair.loses_answer = true;
    bool is_given = answers(request, NULL, answer);
    pair.is_cut = true;
    CHECK(lists(0, "answered", request)); /* it came */
    bool is_taken_back = goes(1, "item-withdraw", answer);
    pair.is_cut = false;
    pair.calls_until_cut = 0;
    pair_settle(&pair);
    CHECK_OR_RETURN(is_given && is_taken_back);
    stands_as(request, "open", request);
    CHECK(shows(0, request, "\"counts\":false"));
    CHECK(refuses(request));
}

/* An answer that waits while the agreement changes goes back to its officer: nothing names it that goes. */
CHECK_TEST(what_will_not_be_sent_is_named_by_nothing)
{
    struct journal_line *line = &pair.nodes[1].journal.lines[0];
    char request[UUID_TEXT_SIZE], unsent[UUID_TEXT_SIZE], further[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(asks(NULL, request));
    pair.is_cut = true;
    line->is_reachable = false;
    bool is_given = answers(request, NULL, unsent);
    line->agreement.version++; /* as when the partner's signature came meanwhile */
    CHECK(!answers(request, unsent, further));
    CHECK_ERROR(err, ERROR_CONFLICT, "will not be sent: withdraw it (besa withdraw)");
    line->agreement.version--;
    CHECK(answers(request, unsent, further)); /* both go together */
    line->is_reachable = true;
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_OR_RETURN(is_given);
    stands_as(request, "answered", "\"further\":true");
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
    CHECK_RUN(a_request_whose_answer_is_erased_stays_answered_on_both_sides);
    CHECK_RUN(an_erased_answer_that_was_refused_answers_nothing);
    CHECK_RUN(an_answer_that_never_went_answers_nothing);
    CHECK_RUN(an_answer_that_is_withdrawn_after_it_came_answers_nothing);
    CHECK_RUN(what_will_not_be_sent_is_named_by_nothing);
    CHECK_RUN(who_asks_again_refers_to_what_was_answered);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
