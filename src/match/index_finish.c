/* Index finish: the lists of an index, from what its builder gathered. See index.h for what they are. */
#include "match/index_finish.h"

#include "match/index_lists.h"
#include "match/skeleton.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HASH_LISTS_LEAST 16
#define HASH_LISTS_MOST  (UINT32_C(1) << 28)

/* A walk puts each of its items into a list, the same in both passes. */
static bool lists_make(const struct index *index, uint32_t count,
                       void (*walk)(const struct index *index, struct filling *filling),
                       struct index_lists *out)
{
    struct filling filling;

    if (!lists_begin(&filling, count))
        return false;
    walk(index, &filling);
    bool ok = lists_turn(&filling);
    if (ok) {
        walk(index, &filling);
        *out = lists_end(&filling);
    }
    lists_drop(&filling);
    return ok;
}

static uint32_t power_of_two(size_t least)
{
    uint32_t power = HASH_LISTS_LEAST;

    while (power < least && power < HASH_LISTS_MOST)
        power *= 2;
    return power;
}

/* --- sounds and neighbours of tokens --- */

static int key_compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;

    return left < right ? -1 : left > right;
}

static bool sound_keys_make(struct index *index)
{
    uint64_t *keys = malloc(((size_t)index->token_count * SKELETON_MAX + 1) * sizeof *keys);
    struct skeletons skeletons;
    size_t count = 0;

    index->sound_keys = keys;
    if (keys == NULL)
        return false;
    for (uint32_t i = 0; i < index->token_count; i++) {
        skeleton_make(index->tokens[i].text, index->tokens[i].size, &skeletons);
        for (size_t k = 0; k < skeletons.count; k++)
            keys[count++] = skeletons.keys[k];
    }
    qsort(keys, count, sizeof *keys, key_compare);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || keys[i] != keys[i - 1])
            keys[index->sound_count++] = keys[i];
    return true;
}

static void sounds_walk(const struct index *index, struct filling *filling)
{
    struct skeletons skeletons;

    for (uint32_t i = 0; i < index->token_count; i++) {
        skeleton_make(index->tokens[i].text, index->tokens[i].size, &skeletons);
        for (size_t k = 0; k < skeletons.count; k++)
            lists_put(filling, index_sound_find(index, skeletons.keys[k]), i);
    }
}

static bool sounds_make(struct index *index, struct index_token *tokens)
{
    struct skeletons skeletons;

    if (!sound_keys_make(index))
        return false;
    for (uint32_t i = 0; i < index->token_count; i++) {
        skeleton_make(tokens[i].text, tokens[i].size, &skeletons);
        tokens[i].sound = index_sound_find(index, skeletons.keys[0]);
    }
    return lists_make(index, index->sound_count, sounds_walk, &index->sound_tokens);
}

static void neighbours_walk(const struct index *index, struct filling *filling)
{
    for (uint32_t i = 0; i < index->token_count; i++) {
        const struct index_token *token = &index->tokens[i];
        for (size_t out = 0; out <= token->size; out++)
            lists_put(filling, index_hash(token->text, token->size, out) & (filling->count - 1), i);
    }
}

static bool neighbours_make(struct index *index)
{
    size_t letters = 0;

    for (uint32_t i = 0; i < index->token_count; i++)
        letters += (size_t)index->tokens[i].size + 1;
    return lists_make(index, power_of_two(letters / 2), neighbours_walk, &index->neighbours);
}

/* --- names by token, and by two sounds --- */

/* A name that has a token twice stands once in its list. */
static void postings_walk(const struct index *index, struct filling *filling)
{
    const struct index_lists *names = &index->name_tokens;

    for (uint32_t name = 0; name < index->name_count; name++)
        for (uint32_t at = names->starts[name]; at < names->starts[name + 1]; at++)
            if (at == names->starts[name] || names->items[at] != names->items[at - 1])
                lists_put(filling, names->items[at], name);
}

static void pairs_walk(const struct index *index, struct filling *filling)
{
    const struct index_lists *names = &index->name_tokens;

    for (uint32_t name = 0; name < index->name_count; name++)
        for (uint32_t a = names->starts[name]; a < names->starts[name + 1]; a++)
            for (uint32_t b = a + 1; b < names->starts[name + 1]; b++) {
                uint32_t hash = index_pair_hash(index->tokens[names->items[a]].sound,
                                                index->tokens[names->items[b]].sound);
                lists_put(filling, hash & (filling->count - 1), name);
            }
}

static uint32_t postings_of(const struct index *index, uint32_t token)
{
    return index->postings.starts[token + 1] - index->postings.starts[token];
}

/* What a match of the token says. A base beside which the index is searched counts, too: a common name is common although
 * the new index is small. */
static float weight_of(const struct index *index, uint32_t token, const struct index *base)
{
    uint64_t names = index->name_count;
    uint64_t have = postings_of(index, token);
    struct fold_token text = {.size = index->tokens[token].size,
                              .script = index->tokens[token].script};

    if (base != NULL) {
        memcpy(text.text, index->tokens[token].text, sizeof text.text);
        uint32_t other = index_token_find(base, &text);
        names += base->name_count;
        have += other < base->token_count ? postings_of(base, other) : 0;
    }
    return logf((float)(names + 1) / (float)(have + 1)) + 0.5f;
}

static bool weights_make(struct index *index, const struct index *base)
{
    float *weights = malloc(((size_t)index->token_count + 1) * sizeof *weights);

    index->weights = weights;
    for (uint32_t i = 0; weights != NULL && i < index->token_count; i++)
        weights[i] = weight_of(index, i, base);
    return weights != NULL;
}

/* --- names and persons --- */

/* Takes the tokens of names over from the builder. */
static bool names_take(struct index_builder *builder, struct index *index)
{
    uint32_t *starts = malloc(((size_t)index->name_count + 1) * sizeof *starts);

    index->name_tokens = (struct index_lists){starts, builder->name_items.items, index->name_count};
    builder->name_items = (struct numbers){.items = NULL};
    if (starts == NULL)
        return false;
    starts[0] = 0;
    if (index->name_count > 0)
        memcpy(starts + 1, builder->name_ends.items, (size_t)index->name_count * sizeof *starts);
    return true;
}

static bool name_persons_make(const struct index_builder *builder, struct index *index)
{
    struct filling filling;

    if (!lists_begin(&filling, index->name_count))
        return false;
    for (size_t i = 0; i < builder->entry_names.count; i++)
        lists_put(&filling, builder->entry_names.items[i], builder->entry_persons.items[i]);
    bool ok = lists_turn(&filling);
    if (ok) {
        for (size_t i = 0; i < builder->entry_names.count; i++)
            lists_put(&filling, builder->entry_names.items[i], builder->entry_persons.items[i]);
        index->name_persons = lists_end(&filling);
    }
    lists_drop(&filling);
    return ok;
}

static void tables_drop(struct index_builder *builder)
{
    free(builder->token_table.slots);
    free(builder->name_table.slots);
    builder->token_table = (struct table){.slots = NULL};
    builder->name_table = (struct table){.slots = NULL};
}

bool index_builder_finish(struct index_builder *builder, struct index **out, struct error *err)
{
    struct index *index = calloc(1, sizeof *index);
    struct index_token *tokens = builder->tokens;

    *out = index;
    if (index == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    tables_drop(builder);
    index->tokens = tokens;
    index->token_count = (uint32_t)builder->token_count;
    index->name_count = (uint32_t)builder->name_ends.count;
    index->person_count = builder->person_count;
    index->records = builder->records;
    index->births = builder->births;
    builder->tokens = NULL;
    builder->token_count = builder->token_room = 0;
    builder->records = NULL;
    builder->births = NULL;
    builder->person_count = 0;
    builder->person_room = 0;
    if (names_take(builder, index) && name_persons_make(builder, index) &&
        sounds_make(index, tokens) && neighbours_make(index) &&
        lists_make(index, index->token_count, postings_walk, &index->postings) &&
        weights_make(index, builder->base) &&
        lists_make(index, power_of_two(index->name_count), pairs_walk, &index->pairs))
        return true;
    index_free(out);
    return error_set(err, ERROR_LIMIT, "the index does not fit in memory");
}
