/*
 * Retention at the size of years: a pass over a million items that are due and stay, each on hold; the numbers that the
 * metrics take of them; the erasing of some thousands; and a hundred thousand heads and access entries. Each step is a job of
 * the writer as in a node, with its commit: the longest is how long an officer's act may have to wait for one.
 *
 * The books are those of a real node, with rows put in directly: what is erased is not opened, so that bodies are short.
 */
#include "bench.h"

#include "desk/retention.h"
#include "journal/private.h"
#include "journal/support/pair.h"
#include "store/governance_rows.h"
#include "store/local_rows.h"

#include <stdio.h>
#include <time.h>

#define ITEM_COUNT  1000000
#define BOOK_COUNT  100000
#define ERASE_COUNT (64 * (int64_t)RETENTION_STEP)
#define DAY_MS      INT64_C(86400000)
#define HELD_MS     50 /* no step may hold the writer longer */

enum { LOG_ITEMS = 9001, LOG_HEADS, LOG_ACTS };

static struct pair pair;
static struct error err;

static struct journal *journal(void)
{
    return &pair.nodes[1].journal;
}

/* A log that ended, known to the journal: its entries are gone through like those of any other. */
static bool past_add(struct journal_chain *chain, int64_t id, const char *origin, int64_t size)
{
    struct journal_past past = {.id = id, .size = (uint64_t)size};

    snprintf(past.origin, sizeof past.origin, "%s", origin);
    return chain_add(journal(), chain, &past, &err);
}

static bool entry_put(int64_t log, int64_t index, int64_t type, int64_t *id)
{
    static const uint8_t bytes[512] = {7};
    uint8_t message_id[UUID_SIZE] = {0};
    struct entry_row row = {.id = journal()->next_entry++,
                            .log = log,
                            .index = index,
                            .message_id = span_make(message_id, sizeof message_id),
                            .head = span_make(bytes, 300),
                            .leaf = span_make(bytes, TLOG_HASH_SIZE),
                            .type = type,
                            .created_ms = pair_clock_ms() - 5000 * DAY_MS,
                            .salt = span_make(bytes, SALT_SIZE),
                            .body = span_make(bytes, sizeof bytes),
                            .body_key = span_make(bytes, 60),
                            .body_size = sizeof bytes,
                            .body_state = BODY_HELD};

    memcpy(message_id, &row.id, sizeof row.id);
    message_id[6] = 0x70;
    *id = row.id;
    return entry_insert(journal()->db, &row, &err);
}

static bool item_put(int64_t index)
{
    struct retention_row row = {.class = RETENTION_CLASS_REQUEST,
                                .agreement = span_text(journal()->lines[0].agreement_id),
                                .version = 1,
                                .start_ms = pair_clock_ms() - 4000 * DAY_MS + index,
                                .erase_at_ms = RETENTION_OPEN};
    struct hold_row hold = {.ground = 2,
                            .officer = span_text("blerim"),
                            .case_number = span_text("c-1"),
                            .reason = span_text("bench"),
                            .until_ms = RETENTION_OPEN};
    int64_t id = 0;

    if (!entry_put(LOG_ITEMS, index, MESSAGE_REQUEST, &id))
        return false;
    row.entry = id;
    hold.entry = id;
    return retention_insert(journal()->db, &row, &err) && hold_put(journal()->db, &hold, &err);
}

/* A receipt for each 16 entries, as posts bring them. */
static bool head_put(int64_t index)
{
    static const uint8_t root[TLOG_HASH_SIZE];
    struct receipt_row receipt = {.log = LOG_HEADS,
                                  .size = index + 1,
                                  .root = span_make(root, sizeof root),
                                  .time_s = (pair_clock_ms() - 4500 * DAY_MS) / 1000};
    int64_t id = 0;

    return entry_put(LOG_HEADS, index, MESSAGE_OUTCOMES, &id) &&
           (index % 16 != 15 || receipt_insert(journal()->db, &receipt, &err));
}

static bool act_put(int64_t index)
{
    int64_t id = 0;
    return entry_put(LOG_ACTS, index, MESSAGE_ACT, &id);
}

static bool rows_put(bool (*put)(int64_t index), int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        if (i % 10000 == 0 && !database_begin(journal()->db, DATABASE_NORMAL, &err))
            return false;
        if (!put(i))
            return false;
        if (i % 10000 != 9999 && i + 1 != count)
            continue;
        /* As the background of a node does, or the log ahead of the file grows for ever. */
        if (!database_commit(journal()->db, &err) ||
            !database_checkpoint(journal()->db, CHECKPOINT_TRUNCATE, NULL, &err))
            return false;
    }
    return true;
}

static bool books_fill(void)
{
    struct journal_line *line = &journal()->lines[0];
    char now[24];

    snprintf(now, sizeof now, "%lld", (long long)pair_clock_ms());
    return past_add(&line->in_past, LOG_ITEMS, "ro/ro-al/to/al/7", ITEM_COUNT) &&
           past_add(&line->in_past, LOG_HEADS, "ro/ro-al/to/al/8", BOOK_COUNT) &&
           past_add(&journal()->domestic_past, LOG_ACTS, "al/domestic/7", BOOK_COUNT) &&
           rows_put(item_put, ITEM_COUNT) && rows_put(head_put, BOOK_COUNT) &&
           rows_put(act_put, BOOK_COUNT) && database_begin(journal()->db, DATABASE_FULL, &err) &&
           setting_put(journal()->db, RETENTION_CLOCK_SETTING, span_text(now), &err) &&
           database_commit(journal()->db, &err);
}

/* --- steps of the writer, and how long each held it --- */

struct measured {
    struct bench_series seconds, longest_ms, busy_ms;
    double longest, busiest; /* by the clock; of this process, whatever else the machine does */
};

static double busy_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1e6;
}

typedef bool job_run(struct journal *journal, void *context, struct error *err);

static bool step(struct measured *m, job_run *run, void *context)
{
    double began = bench_now(), busy = busy_now();
    bool ok = pair_work(&pair.nodes[1], run, context, &err);
    double ms = (bench_now() - began) * 1000;

    busy = busy_now() - busy;
    m->longest = ms > m->longest ? ms : m->longest;
    m->busiest = busy > m->busiest ? busy : m->busiest;
    return ok;
}

static bool pass_run(struct journal *of, void *context, struct error *error)
{
    return desk_retention_step(of, context, error);
}

static bool count_run(struct journal *of, void *context, struct error *error)
{
    return desk_retention_count(of, &of->lines[0], pair_clock_ms(), context, error);
}

static void longest_take(struct measured *m)
{
    bench_add(&m->longest_ms, m->longest);
    bench_add(&m->busy_ms, m->busiest);
    m->longest = m->busiest = 0;
}

/* Until it is over, or so much is erased. */
static bool pass(struct measured *m, struct desk_retention_pass *state, size_t enough)
{
    double began = bench_now();
    bool ok = true;

    *state = (struct desk_retention_pass){.line = 0};
    while (ok && !state->is_over && state->erased < enough)
        ok = step(m, pass_run, state);
    bench_add(&m->seconds, bench_now() - began);
    longest_take(m);
    return ok;
}

static bool holds_drop(int64_t from, int64_t count)
{
    if (!database_begin(journal()->db, DATABASE_NORMAL, &err))
        return false;
    for (int64_t i = from; i < from + count; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
        struct entry_row row;
        if (!entry_find_index(journal()->db, &arena, LOG_ITEMS, i, &row, &err) ||
            !hold_delete(journal()->db, row.id, &err))
            return false;
    }
    return database_commit(journal()->db, &err);
}

static void held_show(const char *id, const struct measured *m)
{
    bench_figure_held(id, &m->longest_ms, "ms", HELD_MS, HELD_MS / 5);
    bench_row("  of it this process", &m->busy_ms, "ms");
}

static bool measure(void)
{
    struct measured walk = {.longest = 0}, books = {.longest = 0}, erase = {.longest = 0},
                    count = {.longest = 0};
    struct desk_retention_pass state;
    struct retention_count counted;

    /* The first pass takes heads and access entries too. */
    if (!pass(&books, &state, SIZE_MAX))
        return false;
    if (state.heads_erased < BOOK_COUNT || state.acts_erased < BOOK_COUNT)
        return error_set(&err, ERROR_BUG, "%zu heads and %zu access entries went",
                         state.heads_erased, state.acts_erased);
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        if (!pass(&walk, &state, SIZE_MAX) || !step(&count, count_run, &counted))
            return false;
        longest_take(&count);
        if (state.waiting[RETENTION_ON_HOLD] != ITEM_COUNT - (size_t)(round * ERASE_COUNT))
            return error_set(&err, ERROR_BUG, "%zu items were met",
                             state.waiting[RETENTION_ON_HOLD]);
        if (!holds_drop(round * ERASE_COUNT, ERASE_COUNT) ||
            !pass(&erase, &state, (size_t)ERASE_COUNT))
            return false;
        if (state.erased != (size_t)ERASE_COUNT)
            return error_set(&err, ERROR_BUG, "%zu items went", state.erased);
    }
    bench_figure("retention_walk_1e6_s", &walk.seconds, "s");
    held_show("retention_walk_longest_ms", &walk);
    held_show("retention_count_ms", &count);
    held_show("retention_erase_longest_ms", &erase);
    held_show("retention_books_longest_ms", &books);
    return true;
}

bool bench_retention(void)
{
    bool ok = pair_make(&pair);

    bench_say("retention: %d items on hold, %d heads, %d access entries; steps of the writer\n",
              ITEM_COUNT, BOOK_COUNT, BOOK_COUNT);
    if (ok)
        pair_settle(&pair);
    pair.is_cut = true; /* what is told to the partner waits */
    ok = ok && books_fill() && measure();
    if (!ok)
        bench_say("retention FAILED: %s\n", err.text);
    pair_free(&pair);
    return ok;
}
