/*
 * Resume, what is about more than messages: versions of the agreement, suspensions and terminations that came after the
 * backup are in force again before anything is judged, and receipts come back that the partner gave for entries which the
 * backup held already.
 * covers: resume_governance resume
 */
#include "check.h"
#include "journal/contact.h"
#include "journal/governance.h"
#include "journal/in_force.h"
#include "journal/private.h"
#include "journal/resume.h"
#include "journal/support/amend.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"
#include "store/derived_rows.h"

#include <inttypes.h>
#include <stdlib.h>

static struct pair pair;

static struct pair_node *ro(void)
{
    return &pair.nodes[0];
}

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

static bool home_copy(struct pair_node *node, const char *how)
{
    char command[2048];

    pair_close_node(node);
    snprintf(command, sizeof command, "h=%s; %s", node->home, how);
    return system(command) == 0 && pair_reopen(node);
}

static bool backup_take(struct pair_node *node)
{
    return home_copy(node, "rm -rf $h.old && cp -a $h $h.old");
}

static bool backup_restore(struct pair_node *node)
{
    return home_copy(node, "rm -rf $h && cp -a $h.old $h");
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
                                journal->env->now_ms(NULL) + 24 * 3600 * INT64_C(1000), err);
}

static bool act(size_t side, const char *name, const char *arguments)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};

    if (pair_act(&pair.nodes[side], name, arguments, span_text(""), &out, &err))
        return true;
    printf("%s: %s\n", name, err.text);
    return false;
}

static char first_item[UUID_TEXT_SIZE];

static bool request(size_t side, unsigned number)
{
    struct error err = {0};
    char other[UUID_TEXT_SIZE];
    char *item = side == 0 && number % 10 == 1 ? first_item : other;

    if (pair_request(&pair.nodes[side], number, item, &err))
        return true;
    printf("request: %s\n", err.text);
    return false;
}

/* Proposed by one side, signed by the other. */
static bool amend(size_t proposer, amend_change *change)
{
    struct buffer proposed CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct error err = {0};
    bool ok = amend_propose(&pair.nodes[proposer], change, &proposed, &err);

    pair_settle(&pair);
    ok = ok && amend_accept(&pair.nodes[1 - proposer], buffer_span(&proposed), &err);
    pair_settle(&pair);
    if (!ok)
        printf("amending: %s\n", err.text);
    return ok;
}

/* How both logs were judged: version, outcome, ground and ruling of every entry, by its place. */
static void judged_digest(struct pair_node *node, uint8_t out[DIGEST_SIZE])
{
    struct journal_line *of = &node->journal.lines[0];
    const struct journal_log *logs[] = {&of->out, &of->in};
    struct digest *digest = digest_begin();

    for (size_t i = 0; i < ARRAY_COUNT(logs); i++)
        for (uint64_t at = 0; at < logs[i]->size; at++) {
            struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
            struct buffer text CLEANUP(buffer_free) = buffer_make(1 << 16);
            struct entry_row entry;
            struct sequence_row row;
            struct error err = {0};
            CHECK_OK(entry_find_index(node->db, &arena, logs[i]->id, (int64_t)at, &entry, &err),
                     err);
            CHECK_OK(sequence_of_entry(node->db, &arena, entry.id, &row, &err), err);
            buffer_format(&text, "%zu %" PRIu64 " %" PRId64 " %d %.*s ", i, at, row.version,
                          (int)row.outcome, SPAN_ARG(row.ground));
            digest_add(digest, buffer_span(&text));
            digest_add(digest, row.ruling);
        }
    digest_end(digest, out);
}

static void resume_all(void)
{
    struct error err = {0};

    pair_settle(&pair);
    CHECK_INT(line(0)->resume.state, RESUME_BEHIND);
    CHECK_OK(hostile_run(ro(), order_run, NULL, &err), err);
    CHECK_OK(hostile_run(&pair.nodes[1], allow_run, NULL, &err), err);
    pair_settle(&pair);
    CHECK_INT(line(0)->resume.state, RESUME_DONE);
}

static int64_t version_in_force(size_t side, bool is_own)
{
    return version_at(line(side), is_own, VERSION_WAITING,
                      chain_size(line(side), is_own ? SIDE_PARTNER : SIDE_OWN));
}

/* --- claims --- */

/* An entry that names a version too old, written before its writer knew of our newest signature and received behind it: refused under the
 * version before. */
static void refused_across(struct span proposed)
{
    struct hostile_entry entry = {.filled = hostile_head(&pair.nodes[1], MESSAGE_REQUEST),
                                  .body = span_text("{}")};
    struct arena arena CLEANUP(arena_free) = arena_make(65536);
    struct sequence_row row;
    struct error err = {0};
    uint64_t index = 0;

    entry.filled.agreement_version--;
    CHECK_OK(amend_accept(ro(), proposed, &err), err);
    pair_wait(2000); /* receipts have whole seconds */
    CHECK_OK(hostile_append(&pair.nodes[1], &entry, &index, &err), err);
    pair_settle(&pair);
    CHECK_OR_RETURN(hostile_verdict(ro(), index, &arena, &row));
    CHECK_INT(row.outcome, OUTCOME_REFUSED);
    CHECK_SPAN(row.ground, "version");
    CHECK_INT(row.version, line(0)->agreement.version - 1);
}

/* Two amendments, signed once there and once here, a request under each, and then both suspend. */
CHECK_TEST(what_was_agreed_after_the_backup_is_in_force_again)
{
    struct buffer proposed CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct error err = {0};
    uint8_t before[DIGEST_SIZE];
    uint8_t after[DIGEST_SIZE];

    CHECK(request(0, 1));
    pair_settle(&pair);
    CHECK_OR_RETURN(backup_take(ro()));
    pair_settle(&pair);
    CHECK_OR_RETURN(amend(0, amend_shorter)); /* version 2: the second signature is theirs */
    CHECK(request(0, 2) && request(1, 3));
    pair_settle(&pair);
    CHECK_OK(amend_propose(&pair.nodes[1], amend_no_answers, &proposed, &err), err);
    pair_settle(&pair);
    refused_across(buffer_span(&proposed)); /* version 3: it is ours */
    CHECK(request(0, 4) && request(1, 5));
    pair_settle(&pair);
    CHECK(act(0, "agreement-suspend", "{}") && act(1, "agreement-suspend", "{}"));
    pair_settle(&pair);
    CHECK_INT(line(0)->agreement.version, 3);
    judged_digest(ro(), before);

    CHECK_OR_RETURN(backup_restore(ro()));
    CHECK_INT(line(0)->agreement.version, 1);
    CHECK(!line(0)->is_suspended);
    resume_all();
    CHECK_INT(line(0)->agreement.version, 3);
    CHECK_INT(line(0)->resume.versions_back, 2);
    CHECK_INT(version_in_force(0, true), 3);
    CHECK_INT(version_in_force(0, false), 3);
    CHECK_INT(version_at(line(0), true, 0, 0), 1);
    CHECK(line(0)->is_suspended_by_us);
    CHECK(line(0)->is_suspended_by_partner);
    judged_digest(ro(), after);
    CHECK(digest_is_equal(before, after));
}

/* The same from the database alone. */
CHECK_TEST(and_stays_so_after_a_restart)
{
    uint8_t before[DIGEST_SIZE];
    uint8_t after[DIGEST_SIZE];

    judged_digest(ro(), before);
    CHECK_OR_RETURN(pair_reopen(ro()));
    CHECK_INT(line(0)->agreement.version, 3);
    CHECK_INT(version_in_force(0, false), 3);
    CHECK(line(0)->is_suspended_by_us);
    CHECK(line(0)->is_suspended_by_partner);
    judged_digest(ro(), after);
    CHECK(digest_is_equal(before, after));
}

/* Ours was signed, and waited for its number, when the backup was made; it got its number afterwards. */
CHECK_TEST(a_signature_that_waited_in_the_backup_takes_its_place)
{
    struct buffer proposed CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct error err = {0};
    uint8_t before[DIGEST_SIZE];
    uint8_t after[DIGEST_SIZE];

    CHECK_OK(amend_propose(&pair.nodes[1], amend_shorter, &proposed, &err), err);
    pair_settle(&pair);
    pair.is_cut = true;
    contact_set(line(0), false);
    CHECK_OK(amend_accept(ro(), buffer_span(&proposed), &err), err);
    CHECK_OR_RETURN(backup_take(ro()));
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK(request(0, 11) && request(1, 12));
    pair_settle(&pair);
    judged_digest(ro(), before);
    CHECK_OR_RETURN(backup_restore(ro()));
    CHECK_INT(line(0)->agreement.version, 2);
    resume_all();
    CHECK_INT(line(0)->agreement.version, 2);
    CHECK_INT(version_at(line(0), false, 0, 0), 1);
    CHECK_INT(version_in_force(0, false), 2);
    judged_digest(ro(), after);
    CHECK(digest_is_equal(before, after));
}

/* Lifted after the backup, and a day after which nothing new is sent. */
CHECK_TEST(a_suspension_lifted_and_a_termination_come_back)
{
    CHECK(act(0, "agreement-suspend", "{}") && act(1, "agreement-suspend", "{}"));
    pair_settle(&pair);
    CHECK_OR_RETURN(backup_take(ro()));
    pair_settle(&pair);
    CHECK(act(0, "agreement-resume", "{}") && act(1, "agreement-resume", "{}"));
    CHECK(act(1, "agreement-terminate", "{\"ends\":\"2031-01-15\"}"));
    pair_settle(&pair);
    int64_t ends_ms = journal_ends_ms(line(0));
    CHECK(ends_ms > 0);
    CHECK_OR_RETURN(backup_restore(ro()));
    CHECK(line(0)->is_suspended_by_us && line(0)->is_suspended_by_partner);
    CHECK_INT(journal_ends_ms(line(0)), 0);
    resume_all();
    CHECK(!line(0)->is_suspended_by_us && !line(0)->is_suspended_by_partner);
    CHECK_INT(journal_ends_ms(line(0)), ends_ms);
}

/* The newest message of this type that waits in ro's log, and the version in its head; 0: none. */
static int64_t waiting_version(enum message_type type)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct entry_row *rows = arena_array(&arena, 64, sizeof *rows);
    struct entry_row row;
    struct error err = {0};
    struct head head;
    size_t count = 0;

    if (rows == NULL ||
        !entry_list_waiting(ro()->db, &arena, line(0)->out.id, rows, 64, &count, &err))
        return -1;
    for (size_t i = count; i > 0; i--)
        if (rows[i - 1].type == (int64_t)type &&
            entry_find(ro()->db, &arena, rows[i - 1].id, &row, &err) &&
            head_read(row.head, &arena, &head, &err))
            return (int64_t)head.agreement_version;
    return 0;
}

static bool suspend_run(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return journal_suspend(journal, &journal->lines[0], true, SUSPENSION_SECURITY, err);
}

static bool settle_run(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return suspension_settle(journal, &journal->lines[0], err);
}

/* Books that are behind do not know the version under which it would stand. It holds at once all the same. */
CHECK_TEST(a_suspension_in_books_that_are_behind_is_told_at_the_end_of_their_log)
{
    struct error err = {0};

    CHECK_OR_RETURN(backup_take(ro()));
    pair_settle(&pair);
    CHECK_OR_RETURN(amend(0, amend_shorter));
    CHECK(request(0, 41));
    pair_settle(&pair);
    CHECK_OR_RETURN(backup_restore(ro()));
    pair_settle(&pair);
    CHECK_INT(line(0)->resume.state, RESUME_BEHIND);
    CHECK_OK(hostile_run(ro(), suspend_run, NULL, &err), err); /* its domestic log goes on */
    CHECK(line(0)->is_suspended_by_us);
    CHECK_INT(waiting_version(MESSAGE_SUSPENSION), 0);
    resume_all();
    CHECK(line(0)->is_suspended_by_us);
    CHECK_OK(hostile_run(ro(), settle_run, NULL, &err), err); /* its end begins so */
    CHECK_INT(waiting_version(MESSAGE_SUSPENSION), 2);
}

/* Nor do those that have not met the partner yet: what they said waits under an older version. */
CHECK_TEST(a_suspension_said_before_the_two_met_is_told_at_the_end_of_the_log)
{
    struct error err = {0};

    CHECK_OR_RETURN(backup_take(ro()));
    pair_settle(&pair);
    CHECK_OR_RETURN(amend(0, amend_shorter));
    CHECK(request(0, 41));
    pair_settle(&pair);
    pair.is_cut = true;
    CHECK_OR_RETURN(backup_restore(ro()));
    CHECK_OK(hostile_run(ro(), suspend_run, NULL, &err), err);
    CHECK_INT(waiting_version(MESSAGE_SUSPENSION), 1);
    pair.is_cut = false;
    resume_all();
    CHECK(line(0)->is_suspended_by_us);
    CHECK_INT(waiting_version(MESSAGE_SUSPENSION), 0);
    CHECK_OK(hostile_run(ro(), settle_run, NULL, &err), err);
    CHECK_INT(waiting_version(MESSAGE_SUSPENSION), 2);
}

static bool erase_run(struct journal *journal, void *context, struct error *err)
{
    const int64_t *entry = context;
    return journal_erase(journal, &journal->lines[0], *entry, 0, ERASE_RETENTION, err);
}

static bool withdraw_run(struct journal *journal, void *context, struct error *err)
{
    const int64_t *entry = context;
    return journal_withdraw(journal, &journal->lines[0], *entry, err);
}

static int64_t own_entry_id(const struct journal_log *log, uint64_t index)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct entry_row row = {.id = 0};
    struct error err = {0};

    CHECK(entry_find_index(ro()->db, &arena, log->id, (int64_t)index, &row, &err));
    return row.id;
}

/* So does what was erased meanwhile, behind a signature of our own: the partner would refuse what stands under a version that
 * is over. */
CHECK_TEST(an_erasure_before_the_two_met_is_told_under_the_version_in_force)
{
    struct error err = {0};

    CHECK(request(0, 40));
    pair_settle(&pair);
    int64_t entry = own_entry_id(&line(0)->out, line(0)->out.size - 1);
    CHECK_OR_RETURN(backup_take(ro()));
    CHECK_OR_RETURN(amend(1, amend_shorter));
    CHECK(request(0, 41));
    pair_settle(&pair);
    pair.is_cut = true;
    CHECK_OR_RETURN(backup_restore(ro()));
    CHECK_OK(hostile_run(ro(), erase_run, &entry, &err), err);
    CHECK_INT(waiting_version(MESSAGE_ERASED), 1);
    pair.is_cut = false;
    resume_all();
    CHECK_INT(waiting_version(MESSAGE_ERASED), 2);
}

/* A request had its number when the backup was made, and arrived afterwards. */
CHECK_TEST(a_withdrawal_before_the_two_met_is_told_under_the_version_in_force)
{
    struct error err = {0};

    pair.is_cut = true;
    contact_set(line(0), false);
    CHECK(request(0, 40));
    contact_set(line(0), true);
    journal_pump(&ro()->journal);
    int64_t entry = own_entry_id(&line(0)->out, line(0)->out.size - 1);
    CHECK_OR_RETURN(backup_take(ro()));
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_OR_RETURN(amend(1, amend_shorter));
    CHECK(request(0, 41));
    pair_settle(&pair);
    pair.is_cut = true;
    CHECK_OR_RETURN(backup_restore(ro()));
    CHECK_OK(hostile_run(ro(), withdraw_run, &entry, &err), err);
    CHECK_INT(waiting_version(MESSAGE_WITHDRAWN), 1);
    pair.is_cut = false;
    resume_all();
    CHECK_INT(waiting_version(MESSAGE_WITHDRAWN), 2);
}

/* --- receipts alone --- */

/* What the partner shows, and the order, before anything else goes over the line. */
static bool meet_and_order(struct journal *journal, void *context, struct error *err)
{
    struct span *shown = context;
    return contact_seen(journal, &journal->lines[0], *shown, err) &&
           journal_resume_order(journal, &journal->lines[0], err);
}

/* Has its number; its signature was not stored when the backup was made, and the keeper signed more since. So these books
 * cannot post it again, and the partner lacks nothing. */
static void receipts_alone(unsigned number, uint64_t *at_hand)
{
    struct buffer shown CLEANUP(buffer_free) = buffer_make(CONTACT_SIZE_MAX);
    struct error err = {0};

    pair.is_cut = true;
    contact_set(line(0), false);
    CHECK(request(0, number));
    contact_set(line(0), true);
    journal_pump(&ro()->journal);
    *at_hand = line(0)->out.size;
    CHECK(line(0)->cosigned < *at_hand);
    CHECK_OR_RETURN(backup_take(ro()));
    pair.is_cut = false;
    pair_settle(&pair); /* what al says of it stands in its log: the mirror will be behind */
    CHECK_INT(line(1)->in.size, *at_hand);
    pair.is_cut = true;
    CHECK(request(0, number + 2));
    contact_set(line(0), true);
    for (int i = 0; i < 8; i++)
        journal_pump(&ro()->journal);
    CHECK(line(0)->out.signed_size > line(1)->in.size);

    CHECK_OR_RETURN(home_copy(ro(), "rm -f $h/besa.db* && cp -a $h.old/besa.db* $h/"));
    CHECK(line(0)->out.read_only[0] != '\0');
    CHECK_OK(contact_show(&pair.nodes[1].journal, line(1), &shown, &err), err);
    struct span bytes = buffer_span(&shown);
    CHECK_OK(hostile_run(ro(), meet_and_order, &bytes, &err), err);
    CHECK_OK(hostile_run(&pair.nodes[1], allow_run, NULL, &err), err);
}

static bool has_same_due(const char *item)
{
    int64_t received[2] = {0};
    int64_t due[2] = {0};
    uint8_t id[UUID_SIZE];

    for (size_t i = 0; i < 2; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
        struct request_row row;
        struct error err = {0};
        if (!uuid_read(span_text(item), id) ||
            !request_find_message(pair.nodes[i].db, &arena, span_make(id, sizeof id), &row, &err) ||
            !due_find(pair.nodes[i].db, row.entry, &received[i], &due[i], &err)) {
            printf("%s at %zu: %s\n", item, i, err.text);
            return false;
        }
    }
    return received[0] > 0 && received[0] == received[1] && due[0] == due[1];
}

struct asked {
    struct span question;
    struct buffer *answer;
};
static bool answer_run(struct journal *journal, void *context, struct error *err)
{
    struct asked *asked = context;
    return journal_resume_answer(journal, &journal->lines[0], asked->question, asked->answer, err);
}

/* What al gives for a question. */
static bool hostile_answer(struct span question, struct buffer *answer, struct error *err)
{
    struct asked asked = {.question = question, .answer = answer};
    return pair_work(&pair.nodes[1], answer_run, &asked, err);
}

static bool take_run(struct journal *journal, void *context, struct error *err)
{
    return journal_resume_take(journal, &journal->lines[0], *(struct span *)context, err);
}

static bool taken(struct span answer, struct error *err)
{
    error_clear(err);
    return hostile_run(ro(), take_run, &answer, err);
}

static bool nothing_run(struct journal *journal, void *context, struct error *err)
{
    return journal_resume_nothing(journal, &journal->lines[0], context, err);
}

/* Due times begin with the receipt: without it an officer would wait for an answer that is overdue. */
CHECK_TEST(receipts_of_entries_at_hand_come_back)
{
    uint64_t at_hand = 0;

    receipts_alone(21, &at_hand);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_INT(line(0)->resume.state, RESUME_DONE);
    CHECK(line(0)->resume.receipts_back > 0);
    CHECK(line(0)->cosigned >= at_hand);
    CHECK_INT(line(0)->cosigned, line(1)->in.size);
    CHECK(has_same_due(first_item));
}

/* An answer of receipts alone is verified like any other, and one that names what the books do not hold is none. */
CHECK_TEST(a_receipt_that_does_not_hold_is_not_taken)
{
    struct buffer question CLEANUP(buffer_free) = buffer_make(1024);
    struct buffer answer CLEANUP(buffer_free) = buffer_make(RESUME_ANSWER_SIZE_MAX);
    struct error err = {0};
    uint64_t at_hand = 0;

    receipts_alone(31, &at_hand);
    /* The partner's entries come first. */
    CHECK_OK(journal_resume_question(&ro()->journal, line(0), &question, &err), err);
    CHECK_OK(hostile_answer(buffer_span(&question), &answer, &err), err);
    CHECK_OK(taken(buffer_span(&answer), &err), err);
    CHECK_INT(line(0)->resume.receipts_back, 0);
    buffer_clear(&question);
    buffer_clear(&answer);
    CHECK_OK(journal_resume_question(&ro()->journal, line(0), &question, &err), err);
    CHECK_OK(hostile_answer(buffer_span(&question), &answer, &err), err);
    for (size_t at = 10; at < answer.size; at += 8 * 8) {
        answer.data[at] ^= 1;
        CHECK(!taken(buffer_span(&answer), &err));
        CHECK_INT(err.kind, ERROR_LINK);
        answer.data[at] ^= 1;
    }
    CHECK(line(0)->cosigned < at_hand);
    CHECK_OK(taken(buffer_span(&answer), &err), err);
    CHECK_INT(line(0)->resume.receipts_back, 1);
    bool is_so = false;
    CHECK_OK(pair_work(ro(), nothing_run, &is_so, &err), err);
    CHECK(is_so);
    CHECK_INT(line(0)->resume.state, RESUME_DONE);
    CHECK_INT(line(0)->cosigned, at_hand);
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(what_was_agreed_after_the_backup_is_in_force_again);
    CHECK_RUN(and_stays_so_after_a_restart);
    pair_free(&pair);
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(a_signature_that_waited_in_the_backup_takes_its_place);
    pair_free(&pair);
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(a_suspension_lifted_and_a_termination_come_back);
    pair_free(&pair);
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(a_suspension_in_books_that_are_behind_is_told_at_the_end_of_their_log);
    pair_free(&pair);
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(a_suspension_said_before_the_two_met_is_told_at_the_end_of_the_log);
    pair_free(&pair);
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(an_erasure_before_the_two_met_is_told_under_the_version_in_force);
    pair_free(&pair);
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(a_withdrawal_before_the_two_met_is_told_under_the_version_in_force);
    pair_free(&pair);
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(receipts_of_entries_at_hand_come_back);
    pair_free(&pair);
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(a_receipt_that_does_not_hold_is_not_taken);
    pair_free(&pair);
    return check_end();
}
