/*
 * One deadline, never two: whatever is said about the limit of a request, both nodes find the same row, the same due time
 * and the same suspension; over restarts, rebuilds, erasures, a line that was down, and a partner that cannot read yet what
 * was said.
 */
#include "check.h"
#include "journal/clock.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"
#include "base/text.h"
#include "store/derived_rows.h"
#include "store/schema.h"

#define HOUR_MS INT64_C(3600000)

static struct pair pair;
static struct error err;
static struct buffer out;
static unsigned number = 100;

/* An urgent request from Romania to Albania, received. */
static bool urgent(char item[UUID_TEXT_SIZE])
{
    char reference[24];
    struct request request = sample_request_urgent();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    snprintf(reference, sizeof reference, "RO-%u", number++);
    request.reference = span_text(reference);
    request.authority = span_text("Centrul de Cooperare (test)");
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

/* Its item in `said`; the settling is the caller's. */
static bool say_only(size_t side, const char *act, const char *item, const char *rest,
                     char said[UUID_TEXT_SIZE])
{
    char arguments[400];

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

static bool say(size_t side, const char *act, const char *item, const char *rest,
                char said[UUID_TEXT_SIZE])
{
    if (!say_only(side, act, item, rest, said))
        return false;
    pair_settle(&pair);
    return true;
}

#define ASKED   ",\"question\":\"Which plate?\",\"language\":\"en\""
#define REPLIED ",\"reply\":\"The second one.\",\"language\":\"en\""
#define ELSEWHERE                                                                                  \
    ",\"access\":\"indirectly\",\"held_by\":\"public_authority\",\"source\":\"Register (test)\""

static bool row_of(size_t side, const char *item, int64_t *entry, struct due_row *due)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    uint8_t id[UUID_SIZE];
    struct request_row row;

    error_clear(&err);
    if (!uuid_read(span_text(item), id) ||
        !request_find_message(pair.nodes[side].db, &arena, span_make(id, sizeof id), &row, &err))
        return false;
    *entry = row.entry;
    return due_row_find(pair.nodes[side].db, row.entry, due, &err);
}

/* What both nodes have; filled by zeroes when they differ. */
static struct due_row agreed(const char *item)
{
    struct due_row due[2] = {{0}, {0}};
    int64_t entry = 0;

    for (size_t i = 0; i < 2; i++)
        CHECK(row_of(i, item, &entry, &due[i]));
    bool is_same = memcmp(&due[0], &due[1], sizeof due[0]) == 0;
    if (!is_same)
        for (size_t i = 0; i < 2; i++)
            printf("node %zu: received %" PRId64 " due %" PRId64 " row %" PRId64
                   " suspended %" PRId64 " left %" PRId64 "\n",
                   i, due[i].received_s, due[i].due_ms, due[i].deadline_row, due[i].suspended_ms,
                   due[i].left_ms);
    CHECK(is_same);
    return is_same ? due[0] : (struct due_row){.received_s = 0};
}

/* --- the derived tables, before and after a rebuild --- */

static bool row_add(void *context, const char *table, struct span text)
{
    digest_add(context, span_text(table));
    digest_add(context, text);
    return true;
}

static bool derived_digest(struct pair_node *node, uint8_t digest_out[DIGEST_SIZE])
{
    struct digest *digest = digest_begin();
    bool ok = schema_walk_derived(node->db, row_add, digest, &err);
    digest_end(digest, digest_out);
    return ok;
}

static void rebuilt_as_they_were(void)
{
    for (size_t i = 0; i < 2; i++) {
        struct pair_node *node = &pair.nodes[i];
        uint8_t live[DIGEST_SIZE], rebuilt[DIGEST_SIZE];
        CHECK(derived_digest(node, live));
        CHECK_OK(database_begin(node->db, DATABASE_FULL, &err) &&
                     journal_rebuild(&node->journal, NULL, NULL, &err) &&
                     database_commit(node->db, &err),
                 err);
        CHECK(derived_digest(node, rebuilt) && digest_is_equal(live, rebuilt));
    }
}

/* --- the claims --- */

CHECK_TEST(a_question_suspends_the_limit_on_both_nodes_until_its_reply)
{
    char item[UUID_TEXT_SIZE], question[UUID_TEXT_SIZE], reply[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(urgent(item));
    struct due_row before = agreed(item);
    CHECK_INT(before.due_ms, before.received_s * 1000 + 8 * HOUR_MS);
    pair_wait(2 * HOUR_MS);
    CHECK_OR_RETURN(say(1, "clarification-ask", item, ASKED, question));
    struct due_row during = agreed(item);
    CHECK_INT(during.due_ms, CLOCK_DUE_OPEN);
    CHECK(during.suspended_ms >= before.received_s * 1000 + 2 * HOUR_MS);
    CHECK_INT(during.left_ms, before.due_ms - during.suspended_ms);
    pair_wait(30 * HOUR_MS);
    CHECK(pair_reopen(&pair.nodes[0]) && pair_reopen(&pair.nodes[1]));
    pair_settle(&pair);
    CHECK_INT(agreed(item).suspended_ms, during.suspended_ms);
    rebuilt_as_they_were();
    CHECK_OR_RETURN(say(0, "clarification-reply", question, REPLIED, reply));
    struct due_row after = agreed(item);
    CHECK_INT(after.suspended_ms, 0);
    CHECK(after.due_ms >= before.due_ms + 30 * HOUR_MS);
    CHECK(after.due_ms < before.due_ms + 31 * HOUR_MS);
    rebuilt_as_they_were();
}

CHECK_TEST(an_erased_question_goes_on_to_have_suspended)
{
    char item[UUID_TEXT_SIZE], question[UUID_TEXT_SIZE], reply[UUID_TEXT_SIZE];
    char arguments[120];

    CHECK_OR_RETURN(urgent(item) && say(1, "clarification-ask", item, ASKED, question));
    pair_wait(3 * HOUR_MS);
    CHECK_OR_RETURN(say(0, "clarification-reply", question, REPLIED, reply));
    struct due_row before = agreed(item);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"erase_reason\":\"retention\"}",
             question);
    for (size_t i = 0; i < 2; i++) {
        buffer_clear(&out);
        CHECK_OK(pair_act(&pair.nodes[i], "item-erase", arguments, span_text(""), &out, &err), err);
        pair_settle(&pair);
        CHECK_INT(agreed(item).due_ms, before.due_ms);
        rebuilt_as_they_were();
        CHECK_INT(agreed(item).due_ms, before.due_ms);
    }
}

CHECK_TEST(what_was_withdrawn_or_erased_before_it_went_never_suspended)
{
    static const char *const acts[] = {"item-withdraw", "item-erase"};

    for (size_t i = 0; i < ARRAY_COUNT(acts); i++) {
        char item[UUID_TEXT_SIZE], question[UUID_TEXT_SIZE];
        char arguments[120];
        CHECK_OR_RETURN(urgent(item));
        struct due_row before = agreed(item);
        pair.is_cut = true;
        CHECK_OR_RETURN(say_only(1, "clarification-ask", item, ASKED, question));
        snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", question,
                 i == 0 ? "" : ",\"erase_reason\":\"retention\"");
        buffer_clear(&out);
        CHECK_OK(pair_act(&pair.nodes[1], acts[i], arguments, span_text(""), &out, &err), err);
        pair.is_cut = false;
        pair_settle(&pair);
        CHECK_INT(agreed(item).due_ms, before.due_ms);
        rebuilt_as_they_were();
        CHECK_INT(agreed(item).due_ms, before.due_ms);
    }
}

/* Numbers what waits, and delivers nothing of it. */
static void seal_alone(size_t side)
{
    pair.nodes[side].journal.lines[0].is_reachable = true;
    for (int i = 0; i < 20; i++)
        journal_pump(&pair.nodes[side].journal);
}

static bool withdraw(size_t side, const char *item)
{
    char arguments[100];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    buffer_clear(&out);
    return pair_act(&pair.nodes[side], "item-withdraw", arguments, span_text(""), &out, &err);
}

/* Signed and on its way when it is taken back: the entry arrives without its body, and it never suspended anything at
 * either side. The next question is free, for none is open. */
CHECK_TEST(a_question_that_is_taken_back_on_its_way_never_suspended)
{
    char item[UUID_TEXT_SIZE], question[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(urgent(item));
    struct due_row before = agreed(item);
    pair.is_cut = true;
    uint64_t sealed = pair.nodes[1].journal.lines[0].out.size;
    CHECK_OR_RETURN(say_only(1, "clarification-ask", item, ASKED, question));
    seal_alone(1);
    CHECK(pair.nodes[1].journal.lines[0].out.size > sealed);
    CHECK_OK(withdraw(1, question), err);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_INT(agreed(item).due_ms, before.due_ms);
    rebuilt_as_they_were();
    CHECK_INT(agreed(item).due_ms, before.due_ms);
    CHECK_OR_RETURN(say(1, "clarification-ask", item, ASKED, question));
    CHECK_INT(agreed(item).due_ms, CLOCK_DUE_OPEN);
}

/* The reply is taken back on its way: the question is open at both sides still, until the next reply. */
CHECK_TEST(a_reply_that_is_taken_back_on_its_way_ends_no_suspension)
{
    char item[UUID_TEXT_SIZE], question[UUID_TEXT_SIZE], reply[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(urgent(item) && say(1, "clarification-ask", item, ASKED, question));
    pair.is_cut = true;
    CHECK_OR_RETURN(say_only(0, "clarification-reply", question, REPLIED, reply));
    seal_alone(0);
    CHECK_OK(withdraw(0, reply), err);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_INT(agreed(item).due_ms, CLOCK_DUE_OPEN);
    rebuilt_as_they_were();
    CHECK_OR_RETURN(say(0, "clarification-reply", question, REPLIED, reply));
    CHECK(agreed(item).due_ms != CLOCK_DUE_OPEN);
    rebuilt_as_they_were();
}

CHECK_TEST(an_access_decision_counts_by_its_custody)
{
    char item[UUID_TEXT_SIZE], late[UUID_TEXT_SIZE], said[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(urgent(item) && say(1, "access-decide", item, ELSEWHERE, said));
    struct due_row due = agreed(item);
    CHECK_INT(due.deadline_row, DEADLINE_URGENT_INDIRECT);
    CHECK_INT(due.due_ms, due.received_s * 1000 + 72 * HOUR_MS);
    CHECK_OR_RETURN(urgent(late));
    pair.is_cut = true;
    CHECK_OR_RETURN(say_only(1, "access-decide", late, ELSEWHERE, said));
    pair_wait(9 * HOUR_MS); /* the partner has it when the short limit is over */
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_INT(agreed(late).deadline_row, DEADLINE_URGENT_DIRECT);
    rebuilt_as_they_were();
}

CHECK_TEST(an_urgency_that_is_given_up_gives_the_ordinary_limit)
{
    char item[UUID_TEXT_SIZE], doubt[UUID_TEXT_SIZE], reply[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(urgent(item) &&
                    say(1, "urgency-doubt", item, ",\"doubt\":\"facts_do_not_show_it\"", doubt));
    CHECK_INT(agreed(item).deadline_row, DEADLINE_URGENT_DIRECT);
    CHECK_OR_RETURN(say(0, "urgency-reply", doubt, ",\"urgency\":\"given_up\"", reply));
    struct due_row due = agreed(item);
    CHECK_INT(due.deadline_row, DEADLINE_OTHER);
    CHECK_INT(due.due_ms, due.received_s * 1000 + 168 * HOUR_MS);
    rebuilt_as_they_were();
}

CHECK_TEST(a_delay_is_known_to_both)
{
    char item[UUID_TEXT_SIZE], said[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(urgent(item) &&
                    say(1, "delay-tell", item,
                        ",\"authorisation\":\"applied\",\"delay_reason\":\"authorisation_needed\","
                        "\"authority\":\"Court (test)\",\"expected_by\":"
                        "\"2099-01-01T00:00:00Z\"",
                        said));
    CHECK_INT(agreed(item).delayed_to_ms, INT64_C(4070908800000));
    rebuilt_as_they_were();
}

/* A partner that cannot read the question yet is not suspended by it; when it can, both are, from its custody on. */
CHECK_TEST(a_question_that_is_held_suspends_neither_until_it_is_read)
{
    char item[UUID_TEXT_SIZE], question[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(urgent(item));
    struct due_row before = agreed(item);
    pair.nodes[0].hidden_types = UINT64_C(1) << MESSAGE_CLARIFICATION;
    CHECK(pair_reopen(&pair.nodes[0]));
    pair_settle(&pair);
    CHECK_OR_RETURN(say(1, "clarification-ask", item, ASKED, question));
    CHECK_INT(agreed(item).due_ms, before.due_ms);
    pair.nodes[0].hidden_types = 0;
    CHECK(pair_reopen(&pair.nodes[0]));
    pair_settle(&pair);
    CHECK_INT(agreed(item).due_ms, CLOCK_DUE_OPEN);
    rebuilt_as_they_were();
}

/* A partner's desk that does not hold itself to the agreement: its third question is refused here, and moves nothing. */
CHECK_TEST(a_third_question_without_the_head_of_desk_is_refused)
{
    char item[UUID_TEXT_SIZE], question[UUID_TEXT_SIZE], reply[UUID_TEXT_SIZE];
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct clarification sample = sample_clarification();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct sequence_row verdict;
    uint64_t index = 0;

    CHECK_OR_RETURN(urgent(item));
    for (int i = 0; i < 2; i++)
        CHECK_OR_RETURN(say(1, "clarification-ask", item, ASKED, question) &&
                        say(0, "clarification-reply", question, REPLIED, reply));
    struct due_row before = agreed(item);
    CHECK(clarification_write(&sample, &body));
    struct hostile_entry entry = {.filled = hostile_head(&pair.nodes[1], MESSAGE_CLARIFICATION),
                                  .body = buffer_span(&body)};
    entry.filled.has_in_reply_to = entry.filled.has_thread = true;
    entry.filled.in_reply_to.origin = span_text(pair.nodes[0].journal.lines[0].out.origin);
    CHECK(uuid_read(span_text(item), entry.filled.in_reply_to.id));
    entry.filled.thread = entry.filled.in_reply_to;
    CHECK_OK(hostile_append(&pair.nodes[1], &entry, &index, &err), err);
    pair_settle(&pair);
    CHECK_OR_RETURN(hostile_verdict(&pair.nodes[0], index, &arena, &verdict));
    CHECK_INT(verdict.outcome, OUTCOME_REFUSED);
    CHECK_SPAN(verdict.ground, "not_permitted 8.3");
    CHECK_INT(agreed(item).due_ms, before.due_ms);
    /* The desk's own, by its head, passes. */
    CHECK_OR_RETURN(say(1, "clarification-ask", item, ASKED, question));
    CHECK_INT(agreed(item).due_ms, CLOCK_DUE_OPEN);
    rebuilt_as_they_were();
}

int main(void)
{
    out = buffer_make(1 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(a_question_suspends_the_limit_on_both_nodes_until_its_reply);
    CHECK_RUN(an_erased_question_goes_on_to_have_suspended);
    CHECK_RUN(what_was_withdrawn_or_erased_before_it_went_never_suspended);
    CHECK_RUN(a_question_that_is_taken_back_on_its_way_never_suspended);
    CHECK_RUN(a_reply_that_is_taken_back_on_its_way_ends_no_suspension);
    CHECK_RUN(an_access_decision_counts_by_its_custody);
    CHECK_RUN(an_urgency_that_is_given_up_gives_the_ordinary_limit);
    CHECK_RUN(a_delay_is_known_to_both);
    CHECK_RUN(a_question_that_is_held_suspends_neither_until_it_is_read);
    CHECK_RUN(a_third_question_without_the_head_of_desk_is_refused);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
