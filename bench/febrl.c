/* FEBRL: see febrl.h. */
#include "febrl.h"

#include "bench.h"
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define RANDOM_PAIRS 1000000
#define EM_ROUNDS    200

bool febrl_make(struct febrl *out)
{
    struct error err = {0};

    *out = (struct febrl){.folder = NULL};
    if (!folder_make(&out->folder, &err) || !lexicon_make(&out->lexicon, &err)) {
        bench_say("febrl FAILED: %s\n", err.text);
        return false;
    }
    link_list_make(out->lexicon, BLOCKING_ALL, &out->list);
    return true;
}

void febrl_free(struct febrl *febrl)
{
    link_list_free(&febrl->list);
    lexicon_free(&febrl->lexicon);
    folder_free(&febrl->folder);
    free(febrl->persons);
}

/* --- reading --- */

struct columns {
    size_t id, given, family, number, street, line, suburb, postcode, state, birth, social;
};

static uint32_t person_of(struct span id)
{
    uint32_t number = 0;

    for (size_t i = 4; i < id.size && id.data[i] >= '0' && id.data[i] <= '9'; i++)
        number = number * 10 + (uint32_t)(id.data[i] - '0');
    return number;
}

static bool row_add(struct febrl *febrl, const struct bench_table *table, size_t row,
                    const struct columns *at, bool has_document)
{
    struct record_value values[] = {
        {RECORD_GIVEN, 0, table_cell(table, row, at->given)},
        {RECORD_FAMILY, 0, table_cell(table, row, at->family)},
        {RECORD_ADDRESS, 0, table_cell(table, row, at->number)},
        {RECORD_ADDRESS, 0, table_cell(table, row, at->street)},
        {RECORD_ADDRESS, 0, table_cell(table, row, at->line)},
        {RECORD_PLACE, 0, table_cell(table, row, at->suburb)},
        {RECORD_POSTCODE, 0, table_cell(table, row, at->postcode)},
        {RECORD_REGION, 0, table_cell(table, row, at->state)},
        {RECORD_DOCUMENT, 0, table_cell(table, row, at->social)},
    };
    struct record_input input = {.values = values,
                                 .value_count = ARRAY_COUNT(values) - (has_document ? 0 : 1)};
    struct record_word words[RECORD_WORD_MAX];
    struct record record;
    struct error err = {0};

    if (!birth_read(table_cell(table, row, at->birth), &input.birth, &err))
        input.birth = (struct birth){0}; /* a date that no calendar has */
    if (febrl->list.count == febrl->room) {
        febrl->room = febrl->room == 0 ? 16384 : febrl->room * 2;
        uint32_t *persons = realloc(febrl->persons, febrl->room * sizeof *persons);
        if (persons == NULL)
            return false;
        febrl->persons = persons;
    }
    febrl->persons[febrl->list.count] = person_of(table_cell(table, row, at->id));
    return record_make(febrl->lexicon, febrl->folder, &input, words, &record, &err) &&
           link_list_add(&febrl->list, &record, &err);
}

bool febrl_read(struct febrl *febrl, const char *directory, const char *name, bool has_document)
{
    char path[BENCH_PATH_SIZE];
    struct bench_table table;
    bool ok;

    snprintf(path, sizeof path, "%s/%s", directory, name);
    ok = table_read(path, ',', &table);
    struct columns at = {
        table_column(&table, "rec_id"),     table_column(&table, "given_name"),
        table_column(&table, "surname"),    table_column(&table, "street_number"),
        table_column(&table, "address_1"),  table_column(&table, "address_2"),
        table_column(&table, "suburb"),     table_column(&table, "postcode"),
        table_column(&table, "state"),      table_column(&table, "date_of_birth"),
        table_column(&table, "soc_sec_id"),
    };
    for (size_t i = 0; ok && i < table.count; i++)
        ok = row_add(febrl, &table, i, &at, has_document);
    table_free(&table);
    return ok;
}

bool febrl_learning_read(struct febrl *febrl, const char *directory, bool has_document)
{
    if (!febrl_read(febrl, directory, "dataset1.csv", has_document))
        return false;
    febrl->others_at = febrl->list.count;
    if (!febrl_read(febrl, directory, "dataset2.csv", has_document))
        return false;
    for (size_t i = febrl->others_at; i < febrl->list.count; i++) /* other people */
        febrl->persons[i] += 1000000;
    return true;
}

bool febrl_same(const struct febrl *febrl, uint32_t a, uint32_t b)
{
    return febrl->persons[a] == febrl->persons[b];
}

size_t febrl_truth(const struct febrl *febrl)
{
    size_t first = febrl->list.first_count;
    bool is_self = first >= febrl->list.count;
    size_t truth = 0;

    for (uint32_t a = 0; a < (is_self ? febrl->list.count : first); a++)
        for (uint32_t b = is_self ? a + 1 : (uint32_t)first; b < febrl->list.count; b++)
            truth += febrl_same(febrl, a, b);
    return truth;
}

/* --- learning --- */

struct learning {
    const struct febrl *febrl;
    struct aligner *aligner;
    struct train_set candidates;
};

static bool candidate_take(void *context, uint32_t a, uint32_t b, struct error *err)
{
    struct learning *learning = context;
    const struct record *records = learning->febrl->list.records;
    struct likeness likeness;

    likeness_make(learning->aligner, &records[a], &records[b], &likeness);
    return train_add(&learning->candidates, &likeness, 1, err);
}

/* One record of each list: two persons, always. */
static bool random_pairs(struct learning *learning, struct train_set *out, struct error *err)
{
    const struct febrl *febrl = learning->febrl;
    const struct record *records = febrl->list.records;
    size_t count = febrl->list.count;
    uint64_t state = 1;
    struct likeness likeness;

    for (size_t i = 0; i < RANDOM_PAIRS; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        size_t a = (size_t)(state >> 33) % febrl->others_at;
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        size_t b = febrl->others_at + (size_t)(state >> 33) % (count - febrl->others_at);
        likeness_make(learning->aligner, &records[a], &records[b], &likeness);
        if (!train_add(out, &likeness, 1, err))
            return false;
    }
    return true;
}

bool febrl_learn(struct febrl *febrl, struct score_weights *weights)
{
    struct learning learning = {.febrl = febrl};
    struct train_set random = {.patterns = NULL};
    struct error err = {0};
    uint64_t skipped;
    double count = (double)febrl->list.count;
    double matches = 0;

    *weights = (struct score_weights){{{0}}, {{0}}};
    bool ok = aligner_make(febrl->lexicon, &learning.aligner, &err) &&
              random_pairs(&learning, &random, &err) &&
              link_pairs(&febrl->list, candidate_take, &learning, &skipped, &err);
    if (ok) {
        train_shares(&random, weights->u);
        unsigned rounds =
            train_em(&learning.candidates, count * (count - 1) / 2, EM_ROUNDS, weights, &matches);
        bench_say("  learnt from %zu records: %.0f candidate pairs, %.0f expected to be one person "
                  "(truth %zu), %u rounds\n",
                  febrl->list.count, learning.candidates.total, matches, febrl_truth(febrl),
                  rounds);
    } else {
        bench_say("linkage FAILED: %s\n", err.text);
    }
    train_free(&learning.candidates);
    train_free(&random);
    aligner_free(&learning.aligner);
    return ok;
}
