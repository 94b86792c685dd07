/*
 * Pieces: an answer to a resume that no lane carries at once comes back whole over a thin line, in pieces that the line
 * carries well and under deadlines that know their size.
 * covers: piece piece_form transfer
 */
#include "check.h"
#include "exchange/private.h"
#include "journal/private.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"

#include <stdlib.h>

static struct pair pair;

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

static struct courier_partner *partner_of(size_t side)
{
    return &pair.nodes[side].exchange->partners[0];
}

/* --- bytes --- */

CHECK_TEST(a_piece_is_read_as_it_was_written_and_cut_at_no_byte_of_its_head)
{
    struct buffer asked CLEANUP(buffer_free) = buffer_make(4096);
    struct buffer came CLEANUP(buffer_free) = buffer_make(4096);
    struct piece_question question = {.tag = UINT64_C(0x1122334455667788),
                                      .at = 65536,
                                      .size = PIECE_SIZE_MAX,
                                      .question = span_text("q")};
    struct piece piece = {.tag = 7, .total = 9, .bytes = span_text("bytes")};
    struct piece_question question_read;
    struct piece read;
    struct error err = {0};

    CHECK(piece_question_write(&question, &asked) && piece_write(&piece, &came));
    CHECK_OK(piece_question_read(buffer_span(&asked), &question_read, &err), err);
    CHECK(question_read.tag == question.tag && question_read.at == 65536 &&
          question_read.size == PIECE_SIZE_MAX);
    CHECK_SPAN(question_read.question, "q");
    CHECK_OK(piece_read(buffer_span(&came), &read, &err), err);
    CHECK(read.tag == 7 && read.total == 9);
    CHECK_SPAN(read.bytes, "bytes");
    for (size_t i = 0; i <= PIECE_QUESTION_HEADER_SIZE; i++)
        CHECK(!piece_question_read(span_make(asked.data, i), &question_read, &err));
    for (size_t i = 0; i <= PIECE_HEADER_SIZE; i++)
        CHECK(!piece_read(span_make(came.data, i), &read, &err));
}

CHECK_TEST(a_piece_beyond_its_limits_is_refused)
{
    static const struct piece_question questions[] = {
        {.tag = 1, .size = PIECE_SIZE_MIN - 1},
        {.tag = 1, .size = PIECE_SIZE_MAX + 1},
        {.tag = 1, .at = RESUME_ANSWER_SIZE_MAX, .size = PIECE_SIZE_MIN},
        {.tag = 0, .at = 1, .size = PIECE_SIZE_MIN},
    };
    static const struct piece pieces[] = {
        {.tag = 0, .total = 5},
        {.tag = 1, .total = 0},
        {.tag = 1, .total = 1},
        {.tag = 1, .total = RESUME_ANSWER_SIZE_MAX + 1},
    };
    struct error err = {0};

    for (size_t i = 0; i < ARRAY_COUNT(questions); i++) {
        struct buffer bytes CLEANUP(buffer_free) = buffer_make(4096);
        struct piece_question question = questions[i];
        question.question = span_text("q");
        CHECK(piece_question_write(&question, &bytes));
        CHECK(!piece_question_read(buffer_span(&bytes), &question, &err));
        CHECK_INT(err.kind, ERROR_INPUT);
    }
    for (size_t i = 0; i < ARRAY_COUNT(pieces); i++) {
        struct buffer bytes CLEANUP(buffer_free) = buffer_make(4096);
        struct piece piece = pieces[i];
        piece.bytes = span_text("xx");
        CHECK(piece_write(&piece, &bytes));
        CHECK(!piece_read(buffer_span(&bytes), &piece, &err));
    }
}

/* --- a partner that gives other pieces than were asked for --- */

static bool takes(struct gather *gather, uint64_t tag, uint32_t total, size_t size)
{
    struct buffer answer CLEANUP(buffer_free) = buffer_make(RESUME_ANSWER_SIZE_MAX);
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(PIECE_SIZE_MAX);
    struct error err = {0};
    bool is_whole = false;

    CHECK(buffer_room(&bytes, size) != NULL);
    struct piece piece = {.tag = tag, .total = total, .bytes = buffer_span(&bytes)};
    CHECK(piece_write(&piece, &answer));
    return gather_take(gather, &answer, &is_whole, &err) && !is_whole;
}

CHECK_TEST(a_piece_that_was_not_asked_for_begins_all_anew)
{
    static const struct {
        uint64_t tag;
        uint32_t total;
        size_t size;
    } others[] = {
        {2, 300000, SLICE_START},     /* of another answer */
        {1, 300001, SLICE_START},     /* of one of another size */
        {1, 300000, SLICE_START - 1}, /* less than was asked for: it could go on for ever */
        {1, 300000, SLICE_START + 1},
    };

    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        struct gather gather CLEANUP(gather_free);
        gather_make(&gather);
        CHECK(takes(&gather, 1, 300000, SLICE_START));
        CHECK_INT(gather.bytes.size, SLICE_START);
        CHECK(!takes(&gather, others[i].tag, others[i].total, others[i].size));
        CHECK_INT(gather.bytes.size, 0);
        CHECK_INT(gather.tag, 0);
    }
}

CHECK_TEST(a_node_that_knows_no_pieces_is_asked_for_the_whole)
{
    struct gather gather CLEANUP(gather_free);
    struct buffer body CLEANUP(buffer_free) = buffer_make(4096);
    struct error err = {0};

    gather_make(&gather);
    CHECK(!gather_missed(&gather, false)); /* it may know no pieces */
    CHECK(gather.is_plain);
    buffer_text(&body, "question");
    CHECK_OK(gather_ask(&gather, &body, &err), err);
    CHECK_SPAN(buffer_span(&body), "question");
    CHECK(gather_missed(&gather, false)); /* it said so to the plain question */
    CHECK_OK(gather_ask(&gather, &body, &err), err);
    CHECK_INT(body.size, PIECE_QUESTION_HEADER_SIZE + strlen("question"));
}

/* An asker that never comes back. */
CHECK_TEST(what_nobody_asks_for_is_given_back)
{
    struct piece_held held = {.tag = 1, .asked_ms = 1000, .answer = buffer_make(64)};

    buffer_text(&held.answer, "answer");
    piece_held_tidy(&held, 1000 + PIECE_HELD_MS - 1);
    CHECK_INT(held.tag, 1);
    piece_held_tidy(&held, 1000 + PIECE_HELD_MS + 1);
    CHECK_INT(held.tag, 0);
    CHECK(held.answer.data == NULL);
}

/* --- a large resume over a thin line, to and from the node that pulls --- */

static bool backup_take(struct pair_node *node)
{
    char command[2048];

    pair_close_node(node);
    snprintf(command, sizeof command, "rm -rf %s.old && cp -a %s %s.old", node->home, node->home,
             node->home);
    return system(command) == 0 && pair_reopen(node);
}

static bool backup_restore(struct pair_node *node)
{
    char command[2048];

    pair_close_node(node);
    snprintf(command, sizeof command, "rm -rf %s && cp -a %s.old %s", node->home, node->home,
             node->home);
    return system(command) == 0 && pair_reopen(node);
}

static bool order_run(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return journal_resume_order(journal, &journal->lines[0], err);
}

static bool allow_run(struct journal *journal, void *context, struct error *err)
{
    return journal_resume_allow(journal, &journal->lines[0], *(const int64_t *)context, err);
}

static bool allow(size_t side, int64_t for_ms)
{
    int64_t until_ms = pair_clock_ms() + for_ms;
    struct error err = {0};

    return hostile_run(&pair.nodes[side], allow_run, &until_ms, &err);
}

#define LARGE_COUNT 330u /* of 8 KB each: more than two segments */

/* Many entries under one receipt: they went out together. */
static bool large_send(size_t side)
{
    static char facts[REQUEST_FACTS_SIZE_MAX + 1];
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer out CLEANUP(buffer_free) = buffer_make(64 * 1024);
    struct error err = {0};
    char reference[24];

    memset(facts, 'f', REQUEST_FACTS_SIZE_MAX);
    pair.is_cut = true;
    for (unsigned i = 0; i < LARGE_COUNT; i++) {
        struct request request = sample_request_numbered(i, reference);
        request.facts = span_text(facts);
        request.authority =
            span_text(side == 0 ? "Centrul de Cooperare (test)" : "Qendra e Bashkëpunimit (test)");
        buffer_clear(&body);
        buffer_clear(&out);
        if (!request_write(&request, &body) ||
            !pair_act(&pair.nodes[side], "request-send", "{}", buffer_span(&body), &out, &err)) {
            printf("%s\n", err.text);
            return false;
        }
    }
    line(side)->window = SEAL_SIZE_MAX;
    pair.is_cut = false;
    pair.post_size = 0;
    pair_settle(&pair);
    return line(side)->cosigned == line(side)->out.size;
}

/* True when so many bytes of the answer have come. */
static bool has_come(size_t side, size_t size)
{
    for (int i = 0; i < 4000; i++) {
        if (partner_of(side)->operations[OPERATION_RESUME].gather.bytes.size >= size)
            return true;
        pair_run(&pair, 1);
    }
    return false;
}

/* What a large post took is given back; what stays is what most calls weigh. */
static bool buffers_are_small(size_t side)
{
    const struct courier_partner *partner = partner_of(side);
    bool are_small = true;

    for (size_t i = 0; i < OPERATION_COUNT; i++)
        are_small = are_small && partner->operations[i].body.capacity <= BUFFER_KEEP_SIZE &&
                    partner->operations[i].answer.capacity <= BUFFER_KEEP_SIZE;
    for (size_t i = 0; i < PULL_LANE_MAX; i++)
        are_small = are_small && partner->puller.lanes[i].call.capacity <= BUFFER_KEEP_SIZE &&
                    partner->puller.lanes[i].request.capacity <= BUFFER_KEEP_SIZE &&
                    partner->puller.lanes[i].answer.capacity <= BUFFER_KEEP_SIZE;
    return are_small;
}

static void large_comes_back(size_t side)
{
    struct error err = {0};

    pair_settle(&pair);
    CHECK_OR_RETURN(backup_take(&pair.nodes[side]));
    pair_settle(&pair);
    CHECK_OR_RETURN(large_send(side));
    CHECK(buffers_are_small(0) && buffers_are_small(1));
    uint64_t size = line(side)->out.size;
    CHECK_OR_RETURN(backup_restore(&pair.nodes[side]));
    pair_settle(&pair);
    CHECK_INT(line(side)->resume.state, RESUME_BEHIND);
    CHECK_OK(hostile_run(&pair.nodes[side], order_run, NULL, &err), err);
    CHECK_OR_RETURN(allow(1 - side, INT64_C(86400000)));
    pair.bytes_per_s = 1000 * 1000;
    CHECK(has_come(side, 900000));
    CHECK(partner_of(1 - side)->held.tag != 0);
    /* The pieces are large now, and the line has 256 kbit/s shared by three: one piece takes more than a minute. */
    pair.bytes_per_s = 10 * 1024;
    unsigned failures = partner_of(side)->failures;
    CHECK(partner_of(side)->operations[OPERATION_RESUME].gather.slice == PIECE_SIZE_MAX);
    int64_t began_ms = pair_clock_ms();
    pair_run(&pair, 400000);
    CHECK(pair_clock_ms() - began_ms >= 200000);
    CHECK_INT(line(side)->resume.state, RESUME_DONE);
    CHECK_INT(line(side)->out.size, size);
    CHECK_INT(line(side)->cosigned, size);
    CHECK_INT(failures, 0);
    CHECK_INT(partner_of(side)->failures, 0);
    pair.bytes_per_s = 0;
    pair_settle(&pair);
    CHECK(buffers_are_small(0) && buffers_are_small(1));
    /* What was held for it is given back: the last question was about receipts that are not there. */
    CHECK_INT(partner_of(1 - side)->held.tag, 0);
    CHECK(partner_of(1 - side)->held.answer.data == NULL);
}

CHECK_TEST(a_large_resume_comes_back_through_pulls)
{
    large_comes_back(0); /* al pulls: the pieces stand in its pulls */
}

CHECK_TEST(a_large_resume_comes_back_to_the_node_that_pulls)
{
    large_comes_back(1);
}

/* --- the officer's word, and what is held no more --- */

static struct error last_error;
static uint64_t last_tag;

struct asked {
    uint64_t tag;
    uint32_t at;
};

static bool ask_run(struct journal *journal, void *context, struct error *err)
{
    const struct asked *asked = context;
    struct buffer body CLEANUP(buffer_free) = buffer_make(4096);
    struct buffer text CLEANUP(buffer_free) = buffer_make(4096);
    struct buffer out CLEANUP(buffer_free) = buffer_make(RANGE_SIZE_MAX);
    struct resume_question question = {.from = 1};
    struct piece piece;

    snprintf(question.origin, sizeof question.origin, "%s", journal->lines[0].in.origin);
    struct piece_question piece_question = {
        .tag = asked->tag, .at = asked->at, .size = PIECE_SIZE_MIN};
    CHECK(resume_question_write(&question, &text));
    piece_question.question = buffer_span(&text);
    CHECK(piece_question_write(&piece_question, &body));
    if (!piece_answer(journal, &journal->lines[0], &partner_of(0)->held, buffer_span(&body), &out,
                      err))
        return false;
    CHECK(piece_read(buffer_span(&out), &piece, err));
    last_tag = piece.tag;
    return true;
}

static bool ask(uint64_t tag, uint32_t at)
{
    struct asked asked = {.tag = tag, .at = at};

    error_clear(&last_error);
    return hostile_run(&pair.nodes[0], ask_run, &asked, &last_error);
}

CHECK_TEST(pieces_end_with_the_officers_word)
{
    CHECK_OR_RETURN(allow(0, 3600000));
    CHECK_OK(ask(0, 0), last_error);
    uint64_t tag = last_tag;
    CHECK_OK(ask(tag, PIECE_SIZE_MIN), last_error);
    CHECK_INT(last_tag, tag);
    CHECK(!ask(tag + 1, 0));
    CHECK_INT(last_error.kind, ERROR_MISSING);
    CHECK(!ask(tag, RESUME_ANSWER_SIZE_MAX - 1));
    CHECK_INT(last_error.kind, ERROR_MISSING);
    CHECK_OR_RETURN(allow(0, 0));
    CHECK(!ask(tag, PIECE_SIZE_MIN));
    CHECK_INT(last_error.kind, ERROR_RULE);
    CHECK_INT(partner_of(0)->held.tag, 0);
    CHECK(!ask(0, 0));
    CHECK_INT(last_error.kind, ERROR_RULE);
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    pair.is_unreachable[1] = true;
    CHECK_RUN(a_piece_is_read_as_it_was_written_and_cut_at_no_byte_of_its_head);
    CHECK_RUN(a_piece_beyond_its_limits_is_refused);
    CHECK_RUN(a_piece_that_was_not_asked_for_begins_all_anew);
    CHECK_RUN(a_node_that_knows_no_pieces_is_asked_for_the_whole);
    CHECK_RUN(what_nobody_asks_for_is_given_back);
    CHECK_RUN(a_large_resume_comes_back_through_pulls);
    CHECK_RUN(a_large_resume_comes_back_to_the_node_that_pulls);
    CHECK_RUN(pieces_end_with_the_officers_word);
    pair_free(&pair);
    return check_end();
}
