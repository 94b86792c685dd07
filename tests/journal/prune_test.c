/*
 * Retention of the books: access entries lose their bodies when their time is over, and not before; the entries stay in the
 * tree; nothing that is derived changes; and no clock that leapt empties the log.
 * covers: prune
 */
#include "check.h"
#include "desk/private.h"
#include "desk/retention.h"
#include "journal/private.h"
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

int main(void)
{
    out = buffer_make(1 << 20);
    CHECK_RUN(access_entries_lose_their_bodies_and_stay_in_the_tree);
    CHECK_RUN(access_entries_stay_on_a_clock_that_leaps);
    buffer_free(&out);
    return check_end();
}
