/*
 * Linkage: how well two lists of 5,000 people (FEBRL 4) are linked without a number that is given to one person, and with
 * it; the weights are learnt, unjudged, from other people (FEBRL 1 and 2). EVAL=directory holds dataset1.csv, dataset2.csv,
 * dataset4a.csv, dataset4b.csv.
 */
#include "febrl.h"

#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SHARE_LEAST 0.5f

static const char *febrl_directory(void)
{
    static char path[BENCH_PATH_SIZE];
    const char *given = getenv("EVAL");

    snprintf(path, sizeof path, "%s/../shared/data/matching/febrl", BESA_SOURCE_DIR);
    if (given != NULL)
        snprintf(path, sizeof path, "%s", given);
    char file[BENCH_PATH_SIZE + 16];
    snprintf(file, sizeof file, "%s/dataset4a.csv", path);
    return access(file, R_OK) == 0 ? path : NULL;
}

static void figure(const char *id, double value, const char *unit, const char *must,
                   const char *reach)
{
    struct bench_series series = {.values = {value}, .count = 1};

    bench_promise(id, &series, unit, must, reach);
}

struct truth_count {
    const struct febrl *febrl;
    size_t pairs;
    size_t same;
};

static bool truth_take(void *context, uint32_t a, uint32_t b, struct error *err)
{
    struct truth_count *count = context;

    (void)err;
    count->pairs++;
    count->same += febrl_same(count->febrl, a, b);
    return true;
}

static size_t same_count(const struct febrl *febrl, const struct links *links)
{
    size_t same = 0;

    for (size_t i = 0; i < links->count; i++)
        same += febrl_same(febrl, links->links[i].a, links->links[i].b);
    return same;
}

struct quality {
    double precision, recall, f1, low, high;
};

/* The 95 % interval of F1 by the binomial error of the pairs that are right (F1 is the share of right ones among those
 * found and those true, taken twice). */
static struct quality quality_of(size_t same, size_t found, size_t truth)
{
    double precision = found == 0 ? 0 : (double)same / (double)found;
    double recall = truth == 0 ? 0 : (double)same / (double)truth;
    double f1 = 2.0 * (double)same / (double)(found + truth);
    double n = (double)(found + truth) / 2;
    double z = 1.96;
    double middle = (f1 + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * sqrt(f1 * (1 - f1) / n + z * z / (4 * n * n));

    return (struct quality){precision, recall, f1, middle - half, middle + half};
}

static bool lists_read(struct febrl *febrl, const char *directory, bool has_document)
{
    if (!febrl_make(febrl) || !febrl_read(febrl, directory, "dataset4a.csv", has_document))
        return false;
    link_list_split(&febrl->list);
    return febrl_read(febrl, directory, "dataset4b.csv", has_document);
}

static bool completeness(const struct febrl *febrl, size_t truth, double *out)
{
    struct truth_count count = {.febrl = febrl};
    struct error err = {0};
    uint64_t skipped;

    if (!link_pairs(&febrl->list, truth_take, &count, &skipped, &err))
        return false;
    *out = (double)count.same / (double)truth;
    bench_say("  %zu candidate pairs of %zu, %.4f of the true ones are among them\n", count.pairs,
              febrl->list.first_count * (febrl->list.count - febrl->list.first_count), *out);
    return true;
}

/* The share of the smaller list that is in the other is itself taken from the data: what the first run expects. */
static bool links_make(struct febrl *febrl, struct link_options *options, struct links *links)
{
    struct error err = {0};
    double share = 0.5;

    for (int round = 0; round < 3; round++) {
        options->prior_bits = link_prior(&febrl->list, share);
        links_free(links);
        if (!link_run(&febrl->list, options, links, &err)) {
            bench_say("linkage FAILED: %s\n", err.text);
            return false;
        }
        share = fmin(1, links->expected / (double)febrl->list.first_count);
    }
    return true;
}

static void quality_say(const char *what, const struct febrl *febrl, const struct links *links,
                        struct quality *out)
{
    size_t truth = febrl_truth(febrl);
    size_t same = same_count(febrl, links);

    *out = quality_of(same, links->count, truth);
    bench_say("  %s: P %.4f R %.4f F1 %.4f (95 %%: %.4f to %.4f); expected %.0f, found %zu, of "
              "them right %zu\n",
              what, out->precision, out->recall, out->f1, out->low, out->high, links->expected,
              links->count, same);
}

static bool four_link(const char *directory, const struct score_weights *weights, bool has_document,
                      struct quality *out, double *complete, double *expected, double *seconds)
{
    static const struct score_curve straight = {.count = 0};
    struct link_options options = {
        .weights = weights, .curve = &straight, .share_least = SHARE_LEAST};
    struct links links = {.links = NULL};
    struct quality paired;
    struct febrl febrl;
    struct error err = {0};

    double began = bench_core();
    bool ok = lists_read(&febrl, directory, has_document) &&
              link_run(&febrl.list, &options, &links, &err);
    *seconds = bench_core() - began;
    ok = ok && completeness(&febrl, febrl_truth(&febrl), complete) &&
         links_make(&febrl, &options, &links);
    if (ok) {
        quality_say(has_document ? "with number" : "without number", &febrl, &links, out);
        *expected = links.expected / (double)(links.count > 0 ? links.count : 1);
        options.is_one_to_one = true;
        links_free(&links);
        ok = link_run(&febrl.list, &options, &links, &err);
        quality_say("the same, each record in one link at most", &febrl, &links, &paired);
    }
    links_free(&links);
    febrl_free(&febrl);
    return ok;
}

static bool learn(const char *directory, bool has_document, struct score_weights *weights)
{
    struct febrl febrl;
    bool ok = febrl_make(&febrl) && febrl_learning_read(&febrl, directory, has_document) &&
              febrl_learn(&febrl, weights);

    febrl_free(&febrl);
    return ok;
}

bool bench_linkage(void)
{
    const char *directory = febrl_directory();
    struct score_weights weights;
    struct quality quality;
    double complete;
    double expected;
    double seconds;

    bench_say("linkage: two lists of 5,000 people\n");
    if (directory == NULL) {
        bench_say("NOT RUN: no lists (EVAL=directory)\n");
        return true;
    }
    if (!learn(directory, false, &weights) ||
        !four_link(directory, &weights, false, &quality, &complete, &expected, &seconds))
        return false;
    figure("linkage_febrl4_nossn_f1", quality.f1, "", ">=0.996", "0.998");
    figure("linkage_febrl4_nossn_precision", quality.precision, "", "", "");
    figure("linkage_febrl4_nossn_recall", quality.recall, "", "", "");
    figure("linkage_febrl4_nossn_completeness", complete, "", "", "");
    figure("linkage_febrl4_nossn_expected", expected, "x", "", "");
    figure("linkage_febrl4_s", seconds, "s of a core", "<=1", "");
    if (!learn(directory, true, &weights) ||
        !four_link(directory, &weights, true, &quality, &complete, &expected, &seconds))
        return false;
    figure("linkage_febrl4_ssn_f1", quality.f1, "", "", "");
    return true;
}
