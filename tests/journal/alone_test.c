/*
 * What one officer sent alone, at a partner that does not hold itself to the agreement: the receiver asks its own request what
 * the emergency was, and counts what came so before; the sender counts the same.
 * covers: alone
 */
#include "journal/alone.h"

#include "base/text.h"
#include "check.h"
#include "journal/support/hostile.h"
#include "journal/support/rows.h"
#include "message/support/samples.h"
#include "store/clock_rows.h"
#include "store/derived_rows.h"

#include <stdio.h>

static struct pair pair;
static struct error err;
static struct buffer out;
static struct arena arena;
static unsigned number = 500;

/* --- a request from Romania, and Albania's answers to it --- */

static bool ask(enum urgency_ground ground, char item[UUID_TEXT_SIZE])
{
    char reference[24];
    struct request request = ground == URGENCY_NONE ? sample_request() : sample_request_urgent();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    snprintf(reference, sizeof reference, "RO-%u", number++);
    request.reference = span_text(reference);
    request.authority = span_text("Centrul de Cooperare (test)");
    if (ground != URGENCY_NONE)
        request.urgency_ground = ground;
    error_clear(&err);
    buffer_clear(&out);
    if (!request_write(&request, &body) ||
        !pair_act(&pair.nodes[0], "request-send", "{}", buffer_span(&body), &out, &err)) {
        printf("%s\n", err.text);
        return false;
    }
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    return true;
}

static bool say(size_t side, const char *act, const char *item, const char *rest,
                char said[UUID_TEXT_SIZE])
{
    char arguments[200];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item, rest);
    error_clear(&err);
    buffer_clear(&out);
    if (!pair_act(&pair.nodes[side], act, arguments, span_text(""), &out, &err)) {
        printf("%s: %s\n", act, err.text);
        return false;
    }
    snprintf(said, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    return true;
}

static void answer_fill(struct answer *answer, struct item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        items[i] = answer->items[1];
        items[i].text.marking.handling = HANDLING_BIT(HANDLING_H0);
        items[i].text.marking.id[UUID_SIZE - 1] = (uint8_t)(i + 1);
    }
    answer->items = items;
    answer->item_count = count;
    answer->handling = HANDLING_BIT(HANDLING_H0);
}

/* Stands in Albania's log, whatever its own desk would say of it; on its way when the pair settles. */
static bool answer_alone(const char *item, enum urgency_ground ground, size_t count,
                         uint64_t *index)
{
    struct answer answer = sample_answer();
    struct item items[EMERGENCY_ITEM_COUNT_MAX + 1];
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    answer_fill(&answer, items, count);
    answer.approved_by = answer.officer;
    answer.emergency = ground;
    struct hostile_entry entry = {.filled = hostile_head(&pair.nodes[1], MESSAGE_ANSWER)};
    entry.filled.has_in_reply_to = entry.filled.has_thread = true;
    entry.filled.in_reply_to.origin = span_text(pair.nodes[0].journal.lines[0].out.origin);
    if (!uuid_read(span_text(item), entry.filled.in_reply_to.id) || !answer_write(&answer, &body))
        return false;
    entry.filled.thread = entry.filled.in_reply_to;
    entry.body = buffer_span(&body);
    error_clear(&err);
    return hostile_append(&pair.nodes[1], &entry, index, &err);
}

/* What Romania found: "" when it accepted it. */
static const char *ground_at(uint64_t index)
{
    static char text[64];
    struct sequence_row verdict;

    pair_settle(&pair);
    if (!hostile_verdict(&pair.nodes[0], index, &arena, &verdict))
        return "nothing";
    snprintf(text, sizeof text, "%.*s", SPAN_ARG(verdict.ground));
    return text;
}

/* --- the claims --- */

CHECK_TEST(an_emergency_is_that_of_the_request_which_it_answers)
{
    static const struct {
        enum urgency_ground asked;
        enum urgency_ground said;
        const char *ground;
    } cases[] = {
        {URGENCY_THREAT_LIFE, URGENCY_THREAT_LIFE, ""},
        {URGENCY_THREAT_PUBLIC_SECURITY, URGENCY_THREAT_PUBLIC_SECURITY, ""},
        {URGENCY_NONE, URGENCY_THREAT_LIFE, "not_permitted 9.2"},
        {URGENCY_LOSS_OF_RELEVANCE, URGENCY_THREAT_LIFE, "not_permitted 9.2"},
        {URGENCY_RESTRICTIVE_MEASURES, URGENCY_THREAT_PUBLIC_SECURITY, "not_permitted 9.2"},
        {URGENCY_THREAT_PUBLIC_SECURITY, URGENCY_THREAT_LIFE, "not_permitted 9.2"},
    };

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char item[UUID_TEXT_SIZE];
        uint64_t index = 0;
        CHECK_OR_RETURN(ask(cases[i].asked, item) && answer_alone(item, cases[i].said, 1, &index));
        CHECK_SPAN(span_text(ground_at(index)), cases[i].ground);
    }
}

/* What its writer could not know yet is not held against it. */
CHECK_TEST(an_urgency_that_was_given_up_is_no_emergency_once_its_writer_saw_that)
{
    char item[UUID_TEXT_SIZE], doubt[UUID_TEXT_SIZE], reply[UUID_TEXT_SIZE];
    uint64_t before = 0, after = 0;

    CHECK_OR_RETURN(ask(URGENCY_THREAT_LIFE, item) &&
                    say(1, "urgency-doubt", item, ",\"doubt\":\"facts_do_not_show_it\"", doubt));
    pair_settle(&pair);
    pair.is_cut = true;
    CHECK_OR_RETURN(say(0, "urgency-reply", doubt, ",\"urgency\":\"given_up\"", reply) &&
                    answer_alone(item, URGENCY_THREAT_LIFE, 1, &before));
    pair.is_cut = false;
    CHECK_SPAN(span_text(ground_at(before)), "");
    CHECK_OR_RETURN(answer_alone(item, URGENCY_THREAT_LIFE, 1, &after));
    CHECK_SPAN(span_text(ground_at(after)), "not_permitted 9.2");
}

/* --- how much --- */

/* The newest answer to each request: a further one names it. */
static struct {
    char item[UUID_TEXT_SIZE];
    char answer[UUID_TEXT_SIZE];
} newest[16];
static size_t newest_count;

static size_t newest_of(const char *item)
{
    size_t at = 0;

    while (at < newest_count && strcmp(newest[at].item, item) != 0)
        at++;
    return at;
}

/* By Albania's own desk. */
static bool answer_honestly(const char *item, size_t count, char sent[UUID_TEXT_SIZE])
{
    struct answer answer = sample_answer();
    struct item items[EMERGENCY_ITEM_COUNT_MAX];
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char arguments[80];
    size_t at = newest_of(item);

    answer_fill(&answer, items, count);
    answer.has_supplements = at < newest_count;
    if (at == ARRAY_COUNT(newest) ||
        (at < newest_count && !uuid_read(span_text(newest[at].answer), answer.supplements)))
        return false;
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    error_clear(&err);
    if (!answer_write(&answer, &body) ||
        !pair_act_alone(&pair.nodes[1], "answer-send", arguments, buffer_span(&body), &out, &err))
        return false;
    snprintf(sent, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    snprintf(newest[at].item, UUID_TEXT_SIZE, "%s", item);
    snprintf(newest[at].answer, UUID_TEXT_SIZE, "%s", sent);
    newest_count += at == newest_count;
    return true;
}

/* What a node counts of Albania's answers. */
static int64_t counted(size_t side, const char *item)
{
    struct request_row row;
    uint8_t id[UUID_SIZE];
    int64_t count = -1;

    CHECK(uuid_read(span_text(item), id) &&
          request_find_message(pair.nodes[side].db, &arena, span_make(id, sizeof id), &row, &err) &&
          clock_alone_sum(pair.nodes[side].db, row.entry, side == 1, &count, &err));
    return count;
}

static void both_count(const char *item, int64_t count)
{
    for (size_t i = 0; i < 2; i++)
        CHECK_INT(counted(i, item), count);
}

static void rebuilt_as_they_were(void)
{
    for (size_t i = 0; i < 2; i++) {
        struct pair_node *node = &pair.nodes[i];
        struct rows live, rebuilt;
        rows_collect(node, &live);
        CHECK_OK(database_begin(node->db, DATABASE_FULL, &err) &&
                     journal_rebuild(&node->journal, NULL, NULL, &err) &&
                     database_commit(node->db, &err),
                 err);
        rows_collect(node, &rebuilt);
        CHECK(rows_are_equal(&live, &rebuilt));
        rows_free(&live);
        rows_free(&rebuilt);
    }
}

CHECK_TEST(the_least_is_that_of_all_answers_to_a_request)
{
    char item[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE], sent[UUID_TEXT_SIZE];
    uint64_t index = 0;

    CHECK_OR_RETURN(ask(URGENCY_THREAT_LIFE, item) && ask(URGENCY_THREAT_LIFE, other));
    CHECK_OK(answer_honestly(item, 2, sent), err);
    CHECK(!answer_honestly(item, 2, sent)); /* before the first one has left */
    CHECK_ERROR(err, ERROR_RULE, "clause 9.2: 2 items after 2");
    pair_settle(&pair);
    both_count(item, 2);
    CHECK_OR_RETURN(answer_alone(item, URGENCY_THREAT_LIFE, 2, &index));
    CHECK_SPAN(span_text(ground_at(index)), "not_permitted 9.2");
    CHECK_OK(answer_honestly(item, 1, sent), err);
    CHECK_OK(answer_honestly(other, 3, sent), err);
    pair_settle(&pair);
    both_count(item, 3);
    both_count(other, 3);
    CHECK(!answer_honestly(item, 1, sent));
    CHECK_OR_RETURN(answer_alone(item, URGENCY_THREAT_LIFE, 1, &index));
    CHECK_SPAN(span_text(ground_at(index)), "not_permitted 9.2");
    rebuilt_as_they_were();
    both_count(item, 3);
}

/* A recall is followed by an erasure here; the person is known there all the same. */
CHECK_TEST(an_erasure_makes_no_room_for_more)
{
    char item[UUID_TEXT_SIZE], sent[UUID_TEXT_SIZE], arguments[120];
    uint64_t index = 0;

    CHECK_OR_RETURN(ask(URGENCY_THREAT_LIFE, item));
    CHECK_OK(answer_honestly(item, 3, sent), err);
    pair_settle(&pair);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"erase_reason\":\"order\"}", sent);
    for (size_t i = 0; i < 2; i++) {
        CHECK_OK(pair_act(&pair.nodes[i], "item-erase", arguments, span_text(""), &out, &err), err);
        pair_settle(&pair);
        both_count(item, 3);
        rebuilt_as_they_were();
        both_count(item, 3);
    }
    CHECK(!answer_honestly(item, 1, sent));
    CHECK_ERROR(err, ERROR_RULE, "clause 9.2");
    CHECK_OR_RETURN(answer_alone(item, URGENCY_THREAT_LIFE, 1, &index));
    CHECK_SPAN(span_text(ground_at(index)), "not_permitted 9.2");
}

/* What the partner refused, or what never left, gave nothing. */
CHECK_TEST(what_gave_nothing_counts_for_nothing)
{
    char item[UUID_TEXT_SIZE], sent[UUID_TEXT_SIZE], arguments[80];
    uint64_t index = 0;

    CHECK_OR_RETURN(ask(URGENCY_THREAT_LIFE, item) &&
                    answer_alone(item, URGENCY_THREAT_LIFE, EMERGENCY_ITEM_COUNT_MAX + 1, &index));
    CHECK_SPAN(span_text(ground_at(index)), "not_permitted 9.2");
    both_count(item, 0);
    pair.is_cut = true;
    CHECK_OK(answer_honestly(item, 3, sent), err);
    CHECK_INT(counted(1, item), 3);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", sent);
    CHECK_OK(pair_act(&pair.nodes[1], "item-withdraw", arguments, span_text(""), &out, &err), err);
    CHECK_INT(counted(1, item), 0);
    pair.is_cut = false;
    pair_settle(&pair);
    both_count(item, 0);
    pair.nodes[0].journal.lines[0].agreement.emergency_single = false;
    CHECK_OK(answer_honestly(item, 3, sent), err);
    pair_settle(&pair);
    pair.nodes[0].journal.lines[0].agreement.emergency_single = true;
    both_count(item, 0);
    rebuilt_as_they_were();
    CHECK_OK(answer_honestly(item, 3, sent), err);
    pair_settle(&pair);
    both_count(item, 3);
    rebuilt_as_they_were();
}

int main(void)
{
    out = buffer_make(1 << 20);
    arena = arena_make(64u * 1024 * 1024);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    for (size_t i = 0; i < 2; i++)
        pair.nodes[i].journal.lines[0].agreement.emergency_single = true;
    CHECK_RUN(an_emergency_is_that_of_the_request_which_it_answers);
    CHECK_RUN(an_urgency_that_was_given_up_is_no_emergency_once_its_writer_saw_that);
    CHECK_RUN(the_least_is_that_of_all_answers_to_a_request);
    CHECK_RUN(an_erasure_makes_no_room_for_more);
    CHECK_RUN(what_gave_nothing_counts_for_nothing);
    pair_free(&pair);
    arena_free(&arena);
    buffer_free(&out);
    return check_end();
}
