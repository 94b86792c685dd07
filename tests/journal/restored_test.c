/*
 * Restored books: nothing is numbered, signed or taken until the partner has shown what it holds. (The number of apply
 * is tested in held_test.c.)
 */
#include "check.h"
#include "journal/private.h"
#include "journal/support/amend.h"
#include "journal/support/hostile.h"
#include "store/local_rows.h"

static struct pair pair;

static bool mark(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return setting_put(journal->db, JOURNAL_RESTORED_SETTING, span_text("1 1"), err);
}

static bool is_marked(struct pair_node *node)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    struct span value;
    struct error err = {0};
    return setting_get(node->db, &arena, JOURNAL_RESTORED_SETTING, &value, &err) && value.size > 0;
}

CHECK_TEST(a_restored_node_gives_no_custody_before_contact)
{
    struct pair_node *node = &pair.nodes[0];
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};
    struct accepted accepted;
    char item[UUID_TEXT_SIZE], theirs[UUID_TEXT_SIZE];

    CHECK_OK(pair_request(&pair.nodes[1], 1, theirs, &err), err);
    pair_settle(&pair);
    CHECK_OK(hostile_run(node, mark, NULL, &err), err);
    CHECK_OR_RETURN(pair_reopen(node));
    CHECK(journal_is_unproved(&node->journal));
    uint64_t held = node->journal.lines[0].in.size;
    pair.is_cut = true;
    CHECK_OK(pair_request(&pair.nodes[1], 2, item, &err), err);
    CHECK_OK(pair_request(node, 3, item, &err), err);
    for (int i = 0; i < 20; i++) {
        journal_pump(&pair.nodes[1].journal);
        journal_pump(&node->journal);
    }
    CHECK_OK(hostile_post(&pair.nodes[1], &post, &err), err);
    CHECK_INT(hostile_offer(node, buffer_span(&post), &accepted, &err), REFUSAL_BUSY);
    CHECK_ERROR(err, ERROR_BUSY, "restored");
    CHECK_INT(node->journal.lines[0].in.size, held);
    /* What was erased after the backup is here again: nothing is shown until the partner was heard. */
    CHECK(!pair_act(node, "sent-list", "{}", span_text(""), &out, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "nothing of ro-al is shown until al has answered");
    CHECK(!pair_act(node, "inbox-list", "{}", span_text(""), &out, &err));
    static const char *const shows[] = {"item-show", "translation-list", "crosscheck-show"};
    char arguments[80];
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", theirs);
    for (size_t i = 0; i < ARRAY_COUNT(shows); i++) {
        error_clear(&err);
        CHECK(!pair_act(node, shows[i], arguments, span_text(""), &out, &err));
        CHECK_ERROR(err, ERROR_CONFLICT, "nothing of ro-al is shown");
    }
    /* Even told that the partner can be reached, it numbers nothing. */
    uint64_t size = node->journal.lines[0].out.size;
    node->journal.lines[0].is_reachable = true;
    for (int i = 0; i < 5; i++)
        journal_pump(&node->journal);
    CHECK_INT(node->journal.lines[0].out.size, size);
    CHECK(is_marked(node));
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK(!journal_is_unproved(&node->journal));
    CHECK(!is_marked(node));
    CHECK_OK(pair_act(node, "sent-list", "{}", span_text(""), &out, &err), err);
    CHECK(node->journal.lines[0].in.size > held);
    CHECK(node->journal.lines[0].out.size > size);
    CHECK_OR_RETURN(pair_reopen(node));
    CHECK(!journal_is_unproved(&node->journal));
}

static bool has(const struct buffer *out, const char *text)
{
    return memmem(out->data, out->size, text, strlen(text)) != NULL;
}

/* As after a machine's snapshot was put back: no marker says so. */
CHECK_TEST(a_node_that_has_just_started_gives_no_custody_and_says_whom_it_has_not_met)
{
    struct pair_node *node = &pair.nodes[0];
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};
    struct accepted accepted;
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(pair_reopen(node));
    CHECK(!journal_is_unproved(&node->journal) && !node->journal.lines[0].has_met);
    uint64_t held = node->journal.lines[0].in.size;
    pair.is_cut = true;
    CHECK_OK(pair_request(&pair.nodes[1], 4, item, &err), err);
    for (int i = 0; i < 20; i++)
        journal_pump(&pair.nodes[1].journal);
    CHECK_OK(hostile_post(&pair.nodes[1], &post, &err), err);
    CHECK_INT(hostile_offer(node, buffer_span(&post), &accepted, &err), REFUSAL_BUSY);
    CHECK_ERROR(err, ERROR_BUSY, "just started");
    CHECK_INT(node->journal.lines[0].in.size, held);
    /* A partner may be away for days: what is here is shown, and that it may not be the newest. */
    CHECK_OK(pair_act(node, "inbox-list", "{}", span_text(""), &out, &err), err);
    CHECK(has(&out, "\"not_met_since_start\":[\"al\"]"));
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK(node->journal.lines[0].has_met && node->journal.lines[0].in.size > held);
    CHECK_OK(pair_act(node, "inbox-list", "{}", span_text(""), &out, &err), err);
    CHECK(!has(&out, "not_met"));
}

/* The version may be in force already, in an entry that these books lost: with two of them no resume would end. */
CHECK_TEST(nothing_is_signed_second_before_the_partner_was_met)
{
    struct pair_node *node = &pair.nodes[0];
    struct buffer once CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct error err = {0};

    CHECK_OK(amend_propose(&pair.nodes[1], amend_shorter, &once, &err), err);
    pair_settle(&pair);
    pair.is_cut = true;
    CHECK_OR_RETURN(pair_reopen(node));
    CHECK(!amend_accept(node, buffer_span(&once), &err));
    CHECK_ERROR(err, ERROR_BUSY, "has not met al since its start");
    CHECK_INT(node->journal.lines[0].agreement.version, 1);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_OK(amend_accept(node, buffer_span(&once), &err), err);
    CHECK_INT(node->journal.lines[0].agreement.version, 2);
}

CHECK_TEST(the_domestic_log_is_signed_when_all_were_met_or_one_was_waited_for)
{
    static struct journal journal;

    journal.env = pair.nodes[0].journal.env;
    journal.line_count = 2;
    journal.opened_ms = journal.env->monotonic_ms(journal.env->context);
    CHECK(!journal_may_beat(&journal));
    journal.lines[1].has_met = true;
    CHECK(!journal_may_beat(&journal));
    journal.lines[0].has_met = true;
    CHECK(journal_may_beat(&journal));
    journal.lines[1].has_met = false;
    pair_wait(JOURNAL_MEET_MS - 1);
    CHECK(!journal_may_beat(&journal));
    pair_wait(1);
    CHECK(journal_may_beat(&journal));
    journal.lines[0].has_met = false;
    CHECK(!journal_may_beat(&journal));
    journal.line_count = 0;
    CHECK(journal_may_beat(&journal));
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(a_restored_node_gives_no_custody_before_contact);
    CHECK_RUN(a_node_that_has_just_started_gives_no_custody_and_says_whom_it_has_not_met);
    CHECK_RUN(nothing_is_signed_second_before_the_partner_was_met);
    CHECK_RUN(the_domestic_log_is_signed_when_all_were_met_or_one_was_waited_for);
    pair_free(&pair);
    return check_end();
}
