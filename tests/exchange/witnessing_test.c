/*
 * What the courier tells of a partner that does not witness our domestic log: since when, why, and for how long the line
 * stood meanwhile. `besa doctor` judges by these.
 * covers: witness courier denied reach
 */
#include "check.h"
#include "exchange/exchange.h"
#include "journal/support/pair.h"

#include <string.h>

#define MINUTE_MS INT64_C(60000)

static struct pair pair;

static struct exchange_state state(void)
{
    struct exchange_state out;

    exchange_state(pair.nodes[0].exchange, 0, &out);
    return out;
}

static bool owed_find(struct journal *journal, void *context, struct error *err)
{
    return journal_unwitnessed(journal, &journal->lines[0], context, err);
}

/* For how long the partner has owed its cosignature; 0: it owes none. */
static int64_t owed_ms(void)
{
    int64_t since_ms = -1;
    struct error err = {0};

    CHECK(pair_work(&pair.nodes[0], owed_find, &since_ms, &err));
    return since_ms == 0 ? 0 : pair_clock_ms() - since_ms;
}

static void request(void)
{
    static unsigned number = 1;
    char item[UUID_TEXT_SIZE];
    struct error err = {0};

    CHECK_OK(pair_request(&pair.nodes[0], number++, item, &err), err);
}

CHECK_TEST(a_partner_that_witnesses_owes_nothing)
{
    request();
    pair_run(&pair, 3 * MINUTE_MS);
    CHECK(pair.nodes[0].journal.lines[0].witnessed > 0);
    CHECK(pair.nodes[0].journal.lines[0].witnessed_time_s > 0);
    CHECK_INT(owed_ms(), 0);
    CHECK(state().unwitnessed[0] == '\0');
}

CHECK_TEST(what_a_partner_does_not_witness_is_told_with_its_age_and_reason)
{
    pair.unknown = "/add-checkpoint";
    request();
    pair_run(&pair, 20 * MINUTE_MS);
    CHECK(owed_ms() >= 19 * MINUTE_MS && owed_ms() <= 21 * MINUTE_MS);
    CHECK(state().is_reachable && state().steady_ms >= 20 * MINUTE_MS);
    CHECK(strstr(state().unwitnessed, "al did not witness our domestic log: status 404") != NULL);
    CHECK(state().failures == 0); /* the line itself is well */
    /* Told until it is mended, over a restart as well. */
    CHECK(pair_reopen(&pair.nodes[0]));
    pair_settle(&pair);
    CHECK(owed_ms() >= 19 * MINUTE_MS);
    pair.unknown = NULL;
    pair_run(&pair, 2 * MINUTE_MS);
    CHECK_INT(owed_ms(), 0);
    CHECK(state().unwitnessed[0] == '\0');
}

/* A call that is never answered takes the line down for a moment, each minute. */
CHECK_TEST(a_line_that_flickers_excuses_nobody)
{
    pair_run(&pair, MINUTE_MS);
    int64_t before_ms = state().steady_ms;

    for (int i = 0; i < 10; i++) {
        pair.is_cut = true;
        request();
        pair_run(&pair, MINUTE_MS);
        CHECK(!state().is_reachable && state().steady_ms == 0);
        pair.is_cut = false;
        pair_run(&pair, MINUTE_MS);
        CHECK(state().is_reachable);
    }
    CHECK(state().steady_ms >= before_ms + 19 * MINUTE_MS);
}

CHECK_TEST(a_partner_that_was_away_begins_anew)
{
    pair.is_cut = true;
    request();
    pair_run(&pair, 30 * MINUTE_MS);
    pair.is_cut = false;
    pair_run(&pair, MINUTE_MS);
    CHECK(state().is_reachable && state().steady_ms <= 2 * MINUTE_MS);
    pair_run(&pair, 2 * MINUTE_MS);
    CHECK_INT(owed_ms(), 0);
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(a_partner_that_witnesses_owes_nothing);
    CHECK_RUN(what_a_partner_does_not_witness_is_told_with_its_age_and_reason);
    CHECK_RUN(a_line_that_flickers_excuses_nobody);
    CHECK_RUN(a_partner_that_was_away_begins_anew);
    pair_free(&pair);
    return check_end();
}
