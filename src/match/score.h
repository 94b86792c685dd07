/*
 * Score: what the levels of a comparison are worth together, and why: Fellegi and Sunter, "A Theory for Record Linkage"
 * (1969). A level says log2(m / u) bits: m is how often it is seen between two records of one person, u between those of
 * two. Where words agree, their own rarity takes the place of u: a rare name says more than a common one. The sum of all
 * fields and of the prior goes through a monotone table (calibration) to a share between 0 and 1. A score orders
 * candidates for a person who decides; nothing in Besa decides by it.
 */
#ifndef BESA_MATCH_SCORE_H
#define BESA_MATCH_SCORE_H

#include "match/likeness.h"

#define SCORE_BITS_MAX   20.0f /* that one field may say, for or against */
#define SCORE_CURVE_MAX  64    /* steps of a calibration */
#define SCORE_WORDS_SIZE 96    /* of one reason, with NUL */

struct score_weights {
    float m[LIKE_FIELD_COUNT]
           [LIKE_LEVEL_MAX]; /* shares: of one field they sum to 1, level 0 left out */
    float u[LIKE_FIELD_COUNT][LIKE_LEVEL_MAX];
};

/* Bits to share, ascending in both; between two steps in a straight line, beyond the ends as at the end. Of no step:
 * 1 / (1 + 2^-bits), as the model says. */
struct score_curve {
    float bits[SCORE_CURVE_MAX];
    float shares[SCORE_CURVE_MAX];
    size_t count;
};

struct score_reason {
    uint8_t field; /* enum like_field */
    uint8_t level;
    bool is_rare;   /* the words that agree say clearly more than those of most records would */
    bool is_common; /* or less */
    float bits;     /* for (above 0) or against one person */
};

struct score {
    float bits;  /* all fields and the prior */
    float share; /* 0 to 1: of pairs with these bits, how many are one person, as measured */
    struct score_reason reasons[LIKE_FIELD_COUNT]; /* what says most, for or against, first */
    size_t reason_count;
};

/* The published weights and calibration: tables/weights.tsv and tables/calibration.tsv, with their origin. */
void score_weights_published(struct score_weights *out);
void score_curve_published(struct score_curve *out);

/* `prior_bits`: log2 of the odds before anything is compared; among n persons of whom one may be meant, -log2(n). */
void score_make(const struct score_weights *weights, const struct score_curve *curve,
                const struct likeness *likeness, float prior_bits, struct score *out);
/* The bits alone, without reasons: for many pairs. */
float score_bits(const struct score_weights *weights, const struct likeness *likeness,
                 float prior_bits);
float score_share(const struct score_curve *curve, float bits);

/* "family name sounds equal, rare: +9" for an officer, in English. Holds no value of a record. */
void score_words(const struct score_reason *reason, char out[SCORE_WORDS_SIZE]);

#endif
