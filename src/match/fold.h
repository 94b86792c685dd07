/*
 * Fold: a name in any script, as bytes of any kind, to tokens of small Latin letters. Letters are replaced by the rules of
 * their script (rules/[script].tsv, data and not code), marks are dropped, what no rule knows goes through ICU's general
 * transliteration. Nothing is refused: bytes that are no UTF-8, controls, zero-width and bidirectional characters separate
 * or vanish, and what is beyond the limits is cut and said so.
 */
#ifndef BESA_MATCH_FOLD_H
#define BESA_MATCH_FOLD_H

#include "base/error.h"
#include "base/span.h"

#define FOLD_NAME_SIZE_MAX  1024 /* bytes of a name that are looked at */
#define FOLD_TOKEN_MAX      12   /* tokens of a name */
#define FOLD_TOKEN_SIZE_MAX 23   /* letters of a token */

enum fold_script { FOLD_LATIN, FOLD_CYRILLIC, FOLD_GREEK, FOLD_ARABIC, FOLD_OTHER };

struct fold_token {
    char text[FOLD_TOKEN_SIZE_MAX + 1]; /* a to z and 0 to 9, NUL-terminated */
    uint8_t size;
    uint8_t script; /* enum fold_script, of its first letter */
};

struct folded {
    struct fold_token tokens[FOLD_TOKEN_MAX];
    size_t count;
    bool is_cut; /* something was beyond a limit */
};

struct folder;
/* Opens ICU's transliterator; one for each thread. */
bool folder_make(struct folder **out, struct error *err);
void folder_free(struct folder **folder);
/* Never fails; a name without a letter gives no token. */
void fold_name(struct folder *folder, struct span name, struct folded *out);

#endif
