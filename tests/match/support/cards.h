/*
 * Cards: records of invented persons for tests, in one line: "given=Ana; family=Petrova; born=1984-05-03; place=Tirana".
 * A field may stand several times: each name and address is a group of its own ("given2", "family2", "address2", ...).
 */
#ifndef BESA_TESTS_MATCH_CARDS_H
#define BESA_TESTS_MATCH_CARDS_H

#include "match/likeness.h"

struct cards {
    struct folder *folder;
    struct lexicon *lexicon;
    struct aligner *aligner;
};
struct card {
    struct record record;
    struct record_word words[RECORD_WORD_MAX];
};
/* Exits when memory is out. */
void cards_make(struct cards *out);
void cards_free(struct cards *cards);
void card_make(struct cards *cards, const char *line, struct card *out);

#endif
