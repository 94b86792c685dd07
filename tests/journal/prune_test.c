/*
 * Retention of the books: access entries lose their bodies, and logs their heads, when their time is over and not before;
 * entries stay in the tree, and what is kept is still proved by a receipt; a rebuild gives the same; no clock that leapt
 * empties a log.
 * covers: prune
 */
#include "check.h"
#include "desk/private.h"
#include "desk/retention.h"
#include "journal/private.h"
#include "journal/support/amend.h"
#include "journal/support/hostile.h"
#include "message/support/samples.h"
#include "store/prune_rows.h"
#include "store/schema.h"

#define DAY_MS SAMPLE_DAY_MS

static struct pair pair;
static struct buffer out;
static struct error err;

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

/* Access entries of the node's domestic log whose body is here; *total: all of them. */
static size_t acts_held(size_t side, size_t *total)
{
    struct journal_log *log = &pair.nodes[side].journal.domestic;
    struct prune_row rows[PRUNE_STEP];
    size_t count = PRUNE_STEP, held = 0;

    *total = 0;
    for (int64_t at = 0; count == PRUNE_STEP; at += PRUNE_STEP) {
        if (!prune_list(pair.nodes[side].db, log->id, at, rows, PRUNE_STEP, &count, &err))
            return 0;
        for (size_t i = 0; i < count; i++) {
            *total += rows[i].type == MESSAGE_ACT;
            held += rows[i].type == MESSAGE_ACT && rows[i].body_state == BODY_HELD;
        }
    }
    return held;
}

/* What the leaves of the domestic log lead to, and the root that was signed last. */
static bool domestic_is_whole(size_t side)
{
    struct journal *journal = &pair.nodes[side].journal;
    struct compact_range range;
    struct tlog_hash root;

    if (!log_range_at(journal, &journal->domestic, journal->domestic.signed_size, &range, &err))
        return false;
    compact_range_root(&range, &root);
    return memcmp(&root, &journal->domestic.signed_root, sizeof root) == 0;
}

/* Their time is 1096 days by the sample agreement. */
//= dir-2016-680 art 4(1)(e)
CHECK_TEST(access_entries_lose_their_bodies_and_stay_in_the_tree)
{
    size_t before = 0, total = 0, now = 0;

    CHECK_OR_RETURN(begin());
    for (int i = 0; i < 300; i++) /* more than one step */
        CHECK_OK(act(0, "agreement-list", "{}"), err);
    pair_run(&pair, 3 * 60 * 1000);
    size_t held = acts_held(0, &before);
    CHECK_INT(held, before);
    CHECK(held > 300);
    time_pass(1095);
    pass(0, NULL);
    CHECK(acts_held(0, &total) >= held);
    CHECK_OK(act(0, "retention-status", "{}"), err);
    CHECK(said("\"access_entries\":{\"kept_days\":1096,") && said("\"due\":false}"));
    time_pass(2);
    CHECK_OK(act(0, "retention-status", "{}"), err);
    CHECK(said("\"due\":true}"));
    pass(0, NULL);
    pair_settle(&pair);
    now = acts_held(0, &total);
    CHECK_INT(total - now, before); /* those of the first day, and no other */
    CHECK(total > before);
    CHECK(domestic_is_whole(0));
    CHECK_OK(act(0, "retention-status", "{}"), err);
    CHECK(said("\"due\":false}"));
    /* Nothing is left for another pass of the same day, and the record of this one stays. */
    size_t stands = acts_held(0, &total);
    pass(0, NULL);
    CHECK_INT(acts_held(0, &total), stands);
    both_are_rebuilt();
    CHECK(pair_reopen(&pair.nodes[0]));
    CHECK_INT(pair.nodes[0].journal.domestic.read_only[0], 0);
    pair_free(&pair);
}

CHECK_TEST(access_entries_stay_on_a_clock_that_leaps)
{
    size_t before = 0, total = 0;

    CHECK_OR_RETURN(begin());
    pair_run(&pair, 3 * 60 * 1000);
    acts_held(0, &before);
    pair.is_cut = true;
    pair_wait(1200 * DAY_MS);
    pass(0, NULL);
    CHECK(acts_held(0, &total) >= before);
    pair_free(&pair);
}

/* --- heads --- */

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

static void heads_of_400_days(struct agreement *agreement)
{
    agreement->retention_other.head_days = 400;
}

static bool amend_heads(void)
{
    struct buffer once CLEANUP(buffer_free) = buffer_make(16);

    error_clear(&err);
    if (!amend_propose(&pair.nodes[0], heads_of_400_days, &once, &err))
        return false;
    pair_settle(&pair);
    bool ok = amend_accept(&pair.nodes[1], buffer_span(&once), &err);
    pair_settle(&pair);
    return ok;
}

/* Two nodes under an agreement whose heads are kept for 400 days. */
static bool begin_heads(void)
{
    if (!begin() || !amend_heads())
        return false;
    return line(0)->agreement.version == 2 && line(1)->agreement.version == 2;
}

static bool ask(unsigned number, char item[UUID_TEXT_SIZE])
{
    error_clear(&err);
    bool ok = pair_request(&pair.nodes[0], number, item, &err);
    pair_settle(&pair);
    return ok;
}

static bool answer(const char *item, char id[UUID_TEXT_SIZE])
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct answer sample = sample_answer();
    char arguments[96];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    error_clear(&err);
    if (!answer_write(&sample, &body) ||
        !pair_act(&pair.nodes[1], "answer-send", arguments, buffer_span(&body), &out, &err))
        return false;
    snprintf(id, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    return true;
}

static bool is_there(size_t side, const char *item)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    uint8_t id[UUID_SIZE];
    struct span span = span_make(id, sizeof id);
    struct entry_row row;
    struct error ignored = {0};

    return uuid_read(span_text(item), id) &&
           (entry_find_message(pair.nodes[side].db, &arena, line(side)->in.id, span, &row,
                               &ignored) ||
            entry_find_message(pair.nodes[side].db, &arena, line(side)->out.id, span, &row,
                               &ignored));
}

/* Heads of a log that are kept, and of them those about the agreement itself. */
static size_t heads(size_t side, const struct journal_log *log, size_t *governance)
{
    struct prune_row rows[PRUNE_STEP];
    size_t count = 0;

    *governance = 0;
    if (!prune_list_heads(pair.nodes[side].db, log->id, 0, INT64_MAX, rows, PRUNE_STEP, &count,
                          &err))
        return 0;
    for (size_t i = 0; i < count; i++)
        *governance += message_type_is_governance((enum message_type)rows[i].type);
    return count;
}

static size_t receipts(size_t side, const struct journal_log *log)
{
    int64_t sizes[PRUNE_STEP];
    size_t count = 0;

    CHECK(prune_list_receipts(pair.nodes[side].db, log->id, 0, INT64_MAX, sizes, PRUNE_STEP, &count,
                              &err));
    return count;
}

/* Leaves lead to the root that was signed last; each head has its receipt, no later than the one that it had. */
static void log_is_whole(size_t side, struct journal_log *log, const int64_t *times)
{
    struct prune_row rows[PRUNE_STEP];
    struct compact_range range;
    struct tlog_hash root;
    size_t count = 0;

    CHECK_OK(log_range_at(&pair.nodes[side].journal, log, log->signed_size, &range, &err), err);
    compact_range_root(&range, &root);
    CHECK(memcmp(&root, &log->signed_root, sizeof root) == 0);
    CHECK_OK(prune_list_heads(pair.nodes[side].db, log->id, 0, (int64_t)log->signed_size, rows,
                              PRUNE_STEP, &count, &err),
             err);
    for (size_t i = 0; i < count; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
        struct receipt_row receipt;
        size_t found = 0;
        CHECK_OK(receipt_list(pair.nodes[side].db, &arena, log->id, rows[i].index, &receipt, 1,
                              &found, &err),
                 err);
        CHECK(found == 0 || times[rows[i].index] == 0 || receipt.time_s == times[rows[i].index]);
    }
}

/* T of each entry's receipt as it is now; 0: none yet. */
static void times_take(size_t side, const struct journal_log *log, int64_t times[PRUNE_STEP])
{
    memset(times, 0, PRUNE_STEP * sizeof *times);
    for (int64_t i = 0; i < (int64_t)log->size && i < PRUNE_STEP; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
        struct receipt_row receipt;
        size_t found = 0;
        if (receipt_list(pair.nodes[side].db, &arena, log->id, i, &receipt, 1, &found, &err) &&
            found > 0)
            times[i] = receipt.time_s;
    }
}

static bool suspend_run(struct journal *journal, void *context, struct error *error)
{
    (void)context;
    return journal_suspend(journal, &journal->lines[0], true, SUSPENSION_RIGHTS, error);
}

//= dir-2016-680 art 4(1)(e)
CHECK_TEST(heads_go_after_their_time_and_what_is_kept_is_still_proved)
{
    char old[UUID_TEXT_SIZE], given[UUID_TEXT_SIZE], young[UUID_TEXT_SIZE];
    int64_t times[2][2][PRUNE_STEP];
    size_t before[2][2], receipts_before[2][2], governance = 0;

    CHECK_OR_RETURN(begin_heads());
    CHECK_OK(ask(1, old), err);
    CHECK_OK(answer(old, given), err);
    time_pass(200);
    CHECK_OK(ask(2, young), err);
    time_pass(190);
    pass(0, NULL);
    pass(1, NULL);
    pair_settle(&pair);
    CHECK(is_there(0, old) && is_there(1, old)); /* its body went, its head has ten days more */
    for (size_t side = 0; side < 2; side++) {
        struct journal_log *logs[2] = {&line(side)->out, &line(side)->in};
        for (size_t k = 0; k < 2; k++) {
            before[side][k] = heads(side, logs[k], &governance);
            receipts_before[side][k] = receipts(side, logs[k]);
            times_take(side, logs[k], times[side][k]);
        }
    }
    time_pass(11);
    pass(0, NULL);
    pass(1, NULL);
    pair_settle(&pair);
    for (size_t side = 0; side < 2; side++) {
        struct journal_log *logs[2] = {&line(side)->out, &line(side)->in};
        CHECK(!is_there(side, old));
        CHECK(is_there(side, given)); /* its body has years more */
        CHECK(is_there(side, young));
        for (size_t k = 0; k < 2; k++) {
            CHECK(heads(side, logs[k], &governance) < before[side][k]);
            CHECK(governance >= 1); /* a proposal in one log, its second signature in the other */
            CHECK(receipts(side, logs[k]) < receipts_before[side][k]);
            log_is_whole(side, logs[k], times[side][k]);
        }
    }
    both_are_rebuilt();
    /* A second pass of the same day finds nothing, and both go on as before. */
    size_t stands = heads(0, &line(0)->out, &governance);
    pass(0, NULL);
    CHECK_INT(heads(0, &line(0)->out, &governance), stands);
    CHECK(pair_reopen(&pair.nodes[0]) && pair_reopen(&pair.nodes[1]));
    CHECK_INT(line(0)->out.read_only[0], 0);
    CHECK_OK(hostile_run(&pair.nodes[0], suspend_run, NULL, &err), err);
    pair_settle(&pair);
    CHECK(line(1)->is_suspended_by_partner);
    both_are_rebuilt();
    pair_free(&pair);
}

CHECK_TEST(a_head_stays_as_long_as_its_body_and_goes_after_it)
{
    char kept[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE], newest[UUID_TEXT_SIZE], arguments[160];
    size_t governance = 0;

    CHECK_OR_RETURN(begin_heads());
    CHECK_OK(ask(1, kept), err);
    CHECK_OK(ask(2, other), err);
    CHECK_OK(ask(3, newest), err);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"hold\":\"exculpatory\"}", kept);
    CHECK_OK(act(1, "retention-hold", arguments), err);
    time_pass(500);
    pass(1, NULL);
    pair_settle(&pair);
    CHECK(is_there(1, kept));
    CHECK(is_there(1, newest)); /* of a log that goes on */
    CHECK(!is_there(1, other)); /* it does not keep what comes behind it */
    both_are_rebuilt();
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", kept);
    CHECK_OK(act(1, "retention-release", arguments), err);
    pass(1, NULL); /* the body, then the head */
    CHECK(!is_there(1, kept));
    CHECK(heads(1, &line(1)->in, &governance) > 0);
    pair_settle(&pair);
    both_are_rebuilt();
    pair_free(&pair);
}

static bool gather_run(struct journal *journal, void *context, struct error *error)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 22);
    struct post post = {.from = *(uint64_t *)context, .to = *(uint64_t *)context + 1};

    return post_gather(journal, &journal->lines[0].out, &post, &arena, error);
}

CHECK_TEST(a_head_that_went_cannot_be_posted_again)
{
    char item[UUID_TEXT_SIZE];
    uint64_t index = 0;

    CHECK_OR_RETURN(begin_heads());
    index = line(0)->out.size;
    CHECK_OK(ask(1, item), err);
    CHECK_OK(hostile_run(&pair.nodes[0], gather_run, &index, &err), err);
    time_pass(500);
    pass(0, NULL);
    CHECK(!hostile_run(&pair.nodes[0], gather_run, &index, &err));
    CHECK_INT(err.kind, ERROR_MISSING);
    pair_free(&pair);
}

int main(void)
{
    out = buffer_make(1 << 20);
    CHECK_RUN(heads_go_after_their_time_and_what_is_kept_is_still_proved);
    CHECK_RUN(a_head_stays_as_long_as_its_body_and_goes_after_it);
    CHECK_RUN(a_head_that_went_cannot_be_posted_again);
    CHECK_RUN(access_entries_lose_their_bodies_and_stay_in_the_tree);
    CHECK_RUN(access_entries_stay_on_a_clock_that_leaps);
    buffer_free(&out);
    return check_end();
}
