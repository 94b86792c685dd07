/* Words: see words.h. */
#include "match/words.h"

#include "match/given.h"
#include "match/skeleton.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LIKE_LEAST     0.55f /* below it two tokens are not the same word */
#define TRIED_MAX      4096  /* tokens compared for one word */
#define INITIAL_WEIGHT 1.0f

bool word_finder_make(const struct index *index, const struct index *base, struct word_finder *out,
                      struct error *err)
{
    *out = (struct word_finder){.index = index, .base = base};
    out->tried = calloc((size_t)index->token_count + 1, sizeof *out->tried);
    return out->tried != NULL || error_set(err, ERROR_LIMIT, "out of memory");
}

void word_finder_free(struct word_finder *finder)
{
    free(finder->tried);
    finder->tried = NULL;
}

/* Kept sorted, best first; among equals the rarer says more and comes first. */
static void candidate_put(struct word_finder *finder, struct word *word, uint32_t token, float like)
{
    size_t at = word->count;

    if (at == WORD_CANDIDATE_MAX) {
        if (word->candidates[at - 1].like >= like)
            return;
        at--;
    } else {
        word->count++;
    }
    while (at > 0 && (word->candidates[at - 1].like < like ||
                      (word->candidates[at - 1].like == like &&
                       finder->index->weights[word->candidates[at - 1].token] <
                           finder->index->weights[token]))) {
        word->candidates[at] = word->candidates[at - 1];
        at--;
    }
    word->candidates[at] = (struct word_candidate){token, like};
}

/* `least_like`: what the token is alike at least, however its letters are. */
static void token_try(struct word_finder *finder, struct word *word, uint32_t token,
                      float least_like)
{
    const struct index_token *known = &finder->index->tokens[token];

    if (finder->tried[token] == finder->round)
        return;
    finder->tried[token] = finder->round;
    float like =
        compare_pattern(&word->pattern, known->text, known->size, known->script, LIKE_LEAST);
    if (like < least_like)
        like = least_like;
    if (like >= LIKE_LEAST)
        candidate_put(finder, word, token, like);
}

/* The names that stand for a given name, in any script that the dictionary has them in. */
static void alike_try(struct word_finder *finder, struct word *word)
{
    struct given_alike alike[GIVEN_ALIKE_MAX];
    size_t count = given_alike(word->token.text, alike);

    for (size_t i = 0; i < count; i++) {
        struct fold_token token = {.size = alike[i].size};
        memcpy(token.text, alike[i].text, alike[i].size);
        for (int script = FOLD_LATIN; script <= FOLD_ARABIC; script += FOLD_ARABIC - FOLD_LATIN) {
            token.script = (uint8_t)script;
            uint32_t known = index_token_find(finder->index, &token);
            if (known < finder->index->token_count)
                token_try(finder, word, known, alike[i].like);
        }
    }
}

static void list_try(struct word_finder *finder, struct word *word, const struct index_lists *lists,
                     uint32_t list, size_t *room)
{
    for (uint32_t i = lists->starts[list]; i < lists->starts[list + 1] && *room > 0; i++) {
        token_try(finder, word, lists->items[i], 0);
        (*room)--;
    }
}

static void candidates_find(struct word_finder *finder, struct word *word)
{
    const struct index *index = finder->index;
    const struct fold_token *token = &word->token;
    struct skeletons skeletons;
    size_t room = TRIED_MAX;

    if (++finder->round == 0) { /* after 2^32 words the marks say nothing any more */
        memset(finder->tried, 0, index->token_count * sizeof *finder->tried);
        finder->round = 1;
    }
    compare_prepare(token, &word->pattern);
    alike_try(finder, word);
    for (size_t out = 0; out <= token->size; out++)
        list_try(finder, word, &index->neighbours,
                 index_list_of(&index->neighbours, index_hash(token->text, token->size, out)),
                 &room);
    skeleton_make(token->text, token->size, &skeletons);
    for (size_t i = 0; i < skeletons.count; i++) {
        uint32_t sound = index_sound_find(index, skeletons.keys[i]);
        if (sound < index->sound_count)
            list_try(finder, word, &index->sound_tokens, sound, &room);
    }
}

/* A word says what the dictionary says of it; one that is not in it says what its best candidate does, or most of all when
 * nothing is like it. */
static float word_weigh(const struct word_finder *finder, const struct word *word)
{
    const struct index *base = finder->base;
    uint32_t known = index_token_find(base, &word->token);

    if (word->is_initial)
        return INITIAL_WEIGHT;
    if (known < base->token_count)
        return base->weights[known];
    if (word->count == 0)
        return logf((float)base->name_count + 1) + 0.5f;
    return finder->index->weights[word->candidates[0].token];
}

void word_find(struct word_finder *finder, const struct fold_token *token, bool is_alone,
               struct word *out)
{
    out->token = *token;
    out->is_initial = token->size == 1;
    out->count = 0;
    if (!out->is_initial || is_alone)
        candidates_find(finder, out);
    out->weight = word_weigh(finder, out);
}
