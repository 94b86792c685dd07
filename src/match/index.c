/* Index, built: see index.h. */
#include "match/index.h"

#include "base/attributes.h"
#include "match/skeleton.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- growing arrays of numbers --- */

struct numbers {
    uint32_t *items;
    size_t count;
    size_t room;
};

static bool number_add(struct numbers *numbers, uint32_t number)
{
    if (numbers->count == numbers->room) {
        size_t room = numbers->room == 0 ? 4096 : numbers->room * 2;
        uint32_t *items = realloc(numbers->items, room * sizeof *items);
        if (items == NULL)
            return false;
        numbers->items = items;
        numbers->room = room;
    }
    numbers->items[numbers->count++] = number;
    return true;
}

/* --- building --- */

/* Open addressing, of numbers + 1; grown at half. */
struct table {
    uint32_t *slots;
    size_t room; /* a power of two */
    size_t count;
};

struct index_builder {
    struct folder *folder;
    struct index_token *tokens;
    size_t token_count;
    size_t token_room;
    struct table token_table;
    struct numbers name_ends; /* place behind the last token of each name in name_items */
    struct numbers name_items;
    struct table name_table;
    struct numbers persons; /* name of each person, or NO_NAME */
};
#define NO_NAME UINT32_MAX

static uint32_t mix(uint32_t hash, uint32_t value)
{
    hash = (hash ^ value) * UINT32_C(0x9e3779b1);
    return hash ^ hash >> 15;
}

uint32_t index_hash(const char *text, size_t size, size_t left_out)
{
    uint32_t hash = UINT32_C(0x811c9dc5);

    for (size_t i = 0; i < size; i++)
        if (i != left_out)
            hash = (hash ^ (uint8_t)text[i]) * UINT32_C(0x01000193);
    return mix(hash, (uint32_t)(left_out < size ? size - 1 : size));
}

uint32_t index_pair_hash(uint32_t sound, uint32_t other)
{
    uint32_t low = sound < other ? sound : other;
    uint32_t high = sound < other ? other : sound;

    return mix(mix(UINT32_C(0x2545f491), low), high);
}

uint32_t index_list_of(const struct index_lists *lists, uint32_t hash)
{
    return hash & (lists->count - 1);
}

static bool table_grow(struct table *table, uint32_t (*hash)(const void *context, uint32_t number),
                       const void *context)
{
    size_t room = table->room == 0 ? 8192 : table->room * 2;
    uint32_t *slots = calloc(room, sizeof *slots);

    if (slots == NULL)
        return false;
    for (size_t i = 0; i < table->room; i++) {
        if (table->slots[i] == 0)
            continue;
        size_t at = hash(context, table->slots[i] - 1) & (room - 1);
        while (slots[at] != 0)
            at = (at + 1) & (room - 1);
        slots[at] = table->slots[i];
    }
    free(table->slots);
    table->slots = slots;
    table->room = room;
    return true;
}

static uint32_t token_hash(const void *context, uint32_t number)
{
    const struct index_builder *builder = context;
    const struct index_token *token = &builder->tokens[number];

    return mix(index_hash(token->text, token->size, token->size), token->script == FOLD_ARABIC);
}

/* Tokens of Arabic script stand apart: their vowels are missing. */
static bool token_is(const struct index_token *token, const struct fold_token *wanted)
{
    return token->size == wanted->size &&
           (token->script == FOLD_ARABIC) == (wanted->script == FOLD_ARABIC) &&
           memcmp(token->text, wanted->text, wanted->size) == 0;
}

static bool token_number(struct index_builder *builder, const struct fold_token *wanted,
                         uint32_t *out)
{
    struct table *table = &builder->token_table;

    if (2 * table->count >= table->room && !table_grow(table, token_hash, builder))
        return false;
    uint32_t hash =
        mix(index_hash(wanted->text, wanted->size, wanted->size), wanted->script == FOLD_ARABIC);
    size_t at = hash & (table->room - 1);
    for (; table->slots[at] != 0; at = (at + 1) & (table->room - 1)) {
        *out = table->slots[at] - 1;
        if (token_is(&builder->tokens[*out], wanted))
            return true;
    }
    if (builder->token_count == builder->token_room) {
        size_t room = builder->token_room == 0 ? 4096 : builder->token_room * 2;
        struct index_token *tokens = realloc(builder->tokens, room * sizeof *tokens);
        if (tokens == NULL)
            return false;
        builder->tokens = tokens;
        builder->token_room = room;
    }
    *out = (uint32_t)builder->token_count++;
    struct index_token *token = &builder->tokens[*out];
    *token = (struct index_token){.size = wanted->size, .script = wanted->script};
    memcpy(token->text, wanted->text, wanted->size);
    table->slots[at] = *out + 1;
    table->count++;
    return true;
}

static const uint32_t *name_of(const struct index_builder *builder, uint32_t name, size_t *count)
{
    uint32_t start = name == 0 ? 0 : builder->name_ends.items[name - 1];

    *count = builder->name_ends.items[name] - start;
    return builder->name_items.items + start;
}

static uint32_t tokens_hash(const uint32_t *tokens, size_t count)
{
    uint32_t hash = (uint32_t)count;

    for (size_t i = 0; i < count; i++)
        hash = mix(hash, tokens[i]);
    return hash;
}

static uint32_t name_hash(const void *context, uint32_t number)
{
    size_t count = 0;
    const uint32_t *tokens = name_of(context, number, &count);

    return tokens_hash(tokens, count);
}

static bool name_number(struct index_builder *builder, const uint32_t *tokens, size_t count,
                        uint32_t *out)
{
    struct table *table = &builder->name_table;

    if (2 * table->count >= table->room && !table_grow(table, name_hash, builder))
        return false;
    size_t at = tokens_hash(tokens, count) & (table->room - 1);
    for (; table->slots[at] != 0; at = (at + 1) & (table->room - 1)) {
        size_t found_count = 0;
        *out = table->slots[at] - 1;
        const uint32_t *found = name_of(builder, *out, &found_count);
        if (found_count == count && memcmp(found, tokens, count * sizeof *tokens) == 0)
            return true;
    }
    *out = (uint32_t)builder->name_ends.count;
    for (size_t i = 0; i < count; i++)
        if (!number_add(&builder->name_items, tokens[i]))
            return false;
    table->slots[at] = *out + 1;
    table->count++;
    return number_add(&builder->name_ends, (uint32_t)builder->name_items.count);
}

/* The order of tokens says nothing: names are sets, sorted by number. */
static void tokens_sort(uint32_t *tokens, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t k = i; k > 0 && tokens[k - 1] > tokens[k]; k--) {
            uint32_t kept = tokens[k];
            tokens[k] = tokens[k - 1];
            tokens[k - 1] = kept;
        }
}

bool index_builder_add(struct index_builder *builder, struct span name, struct error *err)
{
    struct folded folded;
    uint32_t tokens[FOLD_TOKEN_MAX];
    uint32_t number = NO_NAME;

    if (builder->persons.count == INDEX_PERSON_MAX)
        return error_set(err, ERROR_LIMIT, "an index holds at most %u persons", INDEX_PERSON_MAX);
    fold_name(builder->folder, name, &folded);
    bool ok = true;
    for (size_t i = 0; i < folded.count && ok; i++)
        ok = token_number(builder, &folded.tokens[i], &tokens[i]);
    tokens_sort(tokens, ok ? folded.count : 0);
    if (ok && folded.count > 0)
        ok = name_number(builder, tokens, folded.count, &number);
    return (ok && number_add(&builder->persons, number)) ||
           error_set(err, ERROR_LIMIT, "the index does not fit in memory");
}

bool index_builder_make(struct index_builder **out, struct error *err)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (folder_make(&(*out)->folder, err))
        return true;
    index_builder_free(out);
    return false;
}

void index_builder_free(struct index_builder **builder)
{
    struct index_builder *gone = *builder;

    *builder = NULL;
    if (gone == NULL)
        return;
    folder_free(&gone->folder);
    free(gone->tokens);
    free(gone->token_table.slots);
    free(gone->name_ends.items);
    free(gone->name_items.items);
    free(gone->name_table.slots);
    free(gone->persons.items);
    free(gone);
}

/* --- lists --- */

/* Two passes of the same walk: the first counts, the second fills. */
struct filling {
    struct index_lists *lists;
    bool is_counting;
};

static bool lists_begin(struct filling *filling, struct index_lists *lists, uint32_t count)
{
    lists->count = count;
    lists->starts = calloc((size_t)count + 2, sizeof *lists->starts);
    *filling = (struct filling){.lists = lists, .is_counting = true};
    return lists->starts != NULL;
}

/* Between the passes: starts[i + 1] becomes the place where list i begins, and moves on to its end as it is filled. */
static bool lists_turn(struct filling *filling)
{
    struct index_lists *lists = filling->lists;
    uint32_t total = 0;

    for (size_t i = 0; i <= lists->count; i++) {
        uint32_t here = lists->starts[i + 1];
        lists->starts[i + 1] = total;
        total += i < lists->count ? here : 0;
    }
    lists->items = malloc(((size_t)total + 1) * sizeof *lists->items);
    filling->is_counting = false;
    return lists->items != NULL;
}

static void lists_put(struct filling *filling, uint32_t list, uint32_t item)
{
    uint32_t *place = &filling->lists->starts[list + 1];

    if (!filling->is_counting)
        filling->lists->items[*place] = item;
    (*place)++;
}

static uint32_t power_of_two(size_t least)
{
    uint32_t power = 16;

    while (power < least && power < UINT32_C(1) << 30)
        power *= 2;
    return power;
}

static int key_compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;

    return left < right ? -1 : left > right;
}

uint32_t index_sound_find(const struct index *index, uint64_t key)
{
    uint32_t low = 0;
    uint32_t high = index->sound_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (index->sound_keys[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < index->sound_count && index->sound_keys[low] == key ? low : index->sound_count;
}

static bool sounds_build(struct index *index)
{
    struct skeletons skeletons;
    struct filling filling;
    size_t count = 0;

    index->sound_keys = malloc((size_t)index->token_count * SKELETON_MAX * sizeof(uint64_t) + 8);
    if (index->sound_keys == NULL)
        return false;
    for (uint32_t i = 0; i < index->token_count; i++) {
        skeleton_make(index->tokens[i].text, index->tokens[i].size, &skeletons);
        for (size_t k = 0; k < skeletons.count; k++)
            index->sound_keys[count++] = skeletons.keys[k];
    }
    qsort(index->sound_keys, count, sizeof *index->sound_keys, key_compare);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || index->sound_keys[i] != index->sound_keys[i - 1])
            index->sound_keys[index->sound_count++] = index->sound_keys[i];
    if (!lists_begin(&filling, &index->sound_tokens, index->sound_count))
        return false;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < index->token_count; i++) {
            skeleton_make(index->tokens[i].text, index->tokens[i].size, &skeletons);
            index->tokens[i].sound = index_sound_find(index, skeletons.keys[0]);
            for (size_t k = 0; k < skeletons.count; k++)
                lists_put(&filling, index_sound_find(index, skeletons.keys[k]), i);
        }
        if (pass == 0 && !lists_turn(&filling))
            return false;
    }
    return true;
}

static bool neighbours_build(struct index *index)
{
    struct filling filling;
    size_t letters = 0;

    for (uint32_t i = 0; i < index->token_count; i++)
        letters += (size_t)index->tokens[i].size + 1;
    if (!lists_begin(&filling, &index->neighbours, power_of_two(letters / 2)))
        return false;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < index->token_count; i++) {
            const struct index_token *token = &index->tokens[i];
            for (size_t out = 0; out <= token->size; out++)
                lists_put(
                    &filling,
                    index_list_of(&index->neighbours, index_hash(token->text, token->size, out)),
                    i);
        }
        if (pass == 0 && !lists_turn(&filling))
            return false;
    }
    return true;
}

static bool postings_build(struct index *index)
{
    struct filling filling;
    const struct index_lists *names = &index->name_tokens;

    if (!lists_begin(&filling, &index->postings, index->token_count))
        return false;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t name = 0; name < index->name_count; name++)
            for (uint32_t at = names->starts[name]; at < names->starts[name + 1]; at++)
                if (at == names->starts[name] || names->items[at] != names->items[at - 1])
                    lists_put(&filling, names->items[at], name);
        if (pass == 0 && !lists_turn(&filling))
            return false;
    }
    index->weights = malloc(((size_t)index->token_count + 1) * sizeof *index->weights);
    if (index->weights == NULL)
        return false;
    for (uint32_t i = 0; i < index->token_count; i++) {
        uint32_t have = index->postings.starts[i + 1] - index->postings.starts[i];
        index->weights[i] = logf((float)(index->name_count + 1) / (float)(have + 1)) + 0.5f;
    }
    return true;
}

static bool pairs_build(struct index *index)
{
    struct filling filling;
    const struct index_lists *names = &index->name_tokens;

    if (!lists_begin(&filling, &index->pairs, power_of_two(index->name_count)))
        return false;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t name = 0; name < index->name_count; name++)
            for (uint32_t a = names->starts[name]; a < names->starts[name + 1]; a++)
                for (uint32_t b = a + 1; b < names->starts[name + 1]; b++) {
                    uint32_t hash = index_pair_hash(index->tokens[names->items[a]].sound,
                                                    index->tokens[names->items[b]].sound);
                    lists_put(&filling, index_list_of(&index->pairs, hash), name);
                }
        if (pass == 0 && !lists_turn(&filling))
            return false;
    }
    return true;
}

/* Takes the names over, and turns persons into lists by name. */
static bool names_build(struct index_builder *builder, struct index *index)
{
    struct filling filling;
    struct index_lists *names = &index->name_tokens;

    names->count = index->name_count;
    names->items = builder->name_items.items;
    names->starts = malloc(((size_t)index->name_count + 2) * sizeof *names->starts);
    builder->name_items = (struct numbers){.items = NULL};
    if (names->starts == NULL)
        return false;
    names->starts[0] = 0;
    if (index->name_count > 0)
        memcpy(names->starts + 1, builder->name_ends.items,
               (size_t)index->name_count * sizeof *names->starts);
    if (!lists_begin(&filling, &index->name_persons, index->name_count))
        return false;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < index->person_count; i++)
            if (builder->persons.items[i] != NO_NAME)
                lists_put(&filling, builder->persons.items[i], i);
        if (pass == 0 && !lists_turn(&filling))
            return false;
    }
    return true;
}

bool index_builder_finish(struct index_builder *builder, struct index **out, struct error *err)
{
    struct index *index = calloc(1, sizeof *index);

    *out = index;
    if (index == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    index->tokens = builder->tokens;
    index->token_count = (uint32_t)builder->token_count;
    index->name_count = (uint32_t)builder->name_ends.count;
    index->person_count = (uint32_t)builder->persons.count;
    builder->tokens = NULL;
    free(builder->token_table.slots);
    free(builder->name_table.slots);
    builder->token_table = (struct table){.slots = NULL};
    builder->name_table = (struct table){.slots = NULL};
    if (names_build(builder, index) && sounds_build(index) && neighbours_build(index) &&
        postings_build(index) && pairs_build(index))
        return true;
    index_free(out);
    return error_set(err, ERROR_LIMIT, "the index does not fit in memory");
}

static void lists_free(struct index_lists *lists)
{
    free(lists->starts);
    free(lists->items);
}

void index_free(struct index **index)
{
    struct index *gone = *index;

    *index = NULL;
    if (gone == NULL)
        return;
    free(gone->tokens);
    free(gone->sound_keys);
    free(gone->weights);
    lists_free(&gone->sound_tokens);
    lists_free(&gone->neighbours);
    lists_free(&gone->postings);
    lists_free(&gone->pairs);
    lists_free(&gone->name_tokens);
    lists_free(&gone->name_persons);
    free(gone);
}

static size_t lists_size(const struct index_lists *lists)
{
    return lists->starts == NULL
               ? 0
               : sizeof(uint32_t) * ((size_t)lists->count + 2 + lists->starts[lists->count]);
}

size_t index_size(const struct index *index)
{
    return index->token_count * (sizeof *index->tokens + sizeof *index->weights) +
           index->sound_count * sizeof *index->sound_keys + lists_size(&index->sound_tokens) +
           lists_size(&index->neighbours) + lists_size(&index->postings) +
           lists_size(&index->pairs) + lists_size(&index->name_tokens) +
           lists_size(&index->name_persons);
}
