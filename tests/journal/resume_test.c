/*
 * Resume: a node that lost what came after its backup gets back what its partner holds, and ends with the same tables and
 * the same receipts as if it had never been lost. What a partner that lies gives back changes nothing.
 * covers: resume resume_form resume_take resume_order
 */
#include "check.h"
#include "journal/contact.h"
#include "journal/private.h"
#include "journal/resume.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"
#include "journal/support/rows.h"
#include "message/support/samples.h"
#include "store/derived_rows.h"

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

/* --- backups --- */

static bool shell(const char *command)
{
    return system(command) == 0;
}

static bool backup_take(struct pair_node *node)
{
    char command[2048];

    pair_close_node(node);
    snprintf(command, sizeof command, "rm -rf %s.old && cp -a %s %s.old", node->home, node->home,
             node->home);
    return shell(command) && pair_reopen(node);
}

/* `is_all`: the keeper too. */
static bool backup_restore(struct pair_node *node, bool is_all)
{
    char command[2048];

    pair_close_node(node);
    if (is_all)
        snprintf(command, sizeof command, "rm -rf %s && cp -a %s.old %s", node->home, node->home,
                 node->home);
    else
        snprintf(command, sizeof command, "rm -f %s/besa.db* && cp -a %s.old/besa.db* %s/",
                 node->home, node->home, node->home);
    return shell(command) && pair_reopen(node);
}

/* --- acts --- */

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

static bool act(size_t side, const char *name, const char *item, const char *rest)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};
    char arguments[300];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item, rest);
    if (pair_act(&pair.nodes[side], name, arguments, span_text(""), &out, &err))
        return true;
    printf("%s: %s\n", name, err.text);
    return false;
}

static char first_asked[UUID_TEXT_SIZE];
static char asked[3][UUID_TEXT_SIZE];
static char theirs[3][UUID_TEXT_SIZE];

/* Asked urgently by the other side, and answered by one officer alone. */
static bool answered_alone(size_t side, unsigned number)
{
    struct error err = {0};
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct request request = sample_request_urgent();
    struct answer answer = sample_answer();
    struct item items[2];
    char reference[24], arguments[80];

    snprintf(reference, sizeof reference, "URGENT-%u", number);
    request.reference = span_text(reference);
    request.authority = span_text(side == 1 ? "Centrul de Cooperare (test)"
                                            : "Qendra e Bashk\xc3\xabpunimit (test)");
    memcpy(items, answer.items, sizeof items);
    items[0].person.marking.handling = items[1].text.marking.handling = HANDLING_BIT(HANDLING_H0);
    answer.items = items;
    answer.handling = HANDLING_BIT(HANDLING_H0);
    if (!request_write(&request, &body) ||
        !pair_act(&pair.nodes[1 - side], "request-send", "{}", buffer_span(&body), &out, &err)) {
        printf("urgent: %s\n", err.text);
        return false;
    }
    snprintf(arguments, sizeof arguments, "{\"item\":\"%.*s\"}", UUID_TEXT_SIZE - 1,
             (const char *)out.data + 9);
    pair_settle(&pair);
    buffer_clear(&body);
    bool ok =
        answer_write(&answer, &body) &&
        pair_act_alone(&pair.nodes[side], "answer-send", arguments, buffer_span(&body), &out, &err);
    pair_settle(&pair);
    if (!ok)
        printf("alone: %s\n", err.text);
    return ok;
}

/* What happens behind the backup: both ask, ours are refused and answered, one of theirs is erased here, one of ours is
 * withdrawn before it left. */
static bool traffic(unsigned number)
{
    struct error err = {0};
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct answer answer = sample_answer();
    char arguments[200];

    for (unsigned i = 0; i < 3; i++)
        if (!pair_request(&pair.nodes[0], number + i, asked[i], &err) ||
            !pair_request(&pair.nodes[1], number + i, theirs[i], &err))
            return false;
    pair_settle(&pair);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", asked[0]);
    if (!answer_write(&answer, &body) ||
        !pair_act(&pair.nodes[1], "answer-send", arguments, buffer_span(&body), &out, &err))
        return false;
    bool ok = act(0, "item-show", theirs[0], "") &&
              act(0, "refuse-send", theirs[0],
                  ",\"grounds\":[\"a\"],\"reason_text\":\"not available\"") &&
              act(0, "assign", theirs[1], ",\"unit\":\"border-3\"");
    pair_settle(&pair);
    /* One of theirs is refused at handling: its ground must come back from our own report. */
    ok = ok && pair_act(&pair.nodes[0], "agreement-suspend", "{}", span_text(""), &out, &err) &&
         pair_request(&pair.nodes[1], number + 8, arguments, &err);
    pair_settle(&pair);
    ok = ok && pair_act(&pair.nodes[0], "agreement-resume", "{}", span_text(""), &out, &err);
    ok = ok && act(0, "item-erase", theirs[2], ",\"erase_reason\":\"order\"");
    for (size_t i = 0; i < 2; i++)
        line(i)->agreement.emergency_single = true;
    pair_settle(&pair); /* the end of the suspension is known there */
    ok = ok && answered_alone(0, number) && answered_alone(1, number + 1);
    pair.is_cut = true;
    ok = ok && pair_request(&pair.nodes[0], number + 9, arguments, &err) &&
         act(0, "item-withdraw", arguments, "");
    pair.is_cut = false;
    pair_settle(&pair);
    return ok;
}

static bool is_erased_here(struct pair_node *node, const char *item)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row row;
    struct error err = {0};
    uint8_t id[UUID_SIZE];

    return uuid_read(span_text(item), id) &&
           entry_find_message(node->db, &arena, node->journal.lines[0].in.id,
                              span_make(id, sizeof id), &row, &err) &&
           row.body_state == BODY_ERASED && row.body.size == 0;
}

/* --- claims --- */

//= dir-2016-680 art 16(2)
static void all_comes_back(bool is_all)
{
    struct rows before;
    struct rows after;
    uint8_t receipts[2][2][DIGEST_SIZE];
    struct error err = {0};

    CHECK_OK(pair_request(ro(), is_all ? 100 : 200, first_asked, &err), err);
    pair_settle(&pair);
    CHECK_OR_RETURN(backup_take(ro()));
    pair_settle(&pair);
    CHECK_OR_RETURN(traffic(is_all ? 110 : 210));
    uint64_t out_size = line(0)->out.size;
    uint64_t in_size = line(0)->in.size;
    CHECK_INT(line(0)->cosigned, out_size);
    CHECK_INT(line(0)->handled, in_size);
    rows_collect(ro(), &before);
    receipts_digest(ro(), line(0)->out.id, receipts[0][0]);
    receipts_digest(ro(), line(0)->in.id, receipts[0][1]);

    CHECK_OR_RETURN(backup_restore(ro(), is_all));
    CHECK(line(0)->out.size < out_size);
    CHECK(!is_erased_here(ro(), theirs[2]));
    pair_settle(&pair);
    CHECK_INT(line(0)->resume.state, RESUME_BEHIND);
    CHECK(line(0)->out.read_only[0] != '\0');
    CHECK(line(0)->in.read_only[0] != '\0');

    CHECK_OK(hostile_run(ro(), order_run, NULL, &err), err);
    pair_settle(&pair);
    CHECK_INT(line(0)->resume.state, RESUME_ORDERED); /* nobody there allowed it */
    CHECK(line(0)->out.size < out_size);
    CHECK_OK(hostile_run(&pair.nodes[1], allow_run, NULL, &err), err);
    pair_settle(&pair);
    CHECK_INT(line(0)->resume.state, RESUME_DONE);
    CHECK_INT(line(0)->out.size, out_size);
    CHECK_INT(line(0)->in.size, in_size);
    CHECK_INT(line(0)->cosigned, out_size);
    CHECK_INT(line(0)->handled, in_size);
    CHECK(strstr(line(0)->out.read_only, "successor") != NULL);
    CHECK_INT(line(0)->in.read_only[0], 0);
    CHECK(is_erased_here(ro(), theirs[2]));

    rows_collect(ro(), &after);
    CHECK(rows_are_equal(&before, &after));
    receipts_digest(ro(), line(0)->out.id, receipts[1][0]);
    receipts_digest(ro(), line(0)->in.id, receipts[1][1]);
    CHECK(digest_is_equal(receipts[0][0], receipts[1][0]));
    CHECK(digest_is_equal(receipts[0][1], receipts[1][1]));
    rows_free(&before);
    rows_free(&after);
    /* Its keeper can tell the partner's how much is in custody, should that one lose its record. */
    struct keeper_fresh fresh = {.kind = KEEPER_CUSTODY, .origin = span_text(line(0)->in.origin)};
    CHECK_OK(keeper_fresh_sign(&ro()->journal.keeper, &fresh, &err), err);
    CHECK_INT(fresh.size, in_size);
}

CHECK_TEST(a_restored_node_gets_all_back)
{
    all_comes_back(true);
}

/* The keeper knows better than the books: it is asked, and signs nothing twice. */
CHECK_TEST(a_restored_database_gets_all_back)
{
    all_comes_back(false);
}

/* al hears what ro sends, and sends nothing itself. */
static void settle_silent(void)
{
    for (int round = 0; round < 400; round++) {
        courier_pump(ro()->exchange);
        journal_pump(&ro()->journal);
        journal_pump(&pair.nodes[1].journal);
        pair_wait(10);
    }
}

static bool rebuild_run(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return journal_rebuild(journal, NULL, NULL, err);
}

/* al posted it, we took and answered it, and al never heard our receipt: so it cannot give the request back, only our answer. */
CHECK_TEST(an_answer_whose_request_comes_after_it_is_found)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row request;
    struct answer_row answer;
    struct rows live;
    struct rows rebuilt;
    struct error err = {0};
    uint8_t id[UUID_SIZE];
    size_t count = 0;

    CHECK_OR_RETURN(backup_take(ro()));
    pair_settle(&pair);
    CHECK_OK(pair_request(&pair.nodes[1], 1, theirs[0], &err), err);
    pair.loses_answer = true;
    for (int round = 0; round < 100 && line(0)->in.size == 0; round++) {
        journal_pump(&pair.nodes[1].journal);
        courier_pump(pair.nodes[1].exchange);
        journal_pump(&ro()->journal);
    }
    settle_silent();
    CHECK(
        act(0, "refuse-send", theirs[0], ",\"grounds\":[\"a\"],\"reason_text\":\"not available\""));
    settle_silent();
    CHECK_INT(line(0)->cosigned, line(0)->out.size);
    CHECK_INT(line(1)->cosigned, 0);
    CHECK_OR_RETURN(backup_restore(ro(), false));
    pair_settle(&pair);
    CHECK_OK(hostile_run(ro(), order_run, NULL, &err), err);
    CHECK_OK(hostile_run(&pair.nodes[1], allow_run, NULL, &err), err);
    pair_settle(&pair);
    CHECK_INT(line(0)->resume.state, RESUME_DONE);
    CHECK_OR_RETURN(uuid_read(span_text(theirs[0]), id));
    CHECK_OK(entry_find_message(ro()->db, &arena, line(0)->in.id, span_make(id, sizeof id),
                                &request, &err),
             err);
    CHECK_OK(answer_list(ro()->db, &arena, request.id, &answer, 1, &count, &err), err);
    CHECK_INT(count, 1);
    rows_collect(ro(), &live);
    CHECK_OK(hostile_run(ro(), rebuild_run, NULL, &err), err);
    rows_collect(ro(), &rebuilt);
    CHECK(rows_are_equal(&live, &rebuilt));
    rows_free(&live);
    rows_free(&rebuilt);
}

/* The partner's log goes on, and what it says of the exchange is handled; a request waits for the successor. */
CHECK_TEST(custody_goes_on_after_a_resume)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    uint64_t handled = line(0)->handled;

    CHECK_OK(pair_request(&pair.nodes[1], 190, item, &err), err);
    pair_settle(&pair);
    CHECK_INT(line(1)->cosigned, line(1)->out.size);
    CHECK_INT(line(0)->in.size, line(1)->out.size);
    CHECK(line(0)->handled == handled && handled < line(0)->in.size);
    CHECK(pair_reopen(ro()));
    pair_settle(&pair);
    CHECK_INT(line(0)->resume.state, RESUME_DONE);
    CHECK(!pair_request(ro(), 191, item, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "successor");
}

/* --- the log goes on in its successor --- */

struct ending {
    struct span origin;
    struct succession_document document;
};

static bool prepare_run(struct journal *journal, void *context, struct error *err)
{
    struct ending *ending = context;
    return journal_succession_prepare(journal, ending->origin, SUCCESSION_RESTORED, NULL,
                                      &ending->document, err);
}

static bool permit_run(struct journal *journal, void *context, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct succession_document document;
    return journal_succession_allow(journal, *(struct span *)context, &arena, &document, err);
}

static bool succeed_run(struct journal *journal, void *context, struct error *err)
{
    return journal_succeed(journal, *(struct span *)context, err);
}

static bool succeed(const char *name, size_t signers, struct error *err)
{
    char origin[ORIGIN_SIZE_MAX + 1];
    struct ending ending;
    struct buffer cms CLEANUP(buffer_free) = buffer_make(1 << 20);

    snprintf(origin, sizeof origin, "%s", name);
    ending.origin = span_text(origin);
    if (!pair_work(ro(), prepare_run, &ending, err) ||
        !pair_sign_succession(&pair, 0, 1, &ending.document, &cms, err))
        return false;
    struct span bytes = buffer_span(&cms);
    if (signers == 2 && (!pair_work(&pair.nodes[1], permit_run, &bytes, err) ||
                         !pair_sign_succession(&pair, 0, 2, &ending.document, &cms, err)))
        return false;
    bytes = buffer_span(&cms);
    return pair_work(ro(), succeed_run, &bytes, err);
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

/* Backup, more traffic, loss, restore, resume: now succession, and the exchange is whole again. */
CHECK_TEST(after_its_succession_a_resumed_node_goes_on)
{
    struct error err = {0};
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    char item[UUID_TEXT_SIZE];
    uint64_t ended = line(0)->out.size;

    CHECK_OK(succeed(line(0)->out.origin, 2, &err), err);
    CHECK_INT(line(0)->resume.state, RESUME_NONE);
    if (ro()->journal.domestic.read_only[0] != '\0')
        CHECK_OK(succeed(ro()->journal.domestic.origin, 1, &err), err);
    pair_settle(&pair);
    CHECK(strstr(line(0)->out.origin, "/1") != NULL);
    CHECK_INT(line(0)->out_past.past[0].size, ended);
    CHECK_OK(pair_request(ro(), 195, item, &err), err);
    pair_settle(&pair);
    CHECK_INT(line(0)->cosigned, line(0)->out.size);
    CHECK_INT(line(1)->in.size, line(0)->out.size);
    CHECK_INT(line(1)->handled, line(1)->in.size);
    CHECK_INT(line(0)->handled, line(0)->in.size); /* what waited for the successor too */
    CHECK(has_same_due(item));
    CHECK(has_same_due(first_asked));
    CHECK(has_same_due(asked[0]));
    CHECK(has_same_due(theirs[1]));
    CHECK_OK(pair_act(ro(), "inbox-list", "{}", span_text(""), &out, &err), err);
    CHECK(pair_reopen(ro()));
    pair_settle(&pair);
    CHECK_INT(line(0)->out.read_only[0], 0);
}

/* Older than the succession itself: nothing of the ended log may be signed again. */
CHECK_TEST(a_backup_from_before_a_succession_is_found_at_contact)
{
    CHECK_OR_RETURN(backup_restore(ro(), true));
    CHECK(strstr(line(0)->out.origin, "/0") != NULL);
    pair_settle(&pair);
    CHECK(strstr(line(0)->out.read_only, "later log") != NULL);
    CHECK(strstr(ro()->journal.domestic.read_only, "later log") != NULL);
}

/* --- the domestic log --- */

static bool beat_run(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return journal_beat(journal, err);
}

/* A node that could not begin could not be mended. */
static bool looks_run(struct journal *journal, void *context, struct error *err)
{
    static const char *const looks[] = {"serve", "doctor", "verify", "backup", "backup-verified"};
    (void)context;

    for (size_t i = 0; i < ARRAY_COUNT(looks); i++) {
        struct act act = {.officer = span_text("admin-1"),
                          .unit = span_text("desk"),
                          .reason = span_text("after a restore"),
                          .act = span_text(looks[i]),
                          .outcome = span_text("done")};
        if (!journal_access(journal, &act, err))
            return false;
    }
    return true;
}

/* Database and keeper agree with each other: only the partner that witnessed the log knows better. */
CHECK_TEST(a_domestic_log_rolled_back_with_its_keeper_is_found_at_contact)
{
    struct error err = {0};
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct journal *journal = &ro()->journal;

    CHECK_OR_RETURN(backup_take(ro()));
    for (int i = 0; i < 70; i++)
        CHECK_OK(pair_act(ro(), "officer-list", "{}", span_text(""), &out, &err), err);
    CHECK_OK(hostile_run(ro(), beat_run, NULL, &err), err);
    pair_settle(&pair);
    uint64_t witnessed = line(0)->witnessed;
    CHECK(witnessed > 64);
    CHECK_OR_RETURN(backup_restore(ro(), true));
    CHECK(journal->domestic.size < witnessed);
    CHECK_INT(journal->domestic.read_only[0], 0);
    pair_settle(&pair);
    CHECK(strstr(journal->domestic.read_only, "older backup") != NULL);
    CHECK(!pair_act(ro(), "officer-list", "{}", span_text(""), &out, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "domestic log is read-only");
    CHECK_OK(pair_act(ro(), "resume-status", "{}", span_text(""), &out, &err), err);
    CHECK_OK(hostile_run(ro(), looks_run, NULL, &err), err);
    CHECK(pair_reopen(ro()));
    CHECK(strstr(journal->domestic.read_only, "older backup") != NULL);
    /* docs/recovery.md: the log to the partner first, where it stopped too; then this one, and its successor is witnessed. */
    char before[ORIGIN_SIZE_MAX + 1];
    pair_settle(&pair);
    snprintf(before, sizeof before, "%s", journal->domestic.origin);
    CHECK_INT(line(0)->out.read_only[0], 0);
    CHECK_OK(succeed(before, 1, &err), err);
    CHECK_INT(journal->domestic.read_only[0], 0);
    CHECK(strcmp(journal->domestic.origin, before) != 0);
    CHECK_OK(pair_act(ro(), "officer-list", "{}", span_text(""), &out, &err), err);
    pair_settle(&pair);
    CHECK_OK(hostile_run(ro(), beat_run, NULL, &err), err);
    pair_settle(&pair);
    CHECK(line(0)->witnessed > 0);
    CHECK_INT(line(0)->witnessed, journal->domestic.signed_size);
    CHECK(pair_reopen(ro()));
    pair_settle(&pair);
    CHECK_INT(journal->domestic.read_only[0], 0);
    CHECK_INT(line(0)->witnessed, journal->domestic.signed_size);
}

/* --- a clone --- */

/* Two machines with the same keys: the second to meet the partner is stopped, and the partner keeps the proof. */
CHECK_TEST(a_cloned_machine_is_stopped)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    struct fork_row forks[4];
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    size_t count = 0;

    CHECK_OR_RETURN(backup_take(ro()));
    CHECK_OK(pair_request(ro(), 400, item, &err), err);
    pair_settle(&pair);
    /* The clone writes another message under the same number, before it speaks with anyone. */
    CHECK_OR_RETURN(backup_restore(ro(), true));
    pair.is_cut = true;
    CHECK_OK(pair_request(ro(), 401, item, &err), err);
    contact_set(line(0), true); /* it believes that the partner is there */
    for (int i = 0; i < 8; i++)
        journal_pump(&ro()->journal);
    uint64_t size = line(0)->out.size;
    CHECK_INT(line(0)->out.signed_size, size);
    struct buffer wire CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct accepted accepted;
    CHECK_OK(hostile_post(ro(), &wire, &err), err);
    pair.is_cut = false;
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&wire), &accepted, &err), REFUSAL_FORK);
    CHECK_OK(fork_list(pair.nodes[1].db, &arena, line(1)->in.id, forks, 4, &count, &err), err);
    CHECK_INT(count, 1);
    pair_settle(&pair);
    CHECK(strstr(line(0)->out.read_only, "under our signature") != NULL);
    CHECK(!pair_request(ro(), 402, item, &err));
    CHECK_INT(line(0)->out.size, size);
    /* What was written twice is not asked back. */
    CHECK(line(0)->resume.out_target <= size);
}

/* --- a partner that lies --- */

/* What al gives ro next, opened for the test to bend. */
struct gift {
    struct arena arena;
    struct resume_receipt receipts[RESUME_RECEIPT_COUNT_MAX];
    size_t count;
    struct post post;
    struct buffer wire;
};
typedef void bend_function(struct gift *gift);

static bool gift_receipts(struct journal *journal, const struct journal_log *log, int64_t above,
                          struct gift *gift, struct error *err)
{
    struct receipt_row rows[RESUME_RECEIPT_COUNT_MAX];

    if (!receipt_list(journal->db, &gift->arena, log->id, above, rows, ARRAY_COUNT(rows),
                      &gift->count, err))
        return false;
    for (size_t i = 0; i < gift->count; i++) {
        struct checkpoint_row checkpoint;
        if (!checkpoint_upto(journal->db, &gift->arena, log->id, rows[i].size, &checkpoint, err))
            return false;
        struct resume_receipt *receipt = &gift->receipts[i];
        *receipt =
            (struct resume_receipt){.size = (uint64_t)rows[i].size, .time_s = rows[i].time_s};
        memcpy(receipt->root.bytes, rows[i].root.data, TLOG_HASH_SIZE);
        memcpy(receipt->log_signature, checkpoint.signature.data, SIGNATURE_SIZE);
        memcpy(receipt->cosignature, rows[i].signature.data, SIGNATURE_SIZE);
    }
    return true;
}

/* Bent, sealed and offered to ro's books. True when they took it. */
static bool gift_is_taken(bend_function *bend, struct error *err)
{
    struct journal *giver = &pair.nodes[1].journal;
    struct gift gift = {.arena = arena_make(64u << 20),
                        .wire = buffer_make(2 * RESUME_ANSWER_SIZE_MAX)};
    struct resume_question question;
    struct buffer asked_bytes CLEANUP(buffer_free) = buffer_make(1024);
    struct keeper_seal seal;
    bool ok = journal_resume_question(&ro()->journal, line(0), &asked_bytes, err) &&
              resume_question_read(buffer_span(&asked_bytes), &question, err) &&
              gift_receipts(giver, &line(1)->in, (int64_t)question.above, &gift, err);

    gift.post = (struct post){.from = question.from, .to = gift.receipts[gift.count - 1].size};
    ok = ok && post_gather(giver, &line(1)->in, &gift.post, &gift.arena, err);
    bend(&gift);
    ok = ok &&
         keeper_seal_key(&giver->keeper, span_text("ro-al"), ro()->journal.keys.sealing, &seal,
                         err) &&
         resume_answer_begin(gift.receipts, gift.count, &gift.wire) &&
         post_write(&gift.post, &seal, &gift.wire, err);
    if (!ok)
        printf("a gift: %s\n", err->text);
    ok = ok && journal_resume_take(&ro()->journal, line(0), buffer_span(&gift.wire), err);
    buffer_free(&gift.wire);
    arena_free(&gift.arena);
    return ok;
}

static void bend_nothing(struct gift *gift)
{
    (void)gift;
}

static void bend_head(struct gift *gift)
{
    uint8_t *copy = arena_alloc(&gift->arena, HEAD_SIZE_MAX);
    struct span head = gift->post.entries[1].head;
    memcpy(copy, head.data, head.size);
    copy[9] ^= 1;
    gift->post.entries[1].head = span_make(copy, head.size);
}

static void bend_body(struct gift *gift)
{
    for (size_t i = 0; i < gift->post.entry_count; i++)
        if (gift->post.entries[i].body.size > 0) {
            gift->post.entries[i].body = span_text("{\"another\":\"body\"}");
            return;
        }
}

static void bend_shorter(struct gift *gift)
{
    gift->post.entry_count--;
    gift->post.to--;
}

static void bend_time(struct gift *gift)
{
    gift->receipts[gift->count - 1].time_s++;
}

static void bend_replay(struct gift *gift)
{
    struct resume_receipt *last = &gift->receipts[gift->count - 1];
    memcpy(last->cosignature, gift->receipts[0].cosignature, SIGNATURE_SIZE);
}

static void bend_signature(struct gift *gift)
{
    gift->receipts[gift->count - 1].log_signature[5] ^= 1;
}

/* Without a signature of its checkpoint, as a receipt may be that another one leads to. */
static void bend_unsigned(struct gift *gift)
{
    memset(gift->receipts[gift->count - 1].log_signature, 0, SIGNATURE_SIZE);
}

static void bend_unsigned_time(struct gift *gift)
{
    memset(gift->receipts[0].log_signature, 0, SIGNATURE_SIZE);
    gift->receipts[0].time_s++;
}

static void bend_unsigned_root(struct gift *gift)
{
    memset(gift->receipts[0].log_signature, 0, SIGNATURE_SIZE);
    gift->receipts[0].root.bytes[0] ^= 1;
}

static void bend_root(struct gift *gift)
{
    gift->receipts[0].root.bytes[0] ^= 1;
}

static void bend_order(struct gift *gift)
{
    struct resume_receipt first = gift->receipts[0];
    gift->receipts[0] = gift->receipts[1];
    gift->receipts[1] = first;
}

static void bend_endless(struct gift *gift)
{
    gift->post.to += 5000; /* more than it brings, and than one answer may */
}

/* An `erased` entry of ours without its body: what we erased would come back. */
static void bend_erased(struct gift *gift)
{
    for (size_t i = 0; i < gift->post.entry_count; i++) {
        struct head head;
        struct error ignored = {0};
        if (head_read(gift->post.entries[i].head, &gift->arena, &head, &ignored) &&
            head.type == MESSAGE_ERASED)
            gift->post.entries[i] = (struct post_entry){.head = gift->post.entries[i].head};
    }
}

CHECK_TEST(a_partner_that_lies_changes_nothing)
{
    static const struct {
        bend_function *bend;
        const char *text;
    } lies[] = {
        {bend_head, "do not lead to the signed root"},
        {bend_body, "does not match the digest"},
        {bend_shorter, "are not those that were asked for"},
        {bend_time, "not signed by the custody key"},
        {bend_replay, "not signed by the custody key"},
        {bend_signature, "not signed by the log's key"},
        {bend_unsigned, "not signed by the log's key"},
        {bend_unsigned_time, "not signed by the custody key"},
        {bend_unsigned_root, "not signed by the custody key"},
        {bend_root, "not signed by the log's key"},
        {bend_order, "does not follow"},
        {bend_endless, "is not allowed"},
        {bend_erased, "which no one may erase"},
    };
    struct error err = {0};
    struct rows before;
    struct rows after;

    CHECK_OR_RETURN(backup_take(ro()));
    pair_settle(&pair);
    CHECK_OR_RETURN(traffic(310));
    CHECK_OR_RETURN(backup_restore(ro(), true));
    pair_settle(&pair);
    CHECK_INT(line(0)->resume.state, RESUME_BEHIND);
    CHECK_OK(hostile_run(ro(), order_run, NULL, &err), err);
    CHECK_OK(database_begin(ro()->db, DATABASE_FULL, &err), err);
    uint64_t size = line(0)->out.size;
    int64_t last[2];
    CHECK(entry_last_id(ro()->db, &last[0], &err));
    rows_collect(ro(), &before);
    for (size_t i = 0; i < ARRAY_COUNT(lies); i++) {
        error_clear(&err);
        CHECK(!gift_is_taken(lies[i].bend, &err));
        CHECK_ERROR(err, ERROR_LINK, lies[i].text);
        CHECK_INT(line(0)->out.size, size);
        CHECK_INT(line(0)->resume.state, RESUME_ORDERED);
    }
    rows_collect(ro(), &after);
    CHECK(rows_are_equal(&before, &after));
    rows_free(&before);
    rows_free(&after);
    CHECK(entry_last_id(ro()->db, &last[1], &err));
    CHECK_INT(last[1], last[0]);
    CHECK_OK(gift_is_taken(bend_nothing, &err), err);
    CHECK(line(0)->out.size > size);
    database_rollback(ro()->db);
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(a_restored_node_gets_all_back);
    CHECK_RUN(custody_goes_on_after_a_resume);
    CHECK_RUN(after_its_succession_a_resumed_node_goes_on);
    CHECK_RUN(a_backup_from_before_a_succession_is_found_at_contact);
    pair_free(&pair);
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(an_answer_whose_request_comes_after_it_is_found);
    pair_free(&pair);
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(a_partner_that_lies_changes_nothing);
    pair_free(&pair);
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(a_restored_database_gets_all_back);
    CHECK_RUN(custody_goes_on_after_a_resume);
    CHECK_RUN(after_its_succession_a_resumed_node_goes_on);
    CHECK_RUN(a_backup_from_before_a_succession_is_found_at_contact);
    pair_free(&pair);
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(a_domestic_log_rolled_back_with_its_keeper_is_found_at_contact);
    pair_free(&pair);
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(a_cloned_machine_is_stopped);
    pair_free(&pair);
    return check_end();
}
