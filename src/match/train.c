/* Train: see train.h. */
#include "match/train.h"

#include "match/index_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EM_STOP     1e-6 /* change of the number of matches */
#define BEGIN_SHARE 0.1  /* of the candidates */

/* --- comparisons --- */

static uint32_t levels_hash(const uint8_t levels[LIKE_FIELD_COUNT])
{
    uint32_t hash = 1;

    for (size_t i = 0; i < LIKE_FIELD_COUNT; i++)
        hash = hash_mix(hash, levels[i]);
    return hash;
}

static size_t slot_of(const struct train_set *set, const uint8_t levels[LIKE_FIELD_COUNT])
{
    size_t at = levels_hash(levels) & (set->slot_room - 1);

    while (set->slots[at] != 0 &&
           memcmp(set->patterns[set->slots[at] - 1].levels, levels, LIKE_FIELD_COUNT) != 0)
        at = (at + 1) & (set->slot_room - 1);
    return at;
}

static bool slots_grow(struct train_set *set)
{
    size_t room = set->slot_room == 0 ? 4096 : set->slot_room * 2;
    uint32_t *slots = calloc(room, sizeof *slots);

    if (slots == NULL)
        return false;
    free(set->slots);
    set->slots = slots;
    set->slot_room = room;
    for (size_t i = 0; i < set->count; i++)
        slots[slot_of(set, set->patterns[i].levels)] = (uint32_t)i + 1;
    return true;
}

bool train_add(struct train_set *set, const struct likeness *likeness, double weight,
               struct error *err)
{
    if (2 * set->count >= set->slot_room && !slots_grow(set))
        return error_set(err, ERROR_LIMIT, "out of memory");
    size_t slot = slot_of(set, likeness->levels);
    set->total += weight;
    if (set->slots[slot] != 0) {
        set->patterns[set->slots[slot] - 1].count += weight;
        return true;
    }
    if (set->count == TRAIN_PATTERN_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d different comparisons", TRAIN_PATTERN_MAX);
    struct train_pattern *patterns =
        array_grow(set->patterns, sizeof *patterns, set->count, &set->room);
    if (patterns == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    set->patterns = patterns;
    memcpy(patterns[set->count].levels, likeness->levels, LIKE_FIELD_COUNT);
    patterns[set->count].count = weight;
    set->slots[slot] = (uint32_t)++set->count;
    return true;
}

void train_free(struct train_set *set)
{
    free(set->patterns);
    free(set->slots);
    *set = (struct train_set){.patterns = NULL};
}

/* --- shares --- */

/* Shares of levels over the set, each pattern weighed by `weights` (NULL: 1). */
static void shares_count(const struct train_set *set, const double *weights,
                         float shares[LIKE_FIELD_COUNT][LIKE_LEVEL_MAX])
{
    for (enum like_field field = 0; field < LIKE_FIELD_COUNT; field++) {
        double counts[LIKE_LEVEL_MAX] = {0};
        double sum = 0;
        unsigned levels = like_level_count(field);
        for (size_t i = 0; i < set->count; i++)
            counts[set->patterns[i].levels[field]] +=
                set->patterns[i].count * (weights == NULL ? 1 : weights[i]);
        for (unsigned level = 1; level < levels; level++)
            sum += counts[level] + 0.5;
        memset(shares[field], 0, sizeof shares[field]);
        for (unsigned level = 1; level < levels; level++)
            shares[field][level] = (float)((counts[level] + 0.5) / sum);
    }
}

void train_shares(const struct train_set *set, float shares[LIKE_FIELD_COUNT][LIKE_LEVEL_MAX])
{
    shares_count(set, NULL, shares);
}

/* --- expectation and maximisation --- */

/* Without anything better: each level is three times as likely as the one below it. */
static void shares_begin(enum like_field field, float shares[LIKE_LEVEL_MAX])
{
    unsigned levels = like_level_count(field);
    float sum = 0;

    for (unsigned level = 1; level < levels; level++)
        sum += powf(3, (float)level);
    for (unsigned level = 1; level < levels; level++)
        shares[level] = powf(3, (float)level) / sum;
}

static double odds_of(const struct score_weights *weights, const struct train_pattern *pattern)
{
    double odds = 1;

    for (enum like_field field = 0; field < LIKE_FIELD_COUNT; field++) {
        unsigned level = pattern->levels[field];
        if (level != LIKE_UNKNOWN)
            odds *= fmax(weights->m[field][level], 1e-6) / fmax(weights->u[field][level], 1e-6);
    }
    return odds;
}

unsigned train_em(const struct train_set *set, double pairs, unsigned rounds_max,
                  struct score_weights *weights, double *matches)
{
    double *shares = calloc(set->count + 1, sizeof *shares);
    unsigned round = 0;

    *matches = set->total * BEGIN_SHARE;
    for (enum like_field field = 0; field < LIKE_FIELD_COUNT; field++)
        if (!(weights->m[field][1] > 0))
            shares_begin(field, weights->m[field]);
    for (bool is_done = shares == NULL; !is_done && round < rounds_max; round++) {
        double before = *matches;
        double prior = before / fmax(pairs - before, 1);
        *matches = 1e-9;
        for (size_t i = 0; i < set->count; i++) {
            double odds = odds_of(weights, &set->patterns[i]) * prior;
            shares[i] = odds / (1 + odds);
            *matches += shares[i] * set->patterns[i].count;
        }
        shares_count(set, shares, weights->m);
        is_done = fabs(*matches - before) < EM_STOP * before;
    }
    free(shares);
    return round;
}

/* --- calibration --- */

static int case_compare(const void *a, const void *b)
{
    const struct train_case *x = a;
    const struct train_case *y = b;

    if (x->bits < y->bits || x->bits > y->bits)
        return x->bits < y->bits ? -1 : 1;
    return x->is_match - y->is_match;
}

struct pool {
    double matches;
    double weight;
    double bits; /* weighted sum */
};

static double share_of(const struct pool *pool)
{
    return pool->weight > 0 ? pool->matches / pool->weight : 0;
}

/* Pools in order of bits whose shares go up. Cases of equal bits are one pool. */
static size_t pools_make(const struct train_case *cases, size_t count, struct pool *pools)
{
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        struct pool pool = {cases[i].is_match ? cases[i].weight : 0, cases[i].weight,
                            (double)cases[i].bits * cases[i].weight};
        bool is_tie = i > 0 && !(cases[i - 1].bits < cases[i].bits);
        while (used > 0 && (is_tie || share_of(&pools[used - 1]) >= share_of(&pool))) {
            used--;
            pool.matches += pools[used].matches;
            pool.weight += pools[used].weight;
            pool.bits += pools[used].bits;
            is_tie = false;
        }
        pools[used++] = pool;
    }
    return used;
}

/* The lightest pool joins the neighbour that is nearer to it in share, until there are few enough. */
static size_t pools_thin(struct pool *pools, size_t count)
{
    while (count > SCORE_CURVE_MAX) {
        size_t lightest = 0;
        for (size_t i = 1; i < count; i++)
            if (pools[i].weight < pools[lightest].weight)
                lightest = i;
        size_t into = lightest == 0 ? 1 : lightest - 1;
        if (lightest > 0 && lightest + 1 < count &&
            share_of(&pools[lightest + 1]) - share_of(&pools[lightest]) <
                share_of(&pools[lightest]) - share_of(&pools[lightest - 1]))
            into = lightest + 1;
        pools[into].matches += pools[lightest].matches;
        pools[into].weight += pools[lightest].weight;
        pools[into].bits += pools[lightest].bits;
        memmove(&pools[lightest], &pools[lightest + 1], (count - lightest - 1) * sizeof pools[0]);
        count--;
    }
    return count;
}

bool train_curve(struct train_case *cases, size_t count, struct score_curve *out, struct error *err)
{
    struct pool *pools = calloc(count + 1, sizeof *pools);

    out->count = 0;
    if (pools == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    qsort(cases, count, sizeof cases[0], case_compare);
    size_t used = pools_thin(pools, pools_make(cases, count, pools));
    for (size_t i = 0; i < used; i++) {
        out->bits[i] = (float)(pools[i].bits / pools[i].weight);
        out->shares[i] = (float)share_of(&pools[i]);
    }
    out->count = used;
    free(pools);
    return true;
}
