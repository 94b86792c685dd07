/*
 * Rebuild, as a property: whatever officers did, in whatever order it was delivered, dropping the derived tables and
 * walking the journal sequence gives the same tables again; before erasures, and after each of them, on both nodes.
 * covers: rebuild.c apply.c erase.c
 */
#include "check.h"
#include "journal/support/pair.h"
#include "sim/random.h"
#include "store/schema.h"

#define ITEM_COUNT_MAX 64
#define ACT_COUNT      48
#define ERASE_COUNT    6

static struct pair pair;
static struct random chance;

/* Requests by the side that sent them. */
static char items[2][ITEM_COUNT_MAX][UUID_TEXT_SIZE];
static size_t item_count[2];

static bool row_add(void *context, const char *table, struct span text)
{
    digest_add(context, span_text(table));
    digest_add(context, text);
    return true;
}

static bool derived_digest(struct pair_node *node, uint8_t out[DIGEST_SIZE])
{
    struct error err = {0};
    struct digest *digest = digest_begin();
    bool ok = schema_walk_derived(node->db, row_add, digest, &err);
    digest_end(digest, out);
    return ok;
}

static bool rebuild_equals_live(struct pair_node *node)
{
    struct error err = {0};
    uint8_t live[DIGEST_SIZE];
    uint8_t rebuilt[DIGEST_SIZE];

    if (!derived_digest(node, live) || !database_begin(node->db, DATABASE_FULL, &err) ||
        !journal_rebuild(&node->journal, NULL, NULL, &err) || !database_commit(node->db, &err) ||
        !derived_digest(node, rebuilt)) {
        printf("rebuild: %s\n", err.text);
        return false;
    }
    return digest_is_equal(live, rebuilt);
}

static void both_are_rebuilt(void)
{
    CHECK(rebuild_equals_live(&pair.nodes[0]));
    CHECK(rebuild_equals_live(&pair.nodes[1]));
}

/* Both nodes, without waiting for anything: some of it is delivered, some not. */
static void pump_a_little(void)
{
    for (uint64_t i = random_below(&chance, 12); i > 0; i--) {
        struct pair_node *node = &pair.nodes[random_below(&chance, 2)];
        courier_pump(node->exchange);
        journal_pump(&node->journal);
    }
}

/* An act upon a request of `owner`; refusals of the desk are part of the history. */
static void act_about(struct pair_node *node, size_t owner, const char *act, const char *rest)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};
    char arguments[200];

    if (item_count[owner] == 0)
        return;
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}",
             items[owner][random_below(&chance, item_count[owner])], rest);
    if (!pair_act(node, act, arguments, span_text(""), &out, &err))
        CHECK(err.kind == ERROR_MISSING || err.kind == ERROR_CONFLICT || err.kind == ERROR_RULE);
}

static void request(size_t side)
{
    struct error err = {0};

    if (item_count[side] == ITEM_COUNT_MAX)
        return;
    CHECK_OK(pair_request(&pair.nodes[side], (unsigned)item_count[side] + 1,
                          items[side][item_count[side]], &err),
             err);
    item_count[side]++;
}

/* Questions by the side that asked them; an erasure may meet them like any message. */
static char questions[2][ITEM_COUNT_MAX][UUID_TEXT_SIZE];
static size_t question_count[2];

static void question(size_t side)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};
    char arguments[200];
    size_t owner = 1 - side;

    if (item_count[owner] == 0 || question_count[side] == ITEM_COUNT_MAX)
        return;
    snprintf(arguments, sizeof arguments,
             "{\"item\":\"%s\",\"question\":\"Which?\",\"language\":\"en\"}",
             items[owner][random_below(&chance, item_count[owner])]);
    if (pair_act(&pair.nodes[side], "clarification-ask", arguments, span_text(""), &out, &err))
        snprintf(questions[side][question_count[side]++], UUID_TEXT_SIZE, "%.*s",
                 UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    else
        CHECK(err.kind == ERROR_MISSING || err.kind == ERROR_CONFLICT || err.kind == ERROR_RULE);
}

/* By the side that was asked. */
static void reply(size_t side)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};
    char arguments[200];
    size_t asker = 1 - side;

    if (question_count[asker] == 0)
        return;
    snprintf(arguments, sizeof arguments,
             "{\"item\":\"%s\",\"reply\":\"That one.\",\"language\":\"en\"}",
             questions[asker][random_below(&chance, question_count[asker])]);
    if (!pair_act(&pair.nodes[side], "clarification-reply", arguments, span_text(""), &out, &err))
        CHECK(err.kind == ERROR_MISSING || err.kind == ERROR_CONFLICT || err.kind == ERROR_RULE);
}

static void act(void)
{
    size_t side = random_below(&chance, 2);
    struct pair_node *node = &pair.nodes[side];

    switch (random_below(&chance, 12)) {
    case 0:
    case 1:
    case 2:
        request(side);
        break;
    case 3:
        act_about(node, 1 - side, "item-show", "");
        break;
    case 4:
        act_about(node, 1 - side, "assign", ",\"unit\":\"border-3\"");
        break;
    case 5:
    case 6:
        act_about(node, 1 - side, "refuse-send",
                  ",\"grounds\":[\"a\"],\"reason_text\":\"not available\"");
        break;
    case 7:
    case 10:
        question(side);
        break;
    case 8:
        reply(1 - side);
        break;
    case 9:
        act_about(node, 1 - side, "delay-tell",
                  ",\"authorisation\":\"applied\",\"delay_reason\":\"authorisation_needed\","
                  "\"authority\":\"Court (test)\",\"expected_by\":"
                  "\"2099-01-01T00:00:00Z\"");
        break;
    default:
        act_about(node, side, "item-withdraw", "");
        break;
    }
}

static void question_erase(size_t side, size_t asker)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};
    char arguments[200];

    if (question_count[asker] == 0)
        return;
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"erase_reason\":\"retention\"}",
             questions[asker][random_below(&chance, question_count[asker])]);
    if (!pair_act(&pair.nodes[side], "item-erase", arguments, span_text(""), &out, &err))
        CHECK(err.kind == ERROR_MISSING || err.kind == ERROR_CONFLICT || err.kind == ERROR_RULE);
}

CHECK_TEST(a_random_history_is_rebuilt_as_it_was)
{
    for (int i = 0; i < ACT_COUNT; i++) {
        act();
        pump_a_little();
        if (random_below(&chance, 9) == 0)
            both_are_rebuilt();
    }
    both_are_rebuilt();
    pair_settle(&pair);
    both_are_rebuilt();
    CHECK(item_count[0] + item_count[1] > 5);
    CHECK(question_count[0] + question_count[1] > 2);
}

CHECK_TEST(each_erasure_is_rebuilt_as_it_was)
{
    for (int i = 0; i < ERASE_COUNT; i++) {
        act_about(&pair.nodes[random_below(&chance, 2)], random_below(&chance, 2), "item-erase",
                  ",\"erase_reason\":\"retention\"");
        both_are_rebuilt();
        question_erase(random_below(&chance, 2), random_below(&chance, 2));
        both_are_rebuilt();
        pump_a_little();
        both_are_rebuilt();
    }
    pair_settle(&pair);
    both_are_rebuilt();
}

/* A message whose body went before it was delivered is explained to the partner, and the line goes on. */
CHECK_TEST(what_is_erased_before_delivery_does_not_stop_the_line)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};
    char arguments[200];
    char item[UUID_TEXT_SIZE];

    pair.is_cut = true;
    CHECK_OK(pair_request(&pair.nodes[0], 900, item, &err), err);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"erase_reason\":\"retention\"}", item);
    CHECK_OK(pair_act(&pair.nodes[0], "item-erase", arguments, span_text(""), &out, &err), err);
    pair.is_cut = false;
    CHECK_OK(pair_request(&pair.nodes[0], 901, item, &err), err);
    pair_settle(&pair);
    CHECK_INT(pair.nodes[0].journal.lines[0].cosigned, pair.nodes[0].journal.lines[0].out.size);
    CHECK_INT(pair.nodes[1].journal.lines[0].handled, pair.nodes[0].journal.lines[0].out.size);
    both_are_rebuilt();
}

/* Withdrawn while a suspension holds it back: its `withdrawn` must still stand after it. */
CHECK_TEST(what_is_withdrawn_under_a_suspension_does_not_stop_the_line)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};
    char arguments[200];
    char item[UUID_TEXT_SIZE];
    struct pair_node *node = &pair.nodes[0];

    pair.is_cut = true;
    CHECK_OK(pair_request(node, 902, item, &err), err);
    CHECK_OK(pair_act(node, "agreement-suspend", "{}", span_text(""), &out, &err), err);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    CHECK_OK(pair_act(node, "item-withdraw", arguments, span_text(""), &out, &err), err);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_INT(node->journal.lines[0].cosigned, node->journal.lines[0].out.size);
    CHECK_OK(pair_act(node, "agreement-resume", "{}", span_text(""), &out, &err), err);
    CHECK_OK(pair_request(node, 903, item, &err), err);
    pair_settle(&pair);
    CHECK_INT(pair.nodes[1].journal.lines[0].handled, node->journal.lines[0].out.size);
    both_are_rebuilt();
}

/* The partner's requests are refused with the ground `suspended`; the outcomes go back and are read. */
CHECK_TEST(a_refusal_under_a_suspension_is_reported_and_handling_goes_on)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    struct pair_node *node = &pair.nodes[0];

    CHECK_OK(pair_act(node, "agreement-suspend", "{}", span_text(""), &out, &err), err);
    CHECK_OK(pair_request(&pair.nodes[1], 904, item, &err), err);
    pair_settle(&pair);
    CHECK(!node->journal.lines[0].is_stuck);
    CHECK_INT(node->journal.lines[0].handled, node->journal.lines[0].in.size);
    CHECK_OK(pair_act(node, "agreement-resume", "{}", span_text(""), &out, &err), err);
    both_are_rebuilt();
}

int main(void)
{
    chance.state = 20260112;
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(a_random_history_is_rebuilt_as_it_was);
    CHECK_RUN(each_erasure_is_rebuilt_as_it_was);
    CHECK_RUN(what_is_erased_before_delivery_does_not_stop_the_line);
    CHECK_RUN(what_is_withdrawn_under_a_suspension_does_not_stop_the_line);
    CHECK_RUN(a_refusal_under_a_suspension_is_reported_and_handling_goes_on);
    pair_free(&pair);
    return check_end();
}
