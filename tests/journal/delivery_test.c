/*
 * Delivery under load and under a partner that answers badly: whatever was sealed can be reached by a post, a withdrawn
 * body is always explained, and a receipt is taken whole or not at all.
 * covers: number seal deliver
 */
#include "check.h"
#include "base/text.h"
#include "journal/private.h"
#include "journal/support/hostile.h"
#include "message/clock_dispute.h"
#include "store/derived_rows.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"

static struct pair pair;

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

struct many {
    size_t count;
    size_t body_size; /* 0: a small honest body */
    size_t part_count;
};

static uint8_t filling[BODY_SIZE_MAX];

/* Entries of the books, since they go on in any case; a large body is no honest one and will be refused when handled. */
static bool many_run(struct journal *journal, void *context, struct error *err)
{
    const struct many *many = context;
    struct clock_dispute dispute = {.size = 1, .their_time_s = 1, .posted_ms = 1, .answered_ms = 1};
    struct draft_part parts[16];
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct appended appended;

    memset(filling, 'x', sizeof filling);
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++)
        parts[i] = (struct draft_part){.number = (uint16_t)(i + 1),
                                       .kind = PART_ROW_SMALL,
                                       .size = PART_SIZE_MAX,
                                       .bytes = span_make(filling, PART_SIZE_MAX)};
    clock_dispute_write(&dispute, &body);
    for (size_t i = 0; i < many->count; i++) {
        struct draft draft = {.type = MESSAGE_CLOCK_DISPUTE,
                              .unit = span_text("desk"),
                              .body = many->body_size == 0 ? buffer_span(&body)
                                                           : span_make(filling, many->body_size),
                              .parsed = &dispute,
                              .parts = parts,
                              .part_count = many->part_count};
        if (!journal_append(journal, &journal->lines[0], &draft, &appended, err))
            return false;
    }
    return true;
}

static bool is_level(void)
{
    if (line(0)->cosigned == line(0)->out.size && line(1)->in.size == line(0)->out.size &&
        !line(0)->has_waiting)
        return true;
    printf("sealed %d, receipted %d, there %d\n", (int)line(0)->out.size, (int)line(0)->cosigned,
           (int)line(1)->in.size);
    return false;
}

/* Seals as far as it may, without the partner. */
static void seal_alone(void)
{
    line(0)->is_reachable = true;
    for (int i = 0; i < 20; i++)
        journal_pump(&pair.nodes[0].journal);
}

static bool withdraw(const char *item, struct error *err)
{
    char arguments[100];
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 16);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    return pair_act(&pair.nodes[0], "item-withdraw", arguments, span_text(""), &out, err);
}

CHECK_TEST(checkpoints_with_large_bodies_are_reached_one_by_one)
{
    struct error err = {0};
    struct many many = {.count = 140, .body_size = 250 * 1024};

    pair.is_cut = true;
    CHECK_OK(hostile_run(&pair.nodes[0], many_run, &many, &err), err);
    seal_alone();
    CHECK(line(0)->ahead > 1);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK(is_level());
}

CHECK_TEST(small_parts_count_in_what_a_checkpoint_covers)
{
    struct error err = {0};
    struct many many = {.count = 34, .part_count = 16};

    pair.is_cut = true;
    CHECK_OK(hostile_run(&pair.nodes[0], many_run, &many, &err), err);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK(is_level());
}

CHECK_TEST(the_withdrawn_stands_directly_after_its_waiting_entry)
{
    struct error err = {0};
    struct many many = {.count = 1100};
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct entry_row rows[2];
    char item[UUID_TEXT_SIZE];
    size_t count = 0;

    pair.is_cut = true;
    line(0)->is_reachable = false;
    uint64_t at = line(0)->out.size;
    CHECK_OK(pair_request(&pair.nodes[0], 801, item, &err), err);
    CHECK_OK(hostile_run(&pair.nodes[0], many_run, &many, &err), err);
    CHECK_INT(line(0)->out.size, at);
    CHECK_OK(withdraw(item, &err), err);
    line(0)->is_reachable = true;
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK(is_level());
    CHECK_OK(entry_list_range(pair.nodes[0].db, &arena, line(0)->out.id, (int64_t)at,
                              (int64_t)at + 2, rows, 2, &count, &err),
             err);
    CHECK_INT(rows[0].body_state, BODY_WITHDRAWN);
    CHECK_INT(rows[1].type, MESSAGE_WITHDRAWN);
}

CHECK_TEST(a_sealed_entry_is_withdrawn_ahead_of_what_waits)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    struct many many = {.count = 1100};

    pair.is_cut = true;
    CHECK_OK(pair_request(&pair.nodes[0], 802, item, &err), err);
    seal_alone();
    uint64_t sealed = line(0)->out.size;
    CHECK(sealed > line(0)->cosigned);
    line(0)->is_reachable = false;
    CHECK_OK(hostile_run(&pair.nodes[0], many_run, &many, &err), err);
    CHECK_OK(withdraw(item, &err), err);
    CHECK(pair_reopen(&pair.nodes[0])); /* what is owed is known again */
    CHECK(line(0)->owes_withdrawn);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK(is_level());
}

CHECK_TEST(a_withdrawn_does_not_let_seen_fall)
{
    struct error err = {0};
    struct many many = {.count = 2};
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct sequence_row found;
    char item[UUID_TEXT_SIZE];
    char theirs[UUID_TEXT_SIZE];

    pair_settle(&pair);
    line(0)->is_reachable = false;
    CHECK_OK(pair_request(&pair.nodes[0], 810, item, &err), err);
    CHECK_OK(hostile_run(&pair.nodes[0], many_run, &many, &err), err);
    uint64_t at = line(0)->out.size;
    CHECK_OK(pair_request(&pair.nodes[1], 811, theirs, &err), err); /* what we have seen grows */
    pair_settle(&pair);
    line(0)->is_reachable = false;
    CHECK_OK(withdraw(item, &err), err);
    line(0)->is_reachable = true;
    pair_settle(&pair);
    CHECK(is_level());
    for (uint64_t i = at; i < at + 4; i++) {
        CHECK_OR_RETURN(hostile_verdict(&pair.nodes[1], i, &arena, &found));
        CHECK_SPAN(found.ground, "");
    }
}

CHECK_TEST(what_no_post_could_explain_is_not_withdrawn)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    struct many many = {.count = 1000};

    pair.is_cut = true;
    CHECK_OK(pair_request(&pair.nodes[0], 803, item, &err), err);
    CHECK_OK(hostile_run(&pair.nodes[0], many_run, &many, &err), err);
    seal_alone();
    CHECK(line(0)->out.size - line(0)->cosigned > 900);
    CHECK(!withdraw(item, &err));
    CHECK_ERROR(err, ERROR_BUSY, "wait for its receipt");
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK(is_level());
}

CHECK_TEST(nothing_is_numbered_behind_an_unsigned_checkpoint)
{
    struct error err = {0};
    struct many many = {.count = 3};

    pair.is_cut = true;
    line(0)->is_reachable = true;
    CHECK_OK(hostile_run(&pair.nodes[0], many_run, &many, &err), err);
    line(0)->out.has_signature = false; /* as after a keeper that failed */
    pair.nodes[0].journal.must_level = true;
    uint64_t size = line(0)->out.size;
    CHECK(!number_may_go_on(&pair.nodes[0].journal, line(0)));
    seal_alone();
    CHECK_INT(line(0)->out.size, size);
    CHECK(line(0)->out.has_signature);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK(is_level());
}

/* --- the answer --- */

struct answer_job {
    struct span answer;
};

static bool answer_run(struct journal *journal, void *context, struct error *err)
{
    const struct answer_job *job = context;
    int64_t now_ms = journal_now_ms(journal);
    return journal_receipt(journal, &journal->lines[0], job->answer, now_ms, now_ms, err);
}

/* A sealed request that the partner has in custody, and its answer that we did not get. */
static bool answer_ready(unsigned number, struct buffer *answer)
{
    struct error err = {0};
    struct accepted accepted;
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    char item[UUID_TEXT_SIZE];

    pair.is_cut = true;
    bool ok = pair_request(&pair.nodes[0], number, item, &err);
    seal_alone();
    ok = ok && hostile_post(&pair.nodes[0], &post, &err) &&
         hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err) == REFUSAL_NONE &&
         journal_write_receipts(&pair.nodes[1].journal, line(1), line(0)->cosigned, answer, &err);
    if (!ok)
        printf("%s\n", err.text);
    return ok;
}

CHECK_TEST(receipts_are_taken_whole_or_not_at_all)
{
    struct buffer answer CLEANUP(buffer_free) = buffer_make(1 << 16);
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct receipt_row newest;
    struct error err = {0};
    uint64_t cosigned = line(0)->cosigned;

    CHECK_OR_RETURN(answer_ready(804, &answer));
    size_t good = answer.size;
    buffer_add(&answer, span_text("9 garbage\n"));
    struct answer_job job = {.answer = buffer_span(&answer)};
    CHECK(!hostile_run(&pair.nodes[0], answer_run, &job, &err));
    CHECK_ERROR(err, ERROR_LINK, "cannot be read");
    CHECK_INT(line(0)->cosigned, cosigned);
    CHECK_OK(receipt_newest(pair.nodes[0].db, &arena, line(0)->out.id, &newest, &err), err);
    CHECK_INT(newest.size, cosigned);
    for (size_t cut = 1; cut < good; cut += 7) {
        job.answer = span_make(answer.data, cut);
        CHECK(!hostile_run(&pair.nodes[0], answer_run, &job, &err));
        CHECK_INT(err.kind, ERROR_LINK);
    }
    job.answer = span_make(answer.data, good);
    CHECK_OK(hostile_run(&pair.nodes[0], answer_run, &job, &err), err);
    CHECK(line(0)->cosigned > cosigned);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK(is_level());
}

/* Under a key that the test holds: the partner's own keeper would not sign it. */
static bool falling_answer(int64_t time_s, struct buffer *out)
{
    const struct journal_log *log = &line(0)->out;
    struct checkpoint checkpoint = {
        .origin = span_text(log->origin), .size = log->signed_size, .root = log->signed_root};
    struct buffer body CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct buffer message CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    uint8_t seed[SIGNATURE_SEED_SIZE] = {7};
    uint8_t secret[SIGNATURE_SECRET_SIZE];
    uint8_t signature[SIGNATURE_SIZE];
    char root[BASE64_SIZE(TLOG_HASH_SIZE) + 1];
    struct note_key key;
    struct error err = {0};

    signature_keys(seed, line(0)->partner_keys.custody, secret);
    base64_write(span_make(log->signed_root.bytes, TLOG_HASH_SIZE), root);
    if (!checkpoint_write(&checkpoint, &body) ||
        !cosignature_message_write(time_s, buffer_span(&body), &message) ||
        !key_of("al", "custody", &line(0)->partner_keys, &key, &err))
        return false;
    signature_sign(secret, buffer_span(&message), signature);
    return buffer_format(out, "%" PRIu64 " %s ", log->signed_size, root) &&
           cosignature_line_write(&key, time_s, signature, out);
}

/* docs/protocol.md 3.3: the receipt counts in any case, and T never falls: so it is put on record, however near it lies. */
CHECK_TEST(a_time_that_falls_is_accepted_and_disputed)
{
    struct buffer answer CLEANUP(buffer_free) = buffer_make(1 << 16);
    struct answer_job job;
    struct error err = {0};
    int64_t before = 0;
    int64_t disputes = 0;
    char item[UUID_TEXT_SIZE];

    pair.is_cut = true;
    CHECK_OK(dispute_count(pair.nodes[0].db, &before, &err), err);
    CHECK_OK(pair_request(&pair.nodes[0], 820, item, &err), err);
    seal_alone();
    struct succession_keys kept = line(0)->partner_keys;
    uint64_t disputed = line(0)->disputes;
    uint64_t size = line(0)->out.signed_size;
    int64_t last_s = journal_now_ms(&pair.nodes[0].journal) / 1000;
    line(0)->cosigned_time_s = last_s; /* as if the last receipt had come just now */
    CHECK_OR_RETURN(falling_answer(last_s - 5, &answer));
    job.answer = buffer_span(&answer);
    CHECK_OK(hostile_run(&pair.nodes[0], answer_run, &job, &err), err);
    line(0)->partner_keys = kept;
    CHECK_INT(line(0)->cosigned, size);
    CHECK_INT(line(0)->cosigned_time_s, last_s - 5);
    CHECK_INT(line(0)->disputes, disputed + 1);
    CHECK(line(0)->has_fallen);
    CHECK_OK(dispute_count(pair.nodes[0].db, &disputes, &err), err);
    CHECK_INT(disputes, before + 1);
    /* It is known after a restart. */
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    CHECK_INT(line(0)->disputes, disputed + 1);
    CHECK(line(0)->disputed_ms > 0);
    pair.is_cut = false;
}

CHECK_TEST(a_receipt_tells_how_far_the_clocks_are_apart)
{
    CHECK_INT(journal_clock_ahead(100, 100200, 100300), 0);
    CHECK_INT(journal_clock_ahead(100, 99000, 100000), 0); /* on the way */
    CHECK_INT(journal_clock_ahead(100, 100999, 101500), 0);
    CHECK_INT(journal_clock_ahead(100, 101000, 101500), -1);
    CHECK_INT(journal_clock_ahead(100, 105000, 105100), -4001);
    CHECK_INT(journal_clock_ahead(100, 96000, 97000), 3000);
    CHECK(pair.nodes[0].journal.lines[0].has_clock);
    CHECK_INT(pair.nodes[0].journal.lines[0].clock_ahead_ms, 0); /* both have one clock */
}

CHECK_TEST(a_lost_answer_makes_no_clock_dispute_later)
{
    struct buffer answer CLEANUP(buffer_free) = buffer_make(1 << 16);
    struct error err = {0};
    int64_t disputes = 0;
    int64_t before = 0;

    CHECK_OK(dispute_count(pair.nodes[0].db, &before, &err), err);
    CHECK_OR_RETURN(answer_ready(805, &answer));
    for (int i = 0; i < 10; i++)
        pair_settle(&pair); /* minutes pass */
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    for (int i = 0; i < 10; i++)
        pair_settle(&pair);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK(is_level());
    CHECK_OK(dispute_count(pair.nodes[0].db, &disputes, &err), err);
    CHECK_INT(disputes, before);
}

static bool failed_run(struct journal *journal, void *context, struct error *err)
{
    return journal_post_failed(journal, &journal->lines[0], *(uint64_t *)context,
                               span_text("unanswered"), err);
}

CHECK_TEST(a_post_that_keeps_failing_is_filed_once_an_hour)
{
    struct error err = {0};
    uint64_t to = line(0)->out.size;
    uint64_t size = pair.nodes[0].journal.domestic.size;

    for (int i = 0; i < 5; i++)
        CHECK_OK(hostile_run(&pair.nodes[0], failed_run, &to, &err), err);
    CHECK_INT(pair.nodes[0].journal.domestic.size, size + 1);
    to--;
    CHECK_OK(hostile_run(&pair.nodes[0], failed_run, &to, &err), err);
    CHECK_INT(pair.nodes[0].journal.domestic.size, size + 2);
}

CHECK_TEST(an_answer_without_receipts_is_filed_and_tried_again_slowly)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];

    pair.withholds = true;
    CHECK_OK(pair_request(&pair.nodes[0], 806, item, &err), err);
    unsigned calls = pair.calls;
    pair_settle(&pair);
    CHECK(pair.calls - calls <
          1500); /* in 20,000 rounds: half an hour of tries five seconds apart */
    CHECK(line(0)->cosigned < line(0)->out.size);
    CHECK(strcmp(line(0)->failed_why, "no-receipt") == 0);
    pair.withholds = false;
    pair_settle(&pair);
    CHECK(is_level());
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(checkpoints_with_large_bodies_are_reached_one_by_one);
    CHECK_RUN(small_parts_count_in_what_a_checkpoint_covers);
    CHECK_RUN(the_withdrawn_stands_directly_after_its_waiting_entry);
    CHECK_RUN(a_sealed_entry_is_withdrawn_ahead_of_what_waits);
    CHECK_RUN(a_withdrawn_does_not_let_seen_fall);
    CHECK_RUN(what_no_post_could_explain_is_not_withdrawn);
    CHECK_RUN(nothing_is_numbered_behind_an_unsigned_checkpoint);
    CHECK_RUN(receipts_are_taken_whole_or_not_at_all);
    CHECK_RUN(a_receipt_tells_how_far_the_clocks_are_apart);
    CHECK_RUN(a_lost_answer_makes_no_clock_dispute_later);
    CHECK_RUN(a_post_that_keeps_failing_is_filed_once_an_hour);
    for (enum pair_draws draws = PAIR_DRAWS_ANY; draws <= PAIR_DRAWS_MOST; draws++) {
        pair_draw(draws);
        CHECK_RUN(an_answer_without_receipts_is_filed_and_tried_again_slowly);
    }
    pair_draw(PAIR_DRAWS_ANY);
    CHECK_RUN(a_time_that_falls_is_accepted_and_disputed); /* the two have other receipts then */
    pair_free(&pair);
    return check_end();
}
