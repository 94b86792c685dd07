/*
 * Thresholds: at which score of the own index how many people who are in it are found, and how often somebody is found who is
 * not the one. One hundred thousand grown people, and those whom the evaluation's questions ask for: each second of them is in
 * the index, the others are not. Nobody of the list that weights and calibration were made from is asked for or stands in it.
 * Each question is asked with its date of birth and without. EVAL=directory takes another corpus.tsv and queries.tsv.
 */
#include "desk_own.h"
#include "search.h"
#include "table.h"

#include "desk/own.h"
#include "desk/own_find.h"
#include "message/support/samples.h"

#include <stdio.h>
#include <stdlib.h>

#define GROWN           100000
#define PER_CLASS       300
#define CLASS_MAX       40
#define DRAWS           1000
#define ONE_ARENA       (64u << 20)
#define CALIBRATED_FROM "ofac"

static const double leasts[] = {0.3, 0.5, 0.7, 0.9};
#define LEAST_COUNT ARRAY_COUNT(leasts)

/* Questions about one person. */
struct sought {
    struct span id;
    int64_t person; /* 0: not in the index */
    size_t asked;
    size_t reached[LEAST_COUNT]; /* in the index: found at that score; else: another one was */
};

struct measure {
    struct bench_table corpus, grown, queries;
    struct sought *sought;
    size_t sought_count;
    bool with_date;
    struct error err;
};

static struct pair pair;

/* --- people --- */

static struct span cell(const struct bench_table *table, size_t row, const char *head)
{
    return table_cell(table, row, table_column(table, head));
}

struct filling {
    struct own_batch batch;
    struct buffer body;
    struct buffer names;
    int64_t changed;
};

static bool person_put(struct filling *filling, struct span id, struct span name, struct span born,
                       struct error *err)
{
    struct person_name whole = {.alias = name, .script = SCRIPT_LATIN};
    struct person person = {.marking = sample_persons[0].marking,
                            .category = PERSON_SUSPECT,
                            .names = &whole,
                            .name_count = 1,
                            .birth_date = born,
                            .link_to_purpose = span_text("bench")};
    struct own_row row = {.source = span_text("bench"),
                          .external = id,
                          .changed = ++filling->changed,
                          .put_ms = pair_clock_ms()};
    int64_t number;
    bool is_new;

    return own_row_fill(&row, &person, &filling->body, &filling->names, err) &&
           own_batch_put(&filling->batch, &row, &number, &is_new, err);
}

static bool table_put(struct filling *filling, const struct bench_table *table,
                      struct measure *measure)
{
    for (size_t i = 0; i < table->count; i++) {
        struct span id = cell(table, i, "id");
        struct sought *sought = NULL;
        if (table == &measure->corpus) {
            if (span_is(cell(table, i, "source"), CALIBRATED_FROM))
                continue;
            sought = &measure->sought[measure->sought_count++];
            *sought = (struct sought){.id = id};
            if (measure->sought_count % 2 == 0)
                continue;
            sought->person = filling->changed + 1;
        }
        if (!person_put(filling, id, cell(table, i, "name"), cell(table, i, "dob"), &measure->err))
            return false;
    }
    return true;
}

static bool people_put(struct journal *journal, void *context, struct error *err)
{
    struct measure *measure = context;
    struct filling filling = {.body = buffer_make(1u << 16), .names = buffer_make(1u << 16)};
    bool ok = own_batch_begin(&filling.batch, journal->db, err) &&
              table_put(&filling, &measure->grown, measure) &&
              table_put(&filling, &measure->corpus, measure);

    own_batch_end(&filling.batch);
    buffer_free(&filling.body);
    buffer_free(&filling.names);
    return ok;
}

/* --- questions --- */

static struct sought *sought_of(struct measure *measure, struct span id)
{
    for (size_t i = 0; i < measure->sought_count; i++)
        if (span_equal(measure->sought[i].id, id))
            return &measure->sought[i];
    return NULL;
}

static bool ask(struct journal *journal, struct measure *measure, size_t query,
                struct sought *sought)
{
    struct arena arena CLEANUP(arena_free) = arena_make(ONE_ARENA);
    struct own_viewer viewer = {.most = OWN_GUARD_OPEN, .case_number = span_text("")};
    struct span name = cell(&measure->queries, query, "name");
    struct record_value value = {RECORD_WHOLE, 0, name};
    struct record_input question = {.values = &value, .value_count = 1};
    struct own_finding finding;
    struct error none = {0};

    if (measure->with_date)
        birth_read(cell(&measure->queries, query, "dob"), &question.birth, &none);
    if (!own_finding_begin(journal, &arena, &viewer, &finding, &measure->err) ||
        !own_find_name(&finding, name, question.birth, FIND_HIT_MAX, &measure->err) ||
        !own_find_load(&finding, NULL, &measure->err) ||
        !own_find_score(&finding, &question, &measure->err))
        return false;
    float best = -1;
    for (size_t i = 0; i < finding.count; i++)
        if (finding.list[i].score.share > best &&
            (sought->person == 0 || finding.list[i].id == sought->person))
            best = finding.list[i].score.share;
    sought->asked++;
    for (size_t i = 0; i < LEAST_COUNT; i++)
        sought->reached[i] += best >= (float)leasts[i];
    return true;
}

struct class_count {
    struct span class;
    size_t count;
};

/* Names under which nothing of the first name is left are nothing that a name is found by: search measures them. */
static bool is_taken(struct class_count *classes, size_t *class_count, struct span class)
{
    size_t i = 0;

    while (i < *class_count && !span_equal(classes[i].class, class))
        i++;
    if (span_is(class, "aka_far") || i == CLASS_MAX)
        return false;
    if (i == *class_count)
        classes[(*class_count)++] = (struct class_count){class, 0};
    return classes[i].count++ < PER_CLASS;
}

static bool questions_ask(struct journal *journal, void *context, struct error *err)
{
    struct measure *measure = context;
    struct class_count classes[CLASS_MAX];
    size_t class_count = 0;
    (void)err;

    for (size_t i = 0; i < measure->sought_count; i++)
        measure->sought[i] =
            (struct sought){.id = measure->sought[i].id, .person = measure->sought[i].person};
    for (size_t i = 0; i < measure->queries.count; i++) {
        struct sought *sought = sought_of(measure, cell(&measure->queries, i, "expected_id"));
        if (sought != NULL &&
            is_taken(classes, &class_count, cell(&measure->queries, i, "class")) &&
            !ask(journal, measure, i, sought))
            return false;
    }
    return true;
}

/* --- what comes out --- */

struct share {
    double value, low, high;
    size_t asked;
};

/* Questions about one person hang together: whole people are drawn. */
static struct share share_of(const struct measure *measure, bool is_present, size_t least)
{
    static double draws[DRAWS];
    struct share share = {.value = 0};
    uint64_t state = 1;
    size_t reached = 0;

    for (size_t i = 0; i < measure->sought_count; i++)
        if ((measure->sought[i].person != 0) == is_present) {
            share.asked += measure->sought[i].asked;
            reached += measure->sought[i].reached[least];
        }
    for (size_t draw = 0; draw < DRAWS; draw++) {
        double asked = 0, found = 0;
        for (size_t i = 0; i < measure->sought_count; i++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            const struct sought *drawn = &measure->sought[(state >> 33) % measure->sought_count];
            if ((drawn->person != 0) != is_present)
                continue;
            asked += (double)drawn->asked;
            found += (double)drawn->reached[least];
        }
        draws[draw] = asked > 0 ? found / asked : 0;
    }
    qsort(draws, DRAWS, sizeof draws[0], bench_compare);
    share.value = share.asked > 0 ? (double)reached / (double)share.asked : 0;
    share.low = draws[DRAWS / 40];
    share.high = draws[DRAWS - 1 - DRAWS / 40];
    return share;
}

static void figure(const char *what, const char *how, double least, double value)
{
    struct bench_series series = {.values = {value}, .count = 1};
    char id[64];

    snprintf(id, sizeof id, "own_%s_%s_at_%.1f", what, how, least);
    bench_figure(id, &series, "");
}

static void tell(const struct measure *measure)
{
    const char *how = measure->with_date ? "dated" : "name";

    bench_say("  %s\n    score  found, who is there                 another, who is not there\n",
              measure->with_date ? "name and date of birth" : "name alone");
    for (size_t i = 0; i < LEAST_COUNT; i++) {
        struct share found = share_of(measure, true, i);
        struct share wrong = share_of(measure, false, i);
        bench_say("    %.1f    %.3f (%.3f to %.3f) of %-5zu      %.3f (%.3f to %.3f) of %zu\n",
                  leasts[i], found.value, found.low, found.high, found.asked, wrong.value,
                  wrong.low, wrong.high, wrong.asked);
        figure("found", how, leasts[i], found.value);
        figure("another", how, leasts[i], wrong.value);
    }
}

static bool run(struct measure *measure)
{
    struct pair_node *node = &pair.nodes[0];

    if (!pair_work(node, people_put, measure, &measure->err) || !desk_own_open(node, &measure->err))
        return false;
    for (int with = 1; with >= 0; with--) {
        measure->with_date = with == 1;
        if (!pair_work(node, questions_ask, measure, &measure->err))
            return false;
        tell(measure);
    }
    return true;
}

static bool tables_read(struct measure *measure)
{
    const char *directory = search_directory();
    char path[BENCH_PATH_SIZE + 16];

    if (directory == NULL || !search_grow(GROWN, path) || !table_read(path, '\t', &measure->grown))
        return false;
    snprintf(path, sizeof path, "%s/corpus.tsv", directory);
    if (!table_read(path, '\t', &measure->corpus))
        return false;
    snprintf(path, sizeof path, "%s/queries.tsv", directory);
    measure->sought = calloc(measure->corpus.count + 1, sizeof *measure->sought);
    return measure->sought != NULL && table_read(path, '\t', &measure->queries);
}

bool bench_thresholds(void)
{
    static struct measure measure;
    bool ok = true;

    bench_say("thresholds: %d grown people and those asked for\n", GROWN);
    if (!tables_read(&measure)) {
        bench_say("NOT RUN: no corpus.tsv and queries.tsv, or people cannot be grown\n");
    } else {
        ok = pair_make(&pair) && run(&measure);
        if (!ok)
            bench_say("thresholds FAILED: %s\n", measure.err.text);
        desk_own_close(&pair.nodes[0]);
        pair_free(&pair);
    }
    free(measure.sought);
    table_free(&measure.corpus);
    table_free(&measure.grown);
    table_free(&measure.queries);
    return ok;
}
