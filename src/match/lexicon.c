/* Lexicon: see lexicon.h. */
#include "match/lexicon.h"

#include "base/attributes.h"
#include "match/index.h"
#include "match/index_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct table_word {
    const char *text;
    enum lexicon_role role;
};
/* Sorted by text; from tables/words.tsv. */
#include "match/match_words.inc"

struct lexicon {
    struct lexicon_word *words;
    size_t count;
    size_t room;
    struct table table;
};

struct wanted {
    const struct fold_token *token;
    enum lexicon_kind kind;
};

bool lexicon_make(struct lexicon **out, struct error *err)
{
    *out = calloc(1, sizeof **out);
    return *out != NULL || error_set(err, ERROR_LIMIT, "out of memory");
}

void lexicon_free(struct lexicon **lexicon)
{
    if (*lexicon == NULL)
        return;
    free((*lexicon)->words);
    free((*lexicon)->table.slots);
    free(*lexicon);
    *lexicon = NULL;
}

/* A name in Arabic script lacks its vowels: its words are other words. */
static uint32_t token_hash(const struct fold_token *token, enum lexicon_kind kind)
{
    uint32_t seed = (uint32_t)kind * 2 + (token->script == FOLD_ARABIC);

    return hash_mix(index_hash(token->text, token->size, token->size), seed);
}

static uint32_t word_hash(const void *context, uint32_t number)
{
    const struct lexicon_word *word = &((const struct lexicon *)context)->words[number];

    return token_hash(&word->token, word->kind);
}

static bool word_is(const void *context, uint32_t number, const void *wanted)
{
    const struct lexicon_word *word = &((const struct lexicon *)context)->words[number];
    const struct wanted *want = wanted;

    return word->kind == want->kind && word->token.size == want->token->size &&
           (word->token.script == FOLD_ARABIC) == (want->token->script == FOLD_ARABIC) &&
           memcmp(word->token.text, want->token->text, word->token.size) == 0;
}

static int role_compare(const void *text, const void *row)
{
    return strcmp(text, ((const struct table_word *)row)->text);
}

static enum lexicon_role role_of(const struct fold_token *token, enum lexicon_kind kind)
{
    const struct table_word *row;

    if (kind != LEXICON_NAME)
        return LEXICON_PLAIN;
    row = bsearch(token->text, table_words, ARRAY_COUNT(table_words), sizeof table_words[0],
                  role_compare);
    return row == NULL ? LEXICON_PLAIN : row->role;
}

bool lexicon_add(struct lexicon *lexicon, const struct fold_token *token, enum lexicon_kind kind,
                 uint32_t *word, struct error *err)
{
    struct wanted wanted = {token, kind};
    struct lexicon_word *words;
    size_t place = 0;

    if (!table_room(&lexicon->table, word_hash, lexicon))
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (table_find(&lexicon->table, token_hash(token, kind), word_is, lexicon, &wanted, word,
                   &place))
        return true;
    if (lexicon->count == LEXICON_WORD_MAX)
        return error_set(err, ERROR_LIMIT, "more than %u different words", LEXICON_WORD_MAX);
    words = array_grow(lexicon->words, sizeof *words, lexicon->count, &lexicon->room);
    if (words == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    lexicon->words = words;
    *word = (uint32_t)lexicon->count++;
    words[*word] = (struct lexicon_word){
        .token = *token,
        .kind = (uint8_t)kind,
        .role = (uint8_t)role_of(token, kind),
        .rarity = -1,
    };
    skeleton_make(token->text, token->size, &words[*word].sounds);
    table_put(&lexicon->table, place, *word);
    return true;
}

const struct lexicon_word *lexicon_word(const struct lexicon *lexicon, uint32_t word)
{
    return &lexicon->words[word];
}

uint32_t lexicon_size(const struct lexicon *lexicon)
{
    return (uint32_t)lexicon->count;
}

void lexicon_count(struct lexicon *lexicon, uint32_t word)
{
    if (lexicon->words[word].count < UINT32_MAX)
        lexicon->words[word].count++;
}

void lexicon_weigh(struct lexicon *lexicon, uint64_t records)
{
    for (size_t i = 0; i < lexicon->count; i++) {
        struct lexicon_word *word = &lexicon->words[i];
        word->rarity = word->count == 0 || records == 0
                           ? -1
                           : log2f((float)(records + LEXICON_BESIDE) / (float)word->count);
    }
}

void lexicon_weigh_by(struct lexicon *lexicon, const struct index *index)
{
    float rarest = log2f((float)index->name_count + 1);

    for (size_t i = 0; i < lexicon->count; i++) {
        struct lexicon_word *word = &lexicon->words[i];
        if (word->kind != LEXICON_NAME)
            continue;
        uint32_t token = index_token_find(index, &word->token);
        word->rarity = token < index->token_count ? index->weights[token] / logf(2) : rarest;
    }
}
