/*
 * What a partner that can only pull refuses: its words come in the answers of its lanes, and mean there what they mean in the
 * answer to a call.
 * covers: denied puller
 */
#include "check.h"
#include "exchange/denial.h"
#include "exchange/private.h"
#include "journal/support/pair.h"

static struct pair pair; /* ro calls nobody: al pulls */

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

static void speak(size_t side, unsigned oldest, unsigned newest)
{
    pair.protocols[side][0] = oldest;
    pair.protocols[side][1] = newest;
    CHECK(pair_reopen(&pair.nodes[side]));
}

/* How many posts are handed to a lane in so long. */
static unsigned posts_in(int64_t for_ms)
{
    unsigned before = pair.posts;

    pair_run(&pair, for_ms);
    return pair.posts - before;
}

static void word_begin(const char *said, unsigned status)
{
    CHECK(pair_reopen(&pair.nodes[0])); /* no pause of the word before */
    pair_settle(&pair);
    CHECK(is_level());
    pair.says = said;
    pair.says_status = status;
    request(0);
}

static void word_end(void)
{
    pair.says = NULL;
    pair_run(&pair, 400000);
    CHECK(is_level());
    CHECK(state_of(0).refused[0] == '\0');
}

CHECK_TEST(each_word_of_a_lane_is_told_and_makes_no_storm)
{
    static const struct {
        const char *said;
        unsigned status;
        const char *told;
    } cases[] = {
        {"{\"error\":\"suspended\",\"text\":\"x\"}", 409, "suspended: it suspended the agreement"},
        {"{\"error\":\"busy\",\"text\":\"x\"}", 503, "busy: "},
        {"{\"error\":\"version\",\"text\":\"x\"}", 409, "version: it does not speak"},
        {"{\"error\":\"behind\",\"held\":0,\"text\":\"x\"}", 409, "behind: it holds less"},
    };

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        word_begin(cases[i].said, cases[i].status);
        unsigned posts = posts_in(600000);
        /* Ten minutes: growing pauses, and never a silence for ever. */
        if (posts < 4 || posts > 60)
            printf("%s: %u posts\n", cases[i].said, posts);
        CHECK(posts >= 4 && posts <= 60);
        CHECK(strncmp(state_of(0).refused, cases[i].told, strlen(cases[i].told)) == 0);
        CHECK(state_of(0).is_reachable); /* who refuses is there */
        word_end();
    }
}

CHECK_TEST(busy_in_a_lane_is_asked_again_when_it_said_and_not_sooner)
{
    word_begin("{\"error\":\"busy\",\"retry_ms\":9000,\"text\":\"full\"}", 503);
    CHECK_INT(posts_in(1500), 1); /* the answer comes with the next pull, within a second */
    CHECK_INT(posts_in(7000), 0);
    CHECK_INT(posts_in(5000), 1);
    CHECK(strstr(state_of(0).refused, "busy: ") != NULL);
    CHECK(strstr(state_of(0).refused, "full") != NULL);
    word_end();
}

CHECK_TEST(a_fork_in_a_lane_stops_the_log_and_nothing_else)
{
    word_begin("{\"error\":\"fork\",\"held\":1,\"text\":\"another tree\"}", 409);
    CHECK_INT(posts_in(3600000), 1);
    CHECK(strstr(state_of(0).refused, "fork: it holds another tree under our signature") != NULL);
    pair.says = NULL;
    request(0);
    CHECK_INT(posts_in(60000), 0); /* a human looks first */
    /* The lanes go on, and with them custody of the partner's log. */
    uint64_t in = line(0)->in.size;
    request(1);
    pair_settle(&pair);
    CHECK(line(0)->in.size > in);
    CHECK(pair_reopen(&pair.nodes[0]));
    pair_settle(&pair);
    CHECK(is_level());
}

CHECK_TEST(behind_in_a_lane_is_shown_the_receipt_before_the_next_post)
{
    char said[96];
    bool must_show = false;
    unsigned posts = pair.posts;

    pair_settle(&pair);
    snprintf(said, sizeof said, "{\"error\":\"behind\",\"held\":%d,\"text\":\"x\"}",
             (int)line(0)->out.size - 1);
    word_begin(said, 409);
    const struct courier_partner *partner = &pair.nodes[0].exchange->partners[0];
    for (int i = 0; i < 20000 && pair.posts - posts < 2; i++) {
        must_show = must_show || partner->must_show;
        pair_run(&pair, 1);
    }
    CHECK_INT(pair.posts - posts, 2);
    CHECK(must_show);
    CHECK(!partner->must_show); /* it has been shown when the next post goes */
    word_end();
}

CHECK_TEST(a_suspension_is_learnt_through_a_lane)
{
    char item[UUID_TEXT_SIZE];
    struct error err = {0};

    pair_settle(&pair);
    act(1, "agreement-suspend");
    pair_run(&pair, 60000);
    CHECK(line(0)->is_suspended_there);
    CHECK(!pair_request(&pair.nodes[0], 990, item, &err));
    CHECK_ERROR(err, ERROR_RULE, "clause 1.4");
    act(1, "agreement-resume");
    pair_run(&pair, 60000);
    CHECK(!line(0)->is_suspended_there);
    request(0);
    pair_settle(&pair);
    CHECK(is_level());
}

CHECK_TEST(without_a_common_version_nothing_is_handed_to_a_lane)
{
    speak(0, 1, 1);
    speak(1, 2, 3);
    pair_settle(&pair);
    request(0);
    CHECK_INT(posts_in(600000), 0);
    CHECK(!state_of(0).is_reachable);
    CHECK(strstr(state_of(0).last_error, "none in common") != NULL ||
          strstr(state_of(0).contact_error, "none in common") != NULL ||
          strstr(state_of(0).contact_error, "protocols 2 to 3") != NULL);
    speak(0, 1, 2);
    pair_run(&pair, 60000);
    CHECK(is_level());
    CHECK_INT(line(0)->protocol, 2);
}

/* The server before the node says it of the pull itself. */
CHECK_TEST(retry_after_to_a_pull_is_waited_for)
{
    pair_settle(&pair);
    pair_run(&pair, 60000);
    pair.unknown = "/pull";
    pair.unknown_status = 429;
    pair.says_retry_ms = 60000;
    pair.unknown_calls = 0;
    for (int s = 0; s < 60 && pair.unknown_calls == 0; s++)
        pair_run(&pair, 1000); /* the pull that is held back ends, and the next one gets it */
    CHECK(pair.unknown_calls > 0);
    pair.unknown_calls = 0;
    pair_run(&pair, 58000);
    CHECK_INT(pair.unknown_calls, 0); /* its own back-off is 30 s at most */
    pair_run(&pair, 18000);
    CHECK(pair.unknown_calls > 0);
    CHECK(strstr(state_of(1).pull_error, "ro takes no pulls now: status 429") != NULL);
    pair.unknown = NULL;
    pair.unknown_status = 0;
    pair.says_retry_ms = 0;
    pair_run(&pair, 100000);
    CHECK(is_level());
    CHECK(state_of(1).pull_error[0] == '\0');
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    pair.is_unreachable[1] = true;
    for (enum pair_draws draws = PAIR_DRAWS_ANY; draws <= PAIR_DRAWS_MOST; draws++) {
        pair_draw(draws);
        CHECK_RUN(each_word_of_a_lane_is_told_and_makes_no_storm);
    }
    pair_draw(PAIR_DRAWS_ANY);
    CHECK_RUN(busy_in_a_lane_is_asked_again_when_it_said_and_not_sooner);
    CHECK_RUN(a_fork_in_a_lane_stops_the_log_and_nothing_else);
    CHECK_RUN(behind_in_a_lane_is_shown_the_receipt_before_the_next_post);
    CHECK_RUN(a_suspension_is_learnt_through_a_lane);
    CHECK_RUN(without_a_common_version_nothing_is_handed_to_a_lane);
    CHECK_RUN(retry_after_to_a_pull_is_waited_for);
    pair_free(&pair);
    return check_end();
}
