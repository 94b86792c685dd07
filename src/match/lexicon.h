/*
 * Lexicon: the words of the records that are compared, each once: its letters, how it sounds, and how rare it is. Records
 * hold numbers of words, so that equal words are equal numbers and what costs time is done once for each word.
 */
#ifndef BESA_MATCH_LEXICON_H
#define BESA_MATCH_LEXICON_H

#include "match/fold.h"
#include "match/skeleton.h"

#define LEXICON_WORD_MAX UINT32_C(16000000) /* some 2 GB; a population has fewer */
#define LEXICON_BESIDE   250 /* records; so a name says 7 bits or more where nobody else is */

/* The same letters in a name and in an address are two words: each is rare or common in its own kind. */
enum lexicon_kind { LEXICON_NAME, LEXICON_PLACE, LEXICON_VALUE, LEXICON_KIND_COUNT };

enum lexicon_role {
    LEXICON_PLAIN,
    LEXICON_PARTICLE, /* "al", "de", "bin": may be left out */
    LEXICON_TITLE,    /* "dr", "sheikh": no part of the name */
};

struct lexicon_word {
    struct fold_token token;
    uint8_t kind; /* enum lexicon_kind */
    uint8_t role; /* enum lexicon_role; of names only */
    uint32_t count;
    float rarity; /* bits: -log2 of the share of records that have it; below 0: not known */
    struct skeletons sounds;
};

struct lexicon;
struct index;

bool lexicon_make(struct lexicon **out, struct error *err);
void lexicon_free(struct lexicon **lexicon);
/* The word's number, added when it is new. LIMIT when there are too many, or memory is out. */
bool lexicon_add(struct lexicon *lexicon, const struct fold_token *token, enum lexicon_kind kind,
                 uint32_t *word, struct error *err);
/* Valid until the next word is added. */
const struct lexicon_word *lexicon_word(const struct lexicon *lexicon, uint32_t word);
uint32_t lexicon_size(const struct lexicon *lexicon);

/* One more record has the word. */
void lexicon_count(struct lexicon *lexicon, uint32_t word);
/* Rarity of every word from what was counted over `records` records, beside which LEXICON_BESIDE stand that lack it: in two
 * short lists a word is not common because the one person who is in both has it. A word never counted stays unknown. */
void lexicon_weigh(struct lexicon *lexicon, uint64_t records);
/* Rarity of the words of names from an index. A word that is not in it is as rare as one that stands there once. */
void lexicon_weigh_by(struct lexicon *lexicon, const struct index *index);

#endif
