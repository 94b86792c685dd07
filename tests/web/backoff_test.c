/*
 * Who guesses waits, and who mistypes now and then does not, however long the node runs: the same clock for all doors that
 * take a password (log-in, the proof, one's own change), which ask backoff.c alike.
 * covers: backoff
 */
#include "check.h"
#include "web/private.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)
#define DESK      "192.0.2.30" /* one address before many officers */

static struct env clock_env;
static int64_t clock_ms;
static struct web *web;

static int64_t clock_now(void *context)
{
    (void)context;
    return clock_ms;
}

/* Each test begins with nobody's failure. */
static bool fresh(void)
{
    struct web_options options = {.env = &clock_env, .party = "ro", .is_training = true};
    struct error err;

    web_end(&web);
    return web_make(&options, &web, &err);
}

static int64_t wait_s(const char *officer)
{
    return backoff_wait_s(web, span_text(officer), span_text(DESK));
}

static void fail(const char *officer)
{
    backoff_note(web, span_text(officer), span_text(DESK), false);
}

static bool may_succeed(const char *officer)
{
    if (wait_s(officer) > 0)
        return false;
    backoff_note(web, span_text(officer), span_text(DESK), true);
    return true;
}

/* How many fail, `pause_ms` after each other and each for another officer, before the address waits; `max`: none of them. */
static unsigned fails_before_wait(int64_t pause_ms, unsigned max)
{
    char officer[16];
    unsigned count = 0;

    while (count < max) {
        snprintf(officer, sizeof officer, "officer-%u", count % 500);
        fail(officer);
        count++;
        if (wait_s("colleague") > 0)
            break;
        clock_ms += pause_ms;
    }
    return count;
}

CHECK_TEST(one_typo_a_day_makes_nobody_wait)
{
    unsigned waited = 0;

    CHECK_OR_RETURN(fresh());
    for (unsigned day = 0; day < 60; day++) {
        fail("mistypes");
        waited += wait_s("mistypes") > 0; /* corrected at once */
        waited += !may_succeed("colleague");
        clock_ms += DAY_MS;
    }
    CHECK_INT(waited, 0);
}

CHECK_TEST(a_desk_that_mistypes_four_times_an_hour_by_day_and_night_never_waits)
{
    CHECK_OR_RETURN(fresh());
    CHECK_INT(fails_before_wait(HOUR_MS / 4, 1000), 1000);
}

CHECK_TEST(a_burst_waits_as_long_as_ever)
{
    CHECK_OR_RETURN(fresh());
    CHECK_INT(fails_before_wait(3 * SECOND_MS, 40), 20);
    CHECK_INT(wait_s("colleague"), 1);
    for (int64_t expected = 2; expected <= 512; expected *= 2) {
        clock_ms += wait_s("colleague") * SECOND_MS;
        CHECK_INT(wait_s("colleague"), 0);
        fail("guessed");
        CHECK_INT(wait_s("colleague"), expected);
    }
    /* One officer's at an address after five. */
    CHECK_OR_RETURN(fresh());
    for (unsigned i = 1; i <= 5; i++) {
        CHECK_INT(wait_s("guessed"), 0);
        fail("guessed");
        clock_ms += i < 5 ? 10 * SECOND_MS : 0;
    }
    CHECK_INT(wait_s("guessed"), 1);
    CHECK_INT(wait_s("colleague"), 0);
}

/* Whoever tries as often as the waits allow, for two days, gets few tries; and a wait once begun is not cut short. */
CHECK_TEST(guessing_on_and_on_stays_slow)
{
    CHECK_OR_RETURN(fresh());
    int64_t until_ms = clock_ms + 2 * DAY_MS;
    unsigned tries = 0;

    while (clock_ms < until_ms) {
        int64_t left_s = wait_s("guessed");
        if (left_s > 1) {
            clock_ms += (left_s - 1) * SECOND_MS;
            CHECK_INT(wait_s("guessed"), 1);
            clock_ms += SECOND_MS;
        }
        fail("guessed");
        clock_ms += SECOND_MS;
        tries++;
    }
    printf("%u tries in 48 hours\n", tries);
    CHECK(tries > 20 && tries <= 48 * 5 + 20);
}

CHECK_TEST(after_a_quiet_day_the_first_typo_waits_as_at_first)
{
    CHECK_OR_RETURN(fresh());
    for (unsigned i = 0; i < 40; i++)
        fail("guessed");
    CHECK_INT(wait_s("guessed"), 900);
    CHECK_INT(wait_s("colleague"), 900);
    clock_ms += DAY_MS;
    for (unsigned i = 1; i <= 5; i++) {
        CHECK_INT(wait_s("guessed"), 0);
        fail("guessed");
        clock_ms += i < 5 ? SECOND_MS : 0;
    }
    CHECK_INT(wait_s("guessed"), 1);
    CHECK_INT(wait_s("colleague"), 0);
}

int main(void)
{
    clock_env = *env_real();
    clock_env.monotonic_ms = clock_now;
    CHECK_RUN(one_typo_a_day_makes_nobody_wait);
    CHECK_RUN(a_desk_that_mistypes_four_times_an_hour_by_day_and_night_never_waits);
    CHECK_RUN(a_burst_waits_as_long_as_ever);
    CHECK_RUN(guessing_on_and_on_stays_slow);
    CHECK_RUN(after_a_quiet_day_the_first_typo_waits_as_at_first);
    web_end(&web);
    return check_end();
}
