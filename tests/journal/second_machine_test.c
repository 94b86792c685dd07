/*
 * Two machines with the keys of one node: a copy of its home runs beside it. Each hears of the other through the partner,
 * also where it has nothing to say; and what docs/recovery.md and `besa doctor` advise brings the logs of the one that stays
 * back.
 * covers: contact witness succession deliver resume_take resume_order number
 */
#include "check.h"
#include "journal/contact.h"
#include "journal/private.h"
#include "journal/resume.h"
#include "agreement/succession.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"

#include <stdio.h>
#include <stdlib.h>

#define MINUTE_MS INT64_C(60000)

static struct pair pair;
static struct pair_node twin;
static struct pair_node liar; /* al, with a log that it wrote twice */

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

static bool home_copy(const char *from, const char *to)
{
    char command[2048];

    snprintf(command, sizeof command, "rm -rf '%s' && cp -r '%s' '%s'", to, from, to);
    return system(command) == 0;
}

/* A copy of this node's home, opened beside it. */
static bool copy_of(size_t side, struct pair_node *out)
{
    struct pair_node *node = &pair.nodes[side];

    *out = (struct pair_node){.pair = &pair, .side = side, .party = node->party};
    snprintf(out->home, sizeof out->home, "%.500s.copy", node->home);
    pair_close_node(node);
    return home_copy(node->home, out->home) && pair_reopen(node) && pair_reopen(out);
}

static bool copy(void)
{
    return copy_of(0, &twin);
}

/* Long enough for the next beat of the domestic log. */
static void run_alone(void)
{
    pair_run(&pair, 3 * MINUTE_MS);
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
    if (liar.is_open)
        pair_close_node(&liar);
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

/* --- the end of a log, as officers and institutions bring it about --- */

struct ending {
    char origin[ORIGIN_SIZE_MAX + 1];
    struct succession_document document;
    struct span cms;
};

static bool prepare_run(struct journal *journal, void *context, struct error *err)
{
    struct ending *ending = context;
    return journal_succession_prepare(journal, span_text(ending->origin), SUCCESSION_CLONED, NULL,
                                      &ending->document, err);
}

static bool permit_run(struct journal *journal, void *context, struct error *err)
{
    const struct ending *ending = context;
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct succession_document document;
    return journal_succession_allow(journal, ending->cms, &arena, &document, err);
}

static bool succeed_run(struct journal *journal, void *context, struct error *err)
{
    return journal_succeed(journal, ((struct ending *)context)->cms, err);
}

static bool log_ends(size_t side, const struct journal_log *log, struct error *err)
{
    struct buffer cms CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    struct ending ending;
    bool is_domestic = log->kind == LOG_DOMESTIC;

    snprintf(ending.origin, sizeof ending.origin, "%s", log->origin);
    if (!pair_work(&pair.nodes[side], prepare_run, &ending, err) ||
        !pair_sign_succession(&pair, side, 1, &ending.document, &cms, err))
        return false;
    ending.cms = buffer_span(&cms);
    if (!is_domestic && (!pair_work(&pair.nodes[1 - side], permit_run, &ending, err) ||
                         !pair_sign_succession(&pair, side, 2, &ending.document, &cms, err)))
        return false;
    ending.cms = buffer_span(&cms);
    return pair_work(&pair.nodes[side], succeed_run, &ending, err);
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
    /* What the doctor says: the other machine goes, and the log ends. */
    pair_close_node(&twin);
    CHECK_OK(log_ends(0, &pair.nodes[0].journal.domestic, &err), err);
    run_alone();
    CHECK(strcmp(pair.nodes[0].journal.domestic.origin, "ro/domestic/1") == 0);
    CHECK_INT(pair.nodes[0].journal.domestic.read_only[0], 0);
    CHECK(line(0)->witnessed > 0);
    CHECK_INT(line(0)->witnessed, pair.nodes[0].journal.domestic.signed_size);
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

/* --- the machine that stays is not the one with which the partner went on --- */

static bool resume(void)
{
    struct error err = {0};
    bool ok = pair_work(&pair.nodes[1], allow_run, NULL, &err) &&
              pair_work(&pair.nodes[0], order_run, NULL, &err);

    if (!ok)
        printf("  %s\n", err.text);
    pair_settle(&pair);
    return ok && line(0)->resume.state == RESUME_DONE;
}

/* ro's home goes back to this one. */
static bool restore(const char *backup)
{
    pair_close_node(&pair.nodes[0]);
    if (!home_copy(backup, pair.nodes[0].home) || !pair_reopen(&pair.nodes[0]))
        return false;
    pair_settle(&pair);
    return true;
}

/* The log to the partner has ended; so does the domestic one, where it stands still. */
static void business_goes_on(void)
{
    const struct journal_log *domestic = &pair.nodes[0].journal.domestic;
    struct error err = {0};
    char item[UUID_TEXT_SIZE];

    if (domestic->read_only[0] != '\0')
        CHECK_OK(log_ends(0, domestic, &err), err);
    for (unsigned side = 0; side < 2; side++)
        CHECK_OK(pair_request(&pair.nodes[side], 50 + side, item, &err), err);
    pair_run(&pair,
             400000); /* a post that was refused waits up to five minutes to be tried again */
    pair_settle(&pair);
    for (size_t side = 0; side < 2; side++) {
        CHECK_INT(line(side)->out.read_only[0], 0);
        CHECK_INT(line(side)->in.read_only[0], 0);
        CHECK_INT(line(side)->cosigned, line(side)->out.size);
        CHECK_INT(line(1 - side)->handled, line(side)->out.size);
    }
}

/* The other one is lost: its log cannot end, since the partner holds another; from a backup that both began with it can. */
CHECK_TEST(what_was_written_twice_ends_where_the_partner_holds_it_or_from_an_older_backup)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    char backup[600];

    CHECK_OR_RETURN(begin());
    snprintf(backup, sizeof backup, "%s.backup", twin.home);
    CHECK_OR_RETURN(home_copy(twin.home, backup));
    pair.is_cut = true;
    CHECK_OK(pair_request(&twin, 1, item, &err), err);
    seal(&twin);
    CHECK_OK(pair_request(&pair.nodes[0], 2, item, &err), err);
    seal(&pair.nodes[0]);
    CHECK(offer(&twin, &pair.nodes[1]));
    CHECK(!offer(&pair.nodes[0], &pair.nodes[1]));
    pair_close_node(&twin);
    pair.is_cut = false;
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    pair_settle(&pair);
    CHECK(says(&line(0)->out, "this log was written twice"));
    CHECK(says(&line(1)->in, "forked"));
    CHECK(!log_ends(0, &line(0)->out, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "it must fetch what we hold");
    CHECK_OR_RETURN(restore(backup));
    CHECK(says(&line(0)->out, "older backup was restored"));
    CHECK(resume());
    error_clear(&err);
    CHECK_OK(log_ends(0, &line(0)->out, &err), err);
    pair_settle(&pair);
    CHECK(strcmp(line(0)->out.origin, "ro/ro-al/to/al/1") == 0);
    business_goes_on();
    end();
}

static bool show_run(struct journal *journal, void *context, struct error *err)
{
    return contact_show(journal, &journal->lines[0], context, err);
}

static bool seen_run(struct journal *journal, void *context, struct error *err)
{
    return contact_seen(journal, &journal->lines[0], buffer_span(context), err);
}

/* The partner's call may have been under way while older books were put in the place of those that it is about. */
CHECK_TEST(only_an_answer_to_what_was_asked_since_the_start_is_news)
{
    struct buffer shown CLEANUP(buffer_free) = buffer_make(CONTACT_SIZE_MAX);
    struct error err = {0};
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    CHECK_OK(pair_work(&pair.nodes[1], show_run, &shown, &err), err);
    CHECK_OK(pair_request(&pair.nodes[0], 1, item, &err), err);
    pair_settle(&pair);
    pair.is_cut = true;
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    CHECK_OK(pair_work(&pair.nodes[0], seen_run, &shown, &err), err);
    CHECK(!line(0)->has_met);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK(line(0)->has_met);
    end();
}

/* A partner that signed two logs, and gave one to each machine. */
CHECK_TEST(custody_that_was_given_twice_stops_and_is_brought_back_from_an_older_backup)
{
    struct buffer shown CLEANUP(buffer_free) = buffer_make(CONTACT_SIZE_MAX);
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct error err = {0};
    struct accepted accepted;
    char item[UUID_TEXT_SIZE];
    char backup[600];

    CHECK_OR_RETURN(begin() && copy_of(1, &liar));
    run(3 * MINUTE_MS);
    snprintf(backup, sizeof backup, "%s.backup", twin.home);
    CHECK_OR_RETURN(home_copy(twin.home, backup));
    pair.is_cut = true;
    CHECK_OK(pair_request(&pair.nodes[1], 1, item, &err), err);
    seal(&pair.nodes[1]);
    CHECK_OK(pair_request(&liar, 2, item, &err), err);
    seal(&liar);
    CHECK(offer(&pair.nodes[1], &pair.nodes[0]));
    CHECK(offer(&liar, &twin));
    CHECK_OK(receipts_bring(&twin, &liar, &err), err);
    CHECK_OK(pair_work(&liar, show_run, &shown, &err), err);
    CHECK_OK(pair_work(&pair.nodes[0], seen_run, &shown, &err), err);
    CHECK(says(&line(0)->in, "than our books: custody was given twice"));
    CHECK_OK(pair_request(&liar, 3, item, &err), err);
    seal(&liar);
    CHECK_OK(hostile_post(&liar, &post, &err), err);
    CHECK_INT(hostile_offer(&pair.nodes[0], buffer_span(&post), &accepted, &err),
              REFUSAL_READ_ONLY);
    /* The end of its own log brings no custody back; books from before both trees do. */
    pair_close_node(&twin);
    pair_close_node(&pair.nodes[1]);
    pair_close_node(&liar);
    CHECK_OR_RETURN(home_copy(liar.home, pair.nodes[1].home) && pair_reopen(&pair.nodes[1]));
    pair.is_cut = false;
    CHECK_OR_RETURN(restore(backup));
    CHECK(says(&line(0)->in, "older backup was restored"));
    CHECK(resume());
    error_clear(&err);
    CHECK_OK(log_ends(0, &line(0)->out, &err), err);
    pair_settle(&pair);
    business_goes_on();
    end();
}

/* It was written while the other machine went on: behind what that one sent it could only be refused. */
CHECK_TEST(what_waited_comes_back_to_its_officer_when_later_messages_are_resumed)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};
    char waited[UUID_TEXT_SIZE];
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(begin());
    pair.is_cut = true;
    line(0)->is_reachable = false;
    CHECK_OK(pair_request(&pair.nodes[0], 1, waited, &err), err);
    pair_close_node(&pair.nodes[0]);
    pair.is_cut = false;
    pair.is_unreachable[0] = true; /* so that the copy fetches what al sends */
    CHECK_OR_RETURN(pair_reopen(&twin));
    CHECK_OK(pair_request(&pair.nodes[1], 2, item, &err), err);
    run(2 * MINUTE_MS);
    CHECK_INT(twin_line()->in.size, line(1)->out.size);
    CHECK_OK(pair_request(&twin, 3, item, &err), err);
    run(2 * MINUTE_MS);
    CHECK_INT(twin_line()->cosigned, twin_line()->out.size);
    pair_close_node(&twin);
    pair.is_unreachable[0] = false;
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    pair_settle(&pair);
    CHECK(says(&line(0)->out, "older backup was restored"));
    CHECK(resume());
    CHECK_OK(log_ends(0, &line(0)->out, &err), err);
    pair_settle(&pair);
    business_goes_on();
    CHECK_OK(pair_act(&pair.nodes[0], "sent-list", "{}", span_text(""), &out, &err), err);
    CHECK(memmem(out.data, out.size, "not sent: the books were resumed", 32) != NULL);
    CHECK(memmem(out.data, out.size, waited, UUID_TEXT_SIZE - 1) != NULL);
    end();
}

int main(void)
{
    CHECK_RUN(a_copy_that_has_nothing_to_say_hears_within_minutes_what_the_other_got);
    CHECK_RUN(a_domestic_log_that_is_not_witnessed_is_stopped_at_once);
    CHECK_RUN(a_receipt_for_what_the_other_machine_signed_holds_nothing_up);
    CHECK_RUN(what_the_other_machine_took_by_another_clock_is_resumed);
    CHECK_RUN(what_was_written_twice_ends_where_the_partner_holds_it_or_from_an_older_backup);
    CHECK_RUN(only_an_answer_to_what_was_asked_since_the_start_is_news);
    CHECK_RUN(custody_that_was_given_twice_stops_and_is_brought_back_from_an_older_backup);
    CHECK_RUN(what_waited_comes_back_to_its_officer_when_later_messages_are_resumed);
    return check_end();
}
