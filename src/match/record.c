/* Record: see record.h. */
#include "match/record.h"

#include <string.h>

static enum lexicon_kind lexicon_kind_of(enum record_kind kind)
{
    switch (kind) {
    case RECORD_WHOLE:
    case RECORD_GIVEN:
    case RECORD_FAMILY:
        return LEXICON_NAME;
    case RECORD_PLACE:
    case RECORD_REGION:
    case RECORD_ADDRESS:
        return LEXICON_PLACE;
    case RECORD_POSTCODE:
    case RECORD_PHONE:
    case RECORD_DOCUMENT:
    case RECORD_KIND_COUNT:
        break;
    }
    return LEXICON_VALUE;
}

/* Numbers are one word, however they are set apart. */
static void words_join(struct folded *folded)
{
    struct fold_token *first = &folded->tokens[0];

    for (size_t i = 1; i < folded->count; i++) {
        size_t room = FOLD_TOKEN_SIZE_MAX - first->size;
        size_t size = folded->tokens[i].size < room ? folded->tokens[i].size : room;
        folded->is_cut = folded->is_cut || size < folded->tokens[i].size;
        memcpy(first->text + first->size, folded->tokens[i].text, size);
        first->size = (uint8_t)(first->size + size);
        first->text[first->size] = '\0';
    }
    folded->count = folded->count > 0 ? 1 : 0;
}

/* Names by group and then kind; everything else behind them by kind and then group. */
static unsigned place_of(const struct record_word *word)
{
    if (word->kind <= RECORD_FAMILY)
        return word->group * 4u + word->kind;
    return (4u + word->kind) << 10 | word->group;
}

static void word_put(struct record_word *words, size_t count, struct record_word word)
{
    size_t at = count;

    for (; at > 0 && place_of(&words[at - 1]) > place_of(&word); at--)
        words[at] = words[at - 1];
    words[at] = word;
}

bool record_make(struct lexicon *lexicon, struct folder *folder, const struct record_input *input,
                 struct record_word words[RECORD_WORD_MAX], struct record *out, struct error *err)
{
    struct folded folded;
    size_t value_count =
        input->value_count < RECORD_VALUE_MAX ? input->value_count : RECORD_VALUE_MAX;

    *out = (struct record){
        .words = words,
        .birth = birth_pack(&input->birth),
        .sex = (uint8_t)input->sex,
        .is_cut = value_count < input->value_count,
    };
    for (size_t i = 0; i < value_count; i++) {
        const struct record_value *value = &input->values[i];
        enum lexicon_kind kind = lexicon_kind_of(value->kind);
        fold_name(folder, value->text, &folded);
        if (kind == LEXICON_VALUE)
            words_join(&folded);
        out->is_cut = out->is_cut || folded.is_cut;
        for (size_t k = 0; k < folded.count; k++) {
            struct record_word word = {.kind = (uint8_t)value->kind, .group = value->group};
            if (out->count == RECORD_WORD_MAX) {
                out->is_cut = true;
                return true;
            }
            if (!lexicon_add(lexicon, &folded.tokens[k], kind, &word.word, err))
                return false;
            word_put(words, out->count++, word);
        }
    }
    return true;
}

void record_count(struct lexicon *lexicon, const struct record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        bool is_first = true;
        for (size_t k = 0; k < i; k++)
            is_first = is_first && record->words[k].word != record->words[i].word;
        if (is_first)
            lexicon_count(lexicon, record->words[i].word);
    }
}

struct record_part record_part(const struct record *record, enum record_kind kind, uint8_t group)
{
    struct record_part part = {.count = 0};

    for (size_t i = 0; i < record->count; i++) {
        const struct record_word *word = &record->words[i];
        if (word->kind != kind || word->group != group)
            continue;
        if (part.count == 0)
            part.words = word;
        part.count++;
    }
    return part;
}

unsigned record_groups(const struct record *record, enum record_kind kind)
{
    unsigned groups = 0;

    for (size_t i = 0; i < record->count; i++)
        if (record->words[i].kind == kind && record->words[i].group >= groups)
            groups = record->words[i].group + 1u;
    return groups;
}
