/*
 * Search: how fast, and how well, a name is found among 10^5, 10^6 and 10^7 persons, beside pg_trgm over the same names and
 * questions. EVAL=directory takes another corpus.tsv and queries.tsv (search.h); BESA_BENCH_PEOPLE=N ends at N.
 * What the classes are, and which of them are real, stands with the data.
 */
#include "search.h"

#include "match/index_builder.h"
#include "match/search.h"
#include "store/support/engines.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PER_CLASS   200
#define SCORE_LEAST 0.4f
#define GIST_STEP   41 /* of some 5,400 queries: GiST takes a third of a second for each */

static bool failed(const char *what, const struct error *err)
{
    bench_say("search FAILED: %s: %s\n", what, err->text);
    return false;
}

/* --- the index --- */

static bool index_make(const struct search_data *data, struct index **out, double *seconds)
{
    struct index_builder *builder = NULL;
    struct index *made = NULL;
    struct error err = {0};
    char path[BENCH_PATH_SIZE + 16];
    double began = bench_now();
    bool ok = index_builder_make(NULL, &builder, &err);

    for (size_t i = 0; ok && i < data->row_count; i++) {
        struct index_person person = {.record = i};
        ok = index_builder_add(builder, &person, &data->rows[i].name, 1, &err);
    }
    snprintf(path, sizeof path, "%s/search", bench_directory());
    ok = ok && index_builder_finish(builder, &made, &err) &&
         index_write(made, env_real(), path, &err);
    *seconds = bench_now() - began;
    index_builder_free(&builder);
    index_free(&made);
    double opening = bench_now();
    ok = ok && index_open(path, out, &err);
    unlink(path);
    if (!ok)
        return failed("building", &err);
    bench_say(
        "  %zu people, %u names, %u words: built and written in %.1f s, opened and checked in "
        "%.2f s, %.1f bytes a person\n",
        data->row_count, (*out)->name_count, (*out)->token_count, *seconds, bench_now() - opening,
        (double)index_size(*out) / (double)data->row_count);
    return true;
}

/* --- asking --- */

static uint8_t rank_of(const struct search_data *data, const struct index *index,
                       const struct search_result *result, struct span id)
{
    for (size_t i = 0; i < result->count; i++) {
        uint32_t name = result->hits[i].name;
        for (uint32_t k = index->name_persons.starts[name];
             k < index->name_persons.starts[name + 1]; k++)
            if (span_equal(data->rows[index->name_persons.items[k]].id, id))
                return (uint8_t)(i + 1);
    }
    return 0;
}

struct asking {
    const struct search_data *data;
    const struct index *index;
    struct search_score *score; /* NULL: only the time counts */
    size_t first;
    size_t step;
    bool ok;
};

static void *ask(void *context)
{
    struct asking *asking = context;
    struct searcher *searcher = NULL;
    struct search_result *result = malloc(sizeof *result);
    struct error err = {0};

    asking->ok = result != NULL && searcher_make(asking->index, asking->index, &searcher, &err);
    for (size_t i = asking->first; asking->ok && i < asking->data->query_count; i += asking->step) {
        double began = bench_now();
        search_name(searcher, asking->data->queries[i].name, SEARCH_TOP, SCORE_LEAST, result);
        if (asking->score == NULL)
            continue;
        asking->score->ms[i] = (bench_now() - began) * 1e3;
        asking->score->ranks[i] =
            rank_of(asking->data, asking->index, result, asking->data->queries[i].id);
    }
    searcher_free(&searcher);
    free(result);
    return NULL;
}

/* All queries on so many threads; seconds, or 0. */
static double ask_on(const struct search_data *data, const struct index *index, size_t threads)
{
    pthread_t running[2];
    struct asking asking[2];
    double began = bench_now();
    bool ok = true;

    for (size_t i = 0; i < threads; i++) {
        asking[i] = (struct asking){data, index, NULL, i, threads, false};
        ok = ok && pthread_create(&running[i], NULL, ask, &asking[i]) == 0;
    }
    for (size_t i = 0; ok && i < threads; i++)
        ok = pthread_join(running[i], NULL) == 0 && asking[i].ok;
    return ok ? bench_now() - began : 0;
}

static void cores_compare(const struct search_data *data, const struct index *index)
{
    struct bench_series ratio = {.count = 0};

    for (int round = 0; round < BENCH_ROUNDS; round++) {
        double one = ask_on(data, index, 1);
        double two = ask_on(data, index, 2);
        if (two > 0)
            bench_add(&ratio, one / two);
    }
    bench_promise("search_2core_ratio", &ratio, "x", ">=1.8", "1.95");
}

static void figure(const char *id, double value, const char *unit, const char *must,
                   const char *reach)
{
    struct bench_series series = {.values = {value}, .count = 1};

    bench_promise(id, &series, unit, must, reach);
}

/* --- the sizes --- */

static bool measured(size_t grown, struct search_data *data, struct index **index,
                     struct search_score *score, double *seconds)
{
    if (!search_data_read(search_directory(), grown, PER_CLASS, data))
        return false;
    if (!search_score_make(data, score) || !index_make(data, index, seconds))
        return false;
    struct asking asking = {data, *index, score, 0, 1, false};
    ask(&asking);
    return asking.ok;
}

static bool at_1e5(void)
{
    struct search_data data;
    struct search_score score = {.ranks = NULL};
    struct index *index = NULL;
    double seconds;
    size_t count;

    if (!measured(100000, &data, &index, &score, &seconds))
        return true;
    search_table("Besa, 10^5 people", &data, &score);
    figure("search_script_recall10_1e5", search_class(&data, &score, "script", SEARCH_TOP, &count),
           "", ">=0.75", "0.90");
    index_free(&index);
    search_score_free(&score);
    search_data_free(&data);
    return true;
}

static void peer_compare(const struct search_data *data, const struct search_score *own)
{
    struct search_score gin = {.ranks = NULL};
    struct search_score gist = {.ranks = NULL};

    if (search_score_make(data, &gin) && search_peer_run(PEER_GIN, data, 1, &gin)) {
        search_table("pg_trgm GIN, threshold 0.3", data, &gin);
        bench_say("    p50 %.3f ms, Besa %.3f ms\n", search_quantile(data, &gin, 0.5),
                  search_quantile(data, own, 0.5));
        figure("search_p50_vs_trgm",
               search_quantile(data, &gin, 0.5) / search_quantile(data, own, 0.5), "x faster",
               ">=100", "200");
        figure("search_core_recall10_minus_trgm",
               search_core(data, own, SEARCH_TOP) - search_core(data, &gin, SEARCH_TOP), "",
               ">=0.08", "0.12");
    }
    if (search_score_make(data, &gist) && search_peer_run(PEER_GIST, data, GIST_STEP, &gist))
        bench_say("  pg_trgm GiST, each %dth query: p50 %.1f ms\n", GIST_STEP,
                  search_quantile(data, &gist, 0.5));
    search_score_free(&gin);
    search_score_free(&gist);
}

static bool at_1e6(void)
{
    struct search_data data;
    struct search_score score = {.ranks = NULL};
    struct index *index = NULL;
    double seconds;
    size_t count;

    if (!measured(1000000, &data, &index, &score, &seconds))
        return true;
    search_table("Besa, 10^6 people", &data, &score);
    figure("search_aka_near_recall10_1e6",
           search_class(&data, &score, "aka_near", SEARCH_TOP, &count), "", ">=0.85", "0.92");
    cores_compare(&data, index);
    peer_compare(&data, &score);
    index_free(&index);
    search_score_free(&score);
    search_data_free(&data);
    return true;
}

static bool at_1e7(void)
{
    struct search_data data;
    struct search_score score = {.ranks = NULL};
    struct index *index = NULL;
    double seconds;

    if (!measured(10000000, &data, &index, &score, &seconds))
        return true;
    search_table("Besa, 10^7 people", &data, &score);
    figure("search_1e7_p50_ms", search_quantile(&data, &score, 0.5), "ms", "<=1", "");
    figure("search_1e7_p99_ms", search_quantile(&data, &score, 0.99), "ms", "<=20", "5");
    figure("search_1e7_bytes_per_person", (double)index_size(index) / (double)data.row_count,
           "bytes", "<=100", "60");
    figure("index_build_1e7_s", seconds, "s", "<=60", "20");
    index_free(&index);
    search_score_free(&score);
    search_data_free(&data);
    return true;
}

bool bench_search(void)
{
    const char *people = getenv("BESA_BENCH_PEOPLE");
    size_t most = people == NULL ? 10000000 : (size_t)strtoul(people, NULL, 10);

    bench_say("search: a name among many\n");
    if (search_directory() == NULL) {
        bench_say("NOT RUN: no evaluation (EVAL=directory)\n");
        return true;
    }
    bool ok = at_1e5() && (most < 1000000 || at_1e6()) && (most < 10000000 || at_1e7());
    engines_end(0);
    return ok;
}
