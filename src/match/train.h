/*
 * Train: where the weights of score.h come from. u is counted over pairs drawn at random; m by expectation and
 * maximisation over candidate pairs of which nobody says whether they are one person, or counted where it is known. All of
 * it gives the same result each time. Used by the makers of a table, never by a running node.
 */
#ifndef BESA_MATCH_TRAIN_H
#define BESA_MATCH_TRAIN_H

#include "match/score.h"

#define TRAIN_PATTERN_MAX 1000000 /* different comparisons that are held */

struct train_pattern {
    uint8_t levels[LIKE_FIELD_COUNT];
    double count;
};

/* Comparisons, equal ones counted together. */
struct train_set {
    struct train_pattern *patterns;
    size_t count;
    size_t room;
    uint32_t *slots; /* pattern + 1 by hash */
    size_t slot_room;
    double total;
};
/* LIMIT when memory is out or there are too many different ones. */
bool train_add(struct train_set *set, const struct likeness *likeness, double weight,
               struct error *err);
void train_free(struct train_set *set);

/* Shares of levels, of pairs that have the field; each level with half a pair added, so that none is impossible. */
void train_shares(const struct train_set *set, float shares[LIKE_FIELD_COUNT][LIKE_LEVEL_MAX]);

/* Finds m, and how many of the compared pairs are one person; u stays as it is. `pairs`: all pairs of the lists, of which
 * the set holds the candidates: what was not compared is taken for two persons. Begins at `weights`->m where it has values,
 * else from "levels go up". Returns the rounds it took. */
unsigned train_em(const struct train_set *set, double pairs, unsigned rounds_max,
                  struct score_weights *weights, double *matches);

/* One judged pair. */
struct train_case {
    float bits;
    bool is_match;
    float weight;
};
/* Isotonic regression (pool adjacent violators), then to at most SCORE_CURVE_MAX steps. Sorts the cases. LIMIT when memory is
 * out. */
bool train_curve(struct train_case *cases, size_t count, struct score_curve *out,
                 struct error *err);

#endif
