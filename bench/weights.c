/*
 * Weights: makes the tables of src/match/tables from data whose right answers are known, and writes them to
 * build/weights.tsv and build/calibration.tsv, to be read by a person before they take the place of the published ones.
 * Names: the aliases and rule-made spellings of the OFAC part of the search evaluation (EVAL). The other fields: FEBRL 1
 * and 2, unjudged. Every second person is kept for the calibration.
 */
#include "febrl.h"
#include "table.h"

#include "bench.h"
#include "search.h"

#include "match/index_builder.h"
#include "match/search.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define RANDOM_PAIRS 2000000
#define LIKE_LEAST   0.4f
#define CLASS_MAX    32

struct person {
    struct record record;
    struct record_word words[RECORD_WORD_MAX];
};

struct making {
    struct bench_table corpus, queries;
    struct folder *folder;
    struct lexicon *lexicon;
    struct aligner *aligner;
    struct person *persons; /* by row of the corpus */
    struct index *index;
    struct searcher *searcher;
    struct score_weights weights;
    struct train_case *cases;
    size_t case_count;
    size_t case_room;
    struct span classes[CLASS_MAX];
    struct train_set matches[CLASS_MAX]; /* by class of query */
    size_t class_count;
    struct train_set others; /* candidates that are somebody else */
};

static bool person_make(struct making *making, struct span name, struct span birth,
                        struct person *out, struct error *err)
{
    struct record_value value = {RECORD_WHOLE, 0, name};
    struct record_input input = {.values = &value, .value_count = 1};

    if (!birth_read(birth, &input.birth, err))
        input.birth = (struct birth){0};
    return record_make(making->lexicon, making->folder, &input, out->words, &out->record, err);
}

static bool corpus_make(struct making *making, struct error *err)
{
    struct index_builder *builder = NULL;
    size_t count = making->corpus.count;

    making->persons = calloc(count, sizeof *making->persons);
    bool ok = making->persons != NULL && index_builder_make(NULL, &builder, err);
    for (size_t i = 0; ok && i < count; i++) {
        struct span name = table_cell(&making->corpus, i, 1);
        struct index_person person = {.record = i};
        if (span_is(table_cell(&making->corpus, i, 4), "un")) /* many of them are OFAC's as well */
            continue;
        ok = person_make(making, name, table_cell(&making->corpus, i, 2), &making->persons[i],
                         err) &&
             index_builder_add(builder, &person, &name, 1, err);
        if (ok)
            record_count(making->lexicon, &making->persons[i].record);
    }
    ok = ok && index_builder_finish(builder, &making->index, err) &&
         searcher_make(making->index, making->index, &making->searcher, err);
    index_builder_free(&builder);
    lexicon_weigh(making->lexicon, count);
    return ok;
}

static uint64_t random_next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static bool names_random(struct making *making, struct error *err)
{
    struct train_set random = {.patterns = NULL};
    struct likeness likeness;
    uint64_t state = 1;
    bool ok = true;

    for (size_t i = 0; ok && i < RANDOM_PAIRS; i++) {
        size_t a = random_next(&state) % making->corpus.count;
        size_t b = random_next(&state) % making->corpus.count;
        if (a == b || making->persons[a].record.count == 0 || making->persons[b].record.count == 0)
            continue;
        likeness_make(making->aligner, &making->persons[a].record, &making->persons[b].record,
                      &likeness);
        ok = train_add(&random, &likeness, 1, err);
    }
    train_shares(&random, making->weights.u);
    train_free(&random);
    return ok;
}

/* --- questions --- */

static size_t class_of(struct making *making, struct span name)
{
    size_t i = 0;

    while (i < making->class_count && !span_equal(making->classes[i], name))
        i++;
    if (i == making->class_count && i + 1 < CLASS_MAX)
        making->classes[making->class_count++] = name;
    return i;
}

/* Real aliases, and mistakes by rule; not names that have nothing in common with the first one. */
static bool is_used(struct span class, struct span id)
{
    return span_starts_with(id, "OFAC") && !span_is(class, "aka_far") &&
           !span_starts_with(class, "bk_");
}

static uint32_t hash_of(struct span text)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < text.size; i++)
        hash = (hash ^ text.data[i]) * 16777619u;
    return hash >> 8;
}

static bool case_add(struct making *making, const struct likeness *likeness, bool is_match)
{
    if (making->case_count == making->case_room) {
        making->case_room = making->case_room == 0 ? 65536 : making->case_room * 2;
        struct train_case *cases =
            realloc(making->cases, making->case_room * sizeof *making->cases);
        if (cases == NULL)
            return false;
        making->cases = cases;
    }
    float prior = -log2f((float)making->corpus.count);
    making->cases[making->case_count++] =
        (struct train_case){score_bits(&making->weights, likeness, prior), is_match, 1};
    return true;
}

/* One question: every candidate that the search gives. Half of the questions have no birth date. */
static bool question_ask(struct making *making, size_t row, bool is_judged, struct error *err)
{
    struct search_result found;
    struct person asked;
    struct likeness likeness;
    struct span id = table_cell(&making->queries, row, 4);
    size_t class = class_of(making, table_cell(&making->queries, row, 1));
    struct span birth = row % 2 == 0 ? table_cell(&making->queries, row, 3) : span_make(NULL, 0);
    bool ok = person_make(making, table_cell(&making->queries, row, 2), birth, &asked, err);

    search_name(making->searcher, table_cell(&making->queries, row, 2), SEARCH_TOP, LIKE_LEAST,
                &found);
    for (size_t i = 0; ok && i < found.count; i++) {
        const struct index_lists *lists = &making->index->name_persons;
        for (uint32_t k = lists->starts[found.hits[i].name];
             ok && k < lists->starts[found.hits[i].name + 1]; k++) {
            uint32_t person = lists->items[k];
            bool is_match = span_equal(table_cell(&making->corpus, person, 0), id);
            likeness_make(making->aligner, &asked.record, &making->persons[person].record,
                          &likeness);
            ok = is_judged  ? case_add(making, &likeness, is_match)
                 : is_match ? train_add(&making->matches[class], &likeness, 1, err)
                            : train_add(&making->others, &likeness, 1, err);
        }
    }
    return ok;
}

static bool questions_ask(struct making *making, bool is_judged, struct error *err)
{
    bool ok = true;

    for (size_t row = 0; ok && row < making->queries.count; row++) {
        struct span id = table_cell(&making->queries, row, 4);
        if (!is_used(table_cell(&making->queries, row, 1), id) ||
            (hash_of(id) % 2 == 1) != is_judged)
            continue;
        ok = question_ask(making, row, is_judged, err);
    }
    return ok;
}

/* Every class of question weighs the same, whatever its number. */
static void names_weigh(struct making *making)
{
    float shares[LIKE_FIELD_COUNT][LIKE_LEVEL_MAX];
    static const enum like_field used[] = {LIKE_NAME, LIKE_MORE};

    for (size_t i = 0; i < ARRAY_COUNT(used); i++)
        for (unsigned level = 0; level < LIKE_LEVEL_MAX; level++)
            making->weights.m[used[i]][level] = 0;
    for (size_t class = 0; class < making->class_count; class ++) {
        train_shares(&making->matches[class], shares);
        for (size_t i = 0; i < ARRAY_COUNT(used); i++)
            for (unsigned level = 1; level < LIKE_LEVEL_MAX; level++)
                making->weights.m[used[i]][level] +=
                    shares[used[i]][level] / (float)making->class_count;
    }
    train_shares(&making->others, shares); /* how many words more, where names agree */
    for (unsigned level = 0; level < LIKE_LEVEL_MAX; level++)
        making->weights.u[LIKE_MORE][level] = shares[LIKE_MORE][level];
}

/* --- the tables --- */

static const char *origin_of(enum like_field field, unsigned level)
{
    if (field == LIKE_BIRTH && level == LIKE_BIRTH_SWAPPED)
        return "set by hand";
    switch (field) {
    case LIKE_NAME:
    case LIKE_MORE:
        return "OFAC aliases and rule-made spellings";
    case LIKE_PHONE:
    case LIKE_SEX:
        return "set by hand";
    case LIKE_GIVEN:
    case LIKE_FAMILY:
    case LIKE_ORDER:
    case LIKE_BIRTH:
    case LIKE_PLACE:
    case LIKE_REGION:
    case LIKE_POSTCODE:
    case LIKE_ADDRESS:
    case LIKE_DOCUMENT:
    case LIKE_FIELD_COUNT:
        break;
    }
    return "FEBRL 1 and 2";
}

/* No data here has them: a phone is like a document but changes hands; sex is right in 98 of 100; day and month change
 * places in one of 100 (FEBRL makes no such mistake). */
static void hand_set(struct score_weights *weights)
{
    weights->m[LIKE_BIRTH][LIKE_BIRTH_SWAPPED] = 0.01f;
    weights->m[LIKE_BIRTH][LIKE_BIRTH_SAME] -= 0.01f;
    weights->m[LIKE_SEX][LIKE_VALUE_DIFFERENT] = 0.02f;
    weights->m[LIKE_SEX][LIKE_VALUE_NEAR] = 0.0001f;
    weights->m[LIKE_SEX][LIKE_VALUE_SAME] = 0.98f;
    weights->u[LIKE_SEX][LIKE_VALUE_DIFFERENT] = 0.5f;
    weights->u[LIKE_SEX][LIKE_VALUE_NEAR] = 0.0001f;
    weights->u[LIKE_SEX][LIKE_VALUE_SAME] = 0.5f;
    weights->m[LIKE_PHONE][LIKE_VALUE_DIFFERENT] = 0.5f;
    weights->m[LIKE_PHONE][LIKE_VALUE_NEAR] = 0.05f;
    weights->m[LIKE_PHONE][LIKE_VALUE_SAME] = 0.45f;
    weights->u[LIKE_PHONE][LIKE_VALUE_DIFFERENT] = 0.9985f;
    weights->u[LIKE_PHONE][LIKE_VALUE_NEAR] = 0.0005f;
    weights->u[LIKE_PHONE][LIKE_VALUE_SAME] = 0.001f;
}

static bool weights_write(const struct score_weights *weights)
{
    FILE *file = fopen("build/weights.tsv", "we");

    if (file == NULL)
        return false;
    fprintf(
        file,
        "# What each level of a comparison says (score.h): its share among pairs of one person, and of two.\n"
        "# field<TAB>level<TAB>m<TAB>u<TAB>origin; made by `make bench ONLY=weights`\n");
    for (enum like_field field = 0; field < LIKE_FIELD_COUNT; field++)
        for (unsigned level = 1; level < like_level_count(field); level++)
            fprintf(file, "%s\t%s\t%.7f\t%.7f\t%s\n", like_field_name(field),
                    like_level_name(field, level), (double)fmaxf(weights->m[field][level], 1e-6f),
                    (double)fmaxf(weights->u[field][level], 1e-6f), origin_of(field, level));
    return fclose(file) == 0;
}

static bool curve_write(struct making *making, struct error *err)
{
    struct score_curve curve;
    FILE *file = fopen("build/calibration.tsv", "we");

    if (file == NULL)
        return false;
    if (!train_curve(making->cases, making->case_count, &curve, err)) {
        fclose(file);
        return false;
    }
    fprintf(
        file,
        "# Of candidates with so many bits, the share that was the person sought (score.h).\n"
        "# bits<TAB>share; made by `make bench ONLY=weights`, %zu judged pairs of the OFAC part of the search evaluation\n",
        making->case_count);
    for (size_t i = 0; i < curve.count; i++)
        fprintf(file, "%.3f\t%.5f\n", (double)curve.bits[i], (double)curve.shares[i]);
    return fclose(file) == 0;
}

static bool tables_read(struct making *making)
{
    char path[BENCH_PATH_SIZE];

    snprintf(path, sizeof path, "%s/corpus.tsv", search_directory());
    if (!table_read(path, '\t', &making->corpus))
        return false;
    snprintf(path, sizeof path, "%s/queries.tsv", search_directory());
    return table_read(path, '\t', &making->queries);
}

/* The fields of FEBRL; names stay as they are learnt from names. */
static bool rest_learn(struct score_weights *weights)
{
    char path[BENCH_PATH_SIZE];
    struct febrl febrl;

    snprintf(path, sizeof path, "%s/../febrl", search_directory());
    bool ok = febrl_make(&febrl) && febrl_learning_read(&febrl, path, true) &&
              febrl_learn(&febrl, weights);
    febrl_free(&febrl);
    return ok;
}

static bool making_run(struct making *making, struct error *err)
{
    struct score_weights rest;

    if (!rest_learn(&rest) || !folder_make(&making->folder, err) ||
        !lexicon_make(&making->lexicon, err) ||
        !aligner_make(making->lexicon, &making->aligner, err) || !corpus_make(making, err) ||
        !names_random(making, err) || !questions_ask(making, false, err))
        return false;
    struct score_weights names = making->weights;
    making->weights = rest;
    for (unsigned level = 0; level < LIKE_LEVEL_MAX; level++)
        making->weights.u[LIKE_NAME][level] = names.u[LIKE_NAME][level];
    names_weigh(making);
    hand_set(&making->weights);
    return questions_ask(making, true, err) && weights_write(&making->weights) &&
           curve_write(making, err);
}

bool bench_weights(void)
{
    struct making making = {.case_count = 0};
    struct error err = {0};

    bench_say("weights: the tables of src/match/tables\n");
    if (search_directory() == NULL || !tables_read(&making)) {
        bench_say("NOT RUN: no evaluation (EVAL=directory)\n");
        return true;
    }
    bool ok = making_run(&making, &err);
    if (ok)
        bench_say("  written: build/weights.tsv, build/calibration.tsv; %zu judged pairs\n",
                  making.case_count);
    else
        bench_say("weights FAILED: %s\n", err.text);
    searcher_free(&making.searcher);
    index_free(&making.index);
    aligner_free(&making.aligner);
    lexicon_free(&making.lexicon);
    folder_free(&making.folder);
    for (size_t i = 0; i < CLASS_MAX; i++)
        train_free(&making.matches[i]);
    train_free(&making.others);
    table_free(&making.corpus);
    table_free(&making.queries);
    free(making.persons);
    free(making.cases);
    return ok;
}
