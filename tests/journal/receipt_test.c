/*
 * Receipts of ours, in books from before their signature was stored: what the partner holds counts here as it counts there,
 * what it does not hold counts nowhere, and an entry has one time on both sides. What a partner invents is not taken.
 * covers: receipt
 */
#include "check.h"
#include "base/text.h"
#include "journal/contact.h"
#include "journal/private.h"
#include "journal/resume.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"
#include "store/clock_rows.h"
#include "store/derived_rows.h"

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

/* --- books that go back --- */

static bool backup(struct pair_node *of, bool is_restore)
{
    char command[2048];

    pair_close_node(of);
    if (is_restore)
        snprintf(command, sizeof command,
                 "cd %s && rm -rf ./besa.db* && cp -a ../%s.old/besa.db* .", of->home, of->party);
    else
        snprintf(command, sizeof command, "cd %s && rm -rf ../%s.old && cp -a . ../%s.old",
                 of->home, of->party, of->party);
    return system(command) == 0 && pair_reopen(of);
}

/* ro's newest receipt is not signed yet, and was to be given under a time that lies so much before. */
static bool newest_is_unsigned(int64_t earlier_s)
{
    struct error err = {0};
    char command[512];
    int64_t log = line(0)->in.id;
    long long size = (long long)line(0)->in.size;

    snprintf(command, sizeof command,
             "update receipts set signature = null, time_s = time_s - %lld where log = %lld and "
             "size = %lld",
             (long long)earlier_s, (long long)log, size);
    if (!database_run(node(0)->db, command, &err))
        return false;
    snprintf(command, sizeof command,
             "update sequence set time_s = time_s - %lld where entry in (select id from entries "
             "where log = %lld and idx = %lld)",
             (long long)earlier_s, (long long)log, size - 1);
    return database_run(node(0)->db, command, &err) && pair_reopen(node(0));
}

/* --- what counts --- */

static bool receipt_find(size_t side, int64_t size, struct arena *arena, struct receipt_row *out)
{
    struct error err = {0};
    size_t count = 0;
    int64_t log = side == 1 ? line(1)->out.id : line(0)->in.id;

    return receipt_list(node(side)->db, arena, log, size - 1, out, 1, &count, &err) && count == 1 &&
           out->size == size;
}

static bool is_same_receipt(int64_t size)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct receipt_row given, held;

    return receipt_find(0, size, &arena, &given) && receipt_find(1, size, &arena, &held) &&
           given.time_s == held.time_s && given.signature.size == SIGNATURE_SIZE &&
           span_equal(given.signature, held.signature);
}

static bool limit_find(size_t side, const char *item, struct due_row *out)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct error err = {0};
    struct request_row row;
    uint8_t id[UUID_SIZE];

    return uuid_read(span_text(item), id) &&
           request_find_message(node(side)->db, &arena, span_make(id, sizeof id), &row, &err) &&
           due_row_find(node(side)->db, row.entry, out, &err);
}

/* Received and due at the same time on both sides. */
static bool is_due_alike(const char *item)
{
    struct due_row due[2];

    if (!limit_find(0, item, &due[0]) || !limit_find(1, item, &due[1]) || due[1].received_s == 0)
        return false;
    if (memcmp(&due[0], &due[1], sizeof due[0]) == 0)
        return true;
    printf("received at %lld and %lld s\n", (long long)due[0].received_s,
           (long long)due[1].received_s);
    return false;
}

static bool is_level(void)
{
    return line(1)->out.size == line(1)->cosigned && line(1)->out.size == line(0)->in.size &&
           line(0)->handled == line(0)->in.size && line(0)->in.size == line(0)->in.signed_size &&
           line(0)->in.read_only[0] == '\0';
}

/* --- what is given --- */

/* al asks; ro takes it into custody and handles it, and no answer arrives. */
static bool asked_unheard(unsigned number, char item[UUID_TEXT_SIZE])
{
    struct buffer wire CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct error err = {0};
    struct accepted accepted;

    pair.is_cut = true;
    line(0)->is_reachable = false;
    line(0)->has_met = true;
    line(1)->is_reachable = true;
    if (!pair_request(node(1), number, item, &err) || !hostile_post(node(1), &wire, &err) ||
        hostile_offer(node(0), buffer_span(&wire), &accepted, &err) != REFUSAL_NONE) {
        printf("custody: %s\n", err.text);
        return false;
    }
    line(1)->is_reachable = false;
    for (int i = 0; i < 5; i++)
        journal_pump(&node(0)->journal);
    pair_wait(9000);
    return true;
}

/* al asks, and hears the receipt. */
static bool asked(unsigned number, char item[UUID_TEXT_SIZE])
{
    struct error err = {0};
    uint64_t size = line(0)->in.size;

    if (!pair_request(node(1), number, item, &err))
        return false;
    pair_run(&pair, 120000);
    return line(0)->in.size > size && line(1)->cosigned == line(0)->in.size;
}

static void line_returns(void)
{
    pair.is_cut = false;
    line(1)->is_reachable = true;
    pair_run(&pair, 120000);
}

/* --- claims --- */

/* `earlier_s` not 0: the books are of a day when it was to be given under another time, and the database went back since. */
static void shown_receipt_counts(unsigned number, int64_t earlier_s)
{
    char item[UUID_TEXT_SIZE], unheard[UUID_TEXT_SIZE];

    pair_settle(&pair);
    CHECK_OR_RETURN(asked(number, item));
    int64_t size = (int64_t)line(0)->in.size;
    CHECK_OR_RETURN(backup(node(0), false));
    pair_settle(&pair);
    CHECK_OR_RETURN(asked_unheard(number + 1, unheard));
    CHECK((int64_t)line(0)->in.size > size);
    CHECK_OR_RETURN(backup(node(0), true) && newest_is_unsigned(earlier_s));
    CHECK_INT(line(0)->in.size, size);
    line_returns();
    CHECK(is_level() && (int64_t)line(0)->in.size > size);
    CHECK(is_same_receipt(size) && is_same_receipt((int64_t)line(0)->in.size));
    CHECK(is_due_alike(item) && is_due_alike(unheard));
    CHECK_OR_RETURN(pair_reopen(node(0)));
    line_returns();
    CHECK(is_level() && is_same_receipt(size) && is_due_alike(item));
}

CHECK_TEST(a_receipt_that_the_partner_shows_counts_here_as_there)
{
    shown_receipt_counts(1, 0);
}

CHECK_TEST(under_the_time_that_was_signed)
{
    shown_receipt_counts(3, 7);
}

/* al asks, and nothing of it arrives; but ro's keeper was told of the entry, in books that are lost, and signed nothing. */
static bool told_to_the_keeper(unsigned number, char item[UUID_TEXT_SIZE])
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct error err = {0};
    struct span leaf;
    struct tlog_hash hash;
    size_t count = 0;
    int64_t size = (int64_t)line(0)->in.size;
    struct keeper_step step = {.kind = KEEPER_CUSTODY,
                               .origin = span_text(line(0)->in.origin),
                               .size_before = (uint64_t)size,
                               .leaves = &hash,
                               .count = 1};

    line(1)->is_reachable = true;
    bool ok = pair_request(node(1), number, item, &err) &&
              entry_list_leaves(node(1)->db, &arena, line(1)->out.id, size, size + 1, &leaf, 1,
                                &count, &err) &&
              count == 1;
    line(1)->is_reachable = false;
    if (!ok)
        return false;
    memcpy(hash.bytes, leaf.data, sizeof hash.bytes);
    pair_wait(9000);
    return keeper_advance(&node(0)->journal.keeper, &step, 1, &err);
}

/* Nobody holds it, and nobody can sign it any more: its entries count from the next one, those too that were handled. */
static void nobody_holds_it(unsigned number, bool is_signed)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct receipt_row row;
    char first[UUID_TEXT_SIZE], second[UUID_TEXT_SIZE];

    pair_settle(&pair);
    CHECK_OR_RETURN(asked_unheard(number, first));
    int64_t size = (int64_t)line(0)->in.size;
    CHECK_INT(line(0)->handled, size);
    CHECK_OR_RETURN(backup(node(0), false));
    CHECK_OR_RETURN(is_signed ? asked_unheard(number + 1, second)
                              : told_to_the_keeper(number + 1, second));
    CHECK_OR_RETURN(backup(node(0), true) && newest_is_unsigned(0));
    CHECK(journal_is_behind_keeper(&line(0)->in));
    CHECK_INT(line(0)->in.reach.has_signature, is_signed);
    line_returns();
    CHECK(is_level());
    CHECK(!receipt_find(0, size, &arena, &row) && !receipt_find(1, size, &arena, &row));
    CHECK(is_same_receipt((int64_t)line(0)->in.size));
    CHECK(is_due_alike(first) && is_due_alike(second));
}

CHECK_TEST(of_a_receipt_that_nobody_holds_the_entries_count_from_the_next)
{
    nobody_holds_it(5, true);
}

CHECK_TEST(and_so_they_do_where_the_keeper_signed_none)
{
    nobody_holds_it(15, false);
}

/* The keeper signed this very size under another time than the books were to give. */
CHECK_TEST(what_the_keeper_signed_again_is_stored_under_its_time)
{
    char item[UUID_TEXT_SIZE];

    pair_settle(&pair);
    CHECK_OR_RETURN(asked_unheard(7, item));
    CHECK_OR_RETURN(newest_is_unsigned(7));
    line_returns();
    CHECK(is_level());
    CHECK(is_same_receipt((int64_t)line(0)->in.size));
    CHECK(is_due_alike(item));
}

/* A time that this node never signed proves nothing, whatever stands beside it. */
CHECK_TEST(a_time_that_a_partner_invents_is_not_taken)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct buffer shown CLEANUP(buffer_free) = buffer_make(CONTACT_SIZE_MAX);
    struct error err = {0};
    struct receipt_row before, after;
    char item[UUID_TEXT_SIZE];
    char command[256];

    pair_settle(&pair);
    CHECK_OR_RETURN(asked(9, item));
    int64_t size = (int64_t)line(0)->in.size;
    pair.is_cut = true;
    CHECK_OR_RETURN(newest_is_unsigned(0));
    CHECK_OR_RETURN(receipt_find(0, size, &arena, &before));
    snprintf(command, sizeof command,
             "update receipts set time_s = time_s + 60 where log = %lld and size = %lld",
             (long long)line(1)->out.id, (long long)size);
    CHECK_OK(database_run(node(1)->db, command, &err), err);
    CHECK_OK(contact_show(&node(1)->journal, line(1), &shown, &err), err);
    CHECK_OK(contact_answered(&node(0)->journal, line(0), buffer_span(&shown), &err), err);
    CHECK_OR_RETURN(receipt_find(0, size, &arena, &after));
    CHECK(after.time_s == before.time_s && after.signature.size == 0);
    snprintf(command, sizeof command,
             "update receipts set time_s = time_s - 60 where log = %lld and size = %lld",
             (long long)line(1)->out.id, (long long)size);
    CHECK_OK(database_run(node(1)->db, command, &err), err);
    line_returns();
    CHECK(is_same_receipt(size));
}

/* --- with a resume --- */

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

/* The books lack the second request, whose receipt the partner holds; of the first they hold a receipt that is unsigned. */
static void resumed(unsigned number, bool is_heard)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct error err = {0};
    struct receipt_row row;
    char first[UUID_TEXT_SIZE], second[UUID_TEXT_SIZE];
    char command[256];

    pair_settle(&pair);
    CHECK_OR_RETURN(asked(number, first));
    int64_t size = (int64_t)line(0)->in.size;
    CHECK_OR_RETURN(backup(node(0), false));
    pair_settle(&pair);
    CHECK_OR_RETURN(asked(number + 1, second));
    int64_t next = (int64_t)line(0)->in.size;
    CHECK_OR_RETURN(backup(node(0), true) && newest_is_unsigned(7));
    snprintf(command, sizeof command, "delete from receipts where log = %lld and size = %lld",
             (long long)line(1)->out.id, (long long)size);
    if (!is_heard)
        CHECK_OK(database_run(node(1)->db, command, &err), err);
    line_returns();
    CHECK_INT(line(0)->resume.state, RESUME_BEHIND);
    CHECK_OK(pair_work(node(0), order_run, NULL, &err), err);
    CHECK_OK(pair_work(node(1), allow_run, NULL, &err), err);
    line_returns();
    CHECK_INT(line(0)->resume.state, RESUME_DONE);
    CHECK(is_level());
    CHECK(is_same_receipt(next));
    CHECK_INT(is_same_receipt(size), is_heard);
    CHECK_INT(receipt_find(0, size, &arena, &row), is_heard);
    CHECK(is_due_alike(second));
    CHECK(!is_heard || is_due_alike(first));
    struct due_row due[2];
    CHECK_OR_RETURN(limit_find(0, first, &due[0]) && limit_find(0, second, &due[1]));
    CHECK_INT(due[0].received_s == due[1].received_s, !is_heard);
}

CHECK_TEST(a_resume_gives_back_what_was_not_signed_yet)
{
    resumed(11, true);
}

CHECK_TEST(a_resume_drops_what_the_partner_does_not_hold)
{
    resumed(13, false);
}

/* The post that came behind the keeper went beyond what it had cosigned: of that size ro holds no checkpoint of al. */
CHECK_TEST(a_resume_passes_a_receipt_whose_checkpoint_the_partner_never_had)
{
    struct error err = {0};
    char items[3][UUID_TEXT_SIZE];

    pair_settle(&pair);
    CHECK_OR_RETURN(backup(node(1), false));
    CHECK_OR_RETURN(asked(17, items[0]));
    CHECK_OR_RETURN(backup(node(0), false));
    pair_settle(&pair);
    CHECK_OR_RETURN(asked_unheard(18, items[1]));
    int64_t size = (int64_t)line(0)->in.size;
    CHECK_OR_RETURN(backup(node(0), true));
    line(1)->is_reachable = true;
    CHECK_OK(pair_request(node(1), 19, items[2], &err), err);
    line_returns();
    CHECK(is_level() && is_same_receipt(size));
    CHECK_OR_RETURN(backup(node(1), true));
    line_returns();
    CHECK_INT(line(1)->resume.state, RESUME_BEHIND);
    CHECK_OK(pair_work(node(1), order_run, NULL, &err), err);
    CHECK_OK(pair_work(node(0), allow_run, NULL, &err), err);
    line_returns();
    CHECK_INT(line(1)->resume.state, RESUME_DONE);
    CHECK(is_same_receipt(size));
    CHECK(is_due_alike(items[1]) && is_due_alike(items[2]));
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(a_resume_passes_a_receipt_whose_checkpoint_the_partner_never_had);
    pair_free(&pair);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(a_receipt_that_the_partner_shows_counts_here_as_there);
    CHECK_RUN(under_the_time_that_was_signed);
    CHECK_RUN(of_a_receipt_that_nobody_holds_the_entries_count_from_the_next);
    CHECK_RUN(and_so_they_do_where_the_keeper_signed_none);
    CHECK_RUN(what_the_keeper_signed_again_is_stored_under_its_time);
    CHECK_RUN(a_time_that_a_partner_invents_is_not_taken);
    CHECK_RUN(a_resume_gives_back_what_was_not_signed_yet);
    pair_free(&pair); /* a resumed log waits for its successor */
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(a_resume_drops_what_the_partner_does_not_hold);
    pair_free(&pair);
    return check_end();
}
