/*
 * Link: see link.h. Pairs are made without being held: the keys of all records, with their records, are sorted in
 * LINK_PASSES parts of the key space, and each block gives its pairs. A pair that has several blocks in common comes from
 * the one with the least key; blocks that were skipped do not count.
 */
#include "match/link.h"

#include "match/index_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PASS_BITS   4
#define WORDS_LIMIT ((size_t)8 << 30)

/* --- the list --- */

void link_list_make(struct lexicon *lexicon, unsigned kinds, struct link_list *out)
{
    *out = (struct link_list){
        .lexicon = lexicon,
        .kinds = kinds,
        .first_count = SIZE_MAX,
        .block_max = LINK_BLOCK_MAX,
    };
    out->words = arena_make(WORDS_LIMIT);
}

void link_list_free(struct link_list *list)
{
    arena_free(&list->words);
    free(list->records);
    free(list->keys);
    free(list->key_starts);
    list->records = NULL;
    list->keys = NULL;
    list->key_starts = NULL;
    list->count = 0;
}

static bool out_of_memory(struct error *err)
{
    return error_set(err, ERROR_LIMIT, "out of memory");
}

static bool key_put(struct link_list *list, size_t at, uint64_t key)
{
    uint64_t *keys = array_grow(list->keys, sizeof *keys, at, &list->key_room);

    if (keys == NULL)
        return false;
    list->keys = keys;
    keys[at] = key;
    return true;
}

static bool rows_grow(struct link_list *list)
{
    struct record *records =
        array_grow(list->records, sizeof *records, list->count, &list->record_room);
    if (records == NULL)
        return false;
    list->records = records;
    size_t *starts =
        array_grow(list->key_starts, sizeof *starts, list->count + 1, &list->start_room);
    if (starts == NULL)
        return false;
    list->key_starts = starts;
    if (list->count == 0)
        starts[0] = 0;
    return true;
}

bool link_list_add(struct link_list *list, const struct record *record, struct error *err)
{
    uint64_t keys[BLOCKING_KEY_MAX];
    size_t key_count = blocking_keys(list->lexicon, record, list->kinds, keys);

    if (list->count == LINK_RECORD_MAX)
        return error_set(err, ERROR_LIMIT, "more than %u records", LINK_RECORD_MAX);
    if (!rows_grow(list))
        return out_of_memory(err);
    struct record_word *words = arena_array(&list->words, record->count + 1u, sizeof *words);
    if (words == NULL)
        return out_of_memory(err);
    if (record->count > 0)
        memcpy(words, record->words, record->count * sizeof *words);
    size_t start = list->key_starts[list->count];
    for (size_t i = 0; i < key_count; i++)
        if (!key_put(list, start + i, keys[i]))
            return out_of_memory(err);
    list->records[list->count] = *record;
    list->records[list->count].words = words;
    list->key_starts[++list->count] = start + key_count;
    record_count(list->lexicon, record);
    return true;
}

void link_list_split(struct link_list *list)
{
    list->first_count = list->count;
}

/* --- pairs --- */

struct entry {
    uint64_t key;
    uint32_t record;
};

struct pairing {
    const struct link_list *list;
    struct entry *entries;
    size_t room;
    uint64_t *skipped_keys; /* ascending */
    size_t skipped_count;
    size_t skipped_room;
    uint64_t skipped;
};

static int entry_compare(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->record > y->record) - (x->record < y->record);
}

static bool entries_gather(struct pairing *pairing, unsigned pass, size_t *count)
{
    const struct link_list *list = pairing->list;

    *count = 0;
    for (uint32_t i = 0; i < list->count; i++)
        for (size_t k = list->key_starts[i]; k < list->key_starts[i + 1]; k++) {
            if (list->keys[k] >> (64 - PASS_BITS) != pass)
                continue;
            struct entry *entries =
                array_grow(pairing->entries, sizeof *entries, *count, &pairing->room);
            if (entries == NULL)
                return false;
            pairing->entries = entries;
            entries[(*count)++] = (struct entry){list->keys[k], i};
        }
    if (*count > 0)
        qsort(pairing->entries, *count, sizeof *pairing->entries, entry_compare);
    return true;
}

static bool is_skipped(const struct pairing *pairing, uint64_t key)
{
    size_t low = 0;
    size_t high = pairing->skipped_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pairing->skipped_keys[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < pairing->skipped_count && pairing->skipped_keys[low] == key;
}

/* `key` is the first that the two have in common, of those whose blocks were not skipped. */
static bool is_first_common(const struct pairing *pairing, uint32_t a, uint32_t b, uint64_t key)
{
    const struct link_list *list = pairing->list;
    size_t i = list->key_starts[a];
    size_t k = list->key_starts[b];

    for (;;) {
        while (list->keys[i] < list->keys[k])
            i++;
        while (list->keys[k] < list->keys[i])
            k++;
        if (list->keys[i] != list->keys[k])
            continue;
        if (list->keys[i] == key)
            return true;
        if (!is_skipped(pairing, list->keys[i]))
            return false;
        i++;
        k++;
    }
}

static bool block_skip(struct pairing *pairing, uint64_t key, uint64_t pairs)
{
    uint64_t *keys = array_grow(pairing->skipped_keys, sizeof *keys, pairing->skipped_count,
                                &pairing->skipped_room);

    if (keys == NULL)
        return false;
    pairing->skipped_keys = keys;
    keys[pairing->skipped_count++] = key; /* passes and blocks come ascending */
    pairing->skipped += pairs;
    return true;
}

static bool block_pairs(struct pairing *pairing, const struct entry *block, size_t count,
                        bool (*take)(void *, uint32_t, uint32_t, struct error *), void *context,
                        struct error *err)
{
    size_t first = 0; /* of the second list */

    while (first < count && block[first].record < pairing->list->first_count)
        first++;
    bool is_self = first == count && pairing->list->first_count == SIZE_MAX;
    uint64_t pairs =
        is_self ? (uint64_t)count * (count - 1) / 2 : (uint64_t)first * (count - first);
    if (pairs == 0)
        return true;
    uint64_t block_max = pairing->list->block_max;
    if (pairs > block_max * block_max / 2)
        return block_skip(pairing, block[0].key, pairs) || out_of_memory(err);
    for (size_t i = 0; i < (is_self ? count : first); i++)
        for (size_t k = is_self ? i + 1 : first; k < count; k++)
            if (is_first_common(pairing, block[i].record, block[k].record, block[0].key) &&
                !take(context, block[i].record, block[k].record, err))
                return false;
    return true;
}

static bool pass_run(struct pairing *pairing, unsigned pass,
                     bool (*take)(void *, uint32_t, uint32_t, struct error *), void *context,
                     struct error *err)
{
    size_t count;

    if (!entries_gather(pairing, pass, &count))
        return out_of_memory(err);
    for (size_t from = 0; from < count;) {
        size_t to = from + 1;
        while (to < count && pairing->entries[to].key == pairing->entries[from].key)
            to++;
        if (!block_pairs(pairing, pairing->entries + from, to - from, take, context, err))
            return false;
        from = to;
    }
    return true;
}

bool link_pairs(const struct link_list *list,
                bool (*take)(void *context, uint32_t a, uint32_t b, struct error *err),
                void *context, uint64_t *skipped, struct error *err)
{
    struct pairing pairing = {.list = list};
    bool ok = true;

    for (unsigned pass = 0; ok && pass < 1u << PASS_BITS; pass++)
        ok = pass_run(&pairing, pass, take, context, err);
    *skipped = pairing.skipped;
    free(pairing.entries);
    free(pairing.skipped_keys);
    return ok;
}

/* --- links --- */

struct run {
    const struct link_list *list;
    const struct link_options *options;
    struct aligner *aligner;
    struct links *links;
};

static bool pair_take(void *context, uint32_t a, uint32_t b, struct error *err)
{
    struct run *run = context;
    struct likeness likeness;

    likeness_make(run->aligner, &run->list->records[a], &run->list->records[b], &likeness);
    float bits = score_bits(run->options->weights, &likeness, run->options->prior_bits);
    float share = score_share(run->options->curve, bits);
    run->links->compared++;
    run->links->expected += (double)share;
    if (share < run->options->share_least)
        return true;
    if (run->links->count == LINK_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d links: the bar is too low", LINK_MAX);
    struct link *links =
        array_grow(run->links->links, sizeof *links, run->links->count, &run->links->room);
    if (links == NULL)
        return out_of_memory(err);
    run->links->links = links;
    links[run->links->count++] = (struct link){a, b, bits};
    return true;
}

static int link_compare(const void *a, const void *b)
{
    const struct link *x = a;
    const struct link *y = b;

    if (x->bits < y->bits || x->bits > y->bits)
        return x->bits > y->bits ? -1 : 1;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

/* Best first; a record that has a link gets no other. */
static bool one_to_one(const struct link_list *list, struct links *links)
{
    bool *is_taken = calloc(list->count + 1, sizeof *is_taken);
    size_t kept = 0;

    if (is_taken == NULL)
        return false;
    for (size_t i = 0; i < links->count; i++) {
        struct link link = links->links[i];
        if (is_taken[link.a] || is_taken[link.b])
            continue;
        is_taken[link.a] = is_taken[link.b] = true;
        links->links[kept++] = link;
    }
    links->count = kept;
    free(is_taken);
    return true;
}

bool link_run(struct link_list *list, const struct link_options *options, struct links *out,
              struct error *err)
{
    struct run run = {.list = list, .options = options, .links = out};

    *out = (struct links){.links = NULL};
    lexicon_weigh(list->lexicon, list->count);
    bool ok = aligner_make(list->lexicon, &run.aligner, err) &&
              link_pairs(list, pair_take, &run, &out->skipped, err);
    aligner_free(&run.aligner);
    if (ok && out->count > 0)
        qsort(out->links, out->count, sizeof *out->links, link_compare);
    ok = ok && (!options->is_one_to_one || one_to_one(list, out) || out_of_memory(err));
    if (!ok)
        links_free(out);
    return ok;
}

void links_free(struct links *links)
{
    free(links->links);
    *links = (struct links){.links = NULL};
}

float link_prior(const struct link_list *list, double share)
{
    bool is_self = list->first_count >= list->count;
    double first = is_self ? (double)list->count : (double)list->first_count;
    double second = (double)list->count - (is_self ? 0 : first);
    double pairs = is_self ? first * (first - 1) / 2 : first * second;
    double matches = share * (first < second ? first : second);

    if (pairs < 1 || matches <= 0)
        return -SCORE_BITS_MAX;
    return (float)log2(matches / pairs);
}
