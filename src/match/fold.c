/*
 * Fold: see fold.h. One pass: code points are made small and taken apart (NFD) by ICU, marks and what cannot be seen are
 * dropped, then each run of letters of one script goes through the rules of that script. A letter that no rule of ours
 * knows (Georgian, Hebrew, Chinese, ...) goes through ICU's Any-Latin; Latin-ASCII.
 */
#include "match/fold.h"

#include "match/rules.h"

#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#define UNIT_MAX                                                                                   \
    (3 * FOLD_NAME_SIZE_MAX) /* a letter takes apart into at most 3 UTF-16 units a byte */
#define OTHER_MAX 64         /* UTF-16 units of one letter's transliteration */

struct folder {
    const UNormalizer2 *nfd;
    UTransliterator *other;
    UChar units[UNIT_MAX];
    UChar apart[UNIT_MAX];
    uint32_t letters[UNIT_MAX];
};

bool folder_make(struct folder **out, struct error *err)
{
    static const UChar id[] = u"Any-Latin; NFD; [:Nonspacing Mark:] Remove; Latin-ASCII; Lower";
    UErrorCode status = U_ZERO_ERROR;
    struct folder *folder = calloc(1, sizeof *folder);

    *out = folder;
    if (folder == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    folder->nfd = unorm2_getNFDInstance(&status);
    if (U_SUCCESS(status))
        folder->other = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    if (U_SUCCESS(status))
        return true;
    error_set(err, ERROR_BUG, "transliteration: %s", u_errorName(status));
    folder_free(out);
    return false;
}

void folder_free(struct folder **folder)
{
    if (*folder == NULL)
        return;
    utrans_close((*folder)->other);
    free(*folder);
    *folder = NULL;
}

/* --- bytes to letters --- */

/* Most names are plain ASCII, and need no library. */
static bool plain_read(struct folder *folder, struct span name)
{
    if (name.size > FOLD_NAME_SIZE_MAX)
        return false;
    for (size_t i = 0; i < name.size; i++) {
        uint8_t byte = name.data[i];
        if (byte >= 0x80)
            return false;
        folder->letters[i] = byte >= 'A' && byte <= 'Z' ? (uint32_t)byte + 32 : byte;
    }
    return true;
}

/* Small letters, taken apart. Broken UTF-8 becomes U+FFFD, which is no letter and so separates. Gives the count. */
static size_t letters_read(struct folder *folder, struct span name, bool *is_cut)
{
    if (plain_read(folder, name)) {
        *is_cut = false;
        return name.size;
    }
    UErrorCode status = U_ZERO_ERROR;
    int32_t unit_count = 0;
    size_t size = name.size < FOLD_NAME_SIZE_MAX ? name.size : FOLD_NAME_SIZE_MAX;

    *is_cut = name.size > FOLD_NAME_SIZE_MAX;
    u_strFromUTF8WithSub(folder->units, UNIT_MAX, &unit_count, (const char *)name.data,
                         (int32_t)size, 0xfffd, NULL, &status);
    if (U_FAILURE(status))
        return 0;
    int32_t apart_count =
        unorm2_normalize(folder->nfd, folder->units, unit_count, folder->apart, UNIT_MAX, &status);
    if (U_FAILURE(status))
        return 0;
    size_t count = 0;
    for (int32_t i = 0; i < apart_count;) {
        uint32_t letter = folder->apart[i++];
        if (U16_IS_LEAD(letter) && i < apart_count && U16_IS_TRAIL(folder->apart[i]))
            letter = (uint32_t)U16_GET_SUPPLEMENTARY(letter, folder->apart[i++]);
        folder->letters[count++] = (uint32_t)u_tolower((UChar32)letter);
    }
    return count;
}

/* Seen by nobody: zero-width, bidirectional, joiners, tatweel. They vanish, they do not separate. */
static bool is_unseen(uint32_t letter)
{
    return letter == 0x0640 || (letter >= 0x80 && u_charType((UChar32)letter) == U_FORMAT_CHAR);
}

/* A mark that no rule took along with its letter is dropped. */
static bool is_mark(uint32_t letter)
{
    int8_t kind = letter < 0x80 ? U_UNASSIGNED : u_charType((UChar32)letter);

    return kind == U_NON_SPACING_MARK || kind == U_ENCLOSING_MARK;
}

/* Apostrophes of transliteration, in all their spellings, belong to the name and are not written. */
static bool is_apostrophe(uint32_t letter)
{
    return letter == '\'' || letter == '`' || letter == 0x2018 || letter == 0x2019 ||
           (letter >= 0x02b9 && letter <= 0x02bf) || letter == 0x00b4 || letter == 0x2032;
}

static bool is_letter(uint32_t letter)
{
    return letter < 0x80 ? (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9')
                         : u_isalnum((UChar32)letter);
}

static enum fold_script script_of(uint32_t letter)
{
    UErrorCode status = U_ZERO_ERROR;

    if (letter < 0x0250)
        return FOLD_LATIN;
    UScriptCode script = uscript_getScript((UChar32)letter, &status);
    return script == USCRIPT_LATIN      ? FOLD_LATIN
           : script == USCRIPT_CYRILLIC ? FOLD_CYRILLIC
           : script == USCRIPT_GREEK    ? FOLD_GREEK
           : script == USCRIPT_ARABIC   ? FOLD_ARABIC
                                        : FOLD_OTHER;
}

/* --- letters to tokens --- */

static void text_add(struct folded *out, const char *text, enum fold_script script, bool *is_open)
{
    if (*text == '\0')
        return;
    if (!*is_open) {
        if (out->count == FOLD_TOKEN_MAX) {
            out->is_cut = true;
            return;
        }
        out->tokens[out->count++] = (struct fold_token){.script = (uint8_t)script};
        *is_open = true;
    }
    struct fold_token *token = &out->tokens[out->count - 1];
    for (; *text != '\0'; text++) {
        if (token->size == FOLD_TOKEN_SIZE_MAX) {
            out->is_cut = true;
            return;
        }
        token->text[token->size++] = *text;
        token->text[token->size] = '\0';
    }
}

/* One letter of a script without rules. Only its plain Latin letters are kept. */
static void other_fold(struct folder *folder, uint32_t letter, char out[OTHER_MAX])
{
    UChar units[OTHER_MAX];
    int32_t count = 0;
    UErrorCode status = U_ZERO_ERROR;
    size_t size = 0;

    out[0] = '\0';
    if (letter > 0xffff) {
        units[count++] = U16_LEAD(letter);
        units[count++] = U16_TRAIL(letter);
    } else {
        units[count++] = (UChar)letter;
    }
    int32_t limit = count;
    utrans_transUChars(folder->other, units, &count, OTHER_MAX, 0, &limit, &status);
    for (int32_t i = 0; U_SUCCESS(status) && i < count && size + 1 < OTHER_MAX; i++)
        if ((units[i] >= 'a' && units[i] <= 'z') || (units[i] >= '0' && units[i] <= '9'))
            out[size++] = (char)units[i];
    out[size] = '\0';
}

static const struct rule_set *rules_of(enum fold_script script)
{
    switch (script) {
    case FOLD_LATIN:
        return &rules_latin;
    case FOLD_CYRILLIC:
        return &rules_cyrillic;
    case FOLD_GREEK:
        return &rules_greek;
    case FOLD_ARABIC:
        return &rules_arabic;
    case FOLD_OTHER:
        break;
    }
    return NULL;
}

/* Folds what begins at `letters`; gives how many letters were used. */
static size_t letter_fold(struct folder *folder, const uint32_t *letters, size_t count,
                          struct folded *out, bool *is_open)
{
    enum fold_script script = script_of(letters[0]);
    const struct rule_set *rules = rules_of(script);
    size_t used = 1;
    const struct rule *rule = rules == NULL ? NULL : rule_find(rules, letters, count, &used);
    char text[OTHER_MAX] = {(char)letters[0], '\0'};

    if (rule != NULL) {
        text_add(out, rule->to, script, is_open);
        return used;
    }
    if (letters[0] >= 0x80)
        other_fold(folder, letters[0], text);
    text_add(out, text, script, is_open);
    return 1;
}

void fold_name(struct folder *folder, struct span name, struct folded *out)
{
    bool is_open = false;
    size_t kept = 0;

    *out = (struct folded){.count = 0};
    size_t count = letters_read(folder, name, &out->is_cut);
    for (size_t i = 0; i < count; i++)
        if (!is_unseen(folder->letters[i]) && !is_apostrophe(folder->letters[i]))
            folder->letters[kept++] = folder->letters[i];
    for (size_t i = 0; i < kept;) {
        if (is_mark(folder->letters[i])) {
            i++;
        } else if (is_letter(folder->letters[i])) {
            i += letter_fold(folder, folder->letters + i, kept - i, out, &is_open);
        } else {
            is_open = false;
            i++;
        }
    }
}
