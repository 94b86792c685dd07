/*
 * Resume over the partner's succession: the backup is from before a log of the partner ended, with other keys since or
 * without. The partner's statement comes back and is believed along the chain; what does not hold changes nothing.
 * covers: resume_chain
 */
#include "check.h"
#include "journal/private.h"
#include "journal/resume.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"
#include "journal/support/rows.h"
#include "message/support/samples.h"

#include <stdlib.h>

static struct pair pair;

static struct pair_node *node(size_t side)
{
    return &pair.nodes[side];
}

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

/* --- backups --- */

static bool shell(struct pair_node *of, const char *format)
{
    char command[2048];

    pair_close_node(of);
    snprintf(command, sizeof command, "h=%s; %s", of->home, format);
    return system(command) == 0 && pair_reopen(of);
}

static bool backup_take(void)
{
    return shell(node(0), "rm -rf $h.old && cp -a $h $h.old");
}

static bool backup_restore(bool is_all)
{
    return shell(node(0), is_all ? "rm -rf $h && cp -a $h.old $h"
                                 : "rm -f $h/besa.db* && cp -a $h.old/besa.db* $h/");
}

/* --- the end of a log of al's --- */

struct preparing {
    struct span origin;
    enum succession_reason reason;
    const struct succession_keys *keys;
    struct succession_document document;
};

static bool prepare_run(struct journal *journal, void *context, struct error *err)
{
    struct preparing *preparing = context;
    return journal_succession_prepare(journal, preparing->origin, preparing->reason,
                                      preparing->keys, &preparing->document, err);
}

static bool allow_end_run(struct journal *journal, void *context, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct succession_document document;
    return journal_succession_allow(journal, *(const struct span *)context, &arena, &document, err);
}

static bool succeed_run(struct journal *journal, void *context, struct error *err)
{
    return journal_succeed(journal, *(const struct span *)context, err);
}

static bool succeed_now(size_t side, struct span cms, struct error *err)
{
    for (int i = 0; i < 3; i++) {
        if (pair_work(node(side), succeed_run, &cms, err))
            return true;
        if (err->kind != ERROR_BUSY)
            return false;
        pair_settle(&pair);
        error_clear(err);
    }
    return false;
}

static bool log_ends(size_t side, bool is_domestic, enum succession_reason reason,
                     const struct succession_keys *keys)
{
    struct preparing preparing = {
        .origin =
            span_text(is_domestic ? node(side)->journal.domestic.origin : line(side)->out.origin),
        .reason = reason,
        .keys = keys};
    char origin[ORIGIN_SIZE_MAX + 1];
    struct buffer cms CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    struct error err = {0};
    struct span bytes;

    snprintf(origin, sizeof origin, "%.*s", SPAN_ARG(preparing.origin));
    preparing.origin = span_text(origin);
    bool ok = pair_work(node(side), prepare_run, &preparing, &err) &&
              pair_sign_succession(&pair, side, 1, &preparing.document, &cms, &err);
    bytes = buffer_span(&cms);
    if (!is_domestic)
        ok = ok && pair_work(node(1 - side), allow_end_run, &bytes, &err) &&
             pair_sign_succession(&pair, side, 2, &preparing.document, &cms, &err);
    ok = ok && succeed_now(side, buffer_span(&cms), &err);
    if (!ok)
        printf("the end of %s: %s\n", origin, err.text);
    pair_settle(&pair);
    return ok;
}

/* What `besa keeper renew` does. */
static bool keys_renew(size_t side, struct succession_keys *out)
{
    struct error err = {0};
    char directory[600];

    pair_close_node(node(side));
    struct keeper_options options = pair_keeper(node(side), directory);
    if (!keeper_renew(&options, &err) || !pair_reopen(node(side))) {
        printf("renew: %s\n", err.text);
        return false;
    }
    const struct keeper_sets *sets = &node(side)->journal.sets;
    const struct keeper_keys *newest = &sets->keys[sets->count - 1];
    *out = (struct succession_keys){.number = 0};
    memcpy(out->log, newest->log, sizeof out->log);
    memcpy(out->custody, newest->custody, sizeof out->custody);
    memcpy(out->witness, newest->witness, sizeof out->witness);
    memcpy(out->sealing, newest->sealing, sizeof out->sealing);
    return true;
}

/* --- business --- */

static char asked[16][UUID_TEXT_SIZE];
static char theirs[16][UUID_TEXT_SIZE];

/* Both ask; one of each is refused; the partner's last one is erased here. */
static bool traffic(unsigned number)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};
    char arguments[300];
    bool ok = true;

    for (unsigned i = 0; i < 2; i++)
        ok = ok && pair_request(node(0), number + i, asked[i], &err) &&
             pair_request(node(1), number + i, theirs[i], &err);
    pair_run(&pair, 40000);
    for (size_t side = 0; side < 2 && ok; side++) {
        snprintf(arguments, sizeof arguments,
                 "{\"item\":\"%s\",\"grounds\":[\"a\"],\"reason_text\":\"not available\"}",
                 side == 0 ? theirs[0] : asked[0]);
        ok = pair_act(node(side), "refuse-send", arguments, span_text(""), &out, &err);
    }
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"erase_reason\":\"order\"}",
             theirs[1]);
    ok = ok && pair_act(node(0), "item-erase", arguments, span_text(""), &out, &err);
    pair_settle(&pair);
    if (!ok)
        printf("traffic: %s\n", err.text);
    return ok;
}

/* al's log ends with what came of this: nothing is reported back of it, so no report of ours says that it was handled. */
static bool asks_last(unsigned number)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    bool ok = pair_request(node(0), number, item, &err);

    pair_run(&pair, 20000);
    return ok;
}

/* --- resume --- */

static bool order_run(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return journal_resume_order(journal, &journal->lines[0], err);
}

static bool allow_run(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return journal_resume_allow(journal, &journal->lines[0],
                                journal->env->now_ms(NULL) + 3600 * 1000 * INT64_C(24), err);
}

static void resume(void)
{
    struct error err = {0};

    pair_run(&pair, 90000);
    CHECK_INT(line(0)->resume.state, RESUME_BEHIND);
    CHECK(strstr(line(0)->in.read_only, "an older backup was restored") != NULL);
    CHECK_OK(hostile_run(node(0), order_run, NULL, &err), err);
    CHECK_OK(hostile_run(node(1), allow_run, NULL, &err), err);
    pair_run(&pair, 120000);
}

struct picture {
    struct rows rows;
    size_t log_count;
    uint8_t receipts[2 * CHAIN_COUNT_MAX + 2][DIGEST_SIZE];
    char origin[ORIGIN_SIZE_MAX + 1];
    uint64_t in_size;
};

static void picture_take(struct picture *out)
{
    rows_collect(node(0), &out->rows);
    out->log_count = 0;
    for (int side = SIDE_OWN; side <= SIDE_PARTNER; side++)
        for (size_t i = 0; i < journal_log_count(line(0), (enum log_side)side); i++)
            receipts_digest(node(0), journal_log_id(line(0), (enum log_side)side, i),
                            out->receipts[out->log_count++]);
    snprintf(out->origin, sizeof out->origin, "%s", line(0)->in.origin);
    out->in_size = line(0)->in.size;
}

static struct picture before, after;

static void pictures_are_equal(void)
{
    picture_take(&after);
    CHECK(rows_are_equal(&before.rows, &after.rows));
    CHECK(strcmp(before.origin, after.origin) == 0);
    CHECK_INT(after.in_size, before.in_size);
    CHECK_INT(after.log_count, before.log_count);
    for (size_t i = 0; i < before.log_count && i < after.log_count; i++)
        CHECK(digest_is_equal(before.receipts[i], after.receipts[i]));
    rows_free(&before.rows);
    rows_free(&after.rows);
}

static bool is_level(void)
{
    for (size_t side = 0; side < 2; side++)
        if (line(side)->out.size != line(side)->cosigned ||
            line(side)->out.size != line(1 - side)->in.size || journal_unhandled(line(side)) > 0 ||
            line(side)->out.read_only[0] != '\0' || line(side)->in.read_only[0] != '\0') {
            printf("side %zu: %d entries, %d receipted, %d there, %d unhandled, stands: %s%s\n",
                   side, (int)line(side)->out.size, (int)line(side)->cosigned,
                   (int)line(1 - side)->in.size, (int)journal_unhandled(line(side)),
                   line(side)->out.read_only, line(side)->in.read_only);
            return false;
        }
    return true;
}

static void goes_on(unsigned number)
{
    CHECK(log_ends(0, false, SUCCESSION_RESTORED, NULL));
    if (node(0)->journal.domestic.read_only[0] != '\0')
        CHECK(log_ends(0, true, SUCCESSION_RESTORED, NULL));
    CHECK(traffic(number));
    pair_run(&pair, 60000);
    CHECK(is_level());
}

/* --- claims --- */

/* `is_busy`: the newer logs hold business, and reports of it. */
static void all_comes_back(unsigned number, bool is_all, bool has_new_keys, bool is_busy,
                           unsigned ends)
{
    struct succession_keys keys;

    CHECK_OR_RETURN(backup_take());
    pair_settle(&pair);
    CHECK_OR_RETURN(traffic(number));
    if (has_new_keys)
        CHECK_OR_RETURN(keys_renew(1, &keys));
    pair_settle(&pair);
    for (unsigned i = 0; i < ends; i++) {
        CHECK_OR_RETURN(asks_last(number + 70 + i));
        CHECK_OR_RETURN(log_ends(
            1, false, has_new_keys && i == 0 ? SUCCESSION_KEY_CHANGE : SUCCESSION_YEARLY_CLOSING,
            has_new_keys && i == 0 ? &keys : NULL));
        if (has_new_keys && i == 0)
            CHECK_OR_RETURN(log_ends(1, true, SUCCESSION_KEY_CHANGE, &keys));
        CHECK_OR_RETURN(is_busy ? traffic(number + 10 * (i + 1)) : true);
    }
    CHECK(is_level());
    picture_take(&before);
    CHECK_OR_RETURN(backup_restore(is_all));
    CHECK(strcmp(line(0)->in.origin, before.origin) != 0);
    resume();
    CHECK_INT(line(0)->resume.state, RESUME_DONE);
    CHECK(strstr(line(0)->out.read_only, "needs a successor") != NULL);
    CHECK_INT(line(0)->in.read_only[0], 0);
    pictures_are_equal();
    struct keeper_fresh fresh = {.kind = KEEPER_CUSTODY, .origin = span_text(line(0)->in.origin)};
    struct error err = {0};
    CHECK_OK(keeper_fresh_sign(&node(0)->journal.keeper, &fresh, &err), err);
    CHECK_INT(fresh.size, line(0)->in.size);
    goes_on(number + 50);
}

//= dir-2016-680 art 16(2)
CHECK_TEST(a_backup_from_before_the_partner_closed_a_log_gets_all_back)
{
    all_comes_back(100, true, false, true, 1);
}

CHECK_TEST(a_backup_from_before_the_partner_changed_its_keys_gets_all_back)
{
    all_comes_back(200, true, true, true, 1);
}

/* The keeper knows that the older log ended: the books open, and are led there. */
CHECK_TEST(a_database_from_before_the_partner_closed_a_log_gets_all_back)
{
    all_comes_back(300, false, false, true, 1);
}

/* No report of ours says that the end of the older log was handled: it is handled now, before what follows. */
CHECK_TEST(the_rest_of_a_log_that_ended_is_handled)
{
    all_comes_back(350, true, false, false, 1);
}

CHECK_TEST(it_is_led_over_several_ends)
{
    all_comes_back(400, true, true, true, 3);
}

static bool nothing_run(struct journal *journal, void *context, struct error *err)
{
    return journal_resume_nothing(journal, &journal->lines[0], context, err);
}

static bool take_run(struct journal *journal, void *context, struct error *err)
{
    return journal_resume_take(journal, &journal->lines[0], *(const struct span *)context, err);
}

/* What al answers to ro's next question. */
static bool answer_make(struct buffer *out, struct error *err)
{
    struct buffer question CLEANUP(buffer_free) = buffer_make(RESUME_QUESTION_SIZE_MAX);

    buffer_clear(out);
    return journal_resume_question(&node(0)->journal, line(0), &question, err) &&
           journal_resume_answer(&node(1)->journal, line(1), buffer_span(&question), out, err);
}

static bool take(struct buffer *answer, struct error *err)
{
    struct span bytes = buffer_span(answer);

    error_clear(err);
    return pair_work(node(0), take_run, &bytes, err);
}

CHECK_TEST(a_statement_that_does_not_hold_changes_nothing)
{
    struct buffer answer CLEANUP(buffer_free) = buffer_make(RESUME_ANSWER_SIZE_MAX);
    struct error err = {0};
    bool is_so = false;

    CHECK_OR_RETURN(backup_take());
    pair_settle(&pair);
    CHECK_OR_RETURN(traffic(500));
    CHECK_OR_RETURN(log_ends(1, false, SUCCESSION_YEARLY_CLOSING, NULL));
    CHECK_OR_RETURN(traffic(510));
    picture_take(&before);
    CHECK_OR_RETURN(backup_restore(true));
    pair_run(&pair, 90000);
    pair.is_cut = true;
    char mirror[ORIGIN_SIZE_MAX + 1];
    snprintf(mirror, sizeof mirror, "%s", line(0)->in.origin);
    uint64_t held = line(0)->in.size;
    CHECK_OK(hostile_run(node(0), order_run, NULL, &err), err);
    CHECK_OK(hostile_run(node(1), allow_run, NULL, &err), err);

    /* The partner says that nothing is left of the log that ended, and begins the next one: it does not end where we stand. */
    CHECK_OK(pair_work(node(0), nothing_run, &is_so, &err), err);
    CHECK(is_so && line(0)->asks_next);
    CHECK_OK(answer_make(&answer, &err), err);
    CHECK(!take(&answer, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "says that log");
    CHECK(strcmp(line(0)->in.origin, mirror) == 0);
    CHECK_INT(line(0)->in.size, held);
    CHECK(!line(0)->asks_next); /* the rest of the older one is asked for again */

    do
        CHECK_OK(answer_make(&answer, &err), err);
    while (take(&answer, &err) &&
           line(0)->in.size < line(1)->out_past.past[line(1)->out_past.count - 1].size);
    held = line(0)->in.size;
    CHECK_OK(pair_work(node(0), nothing_run, &is_so, &err), err);
    CHECK_OK(answer_make(&answer, &err), err);
    /* Another institution than the one that the books trust. */
    struct agreement_party others[2];
    memcpy(others, line(0)->agreement.parties, sizeof others);
    others[line(0)->partner_side].certificate_pem = others[line(0)->own_side].certificate_pem;
    const struct agreement_party *kept = line(0)->agreement.parties;
    line(0)->agreement.parties = others;
    CHECK(!take(&answer, &err));
    line(0)->agreement.parties = kept;
    CHECK_ERROR(err, ERROR_LINK, "what al gives back of log");
    CHECK(strcmp(line(0)->in.origin, mirror) == 0);
    CHECK_INT(line(0)->in.size, held);
    /* One byte of what it gives. */
    CHECK_OK(pair_work(node(0), nothing_run, &is_so, &err), err);
    answer.data[answer.size - 40] ^= 1;
    CHECK(!take(&answer, &err));
    CHECK(strcmp(line(0)->in.origin, mirror) == 0);
    /* A restart forgets nothing, and the honest answer is taken. */
    CHECK_OR_RETURN(pair_reopen(node(0)));
    CHECK_INT(line(0)->resume.state, RESUME_ORDERED);
    pair.is_cut = false;
    pair_run(&pair, 120000);
    CHECK_INT(line(0)->resume.state, RESUME_DONE);
    pictures_are_equal();
    goes_on(550);
}

/* Wherever the line is cut, and the node started anew. */
CHECK_TEST(a_cut_between_two_logs_costs_nothing)
{
    struct error err = {0};

    CHECK_OR_RETURN(backup_take());
    pair_settle(&pair);
    CHECK_OR_RETURN(traffic(600));
    CHECK_OR_RETURN(log_ends(1, false, SUCCESSION_YEARLY_CLOSING, NULL));
    CHECK_OR_RETURN(traffic(610));
    for (int calls = 3; calls < 12; calls += 2) {
        picture_take(&before);
        CHECK_OR_RETURN(backup_restore(true));
        pair_run(&pair, 90000);
        CHECK_OK(hostile_run(node(0), order_run, NULL, &err), err);
        CHECK_OK(hostile_run(node(1), allow_run, NULL, &err), err);
        pair.calls_until_cut = calls;
        pair_run(&pair, 20000);
        pair.calls_until_cut = 0;
        CHECK_OR_RETURN(pair_reopen(node(0)));
        pair.is_cut = false;
        pair_run(&pair, 120000);
        CHECK_INT(line(0)->resume.state, RESUME_DONE);
        pictures_are_equal();
    }
    goes_on(650);
}

/* An end that was agreed on before the loss: the books would end the log below what the partner holds. */
CHECK_TEST(no_log_ends_before_the_partner_has_shown_what_it_holds)
{
    struct preparing preparing = {.reason = SUCCESSION_YEARLY_CLOSING};
    struct buffer ends[2] = {buffer_make(SUCCESSION_CMS_MAX), buffer_make(SUCCESSION_CMS_MAX)};
    char origins[2][ORIGIN_SIZE_MAX + 1];
    struct error err = {0};

    CHECK_OR_RETURN(backup_take());
    pair_settle(&pair);
    CHECK_OR_RETURN(traffic(700));
    snprintf(origins[0], sizeof origins[0], "%s", line(0)->out.origin);
    snprintf(origins[1], sizeof origins[1], "%s", node(0)->journal.domestic.origin);
    for (size_t i = 0; i < 2; i++) {
        preparing.origin = span_text(origins[i]);
        CHECK_OK(pair_work(node(0), prepare_run, &preparing, &err), err);
        CHECK_OK(pair_sign_succession(&pair, 0, 2 - i, &preparing.document, &ends[i], &err), err);
    }
    CHECK_OR_RETURN(backup_restore(true));
    pair.is_cut = true;
    CHECK_OR_RETURN(pair_reopen(node(0)));
    for (size_t i = 0; i < 2; i++) {
        struct span bytes = buffer_span(&ends[i]);
        CHECK(!pair_work(node(0), succeed_run, &bytes, &err));
        CHECK_ERROR(err, ERROR_BUSY, "al has not shown yet what it holds");
        error_clear(&err);
        buffer_free(&ends[i]);
    }
    pair.is_cut = false;
    resume();
    CHECK_INT(line(0)->resume.state, RESUME_DONE);
    goes_on(750);
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(a_backup_from_before_the_partner_closed_a_log_gets_all_back);
    CHECK_RUN(a_backup_from_before_the_partner_changed_its_keys_gets_all_back);
    CHECK_RUN(a_database_from_before_the_partner_closed_a_log_gets_all_back);
    CHECK_RUN(the_rest_of_a_log_that_ended_is_handled);
    CHECK_RUN(it_is_led_over_several_ends);
    CHECK_RUN(a_statement_that_does_not_hold_changes_nothing);
    CHECK_RUN(a_cut_between_two_logs_costs_nothing);
    CHECK_RUN(no_log_ends_before_the_partner_has_shown_what_it_holds);
    pair_free(&pair);
    return check_end();
}
