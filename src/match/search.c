/*
 * Search: see search.h. For each token of the question, the tokens of the dictionary that are like it, by sound and by
 * one letter more or less; then names that have two of them (pairs of sounds), and names that have a rare one; then the
 * score of each such name. When nothing good is found, tokens are joined and split, as clerks do.
 *
 * The score of a name: what its matched tokens say of what all tokens of the question say, less for tokens of the name
 * that the question does not have. A token says more the fewer names have it.
 */
#include "match/search.h"

#include "base/attributes.h"
#include "match/words.h"

#include <stdlib.h>
#include <string.h>

#define SOUND_MAX      16    /* sounds of the best candidates that are paired */
#define RARE_MAX       4000  /* names of a token that are walked although it is alone */
#define GOOD_ENOUGH    0.86f /* below it, joined and split tokens are tried */
#define UNMATCHED_PART 0.05f /* of a weight that counts against a name when nobody asked for it */
#define INITIAL_LIKE   0.70f /* an initial that fits */
#define REACH_MAX      (SOUND_MAX * SOUND_MAX)
#define SEEN_ROOM      (1u << 17) /* slots for names that were looked at: more than 3 for each */
#define KNOWN_ROOM     4096       /* slots for candidate tokens: more than 5 for each */

/* How like a token of the dictionary is to each token of the question. */
struct known {
    uint32_t token; /* + 1; 0: free */
    float likes[FOLD_TOKEN_MAX];
};

struct searcher {
    const struct index *index;
    struct folder *folder;
    struct word_finder finder;
    struct word asked[FOLD_TOKEN_MAX];
    size_t asked_count;
    float asked_weight;
    struct known known[KNOWN_ROOM];
    uint16_t known_places[FOLD_TOKEN_MAX * WORD_CANDIDATE_MAX];
    size_t known_count;
    uint32_t *seen; /* names + 1 */
    uint32_t seen_places[SEARCH_LOOK_MAX];
    uint32_t seen_count;
    struct search_result *result;
    size_t limit;
    float least;
};

bool searcher_make(const struct index *index, const struct index *base, struct searcher **out,
                   struct error *err)
{
    struct searcher *searcher = calloc(1, sizeof *searcher);

    *out = searcher;
    if (searcher == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    searcher->index = index;
    searcher->seen = calloc(SEEN_ROOM, sizeof *searcher->seen);
    bool ok = searcher->seen != NULL || error_set(err, ERROR_LIMIT, "out of memory");
    if (ok && word_finder_make(index, base, &searcher->finder, err) &&
        folder_make(&searcher->folder, err))
        return true;
    searcher_free(out);
    return false;
}

void searcher_free(struct searcher **searcher)
{
    struct searcher *gone = *searcher;

    *searcher = NULL;
    if (gone == NULL)
        return;
    folder_free(&gone->folder);
    word_finder_free(&gone->finder);
    free(gone->seen);
    free(gone);
}

/* What likeness is worth: a word that is nearly another says much less than the same word. */
static float gain_of(float like)
{
    return like * like;
}

/* What the word can bring at most. */
static float best_of(const struct word *word)
{
    float like = word->is_initial ? INITIAL_LIKE : word->count > 0 ? word->candidates[0].like : 0;

    return gain_of(like) * word->weight;
}

/* --- what is known of candidate tokens --- */

static struct known *known_find(struct searcher *searcher, uint32_t token)
{
    size_t at = (token * UINT32_C(0x9e3779b1)) >> 20;

    while (searcher->known[at].token != 0 && searcher->known[at].token != token + 1)
        at = (at + 1) & (KNOWN_ROOM - 1);
    return &searcher->known[at];
}

static void known_fill(struct searcher *searcher)
{
    while (searcher->known_count > 0)
        searcher->known[searcher->known_places[--searcher->known_count]].token = 0;
    for (size_t i = 0; i < searcher->asked_count; i++)
        for (size_t k = 0; k < searcher->asked[i].count; k++) {
            const struct word_candidate *candidate = &searcher->asked[i].candidates[k];
            struct known *known = known_find(searcher, candidate->token);
            if (known->token == 0) {
                memset(known, 0, sizeof *known);
                known->token = candidate->token + 1;
                searcher->known_places[searcher->known_count++] =
                    (uint16_t)(known - searcher->known);
            }
            known->likes[i] = candidate->like;
        }
}

/* --- one name --- */

struct tie {
    float gain;
    uint8_t asked;
    uint8_t had;
};

static size_t ties_find(struct searcher *searcher, uint32_t name, struct tie *ties, float *weight)
{
    const struct index *index = searcher->index;
    uint32_t start = index->name_tokens.starts[name];
    uint32_t count = index->name_tokens.starts[name + 1] - start;
    size_t tie_count = 0;

    *weight = 0;
    for (uint32_t had = 0; had < count; had++) {
        uint32_t token = index->name_tokens.items[start + had];
        const struct known *known = known_find(searcher, token);
        *weight += index->weights[token];
        for (size_t i = 0; i < searcher->asked_count; i++) {
            float like = known->token != 0 ? known->likes[i] : 0;
            if (searcher->asked[i].is_initial &&
                index->tokens[token].text[0] == searcher->asked[i].token.text[0])
                like = INITIAL_LIKE;
            if (like > 0)
                ties[tie_count++] = (struct tie){gain_of(like) * searcher->asked[i].weight,
                                                 (uint8_t)i, (uint8_t)had};
        }
    }
    return tie_count;
}

/* The best ties first, each token on either side once. */
static float name_score(struct searcher *searcher, uint32_t name)
{
    struct tie ties[FOLD_TOKEN_MAX * FOLD_TOKEN_MAX];
    const struct index *index = searcher->index;
    uint32_t start = index->name_tokens.starts[name];
    float name_weight = 0;
    size_t count = ties_find(searcher, name, ties, &name_weight);
    unsigned asked_used = 0;
    unsigned had_used = 0;
    float gain = 0;

    for (;;) {
        const struct tie *best = NULL;
        for (size_t i = 0; i < count; i++)
            if ((asked_used >> ties[i].asked & 1) == 0 && (had_used >> ties[i].had & 1) == 0 &&
                (best == NULL || ties[i].gain > best->gain))
                best = &ties[i];
        if (best == NULL)
            break;
        asked_used |= 1u << best->asked;
        had_used |= 1u << best->had;
        gain += best->gain;
        name_weight -= index->weights[index->name_tokens.items[start + best->had]];
    }
    return gain / (searcher->asked_weight + UNMATCHED_PART * (name_weight > 0 ? name_weight : 0));
}

static void hit_put(struct searcher *searcher, uint32_t name, float score)
{
    struct search_result *result = searcher->result;
    size_t at = result->count;

    for (size_t i = 0; i < result->count; i++) /* a joined question may find it again */
        if (result->hits[i].name == name) {
            if (result->hits[i].score >= score)
                return;
            memmove(&result->hits[i], &result->hits[i + 1],
                    (result->count - i - 1) * sizeof result->hits[0]);
            at = --result->count;
            break;
        }
    if (at == searcher->limit) {
        if (result->hits[at - 1].score >= score)
            return;
        at--;
    } else {
        result->count++;
    }
    while (at > 0 && result->hits[at - 1].score < score) {
        result->hits[at] = result->hits[at - 1];
        at--;
    }
    result->hits[at] = (struct search_hit){name, score};
}

static void name_look(struct searcher *searcher, uint32_t name)
{
    struct search_result *result = searcher->result;
    uint32_t at = (name * UINT32_C(0x9e3779b1)) >> 15;

    while (searcher->seen[at] != 0 && searcher->seen[at] != name + 1)
        at = (at + 1) & (SEEN_ROOM - 1);
    if (searcher->seen[at] != 0)
        return;
    if (result->looked >= SEARCH_LOOK_MAX || searcher->seen_count >= SEARCH_LOOK_MAX) {
        result->is_cut = true;
        return;
    }
    searcher->seen[at] = name + 1;
    searcher->seen_places[searcher->seen_count++] = at;
    result->looked++;
    float score = name_score(searcher, name);
    if (score >= searcher->least &&
        (result->count < searcher->limit || score > result->hits[result->count - 1].score))
        hit_put(searcher, name, score);
}

static void seen_clear(struct searcher *searcher)
{
    while (searcher->seen_count > 0)
        searcher->seen[searcher->seen_places[--searcher->seen_count]] = 0;
}

/* --- names to look at --- */

/*
 * Lists of names in the order of the best score that a name of theirs can have, until nothing better can come. Pairs of
 * tokens go first, the weightiest before the others: a name of a later pair that also had the tokens of an earlier one
 * was looked at, or could not be good enough, with that one; so those tokens count nothing for it any more.
 */
#define BOUND_STEPS 64

struct reach {
    uint32_t list;
    float bound;
};

struct sound {
    uint32_t number;
    float like; /* of the best token with it */
};

static size_t sounds_of(const struct searcher *searcher, const struct word *asked,
                        struct sound sounds[SOUND_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < asked->count && count < SOUND_MAX; i++) {
        uint32_t number = searcher->index->tokens[asked->candidates[i].token].sound;
        bool is_new = true;
        for (size_t k = 0; k < count; k++)
            is_new = is_new && sounds[k].number != number;
        if (is_new)
            sounds[count++] = (struct sound){number, asked->candidates[i].like};
    }
    return count;
}

/* What a name must score more than, to be taken. */
static float bar_of(const struct searcher *searcher)
{
    const struct search_result *result = searcher->result;
    float last = result->count < searcher->limit ? 0 : result->hits[result->count - 1].score;

    return last > searcher->least ? last : searcher->least;
}

static void list_look(struct searcher *searcher, const struct index_lists *lists, uint32_t list,
                      float bound)
{
    for (uint32_t i = lists->starts[list]; i < lists->starts[list + 1]; i++) {
        if (searcher->result->is_cut || bound <= bar_of(searcher))
            return;
        name_look(searcher, lists->items[i]);
    }
}

/* The best bounds first, by a counting sort in steps. */
static void reaches_look(struct searcher *searcher, const struct index_lists *lists,
                         const struct reach *reaches, size_t count)
{
    uint16_t starts[BOUND_STEPS + 2] = {0};
    uint16_t order[REACH_MAX];

    for (size_t i = 0; i < count; i++)
        starts[BOUND_STEPS - (size_t)(reaches[i].bound * (BOUND_STEPS - 1)) + 1]++;
    for (size_t i = 1; i < ARRAY_COUNT(starts); i++)
        starts[i] = (uint16_t)(starts[i] + starts[i - 1]);
    for (size_t i = 0; i < count; i++)
        order[starts[BOUND_STEPS - (size_t)(reaches[i].bound * (BOUND_STEPS - 1))]++] = (uint16_t)i;
    for (size_t i = 0; i < count; i++)
        list_look(searcher, lists, reaches[order[i]].list, reaches[order[i]].bound);
}

static void pair_look(struct searcher *searcher, size_t i, size_t k, float others)
{
    const struct index_lists *pairs = &searcher->index->pairs;
    struct sound left[SOUND_MAX];
    struct sound right[SOUND_MAX];
    struct reach reaches[REACH_MAX];
    size_t left_count = sounds_of(searcher, &searcher->asked[i], left);
    size_t right_count = sounds_of(searcher, &searcher->asked[k], right);
    size_t count = 0;

    for (size_t a = 0; a < left_count; a++)
        for (size_t b = 0; b < right_count; b++) {
            float bound = (gain_of(left[a].like) * searcher->asked[i].weight +
                           gain_of(right[b].like) * searcher->asked[k].weight + others) /
                          searcher->asked_weight;
            if (bound > bar_of(searcher))
                reaches[count++] = (struct reach){
                    index_list_of(pairs, index_pair_hash(left[a].number, right[b].number)),
                    bound > 1 ? 1 : bound};
        }
    reaches_look(searcher, pairs, reaches, count);
}

struct asked_pair {
    uint8_t left;
    uint8_t right;
    float weight;
};

static size_t asked_pairs(const struct searcher *searcher, struct asked_pair *out)
{
    size_t count = 0;

    for (size_t i = 0; i < searcher->asked_count; i++)
        for (size_t k = i + 1; k < searcher->asked_count; k++) {
            float weight = searcher->asked[i].weight + searcher->asked[k].weight;
            size_t at = count++;
            for (; at > 0 && out[at - 1].weight < weight; at--)
                out[at] = out[at - 1];
            out[at] = (struct asked_pair){(uint8_t)i, (uint8_t)k, weight};
        }
    return count;
}

static void pairs_look(struct searcher *searcher)
{
    struct asked_pair pairs[FOLD_TOKEN_MAX * (FOLD_TOKEN_MAX - 1) / 2];
    unsigned done[FOLD_TOKEN_MAX] = {0}; /* bit k: the pair with token k was looked at */
    size_t count = asked_pairs(searcher, pairs);

    for (size_t at = 0; at < count; at++) {
        size_t i = pairs[at].left;
        size_t k = pairs[at].right;
        float others = 0;
        for (size_t m = 0; m < searcher->asked_count; m++)
            if (m != i && m != k && ((done[i] | done[k]) >> m & 1) == 0)
                others += best_of(&searcher->asked[m]);
        pair_look(searcher, i, k, others);
        done[i] |= 1u << k;
        done[k] |= 1u << i;
    }
}

/* Names with one token alone: all that have more were looked at, but for initials. */
static void singles_look(struct searcher *searcher)
{
    const struct index_lists *postings = &searcher->index->postings;
    bool is_alone = searcher->asked_count == 1;
    float others = 0;

    for (size_t i = 0; i < searcher->asked_count; i++)
        others += searcher->asked[i].is_initial ? best_of(&searcher->asked[i]) : 0;
    for (size_t i = 0; i < searcher->asked_count; i++) {
        uint32_t room = is_alone ? SEARCH_LOOK_MAX : RARE_MAX;
        for (size_t k = 0; k < searcher->asked[i].count; k++) {
            const struct word_candidate *candidate = &searcher->asked[i].candidates[k];
            uint32_t size =
                postings->starts[candidate->token + 1] - postings->starts[candidate->token];
            float bound = (gain_of(candidate->like) * searcher->asked[i].weight + others) /
                          searcher->asked_weight;
            if (size > room || bound <= bar_of(searcher))
                continue;
            room -= size;
            list_look(searcher, postings, candidate->token, bound);
        }
    }
}

/* --- the question --- */

static void asked_prepare(struct searcher *searcher, const struct fold_token *tokens, size_t count)
{
    searcher->asked_count = count;
    searcher->asked_weight = 0;
    for (size_t i = 0; i < count; i++) {
        word_find(&searcher->finder, &tokens[i], count == 1, &searcher->asked[i]);
        searcher->asked_weight += searcher->asked[i].weight;
    }
    known_fill(searcher);
}

static void question_look(struct searcher *searcher, const struct fold_token *tokens, size_t count)
{
    asked_prepare(searcher, tokens, count);
    seen_clear(searcher); /* another question scores a name anew */
    pairs_look(searcher);
    singles_look(searcher);
}

static bool is_good(const struct searcher *searcher)
{
    return searcher->result->count > 0 && searcher->result->hits[0].score >= GOOD_ENOUGH;
}

static bool token_join(const struct fold_token *left, const struct fold_token *right,
                       struct fold_token *out)
{
    *out = *left;
    if (left->size + right->size > FOLD_TOKEN_SIZE_MAX)
        return false;
    memcpy(out->text + left->size, right->text, (size_t)right->size + 1);
    out->size = (uint8_t)(left->size + right->size);
    return true;
}

static void joined_look(struct searcher *searcher, const struct folded *folded)
{
    struct fold_token tokens[FOLD_TOKEN_MAX];

    for (size_t i = 0; i + 1 < folded->count && !is_good(searcher); i++) {
        memcpy(tokens, folded->tokens, folded->count * sizeof tokens[0]);
        if (!token_join(&folded->tokens[i], &folded->tokens[i + 1], &tokens[i]))
            continue;
        memmove(&tokens[i + 1], &tokens[i + 2], (folded->count - i - 2) * sizeof tokens[0]);
        question_look(searcher, tokens, folded->count - 1);
    }
}

static bool is_word(const struct searcher *searcher, const char *text, size_t size)
{
    const struct index *index = searcher->index;
    uint32_t list = index_list_of(&index->neighbours, index_hash(text, size, size));

    for (uint32_t i = index->neighbours.starts[list]; i < index->neighbours.starts[list + 1]; i++) {
        const struct index_token *token = &index->tokens[index->neighbours.items[i]];
        if (token->size == size && memcmp(token->text, text, size) == 0)
            return true;
    }
    return false;
}

static void split_look(struct searcher *searcher, const struct folded *folded)
{
    struct fold_token tokens[FOLD_TOKEN_MAX + 1];

    for (size_t i = 0; i < folded->count && folded->count < FOLD_TOKEN_MAX; i++) {
        const struct fold_token *whole = &folded->tokens[i];
        for (size_t at = 2; at + 2 <= whole->size && !is_good(searcher); at++) {
            if (!is_word(searcher, whole->text, at) ||
                !is_word(searcher, whole->text + at, whole->size - at))
                continue;
            memcpy(tokens, folded->tokens, folded->count * sizeof tokens[0]);
            memmove(&tokens[i + 2], &tokens[i + 1], (folded->count - i - 1) * sizeof tokens[0]);
            tokens[i].size = (uint8_t)at;
            tokens[i].text[at] = '\0';
            tokens[i + 1] = *whole;
            tokens[i + 1].size = (uint8_t)(whole->size - at);
            memcpy(tokens[i + 1].text, whole->text + at, (size_t)tokens[i + 1].size + 1);
            question_look(searcher, tokens, folded->count + 1);
        }
    }
}

void search_name(struct searcher *searcher, struct span name, size_t limit, float least,
                 struct search_result *out)
{
    struct folded folded;

    out->count = 0;
    out->looked = 0;
    out->is_cut = false;
    searcher->result = out;
    searcher->limit = limit < SEARCH_HIT_MAX ? limit : SEARCH_HIT_MAX;
    searcher->least = least;
    fold_name(searcher->folder, name, &folded);
    if (folded.count == 0 || searcher->limit == 0 || searcher->index->name_count == 0)
        return;
    question_look(searcher, folded.tokens, folded.count);
    if (!is_good(searcher))
        joined_look(searcher, &folded);
    if (!is_good(searcher))
        split_look(searcher, &folded);
}
