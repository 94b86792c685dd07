/* Index: see index.h. What search and builder ask of one, and whether every number in it is within its limits. */
#include "match/index.h"

#include "match/index_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

uint32_t index_hash(const char *text, size_t size, size_t left_out)
{
    uint32_t hash = UINT32_C(0x811c9dc5);

    for (size_t i = 0; i < size; i++)
        if (i != left_out)
            hash = (hash ^ (uint8_t)text[i]) * UINT32_C(0x01000193);
    return hash_mix(hash, (uint32_t)(left_out < size ? size - 1 : size));
}

uint32_t index_pair_hash(uint32_t sound, uint32_t other)
{
    uint32_t low = sound < other ? sound : other;
    uint32_t high = sound < other ? other : sound;

    return hash_mix(hash_mix(UINT32_C(0x2545f491), low), high);
}

uint32_t index_list_of(const struct index_lists *lists, uint32_t hash)
{
    return hash & (lists->count - 1);
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

uint32_t index_token_find(const struct index *index, const struct fold_token *token)
{
    const struct index_lists *lists = &index->neighbours;
    uint32_t list = index_list_of(lists, index_hash(token->text, token->size, token->size));

    for (uint32_t i = lists->starts[list]; i < lists->starts[list + 1]; i++) {
        const struct index_token *known = &index->tokens[lists->items[i]];
        if (known->size == token->size &&
            (known->script == FOLD_ARABIC) == (token->script == FOLD_ARABIC) &&
            memcmp(known->text, token->text, token->size) == 0)
            return lists->items[i];
    }
    return index->token_count;
}

/* --- the check --- */

static bool is_broken(const char *part, struct error *err)
{
    return error_set(err, ERROR_STORE, "the search index is broken: %s", part);
}

/* Starts rise from 0, and every item is below `limit`. A list has at most `most` items. */
static bool lists_check(const struct index_lists *lists, uint32_t limit, uint32_t most,
                        const char *part, struct error *err)
{
    uint32_t bad = lists->starts[0] != 0;

    for (size_t i = 0; i < lists->count; i++)
        bad |= lists->starts[i] > lists->starts[i + 1] ||
               lists->starts[i + 1] - lists->starts[i] > most;
    if (bad != 0)
        return is_broken(part, err);
    uint32_t total = lists->starts[lists->count];
    for (size_t i = 0; i < total; i++)
        bad |= lists->items[i] >= limit;
    return bad == 0 || is_broken(part, err);
}

static bool is_power_of_two(uint32_t count)
{
    return count != 0 && (count & (count - 1)) == 0;
}

static bool token_check(const struct index *index, uint32_t number)
{
    const struct index_token *token = &index->tokens[number];
    float weight = index->weights[number];
    bool ok = token->size > 0 && token->size <= FOLD_TOKEN_SIZE_MAX &&
              token->script <= FOLD_OTHER && token->sound < index->sound_count &&
              isfinite(weight) && weight > 0;

    for (size_t i = 0; ok && i < sizeof token->text; i++) {
        char letter = token->text[i];
        ok = i < token->size ? (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9')
                             : letter == '\0';
    }
    return ok;
}

static bool tokens_check(const struct index *index, struct error *err)
{
    for (uint32_t i = 0; i < index->token_count; i++)
        if (!token_check(index, i))
            return is_broken("a token", err);
    for (uint32_t i = 1; i < index->sound_count; i++)
        if (index->sound_keys[i - 1] >= index->sound_keys[i])
            return is_broken("the order of sounds", err);
    return true;
}

bool index_check(const struct index *index, struct error *err)
{
    if (index->person_count > INDEX_PERSON_MAX || index->name_tokens.count != index->name_count ||
        index->name_persons.count != index->name_count ||
        index->sound_tokens.count != index->sound_count ||
        index->postings.count != index->token_count || !is_power_of_two(index->neighbours.count) ||
        !is_power_of_two(index->pairs.count))
        return is_broken("a count", err);
    return tokens_check(index, err) &&
           lists_check(&index->sound_tokens, index->token_count, UINT32_MAX, "sounds", err) &&
           lists_check(&index->neighbours, index->token_count, UINT32_MAX, "neighbours", err) &&
           lists_check(&index->postings, index->name_count, UINT32_MAX, "postings", err) &&
           lists_check(&index->pairs, index->name_count, UINT32_MAX, "pairs", err) &&
           lists_check(&index->name_tokens, index->token_count, FOLD_TOKEN_MAX, "names", err) &&
           lists_check(&index->name_persons, index->person_count, UINT32_MAX, "persons", err);
}

/* --- its end --- */

static void array_free(const void *array)
{
    free((void *)(uintptr_t)array); /* the index owns what it only reads */
}

static void lists_free(const struct index_lists *lists)
{
    array_free(lists->starts);
    array_free(lists->items);
}

void index_free(struct index **index)
{
    struct index *gone = *index;

    *index = NULL;
    if (gone == NULL)
        return;
    if (gone->map != NULL) {
        munmap(gone->map, gone->map_size);
        free(gone);
        return;
    }
    array_free(gone->tokens);
    array_free(gone->weights);
    array_free(gone->sound_keys);
    array_free(gone->records);
    array_free(gone->births);
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
    return sizeof(uint32_t) * ((size_t)lists->count + 1 + lists->starts[lists->count]);
}

size_t index_size(const struct index *index)
{
    return index->map_size > 0
               ? index->map_size
               : index->token_count * (sizeof *index->tokens + sizeof *index->weights) +
                     index->sound_count * sizeof *index->sound_keys +
                     index->person_count * (sizeof *index->records + sizeof *index->births) +
                     lists_size(&index->sound_tokens) + lists_size(&index->neighbours) +
                     lists_size(&index->postings) + lists_size(&index->pairs) +
                     lists_size(&index->name_tokens) + lists_size(&index->name_persons);
}
