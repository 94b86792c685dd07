/*
 * Witness statements are thinned once they are old: one an hour of each witness stays, with our checkpoint under it, at both
 * nodes; nothing younger goes, the newest never, and what is left proves what it proved. Between two nodes that act every
 * ten minutes.
 */
#include "check.h"
#include "desk/retention.h"
#include "journal/private.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"
#include "journal/thin.h"
#include "store/thin_rows.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)
#define ROW_MAX   512

static struct pair pair;
static struct buffer out;
static struct error err;

/* An act at both nodes every ten minutes: six beats an hour. */
static void work(int hours)
{
    for (int i = 0; i < 6 * hours; i++) {
        for (size_t side = 0; side < 2; side++)
            CHECK_OK(pair_act(&pair.nodes[side], "agreement-list", "{}", span_text(""), &out, &err),
                     err);
        pair_run(&pair, 2 * MINUTE_MS);
        pair_settle(&pair);
        pair_wait(8 * MINUTE_MS);
    }
}

/* Statements about the domestic log of `of` that `at` holds, and in how many hours they were made. */
static size_t statements(size_t at, size_t of, size_t *hours)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct thin_row *rows = arena_array(&arena, ROW_MAX, sizeof *rows);
    struct span origin = span_text(pair.nodes[of].journal.domestic.origin);
    size_t count = 0;

    if (!thin_list(pair.nodes[at].db, &arena, origin, 0, rows, ROW_MAX, &count, &err))
        printf("%s\n", err.text);
    *hours = count > 0;
    for (size_t i = 1; i < count; i++)
        *hours += rows[i].time_s / THIN_HOUR_S != rows[i - 1].time_s / THIN_HOUR_S;
    return count;
}

static size_t checkpoints(size_t at)
{
    struct journal *journal = &pair.nodes[at].journal;
    size_t count = 0;

    for (int64_t from = 0;; count++) {
        struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
        struct checkpoint_row row;
        if (!checkpoint_from(journal->db, &arena, journal->domestic.id, from, &row, &err)) {
            error_clear(&err);
            return count;
        }
        from = row.size + 1;
    }
}

struct thinning {
    struct thin_walk walk;
    size_t gone;
};

static bool thin_run(struct journal *journal, void *context, struct error *error)
{
    struct thinning *thinning = context;
    size_t gone = 0;
    bool ok = journal_thin(journal, pair_clock_ms(), &thinning->walk, &gone, error);
    thinning->gone += gone;
    return ok;
}

static size_t thin(size_t side)
{
    struct thinning thinning = {.gone = 0};

    while (!thinning.walk.is_over)
        if (!hostile_run(&pair.nodes[side], thin_run, &thinning, &err)) {
            printf("%s\n", err.text);
            return 9999;
        }
    return thinning.gone;
}

static bool newest(size_t at, size_t of, struct arena *arena, struct witness_row *row)
{
    char name[NAME_SIZE_MAX + 32];
    snprintf(name, sizeof name, "%s/witness/0", pair.nodes[1 - of].party);
    return witness_newest(pair.nodes[at].db, arena,
                          span_text(pair.nodes[of].journal.domestic.origin), span_text(name), row,
                          &err);
}

CHECK_TEST(one_statement_an_hour_stays_of_what_is_old)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct witness_row before[2], after[2];
    size_t hours = 0, young = 0, count = 0;

    work(4);
    for (size_t at = 0; at < 2; at++) {
        for (size_t of = 0; of < 2; of++) {
            count = statements(at, of, &hours);
            CHECK(count >= 20 && hours >= 4);
        }
        CHECK(checkpoints(at) >= 20);
        CHECK_INT(thin(at), 0); /* all of it is young */
    }
    pair_wait(91 * DAY_MS);
    work(1);
    for (size_t at = 0; at < 2; at++) {
        young = 0;
        CHECK(newest(at, 0, &arena, &before[0]) && newest(at, 1, &arena, &before[1]));
        CHECK(thin(at) > 30);
        for (size_t of = 0; of < 2; of++) {
            count = statements(at, of, &hours);
            young = count - hours; /* of the last two hours, which are whole */
            CHECK(young >= 3 && young <= 6);
            CHECK(hours >= 6);
        }
        count = statements(at, at, &hours);
        CHECK_INT(checkpoints(at), count);
        CHECK_INT(thin(at), 0);
        CHECK(newest(at, 0, &arena, &after[0]) && newest(at, 1, &arena, &after[1]));
        CHECK(before[0].size == after[0].size && before[1].size == after[1].size);
    }
}

CHECK_TEST(both_go_on_afterwards)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct witness_row row;

    for (size_t side = 0; side < 2; side++)
        CHECK_OR_RETURN(pair_reopen(&pair.nodes[side]));
    pair_settle(&pair);
    work(1);
    for (size_t of = 0; of < 2; of++) {
        struct journal_log *log = &pair.nodes[of].journal.domestic;
        CHECK(log->read_only[0] == '\0');
        CHECK(newest(of, of, &arena, &row));
        CHECK_INT(row.size, (int64_t)log->signed_size);
        CHECK(span_equal(row.root, span_make(log->signed_root.bytes, TLOG_HASH_SIZE)));
    }
}

static bool pass_run(struct journal *journal, void *context, struct error *error)
{
    return desk_retention_step(journal, context, error);
}

CHECK_TEST(the_hourly_pass_does_it)
{
    struct desk_retention_pass state = {.line = 0};

    pair_wait(95 * DAY_MS);
    work(1);
    while (!state.is_over)
        CHECK_OK(hostile_run(&pair.nodes[0], pass_run, &state, &err), err);
    CHECK(state.thinned > 5);
}

int main(void)
{
    out = buffer_make(1 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(one_statement_an_hour_stays_of_what_is_old);
    CHECK_RUN(both_go_on_afterwards);
    CHECK_RUN(the_hourly_pass_does_it);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
