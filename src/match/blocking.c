/* Blocking: see blocking.h. */
#include "match/blocking.h"

#include <string.h>

#define SOUND_MAX 2 /* ways to read a word that get keys */
#define WORDS_MAX 6 /* words of all names that get keys; words beyond are reached by other kinds */

struct keys {
    uint64_t *out;
    size_t count;
};

/* splitmix64: every bit of the key depends on every bit of what went in. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash += value + UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ hash >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ hash >> 27) * UINT64_C(0x94d049bb133111eb);
    return hash ^ hash >> 31;
}

static void key_add(struct keys *keys, enum blocking_kind kind, uint64_t a, uint64_t b)
{
    uint64_t key = mix(mix(mix(0, kind), a), b);
    size_t at = keys->count;

    if (keys->count == BLOCKING_KEY_MAX)
        return;
    while (at > 0 && keys->out[at - 1] > key)
        at--;
    if (at > 0 && keys->out[at - 1] == key)
        return;
    memmove(keys->out + at + 1, keys->out + at, (keys->count - at) * sizeof *keys->out);
    keys->out[at] = key;
    keys->count++;
}

/* --- words of names --- */

struct sounds {
    uint64_t keys[WORDS_MAX][SOUND_MAX];
    uint8_t counts[WORDS_MAX];
    size_t count; /* words */
};

/* Distinct plain words of all names; what is one letter, a particle or a title tells too little. */
static void sounds_fill(const struct lexicon *lexicon, const struct record *record,
                        struct sounds *out)
{
    out->count = 0;
    for (size_t i = 0; i < record->count && out->count < WORDS_MAX; i++) {
        const struct lexicon_word *word = lexicon_word(lexicon, record->words[i].word);
        bool is_new = true;
        if (record->words[i].kind > RECORD_FAMILY)
            break;
        for (size_t k = 0; k < i; k++)
            is_new = is_new && record->words[k].word != record->words[i].word;
        if (!is_new || word->role != LEXICON_PLAIN || word->token.size < 2)
            continue;
        out->counts[out->count] =
            (uint8_t)(word->sounds.count < SOUND_MAX ? word->sounds.count : SOUND_MAX);
        memcpy(out->keys[out->count++], word->sounds.keys, sizeof out->keys[0]);
    }
}

static void pairs_add(const struct sounds *sounds, struct keys *keys)
{
    for (size_t i = 0; i < sounds->count; i++)
        for (size_t k = i + 1; k < sounds->count; k++)
            for (size_t a = 0; a < sounds->counts[i]; a++)
                for (size_t b = 0; b < sounds->counts[k]; b++) {
                    uint64_t x = sounds->keys[i][a];
                    uint64_t y = sounds->keys[k][b];
                    key_add(keys, BLOCKING_SOUNDS, x < y ? x : y, x < y ? y : x);
                }
}

/* Each word's sound with something else. */
static void sounds_add(const struct sounds *sounds, enum blocking_kind kind, uint64_t with,
                       struct keys *keys)
{
    for (size_t i = 0; i < sounds->count; i++)
        for (size_t a = 0; a < sounds->counts[i]; a++)
            key_add(keys, kind, sounds->keys[i][a], with);
}

/* A name's words in one, whatever cuts it: "Abd ul Aziz", "Abdulaziz". */
static void whole_add(const struct lexicon *lexicon, const struct record *record, struct keys *keys)
{
    char text[2 * FOLD_TOKEN_SIZE_MAX];
    size_t size = 0;
    struct skeletons sounds;

    for (size_t i = 0; i < record->count && record->words[i].kind <= RECORD_FAMILY; i++) {
        const struct fold_token *token = &lexicon_word(lexicon, record->words[i].word)->token;
        size_t fits = token->size < sizeof text - size ? token->size : sizeof text - size;
        memcpy(text + size, token->text, fits);
        size += fits;
        bool is_last = i + 1 == record->count || record->words[i + 1].kind > RECORD_FAMILY ||
                       record->words[i + 1].group != record->words[i].group;
        if (!is_last)
            continue;
        skeleton_make(text, size, &sounds);
        key_add(keys, BLOCKING_NAME, sounds.keys[0], 0);
        size = 0;
    }
}

/* --- the other fields --- */

static uint64_t birth_key(const struct birth *birth)
{
    unsigned low = birth->day < birth->month ? birth->day : birth->month;
    unsigned high = birth->day < birth->month ? birth->month : birth->day;

    return birth->year * 1000u + low * 32u + high;
}

static void births_add(const struct record *record, const struct sounds *sounds, unsigned kinds,
                       struct keys *keys)
{
    struct birth birth = birth_unpack(record->birth);

    if (birth.year == 0)
        return;
    if ((kinds & 1u << BLOCKING_YEAR) != 0)
        sounds_add(sounds, BLOCKING_YEAR, birth.year, keys);
    if ((kinds & 1u << BLOCKING_BIRTH) != 0 && birth.day != 0)
        key_add(keys, BLOCKING_BIRTH, birth_key(&birth), 0);
    for (size_t i = 0; i < record->count && (kinds & 1u << BLOCKING_POSTCODE) != 0; i++)
        if (record->words[i].kind == RECORD_POSTCODE)
            key_add(keys, BLOCKING_POSTCODE, record->words[i].word, birth.year);
}

static void rest_add(const struct record *record, const struct sounds *sounds, unsigned kinds,
                     struct keys *keys)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct record_word *word = &record->words[i];
        bool has_next = i + 1 < record->count && record->words[i + 1].kind == word->kind &&
                        record->words[i + 1].group == word->group;
        if ((word->kind == RECORD_PHONE || word->kind == RECORD_DOCUMENT) &&
            (kinds & 1u << BLOCKING_NUMBER) != 0)
            key_add(keys, BLOCKING_NUMBER, word->kind, word->word);
        if ((word->kind == RECORD_PLACE || word->kind == RECORD_POSTCODE) &&
            (kinds & 1u << BLOCKING_PLACE) != 0)
            sounds_add(sounds, BLOCKING_PLACE, word->word, keys);
        if (word->kind == RECORD_ADDRESS && has_next && (kinds & 1u << BLOCKING_ADDRESS) != 0)
            key_add(keys, BLOCKING_ADDRESS, word->word, record->words[i + 1].word);
    }
}

size_t blocking_keys(const struct lexicon *lexicon, const struct record *record, unsigned kinds,
                     uint64_t out[BLOCKING_KEY_MAX])
{
    struct keys keys = {out, 0};
    struct sounds sounds;

    sounds_fill(lexicon, record, &sounds);
    if ((kinds & 1u << BLOCKING_SOUNDS) != 0)
        pairs_add(&sounds, &keys);
    if ((kinds & 1u << BLOCKING_NAME) != 0)
        whole_add(lexicon, record, &keys);
    births_add(record, &sounds, kinds, &keys);
    rest_add(record, &sounds, kinds, &keys);
    return keys.count;
}
