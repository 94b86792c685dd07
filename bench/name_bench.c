/*
 * Name bench: pairs of names that people judged (nomenklatura, contrib/name_bench), persons only, scored by the name alone
 * with the published weights. The threshold is chosen on four fifths of the pairs and used on the last fifth, five times.
 * EVAL=file takes another name_bench_cases.csv; beside it logicv2-frozen.csv is the published output of a peer.
 */
#include "bench.h"
#include "table.h"

#include "match/score.h"

#include <stdio.h>
#include <stdlib.h>

#define FOLDS    5
#define DRAWS    2000
#define CASE_MAX 100000

struct name_case {
    float bits;
    bool is_match;
    bool is_found;
};

static const char *cases_path(void)
{
    static char path[BENCH_PATH_SIZE];
    const char *given = getenv("EVAL");

    snprintf(path, sizeof path, "%s/../shared/data/matching/opensanctions/name_bench_cases.csv",
             BESA_SOURCE_DIR);
    if (given != NULL)
        snprintf(path, sizeof path, "%s", given);
    return path;
}

/* --- scoring --- */

struct scoring {
    struct folder *folder;
    struct lexicon *lexicon;
    struct aligner *aligner;
    struct score_weights weights;
};

static bool pair_score(struct scoring *scoring, struct span a, struct span b, float *bits)
{
    struct record_value values[] = {{RECORD_WHOLE, 0, a}, {RECORD_WHOLE, 0, b}};
    struct record_word words[2][RECORD_WORD_MAX];
    struct record records[2];
    struct likeness likeness;
    struct error err = {0};

    for (size_t i = 0; i < 2; i++) {
        struct record_input input = {.values = &values[i], .value_count = 1};
        if (!record_make(scoring->lexicon, scoring->folder, &input, words[i], &records[i], &err))
            return false;
    }
    likeness_make(scoring->aligner, &records[0], &records[1], &likeness);
    *bits = score_bits(&scoring->weights, &likeness, 0);
    return true;
}

static bool scoring_run(const struct bench_table *table, struct name_case *cases, size_t *count)
{
    struct scoring scoring = {.folder = NULL};
    struct error err = {0};
    size_t schema = table_column(table, "schema");
    size_t first = table_column(table, "name1");
    size_t second = table_column(table, "name2");
    size_t truth = table_column(table, "is_match");
    bool ok = folder_make(&scoring.folder, &err) && lexicon_make(&scoring.lexicon, &err) &&
              aligner_make(scoring.lexicon, &scoring.aligner, &err);

    score_weights_published(&scoring.weights);
    for (size_t i = 0; ok && i < table->count && *count < CASE_MAX; i++) {
        if (!span_is(table_cell(table, i, schema), "Person"))
            continue;
        struct name_case *new = &cases[(*count)++];
        new->is_match = span_is(table_cell(table, i, truth), "true");
        ok = pair_score(&scoring, table_cell(table, i, first), table_cell(table, i, second),
                        &new->bits);
    }
    aligner_free(&scoring.aligner);
    lexicon_free(&scoring.lexicon);
    folder_free(&scoring.folder);
    return ok;
}

/* --- judging --- */

struct counts {
    size_t right, found, truth;
};

static double f1_of(const struct counts *counts)
{
    return counts->found + counts->truth == 0
               ? 0
               : 2.0 * (double)counts->right / (double)(counts->found + counts->truth);
}

static void counts_add(struct counts *counts, bool is_match, bool is_found)
{
    counts->right += is_match && is_found;
    counts->found += is_found;
    counts->truth += is_match;
}

static struct counts counts_at(const struct name_case *cases, size_t count, size_t left_out,
                               float least)
{
    struct counts counts = {0};

    for (size_t i = 0; i < count; i++)
        if (i % FOLDS != left_out)
            counts_add(&counts, cases[i].is_match, cases[i].bits >= least);
    return counts;
}

/* The best threshold on every fold but one; among equals the lowest. */
static float threshold_choose(const struct name_case *cases, size_t count, size_t left_out)
{
    float best = 0;
    double best_f1 = -1;

    for (size_t i = 0; i < count; i++) {
        if (i % FOLDS == left_out)
            continue;
        struct counts counts = counts_at(cases, count, left_out, cases[i].bits);
        double f1 = f1_of(&counts);
        if (f1 > best_f1 || (f1 >= best_f1 && cases[i].bits < best)) {
            best = cases[i].bits;
            best_f1 = f1;
        }
    }
    return best;
}

/* F1 of draws with replacement: the middle 95 of 100. */
static void interval(const struct name_case *cases, size_t count, double *low, double *high)
{
    static double draws[DRAWS];
    uint64_t state = 1;

    for (size_t draw = 0; draw < DRAWS; draw++) {
        struct counts counts = {0};
        for (size_t i = 0; i < count; i++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            const struct name_case *drawn = &cases[(state >> 33) % count];
            counts_add(&counts, drawn->is_match, drawn->is_found);
        }
        draws[draw] = f1_of(&counts);
    }
    qsort(draws, DRAWS, sizeof draws[0], bench_compare);
    *low = draws[DRAWS / 40];
    *high = draws[DRAWS - 1 - DRAWS / 40];
}

static void peer_say(const char *path)
{
    char peer[BENCH_PATH_SIZE];
    struct bench_table table;
    struct counts counts = {0};
    const char *slash = strrchr(path, '/');

    snprintf(peer, sizeof peer, "%.*slogicv2-frozen.csv",
             slash == NULL ? 0 : (int)(slash + 1 - path), path);
    if (table_read(peer, ',', &table)) {
        size_t schema = table_column(&table, "schema");
        size_t truth = table_column(&table, "is_match");
        size_t found = table_column(&table, "predicted_match");
        for (size_t i = 0; i < table.count; i++)
            if (span_is(table_cell(&table, i, schema), "Person"))
                counts_add(&counts, span_is(table_cell(&table, i, truth), "true"),
                           span_is(table_cell(&table, i, found), "true"));
        bench_say("  logic-v2, its published output: F1 %.3f\n", f1_of(&counts));
    }
    table_free(&table);
}

static void judge(struct name_case *cases, size_t count)
{
    struct counts counts = {0};
    struct bench_series series = {.count = 1};
    double low;
    double high;

    for (size_t fold = 0; fold < FOLDS; fold++) {
        float least = threshold_choose(cases, count, fold);
        bench_say("  fold %zu: threshold %.2f bits\n", fold + 1, (double)least);
        for (size_t i = fold; i < count; i += FOLDS) {
            cases[i].is_found = cases[i].bits >= least;
            counts_add(&counts, cases[i].is_match, cases[i].is_found);
        }
    }
    interval(cases, count, &low, &high);
    series.values[0] = f1_of(&counts);
    bench_say("  %zu pairs of persons, %zu of them one person: P %.3f R %.3f F1 %.3f (95 %%: %.3f "
              "to %.3f)\n",
              count, counts.truth, (double)counts.right / (double)counts.found,
              (double)counts.right / (double)counts.truth, series.values[0], low, high);
    bench_promise("name_bench_person_f1", &series, "", ">=0.78", "0.85");
}

bool bench_names(void)
{
    const char *path = cases_path();
    struct bench_table table;
    struct name_case *cases = calloc(CASE_MAX, sizeof *cases);
    size_t count = 0;

    bench_say("name_bench: pairs of names, judged by people\n");
    if (!table_read(path, ',', &table)) {
        bench_say("NOT RUN: no pairs (EVAL=file)\n");
        free(cases);
        return true;
    }
    bool ok = cases != NULL && scoring_run(&table, cases, &count);
    if (ok && count >= FOLDS) {
        judge(cases, count);
        peer_say(path);
    }
    table_free(&table);
    free(cases);
    return ok;
}
