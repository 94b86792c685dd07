/*
 * Index builder: see index_builder.h. Persons, names and tokens get numbers in the order in which they first come. The
 * order of a name's tokens says nothing (surname first or last): a name is its set of tokens, sorted by number.
 */
#include "match/index_builder.h"

#include "match/index_finish.h"

#include <stdlib.h>
#include <string.h>

bool index_builder_make(const struct index *base, struct index_builder **out, struct error *err)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    (*out)->base = base;
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
    free(gone->entry_names.items);
    free(gone->entry_persons.items);
    free(gone->records);
    free(gone->births);
    free(gone);
}

/* --- tokens --- */

/* Tokens of Arabic script stand apart: their vowels are missing. */
static uint32_t fold_hash(const char *text, size_t size, uint8_t script)
{
    return hash_mix(index_hash(text, size, size), script == FOLD_ARABIC);
}

static uint32_t token_hash(const void *context, uint32_t number)
{
    const struct index_token *token = &((const struct index_builder *)context)->tokens[number];

    return fold_hash(token->text, token->size, token->script);
}

static bool token_is(const void *context, uint32_t number, const void *wanted)
{
    const struct index_token *token = &((const struct index_builder *)context)->tokens[number];
    const struct fold_token *other = wanted;

    return token->size == other->size &&
           (token->script == FOLD_ARABIC) == (other->script == FOLD_ARABIC) &&
           memcmp(token->text, other->text, other->size) == 0;
}

static bool token_number(struct index_builder *builder, const struct fold_token *wanted,
                         uint32_t *out)
{
    uint32_t hash = fold_hash(wanted->text, wanted->size, wanted->script);
    size_t place;

    if (!table_room(&builder->token_table, token_hash, builder))
        return false;
    if (table_find(&builder->token_table, hash, token_is, builder, wanted, out, &place))
        return true;
    struct index_token *tokens =
        array_grow(builder->tokens, sizeof *tokens, builder->token_count, &builder->token_room);
    if (tokens == NULL)
        return false;
    builder->tokens = tokens;
    *out = (uint32_t)builder->token_count++;
    tokens[*out] = (struct index_token){.size = wanted->size, .script = wanted->script};
    memcpy(tokens[*out].text, wanted->text, wanted->size);
    table_put(&builder->token_table, place, *out);
    return true;
}

/* --- names --- */

struct name {
    const uint32_t *tokens;
    size_t count;
};

static struct name name_of(const struct index_builder *builder, uint32_t number)
{
    uint32_t start = number == 0 ? 0 : builder->name_ends.items[number - 1];

    return (struct name){builder->name_items.items + start,
                         builder->name_ends.items[number] - start};
}

static uint32_t tokens_hash(struct name name)
{
    uint32_t hash = (uint32_t)name.count;

    for (size_t i = 0; i < name.count; i++)
        hash = hash_mix(hash, name.tokens[i]);
    return hash;
}

static uint32_t name_hash(const void *context, uint32_t number)
{
    return tokens_hash(name_of(context, number));
}

static bool name_is(const void *context, uint32_t number, const void *wanted)
{
    struct name name = name_of(context, number);
    const struct name *other = wanted;

    return name.count == other->count &&
           memcmp(name.tokens, other->tokens, name.count * sizeof *name.tokens) == 0;
}

static bool name_number(struct index_builder *builder, struct name wanted, uint32_t *out)
{
    size_t place;

    if (!table_room(&builder->name_table, name_hash, builder))
        return false;
    if (table_find(&builder->name_table, tokens_hash(wanted), name_is, builder, &wanted, out,
                   &place))
        return true;
    *out = (uint32_t)builder->name_ends.count;
    for (size_t i = 0; i < wanted.count; i++)
        if (!number_add(&builder->name_items, wanted.tokens[i]))
            return false;
    if (!number_add(&builder->name_ends, (uint32_t)builder->name_items.count))
        return false;
    table_put(&builder->name_table, place, *out);
    return true;
}

static void tokens_sort(uint32_t *tokens, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t k = i; k > 0 && tokens[k - 1] > tokens[k]; k--) {
            uint32_t kept = tokens[k];
            tokens[k] = tokens[k - 1];
            tokens[k - 1] = kept;
        }
}

static bool name_add(struct index_builder *builder, uint32_t person,
                     const struct fold_token *folded, size_t count)
{
    uint32_t tokens[FOLD_TOKEN_MAX];
    uint32_t number;

    for (size_t i = 0; i < count; i++)
        if (!token_number(builder, &folded[i], &tokens[i]))
            return false;
    tokens_sort(tokens, count);
    return name_number(builder, (struct name){tokens, count}, &number) &&
           number_add(&builder->entry_names, number) && number_add(&builder->entry_persons, person);
}

/* --- persons --- */

static bool no_memory(struct error *err)
{
    return error_set(err, ERROR_LIMIT, "the index does not fit in memory");
}

static bool person_add(struct index_builder *builder, const struct index_person *person,
                       uint32_t *out, struct error *err)
{
    size_t room = builder->person_room;
    uint32_t count = builder->person_count;

    if (count == INDEX_PERSON_MAX)
        return error_set(err, ERROR_LIMIT, "an index holds at most %u persons", INDEX_PERSON_MAX);
    uint64_t *records = array_grow(builder->records, sizeof *records, count, &room);
    if (records == NULL)
        return no_memory(err);
    builder->records = records;
    uint32_t *births = array_grow(builder->births, sizeof *births, count, &builder->person_room);
    if (births == NULL)
        return no_memory(err);
    builder->births = births;
    records[count] = person->record;
    births[count] = person->birth;
    *out = builder->person_count++;
    return true;
}

bool index_builder_add(struct index_builder *builder, const struct index_person *person,
                       const struct span *names, size_t name_count, struct error *err)
{
    struct folded folded;
    uint32_t number;

    if (name_count > INDEX_NAMES_MAX)
        return error_set(err, ERROR_LIMIT, "%zu names of one person: at most %d", name_count,
                         INDEX_NAMES_MAX);
    if (!person_add(builder, person, &number, err))
        return false;
    for (size_t i = 0; i < name_count; i++) {
        fold_name(builder->folder, names[i], &folded);
        if (folded.count > 0 && !name_add(builder, number, folded.tokens, folded.count))
            return no_memory(err);
    }
    return true;
}

uint32_t index_builder_count(const struct index_builder *builder)
{
    return builder->person_count;
}

/* --- another index --- */

/* New numbers of the persons of `index`; INDEX_PERSON_NONE for those that are gone. */
static bool persons_merge(struct index_builder *builder, const struct index *index,
                          bool (*is_gone)(const void *context, uint64_t record),
                          const void *context, uint32_t *numbers, struct error *err)
{
    for (uint32_t i = 0; i < index->person_count; i++) {
        struct index_person person = {index->records[i], index->births[i]};
        numbers[i] = INDEX_PERSON_NONE;
        if (is_gone != NULL && is_gone(context, person.record))
            continue;
        if (!person_add(builder, &person, &numbers[i], err))
            return false;
    }
    return true;
}

static size_t name_tokens_of(const struct index *index, uint32_t name,
                             struct fold_token tokens[FOLD_TOKEN_MAX])
{
    uint32_t start = index->name_tokens.starts[name];
    size_t count = index->name_tokens.starts[name + 1] - start;

    for (size_t i = 0; i < count; i++) {
        const struct index_token *token = &index->tokens[index->name_tokens.items[start + i]];
        tokens[i] = (struct fold_token){.size = token->size, .script = token->script};
        memcpy(tokens[i].text, token->text, sizeof tokens[i].text);
    }
    return count;
}

static bool names_merge(struct index_builder *builder, const struct index *index,
                        const uint32_t *numbers)
{
    const struct index_lists *persons = &index->name_persons;
    struct fold_token tokens[FOLD_TOKEN_MAX];

    for (uint32_t name = 0; name < index->name_count; name++) {
        size_t count = name_tokens_of(index, name, tokens);
        for (uint32_t i = persons->starts[name]; i < persons->starts[name + 1]; i++) {
            uint32_t person = numbers[persons->items[i]];
            if (person != INDEX_PERSON_NONE && !name_add(builder, person, tokens, count))
                return false;
        }
    }
    return true;
}

bool index_builder_merge(struct index_builder *builder, const struct index *index,
                         bool (*is_gone)(const void *context, uint64_t record), const void *context,
                         struct error *err)
{
    uint32_t *numbers = malloc(((size_t)index->person_count + 1) * sizeof *numbers);

    if (numbers == NULL)
        return no_memory(err);
    bool ok = persons_merge(builder, index, is_gone, context, numbers, err);
    if (ok && !names_merge(builder, index, numbers))
        ok = no_memory(err);
    free(numbers);
    return ok;
}
