/* Asylum keys: see asylum_key.h. */
#include "desk/asylum_key.h"

#include "base/attributes.h"
#include "match/skeleton.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ABOUT_SOUND  "besa-asylum-sound"
#define ABOUT_WORDS  "besa-asylum-words"
#define ABOUT_NUMBER "besa-asylum-number"

#define WORD_LEAST   2u /* letters of a word that tells anything in a text */
#define NUMBER_LEAST 5u /* characters of a document's number */
#define NUMBER_PARTS 3u /* words that it may be written in */
#define CHUNK_MAX                                                                                  \
    240u /* bytes of a text that are folded at once: fewer words than FOLD_TOKEN_MAX, or nearly */
#define PAIR_MAX (2u * (FOLD_TOKEN_SIZE_MAX + 2u))

struct visiting {
    struct match_keys *keys;
    asylum_key_visit *visit;
    void *context;
};

static bool tell(const struct visiting *visiting, const char *about, const char *text,
                 struct error *err)
{
    uint8_t key[MATCH_KEY_SIZE];

    match_keys_digest(visiting->keys, about, span_text(text), key);
    return visiting->visit(visiting->context, key, err);
}

bool asylum_keys_exact(struct match_keys *keys, const struct person *person,
                       asylum_key_visit *visit, void *context, struct error *err)
{
    keys->count = 0;
    if (!match_keys_of_person(keys, person, 0, err))
        return false;
    for (size_t i = 0; i < keys->count; i++) {
        int kind = keys->list[i].kind;
        bool is_of_one =
            kind == (int)IDENT_DOCUMENT || kind == (int)IDENT_NUMBER || kind == MATCH_KIND_BIRTH;
        if (is_of_one && !visit(context, keys->list[i].bytes, err))
            return false;
    }
    return true;
}

/* --- two words, in any order --- */

static bool sounds_tell(const struct visiting *visiting, const struct fold_token *a,
                        const struct fold_token *b, struct error *err)
{
    char text[2 * 16 + 2];
    struct skeletons x, y;

    skeleton_make(a->text, a->size, &x);
    skeleton_make(b->text, b->size, &y);
    for (size_t i = 0; i < x.count; i++)
        for (size_t k = 0; k < y.count; k++) {
            uint64_t low = x.keys[i] < y.keys[k] ? x.keys[i] : y.keys[k];
            uint64_t high = x.keys[i] < y.keys[k] ? y.keys[k] : x.keys[i];
            snprintf(text, sizeof text, "%" PRIx64 " %" PRIx64, low, high);
            if (!tell(visiting, ABOUT_SOUND, text, err))
                return false;
        }
    return true;
}

static bool words_tell(const struct visiting *visiting, const struct fold_token *a,
                       const struct fold_token *b, struct error *err)
{
    char text[PAIR_MAX];
    bool is_turned = strcmp(a->text, b->text) > 0;

    if (a->size < WORD_LEAST || b->size < WORD_LEAST)
        return true;
    snprintf(text, sizeof text, "%s %s", is_turned ? b->text : a->text,
             is_turned ? a->text : b->text);
    return tell(visiting, ABOUT_WORDS, text, err);
}

typedef bool pair_tell(const struct visiting *visiting, const struct fold_token *a,
                       const struct fold_token *b, struct error *err);

static bool pairs_within(const struct visiting *visiting, const struct folded *name,
                         pair_tell *each, struct error *err)
{
    for (size_t i = 0; i < name->count; i++)
        for (size_t k = i + 1; k < name->count; k++)
            if (!each(visiting, &name->tokens[i], &name->tokens[k], err))
                return false;
    return true;
}

static bool pairs_across(const struct visiting *visiting, const struct folded *a,
                         const struct folded *b, pair_tell *each, struct error *err)
{
    for (size_t i = 0; i < a->count; i++)
        for (size_t k = 0; k < b->count; k++)
            if (!each(visiting, &a->tokens[i], &b->tokens[k], err))
                return false;
    return true;
}

/* --- a person --- */

struct name_folded {
    struct folded given, family, maiden, alias;
};

static bool parts_fold(const struct person_name *name, struct name_folded *out, struct error *err)
{
    return match_fold(name->given, &out->given, err) &&
           match_fold(name->family, &out->family, err) &&
           match_fold(name->maiden, &out->maiden, err) && match_fold(name->alias, &out->alias, err);
}

/* A name that has one word alone is all that there is to know it by. */
static bool lone_sound(const struct visiting *visiting, const struct name_folded *name,
                       struct error *err)
{
    const struct folded *parts[] = {&name->given, &name->family, &name->maiden, &name->alias};
    const struct fold_token *only = NULL;
    size_t count = 0;

    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        count += parts[i]->count;
        if (parts[i]->count > 0)
            only = &parts[i]->tokens[0];
    }
    return count != 1 || sounds_tell(visiting, only, only, err);
}

bool asylum_keys_sound(struct match_keys *keys, const struct person *person,
                       asylum_key_visit *visit, void *context, struct error *err)
{
    struct visiting visiting = {keys, visit, context};
    struct name_folded name;

    for (size_t i = 0; i < person->name_count; i++)
        if (!parts_fold(&person->names[i], &name, err) ||
            !pairs_within(&visiting, &name.given, sounds_tell, err) ||
            !pairs_within(&visiting, &name.family, sounds_tell, err) ||
            !pairs_within(&visiting, &name.alias, sounds_tell, err) ||
            !pairs_across(&visiting, &name.given, &name.family, sounds_tell, err) ||
            !pairs_across(&visiting, &name.given, &name.maiden, sounds_tell, err) ||
            !lone_sound(&visiting, &name, err))
            return false;
    return true;
}

static bool is_digit_in(const char *text)
{
    return strpbrk(text, "0123456789") != NULL;
}

/* Words of a number that may be written together or apart. */
static bool number_tell(const struct visiting *visiting, const struct fold_token *words,
                        size_t count, struct error *err)
{
    char text[NUMBER_PARTS * (FOLD_TOKEN_SIZE_MAX + 1) + 1] = "";
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, "%s", words[i].text);
    return size < NUMBER_LEAST || !is_digit_in(text) || tell(visiting, ABOUT_NUMBER, text, err);
}

bool asylum_keys_written(struct match_keys *keys, const struct person *person,
                         asylum_key_visit *visit, void *context, struct error *err)
{
    struct visiting visiting = {keys, visit, context};
    struct name_folded name;
    struct folded number;

    for (size_t i = 0; i < person->name_count; i++)
        if (!parts_fold(&person->names[i], &name, err) ||
            !pairs_within(&visiting, &name.alias, words_tell, err) ||
            !pairs_across(&visiting, &name.given, &name.family, words_tell, err) ||
            !pairs_across(&visiting, &name.given, &name.maiden, words_tell, err))
            return false;
    for (size_t i = 0; i < person->document_count; i++) {
        if (!match_fold(person->documents[i].number, &number, err))
            return false;
        size_t count = number.count < NUMBER_PARTS ? number.count : NUMBER_PARTS;
        if (!number_tell(&visiting, number.tokens, count, err))
            return false;
    }
    return true;
}

/* --- a text --- */

/* The newest words, the last one at the end. */
struct window {
    struct fold_token words[ASYLUM_NEAR_WORDS + 1];
    size_t count;
};

static bool word_take(const struct visiting *visiting, struct window *window,
                      const struct fold_token *word, struct error *err)
{
    if (window->count == ARRAY_COUNT(window->words)) {
        memmove(window->words, window->words + 1, sizeof window->words - sizeof window->words[0]);
        window->count--;
    }
    window->words[window->count++] = *word;
    size_t last = window->count - 1;
    for (size_t i = 0; i < last; i++)
        if (!words_tell(visiting, &window->words[i], word, err))
            return false;
    for (size_t count = 1; count <= NUMBER_PARTS && count <= window->count; count++)
        if (!number_tell(visiting, &window->words[window->count - count], count, err))
            return false;
    return true;
}

/* Between words, whatever stands there; not what stands within a name or number. */
static bool ends_word(uint8_t c)
{
    return c <= ' ' || (c < 0x80 && ispunct(c) && strchr("'-`", c) == NULL);
}

/* Never within a character. */
static size_t chunk_size(struct span text, size_t at)
{
    size_t end = at;

    while (end < text.size && !ends_word(text.data[end]) && end - at < CHUNK_MAX)
        end++;
    if (end < text.size && end - at == CHUNK_MAX)
        while (end > at + 1 && (text.data[end] & 0xc0) == 0x80)
            end--;
    return end - at;
}

bool asylum_keys_text(struct match_keys *keys, struct span text, asylum_key_visit *visit,
                      void *context, struct error *err)
{
    struct visiting visiting = {keys, visit, context};
    struct window window = {.count = 0};
    struct folded folded;

    for (size_t at = 0; at < text.size;) {
        size_t size = chunk_size(text, at);
        if (size == 0) {
            at++;
            continue;
        }
        if (!match_fold(span_part(text, at, size), &folded, err))
            return false;
        for (size_t i = 0; i < folded.count; i++)
            if (!word_take(&visiting, &window, &folded.tokens[i], err))
                return false;
        at += size;
    }
    return true;
}
