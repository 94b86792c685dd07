/*
 * The keeper of a real node lost its record: the node opens and says so, and after `besa keeper recover` and a fresh receipt
 * of its partner everything goes on in the same logs. Books that were rolled back as well, and partners that lie, do not
 * pass for whole ones.
 * covers: fresh fresh_form
 */
#include "check.h"
#include "journal/contact.h"
#include "journal/fresh.h"
#include "journal/private.h"
#include "journal/resume.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"

#include <stdlib.h>
#include <unistd.h>

static struct pair pair;

static struct pair_node *ro(void)
{
    return &pair.nodes[0];
}

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

/* From one name below the node's home to another. */
static bool copy(const char *from, const char *to)
{
    char command[2048];

    snprintf(command, sizeof command, "rm -f %s/%s* && cp -a %s/%s %s/%s", ro()->home, to,
             ro()->home, from, ro()->home, to);
    return system(command) == 0;
}

/* The node stopped, its record gone. */
static bool record_lose(void)
{
    char path[700];

    pair_close_node(ro());
    snprintf(path, sizeof path, "%s/keeper/keeper.record", ro()->home);
    return unlink(path) == 0;
}

/* What `besa keeper recover` does: the logs from the open books, the record from the closed node. */
static bool recover(bool is_all, size_t *changed)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct keeper_lost_log *logs = arena_array(&arena, LOST_LOG_COUNT_MAX, sizeof *logs);
    struct error err = {0};
    char directory[600];
    size_t count = 0;

    if (!ro()->is_open && !pair_reopen(ro()))
        return false;
    bool ok = journal_keeper_logs(&ro()->journal, &arena, logs, &count, &err);
    pair_close_node(ro());
    struct keeper_options options = pair_keeper(ro(), directory);
    ok = ok && keeper_recover(&options, logs, count, is_all, changed, &err);
    if (!ok)
        printf("recover: %s\n", err.text);
    return ok;
}

static bool wants_nothing(void)
{
    return line(0)->out.awaits_fresh == 0 && line(0)->in.awaits_fresh == 0 &&
           ro()->journal.domestic.awaits_fresh == 0;
}

/* Both directions, receipts and all. */
static void business_goes_on(unsigned number)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];

    for (unsigned side = 0; side < 2; side++)
        CHECK_OK(pair_request(&pair.nodes[side], number + side, item, &err), err);
    pair_settle(&pair);
    for (size_t side = 0; side < 2; side++) {
        CHECK_INT(line(side)->cosigned, line(side)->out.size);
        CHECK_INT(line(side)->out.size, line(1 - side)->in.size);
        CHECK_INT(line(side)->handled, line(side)->in.size);
        CHECK_INT(line(side)->out.read_only[0], 0);
        CHECK_INT(line(side)->in.read_only[0], 0);
    }
    CHECK(strcmp(line(0)->out.origin, "ro/ro-al/to/al/0") == 0);
}

static bool is_said(const struct journal_log *log)
{
    return strstr(log->read_only, "besa keeper recover") != NULL;
}

CHECK_TEST(a_node_whose_keeper_lost_its_record_opens_and_says_so)
{
    struct error err = {0};
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    char item[UUID_TEXT_SIZE];

    business_goes_on(1);
    uint64_t size = line(0)->out.size, held = line(0)->in.size;
    CHECK_OR_RETURN(record_lose() && pair_reopen(ro()));
    CHECK(is_said(&line(0)->out) && is_said(&line(0)->in) && is_said(&ro()->journal.domestic));
    CHECK(!pair_request(ro(), 3, item, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "is read-only: keeper.record is missing");
    CHECK_OK(pair_act(ro(), "resume-status", "{}", span_text(""), &out, &err), err);
    CHECK_OK(pair_request(&pair.nodes[1], 4, item, &err), err);
    pair_settle(&pair);
    CHECK_INT(line(0)->out.size, size);
    CHECK_INT(line(0)->in.size, held);
}

CHECK_TEST(it_waits_for_the_partner_and_then_goes_on_in_the_same_logs)
{
    struct error err = {0};
    size_t changed = 0;
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(recover(false, &changed));
    CHECK_INT(changed, 4);
    pair.is_cut = true;
    CHECK_OR_RETURN(pair_reopen(ro()));
    CHECK_INT(line(0)->out.awaits_fresh, 1);
    CHECK_INT(line(0)->in.awaits_fresh, 1);
    CHECK_INT(ro()->journal.domestic.awaits_fresh, 1);
    CHECK_OK(pair_again(ro(), &err), err);
    uint64_t size = line(0)->out.size;
    CHECK_OK(pair_request(ro(), 5, item, &err), err);
    line(0)->is_reachable = true; /* even so it numbers nothing */
    for (int i = 0; i < 10; i++)
        journal_pump(&ro()->journal);
    CHECK_INT(line(0)->out.size, size);
    line(0)->is_reachable = false;
    /* Neither does it give custody. */
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct accepted accepted;
    CHECK_OK(hostile_post(&pair.nodes[1], &post, &err), err);
    CHECK_INT(hostile_offer(ro(), buffer_span(&post), &accepted, &err), REFUSAL_BUSY);
    CHECK_ERROR(err, ERROR_BUSY, "fresh receipt");
    error_clear(&err);
    pair.is_cut = false;
    pair_run(&pair, 400000); /* al was refused, and waits up to five minutes to try again */
    CHECK(wants_nothing());
    CHECK_OK(keeper_status(&ro()->journal.keeper, &err), err);
    business_goes_on(6);
    CHECK(ro()->journal.domestic.signed_size > 0);
    CHECK_OR_RETURN(pair_reopen(ro()));
    CHECK(wants_nothing());
    business_goes_on(8);
}

/* A node that cannot be called asks, and is asked, through its own pulls. */
CHECK_TEST(the_word_comes_through_pulls_too)
{
    for (size_t side = 0; side < 2; side++) {
        struct error err = {0};
        size_t changed = 0;
        pair.is_unreachable[side] = true;
        CHECK_OR_RETURN(record_lose() && recover(false, &changed) && pair_reopen(ro()));
        CHECK_OK(pair_again(ro(), &err), err);
        pair_run(&pair, 60000);
        CHECK(wants_nothing());
        pair.is_unreachable[side] = false;
        pair_settle(&pair);
        business_goes_on(10 + 2 * (unsigned)side);
    }
}

CHECK_TEST(an_older_partner_cannot_give_one_and_that_is_said)
{
    struct error err = {0};
    struct exchange_state state;
    size_t changed = 0;

    CHECK_OR_RETURN(record_lose() && recover(false, &changed));
    pair.unknown = "/fresh";
    CHECK_OR_RETURN(pair_reopen(ro()));
    CHECK_OK(pair_again(ro(), &err), err);
    pair_run(&pair, 20000);
    CHECK(!wants_nothing());
    exchange_state(ro()->exchange, 0, &state);
    CHECK(strstr(state.last_error, "knows no fresh receipts (404)") != NULL);
    pair.unknown = NULL;
    pair_settle(&pair);
    CHECK(wants_nothing());
    business_goes_on(20);
}

/* An older record was put back: the books know better than it, and the partner too. */
CHECK_TEST(an_older_record_that_was_put_back_is_proved_and_goes_on)
{
    struct error err = {0};
    size_t changed = 0;

    pair_close_node(ro());
    CHECK(copy("keeper/keeper.record", "older.record"));
    CHECK_OR_RETURN(pair_reopen(ro()));
    business_goes_on(24);
    pair_close_node(ro());
    CHECK(copy("older.record", "keeper/keeper.record"));
    CHECK_OR_RETURN(recover(true, &changed));
    CHECK_INT(changed, 3); /* but not the log that it witnesses */
    CHECK_OR_RETURN(pair_reopen(ro()));
    CHECK_INT(line(0)->out.awaits_fresh, 1);
    pair_settle(&pair);
    CHECK(wants_nothing());
    CHECK_OK(keeper_status(&ro()->journal.keeper, &err), err);
    business_goes_on(26);
}

/* --- a partner that lies --- */

static struct buffer said;

static bool answer_run(struct journal *journal, void *context, struct error *err)
{
    const struct buffer *question = context;
    buffer_clear(&said);
    return journal_fresh_answer(journal, &journal->lines[0], buffer_span(question), &said, err);
}

static bool take_run(struct journal *journal, void *context, struct error *err)
{
    const struct buffer *answer = context;
    return journal_fresh_take(journal, &journal->lines[0], buffer_span(answer), err);
}

static bool question_run(struct journal *journal, void *context, struct error *err)
{
    struct buffer *question = context;
    buffer_clear(question);
    return journal_fresh_question(journal, &journal->lines[0], question, err);
}

CHECK_TEST(what_the_partner_did_not_sign_is_not_believed)
{
    struct error err = {0};
    struct buffer question CLEANUP(buffer_free) = buffer_make(FRESH_QUESTION_SIZE_MAX);
    struct buffer forged CLEANUP(buffer_free) = buffer_make(FRESH_ANSWER_SIZE_MAX);
    struct fresh_answer answer;
    size_t changed = 0;

    CHECK_OR_RETURN(record_lose() && recover(false, &changed));
    pair.is_cut = true;
    CHECK_OR_RETURN(pair_reopen(ro()));
    CHECK_OK(pair_again(ro(), &err), err);
    CHECK_OK(hostile_run(ro(), question_run, &question, &err), err);
    CHECK_OK(hostile_run(&pair.nodes[1], answer_run, &question, &err), err);
    CHECK_OK(fresh_answer_read(buffer_span(&said), &answer, &err), err);
    CHECK_INT(answer.count, 3);
    for (size_t i = 0; i < answer.count; i++) {
        struct fresh_answer bent = {.words = {answer.words[i]}, .count = 1};
        bent.words[0].size--;
        buffer_clear(&forged);
        CHECK(fresh_answer_write(&bent, &forged));
        CHECK(!hostile_run(ro(), take_run, &forged, &err));
        CHECK_ERROR(err, ERROR_INPUT, "not signed by a partner");
    }
    CHECK_INT(line(0)->out.awaits_fresh, 1);
    /* A partner that says nothing of what waits is not taken for one that spoke. */
    struct fresh_answer nothing = {.count = 0};
    buffer_clear(&forged);
    CHECK(fresh_answer_write(&nothing, &forged));
    CHECK(!hostile_run(ro(), take_run, &forged, &err));
    CHECK_ERROR(err, ERROR_LINK, "al says nothing about a log that waits for its word");
    /* One that has just started does not know what it holds: its books may be older than its keeper. */
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[1]));
    CHECK(!hostile_run(&pair.nodes[1], answer_run, &question, &err));
    CHECK_ERROR(err, ERROR_BUSY, "the books of al have just started");
    line(1)->has_met = true;
    CHECK_OK(hostile_run(&pair.nodes[1], answer_run, &question, &err), err);
    CHECK_OK(hostile_run(ro(), take_run, &said, &err), err);
    journal_pump(&ro()->journal);
    CHECK(wants_nothing());
    CHECK(!hostile_run(ro(), question_run, &question, &err));
    CHECK_ERROR(err, ERROR_MISSING, "no fresh receipt");
    pair.is_cut = false;
    pair_settle(&pair);
    business_goes_on(30);
}

static bool order_run(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return journal_resume_order(journal, &journal->lines[0], err);
}

static bool allow_run(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return journal_resume_allow(journal, &journal->lines[0],
                                journal->env->now_ms(journal->env->context) + 3600000, err);
}

/* Database and record lost, an older database put back: the partner holds more than the books, so nothing is signed; the log is
 * resumed and succeeded. */
CHECK_TEST(books_that_are_behind_as_well_are_not_signed)
{
    struct error err = {0};
    struct buffer question CLEANUP(buffer_free) = buffer_make(FRESH_QUESTION_SIZE_MAX);
    size_t changed = 0;

    pair_close_node(ro());
    CHECK(copy("besa.db", "older.db"));
    CHECK_OR_RETURN(pair_reopen(ro()));
    business_goes_on(34);
    CHECK_OR_RETURN(record_lose());
    CHECK(copy("older.db", "besa.db"));
    pair.is_cut = true;
    CHECK_OR_RETURN(recover(false, &changed) && pair_reopen(ro()));
    CHECK_OK(pair_again(ro(), &err), err);
    uint64_t size = line(0)->out.size;
    /* Before the two have met the word alone says so. */
    CHECK_OK(hostile_run(ro(), question_run, &question, &err), err);
    CHECK_OK(hostile_run(&pair.nodes[1], answer_run, &question, &err), err);
    CHECK(!hostile_run(ro(), take_run, &said, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "they are behind, resume first");
    CHECK_INT(line(0)->out.awaits_fresh, 1);
    error_clear(&err);
    pair.is_cut = false;
    pair_run(&pair, 20000);
    CHECK(strstr(line(0)->out.read_only, "older backup was restored") != NULL);
    CHECK(strstr(line(0)->in.read_only, "older backup was restored") != NULL);
    CHECK_INT(line(0)->out.awaits_fresh, 1);
    CHECK_INT(line(0)->in.awaits_fresh, 1);
    CHECK_INT(line(0)->out.size, size);
    /* Once resumed, the custody of the partner's log is asked for on the line that stands. */
    CHECK_OK(pair_work(&pair.nodes[1], allow_run, NULL, &err), err);
    CHECK_OK(pair_work(ro(), order_run, NULL, &err), err);
    pair_run(&pair, 20000);
    CHECK_INT(line(0)->resume.state, RESUME_DONE);
    CHECK_INT(line(0)->in.awaits_fresh, 0);
    CHECK_INT(line(0)->in.size, line(1)->out.size);
}

/* It says the same as any other: what a resume brought is told to the keeper when its record is there again. */
CHECK_TEST(a_resumed_node_whose_keeper_loses_its_record_opens_too)
{
    struct error err = {0};
    size_t changed = 0;

    CHECK_INT(line(0)->resume.state, RESUME_DONE);
    CHECK_OR_RETURN(record_lose() && pair_reopen(ro()));
    CHECK(is_said(&line(0)->in));
    CHECK_OR_RETURN(recover(false, &changed) && pair_reopen(ro()));
    CHECK_OK(pair_again(ro(), &err), err);
    pair_run(&pair, 400000);
    CHECK_INT(line(0)->in.awaits_fresh, 0);
}

/* --- both records are lost, and a receipt was on its way --- */

static void seal(struct pair_node *node)
{
    node->journal.lines[0].is_reachable = true;
    for (int i = 0; i < 5; i++)
        journal_pump(&node->journal);
}

/* A post of `from` arrives; the answer does not. */
static enum post_refusal offer(struct pair_node *from, struct pair_node *to, struct error *err)
{
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct accepted accepted;

    if (!hostile_post(from, &post, err))
        return REFUSAL_INVALID;
    enum post_refusal refusal = hostile_offer(to, buffer_span(&post), &accepted, err);
    for (int i = 0; i < 5; i++)
        journal_pump(&to->journal); /* the receipt is signed */
    return refusal;
}

static bool receipt_run(struct journal *journal, void *context, struct error *err)
{
    int64_t now_ms = journal_now_ms(journal);
    return journal_receipt(journal, &journal->lines[0], buffer_span(context), now_ms, now_ms, err);
}

/* The keeper waits, and custody stands still; but without the receipt that it gave before, the partner's log could not end. */
CHECK_TEST(what_was_receipted_before_the_record_was_lost_is_given_again)
{
    struct error err = {0};
    struct buffer receipts CLEANUP(buffer_free) = buffer_make(64 * 1024);
    char item[UUID_TEXT_SIZE];
    size_t changed = 0;

    pair.is_cut = true;
    CHECK_OK(pair_request(&pair.nodes[1], 40, item, &err), err);
    seal(&pair.nodes[1]);
    CHECK_INT(offer(&pair.nodes[1], ro(), &err), REFUSAL_NONE);
    CHECK_INT(line(0)->in.size, line(1)->out.size);
    CHECK(line(1)->cosigned < line(1)->out.size);
    CHECK_OR_RETURN(record_lose() && recover(false, &changed) && pair_reopen(ro()));
    CHECK_OK(pair_again(ro(), &err), err);
    CHECK_INT(line(0)->in.awaits_fresh, 1);
    CHECK_INT(offer(&pair.nodes[1], ro(), &err), REFUSAL_NONE);
    CHECK_OK(journal_write_receipts(&ro()->journal, line(0), line(1)->cosigned, &receipts, &err),
             err);
    CHECK_OK(pair_work(&pair.nodes[1], receipt_run, &receipts, &err), err);
    CHECK_INT(line(1)->cosigned, line(1)->out.size);
    /* What is new waits all the same. */
    uint64_t held = line(0)->in.size;
    CHECK_OK(pair_request(&pair.nodes[1], 41, item, &err), err);
    seal(&pair.nodes[1]);
    CHECK_INT(offer(&pair.nodes[1], ro(), &err), REFUSAL_BUSY);
    CHECK_ERROR(err, ERROR_BUSY, "fresh receipt");
    CHECK_INT(line(0)->in.size, held);
    pair.is_cut = false;
    pair_run(&pair, 400000);
    business_goes_on(42);
}

/* What went back to its officer since is explained by an entry that the own keeper does not sign now: the partner is asked
 * for the receipts of what it shows. */
CHECK_TEST(what_the_partner_holds_is_asked_for_while_the_own_keeper_waits)
{
    struct error err = {0};
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 16);
    char arguments[96];
    char item[UUID_TEXT_SIZE];
    size_t changed = 0;

    pair.is_cut = true;
    CHECK_OK(pair_request(ro(), 44, item, &err), err);
    seal(ro());
    CHECK_INT(offer(ro(), &pair.nodes[1], &err), REFUSAL_NONE);
    line(0)->is_reachable = false;
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    CHECK_OK(pair_act(ro(), "item-withdraw", arguments, span_text(""), &out, &err), err);
    CHECK(line(0)->owes_withdrawn && line(0)->cosigned < line(0)->out.size);
    CHECK_OR_RETURN(record_lose() && recover(false, &changed));
    pair.unknown = "/fresh";
    CHECK_OR_RETURN(pair_reopen(ro()));
    CHECK_OK(pair_again(ro(), &err), err);
    pair.is_cut = false;
    pair_run(&pair, 20000);
    CHECK_INT(line(0)->out.awaits_fresh, 1);
    CHECK_INT(line(0)->cosigned, line(1)->in.size);
    pair.unknown = NULL;
    pair_run(&pair, 400000);
    CHECK(wants_nothing());
    business_goes_on(46);
}

/* --- the log ends instead --- */

static struct succession_document ending;

static bool prepare_run(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return journal_succession_prepare(journal, span_text("ro/ro-al/to/al/0"),
                                      SUCCESSION_KEEPER_LOST, NULL, &ending, err);
}

static bool end_allow_run(struct journal *journal, void *context, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct succession_document document;
    return journal_succession_allow(journal, *(struct span *)context, &arena, &document, err);
}

static bool succeed_run(struct journal *journal, void *context, struct error *err)
{
    return journal_succeed(journal, *(struct span *)context, err);
}

/* The power failed before the books had the signature of the newest receipt, the partner has it, and the record is lost: it
 * counts. */
CHECK_TEST(a_receipt_that_only_the_lost_record_knew_of_counts)
{
    struct error err = {0};
    struct buffer receipts CLEANUP(buffer_free) = buffer_make(64 * 1024);
    struct buffer cms CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    char item[UUID_TEXT_SIZE];
    size_t changed = 0;

    pair_free(&pair);
    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    business_goes_on(48);
    pair.is_cut = true;
    CHECK_OK(pair_request(&pair.nodes[1], 50, item, &err), err);
    seal(&pair.nodes[1]);
    CHECK_INT(offer(&pair.nodes[1], ro(), &err), REFUSAL_NONE);
    CHECK_OK(journal_write_receipts(&ro()->journal, line(0), line(1)->cosigned, &receipts, &err),
             err);
    CHECK_OK(pair_work(&pair.nodes[1], receipt_run, &receipts, &err), err);
    CHECK_OR_RETURN(record_lose() && recover(false, &changed) && pair_reopen(ro()));
    CHECK_OK(pair_again(ro(), &err), err);
    line(0)->in.has_signature = false;
    line(0)->in.signed_size = 0;
    CHECK_OK(pair_work(ro(), prepare_run, NULL, &err), err);
    CHECK_OK(pair_sign_succession(&pair, 0, 1, &ending, &cms, &err), err);
    struct span bytes = buffer_span(&cms);
    CHECK_OK(pair_work(&pair.nodes[1], end_allow_run, &bytes, &err), err);
    CHECK_OK(pair_sign_succession(&pair, 0, 2, &ending, &cms, &err), err);
    bytes = buffer_span(&cms);
    CHECK_OK(pair_work(ro(), succeed_run, &bytes, &err), err);
    CHECK_OR_RETURN(line(0)->out_past.count == 1);
    CHECK_INT(line(0)->out_past.past[0].custody_to, line(0)->in.size);
    pair.is_cut = false;
    pair_run(&pair, 400000);
    CHECK_INT(line(1)->in_past.past[0].custody_to, line(1)->out.size);
    CHECK_INT(line(0)->cosigned, line(0)->out.size);
    CHECK_INT(line(1)->cosigned, line(1)->out.size);
}

/* --- the bytes --- */

CHECK_TEST(questions_and_answers_have_one_form)
{
    struct error err = {0};
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(FRESH_ANSWER_SIZE_MAX);
    struct fresh_question question = {.nonce = {7}, .out = "ro/ro-al/to/al/0"}, asked;
    struct fresh_answer answer = {.count = 2}, read;

    CHECK(fresh_question_write(&question, &bytes));
    CHECK_OK(fresh_question_read(buffer_span(&bytes), &asked, &err), err);
    CHECK(strcmp(asked.out, question.out) == 0 && asked.in[0] == '\0' && asked.nonce[0] == 7);
    for (size_t cut = 0; cut < bytes.size; cut++)
        CHECK(!fresh_question_read(span_make(bytes.data, cut), &asked, &err));
    snprintf(answer.words[0].origin, sizeof answer.words[0].origin, "ro/domestic/0");
    snprintf(answer.words[1].origin, sizeof answer.words[1].origin, "al/ro-al/to/ro/0");
    answer.words[1].size = 5;
    answer.words[1].time_s = 9;
    answer.words[1].receipt[3] = 1;
    buffer_clear(&bytes);
    CHECK(fresh_answer_write(&answer, &bytes));
    CHECK_OK(fresh_answer_read(buffer_span(&bytes), &read, &err), err);
    CHECK_INT(read.count, 2);
    CHECK_INT(read.words[1].time_s, 9);
    CHECK_INT(read.words[1].receipt[3], 1);
    for (size_t cut = 0; cut < bytes.size; cut++)
        CHECK(!fresh_answer_read(span_make(bytes.data, cut), &read, &err));
    CHECK(!fresh_answer_read(span_text("{\"words\":[{},{},{},{}]}"), &read, &err));
    CHECK(!fresh_question_read(span_text("{\"nonce\":\"00\"}"), &asked, &err));
}

int main(void)
{
    said = buffer_make(FRESH_ANSWER_SIZE_MAX);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(a_node_whose_keeper_lost_its_record_opens_and_says_so);
    CHECK_RUN(it_waits_for_the_partner_and_then_goes_on_in_the_same_logs);
    CHECK_RUN(the_word_comes_through_pulls_too);
    CHECK_RUN(an_older_partner_cannot_give_one_and_that_is_said);
    CHECK_RUN(an_older_record_that_was_put_back_is_proved_and_goes_on);
    CHECK_RUN(what_the_partner_did_not_sign_is_not_believed);
    CHECK_RUN(what_was_receipted_before_the_record_was_lost_is_given_again);
    CHECK_RUN(what_the_partner_holds_is_asked_for_while_the_own_keeper_waits);
    CHECK_RUN(books_that_are_behind_as_well_are_not_signed);
    CHECK_RUN(a_resumed_node_whose_keeper_loses_its_record_opens_too);
    CHECK_RUN(a_receipt_that_only_the_lost_record_knew_of_counts);
    CHECK_RUN(questions_and_answers_have_one_form);
    pair_free(&pair);
    buffer_free(&said);
    return check_end();
}
