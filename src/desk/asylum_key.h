/*
 * Asylum keys: by what something about a person is known before it is sent, beside the exact keys of match_key.h. Two words
 * of a name as they sound, for people who are told field by field; two words of a name as they are written once folded, and
 * numbers of documents, for words in a text. Keyed digests, as those. Private to desk.
 */
#ifndef BESA_DESK_ASYLUM_KEY_H
#define BESA_DESK_ASYLUM_KEY_H

#include "desk/match_key.h"

#define ASYLUM_NEAR_WORDS 4u /* a name's two words stand at most so many words apart */

/* Called for each key; false ends it. */
typedef bool asylum_key_visit(void *context, const uint8_t key[MATCH_KEY_SIZE], struct error *err);

/* Documents, numbers, and names with their whole date of birth. */
bool asylum_keys_exact(struct match_keys *keys, const struct person *person,
                       asylum_key_visit *visit, void *context, struct error *err);
/* Any two words of one name, as they sound; of a name of one word, this one. */
bool asylum_keys_sound(struct match_keys *keys, const struct person *person,
                       asylum_key_visit *visit, void *context, struct error *err);
/* What a text would have of them: a given and a family name, two words of an alias, a document's number. */
bool asylum_keys_written(struct match_keys *keys, const struct person *person,
                         asylum_key_visit *visit, void *context, struct error *err);
/* And what a text has. */
bool asylum_keys_text(struct match_keys *keys, struct span text, asylum_key_visit *visit,
                      void *context, struct error *err);

#endif
