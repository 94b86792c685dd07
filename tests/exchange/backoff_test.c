/*
 * Back-off keeps its bounds, and nodes that lost the same line do not come back in step.
 * covers: backoff
 */
#include "check.h"
#include "exchange/backoff.h"

#include <string.h>

#define NODE_COUNT 200

static const struct env *env(void)
{
    return env_real();
}

CHECK_TEST(the_ceiling_doubles_up_to_its_maximum)
{
    CHECK_INT(backoff_ceiling_ms(1, 30000), 200);
    CHECK_INT(backoff_ceiling_ms(2, 30000), 400);
    CHECK_INT(backoff_ceiling_ms(8, 30000), 25600);
    CHECK_INT(backoff_ceiling_ms(9, 30000), 30000);
    CHECK_INT(backoff_ceiling_ms(4000000000u, 30000), 30000);
    CHECK_INT(backoff_ceiling_ms(0, 30000), 200);
}

static uint8_t draw;

static void drawn(void *context, uint8_t *out, size_t size)
{
    (void)context;
    memset(out, draw, size);
}

/* However the draws fall: what a partner in trouble gets at most is a promise, not a likelihood. */
CHECK_TEST(no_draw_is_below_half_of_the_ceiling_or_above_it)
{
    struct env rigged = *env_real();

    rigged.random = drawn;
    for (unsigned failures = 1; failures < 12; failures++) {
        int64_t ceiling = backoff_ceiling_ms(failures, BACKOFF_MAX_MS);
        draw = 0;
        CHECK_INT(backoff_ms(&rigged, failures, BACKOFF_MAX_MS), ceiling / 2);
        CHECK_INT(backoff_stretch_ms(&rigged, ceiling), ceiling);
        draw = 0xff;
        CHECK_INT(backoff_ms(&rigged, failures, BACKOFF_MAX_MS), ceiling);
        CHECK_INT(backoff_stretch_ms(&rigged, ceiling), ceiling + ceiling / 4);
    }
}

CHECK_TEST(each_wait_lies_between_floor_and_ceiling_and_fills_that_room)
{
    for (unsigned failures = 1; failures < 12; failures++) {
        int64_t ceiling = backoff_ceiling_ms(failures, BACKOFF_MAX_MS);
        int64_t least = INT64_MAX;
        int64_t most = 0;
        for (int i = 0; i < 2000; i++) {
            int64_t wait = backoff_ms(env(), failures, BACKOFF_MAX_MS);
            CHECK(wait >= ceiling / 2 && wait <= ceiling);
            least = wait < least ? wait : least;
            most = wait > most ? wait : most;
        }
        CHECK(least <= ceiling / 2 + ceiling / 40);
        CHECK(most >= ceiling - ceiling / 40);
    }
}

/* Most of the nodes whose try falls within one tenth of a second. */
static int crowd(const int64_t tries[NODE_COUNT])
{
    int most = 0;

    for (int i = 0; i < NODE_COUNT; i++) {
        int count = 0;
        for (int k = 0; k < NODE_COUNT; k++)
            count += tries[k] >= tries[i] && tries[k] < tries[i] + 100;
        most = count > most ? count : most;
    }
    return most;
}

/* All lose the line in the same instant: with a bare doubling all 200 would try together for ever. */
CHECK_TEST(two_hundred_restarts_do_not_synchronise)
{
    int64_t at_ms[NODE_COUNT] = {0};

    CHECK_INT(crowd(at_ms), NODE_COUNT);
    for (unsigned failures = 1; failures <= 10; failures++) {
        for (int i = 0; i < NODE_COUNT; i++)
            at_ms[i] += backoff_ms(env(), failures, BACKOFF_MAX_MS);
        if (failures == 6)
            CHECK(crowd(at_ms) < NODE_COUNT / 8);
    }
    CHECK(crowd(at_ms) < NODE_COUNT / 16);
}

CHECK_TEST(what_was_asked_for_is_never_cut_short)
{
    int64_t most = 0;

    for (int i = 0; i < 1000; i++) {
        int64_t wait = backoff_stretch_ms(env(), 4000);
        CHECK(wait >= 4000 && wait <= 5000);
        most = wait > most ? wait : most;
    }
    CHECK(most > 4900);
    CHECK_INT(backoff_stretch_ms(env(), 0), 0);
}

int main(void)
{
    CHECK_RUN(the_ceiling_doubles_up_to_its_maximum);
    CHECK_RUN(no_draw_is_below_half_of_the_ceiling_or_above_it);
    CHECK_RUN(each_wait_lies_between_floor_and_ceiling_and_fills_that_room);
    CHECK_RUN(two_hundred_restarts_do_not_synchronise);
    CHECK_RUN(what_was_asked_for_is_never_cut_short);
    return check_end();
}
