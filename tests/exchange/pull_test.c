/*
 * Pull: a node that cannot be called fetches its partner's calls, and everything passes as if it could be.
 * covers: pull puller pull_form
 */
#include "check.h"
#include "base/text.h"
#include "exchange/pull_form.h"
#include "exchange/private.h"
#include "journal/support/pair.h"

static struct pair pair;

static struct courier_partner *partner_of(size_t side)
{
    return &pair.nodes[side].exchange->partners[0];
}

static bool is_level(void)
{
    const struct journal_line *ro = &pair.nodes[0].journal.lines[0];
    const struct journal_line *al = &pair.nodes[1].journal.lines[0];

    return ro->out.size == ro->cosigned && al->out.size == al->cosigned &&
           ro->out.size == al->in.size && al->out.size == ro->in.size &&
           al->handled == al->in.size && ro->handled == ro->in.size;
}

static void requests_both_ways(unsigned from, unsigned count)
{
    char item[UUID_TEXT_SIZE];
    struct error err = {0};

    for (unsigned i = 0; i < count; i++)
        for (size_t side = 0; side < 2; side++)
            CHECK_OK(pair_request(&pair.nodes[side], from + 2 * i + (unsigned)side, item, &err),
                     err);
}

/* --- bytes --- */

CHECK_TEST(a_pull_is_read_as_it_was_written_and_cut_at_no_byte)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(4096);
    struct buffer call_bytes CLEANUP(buffer_free) = buffer_make(4096);
    struct pull_request request = {.session = UINT64_C(0x1122334455667788),
                                   .turn = 7,
                                   .lane = 3,
                                   .wait_s = 50,
                                   .id = 9,
                                   .status = 503,
                                   .answer = span_text("answer")};
    struct pull_call call = {.id = 9, .path = span_text("/1/push"), .body = span_text("post")};
    struct pull_request request_read;
    struct pull_call call_read;
    struct error err = {0};

    CHECK(pull_request_write(&request, &bytes) && pull_call_write(&call, &call_bytes));
    CHECK_OK(pull_request_read(buffer_span(&bytes), &request_read, &err), err);
    CHECK(request_read.session == request.session && request_read.turn == 7 &&
          request_read.lane == 3 && request_read.wait_s == 50 && request_read.id == 9 &&
          request_read.status == 503);
    CHECK_SPAN(request_read.answer, "answer");
    CHECK_OK(pull_call_read(buffer_span(&call_bytes), &call_read, &err), err);
    CHECK_INT(call_read.id, 9);
    CHECK_SPAN(call_read.path, "/1/push");
    CHECK_SPAN(call_read.body, "post");
    for (size_t i = 0; i < bytes.size; i++)
        CHECK(!pull_request_read(span_make(bytes.data, i), &request_read, &err));
    for (size_t i = 0; i < call_bytes.size; i++)
        CHECK(!pull_call_read(span_make(call_bytes.data, i), &call_read, &err));
    buffer_byte(&bytes, 0);
    buffer_byte(&call_bytes, 0);
    CHECK(!pull_request_read(buffer_span(&bytes), &request_read, &err));
    CHECK(!pull_call_read(buffer_span(&call_bytes), &call_read, &err));
}

CHECK_TEST(a_pull_beyond_its_limits_is_refused)
{
    static const struct pull_request bad[] = {
        {.turn = 0},
        {.turn = 1, .lane = PULL_LANE_MAX},
        {.turn = 1, .wait_s = PULL_WAIT_S_MAX + 1},
        {.turn = 1, .status = 200},
        {.turn = 1, .id = 1},
        {.turn = 1, .id = 1, .status = 199},
        {.turn = 1, .id = 1, .status = 600},
    };
    static const struct pull_call calls[] = {
        {.id = 0, .path = {(const uint8_t *)"/x", 2}},
        {.id = 0, .body = {(const uint8_t *)"x", 1}},
        {.id = 1, .body = {(const uint8_t *)"x", 1}},
    };
    struct error err = {0};

    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct buffer bytes CLEANUP(buffer_free) = buffer_make(4096);
        struct pull_request found;
        CHECK(pull_request_write(&bad[i], &bytes));
        CHECK(!pull_request_read(buffer_span(&bytes), &found, &err));
        CHECK_INT(err.kind, ERROR_INPUT);
    }
    for (size_t i = 0; i < ARRAY_COUNT(calls); i++) {
        struct buffer bytes CLEANUP(buffer_free) = buffer_make(4096);
        struct pull_call found;
        CHECK(pull_call_write(&calls[i], &bytes));
        CHECK(!pull_call_read(buffer_span(&bytes), &found, &err));
    }
}

/* --- two nodes, one of which cannot be called --- */

CHECK_TEST(everything_passes_when_one_side_cannot_be_called)
{
    requests_both_ways(1, 5);
    pair_settle(&pair);
    CHECK(is_level());
    CHECK(pair.nodes[0].journal.lines[0].cosigned >= 5);
    CHECK(pair.nodes[1].journal.lines[0].cosigned >= 5);
    /* Witness requests go the same way. */
    CHECK(pair.nodes[0].journal.lines[0].witnessed > 0);
    CHECK(pair.nodes[1].journal.lines[0].witnessed > 0);
    CHECK(partner_of(0)->is_reachable && partner_of(1)->is_reachable);
}

CHECK_TEST(at_rest_one_pull_waits_and_no_more)
{
    const struct puller *puller = &partner_of(1)->puller;
    size_t waiting = 0;
    size_t idle = 0;

    pair_settle(&pair);
    for (size_t i = 0; i < PULL_LANE_MAX; i++) {
        waiting += puller->lanes[i].phase == LANE_PULLING;
        idle += puller->lanes[i].phase == LANE_IDLE;
    }
    CHECK_INT(waiting, 1);
    CHECK_INT(idle, PULL_LANE_MAX - 1);
    CHECK(pull_is_present(partner_of(0), exchange_ticks_ms(pair.nodes[0].exchange)));
    CHECK(!pull_is_present(partner_of(1), exchange_ticks_ms(pair.nodes[1].exchange)));
}

CHECK_TEST(a_call_lost_on_its_way_is_handed_over_again)
{
    uint64_t before = pair.nodes[0].journal.lines[0].cosigned;

    pair.loses_pulls = true;
    requests_both_ways(100, 1);
    pair_settle(&pair);
    CHECK(!pair.loses_pulls);
    CHECK(is_level());
    CHECK(pair.nodes[0].journal.lines[0].cosigned > before);
    CHECK_INT(partner_of(0)->failures, 0);
}

/* The lane that waits at rest changes with each call, so each of them loses one. */
CHECK_TEST(a_call_lost_in_any_lane_waits_for_no_long_time_limit)
{
    bool is_seen[PULL_LANE_MAX] = {false};
    unsigned lanes = 0;

    for (unsigned i = 0; i < 8; i++) {
        pair_settle(&pair);
        for (size_t at = 0; at < PULL_LANE_MAX; at++) {
            bool is_waiting = partner_of(1)->puller.lanes[at].phase == LANE_PULLING;
            lanes += is_waiting && !is_seen[at];
            is_seen[at] = is_seen[at] || is_waiting;
        }
        pair.loses_pulls = true;
        requests_both_ways(150 + 2 * i, 1);
        pair_run(&pair, 3000); /* two tries, each after the least pause */
        CHECK(!pair.loses_pulls);
        CHECK(is_level());
    }
    CHECK(lanes >= 2);
}

CHECK_TEST(a_line_that_is_cut_in_the_middle_comes_back)
{
    for (int i = 1; i < 12; i++) {
        pair.calls_until_cut = i;
        requests_both_ways(200 + 10 * (unsigned)i, 1);
        pair_settle(&pair);
        pair.is_cut = false;
        pair.calls_until_cut = 0;
        for (int k = 0; k < 3 && !is_level(); k++)
            pair_settle(&pair);
        CHECK(is_level());
    }
}

CHECK_TEST(either_node_may_restart_at_any_time)
{
    for (size_t side = 0; side < 2; side++) {
        requests_both_ways(400 + 10 * (unsigned)side, 2);
        for (int i = 0; i < 4; i++) {
            courier_pump(pair.nodes[0].exchange);
            courier_pump(pair.nodes[1].exchange);
            journal_pump(&pair.nodes[0].journal);
        }
        CHECK(pair_reopen(&pair.nodes[side]));
        for (int k = 0; k < 3 && !is_level(); k++)
            pair_settle(&pair);
        CHECK(is_level());
    }
}

/* --- what a partner may try --- */

struct replied {
    int count;
    unsigned status;
    uint64_t id;
    char path[PULL_PATH_SIZE_MAX + 1];
};

static void reply(void *context, unsigned status, const char *type, struct span body)
{
    struct replied *replied = context;
    struct pull_call call = {.id = 0};
    struct error ignored = {0};
    (void)type;

    replied->count++;
    replied->status = status;
    if (status == 200 && pull_call_read(body, &call, &ignored)) {
        replied->id = call.id;
        snprintf(replied->path, sizeof replied->path, "%.*s", SPAN_ARG(call.path));
    }
}

static void pull(const struct pull_request *request, struct buffer *bytes, struct replied *replied)
{
    *replied = (struct replied){.count = 0};
    buffer_clear(bytes);
    CHECK(pull_request_write(request, bytes));
    exchange_receive(pair.nodes[0].exchange, span_text("al"), span_text(PATH_PULL),
                     buffer_span(bytes), reply, replied);
    courier_pump(pair.nodes[0].exchange);
}

static int ended;
static unsigned ended_status;
static void ended_done(void *context, unsigned status, struct span response,
                       const struct error *error)
{
    (void)context;
    (void)response;
    (void)error;
    ended++;
    ended_status = status;
}

CHECK_TEST(an_answer_counts_once_and_only_for_the_call_that_it_names)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(4096);
    struct replied replied;
    struct error err = {0};
    struct pull_request request = {.session = 77, .turn = 1, .wait_s = 0};

    pair_close_node(&pair.nodes[1]);
    pull(&request, &bytes, &replied);
    ended = 0;
    CHECK_OK(pull_call(pair.nodes[0].exchange, partner_of(0), "/1/x", span_text("body"), 100, 5000,
                       ended_done, NULL, &err),
             err);
    request.turn = 2;
    pull(&request, &bytes, &replied);
    CHECK_INT(replied.count, 1);
    CHECK(replied.id != 0 && strcmp(replied.path, "/1/x") == 0);
    uint64_t id = replied.id;
    /* A call that was never made. */
    request =
        (struct pull_request){.session = 77, .turn = 1, .lane = 1, .id = id + 5, .status = 200};
    pull(&request, &bytes, &replied);
    CHECK_INT(ended, 0);
    /* More than the call allows. */
    char large[101];
    memset(large, 'x', sizeof large);
    request = (struct pull_request){.session = 77,
                                    .turn = 3,
                                    .id = id,
                                    .status = 200,
                                    .answer = span_make(large, sizeof large)};
    pull(&request, &bytes, &replied);
    CHECK_INT(ended, 1);
    CHECK_INT(ended_status, 0);
    /* Once more: nothing hears it. The same turn again: nothing either. */
    request.turn = 4;
    request.answer = span_text("late");
    pull(&request, &bytes, &replied);
    pull(&request, &bytes, &replied);
    CHECK_INT(ended, 1);
    CHECK_INT(replied.status, 200);
    CHECK_INT(replied.id, 0);
}

CHECK_TEST(a_call_goes_again_when_its_lane_comes_back_without_its_answer)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(4096);
    struct replied replied;
    struct error err = {0};
    struct pull_request request = {.session = 78, .turn = 1, .wait_s = 0};

    pull(&request, &bytes, &replied);
    ended = 0;
    CHECK_OK(pull_call(pair.nodes[0].exchange, partner_of(0), "/1/x", span_text("body"), 100, 5000,
                       ended_done, NULL, &err),
             err);
    request.turn = 2;
    pull(&request, &bytes, &replied);
    uint64_t id = replied.id;
    CHECK(id != 0);
    /* Another lane does not get it meanwhile. */
    request = (struct pull_request){.session = 78, .turn = 1, .lane = 1};
    pull(&request, &bytes, &replied);
    CHECK_INT(replied.id, 0);
    request = (struct pull_request){.session = 78, .turn = 3};
    pull(&request, &bytes, &replied);
    CHECK(replied.id == id);
    /* The puller started anew: what it had taken goes again too. */
    request = (struct pull_request){.session = 79, .turn = 1};
    pull(&request, &bytes, &replied);
    CHECK(replied.id == id);
    request = (struct pull_request){
        .session = 79, .turn = 2, .id = id, .status = 200, .answer = span_text("ok")};
    pull(&request, &bytes, &replied);
    CHECK_INT(ended, 1);
    CHECK_INT(ended_status, 200);
}

CHECK_TEST(rubbish_and_floods_are_refused)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(4096);
    static struct replied replied[PULL_INBOX_MAX + 1];
    struct pull_request request = {.session = 80, .wait_s = PULL_WAIT_S_MAX};
    static struct buffer kept[PULL_INBOX_MAX + 1];

    exchange_receive(pair.nodes[0].exchange, span_text("al"), span_text(PATH_PULL),
                     span_text("rubbish"), reply, &replied[0]);
    CHECK_INT(replied[0].status, 400);
    memset(replied, 0, sizeof replied);
    for (size_t i = 0; i <= PULL_INBOX_MAX; i++) {
        kept[i] = buffer_make(4096);
        request.turn++;
        CHECK(pull_request_write(&request, &kept[i]));
        exchange_receive(pair.nodes[0].exchange, span_text("al"), span_text(PATH_PULL),
                         buffer_span(&kept[i]), reply, &replied[i]);
    }
    CHECK_INT(replied[PULL_INBOX_MAX].status, 503);
    courier_pump(pair.nodes[0].exchange);
    /* One lane holds one pull: of all these, the newest waits. */
    for (size_t i = 0; i + 1 < PULL_INBOX_MAX; i++)
        CHECK_INT(replied[i].status, 200);
    CHECK_INT(replied[PULL_INBOX_MAX - 1].count, 0);
    exchange_free(&pair.nodes[0].exchange);
    CHECK_INT(replied[PULL_INBOX_MAX - 1].count, 1);
    for (size_t i = 0; i <= PULL_INBOX_MAX; i++)
        buffer_free(&kept[i]);
    CHECK(pair_reopen(&pair.nodes[0]) && pair_reopen(&pair.nodes[1]));
}

static unsigned quick_pulls;

/* Takes each pull and has nothing, at once. */
static bool quick_call(void *context, const char *partner, const char *path, struct span body,
                       size_t response_size_max, int64_t deadline_ms, line_done *done,
                       void *done_context, struct error *err)
{
    struct buffer frame CLEANUP(buffer_free) = buffer_make(4096);
    struct pull_call nothing = {.id = 0};
    (void)context;
    (void)partner;
    (void)body;
    (void)response_size_max;
    (void)deadline_ms;

    if (strcmp(path, PATH_PULL) != 0)
        return error_set(err, ERROR_LINK, "connection refused");
    quick_pulls++;
    CHECK(pull_call_write(&nothing, &frame));
    done(done_context, 200, buffer_span(&frame), NULL);
    return true;
}

CHECK_TEST(a_partner_that_holds_no_pull_is_not_asked_in_a_circle)
{
    struct exchange *exchange = pair.nodes[1].exchange;
    struct exchange_line line = exchange->line;

    exchange->line.call = quick_call;
    pair_close_node(&pair.nodes[0]);
    quick_pulls = 0;
    for (int i = 0; i < 200; i++)
        courier_pump(exchange);
    CHECK(quick_pulls <= 1);
    for (int s = 0; s < 10; s++) {
        pair_wait(1000);
        for (int i = 0; i < 200; i++)
            courier_pump(exchange);
    }
    CHECK(quick_pulls >= 5 && quick_pulls <= 11);
    exchange->line = line;
    CHECK(pair_reopen(&pair.nodes[0]));
    for (int k = 0; k < 3; k++)
        pair_settle(&pair);
    CHECK(is_level());
    CHECK(partner_of(0)->is_reachable && partner_of(1)->is_reachable);
}

/* It would take all pulls up to that turn for doubles of earlier ones, for as long as a lane takes to come there. */
CHECK_TEST(a_turn_that_is_remembered_wrongly_does_not_end_the_line)
{
    pair_settle(&pair);
    for (size_t i = 0; i < PULL_LANE_MAX; i++)
        partner_of(0)->holder.turns[i] += UINT64_C(1) << 40;
    requests_both_ways(700, 1);
    for (int k = 0; k < 6 && !is_level(); k++)
        pair_run(&pair, 20000);
    CHECK(is_level());
    CHECK(partner_of(0)->is_reachable && partner_of(1)->is_reachable);
}

static struct {
    line_done *done;
    void *context;
} kept[PULL_LANE_MAX];
static size_t kept_count;

/* Keeps each pull. */
static bool keeping_call(void *context, const char *partner, const char *path, struct span body,
                         size_t response_size_max, int64_t deadline_ms, line_done *done,
                         void *done_context, struct error *err)
{
    (void)context;
    (void)partner;
    (void)body;
    (void)response_size_max;
    (void)deadline_ms;

    if (strcmp(path, PATH_PULL) != 0 || kept_count == PULL_LANE_MAX)
        return error_set(err, ERROR_LINK, "connection refused");
    kept[kept_count].done = done;
    kept[kept_count++].context = done_context;
    return true;
}

CHECK_TEST(pulls_that_a_line_takes_down_together_fail_once)
{
    struct exchange *exchange = pair.nodes[1].exchange;
    struct exchange_line line = exchange->line;
    struct puller *puller = &partner_of(1)->puller;
    struct buffer frame CLEANUP(buffer_free) = buffer_make(4096);
    struct pull_call call = {.id = 5, .path = span_text(PATH_PROBE)};
    struct error lost = {.kind = ERROR_LINK, .text = "connection reset"};

    pair_close_node(&pair.nodes[0]); /* its pull is answered: nothing */
    exchange->line.call = keeping_call;
    kept_count = 0;
    while (kept_count < 1) {
        pair_wait(1000);
        courier_pump(exchange);
    }
    /* A call comes, and is answered in its lane beside the one that waits. */
    CHECK(pull_call_write(&call, &frame));
    kept[0].done(kept[0].context, 200, buffer_span(&frame), NULL);
    courier_pump(exchange);
    journal_pump(&pair.nodes[1].journal);
    courier_pump(exchange);
    CHECK_INT(kept_count, 3);
    pair_wait(10);
    CHECK_INT(puller->failures, 0);
    kept[1].done(kept[1].context, 0, span_make(NULL, 0), &lost);
    kept[2].done(kept[2].context, 0, span_make(NULL, 0), &lost);
    CHECK_INT(puller->failures, 1);
    /* Both pull again, and what they say is one more. */
    kept_count = 0;
    pair_wait(BACKOFF_MIN_MS);
    courier_pump(exchange);
    CHECK_INT(kept_count, 2);
    pair_wait(10);
    kept[0].done(kept[0].context, 0, span_make(NULL, 0), &lost);
    kept[1].done(kept[1].context, 0, span_make(NULL, 0), &lost);
    CHECK_INT(puller->failures, 2);
    exchange->line = line;
    CHECK(pair_reopen(&pair.nodes[0]));
    pair_settle(&pair);
    CHECK_INT(puller->failures, 0);
    CHECK(is_level());
}

CHECK_TEST(a_partner_that_does_not_pull_costs_no_wait)
{
    pair_close_node(&pair.nodes[1]);
    for (int i = 0; i < 3; i++)
        pair_settle(&pair);
    CHECK(!partner_of(0)->is_reachable);
    CHECK(strstr(partner_of(0)->last_error, "has to call us") != NULL);
    CHECK(pair_reopen(&pair.nodes[1]));
    pair_settle(&pair);
    CHECK(partner_of(0)->is_reachable);
    CHECK(is_level());
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    pair.is_unreachable[1] = true;
    CHECK_RUN(a_pull_is_read_as_it_was_written_and_cut_at_no_byte);
    CHECK_RUN(a_pull_beyond_its_limits_is_refused);
    CHECK_RUN(everything_passes_when_one_side_cannot_be_called);
    CHECK_RUN(at_rest_one_pull_waits_and_no_more);
    CHECK_RUN(a_call_lost_on_its_way_is_handed_over_again);
    CHECK_RUN(a_call_lost_in_any_lane_waits_for_no_long_time_limit);
    CHECK_RUN(a_line_that_is_cut_in_the_middle_comes_back);
    CHECK_RUN(either_node_may_restart_at_any_time);
    CHECK_RUN(an_answer_counts_once_and_only_for_the_call_that_it_names);
    CHECK_RUN(a_call_goes_again_when_its_lane_comes_back_without_its_answer);
    CHECK_RUN(a_partner_that_does_not_pull_costs_no_wait);
    CHECK_RUN(a_partner_that_holds_no_pull_is_not_asked_in_a_circle);
    CHECK_RUN(a_turn_that_is_remembered_wrongly_does_not_end_the_line);
    CHECK_RUN(pulls_that_a_line_takes_down_together_fail_once);
    CHECK_RUN(rubbish_and_floods_are_refused);
    pair_free(&pair);
    return check_end();
}
