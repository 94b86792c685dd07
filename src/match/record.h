/*
 * Record: what is known of one person, made ready to be compared with others: names in any script, birth, sex, places,
 * and the values that name one person rather than many (phones, documents, addresses). Everything is folded to words of a
 * lexicon. A record has no text of its own, and nothing of it is kept.
 */
#ifndef BESA_MATCH_RECORD_H
#define BESA_MATCH_RECORD_H

#include "match/birth.h"
#include "match/lexicon.h"

#define RECORD_WORD_MAX  96  /* of one record, all fields; what is beyond is left out */
#define RECORD_VALUE_MAX 128 /* values that one record is made of */

enum record_kind {
    RECORD_WHOLE,  /* a name whose parts are not told apart */
    RECORD_GIVEN,  /* given names; father's name too */
    RECORD_FAMILY, /* family names */
    RECORD_PLACE,  /* town: of birth, or where the person lives */
    RECORD_REGION, /* country or region, as a code or a word */
    RECORD_POSTCODE,
    RECORD_ADDRESS,  /* house number, street, ... */
    RECORD_PHONE,    /* normalised: digits */
    RECORD_DOCUMENT, /* normalised: letters and digits of a number that is given to one person */
    RECORD_KIND_COUNT
};

enum record_sex { RECORD_SEX_UNKNOWN, RECORD_SEX_FEMALE, RECORD_SEX_MALE };

/* One value as it stands in a register. */
struct record_value {
    enum record_kind kind;
    uint8_t
        group; /* name, or address, that it belongs to: given and family of one name have one group */
    struct span text;
};

struct record_word {
    uint32_t word; /* of the lexicon */
    uint8_t kind;  /* enum record_kind */
    uint8_t group;
    uint16_t unused;
};

struct record {
    const struct record_word
        *words;     /* of the caller; names first, by group, then the rest by kind */
    uint32_t birth; /* birth_pack; 0: unknown */
    uint16_t count;
    uint8_t sex; /* enum record_sex */
    bool is_cut; /* something was beyond a limit */
};

struct record_input {
    const struct record_value *values;
    size_t value_count;
    struct birth birth;
    enum record_sex sex;
};

/* Folds the values into `words`, which must stay as long as `out`. Any bytes are taken; empty values say nothing. False
 * only when memory is out or the lexicon is full. */
bool record_make(struct lexicon *lexicon, struct folder *folder, const struct record_input *input,
                 struct record_word words[RECORD_WORD_MAX], struct record *out, struct error *err);
/* Counts each word of the record once, for lexicon_weigh. */
void record_count(struct lexicon *lexicon, const struct record *record);

/* A run of words of one kind and group. */
struct record_part {
    const struct record_word *words;
    size_t count;
};
/* Empty when the record has none. */
struct record_part record_part(const struct record *record, enum record_kind kind, uint8_t group);
/* Groups of this kind: the highest and one more. */
unsigned record_groups(const struct record *record, enum record_kind kind);

#endif
