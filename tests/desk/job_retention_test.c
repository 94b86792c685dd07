/*
 * The pass that erases what is due: by class, by own date, under a stricter version, after the end of the agreement; not on
 * a clock that leapt; not what is on hold or not delivered; whole after a crash; and the partner is told.
 * covers: job_retention retention retention_rows
 */
#include "check.h"
#include "journal/contact.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"
#include "desk/private.h"
#include "desk/retention.h"
#include "journal/private.h"
#include "journal/support/amend.h"
#include "journal/support/hostile.h"
#include "message/support/samples.h"
#include "store/schema.h"

#include <stdlib.h>

#define DAY_MS SAMPLE_DAY_MS

static struct pair pair;
static struct buffer out;
static struct error err;

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

/* The samples have dates: each test begins on the same day. */
static bool begin(void)
{
    static int64_t first_ms;

    err = (struct error){0};
    if (first_ms == 0)
        first_ms = pair_clock_ms();
    pair_wait(first_ms - pair_clock_ms());
    bool ok = pair_make(&pair);
    pair_settle(&pair);
    return ok;
}

static bool act(size_t side, const char *name, const char *arguments)
{
    error_clear(&err);
    return pair_act(&pair.nodes[side], name, arguments, span_text(""), &out, &err);
}

static bool item_act(size_t side, const char *name, const char *item, const char *more)
{
    char arguments[200];
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item, more);
    return act(side, name, arguments);
}

static bool said(const char *text)
{
    bool is_there = memmem(out.data, out.size, text, strlen(text)) != NULL;
    if (!is_there)
        printf("%.*s\n", (int)out.size, (const char *)out.data);
    return is_there;
}

/* Time passes while the line is up: receipts and witnesses confirm it. */
static void time_pass(int days)
{
    pair_wait(days * DAY_MS);
    CHECK_OK(act(0, "agreement-list", "{}") && act(1, "agreement-list", "{}"), err);
    pair_run(&pair, 3 * 60 * 1000);
    pair_settle(&pair);
}

static bool step_run(struct journal *journal, void *context, struct error *error)
{
    return desk_retention_step(journal, context, error);
}

/* A whole pass, as the background makes it; how much went. */
static int64_t pass(size_t side, size_t waiting[RETENTION_WAIT_COUNT])
{
    struct desk_retention_pass state = {.line = 0};

    while (!state.is_over) {
        struct desk_retention_pass before = state;
        if (hostile_run(&pair.nodes[side], step_run, &state, &err))
            continue;
        printf("%s\n", err.text);
        state = before;
        desk_retention_failed(&state);
    }
    if (waiting != NULL)
        memcpy(waiting, state.waiting, sizeof state.waiting);
    return (int64_t)state.erased;
}

static bool entry_of(size_t side, const char *item, struct arena *arena, struct entry_row *row)
{
    uint8_t id[UUID_SIZE];
    struct span span = span_make(id, sizeof id);
    struct error ignored = {0};

    return uuid_read(span_text(item), id) &&
           (entry_find_message(pair.nodes[side].db, arena, line(side)->in.id, span, row,
                               &ignored) ||
            entry_find_message(pair.nodes[side].db, arena, line(side)->out.id, span, row,
                               &ignored));
}

static enum body_state state_of(size_t side, const char *item)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row row = {.body_state = BODY_NONE};
    return entry_of(side, item, &arena, &row) ? row.body_state : BODY_NONE;
}

/* How often the partner said that this was erased. */
static int64_t told(size_t side, const char *item)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row row;
    int64_t count = -1;

    if (entry_of(side, item, &arena, &row) &&
        !erasure_count(pair.nodes[side].db, row.id, &count, &err))
        printf("%s\n", err.text);
    return count;
}

static bool answer(size_t side, const char *item, char id[UUID_TEXT_SIZE])
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct answer sample = sample_answer();
    char arguments[96];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    error_clear(&err);
    if (!answer_write(&sample, &body) ||
        !pair_act(&pair.nodes[side], "answer-send", arguments, buffer_span(&body), &out, &err))
        return false;
    snprintf(id, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    return true;
}

static bool request(size_t side, unsigned number, char id[UUID_TEXT_SIZE])
{
    error_clear(&err);
    bool ok = pair_request(&pair.nodes[side], number, id, &err);
    pair_settle(&pair);
    return ok;
}

static bool digest_row(void *context, const char *table, struct span text)
{
    digest_add(context, span_text(table));
    digest_add(context, text);
    return true;
}

static void derived_digest(struct pair_node *node, uint8_t digest_out[DIGEST_SIZE])
{
    struct digest *digest = digest_begin();
    CHECK_OK(schema_walk_derived(node->db, digest_row, digest, &err), err);
    digest_end(digest, digest_out);
}

static bool rebuild_run(struct journal *journal, void *context, struct error *error)
{
    (void)context;
    return journal_rebuild(journal, NULL, NULL, error);
}

static void both_are_rebuilt(void)
{
    for (size_t side = 0; side < 2; side++) {
        uint8_t live[DIGEST_SIZE], rebuilt[DIGEST_SIZE];
        derived_digest(&pair.nodes[side], live);
        CHECK_OK(hostile_run(&pair.nodes[side], rebuild_run, NULL, &err), err);
        derived_digest(&pair.nodes[side], rebuilt);
        CHECK(digest_is_equal(live, rebuilt));
    }
}

//= dir-2016-680 art 4(1)(e)
//= dir-2016-680 art 5
CHECK_TEST(each_item_goes_when_its_time_is_over_and_the_partner_is_told)
{
    char item[UUID_TEXT_SIZE], given[UUID_TEXT_SIZE], open[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(begin());
    CHECK_OK(request(0, 1, item), err);
    CHECK_OK(answer(1, item, given), err);
    CHECK_INT(pass(0, NULL) + pass(1, NULL), 0);
    CHECK_OK(act(1, "retention-status", "{}"), err);
    CHECK(said("\"due\":0") && said("\"clock_is_trusted\":true"));
    /* The sample's person has a date of its own, before all others. */
    CHECK_OK(act(1, "retention-list", "{\"days\":3650}"), err);
    CHECK(said("\"class\":\"request\"") && said("\"class\":\"text\"") && said("\"part\":1"));
    time_pass(170);
    CHECK_OK(act(1, "retention-status", "{}"), err);
    CHECK(said("\"clock_is_trusted\":true"));
    CHECK_OK(request(0, 2, open), err); /* nobody answers it */
    int64_t gone = pass(1, NULL);
    CHECK_INT(state_of(1, item), BODY_HELD);
    time_pass(14); /* 184 days after the answer: the request's time is 183 */
    gone += pass(1, NULL);
    CHECK_INT(state_of(1, item), BODY_ERASED);
    CHECK_INT(state_of(0, item), BODY_HELD); /* each node by its own hand */
    pair_settle(&pair);
    CHECK_INT(told(0, item), 1);
    CHECK_OK(item_act(0, "item-show", item, ""), err);
    CHECK(pass(0, NULL) > 0);
    pair_settle(&pair);
    CHECK_INT(state_of(0, item), BODY_ERASED);
    CHECK_INT(told(1, item), 2); /* its own and the partner's */
    CHECK_INT(state_of(1, open), BODY_HELD);
    /* Unanswered: from the day on which an answer was due. */
    time_pass(183);
    pass(1, NULL);
    CHECK_INT(state_of(1, open), BODY_ERASED);
    time_pass(5 * 365 + 2);
    pass(1, NULL);
    CHECK_INT(state_of(1, given), BODY_ERASED);
    pass(0, NULL);
    CHECK_INT(state_of(0, given), BODY_ERASED);
    pair_settle(&pair);
    CHECK_INT(pass(0, NULL) + pass(1, NULL), 0);
    CHECK_OK(act(1, "retention-list", "{\"days\":36500}"), err);
    CHECK(said("\"list\":[]"));
    CHECK(gone >= 1);
    both_are_rebuilt();
    pair_free(&pair);
}

CHECK_TEST(a_quiet_node_has_its_clock_confirmed_by_its_witness)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(begin());
    CHECK_OK(request(1, 1, item), err);
    pair_wait(400 * DAY_MS); /* nobody acts */
    pair_run(&pair, 3 * 60 * 1000);
    CHECK_INT(pass(0, NULL), 0);
    pair_run(&pair, 3 * 60 * 1000);
    CHECK_INT(pass(0, NULL), 1);
    CHECK_INT(state_of(0, item), BODY_ERASED);
    pair_free(&pair);
}

CHECK_TEST(a_clock_that_leaps_erases_nothing)
{
    char item[UUID_TEXT_SIZE];
    size_t waiting[RETENTION_WAIT_COUNT];

    CHECK_OR_RETURN(begin());
    CHECK_OK(request(1, 1, item), err);
    pair.is_cut = true; /* no partner confirms it */
    pair_wait(400 * DAY_MS);
    CHECK_INT(pass(0, waiting), 0);
    CHECK_INT(state_of(0, item), BODY_HELD);
    CHECK_OK(act(0, "retention-status", "{}"), err);
    CHECK(said("\"clock_is_trusted\":false") && said("\"due\":1"));
    /* It is right after all, and the partner is gone for good: two officers say so. */
    CHECK(!act(0, "retention-clock", "{}"));
    CHECK_INT(err.kind, ERROR_RULE); /* an approver is no head of desk */
    CHECK_OK(hostile_run(&pair.nodes[0], step_run, &(struct desk_retention_pass){.line = 0}, &err),
             err);
    CHECK_INT(state_of(0, item), BODY_HELD);
    char now[24];
    snprintf(now, sizeof now, "%lld", (long long)pair_clock_ms());
    CHECK_OK(database_begin(pair.nodes[0].db, DATABASE_FULL, &err) &&
                 setting_put(pair.nodes[0].db, RETENTION_CLOCK_SETTING, span_text(now), &err) &&
                 database_commit(pair.nodes[0].db, &err),
             err);
    CHECK(pass(0, waiting) > 0);
    CHECK_INT(state_of(0, item), BODY_ERASED);
    pair_free(&pair);
}

//= dir-2016-680 art 16(3)
CHECK_TEST(what_is_on_hold_is_restricted_instead_of_erased)
{
    char item[UUID_TEXT_SIZE], until[96];
    size_t waiting[RETENTION_WAIT_COUNT];

    CHECK_OR_RETURN(begin());
    CHECK_OK(request(0, 1, item), err);
    CHECK_OK(act(1, "officer-put",
                 "{\"id\":\"dita\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"duty_officer\"}"),
             err);
    time_pass(150);
    CHECK(!item_act(1, "retention-hold", item, ",\"hold\":\"evidence\""));
    CHECK_INT(err.kind, ERROR_INPUT); /* a day is wanted */
    CHECK(!item_act(1, "retention-hold", item, ",\"hold\":\"evidence\",\"until\":\"2099-01-01\""));
    CHECK_OK(item_act(1, "retention-hold", item, ",\"hold\":\"exculpatory\""), err);
    CHECK(said("\"on_hold\":true"));
    CHECK(!item_act(1, "item-erase", item, ",\"erase_reason\":\"order\""));
    CHECK_INT(err.kind, ERROR_RULE);
    CHECK_OK(item_act(1, "item-show", item, ""), err);
    time_pass(250);
    CHECK_INT(pass(1, waiting), 0);
    CHECK(waiting[RETENTION_ON_HOLD] > 0);
    CHECK_INT(state_of(1, item), BODY_HELD);
    CHECK_OK(act(1, "retention-status", "{}"), err);
    CHECK(said("\"due\":0,\"on_hold\":1"));
    CHECK_OK(item_act(1, "item-show", item, ""), err); /* the head of desk */
    snprintf(until, sizeof until, "{\"item\":\"%s\"}", item);
    struct desk_access duty = {.officer = span_text("dita")};
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row row;
    CHECK_OR_RETURN(entry_of(1, item, &arena, &row));
    CHECK(!desk_hold_restricts(&pair.nodes[1].journal, line(1), row.id, span_text("duty_officer"),
                               &err));
    CHECK_INT(err.kind, ERROR_RULE);
    (void)duty;
    CHECK_OK(item_act(1, "retention-release", item, ""), err);
    CHECK(pass(1, NULL) > 0);
    CHECK_INT(state_of(1, item), BODY_ERASED);
    pair_free(&pair);
}

CHECK_TEST(what_is_not_delivered_waits_with_its_reason)
{
    char item[UUID_TEXT_SIZE];
    size_t waiting[RETENTION_WAIT_COUNT];

    CHECK_OR_RETURN(begin());
    pair.is_cut = true;
    CHECK_OK(request(0, 1, item), err); /* its person has a date of its own */
    pair_wait(310 * DAY_MS);
    char now[24];
    snprintf(now, sizeof now, "%lld", (long long)pair_clock_ms());
    CHECK_OK(database_begin(pair.nodes[0].db, DATABASE_FULL, &err) &&
                 setting_put(pair.nodes[0].db, RETENTION_CLOCK_SETTING, span_text(now), &err) &&
                 database_commit(pair.nodes[0].db, &err),
             err);
    CHECK_INT(pass(0, waiting), 0);
    CHECK_INT(waiting[RETENTION_GOES], 0);
    CHECK(waiting[RETENTION_UNDELIVERED] > 0);
    CHECK_INT(state_of(0, item), BODY_HELD);
    pair_free(&pair);
}

static bool step_then_fail(struct journal *journal, void *context, struct error *error)
{
    return desk_retention_step(journal, context, error) &&
           error_set(error, ERROR_STORE, "power fails before the commit");
}

CHECK_TEST(a_step_that_a_crash_undoes_is_made_again)
{
    char items[3][UUID_TEXT_SIZE];
    struct desk_retention_pass state = {.line = 0};

    CHECK_OR_RETURN(begin());
    for (unsigned i = 0; i < 3; i++)
        CHECK_OK(request(0, i + 1, items[i]), err);
    time_pass(400);
    uint64_t size = line(1)->out.size;
    CHECK(!hostile_run(&pair.nodes[1], step_then_fail, &state, &err));
    CHECK(state.erased > 0);
    CHECK_INT(state_of(1, items[0]), BODY_HELD);
    CHECK(pair_reopen(&pair.nodes[1]));
    CHECK_INT(state_of(1, items[2]), BODY_HELD);
    CHECK_INT((int64_t)(line(1)->out.size - size), 0);
    CHECK_INT(pass(1, NULL), 3);
    CHECK(pair_reopen(&pair.nodes[1]));
    for (unsigned i = 0; i < 3; i++)
        CHECK_INT(state_of(1, items[i]), BODY_ERASED);
    CHECK_INT(pass(1, NULL), 0);
    pair_settle(&pair);
    for (unsigned i = 0; i < 3; i++)
        CHECK_INT(told(0, items[i]), 1); /* once */
    both_are_rebuilt();
    pair_free(&pair);
}

/* One failing item does not keep the others. */
CHECK_TEST(a_pass_goes_past_an_item_that_fails)
{
    struct desk_retention_pass state = {.line = 0};

    desk_retention_failed(&state);
    CHECK(state.is_careful && !state.must_skip);
    desk_retention_failed(&state);
    CHECK(state.is_careful && state.must_skip);
    CHECK_INT((int64_t)state.failed, 1);
}

/* --- a partner whose receipts lie of their time --- */

static bool receipt_run(struct journal *journal, void *context, struct error *why)
{
    int64_t now_ms = journal_now_ms(journal);

    return journal_receipt(journal, &journal->lines[0], *(struct span *)context, now_ms, now_ms,
                           why);
}

/* The partner's keeper signs all of our log at a time of its choice; the line of the answer to a post. */
static bool receipt_forge(int64_t time_s, struct buffer *text)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1u << 20);
    struct keeper_client keeper = keeper_client_direct(pair.nodes[1].keeper);
    struct span rows[64];
    struct tlog_hash leaves[64];
    struct keeper_keys keys;
    struct note_key key;
    char root[BASE64_SIZE(TLOG_HASH_SIZE) + 1];
    size_t count = 0;

    if (!entry_list_leaves(pair.nodes[0].db, &arena, line(0)->out.id, 0,
                           (int64_t)line(0)->out.signed_size, rows, 64, &count, &err))
        return false;
    for (size_t i = 0; i < count; i++)
        memcpy(leaves[i].bytes, rows[i].data, TLOG_HASH_SIZE);
    struct keeper_step step = {.kind = KEEPER_CUSTODY,
                               .origin = span_text(line(0)->out.origin),
                               .leaves = leaves,
                               .count = count,
                               .is_signed = true,
                               .time_s = time_s};
    if (!keeper_advance(&keeper, &step, 1, &err) || !keeper_public_keys(&keeper, &keys, &err) ||
        !note_key_make(span_text("al/custody/0"), NOTE_COSIGNATURE, keys.custody, &key))
        return false;
    base64_write(span_make(step.root.bytes, TLOG_HASH_SIZE), root);
    return buffer_format(text, "%" PRIu64 " %s ", step.size, root) &&
           cosignature_line_write(&key, time_s, step.signature, text);
}

CHECK_TEST(a_receipt_that_lies_of_its_time_erases_nothing_and_confirms_no_clock)
{
    static const int64_t times_s[] = {1, INT64_C(253402300799)}; /* 1970, and the end of 9999 */

    for (size_t i = 0; i < ARRAY_COUNT(times_s); i++) {
        struct buffer text CLEANUP(buffer_free) = buffer_make(4096);
        size_t waiting[RETENTION_WAIT_COUNT];
        char item[UUID_TEXT_SIZE];

        CHECK_OR_RETURN(begin());
        pair.is_cut = true;
        CHECK_OK(pair_request(&pair.nodes[0], 1, item, &err), err);
        line(0)->is_reachable = true;
        for (int round = 0; round < 20; round++)
            journal_pump(&pair.nodes[0].journal);
        CHECK_OK(receipt_forge(times_s[i], &text), err);
        struct span answer = buffer_span(&text);
        CHECK_OK(hostile_run(&pair.nodes[0], receipt_run, &answer, &err), err);
        CHECK(line(0)->cosigned > 0); /* one deadline, never two: it counts all the same */
        CHECK_INT(pass(0, waiting), 0);
        CHECK_INT(state_of(0, item), BODY_HELD);
        act(0, "retention-status", "{}");
        CHECK(memmem(out.data, out.size, "9999-", 5) == NULL);
        pair_free(&pair);
    }
}

int main(void)
{
    out = buffer_make(1 << 20);
    CHECK_RUN(each_item_goes_when_its_time_is_over_and_the_partner_is_told);
    CHECK_RUN(a_quiet_node_has_its_clock_confirmed_by_its_witness);
    CHECK_RUN(a_clock_that_leaps_erases_nothing);
    CHECK_RUN(what_is_on_hold_is_restricted_instead_of_erased);
    CHECK_RUN(what_is_not_delivered_waits_with_its_reason);
    CHECK_RUN(a_step_that_a_crash_undoes_is_made_again);
    CHECK_RUN(a_pass_goes_past_an_item_that_fails);
    CHECK_RUN(a_receipt_that_lies_of_its_time_erases_nothing_and_confirms_no_clock);
    buffer_free(&out);
    return check_end();
}
