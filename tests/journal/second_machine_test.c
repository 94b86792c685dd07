/*
 * Two machines with the keys of one node: a copy of its home runs beside it. Each hears of the other through the partner,
 * also where it has nothing to say; and what docs/recovery.md and `besa doctor` advise brings the logs of the one that stays
 * back.
 * covers: contact witness succession
 */
#include "check.h"
#include "journal/contact.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"

#include <stdio.h>
#include <stdlib.h>

#define MINUTE_MS INT64_C(60000)

static struct pair pair;
static struct pair_node twin;

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

static struct journal_line *twin_line(void)
{
    return &twin.journal.lines[0];
}

static bool says(const struct journal_log *log, const char *words)
{
    return strstr(log->read_only, words) != NULL;
}

/* All three machines, for so long. */
static void run(int64_t for_ms)
{
    int64_t until_ms = pair_clock_ms() + for_ms;

    while (pair_clock_ms() < until_ms) {
        courier_pump(twin.exchange);
        journal_pump(&twin.journal);
        pair_run(&pair, 1);
    }
}

/* A pair that is level, and a copy of ro's home that runs too and has met al. */
static bool begin(void)
{
    char command[2048];

    if (!pair_make(&pair))
        return false;
    pair_settle(&pair);
    twin = (struct pair_node){.pair = &pair, .side = 0, .party = pair.nodes[0].party};
    snprintf(twin.home, sizeof twin.home, "%.500s.twin", pair.nodes[0].home);
    pair_close_node(&pair.nodes[0]);
    snprintf(command, sizeof command, "rm -rf '%s' && cp -r '%s' '%s'", twin.home,
             pair.nodes[0].home, twin.home);
    if (system(command) != 0 || !pair_reopen(&pair.nodes[0]) || !pair_reopen(&twin))
        return false;
    run(3 * MINUTE_MS);
    return line(0)->has_met && twin_line()->has_met;
}

static void end(void)
{
    if (twin.is_open)
        pair_close_node(&twin);
    pair_free(&pair);
}

CHECK_TEST(a_copy_that_has_nothing_to_say_hears_within_minutes_what_the_other_got)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(begin());
    CHECK_OK(pair_request(&pair.nodes[1], 1, item, &err), err);
    run(2 * MINUTE_MS);
    CHECK_INT(line(0)->in.size, line(1)->out.size);
    CHECK(twin_line()->in.size < line(0)->in.size);
    CHECK_INT(twin_line()->in.read_only[0], 0);
    run(16 * MINUTE_MS);
    CHECK(says(&twin_line()->in, "holds our receipt for"));
    CHECK_INT(line(0)->in.read_only[0], 0);
    end();
}

static const char a_case[] = "{\"number\":\"c-2\",\"title\":\"Test\"}";

/* Both sign their domestic log, and al witnesses the one that came first. */
CHECK_TEST(a_domestic_log_that_is_not_witnessed_is_stopped_at_once)
{
    struct error err = {0};
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);

    CHECK_OR_RETURN(begin());
    CHECK_OK(pair_act(&twin, "case-put", a_case, span_text(""), &out, &err), err);
    run(2 * MINUTE_MS);
    CHECK_OK(pair_act(&pair.nodes[0], "case-put", a_case, span_text(""), &out, &err), err);
    run(2 * MINUTE_MS);
    CHECK(says(&pair.nodes[0].journal.domestic, "al witnessed another domestic log of size"));
    CHECK(line(0)->witnessed < pair.nodes[0].journal.domestic.signed_size);
    CHECK_INT(twin.journal.domestic.read_only[0], 0);
    end();
}

int main(void)
{
    CHECK_RUN(a_copy_that_has_nothing_to_say_hears_within_minutes_what_the_other_got);
    CHECK_RUN(a_domestic_log_that_is_not_witnessed_is_stopped_at_once);
    return check_end();
}
