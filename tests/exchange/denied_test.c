/*
 * What partners refuse, and what becomes of it: each word of the protocol, on two real nodes; and the versions that two
 * nodes may speak with each other.
 * covers: denial denied courier reach
 */
#include "check.h"
#include "base/text.h"
#include "exchange/denial.h"
#include "exchange/private.h"
#include "journal/support/pair.h"

static struct pair pair;

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

static struct exchange_state state_of(size_t side)
{
    struct exchange_state state;
    exchange_state(pair.nodes[side].exchange, 0, &state);
    return state;
}

static bool is_level(void)
{
    for (size_t i = 0; i < 2; i++)
        if (line(i)->out.size != line(i)->cosigned || line(i)->out.size != line(1 - i)->in.size ||
            line(1 - i)->handled != line(1 - i)->in.size || line(i)->has_waiting)
            return false;
    return true;
}

static void request(size_t side)
{
    static unsigned number = 1;
    char item[UUID_TEXT_SIZE];
    struct error err = {0};
    CHECK_OK(pair_request(&pair.nodes[side], number++, item, &err), err);
}

static void act(size_t side, const char *name)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(65536);
    struct error err = {0};
    CHECK_OK(pair_act(&pair.nodes[side], name, "{}", span_text(""), &out, &err), err);
}

/* --- the form --- */

CHECK_TEST(a_denial_is_read_as_it_was_written)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(DENIAL_SIZE_MAX);
    struct denial said = {.held = 12,
                          .index = 3,
                          .retry_ms = 700,
                          .protocol = {.oldest = 1, .newest = 2},
                          .text = "why"};
    struct denial found;

    for (size_t word = 1; word < WORD_COUNT; word++) {
        buffer_clear(&out);
        CHECK(denial_write(&said, denial_words[word], &out));
        denial_read(409, buffer_span(&out), &found);
        CHECK_INT(found.word, word);
        CHECK(found.has_held && found.held == 12 && found.index == 3 && found.retry_ms == 700 &&
              found.protocol.oldest == 1 && found.protocol.newest == 2 &&
              strcmp(found.text, "why") == 0);
    }
}

CHECK_TEST(what_cannot_be_read_is_no_word)
{
    static const char *const bad[] = {
        "",
        "{",
        "[]",
        "busy",
        "{\"error\":1}",
        "{\"error\":\"fork\",\"held\":-1}",
        "{\"error\":\"behind\",\"held\":1.5}",
        "{\"error\":\"version\",\"protocol\":1,\"protocol_oldest\":2}"};
    struct denial found;

    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        denial_read(409, span_text(bad[i]), &found);
        CHECK_INT(found.word, WORD_OTHER);
        CHECK(!found.has_held);
        denial_read(503, span_text(bad[i]), &found);
        CHECK_INT(found.word, WORD_BUSY);
        denial_read(429, span_text(bad[i]),
                    &found); /* too many requests: the server before the node */
        CHECK_INT(found.word, WORD_BUSY);
    }
    /* A newer node says more; and no one makes us wait for ever. */
    denial_read(503, span_text("{\"error\":\"busy\",\"retry_ms\":99999999,\"new\":[]}"), &found);
    CHECK_INT(found.word, WORD_BUSY);
    CHECK_INT(found.retry_ms, RETRY_MS_MAX);
}

/* --- each word --- */

CHECK_TEST(busy_is_asked_again_when_it_said_and_not_sooner)
{
    pair_settle(&pair);
    pair.says = "{\"error\":\"busy\",\"held\":0,\"index\":0,\"retry_ms\":4000,\"text\":\"full\"}";
    pair.says_status = 503;
    request(0);
    pair_run(&pair, 300);
    CHECK_INT(pair.posts, 1);
    pair_run(&pair, 3600);
    CHECK_INT(pair.posts, 1);
    pair_run(&pair, 1400);
    CHECK_INT(pair.posts, 2);
    CHECK(strstr(state_of(0).refused, "busy: ") != NULL);
    CHECK(strstr(state_of(0).refused, "full") != NULL);
    CHECK(state_of(0).is_reachable); /* busy is not away */
    pair.says = NULL;
    pair_settle(&pair);
    CHECK(is_level());
    CHECK(state_of(0).refused[0] == '\0');
}

/* --- what only the line says: the server before the partner's node, or what stands between --- */

/* How many posts go out within so long after one that got this answer. */
static unsigned posts_within(unsigned status, const char *said, int64_t retry_ms, int64_t for_ms)
{
    CHECK(pair_reopen(&pair.nodes[0]));
    pair_settle(&pair);
    unsigned before = pair.posts;
    pair.says = said;
    pair.says_status = status;
    pair.says_retry_ms = retry_ms;
    request(0);
    pair_run(&pair, for_ms);
    return pair.posts - before;
}

static void says_nothing(void)
{
    pair.says = NULL;
    pair.says_retry_ms = 0;
    pair_run(&pair, 200000);
    CHECK(is_level());
}

CHECK_TEST(retry_after_is_waited_for)
{
    static const char *const said = "{\"kind\":\"busy\",\"text\":\"too many requests\"}";
    static const unsigned statuses[] = {429, 503};

    for (size_t i = 0; i < ARRAY_COUNT(statuses); i++) {
        CHECK_INT(posts_within(statuses[i], said, 7000, 6900), 1);
        pair_run(&pair, 2200); /* and a quarter more at most */
        CHECK(strncmp(state_of(0).refused, "busy: ", 6) == 0);
        says_nothing();
        CHECK_INT(posts_within(statuses[i], said, 7000, 9100), 2);
        says_nothing();
    }
}

CHECK_TEST(no_retry_after_holds_us_for_longer_than_its_limit)
{
    static const int64_t asked_ms[] = {RETRY_MS_MAX, 999999000, INT64_MAX};

    for (size_t i = 0; i < ARRAY_COUNT(asked_ms); i++) {
        CHECK_INT(posts_within(503, "no", asked_ms[i], RETRY_MS_MAX - 1000), 1);
        says_nothing();
        CHECK_INT(posts_within(503, "no", asked_ms[i], RETRY_MS_MAX * 5 / 4 + 1000), 2);
        says_nothing();
    }
    CHECK(posts_within(503, "no", -5000, 10000) > 2);
    says_nothing();
}

/* A line that asks for more than the node does is no reason to wait, nor is one that says so of something else. */
CHECK_TEST(the_nodes_own_word_goes_before_the_lines)
{
    CHECK(posts_within(503, "{\"error\":\"busy\",\"retry_ms\":200,\"text\":\"x\"}", 60000, 3000) >
          2);
    says_nothing();
    CHECK(posts_within(500, "no", 60000, 10000) > 2);
    says_nothing();
}

/* A partner that says so to a probe is not asked sooner when it calls us itself. */
CHECK_TEST(a_probe_waits_as_well)
{
    for (size_t i = 0; i < 2; i++)
        CHECK(pair_reopen(&pair.nodes[i]));
    unsigned calls = pair.calls;
    pair.unknown = "/probe";
    pair.unknown_status = 503;
    pair.says_retry_ms = 20000;
    pair_run(&pair, 19900);
    CHECK_INT(pair.calls - calls, 2); /* one of each */
    CHECK(!state_of(0).is_reachable && !state_of(1).is_reachable);
    pair_run(&pair, 5500);
    CHECK_INT(pair.calls - calls, 4);
    pair.unknown = NULL;
    pair.unknown_status = 0;
    says_nothing();
}

CHECK_TEST(no_refusal_makes_a_storm)
{
    static const struct {
        const char *said;
        unsigned status;
        const char *told;
    } cases[] = {
        {"{\"error\":\"clock\",\"text\":\"x\"}", 409, "clock: "},
        {"{\"error\":\"invalid\",\"text\":\"x\"}", 422, "invalid: "},
        {"{\"error\":\"read-only\",\"text\":\"x\"}", 409, "read-only: "},
        {"{\"error\":\"suspended\",\"text\":\"x\"}", 409, "suspended: "},
        {"{\"error\":\"behind\",\"held\":0,\"text\":\"x\"}", 409, "behind: "},
        {"{\"error\":\"busy\",\"text\":\"x\"}", 503, "busy: "},
        {"{\"error\":\"version\",\"text\":\"x\"}", 409, "version: "},
        {"nonsense", 500, "other: "},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CHECK(pair_reopen(&pair.nodes[0]));
        pair_settle(&pair);
        unsigned posts = pair.posts;
        unsigned calls = pair.calls;
        pair.says = cases[i].said;
        pair.says_status = cases[i].status;
        request(0);
        pair_run(&pair, 600000);
        /* Ten minutes: doubling pauses, and never a silence for ever. */
        if (pair.posts - posts < 4 || pair.posts - posts > 60 || pair.calls - calls > 150)
            printf("%s: %u posts, %u calls\n", cases[i].said, pair.posts - posts,
                   pair.calls - calls);
        CHECK(pair.posts - posts >= 4 && pair.posts - posts <= 60 && pair.calls - calls <= 150);
        CHECK(strncmp(state_of(0).refused, cases[i].told, strlen(cases[i].told)) == 0);
        pair.says = NULL;
        pair_run(&pair, 400000);
        CHECK(is_level());
        CHECK(state_of(0).refused[0] == '\0');
    }
}

CHECK_TEST(a_partner_that_is_behind_sees_its_receipt_before_the_next_post)
{
    uint64_t held = line(0)->out.size;
    char said[96];

    pair_settle(&pair);
    snprintf(said, sizeof said, "{\"error\":\"behind\",\"held\":%d,\"text\":\"x\"}", (int)held - 1);
    pair.says = said;
    pair.says_status = 409;
    unsigned posts = pair.posts;
    unsigned calls = pair.calls;
    request(0);
    pair_run(&pair, 60);
    CHECK_INT(pair.posts - posts, 1);
    CHECK_INT(pair.calls - calls, 2); /* the probe goes at once */
    pair.says = NULL;
    pair_settle(&pair);
    CHECK(is_level());
}

CHECK_TEST(nothing_of_a_log_that_the_partner_calls_forked_is_sent_and_it_is_told)
{
    pair_settle(&pair);
    pair.says = "{\"error\":\"fork\",\"held\":1,\"text\":\"another tree\"}";
    pair.says_status = 409;
    request(0);
    unsigned posts = pair.posts;
    pair_run(&pair, 3600000);
    CHECK_INT(pair.posts - posts, 1);
    CHECK(strstr(state_of(0).refused, "fork: it holds another tree under our signature") != NULL);
    pair.says = NULL;
    request(0);
    pair_run(&pair, 60000);
    CHECK_INT(pair.posts - posts, 1); /* a human looks first */
    /* Custody of the partner's log goes on meanwhile. */
    uint64_t in = line(0)->in.size;
    request(1);
    pair_settle(&pair);
    CHECK(line(0)->in.size > in);
    CHECK(pair_reopen(&pair.nodes[0]));
    pair_settle(&pair);
    CHECK(is_level());
}

CHECK_TEST(a_suspension_there_is_known_here_and_stops_new_business)
{
    pair_settle(&pair);
    act(1, "agreement-suspend");
    pair_settle(&pair);
    CHECK(line(0)->is_suspended_there);
    CHECK(!line(1)->is_suspended_there);
    uint64_t size = line(0)->out.size;
    unsigned calls = pair.calls;
    char item[UUID_TEXT_SIZE];
    struct error err = {0};
    CHECK(!pair_request(&pair.nodes[0], 990, item, &err)); /* it is not sent to be refused */
    CHECK_ERROR(err, ERROR_RULE, "clause 1.4");
    pair_run(&pair, 600000);
    CHECK_INT(line(0)->out.size, size);
    CHECK(pair.calls - calls < 60);
    act(1, "agreement-resume");
    pair_run(&pair, 5000);
    CHECK(!line(0)->is_suspended_there);
    request(0);
    pair_settle(&pair);
    CHECK(is_level());
    CHECK(line(0)->out.size > size);
}

CHECK_TEST(a_suspension_is_learnt_after_the_line_was_down_and_after_a_restart)
{
    pair.is_cut = true;
    act(1, "agreement-suspend");
    pair_run(&pair, 120000);
    CHECK(!line(0)->is_suspended_there);
    pair.is_cut = false;
    pair_run(&pair, 35000);
    CHECK(line(0)->is_suspended_there);
    CHECK(pair_reopen(&pair.nodes[0]));
    pair_run(&pair, 35000);
    CHECK(line(0)->is_suspended_there);
    pair.is_cut = true;
    act(1, "agreement-resume");
    pair_run(&pair, 120000);
    CHECK(line(0)->is_suspended_there);
    pair.is_cut = false;
    pair_run(&pair, 100000);
    CHECK(!line(0)->is_suspended_there);
    CHECK(is_level());
}

/* --- back-off --- */

CHECK_TEST(the_queue_goes_out_within_seconds_of_the_partners_return)
{
    pair_settle(&pair);
    pair_close_node(&pair.nodes[1]);
    for (int i = 0; i < 20; i++)
        request(0);
    unsigned calls = pair.calls;
    pair_run(&pair, 1800000); /* half an hour: the pauses are as long as they get */
    CHECK(pair.calls - calls < 400);
    CHECK(pair_reopen(&pair.nodes[1]));
    int64_t began_ms = pair_clock_ms();
    while (!is_level() && pair_clock_ms() - began_ms < 60000)
        pair_run(&pair, 10);
    printf("%d ms after its return all is there\n", (int)(pair_clock_ms() - began_ms));
    CHECK(pair_clock_ms() - began_ms < 4000);
}

/* --- weight --- */

CHECK_TEST(a_post_weighs_what_the_line_carries)
{
    pair_settle(&pair);
    pair.is_cut = true;
    pair_run(&pair, 2000);
    for (int i = 0; i < 60; i++)
        request(0);
    line(0)->window = POST_WINDOW_MIN;
    pair.is_cut = false;
    unsigned posts = pair.posts;
    pair.post_size = 0;
    while (pair.posts - posts < 3 && !is_level())
        pair_run(&pair, 1);
    size_t largest = pair.post_size;
    /* Of 60 requests, 16 KiB of bodies, then twice as much and twice again, each with heads, padding and its seal. */
    CHECK(largest > POST_WINDOW_MIN / 2 && largest < 8 * POST_WINDOW_MIN);
    pair_settle(&pair);
    CHECK(is_level());
    CHECK(pair.posts - posts >= 3);
    CHECK(line(0)->window > POST_WINDOW_MIN);
}

CHECK_TEST(what_is_not_answered_makes_the_next_posts_lighter)
{
    struct journal_line thin = {.window = 0};

    journal_post_paced(&thin, 60000, true, 500);
    CHECK_INT(thin.window, 2 * POST_WINDOW_START);
    journal_post_paced(&thin, 100000, true, 5000);
    CHECK_INT(thin.window, 2 * POST_WINDOW_START); /* it takes its time, and arrives */
    journal_post_paced(&thin, 100000, true, 9000);
    CHECK_INT(thin.window, POST_WINDOW_START);
    journal_post_paced(&thin, 1500, false, 0); /* small: its size was not why */
    CHECK_INT(thin.window, POST_WINDOW_START);
    for (int i = 0; i < 10; i++)
        journal_post_paced(&thin, 100000, false, 60000);
    CHECK_INT(thin.window, POST_WINDOW_MIN);
    for (int i = 0; i < 20; i++)
        journal_post_paced(&thin, 100000, true, 10);
    CHECK_INT(thin.window, SEAL_SIZE_MAX);
    CHECK_INT(call_deadline_ms(0), CALL_MS);
    CHECK_INT(call_deadline_ms(1024 * 1024), CALL_MS + 128000);
    CHECK_INT(call_deadline_ms(POST_SIZE_MAX), PULL_MS);
}

/* The bound is about clocks; 100 kB at 128 kbit/s are under way for six seconds more than nothing. */
CHECK_TEST(a_large_post_may_be_under_way_for_longer_than_the_clocks_may_differ)
{
    int64_t bound_ms = line(0)->agreement.clock_bound_s * 1000;

    pair_settle(&pair);
    line(0)->is_reachable = false; /* nothing is numbered before all is there */
    for (int i = 0; i < 60; i++)
        request(0);
    line(0)->window = SEAL_SIZE_MAX;
    pair.post_travel_ms = bound_ms + 4000;
    line(0)->is_reachable = true;
    uint64_t held = line(1)->in.size;
    pair.post_size = 0;
    int64_t until_ms = pair_clock_ms() + 200000;
    while (pair.post_size < 4 * POST_RATE_MIN && pair_clock_ms() < until_ms)
        pair_run(&pair, 1);
    pair_run(&pair, 10);
    CHECK(pair.post_size > 4 * POST_RATE_MIN);
    CHECK(line(1)->in.size >= held + 60);
    pair.post_travel_ms = 0;
    pair_settle(&pair);
    /* A small one gets no such time. */
    pair.post_travel_ms = bound_ms + 4000;
    request(0);
    pair_run(&pair, bound_ms + 10000);
    CHECK(strncmp(state_of(0).refused, "clock: ", 7) == 0);
    pair.post_travel_ms = 0;
    pair_run(&pair, 100000);
    CHECK(is_level());
}

/* --- versions --- */

static void speak(size_t side, unsigned oldest, unsigned newest)
{
    pair.protocols[side][0] = oldest;
    pair.protocols[side][1] = newest;
    CHECK(pair_reopen(&pair.nodes[side]));
}

CHECK_TEST(a_node_speaks_with_one_of_the_version_before)
{
    pair_settle(&pair);
    speak(0, 1, 1);
    speak(1, 1, 2);
    pair.posts_2 = 0;
    request(0);
    request(1);
    pair_settle(&pair);
    CHECK(is_level());
    CHECK_INT(line(0)->protocol, 1);
    CHECK_INT(line(1)->protocol, 1);
    CHECK_INT(pair.posts_2, 0);
    /* The other is upgraded: both use the newer from then on. */
    speak(0, 1, 2);
    pair_settle(&pair);
    request(0);
    request(1);
    pair_settle(&pair);
    CHECK(is_level());
    CHECK_INT(line(0)->protocol, 2);
    CHECK_INT(line(1)->protocol, 2);
    CHECK(pair.posts_2 >= 2);
    /* And goes back again. */
    speak(0, 1, 1);
    request(0);
    request(1);
    pair_settle(&pair);
    CHECK(is_level());
    CHECK_INT(line(0)->protocol, 1);
    CHECK_INT(line(1)->protocol, 1);
}

CHECK_TEST(without_a_common_version_the_line_waits_and_both_sides_say_why)
{
    speak(0, 1, 1);
    speak(1, 2, 3);
    pair_settle(&pair);
    unsigned calls = pair.calls;
    request(0);
    request(1);
    pair_run(&pair, 600000);
    CHECK(pair.calls - calls < 120);
    CHECK(!state_of(0).is_reachable && !state_of(1).is_reachable);
    CHECK(strstr(state_of(0).last_error, "al speaks protocols 2 to 3, we speak protocol 1: none in "
                                         "common") != NULL);
    CHECK(strstr(state_of(1).last_error, "ro speaks protocol 1, we speak protocols 2 to 3: none in "
                                         "common") != NULL);
    CHECK(strstr(state_of(0).contact_error, "protocols 2 to 3") != NULL);
    CHECK(strstr(state_of(1).contact_error, "ro speaks protocol 1") != NULL);
    speak(0, 1, 2);
    pair_run(&pair, 5000);
    CHECK(is_level());
    CHECK_INT(line(0)->protocol, 2);
    CHECK(state_of(0).contact_error[0] == '\0' && state_of(1).contact_error[0] == '\0');
}

/* Its probe is refused here while our last contact with it is still good: nothing goes out in a version that we do not speak. */
CHECK_TEST(a_partner_that_falls_back_gets_nothing_from_then_on)
{
    speak(0, 2, 3);
    speak(1, 1, 2);
    pair_settle(&pair);
    CHECK_INT(line(0)->protocol, 2);
    speak(1, 1, 1);
    pair_run(&pair, 2000);
    CHECK_INT(line(0)->protocol, 0);
    unsigned posts = pair.posts;
    request(0);
    request(1);
    pair_run(&pair, 120000);
    CHECK_INT(pair.posts, posts);
    CHECK(!state_of(0).is_reachable && !state_of(1).is_reachable);
    CHECK(strstr(state_of(0).last_error, "al speaks protocol 1, we speak protocols 2 to 3") !=
          NULL);
    speak(1, 1, 2);
    pair_run(&pair, 5000);
    CHECK(is_level());
    CHECK_INT(line(0)->protocol, 2);
    speak(0, 1, 2);
    pair_settle(&pair);
}

CHECK_TEST(the_agreements_oldest_protocol_binds_both_sides)
{
    speak(0, 1, 1);
    speak(1, 1, 2);
    for (size_t side = 0; side < 2; side++) {
        pair_settle(&pair);
        CHECK(is_level());
        struct agreement_party *party = (struct agreement_party *)(uintptr_t)&line(side)
                                            ->agreement.parties[line(side)->own_side];
        party->minimum_protocol = 2; /* only this side's books say so: it alone refuses */
        request(0);
        request(1);
        pair_run(&pair, 130000);
        CHECK(pair_reopen(&pair.nodes[1 - side]));
        pair_run(&pair, 60000);
        CHECK(strstr(state_of(side).contact_error, "agreement ro-al demands at least protocol 2") !=
              NULL);
        CHECK(!state_of(1 - side).is_reachable);
        CHECK(strstr(state_of(1 - side).last_error, "demands at least protocol 2") != NULL);
        CHECK(pair_reopen(&pair.nodes[side]));
    }
    pair_settle(&pair);
    CHECK(is_level());
}

CHECK_TEST(both_learn_which_types_the_other_knows)
{
    CHECK((line(0)->types_there & (UINT64_C(1) << MESSAGE_REQUEST)) != 0);
    CHECK((line(0)->types_there & (UINT64_C(1) << MESSAGE_ACT)) == 0); /* never crosses */
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(a_denial_is_read_as_it_was_written);
    CHECK_RUN(what_cannot_be_read_is_no_word);
    CHECK_RUN(busy_is_asked_again_when_it_said_and_not_sooner);
    CHECK_RUN(retry_after_is_waited_for);
    CHECK_RUN(no_retry_after_holds_us_for_longer_than_its_limit);
    CHECK_RUN(the_nodes_own_word_goes_before_the_lines);
    CHECK_RUN(a_probe_waits_as_well);
    for (enum pair_draws draws = PAIR_DRAWS_ANY; draws <= PAIR_DRAWS_MOST; draws++) {
        pair_draw(draws);
        CHECK_RUN(no_refusal_makes_a_storm);
    }
    pair_draw(PAIR_DRAWS_ANY);
    CHECK_RUN(a_partner_that_is_behind_sees_its_receipt_before_the_next_post);
    CHECK_RUN(nothing_of_a_log_that_the_partner_calls_forked_is_sent_and_it_is_told);
    CHECK_RUN(a_suspension_there_is_known_here_and_stops_new_business);
    CHECK_RUN(a_suspension_is_learnt_after_the_line_was_down_and_after_a_restart);
    for (enum pair_draws draws = PAIR_DRAWS_ANY; draws <= PAIR_DRAWS_MOST; draws++) {
        pair_draw(draws);
        CHECK_RUN(the_queue_goes_out_within_seconds_of_the_partners_return);
    }
    pair_draw(PAIR_DRAWS_ANY);
    CHECK_RUN(a_post_weighs_what_the_line_carries);
    CHECK_RUN(what_is_not_answered_makes_the_next_posts_lighter);
    CHECK_RUN(a_large_post_may_be_under_way_for_longer_than_the_clocks_may_differ);
    CHECK_RUN(a_node_speaks_with_one_of_the_version_before);
    for (enum pair_draws draws = PAIR_DRAWS_ANY; draws <= PAIR_DRAWS_MOST; draws++) {
        pair_draw(draws);
        CHECK_RUN(without_a_common_version_the_line_waits_and_both_sides_say_why);
    }
    pair_draw(PAIR_DRAWS_ANY);
    CHECK_RUN(a_partner_that_falls_back_gets_nothing_from_then_on);
    CHECK_RUN(the_agreements_oldest_protocol_binds_both_sides);
    CHECK_RUN(both_learn_which_types_the_other_knows);
    pair_free(&pair);
    return check_end();
}
