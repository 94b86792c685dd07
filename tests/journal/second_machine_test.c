/*
 * Two machines with the keys of one node: a copy of its home runs beside it. Each hears of the other through the partner,
 * also where it has nothing to say; and what docs/recovery.md and `besa doctor` advise brings the logs of the one that stays
 * back.
 * covers: contact witness succession deliver resume_take
 */
#include "check.h"
#include "journal/contact.h"
#include "journal/private.h"
#include "journal/resume.h"
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

/* A copy of ro's home runs beside it. */
static bool copy(void)
{
    char command[2048];

    twin = (struct pair_node){.pair = &pair, .side = 0, .party = pair.nodes[0].party};
    snprintf(twin.home, sizeof twin.home, "%.500s.twin", pair.nodes[0].home);
    pair_close_node(&pair.nodes[0]);
    snprintf(command, sizeof command, "rm -rf '%s' && cp -r '%s' '%s'", twin.home,
             pair.nodes[0].home, twin.home);
    return system(command) == 0 && pair_reopen(&pair.nodes[0]) && pair_reopen(&twin);
}

/* A pair that is level, and the copy has met al too. */
static bool begin(void)
{
    if (!pair_make(&pair))
        return false;
    pair_settle(&pair);
    if (!copy())
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

/* --- at the level of the journal: who takes and gives what --- */

/* Entries of this machine get numbers and a signature, as if the line stood. */
static void seal(struct pair_node *node)
{
    node->journal.lines[0].is_reachable = true;
    for (int i = 0; i < 5; i++)
        journal_pump(&node->journal);
}

static bool offer(struct pair_node *from, struct pair_node *to)
{
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct accepted accepted;
    struct error err = {0};

    bool ok = hostile_post(from, &post, &err) &&
              hostile_offer(to, buffer_span(&post), &accepted, &err) == REFUSAL_NONE;
    if (!ok)
        printf("  %s\n", err.text);
    for (int i = 0; i < 5; i++)
        journal_pump(&to->journal); /* the receipt is signed */
    return ok;
}

static bool receipt_run(struct journal *journal, void *context, struct error *err)
{
    int64_t now_ms = journal_now_ms(journal);
    return journal_receipt(journal, &journal->lines[0], buffer_span(context), now_ms, now_ms, err);
}

/* What `from` gave, to `to`. */
static bool receipts_bring(struct pair_node *from, struct pair_node *to, struct error *err)
{
    struct buffer receipts CLEANUP(buffer_free) = buffer_make(64 * 1024);

    return journal_write_receipts(&from->journal, &from->journal.lines[0],
                                  to->journal.lines[0].cosigned, &receipts, err) &&
           pair_work(to, receipt_run, &receipts, err);
}

/* What waited when the machine was copied both send, each signed at a size of its own. */
CHECK_TEST(a_receipt_for_what_the_other_machine_signed_holds_nothing_up)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    pair.is_cut = true;
    line(0)->is_reachable = false;
    uint64_t size = line(0)->out.size;
    CHECK_OK(pair_request(&pair.nodes[0], 1, item, &err), err);
    CHECK_OR_RETURN(copy());
    seal(&twin);
    CHECK_INT(twin_line()->out.size, size + 1);
    CHECK(offer(&twin, &pair.nodes[1]));
    CHECK_OK(pair_request(&pair.nodes[0], 2, item, &err), err);
    seal(&pair.nodes[0]);
    CHECK_INT(line(0)->out.size, size + 2);
    CHECK(offer(&pair.nodes[0], &pair.nodes[1]));
    CHECK_INT(line(1)->in.size, size + 2);
    CHECK_OK(receipts_bring(&pair.nodes[1], &pair.nodes[0], &err), err);
    CHECK_INT(line(0)->cosigned, size + 2);
    end();
}

static bool allow_run(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return journal_resume_allow(journal, &journal->lines[0],
                                journal->env->now_ms(journal->env->context) + 3600000, err);
}

static bool order_run(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return journal_resume_order(journal, &journal->lines[0], err);
}

/* Both give custody, by clocks that differ; the one that stays has to fetch what the other got. */
CHECK_TEST(what_the_other_machine_took_by_another_clock_is_resumed)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(begin());
    pair.is_cut = true;
    uint64_t size = line(1)->out.size;
    line(0)->in.signed_time_s = pair_clock_ms() / 1000 + 20; /* its clock is ahead */
    CHECK_OK(pair_request(&pair.nodes[1], 1, item, &err), err);
    seal(&pair.nodes[1]);
    CHECK(offer(&pair.nodes[1], &pair.nodes[0]));
    CHECK_OK(pair_request(&pair.nodes[1], 2, item, &err), err);
    seal(&pair.nodes[1]);
    CHECK(offer(&pair.nodes[1], &twin));
    CHECK_INT(line(0)->in.size, size + 1);
    CHECK_INT(twin_line()->in.size, size + 2);
    CHECK(twin_line()->in.signed_time_s < line(0)->in.signed_time_s);
    CHECK_OK(receipts_bring(&twin, &pair.nodes[1], &err), err);
    pair_close_node(&twin);
    pair.is_cut = false;
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    pair_settle(&pair);
    CHECK(says(&line(0)->in, "older backup was restored"));
    CHECK_OK(pair_work(&pair.nodes[1], allow_run, NULL, &err), err);
    CHECK_OK(pair_work(&pair.nodes[0], order_run, NULL, &err), err);
    pair_settle(&pair);
    CHECK_INT(line(0)->resume.state, RESUME_DONE);
    CHECK_INT(line(0)->in.size, size + 2);
    CHECK_INT(line(0)->in.read_only[0], 0);
    end();
}

int main(void)
{
    CHECK_RUN(a_copy_that_has_nothing_to_say_hears_within_minutes_what_the_other_got);
    CHECK_RUN(a_domestic_log_that_is_not_witnessed_is_stopped_at_once);
    CHECK_RUN(a_receipt_for_what_the_other_machine_signed_holds_nothing_up);
    CHECK_RUN(what_the_other_machine_took_by_another_clock_is_resumed);
    return check_end();
}
