/*
 * Align: which word of one name is which word of another, and how sure that is. Words pair one to one, the surest first; a
 * word written in two ("Abdul Aziz", "Abdulaziz") pairs with both. Particles and titles take part only where a name has
 * nothing else.
 */
#ifndef BESA_MATCH_ALIGN_H
#define BESA_MATCH_ALIGN_H

#include "match/record.h"

#define ALIGN_WORD_MAX FOLD_TOKEN_MAX /* of one side; further words are left out */

/* How alike two words are, from worst to best. A letter's worth of difference is counted as compare.h does. */
enum word_level {
    WORD_DIFFERENT,
    WORD_INITIAL, /* one is the first letter of the other */
    WORD_REMOTE,  /* up to two letters' worth, or more and yet of one sound */
    WORD_FAR,     /* up to one and a half */
    WORD_NEAR,    /* up to one */
    WORD_SOUND,   /* up to one, and read aloud they may be one word */
    WORD_EXACT,
};

struct aligned {
    uint8_t a, b;             /* places in the names given */
    uint8_t a_count, b_count; /* words that were put together, 1 or more */
    uint8_t level;            /* enum word_level */
    float apart;              /* letters' worth of difference */
};

struct alignment {
    struct aligned pairs[ALIGN_WORD_MAX];
    size_t count;
    size_t left_a, left_b; /* words without a partner */
    float rarity;          /* bits: how rare the paired words are together; below 0: not known */
};

/* Remembers what it compared. One for each thread; the lexicon must outlive it and may grow. */
struct aligner;
bool aligner_make(const struct lexicon *lexicon, struct aligner **out, struct error *err);
void aligner_free(struct aligner **aligner);
/* From now on given names of other languages are WORD_FAR from each other, and short forms WORD_REMOTE, where their letters
 * say less (given.h): for names of officers' questions. Weights were learnt without. Before the first comparison. */
void aligner_know_given(struct aligner *aligner);
void align(struct aligner *aligner, struct record_part a, struct record_part b,
           struct alignment *out);
/* The level of two words of the lexicon. */
enum word_level align_words(struct aligner *aligner, uint32_t a, uint32_t b, float *apart);

#endif
