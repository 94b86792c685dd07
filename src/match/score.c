/* Score: see score.h. */
#include "match/score.h"

#include "base/attributes.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SHARE_LEAST 1e-6f /* a level that was never seen is not impossible */
#define RARE_BITS   3.0f  /* beyond the usual: rare, or common */

struct table_weight {
    const char *field;
    const char *level;
    float m;
    float u;
};
struct table_step {
    float bits;
    float share;
};
#include "match/match_calibration.inc"
#include "match/match_weights.inc"

/* --- the published tables --- */

static void weight_load(const struct table_weight *row, struct score_weights *out)
{
    enum like_field field = 0;
    unsigned level = 1;

    while (field < LIKE_FIELD_COUNT && strcmp(like_field_name(field), row->field) != 0)
        field++;
    assert(field < LIKE_FIELD_COUNT); /* tables/weights.tsv names no field that there is not */
    while (level < like_level_count(field) &&
           strcmp(like_level_name(field, level), row->level) != 0)
        level++;
    assert(level < like_level_count(field));
    out->m[field][level] = row->m;
    out->u[field][level] = row->u;
}

void score_weights_published(struct score_weights *out)
{
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < ARRAY_COUNT(table_weights); i++)
        weight_load(&table_weights[i], out);
}

void score_curve_published(struct score_curve *out)
{
    static_assert(ARRAY_COUNT(table_steps) <= SCORE_CURVE_MAX, "too many steps");

    out->count = ARRAY_COUNT(table_steps);
    for (size_t i = 0; i < out->count; i++) {
        out->bits[i] = table_steps[i].bits;
        out->shares[i] = table_steps[i].share;
    }
}

/* --- bits --- */

static float bits_of(float share)
{
    return log2f(share > SHARE_LEAST ? share : SHARE_LEAST);
}

static bool has_rarity(enum like_field field)
{
    return field == LIKE_NAME || field == LIKE_GIVEN || field == LIKE_FAMILY || field == LIKE_PLACE;
}

/* How many bits more than usual the words that agree say. 0 when their rarity is not known. */
static float rarity_bits(const struct score_weights *weights, const struct likeness *likeness,
                         enum like_field field)
{
    float rarity = likeness->rarities[field];

    if (!has_rarity(field) || rarity < 0 || likeness->levels[field] < LIKE_NAME_REMOTE)
        return 0;
    return rarity + bits_of(weights->u[field][LIKE_NAME_EXACT]);
}

static float field_bits(const struct score_weights *weights, const struct likeness *likeness,
                        enum like_field field)
{
    unsigned level = likeness->levels[field];

    if (level == LIKE_UNKNOWN)
        return 0;
    float bits = bits_of(weights->m[field][level]) - bits_of(weights->u[field][level]);
    float more = rarity_bits(weights, likeness, field);
    /* Equal words count by their own rarity; of words that are merely alike only a common one takes away. */
    if (more < 0 || level == LIKE_NAME_EXACT)
        bits += more;
    return fmaxf(-SCORE_BITS_MAX, fminf(SCORE_BITS_MAX, bits));
}

float score_bits(const struct score_weights *weights, const struct likeness *likeness,
                 float prior_bits)
{
    float bits = prior_bits;

    for (enum like_field field = 0; field < LIKE_FIELD_COUNT; field++)
        bits += field_bits(weights, likeness, field);
    return bits;
}

float score_share(const struct score_curve *curve, float bits)
{
    size_t at = 0;

    if (curve->count == 0)
        return 1 / (1 + exp2f(-bits));
    while (at < curve->count && curve->bits[at] < bits)
        at++;
    if (at == 0 || at == curve->count)
        return curve->shares[at == 0 ? 0 : at - 1];
    float part = (bits - curve->bits[at - 1]) / (curve->bits[at] - curve->bits[at - 1]);
    return curve->shares[at - 1] + part * (curve->shares[at] - curve->shares[at - 1]);
}

static void reason_put(struct score *score, const struct score_reason *reason)
{
    size_t at = score->reason_count++;

    for (; at > 0 && fabsf(score->reasons[at - 1].bits) < fabsf(reason->bits); at--)
        score->reasons[at] = score->reasons[at - 1];
    score->reasons[at] = *reason;
}

void score_make(const struct score_weights *weights, const struct score_curve *curve,
                const struct likeness *likeness, float prior_bits, struct score *out)
{
    out->bits = prior_bits;
    out->reason_count = 0;
    for (enum like_field field = 0; field < LIKE_FIELD_COUNT; field++) {
        float more = rarity_bits(weights, likeness, field);
        struct score_reason reason = {
            .field = (uint8_t)field,
            .level = likeness->levels[field],
            .is_rare = more > RARE_BITS && likeness->levels[field] == LIKE_NAME_EXACT,
            .is_common = more < -RARE_BITS,
            .bits = field_bits(weights, likeness, field),
        };
        out->bits += reason.bits;
        if (reason.level != LIKE_UNKNOWN)
            reason_put(out, &reason);
    }
    out->share = score_share(curve, out->bits);
}

/* --- in words --- */

static const char *const field_words[LIKE_FIELD_COUNT] = {
    [LIKE_NAME] = "name",
    [LIKE_GIVEN] = "given name",
    [LIKE_FAMILY] = "family name",
    [LIKE_ORDER] = "",
    [LIKE_MORE] = "",
    [LIKE_BIRTH] = "birth date",
    [LIKE_SEX] = "sex",
    [LIKE_PLACE] = "place",
    [LIKE_REGION] = "country or region",
    [LIKE_POSTCODE] = "postcode",
    [LIKE_ADDRESS] = "address",
    [LIKE_PHONE] = "phone number",
    [LIKE_DOCUMENT] = "document",
};

static const char *const name_words[] = {
    [LIKE_NAME_DIFFERENT] = "differs",
    [LIKE_NAME_PART] = "agrees in part, contradicts in part",
    [LIKE_NAME_INITIAL] = "has the same first letter",
    [LIKE_NAME_REMOTE] = "is remotely alike",
    [LIKE_NAME_FAR] = "is alike",
    [LIKE_NAME_NEAR] = "differs in one letter",
    [LIKE_NAME_SOUND] = "sounds equal",
    [LIKE_NAME_EXACT] = "is equal",
};
static const char *const order_words[] = {
    [LIKE_ORDER_TURNED] = "given and family name swapped",
    [LIKE_ORDER_SAME] = "given and family name in their places",
};
static const char *const more_words[] = {
    [LIKE_MORE_NONE] = "no name has words more",
    [LIKE_MORE_ONE] = "one name has a word more",
    [LIKE_MORE_SEVERAL] = "one name has several words more",
};
static const char *const birth_words[] = {
    [LIKE_BIRTH_DIFFERENT] = "differs",
    [LIKE_BIRTH_YEAR_NEAR] = "is near by year, and no more is known",
    [LIKE_BIRTH_SAME_YEAR] = "is of the same year, and no more is known",
    [LIKE_BIRTH_ONE_DIGIT] = "differs in one digit",
    [LIKE_BIRTH_SWAPPED] = "has day and month swapped",
    [LIKE_BIRTH_SAME_MONTH] = "is of the same month, and no day is known",
    [LIKE_BIRTH_SAME] = "is equal",
};
static const char *const address_words[] = {
    [LIKE_ADDRESS_DIFFERENT] = "differs",
    [LIKE_ADDRESS_PART] = "agrees in little",
    [LIKE_ADDRESS_MOST] = "agrees for the most part",
    [LIKE_ADDRESS_NEAR] = "is nearly equal",
    [LIKE_ADDRESS_EXACT] = "is equal",
};
static const char *const value_words[] = {
    [LIKE_VALUE_DIFFERENT] = "differs",
    [LIKE_VALUE_NEAR] = "differs in one character",
    [LIKE_VALUE_SAME] = "is equal",
};

static const char *words_of(enum like_field field, unsigned level)
{
    switch (field) {
    case LIKE_NAME:
    case LIKE_GIVEN:
    case LIKE_FAMILY:
    case LIKE_PLACE:
        return name_words[level];
    case LIKE_ORDER:
        return order_words[level];
    case LIKE_MORE:
        return more_words[level];
    case LIKE_BIRTH:
        return birth_words[level];
    case LIKE_ADDRESS:
        return address_words[level];
    case LIKE_SEX:
    case LIKE_REGION:
    case LIKE_POSTCODE:
    case LIKE_PHONE:
    case LIKE_DOCUMENT:
    case LIKE_FIELD_COUNT:
        break;
    }
    return value_words[level];
}

void score_words(const struct score_reason *reason, char out[SCORE_WORDS_SIZE])
{
    const char *field = field_words[reason->field];

    snprintf(out, SCORE_WORDS_SIZE, "%s%s%s%s: %+.0f", field, *field == '\0' ? "" : " ",
             words_of(reason->field, reason->level),
             reason->is_rare     ? ", rare"
             : reason->is_common ? ", common"
                                 : "",
             (double)reason->bits);
}
