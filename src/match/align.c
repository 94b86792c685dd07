/* Align: see align.h. */
#include "match/align.h"

#include "match/compare.h"
#include "match/given.h"
#include "match/index_table.h"

#include <stdlib.h>
#include <string.h>

#define CACHE_SIZE   65536 /* a power of two */
#define NEAR_APART   1.01f /* letters' worth, and a hundredth for rounding */
#define FAR_APART    1.51f
#define REMOTE_APART 2.01f
#define LIKE_LEAST   0.6f /* short words must not differ in half of their letters */
#define SOUND_LEAST  0.5f /* one skeleton alone is too little: ali, olu */
#define NUMBER_LEAST 4    /* digits: of shorter numbers one digit is too much */
#define JOIN_APART   3 /* letters that two words may differ by in size: h, doubled letters, vowels */
#define JOIN_PARTS   4 /* words that one word may be written in */

struct known {
    uint32_t a, b; /* + 1; 0: empty */
    float apart;
    uint8_t level;
};

struct aligner {
    const struct lexicon *lexicon;
    bool knows_given;
    struct known cache[CACHE_SIZE];
};

bool aligner_make(const struct lexicon *lexicon, struct aligner **out, struct error *err)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    (*out)->lexicon = lexicon;
    return true;
}

void aligner_free(struct aligner **aligner)
{
    free(*aligner);
    *aligner = NULL;
}

void aligner_know_given(struct aligner *aligner)
{
    aligner->knows_given = true;
}

/* --- two words --- */

static bool sounds_meet(const struct skeletons *a, const struct skeletons *b)
{
    for (size_t i = 0; i < a->count; i++)
        for (size_t k = 0; k < b->count; k++)
            if (a->keys[i] == b->keys[k])
                return true;
    return false;
}

static float told_of(const struct fold_token *a, const struct fold_token *b)
{
    bool is_bare = (a->script == FOLD_ARABIC) != (b->script == FOLD_ARABIC);
    uint8_t shorter = a->size < b->size ? a->size : b->size;
    uint8_t longer = a->size < b->size ? b->size : a->size;
    uint8_t told = is_bare ? shorter : longer;

    return told < 3 ? 3 : told;
}

static enum word_level level_of(float like, float apart, bool is_sound)
{
    if (like >= 1)
        return WORD_EXACT;
    if (is_sound && like >= SOUND_LEAST && (like < LIKE_LEAST || apart > REMOTE_APART))
        return WORD_REMOTE;
    if (like < LIKE_LEAST || apart > REMOTE_APART)
        return WORD_DIFFERENT;
    if (apart > FAR_APART)
        return WORD_REMOTE;
    if (apart > NEAR_APART)
        return WORD_FAR;
    return is_sound ? WORD_SOUND : WORD_NEAR;
}

static bool is_number(const struct fold_token *token)
{
    return token->text[0] >= '0' && token->text[0] <= '9';
}

/* Numbers have no sound and no vowels: they are equal, or one digit is another, missing, or turned with its neighbour. */
static enum word_level numbers_level(const struct fold_token *a, const struct fold_token *b)
{
    const struct fold_token *longer = a->size < b->size ? b : a;
    const struct fold_token *shorter = a->size < b->size ? a : b;
    size_t same = 0;
    size_t tail = 0;
    size_t more = longer->size - (size_t)shorter->size;

    while (same < shorter->size && longer->text[same] == shorter->text[same])
        same++;
    if (same == longer->size)
        return WORD_EXACT;
    while (tail < shorter->size - same &&
           longer->text[longer->size - 1 - tail] == shorter->text[shorter->size - 1 - tail])
        tail++;
    size_t between = longer->size - same - tail; /* characters that are not accounted for */
    bool is_turned = more == 0 && between == 2 && longer->text[same] == shorter->text[same + 1] &&
                     longer->text[same + 1] == shorter->text[same];
    return longer->size >= NUMBER_LEAST && (between == 1 || is_turned) ? WORD_NEAR : WORD_DIFFERENT;
}

static enum word_level tokens_level(const struct fold_token *a, const struct skeletons *a_sounds,
                                    const struct fold_token *b, const struct skeletons *b_sounds,
                                    float *apart)
{
    *apart = 0;
    if (is_number(a) || is_number(b))
        return numbers_level(a, b);
    if (a->size == 1 || b->size == 1) {
        if (a->text[0] != b->text[0])
            return WORD_DIFFERENT;
        return a->size == b->size ? WORD_EXACT : WORD_INITIAL;
    }
    float like = compare_tokens(a, b, SOUND_LEAST);
    *apart = (1 - like) * told_of(a, b);
    return level_of(like, *apart, like >= SOUND_LEAST && sounds_meet(a_sounds, b_sounds));
}

/* What the table of given names says of two words, where that is more. */
static enum word_level given_level(const struct lexicon_word *a, const struct lexicon_word *b,
                                   enum word_level level)
{
    if (level >= WORD_FAR || a->kind != LEXICON_NAME || b->kind != LEXICON_NAME)
        return level;
    float like = given_like(a->token.text, b->token.text);
    if (like >= GIVEN_SAME_LIKE)
        return WORD_FAR;
    return like > 0 && level < WORD_REMOTE ? WORD_REMOTE : level;
}

enum word_level align_words(struct aligner *aligner, uint32_t a, uint32_t b, float *apart)
{
    uint32_t low = a < b ? a : b;
    uint32_t high = a < b ? b : a;
    struct known *known = &aligner->cache[hash_mix(hash_mix(7, low), high) & (CACHE_SIZE - 1)];

    *apart = 0;
    if (a == b)
        return WORD_EXACT;
    if (known->a != low + 1 || known->b != high + 1) {
        const struct lexicon_word *left = lexicon_word(aligner->lexicon, low);
        const struct lexicon_word *right = lexicon_word(aligner->lexicon, high);
        known->a = low + 1;
        known->b = high + 1;
        known->level = (uint8_t)tokens_level(&left->token, &left->sounds, &right->token,
                                             &right->sounds, &known->apart);
        if (aligner->knows_given)
            known->level = (uint8_t)given_level(left, right, known->level);
    }
    *apart = known->apart;
    return known->level;
}

/* --- two names --- */

struct side {
    uint32_t words[ALIGN_WORD_MAX];
    uint8_t places[ALIGN_WORD_MAX]; /* in the part that was given */
    uint8_t pairs[ALIGN_WORD_MAX];  /* pair + 1 that the word is in; 0: none */
    size_t count;
};

/* Particles and titles stay out when there is a word beside them. */
static void side_fill(const struct lexicon *lexicon, struct record_part part, bool is_all,
                      struct side *out)
{
    out->count = 0;
    for (size_t i = 0; i < part.count && out->count < ALIGN_WORD_MAX; i++) {
        if (!is_all && lexicon_word(lexicon, part.words[i].word)->role != LEXICON_PLAIN)
            continue;
        out->words[out->count] = part.words[i].word;
        out->places[out->count] = (uint8_t)i;
        out->pairs[out->count++] = 0;
    }
    if (out->count == 0 && !is_all)
        side_fill(lexicon, part, true, out);
}

struct candidate {
    uint8_t a, b, level, size;
    float apart;
};

/* The surer first; among equals the longer word, then the one that stands nearer to its partner. */
static bool is_surer(const struct candidate *x, const struct candidate *y)
{
    if (x->level != y->level)
        return x->level > y->level;
    if (x->apart < y->apart || x->apart > y->apart)
        return x->apart < y->apart;
    if (x->size != y->size)
        return x->size > y->size;
    return abs(x->a - x->b) < abs(y->a - y->b);
}

static void pair_put(struct alignment *out, struct side *a, struct side *b,
                     const struct aligned *pair)
{
    out->pairs[out->count++] = *pair;
    for (size_t i = 0; i < pair->a_count; i++)
        a->pairs[pair->a + i] = (uint8_t)out->count;
    for (size_t i = 0; i < pair->b_count; i++)
        b->pairs[pair->b + i] = (uint8_t)out->count;
}

static void singles_pair(struct aligner *aligner, struct side *a, struct side *b,
                         struct alignment *out)
{
    struct candidate candidates[ALIGN_WORD_MAX * ALIGN_WORD_MAX];
    size_t count = 0;

    for (size_t i = 0; i < a->count; i++)
        for (size_t k = 0; k < b->count; k++) {
            struct candidate new = {.a = (uint8_t)i, .b = (uint8_t)k};
            size_t at = count;
            new.level = (uint8_t)align_words(aligner, a->words[i], b->words[k], &new.apart);
            new.size = (uint8_t)(lexicon_word(aligner->lexicon, a->words[i])->token.size +
                                 lexicon_word(aligner->lexicon, b->words[k])->token.size);
            if (new.level == WORD_DIFFERENT)
                continue;
            for (; at > 0 && is_surer(&new, &candidates[at - 1]); at--)
                candidates[at] = candidates[at - 1];
            candidates[at] = new;
            count++;
        }
    for (size_t i = 0; i < count; i++) {
        const struct candidate *best = &candidates[i];
        if (a->pairs[best->a] == 0 && b->pairs[best->b] == 0)
            pair_put(out, a, b,
                     &(struct aligned){best->a, best->b, 1, 1, best->level, best->apart});
    }
}

/* --- words written in several --- */

/* False when together they are longer than a word may be. */
static bool token_join(const struct lexicon *lexicon, const struct side *side, size_t first,
                       size_t count, struct fold_token *out)
{
    *out = lexicon_word(lexicon, side->words[first])->token;
    for (size_t i = 1; i < count; i++) {
        const struct fold_token *next = &lexicon_word(lexicon, side->words[first + i])->token;
        if (out->size + next->size > FOLD_TOKEN_SIZE_MAX)
            return false;
        memcpy(out->text + out->size, next->text, next->size + 1u);
        out->size = (uint8_t)(out->size + next->size);
    }
    return true;
}

/* One letter's worth apart, two words have their first or their last letter in common, and nearly the same size. */
static bool may_be_near(const struct fold_token *a, const struct fold_token *b)
{
    int apart = a->size - b->size;

    return apart >= -JOIN_APART && apart <= JOIN_APART &&
           (a->text[0] == b->text[0] || a->text[a->size - 1] == b->text[b->size - 1]);
}

static enum word_level joined_level(const struct aligner *aligner, const struct side *a,
                                    const struct side *b, const struct aligned *pair, float *apart)
{
    struct fold_token left;
    struct fold_token right;
    struct skeletons left_sounds;
    struct skeletons right_sounds;

    if (!token_join(aligner->lexicon, a, pair->a, pair->a_count, &left) ||
        !token_join(aligner->lexicon, b, pair->b, pair->b_count, &right) ||
        !may_be_near(&left, &right))
        return WORD_DIFFERENT;
    skeleton_make(left.text, left.size, &left_sounds);
    skeleton_make(right.text, right.size, &right_sounds);
    return tokens_level(&left, &left_sounds, &right, &right_sounds, apart);
}

/* The only pair that the words [first, first + count) are in, 0 when they are in none; false when in several, or in one
 * that already joins words. */
static bool run_pair(const struct alignment *out, const struct side *side, size_t first,
                     size_t count, uint8_t *pair)
{
    *pair = 0;
    for (size_t i = first; i < first + count; i++) {
        if (side->pairs[i] == 0)
            continue;
        if (*pair != 0 || out->pairs[side->pairs[i] - 1].a_count > 1 ||
            out->pairs[side->pairs[i] - 1].b_count > 1)
            return false;
        *pair = side->pairs[i];
    }
    return true;
}

/* Several words of `many` for one of `one`; `is_turned`: `many` is the second name. True when it pairs what was left. */
static bool run_try(struct aligner *aligner, struct side *many, struct side *one, size_t first,
                    size_t count, size_t at, bool is_turned, struct alignment *out)
{
    struct aligned pair = {(uint8_t)first, (uint8_t)at, (uint8_t)count, 1, 0, 0};
    uint8_t old;

    if (!run_pair(out, many, first, count, &old) || old != one->pairs[at] ||
        (old != 0 && out->pairs[old - 1].level == WORD_EXACT))
        return false;
    pair.level = (uint8_t)joined_level(aligner, many, one, &pair, &pair.apart);
    if (pair.level < WORD_NEAR)
        return false;
    if (is_turned)
        pair = (struct aligned){pair.b, pair.a, 1, (uint8_t)count, pair.level, pair.apart};
    if (old != 0) { /* takes the place of the pair that had one of them */
        out->pairs[old - 1] = pair;
        for (size_t i = 0; i < count; i++)
            many->pairs[first + i] = old;
        return true;
    }
    pair_put(out, is_turned ? one : many, is_turned ? many : one, &pair);
    return true;
}

static bool has_left(const struct side *side, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        if (side->pairs[i] == 0)
            return true;
    return false;
}

static void runs_pair(struct aligner *aligner, struct side *many, struct side *one, bool is_turned,
                      struct alignment *out)
{
    for (size_t count = JOIN_PARTS; count > 1; count--)
        for (size_t first = 0; first + count <= many->count; first++)
            for (size_t at = 0; at < one->count && has_left(many, first, count); at++)
                run_try(aligner, many, one, first, count, at, is_turned, out);
}

/* --- the sum --- */

/* Words without a partner. `again`: of these, such as the name has once more beside. */
static size_t left_count(const struct side *side, size_t *again)
{
    size_t left = 0;

    *again = 0;
    for (size_t i = 0; i < side->count; i++) {
        bool is_again = false;
        for (size_t k = 0; k < side->count; k++)
            is_again = is_again || (k != i && side->words[k] == side->words[i] &&
                                    (side->pairs[k] != 0 || k < i));
        if (side->pairs[i] != 0)
            continue;
        left++;
        *again += is_again;
    }
    return left;
}

/* A word written twice is no word more, unless it stands where the other name has another. */
static void left_sum(const struct side *a, const struct side *b, struct alignment *out)
{
    size_t again_a;
    size_t again_b;

    out->left_a = left_count(a, &again_a);
    out->left_b = left_count(b, &again_b);
    if (out->left_a == 0)
        out->left_b -= again_b;
    else if (out->left_b == 0)
        out->left_a -= again_a;
}

/* What a pair of words says is what the commoner of them says: the other may be its misspelling. */
static float pair_rarity(const struct aligner *aligner, const struct side *a, const struct side *b,
                         const struct aligned *pair)
{
    float left = lexicon_word(aligner->lexicon, a->words[pair->a])->rarity;
    float right = lexicon_word(aligner->lexicon, b->words[pair->b])->rarity;

    if (left < 0 || right < 0)
        return left < 0 ? right : left;
    return left < right ? left : right;
}

static void alignment_sum(const struct aligner *aligner, const struct side *a, const struct side *b,
                          struct alignment *out)
{
    left_sum(a, b, out);
    out->rarity = -1;
    for (size_t i = 0; i < out->count; i++) {
        struct aligned *pair = &out->pairs[i];
        float rarity = pair_rarity(aligner, a, b, pair);
        if (pair->level != WORD_INITIAL && rarity >= 0)
            out->rarity = (out->rarity < 0 ? 0 : out->rarity) + rarity;
        pair->a = a->places[pair->a];
        pair->b = b->places[pair->b];
    }
}

/* Negative: a comes before b. Which of two names is the first must not change what is found. */
static int part_compare(struct record_part a, struct record_part b)
{
    if (a.count != b.count)
        return a.count < b.count ? -1 : 1;
    for (size_t i = 0; i < a.count; i++)
        if (a.words[i].word != b.words[i].word)
            return a.words[i].word < b.words[i].word ? -1 : 1;
    return 0;
}

static void alignment_turn(struct alignment *alignment)
{
    size_t left = alignment->left_a;

    alignment->left_a = alignment->left_b;
    alignment->left_b = left;
    for (size_t i = 0; i < alignment->count; i++) {
        struct aligned *pair = &alignment->pairs[i];
        *pair = (struct aligned){pair->b,       pair->a,     pair->b_count,
                                 pair->a_count, pair->level, pair->apart};
    }
}

void align(struct aligner *aligner, struct record_part a, struct record_part b,
           struct alignment *out)
{
    bool is_turned = part_compare(a, b) > 0;
    struct side left;
    struct side right;

    out->count = 0;
    side_fill(aligner->lexicon, is_turned ? b : a, false, &left);
    side_fill(aligner->lexicon, is_turned ? a : b, false, &right);
    singles_pair(aligner, &left, &right, out);
    if (left.count > 1)
        runs_pair(aligner, &left, &right, false, out);
    if (right.count > 1)
        runs_pair(aligner, &right, &left, true, out);
    alignment_sum(aligner, &left, &right, out);
    if (is_turned)
        alignment_turn(out);
}
